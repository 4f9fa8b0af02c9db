//! The events of one type of everybody.
//!
//! Each profile's rows stand in one chunk, sorted by (time, id). A chunk has room for the next size class; when it is
//! full its rows move to a larger one, and the old one waits on the list of its class for the next profile that needs
//! one. Classes are exact up to eight rows and a quarter apart from there on, so that slack is small and an event costs a
//! few moves of its neighbours. [`compact`](Slab::compact) puts the chunks in the order of profiles: what a batch reads
//! from front to back. Where everybody grows at once small chunks wait for nobody; when a quarter waits, all is compacted,
//! which costs each event a few moves more.

use onefold_model::{CodeRows, EventId, EventTypeId, FieldId, Stamps, Table, Time, Value};

use super::column::{Column, Width, gather, grow, shift};
use super::times::Times;

/// Where a profile's rows stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Slot {
    pub(crate) const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// The capacities of chunks by class.
const CLASSES: [u32; 90] = {
    let mut classes = [0; 90];
    let (mut nth, mut size) = (0, 0_u32);
    while nth < 90 {
        #[expect(clippy::indexing_slicing, reason = "a constant; the compiler checks it")]
        {
            classes[nth] = size;
        }
        size += if size < 8 { 1 } else { size / 4 };
        nth += 1;
    }
    classes
};

/// The class whose chunks hold so many rows.
fn class(len: u32) -> usize {
    if len <= 8 { len as usize } else { CLASSES.partition_point(|size| *size < len) }
}

/// How many rows the chunk of so many has room for.
fn room(len: u32) -> u32 {
    if len <= 8 { len } else { CLASSES.get(class(len)).copied().unwrap_or(len) }
}

/// One row to be put in.
pub(crate) struct Row<'a> {
    pub(crate) at: Time,
    pub(crate) id: EventId,
    /// The value of a property.
    pub(crate) value: &'a dyn Fn(FieldId) -> &'a Value,
}

/// The events of one type.
#[derive(Clone, Debug)]
pub(crate) struct Slab {
    what: EventTypeId,
    pub(crate) times: Times,
    ids: Option<Vec<EventId>>,
    pub(crate) columns: Vec<(FieldId, Column)>,
    // INVARIANT: a chunk has room for `room(len)` rows, and no two overlap.
    pub(crate) slots: Vec<Slot>,
    /// Chunks that wait, by class.
    free: Vec<Vec<u32>>,
    /// How many rows the chunks that wait have room for.
    waiting: usize,
    /// Where the next chunk at the end begins.
    end: u32,
    /// Rows that are somebody's.
    pub(crate) count: usize,
}

impl Slab {
    pub(super) fn new(what: EventTypeId, columns: Vec<(FieldId, Column)>, ids: bool) -> Self {
        Self {
            what,
            times: Times::EMPTY,
            ids: ids.then(Vec::new),
            columns,
            slots: Vec::new(),
            free: Vec::new(),
            waiting: 0,
            end: 0,
            count: 0,
        }
    }

    pub(crate) fn slot(&self, nth: u32) -> Slot {
        self.slots.get(nth as usize).copied().unwrap_or_default()
    }

    pub(crate) fn column(&self, field: FieldId) -> Option<&Column> {
        self.columns.iter().find(|(it, _)| *it == field).map(|(_, column)| column)
    }

    /// Puts a row in its place; after those of the same instant where ids are not kept. Says whether it did: not
    /// where an event of that id and instant is there, or where four billion rows are.
    pub(super) fn insert(&mut self, nth: u32, row: &Row<'_>) -> bool {
        if self.waiting > self.count / 4 + 4096 {
            self.compact();
        }
        let slot = self.slot(nth);
        let place = self.place(slot, row.at, row.id);
        if self.ids.is_some() && place > 0 {
            let before = slot.start as usize + place as usize - 1;
            if self.times.get(before) == row.at && self.id(before) == row.id {
                return false;
            }
        }
        let Some(slot) = self.fit(slot, slot.len + 1) else { return false };
        let at = (slot.start + place) as usize;
        self.shift(at, at + 1, (slot.len - 1 - place) as usize);
        self.times.set(at, row.at);
        if let Some(id) = self.ids.as_mut().and_then(|ids| ids.get_mut(at)) {
            *id = row.id;
        }
        for (field, column) in &mut self.columns {
            column.set(at, (row.value)(*field));
        }
        self.put(nth, slot);
        self.count += 1;
        true
    }

    /// Takes a row out: that of the id where ids are kept, else one that says the same. Says whether there was one.
    pub(super) fn remove(&mut self, nth: u32, row: &Row<'_>) -> bool {
        let slot = self.slot(nth);
        let last = self.place(slot, row.at, EventId([u8::MAX; 16]));
        let found = (0..last)
            .rev()
            .map(|nth| slot.start as usize + nth as usize)
            .take_while(|at| self.times.get(*at) == row.at)
            .find(|at| match &self.ids {
                Some(ids) => ids.get(*at) == Some(&row.id),
                None => self.columns.iter().all(|(field, column)| column.get(*at) == *(row.value)(*field)),
            });
        let Some(at) = found else { return false };
        self.shift(at + 1, at, slot.range().end - at - 1);
        self.count -= 1;
        let shorter = Slot { len: slot.len - 1, ..slot };
        let slot = if room(shorter.len) == room(slot.len) {
            shorter
        } else {
            match self.chunk(shorter.len) {
                Some(start) => {
                    self.shift(slot.start as usize, start as usize, shorter.len as usize);
                    self.release(slot);
                    Slot { start, ..shorter }
                }
                None => return false,
            }
        };
        self.put(nth, slot);
        true
    }

    /// Takes all rows of a profile out.
    pub(super) fn clear(&mut self, nth: u32) {
        let slot = self.slot(nth);
        if slot.len > 0 {
            // Nothing of them stays in memory.
            for at in slot.range() {
                self.columns.iter_mut().for_each(|(_, column)| column.set(at, Value::NULL));
                self.times.set(at, Time::EPOCH);
            }
            self.count -= slot.len as usize;
            self.release(slot);
            self.put(nth, Slot::default());
        }
    }

    /// Puts the chunks in the order of profiles, and gives back what nobody uses.
    pub(super) fn compact(&mut self) {
        let mut end = 0;
        let fresh: Vec<Slot> = self
            .slots
            .iter()
            .map(|slot| {
                let start = end;
                end += room(slot.len);
                Slot { start, len: slot.len }
            })
            .collect();
        let chunks = || {
            self.slots
                .iter()
                .zip(&fresh)
                .filter(|(old, _)| old.len > 0)
                .map(|(old, new)| (old.start as usize, old.len as usize, new.start as usize))
        };
        let len = end as usize;
        self.times.gather(chunks(), len);
        if let Some(ids) = &mut self.ids {
            gather(ids, chunks(), len, &EventId([0; 16]));
        }
        for (_, column) in &mut self.columns {
            column.gather(chunks(), len);
        }
        (self.slots, self.free, self.waiting, self.end) = (fresh, Vec::new(), 0, end);
    }

    pub(super) fn bytes(&self) -> usize {
        self.times.bytes()
            + self.ids.as_ref().map_or(0, |ids| ids.capacity() * size_of::<EventId>())
            + self.columns.iter().map(|(_, column)| column.bytes() + size_of::<(FieldId, Column)>()).sum::<usize>()
            + self.slots.capacity() * size_of::<Slot>()
            + self.free.iter().map(|list| list.capacity() * size_of::<u32>() + size_of::<Vec<u32>>()).sum::<usize>()
    }

    /// How many of the rows stand before one of that instant and id.
    fn place(&self, slot: Slot, at: Time, id: EventId) -> u32 {
        let (mut low, mut high) = (0, slot.len);
        // Most events are the latest.
        if high > 0 && self.before((slot.start + high - 1) as usize, at, id) {
            return high;
        }
        while low < high {
            let middle = u32::midpoint(low, high);
            if self.before((slot.start + middle) as usize, at, id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn before(&self, row: usize, at: Time, id: EventId) -> bool {
        let occurred = self.times.get(row);
        occurred < at || occurred == at && self.ids.as_ref().is_none_or(|ids| ids.get(row).is_some_and(|it| *it <= id))
    }

    /// A chunk of room for so many rows with the rows of the old one.
    fn fit(&mut self, slot: Slot, len: u32) -> Option<Slot> {
        let (old, new) = (room(slot.len), room(len));
        if old == new {
            return Some(Slot { len, ..slot });
        }
        if slot.len > 0 && slot.start + old == self.end {
            self.end = slot.start.checked_add(new)?;
            self.resize();
            return Some(Slot { len, ..slot });
        }
        let start = self.chunk(len)?;
        self.shift(slot.start as usize, start as usize, slot.len as usize);
        self.release(slot);
        Some(Slot { start, len })
    }

    fn chunk(&mut self, len: u32) -> Option<u32> {
        if len == 0 {
            return Some(0);
        }
        if let Some(start) = self.free.get_mut(class(len)).and_then(Vec::pop) {
            self.waiting -= room(len) as usize;
            return Some(start);
        }
        let start = self.end;
        self.end = start.checked_add(room(len))?;
        self.resize();
        Some(start)
    }

    fn release(&mut self, slot: Slot) {
        let class = class(slot.len);
        if slot.len > 0 {
            self.waiting += room(slot.len) as usize;
            if self.free.len() <= class {
                self.free.resize_with(class + 1, Vec::new);
            }
            if let Some(list) = self.free.get_mut(class) {
                list.push(slot.start);
            }
        }
    }

    fn put(&mut self, nth: u32, slot: Slot) {
        grow(&mut self.slots, nth as usize + 1, Slot::default());
        if let Some(place) = self.slots.get_mut(nth as usize) {
            *place = slot;
        }
    }

    fn resize(&mut self) {
        let len = self.end as usize;
        if len > self.times.len() {
            self.times.resize(len);
            if let Some(ids) = &mut self.ids {
                grow(ids, len, EventId([0; 16]));
            }
            self.columns.iter_mut().for_each(|(_, column)| column.resize(len));
        }
    }

    fn shift(&mut self, from: usize, to: usize, len: usize) {
        if len > 0 {
            self.times.shift(from, to, len);
            if let Some(ids) = &mut self.ids {
                shift(ids, from, to, len);
            }
            self.columns.iter_mut().for_each(|(_, column)| column.shift(from, to, len));
        }
    }
}

impl Table for Slab {
    fn occurred(&self, row: usize) -> Time {
        self.times.get(row)
    }

    fn id(&self, row: usize) -> EventId {
        match &self.ids {
            Some(ids) => ids.get(row).copied().unwrap_or(EventId([u8::MAX; 16])),
            // Ascending in the order of rows, and another for each type.
            None => EventId(((u128::from(self.what.0) << 64) | row as u128).to_be_bytes()),
        }
    }

    fn value(&self, row: usize, property: FieldId) -> Value {
        self.column(property).map_or(Value::Null, |column| column.get(row))
    }

    fn stamps(&self) -> Stamps<'_> {
        match &self.times {
            Times::Seconds(rows) => Stamps::Seconds(rows),
            Times::Micros(rows) => Stamps::Micros(rows),
        }
    }

    fn codes(&self, property: FieldId) -> Option<onefold_model::Codes<'_>> {
        let Column::Codes(codes) = self.column(property)? else { return None };
        let rows = match &codes.rows {
            Width::One(rows) => CodeRows::One(rows),
            Width::Two(rows) => CodeRows::Two(rows),
            Width::Four(rows) => CodeRows::Four(rows),
        };
        Some(onefold_model::Codes { rows, dictionary: &codes.dictionary })
    }

    fn code(&self, property: FieldId, value: &Value) -> Option<u32> {
        match self.column(property)? {
            Column::Codes(codes) => codes.find(value),
            _ => None,
        }
    }
}
