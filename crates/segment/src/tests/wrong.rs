//! What is wrong is told with its place, and with help.

use super::{faults, shop};
use crate::ast::MAX_DEPTH;
use crate::{Definitions, Error, Source, field};

#[test]
fn each_fault_has_a_code_a_place_and_help() {
    for (condition, code, place, message) in [
        ("contry = \"DE\"", "E06", "contry", "unknown trait `contry`; did you mean `country`?"),
        ("did purchse", "E06", "purchse", "unknown event `purchse`; did you mean `purchase`?"),
        ("did purchase[amont > 5 EUR]", "E06", "amont", "unknown property `amont`; did you mean `amount`?"),
        ("in segment y", "E06", "y", "unknown segment `y`; did you mean `x`?"),
        ("consent(marketin)", "E06", "marketin", "unknown purpose `marketin`; did you mean `marketing`?"),
        ("consent(ads, e_mail)", "E06", "e_mail", "unknown channel `e_mail`; did you mean `email`?"),
        (
            "did add_to_cart as c then purchase[cart_id = d.cart_id] within 1h",
            "E06",
            "d",
            "unknown step `d`; did you mean `c`?",
        ),
        (
            "tier = \"glod\"",
            "E06",
            "tier = \"glod\"",
            "`glod` is not one of the declared values of `tier`; did you mean `\"gold\"`?",
        ),
        (
            "country = 5",
            "E07",
            "country",
            "`country` is a text and does not compare with a whole number; text stands in double quotes",
        ),
        (
            "age >= \"5\"",
            "E07",
            "age",
            "`age` is a whole number and does not compare with a text; numbers stand without quotes",
        ),
        (
            "balance >= 500",
            "E07",
            "balance",
            "`balance` is an amount of money and does not compare with a whole number; an amount has a currency, such as `500 EUR`",
        ),
        ("sum(purchase.category) > 5", "E07", "category", "property `category` is a text and cannot be added up"),
        (
            "sum(purchase.amount) > 5",
            "E07",
            "amount",
            "`amount` is an amount of money and does not compare with a whole number; an amount has a currency, such as `5 EUR`",
        ),
        ("sum(any.amount) > 5", "E07", "amount", "a sum is over events of one type, not over `any`"),
        ("count(purchase) > 2.5", "E07", "purchase", "a count is a whole number and does not compare with a number"),
        ("age contains 5", "E07", "age contains 5", "`age` is a whole number and has no `contains`"),
        ("vip > true", "E07", "vip > true", "`vip` is true or false, and neither is more; compare it with `=`"),
        ("tags = \"a\"", "E07", "tags = \"a\"", "`tags` is a list; ask whether it `contains` something"),
        ("age within last 3 days", "E07", "age within last 3 days", "age is a whole number, not a time or day"),
        (
            "signup > \"yesterday\"",
            "E07",
            "signup > \"yesterday\"",
            "not a time: a form such as `2026-03-01T09:00:00Z` or `2026-03-01` is expected",
        ),
        (
            "did any[amount > 5 EUR]",
            "E07",
            "amount > 5 EUR",
            "events of any type have no property in common; name the event",
        ),
        (
            "did purchase[did page]",
            "E07",
            "page",
            "brackets ask about properties of the event, not `did`; put it beside the event, with `and`",
        ),
        (
            "did add_to_cart as c then purchase[amount = c.cart_id] within 1h",
            "E07",
            "amount = c.cart_id",
            "`amount` is an amount of money and does not compare so with `c.cart_id`, a text",
        ),
        ("in segment x", "E08", "x", "segments run in a circle: `x` -> `x`"),
        (
            "did purchase in last 3 months",
            "E09",
            "3 months",
            "`3 months` is not a span of time; a span is a whole number and a unit from microseconds to weeks, such as `30s`, `15m`, `14 days`; months and years have no fixed length",
        ),
        (
            "did purchase in last 0 days",
            "E09",
            "purchase",
            "a span is a whole number of microseconds, and at least one",
        ),
        (
            "did purchase between 30 days and 60 days ago",
            "E09",
            "purchase",
            "the window is empty; the longer span comes first: `between 60 days and 30 days ago`",
        ),
        ("signup > @2026-02-30", "E09", "@2026-02-30", "no such day: the calendar is kept from year 0001 to year 9999"),
        (
            "age > 99999999999999999999",
            "E09",
            "99999999999999999999",
            "too many digits: a number keeps 18 after the point and about 19 in all, and is never rounded",
        ),
        (
            "vip",
            "E02",
            "",
            "expected a comparison, found the end of the text; a trait is compared, such as `vip = true` or `vip is not null`",
        ),
        ("age = null", "E02", "null", "expected a value, found `null`; write `is null`"),
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
        (
            "country = DE",
            "E03",
            "DE",
            "comparing with another trait or number is not supported yet; a text stands in quotes: `\"DE\"`",
        ),
    ] {
        let text = format!("segment x = {condition}");
        let [fault] = &faults(&text)[..] else { panic!("{condition}: {:?}", faults(&text)) };
        let help = fault.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        assert_eq!((fault.code, format!("{}{help}", fault.message).as_str()), (code, message), "{condition}");
        assert_eq!(&text[fault.span.clone()], place, "{condition}");
    }
}

#[test]
fn words_of_the_later_language_are_known_and_refused() {
    for condition in [
        "avg(purchase.amount) ever > 5 EUR",
        "min(purchase.amount) > 5 EUR",
        "top 10% by sum(purchase.amount) in last 365 days",
        "sample 90% salt \"q3\"",
        "score(churn) >= 0.7",
        "0.7 <= score(churn)",
        "count(purchase) in last 30 days < 0.5 * count(purchase) between 60 days and 30 days ago",
        "count(purchase) * 2 > 5",
        "last(purchase) before 90 days ago",
        "any(members) in segment x",
        "did purchase in last calendar month",
        "did purchase in this month",
        "did page then add_to_cart within 1h then purchase within 1h",
        "home within 5 km of \"Berlin\"",
        "age > rating",
        "did purchase[signup within last 3 days]",
    ] {
        let text = format!("segment x = {condition}\nsegment y = vip = true");
        let faults = faults(&text);
        assert!(faults.iter().all(|fault| fault.code == "E03" || fault.code == "E06"), "{condition}: {faults:?}");
    }
    let all =
        faults("trait favourite: text = most_frequent(purchase.category) in last 90 days\nsegment x = vip = true");
    assert_eq!((all.len(), all[0].to_string().as_str()), (1, "E03: computed traits are not supported yet"));
}

#[test]
fn all_faults_are_told_in_one_run() {
    let text = r#"
segment a = contry = "DE" and (age > or vip = true) and did purchse
segment b { count(purchase in last 3 days > 2 }
segment
segment c = in segment b and in segment nobody
segment a = age > 3
segment d = in segment e
segment e = in segment d or vip = true
segment f = in segment d
nonsense
segment g = age > 3"#;
    let told: Vec<String> =
        faults(text).iter().map(|fault| format!("{} {}", fault.code, &text[fault.span.clone()])).collect();
    assert_eq!(
        told,
        [
            "E06 contry",
            "E02 or",
            "E06 purchse",
            "E02 in",
            "E02 segment",
            "E06 nobody",
            "E05 a",
            "E08 e",
            "E02 nonsense"
        ]
    );
}

#[test]
fn a_circle_is_told_with_its_path() {
    let all = faults("segment a = in segment b\nsegment b = vip = true or not in segment c\nsegment c = in segment a");
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].message, "segments run in a circle: `a` -> `b` -> `c` -> `a`");
}

#[test]
fn a_message_is_drawn_under_its_line() {
    let text = "segment x =\n  contry = \"DE\"";
    let shown = faults(text)[0].show("shop.seg", text);
    assert_eq!(
        shown,
        "E06: unknown trait `contry`\n --> shop.seg:2:3\n  |\n2 |   contry = \"DE\"\n  |   ^^^^^^\n  = did you mean `country`?\n"
    );
}

#[test]
fn hostile_texts_are_refused_in_time() {
    let deep = |open: &str, close: &str, depth: usize| {
        format!("segment x = {}vip = true{}", open.repeat(depth), close.repeat(depth))
    };
    assert_eq!(faults(&deep("(", ")", 100_000))[0].code, "E04");
    assert_eq!(faults(&deep("not ", "", 100_000))[0].code, "E04");
    assert_eq!(faults(&deep("did purchase[", "]", 1000))[0].code, "E04");
    assert_eq!(faults(&deep("age > 3 or vip = true and not (", ")", MAX_DEPTH - 5))[0].code, "E04");
    assert!(Definitions::parse(&deep("(", ")", MAX_DEPTH - 2), &shop()).is_ok());
    assert_eq!(faults(&"x".repeat((1 << 20) + 1))[0].code, "E04");
    for noise in ["\u{7}", "(", "and ", "x = ", "\"\n", "segment x = "] {
        let all = faults(&noise.repeat((1 << 19) / noise.len()));
        assert!(all.len() <= 101);
    }
    for part in ["in segment nobody", "nowhere = 1", "did nothing", "did purchase[no = 1]"] {
        let many = format!("{part} or ").repeat((1 << 20) / (part.len() + 4) - 20);
        let all = faults(&format!("segment x = {many} {part}"));
        assert_eq!(all.last().map(|fault| fault.code), Some("E10"));
    }
    let many = "age < 3 and ".repeat(80_000);
    assert!(Definitions::parse(&format!("segment x = {many} age > 3"), &shop()).is_ok());
    let long = "vip = true or ".repeat(30_000);
    assert!(Definitions::parse(&format!("segment x = {long} age > 3"), &shop()).is_ok());
}

#[test]
fn a_deep_tree_from_outside_is_refused() {
    let deep = (0..200).fold(field("vip").is(true), |part, _| part.not());
    let Err(Error::Invalid(all)) = Definitions::builder().segment("x", deep).build(&shop()) else { panic!() };
    assert_eq!(all[0].code, "E04");
}

#[test]
fn the_deepest_tree_reads_back_from_json() {
    let mut deep = field("country").is_in(["DE"]);
    for nth in 0..MAX_DEPTH - 3 {
        let other = field("vip").is(true);
        deep = if nth % 2 == 0 { deep.and(other) } else { deep.or(other) };
    }
    let built = Definitions::builder().segment("x", deep.not()).build(&shop()).unwrap();
    let json = serde_json::to_string(&built).unwrap();
    assert_eq!(&serde_json::from_str::<Source>(&json).unwrap(), built.source());
}
