//! From the words of a source to those of the schema.
//!
//! A [`Mapping`] says of each column (or, for JSON, each path) what it is: an identifier, a trait, a property, a time,
//! a consent. It is plain data: written in Rust as a chain, or in TOML as `[[import]]` (docs/IMPORTS.md). What a file
//! has beyond the mapping is kept under its own name unless told otherwise, so that a forgotten column is not lost.
//!
//! A mapping is checked against the schema before the first row is read: a name that nobody declared is an error with
//! a suggestion, not a million quarantined rows. Deliberately absent: expressions. A mapping renames and reads; what
//! needs arithmetic is prepared by the source, or computed from the profile.

mod check;
mod choose;
#[cfg(feature = "toml")]
mod file;
mod plan;
mod words;

use std::collections::BTreeMap;

use onefold_model::{Decimal, Text};
use serde::{Deserialize, Serialize};

pub use choose::choose;
#[cfg(feature = "toml")]
pub use file::imports;
#[cfg(feature = "json")]
pub(crate) use plan::text;
pub(crate) use plan::{Plan, Row};
pub use words::{Consented, Constant, Names};

use crate::{Numbers, TimeFormat};

/// What the columns of a source mean.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The name of the import, also a part of the ids of rows without ids; by default the source's.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub name: Text,
    /// The source that speaks.
    pub source: Text,
    /// What a row is: `identify`, or an event.
    #[serde(default = "identify")]
    pub event: Text,
    /// The column that names the event, row by row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_from: Option<Text>,
    /// The columns by which a file is recognised; by default all that the mapping names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Text>,
    /// Identifiers: column to kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub who: BTreeMap<Text, Names>,
    /// Households and accounts: column to a kind of class `group`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub group: BTreeMap<Text, Names>,
    /// For an `alias`: the column with the customer's other value, to its kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub previous: BTreeMap<Text, Text>,
    /// Traits: column to name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub traits: BTreeMap<Text, Names>,
    /// Properties: column to name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<Text, Names>,
    /// Amounts with their currency: column to property or trait.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub money: BTreeMap<Text, Amount>,
    /// Circumstances: column to name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<Text, Names>,
    /// Consent: column to purpose.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consent: BTreeMap<Text, Consented>,
    /// What every row says: traits where rows are `identify` or `group`, else properties.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<Text, Constant>,
    /// The column with the id that the source gave the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// The column with the time of occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Text>,
    /// The column with the time of sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Text>,
    /// The column with the time of reception, for files that another system received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Text>,
    /// How times and days are written.
    #[serde(default)]
    pub times: TimeFormat,
    /// How numbers are written.
    #[serde(default)]
    pub numbers: Numbers,
    /// Values that stand for nothing, beside the empty one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub null: Vec<Text>,
    /// What becomes of columns that the mapping does not name.
    #[serde(default)]
    pub rest: Rest,
    /// What separates the cells of a CSV file; found out where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
}

fn is_empty(text: &Text) -> bool {
    text.is_empty()
}

fn identify() -> Text {
    "identify".into()
}

/// What becomes of columns that a mapping does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// They are kept under their own names: as traits where rows are `identify` or `group`, else as properties.
    #[default]
    Keep,
    /// They are left out.
    Drop,
}

/// An amount of money in a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// The property that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Text>,
    /// Or the trait.
    #[serde(default, rename = "trait", skip_serializing_if = "Option::is_none")]
    pub field: Option<Text>,
    /// Its currency, where the row does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Text>,
    /// The column with its currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency_from: Option<Text>,
    /// By what the number is multiplied, such as `0.01` where cents are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Decimal>,
}

impl Mapping {
    /// The rows of a source, each an `identify` or an event.
    ///
    /// ```
    /// use onefold_ingest::Mapping;
    /// let till = Mapping::of("shop", "purchase")
    ///     .who("customer", "customer_id")
    ///     .at("date")
    ///     .property("quantity", "quantity")
    ///     .money("value", "amount", "USD");
    /// assert_eq!(till.import_name(), "shop");
    /// ```
    #[must_use]
    pub fn of(source: &str, event: &str) -> Self {
        Self { source: source.into(), event: event.into(), ..Self::default() }
    }

    /// Under this name, where a source has several imports.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The name of the import.
    #[must_use]
    pub fn import_name(&self) -> &str {
        if self.name.is_empty() { &self.source } else { &self.name }
    }

    /// The columns by which a file is recognised.
    #[must_use]
    pub fn recognised_by(self, columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|column| Text::from(*column)).collect(), ..self }
    }

    /// A column with identifiers of a kind.
    #[must_use]
    pub fn who(mut self, column: &str, kind: &str) -> Self {
        add(&mut self.who, column, kind);
        self
    }

    /// A column with a household or account.
    #[must_use]
    pub fn group(mut self, column: &str, kind: &str) -> Self {
        add(&mut self.group, column, kind);
        self
    }

    /// For an `alias`: a column with the customer's other value.
    #[must_use]
    pub fn previous(mut self, column: &str, kind: &str) -> Self {
        self.previous.insert(column.into(), kind.into());
        self
    }

    /// A column with a trait.
    #[must_use]
    pub fn field(mut self, column: &str, name: &str) -> Self {
        add(&mut self.traits, column, name);
        self
    }

    /// A column with a property.
    #[must_use]
    pub fn property(mut self, column: &str, name: &str) -> Self {
        add(&mut self.properties, column, name);
        self
    }

    /// A column with an amount that is a property, all in one currency.
    #[must_use]
    pub fn money(self, column: &str, property: &str, currency: &str) -> Self {
        self.amount(
            column,
            Amount { property: Some(property.into()), currency: Some(currency.into()), ..Amount::default() },
        )
    }

    /// A column with an amount that is a property, whose currency stands in another column.
    #[must_use]
    pub fn money_in(self, column: &str, property: &str, currency_from: &str) -> Self {
        self.amount(
            column,
            Amount { property: Some(property.into()), currency_from: Some(currency_from.into()), ..Amount::default() },
        )
    }

    /// A column with an amount, with all that can be said of it.
    #[must_use]
    pub fn amount(mut self, column: &str, amount: Amount) -> Self {
        self.money.insert(column.into(), amount);
        self
    }

    /// A column with a circumstance.
    #[must_use]
    pub fn context(mut self, column: &str, name: &str) -> Self {
        add(&mut self.context, column, name);
        self
    }

    /// A column with yes or no to a purpose. Without a proof, a yes is an unproven import, on which nothing may be
    /// sent; a no counts. See [`consented`](Self::consented) for one with a proof.
    #[must_use]
    pub fn consent(self, column: &str, purpose: &str) -> Self {
        self.consented(column, Consented::to(purpose))
    }

    /// A column with choices, with all that can be said of them.
    #[must_use]
    pub fn consented(mut self, column: &str, consented: Consented) -> Self {
        self.consent.insert(column.into(), consented);
        self
    }

    /// What every row says.
    #[must_use]
    pub fn constant(mut self, name: &str, value: impl Into<Constant>) -> Self {
        self.constants.insert(name.into(), value.into());
        self
    }

    /// The column that names the event, row by row.
    #[must_use]
    pub fn event_from(self, column: &str) -> Self {
        Self { event_from: Some(column.into()), ..self }
    }

    /// The column with the id that the source gave the row.
    #[must_use]
    pub fn id(self, column: &str) -> Self {
        Self { id: Some(column.into()), ..self }
    }

    /// The column with the time of occurrence.
    #[must_use]
    pub fn at(self, column: &str) -> Self {
        Self { at: Some(column.into()), ..self }
    }

    /// The column with the time of sending.
    #[must_use]
    pub fn sent(self, column: &str) -> Self {
        Self { sent: Some(column.into()), ..self }
    }

    /// The column with the time of reception.
    #[must_use]
    pub fn received(self, column: &str) -> Self {
        Self { received: Some(column.into()), ..self }
    }

    /// How times and days are written.
    #[must_use]
    pub fn times(self, times: TimeFormat) -> Self {
        Self { times, ..self }
    }

    /// How numbers are written.
    #[must_use]
    pub fn numbers(self, numbers: Numbers) -> Self {
        Self { numbers, ..self }
    }

    /// A value that stands for nothing, such as `NA`.
    #[must_use]
    pub fn null(mut self, marker: &str) -> Self {
        self.null.push(marker.into());
        self
    }

    /// What becomes of columns that the mapping does not name.
    #[must_use]
    pub fn rest(self, rest: Rest) -> Self {
        Self { rest, ..self }
    }

    /// What separates the cells of a CSV file.
    #[must_use]
    pub fn delimiter(self, delimiter: char) -> Self {
        Self { delimiter: Some(delimiter), ..self }
    }

    /// The columns that the mapping reads, sorted.
    #[must_use]
    pub fn named_columns(&self) -> Vec<Text> {
        let maps = [&self.who, &self.group, &self.traits, &self.properties, &self.context];
        let currencies = self.money.values().filter_map(|amount| amount.currency_from.as_ref());
        let single = [&self.id, &self.at, &self.sent, &self.received, &self.event_from];
        let mut all: Vec<Text> = maps
            .iter()
            .flat_map(|map| map.keys())
            .chain(self.money.keys())
            .chain(currencies)
            .chain(self.consent.keys())
            .chain(self.previous.keys())
            .chain(single.into_iter().flatten())
            .cloned()
            .collect();
        all.sort();
        all.dedup();
        all
    }
}

fn add(to: &mut BTreeMap<Text, Names>, column: &str, name: &str) {
    to.entry(column.into()).or_default().0.push(name.into());
}

#[cfg(test)]
mod tests;
