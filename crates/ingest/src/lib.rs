//! Is it well said? Rows and messages of any source become drafts, with data-quality issues beside them.
//!
//! Every source speaks its own dialect: a till writes `31/12/2026;49,90`, a shop posts JSON, a web page sends the
//! messages of the Segment specification. This crate turns each record into a [`Parsed`](onefold_model::Parsed): a
//! draft in the words of the schema, or a record set aside with its bytes and the reason. Nothing is dropped, nothing
//! is guessed: what cannot be read is quarantined, with its row, and can be fed again after a fix.
//!
//! | what comes | what reads it |
//! |---|---|
//! | a CSV file of any dialect | [`csv()`], with a [`Mapping`] |
//! | one JSON object a line | [`ndjson()`], with a [`Mapping`] |
//! | rows or lines that the caller has already | [`Rows`] or [`Lines`], with a [`Mapping`] |
//! | bodies that client libraries post | [`Segment`] |
//!
//! ```
//! # #[cfg(feature = "csv")] {
//! use onefold_ingest::{Mapping, csv_reader};
//! use onefold_model::{Form, Kind, Parsed, Party, Schema, Type};
//!
//! let schema = Schema::builder()
//!     .source("crm", Party::First, 90)
//!     .kind(Kind::person("user_id"))
//!     .kind(Kind::person("email").form(Form::Email))
//!     .field("country", Type::Text)
//!     .build([7; 32].into())?;
//! let crm = Mapping::of("crm", "identify").who("customer", "user_id").who("mail", "email").field("land", "country");
//! let file = "customer;mail;land\nu-1; Ada@Example.com ;GB\n";
//! let rows: Vec<Parsed> = csv_reader(file.as_bytes(), &crm, &schema)?.collect();
//! let Some(Parsed::Draft(ada)) = rows.first() else { unreachable!() };
//! let event = ada.receive("2026-03-01T09:00:00Z".parse()?)?;
//! assert_eq!(event.who[1].value().reveal().as_str(), "ada@example.com");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything is pure, streaming and bounded: bytes in, `Parsed` out, no file sorted or held as a whole. Nobody is
//! asked, so that suppression and duplicates are the business of those who take the drafts.
//!
//! It is not: a client of sources (it opens files, never sockets), a guesser of encodings (UTF-8 only), a place for
//! time zones (a time without an offset is UTC), or a reader of spreadsheets and XML.

mod amount;
#[cfg(feature = "csv")]
mod cells;
mod choice;
mod clock;
mod count;
#[cfg(feature = "csv")]
mod csv;
mod error;
#[cfg(any(feature = "csv", feature = "json"))]
mod frame;
mod infer;
#[cfg(feature = "json")]
pub mod json;
mod mapping;
#[cfg(feature = "json")]
mod ndjson;
#[cfg(feature = "json")]
mod path;
mod rows;
#[cfg(feature = "json")]
pub mod segment;
pub mod survey;

pub use amount::Numbers;
pub use clock::TimeFormat;
#[cfg(feature = "csv")]
pub use csv::{Csv, csv, csv_columns, csv_reader};
pub use error::Error;
pub use infer::schema as infer_schema;
#[cfg(feature = "toml")]
pub use mapping::imports;
pub use mapping::{Amount, Consented, Constant, Mapping, Names, Rest, choose};
#[cfg(feature = "json")]
pub use ndjson::{Lines, Ndjson, ndjson, ndjson_columns, ndjson_reader};
pub use rows::Rows;
#[cfg(feature = "json")]
pub use segment::{Intake, Message, Request, Segment};
pub use survey::DataProfile;
