//! The laws, each as a property of thousands of generated worlds.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests may be blunt")]

mod world;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use onefold::consent::{Batch, Cleared};
use onefold::export::{Driver, Progress, Receipt, Work};
use onefold::model::{Event, Facts, People, ProfileId, Time};
use onefold::{Platform, export};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use world::{
    END, Happened, Said, Seen, Shared, at, builder, identifier, live_is_fresh, platform, say, say_all, schema, state,
    world,
};

/// How many worlds each law is tried on.
const CASES: u32 = 3_000;

fn law<S: Strategy>(
    name: &str,
    cases: u32,
    worlds: S,
    check: impl Fn(S::Value, &mut Seen) -> Result<(), TestCaseError>,
) {
    let seen = RefCell::new(Seen::default());
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner.run(&worlds, |world| check(world, &mut seen.borrow_mut())).unwrap();
    seen.borrow().print(name);
}

fn shuffled() -> impl Strategy<Value = (Vec<Said>, Vec<Said>, Vec<usize>)> {
    world(24).prop_flat_map(|said| {
        let again = prop::collection::vec(0..said.len(), 0..4);
        (Just(said.clone()), Just(said).prop_shuffle(), again)
    })
}

#[test]
fn law_1_order_and_duplicates_do_not_matter() {
    let schema = schema();
    law("law 1", CASES, shuffled(), |(said, shuffled, again), seen| {
        let mut one = platform(&schema);
        say_all(&mut one, &said);
        seen.look(&one, &said);
        live_is_fresh(&one)?;

        // Another order, with copies among it.
        let mut other = platform(&schema);
        let copies: Vec<Said> = again.iter().filter_map(|nth| said.get(*nth).cloned()).collect();
        say_all(
            &mut other,
            shuffled.iter().take(shuffled.len() / 2).chain(&copies).chain(shuffled.iter().skip(shuffled.len() / 2)),
        );
        prop_assert_eq!(one.digest(), other.digest(), "another order");

        // All events in one batch, then the rest.
        let mut batched = platform(&schema);
        let drafts: Vec<_> = shuffled
            .iter()
            .filter_map(|said| if let Said::Event(event) = said { Some(event.draft(&schema)) } else { None })
            .collect();
        let tally = batched.ingest(drafts).unwrap();
        prop_assert!(tally.adds_up());
        say_all(&mut batched, shuffled.iter().filter(|said| !matches!(said, Said::Event(_))));
        prop_assert_eq!(one.digest(), batched.digest(), "another batching");

        // A restart in the middle.
        let log = Shared::default();
        let mut before = builder(&schema).log(Box::new(log.clone()), at(0)).unwrap();
        shuffled.iter().take(shuffled.len() / 2).for_each(|said| say(&mut before, said));
        let changes: Vec<_> = before.changes(Default::default()).unwrap().cloned().collect();
        let now = before.now();
        drop(before);
        let mut after = builder(&schema).log(Box::new(log.clone()), now).unwrap();
        let replayed: Vec<_> = after.changes(Default::default()).unwrap().cloned().collect();
        prop_assert_eq!(changes, replayed, "the feed after a restart");
        say_all(&mut after, shuffled.iter().skip(shuffled.len() / 2));
        prop_assert_eq!(one.digest(), after.digest(), "a restart");
        live_is_fresh(&after)?;

        // Whoever asks never to come in again leaves the segments that need her consent at once.
        after.suppress(&[identifier(&schema, (1, 0)), identifier(&schema, (3, 0))], END).unwrap();
        live_is_fresh(&after)?;

        // And one long after: what was due in between has happened, each at its own instant.
        let changes: Vec<_> = after.changes(Default::default()).unwrap().cloned().collect();
        drop(after);
        let later = builder(&schema).log(Box::new(log), Time(END.0 + 30 * world::DAY as i64 * 1_000_000)).unwrap();
        live_is_fresh(&later)?;
        let replayed: Vec<_> = later.changes(Default::default()).unwrap().take(changes.len()).cloned().collect();
        prop_assert_eq!(changes, replayed, "the feed after a long sleep");
        Ok(())
    });
}

#[test]
fn law_2_everything_can_be_undone_exactly() {
    let schema = schema();
    law("law 2", CASES, (world(20), any::<prop::sample::Index>()), |(said, nth), seen| {
        let mut whole = platform(&schema);
        say_all(&mut whole, &said);
        seen.look(&whole, &said);
        live_is_fresh(&whole)?;
        let nth = nth.index(said.len());
        let Some(gone) = said.get(nth) else { return Ok(()) };
        let mut rebuilt = platform(&schema);
        match gone {
            Said::Event(event) => {
                let id = event.draft(&schema).id().unwrap();
                whole.retract(id, "support", END).unwrap();
                // All that came under its id goes.
                let is_it = |said: &&Said| matches!(said, Said::Event(event) if event.draft(&schema).id() == Some(id));
                say_all(&mut rebuilt, said.iter().filter(|said| !is_it(said)));
                prop_assert_eq!(state(&whole), state(&rebuilt), "a retraction");
            }
            Said::Ruling { a, b, .. } => {
                // All rulings on the two are taken back.
                let pair = BTreeSet::from([a, b]);
                whole
                    .rule(
                        identifier(&schema, *a).member(),
                        identifier(&schema, *b).member(),
                        onefold::model::Word::Withdrawn,
                        "support",
                        END,
                    )
                    .unwrap();
                say_all(
                    &mut rebuilt,
                    said.iter()
                        .filter(|said| !matches!(said, Said::Ruling { a, b, .. } if BTreeSet::from([a, b]) == pair)),
                );
                prop_assert_eq!(state(&whole), state(&rebuilt), "a ruling withdrawn");
            }
            Said::Retraction { .. } => {
                // Unlinking after the fact is the same as having known it from the start.
                let (a, b) = (identifier(&schema, (0, 0)), identifier(&schema, (1, 1)));
                whole.unlink(&a, &b, "support", END).unwrap();
                rebuilt.unlink(&a, &b, "support", END).unwrap();
                say_all(&mut rebuilt, &said);
                prop_assert_eq!(state(&whole), state(&rebuilt), "an unlink");
            }
        }
        Ok(())
    });
}

#[test]
fn law_3_batch_is_stream() {
    let schema = schema();
    law("law 3", CASES, (world(16), prop::collection::vec(0..95 * world::DAY, 3)), |(said, mut instants), seen| {
        // The stream: in the order of reception, time moving on in between.
        let received = |said: &Said| match said {
            Said::Event(event) => event.received(),
            Said::Ruling { at: when, .. } | Said::Retraction { at: when, .. } => at(*when),
        };
        let mut ordered = said.clone();
        ordered.sort_by_key(received);
        instants.sort_unstable();
        let mut stream = platform(&schema);
        let mut rest = ordered.as_slice();
        for instant in instants.into_iter().map(at) {
            if instant < stream.now() {
                continue;
            }
            let due = rest.partition_point(|said| received(said) <= instant);
            let (now, later) = rest.split_at(due);
            now.iter().for_each(|said| say(&mut stream, said));
            rest = later;
            stream.advance(instant).unwrap();
            same_answers(&schema, &stream, &ordered, instant, received)?;
            // And at the very instant at which something changes by time alone, and just before it.
            let next = rest.first().map_or(END, received);
            if let Some(due) = stream.next_due().filter(|due| *due < next && due.0 > 0) {
                stream.advance(Time(due.0 - 1)).unwrap();
                same_answers(&schema, &stream, &ordered, Time(due.0 - 1), received)?;
                stream.advance(due).unwrap();
                same_answers(&schema, &stream, &ordered, due, received)?;
            }
        }
        seen.look(&stream, &said);
        Ok(())
    });
}

/// What the stream says now, a recomputation over all that was received by now says too.
fn same_answers(
    schema: &onefold::model::Schema,
    stream: &Platform,
    ordered: &[Said],
    now: Time,
    received: impl Fn(&Said) -> Time,
) -> Result<(), TestCaseError> {
    let mut batch = platform(schema);
    // In another order, at once.
    for said in ordered.iter().rev().filter(|said| received(said) <= now) {
        say(&mut batch, said);
    }
    batch.advance(now).unwrap();
    prop_assert_eq!(state(stream), state(&batch), "the state at {}", now);
    for segment in stream.definitions().ids() {
        let name = stream.name(segment);
        let live: Vec<ProfileId> = stream.members(name).unwrap().collect();
        let mut fresh = Vec::new();
        let definitions = stream.definitions();
        let view = stream.people();
        view.each(&mut |facts: &dyn Facts| {
            if definitions.eval(segment, facts, &view, now).value.is_yes() {
                fresh.push(facts.profile());
            }
        });
        prop_assert_eq!(&live, &fresh, "{} at {}", name, now);
    }
    Ok(())
}

#[test]
fn law_4_nothing_is_lost_silently() {
    let schema = schema();
    let broken = prop::collection::vec((any::<prop::sample::Index>(), 0..4u8), 0..5);
    law("law 4", CASES, (world(20), broken, prop::option::of(0..5u8)), |(said, broken, unwelcome), seen| {
        let mut platform = platform(&schema);
        let unwelcome = unwelcome.map(|value| identifier(&schema, (1, value)));
        platform.suppress(unwelcome.as_slice(), at(0)).unwrap();
        let events: Vec<&Happened> =
            said.iter().filter_map(|said| if let Said::Event(event) = said { Some(event) } else { None }).collect();
        prop_assume!(!events.is_empty());
        let mut drafts: Vec<_> = events.iter().map(|event| event.draft(&schema)).collect();
        let mut wrong = BTreeSet::new();
        for (nth, how) in &broken {
            let number = nth.index(events.len());
            let event = events[number];
            let draft = schema
                .draft("web", "purchase")
                .message_id(&format!("broken-{number}-{how}"))
                .at(event.received())
                .received(event.received());
            wrong.insert((number, *how));
            drafts.push(match how {
                0 => draft.who("user", "u").set("amount", "a lot"),
                1 => draft.who("nobody", "u"),
                2 => draft.who("user", "u").refuse("nothing that is declared"),
                _ => draft.at(Time(-1)),
            });
        }
        // Other words under a known id are conflicts.
        let mut contents: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for event in drafts.iter().filter_map(|draft| draft.receive(END).ok()) {
            contents.entry(event.id).or_default().insert(event.content);
        }
        let conflicts: usize = contents.values().map(|contents| contents.len() - 1).sum();
        let made = drafts.len() as u64;
        let tally = platform.ingest(drafts).unwrap();
        prop_assert_eq!(tally.received, made);
        prop_assert!(tally.adds_up(), "{}", tally);
        seen.suppressed += usize::from(tally.suppressed > 0);
        // Every quarantined record has its reason and its bytes, and a fixed one is accepted and no longer waits.
        let kept = platform.quarantined().unwrap();
        prop_assert_eq!(tally.quarantined as usize, kept.len());
        prop_assert!(kept.iter().all(|record| !record.issue.code.is_empty() && !record.raw.reveal().is_empty()));
        if unwelcome.is_none() {
            prop_assert_eq!(kept.len(), wrong.len() + conflicts);
        } else {
            prop_assert!(kept.len() >= wrong.len());
        }
        if let Some((number, how)) = wrong.iter().next() {
            let fixed = schema
                .draft("web", "purchase")
                .message_id(&format!("broken-{number}-{how}"))
                .who("user", "fixed")
                .at(at(5))
                .received(at(6));
            let tally = platform.ingest([fixed]).unwrap();
            prop_assert_eq!(tally.accepted, 1);
            prop_assert_eq!(platform.quarantined().unwrap().len(), kept.len() - 1);
        }
        // The same again: nothing but duplicates.
        let again: Vec<_> = events.iter().map(|event| event.draft(&schema)).collect();
        let before = platform.digest();
        let tally = platform.ingest(again).unwrap();
        prop_assert_eq!(tally.duplicate, tally.received);
        prop_assert_eq!(before, platform.digest());
        seen.look(&platform, &said);
        Ok(())
    });
}

/// A destination that remembers who was sent.
#[derive(Default)]
struct Remember(Vec<ProfileId>);

impl Driver for Remember {
    fn send(&mut self, work: Work, _: &mut dyn FnMut(Progress)) -> Result<Receipt, export::Error> {
        Ok(Receipt { sent: work.len() as u64, ..Receipt::default() })
    }
    fn deliver(&mut self, cleared: Cleared<Batch>) -> Result<Receipt, export::Error> {
        self.0.extend(cleared.rows().map(|row| row.profile()));
        self.send(cleared.into(), &mut |_| {})
    }
}

#[test]
fn law_5_no_consent_no_exit() {
    let schema = schema();
    law("law 5", CASES, world(24), |said, seen| {
        let mut platform = platform(&schema);
        say_all(&mut platform, &said);
        seen.look(&platform, &said);
        let everybody: Vec<ProfileId> = platform.persons().map(|person| person.id).collect();
        let mut sent = Remember::default();
        let sending = platform.send(everybody.iter().copied(), "newsletter", &mut sent).unwrap();
        prop_assert_eq!(sent.0.len() + sending.refused.len(), everybody.len(), "everybody is sent or refused");
        prop_assert!(
            sending.refused.iter().all(|refusal| !refusal.decision.what_would_permit().to_string().is_empty())
        );
        // The oracle: whoever was sent has, over all events that name one of her proving identifiers, said yes,
        // and not said no since.
        let retracted: BTreeSet<usize> = said
            .iter()
            .filter_map(|said| if let Said::Retraction { event, .. } = said { Some(*event) } else { None })
            .collect();
        let events = || said.iter().filter_map(|said| if let Said::Event(event) = said { Some(event) } else { None });
        let drafted: Vec<_> = events().map(|event| event.draft(&schema).receive(END).unwrap()).collect();
        let is_live = |event: &Event| {
            let same = drafted.iter().filter(|other| other.id == event.id);
            same.map(Event::precedence).min() == Some(event.precedence())
        };
        for who in &sent.0 {
            let (mut yes, mut no) = (None, None);
            for event in said.iter().filter_map(|said| if let Said::Event(event) = said { Some(event) } else { None }) {
                if (event.source % 3 == 0 && retracted.contains(&event.number))
                    || event.alias.is_some_and(|_| event.who.is_empty())
                {
                    continue;
                }
                let drafted = event.draft(&schema).receive(END).unwrap();
                let Some(choice) = drafted.choices.first().filter(|_| is_live(&drafted)) else { continue };
                let marketing = matches!(choice.purpose, onefold::model::Scope::Only(purpose) if schema.purpose_name(purpose) == "marketing");
                let hers = platform.graph().profile(choice.on) == Some(*who);
                let proves = schema.class(choice.on.kind) == onefold::model::Class::Person;
                if marketing && hers {
                    if choice.action.restricts() {
                        no = no.max(Some(drafted.times.occurred));
                    } else if proves && choice.expires.is_none_or(|end| end > END) {
                        yes = yes.max(Some(drafted.times.occurred));
                    }
                }
            }
            prop_assert!(yes.is_some() && no < yes, "{} was sent: yes {:?}, no {:?}", who, yes, no);
        }
        Ok(())
    });
}
