//! To whom? Destinations, the delivery engine, files, and audience differences. Only cleared records leave.
//!
//! Exporting is where a mistake cannot be taken back, so three things are kept apart. A [`Destination`] knows a format:
//! three pure functions and a list of its [`Caps`]. The [`Engine`] knows how to deliver: it cuts the work into requests
//! that the destination can take and gives every record one [`Outcome`], without doing any I/O. A [`Driver`] does the
//! I/O and nothing else. What goes in is a [`Cleared`](onefold_consent::Cleared) batch, which only a policy makes; code
//! that hands over raw rows does not compile.
//!
//! ```
//! # #[cfg(feature = "csv")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use onefold_consent::{Basis, Consent, Keep, Person, Policy, Recipient, Row};
//! use onefold_export::{CsvFile, Driver};
//! use onefold_model::{Kind, ProfileId, Schema, Time};
//!
//! let schema = Schema::builder().kind(Kind::person("user_id")).purpose("shipping").build([7; 32].into())?;
//! let carrier = Recipient::new("carrier", "shipping").require("user_id", Keep::Pseudonym);
//! let policy = Policy::builder().purpose("shipping", Basis::Contract).recipient(carrier).build(&schema)?;
//! let (consent, now) = (Consent::new(policy), "2026-03-01T10:00:00Z".parse::<Time>()?);
//!
//! let ada = [schema.identifier("user_id", "u-1")?.member()];
//! let person = Person::new(ProfileId(ada[0].token), &ada);
//! let row = Row { person, fields: vec![("user_id".into(), "u-1".into())] };
//! let (cleared, refused) = consent.clear("carrier", [row], now)?;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("carrier.csv");
//! let receipt = CsvFile::create(&path)?.deliver(cleared)?;
//! assert_eq!((receipt.sent, refused.len()), (1, 0));
//! assert!(std::fs::read_to_string(&path)?.starts_with("user_id\n"));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "csv"))]
//! # fn main() {}
//! ```
//!
//! An [`Audience`] is what a destination holds because it was sent there: the next delivery is the exact difference to
//! it, removals first, and no lack of consent stops a removal.
//!
//! It is not yet, and names it here: a retrying engine (a record that asks for another try is told so in the receipt;
//! jitter, rate limits, several requests in flight, splitting to find a poisoned record, and dead letters are absent),
//! a client of any network service (bring the request to the service in a [`Via`]), a sender of updates (a person who
//! stays in an audience while her fields change is sent again by [`Audience::resync`] alone), or a holder that answers
//! an erasure request (an [`Audience`] keeps the keys of erased persons until their removal is delivered).

mod audience;
mod destination;
mod digest;
mod driver;
mod engine;
mod error;
mod receipt;
mod work;

#[cfg(feature = "csv")]
mod csv;
#[cfg(any(feature = "csv", feature = "json"))]
mod file;
#[cfg(feature = "json")]
mod ndjson;

#[cfg(feature = "csv")]
pub use self::csv::{Csv, CsvFile, Formulas};
pub use audience::{Audience, Difference, difference};
pub use destination::{Caps, Destination, Outcome, Payload, Record, Response, Unfit};
pub use driver::{Driver, Via};
pub use engine::{Engine, Request};
pub use error::Error;
#[cfg(feature = "json")]
pub use ndjson::{Ndjson, NdjsonFile};
pub use receipt::{Checkpoint, Progress, Receipt, Settled};
pub use work::{Key, Ticket, Work};
