//! CSV files of any dialect, row by row.
//!
//! The delimiter is the one of `,`, `;`, tab and `|` that splits the header into most cells, unless the mapping names
//! it. A byte order mark is passed over, header cells are trimmed, quoted cells may hold line ends. A row with too few
//! or too many cells, with bytes that are not UTF-8, or without an end is quarantined by itself; the next is read.
//! A row is kept as its bytes, and [`Rows::line`] reads such a row again.
//!
//! Deliberately absent: other encodings than UTF-8 (a guess that goes wrong spoils names silently), files without a
//! header, comments.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use onefold_model::{Issue, Limits, Parsed, Schema, Text, Time};

use crate::cells::Cells;
use crate::error::Error;
use crate::frame::{Frames, Style, bound};
use crate::mapping::Mapping;
use crate::rows::{Rows, columns};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads a CSV file by a mapping.
///
/// # Errors
/// Where the file cannot be opened, is empty, or lacks a column that the mapping names; where the mapping does not fit
/// the schema.
pub fn csv(path: impl AsRef<Path>, mapping: &Mapping, schema: &Schema) -> Result<Csv<File>, Error> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|reason| Error::open(path, reason))?;
    Csv::new(file, &path.display().to_string(), mapping, schema)
}

/// Reads CSV from anywhere, by a mapping. It reads in large blocks: no buffer is needed around it.
///
/// # Errors
/// As [`csv()`].
pub fn csv_reader<R: Read>(from: R, mapping: &Mapping, schema: &Schema) -> Result<Csv<R>, Error> {
    Csv::new(from, mapping.import_name(), mapping, schema)
}

/// The columns of a CSV file, for [`choose`](crate::choose).
///
/// # Errors
/// Where the file cannot be opened or has no header.
pub fn csv_columns(path: impl AsRef<Path>) -> Result<Vec<Text>, Error> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|reason| Error::open(path, reason))?;
    let (_, _, header) = open(file, &path.display().to_string(), None, &Limits::default())?;
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    Ok(columns(&header).into_iter().map(|(name, _)| name).collect())
}

/// The rows of a CSV file, read one by one.
#[derive(Debug)]
pub struct Csv<R> {
    frames: Frames<R>,
    rows: Rows,
    number: u64,
    done: bool,
}

impl<R: Read> Csv<R> {
    fn new(from: R, path: &str, mapping: &Mapping, schema: &Schema) -> Result<Self, Error> {
        let (frames, cells, header) = open(from, path, mapping.delimiter, schema.limits())?;
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let rows = Rows::new(mapping, &header, schema)?.delimiter(cells.delimiter());
        Ok(Self { frames, rows, number: 0, done: false })
    }

    /// When the file came in, where the mapping names no column for it. It is no part of what a row is, so that a file
    /// fed again, at another time, is a duplicate row by row.
    #[must_use]
    pub fn received_at(self, received: Time) -> Self {
        Self { rows: self.rows.received_at(received), ..self }
    }

    /// What separates cells: what the mapping says, or what was found out.
    #[must_use]
    pub fn delimiter(&self) -> char {
        self.rows.separator()
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &[Text] {
        self.rows.header()
    }
}

impl<R: Read> Iterator for Csv<R> {
    type Item = Parsed;

    fn next(&mut self) -> Option<Parsed> {
        if self.done {
            return None;
        }
        let number = self.number + 1;
        let frame = match self.frames.next() {
            Ok(Some(frame)) => frame,
            Ok(None) => {
                self.done = true;
                return None;
            }
            // What follows is unknown, and that is said.
            Err(error) => {
                self.done = true;
                let issue = Issue::new("unreadable", "", &format!("reading ended here: {}", error.kind())).row(number);
                return Some(self.rows.spoilt(issue, &[], None));
            }
        };
        self.number = number;
        Some(match frame.fault {
            Some(fault) => self.rows.spoilt(Issue::new(fault.code, "", &fault.detail).row(number), frame.bytes, None),
            None => self.rows.record(frame.bytes, number, None),
        })
    }
}

/// Looks at a row under its header; nothing for one that cannot be split into as many cells.
type Look<'a> = &'a mut dyn FnMut(&[&str], Option<&[&str]>);

/// Looks at all rows of a file.
pub(crate) fn each_row(path: &Path, each: Look<'_>) -> Result<(), Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|reason| Error::open(path, reason))?;
    let (mut frames, mut cells, header) = open(file, &name, None, &Limits::default())?;
    let said: Vec<&str> = header.iter().map(String::as_str).collect();
    let header = columns(&said);
    let header: Vec<&str> = header.iter().map(|(name, _)| name.as_str()).collect();
    while let Some(frame) = frames.next().map_err(|reason| Error::Read { path: name.clone(), reason })? {
        let record = if frame.fault.is_none() { cells.split(frame.bytes).ok() } else { None };
        let read = record
            .and_then(|record| record.iter().map(|cell| std::str::from_utf8(cell).ok()).collect::<Option<Vec<&str>>>());
        each(&header, read.as_deref().filter(|read| read.len() == header.len()));
    }
    Ok(())
}

type Opened<R> = (Frames<R>, Cells, Vec<String>);

fn open<R: Read>(from: R, path: &str, delimiter: Option<char>, limits: &Limits) -> Result<Opened<R>, Error> {
    let unreadable = |reason| Error::Read { path: path.into(), reason };
    let header_fault = |reason: String| Error::Header { path: path.into(), reason };
    let mut frames = Frames::new(from, Style::Quoted { delimiter: b',' }, bound(limits));
    let start = frames.peek(3).map_err(unreadable)?;
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(header_fault("the file is UTF-16; save it as UTF-8".into()));
    }
    if start.starts_with(b"\xef\xbb\xbf") {
        frames.skip(3);
    }
    let delimiter = match delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()) {
        Some(delimiter) => delimiter,
        None => sniff(frames.peek(16 << 10).map_err(unreadable)?),
    };
    frames.style(Style::Quoted { delimiter });
    let mut cells = Cells::new(delimiter);
    let header = match frames.next().map_err(unreadable)? {
        None => {
            return Err(Error::Empty {
                path: path.into(),
                expected: "a header with the names of the columns is expected",
            });
        }
        Some(frame) => match frame.fault {
            Some(fault) => return Err(header_fault(fault.detail)),
            None => cells.split(frame.bytes).map_err(|error| header_fault(error.to_string()))?,
        },
    };
    let names: Result<Vec<String>, _> =
        header.iter().map(|cell| std::str::from_utf8(cell).map(str::to_owned)).collect();
    let names = names.map_err(|_| header_fault("its names are not UTF-8".into()))?;
    Ok((frames, cells, names))
}

/// The delimiter that splits the first line into most cells; of two, the one that stands first in the list.
fn sniff(text: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in text.iter().skip_while(|byte| matches!(byte, b'\n' | b'\r')) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => {
                if let Some((_, count)) = DELIMITERS.iter().zip(&mut counts).find(|(delimiter, _)| *delimiter == byte) {
                    *count += 1;
                }
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    DELIMITERS.iter().zip(counts).find(|(_, count)| *count == most).map_or(b',', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests;
