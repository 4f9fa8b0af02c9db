//! What was looked at.

use std::collections::BTreeMap;

use super::table::Table;

/// What was looked at.
#[derive(Clone, Default)]
pub struct Counts {
    pub table: Table,
    pub cases: usize,
    pub definitions: usize,
    pub refused: BTreeMap<String, (usize, String)>,
    pub answers: usize,
    pub exact: usize,
    pub bounds: usize,
    pub values: usize,
    pub instants: usize,
    pub columns: usize,
    pub timers: usize,
    pub changes: usize,
    pub late: usize,
    pub corrections: usize,
    pub merges: usize,
    pub splits: usize,
    pub erasures: usize,
}

impl Counts {
    pub fn join(&mut self, other: &Self) {
        self.table.join(&other.table);
        for (code, (count, example)) in &other.refused {
            let entry = self.refused.entry(code.clone()).or_insert_with(|| (0, example.clone()));
            entry.0 += count;
        }
        for (sum, more) in [
            (&mut self.cases, other.cases),
            (&mut self.definitions, other.definitions),
            (&mut self.answers, other.answers),
            (&mut self.exact, other.exact),
            (&mut self.bounds, other.bounds),
            (&mut self.values, other.values),
            (&mut self.instants, other.instants),
            (&mut self.columns, other.columns),
            (&mut self.timers, other.timers),
            (&mut self.changes, other.changes),
            (&mut self.late, other.late),
            (&mut self.corrections, other.corrections),
            (&mut self.merges, other.merges),
            (&mut self.splits, other.splits),
            (&mut self.erasures, other.erasures),
        ] {
            *sum += more;
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.table)?;
        for (code, (count, example)) in &self.refused {
            writeln!(f, "refused {code} {count} times, such as {example}")?;
        }
        writeln!(
            f,
            "{} cases, {} definitions; {} answers ({} change at an exact instant, {} at a bound), {} values of traits; \
             {} memberships compared, {} over columns; {} changes, {} of them by timers; {} late, {} corrected or retracted, {} merges, \
             {} splits, {} erasures",
            self.cases,
            self.definitions,
            self.answers,
            self.exact,
            self.bounds,
            self.values,
            self.instants,
            self.columns,
            self.changes,
            self.timers,
            self.late,
            self.corrections,
            self.merges,
            self.splits,
            self.erasures,
        )
    }
}
