//! What follows when a segment is entered or an event occurs: journeys, as pure state machines over changes.
//!
//! A journey begins with a trigger and takes steps: it lets time pass, waits for something, splits, wishes for an
//! action. [`Walks`] holds where everybody is. It reads no clock, sends nothing and throws no dice: it is fed
//! [`Change`](onefold_model::Change)s and events, is told that time has passed, and tells [`Note`]s. The same input
//! gives the same notes, however often and in however large strides time is told to pass; so a journey can be tested,
//! replayed and explained like a segment.
//!
//! **An action is only a wish.** An [`Order`] names an action, a channel and a profile. Whether the person permits it is
//! not judged here but where it is exported, at the time of sending: journeys know caps, quiet hours and suppression,
//! which are manners, and no consent, which is law. An order has an id that is the same however often it is told, so
//! that carrying it out twice can be avoided.
//!
//! # Rules
//!
//! - Data at an instant comes before the steps at it. Walks are taken before actions; actions of one instant go by
//!   priority, then by the order of definition, key and profile.
//! - `wait .. within d` is fulfilled in [since, since + d), and over at since + d exactly. `since` is when the walk came
//!   to the step; an event that is told late began it when it occurred. To wait to have entered (left) a segment is
//!   fulfilled by being in (out) already.
//! - A goal or a condition to leave ends a walk before any step at the same instant.
//! - A profile walks a journey once at a time, or once for each value of its key.
//! - Quiet hours, caps and suppression concern actions with a channel. A cap counts (t - d, t]. A postponed action is
//!   asked everything again when its time has come.
//! - Where the membership that began a walk turns out never to have been ([`Cause::Late`](onefold_model::Cause::Late),
//!   [`Cause::Ruling`](onefold_model::Cause::Ruling)) the walk is cancelled; for orders given by then it is told that it
//!   is too late.
//! - When profiles merge their walks go on under the new id, two of one journey and key as the earlier of them; when
//!   they part, each goes on from there. No step is ordered twice by that.
//!
//! Deliberately absent: sending, templates, consent, filters on events beyond the key (a segment says more), and time
//! zones by name, which need a database.

mod check;
mod clock;
mod note;
mod person;
mod raw;
mod run;
mod saved;
mod source;
mod tell;
mod walks;

use std::fmt;
use std::sync::Arc;

use onefold_model::Schema;

pub use note::{Ended, Note, Noted, Order, Why};
pub use saved::Saved;
pub use source::{Again, Arm, Cap, Does, Excess, Exit, Journey, Moment, Quiet, Source, Step, Trigger, Way, Weekday};
pub use tell::Whereabouts;
pub use walks::Walks;

use crate::{Definitions, Error};

/// Journeys that fit a schema and segments. A clone shares them.
#[derive(Clone)]
pub struct Journeys(Arc<Inner>);

struct Inner {
    source: Source,
    plan: check::Plan,
    schema: Schema,
}

impl Source {
    /// Checks the journeys.
    ///
    /// ```
    /// use onefold_model::{Kind, Schema, Type};
    /// use onefold_segment::{Definitions, journey::{Journey, Source, Trigger}};
    /// let schema = Schema::builder().kind(Kind::person("user_id")).field("country", Type::Text).channel("email").build([7; 32].into())?;
    /// let segments = Definitions::parse("segment german = country = \"DE\"", &schema)?;
    /// let greet = Journey::on("greet", Trigger::Entered("germans".into())).act("greet", "email").then("7");
    /// let wrong = Source::default().journey(greet).check(&segments, &schema).unwrap_err();
    /// assert_eq!(wrong.to_string(), "J01: journey `greet`: unknown segment `germans`; did you mean `german`?\n\
    ///     J04: journey `greet`, step `1`: unknown step `7`; did you mean `1`?");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong. There is no text to point at: messages name the place.
    pub fn check(self, definitions: &Definitions, schema: &Schema) -> Result<Journeys, Error> {
        let plan = check::check(&self, definitions, schema)?;
        Ok(Journeys(Arc::new(Inner { source: self, plan, schema: schema.clone() })))
    }
}

impl Journeys {
    /// The plain data.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.0.source
    }

    fn plan(&self) -> &check::Plan {
        &self.0.plan
    }

    fn schema(&self) -> &Schema {
        &self.0.schema
    }
}

impl fmt::Debug for Journeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.source.journeys.iter().map(|it| &it.name)).finish()
    }
}

#[cfg(test)]
mod tests;
