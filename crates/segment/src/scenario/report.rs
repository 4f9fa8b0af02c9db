//! What came of a scenario.

use std::fmt;

use onefold_model::Time;
use serde::Serialize;

/// What came of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// How many expectations held.
    pub passed: usize,
    /// Those that did not, in the order in which they are written.
    pub failed: Vec<Failure>,
    /// What nobody expected: memberships that changed and actions that were ordered. Told in any case; a failure only
    /// where the scenario is strict.
    pub unexpected: Vec<Happened>,
    /// Whether the scenario is strict.
    pub strict: bool,
    /// All that happened, in the order of time.
    pub transcript: Vec<Happened>,
}

impl Report {
    /// Whether everything came as expected.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.failed.is_empty() && (!self.strict || self.unexpected.is_empty())
    }
}

/// An expectation that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Which, from 1.
    pub expect: usize,
    /// What was expected.
    pub expected: String,
    /// What is so instead.
    pub found: String,
}

/// Something that happened to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// When.
    pub at: Time,
    /// To whom.
    pub who: String,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The scenario says so.
    Given(String),
    /// A segment was entered.
    Entered(String),
    /// A segment was left.
    Exited(String),
    /// A journey ordered an action.
    Ordered {
        /// Which action.
        action: String,
        /// By which channel.
        channel: Option<String>,
        /// Which journey.
        journey: String,
    },
    /// A journey told something else.
    Noted(String),
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for happened in &self.transcript {
            writeln!(f, "{happened}")?;
        }
        for failure in &self.failed {
            writeln!(f, "FAILED expect {}: {}; found: {}", failure.expect, failure.expected, failure.found)?;
        }
        for happened in self.unexpected.iter().filter(|_| self.strict) {
            writeln!(f, "UNEXPECTED {happened}")?;
        }
        let unexpected = if self.strict { self.unexpected.len() } else { 0 };
        write!(f, "{} passed, {} failed, {unexpected} unexpected", self.passed, self.failed.len())
    }
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.at, self.who, self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(text) => write!(f, "{text}"),
            Self::Entered(segment) => write!(f, "-> {segment}"),
            Self::Exited(segment) => write!(f, "<- {segment}"),
            Self::Ordered { action, channel: Some(channel), journey } => {
                write!(f, "!! {action} by {channel} ({journey})")
            }
            Self::Ordered { action, channel: None, journey } => write!(f, "!! {action} ({journey})"),
            Self::Noted(text) => write!(f, ".. {text}"),
        }
    }
}
