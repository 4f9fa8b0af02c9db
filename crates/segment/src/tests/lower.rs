//! What is written becomes the least plan: shared parts, folded constants, tallies wherever a constant bounds.

use super::read;
use crate::Definitions;

/// The nodes of the definitions, and their aggregates, as they are shown for tests.
fn nodes(text: &str) -> Vec<String> {
    read(text).plan().nodes.iter().map(|node| format!("{node:?}")).collect()
}

fn aggregates(definitions: &Definitions) -> Vec<String> {
    let all = definitions.plan().aggregates.iter();
    all.map(|it| format!("{:?} {:?}", it.what, it.window)).collect()
}

#[test]
fn two_ways_to_say_it_are_one_node() {
    for (one, other) in [
        ("did login ever", "count(login) ever >= 1"),
        ("3 < age", "age > 3"),
        ("count(login) ever > 2 + 3", "5 < count(login) ever"),
        ("10 EUR / 4 <= balance", "balance >= 5 EUR * 0.5"),
        ("country in (\"DE\", \"FR\", \"DE\")", "country in (\"FR\", \"DE\")"),
        ("first time login ever", "did login ever"),
        ("first time login before 3 days ago", "did login before 3 days ago"),
        ("avg(purchase.qty) ever in (3)", "avg(purchase.qty) ever = 3"),
        ("signup < @2026-03-01", "signup < @2026-03-01T00:00:00Z"),
        ("signup < \"2026-03-01\"", "signup < @2026-03-01"),
        ("born < @2026-03-01T09:00:00Z", "born <= @2026-03-01"),
        ("born >= @2026-03-01T09:00:00Z", "born > @2026-03-01"),
        ("did any of (login, purchase) ever", "did any of (purchase, login, login) ever"),
        ("did login in this day zone \"UTC\"", "did login in this day zone \"+00:00\""),
        ("sample 25% salt \"s\"", "sample 25.0% salt \"s\""),
        ("churn > 0.5", "score(churn) > 0.5"),
    ] {
        let definitions = read(&format!("segment x = {one}\nsegment y = {other}"));
        assert_eq!(definitions.plan().roots[0], definitions.plan().roots[1], "{one} | {other}");
    }
}

#[test]
fn a_computed_trait_is_what_it_says() {
    let definitions = read(
        "trait logins = count(login) ever\ntrait many: decimal = logins\ntrait city = address\n\
         segment a = logins > 3\nsegment b = count(login) ever > 3\nsegment c = 3 < many\n\
         segment d = city.name = \"Berlin\"\nsegment e = address.name = \"Berlin\"",
    );
    let roots = &definitions.plan().roots;
    assert_eq!((roots[0], roots[3]), (roots[1], roots[4]));
    assert_eq!(roots[0], roots[2]);
}

#[test]
fn an_amount_is_of_the_currency_that_it_is_compared_with() {
    let definitions =
        read("segment x = sum(purchase.amount) ever in (3 EUR, 4 USD) and avg(purchase.amount) ever is null");
    let shown = aggregates(&definitions);
    assert_eq!(shown.len(), 3);
    assert!(shown[0].contains("Some(Currency(EUR))") && shown[1].contains("Some(Currency(USD))"), "{shown:?}");
    assert!(shown[2].contains("None)"), "{shown:?}");
}

#[test]
fn the_first_time_looks_at_what_was_before_its_window() {
    for (window, inside, before) in [
        ("in last 30 days", "Last(2592000000000)", "BeforeAgo(2592000000000)"),
        ("between 2 days and 1 days ago", "Ago { from: 172800000000, to: 86400000000 }", "BeforeAgo(172800000000)"),
        ("since @1970-01-01T00:00:01Z", "Since(Time(1970-01-01T00:00:01Z))", "Before(Time(1970-01-01T00:00:01Z))"),
        ("in this month", "This(Month, Utc)", "BeforeThis(Month, Utc)"),
        (
            "in last 2 calendar weeks zone \"-01:30\"",
            "Calendar { count: 2, unit: Week, zone: Fixed(-5400) }",
            "BeforeCalendar { count: 2, unit: Week, zone: Fixed(-5400) }",
        ),
        ("in session of 30m", "Session(1800000000)", "BeforeSession(1800000000)"),
    ] {
        let definitions = read(&format!("segment x = first time login {window}"));
        assert_eq!(aggregates(&definitions), [format!("Count {inside}"), format!("Count {before}")], "{window}");
        let nodes: Vec<String> = definitions.plan().nodes.iter().map(|node| format!("{node:?}")).collect();
        assert_eq!(nodes, ["Tally(0, Ge, Int(1))", "Tally(1, Ge, Int(1))", "Not(1)", "And([0, 2])"]);
    }
}

#[test]
fn what_is_constant_is_folded() {
    assert_eq!(nodes("segment x = 0.1 + 0.2 = 0.3"), ["And([])"]);
    assert_eq!(nodes("segment x = 1 / 8 * 8 < 1"), ["Or([])"]);
    assert_eq!(nodes("segment x = 30 EUR / 20 EUR = 1.5"), ["And([])"]);
    // A third has no end: it stays as it is written, and is exact.
    assert_eq!(nodes("segment x = 1 / 3 < 0.5").len(), 4);
}

#[test]
fn suppression_is_certain() {
    assert_eq!(nodes("segment x = vip = true except age > 3")[2..], ["Sure(1)", "Not(2)", "And([0, 3])"]);
    assert_eq!(nodes("segment a = vip = true\nsegment b = in segment a")[1..], ["Sure(0)"]);
}

#[test]
fn shares_are_exact() {
    let shown = nodes("segment x = sample 0.000001% salt \"s\" or bucket of 4 salt \"s\" in (3, 1, 3)");
    assert!(shown[0].contains("parts: 100000000, among: Below(1)"), "{shown:?}");
    assert!(shown[1].contains("parts: 4, among: These([1, 3])"), "{shown:?}");
}

#[test]
fn a_place_is_kept_to_the_billionth_of_a_degree() {
    let shown = nodes("segment x = home within 0.5 km of (-52.5200000019, 13)");
    assert!(shown[0].contains("Circle { millimetres: 500000, lat: -52520000001, lon: 13000000000 }"), "{shown:?}");
}
