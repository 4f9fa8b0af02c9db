//! Blocks that grow and shrink.
//!
//! Most blocking keys are one record's alone: a table of 13 bytes a place holds that record's row itself. A second
//! member moves the block to a list, which holds up to three rows without memory of its own. Oversize blocks are kept
//! whole, because they come back when records go.

use super::super::blocking::Rule;
use super::super::record::Records;
use super::names::{Halves, Keyed};

/// The bit that says that a number is not a row but a place in the list.
const LISTED: u32 = 1 << 31;
/// The most records: the other numbers of 32 bits.
pub(super) const MOST: usize = LISTED as usize;

/// A blocking key, with the number of its rule.
pub(super) type Emitted = (u8, u64);

#[derive(Clone, Debug)]
enum Rows {
    Few(u8, [u32; 3]),
    Many(Vec<u32>),
}

impl Rows {
    fn all(&self) -> &[u32] {
        match self {
            Self::Few(len, rows) => rows.get(..usize::from(*len)).unwrap_or(&[]),
            Self::Many(rows) => rows,
        }
    }

    fn add(&mut self, row: u32) {
        match self {
            Self::Few(len, rows) => match rows.get_mut(usize::from(*len)) {
                Some(place) => {
                    *place = row;
                    *len += 1;
                }
                None => *self = Self::Many(rows.iter().copied().chain([row]).collect()),
            },
            Self::Many(rows) => rows.push(row),
        }
    }

    fn remove(&mut self, row: u32) {
        let Some(at) = self.all().iter().position(|member| *member == row) else { return };
        match self {
            Self::Few(len, rows) => {
                rows.copy_within(at + 1.., at);
                *len -= 1;
            }
            Self::Many(rows) => {
                rows.swap_remove(at);
            }
        }
    }
}

/// The blocks of all rules, by their keys.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// A row, or a place in the list.
    keyed: Keyed,
    list: Vec<Rows>,
    free: Vec<u32>,
}

/// The blocking keys of a row, sorted.
pub(super) fn emitted(rules: &[Rule], records: &Records, row: u32) -> Vec<Emitted> {
    let (mut all, mut keys) = (Vec::new(), Vec::new());
    for (nth, rule) in rules.iter().enumerate() {
        keys.clear();
        rule.emit(nth, records, row, &mut keys);
        let nth = u8::try_from(nth).unwrap_or(u8::MAX);
        all.extend(keys.iter().map(|key| (nth, *key)));
    }
    all.sort_unstable();
    all
}

impl Blocks {
    /// The rows of a block.
    pub(super) fn members<'b>(&'b self, key: u64, single: &'b mut u32) -> &'b [u32] {
        match self.keyed.get(&Halves::from(key)) {
            None => &[],
            Some(place) if place & LISTED != 0 => {
                self.list.get((place & !LISTED) as usize).map_or(&[], |rows| rows.all())
            }
            Some(row) => {
                *single = *row;
                std::slice::from_ref(single)
            }
        }
    }

    /// How many rows a block has.
    pub(super) fn size(&self, key: u64) -> u32 {
        u32::try_from(self.members(key, &mut 0).len()).unwrap_or(u32::MAX)
    }

    /// Adds a row to a block.
    pub(super) fn add(&mut self, key: u64, row: u32) {
        match self.keyed.entry(key.into()) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(row);
            }
            std::collections::hash_map::Entry::Occupied(mut place) => {
                let known = *place.get();
                if known & LISTED != 0 {
                    if let Some(rows) = self.list.get_mut((known & !LISTED) as usize) {
                        rows.add(row);
                    }
                    return;
                }
                let rows = Rows::Few(2, [known, row, 0]);
                let at = match self.free.pop() {
                    Some(at) => at,
                    None => {
                        self.list.push(Rows::Few(0, [0; 3]));
                        u32::try_from(self.list.len() - 1).unwrap_or(0)
                    }
                };
                if let Some(slot) = self.list.get_mut(at as usize) {
                    *slot = rows;
                }
                *place.get_mut() = at | LISTED;
            }
        }
    }

    /// Takes a row out of a block.
    pub(super) fn remove(&mut self, key: u64, row: u32) {
        let std::collections::hash_map::Entry::Occupied(mut place) = self.keyed.entry(key.into()) else { return };
        let known = *place.get();
        if known & LISTED == 0 {
            if known == row {
                place.remove();
            }
            return;
        }
        let at = known & !LISTED;
        let Some(rows) = self.list.get_mut(at as usize) else { return };
        rows.remove(row);
        let last = match rows.all() {
            [] => None,
            [last] => Some(*last),
            _ => return,
        };
        *rows = Rows::Few(0, [0; 3]);
        self.free.push(at);
        match last {
            Some(last) => *place.get_mut() = last,
            None => {
                place.remove();
            }
        }
    }

    pub(super) fn reserve(&mut self, keys: usize) {
        self.keyed.reserve(keys);
    }

    /// Gives back what growing has reserved.
    pub(super) fn shrink(&mut self) {
        self.keyed.shrink_to_fit();
        self.list.shrink_to_fit();
    }

    /// How many keys there are, and how many of them are of several records.
    #[cfg(test)]
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.keyed.len(), self.list.len() - self.free.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn a_block_has_the_rows_that_came_and_did_not_go(ops in proptest::collection::vec((0..4_u64, 0..9_u32, 0..5_u8), 1..200)) {
            let mut blocks = Blocks::default();
            let mut plain: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
            for (key, row, op) in ops {
                let rows = plain.entry(key).or_default();
                if op > 1 {
                    if rows.insert(row) {
                        blocks.add(key, row);
                    }
                } else {
                    rows.remove(&row);
                    blocks.remove(key, row);
                }
                for (key, rows) in &plain {
                    let found: BTreeSet<u32> = blocks.members(*key, &mut 0).iter().copied().collect();
                    prop_assert_eq!(&found, rows);
                    prop_assert_eq!(blocks.size(*key) as usize, rows.len());
                }
                let full = plain.values().filter(|rows| !rows.is_empty());
                prop_assert_eq!(blocks.counts().0, full.clone().count());
                prop_assert_eq!(blocks.counts().1, full.filter(|rows| rows.len() > 1).count());
            }
        }
    }
}
