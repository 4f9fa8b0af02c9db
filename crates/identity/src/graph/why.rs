//! Finding the explanations.
//!
//! What a cut link would have broken is not stored but found again when asked for, from the accepted links of smaller
//! keys: so the reason, too, is a function of the evidence and not of the order in which it came. Chains are walked in
//! the tree of the first links, in canonical order, that join anything: in it, the weakest link between any two nodes
//! is as strong as it can be.

use std::time::Duration;

use onefold_model::{EventId, Member, ProfileId, Ruling, Text, Time, Word};

use crate::graph::Graph;
use crate::graph::constraint::Fault;
use crate::graph::evidence::{DECLARED, Key, ONE_BY_ALIAS, RULING, Sort, State};
use crate::graph::explain::{Cut, CutLink, Path, Step, Stratum, WhyNot};
use crate::graph::table::Map;

impl Graph {
    /// Why two identifiers are one person; nothing if they are not, or if one is unknown.
    #[must_use]
    pub fn why(&self, a: Member, b: Member) -> Option<Path> {
        let (a, b) = (self.find(a)?, self.find(b)?);
        let cluster = self.nodes.at(a).cluster;
        if cluster != self.nodes.at(b).cluster {
            return None;
        }
        let walk = self.walk(&self.ties_of(cluster), a, b)?;
        let steps = walk.into_iter().map(|(link, from)| self.step(link, from)).collect();
        Some(Path { steps })
    }

    /// Why two identifiers are not one person; nothing if they are.
    #[must_use]
    pub fn why_not(&self, a: Member, b: Member) -> Option<WhyNot> {
        let (Some(a), Some(b)) = (self.find(a), self.find(b)) else {
            return Some(WhyNot::NoEvidence);
        };
        let (one, two) = (self.nodes.at(a).cluster, self.nodes.at(b).cluster);
        if one == two {
            return None;
        }
        let ruled =
            self.words(a, b).filter(|ruling| ruling.word == Word::Never).max_by_key(|ruling| (ruling.at, &ruling.by));
        if let Some(ruling) = ruled {
            return Some(WhyNot::Ruled { by: ruling.by.clone(), at: ruling.at });
        }
        let between =
            self.links_of(one).filter(|(link, other)| self.nodes.at(*other).cluster == two && self.is_cut(*link));
        let best = between.map(|(link, _)| link).min_by_key(|link| self.key(*link));
        let best = best.or_else(|| {
            let walk = self.walk(&self.counted_around(a), a, b)?;
            walk.into_iter().map(|(link, _)| link).filter(|link| self.is_cut(*link)).min_by_key(|link| self.key(*link))
        });
        if let Some(link) = best {
            return Some(WhyNot::Cut(self.cut(link)));
        }
        Some(self.crowd_between(one, two).unwrap_or(WhyNot::NoEvidence))
    }

    /// How a profile came about: the links that joined its nodes, in the order in which they were taken.
    #[must_use]
    pub fn how(&self, who: ProfileId) -> Vec<Step> {
        let Some(node) = self.tokens.get(&who.0) else {
            return Vec::new();
        };
        let tree = Tree::grow(self, &self.ties_of(self.nodes.at(*node).cluster), |_| false);
        tree.links.into_iter().map(|link| self.step(link, self.low(link))).collect()
    }

    /// All links that are cut, in canonical order.
    pub fn cuts(&self) -> impl Iterator<Item = CutLink> + use<> {
        let cut = self.links.iter().map(|(link, _)| link).filter(|link| self.is_cut(*link));
        self.cut_all(cut.collect())
    }

    /// The cut links of a profile's nodes, in canonical order.
    pub fn cuts_of(&self, who: ProfileId) -> impl Iterator<Item = CutLink> + use<> {
        let cluster = self.tokens.get(&who.0).map(|node| self.nodes.at(*node).cluster);
        let mut links: Vec<u32> =
            cluster.into_iter().flat_map(|cluster| self.links_of(cluster)).map(|(link, _)| link).collect();
        links.retain(|link| self.is_cut(*link));
        links.sort_unstable();
        links.dedup();
        self.cut_all(links)
    }

    fn cut_all(&self, mut links: Vec<u32>) -> std::vec::IntoIter<CutLink> {
        links.sort_by_cached_key(|link| self.key(*link));
        let cuts: Vec<CutLink> = links.into_iter().map(|link| self.cut(link)).collect();
        cuts.into_iter()
    }

    fn is_cut(&self, link: u32) -> bool {
        matches!(self.links.at(link).state, State::Barred | State::Denied)
    }

    fn links_of(&self, cluster: u32) -> impl Iterator<Item = (u32, u32)> {
        self.clusters
            .at(cluster)
            .nodes
            .iter()
            .flat_map(|node| &self.nodes.at(*node).links)
            .map(|(other, link)| (*link, *other))
    }

    /// The accepted links of a cluster in canonical order.
    fn ties_of(&self, cluster: u32) -> Vec<u32> {
        let nodes = &self.clusters.at(cluster).nodes;
        self.in_order(nodes.iter().flat_map(|node| &self.nodes.at(*node).ties).copied().collect())
    }

    fn in_order(&self, mut links: Vec<u32>) -> Vec<u32> {
        links.sort_unstable();
        links.dedup();
        links.sort_by_cached_key(|link| self.key(*link));
        links
    }

    /// The counted links of a node's component in canonical order.
    fn counted_around(&self, node: u32) -> Vec<u32> {
        let mut known: Map<u32, ()> = std::iter::once((node, ())).collect();
        let (mut open, mut links) = (vec![node], Vec::new());
        while let Some(at) = open.pop() {
            for (other, link) in self.nodes.at(at).links.iter().filter(|(_, link)| self.counts(*link)) {
                links.push(*link);
                if known.insert(*other, ()).is_none() {
                    open.push(*other);
                }
            }
        }
        self.in_order(links)
    }

    /// The way between two nodes on which the weakest link is strongest: links, each with the end that it is left from.
    fn walk(&self, links: &[u32], a: u32, b: u32) -> Option<Vec<(u32, u32)>> {
        let tree = Tree::grow(self, links, |tree| a != b && tree.find(a) == tree.find(b));
        let mut from: Map<u32, (u32, u32)> = Map::default();
        let mut open = vec![a];
        let mut near: Map<u32, Vec<u32>> = Map::default();
        for link in &tree.links {
            let row = self.links.at(*link);
            near.entry(row.a).or_default().push(*link);
            near.entry(row.b).or_default().push(*link);
        }
        while let Some(at) = open.pop() {
            for link in near.get(&at).into_iter().flatten() {
                let other = self.links.at(*link).other(at);
                if other != a && !from.contains_key(&other) {
                    from.insert(other, (*link, at));
                    open.push(other);
                }
            }
        }
        let (mut at, mut walk) = (b, Vec::new());
        while at != a {
            let (link, before) = from.get(&at)?;
            walk.push((*link, *before));
            at = *before;
        }
        walk.reverse();
        Some(walk)
    }

    /// A generic value that both clusters were named with.
    fn crowd_between(&self, one: u32, two: u32) -> Option<WhyNot> {
        let near = |cluster: u32| {
            let around = self.links_of(cluster).map(|(_, other)| other);
            let mut near: Vec<u32> = self.clusters.at(cluster).nodes.iter().copied().chain(around).collect();
            near.retain(|node| self.nodes.at(*node).generic);
            near.sort_unstable();
            near.dedup();
            near
        };
        let there = near(two);
        let shared = near(one).into_iter().filter(|node| there.binary_search(node).is_ok());
        let node = shared.map(|node| self.nodes.at(node)).min_by_key(|node| node.member)?;
        let kind = self.kind(node.member.kind);
        Some(WhyNot::Generic {
            member: node.member,
            kind: kind.name.clone(),
            neighbours: node.persons as usize,
            above: kind.generic_above,
        })
    }

    fn low(&self, link: u32) -> u32 {
        let row = self.links.at(link);
        if self.nodes.at(row.a).member < self.nodes.at(row.b).member { row.a } else { row.b }
    }

    fn ends(&self, link: u32, from: u32) -> ([Member; 2], [Text; 2]) {
        let ends = [from, self.links.at(link).other(from)].map(|node| self.nodes.at(node).member);
        (ends, ends.map(|member| self.kind(member.kind).name.clone()))
    }

    fn stratum(&self, link: u32) -> Stratum {
        match self.rank(link) {
            rank if rank == ONE_BY_ALIAS || rank == DECLARED => Stratum::Declared,
            rank if rank <= RULING => Stratum::Ruling,
            _ => Stratum::Device,
        }
    }

    fn step(&self, link: u32, from: u32) -> Step {
        let row = self.links.at(link);
        let ([a, b], kinds) = self.ends(link, from);
        let mut seen: Vec<(Time, EventId)> =
            row.seen.all().iter().map(|seen| self.sightings.at(*seen)).map(|seen| (seen.at, seen.id)).collect();
        seen.sort_unstable();
        let ruled =
            |ruling: &&Ruling| row.sort == Sort::Always && ruling.word == Word::Always && ruling.at == row.first;
        Step {
            a,
            b,
            kinds,
            stratum: self.stratum(link),
            one: self.rank(link) < RULING,
            by: self.words(row.a, row.b).filter(ruled).map(|ruling| &ruling.by).min().cloned(),
            first: row.first,
            last: seen.last().map_or(row.first, |(at, _)| *at),
            events: seen.into_iter().map(|(_, id)| id).collect(),
        }
    }

    fn cut(&self, link: u32) -> CutLink {
        let row = self.links.at(link);
        let low = self.low(link);
        let ([a, b], kinds) = self.ends(link, low);
        let name = |kind| self.kind(kind).name.clone();
        let reason = match self.denial(link) {
            Some(reason) => Cut::Gate { code: reason.code },
            None => match self.hindrance(link, row.a, row.b) {
                Some(Fault::Unique { kind, found }) => Cut::Unique { kind: name(kind), found },
                Some(Fault::Limit { kind, limit, found }) => Cut::Limit { kind: name(kind), limit, found },
                Some(Fault::Window { kind, count, micros }) => {
                    Cut::Window { kind: name(kind), count, within: Duration::from_micros(micros.unsigned_abs()) }
                }
                Some(Fault::Largest { limit, found }) => Cut::Largest { limit, found },
                Some(Fault::Never) | None => Cut::Never,
            },
        };
        CutLink { a, b, kinds, stratum: self.stratum(link), reason, first: row.first, count: row.seen.all().len() }
    }
}

/// A forest of the first links, in canonical order, that join anything.
struct Tree {
    parents: Map<u32, u32>,
    links: Vec<u32>,
}

impl Tree {
    /// Takes links until there is enough.
    fn grow(graph: &Graph, links: &[u32], enough: impl Fn(&Self) -> bool) -> Self {
        debug_assert!(links.iter().map(|link| graph.key(*link)).collect::<Vec<Key>>().is_sorted());
        let mut tree = Self { parents: Map::default(), links: Vec::new() };
        for link in links {
            let row = graph.links.at(*link);
            let (a, b) = (tree.shorten(row.a), tree.shorten(row.b));
            if a != b {
                tree.parents.insert(a, b);
                tree.links.push(*link);
                if enough(&tree) {
                    break;
                }
            }
        }
        tree
    }

    /// Finds the root of a node, and makes later finds shorter.
    fn shorten(&mut self, node: u32) -> u32 {
        let root = self.find(node);
        let mut at = node;
        while at != root {
            at = self.parents.insert(at, root).unwrap_or(root);
        }
        root
    }

    fn find(&self, node: u32) -> u32 {
        let mut at = node;
        while let Some(up) = self.parents.get(&at) {
            at = *up;
        }
        at
    }
}
