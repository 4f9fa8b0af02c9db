//! The records: rows of typed columns, each distinct value held once.
//!
//! A [`Table`] is filled from CSV files or from any iterator of records, before anybody knows what its columns mean.
//! It accounts for every row: a row that cannot be read is kept aside with its place and the reason, and the rest goes
//! on. A cell that cannot be a value (too long, not text) is emptied and counted.
//!
//! Absent: types of columns that are declared beforehand. What a column is, is inferred from the values
//! ([`role`](super::role)) or said in the [`Rules`](super::Rules).

use std::fmt;

use super::Error;
use super::intern::{Interner, Map, Texts, hash_bytes, hash_of};
use super::record::content;

/// The longest cell that is a value; what is longer says nothing about who somebody is.
pub(crate) const LONGEST: usize = 8 * 1024;

/// Something that was wrong with the input, and where. It never carries what a cell says; the place may be the record's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong: a stable code.
    pub code: &'static str,
    /// File and line, or the number of the record.
    pub place: String,
    /// The column, where it is one cell.
    pub column: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.code.replace('_', " "))?;
        match &self.column {
            Some(column) => write!(f, " in `{column}`"),
            None => Ok(()),
        }
    }
}

/// One column: a number for each row, and the texts that the numbers mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) codes: Vec<u32>,
    pub(crate) values: Interner,
    /// Cells that wait to be taken in together.
    pending: Texts,
}

/// How many cells wait for each other.
const PENDING: usize = 1 << 15;

impl Column {
    fn settle(&mut self) {
        self.values.add_all(&self.pending, &mut self.codes);
        self.pending.clear();
    }

    /// How often each value comes, by its number.
    pub(crate) fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0_u32; self.values.len()];
        for code in &self.codes {
            if let Some(count) = counts.get_mut(*code as usize) {
                *count += 1;
            }
        }
        counts
    }
}

/// How records are called.
#[derive(Clone, Debug)]
enum Names {
    /// By their own ids, one after the other, and where each ends.
    Given(String, Vec<u32>),
    /// By file and line.
    Places(Vec<u32>),
}

impl Names {
    fn given() -> Self {
        Self::Given(String::new(), Vec::new())
    }
}

/// Records to be matched.
///
/// ```
/// use onefold_identity::matching::Table;
///
/// let mut table = Table::new(["name", "city"]);
/// table.push("crm:1", ["Ada Lovelace", "London"])?;
/// table.push("crm:2", ["ada lovelace", ""])?;
/// assert_eq!((table.len(), table.columns().count()), (2, 2));
/// assert_eq!(table.name(1), "crm:2");
/// assert_eq!(table.cell(0, "city"), Some("London"));
/// # Ok::<(), onefold_identity::matching::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) columns: Vec<Column>,
    names: Names,
    /// Which file each record came from.
    pub(crate) sources: Vec<u16>,
    files: Vec<String>,
    faults: Vec<Fault>,
    refused: u64,
    emptied: u64,
    /// Whether no two records have one id, for sure.
    apart: bool,
}

impl Table {
    /// A table without records, with these columns. A name that comes again is told apart by a number.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        let mut all: Vec<Column> = Vec::new();
        for name in columns {
            let (name, mut nth) = (name.into(), 1);
            let mut own = name.clone();
            while all.iter().any(|known| known.name == own) {
                nth += 1;
                own = format!("{name} {nth}");
            }
            all.push(Column { name: own, ..Column::default() });
        }
        Self {
            columns: all,
            names: Names::given(),
            sources: Vec::new(),
            files: vec![String::new()],
            faults: Vec::new(),
            refused: 0,
            emptied: 0,
            apart: true,
        }
    }

    /// A table without columns yet, whose records are called by their ids or by file and line.
    pub(crate) fn of_files(by_id: bool) -> Self {
        let names = if by_id { Names::given() } else { Names::Places(Vec::new()) };
        Self { names, files: Vec::new(), ..Self::new([""; 0]) }
    }

    /// Adds a record under its id. Missing cells are absent values; an empty one is too.
    ///
    /// # Errors
    /// [`Error::Table`] where there are more cells than columns, or more than four billion records.
    pub fn push<'a>(&mut self, id: &str, cells: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
        let row = self.sources.len();
        if row >= u32::MAX as usize - 1 {
            return Err(Error::Table("more records than a table holds".into()));
        }
        let cells: Vec<&str> = cells.into_iter().collect();
        if cells.len() > self.columns.len() {
            return Err(Error::Table(format!(
                "record {row} has {} cells for {} columns",
                cells.len(),
                self.columns.len()
            )));
        }
        self.call(id);
        self.sources.push(0);
        for nth in 0..self.columns.len() {
            let cell = match cells.get(nth).copied().unwrap_or("") {
                long if long.len() > LONGEST => {
                    self.emptied(nth, "too_long", id.to_owned());
                    ""
                }
                cell => cell.trim(),
            };
            if let Some(column) = self.columns.get_mut(nth) {
                column.codes.push(column.values.add(cell));
            }
        }
        Ok(())
    }

    /// Begins a file; what is added from now on came from it.
    pub(crate) fn begin(&mut self, file: &str) -> u16 {
        self.files.push(file.to_owned());
        u16::try_from(self.files.len() - 1).unwrap_or(u16::MAX)
    }

    /// The next record's id.
    pub(crate) fn call(&mut self, id: &str) {
        self.apart = false;
        if let Names::Given(names, ends) = &mut self.names {
            names.push_str(id);
            ends.push(u32::try_from(names.len()).unwrap_or(u32::MAX));
        }
    }

    /// Begins a record; its cells are set column by column.
    pub(crate) fn begin_row(&mut self, source: u16, line: u32) {
        self.sources.push(source);
        if let Names::Places(lines) = &mut self.names {
            lines.push(line);
        }
    }

    /// Sets the next cells of a column; they are taken in together with later ones.
    pub(crate) fn set_all<'t>(&mut self, column: usize, cells: impl Iterator<Item = &'t str>) {
        if let Some(column) = self.columns.get_mut(column) {
            cells.for_each(|cell| column.pending.push(cell));
            if column.pending.len() >= PENDING {
                column.settle();
            }
        }
    }

    /// Takes in all cells that wait.
    pub(crate) fn settle(&mut self) {
        self.columns.iter_mut().for_each(Column::settle);
    }

    /// Notes that a cell was emptied.
    pub(crate) fn emptied(&mut self, column: usize, code: &'static str, place: String) {
        self.emptied += 1;
        let column = self.columns.get(column).map(|column| column.name.clone());
        self.note(Fault { code, place, column });
    }

    /// Notes that a cell was in another encoding.
    pub(crate) fn recoded(&mut self, column: usize, place: String) {
        let column = self.columns.get(column).map(|column| column.name.clone());
        self.note(Fault { code: "not_utf_8", place, column });
    }

    /// Notes that a record's id is absent, and calls it by its place.
    pub(crate) fn call_by_place(&mut self, place: String) {
        self.call(&place);
        self.note(Fault { code: "absent_id", place, column: None });
    }

    /// The number of a column, made where there is none.
    pub(crate) fn column(&mut self, name: &str) -> usize {
        self.columns.iter().position(|column| column.name == name).unwrap_or_else(|| {
            let mut column = Column { name: name.to_owned(), ..Column::default() };
            column.codes.resize(self.len(), 0);
            self.columns.push(column);
            self.columns.len() - 1
        })
    }

    /// Notes a row that could not be read.
    pub(crate) fn refuse(&mut self, code: &'static str, place: String) {
        self.refused += 1;
        self.note(Fault { code, place, column: None });
    }

    fn note(&mut self, fault: Fault) {
        if self.faults.len() < 1_000 {
            self.faults.push(fault);
        }
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The names of the columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// What a record is called: its id, or its file and line.
    #[must_use]
    pub fn name(&self, row: usize) -> std::borrow::Cow<'_, str> {
        match &self.names {
            Names::Given(names, ends) => {
                let from = row.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                ends.get(row).and_then(|to| names.get(from as usize..*to as usize)).unwrap_or("").into()
            }
            Names::Places(lines) => self.place(row, lines.get(row).copied().unwrap_or(0)).into(),
        }
    }

    /// Which file a record came from, by its number among the files that were read, from 0.
    #[must_use]
    pub fn source(&self, row: usize) -> u16 {
        self.sources.get(row).copied().unwrap_or(0)
    }

    fn place(&self, row: usize, line: u32) -> String {
        let file = self.sources.get(row).and_then(|source| self.files.get(usize::from(*source)));
        format!("{}:{line}", file.map_or("", String::as_str))
    }

    /// The record of an id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<usize> {
        (0..self.len()).find(|row| self.name(*row) == id)
    }

    /// What a cell says, as it was written; empty where it says nothing.
    #[must_use]
    pub fn cell(&self, row: usize, column: &str) -> Option<&str> {
        let column = self.columns.iter().find(|known| known.name == column)?;
        Some(column.values.text(*column.codes.get(row)?))
    }

    /// Takes a column out, so that nothing is concluded from it: the truth in a test, a note that is not about the
    /// person. What it held is given back: for each record a number, and the text of each number.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such column.
    pub fn take(&mut self, column: &str) -> Result<Taken, Error> {
        let at = self.position(column)?;
        let mut taken = self.columns.remove(at);
        taken.values.seal();
        Ok(Taken(taken))
    }

    /// Takes a column out and calls the records by it.
    ///
    /// Where an id comes again, its later records are told apart by `#2`, `#3`; where it is absent, by the record's place.
    /// Both are counted as faults.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such column.
    pub fn call_by(&mut self, column: &str) -> Result<(), Error> {
        let ids = self.take(column)?;
        let mut names = Names::given();
        std::mem::swap(&mut names, &mut self.names);
        let before = Self { names, sources: self.sources.clone(), files: self.files.clone(), ..Self::new([""; 0]) };
        for (row, number) in ids.numbers().iter().enumerate() {
            match ids.text(*number) {
                "" => {
                    self.note(Fault {
                        code: "absent_id",
                        place: before.name(row).into_owned(),
                        column: Some(column.to_owned()),
                    });
                    self.call(&before.name(row));
                }
                id => self.call(id),
            }
        }
        self.tell_apart();
        Ok(())
    }

    /// Gives records with the same id names of their own.
    pub(crate) fn tell_apart(&mut self) {
        if std::mem::replace(&mut self.apart, true) || !matches!(self.names, Names::Given(..)) {
            return;
        }
        let mut keyed: Vec<(u64, u32)> = self.keys().into_iter().zip(0..).collect();
        keyed.sort_unstable();
        let mut again: Map<usize, u32> = Map::default();
        for same in keyed.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            // By content, so that it does not matter which came first; where that is equal too, either may be either.
            let mut rows: Vec<(u64, u32)> = same.iter().map(|(_, row)| (self.content(*row as usize), *row)).collect();
            rows.sort_unstable();
            again.extend((1_u32..).zip(&rows).skip(1).map(|(nth, (_, row))| (*row as usize, nth)));
        }
        if again.is_empty() {
            return;
        }
        let mut names = Names::given();
        std::mem::swap(&mut names, &mut self.names);
        let before = Self { names, sources: self.sources.clone(), ..Self::new([""; 0]) };
        for row in 0..before.len() {
            let name = before.name(row);
            match again.get(&row) {
                Some(nth) => {
                    self.call(&format!("{name}#{nth}"));
                    self.note(Fault { code: "repeated_id", place: format!("record {}", row + 1), column: None });
                }
                None => self.call(&name),
            }
        }
        self.apart = true;
    }

    /// A hash of all that a record says.
    fn content(&self, row: usize) -> u64 {
        let cell = |column: &Column| column.values.text(column.codes.get(row).copied().unwrap_or(0)).to_owned();
        let mut cells: Vec<(String, String)> =
            self.columns.iter().map(|column| (column.name.clone(), cell(column))).collect();
        cells.sort_unstable();
        hash_of(cells)
    }

    fn position(&self, column: &str) -> Result<usize, Error> {
        self.columns.iter().position(|known| known.name == column).ok_or_else(|| {
            let known = self.columns.iter().map(|column| column.name.as_str());
            Error::unknown("column", column, known)
        })
    }

    /// What was wrong with the input: the first thousand faults.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// How many rows could not be read at all, and how many cells were emptied.
    #[must_use]
    pub fn refused(&self) -> (u64, u64) {
        (self.refused, self.emptied)
    }

    /// A number for each record that follows from what some columns say, in whatever order they stand.
    pub(crate) fn contents(&self, used: impl Fn(&Column) -> bool) -> Vec<u64> {
        let mut sums = vec![0_u64; self.len()];
        for column in self.columns.iter().filter(|column| used(column)) {
            let hashes: Vec<u64> = std::iter::once(0)
                .chain(column.values.codes().map(|code| content(0, column.values.text(code))))
                .collect();
            for (sum, code) in sums.iter_mut().zip(&column.codes) {
                *sum = sum.wrapping_add(hashes.get(*code as usize).copied().unwrap_or(0));
            }
        }
        sums
    }

    /// A number for each record that follows from its id alone, by which ties are broken.
    pub(crate) fn keys(&self) -> Vec<u64> {
        match &self.names {
            Names::Given(..) => (0..self.len()).map(|row| hash_bytes(self.name(row).as_bytes())).collect(),
            Names::Places(lines) => {
                use fmt::Write;
                let mut name = String::new();
                let place = |(row, line): (usize, &u32)| {
                    name.clear();
                    let file = self.sources.get(row).and_then(|source| self.files.get(usize::from(*source)));
                    name.push_str(file.map_or("", String::as_str));
                    // Writing to a string does not fail.
                    let _ = write!(name, ":{line}");
                    hash_bytes(name.as_bytes())
                };
                lines.iter().enumerate().map(place).collect()
            }
        }
    }

    /// Gives back what growing has reserved.
    pub(crate) fn shrink(&mut self) {
        for column in &mut self.columns {
            column.pending = Texts::default();
            column.codes.shrink_to_fit();
            column.values.shrink();
        }
        if let Names::Given(names, ends) = &mut self.names {
            names.shrink_to_fit();
            ends.shrink_to_fit();
        }
        self.sources.shrink_to_fit();
    }
}

/// A column that was taken out of a [`Table`].
#[derive(Clone, Debug)]
pub struct Taken(Column);

impl Taken {
    /// For each record a number; equal texts have equal numbers, and 0 is the absent value.
    #[must_use]
    pub fn numbers(&self) -> &[u32] {
        &self.0.codes
    }

    /// The text of a number.
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        self.0.values.text(number)
    }
}
