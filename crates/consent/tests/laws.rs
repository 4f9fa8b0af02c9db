//! The laws, on thousands of small ledgers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may be blunt"
)]

mod common;

use std::collections::BTreeSet;

use common::{Question, member, oracle, schema};
use onefold_consent::{
    Basis, Consent, Entry, Keep, Ledger, Person, Policy, Query, Recipient, Regime, Row, State, Status,
};
use onefold_model::{
    Action, Actor, ChannelId, Choice, Class, EventId, Gate, Member, ProfileId, PurposeId, Schema, Scope, Text, Time,
    Token, Value, Verdict,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// After this instant nothing in a generated ledger changes.
const END: i64 = 35;

fn pool(schema: &Schema) -> Vec<Member> {
    [("user_id", 1), ("user_id", 2), ("email", 3), ("cookie", 4), ("cookie", 5), ("phone_app", 6)]
        .map(|(kind, nth)| member(schema, kind, nth))
        .to_vec()
}

/// A choice, the event that carried it, and when.
type Said = (Choice, EventId, Time, Time);

fn said() -> impl Strategy<Value = Said> {
    let schema = schema();
    let marketing = schema.purpose("marketing").unwrap();
    let actions = select(vec![
        Action::Grant,
        Action::Grant,
        Action::Renew,
        Action::OptIn,
        Action::Withdraw,
        Action::Refuse,
        Action::Object,
        Action::OptOut,
        Action::Gpc,
        Action::Invalidate,
        Action::Defer,
        Action::Requested,
    ]);
    let actors =
        select(vec![Actor::Subject, Actor::Subject, Actor::Subject, Actor::Guardian, Actor::Import, Actor::Controller]);
    let purposes = select(vec![Scope::Only(marketing), Scope::Only(marketing), Scope::All, Scope::Only(PurposeId(1))]);
    let channels = select(vec![None, None, None, Some(ChannelId(0)), Some(ChannelId(1))]);
    let regimes = select(vec![None, None, None, None, Some("ccpa"), Some("gdpr"), Some("the law of the sea")]);
    let what = (select(pool(&schema)), purposes, channels, actions, actors, regimes);
    let when = (0..10i64, -3..6i64, proptest::option::weighted(0.4, 1..15i64), 0..4u32, any::<bool>(), 0..12u8);
    (what, when).prop_map(
        |((on, purpose, channel, action, actor, regime), (occurred, delay, lasts, notice, proof, event))| {
            let choice = Choice {
                on,
                purpose,
                channel,
                action,
                actor,
                expires: lasts.map(|lasts| Time(occurred + lasts)),
                notice,
                evidence: proof.then(|| Text::from("form 12")),
                regime: regime.map(Text::from),
            };
            (choice, EventId([event; 16]), Time(occurred), Time((occurred + delay).max(0)))
        },
    )
}

fn all_said() -> impl Strategy<Value = Vec<Said>> {
    proptest::collection::vec(said(), 0..10)
}

fn question() -> impl Strategy<Value = Question> {
    let pool = pool(&schema());
    let sets = (subsequence(pool.clone(), 0..=4), subsequence(pool, 0..=2));
    let options = (select(vec![None, Some(ChannelId(0)), Some(ChannelId(2))]), any::<bool>(), 0..20u8, 0..6u32);
    (sets, options, 0..25i64, -5..6i64).prop_map(
        |((members, restricting), (channel, via, minor, notice), at, ahead)| Question {
            purpose: PurposeId(0),
            channel,
            via: members.first().copied().filter(|_| via),
            members: members.into_iter().collect(),
            restricting: restricting.into_iter().filter(|it| schema().class(it.kind) == Class::Device).collect(),
            at: Time(at),
            as_of: Time(at + ahead),
            minor: minor == 0,
            material_notice: notice.saturating_sub(2),
        },
    )
}

fn ledger(said: &[Said]) -> Ledger {
    let mut ledger = Ledger::new(&schema());
    said.iter().for_each(|(choice, event, occurred, recorded)| ledger.record(choice, *event, *occurred, *recorded));
    ledger
}

fn entries(said: &[Said]) -> Vec<Entry> {
    said.iter().map(|(choice, event, occurred, recorded)| Entry::new(choice, *event, *occurred, *recorded)).collect()
}

/// Asks the ledger, shifted by so many instants.
fn ask<'a>(ledger: &'a Ledger, q: &Question, later: i64) -> State<'a> {
    let members: Vec<Member> = q.members.iter().copied().collect();
    let restricting: Vec<Member> = q.restricting.iter().copied().collect();
    ledger.effective(&Query {
        purpose: q.purpose,
        channel: q.channel,
        members: &members,
        restricting: &restricting,
        via: q.via,
        at: Time(q.at.0 + later),
        as_of: Time(q.as_of.0 + later),
        minor: q.minor,
        material_notice: q.material_notice,
    })
}

fn consent(said: &[Said], basis: Basis, regimes: &[Regime]) -> Consent {
    let newsletter = Recipient::new("newsletter", "marketing").channel("email").keep("email", Keep::Plain);
    let policy = Policy::builder().purpose("marketing", basis).material_notice("marketing", 1).recipient(newsletter);
    let policy = regimes.iter().fold(policy, |policy, regime| policy.regime(*regime)).build(&schema()).unwrap();
    let mut consent = Consent::new(policy);
    said.iter().for_each(|(choice, event, occurred, recorded)| consent.record(choice, *event, *occurred, *recorded));
    consent
}

fn bases() -> impl Strategy<Value = (Basis, Vec<Regime>)> {
    let regimes = select(vec![vec![Regime::Ccpa], vec![Regime::Gdpr], vec![Regime::Gdpr, Regime::Ccpa], vec![]]);
    (select(vec![Basis::Consent, Basis::Consent, Basis::LegitimateInterest, Basis::Contract]), regimes)
}

fn grants(action: Action) -> bool {
    [Action::Grant, Action::Renew, Action::OptIn].contains(&action)
}

/// The rules of the decision as they are written down, without birthdays: over the slow fold, lane by lane.
fn slow_permits(said: &[Said], basis: Basis, base: &[Regime], q: &Question, suppressed: &[(Member, Time)]) -> bool {
    let schema = schema();
    let all: BTreeSet<Member> = q.members.union(&q.restricting).copied().collect();
    if suppressed.iter().any(|(member, since)| all.contains(member) && *since <= q.at) {
        return false;
    }
    if matches!(basis, Basis::Contract | Basis::LegalObligation) {
        return true;
    }
    let entries: Vec<Entry> = entries(said).into_iter().filter(|it| it.recorded <= q.at).collect();
    let stated = entries.iter().filter(|it| q.members.contains(&it.on)).filter_map(|it| it.regime);
    let mut regimes: BTreeSet<Regime> = base.iter().copied().chain(stated).collect();
    if regimes.is_empty() {
        regimes.insert(Regime::Unknown);
    }
    let answer = oracle(&entries, &schema, q);
    let speaks = |it: &&Entry| {
        all.contains(&it.on) && (it.purpose == Scope::Only(q.purpose) || it.purpose == Scope::All && !grants(it.action))
    };
    let own_act = |it: &Entry| match it.actor {
        Actor::Subject | Actor::Guardian => true,
        Actor::Import => it.evidence,
        Actor::Controller => false,
    };
    // An objection stands where the proven person's last word on that channel is no later grant of her own.
    let lanes: Vec<Option<ChannelId>> =
        if q.channel.is_some() { vec![q.channel] } else { vec![None, Some(ChannelId(0)), Some(ChannelId(1))] };
    let objected = lanes.into_iter().any(|lane| {
        let here: Vec<&Entry> =
            entries.iter().filter(speaks).filter(|it| it.channel.is_none() || it.channel == lane).collect();
        let objection = here.iter().filter(|it| it.action == Action::Object).map(|it| it.effective()).max();
        let last = here
            .iter()
            .filter(|it| q.members.contains(&it.on) && schema.class(it.on.kind) == Class::Person)
            .filter(|it| it.action.restricts() || it.action.grants())
            .max();
        let lifted = |since: Time| {
            last.is_some_and(|last| {
                let void = here.iter().any(|it| {
                    it.action == Action::Invalidate && it.on == last.on && it.effective() >= last.effective()
                });
                last.action.grants() && own_act(last) && last.effective() > since && !void
            })
        };
        objection.is_some_and(|since| !lifted(since))
    });
    if answer.0 == Status::Denied || objected {
        return false;
    }
    let restricted = entries
        .iter()
        .filter(speaks)
        .any(|it| it.action.restricts() && (q.channel.is_none() || it.channel.is_none() || it.channel == q.channel));
    if basis == Basis::LegitimateInterest {
        let known = regimes.iter().all(|it| !matches!(it, Regime::Unknown | Regime::Hipaa | Regime::Eprivacy));
        let firm = matches!((answer.0, answer.2), (Status::Granted | Status::GrantedDeviceOnly, _) | (_, "no_choice"));
        return known && (firm || !restricted);
    }
    let opt_out = regimes.iter().all(|it| *it == Regime::Ccpa);
    match (answer.0, answer.2) {
        (Status::Granted, _) => true,
        (Status::GrantedDeviceOnly, _) | (Status::Unknown, "no_choice") => opt_out,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_ledger_equals_the_slow_fold(said in all_said(), q in question()) {
        let ledger = ledger(&said);
        let state = ask(&ledger, &q, 0);
        let answer = (state.state, state.winner.map(|it| it.seq), state.reason);
        prop_assert_eq!(answer, oracle(&entries(&said), &schema(), &q));
    }

    #[test]
    fn law_1_order_and_duplicates_do_not_matter(
        (said, again) in all_said().prop_flat_map(|said| {
            let twice: Vec<Said> = said.iter().chain(said.iter().take(3)).cloned().collect();
            (Just(said), Just(twice).prop_shuffle())
        }),
        q in question(),
    ) {
        let (one, other) = (ledger(&said), ledger(&again));
        prop_assert_eq!(one.entries(), other.entries());
        prop_assert_eq!(one.len(), other.len());
        prop_assert_eq!(one.len(), one.entries().len());
        prop_assert_eq!(ask(&one, &q, 0), ask(&other, &q, 0));
    }

    #[test]
    fn law_2_a_retraction_equals_a_rebuild(said in all_said(), event in 0..12u8, q in question()) {
        let event = EventId([event; 16]);
        let mut retracted = ledger(&said);
        retracted.retract(event);
        let kept: Vec<Said> = said.iter().filter(|it| it.1 != event).cloned().collect();
        let rebuilt = ledger(&kept);
        prop_assert_eq!(retracted.entries(), rebuilt.entries());
        prop_assert_eq!(retracted.len(), rebuilt.len());
        prop_assert_eq!(ask(&retracted, &q, 0), ask(&rebuilt, &q, 0));
        said.iter().filter(|it| it.1 == event).for_each(|it| retracted.record(&it.0, it.1, it.2, it.3));
        let whole = ledger(&said);
        prop_assert_eq!(retracted.entries(), whole.entries());
    }

    #[test]
    fn a_state_stays_as_it_is_until_it_says(said in all_said(), q in question()) {
        let ledger = ledger(&said);
        let now = ask(&ledger, &q, 0);
        let what = |state: State<'_>| (state.state, state.winner.map(|it| it.seq), state.reason);
        prop_assert!(now.until > q.at);
        for later in 1..END {
            let then = ask(&ledger, &q, later);
            if q.at.0 + later < now.until.0 {
                prop_assert_eq!(what(then), what(now), "{} of {:?}", later, now.until);
            } else if q.at.0 + later == now.until.0 && now.exact {
                prop_assert_ne!(what(then), what(now));
            }
        }
    }

    #[test]
    fn a_permission_equals_the_slow_decision_and_lasts_until_it_says(
        said in all_said(),
        (basis, regimes) in bases(),
        q in question(),
        suppress in proptest::option::weighted(0.15, (select(pool(&schema())), 0..30i64)),
    ) {
        let mut consent = consent(&said, basis, &regimes);
        let suppressed: Vec<(Member, Time)> = suppress.into_iter().map(|(member, at)| (member, Time(at))).collect();
        suppressed.iter().for_each(|(member, at)| consent.suppress(*member, *at));
        let members: Vec<Member> = q.members.iter().copied().collect();
        let restricting: Vec<Member> = q.restricting.iter().copied().collect();
        let person = Person { restricting: &restricting, ..Person::new(ProfileId(Token([9; 16])), &members) };
        let at = |now: i64| consent.permits(person, q.purpose, q.channel, Time(now));
        let answer = at(q.at.0);
        prop_assert!(answer.until > q.at);
        for now in q.at.0..q.at.0 + END {
            let then = at(now).value;
            let asked = Question { at: Time(now), as_of: Time(now), via: None, minor: false, material_notice: 1, ..q.clone() };
            prop_assert_eq!(then, slow_permits(&said, basis, &regimes, &asked, &suppressed), "at {}", now);
            if now < answer.until.0 {
                prop_assert_eq!(then, answer.value);
            } else if now == answer.until.0 && answer.exact {
                prop_assert_ne!(then, answer.value);
            }
        }
    }

    #[test]
    fn law_5_no_consent_no_exit(
        said in all_said(),
        (basis, regimes) in bases(),
        (a, b) in (subsequence(pool(&schema()), 0..=3), subsequence(pool(&schema()), 0..=3)),
        now in 0..30i64,
    ) {
        let channel = Some(ChannelId(0));
        let purpose = PurposeId(0);
        let consent = consent(&said, basis, &regimes);
        let now = Time(now);
        let state = |members: &[Member]| {
            let query = Query { channel, material_notice: 1, ..Query::new(purpose, members, now) };
            let state = consent.ledger().effective(&query);
            (state.state, state.reason, state.winner.map(Entry::effective))
        };
        let id = ProfileId(Token([9; 16]));
        let both: Vec<Member> = a.iter().chain(&b).copied().collect::<BTreeSet<_>>().into_iter().collect();
        let permits = |members: &[Member]| consent.permits(Person::new(id, members), purpose, channel, now).value;

        // A merge never loses a refusal: only a newer grant on a proving identifier stands against one.
        for side in [&a, &b] {
            let (status, _, refused) = state(side);
            if status == Status::Denied && basis != Basis::Contract && permits(&both) {
                let (merged, reason, granted) = state(&both);
                prop_assert!(merged == Status::Granted && reason == "authenticated_grant");
                prop_assert!(granted > refused);
            }
        }
        // Nor does a device that only restricts: whatever it says, no denial is lifted.
        let devices: Vec<Member> = pool(&schema()).split_off(3);
        let with = Person { restricting: &devices, ..Person::new(id, &a) };
        if !permits(&a) {
            prop_assert!(!consent.permits(with, purpose, channel, now).value);
        }
        // A newest refusal on a proving identifier denies, whatever came before.
        if let Some(proving) = both.iter().find(|it| schema().class(it.kind) == Class::Person) {
            let mut refused = consent.clone();
            let choice = Choice {
                on: *proving, purpose: Scope::Only(purpose), channel: None, action: Action::Withdraw, actor: Actor::Subject,
                expires: Some(Time(0)), notice: 0, evidence: None, regime: None,
            };
            let last = Time(100);
            refused.record(&choice, EventId([99; 16]), last, last);
            let answer = refused.permits(Person::new(id, &both), purpose, channel, last);
            prop_assert_eq!(answer.value, basis == Basis::Contract);
        }
        // What leaves is what is permitted, and no field that the recipient does not name.
        let fields = vec![(Text::from("email"), Value::from("ada@example.com")), (Text::from("country"), Value::from("DE"))];
        let rows = [&a, &b, &both].map(|members| Row { person: Person::new(id, members), fields: fields.clone() });
        let (cleared, refused) = consent.clear("newsletter", rows, now).unwrap();
        let permitted = [&a, &b, &both].into_iter().filter(|it| permits(it)).count();
        prop_assert_eq!((cleared.len(), refused.len()), (permitted, 3 - permitted));
        for row in cleared.rows() {
            prop_assert_eq!(row.fields(), &fields[..1]);
        }
        for refusal in &refused {
            prop_assert!(!refusal.decision.permits() && !refusal.decision.reasons.is_empty());
        }
    }

    #[test]
    fn the_gate_asks_the_two_ends_alone_and_keeps_its_word(
        said in all_said(),
        (basis, regimes) in bases(),
        known in subsequence(pool(&schema()).split_off(0)[..3].to_vec(), 0..=2),
        device in select(pool(&schema()).split_off(3)),
        now in 0..25i64,
    ) {
        let purpose = PurposeId(0);
        let whole = consent(&said, basis, &regimes);
        let own: Vec<Said> = said.iter().filter(|it| known.contains(&it.0.on) || it.0.on == device).cloned().collect();
        let alone = consent(&own, basis, &regimes);
        let answer = whole.link(purpose, &known, device, Time(now));
        prop_assert_eq!(&answer, &alone.link(purpose, &known, device, Time(now)));
        for later in now..now + END {
            let then = whole.link(purpose, &known, device, Time(later));
            if later < answer.until.0 {
                prop_assert_eq!(&then.value, &answer.value);
            } else if later == answer.until.0 && answer.exact {
                prop_assert_ne!(then.value == Verdict::Permit, answer.value == Verdict::Permit);
            }
            let q = Question {
                purpose,
                channel: None,
                members: known.iter().chain([&device]).copied().collect(),
                restricting: [].into(),
                via: Some(device),
                at: Time(later),
                as_of: Time(later),
                minor: false,
                material_notice: 1,
            };
            prop_assert_eq!(then.value == Verdict::Permit, slow_permits(&said, basis, &regimes, &q, &[]), "at {}", later);
        }
    }
}

#[test]
fn the_generated_cases_reach_every_state_and_reason() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..4000 {
        let (said, q) = (all_said(), question()).new_tree(&mut runner).unwrap().current();
        let ledger = ledger(&said);
        let state = ask(&ledger, &q, 0);
        *counts.entry(state.reason).or_insert(0) += 1;
        *counts.entry(state.state.name()).or_insert(0) += 1;
        let exact = if state.until == Time::MAX {
            "forever"
        } else if state.exact {
            "exact"
        } else {
            "bound"
        };
        *counts.entry(exact).or_insert(0) += 1;
    }
    println!("{counts:?}");
    // 5 states, 10 reasons, 3 kinds of ends.
    assert_eq!(counts.len(), 18, "{counts:?}");
}
