//! May we? The ledger of choices, the policy, and the clearance without which nothing leaves.
//!
//! Ada said no to letters on Monday, on her telephone; on Tuesday her account turned out to be the same person; on
//! Wednesday a newsletter is due. Three questions meet here, each with its own part:
//!
//! - **What did she choose?** The [`Ledger`] keeps each choice under the identifier on which it was made, and folds
//!   those that belong to one person now into a [`State`]. A merge never loses a refusal.
//! - **What does that permit?** The [`Policy`] says on which basis a purpose stands, which regimes ask, who receives,
//!   and what is kept of each field. [`Consent`] decides, and its [`Decision`] explains itself.
//! - **What may leave?** [`Consent::clear`] turns rows into a [`Cleared`] batch, which is all that an export accepts.
//!
//! Answers hold up to an instant, since grants run out and children come of age. No clock is read; the same choices
//! in any order give the same answers.
//!
//! Missing, unreadable or ambiguous consent denies. The rules of the regimes are a small table, **not legal advice**.
//!
//! Absent today: a hash chain over the ledger with salted commitments; rule packs as files beyond the table of
//! [`Rule`]s; the signals of TCF, GPP and US Privacy strings; retention; the data subject's requests; a request to
//! restrict processing, which has no action of its own yet (a suppression stands in for it); recipients that are
//! addressed by a device rather than the person (the ledger can answer for one: [`Query::via`]); a barrier on
//! withdrawal.

mod clearance;
mod consent;
mod decision;
mod error;
pub mod ledger;
mod policy;
mod recipient;
mod regime;
mod suppression;

use onefold_model::Member;

pub use clearance::{About, Batch, Cleared, ClearedRow, Refusal, Row};
pub use consent::{Consent, Person};
pub use decision::{Because, Chose, Decision, Remedy};
pub use error::Error;
pub use ledger::{Entry, Ledger, Query, Seq, State, Status};
pub use policy::{Basis, Derived, Policy, PolicyBuilder, PolicyHash, PolicySpec, PurposeSpec};
pub use recipient::{Generalise, Keep, Kept, Recipient};
pub use regime::{COUNTRIES, Regime, Rule, Silence};
pub use suppression::Suppressed;
