//! Tables from CSV files.
//!
//! A file in UTF-8, or, cell by cell where it is not, in Windows-1252, which any byte can be. A row with more or fewer
//! cells than the header is kept out and counted with its line; the rest goes on. Several files are one table where
//! their columns have the same names, in any order; a column that a file lacks is absent in its records.

use std::borrow::Cow;
use std::io::Read;

use super::table::{LONGEST, Table};
use super::work::{Stage, Work};
use super::{Error, table};

/// Reads files into one table; the records are called by file and line.
///
/// ```
/// use onefold_identity::matching::{Work, csv};
///
/// let till = "name,city\nAda Lovelace,London\nGrace,New York,?\n";
/// let table = csv::read([("till.csv", till.as_bytes())], &Work::default())?;
/// assert_eq!(table.len(), 1);
/// assert_eq!(table.name(0), "till.csv:2");
/// assert_eq!(table.faults()[0].to_string(), "till.csv:3: number of cells");
/// # Ok::<(), onefold_identity::matching::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`] where a file cannot be read, [`Error::Table`] where one has no header or names a column twice,
/// [`Error::Cancelled`].
pub fn read<'f, R: Read>(
    files: impl IntoIterator<Item = (&'f str, R)>,
    work: &Work<'_>,
) -> Result<Table, Error> {
    let mut table = Table::by_place(Vec::new());
    for (file, bytes) in files {
        one(&mut table, file, bytes, work)?;
    }
    table.shrink();
    Ok(table)
}

fn one(table: &mut Table, file: &str, bytes: impl Read, work: &Work<'_>) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 16).from_reader(bytes);
    let failed = |error: csv::Error| Error::Io { file: file.to_owned(), source: std::io::Error::other(error) };
    let header = reader.byte_headers().map_err(failed)?.clone();
    let mut columns = Vec::with_capacity(header.len());
    for (nth, name) in header.iter().enumerate() {
        let (name, _) = decode(name.strip_prefix(b"\xef\xbb\xbf").filter(|_| nth == 0).unwrap_or(name));
        let name = match name.trim() {
            "" => format!("column {}", nth + 1),
            name => name.to_owned(),
        };
        let at = table.columns.iter().position(|column| column.name == name).unwrap_or_else(|| {
            let mut column = table::Column { name: name.clone(), ..table::Column::default() };
            column.codes.resize(table.len(), 0);
            table.columns.push(column);
            table.columns.len() - 1
        });
        if columns.contains(&at) {
            return Err(Error::Table(format!("`{file}` has two columns named `{name}`")));
        }
        columns.push(at);
    }
    if columns.is_empty() {
        return Err(Error::Table(format!("`{file}` has no header")));
    }
    let lacking: Vec<usize> = (0..table.columns.len()).filter(|column| !columns.contains(column)).collect();
    let source = table.begin(file);
    let mut row = csv::ByteRecord::new();
    let mut read = 0_u64;
    loop {
        let line = u32::try_from(reader.position().line()).unwrap_or(u32::MAX);
        match reader.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) if error.is_io_error() => return Err(failed(error)),
            Err(_) => {
                table.refuse("not_csv", format!("{file}:{line}"));
                continue;
            }
        }
        // Blank lines before the row belong to nothing.
        let line = row.position().map_or(line, |place| u32::try_from(place.line()).unwrap_or(u32::MAX));
        if row.len() != columns.len() {
            table.refuse("number_of_cells", format!("{file}:{line}"));
            continue;
        }
        table.begin_row(source, line);
        for (column, cell) in columns.iter().zip(&row) {
            if cell.len() > LONGEST {
                table.empty(*column, "too_long");
                table.set(*column, "");
                continue;
            }
            let (text, clean) = decode(cell);
            if !clean {
                table.recoded(*column);
            }
            table.set(*column, &text);
        }
        for column in &lacking {
            table.set(*column, "");
        }
        read += 1;
        if read.is_multiple_of(1 << 16) {
            work.tell(Stage::Load, read, 0)?;
        }
    }
}

/// The text of some bytes, and whether they were UTF-8.
fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), true),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect::<String>().into(), false),
    }
}

/// The WHATWG index of windows-1252: Latin-1 but for 0x80 to 0x9f.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|at| HIGH.get(usize::from(at))).copied().unwrap_or(char::from(byte))
}
