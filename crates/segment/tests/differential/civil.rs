//! The calendar by counting days one after another, so that it can hardly be wrong.

/// Microseconds.
pub const HOUR: i64 = 3_600_000_000;
pub const DAY: i64 = 24 * HOUR;

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn year_days(year: i64) -> i64 {
    365 + i64::from(leap(year))
}

/// Year, month and day of the day so many days after 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let (mut year, mut left) = (1970, days);
    while left < 0 {
        year -= 1;
        left += year_days(year);
    }
    while left >= year_days(year) {
        left -= year_days(year);
        year += 1;
    }
    let mut month = 1;
    while left >= month_days(year, month) {
        left -= month_days(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// Days after 1970-01-01; months beyond December or before January are those of other years.
pub fn days(mut year: i64, mut month: i64, day: i64) -> i64 {
    while month > 12 {
        (year, month) = (year + 1, month - 12);
    }
    while month < 1 {
        (year, month) = (year - 1, month + 12);
    }
    let years: i64 =
        if year >= 1970 { (1970..year).map(year_days).sum() } else { -(year..1970).map(year_days).sum::<i64>() };
    years + (1..month).map(|month| month_days(year, month)).sum::<i64>() + day - 1
}

/// The day on which the day of the year comes round; the 29th of February on the 28th where there is none.
pub fn round(year: i64, month: i64, day: i64) -> i64 {
    days(year, month, day.min(month_days(year, month)))
}

/// The first day of the unit in which a day lies, moved by so many units.
pub fn unit(unit: onefold_segment::Unit, of: i64, moved: i64) -> i64 {
    use onefold_segment::Unit;
    let (year, month, _) = civil(of);
    match unit {
        Unit::Day => of + moved,
        // 1970-01-05 was a Monday.
        Unit::Week => of - (of - 4).rem_euclid(7) + 7 * moved,
        Unit::Month => days(year, month + moved, 1),
        Unit::Quarter => days(year, month - (month - 1) % 3 + 3 * moved, 1),
        Unit::Year => days(year + moved, 1, 1),
    }
}

/// Whole years from one day to another, rounded down; who was born on 29 February is older on 1 March where a year
/// has no such day.
pub fn years(from: i64, to: i64) -> i64 {
    let ((y, m, d), (year, month, day)) = (civil(from), civil(to));
    year - y - i64::from((month, day) < (m, d))
}
