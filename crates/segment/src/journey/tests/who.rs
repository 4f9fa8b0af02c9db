//! Walks of profiles that turn out to be one, or two.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Cause, Change, Cursor, Facts, News, ProfileId, Sheet, Time};

use super::shop::{Random, SEGMENTS, journeys, schema, segments};
use super::story::{entered, hours, time};
use crate::Definitions;
use crate::journey::{Again, Ended, Exit, Journey, Note, Noted, Source, Walks};

struct Stage {
    definitions: Definitions,
    walks: Walks,
    notes: Vec<Note>,
    ada: Sheet,
    who: [ProfileId; 3],
}

impl Stage {
    fn new(source: Source) -> Self {
        let schema = schema();
        let definitions = segments(&schema);
        let sheet = |name: &str| Sheet::new(&schema, &schema.identifier("user_id", name).unwrap());
        let who = ["ada", "bob", "eve"].map(|name| sheet(name).profile());
        let walks = Walks::new(source.check(&definitions, &schema).unwrap());
        Self { walks, notes: Vec::new(), ada: sheet("ada"), who, definitions }
    }

    fn tell(&mut self, at: Time, who: usize, cause: Cause, news: News) {
        let change = Change { cursor: Cursor::default(), at, profile: self.who[who], cause, news };
        self.walks.apply(&change, &self.ada, &mut self.notes);
    }

    fn enters(&mut self, at: &str, who: usize, segment: &str, cause: Cause) {
        let segment = self.definitions.id(segment).unwrap();
        self.tell(time(at), who, cause, News::Entered(segment));
    }

    fn orders(&self) -> Vec<(String, ProfileId, String)> {
        let orders = self.notes.iter().filter_map(|note| match &note.what {
            Noted::Ordered(order) => Some((note.at.to_string(), note.profile, order.action.to_string())),
            _ => None,
        });
        orders.collect()
    }
}

fn welcome() -> Source {
    let journey = Journey::on("welcome", entered("a")).again(Again::Always).exit(Exit::OutOf("a".into()));
    Source::default().journey(journey.delay(hours(1)).act("one", "email").delay(hours(10)).act("two", "email"))
}

#[test]
fn a_merge_carries_walks_over_and_doubles_nothing() {
    let mut stage = Stage::new(welcome());
    stage.enters("01T00:00:00", 0, "a", Cause::Timer);
    stage.enters("01T05:00:00", 1, "a", Cause::Timer);
    // Both have had the first letter; they are one; the one is told to be in the segment.
    let [ada, bob, _] = stage.who;
    stage.tell(time("01T07:00:00"), 1, Cause::Merge, News::Merged { from: [ada].into() });
    let segment = stage.definitions.id("a").unwrap();
    stage.tell(time("01T07:00:00"), 0, Cause::Merge, News::Exited(segment));
    stage.walks.advance(time("03T00:00:00"), &stage.ada, &mut stage.notes);
    let at = |hour: &str| format!("2026-03-01T{hour}:00:00Z");
    assert_eq!(
        stage.orders(),
        [(at("01"), ada, "one".into()), (at("06"), bob, "one".into()), (at("11"), bob, "two".into()),]
    );
    assert!(stage.walks.why(bob).is_empty());
}

#[test]
fn an_order_of_the_other_half_is_not_given_again() {
    // Bob entered earlier, but his letter is not due yet when ada, who has had hers, turns out to be him.
    let slow = Journey::on("welcome", entered("a")).wait(entered("b"), hours(9), "next").act("one", "email");
    let mut stage = Stage::new(Source::default().journey(slow));
    let [ada, bob, _] = stage.who;
    stage.enters("01T00:00:00", 1, "a", Cause::Timer);
    stage.enters("01T01:00:00", 0, "a", Cause::Timer);
    stage.enters("01T02:00:00", 0, "b", Cause::Timer);
    stage.walks.advance(time("01T03:00:00"), &stage.ada, &mut stage.notes);
    assert_eq!(stage.orders().len(), 1);
    stage.tell(time("01T04:00:00"), 1, Cause::Merge, News::Merged { from: [ada].into() });
    stage.walks.advance(time("02T00:00:00"), &stage.ada, &mut stage.notes);
    // Her walk was over; his goes on, and is the first of its kind: what is known of her is that she began it once.
    let orders = stage.orders();
    assert_eq!(orders.len(), 2);
    assert_eq!(orders[1].1, bob);
}

#[test]
fn another_root_of_the_same_profile_begins_nothing_anew() {
    let mut stage = Stage::new(welcome());
    let [ada, ..] = stage.who;
    stage.enters("01T00:00:00", 0, "a", Cause::Timer);
    stage.walks.advance(time("02T00:00:00"), &stage.ada, &mut stage.notes);
    assert_eq!(stage.orders().len(), 2);
    stage.tell(time("03T00:00:00"), 2, Cause::Merge, News::Rekeyed { from: ada });
    stage.enters("03T00:00:00", 2, "a", Cause::Merge);
    stage.walks.advance(time("05T00:00:00"), &stage.ada, &mut stage.notes);
    assert_eq!(stage.orders().len(), 2);
}

#[test]
fn a_split_gives_each_its_walk_back() {
    let mut stage = Stage::new(welcome());
    let [ada, bob, _] = stage.who;
    stage.enters("01T00:00:00", 0, "a", Cause::Timer);
    stage.enters("01T00:30:00", 1, "a", Cause::Timer);
    stage.tell(time("01T02:00:00"), 0, Cause::Merge, News::Merged { from: [bob].into() });
    assert_eq!(stage.walks.why(ada).len(), 1);
    stage.tell(time("01T03:00:00"), 0, Cause::Split, News::Split { into: [bob].into() });
    stage.enters("01T03:00:00", 1, "a", Cause::Split);
    stage.walks.advance(time("02T00:00:00"), &stage.ada, &mut stage.notes);
    let at = |hour: &str| format!("2026-03-01T{hour}:00Z");
    let mut orders = stage.orders();
    orders.sort();
    let mut wanted = vec![
        (at("01:00"), ada, "one".into()),
        (at("01:30"), bob, "one".into()),
        (at("11:00"), ada, "two".into()),
        (at("11:00"), bob, "two".into()),
    ];
    wanted.sort();
    assert_eq!(orders, wanted);
}

#[test]
fn an_erasure_forgets() {
    let mut stage = Stage::new(welcome());
    let segment = stage.definitions.id("a").unwrap();
    stage.enters("01T00:00:00", 0, "a", Cause::Timer);
    stage.tell(time("01T00:10:00"), 0, Cause::Erasure, News::Exited(segment));
    assert_eq!(stage.walks.next_change(), Time::MAX);
    assert!(!serde_json::to_string(&stage.walks.save()).unwrap().contains(&stage.who[0].to_string()));
}

#[test]
fn other_definitions_end_what_is_not_defined_any_more() {
    let mut stage = Stage::new(welcome());
    stage.enters("01T00:00:00", 0, "a", Cause::Timer);
    stage.walks.advance(time("01T02:00:00"), &stage.ada, &mut stage.notes);
    let schema = schema();
    let longer =
        Journey::on("welcome", entered("a")).delay(hours(1)).act("one", "email").delay(hours(20)).act("two", "sms");
    let other = Source::default().journey(longer).check(&stage.definitions, &schema).unwrap();
    let mut walks = stage.walks.redefine(other, &stage.definitions, &mut stage.notes);
    walks.advance(time("01T02:00:00"), &stage.ada, &mut stage.notes);
    assert_eq!(walks.next_change(), time("01T21:00:00"));
    let none = Source::default().check(&stage.definitions, &schema).unwrap();
    let walks = walks.redefine(none, &stage.definitions, &mut stage.notes);
    assert_eq!(walks.next_change(), Time::MAX);
    assert!(matches!(stage.notes.last().unwrap().what, Noted::Ended(Ended::Undefined)));
}

/// Whatever the order of merges, splits and memberships: no order twice, timers and runs agree, and what is saved goes
/// on as if nothing had been.
#[test]
fn nothing_is_ordered_twice_however_profiles_change() {
    let schema = schema();
    let definitions = segments(&schema);
    let (mut checked, mut orders, mut seed) = (0, 0, 1000);
    while checked < 1500 {
        seed += 1;
        let mut random = Random::new(seed);
        let source = journeys(&mut random);
        let Ok(found) = source.clone().check(&definitions, &schema) else { continue };
        checked += 1;
        let mut stage = Stage::new(source);
        let mut other = Walks::new(found.clone());
        let mut notes = Vec::new();
        let mut now = 0;
        for _ in 0..40 {
            now += random.below(40) * random.below(2);
            let (at, who) = (Time(now * 60_000_000), usize::try_from(random.below(3)).unwrap());
            let whom = stage.who[usize::try_from(random.below(3)).unwrap()];
            let segment = definitions.id(random.of(&SEGMENTS)).unwrap();
            let (cause, news) = match random.below(10) {
                0 => (Cause::Merge, News::Merged { from: [whom].into() }),
                1 => (Cause::Split, News::Split { into: [whom].into() }),
                2 => (Cause::Merge, News::Rekeyed { from: whom }),
                3..7 => (Cause::Timer, News::Entered(segment)),
                _ => (Cause::Timer, News::Exited(segment)),
            };
            let change = Change { cursor: Cursor::default(), at, profile: stage.who[who], cause, news: news.clone() };
            // An id that is merged away does not come back at the same instant.
            now += i64::from(cause != Cause::Timer);
            stage.tell(at, who, cause, news);
            other.apply(&change, &stage.ada, &mut notes);
            let saved = serde_json::from_str(&serde_json::to_string(&other.save()).unwrap()).unwrap();
            other = Walks::load(found.clone(), &definitions, saved, &mut notes);
            let timers: BTreeSet<_> = stage.walks.timers.iter().cloned().collect();
            let runs: usize = stage.walks.people.values().map(|person| person.runs.len()).sum();
            let due =
                stage.walks.people.values().flat_map(|person| person.runs.values()).filter(|run| run.due.is_some());
            assert_eq!(timers.len(), due.count(), "seed {seed}");
            assert_eq!(timers.len(), runs, "seed {seed}");
        }
        let end = Time((now + 5000) * 60_000_000);
        stage.walks.advance(end, &stage.ada, &mut stage.notes);
        other.advance(end, &stage.ada, &mut notes);
        assert_eq!(stage.notes, notes, "seed {seed}");
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for note in &notes {
            if let Noted::Ordered(order) = &note.what {
                orders += 1;
                *ids.entry(&order.id).or_default() += 1;
            }
        }
        let twice: Vec<_> = ids.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "seed {seed}: {twice:?}");
    }
    assert!(orders > 1000, "{orders} orders");
}
