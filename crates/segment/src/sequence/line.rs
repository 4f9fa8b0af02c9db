//! Long histories of steps that do not speak of each other.
//!
//! Where no filter reads an earlier step and no two events happen at one instant, what may follow depends on the time
//! of the last event alone, and every next event is a later one. Then each event of each step is decided once, from
//! the last step to the first: the best of a range of events of the next step, found in a tree of minima.

use onefold_model::{EventId, Time};

use super::List;
use crate::ast::Then;
use crate::events::Row;
use crate::plan::Step;

pub(super) struct Line {
    stages: Vec<Stage>,
    /// All events of all steps, sorted.
    instants: Vec<(Time, Option<EventId>)>,
}

struct Stage {
    then: Then,
    within: Option<i64>,
    times: Vec<Time>,
    /// For each event the earliest decision that may follow; [`Time::MAX`] where none does.
    best: Least,
}

impl Line {
    /// None where it does not fit.
    pub(super) fn new(steps: &[Step], lists: &[List<'_>]) -> Option<Self> {
        if lists.iter().any(|list| list.speaks) {
            return None;
        }
        let place = |row: &Row<'_>| (row.time(), row.run.id(row.nth));
        let mut instants: Vec<_> = lists.iter().flat_map(|list| &list.all).map(place).collect();
        instants.sort_unstable();
        instants.dedup();
        if instants.windows(2).any(|two| matches!(two, [one, other] if one.0 == other.0)) {
            return None;
        }
        let stage = |(step, list): (&Step, &List<'_>)| Stage {
            then: step.then,
            within: step.within,
            times: list.all.iter().map(Row::time).collect(),
            best: Least::default(),
        };
        let mut line = Self { stages: steps.iter().zip(lists).map(stage).collect(), instants };
        for nth in (0..line.stages.len()).rev() {
            let times = line.stages.get(nth).filter(|it| it.then == Then::Follows).map(|it| it.times.clone());
            let best = times.unwrap_or_default().into_iter().map(|time| line.least(nth + 1, time).unwrap_or(Time::MAX));
            let best = Least::new(best.collect());
            if let Some(stage) = line.stages.get_mut(nth) {
                stage.best = best;
            }
        }
        Some(line)
    }

    /// The earliest decision of a chain that begins so; none where this event shares its instant with another.
    pub(super) fn decided(&self, first: Row<'_>) -> Option<Option<Time>> {
        let (time, id) = (first.time(), first.run.id(first.nth));
        let at = self.instants.partition_point(|(other, _)| *other < time);
        match self.instants.get(at) {
            Some((other, of)) if *other == time && *of != id => None,
            _ => Some(self.least(0, time)),
        }
    }

    /// The earliest decision from a step on, after an event of this time.
    fn least(&self, from: usize, time: Time) -> Option<Time> {
        let (mut cap, mut decided) = (Time::MAX, Time::MIN);
        for stage in self.stages.iter().skip(from) {
            let begin = stage.times.partition_point(|other| *other <= time);
            let end = stage.within.map_or(Time::MAX, |within| Time(time.0.saturating_add(within)));
            match stage.then {
                Then::Lacks => {
                    let seen = stage.times.get(begin).copied().unwrap_or(Time::MAX);
                    if stage.within.is_none() {
                        cap = cap.min(seen);
                    } else if seen < end {
                        return None;
                    } else {
                        decided = decided.max(end);
                    }
                }
                Then::Follows => {
                    let end = if cap == Time::MAX { end } else { end.min(Time(cap.0.saturating_add(1))) };
                    let best = stage.best.of(begin, stage.times.partition_point(|other| *other < end));
                    return (best < Time::MAX).then(|| decided.max(best));
                }
            }
        }
        Some(decided)
    }
}

/// The least of any range, in logarithmic time: a binary tree of minima, laid out level by level.
#[derive(Default)]
struct Least {
    /// The leaves begin here.
    size: usize,
    tree: Vec<Time>,
}

impl Least {
    fn new(leaves: Vec<Time>) -> Self {
        let size = leaves.len();
        let mut tree = vec![Time::MAX; size];
        tree.extend(leaves);
        for nth in (1..size).rev() {
            let least = tree.get(2 * nth).min(tree.get(2 * nth + 1)).copied().unwrap_or(Time::MAX);
            if let Some(slot) = tree.get_mut(nth) {
                *slot = least;
            }
        }
        Self { size, tree }
    }

    /// Of the leaves in [from, to).
    fn of(&self, from: usize, to: usize) -> Time {
        let (mut left, mut right) = (from.min(self.size) + self.size, to.min(self.size) + self.size);
        let mut least = Time::MAX;
        let at = |nth: usize| self.tree.get(nth).copied().unwrap_or(Time::MAX);
        while left < right {
            if left % 2 == 1 {
                least = least.min(at(left));
                left += 1;
            }
            if right % 2 == 1 {
                right -= 1;
                least = least.min(at(right));
            }
            (left, right) = (left / 2, right / 2);
        }
        least
    }
}
