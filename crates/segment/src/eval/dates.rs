//! Times and days against now: windows, days that come round, time that has passed.

use onefold_model::{Time, Truth, Value};

use super::Held;
use crate::ast::{Elapsed, Op};
use crate::calendar::{Civil, DAY};
use crate::events::Frame;
use crate::number::Ratio;
use crate::value::Val;

/// A time or day: its day, and the microseconds since its midnight where it is a time.
fn day_of(val: &Val) -> Option<(i64, Option<i64>)> {
    match val {
        Val::Plain(Value::Time(time)) => Some((time.0.div_euclid(DAY), Some(time.0.rem_euclid(DAY)))),
        Val::Plain(Value::Date(date)) => Some((date.days().into(), None)),
        _ => None,
    }
}

fn midnight(day: i64) -> Time {
    Time(day.saturating_mul(DAY))
}

/// Whether a time or day lies in a window. A day counts from its midnight, UTC.
pub(super) fn lies(frame: &Frame, val: &Val, at: Time) -> Held {
    let time = match val {
        Val::Plain(Value::Time(time)) => *time,
        Val::Plain(Value::Date(date)) => date.midnight(),
        _ => return (Truth::Unknown, Time::MAX),
    };
    let (from, to) = frame.lies(time);
    if to <= from || to <= at {
        (Truth::No, Time::MAX)
    } else if at < from {
        (Truth::No, from)
    } else {
        (Truth::Yes, to)
    }
}

/// Whether the day of the year comes round in [today, today + days).
pub(super) fn comes_round(val: &Val, days: u32, at: Time) -> Held {
    let Some((born, _)) = day_of(val) else { return (Truth::Unknown, Time::MAX) };
    let (born, today) = (Civil::of(born), at.0.div_euclid(DAY));
    let year = Civil::of(today).year;
    let in_year = |year| born.in_year(year, Civil { year, month: 2, day: 28 }).days();
    let next = match in_year(year) {
        next if next < today => in_year(year + 1),
        next => next,
    };
    let first = next - i64::from(days) + 1;
    if days == 0 {
        (Truth::No, Time::MAX)
    } else if today < first {
        (Truth::No, midnight(first))
    } else {
        (Truth::Yes, midnight(next + 1))
    }
}

/// How many whole days or years have passed, rounded down; and when there will be one more.
pub(super) fn since(elapsed: Elapsed, val: &Val, at: Time) -> (Val, Time) {
    let Some(passed) = passed(elapsed, val, at) else { return (Val::Null, Time::MAX) };
    (Val::Number(Ratio::whole(passed)), reached(elapsed, val, passed.saturating_add(1)))
}

fn passed(elapsed: Elapsed, val: &Val, at: Time) -> Option<i64> {
    let (begun, clock) = day_of(val)?;
    let (today, now, clock) = (at.0.div_euclid(DAY), at.0.rem_euclid(DAY), clock.unwrap_or(0));
    Some(match elapsed {
        Elapsed::Days => today - begun - i64::from(now < clock),
        Elapsed::Years => {
            let (from, to) = (Civil::of(begun), Civil::of(today));
            let reached = (to.month, to.day, now) >= (from.month, from.day, clock);
            to.year - from.year - i64::from(!reached)
        }
    })
}

/// The first instant at which so many days or years have passed.
fn reached(elapsed: Elapsed, val: &Val, passed: i64) -> Time {
    let Some((begun, clock)) = day_of(val) else { return Time::MAX };
    let clock = clock.unwrap_or(0);
    // Beyond the end of time.
    if passed.unsigned_abs() > 1 << 40 {
        return if passed < 0 { Time::MIN } else { Time::MAX };
    }
    let (day, clock) = match elapsed {
        Elapsed::Days => (begun + passed, clock),
        Elapsed::Years => {
            // Who was born on 29 February grows older when 1 March begins where a year has no such day.
            let from = Civil::of(begun);
            let year = from.year + passed;
            let day = from.in_year(year, Civil { year, month: 3, day: 1 });
            (day.days(), if day.day == from.day { clock } else { 0 })
        }
    };
    Time(midnight(day).0.saturating_add(clock))
}

/// Whether what has passed compares so with a constant, and the exact instant at which that turns: it only grows.
pub(super) fn compared(elapsed: Elapsed, val: &Val, op: Op, bound: &Val, at: Time) -> Option<Held> {
    let Val::Number(bound) = bound else { return None };
    let passed = passed(elapsed, val, at)?;
    let truth = Val::Number(Ratio::whole(passed)).compare(op, &Val::Number(*bound));
    let number = |of: i128| i64::try_from(of).unwrap_or(if of < 0 { i64::MIN } else { i64::MAX });
    let (floor, ceiling) = (number(bound.floor()), number(bound.ceiling()));
    let next = match op {
        Op::Ge | Op::Lt => [Some(ceiling), None],
        Op::Gt | Op::Le => [floor.checked_add(1), None],
        Op::Eq | Op::Ne if floor == ceiling => [Some(floor), floor.checked_add(1)],
        _ => [None, None],
    };
    let turn = next.into_iter().flatten().filter(|next| *next > passed).min();
    Some((truth, turn.map_or(Time::MAX, |turn| reached(elapsed, val, turn))))
}
