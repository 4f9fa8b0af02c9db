//! What a reader yields for each record, and how the records of an intake add up.

use std::fmt;
use std::ops::AddAssign;

use crate::{Draft, Pii, Text};

/// Something about a record that is not as it should be. Dirty data is no error: it is counted, with place and reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Issue {
    /// A stable code, such as `wrong_type`.
    pub code: Text,
    /// Where in the record, such as `properties.amount`.
    pub path: Text,
    /// What was expected, in words; never the value.
    pub detail: Text,
    /// The row of its file, from 1, headers not counted.
    pub row: Option<u64>,
}

impl Issue {
    /// An issue at a path.
    pub fn new(code: &str, path: &str, detail: &str) -> Self {
        Self { code: code.into(), path: path.into(), detail: detail.into(), row: None }
    }

    /// The same with the row of its file.
    #[must_use]
    pub fn row(self, row: u64) -> Self {
        Self { row: Some(row), ..self }
    }
}

impl std::error::Error for Issue {}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        if let Some(row) = self.row {
            write!(f, " in row {row}")?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// What a reader yields for each record.
#[derive(Debug)]
pub enum Parsed {
    /// A record in words that the schema can check.
    Draft(Box<Draft>),
    /// A record that could not be read.
    Quarantined {
        /// What is wrong.
        issue: Issue,
        /// The import or source that it came by.
        import: Text,
        /// The record as it came.
        raw: Pii<Box<[u8]>>,
        /// The number of this record among those of the same import with the same bytes, from 0.
        nth: u32,
        /// When it came in, where the reader was told.
        received: Option<crate::Time>,
    },
}

impl From<Draft> for Parsed {
    fn from(draft: Draft) -> Self {
        Self::Draft(Box::new(draft))
    }
}

/// How the records of an intake add up: accepted + duplicate + quarantined + suppressed = received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[must_use = "a tally tells what was not accepted"]
pub struct Tally {
    /// Records that came.
    pub received: u64,
    /// Records that count.
    pub accepted: u64,
    /// Copies of records that had come before.
    pub duplicate: u64,
    /// Records kept aside with a reason.
    pub quarantined: u64,
    /// Records of persons who must not come in again.
    pub suppressed: u64,
}

impl Tally {
    /// Whether it adds up.
    #[must_use]
    pub const fn adds_up(&self) -> bool {
        self.accepted + self.duplicate + self.quarantined + self.suppressed == self.received
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.received += other.received;
        self.accepted += other.accepted;
        self.duplicate += other.duplicate;
        self.quarantined += other.quarantined;
        self.suppressed += other.suppressed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} received = {} accepted + {} duplicate + {} quarantined + {} suppressed",
            self.received, self.accepted, self.duplicate, self.quarantined, self.suppressed
        )
    }
}
