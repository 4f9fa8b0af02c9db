//! Instants, how long an answer holds, and answers that may be unknown.
//!
//! Every question is asked at a `now` that the caller passes in; nothing here reads a clock. A [`Time`] is an instant
//! in UTC, to the microsecond. What a source writes without an offset is taken as UTC. Since passing time alone can
//! change an answer, answers are [`Until`]s; since facts can be missing, conditions are [`Truth`]s.
//!
//! Deliberately absent: time zones and local calendars, which belong to the crates that need them, and leap seconds,
//! which are folded into the microsecond before them.

mod span;
mod truth;

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

pub use span::{parse_span, show_span};
pub use truth::{Truth, Until};

use crate::Date;
use crate::date::year_month_day;
use crate::decimal::{ParseError, Reader, from_text, number, show};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// An instant: microseconds since 1970 began, UTC.
///
/// ```
/// use onefold_model::Time;
/// use std::time::Duration;
/// let nine: Time = "2026-03-01T10:00:00+01:00".parse()?;
/// assert_eq!(nine.to_string(), "2026-03-01T09:00:00Z");
/// assert_eq!((nine + Duration::from_millis(1500)).to_string(), "2026-03-01T09:00:01.500Z");
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// Before all else; shown as `always`, as in "always until now".
    pub const MIN: Self = Self(i64::MIN);
    /// After all else; shown as `forever`.
    pub const MAX: Self = Self(i64::MAX);
    /// The first instant of 1970.
    pub const EPOCH: Self = Self(0);

    /// So many microseconds after 1970 began.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// So many milliseconds after 1970 began, at most [`Time::MAX`] and at least [`Time::MIN`].
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// So many seconds after 1970 began, at most [`Time::MAX`] and at least [`Time::MIN`].
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// Microseconds since 1970 began.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// How long it is after an earlier instant; nothing if that is in fact later.
    ///
    /// ```
    /// use onefold_model::Time;
    /// use std::time::Duration;
    /// let (nine, ten) = (Time::from_secs(9 * 3600), Time::from_secs(10 * 3600));
    /// assert_eq!(ten.since(nine), Duration::from_hours(1));
    /// assert_eq!(nine.since(ten), Duration::ZERO);
    /// ```
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        if self.0 < earlier.0 { Duration::ZERO } else { Duration::from_micros(self.0.abs_diff(earlier.0)) }
    }

    /// The day on which it falls, UTC.
    #[must_use]
    pub fn date(self) -> Date {
        Date::from(self)
    }

    /// Reads an instant of the calendar as [`FromStr`] does, without the words and the `@` form that are meant for
    /// what this crate has written itself. It suits data from outside.
    ///
    /// # Errors
    /// [`ParseError::NotATime`] for another form, [`ParseError::NoSuchDay`] for a day that the calendar lacks.
    pub fn from_calendar(text: &str) -> Result<Self, ParseError> {
        let mut text = Reader(text.as_bytes());
        let (year, month, day) = year_month_day(&mut text).ok_or(ParseError::NotATime)?;
        let clock =
            if text.at_end() { 0 } else { clock(&mut text).filter(|_| text.at_end()).ok_or(ParseError::NotATime)? };
        let date = Date::new(year, month, day).ok_or(ParseError::NoSuchDay)?;
        let time = Self(date.midnight().0 + clock);
        if time.in_calendar() { Ok(time) } else { Err(ParseError::NoSuchDay) }
    }

    const fn in_calendar(self) -> bool {
        Date::MIN.midnight().0 <= self.0 && self.0 < Date::MAX.midnight().0 + DAY
    }
}

/// Reads what follows the day, into microseconds since midnight UTC of the day; an offset may lead out of the day.
fn clock(text: &mut Reader<'_>) -> Option<i64> {
    text.one_of(b"Tt ")?;
    let hour = text.number(2).filter(|hour| *hour < 24)?;
    text.one_of(b":")?;
    let minute = text.number(2).filter(|minute| *minute < 60)?;
    text.one_of(b":")?;
    let second = text.number(2).filter(|second| *second <= 60)?;
    let micro = match text.one_of(b".") {
        Some(_) => fraction(text.digits())?,
        None => 0,
    };
    let minutes = i64::from(hour * 60 + minute) - offset(text)?;
    if second < 60 {
        return Some((minutes * 60 + i64::from(second)) * SECOND + i64::from(micro));
    }
    (minutes.rem_euclid(24 * 60) == 24 * 60 - 1).then_some((minutes + 1) * 60 * SECOND - 1)
}

/// One to nine digits after the point as microseconds; what is finer is cut off.
fn fraction(digits: &[u8]) -> Option<u32> {
    let nanos = number(digits).filter(|_| (1..=9).contains(&digits.len()))?;
    Some(nanos * 10_u32.pow(9_u32.checked_sub(digits.len().try_into().ok()?)?) / 1000)
}

/// Minutes by which the clock is ahead of UTC; none where nothing is said.
fn offset(text: &mut Reader<'_>) -> Option<i64> {
    if text.at_end() || text.one_of(b"Zz").is_some() {
        return Some(0);
    }
    let ahead = text.one_of(b"+-")? == b'+';
    let hours = text.number(2).filter(|hours| *hours < 24)?;
    text.one_of(b":")?;
    let minutes = text.number(2).filter(|minutes| *minutes < 60)?;
    let offset = i64::from(hours * 60 + minutes);
    Some(if ahead { offset } else { -offset })
}

/// Reads a date and time as RFC 3339 has it, `T` or a space between, letters of either case:
///
/// - without an offset it is UTC; a day alone is its midnight, UTC;
/// - a fraction has up to nine digits, and what is finer than a microsecond is cut off;
/// - the leap second, `23:59:60` of a UTC day, is the last microsecond of that day, so that it stays in its day and
///   sorts before the next;
/// - `always`, `forever` and `@` with microseconds are read back as [`Display`](fmt::Display) writes them.
///
/// # Errors
/// [`ParseError::NotATime`] for another form, [`ParseError::NoSuchDay`] for a day that the calendar from year 0001 to
/// 9999 lacks.
impl FromStr for Time {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match (text, text.strip_prefix('@')) {
            ("always", _) => Ok(Self::MIN),
            ("forever", _) => Ok(Self::MAX),
            (_, Some(micros)) => micros.parse().map(Self).map_err(|_| ParseError::NotATime),
            (_, None) => Self::from_calendar(text),
        }
    }
}

/// Shows RFC 3339 in UTC with no digits after the second, three or six, as needed. Instants before year 0001 or after
/// year 9999, which only arithmetic reaches, are shown as `@` with microseconds, the two ends as `always` and
/// `forever`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MIN => return f.pad("always"),
            Self::MAX => return f.pad("forever"),
            time if !time.in_calendar() => return show(f, format_args!("@{}", time.0)),
            _ => {}
        }
        let (date, second, micro) = (self.date(), self.0.rem_euclid(DAY) / SECOND, self.0.rem_euclid(SECOND));
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        match (micro, micro % 1000) {
            (0, _) => show(f, format_args!("{date}T{hour:02}:{minute:02}:{second:02}Z")),
            (_, 0) => show(f, format_args!("{date}T{hour:02}:{minute:02}:{second:02}.{:03}Z", micro / 1000)),
            _ => show(f, format_args!("{date}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z")),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Time({self})")
    }
}

/// The span in microseconds, at most 2^64: enough to lead from either end of time to the other.
fn micros(span: Duration) -> i128 {
    span.as_micros().min(u64::MAX.into()).cast_signed()
}

fn nearest(micros: i128) -> Time {
    micros.try_into().map_or(if micros < 0 { Time::MIN } else { Time::MAX }, Time)
}

/// Later by so much, at most [`Time::MAX`]; what is finer than a microsecond is cut off.
/// The system's time as the rim of a program reads it; the libraries never do.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use onefold_model::Time;
/// assert_eq!(Time::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1)), Time::from_secs(1));
/// ```
impl From<std::time::SystemTime> for Time {
    fn from(time: std::time::SystemTime) -> Self {
        let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        match time.duration_since(std::time::SystemTime::UNIX_EPOCH) {
            Ok(since) => Self(micros(since)),
            Err(before) => Self(-micros(before.duration())),
        }
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        nearest(i128::from(self.0) + micros(span))
    }
}

/// Earlier by so much, at least [`Time::MIN`]; what is finer than a microsecond is cut off.
impl Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        nearest(i128::from(self.0) - micros(span))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from, "a time such as \"2026-03-01T09:00:00Z\"")
    }
}

#[cfg(test)]
mod tests;
