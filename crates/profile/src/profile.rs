//! One profile: its events, and the value that survives in each field.
//!
//! Events stand in one sorted run per type, as segments read them. Beside them stands one slot for each field that
//! has a value: the value and the event that won. Losers are not copied; whoever asks for them finds them through the
//! events.

use std::fmt;
use std::sync::Arc;

use onefold_model::{Event, EventId, EventTypeId, Facts, FieldId, ProfileId, RelationId, Run, Time, Value};

use crate::order::{Ranked, rank};
use crate::rules::{Rules, Unit, says, takes};
use crate::{Kept, Provenance, Stated};

/// Whose profile it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A person's, or a device's that nobody is known to hold.
    Person,
    /// A household's or an account's.
    Group,
}

/// All that is known of one person, household or account.
///
/// As [`Facts`] it answers what segments and models ask, but permits nothing: consent is not its matter. Two profiles
/// are equal if they have the same id and events and the same values survive.
#[derive(Clone)]
pub struct Profile {
    id: ProfileId,
    kind: Kind,
    pub(crate) rules: Arc<Rules>,
    /// INVARIANT: sorted by type, no run empty; each run sorted by (occurred, id).
    pub(crate) runs: Vec<(EventTypeId, Vec<Arc<Event>>)>,
    /// Beginnings of the events' ids, so that a new id is known for new without a look at the events.
    /// INVARIANT: sorted, one for each event.
    pub(crate) known: Vec<u64>,
    /// INVARIANT: sorted by field; no value is null.
    pub(crate) slots: Vec<Slot>,
}

/// The surviving value of a field, and the event that says so: of a union the newest.
#[derive(Clone, PartialEq)]
pub(crate) struct Slot {
    pub(crate) field: FieldId,
    pub(crate) value: Value,
    pub(crate) from: Arc<Event>,
}

const _: () = assert!(size_of::<Profile>() <= 104 && size_of::<Slot>() == 40);

impl Profile {
    pub(crate) fn new(id: ProfileId, kind: Kind, rules: &Arc<Rules>) -> Self {
        Self { id, kind, rules: Arc::clone(rules), runs: Vec::new(), known: Vec::new(), slots: Vec::new() }
    }

    /// Whose it is.
    #[must_use]
    pub fn id(&self) -> ProfileId {
        self.id
    }

    /// Whether it is a person's or a group's.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many events it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it holds no event, as may be [as of](Self::as_of) a time before the first.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The timeline: every event by (occurred, id).
    ///
    /// ```
    /// # use onefold_model::{Kind, Party, ProfileId, Schema, Type};
    /// # let schema = Schema::builder().source("shop", Party::First, 50).kind(Kind::person("login")).event("purchase", [("amount", Type::Money)]).build([7; 32].into())?;
    /// # let ada = ProfileId(schema.identifier("login", "ada")?.member().token);
    /// # let mut profiles = onefold_profile::Profiles::new(&schema);
    /// for (what, at) in [("purchase", "2026-02-03"), ("page", "2026-02-01"), ("page", "2026-02-02")] {
    ///     let event = schema.draft("shop", what).who("login", "ada").at(at.parse()?).receive("2026-03-01".parse()?)?;
    ///     profiles.insert(ada, event.into());
    /// }
    /// let profile = profiles.get(ada).ok_or("Ada is known")?;
    /// let days: Vec<String> = profile.events().map(|event| event.times.occurred.date().to_string()).collect();
    /// assert_eq!(days, ["2026-02-01", "2026-02-02", "2026-02-03"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Arc<Event>> + ExactSizeIterator + use<'_> {
        let mut all: Vec<&Arc<Event>> = self.unordered().collect();
        all.sort_by_key(|event| place(event));
        all.into_iter()
    }

    /// The events of one type, sorted by (occurred, id).
    #[must_use]
    pub fn run(&self, what: EventTypeId) -> Run<'_> {
        match self.runs.binary_search_by_key(&what, |(what, _)| *what) {
            Ok(at) => self.runs.get(at).map_or(Run::EMPTY, |(_, run)| Run::rows(run)),
            Err(_) => Run::EMPTY,
        }
    }

    /// The fields that have a value, by field id, with where each comes from.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, Kept)> + '_ {
        self.slots.iter().map(|slot| (slot.field, self.explained(slot)))
    }

    /// The fields that have a value, by field id: [`fields`](Self::fields) without provenance and without a copy.
    pub fn values(&self) -> impl Iterator<Item = (FieldId, &Value)> + '_ {
        self.slots.iter().map(|slot| (slot.field, &slot.value))
    }

    /// The surviving value of a field with where it comes from; none where no value survived.
    #[must_use]
    pub fn kept(&self, field: FieldId) -> Option<Kept> {
        self.slot(field).map(|slot| self.explained(slot))
    }

    /// Everything that was stated of a field, the survivor first, then in the order of the field's rule. For a field
    /// of a group these are the statements on the group, with a null where a statement leaves the field out. Empty
    /// where nobody said anything.
    #[must_use]
    pub fn stated(&self, field: FieldId) -> Vec<Stated> {
        self.rules.unit_of(field).map_or_else(Vec::new, |unit| {
            let ranked = self.rank(unit);
            let stated = |event: &&Arc<Event>| self.statement(field, event);
            ranked.statements.iter().map(stated).collect()
        })
    }

    /// The groups that the person's events name under a relation, sorted, each once.
    #[must_use]
    pub fn related(&self, relation: RelationId) -> Vec<ProfileId> {
        let mut all: Vec<ProfileId> = self
            .unordered()
            .flat_map(|event| &event.groups)
            .map(|group| group.member())
            .filter(|group| self.rules.schema.relation_of(group.kind) == Some(relation))
            .map(|group| ProfileId(group.token))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    // ------------------------------------------------------------ for the sibling modules

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn unordered(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.runs.iter().flat_map(|(_, run)| run)
    }

    /// The events whose traits are this profile's.
    pub(crate) fn stating(&self) -> impl Iterator<Item = &Arc<Event>> {
        let ours = self.runs.iter().filter(|(what, _)| takes(self.kind, *what));
        ours.flat_map(|(_, run)| run).filter(|event| !event.traits.is_empty())
    }

    /// Whether an event of the person names this group.
    pub(crate) fn names(&self, group: ProfileId) -> bool {
        self.unordered().flat_map(|event| &event.groups).any(|it| ProfileId(it.member().token) == group)
    }

    pub(crate) fn rank<'a>(&'a self, unit: &'a Unit) -> Ranked<'a> {
        let says = |event: &&Arc<Event>| unit.fields.iter().any(|field| says(event, *field));
        let statements = self.stating().filter(says).collect();
        rank(&self.rules, unit, &unit.decider, statements)
    }

    pub(crate) fn provenance(&self, event: &Event) -> Provenance {
        Provenance::of(event, &self.rules.schema)
    }

    pub(crate) fn statement(&self, field: FieldId, event: &Event) -> Stated {
        Stated { value: event.stated(field).clone(), from: self.provenance(event) }
    }

    // ------------------------------------------------------------ slots

    pub(crate) fn slot(&self, field: FieldId) -> Option<&Slot> {
        let at = self.slots.binary_search_by_key(&field, |slot| slot.field);
        self.slots.get(at.ok()?)
    }

    /// The slot of any field of the unit: all are of one event.
    pub(crate) fn winner(&self, unit: &Unit) -> Option<&Slot> {
        unit.fields.iter().find_map(|field| self.slot(*field))
    }

    fn explained(&self, slot: &Slot) -> Kept {
        let union = self.rules.unit_of(slot.field).filter(|unit| unit.is_union(&unit.decider));
        let also = union.map_or_else(Vec::new, |unit| self.rank(unit).items);
        Kept {
            value: slot.value.clone(),
            from: self.provenance(&slot.from),
            also: also.into_iter().map(|event| self.provenance(event)).collect(),
        }
    }
}

impl Facts for Profile {
    fn profile(&self) -> ProfileId {
        self.id
    }
    fn field(&self, field: FieldId) -> &Value {
        self.slot(field).map_or(Value::NULL, |slot| &slot.value)
    }
    fn past(&self, field: FieldId, look: &mut dyn FnMut(Time, &Value)) {
        self.walk_past(field, look);
    }
    fn run(&self, what: EventTypeId) -> Run<'_> {
        Self::run(self, what)
    }
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.kind) == (other.id, other.kind) && self.runs == other.runs && self.slots == other.slots
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("events", &self.len())
            .field("fields", &self.slots.len())
            .finish_non_exhaustive()
    }
}

/// Where an event stands in the timeline.
pub(crate) fn place(event: &Event) -> (Time, EventId) {
    (event.times.occurred, event.id)
}

/// The first half of an id, which is a keyed hash and so hardly ever that of two events.
pub(crate) fn beginning(id: EventId) -> u64 {
    let (half, _) = id.0.split_at(8);
    half.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
