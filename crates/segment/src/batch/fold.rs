//! What the rows of a profile come to: counts, totals, ends, extremes, sets of days and codes.

use super::drive::Fold;
use super::leaf::is_of;
use super::pred::Source;
use crate::columns::{Column, NONE_4, NONE_8, Numbers, Times, Units};

/// How many; no more are counted than are asked for.
#[derive(Debug)]
pub(crate) struct Count {
    /// From so many on the answer stays the same; and below it, if it is but one step.
    pub(crate) enough: u32,
    /// Whether all counts below that have one answer.
    pub(crate) step: bool,
}

impl Fold for Count {
    type Sum = u32;

    fn start(&self) -> u32 {
        0
    }

    #[inline(always)]
    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut u32) {
        let count = if source.all() { end - begin } else { (begin..end).filter(|row| source.holds(*row)).count() };
        *sum = sum.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn enough(&self, sum: &u32, more: u32) -> bool {
        *sum >= self.enough || self.step && sum.saturating_add(more) < self.enough
    }

    fn counts(&self) -> bool {
        self.step && self.enough > 1
    }
}

/// What the numbers of a column add up to, and how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Total {
    pub(crate) sum: i128,
    pub(crate) count: u32,
}

/// The numbers of a column that are of one currency, where one is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amounts<'a> {
    pub(crate) numbers: &'a Numbers,
    pub(crate) which: Option<u8>,
}

impl Amounts<'_> {
    /// Calls with the units of each row that counts.
    #[inline(always)]
    pub(crate) fn each(&self, source: &Source<'_>, begin: usize, end: usize, mut call: impl FnMut(i64)) {
        let plain = source.all() && (self.which.is_none() || self.numbers.which.is_none());
        if plain && self.which.is_some_and(|which| which != 0) {
            return;
        }
        match &self.numbers.rows {
            Units::Four(rows) if plain => {
                rows.get(begin..end)
                    .unwrap_or_default()
                    .iter()
                    .filter(|it| **it != NONE_4)
                    .for_each(|it| call((*it).into()));
            }
            Units::Eight(rows) if plain => {
                rows.get(begin..end).unwrap_or_default().iter().filter(|it| **it != NONE_8).for_each(|it| call(*it));
            }
            _ => (begin..end)
                .filter(|row| is_of(self.numbers, self.which, *row) && source.holds(*row))
                .filter_map(|row| self.numbers.units(row))
                .for_each(call),
        }
    }
}

impl Fold for Amounts<'_> {
    type Sum = Total;

    fn start(&self) -> Total {
        Total::default()
    }

    #[inline(always)]
    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Total) {
        self.each(source, begin, end, |units| {
            sum.sum += i128::from(units);
            sum.count += 1;
        });
    }
}

/// The least or greatest number.
#[derive(Debug)]
pub(crate) struct Extreme<'a> {
    pub(crate) amounts: Amounts<'a>,
    pub(crate) greatest: bool,
}

impl Fold for Extreme<'_> {
    type Sum = Option<i64>;

    fn start(&self) -> Option<i64> {
        None
    }

    #[inline(always)]
    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Option<i64>) {
        self.amounts.each(source, begin, end, |units| {
            *sum = Some(match *sum {
                Some(known) if self.greatest => known.max(units),
                Some(known) => known.min(units),
                None => units,
            });
        });
    }
}

/// All numbers.
#[derive(Debug)]
pub(crate) struct Every<'a>(pub(crate) Amounts<'a>);

impl Fold for Every<'_> {
    type Sum = Vec<i64>;

    fn start(&self) -> Vec<i64> {
        Vec::new()
    }

    fn clear(&self, sum: &mut Vec<i64>) {
        sum.clear();
    }

    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Vec<i64>) {
        self.0.each(source, begin, end, |units| sum.push(units));
    }
}

/// The earliest or latest time, in microseconds.
#[derive(Debug)]
pub(crate) struct When {
    pub(crate) last: bool,
}

impl Fold for When {
    type Sum = Option<i64>;

    fn start(&self) -> Option<i64> {
        None
    }

    #[inline(always)]
    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Option<i64>) {
        if begin >= end {
            return;
        }
        let found = if source.all() {
            Some(if self.last { end - 1 } else { begin })
        } else if self.last {
            (begin..end).rev().find(|row| source.holds(*row))
        } else {
            (begin..end).find(|row| source.holds(*row))
        };
        let Some(at) = found.map(|row| source.slab.times.get(row).0) else { return };
        *sum = Some(match *sum {
            Some(known) if self.last => known.max(at),
            Some(known) => known.min(at),
            None => at,
        });
    }
}

/// The first or last row that has a value.
#[derive(Debug)]
pub(crate) struct EndRow<'a> {
    pub(crate) column: &'a Column,
    pub(crate) last: bool,
}

impl Fold for EndRow<'_> {
    type Sum = Option<usize>;

    fn start(&self) -> Option<usize> {
        None
    }

    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Option<usize>) {
        let counts = |row: &usize| !self.column.is_null(*row) && source.holds(*row);
        *sum = if self.last { (begin..end).rev().find(counts) } else { (begin..end).find(counts) };
    }
}

/// Days as bits, counted from a day; INVARIANT: the window has at most 64.
#[derive(Debug)]
pub(crate) struct Days {
    pub(crate) first: i64,
    /// Microseconds east.
    pub(crate) east: i64,
    /// As of [`Count`].
    pub(crate) enough: u32,
    pub(crate) step: bool,
}

const DAY: i64 = 86_400_000_000;

pub(crate) const fn day(micros: i64, east: i64) -> i64 {
    micros.saturating_add(east).div_euclid(DAY)
}

impl Fold for Days {
    type Sum = u64;

    fn start(&self) -> u64 {
        0
    }

    #[inline(always)]
    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut u64) {
        match &source.slab.times {
            // Whole seconds by numbers that the processor divides fast.
            Times::Seconds(rows) if source.all() && self.east % 1_000_000 == 0 => {
                let first = self.first * 86_400 - self.east / 1_000_000;
                for at in rows.get(begin..end).unwrap_or_default() {
                    let nth = u32::try_from(i64::from(*at) - first).unwrap_or_default() / 86_400;
                    *sum |= 1_u64.wrapping_shl(nth);
                }
            }
            times => {
                for row in (begin..end).filter(|row| source.holds(*row)) {
                    let nth = day(times.get(row).0, self.east) - self.first;
                    *sum |= u32::try_from(nth).ok().and_then(|nth| 1_u64.checked_shl(nth)).unwrap_or_default();
                }
            }
        }
    }

    fn enough(&self, sum: &u64, more: u32) -> bool {
        let days = sum.count_ones();
        days >= self.enough || self.step && days.saturating_add(more) < self.enough
    }

    fn counts(&self) -> bool {
        self.step && self.enough > 1
    }
}

/// All times, in microseconds; of several sources in the order of sources.
#[derive(Debug)]
pub(crate) struct Moments;

impl Fold for Moments {
    type Sum = Vec<i64>;

    fn start(&self) -> Vec<i64> {
        Vec::new()
    }

    fn clear(&self, sum: &mut Vec<i64>) {
        sum.clear();
    }

    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Vec<i64>) {
        sum.extend((begin..end).filter(|row| source.holds(*row)).map(|row| source.slab.times.get(row).0));
    }
}

/// Codes below 256 as bits; 0 is nothing and does not count.
#[derive(Debug)]
pub(crate) struct Few<'a>(pub(crate) &'a [u8]);

impl Fold for Few<'_> {
    type Sum = [u64; 4];

    fn start(&self) -> [u64; 4] {
        [0; 4]
    }

    #[inline(always)]
    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut [u64; 4]) {
        let mut note = |code: u8| {
            if let Some(word) = sum.get_mut(usize::from(code / 64)) {
                *word |= 1 << (code % 64);
            }
        };
        if source.all() {
            self.0.get(begin..end).unwrap_or_default().iter().for_each(|code| note(*code));
        } else {
            (begin..end)
                .filter(|row| source.holds(*row))
                .for_each(|row| note(self.0.get(row).copied().unwrap_or_default()));
        }
        sum[0] &= !1;
    }
}

/// All values as numbers that are equal where the values are: codes, or units with their currency.
#[derive(Debug)]
pub(crate) struct Marks<'a>(pub(crate) &'a Column);

impl Marks<'_> {
    pub(crate) const fn takes(column: &Column) -> bool {
        matches!(column, Column::Codes(_) | Column::Numbers(_))
    }
}

impl Fold for Marks<'_> {
    type Sum = Vec<(i64, u8)>;

    fn start(&self) -> Self::Sum {
        Vec::new()
    }

    fn clear(&self, sum: &mut Self::Sum) {
        sum.clear();
    }

    fn add(&self, source: &Source<'_>, begin: usize, end: usize, sum: &mut Self::Sum) {
        let rows = (begin..end).filter(|row| !self.0.is_null(*row) && source.holds(*row));
        sum.extend(rows.map(|row| match self.0 {
            Column::Codes(codes) => (codes.code(row).into(), 0),
            Column::Numbers(numbers) => {
                let which = numbers.which.as_ref().and_then(|which| which.get(row)).copied().unwrap_or_default();
                (numbers.units(row).unwrap_or_default(), which)
            }
            Column::Scores(_) | Column::Values(_) => (0, 0),
        }));
    }
}
