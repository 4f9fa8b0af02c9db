//! May we? One question, whoever asks.
//!
//! Default deny; then any forbid wins (a suppression, an objection, a refusal); then the lawful basis of the purpose
//! permits, or does not:
//!
//! | basis | permits |
//! |---|---|
//! | consent | where it is granted; where nobody chose, as the regimes say |
//! | legitimate interest | unless somebody restricted, where every regime knows this basis |
//! | contract, legal obligation | whatever was chosen |
//!
//! All regimes that ask about the person must permit (see [`Policy`]). Answers hold until an instant: a grant runs
//! out, a child comes of age.

use onefold_model::{
    ChannelId, Choice, Date, EventId, Gate, Identifier, Member, ProfileId, PurposeId, Reason, Time, Until, Verdict,
};
use std::fmt;

use crate::ledger::{Entry, Ledger, Query, Status};
use crate::regime::{Regimes, Silence};
use crate::suppression::{Suppressed, Suppressions};
use crate::{Basis, Policy};

/// How often an answer is asked again at its end, in search of the instant at which it changes.
const STEPS: usize = 16;

/// A person, as consent sees her: the identifiers that belong together now, and two facts that laws ask for.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// The profile.
    pub id: ProfileId,
    /// Its identifiers.
    pub members: &'a [Member],
    /// Devices whose restrictions count for the person, while their grants do not.
    pub restricting: &'a [Member],
    /// Where she lives, as an ISO 3166 code.
    pub country: Option<&'a str>,
    /// Her birthday. Who has none is taken for an adult.
    pub born: Option<Date>,
}

impl<'a> Person<'a> {
    /// A person of whom nothing is known but her identifiers.
    #[must_use]
    pub const fn new(id: ProfileId, members: &'a [Member]) -> Self {
        Self { id, members, restricting: &[], country: None, born: None }
    }

    fn all(&self) -> impl Iterator<Item = Member> {
        self.members.iter().chain(self.restricting).copied()
    }
}

impl fmt::Debug for Person<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Person");
        shown.field("id", &self.id).field("members", &self.members.len()).field("restricting", &self.restricting.len());
        shown.finish_non_exhaustive()
    }
}

/// A policy, the choices, and the suppressions: all that decides.
///
/// ```
/// use onefold_consent::{Basis, Consent, Error, Keep, Person, Policy, Recipient, Regime};
/// use onefold_model::{Form, Kind, Party, ProfileId, Schema, Time};
///
/// let schema = Schema::builder()
///     .source("web", Party::First, 50)
///     .kind(Kind::person("email").form(Form::Email))
///     .purpose("marketing")
///     .channel("email")
///     .build([7; 32].into())?;
/// let policy = Policy::builder()
///     .regime(Regime::Gdpr)
///     .purpose("marketing", Basis::Consent)
///     .recipient(Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain))
///     .build(&schema)?;
/// let (mut consent, now) = (Consent::new(policy), "2026-03-01T10:00:00Z".parse::<Time>()?);
///
/// let event = schema.draft("web", "consent").who("email", "ada@example.com").at(now).refuse("marketing").receive(now)?;
/// for choice in &event.choices {
///     consent.record(choice, event.id, event.times.occurred, event.times.received);
/// }
/// let ada = [schema.identifier("email", "ada@example.com")?.member()];
/// let decision = consent.decide(Person::new(ProfileId(ada[0].token), &ada), "newsletter", now)?;
/// assert!(!decision.permits());
/// assert_eq!(
///     decision.what_would_permit().to_string(),
///     "a newer grant of `marketing` over `email` on an identifier that proves the person (`email`)"
/// );
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Consent {
    policy: Policy,
    ledger: Ledger,
    suppressions: Suppressions,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent")
            .field("policy", &self.policy)
            .field("entries", &self.ledger.len())
            .finish_non_exhaustive()
    }
}

impl Consent {
    /// An empty ledger under a policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let ledger = Ledger::new(policy.schema());
        Self { policy, ledger, suppressions: Suppressions::default() }
    }

    /// What decides.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The choices.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Records a choice that an event carried. The same one twice is one.
    pub fn record(&mut self, choice: &Choice, event: EventId, occurred: Time, recorded: Time) {
        self.ledger.record(choice, event, occurred, recorded);
    }

    /// Takes out what an event carried, as if it had never been.
    pub fn retract(&mut self, event: EventId) {
        self.ledger.retract(event);
    }

    /// Records that an identifier must not come in again, and that nothing of its person leaves from this instant on.
    pub fn suppress(&mut self, member: Member, at: Time) {
        self.suppressions.insert(member, at);
    }

    /// Whether an identifier is suppressed.
    #[must_use]
    pub fn is_suppressed(&self, member: Member) -> bool {
        self.suppressions.contains(member)
    }

    /// The suppressed identifiers with the instants since when, by their tokens.
    #[must_use]
    pub fn suppressions(&self) -> Vec<(Member, Time)> {
        self.suppressions.sorted()
    }

    /// What of a record that names these is suppressed. Ask before anything is written.
    ///
    /// It is whole where every identifier that proves one person is suppressed, or where none does and any is; else
    /// the suppressed parts. A shareable kind proves no one person.
    #[must_use]
    pub fn suppressed(&self, who: &[Identifier]) -> Suppressed {
        self.suppressions.of(self.policy.schema(), who.iter().map(Identifier::member))
    }

    /// The same where the values are not at hand.
    #[must_use]
    pub fn suppressed_members(&self, who: &[Member]) -> Suppressed {
        self.suppressions.of(self.policy.schema(), who.iter().copied())
    }

    /// Whether a person permits a purpose over a channel, or over every channel where none is said.
    #[must_use]
    pub fn permits(
        &self,
        person: Person<'_>,
        purpose: PurposeId,
        channel: Option<ChannelId>,
        now: Time,
    ) -> Until<bool> {
        self.lasting(&Ask { person, extra: None, via: None, purpose, channel }, now).0
    }

    /// The judgement now, and until when its yes or no lasts.
    pub(crate) fn lasting(&self, ask: &Ask<'_>, now: Time) -> (Until<bool>, Judgement<'_>) {
        let first = self.judge(ask, now);
        let (value, mut until) = (first.permits, first.until);
        for _ in 0..STEPS {
            if until == Time::MAX {
                return (Until::always(value), first);
            }
            let next = self.judge(ask, until);
            if next.permits != value {
                return (Until { value, until, exact: true }, first);
            }
            until = next.until;
        }
        (Until { value, until, exact: until == Time::MAX }, first)
    }

    pub(crate) fn judge(&self, ask: &Ask<'_>, now: Time) -> Judgement<'_> {
        let person = &ask.person;
        let mut until = Time::MAX;
        match self.suppressions.since(person.all().chain(ask.extra)) {
            Some(since) if since <= now => return Judgement::deny("suppressed"),
            Some(since) => until = since,
            None => {}
        }
        let Some(declared) = self.policy.declared(ask.purpose) else {
            return Judgement::deny("no_basis");
        };
        let stated = self.ledger.stated(person.members.iter().copied().chain(ask.extra), now);
        let regimes = self.policy.regimes(person.country, stated);
        let code = match declared.basis {
            Basis::Contract => Some("contract"),
            Basis::LegalObligation => Some("legal_obligation"),
            Basis::Consent | Basis::LegitimateInterest => None,
        };
        if let Some(code) = code {
            return Judgement { permits: true, code, winner: None, until, regimes };
        }
        let joint = self.policy.joint(regimes);
        let mut younger_than = |age: u8| {
            let of_age = person.born.map_or(Time::MIN, |born| birthday(born, age));
            if of_age > now {
                until = until.min(of_age);
            }
            of_age > now
        };
        let (minor, young) = (younger_than(joint.guardian_below), younger_than(joint.opt_in_below));
        let query = Query {
            purpose: ask.purpose,
            channel: ask.channel,
            members: person.members,
            restricting: person.restricting,
            via: ask.via,
            at: now,
            as_of: now,
            minor,
            material_notice: declared.notice,
        };
        let fold = self.ledger.fold(&query, ask.extra);
        let until = until.min(fold.state.until);
        let verdict = |permits, code, winner| Judgement { permits, code, winner, until, regimes };
        let (state, reason, winner) = (fold.state.state, fold.state.reason, fold.state.winner);
        if state == Status::Denied {
            return verdict(false, reason, winner);
        }
        if fold.objection.is_some() {
            return verdict(false, "objection", fold.objection);
        }
        if declared.basis == Basis::LegitimateInterest {
            if !joint.legitimate_interest {
                return verdict(false, "basis_not_recognised", None);
            }
            // What lifted an earlier restriction must count itself.
            let doubtful = state == Status::NeedsRenewal || state == Status::Unknown && winner.is_some();
            return match self.ledger.restriction(&query, ask.extra).filter(|_| doubtful) {
                Some(restriction) => verdict(false, "restriction_not_lifted", Some(restriction)),
                None => verdict(true, "legitimate_interest", None),
            };
        }
        let silence = joint.silence == Silence::Permits && !young;
        match (state, winner) {
            (Status::Granted, _) => verdict(true, reason, winner),
            (Status::GrantedDeviceOnly, _) => verdict(silence, reason, winner),
            (Status::Unknown, None) => verdict(silence, reason, None),
            _ => verdict(false, reason, winner),
        }
    }
}

/// The first instant of the day on which somebody is so old; who was born on 29 February waits for 1 March.
fn birthday(born: Date, age: u8) -> Time {
    let year = born.year() + i32::from(age);
    let day = Date::new(year, born.month(), born.day()).or_else(|| Date::new(year, 3, 1));
    day.map_or(Time::MAX, Date::midnight)
}

/// Who is asked about, and for what.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) person: Person<'a>,
    /// One more member.
    pub(crate) extra: Option<Member>,
    /// The identifier by which the person will be reached.
    pub(crate) via: Option<Member>,
    pub(crate) purpose: PurposeId,
    pub(crate) channel: Option<ChannelId>,
}

/// An answer and what decided it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judgement<'a> {
    pub(crate) permits: bool,
    pub(crate) code: &'static str,
    pub(crate) winner: Option<&'a Entry>,
    pub(crate) until: Time,
    pub(crate) regimes: Regimes,
}

impl Judgement<'_> {
    /// A denial that time does not change.
    const fn deny(code: &'static str) -> Self {
        Judgement { permits: false, code, winner: None, until: Time::MAX, regimes: Regimes::NONE }
    }
}

/// A device may be linked to a person where the purpose's basis allows it from the two ends' own choices: neither has
/// restricted, and the person or the device itself has granted, or the policy's regimes take silence for a yes.
///
/// INVARIANT: the cluster that the link would make is never asked, nor any trait; so the answer does not depend on
/// itself.
impl Gate for Consent {
    fn link(&self, purpose: PurposeId, known: &[Member], device: Member, now: Time) -> Until<Verdict> {
        let person = Person::new(ProfileId(device.token), known);
        let ask = Ask { person, extra: Some(device), via: Some(device), purpose, channel: None };
        let (answer, judgement) = self.lasting(&ask, now);
        if answer.value {
            return answer.map(|_| Verdict::Permit);
        }
        // The reason may change before the answer does. An entry stands in the ledger, not at a position of the log, so
        // none is named.
        let denied = Verdict::Deny(Reason { code: judgement.code, entry: None });
        Until {
            value: denied,
            until: answer.until.min(judgement.until),
            exact: answer.exact && answer.until <= judgement.until,
        }
    }
}
