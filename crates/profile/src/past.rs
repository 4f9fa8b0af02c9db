//! What a field has been: the survivor at each instant, by the times at which things occurred.
//!
//! Had the profile been looked at back then, with all that is known today of what had occurred by then, it would have
//! shown these values. They are found in one walk through the statements in the order of time: most rules compare the
//! newcomer with the survivor alone; the most frequent value keeps a count for each; a union only grows. A rule of the
//! user's own is asked again at each instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onefold_model::{Event, FieldId, Survivorship, Time, Value};

use crate::Profile;
use crate::order::{Order, items_of, newer, rank};
use crate::rules::{Decider, Rules, Unit, says};

impl Profile {
    /// Calls with each instant from which on the field had another value, in the order of time, and the value; first
    /// with what there was before all statements, which is nothing.
    pub(crate) fn walk_past(&self, field: FieldId, look: &mut dyn FnMut(Time, &Value)) {
        look(Time::MIN, Value::NULL);
        let rules = self.rules();
        let Some(unit) = rules.unit_of(field) else { return };
        let says = |event: &&Arc<Event>| unit.fields.iter().any(|field| says(event, *field));
        let mut statements: Vec<&Arc<Event>> = self.stating().filter(says).collect();
        statements.sort_unstable_by_key(|event| (event.times.occurred, event.id));
        let mut survivor = Survivor::new(rules, unit, field);
        let mut before = Value::Null;
        let mut open = statements.as_slice();
        while let Some(first) = open.first() {
            let at = first.times.occurred;
            let (now, rest) = open.split_at(open.partition_point(|event| event.times.occurred <= at));
            for event in now {
                survivor.meet(event);
            }
            let value = survivor.value(statements.get(..statements.len() - rest.len()).unwrap_or_default());
            if value != before {
                look(at, &value);
                before = value;
            }
            open = rest;
        }
    }
}

/// What survives so far.
enum Survivor<'a> {
    /// The one that prevails over all others.
    One(Order<'a>, FieldId, Option<&'a Arc<Event>>),
    /// How often each value was said, and its newest statement; and the value that prevails.
    Frequent(&'a Unit, FieldId, BTreeMap<Vec<&'a Value>, (u32, &'a Arc<Event>)>, Option<(u32, &'a Arc<Event>)>),
    Union(FieldId, BTreeSet<&'a Value>),
    Custom(&'a Rules, &'a Unit, FieldId),
}

impl<'a> Survivor<'a> {
    fn new(rules: &'a Rules, unit: &'a Unit, field: FieldId) -> Self {
        match &unit.decider {
            Decider::Keep(_) if unit.is_union(&unit.decider) => Self::Union(field, BTreeSet::new()),
            Decider::Keep(Survivorship::MostFrequent) => Self::Frequent(unit, field, BTreeMap::new(), None),
            Decider::Keep(keep) => Self::One(Order::pairwise(rules, unit, *keep), field, None),
            Decider::Custom(_) => Self::Custom(rules, unit, field),
        }
    }

    fn meet(&mut self, event: &'a Arc<Event>) {
        match self {
            Self::One(order, _, best) => {
                if best.is_none_or(|best| order.cmp(event, best).is_gt()) {
                    *best = Some(event);
                }
            }
            Self::Frequent(unit, _, counts, best) => {
                let said: Vec<&Value> = unit.fields.iter().map(|field| event.stated(*field)).collect();
                let (count, newest) = counts.entry(said).or_insert((0, event));
                *count += 1;
                if newer(&unit.fields, event, newest).is_gt() {
                    *newest = event;
                }
                // Only this value has become stronger.
                let stronger = |(most, best): (u32, &Arc<Event>)| {
                    most.cmp(count).then_with(|| newer(&unit.fields, best, newest)).is_lt()
                };
                if best.is_none_or(stronger) {
                    *best = Some((*count, newest));
                }
            }
            Self::Union(field, items) => items.extend(items_of(event.stated(*field))),
            Self::Custom(..) => {}
        }
    }

    /// The value now, of all statements so far.
    fn value(&self, so_far: &[&'a Arc<Event>]) -> Value {
        match self {
            Self::One(_, field, best) => best.map_or(Value::Null, |best| best.stated(*field).clone()),
            Self::Frequent(_, field, _, best) => best.map_or(Value::Null, |(_, best)| best.stated(*field).clone()),
            Self::Union(_, items) => items.iter().copied().cloned().collect::<Vec<_>>().into(),
            Self::Custom(rules, unit, field) => {
                let ranked = rank(rules, unit, &unit.decider, so_far.to_vec());
                let of_field = ranked.survivors.into_iter().find(|(of, ..)| of == field);
                of_field.map_or(Value::Null, |(_, value, _)| value)
            }
        }
    }
}
