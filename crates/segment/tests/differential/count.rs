//! What some values come to, by sorting and counting them.

use onefold_segment::Function;

use super::exact::{Frac, V, order};
use super::oracle::micros;

/// `values` are those of the rows that have one, in the order of (time, id); `times` those of all rows. `against` is the
/// constant with which it is compared.
pub fn fold(
    function: Function,
    values: &[V],
    times: &[i64],
    day: &dyn Fn(&i64) -> i64,
    against: Option<&V>,
    money: bool,
) -> V {
    let whole = |count: usize| V::Number(Frac::whole(count as i64));
    let sorted = |mut numbers: Vec<i64>| {
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    match function {
        Function::Count => whole(times.len()),
        Function::Distinct => {
            let mut seen: Vec<&V> = Vec::new();
            for value in values {
                if !seen.contains(&value) {
                    seen.push(value);
                }
            }
            whole(seen.len())
        }
        Function::Sum | Function::Avg | Function::Min | Function::Max | Function::Median => {
            measured(function, values, against, money)
        }
        Function::First => values.first().cloned().unwrap_or(V::Null),
        Function::Last => values.last().cloned().unwrap_or(V::Null),
        Function::MostFrequent => {
            let often = |value: &V| values.iter().filter(|it| *it == value).count();
            let most = values.iter().map(often).max().unwrap_or(0);
            let mut best = V::Null;
            for value in values.iter().filter(|it| often(it) == most) {
                if best == V::Null || canonical(value, &best).is_lt() {
                    best = value.clone();
                }
            }
            best
        }
        Function::ActiveDays => whole(sorted(times.iter().map(day).collect()).len()),
        // 1970-01-05 was a Monday.
        Function::ActiveWeeks => whole(sorted(times.iter().map(|it| (day(it) - 4).div_euclid(7)).collect()).len()),
        Function::Sessions(gap) => whole(sessions(times, micros(gap)).len()),
        Function::SessionTime(gap) => {
            let lasted = sessions(times, micros(gap)).iter().map(|(first, last)| i128::from(last - first)).sum();
            V::Number(Frac::new(lasted, 1_000_000))
        }
        other => panic!("no such function: {other:?}"),
    }
}

/// By currency first, as ties between amounts in several currencies are broken.
fn canonical(a: &V, b: &V) -> std::cmp::Ordering {
    match (a, b) {
        (V::Money(_, x), V::Money(_, y)) if x != y => x.cmp(y),
        _ => order(a, b).unwrap(),
    }
}

fn measured(function: Function, values: &[V], against: Option<&V>, money: bool) -> V {
    let mut values = values.to_vec();
    if let Some(V::Money(_, wanted)) = against {
        values.retain(|it| matches!(it, V::Money(_, currency) if currency == wanted));
    }
    // Of amounts in several currencies: nothing.
    let mut currency = match against {
        Some(V::Money(_, wanted)) => Some(wanted.clone()),
        _ => None,
    };
    for value in &values {
        if let V::Money(_, its) = value {
            if currency.as_ref().is_some_and(|it| it != its) {
                return V::Null;
            }
            currency = Some(its.clone());
        }
    }
    values.sort_by(|a, b| order(a, b).unwrap());
    let numbers: Vec<Frac> = values
        .iter()
        .filter_map(|it| match it {
            V::Number(number) | V::Money(number, _) => Some(*number),
            _ => None,
        })
        .collect();
    let total = numbers.iter().fold(Frac::whole(0), |sum, it| sum.plus(*it));
    let number = match function {
        Function::Min => return values.first().cloned().unwrap_or(V::Null),
        Function::Max => return values.last().cloned().unwrap_or(V::Null),
        Function::Sum if money && currency.is_none() => return V::Null,
        Function::Sum => total,
        _ if numbers.is_empty() => return V::Null,
        Function::Avg => total.times(Frac::new(1, numbers.len() as i128)),
        _ => {
            let middle = numbers.len() / 2;
            match numbers.len() % 2 {
                1 => numbers[middle],
                _ => numbers[middle - 1].plus(numbers[middle]).times(Frac::new(1, 2)),
            }
        }
    };
    match currency {
        Some(currency) => V::Money(number, currency),
        None => V::Number(number),
    }
}

/// The first and last instants of runs with less than the gap between one and the next.
fn sessions(times: &[i64], gap: i64) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for time in times {
        match runs.last_mut() {
            Some((_, last)) if time - *last < gap => *last = *time,
            _ => runs.push((*time, *time)),
        }
    }
    runs
}
