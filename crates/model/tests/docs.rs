//! docs/SCHEMA.md is read by users, so it is held to the code: its examples work, and it leaves out no key.
#![cfg(feature = "toml")]
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

use std::collections::BTreeSet;
use std::time::Duration;

use onefold_model::schema::{EventType, Field, Group, LimitWithin, Purpose, Source, Spec, Undeclared, View};
use onefold_model::{
    Class, Form, Identity, Kind, Labels, Limits, Origin, Party, Schema, Sensitivity, Survivorship, Type,
};

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SCHEMA.md")).unwrap()
}

#[test]
fn every_example_of_the_page_is_a_schema() {
    let page = page();
    let examples: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() > 10, "{}", examples.len());
    for example in examples {
        let schema = Schema::from_toml(example, &[], [7; 32].into());
        assert!(schema.is_ok(), "{example}\n{}", schema.unwrap_err());
    }
}

#[test]
fn the_message_that_the_page_shows_is_the_one_that_is_given() {
    let text = "[[kind]]\nname = \"cookie\"\nclass = \"device\"\n\nstich = \"recognition\"\n";
    let Err(onefold_model::Error::Invalid(faults)) = Spec::from_toml(text) else { panic!() };
    let shown = faults[0].show("shop.toml", text);
    assert!(page().contains(&shown), "{shown}");
}

#[test]
fn every_key_is_on_the_page() {
    // Literals without `..`, so that a new key does not compile here until it is thought of.
    let field = Field {
        name: "a".into(),
        ty: Type::Money,
        currency: "EUR".parse().ok(),
        keep: Some(Survivorship::Union),
        labels: Labels { identity: Identity::Direct, sensitivity: Sensitivity::Pii, origin: Origin::Derived },
        values: vec!["a".into()],
    };
    let kind = Kind {
        name: "a".into(),
        class: Class::Group,
        form: Form::Email,
        region: Some("DE".into()),
        priority: Some(1),
        unique: true,
        shareable: true,
        limit: Some(1),
        limit_within: Some(LimitWithin { count: 1, within: Duration::from_mins(1) }),
        generic_above: Some(1),
        session: Some(Duration::from_mins(1)),
        stitch: Some("a".into()),
        blocked: vec!["a".into()],
        relation: Some("a".into()),
    };
    let spec = Spec {
        undeclared: Undeclared::Keep,
        limits: Limits::default(),
        sources: vec![Source { name: "a".into(), party: Party::First, trust: 1, basis: Some("a".into()) }],
        kinds: vec![kind],
        fields: vec![field.clone()],
        groups: vec![Group { name: "a".into(), fields: vec![], keep: Survivorship::Union }],
        events: vec![EventType { name: "a".into(), also: vec!["a".into()], properties: vec![field], passive: true }],
        purposes: vec![Purpose { name: "a".into(), also: vec!["a".into()] }],
        channels: vec!["a".into()],
        views: vec![View {
            name: "a".into(),
            sources: vec!["a".into()],
            party: Some(Party::First),
            keep: Some(Survivorship::Union),
        }],
    };
    let mut keys = BTreeSet::from(["standard".to_owned()]);
    collect(&serde_json::to_value(&spec).unwrap(), &mut keys);
    assert!(keys.len() > 40, "{keys:?}");
    let page = page();
    for key in keys {
        let forms = [
            format!("| `{key}` |"),
            format!("| `[{key}]` |"),
            format!("| `[[{key}]]` |"),
            format!("(`{key}`)"),
            format!("the length `{key}`"),
        ];
        assert!(forms.iter().any(|form| page.contains(form)), "`{key}` is not on the page");
    }
}

fn collect(value: &serde_json::Value, keys: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            collect(value, keys);
        }),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        _ => {}
    }
}

#[test]
fn every_word_of_a_choice_is_on_the_page() {
    fn words<T: serde::de::DeserializeOwned + std::fmt::Debug>() -> Vec<String> {
        let told = serde_json::from_str::<T>("\"?\"").unwrap_err().to_string();
        told.split('`').skip(3).step_by(2).map(Into::into).collect()
    }
    let page = page();
    let all = [
        words::<Undeclared>(),
        words::<Party>(),
        words::<Class>(),
        words::<Form>(),
        words::<Type>(),
        words::<Survivorship>(),
        words::<Identity>(),
        words::<Sensitivity>(),
        words::<Origin>(),
    ]
    .concat();
    assert!(all.len() > 40, "{all:?}");
    for word in all.iter().filter(|word| *word != "record") {
        assert!(
            page.contains(&format!("`\"{word}\"`")) || page.contains(&format!("`{word}`")),
            "\"{word}\" is not on the page"
        );
    }
}

#[test]
fn the_standard_schema_is_described_as_it_is() {
    let page = page();
    let (_, section) = page.split_once("## The standard schema").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let standard = Spec::standard();
    let names = standard
        .kinds
        .iter()
        .map(|it| &it.name)
        .chain(standard.purposes.iter().map(|it| &it.name))
        .chain(&standard.channels);
    for name in names {
        assert!(section.contains(&format!("`{name}`")), "`{name}` is not in the section");
    }
}
