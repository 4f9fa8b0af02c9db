//! What do we know? Survivorship, provenance, contradictions, views and timelines.
//!
//! Ten sources say eleven things about one customer. A [`Profile`] keeps all that was said and answers with one value
//! per field: the schema's rule of survivorship picks it, and everything that lost stays beside it, with who said it,
//! when it happened and when it came in. So every value explains itself ([`Profile::why`]), sources that disagree are
//! found ([`Profile::contradictions`]), the same person can be looked at in other ways ([`Profile::view`]) and as of
//! another time ([`Profile::as_of`]), and what was said can be taken back exactly ([`Profiles::remove`]).
//!
//! The idea: a profile *is* its set of events. Each rule is a total order over statements, ending in (occurred,
//! received, value, event id), so the survivor is the greatest of a set, and neither order of arrival nor copies
//! matter. Households and accounts are profiles too, of another [`Kind`].
//!
//! ```
//! use onefold_model::{Facts, Form, Kind, Party, ProfileId, Schema, Time, Type};
//! use onefold_profile::Profiles;
//!
//! let schema = Schema::builder()
//!     .source("crm", Party::First, 90)
//!     .source("shop", Party::First, 50)
//!     .kind(Kind::person("email").form(Form::Email))
//!     .field("city", Type::Text)
//!     .build([7; 32].into())?;
//! let says = |source, at: &str, city| {
//!     let draft = schema.draft(source, "identify").who("email", "ada@example.com").at(at.parse()?).trait_("city", city);
//!     Ok::<_, Box<dyn std::error::Error>>(draft.receive("2026-03-01".parse()?)?.into())
//! };
//! let ada = ProfileId(schema.identifier("email", "ada@example.com")?.member().token);
//! let mut profiles = Profiles::new(&schema);
//! profiles.insert(ada, says("shop", "2026-02-01", "Paris")?);
//! profiles.insert(ada, says("crm", "2025-06-01", "London")?);
//!
//! let city = schema.field("city")?;
//! let profile = profiles.get(ada).ok_or("Ada is known")?;
//! assert_eq!(profile.field(city).as_text(), Some("Paris"));
//! assert_eq!(
//!     profile.why(city).ok_or("somebody said so")?.to_string(),
//!     "`city` is Paris, said by `shop` on 2026-02-01T00:00:00Z, the most recent of 2 statements; \
//!      not London, said by `crm` on 2025-06-01T00:00:00Z"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a profile costs: 104 bytes, then 32 for each type of event, 16 for each event (which is shared, not copied)
//! and 40 for each field that has a value, and room to grow by a half: a person with three types of events, twenty
//! events and eight fields comes to about a kilobyte. Losers, views and contradictions are not kept but found through the events when asked for.
//!
//! It is not: an identity resolver (who an event belongs to is said by the caller), a store, or a judge of consent;
//! [`Facts::permits`](onefold_model::Facts::permits) keeps its default answer, no. There are no writes to a field
//! other than by an event, and no clock.

mod change;
mod error;
mod kept;
mod order;
mod past;
mod profile;
mod profiles;
mod rules;
mod session;
mod view;
mod why;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use kept::{Kept, Provenance, Stated};
pub use profile::{Kind, Profile};
pub use profiles::Profiles;
pub use rules::{Custom, Rule};
pub use session::Session;
pub use why::{Contradiction, Why};
