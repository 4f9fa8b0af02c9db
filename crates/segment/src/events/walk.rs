//! What is in a window now, and what will leave or enter.

use onefold_model::{Time, Truth, Value};

use super::total::Total;
use crate::ast::Op;
use crate::eval::Held;
use crate::value::Val;

/// A total, and the moves to come.
pub(crate) struct Walk<T: Total> {
    at: Time,
    pub(crate) total: T,
    moves: Vec<(Time, Move, T::Term)>,
}

#[derive(Clone, Copy)]
enum Move {
    Enters,
    Leaves,
}

impl<T: Total> Walk<T> {
    pub(crate) const fn new(at: Time, total: T) -> Self {
        Self { at, total, moves: Vec::new() }
    }

    /// Something is in the window from `from` on, up to but not including `to`.
    pub(crate) fn stay(&mut self, (from, to): (Time, Time), term: T::Term) {
        if to <= from || to <= self.at {
            return;
        }
        if from <= self.at {
            self.total.put(&term);
        } else {
            self.moves.push((from, Move::Enters, term.clone()));
        }
        if to < Time::MAX {
            self.moves.push((to, Move::Leaves, term));
        }
    }

    /// The value now, and the first instant at which something moves.
    pub(crate) fn now(&self) -> (Val, Time) {
        let next = self.moves.iter().map(|(at, ..)| *at).min().unwrap_or(Time::MAX);
        (self.total.val(), next)
    }

    /// How the total compares now, and the first instant at which that is otherwise.
    pub(crate) fn held(mut self, op: Op, constant: &Value) -> Held {
        let truth = self.total.compare(op, constant);
        self.moves.sort_by_key(|(at, ..)| *at);
        let mut moves = self.moves.into_iter().peekable();
        while let Some((at, how, term)) = moves.next() {
            match how {
                Move::Enters => self.total.put(&term),
                Move::Leaves => self.total.take(&term),
            }
            let last = moves.peek().is_none_or(|(next, ..)| *next > at);
            if last && self.total.compare(op, constant) != truth {
                return (truth, at);
            }
        }
        (truth, Time::MAX)
    }
}

/// Whether any of some stays is going on, and the first instant at which that is otherwise.
pub(crate) fn union(at: Time, mut stays: Vec<(Time, Time)>) -> Held {
    stays.retain(|(from, to)| from < to && at < *to);
    stays.sort_unstable();
    let mut until = match stays.first() {
        None => return (Truth::No, Time::MAX),
        Some((from, _)) if at < *from => return (Truth::No, *from),
        Some((_, to)) => *to,
    };
    for (from, to) in stays {
        if until < from {
            break;
        }
        until = until.max(to);
    }
    (Truth::Yes, until)
}
