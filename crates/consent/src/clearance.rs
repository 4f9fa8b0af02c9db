//! Code that exports without a clearance does not compile.
//!
//! A [`Cleared<Batch>`] is made by [`Consent::clear`] and [`Consent::recheck`] and by nothing else: it cannot be written
//! down, cloned, serialized or changed, so whatever accepts only it can send nothing that consent has not seen.
//! Between clearing and sending a person may refuse, merge with somebody who refused, or split; so the question is asked
//! again at each send.
//!
//! Absent today: a barrier that waits for the sends in flight when somebody withdraws.

use std::fmt;

use onefold_model::{Date, Members, ProfileId, Text, Time, Value};

use crate::consent::{Consent, Person};
use crate::decision::{Because, Decision};
use crate::policy::{PolicyHash, Target};
use crate::{Error, Member};

/// One person's data that somebody wants to send: fields and identifiers by name, in canonical form.
///
/// What labels protect is settled when the policy is built, so a row carries none.
#[derive(Clone)]
pub struct Row<'a> {
    /// Whose data it is.
    pub person: Person<'a>,
    /// Traits by name and identifiers by the name of their kind. Of a name given twice the first counts.
    pub fields: Vec<(Text, Value)>,
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&Text> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("Row").field("person", &self.person).field("fields", &names).finish()
    }
}

/// Something that consent has cleared, and that nobody can make, copy or change.
///
/// ```compile_fail
/// fn copy(cleared: &onefold_consent::Cleared<onefold_consent::Batch>) -> onefold_consent::Cleared<onefold_consent::Batch> {
///     cleared.clone()
/// }
/// ```
pub struct Cleared<T>(T);

/// Rows for one recipient.
pub struct Batch {
    pub(crate) recipient: Text,
    pub(crate) purpose: Text,
    pub(crate) channel: Option<Text>,
    policy: PolicyHash,
    at: Time,
    valid_until: Time,
    rows: Vec<ClearedRow>,
}

/// A row as it leaves.
pub struct ClearedRow {
    profile: ProfileId,
    fields: Vec<(Text, Value)>,
    /// INVARIANT: sorted; whose data it is made of.
    members: Box<[Member]>,
}

impl fmt::Debug for Cleared<Batch> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cleared")
            .field("recipient", &self.0.recipient)
            .field("rows", &self.0.rows.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ClearedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&Text> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("ClearedRow").field("profile", &self.profile).field("fields", &names).finish_non_exhaustive()
    }
}

impl ClearedRow {
    /// Whose data it is.
    #[must_use]
    pub const fn profile(&self) -> ProfileId {
        self.profile
    }

    /// What leaves, in the order of the recipient's plan. A field without a value is absent.
    #[must_use]
    pub fn fields(&self) -> &[(Text, Value)] {
        &self.fields
    }
}

impl Cleared<Batch> {
    /// Who may have it.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.0.recipient
    }

    /// For which purpose.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.0.purpose
    }

    /// The policy that cleared it.
    #[must_use]
    pub fn policy(&self) -> PolicyHash {
        self.0.policy
    }

    /// When it was cleared.
    #[must_use]
    pub fn at(&self) -> Time {
        self.0.at
    }

    /// Up to which instant at least every row of it stays permitted, if no data arrives.
    #[must_use]
    pub fn valid_until(&self) -> Time {
        self.0.valid_until
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.rows.is_empty()
    }

    /// The rows, in the order in which they came.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &ClearedRow> {
        self.0.rows.iter()
    }
}

/// A row that stays here, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Whose data it is.
    pub profile: ProfileId,
    /// The decision.
    pub decision: Decision,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.profile, self.decision)
    }
}

/// What laws ask of a person beside her identifiers.
#[derive(Clone, Default)]
pub struct About {
    /// Where she lives, as an ISO 3166 code.
    pub country: Option<Text>,
    /// Her birthday.
    pub born: Option<Date>,
}

impl fmt::Debug for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About").finish_non_exhaustive()
    }
}

impl Consent {
    /// Clears what a recipient may have of some rows, and says of the others why not.
    ///
    /// # Errors
    /// Where the policy names no such recipient.
    ///
    /// ```
    /// use onefold_consent::{Basis, Consent, Error, Keep, Person, Policy, Recipient, Row};
    /// use onefold_model::{Kind, ProfileId, Schema, Time};
    /// let schema = Schema::builder().kind(Kind::person("user_id")).purpose("shipping").build([7; 32].into())?;
    /// let carrier = Recipient::new("carrier", "shipping").require("user_id", Keep::Pseudonym);
    /// let policy = Policy::builder().purpose("shipping", Basis::Contract).recipient(carrier).build(&schema)?;
    /// let (consent, now) = (Consent::new(policy), "2026-03-01T10:00:00Z".parse::<Time>()?);
    ///
    /// let ada = [schema.identifier("user_id", "u-1")?.member()];
    /// let row = Row { person: Person::new(ProfileId(ada[0].token), &ada), fields: vec![("user_id".into(), "u-1".into())] };
    /// let (cleared, refused) = consent.clear("carrier", [row], now)?;
    /// assert_eq!((cleared.len(), refused.len()), (1, 0));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn clear<'a>(
        &self,
        recipient: &str,
        rows: impl IntoIterator<Item = Row<'a>>,
        now: Time,
    ) -> Result<(Cleared<Batch>, Vec<Refusal>), Error> {
        let target = self.policy().target(recipient)?;
        let schema = self.policy().schema();
        let mut refused = Vec::new();
        let mut batch = Batch {
            recipient: target.name.clone(),
            purpose: schema.purpose_name(target.purpose).into(),
            channel: target.channel.map(|id| schema.channel_name(id).into()),
            policy: self.policy().hash(),
            at: now,
            valid_until: Time::MAX,
            rows: Vec::new(),
        };
        for row in rows {
            match self.clear_row(target, &row, now) {
                Ok((cleared, valid_until)) => {
                    batch.valid_until = batch.valid_until.min(valid_until);
                    batch.rows.push(cleared);
                }
                Err(decision) => refused.push(Refusal { profile: row.person.id, decision: *decision }),
            }
        }
        Ok((Cleared(batch), refused))
    }

    /// Up to which instant at least a row may leave, or why not. Only a refusal costs a whole decision.
    fn ask_row(&self, target: &Target, person: Person<'_>, now: Time) -> Result<Time, Box<Decision>> {
        let ask = target.ask(person);
        let judgement = self.judge(&ask, now);
        if judgement.permits {
            return Ok(judgement.until);
        }
        let (answer, judgement) = self.lasting(&ask, now);
        Err(Box::new(self.decision(target, &judgement, now, answer.until)))
    }

    fn clear_row(&self, target: &Target, row: &Row<'_>, now: Time) -> Result<(ClearedRow, Time), Box<Decision>> {
        let valid_until = self.ask_row(target, row.person, now)?;
        let mut fields = Vec::with_capacity(target.plan.len());
        let mut missing = Vec::new();
        for kept in target.plan.iter() {
            let said = row.fields.iter().find(|(name, _)| *name == kept.name).map_or(Value::NULL, |(_, value)| value);
            match kept.keep.apply(self.policy().schema(), &target.name, &kept.name, row.person.id, said) {
                Some(value) => fields.push((kept.name.clone(), value)),
                None if kept.required => missing.push(Because::field("required_field_missing", kept.name.clone())),
                None => {}
            }
        }
        if !missing.is_empty() {
            let judgement = self.judge(&target.ask(row.person), now);
            let decision = self.decision(target, &judgement, now, valid_until);
            return Err(Box::new(decision.denied(missing)));
        }
        let mut members: Vec<Member> = row.person.members.to_vec();
        members.sort();
        Ok((ClearedRow { profile: row.person.id, fields, members: members.into() }, valid_until))
    }

    /// Asks again at the instant of sending, over the members as they are then.
    ///
    /// A row stays here too where its person has gone, where some of the identifiers that it was made of belong to
    /// somebody else now, or where the policy is another.
    pub fn recheck(
        &self,
        cleared: Cleared<Batch>,
        members: &dyn Members,
        now: Time,
        about: &dyn Fn(ProfileId) -> About,
    ) -> (Cleared<Batch>, Vec<Refusal>) {
        let mut batch = cleared.0;
        let mut refused = Vec::new();
        let rows = std::mem::take(&mut batch.rows);
        batch.at = now;
        batch.valid_until = Time::MAX;
        let target = self.policy().target(&batch.recipient).ok().filter(|_| self.policy().hash() == batch.policy);
        for row in rows {
            let Some(target) = target else {
                refused.push(self.refusal(&batch, row.profile, "policy_changed", now));
                continue;
            };
            let now_members = members.members(row.profile);
            if now_members.is_empty() {
                refused.push(self.refusal(&batch, row.profile, "profile_gone", now));
                continue;
            }
            if !row.members.iter().all(|member| now_members.contains(member)) {
                refused.push(self.refusal(&batch, row.profile, "profile_split", now));
                continue;
            }
            let about = about(row.profile);
            let person = Person {
                id: row.profile,
                members: now_members,
                restricting: members.restricting(row.profile),
                country: about.country.as_deref(),
                born: about.born,
            };
            match self.ask_row(target, person, now) {
                Ok(valid_until) => {
                    batch.valid_until = batch.valid_until.min(valid_until);
                    batch.rows.push(row);
                }
                Err(decision) => refused.push(Refusal { profile: row.profile, decision: *decision }),
            }
        }
        (Cleared(batch), refused)
    }
}
