//! Until when the segments of a profile hold, of those that time can change.
//!
//! A profile has a few such instants, and each event sets one or two of them anew. With all of them kept a timer asks
//! the one segment that is due, and the next timer is the first of the others. They stand in one list for everybody,
//! a profile's in a chunk: twelve bytes each. A chunk has room for the next size; when it is full it moves, and the old
//! one waits for the next profile that needs one of its size.

use onefold_model::Time;

use super::halves::Halves;

/// Stands in the place of a segment for all ranks of which the profile's values time can change.
pub(super) const RANKS: u32 = u32::MAX;

/// The instant before which a segment does not change by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    at: Halves,
    pub(super) segment: u32,
}

impl Due {
    const fn new(segment: u32, at: Time) -> Self {
        Self { at: Halves::new(at.0), segment }
    }

    pub(super) const fn at(self) -> Time {
        Time(self.at.get())
    }
}

/// Where a profile's instants stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    start: u32,
    len: u32,
}

impl Place {
    /// None.
    pub(super) const NONE: Self = Self { start: 0, len: 0 };
}

/// The instants of everybody.
#[derive(Clone, Debug, Default)]
pub(super) struct Dues {
    all: Vec<Due>,
    /// Chunks that wait, by size.
    free: Vec<Vec<u32>>,
}

/// For how many a chunk of so many has room: 1, 2, 3, 4, 6, 8, 12 and so on.
const fn room(len: u32) -> u32 {
    if len <= 4 {
        return len;
    }
    let half = 1 << (len - 1).ilog2();
    if len <= half + half / 2 { half + half / 2 } else { half * 2 }
}

/// Where chunks of so much room wait.
const fn class(room: u32) -> usize {
    let log = room.ilog2();
    (log * 2 + (room > (1 << log)) as u32) as usize
}

impl Dues {
    pub(super) fn of(&self, place: Place) -> &[Due] {
        self.all.get(place.start as usize..(place.start + place.len) as usize).unwrap_or_default()
    }

    /// The first instant of a profile.
    pub(super) fn first(&self, place: Place) -> Time {
        self.of(place).iter().map(|due| due.at()).min().unwrap_or(Time::MAX)
    }

    /// Sets the instant of a segment: [`Time::MAX`] where time does not change it.
    pub(super) fn set(&mut self, place: &mut Place, segment: u32, at: Time) {
        let (start, len) = (place.start as usize, place.len as usize);
        let own = self.all.get_mut(start..start + len).unwrap_or_default();
        match own.iter().position(|due| due.segment == segment) {
            Some(nth) if at == Time::MAX => {
                own.copy_within(len - 1.., nth);
                self.fit(place, place.len - 1);
            }
            Some(nth) => own.iter_mut().skip(nth).take(1).for_each(|due| *due = Due::new(segment, at)),
            None => self.push(place, segment, at),
        }
    }

    /// The same of a segment that has none yet.
    pub(super) fn push(&mut self, place: &mut Place, segment: u32, at: Time) {
        if at < Time::MAX {
            let len = place.len;
            self.fit(place, len + 1);
            if let Some(new) = self.all.get_mut((place.start + len) as usize) {
                *new = Due::new(segment, at);
            }
        }
    }

    /// Takes all of a profile out.
    pub(super) fn clear(&mut self, place: &mut Place) {
        self.fit(place, 0);
    }

    /// Gives the segments of a profile other numbers; those that have none any more are taken out.
    pub(super) fn renumber(&mut self, place: &mut Place, number: impl Fn(u32) -> Option<u32>) {
        let kept: Vec<Due> = self.of(*place).to_vec();
        self.clear(place);
        for due in kept {
            if let Some(segment) = if due.segment == RANKS { Some(RANKS) } else { number(due.segment) } {
                self.set(place, segment, due.at());
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.all.capacity() * size_of::<Due>()
            + self.free.iter().map(|list| list.capacity() * size_of::<u32>() + size_of::<Vec<u32>>()).sum::<usize>()
    }

    /// Moves a profile's instants to a chunk for so many, where theirs has another size.
    fn fit(&mut self, place: &mut Place, len: u32) {
        let (old, new) = (room(place.len), room(len));
        if old != new {
            let start = if new == 0 { 0 } else { self.chunk(new) };
            let kept = place.len.min(len) as usize;
            let from = place.start as usize;
            if from.max(start as usize) + kept <= self.all.len() {
                self.all.copy_within(from..from + kept, start as usize);
            }
            if old > 0 {
                self.release(place.start, old);
            }
            place.start = start;
        }
        place.len = len;
    }

    fn chunk(&mut self, room: u32) -> u32 {
        if let Some(start) = self.free.get_mut(class(room)).and_then(Vec::pop) {
            return start;
        }
        let (start, len) = (self.all.len(), self.all.len() + room as usize);
        if len > self.all.capacity() {
            // Without doubling: slack is memory.
            self.all.reserve_exact(self.all.len() / 16 + room as usize + 64);
        }
        self.all.resize(len, Due::new(RANKS, Time::MAX));
        // Four billion instants do not fit into one process.
        u32::try_from(start).unwrap_or(u32::MAX)
    }

    fn release(&mut self, start: u32, room: u32) {
        let class = class(room);
        if self.free.len() <= class {
            self.free.resize_with(class + 1, Vec::new);
        }
        if let Some(list) = self.free.get_mut(class) {
            list.push(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    #[test]
    fn instants_are_kept_as_a_map_would() {
        let deed = (0..4_usize, 0..9_u32, prop::option::weighted(0.7, -5..1_000_i64));
        let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 500, ..Config::default() });
        runner
            .run(&vec(deed, 1..300), |deeds| {
                let (mut dues, mut places) = (Dues::default(), [Place::NONE; 4]);
                let mut oracle: [BTreeMap<u32, Time>; 4] = Default::default();
                for (nth, (who, segment, at)) in deeds.into_iter().enumerate() {
                    let (place, known) = (&mut places[who], &mut oracle[who]);
                    let until = at.map_or(Time::MAX, Time);
                    match at {
                        Some(_) => drop(known.insert(segment, until)),
                        None => drop(known.remove(&segment)),
                    }
                    dues.set(place, segment, until);
                    if nth % 37 == 0 {
                        dues.clear(place);
                        known.clear();
                    } else if nth % 53 == 0 {
                        dues.renumber(place, |segment| (segment > 2).then(|| segment - 1));
                        *known = known.iter().filter(|(it, _)| **it > 2).map(|(it, at)| (it - 1, *at)).collect();
                    }
                    for (place, known) in places.iter().zip(&oracle) {
                        let found: BTreeMap<u32, Time> =
                            dues.of(*place).iter().map(|due| (due.segment, due.at())).collect();
                        prop_assert_eq!(&found, known);
                        prop_assert_eq!(dues.first(*place), known.values().min().copied().unwrap_or(Time::MAX));
                    }
                }
                // What was given back is used again.
                prop_assert!(dues.all.len() <= 4 * 30);
                Ok(())
            })
            .unwrap();
    }
}
