//! Comparisons by example, and the laws they keep.

use super::super::record::{Field, Written};
use super::*;
use proptest::prelude::*;

const KINDS: [Kind; 15] = [
    Kind::Given,
    Kind::Surname,
    Kind::Middle,
    Kind::Date,
    Kind::Email,
    Kind::Phone,
    Kind::Postcode,
    Kind::Identifier,
    Kind::Place,
    Kind::Words,
    Kind::Category,
    Kind::Short,
    Kind::Number,
    Kind::Distance,
    Kind::Set,
];

fn field(kind: Kind) -> Field {
    let (name, order) = (kind.to_string(), Some(Written::YearFirst));
    Field { column: name.clone(), name, role: Role::Text, part: Part::Whole, kind, order }
}

fn comparison(kind: Kind, field: usize) -> Comparison {
    let none = (None, None);
    Comparison { name: kind.to_string(), kind, field, beside: None, names: none, own: None }
}

/// The label of a comparison of two values.
fn label(kind: Kind, a: &str, b: &str) -> String {
    let mut records = Records::new(vec![field(kind)]);
    records.push(1, 0, |_| a);
    records.push(2, 0, |_| b);
    let comparison = comparison(kind, 0);
    assert_ne!(records.code(0, 0), records.code(1, 0), "{a} and {b} are one value");
    comparison.label(comparison.differing(&records, records.row(0), records.row(1))).to_owned()
}

#[test]
fn the_same_value_comes_to_be_written_differently_in_known_ways() {
    for (kind, a, b, level) in [
        (Kind::Given, "William", "Bill", "nickname"),
        (Kind::Given, "Rosamund", "Rosamunt", "similar (Jaro-Winkler at least .92)"),
        (Kind::Given, "A.", "Ada", "initial"),
        (Kind::Given, "Ada", "Grace", "different"),
        (Kind::Surname, "Lovelace", "Lovelac", "similar (Jaro-Winkler at least .92)"),
        (Kind::Surname, "Lillie-Hinrichs", "Hinrichs", "a part in common"),
        (Kind::Surname, "Lovelace", "Hopper", "different"),
        (Kind::Middle, "augusta king", "a", "initial or part"),
        (Kind::Date, "1815-12-10", "1815-12-11", "one digit or two neighbours"),
        (Kind::Date, "1815-12-10", "1815-12-01", "one digit or two neighbours"),
        (Kind::Date, "1815-12-10", "1815-10-12", "day and month exchanged"),
        (Kind::Date, "1815-12-10", "1815-01-01", "the first of January in the same year"),
        (Kind::Date, "1815-12-10", "1852-11-27", "different"),
        (Kind::Date, "1856-86-18", "1856-06-18", "one digit or two neighbours"),
        (Kind::Email, "ada@example.com", "ada@example.org", "another domain"),
        (Kind::Email, "lovelace@example.com", "lovelac@example.com", "one or two typing errors"),
        (Kind::Email, "ada@example.com", "grace@example.com", "different"),
        (Kind::Phone, "0171 1234567", "0171 1234568", "one typing error"),
        (Kind::Phone, "+49 171 1234567", "0171 1234567", "one typing error"),
        (Kind::Phone, "0171 1234567", "030 9876543", "different"),
        (Kind::Postcode, "SW1A 1AA", "SW1A 1AB", "one typing error"),
        (Kind::Postcode, "SW1A 1AA", "SW1A 9ZZ", "same area or two typing errors"),
        (Kind::Identifier, "4711-0815", "4711-0816", "one typing error"),
        (Kind::Place, "Bristol", "Bristoll", "similar (Jaro-Winkler at least .9)"),
        (Kind::Place, "Bristol", "City of Bristol", "a word in common"),
        (Kind::Words, "12 Wallaby Place", "Wallaby Place", "one inside the other"),
        (Kind::Words, "hoseason street", "hoseason stret", "similar"),
        (Kind::Category, "liturgist", "liturgst", "one typing error"),
        (Kind::Number, "100", "100.5", "within a hundredth"),
        (Kind::Distance, "51.5007, -0.1246", "51.5033 -0.1196", "within a kilometre"),
        (Kind::Distance, "51.5, -0.12", "48.85, 2.35", "different"),
        (Kind::Set, "red green blue", "blue red yellow green", "half in common"),
    ] {
        assert_eq!(label(kind, a, b), level, "{kind}: {a} and {b}");
    }
}

#[test]
fn an_address_that_repeats_the_names_says_nothing_new() {
    let fields = vec![field(Kind::Given), field(Kind::Surname), field(Kind::Email)];
    let mut records = Records::new(fields);
    let people = [
        ["john", "smith", "john.smith12@example.com"],
        ["john", "smith", "john.smith47@example.com"],
        ["john", "smith", "john.smith12@example.org"],
    ];
    for (key, person) in (0..).zip(people) {
        records.push(key, 0, |field| match field.kind {
            Kind::Given => person[0],
            Kind::Surname => person[1],
            _ => person[2],
        });
    }
    let mail = Comparison { names: (Some(0), Some(1)), ..comparison(Kind::Email, 2) };
    let level = |a, b| mail.differing(&records, records.row(a), records.row(b));
    assert_eq!(level(0, 1), NULL);
    assert_eq!(mail.label(level(0, 2)), "another domain");
}

#[test]
fn names_that_are_exchanged_are_seen_once() {
    let mut records = Records::new(vec![field(Kind::Given), field(Kind::Surname)]);
    for (key, person) in (0..).zip([["ada", "lovelace"], ["lovelace", "ada"], ["lovelase", "ada"]]) {
        records.push(key, 0, |field| if field.kind == Kind::Given { person[0] } else { person[1] });
    }
    let given = Comparison { beside: Some(1), ..comparison(Kind::Given, 0) };
    let surname = Comparison { beside: Some(0), ..comparison(Kind::Surname, 1) };
    for other in [1, 2] {
        let (a, b) = (records.row(0), records.row(other));
        assert_eq!(given.label(given.differing(&records, a, b)), "exchanged with the surname");
        assert_eq!(surname.differing(&records, a, b), NULL);
    }
}

#[test]
fn every_level_has_a_place_in_a_pattern_and_a_name() {
    for kind in KINDS {
        let comparison = comparison(kind, 0);
        assert!(comparison.count() <= 32, "{kind}");
        assert_eq!(comparison.label(comparison.different()), "different", "{kind}");
        for nth in kind.chains().iter().flat_map(|chain| chain.iter()) {
            assert!(*nth < kind.levels().len(), "{kind}");
        }
    }
}

fn value() -> impl Strategy<Value = String> {
    let names = "(ada|lovelace|a|adda|lovelase|ada lovelace|lovelace ada|ada ada|ada b)";
    let dates = "(18|19)(15|51)-(01|10|12|21)-(01|10|12|21)";
    let mails = "[ab]{1,4}[0-9]{0,2}@(ex|exa)\\.(com|org)";
    prop_oneof![names, dates, mails, "[0-4]{6,10}", "[a-c ]{1,8}", "[αβγ ]{1,6}", "-?[0-9]{1,2}\\.[0-9],[0-9]{1,3}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn it_does_not_matter_which_record_is_which(a in (value(), value()), b in (value(), value())) {
        for kind in KINDS {
            let mut records = Records::new(vec![field(kind), field(Kind::Surname)]);
            records.push(1, 0, |field| if field.kind == kind { &a.0 } else { &a.1 });
            records.push(2, 0, |field| if field.kind == kind { &b.0 } else { &b.1 });
            let (x, y) = (records.row(0), records.row(1));
            if at(x, 0) == at(y, 0) || at(x, 0) == ABSENT || at(y, 0) == ABSENT {
                continue;
            }
            let comparison = Comparison { beside: (kind == Kind::Given).then_some(1), ..comparison(kind, 0) };
            let (one, other) = (comparison.differing(&records, x, y), comparison.differing(&records, y, x));
            prop_assert_eq!(one, other, "{} {:?} {:?}", kind, &a, &b);
            prop_assert!(one == NULL || one > EQUALS && one <= comparison.different());
        }
    }
}
