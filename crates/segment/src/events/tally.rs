//! What some events come to: as a value, and against a constant with the exact instant at which that turns.

use std::collections::HashSet;
use std::ops::ControlFlow;

use onefold_model::{Currency, Decimal, Time, Truth, Type, Value};

use super::frame::{Frame, known};
use super::rows::{Row, back, each, forth, how_many, parts};
use super::total::{
    Adding, Amount, Amounts, Count, Distinct, Extreme, Frequent, Median, Place, Sessions, Side, Telling, Total, key,
};
use super::walk::Walk;
use crate::ast::Op;
use crate::calendar;
use crate::eval::{Held, Sight};
use crate::number::Ratio;
use crate::plan::{Aggregate, Plan, Read, What};
use crate::value::{Val, compare, number};
use crate::zone::Clock;

/// Whether what events come to compares so with a constant, and the first instant at which that is otherwise.
pub(crate) fn tally(plan: &Plan, aggregate: &Aggregate, op: Op, constant: &Value, sight: Sight<'_>) -> Held {
    Scope::new(plan, aggregate, sight).held(op, constant)
}

/// The same where it matters only whether it is a yes: the instant at which it becomes one, or is one no more.
pub(crate) fn tally_yes(plan: &Plan, aggregate: &Aggregate, op: Op, constant: &Value, sight: Sight<'_>) -> Held {
    Scope { yes: true, ..Scope::new(plan, aggregate, sight) }.held(op, constant)
}

/// Whether all values compare with each other.
pub(crate) fn one_kind(plan: &Plan, read: &Read, currency: Option<Currency>) -> bool {
    use onefold_model::Type as T;
    let declared = plan.schema.as_ref().and_then(|schema| schema.field_info(read.field)).map(|it| it.declared.ty);
    let plain = matches!(declared, Some(T::Int | T::Decimal | T::Text | T::Bool | T::Time | T::Date));
    read.keys.is_empty() && (currency.is_some() || plain)
}

/// The number, not 0, below which what is counted one by one leaves a comparison as it is.
pub(crate) fn goal(op: Op, constant: &Value) -> Option<u64> {
    match Steps::of(op, number(constant)?)? {
        Steps::AtLeast(least, _) => Some(least),
        _ => None,
    }
}

/// As [`tally`], of what has a [goal]: and how many more events there must be until it can be reached; 0 where it is.
pub(crate) fn shortfall(plan: &Plan, aggregate: &Aggregate, op: Op, constant: &Value, sight: Sight<'_>) -> (Held, u64) {
    let rows = Scope::new(plan, aggregate, sight);
    let mut short = 0;
    let quick = if rows.frame.only_leaves() { rows.quick(op, constant, &mut short) } else { None };
    quick.map_or_else(|| (rows.walk(Against(op, constant)), 0), |held| (held, short))
}

/// The same without short cuts.
#[cfg(test)]
pub(crate) fn walked(plan: &Plan, aggregate: &Aggregate, op: Op, constant: &Value, sight: Sight<'_>) -> Held {
    Scope::new(plan, aggregate, sight).walk(Against(op, constant))
}

/// What events come to, and an instant before which that does not change.
pub(crate) fn value(plan: &Plan, aggregate: &Aggregate, sight: Sight<'_>) -> (Val, Time) {
    let rows = Scope::new(plan, aggregate, sight);
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
    /// Whether it matters only what is a yes.
    yes: bool,
}

impl<'a> Scope<'a> {
    fn new(plan: &'a Plan, aggregate: &'a Aggregate, sight: Sight<'a>) -> Self {
        Self { plan, aggregate, frame: Frame::of(aggregate.window, plan, sight), sight, yes: false }
    }

    fn held(&self, op: Op, constant: &Value) -> Held {
        let quick = if self.frame.only_leaves() { self.quick(op, constant, &mut 0) } else { None };
        quick.unwrap_or_else(|| self.walk(Against(op, constant)))
    }

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

    fn quick(&self, op: Op, constant: &Value, short: &mut u64) -> Option<Held> {
        match &self.aggregate.what {
            What::Count => self.newest(op, constant, short).or_else(|| self.steps(op, constant, short, |_| true)),
            What::Distinct(read) => {
                if let [what] = *self.aggregate.rows.types
                    && read.keys.is_empty()
                    && goal(op, constant).is_some_and(|goal| goal <= FEW)
                    && let Some(codes) = self.sight.facts.run(what).codes(read.field)
                {
                    // Few codes are looked through faster than hashed.
                    let mut seen: Vec<u32> = Vec::with_capacity(FEW as usize);
                    return self.steps(op, constant, short, |row| {
                        let code = codes.get(row.nth);
                        let new = code != 0 && !seen.contains(&code);
                        if new {
                            seen.push(code);
                        }
                        new
                    });
                }
                let mut seen: HashSet<Value> = HashSet::new();
                self.steps(op, constant, short, |row| key(row.read(read)).is_some_and(|value| seen.insert(value)))
            }
            What::ActiveDays(_) | What::ActiveWeeks(_) => {
                let unit = self.unit()?;
                if let Some(held) = self.active(&unit, op, constant, short) {
                    return Some(held);
                }
                let mut last = None;
                self.steps(op, constant, short, |row| {
                    let number = Some(unit.number(row.time()));
                    std::mem::replace(&mut last, number) != number
                })
            }
            What::MostFrequent(read) => self.absent(read, op, constant),
            What::Max(read, currency) if matches!(op, Op::Gt | Op::Ge) => self.beyond(read, *currency, op, constant),
            What::Min(read, currency) if matches!(op, Op::Lt | Op::Le) => self.beyond(read, *currency, op, constant),
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

    /// A count without a filter: of one type of event the row that decides is found by its place, and of whether there
    /// is any at all the newest of each type decides.
    fn newest(&self, op: Op, constant: &Value, short: &mut u64) -> Option<Held> {
        let Steps::AtLeast(deep, truth) = Steps::of(op, number(constant)?)? else { return None };
        if self.aggregate.rows.filter.is_some() || !matches!(self.frame, Frame::Ever | Frame::Last(_)) {
            return None;
        }
        let [what] = *self.aggregate.rows.types else {
            let runs = self.aggregate.rows.types.iter().map(|what| self.sight.facts.run(*what));
            let newest = runs.filter_map(|run| Some(run.occurred(known(run, self.sight.known).checked_sub(1)?)));
            return (deep == 1).then(|| match newest.max().map(|newest| self.frame.leaves(newest)) {
                Some(leaves) if leaves > self.sight.at => (truth.into(), leaves),
                _ => {
                    *short = 1;
                    ((!truth).into(), Time::MAX)
                }
            });
        };
        let run = self.sight.facts.run(what);
        let known = known(run, self.sight.known);
        let place = usize::try_from(deep).ok().and_then(|deep| known.checked_sub(deep));
        let leaves = place.map(|place| self.frame.leaves(run.occurred(place))).filter(|leaves| *leaves > self.sight.at);
        Some(match leaves {
            Some(leaves) => (truth.into(), leaves),
            None => {
                *short = deep.saturating_sub(how_many(&self.aggregate.rows, &self.frame, self.sight) as u64);
                ((!truth).into(), Time::MAX)
            }
        })
    }

    /// How many days or weeks: no order is needed among the events of several types.
    fn active(&self, unit: &Days, op: Op, constant: &Value, short: &mut u64) -> Option<Held> {
        let Steps::AtLeast(deep, truth) = Steps::of(op, number(constant)?)? else { return None };
        if self.aggregate.rows.filter.is_some() || deep > 128 {
            return None;
        }
        let today = unit.number(self.sight.at);
        let ago = |time: Time| u32::try_from(today - unit.number(time)).ok().filter(|ago| *ago < 128);
        // A bit for each day, the newest being the lowest.
        let mut days = 0_u128;
        for part in parts(&self.aggregate.rows, &self.frame, self.sight) {
            for nth in part.start..part.end {
                days |= 1_u128 << ago(part.run.occurred(nth))?;
            }
        }
        let count = u64::from(days.count_ones());
        if count < deep {
            *short = deep - count;
            return Some(((!truth).into(), Time::MAX));
        }
        for _ in 1..deep {
            days &= days - 1;
        }
        let decides = days.trailing_zeros();
        let newest = parts(&self.aggregate.rows, &self.frame, self.sight).filter_map(|part| {
            let mut times = (part.start..part.end).rev().map(|nth| part.run.occurred(nth));
            times.find(|time| ago(*time).is_some_and(|ago| ago >= decides))
        });
        let newest = newest.filter(|time| ago(*time) == Some(decides)).max()?;
        Some((truth.into(), self.frame.leaves(newest)))
    }

    /// The greatest is greater as long as any is, and it is not until there is nothing.
    fn beyond(&self, read: &Read, currency: Option<Currency>, op: Op, constant: &Value) -> Option<Held> {
        if !one_kind(self.plan, read, currency) {
            return None;
        }
        let (mut held, mut alike) = ((Truth::Unknown, Time::MAX), true);
        back(&self.aggregate.rows, &self.frame, self.sight, |row| {
            let Some(value) = ordered(row, read, currency) else { return ControlFlow::Continue(()) };
            let truth = compare(&value, op, constant);
            alike = truth != Truth::Unknown;
            if truth.is_yes() || held.0 == Truth::Unknown && !self.yes {
                held = (truth, self.frame.leaves(row.time()));
            }
            if truth == Truth::No { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        alike.then_some(held)
    }

    /// What is not there at all is not the most frequent, until there is nothing.
    fn absent(&self, read: &Read, op: Op, constant: &Value) -> Option<Held> {
        if op != Op::Eq || !read.keys.is_empty() || !matches!(constant, Value::Text(_)) {
            return None;
        }
        let mut held = (Truth::Unknown, Time::MAX);
        for part in parts(&self.aggregate.rows, &self.frame, self.sight) {
            let codes = part.run.codes(read.field)?;
            let sought = part.run.code(read.field, constant);
            for nth in (part.start..part.end).rev() {
                let code = codes.get(nth);
                if code == 0 || !self.aggregate.rows.takes(Row { run: part.run, nth }, &[]) {
                    continue;
                }
                if Some(code) == sought || !matches!(codes.value(code), Value::Text(_)) {
                    return None;
                }
                if self.yes {
                    continue;
                }
                let leaves = self.frame.leaves(part.run.occurred(nth));
                held = match held {
                    (Truth::No, until) => (Truth::No, until.max(leaves)),
                    _ => (Truth::No, leaves),
                };
            }
        }
        Some(held)
    }

    /// A number that goes down by one at a time, as the newest row that `adds` one leaves after all older ones: the
    /// rows that decide are found from the back. Tells also by how many it falls short.
    fn steps(&self, op: Op, constant: &Value, short: &mut u64, mut adds: impl FnMut(Row<'_>) -> bool) -> Option<Held> {
        let steps = Steps::of(op, number(constant)?)?;
        let deep = match steps {
            Steps::Sure(truth) => return Some((truth.into(), Time::MAX)),
            Steps::AtLeast(least, _) => least,
            Steps::Exactly(number, _) => number.saturating_add(1),
        };
        // When the rows leave that make it `deep` and one less.
        let (mut count, mut last, mut before) = (0_u64, Time::MAX, Time::MAX);
        let most = how_many(&self.aggregate.rows, &self.frame, self.sight) as u64;
        if most >= deep || matches!(steps, Steps::Exactly(number, _) if most >= number) {
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
        *short = deep - if most < deep { most } else { count };
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
            What::Count
                if rows.filter.is_none() && matches!(self.frame, Frame::Ever | Frame::Since(_) | Frame::Before(_)) =>
            {
                let count = i64::try_from(how_many(rows, &self.frame, self.sight)).ok()?;
                return Some((Val::Number(Ratio::whole(count)), Time::MAX));
            }
            _ => return None,
        }
        Some(found)
    }
}

/// So many codes are looked through one by one.
const FEW: u64 = 64;

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
        let (floor, is_whole) = if bound.scale() == 0 {
            (i128::from(bound.units()), true)
        } else {
            let bound = Ratio::from(bound);
            let floor = bound.floor();
            (floor, bound == Ratio::whole(i64::try_from(floor).ok()?))
        };
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
