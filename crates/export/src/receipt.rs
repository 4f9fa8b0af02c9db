//! What came of a delivery, record by record.

use crate::{Outcome, Ticket};

/// What came of a delivery. Every record of the work has one outcome, and `sent + failed` is their number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a receipt says which records did not arrive"]
pub struct Receipt {
    /// Records that the destination has.
    pub sent: u64,
    /// Records that it has not: rejected, or to be tried again.
    pub failed: u64,
    /// Rows that needed no sending, since an audience has them.
    pub kept: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// The bytes of their payloads.
    pub bytes: u64,
    /// One outcome a record, in the order of the work.
    pub settled: Vec<Settled>,
    /// Where it ended.
    pub checkpoint: Checkpoint,
}

/// One record's outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Which record.
    pub ticket: Ticket,
    /// What became of it.
    pub outcome: Outcome,
}

/// How far a delivery has come: a value, for the caller to keep wherever its own progress is kept. A delivery that broke
/// off goes on from it by [`Engine::resume`](crate::Engine::resume), if the work is still the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// How many records, from the first, have an outcome.
    pub settled: u64,
    /// Stands for which records these are, as two halves: many formats have no whole numbers above 64 bits.
    pub(crate) digest: (u64, u64),
}

/// How far a delivery has come, for whoever watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records that have an outcome.
    pub settled: u64,
    /// Records there are.
    pub of: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// The bytes of their payloads.
    pub bytes: u64,
}
