//! Whether people come back.

use std::collections::BTreeMap;
use std::fmt;

use onefold_model::{Date, SegmentId, Time};
use serde::Serialize;

use super::Share;
use crate::ast::Unit;
use crate::batch::{Events, Undone, Work};
use crate::calendar::{first, number};
use crate::columns::Columns;
use crate::definitions::Definitions;
use crate::zone::Clock;

/// Who came back, by the unit of the calendar (UTC) in which they came first.
///
/// ```
/// use onefold_model::{Kind, Party, ProfileId, Schema, Time};
/// use onefold_segment::{Columns, Definitions, Retention, Unit, Work};
/// let schema = Schema::builder()
///     .source("app", Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .event("signup", [])
///     .event("login", [])
///     .build([7; 32].into())?;
/// let definitions = Definitions::parse("segment new = did signup ever\nsegment back = did login ever", &schema)?;
/// let now: Time = "2026-03-20".parse()?;
/// let mut people = Columns::new(&schema);
/// for (name, events) in [
///     ("ada", &[("signup", "2026-03-02"), ("login", "2026-03-04"), ("login", "2026-03-11")][..]),
///     ("ben", &[("signup", "2026-03-03")]),
///     ("cyd", &[("signup", "2026-03-10"), ("login", "2026-03-17")]),
/// ] {
///     let who = ProfileId(schema.identifier("user_id", name)?.member().token);
///     for (what, at) in events {
///         people.insert(who, &schema.draft("app", what).who("user_id", name).at(at.parse()?).receive(now)?);
///     }
/// }
/// let (new, back) = (definitions.id("new").ok_or("?")?, definitions.id("back").ok_or("?")?);
/// let report = Retention::new(&definitions, (new, back), Unit::Week, 3, &people, now, Work::default())?;
/// assert_eq!(report.to_string(), "\
/// week of     profiles       0       1       2
/// 2026-03-02         2   50.0%   50.0%    0.0%
/// 2026-03-09         1    0.0%  100.0%
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// In what time is told.
    pub unit: Unit,
    /// The cohorts, earliest first.
    pub cohorts: Vec<Cohort>,
}

/// Those who came first in one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cohort {
    /// The first day of the unit.
    pub from: Date,
    /// How many they are.
    pub profiles: usize,
    /// How many of them came back: later in the same unit, in the next one, and so on. Units that have not begun are
    /// not here.
    pub returned: Vec<usize>,
}

impl Retention {
    /// Groups profiles by their earliest event of the first segment, which is a `did`, in its window, and counts who has
    /// an event of the second, also a `did`, after it, in each of so many units (at most 64).
    ///
    /// # Errors
    /// [`Undone::NotReported`] where a segment is no `did`; else as [`Batch::new`](crate::Batch::new).
    pub fn new(
        definitions: &Definitions,
        (came, back): (SegmentId, SegmentId),
        unit: Unit,
        units: usize,
        columns: &Columns,
        now: Time,
        work: Work<'_>,
    ) -> Result<Self, Undone> {
        let units = units.min(64);
        let unit_of = |at: i64| number(unit, Clock::UTC.day(Time(at)));
        let came = Events::new(definitions, came, columns, now)?;
        let back = Events::new(definitions, back, columns, now)?;
        let last = unit_of(now.0);
        let pieces = work.pieces(
            came.blocks(),
            || (),
            |(), nth| {
                // Those of the block that came, with the unit in which they did; and a bit for each unit in which they
                // came back.
                let firsts = came.firsts(nth);
                let mut seen = vec![0_u64; firsts.len()];
                back.each(nth, |place, at| {
                    if let (Some(Some(first)), Some(seen)) = (firsts.get(place), seen.get_mut(place))
                        && *first < at
                    {
                        let later = unit_of(at) - unit_of(*first);
                        *seen |= u32::try_from(later).ok().and_then(|nth| 1_u64.checked_shl(nth)).unwrap_or_default();
                    }
                });
                let mut cohorts: BTreeMap<i64, (usize, Vec<usize>)> = BTreeMap::new();
                for (first, seen) in firsts.iter().zip(&seen) {
                    let Some(first) = first else { continue };
                    let (count, returned) = cohorts.entry(unit_of(*first)).or_insert_with(|| (0, vec![0; units]));
                    *count += 1;
                    returned
                        .iter_mut()
                        .enumerate()
                        .for_each(|(nth, count)| *count += usize::from(seen >> nth & 1 == 1));
                }
                cohorts
            },
        )?;
        let mut all: BTreeMap<i64, (usize, Vec<usize>)> = BTreeMap::new();
        for (unit, (count, returned)) in pieces.into_iter().flatten() {
            let (sum, sums) = all.entry(unit).or_insert_with(|| (0, vec![0; units]));
            *sum += count;
            sums.iter_mut().zip(returned).for_each(|(sum, count)| *sum += count);
        }
        let cohorts = all.into_iter().map(|(nth, (profiles, mut returned))| {
            returned.truncate(usize::try_from(last - nth + 1).unwrap_or(0));
            let day = i32::try_from(first(unit, nth)).ok().and_then(Date::from_days);
            Cohort { from: day.unwrap_or(Date::MIN), profiles, returned }
        });
        Ok(Self { unit, cohorts: cohorts.collect() })
    }
}

/// A table of shares.
impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Day => "day",
            Unit::Week => "week of",
            Unit::Month => "month of",
            Unit::Quarter => "quarter of",
            Unit::Year => "year of",
        };
        let units = self.cohorts.iter().map(|cohort| cohort.returned.len()).max().unwrap_or(0);
        write!(f, "{unit:<10}  {:>8}", "profiles")?;
        (0..units).try_for_each(|nth| write!(f, "  {nth:>6}"))?;
        writeln!(f)?;
        for cohort in &self.cohorts {
            write!(f, "{:<10}  {:>8}", cohort.from.to_string(), cohort.profiles)?;
            cohort.returned.iter().try_for_each(|count| write!(f, "  {:>6}", Share(*count, cohort.profiles)))?;
            writeln!(f)?;
        }
        Ok(())
    }
}
