//! A shop decides: what its policy comes to, in stories.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may be blunt"
)]

mod common;

use std::cell::RefCell;

use common::schema;
use onefold_consent::{
    About, Basis, Consent, Keep, Person, Policy, PolicyBuilder, Recipient, Regime, Row, Rule, Silence, Suppressed,
};
use onefold_model::{
    Action, Actor, ChannelId, Choice, Date, EventId, Gate, Member, Members, ProfileId, PurposeId, Scope, Time, Token,
    Until, Value, Verdict,
};

const MARKETING: PurposeId = PurposeId(0);
const RECOGNITION: PurposeId = PurposeId(1);
const CARE: PurposeId = PurposeId(2);

fn day(day: i64) -> Time {
    Time::from_secs(day * 86_400)
}

fn shop() -> PolicyBuilder {
    let newsletter = Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain);
    let newsletter = newsletter.keep("country", Keep::Plain);
    Policy::builder()
        .purpose("marketing", Basis::Consent)
        .purpose("recognition", Basis::Consent)
        .purpose("care", Basis::LegitimateInterest)
        .recipient(newsletter)
}

fn under(policy: PolicyBuilder) -> Consent {
    Consent::new(policy.build(&schema()).unwrap())
}

fn of(kind: &str, value: &str) -> Member {
    schema().identifier(kind, value).unwrap().member()
}

fn ada() -> Member {
    of("email", "ada@example.com")
}

fn cookie() -> Member {
    of("cookie", "c-1")
}

/// Records a choice of `on` at the start of a day.
fn say(consent: &mut Consent, on: Member, action: Action, at: i64, change: impl FnOnce(&mut Choice)) {
    let mut choice = Choice {
        on,
        purpose: Scope::Only(MARKETING),
        channel: None,
        action,
        actor: Actor::Subject,
        expires: None,
        notice: 0,
        evidence: None,
        regime: None,
    };
    change(&mut choice);
    consent.record(&choice, EventId([at.unsigned_abs().try_into().unwrap(); 16]), day(at), day(at));
}

fn person(members: &[Member]) -> Person<'_> {
    Person::new(ProfileId(Token([1; 16])), members)
}

fn letters(consent: &Consent, members: &[Member], at: i64) -> bool {
    consent.permits(person(members), MARKETING, Some(ChannelId(0)), day(at)).value
}

#[test]
fn a_grant_permits_until_it_expires_to_the_instant() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    say(&mut consent, ada(), Action::Grant, 1, |it| it.expires = Some(day(30)));
    let answer = consent.permits(person(&[ada()]), MARKETING, None, day(2));
    assert_eq!(answer, Until { value: true, until: day(30), exact: true });
    assert_eq!(consent.permits(person(&[ada()]), MARKETING, None, day(30)), Until::always(false));
}

#[test]
fn one_of_two_expiring_grants_carries_on_to_the_end_of_the_other() {
    let mut consent = under(shop().regime(Regime::Ccpa));
    say(&mut consent, cookie(), Action::Grant, 1, |it| it.expires = Some(day(30)));
    say(&mut consent, of("cookie", "c-2"), Action::Grant, 2, |it| it.expires = Some(day(20)));
    let members = [cookie(), of("cookie", "c-2")];
    assert_eq!(
        consent.permits(person(&members), MARKETING, None, day(3)),
        Until { value: true, until: day(30), exact: true }
    );
}

#[test]
fn a_choice_on_one_channel_says_nothing_about_others_and_all_channels_means_all() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    let permits = |consent: &Consent, channel| consent.permits(person(&[ada()]), MARKETING, channel, day(9)).value;
    let (email, sms) = (Some(ChannelId(0)), Some(ChannelId(1)));
    say(&mut consent, ada(), Action::Grant, 1, |it| it.channel = email);
    assert_eq!([email, sms, None].map(|it| permits(&consent, it)), [true, false, false]);
    say(&mut consent, ada(), Action::Grant, 2, |_| {});
    assert_eq!([email, sms, None].map(|it| permits(&consent, it)), [true, true, true]);
    say(&mut consent, ada(), Action::Withdraw, 3, |it| it.channel = sms);
    assert_eq!([email, sms, None].map(|it| permits(&consent, it)), [true, false, false]);
    say(&mut consent, ada(), Action::Grant, 4, |it| it.channel = sms);
    assert_eq!([email, sms, None].map(|it| permits(&consent, it)), [true, true, true]);
}

#[test]
fn silence_means_what_every_regime_of_the_person_says() {
    let consent = under(shop().regime(Regime::Ccpa));
    let members = [ada()];
    let of = |country| consent.permits(Person { country, ..person(&members) }, MARKETING, None, day(1)).value;
    assert_eq!([None, Some("US"), Some("DE"), Some("Atlantis")].map(of), [true, true, false, false]);
    assert!(!letters(&under(shop()), &members, 1), "without any regime the strictest asks");
    // Counsel may replace a rule.
    let strict = Rule { silence: Silence::Denies, ..Regime::Ccpa.rule() };
    assert!(!letters(&under(shop().regime(Regime::Ccpa).rule(strict)), &members, 1));
}

#[test]
fn a_regime_that_a_choice_states_asks_too_and_obligations_add_up() {
    let mut consent = under(shop().regime(Regime::Ccpa));
    assert!(letters(&consent, &[ada(), cookie()], 9));
    say(&mut consent, cookie(), Action::Grant, 1, |it| it.regime = Some("gdpr".into()));
    assert!(!letters(&consent, &[ada(), cookie()], 9));
    let decision = consent.decide(person(&[ada(), cookie()]), "newsletter", day(9)).unwrap();
    assert_eq!(decision.regimes, [Regime::Gdpr, Regime::Ccpa]);
    assert_eq!(decision.obligations, ["offer_opt_out", "offer_withdrawal"]);
}

#[test]
fn a_child_needs_a_guardian_until_the_birthday() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    say(&mut consent, ada(), Action::Grant, 1, |_| {});
    let members = [ada()];
    let born: Date = "1960-02-29".parse().unwrap();
    let child = Person { born: Some(born), ..person(&members) };
    let of_age: Time = "1976-02-29".parse().unwrap();
    let answer = consent.permits(child, MARKETING, None, day(2));
    assert_eq!(answer, Until { value: false, until: of_age, exact: true });
    assert!(consent.permits(child, MARKETING, None, of_age).value);
    say(&mut consent, ada(), Action::Grant, 3, |it| it.actor = Actor::Guardian);
    assert_eq!(consent.permits(child, MARKETING, None, day(4)), Until::always(true));
    // In California silence stands for a yes from the sixteenth birthday; 1973 has no 29 February.
    let silent = under(shop().regime(Regime::Ccpa));
    let born: Date = "1956-02-29".parse().unwrap();
    let young = Person { born: Some(born.max("1957-03-01".parse().unwrap())), ..person(&members) };
    let answer = silent.permits(young, MARKETING, None, day(2));
    assert_eq!(answer, Until { value: false, until: "1973-03-01".parse().unwrap(), exact: true });
}

#[test]
fn a_suppression_comes_before_everything_and_a_contract_before_a_withdrawal() {
    let mut consent = under(Policy::builder().purpose("care", Basis::Contract));
    say(&mut consent, ada(), Action::Object, 1, |it| it.purpose = Scope::All);
    let care = |consent: &Consent, at| consent.permits(person(&[ada()]), CARE, None, day(at));
    assert_eq!(care(&consent, 2), Until::always(true));
    consent.suppress(ada(), day(5));
    assert_eq!(care(&consent, 2), Until { value: true, until: day(5), exact: true });
    assert_eq!(care(&consent, 5), Until::always(false));
    assert!(
        !consent.permits(person(&[ada()]), MARKETING, None, day(2)).value,
        "a purpose without a basis permits nothing"
    );
}

#[test]
fn a_legitimate_interest_ends_with_an_objection_and_only_the_proven_person_lifts_it() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    let members = [ada(), cookie()];
    let care = |consent: &Consent| consent.permits(person(&members), CARE, None, day(50)).value;
    let on_care = |it: &mut Choice| it.purpose = Scope::Only(CARE);
    assert!(care(&consent));
    say(&mut consent, cookie(), Action::Object, 1, on_care);
    assert!(!care(&consent));
    say(&mut consent, cookie(), Action::Grant, 2, on_care);
    assert!(!care(&consent), "a device cannot lift an objection");
    say(&mut consent, ada(), Action::Grant, 3, |it| {
        on_care(it);
        it.actor = Actor::Import;
    });
    assert!(!care(&consent), "nor can an import without evidence");
    say(&mut consent, ada(), Action::OptIn, 4, on_care);
    assert!(care(&consent));
    say(&mut consent, ada(), Action::Invalidate, 5, on_care);
    assert!(!care(&consent), "the grant that lifted it is void");
    assert!(
        !under(shop()).permits(person(&members), CARE, None, day(1)).value,
        "the strictest regime knows no such basis"
    );
}

#[test]
fn a_device_that_only_restricts_counts_against_and_never_for() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    let (members, devices) = ([ada()], [cookie()]);
    let with = Person { restricting: &devices, ..person(&members) };
    say(&mut consent, cookie(), Action::Grant, 1, |_| {});
    assert!(!consent.permits(with, MARKETING, None, day(9)).value);
    say(&mut consent, ada(), Action::Grant, 2, |_| {});
    assert!(consent.permits(with, MARKETING, None, day(9)).value);
    say(&mut consent, cookie(), Action::Gpc, 3, |_| {});
    assert!(!consent.permits(with, MARKETING, None, day(9)).value);
    assert!(letters(&consent, &members, 9));
}

#[test]
fn whatever_is_listed_as_restricting_never_grants() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    let (members, listed) = ([ada()], [of("email", "bob@example.com")]);
    let with = Person { restricting: &listed, ..person(&members) };
    let permits = |consent: &Consent| consent.permits(with, MARKETING, None, day(9)).value;
    say(&mut consent, listed[0], Action::Grant, 3, |_| {});
    assert!(!permits(&consent));
    say(&mut consent, ada(), Action::Grant, 1, |_| {});
    assert!(permits(&consent));
    say(&mut consent, listed[0], Action::Refuse, 4, |_| {});
    assert!(!permits(&consent));
}

#[test]
fn an_objection_is_lifted_by_a_later_act_of_the_person_and_by_nothing_else() {
    let members = [ada(), cookie()];
    let after = |at: i64, change: fn(&mut Choice)| {
        let mut consent = under(shop().regime(Regime::Gdpr));
        say(&mut consent, cookie(), Action::Object, 1, |_| {});
        say(&mut consent, cookie(), Action::Grant, 2, |_| {});
        say(&mut consent, ada(), Action::Grant, at, change);
        let decision = consent.decide(person(&members), "newsletter", day(9));
        decision.unwrap().reasons[0].code
    };
    assert_eq!(after(1, |_| {}), "objection", "not later");
    assert_eq!(after(3, |_| {}), "authenticated_grant");
    assert_eq!(after(3, |it| it.actor = Actor::Guardian), "authenticated_grant");
    assert_eq!(after(3, |it| it.actor = Actor::Controller), "objection");
    let proven: fn(&mut Choice) = |it| {
        it.actor = Actor::Import;
        it.evidence = Some("form 12".into());
    };
    assert_eq!(after(3, proven), "authenticated_grant");
}

#[test]
fn the_gate_links_a_device_that_agreed_and_says_why_not() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    let link = |consent: &Consent| consent.link(RECOGNITION, &[ada()], cookie(), day(9));
    let code = |answer: Until<Verdict>| match answer.value {
        Verdict::Permit => "permit",
        Verdict::Deny(reason) => reason.code,
    };
    let on_recognition = |it: &mut Choice| it.purpose = Scope::Only(RECOGNITION);
    assert_eq!(code(link(&consent)), "no_choice");
    assert_eq!(code(under(shop().regime(Regime::Ccpa)).link(RECOGNITION, &[ada()], cookie(), day(9))), "permit");
    say(&mut consent, cookie(), Action::Grant, 1, |it| {
        on_recognition(it);
        it.expires = Some(day(20));
    });
    assert_eq!(link(&consent), Until { value: Verdict::Permit, until: day(20), exact: true });
    say(&mut consent, ada(), Action::Refuse, 2, on_recognition);
    assert_eq!(code(link(&consent)), "authenticated_restriction");
    say(&mut consent, ada(), Action::Grant, 3, on_recognition);
    assert_eq!(link(&consent), Until::always(Verdict::Permit));
    say(&mut consent, cookie(), Action::Gpc, 4, |it| it.purpose = Scope::All);
    assert_eq!(code(link(&consent)), "restriction_on_linked_identity");
    consent.suppress(cookie(), day(9));
    assert_eq!(code(link(&consent)), "suppressed");
}

#[test]
fn a_refusal_says_why_and_what_would_permit() {
    let mut consent = under(shop().regime(Regime::Gdpr).material_notice("marketing", 3));
    let told = |consent: &Consent, members: &[Member]| {
        let decision = consent.decide(person(members), "newsletter", day(9)).unwrap();
        (decision.to_string(), decision.what_would_permit().to_string())
    };
    let proven = "an identifier that proves the person (`user_id`, `email`)";
    assert_eq!(
        told(&consent, &[ada()]),
        (
            "refused: `marketing` over `email` for `newsletter`, because no choice is recorded".into(),
            format!("a grant of `marketing` over `email` on {proven}"),
        )
    );
    say(&mut consent, ada(), Action::Grant, 1, |it| it.notice = 2);
    assert_eq!(
        told(&consent, &[ada()]),
        (
            "refused: `marketing` over `email` for `newsletter`, because the notice has changed since the grant (grant of \
             1970-01-02T00:00:00Z)"
                .into(),
            format!("a renewal of `marketing` over `email` under the new notice on {proven}"),
        )
    );
    say(&mut consent, ada(), Action::Renew, 2, |it| {
        it.notice = 3;
        it.expires = Some(day(40));
    });
    assert_eq!(
        told(&consent, &[ada()]),
        (
            "permitted: `marketing` over `email` for `newsletter`, because the person granted it (renew of \
             1970-01-03T00:00:00Z); holds until 1970-02-10T00:00:00Z"
                .into(),
            "it is permitted".into(),
        )
    );
    assert_eq!(
        consent.decide(person(&[]), "newsleter", day(9)).unwrap_err().to_string(),
        "unknown recipient `newsleter`; did you mean `newsletter`?"
    );
}

#[test]
fn a_decision_is_a_value_that_can_be_kept_and_made_again() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    say(&mut consent, ada(), Action::Grant, 1, |_| {});
    let decide = || consent.decide(person(&[ada()]), "newsletter", day(9)).unwrap();
    let kept = serde_json::to_value(decide()).unwrap();
    assert_eq!(kept, serde_json::to_value(decide()).unwrap());
    assert_eq!(kept["permits"], true);
    assert_eq!(kept["basis"], "consent");
    assert_eq!(kept["policy"], consent.policy().hash().to_string());
    assert_eq!(kept["entries"], 1);
    assert_eq!(kept["reasons"][0]["code"], "authenticated_grant");
    assert_eq!(kept["reasons"][0]["choice"]["action"], "grant");
    assert_eq!(kept["plan"][0]["name"], "email");
    assert!(!kept.to_string().contains("example.com"));
}

#[test]
fn a_row_leaves_with_the_named_fields_or_not_at_all() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    say(&mut consent, ada(), Action::Grant, 1, |_| {});
    let members = [ada()];
    let row = |fields: &[(&str, &str)]| Row {
        person: person(&members),
        fields: fields.iter().map(|(name, value)| ((*name).into(), Value::from(*value))).collect(),
    };
    let rows = [row(&[("phone", "123"), ("country", "DE"), ("email", "ada@example.com")]), row(&[("country", "DE")])];
    let shown = format!("{rows:?}");
    assert!(!shown.contains("example.com") && !shown.contains("123"), "{shown}");
    let (cleared, refused) = consent.clear("newsletter", rows, day(2)).unwrap();
    let left: Vec<_> = cleared.rows().map(|row| row.fields().to_vec()).collect();
    assert_eq!(left, [[("email".into(), "ada@example.com".into()), ("country".into(), "DE".into())]]);
    assert!(!format!("{cleared:?} {:?}", cleared.rows().next()).contains("example.com"));
    assert_eq!((cleared.recipient(), cleared.purpose(), cleared.valid_until()), ("newsletter", "marketing", Time::MAX));
    assert_eq!(refused.len(), 1);
    assert!(!refused[0].decision.permits());
    assert_eq!(refused[0].decision.reasons[0].code, "required_field_missing");
    assert_eq!(refused[0].decision.what_would_permit().to_string(), "a value of `email` that the recipient may have");
}

/// Profiles as they are at the time of sending.
struct Now(Vec<Member>, Vec<Member>);

impl Members for Now {
    fn members(&self, _: ProfileId) -> &[Member] {
        &self.0
    }
    fn restricting(&self, _: ProfileId) -> &[Member] {
        &self.1
    }
}

#[test]
fn recheck_sees_what_happened_since_the_clearance() {
    let mut consent = under(shop().regime(Regime::Gdpr));
    let bob = of("email", "bob@example.com");
    say(&mut consent, ada(), Action::Grant, 1, |_| {});
    say(&mut consent, bob, Action::Refuse, 3, |_| {});
    say(&mut consent, cookie(), Action::Gpc, 3, |_| {});
    // The same shop before anything but Ada's grant was said.
    let mut granted = under(shop().regime(Regime::Gdpr));
    say(&mut granted, ada(), Action::Grant, 1, |_| {});
    let again = |consent: &Consent, at: i64, members: &[Member], restricting: &[Member]| {
        let whom = [ada()];
        let rows = [Row { person: person(&whom), fields: vec![("email".into(), "ada@example.com".into())] }];
        let (cleared, _) = granted.clear("newsletter", rows, day(2)).unwrap();
        assert_eq!(cleared.len(), 1);
        let now = Now(members.to_vec(), restricting.to_vec());
        let (cleared, refused) = consent.recheck(cleared, &now, day(at), &|_| About::default());
        assert_eq!(cleared.len() + refused.len(), 1);
        refused.first().map(|it| it.decision.reasons[0].code)
    };
    assert_eq!(again(&consent, 9, &[ada()], &[]), None);
    assert_eq!(again(&consent, 9, &[ada(), bob], &[]), Some("authenticated_restriction"), "a merge brought a refusal");
    assert_eq!(again(&consent, 9, &[ada()], &[cookie()]), Some("restriction_on_linked_identity"));
    assert_eq!(again(&consent, 9, &[], &[]), Some("profile_gone"));
    assert_eq!(again(&consent, 9, &[bob], &[]), Some("profile_split"));
    say(&mut consent, ada(), Action::Withdraw, 5, |_| {});
    assert_eq!(again(&consent, 9, &[ada()], &[]), Some("authenticated_restriction"));
    let other = under(shop().regime(Regime::Ccpa));
    assert_eq!(again(&other, 9, &[ada()], &[]), Some("policy_changed"));

    let asked = RefCell::new(0);
    let consent = under(shop().regime(Regime::Ccpa));
    let whom = [ada()];
    let rows = [Row { person: person(&whom), fields: vec![("email".into(), "ada@example.com".into())] }];
    let (cleared, _) = consent.clear("newsletter", rows, day(2)).unwrap();
    let moved = |_| {
        *asked.borrow_mut() += 1;
        About { country: Some("DE".into()), born: None }
    };
    let (cleared, refused) = consent.recheck(cleared, &Now(vec![ada()], vec![]), day(3), &moved);
    assert_eq!(
        (cleared.is_empty(), refused.len(), *asked.borrow()),
        (true, 1, 1),
        "she has moved to where silence denies"
    );
}

#[test]
fn the_suppression_list_answers_by_identifier() {
    let mut consent = under(shop());
    let identifier = |kind, value| schema().identifier(kind, value).unwrap();
    let (ada, bob) = (identifier("email", "ada@example.com"), identifier("email", "bob@example.com"));
    consent.suppress(ada.member(), day(2));
    consent.suppress(ada.member(), day(1));
    assert!(consent.is_suppressed(ada.member()) && !consent.is_suppressed(bob.member()));
    assert_eq!(consent.suppressions(), [(ada.member(), day(1))]);
    assert_eq!(consent.suppressed(std::slice::from_ref(&ada)), Suppressed::Whole);
    assert_eq!(consent.suppressed(&[ada.clone(), bob.clone()]), Suppressed::Parts(vec![ada.member()]));
    assert_eq!(consent.suppressed_members(&[bob.member()]), Suppressed::No);
}
