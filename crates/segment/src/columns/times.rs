//! When events occurred: whole seconds in four bytes as long as all are whole, else microseconds in eight.

use onefold_model::Time;

use super::column::{gather, grow, shift};

const SECOND: i64 = 1_000_000;

/// The times of rows.
#[derive(Clone, Debug)]
pub(crate) enum Times {
    /// Seconds since 1970 began.
    Seconds(Vec<u32>),
    /// Microseconds.
    Micros(Vec<i64>),
}

/// Does something with the vector of rows, whatever they are.
macro_rules! rows {
    ($times:expr, $rows:ident => $do:expr) => {
        match $times {
            Times::Seconds($rows) => $do,
            Times::Micros($rows) => $do,
        }
    };
}

impl Times {
    pub(super) const EMPTY: Self = Self::Seconds(Vec::new());

    pub(super) fn len(&self) -> usize {
        rows!(self, rows => rows.len())
    }

    /// The time of a row; [`Time::MAX`] beyond the end.
    pub(crate) fn get(&self, row: usize) -> Time {
        match self {
            Self::Seconds(rows) => rows.get(row).map_or(Time::MAX, |second| Time(i64::from(*second) * SECOND)),
            Self::Micros(rows) => rows.get(row).map_or(Time::MAX, |micros| Time(*micros)),
        }
    }

    pub(super) fn set(&mut self, row: usize, at: Time) {
        let seconds = u32::try_from(at.0 / SECOND).ok().filter(|_| at.0 % SECOND == 0);
        if let (Self::Seconds(rows), None) = (&*self, seconds) {
            *self = Self::Micros(rows.iter().map(|second| i64::from(*second) * SECOND).collect());
        }
        match self {
            Self::Seconds(rows) => {
                if let (Some(place), Some(seconds)) = (rows.get_mut(row), seconds) {
                    *place = seconds;
                }
            }
            Self::Micros(rows) => {
                if let Some(place) = rows.get_mut(row) {
                    *place = at.0;
                }
            }
        }
    }

    pub(super) fn resize(&mut self, len: usize) {
        rows!(self, rows => grow(rows, len, 0));
    }

    pub(super) fn shift(&mut self, from: usize, to: usize, len: usize) {
        rows!(self, rows => shift(rows, from, to, len));
    }

    pub(super) fn gather(&mut self, chunks: impl Iterator<Item = (usize, usize, usize)>, len: usize) {
        rows!(self, rows => gather(rows, chunks, len, &0));
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Seconds(rows) => rows.capacity() * size_of::<u32>(),
            Self::Micros(rows) => rows.capacity() * size_of::<i64>(),
        }
    }
}
