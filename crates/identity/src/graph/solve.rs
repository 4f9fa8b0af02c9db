//! The batch algorithm: from the evidence of whole components to their clusters, as if nothing had been known before.
//!
//! Links are taken in one canonical order, as in Kruskal's algorithm: first those that make two values one, then the
//! strata (rulings, declared links, device links), within a stratum by the priority of the kinds, the first evidence
//! and the tokens. A link whose ends are already together holds; one that would break a constraint is cut; any other
//! joins its ends. Since order and constraints depend on the evidence alone, so does the result.
//!
//! Device links come last, because the gate is asked over what the strata before them have joined.

use std::rc::Rc;

use onefold_model::{Gate, Member, Time};

use crate::graph::Graph;
use crate::graph::constraint::Summary;
use crate::graph::evidence::{DEVICE, Key, RULING, State};
use crate::graph::gate::{Answer, Said};
use crate::graph::table::{Map, NONE};
use crate::graph::union::Union;

/// The sets of nodes while links are taken.
struct Parts {
    union: Union,
    /// By root: the nodes, those with a never, and what the constraints see.
    parts: Vec<Part>,
}

#[derive(Default)]
struct Part {
    nodes: Vec<u32>,
    barred: Vec<u32>,
    summary: Summary,
}

impl Parts {
    fn at(&self, root: u32) -> (&[u32], &[u32], &Summary) {
        self.parts
            .get(root as usize)
            .map_or((&[], &[], const { &Summary::EMPTY }), |part| (&part.nodes, &part.barred, &part.summary))
    }

    fn are_barred(&self, graph: &Graph, a: u32, b: u32) -> bool {
        let (few, many) = if self.at(a).1.len() < self.at(b).1.len() { (a, b) } else { (b, a) };
        let nevers = self.at(few).1.iter().flat_map(|node| &graph.nodes.at(*node).nevers);
        nevers.map(|other| graph.nodes.at(*other).mark).any(|mark| mark != NONE && self.union.find(mark) == many)
    }

    fn join(&mut self, a: u32, b: u32) {
        let (large, small) = if self.at(a).0.len() < self.at(b).0.len() { (b, a) } else { (a, b) };
        self.union.hang(small, large);
        let gone = self.parts.get_mut(small as usize).map(std::mem::take).unwrap_or_default();
        if let Some(part) = self.parts.get_mut(large as usize) {
            part.nodes.extend(gone.nodes);
            part.barred.extend(gone.barred);
            part.summary.absorb(&gone.summary);
        }
    }
}

impl Graph {
    /// Solves the components of some nodes again.
    pub(crate) fn rerun(&mut self, seeds: &[u32], gate: &dyn Gate, now: Time) {
        let region = self.region(seeds);
        for node in &region {
            let cluster = self.nodes.at(*node).cluster;
            if cluster != NONE && !self.clusters.at(cluster).nodes.is_empty() {
                self.note(cluster);
                self.journal.empty.push(cluster);
                *self.clusters.at_mut(cluster) = Default::default();
            }
        }
        let (links, uncounted) = self.ordered(&region);
        let mut states: Vec<(u32, State)> = uncounted.into_iter().map(|link| (link, State::Uncounted)).collect();
        let mut answers: Vec<(u32, Option<Answer>)> = Vec::new();

        let mut parts = Parts {
            union: Union::new(region.len()),
            parts: region
                .iter()
                .map(|node| Part {
                    nodes: vec![*node],
                    barred: if self.nodes.at(*node).nevers.is_empty() { Vec::new() } else { vec![*node] },
                    summary: Summary::default(),
                })
                .collect(),
        };
        let mark = |graph: &Self, link: u32| {
            let row = graph.links.at(link);
            (graph.nodes.at(row.a).mark, graph.nodes.at(row.b).mark)
        };

        // Values that are one, before anything is counted.
        let split = links.partition_point(|(key, _)| key.rank < RULING);
        let (ones, links) = links.split_at_checked(split).unwrap_or_default();
        for (_, link) in ones {
            let (a, b) = mark(self, *link);
            let (a, b) = (parts.union.find_mut(a), parts.union.find_mut(b));
            let barred = a != b && parts.are_barred(self, a, b);
            if a != b && !barred {
                parts.join(a, b);
            }
            states.push((*link, if barred { State::Barred } else { State::Accepted }));
        }
        for part in parts.parts.iter_mut().filter(|part| !part.nodes.is_empty()) {
            let one = part.nodes.first().copied().unwrap_or(NONE);
            for node in &part.nodes {
                self.nodes.at_mut(*node).one = one;
            }
            part.summary = self.summary_of(&part.nodes);
        }

        // What proves the person, then devices, where the gate permits it.
        let split = links.partition_point(|(key, _)| key.rank < DEVICE);
        let (proving, devices) = links.split_at_checked(split).unwrap_or_default();
        for (_, link) in proving {
            let state = self.take(&mut parts, mark(self, *link));
            states.push((*link, state));
        }
        let mut known: Map<u32, Rc<[Member]>> = Map::default();
        let mut said = Said::default();
        for (_, link) in devices {
            let answer = self.ask(*link, gate, now, &mut said, &mut |node| {
                let root = parts.union.find(self.nodes.at(node).mark);
                let members = known.entry(root).or_insert_with(|| self.members_of(parts.at(root).0).into());
                Rc::clone(members)
            });
            answers.push((*link, answer));
        }
        for ((_, link), (_, answer)) in devices.iter().zip(&answers) {
            let denied = answer.as_ref().is_some_and(|answer| answer.denied.is_some());
            let state = if denied { State::Denied } else { self.take(&mut parts, mark(self, *link)) };
            states.push((*link, state));
        }

        self.settle_all(&region, parts, &states, answers);
    }

    /// Takes a link whose turn it is.
    fn take(&self, parts: &mut Parts, (a, b): (u32, u32)) -> State {
        let (a, b) = (parts.union.find_mut(a), parts.union.find_mut(b));
        if a == b {
            return State::Accepted;
        }
        if parts.are_barred(self, a, b) || self.bounds.fault(parts.at(a).2, parts.at(b).2).is_some() {
            return State::Barred;
        }
        parts.join(a, b);
        State::Accepted
    }

    /// Writes a result down.
    fn settle_all(
        &mut self,
        region: &[u32],
        parts: Parts,
        states: &[(u32, State)],
        answers: Vec<(u32, Option<Answer>)>,
    ) {
        for node in region {
            let row = self.nodes.at_mut(*node);
            row.ties.clear();
            row.mark = NONE;
        }
        for part in parts.parts.into_iter().filter(|part| !part.nodes.is_empty()) {
            self.found(part.nodes, part.summary);
        }
        for (link, answer) in answers {
            self.answer(link, answer);
        }
        for (link, state) in states {
            let row = self.links.at_mut(*link);
            row.state = *state;
            let (a, b) = (row.a, row.b);
            match state {
                State::Accepted => {
                    self.nodes.at_mut(a).ties.push(*link);
                    self.nodes.at_mut(b).ties.push(*link);
                }
                State::Uncounted => self.answer(*link, None),
                State::New | State::Barred | State::Denied => {}
            }
        }
        let mut clusters: Vec<u32> = region.iter().map(|node| self.nodes.at(*node).cluster).collect();
        clusters.sort_unstable();
        clusters.dedup();
        for cluster in clusters {
            self.restrict(cluster);
        }
    }

    /// All nodes that counted links join to some nodes, whether they hold or not. Each is given its mark.
    fn region(&mut self, seeds: &[u32]) -> Vec<u32> {
        let mut region = Vec::new();
        let mut open = seeds.to_vec();
        while let Some(node) = open.pop() {
            let row = self.nodes.at(node);
            if row.mark != NONE || row.seen.is_empty() {
                continue;
            }
            open.extend(row.links.iter().filter(|(_, link)| self.counts(*link)).map(|(other, _)| *other));
            self.nodes.at_mut(node).mark = u32::try_from(region.len()).unwrap_or(NONE);
            region.push(node);
        }
        region
    }

    /// The links of a region: the counted ones in canonical order, and the others.
    fn ordered(&self, region: &[u32]) -> (Vec<(Key, u32)>, Vec<u32>) {
        let (mut links, mut uncounted) = (Vec::new(), Vec::new());
        for node in region {
            for (other, link) in &self.nodes.at(*node).links {
                if !self.counts(*link) {
                    uncounted.push(*link);
                } else if node < other {
                    links.push((self.key(*link), *link));
                }
            }
        }
        links.sort_unstable();
        (links, uncounted)
    }
}
