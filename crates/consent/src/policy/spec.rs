//! A policy as plain data, and the builder that writes it.

use std::collections::BTreeMap;

use onefold_model::{Labels, Schema, Text};
use serde::{Deserialize, Serialize};

use super::Policy;
use super::check::fault;
use crate::{Error, Recipient, Regime, Rule};

/// The lawful basis of a purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The person agreed.
    #[default]
    Consent,
    /// The controller's interest outweighs; the person may object.
    LegitimateInterest,
    /// A contract with the person needs it.
    Contract,
    /// A law demands it.
    LegalObligation,
}

impl Basis {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::LegitimateInterest => "legitimate_interest",
            Self::Contract => "contract",
            Self::LegalObligation => "legal_obligation",
        }
    }
}

/// A purpose with its basis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeSpec {
    /// Its name in the schema, such as `marketing`.
    pub name: Text,
    /// Its lawful basis. A purpose has one.
    pub basis: Basis,
    /// The version of the notice that changed it materially: grants on older ones need a renewal.
    #[serde(default)]
    pub material_notice: u32,
}

/// A trait that is computed from others: no source says it, so that the schema does not know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// Its name.
    pub name: Text,
    /// What kind of data it is: the stronger, on each axis, of all from which it is computed.
    #[serde(default)]
    pub labels: Labels,
}

/// Everything that a policy says, as plain data.
///
/// ```
/// use onefold_consent::PolicySpec;
/// let spec: PolicySpec = serde_json::from_str(r#"{
///     "regime": ["gdpr"],
///     "purpose": [{ "name": "marketing", "basis": "consent", "material_notice": 2 }],
///     "recipient": [{ "name": "newsletter", "purpose": "marketing", "channel": "email",
///         "field": [{ "name": "email", "keep": "plain", "required": true },
///                   { "name": "postcode", "keep": { "generalise": { "prefix": 2 } } }] }]
/// }"#)?;
/// assert_eq!(spec.recipients.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySpec {
    /// The regimes that ask about everybody. Without any, whoever has no known country is under the strictest.
    #[serde(rename = "regime")]
    pub regimes: Vec<Regime>,
    /// Regimes by country, in place of what [`COUNTRIES`](crate::COUNTRIES) says of it; `US-CA` stands before `US`.
    pub countries: BTreeMap<Text, Vec<Regime>>,
    /// Rules in place of the regimes' own.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// Purposes with their bases.
    #[serde(rename = "purpose")]
    pub purposes: Vec<PurposeSpec>,
    /// Who receives.
    #[serde(rename = "recipient")]
    pub recipients: Vec<Recipient>,
    /// Computed traits that recipients may be given beside those of the schema.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<Derived>,
}

/// A policy in the making.
#[derive(Clone, Debug, Default)]
pub struct PolicyBuilder {
    spec: PolicySpec,
    notices: Vec<(Text, u32)>,
}

impl PolicyBuilder {
    /// A regime that asks about everybody. Several add up.
    #[must_use]
    pub fn regime(mut self, regime: Regime) -> Self {
        self.spec.regimes.push(regime);
        self
    }

    /// The regimes of a country, in place of the known ones.
    #[must_use]
    pub fn country(mut self, code: &str, regimes: impl IntoIterator<Item = Regime>) -> Self {
        self.spec.countries.insert(code.into(), regimes.into_iter().collect());
        self
    }

    /// A rule in place of its regime's own.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.spec.rules.push(rule);
        self
    }

    /// A purpose with its lawful basis.
    #[must_use]
    pub fn purpose(mut self, name: &str, basis: Basis) -> Self {
        self.spec.purposes.push(PurposeSpec { name: name.into(), basis, material_notice: 0 });
        self
    }

    /// The version of the notice that changed a purpose materially.
    #[must_use]
    pub fn material_notice(mut self, purpose: &str, version: u32) -> Self {
        self.notices.push((purpose.into(), version));
        self
    }

    /// Somebody who receives.
    #[must_use]
    pub fn recipient(mut self, recipient: Recipient) -> Self {
        self.spec.recipients.push(recipient);
        self
    }

    /// A computed trait that recipients may be given, with the labels of what it is computed from.
    ///
    /// ```
    /// use onefold_consent::{Basis, Keep, Policy, Recipient};
    /// use onefold_model::{Kind, Labels, Schema, Sensitivity};
    /// let schema = Schema::builder().kind(Kind::person("user_id")).purpose("marketing").build([7; 32].into())?;
    /// let with = |sensitivity| {
    ///     Policy::builder()
    ///         .purpose("marketing", Basis::Consent)
    ///         .derived("favourite_category", Labels { sensitivity, ..Labels::default() })
    ///         .recipient(Recipient::new("newsletter", "marketing").require("favourite_category", Keep::Plain))
    ///         .build(&schema)
    /// };
    /// assert!(with(Sensitivity::None).is_ok());
    /// assert!(with(Sensitivity::Health).is_err());
    /// # Ok::<(), onefold_consent::Error>(())
    /// ```
    #[must_use]
    pub fn derived(mut self, name: &str, labels: Labels) -> Self {
        self.spec.derived.push(Derived { name: name.into(), labels });
        self
    }

    /// Checks it whole.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    ///
    /// ```
    /// use onefold_consent::{Basis, Keep, Policy, Recipient, Regime};
    /// use onefold_model::{Form, Kind, Schema};
    /// let schema = Schema::builder().kind(Kind::person("email").form(Form::Email)).purpose("marketing").build([7; 32].into())?;
    /// let wrong = Policy::builder()
    ///     .regime(Regime::Gdpr)
    ///     .purpose("marketing", Basis::Consent)
    ///     .recipient(Recipient::new("newsletter", "marketing").require("emial", Keep::Plain))
    ///     .build(&schema);
    /// let said = wrong.map(|_| ()).unwrap_err().to_string();
    /// assert_eq!(said, "P03: recipient `newsletter`: unknown field `emial`; did you mean `email`?");
    /// # Ok::<(), onefold_consent::Error>(())
    /// ```
    pub fn build(self, schema: &Schema) -> Result<Policy, Error> {
        let Self { mut spec, notices } = self;
        let mut faults = Vec::new();
        for (name, version) in notices {
            match spec.purposes.iter_mut().find(|purpose| purpose.name == name) {
                Some(purpose) => purpose.material_notice = version,
                None => faults.push(fault("P09", format!("a material notice for `{name}`, a purpose without a basis"))),
            }
        }
        spec.check(schema, faults)
    }
}
