//! Whose midnight: offsets, and places whose offset changes.
//!
//! A day of a place has 23, 24 or 25 hours. It begins at the first instant whose local time is not before its
//! midnight: where the clock jumps over midnight that is the instant of the jump, where midnight comes twice the first
//! of both. Days do not overlap: an instant belongs to the last day that has begun.
//!
//! `UTC` and offsets such as `+02:00` are always known. Names such as `Europe/Berlin` are known with the feature
//! `zones`, whose database is compiled in and so changes only with the dependency, never with the machine.

use onefold_model::{Facts, Time, Value};

use crate::calendar::DAY;
use crate::plan::{Plan, Zone};

const SECOND: i64 = 1_000_000;
/// More than any place is away from UTC.
#[cfg(feature = "zones")]
const FAR: i64 = 2 * DAY;

/// The clock of a place.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// So many microseconds east.
    Fixed(i64),
    #[cfg(feature = "zones")]
    Place(jiff::tz::TimeZone),
}

/// Whether a definition may name this zone.
#[cfg(feature = "zones")]
pub(crate) fn known(name: &str) -> bool {
    Clock::named(name).is_some()
}

impl Clock {
    pub(crate) const UTC: Self = Self::Fixed(0);

    pub(crate) fn of(zone: Zone, plan: &Plan, facts: &dyn Facts) -> Self {
        match zone {
            Zone::Utc => Self::UTC,
            Zone::Fixed(seconds) => Self::Fixed(i64::from(seconds) * SECOND),
            Zone::Named(nth) => {
                plan.zones.get(usize::from(nth)).and_then(|name| Self::named(name)).unwrap_or(Self::UTC)
            }
            Zone::Field(field) => match facts.field(field) {
                Value::Text(name) => Self::named(name).unwrap_or(Self::UTC),
                _ => Self::UTC,
            },
        }
    }

    fn named(name: &str) -> Option<Self> {
        if name == "UTC" || name == "Z" {
            return Some(Self::UTC);
        }
        match offset(name) {
            Some(seconds) => Some(Self::Fixed(i64::from(seconds) * SECOND)),
            None => Self::place(name),
        }
    }

    #[cfg(feature = "zones")]
    fn place(name: &str) -> Option<Self> {
        static PLACES: std::sync::OnceLock<jiff::tz::TimeZoneDatabase> = std::sync::OnceLock::new();
        PLACES.get_or_init(jiff::tz::TimeZoneDatabase::bundled).get(name).ok().map(Self::Place)
    }

    #[cfg(not(feature = "zones"))]
    fn place(_: &str) -> Option<Self> {
        None
    }

    /// The day to which an instant belongs, counted from 1970-01-01.
    pub(crate) fn day(&self, at: Time) -> i64 {
        match self {
            Self::Fixed(offset) => at.0.saturating_add(*offset).div_euclid(DAY),
            #[cfg(feature = "zones")]
            Self::Place(place) => {
                let day = at.0.saturating_add(ahead(place, at)).div_euclid(DAY);
                if self.start(day + 1) <= at { day + 1 } else { day }
            }
        }
    }

    /// The first instant of a day.
    pub(crate) fn start(&self, day: i64) -> Time {
        let Some(midnight) = day.checked_mul(DAY) else {
            return if day < 0 { Time::MIN } else { Time::MAX };
        };
        match self {
            Self::Fixed(offset) => Time(midnight.saturating_sub(*offset)),
            #[cfg(feature = "zones")]
            Self::Place(place) => {
                let mut since = Time(midnight.saturating_sub(FAR));
                loop {
                    let reached = midnight.saturating_sub(ahead(place, since));
                    let until = place
                        .following(stamp(since))
                        .next()
                        .map_or(Time::MAX, |it| Time(it.timestamp().as_microsecond()));
                    if reached < until.0 || until <= since {
                        return Time(reached).max(since);
                    }
                    since = until;
                }
            }
        }
    }
}

/// How far the local time of a place is ahead of UTC at an instant, in microseconds.
#[cfg(feature = "zones")]
fn ahead(place: &jiff::tz::TimeZone, at: Time) -> i64 {
    i64::from(place.to_offset(stamp(at)).seconds()) * SECOND
}

#[cfg(feature = "zones")]
fn stamp(at: Time) -> jiff::Timestamp {
    let (least, most) = (jiff::Timestamp::MIN.as_microsecond(), jiff::Timestamp::MAX.as_microsecond());
    jiff::Timestamp::from_microsecond(at.0.clamp(least, most)).unwrap_or_default()
}

/// `+02:00` and `-0330` as seconds east.
pub(crate) fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let number = |text: &str| match text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit()) {
        true => text.parse::<i32>().ok(),
        false => None,
    };
    let (hours, minutes) = rest.split_at_checked(2)?;
    let (hours, minutes) = (number(hours)?, number(minutes.strip_prefix(':').unwrap_or(minutes))?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn days(text: &str) -> i64 {
        text.parse::<onefold_model::Date>().unwrap().days().into()
    }

    #[test]
    fn offsets_are_read_strictly() {
        assert_eq!(offset("+02:00"), Some(7200));
        assert_eq!(offset("-03:30"), Some(-12_600));
        assert_eq!(offset("+0545"), Some(20_700));
        for wrong in ["", "+", "2", "+2", "+02", "+24:00", "+02:60", "02:00", "+02:00 ", "+2:000", "+é:00", "+٠٢:٠٠"]
        {
            assert_eq!(offset(wrong), None, "{wrong}");
        }
        for (name, known) in [("UTC", true), ("+02:00", true), ("Nowhere/Land", false)] {
            assert_eq!(Clock::named(name).is_some(), known, "{name}");
        }
    }

    #[test]
    fn a_fixed_day_begins_at_its_own_midnight() {
        let east = Clock::Fixed(7200 * SECOND);
        assert_eq!(east.start(days("2026-03-02")), time("2026-03-01T22:00:00Z"));
        assert_eq!(east.day(time("2026-03-01T22:00:00Z")), days("2026-03-02"));
        assert_eq!(east.day(time("2026-03-01T21:59:59.999999Z")), days("2026-03-01"));
    }

    #[cfg(feature = "zones")]
    #[test]
    fn days_of_a_place_have_23_to_25_hours_and_begin_at_their_first_instant() {
        let place = |name| Clock::named(name).unwrap();
        let hours = |clock: &Clock, day: &str| {
            let day = days(day);
            (clock.start(day + 1).0 - clock.start(day).0) / (3600 * SECOND)
        };
        let berlin = place("Europe/Berlin");
        assert_eq!(berlin.start(days("2026-03-29")), time("2026-03-28T23:00:00Z"));
        assert_eq!(
            (hours(&berlin, "2026-03-29"), hours(&berlin, "2026-10-25"), hours(&berlin, "2026-06-01")),
            (23, 25, 24)
        );
        // Midnight is skipped: the clock of Havana goes from 00:00 to 01:00.
        let havana = place("America/Havana");
        assert_eq!(havana.start(days("2024-03-10")), time("2024-03-10T05:00:00Z"));
        assert_eq!(hours(&havana, "2024-03-10"), 23);
        // Midnight comes twice: in Havana 01:00 becomes 00:00.
        assert_eq!(havana.start(days("2024-11-03")), time("2024-11-03T04:00:00Z"));
        assert_eq!(hours(&havana, "2024-11-03"), 25);
        // A day that was not: Apia went from the 29th to the 31st of December 2011.
        let apia = place("Pacific/Apia");
        assert_eq!(hours(&apia, "2011-12-30"), 0);
        assert_eq!(apia.day(apia.start(days("2011-12-31"))), days("2011-12-31"));
    }

    #[cfg(feature = "zones")]
    #[test]
    fn an_instant_belongs_to_the_last_day_that_has_begun() {
        for name in ["Europe/Berlin", "America/Havana", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu"] {
            let clock = Clock::named(name).unwrap();
            let mut at = time("2010-12-01");
            while at < time("2019-12-01") {
                let day = clock.day(at);
                assert!(clock.start(day) <= at && at < clock.start(day + 1), "{name} {at}");
                at = Time(at.0 + 1700 * SECOND);
            }
        }
    }
}
