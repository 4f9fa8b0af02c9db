//! What was kept aside, fed again.
//!
//! A record that could be read as a row or object is kept as a JSON object of its cells, and is read again by the import
//! whose columns it has. A row that could not be split is kept as it came, with the header of its file beside it; once
//! somebody has mended it, it is a row under that header.

use std::collections::{BTreeMap, BTreeSet};

use onefold::ingest::{self, Mapping, json};
use onefold::model::{Schema, Text, Time, Value};

use crate::Failure;
use crate::file::{Format, Records, list, records, roomy};
use crate::outcome::unescape;

/// Records of one import that are read together, so that equal rows are counted as they were.
pub struct Batch<'a> {
    pub mapping: &'a Mapping,
    /// The header of rows; objects have none.
    pub header: Option<String>,
    bytes: Vec<u8>,
}

impl Batch<'_> {
    pub fn read(&self, schema: &Schema, received: Option<Time>) -> Result<Records<'_>, Failure> {
        let format = if self.header.is_some() { Format::Csv } else { Format::Lines };
        Ok(records(self.bytes.as_slice(), format, self.mapping, schema, received)?)
    }
}

/// Reads a file of quarantined records.
pub fn read<'a>(path: &str, imports: &'a [Mapping]) -> Result<Vec<Batch<'a>>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    let mut batches: BTreeMap<(&str, Option<String>), Batch<'a>> = BTreeMap::new();
    for (nth, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = |fault: &dyn std::fmt::Display| format!("`{path}`, line {}: {fault}", nth + 1);
        let record: serde_json::Value = serde_json::from_str(line).map_err(|error| at(&error))?;
        let raw = record["raw"].as_str().ok_or_else(|| at(&"it has no text `raw`"))?;
        let raw = match record["encoding"].as_str() {
            None => raw.as_bytes().to_vec(),
            Some("escaped") => unescape(raw).ok_or_else(|| at(&"its `raw` has an escape that is none"))?,
            Some(other) => return Err(at(&format!("unknown encoding `{other}`")).into()),
        };
        let object = json::parse(&raw, &roomy()).ok().filter(|value| matches!(value, Value::Map(_)));
        let header = record["header"].as_str().filter(|_| object.is_none());
        let named = || imports.iter().find(|import| Some(import.import_name()) == record["import"].as_str());
        let mapping = match (&object, header) {
            (Some(object), _) => {
                let mut columns = BTreeSet::new();
                list(object, "", &mut columns);
                let columns: Vec<Text> = columns.into_iter().collect();
                ingest::choose(imports, &columns).or_else(|error| named().ok_or(error)).map_err(|error| at(&error))?
            }
            (None, Some(header)) => {
                let mut found = named();
                if found.is_none() {
                    found = imports.iter().find(|import| fits(import, header));
                }
                found.ok_or_else(|| at(&"no import fits its header"))?
            }
            (None, None) => {
                named().or_else(|| imports.first()).ok_or_else(|| at(&"the schema file has no `[[import]]`"))?
            }
        };
        let header = header.map(str::to_owned);
        let batch = batches.entry((mapping.import_name(), header.clone())).or_insert_with(|| {
            let mut bytes = header.clone().map(String::into_bytes).unwrap_or_default();
            if !bytes.is_empty() {
                bytes.push(b'\n');
            }
            Batch { mapping, header, bytes }
        });
        // What is no object must stay one line, and is then set aside again.
        let in_rows = batch.header.is_some();
        batch.bytes.extend(raw.iter().map(|byte| if !in_rows && matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        batch.bytes.push(b'\n');
    }
    Ok(batches.into_values().collect())
}

fn fits(import: &Mapping, header: &str) -> bool {
    let cells: Vec<Text> =
        header.split([',', ';', '\t', '|']).map(|cell| cell.trim().trim_matches('"').into()).collect();
    ingest::choose(std::slice::from_ref(import), &cells).is_ok()
}
