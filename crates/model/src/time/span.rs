//! Spans of time as people write them in segments and in TOML: `30s`, `15m`, `14 days`.
//!
//! A span is a fixed length, so months and years are absent: they belong to calendars. A day is 24 hours.

use std::time::Duration;

/// Short name, word, nanoseconds. In descending order; weeks are read but a fortnight is shown as `14d`.
const UNITS: [(&str, &str, u128); 8] = [
    ("w", "week", 7 * 86_400_000_000_000),
    ("d", "day", 86_400_000_000_000),
    ("h", "hour", 3_600_000_000_000),
    ("m", "minute", 60_000_000_000),
    ("s", "second", 1_000_000_000),
    ("ms", "millisecond", 1_000_000),
    ("us", "microsecond", 1000),
    ("ns", "nanosecond", 1),
];

/// The span that a whole number and a unit write: `30s`, `15m` (minutes), `1h`, `14d`, `2w`, or with the words
/// `second`, `minute`, `hour`, `day`, `week`, singular or plural. Spaces may stand between. For lengths below a second
/// there are `ms`, `us` and `ns`. `None` for anything else, and for more than a [`Duration`] holds.
///
/// ```
/// use onefold_model::parse_span;
/// use std::time::Duration;
/// assert_eq!(parse_span("14 days"), Some(Duration::from_hours(14 * 24)));
/// assert_eq!(parse_span("15m"), Some(Duration::from_mins(15)));
/// assert_eq!(parse_span("1 month"), None);
/// ```
#[must_use]
pub fn parse_span(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.find(|letter: char| !letter.is_ascii_digit())?)?;
    let unit = unit.trim_start_matches(' ');
    let (_, _, nanos) = UNITS.iter().find(|(short, word, _)| {
        [*short, *word].contains(&unit) || unit.strip_suffix('s').is_some_and(|singular| singular == *word)
    })?;
    let nanos = number.parse::<u128>().ok()?.checked_mul(*nanos)?;
    let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
    Some(Duration::new(seconds, (nanos % 1_000_000_000).try_into().ok()?))
}

/// The canonical text of a span: a whole number of the largest unit up to days that loses nothing. No time at all is
/// `0s`.
///
/// ```
/// use onefold_model::show_span;
/// use std::time::Duration;
/// assert_eq!(show_span(Duration::from_hours(14 * 24)), "14d");
/// assert_eq!(show_span(Duration::from_mins(90)), "90m");
/// ```
#[must_use]
pub fn show_span(span: Duration) -> String {
    let nanos = span.as_nanos();
    let shown = UNITS.iter().skip(1).find(|(_, _, unit)| nanos > 0 && nanos.is_multiple_of(*unit));
    shown.map_or_else(|| "0s".into(), |(short, _, unit)| format!("{}{short}", nanos / unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_unit_has_a_letter_and_a_word() {
        for (text, seconds) in [
            ("30s", 30),
            ("1 second", 1),
            ("15m", 900),
            ("15  minutes", 900),
            ("1h", 3600),
            ("2 hours", 7200),
            ("14d", 14 * 86_400),
            ("14days", 14 * 86_400),
            ("1 day", 86_400),
            ("2w", 14 * 86_400),
            ("1 week", 7 * 86_400),
            ("007s", 7),
            ("0 days", 0),
        ] {
            assert_eq!(parse_span(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_spans() {
        for text in [
            "",
            "d",
            "14",
            "-1d",
            "+1d",
            "1.5h",
            "1h30m",
            " 1h",
            "1h ",
            "1 D",
            "1 month",
            "1ss",
            "1 ds",
            "1 dayss",
            "1\td",
            "١d",
            "99999999999999999999999999999999999999999d",
            "18446744073709551616s",
        ] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }

    #[test]
    fn the_largest_exact_unit_is_shown() {
        for (seconds, text) in
            [(0, "0s"), (90, "90s"), (3600, "1h"), (86_400, "1d"), (14 * 86_400, "14d"), (90_000, "25h")]
        {
            assert_eq!(show_span(Duration::from_secs(seconds)), text);
        }
        assert_eq!(show_span(Duration::from_micros(1500)), "1500us");
    }

    proptest! {
        #[test]
        fn spans_read_back_as_themselves(nanos in any::<u64>(), days in any::<u16>(), seconds in any::<u64>()) {
            let day = Duration::from_secs(86_400);
            for span in [Duration::from_nanos(nanos), day * days.into(), Duration::from_secs(seconds), Duration::MAX] {
                prop_assert_eq!(parse_span(&show_span(span)), Some(span));
            }
        }
    }
}
