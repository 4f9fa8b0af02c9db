//! Answers: one that may be unknown, and one that says how long it holds.

use std::fmt;
use std::ops::Not;

use serde::{Deserialize, Serialize};

use crate::Time;

/// A value that holds on [now, `until`) if no data arrives.
///
/// Now is the instant that the question was asked for. Where `exact`, the value does change at `until`; where not,
/// `until` is only a safe lower bound, at which the question is asked again.
///
/// ```
/// use onefold_model::{Time, Until};
/// let granted = Until { value: true, until: "2026-09-01".parse()?, exact: true };
/// assert!(granted.map(|granted| !granted).exact);
/// assert_eq!(Until::always(7).until, Time::MAX);
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Until<T> {
    /// The answer now.
    pub value: T,
    /// The first instant at which it may be another; [`Time::MAX`] for never.
    pub until: Time,
    /// Whether it is another at `until` for certain, if no data arrives.
    pub exact: bool,
}

impl<T> Until<T> {
    /// A value that time alone never changes.
    #[must_use]
    pub const fn always(value: T) -> Self {
        Self { value, until: Time::MAX, exact: true }
    }

    /// Another value that holds as long. Where several values map to one, `exact` promises too much, and is the
    /// caller's to take back.
    #[must_use]
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Until<U> {
        Until { value: make(self.value), until: self.until, exact: self.exact }
    }
}

/// An answer in the logic of Kleene: what is not known may turn out to be either.
///
/// A missing fact makes a condition unknown, and a whole is unknown only where the unknown part decides:
///
/// | and | no | unknown | yes |  | or | no | unknown | yes |
/// |---|---|---|---|---|---|---|---|---|
/// | **no** | no | no | no |  | **no** | no | unknown | yes |
/// | **unknown** | no | unknown | unknown |  | **unknown** | unknown | unknown | yes |
/// | **yes** | no | unknown | yes |  | **yes** | yes | yes | yes |
///
/// The negation of no is yes, of yes no, and of unknown unknown. Source: S. C. Kleene, *Introduction to
/// Metamathematics* (1952), section 64, the strong tables.
///
/// ```
/// use onefold_model::Truth;
/// assert_eq!(Truth::No.and(Truth::Unknown), Truth::No);
/// assert_eq!(Truth::Yes.and(Truth::Unknown), Truth::Unknown);
/// assert!(!Truth::Unknown.not().is_yes());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// It is not so.
    No,
    /// It may be so or not.
    Unknown,
    /// It is so.
    Yes,
}

impl Truth {
    /// Yes where both are, no where either is.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    /// Yes where either is, no where both are.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            _ => Self::Unknown,
        }
    }

    /// Yes where it is no, no where it is yes. The operator `!` does the same.
    #[must_use]
    pub const fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }

    /// Whether it is yes: the two-valued answer, in which unknown does not count.
    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        Self::not(self)
    }
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Yes => "yes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Truth; 3] = [Truth::No, Truth::Unknown, Truth::Yes];

    /// What an answer may turn out to be.
    fn outcomes(answer: Truth) -> &'static [bool] {
        match answer {
            Truth::No => &[false],
            Truth::Unknown => &[false, true],
            Truth::Yes => &[true],
        }
    }

    fn decided(outcomes: impl Iterator<Item = bool> + Clone) -> Truth {
        match (outcomes.clone().any(|yes| yes), outcomes.clone().any(|yes| !yes)) {
            (true, false) => Truth::Yes,
            (false, _) => Truth::No,
            (true, true) => Truth::Unknown,
        }
    }

    #[test]
    fn the_tables_follow_from_what_may_turn_out() {
        for a in ALL {
            assert_eq!(a.not(), decided(outcomes(a).iter().map(|a| !a)));
            assert_eq!(!a, a.not());
            for b in ALL {
                let pairs = outcomes(a).iter().flat_map(|a| outcomes(b).iter().map(move |b| (*a, *b)));
                assert_eq!(a.and(b), decided(pairs.clone().map(|(a, b)| a && b)), "{a} and {b}");
                assert_eq!(a.or(b), decided(pairs.map(|(a, b)| a || b)), "{a} or {b}");
                assert_eq!((a.and(b), a.or(b)), (a.min(b), a.max(b)));
            }
        }
    }

    #[test]
    fn answers_are_lower_case_words() {
        assert_eq!(serde_json::to_string(&ALL).unwrap(), r#"["no","unknown","yes"]"#);
        assert_eq!(serde_json::from_str::<Truth>(r#""unknown""#).unwrap(), Truth::Unknown);
        assert_eq!(ALL.map(|truth| truth.to_string()), ["no", "unknown", "yes"]);
        assert_eq!((Truth::from(true), Truth::from(false)), (Truth::Yes, Truth::No));
    }

    #[test]
    fn a_mapped_answer_holds_as_long() {
        let granted = Until { value: 3, until: Time(7), exact: false };
        assert_eq!(granted.map(|value| value > 2), Until { value: true, until: Time(7), exact: false });
        assert_eq!(Until::always(1).map(|one| one + 1), Until::always(2));
    }
}
