//! Rows of cells under a header, wherever they come from: a file, a database cursor, a spreadsheet.
//!
//! A row is kept, and named where nobody numbered it, as the JSON object of its cells. So a row that was quarantined
//! can be fed again through [`ndjson_reader`](crate::ndjson_reader) with the same mapping, and is then the same record.

use std::collections::BTreeMap;

use onefold_model::{Issue, Parsed, Pii, Schema, Text, Time, Value};

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
        let (records, spoilt) = (Counter::new(schema), Counter::new(schema));
        Ok(Self { plan, header, needs, rest, sorted, records, spoilt, content: String::new() })
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &[Text] {
        &self.header
    }

    /// Reads one row. `number` counts rows from 1; `received` is when it came in, where that is known.
    #[must_use]
    pub fn row(&mut self, cells: &[&str], number: u64, received: Option<Time>) -> Parsed {
        if cells.len() != self.header.len() {
            let issue = self.wrong_count(cells.len(), number);
            let raw = Value::from(cells.iter().map(|cell| Value::from(*cell)).collect::<Vec<_>>()).to_json();
            return self.spoilt(issue, raw.as_bytes(), received);
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
        let name = |at: &usize| self.header.get(*at).cloned().unwrap_or_default();
        let row = Row {
            values: self.needs.iter().map(|at| self.plan.cell(cell(at))).collect(),
            rest: self.rest.iter().map(|at| (name(at), self.plan.cell(cell(at)))).collect(),
            content: &self.content,
            number,
            received,
        };
        let (plan, records, content) = (&self.plan, &mut self.records, self.content.as_bytes());
        plan.draft(row, || records.next(content)).into()
    }

    pub(crate) fn wrong_count(&self, count: usize, number: u64) -> Issue {
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
            received,
        }
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
