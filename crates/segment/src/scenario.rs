//! What should happen, told beforehand: scenarios, by which users test their own definitions.
//!
//! A [`Scenario`] tells a small history of named customers, with told time, and what is expected of it: who enters and
//! leaves which segment at which instant, who is a member then, what a trait has become, which action a journey orders.
//! It runs the same [`Live`](crate::Live) as everything else over a world in memory, and gives a [`Report`]: what held,
//! what did not and what happened instead, what nobody expected, and the transcript of all that happened.
//!
//! It is plain data for serde, usually a TOML file that the caller reads:
//!
//! ```toml
//! start = "2026-03-01T09:00:00Z"
//! strict = true
//!
//! [who.ada]
//! traits = { country = "DE" }
//!
//! [[given]]
//! at = "09:00"
//! who = "ada"
//! event = "add_to_cart"
//! with = { cart_id = "c-1" }
//!
//! [[expect]]
//! at = "+1h"
//! who = "ada"
//! entered = "cart_abandoned"
//! ```
//!
//! Instants are written in full, as a time of the first day (UTC), or as a span after `start`. At one instant first
//! all is given, then time takes its steps, then what is expected of the instant is looked at.

mod fault;
mod plain;
mod report;
mod run;
mod when;
mod world;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use fault::{Fault, Place, Reason};
pub use report::{Failure, Happened, Report, What};
pub use when::When;

use onefold_model::Time;

/// A told history, and what is expected of it.
///
/// ```
/// use onefold_model::{Kind, Party, Schema, Type};
/// use onefold_segment::{Definitions, scenario::Scenario};
/// let schema = Schema::builder()
///     .source("web", Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .event("add_to_cart", [("cart_id", Type::Text)])
///     .event("purchase", [("cart_id", Type::Text)])
///     .build([7; 32].into())?;
/// let definitions = Definitions::parse(
///     "segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days",
///     &schema,
/// )?;
/// let scenario: Scenario = serde_json::from_str(r#"{
///     "start": "2026-03-01T09:00:00Z",
///     "strict": true,
///     "who": {"ada": {}},
///     "given": [{"at": "09:00", "who": "ada", "event": "add_to_cart", "with": {"cart_id": "c-1"}}],
///     "expect": [
///         {"at": "+1h", "who": "ada", "entered": "cart_abandoned"},
///         {"at": "+3d", "who": "ada", "exited": "cart_abandoned"}
///     ]
/// }"#)?;
/// let report = scenario.run(&definitions, &schema, None)?;
/// assert!(report.holds(), "{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it tells, for the reader.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The file of the schema. This and the next two are for the caller, who reads files; [`run`](Self::run) is given
    /// what they hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The file of the definitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definitions: Option<String>,
    /// The file of the journeys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journeys: Option<String>,
    /// When time begins.
    pub start: Time,
    /// Up to when it goes on; by default up to the last instant that is spoken of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<When>,
    /// Whether what nobody expected is a failure.
    #[serde(default)]
    pub strict: bool,
    /// The kind of identifier that the names of customers are; by default the first person's kind that takes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The customers by their names.
    #[serde(default)]
    pub who: BTreeMap<String, Customer>,
    /// Households and accounts: by kind, then by name, their traits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, BTreeMap<String, BTreeMap<String, Plain>>>,
    /// What happens.
    #[serde(default)]
    pub given: Vec<Given>,
    /// What is expected.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

/// A customer, as known when time begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Customer {
    /// Her traits.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traits: BTreeMap<String, Plain>,
    /// The households and accounts she belongs to: names by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Vec<String>>,
    /// What she permits: a purpose, or a purpose over a channel as `marketing/email`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<String>,
}

/// Something that happens to a customer: an event, traits that become known, choices; also several at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// When it occurs.
    pub at: When,
    /// When it is told, if later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<When>,
    /// To whom.
    pub who: String,
    /// An event of this type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The event's properties.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Plain>,
    /// Where it is told; the first declared source where not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Traits that it states.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub traits: BTreeMap<String, Plain>,
    /// Purposes that the customer grants, as `marketing` or `marketing/email`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<String>,
    /// Purposes that she refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refuses: Vec<String>,
}

/// What is expected at an instant; also several things at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// When.
    pub at: When,
    /// Of whom; not asked for by `members`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// She enters this segment then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<String>,
    /// She leaves this segment then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exited: Option<String>,
    /// A journey orders this action for her then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered: Option<String>,
    /// She is in these segments then.
    #[serde(default, rename = "in", skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<String>,
    /// She is in none of these segments then.
    #[serde(default, rename = "out", skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
    /// Who is in these segments then, and nobody else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, Vec<String>>,
    /// What these traits, computed or not, are then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub value: BTreeMap<String, Plain>,
}

/// A value as it is written. Amounts (`"49.90 EUR"`), exact decimals, times and days are text; the schema knows what
/// is meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Plain {
    /// `true`
    Bool(bool),
    /// `3`
    Int(i64),
    /// `0.5`: the decimal that it is written as.
    Float(f64),
    /// `"DE"`
    Text(String),
    /// `["a", "b"]`
    List(Vec<Plain>),
    /// `{ lat = "52.5", lon = "13.4" }`
    Map(BTreeMap<String, Plain>),
}

#[cfg(test)]
mod tests;
