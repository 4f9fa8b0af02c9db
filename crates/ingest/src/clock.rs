//! Times as sources write them.
//!
//! `03/04/2026 9:05` is a morning in March or in April, and only the source knows. So the mapping says how times are
//! written, once for the whole import, and what does not fit is an issue. ISO means the forms of RFC 3339 and ISO 8601
//! in which the year stands first; forms that a person can read but that leave something to guess (`21/11/2026`,
//! `Nov 21, 2026`, mail headers) need a mapping that says the order of day and month. A time without an offset is UTC:
//! zones are absent, since a zone's rules change and a file rarely names one.

use onefold_model::normalise::{self, Order};
use onefold_model::{Date, Decimal, Time, Value};
use serde::{Deserialize, Serialize};

/// How a source writes times and days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// `2026-03-01T09:00:00Z`, `2026-03-01 09:00`, `2026-03-01T10:00:00.5+01:00` (or `+0100`), `2026-03-01`,
    /// `20260301`; nothing else.
    #[default]
    Iso,
    /// `01/03/2026 09:00`, `1.3.2026`; ISO forms too.
    DayFirst,
    /// `03/01/2026 9:00 am`; ISO forms too.
    MonthFirst,
    /// Seconds since 1970, with or without a fraction.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
}

impl TimeFormat {
    const fn order(self) -> Order {
        match self {
            Self::DayFirst => Order::DayFirst,
            Self::MonthFirst => Order::MonthFirst,
            _ => Order::YearFirst,
        }
    }

    /// Whether it says in which order days and months stand.
    pub(crate) const fn orders(self) -> bool {
        matches!(self, Self::DayFirst | Self::MonthFirst)
    }

    /// Reads an instant.
    ///
    /// ```
    /// use onefold_ingest::TimeFormat;
    /// use onefold_model::Value;
    /// let nine = "2026-03-01T09:05:00Z".parse()?;
    /// assert_eq!(TimeFormat::DayFirst.read(&Value::from("1/3/2026 9:05")), Some(nine));
    /// assert_eq!(TimeFormat::MonthFirst.read(&Value::from("3/1/2026 9:05 am")), Some(nine));
    /// assert_eq!(TimeFormat::Iso.read(&Value::from("3/1/2026 9:05")), None);
    /// assert_eq!(TimeFormat::UnixSeconds.read(&Value::from("1772355900")), Some(nine));
    /// # Ok::<(), onefold_model::ParseError>(())
    /// ```
    #[must_use]
    pub fn read(self, value: &Value) -> Option<Time> {
        match (self, value) {
            (_, Value::Time(time)) => Some(*time),
            (_, Value::Date(date)) => Some(date.midnight()),
            (Self::UnixSeconds | Self::UnixMillis, value) => {
                let number = match value {
                    Value::Int(number) => Decimal::from(*number),
                    Value::Decimal(number) => *number,
                    Value::Text(text) => text.trim().parse().ok()?,
                    _ => return None,
                };
                unix(number, if self == Self::UnixSeconds { 1_000_000 } else { 1_000 })
            }
            (_, Value::Text(text)) => self.written(text.trim()),
            // `20260301` as a JSON number.
            (_, Value::Int(number)) => self.written(&number.to_string()),
            _ => None,
        }
    }

    fn written(self, text: &str) -> Option<Time> {
        match iso(text) {
            None if self.orders() => spoken(text, self.order()),
            read => read,
        }
    }

    /// Reads a day.
    pub(crate) fn day(self, value: &Value) -> Option<Date> {
        let text = value.as_text()?;
        let (year, month, day) = normalise::ymd(text, self.order()).ok()?;
        Date::new(year, month, day)
    }
}

/// So many units of so many microseconds after 1970 began; what is finer than a microsecond is cut off.
fn unix(number: Decimal, unit: i128) -> Option<Time> {
    let micros = i128::from(number.units()) * unit / 10_i128.checked_pow(number.scale().into())?;
    i64::try_from(micros).ok().map(Time::from_micros)
}

/// An instant that a message gives as a number: seconds where that leads beyond no century of ours, else milliseconds.
/// The two cannot be confused between March 1973 and the year 5138.
#[cfg(feature = "json")]
pub(crate) fn of_message(value: &Value) -> Option<Time> {
    let number = match value {
        Value::Int(number) => Decimal::from(*number),
        Value::Decimal(number) => *number,
        _ => return TimeFormat::Iso.read(value),
    };
    let seconds = number < Decimal::from(100_000_000_000);
    unix(number, if seconds { 1_000_000 } else { 1_000 })
}

/// The forms of RFC 3339, and those of ISO 8601 that are as clear: no seconds, an offset without its colon, a day
/// without hyphens.
fn iso(text: &str) -> Option<Time> {
    // The form that nearly all have needs no second look.
    if let Ok(time) = Time::from_calendar(text) {
        return Some(time);
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..)?);
        return Time::from_calendar(&format!("{year}-{month}-{day}")).ok();
    }
    let (day, rest) = text.split_at_checked(10)?;
    let (minutes, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(5)?;
    let (seconds, zone) = match rest.find(|c: char| !c.is_ascii_digit() && !":.".contains(c)) {
        Some(end) => rest.split_at_checked(end)?,
        None => (rest, ""),
    };
    let seconds = if seconds.is_empty() { ":00" } else { seconds };
    let zone = offset(zone)?;
    // The whole is checked there, to the last character.
    Time::from_calendar(&format!("{day}T{minutes}{seconds}{zone}")).ok()
}

/// `+0100` and `+01` as RFC 3339 has them; other zones as they are.
fn offset(zone: &str) -> Option<String> {
    Some(match zone.len() {
        5 if zone.starts_with(['+', '-']) => format!("{}:{}", zone.get(..3)?, zone.get(3..)?),
        3 if zone.starts_with(['+', '-']) => format!("{zone}:00"),
        _ => zone.into(),
    })
}

/// A day and perhaps a time as people write them, in this order.
fn spoken(text: &str, order: Order) -> Option<Time> {
    let (year, month, day) = normalise::ymd(text, order).ok()?;
    let date = Date::new(year, month, day)?;
    let clock = match text.find(':') {
        None if has_hour(text) => return None,
        None => return Some(date.midnight()),
        Some(colon) => text.get(colon.checked_sub(digits_before(text, colon)?)?..)?,
    };
    Time::from_calendar(&format!("{date}T{}", full(clock)?)).ok()
}

/// `2026-03-01T09` has an hour that no colon shows.
fn has_hour(text: &str) -> bool {
    text.split(['T', 't']).nth(1).is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()))
}

/// One or two digits stand before the first colon.
fn digits_before(text: &str, colon: usize) -> Option<usize> {
    let count = text.get(..colon)?.bytes().rev().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&count).then_some(count)
}

/// `9:05 pm`, `21:05`, `21:05:00.5+0100` as RFC 3339 has them.
fn full(clock: &str) -> Option<String> {
    let (hour, rest) = clock.split_once(':')?;
    let mut hour: u32 = hour.parse().ok()?;
    let (minute, rest) = rest.split_at_checked(2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            rest.split_at_checked(end)?
        }
        None => ("00", rest),
    };
    let zone = rest.trim();
    let zone = match zone.to_ascii_lowercase().as_str() {
        half @ ("am" | "pm" | "a.m." | "p.m.") => {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if half.starts_with('p') { 12 } else { 0 };
            String::new()
        }
        "" => String::new(),
        "utc" | "gmt" => "Z".into(),
        other => offset(other)?,
    };
    Some(format!("{hour:02}:{minute}:{second}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(format: TimeFormat, text: &str) -> Option<String> {
        format.read(&Value::from(text)).map(|time| time.to_string())
    }

    #[test]
    fn the_forms_of_tills_and_clients_are_read() {
        use TimeFormat::*;
        for (format, text, time) in [
            (Iso, "2026-11-21T10:00:00.000+00:00", "2026-11-21T10:00:00Z"),
            (Iso, "2026-11-21T10:00:00.123+0100", "2026-11-21T09:00:00.123Z"),
            (Iso, "2026-11-21 10:00", "2026-11-21T10:00:00Z"),
            (Iso, "2026-11-21T10:00Z", "2026-11-21T10:00:00Z"),
            (Iso, "20261121", "2026-11-21T00:00:00Z"),
            (Iso, "2026-11-21", "2026-11-21T00:00:00Z"),
            (Iso, "2026-11-21 10:00:05.25", "2026-11-21T10:00:05.250Z"),
            (Iso, "2026-11-21 10:00:05+00", "2026-11-21T10:00:05Z"),
            (Iso, "2026-11-21t10:00-0130", "2026-11-21T11:30:00Z"),
            (Iso, "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"),
            (Iso, "2017-01-01T00:59:60+0100", "2016-12-31T23:59:59.999999Z"),
            (DayFirst, "Sat, 21 Nov 2026 10:00:00 GMT", "2026-11-21T10:00:00Z"),
            (DayFirst, "31/12/2026", "2026-12-31T00:00:00Z"),
            (DayFirst, "1.2.2026 7:05:09", "2026-02-01T07:05:09Z"),
            (DayFirst, "2026-02-01 07:05", "2026-02-01T07:05:00Z"),
            (MonthFirst, "12/31/2026 11:05 PM", "2026-12-31T23:05:00Z"),
            (MonthFirst, "12/31/2026 12:05 AM", "2026-12-31T00:05:00Z"),
            (UnixSeconds, "1795299822.2400932", "2026-11-21T22:23:42.240093Z"),
            (UnixMillis, "1795299822240", "2026-11-21T22:23:42.240Z"),
        ] {
            assert_eq!(read(format, text).as_deref(), Some(time), "{format:?} {text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        use TimeFormat::*;
        for (format, text) in [
            (Iso, "03/04/2026"),
            (Iso, "tomorrow"),
            (Iso, ""),
            (Iso, "2026-11-21T25:00:00Z"),
            (Iso, "2026-11-21T10"),
            (Iso, "always"),
            (Iso, "21/11/2026"),
            (Iso, "21.11.2026"),
            (Iso, "Nov 21, 2026"),
            (Iso, "21 November 2026 10:00"),
            (Iso, "Sat, 21 Nov 2026 10:00:00 +0000"),
            (Iso, "2026/11/21"),
            (Iso, "2026-11-21 10:00:00 UTC"),
            (Iso, "2026-11-21 9:05"),
            (Iso, "2026-11-21 9:05 pm"),
            (Iso, "2026-11-21T10:00:00.Z"),
            (Iso, "2026-11-21T10:00.5Z"),
            (Iso, "2026-11-21T10:00:00:00Z"),
            (Iso, "2026-11-21T10:00:00+01:0"),
            (Iso, "2026-11-21T10:00:00é"),
            (Iso, "20261321"),
            (Iso, "2026"),
            (Iso, "2016-12-31T12:30:60Z"),
            (Iso, "2026-11-21T10:00:61Z"),
            (DayFirst, "31/12/2016 12:30:60"),
            (DayFirst, "31/02/2026"),
            (MonthFirst, "12/31/2026 13:05 PM"),
            (UnixSeconds, "soon"),
            (UnixMillis, "99999999999999999"),
        ] {
            assert_eq!(read(format, text), None, "{format:?} {text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9:./ TZ+-]{0,30}") {
            for format in [TimeFormat::Iso, TimeFormat::DayFirst, TimeFormat::MonthFirst, TimeFormat::UnixSeconds, TimeFormat::UnixMillis] {
                let _ = format.read(&Value::from(text.as_str()));
            }
        }

        #[test]
        fn an_instant_reads_back_from_its_day_first_form(seconds in 0_i64..4_000_000_000) {
            let time = Time::from_secs(seconds);
            let (date, text) = (time.date(), time.to_string());
            let written = format!("{}/{}/{} {}", date.day(), date.month(), date.year(), &text[11..19]);
            prop_assert_eq!(TimeFormat::DayFirst.read(&Value::from(written)), Some(time));
        }
    }
}
