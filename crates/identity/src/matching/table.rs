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
use super::intern::{ABSENT, Interner, hash_bytes, hash_of};

/// The longest cell that is a value; what is longer says nothing about who somebody is.
pub const LONGEST: usize = 8 * 1024;

/// Something that was wrong with the input, and where. It never carries a value.
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
}

/// How records are called.
#[derive(Clone, Debug)]
enum Names {
    /// By their own ids.
    Given(Box<Column>),
    /// By file and line.
    Places(Vec<u32>),
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
}

impl Table {
    /// A table without records, with these columns.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        let columns = columns.into_iter().map(|name| Column { name: name.into(), ..Column::default() });
        Self {
            columns: columns.collect(),
            names: Names::Given(Box::default()),
            sources: Vec::new(),
            files: vec![String::new()],
            faults: Vec::new(),
            refused: 0,
            emptied: 0,
        }
    }

    /// A table whose records are called by file and line.
    pub(crate) fn by_place(columns: Vec<String>) -> Self {
        Self { names: Names::Places(Vec::new()), files: Vec::new(), ..Self::new(columns) }
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
            return Err(Error::Table(format!("record {row} has {} cells for {} columns", cells.len(), self.columns.len())));
        }
        if let Names::Given(names) = &mut self.names {
            let code = names.values.count_in(id);
            names.codes.push(code);
        }
        self.sources.push(0);
        for nth in 0..self.columns.len() {
            self.set(nth, cells.get(nth).copied().unwrap_or(""));
        }
        Ok(())
    }

    /// Begins a file; what is added from now on came from it.
    pub(crate) fn begin(&mut self, file: &str) -> u16 {
        self.files.push(file.to_owned());
        u16::try_from(self.files.len() - 1).unwrap_or(u16::MAX)
    }

    /// Begins a record that is called by its place; its cells are set one by one.
    pub(crate) fn begin_row(&mut self, source: u16, line: u32) {
        self.sources.push(source);
        if let Names::Places(lines) = &mut self.names {
            lines.push(line);
        }
    }

    /// Sets the next cell of a column.
    pub(crate) fn set(&mut self, column: usize, cell: &str) {
        let too_long = cell.len() > LONGEST;
        if too_long {
            self.empty(column, "too_long");
        }
        if let Some(column) = self.columns.get_mut(column) {
            let text = if too_long { "" } else { cell.trim() };
            let code = column.values.count_in(text);
            column.codes.push(code);
        }
    }

    /// Notes that a cell of the last record was emptied.
    pub(crate) fn empty(&mut self, column: usize, code: &'static str) {
        self.emptied += 1;
        let place = self.name(self.sources.len().saturating_sub(1)).into_owned();
        let column = self.columns.get(column).map(|column| column.name.clone());
        self.note(Fault { code, place, column });
    }

    /// Notes that a cell of the last record was in another encoding.
    pub(crate) fn recoded(&mut self, column: usize) {
        let place = self.name(self.sources.len().saturating_sub(1)).into_owned();
        let column = self.columns.get(column).map(|column| column.name.clone());
        self.note(Fault { code: "not_utf_8", place, column });
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
            Names::Given(names) => names.values.text(names.codes.get(row).copied().unwrap_or(ABSENT)).into(),
            Names::Places(lines) => {
                let file = self.sources.get(row).and_then(|source| self.files.get(usize::from(*source)));
                let line = lines.get(row).copied().unwrap_or(0);
                format!("{}:{line}", file.map_or("", String::as_str)).into()
            }
        }
    }

    /// The record of an id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<usize> {
        match &self.names {
            Names::Given(names) => {
                let code = names.values.find(id)?;
                names.codes.iter().position(|known| *known == code)
            }
            Names::Places(lines) => {
                let (file, line) = id.rsplit_once(':')?;
                let line = line.parse().ok()?;
                let place = |row: usize| self.sources.get(row).and_then(|source| self.files.get(usize::from(*source)));
                (0..lines.len()).find(|row| lines.get(*row) == Some(&line) && place(*row).is_some_and(|known| known == file))
            }
        }
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
        Ok(Taken(self.columns.remove(at)))
    }

    /// Takes a column out and calls the records by it.
    ///
    /// Where an id comes again, its later records are told apart by `#2`, `#3` and counted as faults; an absent id is
    /// the record's place.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such column.
    pub fn call_by(&mut self, column: &str) -> Result<(), Error> {
        let Taken(mut ids) = self.take(column)?;
        let mut seen = vec![0_u32; ids.values.len()];
        for row in 0..self.len() {
            let code = ids.codes.get(row).copied().unwrap_or(ABSENT);
            let times = seen.get_mut(code as usize).map_or(0, |times| {
                *times += 1;
                *times
            });
            let name = match (code, times) {
                (ABSENT, _) => self.name(row).into_owned(),
                (_, 1) => continue,
                _ => {
                    let place = self.name(row).into_owned();
                    self.note(Fault { code: "repeated_id", place, column: Some(ids.name.clone()) });
                    let text = ids.values.text(code);
                    let mut nth = times;
                    // An id may already be written with such an ending.
                    while ids.values.find(&format!("{text}#{nth}")).is_some() {
                        nth += 1;
                    }
                    format!("{text}#{nth}")
                }
            };
            let code = ids.values.count_in(&name);
            if let Some(place) = ids.codes.get_mut(row) {
                *place = code;
            }
        }
        self.names = Names::Given(Box::new(ids));
        Ok(())
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

    /// A number for each record that follows from its id alone, by which ties are broken.
    pub(crate) fn keys(&self) -> Vec<u64> {
        match &self.names {
            Names::Given(names) => {
                names.codes.iter().map(|code| hash_bytes(names.values.text(*code).as_bytes())).collect()
            }
            Names::Places(lines) => {
                let files: Vec<u64> = self.files.iter().map(|file| hash_bytes(file.as_bytes())).collect();
                let of = |source: &u16| files.get(usize::from(*source)).copied().unwrap_or(0);
                self.sources.iter().zip(lines).map(|(source, line)| hash_of((of(source), *line))).collect()
            }
        }
    }

    /// Gives back what growing has reserved.
    pub(crate) fn shrink(&mut self) {
        for column in &mut self.columns {
            column.codes.shrink_to_fit();
            column.values.shrink();
        }
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
