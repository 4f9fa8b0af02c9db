//! What comes in, in which order: late, corrected, merged, split and erased.

use onefold_model::{Cause, Date, Decimal, Money, Position, Schema, Score, Time, Value};

use super::civil::DAY;
use super::exact::V;
use super::facts::{Choice, Happened, Turn, World};
use super::generate::{EVENTS, GRID, Kind, TRAITS, ZONES, words};
use super::random::Random;

/// How many slots of the grid data comes in.
pub const SLOTS: i64 = 26;

/// Something that comes in.
#[derive(Clone, Debug)]
pub enum News {
    Event(Happened),
    Trait(Turn),
    Choice(Choice),
    /// A trait of a group.
    Group(usize, &'static str, Value),
    /// A node belongs to a group.
    Join(usize, usize),
    /// Two profiles become one.
    Merge(usize, usize),
    /// A node is a profile of its own again.
    Split(usize),
    /// An event by its number no longer counts.
    Retract(u32),
    /// An event by its number was another.
    Correct(u32, Happened),
    /// A person is erased.
    Erase(usize),
}

/// It, and when it came in.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub at: i64,
    pub news: News,
}

/// Whom something concerned.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    pub touched: Vec<usize>,
    pub cause: Option<Cause>,
    /// Whether it is nothing but one event of one profile.
    pub event: bool,
    /// A group of which a trait changed.
    pub group: Option<usize>,
    /// Whether groups changed.
    pub groups: bool,
}

impl World {
    pub fn new(nodes: usize) -> Self {
        Self { root: (0..nodes).map(Some).collect(), ..Self::default() }
    }

    /// Takes something in; whom it concerns must be looked at anew.
    pub fn take(&mut self, arrival: &Arrival) -> Effect {
        let one = |root: Option<usize>, cause| Effect {
            touched: root.into_iter().collect(),
            cause: Some(cause),
            ..Effect::default()
        };
        let cause = |at: i64| {
            if i64::MIN < at && at < arrival.at { Cause::Late(Position(1)) } else { Cause::Event(Position(1)) }
        };
        match &arrival.news {
            News::Event(event) => {
                let root = self.root[event.node];
                if root.is_some() {
                    self.events.push(event.clone());
                }
                Effect { event: true, ..one(root, cause(event.at)) }
            }
            News::Trait(turn) => {
                let root = self.root[turn.node];
                if root.is_some() {
                    self.turns.push(turn.clone());
                }
                let score = turn.name == "churn";
                one(root, if score { Cause::Score } else { cause(turn.at) })
            }
            News::Choice(choice) => {
                let root = self.root[choice.node];
                if root.is_some() {
                    self.choices.push(choice.clone());
                }
                one(root, Cause::Consent)
            }
            News::Group(group, name, value) => {
                self.groups.retain(|it| (it.0, it.1) != (*group, *name));
                self.groups.push((*group, name, value.clone()));
                let touched = self.profiles().into_iter().filter(|it| self.groups_of(*it).contains(group)).collect();
                Effect {
                    touched,
                    cause: Some(Cause::Event(Position(1))),
                    groups: true,
                    group: Some(*group),
                    ..Effect::default()
                }
            }
            News::Join(node, group) => {
                let root = self.root[*node];
                if root.is_some() && !self.belongs.contains(&(*node, *group)) {
                    self.belongs.push((*node, *group));
                }
                Effect { groups: true, ..one(root, Cause::Event(Position(1))) }
            }
            News::Merge(a, b) => match (self.root[*a], self.root[*b]) {
                (Some(a), Some(b)) if a != b => {
                    for root in &mut self.root {
                        if *root == Some(a.max(b)) {
                            *root = Some(a.min(b));
                        }
                    }
                    Effect { touched: vec![a.min(b), a.max(b)], groups: true, ..one(None, Cause::Merge) }
                }
                _ => Effect::default(),
            },
            News::Split(node) => match self.root[*node] {
                Some(before) if self.root.iter().filter(|it| **it == Some(before)).count() > 1 => {
                    self.root[*node] = Some(*node);
                    let rest: Vec<usize> =
                        (0..self.root.len()).filter(|it| it != node && self.root[*it] == Some(before)).collect();
                    for it in &rest {
                        self.root[*it] = Some(rest[0]);
                    }
                    let mut touched = vec![before, *node, rest[0]];
                    touched.sort_unstable();
                    touched.dedup();
                    Effect { touched, groups: true, ..one(None, Cause::Split) }
                }
                _ => Effect::default(),
            },
            News::Retract(number) => {
                let root = self.events.iter().find(|it| it.number == *number).and_then(|it| self.root[it.node]);
                self.events.retain(|it| it.number != *number);
                one(root, Cause::Ruling)
            }
            News::Correct(number, event) => {
                let known = self.events.iter().any(|it| it.number == *number);
                self.events.retain(|it| it.number != *number);
                if known {
                    self.events.push(event.clone());
                }
                one(self.root[event.node].filter(|_| known), Cause::Late(Position(1)))
            }
            News::Erase(node) => {
                let Some(root) = self.root[*node] else { return Effect::default() };
                let gone: Vec<bool> = self.root.iter().map(|it| *it == Some(root)).collect();
                self.events.retain(|it| !gone[it.node]);
                self.turns.retain(|it| !gone[it.node]);
                self.choices.retain(|it| !gone[it.node]);
                self.belongs.retain(|it| !gone[it.0]);
                for (root, gone) in self.root.iter_mut().zip(gone) {
                    *root = root.filter(|_| !gone);
                }
                Effect { groups: true, ..one(Some(root), Cause::Erasure) }
            }
        }
    }
}

/// Makes histories by chance.
pub struct Historian<'a> {
    pub random: Random,
    pub schema: &'a Schema,
    pub base: i64,
    pub nodes: usize,
    /// Whether instants lie a microsecond beside the grid now and then.
    pub jitter: bool,
    number: u32,
}

impl<'a> Historian<'a> {
    pub fn new(random: Random, schema: &'a Schema, base: i64, nodes: usize, jitter: bool) -> Self {
        Self { random, schema, base, nodes, jitter, number: 0 }
    }

    fn value(&mut self, kind: Kind, of: &str) -> Value {
        match kind {
            Kind::Number if ["rate", "discount"].contains(&of) => {
                Decimal::new(self.random.pick(&[5, 15, 10, 0, -10, 40]), 1).unwrap().into()
            }
            Kind::Number => self.random.pick(&[0_i64, 1, 1, 2, 3, 4, -1, 30]).into(),
            Kind::Money => {
                let amount = self.random.pick(&[(5, 0), (10, 0), (10, 0), (20, 0), (-5, 0), (75, 1)]);
                let amount = Decimal::new(amount.0, amount.1).unwrap();
                Money::new(amount, self.random.pick(&["EUR", "EUR", "EUR", "USD"]).parse().unwrap()).into()
            }
            Kind::Text => self.random.pick(words(of)).into(),
            Kind::Bool => self.random.chance(50).into(),
            Kind::Time => Time(self.base + self.random.range(-12, 40) * GRID).into(),
            Kind::Day if of == "born" && self.random.chance(60) => {
                // Years ago, about this time of the year.
                let day = self.base.div_euclid(DAY) - 365 * self.random.range(1, 4) + self.random.range(-3, 12);
                Date::from_days(day as i32).unwrap().into()
            }
            Kind::Day => {
                Date::from_days((self.base.div_euclid(DAY) + self.random.range(-4, 12)) as i32).unwrap().into()
            }
        }
    }

    fn items(&mut self) -> Value {
        let count = self.random.below(4);
        let items: Vec<Value> = (0..count)
            .map(|_| {
                let mut pairs = Vec::new();
                if self.random.chance(80) {
                    pairs.push(("category".into(), self.value(Kind::Text, "category")));
                }
                if self.random.chance(80) {
                    pairs.push(("quantity".into(), self.value(Kind::Number, "quantity")));
                }
                Value::map(pairs)
            })
            .collect();
        items.into()
    }

    /// A trait with a value.
    fn stated(&mut self) -> (&'static str, Value) {
        match self.random.below(16) {
            0 => {
                let count = self.random.below(3);
                ("tags", (0..count).map(|_| self.value(Kind::Text, "tags")).collect::<Vec<_>>().into())
            }
            1 => {
                let place = self.random.pick(&[(525, 134), (4886, 235), (-3300, 15120)]);
                let scale = |units: i64| if units == 525 || units == 134 { 1 } else { 2 };
                let mut pairs = vec![
                    ("lat".into(), Decimal::new(place.0, scale(place.0)).unwrap().into()),
                    ("lon".into(), Decimal::new(place.1, scale(place.1)).unwrap().into()),
                ];
                if self.random.chance(20) {
                    pairs.pop();
                }
                if self.random.chance(60) {
                    pairs.push(("city".into(), self.value(Kind::Text, "city")));
                }
                ("home", Value::map(pairs))
            }
            2 => ("items", self.items()),
            3 => ("churn", Score::new(self.random.pick(&[0.125, 0.25, 0.5, 0.75])).into()),
            4 => ("timezone", self.random.pick(&["UTC", "+06:00", "-06:00", ZONES[3], "nowhere"]).into()),
            5 | 6 => ("plan", self.value(Kind::Text, "plan")),
            7 | 8 => ("level", self.value(Kind::Number, "level")),
            _ => {
                let (name, kind) = self.random.pick(&TRAITS);
                (name, self.value(kind, name))
            }
        }
    }

    fn event(&mut self, node: usize, at: i64) -> Happened {
        let (what, properties) = EVENTS[self.random.weighted(&[6, 4, 3, 1])];
        let mut said = Vec::new();
        for (name, kind) in properties {
            if self.random.chance(86) {
                let value = self.value(*kind, name);
                said.push((*name, value));
            }
        }
        if what == "purchase" && self.random.chance(40) {
            said.push(("items", self.items()));
        }
        self.number += 1;
        Happened::new(self.schema, node, self.number, what, at, said)
    }

    /// When what comes in at `received` occurred: mostly then, at times earlier.
    fn occurred(&mut self, received: i64, late: usize) -> i64 {
        let ago = if self.random.chance(late) { self.random.range(1, 10) * GRID } else { 0 };
        let beside = if self.jitter && self.random.chance(30) { self.random.range(-1, 2) } else { 0 };
        (received - ago + beside).min(received)
    }

    fn turn(&mut self, node: usize, at: i64) -> Turn {
        let (mut name, mut value) = self.stated();
        if at > i64::MIN && self.random.chance(60) {
            let (of, kind) = self.random.pick(&[
                ("plan", Kind::Text),
                ("plan", Kind::Text),
                ("level", Kind::Number),
                ("country", Kind::Text),
            ]);
            (name, value) = (of, self.value(kind, of));
        }
        let value = if self.random.chance(10) { Value::Null } else { value };
        Turn { node, name, at, seen: V::from(&value), value }
    }

    /// What is there before the first instant, and what comes in then.
    pub fn arrivals(&mut self, count: usize) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        let start = self.base - GRID;
        for node in 0..self.nodes {
            for _ in 0..self.random.range(6, 16) {
                let turn = self.turn(node, i64::MIN);
                arrivals.push(Arrival { at: start, news: News::Trait(turn) });
            }
            for _ in 0..self.random.below(4) {
                let occurred = start - self.random.range(0, 10) * GRID;
                let event = self.event(node, occurred);
                arrivals.push(Arrival { at: start, news: News::Event(event) });
            }
            let plan = self.value(Kind::Text, "plan");
            let turn = Turn { node, name: "plan", at: i64::MIN, seen: V::from(&plan), value: plan };
            arrivals.push(Arrival { at: start, news: News::Trait(turn) });
            if self.random.chance(65) {
                let group = self.random.below(2);
                arrivals.push(Arrival { at: start, news: News::Join(node, group) });
            }
            for _ in 0..self.random.below(3) {
                let choice = self.choice(node, start);
                arrivals.push(Arrival { at: start, news: News::Choice(choice) });
            }
        }
        for group in 0..2 {
            if self.random.chance(80) {
                let tier = self.random.pick(words("tier"));
                arrivals.push(Arrival { at: start, news: News::Group(group, "tier", tier.into()) });
            }
        }
        let mut slots: Vec<i64> = (0..count).map(|_| self.random.range(0, SLOTS)).collect();
        for slot in &mut slots {
            // Many at few instants.
            *slot -= *slot % 2 * i64::from(self.random.chance(70));
        }
        slots.sort_unstable();
        for slot in slots {
            let at = self.base + slot * GRID;
            let at = if self.jitter && self.random.chance(20) { at + self.random.range(-1, 2) } else { at };
            let at = at.max(arrivals.last().map_or(at, |it| it.at));
            let node = self.random.below(self.nodes);
            let news = match self.random.weighted(&[48, 20, 4, 2, 3, 5, 4, 4, 4, 3]) {
                0 => {
                    let occurred = self.occurred(at, 30);
                    News::Event(self.event(node, occurred))
                }
                1 => {
                    let since = self.occurred(at, 25);
                    News::Trait(self.turn(node, since))
                }
                2 => News::Choice(self.choice(node, at)),
                3 => {
                    let group = self.random.below(2);
                    News::Group(group, "tier", self.random.pick(words("tier")).into())
                }
                4 => News::Join(node, self.random.below(2)),
                5 => News::Merge(node, self.random.below(self.nodes)),
                6 => News::Split(node),
                7 if self.number > 0 => News::Retract(1 + self.random.below(self.number as usize) as u32),
                8 if self.number > 0 => {
                    let known: Vec<(u32, usize)> = arrivals
                        .iter()
                        .filter_map(|it: &Arrival| match &it.news {
                            News::Event(event) => Some((event.number, event.node)),
                            _ => None,
                        })
                        .collect();
                    if known.is_empty() {
                        continue;
                    }
                    let (number, node) = self.random.pick(&known);
                    let occurred = self.occurred(at, 70);
                    News::Correct(number, self.event(node, occurred))
                }
                9 => News::Erase(node),
                _ => continue,
            };
            arrivals.push(Arrival { at, news });
        }
        arrivals
    }

    fn choice(&mut self, node: usize, at: i64) -> Choice {
        let until = if self.random.chance(35) { i64::MAX } else { at + self.random.range(1, 16) * GRID };
        Choice {
            node,
            purpose: self.random.pick(&["marketing", "profiling"]),
            channel: self.random.pick(&[None, None, Some("email"), Some("phone")]),
            value: self.random.chance(65),
            until,
        }
    }
}
