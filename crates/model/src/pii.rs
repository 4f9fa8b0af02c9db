//! Personal data that does not leak into logs.

use std::fmt;

/// A wrapper whose `Debug` shows nothing and which has no `Display`: a value is shown only where the code says
/// [`reveal`](Pii::reveal).
///
/// ```
/// let name = onefold_model::Pii::new("Ada");
/// assert_eq!(format!("{name:?}"), "Pii(redacted)");
/// assert_eq!(*name.reveal(), "Ada");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Each call is a place that an auditor can search for.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pii(redacted)")
    }
}
