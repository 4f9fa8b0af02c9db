//! The evidence: which event named what, and the links that this makes. This is the truth; clusters follow from it.
//!
//! Every pair of identifiers in one sighting is a link, and a link lives as long as one sighting or ruling stands
//! behind it. A node lives as long as a sighting names it. Nothing here decides anything: each function notes in a
//! [`Dirty`] what has changed, and the solver draws the consequences.

use onefold_model::{Class, EventId, KindId, Member, Time, Token};

use crate::graph::Graph;
use crate::graph::table::{Few, NONE};

/// An identifier, a session on a shared device, or a record that names nobody.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) member: Member,
    pub(crate) class: Class,
    /// For a session, the device.
    pub(crate) device: u32,
    /// The earliest occurrence of an event that names it.
    pub(crate) first: Time,
    pub(crate) seen: Few,
    /// All its links with their other ends.
    pub(crate) links: Vec<(u32, u32)>,
    /// The accepted ones among them.
    pub(crate) ties: Vec<u32>,
    /// Nodes that a ruling keeps apart from it.
    pub(crate) nevers: Vec<u32>,
    /// How many distinct nodes that prove a person events have named with it.
    pub(crate) persons: u32,
    /// INVARIANT: `persons` is above the threshold of its kind.
    pub(crate) generic: bool,
    /// The node that stands for all values that are one with this.
    pub(crate) one: u32,
    pub(crate) cluster: u32,
    /// The solver's number for it while it runs.
    pub(crate) mark: u32,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            member: Member { kind: KindId(u8::MAX), token: Token([0; 16]) },
            class: Class::Record,
            device: NONE,
            first: Time::MAX,
            seen: Few::Nothing,
            links: Vec::new(),
            ties: Vec::new(),
            nevers: Vec::new(),
            persons: 0,
            generic: false,
            one: NONE,
            cluster: NONE,
            mark: NONE,
        }
    }
}

/// What makes a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    /// Events that named both.
    #[default]
    Evidence,
    /// Events that said that the two are one value.
    Alias,
    /// A human's word.
    Always,
}

/// What became of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Not yet decided.
    #[default]
    New,
    /// It holds.
    Accepted,
    /// A constraint cuts it.
    Barred,
    /// The gate cuts it.
    Denied,
    /// One of its ends is generic.
    Uncounted,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) sort: Sort,
    pub(crate) state: State,
    pub(crate) first: Time,
    pub(crate) seen: Few,
}

impl Link {
    pub(crate) fn other(&self, end: u32) -> u32 {
        if self.a == end { self.b } else { self.a }
    }
}

/// A sighting with its identifiers as nodes.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) id: EventId,
    pub(crate) at: Time,
    /// Sorted by member, so that the strongest is first.
    pub(crate) named: Box<[u32]>,
    /// Two values that are one.
    pub(crate) alias: Option<(u32, u32)>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { id: EventId([0; 16]), at: Time::MIN, named: Box::default(), alias: None }
    }
}

/// Each node that a sighting names, once.
fn nodes(named: &[u32], alias: Option<(u32, u32)>) -> impl Iterator<Item = u32> {
    let others = alias.into_iter().flat_map(|(a, b)| [a, b]).filter(|node| !named.contains(node));
    named.iter().copied().chain(others)
}

/// The place of a link in the order in which links are taken. No two links share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) rank: u8,
    kinds: (KindId, KindId),
    first: Time,
    tokens: (Token, Token),
}

/// Ranks of links: values that are one (by ruling, by alias), then the strata. Scored matches have rank 4.
pub(crate) const ONE_BY_RULING: u8 = 0;
pub(crate) const ONE_BY_ALIAS: u8 = 1;
pub(crate) const RULING: u8 = 2;
pub(crate) const DECLARED: u8 = 3;
pub(crate) const DEVICE: u8 = 5;

/// What a mutation has touched.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    /// Nodes whose components must be solved again.
    pub(crate) seeds: Vec<u32>,
    /// Links that are new, or first seen earlier than before.
    pub(crate) links: Vec<u32>,
    /// Nodes that are new.
    pub(crate) fresh: Vec<u32>,
    /// Nodes first seen earlier than before.
    pub(crate) earlier: Vec<u32>,
    /// Nodes that may have become generic or nobody's.
    pub(crate) check: Vec<u32>,
    /// Nodes that a link which did not count joins no more: the second may no longer restrict the first.
    pub(crate) parted: Vec<(u32, u32)>,
    /// Nodes in whose profiles events may have come or gone.
    pub(crate) homes: Vec<u32>,
}

impl Graph {
    pub(crate) fn rank(&self, link: u32) -> u8 {
        let link = self.links.at(link);
        let (a, b) = (self.nodes.at(link.a), self.nodes.at(link.b));
        match link.sort {
            Sort::Always if a.member.kind == b.member.kind => ONE_BY_RULING,
            Sort::Alias => ONE_BY_ALIAS,
            Sort::Always => RULING,
            Sort::Evidence if a.class == Class::Device || b.class == Class::Device => DEVICE,
            Sort::Evidence => DECLARED,
        }
    }

    pub(crate) fn key(&self, link: u32) -> Key {
        let rank = self.rank(link);
        let link = self.links.at(link);
        let (m, n) = (self.nodes.at(link.a).member, self.nodes.at(link.b).member);
        Key {
            rank,
            kinds: (m.kind.min(n.kind), m.kind.max(n.kind)),
            first: link.first,
            tokens: (m.token.min(n.token), m.token.max(n.token)),
        }
    }

    /// Whether a link counts: a generic value names nobody. What a human rules or an alias says is not weakened by it.
    pub(crate) fn counts(&self, link: u32) -> bool {
        let link = self.links.at(link);
        link.sort != Sort::Evidence || !(self.nodes.at(link.a).generic || self.nodes.at(link.b).generic)
    }

    /// The member whose ledger counts: a session's is that of its device.
    pub(crate) fn own(&self, node: u32) -> Member {
        let node = self.nodes.at(node);
        if node.device == NONE { node.member } else { self.devices.at(node.device).member }
    }

    /// The node of a member, made where there is none.
    pub(crate) fn node(&mut self, member: Member, device: u32, dirty: &mut Dirty) -> u32 {
        if let Some(node) = self.tokens.get(&member.token) {
            return *node;
        }
        let class = self.kind(member.kind).class;
        let node = self.nodes.add(Node { member, class, device, ..Node::default() });
        self.nodes.at_mut(node).one = node;
        self.tokens.insert(member.token, node);
        if device != NONE {
            self.devices.at_mut(device).sessions.push(node);
        }
        dirty.fresh.push(node);
        self.bind(node, dirty);
        node
    }

    /// Adds what a sighting says.
    pub(crate) fn attach(&mut self, sighting: u32, dirty: &mut Dirty) {
        let seen = self.sightings.at_mut(sighting);
        let (at, alias, named) = (seen.at, seen.alias, std::mem::take(&mut seen.named));
        for node in nodes(&named, alias) {
            let row = self.nodes.at_mut(node);
            row.seen.push(sighting);
            if at < row.first {
                row.first = at;
                let (kind, fresh) = (row.member.kind, row.cluster == NONE);
                if !fresh {
                    dirty.earlier.push(node);
                    if self.bounds.has_window(kind) {
                        dirty.seeds.push(node);
                    }
                }
            }
        }
        for (nth, a) in named.iter().enumerate() {
            for b in named.iter().skip(nth + 1) {
                self.support(*a, *b, Sort::Evidence, sighting, at, dirty);
            }
        }
        if let Some((a, b)) = alias {
            self.support(a, b, Sort::Alias, sighting, at, dirty);
        }
        self.sightings.at_mut(sighting).named = named;
    }

    /// Takes back what a sighting said.
    pub(crate) fn detach(&mut self, sighting: u32, dirty: &mut Dirty) {
        let seen = self.sightings.at_mut(sighting);
        let (at, alias, named) = (seen.at, seen.alias, std::mem::take(&mut seen.named));
        for (nth, a) in named.iter().enumerate() {
            for b in named.iter().skip(nth + 1) {
                self.unsupport(*a, *b, Sort::Evidence, sighting, at, dirty);
            }
        }
        if let Some((a, b)) = alias {
            self.unsupport(a, b, Sort::Alias, sighting, at, dirty);
        }
        for node in nodes(&named, alias) {
            let row = self.nodes.at_mut(node);
            row.seen.remove(sighting);
            if row.seen.is_empty() {
                dirty.check.push(node);
                dirty.seeds.push(node);
            }
            if row.first == at {
                let first = self.earliest(&self.nodes.at(node).seen);
                if first != at {
                    self.nodes.at_mut(node).first = first;
                    dirty.seeds.push(node);
                }
            }
        }
        self.sightings.at_mut(sighting).named = named;
    }

    fn earliest(&self, seen: &Few) -> Time {
        seen.all().iter().map(|sighting| self.sightings.at(*sighting).at).min().unwrap_or(Time::MAX)
    }

    fn support(&mut self, a: u32, b: u32, sort: Sort, sighting: u32, at: Time, dirty: &mut Dirty) {
        let link = match self.pairs.get(&(a.min(b), a.max(b), sort)) {
            Some(link) => *link,
            None => self.tie(a, b, sort, dirty),
        };
        let row = self.links.at_mut(link);
        let earlier = row.seen.is_empty() || at < row.first;
        if earlier {
            row.first = at;
        }
        row.seen.push(sighting);
        if earlier {
            dirty.links.push(link);
            if sort == Sort::Alias {
                dirty.seeds.extend([a, b]);
            }
        }
    }

    /// Makes a link that nothing supports yet.
    pub(crate) fn tie(&mut self, a: u32, b: u32, sort: Sort, dirty: &mut Dirty) -> u32 {
        let link = self.links.add(Link { a, b, sort, first: Time::MAX, ..Link::default() });
        self.pairs.insert((a.min(b), a.max(b), sort), link);
        for (end, other) in [(a, b), (b, a)] {
            let person = self.nodes.at(other).class == Class::Person;
            let row = self.nodes.at_mut(end);
            row.links.push((other, link));
            if person && sort == Sort::Evidence {
                row.persons += 1;
                dirty.check.push(end);
            }
        }
        link
    }

    fn unsupport(&mut self, a: u32, b: u32, sort: Sort, sighting: u32, at: Time, dirty: &mut Dirty) {
        let Some(link) = self.pairs.get(&(a.min(b), a.max(b), sort)).copied() else {
            return;
        };
        let row = self.links.at_mut(link);
        row.seen.remove(sighting);
        if row.seen.is_empty() {
            self.untie(link, dirty);
        } else if row.first == at {
            let counts = !matches!(row.state, State::Uncounted | State::Denied);
            let first = self.earliest(&self.links.at(link).seen);
            self.links.at_mut(link).first = first;
            if first != at && counts {
                dirty.seeds.extend([a, b]);
            }
        }
    }

    /// Removes a link.
    pub(crate) fn untie(&mut self, link: u32, dirty: &mut Dirty) {
        self.answer(link, None);
        let row = self.links.remove(link);
        self.pairs.remove(&(row.a.min(row.b), row.a.max(row.b), row.sort));
        for (end, other) in [(row.a, row.b), (row.b, row.a)] {
            let person = self.nodes.at(other).class == Class::Person;
            let node = self.nodes.at_mut(end);
            if let Some(at) = node.links.iter().rposition(|(_, known)| *known == link) {
                node.links.swap_remove(at);
            }
            if person && row.sort == Sort::Evidence {
                node.persons -= 1;
                dirty.check.push(end);
            }
            if row.state == State::Uncounted {
                dirty.parted.push((end, other));
            } else {
                dirty.seeds.push(end);
            }
        }
    }

    /// Finds out which nodes have become generic, or are so no more, and removes those that nothing names.
    pub(crate) fn recheck(&mut self, dirty: &mut Dirty) {
        let mut check = std::mem::take(&mut dirty.check);
        check.sort_unstable();
        check.dedup();
        for node in check {
            let row = self.nodes.at(node);
            if row.seen.is_empty() {
                self.remove_node(node, dirty);
                continue;
            }
            let generic = row.persons > self.kind(row.member.kind).generic_above;
            if generic != row.generic {
                let around: Vec<u32> = row.links.iter().map(|(other, _)| *other).chain([node]).collect();
                self.nodes.at_mut(node).generic = generic;
                for near in around {
                    dirty.seeds.push(near);
                    self.flag(near, dirty);
                }
            }
        }
    }

    /// Notes that events may come to, or go from, the profile of a node.
    pub(crate) fn flag(&mut self, node: u32, dirty: &mut Dirty) {
        dirty.homes.push(node);
        let cluster = self.nodes.at(node).cluster;
        if cluster != NONE {
            let profile = self.profile_of(cluster);
            self.journal.before.push(profile);
        }
    }

    fn remove_node(&mut self, node: u32, dirty: &mut Dirty) {
        self.note(self.nodes.at(node).cluster);
        self.unbind(node, dirty);
        let row = self.nodes.at(node);
        let (token, device) = (row.member.token, row.device);
        self.tokens.remove(&token);
        if device != NONE {
            self.devices.at_mut(device).sessions.retain(|session| *session != node);
        }
        dirty.fresh.retain(|fresh| *fresh != node);
        self.journal.dead.push(node);
    }

    /// The node to whose profile an event belongs: the strongest that names somebody, else the strongest.
    pub(crate) fn home_node(&self, sighting: u32) -> Option<u32> {
        let named = &self.sightings.at(sighting).named;
        named.iter().find(|node| !self.nodes.at(**node).generic).or(named.first()).copied()
    }
}
