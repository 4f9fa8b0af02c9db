//! Exact numbers: decimals, their sums, and amounts of money.
//!
//! Money that is added as binary fractions drifts, and a sum that depends on the order of its terms would break the
//! promise that order does not matter. So a [`Decimal`] is a whole number of units of a power of ten, and is either
//! exact or refused; a [`Sum`] is exact and cannot overflow; [`Money`] never mixes currencies.
//!
//! Deliberately absent: division, rounding of anything that comes in, exchange rates, and infinities.

mod money;
mod parse;
mod sum;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

pub use money::{Currency, Money};
pub use parse::ParseError;
pub(crate) use parse::{Reader, from_text, number, show};
pub use sum::Sum;

/// The greatest number of digits after the point.
const SCALE: u8 = 18;

/// Ten to this power, at most 36.
const fn ten_to(power: u32) -> i128 {
    10_i128.pow(power)
}

/// An exact decimal number: `units` times ten to the minus `scale`.
///
/// It keeps 18 digits after the point and as many units as 64 bits hold; what needs more is refused, never rounded.
///
/// ```
/// use onefold_model::Decimal;
/// let price: Decimal = "49.90".parse()?;
/// assert_eq!((price.units(), price.scale()), (499, 1));
/// assert_eq!(price, "4.99e1".parse()?);
/// assert_eq!(price.to_string(), "49.9");
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    // INVARIANT: scale is at most 18, and 0 where units is a multiple of ten; so equal numbers are equal fields.
    units: i64,
    scale: u8,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self { units: 0, scale: 0 };

    /// `units` times ten to the minus `scale`; `None` where that has more than 18 digits after the point.
    ///
    /// ```
    /// use onefold_model::Decimal;
    /// assert_eq!(Decimal::new(150, 2), Decimal::new(15, 1));
    /// assert_eq!(Decimal::new(1, 19), None);
    /// ```
    #[must_use]
    pub const fn new(mut units: i64, mut scale: u8) -> Option<Self> {
        if units == 0 {
            scale = 0;
        }
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        if scale > SCALE { None } else { Some(Self { units, scale }) }
    }

    /// The same from wider arithmetic, where the result fits without rounding.
    fn narrow(mut units: i128, mut scale: u32) -> Option<Self> {
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Self::new(units.try_into().ok()?, scale.try_into().ok()?)
    }

    /// The digits without the point: 499 of 49.9.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.units
    }

    /// How many of the digits stand after the point: 1 of 49.9. No last digit after the point is a zero.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// The units at a scale no smaller than its own and at most 18; 64 bits and 18 digits fit in 123 bits.
    fn units_at(self, scale: u8) -> i128 {
        i128::from(self.units) * ten_to(u32::from(scale.saturating_sub(self.scale)))
    }

    /// The sum, where it can be kept exactly.
    ///
    /// ```
    /// use onefold_model::Decimal;
    /// let (a, b): (Decimal, Decimal) = ("0.1".parse()?, "0.2".parse()?);
    /// assert_eq!(a.checked_add(b), Some("0.3".parse()?));
    /// # Ok::<(), onefold_model::ParseError>(())
    /// ```
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        Self::narrow(self.units_at(scale) + other.units_at(scale), scale.into())
    }

    /// The difference, where it can be kept exactly.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        Self::narrow(self.units_at(scale) - other.units_at(scale), scale.into())
    }

    /// The product with a whole number, where it can be kept exactly: a price times a quantity.
    #[must_use]
    pub fn checked_mul_int(self, factor: i64) -> Option<Self> {
        self.checked_mul(Self::from(factor))
    }

    /// The product, where it can be kept exactly: an amount times a rate.
    #[must_use]
    pub fn checked_mul(self, factor: Self) -> Option<Self> {
        let units = i128::from(self.units) * i128::from(factor.units);
        Self::narrow(units, if units == 0 { 0 } else { u32::from(self.scale) + u32::from(factor.scale) })
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.units < 0
    }

    /// The nearest binary float, or its neighbour: for scores and statistics, never for amounts.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.units as f64 / ten_to(self.scale.into()) as f64
    }
}

impl From<i64> for Decimal {
    fn from(units: i64) -> Self {
        Self { units, scale: 0 }
    }
}

impl Default for Decimal {
    fn default() -> Self {
        Self::ZERO
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.units.cmp(&other.units);
        }
        let scale = self.scale.max(other.scale);
        self.units_at(scale).cmp(&other.units_at(scale))
    }
}

/// Reads the plain and the exponent notation, as JSON writes numbers; a `+` and leading zeros are allowed too. Digits
/// stand on both sides of a point, and there are no separators between thousands, since sources disagree on them.
///
/// # Errors
/// [`ParseError::NotANumber`], and [`ParseError::TooManyDigits`] for what could only be kept rounded.
impl FromStr for Decimal {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut text = Reader(text.as_bytes());
        let negative = text.one_of(b"+-") == Some(b'-');
        let whole = text.digits();
        let fraction = match text.one_of(b".") {
            Some(_) => text.digits(),
            None => b"0",
        };
        if whole.is_empty() || fraction.is_empty() {
            return Err(ParseError::NotANumber);
        }
        let power = match text.one_of(b"eE") {
            Some(_) => exponent(&mut text).ok_or(ParseError::NotANumber)?,
            None => 0,
        };
        if !text.at_end() {
            return Err(ParseError::NotANumber);
        }
        let sign = if negative { -1 } else { 1 };
        exact(sign, whole, fraction, power).ok_or(ParseError::TooManyDigits)
    }
}

/// A sign perhaps, then digits. What no number could need is cut off at 10^15.
fn exponent(text: &mut Reader<'_>) -> Option<i64> {
    let negative = text.one_of(b"+-") == Some(b'-');
    let digits = text.digits();
    let mut power = 0_i64;
    for digit in digits {
        power = (power * 10 + i64::from(digit - b'0')).min(1_000_000_000_000_000);
    }
    (!digits.is_empty()).then_some(if negative { -power } else { power })
}

/// The number from its significant digits alone: zeros at either end move the point and cost nothing.
fn exact(sign: i128, whole: &[u8], fraction: &[u8], power: i64) -> Option<Decimal> {
    let mut units = 0_i128;
    let mut zeros = 0_u32; // seen since the last other digit
    let mut last = 0_i64; // the place of the last other digit, counted from the point to the right
    let first = 1 - i64::try_from(whole.len()).ok()?;
    for (place, digit) in (first..).zip(whole.iter().chain(fraction)) {
        match digit - b'0' {
            0 => zeros = zeros.saturating_add(u32::from(units != 0)),
            digit => {
                let shifted = 10_i128.checked_pow(zeros.saturating_add(1))?.checked_mul(units)?;
                units = shifted.checked_add(digit.into())?;
                (zeros, last) = (0, place);
            }
        }
    }
    if units == 0 {
        return Some(Decimal::ZERO);
    }
    let scale = last.checked_sub(power)?;
    if scale < 0 {
        units = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?.checked_mul(units)?;
    }
    Decimal::narrow(sign * units, u32::try_from(scale.max(0)).ok()?)
}

/// Shows the plain notation, without zeros at the end of the fraction.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return show(f, format_args!("{}", self.units));
        }
        let sign = if self.units < 0 { "-" } else { "" };
        let (units, one) = (u128::from(self.units.unsigned_abs()), ten_to(self.scale.into()).unsigned_abs());
        let digits = usize::from(self.scale);
        show(f, format_args!("{sign}{}.{:0digits$}", units / one, units % one))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

/// A whole number is a number; one with a fraction is a string, since readers of JSON take fractions for binary.
/// Formats that do not describe themselves always get the string.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.scale == 0 && to.is_human_readable() { to.serialize_i64(self.units) } else { to.collect_str(self) }
    }
}

/// From a whole number or a string. A binary float is refused: what it was meant to say is already lost.
impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() { from.deserialize_any(Exact) } else { from.deserialize_str(Exact) }
    }
}

struct Exact;

impl Visitor<'_> for Exact {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, or a decimal in quotes such as \"49.90\"")
    }
    fn visit_i64<E: Error>(self, units: i64) -> Result<Decimal, E> {
        Ok(units.into())
    }
    fn visit_u64<E: Error>(self, units: u64) -> Result<Decimal, E> {
        Decimal::narrow(units.into(), 0).ok_or_else(|| E::custom(ParseError::TooManyDigits))
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Decimal, E> {
        Err(E::invalid_type(Unexpected::Other("a binary fraction"), &self))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests;
