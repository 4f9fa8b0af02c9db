//! Activation: a segment leaves for a recipient, as far as consent goes.

use std::collections::BTreeMap;

use crate::consent::{Batch, Cleared, Refusal, Row};
use crate::export::{Audience, Driver, Receipt};
use crate::model::{People, ProfileId, Text, Value};
use crate::{Error, Person, Platform};

/// What became of an activation.
#[derive(Debug)]
#[must_use = "an activation tells who was refused, and why"]
pub struct Activation {
    /// What was sent.
    pub receipt: Receipt,
    /// Who was not, with reasons and what would permit it.
    pub refused: Vec<Refusal>,
    /// Ids that are nobody's.
    pub unknown: Vec<ProfileId>,
}

/// What may go, who may not, and who is nobody.
type Sending = (Cleared<Batch>, Vec<Refusal>, Vec<ProfileId>);

impl Platform {
    /// Sends the members of a segment to a recipient: clears them, asks again over the persons as they are at the
    /// moment of sending, and delivers what is left.
    ///
    /// # Errors
    /// For a segment or recipient that is not defined, or where the delivery fails as a whole.
    pub fn activate(&self, segment: &str, recipient: &str, to: &mut dyn Driver) -> Result<Activation, Error> {
        let members: Vec<ProfileId> = self.members(segment)?.collect();
        self.send(members, recipient, to)
    }

    /// Sends some persons to a recipient, as [`activate`](Self::activate) does. Each person goes once, however many of
    /// her ids are given.
    ///
    /// # Errors
    /// As [`activate`](Self::activate).
    pub fn send(
        &self,
        members: impl IntoIterator<Item = ProfileId>,
        recipient: &str,
        to: &mut dyn Driver,
    ) -> Result<Activation, Error> {
        let (cleared, refused, unknown) = self.clear(members, recipient)?;
        Ok(Activation { receipt: to.deliver(cleared)?, refused, unknown })
    }

    /// Brings an audience at a recipient up to date with a segment: who is new is added, and who has left it, said no
    /// or gone is taken out, first. Keep the audience's state; what the destination did not take is tried again at the
    /// next call.
    ///
    /// # Errors
    /// As [`activate`](Self::activate); the audience then knows that the destination may have taken a part.
    pub fn sync(
        &self,
        segment: &str,
        recipient: &str,
        audience: &mut Audience,
        to: &mut dyn Driver,
    ) -> Result<Activation, Error> {
        let members: Vec<ProfileId> = self.members(segment)?.collect();
        let (cleared, refused, unknown) = self.clear(members, recipient)?;
        let receipt = to.send(audience.plan(cleared)?, &mut |_| {})?;
        audience.settle(&receipt);
        Ok(Activation { receipt, refused, unknown })
    }

    fn clear(&self, members: impl IntoIterator<Item = ProfileId>, recipient: &str) -> Result<Sending, Error> {
        let mut unknown = Vec::new();
        let mut persons: BTreeMap<ProfileId, Person<'_>> = BTreeMap::new();
        for id in members {
            match self.person(id) {
                Some(person) => {
                    persons.insert(person.id, person);
                }
                None => unknown.push(id),
            }
        }
        let view = self.view();
        let row = |person: &Person<'_>| self.row_fields(person);
        let rows = persons.values().map(|it| Row { person: view.person(it.profile), fields: row(it) });
        let (cleared, mut refused) = self.consent.clear(recipient, rows, self.now)?;
        let (cleared, late) = self.consent.recheck(cleared, self, self.now, &|who| view.about(who));
        refused.extend(late);
        Ok((cleared, refused, unknown))
    }

    /// All that could be said of a person: traits by name, computed ones that some recipient may be given, and the
    /// latest identifier of each kind by the kind's name.
    fn row_fields(&self, person: &Person<'_>) -> Vec<(Text, Value)> {
        let view = self.view();
        let mut computed = BTreeMap::new();
        view.see(person.id, &mut |facts| {
            for it in &self.consent.policy().spec().derived {
                let value = self.live.value(&it.name, facts, &view, self.now);
                if !value.is_null() {
                    computed.insert(it.name.clone(), value);
                }
            }
        });
        let identifiers = person.addresses().into_iter().map(|(kind, value)| (kind, Value::Text(value)));
        let traits = person.traits().map(|(name, value)| (Text::from(name), value.clone()));
        // An identifier's canonical value stands before a trait of the same name.
        let all: BTreeMap<Text, Value> = computed.into_iter().chain(traits).chain(identifiers).collect();
        all.into_iter().collect()
    }
}
