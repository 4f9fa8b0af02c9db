//! A file on its way in: what form it has, which import it is for, how far it is read.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use onefold::ingest::{self, Mapping, json};
use onefold::model::{Limits, Parsed, Schema, Text, Time, Value};

use crate::Failure;

/// Records, one by one.
pub type Records<'a> = Box<dyn Iterator<Item = Parsed> + 'a>;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    /// One JSON object a line.
    Lines,
}

/// The form of a file, by its first character: no CSV header begins with a brace.
pub fn format(path: &Path) -> Result<Format, Failure> {
    let shown = path.display();
    let failed = |error: io::Error| format!("cannot read `{shown}`: {error}");
    if std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Err(format!("`{shown}` is a directory; name the files in it").into());
    }
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut block = [0; 4096];
    loop {
        let count = file.read(&mut block).map_err(failed)?;
        let start = block[..count].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&block[..count]);
        match start.trim_ascii_start().first() {
            Some(b'{') => return Ok(Format::Lines),
            Some(_) => return Ok(Format::Csv),
            None if count == 0 => {
                return Err(format!("`{shown}` is empty: a header or JSON objects are expected").into());
            }
            None => {}
        }
    }
}

/// A file and its import.
pub struct File<'a> {
    path: PathBuf,
    format: Format,
    header: Option<String>,
    /// The columns that the import does not name.
    pub unnamed: Vec<Text>,
    pub mapping: &'a Mapping,
}

impl<'a> File<'a> {
    /// Finds out the form and the import of a file.
    pub fn look(path: &Path, imports: &'a [Mapping]) -> Result<Self, Failure> {
        let shown = path.display();
        let format = format(path)?;
        let columns = match format {
            Format::Csv => ingest::csv_columns(path)?,
            Format::Lines => paths(path)?,
        };
        if imports.is_empty() {
            return Err(format!("`{shown}`: the schema file has no `[[import]]`, so no file can be read by it").into());
        }
        let mapping = ingest::choose(imports, &columns).map_err(|error| format!("`{shown}`: {error}"))?;
        let header = if format == Format::Csv { first_line(path)? } else { None };
        let named = mapping.named_columns();
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let is_named = |column: &Text| named.iter().any(|name| within(column, name) || within(name, column));
        let unnamed = columns.into_iter().filter(|column| !column.is_empty() && !is_named(column)).collect();
        Ok(Self { path: path.into(), format, header, unnamed, mapping })
    }

    /// The file's name, as it was given.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The first line of a CSV file.
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// Reads the file, without ever holding it in memory.
    pub fn read(&self, schema: &Schema, received: Option<Time>) -> Result<Records<'a>, Failure> {
        let file =
            std::fs::File::open(&self.path).map_err(|error| format!("cannot open `{}`: {error}", self.name()))?;
        let size = file.metadata().map(|about| about.len()).unwrap_or(0);
        let done = Rc::new(Cell::new(0));
        let counted = Counted { file, done: Rc::clone(&done) };
        let records = records(counted, self.format, self.mapping, schema, received)
            .map_err(|error| format!("`{}`: {error}", self.name()))?;
        let is_shown = io::stderr().is_terminal() && size > 1 << 20;
        let bar =
            Bar { what: self.name(), verb: if received.is_some() { "taking in" } else { "looking at" }, size, done };
        Ok(if is_shown { Box::new(Shown { records, bar, count: 0 }) } else { records })
    }
}

/// Reads bytes by a mapping.
pub fn records<'a>(
    from: impl Read + 'a,
    format: Format,
    mapping: &Mapping,
    schema: &Schema,
    received: Option<Time>,
) -> Result<Records<'a>, ingest::Error> {
    Ok(match format {
        Format::Csv => {
            let rows = ingest::csv_reader(from, mapping, schema)?;
            match received {
                Some(at) => Box::new(rows.received_at(at)),
                None => Box::new(rows),
            }
        }
        Format::Lines => {
            let lines = ingest::ndjson_reader(from, mapping, schema)?;
            match received {
                Some(at) => Box::new(lines.received_at(at)),
                None => Box::new(lines),
            }
        }
    })
}

/// The latest occurrence that records speak of.
pub fn latest(records: Records<'_>) -> Option<Time> {
    let said = |parsed: Parsed| match parsed {
        Parsed::Draft(draft) => draft.original(),
        Parsed::Quarantined { .. } => None,
    };
    records.filter_map(said).max()
}

/// How many lines tell which paths a file has: not every object has all of them.
const LOOKED_AT: usize = 1_000;

/// The paths of the first objects of a file.
fn paths(path: &Path) -> Result<Vec<Text>, Failure> {
    let start = io::BufReader::new(std::fs::File::open(path)?.take(8 << 20));
    let mut all = BTreeSet::new();
    for line in start.split(b'\n').take(LOOKED_AT) {
        if let Ok(object @ Value::Map(_)) = json::parse(&line?, &roomy()) {
            list(&object, "", &mut all);
        }
    }
    // Where there is no object among them, the reader looks further, or says so.
    if all.is_empty() { Ok(ingest::ndjson_columns(path)?) } else { Ok(all.into_iter().collect()) }
}

/// Limits for recognising a record; it is held to the schema's when it is received.
pub fn roomy() -> Limits {
    Limits { record_bytes: 16 << 20, depth: 64, keys: 1 << 16, text_bytes: 16 << 20, ..Limits::default() }
}

/// Every path of an object.
pub fn list(value: &Value, under: &str, to: &mut BTreeSet<Text>) {
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

/// The first line of a file that is not blank, where it is not longer than a header should be.
fn first_line(path: &Path) -> Result<Option<String>, Failure> {
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(1 << 20).read_to_end(&mut start)?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    let end = start.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(start.len());
    Ok(String::from_utf8(start[..end].to_vec()).ok())
}

/// A file that counts what is read of it.
struct Counted {
    file: std::fs::File,
    done: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(to)?;
        self.done.set(self.done.get() + count as u64);
        Ok(count)
    }
}

/// A bar for somebody who waits.
struct Bar {
    what: String,
    verb: &'static str,
    size: u64,
    done: Rc<Cell<u64>>,
}

impl Bar {
    fn draw(&self) {
        let tenths = (self.done.get() * 30 / self.size.max(1)).min(30) as usize;
        let percent = (self.done.get() * 100 / self.size.max(1)).min(100);
        eprint!("\r{} {} [{}{}] {percent:>3} %", self.verb, self.what, "#".repeat(tenths), ".".repeat(30 - tenths));
        let _ = io::stderr().flush();
    }
}

struct Shown<'a> {
    records: Records<'a>,
    bar: Bar,
    count: u64,
}

impl Iterator for Shown<'_> {
    type Item = Parsed;

    fn next(&mut self) -> Option<Parsed> {
        if self.count.is_multiple_of(4_096) {
            self.bar.draw();
        }
        self.count += 1;
        let next = self.records.next();
        if next.is_none() {
            eprint!("\r\x1b[K");
        }
        next
    }
}
