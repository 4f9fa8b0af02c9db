//! What became of the records: the counts of each file, what was kept aside, and the profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use onefold::Platform;
use onefold::ingest::Mapping;
use onefold::model::{Class, Event, EventId, Issue, Parsed, Pii, ProfileId, Quarantined, Tally, Text, Value};

use onefold_examples::Failure;
use onefold_examples::file::Records;

/// The outcome of one file.
pub struct Outcome<'a> {
    pub file: String,
    pub mapping: &'a Mapping,
    pub tally: Tally,
    /// The records that were kept aside, each with the column that is at fault, where one is.
    pub kept: Vec<(Option<Text>, Quarantined)>,
    /// The columns that the import does not name.
    pub unnamed: Vec<Text>,
    /// The first row of a CSV file: its rows need it to be read again.
    header: Option<String>,
    /// How many were kept aside for what is wrong with themselves, and not for another record with their id.
    refused: u64,
}

/// What is known of a file.
pub struct About<'a> {
    pub file: String,
    pub mapping: &'a Mapping,
    pub unnamed: Vec<Text>,
    pub header: Option<String>,
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

/// The name of a record that is kept aside: of those in conflict several have one id.
type Name = (EventId, Option<Box<[u8]>>);

fn name(record: &Quarantined) -> Name {
    (record.id, is_conflict(record).then(|| record.raw.reveal().clone()))
}

fn is_conflict(record: &Quarantined) -> bool {
    record.issue.code == CONFLICT
}

const CONFLICT: &str = "conflict";

/// The outcomes of all files.
pub struct Outcomes<'a> {
    pub files: Vec<Outcome<'a>>,
    /// What a store had kept aside earlier: it belongs to no file of this run.
    known: BTreeSet<Name>,
    refused: u64,
}

impl<'a> Outcomes<'a> {
    /// Begins with what is there before the first file.
    pub fn before(platform: &Platform) -> Result<Self, Failure> {
        let known = platform.quarantined()?.iter().map(name).collect();
        Ok(Self { files: Vec::new(), known, refused: refused(platform) })
    }

    /// Takes down how the records of a file add up.
    pub fn after(&mut self, platform: &Platform, about: About<'a>, tally: Tally) {
        let refused = refused(platform);
        let before = std::mem::replace(&mut self.refused, refused);
        self.files.push(Outcome {
            file: about.file,
            mapping: about.mapping,
            tally,
            kept: Vec::new(),
            unnamed: about.unnamed,
            header: about.header,
            refused: refused.saturating_sub(before),
        });
    }

    /// Finds out which records of which file were kept aside, when all have come. The log has those that were refused
    /// in the order of the files. Two sorts are in it otherwise than their files have them: of records with one id and
    /// different contents any may be the one that counts, and a refused record no longer waits where one with its id
    /// was accepted. Where there are any, `again` reads the files once more.
    pub fn finish<'r>(
        &mut self,
        platform: &Platform,
        again: impl Fn(usize) -> Result<Records<'r>, Failure>,
    ) -> Result<(), Failure> {
        let quarantined = self.tally().quarantined;
        if quarantined == 0 {
            return Ok(());
        }
        let new = platform.quarantined()?.into_iter().filter(|record| !self.known.contains(&name(record)));
        let (conflicts, refused): (Vec<_>, Vec<_>) = new.partition(is_conflict);
        if conflicts.is_empty() && refused.len() as u64 == quarantined {
            let mut refused = refused.into_iter();
            for file in &mut self.files {
                let kept = refused.by_ref().take(file.refused as usize);
                file.kept = kept.map(|record| (column_of(file.mapping, &record.issue.path), record)).collect();
            }
        } else {
            let mut wanted = Wanted::new(conflicts, refused);
            for (nth, file) in self.files.iter_mut().enumerate() {
                wanted.find(platform, file, again(nth)?);
            }
        }
        for file in &mut self.files {
            file.kept.sort_by_key(|(_, record)| record.issue.row);
        }
        Ok(())
    }

    /// How many records were kept aside and are in no file of this run: those of a store's earlier runs whose id came
    /// with other content that counts now.
    pub fn superseded(&self) -> u64 {
        let kept: usize = self.files.iter().map(|file| file.kept.len()).sum();
        self.tally().quarantined.saturating_sub(kept as u64)
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
                    ("import".into(), outcome.mapping.import_name().into()),
                ];
                if let Some(header) = outcome.header.as_deref() {
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

/// How many records were refused so far for what is wrong with themselves.
fn refused(platform: &Platform) -> u64 {
    platform.kept_aside().iter().filter(|(code, _)| *code != CONFLICT).map(|(_, count)| count).sum()
}

/// A record's bytes and its row.
type Place = (Box<[u8]>, Option<u64>);

/// The records to be found in their files.
struct Wanted {
    /// As the messages that they are, by id.
    conflicts: BTreeMap<EventId, Vec<Quarantined>>,
    /// By their bytes and rows.
    refused: BTreeMap<Place, Vec<Quarantined>>,
    /// The refused ones that were found: one that is the same is a copy.
    found: BTreeSet<(Box<[u8]>, EventId)>,
}

impl Wanted {
    fn new(conflicts: Vec<Quarantined>, refused: Vec<Quarantined>) -> Self {
        let mut wanted = Self { conflicts: BTreeMap::new(), refused: BTreeMap::new(), found: BTreeSet::new() };
        for record in conflicts {
            wanted.conflicts.entry(record.id).or_default().push(record);
        }
        for record in refused {
            let place = (record.raw.reveal().clone(), record.issue.row);
            wanted.refused.entry(place).or_default().push(record);
        }
        wanted
    }

    fn find(&mut self, platform: &Platform, file: &mut Outcome<'_>, records: Records<'_>) {
        let mut refused = 0;
        for parsed in records {
            let (issue, raw, draft) = match parsed {
                Parsed::Quarantined { issue, raw, .. } => (issue, raw.reveal().clone(), None),
                Parsed::Draft(draft) => match draft.receive(platform.now()) {
                    Ok(event) => {
                        if let Some(record) = self.conflict(platform, &event) {
                            let issue = Issue::new(CONFLICT, "", "another record with this id says something else");
                            // The draft knows its row, and tells it with a fault.
                            let issue = draft.as_ref().clone().fault(issue.clone()).receive(platform.now()).err();
                            let issue = issue.unwrap_or(record.issue);
                            let record = Quarantined { issue, raw: Pii::new(draft.to_raw()), ..record };
                            file.kept.push((file.mapping.id.clone(), record));
                        }
                        continue;
                    }
                    Err(issue) => (issue, draft.to_raw(), Some(draft)),
                },
            };
            let id = draft.as_ref().and_then(|draft| draft.id());
            let waiting = self.refused.get_mut(&(raw.clone(), issue.row)).and_then(Vec::pop);
            let is_copy = id.is_some_and(|id| !self.found.insert((raw.clone(), id)));
            let record = match (waiting, id, draft) {
                (Some(record), _, _) => record,
                // One with its id was accepted, so that it waits no longer.
                (None, Some(id), Some(draft)) if !is_copy && refused < file.refused => Quarantined {
                    id,
                    event: Some(id),
                    import: draft.import_name().into(),
                    raw: Pii::new(raw),
                    received: draft.received_at().unwrap_or_else(|| platform.now()),
                    issue,
                },
                _ => continue,
            };
            refused += 1;
            file.kept.push((column_of(file.mapping, &record.issue.path), record));
        }
    }

    fn conflict(&mut self, platform: &Platform, event: &Event) -> Option<Quarantined> {
        let records = self.conflicts.get_mut(&event.id)?;
        let message = event.message(platform.schema()).to_json();
        let at = records.iter().position(|record| **record.raw.reveal() == *message.as_bytes())?;
        Some(records.swap_remove(at))
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
