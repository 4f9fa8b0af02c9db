//! Amounts of money: a decimal and its currency, which never part.
//!
//! There is no table of currencies, no number of minor units and no exchange rate: a currency is three letters, and
//! amounts of different currencies neither add nor compare.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{Decimal, ParseError, from_text, show};

/// A currency by its code in the style of ISO 4217: three letters, kept in upper case. Whether such a currency is in
/// use is not asked.
///
/// ```
/// use onefold_model::Currency;
/// let euro: Currency = "eur".parse()?;
/// assert_eq!(euro.to_string(), "EUR");
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]); // INVARIANT: three of A to Z.

impl Currency {
    /// The currency of these three letters, in either case.
    #[must_use]
    pub const fn new(code: [u8; 3]) -> Option<Self> {
        let code = [code[0].to_ascii_uppercase(), code[1].to_ascii_uppercase(), code[2].to_ascii_uppercase()];
        if code[0].is_ascii_uppercase() && code[1].is_ascii_uppercase() && code[2].is_ascii_uppercase() {
            Some(Self(code))
        } else {
            None
        }
    }

    /// The three letters, upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The three letters as bytes, for columns.
    #[must_use]
    pub const fn bytes(self) -> [u8; 3] {
        self.0
    }
}

impl FromStr for Currency {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text.as_bytes().try_into().ok().and_then(Self::new).ok_or(ParseError::NotACurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({self})")
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from, "a currency such as \"EUR\"")
    }
}

/// An exact amount in a currency, 16 bytes.
///
/// ```
/// use onefold_model::Money;
/// let order: Money = "520.00 EUR".parse()?;
/// assert_eq!(order, "EUR 520".parse()?);
/// assert_eq!(order.to_string(), "520 EUR");
/// assert_eq!(order.checked_add("1 USD".parse()?), None);
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    // INVARIANT: units and scale are those of a `Decimal`; flat, so that the currency fills the padding.
    units: i64,
    scale: u8,
    currency: Currency,
}

const _: () = assert!(size_of::<Money>() == 16);

impl Money {
    /// This amount in this currency.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { units: amount.units, scale: amount.scale, currency }
    }

    /// How much.
    #[must_use]
    pub const fn amount(self) -> Decimal {
        Decimal { units: self.units, scale: self.scale }
    }

    /// Of what.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum of two amounts of one currency, where it can be kept exactly.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let amount = self.amount().checked_add(other.amount())?;
        (self.currency == other.currency).then(|| Self::new(amount, self.currency))
    }

    /// Which of two amounts of one currency is more; amounts of two currencies do not compare.
    ///
    /// ```
    /// use onefold_model::Money;
    /// let (order, limit): (Money, Money) = ("49.90 EUR".parse()?, "500 EUR".parse()?);
    /// assert!(order.cmp_amount(&limit).is_some_and(|order| order.is_lt()));
    /// assert_eq!(order.cmp_amount(&"500 USD".parse()?), None);
    /// # Ok::<(), onefold_model::ParseError>(())
    /// ```
    #[must_use]
    pub fn cmp_amount(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.amount().cmp(&other.amount()))
    }
}

impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The canonical order, by currency and then by amount, which breaks ties. It does not say what is worth more:
/// conditions ask [`Money::cmp_amount`].
impl Ord for Money {
    fn cmp(&self, other: &Self) -> Ordering {
        self.currency.cmp(&other.currency).then_with(|| self.amount().cmp(&other.amount()))
    }
}

/// Reads an amount and a currency in either order, with white space between.
///
/// # Errors
/// [`ParseError::NotMoney`] where there are not two words, else what is wrong with the amount or the currency.
impl FromStr for Money {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut words = text.split_ascii_whitespace();
        let (Some(one), Some(two), None) = (words.next(), words.next(), words.next()) else {
            return Err(ParseError::NotMoney);
        };
        match (one.parse::<Currency>(), two.parse::<Currency>()) {
            (Ok(currency), Err(_)) => Ok(Self::new(two.parse()?, currency)),
            (Err(_), Ok(currency)) => Ok(Self::new(one.parse()?, currency)),
            (Ok(_), Ok(_)) => Err(ParseError::NotMoney),
            (Err(error), Err(_)) => Err(error),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, format_args!("{} {}", self.amount(), self.currency))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from, "an amount and its currency such as \"520.00 EUR\"")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::decimals;
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Money, ParseError> {
        text.parse()
    }

    fn money() -> impl Strategy<Value = Money> {
        (decimals(), "[A-C]{3}").prop_map(|(amount, code)| Money::new(amount, code.parse().unwrap()))
    }

    #[test]
    fn each_fault_has_its_own_error() {
        for (text, error) in [
            ("520", ParseError::NotMoney),
            ("520EUR", ParseError::NotMoney),
            ("520 EUR net", ParseError::NotMoney),
            ("EUR USD", ParseError::NotMoney),
            ("520 EURO", ParseError::NotACurrency),
            ("520 €", ParseError::NotACurrency),
            ("1.234,50 EUR", ParseError::NotANumber),
            ("EUR 1e30", ParseError::TooManyDigits),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
        for code in ["", "EU", "EURO", "E1R", "ÄU"] {
            assert_eq!(code.parse::<Currency>(), Err(ParseError::NotACurrency), "{code}");
        }
    }

    #[test]
    fn currencies_never_mix() {
        let (euro, dollar) = (read("2 eur").unwrap(), read("1 USD").unwrap());
        assert_eq!(euro.checked_add(dollar), None);
        assert_eq!(euro.cmp_amount(&dollar), None);
        assert!(euro < dollar, "by the letters of the currency");
        assert_eq!(euro.checked_add(read("0.5 EUR").unwrap()), read("2.50 EUR").ok());
    }

    #[test]
    fn money_is_a_string_for_serde_and_errors_keep_silent() {
        assert_eq!(serde_json::to_string(&read("EUR 520.00").unwrap()).unwrap(), r#""520 EUR""#);
        for wrong in ["7654321", "-7654321", "765.4321", "\"7654321\"", "\"EUR 7654321x\""] {
            let error = serde_json::from_str::<Money>(wrong).unwrap_err().to_string();
            assert!(!error.contains("765"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn money_reads_back_as_itself(amount in money()) {
            prop_assert_eq!(read(&amount.to_string()), Ok(amount));
            prop_assert_eq!(read(&format!("{}  {}", amount.currency(), amount.amount())), Ok(amount));
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        }

        #[test]
        fn the_canonical_order_agrees_with_equality_and_within_a_currency_with_the_amount(a in money(), b in money()) {
            prop_assert_eq!(a.cmp(&b).is_eq(), a == b);
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            if let Some(order) = a.cmp_amount(&b) { prop_assert_eq!(a.cmp(&b), order); }
        }
    }
}
