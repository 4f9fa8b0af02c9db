//! From an identifier to its entries, in one step.
//!
//! A token is a keyed hash already: nobody without the tenant's key can make many of them collide, so its own bytes
//! serve as the hash of the table.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use onefold_model::Member;

use super::Shelf;

/// The entries by identifier. Never walked without being sorted after.
pub(super) type Shelves = HashMap<Member, Shelf, BuildHasherDefault<OfToken>>;

/// Takes the first eight bytes of what it is given, and mixes small numbers in.
#[derive(Clone, Copy, Default)]
pub(super) struct OfToken(u64);

impl Hasher for OfToken {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 ^= u64::from_le_bytes(*first);
        } else {
            bytes.iter().for_each(|byte| self.write_u8(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(29) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    // The length that goes before the bytes of an array is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use onefold_model::{Kind, KindId, Schema};

    use super::*;

    #[test]
    fn tokens_and_kinds_spread() {
        let schema = Schema::builder().kind(Kind::person("email")).build([7; 32].into()).unwrap();
        let hasher = BuildHasherDefault::<OfToken>::default();
        let mut seen = BTreeSet::new();
        for nth in 0..1000 {
            let member = schema.identifier("email", &format!("ada{nth}@example.com")).unwrap().member();
            for kind in 0..4 {
                seen.insert(hasher.hash_one(Member { kind: KindId(kind), ..member }));
            }
        }
        assert_eq!(seen.len(), 4000);
    }
}
