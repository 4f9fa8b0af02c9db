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
use crate::ingest::Mapping;
use crate::model::schema::Spec;
use crate::model::{Diagnostic, Schema, TokenKey};
use crate::platform::Builder;
use crate::segment::Definitions;
use crate::{Error, Platform};

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
}

/// The keys that belong to other crates than the schema's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Others {
    import: Vec<Mapping>,
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
        let spec = Spec::from_toml_with(text, &OTHERS).map_err(|error| drawn(file, text, error))?;
        let others: Others = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let diagnostic = Diagnostic::new("C01", span, error.message());
            Error::Config { shown: diagnostic.show(file, text) }
        })?;
        Ok(Self { spec, imports: others.import, segments: others.segments, policy: others.policy, rules: others.identity })
    }

    /// Builds the schema with a key, checks everything else against it, and begins a platform.
    ///
    /// # Errors
    /// For whatever does not hold together, with the place and the reason.
    pub fn define(&self, key: TokenKey) -> Result<(Schema, Builder), Error> {
        let schema = self.spec.build(key)?;
        for import in &self.imports {
            import.check(&schema)?;
        }
        let segments = Definitions::parse(&self.segments, &schema).map_err(|error| match error {
            crate::segment::Error::Invalid(all) => Error::Config { shown: show("segments", &self.segments, &all) },
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

fn drawn(file: &str, text: &str, error: crate::model::Error) -> Error {
    match error {
        crate::model::Error::Invalid(all) => Error::Config { shown: show(file, text, &all) },
        other => other.into(),
    }
}

fn show(file: &str, text: &str, all: &[Diagnostic]) -> String {
    let one = |diagnostic: &Diagnostic| if diagnostic.span.is_empty() { format!("{file}: {diagnostic}\n") } else { diagnostic.show(file, text) };
    all.iter().map(one).collect()
}
