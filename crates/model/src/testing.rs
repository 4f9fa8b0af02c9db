//! Generators for property tests, and one small shop for all of them.
//!
//! The laws speak of all inputs, so they are tested on generated ones. Useful inputs collide: customers share a phone,
//! a browser has two users, two events fall on one instant. So [`draft`] draws from a handful of identifiers and hours
//! rather than from all there are. Nothing here is random by itself; proptest drives it, and shrinks what fails.

use std::ops::Range;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::schema::{EventType, Field, Group};
use crate::{
    Action, Chosen, Currency, Date, Decimal, Draft, Form, Kind, Money, Party, Schema, Score, Survivorship, Text, Time,
    Type, Value,
};

/// When the drafts of [`draft`] begin.
pub const FIRST: Time = Time::from_secs(1_772_000_000);
/// After all drafts of [`draft`]: a time to receive them at.
pub const NOW: Time = Time::from_secs(1_772_000_000 + 30 * 86_400);

/// Any value: every variant, lists and maps a few levels deep.
pub fn value() -> impl Strategy<Value = Value> {
    plain().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::from), vec((text(), inner), 0..4).prop_map(Value::map),]
    })
}

/// Any value that is no list and no map.
pub fn plain() -> impl Strategy<Value = Value> {
    let decimal = || (any::<i64>(), 0..=18_u8).prop_filter_map("no such number", decimal);
    let currency =
        select(vec!["EUR", "USD", "JPY"]).prop_filter_map("no currency", |code| code.parse::<Currency>().ok());
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        decimal().prop_map(Value::from),
        (decimal(), currency).prop_map(|(amount, currency)| Money::new(amount, currency).into()),
        text().prop_map(Value::from),
        any::<i64>().prop_map(|micros| Value::Time(Time(micros))),
        (-700_000..2_900_000_i32).prop_filter_map("no such day", |days| Date::from_days(days).map(Value::from)),
        any::<f64>().prop_filter_map("no score", |number| Score::new(number).map(Value::from)),
    ]
}

fn decimal((units, scale): (i64, u8)) -> Option<Decimal> {
    Decimal::new(units, scale)
}

/// Short text of any script, empty text and text longer than what stands inline included.
pub fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        4 => "[a-z_]{1,8}".prop_map(Text::from),
        2 => "\\PC{0,6}".prop_map(Text::from),
        1 => any::<String>().prop_map(Text::from),
    ]
}

/// An instant within a window, the ends of its hours more often than others.
pub fn time(within: Range<Time>) -> impl Strategy<Value = Time> {
    let hours = within.end.since(within.start).as_secs() / 3600;
    let start = within.start;
    let hour = (0..hours.max(1)).prop_map(move |hour| start + Duration::from_secs(hour * 3600));
    let any = (within.start.0..within.end.0.max(within.start.0 + 1)).prop_map(Time);
    prop_oneof![2 => hour, 1 => any]
}

/// A small shop: a CRM, a web shop and a vendor; customers by user id, e-mail and phone; browsers that are linked with
/// consent, at most three to a person; households.
#[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a fixed schema, for tests")]
#[must_use]
pub fn shop() -> Schema {
    let field = |name: &str, ty, keep| Field { name: name.into(), ty, keep: Some(keep), ..Field::default() };
    let mut spec = Schema::builder()
        .source("crm", Party::First, 90)
        .source("web", Party::First, 50)
        .source("vendor", Party::Third, 10)
        .kind(Kind::person("user_id").unique())
        .kind(Kind::person("email").form(Form::Email).limit(2).block("info@*"))
        .kind(Kind::person("phone").form(Form::Phone).shareable().limit_within(2, Duration::from_hours(24)))
        .kind(Kind::device("anonymous_id").limit(3).stitch("recognition"))
        .kind(Kind::device("kiosk").session(Duration::from_mins(30)))
        .kind(Kind::group("household", "lives_in"))
        .declare_field(field("name", Type::Text, Survivorship::MostTrusted))
        .declare_field(field("country", Type::Text, Survivorship::MostFrequent))
        .declare_field(field("interests", Type::Text, Survivorship::Union))
        .field("street", Type::Text)
        .field("city", Type::Text)
        .field("birth_date", Type::Date)
        .event("product_view", [("product_id", Type::Text), ("category", Type::Text)])
        .event("add_to_cart", [("cart_id", Type::Text), ("product_id", Type::Text)])
        .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
        .declare_event(EventType { name: "return".into(), passive: true, ..EventType::default() })
        .purpose("marketing")
        .purpose("recognition")
        .channel("email")
        .channel("sms")
        .spec();
    spec.groups.push(Group {
        name: "address".into(),
        fields: ["street", "city"].map(Text::from).into(),
        keep: Survivorship::MostComplete,
    });
    spec.build([7; 32].into()).expect("the shop's schema holds together")
}

/// A record of the [`shop`], which receives it at [`NOW`]: from few customers, few hours, so that records meet.
pub fn draft() -> impl Strategy<Value = Draft> {
    let who = prop_oneof![
        select(vec![("user_id", "u-1"), ("user_id", "u-2"), ("user_id", "u-3")]),
        select(vec![
            ("email", "ada@example.com"),
            ("email", "Ada@Example.com "),
            ("email", "ben@example.com"),
            ("email", "info@example.com")
        ]),
        select(vec![("phone", "+49 30 1234567"), ("phone", "+49 30 7654321")]),
        select(vec![
            ("anonymous_id", "a-1"),
            ("anonymous_id", "a-2"),
            ("anonymous_id", "a-3"),
            ("anonymous_id", "a-4")
        ]),
        select(vec![("household", "h-1"), ("kiosk", "k-1")]),
    ];
    let said = prop_oneof![
        3 => select(vec!["p-1", "p-2"]).prop_map(Said::Saw),
        2 => select(vec!["c-1", "c-2"]).prop_map(Said::Carted),
        2 => (select(vec!["c-1", "c-2"]), 0..100_000_i64).prop_map(|(cart, cents)| Said::Bought(cart, cents)),
        3 => (select(vec!["name", "country", "interests", "city"]), select(vec!["Ada", "DE", "chess"])).prop_map(|(name, text)| Said::States(name, text)),
        2 => (select(vec!["marketing", "recognition"]), select(vec![Action::Grant, Action::Refuse, Action::Withdraw])).prop_map(|(purpose, action)| Said::Chose(purpose, action)),
    ];
    let source = select(vec!["crm", "web", "vendor"]);
    let schema = shop();
    let parts = (source, vec(who, 1..4), said, time(FIRST..NOW), option::weighted(0.2, 0..20_u32));
    parts.prop_map(move |(source, who, said, at, id)| {
        let begun = |what| {
            let draft = schema.draft(source, what).at(at);
            let named = who.iter().fold(draft, |draft, (kind, raw)| draft.who(kind, raw));
            match id {
                Some(id) => named.message_id(&format!("m-{id}")),
                None => named,
            }
        };
        // A choice needs somebody who makes it.
        let maker = |draft: Draft| draft.who("anonymous_id", "a-1");
        match said {
            Said::Saw(product) => begun("product_view").set("product_id", product).set("category", "shoes"),
            Said::Carted(cart) => begun("add_to_cart").set("cart_id", cart).set("product_id", "p-1"),
            Said::Bought(cart, cents) => {
                let amount = Value::from(decimal((cents, 2)));
                let amount = Value::from(format!("{amount} EUR"));
                begun("purchase").set("cart_id", cart).set("amount", amount)
            }
            Said::States(name, text) => begun("identify").trait_(name, text),
            Said::Chose(purpose, action) => maker(begun("consent")).choose(Chosen::new(purpose, action)),
        }
    })
}

#[derive(Clone, Debug)]
enum Said {
    Saw(&'static str),
    Carted(&'static str),
    Bought(&'static str, i64),
    States(&'static str, &'static str),
    Chose(&'static str, Action),
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #[test]
        fn the_shop_receives_every_draft(draft in draft()) {
            let event = draft.receive(NOW);
            prop_assert!(event.is_ok(), "{event:?}");
        }

        #[test]
        fn times_stay_in_their_window(at in time(FIRST..NOW)) {
            prop_assert!((FIRST..NOW).contains(&at));
        }
    }
}
