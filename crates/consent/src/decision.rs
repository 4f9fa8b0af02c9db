//! Why, and what would permit it? A decision as a value.
//!
//! It can be shown, serialized and kept. It names the policy by its hash and the ledger by its length, so that whoever
//! has both can decide again and compare byte for byte. It holds tokens and codes, never a value of personal data.

use std::fmt;
use std::sync::Arc;

use onefold_model::{Action, EventId, Member, ProfileId, Text, Time};
use serde::{Serialize, Serializer};

use crate::clearance::{Batch, Refusal};
use crate::consent::{Ask, Consent, Judgement, Person};
use crate::ledger::Entry;
use crate::policy::{PolicyHash, Target};
use crate::regime::Regimes;
use crate::{Basis, Error, Kept, Regime};

/// Whether a recipient may have a person's data, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// Who would receive.
    pub recipient: Text,
    /// For which purpose.
    pub purpose: Text,
    /// Over which channel.
    pub channel: Option<Text>,
    /// On which basis.
    pub basis: Option<Basis>,
    /// The answer.
    #[serde(rename = "permits")]
    permits: bool,
    /// What decided it. A denial of a row can have several.
    pub reasons: Vec<Because>,
    /// What leaves of which field, where it permits.
    #[serde(serialize_with = "plan")]
    pub plan: Arc<[Kept]>,
    /// The regimes that were asked.
    pub regimes: Vec<Regime>,
    /// What whoever uses the data owes, by code.
    pub obligations: Vec<Text>,
    /// The policy that decided.
    pub policy: PolicyHash,
    /// How many choices the ledger held.
    pub entries: usize,
    /// The instant of the decision.
    pub at: Time,
    /// Up to which instant the answer holds if no data arrives.
    pub valid_until: Time,
    #[serde(skip)]
    proving: Arc<[Text]>,
}

fn plan<S: Serializer>(plan: &Arc<[Kept]>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(plan.iter())
}

/// One reason of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// A stable code, such as `no_choice`.
    pub code: &'static str,
    /// The field that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Text>,
    /// The choice that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Chose>,
}

/// Of a choice, what a decision tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Chose {
    /// What was chosen.
    pub action: Action,
    /// The identifier on which it was made.
    pub on: Member,
    /// From when on it counts.
    pub at: Time,
    /// The event that carried it.
    pub event: EventId,
}

impl Because {
    pub(crate) const fn new(code: &'static str) -> Self {
        Self { code, field: None, choice: None }
    }

    pub(crate) const fn field(code: &'static str, field: Text) -> Self {
        Self { code, field: Some(field), choice: None }
    }

    fn entry(code: &'static str, entry: &Entry) -> Self {
        let choice = Chose { action: entry.action, on: entry.on, at: entry.effective(), event: entry.event };
        Self { code, field: None, choice: Some(choice) }
    }
}

impl Decision {
    /// Whether the recipient may have the data.
    #[must_use]
    pub const fn permits(&self) -> bool {
        self.permits
    }

    /// What would have to happen for it to be permitted.
    #[must_use]
    pub const fn what_would_permit(&self) -> Remedy<'_> {
        Remedy(self)
    }

    /// The same decision, denied for other reasons.
    pub(crate) fn denied(self, reasons: Vec<Because>) -> Self {
        Self { permits: false, reasons, plan: Arc::default(), ..self }
    }
}

impl Consent {
    /// Whether a recipient may have a person's data, and why.
    ///
    /// # Errors
    /// Where the policy names no such recipient.
    pub fn decide(&self, person: Person<'_>, recipient: &str, now: Time) -> Result<Decision, Error> {
        let target = self.policy().target(recipient)?;
        let (answer, judgement) = self.lasting(&target.ask(person), now);
        Ok(self.decision(target, &judgement, now, answer.until))
    }

    pub(crate) fn decision(
        &self,
        target: &Target,
        judgement: &Judgement<'_>,
        now: Time,
        valid_until: Time,
    ) -> Decision {
        let (policy, schema) = (self.policy(), self.policy().schema());
        Decision {
            recipient: target.name.clone(),
            purpose: schema.purpose_name(target.purpose).into(),
            channel: target.channel.map(|id| schema.channel_name(id).into()),
            basis: policy.basis(target.purpose),
            permits: judgement.permits,
            reasons: vec![match judgement.winner {
                Some(entry) => Because::entry(judgement.code, entry),
                None => Because::new(judgement.code),
            }],
            plan: if judgement.permits { Arc::clone(&target.plan) } else { Arc::default() },
            regimes: judgement.regimes.iter().collect(),
            obligations: policy.obligations(judgement.regimes),
            policy: policy.hash(),
            entries: self.ledger().len(),
            at: now,
            valid_until,
            proving: policy.proving(),
        }
    }

    /// A refusal that is about the batch and not about the person.
    pub(crate) fn refusal(&self, batch: &Batch, profile: ProfileId, code: &'static str, now: Time) -> Refusal {
        let decision = Decision {
            recipient: batch.recipient.clone(),
            purpose: batch.purpose.clone(),
            channel: batch.channel.clone(),
            basis: None,
            permits: false,
            reasons: vec![Because::new(code)],
            plan: Arc::default(),
            regimes: Regimes::NONE.iter().collect(),
            obligations: Vec::new(),
            policy: self.policy().hash(),
            entries: self.ledger().len(),
            at: now,
            valid_until: Time::MAX,
            proving: self.policy().proving(),
        };
        Refusal { profile, decision }
    }
}

impl Target {
    pub(crate) const fn ask<'a>(&self, person: Person<'a>) -> Ask<'a> {
        Ask { person, extra: None, via: None, purpose: self.purpose, channel: self.channel }
    }
}

/// `marketing` over `email`.
struct What<'a>(&'a Decision);

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.purpose)?;
        self.0.channel.as_ref().map_or(Ok(()), |channel| write!(f, " over `{channel}`"))
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.permits { "permitted" } else { "refused" };
        write!(f, "{verb}: {} for `{}`", What(self), self.recipient)?;
        for (nth, because) in self.reasons.iter().enumerate() {
            write!(f, "{}{because}", if nth == 0 { ", because " } else { " and " })?;
        }
        if self.valid_until == Time::MAX { Ok(()) } else { write!(f, "; holds until {}", self.valid_until) }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.code {
            "suppressed" => "an identifier of the person is suppressed",
            "no_basis" => "the policy declares no basis for the purpose",
            "contract" => "a contract needs it",
            "legal_obligation" => "a law demands it",
            "legitimate_interest" => "a legitimate interest is declared and nobody objected",
            "basis_not_recognised" => "a regime does not take a legitimate interest for a basis",
            "objection" => "the person objected",
            "restriction_not_lifted" => "what followed the person's restriction does not lift it",
            "authenticated_restriction" => "the person restricted it",
            "restriction_on_linked_identity" => "it was restricted on a linked device",
            "authenticated_grant" => "the person granted it",
            "device_grant" => "only a device granted it",
            "no_choice" => "no choice is recorded",
            "invalidated" => "the grant was declared void",
            "unproven_import" => "the grant was imported without evidence",
            "minor_without_guardian" => "the grant of a minor needs a guardian",
            "expired" => "the grant has expired",
            "notice_superseded" => "the notice has changed since the grant",
            "required_field_missing" => "a required field has no value",
            "policy_changed" => "the policy has changed since the clearance",
            "profile_gone" => "the profile is no longer there",
            "profile_split" => "identifiers of the row belong to somebody else now",
            other => other,
        })?;
        if let Some(field) = &self.field {
            write!(f, " (`{field}`)")?;
        }
        match &self.choice {
            Some(choice) => write!(f, " ({} of {})", choice.action.name(), choice.at),
            None => Ok(()),
        }
    }
}

/// What would have to happen for a decision to permit; shown as one clause for each reason.
#[derive(Clone, Copy, Debug)]
pub struct Remedy<'a>(&'a Decision);

impl fmt::Display for Remedy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.permits {
            return f.write_str("it is permitted");
        }
        for (nth, because) in self.0.reasons.iter().enumerate() {
            if nth > 0 {
                f.write_str("; ")?;
            }
            self.clause(because, f)?;
        }
        Ok(())
    }
}

impl Remedy<'_> {
    fn clause(self, because: &Because, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = What(self.0);
        let proven = Proven(&self.0.proving);
        match because.code {
            "suppressed" => f.write_str("lifting the suppression, by an act of the person on a proven identifier"),
            "no_basis" => write!(f, "a lawful basis for `{}` in the policy", self.0.purpose),
            "basis_not_recognised" => {
                write!(f, "another lawful basis for `{}` in the policy, such as consent", self.0.purpose)
            }
            "objection" | "restriction_not_lifted" | "authenticated_restriction" => {
                write!(f, "a newer grant of {what} on {proven}")
            }
            "restriction_on_linked_identity" => {
                write!(f, "a newer grant of {what} on {proven}, or a grant on the device that restricted it")
            }
            "no_choice" | "device_grant" | "invalidated" => {
                write!(f, "a grant of {what} on {proven}")
            }
            "unproven_import" => write!(f, "evidence for the imported grant, or a new grant of {what} on {proven}"),
            "minor_without_guardian" => write!(f, "a grant of {what} by a guardian on {proven}"),
            "expired" => write!(f, "a renewal of {what} on {proven}"),
            "notice_superseded" => {
                write!(f, "a renewal of {what} under the new notice on {proven}")
            }
            "required_field_missing" => match &because.field {
                Some(field) => write!(f, "a value of `{field}` that the recipient may have"),
                None => f.write_str("a value of the required field"),
            },
            "policy_changed" | "profile_gone" | "profile_split" => {
                f.write_str("clearing the rows again as they are now")
            }
            other => write!(f, "nothing is known against `{other}`"),
        }
    }
}

/// An identifier that proves the person (`user_id`, `email`).
struct Proven<'a>(&'a [Text]);

impl fmt::Display for Proven<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an identifier that proves the person")?;
        for (nth, kind) in self.0.iter().enumerate() {
            write!(f, "{}`{kind}`", if nth == 0 { " (" } else { ", " })?;
        }
        if self.0.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}
