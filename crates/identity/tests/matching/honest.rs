//! Nothing that may hold the answer takes part, and neither ids nor headers nor places of columns decide.

use std::collections::BTreeMap;

use crate::world::{COLUMNS, Counts, Dice, Row, World};
use onefold_identity::matching::{Batch, Error, Kind, Plan, Rules, Table, Work, role::Role};

/// Records of some people, of whom many come again.
fn rows() -> Vec<Row> {
    let mut dice = Dice(11);
    let world = World::new(&mut dice, &Counts::default()).unwrap();
    let mut rows: Vec<Row> = (0..240).map(|nth| world.people.row(&mut dice, format!("crm:{nth}"))).collect();
    // More people than a small world has.
    for (nth, row) in rows.iter_mut().enumerate() {
        let person = nth / 3 % 40;
        let sign = char::from(b'a' + (person % 26) as u8);
        row.cells[1] = format!("{}{sign}", row.cells[1]);
        row.cells[3] = format!("{sign}{person}@example.com");
    }
    rows
}

/// The clusters of the rows as sets of their places, with the columns in an order, under names and ids.
fn partition(
    rows: &[Row],
    order: &[usize],
    name: impl Fn(usize) -> String,
    id: impl Fn(usize) -> String,
) -> Vec<Vec<usize>> {
    let mut table = Table::new(order.iter().map(|column| name(*column)));
    for (nth, row) in rows.iter().enumerate() {
        table.push(&id(nth), order.iter().map(|column| row.cells[*column].as_str())).unwrap();
    }
    let plan = Plan::infer(&table, &Rules::default()).unwrap();
    let batch = Batch::prepare(table, plan, &Work::default()).unwrap();
    let model = batch.train(&[], &Work::default()).unwrap();
    let found = batch.resolve(&model, &[], &Work::default()).unwrap();
    let mut clusters: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (row, root) in found.clusters.iter().enumerate() {
        clusters.entry(*root).or_default().push(row);
    }
    let mut clusters: Vec<Vec<usize>> = clusters.into_values().collect();
    clusters.sort();
    clusters
}

#[test]
fn other_ids_and_other_places_of_columns_give_the_same_clusters() {
    let rows = rows();
    let order: Vec<usize> = (0..COLUMNS.len()).collect();
    let header = |column: usize| COLUMNS[column].to_owned();
    let plain = partition(&rows, &order, header, |nth| format!("crm:{nth}"));
    assert!(plain.len() > 10 && plain.len() < rows.len() / 2, "{} clusters", plain.len());
    let mut dice = Dice(5);
    for _ in 0..4 {
        let salt = dice.below(1 << 30);
        assert_eq!(plain, partition(&rows, &order, header, |nth| format!("{:x}", (nth + 1) * 7_919 * (salt + 1))));
        let mut turned = order.clone();
        dice.shuffle(&mut turned);
        assert_eq!(plain, partition(&rows, &turned, header, |nth| format!("crm:{nth}")), "{turned:?}");
    }
}

/// Ids that hold their entity: `rec-17-dup-2`.
fn with_ids(rows: usize, spoil: impl Fn(usize, String) -> String) -> Table {
    let mut table = Table::new(["rec_id", "name", "born"]);
    for nth in 0..rows {
        let id = spoil(nth, format!("rec-{}-dup-{}", nth / 2, nth % 2));
        let name = ["Ada Lovelace", "Grace Hopper", "Alan Turing"][nth / 2 % 3];
        table
            .push(&nth.to_string(), [id.as_str(), name, &format!("19{:02}-0{}-11", nth / 2 % 90, nth % 9 + 1)])
            .unwrap();
    }
    table
}

#[test]
fn an_id_is_not_compared_though_a_few_are_absent_or_come_again() {
    let spoilt: [fn(usize, String) -> String; 3] = [
        |_, id| id,
        |nth, id| if nth % 50 == 0 { String::new() } else { id },
        |nth, id| if nth < 2 { "rec-0-dup-0".to_owned() } else { id },
    ];
    for spoil in spoilt {
        let plan = Plan::infer(&with_ids(200, spoil), &Rules::default()).unwrap();
        let ignored = plan.rules().columns.iter().any(|column| column.name == "rec_id" && column.ignore);
        assert!(ignored, "{plan}");
    }
}

#[test]
fn no_rule_brings_an_id_back() {
    let table = with_ids(200, |_, id| id);
    for rules in [
        Rules::default().column("rec_id", Role::Identifier),
        Rules::default().compare("rec_id", Kind::Identifier),
        Rules::default().column("rec_id", Role::FullName).compare("rec_id", Kind::Words),
    ] {
        let fault = Plan::infer(&table, &rules).unwrap_err();
        assert!(matches!(&fault, Error::Rules(why) if why.contains("never compared")), "{fault}");
    }
}
