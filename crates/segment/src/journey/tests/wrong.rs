//! Journeys that do not hold together, and how they are shown.

use std::time::Duration;

use super::shop::{schema, segments};
use super::story::{entered, hours};
use crate::Zone;
use crate::journey::{Does, Excess, Exit, Journey, Source, Step, Trigger};

fn faults(source: Source) -> Vec<String> {
    let schema = schema();
    let error = source.check(&segments(&schema), &schema).unwrap_err();
    error.to_string().lines().map(str::to_owned).collect()
}

fn journey() -> Journey {
    Journey::on("j", entered("a"))
}

#[test]
fn each_fault_has_a_code_a_place_and_help() {
    let event = |name: &str| Trigger::Event(name.into());
    for (journey, said) in [
        (Journey::on("j", entered("aa")).task("t"), "J01: journey `j`: unknown segment `aa`; did you mean `a`?"),
        (
            journey().wait(event("xx"), hours(1), "next"),
            "J02: journey `j`, step `1`: unknown event `xx`; did you mean `x`?",
        ),
        (
            journey().key("k").task("t"),
            "J03: journey `j`: a key `k`, but no event that begins it; a segment is entered by a profile, not by a cart; let an event begin the journey",
        ),
        (
            Journey::on("j", event("x")).key("kk").task("t"),
            "J03: journey `j`: the key `kk` of `x`: unknown property `kk`; did you mean `k`?",
        ),
        (
            journey().task("t").named("greet").then("gret"),
            "J04: journey `j`, step `greet`: unknown step `gret`; did you mean `greet`?",
        ),
        (journey().task("t").named("next"), "J05: journey `j`: a step cannot be called `next`"),
        (journey().task("t").named("2").task("t"), "J05: journey `j`: two steps are called `2`"),
        (journey().task("t").then("end").task("u"), "J06: journey `j`, step `2` is never reached"),
        (
            journey().task("t").delay(Duration::from_secs(59)).then("1"),
            "J07: journey `j`, step `1` comes round without end; let a delay of a minute or more, or a wait for an event, be part of it",
        ),
        (
            journey().share("s", [(50, "next"), (49, "end")]).task("t"),
            "J08: journey `j`, step `1`: the shares do not add up to 100",
        ),
        (journey().act("t", "emial"), "J09: journey `j`, step `1`: unknown channel `emial`; did you mean `email`?"),
        (
            journey().until(hours(1), None, "9:00").task("t"),
            "J10: journey `j`, step `1`: `9:00` is no time of day; hours and minutes, such as `09:00`",
        ),
        (journey(), "J11: journey `j` has no steps"),
        (journey().exit(Exit::In("e".into())).task("t"), "J01: journey `j`: unknown segment `e`; did you mean `a`?"),
    ] {
        assert_eq!(faults(Source::default().journey(journey)), [said]);
    }
    let common = Source::default().cap(None, 0, Duration::ZERO, Excess::Skip).quiet("08:00", "08:00");
    let common = common.suppress("f").zone(Zone::Named("Mars".into()));
    let codes: Vec<String> = faults(common).iter().map(|it| it[..3].to_owned()).collect();
    assert_eq!(codes, ["J12", "J10", "J10", "J01", "J10"]);
    assert_eq!(faults(Source::default().journey(journey().task("t")).journey(journey().task("t"))).len(), 1);
}

#[test]
fn a_loop_with_time_or_an_event_in_it_is_fine() {
    let schema = schema();
    for journey in [
        journey().delay(hours(1)).task("t").then("1"),
        journey().wait(Trigger::Event("x".into()), hours(1), "end").task("t").then("1"),
    ] {
        Source::default().journey(journey).check(&segments(&schema), &schema).unwrap();
    }
    let waits = journey().wait(entered("b"), hours(1), "end").task("t").then("1");
    assert_eq!(&faults(Source::default().journey(waits))[0][..3], "J07");
}

#[test]
fn text_json_and_rust_say_the_same() {
    let source = Source::default()
        .journey(
            Journey::on("cart", Trigger::Event("x".into()))
                .key("k")
                .fresh(hours(2))
                .priority(3)
                .goal(Trigger::Event("y".into()))
                .wait(Trigger::Event("y".into()), hours(1), "remind")
                .then("end")
                .act("remind", "email")
                .named("remind")
                .with("template", "cart")
                .split("a", "end")
                .share("q", [(10, "end"), (90, "next")])
                .until(Duration::ZERO, None, "09:00")
                .task("call"),
        )
        .cap(Some("email"), 2, hours(24), Excess::Postpone)
        .quiet("21:00", "08:00")
        .suppress("d");
    let json = serde_json::to_string(&source).unwrap();
    assert_eq!(serde_json::from_str::<Source>(&json).unwrap(), source);
    let schema = schema();
    let journeys = source.check(&segments(&schema), &schema).unwrap();
    assert_eq!(
        journeys.explain(),
        "Journey cart begins when a profile does x, once for each k, and never again.
  An event told more than 2h late does not begin it.
  Its goal is reached when the profile does y.
  1: wait less than 1h until it does y; then to the end, else to remind
  remind: order remind by email
  3: ask whether it is in a; if so on, else to the end
  4: go 10% to the end, 90% on
  5: go on at 09:00
  6: order call

At most 2 actions by email in any 1d; one too many waits for room.
No action from 21:00 to 08:00 (UTC); it waits for the end.
No action reaches members of d.
"
    );
    assert_eq!(
        journeys.mermaid("cart").unwrap().lines().take(5).collect::<Vec<_>>(),
        [
            "flowchart TD",
            "  start([\"does x\"]) --> s0",
            "  s0[\"1: wait less than 1h until it does y\"]",
            "  s0 -- yes --> over([end])",
            "  s0 -- no --> s1",
        ]
    );
    assert_eq!(journeys.mermaid("tart"), None);
}

#[test]
fn a_step_does_one_thing() {
    for json in [r#"{}"#, r#"{"then": "end"}"#, r#"{"delay": {"span": "1h"}, "act": {"action": "x"}}"#] {
        let error = serde_json::from_str::<Step>(json).unwrap_err().to_string();
        assert!(error.starts_with("a step has one of `delay`, `wait`, `split`, `share` and `act`"), "{error}");
    }
    assert!(serde_json::from_str::<Step>(r#"{"delay": {"spam": "1h"}}"#).is_err());
    let step: Step = serde_json::from_str(r#"{"delay": {"until": {"weekday": "monday", "at": "09:00"}}}"#).unwrap();
    assert!(matches!(step.does, Does::Delay { span: Duration::ZERO, until: Some(_) }));
}
