//! One pass over the rows of a block: who of it has rows, which lie in the window, and what they come to.
//!
//! The outer loop is over types of events and the inner one over profiles, so that each type's rows are read from
//! front to back.

use super::bits::{BLOCK, Mask};
use super::pred::Source;
use super::window::{Tick, Window, rows};
use crate::columns::{Slab, Slot, Times};

/// A block of profiles, and what has been found out of it already.
#[derive(Debug)]
pub(crate) struct Block {
    /// The number of its first profile.
    pub(crate) base: usize,
    /// Who of it has events, by the place of the type.
    present: Vec<Option<Mask>>,
}

impl Block {
    pub(crate) const fn new(base: usize) -> Self {
        Self { base, present: Vec::new() }
    }

    pub(crate) fn slots<'a>(&self, slab: &'a Slab) -> &'a [Slot] {
        let end = (self.base + BLOCK).min(slab.slots.len());
        slab.slots.get(self.base..end).unwrap_or_default()
    }

    /// Who has events of a source's type.
    pub(crate) fn present(&mut self, source: &Source<'_>) -> Mask {
        if self.present.len() <= source.nth {
            self.present.resize(source.nth + 1, None);
        }
        if let Some(known) = self.present.get(source.nth).copied().flatten() {
            return known;
        }
        let mut mask = Mask::NONE;
        for (slots, word) in self.slots(source.slab).chunks(64).zip(&mut mask.0) {
            for (bit, slot) in slots.iter().enumerate() {
                *word |= u64::from(slot.len > 0) << bit;
            }
        }
        if let Some(place) = self.present.get_mut(source.nth) {
            *place = Some(mask);
        }
        mask
    }
}

/// What rows come to.
pub(crate) trait Fold {
    type Sum: Clone;
    fn start(&self) -> Self::Sum;
    /// Makes one as from the start again; what it holds in memory it may keep.
    fn clear(&self, sum: &mut Self::Sum) {
        *sum = self.start();
    }
    /// Adds the rows of one profile and one source, in the order of time.
    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Self::Sum);
    /// Whether up to so many more rows would change nothing that is asked.
    fn enough(&self, _: &Self::Sum, _more: u32) -> bool {
        false
    }
    /// Whether it pays to count beforehand how many rows there are at most.
    fn counts(&self) -> bool {
        false
    }
}

/// Folds the rows of each profile of a mask and calls with the result.
pub(crate) fn drive<F: Fold>(
    fold: &F,
    sources: &[Source<'_>],
    window: Window,
    block: &mut Block,
    of: &Mask,
    mut end: impl FnMut(usize, &mut F::Sum),
) {
    if let [source] = sources {
        let present = *of & block.present(source);
        each(fold, source, window, block, &present, &mut end);
        of.without(&present).each(|nth| end(nth, &mut fold.start()));
        return;
    }
    let mut sums = vec![fold.start(); BLOCK];
    let mut open = *of;
    // How many rows may still come, whatever the window.
    let mut more = vec![u32::MAX; if fold.counts() { BLOCK } else { 0 }];
    if fold.counts() {
        more.fill(0);
        for source in sources {
            for (more, slot) in more.iter_mut().zip(block.slots(source.slab)) {
                *more = more.saturating_add(slot.len);
            }
        }
        open = of.filter(|nth| !fold.enough(&fold.start(), more.get(nth).copied().unwrap_or(u32::MAX)));
    }
    for source in sources {
        let who = open & block.present(source);
        let slots = block.slots(source.slab);
        walk(source, window, block, &who, |nth, begin, until| {
            if let Some(sum) = sums.get_mut(nth) {
                fold.add(source, begin, until, sum);
                let more = more.get_mut(nth).map_or(u32::MAX, |more| {
                    *more -= slots.get(nth).map_or(0, |slot| slot.len).min(*more);
                    *more
                });
                if fold.enough(sum, more)
                    && let Some(word) = open.0.get_mut(nth / 64)
                {
                    *word &= !(1 << (nth % 64));
                }
            }
        });
    }
    of.each(|nth| {
        if let Some(sum) = sums.get_mut(nth) {
            end(nth, sum);
        }
    });
}

fn each<F: Fold>(
    fold: &F,
    source: &Source<'_>,
    window: Window,
    block: &Block,
    of: &Mask,
    end: &mut impl FnMut(usize, &mut F::Sum),
) {
    let mut sum = fold.start();
    walk(source, window, block, of, |nth, begin, until| {
        fold.clear(&mut sum);
        if begin < until {
            fold.add(source, begin, until, &mut sum);
        }
        end(nth, &mut sum);
    });
}

/// Calls with each profile's rows in the window: its place in the block, the first row, and that after the last.
#[inline(always)]
pub(crate) fn walk(
    source: &Source<'_>,
    window: Window,
    block: &Block,
    of: &Mask,
    mut call: impl FnMut(usize, usize, usize),
) {
    #[inline(always)]
    fn over<T: Tick>(
        times: &[T],
        slots: &[Slot],
        window: Window,
        of: &Mask,
        call: &mut impl FnMut(usize, usize, usize),
    ) {
        let Some((first, last)) = T::window(window) else {
            of.each(|nth| call(nth, 0, 0));
            return;
        };
        of.each(|nth| {
            let range = slots.get(nth).copied().unwrap_or_default().range();
            let start = range.start;
            let (begin, end) = times.get(range).map_or((0, 0), |run| rows(run, first, last));
            call(nth, start + begin, start + end.max(begin));
        });
    }
    let slots = block.slots(source.slab);
    match &source.slab.times {
        Times::Seconds(times) => over(times, slots, window, of, &mut call),
        Times::Micros(times) => over(times, slots, window, of, &mut call),
    }
}
