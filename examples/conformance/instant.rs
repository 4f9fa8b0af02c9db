//! The judge's own reading of times, as messages have them: a number, or text with the year first as RFC 3339 and ISO
//! 8601 write it. Other texts are no times.

use crate::exact::{Json, micros};

/// An instant in microseconds since 1970, and by how much a reading of it may differ.
pub struct Instant {
    pub micros: i64,
    pub within: i64,
}

/// The instant that a value of a message tells, if it tells one.
pub fn instant(value: &Json) -> Option<Instant> {
    match value {
        Json::Text(text) => written(text.trim()).map(|micros| Instant { micros, within: 0 }),
        // Seconds or milliseconds: no message was sent before 1973 or after 5138.
        Json::Number(text) => {
            let seconds = micros(text)?;
            let micros = if seconds < 100_000_000_000_000_000 { seconds } else { seconds / 1_000 };
            Some(Instant { micros, within: 1 })
        }
        _ => None,
    }
}

fn number(bytes: &[u8], at: usize, count: usize) -> Option<i64> {
    let digits = bytes.get(at..at + count)?;
    digits
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
}

fn written(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (date, rest) = match bytes.get(4) {
        Some(b'-') => {
            let dashed = bytes.get(7) == Some(&b'-');
            ((number(bytes, 0, 4)?, number(bytes, 5, 2)?, number(bytes, 8, 2).filter(|_| dashed)?), bytes.get(10..)?)
        }
        // Without hyphens there is a day and nothing else.
        _ if bytes.len() != 8 => return None,
        _ => ((number(bytes, 0, 4)?, number(bytes, 4, 2)?, number(bytes, 6, 2)?), bytes.get(8..)?),
    };
    let days = days(date)?;
    if rest.is_empty() {
        return Some(days * 86_400_000_000);
    }
    let clock = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b"t")).or_else(|| rest.strip_prefix(b" "))?;
    let (hour, minute) =
        (number(clock, 0, 2).filter(|hour| *hour < 24)?, number(clock, 3, 2).filter(|minute| *minute < 60)?);
    if clock.get(2) != Some(&b':') {
        return None;
    }
    let mut rest = clock.get(5..)?;
    let (mut second, mut micro) = (0, 0);
    if let Some(after) = rest.strip_prefix(b":") {
        second = number(after, 0, 2).filter(|second| *second <= 60)?;
        rest = after.get(2..)?;
        if let Some(after) = rest.strip_prefix(b".") {
            let count = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=9).contains(&count) {
                return None;
            }
            // What is finer than a microsecond is cut off.
            let six: Vec<u8> = after[..count].iter().copied().chain([b'0'; 6]).take(6).collect();
            micro = number(&six, 0, 6)?;
            rest = &after[count..];
        }
    }
    let minutes = match rest.split_first() {
        None | Some((b'Z' | b'z', [])) => 0,
        Some((sign @ (b'+' | b'-'), offset)) => {
            let minutes = match offset {
                [_, _, b':', _, _] => number(offset, 3, 2)?,
                [_, _, _, _] => number(offset, 2, 2)?,
                [_, _] => 0,
                _ => return None,
            };
            if minutes > 59 {
                return None;
            }
            let minutes = number(offset, 0, 2).filter(|hours| *hours < 24)? * 60 + minutes;
            if *sign == b'+' { minutes } else { -minutes }
        }
        Some(_) => return None,
    };
    let minutes = days * 1_440 + hour * 60 + minute - minutes;
    match second {
        // The leap second ends a day of UTC, and counts as that day's last microsecond.
        60 => (minutes.rem_euclid(1_440) == 1_439).then_some((minutes + 1) * 60_000_000 - 1),
        second => Some((minutes * 60 + second) * 1_000_000 + micro),
    }
}

/// Days since 1970 of a day of the Gregorian calendar.
fn days((year, month, day): (i64, i64, i64)) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = lengths.get(usize::try_from(month - 1).ok()?)?;
    if year < 1 || !(1..=*length).contains(&day) {
        return None;
    }
    let before = year - 1;
    let years = before * 365 + before / 4 - before / 100 + before / 400;
    let months: i64 = lengths.iter().take((month - 1) as usize).sum();
    Some(years + months + day - 1 - 719_162)
}
