//! Two summaries of a stream in bounded memory: how many values differ, and which come often.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::Text;

/// Exact up to this many distinct values.
const EXACT: usize = 512;
const BITS: u32 = 12;
const REGISTERS: usize = 1 << BITS;

/// How many values differ.
#[derive(Clone)]
pub(super) enum Distinct {
    Exact(BTreeSet<u64>),
    /// HyperLogLog: for each register the longest run of leading zeros among its hashes, plus one.
    Estimated(Box<[u8]>),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Exact(BTreeSet::new())
    }
}

impl Distinct {
    pub(super) fn add(&mut self, value: &[u8]) {
        let hash = hash(value);
        match self {
            Self::Exact(seen) => {
                seen.insert(hash);
                if seen.len() > EXACT {
                    let mut registers = vec![0; REGISTERS].into_boxed_slice();
                    seen.iter().for_each(|hash| register(&mut registers, *hash));
                    *self = Self::Estimated(registers);
                }
            }
            Self::Estimated(registers) => register(registers, hash),
        }
    }

    pub(super) const fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, positive and far below 2^64"
    )]
    pub(super) fn count(&self) -> u64 {
        let registers = match self {
            Self::Exact(seen) => return seen.len() as u64,
            Self::Estimated(registers) => registers,
        };
        let m = REGISTERS as f64;
        let sum: f64 = registers.iter().map(|rank| 0.5_f64.powi(i32::from(*rank))).sum();
        let raw = 0.7213 / (1.0 + 1.079 / m) * m * m / sum;
        let empty = registers.iter().filter(|rank| **rank == 0).count();
        // Few values leave registers empty, which counts them better (linear counting).
        let estimate = if raw <= 2.5 * m && empty > 0 { m * (m / empty as f64).ln() } else { raw };
        estimate.round() as u64
    }
}

fn register(registers: &mut [u8], hash: u64) {
    let rank = u8::try_from((hash << BITS | 1 << (BITS - 1)).leading_zeros() + 1).unwrap_or(u8::MAX);
    if let Some(register) = usize::try_from(hash >> (64 - BITS)).ok().and_then(|at| registers.get_mut(at)) {
        *register = rank.max(*register);
    }
}

/// FNV-1a with a final mix, as its high bits alone are poor. It need not withstand an enemy: it counts.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ hash >> 33
}

/// Counters of Misra and Gries.
#[derive(Clone, Default)]
pub(super) struct Frequent(BTreeMap<Text, u64>);

const COUNTERS: usize = 64;
/// Longer values are no categories.
const LONGEST: usize = 64;

impl Frequent {
    pub(super) fn add(&mut self, value: &str) {
        if value.len() > LONGEST {
            return;
        }
        if let Some(count) = self.0.get_mut(value) {
            *count += 1;
        } else if self.0.len() < COUNTERS {
            self.0.insert(value.into(), 1);
        } else {
            self.0.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }

    /// The most frequent first; equal ones by value.
    pub(super) fn top(&self) -> Vec<(&Text, u64)> {
        let mut all: Vec<(&Text, u64)> = self.0.iter().map(|(value, count)| (value, *count)).collect();
        all.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), *value));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn distinct_values_are_counted_within_five_percent() {
        for count in [1_u64, 511, 512, 513, 2000, 10_000, 100_000] {
            let mut distinct = Distinct::default();
            for round in 0..2 {
                for nth in 0..count {
                    distinct.add(format!("customer {}", (nth + round) % count).as_bytes());
                }
            }
            assert_eq!(distinct.is_exact(), count <= 512);
            assert!(
                distinct.count().abs_diff(count) * 20 <= if count <= 512 { 0 } else { count },
                "{count}: {}",
                distinct.count()
            );
        }
    }

    proptest! {
        #[test]
        fn a_frequent_count_is_too_low_by_a_sixty_fifth_at_most(values in prop::collection::vec(0_u32..200, 0..2000)) {
            let mut frequent = Frequent::default();
            let mut exact: BTreeMap<String, u64> = BTreeMap::new();
            for value in &values {
                // Squares make some values frequent.
                let value = (value * value / 300).to_string();
                frequent.add(&value);
                *exact.entry(value).or_default() += 1;
            }
            let slack = values.len() as u64 / 65;
            for (value, count) in &exact {
                let said = frequent.0.get(value.as_str()).copied().unwrap_or(0);
                prop_assert!(said <= *count && said + slack >= *count, "{value}: {said} of {count}");
            }
        }
    }
}
