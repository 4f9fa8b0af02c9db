//! Which way an event of a type can turn a condition.
//!
//! One more purchase never makes *at least two purchases* untrue. So who is in such a segment need not be asked when a
//! purchase comes, nor who is out of one that asks for *no purchase*. What holds of every instant to come as well: seen
//! from there, too, the event can turn the answer one way only, so that an instant up to which a membership was sure
//! stays one.
//!
//! A count of steps that falls short by several needs as many more events, whatever time does, since what is known
//! only leaves: how many is kept for each profile in a few bits, a *gauge*, and as long as it lasts the condition is not
//! asked.

use onefold_model::EventTypeId;

use crate::ast::{Op, Then};
use crate::events::{goal, one_kind};
use crate::plan::{Aggregate, Node, NodeId, Plan, Sequence, Span, What};

/// What cannot be undone by an event: answers that stay when it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// A yes stays.
    pub(super) yes: bool,
    /// What is no yes does not become one.
    pub(super) not_yes: bool,
    no: bool,
    not_no: bool,
}

impl Turn {
    /// Anything may become anything.
    pub(super) const ANY: Self = Self { yes: false, not_yes: false, no: false, not_no: false };
    /// The event is not looked at.
    pub(super) const NONE: Self = Self { yes: true, not_yes: true, no: true, not_no: true };
    const UP: Self = Self { not_yes: false, no: false, ..Self::NONE };
    const DOWN: Self = Self { yes: false, not_no: false, ..Self::NONE };

    const fn and(self, other: Self) -> Self {
        Self {
            yes: self.yes && other.yes,
            not_yes: self.not_yes && other.not_yes,
            no: self.no && other.no,
            not_no: self.not_no && other.not_no,
        }
    }

    const fn not(self) -> Self {
        Self { yes: self.no, not_yes: self.not_no, no: self.yes, not_no: self.not_yes }
    }
}

/// What is known of an event, where the most frequent value is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Votes {
    /// Nothing.
    Any,
    /// It has the value that is asked for: what is that stays that.
    For,
    /// It has another, or none: what is not that stays so.
    Against,
}

/// How an event of a type turns each node of a plan.
pub(super) fn turns(plan: &Plan, what: EventTypeId, votes: Votes) -> Vec<Turn> {
    let mut all: Vec<Turn> = Vec::with_capacity(plan.nodes.len());
    for node in &plan.nodes {
        let of = |id: &NodeId| all.get(*id as usize).copied().unwrap_or(Turn::ANY);
        let turn = match node {
            Node::And(parts) | Node::Or(parts) => parts.iter().map(of).fold(Turn::NONE, Turn::and),
            Node::Not(part) => of(part).not(),
            // A no is whatever is no yes.
            Node::Sure(part) => {
                let part = of(part);
                Turn { no: part.not_yes, not_no: part.yes, ..part }
            }
            Node::Tally(id, op, _) => plan.aggregate(*id).map_or(Turn::ANY, |it| tally(plan, it, *op, what, votes)),
            Node::Sequence(it) => sequence(plan, it, what),
            Node::Aggregate(id) => match plan.aggregate(*id) {
                Some(it) if !looks(plan, it, what) => Turn::NONE,
                _ => Turn::ANY,
            },
            node => {
                let mut touched = match node {
                    Node::Within(_, span) | Node::Changed { window: span, .. } => in_session(plan, *span, what),
                    _ => false,
                };
                node.parts(&mut |part| touched |= of(&part) != Turn::NONE);
                if touched { Turn::ANY } else { Turn::NONE }
            }
        };
        all.push(turn);
    }
    all
}

fn in_session(plan: &Plan, span: Span, what: EventTypeId) -> bool {
    matches!(span, Span::Session(_) | Span::BeforeSession(_)) && plan.behaviour.contains(&what)
}

fn looks(plan: &Plan, aggregate: &Aggregate, what: EventTypeId) -> bool {
    aggregate.rows.types.contains(&what) || in_session(plan, aggregate.window, what)
}

fn tally(plan: &Plan, aggregate: &Aggregate, op: Op, what: EventTypeId, votes: Votes) -> Turn {
    if in_session(plan, aggregate.window, what) {
        return Turn::ANY;
    }
    if !aggregate.rows.types.contains(&what) {
        return Turn::NONE;
    }
    let yes = Turn { yes: true, ..Turn::ANY };
    let no = Turn { no: true, ..Turn::ANY };
    match (&aggregate.what, op) {
        (What::Count | What::Distinct(_) | What::ActiveDays(_) | What::ActiveWeeks(_), Op::Ge | Op::Gt) => Turn::UP,
        (What::Count | What::Distinct(_) | What::ActiveDays(_) | What::ActiveWeeks(_), Op::Le | Op::Lt) => Turn::DOWN,
        // Of nothing they are nothing, so that what is unknown may become anything.
        (What::Max(read, currency), Op::Ge | Op::Gt) if one_kind(plan, read, *currency) => yes,
        (What::Max(read, currency), Op::Le | Op::Lt) if one_kind(plan, read, *currency) => no,
        (What::Min(read, currency), Op::Le | Op::Lt) if one_kind(plan, read, *currency) => yes,
        (What::Min(read, currency), Op::Ge | Op::Gt) if one_kind(plan, read, *currency) => no,
        (What::MostFrequent(_), Op::Eq) if votes == Votes::For => yes,
        (What::MostFrequent(_), Op::Eq) if votes == Votes::Against => Turn { not_yes: true, ..no },
        _ => Turn::ANY,
    }
}

/// A chain that is there stays; another may come, unless the event stands where none must.
fn sequence(plan: &Plan, sequence: &Sequence, what: EventTypeId) -> Turn {
    if in_session(plan, sequence.window, what) {
        return Turn::ANY;
    }
    let (mut happens, mut lacks) = (sequence.first.types.contains(&what), false);
    for step in &sequence.steps {
        let place = if step.then == Then::Lacks { &mut lacks } else { &mut happens };
        *place |= step.rows.types.contains(&what);
    }
    match (happens, lacks) {
        (false, false) => Turn::NONE,
        (true, false) => Turn::UP,
        (false, true) => Turn::DOWN,
        (true, true) => Turn::ANY,
    }
}

/// How many gauges a profile has.
pub(super) const GAUGES: usize = 8;
/// No gauge.
const WITHOUT: u8 = u8::MAX;

/// Which conditions have a gauge.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauges(Vec<u8>);

impl Gauges {
    /// Gives gauges to what looks at most types of events.
    pub(super) fn new(plan: &Plan, may: impl Fn(NodeId) -> bool) -> Self {
        let mut all: Vec<(usize, u64, NodeId)> = Vec::new();
        for (id, node) in (0..).zip(&plan.nodes) {
            let Node::Tally(aggregate, op, bound) = node else { continue };
            let Some(aggregate) = plan.aggregate(*aggregate).filter(|_| may(id)) else { continue };
            let only_leaves = matches!(
                aggregate.window,
                Span::Ever | Span::Last(_) | Span::Since(_) | Span::Before(_) | Span::Between { .. } | Span::This(..)
            );
            let steps =
                matches!(aggregate.what, What::Count | What::Distinct(_) | What::ActiveDays(_) | What::ActiveWeeks(_));
            if let Some(goal) = goal(*op, bound).filter(|goal| *goal > 2 && only_leaves && steps) {
                all.push((aggregate.rows.types.len(), goal, id));
            }
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.truncate(GAUGES);
        let mut gauges = Self(if all.is_empty() { Vec::new() } else { vec![WITHOUT; plan.nodes.len()] });
        for (nth, (_, _, id)) in (0..).zip(all) {
            if let Some(place) = gauges.0.get_mut(id as usize) {
                *place = nth;
            }
        }
        gauges
    }

    pub(super) fn of(&self, node: NodeId) -> Option<u8> {
        self.0.get(node as usize).copied().filter(|nth| *nth != WITHOUT)
    }
}

/// The gauges of a profile: how many more events that it looks at leave a condition as it is, up to 15 each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spare(u32);

impl Spare {
    /// Nothing is known.
    pub(super) const NONE: Self = Self(0);

    /// Counts an event; whether the condition stays as it is.
    pub(super) fn spend(&mut self, gauge: u8) -> bool {
        let shift = u32::from(gauge) * 4;
        let left = self.0.checked_shr(shift).unwrap_or(0) & 15 != 0;
        self.0 -= u32::from(left) << (shift % 32);
        left
    }

    pub(super) fn set(&mut self, gauge: u8, left: u64) {
        let shift = u32::from(gauge) * 4 % 32;
        self.0 = (self.0 & !(15 << shift)) | ((left.min(15) as u32) << shift);
    }
}
