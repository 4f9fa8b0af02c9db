//! A whole platform in one TOML file: schema, imports, segments, policy, rules of identity.
//!
//! ```toml
//! segments = """
//! segment lapsed = not did purchase in last 180 days
//! """
//!
//! [[source]]
//! name = "shop"
//!
//! [[kind]]
//! name = "customer"
//!
//! [[event]]
//! name = "purchase"
//! properties = [{ name = "amount", type = "money", currency = "USD" }]
//!
//! [[import]]
//! name = "orders"
//! source = "shop"
//! event = "purchase"
//! at = "date"
//! who = { customer_no = "customer" }
//! properties = { value = "amount" }
//! ```
//!
//! docs/SCHEMA.md and docs/IMPORTS.md define every key.

use serde::Deserialize;

use crate::consent::{self, Derived, PolicySpec};
use crate::identity::Rules;
use crate::ingest::{self, Mapping};
use crate::model::schema::Spec;
use crate::model::{Diagnostic, Schema, TokenKey};
use crate::platform::Builder;
use crate::segment::{self, Definitions};
use crate::{Error, Platform, model};

/// What a TOML file defines.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The schema, as plain data.
    pub spec: Spec,
    /// How files become records.
    pub imports: Vec<Mapping>,
    /// The segments' text.
    pub segments: String,
    /// The policy, if the file has one.
    pub policy: Option<PolicySpec>,
    /// The rules of identity.
    pub rules: Rules,
    file: File,
}

/// The text as it came, for drawing messages under its lines.
#[derive(Clone, Debug, Default)]
struct File {
    name: String,
    text: String,
}

/// The keys that belong neither to the schema's crate nor to that of the imports.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Others {
    segments: String,
    policy: Option<PolicySpec>,
    identity: Rules,
}

const OTHERS: [&str; 4] = ["import", "segments", "policy", "identity"];

impl Config {
    /// Reads a file's text; `file` is its name in messages.
    ///
    /// # Errors
    /// [`Error::Config`] with every diagnostic drawn under its line.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Error> {
        let file = File { name: file.to_owned(), text: text.to_owned() };
        let spec = Spec::from_toml_with(text, &OTHERS).map_err(|error| match error {
            model::Error::Invalid(all) => file.refuse(&all),
            other => other.into(),
        })?;
        let imports = ingest::imports(text).map_err(|error| file.import(error))?;
        let others: Others = toml::from_str(text)
            .map_err(|error| file.refuse(&[Diagnostic::new("C01", error.span().unwrap_or(0..0), error.message())]))?;
        Ok(Self { spec, imports, segments: others.segments, policy: others.policy, rules: others.identity, file })
    }

    /// Builds the schema with a key, checks everything else against it, and begins a platform.
    ///
    /// # Errors
    /// For whatever does not hold together, with the place and the reason.
    pub fn define(&self, key: TokenKey) -> Result<(Schema, Builder), Error> {
        let schema = self.spec.build(key).map_err(|error| match error {
            model::Error::Invalid(all) => self.file.refuse(&all),
            other => other.into(),
        })?;
        let mut faults = Vec::new();
        for import in &self.imports {
            match import.check(&schema) {
                Err(ingest::Error::Invalid(all)) => faults.extend(all),
                other => other?,
            }
        }
        let segments = match Definitions::parse(&self.segments, &schema) {
            Err(segment::Error::Invalid(all)) => {
                faults.extend(self.file.within(&self.segments, all));
                None
            }
            other => Some(other?),
        };
        let mut policy = self.policy.clone().unwrap_or_default();
        if let Some(segments) = &segments {
            for (name, _) in segments.traits() {
                let labels = segments.trait_labels(name).unwrap_or_default();
                policy.derived.push(Derived { name: name.into(), labels });
            }
        }
        let policy = match policy.build(&schema) {
            Err(consent::Error::Model(model::Error::Invalid(all))) => {
                faults.extend(all);
                None
            }
            other => Some(other?),
        };
        match (segments, policy) {
            (Some(segments), Some(policy)) if faults.is_empty() => {
                let builder = Platform::define(schema.clone()).identity(self.rules.clone());
                Ok((schema, builder.segments(segments).policy(policy)))
            }
            _ => Err(self.file.refuse(&faults)),
        }
    }

    /// What is worth a second look in the segments, drawn under its line.
    ///
    /// # Errors
    /// As [`define`](Self::define), for the segments alone.
    pub fn lints(&self, schema: &Schema) -> Result<Vec<String>, Error> {
        let lints = Definitions::parse(&self.segments, schema)?.lints().to_vec();
        let drawn = |lint: &Diagnostic| lint.show(&self.file.name, &self.file.text);
        Ok(self.file.within(&self.segments, lints).iter().map(drawn).collect())
    }
}

impl File {
    fn refuse(&self, all: &[Diagnostic]) -> Error {
        let one = |diagnostic: &Diagnostic| {
            let placed = Diagnostic { span: self.place(diagnostic), ..diagnostic.clone() };
            match placed.span == (0..0) {
                true => format!("{}: {diagnostic}\n", self.name),
                false => placed.show(&self.name, &self.text),
            }
        };
        Error::Config { shown: all.iter().map(one).collect() }
    }

    /// Where a fault stands: what was found after the text was read knows names only, and the last name in the message
    /// is the one at fault.
    fn place(&self, fault: &Diagnostic) -> std::ops::Range<usize> {
        if fault.span != (0..0) {
            return fault.span.clone();
        }
        let name = fault.message.rsplit('`').nth(1).filter(|name| !name.is_empty());
        let quoted = name.and_then(|name| self.text.find(&format!("\"{name}\"")).map(|at| at + 1..at + 1 + name.len()));
        quoted.or_else(|| name.and_then(|name| self.text.find(name).map(|at| at..at + name.len()))).unwrap_or(0..0)
    }

    fn import(&self, error: ingest::Error) -> Error {
        match error {
            ingest::Error::Invalid(all) => self.refuse(&all),
            other => other.into(),
        }
    }

    /// Segments stand in the file as a text within a text: their places are moved to where it begins, unless escapes
    /// make the two differ.
    fn within(&self, segments: &str, all: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let begin = self.text.find(segments);
        let moved = |mut diagnostic: Diagnostic| {
            diagnostic.span = begin.map_or(0..0, |begin| diagnostic.span.start + begin..diagnostic.span.end + begin);
            diagnostic
        };
        all.into_iter().map(moved).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let config = Config::from_toml("shop.toml", text);
        config.and_then(|config| config.define([7; 32].into()).map(|_| ())).unwrap_err().to_string()
    }

    #[test]
    fn every_part_of_the_file_is_refused_with_its_line() {
        let shop = "[[source]]\nname = \"shop\"\n[[kind]]\nname = \"user\"\n";
        assert!(refused("[[source]\nname = 1").contains("shop.toml:1:"));
        assert!(refused(&format!("{shop}[[import]]\nsuorce = \"shop\"")).contains("did you mean `source`?"));
        assert!(refused("sauce = 1").contains("unknown key `sauce`"));
        let segments =
            format!("segments = \"\"\"\nsegment x = cuontry = \"DE\"\n\"\"\"\n{shop}[[field]]\nname = \"country\"\n");
        let shown = refused(&segments);
        assert!(shown.contains("shop.toml:2:13") && shown.contains("did you mean `country`?"), "{shown}");
    }
}
