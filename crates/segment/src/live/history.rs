//! Who was in which segment when, as the stream told it.
//!
//! A [`History`] is fed with changes and keeps, for each profile and segment, the stays: from when to when. It answers
//! what was *told* at a past instant. Late data corrects the present and never the past, so that this may differ from
//! an evaluation of the past with all that is known today.

use std::collections::BTreeMap;
use std::time::Duration;

use onefold_model::{Change, News, ProfileId, SegmentId, Time};

/// A stay in a segment: [`from`, `to`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// When it entered.
    pub from: Time,
    /// When it left; [`Time::MAX`] while it is in.
    pub to: Time,
}

/// Stays of profiles in segments, kept for a while.
///
/// ```
/// use onefold_model::{Cause, Facts, Kind, Schema, Sheet, Time, Type};
/// use onefold_segment::{Definitions, History, Live};
/// use std::time::Duration;
/// let schema = Schema::builder().source("web", onefold_model::Party::First, 50)
///     .kind(Kind::person("user_id")).event("login", [("device", Type::Text)]).build([7; 32].into())?;
/// let definitions = Definitions::parse("segment active = did login in last 7 days", &schema)?;
/// let active = definitions.id("active").ok_or("no such segment")?;
/// let mut ada = Sheet::new(&schema, &schema.identifier("user_id", "ada")?);
/// let (first, eighth): (Time, Time) = ("2026-03-01".parse()?, "2026-03-08".parse()?);
/// ada.push(schema.draft("web", "login").at(first))?;
///
/// let (mut live, mut history, mut changes) = (Live::new(definitions), History::new(Duration::MAX), Vec::new());
/// live.touch(ada.profile(), Cause::Timer, &ada, first, &mut changes);
/// live.advance("2026-04-01".parse()?, &ada, &mut changes);
/// changes.iter().for_each(|change| history.tell(change));
/// assert!(history.was(active, ada.profile(), first));
/// assert!(!history.was(active, ada.profile(), eighth));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct History {
    keep: Duration,
    // INVARIANT: stays of one profile in one segment do not overlap and stand in the order of time; never empty.
    stays: BTreeMap<(SegmentId, ProfileId), Vec<Stay>>,
    forgotten: Time,
}

impl History {
    /// An empty history, of which stays that ended longer ago than `keep` can be [dropped](Self::forget).
    #[must_use]
    pub const fn new(keep: Duration) -> Self {
        Self { keep, stays: BTreeMap::new(), forgotten: Time::MIN }
    }

    /// Takes note of a change. Changes come in the order of the feed; other news than entries and exits is passed over.
    pub fn tell(&mut self, change: &Change) {
        match change.news {
            News::Entered(segment) => {
                let stays = self.stays.entry((segment, change.profile)).or_default();
                match stays.last_mut() {
                    // Out and in again at one instant was no absence.
                    Some(last) if last.to == change.at => last.to = Time::MAX,
                    Some(last) if last.to == Time::MAX => {}
                    _ => stays.push(Stay { from: change.at, to: Time::MAX }),
                }
            }
            News::Exited(segment) => {
                let key = (segment, change.profile);
                let Some(stays) = self.stays.get_mut(&key) else { return };
                if let Some(last) = stays.last_mut()
                    && last.to == Time::MAX
                {
                    last.to = change.at.max(last.from);
                }
                // In and out at one instant was no stay.
                stays.retain(|stay| stay.from < stay.to);
                if stays.is_empty() {
                    self.stays.remove(&key);
                }
            }
            _ => {}
        }
    }

    /// Drops stays that ended longer ago than is kept.
    pub fn forget(&mut self, now: Time) {
        let keep = i64::try_from(self.keep.as_micros()).unwrap_or(i64::MAX);
        let end = Time(now.0.saturating_sub(keep));
        self.forgotten = self.forgotten.max(end);
        self.stays.retain(|_, stays| {
            stays.retain(|stay| stay.to > end);
            !stays.is_empty()
        });
    }

    /// The instant before which the history may have been dropped.
    #[must_use]
    pub const fn begins(&self) -> Time {
        self.forgotten
    }

    /// Whether a profile was in a segment at an instant, as was told then. False for what has been dropped.
    #[must_use]
    pub fn was(&self, segment: SegmentId, who: ProfileId, at: Time) -> bool {
        self.stays(segment, who).iter().any(|stay| stay.from <= at && at < stay.to)
    }

    /// The stays of a profile in a segment, in the order of time.
    #[must_use]
    pub fn stays(&self, segment: SegmentId, who: ProfileId) -> &[Stay] {
        self.stays.get(&(segment, who)).map_or(&[], Vec::as_slice)
    }

    /// Who was in a segment at an instant, sorted.
    pub fn members(&self, segment: SegmentId, at: Time) -> impl Iterator<Item = ProfileId> + '_ {
        let first = (segment, ProfileId(onefold_model::Token([0; 16])));
        let all = self.stays.range(first..).take_while(move |((other, _), _)| *other == segment);
        let was = move |stays: &[Stay]| stays.iter().any(|stay| stay.from <= at && at < stay.to);
        all.filter(move |(_, stays)| was(stays)).map(|((_, who), _)| *who)
    }

    /// Carries the history over to other definitions, as [`Redefined`](crate::Redefined) maps segments.
    pub fn redefine(&mut self, redefined: &crate::Redefined) {
        let stays = std::mem::take(&mut self.stays);
        for ((segment, who), stays) in stays {
            if let Some(now) = redefined.now(segment) {
                self.stays.insert((now, who), stays);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use onefold_model::{Cause, Cursor, Token};

    use super::*;

    #[test]
    fn stays_are_told_kept_and_dropped() {
        let who = ProfileId(Token([1; 16]));
        let mut history = History::new(Duration::from_micros(10));
        let change =
            |at, news| Change { cursor: Cursor::default(), at: Time(at), profile: who, cause: Cause::Timer, news };
        let [a, b] = [SegmentId(0), SegmentId(1)];
        for (at, news) in [
            (1, News::Entered(a)),
            (3, News::Exited(a)),
            (3, News::Entered(a)),
            (5, News::Exited(a)),
            (6, News::Entered(b)),
            (6, News::Exited(b)),
            (9, News::Entered(a)),
        ] {
            history.tell(&change(at, news));
        }
        assert_eq!(history.stays(a, who), [Stay { from: Time(1), to: Time(5) }, Stay { from: Time(9), to: Time::MAX }]);
        assert!(history.stays(b, who).is_empty());
        let was = [0, 1, 4, 5, 8, 9, 99].map(|at| history.was(a, who, Time(at)));
        assert_eq!(was, [false, true, true, false, false, true, true]);
        assert_eq!(history.members(a, Time(4)).collect::<Vec<_>>(), [who]);
        assert_eq!(history.members(b, Time(4)).count(), 0);
        history.forget(Time(15));
        assert_eq!((history.stays(a, who).len(), history.begins()), (1, Time(5)));
    }
}
