//! Why these are one person, why those are not, and how a profile came about: values that show themselves as text.
//!
//! Identifiers appear by their kind and the beginning of their token, never by their value. How the answers are found
//! stands in `why.rs`.

use std::fmt;
use std::time::Duration;

use onefold_model::{EventId, Member, Text, Time, show_span};
use serde::Serialize;

/// How strong a link is. Stronger links are taken first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stratum {
    /// A human ruled.
    Ruling,
    /// Events named two identifiers that prove the person, or said that two values are one.
    Declared,
    /// Two records are alike. Reserved: nothing is scored today.
    Scored,
    /// Events named a device.
    Device,
}

/// One link that holds, with the evidence behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// One end.
    pub a: Member,
    /// The other.
    pub b: Member,
    /// The names of their kinds.
    pub kinds: [Text; 2],
    /// How strong it is.
    pub stratum: Stratum,
    /// Whether the two count as one value.
    pub one: bool,
    /// For a ruling, who ruled.
    pub by: Option<Text>,
    /// The events behind it, by (occurrence, id).
    pub events: Vec<EventId>,
    /// The first evidence.
    pub first: Time,
    /// The last evidence.
    pub last: Time,
}

/// Why two identifiers are one person: the strongest chain of links between them, that whose weakest link is strongest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Path {
    /// The links from the one to the other; none if both are the same.
    pub steps: Vec<Step>,
}

/// Why a link is cut.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cut {
    /// A human ruled that somebody here and somebody there are two persons.
    Never,
    /// The profile would have several values of a kind of which there is one.
    Unique {
        /// The kind.
        kind: Text,
        /// How many it would have.
        found: u32,
    },
    /// The profile would have too many values of a kind.
    Limit {
        /// The kind.
        kind: Text,
        /// How many it may have.
        limit: u32,
        /// How many it would have.
        found: u32,
    },
    /// Too many values of a kind would first occur within one window.
    Window {
        /// The kind.
        kind: Text,
        /// How many may.
        count: u32,
        /// The length of the window.
        within: Duration,
    },
    /// The profile would be too large.
    Largest {
        /// How many nodes it may have.
        limit: u32,
        /// How many it would have.
        found: u32,
    },
    /// The gate does not permit to link the device.
    Gate {
        /// Its reason.
        code: &'static str,
    },
}

/// A link that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CutLink {
    /// One end.
    pub a: Member,
    /// The other.
    pub b: Member,
    /// The names of their kinds.
    pub kinds: [Text; 2],
    /// How strong it is.
    pub stratum: Stratum,
    /// What it would break.
    pub reason: Cut,
    /// The first evidence.
    pub first: Time,
    /// How many events are behind it.
    pub count: usize,
}

/// Why two identifiers are not one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhyNot {
    /// A human ruled so.
    Ruled {
        /// Who.
        by: Text,
        /// When.
        at: Time,
    },
    /// The best link on the way between them is cut.
    Cut(CutLink),
    /// They meet only in a value that names a crowd.
    Generic {
        /// The value.
        member: Member,
        /// The name of its kind.
        kind: Text,
        /// How many distinct neighbours it has that prove a person.
        neighbours: usize,
        /// Above how many it is generic.
        above: u32,
    },
    /// No evidence names them together.
    NoEvidence,
}

/// The beginning of a token is enough for a reader; the whole stands in the value.
struct Short<'a>(&'a str, Member);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.0)?;
        self.1.token.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn events(count: usize) -> String {
    if count == 1 { "1 event".into() } else { format!("{count} events") }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [kind_a, kind_b] = &self.kinds;
        write!(f, "{} and {}: ", Short(kind_a, self.a), Short(kind_b, self.b))?;
        match (&self.by, self.one) {
            (Some(by), _) => return write!(f, "ruled one by `{by}` at {}", self.first),
            (None, true) => write!(f, "said to be one by {}", events(self.events.len()))?,
            (None, false) => write!(f, "named together by {}", events(self.events.len()))?,
        }
        if self.first == self.last {
            write!(f, " at {}", self.first)
        } else {
            write!(f, " from {} to {}", self.first, self.last)
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("it is the same identifier");
        }
        for (nth, step) in self.steps.iter().enumerate() {
            if nth > 0 {
                f.write_str("; ")?;
            }
            step.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("a ruling keeps them apart"),
            Self::Unique { kind, found } => write!(f, "a profile has one `{kind}`, and this one would have {found}"),
            Self::Limit { kind, limit, found } => {
                write!(f, "a profile has at most {limit} of `{kind}`, and this one would have {found}")
            }
            Self::Window { kind, count, within } => {
                write!(
                    f,
                    "a profile gets at most {count} of `{kind}` within {}, and this one would get more",
                    show_span(*within)
                )
            }
            Self::Largest { limit, found } => {
                write!(f, "a profile has at most {limit} identifiers, and this one would have {found}")
            }
            Self::Gate { code } => write!(f, "the device may not be linked ({code})"),
        }
    }
}

impl fmt::Display for CutLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [kind_a, kind_b] = &self.kinds;
        write!(f, "{} and {} are linked", Short(kind_a, self.a), Short(kind_b, self.b))?;
        if self.count > 0 {
            write!(f, " by {}", events(self.count))?;
        }
        write!(f, " since {}, but the link is cut: {}", self.first, self.reason)
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ruled { by, at } => write!(f, "`{by}` ruled at {at} that they are two"),
            Self::Cut(link) => link.fmt(f),
            Self::Generic { member, kind, neighbours, above } => {
                write!(
                    f,
                    "they meet only in {}, which names a crowd: {neighbours} neighbours, more than {above}",
                    Short(kind, *member)
                )
            }
            Self::NoEvidence => f.write_str("no evidence names them together"),
        }
    }
}
