//! What the plain values share when they are read and shown: one small error, one small reader, one way of being a
//! string for serde.
//!
//! The texts come from customers' data, so an error names the kind of fault and never repeats the text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// Why a text is not the number, amount, time or day that it should be. It never holds the text itself, which may be
/// personal data.
///
/// ```
/// use onefold_model::{Date, ParseError};
/// assert_eq!("2026-02-30".parse::<Date>(), Err(ParseError::NoSuchDay));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The text does not have the form of a number.
    #[error("not a number: digits are expected, as in `1234.50`, without separators between thousands")]
    NotANumber,
    /// The number cannot be kept without rounding.
    #[error("too many digits: a number keeps 18 after the point and about 19 in all, and is never rounded")]
    TooManyDigits,
    /// The text does not have the form of a currency code.
    #[error("not a currency: three letters are expected, as in `EUR`")]
    NotACurrency,
    /// The text is not two words, of which one is the amount and one the currency.
    #[error("not an amount of money: an amount and a currency are expected, as in `520.00 EUR`")]
    NotMoney,
    /// The text does not have the form of an instant.
    #[error("not a time: a form such as `2026-03-01T09:00:00Z` or `2026-03-01` is expected")]
    NotATime,
    /// The text does not have the form of a day.
    #[error("not a date: a form such as `2026-03-01` is expected")]
    NotADate,
    /// The form is right, but the calendar from year 0001 to year 9999 has no such day.
    #[error("no such day: the calendar is kept from year 0001 to year 9999")]
    NoSuchDay,
}

/// Reads a text of ASCII from the left.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    /// Consumes one byte if it is one of these.
    pub(crate) fn one_of(&mut self, these: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        these.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Consumes the digits that come next, perhaps none.
    pub(crate) fn digits(&mut self) -> &'a [u8] {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length).unwrap_or((self.0, &[]));
        self.0 = rest;
        digits
    }

    /// Consumes a number written with exactly this many digits, at most nine.
    pub(crate) fn number(&mut self, width: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(width)?;
        let number = number(digits)?;
        self.0 = rest;
        Some(number)
    }

    /// Whether nothing is left.
    pub(crate) const fn at_end(&self) -> bool {
        self.0.is_empty()
    }
}

/// The number that these digits write, if they are all digits and few enough.
pub(crate) fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Writes a plain value, obeying width and alignment where they are asked for. A precision is ignored: it would cut.
pub(crate) fn show(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    match (f.width(), f.precision()) {
        (Some(_), None) => f.pad(&text.to_string()),
        _ => f.write_fmt(text),
    }
}

/// Deserializes a value that is written as a string; errors do not repeat what was found.
pub(crate) fn from_text<'de, D, T>(from: D, expected: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = ParseError>,
{
    let visitor = Text { expected, made: PhantomData };
    if from.is_human_readable() { from.deserialize_any(visitor) } else { from.deserialize_str(visitor) }
}

struct Text<T> {
    expected: &'static str,
    made: PhantomData<T>,
}

impl<T: FromStr<Err = ParseError>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<T, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<T, E> {
        self.visit_i64(0)
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        self.visit_i64(0)
    }
}
