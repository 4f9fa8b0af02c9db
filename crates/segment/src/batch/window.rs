//! Windows as spans of a profile's rows.

use onefold_model::Time;

use crate::ast::Unit;
use crate::calendar::{first, number};
use crate::columns::{Columns, Person};
use crate::plan::{Plan, Span, Zone};
use crate::zone::Clock;

/// From the first instant to the last, both within, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Window {
    /// The window at an instant, where it is the same for everybody: not so for sessions, and for calendars of a zone
    /// that is a trait.
    pub(crate) fn of(span: Span, plan: &Plan, columns: &Columns, at: Time) -> Option<Self> {
        let now = at.0;
        let begins = |unit: Unit, zone: Zone, units: i64| {
            if matches!(zone, Zone::Field(_)) {
                return None;
            }
            let clock = Clock::of(zone, plan, &Person::new(columns));
            Some(clock.start(first(unit, number(unit, clock.day(at)).saturating_sub(units))).0)
        };
        let before = |span: i64| now.saturating_sub(span);
        let (from, to) = match span {
            Span::Ever => (i64::MIN, now),
            Span::Last(span) => (before(span).saturating_add(1), now),
            Span::Ago { from, to } => (before(from).saturating_add(1), before(to)),
            Span::BeforeAgo(span) => (i64::MIN, before(span)),
            Span::Next(_) => (now, now),
            Span::Since(from) => (from.0, now),
            Span::Before(to) => (i64::MIN, to.0.saturating_sub(1)),
            Span::Between { from, to } => (from.0, to.0.saturating_sub(1)),
            Span::This(unit, zone) => (begins(unit, zone, 0)?, now),
            Span::Calendar { count, unit, zone } => {
                (begins(unit, zone, count.into())?, begins(unit, zone, 0)?.saturating_sub(1))
            }
            Span::BeforeThis(unit, zone) => (i64::MIN, begins(unit, zone, 0)?.saturating_sub(1)),
            Span::BeforeCalendar { count, unit, zone } => {
                (i64::MIN, begins(unit, zone, count.into())?.saturating_sub(1))
            }
            Span::Session(_) | Span::BeforeSession(_) => return None,
        };
        Some(Self { from, to: to.min(now) })
    }

    /// Whether an instant lies in it.
    #[cfg(test)]
    pub(crate) const fn has(self, at: Time) -> bool {
        self.from <= at.0 && at.0 <= self.to
    }
}

/// How times stand in a column.
pub(crate) trait Tick: Copy + Ord {
    /// The first and last tick of a window; none where no tick can lie in it.
    fn window(window: Window) -> Option<(Self, Self)>;
    fn micros(self) -> i64;
}

const SECOND: i64 = 1_000_000;

impl Tick for u32 {
    fn window(window: Window) -> Option<(Self, Self)> {
        let first = window.from.div_euclid(SECOND) + i64::from(window.from.rem_euclid(SECOND) != 0);
        let last = window.to.div_euclid(SECOND);
        if last < 0 || first > i64::from(Self::MAX) || first > last {
            return None;
        }
        Some((Self::try_from(first.max(0)).ok()?, Self::try_from(last).unwrap_or(Self::MAX)))
    }

    #[inline(always)]
    fn micros(self) -> i64 {
        i64::from(self) * SECOND
    }
}

impl Tick for i64 {
    fn window(window: Window) -> Option<(Self, Self)> {
        (window.from <= window.to).then_some((window.from, window.to))
    }

    #[inline(always)]
    fn micros(self) -> i64 {
        self
    }
}

/// The rows of a run that lie in [first, last], as (begin, end). Windows mostly reach up to now and not far back, so
/// that the last rows are looked at first.
#[inline(always)]
pub(crate) fn rows<T: Tick>(run: &[T], first: T, last: T) -> (usize, usize) {
    let end = match run.last() {
        None => return (0, 0),
        Some(at) if *at <= last => run.len(),
        Some(_) => run.partition_point(|at| *at <= last),
    };
    if run.first().is_some_and(|at| *at >= first) {
        return (0, end);
    }
    let mut begin = end;
    let mut steps = 16;
    while begin > 0 && run.get(begin - 1).is_some_and(|at| *at >= first) {
        begin -= 1;
        steps -= 1;
        if steps == 0 {
            return (run.get(..begin).map_or(0, |run| run.partition_point(|at| *at < first)), end);
        }
    }
    (begin, end)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_of_a_window_are_those_in_it(mut run in vec(0_u32..300, 0..60), from in -10_000_000_i64..310_000_000, len in -5_000_000_i64..310_000_000) {
            run.sort_unstable();
            let window = Window { from, to: from + len };
            let inside = |at: i64| window.has(Time(at));
            let expected = run.iter().filter(|at| inside(at.micros())).count();
            let (begin, end) = u32::window(window).map_or((0, 0), |(first, last)| rows(&run, first, last));
            prop_assert_eq!(end.saturating_sub(begin), expected);
            prop_assert!(run.get(begin..end.max(begin)).unwrap().iter().all(|at| inside(at.micros())));
            let micros: Vec<i64> = run.iter().map(|at| at.micros()).collect();
            let (begin, end) = i64::window(window).map_or((0, 0), |(first, last)| rows(&micros, first, last));
            prop_assert_eq!(end.saturating_sub(begin), expected);
        }
    }
}
