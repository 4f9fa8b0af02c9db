//! What can go wrong between a batch and the disk.

use std::io;
use std::path::{Path, PathBuf};

use onefold_model::{Position, WireError};

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {doing} `{}`: {source}", .path.display())]
    Io {
        /// What was tried, such as `open`.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The disk is full. The batch is refused, and the log takes no more until it is opened again.
    #[error("the disk is full; the batch was not stored, and `{}` takes no more entries until it is opened again", .path.display())]
    Full {
        /// The log.
        path: PathBuf,
    },
    /// Somebody has the store open, maybe this very process.
    #[error("the store `{}` is already open; one process at a time may open a store, and only once", .path.display())]
    Busy {
        /// The store.
        path: PathBuf,
    },
    /// The store was written by another version of this library.
    #[error("the store `{}` has format version {found}; this version of the library reads version {known}", .path.display())]
    Format {
        /// The store.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that can be read.
        known: u32,
    },
    /// The store belongs to another key: none of its ids could be found again.
    #[error("the store `{}` was made with another key; open it with the key file that it was made with", .path.display())]
    WrongKey {
        /// The store.
        path: PathBuf,
    },
    /// The file is not what was written.
    #[error("`{}` is damaged or no log of a store: {what}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// An earlier write failed, so nobody knows what the disk holds until the log is opened again.
    #[error("an earlier write failed; the log can be read, but takes no more entries until it is opened again")]
    Poisoned,
    /// An entry that the schema of today cannot read.
    #[error("entry {} of the log cannot be read: {source}", .position.0)]
    Entry {
        /// Where it stands.
        position: Position,
        /// Why it cannot be read.
        source: WireError,
    },
    /// The file is no key file.
    #[error("`{}` is no undamaged key file: {what}; restore it from its copy, since a store opens with its own key alone", .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The system has no randomness to give.
    #[error("the system gave no random bytes for a new key")]
    Random,
    /// For logs that an application brings: whatever went wrong there.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// For `map_err`: what was tried, and on what.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.into(), source }
    }
}
