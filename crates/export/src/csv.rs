//! Comma-separated values (RFC 4180), with lines that end in a single line feed.
//!
//! A file for a person to open is a file for a spreadsheet to run: a customer who gives her name as
//! `=HYPERLINK(...)` has a formula in the marketing department. So text that a spreadsheet would take for a formula gets
//! an apostrophe before it, as OWASP's page on CSV injection advises, unless [`Formulas::AsTheyStand`] is asked for. A
//! signed number, such as a telephone number with its `+`, is no formula and stays as it is.

use std::path::Path;

use onefold_model::{Text, Value};

use crate::file::Whole;
use crate::{Caps, Destination, Driver, Error, Outcome, Payload, Progress, Receipt, Record, Response, Unfit, Work};

/// The column that tells additions from removals.
const ACTION: &str = "action";

/// What becomes of text that a spreadsheet would run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Formulas {
    /// An apostrophe before it makes it text.
    #[default]
    Neutralised,
    /// Nothing, for a file that a program reads and nobody opens.
    AsTheyStand,
}

/// Records as lines of comma-separated values, without the head.
///
/// ```
/// use onefold_export::Csv;
/// let format = Csv::new(["email", "country"]);
/// assert_eq!(format.head(), b"email,country\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csv {
    columns: Vec<Text>,
    formulas: Formulas,
    /// For the difference to an audience: the column of the keys.
    key: Option<Text>,
}

impl Csv {
    /// Records by these columns, in this order. A field that is not among them makes its record unfit, since it would
    /// be lost.
    #[must_use]
    pub fn new<T: Into<Text>>(columns: impl IntoIterator<Item = T>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), formulas: Formulas::default(), key: None }
    }

    /// What becomes of text that a spreadsheet would run.
    #[must_use]
    pub fn formulas(self, formulas: Formulas) -> Self {
        Self { formulas, ..self }
    }

    /// For the difference to an audience: a first column `action` says `add` or `remove`, and a removal stands in the
    /// column of the key alone.
    #[must_use]
    pub fn difference(self, key: &str) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// The first line; empty where there are no columns.
    #[must_use]
    pub fn head(&self) -> Vec<u8> {
        let action = self.key.as_ref().map(|_| ACTION.to_owned());
        let cells: Vec<String> = action.into_iter().chain(self.columns.iter().map(|name| self.guard(name))).collect();
        if cells.is_empty() { Vec::new() } else { lines([cells]).unwrap_or_default() }
    }

    fn line(&self, record: &Record<'_>) -> Result<Vec<String>, Text> {
        let action = |word: &str| self.key.as_ref().map(|_| word.to_owned()).into_iter();
        match record {
            Record::Remove(key) => {
                let Some(field) = &self.key else {
                    return Err("a removal needs the column of its key".into());
                };
                let cell = |name: &Text| {
                    if name == field { self.guard(key.reveal()) } else { String::new() }
                };
                Ok(action("remove").chain(self.columns.iter().map(cell)).collect())
            }
            Record::Put(row) => {
                if let Some((name, _)) = row.fields().iter().find(|(name, _)| !self.columns.contains(name)) {
                    return Err(format!("there is no column `{name}`").into());
                }
                let value = |name: &Text| {
                    row.fields().iter().find(|(field, _)| field == name).map_or(Value::NULL, |(_, value)| value)
                };
                Ok(action("add").chain(self.columns.iter().map(|name| self.cell(value(name)))).collect())
            }
        }
    }

    fn cell(&self, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::Text(text) => self.guard(text),
            Value::List(_) | Value::Map(_) => value.to_json(),
            // Numbers, times and days begin with a digit or a sign, and are what they look like.
            other => other.to_string(),
        }
    }

    fn guard(&self, text: &str) -> String {
        if self.formulas == Formulas::Neutralised && is_formula(text) { format!("'{text}") } else { text.into() }
    }
}

/// Whether a spreadsheet would run it. Full-width signs count, since some are folded on import; white space before the
/// sign does too.
fn is_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let text = text.trim_start();
    match text.chars().next() {
        Some('=' | '@' | '\u{ff1d}' | '\u{ff20}') => true,
        Some('+' | '-' | '\u{ff0b}' | '\u{ff0d}') => {
            let rest = text.trim_start_matches(['+', '-', '\u{ff0b}', '\u{ff0d}']);
            let signs = text.chars().count() - rest.chars().count();
            let number = rest.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '.' | ' '));
            !(signs == 1 && number && rest.starts_with(|first: char| first.is_ascii_digit()))
        }
        _ => false,
    }
}

fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).ok()?;
    }
    writer.into_inner().ok()
}

impl Destination for Csv {
    fn name(&self) -> &str {
        "csv"
    }

    fn caps(&self) -> Caps {
        Caps { removals: self.key.is_some(), ..Caps::default() }
    }

    fn encode(&self, records: &[Record<'_>]) -> Result<Payload, Unfit> {
        let mut rows = Vec::with_capacity(records.len());
        for (nth, record) in records.iter().enumerate() {
            rows.push(self.line(record).map_err(|reason| Unfit { record: nth, reason })?);
        }
        match lines(rows) {
            Some(body) => Ok(Payload::new("text/csv", body)),
            None => Err(Unfit { record: 0, reason: "it cannot be written as comma-separated values".into() }),
        }
    }

    fn decode(&self, records: usize, response: &Response) -> Vec<Outcome> {
        vec![response.outcome(); records]
    }
}

/// A driver that writes a file of comma-separated values: complete or absent.
#[derive(Debug)]
pub struct CsvFile {
    file: Whole,
    columns: Vec<Text>,
    formulas: Formulas,
}

impl CsvFile {
    /// A file to be made by the next delivery; until then, and where that fails, one of this name stays as it is.
    ///
    /// # Errors
    /// Where its folder cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self { file: Whole::create(path.as_ref())?, columns: Vec::new(), formulas: Formulas::default() })
    }

    /// These columns first, in this order, whether or not a row has them; others follow in the order of the recipient's
    /// plan. Without it, the columns are the fields of which at least one row has a value.
    #[must_use]
    pub fn columns<T: Into<Text>>(self, columns: impl IntoIterator<Item = T>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), ..self }
    }

    /// What becomes of text that a spreadsheet would run.
    #[must_use]
    pub fn formulas(self, formulas: Formulas) -> Self {
        Self { formulas, ..self }
    }
}

impl Driver for CsvFile {
    fn send(&mut self, work: Work, watch: &mut dyn FnMut(Progress)) -> Result<Receipt, Error> {
        let mut columns: Vec<Text> = Vec::new();
        let key = work.key_field().map(Text::from);
        for name in self.columns.iter().cloned().chain(work.fields()).chain(key.clone()) {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        let mut format = Csv::new(columns).formulas(self.formulas);
        if let Some(key) = key {
            if format.columns.iter().any(|name| name.as_str() == ACTION) {
                return Err(Error::Column(ACTION.into()));
            }
            format = format.difference(&key);
        }
        self.file.write(&format.head(), &format, work, watch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers_and_words() {
        for formula in [
            "=1+1",
            "=cmd|' /C calc'!A0",
            "+SUM(A1)",
            "-2+3",
            "@SUM(1)",
            " =1",
            "\t=1",
            "\rx",
            "＝1",
            "+1+cmd",
            "--1",
            "-",
            "+",
            "- 1",
        ] {
            assert!(is_formula(formula), "{formula:?}");
        }
        for text in
            ["Ada", "", "a=b", "1-2", "+491701234567", "-5", "-0.5", "+49 170 1234567", "ada@example.com", "'=1"]
        {
            assert!(!is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn typed_numbers_stay_numbers() {
        let format = Csv::new(["a"]);
        assert_eq!(format.cell(&Value::Int(-5)), "-5");
        assert_eq!(format.cell(&"=5".into()), "'=5");
        assert_eq!(format.clone().formulas(Formulas::AsTheyStand).cell(&"=5".into()), "=5");
        assert_eq!(format.cell(&Value::from(vec![Value::Int(1), "=x".into()])), "[1,\"=x\"]");
        assert_eq!(format.cell(&Value::Null), "");
    }
}
