//! Days of the calendar, as sources write them.
//!
//! `03/04/1990` is a day in March or in April, and only the source knows. The [`Order`] says what it means; where one
//! reading alone is a day of the calendar (`13/02`), that reading is taken; where the order does not decide, the
//! value is refused and not guessed.
//!
//! Deliberately absent: two-digit years (the century would be a guess about a person's age), month names other than
//! English, week and ordinal dates of ISO 8601, serial numbers of spreadsheets, calendars other than the Gregorian
//! (extended backwards, as ISO 8601 does). The time of day, if any, is cut off and not converted: the day is the one
//! that is written.

use super::{Fault, fold};

/// In which order a source writes day, month and year where the text alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// `1990-04-03`. Says nothing about `03/04/1990`, which is then ambiguous.
    #[default]
    YearFirst,
    /// `03/04/1990` is the third of April.
    DayFirst,
    /// `03/04/1990` is the fourth of March.
    MonthFirst,
}

/// The canonical form of a date: `YYYY-MM-DD` (ISO 8601, RFC 3339).
///
/// Read are `1815-12-10` (also with `/`, `.`, spaces, 年月日, or a time after it), `18151210`, `10.12.1815`,
/// `10/12/1815`, `10 December 1815`, `Dec 10th, 1815`. With dots the day comes first in every order.
///
/// ```
/// use onefold_model::normalise::{Fault, Order, date};
///
/// assert_eq!(date("1815-12-10T09:00:00Z", Order::YearFirst)?, "1815-12-10");
/// assert_eq!(date("3/4/1990", Order::DayFirst)?, "1990-04-03");
/// assert_eq!(date("3/4/1990", Order::MonthFirst)?, "1990-03-04");
/// assert_eq!(date("13/4/1990", Order::MonthFirst)?, "1990-04-13");
/// assert_eq!(date("3/4/1990", Order::YearFirst), Err(Fault::AmbiguousDate));
/// assert_eq!(date("29.02.1900", Order::DayFirst), Err(Fault::NotADate));
/// # Ok::<(), Fault>(())
/// ```
///
/// # Errors
/// [`Fault::Empty`], [`Fault::NotADate`], [`Fault::AmbiguousDate`].
pub fn date(text: &str, order: Order) -> Result<String, Fault> {
    let (year, month, day) = ymd(text, order)?;
    Ok(format!("{year:04}-{month:02}-{day:02}"))
}

/// The date as year (1 to 9999), month and day. The rules are those of [`date`].
///
/// ```
/// use onefold_model::normalise::{Order, ymd};
///
/// assert_eq!(ymd("10 Dec 1815", Order::DayFirst), Ok((1815, 12, 10)));
/// ```
///
/// # Errors
/// Those of [`date`].
pub fn ymd(text: &str, order: Order) -> Result<(i32, u32, u32), Fault> {
    let folded = fold(text).replace(['年', '月', '년', '월'], "-").replace(['日', '일'], " ");
    if folded.is_empty() {
        return Err(Fault::Empty);
    }
    let written = Written::read(without_clock(&folded)?).ok_or(Fault::NotADate)?;
    written.day(order)
}

/// The text before a clock time such as `T09:00:00Z` or ` 9:00 am`.
fn without_clock(text: &str) -> Result<&str, Fault> {
    let Some((before, after)) = text.split_once(':') else {
        return Ok(text);
    };
    let rest = before.trim_end_matches(|c: char| c.is_ascii_digit());
    let hour: u32 = before.strip_prefix(rest).and_then(|hour| hour.parse().ok()).ok_or(Fault::NotADate)?;
    let minute: u32 = after.get(..2).and_then(|minute| minute.parse().ok()).ok_or(Fault::NotADate)?;
    let clock = |c: char| c.is_ascii_alphanumeric() || " :.,+-/[]_".contains(c);
    if hour > 24 || minute > 59 || !after.chars().all(clock) {
        return Err(Fault::NotADate);
    }
    let date = rest.trim_end_matches([' ', ',', '+', '-']);
    Ok(date.strip_suffix('t').filter(|date| date.ends_with(|c: char| c == ' ' || c.is_ascii_digit())).unwrap_or(date))
}

/// The numbers of a date in their order, the month if it has a name, and whether dots separate.
struct Written<'a> {
    numbers: Vec<&'a str>,
    month: Option<u32>,
    dotted: bool,
}

impl<'a> Written<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut written = Written { numbers: Vec::new(), month: None, dotted: false };
        let mut rest = text;
        let mut after_number = false;
        while let Some(first) = rest.chars().next() {
            let kind = if first.is_ascii_digit() { char::is_ascii_digit } else { char::is_ascii_alphabetic };
            let (piece, tail) = rest.split_at_checked(rest.find(|c: char| !kind(&c)).unwrap_or(rest.len()))?;
            if piece.is_empty() {
                // A sign before the first number would be a year before our era.
                if !"-/., ".contains(first)
                    || written.numbers.is_empty()
                        && first != ' '
                        && written.month.is_none()
                        && !text.starts_with(char::is_alphabetic)
                {
                    return None;
                }
                written.dotted |= first == '.' && written.numbers.len() == 1 && after_number;
                after_number = false;
                rest = rest.get(first.len_utf8()..)?;
                continue;
            }
            rest = tail;
            if first.is_ascii_digit() {
                written.numbers.push(piece);
                after_number = true;
                continue;
            }
            let complete = written.numbers.len() == 3 || written.numbers.first().is_some_and(|first| first.len() == 8);
            match piece {
                "t" if complete && after_number && rest.chars().all(|c| c.is_ascii_digit() || ".z+-".contains(c)) => {
                    return Some(written);
                }
                "z" if complete && rest.is_empty() => {}
                "st" | "nd" | "rd" | "th" if after_number => {}
                "of" | "the" | "at" => {}
                _ if is_weekday(piece) => {}
                _ if written.month.is_none() => written.month = Some(month(piece)?),
                _ => return None,
            }
            after_number = false;
        }
        Some(written)
    }

    fn day(&self, order: Order) -> Result<(i32, u32, u32), Fault> {
        let found = match (self.month, self.numbers.as_slice()) {
            (None, [whole]) if whole.len() == 8 => {
                let (year, month_day) = whole.split_at_checked(4).ok_or(Fault::NotADate)?;
                let (month, day) = month_day.split_at_checked(2).ok_or(Fault::NotADate)?;
                calendar(year, month, day)
            }
            (None, [year, month, day]) if year.len() == 4 => calendar(year, month, day),
            (None, [first, second, year]) => {
                let (day_first, month_first) = (calendar(year, second, first), calendar(year, first, second));
                match order {
                    _ if self.dotted => day_first.or(month_first),
                    Order::DayFirst => day_first.or(month_first),
                    Order::MonthFirst => month_first.or(day_first),
                    Order::YearFirst if day_first.is_some() && month_first.is_some() && day_first != month_first => {
                        return Err(Fault::AmbiguousDate);
                    }
                    Order::YearFirst => day_first.or(month_first),
                }
            }
            (Some(month), [year, day] | [day, year]) if year.len() == 4 => calendar(year, &month.to_string(), day),
            (Some(month), [day, year]) => calendar(year, &month.to_string(), day),
            _ => None,
        };
        found.ok_or(Fault::NotADate)
    }
}

/// The day, if the calendar has it and the year is written with four digits.
fn calendar(year: &str, month: &str, day: &str) -> Option<(i32, u32, u32)> {
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let (year, month, day): (i32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    (year > 0 && (1..=days).contains(&day)).then_some((year, month, day))
}

/// A month by its English name, whole or cut to three letters (`sept` too).
fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let found = NAMES.iter().position(|name| *name == word || name.get(..3) == Some(word));
    found.or(if word == "sept" { Some(8) } else { None }).and_then(|index| u32::try_from(index + 1).ok())
}

fn is_weekday(word: &str) -> bool {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    NAMES.iter().any(|name| *name == word || name.get(..3) == Some(word)) || matches!(word, "tues" | "thur" | "thurs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_day_is_written_in_many_ways() {
        for text in [
            "1815-12-10",
            "1815/12/10",
            "1815.12.10",
            "18151210",
            "10.12.1815",
            "10. 12. 1815",
            "10 December 1815",
            "10 Dec 1815",
            "10-Dec-1815",
            "Dec 10, 1815",
            "December 10th, 1815",
            "the 10th of December, 1815",
            "Sun, 10 Dec 1815 09:00:00 +0000",
            "1815-12-10T09:00:00Z",
            "1815-12-10 09:00:00.123+01:00",
            "1815-12-10t23:59:60-08:00",
            "18151210T090000Z",
            "1815-12-10Z",
            "1815-12-10+01:00",
            "1815-12-10T09:00[Europe/London]",
            "1815年12月10日",
            "１８１５－１２－１０",
            "١٨١٥-١٢-١٠",
            "१८१५-१२-१०",
            "๑๘๑๕-๑๒-๑๐",
            "1815 Dec 10",
            " 1815-12-10 ",
            "10.12.1815 9:05",
            "1815년 12월 10일",
            "1815\u{2010}12\u{2010}10",
            "1815-12-10T09",
        ] {
            for order in [Order::YearFirst, Order::DayFirst, Order::MonthFirst] {
                assert_eq!(date(text, order).as_deref(), Ok("1815-12-10"), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "1815",
            "1815-12",
            "10.12.15",
            "15-12-10",
            "1815-13-10",
            "1815-00-10",
            "1815-12-00",
            "2023-02-29",
            "1900-02-29",
            "0000-00-00",
            "0000-01-01",
            "31.04.2020",
            "30/02/2020",
            "-1815-12-10",
            "tomorrow",
            "10 Dezembre 1815",
            "Dec Dec 1815",
            "1815-12-10-11",
            "18151310",
            "181512101",
            "n/a",
            "10:12:1815",
            "1815_12_10",
            "1815-12-10 25:00",
            "+1815-12-10",
            "10 Dec 15",
            "42353",
            "1.2.3.4",
        ] {
            for order in [Order::YearFirst, Order::DayFirst, Order::MonthFirst] {
                assert_eq!(date(text, order), Err(Fault::NotADate), "{text}");
            }
        }
        assert_eq!(date("", Order::DayFirst), Err(Fault::Empty));
    }

    #[test]
    fn the_order_decides_only_where_it_must() {
        assert_eq!(date("04.03.1990", Order::MonthFirst).as_deref(), Ok("1990-03-04"));
        assert_eq!(date("04-03-1990", Order::MonthFirst).as_deref(), Ok("1990-04-03"));
        assert_eq!(date("5/5/1990", Order::YearFirst).as_deref(), Ok("1990-05-05"));
        assert_eq!(date("31/1/1990", Order::YearFirst).as_deref(), Ok("1990-01-31"));
        assert_eq!(date("2/29/2024", Order::DayFirst).as_deref(), Ok("2024-02-29"));
        assert_eq!(date("29/02/2000", Order::MonthFirst).as_deref(), Ok("2000-02-29"));
    }

    fn any_order() -> impl Strategy<Value = Order> {
        prop_oneof![Just(Order::YearFirst), Just(Order::DayFirst), Just(Order::MonthFirst)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn canonical_dates_are_fixed_points(text in "\\PC{0,16}|[0-9]{1,4}[-/. t:]{1,2}([0-9]{1,2}|mar|jan)[-/. :+]{1,2}[0-9]{1,4}[t :0-9zth]{0,6}", order in any_order()) {
            if let Ok(once) = date(&text, order) {
                prop_assert_eq!(date(&once, order), Ok(once.clone()));
            }
        }

        #[test]
        fn days_are_those_of_the_calendar(year in 1i32..=9999, month in 0u32..=13, day in 0u32..=32) {
            let found = ymd(&format!("{year:04}-{month:02}-{day:02}"), Order::YearFirst).ok();
            let known = chrono::NaiveDate::from_ymd_opt(year, month, day).map(|_| (year, month, day));
            prop_assert_eq!(found, known);
        }
    }
}
