//! The change feed: what changed, in the order of the log, kept up to a bound.

use std::collections::VecDeque;

use crate::Error;
use crate::model::{Change, Cursor};

/// The latest changes. INVARIANT: ascending by cursor; a function of the log's order, so that a restart has the same.
#[derive(Debug)]
pub(crate) struct Feed {
    changes: VecDeque<Change>,
    keep: usize,
    forgotten: Option<Cursor>,
    position: u64,
    nth: u32,
    stamped: usize,
}

impl Feed {
    pub(crate) fn new(keep: usize) -> Self {
        Self { changes: VecDeque::new(), keep, forgotten: None, position: 0, nth: 0, stamped: 0 }
    }

    /// How many changes there ever were.
    pub(crate) fn stamped(&self) -> usize {
        self.stamped
    }

    /// Changes from now on belong to the log entry at `position`.
    pub(crate) fn turn_to(&mut self, position: u64) {
        (self.position, self.nth) = (position, 0);
    }

    /// Stamps and keeps what was pushed into `out`.
    pub(crate) fn take(&mut self, out: &mut Vec<Change>) {
        for mut change in out.drain(..) {
            change.cursor = Cursor { position: self.position, nth: self.nth };
            self.nth += 1;
            self.stamped += 1;
            self.changes.push_back(change);
        }
        while self.changes.len() > self.keep {
            self.forgotten = self.changes.pop_front().map(|change| change.cursor);
        }
    }

    /// The changes after `cursor`; the default cursor is before all.
    pub(crate) fn since(&self, cursor: Cursor) -> Result<impl Iterator<Item = &Change>, Error> {
        if let Some(forgotten) = self.forgotten
            && cursor < forgotten
        {
            let kept = self.changes.front().map_or(forgotten.position + 1, |first| first.cursor.position);
            return Err(Error::CursorTooOld { kept });
        }
        let from = self.changes.partition_point(|change| change.cursor <= cursor);
        Ok(self.changes.range(from..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, News, ProfileId, SegmentId, Time, Token};

    fn change() -> Change {
        Change {
            cursor: Cursor::default(),
            at: Time(0),
            profile: ProfileId(Token([0; 16])),
            cause: Cause::Timer,
            news: News::Entered(SegmentId(0)),
        }
    }

    #[test]
    fn a_cursor_resumes_after_itself_and_an_old_one_is_told_so() {
        let mut feed = Feed::new(3);
        for position in 1..=3 {
            feed.turn_to(position);
            feed.take(&mut vec![change()]);
        }
        assert_eq!(feed.since(Cursor::default()).unwrap().count(), 3);
        assert_eq!(feed.since(Cursor { position: 2, nth: 0 }).unwrap().count(), 1);
        feed.turn_to(4);
        feed.take(&mut vec![change(), change()]);
        assert!(matches!(feed.since(Cursor::default()), Err(Error::CursorTooOld { kept: 3 })));
        assert_eq!(feed.since(Cursor { position: 3, nth: 0 }).unwrap().count(), 2);
        let mut none = Feed::new(0);
        none.turn_to(1);
        none.take(&mut vec![change()]);
        assert!(none.since(Cursor::default()).is_err(), "what was forgotten at once is not silently missing");
    }
}
