//! Values: what a trait or property can be.
//!
//! Numbers are exact. Binary floats exist for scores alone, and are finite by construction; NaN and infinities do not
//! enter.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::{Currency, Date, Decimal, Money, Text, Time, Type};

/// A value, 24 bytes. The derived order is the canonical one by which ties are broken: by variant, then by content,
/// text by its UTF-8 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Value {
    /// Nothing said.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// An amount with its currency.
    Money(Money),
    /// Text.
    Text(Text),
    /// An instant, UTC.
    Time(Time),
    /// A day of the calendar.
    Date(Date),
    /// Several values, in the order said.
    List(Arc<[Value]>),
    /// Named values, sorted by name, no name twice.
    Map(Arc<[(Text, Value)]>),
    /// A model's score.
    Score(Score),
}

/// A finite binary float, with a total order.
#[derive(Clone, Copy, Debug)]
pub struct Score(f64);

impl Score {
    /// `None` for NaN and the infinities. Negative zero becomes zero.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Score {}
impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
impl Hash for Score {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl Value {
    /// The null, to be borrowed where there is no value.
    pub const NULL: &'static Self = &Self::Null;

    /// Whether nothing is said.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A map of the given pairs: sorted by name, and of a name given twice the last.
    #[must_use]
    pub fn map(pairs: impl IntoIterator<Item = (Text, Self)>) -> Self {
        let sorted: std::collections::BTreeMap<Text, Self> = pairs.into_iter().collect();
        Self::Map(sorted.into_iter().collect())
    }

    /// The value as the declared type, where that loses nothing: text is read as what it says, a whole number is a
    /// decimal too, a plain number is money where the declaration names a currency, an instant has a day.
    ///
    /// ```
    /// use onefold_model::{Type, Value};
    /// assert_eq!(Value::from("42").coerce(Type::Int, None), Some(Value::Int(42)));
    /// assert_eq!(Value::from("4.2").coerce(Type::Int, None), None);
    /// ```
    #[must_use]
    pub fn coerce(self, to: Type, currency: Option<Currency>) -> Option<Self> {
        let trimmed = |text: &Text| Text::from(text.trim());
        Some(match (to, self) {
            (_, Self::Null) => Self::Null,
            (_, Self::Text(text)) if to != Type::Text && text.trim().is_empty() => Self::Null,
            (Type::Any, value)
            | (Type::Bool, value @ Self::Bool(_))
            | (Type::Int, value @ Self::Int(_))
            | (Type::Decimal, value @ Self::Decimal(_))
            | (Type::Money, value @ Self::Money(_))
            | (Type::Text, value @ Self::Text(_))
            | (Type::Time, value @ Self::Time(_))
            | (Type::Date, value @ Self::Date(_))
            | (Type::List, value @ Self::List(_))
            | (Type::Map, value @ Self::Map(_))
            | (Type::Score, value @ Self::Score(_)) => value,
            (Type::Bool, Self::Int(0)) => Self::Bool(false),
            (Type::Bool, Self::Int(1)) => Self::Bool(true),
            (Type::Bool, Self::Text(text)) => match trimmed(&text).to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" | "t" | "y" => Self::Bool(true),
                "false" | "no" | "0" | "f" | "n" => Self::Bool(false),
                _ => return None,
            },
            (Type::Int, Self::Decimal(number)) if number.scale() == 0 => Self::Int(number.units()),
            (Type::Int, Self::Text(text)) => {
                let number: Decimal = trimmed(&text).parse().ok()?;
                (number.scale() == 0).then_some(Self::Int(number.units()))?
            }
            (Type::Decimal, Self::Int(number)) => Self::Decimal(number.into()),
            (Type::Decimal, Self::Text(text)) => Self::Decimal(trimmed(&text).parse().ok()?),
            (Type::Money, Self::Int(number)) => Self::Money(Money::new(number.into(), currency?)),
            (Type::Money, Self::Decimal(number)) => Self::Money(Money::new(number, currency?)),
            (Type::Money, Self::Text(text)) => {
                let text = trimmed(&text);
                match (text.parse::<Money>(), currency) {
                    (Ok(money), _) => Self::Money(money),
                    (Err(_), Some(currency)) => Self::Money(Money::new(text.parse().ok()?, currency)),
                    (Err(_), None) => return None,
                }
            }
            (Type::Text, Self::Int(number)) => Self::Text(number.to_string().into()),
            (Type::Text, Self::Decimal(number)) => Self::Text(number.to_string().into()),
            (Type::Text, Self::Bool(yes)) => Self::Text(yes.to_string().into()),
            (Type::Time, Self::Text(text)) => Self::Time(Time::from_calendar(&trimmed(&text)).ok()?),
            (Type::Time, Self::Date(date)) => Self::Time(date.midnight()),
            (Type::Date, Self::Time(time)) => Self::Date(time.date()),
            (Type::Date, Self::Text(text)) => {
                let text = trimmed(&text);
                match text.parse::<Date>() {
                    Ok(date) => Self::Date(date),
                    Err(_) => {
                        Self::Date(crate::normalise::date(&text, crate::normalise::Order::DayFirst).ok()?.parse().ok()?)
                    }
                }
            }
            (Type::Score, Self::Int(number)) => Self::Score(Score::new(number as f64)?),
            (Type::Score, Self::Decimal(number)) => Self::Score(Score::new(number.to_f64())?),
            (Type::Score, Self::Text(text)) => Self::Score(Score::new(trimmed(&text).parse().ok()?)?),
            _ => return None,
        })
    }

    /// How deep lists and maps nest: 0 for a plain value.
    #[must_use]
    pub fn depth(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(pairs) => 1 + pairs.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(yes) => yes.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Money(money) => money.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Score(score) => score.0.fmt(f),
            Self::List(items) => {
                f.write_str("[")?;
                for (nth, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if nth == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(pairs) => {
                f.write_str("{")?;
                for (nth, (name, value)) in pairs.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if nth == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(yes) => to.serialize_bool(*yes),
            Self::Int(number) => to.serialize_i64(*number),
            Self::Decimal(number) => to.collect_str(number),
            Self::Money(money) => to.collect_str(money),
            Self::Text(text) => to.serialize_str(text),
            Self::Time(time) => to.collect_str(time),
            Self::Date(date) => to.collect_str(date),
            Self::Score(score) => to.serialize_f64(score.0),
            Self::List(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Map(pairs) => {
                let mut map = to.serialize_map(Some(pairs.len()))?;
                pairs.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

macro_rules! from {
    ($($type:ty => |$value:ident| $make:expr),* $(,)?) => { $(
        impl From<$type> for Value { fn from($value: $type) -> Self { $make } }
    )* };
}
from! {
    bool => |v| Self::Bool(v),
    i64 => |v| Self::Int(v),
    i32 => |v| Self::Int(v.into()),
    u32 => |v| Self::Int(v.into()),
    Decimal => |v| Self::Decimal(v),
    Money => |v| Self::Money(v),
    Text => |v| Self::Text(v),
    &str => |v| Self::Text(v.into()),
    String => |v| Self::Text(v.into()),
    Time => |v| Self::Time(v),
    Date => |v| Self::Date(v),
    Score => |v| Self::Score(v),
    Vec<Value> => |v| Self::List(v.into()),
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

const _: () = assert!(size_of::<Value>() == 24);

impl Value {
    /// The value as JSON text: exact numbers as numbers, money, times and days as strings.
    ///
    /// ```
    /// use onefold_model::Value;
    /// let said = Value::map([("name".into(), "Ada \"the\" First".into()), ("age".into(), 36.into())]);
    /// assert_eq!(said.to_json(), r#"{"age":36,"name":"Ada \"the\" First"}"#);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.json(&mut out);
        out
    }

    fn json(&self, out: &mut String) {
        let list =
            |out: &mut String, open: char, close: char, count: usize, item: &mut dyn FnMut(&mut String, usize)| {
                out.push(open);
                for nth in 0..count {
                    if nth > 0 {
                        out.push(',');
                    }
                    item(out, nth);
                }
                out.push(close);
            };
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Self::Int(_) | Self::Decimal(_) | Self::Score(_) => out.push_str(&self.to_string()),
            Self::Text(text) => quote(text, out),
            Self::Money(_) | Self::Time(_) | Self::Date(_) => quote(&self.to_string(), out),
            Self::List(items) => list(out, '[', ']', items.len(), &mut |out, nth| {
                if let Some(item) = items.get(nth) {
                    item.json(out);
                }
            }),
            Self::Map(pairs) => list(out, '{', '}', pairs.len(), &mut |out, nth| {
                if let Some((name, value)) = pairs.get(nth) {
                    quote(name, out);
                    out.push(':');
                    value.json(out);
                }
            }),
        }
    }
}

/// A JSON string (RFC 8259, section 7).
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}
