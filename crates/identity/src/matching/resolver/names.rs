//! Which row a record has: ids, and the rows that are free.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::super::Error;
use super::super::intern::{Numbers, hash_bytes};

/// A hash as a key, in two halves: beside a row's number it costs 12 bytes where a `u64` would cost 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Halves([u32; 2]);

impl From<u64> for Halves {
    fn from(key: u64) -> Self {
        Self([key as u32, (key >> 32) as u32])
    }
}

impl Hash for Halves {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [low, high] = self.0;
        state.write_u64(u64::from(high) << 32 | u64::from(low));
    }
}

/// Rows, or other small numbers, by a hash.
pub(super) type Keyed = HashMap<Halves, u32, BuildHasherDefault<Numbers>>;

/// The ids of the records.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By row; a free row has none, and is no record.
    ids: Vec<Option<Box<str>>>,
    rows: Keyed,
    free: Vec<u32>,
}

/// The number by which ties are broken, and from which a cluster's root follows.
pub(super) fn key_of(id: &str) -> u64 {
    hash_bytes(id.as_bytes())
}

impl Names {
    /// The row of an id.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.at(key_of(id)).filter(|row| self.id(*row) == id)
    }

    /// The row of a key.
    pub(super) fn at(&self, key: u64) -> Option<u32> {
        self.rows.get(&Halves::from(key)).copied()
    }

    pub(super) fn id(&self, row: u32) -> &str {
        self.ids.get(row as usize).and_then(Option::as_deref).unwrap_or("")
    }

    /// Whether the id may be given to a new record.
    pub(super) fn vacant(&self, id: &str) -> Result<(), Error> {
        match self.at(key_of(id)) {
            Some(row) => Err(Error::Table(format!("the ids `{id}` and `{}` have one hash", self.id(row)))),
            None => Ok(()),
        }
    }

    /// Gives a row its id.
    pub(super) fn set(&mut self, row: u32, id: &str) {
        if self.ids.len() <= row as usize {
            self.ids.resize(row as usize + 1, None);
        }
        if let Some(place) = self.ids.get_mut(row as usize) {
            *place = Some(id.into());
        }
        self.rows.insert(key_of(id).into(), row);
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.ids.reserve(rows);
        self.rows.reserve(rows);
    }

    /// A row that was a record's and is none now.
    pub(super) fn take_free(&mut self) -> Option<u32> {
        self.free.pop()
    }

    /// Nothing finds the record any more; its id stands until [`release`](Self::release), so that it can be said who left.
    pub(super) fn remove(&mut self, id: &str) {
        self.rows.remove(&Halves::from(key_of(id)));
    }

    /// Frees the row.
    pub(super) fn release(&mut self, row: u32) {
        if let Some(id) = self.ids.get_mut(row as usize).and_then(Option::take) {
            let mut gone = id.into_string().into_bytes();
            gone.fill(0);
            std::hint::black_box(&gone);
            self.free.push(row);
        }
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows of the records, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.ids).filter(|(_, id)| id.is_some()).map(|(row, _)| row)
    }
}
