//! What can go wrong: a definition that does not hold together.

use onefold_model::Diagnostic;

/// The errors of this crate. Evaluation cannot fail: what is not known is [`Unknown`](onefold_model::Truth::Unknown).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Definitions that cannot be read or do not fit the schema, with everything that is wrong with them.
    #[error("{}", list(.0))]
    Invalid(Vec<Diagnostic>),
}

fn list(all: &[Diagnostic]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// As many faults are told; a text with more is probably not a text of this language.
const MOST: usize = 100;

/// Faults as they are found.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    all: Vec<Diagnostic>,
    more: bool,
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Diagnostic) {
        if self.all.len() < MOST {
            self.all.push(fault);
        } else {
            self.more = true;
        }
    }

    /// Whether no more will be told.
    pub(crate) const fn is_full(&self) -> bool {
        self.more
    }

    /// Nothing if there are none, else all of them in the order of the text.
    pub(crate) fn into_result(mut self) -> Result<(), Error> {
        if self.all.is_empty() {
            return Ok(());
        }
        self.all.sort_by_key(|fault| (fault.span.start, fault.span.end));
        if self.more {
            let at = self.all.last().map_or(0..0, |last| last.span.clone());
            let rest = "there are more errors than are shown";
            self.all.push(Diagnostic::new("E10", at, rest));
        }
        Err(Error::Invalid(self.all))
    }
}
