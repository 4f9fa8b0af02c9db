//! What may be done with data, for which purpose, on which basis, and who may have what.
//!
//! A [`PolicySpec`] is plain data, written in Rust by the [`PolicyBuilder`] or in a file of the application's. Building
//! it checks it whole against the schema and resolves every name once: a [`Policy`], cheap to clone. Its
//! [`hash`](Policy::hash) stands in every decision, so that a decision can be traced to the text that made it.
//!
//! What a policy does not name is forbidden: a purpose without a declared basis permits nothing, a field that no
//! recipient names leaves nowhere.

mod check;
mod digest;
mod spec;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use onefold_model::{ChannelId, PurposeId, Schema, Text};
use serde::Serialize;

pub use spec::{Basis, Derived, PolicyBuilder, PolicySpec, PurposeSpec};

use crate::recipient::hex;
use crate::regime::{Joint, Regimes};
use crate::{Error, Kept, Regime, Rule};

/// What a policy says, ready to decide. A clone shares it.
#[derive(Clone)]
pub struct Policy(Arc<Inner>);

struct Inner {
    spec: PolicySpec,
    schema: Schema,
    hash: PolicyHash,
    base: Regimes,
    countries: Vec<(Text, Regimes)>, // INVARIANT: sorted by country, no country twice.
    rules: Vec<Rule>,                // INVARIANT: in the order of `Regime::ALL`.
    joints: Vec<Joint>,              // INVARIANT: by the bits of `Regimes`.
    purposes: Vec<Option<Declared>>, // INVARIANT: by purpose id.
    targets: Vec<Target>,            // INVARIANT: sorted by name.
    proving: Arc<[Text]>,
}

/// What a policy says of a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) basis: Basis,
    pub(crate) notice: u32,
}

/// A recipient with its names resolved.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) name: Text,
    pub(crate) purpose: PurposeId,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) plan: Arc<[Kept]>,
}

/// The SHA-256 of what a policy says, whatever the order of its purposes and recipients.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyHash(pub [u8; 32]);

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyHash({self})")
    }
}

impl Serialize for PolicyHash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("hash", &self.0.hash).finish_non_exhaustive()
    }
}

impl Policy {
    /// A policy written in Rust.
    #[must_use]
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// The plain data.
    #[must_use]
    pub fn spec(&self) -> &PolicySpec {
        &self.0.spec
    }

    /// The schema whose names it uses.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// What stands for it in decisions.
    #[must_use]
    pub fn hash(&self) -> PolicyHash {
        self.0.hash
    }

    /// The names of the recipients, sorted.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.0.targets.iter().map(|target| target.name.as_str())
    }

    /// The rule for a regime: the policy's own, or the regime's.
    #[must_use]
    pub fn rule(&self, regime: Regime) -> Option<&Rule> {
        self.0.rules.iter().find(|rule| rule.regime == regime)
    }

    /// The lawful basis of a purpose, if the policy declares one.
    #[must_use]
    pub fn basis(&self, purpose: PurposeId) -> Option<Basis> {
        self.declared(purpose).map(|declared| declared.basis)
    }

    pub(crate) fn declared(&self, purpose: PurposeId) -> Option<Declared> {
        self.0.purposes.get(purpose.index()).copied().flatten()
    }

    pub(crate) fn target(&self, recipient: &str) -> Result<&Target, Error> {
        let found = self.0.targets.binary_search_by(|target| target.name.as_str().cmp(recipient));
        match found.ok().and_then(|at| self.0.targets.get(at)) {
            Some(target) => Ok(target),
            None => Err(onefold_model::Error::unknown("recipient", recipient, self.recipients()).into()),
        }
    }

    /// The regimes that ask about somebody of this country whose choices state these.
    pub(crate) fn regimes(&self, country: Option<&str>, stated: Regimes) -> Regimes {
        let all = self.0.base.and(country.map_or(Regimes::default(), |country| self.country(country))).and(stated);
        if all.is_empty() { all.with(Regime::Unknown) } else { all }
    }

    /// `US-CA` is looked up as it stands, then as `US`; what is not found is unknown.
    fn country(&self, said: &str) -> Regimes {
        let mut upper = [0; 8];
        let said = said.trim().as_bytes();
        let Some(letters) = upper.get_mut(..said.len()) else {
            return Regimes::default().with(Regime::Unknown);
        };
        letters.copy_from_slice(said);
        letters.make_ascii_uppercase();
        let look = |code: &[u8]| {
            let at = self.0.countries.binary_search_by(|(known, _)| known.as_bytes().cmp(code)).ok()?;
            self.0.countries.get(at).map(|(_, regimes)| *regimes)
        };
        let country = || look(letters.split(|letter| *letter == b'-').next().unwrap_or_default());
        look(letters).or_else(country).unwrap_or_else(|| Regimes::default().with(Regime::Unknown))
    }

    pub(crate) fn joint(&self, regimes: Regimes) -> Joint {
        let strictest = || Joint::of(&self.0.rules);
        self.0.joints.get(regimes.index()).copied().unwrap_or_else(strictest)
    }

    pub(crate) fn obligations(&self, regimes: Regimes) -> Vec<Text> {
        let rules = regimes.iter().filter_map(|regime| self.rule(regime));
        let mut all: Vec<Text> = rules.flat_map(|rule| rule.obligations.iter().cloned()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// The kinds of identifiers that prove a person.
    pub(crate) fn proving(&self) -> Arc<[Text]> {
        Arc::clone(&self.0.proving)
    }
}
