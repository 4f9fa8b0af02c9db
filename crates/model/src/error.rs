//! What can go wrong with a text that a user wrote, or a name that a caller gave.

use crate::{Diagnostic, Issue, ParseError};

/// The errors of this crate. Dirty data is no error but an [`Issue`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A schema, mapping, policy or definition that does not hold together, with everything that is wrong with it.
    #[error("{}", crate::diagnostic::list(.0))]
    Invalid(Vec<Diagnostic>),
    /// A name that nobody declared.
    #[error("unknown {what} `{name}`{}", crate::diagnostic::did_you_mean(.help))]
    Unknown {
        /// What it should name, such as `kind`.
        what: &'static str,
        /// The name.
        name: String,
        /// A declared name that looks like it.
        help: Option<String>,
    },
    /// A value that is not what its declaration says.
    #[error(transparent)]
    Issue(#[from] Issue),
    /// A number, time or amount that cannot be read.
    #[error(transparent)]
    Parse(#[from] ParseError),
}

impl Error {
    /// An unknown name, with the closest of the known ones.
    pub fn unknown<'a>(what: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Unknown { what, name: name.into(), help: crate::closest(name, known).map(Into::into) }
    }
}
