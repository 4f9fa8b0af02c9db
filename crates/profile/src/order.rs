//! Which of several statements survives.
//!
//! Each rule is a total order: first by what the rule asks for, then by what is newer, which is (occurred, received,
//! value, event id), the greater first at every step. The survivor is the greatest statement of the set, so that it
//! is the same in whatever order they came. Values compare in the canonical order of [`Value`]: within a type as one
//! expects, money within its currency by the amount and across currencies by their codes.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::sync::Arc;

use onefold_model::{Event, FieldId, Survivorship, Value};

use crate::rules::{Decider, Rules, Unit};
use crate::{Provenance, Stated};

/// Which of two statements on these fields is newer.
pub(crate) fn newer(fields: &[FieldId], a: &Event, b: &Event) -> Ordering {
    (a.times.occurred, a.times.received)
        .cmp(&(b.times.occurred, b.times.received))
        .then_with(|| values(fields, a).cmp(values(fields, b)))
        .then_with(|| a.id.cmp(&b.id))
}

/// Whether two statements say the same of these fields.
pub(crate) fn same(fields: &[FieldId], a: &Event, b: &Event) -> bool {
    values(fields, a).eq(values(fields, b))
}

fn values<'a>(fields: &'a [FieldId], event: &'a Event) -> impl Iterator<Item = &'a Value> {
    fields.iter().map(|field| event.stated(*field))
}

/// The order of one rule over statements on one unit.
pub(crate) struct Order<'a> {
    rules: &'a Rules,
    unit: &'a Unit,
    keep: Survivorship,
    said: BTreeMap<Vec<&'a Value>, u32>,
}

impl<'a> Order<'a> {
    /// An order that counts nothing. INVARIANT: for the most frequent it compares statements of one value only.
    pub(crate) fn pairwise(rules: &'a Rules, unit: &'a Unit, keep: Survivorship) -> Self {
        Self { rules, unit, keep, said: BTreeMap::new() }
    }

    fn over(rules: &'a Rules, unit: &'a Unit, keep: Survivorship, statements: &[&'a Arc<Event>]) -> Self {
        let mut order = Self::pairwise(rules, unit, keep);
        if keep == Survivorship::MostFrequent {
            for event in statements {
                *order.said.entry(values(&unit.fields, event).collect()).or_default() += 1;
            }
        }
        order
    }

    /// Which statement prevails: the greater.
    pub(crate) fn cmp(&self, a: &Event, b: &Event) -> Ordering {
        self.by_rule(a, b).then_with(|| newer(&self.unit.fields, a, b))
    }

    fn by_rule(&self, a: &Event, b: &Event) -> Ordering {
        let by = |rank: &dyn Fn(&Event) -> usize| rank(a).cmp(&rank(b));
        match self.keep {
            Survivorship::MostRecent | Survivorship::Union => Ordering::Equal,
            Survivorship::MostTrusted => self.trust(a).cmp(&self.trust(b)),
            Survivorship::MostFrequent => self.count(a).cmp(&self.count(b)),
            Survivorship::MostComplete => {
                by(&|event| values(&self.unit.fields, event).filter(|value| !value.is_null()).count())
            }
            Survivorship::Longest => by(&|event| {
                values(&self.unit.fields, event).filter_map(Value::as_text).map(|text| text.chars().count()).sum()
            }),
            Survivorship::Minimum => self.further(a, b, |a, b| b.cmp(a)),
            Survivorship::Maximum => self.further(a, b, |a, b| a.cmp(b)),
        }
    }

    fn trust(&self, event: &Event) -> Option<(Reverse<onefold_model::Party>, u8)> {
        let source = self.rules.schema.source_info(event.source)?;
        Some((Reverse(source.party), source.trust))
    }

    fn count(&self, event: &Event) -> u32 {
        if self.said.is_empty() {
            return 0;
        }
        let said: Vec<&Value> = values(&self.unit.fields, event).collect();
        self.said.get(&said).copied().unwrap_or_default()
    }

    /// Field by field in the order of the group; a field left out never prevails.
    fn further(&self, a: &Event, b: &Event, cmp: fn(&Value, &Value) -> Ordering) -> Ordering {
        values(&self.unit.fields, a)
            .zip(values(&self.unit.fields, b))
            .map(|(a, b)| match (a.is_null(), b.is_null()) {
                (false, false) => cmp(a, b),
                (a, b) => b.cmp(&a),
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

/// The statements on a unit, and what survived of them.
pub(crate) struct Ranked<'a> {
    /// Every statement, the survivor first, then in the order of the rule.
    pub(crate) statements: Vec<&'a Arc<Event>>,
    /// The surviving values; of a union the event is its newest statement.
    pub(crate) survivors: Vec<(FieldId, Value, &'a Arc<Event>)>,
    /// For a union: the event of each item.
    pub(crate) items: Vec<&'a Arc<Event>>,
}

/// Decides by a rule over all statements on a unit.
pub(crate) fn rank<'a>(
    rules: &'a Rules,
    unit: &'a Unit,
    decider: &Decider,
    mut statements: Vec<&'a Arc<Event>>,
) -> Ranked<'a> {
    let winner = match decider {
        Decider::Keep(keep) => {
            let order = Order::over(rules, unit, *keep, &statements);
            statements.sort_unstable_by(|a, b| order.cmp(b, a));
            statements.first().copied()
        }
        Decider::Custom(choose) => {
            statements.sort_unstable_by(|a, b| newer(&unit.fields, b, a));
            let stated = |event: &&Arc<Event>| Stated {
                value: rules.value(unit, event),
                from: Provenance::of(event, &rules.schema),
            };
            let all: Vec<Stated> = statements.iter().map(stated).collect();
            let chosen = choose(&all).filter(|at| *at < statements.len());
            if let Some(before) = chosen.and_then(|at| statements.get_mut(..=at)) {
                before.rotate_right(1);
            }
            chosen.and(statements.first().copied())
        }
    };
    let mut items = Vec::new();
    let survivors = match (winner, unit.fields.first()) {
        (Some(newest), Some(field)) if unit.is_union(decider) => {
            let mut union: BTreeMap<&Value, &Arc<Event>> = BTreeMap::new();
            for event in &statements {
                for item in items_of(event.stated(*field)) {
                    union.entry(item).or_insert(event);
                }
            }
            items = union.values().copied().collect();
            let list: Vec<Value> = union.into_keys().cloned().collect();
            vec![(*field, list.into(), newest)]
        }
        (Some(winner), _) => unit
            .fields
            .iter()
            .map(|field| (*field, winner.stated(*field).clone(), winner))
            .filter(|(_, value, _)| !value.is_null())
            .collect(),
        (None, _) => Vec::new(),
    };
    Ranked { statements, survivors, items }
}

/// What a value contributes to a union: a list its items, all else itself.
pub(crate) fn items_of(value: &Value) -> impl Iterator<Item = &Value> {
    let items = match value {
        Value::List(items) => items,
        other => std::slice::from_ref(other),
    };
    items.iter().filter(|item| !item.is_null())
}
