//! What was, and for how long: the history of a condition and of a trait, by the times at which things occurred.
//!
//! A past instant is evaluated as if it were now: events that occurred later do not exist, and traits are what they
//! were. Between the instants at which data occurred, and those at which the condition itself says that it may
//! change, it does not; so the walk through a span visits only those.

use std::collections::HashMap;

use onefold_model::{ChannelId, EventTypeId, Facts, FieldId, ProfileId, PurposeId, Run, Time, Truth, Until, Value};

use super::{Held, Memo, Sight, pass};
use crate::ast::Op;
use crate::events::{Frame, union};
use crate::plan::{NodeId, Plan};
use crate::value::compare;

/// So many instants are looked at; where that is not enough the answer is unknown.
const MOST: usize = 1_000_000;
/// The same for a `for` within another, at each instant of that.
const MOST_WITHIN: usize = 10_000;

/// What a trait was, from when on.
type Past = Vec<(Time, Value)>;

/// A profile as it was.
struct Then<'a> {
    facts: &'a dyn Facts,
    at: Time,
    fields: &'a HashMap<FieldId, Past>,
}

impl Facts for Then<'_> {
    fn profile(&self) -> ProfileId {
        self.facts.profile()
    }
    fn field(&self, field: FieldId) -> &Value {
        let Some(past) = self.fields.get(&field) else { return self.facts.field(field) };
        let begun = past.partition_point(|(since, _)| *since <= self.at);
        begun.checked_sub(1).and_then(|at| past.get(at)).map_or(Value::NULL, |(_, value)| value)
    }
    fn past(&self, field: FieldId, look: &mut dyn FnMut(Time, &Value)) {
        self.facts.past(field, &mut |since, value| {
            if since <= self.at {
                look(since, value);
            }
        });
    }
    fn run(&self, what: EventTypeId) -> Run<'_> {
        self.facts.run(what)
    }
    fn permits(&self, purpose: PurposeId, channel: Option<ChannelId>, now: Time) -> Until<bool> {
        self.facts.permits(purpose, channel, now)
    }
}

/// What a condition was in (at - span, at).
#[derive(Default)]
struct Was {
    /// The first instants after the last no and the last unknown.
    no: Option<Time>,
    unknown: Option<Time>,
    /// Whether there are too many instants to look at.
    spent: bool,
}

fn was(plan: &Plan, part: NodeId, span: i64, sight: Sight<'_>, memo: &mut Memo) -> Was {
    let needed = plan.needed(part);
    let reach = plan.reach(&needed);
    let mut fields: HashMap<FieldId, Past> = HashMap::new();
    for field in &reach.fields {
        let past = fields.entry(*field).or_default();
        sight.facts.past(*field, &mut |since, value| past.push((since, value.clone())));
    }
    let next_data = |after: Time| {
        let of_run = |what: &EventTypeId| {
            let run = sight.facts.run(*what);
            run.occurred(run.first_after(after))
        };
        let of_field =
            |past: &Past| past.get(past.partition_point(|(since, _)| *since <= after)).map(|(since, _)| *since);
        let events = reach.events.iter().map(of_run).min().unwrap_or(Time::MAX);
        let traits = fields.values().filter_map(of_field).min().unwrap_or(Time::MAX);
        let next = events.min(traits);
        if next <= sight.known { next } else { Time::MAX }
    };
    let mut was = Was::default();
    let mut at = Time(sight.at.0.saturating_sub(span));
    let mut visited = 0;
    let most = if memo.is_deep() { MOST_WITHIN } else { MOST };
    while at < sight.at {
        let known = at.min(sight.known);
        let then = Then { facts: sight.facts, at, fields: &fields };
        let facts: &dyn Facts = if at < sight.known { &then } else { sight.facts };
        pass(plan, needed.iter().copied(), Sight { facts, known, at, ..sight }, memo);
        let (truth, until) = memo.get(part);
        let next = until.min(next_data(at));
        match truth {
            Truth::No => was.no = Some(next.min(sight.at)),
            Truth::Unknown => was.unknown = Some(next.min(sight.at)),
            Truth::Yes => {}
        }
        at = next;
        visited += 1;
        if visited > most {
            was.spent = true;
            break;
        }
    }
    was
}

/// Since when a condition that is yes now has been so, as far as the span goes back; none where it is not.
pub(crate) fn history(plan: &Plan, part: NodeId, span: i64, sight: Sight<'_>) -> Option<Time> {
    let mut memo = Memo::default();
    pass(plan, plan.needed(part), sight, &mut memo);
    if !memo.get(part).0.is_yes() {
        return None;
    }
    let was = was(plan, part, span, sight, &mut memo);
    Some(was.no.max(was.unknown).unwrap_or(Time(sight.at.0.saturating_sub(span))))
}

/// Whether a condition was yes at every instant of [at - span, at]; `now` is what it is at the last.
pub(super) fn held(plan: &Plan, part: NodeId, span: i64, now: Held, sight: Sight<'_>, memo: &mut Memo) -> Held {
    let Was { no, unknown, spent } = was(plan, part, span, sight, memo);
    if spent {
        return (Truth::Unknown, Time::MAX);
    }
    let gone = |end: Time| Time(end.0.saturating_add(span));
    let (truth, until) = now;
    let still = if until == Time::MAX { Time::MAX } else { gone(until) };
    match (truth, no, unknown) {
        (Truth::No, _, _) => (Truth::No, still),
        (_, Some(end), _) => (Truth::No, gone(end)),
        (Truth::Unknown, None, _) => (Truth::Unknown, until),
        (Truth::Yes, None, Some(end)) => (Truth::Unknown, until.min(gone(end))),
        (Truth::Yes, None, None) => (Truth::Yes, until),
    }
}

/// Whether a trait turned from something into something else in a window.
pub(super) fn changed(field: FieldId, sides: Sides<'_>, frame: &Frame, sight: Sight<'_>) -> Held {
    let mut stays = Vec::new();
    changes(field, sides, sight, &mut |at| stays.push(frame.stay(at)));
    union(sight.at, stays)
}

/// When it last did so in a window.
pub(crate) fn last_change(field: FieldId, sides: Sides<'_>, frame: &Frame, sight: Sight<'_>) -> Option<Time> {
    let mut last = None;
    changes(field, sides, sight, &mut |at| {
        let (from, to) = frame.stay(at);
        if from <= sight.at && sight.at < to {
            last = last.max(Some(at));
        }
    });
    last
}

/// From which value to which; any where none is said.
type Sides<'a> = (Option<&'a Value>, Option<&'a Value>);

fn changes(field: FieldId, (from, to): Sides<'_>, sight: Sight<'_>, call: &mut dyn FnMut(Time)) {
    let is =
        |value: &Value, literal: Option<&Value>| literal.is_none_or(|literal| compare(value, Op::Eq, literal).is_yes());
    let mut before: Option<Value> = None;
    sight.facts.past(field, &mut |since, value| {
        if since > sight.known {
            return;
        }
        // What has been so always began nowhere.
        let begins = before.is_none() && since == Time::MIN;
        let was = before.as_ref().unwrap_or(Value::NULL);
        let same = was == value || compare(was, Op::Eq, value).is_yes();
        if !begins && !same && is(was, from) && is(value, to) {
            call(since);
        }
        before = Some(value.clone());
    });
}
