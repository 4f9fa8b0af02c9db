//! Texts and the trees that they give.

use std::time::Duration;

use onefold_model::{Money, Type};

use super::tree;
use crate::{
    Arith, Body, Definition, Expr, Quantifier, Rank, Source, Term, Unit, When, case, constant, count, did, event,
    events, field, first_time, score, sum,
};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The condition that a text says.
fn condition(text: &str) -> Expr {
    match tree(&format!("segment x = {text}")).definitions.remove(0).body {
        Body::Segment(expr) => expr,
        Body::Trait { .. } => panic!("{text}"),
    }
}

/// The value that a text says.
fn value(text: &str) -> Term {
    match tree(&format!("trait x = {text}")).definitions.remove(0).body {
        Body::Trait { value, .. } => value,
        Body::Segment(_) => panic!("{text}"),
    }
}

#[test]
fn the_text_of_the_tutorial_is_canonical() {
    let text = r#"# high lifetime value, silent for 14 days, not in an active sales cycle
segment win_back {
  sum(purchase.amount) ever >= 500 EUR
  and not did any in last 14d
  and not in segment fresh
  and (consent(marketing, email) or country not in ("DE", "FR"))
}
segment fresh = signup within last 30d
segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3d
trait favourite_category: text = most_frequent(product_view.category) in last 90d
segment vip = top 10% by sum(purchase.amount) in last 365d among in segment eu_customers
segment fading = count(login) in last 30d < 0.5 * count(login) between 60d and 30d ago
segment risky = score(churn) >= 0.7 and sample 90% salt "q3-holdout" and country in ("DE", "FR")
segment bulk = sum(purchase[category = "shoes" and qty > 1].amount) between 60d and 30d ago >= 500.5 EUR
segment spring = count(`Order Seen`) between @2026-03-01T00:00:00Z and @2026-06-01T00:00:00Z >= 3
trait tier = case
  when in segment vip or count(purchase) in last calendar year zone "Europe/Berlin" >= 12 then "gold"
  when did purchase ever then "silver"
  else "none"
end
# the end
"#;
    assert_eq!(tree(text).to_string(), text);
}

#[test]
fn every_construct_reads_back_as_it_is_written() {
    for text in [
        "tags contains any (\"a\", \"b\") and tags contains all (\"a\")",
        "born anniversary within next 7d",
        "renewal within next 30d",
        "home within 5 km of (52.52, -13.405)",
        "address.city = \"Berlin\"",
        "size(tags) > 3",
        "days_since(signup) < 7 and years_since(born) >= 18",
        "first time purchase in last 30d",
        "stopped login for 14d",
        "did a as x then b[k = x.k] as y within 1h then not c[k = y.k] within 2d then d, in last 30d",
        "(country = \"DE\") for 30d",
        "not (in segment vip) for 7d",
        "plan changed from \"free\" to \"pro\" in last 30d",
        "plan changed ever",
        "bucket of 10 salt \"q3\" in (0, 1)",
        "bottom 50 by rating",
        "any of account (did login in last 7d)",
        "none of household (age < 18) or all of household (age is null)",
        "any items[category = \"shoes\" and quantity >= 2]",
        "none orders.items[price > 5 EUR]",
        "did purchase ever except in segment staff except in segment gone",
        "did purchase ever except (in segment staff except in segment gone)",
        "avg(purchase.amount) in this month zone timezone > 5 EUR",
        "active_days(any) in last 2 calendar weeks >= 5",
        "sessions(any of (page, screen), 30m) in last 7d > session_time(any, 30m) ever / 60",
        "last(purchase) ever within last 30d",
        "did page in session of 30m",
        "did page before 90d ago and did page before @2026-03-01T00:00:00Z",
        "a + b * c - d / (e - -5) = (f + g) * 2 EUR",
        "a - (b - c) > a - b - c",
        "distinct(purchase[did = 1 and `any` = true].items.price) ever in (1, 2)",
        "case when x > 1 then true else false end = true",
        "first = 1 and top = 2 and time = 3 and score = 4 and day = 5 and all = 6 and stopped = true and of = 7",
        "stopped `exists` for 1d and stopped is null and stopped contains \"a\"",
        "all contains \"x\" or none is null or sample > 1 or bucket < 1 or consent = true or then in (1)",
    ] {
        let text = text.replace("[did =", "[`did` =");
        assert_eq!(condition(&text).to_string(), text);
    }
}

#[test]
fn other_ways_to_write_it_give_the_same_tree() {
    for (canonical, other) in [
        ("did purchase ever", "did purchase"),
        ("did purchase in last 14d", "did purchase in last 2 weeks"),
        ("count(purchase) in last 30d >= 3", "3 <= count(purchase) in last 30 days"),
        ("sum(purchase.amount) ever > 500 EUR", "500.00 EUR < sum(purchase.amount) ever"),
        ("country = \"DE\"", "\"DE\" = country"),
        ("country is not null", "country exists"),
        ("country = \"DE\" and age > 3 and vip = true", "country = \"DE\" and (age > 3 and (vip = true))"),
        (
            "did add_to_cart as c then purchase[cart_id = c.cart_id] within 1h, ever",
            "did add_to_cart as c then did purchase[cart_id = c.cart_id] within 60 minutes",
        ),
        ("did a then b, in last 1d", "did a then b in last 1 day"),
        ("did purchase since @2026-03-01T00:00:00Z", "did purchase since @2026-03-01"),
        ("did purchase since @2026-03-01T00:00:00Z", "did purchase since \"2026-03-01\""),
        ("did purchase in last calendar month", "did purchase in last 1 calendar months"),
        ("home within 0.5 km of (1, 2)", "home within 500 m of (1, 2)"),
        ("(in segment vip) for 7d", "in segment vip for 7 days"),
        ("(country = \"DE\") for 7d", "country = \"DE\" for 1 week"),
        ("a + b > 3", "((a) + (b)) > (3)"),
        ("x > 3 or y = 1", "((x > 3) or y = 1)"),
        ("x = -5", "x = - 5"),
        ("x = 1 - 5", "x = 1 -5"),
        (
            "case when did purchase ever then \"a\" else \"b\" end = \"a\"",
            "case when did purchase then \"a\" else \"b\" end = \"a\"",
        ),
    ] {
        assert_eq!(condition(other).to_string(), canonical);
        assert_eq!(tree(&format!("segment x {{ {other} }}")), tree(&format!("segment x = {canonical}")));
    }
}

#[test]
fn and_binds_tighter_than_or_not_tightest_and_except_loosest() {
    let parts = [field("vip").is(true), field("age").above(3), field("country").is("DE")];
    let [vip, age, country] = parts;
    let text = "vip = true or age > 3 and not country = \"DE\"";
    assert_eq!(condition(text), vip.clone().or(age.clone().and(country.clone().not())));
    let text = "not (vip = true or age > 3) and country = \"DE\"";
    assert_eq!(condition(text), vip.clone().or(age.clone()).not().and(country.clone()));
    let text = "vip = true or age > 3 except country = \"DE\" except age > 3";
    assert_eq!(condition(text), vip.or(age.clone()).except(country).except(age));
}

#[test]
fn products_bind_tighter_than_sums_and_both_go_from_left_to_right() {
    let name = |name: &str| field(name);
    assert_eq!(value("a - b - c"), (name("a") - name("b") - name("c")).into());
    assert_eq!(value("a - b * c / d"), (name("a") - name("b") * name("c") / name("d")).into());
    assert_eq!(value("(a - b) * 2"), ((name("a") - name("b")) * 2).into());
    assert!(matches!(value("2 + -3"), Term::Arithmetic(_, Arith::Add, right) if matches!(*right, Term::Constant(_))));
}

#[test]
fn a_comment_stays_with_its_definition() {
    let source = tree(
        "# before\n#   and before\nsegment a = # inside\n  x = 1 # behind\n# of b\nsegment b { y = 2 # within\n }\n\n#last\n#\n",
    );
    let notes: Vec<_> = source.definitions.iter().map(|it| it.notes.clone()).collect();
    assert_eq!(notes, [vec!["before", "  and before", "inside", "behind"], vec!["of b", "within"]]);
    assert_eq!(source.notes, ["last", ""]);
    assert_eq!(
        source.to_string(),
        "# before\n#   and before\n# inside\n# behind\nsegment a = x = 1\n# of b\n# within\nsegment b = y = 2\n# last\n#\n"
    );
    assert_eq!(tree("# alone").notes, ["alone"]);
    let row = tree("segment a = x = 1 segment b = y = 2 # of b");
    assert_eq!((row.definitions[0].notes.len(), row.definitions[1].notes.len()), (0, 1));
}

#[test]
fn rust_writes_the_same_tree() {
    let bought = event("purchase").when(field("cart_id").same_as("c", "cart_id"));
    let euros = |text: &str| text.parse::<Money>().unwrap();
    for (built, text) in [
        (
            did("add_to_cart").step("c").then_not(bought, HOUR).in_last(DAY * 3),
            "did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days",
        ),
        (sum("purchase", "amount").ever().at_least(euros("500 EUR")), "sum(purchase.amount) >= 500 EUR"),
        (
            count("purchase").in_last(HOUR).above(3).and(Expr::member("big")).and(Expr::consent_over("ads", "email")),
            "count(purchase) in last 1h > 3 and in segment big and consent(ads, email)",
        ),
        (
            field("country").is_in(["DE", "FR"]).or(field("signup").within_last(HOUR)),
            "country in (\"DE\", \"FR\") or signup within last 1 hour",
        ),
        (
            count("login").in_last(DAY * 30).below(constant(2) * count("login").between_ago(DAY * 60, DAY * 30)),
            "count(login) in last 30 days < 2 * count(login) between 60 days and 30 days ago",
        ),
        (
            Rank::top_percent(10, event("purchase").avg("amount").in_last(DAY)).among("eu").into(),
            "top 10% by avg(purchase.amount) in last 1d among in segment eu",
        ),
        (first_time(events(["page", "screen"])).in_this(Unit::Week), "first time any of (page, screen) in this week"),
        (
            event("any").active_days().during(When::Calendar { count: 2, unit: Unit::Month }.zone("UTC")).above(3),
            "active_days(any) in last 2 calendar months zone \"UTC\" > 3",
        ),
        (Quantifier::All.of("account", score("churn").below(1)), "all of account (score(churn) < 1)"),
        (
            Quantifier::None.items(["order", "items"], field("price").above(euros("5 EUR"))),
            "none order.items[price > 5 EUR]",
        ),
        (field("plan").changed().to("pro").in_last(DAY), "plan changed to \"pro\" in last 1d"),
        (
            field("vip").is(true).held_for(DAY).except(Expr::sample(5, "x")),
            "(vip = true) for 1d except sample 5% salt \"x\"",
        ),
        (
            case(field("a").above(1), "x").when(field("b").above(1), field("c")).end().is("x"),
            "case when a > 1 then \"x\" when b > 1 then c end = \"x\"",
        ),
    ] {
        assert_eq!(built, condition(text), "{text}");
    }
    let computed = Definition::computed("orders", Type::Int, count("purchase").ever()).note("all of them");
    let source = Source { definitions: vec![computed], notes: Vec::new() };
    assert_eq!(source, tree("# all of them\ntrait orders: int = count(purchase)"));
}

#[test]
fn an_and_in_an_and_is_one_and_a_constant_changes_sides() {
    let part = |age: i64| field("age").above(age);
    let nested = Expr::And(vec![part(1), Expr::And(vec![part(2)]), Expr::And(vec![part(3), part(4)])]);
    let normal = Definition::segment("x", nested).normal();
    assert_eq!(normal.to_string(), "segment x = age > 1 and age > 2 and age > 3 and age > 4\n");
    let json = r#"{"name": "x", "body": {"segment": {"test": {"subject": {"constant": {"number": 3}},
        "check": {"compare": ["<", {"name": ["age"]}]}}}}}"#;
    let left: Definition = serde_json::from_str(json).unwrap();
    assert_eq!(left.normal().to_string(), "segment x = age > 3\n");
}
