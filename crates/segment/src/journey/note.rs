//! What journeys tell: orders for actions, and what became of a walk.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use onefold_model::{ProfileId, Text, Time};
use serde::Serialize;

/// Something that a journey tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// When.
    pub at: Time,
    /// Whom it concerns.
    pub profile: ProfileId,
    /// Which journey.
    pub journey: Arc<str>,
    /// Which of them, where it has a key.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "key")]
    pub key: Option<Text>,
    /// What.
    pub what: Noted,
}

/// What a journey tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Noted {
    /// A walk began.
    Began,
    /// An action is wished for.
    Ordered(Order),
    /// An action waits.
    Postponed {
        /// At which step.
        step: Arc<str>,
        /// Until when.
        until: Time,
        /// For what.
        why: Why,
    },
    /// An action is left out, and the walk goes on.
    Skipped {
        /// At which step.
        step: Arc<str>,
        /// For what.
        why: Why,
    },
    /// An action was ordered for a reason that, as is known now, was none. It cannot be taken back here.
    TooLate {
        /// The id of its order.
        order: String,
    },
    /// The walk is over.
    Ended(Ended),
}

/// Why an action waits or is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The profile's quiet hours.
    Quiet,
    /// A cap leaves no room.
    Cap,
    /// The profile is in a segment that no action reaches.
    Suppressed,
    /// It was ordered already, by a profile that became part of this one.
    Done,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// After its last step.
    Finished,
    /// It reached its goal.
    Goal,
    /// A condition to leave at once held.
    Exit,
    /// What began it was, as is known now, not so.
    Cancelled,
    /// Its journey or step is not defined any more.
    Undefined,
}

/// A wish for an action. Whether it may be carried out is not judged here: consent is asked where it is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The same wish has the same id, however often it is told: journey, step, its how-manieth time, the profile and
    /// instant that began the walk, and the key.
    pub id: String,
    /// The step.
    pub step: Arc<str>,
    /// What to do.
    pub action: Arc<str>,
    /// By which channel; none where it reaches nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
    /// What the definition gives along.
    #[serde(skip_serializing_if = "none")]
    pub with: Arc<BTreeMap<String, String>>,
    /// When the walk began.
    pub entered: Time,
}

fn none(with: &Arc<BTreeMap<String, String>>) -> bool {
    with.is_empty()
}

fn key<S: serde::Serializer>(key: &Option<Text>, to: S) -> Result<S::Ok, S::Error> {
    match key {
        Some(key) => to.serialize_str(key.as_str()),
        None => to.serialize_none(),
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at, self.journey)?;
        if let Some(key) = &self.key {
            write!(f, " ({})", key.as_str())?;
        }
        write!(f, ": {}", self.what)
    }
}

impl fmt::Display for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Began => f.write_str("began"),
            Self::Ordered(order) => match &order.channel {
                Some(channel) => write!(f, "ordered {} by {channel}", order.action),
                None => write!(f, "ordered {}", order.action),
            },
            Self::Postponed { step, until, why } => write!(f, "{step} waits until {until}: {why}"),
            Self::Skipped { step, why } => write!(f, "{step} left out: {why}"),
            Self::TooLate { order } => write!(f, "too late to take back {order}"),
            Self::Ended(how) => write!(f, "ended: {how}"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quiet => "quiet hours",
            Self::Cap => "no room under a cap",
            Self::Suppressed => "suppressed",
            Self::Done => "ordered before",
        })
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Finished => "after its last step",
            Self::Goal => "goal reached",
            Self::Exit => "left at once",
            Self::Cancelled => "what began it was not so",
            Self::Undefined => "not defined any more",
        })
    }
}
