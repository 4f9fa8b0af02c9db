//! What is erased is not found.

use super::super::{Batch, Plan, Rules, Table, Work};
use super::*;

fn resolver() -> Resolver {
    let mut table = Table::new(["name", "born", "mail", "note"]);
    for (id, name, born, mail) in [
        ("crm:1", "Ada Lovelace", "10.12.1815", "Ada@Example.com"),
        ("crm:2", "Grace Hopper", "09.12.1906", "grace@example.com"),
        ("till:1", "Ada Lovelace", "10.12.1815", "ada.l@example.com"),
        ("till:2", "Grace Quux", "09.12.1906", "quux@example.org"),
    ] {
        table.push(id, [name, born, mail, "met at the fair"]).unwrap();
    }
    let work = Work::default();
    let plan = Plan::infer(&table, &Rules::default()).unwrap();
    let model = Batch::prepare(table.clone(), plan, &work).unwrap().train(&[], &work).unwrap();
    Resolver::load(model, table, &[], &work).unwrap()
}

#[test]
fn what_only_an_erased_record_had_is_wiped_out() {
    let mut resolver = resolver();
    assert!(!resolver.records.holds("Ada"), "raw forms are not kept");
    assert!(resolver.records.holds("quux") && resolver.records.holds("grace"));
    resolver.erase("till:2");
    assert!(!resolver.records.holds("quux"), "nobody else has it");
    assert!(resolver.records.holds("grace") && resolver.records.holds("19061209"), "`crm:2` has them");
    resolver.erase("crm:2");
    for gone in ["grace", "hopper", "19061209"] {
        assert!(!resolver.records.holds(gone), "{gone} is gone");
    }
    let traits = resolver.records.lexicons.iter().flat_map(|lexicon| &lexicon.traits);
    assert!(traits.clone().all(|traits| traits.key != 0x1906_1209), "the digits of a date are the date");
    assert!(resolver.records.holds("lovelace"));
    assert_eq!(resolver.len(), 2);
}

#[test]
fn a_correction_wipes_what_it_replaces() {
    let mut resolver = resolver();
    resolver.correct("till:2", [("name", "Grace Hopper"), ("mail", "grace@example.com")]).unwrap();
    assert!(!resolver.records.holds("quux"));
    assert!(resolver.correct("nobody", [("name", "Ada")]).is_err());
}

#[test]
fn asking_leaves_nothing_behind() {
    let mut resolver = resolver();
    let before: Vec<usize> = resolver.records.lexicons.iter().map(|lexicon| lexicon.values.len()).collect();
    for nth in 0..1000 {
        let mail = format!("zz{nth}@example.net");
        resolver.probe([("name", "Zaphod Beeblebrox"), ("born", "01.02.1999"), ("mail", mail.as_str())], 5);
    }
    let after: Vec<usize> = resolver.records.lexicons.iter().map(|lexicon| lexicon.values.len()).collect();
    assert_eq!(before, after);
    assert!(!resolver.records.holds("zaphod") && !resolver.records.holds("zz"));
    assert!(resolver.records.holds("lovelace"));
}

#[test]
fn a_free_row_is_used_again() {
    let mut resolver = resolver();
    resolver.erase("till:2");
    resolver.insert("till:3", 0, [("name", "Alan Turing")]).unwrap();
    assert_eq!((resolver.len(), resolver.records.len()), (4, 4));
    assert_eq!(resolver.members("till:3"), ["till:3"]);
}
