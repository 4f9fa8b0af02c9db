//! Files become records in the order of time.
//!
//! Each record is looked at once against the schema: what cannot be received is counted by its reason with the first
//! places, and what occurred after the instant that is asked about is set aside as later. The rest is sorted by when it
//! occurred, ties in the order of the files, and each is received when it occurred: so a fresh evaluation and a live run
//! are given the very same records, and none is late.

use std::collections::BTreeMap;
use std::path::Path;

use onefold::ingest::Mapping;
use onefold::model::{Draft, Issue, Parsed, Schema, Tally, Text, Time};
use onefold_examples::file::File;
use onefold_examples::{Failure, say, table, warn};

/// How many places of a reason are shown.
const SHOWN: usize = 5;

/// The records of some files.
pub struct Input {
    /// The instant that is asked about.
    pub at: Time,
    // INVARIANT: sorted by time; nothing after `at`.
    drafts: Vec<(Time, Box<Draft>)>,
    files: Vec<Count>,
}

/// What became of a file's rows.
struct Count {
    file: String,
    import: String,
    received: u64,
    later: u64,
    undated: u64,
    unnamed: Vec<Text>,
    refused: Reasons,
    noted: Reasons,
}

/// Rows by what is the matter with them and where, with the first of them.
type Reasons = BTreeMap<(Text, Text), (u64, Vec<Issue>)>;

impl Input {
    /// Reads files up to an instant.
    pub fn read(paths: &[String], imports: &[Mapping], schema: &Schema, at: Time) -> Result<Self, Failure> {
        if paths.is_empty() {
            return Err("name the files with events and people".into());
        }
        // All files are looked at before the first row is read.
        let (mut files, mut faults) = (Vec::new(), Vec::new());
        for path in paths {
            match File::look(Path::new(path), imports) {
                Ok(file) => files.push(file),
                Err(fault) => faults.push(fault.to_string()),
            }
        }
        if !faults.is_empty() {
            return Err(faults.join("\nerror: ").into());
        }
        let mut input = Self { at, drafts: Vec::new(), files: Vec::new() };
        for file in &files {
            input.take(file, schema)?;
        }
        input.drafts.sort_by_key(|(at, _)| *at);
        Ok(input)
    }

    fn take(&mut self, file: &File<'_>, schema: &Schema) -> Result<(), Failure> {
        let mut count = Count {
            file: file.name(),
            import: file.mapping.import_name().to_owned(),
            received: 0,
            later: 0,
            undated: 0,
            unnamed: file.unnamed.clone(),
            refused: Reasons::new(),
            noted: Reasons::new(),
        };
        let mut notes = Vec::new();
        for parsed in file.read(schema, None)? {
            count.received += 1;
            let draft = match parsed {
                Parsed::Draft(draft) => draft,
                Parsed::Quarantined { issue, .. } => {
                    tell(&mut count.refused, issue);
                    continue;
                }
            };
            // Where the file does not say when a record came, it came when it occurred.
            let came = draft.received_at().or_else(|| draft.original()).unwrap_or(self.at);
            let event = match draft.receive_noting(came, &mut notes) {
                Ok(event) => event,
                Err(issue) => {
                    notes.clear();
                    tell(&mut count.refused, issue);
                    continue;
                }
            };
            notes.drain(..).for_each(|note| tell(&mut count.noted, note));
            let is_told = draft.received_at().is_some();
            let occurred = match draft.original() {
                Some(original) if !is_told => original,
                _ => event.times.occurred,
            };
            if draft.original().is_none() && !is_told {
                count.undated += 1;
            }
            if occurred > self.at {
                count.later += 1;
                continue;
            }
            // The bytes as they came are of no use any more; a clock that was corrected once is not corrected again.
            let draft = draft.raw(&[]).received(occurred);
            let draft = if event.times.sent.is_some() { draft.at(occurred).sent(occurred) } else { draft };
            self.drafts.push((occurred, Box::new(draft)));
        }
        self.files.push(count);
        Ok(())
    }

    /// When the first record occurred.
    pub fn start(&self) -> Time {
        self.drafts.first().map_or(self.at, |(at, _)| *at)
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// The records in runs of about so many, none of which ends between two of one instant.
    pub fn runs(&self, most: usize) -> impl Iterator<Item = &[(Time, Box<Draft>)]> {
        let mut rest = self.drafts.as_slice();
        std::iter::from_fn(move || {
            let last = rest.get(most.max(1) - 1).or_else(|| rest.last())?.0;
            let end = rest.partition_point(|(at, _)| *at <= last);
            let (run, after) = rest.split_at(end);
            rest = after;
            Some(run)
        })
    }

    /// How all rows add up, given how the platform counted those that it was given.
    pub fn tally(&self, mut tally: Tally) -> Tally {
        let refused: u64 = self.files.iter().flat_map(|file| file.refused.values()).map(|(count, _)| count).sum();
        tally.quarantined += refused;
        tally.received += refused + self.later();
        tally
    }

    /// How many rows occurred after the instant.
    pub fn later(&self) -> u64 {
        self.files.iter().map(|file| file.later).sum()
    }

    /// What is the matter with rows, by code.
    pub fn reasons(&self) -> serde_json::Value {
        let sum = |of: fn(&Count) -> &Reasons| {
            let mut all: BTreeMap<String, u64> = BTreeMap::new();
            for ((code, _), (count, _)) in self.files.iter().flat_map(of) {
                *all.entry(code.to_string()).or_default() += count;
            }
            all
        };
        serde_json::json!({ "refused": sum(|file| &file.refused), "noted": sum(|file| &file.noted) })
    }

    /// A table of the files, for a reader.
    pub fn print(&self, tally: Tally) {
        let mut rows = Vec::new();
        for file in &self.files {
            let refused: u64 = file.refused.values().map(|(count, _)| count).sum();
            let counts = [file.received, refused, file.later, file.undated].map(|count| count.to_string());
            rows.push([file.file.clone(), file.import.clone()].into_iter().chain(counts).collect());
        }
        say!("== What came in");
        table(&["file", "import", "rows", "refused", "later", "undated"], &rows);
        say!(
            "  {} rows = {} accepted + {} duplicate + {} quarantined + {} suppressed + {} later",
            tally.received,
            tally.accepted,
            tally.duplicate,
            tally.quarantined,
            tally.suppressed,
            self.later()
        );
    }

    /// What is the matter with rows, on standard error.
    pub fn warn(&self) {
        for file in &self.files {
            if !file.unnamed.is_empty() {
                let columns: Vec<String> = file.unnamed.iter().map(|column| format!("`{column}`")).collect();
                warn!("{}: import `{}` does not name {}", file.file, file.import, columns.join(", "));
            }
            for ((code, path), (count, first)) in &file.refused {
                warn!("{}: {count} refused: {code}{}", file.file, at(path));
                for issue in first {
                    let row = issue.row.map_or_else(String::new, |row| format!("row {row}: "));
                    warn!("  {row}{}", if issue.detail.is_empty() { &issue.code } else { &issue.detail });
                }
                if *count > SHOWN as u64 {
                    warn!("  and {} more", count - SHOWN as u64);
                }
            }
            for ((code, path), (count, _)) in &file.noted {
                warn!("{}: {count} noted, and taken in: {code}{}", file.file, at(path));
            }
            if file.undated > 0 {
                warn!("{}: {} rows have no time and count as of {}", file.file, file.undated, self.at);
            }
        }
    }
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{path}`") }
}

fn tell(reasons: &mut Reasons, issue: Issue) {
    let (count, first) = reasons.entry((issue.code.clone(), issue.path.clone())).or_default();
    *count += 1;
    if first.len() < SHOWN {
        first.push(issue);
    }
}
