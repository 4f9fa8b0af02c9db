//! Aggregates of events against constants, over a block.

use onefold_model::{Currency, Decimal, Time, Value};

use super::bits::{Mask, NO, Truths, UNKNOWN, YES, level};
use super::drive::{Block, Fold, drive};
use super::fold::{Amounts, Count, Days, EndRow, Every, Extreme, Few, Marks, Moments, When, day};
use super::leaf::Leaf;
use super::pred::{Source, sources};
use super::range::Range;
use super::window::Window;
use crate::ast::Op;
use crate::columns::{Codes, Column, Columns, Numbers, Unit, Width};
use crate::plan::{Aggregate, Plan, Read, What, Zone};
use crate::value::{Ask, compare, number};

/// The kernel does not know; the evaluator is asked.
pub(crate) const UNSURE: u8 = 3;

/// An aggregate whose rows are ready.
#[derive(Debug)]
pub(crate) struct Tally<'a> {
    pub(crate) sources: Vec<Source<'a>>,
    pub(crate) window: Window,
    pub(crate) measure: Measure<'a>,
}

/// What is measured.
#[derive(Debug)]
pub(crate) enum Measure<'a> {
    Count,
    /// Whole numbers of a column; none where no row can count.
    Sum(Option<Amounts<'a>>),
    Avg(Option<Amounts<'a>>),
    Median(Option<Amounts<'a>>),
    Extreme {
        amounts: Option<Amounts<'a>>,
        greatest: bool,
    },
    When {
        last: bool,
    },
    EndRow {
        column: &'a Column,
        last: bool,
    },
    Few(&'a [u8]),
    Marks(&'a Column),
    Frequent(&'a Codes),
    Days(Days),
    /// Days where the window is long, or weeks.
    Units {
        east: i64,
        days: i64,
    },
    Sessions {
        gap: i64,
        time: bool,
    },
    /// No value at all.
    Nothing,
}

/// What is asked of the measure.
#[derive(Debug)]
pub(crate) enum Test<'a> {
    Range(Range),
    /// Of a mean: compared with this number; the scale is the column's.
    Mean(Op, Decimal, u8),
    /// Of a middle: once for a value in the middle, once for the sum of two.
    Middle(Range, Range),
    Leaf(Leaf<'a>),
    /// By code.
    Codes(Box<[u8]>),
}

impl<'a> Tally<'a> {
    /// As a value: amounts of no given currency are those of the column's one.
    pub(crate) fn value(columns: &'a Columns, plan: &'a Plan, aggregate: &'a Aggregate, now: Time) -> Option<Self> {
        Self::of(columns, plan, aggregate, now, true)
    }

    /// To be compared with constants. None where the aggregate is left to the evaluator.
    pub(crate) fn new(columns: &'a Columns, plan: &'a Plan, aggregate: &'a Aggregate, now: Time) -> Option<Self> {
        Self::of(columns, plan, aggregate, now, false)
    }

    fn of(columns: &'a Columns, plan: &'a Plan, aggregate: &'a Aggregate, now: Time, value: bool) -> Option<Self> {
        let window = Window::of(aggregate.window, plan, columns, now)?;
        let mut sources = sources(columns, &aggregate.rows)?;
        // Rows of a type that has no such property have no value.
        let mut column = None;
        if let Some(Read { relation, field, keys }) = aggregate.what.read() {
            if relation.is_some() || !keys.is_empty() {
                return None;
            }
            sources.retain(|source| source.slab.column(*field).is_some());
            column = match &*sources {
                [] => None,
                [source] => source.slab.column(*field),
                _ => return None,
            };
        }
        let amounts = |currency: Option<Currency>| match column {
            Some(Column::Numbers(numbers)) if value && currency.is_none() && numbers.currencies.len() == 1 => {
                Some(Some(Amounts { numbers, which: None }))
            }
            column => amounts(column, currency),
        };
        let measure = match &aggregate.what {
            What::Count => Measure::Count,
            What::Sum(_, currency) => Measure::Sum(amounts(*currency)?),
            What::Avg(_, currency) => Measure::Avg(amounts(*currency)?),
            What::Median(_, currency) => Measure::Median(amounts(*currency)?),
            What::Min(_, currency) => Measure::Extreme { amounts: amounts(*currency)?, greatest: false },
            What::Max(_, currency) => Measure::Extreme { amounts: amounts(*currency)?, greatest: true },
            What::FirstTime => Measure::When { last: false },
            What::LastTime => Measure::When { last: true },
            What::First(_) => column.map_or(Measure::Nothing, |column| Measure::EndRow { column, last: false }),
            What::Last(_) => column.map_or(Measure::Nothing, |column| Measure::EndRow { column, last: true }),
            What::Distinct(_) => match column {
                None => Measure::Count,
                Some(Column::Codes(Codes { rows: Width::One(rows), .. })) => Measure::Few(rows),
                Some(column) if Marks::takes(column) => Measure::Marks(column),
                Some(_) => return None,
            },
            What::MostFrequent(_) => match column {
                None => Measure::Nothing,
                Some(Column::Codes(codes)) => Measure::Frequent(codes),
                Some(_) => return None,
            },
            What::ActiveDays(zone) => {
                let east = east(*zone)?;
                let first = day(window.from, east);
                if day(window.to, east) - first < 64 && window.from > i64::MIN / 2 {
                    Measure::Days(Days { first, east, enough: u32::MAX, step: false })
                } else {
                    Measure::Units { east, days: 1 }
                }
            }
            What::ActiveWeeks(zone) => Measure::Units { east: east(*zone)?, days: 7 },
            What::Sessions(gap) => Measure::Sessions { gap: *gap, time: false },
            What::SessionTime(gap) => Measure::Sessions { gap: *gap, time: true },
        };
        if aggregate.what.read().is_some() && column.is_none() {
            sources.clear();
        }
        Some(Self { sources, window, measure })
    }

    /// Makes a comparison with a constant ready; none where it is left to the evaluator.
    pub(crate) fn test(&self, op: Op, constant: &Value) -> Option<Test<'a>> {
        let plain = || Range::of(op, number(constant)?, 0).map(Test::Range);
        let asked = |numbers: &Numbers| match (numbers.unit, constant) {
            (Unit::Money, Value::Money(money)) => Some((money.amount(), numbers.scale)),
            (Unit::Int | Unit::Decimal, other) => Some((number(other)?, numbers.scale)),
            (Unit::Time, Value::Time(time)) => Some((time.0.into(), 0)),
            (Unit::Date, Value::Date(date)) => Some((i64::from(date.days()).into(), 0)),
            _ => None,
        };
        // Where no row can count the scale does not matter.
        let of = |amounts: &Option<Amounts<'_>>| match amounts {
            Some(amounts) => asked(amounts.numbers),
            None => match constant {
                Value::Money(money) => Some((money.amount(), 0)),
                other => Some((number(other)?, 0)),
            },
        };
        match &self.measure {
            Measure::Count
            | Measure::Few(_)
            | Measure::Marks(_)
            | Measure::Days(_)
            | Measure::Units { .. }
            | Measure::Sessions { time: false, .. } => plain(),
            // Seconds, exact: microseconds are a millionth of them.
            Measure::Sessions { time: true, .. } => Range::of(op, number(constant)?, 6).map(Test::Range),
            Measure::Sum(amounts) | Measure::Extreme { amounts, .. } => {
                let (asked, scale) = of(amounts)?;
                Range::of(op, asked, scale).map(Test::Range)
            }
            Measure::Avg(amounts) => {
                let (asked, scale) = of(amounts)?;
                Range::of(op, asked, scale)?;
                Some(Test::Mean(op, asked, scale))
            }
            Measure::Median(amounts) => {
                let (asked, scale) = of(amounts)?;
                Some(Test::Middle(Range::of(op, asked, scale)?, Range::of(op, asked.checked_add(asked)?, scale)?))
            }
            Measure::When { .. } => match constant {
                Value::Time(time) => Range::of(op, time.0.into(), 0).map(Test::Range),
                _ => None,
            },
            Measure::EndRow { column, .. } => {
                Some(Test::Leaf(Leaf::new(Some(column), &[], &Ask::Compare(op, constant.clone()))))
            }
            Measure::Frequent(codes) => {
                Some(Test::Codes(codes.dictionary.iter().map(|value| level(compare(value, op, constant))).collect()))
            }
            Measure::Nothing => Some(Test::Codes(Box::default())),
        }
    }

    /// Who of a block fulfils the test; `unsure` are those of whom it cannot tell.
    pub(crate) fn block(&self, test: &Test<'_>, block: &mut Block, of: &Mask, unsure: &mut Mask) -> Truths {
        let mut truths = Truths::NO;
        let mut note = |nth: usize, known: u8| match known {
            NO => {}
            YES => truths.yes.set(nth),
            UNKNOWN => truths.unknown.set(nth),
            _ => unsure.set(nth),
        };
        let range = match test {
            Test::Range(range) => *range,
            _ => Range { low: 1, high: 0, but: false },
        };
        let said = |units: i128| if range.holds(units) { YES } else { NO };
        let maybe = |units: Option<i64>| units.map_or(UNKNOWN, |units| said(units.into()));
        match (&self.measure, test) {
            (Measure::Count, _) => {
                let (enough, step) = range.enough();
                self.drive(&Count { enough, step }, block, of, |nth, count| note(nth, said((*count).into())));
            }
            (Measure::Sum(None), _) => of.each(|nth| note(nth, said(0))),
            (Measure::Sum(Some(amounts)), _) => {
                self.drive(amounts, block, of, |nth, total| note(nth, said(total.sum)));
            }
            (Measure::Avg(Some(amounts)), Test::Mean(op, asked, scale)) => {
                self.drive(amounts, block, of, |nth, total| {
                    note(nth, mean(*op, total.sum, total.count, *asked, *scale));
                });
            }
            (Measure::Median(Some(amounts)), Test::Middle(one, two)) => {
                self.drive(&Every(*amounts), block, of, |nth, units| note(nth, middle(units, *one, *two)));
            }
            (Measure::Extreme { amounts: Some(amounts), greatest }, _) => {
                let fold = Extreme { amounts: *amounts, greatest: *greatest };
                self.drive(&fold, block, of, |nth, best| note(nth, maybe(*best)));
            }
            (Measure::When { last }, _) => {
                self.drive(&When { last: *last }, block, of, |nth, at| note(nth, maybe(*at)));
            }
            (Measure::EndRow { column, last }, Test::Leaf(leaf)) => {
                self.drive(&EndRow { column, last: *last }, block, of, |nth, row| {
                    note(nth, row.map_or(UNKNOWN, |row| leaf.at(row)));
                });
            }
            (Measure::Few(rows), _) => {
                let count = |seen: &[u64; 4]| seen.iter().map(|word| i128::from(word.count_ones())).sum();
                self.drive(&Few(rows), block, of, |nth, seen| note(nth, said(count(seen))));
            }
            (Measure::Marks(column), _) => {
                self.drive(&Marks(column), block, of, |nth, marks| note(nth, said(different(marks))));
            }
            (Measure::Frequent(codes), Test::Codes(table)) => {
                let mut seen = Seen::new(codes);
                self.drive(&Marks2(codes), block, of, |nth, marks| {
                    note(nth, seen.most(marks).map_or(UNKNOWN, |code| table.get(code).copied().unwrap_or(UNKNOWN)));
                });
            }
            (Measure::Days(days), _) => {
                let (enough, step) = range.enough();
                self.drive(&Days { enough, step, ..*days }, block, of, |nth, seen| {
                    note(nth, said(seen.count_ones().into()))
                });
            }
            (Measure::Units { east, days }, _) => {
                self.drive(&Moments, block, of, |nth, times| note(nth, said(units(times, *east, *days))));
            }
            (Measure::Sessions { gap, time }, _) => {
                self.drive(&Moments, block, of, |nth, times| {
                    let (count, spent) = sessions(times, *gap);
                    note(nth, said(if *time { spent } else { count }));
                });
            }
            _ => of.each(|nth| note(nth, UNKNOWN)),
        }
        truths
    }

    /// About how many nanoseconds a profile costs: a type that few have events of is found out soon.
    pub(crate) fn cost(&self) -> u32 {
        let each = match self.measure {
            Measure::Count | Measure::When { .. } | Measure::Nothing => 2,
            Measure::Sum(_) | Measure::Avg(_) | Measure::Extreme { .. } | Measure::EndRow { .. } => 4,
            Measure::Few(_) | Measure::Days(_) => 6,
            Measure::Median(_) | Measure::Marks(_) | Measure::Frequent(_) => 30,
            Measure::Units { .. } | Measure::Sessions { .. } => 60,
        };
        let many = self.sources.iter().map(|source| 1 + u32::from(source.slab.count > source.slab.slots.len())).sum();
        u32::saturating_mul(each, many)
    }

    pub(crate) fn drive<F: Fold>(&self, fold: &F, block: &mut Block, of: &Mask, end: impl FnMut(usize, &mut F::Sum)) {
        drive(fold, &self.sources, self.window, block, of, end);
    }
}

/// The numbers of a column that count; an inner none where no row can. An outer none where they are of several
/// currencies of which none is asked for, or no numbers at all.
fn amounts(column: Option<&Column>, currency: Option<Currency>) -> Option<Option<Amounts<'_>>> {
    match (column, currency) {
        (None, _) => Some(None),
        (Some(Column::Numbers(numbers)), None) if numbers.unit != Unit::Money => {
            Some(Some(Amounts { numbers, which: None }))
        }
        (Some(Column::Numbers(numbers)), Some(currency)) if numbers.unit == Unit::Money => {
            let Some(at) = numbers.currencies.iter().position(|it| *it == currency) else { return Some(None) };
            Some(Some(Amounts { numbers, which: Some(u8::try_from(at).ok()?) }))
        }
        _ => None,
    }
}

/// How far east a zone's clock is, where that is always the same.
fn east(zone: Zone) -> Option<i64> {
    match zone {
        Zone::Utc => Some(0),
        Zone::Fixed(seconds) => Some(i64::from(seconds) * 1_000_000),
        Zone::Named(_) | Zone::Field(_) => None,
    }
}

/// How a mean compares, without dividing.
fn mean(op: Op, sum: i128, count: u32, asked: Decimal, scale: u8) -> u8 {
    if count == 0 {
        return UNKNOWN;
    }
    let ten = |power: u8| 10_i128.pow(u32::from(power.min(18)));
    let left = sum.checked_mul(ten(asked.scale().saturating_sub(scale)));
    let right = (i128::from(asked.units()) * i128::from(count)).checked_mul(ten(scale.saturating_sub(asked.scale())));
    match (left, right) {
        (Some(left), Some(right)) if op.holds(left.cmp(&right)) => YES,
        (Some(_), Some(_)) => NO,
        _ => UNSURE,
    }
}

fn middle(units: &mut [i64], one: Range, two: Range) -> u8 {
    units.sort_unstable();
    let half = units.len() / 2;
    let at = |nth: usize| units.get(nth).copied().map(i128::from);
    let holds = match (units.len() % 2, at(half), half.checked_sub(1).and_then(at)) {
        (1, Some(middle), _) => one.holds(middle),
        (0, Some(above), Some(below)) => two.holds(above + below),
        _ => return UNKNOWN,
    };
    if holds { YES } else { NO }
}

pub(crate) fn different<T: Ord>(marks: &mut [T]) -> i128 {
    marks.sort_unstable();
    let repeated = marks.iter().zip(marks.iter().skip(1)).filter(|(one, next)| one == next).count();
    (marks.len() - repeated) as i128
}

/// How many days, or runs of seven days from Monday on.
fn units(times: &mut [i64], east: i64, days: i64) -> i128 {
    // The first of 1970 was a Thursday.
    let shift = if days == 7 { 3 } else { 0 };
    times.iter_mut().for_each(|at| *at = (day(*at, east) + shift).div_euclid(days));
    different(times)
}

/// How many sessions there are, and how many microseconds they last.
fn sessions(times: &mut [i64], gap: i64) -> (i128, i128) {
    times.sort_unstable();
    let (mut count, mut spent) = (i128::from(!times.is_empty()), 0);
    for (one, next) in times.iter().zip(times.iter().skip(1)) {
        let apart = i128::from(*next) - i128::from(*one);
        if apart < gap.into() {
            spent += apart;
        } else {
            count += 1;
        }
    }
    (count, spent)
}

/// All codes but 0.
#[derive(Debug)]
struct Marks2<'a>(&'a Codes);

impl Fold for Marks2<'_> {
    type Sum = Vec<u32>;

    fn start(&self) -> Vec<u32> {
        Vec::new()
    }

    fn clear(&self, sum: &mut Vec<u32>) {
        sum.clear();
    }

    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Vec<u32>) {
        let rows = (begin..end).filter(|row| source.holds(*row));
        sum.extend(rows.map(|row| self.0.code(row)).filter(|code| *code != 0));
    }
}

/// How often each code was seen, and the order of values by code.
struct Seen {
    counts: Vec<u32>,
    order: Vec<u32>,
}

impl Seen {
    fn new(codes: &Codes) -> Self {
        let mut sorted: Vec<(&Value, usize)> = codes.dictionary.iter().zip(0..).collect();
        sorted.sort_unstable();
        let mut order = vec![0; sorted.len()];
        for (place, (_, code)) in (0..).zip(sorted) {
            if let Some(it) = order.get_mut(code) {
                *it = place;
            }
        }
        Self { counts: vec![0; codes.dictionary.len()], order }
    }

    /// The code seen most; of several that of the smallest value.
    fn most(&mut self, marks: &[u32]) -> Option<usize> {
        let mut best: Option<(u32, u32, usize)> = None;
        for code in marks {
            let code = *code as usize;
            if let (Some(count), Some(order)) = (self.counts.get_mut(code), self.order.get(code)) {
                *count += 1;
                let this = (*count, u32::MAX - order, code);
                if best.is_none_or(|best| (best.0, best.1) < (this.0, this.1)) {
                    best = Some(this);
                }
            }
        }
        for code in marks {
            if let Some(count) = self.counts.get_mut(*code as usize) {
                *count = 0;
            }
        }
        best.map(|(.., code)| code)
    }
}
