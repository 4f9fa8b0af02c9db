//! Exact fractions: what arithmetic, means and ratios come to before anybody prints them.
//!
//! A comparison must not depend on rounding, so that a value stays a fraction of two whole numbers of 128 bits until it
//! is shown. What does not fit any more is nothing: arithmetic says so ([`None`]) and never rounds to go on.

use std::cmp::Ordering;

use onefold_model::{Decimal, Score, Sum, Value};

/// Digits after the point where a fraction that no decimal holds is shown.
const DIGITS: u8 = 6;

/// An exact fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ratio {
    // INVARIANT: without a common divisor, `below` positive; so equal numbers are equal fields.
    above: i128,
    below: i128,
}

impl Ratio {
    pub(crate) const ZERO: Self = Self { above: 0, below: 1 };

    /// The fraction; `None` where the divisor is 0 or it does not fit.
    pub(crate) fn new(above: i128, below: i128) -> Option<Self> {
        let common = i128::try_from(divisor(above.unsigned_abs(), below.unsigned_abs())).ok()?;
        let (above, below) = (above.checked_div(common)?, below.checked_div(common)?);
        match below.cmp(&0) {
            Ordering::Greater => Some(Self { above, below }),
            Ordering::Equal => None,
            Ordering::Less => Some(Self { above: above.checked_neg()?, below: below.checked_neg()? }),
        }
    }

    pub(crate) const fn whole(number: i64) -> Self {
        Self { above: number as i128, below: 1 }
    }

    /// What all terms come to; `None` beyond about 1.7 * 10^20.
    pub(crate) fn of_sum(sum: &Sum) -> Option<Self> {
        Self::new(sum.units()?, ten_to(18))
    }

    /// The mean of so many terms.
    pub(crate) fn of_mean(sum: &Sum, count: u64) -> Option<Self> {
        Self::of_sum(sum)?.over(Self { above: i128::from(count), below: 1 })
    }

    /// Exactly what the binary float is, where that fits.
    pub(crate) fn of_score(score: Score) -> Option<Self> {
        let (mut power, mut number) = (0_u32, score.get());
        while number.fract() != 0.0 {
            number *= 2.0;
            power += 1;
            if power > 120 {
                return None;
            }
        }
        if number.abs() >= 9.0e18 {
            return None;
        }
        Self::new(number as i128, 1_i128.checked_shl(power)?)
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let common = i128::try_from(divisor(self.below.unsigned_abs(), other.below.unsigned_abs())).ok()?;
        let (left, right) = (other.below.checked_div(common)?, self.below.checked_div(common)?);
        let above = self.above.checked_mul(left)?.checked_add(other.above.checked_mul(right)?)?;
        Self::new(above, self.below.checked_mul(left)?)
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { above: other.above.checked_neg()?, ..other })
    }

    pub(crate) fn times(self, other: Self) -> Option<Self> {
        // Crosswise first, so that what fits in the end fits on the way.
        let (left, right) = (Self::new(self.above, other.below)?, Self::new(other.above, self.below)?);
        Self::new(left.above.checked_mul(right.above)?, left.below.checked_mul(right.below)?)
    }

    /// The quotient; `None` where the other is 0.
    pub(crate) fn over(self, other: Self) -> Option<Self> {
        self.times(Self::new(other.below, other.above)?)
    }

    /// The decimal that it is, if one is.
    pub(crate) fn exact(self) -> Option<Decimal> {
        let mut below = self.below;
        let mut scale = 0_u8;
        let mut above = self.above;
        while below > 1 {
            // One more digit after the point takes a 2 and a 5 out of the divisor.
            if below % 2 != 0 && below % 5 != 0 {
                return None;
            }
            let two = if below % 2 == 0 { 2 } else { 1 };
            let five = if below % 5 == 0 { 5 } else { 1 };
            below /= two * five;
            above = above.checked_mul(10 / (two * five))?;
            scale = scale.checked_add(1).filter(|scale| *scale <= 18)?;
        }
        Decimal::new(i64::try_from(above).ok()?, scale)
    }

    /// The decimal that it is, or else the nearest with six digits after the point, ties to the even one; `None` where
    /// none is as great.
    pub(crate) fn rounded(self) -> Option<Decimal> {
        if let Some(exact) = self.exact() {
            return Some(exact);
        }
        // Whole part and rest apart, so that nothing overflows that the result does not.
        let (whole, rest) = (self.above.div_euclid(self.below), self.above.rem_euclid(self.below));
        let (mut digits, mut rest) = (0_i128, rest.unsigned_abs());
        let below = self.below.unsigned_abs();
        for _ in 0..DIGITS {
            let (digit, left) = tenfold(rest, below);
            digits = digits * 10 + i128::from(digit);
            rest = left;
        }
        let units = whole.checked_mul(ten_to(DIGITS.into()))?.checked_add(digits)?;
        let up = match rest.cmp(&(below - rest)) {
            Ordering::Less => 0,
            Ordering::Equal => units.rem_euclid(2),
            Ordering::Greater => 1,
        };
        let mut units = units.checked_add(up)?;
        let mut scale = DIGITS;
        while scale > 0 && units % 10 == 0 {
            (units, scale) = (units / 10, scale - 1);
        }
        Decimal::new(i64::try_from(units).ok()?, scale)
    }

    /// The nearest whole number, ties to the even one.
    pub(crate) fn nearest(self) -> i128 {
        let (whole, rest) = (self.above.div_euclid(self.below), self.above.rem_euclid(self.below));
        match rest.cmp(&(self.below - rest)) {
            Ordering::Less => whole,
            Ordering::Equal => whole + whole.rem_euclid(2),
            Ordering::Greater => whole + 1,
        }
    }

    /// The greatest whole number that is not greater.
    pub(crate) const fn floor(self) -> i128 {
        self.above.div_euclid(self.below)
    }

    /// The smallest whole number that is not smaller.
    pub(crate) fn ceiling(self) -> i128 {
        self.floor() + i128::from(self.above.rem_euclid(self.below) != 0)
    }

    /// As a value: a whole number where it is one, else a decimal; nothing where none is as great.
    pub(crate) fn to_value(self) -> Value {
        match i64::try_from(self.above) {
            Ok(number) if self.below == 1 => Value::Int(number),
            _ => self.rounded().into(),
        }
    }
}

impl From<Decimal> for Ratio {
    fn from(number: Decimal) -> Self {
        match number.scale() {
            0 => Self { above: number.units().into(), below: 1 },
            scale => Self::new(number.units().into(), ten_to(scale.into())).unwrap_or(Self::ZERO),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By whole parts, then by what is left of each, turned over: as in Euclid's algorithm, so that nothing overflows.
impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = (*self, *other);
        loop {
            if let (Some(a), Some(b)) = (left.above.checked_mul(right.below), right.above.checked_mul(left.below)) {
                return a.cmp(&b);
            }
            let whole = |it: Self| (it.above.div_euclid(it.below), it.above.rem_euclid(it.below));
            let ((a, rest_a), (b, rest_b)) = (whole(left), whole(right));
            match a.cmp(&b) {
                Ordering::Equal => {}
                unequal => return unequal,
            }
            if rest_a == 0 || rest_b == 0 {
                return rest_a.cmp(&rest_b);
            }
            // a/b < c/d where d/c < b/a.
            let (next_left, next_right) =
                (Self { above: right.below, below: rest_b }, Self { above: left.below, below: rest_a });
            (left, right) = (next_left, next_right);
        }
    }
}

const fn ten_to(power: u32) -> i128 {
    10_i128.pow(power)
}

/// The greatest common divisor.
fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The whole part and the rest of ten times `rest`, divided by `below`; `rest` is the smaller.
fn tenfold(rest: u128, below: u128) -> (u8, u128) {
    let (mut digit, mut left) = (0, 0_u128);
    for _ in 0..10 {
        // Both are below 2^127, so that their sum fits.
        left += rest;
        if left >= below {
            left -= below;
            digit += 1;
        }
    }
    (digit, left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(above: i128, below: i128) -> Ratio {
        Ratio::new(above, below).unwrap()
    }

    #[test]
    fn fractions_are_reduced_and_have_a_positive_divisor() {
        assert_eq!(ratio(2, -4), ratio(-1, 2));
        assert_eq!(Ratio::new(1, 0), None);
        assert_eq!(ratio(0, -7), Ratio::ZERO);
    }

    #[test]
    fn what_is_no_decimal_is_shown_half_even_to_six_digits() {
        let shown = |above, below| ratio(above, below).rounded().unwrap().to_string();
        assert_eq!(shown(1, 3), "0.333333");
        assert_eq!(shown(2, 3), "0.666667");
        assert_eq!(shown(-1, 3), "-0.333333");
        assert_eq!(shown(-2, 3), "-0.666667");
        assert_eq!(shown(1, 1024), "0.0009765625");
        assert_eq!(shown(1, 8_000_000), "0.000000125");
        // Beyond 18 digits: a tie at the seventh digit cannot be, since it would be a decimal.
        assert_eq!(ratio(7, 2).to_value(), Value::Decimal("3.5".parse().unwrap()));
        assert_eq!(ratio(8, 2).to_value(), Value::Int(4));
        assert_eq!(ratio(i128::MAX, 1).to_value(), Value::Null);
    }

    #[test]
    fn division_by_nothing_and_overflow_are_nothing() {
        assert_eq!(ratio(1, 2).over(Ratio::ZERO), None);
        assert_eq!(ratio(i128::MAX, 1).plus(ratio(1, 1)), None);
        assert_eq!(ratio(i128::MAX, 1).times(ratio(2, 1)), None);
        assert_eq!(ratio(i128::MAX, 3).times(ratio(3, i128::MAX)), Some(ratio(1, 1)));
    }

    #[test]
    fn scores_are_exactly_what_they_are() {
        assert_eq!(Ratio::of_score(Score::new(0.75).unwrap()), Some(ratio(3, 4)));
        assert_eq!(Ratio::of_score(Score::new(1e-300).unwrap()), None);
        assert_eq!(Ratio::of_score(Score::new(1e300).unwrap()), None);
    }

    fn any_ratio() -> impl Strategy<Value = Ratio> {
        (any::<i128>(), 1..i128::MAX).prop_filter_map("does not fit", |(a, b)| Ratio::new(a, b))
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_cross_products(a in any::<i64>(), b in 1..i64::MAX, c in any::<i64>(), d in 1..i64::MAX) {
            let order = (i128::from(a) * i128::from(d)).cmp(&(i128::from(c) * i128::from(b)));
            prop_assert_eq!(ratio(a.into(), b.into()).cmp(&ratio(c.into(), d.into())), order);
        }

        #[test]
        fn great_fractions_have_an_order(a in any_ratio(), b in any_ratio(), c in any_ratio()) {
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
            if a <= b && b <= c {
                prop_assert!(a <= c);
            }
        }

        #[test]
        fn arithmetic_turns_back(a in any::<i32>(), b in 1..i32::MAX, c in any::<i32>(), d in 1..i32::MAX) {
            let (x, y) = (ratio(a.into(), b.into()), ratio(c.into(), d.into()));
            prop_assert_eq!(x.plus(y).and_then(|sum| sum.minus(y)), Some(x));
            if y != Ratio::ZERO {
                prop_assert_eq!(x.times(y).and_then(|product| product.over(y)), Some(x));
            }
        }

        #[test]
        fn decimals_come_back(units in any::<i64>(), scale in 0..=18_u8) {
            if let Some(number) = Decimal::new(units, scale) {
                prop_assert_eq!(Ratio::from(number).exact(), Some(number));
            }
        }
    }
}
