//! Windows over events: how many, how much, and what followed what.
//!
//! Every event *stays* in a window for a while: from the instant at which it enters, up to the one at which it
//! leaves. With a window of the last `W` it is in for [t, t + W); with one between `F` and `T` ago for
//! [t + T, t + F); a first step that lacks its second for as long, but not before the span that was left to it has
//! passed. So counts, sums and sequences are one thing: take all stays, see what is in now, then let events leave and
//! enter in the order of time until the comparison turns out otherwise. Amounts may be negative, so that a sum can cross its bound
//! several times; walking finds the first crossing, which a formula would not.

use onefold_model::{Currency, Decimal, EventTypeId, FieldId, Run, Sum, Time, Truth, Value};

use crate::ast::Then;
use crate::eval::{Held, Sight};
use crate::plan::{Filter, Rows, Span};
use crate::value::{compare, number};

/// What is added up.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) property: FieldId,
    /// Only amounts in it; none for plain numbers.
    pub(crate) currency: Option<Currency>,
}

/// The steps of a sequence.
#[derive(Clone, Copy)]
pub(crate) struct Steps<'a> {
    pub(crate) first: &'a Rows,
    pub(crate) then: Then,
    pub(crate) second: &'a Rows,
    pub(crate) within: i64,
}

/// An event of a run.
#[derive(Clone, Copy)]
struct Row<'a> {
    run: Run<'a>,
    nth: usize,
}

impl Row<'_> {
    fn time(&self) -> Time {
        self.run.occurred(self.nth)
    }

    fn value(&self, property: FieldId) -> Value {
        self.run.value(self.nth, property)
    }
}

/// How many events of the window there are.
pub(crate) fn counted(rows: &Rows, window: Span, sight: Sight<'_>) -> Walk<i64> {
    let mut walk = Walk::new(sight.at);
    each(rows, window, sight, |row| {
        let (from, to) = window.stay(row.time());
        walk.stay(from, to, 1);
    });
    walk
}

/// What a property of the window's events adds up to.
pub(crate) fn summed(rows: &Rows, terms: Terms, window: Span, sight: Sight<'_>) -> Walk<Sum> {
    let mut walk = Walk::new(sight.at);
    each(rows, window, sight, |row| {
        if let Some(amount) = terms.of(row) {
            let (from, to) = window.stay(row.time());
            walk.stay(from, to, amount);
        }
    });
    walk
}

/// How many first steps of the window have, or lack, their second.
pub(crate) fn sequences(steps: Steps<'_>, window: Span, sight: Sight<'_>) -> Walk<i64> {
    let mut walk = Walk::new(sight.at);
    each(steps.first, window, sight, |first| {
        let (from, to) = window.stay(first.time());
        let decided = Time(first.time().0.saturating_add(steps.within));
        match (followed(first, steps, decided, sight), steps.then) {
            (true, Then::Follows) => walk.stay(from, to, 1),
            (false, Then::Lacks) => walk.stay(from.max(decided), to, 1),
            _ => {}
        }
    });
    walk
}

/// Whether a second step follows before `end`.
fn followed(first: Row<'_>, steps: Steps<'_>, end: Time, sight: Sight<'_>) -> bool {
    let id = first.run.id(first.nth);
    steps.second.types.iter().any(|what| {
        let run = sight.facts.run(*what);
        let until = run.first_at(end).min(run.first_after(sight.known));
        (run.first_at(first.time())..until).any(|nth| {
            let row = Row { run, nth };
            run.id(nth) != id && steps.second.takes(row, Some(first))
        })
    })
}

/// Calls for each event that is or will be in the window, as far as it is known.
fn each<'a>(rows: &Rows, window: Span, sight: Sight<'a>, mut call: impl FnMut(Row<'a>)) {
    let run_of = |what: &EventTypeId| sight.facts.run(*what);
    for run in rows.types.iter().map(run_of) {
        let (start, end) = window.bounds(run, sight);
        for nth in start..end {
            let row = Row { run, nth };
            if rows.takes(row, None) {
                call(row);
            }
        }
    }
}

impl Terms {
    fn of(self, row: Row<'_>) -> Option<Decimal> {
        match (row.value(self.property), self.currency) {
            (Value::Money(money), Some(currency)) => (money.currency() == currency).then(|| money.amount()),
            (value, None) => number(&value),
            _ => None,
        }
    }
}

impl Rows {
    fn takes(&self, row: Row<'_>, first: Option<Row<'_>>) -> bool {
        let filter = self.filter.as_ref();
        filter.is_none_or(|filter| filter.of(row, first).is_yes())
    }
}

impl Filter {
    fn of(&self, row: Row<'_>, first: Option<Row<'_>>) -> Truth {
        match self {
            Self::And(parts) => parts.iter().fold(Truth::Yes, |known, part| known.and(part.of(row, first))),
            Self::Or(parts) => parts.iter().fold(Truth::No, |known, part| known.or(part.of(row, first))),
            Self::Not(part) => part.of(row, first).not(),
            Self::Property(property, ask) => ask.of(&row.value(*property)),
            Self::Step(property, op, other) => match first {
                Some(first) => compare(&row.value(*property), *op, &first.value(*other)),
                None => Truth::Unknown,
            },
        }
    }
}

impl Span {
    /// The rows that are in the window at the instant asked for, or will be later.
    fn bounds(self, run: Run<'_>, sight: Sight<'_>) -> (usize, usize) {
        let known = run.first_after(sight.known);
        let back = |span: i64| run.first_after(Time(sight.at.0.saturating_sub(span)));
        match self {
            Self::Ever => (0, known),
            Self::Last(span) => (back(span), known),
            Self::Ago { from, .. } => (back(from), known),
            Self::Since(from) => (run.first_at(from), known),
            Self::Between { from, to } => (run.first_at(from), known.min(run.first_at(to))),
        }
    }

    /// From when to when an event is in the window.
    fn stay(self, time: Time) -> (Time, Time) {
        let later = |span: i64| Time(time.0.saturating_add(span));
        match self {
            Self::Ever | Self::Since(_) | Self::Between { .. } => (time, Time::MAX),
            Self::Last(span) => (time, later(span)),
            Self::Ago { from, to } => (later(to), later(from)),
        }
    }
}

/// A total into which terms are put, and out of which they are taken again.
pub(crate) trait Total: Default {
    type Term: Copy;
    fn put(&mut self, term: Self::Term);
    fn take(&mut self, term: Self::Term);
}

impl Total for i64 {
    type Term = Self;
    fn put(&mut self, term: Self) {
        *self += term;
    }
    fn take(&mut self, term: Self) {
        *self -= term;
    }
}

impl Total for Sum {
    type Term = Decimal;
    fn put(&mut self, term: Decimal) {
        self.add(term);
    }
    fn take(&mut self, term: Decimal) {
        self.sub(term);
    }
}

/// What is in the window at an instant, and what will leave or enter.
pub(crate) struct Walk<T: Total> {
    at: Time,
    total: T,
    moves: Vec<(Time, Move, T::Term)>,
}

#[derive(Clone, Copy)]
enum Move {
    Enters,
    Leaves,
}

impl<T: Total> Walk<T> {
    fn new(at: Time) -> Self {
        Self { at, total: T::default(), moves: Vec::new() }
    }

    /// Something is in the window from `from` on, up to but not including `to`.
    fn stay(&mut self, from: Time, to: Time, term: T::Term) {
        if to <= from || to <= self.at {
            return;
        }
        if from <= self.at {
            self.total.put(term);
        } else {
            self.moves.push((from, Move::Enters, term));
        }
        if to < Time::MAX {
            self.moves.push((to, Move::Leaves, term));
        }
    }

    /// The total at the instant that was asked for.
    pub(crate) fn now(self) -> T {
        self.total
    }

    /// Whether the total holds now, and the first instant at which that is otherwise.
    pub(crate) fn held(mut self, holds: impl Fn(&T) -> bool) -> Held {
        let value = holds(&self.total);
        self.moves.sort_by_key(|(at, _, _)| *at);
        let mut moves = self.moves.into_iter().peekable();
        while let Some((at, how, term)) = moves.next() {
            match how {
                Move::Enters => self.total.put(term),
                Move::Leaves => self.total.take(term),
            }
            let last = moves.peek().is_none_or(|(next, _, _)| *next > at);
            if last && holds(&self.total) != value {
                return (value.into(), at);
            }
        }
        (value.into(), Time::MAX)
    }
}
