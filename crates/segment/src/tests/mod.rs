//! A shop, some customers, and the tests that need both.

mod definitions;
mod dice;
mod english;
mod language;
mod law_3;
mod lints;
mod lower;
mod misread;
mod nonsense;
mod ready;
mod trees;
mod wrong;

use std::collections::BTreeMap;

use onefold_model::schema::{EventType, Field};
use onefold_model::{Facts, Kind, Labels, Party, People, ProfileId, Schema, Sensitivity, Sheet, Time, Type};

use crate::error::Faults;
use crate::{Definitions, Error, Source, parse};

/// The instant at which all the tests begin.
pub(crate) fn nine() -> Time {
    "2026-03-01T09:00:00Z".parse().unwrap()
}

/// So many seconds later.
pub(crate) fn after(seconds: i64) -> Time {
    Time(nine().0 + seconds * 1_000_000)
}

pub(crate) fn shop() -> Schema {
    let health = Labels { sensitivity: Sensitivity::Health, ..Labels::default() };
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id"))
        .kind(Kind::group("account_id", "account"))
        .field("country", Type::Text)
        .field("age", Type::Int)
        .field("rating", Type::Decimal)
        .field("balance", Type::Money)
        .field("vip", Type::Bool)
        .field("signup", Type::Time)
        .field("born", Type::Date)
        .field("tags", Type::List)
        .field("churn", Type::Score)
        .field("plan", Type::Text)
        .field("timezone", Type::Text)
        .field("address", Type::Map)
        .field("home", Type::Map)
        .field("orders", Type::List)
        .field("extra", Type::Any)
        .declare_field(Field { name: "diet".into(), labels: health, ..Field::default() })
        .declare_field(Field { name: "tier".into(), values: vec!["gold".into(), "silver".into()], ..Field::default() })
        .event("add_to_cart", [("cart_id", Type::Text), ("qty", Type::Int)])
        .event(
            "purchase",
            [
                ("cart_id", Type::Text),
                ("amount", Type::Money),
                ("category", Type::Text),
                ("qty", Type::Int),
                ("items", Type::List),
                ("ship", Type::Map),
                ("gift", Type::Bool),
                ("due", Type::Date),
                ("weight", Type::Decimal),
            ],
        )
        .event("product_view", [("category", Type::Text), ("product", Type::Text)])
        .event("login", [("device", Type::Text)])
        .declare_event(EventType { name: "returned".into(), passive: true, ..EventType::default() })
        .declare_event(EventType { name: "Order Seen".into(), ..EventType::default() })
        .purpose("marketing")
        .purpose("ads")
        .channel("email")
        .build([7; 32].into())
        .unwrap()
}

pub(crate) fn read(text: &str) -> Definitions {
    Definitions::parse(text, &shop()).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// What a text says, whatever the schema.
pub(crate) fn tree(text: &str) -> Source {
    let mut out = Faults::default();
    let parsed = parse::parse(text, &mut out);
    out.into_result().unwrap_or_else(|error| panic!("{text}\n{error}"));
    parsed.source
}

/// The messages about a text that does not hold together.
pub(crate) fn faults(text: &str) -> Vec<onefold_model::Diagnostic> {
    match Definitions::parse(text, &shop()) {
        Err(Error::Invalid(faults)) => faults,
        Ok(fine) => panic!("{fine}"),
    }
}

pub(crate) fn customer(name: &str) -> Sheet {
    let schema = shop();
    Sheet::new(&schema, &schema.identifier("user_id", name).unwrap())
}

/// Some customers.
#[derive(Default)]
pub(crate) struct Crowd(pub(crate) BTreeMap<ProfileId, Sheet>);

impl People for Crowd {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if let Some(sheet) = self.0.get(&who) {
            look(sheet);
        }
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.0.values().for_each(|sheet| look(sheet));
    }
}
