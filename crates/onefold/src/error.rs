//! What can go wrong, crate by crate.

/// The facade's error: each crate's own, unchanged. Its `Debug` is its `Display`, since that is what a `main` that
/// returns it shows.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A schema, definition, name or value that does not hold.
    #[error(transparent)]
    Model(#[from] crate::model::Error),
    /// A file that cannot be read, or a mapping that does not fit it.
    #[error(transparent)]
    Ingest(#[from] crate::ingest::Error),
    /// A rule of survivorship or a view.
    #[error(transparent)]
    Profile(#[from] crate::profile::Error),
    /// A definition of a segment.
    #[error(transparent)]
    Segment(#[from] crate::segment::Error),
    /// A policy, or a recipient that it does not know.
    #[error(transparent)]
    Consent(#[from] crate::consent::Error),
    /// The log or the keys.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// A delivery.
    #[error(transparent)]
    Export(#[from] crate::export::Error),
    /// A text of configuration, with everything that is wrong with it.
    #[error("{shown}")]
    Config {
        /// The diagnostics, drawn under their lines.
        shown: String,
    },
    /// The schema was built with another key than the one that opens the store.
    #[error("the schema is bound to another token key than the store's; build it with `keys.tokens()`")]
    OtherKey,
    /// An identifier of another schema, in which it may mean something else.
    #[error("the identifier was made by another schema; make it with `platform.schema()`")]
    OtherSchema,
    /// A cursor into a part of the change feed that is no longer kept.
    #[error("the change feed is kept from position {kept} on; rebuild from the segments' members and resume there")]
    CursorTooOld {
        /// The first position that is still kept.
        kept: u64,
    },
    /// An answer could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<crate::model::Issue> for Error {
    fn from(issue: crate::model::Issue) -> Self {
        Self::Model(issue.into())
    }
}

impl From<crate::model::ParseError> for Error {
    fn from(error: crate::model::ParseError) -> Self {
        Self::Model(error.into())
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
