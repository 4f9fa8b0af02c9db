//! Values with where they come from.
//!
//! None of these shows a value by `Debug`: a profile that strays into a log tells who spoke and when, not what was
//! said.

use std::fmt;

use onefold_model::{Event, EventId, Pii, Schema, SourceId, Text, Time, Value};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Who said it.
    pub source: SourceId,
    /// In which event.
    pub event: EventId,
    /// When that happened.
    pub occurred: Time,
    /// When it came in.
    pub received: Time,
    /// The lawful basis on which the source collects, where the schema names one.
    pub basis: Option<Text>,
}

impl Provenance {
    pub(crate) fn of(event: &Event, schema: &Schema) -> Self {
        Self {
            source: event.source,
            event: event.id,
            occurred: event.times.occurred,
            received: event.times.received,
            basis: schema.source_info(event.source).and_then(|source| source.basis.clone()),
        }
    }
}

/// A value that survived.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// The value.
    pub value: Value,
    /// Where it comes from; for a union, its newest statement.
    pub from: Provenance,
    /// For a union: where each item of the list comes from, in the order of the list, the newest statement of an
    /// item that several said. Empty for all else.
    pub also: Vec<Provenance>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept")
            .field("value", &Pii::new(&self.value))
            .field("from", &self.from)
            .field("also", &self.also)
            .finish()
    }
}

/// A value as one source stated it, whether it survived or not.
#[derive(Clone, PartialEq, Eq)]
pub struct Stated {
    /// The value. For a group of fields as a [`Custom`](crate::Custom) rule sees it, the map of its fields by name.
    pub value: Value,
    /// Where it comes from.
    pub from: Provenance,
}

impl fmt::Debug for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stated").field("value", &Pii::new(&self.value)).field("from", &self.from).finish()
    }
}
