//! One property or trait of many rows, in as few bytes as its values need.
//!
//! Text and truths stand as codes of a dictionary, numbers, amounts, times and days as whole numbers of one scale,
//! scores as floats. A column widens when a value needs it, and falls back to plain [`Value`]s where nothing
//! narrower holds them all; so what comes out is always what went in.

use std::collections::HashMap;

use onefold_model::{Currency, Date, Decimal, Money, Score, Text, Time, Type, Value};

/// The values of one property or trait, by row.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// Text and truths.
    Codes(Codes),
    /// Numbers, amounts, times and days.
    Numbers(Numbers),
    /// Scores; NaN where there is none.
    Scores(Vec<f64>),
    /// Anything.
    Values(Vec<Value>),
}

/// Codes into a dictionary; 0 is nothing.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    // INVARIANT: the first is null, no two are equal.
    pub(crate) dictionary: Vec<Value>,
    known: HashMap<Text, u32>,
    /// Bytes of text that stand outside the dictionary's own.
    heap: usize,
    pub(crate) rows: Width,
}

/// As many bytes a code as the dictionary needs.
#[derive(Clone, Debug)]
pub(crate) enum Width {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// What whole numbers stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Int,
    Decimal,
    Money,
    Time,
    Date,
}

/// Whole numbers times ten to the minus `scale`.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    pub(crate) unit: Unit,
    pub(crate) scale: u8,
    pub(crate) rows: Units,
    /// Of amounts, in the order in which they came.
    pub(crate) currencies: Vec<Currency>,
    /// Which of them, by row, where there are several.
    pub(crate) which: Option<Vec<u8>>,
}

/// The least number of each width is nothing.
#[derive(Clone, Debug)]
pub(crate) enum Units {
    Four(Vec<i32>),
    Eight(Vec<i64>),
}

pub(crate) const NONE_4: i32 = i32::MIN;
pub(crate) const NONE_8: i64 = i64::MIN;
/// The greatest number of digits after the point.
const SCALE: u8 = 18;

/// Does something with the vector of rows, whatever they are.
macro_rules! rows {
    ($column:expr, $rows:ident => $do:expr) => {
        match $column {
            Column::Codes(Codes { rows: Width::One($rows), .. }) => $do,
            Column::Codes(Codes { rows: Width::Two($rows), .. }) => $do,
            Column::Codes(Codes { rows: Width::Four($rows), .. }) => $do,
            Column::Numbers(Numbers { rows: Units::Four($rows), .. }) => $do,
            Column::Numbers(Numbers { rows: Units::Eight($rows), .. }) => $do,
            Column::Scores($rows) => $do,
            Column::Values($rows) => $do,
        }
    };
}

/// Makes place for so many more without doubling: slack is memory.
pub(super) fn grow<T: Clone>(rows: &mut Vec<T>, len: usize, nothing: T) {
    if len > rows.capacity() {
        rows.reserve_exact(len + len / 32 + 32 - rows.len());
    }
    if len > rows.len() {
        rows.resize(len, nothing);
    }
}

/// Moves rows; both places may overlap.
pub(super) fn shift<T: Copy>(rows: &mut [T], from: usize, to: usize, len: usize) {
    // Beyond the end there is nothing to move.
    if from.max(to).saturating_add(len) <= rows.len() {
        rows.copy_within(from..from + len, to);
    }
}

/// The same of what cannot be copied byte by byte.
fn shift_values(rows: &mut [Value], from: usize, to: usize, len: usize) {
    let mut one = |nth: usize| {
        if let Some(value) = rows.get(from + nth).cloned()
            && let Some(place) = rows.get_mut(to + nth)
        {
            *place = value;
        }
    };
    if to <= from { (0..len).for_each(&mut one) } else { (0..len).rev().for_each(&mut one) }
}

/// The same rows in another order: each (start, len, place) is where rows stood, how many, and where they go.
pub(super) fn gather<T: Clone>(
    rows: &mut Vec<T>,
    chunks: impl Iterator<Item = (usize, usize, usize)>,
    len: usize,
    none: &T,
) {
    let mut fresh = Vec::with_capacity(len);
    for (start, count, place) in chunks {
        fresh.resize(place, none.clone());
        fresh.extend_from_slice(rows.get(start..start + count).unwrap_or_default());
    }
    fresh.resize(len, none.clone());
    *rows = fresh;
}

impl Column {
    /// An empty column for a declared type.
    pub(super) fn new(ty: Type) -> Self {
        let numbers = |unit| {
            Self::Numbers(Numbers {
                unit,
                scale: 0,
                rows: Units::Four(Vec::new()),
                currencies: Vec::new(),
                which: None,
            })
        };
        match ty {
            Type::Text | Type::Bool => Self::Codes(Codes {
                dictionary: vec![Value::Null],
                known: HashMap::new(),
                heap: 0,
                rows: Width::One(Vec::new()),
            }),
            Type::Int => numbers(Unit::Int),
            Type::Decimal => numbers(Unit::Decimal),
            Type::Money => numbers(Unit::Money),
            Type::Time => numbers(Unit::Time),
            Type::Date => numbers(Unit::Date),
            Type::Score => Self::Scores(Vec::new()),
            _ => Self::Values(Vec::new()),
        }
    }

    pub(crate) fn len(&self) -> usize {
        rows!(self, rows => rows.len())
    }

    /// So many rows, new ones with nothing.
    pub(super) fn resize(&mut self, len: usize) {
        match self {
            Self::Codes(codes) => match &mut codes.rows {
                Width::One(rows) => grow(rows, len, 0),
                Width::Two(rows) => grow(rows, len, 0),
                Width::Four(rows) => grow(rows, len, 0),
            },
            Self::Numbers(numbers) => {
                match &mut numbers.rows {
                    Units::Four(rows) => grow(rows, len, NONE_4),
                    Units::Eight(rows) => grow(rows, len, NONE_8),
                }
                if let Some(which) = &mut numbers.which {
                    grow(which, len, 0);
                }
            }
            Self::Scores(rows) => grow(rows, len, f64::NAN),
            Self::Values(rows) => grow(rows, len, Value::Null),
        }
    }

    /// Moves rows; both places may overlap.
    pub(super) fn shift(&mut self, from: usize, to: usize, len: usize) {
        match self {
            Self::Codes(codes) => match &mut codes.rows {
                Width::One(rows) => shift(rows, from, to, len),
                Width::Two(rows) => shift(rows, from, to, len),
                Width::Four(rows) => shift(rows, from, to, len),
            },
            Self::Numbers(numbers) => {
                match &mut numbers.rows {
                    Units::Four(rows) => shift(rows, from, to, len),
                    Units::Eight(rows) => shift(rows, from, to, len),
                }
                if let Some(which) = &mut numbers.which {
                    shift(which, from, to, len);
                }
            }
            Self::Scores(rows) => shift(rows, from, to, len),
            Self::Values(rows) => shift_values(rows, from, to, len),
        }
    }

    /// The same rows in another order.
    pub(super) fn gather(&mut self, chunks: impl Iterator<Item = (usize, usize, usize)> + Clone, len: usize) {
        match self {
            Self::Codes(codes) => match &mut codes.rows {
                Width::One(rows) => gather(rows, chunks, len, &0),
                Width::Two(rows) => gather(rows, chunks, len, &0),
                Width::Four(rows) => gather(rows, chunks, len, &0),
            },
            Self::Numbers(numbers) => {
                if let Some(which) = &mut numbers.which {
                    gather(which, chunks.clone(), len, &0);
                }
                match &mut numbers.rows {
                    Units::Four(rows) => gather(rows, chunks, len, &NONE_4),
                    Units::Eight(rows) => gather(rows, chunks, len, &NONE_8),
                }
            }
            Self::Scores(rows) => gather(rows, chunks, len, &f64::NAN),
            Self::Values(rows) => gather(rows, chunks, len, &Value::Null),
        }
    }

    /// The value of a row; null beyond the end.
    pub(crate) fn get(&self, row: usize) -> Value {
        match self {
            Self::Codes(codes) => codes.value(row).clone(),
            Self::Numbers(numbers) => numbers.get(row),
            Self::Scores(rows) => rows.get(row).and_then(|score| Score::new(*score)).into(),
            Self::Values(rows) => rows.get(row).cloned().unwrap_or_default(),
        }
    }

    /// Whether a row has no value.
    pub(crate) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Codes(codes) => codes.code(row) == 0,
            Self::Numbers(numbers) => numbers.units(row).is_none(),
            Self::Scores(rows) => rows.get(row).is_none_or(|score| score.is_nan()),
            Self::Values(rows) => rows.get(row).is_none_or(Value::is_null),
        }
    }

    /// Sets the value of a row that is there.
    pub(super) fn set(&mut self, row: usize, value: &Value) {
        let fits = match self {
            Self::Codes(codes) => codes.set(row, value),
            Self::Numbers(numbers) => numbers.set(row, value),
            Self::Scores(rows) => match value {
                Value::Null => put(rows, row, f64::NAN),
                Value::Score(score) => put(rows, row, score.get()),
                _ => false,
            },
            Self::Values(rows) => put(rows, row, value.clone()),
        };
        if !fits && row < self.len() {
            let mut rows: Vec<Value> = (0..self.len()).map(|row| self.get(row)).collect();
            put(&mut rows, row, value.clone());
            *self = Self::Values(rows);
        }
    }

    /// What it takes in memory, slack and dictionary included.
    pub(super) fn bytes(&self) -> usize {
        fn rows<T>(rows: &Vec<T>) -> usize {
            rows.capacity() * size_of::<T>()
        }
        rows!(self, it => rows(it))
            + match self {
                Self::Codes(codes) => {
                    // A hash table keeps one byte of control an entry, and an eighth free.
                    let entry = size_of::<(Text, u32)>() + 1;
                    rows(&codes.dictionary) + codes.known.capacity() * 8 / 7 * entry + codes.heap
                }
                Self::Numbers(numbers) => rows(&numbers.currencies) + numbers.which.as_ref().map_or(0, rows),
                // What lists, maps and long texts hold outside is shared with the events and not counted.
                Self::Scores(_) | Self::Values(_) => 0,
            }
    }
}

fn put<T>(rows: &mut [T], row: usize, value: T) -> bool {
    match rows.get_mut(row) {
        Some(place) => {
            *place = value;
            true
        }
        None => false,
    }
}

impl Codes {
    /// The code of a row; 0 beyond the end.
    pub(crate) fn code(&self, row: usize) -> u32 {
        match &self.rows {
            Width::One(rows) => rows.get(row).copied().unwrap_or_default().into(),
            Width::Two(rows) => rows.get(row).copied().unwrap_or_default().into(),
            Width::Four(rows) => rows.get(row).copied().unwrap_or_default(),
        }
    }

    /// The value of a row.
    pub(crate) fn value(&self, row: usize) -> &Value {
        self.dictionary.get(self.code(row) as usize).unwrap_or(Value::NULL)
    }

    /// The code of a value, if any row ever had it.
    pub(crate) fn find(&self, value: &Value) -> Option<u32> {
        match value {
            Value::Null => Some(0),
            Value::Text(text) => self.known.get(text).copied(),
            other => self.dictionary.iter().position(|it| it == other).and_then(|at| u32::try_from(at).ok()),
        }
    }

    fn set(&mut self, row: usize, value: &Value) -> bool {
        // A truth is looked for in a dictionary of two, or of many texts where the declaration changed.
        let code = match (self.find(value), value) {
            (Some(code), _) => code,
            (None, Value::Text(text)) => {
                let Ok(code) = u32::try_from(self.dictionary.len()) else { return false };
                self.known.insert(text.clone(), code);
                self.heap += if text.len() > 22 { text.len() + 16 } else { 0 };
                self.dictionary.push(value.clone());
                code
            }
            (None, Value::Bool(_)) => {
                let Ok(code) = u32::try_from(self.dictionary.len()) else { return false };
                self.dictionary.push(value.clone());
                code
            }
            _ => return false,
        };
        match (&mut self.rows, u8::try_from(code), u16::try_from(code)) {
            (Width::One(rows), Ok(code), _) => put(rows, row, code),
            (Width::Two(rows), _, Ok(code)) => put(rows, row, code),
            (Width::Four(rows), ..) => put(rows, row, code),
            (Width::One(rows), _, Ok(code)) => {
                let mut wider: Vec<u16> = rows.iter().map(|code| (*code).into()).collect();
                let fits = put(&mut wider, row, code);
                self.rows = Width::Two(wider);
                fits
            }
            (Width::One(_) | Width::Two(_), ..) => {
                let mut wider: Vec<u32> = match &self.rows {
                    Width::One(rows) => rows.iter().map(|code| (*code).into()).collect(),
                    Width::Two(rows) => rows.iter().map(|code| (*code).into()).collect(),
                    Width::Four(rows) => rows.clone(),
                };
                let fits = put(&mut wider, row, code);
                self.rows = Width::Four(wider);
                fits
            }
        }
    }
}

impl Numbers {
    /// The units of a row; nothing where there is none.
    pub(crate) fn units(&self, row: usize) -> Option<i64> {
        match &self.rows {
            Units::Four(rows) => rows.get(row).filter(|units| **units != NONE_4).map(|units| (*units).into()),
            Units::Eight(rows) => rows.get(row).copied().filter(|units| *units != NONE_8),
        }
    }

    /// The currency of a row.
    pub(crate) fn currency(&self, row: usize) -> Option<Currency> {
        let which = self.which.as_ref().and_then(|which| which.get(row)).copied().unwrap_or_default();
        self.currencies.get(usize::from(which)).copied()
    }

    fn get(&self, row: usize) -> Value {
        let Some(units) = self.units(row) else { return Value::Null };
        let decimal = || Decimal::new(units, self.scale).unwrap_or_default();
        match self.unit {
            Unit::Int => Value::Int(units),
            Unit::Decimal => Value::Decimal(decimal()),
            Unit::Money => self.currency(row).map_or(Value::Null, |it| Value::Money(Money::new(decimal(), it))),
            Unit::Time => Value::Time(Time(units)),
            Unit::Date => i32::try_from(units).ok().and_then(Date::from_days).into(),
        }
    }

    fn set(&mut self, row: usize, value: &Value) -> bool {
        let (units, scale, currency) = match (self.unit, value) {
            (_, Value::Null) => {
                return match &mut self.rows {
                    Units::Four(rows) => put(rows, row, NONE_4),
                    Units::Eight(rows) => put(rows, row, NONE_8),
                };
            }
            (Unit::Int, Value::Int(number)) => (*number, 0, None),
            (Unit::Decimal, Value::Decimal(number)) => (number.units(), number.scale(), None),
            (Unit::Money, Value::Money(money)) => {
                (money.amount().units(), money.amount().scale(), Some(money.currency()))
            }
            (Unit::Time, Value::Time(time)) => (time.0, 0, None),
            (Unit::Date, Value::Date(date)) => (date.days().into(), 0, None),
            _ => return false,
        };
        if scale > self.scale && !self.rescale(scale) {
            return false;
        }
        let Some(units) = 10_i64.checked_pow((self.scale - scale).into()).and_then(|power| units.checked_mul(power))
        else {
            return false;
        };
        if units == NONE_8 || !currency.is_none_or(|currency| self.note(row, currency)) {
            return false;
        }
        match (&mut self.rows, i32::try_from(units)) {
            (Units::Four(rows), Ok(units)) if units != NONE_4 => put(rows, row, units),
            (Units::Eight(rows), _) => put(rows, row, units),
            (Units::Four(rows), _) => {
                let mut wider: Vec<i64> = rows.iter().map(|units| wide(*units)).collect();
                let fits = put(&mut wider, row, units);
                self.rows = Units::Eight(wider);
                fits
            }
        }
    }

    /// More digits after the point; false where a number would not hold them.
    fn rescale(&mut self, scale: u8) -> bool {
        let Some(power) = 10_i64.checked_pow((scale.min(SCALE) - self.scale).into()) else { return false };
        let more = |units: i64| {
            if units == NONE_8 { Some(NONE_8) } else { units.checked_mul(power).filter(|it| *it != NONE_8) }
        };
        let (min, max) = (-i64::from(i32::MAX), i64::from(i32::MAX));
        match &mut self.rows {
            Units::Four(rows) => {
                let fits = |units: i32| units == NONE_4 || more(units.into()).is_some_and(|it| min <= it && it <= max);
                if rows.iter().all(|units| fits(*units)) {
                    for units in rows.iter_mut().filter(|units| **units != NONE_4) {
                        *units = more((*units).into()).and_then(|it| i32::try_from(it).ok()).unwrap_or(NONE_4);
                    }
                } else {
                    let Some(wider) = rows.iter().map(|units| more(wide(*units))).collect() else { return false };
                    self.rows = Units::Eight(wider);
                }
            }
            Units::Eight(rows) => {
                let Some(finer) = rows.iter().map(|units| more(*units)).collect() else { return false };
                *rows = finer;
            }
        }
        self.scale = scale;
        true
    }

    /// Notes the currency of a row; false where there are too many.
    fn note(&mut self, row: usize, currency: Currency) -> bool {
        let at = self.currencies.iter().position(|it| *it == currency).unwrap_or_else(|| {
            self.currencies.push(currency);
            self.currencies.len() - 1
        });
        let Ok(at) = u8::try_from(at) else { return false };
        if at > 0 && self.which.is_none() {
            let len = match &self.rows {
                Units::Four(rows) => rows.len(),
                Units::Eight(rows) => rows.len(),
            };
            self.which = Some(vec![0; len]);
        }
        self.which.as_mut().is_none_or(|which| put(which, row, at))
    }
}

fn wide(units: i32) -> i64 {
    if units == NONE_4 { NONE_8 } else { units.into() }
}

#[cfg(test)]
mod tests {
    use onefold_model::testing::value;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    proptest! {
        #[test]
        fn what_comes_out_is_what_went_in(
            ty in select(vec![Type::Text, Type::Bool, Type::Int, Type::Decimal, Type::Money, Type::Time, Type::Date, Type::Score, Type::Any]),
            values in vec(value(), 1..20),
        ) {
            let mut column = Column::new(ty);
            let mut said = Vec::new();
            for (row, value) in values.iter().enumerate() {
                column.resize(row + 1);
                // Mostly what fits the type.
                let value = value.clone().coerce(ty, "EUR".parse().ok()).unwrap_or_else(|| if row % 7 == 6 { value.clone() } else { Value::Null });
                column.set(row, &value);
                said.push(value);
            }
            for (row, value) in said.iter().enumerate() {
                prop_assert_eq!(&column.get(row), value);
            }
            prop_assert!(column.get(values.len()).is_null());
        }

        #[test]
        fn amounts_of_any_scale_and_currency_stand_beside_each_other(amounts in vec((-3_000_000_000_i64..3_000_000_000, 0..4_u8, select(vec!["EUR", "USD"])), 1..20)) {
            let mut column = Column::new(Type::Money);
            column.resize(amounts.len());
            let money = |(units, scale, currency): &(i64, u8, &str)| Value::Money(Money::new(Decimal::new(*units, *scale).unwrap(), currency.parse().unwrap()));
            for (row, amount) in amounts.iter().enumerate() {
                column.set(row, &money(amount));
            }
            prop_assert!(matches!(column, Column::Numbers(_)));
            for (row, amount) in amounts.iter().enumerate() {
                prop_assert_eq!(column.get(row), money(amount));
            }
        }
    }
}
