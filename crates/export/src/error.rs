//! What can go wrong on the way out.

use std::io;
use std::path::PathBuf;

use onefold_model::Text;

/// The errors of this crate. What a destination says of a record is no error but an [`Outcome`](crate::Outcome).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {doing} `{}`: {source}", .path.display())]
    Io {
        /// What was tried, such as `create`.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The work takes persons out, and the destination has no way to.
    #[error("`{0}` cannot take anybody out, so an audience cannot be kept there")]
    Removals(Text),
    /// The work was cleared for somebody else than the audience is kept at.
    #[error("the records were cleared for `{cleared}`, but the audience is that of `{audience}`")]
    Recipient {
        /// For whom the records were cleared.
        cleared: Text,
        /// Whose audience it is.
        audience: Text,
    },
    /// A field has the name of a column that the format needs itself.
    #[error(
        "the field `{0}` has the name of the column that tells additions from removals; rename it for this recipient"
    )]
    Column(Text),
    /// The checkpoint was taken of other work.
    #[error("the checkpoint was taken of other records than these; deliver them from the start")]
    Checkpoint,
}

impl Error {
    /// For `map_err`: what was tried, and on what.
    #[cfg(any(feature = "csv", feature = "json"))]
    pub(crate) fn io(doing: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.into(), source }
    }
}
