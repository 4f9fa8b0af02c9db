//! What can go wrong when records are matched. Dirty data is no error: it is counted in the table.

use onefold_model::closest;

/// Why records could not be matched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table that cannot be.
    #[error("{0}")]
    Table(String),
    /// A name that nothing bears.
    #[error("unknown {what} `{name}`{}", help.as_ref().map_or_else(String::new, |known| format!("; did you mean `{known}`?")))]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        name: String,
        /// The closest name that there is.
        help: Option<String>,
    },
    /// A rules file that cannot be read, with the places.
    #[error("{}", .0.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<onefold_model::Diagnostic>),
    /// A rule that does not hold together.
    #[error("{0}")]
    Rules(String),
    /// The model was made for other columns, or by another version.
    #[error("{0}")]
    Model(String),
    /// The caller's progress callback said stop.
    #[error("cancelled")]
    Cancelled,
    /// A file that cannot be read.
    #[error("cannot read `{file}`: {source}")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn unknown<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::Unknown { what, name: name.to_owned(), help: closest(name, known).map(str::to_owned) }
    }
}
