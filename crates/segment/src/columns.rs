//! A population in columns: what a batch reads in one pass, and what a live engine keeps of its events.
//!
//! Twenty million events as objects are gigabytes, spread over memory. Here the events of one type stand together,
//! each profile's in a chunk sorted by time, and each property is an array of its own with as few bytes a value as it
//! needs: whole seconds in four bytes, text as codes of a dictionary, amounts as whole cents. Traits are columns over
//! profiles in the same way. Only what is kept takes room: all, or what some definitions use.
//!
//! Events come in any order, late ones too, and can be taken out again; [`compact`](Columns::compact) puts all in the
//! order of profiles, which makes a batch faster and changes no answer.
//!
//! It is not a store: it remembers no identifiers, no context, and of each event only what is asked for. Ids of events
//! are kept where [asked](Columns::with_ids); without them events of one instant stand in the order of their arrival,
//! first by type, which matters for `first` and `last` and for sequences inside one instant alone. Relations between profiles are
//! absent: nobody is related to anybody.

mod column;
mod facts;
mod hash;
mod keep;
mod slab;
mod times;

use std::collections::{BTreeSet, HashMap};

use onefold_model::schema::Owner;
use onefold_model::{
    ChannelId, Event, EventId, EventTypeId, FieldId, ProfileId, PurposeId, Schema, Time, Until, Value,
};

pub(crate) use column::{Codes, Column, NONE_4, NONE_8, Numbers, Unit, Units, Width};
pub(crate) use facts::Person;
pub(crate) use slab::{Slab, Slot};
pub(crate) use times::Times;

use slab::Row;

/// Everybody's traits and events, in columns.
///
/// ```
/// use onefold_model::{Kind, People, ProfileId, Schema, Time, Type};
/// use onefold_segment::Columns;
/// let schema = Schema::builder()
///     .source("web", onefold_model::Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .field("country", Type::Text)
///     .event("purchase", [("amount", Type::Money)])
///     .build([7; 32].into())?;
/// let ada = ProfileId(schema.identifier("user_id", "ada")?.member().token);
/// let nine: Time = "2026-03-01T09:00:00Z".parse()?;
///
/// let mut people = Columns::new(&schema);
/// people.set(ada, schema.field("country")?, &"DE".into());
/// let bought = schema.draft("web", "purchase").who("user_id", "ada").at(nine).set("amount", "49.90 EUR");
/// people.insert(ada, &bought.receive(nine)?);
/// people.see(ada, &mut |facts| assert_eq!(facts.run(schema.event_type("purchase").unwrap()).len(), 1));
/// # Ok::<(), onefold_model::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Columns {
    schema: Schema,
    keep: Keep,
    with_ids: bool,
    // INVARIANT: `ids` by number and `numbers` by id say the same of all that are not vacant.
    ids: Vec<ProfileId>,
    numbers: HashMap<ProfileId, u32, hash::Mixed>,
    vacant: BTreeSet<u32>,
    /// Who was asked for last: whose event comes is mostly looked at next.
    // INVARIANT: as the numbers say.
    last: Option<(ProfileId, u32)>,
    /// By type of event.
    slabs: Vec<Option<Slab>>,
    /// By field.
    traits: Vec<Option<Trait>>,
    permits: HashMap<(u32, PurposeId, Option<ChannelId>), Until<bool>>,
}

/// A trait by profile.
#[derive(Clone, Debug)]
struct Trait {
    now: Column,
    /// What it has been, of those of whom it is known; the last is the present value.
    past: HashMap<u32, Vec<(Time, Value)>>,
}

/// What is kept.
#[derive(Clone, Debug)]
enum Keep {
    All,
    Only { fields: BTreeSet<FieldId>, events: BTreeSet<EventTypeId> },
}

impl Columns {
    /// Nobody yet; all traits and properties will be kept.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self {
            schema: schema.clone(),
            keep: Keep::All,
            with_ids: false,
            ids: Vec::new(),
            numbers: HashMap::default(),
            vacant: BTreeSet::new(),
            last: None,
            slabs: Vec::new(),
            traits: Vec::new(),
            permits: HashMap::new(),
        }
    }

    /// Keeps these traits, properties and types of events alone; the rest is passed over as it comes.
    #[must_use]
    pub fn only(
        mut self,
        fields: impl IntoIterator<Item = FieldId>,
        events: impl IntoIterator<Item = EventTypeId>,
    ) -> Self {
        self.keep = Keep::Only { fields: fields.into_iter().collect(), events: events.into_iter().collect() };
        self
    }

    /// Keeps the ids of events too, 16 bytes each: events of one instant then stand in the order of their ids, an event
    /// that comes again is known, and one that is taken out is that very one.
    #[must_use]
    pub fn with_ids(mut self) -> Self {
        self.with_ids = true;
        self
    }

    /// The schema.
    #[must_use]
    pub const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How many profiles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether nobody is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many events are kept.
    #[must_use]
    pub fn events(&self) -> usize {
        self.slabs.iter().flatten().map(|slab| slab.count).sum()
    }

    /// The number of a profile, given now if it has none. Numbers begin at 0 and are given again after
    /// [`forget`](Self::forget).
    pub fn number(&mut self, who: ProfileId) -> u32 {
        if let Some(nth) = self.find(who) {
            self.last = Some((who, nth));
            return nth;
        }
        let nth = match self.vacant.pop_first() {
            Some(nth) => nth,
            None => {
                self.ids.push(who);
                u32::try_from(self.ids.len() - 1).unwrap_or(u32::MAX)
            }
        };
        if let Some(place) = self.ids.get_mut(nth as usize) {
            *place = who;
        }
        self.numbers.insert(who, nth);
        self.last = Some((who, nth));
        nth
    }

    /// The number of a profile that is there.
    #[must_use]
    pub fn find(&self, who: ProfileId) -> Option<u32> {
        match self.last {
            Some((last, nth)) if last == who => Some(nth),
            _ => self.numbers.get(&who).copied(),
        }
    }

    /// The profile of a number that is given.
    #[must_use]
    pub fn profile(&self, number: u32) -> Option<ProfileId> {
        self.ids.get(number as usize).copied().filter(|_| !self.vacant.contains(&number))
    }

    /// How many numbers there are, vacant ones included.
    #[must_use]
    pub fn numbers(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    /// Gives a trait a value, whatever it was.
    pub fn set(&mut self, who: ProfileId, field: FieldId, value: &Value) {
        let nth = self.number(who);
        if let Some(column) = self.trait_mut(field) {
            column.past.remove(&nth);
            column.put(nth, value);
        }
    }

    /// Gives a trait a value from an instant on, up to the next that is said; from the first on if it is the first.
    pub fn turn(&mut self, who: ProfileId, field: FieldId, at: Time, value: &Value) {
        let nth = self.number(who);
        let Some(column) = self.trait_mut(field) else { return };
        let before = column.now.get(nth as usize);
        let past = column.past.entry(nth).or_insert_with(|| match before {
            Value::Null => Vec::new(),
            value => vec![(Time::MIN, value)],
        });
        match past.binary_search_by_key(&at, |(since, _)| *since) {
            Ok(same) => past.splice(same..=same, [(at, value.clone())]).for_each(drop),
            Err(place) => past.insert(place, (at, value.clone())),
        }
        let last = past.last().map_or(Value::Null, |(_, value)| value.clone());
        column.put(nth, &last);
    }

    /// Adds an event. Says whether it is new: not where one of its instant and id is there (if ids are kept), nor where
    /// its type is not kept.
    pub fn insert(&mut self, who: ProfileId, event: &Event) -> bool {
        let nth = self.number(who);
        self.put(nth, event.what, event.times.occurred, event.id, &|field| event.property(field))
    }

    /// Adds an event by its parts; see [`insert`](Self::insert). The profile is one that has a
    /// [number](Self::number).
    pub fn push(
        &mut self,
        number: u32,
        what: EventTypeId,
        at: Time,
        id: EventId,
        properties: &[(FieldId, Value)],
    ) -> bool {
        self.put(number, what, at, id, &|field| find(properties, field))
    }

    fn put<'a>(
        &mut self,
        nth: u32,
        what: EventTypeId,
        at: Time,
        id: EventId,
        value: &'a dyn Fn(FieldId) -> &'a Value,
    ) -> bool {
        self.slab_mut(what).is_some_and(|slab| slab.insert(nth, &Row { at, id, value }))
    }

    /// Takes an event out: that of its id where ids are kept, else one of the same instant that says the same. Says
    /// whether there was one.
    pub fn remove(&mut self, who: ProfileId, event: &Event) -> bool {
        let Some(nth) = self.find(who) else { return false };
        let row = Row { at: event.times.occurred, id: event.id, value: &|field| event.property(field) };
        self.slab_mut(event.what).is_some_and(|slab| slab.remove(nth, &row))
    }

    /// Takes a profile out with all that is known of it. Says whether it was there.
    pub fn forget(&mut self, who: ProfileId) -> bool {
        let Some(nth) = self.numbers.remove(&who) else { return false };
        self.last = None;
        for slab in self.slabs.iter_mut().flatten() {
            slab.clear(nth);
        }
        for column in self.traits.iter_mut().flatten() {
            column.past.remove(&nth);
            if (nth as usize) < column.now.len() {
                column.now.set(nth as usize, Value::NULL);
            }
        }
        self.permits.retain(|(of, ..), _| *of != nth);
        self.vacant.insert(nth);
        true
    }

    /// Says that a person permits a purpose, on a channel or on all, until then.
    pub fn permit(&mut self, who: ProfileId, purpose: PurposeId, channel: Option<ChannelId>, until: Until<bool>) {
        let nth = self.number(who);
        self.permits.insert((nth, purpose, channel), until);
    }

    /// Puts all events in the order of profiles and gives slack back. Answers stay the same.
    pub fn compact(&mut self) {
        self.slabs.iter_mut().flatten().for_each(Slab::compact);
        self.ids.shrink_to_fit();
    }

    /// What it takes in memory: rows, slack, chunks that wait, dictionaries, numbers of profiles. What lists, maps and
    /// long texts hold is shared with where they came from, and is not counted.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let pasts = |past: &HashMap<u32, Vec<(Time, Value)>>| {
            let entries = past.values().map(|it| it.capacity() * size_of::<(Time, Value)>()).sum::<usize>();
            table::<(u32, Vec<(Time, Value)>)>(past.capacity()) + entries
        };
        self.slabs.iter().flatten().map(Slab::bytes).sum::<usize>()
            + self.traits.iter().flatten().map(|it| it.now.bytes() + pasts(&it.past)).sum::<usize>()
            + self.slabs.capacity() * size_of::<Option<Slab>>()
            + self.traits.capacity() * size_of::<Option<Trait>>()
            + self.ids.capacity() * size_of::<ProfileId>()
            + table::<(ProfileId, u32)>(self.numbers.capacity())
            + table::<((u32, PurposeId, Option<ChannelId>), Until<bool>)>(self.permits.capacity())
            + self.vacant.len() * 8
    }

    pub(crate) fn slab(&self, what: EventTypeId) -> Option<&Slab> {
        self.slabs.get(what.index())?.as_ref()
    }

    pub(crate) fn trait_column(&self, field: FieldId) -> Option<&Column> {
        self.traits.get(field.index())?.as_ref().map(|column| &column.now)
    }

    /// Whether a trait or property is kept as it comes.
    pub(crate) fn keeps(&self, field: FieldId) -> bool {
        match &self.keep {
            Keep::All => true,
            Keep::Only { fields, .. } => fields.contains(&field),
        }
    }

    /// Whether events of a type are kept as they come.
    pub(crate) fn keeps_events(&self, what: EventTypeId) -> bool {
        match &self.keep {
            Keep::All => true,
            Keep::Only { events, .. } => events.contains(&what),
        }
    }

    /// Whether the order of numbers is that of ids.
    pub(crate) fn is_sorted(&self) -> bool {
        self.ids.is_sorted()
    }

    pub(crate) fn vacant(&self) -> &BTreeSet<u32> {
        &self.vacant
    }

    fn slab_mut(&mut self, what: EventTypeId) -> Option<&mut Slab> {
        if !self.keeps_events(what) {
            return None;
        }
        if self.slabs.len() <= what.index() {
            self.slabs.resize(what.index() + 1, None);
        }
        if self.slabs.get(what.index()).is_none_or(Option::is_none) {
            let of = Owner::Event(what);
            let fields = (0..=u16::MAX).map(FieldId).map_while(|field| Some((field, self.schema.field_info(field)?)));
            let columns = fields
                .filter(|(field, info)| info.owner == of && self.keeps(*field))
                .map(|(field, info)| (field, Column::new(info.declared.ty)))
                .collect();
            let slab = Slab::new(what, columns, self.with_ids);
            if let Some(place) = self.slabs.get_mut(what.index()) {
                *place = Some(slab);
            }
        }
        self.slabs.get_mut(what.index())?.as_mut()
    }

    fn trait_mut(&mut self, field: FieldId) -> Option<&mut Trait> {
        let info = self.schema.field_info(field).filter(|info| info.owner == Owner::Profile)?;
        if !self.keeps(field) {
            return None;
        }
        if self.traits.len() <= field.index() {
            self.traits.resize(field.index() + 1, None);
        }
        let place = self.traits.get_mut(field.index())?;
        Some(place.get_or_insert_with(|| Trait { now: Column::new(info.declared.ty), past: HashMap::new() }))
    }
}

impl Trait {
    fn put(&mut self, nth: u32, value: &Value) {
        let row = nth as usize;
        if row >= self.now.len() {
            if value.is_null() {
                return;
            }
            self.now.resize(row + 1);
        }
        self.now.set(row, value);
    }
}

fn find(properties: &[(FieldId, Value)], field: FieldId) -> &Value {
    properties.iter().find(|(it, _)| *it == field).map_or(Value::NULL, |(_, value)| value)
}

/// What a hash table of so much room takes: a byte of control an entry, and an eighth stays free.
const fn table<T>(capacity: usize) -> usize {
    capacity * 8 / 7 * (size_of::<T>() + 1)
}

#[cfg(test)]
mod tests;
