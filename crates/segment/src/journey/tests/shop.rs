//! A schema, segments and journeys made at random, for the tests.

use std::collections::BTreeMap;
use std::time::Duration;

use onefold_model::{Kind, Party, Schema, Type};

use crate::journey::{
    Again, Arm, Cap, Does, Excess, Exit, Journey, Moment, Quiet, Source, Step, Trigger, Way, Weekday,
};
use crate::{Definitions, Zone};

pub(super) const SEGMENTS: [&str; 4] = ["a", "b", "c", "d"];

pub(super) fn schema() -> Schema {
    Schema::builder()
        .source("app", Party::First, 50)
        .kind(Kind::person("user_id"))
        .field("plan", Type::Text)
        .field("timezone", Type::Text)
        .event("x", [("k", Type::Text)])
        .event("y", [("k", Type::Text)])
        .event("z", [])
        .channel("email")
        .channel("sms")
        .build([7; 32].into())
        .unwrap()
}

pub(super) fn segments(schema: &Schema) -> Definitions {
    let text: Vec<String> = SEGMENTS.iter().map(|name| format!("segment {name} = plan = \"{name}\"")).collect();
    Definitions::parse(&text.join("\n"), schema).unwrap()
}

/// SplitMix64.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        if bound <= 0 { 0 } else { i64::try_from(mixed % bound.unsigned_abs()).unwrap() }
    }

    pub(super) fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as i64)).unwrap()]
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn span(&mut self, most: i64) -> Duration {
        Duration::from_mins(u64::try_from(self.below(most)).unwrap())
    }
}

fn trigger(random: &mut Random) -> Trigger {
    match random.below(5) {
        0..2 => Trigger::Entered(random.of(&SEGMENTS).into()),
        2 => Trigger::Exited(random.of(&SEGMENTS).into()),
        _ => Trigger::Event(random.of(&["x", "y", "z"]).into()),
    }
}

fn way(random: &mut Random, steps: i64) -> Way {
    match random.below(10) {
        0..8 => Way::Next,
        8 => Way::End,
        _ => Way::To((1 + random.below(steps)).to_string()),
    }
}

fn step(random: &mut Random, steps: i64) -> Step {
    let does = match random.below(10) {
        0..2 => Does::Delay {
            span: random.span(200),
            until: random.chance(25).then(|| Moment {
                weekday: random.chance(40).then(|| {
                    [Weekday::Monday, Weekday::Friday, Weekday::Sunday][usize::try_from(random.below(3)).unwrap()]
                }),
                at: random.of(&["00:00", "09:00", "17:30"]).into(),
            }),
        },
        2..4 => Does::Wait {
            what: trigger(random),
            within: random.span(200) + Duration::from_mins(1),
            otherwise: way(random, steps),
        },
        4 => Does::Split { segment: random.of(&SEGMENTS).into(), otherwise: way(random, steps) },
        5 => {
            let first = random.below(101);
            let arm = |percent: i64, then| Arm { percent: percent.into(), then };
            Does::Share {
                salt: random.of(&["q1", "q2", "q3", "q4"]).into(),
                arms: vec![arm(first, way(random, steps)), arm(100 - first, way(random, steps))],
            }
        }
        _ => Does::Act {
            action: random.of(&["remind", "greet"]).into(),
            channel: random.chance(85).then(|| random.of(&["email", "sms"]).into()),
            with: BTreeMap::new(),
        },
    };
    Step { name: None, does, then: way(random, steps) }
}

fn journey(random: &mut Random, nth: i64) -> Journey {
    let start = trigger(random);
    let keyed = matches!(&start, Trigger::Event(name) if name != "z") && random.chance(60);
    let again = match random.below(4) {
        0 => Again::Never,
        1 => Again::After(random.span(400)),
        _ => Again::Always,
    };
    let steps = 1 + random.below(6);
    let exit = |random: &mut Random| match random.chance(50) {
        true => Exit::In(random.of(&SEGMENTS).into()),
        false => Exit::OutOf(random.of(&SEGMENTS).into()),
    };
    Journey {
        name: format!("j{nth}"),
        start,
        key: keyed.then(|| "k".into()),
        again,
        fresh: random.chance(20).then(|| random.span(60)),
        priority: i32::try_from(random.below(3)).unwrap(),
        goal: random.chance(25).then(|| trigger(random)),
        exit: if random.chance(20) { vec![exit(random)] } else { Vec::new() },
        steps: (0..steps).map(|_| step(random, steps)).collect(),
    }
}

/// Journeys, of which some do not hold together.
pub(super) fn journeys(random: &mut Random) -> Source {
    let caps = (0..random.below(3)).map(|_| Cap {
        channel: random.chance(60).then(|| random.of(&["email", "sms"]).into()),
        most: 1 + u32::try_from(random.below(2) * random.below(2)).unwrap(),
        within: random.span(300) + Duration::from_mins(1),
        excess: if random.chance(30) { Excess::Skip } else { Excess::Postpone },
    });
    let caps = caps.collect();
    Source {
        caps,
        quiet: random.chance(40).then(|| Quiet {
            from: random.of(&["21:00", "00:00", "12:30"]).into(),
            to: random.of(&["08:00", "06:15", "13:00"]).into(),
            channels: if random.chance(30) { vec!["email".into()] } else { Vec::new() },
        }),
        suppress: if random.chance(20) { vec![random.of(&SEGMENTS).into()] } else { Vec::new() },
        zone: random.chance(50).then(|| Zone::Named(random.of(&["UTC", "+05:30", "-08:00"]).into())),
        journeys: (0..1 + random.below(3)).map(|nth| journey(random, nth)).collect(),
    }
}
