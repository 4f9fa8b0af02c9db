//! What is to be delivered: cleared rows, and the keys of those who are to be taken out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use onefold_consent::{Batch, Cleared, ClearedRow};
use onefold_model::{Pii, ProfileId, Text, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Record;
use crate::digest::Digest;

/// The value under which a destination knows a person, as it was sent there: an address, a hash, a pseudonym.
///
/// It is personal data, so its `Debug` shows nothing; serializing it (in an [`Audience`](crate::Audience)) shows all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Pii<Text>);

impl Key {
    /// A key, as the destination has it.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self(Pii::new(value.into()))
    }

    /// The value. Each call is a place that an auditor can search for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.reveal())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Text::deserialize(from).map(|text| Self(Pii::new(text)))
    }
}

/// Which record an outcome speaks of, without what the record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// A person who was to be added or brought up to date.
    Put {
        /// The person.
        profile: ProfileId,
        /// Her key at the destination, where it knows persons by one.
        key: Option<Key>,
    },
    /// Somebody who was to be taken out.
    Remove {
        /// The key under which she had been sent.
        key: Key,
    },
}

/// What is to be delivered, in order: removals first, then rows in the order in which they were cleared.
///
/// Only a [`Cleared`] batch makes one, by [`From`] for all of its rows or by an [`Audience`](crate::Audience) for the
/// difference to what was sent before. It has no clone: what was cleared once is sent once.
#[derive(Debug)]
pub struct Work {
    cleared: Cleared<Batch>,
    removals: Vec<Key>,
    rows: Vec<usize>,
    kept: u64,
    key: Option<Text>,
    run: Text,
}

impl From<Cleared<Batch>> for Work {
    fn from(cleared: Cleared<Batch>) -> Self {
        let rows = (0..cleared.len()).collect();
        Self { cleared, removals: Vec::new(), rows, kept: 0, key: None, run: Text::EMPTY }
    }
}

impl Work {
    /// The difference to an audience: these keys out, then these rows (by their number) in.
    pub(crate) fn difference(cleared: Cleared<Batch>, removals: Vec<Key>, rows: Vec<usize>, key: Text) -> Self {
        let kept = (cleared.len() - rows.len()) as u64;
        Self { cleared, removals, rows, kept, key: Some(key), run: Text::EMPTY }
    }

    /// Names the run, such as by its date. Two deliveries of the same records in one run carry the same idempotency
    /// keys, so that the second is harmless; in another run they are delivered anew.
    #[must_use]
    pub fn run(self, name: &str) -> Self {
        Self { run: name.into(), ..self }
    }

    /// How many records there are to deliver.
    #[must_use]
    pub fn len(&self) -> usize {
        self.removals.len() + self.rows.len()
    }

    /// Whether there is nothing to deliver.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many keys are to be taken out.
    #[must_use]
    pub fn removals(&self) -> usize {
        self.removals.len()
    }

    /// How many rows need no sending, since the destination has them.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// For whom it was cleared.
    #[must_use]
    pub fn recipient(&self) -> &str {
        self.cleared.recipient()
    }

    /// Whether it is the difference to an audience, so that records must say whether they add or remove.
    #[must_use]
    pub fn is_difference(&self) -> bool {
        self.key.is_some()
    }

    /// The field by which an audience knows persons.
    #[must_use]
    pub fn key_field(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The names of the fields that the rows to be sent have, each once. Rows state their fields in the order of the
    /// recipient's plan, so the union keeps that order; of two fields that no chain of rows orders, the lesser name is
    /// first. Which rows there are decides, not their order.
    #[must_use]
    pub fn fields(&self) -> Vec<Text> {
        let mut after: BTreeMap<&Text, BTreeSet<&Text>> = BTreeMap::new();
        let mut last: &[(Text, Value)] = &[];
        for row in (self.removals.len()..self.len()).filter_map(|at| self.record(at)) {
            let Record::Put(row) = row else { continue };
            let names = || row.fields().iter().map(|(name, _)| name);
            if !names().eq(last.iter().map(|(name, _)| name)) {
                for name in names() {
                    after.entry(name).or_default();
                }
                for (name, next) in names().zip(names().skip(1)) {
                    after.entry(name).or_default().insert(next);
                }
                last = row.fields();
            }
        }
        ordered(after)
    }

    pub(crate) fn run_name(&self) -> &str {
        &self.run
    }

    /// The record at a place.
    pub(crate) fn record(&self, at: usize) -> Option<Record<'_>> {
        match self.removals.get(at) {
            Some(key) => Some(Record::Remove(key)),
            None => self.cleared.rows().nth(*self.rows.get(at - self.removals.len())?).map(Record::Put),
        }
    }

    /// Which record stands at a place; `field` is the one by which the destination tells records apart.
    pub(crate) fn ticket(&self, at: usize, field: Option<&str>) -> Option<Ticket> {
        Some(match self.record(at)? {
            Record::Remove(key) => Ticket::Remove { key: key.clone() },
            Record::Put(row) => Ticket::Put { profile: row.profile(), key: field.and_then(|field| key_of(row, field)) },
        })
    }
}

impl Ticket {
    /// What two records of one person at the destination have in common.
    pub(crate) fn identity(&self) -> Identity<'_> {
        match self {
            Self::Put { key: Some(key), .. } | Self::Remove { key } => Identity::Key(key),
            Self::Put { profile, key: None } => Identity::Profile(*profile),
        }
    }

    pub(crate) fn digest(&self, digest: Digest) -> Digest {
        match self {
            Self::Put { profile, key } => {
                digest.with(b"put").with(&profile.0.0).with(key.as_ref().map_or("", Key::reveal).as_bytes())
            }
            Self::Remove { key } => digest.with(b"remove").with(key.reveal().as_bytes()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identity<'a> {
    Key(&'a Key),
    Profile(ProfileId),
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// The names in an order that has each before those that come after it (Kahn's algorithm).
fn ordered(mut after: BTreeMap<&Text, BTreeSet<&Text>>) -> Vec<Text> {
    let mut before: BTreeMap<&Text, usize> = after.keys().map(|name| (*name, 0)).collect();
    for next in after.values().flatten() {
        *before.entry(next).or_default() += 1;
    }
    let mut ready: BTreeSet<&Text> = before.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut names = Vec::with_capacity(before.len());
    while let Some(name) = ready.pop_first() {
        names.push(name.clone());
        for next in after.remove(name).unwrap_or_default() {
            let count = before.entry(next).or_insert(1);
            *count -= 1;
            if *count == 0 {
                ready.insert(next);
            }
        }
    }
    names
}

/// A row's value in the field by which a destination knows persons; none where it is missing or empty.
pub(crate) fn key_of(row: &ClearedRow, field: &str) -> Option<Key> {
    let value = row.fields().iter().find(|(name, _)| name.as_str() == field).map(|(_, value)| value)?;
    let shown = match value {
        Value::Null => return None,
        Value::Text(text) => text.clone(),
        other => other.to_string().into(),
    };
    (!shown.is_empty()).then(|| Key(Pii::new(shown)))
}
