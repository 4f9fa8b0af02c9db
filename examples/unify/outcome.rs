//! What became of the records: the counts of each file, what was kept aside, and the profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use onefold::Platform;
use onefold::model::{Class, EventId, ProfileId, Quarantined, Tally, Text, Value};

use crate::Failure;

/// The outcome of one file.
pub struct Outcome {
    pub file: String,
    pub import: String,
    pub tally: Tally,
    /// The records that were kept aside.
    pub kept: Vec<Quarantined>,
    /// The first line of the file, where its rows need one to be read again.
    header: Option<String>,
}

/// The outcomes of all files.
pub struct Outcomes {
    pub files: Vec<Outcome>,
    known: BTreeSet<EventId>,
}

impl Outcomes {
    /// Begins; what a store has kept aside earlier belongs to no file of this run.
    pub fn before(platform: &Platform) -> Result<Self, Failure> {
        Ok(Self { files: Vec::new(), known: platform.quarantined()?.into_iter().map(|record| record.id).collect() })
    }

    /// Takes down what became of a file.
    pub fn after(&mut self, platform: &Platform, file: &str, import: &str, header: Option<&str>, tally: Tally) -> Result<(), Failure> {
        let mut kept = Vec::new();
        if tally.quarantined > 0 {
            kept = platform.quarantined()?.into_iter().filter(|record| self.known.insert(record.id)).collect();
        }
        self.files.push(Outcome { file: file.into(), import: import.into(), tally, kept, header: header.map(str::to_owned) });
        Ok(())
    }

    /// All files together.
    pub fn tally(&self) -> Tally {
        let mut all = Tally::default();
        self.files.iter().for_each(|file| all += file.tally);
        all
    }

    /// Writes what was kept aside, one JSON object a line.
    pub fn quarantine(&self, to: &mut dyn Write) -> Result<(), Failure> {
        for outcome in &self.files {
            for record in &outcome.kept {
                let raw = record.raw.reveal();
                let (raw, encoding) = match std::str::from_utf8(raw) {
                    Ok(text) => (text.to_owned(), None),
                    Err(_) => (escape(raw), Some("escaped")),
                };
                let row = record.issue.row.and_then(|row| i64::try_from(row).ok());
                let mut pairs: Vec<(Text, Value)> = vec![
                    ("code".into(), record.issue.code.clone().into()),
                    ("path".into(), record.issue.path.clone().into()),
                    ("detail".into(), record.issue.detail.clone().into()),
                    ("row".into(), row.into()),
                    ("file".into(), outcome.file.as_str().into()),
                    ("import".into(), record.import.clone().into()),
                ];
                let is_object = raw.trim_start().starts_with('{');
                if let Some(header) = outcome.header.as_deref().filter(|_| !is_object) {
                    pairs.push(("header".into(), header.into()));
                }
                if let Some(encoding) = encoding {
                    pairs.push(("encoding".into(), encoding.into()));
                }
                pairs.push(("raw".into(), raw.into()));
                writeln!(to, "{}", Value::map(pairs).to_json())?;
            }
        }
        Ok(())
    }
}

/// Bytes that are not UTF-8 as text: each that belongs to no character as `\xHH`, a backslash as two.
fn escape(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(&chunk.valid().replace('\\', "\\\\"));
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
    }
    out
}

/// The bytes that [`escape`] wrote.
pub fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend(rest[..at].bytes());
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('\\') {
            out.push(b'\\');
            rest = after;
        } else {
            let hex = rest.strip_prefix('x')?.get(..2)?;
            out.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &rest[3..];
        }
    }
    out.extend(rest.bytes());
    Some(out)
}

/// Writes the profiles, one JSON object a line.
pub fn profiles(platform: &Platform, to: &mut dyn Write) -> Result<(), Failure> {
    let mut segments: BTreeMap<ProfileId, Vec<Value>> = BTreeMap::new();
    for name in platform.sizes().keys() {
        for who in platform.members(name)? {
            segments.entry(who).or_default().push(name.as_str().into());
        }
    }
    let schema = platform.schema();
    for person in platform.persons() {
        let mut identifiers: BTreeMap<Text, Vec<Value>> = BTreeMap::new();
        for identifier in person.identifiers() {
            let kind = identifier.member().kind;
            if let Some(info) = schema.kind_info(kind).filter(|_| schema.class(kind) != Class::Record) {
                identifiers.entry(info.name.clone()).or_default().push(identifier.value().reveal().clone().into());
            }
        }
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for (_, _, name) in person.events() {
            *counts.entry(name).or_default() += 1;
        }
        let line = Value::map([
            ("id".into(), person.id.to_string().into()),
            ("identifiers".into(), Value::map(identifiers.into_iter().map(|(kind, values)| (kind, values.into())))),
            ("traits".into(), Value::map(person.traits().map(|(name, value)| (name.into(), value.clone())))),
            ("segments".into(), segments.remove(&person.id).unwrap_or_default().into()),
            ("counts".into(), Value::map(counts.into_iter().map(|(name, count)| (name.into(), count.into())))),
        ]);
        writeln!(to, "{}", line.to_json())?;
    }
    Ok(())
}
