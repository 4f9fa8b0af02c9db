//! A sum that is exact whatever comes, in whatever order, and from which any term can be taken out again.
//!
//! Aggregates over a window gain and lose terms, and undo takes terms out that came long ago. A sum that rounds, or
//! that remembers having overflowed, would then depend on its history. The idea: every decimal is a whole number of
//! units of 10^-18 below 2^123, and 256 bits hold more such units than anyone can add. So there is no overflow to
//! report, equal sums are equal fields, and taking out is the exact inverse of adding.

use std::cmp::Ordering;

use super::{Decimal, SCALE, ten_to};

/// Digits after the point of a printed mean.
const MEAN_DIGITS: u8 = 6;

/// An exact sum of decimals.
///
/// ```
/// use onefold_model::{Decimal, Sum};
/// let spent: Sum = ["10.25", "0.75", "19"].iter().filter_map(|text| text.parse::<Decimal>().ok()).collect();
/// assert_eq!(spent.to_decimal(), Some(30.into()));
/// assert!(spent.mean_cmp(3, 10.into()).is_some_and(|order| order.is_eq()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sum {
    // INVARIANT: units of 10^-18 in two's complement, `high` times 2^128 plus `low`. Terms lie within 2^123, so that
    // more than 2^132 of them fit; the order of the fields makes the derived order that of the value.
    high: i128,
    low: u128,
}

impl Sum {
    /// Puts a term in.
    pub fn add(&mut self, term: Decimal) {
        self.put(Self::wide(term.units_at(SCALE)));
    }

    /// Takes a term out.
    pub fn sub(&mut self, term: Decimal) {
        self.put(Self::wide(-term.units_at(SCALE)));
    }

    /// Puts in all terms of another sum.
    pub fn add_sum(&mut self, other: &Self) {
        self.put(*other);
    }

    /// How the sum compares with a number.
    #[must_use]
    pub fn cmp_decimal(&self, number: Decimal) -> Ordering {
        self.cmp(&Self::wide(number.units_at(SCALE)))
    }

    /// How the mean of `count` terms compares with a number, exactly: the sum is compared with `count` times the
    /// number. `None` where there are no terms, hence no mean.
    #[must_use]
    pub fn mean_cmp(&self, count: u64, number: Decimal) -> Option<Ordering> {
        (count > 0).then(|| self.cmp(&Self::product(number.units_at(SCALE), count)))
    }

    /// The sum as a number, where one can hold it.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        let units = self.low.cast_signed();
        (*self == Self::wide(units)).then(|| Decimal::narrow(units, SCALE.into()))?
    }

    /// The sum in units of 10^-18, where 128 bits hold it: up to about 1.7 * 10^20.
    #[must_use]
    pub fn units(&self) -> Option<i128> {
        let units = self.low.cast_signed();
        (*self == Self::wide(units)).then_some(units)
    }

    /// The mean of `count` terms for printing: six digits after the point, ties to the even digit. Decisions ask
    /// [`mean_cmp`](Self::mean_cmp), which does not round. `None` where there are no terms, or where no decimal holds
    /// the mean.
    ///
    /// ```
    /// use onefold_model::Sum;
    /// let mut spent = Sum::default();
    /// spent.add(20.into());
    /// assert_eq!(spent.mean(3).map(|mean| mean.to_string()), Some("6.666667".into()));
    /// assert_eq!(spent.mean(0), None);
    /// ```
    #[must_use]
    pub fn mean(&self, count: u64) -> Option<Decimal> {
        if count == 0 {
            return None;
        }
        let negative = self.high < 0;
        let Self { high, low } = if negative { self.negated() } else { *self };
        let divisor = u128::from(count) * ten_to(u32::from(SCALE - MEAN_DIGITS)).unsigned_abs();
        let (units, rest) = divide(high.cast_unsigned(), low, divisor)?;
        let up = match (rest * 2).cmp(&divisor) {
            Ordering::Less => 0,
            Ordering::Equal => units % 2,
            Ordering::Greater => 1,
        };
        let units = i128::try_from(units.checked_add(up)?).ok()?;
        Decimal::narrow(if negative { -units } else { units }, MEAN_DIGITS.into())
    }

    const fn wide(units: i128) -> Self {
        Self { high: units >> 127, low: units.cast_unsigned() }
    }

    fn put(&mut self, other: Self) {
        let (low, carry) = self.low.overflowing_add(other.low);
        self.low = low;
        self.high = self.high.saturating_add(other.high).saturating_add(carry.into());
    }

    const fn negated(self) -> Self {
        let (low, carry) = (!self.low).overflowing_add(1);
        Self { high: (!self.high).saturating_add(carry as i128), low }
    }

    /// Schoolbook multiplication in halves of 64 bits; the units lie within 2^123.
    fn product(units: i128, count: u64) -> Self {
        let (magnitude, count) = (units.unsigned_abs(), u128::from(count));
        let lower = (magnitude & u128::from(u64::MAX)) * count;
        let upper = (magnitude >> 64) * count;
        let mut product = Self { high: (upper >> 64).cast_signed(), low: upper << 64 };
        product.put(Self { high: 0, low: lower });
        if units < 0 { product.negated() } else { product }
    }
}

/// Quotient and remainder of `high` times 2^128 plus `low`, where the quotient fits; the divisor lies below 2^127.
/// Beyond 128 bits it goes bit by bit, which sums of everyday size never need.
fn divide(high: u128, low: u128, divisor: u128) -> Option<(u128, u128)> {
    if high == 0 {
        return Some((low.checked_div(divisor)?, low.checked_rem(divisor)?));
    }
    let mut quotient = 0_u128;
    let mut rest = high.checked_rem(divisor)?;
    if high != rest {
        return None;
    }
    for bit in (0..u128::BITS).rev() {
        rest = rest << 1 | low >> bit & 1;
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
    }
    Some((quotient, rest))
}

impl FromIterator<Decimal> for Sum {
    fn from_iter<I: IntoIterator<Item = Decimal>>(terms: I) -> Self {
        let mut sum = Self::default();
        sum.extend(terms);
        sum
    }
}

impl Extend<Decimal> for Sum {
    fn extend<I: IntoIterator<Item = Decimal>>(&mut self, terms: I) {
        terms.into_iter().for_each(|term| self.add(term));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::decimals;
    use super::*;
    use proptest::prelude::*;

    /// A sum the slow way: whole parts and fractions apart, so that 128 bits are more than enough.
    fn naive(terms: &[Decimal]) -> (i128, i128) {
        let one = ten_to(18);
        let (whole, part) = terms
            .iter()
            .map(|term| term.units_at(18))
            .fold((0, 0), |(whole, part), units| (whole + units.div_euclid(one), part + units.rem_euclid(one)));
        (whole + part.div_euclid(one), part.rem_euclid(one))
    }

    fn parts(number: Decimal) -> (i128, i128) {
        naive(&[number])
    }

    #[test]
    fn sums_beyond_128_bits_are_exact_and_come_back() {
        let great = [Decimal::from(i64::MAX); 100];
        let mut sum: Sum = great.into_iter().collect();
        assert_ne!(sum.high, 0);
        assert_eq!(sum.to_decimal(), None);
        assert_eq!(sum.mean(100), Some(i64::MAX.into()));
        assert_eq!(sum.mean_cmp(100, i64::MAX.into()), Some(Ordering::Equal));
        assert_eq!(sum.mean_cmp(101, i64::MAX.into()), Some(Ordering::Less));
        let tiny: Decimal = "1e-18".parse().unwrap();
        sum.sub(tiny);
        assert_eq!(sum.mean_cmp(100, i64::MAX.into()), Some(Ordering::Less));
        great.into_iter().for_each(|term| sum.sub(term));
        assert_eq!(sum.to_decimal(), Decimal::new(-1, 18));
        sum.add(tiny);
        assert_eq!(sum, Sum::default());
    }

    #[test]
    fn means_round_half_to_even() {
        for (total, count, mean) in [
            ("0.000001", 2, "0"),
            ("0.000003", 2, "0.000002"),
            ("-0.000003", 2, "-0.000002"),
            ("-0.000005", 2, "-0.000002"),
            ("1", 3, "0.333333"),
            ("-2", 3, "-0.666667"),
        ] {
            let sum: Sum = [total.parse::<Decimal>().unwrap()].into_iter().collect();
            assert_eq!(sum.mean(count), mean.parse().ok(), "{total} / {count}");
        }
    }

    proptest! {
        #[test]
        fn sums_are_those_of_whole_parts_and_fractions(terms in prop::collection::vec(decimals(), 0..60), other in decimals()) {
            let sum: Sum = terms.iter().copied().collect();
            prop_assert_eq!(sum.cmp_decimal(other), naive(&terms).cmp(&parts(other)));
            if let Some(number) = sum.to_decimal() {
                prop_assert_eq!(parts(number), naive(&terms));
                prop_assert_eq!(sum.cmp_decimal(number), Ordering::Equal);
            }
        }

        #[test]
        fn order_grouping_and_undo_leave_no_trace(
            terms in prop::collection::vec(decimals(), 0..60), gone in prop::collection::vec(decimals(), 0..60),
        ) {
            let straight: Sum = terms.iter().copied().collect();
            let mut undone: Sum = gone.iter().chain(terms.iter().rev()).copied().collect();
            gone.iter().for_each(|term| undone.sub(*term));
            prop_assert_eq!(undone, straight);
            let (left, right) = terms.split_at(terms.len() / 2);
            let mut joined: Sum = right.iter().copied().collect();
            joined.add_sum(&left.iter().copied().collect());
            prop_assert_eq!(joined, straight);
        }

        #[test]
        fn means_compare_like_repeated_addition(terms in prop::collection::vec(decimals(), 1..60), with in decimals()) {
            let sum: Sum = terms.iter().copied().collect();
            let repeated: Sum = terms.iter().map(|_| with).collect();
            prop_assert_eq!(sum.mean_cmp(terms.len() as u64, with), Some(sum.cmp(&repeated)));
        }

        #[test]
        fn printed_means_are_within_half_a_millionth(terms in prop::collection::vec(decimals(), 1..60)) {
            let sum: Sum = terms.iter().copied().collect();
            let count = terms.len() as u64;
            if let Some(mean) = sum.mean(count) {
                prop_assert!(mean.scale() <= 6);
                let half = Sum::wide(ten_to(11) * 5 * i128::from(count));
                let (mut above, mut below) = (Sum::product(mean.units_at(18), count), Sum::product(mean.units_at(18), count));
                above.add_sum(&half);
                below.add_sum(&half.negated());
                prop_assert!(below <= sum && sum <= above);
            }
        }

        #[test]
        fn products_are_those_of_128_bits(a in any::<i64>(), count in any::<u32>()) {
            prop_assert_eq!(Sum::product(a.into(), count.into()), Sum::wide(i128::from(a) * i128::from(count)));
        }
    }
}
