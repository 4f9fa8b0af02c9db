//! Texts and the trees that they give, and sets of definitions.

use std::time::Duration;

use onefold_model::Money;

use super::{nine, read, shop, tree};
use crate::{Definition, Definitions, Expr, Source, count, did, event, field, sum};

#[test]
fn the_text_of_the_tutorial_is_canonical() {
    let text = r#"segment win_back {
  sum(purchase.amount) ever >= 500 EUR
  and not did any in last 14d
  and not in segment fresh
  and (consent(marketing, email) or country not in ("DE", "FR"))
}
segment fresh = signup within last 30d
segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3d
segment bulk = sum(purchase[category = "shoes" and qty > 1].amount) between 60d and 30d ago >= 500.5 EUR
segment spring = count(`Order Seen`) between @2026-03-01T00:00:00Z and @2026-06-01T00:00:00Z >= 3
"#;
    assert_eq!(read(text).to_string(), text);
}

#[test]
fn other_ways_to_write_it_give_the_same_tree() {
    for (canonical, other) in [
        ("did purchase ever", "did purchase"),
        ("did purchase in last 14d", "did purchase in last 2 weeks # a fortnight\n"),
        ("count(purchase) in last 30d >= 3", "3 <= count(purchase) in last 30 days"),
        ("sum(purchase.amount) ever > 500 EUR", "500.00 EUR < sum(purchase.amount) ever"),
        ("country = \"DE\"", "\"DE\" = country"),
        ("country is not null", "country exists"),
        ("country = \"DE\" and age > 3 and vip = true", "country = \"DE\" and (age > 3 and (vip = true))"),
        (
            "did add_to_cart as c then purchase[cart_id = c.cart_id] within 1h, ever",
            "did add_to_cart as c then did purchase[c.cart_id = cart_id] within 60 minutes",
        ),
        ("did purchase since @2026-03-01T00:00:00Z", "did purchase since @2026-03-01"),
        ("did purchase since @2026-03-01T00:00:00Z", "did purchase since \"2026-03-01\""),
    ] {
        assert_eq!(tree(&format!("segment x = {other}")).to_string(), format!("segment x = {canonical}\n"));
        assert_eq!(tree(&format!("segment x {{ {other} }}")), tree(&format!("segment x = {canonical}")));
    }
}

#[test]
fn and_binds_tighter_than_or_and_not_tightest() {
    let parts = [field("vip").is(true), field("age").above(3), field("country").is("DE")];
    let [vip, age, country] = parts;
    let tree_of = |text: &str| tree(&format!("segment x = {text}")).segments[0].expr.clone();
    let text = "vip = true or age > 3 and not country = \"DE\"";
    assert_eq!(tree_of(text), vip.clone().or(age.clone().and(country.clone().not())));
    let text = "not (vip = true or age > 3) and country = \"DE\"";
    assert_eq!(tree_of(text), vip.or(age).not().and(country));
}

#[test]
fn rust_writes_the_same_tree() {
    let hour = Duration::from_hours(1);
    let bought = event("purchase").when(field("cart_id").same_as("c", "cart_id"));
    let built = Definitions::builder()
        .segment("cart", did("add_to_cart").step("c").then_not(bought, hour).in_last(hour * 72))
        .segment("big", sum("purchase", "amount").ever().at_least("500 EUR".parse::<Money>().unwrap()))
        .segment(
            "often",
            count("purchase").in_last(hour).above(3).and(Expr::member("big")).and(Expr::consent_over("ads", "email")),
        )
        .segment("near", field("country").is_in(["DE", "FR"]).or(field("signup").within_last(hour)))
        .build(&shop())
        .unwrap();
    let text = r#"
        segment cart = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
        segment big { sum(purchase.amount) >= 500 EUR }
        segment often = count(purchase) in last 1h > 3 and in segment big and consent(ads, email)
        segment near = country in ("DE", "FR") or signup within last 1 hour"#;
    assert_eq!(built.source(), read(text).source());
}

#[test]
fn an_and_in_an_and_from_json_is_one() {
    let part = |age: i64| field("age").above(age);
    let nested = Expr::And(vec![part(1), Expr::And(vec![part(2)]), Expr::And(vec![part(3), part(4)])]);
    let source = Source { segments: vec![Definition::new("x", nested)] };
    let built = Definitions::from_source(source, &shop()).unwrap();
    assert_eq!(built.to_string(), "segment x = age > 1 and age > 2 and age > 3 and age > 4\n");
    for empty in [
        Expr::And(vec![]),
        Expr::Or(vec![]),
        did(event("purchase").when(Expr::Or(vec![]))).ever(),
        field("age").is_in::<i64>([]),
    ] {
        let source = Source { segments: vec![Definition::new("x", empty)] };
        assert!(Definitions::from_source(source, &shop()).is_err());
    }
}

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
fn the_tutorial_can_be_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SEGMENTS.md");
    let Ok(page) = std::fs::read_to_string(path) else {
        return; // the crate stands alone
    };
    let mut read_blocks = 0;
    for block in page.split("```\n").skip(1).step_by(2) {
        let text = match block.split_whitespace().next() {
            Some("segment" | "#") => {
                format!("segment active_sales_cycle = did `Order Seen`\n{block}")
            }
            Some("did") => block.lines().zip(0..).map(|(line, nth)| format!("segment s{nth} = {line}\n")).collect(),
            _ => continue,
        };
        read(&text);
        read_blocks += 1;
    }
    assert_eq!(read_blocks, 4);
}
