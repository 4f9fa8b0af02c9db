//! What some events come to: as a value, and against a constant with the exact instant at which that turns.

use std::collections::HashSet;
use std::ops::ControlFlow;

use onefold_model::{Currency, Decimal, Time, Truth, Type, Value};

use super::frame::Frame;
use super::rows::{Row, back, each, forth, how_many};
use super::total::{
    Adding, Amount, Amounts, Count, Distinct, Extreme, Frequent, Median, Place, Sessions, Side, Telling, Total, key,
};
use super::walk::Walk;
use crate::ast::Op;
use crate::calendar;
use crate::eval::{Held, Sight};
use crate::number::Ratio;
use crate::plan::{Aggregate, Plan, Read, What};
use crate::value::{Val, number};
use crate::zone::Clock;

/// Whether what events come to compares so with a constant, and the first instant at which that is otherwise.
pub(crate) fn tally(plan: &Plan, aggregate: &Aggregate, op: Op, constant: &Value, sight: Sight<'_>) -> Held {
    let rows = Scope { plan, aggregate, frame: Frame::of(aggregate.window, plan, sight), sight };
    let quick = if rows.frame.only_leaves() { rows.quick(op, constant) } else { None };
    quick.unwrap_or_else(|| rows.walk(Against(op, constant)))
}

/// The same without short cuts.
#[cfg(test)]
pub(crate) fn walked(plan: &Plan, aggregate: &Aggregate, op: Op, constant: &Value, sight: Sight<'_>) -> Held {
    Scope { plan, aggregate, frame: Frame::of(aggregate.window, plan, sight), sight }.walk(Against(op, constant))
}

/// What events come to, and an instant before which that does not change.
pub(crate) fn value(plan: &Plan, aggregate: &Aggregate, sight: Sight<'_>) -> (Val, Time) {
    let rows = Scope { plan, aggregate, frame: Frame::of(aggregate.window, plan, sight), sight };
    let quick = if rows.frame.only_leaves() { rows.quick_value() } else { None };
    quick.unwrap_or_else(|| rows.walk(Now))
}

/// What is done with a walk once all stays are in.
trait End {
    type Out;
    /// Whether a sum of any currency is asked for: as a value it takes that of its rows.
    const ANY: bool;
    fn of<T: Total>(&self, walk: Walk<T>) -> Self::Out;
}

struct Against<'a>(Op, &'a Value);

impl End for Against<'_> {
    type Out = Held;
    const ANY: bool = false;
    fn of<T: Total>(&self, walk: Walk<T>) -> Held {
        walk.held(self.0, self.1)
    }
}

struct Now;

impl End for Now {
    type Out = (Val, Time);
    const ANY: bool = true;
    fn of<T: Total>(&self, walk: Walk<T>) -> (Val, Time) {
        walk.now()
    }
}

struct Scope<'a> {
    plan: &'a Plan,
    aggregate: &'a Aggregate,
    frame: Frame,
    sight: Sight<'a>,
}

impl Scope<'_> {
    fn walk<E: End>(&self, end: E) -> E::Out {
        match &self.aggregate.what {
            What::Count => self.all(&end, Count::default(), |_| Some(())),
            What::Sum(read, currency) => {
                let nothing = match currency {
                    Some(currency) => Val::Money(Ratio::ZERO, *currency),
                    None if E::ANY && self.is_money(read) => Val::Null,
                    None => Val::Number(Ratio::ZERO),
                };
                let plain = !E::ANY && currency.is_none();
                self.all(&end, Amounts::new(Adding::Sum, nothing), |row| {
                    amount(row, read, *currency).filter(|amount| !plain || amount.currency.is_none())
                })
            }
            What::Avg(read, currency) => {
                self.all(&end, Amounts::new(Adding::Mean, Val::Null), |row| amount(row, read, *currency))
            }
            What::Min(read, currency) => self.all(&end, Extreme::new(Side::Least), |row| ordered(row, read, *currency)),
            What::Max(read, currency) => {
                self.all(&end, Extreme::new(Side::Greatest), |row| ordered(row, read, *currency))
            }
            What::Median(read, currency) => {
                self.all(&end, Median::default(), |row| amount(row, read, *currency).map(numeral))
            }
            What::Distinct(read) => self.all(&end, Distinct::default(), |row| key(row.read(read))),
            What::First(read) => self.all(&end, Place::new(Side::Least), |row| placed(row, row.read(read))),
            What::Last(read) => self.all(&end, Place::new(Side::Greatest), |row| placed(row, row.read(read))),
            What::FirstTime => self.all(&end, Place::new(Side::Least), |row| placed(row, row.time().into())),
            What::LastTime => self.all(&end, Place::new(Side::Greatest), |row| placed(row, row.time().into())),
            What::MostFrequent(read) => self.all(&end, Frequent::default(), |row| key(row.read(read))),
            What::ActiveDays(_) | What::ActiveWeeks(_) => {
                let unit = self.unit();
                self.all(&end, Distinct::default(), |row| unit.as_ref().map(|unit| unit.number(row.time())))
            }
            What::Sessions(gap) => self.all(&end, Sessions::new(Telling::Number, *gap), |row| Some(row.time())),
            What::SessionTime(gap) => self.all(&end, Sessions::new(Telling::Seconds, *gap), |row| Some(row.time())),
        }
    }

    fn all<E: End, T: Total>(&self, end: &E, total: T, mut term: impl FnMut(Row<'_>) -> Option<T::Term>) -> E::Out {
        let mut walk = Walk::new(self.sight.at, total);
        each(&self.aggregate.rows, &self.frame, self.sight, |row| {
            if let Some(term) = term(row) {
                walk.stay(self.frame.stay(row.time()), term);
            }
        });
        end.of(walk)
    }

    fn is_money(&self, read: &Read) -> bool {
        let declared = self.plan.schema.as_ref().and_then(|schema| schema.field_info(read.field));
        read.keys.is_empty() && declared.is_some_and(|info| info.declared.ty == Type::Money)
    }

    fn unit(&self) -> Option<Days> {
        let (zone, weeks) = match self.aggregate.what {
            What::ActiveDays(zone) => (zone, false),
            What::ActiveWeeks(zone) => (zone, true),
            _ => return None,
        };
        Some(Days { clock: Clock::of(zone, self.plan, self.sight.facts), weeks })
    }

    // ------------------------------------------------------------ where everything can only leave

    fn quick(&self, op: Op, constant: &Value) -> Option<Held> {
        match &self.aggregate.what {
            What::Count => self.steps(op, constant, how_many(&self.aggregate.rows, &self.frame, self.sight), |_| true),
            What::Distinct(read) => {
                let mut seen: HashSet<Value> = HashSet::new();
                self.steps(op, constant, None, |row| key(row.read(read)).is_some_and(|value| seen.insert(value)))
            }
            What::ActiveDays(_) | What::ActiveWeeks(_) => {
                let (unit, mut last) = (self.unit()?, None);
                self.steps(op, constant, None, |row| {
                    let number = Some(unit.number(row.time()));
                    std::mem::replace(&mut last, number) != number
                })
            }
            What::First(_) | What::FirstTime => Some(self.first(op, constant)),
            What::Last(_) | What::LastTime => {
                let (val, until) = self.quick_value()?;
                let bound = Val::of(constant);
                match val.compare(op, &bound) {
                    Truth::Unknown => Some((Truth::Unknown, Time::MAX)),
                    truth => Some((truth, until)),
                }
            }
            _ => None,
        }
    }

    /// A number that goes down by one at a time, as the newest row that `adds` one leaves after all older ones: the
    /// rows that decide are found from the back. `most` is a number that is known not to be exceeded.
    fn steps(
        &self,
        op: Op,
        constant: &Value,
        most: Option<usize>,
        mut adds: impl FnMut(Row<'_>) -> bool,
    ) -> Option<Held> {
        let steps = Steps::of(op, number(constant)?)?;
        let deep = match steps {
            Steps::Sure(truth) => return Some((truth.into(), Time::MAX)),
            Steps::AtLeast(least, _) => least,
            Steps::Exactly(number, _) => number.saturating_add(1),
        };
        // When the rows leave that make it `deep` and one less.
        let (mut count, mut last, mut before) = (0_u64, Time::MAX, Time::MAX);
        if most.is_none_or(|most| most as u64 >= deep.saturating_sub(1)) {
            back(&self.aggregate.rows, &self.frame, self.sight, |row| {
                if adds(row) {
                    count += 1;
                    if count + 1 >= deep {
                        (before, last) = (last, self.frame.leaves(row.time()));
                    }
                }
                if count >= deep { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }
        let reached = count >= deep;
        Some(match steps {
            Steps::AtLeast(_, truth) => {
                (if reached { truth } else { !truth }.into(), if reached { last } else { Time::MAX })
            }
            // More than the number: it is reached when the next goes, unless one more goes with it.
            Steps::Exactly(number, truth) if reached => {
                let skipped = number > 0 && before == last;
                ((!truth).into(), if skipped { Time::MAX } else { last })
            }
            Steps::Exactly(number, truth) if count == number => {
                (truth.into(), if number == 0 { Time::MAX } else { last })
            }
            Steps::Exactly(_, truth) => ((!truth).into(), Time::MAX),
            Steps::Sure(truth) => (truth.into(), Time::MAX),
        })
    }

    /// The value of the oldest goes over to the next when it leaves.
    fn first(&self, op: Op, constant: &Value) -> Held {
        let bound = Val::of(constant);
        let mut now: Option<(Truth, Time)> = None;
        let mut turned = false;
        forth(&self.aggregate.rows, &self.frame, self.sight, |row| {
            let Some(value) = self.told(row) else { return ControlFlow::Continue(()) };
            let leaves = self.frame.leaves(row.time());
            match &mut now {
                None => now = Some((Val::of(&value).compare(op, &bound), leaves)),
                Some((_, until)) if leaves <= *until => {}
                Some((truth, until)) => {
                    if Val::of(&value).compare(op, &bound) != *truth {
                        turned = true;
                        return ControlFlow::Break(());
                    }
                    *until = leaves;
                }
            }
            if leaves == Time::MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match now {
            Some((Truth::Unknown, _)) if !turned => (Truth::Unknown, Time::MAX),
            Some(held) => held,
            None => (Truth::Unknown, Time::MAX),
        }
    }

    /// What `first` and `last` tell of a row; none where it has nothing to tell.
    fn told(&self, row: Row<'_>) -> Option<Value> {
        match &self.aggregate.what {
            What::First(read) | What::Last(read) => Some(row.read(read)).filter(|value| !value.is_null()),
            What::FirstTime | What::LastTime => Some(row.time().into()),
            _ => None,
        }
    }

    fn quick_value(&self) -> Option<(Val, Time)> {
        let rows = &self.aggregate.rows;
        let mut found = (Val::Null, Time::MAX);
        let mut look = |row: Row<'_>| match self.told(row) {
            Some(value) => {
                found = (Val::of(&value), self.frame.leaves(row.time()));
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        };
        match &self.aggregate.what {
            What::Last(_) | What::LastTime => back(rows, &self.frame, self.sight, look),
            What::First(_) | What::FirstTime => forth(rows, &self.frame, self.sight, &mut look),
            What::Count if matches!(self.frame, Frame::Ever | Frame::Since(_) | Frame::Before(_)) => {
                let count = i64::try_from(how_many(rows, &self.frame, self.sight)?).ok()?;
                return Some((Val::Number(Ratio::whole(count)), Time::MAX));
            }
            _ => return None,
        }
        Some(found)
    }
}

/// Days or weeks of a place.
struct Days {
    clock: Clock,
    weeks: bool,
}

impl Days {
    fn number(&self, at: Time) -> i64 {
        let unit = if self.weeks { crate::ast::Unit::Week } else { crate::ast::Unit::Day };
        calendar::number(unit, self.clock.day(at))
    }
}

/// What a comparison asks of a number that is whole and not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Steps {
    /// Always so.
    Sure(bool),
    /// So where it is at least this, which is not 0; otherwise the contrary.
    AtLeast(u64, bool),
    /// So where it is this; otherwise the contrary.
    Exactly(u64, bool),
}

impl Steps {
    fn of(op: Op, bound: Decimal) -> Option<Self> {
        let bound = Ratio::from(bound);
        let floor = bound.floor();
        let is_whole = bound == Ratio::whole(i64::try_from(floor).ok()?);
        let at_least = |least: i128, truth: bool| match u64::try_from(least) {
            Ok(least) if least > 0 => Self::AtLeast(least, truth),
            _ => Self::Sure(truth),
        };
        let ceiling = if is_whole { floor } else { floor + 1 };
        Some(match op {
            Op::Ge => at_least(ceiling, true),
            Op::Gt => at_least(floor + 1, true),
            Op::Lt => at_least(ceiling, false),
            Op::Le => at_least(floor + 1, false),
            Op::Eq | Op::Ne => match u64::try_from(floor) {
                Ok(number) if is_whole => Self::Exactly(number, op == Op::Eq),
                _ => Self::Sure(op == Op::Ne),
            },
            Op::Contains | Op::StartsWith | Op::EndsWith => return None,
        })
    }
}

fn amount(row: Row<'_>, read: &Read, currency: Option<Currency>) -> Option<Amount> {
    Amount::of(&row.read(read)).filter(|amount| currency.is_none() || amount.currency == currency)
}

/// The amount as a value that has an order.
fn numeral(amount: Amount) -> Value {
    amount.into()
}

fn ordered(row: Row<'_>, read: &Read, currency: Option<Currency>) -> Option<Value> {
    let value = key(row.read(read)).filter(|value| !matches!(value, Value::List(_) | Value::Map(_)))?;
    match (&value, currency) {
        (_, None) => Some(value),
        (Value::Money(money), Some(currency)) if money.currency() == currency => Some(value),
        _ => None,
    }
}

fn placed(row: Row<'_>, value: Value) -> Option<((Time, Option<onefold_model::EventId>), Value)> {
    (!value.is_null()).then(|| ((row.time(), row.run.id(row.nth)), value))
}
