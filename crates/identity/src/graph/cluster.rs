//! Clusters: what the links that hold make of the nodes.
//!
//! And whose word counts for them besides their members': a refusal must not be lost because it, a limit, or a crowd
//! cut the link over which it would have come. So each cluster keeps the identifiers that *restrict* it: what events
//! named with a person in it, one hop, whether or not a link to it counts. Two known persons do not restrict each other.

use onefold_model::{Class, KindId, Member, ProfileId, Time, Token};

use crate::graph::Graph;
use crate::graph::constraint::{Fault, Summary};
use crate::graph::evidence::{DEVICE, Dirty, Node, RULING, Sort};
use crate::graph::table::{Map, NONE};

/// A profile's nodes, and what is asked of them often.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<u32>,
    /// The smallest node by (kind, first occurrence, token): its token is the profile's id.
    pub(crate) root: u32,
    /// Sorted.
    pub(crate) members: Vec<Member>,
    pub(crate) summary: Summary,
    /// The nodes among these on which a never was ruled.
    pub(crate) barred: Vec<u32>,
    /// Whose restrictions count though they are no members; sorted.
    pub(crate) restricting: Vec<Member>,
    /// The mutation in which it was last written down, or made.
    pub(crate) noted: u64,
}

impl Graph {
    pub(crate) fn profile_of(&self, cluster: u32) -> ProfileId {
        ProfileId(self.nodes.at(self.clusters.at(cluster).root).member.token)
    }

    /// Makes a cluster of nodes that are known to belong together.
    pub(crate) fn found(&mut self, nodes: Vec<u32>, summary: Summary) -> u32 {
        let mut members: Vec<Member> = nodes.iter().map(|node| self.nodes.at(*node).member).collect();
        members.sort_unstable();
        let root = nodes.iter().copied().min_by_key(|node| rank(self.nodes.at(*node))).unwrap_or(NONE);
        let barred = nodes.iter().copied().filter(|node| !self.nodes.at(*node).nevers.is_empty()).collect();
        let cluster = self.clusters.add(Cluster {
            root,
            members,
            summary,
            barred,
            noted: self.journal.number,
            ..Cluster::default()
        });
        for node in &nodes {
            self.nodes.at_mut(*node).cluster = cluster;
        }
        self.clusters.at_mut(cluster).nodes = nodes;
        cluster
    }

    /// Joins two clusters; the smaller goes into the larger.
    pub(crate) fn merge(&mut self, a: u32, b: u32) {
        self.note(a);
        self.note(b);
        let (large, small) =
            if self.clusters.at(a).nodes.len() < self.clusters.at(b).nodes.len() { (b, a) } else { (a, b) };
        let gone = std::mem::take(self.clusters.at_mut(small));
        self.journal.empty.push(small);
        for node in &gone.nodes {
            self.nodes.at_mut(*node).cluster = large;
        }
        let root = rank(self.nodes.at(gone.root)) < rank(self.nodes.at(self.clusters.at(large).root));
        let row = self.clusters.at_mut(large);
        if root {
            row.root = gone.root;
        }
        row.nodes.extend(gone.nodes);
        row.members.extend(gone.members);
        row.members.sort();
        row.summary.absorb(&gone.summary);
        row.barred.extend(gone.barred);
        if row.restricting.is_empty() && gone.restricting.is_empty() {
            return;
        }
        if row.barred.is_empty() {
            row.restricting.extend(gone.restricting);
            row.restricting.sort_unstable();
            row.restricting.dedup();
            row.restricting.retain(|member| row.members.binary_search(member).is_err());
        } else {
            self.restrict(large);
        }
    }

    /// Whether a node's restrictions may count for those with whom events name it. A generic person's do, since a choice
    /// on a message is recorded on its strongest identifier, generic or not; a generic device stands for nobody.
    pub(crate) fn may_restrict(&self, node: u32) -> bool {
        let row = self.nodes.at(node);
        match row.class {
            Class::Device => !row.generic,
            Class::Person => row.generic,
            Class::Group | Class::Record => false,
        }
    }

    /// Whether one node of a cluster lets another in its neighbourhood restrict the cluster.
    fn lets_restrict(&self, person: u32, other: u32, cluster: u32) -> bool {
        self.nodes.at(person).class == Class::Person
            && self.nodes.at(other).cluster != cluster
            && self.may_restrict(other)
            && !self.is_barred_from(other, cluster)
    }

    fn restricting_of(&self, cluster: u32) -> Vec<Member> {
        let row = self.clusters.at(cluster);
        let mut all = Vec::new();
        for node in &row.nodes {
            let near = self.nodes.at(*node);
            if near.device != NONE {
                all.push(self.own(*node));
            }
            if near.class != Class::Person {
                continue;
            }
            for (other, link) in &near.links {
                if self.links.at(*link).sort != Sort::Always && self.lets_restrict(*node, *other, cluster) {
                    all.push(self.own(*other));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|member| row.members.binary_search(member).is_err());
        all
    }

    /// Finds out whose restrictions count for a cluster, besides its members', that is new or written down.
    pub(crate) fn restrict(&mut self, cluster: u32) {
        self.clusters.at_mut(cluster).restricting = self.restricting_of(cluster);
    }

    /// Notes that no event names two nodes any more: the other may no longer restrict the cluster of the person.
    pub(crate) fn release(&mut self, person: u32, other: u32) {
        let cluster = self.nodes.at(person).cluster;
        let own = self.own(other);
        let row = self.clusters.at(cluster);
        let Ok(at) = row.restricting.binary_search(&own) else {
            return;
        };
        if self.nodes.at(other).device != NONE {
            let restricting = self.restricting_of(cluster);
            if restricting.binary_search(&own).is_ok() {
                return;
            }
        } else if row.nodes.iter().any(|node| {
            let named = |sort| self.pairs.contains_key(&((*node).min(other), (*node).max(other), sort));
            (named(Sort::Evidence) || named(Sort::Alias)) && self.lets_restrict(*node, other, cluster)
        }) {
            return;
        }
        self.note(cluster);
        self.clusters.at_mut(cluster).restricting.remove(at);
    }

    /// Notes that an event named two nodes whose link does not hold: the one may restrict the cluster of the other.
    pub(crate) fn stand_beside(&mut self, a: u32, b: u32, dirty: &mut Dirty) {
        for (person, other) in [(a, b), (b, a)] {
            let cluster = self.nodes.at(person).cluster;
            let own = self.own(other);
            if self.lets_restrict(person, other, cluster)
                && let Err(at) = self.clusters.at(cluster).restricting.binary_search(&own)
            {
                if self.clusters.at(cluster).noted != self.journal.number {
                    self.flag(person, dirty);
                }
                self.clusters.at_mut(cluster).restricting.insert(at, own);
            }
        }
    }

    fn is_barred_from(&self, node: u32, cluster: u32) -> bool {
        self.nodes.at(node).nevers.iter().any(|other| self.nodes.at(*other).cluster == cluster)
    }

    /// Whether a never stands between two clusters.
    pub(crate) fn are_barred(&self, a: u32, b: u32) -> bool {
        let (few, many) =
            if self.clusters.at(a).barred.len() < self.clusters.at(b).barred.len() { (a, b) } else { (b, a) };
        self.clusters.at(few).barred.iter().any(|node| self.is_barred_from(*node, many))
    }

    /// The nodes that proving identifiers and rulings join to a node.
    pub(crate) fn proven(&self, node: u32) -> Vec<u32> {
        let proves = |graph: &Self, link: u32| graph.rank(link) < DEVICE;
        if self.nodes.at(node).ties.iter().all(|link| !proves(self, *link)) {
            return vec![node];
        }
        self.reach(node, proves)
    }

    /// The nodes that accepted links of some sort join to a node, itself first.
    pub(crate) fn reach(&self, node: u32, takes: impl Fn(&Self, u32) -> bool) -> Vec<u32> {
        let mut reached = vec![node];
        let mut known: Map<u32, ()> = std::iter::once((node, ())).collect();
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            next += 1;
            for link in &self.nodes.at(at).ties {
                let other = self.links.at(*link).other(at);
                if !known.contains_key(&other) && takes(self, *link) {
                    known.insert(other, ());
                    reached.push(other);
                }
            }
        }
        reached
    }

    /// The constraint that a link would break at its own turn: what accepted links of smaller keys join to its ends
    /// does not go together.
    pub(crate) fn hindrance(&self, link: u32, a: u32, b: u32) -> Option<Fault> {
        let key = self.key(link);
        let one = self.reach(a, |graph, link| graph.key(link) < key);
        if one.contains(&b) {
            return None;
        }
        let two = self.reach(b, |graph, link| graph.key(link) < key);
        if one.iter().flat_map(|node| &self.nodes.at(*node).nevers).any(|other| two.contains(other)) {
            return Some(Fault::Never);
        }
        if key.rank < RULING {
            return None;
        }
        self.bounds.fault(&self.summary_of(&one), &self.summary_of(&two))
    }

    /// The sorted members of some nodes.
    pub(crate) fn members_of(&self, nodes: &[u32]) -> Vec<Member> {
        let mut members: Vec<Member> = nodes.iter().map(|node| self.nodes.at(*node).member).collect();
        members.sort_unstable();
        members
    }

    /// What the constraints see of some nodes: values that are one count once, from their first occurrence.
    pub(crate) fn summary_of(&self, nodes: &[u32]) -> Summary {
        let mut ones: Vec<(u32, Time, KindId)> =
            nodes.iter().map(|node| self.nodes.at(*node)).map(|row| (row.one, row.first, row.member.kind)).collect();
        ones.sort_unstable();
        ones.dedup_by_key(|(one, ..)| *one);
        let mut summary = Summary::default();
        for (_, first, kind) in ones {
            summary.absorb(&self.bounds.one(kind, first));
        }
        summary
    }
}

/// The order in which nodes become roots.
pub(crate) fn rank(node: &Node) -> (KindId, Time, Token) {
    (node.member.kind, node.first, node.member.token)
}
