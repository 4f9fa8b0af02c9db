//! Days, weeks, months, quarters and years as numbers that can be counted with.
//!
//! A unit of the calendar has a number (days since 1970 began, months since year 0), so that "the two months before
//! this one" is a subtraction. Which instant a day begins at depends on the place and is the matter of
//! [`zone`](crate::zone). The calendar is the Gregorian one, carried on without end in both directions, so that no
//! instant falls out of it.

use crate::ast::Unit;

/// Microseconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// A day as year, month and day of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

/// Days in 400 years, after which the calendar repeats itself.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const SHIFT: i64 = 719_468;

impl Civil {
    /// The day so many days after 1970-01-01.
    pub(crate) const fn of(days: i64) -> Self {
        // Years begin in March here, so that the leap day is the last of a year.
        let shifted = days.saturating_add(SHIFT);
        let (era, rest) = (shifted.div_euclid(ERA), shifted.rem_euclid(ERA));
        let year = (rest - rest / 1460 + rest / 36_524 - rest / 146_096) / 365;
        let of_year = rest - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Self { year: era * 400 + year + next, month, day }
    }

    /// How many days after 1970-01-01; a month counts on from December.
    pub(crate) const fn days(self) -> i64 {
        let (year, month) = if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * month + 2) / 5 + self.day - 1;
        era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - SHIFT
    }

    pub(crate) const fn is_leap(year: i64) -> bool {
        year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
    }

    /// The same month and day in another year; `missing` where a 29th of February is not there.
    pub(crate) const fn in_year(self, year: i64, missing: Self) -> Self {
        if self.month == 2 && self.day == 29 && !Self::is_leap(year) {
            Self { year, ..missing }
        } else {
            Self { year, ..self }
        }
    }
}

/// The number of the unit in which a day lies.
pub(crate) const fn number(unit: Unit, day: i64) -> i64 {
    match unit {
        Unit::Day => return day,
        // 1970-01-01 was a Thursday.
        Unit::Week => return (day + 3).div_euclid(7),
        Unit::Month | Unit::Quarter | Unit::Year => {}
    }
    let civil = Civil::of(day);
    match unit {
        Unit::Month => civil.year * 12 + civil.month - 1,
        Unit::Quarter => civil.year * 4 + (civil.month - 1) / 3,
        _ => civil.year,
    }
}

/// The first day of the unit of this number.
pub(crate) const fn first(unit: Unit, number: i64) -> i64 {
    match unit {
        Unit::Day => number,
        Unit::Week => number.saturating_mul(7).saturating_sub(3),
        Unit::Month => Civil { year: number.div_euclid(12), month: number.rem_euclid(12) + 1, day: 1 }.days(),
        Unit::Quarter => Civil { year: number.div_euclid(4), month: number.rem_euclid(4) * 3 + 1, day: 1 }.days(),
        Unit::Year => Civil { year: number, month: 1, day: 1 }.days(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onefold_model::Date;
    use proptest::prelude::*;

    #[test]
    fn units_have_their_first_days() {
        let day = |text: &str| i64::from(text.parse::<Date>().unwrap().days());
        for (unit, today, begins) in [
            (Unit::Day, "2026-03-05", "2026-03-05"),
            (Unit::Week, "2026-03-05", "2026-03-02"),
            (Unit::Week, "2026-03-01", "2026-02-23"),
            (Unit::Month, "2024-02-29", "2024-02-01"),
            (Unit::Quarter, "2026-06-30", "2026-04-01"),
            (Unit::Year, "1969-12-31", "1969-01-01"),
        ] {
            assert_eq!(first(unit, number(unit, day(today))), day(begins), "{unit:?} {today}");
        }
    }

    proptest! {
        #[test]
        fn days_are_those_of_the_model(days in Date::MIN.days()..=Date::MAX.days()) {
            let (civil, date) = (Civil::of(days.into()), Date::from_days(days).unwrap());
            prop_assert_eq!((civil.year, civil.month, civil.day), (date.year().into(), date.month().into(), date.day().into()));
            prop_assert_eq!(civil.days(), i64::from(days));
        }

        #[test]
        fn a_unit_holds_its_days(days in -200_000_000..200_000_000_i64, which in 0..5_usize) {
            let unit = [Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year][which];
            let number = number(unit, days);
            prop_assert!(first(unit, number) <= days && days < first(unit, number + 1));
            prop_assert_eq!(super::number(unit, first(unit, number)), number);
        }
    }
}
