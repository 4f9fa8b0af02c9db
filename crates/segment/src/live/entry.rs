//! Of a profile about which everything may be new, the segments that are to be asked at all.
//!
//! Most segments ask for a trait's text or for events of some type. A profile that has another text, or no such event,
//! is out of them, and stays so until it is touched or such an event comes. So one new profile costs what it is in, and
//! not as much as there are segments.

use std::collections::HashMap;

use onefold_model::{EventTypeId, Facts, FieldId, Value};

use super::routes::guard;
use crate::ast::Op;
use crate::plan::{Aggregate, Node, NodeId, Plan, What};

/// No events are needed.
const NONE: u32 = u32::MAX;

/// The segments by what they need.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// Sets of types of events.
    types: Vec<Box<[EventTypeId]>>,
    /// The segments that need an event of the set, the sets being those above and none; with no trait in their way.
    free: Vec<(u32, Vec<u32>)>,
    /// By the text that a trait must have: segments, each with the set of which it needs an event.
    guarded: Vec<(FieldId, HashMap<Value, Vec<Needy>>)>,
}

/// A set of types of events, and a segment that needs one of it.
type Needy = (u32, u32);

impl Entry {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut needs: Vec<Option<Box<[EventTypeId]>>> = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            let need = need(plan, node, |id| needs.get(id as usize).and_then(Option::as_deref));
            needs.push(need);
        }
        let (mut entry, mut known) = (Self::default(), HashMap::new());
        for (segment, root) in (0..).zip(&plan.roots) {
            let set = needs.get(*root as usize).cloned().flatten().map_or(NONE, |types| {
                *known.entry(types).or_insert_with_key(|types| {
                    entry.types.push(types.clone());
                    (entry.types.len() - 1) as u32
                })
            });
            if let Some((field, values)) = guard(plan, *root) {
                let at = entry.guarded.iter().position(|(of, _)| *of == field).unwrap_or_else(|| {
                    entry.guarded.push((field, HashMap::new()));
                    entry.guarded.len() - 1
                });
                for (_, by_value) in entry.guarded.iter_mut().skip(at).take(1) {
                    for value in &values {
                        by_value.entry((*value).clone()).or_default().push((set, segment));
                    }
                }
            } else if let Some((_, segments)) = entry.free.iter_mut().find(|(of, _)| *of == set) {
                segments.push(segment);
            } else {
                entry.free.push((set, vec![segment]));
            }
        }
        entry
    }

    /// Calls with each segment that the profile may be in.
    pub(super) fn open(&self, facts: &dyn Facts, call: &mut dyn FnMut(u32)) {
        let has = |set: u32| match self.types.get(set as usize) {
            Some(types) => types.iter().any(|what| !facts.run(*what).is_empty()),
            None => true,
        };
        for (set, segments) in &self.free {
            if has(*set) {
                segments.iter().copied().for_each(&mut *call);
            }
        }
        for (field, by_value) in &self.guarded {
            for (set, segment) in by_value.get(facts.field(*field)).into_iter().flatten() {
                if has(*set) {
                    call(*segment);
                }
            }
        }
    }
}

/// The types of events of which there must be one where a condition is yes, or a value is something.
fn need<'a>(plan: &Plan, node: &Node, of: impl Fn(NodeId) -> Option<&'a [EventTypeId]>) -> Option<Box<[EventTypeId]>> {
    match node {
        Node::Tally(id, op, bound) => {
            let aggregate = plan.aggregate(*id)?;
            (is_nothing(aggregate) || is_positive(aggregate, *op, bound)).then(|| aggregate.rows.types.clone())
        }
        Node::Aggregate(id) => {
            let aggregate = plan.aggregate(*id)?;
            is_nothing(aggregate).then(|| aggregate.rows.types.clone())
        }
        Node::Sequence(sequence) => Some(sequence.first.types.clone()),
        Node::And(parts) => parts.iter().filter_map(|part| of(*part)).min_by_key(|types| types.len()).map(Into::into),
        Node::Or(parts) => {
            let mut all: Vec<EventTypeId> = Vec::new();
            for part in parts {
                all.extend(of(*part)?);
            }
            all.sort_unstable();
            all.dedup();
            (!all.is_empty()).then(|| all.into())
        }
        Node::Sure(part) => of(*part).map(Into::into),
        Node::Compare(left, _, right) => of(*left).or_else(|| of(*right)).map(Into::into),
        _ => None,
    }
}

/// Whether no events come to nothing, of which no comparison is a yes.
const fn is_nothing(aggregate: &Aggregate) -> bool {
    match aggregate.what {
        What::Avg(..)
        | What::Min(..)
        | What::Max(..)
        | What::Median(..)
        | What::First(_)
        | What::Last(_)
        | What::FirstTime
        | What::LastTime
        | What::MostFrequent(_) => true,
        What::Count
        | What::Sum(..)
        | What::Distinct(_)
        | What::ActiveDays(_)
        | What::ActiveWeeks(_)
        | What::Sessions(_)
        | What::SessionTime(_) => false,
    }
}

/// Whether a number is asked for that is more than 0, to which no events add up.
fn is_positive(aggregate: &Aggregate, op: Op, bound: &Value) -> bool {
    let units = match bound {
        Value::Int(number) => *number,
        Value::Decimal(number) => number.units(),
        Value::Money(money) => money.amount().units(),
        _ => return false,
    };
    !is_nothing(aggregate) && (op == Op::Gt && units >= 0 || op == Op::Ge && units > 0 || op == Op::Eq && units > 0)
}
