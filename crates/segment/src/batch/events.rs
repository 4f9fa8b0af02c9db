//! The events of a `did`, block by block: for reports.

use onefold_model::{SegmentId, Time};

use super::bits::{BLOCK, Mask};
use super::drive::{Block, walk};
use super::pred::{Source, sources};
use super::window::Window;
use super::work::Undone;
use crate::columns::Columns;
use crate::definitions::Definitions;
use crate::plan::{Node, What};

/// Which events, and when.
#[derive(Debug)]
pub(crate) struct Events<'a> {
    columns: &'a Columns,
    sources: Vec<Source<'a>>,
    window: Window,
}

impl<'a> Events<'a> {
    /// The events of a segment that asks whether they happened, how often.
    pub(crate) fn new(
        definitions: &'a Definitions,
        segment: SegmentId,
        columns: &'a Columns,
        now: Time,
    ) -> Result<Self, Undone> {
        let plan = definitions.plan();
        if let Some(what) = columns.lacks(plan) {
            return Err(Undone::NotKept(what));
        }
        let not = || Undone::NotReported("a `did`, in a window that is the same for everybody");
        let root = plan.roots.get(segment.index()).and_then(|root| plan.node(*root));
        let Some(Node::Tally(id, ..)) = root else { return Err(not()) };
        let aggregate = plan.aggregate(*id).filter(|it| it.what == What::Count).ok_or_else(not)?;
        let sources = sources(columns, &aggregate.rows).ok_or_else(not)?;
        let window = Window::of(aggregate.window, plan, columns, now).ok_or_else(not)?;
        Ok(Self { columns, sources, window })
    }

    /// How many blocks there are.
    pub(crate) fn blocks(&self) -> usize {
        (self.columns.numbers() as usize).div_ceil(BLOCK)
    }

    /// Calls with the place in the block and the time of each event.
    pub(crate) fn each(&self, nth: usize, mut call: impl FnMut(usize, i64)) {
        let block = Block::new(nth * BLOCK);
        let all = Mask::first(BLOCK);
        for source in &self.sources {
            walk(source, self.window, &block, &all, |place, begin, end| {
                for row in (begin..end).filter(|row| source.holds(*row)) {
                    call(place, source.slab.times.get(row).0);
                }
            });
        }
    }

    /// The earliest of each profile of a block.
    pub(crate) fn firsts(&self, nth: usize) -> Vec<Option<i64>> {
        let mut firsts: Vec<Option<i64>> = vec![None; BLOCK];
        self.each(nth, |place, at| {
            if let Some(first) = firsts.get_mut(place) {
                *first = Some(first.map_or(at, |first| first.min(at)));
            }
        });
        firsts
    }
}
