//! One person's events of one type.

use std::sync::Arc;

use crate::{Event, EventId, FieldId, Time, Value};

/// Events in columns: what an evaluator reads where there are no [`Event`]s. Rows are those of many persons.
pub trait Table {
    /// When the event of a row occurred; [`Time::MAX`] beyond the end.
    fn occurred(&self, row: usize) -> Time;
    /// The event's id, or another that is different for each event. INVARIANT: ascending among rows of one person
    /// that occurred at one instant.
    fn id(&self, row: usize) -> EventId;
    /// The event's value of a property; null where there is none.
    fn value(&self, row: usize, property: FieldId) -> Value;
}

/// The events of one type of one person, sorted by (occurred, id).
///
/// Read through accessors, so that rows and columns stand behind the same evaluator.
#[derive(Clone, Copy)]
pub struct Run<'a>(Rows<'a>);

#[derive(Clone, Copy)]
enum Rows<'a> {
    Events(&'a [Arc<Event>]),
    Table { table: &'a dyn Table, start: usize, len: usize },
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries((0..self.len()).map(|row| (self.occurred(row), self.id(row)))).finish()
    }
}

impl<'a> Run<'a> {
    /// No events.
    pub const EMPTY: Run<'static> = Run(Rows::Events(&[]));

    /// A run of rows. INVARIANT: sorted by (occurred, id), one type.
    #[must_use]
    pub const fn rows(events: &'a [Arc<Event>]) -> Self {
        Self(Rows::Events(events))
    }

    /// The rows of a table from `start` on. INVARIANT: sorted by (occurred, id), one type, one person.
    #[must_use]
    pub const fn columns(table: &'a dyn Table, start: usize, len: usize) -> Self {
        Self(Rows::Table { table, start, len })
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Rows::Events(events) => events.len(),
            Rows::Table { len, .. } => len,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When the event at `row` occurred; [`Time::MAX`] beyond the end.
    #[must_use]
    pub fn occurred(&self, row: usize) -> Time {
        match self.0 {
            Rows::Events(events) => events.get(row).map_or(Time::MAX, |event| event.times.occurred),
            Rows::Table { table, start, len } if row < len => table.occurred(start + row),
            Rows::Table { .. } => Time::MAX,
        }
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self, row: usize) -> Option<EventId> {
        match self.0 {
            Rows::Events(events) => events.get(row).map(|event| event.id),
            Rows::Table { table, start, len } => (row < len).then(|| table.id(start + row)),
        }
    }

    /// The event's value of a property; null where there is none.
    #[must_use]
    pub fn value(&self, row: usize, property: FieldId) -> Value {
        match self.0 {
            Rows::Events(events) => events.get(row).map_or(Value::Null, |event| event.property(property).clone()),
            Rows::Table { table, start, len } if row < len => table.value(start + row, property),
            Rows::Table { .. } => Value::Null,
        }
    }

    /// The first row that occurred at `at` or later.
    #[must_use]
    pub fn first_at(&self, at: Time) -> usize {
        self.partition(|occurred| occurred < at)
    }

    /// The first row that occurred after `at`.
    #[must_use]
    pub fn first_after(&self, at: Time) -> usize {
        self.partition(|occurred| occurred <= at)
    }

    fn partition(&self, before: impl Fn(Time) -> bool) -> usize {
        match self.0 {
            Rows::Events(events) => events.partition_point(|event| before(event.times.occurred)),
            Rows::Table { table, start, len } => {
                let (mut low, mut high) = (0, len);
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if before(table.occurred(start + middle)) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                low
            }
        }
    }
}
