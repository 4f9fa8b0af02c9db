//! Computed traits in a running platform: asked for, used by segments, given to recipients under their labels.
#![cfg(all(feature = "toml", feature = "json"))]

use onefold::export::NdjsonFile;
use onefold::model::{Time, Value};
use onefold::store::KeyFile;
use onefold::{Config, Error};

const SHOP: &str = r#"
segments = """
trait favourite: text = most_frequent(viewed.category) in last 90 days
trait spent: money = sum(purchase.amount) ever
segment bookish = favourite = "books"
segment big = spent >= 50 EUR and top 50% by spent
"""

channels = ["email"]

[[source]]
name = "shop"
[[kind]]
name = "email"
form = "email"
[[event]]
name = "viewed"
properties = [{ name = "category", type = "text" }]
[[event]]
name = "purchase"
properties = [{ name = "amount", type = "money" }]
[[purpose]]
name = "marketing"

[policy]
regime = ["gdpr"]
[[policy.purpose]]
name = "marketing"
basis = "consent"
[[policy.recipient]]
name = "newsletter"
purpose = "marketing"
channel = "email"
[[policy.recipient.field]]
name = "email"
required = true
[[policy.recipient.field]]
name = "favourite"
"#;

#[test]
fn a_computed_trait_is_asked_for_used_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let keys = KeyFile::open_or_create(folder.path().join("shop.key")).unwrap();
    let (schema, builder) = Config::from_toml("shop.toml", SHOP).unwrap().define(keys.tokens()).unwrap();
    let nine: Time = "2026-03-01T09:00:00Z".parse().unwrap();
    let mut shop = builder.in_memory(nine).unwrap();
    let said = |what: &str, mail: &str| schema.draft("shop", what).who("email", mail).at(nine);
    let viewed = |category: &str, id: &str| said("viewed", "ada@example.com").message_id(id).set("category", category);
    let amount = |amount: &str| Value::Money(amount.parse().unwrap());
    let _ = shop
        .ingest([
            viewed("books", "1"),
            viewed("books", "2"),
            viewed("shoes", "3"),
            said("purchase", "ada@example.com").set("amount", amount("60 EUR")),
            said("purchase", "bob@example.com").set("amount", amount("55 EUR")),
            said("consent", "ada@example.com").grant("marketing", "form 12"),
        ])
        .unwrap();

    let ada = shop.find("email", "ada@example.com").unwrap().unwrap();
    let favourite = ada.computed("favourite").unwrap();
    assert_eq!((favourite.value, favourite.until), ("books".into(), nine + std::time::Duration::from_hours(90 * 24)));
    assert_eq!(ada.computed("spent").unwrap().value, amount("60 EUR"));
    assert!(ada.is_in("bookish").unwrap() && ada.is_in("big").unwrap());
    let bob = shop.find("email", "bob@example.com").unwrap().unwrap();
    assert!(bob.computed("favourite").unwrap().value.is_null() && !bob.is_in("big").unwrap());
    let wrong = bob.computed("favorite").unwrap_err().to_string();
    assert!(wrong.contains("unknown computed trait `favorite`; did you mean `favourite`?"), "{wrong}");

    let out = folder.path().join("bookish.ndjson");
    let done = shop.activate("bookish", "newsletter", &mut NdjsonFile::create(&out).unwrap()).unwrap();
    assert_eq!((done.receipt.sent, done.refused.len()), (1, 0));
    let sent = std::fs::read_to_string(&out).unwrap();
    assert!(sent.contains("\"favourite\":\"books\"") && !sent.contains("spent"), "{sent}");
}

#[test]
fn a_computed_trait_is_as_protected_as_what_it_reads() {
    let health = SHOP.replace(
        "{ name = \"category\", type = \"text\" }",
        "{ name = \"category\", type = \"text\", labels = { sensitivity = \"health\" } }",
    );
    let Err(Error::Config { shown }) = Config::from_toml("shop.toml", &health).and_then(|it| it.define([7; 32].into()))
    else {
        panic!("protected data would leave")
    };
    assert!(shown.contains("field `favourite` is protected data that this recipient may not have"), "{shown}");
}
