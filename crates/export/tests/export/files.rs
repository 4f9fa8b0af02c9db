//! Files as their readers find them.

use std::fs;
use std::path::Path;

use crate::common::{Customer, cleared, named};
use onefold_export::{Audience, CsvFile, Driver, Error, Formulas, NdjsonFile};
use onefold_model::{Money, Value};
use proptest::prelude::*;

fn money(text: &str) -> Value {
    text.parse::<Money>().unwrap().into()
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn columns_are_those_of_the_plan_in_its_order_whatever_rows_have() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let rows: Vec<Customer> = vec![
        ("u-1".into(), vec![("visits", 3.into())]),
        ("u-2".into(), vec![("country", "DE".into()), ("spent", money("12.50 EUR"))]),
        ("u-3".into(), vec![("country", "AT".into()), ("visits", (-1).into()), ("name", "O\"Neil, \"Ada\"".into())]),
    ];
    let receipt = CsvFile::create(&path).unwrap().deliver(cleared(&rows)).unwrap();
    assert_eq!((receipt.sent, receipt.failed, receipt.requests), (3, 0, 1));
    let expected = "user_id,name,country,spent,visits\n";
    let text = fs::read_to_string(&path).unwrap();
    // No row orders `spent` and `name`: of the two, the lesser name is first.
    assert_eq!(
        text, "user_id,name,spent,country,visits\nu-1,,,,3\nu-2,,12.5 EUR,DE,\nu-3,\"O\"\"Neil, \"\"Ada\"\"\",,AT,-1\n",
        "{expected}"
    );
    let _ = CsvFile::create(&path).unwrap().columns(["user_id", "segment"]).deliver(cleared(&rows[..1])).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "user_id,segment,visits\nu-1,,3\n");
}

#[test]
fn a_formula_in_a_name_is_text_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let rows: Vec<Customer> =
        vec![("u-1".into(), vec![("name", "=HYPERLINK(\"http://x\")".into())]), ("+49170".into(), vec![])];
    let _ = CsvFile::create(&path).unwrap().deliver(cleared(&rows)).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "user_id,name\nu-1,\"'=HYPERLINK(\"\"http://x\"\")\"\n+49170,\n");
    let _ = CsvFile::create(&path).unwrap().formulas(Formulas::AsTheyStand).deliver(cleared(&rows[..1])).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "user_id,name\nu-1,\"=HYPERLINK(\"\"http://x\"\")\"\n");
}

#[test]
fn a_file_is_complete_or_absent_and_a_later_delivery_replaces_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    drop(NdjsonFile::create(&path).unwrap());
    assert!(listing(folder.path()).is_empty(), "nothing was delivered");
    let mut file = NdjsonFile::create(&path).unwrap();
    assert_eq!(listing(folder.path()), ["a.ndjson.part"]);
    let _ = file.deliver(named(&[])).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    let _ = file.deliver(cleared(&[("u-1".into(), vec![("spent", money("5 EUR"))])])).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"user_id\":\"u-1\",\"spent\":\"5 EUR\"}\n");
    assert_eq!(listing(folder.path()), ["a.ndjson"]);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    assert!(matches!(CsvFile::create(folder.path().join("no/such/folder.csv")), Err(Error::Io { .. })));
    // The name is taken by a folder: the delivery fails, and leaves nothing half done.
    fs::create_dir(folder.path().join("b.csv")).unwrap();
    let failed = CsvFile::create(folder.path().join("b.csv")).unwrap().deliver(named(&["u-1"]));
    assert!(matches!(failed, Err(Error::Io { doing: "write", .. })));
    assert_eq!(listing(folder.path()), ["a.ndjson", "b.csv"]);
}

#[test]
fn a_difference_says_what_is_added_and_what_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let mut audience = Audience::new("carrier", "user_id");
    let mut file = CsvFile::create(&path).unwrap();
    let receipt = file.send(audience.plan(named(&["ada", "ben"])).unwrap(), &mut |_| {}).unwrap();
    audience.settle(&receipt);
    assert_eq!(fs::read_to_string(&path).unwrap(), "action,user_id\nadd,ada\nadd,ben\n");
    let cleo: Customer = ("cleo".into(), vec![("country", "DE".into())]);
    let work = audience.plan(cleared(&[("ben".into(), vec![]), cleo])).unwrap();
    let receipt = file.send(work, &mut |_| {}).unwrap();
    assert_eq!((receipt.sent, receipt.kept), (2, 1));
    assert_eq!(fs::read_to_string(&path).unwrap(), "action,user_id,country\nremove,ada,\nadd,cleo,DE\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn files_say_what_was_cleared(rows in prop::collection::vec(("[a-z]{1,5}", prop::option::of(".{1,20}"), prop::option::of(any::<i64>())), 0..30)) {
        let folder = tempfile::tempdir().unwrap();
        let (csv_path, json_path) = (folder.path().join("a.csv"), folder.path().join("a.ndjson"));
        let customers: Vec<Customer> = rows.iter().map(|(id, name, visits)| {
            let name = name.as_ref().map(|name| ("name", Value::from(name.as_str())));
            (id.clone(), name.into_iter().chain(visits.map(|visits| ("visits", visits.into()))).collect())
        }).collect();
        let receipt = CsvFile::create(&csv_path).unwrap().formulas(Formulas::AsTheyStand).columns(["user_id", "name", "visits"]).deliver(cleared(&customers)).unwrap();
        prop_assert_eq!(receipt.sent as usize, rows.len());
        let read: Vec<(String, String, String)> = csv::Reader::from_path(&csv_path).unwrap().records().map(|row| {
            let row = row.unwrap();
            (row[0].to_owned(), row[1].to_owned(), row[2].to_owned())
        }).collect();
        let shown = |visits: &Option<i64>| visits.map(|visits| visits.to_string()).unwrap_or_default();
        let expected: Vec<_> = rows.iter().map(|(id, name, visits)| (id.clone(), name.clone().unwrap_or_default(), shown(visits))).collect();
        prop_assert_eq!(read, expected);

        let _ = NdjsonFile::create(&json_path).unwrap().deliver(cleared(&customers)).unwrap();
        let text = fs::read_to_string(&json_path).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(lines.len(), rows.len());
        for (line, (id, name, visits)) in lines.iter().zip(&rows) {
            prop_assert_eq!(line["user_id"].as_str(), Some(id.as_str()));
            prop_assert_eq!(line["name"].as_str(), name.as_deref());
            prop_assert_eq!(line["visits"].as_i64(), *visits);
        }
    }
}
