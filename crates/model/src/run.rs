//! One person's events of one type.

use std::sync::Arc;

use crate::{Event, EventId, FieldId, Time, Value};

/// The events of one type of one person, sorted by (occurred, id).
///
/// Read through accessors, so that rows and columns can stand behind the same evaluator: today there are rows;
/// columns join them with the batch evaluator.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    events: &'a [Arc<Event>],
}

impl<'a> Run<'a> {
    /// No events.
    pub const EMPTY: Run<'static> = Run { events: &[] };

    /// A run of rows. INVARIANT: sorted by (occurred, id), one type.
    #[must_use]
    pub const fn rows(events: &'a [Arc<Event>]) -> Self {
        Self { events }
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// When the event at `row` occurred; [`Time::MAX`] beyond the end.
    #[must_use]
    pub fn occurred(&self, row: usize) -> Time {
        self.events.get(row).map_or(Time::MAX, |event| event.times.occurred)
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self, row: usize) -> Option<EventId> {
        self.events.get(row).map(|event| event.id)
    }

    /// The event's value of a property; null where there is none.
    #[must_use]
    pub fn value(&self, row: usize, property: FieldId) -> Value {
        self.events.get(row).map_or(Value::Null, |event| event.property(property).clone())
    }

    /// The first row that occurred at `at` or later.
    #[must_use]
    pub fn first_at(&self, at: Time) -> usize {
        self.events.partition_point(|event| event.times.occurred < at)
    }

    /// The first row that occurred after `at`.
    #[must_use]
    pub fn first_after(&self, at: Time) -> usize {
        self.events.partition_point(|event| event.times.occurred <= at)
    }
}
