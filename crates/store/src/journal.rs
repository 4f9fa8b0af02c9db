//! Entries in and out of a log, by the schema of today.
//!
//! The log keeps names, not the numbers that a schema gives them, so a journal may be opened with another schema than
//! it was written with: a field declared since is found among the extras of old events and takes its place; a field no
//! longer declared goes back to the extras. A source, kind, purpose or channel that old entries name and nobody
//! declares any more is an error, since reading on would lose what it said.

use std::fmt;
use std::ops::ControlFlow;

use onefold_model::{Entry, Position, Schema};

use crate::{Error, Log};

/// A log of typed entries.
pub struct Journal {
    log: Box<dyn Log>,
    schema: Schema,
}

impl Journal {
    /// Entries of a schema in a log.
    #[must_use]
    pub fn new(log: impl Log + 'static, schema: Schema) -> Self {
        Self { log: Box::new(log), schema }
    }

    /// Appends entries in one durable step, and returns the position of the first. The caller chooses the batch: a
    /// thousand entries share the price of one synchronisation of the disk.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn append(&mut self, entries: &[Entry]) -> Result<Position, Error> {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(entries.len());
        for entry in entries {
            entry.encode(&self.schema, &mut bytes);
            ends.push(bytes.len());
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let batch: Vec<&[u8]> =
            starts.zip(&ends).map(|(start, end)| bytes.get(start..*end).unwrap_or_default()).collect();
        self.log.append(&batch)
    }

    /// Hands over every entry from a position on, in ascending order; [`Position::default`] is before the first.
    ///
    /// # Errors
    /// The first error of `each`; [`Error::Entry`], with its position, where an entry cannot be read; or as
    /// [`Log::read`].
    pub fn replay<E: From<Error>>(
        &self,
        from: Position,
        mut each: impl FnMut(Position, Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut result = Ok(());
        self.log.read(from, &mut |position, bytes| {
            result = match Entry::decode(bytes, &self.schema) {
                Ok(entry) => each(position, entry),
                Err(source) => Err(Error::Entry { position, source }.into()),
            };
            if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        result
    }

    /// The position of the last acknowledged entry; 0 where there is none.
    #[must_use]
    pub fn end(&self) -> Position {
        self.log.end()
    }

    /// The log underneath.
    #[must_use]
    pub fn log(&self) -> &dyn Log {
        &*self.log
    }

    /// Takes the log out, to open it with another schema.
    #[must_use]
    pub fn into_log(self) -> Box<dyn Log> {
        self.log
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("log", &self.log.name()).field("end", &self.end().0).finish_non_exhaustive()
    }
}
