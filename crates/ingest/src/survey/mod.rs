//! What a source's data looks like, before anybody maps it.
//!
//! A column called `email` that is nine tenths `n/a`, a key that repeats, a date that is written in two orders: such
//! things are better seen before an import than in its quarantine. A [`DataProfile`] is fed record by record and keeps
//! for each column how full it is, what its values are like, how many differ and which come most often. Its memory is
//! bounded: a few kilobytes a column, whatever the number of records.
//!
//! Distinct values are exact up to 512 and estimated beyond that by HyperLogLog (Flajolet, Fusy, Gandouet, Meunier
//! 2007; 4,096 registers, a standard error of 1.6 %). Frequent values come from the counters of Misra and Gries (1982):
//! a count is never too high, and too low by at most a sixty-fifth of the records.
//!
//! The profile is about columns, not persons: values are shown only where they come five times or more, ranges only of
//! numbers and times, and `Debug` shows none. Deliberately absent: relations between columns and between files.

mod column;
mod sketch;

use std::collections::BTreeMap;
use std::fmt;
#[cfg(any(feature = "csv", feature = "json"))]
use std::path::Path;

use onefold_model::schema::Owner;
use onefold_model::{Class, Schema, Text, Value};
use serde::ser::{Serialize, SerializeStruct, Serializer};

pub(crate) use column::Seen;
pub use column::{Column, Count, Expected};

use crate::mapping::Mapping;

/// Columns beyond this number are counted and not looked at.
const COLUMNS: usize = 2000;

/// The profile of one source's data.
///
/// ```
/// use onefold_ingest::DataProfile;
/// let mut crm = DataProfile::new("crm");
/// for mail in ["ada@example.com", "n/a", ""] {
///     crm.row(&["mail", "country"], &[mail, "GB"]);
/// }
/// let mail = &crm.columns()[1];
/// assert_eq!((mail.filled, mail.distinct, mail.generic), (2, 2, 1));
/// println!("{crm}");
/// ```
pub struct DataProfile {
    name: Text,
    records: u64,
    seen: BTreeMap<Text, Seen>,
    order: Vec<Text>,
    expected: BTreeMap<Text, Vec<Expected>>,
    beyond: u64,
    unreadable: u64,
}

impl DataProfile {
    /// A profile of nothing yet, under the name of a file or source.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            records: 0,
            seen: BTreeMap::new(),
            order: Vec::new(),
            expected: BTreeMap::new(),
            beyond: 0,
            unreadable: 0,
        }
    }

    /// The profile of a CSV file, under its name without the ending.
    ///
    /// # Errors
    /// Where the file cannot be opened or has no header.
    #[cfg(feature = "csv")]
    pub fn of_csv(path: impl AsRef<Path>) -> Result<Self, crate::Error> {
        let path = path.as_ref();
        let mut profile = Self::new(&stem(path));
        crate::csv::each_row(path, &mut |header, cells| match cells {
            Some(cells) => profile.row(header, cells),
            None => profile.unreadable(),
        })?;
        Ok(profile)
    }

    /// The profile of a file of JSON lines, under its name without the ending.
    ///
    /// # Errors
    /// Where the file cannot be opened or is empty.
    #[cfg(feature = "json")]
    pub fn of_ndjson(path: impl AsRef<Path>) -> Result<Self, crate::Error> {
        let path = path.as_ref();
        let mut profile = Self::new(&stem(path));
        crate::ndjson::each_line(path, &mut |value| match value {
            Some(value) => profile.value(value),
            None => profile.unreadable(),
        })?;
        Ok(profile)
    }

    /// Judges the columns by what a mapping makes of them: values without the form or type that the schema declares
    /// are counted as invalid.
    #[must_use]
    pub fn expecting(mut self, mapping: &Mapping, schema: &Schema) -> Self {
        for (column, kinds) in mapping.who.iter().chain(&mapping.group) {
            for kind in &kinds.0 {
                if let Some(info) = schema
                    .kind(kind)
                    .ok()
                    .and_then(|id| schema.kind_info(id))
                    .filter(|info| info.class != Class::Record)
                {
                    self.expect(column, Expected::Form(info.form, info.region.clone()));
                }
            }
        }
        let event = schema.event_type(&mapping.event).ok().map(Owner::Event);
        for (owner, map) in [(Some(Owner::Profile), &mapping.traits), (event, &mapping.properties)] {
            for (column, name) in map.iter().flat_map(|(column, names)| names.0.iter().map(move |name| (column, name)))
            {
                if let Some(field) =
                    owner.and_then(|owner| schema.field_of(owner, name)).and_then(|id| schema.field_info(id))
                {
                    self.expect(column, Expected::Type(field.declared.ty, field.declared.currency));
                }
            }
        }
        for column in [&mapping.at, &mapping.sent, &mapping.received].into_iter().flatten() {
            self.expect(column, Expected::Time(mapping.times));
        }
        for column in mapping.money.keys() {
            self.expect(column, Expected::Number(mapping.numbers));
        }
        self
    }

    /// Judges a column by a form or type.
    pub fn expect(&mut self, column: &str, expected: Expected) {
        self.expected.entry(column.into()).or_default().push(expected);
    }

    /// Takes a row of cells in.
    pub fn row(&mut self, header: &[&str], cells: &[&str]) {
        self.records += 1;
        for (name, cell) in header.iter().zip(cells) {
            self.see(name.trim(), &|seen, expected| seen.text(cell, expected));
        }
    }

    /// Takes an object in; the columns of inner objects are paths, and lists are looked at as a whole.
    pub fn value(&mut self, object: &Value) {
        self.records += 1;
        self.walk("", object);
    }

    /// Counts a record that could not be read.
    pub fn unreadable(&mut self) {
        self.unreadable += 1;
    }

    fn walk(&mut self, under: &str, value: &Value) {
        match value {
            Value::Map(pairs) => {
                for (name, value) in pairs.iter() {
                    let path = if under.is_empty() { name.to_string() } else { format!("{under}.{name}") };
                    self.walk(&path, value);
                }
            }
            value => self.see(under, &|seen, expected| seen.value(value, expected)),
        }
    }

    fn see(&mut self, name: &str, look: &dyn Fn(&mut Seen, &[Expected])) {
        let expected = self.expected.get(name).map(Vec::as_slice).unwrap_or_default();
        if let Some(seen) = self.seen.get_mut(name) {
            look(seen, expected);
        } else if self.seen.len() < COLUMNS {
            let mut seen = Seen::default();
            look(&mut seen, expected);
            self.order.push(name.into());
            self.seen.insert(name.into(), seen);
        } else {
            self.beyond += 1;
        }
    }

    /// The name of the file or source.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many records were seen.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// The columns, sorted by name.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        self.seen.iter().map(|(name, seen)| seen.report(name, self.records)).collect()
    }

    /// The columns in the order in which they were first seen, with all that is known of them.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&Text, &Seen)> {
        self.order.iter().filter_map(|name| self.seen.get_key_value(name))
    }
}

#[cfg(any(feature = "csv", feature = "json"))]
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

impl fmt::Debug for DataProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataProfile").field("name", &self.name).field("records", &self.records).finish_non_exhaustive()
    }
}

impl Serialize for DataProfile {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut out = to.serialize_struct("DataProfile", 5)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("records", &self.records)?;
        out.serialize_field("unreadable", &self.unreadable)?;
        out.serialize_field("values_beyond_column_limit", &self.beyond)?;
        out.serialize_field("columns", &self.columns())?;
        out.end()
    }
}

/// An aligned table, one column of the data a line.
impl fmt::Display for DataProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} records, {} unreadable, {} columns",
            self.name,
            self.records,
            self.unreadable,
            self.seen.len()
        )?;
        let mut table = vec![
            ["column", "filled", "distinct", "like", "generic", "invalid", "range", "most frequent"].map(String::from),
        ];
        for (name, seen) in self.seen() {
            let column = seen.report(name, self.records);
            let range = match (&column.least, &column.greatest) {
                (Some(least), Some(greatest)) => format!("{least} .. {greatest}"),
                _ => format!("{} to {} characters", column.shortest, column.longest),
            };
            let top: Vec<String> = column.top.iter().take(4).map(|it| format!("{} ({})", it.value, it.count)).collect();
            table.push([
                column.name.to_string(),
                percent(column.filled, self.records),
                format!("{}{}", if column.exact { "" } else { "~" }, column.distinct),
                column.like.to_string(),
                column.generic.to_string(),
                column.invalid.map_or_else(|| "-".into(), |count| count.to_string()),
                range,
                top.join(", "),
            ]);
        }
        let mut widths = [0; 8];
        for row in &table {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &table {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(nth, (cell, width))| match nth {
                    1 | 2 | 4 | 5 => format!("{cell:>width$}"),
                    _ => format!("{cell:<width$}"),
                })
                .collect();
            writeln!(f, "  {}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

fn percent(part: u64, whole: u64) -> String {
    let permille = (u128::from(part) * 1000 + u128::from(whole) / 2).checked_div(whole.into()).unwrap_or(0);
    format!("{}.{} %", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests;
