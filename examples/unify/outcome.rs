//! What became of the records: the counts of each file, what was kept aside, and the profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use onefold::Platform;
use onefold::ingest::Mapping;
use onefold::model::{Class, EventId, Issue, Parsed, Pii, ProfileId, Quarantined, Tally, Text, Value};

use crate::Failure;
use crate::file::Records;

/// The outcome of one file.
pub struct Outcome {
    pub file: String,
    pub import: String,
    pub tally: Tally,
    /// The records that were kept aside, each with the column that is at fault, where one is.
    pub kept: Vec<(Option<Text>, Quarantined)>,
    /// The columns that the import does not name.
    pub unnamed: Vec<Text>,
    /// The first line of the file, where its rows need one to be read again.
    header: Option<String>,
}

/// What is known of a file.
pub struct About<'a> {
    pub file: &'a str,
    pub mapping: &'a Mapping,
    pub unnamed: &'a [Text],
    pub header: Option<&'a str>,
}

/// The column of the file that a path of a record came from.
fn column_of(mapping: &Mapping, path: &str) -> Option<Text> {
    if path.is_empty() {
        return None;
    }
    let (part, name) = path.split_once('.').unwrap_or((path, ""));
    let map = match part {
        "properties" => Some(&mapping.properties),
        "traits" => Some(&mapping.traits),
        "who" => Some(&mapping.who),
        _ => None,
    };
    let plain = map.and_then(|map| map.iter().find(|(_, names)| names.0.iter().any(|known| known.as_str() == name)));
    let money = mapping.money.iter().find(|(_, amount)| {
        let target = if part == "properties" { &amount.property } else { &amount.field };
        map.is_some() && target.as_deref() == Some(name)
    });
    let itself = || mapping.named_columns().into_iter().find(|column| column.as_str() == path);
    plain.map(|(column, _)| column.clone()).or_else(|| money.map(|(column, _)| column.clone())).or_else(itself)
}

/// The outcomes of all files.
pub struct Outcomes {
    pub files: Vec<Outcome>,
    known: BTreeSet<EventId>,
    /// Conflicts that a store had before.
    old: BTreeSet<String>,
}

impl Outcomes {
    /// Begins; what a store has kept aside earlier belongs to no file of this run.
    pub fn before(platform: &Platform) -> Result<Self, Failure> {
        let known = platform.quarantined()?.into_iter().map(|record| record.id).collect();
        let old = if platform.accepted() > 0 { conflicts(platform)? } else { BTreeSet::new() };
        Ok(Self { files: Vec::new(), known, old })
    }

    /// Takes down what became of a file. `again` reads it once more: what the schema refused does not know its row.
    pub fn after<'a>(
        &mut self,
        platform: &Platform,
        about: About<'_>,
        tally: Tally,
        again: impl FnOnce() -> Result<Records<'a>, Failure>,
    ) -> Result<(), Failure> {
        let mut kept = Vec::new();
        if tally.quarantined > 0 {
            kept = platform.quarantined()?.into_iter().filter(|record| self.known.insert(record.id)).collect();
        }
        let mut rowless: BTreeMap<EventId, Vec<&mut Quarantined>> = BTreeMap::new();
        for record in kept.iter_mut().filter(|record| record.issue.row.is_none()) {
            if let Some(event) = record.event {
                rowless.entry(event).or_default().push(record);
            }
        }
        if !rowless.is_empty() {
            for (row, parsed) in (1..).zip(again()?) {
                let Parsed::Draft(draft) = parsed else { continue };
                let Some(records) = draft.id().and_then(|id| rowless.get_mut(&id)) else { continue };
                let raw = draft.to_raw();
                if let Some(at) = records.iter().position(|record| **record.raw.reveal() == *raw) {
                    records.swap_remove(at).issue.row = Some(row);
                }
            }
        }
        kept.sort_by_key(|record| record.issue.row);
        self.files.push(Outcome {
            file: about.file.into(),
            import: about.mapping.import_name().into(),
            tally,
            kept: kept.into_iter().map(|record| (column_of(about.mapping, &record.issue.path), record)).collect(),
            unnamed: about.unnamed.to_vec(),
            header: about.header.map(str::to_owned),
        });
        Ok(())
    }

    /// Whether records are missing from those kept aside: one whose id another record has, with other content, is known
    /// to be in conflict only when all have come.
    pub fn lacks(&self) -> bool {
        self.files.iter().any(|file| file.tally.quarantined > file.kept.len() as u64)
    }

    /// Finds the records in conflict among those of a file, read once more. `nth` is the file's place.
    pub fn conflicting(
        &mut self,
        platform: &Platform,
        nth: usize,
        mapping: &Mapping,
        records: Records<'_>,
    ) -> Result<(), Failure> {
        let mut wanted: BTreeSet<String> = conflicts(platform)?.difference(&self.old).cloned().collect();
        let Some(file) = self.files.get_mut(nth) else { return Ok(()) };
        let shown: BTreeSet<Option<u64>> = file.kept.iter().map(|(_, record)| record.issue.row).collect();
        for (row, parsed) in (1..).zip(records) {
            if file.kept.len() as u64 >= file.tally.quarantined {
                break;
            }
            let Parsed::Draft(draft) = parsed else { continue };
            let (issue, column) = match draft.receive(platform.now()) {
                Ok(event) => {
                    let name = conflict(&event.id.to_string(), &event.content.to_string());
                    if !wanted.remove(&name) {
                        continue;
                    }
                    self.old.insert(name);
                    (Issue::new("conflict", "", "another record has its id and other content"), mapping.id.clone())
                }
                // Refused, and its id is that of an accepted record.
                Err(issue) if !shown.contains(&Some(row)) => {
                    let column = column_of(mapping, &issue.path);
                    (issue, column)
                }
                Err(_) => continue,
            };
            let Some(id) = draft.id() else { continue };
            let record = Quarantined {
                id,
                event: Some(id),
                import: draft.import_name().into(),
                issue: issue.row(row),
                raw: Pii::new(draft.to_raw()),
                received: draft.received_at().unwrap_or_else(|| platform.now()),
            };
            file.kept.push((column, record));
        }
        file.kept.sort_by_key(|(_, record)| record.issue.row);
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
            for (column, record) in &outcome.kept {
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
                    ("column".into(), column.clone().into()),
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

/// The records in conflict, by event and content, as the canonical dump tells.
fn conflicts(platform: &Platform) -> Result<BTreeSet<String>, Failure> {
    let mut lines = Conflicts { line: Vec::new(), found: BTreeSet::new() };
    platform.dump(&mut lines)?;
    Ok(lines.found)
}

fn conflict(event: &str, content: &str) -> String {
    format!("{event} {content}")
}

/// Takes the lines of a dump that tell of conflicts, and lets the others go by.
struct Conflicts {
    line: Vec<u8>,
    found: BTreeSet<String>,
}

impl Write for Conflicts {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            self.line.extend(bytes);
            return Ok(bytes.len());
        };
        self.line.extend(&bytes[..end]);
        if self.line.ends_with(b"\"is\":\"conflict\"}") {
            let line: serde_json::Value = serde_json::from_slice(&self.line)?;
            if let (Some(event), Some(content)) = (line["event"].as_str(), line["content"].as_str()) {
                self.found.insert(conflict(event, content));
            }
        }
        self.line.clear();
        Ok(end + 1)
    }

    fn flush(&mut self) -> std::io::Result<()> {
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
