//! What is probably not meant is told, and what is fine is not.

use super::read;
use crate::Definitions;

fn codes(text: &str) -> Vec<&'static str> {
    let read = read(text);
    assert!(read.lints().iter().all(|lint| lint.help.is_some()), "{text}");
    read.lints().iter().map(|lint| lint.code).collect()
}

#[test]
fn each_lint_is_told_where_it_is_due_and_only_there() {
    for (condition, expected) in [
        ("country != \"DE\"", &["W01"][..]),
        ("country not in (\"DE\")", &["W01"]),
        ("not country = \"DE\"", &["W01"]),
        ("address.city != \"Berlin\"", &["W01"]),
        ("country != \"DE\" or country is null", &[]),
        ("vip = true except country = \"DE\"", &[]),
        ("vip = true except country != \"DE\"", &[]),
        ("not country != \"DE\"", &[]),
        ("count(purchase) ever != 5", &[]),
        ("country != plan", &[]),
        ("age > 5 and age < 3", &["W02"]),
        ("age > 5 and age <= 5", &["W02"]),
        ("age >= 5 and age <= 5", &[]),
        ("age < 3 and vip = true and age >= 3", &["W02"]),
        ("country = \"DE\" and country = \"FR\"", &["W02"]),
        ("country = \"DE\" or country = \"FR\"", &[]),
        ("country in (\"DE\", \"FR\") and country in (\"IT\", \"ES\")", &["W02"]),
        ("country in (\"DE\", \"FR\") and country in (\"IT\", \"FR\")", &[]),
        ("country = \"DE\" and country not in (\"DE\", \"FR\") and country is not null", &["W02"]),
        ("country starts with \"A\" and country in (\"DE\", \"FR\")", &["W02"]),
        ("age in (1, 2) and age > 3", &["W02"]),
        ("age is null and age > 3", &["W02"]),
        ("tags contains \"a\" and tags contains \"b\"", &[]),
        ("orders.total > 5 and orders.total < 3", &[]),
        ("extra > 5 and extra < 3", &[]),
        ("count(login) ever > 5 and count(login) ever < 3", &["W02"]),
        ("count(login) ever > 5 and count(login) in last 3 days < 3", &[]),
        ("sum(purchase.amount) ever > 5 EUR and sum(purchase.amount) ever < 3 USD", &[]),
        ("signup > \"2026-01-01T10:00:00+05:00\" and signup < \"2026-01-01T09:00:00Z\"", &[]),
        ("signup > @2026-01-02 and signup < @2026-01-01", &["W02"]),
        ("did purchase[qty > 5 and qty < 3] ever", &["W02"]),
        ("did purchase[any items[qty > 5 and qty < 3]] ever", &[]),
        ("count(purchase) ever >= 0", &["W03"]),
        ("count(purchase) ever < 0", &["W03"]),
        ("size(tags) >= 0", &["W03"]),
        ("3 < 5", &["W03"]),
        ("sum(purchase.qty) ever >= 0", &[]),
        ("count(purchase) ever = 0", &[]),
        ("did add_to_cart then not purchase within 3 days, in last 1 day", &["W04"]),
        ("did add_to_cart then not login within 3 days then purchase, in last 1 day", &["W04"]),
        ("did add_to_cart then not purchase within 1h, in last 1 day", &[]),
        ("diet = \"vegan\"", &["W05"]),
        ("size(tags) > 2 and diet = plan", &["W05"]),
        ("diet changed in last 3 days", &["W05"]),
        ("any of account (diet = \"vegan\")", &["W05"]),
        ("diet = \"vegan\" and consent(marketing)", &[]),
        ("avg(purchase.qty) ever = 5", &["W07"]),
        ("score(churn) = 0.5", &["W07"]),
        ("churn in (0.5, 0.6)", &["W07"]),
        ("avg(purchase.qty) ever >= 5", &[]),
        ("score(churn) != 0.5", &[]),
    ] {
        assert_eq!(codes(&format!("segment x = {condition}")), expected, "{condition}");
    }
}

#[test]
fn who_says_the_same_again_is_told() {
    let text = "segment a = age > 3\nsegment b = age > 3\nsegment c = age > 4\ntrait d = age + 1\ntrait e = age + 1";
    let told: Vec<String> = read(text).lints().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "W08: segment b says the same as segment a; say `in segment a` in its place",
            "W08: trait e says the same as trait d; say `d` in its place"
        ]
    );
}

#[test]
fn amounts_in_two_currencies_are_told() {
    use onefold_model::schema::Field;
    use onefold_model::{Kind, Schema, Type};
    let money = |name: &str, currency: &str| Field {
        name: name.into(),
        ty: Type::Money,
        currency: currency.parse().ok(),
        ..Field::default()
    };
    let schema = Schema::builder()
        .kind(Kind::person("user_id"))
        .declare_field(money("spent", "EUR"))
        .declare_field(money("limit", "USD"))
        .declare_field(money("left", "EUR"))
        .field("open", Type::Money)
        .build([7; 32].into())
        .unwrap();
    let codes = |text: &str| {
        let read = Definitions::parse(text, &schema).unwrap();
        read.lints().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        codes("segment x = spent > limit"),
        [
            "W10: `spent` is in EUR and `limit` in USD, which do not compare; compare amounts of one currency; there are no exchange rates"
        ]
    );
    for fine in ["spent > left", "spent > open", "spent > 5 USD"] {
        assert_eq!(codes(&format!("segment x = {fine}")), [""; 0], "{fine}");
    }
}

#[test]
fn a_lint_speaks_in_full() {
    let told = |text: &str| read(text).lints().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told("segment x = country != \"DE\" and age > 5 and age < 3 and count(login) ever >= 0"),
        [
            "W01: segment x leaves out everyone of whom `country` is not known; say `country is not null` if that is meant, or add `or country is null`",
            "W02: conditions of segment x on `age` contradict each other; write `or` where either is enough",
            "W03: `count(login)` >= 0 always holds in segment x; a count is never below 0"
        ]
    );
    assert_eq!(
        told("segment x = did login then not purchase within 3d, in last 1d and diet = \"a\" and score(churn) = 0.5"),
        [
            "W05: segment x is drawn by the sensitive trait `diet`; add `and consent(..)` for the purpose that it serves",
            "W04: segment x asks for an absence that is decided after its window has ended; the window is longer than the span after `within`",
            "W07: `score(churn)` is a score, which is hardly ever exactly so much; compare it with `>=` or `<=`"
        ]
    );
}
