//! Columns that only repeat others.
//!
//! A table may have `full_name` beside `first_name` and `surname`. To compare all three counts one agreement twice. Two
//! forms are found: a column equal to another one (in more than 98 % of the rows that have both), and a column made of
//! at least two others (each stands in it, word by word, in 70 % of the rows that have both; errors of typing may be
//! in either).

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::normalise::tokens;

use super::shape::permille;

/// One column as copies see it.
pub(super) struct Column<'a> {
    pub(super) cells: &'a [String],
    /// Sorts the original before its copy.
    pub(super) rank: (std::cmp::Reverse<u32>, std::cmp::Reverse<i32>, String),
    /// Empty, of one value or unique columns are neither original nor copy.
    pub(super) used: bool,
}

/// What a column repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) of: Vec<usize>,
    pub(super) extra: bool,
}

/// Fewer rows that have both columns say nothing.
const SUPPORT: u32 = 10;

/// The copies among the columns, by index.
pub(super) fn find(columns: &[Column<'_>]) -> BTreeMap<usize, Copy> {
    let words: Vec<Vec<Vec<String>>> =
        columns.iter().map(|column| column.cells.iter().map(|cell| tokens(cell)).collect()).collect();
    let mut found = equal(columns);
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (whole, (column, all)) in columns.iter().zip(&words).enumerate() {
        if !column.used || found.contains_key(&whole) {
            continue;
        }
        let inside = columns.iter().zip(&words).enumerate().filter(|(index, (part, some))| {
            *index != whole && part.used && !found.contains_key(index) && part_of(part, some, column, all)
        });
        let inside: Vec<usize> = inside.map(|(index, _)| index).collect();
        if inside.len() > 1 {
            parts.insert(whole, inside);
        }
    }
    let composed: BTreeSet<usize> = parts.keys().copied().collect();
    for (whole, inside) in parts {
        let of: Vec<usize> = inside.into_iter().filter(|part| !composed.contains(part)).collect();
        if of.len() > 1
            && let Some(extra) = covered(&words, whole, &of)
        {
            found.insert(whole, Copy { of, extra });
        }
    }
    found
}

fn equal(columns: &[Column<'_>]) -> BTreeMap<usize, Copy> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|index| columns.get(*index).map(|column| (column.rank.clone(), *index)));
    let mut found = BTreeMap::new();
    let mut originals: Vec<usize> = Vec::new();
    for index in order {
        let Some(column) = columns.get(index).filter(|column| column.used) else { continue };
        let original = originals.iter().find(|other| {
            columns.get(**other).is_some_and(|other| {
                let (mut both, mut same, mut filled) = (0, 0, 0);
                for (a, b) in column.cells.iter().zip(other.cells) {
                    filled += u32::from(!a.is_empty());
                    if !a.is_empty() && !b.is_empty() {
                        both += 1;
                        same += u32::from(a == b);
                    }
                }
                both >= SUPPORT && permille(both, filled) >= 500 && permille(same, both) > 980
            })
        });
        match original {
            Some(original) => {
                found.insert(index, Copy { of: vec![*original], extra: false });
            }
            None => originals.push(index),
        }
    }
    found
}

/// Whether the words of `part` stand in `whole`, which has more of them.
fn part_of(part: &Column<'_>, some: &[Vec<String>], whole: &Column<'_>, all: &[Vec<String>]) -> bool {
    let (mut both, mut inside, mut longer, mut filled) = (0, 0, 0, 0);
    for (((part, some), whole), all) in part.cells.iter().zip(some).zip(whole.cells).zip(all) {
        filled += u32::from(!whole.is_empty());
        if some.is_empty() || all.is_empty() {
            continue;
        }
        both += 1;
        inside += u32::from(holds(whole, all, part, some));
        longer += u32::from(whole.chars().count() > part.chars().count());
    }
    both >= SUPPORT && permille(both, filled) >= 200 && permille(inside, both) >= 700 && permille(longer, both) >= 600
}

/// Word by word; in a script without spaces, anywhere.
fn holds(whole: &str, all: &[String], part: &str, some: &[String]) -> bool {
    some.iter().all(|word| all.contains(word)) || all.len() == 1 && !whole.is_ascii() && whole.contains(part)
}

/// Whether the whole has words of its own; none if most of it is its own.
fn covered(words: &[Vec<Vec<String>>], whole: usize, of: &[usize]) -> Option<bool> {
    let (mut rows, mut more, mut letters, mut explained) = (0, 0, 0, 0);
    for (row, all) in words.get(whole)?.iter().enumerate() {
        if all.is_empty() {
            continue;
        }
        let parts = || of.iter().filter_map(|part| words.get(*part)?.get(row)).filter(|words| !words.is_empty());
        if parts().count() < of.len().min(2) {
            continue;
        }
        let length = |word: &String| u32::try_from(word.chars().count()).unwrap_or(0);
        let size: u32 = all.iter().map(length).sum();
        let known: u32 = match all.as_slice() {
            [one] if !one.is_ascii() => parts().flatten().filter(|word| one.contains(*word)).map(length).sum(),
            _ => all.iter().filter(|word| parts().any(|words| words.contains(word))).map(length).sum(),
        };
        rows += 1;
        letters += size;
        explained += known.min(size);
        // A word mistyped in one place is not a word more.
        let own = match all.as_slice() {
            [one] if !one.is_ascii() => known + 1 < size,
            _ => all.len() > parts().map(Vec::len).sum(),
        };
        more += u32::from(own);
    }
    (rows >= SUPPORT && permille(explained, letters) >= 500).then(|| permille(more, rows) > 50)
}
