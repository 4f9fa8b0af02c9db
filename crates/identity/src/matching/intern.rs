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

/// Distinct texts with their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Interner {
    bytes: String,
    /// Where each text ends; the first is the absent one.
    ends: Vec<u32>,
    /// Open addressing: above a hash of the text, below its number, 0 for an empty slot; so most looks end in one place of
    /// memory, and the table grows without reading a text. Always a power of two.
    slots: Vec<u64>,
}

impl Default for Interner {
    fn default() -> Self {
        Self { bytes: String::new(), ends: vec![0], slots: vec![0; 16] }
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
            (Some(from), Some(to)) => self.bytes.get(*from as usize..*to as usize).unwrap_or(""),
            _ => "",
        }
    }

    /// Where a text ends.
    pub(crate) fn end(&self, code: u32) -> u32 {
        self.ends.get(code as usize).copied().unwrap_or(0)
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
        if self.slots.is_empty() {
            return self.codes().find(|code| self.text(*code) == text);
        }
        self.seek(text, short(text)).ok()
    }

    /// The number of a text, new or known.
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        self.add_hashed(text, short(text))
    }

    /// The numbers of several texts, which stand one after the other.
    ///
    /// In a large table every look is a wait for memory, and for the address of the memory. So the looks are taken region
    /// by region of the table: then the next one is nearly always where the last one was.
    pub(crate) fn add_all(&mut self, texts: &Texts, out: &mut Vec<u32>) {
        const REGIONS: usize = 256;
        self.open();
        if self.slots.len() < 1 << 14 || texts.len() < REGIONS {
            out.extend(texts.iter().map(|text| self.add(text)));
            return;
        }
        let (mask, region) = (self.slots.len() - 1, self.slots.len() / REGIONS);
        let hashes: Vec<u32> = texts.iter().map(short).collect();
        let of = |hash: u32| (hash as usize & mask) / region;
        let mut next = [0_u32; REGIONS + 1];
        for hash in &hashes {
            if let Some(count) = next.get_mut(of(*hash) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut next {
            sum += *count;
            *count = sum;
        }
        let mut order = vec![0_u32; texts.len()];
        for (nth, hash) in (0..).zip(&hashes) {
            if let Some(at) = next.get_mut(of(*hash)) {
                if let Some(place) = order.get_mut(*at as usize) {
                    *place = nth;
                }
                *at += 1;
            }
        }
        let from = out.len();
        out.resize(from + texts.len(), ABSENT);
        for nth in order {
            let hash = hashes.get(nth as usize).copied().unwrap_or(0);
            let code = self.add_hashed(texts.get(nth as usize), hash);
            if let Some(place) = out.get_mut(from + nth as usize) {
                *place = code;
            }
        }
    }

    fn add_hashed(&mut self, text: &str, hash: u32) -> u32 {
        if text.is_empty() {
            return ABSENT;
        }
        self.open();
        match self.seek(text, hash) {
            Ok(code) => code,
            Err(slot) => {
                let code = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
                let Ok(end) = u32::try_from(self.bytes.len() + text.len()) else {
                    // Four billion bytes of distinct texts are full: what comes later is absent.
                    return ABSENT;
                };
                self.bytes.push_str(text);
                self.ends.push(end);
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

    /// Makes the hash table again, if it was given back.
    pub(crate) fn open(&mut self) {
        if !self.slots.is_empty() {
            return;
        }
        let size = (self.ends.len() * 2).next_power_of_two().max(16);
        let mut slots = vec![0; size];
        // What was forgotten is nothing but zeros, and no text begins so.
        for code in self.codes().filter(|code| !self.text(*code).starts_with('\0')) {
            let hash = short(self.text(code));
            put(&mut slots, u64::from(hash) << 32 | u64::from(code));
        }
        self.slots = slots;
    }

    /// Gives back the hash table, once a text will hardly be added; if one is, the table is made again.
    pub(crate) fn seal(&mut self) {
        self.slots = Vec::new();
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn grow(&mut self) {
        // Large tables grow more slowly, small ones are not worth the second look.
        let size = if self.slots.len() < 1 << 18 { self.slots.len() * 4 } else { self.slots.len() * 2 };
        let mut slots = vec![0; size];
        for found in self.slots.iter().filter(|found| **found != 0) {
            put(&mut slots, *found);
        }
        self.slots = slots;
    }

    /// The number, or the free slot where it would stand.
    fn seek(&self, text: &str, hash: u32) -> Result<u32, usize> {
        let mask = self.slots.len().wrapping_sub(1);
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
    }
}

/// Texts one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(crate) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn get(&self, nth: usize) -> &str {
        let from = nth.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(nth).and_then(|to| self.bytes.get(from..*to)).unwrap_or("")
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|nth| self.get(nth))
    }
}

/// Puts an entry into the first free slot of its own.
fn put(slots: &mut [u64], entry: u64) {
    let mask = slots.len().wrapping_sub(1);
    let mut slot = (entry >> 32) as usize & mask;
    while slots.get(slot).is_some_and(|known| *known != 0) {
        slot = (slot + 1) & mask;
    }
    if let Some(place) = slots.get_mut(slot) {
        *place = entry;
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

pub(crate) type Set<K> = std::collections::HashSet<K, BuildHasherDefault<Numbers>>;

pub(crate) type Map<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Numbers>>;

/// One hash of several numbers.
pub(crate) fn hash_of(value: impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<Numbers>::default().hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn region_by_region_is_one_by_one() {
        let mut one_by_one = Interner::default();
        let mut regions = Interner::default();
        for round in 0..4_u64 {
            let mut texts = Texts::default();
            let mut codes = Vec::new();
            for nth in 0..20_000_u64 {
                texts.push(&(mix(nth * 7 + round % 2) % 30_000).to_string());
            }
            regions.add_all(&texts, &mut codes);
            for (text, code) in texts.iter().zip(codes) {
                one_by_one.add(text);
                assert_eq!(regions.text(code), text);
            }
            assert_eq!(regions.len(), one_by_one.len());
        }
    }

    proptest! {
        #[test]
        fn a_text_has_one_number_and_a_number_one_text(texts in proptest::collection::vec("[a-c]{0,4}|\\PC{0,12}", 0..400)) {
            let mut interner = Interner::default();
            let (mut codes, mut all) = (Vec::new(), Texts::default());
            texts.iter().for_each(|text| all.push(text));
            interner.add_all(&all, &mut codes);
            for (text, code) in texts.iter().zip(&codes) {
                prop_assert_eq!(interner.text(*code), text);
                prop_assert_eq!(interner.find(text), Some(*code));
            }
            prop_assert_eq!(interner.find("never said"), None);
        }
    }
}
