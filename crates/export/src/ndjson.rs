//! Newline-delimited JSON: one object a line, in UTF-8.
//!
//! A row's fields stand in the order of the recipient's plan; a field without a value is absent. Exact numbers are JSON
//! numbers; money, times and days are texts. A difference to an audience says `"action":"add"` or `"remove"` first.

use std::path::Path;

use onefold_model::{Text, Value};

use crate::file::Whole;
use crate::{Caps, Destination, Driver, Error, Outcome, Payload, Progress, Receipt, Record, Response, Unfit, Work};

/// The member that tells additions from removals.
const ACTION: &str = "action";

/// Records as lines of JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ndjson {
    key: Option<Text>,
}

impl Ndjson {
    /// For the difference to an audience that knows persons by a field.
    #[must_use]
    pub fn difference(key: &str) -> Self {
        Self { key: Some(key.into()) }
    }

    fn line(&self, record: &Record<'_>, out: &mut String) -> Result<(), Text> {
        let mut first = true;
        let mut member = |name: &str, value: &Value| {
            out.push_str(if std::mem::take(&mut first) { "{" } else { "," });
            out.push_str(&Value::from(name).to_json());
            out.push(':');
            out.push_str(&value.to_json());
        };
        match (record, &self.key) {
            (Record::Remove(key), Some(field)) => {
                member(ACTION, &"remove".into());
                member(field, &key.reveal().into());
            }
            (Record::Remove(_), None) => return Err("a removal needs the name of its key".into()),
            (Record::Put(row), key) => {
                if key.is_some() {
                    if row.fields().iter().any(|(name, _)| name.as_str() == ACTION) {
                        return Err(
                            "the field `action` has the name of the one that tells additions from removals".into()
                        );
                    }
                    member(ACTION, &"add".into());
                }
                row.fields().iter().for_each(|(name, value)| member(name, value));
            }
        }
        out.push_str(if first { "{}\n" } else { "}\n" });
        Ok(())
    }
}

impl Destination for Ndjson {
    fn name(&self) -> &str {
        "ndjson"
    }

    fn caps(&self) -> Caps {
        Caps { removals: self.key.is_some(), ..Caps::default() }
    }

    fn encode(&self, records: &[Record<'_>]) -> Result<Payload, Unfit> {
        let mut body = String::new();
        for (nth, record) in records.iter().enumerate() {
            self.line(record, &mut body).map_err(|reason| Unfit { record: nth, reason })?;
        }
        Ok(Payload::new("application/x-ndjson", body))
    }

    fn decode(&self, records: usize, response: &Response) -> Vec<Outcome> {
        vec![response.outcome(); records]
    }
}

/// A driver that writes a file of newline-delimited JSON: complete or absent.
#[derive(Debug)]
pub struct NdjsonFile {
    file: Whole,
}

impl NdjsonFile {
    /// A file to be made by the next delivery; until then, and where that fails, one of this name stays as it is.
    ///
    /// # Errors
    /// Where its folder cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self { file: Whole::create(path.as_ref())? })
    }
}

impl Driver for NdjsonFile {
    fn send(&mut self, work: Work, watch: &mut dyn FnMut(Progress)) -> Result<Receipt, Error> {
        let format = Ndjson { key: work.key_field().map(Text::from) };
        if format.key.is_some() && work.fields().iter().any(|name| name.as_str() == ACTION) {
            return Err(Error::Column(ACTION.into()));
        }
        self.file.write(&[], &format, work, watch)
    }
}
