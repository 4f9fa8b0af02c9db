//! Clusters: what the links that hold make of the nodes.

use onefold_model::{Class, KindId, Member, ProfileId, Time, Token};

use crate::constraint::{Fault, Summary};
use crate::evidence::{DEVICE, Node, RULING};
use crate::graph::Graph;
use crate::table::{Map, NONE};

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
    /// Devices that the gate refused to link to a node that proves the person.
    pub(crate) refused: Vec<u32>,
    /// Sorted.
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
        row.refused.extend(gone.refused);
        row.refused.sort_unstable();
        row.refused.dedup();
        if !(row.restricting.is_empty() && gone.restricting.is_empty() && row.refused.is_empty()) {
            self.restrict(large);
        }
    }

    /// Finds out anew whose restrictions count for a cluster besides its members'.
    pub(crate) fn restrict(&mut self, cluster: u32) {
        let row = self.clusters.at(cluster);
        let refused = row.refused.iter().filter(|device| !self.is_barred_from(**device, cluster));
        let shared = row.nodes.iter().filter(|node| self.nodes.at(**node).device != NONE);
        let mut all: Vec<Member> = refused.chain(shared).map(|node| self.own(*node)).collect();
        all.sort_unstable();
        all.dedup();
        all.retain(|member| row.members.binary_search(member).is_err());
        self.clusters.at_mut(cluster).restricting = all;
    }

    /// Notes that the gate refused a link. Whether that adds a restricting device.
    pub(crate) fn refuse(&mut self, person: u32, device: u32) {
        if self.nodes.at(person).class != Class::Person || self.nodes.at(device).class != Class::Device {
            return;
        }
        let cluster = self.nodes.at(person).cluster;
        if let Err(at) = self.clusters.at(cluster).refused.binary_search(&device) {
            let own = self.own(device);
            let barred = self.is_barred_from(device, cluster);
            self.note(cluster);
            let row = self.clusters.at_mut(cluster);
            row.refused.insert(at, device);
            if !barred
                && row.members.binary_search(&own).is_err()
                && let Err(at) = row.restricting.binary_search(&own)
            {
                row.restricting.insert(at, own);
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
        self.reach(node, |graph, link| graph.rank(link) < DEVICE)
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
