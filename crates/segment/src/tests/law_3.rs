//! Law 3: batch is stream. Whatever comes in, and whatever time does, the live engine says at each instant what a fresh
//! evaluation of everybody says; and an event that is followed to what it can change leaves the same memberships as one
//! after which everything is asked again.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onefold_model::{
    Cause, Change, Event, Facts, Kind, News, Party, People, Position, ProfileId, RelationId, Schema, SegmentId, Sheet,
    Time, Type, Until, Value,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use crate::{Definitions, Live, batch};

fn after(seconds: i64) -> Time {
    let nine: Time = "2026-03-01T09:00:00Z".parse().unwrap();
    Time(nine.0 + seconds * 1_000_000)
}

/// After so many seconds nothing changes any more, days and months aside.
const END: i64 = 130;

fn schema() -> Schema {
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id"))
        .kind(Kind::group("account_id", "account"))
        .field("country", Type::Text)
        .field("tier", Type::Text)
        .field("age", Type::Int)
        .field("signup", Type::Time)
        .event("add_to_cart", [("cart_id", Type::Text), ("qty", Type::Int)])
        .event(
            "purchase",
            [("cart_id", Type::Text), ("amount", Type::Money), ("category", Type::Text), ("qty", Type::Int)],
        )
        .event("login", [("device", Type::Text)])
        .purpose("marketing")
        .build([7; 32].into())
        .unwrap()
}

// ------------------------------------------------------------ definitions

/// Conditions of every kind; N is a span of some seconds, K a small number, C a category, E a type of event.
const CONDITIONS: [&str; 44] = [
    "did E in last Ns",
    "not did any in last Ns",
    "count(E) in last Ns >= K",
    "count(E) ever >= K",
    "count(purchase[category = C]) in last Ns >= K",
    "count(purchase[category in (C, C) and qty >= 1]) ever >= K",
    "did purchase[not category = C] in last Ns",
    "sum(purchase.amount) in last Ns >= K EUR",
    "sum(add_to_cart.qty) ever > K",
    "avg(purchase.qty) in last Ns > K",
    "min(purchase.amount) in last Ns < K EUR",
    "max(purchase.qty) in last Ns >= K",
    "median(purchase.qty) in last Ns > K",
    "distinct(purchase.category) in last Ns >= K",
    "most_frequent(purchase.category) in last Ns = C",
    "first(purchase.category) ever = C",
    "last(purchase.category) in last Ns = C",
    "active_days(any) in last 3d >= 1",
    "count(login) in last Ns < count(login) between 40s and Ns ago",
    "count(E) between 40s and Ns ago >= K",
    "did E before Ns ago",
    "did E in this month",
    "did add_to_cart as c then not purchase[cart_id = c.cart_id] within Ns, in last 20s",
    "did add_to_cart as c then purchase[cart_id = c.cart_id] within Ns, ever",
    "did login then add_to_cart then not purchase within Ns, in last 40s",
    "did E then E, in last Ns",
    "stopped E for Ns",
    "first time E in last Ns",
    "did login in session of Ns",
    "(country = \"DE\") for Ns",
    "country changed to \"DE\" in last Ns",
    "signup within last Ns",
    "age >= K",
    "country in (\"DE\", \"FR\")",
    "country is null",
    "sample 50% salt \"q\"",
    "consent(marketing)",
    "top K by sum(purchase.amount) in last Ns",
    "top 50% by count(any) ever",
    "bottom 40% by last(purchase.qty) ever",
    "any of account (did E in last Ns)",
    "none of account (count(E) ever >= K)",
    "all of account (did any in last 40s)",
    "account.tier = \"gold\"",
];

/// A condition of the list with its blanks filled.
fn leaves() -> impl Strategy<Value = String> {
    let spans = vec(2..25_u32, 4);
    (0..CONDITIONS.len(), spans, 1..6_u32, vec(select(vec!["a", "b"]), 2), vec(select(EVENTS.to_vec()), 2)).prop_map(
        |(nth, spans, number, categories, events)| {
            let (mut out, mut spans, mut categories, mut events) =
                (String::new(), spans.iter(), categories.iter(), events.iter());
            let text = CONDITIONS[nth];
            let mut chars = text.chars().peekable();
            let mut before = ' ';
            while let Some(c) = chars.next() {
                let lone = !before.is_alphanumeric() && before != '"';
                let next = chars.peek().copied().unwrap_or(' ');
                match c {
                    'N' if lone && next == 's' => out.push_str(&spans.next().unwrap().to_string()),
                    'K' if lone && !next.is_alphanumeric() => out.push_str(&number.to_string()),
                    'C' if lone && !next.is_alphanumeric() => {
                        out.push_str(&format!("\"{}\"", categories.next().unwrap()));
                    }
                    'E' if lone && !next.is_alphanumeric() => out.push_str(events.next().unwrap()),
                    other => out.push(other),
                }
                before = c;
            }
            out
        },
    )
}

fn exprs(before: usize) -> BoxedStrategy<String> {
    let leaf = match before {
        0 => leaves().boxed(),
        _ => {
            let member = (0..before).prop_map(|nth| format!("in segment s{nth}"));
            let among = (0..before, 2..20_u32)
                .prop_map(|(nth, span)| format!("top 60% by count(any) in last {span}s among in segment s{nth}"));
            prop_oneof![8 => leaves(), 2 => member, 1 => among].boxed()
        }
    };
    leaf.prop_recursive(2, 5, 3, |part| {
        prop_oneof![
            vec(part.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            vec(part.clone(), 2..4).prop_map(|all| format!("({})", all.join(" or "))),
            part.clone().prop_map(|part| format!("not ({part})")),
            (part.clone(), part).prop_map(|(a, b)| format!("(({a}) except ({b}))")),
        ]
    })
    .boxed()
}

/// Segments, of which later ones may speak of earlier ones.
fn texts() -> impl Strategy<Value = Vec<String>> {
    (exprs(0), exprs(1), exprs(2), exprs(3), exprs(4)).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])
}

fn read(texts: &[(usize, String)]) -> Definitions {
    let text: String = texts.iter().map(|(nth, expr)| format!("segment s{nth} = {expr}\n")).collect();
    Definitions::parse(&text, &schema()).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

// ------------------------------------------------------------ a world

const EVENTS: [&str; 4] = ["add_to_cart", "purchase", "login", "page"];
const NAMES: [&str; 5] = ["ada", "ben", "cleo", "dora", "emil"];
const ACCOUNTS: [&str; 2] = ["acme", "brick"];

/// What is so; people and groups are made of it anew after each change.
#[derive(Clone)]
struct World {
    schema: Schema,
    /// Of each name, the name whose profile it belongs to.
    home: [usize; NAMES.len()],
    events: Vec<(usize, Arc<Event>)>,
    traits: BTreeMap<(usize, &'static str), Vec<(Time, Value)>>,
    permits: BTreeMap<usize, Until<bool>>,
    accounts: BTreeSet<(usize, usize)>,
    tiers: BTreeMap<usize, &'static str>,
    people: BTreeMap<ProfileId, Sheet>,
    groups: BTreeMap<usize, Sheet>,
    homes: BTreeMap<ProfileId, usize>,
}

impl World {
    fn new() -> Self {
        Self {
            schema: schema(),
            home: std::array::from_fn(|nth| nth),
            events: Vec::new(),
            traits: BTreeMap::new(),
            permits: BTreeMap::new(),
            accounts: BTreeSet::new(),
            tiers: BTreeMap::new(),
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            homes: BTreeMap::new(),
        }
    }

    fn id(&self, kind: &str, name: &str) -> ProfileId {
        ProfileId(self.schema.identifier(kind, name).unwrap().member().token)
    }

    fn profile(&self, name: usize) -> ProfileId {
        self.id("user_id", NAMES[self.home[name]])
    }

    fn group(&self, account: usize) -> ProfileId {
        self.id("account_id", ACCOUNTS[account])
    }

    fn rebuild(&mut self) {
        let mut known: BTreeSet<usize> = self.events.iter().map(|(name, _)| *name).collect();
        known.extend(self.traits.keys().map(|(name, _)| *name));
        known.extend(self.permits.keys().copied());
        known.extend(self.accounts.iter().map(|(name, _)| *name));
        (self.people, self.homes) = (BTreeMap::new(), BTreeMap::new());
        for name in known {
            let home = self.home[name];
            let who = self.schema.identifier("user_id", NAMES[home]).unwrap();
            let sheet =
                self.people.entry(self.id("user_id", NAMES[home])).or_insert_with(|| Sheet::new(&self.schema, &who));
            for (_, event) in self.events.iter().filter(|(of, _)| *of == name) {
                sheet.insert(Arc::clone(event));
            }
            for ((_, field), past) in self.traits.iter().filter(|((of, _), _)| *of == name) {
                for (at, value) in past {
                    sheet.turn(field, *at, value.clone()).unwrap();
                }
            }
            if let Some(until) = self.permits.get(&name) {
                sheet.permit(self.schema.purpose("marketing").unwrap(), None, *until);
            }
            self.homes.insert(self.id("user_id", NAMES[home]), home);
        }
        self.groups = BTreeMap::new();
        for (account, name) in ACCOUNTS.iter().enumerate() {
            let who = self.schema.identifier("account_id", name).unwrap();
            let mut sheet = Sheet::new(&self.schema, &who);
            if let Some(tier) = self.tiers.get(&account) {
                sheet = sheet.set("tier", *tier).unwrap();
            }
            self.groups.insert(account, sheet);
        }
    }

    fn accounts_of(&self, who: ProfileId) -> BTreeSet<usize> {
        let Some(home) = self.homes.get(&who) else { return BTreeSet::new() };
        let own = |name: usize| self.home[name] == *home;
        self.accounts.iter().filter(|(name, _)| own(*name)).map(|(_, account)| *account).collect()
    }
}

impl People for World {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if let Some(sheet) = self.people.get(&who) {
            look(sheet);
        }
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.people.values().for_each(|sheet| look(sheet));
    }
    fn related(&self, who: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        let groups: BTreeMap<ProfileId, &Sheet> =
            self.accounts_of(who).into_iter().map(|account| (self.group(account), &self.groups[&account])).collect();
        groups.values().for_each(|sheet| look(*sheet));
    }
    fn fellows(&self, who: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        let groups = self.accounts_of(who);
        for (id, sheet) in &self.people {
            if groups.iter().any(|group| self.accounts_of(*id).contains(group)) {
                look(sheet);
            }
        }
    }
}

/// Something that comes in.
#[derive(Clone, Debug)]
enum Arrival {
    Deed(&'static str, Vec<(&'static str, Value)>, i64),
    Trait(&'static str, Value),
    Permit(bool, Option<i64>),
    Join(usize),
    Part(usize),
    Tier(usize, &'static str),
    Merge(usize),
    Split,
    Erased,
    Retracted,
    Redefined,
}

fn arrivals() -> impl Strategy<Value = Arrival> {
    let cart = prop::option::of(select(vec!["c-1", "c-2"]));
    let category = prop::option::of(select(vec!["a", "b"]));
    let amounts = prop::option::of((1..8_i64, select(vec!["EUR", "EUR", "EUR", "USD"])));
    let deed = (select(EVENTS.to_vec()), cart, category, prop::option::of(-1..4_i64), amounts).prop_map(
        |(what, cart, category, qty, amount)| {
            let mut properties: Vec<(&'static str, Value)> = Vec::new();
            if what == "add_to_cart" || what == "purchase" {
                properties.extend(cart.map(|it| ("cart_id", it.into())));
                properties.extend(qty.map(|it| ("qty", it.into())));
            }
            if what == "purchase" {
                properties.extend(category.map(|it| ("category", it.into())));
                let money =
                    |(amount, currency)| format!("{amount} {currency}").parse::<onefold_model::Money>().unwrap();
                properties.extend(amount.map(|it| ("amount", money(it).into())));
            }
            (what, properties)
        },
    );
    let stated = prop_oneof![
        select(vec!["DE", "FR", "PL"]).prop_map(|it| ("country", Value::from(it))),
        (0..4_i64).prop_map(|it| ("age", it.into())),
        (0..60_i64).prop_map(|it| ("signup", after(it).into())),
    ];
    prop_oneof![
        14 => (deed, prop_oneof![4 => Just(0), 1 => 0..30_i64]).prop_map(|((what, all), ago)| Arrival::Deed(what, all, ago)),
        3 => stated.prop_map(|(name, value)| Arrival::Trait(name, value)),
        1 => (any::<bool>(), prop::option::of(1..90_i64)).prop_map(|(yes, until)| Arrival::Permit(yes, until)),
        2 => (0..2_usize).prop_map(Arrival::Join),
        1 => (0..2_usize).prop_map(Arrival::Part),
        1 => (0..2_usize, select(vec!["gold", "silver"])).prop_map(|(nth, tier)| Arrival::Tier(nth, tier)),
        1 => (0..NAMES.len()).prop_map(Arrival::Merge),
        1 => Just(Arrival::Split),
        1 => Just(Arrival::Erased),
        1 => Just(Arrival::Retracted),
        1 => Just(Arrival::Redefined),
    ]
}

// ------------------------------------------------------------ the stage

#[derive(Default)]
struct Seen {
    fires: Cell<u64>,
    idle: Cell<u64>,
    by_timer: Cell<usize>,
    late: Cell<usize>,
    others: Cell<usize>,
    redefined: Cell<usize>,
    kept: Cell<usize>,
    instants: Cell<usize>,
    changes: Cell<usize>,
    spared: Cell<u64>,
}

fn count<T: Copy + std::ops::Add<Output = T>>(cell: &Cell<T>, more: T) {
    cell.set(cell.get() + more);
}

struct Stage<'a> {
    world: World,
    /// Follows events to what they change.
    live: Live,
    /// Asks everything again.
    full: Live,
    /// Memberships as the feed tells them.
    told: BTreeSet<(SegmentId, ProfileId)>,
    now: Time,
    seen: &'a Seen,
}

impl Stage<'_> {
    fn agree(&self, at: Time) -> Result<(), TestCaseError> {
        let definitions = self.live.definitions();
        count(&self.seen.instants, 1);
        let fresh = batch(definitions, &self.world, at);
        for (id, fresh) in definitions.ids().zip(&fresh) {
            let fresh: Vec<ProfileId> = fresh.keys().copied().collect();
            let name = definitions.name(id);
            prop_assert_eq!(
                &self.full.members(id).collect::<Vec<_>>(),
                &fresh,
                "full, {} at {}\n{}",
                name,
                at,
                definitions
            );
            prop_assert_eq!(
                &self.live.members(id).collect::<Vec<_>>(),
                &fresh,
                "live, {} at {}\n{}",
                name,
                at,
                definitions
            );
            prop_assert_eq!(self.live.size(id), fresh.len());
            let told: Vec<ProfileId> = self.told.iter().filter(|(of, _)| *of == id).map(|(_, who)| *who).collect();
            prop_assert_eq!(&told, &fresh);
            for who in &fresh {
                prop_assert!(self.live.contains(id, *who));
                prop_assert!(self.live.segments_of(*who).any(|it| it == id));
            }
        }
        Ok(())
    }

    fn tell(&mut self, changes: &[Change]) -> Result<(), TestCaseError> {
        for change in changes {
            match change.news {
                News::Entered(segment) => prop_assert!(self.told.insert((segment, change.profile)), "{:?}", change),
                News::Exited(segment) => prop_assert!(self.told.remove(&(segment, change.profile)), "{:?}", change),
                _ => prop_assert!(false),
            }
        }
        count(&self.seen.changes, changes.len());
        Ok(())
    }

    fn advance(&mut self, to: Time) -> Result<(), TestCaseError> {
        if to < self.now {
            return Ok(());
        }
        loop {
            let due = self.live.next_change().min(self.full.next_change());
            if due > to {
                break;
            }
            if due > self.now {
                self.agree(Time(due.0 - 1))?;
            }
            // An event at this very instant told the one of it and left it to this timer with the other.
            let mut changes = Vec::new();
            self.live.advance(due, &self.world, &mut changes);
            self.full.advance(due, &self.world, &mut Vec::new());
            prop_assert!(self.live.next_change() > due && self.full.next_change() > due);
            prop_assert!(changes.iter().all(|change| change.at == due && change.cause == Cause::Timer));
            count(&self.seen.by_timer, changes.len());
            self.tell(&changes)?;
            self.now = due;
            self.agree(due)?;
        }
        self.now = self.now.max(to);
        self.agree(to)
    }

    /// Something about some profiles changed.
    fn touch(&mut self, who: &[ProfileId], cause: Cause, event: Option<&Event>) -> Result<(), TestCaseError> {
        let (mut changes, mut others) = (Vec::new(), Vec::new());
        for who in who {
            let from = changes.len();
            match event {
                Some(event) => self.live.event(*who, cause, event, &self.world, self.now, &mut changes),
                None => self.live.touch(*who, cause, &self.world, self.now, &mut changes),
            }
            self.full.touch(*who, cause, &self.world, self.now, &mut others);
            let now: Vec<ProfileId> = changes[from..].iter().map(|change| change.profile).collect();
            let rest = &now[now.iter().take_while(|it| *it == who).count()..];
            prop_assert!(rest.is_sorted(), "the touched first, then the others by id");
            count(&self.seen.others, rest.len());
        }
        prop_assert!(changes.iter().all(|change| change.at == self.now && change.cause == cause));
        self.tell(&changes)
    }

    fn redefine(&mut self, to: Definitions) -> Result<(), TestCaseError> {
        let (mut changes, before) = (Vec::new(), self.live.clone());
        let expected = before.diff(&to, &self.world, self.now);
        let redefined = self.live.redefine(to, &self.world, self.now, &mut changes);
        count(&self.seen.redefined, 1);
        count(&self.seen.kept, redefined.kept.len());
        let gone: usize = redefined.removed.iter().map(|id| before.size(*id)).sum();
        let (removed, rest) = changes.split_at(gone);
        self.tell(removed)?;
        let told = std::mem::take(&mut self.told);
        self.told = told.into_iter().map(|(id, who)| (redefined.now(id).unwrap(), who)).collect();
        self.tell(rest)?;
        prop_assert!(rest.iter().map(|change| change.profile).is_sorted());
        prop_assert!(changes.iter().all(|change| change.cause == Cause::Definition));
        let moved: usize = expected.iter().map(|it| it.enter.len() + it.leave.len()).sum();
        prop_assert_eq!(moved, changes.len());
        for change in rest {
            let (News::Entered(id) | News::Exited(id)) = change.news else { unreachable!() };
            prop_assert!(!redefined.kept.contains(&id));
        }
        self.full = Live::new(self.live.definitions().clone());
        let mut everybody = Vec::new();
        self.world.each(&mut |facts| everybody.push(facts.profile()));
        for who in everybody {
            self.full.touch(who, Cause::Definition, &self.world, self.now, &mut Vec::new());
        }
        Ok(())
    }

    fn arrive(
        &mut self,
        nth: usize,
        name: usize,
        arrival: Arrival,
        next: &mut Option<Definitions>,
    ) -> Result<(), TestCaseError> {
        let position = Position(nth as u64 + 1);
        let who = self.world.profile(name);
        match arrival {
            Arrival::Deed(what, properties, ago) => {
                let at = Time(self.now.0 - ago * 1_000_000);
                let draft = self.world.schema.draft("web", what).message_id(&nth.to_string()).at(at);
                let draft = draft.who("user_id", NAMES[name]);
                let draft = properties.into_iter().fold(draft, |draft, (name, value)| draft.set(name, value));
                let event = Arc::new(draft.receive(self.now).unwrap());
                self.world.events.push((name, Arc::clone(&event)));
                self.world.rebuild();
                let cause = if ago > 0 { Cause::Late(position) } else { Cause::Event(position) };
                count(&self.seen.late, usize::from(ago > 0));
                self.touch(&[who], cause, Some(&event))?;
            }
            Arrival::Trait(field, value) => {
                let now = self.now;
                let past = self.world.traits.entry((name, field)).or_default();
                past.retain(|(at, _)| *at < now);
                past.push((now, value));
                self.world.rebuild();
                self.touch(&[who], Cause::Event(position), None)?;
            }
            Arrival::Permit(value, until) => {
                let until = Until { value, until: until.map_or(Time::MAX, after), exact: true };
                self.world.permits.insert(name, until);
                self.world.rebuild();
                self.touch(&[who], Cause::Consent, None)?;
            }
            Arrival::Join(account) => {
                self.world.accounts.insert((name, account));
                self.world.rebuild();
                self.touch(&[who], Cause::Event(position), None)?;
            }
            Arrival::Part(account) => {
                self.world.accounts.remove(&(name, account));
                self.world.rebuild();
                self.touch(&[who], Cause::Ruling, None)?;
            }
            Arrival::Tier(account, tier) => {
                self.world.tiers.insert(account, tier);
                self.world.rebuild();
                let (group, cause) = (self.world.group(account), Cause::Event(position));
                let mut changes = Vec::new();
                self.live.touch_group(group, cause, &self.world, self.now, &mut changes);
                self.full.touch_group(group, cause, &self.world, self.now, &mut Vec::new());
                self.tell(&changes)?;
            }
            Arrival::Merge(other) => {
                let (from, to) = (self.world.home[name], self.world.home[other]);
                let old = self.world.profile(name);
                for home in self.world.home.iter_mut().filter(|home| **home == from) {
                    *home = to;
                }
                self.world.rebuild();
                self.touch(&[old, self.world.profile(other)], Cause::Merge, None)?;
            }
            Arrival::Split => {
                let all: BTreeSet<ProfileId> = (0..NAMES.len()).map(|nth| self.world.profile(nth)).collect();
                self.world.home = std::array::from_fn(|nth| nth);
                self.world.rebuild();
                let all: BTreeSet<ProfileId> = (0..NAMES.len()).map(|nth| self.world.profile(nth)).chain(all).collect();
                self.touch(&all.into_iter().collect::<Vec<_>>(), Cause::Split, None)?;
            }
            Arrival::Erased => {
                self.world.events.retain(|(of, _)| *of != name);
                self.world.traits.retain(|(of, _), _| *of != name);
                self.world.permits.remove(&name);
                self.world.accounts.retain(|(of, _)| *of != name);
                self.world.rebuild();
                self.touch(&[who], Cause::Erasure, None)?;
            }
            Arrival::Retracted => {
                if let Some((name, _)) = self.world.events.pop() {
                    self.world.rebuild();
                    self.touch(&[self.world.profile(name)], Cause::Ruling, None)?;
                }
            }
            Arrival::Redefined => {
                if let Some(next) = next.take() {
                    self.redefine(next)?;
                }
            }
        }
        Ok(())
    }
}

#[test]
fn law_3_batch_is_stream() {
    let seen = Seen::default();
    let cases = std::env::var("ONEFOLD_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(400);
    let strategy = (
        texts(),
        texts(),
        vec((0..60_i64, 0..NAMES.len(), arrivals()), 1..40),
        (any::<prop::sample::Index>(), any::<bool>()),
    );
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases, ..Config::default() });
    let result = runner.run(&strategy, |(texts, others, mut arrivals, (cut, shifted))| {
        let definitions = read(&texts.iter().cloned().enumerate().collect::<Vec<_>>());
        // Some segments stay as they are, some change; the first may go, with which all others get other ids.
        let cut = cut.index(texts.len() + 1);
        let after_: Vec<_> = texts.iter().take(cut).chain(others.iter().skip(cut)).cloned().enumerate().collect();
        let speaks = after_.iter().any(|(_, text)| text.contains("segment s0"));
        let mut next = Some(read(if shifted && !speaks { &after_[1..] } else { &after_ }));
        let (live, full) = (Live::new(definitions.clone()), Live::new(definitions));
        let mut world = World::new();
        world.rebuild();
        let mut stage = Stage { world, live, full, told: BTreeSet::new(), now: Time::MIN, seen: &seen };
        arrivals.sort_by_key(|(at, _, _)| *at);
        for (nth, (at, name, arrival)) in arrivals.into_iter().enumerate() {
            stage.advance(Time(after(at).0 - 1))?;
            stage.now = after(at);
            stage.arrive(nth, name, arrival, &mut next)?;
            stage.advance(after(at))?;
        }
        stage.advance(after(END))?;
        // Calendars and days go on.
        stage.advance(after(40 * 86_400))?;
        prop_assert_eq!(stage.live.next_change(), Time::MAX);
        let effort = stage.live.effort();
        count(&seen.fires, effort.fires);
        count(&seen.idle, effort.idle_fires);
        count(&seen.spared, stage.full.effort().segments.saturating_sub(effort.segments));
        Ok(())
    });
    println!(
        "{} instants, {} changes; {} timers fired, {} of them idle, and brought {}; {} late events; {} changes of others; \
         {} redefinitions that kept {} segments; {} segments were not asked",
        seen.instants.get(),
        seen.changes.get(),
        seen.fires.get(),
        seen.idle.get(),
        seen.by_timer.get(),
        seen.late.get(),
        seen.others.get(),
        seen.redefined.get(),
        seen.kept.get(),
        seen.spared.get(),
    );
    result.unwrap();
    assert!(seen.by_timer.get() > 500 && seen.late.get() > 200 && seen.others.get() > 100 && seen.kept.get() > 20);
}

#[test]
fn touching_twice_changes_nothing_and_forgetting_leaves_nothing() {
    let strategy = (texts(), vec((0..60_i64, 0..NAMES.len(), arrivals()), 1..20));
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 100, ..Config::default() });
    let seen = Seen::default();
    let result = runner.run(&strategy, |(texts, mut arrivals)| {
        let definitions = read(&texts.into_iter().enumerate().collect::<Vec<_>>());
        let (live, full) = (Live::new(definitions.clone()), Live::new(definitions));
        let mut world = World::new();
        world.rebuild();
        let mut stage = Stage { world, live, full, told: BTreeSet::new(), now: Time::MIN, seen: &seen };
        arrivals.sort_by_key(|(at, _, _)| *at);
        for (nth, (at, name, arrival)) in arrivals.into_iter().enumerate() {
            stage.advance(Time(after(at).0 - 1))?;
            stage.now = after(at);
            stage.arrive(nth, name, arrival, &mut None)?;
            stage.advance(after(at))?;
        }
        let Stage { world, mut live, now, .. } = stage;
        let everybody: Vec<ProfileId> = (0..NAMES.len()).map(|nth| world.id("user_id", NAMES[nth])).collect();
        let mut changes = Vec::new();
        for who in &everybody {
            live.touch(*who, Cause::Definition, &world, now, &mut changes);
        }
        prop_assert_eq!(&changes, &[]);
        let mut left = world.clone();
        for who in &everybody {
            left.people.remove(who);
            left.homes.remove(who);
            live.forget(*who, Cause::Erasure, &left, now, &mut changes);
        }
        for id in live.definitions().ids() {
            prop_assert_eq!(live.size(id), 0);
        }
        prop_assert_eq!(live.next_change(), Time::MAX);
        Ok(())
    });
    result.unwrap();
}
