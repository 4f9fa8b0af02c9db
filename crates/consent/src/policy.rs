//! What may be done with data, for which purpose, on which basis, and who may have what.
//!
//! A [`PolicySpec`] is plain data, written in Rust by the [`PolicyBuilder`] or in a file of the application's. Building
//! it checks it whole against the schema and resolves every name once: a [`Policy`], cheap to clone. Its
//! [`hash`](Policy::hash) stands in every decision, so that a decision can be traced to the text that made it.
//!
//! What a policy does not name is forbidden: a purpose without a declared basis permits nothing, a field that no
//! recipient names leaves nowhere.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use onefold_model::schema::Owner;
use onefold_model::{ChannelId, Class, Diagnostic, PurposeId, Schema, Sensitivity, Text, closest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::regime::{COUNTRIES, Joint, Regimes};
use crate::{Error, Generalise, Keep, Kept, Recipient, Regime, Rule, recipient::hex};

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
    /// Regimes by country, in place of what [`COUNTRIES`] says of it; `US-CA` stands before `US`.
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
}

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
        let Some(letters) = upper.get_mut(..said.len()) else { return Regimes::default().with(Regime::Unknown) };
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

fn fault(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::new(code, 0..0, message)
}

fn unknown<'a>(code: &'static str, whose: &str, what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let it = fault(code, format!("{whose}unknown {what} `{name}`"));
    match closest(name, known) {
        Some(help) => it.help(format!("did you mean `{help}`?")),
        None => it,
    }
}

impl PolicySpec {
    /// Checks it whole against a schema.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn build(&self, schema: &Schema) -> Result<Policy, Error> {
        self.clone().check(schema, Vec::new())
    }

    fn check(self, schema: &Schema, mut faults: Vec<Diagnostic>) -> Result<Policy, Error> {
        let purposes = self.check_purposes(schema, &mut faults);
        let mut targets: Vec<Target> = Vec::new();
        for recipient in &self.recipients {
            if self.recipients.iter().filter(|other| other.name == recipient.name).count() > 1
                && targets.iter().any(|target| target.name == recipient.name)
            {
                faults.push(fault("P06", format!("recipient `{}` is declared twice", recipient.name)));
            }
            targets.extend(check_recipient(recipient, schema, &purposes, &mut faults));
        }
        let rules: Vec<Rule> = Regime::ALL
            .into_iter()
            .map(|(name, regime)| {
                let mut own = self.rules.iter().filter(|rule| rule.regime == regime);
                let rule = own.next().cloned().unwrap_or_else(|| regime.rule());
                if own.next().is_some() {
                    faults.push(fault("P08", format!("two rules for the regime `{name}`")));
                }
                rule
            })
            .collect();
        if !faults.is_empty() {
            return Err(onefold_model::Error::Invalid(faults).into());
        }
        targets.sort_by(|a, b| a.name.cmp(&b.name));
        let mut countries: BTreeMap<Text, Regimes> =
            COUNTRIES.into_iter().map(|(code, regime)| (Text::from(code), Regimes::default().with(regime))).collect();
        for (code, regimes) in &self.countries {
            countries.insert(code.to_ascii_uppercase().into(), regimes.iter().copied().collect());
        }
        let subset = |bits: u8| {
            let set = Regimes::from_bits(bits);
            Joint::of(rules.iter().filter(|rule| set.has(rule.regime)))
        };
        let joints = (0..Regimes::SETS).map(subset).collect();
        let kinds = schema.kinds().filter(|(_, kind)| kind.class == Class::Person);
        let proving = kinds.map(|(_, kind)| kind.name.clone()).collect();
        let countries: Vec<_> = countries.into_iter().collect();
        let hash = self.digest(&rules, &countries);
        let base = self.regimes.iter().copied().collect();
        let schema = schema.clone();
        Ok(Policy(Arc::new(Inner { spec: self, schema, hash, base, countries, rules, joints, purposes, targets, proving })))
    }

    fn check_purposes(&self, schema: &Schema, faults: &mut Vec<Diagnostic>) -> Vec<Option<Declared>> {
        let mut purposes = vec![None; schema.purposes().count()];
        for purpose in &self.purposes {
            let Ok(id) = schema.purpose(&purpose.name) else {
                let known = schema.purposes().map(|id| schema.purpose_name(id));
                faults.push(unknown("P01", "", "purpose", &purpose.name, known));
                continue;
            };
            if let Some(slot) = purposes.get_mut(id.index()) {
                if slot.is_some() {
                    faults.push(fault("P05", format!("purpose `{}` has two bases", purpose.name)));
                }
                *slot = Some(Declared { basis: purpose.basis, notice: purpose.material_notice });
            }
        }
        purposes
    }

    /// Over names, not ids, so that the order of declaration in the schema does not matter.
    fn digest(&self, rules: &[Rule], countries: &[(Text, Regimes)]) -> PolicyHash {
        let mut said: Vec<u8> = Vec::new();
        let mut say = |part: &str| {
            said.extend((part.len() as u64).to_le_bytes());
            said.extend(part.as_bytes());
        };
        say("onefold-policy-1");
        let mut base: Vec<Regime> = self.regimes.clone();
        base.sort();
        base.dedup();
        base.iter().for_each(|regime| say(regime.name()));
        say("countries");
        for (code, regimes) in countries {
            say(code);
            regimes.iter().for_each(|regime| say(regime.name()));
        }
        for rule in rules {
            say("rule");
            say(rule.regime.name());
            say(&format!("{} {} {} {}", rule.silence as u8, rule.guardian_below, rule.opt_in_below, rule.legitimate_interest));
            rule.obligations.iter().for_each(|it| say(it));
        }
        let mut purposes: Vec<&PurposeSpec> = self.purposes.iter().collect();
        purposes.sort_by(|a, b| a.name.cmp(&b.name));
        for purpose in purposes {
            say("purpose");
            say(&purpose.name);
            say(purpose.basis.name());
            say(&purpose.material_notice.to_string());
        }
        let mut recipients: Vec<&Recipient> = self.recipients.iter().collect();
        recipients.sort_by(|a, b| a.name.cmp(&b.name));
        for recipient in recipients {
            say("recipient");
            say(&recipient.name);
            say(&recipient.purpose);
            say(recipient.channel.as_deref().unwrap_or("*"));
            let mut allowed = recipient.allow.clone();
            allowed.sort();
            allowed.dedup();
            allowed.iter().for_each(|category| say(category_name(*category)));
            for kept in &recipient.fields {
                say("field");
                say(&kept.name);
                say(&keep_name(kept.keep));
                say(if kept.required { "required" } else { "" });
            }
        }
        PolicyHash(Sha256::digest(&said).into())
    }
}

const fn category_name(category: Sensitivity) -> &'static str {
    match category {
        Sensitivity::None => "none",
        Sensitivity::Pii => "pii",
        Sensitivity::Sensitive => "sensitive",
        Sensitivity::SpecialCategory => "special_category",
        Sensitivity::Health => "health",
        Sensitivity::Child => "child",
    }
}

fn keep_name(keep: Keep) -> String {
    match keep {
        Keep::Plain => "plain".into(),
        Keep::Hash => "hash".into(),
        Keep::Sha256 => "sha256".into(),
        Keep::Pseudonym => "pseudonym".into(),
        Keep::Drop => "drop".into(),
        Keep::Generalise(Generalise::Year) => "year".into(),
        Keep::Generalise(Generalise::Month) => "month".into(),
        Keep::Generalise(Generalise::Prefix(count)) => format!("prefix {count}"),
        Keep::Generalise(Generalise::Band(width)) => format!("band {width}"),
    }
}

fn check_recipient(
    recipient: &Recipient,
    schema: &Schema,
    purposes: &[Option<Declared>],
    faults: &mut Vec<Diagnostic>,
) -> Option<Target> {
    let whose = format!("recipient `{}`: ", recipient.name);
    let purpose = match schema.purpose(&recipient.purpose) {
        Ok(purpose) => Some(purpose),
        Err(_) => {
            let known = schema.purposes().map(|id| schema.purpose_name(id));
            faults.push(unknown("P01", &whose, "purpose", &recipient.purpose, known));
            None
        }
    };
    if purpose.is_some_and(|id| purposes.get(id.index()).is_none_or(Option::is_none)) {
        let said = format!("{whose}the purpose `{}` has no basis in this policy", recipient.purpose);
        faults.push(fault("P04", said).help("declare one of consent, legitimate interest, contract, legal obligation"));
    }
    let channel = recipient.channel.as_ref().and_then(|name| match schema.channel(name) {
        Ok(id) => Some(id),
        Err(_) => {
            faults.push(unknown("P02", &whose, "channel", name, schema.spec().channels.iter().map(Text::as_str)));
            None
        }
    });
    for (nth, kept) in recipient.fields.iter().enumerate() {
        check_field(kept, recipient, &whose, schema, faults);
        if recipient.fields.iter().take(nth).any(|before| before.name == kept.name) {
            faults.push(fault("P07", format!("{whose}field `{}` is named twice", kept.name)));
        }
    }
    let plan = recipient.fields.iter().cloned().collect();
    purpose.map(|purpose| Target { name: recipient.name.clone(), purpose, channel, plan })
}

fn check_field(kept: &Kept, recipient: &Recipient, whose: &str, schema: &Schema, faults: &mut Vec<Diagnostic>) {
    let name = &kept.name;
    if kept.required && kept.keep == Keep::Drop {
        faults.push(fault("P10", format!("{whose}field `{name}` is required and dropped")));
    }
    if kept.keep == Keep::Generalise(Generalise::Band(0)) {
        faults.push(fault("P11", format!("{whose}field `{name}` is put into bands of no width")));
    }
    // A pseudonym says nothing of a value, so any name will do for its column.
    if kept.keep == Keep::Pseudonym {
        return;
    }
    match schema.field_of(Owner::Profile, name).and_then(|id| schema.field_info(id)) {
        Some(info) => {
            let category = info.declared.labels.sensitivity;
            if category >= Sensitivity::SpecialCategory && kept.keep != Keep::Drop && !recipient.allow.contains(&category) {
                let said = format!("{whose}field `{name}` is protected data that this recipient may not have");
                faults.push(fault("P12", said).help("allow its category for this recipient, or drop the field"));
            }
        }
        None if schema.kind(name).is_ok() => {}
        None => {
            let kinds = schema.kinds().map(|(_, kind)| kind.name.as_str());
            let known = schema.profile_fields().map(|(_, field)| field.name.as_str()).chain(kinds);
            faults.push(unknown("P03", whose, "field", name, known));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onefold_model::schema::Field;
    use onefold_model::{Kind, Labels, Type};

    fn schema() -> Schema {
        let diagnosis = Field {
            name: "diagnosis".into(),
            labels: Labels { sensitivity: Sensitivity::Health, ..Labels::default() },
            ..Field::default()
        };
        let kinds = Schema::builder().kind(Kind::person("email")).field("country", Type::Text).declare_field(diagnosis);
        kinds.purpose("marketing").purpose("care").channel("email").build([7; 32].into()).unwrap()
    }

    fn faults(policy: PolicyBuilder) -> Vec<String> {
        match policy.build(&schema()) {
            Err(Error::Model(onefold_model::Error::Invalid(all))) => all.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let said = faults(
            Policy::builder()
                .purpose("marketting", Basis::Consent)
                .purpose("care", Basis::Consent)
                .purpose("care", Basis::Contract)
                .material_notice("marketing", 2)
                .rule(Regime::Gdpr.rule())
                .rule(Regime::Gdpr.rule())
                .recipient(Recipient::new("a", "marketing").channel("emial"))
                .recipient(
                    Recipient::new("b", "care")
                        .require("country", Keep::Drop)
                        .keep("country", Keep::Plain)
                        .keep("diagnosis", Keep::Plain),
                )
                .recipient(Recipient::new("b", "care").keep("countri", Keep::Generalise(Generalise::Band(0)))),
        );
        assert_eq!(
            said,
            [
                "P09: a material notice for `marketing`, a purpose without a basis",
                "P01: unknown purpose `marketting`; did you mean `marketing`?",
                "P05: purpose `care` has two bases",
                "P04: recipient `a`: the purpose `marketing` has no basis in this policy; declare one of consent, \
                 legitimate interest, contract, legal obligation",
                "P02: recipient `a`: unknown channel `emial`; did you mean `email`?",
                "P10: recipient `b`: field `country` is required and dropped",
                "P07: recipient `b`: field `country` is named twice",
                "P12: recipient `b`: field `diagnosis` is protected data that this recipient may not have; allow its \
                 category for this recipient, or drop the field",
                "P06: recipient `b` is declared twice",
                "P11: recipient `b`: field `countri` is put into bands of no width",
                "P03: recipient `b`: unknown field `countri`; did you mean `country`?",
                "P08: two rules for the regime `gdpr`",
            ]
        );
    }

    #[test]
    fn protected_data_leaves_where_its_category_is_allowed() {
        let doctor = Recipient::new("doctor", "care").allow(Sensitivity::Health).require("diagnosis", Keep::Plain);
        let policy = Policy::builder().purpose("care", Basis::Contract).recipient(doctor).build(&schema()).unwrap();
        assert_eq!(policy.recipients().collect::<Vec<_>>(), ["doctor"]);
        assert_eq!(policy.target("docter").unwrap_err().to_string(), "unknown recipient `docter`; did you mean `doctor`?");
    }

    #[test]
    fn the_hash_is_that_of_what_is_said_not_of_its_order() {
        let one = Policy::builder().purpose("marketing", Basis::Consent).purpose("care", Basis::Contract);
        let other = Policy::builder().purpose("care", Basis::Contract).purpose("marketing", Basis::Consent);
        let hash = |policy: PolicyBuilder| policy.build(&schema()).unwrap().hash();
        assert_eq!(hash(one.clone()), hash(other.clone()));
        assert_ne!(hash(one), hash(other.material_notice("care", 1)));
    }

    #[test]
    fn a_country_brings_its_regimes_and_an_unreadable_one_the_strictest() {
        let policy = Policy::builder().country("us-ca", [Regime::Ccpa, Regime::Hipaa]).build(&schema()).unwrap();
        let of = |country: Option<&str>| policy.regimes(country, Regimes::default()).iter().collect::<Vec<_>>();
        assert_eq!(of(Some(" de ")), [Regime::Gdpr]);
        assert_eq!(of(Some("US-NY")), [Regime::Ccpa]);
        assert_eq!(of(Some("US-CA")), [Regime::Ccpa, Regime::Hipaa]);
        for unreadable in [None, Some(""), Some("Germany"), Some("the German Reich"), Some("ZZ")] {
            assert_eq!(of(unreadable), [Regime::Unknown], "{unreadable:?}");
        }
        let base = Policy::builder().regime(Regime::Gdpr).build(&schema()).unwrap();
        assert_eq!(base.regimes(Some("US"), Regimes::default()).iter().collect::<Vec<_>>(), [Regime::Gdpr, Regime::Ccpa]);
        assert_eq!(base.regimes(None, Regimes::default()).iter().collect::<Vec<_>>(), [Regime::Gdpr]);
    }

    #[test]
    fn a_policy_is_plain_data() {
        let spec = Policy::builder().regime(Regime::Gdpr).purpose("care", Basis::Contract).spec;
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<PolicySpec>(&text).unwrap(), spec);
        assert!(serde_json::from_str::<PolicySpec>(r#"{"regimes": []}"#).is_err());
        assert_eq!(spec.build(&schema()).unwrap().spec(), &spec);
    }
}
