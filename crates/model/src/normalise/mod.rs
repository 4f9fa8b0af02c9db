//! The one place for the canonical form of what customers are called by.
//!
//! The same person writes ` Ada@Example.com`, `ADA@EXAMPLE.COM` and `Ada Lovelace <ada@example.com>`. Two crates that
//! clean such values by two slightly different rules make two people of one, send a letter that was forbidden, or
//! upload a hash that matches nobody. So intake, matching, suppression and hashed audiences all call these functions,
//! and agree byte for byte.
//!
//! Every function is pure and total: text in, the canonical form or a [`Fault`] out. Each is *idempotent*: the
//! canonical form of a canonical form is itself, which makes it safe to normalise twice and is held by property
//! tests.
//!
//! | what | function | canonical form |
//! |---|---|---|
//! | any identifier without a rule of its own | [`plain`] | NFC, trimmed, nothing invisible, case kept |
//! | free text | [`fold`], [`tokens`] | case, accents, width, spaces folded, in any script |
//! | e-mail | [`email`], [`email_mailbox`] | `ada@example.com` |
//! | phone | [`phone`] | `+491711234567` |
//! | name of a person | [`name`] | `ada lovelace` |
//! | date | [`date`], [`ymd`] | `1815-12-10` |
//! | postcode | [`postcode`] | `SW1A1AA` |
//!
//! [`placeholder`] and [`looks_generic`] judge a value that is well formed and still says nothing: `n/a`, `info@...`.
//!
//! Deliberately absent: guessing (the century of a two-digit year, the country of a bare phone number),
//! transliteration between scripts, splitting words in scripts that write none, and any repair that could turn one
//! person's value into another's. A fault carries no part of the value: it may be logged.

mod date;
mod email;
mod name;
mod phone;
mod placeholder;
mod postcode;
mod punycode;
mod region;
mod role;
mod script;
mod text;

pub use date::{Order, date, ymd};
pub use email::{email, email_mailbox};
pub use name::name;
pub use phone::phone;
pub use placeholder::placeholder;
pub use postcode::postcode;
pub use role::looks_generic;
pub use text::{fold, plain, tokens};

/// Why a value has no canonical form. It never contains the value, so it can be shown and counted.
///
/// ```
/// use onefold_model::normalise::{Fault, email};
///
/// let fault = email("ada at example").unwrap_err();
/// assert_eq!(fault, Fault::NotAnEmail);
/// assert_eq!(fault.code(), "not_an_email");
/// assert_eq!(fault.to_string(), "not an e-mail address");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is left once spaces and invisible characters are gone.
    #[error("empty")]
    Empty,
    /// Longer than its kind can be.
    #[error("too long")]
    TooLong,
    /// Not one mailbox at one domain.
    #[error("not an e-mail address")]
    NotAnEmail,
    /// Not 7 to 15 digits that can be dialled.
    #[error("not a phone number")]
    NotAPhone,
    /// No letter in it.
    #[error("not a name")]
    NotAName,
    /// No day of the calendar.
    #[error("not a date")]
    NotADate,
    /// Two days of the calendar, and the order of the source does not say which.
    #[error("a date that can be read in two ways")]
    AmbiguousDate,
    /// Neither a letter nor a digit in it.
    #[error("not a postcode")]
    NotAPostcode,
}

impl Fault {
    /// The stable code by which issues are counted.
    pub fn code(self) -> &'static str {
        match self {
            Fault::Empty => "empty",
            Fault::TooLong => "too_long",
            Fault::NotAnEmail => "not_an_email",
            Fault::NotAPhone => "not_a_phone",
            Fault::NotAName => "not_a_name",
            Fault::NotADate => "not_a_date",
            Fault::AmbiguousDate => "ambiguous_date",
            Fault::NotAPostcode => "not_a_postcode",
        }
    }
}
