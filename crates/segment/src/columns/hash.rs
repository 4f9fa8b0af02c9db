//! Profiles found fast: their ids are keyed hashes already, which nobody outside can choose.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds a [`Mix`].
pub(super) type Mixed = BuildHasherDefault<Mix>;

/// Mixes words: enough where ids are numbers, in tests and tools.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0.rotate_left(32) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 29);
    }

    fn write_usize(&mut self, _: usize) {
        // How long an id is says nothing.
    }

    fn finish(&self) -> u64 {
        let mixed = self.0.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ (mixed >> 32)
    }
}
