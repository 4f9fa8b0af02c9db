//! What is told in plain English, and that different definitions are told differently.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::dice::any_definition;
use super::tree;
use crate::{Body, Definition, field};

fn english(text: &str) -> String {
    tree(text).definitions[0].english()
}

#[test]
fn definitions_read_as_sentences_and_lists() {
    for (text, told) in [
        (
            "segment x = sum(purchase.amount) ever >= 500 EUR and not did any in last 14 days \
             and not in segment active_sales_cycle and consent(marketing, email)",
            "Customers whose sum of *amount* of *purchase* at any time is at least 500 EUR, and who did nothing in the \
             last 14 days, and who are not in *active_sales_cycle*, and who permit *marketing* by *email*.",
        ),
        (
            "segment x = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days",
            "Customers who did these in turn: *add_to_cart* called *c*, then no *purchase* (where its *cart_id* is \
             *c*'s *cart_id*) within 1 hour; the first of them in the last 3 days.",
        ),
        (
            "segment x = top 10% by sum(purchase.amount) in last 365 days among in segment eu_customers",
            "Customers who are in the top 10% of those in *eu_customers* by their sum of *amount* of *purchase* in the \
             last 365 days.",
        ),
        (
            "segment x = count(login) in last 30 days < 0.5 * count(login) between 60 days and 30 days ago",
            "Customers whose number of *login* in the last 30 days is less than (0.5 times their number of *login* \
             between 60 days and 30 days ago).",
        ),
        (
            "segment x = score(churn) >= 0.7 and sample 90% salt \"q3\" and (country = \"DE\") for 30 days",
            "Customers whose score *churn* is at least 0.7, and who are in the 90% sample \"q3\", and of whom it has \
             been true all through the last 30 days that (their *country* is \"DE\").",
        ),
        (
            "segment x = any of account (did login in last 1 day) or none items[qty > 1 or price is null]",
            "Customers of whose *account* at least one member is someone (who did *login* in the last day), or of whose \
             *items* none is such that (its *qty* is more than 1 or its *price* is not known).",
        ),
        (
            "segment x = (vip = true or not (age > 3 and age < 5)) and did any of (page, screen) in this week except in segment staff",
            "Customers of whom this is true:\n\
             - the first of these, but not, for certain, the second:\n  \
               - all of these:\n    \
                 - at least one of these:\n      \
                   - their *vip* is true\n      \
                   - not this:\n        \
                     - all of these:\n          \
                       - their *age* is more than 3\n          \
                       - their *age* is less than 5\n    \
                 - they did *page* or *screen* in the current calendar week\n  \
               - they are in *staff*",
        ),
        (
            "segment x = plan changed to \"pro\" in last calendar month zone tz and stopped login for 14 days",
            "Customers whose *plan* changed to \"pro\" in the whole calendar month before this one by the clock of \
             their *tz*, and who did *login* before, but stopped and have not for 14 days.",
        ),
        (
            "trait tier: text = case when count(purchase) >= 10 then \"gold\" else \"none\" end",
            "*tier* (of type text) is what applies first:\n- \"gold\", if they did *purchase* at least 10 times, at any \
             time\n- otherwise \"none\"",
        ),
        (
            "trait favourite = most_frequent(view.category) in last 90 days",
            "*favourite* is their most frequent *category* of *view* in the last 90 days.",
        ),
    ] {
        assert_eq!(english(text), told);
    }
}

#[test]
fn different_definitions_are_told_differently() {
    let mut runner = TestRunner::deterministic();
    let mut told: HashMap<String, Definition> = HashMap::new();
    for _ in 0..30_000 {
        let Ok(thrown) = any_definition().new_tree(&mut runner) else { continue };
        let definition = Definition { notes: Vec::new(), name: "x".into(), ..thrown.current() };
        let english = definition.english();
        if let Some(other) = told.get(&english) {
            assert_eq!(other, &definition, "{english}\n{other}{definition}");
        }
        told.insert(english, definition);
    }
    assert!(told.len() > 5000, "{}", told.len());
}

#[test]
fn a_tree_that_is_too_deep_is_not_told() {
    let deep = (0..200).fold(field("vip").is(true), |part, _| part.not());
    assert_eq!(deep.english(), "A definition that nests too deep to be told.");
    assert!(!Definition::segment("x", deep).fits());
}

#[test]
fn the_deepest_tree_reads_back_from_json() {
    let mut deep = field("country").is_in(["DE"]);
    loop {
        let higher =
            Definition::segment("x", deep.clone().not().and(field("vip").is(true)).held_for(std::time::Duration::ZERO));
        if !higher.fits() {
            break;
        }
        let Body::Segment(expr) = higher.body else { return };
        deep = expr;
    }
    let source = crate::Source { definitions: vec![Definition::segment("x", deep)], notes: Vec::new() };
    let json = serde_json::to_string(&source).unwrap();
    assert_eq!(serde_json::from_str::<crate::Source>(&json).unwrap(), source);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn everything_can_be_told(definition in any_definition()) {
        let told = definition.english();
        prop_assert!(told.starts_with("Customers ") || told.starts_with('*'), "{told}");
        prop_assert!(!told.contains("  *") && !told.contains(" ,") && !told.contains("( "), "{told}");
    }
}
