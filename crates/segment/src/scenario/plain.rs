//! Values as scenarios write them.

use std::fmt;

use onefold_model::{Decimal, Text, Value};

use super::Plain;

impl Plain {
    /// The value; a number with a point is the decimal that it is written as.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => match value.to_string().parse::<Decimal>() {
                Ok(number) => Value::Decimal(number),
                Err(_) => Value::Null,
            },
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(items) => Value::from(items.iter().map(Self::to_value).collect::<Vec<_>>()),
            Self::Map(pairs) => Value::map(pairs.iter().map(|(name, it)| (Text::from(name.as_str()), it.to_value()))),
        }
    }

    /// Whether it writes this value.
    pub(super) fn is(&self, value: &Value) -> bool {
        let own = self.to_value();
        own == *value
            || crate::value::compare(value, crate::Op::Eq, &own).is_yes()
            || matches!((self, value), (Self::Text(text), Value::Money(money)) if text.parse() == Ok(*money))
            || matches!(self, Self::Text(text) if !matches!(value, Value::Text(_)) && *text == value.to_string())
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_value().fmt(f)
    }
}
