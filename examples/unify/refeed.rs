//! What was kept aside, fed again.
//!
//! Each record stands in its line as it came: a row of a CSV file with the header of that file beside it, or a line of
//! JSON. Mended or not, it is read as what it was: what a line has a header for is a row, whatever its first character.

use std::collections::{BTreeMap, BTreeSet};

use onefold::ingest::{self, Lines, Mapping, Rows, json};
use onefold::model::{Limits, Schema, Text, Time, Value};

use crate::outcome::unescape;
use onefold_examples::Failure;
use onefold_examples::file::Records;

/// Records of one import that are read together, so that equal rows are counted as they were.
pub struct Batch<'a> {
    pub mapping: &'a Mapping,
    /// The header of rows; objects have none.
    pub header: Option<String>,
    /// Each with its line in the file of quarantined records.
    records: Vec<(u64, Vec<u8>)>,
}

impl<'a> Batch<'a> {
    /// Reads the records. Their reception is that of the run, and no part of what names them: one that came in with its
    /// file meanwhile is a copy.
    pub fn read(&self, schema: &Schema, received: Option<Time>) -> Result<Records<'a>, Failure> {
        let records = self.records.clone().into_iter();
        Ok(match &self.header {
            Some(header) => {
                let delimiter = self.mapping.delimiter.unwrap_or_else(|| delimiter(header));
                let mapping = Mapping { delimiter: Some(delimiter), ..self.mapping.clone() };
                let names = cells(header, delimiter);
                let names: Vec<&str> = names.iter().map(Text::as_str).collect();
                let rows = Rows::new(&mapping, &names, schema)?;
                let mut rows = match received {
                    Some(at) => rows.received_at(at),
                    None => rows,
                };
                Box::new(records.map(move |(number, line)| rows.line(&line, number, None)))
            }
            None => {
                let lines = Lines::new(self.mapping, schema)?;
                let mut lines = match received {
                    Some(at) => lines.received_at(at),
                    None => lines,
                };
                Box::new(records.map(move |(number, line)| lines.line(&line, number, None)))
            }
        })
    }
}

/// The character that splits a header into most cells, as the reader of files has it.
fn delimiter(header: &str) -> char {
    let mut quoted = false;
    let bare: String = header
        .chars()
        .filter(|letter| {
            quoted ^= *letter == '"';
            !quoted
        })
        .collect();
    let count = |delimiter: char| bare.matches(delimiter).count();
    [',', ';', '\t', '|'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(',')
}

/// Reads a file of quarantined records.
pub fn read<'a>(path: &str, imports: &'a [Mapping]) -> Result<Vec<Batch<'a>>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    let mut batches: BTreeMap<(&str, Option<String>), Batch<'a>> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let at = |fault: &dyn std::fmt::Display| format!("`{path}`, line {number}: {fault}");
        let record: serde_json::Value = serde_json::from_str(line).map_err(|error| at(&error))?;
        let raw = record["raw"].as_str().ok_or_else(|| at(&"it has no text `raw`"))?;
        let raw = match record["encoding"].as_str() {
            None => raw.as_bytes().to_vec(),
            Some("escaped") => unescape(raw).ok_or_else(|| at(&"its `raw` has an escape that is none"))?,
            Some(other) => return Err(at(&format!("unknown encoding `{other}`")).into()),
        };
        let header = record["header"].as_str();
        let named = imports.iter().find(|import| Some(import.import_name()) == record["import"].as_str());
        let columns = match header {
            Some(header) => cells(header, delimiter(header)),
            None => paths(&raw),
        };
        // The import that it came by, unless the schema file has none of that name any more, or it no longer fits.
        let fits =
            |import: &&Mapping| header.is_none() || ingest::choose(std::slice::from_ref(import), &columns).is_ok();
        let mapping = match named.filter(fits) {
            Some(mapping) => mapping,
            None => ingest::choose(imports, &columns).map_err(|error| at(&error))?,
        };
        let header = header.map(str::to_owned);
        let batch = batches.entry((mapping.import_name(), header.clone())).or_insert_with(|| Batch {
            mapping,
            header,
            records: Vec::new(),
        });
        batch.records.push((number, raw));
    }
    Ok(batches.into_values().collect())
}

/// The names in a header.
fn cells(header: &str, delimiter: char) -> Vec<Text> {
    let mut quoted = false;
    let cells = header.split(|letter| {
        quoted ^= letter == '"';
        !quoted && letter == delimiter
    });
    let name = |cell: &str| match cell.trim().strip_prefix('"').and_then(|cell| cell.strip_suffix('"')) {
        Some(within) => within.replace("\"\"", "\"").trim().into(),
        None => cell.trim().into(),
    };
    cells.map(name).collect()
}

/// Every path of an object.
fn paths(raw: &[u8]) -> Vec<Text> {
    // It is held to the schema's limits when it is received.
    let roomy = Limits { record_bytes: 16 << 20, depth: 64, keys: 1 << 16, text_bytes: 16 << 20, ..Limits::default() };
    let mut all = BTreeSet::new();
    if let Ok(object) = json::parse(raw, &roomy) {
        list(&object, "", &mut all);
    }
    all.into_iter().collect()
}

fn list(value: &Value, under: &str, to: &mut BTreeSet<Text>) {
    let mut below = |path: String, value: &Value| {
        list(value, &path, to);
        to.insert(path.into());
    };
    match value {
        Value::Map(pairs) => {
            for (name, value) in pairs.iter() {
                below(if under.is_empty() { name.to_string() } else { format!("{under}.{name}") }, value);
            }
        }
        Value::List(items) => {
            for (nth, value) in items.iter().enumerate() {
                below(format!("{under}[{nth}]"), value);
            }
        }
        _ => {}
    }
}
