//! What can go wrong with a policy that a user wrote, or a name that a caller gave.

use onefold_model::{Issue, ParseError};

/// The errors of this crate. A refusal is no error but a [`Decision`](crate::Decision).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A policy that does not hold together, a name that nobody declared, a value that cannot be read.
    #[error(transparent)]
    Model(#[from] onefold_model::Error),
}

impl From<Issue> for Error {
    fn from(issue: Issue) -> Self {
        Self::Model(issue.into())
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::Model(error.into())
    }
}
