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
    /// When the rows occurred, as that stands in memory; spares a call a row.
    fn stamps(&self) -> Stamps<'_> {
        Stamps::Asked
    }
    /// The values of a property as they stand in memory, where they are codes of a dictionary.
    fn codes(&self, _property: FieldId) -> Option<Codes<'_>> {
        None
    }
    /// The code of a value of a property; none where no row ever had it, or there are no codes.
    fn code(&self, _property: FieldId, _value: &Value) -> Option<u32> {
        None
    }
}

/// When rows occurred.
#[derive(Clone, Copy, Debug)]
pub enum Stamps<'a> {
    /// In seconds since 1970 began.
    Seconds(&'a [u32]),
    /// In microseconds since 1970 began.
    Micros(&'a [i64]),
    /// In another way: [`Table::occurred`] says.
    Asked,
}

impl Stamps<'_> {
    fn part(self, start: usize, len: usize) -> Self {
        match self {
            Self::Seconds(rows) => rows.get(start..start.saturating_add(len)).map_or(Self::Asked, Self::Seconds),
            Self::Micros(rows) => rows.get(start..start.saturating_add(len)).map_or(Self::Asked, Self::Micros),
            Self::Asked => Self::Asked,
        }
    }
}

/// Values as places in a dictionary.
#[derive(Clone, Copy, Debug)]
pub struct Codes<'a> {
    /// By row.
    pub rows: CodeRows<'a>,
    /// No value twice; the first is null.
    pub dictionary: &'a [Value],
}

/// Codes in as many bytes as they need.
#[derive(Clone, Copy, Debug)]
pub enum CodeRows<'a> {
    /// One byte.
    One(&'a [u8]),
    /// Two.
    Two(&'a [u16]),
    /// Four.
    Four(&'a [u32]),
}

impl<'a> Codes<'a> {
    /// The code of a row; 0, which is null, beyond the end.
    #[must_use]
    pub fn get(&self, row: usize) -> u32 {
        match self.rows {
            CodeRows::One(rows) => rows.get(row).map_or(0, |code| (*code).into()),
            CodeRows::Two(rows) => rows.get(row).map_or(0, |code| (*code).into()),
            CodeRows::Four(rows) => rows.get(row).map_or(0, |code| *code),
        }
    }

    /// The value of a code.
    #[must_use]
    pub fn value(&self, code: u32) -> &'a Value {
        self.dictionary.get(code as usize).unwrap_or(Value::NULL)
    }

    fn part(self, start: usize, len: usize) -> Option<Self> {
        let end = start.saturating_add(len);
        let rows = match self.rows {
            CodeRows::One(rows) => CodeRows::One(rows.get(start..end)?),
            CodeRows::Two(rows) => CodeRows::Two(rows.get(start..end)?),
            CodeRows::Four(rows) => CodeRows::Four(rows.get(start..end)?),
        };
        Some(Self { rows, ..self })
    }
}

/// The events of one type of one person, sorted by (occurred, id).
///
/// Read through accessors, so that rows and columns stand behind the same evaluator.
#[derive(Clone, Copy)]
pub struct Run<'a>(Rows<'a>);

#[derive(Clone, Copy)]
enum Rows<'a> {
    Events(&'a [Arc<Event>]),
    Table { table: &'a dyn Table, start: usize, len: usize, stamps: Stamps<'a> },
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
    pub fn columns(table: &'a dyn Table, start: usize, len: usize) -> Self {
        Self(Rows::Table { table, start, len, stamps: table.stamps().part(start, len) })
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
            Rows::Table { stamps: Stamps::Seconds(rows), .. } => rows.get(row).map_or(Time::MAX, seconds),
            Rows::Table { stamps: Stamps::Micros(rows), .. } => rows.get(row).map_or(Time::MAX, |micros| Time(*micros)),
            Rows::Table { table, start, len, .. } if row < len => table.occurred(start + row),
            Rows::Table { .. } => Time::MAX,
        }
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self, row: usize) -> Option<EventId> {
        match self.0 {
            Rows::Events(events) => events.get(row).map(|event| event.id),
            Rows::Table { table, start, len, .. } => (row < len).then(|| table.id(start + row)),
        }
    }

    /// The event's value of a property; null where there is none.
    #[must_use]
    pub fn value(&self, row: usize, property: FieldId) -> Value {
        match self.0 {
            Rows::Events(events) => events.get(row).map_or(Value::Null, |event| event.property(property).clone()),
            Rows::Table { table, start, len, .. } if row < len => table.value(start + row, property),
            Rows::Table { .. } => Value::Null,
        }
    }

    /// Calls with the event's value of a property.
    #[must_use]
    pub fn look<T>(&self, row: usize, property: FieldId, call: impl FnOnce(&Value) -> T) -> T {
        match self.0 {
            Rows::Events(events) => call(events.get(row).map_or(Value::NULL, |event| event.property(property))),
            Rows::Table { table, start, len, .. } if row < len => match table.codes(property) {
                Some(codes) => call(codes.value(codes.get(start + row))),
                None => call(&table.value(start + row, property)),
            },
            Rows::Table { .. } => call(Value::NULL),
        }
    }

    /// The values of a property as codes, where the rows have such.
    #[must_use]
    pub fn codes(&self, property: FieldId) -> Option<Codes<'a>> {
        match self.0 {
            Rows::Events(_) => None,
            Rows::Table { table, start, len, .. } => table.codes(property)?.part(start, len),
        }
    }

    /// The code of a value of a property; none where no row has it.
    #[must_use]
    pub fn code(&self, property: FieldId, value: &Value) -> Option<u32> {
        match self.0 {
            Rows::Events(_) => None,
            Rows::Table { table, .. } => table.code(property, value),
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
            Rows::Table { stamps: Stamps::Seconds(rows), .. } => rows.partition_point(|second| before(seconds(second))),
            Rows::Table { stamps: Stamps::Micros(rows), .. } => rows.partition_point(|micros| before(Time(*micros))),
            Rows::Table { table, start, len, .. } => {
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

fn seconds(second: &u32) -> Time {
    Time(i64::from(*second) * 1_000_000)
}
