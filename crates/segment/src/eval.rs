//! The answer, and until when it holds.
//!
//! Every node answers with a truth and an instant before which, if no data arrives, it answers the same. For a leaf
//! that instant is computed: a rolling window changes when an event enters or leaves it, and only there. For a whole it
//! follows from the parts: *and* that is false stays so while any of its false parts does, so as long as the longest
//! of them; one that is true or unknown as long as the shortest of all; *or* is the dual.
//!
//! A part may change without changing the whole, so this instant is a lower bound. [`answer`] asks again at it, and
//! again, until the whole does change: then the instant is exact.
//!
//! What occurred after `known`, the instant up to which data is there, does not exist: asking for a later instant is
//! asking what time alone will bring.

use onefold_model::{Facts, Time, Truth, Until, Value};

use crate::events;
use crate::plan::{Node, NodeId, Plan};

/// The answer to a segment: whether the profile is in it, until when, and whether it changes then for certain.
pub type Answer = Until<Truth>;

/// A truth and the instant before which it does not change.
pub(crate) type Held = (Truth, Time);

/// How often a whole is asked again where only parts of it change.
const STEPS: usize = 256;

/// One person, seen at one instant.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) facts: &'a dyn Facts,
    /// Up to when data is there.
    pub(crate) known: Time,
    /// The instant that is asked for, not before `known`.
    pub(crate) at: Time,
}

/// The answers of nodes in one evaluation, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memo(Vec<Held>);

impl Memo {
    pub(crate) fn get(&self, id: NodeId) -> Held {
        self.0.get(id as usize).copied().unwrap_or((Truth::Unknown, Time::MAX))
    }

    fn set(&mut self, id: NodeId, held: Held) {
        let at = id as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, (Truth::Unknown, Time::MAX));
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = held;
        }
    }
}

/// Evaluates the nodes, each of which stands after its parts.
pub(crate) fn pass(plan: &Plan, nodes: impl IntoIterator<Item = NodeId>, sight: Sight<'_>, memo: &mut Memo) {
    for id in nodes {
        if let Some(node) = plan.node(id) {
            let (truth, until) = node.eval(sight, memo);
            // An answer holds for an instant at least; a source of facts that says otherwise is asked again soon.
            memo.set(id, (truth, until.max(Time(sight.at.0.saturating_add(1)))));
        }
    }
}

/// The answer of one node now, with the first instant at which it is another.
pub(crate) fn answer(plan: &Plan, root: NodeId, facts: &dyn Facts, now: Time) -> Answer {
    let needed = plan.needed(root);
    let mut memo = Memo::default();
    let mut at = |at| {
        let sight = Sight { facts, known: now, at };
        pass(plan, needed.iter().copied(), sight, &mut memo);
        memo.get(root)
    };
    let (value, mut until) = at(now);
    for _ in 0..STEPS {
        if until == Time::MAX {
            return Until::always(value);
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
    fn eval(&self, sight: Sight<'_>, memo: &Memo) -> Held {
        match self {
            Self::And(parts) => whole(parts.iter().map(|part| memo.get(*part)), Truth::No, Truth::and),
            Self::Or(parts) => whole(parts.iter().map(|part| memo.get(*part)), Truth::Yes, Truth::or),
            Self::Not(part) => {
                let (truth, until) = memo.get(*part);
                (truth.not(), until)
            }
            Self::Field(field, ask) => (ask.of(sight.facts.field(*field)), Time::MAX),
            Self::Recent(field, span) => recent(sight.facts.field(*field), *span, sight.at),
            Self::Count { rows, window, op, number } => {
                events::counted(rows, *window, sight).held(|count| op.holds(count.cmp(number)))
            }
            Self::Sum { rows, property, currency, window, op, number } => {
                let terms = events::Terms { property: *property, currency: *currency };
                events::summed(rows, terms, *window, sight).held(|sum| op.holds(sum.cmp_decimal(*number)))
            }
            Self::Sequence { first, then, second, within, window } => {
                let steps = events::Steps { first, then: *then, second, within: *within };
                events::sequences(steps, *window, sight).held(|count| *count > 0)
            }
            Self::Member(root) => {
                let (truth, until) = memo.get(*root);
                (truth.is_yes().into(), until)
            }
            Self::Consent(purpose, channel) => {
                let said = sight.facts.permits(*purpose, *channel, sight.at);
                (said.value.into(), said.until)
            }
        }
    }
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

/// Whether a time or day lies in (at - span, at]. A day counts from its midnight, UTC.
fn recent(value: &Value, span: i64, at: Time) -> Held {
    let begins = match value {
        Value::Time(time) => *time,
        Value::Date(date) => date.midnight(),
        _ => return (Truth::Unknown, Time::MAX),
    };
    let ends = Time(begins.0.saturating_add(span));
    if at < begins {
        (Truth::No, begins)
    } else if at < ends {
        (Truth::Yes, ends)
    } else {
        (Truth::No, Time::MAX)
    }
}
