//! What the targets share: the schema of the tour of the language, one customer who has done a little of everything,
//! and what must hold of any definitions.

use onefold_model::{Schema, Sheet, Time};
use onefold_segment::Definitions;

/// The tour of the language, from which seeds are taken.
pub const TOUR: &str = include_str!("../../examples/segments/shop.seg");

/// The schema of the tour.
pub fn schema() -> Schema {
    let text = include_str!("../../examples/segments/shop.toml");
    let others = ["import", "segments", "policy", "identity"];
    Schema::from_toml(text, &others, [7; 32].into()).expect("the schema of the tour holds together")
}

/// A customer with traits and events.
pub fn ada(schema: &Schema) -> Sheet {
    let who = schema.identifier("customer_no", "ada").expect("the kind is declared");
    let mut ada = Sheet::new(schema, &who);
    for (name, value) in [("country", "DE"), ("plan", "pro"), ("timezone", "+02:00"), ("born", "1990-02-28")] {
        ada = ada.set(name, value).expect("the trait is declared");
    }
    ada.turn("plan", time("2026-02-01"), "free").expect("the trait is declared");
    let days = [(1, "login"), (3, "product_view"), (3, "add_to_cart"), (4, "purchase"), (20, "purchase"), (27, "complaint")];
    for (day, what) in days {
        let mut draft = schema.draft("web", what).at(time(&format!("2026-02-{day:02}T09:00:00Z"))).message_id(what);
        if what == "purchase" || what == "product_view" {
            draft = draft.set("category", "shoes").message_id(&format!("{what}{day}"));
        }
        if what == "purchase" {
            draft = draft.set("amount", format!("{day}.50 EUR")).set("quantity", i64::from(day));
        }
        ada.push(draft).expect("the event is declared");
    }
    ada
}

/// Instants at which she is asked about.
pub fn instants() -> [Time; 4] {
    ["2026-02-03T10:00:00Z", "2026-02-28T23:59:59.999999Z", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"].map(time)
}

fn time(text: &str) -> Time {
    text.parse().expect("it is a time")
}

/// What must hold of definitions that were accepted: the canonical text and JSON say the same, whoever reads them;
/// they can be said in English, evaluated and explained.
pub fn hold(definitions: &Definitions, schema: &Schema, ada: &Sheet) {
    let text = definitions.to_string();
    let again = Definitions::parse(&text, schema).unwrap_or_else(|error| panic!("{error}\nin the canonical text\n{text}"));
    assert_eq!(definitions.source(), again.source(), "the canonical text says something else:\n{text}");
    assert_eq!(text, again.to_string(), "the canonical text of the canonical text differs");
    let json = serde_json::to_string(definitions.source()).expect("a tree is JSON");
    let read = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}\nin {json}"));
    assert_eq!(*definitions.source(), read, "the JSON says something else");
    for definition in &definitions.source().definitions {
        let _ = definition.english();
    }
    for id in definitions.ids() {
        for now in instants() {
            let answer = definitions.eval(id, ada, ada, now);
            assert!(answer.until > now, "{answer:?} at {now} of\n{text}");
            let _ = definitions.why(id, ada, ada, now).to_string();
        }
    }
}
