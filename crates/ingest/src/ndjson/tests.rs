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
                assert!(text.contains(std::str::from_utf8(raw.reveal()).unwrap()) && import.as_str() == "shop");
                assert!(!raw.reveal().ends_with(b"\r"));
                (issue.code.to_string(), issue.row)
            }
        })
        .collect();
    let aside = |code: &str, row| (code.to_owned(), Some(row));
    assert_eq!(
        codes,
        [
            ("draft".into(), None),
            aside("duplicate_key", 4),
            aside("not_an_object", 5),
            aside("record_too_large", 6),
            ("draft".into(), None),
            aside("bad_json", 8),
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
fn law_1_equal_objects_that_came_at_different_times_have_ids_of_their_own() {
    let (early, late) = ("2026-01-05".parse::<Time>().unwrap(), "2026-01-06".parse::<Time>().unwrap());
    let ids = |receptions: &[Option<Time>]| {
        let mut lines = Lines::new(&shop(), &schema()).unwrap();
        let mut all: Vec<_> = receptions
            .iter()
            .map(|received| (draft(&lines.line(b"{\"a\":1}", 1, *received)).id().unwrap(), *received))
            .collect();
        all.sort();
        all
    };
    let all = ids(&[Some(early), Some(late), Some(early), None]);
    assert_eq!(all, ids(&[None, Some(early), Some(early), Some(late)]));
    assert_eq!(all.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(), 4);
    let file = ndjson_reader(b"{\"a\":1}".as_slice(), &shop(), &schema()).unwrap().received_at(late);
    let read: Vec<_> = file.map(|line| (draft(&line).id(), draft(&line).received_at())).collect();
    assert_eq!(read, [(Some(ids(&[None])[0].0), Some(late))]);
}

#[test]
fn a_line_is_kept_as_it_came() {
    let line = b"{\"when\": \"21/11/2026\",  \"a\": 1.0}";
    let rows = read(&[line.as_slice(), b"\r\n"].concat());
    assert_eq!(draft(&rows[0]).to_raw().as_ref(), line.as_slice());
    assert_eq!(draft(&rows[0]).receive("2026-06-01".parse().unwrap()).unwrap_err().code.as_str(), "bad_timestamp");
}

#[test]
fn a_number_that_cannot_be_held_costs_its_property_alone() {
    let event = |line: &str| draft(&read(line.as_bytes())[0]).receive("2026-06-01".parse().unwrap());
    let kept =
        event(r#"{"customer": {"email": "ada@example.com"}, "total": 5, "account": 18446744073709551615}"#).unwrap();
    assert_eq!((kept.who.len(), kept.properties.len()), (1, 1));
    assert_eq!(kept.extras[0].1.as_text(), Some("18446744073709551615"));
    assert_eq!(event(r#"{"total": 1.2345678901234567e-7}"#).unwrap_err().code.as_str(), "bad_amount");
    let schema = Schema::builder().source("shop", Party::First, 50).event("sale", [("count", Type::Int)]);
    let mut lines =
        Lines::new(&Mapping::of("shop", "sale").property("count", "count"), &schema.build([7; 32].into()).unwrap())
            .unwrap();
    let refused = lines.line(b"{\"count\": 1e21}", 1, None);
    assert_eq!(draft(&refused).receive("2026-06-01".parse().unwrap()).unwrap_err().code.as_str(), "wrong_type");
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
    let mut paths = BTreeSet::new();
    list_paths(&json::parse(br#"{"a": {"b": [1, {"c": 2}]}}"#, &Limits::default()).unwrap(), "", &mut paths);
    let paths: Vec<&str> = paths.iter().map(Text::as_str).collect();
    assert_eq!(paths, ["a", "a.b", "a.b[0]", "a.b[1]", "a.b[1].c"]);
}

#[test]
fn the_paths_of_many_objects_are_told() {
    let folder = std::env::temp_dir().join(format!("onefold-ndjson-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let columns = |text: String| {
        let path = folder.join("lines.json");
        std::fs::write(&path, text).unwrap();
        let paths = ndjson_columns(&path).map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>());
        paths.map_err(|error| error.to_string().split("` ").last().map(str::to_owned))
    };
    assert_eq!(columns("{\"b\":1}\nnull\n\n{\"a\":{\"c\":1}}\n".into()).unwrap(), ["a", "a.c", "b"]);
    assert_eq!(columns("{\"b\":1}\n".repeat(999) + "{\"a\":1}\n{\"c\":1}\n").unwrap(), ["a", "b"]);
    assert_eq!(columns("null\n".repeat(2_000) + "{\"a\":1}\n{\"c\":1}\n").unwrap(), ["a"], "looked for further");
    assert!(columns("null\n".into()).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

proptest! {
    #[test]
    fn every_line_that_is_not_blank_gives_a_record(lines in prop::collection::vec("[{}\\[\\]\":,a-c0-9 ]{0,12}", 1..20)) {
        let text = lines.join("\n") + "\n";
        prop_assert_eq!(read(text.as_bytes()).len(), lines.iter().filter(|line| !line.trim().is_empty()).count());
    }
}
