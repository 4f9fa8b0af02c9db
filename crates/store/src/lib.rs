//! What lasts? The durable log behind one narrow trait, in memory or on redb, and the key file.
//!
//! Everything that a platform knows is a fold over what it was told, so one thing alone has to last: the sequence of
//! [`Entry`](onefold_model::Entry)s in the order in which they came in. A [`Log`] keeps it as bytes, appended in
//! batches and read in ascending order; a [`Journal`] puts entries in and out of it by the schema of today.
//!
//! ```
//! use onefold_model::{Entry, Kind, Party, Schema, Time};
//! use onefold_store::{Journal, Memory};
//!
//! let schema = Schema::builder().source("web", Party::First, 50).kind(Kind::person("user_id")).build([7; 32].into())?;
//! let now: Time = "2026-03-01T09:00:00Z".parse()?;
//! let ada = schema.draft("web", "identify").who("user_id", "u-1").at(now).receive(now)?;
//!
//! let mut journal = Journal::new(Memory::default(), schema);
//! journal.append(&[Entry::Event(ada.into()), Entry::Tick(now)])?;
//! let mut ticks = 0;
//! journal.replay(Default::default(), |_, entry| {
//!     ticks += u32::from(matches!(entry, Entry::Tick(_)));
//!     Ok::<(), onefold_store::Error>(())
//! })?;
//! assert_eq!(ticks, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What holds:
//! - *Acknowledged means durable.* When [`Log::append`] returns a position, the whole batch is on disk; when it fails,
//!   the batch is there wholly or not at all, and the next opening says which. Nothing is visible before it is durable.
//! - *One writer.* A store is a directory (`log.redb`, and a `lock` that the process which has it open holds); a second
//!   opening is refused as [`Error::Busy`].
//! - *Damage is said, not guessed at.* Opening checks every page of the file against its checksum. A file that is
//!   empty, cut short or altered is an [`Error::Damaged`]; a store of another key or format version says so.
//! - *The key stands outside the store*, in a [`KeyFile`] or wherever the application's [`Keys`] take it from.
//!
//! It is not, and says so here rather than half do it: sealed (entries stand in the file as plain bytes, so whoever
//! reads the file reads what customers said), able to erase (an append-only log alone cannot; ranged files that are
//! rewritten without a person will), a keeper of snapshots (every opening replays from the first entry), or tested by
//! injected faults beyond one failing write. Deduplication is the platform's: the log keeps what it is given.

mod error;
mod journal;
mod key;
mod log;
mod memory;

#[cfg(feature = "redb")]
mod disk;

#[cfg(feature = "redb")]
pub use disk::Redb;
pub use error::Error;
pub use journal::Journal;
pub use key::{KeyFile, Keys};
pub use log::Log;
pub use memory::Memory;
