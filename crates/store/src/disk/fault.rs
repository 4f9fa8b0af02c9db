//! redb's errors in our words.

use std::io;
use std::path::Path;

use redb::{CommitError, DatabaseError, StorageError, TableError, TransactionError};

use crate::Error;

/// What redb says, by what it means to us.
pub(super) enum Fault {
    Io(io::Error),
    Busy,
    Damaged(String),
    Poisoned,
}

impl Fault {
    pub(super) fn at(self, path: &Path) -> Error {
        let path = path.to_path_buf();
        match self {
            Self::Io(source) => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full { path },
                // A file that is not as its head says: cut short, or not redb's.
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                    Error::Damaged { path, what: source.to_string() }
                }
                _ => Error::Io { doing: "read or write", path, source },
            },
            Self::Busy => Error::Busy { path: path.parent().map_or(path.clone(), Into::into) },
            Self::Damaged(what) => Error::Damaged { path, what },
            Self::Poisoned => Error::Poisoned,
        }
    }
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Io(error) => Self::Io(error),
            StorageError::PreviousIo | StorageError::DatabaseClosed | StorageError::LockPoisoned(_) => Self::Poisoned,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<DatabaseError> for Fault {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => Self::Busy,
            DatabaseError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<TransactionError> for Fault {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Storage(error) => error.into(),
            _ => Self::Poisoned,
        }
    }
}

impl From<TableError> for Fault {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<CommitError> for Fault {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Storage(error) => error.into(),
            _ => Self::Poisoned,
        }
    }
}
