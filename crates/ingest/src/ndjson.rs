//! One JSON object a line (NDJSON, JSON Lines), by the same mappings as CSV.
//!
//! Columns are paths here: `customer.email`, `items[0].sku`. A line that is no object, or not JSON, is quarantined
//! with its row; one that is longer than a record may be is passed over to its end, and up to 1 MiB of it kept. A line
//! is kept as it came, and is numbered as an editor numbers it: blank ones count.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use onefold_model::{Issue, Limits, Parsed, Pii, Schema, Text, Time, Value};

use crate::count::Counter;
use crate::error::Error;
use crate::frame::{Frames, Style, bound};
use crate::json::{self, Bounds};
use crate::mapping::{Mapping, Plan, Row};
use crate::path::{self, without};
use crate::rows::came;

/// Reads a file of JSON lines by a mapping.
///
/// # Errors
/// Where the file cannot be opened or is empty; where the mapping does not fit the schema.
pub fn ndjson(path: impl AsRef<Path>, mapping: &Mapping, schema: &Schema) -> Result<Ndjson<File>, Error> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|reason| Error::open(path, reason))?;
    Ndjson::new(file, &path.display().to_string(), mapping, schema)
}

/// Reads JSON lines from anywhere, by a mapping.
///
/// ```
/// use onefold_ingest::{Mapping, ndjson_reader};
/// use onefold_model::{Form, Kind, Parsed, Party, Schema, Type};
/// let schema = Schema::builder()
///     .source("shop", Party::First, 50)
///     .kind(Kind::person("email").form(Form::Email))
///     .event("purchase", [("amount", Type::Money)])
///     .build([7; 32].into())?;
/// let shop = Mapping::of("shop", "purchase").who("customer.email", "email").at("when").money("total", "amount", "EUR");
/// let line = r#"{"customer": {"email": "ada@example.com"}, "when": "2026-03-01", "total": 49.90}"#;
/// let rows: Vec<Parsed> = ndjson_reader(line.as_bytes(), &shop, &schema)?.collect();
/// let Some(Parsed::Draft(ada)) = rows.first() else { unreachable!() };
/// assert_eq!(ada.receive("2026-03-02".parse()?)?.properties[0].1.to_string(), "49.9 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`ndjson`].
pub fn ndjson_reader<R: Read>(from: R, mapping: &Mapping, schema: &Schema) -> Result<Ndjson<R>, Error> {
    Ndjson::new(from, mapping.import_name(), mapping, schema)
}

/// The lines and bytes that tell which paths a file has: not every object has all of them.
const LOOKED_AT: (usize, usize) = (1_000, 8 << 20);

/// The paths of the objects of a file, sorted, for [`choose`](crate::choose): those of its first 1,000 lines or 8 MiB,
/// or of the first object where that comes later.
///
/// # Errors
/// Where the file cannot be opened or read, or holds no object.
pub fn ndjson_columns(path: impl AsRef<Path>) -> Result<Vec<Text>, Error> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let file = File::open(path).map_err(|reason| Error::open(path, reason))?;
    let limits = Limits::default();
    let mut frames = Frames::new(file, Style::Lines, bound(&limits));
    let (mut paths, mut found, mut bytes) = (BTreeSet::new(), false, 0);
    while let Some(frame) = frames.next().map_err(|reason| Error::Read { path: name.clone(), reason })? {
        let (lines, most) = LOOKED_AT;
        bytes += frame.bytes.len();
        if found && (bytes > most || usize::try_from(frame.line).is_ok_and(|line| line > lines)) {
            break;
        }
        if let Ok(value @ Value::Map(_)) = json::parse_within(frame.bytes, Bounds::roomy(&limits)) {
            list_paths(&value, "", &mut paths);
            found = true;
        }
    }
    match found {
        true => Ok(paths.into_iter().collect()),
        false => Err(Error::Empty { path: name, expected: "one JSON object a line is expected" }),
    }
}

/// All objects of a file; `None` for a line that is none.
pub(crate) fn each_line(path: &Path, each: &mut dyn FnMut(Option<&Value>)) -> Result<(), Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|reason| Error::open(path, reason))?;
    let limits = Limits::default();
    let mut frames = Frames::new(file, Style::Lines, bound(&limits));
    while let Some(frame) = frames.next().map_err(|reason| Error::Read { path: name.clone(), reason })? {
        if frame.fault.is_none() && frame.bytes.trim_ascii().is_empty() {
            continue;
        }
        let read =
            if frame.fault.is_none() { json::parse_within(frame.bytes, Bounds::roomy(&limits)).ok() } else { None };
        each(read.as_ref().filter(|value| matches!(value, Value::Map(_))));
    }
    Ok(())
}

/// Every path of an object, inner ones too.
fn list_paths(value: &Value, under: &str, to: &mut BTreeSet<Text>) {
    let mut below = |path: String, value: &Value| {
        to.insert(path.as_str().into());
        list_paths(value, &path, to);
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

/// Lines that the caller has already, one JSON object each: from a queue, a request, a log of another system. Equal
/// objects without an id of their own are counted within one reader: feed what belongs together through one.
///
/// ```
/// use onefold_ingest::{Lines, Mapping};
/// use onefold_model::{Kind, Parsed, Party, Schema};
///
/// let schema = Schema::builder().source("desk", Party::First, 50).kind(Kind::person("email")).build([7; 32].into())?;
/// let mut lines = Lines::new(&Mapping::of("desk", "identify").who("customer.email", "email"), &schema)?;
/// assert!(matches!(lines.line(br#"{"customer":{"email":"ada@example.com"}}"#, 1, None), Parsed::Draft(_)));
/// assert!(matches!(lines.line(b"{", 2, None), Parsed::Quarantined { .. }));
/// # Ok::<(), onefold_ingest::Error>(())
/// ```
#[derive(Debug)]
pub struct Lines {
    plan: Plan,
    paths: Vec<path::Path>,
    received: Option<Time>,
    records: Counter,
    spoilt: Counter,
}

impl Lines {
    /// Lines under a mapping.
    ///
    /// # Errors
    /// As [`Mapping::check`].
    pub fn new(mapping: &Mapping, schema: &Schema) -> Result<Self, Error> {
        let plan = Plan::new(mapping, schema)?;
        let paths = plan.needs.iter().map(|column| path::Path::new(column)).collect();
        Ok(Self { plan, paths, received: None, records: Counter::new(schema), spoilt: Counter::new(schema) })
    }

    /// When the lines came in of which it is not said one by one. It is no part of what a record is, so that a file fed
    /// again, at another time, is a duplicate line by line.
    #[must_use]
    pub fn received_at(self, received: Time) -> Self {
        Self { received: Some(received), ..self }
    }

    /// Reads one line. `number` counts lines from 1.
    ///
    /// `received` is when this line came in, where that is known of each line. It is then a part of what the record is:
    /// of two equal ones that came at different times each has its own id, in whatever order they are read, and one fed
    /// again must be given the same time, or it is another. Where a file came in as a whole, pass nothing here and say
    /// it with [`received_at`](Self::received_at).
    #[must_use]
    pub fn line(&mut self, line: &[u8], number: u64, received: Option<Time>) -> Parsed {
        let limits = *self.plan.schema.limits();
        match json::parse_within(line, Bounds::roomy(&limits)) {
            Err(issue) => self.spoilt(issue.row(number), line, received),
            Ok(object @ Value::Map(_)) => {
                let mut content = object.to_json();
                came(received, &mut content);
                let take = |path: &path::Path| path.find(&object).map_or(Value::Null, |value| self.plan.clean(value));
                let rest = match self.plan.keeps_rest() {
                    true => without(&object, &self.paths),
                    false => Vec::new(),
                };
                let rest = rest.into_iter().map(|(name, value)| (name, self.plan.clean(&value))).collect();
                let row = Row {
                    values: self.paths.iter().map(take).collect(),
                    rest,
                    content: &content,
                    raw: line,
                    number,
                    received: received.or(self.received),
                };
                let records = &mut self.records;
                self.plan.draft(row, || records.next(content.as_bytes())).into()
            }
            Ok(_) => self.spoilt(
                Issue::new("not_an_object", "", "one JSON object a line is expected").row(number),
                line,
                received,
            ),
        }
    }

    fn spoilt(&mut self, issue: Issue, raw: &[u8], received: Option<Time>) -> Parsed {
        let nth = self.spoilt.next(raw);
        Parsed::Quarantined {
            issue,
            import: self.plan.mapping.import_name().into(),
            raw: Pii::new(raw.into()),
            nth,
            received: received.or(self.received),
        }
    }
}

/// The lines of a file, read one by one.
#[derive(Debug)]
pub struct Ndjson<R> {
    frames: Frames<R>,
    lines: Lines,
    done: bool,
}

impl<R: Read> Ndjson<R> {
    fn new(from: R, path: &str, mapping: &Mapping, schema: &Schema) -> Result<Self, Error> {
        let lines = Lines::new(mapping, schema)?;
        let mut frames = Frames::new(from, Style::Lines, bound(schema.limits()));
        if frames.peek(1).map_err(|reason| Error::Read { path: path.into(), reason })?.is_empty() {
            return Err(Error::Empty { path: path.into(), expected: "one JSON object a line is expected" });
        }
        Ok(Self { frames, lines, done: false })
    }

    /// When the file came in, where the mapping names no path for it. It is no part of what a record is, so that a file
    /// fed again, at another time, is a duplicate line by line.
    #[must_use]
    pub fn received_at(self, received: Time) -> Self {
        Self { lines: self.lines.received_at(received), ..self }
    }
}

impl<R: Read> Iterator for Ndjson<R> {
    type Item = Parsed;

    fn next(&mut self) -> Option<Parsed> {
        while !self.done {
            let next = self.frames.line_number();
            let frame = match self.frames.next() {
                Ok(Some(frame)) => frame,
                Ok(None) => {
                    self.done = true;
                    break;
                }
                Err(error) => {
                    self.done = true;
                    let issue =
                        Issue::new("unreadable", "", &format!("reading ended here: {}", error.kind())).row(next);
                    return Some(self.lines.spoilt(issue, &[], None));
                }
            };
            // A line of spaces says nothing.
            if frame.bytes.trim_ascii().is_empty() {
                continue;
            }
            let line = frame.bytes.strip_suffix(b"\r").unwrap_or(frame.bytes);
            return Some(match frame.fault {
                Some(fault) => self.lines.spoilt(Issue::new(fault.code, "", &fault.detail).row(frame.line), line, None),
                None => self.lines.line(line, frame.line, None),
            });
        }
        None
    }
}

#[cfg(test)]
mod tests;
