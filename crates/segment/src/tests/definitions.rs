//! Sets of definitions: how they join, what they depend on, what is said of them.

use super::{nine, read, shop};
use crate::{Definition, Definitions, Expr, Source, did, event, field};

#[test]
fn texts_join_and_ids_stay() {
    let schema = shop();
    let first = read("segment vip = vip = true\nsegment adult = age >= 18");
    let both = first.extend("segment good = in segment vip and in segment adult", &schema).unwrap();
    assert_eq!(both.ids().map(|id| both.name(id)).collect::<Vec<_>>(), ["vip", "adult", "good"]);
    assert_eq!(both.id("adult"), first.id("adult"));
    assert!(first.extend("segment vip = age > 3", &schema).unwrap_err().to_string().starts_with("E05"));
    let other = read("segment german = country = \"DE\"");
    assert_eq!(first.merge(&other, &schema).unwrap().len(), 3);
    assert!(first.merge(&first, &schema).is_err());
    assert!(Definitions::empty().is_empty() && Definitions::parse("# nothing\n", &schema).unwrap().is_empty());
}

#[test]
fn a_chain_of_segments_may_be_long() {
    let mut text = String::from("segment s0 = vip = true\n");
    for nth in 1..5000 {
        text.push_str(&format!(
            "segment s{nth} = in segment s{} and not age > 5 or in segment s{}\n",
            nth - 1,
            nth - 1
        ));
    }
    let chain = read(&text);
    let ada = super::customer("ada").set("vip", true).unwrap();
    let last = chain.id("s4999").unwrap();
    assert!(chain.eval(last, &ada, &ada, nine()).value.is_yes());
}

#[test]
fn an_event_affects_what_its_type_traits_and_choices_can_change() {
    let schema = shop();
    let segments = read(
        "segment buyers = did purchase\nsegment active = did any\nsegment german = country = \"DE\"\n\
         segment both = in segment german and in segment buyers\nsegment asked = consent(ads)\nsegment old = age > 60",
    );
    let names = |draft: onefold_model::Draft| -> Vec<String> {
        let event = draft.who("user_id", "ada").receive(nine()).unwrap();
        segments.affected_by(&event).into_iter().map(|id| segments.name(id).to_owned()).collect()
    };
    assert_eq!(names(schema.draft("web", "purchase")), ["buyers", "active", "both"]);
    assert_eq!(names(schema.draft("web", "page")), ["active"]);
    assert_eq!(names(schema.draft("web", "returned")), Vec::<String>::new());
    assert_eq!(names(schema.draft("web", "identify").trait_("country", "FR")), ["german", "both"]);
    assert_eq!(names(schema.draft("web", "consent").refuse("*")), ["asked"]);
    let both = segments.id("both").unwrap();
    assert_eq!(segments.fields_used(both), [schema.field("country").unwrap()]);
    assert_eq!(segments.events_used(both), [schema.event_type("purchase").unwrap()]);
}

#[test]
fn lints_tell_what_is_probably_not_meant() {
    for (condition, codes) in [
        ("country != \"DE\"", &["W01"][..]),
        ("country not in (\"DE\")", &["W01"]),
        ("not country = \"DE\"", &["W01"]),
        ("country != \"DE\" or country is null", &[]),
        ("country = \"DE\"", &[]),
        ("not country != \"DE\"", &[]),
        ("age > 5 and age < 3", &["W02"]),
        ("age > 5 and age <= 5", &["W02"]),
        ("age >= 5 and age <= 5", &[]),
        ("age < 3 and vip = true and age >= 3", &["W02"]),
        ("country = \"DE\" and country = \"FR\"", &["W02"]),
        ("country = \"DE\" or country = \"FR\"", &[]),
        ("age = 4 and age > 4", &["W02"]),
        ("count(purchase) >= 0", &["W03"]),
        ("count(purchase) < 0", &["W03"]),
        ("count(purchase) = 0", &[]),
        ("did add_to_cart then not purchase within 3 days, in last 1 day", &["W04"]),
        ("did add_to_cart then not purchase within 1h, in last 1 day", &[]),
        ("diet = \"vegan\"", &["W05"]),
        ("diet = \"vegan\" and consent(marketing)", &[]),
    ] {
        let segments = read(&format!("segment x = {condition}"));
        let found: Vec<_> = segments.lints().iter().map(|lint| lint.code).collect();
        assert_eq!(found, codes, "{condition}");
        assert!(segments.lints().iter().all(|lint| lint.help.is_some()));
    }
}

#[test]
fn a_condition_of_no_parts_is_refused() {
    for empty in [
        Expr::And(vec![]),
        Expr::Or(vec![]),
        did(event("purchase").when(Expr::Or(vec![]))).ever(),
        field("age").is_in::<i64>([]),
    ] {
        let source = Source { definitions: vec![Definition::segment("x", empty)], ..Source::default() };
        assert!(Definitions::from_source(source, &shop()).is_err());
    }
}
