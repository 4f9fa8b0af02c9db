//! What is wrong is told with its place, and with help.

use super::{faults, shop, tree};
use crate::ast::MAX_DEPTH;
use crate::{Body, Definition, Definitions, Error, Expr, Source, field};

#[test]
fn each_fault_has_a_code_a_place_and_help() {
    for (condition, code, place, message) in [
        ("contry = \"DE\"", "E06", "contry", "unknown trait `contry`; did you mean `country`?"),
        ("did purchse", "E06", "purchse", "unknown event `purchse`; did you mean `purchase`?"),
        ("did purchase[amont > 5 EUR]", "E06", "amont", "unknown property `amont`; did you mean `amount`?"),
        ("in segment y", "E06", "y", "unknown segment `y`; did you mean `x`?"),
        ("consent(marketin)", "E06", "marketin", "unknown purpose `marketin`; did you mean `marketing`?"),
        ("consent(ads, e_mail)", "E06", "e_mail", "unknown channel `e_mail`; did you mean `email`?"),
        ("any of acount (vip = true)", "E06", "acount", "unknown relation `acount`; did you mean `account`?"),
        ("account.contry = \"DE\"", "E06", "contry", "unknown trait `contry`; did you mean `country`?"),
        ("acount.country = \"DE\"", "E06", "acount", "unknown trait `acount`; did you mean `account`?"),
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
            "`balance` is an amount of money and does not compare with a whole number; an amount has a currency, such as `5 EUR`",
        ),
        (
            "balance in (5, 6 EUR)",
            "E07",
            "balance",
            "`balance` is an amount of money and does not compare with a whole number; an amount has a currency, such as `5 EUR`",
        ),
        (
            "rating > 5 EUR",
            "E07",
            "rating",
            "`rating` is a number and does not compare with an amount of money; leave the currency out",
        ),
        ("sum(purchase.category) > 5", "E07", "category", "property `category` is a text and cannot be added up"),
        (
            "sum(purchase.amount) > 5",
            "E07",
            "sum(purchase.amount)",
            "`sum(purchase.amount)` is an amount of money and does not compare with a whole number; an amount has a currency, such as `5 EUR`",
        ),
        (
            "sum(any.amount) > 5",
            "E07",
            "amount",
            "events of any type have no property `amount` in common; name one event; conditions on several are joined by `or`",
        ),
        (
            "sum(purchase.ship.cost) > \"x\"",
            "E07",
            "sum(purchase.ship.cost)",
            "`sum(purchase.ship.cost)` is any value and does not compare with a text",
        ),
        ("median(purchase.gift) > 3", "E07", "gift", "property `gift` is true or false and has no middle"),
        ("min(purchase.ship) > 3", "E07", "ship", "property `ship` is a map and has no order"),
        (
            "count(purchase) > 2.5",
            "E07",
            "count(purchase)",
            "`count(purchase)` is a whole number and does not compare with a number",
        ),
        ("age contains 5", "E07", "age contains 5", "`age` is a whole number and has no `contains`"),
        ("vip > true", "E07", "vip > true", "`vip` is true or false, and neither is more; compare it with `=`"),
        ("tags = \"a\"", "E07", "tags = \"a\"", "`tags` is a list; ask whether it `contains` something"),
        (
            "address = \"a\"",
            "E07",
            "address = \"a\"",
            "`address` is a map, which does not compare; name a key of it, as in `address.city`",
        ),
        (
            "country contains any (\"a\")",
            "E07",
            "country contains any (\"a\")",
            "`country` is a text, not a list; ask whether it `contains` one text",
        ),
        ("extra starts with 5", "E07", "extra", "`extra` is any value and does not compare with a whole number"),
        (
            "country.city = \"a\"",
            "E07",
            "city",
            "`country` is a text and has no `city`; only maps, and lists of maps, have keys",
        ),
        (
            "account = \"a\"",
            "E07",
            "account",
            "`account` is a relation; name a trait of it; such as `account.country`, or ask `any of account (..)`",
        ),
        ("age within last 3 days", "E07", "age within last 3 days", "`age` is a whole number, not a time or day"),
        ("days_since(age) > 3", "E07", "age", "`age` is a whole number, not a time or day"),
        (
            "born = @2026-03-01T09:00:00Z",
            "E07",
            "born",
            "`born` is a day and does not compare with a time; a day is written `@2026-03-01`",
        ),
        (
            "signup > \"yesterday\"",
            "E07",
            "signup > \"yesterday\"",
            "not a time: a form such as `2026-03-01T09:00:00Z` or `2026-03-01` is expected",
        ),
        ("size(age) > 2", "E07", "age", "`age` is a whole number and has no size; lists and maps have one"),
        ("score(age) > 1", "E07", "age", "`age` is a whole number, not a score; name it without `score(..)`"),
        (
            "age > country",
            "E07",
            "age > country",
            "`age` is a whole number and does not compare by `>` with `country`, a text",
        ),
        ("age > country + 1", "E07", "country", "a text cannot be calculated with, on the left of `+`"),
        (
            "balance + 5 > 3 EUR",
            "E07",
            "balance",
            "a number cannot be added to an amount of money; an amount has a currency, such as `5 EUR`",
        ),
        (
            "balance + 5 EUR > 3 USD",
            "E07",
            "balance + 5 EUR > 3 USD",
            "amounts in EUR and USD do not compare; there are no exchange rates",
        ),
        (
            "balance + 5 EUR - 3 USD > 3 USD",
            "E07",
            "balance",
            "amounts in EUR and USD cannot be calculated with each other; there are no exchange rates",
        ),
        (
            "balance * balance > 3 EUR",
            "E07",
            "balance * balance",
            "amounts of money cannot be multiplied with each other",
        ),
        ("5 / balance > 3", "E07", "balance", "a number cannot be divided by an amount of money"),
        ("balance / 0 > 3 EUR", "E09", "balance", "a division by zero is never known"),
        (
            "signup - 5 > 3",
            "E07",
            "signup",
            "a time cannot be calculated with, on the left of `-`; `days_since(..)` of it is a number",
        ),
        (
            "home within 0 km of (52.52, 13.405)",
            "E09",
            "home within 0 km of (52.52, 13.405)",
            "a distance is more than 0 km",
        ),
        (
            "home within 5 km of (152.52, 13.405)",
            "E09",
            "home within 5 km of (152.52, 13.405)",
            "(152.52, 13.405) is no place on the globe; degrees north, from -90 to 90, come first, then degrees east, from -180 to 180",
        ),
        (
            "country within 5 km of (52.52, 13.405)",
            "E07",
            "country within 5 km of (52.52, 13.405)",
            "`country` is a text, not a place; a place is a map with `lat` and `lon`",
        ),
        (
            "plan changed from 5 in last 30 days",
            "E07",
            "plan",
            "`plan` is a text and does not compare with a whole number; text stands in double quotes",
        ),
        ("plan changed from \"a\" to \"a\" in last 30 days", "E09", "plan", "a change is to another value"),
        ("contry changed in last 30 days", "E06", "contry", "unknown trait `contry`; did you mean `country`?"),
        (
            "any country[x = 1]",
            "E07",
            "country",
            "`country` is a text, not a list; brackets after it ask about the items of a list",
        ),
        (
            "any orders[in segment x]",
            "E07",
            "x",
            "brackets ask about what stands in them, not `in segment`; put it beside the event, with `and`",
        ),
        (
            "any orders[at within last 3 days]",
            "E07",
            "at within last 3 days",
            "brackets ask about what stands in them, not about now; compare it with a time, or say when beside the event",
        ),
        (
            "did any[amount > 5 EUR]",
            "E07",
            "amount",
            "events of any type have no property `amount` in common; name one event; conditions on several are joined by `or`",
        ),
        (
            "did any of (login, purchase)[category = \"x\"]",
            "E07",
            "category",
            "events of several types have no property `category` in common; name one event; conditions on several are joined by `or`",
        ),
        ("did any of (login, purchse)", "E06", "purchse", "unknown event `purchse`; did you mean `purchase`?"),
        (
            "did purchase[did page]",
            "E07",
            "page",
            "brackets ask about what stands in them, not `did`; put it beside the event, with `and`",
        ),
        (
            "did purchase[count(login) > 3]",
            "E07",
            "count(login)",
            "brackets ask about what stands in them, not about `count(login)`; put it beside the event, with `and`",
        ),
        (
            "did purchase[due within last 3 days]",
            "E07",
            "due within last 3 days",
            "brackets ask about what stands in them, not about now; compare it with a time, or say when beside the event",
        ),
        (
            "did add_to_cart as c then purchase[amount = c.cart_id] within 1h",
            "E07",
            "amount = c.cart_id",
            "`amount` is an amount of money and does not compare by `=` with `c.cart_id`, a text",
        ),
        (
            "did add_to_cart as c then purchase[cart_id = c] within 1h",
            "E07",
            "c",
            "`c` is a step; name a property of it; such as `c.cart_id`",
        ),
        (
            "did login then not purchase",
            "E02",
            "purchase",
            "that the last step does not follow is decided after a span, which is missing; say how long: `then not b within 2d`",
        ),
        (
            "did login then not purchase as c within 3d",
            "E07",
            "c",
            "step `c` must not happen, so that nothing can be said of it; leave the name out",
        ),
        ("did login as c then purchase as c within 3d", "E05", "c", "step `c` is named twice"),
        (
            "(consent(ads)) for 30 days",
            "E07",
            "ads",
            "`for` looks back, and consent has no past that is known; put it beside the condition that holds `for` some time, with `and`",
        ),
        (
            "(account.country = \"DE\") for 30 days",
            "E07",
            "account.country = \"DE\"",
            "`for` looks back, and a relation has no past that is known; put it beside the condition that holds `for` some time, with `and`",
        ),
        (
            "(top 10% by age) for 30 days",
            "E07",
            "age",
            "`for` looks back, and a rank has no past that is known; put it beside the condition that holds `for` some time, with `and`",
        ),
        (
            "(any of account (vip = true)) for 30 days",
            "E07",
            "account",
            "`for` looks back, and a relation has no past that is known; put it beside the condition that holds `for` some time, with `and`",
        ),
        ("in segment x", "E08", "x", "segments run in a circle: `x` -> `x`"),
        ("top 10% by age among in segment x", "E08", "x", "segments run in a circle: `x` -> `x`"),
        ("top 0 by age", "E09", "age", "the first 0 are nobody"),
        ("top 110% by age", "E09", "x", "a rank is of more than 0 % and at most 100 %, not of 110 %"),
        ("top 10% by tags", "E07", "tags", "`tags` is a list and has no order"),
        ("top 10% by 5", "E07", "x", "a rank by a constant tells nobody apart"),
        ("sample 0% salt \"q\"", "E09", "x", "a sample is of more than 0 % and at most 100 %, not of 0 %"),
        (
            "sample 0.00000001% salt \"q\"",
            "E09",
            "x",
            "a sample is exact to a millionth of a percent, and 0.00000001 % is finer",
        ),
        (
            "bucket of 10 salt \"q\" in (0, 10)",
            "E09",
            "x",
            "there is no bucket 10 of 10; buckets are numbered from 0 to 9",
        ),
        (
            "did purchase in last 3 days zone \"UTC\"",
            "E07",
            "purchase",
            "a zone says nothing here; only calendar windows, active days and active weeks follow a calendar",
        ),
        (
            "did purchase in this month zone age",
            "E07",
            "age",
            "`age` is a whole number, not the name of a zone; a zone is a text, such as `\"Europe/Berlin\"`",
        ),
        (
            "did purchase in last 3 months",
            "E09",
            "3 months",
            "`3 months` is not a span of time; a span is a whole number and a unit from microseconds to weeks, such as `30s`, `15m`, `14 days`; months and years are of the calendar: `in last 3 calendar months`",
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
        (
            "did purchase between @2026-03-01 and @2026-03-01",
            "E09",
            "purchase",
            "the window is empty; the earlier instant comes first",
        ),
        ("did purchase in last 0 calendar months", "E09", "purchase", "the window is empty; say at least one unit"),
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
    ] {
        let text = format!("segment x = {condition}");
        let [fault] = &faults(&text)[..] else { panic!("{condition}: {:?}", faults(&text)) };
        let help = fault.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        assert_eq!((fault.code, format!("{}{help}", fault.message).as_str()), (code, message), "{condition}");
        assert_eq!(&text[fault.span.clone()], place, "{condition}");
    }
}

#[test]
fn each_fault_of_a_computed_trait_is_told() {
    for (text, code, place, message) in [
        (
            "trait country = \"DE\"",
            "E05",
            "country",
            "`country` is a trait of the schema already; give the computed trait another name",
        ),
        ("trait a = count(login) ever\ntrait a = age + 1", "E05", "a", "trait a is defined twice"),
        (
            "trait a: int = avg(purchase.qty) ever",
            "E07",
            "a",
            "trait a is a number, and declared as a whole number; leave the type out, and it is that of the value",
        ),
        (
            "trait a = case when vip = true then \"x\" else 5 end",
            "E07",
            "a",
            "`5` is a whole number, and `\"x\"` before it a text; all values of a `case` are of one type",
        ),
        ("trait logins = age\nsegment x = login > 3", "E06", "login", "unknown trait `login`; did you mean `logins`?"),
        (
            "trait a = age\nsegment x = a = \"5\"",
            "E07",
            "a",
            "`a` is a whole number and does not compare with a text; numbers stand without quotes",
        ),
        (
            "trait a = last(purchase.ship) ever\nsegment x = a.city = \"5\"",
            "E07",
            "a.city",
            "`a` is a computed trait and has no parts",
        ),
        (
            "trait a = last(purchase.items) ever\nsegment x = any a[total > 5]",
            "E07",
            "a",
            "items of a computed trait cannot be asked about",
        ),
        (
            "trait a = age + 1\nsegment x = a changed in last 3 days",
            "E07",
            "a",
            "`a` is a computed trait, of which no past is kept; `changed` asks about traits of the schema",
        ),
        (
            "trait a = account.age + 1\nsegment x = (a > 3) for 3 days",
            "E07",
            "a > 3",
            "`for` looks back, and a relation has no past that is known; put it beside the condition that holds `for` some time, with `and`",
        ),
        (
            "segment y = top 10% by age\nsegment x = (in segment y) for 3 days",
            "E07",
            "y",
            "`for` looks back, and a rank has no past that is known; put it beside the condition that holds `for` some time, with `and`",
        ),
        ("trait a = b\ntrait b = a + 1", "E08", "b", "computed traits run in a circle: `a` -> `b` -> `a`"),
        (
            "trait a = case when in segment y then 1 end\nsegment y = a > 1",
            "E08",
            "y",
            "segments and computed traits run in a circle: trait `a` -> segment `y` -> trait `a`",
        ),
        (
            "trait a = age\nsegment y = top 10% by a among in segment z\nsegment z = in segment y",
            "E08",
            "z",
            "segments run in a circle: `y` -> `z` -> `y`",
        ),
    ] {
        let [fault] = &faults(text)[..] else { panic!("{text}: {:?}", faults(text)) };
        let help = fault.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        assert_eq!((fault.code, format!("{}{help}", fault.message).as_str()), (code, message), "{text}");
        assert_eq!(&text[fault.span.clone()], place, "{text}");
    }
}

/// What a text cannot say, or its reader refuses, a tree can.
#[test]
fn trees_from_outside_are_checked_as_well() {
    for (json, code, message) in [
        (r#"{"and": []}"#, "E02", "an `and` or `or` without parts says nothing"),
        (r#"{"test": {"subject": {"name": []}, "check": "null"}}"#, "E02", "a path has at least one name"),
        (
            r#"{"test": {"subject": {"name": ["age"]}, "check": {"among": []}}}"#,
            "E07",
            "a list without values says nothing",
        ),
        (
            r#"{"did": {"events": {"what": {"any_of": []}}, "window": {"when": "ever"}}}"#,
            "E02",
            "`any of` without events says nothing",
        ),
        (
            r#"{"test": {"subject": {"case": {"when": []}}, "check": "null"}}"#,
            "E02",
            "a `case` without `when` says nothing",
        ),
        (
            r#"{"test": {"subject": {"aggregate": {"function": "count", "events": {"what": {"named": "purchase"}},
                "property": ["amount"], "window": {"when": "ever"}}}, "check": "null"}}"#,
            "E07",
            "`count` asks about events and takes no property; `distinct(..)` counts the values of `amount`",
        ),
        (
            r#"{"test": {"subject": {"aggregate": {"function": "sum", "events": {"what": {"named": "purchase"}},
                "window": {"when": "ever"}}}, "check": "null"}}"#,
            "E07",
            "`sum` needs a property; write the event and its property: `sum(purchase.amount)`",
        ),
        (
            r#"{"sequence": {"first": {"what": {"named": "purchase"}}, "steps": [], "window": {"when": "ever"}}}"#,
            "E02",
            "a sequence has at least two steps; write `did a then b`",
        ),
        (r#"{"bucket": {"of": 0, "among": [], "salt": ""}}"#, "E09", "no bucket is asked for"),
    ] {
        let json = format!(r#"{{"definitions": [{{"name": "x", "body": {{"segment": {json}}}}}]}}"#);
        let source: Source = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
        let Err(Error::Invalid(all)) = Definitions::from_source(source, &shop()) else { panic!("{json}") };
        assert_eq!((all.len(), all[0].to_string()), (1, format!("{code}: {message}")), "{json}");
    }
}

#[cfg(not(feature = "zones"))]
#[test]
fn a_zone_by_name_needs_the_feature() {
    let all = faults("segment x = did purchase in this month zone \"Europe/Berlin\"");
    assert_eq!(
        all[0].to_string(),
        "E09: unknown zone `Europe/Berlin`; zones by name need the cargo feature `zones`; without it there are `UTC` and offsets such as `+02:00`"
    );
}

#[test]
fn a_sequence_is_bounded_in_steps() {
    let steps = |count: usize| format!("segment x = did login{}", " then login".repeat(count));
    assert!(Definitions::parse(&steps(15), &shop()).is_ok());
    assert_eq!(faults(&steps(16))[0].to_string(), "E04: a sequence has at most 16 steps");
}

#[test]
fn definitions_are_bounded_in_number() {
    let many: String = (0..10_001).map(|nth| format!("segment s{nth} = age > {nth}\n")).collect();
    assert_eq!(faults(&many)[0].code, "E04");
}

#[test]
fn a_long_chain_is_no_deep_one() {
    let chain = |nth: usize| {
        format!("segment s{nth} = in segment s{} or t{nth} > {nth}\ntrait t{nth} = t{} + 1\n", nth + 1, nth + 1)
    };
    let text: String = (0..4990).map(chain).collect();
    let text = format!("{text}segment s4990 = vip = true\ntrait t4990 = age");
    let read = Definitions::parse(&text, &shop()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((read.len(), read.traits().len()), (4991, 4991));
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
    assert_eq!(faults(&"x".repeat((4 << 20) + 1))[0].code, "E04");
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
    let vip = tree("segment x = vip = true").definitions.remove(0);
    let Body::Segment(flat) = vip.body.clone() else { panic!() };
    let deep = (0..200).fold(flat, |part, _| Expr::Not(Box::new(part)));
    let source = Source { definitions: vec![Definition { body: Body::Segment(deep), ..vip }], notes: Vec::new() };
    let Err(Error::Invalid(all)) = Definitions::from_source(source, &shop()) else { panic!() };
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
