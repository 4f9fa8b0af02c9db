//! The tracking plan: in which words sources may speak.
//!
//! A [`Spec`] is plain data, written in Rust by the [`SchemaBuilder`] or in TOML (docs/SCHEMA.md). Building it checks
//! it whole, gives every name its dense id, and binds it to the tenant's token key: a [`Schema`], cheap to clone and
//! shared by every crate. Names are resolved once, here; inside, only ids travel.

mod build;
mod lookup;
mod standard;
#[cfg(feature = "toml")]
mod toml;

pub use build::SchemaBuilder;
pub use lookup::{FieldInfo, Owner, Schema};

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Currency, Labels, Limits, Text};

/// Everything that a schema declares, as plain data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// What a message of an undeclared event type or property is worth.
    pub undeclared: Undeclared,
    /// Bounds on what one record may hold.
    pub limits: Limits,
    /// Where records come from.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// Kinds of identifiers, strongest first.
    #[serde(rename = "kind")]
    pub kinds: Vec<Kind>,
    /// Traits of profiles.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// Traits that survive together, such as an address.
    #[serde(rename = "field_group")]
    pub groups: Vec<Group>,
    /// Types of events with their properties.
    #[serde(rename = "event")]
    pub events: Vec<EventType>,
    /// Purposes of processing.
    #[serde(rename = "purpose")]
    pub purposes: Vec<Purpose>,
    /// Channels of contact.
    pub channels: Vec<Text>,
    /// Other ways to look at the same person.
    #[serde(rename = "view")]
    pub views: Vec<View>,
}

/// What happens with an event type or a property that nobody declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeclared {
    /// It is kept, and can be asked for once it is declared.
    #[default]
    Keep,
    /// The record is quarantined.
    Quarantine,
}

/// Who collected the data: ourselves, a partner, or a vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Ourselves, from the customer.
    #[default]
    First,
    /// A partner's first-party data, shared with us.
    Second,
    /// A vendor without a relation to the customer.
    Third,
}

/// A system that says things about customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name, such as `crm`.
    pub name: Text,
    /// Who collected it.
    #[serde(default)]
    pub party: Party,
    /// How far its values are trusted among sources of the same party, 0 to 255.
    #[serde(default)]
    pub trust: u8,
    /// The lawful basis on which it is collected, kept with every value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
}

/// What an identifier is an identifier of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It proves the person: a login, a verified address.
    #[default]
    Person,
    /// It proves no more than a device or browser.
    Device,
    /// It names a household or account, which is a profile of its own.
    Group,
    /// A source's row without any identifier. Reserved.
    Record,
}

/// The canonical form of an identifier's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As it stands, trimmed.
    #[default]
    Raw,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A person's name.
    Name,
    /// A postal code.
    Postcode,
    /// A day.
    Date,
    /// Free text in any script.
    Text,
}

/// A kind of identifier with its rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its name, such as `email`.
    pub name: Text,
    /// What it identifies.
    #[serde(default)]
    pub class: Class,
    /// Its canonical form.
    #[serde(default)]
    pub form: Form,
    /// For telephone numbers: the country of those that name none, such as `DE` or `+49`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Text>,
    /// Smaller is stronger; by default the order of declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
    /// A profile has at most one, and its values are never generic.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// Several persons may share a value, as a household shares a phone: a suppression covers it only where it is listed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shareable: bool,
    /// The most values that one profile may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The most values whose first occurrences fall within one window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_within: Option<LimitWithin>,
    /// A value with more distinct neighbours than this is generic: reported, and links through it do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generic_above: Option<u32>,
    /// A device that persons share: it links within a session only, and a silence this long ends a session.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "span::optional")]
    pub session: Option<Duration>,
    /// The purpose that linking this device to a person needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stitch: Option<Text>,
    /// Values that stand for nobody, such as `n/a`; `*` matches any run of characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Text>,
    /// For a group: what a person has to it, such as `works_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Text>,
}

/// At most `count` values whose first occurrences fall within any half-open interval of length `within`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitWithin {
    /// How many.
    pub count: u32,
    /// The length of the interval.
    #[serde(with = "span")]
    pub within: Duration,
}

impl Kind {
    /// An identifier that proves the person.
    #[must_use]
    pub fn person(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// An identifier that proves no more than a device.
    #[must_use]
    pub fn device(name: &str) -> Self {
        Self { class: Class::Device, ..Self::person(name) }
    }

    /// An identifier of a household or account, to which a person has the named relation.
    #[must_use]
    pub fn group(name: &str, relation: &str) -> Self {
        Self { class: Class::Group, relation: Some(relation.into()), ..Self::person(name) }
    }

    /// The canonical form of its values.
    #[must_use]
    pub fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// For telephone numbers: the country of those that name none, such as `DE` or `+49`.
    #[must_use]
    pub fn region(self, region: &str) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// A profile has at most one.
    #[must_use]
    pub fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// Several persons may share a value.
    #[must_use]
    pub fn shareable(self) -> Self {
        Self { shareable: true, ..self }
    }

    /// Smaller is stronger; by default the order of declaration.
    #[must_use]
    pub fn priority(self, priority: u16) -> Self {
        Self { priority: Some(priority), ..self }
    }

    /// The most values that one profile may ever have.
    #[must_use]
    pub fn limit(self, count: u32) -> Self {
        Self { limit: Some(count), ..self }
    }

    /// The most values whose first occurrences fall within one window.
    #[must_use]
    pub fn limit_within(self, count: u32, within: Duration) -> Self {
        Self { limit_within: Some(LimitWithin { count, within }), ..self }
    }

    /// Above this many distinct neighbours a value is generic.
    #[must_use]
    pub fn generic_above(self, neighbours: u32) -> Self {
        Self { generic_above: Some(neighbours), ..self }
    }

    /// A device that persons share: it links within a session only.
    #[must_use]
    pub fn session(self, gap: Duration) -> Self {
        Self { session: Some(gap), ..self }
    }

    /// The purpose that linking this device to a person needs.
    #[must_use]
    pub fn stitch(self, purpose: &str) -> Self {
        Self { stitch: Some(purpose.into()), ..self }
    }

    /// A value, or a pattern with `*`, that stands for nobody.
    #[must_use]
    pub fn block(mut self, value: &str) -> Self {
        self.blocked.push(value.into());
        self
    }
}

/// The type of a trait or property.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Text.
    #[default]
    Text,
    /// A whole number.
    Int,
    /// An exact decimal number.
    Decimal,
    /// An amount in a currency.
    Money,
    /// An instant.
    Time,
    /// A day.
    Date,
    /// True or false.
    Bool,
    /// A model's score.
    Score,
    /// Several values.
    List,
    /// Named values.
    Map,
    /// Whatever comes.
    Any,
}

/// Which of several values of a field survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Survivorship {
    /// The newest by occurrence.
    #[default]
    MostRecent,
    /// That of the most trusted source: first party over second over third, then by trust, then the newest.
    MostTrusted,
    /// The one said most often, then the newest.
    MostFrequent,
    /// For a group: the statement that fills most of its fields, then the newest.
    MostComplete,
    /// The longest text, then the newest.
    Longest,
    /// The smallest value.
    Minimum,
    /// The greatest value.
    Maximum,
    /// All distinct values, as a list.
    Union,
}

/// A trait of profiles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name, such as `country`.
    pub name: Text,
    /// Its type.
    #[serde(rename = "type", default)]
    pub ty: Type,
    /// The currency of plain numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Which of several values survives; by default that of its group, or the most recent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Survivorship>,
    /// What kind of data it is.
    #[serde(default, skip_serializing_if = "Labels::is_plain")]
    pub labels: Labels,
    /// The values it may have; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Text>,
}

/// Fields that survive together, from one statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name, such as `address`.
    pub name: Text,
    /// The fields in it.
    pub fields: Vec<Text>,
    /// Which statement survives.
    #[serde(default)]
    pub keep: Survivorship,
}

/// A type of event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventType {
    /// Its name, such as `purchase`, or a reserved one (`page`) to give that properties.
    pub name: Text,
    /// What sources call it, such as `Order Completed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Text>,
    /// Its properties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Field>,
    /// A return, a bounced letter: things that happen *to* a customer are no behaviour of hers. `did any` asks for behaviour.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passive: bool,
}

/// A purpose of processing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its name, such as `marketing`.
    pub name: Text,
    /// What consent banners call it, such as `Advertising`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Text>,
}

/// Another way to look at the same person: some sources only, or other rules of survivorship.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Its name, such as `billing`.
    pub name: Text,
    /// The sources it believes; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Text>,
    /// The least party it believes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// The rule for every field of it; by default each field's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Survivorship>,
}

/// Spans of time in TOML and JSON, as the segment language writes them: `30m`, `14d`.
pub(crate) mod span {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&crate::show_span(*span))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        crate::parse_span(&text)
            .ok_or_else(|| D::Error::custom("a span of time is a number and a unit, such as `30m`, `14d` or `2w`"))
    }

    pub(crate) mod optional {
        use super::{Deserializer, Duration, Serializer};

        pub(crate) fn serialize<S: Serializer>(span: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
            match span {
                Some(span) => super::serialize(span, to),
                None => to.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
            super::deserialize(from).map(Some)
        }
    }
}
