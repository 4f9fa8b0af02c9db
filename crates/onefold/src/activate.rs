//! Activation: a segment leaves for a recipient, as far as consent goes.

use crate::consent::{Refusal, Row};
use crate::export::{Driver, Receipt};
use crate::model::{ProfileId, Text, Value};
use crate::{Error, Person, Platform};

/// What became of an activation.
#[derive(Debug)]
#[must_use = "an activation tells who was refused, and why"]
pub struct Activation {
    /// What was sent.
    pub receipt: Receipt,
    /// Who was not, with reasons and what would permit it.
    pub refused: Vec<Refusal>,
}

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

    /// Sends some persons to a recipient, as [`activate`](Self::activate) does.
    ///
    /// # Errors
    /// As [`activate`](Self::activate).
    pub fn send(
        &self,
        members: impl IntoIterator<Item = ProfileId>,
        recipient: &str,
        to: &mut dyn Driver,
    ) -> Result<Activation, Error> {
        let view = self.view();
        let persons: Vec<Person<'_>> = members.into_iter().filter_map(|id| self.person(id)).collect();
        let rows =
            persons.iter().map(|person| Row { person: view.person(person.profile), fields: self.row_fields(person) });
        let (cleared, mut refused) = self.consent.clear(recipient, rows, self.now)?;
        let (cleared, late) = self.consent.recheck(cleared, self, self.now, &|who| view.about(who));
        refused.extend(late);
        let receipt = to.deliver(cleared)?;
        Ok(Activation { receipt, refused })
    }

    /// All that could be said of a person: traits by name, and the latest identifier of each kind by the kind's name.
    fn row_fields(&self, person: &Person<'_>) -> Vec<(Text, Value)> {
        let identifiers = person.addresses().into_iter().map(|(kind, value)| (kind, Value::Text(value)));
        let traits = person.traits().map(|(name, value)| (Text::from(name), value.clone()));
        // An identifier's canonical value stands before a trait of the same name.
        let all: std::collections::BTreeMap<Text, Value> = traits.chain(identifiers).collect();
        all.into_iter().collect()
    }
}
