//! Anyone's files, unified: CSV and JSON lines in, profiles and segments out.
//!
//! `cargo run --release --example unify -- --schema shop.toml orders.csv customers.ndjson` reads the files by the
//! `[[import]]` tables of the schema file. A file is known by its columns, never by its name. Every row is accounted
//! for: accepted, duplicate, quarantined with its file, row and column, or suppressed. `--schema-from FILE...` looks at
//! files and writes a schema to start from.
//!
//! The platform reads no clock, so this program tells it the time: `--at`, or the latest occurrence in the files. The
//! key of its tokens is fixed, so that equal files give equal profile ids; a real application keeps a key of its own.

mod outcome;
mod refeed;
mod report;
mod start;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use onefold::model::{Tally, Time, TokenKey};
use onefold::store::KeyFile;
use onefold::{Config, Error, Platform};
use onefold_examples::file::{self, File};
use onefold_examples::{Args, Failure, say, warn};

use outcome::{About, Outcomes};

const HELP: &str = "\
Anyone's CSV and NDJSON files, unified.

  unify --schema FILE.toml FILE...       read the files by the schema's imports
  unify --schema-from FILE... [--out F]  look at the files, and write a schema to start from

  --at TIME            when the files were received and the segments are evaluated
                       (default: the latest occurrence found in the files)
  --profiles OUT       one JSON object a profile: id, identifiers, traits, segments, counts
  --quarantine OUT     one JSON object a record that was kept aside: code, path, row (from 1, without
                       the header), raw as it came, and what is needed to feed it again;
                       with `\"encoding\": \"escaped\"`, raw has \\xHH for bytes that are no UTF-8, and \\\\ for \\
  --refeed QUARANTINE  feed the records of such a file again
  --dump FILE          the canonical state, whose SHA-256 is the digest
  --store DIR          keep the log in DIR; a second run on the same files adds nothing
  --threads N          receive records on N threads; the digest stays
  --json               one JSON object as the last line
";

/// The key under which identifiers become tokens. Fixed: this is an example.
const KEY: [u8; 32] = [0x1f; 32];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            warn!("error: {}", error.to_string().trim_end());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let options = ["schema", "at", "profiles", "quarantine", "refeed", "dump", "store", "threads", "out"];
    let args = Args::read(&["json", "help"], &options, &["schema-from"])?;
    if args.has("help") {
        say!("{}", HELP.trim_end());
        return Ok(());
    }
    if args.has("schema-from") {
        return start::run(args.all("schema-from").iter().chain(&args.rest), args.output("out")?);
    }
    if args.has("out") {
        return Err("`--out` is for `--schema-from`".into());
    }
    let schema_file = args
        .get("schema")
        .ok_or("say `--schema FILE.toml`, or `--schema-from FILE...` to get one; `--help` lists all")?;
    if args.rest.is_empty() && !args.has("refeed") {
        return Err("name the files to read".into());
    }

    let threads = args.threads()?;
    let [profiles_to, quarantine_to, dump_to] =
        [args.output("profiles")?, args.output("quarantine")?, args.output("dump")?];

    // 1. The schema file says what can be said, what the columns mean, and which groups there are.
    let text = std::fs::read_to_string(schema_file).map_err(|error| format!("cannot read `{schema_file}`: {error}"))?;
    let named = |error: Error| match error {
        // It is drawn under its line, and names the file there.
        Error::Config { .. } => error.to_string(),
        other => format!("`{schema_file}`: {other}"),
    };
    let config = Config::from_toml(schema_file, &text).map_err(named)?;
    let (schema, builder) = config.define(TokenKey::from(KEY)).map_err(named)?;

    // 2. Each file finds its import by its columns. All files are looked at before the first row is read.
    let mut files = Vec::new();
    let mut faults = Vec::new();
    for path in &args.rest {
        match File::look(Path::new(path), &config.imports) {
            Ok(file) => files.push(file),
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\nerror: ").into());
    }
    let again = args.get("refeed").map(|path| refeed::read(path, &config.imports)).transpose()?.unwrap_or_default();

    // 3. The time is told. Where nobody tells it, it is the latest occurrence that the records speak of.
    let at = match args.get("at") {
        Some(at) => at.parse().map_err(|error| format!("`--at {at}`: {error}"))?,
        None => {
            let mut latest: Option<Time> = None;
            for file in &files {
                latest = latest.max(file::latest(file.read(&schema, None)?));
            }
            for batch in &again {
                latest = latest.max(file::latest(batch.read(&schema, None)?));
            }
            latest.unwrap_or(Time::EPOCH)
        }
    };

    // 4. The platform is opened, and takes the records in.
    let builder = match threads {
        1 => builder,
        _ => builder.pool(Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?)),
    };
    let mut platform = match args.get("store") {
        Some(directory) => builder.open(directory, KeyFile::from_bytes(KEY), at)?,
        None => builder.in_memory(at)?,
    };
    let mut outcomes = Outcomes::before(&platform)?;
    for file in &files {
        let tally = platform.ingest(file.read(&schema, Some(at))?)?;
        let header = file.header().map(str::to_owned);
        let about = About { file: file.name(), mapping: file.mapping, unnamed: file.unnamed.clone(), header };
        outcomes.after(&platform, about, tally);
    }
    for batch in &again {
        let tally = platform.ingest(batch.read(&schema, Some(at))?)?;
        let file = args.get("refeed").unwrap_or_default().to_owned();
        let about = About { file, mapping: batch.mapping, unnamed: Vec::new(), header: batch.header.clone() };
        outcomes.after(&platform, about, tally);
    }
    outcomes.finish(&platform, |nth| {
        match (files.get(nth), nth.checked_sub(files.len()).and_then(|nth| again.get(nth))) {
            (Some(file), _) => file.read(&schema, Some(at)),
            (None, Some(batch)) => batch.read(&schema, Some(at)),
            (None, None) => Ok(Box::new(std::iter::empty())),
        }
    })?;
    platform.advance(at)?;

    // 5. What came of it.
    report::print(&platform, &outcomes);
    if let Some(path) = profiles_to {
        onefold_examples::write(path, |to| outcome::profiles(&platform, to))?;
    }
    if let Some(path) = quarantine_to {
        onefold_examples::write(path, |to| outcomes.quarantine(to))?;
    }
    if let Some(path) = dump_to {
        onefold_examples::write(path, |to| platform.dump(to))?;
    }
    let digest = platform.digest();
    say!("\nThe state's digest: {digest}");
    if args.has("json") {
        say!("{}", last_line(&platform, outcomes.tally(), &digest));
    }
    Ok(())
}

fn last_line(platform: &Platform, tally: Tally, digest: &str) -> serde_json::Value {
    let profiles = platform.graph().profiles().count();
    serde_json::json!({
        "received": tally.received,
        "accepted": tally.accepted,
        "duplicate": tally.duplicate,
        "quarantined": tally.quarantined,
        "suppressed": tally.suppressed,
        "profiles": profiles,
        "merges": platform.graph().nodes() - profiles,
        "cuts": platform.graph().cuts().count(),
        "segments": platform.sizes(),
        "digest": digest,
    })
}
