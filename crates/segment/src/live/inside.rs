//! The segments that a profile is in, in eight bytes.
//!
//! Where no more than 64 segments are defined, a bit each. Where there are more, most profiles are in few: up to four
//! are kept in place, as sorted numbers; who is in more has a list of its own beside.

use std::collections::HashMap;

use super::roll::Number;

/// The segments that a profile is in; read and written through its [`Insides`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Inside(u64);

impl Inside {
    /// In none.
    pub(super) const NONE: Self = Self(0);
}

/// The profile's list stands beside.
const BESIDE: u64 = u64::MAX;

/// How memberships are written, and the lists of those who are in many segments.
#[derive(Clone, Debug, Default)]
pub(super) struct Insides {
    wide: bool,
    // INVARIANT: of those whose `Inside` is `BESIDE` and of no others; sorted.
    lists: HashMap<Number, Vec<u32>>,
}

fn places(word: u64) -> impl Iterator<Item = u32> {
    // Places hold the segment's number and one, so that 0 is none.
    (0..4).map(move |nth| (word >> (16 * nth)) as u32 & 0xFFFF).take_while(|place| *place != 0).map(|place| place - 1)
}

impl Insides {
    /// For so many segments.
    pub(super) fn new(segments: usize) -> Self {
        Self { wide: segments > 64, lists: HashMap::new() }
    }

    pub(super) fn contains(&self, who: Number, inside: Inside, segment: u32) -> bool {
        match (self.wide, inside.0) {
            (false, bits) => segment < 64 && (bits >> segment) & 1 == 1,
            (true, BESIDE) => self.lists.get(&who).is_some_and(|list| list.binary_search(&segment).is_ok()),
            (true, word) => {
                let place = u64::from(segment) + 1;
                [0, 16, 32, 48].iter().any(|shift| (word >> shift) & 0xFFFF == place)
            }
        }
    }

    /// Puts a segment in.
    pub(super) fn insert(&mut self, who: Number, inside: &mut Inside, segment: u32) {
        match (self.wide, inside.0) {
            (false, bits) => inside.0 = bits | 1_u64.checked_shl(segment).unwrap_or(0),
            (true, BESIDE) => {
                if let Some(list) = self.lists.get_mut(&who)
                    && let Err(at) = list.binary_search(&segment)
                {
                    list.insert(at, segment);
                }
            }
            (true, word) => {
                let mut list: Vec<u32> = places(word).collect();
                if let Err(at) = list.binary_search(&segment) {
                    list.insert(at, segment);
                    self.write(who, inside, list);
                }
            }
        }
    }

    /// Takes a segment out.
    pub(super) fn remove(&mut self, who: Number, inside: &mut Inside, segment: u32) {
        match (self.wide, inside.0) {
            (false, bits) => inside.0 = bits & !1_u64.checked_shl(segment).unwrap_or(0),
            (true, BESIDE) => {
                if let Some(mut list) = self.lists.remove(&who) {
                    list.retain(|it| *it != segment);
                    self.write(who, inside, list);
                }
            }
            (true, word) => {
                let list = places(word).filter(|place| *place != segment).collect();
                self.write(who, inside, list);
            }
        }
    }

    /// All of them, sorted.
    pub(super) fn all(&self, who: Number, inside: Inside) -> Vec<u32> {
        match (self.wide, inside.0) {
            (false, bits) => (0..64).filter(|nth| (bits >> nth) & 1 == 1).collect(),
            (true, BESIDE) => self.lists.get(&who).cloned().unwrap_or_default(),
            (true, word) => places(word).collect(),
        }
    }

    /// Takes all of them out.
    pub(super) fn clear(&mut self, who: Number, inside: &mut Inside) {
        self.lists.remove(&who);
        *inside = Inside::default();
    }

    pub(super) fn bytes(&self) -> usize {
        let each = size_of::<(Number, Vec<u32>)>() + 1;
        self.lists.capacity() * each + self.lists.values().map(|list| list.capacity() * 4).sum::<usize>()
    }

    fn write(&mut self, who: Number, inside: &mut Inside, list: Vec<u32>) {
        if list.len() <= 4 && list.iter().all(|it| *it < 0xFFFE) {
            let word = list.iter().rev().fold(0, |word, place| (word << 16) | u64::from(*place + 1));
            *inside = Inside(word);
        } else {
            *inside = Inside(BESIDE);
            self.lists.insert(who, list);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    #[test]
    fn few_and_many_segments_are_kept_as_a_set_would() {
        let segments = prop_oneof![Just(64_usize), Just(65), Just(100_000)];
        let strategy = (segments, vec((0..3_u32, 0..12_u32, any::<bool>()), 1..120));
        let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 1000, ..Config::default() });
        runner
            .run(&strategy, |(segments, deeds)| {
                let mut insides = Insides::new(segments);
                let mut all = [Inside::default(); 3];
                let mut oracle = [const { BTreeSet::new() }; 3];
                let spread = u32::try_from(segments).unwrap() / 12;
                for (who, nth, enters) in deeds {
                    let (inside, set) = (&mut all[who as usize], &mut oracle[who as usize]);
                    let segment = nth * spread;
                    if enters {
                        insides.insert(who, inside, segment);
                        set.insert(segment);
                    } else {
                        insides.remove(who, inside, segment);
                        set.remove(&segment);
                    }
                    let list: Vec<u32> = set.iter().copied().collect();
                    prop_assert_eq!(insides.all(who, *inside), list);
                    prop_assert_eq!(insides.contains(who, *inside, segment), enters);
                }
                Ok(())
            })
            .unwrap();
    }
}
