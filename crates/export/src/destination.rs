//! What a destination is: a format and its bounds, without any I/O.
//!
//! Three pure functions are enough to write one, and enough to test one: which bounds it has, how records become a
//! request, and what its response says of each record. When to send, and how, is the engine's and the driver's matter.

use std::fmt;
use std::time::Duration;

use onefold_consent::ClearedRow;
use onefold_model::Text;

use crate::Key;

/// Somebody who takes records, as a format.
///
/// ```
/// use onefold_export::{Caps, Destination, Outcome, Payload, Record, Response, Unfit};
///
/// /// A shop's list of customers, one key on a line.
/// struct List;
/// impl Destination for List {
///     fn name(&self) -> &str {
///         "list"
///     }
///     fn caps(&self) -> Caps {
///         Caps { max_records: 500, removals: true, ..Caps::default() }
///     }
///     fn encode(&self, records: &[Record<'_>]) -> Result<Payload, Unfit> {
///         let lines = records.iter().map(|record| match record {
///             Record::Put(row) => format!("+{}\n", row.profile()),
///             Record::Remove(key) => format!("-{}\n", key.reveal()),
///         });
///         Ok(Payload::new("text/plain", lines.collect::<String>()))
///     }
///     fn decode(&self, records: usize, response: &Response) -> Vec<Outcome> {
///         vec![response.outcome(); records]
///     }
/// }
/// ```
pub trait Destination {
    /// Its name, in errors and idempotency keys.
    fn name(&self) -> &str;

    /// Its bounds.
    fn caps(&self) -> Caps;

    /// Turns records, in their order, into one request's payload.
    ///
    /// # Errors
    /// Which of the records cannot be said in this format; it is rejected, and the others are encoded without it.
    fn encode(&self, records: &[Record<'_>]) -> Result<Payload, Unfit>;

    /// What a response says of each of the `records` that were sent, in their order: exactly one outcome each. Any other
    /// number is taken as having said nothing, and all of them as to be tried again.
    fn decode(&self, records: usize, response: &Response) -> Vec<Outcome>;
}

/// The bounds of a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// The most records that one request may carry.
    pub max_records: usize,
    /// The most bytes that a payload may have.
    pub max_bytes: usize,
    /// Whether it can take a person out.
    pub removals: bool,
    /// The field by which it tells records apart, where it does: no request carries two records of one value.
    pub key: Option<Text>,
}

impl Default for Caps {
    /// A thousand records or 4 MiB a request, and no removals.
    fn default() -> Self {
        Self { max_records: 1000, max_bytes: 4 << 20, removals: false, key: None }
    }
}

/// One record of a request.
#[derive(Clone, Copy, Debug)]
pub enum Record<'a> {
    /// Add this person, or bring her up to date.
    Put(&'a ClearedRow),
    /// Take out the person who was sent under this key.
    Remove(&'a Key),
}

/// A request's content.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// Its media type, such as `application/json`.
    pub media: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

impl Payload {
    /// Some content of a media type.
    pub fn new(media: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { media, body: body.into() }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body is personal data: its length alone is shown.
        f.debug_struct("Payload").field("media", &self.media).field("bytes", &self.body.len()).finish()
    }
}

/// A record that a format cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Its place among the records that were to be encoded.
    pub record: usize,
    /// Why, in words that hold no value of the record.
    pub reason: Text,
}

/// What came back for a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code, as HTTP counts (RFC 9110, section 15).
    pub status: u16,
    /// How long the destination asks to wait (RFC 9110, section 10.2.3).
    pub after: Option<Duration>,
    /// The content.
    pub body: Vec<u8>,
}

impl Response {
    /// Everything went well, and nothing else is said.
    pub const OK: Self = Self { status: 200, after: None, body: Vec::new() };

    /// What the status alone says of every record: delivered below 300, to be tried again at 408, 425, 429 and from
    /// 500 on, and rejected otherwise.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let reason = || Text::from(format!("status {}", self.status));
        match self.status {
            200..300 => Outcome::Delivered,
            408 | 425 | 429 | 500.. => Outcome::Retry { reason: reason(), after: self.after },
            _ => Outcome::Rejected { reason: reason() },
        }
    }
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The destination has it.
    Delivered,
    /// The destination does not want it, now or later.
    Rejected {
        /// Why, in words that hold no value of the record.
        reason: Text,
    },
    /// It may work another time.
    Retry {
        /// Why, in words that hold no value of the record.
        reason: Text,
        /// How long to wait, where the destination says.
        after: Option<Duration>,
    },
}

impl Outcome {
    /// A rejection.
    #[must_use]
    pub fn rejected(reason: &str) -> Self {
        Self::Rejected { reason: reason.into() }
    }

    /// A request for another try, at any time.
    #[must_use]
    pub fn retry(reason: &str) -> Self {
        Self::Retry { reason: reason.into(), after: None }
    }
}
