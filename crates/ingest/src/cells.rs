//! One record of CSV into cells, which the crate `csv` does; this feeds it record by record.

use std::io::{self, Read};

#[derive(Debug)]
pub(crate) struct Cells {
    delimiter: u8,
    reader: ::csv::Reader<Feed>,
    record: ::csv::ByteRecord,
}

#[derive(Debug, Default)]
struct Feed {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Feed {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.read(to)?;
        self.at += count;
        Ok(count)
    }
}

impl Cells {
    pub(crate) fn new(delimiter: u8) -> Self {
        let mut builder = ::csv::ReaderBuilder::new();
        let reader = builder.has_headers(false).flexible(true).delimiter(delimiter).from_reader(Feed::default());
        let mut cells = Self { delimiter, reader, record: ::csv::ByteRecord::new() };
        // The crate passes over a byte order mark in the first bytes that it is fed; these are no file's first.
        let _ = cells.split(b"-");
        cells
    }

    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The cells of one record. It must not be empty, and must be one.
    pub(crate) fn split(&mut self, record: &[u8]) -> Result<&::csv::ByteRecord, ::csv::Error> {
        let feed = self.reader.get_mut();
        feed.bytes.clear();
        feed.bytes.extend_from_slice(record);
        feed.bytes.push(b'\n');
        feed.at = 0;
        self.reader.read_byte_record(&mut self.record)?;
        Ok(&self.record)
    }
}
