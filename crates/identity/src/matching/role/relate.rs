//! What two columns of the same rows say of each other.

use std::collections::BTreeMap;

use super::shape::permille;

/// How far the local parts of e-mail addresses repeat a column of the same row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct InEmail {
    /// Rows that have both, in thousandths, where the local part contains the value.
    pub(super) contained: i32,
    /// And begins with it.
    pub(super) begins: i32,
}

/// Compares values of three letters or more with local parts. Nothing is said below twenty rows.
pub(super) fn in_email(values: &[String], emails: &[String]) -> InEmail {
    let (mut both, mut contained, mut begins) = (0, 0, 0);
    for (value, address) in values.iter().zip(emails) {
        let Some((local, _)) = address.split_once('@') else { continue };
        let name: String = value.chars().filter(|c| c.is_alphabetic()).collect();
        if name.chars().count() < 3 {
            continue;
        }
        let local: String = local.chars().filter(|c| c.is_alphabetic()).collect();
        both += 1;
        contained += u32::from(local.contains(&name));
        begins += u32::from(local.starts_with(&name));
    }
    if both < 20 {
        return InEmail::default();
    }
    InEmail { contained: permille(contained, both), begins: permille(begins, both) }
}

/// How many times more often two rows share a value when their postcodes differ but begin alike, in tenths; 10 is
/// chance. Rows with the same postcode are left out, as they may be of one person, for whom all values agree.
///
/// Cities and regions rise far above chance, names of persons do not. `None` where there are too few pairs.
pub(super) fn nearby(values: &[String], postcodes: &[String]) -> Option<i64> {
    let mut all: BTreeMap<&str, u64> = BTreeMap::new();
    let mut areas: BTreeMap<&str, u64> = BTreeMap::new();
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut values_of_areas: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut values_of_codes: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut rows = 0;
    for (value, code) in values.iter().zip(postcodes) {
        if value.is_empty() || code.is_empty() {
            continue;
        }
        let area = code.char_indices().nth(2).and_then(|(end, _)| code.get(..end)).unwrap_or(code);
        rows += 1;
        *all.entry(value).or_default() += 1;
        *areas.entry(area).or_default() += 1;
        *codes.entry(code).or_default() += 1;
        *values_of_areas.entry((area, value)).or_default() += 1;
        *values_of_codes.entry((code, value)).or_default() += 1;
    }
    let near = pairs(areas.values()).saturating_sub(pairs(codes.values()));
    let agree = pairs(values_of_areas.values()).saturating_sub(pairs(values_of_codes.values()));
    let chance = pairs(all.values());
    if near < 500 || chance == 0 || agree < 20 {
        return None;
    }
    let lift = u128::from(agree) * u128::from(pairs([rows].iter())) * 10 / (u128::from(near) * u128::from(chance));
    i64::try_from(lift).ok()
}

fn pairs<'a>(counts: impl Iterator<Item = &'a u64>) -> u64 {
    counts.map(|count| count * count.saturating_sub(1) / 2).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str], times: usize) -> Vec<String> {
        values.iter().cycle().take(values.len() * times).map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn local_parts_repeat_names() {
        let emails = texts(&["ada.lovelace@example.com", "bob@example.com"], 15);
        let found = in_email(&texts(&["ada", "robert"], 15), &emails);
        assert_eq!(found, InEmail { contained: 500, begins: 500 });
        assert_eq!(in_email(&texts(&["lovelace", "li"], 15), &emails), InEmail::default());
    }

    #[test]
    fn cities_lie_near_their_postcodes_and_names_do_not() {
        let codes: Vec<String> = (0..400).map(|i| format!("{}{:03}", 10 + i % 8, i)).collect();
        let cities: Vec<String> = (0..400).map(|i| format!("city {}", i % 8)).collect();
        let names: Vec<String> = (0..400).map(|i| format!("name {}", (i * 7 / 3) % 11)).collect();
        assert!(nearby(&cities, &codes).is_some_and(|lift| lift > 70));
        assert!(nearby(&names, &codes).is_some_and(|lift| lift < 20));
    }
}
