//! Instants against chrono, and against themselves over the whole range.

use super::*;
use chrono::{DateTime, SecondsFormat};
use proptest::prelude::*;

fn read(text: &str) -> Time {
    text.parse().unwrap()
}

/// Instants of the calendar, whole seconds and milliseconds often.
fn calendar() -> impl Strategy<Value = Time> {
    let (first, last) = (Date::MIN.midnight().0, Date::MAX.midnight().0 + DAY);
    (first..last, prop_oneof![Just(1), Just(1000), Just(SECOND), Just(DAY)])
        .prop_map(|(micros, unit)| Time(micros.div_euclid(unit) * unit))
}

#[test]
fn every_way_of_writing_an_instant_reads_the_same() {
    let nine = Time(1_772_355_600_000_000);
    for text in [
        "2026-03-01T09:00:00Z",
        "2026-03-01t09:00:00z",
        "2026-03-01 09:00:00",
        "2026-03-01T09:00:00.000000000+00:00",
        "2026-03-01T09:00:00-00:00",
        "2026-03-01T10:30:00+01:30",
        "2026-02-28T23:00:00-10:00",
        "2026-03-02T08:59:00+23:59",
        "@1772355600000000",
    ] {
        assert_eq!(read(text), nine, "{text}");
    }
    assert_eq!(read("2026-03-01"), nine - Duration::from_hours(9));
}

#[test]
fn what_is_finer_than_a_microsecond_is_cut_off() {
    assert_eq!(read("1970-01-01T00:00:00.1"), Time(100_000));
    assert_eq!(read("1970-01-01T00:00:00.000001999Z"), Time(1));
    assert_eq!(read("1969-12-31T23:59:59.999999999Z"), Time(-1));
}

#[test]
fn a_leap_second_stays_in_its_day() {
    let last = read("2016-12-31T23:59:59.999999Z");
    assert_eq!(read("2016-12-31T23:59:60Z"), last);
    assert_eq!(read("2016-12-31T23:59:60.5Z"), last);
    assert_eq!(read("2017-01-01T05:29:60+05:30"), last);
    assert_eq!("2016-12-31T12:30:60Z".parse::<Time>(), Err(ParseError::NotATime));
    assert_eq!("2016-12-31T23:59:61Z".parse::<Time>(), Err(ParseError::NotATime));
}

#[test]
fn other_forms_are_refused() {
    for text in [
        "",
        "now",
        "2026-03-01T",
        "2026-03-01T09",
        "2026-03-01T09:00",
        "2026-03-01T09:00:00.Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T09:60:00Z",
        "2026-03-01T09:00:00.0000000001Z",
        "2026-03-01T09:00:00+0100",
        "2026-03-01T09:00:00+24:00",
        "2026-03-01T09:00:00 Z",
        "2026-03-01T09:00:00ZZ",
        " 2026-03-01",
        "2026-03-01Z",
        "2026-03-01_09:00:00",
        "Forever",
        "@",
        "@1.5",
        "@9223372036854775808",
        "2026-03-01T-9:00:00Z",
        "2026-03-01T09:00:00,5Z",
        "1772355600",
    ] {
        assert_eq!(text.parse::<Time>(), Err(ParseError::NotATime), "{text}");
    }
    for text in
        ["2026-02-29T09:00:00Z", "0000-12-31T23:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"]
    {
        assert_eq!(text.parse::<Time>(), Err(ParseError::NoSuchDay), "{text}");
    }
    for text in ["always", "forever", "@0"] {
        assert_eq!(Time::from_calendar(text), Err(ParseError::NotATime), "{text}");
    }
}

#[test]
fn the_ends_of_time_have_names() {
    assert_eq!((Time::MIN.to_string(), Time::MAX.to_string()), ("always".into(), "forever".into()));
    assert_eq!((read("always"), read("forever")), (Time::MIN, Time::MAX));
    assert_eq!(format!("[{:>9}] {:?}", Time::MAX, Time::EPOCH), "[  forever] Time(1970-01-01T00:00:00Z)");
}

#[test]
fn arithmetic_stays_within_time() {
    assert_eq!(Time(i64::MAX - 1) + Duration::MAX, Time::MAX);
    assert_eq!((Time(5) - Duration::MAX, Time(-5) + Duration::MAX), (Time::MIN, Time::MAX));
    assert_eq!(Time::MIN - Duration::from_micros(1), Time::MIN);
    assert_eq!(Time(0) + Duration::from_nanos(1999), Time(1));
    assert_eq!(Time::MAX.since(Time::MIN), Duration::from_micros(u64::MAX));
    assert_eq!((Time::from_secs(i64::MAX), Time::from_millis(i64::MIN)), (Time::MAX, Time::MIN));
}

#[test]
fn errors_do_not_repeat_what_was_found() {
    for wrong in ["\"17 May 1990\"", "19900517", "1990.0517", "-1990"] {
        let error = serde_json::from_str::<Time>(wrong).unwrap_err().to_string();
        assert!(!error.contains("1990"), "{error}");
    }
}

proptest! {
    #[test]
    fn instants_read_back_as_themselves(calendar in calendar(), any in any::<i64>()) {
        for time in [calendar, Time(any)] {
            prop_assert_eq!(read(&time.to_string()), time);
            let json = serde_json::to_string(&time).unwrap();
            prop_assert_eq!(serde_json::from_str::<Time>(&json).unwrap(), time);
        }
    }

    #[test]
    fn instants_are_those_of_chrono(time in calendar(), offset in -1439..1440_i32) {
        let theirs = DateTime::from_timestamp_micros(time.0).unwrap();
        prop_assert_eq!(time.to_string(), theirs.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        let there = theirs.with_timezone(&chrono::FixedOffset::east_opt(offset * 60).unwrap());
        if (1..=9999).contains(&chrono::Datelike::year(&there)) {
            prop_assert_eq!(read(&there.to_rfc3339()), time);
        }
    }

    #[test]
    fn any_text_is_read_as_chrono_reads_it_or_refused(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,10})?(Z|[+-][0-2][0-9]:[0-6][0-9])") {
        if let Ok(time) = text.parse::<Time>() {
            let theirs = DateTime::parse_from_rfc3339(&text).unwrap().timestamp_micros();
            prop_assert!(time.0 == theirs || text.contains(":60"));
        }
    }

    #[test]
    fn spans_between_instants_add_up(a in any::<i64>(), b in any::<i64>()) {
        let (early, late) = (Time(a.min(b)), Time(a.max(b)));
        let span = late.since(early);
        prop_assert_eq!(span.as_micros(), u128::from(a.abs_diff(b)));
        prop_assert_eq!((early + span, late - span), (late, early));
        prop_assert_eq!(early.since(late), Duration::ZERO);
    }
}
