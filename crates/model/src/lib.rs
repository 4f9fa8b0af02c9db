//! What can be said? The nouns by which the sibling crates of onefold meet without knowing each other.
//!
//! A source says something about a customer: *this cookie looked at a shoe*, *customer 17 bought it*, *Ada does not
//! want letters*. This crate holds what can be said (an [`Event`] with its four times, its identifiers, traits,
//! properties and consent choices), in which words (the [`Schema`]), and in which canonical form ([`normalise`]).
//!
//! A type lives here only if two siblings name it, a trait only if one sibling must call another *inside its own
//! loop* ([`Facts`], [`People`], [`Members`], [`Gate`], [`Holder`]). Everything else is a value that the facade
//! carries from one crate to the next.
//!
//! ```
//! use onefold_model::{Form, Kind, Schema, Time, Type};
//!
//! let schema = Schema::builder()
//!     .source("web", onefold_model::Party::First, 50)
//!     .kind(Kind::person("email").form(Form::Email))
//!     .event("purchase", [("amount", Type::Money)])
//!     .build([7; 32].into())?;
//! let now: Time = "2026-03-01T09:00:00Z".parse()?;
//! let bought = schema.draft("web", "purchase").who("email", " Ada@Example.com ").at(now).set("amount", "49.90 EUR");
//! let event = bought.receive(now)?;
//! assert_eq!(event.who[0].value().reveal().as_str(), "ada@example.com");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is not: a parser of files (`onefold-ingest`), a store, or a place for behaviour. It reads no clock and opens
//! no file; time is a parameter called `now`.

mod change;
mod date;
mod decimal;
mod diagnostic;
mod draft;
mod error;
mod event;
mod facts;
mod holder;
mod id;
mod identifier;
mod label;
mod limits;
pub mod normalise;
mod parsed;
mod pii;
mod run;
pub mod schema;
mod ser;
mod sheet;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod time;
mod token;
mod value;
mod wire;

pub use change::{Cause, Change, News};
pub use date::Date;
pub use decimal::{Currency, Decimal, Money, ParseError, Sum};
pub use diagnostic::{Diagnostic, closest};
pub use draft::{Chosen, Draft};
pub use error::Error;
pub use event::{Action, Actor, Choice, Entry, Event, Fields, Quarantined, Retraction, Ruling, Scope, Times, Word};
pub use facts::{Facts, Gate, Members, People, Reason, Ungated, Verdict};
pub use holder::{Fate, Holder, HolderError, Statement, Subject};
pub use id::{
    ChannelId, ContentHash, Cursor, EventId, EventTypeId, FieldId, KindId, Member, Position, ProfileId, PurposeId,
    RelationId, SegmentId, SourceId, Token,
};
pub use identifier::Identifier;
pub use label::{Identity, Labels, Origin, Sensitivity};
pub use limits::Limits;
pub use parsed::{Issue, Parsed, Tally};
pub use pii::Pii;
pub use run::{CodeRows, Codes, Run, Stamps, Table};
pub use schema::{Class, Form, Kind, Party, Schema, SchemaBuilder, Survivorship, Type};
pub use sheet::Sheet;
pub use text::Text;
pub use time::{Time, Truth, Until, parse_span, show_span};
pub use token::TokenKey;
pub use value::{Score, Value};
pub use wire::WireError;
