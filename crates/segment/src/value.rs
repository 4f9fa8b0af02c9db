//! Questions to single values, in the logic of Kleene: a comparison with what is not there is unknown. And values in
//! the middle of a calculation, which stay exact.

use std::cmp::Ordering;

use onefold_model::{Currency, Decimal, Money, Score, Text, Truth, Value};

use crate::ast::{Arith, Op};
use crate::number::Ratio;

/// What is asked of a value, typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// How it compares with a constant.
    Compare(Op, Value),
    /// Whether it is one of these.
    Among(Box<[Value]>),
    /// Whether the list has one of these.
    ContainsAny(Box<[Value]>),
    /// Whether the list has all of these.
    ContainsAll(Box<[Value]>),
    /// Whether the place is at most so far away.
    Near(Circle),
    /// Whether there is none.
    Null,
}

/// A circle on the globe: millimetres, and degrees in units of 10^-9 north and east.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Circle {
    pub(crate) millimetres: u64,
    pub(crate) lat: i64,
    pub(crate) lon: i64,
}

impl Ask {
    pub(crate) fn of(&self, value: &Value) -> Truth {
        match self {
            Self::Compare(op, constant) => compare(value, *op, constant),
            Self::Among(constants) => among(value, constants),
            Self::ContainsAny(constants) => {
                constants.iter().fold(Truth::No, |known, constant| known.or(compare(value, Op::Contains, constant)))
            }
            Self::ContainsAll(constants) => {
                constants.iter().fold(Truth::Yes, |known, constant| known.and(compare(value, Op::Contains, constant)))
            }
            Self::Near(circle) => circle.holds(value),
            Self::Null => value.is_null().into(),
        }
    }

    /// The same of an exact value.
    pub(crate) fn of_val(&self, val: &Val) -> Truth {
        match (self, val) {
            (_, Val::Null) => self.of(Value::NULL),
            (_, Val::Plain(value)) => self.of(value),
            (Self::Compare(op, constant), val) => val.compare(*op, &Val::of(constant)),
            (Self::Among(constants), val) => {
                constants.iter().fold(Truth::No, |known, it| known.or(val.compare(Op::Eq, &Val::of(it))))
            }
            (Self::Null, _) => Truth::No,
            (Self::ContainsAny(_) | Self::ContainsAll(_) | Self::Near(_), _) => Truth::Unknown,
        }
    }

    /// The same of what keys lead to. A list on the way stands for its items: it holds if it holds of one of them.
    #[inline]
    pub(crate) fn at(&self, value: &Value, keys: &[Text]) -> Truth {
        if keys.is_empty() { self.of(value) } else { self.within(value, keys) }
    }

    fn within(&self, value: &Value, keys: &[Text]) -> Truth {
        match (keys.split_first(), value) {
            (None, value) => self.of(value),
            (Some(_), Value::List(items)) => items.iter().fold(Truth::No, |known, item| known.or(self.at(item, keys))),
            (Some((key, rest)), value) => self.at(key_of(value, key), rest),
        }
    }
}

/// The value of a key of a map; null where there is none.
pub(crate) fn key_of<'a>(value: &'a Value, key: &Text) -> &'a Value {
    match value {
        Value::Map(pairs) => match pairs.binary_search_by(|(name, _)| name.cmp(key)) {
            Ok(at) => pairs.get(at).map_or(Value::NULL, |(_, value)| value),
            Err(_) => Value::NULL,
        },
        _ => Value::NULL,
    }
}

/// The value to which keys lead; of a list on the way the first item that has one.
pub(crate) fn find<'a>(value: &'a Value, keys: &[Text]) -> &'a Value {
    match (keys.split_first(), value) {
        (None, value) => value,
        (Some(_), Value::List(items)) => {
            items.iter().map(|item| find(item, keys)).find(|found| !found.is_null()).unwrap_or(Value::NULL)
        }
        (Some((key, rest)), value) => find(key_of(value, key), rest),
    }
}

/// A value in the middle of a calculation: numbers and amounts stay exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Val {
    #[default]
    Null,
    Number(Ratio),
    Money(Ratio, Currency),
    /// What is neither nothing nor a number nor an amount.
    Plain(Value),
}

impl Val {
    pub(crate) const NULL: &'static Self = &Self::Null;

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(number) => Self::Number(Ratio::whole(*number)),
            Value::Decimal(number) => Self::Number((*number).into()),
            Value::Money(money) => Self::Money(money.amount().into(), money.currency()),
            other => Self::Plain(other.clone()),
        }
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// As a value that can be kept: a number that no decimal holds is rounded half-even to six digits, and nothing
    /// where none is as great.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number(ratio) => ratio.to_value(),
            Self::Money(ratio, currency) => ratio.rounded().map(|amount| Money::new(amount, *currency)).into(),
            Self::Plain(value) => value.clone(),
        }
    }

    /// How two compare; as [`compare`].
    pub(crate) fn compare(&self, op: Op, other: &Self) -> Truth {
        let held = |order: Ordering| match op {
            Op::Contains | Op::StartsWith | Op::EndsWith => Truth::Unknown,
            _ => op.holds(order).into(),
        };
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => Truth::Unknown,
            (Self::Number(left), Self::Number(right)) => held(left.cmp(right)),
            (Self::Money(left, one), Self::Money(right, two)) if one == two => held(left.cmp(right)),
            (Self::Plain(left), Self::Plain(right)) => compare(left, op, right),
            (Self::Plain(left), right) => compare(left, op, &right.to_value()),
            (left, Self::Plain(right)) => compare(&left.to_value(), op, right),
            (Self::Number(_), Self::Money(..)) | (Self::Money(..), _) => Truth::Unknown,
        }
    }

    /// Nothing where either side is nothing or no number, the divisor is 0, currencies differ, or the result is beyond
    /// what an exact fraction of 128 bits holds.
    pub(crate) fn combine(&self, how: Arith, other: &Self) -> Self {
        let apply = |left: Ratio, right: Ratio| match how {
            Arith::Add => left.plus(right),
            Arith::Sub => left.minus(right),
            Arith::Mul => left.times(right),
            Arith::Div => left.over(right),
        };
        let number = |it: &Self| match it {
            Self::Plain(Value::Score(score)) => Ratio::of_score(*score).map_or(Self::Null, Self::Number),
            other => other.clone(),
        };
        let whole = match (number(self), number(other)) {
            (Self::Number(left), Self::Number(right)) => apply(left, right).map(Self::Number),
            (Self::Money(left, one), Self::Money(right, two)) if one == two => match how {
                Arith::Add | Arith::Sub => apply(left, right).map(|sum| Self::Money(sum, one)),
                Arith::Div => apply(left, right).map(Self::Number),
                Arith::Mul => None,
            },
            (Self::Money(left, currency), Self::Number(right)) if matches!(how, Arith::Mul | Arith::Div) => {
                apply(left, right).map(|product| Self::Money(product, currency))
            }
            (Self::Number(left), Self::Money(right, currency)) if how == Arith::Mul => {
                apply(left, right).map(|product| Self::Money(product, currency))
            }
            _ => None,
        };
        whole.unwrap_or(Self::Null)
    }
}

/// How two values compare; unknown where either is not there, or where they do not compare: a text with a number, or
/// amounts of two currencies.
#[inline]
pub(crate) fn compare(left: &Value, op: Op, right: &Value) -> Truth {
    match (left, op, right) {
        // What most conditions ask.
        (Value::Text(left), Op::Eq, Value::Text(right)) => (left == right).into(),
        (Value::Int(left), Op::Lt | Op::Le | Op::Gt | Op::Ge, Value::Decimal(right)) if right.scale() == 0 => {
            op.holds(left.cmp(&right.units())).into()
        }
        _ => compare_any(left, op, right),
    }
}

fn compare_any(left: &Value, op: Op, right: &Value) -> Truth {
    if left.is_null() || right.is_null() {
        return Truth::Unknown;
    }
    match (op, left, right) {
        (Op::Contains, Value::List(items), item) => {
            items.iter().any(|it| order(it, item) == Some(Ordering::Equal)).into()
        }
        (Op::Contains, Value::Text(text), Value::Text(part)) => text.contains(part.as_str()).into(),
        (Op::StartsWith, Value::Text(text), Value::Text(part)) => text.starts_with(part.as_str()).into(),
        (Op::EndsWith, Value::Text(text), Value::Text(part)) => text.ends_with(part.as_str()).into(),
        (Op::Contains | Op::StartsWith | Op::EndsWith, ..) => Truth::Unknown,
        _ => order(left, right).map_or(Truth::Unknown, |order| op.holds(order).into()),
    }
}

/// Whether the value is one of these.
fn among(value: &Value, constants: &[Value]) -> Truth {
    let mut known = Truth::No;
    for constant in constants {
        known = known.or(compare(value, Op::Eq, constant));
        if known.is_yes() {
            break;
        }
    }
    known
}

/// The order of two values of one kind.
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    use Value as V;
    Some(match (left, right) {
        (V::Text(left), V::Text(right)) => left.cmp(right),
        (V::Int(left), V::Int(right)) => left.cmp(right),
        (V::Int(_) | V::Decimal(_), V::Int(_) | V::Decimal(_)) => number(left)?.cmp(&number(right)?),
        (V::Score(left), V::Score(right)) => left.cmp(right),
        (V::Score(left), right) => left.cmp(&Score::new(number(right)?.to_f64())?),
        (left, V::Score(right)) => Score::new(number(left)?.to_f64())?.cmp(right),
        (V::Money(left), V::Money(right)) => left.cmp_amount(right)?,
        (V::Bool(left), V::Bool(right)) => left.cmp(right),
        (V::Time(left), V::Time(right)) => left.cmp(right),
        (V::Date(left), V::Date(right)) => left.cmp(right),
        (V::Time(left), V::Date(right)) => left.cmp(&right.midnight()),
        (V::Date(left), V::Time(right)) => left.midnight().cmp(right),
        (V::List(left), V::List(right)) if left == right => Ordering::Equal,
        _ => return None,
    })
}

/// The value as an exact number.
pub(crate) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_compare_is_unknown() {
        let euro: Value = "5 EUR".parse::<onefold_model::Money>().unwrap().into();
        let dollar: Value = "5 USD".parse::<onefold_model::Money>().unwrap().into();
        for (left, right) in [(Value::Null, Value::Int(1)), (euro.clone(), dollar), ("1".into(), Value::Int(1))] {
            for op in [Op::Eq, Op::Ne, Op::Lt, Op::Ge, Op::Contains] {
                assert_eq!(compare(&left, op, &right), Truth::Unknown);
            }
        }
        assert_eq!(compare(&euro, Op::Ge, &euro), Truth::Yes);
    }

    #[test]
    fn whole_numbers_and_decimals_compare_exactly() {
        let half = Value::Decimal("17.5".parse().unwrap());
        assert_eq!(compare(&Value::Int(18), Op::Gt, &half), Truth::Yes);
        assert_eq!(compare(&Value::Int(17), Op::Gt, &half), Truth::No);
        assert_eq!(
            compare(&Value::Score(Score::new(0.7).unwrap()), Op::Ge, &Value::Decimal("0.7".parse().unwrap())),
            Truth::Yes
        );
    }

    #[test]
    fn parts_and_items_are_contained() {
        let tags = Value::from(vec!["vip".into(), 3.into()]);
        assert_eq!(compare(&tags, Op::Contains, &"vip".into()), Truth::Yes);
        assert_eq!(compare(&tags, Op::Contains, &"vi".into()), Truth::No);
        assert_eq!(compare(&"Berlin".into(), Op::Contains, &"erl".into()), Truth::Yes);
        assert_eq!(compare(&"Berlin".into(), Op::StartsWith, &"ber".into()), Truth::No);
        assert_eq!(compare(&"Berlin".into(), Op::EndsWith, &"lin".into()), Truth::Yes);
    }

    #[test]
    fn nothing_is_known_of_nothing_except_that_it_is_nothing() {
        let german = Ask::Among([Value::from("DE")].into());
        assert_eq!(german.of(&Value::Null), Truth::Unknown);
        assert_eq!(german.of(&"DE".into()), Truth::Yes);
        assert_eq!(german.of(&"FR".into()), Truth::No);
        assert_eq!(Ask::Null.of(&Value::Null), Truth::Yes);
    }
}
