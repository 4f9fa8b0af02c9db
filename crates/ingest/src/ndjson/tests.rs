use super::*;
use onefold_model::{Draft, Form, Kind, Party, Type};
use proptest::prelude::*;

fn schema() -> Schema {
    Schema::builder()
        .source("shop", Party::First, 50)
        .kind(Kind::person("email").form(Form::Email))
        .event("purchase", [("amount", Type::Money), ("sku", Type::Text)])
        .build([7; 32].into())
        .unwrap()
}

fn shop() -> Mapping {
    Mapping::of("shop", "purchase")
        .who("customer.email", "email")
        .at("when")
        .money("total", "amount", "EUR")
        .property("items[0].sku", "sku")
}

fn read(text: &[u8]) -> Vec<Parsed> {
    ndjson_reader(text, &shop(), &schema()).unwrap().collect()
}

fn draft(parsed: &Parsed) -> &Draft {
    match parsed {
        Parsed::Draft(draft) => draft,
        Parsed::Quarantined { issue, .. } => panic!("{issue}"),
    }
}

#[test]
fn paths_lead_to_values_and_what_they_pass_is_kept() {
    let line = br#"{"customer": {"email": "ADA@example.com", "tier": 2}, "when": "2026-03-01T09:00:00Z", "total": "49.90", "items": [{"sku": "s-1"}, {"sku": "s-2"}], "note": null}"#;
    let rows = read(line);
    let event = draft(&rows[0]).receive("2026-06-01".parse().unwrap()).unwrap();
    assert_eq!(event.who[0].value().reveal().as_str(), "ada@example.com");
    let said: Vec<String> = event.properties.iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(said, ["49.9 EUR", "s-1"]);
    let extras: Vec<String> = event.extras.iter().map(|(path, value)| format!("{path}={}", value.to_json())).collect();
    assert_eq!(extras, [r#"properties.customer={"tier":2}"#, r#"properties.items=[{"sku":"s-1"},{"sku":"s-2"}]"#]);
}

#[test]
fn a_bad_line_is_set_aside_alone() {
    let long = format!("{{\"x\": \"{}\"}}", "x".repeat(1 << 20));
    let text = format!("{{}}\r\n\n   \n{{\"a\": 1, \"a\": 2}}\nnull\n{long}\n{{\"total\": 1e40}}\n{{\n{{}}");
    let read = read(text.as_bytes());
    let codes: Vec<(String, Option<u64>)> = read
        .iter()
        .map(|parsed| match parsed {
            Parsed::Draft(_) => ("draft".into(), None),
            Parsed::Quarantined { issue, raw, import, .. } => {
                assert!(raw.reveal().len() <= 16 << 10 && import.as_str() == "shop");
                (issue.code.to_string(), issue.row)
            }
        })
        .collect();
    let aside = |code: &str, row| (code.to_owned(), Some(row));
    assert_eq!(
        codes,
        [
            ("draft".into(), None),
            aside("duplicate_key", 2),
            aside("not_an_object", 3),
            aside("record_too_large", 4),
            aside("number_too_long", 5),
            aside("bad_json", 6),
            ("draft".into(), None),
        ]
    );
}

#[test]
fn equal_objects_are_numbered_however_they_are_written() {
    let rows = read(b"{\"a\": 1.0, \"b\": \"\\u0041\"}\n{\"b\":\"A\",\"a\":1}\n");
    let once = read(b"{\"b\":\"A\",\"a\":1}");
    let ids: Vec<_> = rows.iter().map(|row| draft(row).id().unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
    assert_eq!(draft(&once[0]).id(), Some(ids[0]));
    let spoilt = read(b"{]\n{]\n");
    let numbers: Vec<u32> = spoilt
        .iter()
        .map(|row| match row {
            Parsed::Quarantined { nth, .. } => *nth,
            Parsed::Draft(_) => panic!("quarantined"),
        })
        .collect();
    assert_eq!(numbers, [0, 1]);
}

#[test]
fn limits_keep_a_record_out_under_its_id() {
    let text = format!("{{\"note\": \"{}\"}}", "x".repeat(10_000));
    let rows = read(text.as_bytes());
    assert!(draft(&rows[0]).id().is_some());
    assert_eq!(draft(&rows[0]).receive("2026-06-01".parse().unwrap()).unwrap_err().code.as_str(), "text_too_long");
}

#[test]
fn an_empty_file_is_an_error() {
    let error = ndjson_reader(b"".as_slice(), &shop(), &schema()).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "`shop` is empty: one JSON object a line is expected");
}

#[test]
fn the_paths_of_an_object_are_listed() {
    let mut paths = Vec::new();
    list_paths(&json::parse(br#"{"a": {"b": [1, {"c": 2}]}}"#, &Limits::default()).unwrap(), "", &mut paths);
    let paths: Vec<&str> = paths.iter().map(Text::as_str).collect();
    assert_eq!(paths, ["a", "a.b", "a.b[0]", "a.b[1]", "a.b[1].c"]);
}

proptest! {
    #[test]
    fn every_line_that_is_not_blank_gives_a_record(lines in prop::collection::vec("[{}\\[\\]\":,a-c0-9 ]{0,12}", 1..20)) {
        let text = lines.join("\n") + "\n";
        prop_assert_eq!(read(text.as_bytes()).len(), lines.iter().filter(|line| !line.trim().is_empty()).count());
    }
}
