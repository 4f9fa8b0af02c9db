//! Anyone's files, unified: CSV and JSON lines in, profiles and segments out.
//!
//! `cargo run --release --example unify -- --schema shop.toml orders.csv customers.ndjson` reads the files by the
//! `[[import]]` tables of the schema file. A file is known by its columns, never by its name. Every row is accounted
//! for: accepted, duplicate, quarantined with its file, row and column, or suppressed. `--schema-from FILE...` looks at
//! files and writes a schema to start from.
//!
//! The platform reads no clock, so this program tells it the time: `--at`, or the latest occurrence in the files. The
//! key of its tokens is fixed, so that equal files give equal profile ids; a real application keeps a key of its own.

mod file;
mod outcome;
mod refeed;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use onefold::model::{Tally, Time, TokenKey};
use onefold::store::KeyFile;
use onefold::{Config, Platform, ingest};
use onefold_examples::Args;

use file::File;
use outcome::{About, Outcomes};

pub type Failure = Box<dyn std::error::Error>;

const HELP: &str = "\
Anyone's CSV and NDJSON files, unified.

  unify --schema FILE.toml FILE...       read the files by the schema's imports
  unify --schema-from FILE... [--out F]  look at the files, and write a schema to start from

  --at TIME            when the files were received and the segments are evaluated
                       (default: the latest occurrence found in the files)
  --profiles OUT       one JSON object a profile: id, identifiers, traits, segments, counts
  --quarantine OUT     one JSON object a record that was kept aside: code, path, row (from 1, without
                       the header), raw, and what is needed to feed it again;
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
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let options = ["schema", "at", "profiles", "quarantine", "refeed", "dump", "store", "threads", "out"];
    let args = Args::read(&["json", "help"], &options, &["schema-from"])?;
    if args.has("help") {
        print!("{HELP}");
        return Ok(());
    }
    if args.has("schema-from") {
        return start(args.all("schema-from").iter().chain(&args.rest), args.get("out"));
    }
    let schema_file = args
        .get("schema")
        .ok_or("say `--schema FILE.toml`, or `--schema-from FILE...` to get one; `--help` lists all")?;
    if args.rest.is_empty() && !args.has("refeed") {
        return Err("name the files to read".into());
    }

    // 1. The schema file says what can be said, what the columns mean, and which groups there are.
    let text = std::fs::read_to_string(schema_file).map_err(|error| format!("cannot read `{schema_file}`: {error}"))?;
    let config = Config::from_toml(schema_file, &text)?;
    let (schema, builder) = config.define(TokenKey::from(KEY)).map_err(|error| format!("{schema_file}: {error}"))?;

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
    let threads: usize = args.parse("threads", 1)?;
    let builder = match threads {
        0 | 1 => builder,
        _ => builder.pool(Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?)),
    };
    let mut platform = match args.get("store") {
        Some(directory) => builder.open(directory, KeyFile::from_bytes(KEY), at)?,
        None => builder.in_memory(at)?,
    };
    let mut outcomes = Outcomes::before(&platform)?;
    for file in &files {
        let tally = platform.ingest(file.read(&schema, Some(at))?)?;
        let about = About { file: &file.name(), mapping: file.mapping, unnamed: &file.unnamed, header: file.header() };
        outcomes.after(&platform, about, tally, || file.read(&schema, Some(at)))?;
    }
    for batch in &again {
        let tally = platform.ingest(batch.read(&schema, Some(at))?)?;
        let about = About {
            file: args.get("refeed").unwrap_or_default(),
            mapping: batch.mapping,
            unnamed: &[],
            header: batch.header.as_deref(),
        };
        outcomes.after(&platform, about, tally, || batch.read(&schema, Some(at)))?;
    }
    if outcomes.lacks() {
        for (nth, file) in files.iter().enumerate() {
            outcomes.conflicting(&platform, nth, file.mapping, file.read(&schema, Some(at))?)?;
        }
        for (nth, batch) in again.iter().enumerate() {
            let records = batch.read(&schema, Some(at))?;
            outcomes.conflicting(&platform, files.len() + nth, batch.mapping, records)?;
        }
    }
    platform.advance(at)?;

    // 5. What came of it.
    report::print(&platform, &outcomes);
    if let Some(path) = args.get("profiles") {
        write(path, &mut |to| outcome::profiles(&platform, to))?;
    }
    if let Some(path) = args.get("quarantine") {
        write(path, &mut |to| outcomes.quarantine(to))?;
    }
    if let Some(path) = args.get("dump") {
        write(path, &mut |to| Ok(platform.dump(to)?))?;
    }
    let digest = platform.digest();
    println!("\nThe state's digest: {digest}");
    if args.has("json") {
        println!("{}", last_line(&platform, outcomes.tally(), &digest));
    }
    Ok(())
}

/// Looks at files and writes a schema.
fn start<'a>(paths: impl Iterator<Item = &'a String>, out: Option<&str>) -> Result<(), Failure> {
    let mut profiles = Vec::new();
    for path in paths {
        let path = PathBuf::from(path);
        profiles.push(match file::format(&path)? {
            file::Format::Csv => ingest::DataProfile::of_csv(&path)?,
            file::Format::Lines => ingest::DataProfile::of_ndjson(&path)?,
        });
    }
    if profiles.is_empty() {
        return Err("name the files to look at".into());
    }
    let text = ingest::infer_schema(&profiles);
    let Some(out) = out else {
        print!("{text}");
        return Ok(());
    };
    for profile in &profiles {
        println!("{profile}");
    }
    write(out, &mut |to| Ok(to.write_all(text.as_bytes())?))?;
    println!("A schema to start from is in {out}.");
    Ok(())
}

fn write(path: &str, fill: &mut dyn FnMut(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot write `{path}`: {error}");
    let file = std::fs::File::create(path).map_err(|error| failed(&error))?;
    let mut to = std::io::BufWriter::new(file);
    fill(&mut to).and_then(|()| Ok(to.flush()?)).map_err(|error| failed(&error))?;
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
