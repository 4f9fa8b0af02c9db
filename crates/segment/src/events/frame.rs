//! A window, once it is known whose calendar and which session it speaks of.

use onefold_model::{Run, Time};

use crate::ast::Unit;
use crate::calendar::{first, number};
use crate::eval::Sight;
use crate::plan::{Plan, Span};
use crate::zone::Clock;

/// A window that answers for single instants.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    Ever,
    Last(i64),
    Ago {
        from: i64,
        to: i64,
    },
    BeforeAgo(i64),
    Next(i64),
    Since(Time),
    Before(Time),
    Between {
        from: Time,
        to: Time,
    },
    /// The unit in which now lies.
    This(Unit, Clock),
    /// So many units before it.
    Calendar(i64, Unit, Clock),
    /// All before it and so many units more.
    BeforeCalendar(i64, Unit, Clock),
    /// The last session: when it began, and when it is over if nothing happens.
    Session(Option<(Time, Time)>),
    BeforeSession(Option<(Time, Time)>),
}

impl Frame {
    pub(crate) fn of(span: Span, plan: &Plan, sight: Sight<'_>) -> Self {
        let clock = |zone| Clock::of(zone, plan, sight.facts);
        match span {
            Span::Ever => Self::Ever,
            Span::Last(span) => Self::Last(span),
            Span::Ago { from, to } => Self::Ago { from, to },
            Span::BeforeAgo(span) => Self::BeforeAgo(span),
            Span::Next(span) => Self::Next(span),
            Span::Since(time) => Self::Since(time),
            Span::Before(time) => Self::Before(time),
            Span::Between { from, to } => Self::Between { from, to },
            Span::This(unit, zone) => Self::This(unit, clock(zone)),
            Span::Calendar { count, unit, zone } => Self::Calendar(count.into(), unit, clock(zone)),
            Span::BeforeThis(unit, zone) => Self::BeforeCalendar(0, unit, clock(zone)),
            Span::BeforeCalendar { count, unit, zone } => Self::BeforeCalendar(count.into(), unit, clock(zone)),
            Span::Session(gap) => Self::Session(last_session(plan, gap, sight)),
            Span::BeforeSession(gap) => Self::BeforeSession(last_session(plan, gap, sight)),
        }
    }

    /// Whether all that is known has entered and can only leave, what is older no later than what is newer.
    pub(crate) const fn only_leaves(&self) -> bool {
        match self {
            Self::Ever
            | Self::Last(_)
            | Self::Next(_)
            | Self::Since(_)
            | Self::Before(_)
            | Self::Between { .. }
            | Self::This(..)
            | Self::Session(_) => true,
            Self::Ago { .. }
            | Self::BeforeAgo(_)
            | Self::Calendar(..)
            | Self::BeforeCalendar(..)
            | Self::BeforeSession(_) => false,
        }
    }

    /// For which instants the window, seen from them, has this time in it: from the one, up to but not including the
    /// other. None where the two are the same or the second comes first.
    pub(crate) fn lies(&self, time: Time) -> (Time, Time) {
        let later = |span: i64| Time(time.0.saturating_add(span));
        let always = (Time::MIN, Time::MAX);
        let never = (Time::MAX, Time::MAX);
        let start = |unit: Unit, clock: &Clock, units: i64| {
            let number = number(unit, clock.day(time)).saturating_add(units);
            clock.start(first(unit, number))
        };
        match self {
            Self::Ever => always,
            Self::Last(span) => (time, later(*span)),
            Self::Ago { from, to } => (later(*to), later(*from)),
            Self::BeforeAgo(span) => (later(*span), Time::MAX),
            Self::Next(span) => (Time(time.0.saturating_sub(*span).saturating_add(1)), later(1)),
            Self::Since(since) => {
                if *since <= time {
                    always
                } else {
                    never
                }
            }
            Self::Before(end) => {
                if time < *end {
                    always
                } else {
                    never
                }
            }
            Self::Between { from, to } => {
                if *from <= time && time < *to {
                    always
                } else {
                    never
                }
            }
            Self::This(unit, clock) => (start(*unit, clock, 0), start(*unit, clock, 1)),
            Self::Calendar(count, unit, clock) => {
                (start(*unit, clock, 1), start(*unit, clock, count.saturating_add(1)))
            }
            Self::BeforeCalendar(count, unit, clock) => (start(*unit, clock, count.saturating_add(1)), Time::MAX),
            Self::Session(session) => match session {
                Some((begin, over)) if *begin <= time && time < *over => (*begin, *over),
                _ => never,
            },
            Self::BeforeSession(session) => match session {
                Some((begin, over)) if *begin <= time => (*over, Time::MAX),
                _ => always,
            },
        }
    }

    /// From when to when an event of this time is in the window: not before it happened.
    pub(crate) fn stay(&self, time: Time) -> (Time, Time) {
        let (from, to) = self.lies(time);
        (from.max(time), to)
    }

    /// When an event of this time leaves.
    pub(crate) fn leaves(&self, time: Time) -> Time {
        self.lies(time).1
    }

    /// The rows that are in the window at the instant asked for, or will be later.
    pub(crate) fn bounds(&self, run: Run<'_>, sight: Sight<'_>) -> (usize, usize) {
        let known = known(run, sight.known);
        let back = |span: i64| run.first_after(Time(sight.at.0.saturating_sub(span)));
        let unit = |unit: Unit, clock: &Clock, units: i64| {
            let number = number(unit, clock.day(sight.at)).saturating_sub(units);
            run.first_at(clock.start(first(unit, number)))
        };
        match self {
            Self::Ever | Self::BeforeAgo(_) | Self::BeforeCalendar(..) | Self::BeforeSession(_) => (0, known),
            Self::Last(span) | Self::Ago { from: span, .. } => (back(*span), known),
            Self::Next(_) => (run.first_at(sight.at), known),
            Self::Since(since) => (run.first_at(*since), known),
            Self::Before(end) => (0, known.min(run.first_at(*end))),
            Self::Between { from, to } => (run.first_at(*from), known.min(run.first_at(*to))),
            Self::This(of, clock) => (unit(*of, clock, 0), known),
            Self::Calendar(count, of, clock) => (unit(*of, clock, *count), known),
            Self::Session(Some((begin, over))) if sight.at < *over => (run.first_at(*begin), known),
            Self::Session(_) => (0, 0),
        }
    }
}

/// How many rows had happened by then; mostly all.
pub(crate) fn known(run: Run<'_>, at: Time) -> usize {
    match run.len().checked_sub(1) {
        Some(last) if run.occurred(last) <= at => run.len(),
        Some(_) => run.first_after(at),
        None => 0,
    }
}

/// When the last session of behaviour began, and when it is over: runs with less than the gap from one event to the
/// next.
fn last_session(plan: &Plan, gap: i64, sight: Sight<'_>) -> Option<(Time, Time)> {
    let mut runs: Vec<(Run<'_>, usize)> =
        plan.behaviour.iter().map(|what| sight.facts.run(*what)).map(|run| (run, known(run, sight.known))).collect();
    let mut begun: Option<(Time, Time)> = None;
    loop {
        let newest = runs.iter_mut().filter(|(_, end)| *end > 0).max_by_key(|(run, end)| run.occurred(*end - 1));
        let Some((run, end)) = newest else { return begun };
        *end -= 1;
        let time = run.occurred(*end);
        begun = match begun {
            Some((begin, _)) if begin.0.saturating_sub(time.0) >= gap => return begun,
            Some((_, over)) => Some((time, over)),
            None => Some((time, Time(time.0.saturating_add(gap)))),
        };
    }
}
