//! Does it learn what is true of records that were made with known errors?

use super::super::intern::mix;
use super::super::{Batch, Label, Model, Plan, Rules, Table, Work, role::Role};

/// Persons with two records each for one in three; in the second record one name in five has a typing error, one birth
/// date in ten is another, and one mail in four is another.
fn shop(persons: u64) -> Table {
    let mut table = Table::new(["surname", "born", "mail", "town"]);
    let pick = |person: u64, what: u64, of: u64| mix(person * 16 + what) % of;
    for person in 0..persons {
        let surname = format!(
            "{}ov{}",
            ["lovelac", "hopp", "turin", "noeth"][pick(person, 0, 4) as usize],
            letters(pick(person, 1, 150))
        );
        let born = |salt: u64| {
            let day = |of| 1 + mix(person * 64 + salt * 4 + of) % 28;
            format!("{}-{:02}-{:02}", 1930 + mix(person + salt * 9) % 70, 1 + mix(person + salt) % 12, day(1))
        };
        let mail = |salt: u64| format!("{}@example.com", letters(mix(person * 7 + salt)));
        let town = letters(pick(person, 2, 40));
        table.push(&format!("a{person}"), [surname.as_str(), &born(0), &mail(0), &town]).unwrap();
        if pick(person, 3, 3) == 0 {
            let surname = if pick(person, 4, 5) == 0 { surname.replacen('o', "", 1) } else { surname };
            let born = if pick(person, 5, 10) == 0 { born(50) } else { born(0) };
            let mail = if pick(person, 6, 4) == 0 { mail(50) } else { mail(0) };
            table.push(&format!("b{person}"), [surname.as_str(), &born, &mail, &town]).unwrap();
        }
    }
    table
}

fn letters(mut number: u64) -> String {
    let mut text = String::new();
    for _ in 0..9 {
        text.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    text
}

fn batch(persons: u64) -> Batch {
    let rules = Rules::default()
        .column("surname", Role::Surname)
        .column("born", Role::BirthDate)
        .column("mail", Role::Email)
        .column("town", Role::City);
    let table = shop(persons);
    let plan = Plan::infer(&table, &rules).unwrap();
    Batch::prepare(table, plan, &Work::default()).unwrap()
}

/// How often matches agree in a field, as the model has learnt it.
fn agree(model: &Model, name: &str) -> f64 {
    let weights = model.comparisons.iter().find(|it| it.comparison.name == name).unwrap();
    weights.m.iter().take(11).sum()
}

#[test]
fn what_was_done_to_the_records_is_learnt_from_them_alone() {
    let batch = batch(6_000);
    let model = batch.train(&[], &Work::default()).unwrap();
    for (name, truth) in [("surname", 0.8), ("born", 0.9), ("mail", 0.75), ("town", 1.0)] {
        assert!((agree(&model, name) - truth).abs() < 0.06, "{name}: {} for {truth}", agree(&model, name));
    }
    let matches = (0..6_000).filter(|person| mix(person * 16 + 3).is_multiple_of(3)).count() as f64;
    assert!((model.card.expected_matches / matches - 1.0).abs() < 0.05, "{}", model.card.expected_matches);
    let found = batch.resolve(&model, &[], &Work::default()).unwrap();
    let pairs = found.clusters.iter().zip(0..).filter(|(root, row)| *root != row).count() as f64;
    assert!((pairs / matches - 1.0).abs() < 0.03, "{pairs} of {matches}");
}

#[test]
fn a_model_is_data_and_has_a_name() {
    let batch = batch(600);
    let model = batch.train(&[], &Work::default()).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    let again: Model = serde_json::from_str(&text).unwrap();
    assert_eq!(again.epoch(), model.epoch());
    assert_eq!(
        batch.resolve(&again, &[], &Work::default()).unwrap(),
        batch.resolve(&model, &[], &Work::default()).unwrap()
    );
    assert_ne!(model.clone().with_threshold(0.9).epoch(), model.epoch());
    // A model knows frequent values by keyed hashes alone.
    let keyed = batch.train_keyed(7, &[], &Work::default()).unwrap();
    assert_ne!(keyed.epoch(), model.epoch());
    for word in ["lovelac", "hopp"] {
        assert!(!text.contains(word));
    }
}

#[test]
fn labels_teach_and_choose_the_threshold() {
    let batch = batch(600);
    let label = |a: String, b: String, same| Label { a, b, same };
    let twice = || (0..600_u64).filter(|person| mix(person * 16 + 3).is_multiple_of(3));
    let same = twice().take(40).map(|person| label(format!("a{person}"), format!("b{person}"), true));
    let apart = twice().take(40).map(|person| label(format!("a{}", (person + 1) % 600), format!("b{person}"), false));
    let labels: Vec<Label> = same.chain(apart).collect();
    let model = batch.train(&labels, &Work::default()).unwrap();
    assert_eq!(model.card.labels, 80);
    assert!(model.card.notes.iter().any(|note| note.contains("80 labelled pairs")), "{:?}", model.card.notes);
    let unknown = [label("a0".into(), "nobody".into(), true)];
    assert_eq!(batch.train(&unknown, &Work::default()).unwrap_err().to_string(), "unknown record `nobody`");
}

#[test]
fn where_nothing_can_be_learnt_it_is_said_and_nobody_is_linked() {
    let mut table = Table::new(["name", "city"]);
    table.push("1", ["Ada Lovelace", "London"]).unwrap();
    let plan = Plan::infer(&table, &Rules::default()).unwrap();
    let batch = Batch::prepare(table, plan, &Work::default()).unwrap();
    let model = batch.train(&[], &Work::default()).unwrap();
    assert!(model.card.notes.iter().any(|note| note.starts_with("nothing could be trained")), "{:?}", model.card.notes);
    assert_eq!(batch.resolve(&model, &[], &Work::default()).unwrap().clusters, [0]);
}
