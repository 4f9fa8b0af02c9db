//! The graph as its user sees it.

mod cluster;
mod constraint;
mod evidence;
mod explain;
mod gate;
mod journal;
mod rules;
mod ruling;
mod session;
mod settle;
mod solve;
mod table;
mod union;
mod why;

pub use explain::{Cut, CutLink, Path, Step, Stratum, WhyNot};
pub use journal::Touched;
pub use rules::Rules;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use onefold_model::{
    Cause, Change, Class, EventId, Gate, Identifier, KindId, Member, Members, ProfileId, PurposeId, Ruling, Schema,
    Text, Time, Token,
};

use crate::graph::cluster::Cluster;
use crate::graph::constraint::Bounds;
use crate::graph::evidence::{Dirty, Link, Node, Seen, Sort};
use crate::graph::gate::{Answers, Pair};
use crate::graph::journal::Journal;
use crate::graph::ruling::Rulings;
use crate::graph::session::Device;
use crate::graph::table::{Map, NONE, Slab};

/// What an event says about who is who.
#[derive(Clone, Debug)]
pub struct Sighting<'a> {
    /// The event.
    pub id: EventId,
    /// When it occurred.
    pub at: Time,
    /// The persons and devices it names. Nobody: the event is a node of its own.
    pub who: &'a [Identifier],
    /// For an alias: another value of the strongest identifier of its kind in `who`.
    pub previous: Option<Member>,
}

/// What a kind means for the graph.
#[derive(Clone, Debug)]
pub(crate) struct KindFacts {
    pub(crate) name: Text,
    pub(crate) class: Class,
    pub(crate) generic_above: u32,
    pub(crate) session: Option<Duration>,
    pub(crate) stitch: Option<PurposeId>,
}

/// Who is who: all evidence, and the clusters that follow from it.
///
/// The state is a function of the set of live sightings, the rulings that count, and the gate's answers; in which order
/// they came does not matter. Every change takes a gate and an instant, and pushes the news it makes.
///
/// ```
/// use onefold_identity::{Graph, Rules, Sighting};
/// use onefold_model::{EventId, Form, Kind, Schema, Time, Ungated};
///
/// let schema = Schema::builder()
///     .kind(Kind::person("email").form(Form::Email))
///     .kind(Kind::device("cookie").limit(3))
///     .build([7; 32].into())?;
/// let (ada, cookie) = (schema.identifier("email", " Ada@Example.com ")?, schema.identifier("cookie", "c-17")?);
/// let now: Time = "2026-03-01T10:00:00Z".parse()?;
///
/// let (mut graph, mut changes) = (Graph::new(&schema, Rules::default()), Vec::new());
/// let who = [ada.clone(), cookie.clone()];
/// let sighting = Sighting { id: EventId([1; 16]), at: now, who: &who, previous: None };
/// let touched = graph.insert(sighting, &Ungated, now, &mut changes);
///
/// assert_eq!(graph.profile(ada.member()), graph.profile(cookie.member()));
/// assert_eq!(graph.profile(ada.member()), touched.after.first().copied());
/// if let Some(path) = graph.why(ada.member(), cookie.member()) {
///     println!("{path}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Graph {
    pub(crate) schema: Schema,
    pub(crate) bounds: Bounds,
    kinds: Vec<KindFacts>,
    nobody: KindFacts,
    pub(crate) nodes: Slab<Node>,
    pub(crate) tokens: Map<Token, u32>,
    pub(crate) links: Slab<Link>,
    pub(crate) pairs: Map<(u32, u32, Sort), u32>,
    pub(crate) sightings: Slab<Seen>,
    events: Map<EventId, u32>,
    pub(crate) devices: Slab<Device>,
    /// Devices that persons share, by token.
    pub(crate) shared: Map<Token, u32>,
    pub(crate) rulings: Rulings,
    pub(crate) clusters: Slab<Cluster>,
    pub(crate) answers: Answers,
    pub(crate) journal: Journal,
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("sightings", &self.sightings.len())
            .field("nodes", &self.nodes())
            .field("links", &self.links())
            .field("profiles", &self.clusters.len())
            .finish_non_exhaustive()
    }
}

impl Graph {
    /// An empty graph: nobody has been seen.
    #[must_use]
    pub fn new(schema: &Schema, rules: Rules) -> Self {
        let kinds = schema.kinds().map(|(id, kind)| KindFacts {
            name: kind.name.clone(),
            class: kind.class,
            generic_above: match kind.class {
                _ if kind.unique => u32::MAX,
                Class::Person | Class::Device => kind.generic_above.unwrap_or(rules.generic_above),
                Class::Group | Class::Record => u32::MAX,
            },
            session: kind.session,
            stitch: schema.stitch(id),
        });
        Self {
            schema: schema.clone(),
            bounds: Bounds::new(schema, &rules),
            kinds: kinds.collect(),
            nobody: KindFacts {
                name: Text::default(),
                class: Class::Record,
                generic_above: u32::MAX,
                session: None,
                stitch: None,
            },
            nodes: Slab::default(),
            tokens: Map::default(),
            links: Slab::default(),
            pairs: Map::default(),
            sightings: Slab::default(),
            events: Map::default(),
            devices: Slab::default(),
            shared: Map::default(),
            rulings: Rulings::default(),
            clusters: Slab::default(),
            answers: Answers::default(),
            journal: Journal::default(),
        }
    }

    pub(crate) fn kind(&self, kind: KindId) -> &KindFacts {
        self.kinds.get(kind.index()).unwrap_or(&self.nobody)
    }

    /// Takes in a sighting. An event that is already in is ignored, and touches nobody.
    ///
    /// Gate's answers that are due at or before `now` are asked for again first; this holds for every change.
    pub fn insert(&mut self, sighting: Sighting<'_>, gate: &dyn Gate, now: Time, out: &mut Vec<Change>) -> Touched {
        let due = self.advance(now, gate, out);
        if self.events.contains_key(&sighting.id) {
            return due;
        }
        let mut dirty = self.begin();
        let (members, alias) = self.read(&sighting);
        let row = self.sightings.add(Seen { id: sighting.id, at: sighting.at, ..Seen::default() });
        self.events.insert(sighting.id, row);
        let mut nodes: Vec<(Member, u32)> = Vec::with_capacity(members.len() + 1);
        for member in members.iter().copied().chain(alias.map(|(_, previous)| previous)) {
            if nodes.iter().any(|(known, _)| *known == member) {
                continue;
            }
            let node = match self.kind(member.kind).session {
                None => self.node(member, NONE, &mut dirty),
                Some(gap) => {
                    let device = self.device(member);
                    let (session, moved) = self.enter(device, gap, sighting.at, sighting.id, row);
                    let node = self.node(session, device, &mut dirty);
                    self.rehouse(device, &moved, session, &mut dirty);
                    node
                }
            };
            nodes.push((member, node));
        }
        let node_of = |member: Member| nodes.iter().find(|(known, _)| *known == member).map_or(NONE, |(_, node)| *node);
        let mut named: Box<[u32]> = members.iter().map(|member| node_of(*member)).collect();
        named.sort_by_key(|node| self.nodes.at(*node).member);
        let seen = self.sightings.at_mut(row);
        seen.named = named;
        seen.alias = alias.map(|(one, previous)| (node_of(one), node_of(previous)));
        self.attach(row, &mut dirty);
        self.work(&mut dirty, gate, now);
        let mut touched = self.finish(&dirty, None, now, out);
        if let Some(home) = self.home(sighting.id)
            && let Err(at) = touched.after.binary_search(&home)
        {
            touched.after.insert(at, home);
        }
        due.then(touched)
    }

    /// The sorted members that a sighting names, and the two that it says are one.
    fn read(&self, sighting: &Sighting<'_>) -> (Vec<Member>, Option<(Member, Member)>) {
        let reaches = |member: &Member| self.kind(member.kind).class != Class::Group;
        let mut members: Vec<Member> = sighting.who.iter().map(Identifier::member).filter(reaches).collect();
        members.sort_unstable();
        let mut alias = None;
        if let Some(previous) = sighting.previous.filter(reaches) {
            let other = members.iter().find(|member| member.kind == previous.kind && **member != previous);
            match other {
                Some(one) => alias = Some((*one, previous)),
                None => members.push(previous),
            }
        }
        if members.is_empty() {
            members.push(self.schema.record(sighting.id));
        }
        members.sort_unstable();
        members.dedup();
        (members, alias)
    }

    /// Takes back all that an event said. An event that is not in touches nobody.
    pub fn retract(&mut self, event: EventId, gate: &dyn Gate, now: Time, out: &mut Vec<Change>) -> Touched {
        let due = self.advance(now, gate, out);
        let Some(row) = self.events.remove(&event) else {
            return due;
        };
        let mut dirty = self.begin();
        if let Some(home) = self.home_node(row) {
            self.flag(home, &mut dirty);
        }
        let seen = self.sightings.at(row);
        let at = seen.at;
        let alias = seen.alias.map(|(a, b)| [a, b]);
        let mut nodes: Vec<u32> = seen.named.iter().chain(alias.iter().flatten()).copied().collect();
        nodes.sort_unstable();
        nodes.dedup();
        self.detach(row, &mut dirty);
        let mut left = Vec::new();
        for node in nodes {
            let device = self.nodes.at(node).device;
            let Some(gap) = self.kind(self.nodes.at(node).member.kind).session.filter(|_| device != NONE) else {
                continue;
            };
            if let Some((session, moved)) = self.leave(device, gap, at, event, node) {
                self.rehouse(device, &moved, session, &mut dirty);
            }
            left.push(device);
        }
        self.work(&mut dirty, gate, now);
        for device in left {
            if self.devices.at(device).seen.is_empty() {
                let gone = self.devices.remove(device);
                self.shared.remove(&gone.member.token);
            }
        }
        self.sightings.remove(row);
        due.then(self.finish(&dirty, Some(Cause::Ruling), now, out))
    }

    /// Takes a ruling. Of the rulings on a pair the latest counts; one that changes nothing touches nobody.
    pub fn rule(&mut self, ruling: &Ruling, gate: &dyn Gate, now: Time, out: &mut Vec<Change>) -> Touched {
        let due = self.advance(now, gate, out);
        if !self.rulings.add(ruling) {
            return due;
        }
        let mut dirty = self.begin();
        for a in self.resolve(ruling.a) {
            for b in self.resolve(ruling.b) {
                self.sync(a, b, &mut dirty);
            }
        }
        self.work(&mut dirty, gate, now);
        due.then(self.finish(&dirty, Some(Cause::Ruling), now, out))
    }

    /// Says that the ledger of a member changed: the gate is asked again wherever it answered from it.
    pub fn review(&mut self, member: Member, gate: &dyn Gate, now: Time, out: &mut Vec<Change>) -> Touched {
        let due = self.advance(now, gate, out);
        let mut pairs: Vec<Pair> = self.answers.of(member).collect();
        // Sessions stand among the known members by their own tokens, which no ledger knows.
        if !self.shared.contains_key(&member.token)
            && let Some(node) = self.find(member)
        {
            pairs.extend(self.asked_about(&self.proven(node)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        due.then(self.reconsider(&pairs, Cause::Consent, gate, now, out))
    }

    /// When the graph may change with no data: the first instant at which an answer of the gate ends; [`Time::MAX`] for
    /// never.
    #[must_use]
    pub fn next_change(&self) -> Time {
        self.answers.next()
    }

    /// Asks the gate again for the answers that end at or before `now`.
    pub fn advance(&mut self, now: Time, gate: &dyn Gate, out: &mut Vec<Change>) -> Touched {
        if self.next_change() > now {
            return Touched::default();
        }
        let due = self.answers.due(now);
        self.reconsider(&due, Cause::Timer, gate, now, out)
    }

    fn reconsider(
        &mut self,
        pairs: &[Pair],
        cause: Cause,
        gate: &dyn Gate,
        now: Time,
        out: &mut Vec<Change>,
    ) -> Touched {
        let mut dirty: Dirty = self.begin();
        self.ask_again(pairs, gate, now, &mut dirty);
        if !dirty.seeds.is_empty() {
            self.work(&mut dirty, gate, now);
        }
        self.finish(&dirty, Some(cause), now, out)
    }

    /// The node by which a member is known: a shared device is known by its latest session.
    pub(crate) fn find(&self, member: Member) -> Option<u32> {
        if let Some(device) = self.shared.get(&member.token) {
            let (_, last) = self.devices.at(*device).seen.last_key_value()?;
            return Some(self.session_in(*last, *device));
        }
        let node = self.tokens.get(&member.token).copied()?;
        (self.nodes.at(node).member == member).then_some(node)
    }

    /// The profile of a member; of a device that persons share, that of its latest session.
    #[must_use]
    pub fn profile(&self, member: Member) -> Option<ProfileId> {
        self.find(member).map(|node| self.profile_of(self.nodes.at(node).cluster))
    }

    /// The profiles for which a member's ledger counts: the one to which it belongs (of a shared device, those of its
    /// sessions), and those that it restricts as a device or as a generic value; sorted.
    #[must_use]
    pub fn concerned(&self, member: Member) -> Vec<ProfileId> {
        let mut all = BTreeSet::new();
        for node in self.resolve(member) {
            all.insert(self.profile_of(self.nodes.at(node).cluster));
            if !self.may_restrict(node) {
                continue;
            }
            for (beside, _) in &self.nodes.at(node).links {
                let cluster = self.nodes.at(*beside).cluster;
                if self.clusters.at(cluster).restricting.binary_search(&member).is_ok() {
                    all.insert(self.profile_of(cluster));
                }
            }
        }
        all.into_iter().collect()
    }

    fn cluster(&self, id: ProfileId) -> Option<u32> {
        self.tokens.get(&id.0).map(|node| self.nodes.at(*node).cluster)
    }

    /// Where an id, perhaps an old one, leads now: to the profile of the node whose token it is.
    #[must_use]
    pub fn current(&self, id: ProfileId) -> Option<ProfileId> {
        self.cluster(id).map(|cluster| self.profile_of(cluster))
    }

    /// The profile to which an event belongs: that of its strongest identifier which is not generic, even where its
    /// links are cut.
    #[must_use]
    pub fn home(&self, event: EventId) -> Option<ProfileId> {
        let node = self.home_node(*self.events.get(&event)?)?;
        Some(self.profile_of(self.nodes.at(node).cluster))
    }

    /// The events of a profile: those whose [`home`](Graph::home) it is, sorted by occurrence and id.
    #[must_use]
    pub fn events(&self, who: ProfileId) -> Vec<EventId> {
        let Some(cluster) = self.cluster(who) else {
            return Vec::new();
        };
        let nodes = &self.clusters.at(cluster).nodes;
        let mut events: Vec<(Time, EventId)> = Vec::new();
        for node in nodes {
            for sighting in self.nodes.at(*node).seen.all() {
                if self.home_node(*sighting) == Some(*node) {
                    let seen = self.sightings.at(*sighting);
                    events.push((seen.at, seen.id));
                }
            }
        }
        events.sort_unstable();
        events.into_iter().map(|(_, id)| id).collect()
    }

    /// All profiles, in the order of their ids.
    pub fn profiles(&self) -> impl Iterator<Item = ProfileId> + use<> {
        let live = self.clusters.iter().filter(|(_, cluster)| !cluster.nodes.is_empty());
        let mut all: Vec<ProfileId> = live.map(|(id, _)| self.profile_of(id)).collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// How many nodes there are: identifiers, sessions of shared devices, records that name nobody.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// How many links there are, cut ones and those through generic values included.
    #[must_use]
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// The values that are generic, with the number of their distinct neighbours that prove a person; sorted.
    pub fn generic(&self) -> impl Iterator<Item = (Member, usize)> + use<> {
        let generic = self.nodes.iter().filter(|(_, node)| node.generic);
        let mut all: Vec<(Member, usize)> = generic.map(|(_, node)| (node.member, node.persons as usize)).collect();
        all.sort_unstable();
        all.into_iter()
    }
}

impl Members for Graph {
    fn members(&self, who: ProfileId) -> &[Member] {
        self.cluster(who).map_or(&[], |cluster| &self.clusters.at(cluster).members)
    }

    fn restricting(&self, who: ProfileId) -> &[Member] {
        self.cluster(who).map_or(&[], |cluster| &self.clusters.at(cluster).restricting)
    }
}
