//! Questions to single values of a column, made ready: a table by dictionary code, or ranges of whole numbers.

use onefold_model::{Text, Value};

use super::bits::{Mask, NO, Truths, UNKNOWN, YES, level};
use super::range::{Narrow, Range};
use crate::ast::Op;
use crate::columns::{Codes, Column, NONE_4, NONE_8, Numbers, Unit, Units, Width};
use crate::value::{Ask, number};

/// Dictionaries up to this size are asked entry by entry beforehand.
const TABLE: usize = 1 << 16;

/// A question to the values of a column.
#[derive(Debug)]
pub(crate) enum Leaf<'a> {
    /// The same for all.
    Constant(u8),
    /// By code; the table has at least as many entries as a code of its width can be.
    Table(&'a Codes, Box<[u8]>),
    /// Whether the code is this one.
    Code(&'a Codes, u32, bool),
    /// Whether the number lies in one of these; other currencies are unknown where one is given.
    Ranges { numbers: &'a Numbers, which: Option<u8>, ranges: Box<[Narrow]> },
    /// Whether there is none.
    Null(&'a Numbers),
    /// Value by value.
    Each(&'a Column, Box<[Text]>, Ask),
}

impl<'a> Leaf<'a> {
    /// A question to a column, or to nothing.
    pub(crate) fn new(column: Option<&'a Column>, keys: &[Text], ask: &Ask) -> Self {
        let Some(column) = column else { return Self::Constant(level(ask.at(Value::NULL, keys))) };
        let ready = match column {
            Column::Codes(codes) => Self::codes(codes, keys, ask),
            Column::Numbers(numbers) if keys.is_empty() => Self::numbers(numbers, ask),
            _ => None,
        };
        ready.unwrap_or_else(|| Self::Each(column, keys.into(), ask.clone()))
    }

    fn codes(codes: &'a Codes, keys: &[Text], ask: &Ask) -> Option<Self> {
        if codes.dictionary.len() <= TABLE {
            let size = match codes.rows {
                Width::One(_) => 256,
                Width::Two(_) => 1 << 16,
                Width::Four(_) => codes.dictionary.len(),
            };
            let mut table: Vec<u8> = codes.dictionary.iter().map(|value| level(ask.at(value, keys))).collect();
            table.resize(size, UNKNOWN);
            return Some(Self::Table(codes, table.into()));
        }
        match ask {
            Ask::Compare(op @ (Op::Eq | Op::Ne), value @ Value::Text(_)) if keys.is_empty() => {
                Some(Self::Code(codes, codes.find(value).unwrap_or(u32::MAX), *op == Op::Eq))
            }
            _ => None,
        }
    }

    fn numbers(numbers: &'a Numbers, ask: &Ask) -> Option<Self> {
        let (asked, op): (&[Value], Op) = match ask {
            Ask::Null => return Some(Self::Null(numbers)),
            Ask::Compare(op, value) => (std::slice::from_ref(value), *op),
            Ask::Among(values) if values.len() <= 16 => (values, Op::Eq),
            _ => return None,
        };
        let mut which = None;
        let mut ranges = Vec::with_capacity(asked.len());
        for value in asked {
            let (range, currency) = units(numbers, op, value)?;
            if which.is_some_and(|it| it != currency) {
                return None;
            }
            which = Some(currency);
            ranges.push(range.narrow());
        }
        Some(Self::Ranges { numbers, which: which.flatten(), ranges: ranges.into() })
    }

    /// Of one row.
    #[inline]
    pub(crate) fn at(&self, row: usize) -> u8 {
        match self {
            Self::Constant(known) => *known,
            Self::Table(codes, table) => table.get(codes.code(row) as usize).copied().unwrap_or(UNKNOWN),
            Self::Code(codes, asked, same) => match codes.code(row) {
                0 => UNKNOWN,
                code => said((code == *asked) == *same),
            },
            Self::Ranges { numbers, which, ranges } => match numbers.units(row) {
                Some(units) if is_of(numbers, *which, row) => said(ranges.iter().any(|range| range.holds(units))),
                _ => UNKNOWN,
            },
            Self::Null(numbers) => said(numbers.units(row).is_none()),
            Self::Each(column, keys, ask) => match column {
                Column::Codes(codes) => level(ask.at(codes.value(row), keys)),
                Column::Values(rows) => level(ask.at(rows.get(row).unwrap_or(Value::NULL), keys)),
                column => level(ask.at(&column.get(row), keys)),
            },
        }
    }

    /// Of the profiles of a block that begins at `base`, of a column of traits.
    pub(crate) fn block(&self, base: usize, of: &Mask) -> Truths {
        match self {
            Self::Constant(YES) => Truths::yes(*of),
            Self::Constant(UNKNOWN) => Truths { yes: Mask::NONE, unknown: *of },
            Self::Constant(_) => Truths::NO,
            Self::Table(Codes { rows: Width::One(rows), .. }, table) => match <&[u8; 256]>::try_from(&**table) {
                // No code of a byte leads out of a table of 256.
                Ok(table) => dense(rows, base, of, 0, |code| look(table, code)),
                Err(_) => self.each(base, of),
            },
            Self::Ranges { numbers: Numbers { rows, which: None, .. }, which: None, ranges } => match (rows, &**ranges)
            {
                (Units::Four(rows), [range]) => dense(rows, base, of, NONE_4, |units| {
                    if units == NONE_4 { UNKNOWN } else { said(range.holds(units.into())) }
                }),
                (Units::Eight(rows), [range]) => {
                    dense(
                        rows,
                        base,
                        of,
                        NONE_8,
                        |units| if units == NONE_8 { UNKNOWN } else { said(range.holds(units)) },
                    )
                }
                _ => self.each(base, of),
            },
            Self::Each(Column::Scores(rows), keys, Ask::Compare(op, value)) if keys.is_empty() => match number(value) {
                Some(asked) => {
                    let asked = asked.to_f64();
                    dense(rows, base, of, f64::NAN, |score| {
                        if score.is_nan() { UNKNOWN } else { said(op.holds(score.total_cmp(&asked))) }
                    })
                }
                None => self.each(base, of),
            },
            _ => self.each(base, of),
        }
    }

    fn each(&self, base: usize, of: &Mask) -> Truths {
        let mut unknown = Mask::NONE;
        let yes = of.filter(|nth| {
            let known = self.at(base + nth);
            if known == UNKNOWN {
                unknown.set(nth);
            }
            known == YES
        });
        Truths { yes, unknown }
    }
}

/// The range of a column's units in which a comparison with a constant holds, and the currency by its place, where
/// rows of another are unknown. None where they do not compare as whole numbers.
pub(crate) fn units(numbers: &Numbers, op: Op, value: &Value) -> Option<(Range, Option<u8>)> {
    let (asked, currency) = match (numbers.unit, value) {
        (Unit::Int | Unit::Decimal, value) => (number(value)?, None),
        (Unit::Money, Value::Money(money)) => {
            let at = numbers.currencies.iter().position(|it| *it == money.currency())?;
            let at = u8::try_from(at).ok()?;
            (money.amount(), (numbers.currencies.len() > 1).then_some(at))
        }
        (Unit::Time, Value::Time(time)) => (time.0.into(), None),
        (Unit::Date, Value::Date(date)) => (i64::from(date.days()).into(), None),
        _ => return None,
    };
    Some((Range::of(op, asked, numbers.scale)?, currency))
}

/// Whether a row is of the currency at that place, or any if none is asked for.
#[inline(always)]
pub(crate) fn is_of(numbers: &Numbers, which: Option<u8>, row: usize) -> bool {
    match (which, &numbers.which) {
        (None, _) => true,
        (Some(which), Some(rows)) => rows.get(row) == Some(&which),
        (Some(which), None) => which == 0,
    }
}

#[inline(always)]
const fn said(yes: bool) -> u8 {
    if yes { YES } else { NO }
}

#[inline(always)]
fn look(table: &[u8; 256], code: u8) -> u8 {
    table.get(usize::from(code)).copied().unwrap_or(UNKNOWN)
}

/// Asks a block of rows without looking who is meant: cheaper than to step from one to the next. Who has no row has
/// `nothing`.
#[inline(always)]
fn dense<T: Copy>(rows: &[T], base: usize, of: &Mask, nothing: T, ask: impl Fn(T) -> u8) -> Truths {
    let mut truths = Truths::NO;
    let words = of.0.iter().zip(&mut truths.yes.0).zip(&mut truths.unknown.0);
    for (((of, yes), unknown), base) in words.zip((base..).step_by(64)) {
        if *of == 0 {
            continue;
        }
        let (mut is, mut may) = (0_u64, 0_u64);
        let mut one = |bit: usize, value: T| {
            let known = ask(value);
            is |= u64::from(known >> 1) << bit;
            may |= u64::from(known & 1) << bit;
        };
        match rows.get(base..base + 64) {
            Some(full) => full.iter().enumerate().for_each(|(bit, value)| one(bit, *value)),
            None => (0..64).for_each(|bit| one(bit, rows.get(base + bit).copied().unwrap_or(nothing))),
        }
        (*yes, *unknown) = (is & of, may & of);
    }
    truths
}
