//! An identifier, normalised by construction.

use crate::{Member, Pii, Text};

/// A kind and a canonical value. Only [`Schema::identifier`](crate::Schema::identifier) makes one, so that intake,
/// matching, suppression and hashed audiences agree byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    member: Member,
    value: Pii<Text>,
}

impl Identifier {
    pub(crate) const fn new(member: Member, value: Text) -> Self {
        Self { member, value: Pii::new(value) }
    }

    /// The identifier without its value.
    #[must_use]
    pub const fn member(&self) -> Member {
        self.member
    }

    /// The canonical value.
    #[must_use]
    pub const fn value(&self) -> &Pii<Text> {
        &self.value
    }
}
