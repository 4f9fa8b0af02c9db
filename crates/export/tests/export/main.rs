//! Deliveries from end to end, over cleared records.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may be blunt")]

mod audience;
mod common;
mod delivery;
#[cfg(all(feature = "csv", feature = "json"))]
mod files;
