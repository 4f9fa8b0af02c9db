//! The slow, obvious version: everything recomputed from the list of sightings, sets of members by value, no indexes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use onefold_identity::{Cut, Graph, Rules};
use onefold_model::{
    Class, EventId, Gate, Member, Members, ProfileId, Reason, Ruling, Schema, Time, Until, Verdict, Word,
};

/// A sighting as a test writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: EventId,
    pub(crate) at: Time,
    pub(crate) who: Vec<Member>,
    pub(crate) previous: Option<Member>,
}

/// A gate by table: what each member says, and since when. One no is enough.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table(pub(crate) BTreeMap<Member, BTreeMap<Time, bool>>);

impl Gate for Table {
    fn link(&self, _: onefold_model::PurposeId, known: &[Member], device: Member, now: Time) -> Until<Verdict> {
        assert!(known.is_sorted());
        let (mut permitted, mut until) = (true, Time::MAX);
        for member in known.iter().chain([&device]) {
            let says = self.0.get(member).cloned().unwrap_or_default();
            permitted &= says.range(..=now).next_back().is_none_or(|(_, yes)| *yes);
            until = until.min(says.range(Time(now.0 + 1)..).next().map_or(Time::MAX, |(at, _)| *at));
        }
        let reason = Reason { code: "refused", entry: None };
        Until { value: if permitted { Verdict::Permit } else { Verdict::Deny(reason) }, until, exact: false }
    }
}

/// All that can be asked of a graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct World {
    pub(crate) profiles: BTreeMap<ProfileId, (Vec<Member>, Vec<Member>)>,
    pub(crate) homes: BTreeMap<EventId, ProfileId>,
    pub(crate) cuts: BTreeSet<(Member, Member, Time, Cut)>,
    pub(crate) generic: BTreeMap<Member, usize>,
    pub(crate) next: Option<Time>,
}

impl World {
    pub(crate) fn of(graph: &Graph, told: &[Told]) -> Self {
        let of = |id| (graph.members(id).to_vec(), graph.restricting(id).to_vec());
        let profiles: BTreeMap<_, _> = graph.profiles().map(|id| (id, of(id))).collect();
        assert_eq!(graph.nodes(), profiles.values().map(|(members, _)| members.len()).sum::<usize>());
        let homes: BTreeMap<_, _> = told.iter().map(|told| (told.id, graph.home(told.id).unwrap())).collect();
        let by_events: BTreeMap<_, _> =
            graph.profiles().flat_map(|id| graph.events(id).into_iter().map(move |event| (event, id))).collect();
        assert_eq!(homes, by_events);
        World {
            profiles,
            homes,
            cuts: graph.cuts().map(|cut| (cut.a, cut.b, cut.first, cut.reason)).collect(),
            generic: graph.generic().collect(),
            next: Some(graph.next_change()),
        }
    }

    pub(crate) fn events(&self, id: ProfileId) -> BTreeSet<EventId> {
        self.homes.iter().filter(|(_, home)| **home == id).map(|(event, _)| *event).collect()
    }
}

/// When, whom, and which two are one.
type Naming = (Time, Vec<Member>, Option<(Member, Member)>);
type Group = BTreeSet<Member>;
type Sets = Vec<Vec<Group>>;

struct Oracle<'a> {
    schema: &'a Schema,
    rules: &'a Rules,
    first: BTreeMap<Member, Time>,
    nevers: BTreeSet<(Member, Member)>,
}

fn pair(a: Member, b: Member) -> (Member, Member) {
    (a.min(b), a.max(b))
}

pub(crate) fn oracle(
    schema: &Schema,
    rules: &Rules,
    told: &[Told],
    rulings: &[Ruling],
    gate: &Table,
    now: Time,
) -> World {
    let class = |member: &Member| schema.class(member.kind);
    let gap = |member: &Member| schema.kind_info(member.kind).unwrap().session;

    // Whom each sighting names, before sessions.
    let mut named: BTreeMap<EventId, Naming> = BTreeMap::new();
    for one in told {
        let mut who: BTreeSet<Member> = one.who.iter().copied().collect();
        let mut alias = None;
        if let Some(previous) = one.previous {
            match who.iter().find(|member| member.kind == previous.kind && **member != previous) {
                Some(other) => alias = Some((*other, previous)),
                None => {
                    who.insert(previous);
                }
            }
        }
        if who.is_empty() {
            who.insert(schema.record(one.id));
        }
        named.insert(one.id, (one.at, who.into_iter().collect(), alias));
    }

    // Sessions: sort a device's sightings, cut at silences.
    let mut device_of: BTreeMap<Member, Member> = BTreeMap::new();
    let mut session: BTreeMap<(EventId, Member), Member> = BTreeMap::new();
    let mentions = |(_, who, alias): &Naming| -> BTreeSet<Member> {
        who.iter().copied().chain(alias.iter().flat_map(|(a, b)| [*a, *b])).collect()
    };
    let devices: BTreeSet<Member> = named.values().flat_map(mentions).filter(|member| gap(member).is_some()).collect();
    for device in devices {
        let mut seen: Vec<(Time, EventId)> =
            named.iter().filter(|(_, it)| mentions(it).contains(&device)).map(|(id, (at, ..))| (*at, *id)).collect();
        seen.sort();
        let mut current = None;
        for (nth, (at, id)) in seen.iter().enumerate() {
            if nth == 0 || at.since(seen[nth - 1].0) >= gap(&device).unwrap() {
                current = Some(schema.session(device, *id));
            }
            session.insert((*id, device), current.unwrap());
            device_of.insert(current.unwrap(), device);
        }
    }
    let own = |member: Member| device_of.get(&member).copied().unwrap_or(member);
    for (id, (_, who, alias)) in &mut named {
        let of = |member: Member| session.get(&(*id, member)).copied().unwrap_or(member);
        *who = who.iter().map(|member| of(*member)).collect();
        who.sort();
        *alias = alias.map(|(a, b)| (of(a), of(b)));
    }

    // Nodes and evidence.
    let mut first: BTreeMap<Member, Time> = BTreeMap::new();
    let mut evidence: BTreeMap<(Member, Member), Time> = BTreeMap::new();
    let mut ones: BTreeMap<(Member, Member), (u8, Time)> = BTreeMap::new();
    for it in named.values() {
        let (at, who, alias) = it;
        for member in mentions(it) {
            let known = first.entry(member).or_insert(*at);
            *known = (*known).min(*at);
        }
        for a in who {
            for b in who.iter().filter(|b| *b > a) {
                let known = evidence.entry((*a, *b)).or_insert(*at);
                *known = (*known).min(*at);
            }
        }
        if let Some((a, b)) = alias {
            let known = ones.entry(pair(*a, *b)).or_insert((1, *at));
            known.1 = known.1.min(*at);
        }
    }

    // Rulings that count.
    let mut last: BTreeMap<(Member, Member), &Ruling> = BTreeMap::new();
    for ruling in rulings.iter().filter(|ruling| ruling.a != ruling.b) {
        let known = last.entry(pair(ruling.a, ruling.b)).or_insert(ruling);
        if (ruling.at, ruling.word, &ruling.by) > (known.at, known.word, &known.by) {
            *known = ruling;
        }
    }
    let nodes_of = |member: Member| -> Vec<Member> {
        first.keys().copied().filter(|node| *node == member || own(*node) == member).collect()
    };
    let mut nevers = BTreeSet::new();
    let mut always: BTreeMap<(Member, Member), Time> = BTreeMap::new();
    for ruling in last.values() {
        for a in nodes_of(ruling.a) {
            for b in nodes_of(ruling.b).into_iter().filter(|b| *b != a) {
                match ruling.word {
                    Word::Never => {
                        nevers.insert(pair(a, b));
                    }
                    Word::Always => {
                        let known = always.entry(pair(a, b)).or_insert(ruling.at);
                        *known = (*known).min(ruling.at);
                    }
                    Word::Withdrawn => {}
                }
            }
        }
    }

    // Generic values.
    let mut generic = BTreeMap::new();
    for node in first.keys() {
        let kind = schema.kind_info(node.kind).unwrap();
        if kind.unique || kind.class == Class::Record {
            continue;
        }
        let near = evidence.keys().filter_map(|(a, b)| {
            if a == node {
                Some(b)
            } else if b == node {
                Some(a)
            } else {
                None
            }
        });
        let persons = near.filter(|other| class(other) == Class::Person).count();
        if persons > kind.generic_above.unwrap_or(rules.generic_above) as usize {
            generic.insert(*node, persons);
        }
    }

    let oracle = Oracle { schema, rules, first, nevers };

    // Values that are one.
    let mut cuts = BTreeSet::new();
    let mut contract: Vec<(u8, Member, Member, Time)> =
        ones.iter().map(|((a, b), (rank, at))| (*rank, *a, *b, *at)).collect();
    contract.extend(always.iter().filter(|((a, b), _)| a.kind == b.kind).map(|((a, b), at)| (0, *a, *b, *at)));
    contract.sort_by_key(|(rank, a, b, at)| (*rank, a.kind, *at, a.token, b.token));
    let mut groups: Vec<Group> = oracle.first.keys().map(|member| [*member].into()).collect();
    for (_, a, b, at) in contract {
        let (x, y) = (
            groups.iter().position(|group| group.contains(&a)).unwrap(),
            groups.iter().position(|group| group.contains(&b)).unwrap(),
        );
        if x == y {
            continue;
        }
        if oracle.barred(&groups[x], &groups[y]) {
            cuts.insert((a, b, at, Cut::Never));
            continue;
        }
        let gone = groups.remove(y.max(x));
        groups[y.min(x)].extend(gone);
    }
    let mut sets: Sets = groups.into_iter().map(|group| vec![group]).collect();

    // Links that prove the person.
    let canonical = |links: &mut Vec<(u8, Member, Member, Time)>| {
        links.sort_by_key(|(rank, a, b, at)| {
            (*rank, a.kind.min(b.kind), a.kind.max(b.kind), *at, a.token.min(b.token), a.token.max(b.token))
        });
    };
    let counted = evidence.iter().filter(|((a, b), _)| !generic.contains_key(a) && !generic.contains_key(b));
    let is_device = |a: &Member, b: &Member| class(a) == Class::Device || class(b) == Class::Device;
    let mut links: Vec<_> =
        always.iter().filter(|((a, b), _)| a.kind != b.kind).map(|((a, b), at)| (2, *a, *b, *at)).collect();
    links.extend(counted.clone().filter(|((a, b), _)| !is_device(a, b)).map(|((a, b), at)| (3, *a, *b, *at)));
    canonical(&mut links);
    for (_, a, b, at) in links {
        oracle.take(&mut sets, &mut cuts, a, b, at);
    }

    // Device links.
    let proven = sets.clone();
    let known = |member: Member| -> Vec<Member> {
        if class(&member) == Class::Device {
            return vec![own(member)];
        }
        let set = proven.iter().find(|set| set.iter().any(|group| group.contains(&member))).unwrap();
        set.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
    };
    let mut links: Vec<_> =
        counted.filter(|((a, b), _)| is_device(a, b)).map(|((a, b), at)| (5, *a, *b, *at)).collect();
    canonical(&mut links);
    let mut next = Time::MAX;
    for (_, a, b, at) in links {
        let mut refused = false;
        let (low, high) = if own(a) < own(b) { (a, b) } else { (b, a) };
        for (device, other) in [(low, high), (high, low)] {
            if let (Class::Device, Some(purpose), false) = (class(&device), schema.stitch(device.kind), refused) {
                let answer = gate.link(purpose, &known(other), own(device), now);
                next = next.min(answer.until);
                refused = answer.value != Verdict::Permit;
            }
        }
        if refused {
            cuts.insert((a, b, at, Cut::Gate { code: "refused" }));
        } else {
            oracle.take(&mut sets, &mut cuts, a, b, at);
        }
    }

    // Profiles.
    let mut profiles = BTreeMap::new();
    let mut id_of: BTreeMap<Member, ProfileId> = BTreeMap::new();
    for set in &sets {
        let members: BTreeSet<Member> = set.iter().flatten().copied().collect();
        let root = members.iter().min_by_key(|member| (member.kind, oracle.first[member], member.token)).unwrap();
        let mut restricting: BTreeSet<Member> = BTreeSet::new();
        for (a, b) in evidence.keys().chain(ones.keys()) {
            for (person, other) in [(a, b), (b, a)] {
                let barred = members.iter().any(|member| oracle.nevers.contains(&pair(*member, *other)));
                let stands = match class(other) {
                    Class::Device => !generic.contains_key(other),
                    Class::Person => generic.contains_key(other),
                    _ => false,
                };
                let inside = |member| members.contains(member);
                if class(person) == Class::Person && inside(person) && !inside(other) && stands && !barred {
                    restricting.insert(own(*other));
                }
            }
        }
        restricting.extend(members.iter().filter_map(|member| device_of.get(member)));
        restricting.retain(|member| !members.contains(member));
        for member in &members {
            id_of.insert(*member, ProfileId(root.token));
        }
        profiles.insert(ProfileId(root.token), (members.into_iter().collect(), restricting.into_iter().collect()));
    }
    let home = |who: &Vec<Member>| id_of[who.iter().find(|member| !generic.contains_key(member)).unwrap_or(&who[0])];
    let homes = named.iter().map(|(id, (_, who, _))| (*id, home(who))).collect();
    World { profiles, homes, cuts, generic, next: Some(next) }
}

impl Oracle<'_> {
    fn barred(&self, a: &Group, b: &Group) -> bool {
        a.iter().any(|a| b.iter().any(|b| self.nevers.contains(&pair(*a, *b))))
    }

    fn take(&self, sets: &mut Sets, cuts: &mut BTreeSet<(Member, Member, Time, Cut)>, a: Member, b: Member, at: Time) {
        let of = |member: Member| sets.iter().position(|set| set.iter().any(|group| group.contains(&member))).unwrap();
        let (x, y) = (of(a), of(b));
        if x == y {
            return;
        }
        if let Some(cut) = self.fault(&sets[x], &sets[y]) {
            cuts.insert((a.min(b), a.max(b), at, cut));
            return;
        }
        let gone = sets.remove(x.max(y));
        sets[x.min(y)].extend(gone);
    }

    fn fault(&self, a: &[Group], b: &[Group]) -> Option<Cut> {
        if a.iter().any(|a| b.iter().any(|b| self.barred(a, b))) {
            return Some(Cut::Never);
        }
        let both: Vec<&Group> = a.iter().chain(b).collect();
        let of_kind = |kind| both.iter().filter(move |group| group.iter().any(|member| member.kind == kind));
        for (id, kind) in self.schema.kinds() {
            let found = of_kind(id).count() as u32;
            if kind.unique && found > 1 {
                return Some(Cut::Unique { kind: kind.name.clone(), found });
            }
            if let Some(limit) = kind.limit.filter(|limit| found > *limit) {
                return Some(Cut::Limit { kind: kind.name.clone(), limit, found });
            }
        }
        for (id, kind) in self.schema.kinds() {
            let Some(window) = kind.limit_within else {
                continue;
            };
            let times: Vec<Time> =
                of_kind(id).map(|group| group.iter().map(|member| self.first[member]).min().unwrap()).collect();
            for start in &times {
                let within = times.iter().filter(|time| *start <= **time && **time < *start + window.within).count();
                if within > window.count as usize {
                    let within = Duration::from_micros(window.within.as_micros() as u64);
                    return Some(Cut::Window { kind: kind.name.clone(), count: window.count, within });
                }
            }
        }
        let found = both.len() as u32;
        (found > self.rules.largest).then_some(Cut::Largest { limit: self.rules.largest, found })
    }
}
