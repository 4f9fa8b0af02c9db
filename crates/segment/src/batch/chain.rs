//! Sequences over a block: the search for one chain of events that fulfils all steps.
//!
//! Steps are taken in turn, each event tried that may be the next; what must not happen is looked for in the span it
//! speaks of. A search that has looked at very many rows gives up, and the evaluator, which is slower and never gives
//! up, is asked.

use onefold_model::Time;

use super::bits::{Mask, Truths, YES};
use super::drive::Block;
use super::pred::{Place, Source, sources};
use super::window::{Tick, Window};
use crate::ast::Then;
use crate::columns::{Columns, Slot, Times};
use crate::plan::{Plan, Sequence};

/// Rows looked at before the search gives up.
const BUDGET: u32 = 4096;
/// Steps of the longest sequence that is searched.
const STEPS: usize = 16;

/// A sequence made ready.
#[derive(Debug)]
pub(crate) struct Chain<'a> {
    first: Vec<Source<'a>>,
    window: Window,
    steps: Vec<Link<'a>>,
    now: i64,
}

#[derive(Debug)]
struct Link<'a> {
    then: Then,
    sources: Vec<Source<'a>>,
    within: Option<i64>,
}

impl<'a> Chain<'a> {
    /// None where it is left to the evaluator.
    pub(crate) fn new(columns: &'a Columns, plan: &'a Plan, sequence: &'a Sequence, now: Time) -> Option<Self> {
        if sequence.steps.len() > STEPS {
            return None;
        }
        let link = |step: &'a crate::plan::Step| {
            Some(Link { then: step.then, sources: sources(columns, &step.rows)?, within: step.within })
        };
        Some(Self {
            first: sources(columns, &sequence.first)?,
            window: Window::of(sequence.window, plan, columns, now)?,
            steps: sequence.steps.iter().map(link).collect::<Option<_>>()?,
            now: now.0,
        })
    }

    pub(crate) fn block(&self, block: &mut Block, of: &Mask, unsure: &mut Mask) -> Truths {
        let mut who = *of;
        let happening = self.steps.iter().filter(|step| step.then == Then::Follows).map(|step| &step.sources);
        for sources in std::iter::once(&self.first).chain(happening) {
            let any = sources.iter().fold(Mask::NONE, |any, source| any | block.present(source));
            who = who & any;
        }
        let base = block.base;
        let mut search = Search { chain: self, nth: 0, happened: [None; STEPS + 1], budget: 0 };
        Truths::yes(who.filter(|nth| {
            search.nth = u32::try_from(base + nth).unwrap_or(u32::MAX);
            search.budget = BUDGET;
            let found = search.begin();
            if !found && search.budget == 0 {
                unsure.set(nth);
            }
            found
        }))
    }
}

struct Search<'a, 'b> {
    chain: &'b Chain<'a>,
    nth: u32,
    /// The events of the steps so far; none for one that must not happen. INVARIANT: all none between two searches.
    happened: [Option<Place<'b>>; STEPS + 1],
    /// Rows that may still be looked at. INVARIANT: at 0 the answer is no, and not to be believed.
    budget: u32,
}

impl<'a, 'b> Search<'a, 'b> {
    fn begin(&mut self) -> bool {
        let chain = self.chain;
        chain.first.iter().any(|source| self.try_each(source, chain.window, 0, &mut |search, at| search.follow(1, at)))
    }

    /// Whether an event of a source in the window is another than those so far, fulfils its filter, and goes on.
    fn try_each(
        &mut self,
        source: &'b Source<'a>,
        window: Window,
        step: usize,
        go: &mut dyn FnMut(&mut Self, i64) -> bool,
    ) -> bool {
        let slot = source.slab.slot(self.nth);
        match &source.slab.times {
            Times::Seconds(times) => self.try_run(source, times, slot, window, step, go),
            Times::Micros(times) => self.try_run(source, times, slot, window, step, go),
        }
    }

    #[inline(always)]
    fn try_run<T: Tick>(
        &mut self,
        source: &'b Source<'a>,
        times: &[T],
        slot: Slot,
        window: Window,
        step: usize,
        go: &mut dyn FnMut(&mut Self, i64) -> bool,
    ) -> bool {
        let Some(run) = times.get(slot.range()) else { return false };
        let begin = run.partition_point(|at| at.micros() < window.from);
        for (row, at) in (slot.start as usize..).zip(run).skip(begin) {
            let at = at.micros();
            if at > window.to || self.budget == 0 {
                return false;
            }
            self.budget -= 1;
            if !source.all() {
                let happened = self.happened.get(..step).unwrap_or_default();
                if source.pred.at(row, happened) != YES {
                    continue;
                }
            }
            if step > 0 && !self.is_new(source, row) {
                continue;
            }
            if let Some(place) = self.happened.get_mut(step) {
                *place = Some((source.slab, row));
            }
            let found = go(self, at);
            if let Some(place) = self.happened.get_mut(step) {
                *place = None;
            }
            if found {
                return true;
            }
        }
        false
    }

    fn is_new(&self, source: &Source<'_>, row: usize) -> bool {
        let before = self.happened.get(..=self.chain.steps.len()).unwrap_or_default();
        !before.iter().flatten().any(|(slab, at)| *at == row && std::ptr::eq(*slab, source.slab))
    }

    /// Whether the steps from this one on can be fulfilled after an instant.
    fn follow(&mut self, step: usize, last: i64) -> bool {
        let chain = self.chain;
        let Some(link) = chain.steps.get(step - 1) else { return true };
        let to =
            |within: Option<i64>| within.map_or(chain.now, |within| last.saturating_add(within - 1).min(chain.now));
        match (link.then, link.within) {
            (Then::Lacks, Some(within)) => {
                last.saturating_add(within) <= chain.now
                    && !self.happens(step, Window { from: last, to: to(link.within) })
                    && self.budget > 0
                    && self.follow(step + 1, last)
            }
            (Then::Lacks, None) => self.follow(step + 1, last),
            (Then::Follows, within) => {
                let window = Window { from: last, to: to(within) };
                link.sources.iter().any(|source| {
                    self.try_each(source, window, step, &mut |search, at| {
                        search.lacked(step, last, at) && search.follow(step + 1, at)
                    })
                })
            }
        }
    }

    /// Whether nothing happened, up to an instant, of what must not happen before this step.
    fn lacked(&mut self, step: usize, last: i64, at: i64) -> bool {
        let chain = self.chain;
        let before = chain.steps.get(..step - 1).unwrap_or_default();
        let open = before.iter().enumerate().rev().take_while(|(_, link)| link.then == Then::Lacks);
        let window = Window { from: last, to: at.saturating_sub(1) };
        let held = self.happened.get_mut(step).and_then(Option::take);
        let mut fine = true;
        for (nth, _) in open.filter(|(_, link)| link.within.is_none()) {
            fine = fine && !self.happens(nth + 1, window) && self.budget > 0;
        }
        if let Some(place) = self.happened.get_mut(step) {
            *place = held;
        }
        fine
    }

    fn happens(&mut self, step: usize, window: Window) -> bool {
        let chain = self.chain;
        let Some(link) = chain.steps.get(step - 1) else { return false };
        link.sources.iter().any(|source| self.try_each(source, window, step, &mut |_, _| true))
    }
}
