//! Questions to single values, in the logic of Kleene: a comparison with what is not there is unknown.

use std::cmp::Ordering;

use onefold_model::{Decimal, Score, Truth, Value};

use crate::ast::Op;

/// What is asked of a value, typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// How it compares with a constant.
    Compare(Op, Value),
    /// Whether it is one of these.
    Among(Box<[Value]>),
    /// Whether there is none.
    Null,
}

impl Ask {
    pub(crate) fn of(&self, value: &Value) -> Truth {
        match self {
            Self::Compare(op, constant) => compare(value, *op, constant),
            Self::Among(constants) => {
                constants.iter().fold(Truth::No, |known, constant| known.or(compare(value, Op::Eq, constant)))
            }
            Self::Null => value.is_null().into(),
        }
    }
}

/// How two values compare; unknown where either is not there, or where they do not compare: a text with a number, or
/// amounts of two currencies.
pub(crate) fn compare(left: &Value, op: Op, right: &Value) -> Truth {
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

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    use Value as V;
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Some(left.cmp(&right));
    }
    Some(match (left, right) {
        (V::Score(left), V::Score(right)) => left.cmp(right),
        (V::Score(left), right) => left.cmp(&Score::new(number(right)?.to_f64())?),
        (left, V::Score(right)) => Score::new(number(left)?.to_f64())?.cmp(right),
        (V::Money(left), V::Money(right)) => left.cmp_amount(right)?,
        (V::Text(left), V::Text(right)) => left.cmp(right),
        (V::Bool(left), V::Bool(right)) => left.cmp(right),
        (V::Time(left), V::Time(right)) => left.cmp(right),
        (V::Date(left), V::Date(right)) => left.cmp(right),
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
