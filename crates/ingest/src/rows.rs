//! Rows of cells under a header, wherever they come from: a file, a database cursor, a spreadsheet.
//!
//! A row that nobody numbered is named by the JSON object of its cells and its number among equal ones, which are
//! counted within one reader: feed what belongs together through one. It is kept as it came, so that one that was
//! quarantined can be fed again through `Rows::line` under the same header, and is then the same record.

use std::collections::BTreeMap;

use onefold_model::{Issue, Parsed, Pii, Schema, Text, Time, Value};

#[cfg(feature = "csv")]
use crate::cells::Cells;
use crate::count::Counter;
use crate::error::Error;
use crate::mapping::{Mapping, Plan, Row};

/// Reads rows by a mapping.
///
/// ```
/// use onefold_ingest::{Mapping, Rows};
/// use onefold_model::{Kind, Parsed, Party, Schema};
/// let schema = Schema::builder().source("till", Party::First, 90).kind(Kind::person("card")).build([7; 32].into())?;
/// let mapping = Mapping::of("till", "track").who("card_no", "card");
/// let mut rows = Rows::new(&mapping, &["card_no", "drink"], &schema)?;
/// let Parsed::Draft(one) = rows.row(&["4711", "tea"], 1, None) else { unreachable!() };
/// let Parsed::Draft(two) = rows.row(&["4711", "tea"], 2, None) else { unreachable!() };
/// assert_ne!(one.id(), two.id(), "two cups of tea are two");
/// assert!(matches!(rows.row(&["4711"], 3, None), Parsed::Quarantined { .. }));
/// # Ok::<(), onefold_ingest::Error>(())
/// ```
#[derive(Debug)]
pub struct Rows {
    plan: Plan,
    header: Vec<Text>,
    /// For each column that the plan needs, its number in the header.
    needs: Vec<usize>,
    /// The columns that the mapping does not name and keeps.
    rest: Vec<usize>,
    /// All columns in the order of their names, each with its name as JSON.
    sorted: Vec<(usize, String)>,
    delimiter: u8,
    #[cfg(feature = "csv")]
    cells: Option<Cells>,
    received: Option<Time>,
    records: Counter,
    spoilt: Counter,
    content: String,
}

impl Rows {
    /// Rows under this header, whose names are trimmed; a column without a name, or with one that another has, gets
    /// one by its number.
    ///
    /// # Errors
    /// As [`Mapping::check`]; [`Error::Column`] for a column that the mapping names and the header lacks;
    /// [`Error::Header`] where such a column stands twice.
    pub fn new(mapping: &Mapping, header: &[&str], schema: &Schema) -> Result<Self, Error> {
        let plan = Plan::new(mapping, schema)?;
        let header = columns(header);
        let mut needs = Vec::new();
        for column in &plan.needs {
            if header.iter().filter(|(_, said)| said == column).count() > 1 {
                let reason = format!("the column `{column}`, which the mapping names, stands twice");
                return Err(Error::Header { path: mapping.import_name().into(), reason });
            }
            match header.iter().position(|(name, _)| name == column) {
                Some(at) => needs.push(at),
                None => {
                    let names: Vec<Text> = header.into_iter().map(|(name, _)| name).collect();
                    return Err(Error::column(mapping.import_name(), column, &names));
                }
            }
        }
        let header: Vec<Text> = header.into_iter().map(|(name, _)| name).collect();
        let rest = match plan.keeps_rest() {
            true => (0..header.len()).filter(|at| !needs.contains(at)).collect(),
            false => Vec::new(),
        };
        let by_name: BTreeMap<&Text, usize> = header.iter().enumerate().map(|(at, name)| (name, at)).collect();
        let sorted = by_name.into_iter().map(|(name, at)| (at, Value::Text(name.clone()).to_json())).collect();
        let delimiter = mapping.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).unwrap_or(b',');
        Ok(Self {
            plan,
            header,
            needs,
            rest,
            sorted,
            delimiter,
            #[cfg(feature = "csv")]
            cells: None,
            received: None,
            records: Counter::new(schema),
            spoilt: Counter::new(schema),
            content: String::new(),
        })
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &[Text] {
        &self.header
    }

    /// When the rows came in of which it is not said one by one. It is no part of what a row is, so that a file fed
    /// again, at another time, is a duplicate row by row.
    #[must_use]
    pub fn received_at(self, received: Time) -> Self {
        Self { received: Some(received), ..self }
    }

    /// Reads one row. `number` counts rows from 1.
    ///
    /// `received` is when this row came in, where that is known of each row. It is then a part of what the row is: of
    /// two equal rows that came at different times each has its own id, in whatever order they are read, and a row fed
    /// again must be given the same time, or it is another. Where a file came in as a whole, pass nothing here and say
    /// it with [`received_at`](Self::received_at).
    ///
    /// The row is kept as a line of CSV that [`line`](Self::line) reads.
    #[must_use]
    pub fn row(&mut self, cells: &[&str], number: u64, received: Option<Time>) -> Parsed {
        let raw = self.write(cells);
        self.read(cells, raw.as_bytes(), number, received)
    }

    /// Reads one line of CSV under the header, split as the mapping says, else at commas: a row that was set aside, or
    /// one that its caller did not split. It is kept as it is, without an end of line; for the rest it is as
    /// [`row`](Self::row).
    ///
    /// ```
    /// use onefold_ingest::{Mapping, Rows};
    /// use onefold_model::{Kind, Parsed, Party, Schema};
    /// let schema = Schema::builder().source("till", Party::First, 90).kind(Kind::person("card")).build([7; 32].into())?;
    /// let mapping = Mapping::of("till", "track").who("card_no", "card");
    /// let mut rows = Rows::new(&mapping, &["card_no", "drink"], &schema)?;
    /// let Parsed::Draft(tea) = rows.line(b"4711,\"tea, green\"", 1, None) else { unreachable!() };
    /// assert_eq!(tea.to_raw().as_ref(), b"4711,\"tea, green\"");
    /// let Parsed::Quarantined { issue, .. } = rows.line(b"4711", 2, None) else { unreachable!() };
    /// assert_eq!(issue.code.as_str(), "wrong_cell_count");
    /// # Ok::<(), onefold_ingest::Error>(())
    /// ```
    #[cfg(feature = "csv")]
    #[must_use]
    pub fn line(&mut self, line: &[u8], number: u64, received: Option<Time>) -> Parsed {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            let issue = self.wrong_count(0, number);
            return self.spoilt(issue, line, received);
        }
        match crate::frame::not_one(line, self.delimiter) {
            Some((code, detail)) => self.spoilt(Issue::new(code, "", detail).row(number), line, received),
            None => self.record(line, number, received),
        }
    }

    #[cfg(feature = "csv")]
    pub(crate) fn separator(&self) -> char {
        self.delimiter.into()
    }

    /// What separates the cells of lines.
    #[cfg(feature = "csv")]
    pub(crate) fn delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, cells: None, ..self }
    }

    /// Reads the bytes of exactly one record.
    #[cfg(feature = "csv")]
    pub(crate) fn record(&mut self, raw: &[u8], number: u64, received: Option<Time>) -> Parsed {
        // What is split lies in the splitter, so that is taken out for as long as its cells are looked at.
        let mut splitter = self.cells.take().unwrap_or_else(|| Cells::new(self.delimiter));
        let parsed = match splitter.split(raw) {
            Err(error) => self.spoilt(Issue::new("bad_csv", "", &error.to_string()).row(number), raw, received),
            Ok(record) => match record.iter().map(std::str::from_utf8).collect::<Result<Vec<&str>, _>>() {
                Err(_) => {
                    let issue = Issue::new("not_utf8", "", "the row holds bytes that are not UTF-8").row(number);
                    self.spoilt(issue, raw, received)
                }
                Ok(cells) => self.read(&cells, raw, number, received),
            },
        };
        self.cells = Some(splitter);
        parsed
    }

    fn read(&mut self, cells: &[&str], raw: &[u8], number: u64, received: Option<Time>) -> Parsed {
        if cells.len() != self.header.len() {
            let issue = self.wrong_count(cells.len(), number);
            return self.spoilt(issue, raw, received);
        }
        let cell = |at: &usize| cells.get(*at).copied().unwrap_or_default();
        self.content.clear();
        for (at, name) in &self.sorted {
            self.content.push(if self.content.is_empty() { '{' } else { ',' });
            self.content.push_str(name);
            self.content.push(':');
            quote(cell(at), &mut self.content);
        }
        self.content.push_str(if self.content.is_empty() { "{}" } else { "}" });
        came(received, &mut self.content);
        let name = |at: &usize| self.header.get(*at).cloned().unwrap_or_default();
        let row = Row {
            values: self.needs.iter().map(|at| self.plan.cell(cell(at))).collect(),
            rest: self.rest.iter().map(|at| (name(at), self.plan.cell(cell(at)))).collect(),
            content: &self.content,
            raw,
            number,
            received: received.or(self.received),
        };
        let (plan, records, content) = (&self.plan, &mut self.records, self.content.as_bytes());
        plan.draft(row, || records.next(content)).into()
    }

    fn wrong_count(&self, count: usize, number: u64) -> Issue {
        let detail = format!("{count} cells under a header of {}", self.header.len());
        Issue::new("wrong_cell_count", "", &detail).row(number)
    }

    /// A row that could not be split into cells, or of which there is only a beginning.
    pub(crate) fn spoilt(&mut self, issue: Issue, raw: &[u8], received: Option<Time>) -> Parsed {
        let nth = self.spoilt.next(raw);
        Parsed::Quarantined {
            issue,
            import: self.plan.mapping.import_name().into(),
            raw: Pii::new(raw.into()),
            nth,
            received: received.or(self.received),
        }
    }

    /// Cells as a line of CSV (RFC 4180, section 2).
    fn write(&self, cells: &[&str]) -> String {
        let delimiter = char::from(self.delimiter);
        let mut line = String::new();
        for (nth, cell) in cells.iter().enumerate() {
            if nth > 0 {
                line.push(delimiter);
            }
            // An empty line would be no row.
            if cell.contains([delimiter, '"', '\r', '\n']) || cell.is_empty() && cells.len() == 1 {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(cell);
            }
        }
        line
    }
}

/// Adds to a row's content when it came in, where that is said of it alone.
pub(crate) fn came(received: Option<Time>, content: &mut String) {
    if let Some(received) = received {
        content.push_str(&format!("@{}", received.micros()));
    }
}

/// The names of columns as they are used, and as they were said. A name that is missing or stands twice has its number
/// added, so that each can be meant.
pub(crate) fn columns(header: &[&str]) -> Vec<(Text, Text)> {
    let mut taken = std::collections::BTreeSet::new();
    let mut columns = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let said = Text::from(name.trim());
        let twice = header.iter().filter(|other| other.trim() == said.as_str()).count() > 1;
        let mut name = match (said.is_empty(), twice) {
            (true, _) => format!("column_{}", at + 1).into(),
            (false, true) => format!("{said}_{}", at + 1).into(),
            (false, false) => said.clone(),
        };
        while !taken.insert(name.clone()) {
            name = format!("{name}_{}", at + 1).into();
        }
        columns.push((name, said));
    }
    columns
}

/// A JSON string, as the model writes it.
fn quote(text: &str, out: &mut String) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&Value::from(text).to_json());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

#[cfg(test)]
mod tests;
