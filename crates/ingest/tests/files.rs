//! Files of the world outside: what is guessed of them is accepted, and every row of them is accounted for.
#![cfg(all(feature = "csv", feature = "json", feature = "toml"))]
#![expect(clippy::print_stdout, reason = "a test that skips says so")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use onefold_ingest::{DataProfile, Rows, choose, csv, csv_columns, imports, infer_schema};
use onefold_model::schema::Spec;
use onefold_model::{Parsed, Time};

fn data() -> Option<PathBuf> {
    let root = std::env::var("ONEFOLD_SHARED")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let data = root.join("data");
    if data.is_dir() {
        return Some(data);
    }
    assert!(std::env::var("ONEFOLD_REQUIRE_DATA").as_deref() != Ok("1"), "the data files are not there");
    println!("skipped: the data files are not there");
    None
}

#[test]
fn guesses_read_every_row_and_a_row_fed_again_is_itself() {
    let Some(data) = data() else { return };
    for (name, rows, event) in [
        ("identity/fake_1000.csv", 1000, false),
        ("identity/febrl3.csv", 5000, false),
        ("identity/febrl4a.csv", 5000, false),
        ("predict/cdnow_sample.csv", 6919, true),
        ("predict/telco.csv", 7043, false),
    ] {
        let path = data.join(name);
        let profile = DataProfile::of_csv(&path).unwrap();
        assert_eq!(profile.records(), rows, "{name}");
        let text = infer_schema(&[profile]);
        let schema = Spec::from_toml_with(&text, &["import"]).unwrap().build([7; 32].into()).unwrap();
        let mappings = imports(&text).unwrap();
        let mapping = choose(&mappings, &csv_columns(&path).unwrap()).unwrap();
        assert_eq!(mapping.event != "identify", event, "{name}");
        let now: Time = "2026-06-01".parse().unwrap();
        let mut ids = BTreeSet::new();
        let mut lines = Vec::new();
        let reader = csv(&path, mapping, &schema).unwrap();
        let header: Vec<String> = reader.header().iter().map(ToString::to_string).collect();
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let fed_again = mapping.clone().delimiter(reader.delimiter());
        let mut rows_again = Rows::new(&fed_again, &header, &schema).unwrap();
        for parsed in reader {
            let Parsed::Draft(draft) = parsed else { panic!("{name}: {parsed:?}") };
            if let Err(issue) = draft.receive(now) {
                // Births before 1970 are traits, sales before it are not there.
                panic!("{name}: {issue}");
            }
            assert!(ids.insert(draft.id().unwrap()), "{name}: two rows have one id");
            lines.push(draft.to_raw());
        }
        assert_eq!(ids.len() as u64, rows, "{name}");
        let again: BTreeSet<_> = (1..)
            .zip(&lines)
            .map(|(number, line)| match rows_again.line(line, number, None) {
                Parsed::Draft(draft) => draft.id().unwrap(),
                Parsed::Quarantined { issue, .. } => panic!("{issue}"),
            })
            .collect();
        assert_eq!(ids, again, "{name}");
    }
}
