//! What is known of one person, in a struct: for tests, and for a crate used alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{
    ChannelId, Draft, Error, Event, EventTypeId, Facts, FieldId, Identifier, Issue, Member, Members, People, ProfileId,
    PurposeId, RelationId, Run, Schema, Time, Until, Value,
};

/// One person's traits and events, and what she permits. It answers as [`Facts`], and as [`People`] of one.
#[derive(Clone, Debug)]
pub struct Sheet {
    schema: Schema,
    id: ProfileId,
    members: [Member; 1],
    // INVARIANT: sorted, each field once, with at least one value; values sorted by the instants from which on they were so.
    fields: Vec<(FieldId, Vec<(Time, Value)>)>,
    events: BTreeMap<EventTypeId, Vec<Arc<Event>>>,
    permits: BTreeMap<(PurposeId, Option<ChannelId>), Until<bool>>,
}

impl Sheet {
    /// An empty sheet.
    #[must_use]
    pub fn new(schema: &Schema, who: &Identifier) -> Self {
        Self {
            schema: schema.clone(),
            id: ProfileId(who.member().token),
            members: [who.member()],
            fields: Vec::new(),
            events: BTreeMap::new(),
            permits: BTreeMap::new(),
        }
    }

    /// Gives a trait a value.
    ///
    /// # Errors
    /// [`Error::Unknown`] for an undeclared trait, [`Error::Issue`] for a value that does not fit.
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Result<Self, Error> {
        let (field, value) = self.fit(name, value.into())?;
        self.write(field, |past| *past = vec![(Time::MIN, value)]);
        Ok(self)
    }

    /// Gives a trait a value from an instant on, up to the next that is said.
    ///
    /// ```
    /// use onefold_model::{Facts, Kind, Schema, Sheet, Time, Type};
    /// let schema = Schema::builder().kind(Kind::person("user_id")).field("plan", Type::Text).build([7; 32].into())?;
    /// let mut ada = Sheet::new(&schema, &schema.identifier("user_id", "ada")?).set("plan", "free")?;
    /// ada.turn("plan", "2026-03-01".parse()?, "pro")?;
    /// let mut was = Vec::new();
    /// ada.past(schema.field("plan")?, &mut |_, value| was.push(value.to_string()));
    /// assert_eq!(was, ["free", "pro"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Unknown`] for an undeclared trait, [`Error::Issue`] for a value that does not fit.
    pub fn turn(&mut self, name: &str, at: Time, value: impl Into<Value>) -> Result<(), Error> {
        let (field, value) = self.fit(name, value.into())?;
        self.write(field, |past| match past.binary_search_by_key(&at, |(since, _)| *since) {
            Ok(same) => past.splice(same..=same, [(at, value)]).for_each(drop),
            Err(place) => past.insert(place, (at, value)),
        });
        Ok(())
    }

    fn past_of(&self, field: FieldId) -> Option<&[(Time, Value)]> {
        let nth = self.fields.binary_search_by_key(&field, |(it, _)| *it).ok()?;
        self.fields.get(nth).map(|(_, past)| past.as_slice())
    }

    fn write(&mut self, field: FieldId, how: impl FnOnce(&mut Vec<(Time, Value)>)) {
        match self.fields.binary_search_by_key(&field, |(it, _)| *it) {
            Ok(nth) => {
                if let Some((_, past)) = self.fields.get_mut(nth) {
                    how(past);
                }
            }
            Err(nth) => {
                let mut past = Vec::new();
                how(&mut past);
                self.fields.insert(nth, (field, past));
            }
        }
    }

    fn fit(&self, name: &str, value: Value) -> Result<(FieldId, Value), Error> {
        let field = self.schema.field(name)?;
        let value = self.schema.fit(field, value).map_err(|(code, detail)| Issue::new(code, name, &detail))?;
        Ok((field, value))
    }

    /// Adds an event, received when it occurred.
    ///
    /// # Errors
    /// [`Error::Issue`] where the schema does not take it.
    pub fn push(&mut self, draft: Draft) -> Result<(), Error> {
        self.insert(Arc::new(draft.receive(Time::MAX)?));
        Ok(())
    }

    /// Adds an event.
    pub fn insert(&mut self, event: Arc<Event>) {
        let run = self.events.entry(event.what).or_default();
        let key = (event.times.occurred, event.id);
        if let Err(at) = run.binary_search_by_key(&key, |it| (it.times.occurred, it.id)) {
            run.insert(at, event);
        }
    }

    /// Says that the person permits a purpose, on a channel or on all, until then.
    pub fn permit(&mut self, purpose: PurposeId, channel: Option<ChannelId>, until: Until<bool>) {
        self.permits.insert((purpose, channel), until);
    }
}

impl Facts for Sheet {
    fn profile(&self) -> ProfileId {
        self.id
    }
    fn field(&self, field: FieldId) -> &Value {
        self.past_of(field).and_then(<[_]>::last).map_or(Value::NULL, |(_, value)| value)
    }
    fn past(&self, field: FieldId, look: &mut dyn FnMut(Time, &Value)) {
        match self.past_of(field) {
            Some(past) => past.iter().for_each(|(since, value)| look(*since, value)),
            None => look(Time::MIN, Value::NULL),
        }
    }
    fn run(&self, what: EventTypeId) -> Run<'_> {
        self.events.get(&what).map_or(Run::EMPTY, |events| Run::rows(events))
    }
    fn permits(&self, purpose: PurposeId, channel: Option<ChannelId>, now: Time) -> Until<bool> {
        let said = self.permits.get(&(purpose, channel)).or_else(|| self.permits.get(&(purpose, None)));
        match said {
            Some(said) if now < said.until => *said,
            Some(said) => Until::always(!said.value),
            None => Until::always(false),
        }
    }
}

impl People for Sheet {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if who == self.id {
            look(self);
        }
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        look(self);
    }
    fn related(&self, _: ProfileId, _: RelationId, _: &mut dyn FnMut(&dyn Facts)) {}
}

impl Members for Sheet {
    fn members(&self, who: ProfileId) -> &[Member] {
        if who == self.id { &self.members } else { &[] }
    }
    fn restricting(&self, _: ProfileId) -> &[Member] {
        &[]
    }
}
