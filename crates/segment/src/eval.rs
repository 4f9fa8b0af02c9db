//! The answer, and until when it holds.
//!
//! Every node answers with a truth or a value, and an instant before which, if no data arrives, it answers the same.
//! For a leaf that instant is computed: a rolling window changes when an event enters or leaves it, and only there.
//! For a whole it follows from the parts: *and* that is false stays so while any of its false parts does, so as long
//! as the longest of them; one that is true or unknown as long as the shortest of all; *or* is the dual.
//!
//! A part may change without changing the whole, so this instant is a lower bound. [`answer`] asks again at it, and
//! again, until the whole does change: then the instant is exact.
//!
//! What occurred after `known`, the instant up to which data is there, does not exist: asking for a later instant is
//! asking what time alone will bring.

mod dates;
mod past;
mod read;

use onefold_model::{Facts, People, Time, Truth, Until, Value};

use crate::ast::{Op, Quantifier};
use crate::events::{self, Frame, quantify};
use crate::plan::{Node, NodeId, Plan, Share};
use crate::rank;
use crate::sequence;
use crate::value::Ask;

pub(crate) use past::{history, last_change};

pub(crate) use crate::rank::{Ranks, ranks};
pub(crate) use crate::value::Val;

/// The answer to a segment: whether the profile is in it, until when, and whether it changes then for certain.
pub type Answer = Until<Truth>;

/// A truth and the instant before which it does not change.
pub(crate) type Held = (Truth, Time);

/// How often a whole is asked again where only parts of it change.
const STEPS: usize = 256;
/// The same where each time the whole population has to be ranked.
const FEW: usize = 8;
/// How deep questions to others and to the past may nest; what is deeper is unknown.
const DEPTH: u8 = 48;

/// One person, seen at one instant.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) facts: &'a dyn Facts,
    /// The others.
    pub(crate) people: &'a dyn People,
    /// Who is in which rank.
    pub(crate) ranks: &'a Ranks,
    /// Up to when data is there.
    pub(crate) known: Time,
    /// The instant that is asked for, not before `known`.
    pub(crate) at: Time,
}

/// The answers of nodes in one evaluation, by their ids. It may be used again for the next profile: a pass writes each
/// node before it is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memo {
    truths: Vec<Held>,
    values: Vec<(Val, Time)>,
    /// For other profiles and other times.
    spare: Option<Box<Memo>>,
    depth: u8,
}

impl Memo {
    /// The answer of a condition.
    pub(crate) fn get(&self, id: NodeId) -> Held {
        self.truths.get(id as usize).copied().unwrap_or((Truth::Unknown, Time::MAX))
    }

    /// The value of a value node.
    pub(crate) fn value(&self, id: NodeId) -> (&Val, Time) {
        self.values.get(id as usize).map_or((Val::NULL, Time::MAX), |(val, until)| (val, *until))
    }

    /// Writes an answer that is known without asking the node.
    pub(crate) fn set(&mut self, id: NodeId, held: Held) {
        put(&mut self.truths, id, held, (Truth::Unknown, Time::MAX));
    }

    fn set_value(&mut self, id: NodeId, value: (Val, Time)) {
        put(&mut self.values, id, value, (Val::Null, Time::MAX));
    }

    /// Whether it serves a part of a part that looks at other times or profiles.
    const fn is_deep(&self) -> bool {
        self.depth > 1
    }

    /// Lends another memo, one deeper; none where it is deep enough.
    fn deeper<T>(&mut self, call: impl FnOnce(&Self, &mut Self) -> T) -> Option<T> {
        let depth = self.depth.checked_add(1).filter(|depth| *depth < DEPTH)?;
        let mut spare = self.spare.take().unwrap_or_default();
        spare.depth = depth;
        let out = call(self, &mut spare);
        self.spare = Some(spare);
        Some(out)
    }
}

fn put<T: Clone>(all: &mut Vec<T>, id: NodeId, item: T, none: T) {
    let at = id as usize;
    if all.len() <= at {
        all.resize(at + 1, none);
    }
    if let Some(slot) = all.get_mut(at) {
        *slot = item;
    }
}

/// Evaluates the nodes, each of which stands after its parts.
pub(crate) fn pass(plan: &Plan, nodes: impl IntoIterator<Item = NodeId>, sight: Sight<'_>, memo: &mut Memo) {
    // An answer holds for an instant at least; a source of facts that says otherwise is asked again soon.
    let soon = Time(sight.at.0.saturating_add(1));
    for id in nodes {
        match plan.node(id) {
            None => {}
            Some(node) if node.is_value() => {
                let (val, until) = node.worth(plan, sight, memo);
                memo.set_value(id, (val, until.max(soon)));
            }
            Some(node) => {
                let (truth, until) = node.holds(plan, sight, memo);
                memo.set(id, (truth, until.max(soon)));
            }
        }
    }
}

/// The answer of a condition now, with the first instant at which it is another.
pub(crate) fn answer(plan: &Plan, root: NodeId, facts: &dyn Facts, people: &dyn People, now: Time) -> Answer {
    if plan.is_still(root) {
        return Until::always(still(plan, root, facts));
    }
    over_time(plan, root, facts, people, now, |memo| memo.get(root))
}

/// The truth of a [still](Plan::is_still) condition, which bounds how deep this goes.
fn still(plan: &Plan, id: NodeId, facts: &dyn Facts) -> Truth {
    match plan.node(id) {
        Some(Node::Ask(read, ask)) => ask.at(facts.field(read.field), &read.keys),
        Some(Node::And(parts)) => still_whole(plan, parts, facts, Truth::No, Truth::and),
        Some(Node::Or(parts)) => still_whole(plan, parts, facts, Truth::Yes, Truth::or),
        Some(Node::Not(part)) => still(plan, *part, facts).not(),
        Some(Node::Sure(part)) => still(plan, *part, facts).is_yes().into(),
        _ => Truth::Unknown,
    }
}

/// The whole of some parts, up to one that decides alone. Most parts are questions, which need no call of their own.
#[inline]
fn still_whole(
    plan: &Plan,
    parts: &[NodeId],
    facts: &dyn Facts,
    end: Truth,
    join: impl Fn(Truth, Truth) -> Truth,
) -> Truth {
    let mut whole = end.not();
    for part in parts {
        let truth = match plan.node(*part) {
            Some(Node::Ask(read, ask)) => ask.at(facts.field(read.field), &read.keys),
            _ => still(plan, *part, facts),
        };
        whole = join(whole, truth);
        if whole == end {
            break;
        }
    }
    whole
}

/// The same within ranks that are known: not exact where they could be others by then.
pub(crate) fn answer_within(plan: &Plan, root: NodeId, sight: Sight<'_>) -> Answer {
    let needed = plan.needed(root);
    let mut memo = Memo::default();
    turn(sight.at, sight.ranks.until(), STEPS, |at| {
        pass(plan, needed.iter().copied(), Sight { at, ..sight }, &mut memo);
        memo.get(root)
    })
}

/// The value of a value node now, with the first instant at which it is another.
pub(crate) fn value(plan: &Plan, node: NodeId, facts: &dyn Facts, people: &dyn People, now: Time) -> Until<Value> {
    let held = over_time(plan, node, facts, people, now, |memo| {
        let (val, until) = memo.value(node);
        (val.clone(), until)
    });
    held.map(|val| val.to_value())
}

/// The value of a value node at the instant alone, within ranks that are known.
pub(crate) fn value_within(plan: &Plan, node: NodeId, sight: Sight<'_>) -> Value {
    let mut memo = Memo::default();
    pass(plan, plan.needed(node), sight, &mut memo);
    memo.value(node).0.to_value()
}

fn over_time<T: PartialEq>(
    plan: &Plan,
    root: NodeId,
    facts: &dyn Facts,
    people: &dyn People,
    now: Time,
    get: impl Fn(&Memo) -> (T, Time),
) -> Until<T> {
    let (needed, ranked) = (plan.needed(root), rank::reached(plan, root));
    let mut memo = Memo::default();
    let steps = if ranked.is_empty() { STEPS } else { FEW };
    turn(now, Time::MAX, steps, |at| {
        let ranks = rank::some(plan, &ranked, people, now, at);
        let sight = Sight { facts, people, ranks: &ranks, known: now, at };
        pass(plan, needed.iter().copied(), sight, &mut memo);
        get(&memo)
    })
}

/// Asks at each instant at which the answer may change until it does, but not at `end` or later.
fn turn<T: PartialEq>(now: Time, end: Time, steps: usize, mut at: impl FnMut(Time) -> (T, Time)) -> Until<T> {
    let (value, mut until) = at(now);
    for _ in 0..steps {
        if until == Time::MAX {
            return Until::always(value);
        }
        if until >= end {
            return Until { value, until, exact: false };
        }
        let (then, next) = at(until);
        if then != value {
            return Until { value, until, exact: true };
        }
        until = next;
    }
    Until { value, until, exact: until == Time::MAX }
}

impl Node {
    /// Whether it is a value and no condition.
    pub(crate) const fn is_value(&self) -> bool {
        matches!(
            self,
            Self::Constant(_)
                | Self::Read(_)
                | Self::Aggregate(_)
                | Self::Arithmetic(..)
                | Self::Size(_)
                | Self::Since(..)
                | Self::Case(..)
        )
    }

    fn holds(&self, plan: &Plan, sight: Sight<'_>, memo: &mut Memo) -> Held {
        match self {
            Self::And(parts) => whole(parts.iter().map(|part| memo.get(*part)), Truth::No, Truth::and),
            Self::Or(parts) => whole(parts.iter().map(|part| memo.get(*part)), Truth::Yes, Truth::or),
            Self::Not(part) => {
                let (truth, until) = memo.get(*part);
                (truth.not(), until)
            }
            Self::Sure(part) => {
                let (truth, until) = memo.get(*part);
                (truth.is_yes().into(), until)
            }
            Self::Ask(read, ask) => (read::ask(read, ask, sight), Time::MAX),
            Self::Tally(id, op, constant) => match plan.aggregate(*id) {
                Some(aggregate) => events::tally(plan, aggregate, *op, constant, sight),
                None => (Truth::Unknown, Time::MAX),
            },
            Self::Compare(left, op, right) => {
                let constant = |id: &NodeId| match plan.node(*id) {
                    Some(Self::Constant(value)) => Some(value),
                    _ => None,
                };
                let grows = match (constant(left), constant(right)) {
                    (None, Some(bound)) => grows(plan, *left, *op, bound, sight, memo),
                    (Some(bound), None) => grows(plan, *right, op.flipped(), bound, sight, memo),
                    _ => None,
                };
                grows.unwrap_or_else(|| {
                    let ((left, until), (right, too)) = (memo.value(*left), memo.value(*right));
                    (left.compare(*op, right), until.min(too))
                })
            }
            Self::Question(part, ask) => {
                let grows = match ask {
                    Ask::Compare(op, bound) => grows(plan, *part, *op, bound, sight, memo),
                    _ => None,
                };
                grows.unwrap_or_else(|| {
                    let (val, until) = memo.value(*part);
                    (ask.of_val(val), until)
                })
            }
            Self::Within(part, span) => {
                let (val, until) = memo.value(*part);
                let (truth, turns) = dates::lies(&Frame::of(*span, plan, sight), val, sight.at);
                (truth, turns.min(until))
            }
            Self::Anniversary(part, days) => {
                let (val, until) = memo.value(*part);
                let (truth, turns) = dates::comes_round(val, *days, sight.at);
                (truth, turns.min(until))
            }
            Self::Sequence(sequence) => sequence::holds(plan, sequence, sight),
            Self::Held(part, span) => memo
                .deeper(|memo, deeper| past::held(plan, *part, *span, memo.get(*part), sight, deeper))
                .unwrap_or((Truth::Unknown, Time::MAX)),
            Self::Changed { field, from, to, window } => {
                past::changed(*field, (from.as_ref(), to.as_ref()), &Frame::of(*window, plan, sight), sight)
            }
            Self::Consent(purpose, channel) => {
                let said = sight.facts.permits(*purpose, *channel, sight.at);
                (said.value.into(), said.until)
            }
            Self::Sample { salt, parts, among } => {
                let Some(schema) = &plan.schema else { return (Truth::No, Time::MAX) };
                let bucket = u128::from(schema.bucket(sight.facts.profile(), salt));
                let part = u64::try_from((bucket * u128::from(*parts)) >> 64).unwrap_or(u64::MAX);
                let inside = match among {
                    Share::Below(end) => part < *end,
                    Share::These(these) => these.binary_search(&part).is_ok(),
                };
                (inside.into(), Time::MAX)
            }
            Self::Rank(id) => {
                let (inside, until) = sight.ranks.contains(*id, sight.facts.profile());
                (inside.into(), until)
            }
            Self::Related(quantifier, relation, part) => {
                let fellows = memo.deeper(|_, deeper| {
                    let needed = plan.needed(*part);
                    let mut all = Vec::new();
                    sight.people.fellows(sight.facts.profile(), *relation, &mut |facts| {
                        pass(plan, needed.iter().copied(), Sight { facts, ..sight }, deeper);
                        all.push(deeper.get(*part));
                    });
                    all
                });
                let Some(all) = fellows else { return (Truth::Unknown, Time::MAX) };
                let truth = quantify(*quantifier, all.iter().map(|(truth, _)| *truth));
                let (_, until) = match quantifier {
                    Quantifier::All => whole(all.into_iter(), Truth::No, Truth::and),
                    _ => whole(all.into_iter(), Truth::Yes, Truth::or),
                };
                (truth, until)
            }
            Self::Items(quantifier, read, filter) => (read::items(*quantifier, read, filter, sight), Time::MAX),
            _ => (Truth::Unknown, Time::MAX),
        }
    }

    fn worth(&self, plan: &Plan, sight: Sight<'_>, memo: &Memo) -> (Val, Time) {
        match self {
            Self::Constant(value) => (Val::of(value), Time::MAX),
            Self::Read(read) => (read::val(read, sight), Time::MAX),
            Self::Aggregate(id) => match plan.aggregate(*id) {
                Some(aggregate) => events::value(plan, aggregate, sight),
                None => (Val::Null, Time::MAX),
            },
            Self::Arithmetic(left, how, right) => {
                let ((left, until), (right, too)) = (memo.value(*left), memo.value(*right));
                (left.combine(*how, right), until.min(too))
            }
            Self::Size(part) => {
                let (val, until) = memo.value(*part);
                match val {
                    Val::Plain(value) => (events::size(value), until),
                    _ => (Val::Null, until),
                }
            }
            Self::Since(elapsed, part) => {
                let (val, until) = memo.value(*part);
                let (passed, turns) = dates::since(*elapsed, val, sight.at);
                (passed, turns.min(until))
            }
            Self::Case(when, otherwise) => {
                let mut until = Time::MAX;
                for (condition, value) in when {
                    let (truth, turns) = memo.get(*condition);
                    until = until.min(turns);
                    if truth.is_yes() {
                        let (val, turns) = memo.value(*value);
                        return (val.clone(), until.min(turns));
                    }
                }
                let (val, turns) = otherwise.map_or((Val::NULL, Time::MAX), |value| memo.value(value));
                (val.clone(), until.min(turns))
            }
            _ => (Val::Null, Time::MAX),
        }
    }
}

/// Elapsed time against a constant: it only grows, so that the instant at which the comparison turns is known.
fn grows(plan: &Plan, id: NodeId, op: Op, bound: &Value, sight: Sight<'_>, memo: &Memo) -> Option<Held> {
    let Some(Node::Since(elapsed, part)) = plan.node(id) else { return None };
    let (val, until) = memo.value(*part);
    let (truth, turns) = dates::compared(*elapsed, val, op, &Val::of(bound), sight.at)?;
    Some((truth, turns.min(until)))
}

/// The whole of some parts: `end` is the truth of a part that decides alone.
fn whole(parts: impl Iterator<Item = Held>, end: Truth, join: fn(Truth, Truth) -> Truth) -> Held {
    let (mut truth, mut shortest, mut longest) = (end.not(), Time::MAX, Time::MIN);
    for (part, until) in parts {
        truth = join(truth, part);
        shortest = shortest.min(until);
        if part == end {
            longest = longest.max(until);
        }
    }
    (truth, if truth == end { longest } else { shortest })
}

#[cfg(test)]
mod tests;
