//! Every construct by told clocks, and the law of `until`: what an answer promises comes true.

mod clocks;
mod promises;
mod quick;

use onefold_model::schema::Field;
use onefold_model::{
    Facts, Identifier, Kind, Party, People, ProfileId, RelationId, Schema, Sheet, Time, Type, Until, Value,
};

use crate::Definitions;
use crate::eval::Answer;

pub(super) fn schema() -> Schema {
    Schema::builder()
        .source("app", Party::First, 50)
        .kind(Kind::person("user_id"))
        .kind(Kind::group("account_id", "account"))
        .field("country", Type::Text)
        .field("plan", Type::Text)
        .field("age", Type::Int)
        .field("signup", Type::Time)
        .field("born", Type::Date)
        .field("tags", Type::List)
        .field("address", Type::Map)
        .field("orders", Type::List)
        .field("home", Type::Map)
        .field("timezone", Type::Text)
        .field("churn", Type::Score)
        .field("balance", Type::Money)
        .field("tier", Type::Text)
        .declare_field(Field { name: "anything".into(), ..Field::default() })
        .event("login", [("device", Type::Text)])
        .event("add_to_cart", [("cart_id", Type::Text), ("product", Type::Text)])
        .event(
            "purchase",
            [
                ("cart_id", Type::Text),
                ("amount", Type::Money),
                ("qty", Type::Int),
                ("price", Type::Decimal),
                ("category", Type::Text),
                ("items", Type::List),
            ],
        )
        .purpose("marketing")
        .channel("email")
        .build([7; 32].into())
        .unwrap()
}

pub(super) fn time(text: &str) -> Time {
    text.parse().unwrap()
}

/// A minute of the first of March 2026, counted from nine o'clock.
pub(super) fn minute(minutes: i64) -> Time {
    Time(time("2026-03-01T09:00:00Z").0 + minutes * 60_000_000)
}

pub(super) fn who(schema: &Schema, name: &str) -> Identifier {
    schema.identifier("user_id", name).unwrap()
}

pub(super) fn ada(schema: &Schema) -> Sheet {
    Sheet::new(schema, &who(schema, "ada"))
}

pub(super) fn did(sheet: &mut Sheet, schema: &Schema, what: &str, at: Time, properties: &[(&str, Value)]) {
    static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let draft = schema.draft("app", what).at(at).message_id(&number.to_string());
    let draft = properties.iter().fold(draft, |draft, (name, value)| draft.set(name, value.clone()));
    sheet.push(draft).unwrap();
}

pub(super) fn ask(schema: &Schema, text: &str, sheet: &Sheet, now: Time) -> Answer {
    let definitions =
        Definitions::parse(&format!("segment it = {text}"), schema).unwrap_or_else(|error| panic!("{text}: {error}"));
    definitions.eval(definitions.id("it").unwrap(), sheet, sheet, now)
}

pub(super) fn value(schema: &Schema, text: &str, sheet: &Sheet, now: Time) -> Until<Value> {
    let definitions =
        Definitions::parse(&format!("trait it = {text}"), schema).unwrap_or_else(|error| panic!("{text}: {error}"));
    definitions.value("it", sheet, sheet, now)
}

/// What time alone brings from an instant on: each answer with the instant from which on it holds. All answers on the
/// way are exact.
pub(super) fn course(schema: &Schema, text: &str, sheet: &Sheet, now: Time) -> String {
    let definitions =
        Definitions::parse(&format!("segment it = {text}"), schema).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut told = Vec::new();
    let mut at = now;
    for _ in 0..12 {
        // Nothing more happens, so that asking later is asking afresh.
        let answer = definitions.eval(definitions.id("it").unwrap(), sheet, sheet, at);
        assert!(answer.exact, "{text} at {at}: {answer:?}");
        told.push(if told.is_empty() { answer.value.to_string() } else { format!("{} at {at}", answer.value) });
        if answer.until == Time::MAX {
            break;
        }
        at = answer.until;
    }
    told.join(", ")
}

/// Some persons, all in one account.
pub(super) struct Account(pub(super) Vec<Sheet>, pub(super) Option<Sheet>);

impl People for Account {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        self.0.iter().filter(|sheet| sheet.profile() == who).for_each(|sheet| look(sheet));
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.0.iter().for_each(|sheet| look(sheet));
    }
    fn related(&self, _: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        self.1.iter().for_each(|sheet| look(sheet));
    }
    fn fellows(&self, _: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        self.0.iter().for_each(|sheet| look(sheet));
    }
}
