//! Whatever holds a person's data answers to the person.

use crate::{Identifier, Member, ProfileId, SourceId, Text, Time, Value};

/// Everything that holds a person's data. There are no default methods: a holder cannot be skipped silently.
pub trait Holder {
    /// Its name in reports.
    fn name(&self) -> &str;
    /// How many records of the subject it holds.
    fn find(&self, who: &Subject<'_>) -> u64;
    /// Writes all that it holds of the subject: the right of access.
    fn hand_over(&self, who: &Subject<'_>, write: &mut dyn FnMut(Statement<'_>)) -> Fate;
    /// Removes all that it holds of the subject.
    ///
    /// # Errors
    /// Where the removal could not be carried out; the request stays open.
    fn erase(&mut self, who: &Subject<'_>) -> Result<Fate, HolderError>;
    /// Every byte it keeps, decoded, for the scan for absence; the scanner judges, not the holder.
    ///
    /// # Errors
    /// Where the bytes could not be read.
    fn bytes(&self, read: &mut dyn FnMut(&str, &[u8])) -> Result<(), HolderError>;
}

/// The data subject of a request.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The profile.
    pub profile: ProfileId,
    /// Its members.
    pub members: &'a [Member],
    /// The identifiers whose values are known.
    pub identifiers: &'a [Identifier],
}

/// One value that a holder holds.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    /// What it is, such as `traits.country`.
    pub path: &'a str,
    /// The value.
    pub value: &'a Value,
    /// Who said so.
    pub source: SourceId,
    /// When.
    pub at: Time,
}

/// What became of a request at one holder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a request's fate belongs in its report"]
pub enum Fate {
    /// It is done.
    Done {
        /// Records concerned.
        records: u64,
        /// Bytes concerned.
        bytes: u64,
    },
    /// The data is kept for a reason.
    Kept {
        /// The reason.
        because: Text,
        /// Until when, where that is known.
        until: Option<Time>,
    },
    /// The holder cannot do this.
    Unsupported {
        /// Why not.
        because: Text,
    },
}

/// What went wrong at a holder.
pub type HolderError = Box<dyn std::error::Error + Send + Sync>;
