//! What cannot be read is told with its place, with help, and all of it in one run.

use onefold_model::Diagnostic;

use super::tree;
use crate::Error;
use crate::ast::MAX_DEPTH;
use crate::error::Faults;
use crate::parse::parse;

/// What is told of a text before any schema looks at it.
fn misread(text: &str) -> Vec<Diagnostic> {
    let mut out = Faults::default();
    parse(text, &mut out);
    match out.into_result() {
        Err(Error::Invalid(faults)) => faults,
        Ok(()) => Vec::new(),
    }
}

#[test]
fn each_fault_has_a_code_a_place_and_help() {
    for (condition, code, place, message) in [
        (
            "did purchase in last 3 months",
            "E09",
            "3 months",
            "`3 months` is not a span of time; a span is a whole number and a unit from microseconds to weeks, such as `30s`, `15m`, `14 days`; months and years are of the calendar: `in last 3 calendar months`",
        ),
        ("signup > @2026-02-30", "E09", "@2026-02-30", "no such day: the calendar is kept from year 0001 to year 9999"),
        (
            "age > -99999999999999999999",
            "E09",
            "-99999999999999999999",
            "too many digits: a number keeps 18 after the point and about 19 in all, and is never rounded",
        ),
        (
            "vip",
            "E02",
            "",
            "expected a comparison, found the end of the text; a trait is compared, such as `vip = true` or `vip is not null`",
        ),
        ("age = null", "E02", "null", "expected a value, found `null`; write `is null`"),
        ("age != null", "E02", "null", "expected a value, found `null`; write `is not null`"),
        (
            "age > 3 AND vip = true",
            "E02",
            "AND",
            "expected `and`, `or` or the next definition, found `AND`; keywords are lower case: `and`",
        ),
        (
            "did in last 3 days",
            "E02",
            "in",
            "expected an event, found `in`; a name that is a word of the language stands in backticks: `` `in` ``",
        ),
        ("country == \"DE\"", "E01", "==", "unknown sign `==`; write `=`"),
        ("country = \"DE", "E01", "\"DE", "the text is not closed: `\"` is missing on its line"),
        ("country = 'DE'", "E01", "'DE'", "text stands in double quotes; write `\"` instead of `'`"),
        ("country in (DE)", "E02", "DE", "expected a value, found `DE`; a text stands in quotes: `\"DE\"`"),
        (
            "country in segment x",
            "E02",
            "segment",
            "expected `(`, found `segment`; membership reads `in segment name`, without a trait before it",
        ),
        (
            "signup in last 3 days",
            "E02",
            "last",
            "expected `(`, found `last`; whether a time has just been is asked with `within last`",
        ),
        (
            "age between 3 and 5",
            "E02",
            "between",
            "expected a comparison, found `between`; say `age >= .. and age <= ..`",
        ),
        (
            "count(purchase)",
            "E02",
            "",
            "expected a comparison, found the end of the text; a number is compared, such as `>= 3`",
        ),
        (
            "sum(purchase) > 3",
            "E02",
            ")",
            "expected `.`, found `)`; say of which property, such as `sum(purchase.amount)`",
        ),
        (
            "sum(purchase.amount[qty > 1]) > 3",
            "E02",
            "[",
            "expected `)`, found `[`; the filter stands after the event: `sum(purchase[..].amount)`",
        ),
        (
            "count(purchase.category) > 3",
            "E02",
            ".",
            "expected `)`, found `.`; events are counted, or different values: `distinct(purchase.category)`",
        ),
        (
            "sessions(any) > 3",
            "E02",
            ")",
            "expected `,`, found `)`; say what parts sessions, such as `sessions(any, 30m)`",
        ),
        ("cuont(purchase) > 3", "E02", "cuont", "unknown function `cuont`; did you mean `count`?"),
        ("(did purchase) > 3", "E02", ">", "expected `and`, `or` or the next definition, found `>`"),
        (
            "3 < (did purchase)",
            "E02",
            "(did purchase)",
            "expected a value, found a condition; a condition becomes a value with `case when .. then true else false end`",
        ),
        (
            "(age) or vip = true",
            "E02",
            "or",
            "expected a comparison, found `or`; a trait is compared, such as `age = true` or `age is not null`",
        ),
        ("age is 3", "E02", "3", "expected `null`, found `3`; two values are compared with `=` and `!=`"),
        (
            "did a as c in last 3 days",
            "E02",
            "in",
            "expected `then`, found `in`; a step is named for the one that follows",
        ),
        (
            "home within 5 miles of (1, 2)",
            "E02",
            "miles",
            "expected `km` or `m`, found `miles`; a time within a span is asked with `within last` or `within next`",
        ),
        (
            "did page in this mnth",
            "E02",
            "mnth",
            "expected `day`, `week`, `month`, `quarter` or `year`, found `mnth`; did you mean `month`?",
        ),
        ("top 10% of purchase", "E02", "of", "expected `by`, found `of`"),
        (
            "sample 10%",
            "E02",
            "",
            "expected `salt`, found the end of the text; samples of different salts are independent: `salt \"q3\"`",
        ),
        ("bucket of 10 salt \"x\" in (1.5)", "E09", "1.5", "expected a whole number that is not too large"),
        (
            "any items",
            "E02",
            "",
            "expected `[`, found the end of the text; items of a list are asked with `any items[..]`",
        ),
        (
            "any account (did login)",
            "E02",
            "account",
            "expected `of`; members of a relation are asked with `any of account (..)`",
        ),
        (
            "a + 1 changed",
            "E02",
            "a + 1 changed",
            "only a trait by its name is asked for changes; name the value as a trait of its own: `trait name = value`",
        ),
        ("case when a = 1 then 2 = 2", "E02", "=", "expected `when`, `else` or `end`, found `=`"),
        (
            "case when did a then b end = 1",
            "E02",
            "end",
            "expected `then`, found `end`; a case reads `case when did purchase ever then \"customer\" else \"visitor\" end`",
        ),
        ("", "E02", "", "expected a condition, found the end of the text"),
        ("not", "E02", "", "expected a condition, found the end of the text"),
        ("age > ", "E02", "", "expected a value, found the end of the text"),
    ] {
        let text = format!("segment x = {condition}");
        let [fault] = &misread(&text)[..] else { panic!("{condition}: {:?}", misread(&text)) };
        let help = fault.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        assert_eq!((fault.code, format!("{}{help}", fault.message).as_str()), (code, message), "{condition}");
        assert_eq!(&text[fault.span.clone()], place, "{condition}");
    }
}

#[test]
fn faults_of_traits_are_told_too() {
    for (text, place, message) in [
        ("trait x: txt = 3", "txt", "expected a type, found `txt`; did you mean `text`?"),
        ("trait x 3", "3", "expected `=` or `:`, found `3`"),
        ("trait x: int 3", "3", "expected `=`, found `3`"),
        (
            "trait x = age > 3",
            ">",
            "expected an operation or the next definition, found `>`; a trait is a value; a condition becomes one with `case when .. then true else false end`",
        ),
        ("trait x = case else 3 end", "else", "expected `when`, found `else`"),
        ("trait = 3", "=", "expected the name of the trait, found `=`"),
    ] {
        let [fault] = &misread(text)[..] else { panic!("{text}: {:?}", misread(text)) };
        let help = fault.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        assert_eq!((fault.code, format!("{}{help}", fault.message).as_str()), ("E02", message), "{text}");
        assert_eq!(&text[fault.span.clone()], place, "{text}");
    }
}

#[test]
fn all_faults_are_told_in_one_run() {
    let text = r#"
segment a = age > or (vip = and x = 1) and did 3
segment b { count(purchase in last 3 days > 2 }
segment
segment c = in segment b and in nobody or age ! 3
trait t: number = 3
nonsense
segment d = did purchase[amount >] and case when age > then 3 when vip = 1 then 4 end = "x
trait u = sum(purchase) + 3
segment e = age > 3 5
segment f = all of account did x and (a except ) except 3"#;
    let told: Vec<_> =
        misread(text).iter().map(|fault| format!("{} {}", fault.code, &text[fault.span.clone()])).collect();
    assert_eq!(
        told,
        [
            "E02 or",
            "E02 and",
            "E02 3",
            "E02 in",
            "E02 segment",
            "E02 nobody",
            "E01 !",
            "E02 !",
            "E02 number",
            "E02 ]",
            "E02 3",
            "E01 \"x",
            "E02 )",
            "E02 5",
            "E02 did",
            "E02 except",
            "E02 )",
            "E02 \n"
        ]
        .iter()
        .map(|it| it.trim_end_matches('\n'))
        .collect::<Vec<_>>()
    );
}

#[test]
fn what_is_whole_is_read_beside_what_is_broken() {
    let mut out = Faults::default();
    let text = "segment a = x = 1\nsegment b = x >\ntrait t = 3\ntrait u = +\nsegment c = y = 1";
    let parsed = parse(text, &mut out);
    assert_eq!(parsed.source.to_string(), "segment a = x = 1\ntrait t = 3\nsegment c = y = 1\n");
    assert!(parsed.broken.contains("b") && parsed.broken_traits.contains("u"));
}

#[test]
fn hostile_texts_are_refused_in_time() {
    let deep = |open: &str, close: &str, depth: usize| {
        format!("segment x = {}vip = true{}", open.repeat(depth), close.repeat(depth))
    };
    for text in [
        deep("(", ")", 100_000),
        deep("not ", "", 100_000),
        deep("did purchase[", "]", 1000),
        deep("any of a (", ")", 1000),
        deep("any a[", "]", 1000),
        deep("top 10 by case when ", " then 1 end", 1000),
        deep("days_since(case when ", " then 1 end) > 1", 1000),
        deep("1 + (", ")", 1000),
        format!("segment x = 1 {} > 3", "+ a ".repeat(500_000)),
        format!("segment x = 1 {} > 3", "* a - b ".repeat(300_000)),
        format!("segment x = vip = 1{}", " except vip = 1".repeat(100_000)),
        format!("segment x = vip = 1{}", " for 1s".repeat(100_000)),
    ] {
        let all = misread(&text);
        assert_eq!((all[0].code, all.len()), ("E04", 1), "{}", text.get(..60).unwrap());
    }
    assert!(misread(&deep("(", ")", MAX_DEPTH - 2)).is_empty());
    assert!(misread(&format!("segment x = 1 {} > 3", "+ a ".repeat(MAX_DEPTH - 3))).is_empty());
    assert_eq!(misread(&"x".repeat((4 << 20) + 1))[0].code, "E04");
    for noise in
        ["\u{7}", "(", "and ", "x = ", "\"\n", "segment x = ", "case when ", "# x\n", "- ", "then ", "trait x: "]
    {
        let all = misread(&noise.repeat((4 << 20) / noise.len()));
        assert!(all.len() <= 101);
    }
    for part in ["in 3", "did 3", "did purchase[no >]"] {
        let many = format!("{part} or ").repeat((2 << 20) / (part.len() + 4) - 20);
        let all = misread(&format!("segment x = {many} {part}"));
        assert_eq!(all.last().map(|fault| fault.code), Some("E10"));
    }
    for part in ["age < 3 and ", "vip = true or ", "did a then b and "] {
        tree(&format!("segment x = {} age > 3", part.repeat(80_000)));
    }
    tree(&format!("segment x = did a{}, ever", " then a".repeat(300_000)));
    tree(&"segment x = a = 1 ".repeat(100_000));
    tree(&"#\n".repeat(1 << 20));
}
