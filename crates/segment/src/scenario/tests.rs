//! What scenarios promise.

use onefold_model::{Kind, Party, Schema, Type};

use super::*;
use crate::Definitions;
use crate::journey::{Journey, Source, Trigger};

fn schema() -> Schema {
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id"))
        .field("country", Type::Text)
        .event("add_to_cart", [("cart_id", Type::Text)])
        .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
        .purpose("marketing")
        .channel("email")
        .build([7; 32].into())
        .unwrap()
}

fn segments(schema: &Schema) -> Definitions {
    let text = r#"
        segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
        segment german = country = "DE"
        segment big = sum(purchase.amount) ever >= 100 EUR
        segment reachable = consent(marketing, email)
    "#;
    Definitions::parse(text, schema).unwrap()
}

fn run(json: &str) -> Result<Report, Fault> {
    let (schema, scenario) = (schema(), serde_json::from_str::<Scenario>(json).unwrap());
    let again: Scenario = serde_json::from_str(&serde_json::to_string(&scenario).unwrap()).unwrap();
    assert_eq!(again, scenario);
    let segments = segments(&schema);
    let remind = Journey::on("remind", Trigger::Entered("cart_abandoned".into())).act("remind", "email");
    let journeys = Source::default().journey(remind).check(&segments, &schema).unwrap();
    scenario.run(&segments, &schema, Some(&journeys))
}

fn told(expect: &str) -> String {
    format!(
        r#"{{
            "start": "2026-03-01T09:00:00Z", "strict": true,
            "who": {{"ada": {{"traits": {{"country": "FR"}}}}, "bob": {{}}}},
            "given": [
                {{"at": "09:30", "who": "ada", "event": "add_to_cart", "with": {{"cart_id": "c-1"}}}},
                {{"at": "11:00", "who": "ada", "event": "purchase", "with": {{"cart_id": "c-1", "amount": "120.00 EUR"}}}},
                {{"at": "12:00", "who": "bob", "traits": {{"country": "DE"}}, "grants": ["marketing/email"]}},
                {{"at": "13:00", "told": "14:00", "who": "bob", "refuses": ["marketing/email"]}}
            ],
            "expect": [
                {{"at": "10:30", "who": "ada", "entered": "cart_abandoned", "ordered": "remind", "in": ["cart_abandoned"], "out": ["big"]}},
                {{"at": "11:00", "who": "ada", "entered": "big"}},
                {{"at": "12:00", "who": "bob", "entered": "german"}},
                {{"at": "12:00", "who": "bob", "entered": "reachable", "value": {{"country": "DE"}}}},
                {{"at": "12:30", "members": {{"german": ["bob"], "big": ["ada"]}}}},
                {{"at": "14:00", "who": "bob", "exited": "reachable"}}
                {expect}
            ]
        }}"#
    )
}

#[test]
fn a_history_that_goes_as_expected_holds() {
    let report = run(&told(r#", {"at": "+72h", "who": "ada", "in": ["cart_abandoned"]}"#)).unwrap();
    assert!(report.holds(), "{report}");
    assert_eq!((report.passed, report.unexpected.len()), (12, 0));
    let lines: Vec<String> = report.transcript.iter().map(ToString::to_string).collect();
    assert_eq!(lines[0], "2026-03-01T09:30:00Z ada add_to_cart (cart_id = c-1)");
    assert_eq!(lines[1], "2026-03-01T10:30:00Z ada -> cart_abandoned");
    assert!(lines.contains(&"2026-03-01T10:30:00Z ada !! remind by email (remind)".to_owned()), "{lines:?}");
    assert!(
        lines.contains(&"2026-03-01T14:00:00Z bob refuses marketing/email; occurred 2026-03-01T13:00:00Z".to_owned())
    );
}

#[test]
fn what_does_not_happen_fails_and_says_what_did() {
    let report = run(&told(
        r#", {"at": "10:31", "who": "ada", "entered": "cart_abandoned"},
           {"at": "12:00", "who": "bob", "in": ["big"], "value": {"country": "FR"}},
           {"at": "12:00", "members": {"german": ["ada"]}}"#,
    ))
    .unwrap();
    let failed: Vec<String> =
        report.failed.iter().map(|it| format!("{} {}: {}", it.expect, it.expected, it.found)).collect();
    assert_eq!(
        failed,
        [
            "7 ada enters cart_abandoned at 2026-03-01T10:31:00Z: at 2026-03-01T10:30:00Z",
            "8 bob in big at 2026-03-01T12:00:00Z: out of it",
            "8 bob's country is FR at 2026-03-01T12:00:00Z: DE",
            "9 german is {ada} at 2026-03-01T12:00:00Z: {bob}",
        ]
    );
    assert!(!report.holds());
}

#[test]
fn what_nobody_expected_fails_where_the_scenario_is_strict() {
    // Time goes on until she leaves the segment.
    let text = told(r#", {"at": "+4d", "who": "ada", "out": ["cart_abandoned"]}"#);
    let report = run(&text).unwrap();
    let unexpected: Vec<String> = report.unexpected.iter().map(ToString::to_string).collect();
    assert_eq!(unexpected, ["2026-03-04T09:30:00Z ada <- cart_abandoned"]);
    assert!(!report.holds() && report.failed.is_empty());
    let report = run(&text.replace(r#""strict": true"#, r#""strict": false"#)).unwrap();
    assert!(report.holds() && report.unexpected.len() == 1);
}

#[test]
fn what_cannot_be_run_says_where_and_why() {
    let empty = r#""start": "2026-03-01T09:00:00Z", "who": {"ada": {}}"#;
    for (rest, wrong) in [
        (
            r#""given": [{"at": "soon", "who": "ada", "event": "purchase"}]"#,
            "given 1: `soon` is no instant; write `2026-03-01T09:00:00Z`, `09:00` or `+1h`",
        ),
        (
            r#""given": [{"at": "10:00", "who": "add", "event": "purchase"}]"#,
            "given 1: unknown customer `add`; did you mean `ada`?",
        ),
        (
            r#""given": [{"at": "10:00", "who": "ada", "event": "purchas"}]"#,
            "given 1: unknown event `purchas`; did you mean `purchase`?",
        ),
        (
            r#""given": [{"at": "10:00", "who": "ada", "event": "purchase", "with": {"amont": 3}}]"#,
            "given 1: unknown property `amont`; did you mean `amount`?",
        ),
        (
            r#""given": [{"at": "10:00", "told": "09:30", "who": "ada", "event": "purchase"}]"#,
            "given 1: told at 2026-03-01T09:30:00Z, before it occurs at 2026-03-01T10:00:00Z",
        ),
        (r#""given": [{"at": "10:00", "who": "ada"}]"#, "given 1: says nothing"),
        (
            r#""given": [{"at": "10:00", "who": "ada", "traits": {"contry": "DE"}}]"#,
            "given 1: unknown trait `contry`; did you mean `country`?",
        ),
        (
            r#""expect": [{"at": "08:00", "who": "ada", "in": ["big"]}]"#,
            "expect 1: 2026-03-01T08:00:00Z is before time begins, at 2026-03-01T09:00:00Z",
        ),
        (r#""expect": [{"at": "10:00", "who": "ada"}]"#, "expect 1: says nothing"),
        (r#""expect": [{"at": "10:00", "entered": "big"}]"#, "expect 1: of whom? `who` is missing"),
        (
            r#""expect": [{"at": "10:00", "who": "ada", "entered": "bigg"}]"#,
            "expect 1: unknown segment `bigg`; did you mean `big`?",
        ),
        (r#""kind": "user""#, "who `ada`: unknown kind of identifier `user`"),
    ] {
        let fault = run(&format!("{{{empty}, {rest}}}")).unwrap_err();
        assert_eq!(fault.to_string(), wrong);
    }
}
