//! A policy against its schema: every name resolved once, and everything that is wrong said at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use onefold_model::schema::Owner;
use onefold_model::{Class, Diagnostic, Labels, Schema, Sensitivity, Text, closest};

use super::{Declared, Derived, Inner, Policy, PolicySpec, Target};
use crate::regime::{COUNTRIES, Joint, Regimes};
use crate::{Error, Generalise, Keep, Kept, Recipient, Regime, Rule};

pub(super) fn fault(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::new(code, 0..0, message)
}

fn unknown<'a>(
    code: &'static str,
    whose: &str,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
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

    pub(super) fn check(self, schema: &Schema, mut faults: Vec<Diagnostic>) -> Result<Policy, Error> {
        let purposes = self.check_purposes(schema, &mut faults);
        let mut targets: Vec<Target> = Vec::new();
        for recipient in &self.recipients {
            if self.recipients.iter().filter(|other| other.name == recipient.name).count() > 1
                && targets.iter().any(|target| target.name == recipient.name)
            {
                faults.push(fault("P06", format!("recipient `{}` is declared twice", recipient.name)));
            }
            targets.extend(check_recipient(recipient, schema, &self.derived, &purposes, &mut faults));
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
        Ok(Policy(Arc::new(Inner {
            spec: self,
            schema,
            hash,
            base,
            countries,
            rules,
            joints,
            purposes,
            targets,
            proving,
        })))
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
}

fn check_recipient(
    recipient: &Recipient,
    schema: &Schema,
    derived: &[Derived],
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
        check_field(kept, recipient, &whose, (schema, derived), faults);
        if recipient.fields.iter().take(nth).any(|before| before.name == kept.name) {
            faults.push(fault("P07", format!("{whose}field `{}` is named twice", kept.name)));
        }
    }
    let plan = recipient.fields.iter().cloned().collect();
    purpose.map(|purpose| Target { name: recipient.name.clone(), purpose, channel, plan })
}

fn check_field(
    kept: &Kept,
    recipient: &Recipient,
    whose: &str,
    (schema, derived): (&Schema, &[Derived]),
    faults: &mut Vec<Diagnostic>,
) {
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
    let declared = schema.field_of(Owner::Profile, name).and_then(|id| schema.field_info(id));
    let labels = declared.map(|info| info.declared.labels);
    let computed = derived.iter().find(|it| it.name == *name).map(|it| it.labels);
    // What is both is as sensitive as the stronger.
    match labels.into_iter().chain(computed).reduce(Labels::join) {
        Some(labels) => {
            let category = labels.sensitivity;
            if category >= Sensitivity::SpecialCategory
                && kept.keep != Keep::Drop
                && !recipient.allow.contains(&category)
            {
                let said = format!("{whose}field `{name}` is protected data that this recipient may not have");
                faults.push(fault("P12", said).help("allow its category for this recipient, or drop the field"));
            }
        }
        None if schema.kind(name).is_ok() => {}
        None => {
            let kinds = schema.kinds().map(|(_, kind)| kind.name.as_str());
            let known = schema.profile_fields().map(|(_, field)| field.name.as_str());
            let known = known.chain(derived.iter().map(|it| it.name.as_str())).chain(kinds);
            faults.push(unknown("P03", whose, "field", name, known));
        }
    }
}
