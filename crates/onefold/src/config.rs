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

use crate::consent::{Policy, PolicySpec};
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
        let schema = self.spec.build(key)?;
        for import in &self.imports {
            import.check(&schema).map_err(|error| self.file.import(error))?;
        }
        let segments = Definitions::parse(&self.segments, &schema).map_err(|error| match error {
            segment::Error::Invalid(all) => self.file.segments(&self.segments, all),
            other => other.into(),
        })?;
        let policy = match &self.policy {
            Some(policy) => policy.build(&schema)?,
            None => Policy::builder().build(&schema)?,
        };
        let builder = Platform::define(schema.clone()).identity(self.rules.clone()).segments(segments).policy(policy);
        Ok((schema, builder))
    }
}

impl File {
    fn refuse(&self, all: &[Diagnostic]) -> Error {
        let one = |diagnostic: &Diagnostic| match diagnostic.span == (0..0) {
            true => format!("{}: {diagnostic}\n", self.name),
            false => diagnostic.show(&self.name, &self.text),
        };
        Error::Config { shown: all.iter().map(one).collect() }
    }

    fn import(&self, error: ingest::Error) -> Error {
        match error {
            ingest::Error::Invalid(all) => self.refuse(&all),
            other => other.into(),
        }
    }

    /// Segments stand in the file as a text within a text: their places are moved to where it begins, unless escapes
    /// make the two differ.
    fn segments(&self, segments: &str, all: Vec<Diagnostic>) -> Error {
        let Some(begin) = self.text.find(segments) else {
            return Error::Config {
                shown: all.iter().map(|diagnostic| diagnostic.show("segments", segments)).collect(),
            };
        };
        let moved = |mut diagnostic: Diagnostic| {
            diagnostic.span = diagnostic.span.start + begin..diagnostic.span.end + begin;
            diagnostic
        };
        self.refuse(&all.into_iter().map(moved).collect::<Vec<_>>())
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
