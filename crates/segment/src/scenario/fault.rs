//! What can be wrong with a scenario, and where.

use std::fmt;

use onefold_model::{Issue, Time};

/// A scenario that cannot be run, and where.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Fault {
    /// Where in the scenario.
    pub place: Place,
    /// What is wrong.
    pub reason: Reason,
}

/// A place in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// What holds for all of it.
    Scenario,
    /// A customer, by her name.
    Who(String),
    /// A household or account, by its name.
    Group(String),
    /// The n-th thing that happens, from 1.
    Given(usize),
    /// The n-th expectation, from 1.
    Expect(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario => f.write_str("scenario"),
            Self::Who(name) => write!(f, "who `{name}`"),
            Self::Group(name) => write!(f, "group `{name}`"),
            Self::Given(nth) => write!(f, "given {nth}"),
            Self::Expect(nth) => write!(f, "expect {nth}"),
        }
    }
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// An instant that cannot be read.
    #[error("`{0}` is no instant; write `2026-03-01T09:00:00Z`, `09:00` or `+1h`")]
    When(String),
    /// An instant before time begins.
    #[error("{at} is before time begins, at {start}")]
    Early {
        /// The instant.
        at: Time,
        /// When time begins.
        start: Time,
    },
    /// Something told before it occurs.
    #[error("told at {told}, before it occurs at {at}")]
    Foretold {
        /// When it occurs.
        at: Time,
        /// When it is told.
        told: Time,
    },
    /// A name that nobody declared or defined.
    #[error("unknown {what} `{name}`{}", .help.as_ref().map_or_else(String::new, |help| format!("; did you mean `{help}`?")))]
    Unknown {
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
        /// A known name that looks like it.
        help: Option<String>,
    },
    /// What the schema has to say.
    #[error("{0}")]
    Schema(String),
    /// What the schema does not take.
    #[error("{0}")]
    Issue(Issue),
    /// Something that says nothing.
    #[error("says nothing")]
    Empty,
    /// An expectation without a customer.
    #[error("of whom? `who` is missing")]
    Whom,
    /// The schema declares nothing that a customer could be called by.
    #[error("no kind of identifier takes all names; name one as `kind`")]
    Kind,
}

impl From<onefold_model::Error> for Reason {
    fn from(error: onefold_model::Error) -> Self {
        match error {
            onefold_model::Error::Unknown { what, name, help } => Self::Unknown { what, name, help },
            onefold_model::Error::Issue(issue) => Self::Issue(issue),
            other => Self::Schema(other.to_string()),
        }
    }
}
