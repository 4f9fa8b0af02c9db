//! The first two laws, over thousands of small histories, compared with the slow, obvious version after every step.

#![expect(clippy::indexing_slicing, clippy::print_stdout, clippy::unwrap_used, reason = "tests may be blunt")]

mod oracle;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use onefold_identity::{Cut, Graph, Rules, Sighting, Touched, WhyNot};
use onefold_model::{
    Change, EventId, Form, Identifier, Kind, Member, Members, News, ProfileId, Ruling, Schema, Time, Word,
};
use oracle::{Table, Told, World, oracle};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn schema() -> Schema {
    let short = Duration::from_micros(8);
    Schema::builder()
        .purpose("recognition")
        .kind(Kind::person("user_id").unique())
        .kind(Kind::person("email").form(Form::Raw).limit(2))
        .kind(Kind::person("phone").limit_within(1, short).generic_above(4))
        .kind(Kind::device("cookie").limit(3).stitch("recognition"))
        .kind(Kind::device("tablet").session(Duration::from_micros(6)).stitch("recognition"))
        .kind(Kind::device("kiosk").session(short))
        .kind(Kind::device("tv").limit_within(2, short))
        .build([7; 32].into())
        .unwrap()
}

fn rules() -> impl Strategy<Value = Rules> {
    (2..9_u32, 1..5_u32).prop_map(|(largest, generic_above)| Rules { largest, generic_above })
}

/// Every identifier that a history may name, strangers among them or not: among few they meet more often.
fn universe(schema: &Schema, rules: &Rules) -> Vec<Identifier> {
    let many = [("user_id", 4), ("email", 5), ("phone", 3), ("cookie", 5), ("tablet", 2), ("kiosk", 1), ("tv", 3)];
    let few = [("user_id", 2), ("email", 2), ("phone", 1), ("cookie", 2), ("tablet", 1), ("kiosk", 1), ("tv", 1)];
    let sizes = if rules.largest.is_multiple_of(2) { many } else { few };
    let values = sizes.iter().flat_map(|(kind, many)| (0..*many).map(move |nth| (kind, format!("{kind}-{nth}"))));
    values.map(|(kind, value)| schema.identifier(kind, &value).unwrap()).collect()
}

#[derive(Clone, Debug)]
enum Op {
    Insert {
        id: u8,
        at: i64,
        who: Vec<usize>,
        previous: Option<usize>,
    },
    /// An event with a choice: the gate knows of it before identity sees the event, and is asked again after.
    Choose {
        id: u8,
        at: i64,
        who: Vec<usize>,
        yes: bool,
    },
    /// The strongest of these, on whom the choice was recorded.
    Review(Vec<usize>),
    /// The event of this id, or the nth that is in.
    Retract(u8),
    Rule {
        a: usize,
        b: usize,
        word: Word,
        at: i64,
        by: &'static str,
    },
    Consent {
        who: usize,
        after: i64,
        yes: bool,
    },
    Advance(i64),
}

fn insert() -> impl Strategy<Value = Op> {
    let who = prop::collection::vec(0..23_usize, 0..4);
    (0..40_u8, 0..50_i64, who, prop::option::weighted(0.15, 0..23_usize))
        .prop_map(|(id, at, who, previous)| Op::Insert { id, at, who, previous })
}

fn choose() -> impl Strategy<Value = Op> {
    let who = prop::collection::vec(0..23_usize, 1..4);
    (0..40_u8, 0..50_i64, who, any::<bool>()).prop_map(|(id, at, who, yes)| Op::Choose { id, at, who, yes })
}

fn rule() -> impl Strategy<Value = Op> {
    let word = prop_oneof![Just(Word::Always), Just(Word::Never), Just(Word::Never), Just(Word::Withdrawn)];
    (0..23_usize, 0..23_usize, word, 0..5_i64, prop_oneof![Just("ada"), Just("bob")])
        .prop_map(|(a, b, word, at, by)| Op::Rule { a, b, word, at, by })
}

fn consent() -> impl Strategy<Value = Op> {
    (0..23_usize, 0..12_i64, any::<bool>()).prop_map(|(who, after, yes)| Op::Consent { who, after, yes })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        10 => insert(),
        2 => choose(),
        3 => (0..24_u8).prop_map(Op::Retract),
        3 => rule(),
        3 => consent(),
        2 => (0..8_i64).prop_map(Op::Advance),
    ]
}

fn event(id: u8) -> EventId {
    // Ids out of step with the order of numbers.
    EventId([id.wrapping_mul(167); 16])
}

/// How often something happened: a test that never sees a cut proves nothing about cuts.
#[derive(Default)]
struct Counts {
    cuts: Cell<usize>,
    windows: Cell<usize>,
    denials: Cell<usize>,
    generics: Cell<usize>,
    merges: Cell<usize>,
    splits: Cell<usize>,
    rekeys: Cell<usize>,
    timers: Cell<usize>,
    restricting: Cell<usize>,
    crowds: Cell<usize>,
    nevers: Cell<usize>,
}

fn add(to: &Cell<usize>, more: usize) {
    to.set(to.get() + more);
}

impl Counts {
    fn see(&self, world: &World, changes: &[Change]) {
        add(&self.cuts, world.cuts.iter().filter(|cut| !matches!(cut.3, Cut::Gate { .. })).count());
        add(&self.windows, world.cuts.iter().filter(|cut| matches!(cut.3, Cut::Window { .. })).count());
        add(&self.nevers, world.cuts.iter().filter(|cut| cut.3 == Cut::Never).count());
        add(&self.denials, world.cuts.iter().filter(|cut| matches!(cut.3, Cut::Gate { .. })).count());
        add(&self.generics, world.generic.len());
        add(&self.restricting, world.profiles.values().filter(|(_, restricting)| !restricting.is_empty()).count());
        let restricting = world.profiles.values().flat_map(|(_, restricting)| restricting);
        add(&self.crowds, restricting.filter(|member| world.generic.contains_key(member)).count());
        for change in changes {
            match change.news {
                News::Merged { .. } => add(&self.merges, 1),
                News::Split { .. } => add(&self.splits, 1),
                News::Rekeyed { .. } => add(&self.rekeys, 1),
                _ => {}
            }
            add(&self.timers, usize::from(change.cause == onefold_model::Cause::Timer));
        }
    }

    fn report(&self, law: &str) {
        let all = [
            ("cuts", &self.cuts),
            ("windows", &self.windows),
            ("nevers", &self.nevers),
            ("denials", &self.denials),
            ("generics", &self.generics),
            ("restricting", &self.restricting),
            ("restricting crowds", &self.crowds),
            ("merges", &self.merges),
            ("splits", &self.splits),
            ("rekeys", &self.rekeys),
            ("timers", &self.timers),
        ];
        println!("{law}: {}", all.map(|(what, count)| format!("{} {what}", count.get())).join(", "));
        for (what, count) in all {
            assert!(count.get() > 0, "{law} saw no {what}");
        }
    }
}

/// A graph and what it was told.
struct History {
    schema: Schema,
    rules: Rules,
    all: Vec<Identifier>,
    graph: Graph,
    told: Vec<Told>,
    rulings: Vec<Ruling>,
    gate: Table,
    now: Time,
    changes: Vec<Change>,
}

impl History {
    fn new(rules: &Rules) -> Self {
        let schema = schema();
        let graph = Graph::new(&schema, rules.clone());
        let all = universe(&schema, rules);
        Self {
            schema,
            rules: rules.clone(),
            all,
            graph,
            told: Vec::new(),
            rulings: Vec::new(),
            gate: Table::default(),
            now: Time(100),
            changes: Vec::new(),
        }
    }

    fn apply(&mut self, op: &Op) -> Touched {
        let out = &mut self.changes;
        out.clear();
        match op {
            Op::Insert { id, at, who, previous } => {
                let who: Vec<Identifier> = who.iter().map(|nth| self.all[*nth % self.all.len()].clone()).collect();
                let told = Told {
                    id: event(*id),
                    at: Time(*at),
                    who: who.iter().map(Identifier::member).collect(),
                    previous: previous.map(|nth| self.all[nth % self.all.len()].member()),
                };
                let sighting = Sighting { id: told.id, at: told.at, who: &who, previous: told.previous };
                if self.told.iter().all(|known| known.id != told.id) {
                    self.told.push(told);
                }
                self.graph.insert(sighting, &self.gate, self.now, out)
            }
            Op::Choose { id, at, who, yes } => {
                let mut members: Vec<Member> = who.iter().map(|nth| self.all[*nth % self.all.len()].member()).collect();
                members.sort();
                self.gate.0.entry(members[0]).or_default().insert(self.now, *yes);
                self.apply(&Op::Insert { id: *id, at: *at, who: who.clone(), previous: None })
            }
            Op::Review(who) => {
                let member = who.iter().map(|nth| self.all[*nth % self.all.len()].member()).min().unwrap();
                self.graph.review(member, &self.gate, self.now, out)
            }
            Op::Retract(nth) => {
                let known = self.told.get(usize::from(*nth) / 2).map(|told| told.id);
                let id = known.unwrap_or(event(*nth));
                self.told.retain(|told| told.id != id);
                self.graph.retract(id, &self.gate, self.now, out)
            }
            Op::Rule { a, b, word, at, by } => {
                let ruling = Ruling {
                    a: self.all[*a % self.all.len()].member(),
                    b: self.all[*b % self.all.len()].member(),
                    word: *word,
                    by: (*by).into(),
                    at: Time(*at),
                };
                self.rulings.push(ruling.clone());
                self.graph.rule(&ruling, &self.gate, self.now, out)
            }
            Op::Consent { who, after, yes } => {
                let member = self.all[*who % self.all.len()].member();
                self.gate.0.entry(member).or_default().insert(Time(self.now.0 + after), *yes);
                self.graph.review(member, &self.gate, self.now, out)
            }
            Op::Advance(by) => {
                self.now = Time(self.now.0 + by);
                self.graph.advance(self.now, &self.gate, out)
            }
        }
    }

    fn expected(&self) -> World {
        oracle(&self.schema, &self.rules, &self.told, &self.rulings, &self.gate, self.now)
    }

    fn world(&self) -> World {
        World::of(&self.graph, &self.told)
    }
}

/// Whoever is concerned by a member's ledger is told: where the member stands, and where it is asked beside.
fn concerns(history: &History, world: &World) {
    for one in &history.all {
        let member = one.member();
        let shared = history.schema.kind_info(member.kind).unwrap().session.is_some();
        let sessions: BTreeSet<Member> = history
            .told
            .iter()
            .map(|told| history.schema.session(member, told.id))
            .filter(|session| shared && world.profiles.values().any(|(members, _)| members.contains(session)))
            .collect();
        let here = |members: &[Member]| members.iter().any(|other| *other == member || sessions.contains(other));
        let concerned: Vec<ProfileId> = world
            .profiles
            .iter()
            .filter(|(_, (members, restricting))| here(members) || restricting.contains(&member))
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(history.graph.concerned(member), concerned);
    }
}

/// Whoever changed is touched, and the news leads from old ids to new ones.
fn accounts_for(old: &World, new: &World, touched: &Touched, changes: &[Change], inserted: Option<EventId>) {
    assert!(touched.before.is_sorted() && touched.after.is_sorted());
    assert!(touched.before.iter().all(|id| old.profiles.contains_key(id)), "before names what was not there");
    assert!(touched.after.iter().all(|id| new.profiles.contains_key(id)), "after names what is not there");
    let ids: BTreeSet<ProfileId> = old.profiles.keys().chain(new.profiles.keys()).copied().collect();
    for id in ids {
        let mut events = new.events(id);
        if old.profiles.get(&id) != new.profiles.get(&id) || old.events(id) != events {
            assert!(!new.profiles.contains_key(&id) || touched.after.contains(&id), "{id} is touched after");
        }
        if let Some(event) = inserted {
            events.remove(&event);
        }
        if old.profiles.get(&id) != new.profiles.get(&id) || old.events(id) != events {
            assert!(!old.profiles.contains_key(&id) || touched.before.contains(&id), "{id} is touched before");
        }
    }
    let mut gone: BTreeSet<ProfileId> = BTreeSet::new();
    for change in changes {
        assert!(new.profiles.contains_key(&change.profile));
        match &change.news {
            News::Merged { from } => gone.extend(from.iter().copied()),
            News::Rekeyed { from } => {
                assert!(!old.profiles.contains_key(&change.profile));
                gone.insert(*from);
            }
            News::Split { into } => assert!(into.iter().all(|id| new.profiles.contains_key(id))),
            _ => {}
        }
    }
    assert!(gone.iter().all(|id| old.profiles.contains_key(id)));
    // An id that is no more went somewhere, unless all that it stood for is no more.
    let alive: BTreeSet<_> = new.profiles.values().flat_map(|(members, _)| members).collect();
    for (id, (members, _)) in &old.profiles {
        if !new.profiles.contains_key(id) && members.iter().any(|member| alive.contains(member)) {
            assert!(gone.contains(id), "{id} went nowhere");
        }
    }
}

/// Explanations agree with the clusters.
fn explains(history: &History) {
    for a in &history.all {
        for b in &history.all {
            let (a, b) = (a.member(), b.member());
            let (Some(one), Some(two)) = (history.graph.profile(a), history.graph.profile(b)) else {
                continue;
            };
            let (why, why_not) = (history.graph.why(a, b), history.graph.why_not(a, b));
            assert_eq!((why.is_some(), why_not.is_some()), (one == two, one != two));
            if let Some(path) = why {
                assert!(path.steps.windows(2).all(|two| two[0].b == two[1].a));
                assert!(path.steps.iter().all(|step| step.by.is_some() || !step.events.is_empty()));
            }
            if let Some(WhyNot::Cut(cut)) = why_not {
                assert!(history.graph.cuts().any(|known| known == cut));
            }
        }
    }
    for id in history.graph.profiles() {
        assert_eq!(history.graph.how(id).len() + 1, history.graph.members(id).len());
    }
}

fn cases(many: u32) -> TestRunner {
    TestRunner::new(Config { cases: many, failure_persistence: None, ..Config::default() })
}

#[test]
fn law_2_retract_and_rulings_equal_a_rebuild() {
    let counts = Counts::default();
    let run = |(rules, ops): (Rules, Vec<Op>)| {
        let mut history = History::new(&rules);
        let mut old = World::default();
        for op in &ops {
            let known = history.told.len();
            let mut touched = history.apply(op);
            if let Op::Choose { who, .. } = op {
                old = history.world();
                touched = history.apply(&Op::Review(who.clone()));
            }
            let (new, expected) = (history.world(), history.expected());
            prop_assert_eq!(&new, &expected, "after {:?}", op);
            let inserted = history
                .told
                .last()
                .filter(|_| history.told.len() > known && matches!(op, Op::Insert { .. }))
                .map(|told| told.id);
            accounts_for(&old, &new, &touched, &history.changes, inserted);
            if let (Some(id), Op::Insert { .. }) = (inserted, op) {
                assert!(touched.after.contains(&new.homes[&id]));
            }
            concerns(&history, &new);
            counts.see(&new, &history.changes);
            old = new;
        }
        explains(&history);
        Ok(())
    };
    cases(3000).run(&(rules(), prop::collection::vec(op(), 1..30)), run).unwrap();
    counts.report("law 2");
}

#[test]
fn law_1_any_order_and_batching_gives_the_same_clusters() {
    let counts = Counts::default();
    let tell = prop::collection::vec(prop_oneof![6 => insert(), 1 => rule(), 1 => consent()], 1..30);
    let tell = tell.prop_map(|mut ops| {
        for (nth, op) in (0..).zip(&mut ops) {
            if let Op::Insert { id, .. } = op {
                *id = nth;
            }
        }
        ops
    });
    let orders = tell.prop_flat_map(|ops| {
        let order = Just((0..ops.len()).chain(0..ops.len() / 3).collect::<Vec<usize>>()).prop_shuffle();
        let pauses = prop::collection::vec(0..4_i64, ops.len() * 2);
        (rules(), Just(ops), order, pauses)
    });
    let run = |(rules, ops, order, pauses): (Rules, Vec<Op>, Vec<usize>, Vec<i64>)| {
        // What people will say and when is fixed; when the graph hears of the rest is not.
        let mut says = Table::default();
        let all = universe(&schema(), &rules);
        for op in &ops {
            if let Op::Consent { who, after, yes } = op {
                says.0.entry(all[*who % all.len()].member()).or_default().insert(Time(100 + after), *yes);
            }
        }
        let play = |order: &[usize], pauses: &[i64]| {
            let mut history = History::new(&rules);
            history.gate = says.clone();
            for (nth, pause) in order.iter().zip(pauses.iter().chain(std::iter::repeat(&0))) {
                if !matches!(ops[*nth], Op::Consent { .. }) {
                    let _ = history.apply(&ops[*nth]);
                    counts.see(&World::default(), &history.changes);
                }
                if history.now.0 + pause < 106 {
                    let _ = history.apply(&Op::Advance(*pause));
                    counts.see(&World::default(), &history.changes);
                }
            }
            let _ = history.apply(&Op::Advance(106 - history.now.0));
            let world = history.world();
            (world, history)
        };
        let in_order: Vec<usize> = (0..ops.len()).collect();
        let ((one, history), (two, _)) = (play(&in_order, &[]), play(&order, &pauses));
        prop_assert_eq!(&one, &two);
        prop_assert_eq!(&one, &history.expected());
        counts.see(&one, &[]);
        Ok(())
    };
    cases(3000).run(&orders, run).unwrap();
    counts.report("law 1");
}
