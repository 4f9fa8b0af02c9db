//! What stands for a policy: the hash of what it says.
//!
//! Over names, not ids, and over sorted lists, so that neither the schema's order nor the policy's matters. The rules
//! and countries that the policy leaves to this crate go in too: a new default is another policy.

use onefold_model::{Sensitivity, Text};
use sha2::{Digest, Sha256};

use super::{Derived, PolicyHash, PolicySpec, PurposeSpec};
use crate::regime::Regimes;
use crate::{Generalise, Keep, Recipient, Regime, Rule};

impl PolicySpec {
    pub(super) fn digest(&self, rules: &[Rule], countries: &[(Text, Regimes)]) -> PolicyHash {
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
            say(&format!(
                "{} {} {} {}",
                rule.silence as u8, rule.guardian_below, rule.opt_in_below, rule.legitimate_interest
            ));
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
        let mut derived: Vec<&Derived> = self.derived.iter().collect();
        derived.sort_by(|a, b| a.name.cmp(&b.name));
        for it in derived {
            say("derived");
            say(&it.name);
            say(category_name(it.labels.sensitivity));
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
