//! Comparisons of whole numbers as ranges: one test for all operators, and none of them divides.

use onefold_model::Decimal;

use crate::ast::Op;

/// The numbers from `low` to `high`, or all but them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: i128,
    pub(crate) high: i128,
    pub(crate) but: bool,
}

impl Range {
    /// The units of ten to the minus `scale` that compare so with a number; none for an operator of texts.
    pub(crate) fn of(op: Op, number: Decimal, scale: u8) -> Option<Self> {
        let ten = |power: u8| 10_i128.pow(u32::from(power.min(18)));
        let (floor, exact) = if number.scale() <= scale {
            (i128::from(number.units()) * ten(scale - number.scale()), true)
        } else {
            let one = ten(number.scale() - scale);
            let units = i128::from(number.units());
            (units.div_euclid(one), units.rem_euclid(one) == 0)
        };
        let ceil = if exact { floor } else { floor + 1 };
        let (low, high, but) = match op {
            Op::Lt => (i128::MIN, ceil - 1, false),
            Op::Le => (i128::MIN, floor, false),
            Op::Gt => (floor + 1, i128::MAX, false),
            Op::Ge => (ceil, i128::MAX, false),
            Op::Eq => (ceil, floor, false),
            Op::Ne => (ceil, floor, true),
            Op::Contains | Op::StartsWith | Op::EndsWith => return None,
        };
        Some(Self { low, high, but })
    }

    #[inline(always)]
    pub(crate) const fn holds(self, units: i128) -> bool {
        (self.low <= units && units <= self.high) != self.but
    }

    /// From which count on the answer stays the same, and whether all counts below that have one answer too.
    pub(crate) fn enough(self) -> (u32, bool) {
        let (enough, step) = match (self.but, self.low <= 0, self.high == i128::MAX) {
            (false, _, true) => (self.low, true),
            (false, true, false) => (self.high + 1, true),
            (false, false, false) => (self.high + 1, false),
            (true, ..) => (self.high.saturating_add(1), false),
        };
        (u32::try_from(enough.max(0)).unwrap_or(u32::MAX), step)
    }

    /// The same over 64 bits.
    pub(crate) fn narrow(self) -> Narrow {
        let clamp = |units: i128| i64::try_from(units).unwrap_or(if units < 0 { i64::MIN } else { i64::MAX });
        if self.low > i128::from(i64::MAX) || self.high < i128::from(i64::MIN) || self.low > self.high {
            return Narrow { low: 1, high: 0, but: self.but };
        }
        Narrow { low: clamp(self.low), high: clamp(self.high), but: self.but }
    }
}

/// A range of numbers of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Narrow {
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) but: bool,
}

impl Narrow {
    #[inline(always)]
    pub(crate) const fn holds(self, units: i64) -> bool {
        (self.low <= units && units <= self.high) != self.but
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    proptest! {
        #[test]
        fn from_enough_on_a_count_has_one_answer(number in -3_i64..9, more in 0_i128..5, below in 0_i128..9,
                                                 op in select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge])) {
            let range = Range::of(op, number.into(), 0).unwrap();
            let (enough, step) = range.enough();
            prop_assert_eq!(range.holds(i128::from(enough)), range.holds(i128::from(enough) + more));
            if step && i128::from(enough) > below {
                prop_assert_eq!(range.holds(0), range.holds(below));
            }
        }

        #[test]
        fn a_range_is_the_comparison(units in -2000_i64..2000, scale in 0..4_u8, number in -2000_i64..2000, digits in 0..4_u8,
                                     op in select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge])) {
            let number = Decimal::new(number, digits).unwrap();
            let range = Range::of(op, number, scale).unwrap();
            let expected = op.holds(Decimal::new(units, scale).unwrap().cmp(&number));
            prop_assert_eq!(range.holds(units.into()), expected);
            prop_assert_eq!(range.narrow().holds(units), expected);
        }

        #[test]
        fn numbers_at_the_end_of_64_bits_compare_too(units in prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()], number in any::<i64>(),
                                                     scale in 0..19_u8, digits in 0..19_u8, op in select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge])) {
            let number = Decimal::new(number, digits).unwrap();
            let range = Range::of(op, number, scale).unwrap();
            prop_assert_eq!(range.narrow().holds(units), op.holds(Decimal::new(units, scale).unwrap().cmp(&number)));
        }
    }
}
