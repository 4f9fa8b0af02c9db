//! One profile of many, as the evaluator sees it.

use std::cell::OnceCell;

use onefold_model::{ChannelId, EventTypeId, Facts, FieldId, People, ProfileId, PurposeId, Run, Time, Until, Value};

use super::{Column, Columns, Slab};

/// One profile: values that no column holds as such are made when they are asked for.
pub(crate) struct Person<'a> {
    columns: &'a Columns,
    nth: u32,
    id: ProfileId,
    made: OnceCell<Box<[OnceCell<Value>]>>,
}

impl<'a> Person<'a> {
    pub(crate) fn new(columns: &'a Columns) -> Self {
        Self { columns, nth: u32::MAX, id: ProfileId(onefold_model::Token([0; 16])), made: OnceCell::new() }
    }

    /// Turns to another profile.
    pub(crate) fn turn(&mut self, nth: u32) -> &Self {
        self.nth = nth;
        self.id = self.columns.ids.get(nth as usize).copied().unwrap_or(self.id);
        self.made.get_mut().into_iter().flatten().for_each(|made| drop(made.take()));
        self
    }
}

impl Facts for Person<'_> {
    fn profile(&self) -> ProfileId {
        self.id
    }

    fn field(&self, field: FieldId) -> &Value {
        match self.columns.trait_column(field) {
            Some(Column::Codes(codes)) => codes.value(self.nth as usize),
            Some(Column::Values(rows)) => rows.get(self.nth as usize).unwrap_or(Value::NULL),
            Some(column) => self
                .made
                .get_or_init(|| self.columns.traits.iter().map(|_| OnceCell::new()).collect())
                .get(field.index())
                .map_or(Value::NULL, |made| made.get_or_init(|| column.get(self.nth as usize))),
            None => Value::NULL,
        }
    }

    fn past(&self, field: FieldId, look: &mut dyn FnMut(Time, &Value)) {
        let past = self.columns.traits.get(field.index()).and_then(Option::as_ref);
        match past.and_then(|column| column.past.get(&self.nth)) {
            Some(past) => past.iter().for_each(|(since, value)| look(*since, value)),
            None => look(Time::MIN, self.field(field)),
        }
    }

    fn run(&self, what: EventTypeId) -> Run<'_> {
        self.columns.slab(what).map_or(Run::EMPTY, |slab: &Slab| {
            let slot = slab.slot(self.nth);
            Run::columns(slab, slot.start as usize, slot.len as usize)
        })
    }

    fn permits(&self, purpose: PurposeId, channel: Option<ChannelId>, now: Time) -> Until<bool> {
        let permits = &self.columns.permits;
        let said = permits.get(&(self.nth, purpose, channel)).or_else(|| permits.get(&(self.nth, purpose, None)));
        match said {
            Some(said) if now < said.until => *said,
            Some(said) => Until::always(!said.value),
            None => Until::always(false),
        }
    }
}

impl People for Columns {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if let Some(nth) = self.find(who) {
            look(&Person { columns: self, nth, id: who, made: OnceCell::new() });
        }
    }

    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        let mut all: Vec<(ProfileId, u32)> = self.numbers.iter().map(|(id, nth)| (*id, *nth)).collect();
        all.sort_unstable();
        let mut person = Person::new(self);
        for (_, nth) in all {
            look(person.turn(nth));
        }
    }
}
