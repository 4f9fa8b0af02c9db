//! A log that lasts as long as the process: for tests, examples, and platforms that are filled anew at each start.

use std::fmt;
use std::ops::ControlFlow;

use onefold_model::Position;

use crate::{Error, Log};

/// A log in memory. Nothing of it lasts.
#[derive(Default)]
pub struct Memory {
    entries: Vec<Box<[u8]>>,
}

impl Log for Memory {
    fn append(&mut self, batch: &[&[u8]]) -> Result<Position, Error> {
        let first = Position(self.end().0 + 1);
        self.entries.extend(batch.iter().map(|entry| Box::from(*entry)));
        Ok(first)
    }

    fn read(&self, from: Position, each: &mut dyn FnMut(Position, &[u8]) -> ControlFlow<()>) -> Result<(), Error> {
        let first = from.0.max(1);
        let skipped = usize::try_from(first - 1).unwrap_or(usize::MAX);
        for (position, entry) in (first..).zip(self.entries.iter().skip(skipped)) {
            if each(Position(position), entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn end(&self) -> Position {
        Position(self.entries.len() as u64)
    }

    fn name(&self) -> &str {
        "memory"
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The entries are what customers said: their number alone is shown.
        f.debug_struct("Memory").field("end", &self.entries.len()).finish()
    }
}
