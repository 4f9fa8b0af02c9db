//! How a profile changes: an event comes in, or is taken back.
//!
//! A new event meets the survivor alone, and one taken back matters only where it had survived. Rules that count or
//! collect look at all statements again where what is said is new to them, and a rule of the user's own always does.
//! Either way the profile is then what a rebuild from its events would be, at a cost that the profile bounds and the
//! population does not.

use std::sync::Arc;

use onefold_model::{Event, EventId, FieldId, Survivorship, Value};

use crate::Profile;
use crate::order::{Order, items_of, same};
use crate::profile::{Slot, beginning, place};
use crate::rules::{Decider, Rules, Unit};

impl Profile {
    /// Adds an event. Of two with one id the one that takes precedence counts, as it does at intake.
    pub(crate) fn insert(&mut self, event: Arc<Event>) {
        if let Some(known) = self.find(event.id) {
            if known.precedence() <= event.precedence() {
                return;
            }
            self.remove(event.id);
        }
        self.file(&event);
        let rules = Arc::clone(&self.rules);
        for unit in rules.touched(self.kind(), &event) {
            self.learn(&rules, unit, &event);
        }
    }

    /// Takes an event out.
    pub(crate) fn remove(&mut self, id: EventId) -> Option<Arc<Event>> {
        let event = Arc::clone(self.find(id)?);
        if let Ok(number) = self.number(&event)
            && let Some((_, run)) = self.runs.get_mut(number)
        {
            run.retain(|other| other.id != id);
            if run.is_empty() {
                self.runs.remove(number);
            }
        }
        if let Ok(at) = self.known.binary_search(&beginning(id)) {
            self.known.remove(at);
        }
        let rules = Arc::clone(&self.rules);
        for unit in rules.touched(self.kind(), &event) {
            self.unlearn(unit, &event);
        }
        Some(event)
    }

    /// The events that pass, as a profile.
    pub(crate) fn filtered(&self, passes: impl Fn(&Event) -> bool) -> Self {
        let mut part = Self::new(self.id(), self.kind(), &self.rules);
        for (what, run) in &self.runs {
            let run: Vec<_> = run.iter().filter(|event| passes(event)).cloned().collect();
            part.known.extend(run.iter().map(|event| beginning(event.id)));
            if !run.is_empty() {
                part.runs.push((*what, run));
            }
        }
        part.known.sort_unstable();
        part.refresh_all();
        part
    }

    /// Decides everything again by other rules.
    pub(crate) fn obey(&mut self, rules: &Arc<Rules>) {
        self.rules = Arc::clone(rules);
        self.refresh_all();
    }

    pub(crate) fn find(&self, id: EventId) -> Option<&Arc<Event>> {
        self.known.binary_search(&beginning(id)).ok()?;
        self.unordered().find(|event| event.id == id)
    }

    fn number(&self, event: &Event) -> Result<usize, usize> {
        self.runs.binary_search_by_key(&event.what, |(what, _)| *what)
    }

    fn file(&mut self, event: &Arc<Event>) {
        let number = self.number(event).unwrap_or_else(|number| {
            put(&mut self.runs, number, (event.what, Vec::new()));
            number
        });
        if let Some((_, run)) = self.runs.get_mut(number) {
            let at = run.partition_point(|other| place(other) < place(event));
            put(run, at, Arc::clone(event));
        }
        let beginning = beginning(event.id);
        let at = self.known.partition_point(|other| *other < beginning);
        put(&mut self.known, at, beginning);
    }

    /// Lets a new event compete for a unit of which it states something.
    fn learn(&mut self, rules: &Rules, unit: &Unit, event: &Arc<Event>) {
        let (Decider::Keep(keep), Some(slot)) = (&unit.decider, self.winner(unit)) else {
            return self.refresh(unit);
        };
        let union = unit.is_union(&unit.decider);
        let settled = match (keep, &slot.value) {
            (Survivorship::MostFrequent, _) => same(&unit.fields, event, &slot.from),
            (_, Value::List(list)) if union => unit
                .fields
                .iter()
                .flat_map(|field| items_of(event.stated(*field)))
                .all(|item| list.binary_search(item).is_ok()),
            _ => true,
        };
        if !settled {
            self.refresh(unit);
        } else if Order::pairwise(rules, unit, *keep).cmp(event, &slot.from).is_gt() {
            let list = slot.value.clone();
            let value = |field: &FieldId| {
                if union { list.clone() } else { event.stated(*field).clone() }
            };
            let won = |field: &FieldId| (*field, value(field), Arc::clone(event));
            self.write(unit, unit.fields.iter().map(won).collect());
        }
    }

    /// Decides a unit again after an event that stated something of it is gone.
    fn unlearn(&mut self, unit: &Unit, event: &Event) {
        let pairwise = match &unit.decider {
            Decider::Keep(keep) => *keep != Survivorship::MostFrequent && !unit.is_union(&unit.decider),
            Decider::Custom(_) => false,
        };
        let lost = |slot: &Slot| slot.from.id != event.id;
        if !(pairwise && self.winner(unit).is_some_and(lost)) {
            self.refresh(unit);
        }
    }

    fn refresh(&mut self, unit: &Unit) {
        let survivors = self.rank(unit).survivors;
        let owned = survivors.into_iter().map(|(field, value, event)| (field, value, Arc::clone(event))).collect();
        self.write(unit, owned);
    }

    fn refresh_all(&mut self) {
        self.slots.clear();
        let rules = Arc::clone(&self.rules);
        for unit in rules.units() {
            self.refresh(unit);
        }
    }

    fn write(&mut self, unit: &Unit, survivors: Vec<(FieldId, Value, Arc<Event>)>) {
        self.slots.retain(|slot| !unit.fields.contains(&slot.field));
        for (field, value, from) in survivors {
            if !value.is_null() {
                let at = self.slots.partition_point(|slot| slot.field < field);
                put(&mut self.slots, at, Slot { field, value, from });
            }
        }
    }
}

/// Inserts, and grows by a half instead of doubling: most profiles are small, and there are many.
fn put<T>(all: &mut Vec<T>, at: usize, item: T) {
    if all.len() == all.capacity() {
        all.reserve_exact(1 + all.len() / 2);
    }
    all.insert(at, item);
}
