//! What is told about a run, in tables.

use std::collections::BTreeMap;

use onefold::Platform;
use onefold::model::{Class, Members};
use onefold_examples::{say, table};

use crate::outcome::Outcomes;

/// How many records of a file are shown that were kept aside.
const SHOWN: usize = 5;

/// Prints all of it.
pub fn print(platform: &Platform, outcomes: &Outcomes<'_>) {
    say!("At {}.", platform.now());
    intake(outcomes);
    notes(platform);
    unity(platform);
    segments(platform);
}

fn intake(outcomes: &Outcomes<'_>) {
    say!("\n== What came in");
    let line = |name: &str, import: &str, tally: &onefold::model::Tally| {
        let counts = [tally.received, tally.accepted, tally.duplicate, tally.quarantined, tally.suppressed];
        [name.to_owned(), import.to_owned()]
            .into_iter()
            .chain(counts.map(|count| count.to_string()))
            .collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<String>> =
        outcomes.files.iter().map(|file| line(&file.file, file.mapping.import_name(), &file.tally)).collect();
    if rows.len() > 1 {
        rows.push(line("together", "", &outcomes.tally()));
    }
    table(&["file", "import", "received", "accepted", "duplicate", "quarantined", "suppressed"], &rows);
    for outcome in &outcomes.files {
        if !outcome.unnamed.is_empty() {
            let columns: Vec<String> = outcome.unnamed.iter().map(|column| format!("`{column}`")).collect();
            say!("  {}: import `{}` does not name {}", outcome.file, outcome.mapping.import_name(), columns.join(", "));
        }
        for (column, record) in outcome.kept.iter().take(SHOWN) {
            let issue = &record.issue;
            let row = issue.row.map_or_else(String::new, |row| format!(", row {row}"));
            let column = match column {
                Some(column) => format!(", column `{column}`"),
                None if issue.path.is_empty() => String::new(),
                None => format!(", `{}`", issue.path),
            };
            say!("  {}{row}{column}: {}: {}", outcome.file, issue.code, issue.detail);
        }
        if outcome.kept.len() > SHOWN {
            say!("  {}: and {} more", outcome.file, outcome.kept.len() - SHOWN);
        }
    }
    let superseded = outcomes.superseded();
    if superseded > 0 {
        say!("  {superseded} of earlier runs gave way to records with their ids; the store keeps them as variants");
    }
}

fn notes(platform: &Platform) {
    let mut rows = Vec::new();
    for (source, notes) in platform.notes() {
        for ((code, path), count) in notes {
            rows.push(vec![count.to_string(), source.to_owned(), code.to_string(), path.to_string()]);
        }
    }
    if !rows.is_empty() {
        say!("\n== What was noticed, and kept nothing out");
        table(&["records", "source", "what", "where"], &rows);
    }
}

fn unity(platform: &Platform) {
    say!("\n== Who is who");
    let (schema, graph) = (platform.schema(), platform.graph());
    let mut by_kind: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_size: BTreeMap<usize, u64> = BTreeMap::new();
    for id in graph.profiles() {
        let members = graph.members(id);
        *by_size.entry(members.len()).or_default() += 1;
        for member in members {
            let name = match schema.class(member.kind) {
                Class::Record => "rows that name nobody".to_owned(),
                _ => schema.kind_info(member.kind).map_or_else(String::new, |kind| kind.name.to_string()),
            };
            *by_kind.entry(name).or_default() += 1;
        }
    }
    let rows: Vec<Vec<String>> = by_kind.into_iter().map(|(kind, count)| vec![kind, count.to_string()]).collect();
    table(&["identifiers", "values"], &rows);
    let profiles: u64 = by_size.values().sum();
    let alone = by_size.get(&1).copied().unwrap_or(0);
    say!(
        "  {profiles} profiles; {alone} have one identifier, the largest {}",
        by_size.keys().max().copied().unwrap_or(0)
    );
    let cuts = graph.cuts().count();
    if cuts > 0 {
        say!(
            "  {cuts} links are cut; the first: {}",
            graph.cuts().next().map_or_else(String::new, |cut| cut.reason.to_string())
        );
    }
    for (member, neighbours) in graph.generic() {
        let kind = schema.kind_info(member.kind).map_or("", |kind| &kind.name);
        say!("  a value of `{kind}` stands with {neighbours} others: it is generic, and links through it do not count");
    }
}

fn segments(platform: &Platform) {
    let sizes = platform.sizes();
    if sizes.is_empty() {
        return;
    }
    say!("\n== Who belongs where");
    table(
        &["segment", "profiles"],
        &sizes.into_iter().map(|(name, size)| vec![name, size.to_string()]).collect::<Vec<_>>(),
    );
    if let Some(due) = platform.next_due() {
        say!("  the next change by time alone: {due}");
    }
}
