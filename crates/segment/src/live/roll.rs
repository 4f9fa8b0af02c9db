//! Profiles by small numbers.
//!
//! Timers and memberships speak of a profile by a number of four bytes instead of an id of sixteen. A number is given
//! when something is first kept about a profile, and given again to another when nothing is kept any more.

use onefold_model::{ProfileId, Time};

use super::dues::Place;
use super::inside::Inside;
use super::turn::Spare;

/// A profile's number.
pub(super) type Number = u32;

/// No number.
const NOBODY: Number = Number::MAX;

/// What is kept of a profile.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) id: ProfileId,
    /// Until when each of its memberships holds that time can change.
    pub(super) dues: Place,
    pub(super) inside: Inside,
    /// How many more events leave conditions as they are.
    pub(super) spare: Spare,
    pub(super) armed: Armed,
}

const _: () = assert!(size_of::<State>() == 40);

impl State {
    const fn new(id: ProfileId) -> Self {
        let (dues, inside, spare, armed) = (Place::NONE, Inside::NONE, Spare::NONE, Armed::NONE);
        Self { id, dues, inside, spare, armed }
    }
}

/// Which entry of the wheel is the profile's, which is not after the first of its instants: a mark of its instant. Should an entry that holds
/// no longer bear the same mark, it is taken for this one, which then is the one that holds no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Armed(u32);

impl Armed {
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn at(at: Time) -> Self {
        let at = at.0.cast_unsigned();
        Self((((at >> 32) ^ at) & 0xFFFF_FFFF) as u32 | 1)
    }
}

/// Profiles and what is kept of them, by numbers, and their numbers by their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Roll {
    states: Vec<State>,
    free: Vec<Number>,
    /// Open addressing with linear probing. The tags, a byte of each id's hash, spare most looks at ids.
    // INVARIANT: a tag is 0 where the slot is empty.
    tags: Vec<u8>,
    slots: Vec<Number>,
}

fn hash(id: ProfileId) -> u64 {
    // Ids are keyed hashes; mixed once more, since tests and other sources may number their profiles.
    let both = u128::from_le_bytes(id.0.0);
    let (high, low) = ((both >> 64) as u64, (both & u128::from(u64::MAX)) as u64);
    let mixed = (high ^ low.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

const fn tag(hash: u64) -> u8 {
    (hash & 0xFF) as u8 | 1
}

impl Roll {
    /// How many profiles something is kept of.
    pub(super) fn len(&self) -> usize {
        self.states.len() - self.free.len()
    }

    pub(super) fn number(&self, id: ProfileId) -> Option<Number> {
        if self.tags.is_empty() {
            return None;
        }
        let hash = hash(id);
        let mut at = self.home(hash);
        loop {
            match self.tags.get(at).copied() {
                Some(found) if found == tag(hash) => {
                    let number = self.slots.get(at).copied()?;
                    if self.states.get(number as usize).is_some_and(|state| state.id == id) {
                        return Some(number);
                    }
                }
                Some(0) | None => return None,
                Some(_) => {}
            }
            at = self.after(at);
        }
    }

    /// The number of a profile; a new one where it has none yet.
    pub(super) fn enrol(&mut self, id: ProfileId) -> Number {
        if let Some(number) = self.number(id) {
            return number;
        }
        let state = State::new(id);
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(slot) = self.states.get_mut(number as usize) {
                    *slot = state;
                }
                number
            }
            None => {
                if self.states.len() == self.states.capacity() {
                    self.states.reserve_exact((self.states.len() / 16).max(16));
                }
                self.states.push(state);
                // More than four billion profiles do not fit into one process.
                Number::try_from(self.states.len() - 1).unwrap_or(NOBODY)
            }
        };
        if (self.len() + 1) * 8 > self.tags.len() * 7 {
            self.grow();
        } else {
            self.put(hash(id), number);
        }
        number
    }

    /// Nothing is kept of the profile any more; its number is free.
    pub(super) fn strike(&mut self, number: Number) {
        let Some(state) = self.states.get_mut(number as usize) else { return };
        let id = state.id;
        *state = State::new(id);
        let mut at = self.home(hash(id));
        while self.slots.get(at).is_some_and(|slot| *slot != number) || self.tags.get(at) == Some(&0) {
            if self.tags.get(at).is_none_or(|tag| *tag == 0) {
                return;
            }
            at = self.after(at);
        }
        self.free.push(number);
        // Those that were displaced by this one move up.
        let mut gap = at;
        loop {
            at = self.after(at);
            let (Some(tag), Some(moved)) = (self.tags.get(at).copied(), self.slots.get(at).copied()) else { return };
            if tag == 0 {
                break;
            }
            let home = self.states.get(moved as usize).map_or(at, |state| self.home(hash(state.id)));
            // It may move if its home does not lie between the gap and where it is, going round.
            let stays = if gap <= at { gap < home && home <= at } else { gap < home || home <= at };
            if !stays {
                self.write(gap, tag, moved);
                gap = at;
            }
        }
        self.write(gap, 0, NOBODY);
    }

    pub(super) fn state(&self, number: Number) -> Option<&State> {
        self.states.get(number as usize)
    }

    pub(super) fn state_mut(&mut self, number: Number) -> Option<&mut State> {
        self.states.get_mut(number as usize)
    }

    pub(super) fn id(&self, number: Number) -> Option<ProfileId> {
        self.state(number).map(|state| state.id)
    }

    /// All numbers that are given.
    pub(super) fn numbers(&self) -> Vec<Number> {
        let mut all: Vec<Number> =
            self.tags.iter().zip(&self.slots).filter(|(tag, _)| **tag != 0).map(|(_, slot)| *slot).collect();
        all.sort_unstable();
        all
    }

    pub(super) fn bytes(&self) -> usize {
        self.states.capacity() * size_of::<State>()
            + self.free.capacity() * size_of::<Number>()
            + self.tags.capacity()
            + self.slots.capacity() * size_of::<Number>()
    }

    // ------------------------------------------------------------ slots

    /// The slot where a search begins.
    fn home(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.tags.len() as u128) >> 64) as usize
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 < self.tags.len() { at + 1 } else { 0 }
    }

    fn write(&mut self, at: usize, tag: u8, number: Number) {
        if let (Some(to), Some(slot)) = (self.tags.get_mut(at), self.slots.get_mut(at)) {
            (*to, *slot) = (tag, number);
        }
    }

    fn put(&mut self, hash: u64, number: Number) {
        let mut at = self.home(hash);
        while self.tags.get(at).is_some_and(|tag| *tag != 0) {
            at = self.after(at);
        }
        self.write(at, tag(hash), number);
    }

    /// More slots, by a third, with all that have numbers.
    fn grow(&mut self) {
        let size = (self.len() * 4 / 3 + 1).max(self.tags.len() * 4 / 3).max(16);
        (self.tags, self.slots) = (vec![0; size], vec![NOBODY; size]);
        let free: std::collections::HashSet<Number> = self.free.iter().copied().collect();
        for nth in 0..self.states.len() {
            let number = Number::try_from(nth).unwrap_or(NOBODY);
            if let Some(id) = self.id(number)
                && !free.contains(&number)
            {
                self.put(hash(id), number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use onefold_model::Token;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    fn id(nth: u16) -> ProfileId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&nth.to_be_bytes());
        ProfileId(Token(bytes))
    }

    #[test]
    fn numbers_are_found_by_ids_and_given_again() {
        let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 500, ..Config::default() });
        runner
            .run(&vec((0..90_u16, prop::bool::weighted(0.6)), 1..400), |deeds| {
                let (mut roll, mut oracle) = (Roll::default(), BTreeMap::new());
                for (nth, comes) in deeds {
                    if comes {
                        let number = roll.enrol(id(nth));
                        prop_assert_eq!(*oracle.entry(nth).or_insert(number), number);
                    } else if let Some(number) = oracle.remove(&nth) {
                        roll.strike(number);
                    }
                    for nth in 0..90 {
                        prop_assert_eq!(roll.number(id(nth)), oracle.get(&nth).copied());
                    }
                    prop_assert_eq!(roll.len(), oracle.len());
                    let mut all: Vec<_> = oracle.values().copied().collect();
                    all.sort_unstable();
                    prop_assert_eq!(roll.numbers(), all);
                }
                Ok(())
            })
            .unwrap();
    }
}
