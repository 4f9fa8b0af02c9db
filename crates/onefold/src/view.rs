//! The one place where the siblings meet: people as segments and models see them.

use crate::consent::{About, Consent, Person};
use crate::identity::Graph;
use crate::model::{
    ChannelId, Date, EventTypeId, Facts, FieldId, Members, People, ProfileId, PurposeId, RelationId, Run, Schema, Time,
    Until, Value,
};
use crate::profile::Profiles;

/// The traits from which a person's jurisdiction and age are read, where the schema declares them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    country: Option<FieldId>,
    born: Option<FieldId>,
}

impl Circumstances {
    pub(crate) fn of(schema: &Schema) -> Self {
        Self { country: schema.field("country").ok(), born: schema.field("birth_date").ok() }
    }

    fn country(self, facts: &dyn Facts) -> Option<&str> {
        self.country.and_then(|field| facts.field(field).as_text())
    }

    fn born(self, facts: &dyn Facts) -> Option<Date> {
        match self.born.map(|field| facts.field(field)) {
            Some(Value::Date(born)) => Some(*born),
            _ => None,
        }
    }
}

/// Profiles, with the consent of the persons that identity finds behind them.
pub(crate) struct View<'a> {
    pub(crate) profiles: &'a Profiles,
    pub(crate) consent: &'a Consent,
    pub(crate) graph: &'a Graph,
    pub(crate) circumstances: Circumstances,
}

impl View<'_> {
    /// The person behind a profile, as consent sees her.
    pub(crate) fn person<'p>(&'p self, facts: &'p dyn Facts) -> Person<'p> {
        let id = facts.profile();
        Person {
            id,
            members: self.graph.members(id),
            restricting: self.graph.restricting(id),
            country: self.circumstances.country(facts),
            born: self.circumstances.born(facts),
        }
    }
}

impl View<'_> {
    /// What laws ask of a person beside her identifiers.
    pub(crate) fn about(&self, who: ProfileId) -> About {
        let mut about = About::default();
        self.profiles.see(who, &mut |facts| {
            about = About {
                country: self.circumstances.country(facts).map(Into::into),
                born: self.circumstances.born(facts),
            };
        });
        about
    }
}

impl People for View<'_> {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        self.profiles.see(who, &mut |facts| look(&Whole { facts, view: self }));
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.profiles.each(&mut |facts| look(&Whole { facts, view: self }));
    }
    fn related(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        People::related(self.profiles, who, relation, &mut |facts| look(&Whole { facts, view: self }));
    }
    fn fellows(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        People::fellows(self.profiles, who, relation, &mut |facts| look(&Whole { facts, view: self }));
    }
}

/// A profile with the person's consent.
struct Whole<'a> {
    facts: &'a dyn Facts,
    view: &'a View<'a>,
}

impl Facts for Whole<'_> {
    fn profile(&self) -> ProfileId {
        self.facts.profile()
    }
    fn field(&self, field: FieldId) -> &Value {
        self.facts.field(field)
    }
    fn past(&self, field: FieldId, look: &mut dyn FnMut(Time, &Value)) {
        self.facts.past(field, look);
    }
    fn run(&self, what: EventTypeId) -> Run<'_> {
        self.facts.run(what)
    }
    fn permits(&self, purpose: PurposeId, channel: Option<ChannelId>, now: Time) -> Until<bool> {
        self.view.consent.permits(self.view.person(self.facts), purpose, channel, now)
    }
}
