//! Each distinct text once, known by a dense number.
//!
//! Twenty thousand surnames make a million rows. Everything that costs (normalising, phonetic keys, weights by
//! frequency) is done once a distinct text, and equality of texts is equality of numbers. Number 0 is the absent value.
//!
//! The texts stand one after the other in one piece of memory, and the hash table holds only numbers: a million
//! e-mail addresses cost their bytes and sixteen more each. Numbers follow the order of arrival, so nothing that is
//! concluded may depend on them.

mod remove;

use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// The absent value.
pub(crate) const ABSENT: u32 = 0;

/// Distinct texts with their numbers and counts.
#[derive(Clone, Debug)]
pub(crate) struct Interner {
    bytes: String,
    /// Where each text ends; the first is the absent one.
    ends: Vec<usize>,
    counts: Vec<u32>,
    /// Open addressing: above a hash of the text, below its number, 0 for an empty slot; so most looks end in one place of
    /// memory, and the table grows without reading a text. Always a power of two.
    slots: Vec<u64>,
}

impl Default for Interner {
    fn default() -> Self {
        Self { bytes: String::new(), ends: vec![0], counts: vec![0], slots: vec![0; 16] }
    }
}

impl Interner {
    /// How many numbers there are, the absent value included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a number; of the absent value the empty one.
    pub(crate) fn text(&self, code: u32) -> &str {
        let Some(before) = (code as usize).checked_sub(1) else { return "" };
        match (self.ends.get(before), self.ends.get(code as usize)) {
            (Some(from), Some(to)) => self.bytes.get(*from..*to).unwrap_or(""),
            _ => "",
        }
    }

    /// How often a text came.
    pub(crate) fn count(&self, code: u32) -> u32 {
        self.counts.get(code as usize).copied().unwrap_or(0)
    }

    /// All numbers but the absent value.
    pub(crate) fn codes(&self) -> impl Iterator<Item = u32> + use<> {
        1..u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// The number of a text that is known.
    #[cfg(test)]
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return Some(ABSENT);
        }
        self.seek(text, short(text)).ok()
    }

    pub(crate) fn add_count(&mut self, code: u32, times: u32) {
        if let Some(count) = self.counts.get_mut(code as usize) {
            *count = count.saturating_add(times);
        }
    }

    /// The number of a text, new or known.
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        self.add_hashed(text, short(text))
    }

    /// The numbers of several texts, each counted once more. Their places in the table are touched before any is looked
    /// at, so that the waits for memory pass together.
    pub(crate) fn count_all<'t>(&mut self, texts: impl Iterator<Item = &'t str> + Clone, out: &mut Vec<u32>) {
        let mask = self.slots.len() - 1;
        let mut touched = 0;
        let hashed = |text: &'t str| {
            let hash = short(text);
            touched ^= self.slots.get(hash as usize & mask).copied().unwrap_or(0);
            (text, hash)
        };
        let hashed: Vec<(&str, u32)> = texts.map(hashed).collect();
        std::hint::black_box(touched);
        for (text, hash) in hashed {
            let code = self.add_hashed(text, hash);
            self.add_count(code, 1);
            out.push(code);
        }
    }

    fn add_hashed(&mut self, text: &str, hash: u32) -> u32 {
        if text.is_empty() {
            return ABSENT;
        }
        match self.seek(text, hash) {
            Ok(code) => code,
            Err(slot) => {
                let code = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
                self.bytes.push_str(text);
                self.ends.push(self.bytes.len());
                self.counts.push(0);
                if let Some(place) = self.slots.get_mut(slot) {
                    *place = u64::from(hash) << 32 | u64::from(code);
                }
                if self.ends.len() * 4 > self.slots.len() * 3 {
                    self.grow();
                }
                code
            }
        }
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![0; mask + 1];
        for found in self.slots.iter().filter(|found| **found != 0) {
            let mut slot = (found >> 32) as usize & mask;
            while slots.get(slot).is_some_and(|known| *known != 0) {
                slot = (slot + 1) & mask;
            }
            if let Some(place) = slots.get_mut(slot) {
                *place = *found;
            }
        }
        self.slots = slots;
    }

    /// The number, or the free slot where it would stand.
    fn seek(&self, text: &str, hash: u32) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots.get(slot).copied().unwrap_or(0) {
                0 => return Err(slot),
                found if (found >> 32) as u32 == hash && self.text(found as u32) == text => return Ok(found as u32),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// Gives back what growing has reserved.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.counts.shrink_to_fit();
    }
}

fn short(text: &str) -> u32 {
    let hash = hash_bytes(text.as_bytes());
    (hash ^ (hash >> 32)) as u32
}

/// A fast 64-bit hash of bytes: eight at a time, multiplied and folded (as wyhash does). The same on every machine; it is
/// no protection against texts that are chosen to collide, which cost time and never a wrong answer.
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ (bytes.len() as u64);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word), 0xa076_1d64_78bd_642f);
    }
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    fold(state ^ u64::from_le_bytes(last), 0xe703_7ed1_a0b4_28db)
}

/// The two halves of the product, one over the other.
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// A hash of a number that spreads well (the finaliser of splitmix64).
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// For maps whose keys are numbers or short tuples of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers(u64);

impl Hasher for Numbers {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = fold(self.0 ^ hash_bytes(bytes), 0xa076_1d64_78bd_642f);
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = fold(self.0 ^ value ^ 0x9e37_79b9_7f4a_7c15, 0xa076_1d64_78bd_642f);
    }
}

pub(crate) type Map<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Numbers>>;

/// One hash of several numbers.
pub(crate) fn hash_of(value: impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<Numbers>::default().hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_has_one_number_and_a_number_one_text(texts in proptest::collection::vec("[a-c]{0,4}|\\PC{0,12}", 0..400)) {
            let mut interner = Interner::default();
            let mut codes = Vec::new();
            interner.count_all(texts.iter().map(String::as_str), &mut codes);
            for (text, code) in texts.iter().zip(&codes) {
                prop_assert_eq!(interner.text(*code), text);
                prop_assert_eq!(interner.find(text), Some(*code));
                let times = texts.iter().filter(|other| *other == text).count();
                prop_assert_eq!(interner.count(*code) as usize, times);
            }
            prop_assert_eq!(interner.find("never said"), None);
        }
    }
}
