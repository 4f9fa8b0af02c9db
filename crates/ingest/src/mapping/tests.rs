use super::*;
use crate::Error;
use onefold_model::schema::{EventType, Field};
use onefold_model::{Form, Kind, Party, Schema, Type};

pub(crate) fn shop() -> Schema {
    let field = |name: &str, ty: Type| Field { name: name.into(), ty, ..Field::default() };
    Schema::builder()
        .source("crm", Party::First, 90)
        .source("shop", Party::First, 50)
        .kind(Kind::person("user_id").unique())
        .kind(Kind::person("email").form(Form::Email))
        .kind(Kind::device("anonymous_id"))
        .kind(Kind::group("account_id", "works_at"))
        .field("country", Type::Text)
        .field("birth", Type::Date)
        .field("value", Type::Money)
        .declare_event(EventType {
            name: "purchase".into(),
            also: vec!["Order Completed".into()],
            properties: vec![field("amount", Type::Money), field("quantity", Type::Int), field("channel", Type::Text)],
            ..EventType::default()
        })
        .purpose("marketing")
        .channel("email")
        .build([7; 32].into())
        .unwrap()
}

fn faults(mapping: Mapping) -> Vec<String> {
    match mapping.check(&shop()) {
        Ok(()) => Vec::new(),
        Err(Error::Invalid(all)) => all.iter().map(ToString::to_string).collect(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_name_is_checked_and_all_faults_are_said_at_once() {
    let good = Mapping::of("crm", "identify")
        .who("c", "user_id")
        .field("l", "country")
        .group("a", "account_id")
        .consent("n", "marketing");
    assert_eq!(faults(good), [""; 0]);
    let bad = Mapping::of("crn", "purchse")
        .who("c", "usr_id")
        .field("l", "contry")
        .group("a", "email")
        .consented("n", Consented::to("marketng").over("emial"));
    let said = faults(bad);
    for part in [
        "unknown source `crn`; did you mean `crm`?",
        "unknown event `purchse`; did you mean `purchase`?",
        "unknown kind of identifier `usr_id`; did you mean `user_id`?",
        "unknown trait `contry`; did you mean `country`?",
        "kind `email` names no group",
        "unknown purpose `marketng`; did you mean `marketing`?",
        "unknown channel `emial`; did you mean `email`?",
    ] {
        assert!(said.iter().any(|fault| fault.contains(part)), "{part} in {said:?}");
    }
    assert_eq!(said.len(), 7);
    assert!(
        faults(Mapping::of("shop", "purchase").property("q", "quantty")).concat().contains("did you mean `quantity`?")
    );
    assert!(faults(Mapping::of("shop", "").event_from("t").property("q", "quantity")).is_empty());
    assert!(
        faults(Mapping::of("shop", "").event_from("t").property("q", "quantty"))
            .concat()
            .contains("did you mean `quantity`?")
    );
    assert!(faults(Mapping::of("shop", "purchase").money("v", "amount", "EURO")).concat().contains("not a currency"));
    assert!(faults(Mapping::of("crm", "identify")).concat().contains("names no column"));
    assert!(
        faults(Mapping::of("shop", "purchase").id("x").constant("chanel", "till"))
            .concat()
            .contains("did you mean `channel`?")
    );
    assert!(faults(Mapping::of("shop", "purchase").id("x").delimiter('"')).concat().contains("delimiter"));
}

#[test]
fn a_file_is_known_by_its_columns() {
    let crm = Mapping::of("crm", "identify").who("customer", "user_id");
    let till = Mapping::of("shop", "purchase").who("customer", "user_id").at("date");
    let all = [crm.clone(), till.clone()];
    let columns = |names: &[&str]| names.iter().map(|name| Text::from(*name)).collect::<Vec<_>>();
    let name = |names: &[&str]| {
        choose(&all, &columns(names)).map(|it| it.import_name().to_owned()).map_err(|error| error.to_string())
    };
    assert_eq!(name(&["customer", "date", "x"]), Ok("shop".into()), "the more specific");
    assert_eq!(name(&["customer", "x"]), Ok("crm".into()));
    assert_eq!(
        name(&["date", "x"]),
        Err("no mapping fits the columns `date`, `x`; `crm` comes nearest but needs `customer`".into())
    );
    let two = [crm.clone(), crm.named("other")];
    assert!(matches!(choose(&two, &columns(&["customer"])), Err(Error::Ambiguous { .. })));
    let told_apart = [two[0].clone(), two[1].clone().recognised_by(&["customer", "x"])];
    assert_eq!(choose(&told_apart, &columns(&["customer", "x"])).unwrap().import_name(), "other");
}

#[cfg(feature = "toml")]
mod file {
    use super::*;
    use crate::imports;

    const WHOLE: &str = r#"
[[source]]
name = "shop"                  # passed over: another crate's

[[import]]
name = "till"
source = "shop"
event = "purchase"
columns = ["customer", "date"]
who = { customer = "user_id", mail = ["email", "user_id"] }
group = { firm = "account_id" }
at = "date"
id = "ticket"
times = "day_first"
numbers = "comma"
properties = { quantity = "quantity" }
money = { value = { property = "amount", currency = "USD", factor = "0.01" } }
traits = { land = "country" }
constants = { channel = "till" }
null = ["NA"]
rest = "drop"
delimiter = ";"

[import.consent]
newsletter = "marketing"
letters = { purpose = "marketing", channel = "email", evidence = "form 12", yes = ["J"] }
"#;

    #[test]
    fn toml_says_what_the_chain_says() {
        let said = imports(WHOLE).unwrap();
        let letters =
            Consented { yes: vec!["J".into()], ..Consented::to("marketing").over("email").proved_by("form 12") };
        let chain = Mapping::of("shop", "purchase")
            .named("till")
            .recognised_by(&["customer", "date"])
            .who("customer", "user_id")
            .who("mail", "email")
            .who("mail", "user_id")
            .group("firm", "account_id")
            .at("date")
            .id("ticket")
            .times(TimeFormat::DayFirst)
            .numbers(Numbers::Comma)
            .property("quantity", "quantity")
            .amount(
                "value",
                Amount {
                    property: Some("amount".into()),
                    currency: Some("USD".into()),
                    factor: "0.01".parse().ok(),
                    ..Amount::default()
                },
            )
            .field("land", "country")
            .constant("channel", "till")
            .null("NA")
            .rest(Rest::Drop)
            .delimiter(';')
            .consent("newsletter", "marketing")
            .consented("letters", letters);
        assert_eq!(said, std::slice::from_ref(&chain));
        assert_eq!(faults(chain.clone()), [""; 0]);
        let json = serde_json::to_string(&chain).unwrap();
        assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), chain);
    }

    #[test]
    fn faults_tell_their_place_and_what_was_meant() {
        let fault = |text: &str| match imports(text) {
            Err(Error::Invalid(mut all)) => all.remove(0),
            other => panic!("{other:?}"),
        };
        let text = "[[import]]\nsource = \"shop\"\ntime = \"day_first\"\n";
        let unknown = fault(text);
        assert_eq!(unknown.to_string(), "I10: unknown key `time`; did you mean `times`?");
        assert_eq!(&text[unknown.span], "time");
        assert_eq!(
            fault("[[import]]\nsource = \"s\"\ntimes = \"day_frist\"").help.as_deref(),
            Some("did you mean `day_first`?")
        );
        assert_eq!(fault("[[import]]\nname = \"x\"").message, "the key `source` is missing");
        assert!(fault("[[import]]\nsource = 5").message.contains("expected"));
        assert!(fault("[[import]]\nsource = \"s\"\nwho = { a = 5 }").message.contains("a name, or a list of names"));
        assert!(
            fault("[[import]]\nsource = \"s\"\nconsent = { a = { purpse = \"x\" } }")
                .to_string()
                .contains("did you mean `purpose`?")
        );
        assert!(fault("[[import]]\nsource = \"s\"\n[[import]]\nsource = \"s\"").message.contains("declared twice"));
        assert_eq!(fault("[[import").code, "I13");
    }

    /// The blocks of the document are mappings, and it explains every key.
    #[test]
    fn the_document_is_true() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/IMPORTS.md");
        let Ok(text) = std::fs::read_to_string(path) else {
            return;
        };
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            if let Err(error) = imports(block) {
                panic!("{error}\n{block}");
            }
        }
        let whole = serde_json::to_value(imports(WHOLE).unwrap()).unwrap();
        let mut keys: Vec<String> = whole[0].as_object().unwrap().keys().cloned().collect();
        keys.extend(
            ["event_from", "previous", "context", "sent", "received", "currency_from", "actor", "notice", "no"]
                .map(String::from),
        );
        for key in keys {
            assert!(text.contains(&format!("`{key}`")), "{key} is not explained");
        }
    }
}
