//! Dense storage: nodes, links and clusters are numbers inside, and these are the tables that the numbers point into.
//!
//! Every number in use points at a live row, so a look-up never fails. The tables still answer a number out of range
//! with a blank row, since library code does not panic.

use std::hash::{BuildHasherDefault, Hasher};

/// No row.
pub(crate) const NONE: u32 = u32::MAX;

/// Rows by number; the numbers of removed rows are used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slab<T> {
    rows: Vec<T>,
    free: Vec<u32>,
    blank: T,
}

impl<T: Default> Slab<T> {
    pub(crate) fn at(&self, row: u32) -> &T {
        self.rows.get(row as usize).unwrap_or(&self.blank)
    }

    pub(crate) fn at_mut(&mut self, row: u32) -> &mut T {
        self.rows.get_mut(row as usize).unwrap_or(&mut self.blank)
    }

    pub(crate) fn add(&mut self, value: T) -> u32 {
        if let Some(row) = self.free.pop() {
            *self.at_mut(row) = value;
            return row;
        }
        self.rows.push(value);
        u32::try_from(self.rows.len() - 1).unwrap_or(NONE)
    }

    pub(crate) fn remove(&mut self, row: u32) -> T {
        self.free.push(row);
        std::mem::take(self.at_mut(row))
    }

    /// How many rows are in use.
    pub(crate) fn len(&self) -> usize {
        self.rows.len() - self.free.len()
    }

    /// All rows, blank ones for removed numbers included.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.rows)
    }
}

/// A bag of numbers that mostly holds one.
#[derive(Clone, Debug, Default)]
pub(crate) enum Few {
    #[default]
    Nothing,
    One(u32),
    Many(Vec<u32>),
}

impl Few {
    pub(crate) fn push(&mut self, number: u32) {
        match self {
            Self::Nothing => *self = Self::One(number),
            Self::One(other) => *self = Self::Many(vec![*other, number]),
            Self::Many(all) => all.push(number),
        }
    }

    pub(crate) fn remove(&mut self, number: u32) {
        match self {
            Self::One(other) if *other == number => *self = Self::Nothing,
            Self::Many(all) => {
                if let Some(at) = all.iter().rposition(|other| *other == number) {
                    all.swap_remove(at);
                }
            }
            Self::Nothing | Self::One(_) => {}
        }
    }

    pub(crate) fn all(&self) -> &[u32] {
        match self {
            Self::Nothing => &[],
            Self::One(number) => std::slice::from_ref(number),
            Self::Many(all) => all,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }
}

/// Maps by numbers and by keyed hashes. The keys are no attacker's choice (tokens are keyed per tenant), so a
/// multiplication mixes them well enough; no result depends on the order of such a map.
pub(crate) type Map<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Mix>>;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mix(u64);

impl Mix {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte));
            self.word(word);
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.word(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.word(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.word(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.word(number as u64);
    }

    fn finish(&self) -> u64 {
        // The tables take their bits from the top and the bottom: spread them both ways.
        self.0 ^ (self.0 >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_removed_rows_are_used_again() {
        let mut slab = Slab::default();
        let (ada, bob) = (slab.add("ada"), slab.add("bob"));
        assert_eq!(slab.remove(ada), "ada");
        assert_eq!((slab.add("cyd"), slab.len()), (ada, 2));
        assert_eq!((*slab.at(ada), *slab.at(bob), *slab.at(NONE)), ("cyd", "bob", ""));
    }

    #[test]
    fn a_bag_forgets_what_is_taken_out() {
        let mut bag = Few::default();
        for number in [3, 5, 7] {
            bag.push(number);
        }
        bag.remove(3);
        bag.remove(9);
        let mut left = bag.all().to_vec();
        left.sort_unstable();
        assert_eq!(left, [5, 7]);
        bag.remove(5);
        bag.remove(7);
        assert!(bag.is_empty());
    }
}
