//! Who of a block: a bit a profile, and what is known of them: two.

use std::ops::{BitAnd, BitOr, Not};

/// Profiles a block: so many that the columns of a block stay in the processor's nearest memory.
pub(crate) const BLOCK: usize = 4096;
pub(crate) const WORDS: usize = BLOCK / 64;

/// A bit for each profile of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mask(pub(crate) [u64; WORDS]);

impl Mask {
    pub(crate) const NONE: Self = Self([0; WORDS]);

    /// The first so many.
    pub(crate) fn first(count: usize) -> Self {
        let mut mask = Self::NONE;
        for (nth, word) in mask.0.iter_mut().enumerate() {
            *word = match count.saturating_sub(nth * 64) {
                0 => 0,
                few @ 1..64 => (1 << few) - 1,
                _ => u64::MAX,
            };
        }
        mask
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn set(&mut self, nth: usize) {
        if let Some(word) = self.0.get_mut(nth / 64) {
            *word |= 1 << (nth % 64);
        }
    }

    #[cfg(test)]
    pub(crate) fn has(&self, nth: usize) -> bool {
        self.0.get(nth / 64).is_some_and(|word| word >> (nth % 64) & 1 == 1)
    }

    pub(crate) fn without(self, other: &Self) -> Self {
        self & !*other
    }

    /// Calls with the place of each.
    #[inline(always)]
    pub(crate) fn each(&self, mut call: impl FnMut(usize)) {
        for (nth, word) in self.0.iter().enumerate() {
            let mut word = *word;
            while word != 0 {
                call(nth * 64 + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }

    /// Those of them for whom it holds.
    #[inline(always)]
    pub(crate) fn filter(&self, mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut out = Self::NONE;
        for ((nth, word), to) in self.0.iter().enumerate().zip(&mut out.0) {
            let mut word = *word;
            while word != 0 {
                let bit = word.trailing_zeros();
                *to |= u64::from(holds(nth * 64 + bit as usize)) << bit;
                word &= word - 1;
            }
        }
        out
    }
}

impl BitAnd for Mask {
    type Output = Self;
    fn bitand(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
        self
    }
}

impl BitOr for Mask {
    type Output = Self;
    fn bitor(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
        self
    }
}

impl Not for Mask {
    type Output = Self;
    fn not(mut self) -> Self {
        self.0.iter_mut().for_each(|word| *word = !*word);
        self
    }
}

/// What a condition is for some profiles of a block. INVARIANT: nobody is in both; who is in neither is a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truths {
    pub(crate) yes: Mask,
    pub(crate) unknown: Mask,
}

impl Truths {
    pub(crate) const NO: Self = Self { yes: Mask::NONE, unknown: Mask::NONE };

    pub(crate) const fn yes(yes: Mask) -> Self {
        Self { yes, unknown: Mask::NONE }
    }
}

/// A single truth as a number: *and* is the least, *or* the greatest, *not* the distance from yes.
pub(crate) const NO: u8 = 0;
pub(crate) const UNKNOWN: u8 = 1;
pub(crate) const YES: u8 = 2;

pub(crate) const fn level(truth: onefold_model::Truth) -> u8 {
    match truth {
        onefold_model::Truth::No => NO,
        onefold_model::Truth::Unknown => UNKNOWN,
        onefold_model::Truth::Yes => YES,
    }
}
