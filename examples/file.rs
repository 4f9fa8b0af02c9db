//! A file on its way in: what form it has, which import it is for, how far it is read.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use onefold::ingest::{self, Mapping};
use onefold::model::{Parsed, Schema, Text, Time};

use crate::{Failure, Progress};

/// Records, one by one.
pub type Records<'a> = Box<dyn Iterator<Item = Parsed> + 'a>;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Cells, with a header.
    Csv,
    /// One JSON object a line.
    Lines,
}

/// The form of a file, by its first character: no CSV header begins with a brace.
///
/// # Errors
/// For what is no text, is empty, or cannot be read.
pub fn format(path: &Path) -> Result<Format, Failure> {
    let shown = path.display();
    let failed = |error: io::Error| format!("cannot read `{shown}`: {error}");
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        return Err(format!("`{shown}` is a directory; name the files in it").into());
    }
    if !about.is_file() {
        let why = "a file is read more than once, so keep what comes from elsewhere as a file first";
        return Err(format!("`{shown}` is no regular file but a pipe or device; {why}").into());
    }
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut block = [0; 4096];
    loop {
        let count = file.read(&mut block).map_err(failed)?;
        let start = block[..count].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&block[..count]);
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            return Err(format!("`{shown}` is UTF-16; save it as UTF-8").into());
        }
        if start.contains(&0) {
            return Err(format!("`{shown}` is no text: it has zero bytes; CSV or JSON lines are expected").into());
        }
        let mut letters = start.trim_ascii_start().iter().filter(|letter| !letter.is_ascii_whitespace());
        match letters.next() {
            Some(b'{') => return Ok(Format::Lines),
            Some(b'[') if matches!(letters.next(), None | Some(b'{' | b'[' | b'"' | b']')) => {
                return Err(format!("`{shown}` is one JSON list; write one object a line").into());
            }
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
    /// The import that it is for.
    pub mapping: &'a Mapping,
}

impl<'a> File<'a> {
    /// Finds out the form and the import of a file.
    ///
    /// # Errors
    /// For a file that cannot be read, and one that no import is for.
    pub fn look(path: &Path, imports: &'a [Mapping]) -> Result<Self, Failure> {
        let shown = path.display();
        let format = format(path)?;
        let columns = match format {
            Format::Csv => ingest::csv_columns(path)?,
            Format::Lines => ingest::ndjson_columns(path)?,
        };
        if imports.is_empty() {
            return Err(format!("`{shown}`: the schema file has no `[[import]]`, so no file can be read by it").into());
        }
        let mapping = ingest::choose(imports, &columns).map_err(|error| format!("`{shown}`: {error}"))?;
        let header = if format == Format::Csv { first_row(path)? } else { None };
        let named = mapping.named_columns();
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let is_named = |column: &Text| named.iter().any(|name| within(column, name) || within(name, column));
        let unnamed = columns.into_iter().filter(|column| !column.is_empty() && !is_named(column)).collect();
        Ok(Self { path: path.into(), format, header, unnamed, mapping })
    }

    /// The file's name, as it was given.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The first row of a CSV file, as it stands there.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// Reads the file, without ever holding it in memory.
    ///
    /// # Errors
    /// Where it cannot be opened, or no longer fits its import.
    pub fn read(&self, schema: &Schema, received: Option<Time>) -> Result<Records<'a>, Failure> {
        let file =
            std::fs::File::open(&self.path).map_err(|error| format!("cannot open `{}`: {error}", self.name()))?;
        let size = file.metadata().map(|about| about.len()).unwrap_or(0);
        let done = Rc::new(Cell::new(0));
        let counted = Counted { file, done: Rc::clone(&done) };
        let records = records(counted, self.format, self.mapping, schema, received)
            .map_err(|error| format!("`{}`: {error}", self.name()))?;
        let verb = if received.is_some() { "taking in" } else { "looking at" };
        let progress = Progress::new(&format!("{verb} {}", self.name()), size);
        Ok(if size > 1 << 20 { Box::new(Shown { records, progress, done, count: 0 }) } else { records })
    }
}

fn records<'a>(
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
#[must_use]
pub fn latest(records: Records<'_>) -> Option<Time> {
    let said = |parsed: Parsed| match parsed {
        Parsed::Draft(draft) => draft.original(),
        Parsed::Quarantined { .. } => None,
    };
    records.filter_map(said).max()
}

/// The first row of a file, where it is not longer than a header should be: blank lines go before it, and a name in
/// quotes may hold line ends.
fn first_row(path: &Path) -> Result<Option<String>, Failure> {
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(1 << 20).read_to_end(&mut start)?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let blank = start.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let start = &start[blank..];
    let mut quoted = false;
    let end = start.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && matches!(byte, b'\n' | b'\r')
    });
    Ok(String::from_utf8(start[..end.unwrap_or(start.len())].to_vec()).ok())
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

/// Records, with a bar for somebody who waits.
struct Shown<'a> {
    records: Records<'a>,
    progress: Progress,
    done: Rc<Cell<u64>>,
    count: u64,
}

impl Iterator for Shown<'_> {
    type Item = Parsed;

    fn next(&mut self) -> Option<Parsed> {
        if self.count.is_multiple_of(1_024) {
            self.progress.tell(self.done.get());
        }
        self.count += 1;
        let next = self.records.next();
        if next.is_none() {
            self.progress.clear();
        }
        next
    }
}
