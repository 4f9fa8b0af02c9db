//! The narrow trait: bytes in, bytes out, in order.
//!
//! A log knows nothing of events or schemas, so that an application can keep it wherever it keeps its other data (a
//! table, a replicated queue) by writing three functions. Deliberately absent: random access, deletion, several
//! writers.

use std::ops::ControlFlow;

use onefold_model::Position;

use crate::Error;

/// An append-only sequence of entries, each a run of bytes, at the positions 1, 2, 3 and so on without a gap.
///
/// ```
/// use std::ops::ControlFlow;
/// use onefold_model::Position;
/// use onefold_store::{Log, Memory};
///
/// let mut log = Memory::default();
/// assert_eq!(log.append(&[b"Ada", b"buys"])?, Position(1));
/// assert_eq!(log.append(&[b"a hat"])?, Position(3));
/// let mut said = Vec::new();
/// log.read(Position(2), &mut |_, bytes| {
///     said.push(bytes.to_vec());
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(said, [&b"buys"[..], b"a hat"]);
/// assert_eq!(log.end(), Position(3));
/// # Ok::<(), onefold_store::Error>(())
/// ```
pub trait Log: Send + Sync {
    /// Appends a batch in one durable step: when it returns, all of it is on disk. Returns the position of the first
    /// entry (of an empty batch: the position at which the next will stand).
    ///
    /// # Errors
    /// Where the batch could not be stored. It is then there wholly or not at all; which, the next opening says. After
    /// a failed write every further append is refused ([`Error::Poisoned`]), and reading goes on over what was
    /// acknowledged.
    fn append(&mut self, batch: &[&[u8]]) -> Result<Position, Error>;

    /// Reads the entries from a position on, in ascending order, until the end or until `each` breaks off.
    ///
    /// # Errors
    /// Where the entries could not be read, or are not those that were appended.
    fn read(&self, from: Position, each: &mut dyn FnMut(Position, &[u8]) -> ControlFlow<()>) -> Result<(), Error>;

    /// The position of the last acknowledged entry; 0 where there is none.
    fn end(&self) -> Position;

    /// What sort of log it is, for reports, such as `redb`.
    fn name(&self) -> &str;
}

impl<L: Log + ?Sized> Log for Box<L> {
    fn append(&mut self, batch: &[&[u8]]) -> Result<Position, Error> {
        (**self).append(batch)
    }
    fn read(&self, from: Position, each: &mut dyn FnMut(Position, &[u8]) -> ControlFlow<()>) -> Result<(), Error> {
        (**self).read(from, each)
    }
    fn end(&self) -> Position {
        (**self).end()
    }
    fn name(&self) -> &str {
        (**self).name()
    }
}
