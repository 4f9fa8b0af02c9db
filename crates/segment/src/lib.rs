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
//!     yes     count(purchase) in last 30d >= 1 (counted 1; changes at 2026-03-31T10:00:00Z)
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
//! # Not here yet
//!
//! Aggregates other than count and sum, calendar windows, sequences of more than two steps, sessions, ranks and
//! percentiles, samples, scores as functions, geography, relations and conditions on members of an account,
//! computed traits, arithmetic, comparisons of one trait with another. The reader knows their words and says that
//! they are not supported yet (`E03`). Comments are not kept by the canonical text.

mod ast;
mod check;
mod definitions;
mod error;
mod eval;
mod events;
mod lex;
mod lint;
mod live;
mod order;
mod parse;
mod plan;
mod value;
mod why;

/// Definitions written in Rust step by step.
pub mod make {
    pub use crate::ast::{Compared, Count, Did, Sequence, Started, Subject, Sum};
}

pub use ast::{
    Check, Definition, Events, Expr, Literal, Name, Op, Source, Span, Target, Test, Then, Window, count, did, event,
    field, sum,
};
pub use definitions::{Builder, Definitions};
pub use error::Error;
pub use eval::Answer;
pub use live::{Live, batch};
pub use why::{Explanation, Part};

#[cfg(test)]
mod tests;
