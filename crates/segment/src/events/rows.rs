//! The events of some types that a window has or will have: each, from the newest back, or from the oldest on.

use std::ops::ControlFlow;

use onefold_model::{Run, Time, Value};

use super::filter::Ctx;
use super::frame::Frame;
use crate::eval::Sight;
use crate::plan::{Read, Rows};
use crate::value::find;

/// An event of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) run: Run<'a>,
    pub(crate) nth: usize,
}

impl Row<'_> {
    pub(crate) fn time(&self) -> Time {
        self.run.occurred(self.nth)
    }

    pub(crate) fn read(&self, read: &Read) -> Value {
        let value = self.run.value(self.nth, read.field);
        if read.keys.is_empty() { value } else { find(&value, &read.keys).clone() }
    }

    /// Whether the two are one event.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.time() == other.time() && self.run.id(self.nth) == other.run.id(other.nth)
    }
}

impl Rows {
    /// Whether an event of these types passes.
    pub(crate) fn takes(&self, row: Row<'_>, steps: &[Option<Row<'_>>]) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.of(Ctx { row, steps, item: None }).is_yes())
    }
}

/// What is left to look at of a run.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) run: Run<'a>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The parts of runs that the window has or will have; none is empty.
pub(crate) fn parts<'a>(rows: &'a Rows, frame: &'a Frame, sight: Sight<'a>) -> impl Iterator<Item = Part<'a>> {
    rows.types.iter().filter_map(move |what| {
        let run = sight.facts.run(*what);
        if run.is_empty() {
            return None;
        }
        let (start, end) = frame.bounds(run, sight);
        (start < end).then_some(Part { run, start, end })
    })
}

/// Calls for each event that is or will be in the window, in no order.
pub(crate) fn each<'a>(rows: &'a Rows, frame: &'a Frame, sight: Sight<'a>, mut call: impl FnMut(Row<'a>)) {
    for part in parts(rows, frame, sight) {
        for nth in part.start..part.end {
            let row = Row { run: part.run, nth };
            if rows.takes(row, &[]) {
                call(row);
            }
        }
    }
}

/// How many there are at most; exactly so many where there is no filter.
pub(crate) fn how_many(rows: &Rows, frame: &Frame, sight: Sight<'_>) -> usize {
    parts(rows, frame, sight).map(|part| part.end - part.start).sum()
}

/// Calls for each from the latest (time, id) to the earliest, until told to stop.
pub(crate) fn back<'a>(
    rows: &'a Rows,
    frame: &'a Frame,
    sight: Sight<'a>,
    mut call: impl FnMut(Row<'a>) -> ControlFlow<()>,
) {
    let last = |part: &Part<'a>| Row { run: part.run, nth: part.end - 1 };
    let mut take = |row: Row<'a>| if rows.takes(row, &[]) { call(row) } else { ControlFlow::Continue(()) };
    let mut all = parts(rows, frame, sight);
    let (Some(one), next) = (all.next(), all.next()) else { return };
    let Some(next) = next else {
        let _ = (one.start..one.end).rev().try_for_each(|nth| take(Row { run: one.run, nth }));
        return;
    };
    let mut open: Vec<Part<'a>> = [one, next].into_iter().chain(all).collect();
    while let Some(part) = open.iter_mut().max_by(|a, b| by_place(&last(a), &last(b))) {
        let row = last(part);
        part.end -= 1;
        if take(row).is_break() {
            return;
        }
        open.retain(|part| part.start < part.end);
    }
}

/// Calls for each from the earliest (time, id) to the latest, until told to stop.
pub(crate) fn forth<'a>(
    rows: &'a Rows,
    frame: &'a Frame,
    sight: Sight<'a>,
    mut call: impl FnMut(Row<'a>) -> ControlFlow<()>,
) {
    let next = |part: &Part<'a>| Row { run: part.run, nth: part.start };
    let mut take = |row: Row<'a>| if rows.takes(row, &[]) { call(row) } else { ControlFlow::Continue(()) };
    let mut open: Vec<Part<'a>> = parts(rows, frame, sight).collect();
    while let Some(part) = open.iter_mut().min_by(|a, b| by_place(&next(a), &next(b))) {
        let row = next(part);
        part.start += 1;
        if take(row).is_break() {
            return;
        }
        open.retain(|part| part.start < part.end);
    }
}

/// The order of (time, id).
pub(crate) fn by_place(a: &Row<'_>, b: &Row<'_>) -> std::cmp::Ordering {
    a.time().cmp(&b.time()).then_with(|| a.run.id(a.nth).cmp(&b.run.id(b.nth)))
}
