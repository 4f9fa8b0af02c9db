//! A human's word: always, never, or that an earlier word no longer counts.
//!
//! Of all rulings on a pair the latest counts, ties broken by what it says, so that the set of rulings alone decides.
//! A ruling may name what no event has named yet; it waits. One that names a shared device holds for each of its
//! sessions.

use std::collections::BTreeMap;

use onefold_model::{Member, Ruling, Time, Word};

use crate::graph::Graph;
use crate::graph::evidence::{Dirty, Sort};
use crate::graph::table::{Map, NONE};

/// The rulings that count, by pair.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rulings {
    last: BTreeMap<(Member, Member), Ruling>,
    partners: Map<Member, Vec<Member>>,
}

impl Rulings {
    /// Takes a ruling in: whether it counts.
    pub(crate) fn add(&mut self, ruling: &Ruling) -> bool {
        if ruling.a == ruling.b {
            return false;
        }
        let pair = (ruling.a.min(ruling.b), ruling.a.max(ruling.b));
        let weight = |ruling: &Ruling| (ruling.at, ruling.word, ruling.by.clone());
        match self.last.get(&pair) {
            Some(known) if weight(known) >= weight(ruling) => return false,
            Some(_) => {}
            None => {
                self.partners.entry(pair.0).or_default().push(pair.1);
                self.partners.entry(pair.1).or_default().push(pair.0);
            }
        }
        self.last.insert(pair, ruling.clone());
        true
    }

    fn get(&self, a: Member, b: Member) -> Option<&Ruling> {
        self.last.get(&(a.min(b), a.max(b)))
    }
}

impl Graph {
    /// The nodes of which a ruling on a member speaks.
    pub(crate) fn resolve(&self, member: Member) -> Vec<u32> {
        if let Some(device) = self.shared.get(&member.token) {
            return self.devices.at(*device).sessions.clone();
        }
        let node = self.tokens.get(&member.token).copied();
        node.filter(|node| self.nodes.at(*node).member == member).into_iter().collect()
    }

    /// The members by which rulings may name a node.
    fn names(&self, node: u32) -> impl Iterator<Item = Member> + use<> {
        let row = self.nodes.at(node);
        let device = (row.device != NONE).then(|| self.devices.at(row.device).member);
        std::iter::once(row.member).chain(device)
    }

    /// The rulings on two nodes.
    pub(crate) fn words(&self, a: u32, b: u32) -> impl Iterator<Item = &Ruling> {
        self.names(a).flat_map(move |a| self.names(b).filter_map(move |b| self.rulings.get(a, b)))
    }

    /// Brings the links and bars between two nodes into line with the rulings.
    pub(crate) fn sync(&mut self, a: u32, b: u32, dirty: &mut Dirty) {
        if a == b {
            return;
        }
        let never = self.words(a, b).any(|ruling| ruling.word == Word::Never);
        let always: Option<Time> =
            self.words(a, b).filter(|ruling| ruling.word == Word::Always).map(|ruling| ruling.at).min();
        for (end, other) in [(a, b), (b, a)] {
            let nevers = &mut self.nodes.at_mut(end).nevers;
            nevers.retain(|known| *known != other);
            if never {
                nevers.push(other);
            }
        }
        let known = self.pairs.get(&(a.min(b), a.max(b), Sort::Always)).copied();
        match (always, known) {
            (Some(at), known) => {
                let link = known.unwrap_or_else(|| self.tie(a, b, Sort::Always, dirty));
                self.links.at_mut(link).first = at;
            }
            (None, Some(link)) => self.untie(link, dirty),
            (None, None) => {}
        }
        dirty.seeds.extend([a, b]);
    }

    /// Applies to a new node what was ruled before it was seen.
    pub(crate) fn bind(&mut self, node: u32, dirty: &mut Dirty) {
        if self.rulings.last.is_empty() {
            return;
        }
        let names: Vec<Member> = self.names(node).collect();
        for partner in
            names.iter().filter_map(|name| self.rulings.partners.get(name)).flatten().copied().collect::<Vec<_>>()
        {
            for other in self.resolve(partner) {
                self.sync(node, other, dirty);
            }
        }
    }

    /// Takes a node that is about to go out of all rulings.
    pub(crate) fn unbind(&mut self, node: u32, dirty: &mut Dirty) {
        for other in std::mem::take(&mut self.nodes.at_mut(node).nevers) {
            self.nodes.at_mut(other).nevers.retain(|known| *known != node);
            dirty.seeds.push(other);
        }
        for (_, link) in self.nodes.at(node).links.clone() {
            self.untie(link, dirty);
        }
    }
}
