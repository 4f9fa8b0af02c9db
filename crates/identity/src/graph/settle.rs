//! The short way: most sightings only add to what is there, and need no component solved again.
//!
//! Let F be the clusters so far, and a link be new, or first seen earlier than before. Both are exact:
//!
//! - *If the union of the final clusters of its ends is valid, they merge and nothing else changes.* Take the links in
//!   their order once more. The sets are, at each turn, unions of what they were before, and parts of F with the two
//!   clusters joined. So what was accepted is accepted: the union is part of a valid set. What was cut is cut: the
//!   union has a part that was not valid. This covers a link within one cluster.
//! - *If, at the link's own turn, the sets of its ends do not go together, it is cut and nothing else changes.* Those
//!   sets are what accepted links of smaller keys join to its ends.
//!
//! Otherwise a link takes the place of one that had been accepted after it, and the component is solved again. The gate
//! is asked again wherever a new link joins what proves the person; another answer has the same consequence.

use onefold_model::{Gate, Time};

use crate::graph::Graph;
use crate::graph::cluster::rank;
use crate::graph::evidence::{DEVICE, Dirty, RULING, State};
use crate::graph::gate::Pair;
use crate::graph::table::NONE;

impl Graph {
    /// Draws the consequences of what has changed.
    pub(crate) fn work(&mut self, dirty: &mut Dirty, gate: &dyn Gate, now: Time) {
        self.recheck(dirty);
        if !dirty.seeds.is_empty() || !self.quickly(dirty, gate, now) {
            self.thoroughly(dirty, gate, now);
        }
        for (person, other) in std::mem::take(&mut dirty.parted) {
            if self.lives(person) {
                self.release(person, other);
            }
        }
    }

    fn thoroughly(&mut self, dirty: &mut Dirty, gate: &dyn Gate, now: Time) {
        let mut seeds = std::mem::take(&mut dirty.seeds);
        seeds.extend(dirty.fresh.iter().chain(&dirty.earlier));
        for link in &dirty.links {
            let row = self.links.at(*link);
            if row.a != row.b {
                seeds.extend([row.a, row.b]);
            }
        }
        self.rerun(&seeds, gate, now);
    }

    fn quickly(&mut self, dirty: &mut Dirty, gate: &dyn Gate, now: Time) -> bool {
        for node in &dirty.fresh {
            let row = self.nodes.at(*node);
            let summary = self.bounds.one(row.member.kind, row.first);
            let shared = row.device != NONE;
            let cluster = self.found(vec![*node], summary);
            if shared {
                self.restrict(cluster);
            }
        }
        let mut links = std::mem::take(&mut dirty.links);
        if links.len() > 1 {
            links.sort_by_cached_key(|link| self.key(*link));
        }
        let done = links.iter().all(|link| self.settle(*link, dirty, gate, now));
        dirty.links = links;
        if done {
            for node in &dirty.earlier {
                let row = self.nodes.at(*node);
                let cluster = row.cluster;
                if rank(row) < rank(self.nodes.at(self.clusters.at(cluster).root)) {
                    self.note(cluster);
                    self.clusters.at_mut(cluster).root = *node;
                }
            }
        }
        done
    }

    /// Whether a link could be settled without solving anything again.
    fn settle(&mut self, link: u32, dirty: &mut Dirty, gate: &dyn Gate, now: Time) -> bool {
        let row = self.links.at(link);
        let (a, b, state) = (row.a, row.b, row.state);
        if a == b || matches!(state, State::Accepted | State::Denied) {
            return true;
        }
        if !self.counts(link) {
            self.links.at_mut(link).state = State::Uncounted;
            self.stand_beside(a, b, dirty);
            return true;
        }
        let rank = self.rank(link);
        if rank < RULING || state == State::Uncounted {
            return false;
        }
        if rank == DEVICE && state == State::New {
            let answer = self.ask_now(link, gate, now);
            let denied = answer.as_ref().is_some_and(|answer| answer.denied.is_some());
            self.answer(link, answer);
            if denied {
                self.links.at_mut(link).state = State::Denied;
                self.stand_beside(a, b, dirty);
                return true;
            }
        }
        let (one, two) = (self.nodes.at(a).cluster, self.nodes.at(b).cluster);
        if one != two && !self.go_together(one, two) {
            let barred = !self.could_meet(link, a, b);
            if barred {
                self.links.at_mut(link).state = State::Barred;
                self.stand_beside(a, b, dirty);
            }
            return barred;
        }
        let asked = if rank < DEVICE && !self.answers.is_empty() { self.asked_with(a, b) } else { Vec::new() };
        self.links.at_mut(link).state = State::Accepted;
        self.nodes.at_mut(a).ties.push(link);
        self.nodes.at_mut(b).ties.push(link);
        if one != two {
            self.merge(one, two);
        }
        self.ask_again(&asked, gate, now, dirty);
        dirty.seeds.is_empty()
    }

    fn go_together(&self, a: u32, b: u32) -> bool {
        !self.are_barred(a, b)
            && self.bounds.fault(&self.clusters.at(a).summary, &self.clusters.at(b).summary).is_none()
    }

    /// Whether the ends of a link go together at the link's own turn.
    fn could_meet(&self, link: u32, a: u32, b: u32) -> bool {
        self.hindrance(link, a, b).is_none()
    }

    /// The pairs on which the gate's answer may change when proving links join two nodes.
    fn asked_with(&self, a: u32, b: u32) -> Vec<Pair> {
        let mut nodes = self.proven(a);
        if nodes.contains(&b) {
            return Vec::new();
        }
        nodes.extend(self.proven(b));
        self.asked_about(&nodes)
    }
}
