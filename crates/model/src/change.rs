//! What changed: from identity to segments to exports to the application.

use crate::{Cursor, Position, ProfileId, PurposeId, SegmentId, Time, Truth};

/// One item of the change feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where it stands; resume after it.
    pub cursor: Cursor,
    /// The instant at which it holds.
    pub at: Time,
    /// Whom it concerns.
    pub profile: ProfileId,
    /// What brought it about.
    pub cause: Cause,
    /// What is new.
    pub news: News,
}

/// What is new.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum News {
    /// The profile took in others, whose ids are looked up to it from now on.
    Merged {
        /// The ids that are no longer roots.
        from: Box<[ProfileId]>,
    },
    /// Parts of the profile are profiles of their own again.
    Split {
        /// Their ids.
        into: Box<[ProfileId]>,
    },
    /// The same members have another root.
    Rekeyed {
        /// The former id.
        from: ProfileId,
    },
    /// The profile is a member of the segment now.
    Entered(SegmentId),
    /// It no longer is.
    Exited(SegmentId),
    /// A permission of the person changed.
    Permission {
        /// For which purpose.
        purpose: PurposeId,
        /// What it is now.
        now: Truth,
    },
}

/// What brought a change about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// An entry of the log.
    Event(Position),
    /// An entry that came after later ones: a correction.
    Late(Position),
    /// Time alone.
    Timer,
    /// Another definition.
    Definition,
    /// Two profiles became one.
    Merge,
    /// One profile became two.
    Split,
    /// A choice of the person.
    Consent,
    /// A human's ruling, or a retraction.
    Ruling,
    /// A score of a model.
    Score,
    /// An erasure.
    Erasure,
}
