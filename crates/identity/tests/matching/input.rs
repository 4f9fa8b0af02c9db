//! Bad input is counted or refused, never a panic, and costs no more than it must.

use onefold_identity::matching::{Batch, Error, Model, Plan, Resolver, Rules, Table, Work};
use std::time::{Duration, Instant};

fn run(table: Table, rules: &Rules) -> Result<(Model, Vec<u32>, Resolver), Error> {
    let work = Work::default();
    let plan = Plan::infer(&table, rules)?;
    let batch = Batch::prepare(table.clone(), plan, &work)?;
    let model = batch.train(&[], &work)?;
    let found = batch.resolve(&model, &[], &work)?;
    let resolver = Resolver::load(model.clone(), table, &[], &work)?;
    assert_eq!(resolver.clusters().count(), found.entities());
    Ok((model, found.clusters, resolver))
}

fn people(many: usize) -> Vec<(String, [String; 3])> {
    let name = |nth: usize| ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Barbara Liskov"][nth % 4].to_owned();
    let one = |nth: usize| {
        [name(nth), format!("19{:02}-0{}-1{}", nth % 97, nth % 9 + 1, nth % 9), format!("m{}@example.com", nth / 2)]
    };
    (0..many).map(|nth| (format!("crm:{nth}"), one(nth))).collect()
}

fn table(rows: &[(String, [String; 3])]) -> Table {
    let mut table = Table::new(["name", "born", "mail"]);
    for (id, cells) in rows {
        table.push(id, cells.iter().map(String::as_str)).unwrap();
    }
    table
}

#[test]
fn no_rows_and_one_row_are_no_reason_to_fall() {
    for rows in [0, 1] {
        let (model, .., resolver) = run(table(&people(rows)), &Rules::default()).unwrap();
        assert_eq!(resolver.len(), rows);
        assert!(!model.card.notes.is_empty());
    }
    let model = run(table(&people(20)), &Rules::default()).unwrap().0;
    let mut resolver = Resolver::load(model.clone(), table(&[]), &[], &Work::default()).unwrap();
    assert!(resolver.is_empty() && resolver.probe([("name", "Ada")], 5).is_empty());
    assert!(resolver.erase("crm:1").is_empty() && resolver.members("crm:1").is_empty());
    let mut empty = Resolver::new(model).unwrap();
    assert_eq!(empty.insert("crm:1", 0, [("name", "Ada Lovelace")]).unwrap().len(), 1);
    assert_eq!(empty.members("crm:1"), ["crm:1"]);
}

#[test]
fn empty_columns_and_columns_of_one_value_say_nothing() {
    let mut table = Table::new(["name", "born", "mail", "nothing", "country"]);
    for (id, [name, born, mail]) in people(40) {
        table.push(&id, [name.as_str(), &born, &mail, "", "uk"]).unwrap();
    }
    table.push("blank", ["", "", "", "", ""]).unwrap();
    let (model, _, resolver) = run(table, &Rules::default()).unwrap();
    assert!(model.fields.iter().all(|field| field.column != "nothing" && field.column != "country"));
    assert_eq!(resolver.members("blank"), ["blank"]);

    let mut table = Table::new(["a", "b"]);
    for nth in 0..10 {
        table.push(&format!("{nth}"), ["", "x"]).unwrap();
    }
    let (model, .., resolver) = run(table, &Rules::default()).unwrap();
    assert!(model.fields.is_empty() && model.card.notes[0].starts_with("no column says who somebody is"));
    assert!(resolver.clusters().all(|members| members.len() == 1));
}

#[test]
fn repeated_ids_are_told_apart_in_any_order() {
    let mut rows = people(30);
    rows.push(("crm:0".into(), ["Zora Hurston".into(), "1891-01-07".into(), "zora@example.com".into()]));
    rows.push(("crm:0".into(), ["Zora Hurston".into(), "1891-01-07".into(), "zora@example.com".into()]));
    let (.., resolver) = run(table(&rows), &Rules::default()).unwrap();
    assert_eq!(resolver.len(), 32);
    assert!(["crm:0", "crm:0#2", "crm:0#3"].iter().all(|id| resolver.contains(id)));
    rows.reverse();
    let (.., reversed) = run(table(&rows), &Rules::default()).unwrap();
    assert!(resolver.clusters().eq(reversed.clusters()));
    assert_eq!(resolver.values("crm:0"), reversed.values("crm:0"));
}

#[test]
fn a_cell_of_ten_megabytes_is_no_value() {
    let huge = "x".repeat(10 << 20);
    let mut rows = people(30);
    rows[3].1[0].clone_from(&huge);
    let table = table(&rows);
    assert_eq!(table.refused(), (0, 1));
    let (.., mut resolver) = run(table, &Rules::default()).unwrap();
    assert!(resolver.values("crm:3").iter().all(|(_, value)| value.len() < 100));
    resolver.insert("huge", 0, [("name", huge.as_str()), ("mail", "m1@example.com")]).unwrap();
    assert!(resolver.values("huge").iter().all(|(_, value)| value.len() < 100));
    let _ = resolver.probe([("name", huge.as_str())], 3);
}

#[cfg(feature = "csv")]
#[test]
fn bytes_that_are_no_text_are_read_as_windows_1252() {
    let mut file = b"id,name,born,mail\n".to_vec();
    for (id, [name, born, mail]) in people(30) {
        file.extend(format!("{id},{name},{born},{mail}\n").bytes());
    }
    file.extend(b"odd,Zo\xeb M\xfcller,1990-01-01,zoe@example.com\n\xff\xfe,\xff\xfe,\xff,\xff@\xff\n");
    let table =
        onefold_identity::matching::csv::read([("a.csv", file.as_slice())], Some("id"), &Work::default()).unwrap();
    assert!(table.faults().iter().any(|fault| fault.code == "not_utf_8"));
    let (.., resolver) = run(table, &Rules::default()).unwrap();
    assert!(resolver.values("odd").iter().any(|(_, value)| value.contains("muller") || value.contains("mueller")));
}

#[test]
fn a_hundred_thousand_records_that_share_a_value_take_no_time() {
    let from = Instant::now();
    let mut all = Table::new(["name", "born", "mail"]);
    let person = |nth: usize| {
        (format!("n{}", nth / 3), format!("{}-{:02}-{:02}", 1900 + nth / 3 % 100, nth / 3 % 12 + 1, nth / 3 % 28 + 1))
    };
    for nth in 0..100_000 {
        let (name, born) = person(nth);
        let own = format!("{name}@example.com");
        let mail = if nth % 100 == 99 { own.as_str() } else { "info@example.com" };
        all.push(&format!("crm:{nth}"), [name.as_str(), &born, mail]).unwrap();
    }
    let (.., mut resolver) = run(all, &Rules::default().block(["mail"]).block(["name", "born"])).unwrap();
    let loaded = from.elapsed();
    let from = Instant::now();
    for nth in 0..1_000 {
        let (name, born) = person(nth);
        let id = format!("new:{nth}");
        resolver
            .insert(&id, 0, [("name", name.as_str()), ("born", born.as_str()), ("mail", "info@example.com")])
            .unwrap();
        resolver.probe([("mail", "info@example.com")], 3);
        resolver.erase(&format!("crm:{nth}"));
    }
    let lived = from.elapsed();
    println!("100,000 records of one mail address: {loaded:?}; a thousand came and went: {lived:?}");
    assert!(loaded < Duration::from_secs(30) && lived < Duration::from_secs(10), "{loaded:?} {lived:?}");
}

#[test]
fn equal_records_up_to_the_cap_and_over_it() {
    let from = Instant::now();
    let (.., mut resolver) = run(table(&people(400)), &Rules::default()).unwrap();
    let cells = [("name", "Zora Hurston"), ("born", "1891-01-07"), ("mail", "zora@example.com")];
    for nth in 0..450 {
        resolver.insert(&format!("zora:{nth}"), 0, cells).unwrap();
    }
    for nth in 0..450 {
        resolver.erase(&format!("zora:{nth}"));
    }
    println!("450 equal records came and went in {:?}", from.elapsed());
    assert_eq!(resolver.len(), 400);
}
