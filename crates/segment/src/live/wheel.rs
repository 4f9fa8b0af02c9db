//! Timers: what is due next, of millions.
//!
//! A hierarchical wheel (G. Varghese and A. Lauck, *Hashed and hierarchical timing wheels*, 1987) over a small heap. A
//! slot of the lowest level is about a minute wide; when its turn comes its entries go into the heap, which alone
//! knows the order within it, to the microsecond. So an entry is moved a few times in its life whatever its distance,
//! always by walking through memory in order, and what is due next is always the top of the heap.
//!
//! Calendars make many wait for one instant: midnight, the first of the month. Such instants (whole quarters of an
//! hour, as all zones have them) are kept apart, one for the population, with the numbers of those who wait.
//!
//! The wheel does not know who is armed for when: nothing is ever taken out of the middle. Whoever fires it says of
//! each entry that is reached whether it [still holds](Word), and an entry that does not is dropped then. When too many
//! such entries pile up they are swept out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use onefold_model::Time;

use super::halves::Halves;
use super::roll::Number;

/// Bits of an instant that a slot of the lowest level spans: 2^26 microseconds, 67 seconds.
const SLOT: u32 = 26;
/// Bits of a level: 256 slots.
const LEVEL: u32 = 8;
const SLOTS: usize = 1 << LEVEL;
/// 2^38 slots of the lowest level are all that there are.
const LEVELS: usize = 5;
/// A quarter of an hour.
const QUARTER: i64 = 900_000_000;
/// A heap longer than this is looked at: perhaps the wheel stands too far ahead.
const LONG: usize = 4096;

/// What is to become of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It holds.
    Holds,
    /// The timer was set to a later instant since.
    Later(Time),
    /// The timer was set to an earlier instant, or taken away.
    Gone,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Halves,
    who: Number,
}

impl Entry {
    const fn new(at: Time, who: Number) -> Self {
        Self { at: Halves::new(at.0), who }
    }

    const fn at(self) -> Time {
        Time(self.at.get())
    }
}

/// Timers by the instants at which they are due.
#[derive(Clone, Debug)]
pub(super) struct Wheel {
    /// Everything up to the end of the slot `cursor`.
    // INVARIANT: not empty where a slot is not.
    heap: BinaryHeap<Reverse<(Time, Number)>>,
    /// The slot of the lowest level whose turn it is.
    cursor: u64,
    slots: Vec<Vec<Entry>>,
    /// How many entries the slots of each level have.
    filled: [usize; LEVELS],
    /// Instants for which many wait.
    shared: BTreeMap<Time, Vec<Number>>,
    waiting: usize,
    /// How long the heap may become before the wheel is turned back.
    long: usize,
}

impl Default for Wheel {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            cursor: 0,
            slots: vec![Vec::new(); LEVELS * SLOTS],
            filled: [0; LEVELS],
            shared: BTreeMap::new(),
            waiting: 0,
            long: LONG,
        }
    }
}

/// The slot of the lowest level in which an instant lies. Instants order as their slots do.
const fn slot_of(at: Time) -> u64 {
    (at.0.cast_unsigned() ^ (1 << 63)) >> SLOT
}

impl Wheel {
    /// Sets a timer. An earlier entry of the same number stays, and is told apart by its [word](Word).
    pub(super) fn arm(&mut self, at: Time, who: Number) {
        if at.0 % QUARTER == 0 {
            self.shared.entry(at).or_default().push(who);
            self.waiting += 1;
            return;
        }
        if self.is_empty() {
            self.cursor = slot_of(at);
        }
        self.place(Entry::new(at, who));
        if self.heap.is_empty() {
            self.turn(&mut |_, _| Word::Holds);
        }
        if self.heap.len() > self.long {
            self.turn_back();
        }
    }

    /// How many entries there are, those included that hold no longer.
    pub(super) fn len(&self) -> usize {
        self.heap.len() + self.filled.iter().sum::<usize>() + self.waiting
    }

    fn is_empty(&self) -> bool {
        self.heap.is_empty() && self.filled.iter().all(|count| *count == 0)
    }

    /// The first instant of all entries; [`Time::MAX`] where there are none. After [`settle`](Self::settle) an entry of
    /// that instant holds.
    pub(super) fn first(&self) -> Time {
        let shared = self.shared.first_key_value().map_or(Time::MAX, |(at, _)| *at);
        self.heap.peek().map_or(Time::MAX, |Reverse((at, _))| *at).min(shared)
    }

    /// Drops or moves entries until one of the first instant holds.
    pub(super) fn settle(&mut self, word: &mut dyn FnMut(Number, Time) -> Word) {
        while let Some(Reverse((at, who))) = self.heap.peek().copied() {
            match word(who, at) {
                Word::Holds => break,
                Word::Gone => drop(self.pop(word)),
                Word::Later(later) => {
                    self.pop(word);
                    self.arm(later, who);
                }
            }
        }
        while let Some(mut first) = self.shared.first_entry() {
            let at = *first.key();
            let Some(who) = first.get().last().copied() else {
                first.remove();
                continue;
            };
            let said = word(who, at);
            if said == Word::Holds {
                break;
            }
            first.get_mut().pop();
            self.waiting -= 1;
            if let Word::Later(later) = said {
                self.arm(later, who);
            }
        }
    }

    /// Takes all entries of one instant that hold, in no order. INVARIANT: it is the [first](Self::first).
    pub(super) fn take(&mut self, at: Time, word: &mut dyn FnMut(Number, Time) -> Word, call: &mut dyn FnMut(Number)) {
        let mut later = Vec::new();
        let mut look = |who: Number, word: &mut dyn FnMut(Number, Time) -> Word| match word(who, at) {
            Word::Holds => call(who),
            Word::Later(then) => later.push((then, who)),
            Word::Gone => {}
        };
        while self.heap.peek().is_some_and(|Reverse((first, _))| *first == at) {
            if let Some(who) = self.pop(word) {
                look(who, word);
            }
        }
        for who in self.shared.remove(&at).unwrap_or_default() {
            self.waiting -= 1;
            look(who, word);
        }
        for (then, who) in later {
            self.arm(then, who);
        }
    }

    /// Sweeps out what holds no longer, where that is most; whether it did.
    pub(super) fn sweep(&mut self, armed: usize, word: &mut dyn FnMut(Number, Time) -> Word) -> bool {
        if self.len() <= 2 * armed + 1024 {
            return false;
        }
        let mut kept = Vec::new();
        self.drain(&mut |at, who| match word(who, at) {
            Word::Holds => kept.push((at, who)),
            Word::Later(later) => kept.push((later, who)),
            Word::Gone => {}
        });
        // Two entries of one number and instant are one.
        kept.sort_unstable();
        kept.dedup();
        self.refill(kept);
        true
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let slots: usize = self.slots.iter().map(|slot| slot.capacity() * size_of::<Entry>()).sum();
        let shared: usize = self.shared.values().map(|all| all.capacity() * size_of::<Number>() + 64).sum();
        let heap = self.heap.capacity() * size_of::<Reverse<(Time, Number)>>();
        slots + shared + heap + self.slots.capacity() * size_of::<Vec<Entry>>()
    }

    // ------------------------------------------------------------ inside

    fn place(&mut self, entry: Entry) {
        let slot = slot_of(entry.at());
        if slot <= self.cursor {
            self.heap.push(Reverse((entry.at(), entry.who)));
            return;
        }
        let level = ((63 - (slot ^ self.cursor).leading_zeros()) / LEVEL) as usize;
        let nth = (slot >> (level as u32 * LEVEL)) as usize % SLOTS;
        if let (Some(slot), Some(filled)) = (self.slots.get_mut(level * SLOTS + nth), self.filled.get_mut(level)) {
            // A long slot grows by a quarter: what is kept ready is memory too.
            if slot.len() == slot.capacity() && slot.len() > 64 {
                slot.reserve_exact(slot.len() / 4);
            }
            slot.push(entry);
            *filled += 1;
        }
    }

    fn pop(&mut self, word: &mut dyn FnMut(Number, Time) -> Word) -> Option<Number> {
        let Reverse((_, who)) = self.heap.pop()?;
        if self.heap.is_empty() {
            self.turn(word);
        }
        Some(who)
    }

    /// On to the next slot that has entries.
    fn turn(&mut self, word: &mut dyn FnMut(Number, Time) -> Word) {
        while self.heap.is_empty() {
            let Some(level) = self.filled.iter().position(|count| *count > 0) else { return };
            let shift = level as u32 * LEVEL;
            let digit = (self.cursor >> shift) as usize % SLOTS;
            let slots = self.slots.iter().skip(level * SLOTS).take(SLOTS).enumerate().skip(digit + 1);
            let Some((nth, _)) = slots.into_iter().find(|(_, slot)| !slot.is_empty()) else { return };
            let above = (self.cursor >> shift >> LEVEL) << LEVEL;
            self.cursor = (above | nth as u64) << shift;
            let entries = self.slots.get_mut(level * SLOTS + nth).map(std::mem::take).unwrap_or_default();
            if let Some(filled) = self.filled.get_mut(level) {
                *filled -= entries.len();
            }
            for entry in entries {
                match word(entry.who, entry.at()) {
                    Word::Holds => self.place(entry),
                    Word::Later(later) if later.0 % QUARTER == 0 => {
                        self.shared.entry(later).or_default().push(entry.who);
                        self.waiting += 1;
                    }
                    Word::Later(later) => self.place(Entry::new(later, entry.who)),
                    Word::Gone => {}
                }
            }
        }
    }

    /// The wheel stands ahead of most of what is due, since it was set when nothing else was: it begins anew.
    fn turn_back(&mut self) {
        let mut all = Vec::new();
        self.drain(&mut |at, who| all.push((at, who)));
        self.refill(all);
        self.long = LONG.max(2 * self.heap.len());
    }

    fn drain(&mut self, call: &mut dyn FnMut(Time, Number)) {
        for Reverse((at, who)) in std::mem::take(&mut self.heap) {
            call(at, who);
        }
        for slot in &mut self.slots {
            for entry in std::mem::take(slot) {
                call(entry.at(), entry.who);
            }
        }
        for (at, all) in std::mem::take(&mut self.shared) {
            all.into_iter().for_each(|who| call(at, who));
        }
        (self.filled, self.waiting) = ([0; LEVELS], 0);
    }

    fn refill(&mut self, all: Vec<(Time, Number)>) {
        let first = all.iter().filter(|(at, _)| at.0 % QUARTER != 0).min();
        self.cursor = first.map_or(0, |(at, _)| slot_of(*at));
        for (at, who) in all {
            if at.0 % QUARTER == 0 {
                self.shared.entry(at).or_default().push(who);
                self.waiting += 1;
            } else {
                self.place(Entry::new(at, who));
            }
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

    /// What the owner of a wheel knows, and a sorted map beside it.
    #[derive(Default)]
    struct Stage {
        wheel: Wheel,
        armed: Vec<Option<Time>>,
        due: Vec<Option<Time>>,
        oracle: BTreeSet<(Time, Number)>,
    }

    fn word(armed: &mut [Option<Time>], due: &[Option<Time>], who: Number, at: Time) -> Word {
        let (armed, due) = (&mut armed[who as usize], due[who as usize]);
        match (*armed, due) {
            (Some(set), Some(due)) if set == at && due == at => Word::Holds,
            (Some(set), Some(due)) if set == at => {
                *armed = Some(due);
                Word::Later(due)
            }
            (Some(set), None) if set == at => {
                *armed = None;
                Word::Gone
            }
            _ => Word::Gone,
        }
    }

    impl Stage {
        fn set(&mut self, who: Number, at: Option<Time>) {
            let nth = who as usize;
            if let Some(before) = self.due[nth] {
                self.oracle.remove(&(before, who));
            }
            self.due[nth] = at;
            if let Some(at) = at {
                self.oracle.insert((at, who));
                if self.armed[nth].is_none_or(|armed| at < armed) {
                    self.armed[nth] = Some(at);
                    self.wheel.arm(at, who);
                }
            }
            self.settle();
        }

        fn settle(&mut self) {
            let (armed, due) = (&mut self.armed, &self.due);
            self.wheel.settle(&mut |who, at| word(armed, due, who, at));
            let count = self.armed.iter().flatten().count();
            let (armed, due) = (&mut self.armed, &self.due);
            self.wheel.sweep(count, &mut |who, at| word(armed, due, who, at));
            let (armed, due) = (&mut self.armed, &self.due);
            self.wheel.settle(&mut |who, at| word(armed, due, who, at));
        }

        fn fire(&mut self) -> Vec<(Time, Number)> {
            let at = self.wheel.first();
            let mut all = Vec::new();
            let (armed, due) = (&mut self.armed, &self.due);
            self.wheel.take(at, &mut |who, at| word(armed, due, who, at), &mut |who| all.push((at, who)));
            all.sort_unstable();
            all.dedup();
            for (_, who) in &all {
                self.armed[*who as usize] = None;
                self.due[*who as usize] = None;
                self.oracle.remove(&(at, *who));
            }
            self.settle();
            all
        }
    }

    fn instants() -> impl Strategy<Value = i64> {
        // All magnitudes, negative ones too, quarters of an hour among them, and some that coincide.
        prop_oneof![
            (0..50_u32, any::<i64>()).prop_map(|(bits, at)| at % (1_i64 << (bits + 3))),
            (-400..400_i64).prop_map(|quarters| quarters * QUARTER),
            (0..20_i64).prop_map(|at| at * 70_000_000),
            Just(i64::MIN),
            Just(i64::MAX - 1),
        ]
    }

    #[test]
    fn timers_fire_in_the_order_of_a_sorted_map() {
        #[derive(Clone, Debug)]
        enum Deed {
            Set(Number, Option<i64>),
            Fire,
        }
        let deed = prop_oneof![
            4 => (0..40_u32, prop::option::weighted(0.9, instants())).prop_map(|(who, at)| Deed::Set(who, at)),
            2 => Just(Deed::Fire),
        ];
        let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 2000, ..Config::default() });
        runner
            .run(&vec(deed, 1..200), |deeds| {
                let mut stage = Stage { armed: vec![None; 40], due: vec![None; 40], ..Stage::default() };
                for deed in deeds.into_iter().chain(std::iter::repeat_n(Deed::Fire, 60)) {
                    match deed {
                        Deed::Set(who, at) => stage.set(who, at.map(Time)),
                        Deed::Fire => {
                            let first = stage.oracle.first().map(|(at, _)| *at);
                            let expected: Vec<_> =
                                stage.oracle.iter().copied().take_while(|(at, _)| Some(*at) == first).collect();
                            if first.is_some() {
                                prop_assert_eq!(stage.fire(), expected);
                            }
                        }
                    }
                    let first = stage.oracle.first().map_or(Time::MAX, |(at, _)| *at);
                    prop_assert_eq!(stage.wheel.first(), first);
                }
                prop_assert!(stage.oracle.is_empty());
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn what_holds_no_longer_is_swept_out_and_a_wheel_ahead_turns_back() {
        let mut stage = Stage { armed: vec![None; 20_000], due: vec![None; 20_000], ..Stage::default() };
        let far = 40 * 86_400_000_000_i64;
        stage.set(0, Some(Time(far + 1)));
        for who in 1..20_000 {
            stage.set(who, Some(Time(far - i64::from(who) * 86_400_001)));
        }
        assert!(stage.wheel.heap.len() < 2 * LONG, "{}", stage.wheel.heap.len());
        for round in 2..8 {
            for who in 0..20_000 {
                stage.set(who, Some(Time(far - i64::from(who) * 86_400_001 - round)));
            }
        }
        assert!(stage.wheel.len() < 42_000);
        let (mut last, mut fired) = (Time::MIN, 0);
        while stage.wheel.first() < Time::MAX {
            let all = stage.fire();
            assert!(all[0].0 > last);
            last = all[0].0;
            fired += all.len();
        }
        assert_eq!(fired, 20_000);
    }
}
