//! Reports about behaviour: how far people come in a sequence, and whether they come back.
//!
//! What is reported is said in the language of segments, so that a report and the segment of those who made it agree: a
//! [`Funnel`] counts who fulfils each beginning of a sequence, a [`Retention`] takes its events from two `did`s. Both count
//! profiles, not events; a share is left to the reader or to [`Display`](std::fmt::Display), which rounds it down to a tenth
//! of a percent.

mod funnel;
mod retention;

pub use funnel::{Funnel, Stage};
pub use retention::{Cohort, Retention};

use std::fmt;

/// A share in percent with one digit, rounded down; a dash where there is nothing to share.
struct Share(usize, usize);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.saturating_mul(1000).checked_div(self.1) {
            Some(mille) => f.pad(&format!("{}.{}%", mille / 10, mille % 10)),
            None => f.pad("-"),
        }
    }
}
