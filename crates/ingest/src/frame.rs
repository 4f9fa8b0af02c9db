//! Where a record ends, within bounds.
//!
//! One quote that nobody closes makes a CSV reader swallow the rest of the file as a single cell. Here a record has a
//! bound; what runs beyond it, or to the end of the file within a quote, costs its first line and no more: reading
//! goes on with the line after it. A record that is too long is kept whole up to 1 MiB, and of a longer one that
//! much, with the number of its bytes: the one place where what is set aside is not all that came. Memory is that or the
//! bound plus one block, whatever the file holds.
//!
//! What a record is does not depend on how many bytes the stream gives at a time.
//!
//! Quotes follow the crate `csv`, which splits the records into cells afterwards: a quote opens a cell only at its
//! beginning, two quotes within are one, and lines end with `\n`, `\r` or both.

use std::io::{self, Read};

use onefold_model::Limits;

/// How records end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Style {
    /// At a line's end outside of quotes.
    #[cfg_attr(not(any(feature = "csv", test)), expect(dead_code, reason = "only CSV has quotes"))]
    Quoted {
        /// What separates cells.
        delimiter: u8,
    },
    /// At each line's end.
    #[cfg_attr(not(any(feature = "json", test)), expect(dead_code, reason = "only NDJSON has plain lines"))]
    Lines,
}

/// One record's bytes without its line's end, and what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) bytes: &'a [u8],
    /// The number of its line, from 1, where each line is a record.
    pub(crate) line: u64,
    pub(crate) fault: Option<Fault>,
}

/// What is wrong with a record: a code, and words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
}

const BLOCK: usize = 64 << 10;
/// What is kept of a record that is longer than a record may be.
pub(crate) const KEPT: usize = 1 << 20;

/// Bytes of a record before its cells are looked at: JSON escapes and white space make text longer.
pub(crate) fn bound(limits: &Limits) -> usize {
    limits.record_bytes.saturating_mul(8).clamp(4 << 10, 64 << 20)
}

#[derive(Debug)]
pub(crate) struct Frames<R> {
    from: R,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    style: Style,
    bound: usize,
    /// Line ends passed.
    lines: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The beginning of a cell.
    Start,
    /// Within a cell without quotes.
    Plain,
    /// Within quotes.
    Quoted,
    /// After a quote within quotes.
    Closing,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(from: R, style: Style, bound: usize) -> Self {
        Self { from, buffer: Vec::new(), start: 0, ended: false, style, bound, lines: 0 }
    }

    /// The number of the line that comes next, from 1.
    #[cfg(feature = "json")]
    pub(crate) fn line_number(&self) -> u64 {
        self.lines + 1
    }

    #[cfg(feature = "csv")]
    pub(crate) fn style(&mut self, style: Style) {
        self.style = style;
    }

    /// The next bytes, at least so many unless the stream ends.
    pub(crate) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while !self.ended && self.buffer.len() - self.start < count {
            self.fill()?;
        }
        Ok(self.buffer.get(self.start..).unwrap_or_default())
    }

    #[cfg(feature = "csv")]
    pub(crate) fn skip(&mut self, count: usize) {
        self.start = self.buffer.len().min(self.start + count);
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > BLOCK {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let used = self.buffer.len();
        self.buffer.resize(used + BLOCK, 0);
        let read = loop {
            match self.from.read(self.buffer.get_mut(used..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(used + *read.as_ref().unwrap_or(&0));
        self.ended = matches!(read, Ok(0) | Err(_));
        read.map(|_| ())
    }

    /// The next record that is not an empty line; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        // Empty lines are no records.
        loop {
            match self.peek(1)?.first() {
                None => return Ok(None),
                Some(byte @ (b'\n' | b'\r')) => {
                    self.lines += u64::from(*byte == b'\n');
                    self.start += 1;
                }
                Some(_) => break,
            }
        }
        // So far an end is looked for.
        let reach = self.bound.max(KEPT);
        let (mut length, mut at) = (0, At::Start);
        let ended = loop {
            let here = self.buffer.get(self.start..).unwrap_or_default();
            let here = here.get(..reach).unwrap_or(here);
            if let Some(more) = end(here.get(length..).unwrap_or_default(), self.style, &mut at) {
                length += more;
                break true;
            }
            length = here.len();
            if length == reach || self.ended {
                break self.ended && length < reach;
            }
            self.fill()?;
        };
        if at == At::Quoted {
            return self.first_line("unclosed_quote").map(Some);
        }
        if !ended {
            return self.first_line("record_too_large").map(Some);
        }
        let (from, line) = (self.start, self.lines + 1);
        self.start += length;
        let all = self.buffer.get(from..self.start).unwrap_or_default();
        let fault = (length > self.bound).then(|| too_large(length, self.bound));
        let bytes = if fault.is_some() { all.get(..KEPT).unwrap_or(all) } else { all };
        Ok(Some(Frame { bytes, line, fault }))
    }

    /// The first line of what is no record, or the beginning of that line; the rest of the line is passed over.
    fn first_line(&mut self, code: &'static str) -> io::Result<Frame<'_>> {
        let style = self.style;
        let line_end = |bytes: &[u8]| {
            bytes.iter().position(|byte| *byte == b'\n' || *byte == b'\r' && matches!(style, Style::Quoted { .. }))
        };
        let (from, line) = (self.start, self.lines + 1);
        let here = self.buffer.get(from..).unwrap_or_default();
        let (kept, total) = match line_end(here) {
            Some(length) => {
                self.start += length;
                (from..from + length.min(KEPT), length)
            }
            None => {
                let mut total = here.len();
                let mut head = here.get(..KEPT).unwrap_or(here).to_vec();
                loop {
                    self.buffer.clear();
                    self.start = 0;
                    if self.ended {
                        break;
                    }
                    self.fill()?;
                    if let Some(length) = line_end(&self.buffer) {
                        total += length;
                        self.start = length;
                        break;
                    }
                    total += self.buffer.len();
                }
                // The head goes before what is yet to be read, as bytes already passed.
                let passed = head.len();
                head.extend_from_slice(self.buffer.get(self.start..).unwrap_or_default());
                (self.buffer, self.start) = (head, passed);
                (0..passed, total)
            }
        };
        let detail = match code {
            "unclosed_quote" if kept.len() == total => {
                "a quote opens that nothing closes; the line alone is kept".into()
            }
            "unclosed_quote" => {
                format!("a quote opens that nothing closes; of the {total} bytes of its line the first {KEPT} are kept")
            }
            _ => too_large(total, self.bound).detail,
        };
        let bytes = self.buffer.get(kept).unwrap_or_default();
        Ok(Frame { bytes, line, fault: Some(Fault { code, detail }) })
    }
}

fn too_large(length: usize, bound: usize) -> Fault {
    let kept = if length > KEPT { format!("; the first {KEPT} are kept") } else { String::new() };
    let detail = format!("the record has {length} bytes, and at most {bound} are read{kept}");
    Fault { code: "record_too_large", detail }
}

/// How far a record goes, without the end of its line; `at` is where its beginning has led to.
fn end(bytes: &[u8], style: Style, at: &mut At) -> Option<usize> {
    let Style::Quoted { delimiter } = style else {
        return bytes.iter().position(|byte| *byte == b'\n');
    };
    for (nth, byte) in bytes.iter().enumerate() {
        *at = match (*at, *byte) {
            (At::Quoted, b'"') => At::Closing,
            (At::Quoted, _) => At::Quoted,
            (At::Start | At::Closing, b'"') => At::Quoted,
            (_, b'\n' | b'\r') => return Some(nth),
            (_, byte) if byte == delimiter => At::Start,
            _ => At::Plain,
        };
    }
    None
}

/// What keeps a text from being one record of CSV.
#[cfg(feature = "csv")]
pub(crate) fn not_one(text: &[u8], delimiter: u8) -> Option<(&'static str, &'static str)> {
    let mut at = At::Start;
    match (end(text, Style::Quoted { delimiter }, &mut at), at) {
        (Some(_), _) => Some(("bad_csv", "the line ends before its last byte")),
        (None, At::Quoted) => Some(("unclosed_quote", "a quote opens that nothing closes")),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "csv")]
    use proptest::prelude::*;

    /// A reader that gives few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);
    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(to.len());
            let (now, later) = self.0.split_at(count);
            to[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn frames(text: &[u8], style: Style, bound: usize, pace: usize) -> Vec<(Vec<u8>, Option<&'static str>)> {
        let mut frames = Frames::new(Slow(text, pace), style, bound);
        let mut all = Vec::new();
        while let Some(frame) = frames.next().unwrap() {
            all.push((frame.bytes.to_vec(), frame.fault.map(|fault| fault.code)));
        }
        all
    }

    const CSV: Style = Style::Quoted { delimiter: b',' };

    #[test]
    fn an_open_quote_costs_one_line() {
        let text = b"a,b\n1,\"x\n2,y\n3,z\n";
        let read = frames(text, CSV, 1000, 3);
        let lines: Vec<_> = read.iter().map(|(line, fault)| (std::str::from_utf8(line).unwrap(), *fault)).collect();
        assert_eq!(lines, [("a,b", None), ("1,\"x", Some("unclosed_quote")), ("2,y", None), ("3,z", None)]);
        // The same where the bound ends it long before the file does.
        let long = [b"1,\"x\n".as_slice(), "2,y\n".repeat(400_000).as_bytes()].concat();
        let read = frames(&long, CSV, 5000, 4096);
        assert_eq!(read.len(), 400_001);
        assert_eq!(read[0].1, Some("unclosed_quote"));
        assert!(read[1..].iter().all(|(line, fault)| line == b"2,y" && fault.is_none()));
    }

    #[test]
    fn an_endless_line_is_passed_over_and_its_beginning_kept() {
        for style in [CSV, Style::Lines] {
            for (length, detail) in [
                (300_000, "the record has 300000 bytes, and at most 20000 are read"),
                (KEPT, "the record has 1048576 bytes, and at most 20000 are read"),
                (3_000_000, "the record has 3000000 bytes, and at most 20000 are read; the first 1048576 are kept"),
            ] {
                let text = [b"first\n".as_slice(), &vec![b'x'; length], b"\nlast"].concat();
                let read = frames(&text, style, 20_000, 10_000);
                assert_eq!(read.len(), 3, "{style:?}");
                assert_eq!((read[1].0.len(), read[1].1), (length.min(KEPT), Some("record_too_large")));
                assert_eq!(read[2], (b"last".to_vec(), None));
                let mut frames = Frames::new(text.as_slice(), style, 20_000);
                frames.next().unwrap();
                assert_eq!(frames.next().unwrap().unwrap().fault.unwrap().detail, detail);
            }
        }
    }

    #[test]
    fn an_open_quote_on_an_endless_line_costs_that_line() {
        let text = [b"1,\"".as_slice(), &vec![b'x'; 3_000_000], b"\n2,y\n"].concat();
        let read = frames(&text, CSV, 5000, 100_000);
        assert_eq!((read[0].0.len(), read[0].1), (KEPT, Some("unclosed_quote")));
        assert_eq!(read[1..], [(b"2,y".to_vec(), None)]);
    }

    #[test]
    fn lines_are_numbered_as_they_stand_in_the_file() {
        let mut frames = Frames::new(b"\n{}\r\n\r\n \n{}\n\n\n{}".as_slice(), Style::Lines, 1000);
        let mut numbers = Vec::new();
        while let Some(frame) = frames.next().unwrap() {
            numbers.push(frame.line);
        }
        assert_eq!(numbers, [2, 4, 5, 8]);
    }

    #[test]
    fn a_whole_record_that_is_too_large_is_one_record() {
        let text = [b"a,\"".as_slice(), &b"1,2\n".repeat(2000), b"\"\n3,4\n"].concat();
        let read = frames(&text, CSV, 5000, 100_000);
        assert_eq!((read.len(), read[0].1, read[0].0.len()), (2, Some("record_too_large"), 8004));
        assert_eq!(read[1], (b"3,4".to_vec(), None));
        assert_eq!(read, frames(&text, CSV, 5000, 7), "whatever pace the stream has");
    }

    #[test]
    fn quoted_lines_belong_to_their_record() {
        let read = frames(b"\r\n\r\n\"a\r\nb\",c\r\n\r\nd\"e,\"f\"\"\n\"\n", CSV, 1000, 1);
        assert_eq!(read, [(b"\"a\r\nb\",c".to_vec(), None), (b"d\"e,\"f\"\"\n\"".to_vec(), None)]);
    }

    #[cfg(feature = "csv")]
    proptest! {
        #[test]
        fn records_are_those_of_the_csv_crate(text in "([a,\"\n\r]|,\"|\"\n){0,40}", pace in 1_usize..9) {
            let read = frames(text.as_bytes(), CSV, 1 << 20, pace);
            if read.iter().all(|(_, fault)| fault.is_none()) {
                let split = |text: &[u8]| -> Vec<Vec<Vec<u8>>> {
                    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
                    reader.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
                };
                let ours: Vec<_> = read.iter().flat_map(|(bytes, _)| split(bytes)).collect();
                prop_assert_eq!(ours, split(text.as_bytes()));
            }
        }

        #[test]
        fn no_byte_is_lost_but_line_ends(text in "[a,\"\n]{0,60}", pace in 1_usize..9) {
            let read: usize = frames(text.as_bytes(), Style::Lines, 1 << 20, pace).iter().map(|(bytes, _)| bytes.len()).sum();
            prop_assert_eq!(read, text.bytes().filter(|byte| *byte != b'\n').count());
        }
    }
}
