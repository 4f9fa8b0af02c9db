//! What is known of one column.

use onefold_model::normalise::{self, Order};
use onefold_model::{Currency, Decimal, Form, Text, Time, Type, Value};
use serde::Serialize;

use super::sketch::{Distinct, Frequent};
use crate::{Numbers, TimeFormat};

/// What a column should hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// Identifiers of a form, with the country of phone numbers that name none.
    Form(Form, Option<Text>),
    /// Values of a type.
    Type(Type, Option<Currency>),
    /// Times.
    Time(TimeFormat),
    /// Numbers.
    Number(Numbers),
}

impl Expected {
    fn fits(&self, value: &Value) -> bool {
        match self {
            Self::Type(ty, currency) => value.clone().coerce(*ty, *currency).is_some(),
            Self::Time(format) => format.read(value).is_some(),
            Self::Number(numbers) => numbers.read(value).is_some(),
            Self::Form(form, region) => {
                let text = value.to_string();
                match form {
                    Form::Raw => normalise::plain(&text).is_ok(),
                    Form::Email => normalise::email(&text).is_ok(),
                    Form::Phone => normalise::phone(&text, region.as_deref()).is_ok(),
                    Form::Name => normalise::name(&text).is_ok(),
                    Form::Postcode => normalise::postcode(&text).is_ok(),
                    Form::Date => normalise::date(&text, Order::DayFirst).is_ok(),
                    Form::Text => !normalise::fold(&text).is_empty(),
                }
            }
        }
    }
}

/// What was seen of a column.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) filled: u64,
    pub(crate) whole: u64,
    pub(crate) fraction: u64,
    /// `1.234,50` and the like.
    pub(crate) comma: u64,
    /// Whole numbers with a zero before them, which are codes.
    pub(crate) padded: u64,
    pub(crate) bools: u64,
    pub(crate) dates: u64,
    pub(crate) times: u64,
    /// Eight digits that are a day.
    pub(crate) compact: u64,
    /// Days that only the order of the source decides, and those that prove an order.
    pub(crate) ambiguous: u64,
    pub(crate) day_first: u64,
    pub(crate) month_first: u64,
    /// Days that are no ISO form and read the same in either order.
    pub(crate) spoken: u64,
    /// Numbers that are seconds, or milliseconds, of our decades.
    pub(crate) seconds: u64,
    pub(crate) millis: u64,
    pub(crate) emails: u64,
    pub(crate) phones: u64,
    pub(crate) lists: u64,
    pub(crate) generic: u64,
    invalid: u64,
    judged: bool,
    distinct: Distinct,
    frequent: Frequent,
    numbers: Option<(Decimal, Decimal)>,
    instants: Option<(Time, Time)>,
    lengths: Option<(usize, usize)>,
}

/// A frequent value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The value.
    pub value: Text,
    /// How often it came, at least.
    pub count: u64,
}

/// What a column looks like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its name, or its path.
    pub name: Text,
    /// Records that have a value in it.
    pub filled: u64,
    /// Records that have none.
    pub empty: u64,
    /// How many values differ.
    pub distinct: u64,
    /// Whether that number is exact.
    pub exact: bool,
    /// What nearly all of its values are like: `email`, `phone`, `int`, `decimal`, `date`, `time`, `bool`, `list`,
    /// `text`.
    pub like: &'static str,
    /// Values that only fill the field: `n/a`, `xxx`, and mailboxes that are nobody's.
    pub generic: u64,
    /// Values without the declared form; nothing where none is declared.
    pub invalid: Option<u64>,
    /// The smallest number or earliest time.
    pub least: Option<Value>,
    /// The greatest number or latest time.
    pub greatest: Option<Value>,
    /// Characters of the shortest value.
    pub shortest: usize,
    /// Characters of the longest value.
    pub longest: usize,
    /// Values that came five times or more, the most frequent first, at most ten.
    pub top: Vec<Count>,
}

impl Seen {
    pub(super) fn text(&mut self, cell: &str, expected: &[Expected]) {
        let cell = cell.trim();
        if cell.is_empty() {
            self.judged |= !expected.is_empty();
            return;
        }
        self.common(cell, &Value::from(cell), expected);
        self.generic += u64::from(normalise::placeholder(cell));
        let number = cell.parse::<Decimal>().ok();
        if let Some(number) = number {
            self.number(number);
            let digits = cell.trim_start_matches(['-', '+']);
            self.padded += u64::from(digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0."));
            self.compact += u64::from(digits.len() == 8 && normalise::ymd(digits, Order::YearFirst).is_ok());
        } else if Numbers::Comma.read(&Value::from(cell)).is_some() {
            self.comma += 1;
        } else if is_word_of_bool(cell) {
            self.bools += 1;
        } else if cell.contains('@') {
            if let Ok(email) = normalise::email(cell) {
                self.emails += 1;
                self.generic += u64::from(normalise::looks_generic(&email));
            }
        } else if cell.bytes().any(|byte| byte.is_ascii_digit()) && !self.day(cell) {
            let dialled = cell.starts_with('+') || cell.contains([' ', '(', '-', '/']);
            let mostly = cell.bytes().all(|byte| byte.is_ascii_digit() || b"+ ()-/.".contains(&byte));
            self.phones += u64::from(dialled && mostly && normalise::phone(cell, Some("+1")).is_ok());
        }
    }

    pub(super) fn value(&mut self, value: &Value, expected: &[Expected]) {
        match value {
            Value::Null => {}
            Value::Text(text) => self.text(text, expected),
            Value::List(_) | Value::Map(_) => {
                self.lists += 1;
                self.common(&value.to_json(), value, expected);
            }
            other => {
                self.common(&other.to_string(), other, expected);
                match other {
                    Value::Int(number) => self.number((*number).into()),
                    Value::Decimal(number) => self.number(*number),
                    Value::Bool(_) => self.bools += 1,
                    _ => {}
                }
            }
        }
    }

    fn common(&mut self, text: &str, value: &Value, expected: &[Expected]) {
        self.filled += 1;
        self.distinct.add(text.as_bytes());
        self.frequent.add(text);
        let length = text.chars().count();
        let (least, most) = self.lengths.unwrap_or((length, length));
        self.lengths = Some((least.min(length), most.max(length)));
        self.judged |= !expected.is_empty();
        self.invalid += u64::from(!expected.is_empty() && !expected.iter().all(|expected| expected.fits(value)));
    }

    fn number(&mut self, number: Decimal) {
        let (least, most) = self.numbers.unwrap_or((number, number));
        self.numbers = Some((least.min(number), most.max(number)));
        if number.scale() > 0 {
            self.fraction += 1;
        } else {
            self.whole += 1;
        }
        // From 2001 to 2065.
        let decades =
            |unit: i64| (Decimal::from(1_000_000_000 * unit)..Decimal::from(3_000_000_000 * unit)).contains(&number);
        self.seconds += u64::from(decades(1));
        self.millis += u64::from(decades(1000));
    }

    /// Whether it is a day, perhaps with a time.
    fn day(&mut self, cell: &str) -> bool {
        let read = |format: TimeFormat| format.read(&Value::from(cell));
        let (iso, day, month) = (read(TimeFormat::Iso), read(TimeFormat::DayFirst), read(TimeFormat::MonthFirst));
        let Some(time) = iso.or(day).or(month) else {
            return false;
        };
        if iso.is_none() {
            self.ambiguous += u64::from(day != month);
            self.spoken += u64::from(day == month);
        }
        let mut numbers = cell.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0_u32));
        if let (Some(first), Some(second)) = (numbers.next(), numbers.next()) {
            self.day_first += u64::from((13..=31).contains(&first));
            self.month_first += u64::from((1..=12).contains(&first) && (13..=31).contains(&second));
        }
        if cell.contains(':') {
            self.times += 1;
        } else {
            self.dates += 1;
        }
        let (least, most) = self.instants.unwrap_or((time, time));
        self.instants = Some((least.min(time), most.max(time)));
        true
    }

    /// Whether at least so many of a hundred values are among the counted ones.
    pub(crate) fn mostly(&self, count: u64, percent: u64) -> bool {
        self.filled > 0 && count * 100 >= self.filled * percent
    }

    pub(crate) fn distinct(&self) -> u64 {
        self.distinct.count().min(self.filled)
    }

    /// What nearly all values are like.
    pub(crate) fn like(&self) -> &'static str {
        let numbers = self.whole + self.fraction + self.comma;
        match () {
            () if self.filled == 0 => "empty",
            () if self.mostly(self.emails, 90) => "email",
            () if self.mostly(self.phones, 90) => "phone",
            () if self.mostly(self.lists, 90) => "list",
            () if self.mostly(self.whole, 98) => "int",
            () if self.mostly(numbers, 98) => "decimal",
            () if self.mostly(self.bools, 98) => "bool",
            () if self.mostly(self.dates, 98) => "date",
            () if self.mostly(self.times + self.dates, 98) => "time",
            () => "text",
        }
    }

    pub(super) fn report(&self, name: &Text, records: u64) -> Column {
        let like = self.like();
        let (least, greatest) = match like {
            "int" | "decimal" => self.numbers.map(|(least, most)| (Value::Decimal(least), Value::Decimal(most))),
            "date" => self.instants.map(|(least, most)| (Value::Date(least.date()), Value::Date(most.date()))),
            "time" => self.instants.map(|(least, most)| (Value::Time(least), Value::Time(most))),
            _ => None,
        }
        .unzip();
        let (shortest, longest) = self.lengths.unwrap_or_default();
        let top = self.frequent.top().into_iter().filter(|(_, count)| *count >= 5).take(10);
        Column {
            name: name.clone(),
            filled: self.filled,
            empty: records.saturating_sub(self.filled),
            distinct: self.distinct(),
            exact: self.distinct.is_exact(),
            like,
            generic: self.generic,
            invalid: self.judged.then_some(self.invalid),
            least,
            greatest,
            shortest,
            longest,
            top: top.map(|(value, count)| Count { value: value.clone(), count }).collect(),
        }
    }
}

fn is_word_of_bool(cell: &str) -> bool {
    ["true", "false", "yes", "no", "y", "n", "t", "f"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}
