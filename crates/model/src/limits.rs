//! Bounds on what one record may hold. What is over a bound is quarantined with its path, never cut.

use serde::{Deserialize, Serialize};

use crate::Time;

/// The bounds, all adjustable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a record in its canonical encoding.
    pub record_bytes: usize,
    /// How deep lists and maps may nest.
    pub depth: usize,
    /// Names in a record, nested ones counted.
    pub keys: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// Identifiers of a record.
    pub identifiers: usize,
    /// The earliest occurrence.
    pub earliest: Time,
}

impl Default for Limits {
    fn default() -> Self {
        Self { record_bytes: 32 << 10, depth: 16, keys: 256, text_bytes: 8 << 10, identifiers: 32, earliest: Time(0) }
    }
}
