//! Values as the oracle has them: numbers are fractions, and nothing is shared with the evaluator.

use std::cmp::Ordering;

use onefold_model::{Decimal, Money, Value};
use onefold_segment::{Literal, Op};

/// A fraction in lowest terms, the denominator above zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frac {
    pub num: i128,
    pub den: i128,
}

impl std::fmt::Debug for Frac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.den == 1 { write!(f, "{}", self.num) } else { write!(f, "{}/{}", self.num, self.den) }
    }
}

impl Frac {
    pub fn new(num: i128, den: i128) -> Self {
        let (mut a, mut b) = (num.abs(), den.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let sign = if den < 0 { -1 } else { 1 };
        Self { num: sign * num / a.max(1), den: sign * den / a.max(1) }
    }

    pub fn whole(number: i64) -> Self {
        Self::new(number.into(), 1)
    }

    pub fn of(number: Decimal) -> Self {
        Self::new(number.units().into(), 10_i128.pow(number.scale().into()))
    }

    pub fn plus(self, other: Self) -> Self {
        Self::new(self.num * other.den + other.num * self.den, self.den * other.den)
    }

    pub fn minus(self, other: Self) -> Self {
        self.plus(Self::new(-other.num, other.den))
    }

    pub fn times(self, other: Self) -> Self {
        Self::new(self.num * other.num, self.den * other.den)
    }

    pub fn by(self, other: Self) -> Option<Self> {
        (other.num != 0).then(|| Self::new(self.num * other.den, self.den * other.num))
    }

    pub fn against(self, other: Self) -> Ordering {
        (self.num * other.den).cmp(&(other.num * self.den))
    }

    /// Six digits after the point, half-even, where it cannot be written with eighteen.
    pub fn rounded(self) -> Self {
        if 10_i128.pow(18) % self.den == 0 {
            return self;
        }
        let scaled = self.num * 1_000_000;
        let (mut whole, rest) = (scaled.div_euclid(self.den), scaled.rem_euclid(self.den));
        match (2 * rest).cmp(&self.den) {
            Ordering::Greater => whole += 1,
            Ordering::Equal if whole % 2 != 0 => whole += 1,
            _ => {}
        }
        Self::new(whole, 1_000_000)
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum V {
    Null,
    Bool(bool),
    Number(Frac),
    Money(Frac, String),
    Text(String),
    Time(i64),
    Day(i64),
    List(Vec<V>),
    Map(Vec<(String, V)>),
}

impl From<&Value> for V {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(yes) => Self::Bool(*yes),
            Value::Int(number) => Self::Number(Frac::whole(*number)),
            Value::Decimal(number) => Self::Number(Frac::of(*number)),
            Value::Money(money) => Self::amount(*money),
            Value::Text(text) => Self::Text(text.as_str().to_owned()),
            Value::Time(time) => Self::Time(time.0),
            Value::Date(date) => Self::Day(date.days().into()),
            Value::List(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Map(pairs) => {
                Self::Map(pairs.iter().map(|(key, value)| (key.as_str().to_owned(), value.into())).collect())
            }
            // Scores in these tests are eighths, which floats hold exactly.
            Value::Score(score) => Self::Number(Frac::new((score.get() * 1024.0) as i128, 1024)),
            other => panic!("no such value: {other}"),
        }
    }
}

impl V {
    fn amount(money: Money) -> Self {
        Self::Money(Frac::of(money.amount()), money.currency().as_str().to_owned())
    }

    pub fn literal(literal: &Literal) -> Self {
        match literal {
            Literal::Text(text) => Self::Text(text.clone()),
            Literal::Number(number) => Self::Number(Frac::of(*number)),
            Literal::Money(money) => Self::amount(*money),
            Literal::Bool(yes) => Self::Bool(*yes),
            Literal::Time(time) => Self::Time(time.0),
            Literal::Date(date) => Self::Day(date.days().into()),
            other => panic!("no such literal: {other:?}"),
        }
    }

    /// As it is shown and handed over.
    pub fn rounded(&self) -> Self {
        match self {
            Self::Number(number) => Self::Number(number.rounded()),
            Self::Money(number, currency) => Self::Money(number.rounded(), currency.clone()),
            other => other.clone(),
        }
    }

    pub fn key(&self, key: &str) -> Self {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(it, _)| it == key).map_or(Self::Null, |(_, value)| value.clone()),
            _ => Self::Null,
        }
    }
}

/// How two values compare, if they do.
pub fn order(left: &V, right: &V) -> Option<Ordering> {
    match (left, right) {
        (V::Number(a), V::Number(b)) => Some(a.against(*b)),
        (V::Money(a, x), V::Money(b, y)) if x == y => Some(a.against(*b)),
        (V::Text(a), V::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (V::Bool(a), V::Bool(b)) => Some(a.cmp(b)),
        (V::Time(a), V::Time(b)) | (V::Day(a), V::Day(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// True, false or unknown.
pub type Kleene = Option<bool>;

pub fn compare(left: &V, op: Op, right: &V) -> Kleene {
    if *left == V::Null || *right == V::Null {
        return None;
    }
    match (op, left, right) {
        (Op::Contains, V::List(items), item) => Some(items.iter().any(|it| order(it, item) == Some(Ordering::Equal))),
        (Op::Contains, V::Text(text), V::Text(part)) => Some(text.contains(part.as_str())),
        (Op::StartsWith, V::Text(text), V::Text(part)) => Some(text.starts_with(part.as_str())),
        (Op::EndsWith, V::Text(text), V::Text(part)) => Some(text.ends_with(part.as_str())),
        (Op::Contains | Op::StartsWith | Op::EndsWith, ..) => None,
        _ => {
            let order = order(left, right)?;
            Some(match op {
                Op::Eq => order.is_eq(),
                Op::Ne => order.is_ne(),
                Op::Lt => order.is_lt(),
                Op::Le => order.is_le(),
                Op::Gt => order.is_gt(),
                _ => order.is_ge(),
            })
        }
    }
}

pub fn not(truth: Kleene) -> Kleene {
    truth.map(|yes| !yes)
}

/// No where one is no, unknown where one is unknown, else yes.
pub fn all(parts: impl IntoIterator<Item = Kleene>) -> Kleene {
    let parts: Vec<Kleene> = parts.into_iter().collect();
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

pub fn any(parts: impl IntoIterator<Item = Kleene>) -> Kleene {
    not(all(parts.into_iter().map(not)))
}
