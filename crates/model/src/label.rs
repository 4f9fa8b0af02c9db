//! Labels: what kind of data a field holds. Policies speak of labels, and derived data inherits them.

use serde::{Deserialize, Serialize};

/// Whether a field tells who somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// It does not.
    #[default]
    None,
    /// It tells a device.
    Device,
    /// It does together with other fields, such as a birth date with a postcode.
    Indirect,
    /// It does alone, such as an e-mail address.
    Direct,
}

/// How sensitive a field is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// It is not.
    #[default]
    None,
    /// Personal data.
    Pii,
    /// Personal data that hurts when it leaks, such as a bank account.
    Sensitive,
    /// The special categories of GDPR article 9, such as religion.
    SpecialCategory,
    /// Health.
    Health,
    /// Data of a child.
    Child,
}

/// How a value came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The customer said it.
    #[default]
    Provided,
    /// It was seen.
    Observed,
    /// It was computed from other values.
    Derived,
    /// A model guessed it.
    Inferred,
}

/// The three axes of a field's label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Labels {
    /// Whether it tells who somebody is.
    pub identity: Identity,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
    /// How it came to be.
    pub origin: Origin,
}

impl Labels {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The label of what is derived from both: the stronger on each axis.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            identity: self.identity.max(other.identity),
            sensitivity: self.sensitivity.max(other.sensitivity),
            origin: self.origin.max(other.origin),
        }
    }
}
