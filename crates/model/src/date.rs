//! Days of the calendar: birthdays, renewals, the day that an instant falls on.
//!
//! A [`Date`] has no hour and no zone, so it is a type of its own and not midnight somewhere; it becomes an instant
//! only when asked to. The calendar is the Gregorian one, carried back before its adoption, from year 0001 to year
//! 9999. Weeks, time zones and looser ways of writing a day are absent; the last are read by
//! [`normalise`](crate::normalise).

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::Time;
use crate::decimal::{ParseError, Reader, from_text, show};

/// 1970-01-01, counted from 0001-01-01 as day 1.
const EPOCH: i32 = 719_163;

/// Microseconds.
const DAY: i64 = 86_400_000_000;

/// A day of the calendar.
///
/// ```
/// use onefold_model::Date;
/// let born: Date = "1990-05-17".parse()?;
/// assert_eq!((born.year(), born.month(), born.day()), (1990, 5, 17));
/// assert_eq!(born.years_until("2026-03-01".parse()?), 35);
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32); // INVARIANT: days since 1970-01-01, from `MIN` to `MAX`.

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(1 - EPOCH);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day of this year, month and day of the month; `None` where the calendar has none such.
    ///
    /// ```
    /// use onefold_model::Date;
    /// assert!(Date::new(2024, 2, 29).is_some());
    /// assert_eq!(Date::new(2026, 2, 29), None);
    /// ```
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        Self::from_days(NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce() - EPOCH)
    }

    /// The day so many days after 1970-01-01; `None` outside the calendar.
    #[must_use]
    pub const fn from_days(days: i32) -> Option<Self> {
        if Self::MIN.0 <= days && days <= Self::MAX.0 { Some(Self(days)) } else { None }
    }

    /// How many days after 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    fn calendar(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH).unwrap_or_default()
    }

    /// 1 to 9999.
    #[must_use]
    pub fn year(self) -> i32 {
        self.calendar().year()
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.calendar().month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u32 {
        self.calendar().day()
    }

    /// The first instant of the day, UTC.
    #[must_use]
    pub const fn midnight(self) -> Time {
        Time(self.0 as i64 * DAY)
    }

    /// Whole years from this day to another: the age, on that day, of who was born on this one. Who was born on 29
    /// February grows older on 1 March where a year has no such day. Negative if the other day comes first.
    #[must_use]
    pub fn years_until(self, other: Self) -> i32 {
        if other < self {
            return -other.years_until(self);
        }
        let (from, to) = (self.calendar(), other.calendar());
        to.year() - from.year() - i32::from((to.month(), to.day()) < (from.month(), from.day()))
    }
}

/// The day on which the instant falls, UTC; the nearest day of the calendar for instants outside it.
impl From<Time> for Date {
    fn from(time: Time) -> Self {
        let days = time.0.div_euclid(DAY).clamp(Self::MIN.0.into(), Self::MAX.0.into());
        Self(days.try_into().unwrap_or(Self::MAX.0))
    }
}

/// Reads `YYYY-MM-DD` and nothing else.
///
/// # Errors
/// [`ParseError::NotADate`] for another form, [`ParseError::NoSuchDay`] for a day that the calendar lacks.
impl FromStr for Date {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut text = Reader(text.as_bytes());
        let (year, month, day) = year_month_day(&mut text).ok_or(ParseError::NotADate)?;
        if !text.at_end() {
            return Err(ParseError::NotADate);
        }
        Self::new(year, month, day).ok_or(ParseError::NoSuchDay)
    }
}

/// Reads the form of a day, not yet whether it exists.
pub(crate) fn year_month_day(text: &mut Reader<'_>) -> Option<(i32, u32, u32)> {
    let year = text.number(4)?;
    text.one_of(b"-")?;
    let month = text.number(2)?;
    text.one_of(b"-")?;
    Some((year.cast_signed(), month, text.number(2)?))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.calendar();
        show(f, format_args!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day()))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from, "a date such as \"2026-03-01\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn dates() -> impl Strategy<Value = Date> {
        (Date::MIN.0..=Date::MAX.0).prop_map(Date)
    }

    #[test]
    fn the_calendar_begins_in_0001_and_ends_in_9999() {
        assert_eq!((Date::MIN.to_string(), Date::MAX.to_string()), ("0001-01-01".into(), "9999-12-31".into()));
        assert_eq!((Date::new(0, 12, 31), Date::new(10_000, 1, 1)), (None, None));
        assert_eq!((Date::from_days(Date::MIN.0 - 1), Date::from_days(Date::MAX.0 + 1)), (None, None));
        assert_eq!((Date::from(Time(i64::MIN)), Date::from(Time(i64::MAX))), (Date::MIN, Date::MAX));
        assert_eq!(read("1970-01-01").days(), 0);
    }

    #[test]
    fn the_form_is_strict() {
        for text in ["", "2026-3-1", "26-03-01", "20260301", "2026-03-01 ", "2026/03/01", "+026-03-01", "2026-03-01T"] {
            assert_eq!(text.parse::<Date>(), Err(ParseError::NotADate), "{text}");
        }
        for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00", "0000-01-01"] {
            assert_eq!(text.parse::<Date>(), Err(ParseError::NoSuchDay), "{text}");
        }
    }

    #[test]
    fn ages_change_on_the_birthday() {
        let born = read("2000-02-29");
        for (day, age) in [("2018-02-28", 17), ("2018-03-01", 18), ("2020-02-28", 19), ("2020-02-29", 20)] {
            assert_eq!(born.years_until(read(day)), age, "{day}");
        }
        assert_eq!(born.years_until(born), 0);
        assert_eq!(read("2018-03-01").years_until(born), -18);
    }

    #[test]
    fn the_day_before_1970_is_the_day_of_its_last_microsecond() {
        assert_eq!(Date::from(Time(-1)), read("1969-12-31"));
    }

    proptest! {
        #[test]
        fn dates_read_back_as_themselves(date in dates()) {
            prop_assert_eq!(read(&date.to_string()), date);
            prop_assert_eq!(Date::new(date.year(), date.month(), date.day()), Some(date));
            let json = serde_json::to_string(&date).unwrap();
            prop_assert_eq!(serde_json::from_str::<Date>(&json).unwrap(), date);
        }

        #[test]
        fn a_day_is_from_its_midnight_to_the_next(date in dates(), later in 0..DAY) {
            prop_assert_eq!(Date::from(Time(date.midnight().0 + later)), date);
        }

        #[test]
        fn dates_sort_as_their_texts(a in dates(), b in dates()) {
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn an_age_is_the_number_of_birthdays_passed(born in dates(), days in 0..40_000) {
            if let Some(day) = Date::from_days(born.0 + days) {
                let birthday = |year| Date::new(year, born.month(), born.day()).or_else(|| Date::new(year, 3, 1));
                let birthdays = (born.year() + 1..=day.year()).filter(|year| birthday(*year) <= Some(day)).count();
                prop_assert_eq!(born.years_until(day), birthdays as i32);
            }
        }
    }
}
