//! Numbers as sources write them.
//!
//! `1.234` is one and a bit in London and over a thousand in Berlin. The mapping says which; by default only plain
//! numbers are read, without separators between thousands, and the rest is an issue rather than a guess.

use onefold_model::{Decimal, Value};
use serde::{Deserialize, Serialize};

/// How a source writes numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbers {
    /// `1234.50`, `-3e2`; no separators between thousands.
    #[default]
    Plain,
    /// `1,234.50`: a point before the fraction, commas or spaces between thousands.
    Point,
    /// `1.234,50`: a comma before the fraction, points or spaces between thousands.
    Comma,
}

impl Numbers {
    /// Reads a number, exactly or not at all.
    ///
    /// ```
    /// use onefold_ingest::Numbers;
    /// use onefold_model::Value;
    /// let read = |numbers: Numbers, text: &str| numbers.read(&Value::from(text)).map(|number| number.to_string());
    /// assert_eq!(read(Numbers::Comma, "1.234,50").as_deref(), Some("1234.5"));
    /// assert_eq!(read(Numbers::Point, "1,234.50").as_deref(), Some("1234.5"));
    /// assert_eq!(read(Numbers::Plain, "1,234.50"), None);
    /// assert_eq!(read(Numbers::Comma, "12.34,50"), None);
    /// ```
    #[must_use]
    pub fn read(self, value: &Value) -> Option<Decimal> {
        match value {
            Value::Int(number) => Some(Decimal::from(*number)),
            Value::Decimal(number) => Some(*number),
            Value::Text(text) => self.parse(text.trim()),
            _ => None,
        }
    }

    fn parse(self, text: &str) -> Option<Decimal> {
        let (point, group) = match self {
            Self::Plain => return text.parse().ok(),
            Self::Point => ('.', ','),
            Self::Comma => (',', '.'),
        };
        let (whole, fraction) = match text.split_once(point) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let (sign, whole) = match whole.strip_prefix(['-', '\u{2212}']) {
            Some(whole) => ("-", whole),
            None => ("", whole.strip_prefix('+').unwrap_or(whole)),
        };
        let mut groups = whole.split([group, ' ', '\u{a0}', '\u{202f}', '\'', '\u{2019}']);
        let first = groups.next()?;
        let rest: Vec<&str> = groups.collect();
        if !rest.is_empty() && (!(1..=3).contains(&first.len()) || rest.iter().any(|group| group.len() != 3)) {
            return None;
        }
        let digits = format!("{sign}{first}{}", rest.concat());
        match fraction {
            Some(fraction) => format!("{digits}.{fraction}").parse().ok(),
            None => digits.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn groups_must_be_groups() {
        for (numbers, text, number) in [
            (Numbers::Comma, "29,33", Some("29.33")),
            (Numbers::Comma, "-1 234 567,5", Some("-1234567.5")),
            (Numbers::Comma, "1.234", Some("1234")),
            (Numbers::Comma, "1.23", None),
            (Numbers::Point, "1.23", Some("1.23")),
            (Numbers::Point, "12,34", None),
            (Numbers::Point, "1'234.5", Some("1234.5")),
            (Numbers::Point, "", None),
            (Numbers::Point, "1.2.3", None),
            (Numbers::Comma, ",5", None),
            (Numbers::Plain, "29,33", None),
        ] {
            assert_eq!(numbers.read(&Value::from(text)), number.map(|it| it.parse().unwrap()), "{numbers:?} {text}");
        }
    }

    proptest! {
        #[test]
        fn grouped_numbers_read_as_the_plain_ones(number in -9_999_999_999_i64..9_999_999_999, cents in 0_u32..100) {
            let plain = number.abs().to_string();
            let grouped: String = plain.chars().enumerate().flat_map(|(nth, digit)| {
                let comma = nth > 0 && (plain.len() - nth).is_multiple_of(3);
                comma.then_some('.').into_iter().chain([digit])
            }).collect();
            let sign = if number < 0 { "-" } else { "" };
            let read = Numbers::Comma.read(&Value::from(format!("{sign}{grouped},{cents:02}")));
            prop_assert_eq!(read, format!("{sign}{plain}.{cents:02}").parse().ok());
        }
    }
}
