//! The log on disk: one redb file, written at its end alone.
//!
//! redb is a copy-on-write B-tree: a commit writes new pages, synchronises, and then turns one page over to the new
//! root, so that a crash leaves the old state or the new one. Keys are positions, which only ascend; nothing
//! random-keyed is written on intake, and a batch of a thousand costs one commit.
//!
//! A store is a directory, so that later rooms (snapshots, sealed keys) have a place:
//!
//! ```text
//! shop/lock       held by the process that has the store open
//! shop/log.redb   table `log`: position -> entry; table `meta`: format, key, created_by
//! ```
//!
//! A new log is made whole under another name and then renamed, so that a `log.redb` which is empty or has no head is
//! damage and never mistaken for a new store. Opening checks each page against its checksum; a plain opening by redb
//! would trust the file. Since replay reads all of it anyway, that costs one more pass.
//!
//! After a failed write the state of the file is unknown until it has been opened anew (a failed synchronisation may
//! have dropped pages that the system claims are clean), so the log is *poisoned*: appends are refused, and reading
//! goes on through a second opening, over what was acknowledged.

mod fault;

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use onefold_model::Position;
use redb::{
    Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    TableDefinition, TableError,
};

use self::fault::Fault;
use crate::key::sync_folder_of;
use crate::{Error, Log};

const LOG: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("log");
const META: TableDefinition<'static, &'static str, &'static [u8]> = TableDefinition::new("meta");
/// The version of the layout above. Whatever later versions change, the table `meta` and its key `format` stay.
const FORMAT: u32 = 1;
/// A log is read once, from front to back, and written at its end: a large cache would hold what nobody asks again.
const CACHE_BYTES: usize = 64 << 20;

type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// A durable log in a redb file.
///
/// ```
/// use onefold_store::{Log, Redb};
///
/// # let folder = tempfile::tempdir()?;
/// # let shop = folder.path().join("shop");
/// let key = [7; 16]; // the fingerprint of the token key
/// let mut log = Redb::open(&shop, key)?;
/// log.append(&[b"Ada buys a hat"])?;
/// drop(log);
/// assert_eq!(Redb::open(&shop, key)?.end().0, 1);
/// assert!(Redb::open(&shop, [8; 16]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Redb {
    path: PathBuf,
    opener: Opener,
    /// None once a write has failed.
    database: Option<Database>,
    /// The second opening, through which a poisoned log is read.
    again: Mutex<Option<Database>>,
    // INVARIANT: the entries 1..=end are in the file, without a gap.
    end: u64,
    _lock: Option<File>,
}

impl Redb {
    /// Opens the store in a directory, and makes it where there is none. `fingerprint` names the token key
    /// ([`TokenKey::fingerprint`](onefold_model::TokenKey::fingerprint)): a store opens with the key that it was made
    /// with, and no other.
    ///
    /// # Errors
    /// [`Error::Busy`] where it is open already, [`Error::WrongKey`], [`Error::Format`] for a store of another version,
    /// [`Error::Damaged`], or [`Error::Io`].
    pub fn open(directory: impl AsRef<Path>, fingerprint: [u8; 16]) -> Result<Self, Error> {
        let directory = directory.as_ref();
        make_directory(directory).map_err(Error::io("create the directory", directory))?;
        let lock = lock(directory)?;
        let path = directory.join("log.redb");
        if !path.try_exists().map_err(Error::io("look for", &path))? {
            create(&path, fingerprint)?;
        }
        let opener: Opener = {
            let path = path.clone();
            Box::new(move || builder().open(&path))
        };
        Self::with(opener, path, fingerprint, Some(lock))
    }

    fn with(opener: Opener, path: PathBuf, fingerprint: [u8; 16], lock: Option<File>) -> Result<Self, Error> {
        let at = &path;
        let fault = |fault: Fault| fault.at(at);
        let database = opener().map_err(Fault::from).map_err(fault)?;
        let transaction = database.begin_read().map_err(Fault::from).map_err(fault)?;
        let damaged = |what: &str| Error::Damaged { path: at.clone(), what: what.into() };
        let meta = match transaction.open_table(META) {
            Ok(meta) => meta,
            Err(TableError::TableDoesNotExist(_)) => return Err(damaged("it has no head")),
            Err(error) => return Err(fault(error.into())),
        };
        let value = |key: &str| -> Result<Vec<u8>, Error> {
            let value = meta.get(key).map_err(Fault::from).map_err(fault)?;
            value.map(|value| value.value().to_vec()).ok_or_else(|| damaged("its head is incomplete"))
        };
        let found =
            u32::from_le_bytes(value("format")?.try_into().map_err(|_| damaged("its format version cannot be read"))?);
        if found != FORMAT {
            return Err(Error::Format { path, found, known: FORMAT });
        }
        if value("key")? != fingerprint {
            return Err(Error::WrongKey { path });
        }
        let log = transaction.open_table(LOG).map_err(Fault::from).map_err(fault)?;
        let end = log.last().map_err(Fault::from).map_err(fault)?.map_or(0, |(position, _)| position.value());
        if log.len().map_err(Fault::from).map_err(fault)? != end {
            return Err(damaged("entries are missing"));
        }
        drop((log, meta, transaction));
        Ok(Self { path, opener, database: Some(database), again: Mutex::new(None), end, _lock: lock })
    }

    fn fault(&self, fault: impl Into<Fault>) -> Error {
        fault.into().at(&self.path)
    }

    fn write(&self, database: &Database, batch: &[&[u8]]) -> Result<u64, Error> {
        let mut transaction = database.begin_write().map_err(|error| self.fault(error))?;
        // The default, said aloud: a commit returns when it is on disk.
        let _ = transaction.set_durability(Durability::Immediate);
        let mut end = self.end;
        {
            let mut log = transaction.open_table(LOG).map_err(|error| self.fault(error))?;
            for entry in batch {
                end += 1;
                log.insert(end, *entry).map_err(|error| self.fault(error))?;
            }
        }
        transaction.commit().map_err(|error| self.fault(error))?;
        Ok(end)
    }

    fn begin_read(&self) -> Result<ReadTransaction, Error> {
        let begin = |database: &Database| database.begin_read().map_err(|error| self.fault(error));
        match &self.database {
            Some(database) => begin(database),
            None => {
                let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
                let database = match again.take() {
                    Some(database) => database,
                    None => (self.opener)().map_err(|error| self.fault(error))?,
                };
                begin(again.insert(database))
            }
        }
    }
}

impl Log for Redb {
    fn append(&mut self, batch: &[&[u8]]) -> Result<Position, Error> {
        let first = Position(self.end + 1);
        let database = self.database.as_ref().ok_or(Error::Poisoned)?;
        if batch.is_empty() {
            return Ok(first);
        }
        match self.write(database, batch) {
            Ok(end) => {
                self.end = end;
                Ok(first)
            }
            Err(error) => {
                self.database = None;
                Err(error)
            }
        }
    }

    fn read(&self, from: Position, each: &mut dyn FnMut(Position, &[u8]) -> ControlFlow<()>) -> Result<(), Error> {
        let mut next = from.0.max(1);
        if next > self.end {
            return Ok(());
        }
        let log = self.begin_read()?.open_table(LOG).map_err(|error| self.fault(error))?;
        let missing =
            |position: u64| Error::Damaged { path: self.path.clone(), what: format!("entry {position} is missing") };
        for entry in log.range(next..=self.end).map_err(|error| self.fault(error))? {
            let (position, bytes) = entry.map_err(|error| self.fault(error))?;
            if position.value() != next {
                return Err(missing(next));
            }
            if each(Position(next), bytes.value()).is_break() {
                return Ok(());
            }
            next += 1;
        }
        if next == self.end + 1 { Ok(()) } else { Err(missing(next)) }
    }

    fn end(&self) -> Position {
        Position(self.end)
    }

    fn name(&self) -> &str {
        "redb"
    }
}

impl fmt::Debug for Redb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redb")
            .field("path", &self.path)
            .field("end", &self.end)
            .field("poisoned", &self.database.is_none())
            .finish()
    }
}

// ---------------------------------------------------------------- making a store

fn builder() -> redb::Builder {
    let mut builder = redb::Builder::new();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    builder
}

/// What customers said stands in it in plain bytes, so a new directory is its owner's alone.
fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    sync_folder_of(directory)
}

fn lock(directory: &Path) -> Result<File, Error> {
    let path = directory.join("lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy { path: directory.into() }),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

/// Makes a log under another name and renames it, so that it is whole or absent. The caller holds the lock.
fn create(path: &Path, fingerprint: [u8; 16]) -> Result<(), Error> {
    let draft = path.with_extension("redb.new");
    match fs::remove_file(&draft) {
        // A leftover of a process that died here.
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("remove", &draft)(error)),
    }
    let database = redb::Builder::new()
        .set_cache_size(CACHE_BYTES)
        .create(&draft)
        .map_err(|error| Fault::from(error).at(&draft))?;
    found(&database, FORMAT, fingerprint).map_err(|fault| fault.at(&draft))?;
    database.close().map_err(|error| Fault::from(error).at(&draft))?;
    fs::rename(&draft, path).and_then(|()| sync_folder_of(path)).map_err(Error::io("create", path))
}

/// Writes the head of a new log.
fn found(database: &Database, format: u32, fingerprint: [u8; 16]) -> Result<(), Fault> {
    let transaction = database.begin_write()?;
    {
        let mut meta = transaction.open_table(META)?;
        meta.insert("format", format.to_le_bytes().as_slice())?;
        meta.insert("key", fingerprint.as_slice())?;
        meta.insert("created_by", concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).as_bytes())?;
        transaction.open_table(LOG)?;
    }
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests;
