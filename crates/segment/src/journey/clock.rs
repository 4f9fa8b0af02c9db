//! The local clock: when quiet hours end, and when it is Monday at nine.
//!
//! Without a database of time zones a clock is a fixed offset from UTC; what is neither `UTC` nor an offset such as
//! `+02:00` is taken as UTC.

use onefold_model::Time;

use super::source::Weekday;

pub(super) const DAY: i64 = 86_400_000_000;
const MINUTE: i64 = 60_000_000;

/// A clock, by how much it is ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    ahead: i64,
}

impl Clock {
    pub(super) const UTC: Self = Self { ahead: 0 };

    /// The clock that a name or offset means, if it does.
    pub(super) fn named(text: &str) -> Option<Self> {
        if text == "UTC" || text == "Z" {
            return Some(Self::UTC);
        }
        let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
            (Some(rest), _) => (1, rest),
            (None, Some(rest)) => (-1, rest),
            (None, None) => return None,
        };
        Some(Self { ahead: sign * time_of_day(rest)? })
    }

    const fn local(self, at: Time) -> i64 {
        at.0.saturating_add(self.ahead)
    }

    const fn instant(self, local: i64) -> Time {
        Time(local.saturating_sub(self.ahead))
    }

    /// The first instant from `from` on at which it is this time of day on such a day.
    pub(super) fn next(self, from: Time, weekday: Option<Weekday>, at: i64) -> Time {
        let local = self.local(from);
        let today = local.div_euclid(DAY);
        let first = if local.rem_euclid(DAY) > at { today + 1 } else { today };
        // 1970 began on a Thursday.
        let days = weekday.map_or(0, |it| (i64::from(it as u8) - (first + 3)).rem_euclid(7));
        self.instant((first + days).saturating_mul(DAY).saturating_add(at))
    }

    /// The end of the quiet hours that go on at `at`, if some do.
    pub(super) fn quiet_until(self, at: Time, from: i64, to: i64) -> Option<Time> {
        let local = self.local(at);
        let (day, now) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let over_midnight = to <= from;
        let (quiet, days) = match over_midnight {
            false => (from <= now && now < to, 0),
            true => (now >= from || now < to, i64::from(now >= from)),
        };
        quiet.then(|| self.instant((day + days).saturating_mul(DAY).saturating_add(to)))
    }
}

/// Microseconds since midnight of a time of day such as `21:00`.
pub(super) fn time_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| (text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.parse().ok());
    let (hour, minute): (i64, i64) = (two(hour)??, two(minute)??);
    (hour < 24 && minute < 60).then_some((hour * 60 + minute) * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn quiet_hours_end_at_their_end_by_the_local_clock() {
        let (from, to) = (time_of_day("21:00").unwrap(), time_of_day("08:00").unwrap());
        let berlin = Clock::named("+02:00").unwrap();
        for (at, end) in [
            ("2026-06-01T18:59:59Z", None),
            ("2026-06-01T19:00:00Z", Some("2026-06-02T06:00:00Z")),
            ("2026-06-02T05:59:59Z", Some("2026-06-02T06:00:00Z")),
            ("2026-06-02T06:00:00Z", None),
        ] {
            assert_eq!(berlin.quiet_until(time(at), from, to), end.map(time), "{at}");
        }
        assert_eq!(Clock::UTC.quiet_until(time("2026-06-01T19:00:00Z"), from, to), None);
        let noon = (time_of_day("12:00").unwrap(), time_of_day("13:00").unwrap());
        let end = Clock::UTC.quiet_until(time("2026-06-01T12:30:00Z"), noon.0, noon.1);
        assert_eq!(end, Some(time("2026-06-01T13:00:00Z")));
    }

    #[test]
    fn the_next_monday_at_nine_is_found() {
        let nine = time_of_day("09:00").unwrap();
        // The first of March 2026 was a Sunday.
        for (from, weekday, next) in [
            ("2026-03-01T09:00:00Z", None, "2026-03-01T09:00:00Z"),
            ("2026-03-01T09:00:00.000001Z", None, "2026-03-02T09:00:00Z"),
            ("2026-03-01T09:00:00Z", Some(Weekday::Monday), "2026-03-02T09:00:00Z"),
            ("2026-03-02T09:00:00Z", Some(Weekday::Monday), "2026-03-02T09:00:00Z"),
            ("2026-03-02T09:01:00Z", Some(Weekday::Monday), "2026-03-09T09:00:00Z"),
            ("2026-03-01T10:00:00Z", Some(Weekday::Sunday), "2026-03-08T09:00:00Z"),
        ] {
            assert_eq!(Clock::UTC.next(time(from), weekday, nine), time(next), "{from} {weekday:?}");
        }
        let east = Clock::named("+05:30").unwrap();
        assert_eq!(east.next(time("2026-03-01T00:00:00Z"), None, nine), time("2026-03-01T03:30:00Z"));
    }

    #[test]
    fn what_is_no_offset_is_no_clock() {
        for text in ["", "Europe/Berlin", "2:00", "+2:00", "+24:00", "+02:60", "+0200", "++2:00", "+-1:00", "+é2:00"] {
            assert_eq!(Clock::named(text), None, "{text}");
        }
        for at in [Time::MIN, Time::MAX] {
            let west = Clock::named("-12:00").unwrap();
            west.next(at, Some(Weekday::Friday), 0);
            west.quiet_until(at, DAY - 1, 0);
        }
    }
}
