//! A first schema, from looking at files.
//!
//! A file of which nothing can be read is an error, and says what is wrong with its first record. A header alone gives
//! columns of text. What a few rows suggest is said to be a suggestion.

use std::path::Path;

use onefold::ingest::{self, DataProfile, Mapping};
use onefold::model::{Issue, Kind, Parsed, Party, Schema, Text, TokenKey};
use onefold_examples::file::{self, Format};
use onefold_examples::{Failure, say, warn};

/// With fewer records, guesses are worth a second look.
const FEW: u64 = 100;

/// Looks at files and writes a schema.
pub fn run<'a>(paths: impl Iterator<Item = &'a String>, out: Option<&str>) -> Result<(), Failure> {
    let mut profiles = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        match look(path) {
            Ok(profile) => profiles.push(profile),
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\nerror: ").into());
    }
    if profiles.is_empty() {
        return Err("name the files to look at".into());
    }
    let text = ingest::infer_schema(&profiles);
    let Some(out) = out else {
        say!("{}", text.trim_end());
        return Ok(());
    };
    for profile in &profiles {
        say!("{profile}");
    }
    onefold_examples::write(out, |to| to.write_all(text.as_bytes()))?;
    say!("A schema to start from is in {out}.");
    Ok(())
}

/// The profile of a file that has something to look at.
fn look(path: &str) -> Result<DataProfile, Failure> {
    let at = Path::new(path);
    let format = file::format(at)?;
    let profile = match format {
        Format::Csv => DataProfile::of_csv(at)?,
        Format::Lines => DataProfile::of_ndjson(at)?,
    };
    let records = profile.records();
    match (records, first_fault(at, format)?) {
        (0, Some(fault)) => return Err(format!("`{path}`: no record of it can be read; {fault}").into()),
        (0, None) if format == Format::Csv => {
            warn!("note: `{path}` is a header and no rows: every column is taken for text");
            return header(at);
        }
        (0, None) => return Err(format!("`{path}` has no records").into()),
        (_, Some(fault)) => warn!("note: not every record of `{path}` can be read; {fault}"),
        (_, None) => {}
    }
    if records < FEW {
        let word = if records == 1 { "record" } else { "records" };
        warn!("note: `{path}` has {records} {word}: what is guessed from so few needs a look");
    }
    Ok(profile)
}

/// Columns of which nothing is known but their names.
fn header(path: &Path) -> Result<DataProfile, Failure> {
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let columns = ingest::csv_columns(path)?;
    let names: Vec<&str> = columns.iter().map(Text::as_str).collect();
    let mut profile = DataProfile::new(&stem);
    profile.row(&names, &vec![""; names.len()]);
    Ok(profile)
}

/// What is wrong with the first record that cannot be read, if there is one.
fn first_fault(path: &Path, format: Format) -> Result<Option<Issue>, Failure> {
    // Any mapping will do: what can be read at all becomes a draft, and is not received.
    let schema = Schema::builder().source("file", Party::First, 50).kind(Kind::person("name"));
    let schema = schema.build(TokenKey::from([0; 32]))?;
    let by = |column: &str| Mapping::of("file", "track").who(column, "name");
    let fault = |parsed: Parsed| match parsed {
        Parsed::Quarantined { issue, .. } => Some(issue),
        Parsed::Draft(_) => None,
    };
    Ok(match format {
        Format::Csv => {
            let columns = ingest::csv_columns(path)?;
            let first = columns.first().map_or("", Text::as_str);
            ingest::csv(path, &by(first), &schema)?.find_map(fault)
        }
        Format::Lines => ingest::ndjson(path, &by("name"), &schema)?.find_map(fault),
    })
}
