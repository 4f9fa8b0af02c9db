//! Law 3: batch is stream.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Cause, Facts, News, ProfileId, SegmentId, Time, Truth, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::oracle::{Happened, World};
use super::random::{END, deeds, instants, permits, sources, stated, worlds};
use super::{Crowd, after, shop};
use crate::{Definitions, Expr, Live, batch};

fn count(counter: &Cell<usize>, more: usize) {
    counter.set(counter.get() + more);
}

fn has_sequence(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(has_sequence),
        Expr::Not(part) => has_sequence(part),
        Expr::Sequence { .. } => true,
        _ => false,
    }
}

#[test]
fn law_3_an_answer_holds_until_it_says_and_changes_then() {
    let [cases, exact, bounds, unknown, sequences] = [const { Cell::new(0) }; 5];
    let strategy = (sources(), worlds(), instants());
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 4000, ..Config::default() });
    let result = runner.run(&strategy, |(source, world, now)| {
        let segments = Definitions::from_source(source, &shop()).unwrap();
        let sheet = world.sheet("ada");
        for id in segments.ids() {
            let name = segments.name(id);
            let answer = segments.eval(id, &sheet, &sheet, now);
            let at = |at: Time| world.is_in(&segments, name, now, at);
            prop_assert_eq!(answer.value, at(now), "{} now", name);
            prop_assert!(answer.until > now);
            let mut second = now;
            while second < answer.until && second < after(END) {
                prop_assert_eq!(at(second), answer.value, "{} at {}", name, second);
                second = Time(second.0 + 1_000_000);
            }
            if answer.until < Time::MAX {
                let before = Time(answer.until.0 - 1);
                prop_assert_eq!(at(before), answer.value, "{} just before {}", name, answer.until);
                if answer.exact {
                    prop_assert_ne!(at(answer.until), answer.value, "{} at {}", name, answer.until);
                    count(&exact, 1);
                } else {
                    count(&bounds, 1);
                }
            }
            let why = segments.why(id, &sheet, &sheet, now);
            prop_assert_eq!(why.part.value, answer.value);
            count(&cases, 1);
            count(&unknown, usize::from(answer.value == Truth::Unknown));
            count(&sequences, usize::from(segments.expr(id).is_some_and(has_sequence)));
        }
        Ok(())
    });
    result.unwrap();
    println!(
        "{} answers: {} change at a certain instant, {} at an uncertain one; {} unknown; {} with sequences",
        cases.get(),
        exact.get(),
        bounds.get(),
        unknown.get(),
        sequences.get(),
    );
    assert!(exact.get() > 1000 && unknown.get() > 100 && sequences.get() > 1000);
    assert_eq!(bounds.get(), 0, "every leaf of today's language is exact");
}

/// Something that comes in.
#[derive(Clone, Debug)]
enum Arrival {
    Deed((String, BTreeMap<String, Value>), i64),
    Trait((String, Value)),
    Permit(((String, Option<String>), onefold_model::Until<bool>)),
    Gone,
}

fn news() -> impl Strategy<Value = Arrival> {
    prop_oneof![
        6 => (deeds(), prop_oneof![Just(0), 0..30_i64]).prop_map(|(deed, late)| Arrival::Deed(deed, late)),
        2 => stated().prop_map(Arrival::Trait),
        1 => permits().prop_map(Arrival::Permit),
        1 => Just(Arrival::Gone),
    ]
}

const NAMES: [&str; 3] = ["ada", "ben", "cleo"];

/// Who is where by the slow evaluator, by the fresh one, and by the live one.
struct Stage {
    segments: Definitions,
    worlds: BTreeMap<&'static str, World>,
    crowd: Crowd,
    live: Live,
    /// Memberships as the change feed tells them.
    told: BTreeSet<(SegmentId, ProfileId)>,
    last: Time,
    now: Time,
    touched: Time,
    timers: usize,
    by_timer: usize,
}

impl Stage {
    fn slow(&self, at: Time) -> BTreeSet<(SegmentId, ProfileId)> {
        let mut inside = BTreeSet::new();
        for (name, world) in &self.worlds {
            for id in self.segments.ids() {
                if world.is_in(&self.segments, self.segments.name(id), at, at) == Truth::Yes {
                    inside.insert((id, super::customer(name).profile()));
                }
            }
        }
        inside
    }

    fn told(&mut self, changes: &[onefold_model::Change]) -> Result<(), TestCaseError> {
        for change in changes {
            prop_assert!(change.at >= self.last);
            self.last = change.at;
            self.by_timer += usize::from(change.cause == Cause::Timer);
            match change.news {
                News::Entered(segment) => prop_assert!(self.told.insert((segment, change.profile))),
                News::Exited(segment) => prop_assert!(self.told.remove(&(segment, change.profile))),
                _ => prop_assert!(false),
            }
        }
        Ok(())
    }

    fn agree(&self, at: Time) -> Result<(), TestCaseError> {
        let mut live = BTreeSet::new();
        let mut fresh = BTreeSet::new();
        for (id, members) in self.segments.ids().zip(batch(&self.segments, &self.crowd, at)) {
            live.extend(self.live.members(id).map(|who| (id, who)));
            prop_assert_eq!(self.live.size(id), self.live.members(id).count());
            fresh.extend(members.into_keys().map(|who| (id, who)));
        }
        prop_assert_eq!(&live, &self.slow(at), "the live one and the slow one at {}", at);
        prop_assert_eq!(&live, &fresh, "the live one and the fresh one at {}", at);
        prop_assert_eq!(&live, &self.told, "the live one and the feed at {}", at);
        for (segment, who) in &live {
            prop_assert!(self.live.contains(*segment, *who));
            prop_assert!(self.live.segments_of(*who).any(|it| it == *segment));
        }
        Ok(())
    }

    /// Fires every timer at its own instant, looking before and after.
    fn advance(&mut self, to: Time) -> Result<(), TestCaseError> {
        if to < self.now {
            return Ok(()); // something else came in at the same instant
        }
        self.now = to;
        while self.live.next_change() <= to {
            let due = self.live.next_change();
            if due > self.touched {
                self.agree(Time(due.0 - 1))?;
            }
            let mut changes = Vec::new();
            self.live.advance(due, &self.crowd, &mut changes);
            prop_assert!(self.live.next_change() > due);
            prop_assert!(changes.iter().all(|change| change.at == due && change.cause == Cause::Timer));
            self.told(&changes)?;
            self.agree(due)?;
            self.timers += 1;
        }
        self.agree(to)
    }
}

#[test]
fn law_3_batch_is_stream() {
    let [timers, by_timer, late, corrections, gone, refused] = [const { Cell::new(0) }; 6];
    let strategy = (sources(), vec((0..60_i64, 0..NAMES.len(), news()), 1..40));
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 1500, ..Config::default() });
    let result = runner.run(&strategy, |(source, mut arrivals)| {
        let segments = Definitions::from_source(source, &shop()).unwrap();
        let live = Live::new(segments.clone());
        let mut stage = Stage {
            segments,
            live,
            worlds: BTreeMap::new(),
            crowd: Crowd::default(),
            told: BTreeSet::new(),
            last: Time::MIN,
            now: Time::MIN,
            touched: Time::MIN,
            timers: 0,
            by_timer: 0,
        };
        arrivals.sort_by_key(|(at, _, _)| *at);
        for (number, (at, who, news)) in arrivals.into_iter().enumerate() {
            let now = after(at);
            stage.advance(Time(now.0 - 1))?;
            let name = NAMES[who];
            let profile = super::customer(name).profile();
            let world = stage.worlds.entry(name).or_default();
            let mut cause = Cause::Event(onefold_model::Position(1));
            match news {
                Arrival::Deed((what, properties), ago) => {
                    world.events.push(Happened { number, what, at: after(at - ago), properties });
                    if ago > 0 {
                        cause = Cause::Late(onefold_model::Position(1));
                        count(&late, 1);
                    }
                }
                Arrival::Trait((name, value)) => {
                    world.traits.insert(name, value);
                }
                Arrival::Permit((key, until)) => {
                    count(&refused, usize::from(!until.value));
                    world.permits.insert(key, until);
                }
                Arrival::Gone => {
                    stage.worlds.remove(name);
                    count(&gone, 1);
                }
            }
            match stage.worlds.get(name) {
                Some(world) => stage.crowd.0.insert(profile, world.sheet(name)),
                None => stage.crowd.0.remove(&profile),
            };
            let mut changes = Vec::new();
            stage.live.touch(profile, cause, &stage.crowd, now, &mut changes);
            stage.touched = now;
            if cause == Cause::Late(onefold_model::Position(1)) {
                count(&corrections, changes.len());
            }
            prop_assert!(
                changes.iter().all(|change| change.at == now && change.cause == cause && change.profile == profile)
            );
            stage.told(&changes)?;
            stage.advance(now)?;
        }
        stage.advance(after(END))?;
        prop_assert_eq!(stage.live.next_change(), Time::MAX);
        count(&timers, stage.timers);
        count(&by_timer, stage.by_timer);
        Ok(())
    });
    result.unwrap();
    println!(
        "{} timers fired and brought {} changes; {} late events brought {} corrections; {} refusals; {} profiles gone",
        timers.get(),
        by_timer.get(),
        late.get(),
        corrections.get(),
        refused.get(),
        gone.get(),
    );
    assert!(
        timers.get() > 1000 && by_timer.get() > 500 && late.get() > 500 && corrections.get() > 50 && refused.get() > 50
    );
}

#[test]
fn touching_twice_changes_nothing() {
    let strategy = (sources(), worlds(), instants());
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 300, ..Config::default() });
    let result = runner.run(&strategy, |(source, world, now)| {
        let segments = Definitions::from_source(source, &shop()).unwrap();
        let sheet = world.sheet("ada");
        let mut live = Live::new(segments);
        let mut changes = Vec::new();
        live.touch(sheet.profile(), Cause::Definition, &sheet, now, &mut changes);
        let (entered, next) = (changes.len(), live.next_change());
        live.touch(sheet.profile(), Cause::Definition, &sheet, now, &mut changes);
        prop_assert_eq!((changes.len(), live.next_change()), (entered, next));
        live.forget(sheet.profile(), Cause::Definition, now, &mut changes);
        prop_assert_eq!((changes.len(), live.next_change()), (2 * entered, Time::MAX));
        Ok(())
    });
    result.unwrap();
}
