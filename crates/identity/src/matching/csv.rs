//! Tables from CSV files.
//!
//! Cells are separated by what separates those of the header: comma, semicolon, tab or bar. A file in UTF-8, or, cell by cell where it is not, in Windows-1252, which any byte can be. A row with more or fewer
//! cells than the header is kept out and counted with its line; the rest goes on. Several files are one table where
//! their columns have the same names, in any order; a column that a file lacks is absent in its records.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use super::Error;
use super::table::{LONGEST, Table};
use super::work::{Stage, Work};

/// How many rows are taken in at once, column by column; fewer where they are long.
const BATCH: usize = 256;
/// About how many bytes are taken in at once.
const BATCH_BYTES: usize = 1 << 20;

/// Reads files into one table; the records are called by file and line, or by a column that holds their ids.
///
/// ```
/// use onefold_identity::matching::{Work, csv};
///
/// let till = "name,city\nAda Lovelace,London\nGrace,New York,?\n";
/// let table = csv::read([("till.csv", till.as_bytes())], None, &Work::default())?;
/// assert_eq!(table.len(), 1);
/// assert_eq!(table.name(0), "till.csv:2");
/// assert_eq!(table.faults()[0].to_string(), "till.csv:3: number of cells");
/// # Ok::<(), onefold_identity::matching::Error>(())
/// ```
///
/// # Errors
/// [`Error::Io`] where a file cannot be read, [`Error::Table`] where one has no header or names a column twice,
/// [`Error::Unknown`] where one lacks the column of ids, [`Error::Cancelled`].
pub fn read<'f, R: Read>(
    files: impl IntoIterator<Item = (&'f str, R)>,
    id: Option<&str>,
    work: &Work<'_>,
) -> Result<Table, Error> {
    let mut table = Table::of_files(id.is_some());
    for (file, bytes) in files {
        one(&mut table, file, bytes, id, work)?;
    }
    table.shrink();
    table.tell_apart();
    Ok(table)
}

fn one(table: &mut Table, file: &str, bytes: impl Read, id: Option<&str>, work: &Work<'_>) -> Result<(), Error> {
    let mut bytes = BufReader::with_capacity(1 << 16, Ended { bytes, last: b'\n' });
    let failed = |error: csv::Error| Error::Io { file: file.to_owned(), source: std::io::Error::other(error) };
    let head = bytes.fill_buf().map_err(|error| failed(error.into()))?;
    let head = head.split_inclusive(|byte| *byte == b'\n').next().unwrap_or(b"");
    let (delimiter, is_crlf) = (delimiter(head), head.ends_with(b"\r\n"));
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).buffer_capacity(1 << 16).from_reader(bytes);
    let header = reader.byte_headers().map_err(failed)?.clone();
    let names = header_of(file, &header)?;
    let id = match id {
        Some(id) => Some(
            names
                .iter()
                .position(|name| name == id)
                .ok_or_else(|| Error::unknown("column", id, names.iter().map(String::as_str)))?,
        ),
        None => None,
    };
    let columns: Vec<Option<usize>> =
        names.iter().enumerate().map(|(nth, name)| (Some(nth) != id).then(|| table.column(name))).collect();
    let lacking: Vec<usize> = (0..table.columns.len()).filter(|column| !columns.contains(&Some(*column))).collect();
    let source = table.begin(file);
    let place = |row: &csv::ByteRecord| format!("{file}:{}", row.position().map_or(0, csv::Position::line));
    let mut rows: Vec<csv::ByteRecord> = vec![csv::ByteRecord::new(); BATCH];
    let mut read = 0_u64;
    loop {
        let mut count = 0;
        let (mut ended, mut bytes) = (false, 0);
        while let Some(row) = rows.get_mut(count).filter(|_| bytes < BATCH_BYTES) {
            let line = reader.position().line();
            match reader.read_byte_record(row) {
                Ok(true) => {}
                Ok(false) => {
                    ended = true;
                    break;
                }
                Err(error) if error.is_io_error() => return Err(failed(error)),
                Err(_) => {
                    table.refuse("not_csv", format!("{file}:{line}"));
                    continue;
                }
            }
            // Where the record begins: the lines that have been read, less those inside it; of `\r\n` the second half is
            // read with the next record.
            let inside = row.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            let open = reader.is_done() && reader.get_ref().get_ref().last != b'\n';
            let line = (reader.position().line() - u64::from(!(is_crlf || open))).saturating_sub(inside).max(line);
            row.set_position(Some(csv::Position::new().set_line(line).clone()));
            if row.len() != names.len() {
                table.refuse("number_of_cells", format!("{file}:{line}"));
                continue;
            }
            table.begin_row(source, u32::try_from(line).unwrap_or(u32::MAX));
            if let Some(id) = id {
                let (text, _) = decode(row.get(id).unwrap_or(b""));
                match text.trim() {
                    "" => table.call_by_place(format!("{file}:{line}")),
                    text => table.call(text),
                }
            }
            bytes += row.as_slice().len();
            count += 1;
        }
        let batch = rows.get(..count).unwrap_or(&[]);
        for (nth, column) in columns.iter().enumerate() {
            let Some(column) = column else { continue };
            let cells: Vec<Cow<'_, str>> = batch
                .iter()
                .map(|row| match row.get(nth).unwrap_or(b"") {
                    long if long.len() > LONGEST => {
                        table.emptied(*column, "too_long", place(row));
                        "".into()
                    }
                    cell => {
                        let (text, clean) = decode(cell);
                        if !clean {
                            table.recoded(*column, place(row));
                        }
                        text
                    }
                })
                .collect();
            table.set_all(*column, cells.iter().map(|cell| cell.trim()));
        }
        for column in &lacking {
            table.set_all(*column, std::iter::repeat_n("", count));
        }
        // A row keeps its memory for the next one, unless it was a long one.
        for row in rows.iter_mut().take(count).filter(|row| row.as_slice().len() > BATCH_BYTES / 16) {
            *row = csv::ByteRecord::new();
        }
        read += count as u64;
        if ended {
            table.settle();
            return Ok(());
        }
        if read.is_multiple_of(1 << 16) {
            work.tell(Stage::Load, read, 0)?;
        }
    }
}

/// A source that remembers its last byte.
struct Ended<R> {
    bytes: R,
    last: u8,
}

impl<R: Read> Read for Ended<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let count = self.bytes.read(to)?;
        self.last = count.checked_sub(1).and_then(|at| to.get(at)).copied().unwrap_or(self.last);
        Ok(count)
    }
}

/// What separates the cells of a header: of comma, semicolon, tab and bar the most frequent outside of quotes.
fn delimiter(head: &[u8]) -> u8 {
    let count = |sign: u8| {
        let mut inside = false;
        let mut seen = 0_usize;
        for byte in head {
            inside ^= *byte == b'"';
            seen += usize::from(!inside && *byte == sign);
        }
        seen
    };
    // Of equals the first.
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// The names of the columns, each once.
fn header_of(file: &str, header: &csv::ByteRecord) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (nth, name) in header.iter().enumerate() {
        let (name, _) = decode(name.strip_prefix(b"\xef\xbb\xbf").filter(|_| nth == 0).unwrap_or(name));
        let name = match name.trim() {
            "" => format!("column {}", nth + 1),
            name => name.to_owned(),
        };
        if names.contains(&name) {
            return Err(Error::Table(format!("`{file}` has two columns named `{name}`")));
        }
        names.push(name);
    }
    if names.is_empty() {
        return Err(Error::Table(format!("`{file}` has no header")));
    }
    Ok(names)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn table(files: &[(&str, &[u8])], id: Option<&str>) -> Result<Table, Error> {
        read(files.iter().map(|(name, bytes)| (*name, *bytes)), id, &Work::default())
    }

    #[test]
    fn files_with_the_same_columns_are_one_table() {
        let till: &[u8] = b"name, city\nAda,London\n";
        let crm: &[u8] = b"city,name,note\nParis,Grace,x\n";
        let table = table(&[("till.csv", till), ("crm.csv", crm)], None).unwrap();
        assert_eq!(table.columns().collect::<Vec<_>>(), ["name", "city", "note"]);
        assert_eq!((table.name(0), table.name(1)), ("till.csv:2".into(), "crm.csv:2".into()));
        assert_eq!((table.cell(1, "city"), table.cell(0, "note")), (Some("Paris"), Some("")));
        assert_eq!(table.find("crm.csv:2"), Some(1));
    }

    #[test]
    fn lines_are_those_of_the_file_whatever_ends_them() {
        let names = |bytes: &[u8]| {
            let table = table(&[("f", bytes)], None).unwrap();
            (0..table.len()).map(|row| table.name(row).into_owned()).collect::<Vec<_>>()
        };
        for end in ["\n", "\r\n"] {
            let text = ["a,b", "1,2", "\"x", "y\",3", "", "4,5", "6,7"].join(end);
            for text in [text.clone(), text + end] {
                assert_eq!(names(text.as_bytes()), ["f:2", "f:3", "f:6", "f:7"], "{text:?}");
            }
        }
    }

    #[test]
    fn cells_are_separated_as_the_header_is() {
        for text in ["name;city\nAda;London, UK\n", "name\tcity\nAda\tLondon, UK\n", "name|city\nAda|London, UK\n"] {
            let table = table(&[("f", text.as_bytes())], None).unwrap();
            assert_eq!(table.cell(0, "city"), Some("London, UK"), "{text:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_read_as_windows_1252_and_counted() {
        let table = table(&[("till.csv", b"name\nJos\xe9\nZo\xc3\xab\n")], None).unwrap();
        assert_eq!((table.cell(0, "name"), table.cell(1, "name")), (Some("José"), Some("Zoë")));
        assert_eq!(table.faults()[0].to_string(), "till.csv:2: not utf 8 in `name`");
    }

    #[test]
    fn a_cell_of_ten_megabytes_is_emptied_and_the_rest_goes_on() {
        let mut bytes = b"name,city\n".to_vec();
        for _ in 0..20 {
            bytes.extend(std::iter::repeat_n(b'x', 10_000_000));
            bytes.extend(b",London\nAda,Paris\n");
        }
        let table = table(&[("till.csv", &bytes)], None).unwrap();
        assert_eq!((table.cell(0, "name"), table.cell(0, "city")), (Some(""), Some("London")));
        assert_eq!((table.len(), table.refused()), (40, (0, 20)));
    }

    #[test]
    fn ids_that_come_again_or_are_absent_are_told_apart_by_content_not_by_place() {
        let one: &[u8] = b"id,name\n7,Ada\n7,Grace\n,Alan\n";
        let other: &[u8] = b"id,name\n7,Grace\n7,Ada\n,Alan\n";
        let names = |bytes| {
            let table = table(&[("till.csv", bytes)], Some("id")).unwrap();
            let mut all: Vec<(String, String)> =
                (0..3).map(|row| (table.name(row).into_owned(), table.cell(row, "name").unwrap().to_owned())).collect();
            all.sort();
            (all, table.faults().iter().map(|fault| fault.code).collect::<Vec<_>>())
        };
        assert_eq!(names(one), names(other));
        assert_eq!(names(one).1, ["absent_id", "repeated_id"]);
    }

    #[test]
    fn what_is_no_table_is_an_error_with_its_file() {
        for (bytes, message) in
            [(&b""[..], "`till.csv` has no header"), (b"a,b,a\n", "`till.csv` has two columns named `a`")]
        {
            assert_eq!(table(&[("till.csv", bytes)], None).unwrap_err().to_string(), message);
        }
        let fault = table(&[("till.csv", b"key,name\n")], Some("kee")).unwrap_err();
        assert_eq!(fault.to_string(), "unknown column `kee`; did you mean `key`?");
    }
}
