//! What can go wrong with a file or a mapping. Dirty records are no errors but issues.

use std::io;
#[cfg(any(feature = "csv", feature = "json"))]
use std::path::Path;

use onefold_model::{Diagnostic, Text, closest};

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be opened.
    #[error("cannot open `{path}`: {reason}")]
    Open {
        /// The file.
        path: String,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// A file or stream that cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Read {
        /// The file, or what stands for it.
        path: String,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// A file without a single record, or without a header.
    #[error("`{path}` is empty: {expected}")]
    Empty {
        /// The file, or what stands for it.
        path: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A header that cannot be used.
    #[error("the header of `{path}` cannot be used: {reason}")]
    Header {
        /// The file, or what stands for it.
        path: String,
        /// Why.
        reason: String,
    },
    /// A column that a mapping names and the file does not have.
    #[error("mapping `{mapping}` names the column `{column}`, which is not there{}; the columns are {columns}", hint(.help))]
    Column {
        /// The mapping.
        mapping: String,
        /// The column that it names.
        column: String,
        /// A column that looks like it.
        help: Option<String>,
        /// The columns that there are.
        columns: String,
    },
    /// No mapping fits the columns.
    #[error("no mapping fits the columns {columns}{}", misses(.nearest))]
    NoMapping {
        /// The columns that there are.
        columns: String,
        /// The mapping that comes nearest, and the first column that it misses.
        nearest: Option<(String, String)>,
    },
    /// Two mappings fit the columns equally well.
    #[error(
        "the mappings `{first}` and `{second}` fit the columns equally well; name in `columns` what tells them apart"
    )]
    Ambiguous {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A mapping that does not hold together, or that names what the schema does not declare.
    #[error("{}", list(.0))]
    Invalid(Vec<Diagnostic>),
    /// An error of the model.
    #[error(transparent)]
    Model(#[from] onefold_model::Error),
}

impl Error {
    #[cfg(any(feature = "csv", feature = "json"))]
    pub(crate) fn open(path: &Path, reason: io::Error) -> Self {
        Self::Open { path: path.display().to_string(), reason }
    }

    pub(crate) fn column(mapping: &str, column: &str, columns: &[Text]) -> Self {
        Self::Column {
            mapping: mapping.into(),
            column: column.into(),
            help: closest(column, columns.iter().map(Text::as_str)).map(Into::into),
            columns: names(columns),
        }
    }
}

/// Names in backticks, at most so many that a line can hold them.
pub(crate) fn names(all: &[Text]) -> String {
    let shown: Vec<String> = all.iter().take(30).map(|name| format!("`{name}`")).collect();
    let more = all.len().saturating_sub(shown.len());
    match (shown.is_empty(), more) {
        (true, _) => "none".into(),
        (_, 0) => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}

fn hint(help: &Option<String>) -> String {
    help.as_ref().map_or_else(String::new, |help| format!(" (did you mean `{help}`?)"))
}

fn misses(nearest: &Option<(String, String)>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |(mapping, column)| format!("; `{mapping}` comes nearest but needs `{column}`"))
}

fn list(all: &[Diagnostic]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
