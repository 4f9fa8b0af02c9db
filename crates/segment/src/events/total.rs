//! Totals into which terms are put, and out of which they are taken again.
//!
//! Each is a function of the set of terms that are in, however they came and went, and each step takes at most
//! logarithmic time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Currency, Decimal, EventId, Money, Sum, Time, Truth, Value};

use crate::ast::Op;
use crate::number::Ratio;
use crate::value::{Val, number};

/// What some terms come to.
pub(crate) trait Total {
    type Term: Clone;
    fn put(&mut self, term: &Self::Term);
    fn take(&mut self, term: &Self::Term);
    fn val(&self) -> Val;
    fn compare(&self, op: Op, constant: &Value) -> Truth {
        self.val().compare(op, &Val::of(constant))
    }
}

fn whole(count: usize) -> Val {
    i64::try_from(count).map_or(Val::Null, |count| Val::Number(Ratio::whole(count)))
}

/// How many.
#[derive(Default)]
pub(crate) struct Count(i64);

impl Total for Count {
    type Term = ();
    fn put(&mut self, (): &()) {
        self.0 += 1;
    }
    fn take(&mut self, (): &()) {
        self.0 -= 1;
    }
    fn val(&self) -> Val {
        Val::Number(Ratio::whole(self.0))
    }
}

/// Amounts of one currency, or plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) currency: Option<Currency>,
    pub(crate) number: Decimal,
}

impl Amount {
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Money(money) => Some(Self { currency: Some(money.currency()), number: money.amount() }),
            value => number(value).map(|number| Self { currency: None, number }),
        }
    }
}

fn val(ratio: Option<Ratio>, currency: Option<Currency>) -> Val {
    match (ratio, currency) {
        (None, _) => Val::Null,
        (Some(ratio), Some(currency)) => Val::Money(ratio, currency),
        (Some(ratio), None) => Val::Number(ratio),
    }
}

/// What is asked of amounts that are added up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adding {
    Sum,
    Mean,
}

/// The sum or mean of amounts; nothing where they are of several currencies.
pub(crate) struct Amounts {
    adding: Adding,
    /// What no amounts add up to.
    nothing: Val,
    // INVARIANT: each currency once, no count 0.
    kinds: Vec<(Option<Currency>, u64, Sum)>,
}

impl Amounts {
    pub(crate) const fn new(adding: Adding, nothing: Val) -> Self {
        Self { adding, nothing, kinds: Vec::new() }
    }
}

impl Total for Amounts {
    type Term = Amount;

    fn put(&mut self, term: &Amount) {
        match self.kinds.iter_mut().find(|(currency, ..)| *currency == term.currency) {
            Some((_, count, sum)) => {
                *count += 1;
                sum.add(term.number);
            }
            None => self.kinds.push((term.currency, 1, [term.number].into_iter().collect())),
        }
    }

    fn take(&mut self, term: &Amount) {
        if let Some((_, count, sum)) = self.kinds.iter_mut().find(|(currency, ..)| *currency == term.currency) {
            *count = count.saturating_sub(1);
            sum.sub(term.number);
        }
        self.kinds.retain(|(_, count, _)| *count > 0);
    }

    fn val(&self) -> Val {
        match self.kinds.as_slice() {
            [] => self.nothing.clone(),
            [(currency, count, sum)] => match self.adding {
                Adding::Sum => val(Ratio::of_sum(sum), *currency),
                Adding::Mean => val(Ratio::of_mean(sum, *count), *currency),
            },
            _ => Val::Null,
        }
    }

    fn compare(&self, op: Op, constant: &Value) -> Truth {
        let bound = Amount::of(constant);
        // With the exact sum, which is wider than a fraction.
        match (self.kinds.as_slice(), bound) {
            ([(currency, count, sum)], Some(bound)) if *currency == bound.currency => {
                let order = match self.adding {
                    Adding::Sum => Some(sum.cmp_decimal(bound.number)),
                    Adding::Mean => sum.mean_cmp(*count, bound.number),
                };
                order.map_or(Truth::Unknown, |order| op.holds(order).into())
            }
            _ => self.val().compare(op, &Val::of(constant)),
        }
    }
}

/// An end of an order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Least,
    Greatest,
}

/// The least or greatest value; nothing where values are of several kinds or currencies.
pub(crate) struct Extreme(Side, BTreeMap<Value, usize>);

impl Extreme {
    pub(crate) const fn new(side: Side) -> Self {
        Self(side, BTreeMap::new())
    }
}

/// The same for equal values: whole numbers as decimals. The derived order of values is then that of comparisons.
pub(crate) fn key(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Int(number) => Some(Value::Decimal(number.into())),
        other => Some(other),
    }
}

/// Whether two values compare at all.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Money(a), Value::Money(b)) => a.currency() == b.currency(),
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn put(all: &mut BTreeMap<Value, usize>, value: &Value) {
    match all.get_mut(value) {
        Some(count) => *count += 1,
        None => {
            all.insert(value.clone(), 1);
        }
    }
}

/// Takes one out; whether one was in.
fn take(all: &mut BTreeMap<Value, usize>, value: &Value) -> bool {
    match all.get_mut(value) {
        Some(1) => all.remove(value).is_some(),
        Some(count) => {
            *count -= 1;
            true
        }
        None => false,
    }
}

impl Total for Extreme {
    type Term = Value;
    fn put(&mut self, term: &Value) {
        put(&mut self.1, term);
    }
    fn take(&mut self, term: &Value) {
        take(&mut self.1, term);
    }
    fn val(&self) -> Val {
        match (self.1.first_key_value(), self.1.last_key_value()) {
            (Some((least, _)), Some((greatest, _))) if alike(least, greatest) => match self.0 {
                Side::Least => Val::of(least),
                Side::Greatest => Val::of(greatest),
            },
            _ => Val::Null,
        }
    }
}

/// The middle: everything in two halves, the lower of which has as many, or one more.
#[derive(Default)]
pub(crate) struct Median {
    low: BTreeMap<Value, usize>,
    high: BTreeMap<Value, usize>,
    // INVARIANT: `lower` terms are in `low`, and `upper` in `high`; lower is upper or one more.
    lower: usize,
    upper: usize,
}

impl Median {
    fn balance(&mut self) {
        while self.lower > self.upper + 1 {
            let Some(greatest) = self.low.last_key_value().map(|(value, _)| value.clone()) else { return };
            take(&mut self.low, &greatest);
            put(&mut self.high, &greatest);
            (self.lower, self.upper) = (self.lower - 1, self.upper + 1);
        }
        while self.upper > self.lower {
            let Some(least) = self.high.first_key_value().map(|(value, _)| value.clone()) else { return };
            take(&mut self.high, &least);
            put(&mut self.low, &least);
            (self.lower, self.upper) = (self.lower + 1, self.upper - 1);
        }
    }
}

impl Total for Median {
    type Term = Value;

    fn put(&mut self, term: &Value) {
        if self.low.last_key_value().is_some_and(|(greatest, _)| term <= greatest) {
            put(&mut self.low, term);
            self.lower += 1;
        } else {
            put(&mut self.high, term);
            self.upper += 1;
        }
        self.balance();
    }

    fn take(&mut self, term: &Value) {
        if take(&mut self.low, term) {
            self.lower -= 1;
        } else if take(&mut self.high, term) {
            self.upper -= 1;
        }
        self.balance();
    }

    fn val(&self) -> Val {
        let least = self.low.first_key_value();
        let greatest = self.high.last_key_value().or_else(|| self.low.last_key_value());
        let (Some((least, _)), Some((greatest, _)), Some((middle, _))) = (least, greatest, self.low.last_key_value())
        else {
            return Val::Null;
        };
        let Some(lower) = Amount::of(middle).filter(|_| alike(least, greatest)) else { return Val::Null };
        let upper = match self.high.first_key_value().and_then(|(value, _)| Amount::of(value)) {
            Some(upper) if self.lower == self.upper => upper,
            _ => lower,
        };
        let sum = Ratio::from(lower.number).plus(upper.number.into());
        val(sum.and_then(|sum| sum.over(Ratio::whole(2))), lower.currency)
    }
}

/// How many different ones.
pub(crate) struct Distinct<K>(BTreeMap<K, usize>);

impl<K> Default for Distinct<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Total for Distinct<K> {
    type Term = K;
    fn put(&mut self, term: &K) {
        *self.0.entry(term.clone()).or_default() += 1;
    }
    fn take(&mut self, term: &K) {
        if let Some(count) = self.0.get_mut(term) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(term);
            }
        }
    }
    fn val(&self) -> Val {
        whole(self.0.len())
    }
}

/// The value of the first or last by (time, id).
pub(crate) struct Place(Side, BTreeMap<(Time, Option<EventId>), Value>);

impl Place {
    pub(crate) const fn new(side: Side) -> Self {
        Self(side, BTreeMap::new())
    }
}

impl Total for Place {
    type Term = ((Time, Option<EventId>), Value);
    fn put(&mut self, (place, value): &Self::Term) {
        self.1.insert(*place, value.clone());
    }
    fn take(&mut self, (place, _): &Self::Term) {
        self.1.remove(place);
    }
    fn val(&self) -> Val {
        let found = match self.0 {
            Side::Least => self.1.first_key_value(),
            Side::Greatest => self.1.last_key_value(),
        };
        found.map_or(Val::Null, |(_, value)| Val::of(value))
    }
}

/// The most frequent; of equally frequent ones the smallest.
#[derive(Default)]
pub(crate) struct Frequent {
    counts: BTreeMap<Value, usize>,
    // INVARIANT: the same counts, sorted by what wins.
    order: BTreeSet<(Reverse<usize>, Value)>,
}

impl Frequent {
    fn change(&mut self, term: &Value, change: fn(&mut BTreeMap<Value, usize>, &Value)) {
        let count = |counts: &BTreeMap<Value, usize>| counts.get(term).copied().unwrap_or_default();
        let before = count(&self.counts);
        change(&mut self.counts, term);
        let after = count(&self.counts);
        self.order.remove(&(Reverse(before), term.clone()));
        if after > 0 {
            self.order.insert((Reverse(after), term.clone()));
        }
    }
}

impl Total for Frequent {
    type Term = Value;
    fn put(&mut self, term: &Value) {
        self.change(term, put);
    }
    fn take(&mut self, term: &Value) {
        self.change(term, |counts, term| {
            take(counts, term);
        });
    }
    fn val(&self) -> Val {
        self.order.first().map_or(Val::Null, |(_, value)| Val::of(value))
    }
}

/// What is asked of sessions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    Number,
    Seconds,
}

/// Runs with less than the gap from one time to the next.
pub(crate) struct Sessions {
    telling: Telling,
    gap: i64,
    times: BTreeMap<i64, usize>,
    runs: usize,
    /// Microseconds.
    length: i128,
}

impl Sessions {
    pub(crate) const fn new(telling: Telling, gap: i64) -> Self {
        Self { telling, gap, times: BTreeMap::new(), runs: 0, length: 0 }
    }

    /// How many joints there are between times that follow each other, and how long they are.
    fn joint(&self, from: Option<i64>, to: Option<i64>) -> (usize, i128) {
        match (from, to) {
            (Some(from), Some(to)) => match i128::from(to) - i128::from(from) {
                span if span < i128::from(self.gap) => (1, span),
                _ => (0, 0),
            },
            _ => (0, 0),
        }
    }

    /// What a time between its neighbours adds to the number of joints and to the length.
    fn effect(&self, time: i64) -> ((usize, i128), (usize, i128)) {
        let before = self.times.range(..time).next_back().map(|(time, _)| *time);
        let after = self.times.range(time.saturating_add(1)..).next().map(|(time, _)| *time);
        let (left, right) = (self.joint(before, Some(time)), self.joint(Some(time), after));
        ((left.0 + right.0, left.1 + right.1), self.joint(before, after))
    }
}

impl Total for Sessions {
    type Term = Time;

    fn put(&mut self, Time(time): &Time) {
        if let Some(count) = self.times.get_mut(time) {
            *count += 1;
            return;
        }
        let (with, without) = self.effect(*time);
        // Runs are times less joints.
        self.runs = self.runs + 1 + without.0 - with.0;
        self.length += with.1 - without.1;
        self.times.insert(*time, 1);
    }

    fn take(&mut self, Time(time): &Time) {
        match self.times.get_mut(time) {
            Some(1) => {
                self.times.remove(time);
                let (with, without) = self.effect(*time);
                self.runs = self.runs + with.0 - without.0 - 1;
                self.length -= with.1 - without.1;
            }
            Some(count) => *count -= 1,
            None => {}
        }
    }

    fn val(&self) -> Val {
        match self.telling {
            Telling::Number => whole(self.runs),
            Telling::Seconds => Ratio::new(self.length, 1_000_000).map_or(Val::Null, Val::Number),
        }
    }
}

/// The money of this amount; for tests and evidence.
impl From<Amount> for Value {
    fn from(amount: Amount) -> Self {
        match amount.currency {
            Some(currency) => Money::new(amount.number, currency).into(),
            None => amount.number.into(),
        }
    }
}
