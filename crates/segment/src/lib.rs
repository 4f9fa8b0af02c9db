//! Which group, now, and until when? A typed language for segments, evaluated live and in batch by one semantics.
//!
//! A segment is a condition on a customer. Most conditions are about time (*bought in the last 30 days*, *left a cart
//! and did not come back within an hour*), so that people enter and leave though nothing happens. Systems that
//! recompute every hour are wrong for up to an hour. Here every answer says *until when* it holds, so that the next
//! change is known in advance and happens at its instant, and the same evaluator, asked afresh for everybody, gives
//! the same answers.
//!
//! ```
//! use onefold_model::{Kind, Money, Party, Schema, Sheet, Time, Truth, Type};
//! use onefold_segment::Definitions;
//!
//! let schema = Schema::builder()
//!     .source("app", Party::First, 50)
//!     .kind(Kind::person("user_id"))
//!     .field("country", Type::Text)
//!     .event("purchase", [("amount", Type::Money)])
//!     .build([7; 32].into())?;
//! let definitions = Definitions::parse(r#"segment loyal = country in ("DE", "FR") and count(purchase) in last 30 days >= 1"#, &schema)?;
//! let loyal = definitions.id("loyal").ok_or("no such segment")?;
//!
//! let now: Time = "2026-03-01T10:00:00Z".parse()?;
//! let mut ada = Sheet::new(&schema, &schema.identifier("user_id", "u-1")?).set("country", "DE")?;
//! ada.push(schema.draft("app", "purchase").at(now).set("amount", "49.90 EUR".parse::<Money>()?))?;
//!
//! let answer = definitions.eval(loyal, &ada, &ada, now);
//! assert_eq!((answer.value, answer.exact), (Truth::Yes, true));
//! assert_eq!(answer.until.to_string(), "2026-03-31T10:00:00Z");
//! assert_eq!(definitions.why(loyal, &ada, &ada, now).to_string(), r#"loyal: in, until 2026-03-31T10:00:00Z unless something happens
//!   yes     country in ("DE", "FR") and count(purchase) in last 30d >= 1 (changes at 2026-03-31T10:00:00Z)
//!     yes     country in ("DE", "FR")
//!     yes     count(purchase) in last 30d >= 1 (counted 1, the newest at 2026-03-01T10:00:00Z; until the purchase of 2026-03-01 is 30d old; changes at 2026-03-31T10:00:00Z)
//! "#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The way of a definition: text ([`Definitions::parse`]), JSON or Rust ([`Definitions::builder`]) give one tree
//! ([`Expr`]); it is checked against the schema, with every error told in one run; the typed parts of all segments are
//! shared; [`Definitions::eval`] answers for one profile, [`batch`] for all, [`Live`] keeps memberships true. The
//! language is told in docs/SEGMENTS.md.
//!
//! # Semantics
//!
//! - `in last W` is the half-open window (t - W, t]. `between F and T ago` is (t - F, t - T]. `between @A and @B` is
//!   [A, B). What occurred after `now` does not exist.
//! - `B within d of A` means A ≤ B < A + d with two distinct events. That no B came is decided at A + d exactly. The
//!   window of a sequence looks at its first step.
//! - Unknown is neither: a comparison with a trait that is not known, or of two currencies, is unknown, and so is its
//!   contrary. An event whose filter is unknown does not count. Only a yes makes a member, and `in segment x` is yes
//!   or no.
//! - Counts are of events; sums are exact, take the amounts in the currency they are compared with, and pass over
//!   rows without the property. No rows add up to 0.
//! - Text orders by its bytes and is compared as it stands, upper and lower case apart.
//!
//! # Beside the language
//!
//! - [`Columns`] hold many people's events and traits in columns, [`Batch`] evaluates all segments over them in one
//!   fused pass, [`next_change`] is the first instant at which any membership changes if nothing arrives, [`Funnel`] and
//!   [`Retention`] report.
//! - [`Live`] keeps memberships true and tells every change with its cause.
//! - [`ready`] has definitions ready made, [`journey`] what to do when somebody enters or leaves, [`scenario`] tests of
//!   one's own definitions.
//!
//! # It is not
//!
//! A judge of consent (it asks [`Facts::permits`](onefold_model::Facts::permits)), a store of profiles, a sender of messages. It
//! has no clock: time is told.

mod ast;
mod batch;
mod calendar;
mod check;
mod columns;
mod definitions;
mod english;
mod error;
mod eval;
mod events;
mod geo;
pub mod journey;
mod lex;
mod lint;
mod live;
mod number;
mod order;
mod parse;
mod plan;
mod rank;
pub mod ready;
mod report;
pub mod scenario;
mod sequence;
mod value;
mod why;
mod zone;

/// Definitions written in Rust step by step.
pub mod make {
    pub use crate::ast::{Amount, Case, Changed, Did, FirstTime, Started, Steps, Subject};
}

pub use ast::{
    Aggregate, Arith, Body, Check, Definition, Elapsed, End, Events, Expr, Function, Literal, Name, Op, Path,
    Quantifier, Rank, Sequence, Size, Source, Span, Step, Target, Term, Test, Then, Unit, When, Window, Zone, case,
    constant, count, did, event, events, field, first_time, score, sum,
};
pub use batch::{Batch, Members, Undone, Work, batch, next_change};
pub use columns::Columns;
pub use definitions::{Builder, Definitions};
pub use error::Error;
pub use eval::Answer;
pub use live::{Difference, Effort, History, Live, Redefined, Stay};
pub use report::{Cohort, Funnel, Retention, Stage};
pub use why::{Explanation, Part};

/// The examples of the tutorial.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/SEGMENTS.md")]
struct Tutorial;

#[cfg(test)]
mod tests;
