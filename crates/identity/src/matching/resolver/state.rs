//! What follows from the records and a model: blocks, links, clusters.
//!
//! A change of one record moves it between blocks. Three things follow for links: its own are scored anew; a block that
//! it made oversize retracts the links that no other block supports; a block that it left within its cap gives its links
//! back. Only the components that these touch are solved again, by the same function as a batch.

use super::super::Error;
use super::super::blocking::Index;
use super::super::cluster::{Bounds, Ground, Solved, Tie, kept_apart, solve};
use super::super::intern::Map;
use super::super::model::{Comparer, Model, Scorer};
use super::super::predict::{SURE, Scored, predict, score};
use super::super::record::Records;
use super::super::ruling::{Ruling, Rulings, Word};
use super::super::work::{Stage, Work};
use super::blocks::{Blocks, Emitted, emitted};
use super::change::Flow;
use super::links::Links;
use super::names::{Names, key_of};

/// The rulings, with a way from a record to those about it.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) latest: Rulings,
    beside: Map<u64, Vec<u64>>,
}

impl Said {
    /// Takes a ruling; whether it changes what counts.
    pub(super) fn add(&mut self, ruling: &Ruling) -> bool {
        let (a, b) = (key_of(&ruling.a), key_of(&ruling.b));
        for (one, other) in [(a, b), (b, a)] {
            let known = self.beside.entry(one).or_default();
            if !known.contains(&other) {
                known.push(other);
            }
        }
        self.latest.add(ruling)
    }

    /// Those whom a human has called the same person as this one.
    fn always(&self, key: u64) -> impl Iterator<Item = u64> {
        let beside = self.beside.get(&key).map_or(&[][..], Vec::as_slice).iter().copied();
        beside.filter(move |other| self.latest.word(key, *other) == Some(Word::Always))
    }
}

/// What the state follows from.
#[derive(Clone, Copy)]
pub(super) struct World<'w> {
    pub(super) records: &'w Records,
    pub(super) names: &'w Names,
    pub(super) said: &'w Said,
}

const NOWHERE: u32 = u32::MAX;

/// The cluster of each row: its root, and the next of its members in a ring that begins and ends there.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    home: Vec<u32>,
    next: Vec<u32>,
}

impl Clusters {
    fn fit(&mut self, rows: usize) {
        self.home.resize(rows, NOWHERE);
        self.next.resize(rows, NOWHERE);
    }

    /// The root of a row's cluster; none where the row is no record.
    pub(super) fn root(&self, row: u32) -> Option<u32> {
        self.home.get(row as usize).copied().filter(|root| *root != NOWHERE)
    }

    /// The members of a cluster, its root first, by their keys.
    pub(super) fn members(&self, root: u32) -> impl Iterator<Item = u32> {
        let after = move |row: &u32| self.next.get(*row as usize).copied().filter(|next| *next != root);
        std::iter::successors(self.root(root), after)
    }

    /// Makes a cluster of some rows, of which the first is the root.
    fn assign(&mut self, rows: &[u32]) {
        let Some(root) = rows.first().copied() else { return };
        for (row, next) in rows.iter().zip(rows.iter().skip(1).chain([&root])) {
            if let (Some(home), Some(place)) = (self.home.get_mut(*row as usize), self.next.get_mut(*row as usize)) {
                (*home, *place) = (root, *next);
            }
        }
    }

    pub(super) fn leave(&mut self, row: u32) {
        if let (Some(home), Some(next)) = (self.home.get_mut(row as usize), self.next.get_mut(row as usize)) {
            (*home, *next) = (NOWHERE, NOWHERE);
        }
    }
}

/// What a record was in before it changes.
#[derive(Debug, Default)]
pub(super) struct Before {
    keys: Vec<Emitted>,
    /// Those that were joined to it.
    near: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) model: Model,
    pub(super) epoch: u64,
    scorer: Scorer,
    pub(super) comparer: Comparer,
    unique: Vec<usize>,
    pub(super) blocks: Blocks,
    pub(super) links: Links,
    pub(super) clusters: Clusters,
}

impl State {
    /// Resolves all records, as a batch does. The blocks are not kept: see [`fill`](Self::fill).
    pub(super) fn build(model: Model, world: World<'_>, work: &Work<'_>) -> Result<Self, Error> {
        model.check()?;
        let records = world.records;
        if model.fields != records.fields {
            return Err(Error::Model("the model was trained on other fields".into()));
        }
        let comparer = Comparer::new(&model, records);
        let index = Index::build(&model.blocking, records, work)?;
        let (scored, _) = predict(&model, &comparer, records, &index, work)?;
        drop(index);
        let mut state = Self {
            epoch: model.epoch(),
            scorer: Scorer::new(&model),
            comparer,
            unique: model.unique(),
            model,
            blocks: Blocks::default(),
            links: Links::build(records.len(), &scored),
            clusters: Clusters::default(),
        };
        drop(scored);
        state.clusters.fit(records.len());
        for (nth, row) in world.names.rows().enumerate() {
            if nth.is_multiple_of(1 << 16) {
                work.tell(Stage::Cluster, nth as u64, world.names.len() as u64)?;
            }
            if state.clusters.root(row).is_none() {
                let component = state.component(world, row);
                for cluster in state.solve(world, &component.0, &component.1).clusters {
                    state.clusters.assign(&cluster);
                }
            }
        }
        Ok(state)
    }

    /// Puts all records into their blocks.
    pub(super) fn fill(&mut self, world: World<'_>, work: &Work<'_>) -> Result<(), Error> {
        let rows = world.names.len();
        self.blocks = Blocks::default();
        self.blocks.reserve(rows);
        for (nth, row) in world.names.rows().enumerate() {
            if nth.is_multiple_of(1 << 16) {
                work.tell(Stage::Block, nth as u64, rows as u64)?;
            }
            for (_, key) in emitted(&self.model.blocking, world.records, row) {
                self.blocks.add(key, row);
            }
        }
        self.blocks.shrink();
        Ok(())
    }

    /// What is to be known of a record before its values are overwritten.
    pub(super) fn before(&self, world: World<'_>, row: u32) -> Before {
        let mut near = Vec::new();
        self.joined(world, row, |other| near.push(other));
        Before { keys: emitted(&self.model.blocking, world.records, row), near }
    }

    fn cap(&self, nth: u8) -> u32 {
        self.model.blocking.get(usize::from(nth)).map_or(0, |rule| rule.cap)
    }

    /// Looks up the frequencies of new values, and makes room for new rows.
    pub(super) fn learn(&mut self, records: &Records) {
        self.comparer.learn(records);
        self.links.fit(records.len());
        self.clusters.fit(records.len());
    }

    /// Scores two records, the one with the smaller key first.
    fn scored(&self, records: &Records, a: u32, b: u32) -> Option<Scored> {
        let source = |row: u32| records.sources.get(row as usize);
        if self.model.constraints.one_to_one && source(a) == source(b) {
            return None;
        }
        let pair = if records.rank(a) <= records.rank(b) { (a, b) } else { (b, a) };
        score((&self.model, &self.scorer, &self.comparer), records, pair)
    }

    /// Follows a record that has come, changed or (`now` is `None`) gone. Gives the rows whose components are other ones.
    pub(super) fn follow(&mut self, world: World<'_>, row: u32, was: &Before, now: Option<&[Emitted]>) -> Vec<u32> {
        let (mut full, mut freed) = (Vec::new(), Vec::new());
        let new = now.unwrap_or(&[]);
        for (nth, key) in was.keys.iter().filter(|key| new.binary_search(key).is_err()) {
            self.blocks.remove(*key, row);
            if self.blocks.size(*key) == self.cap(*nth) {
                freed.push(*key);
            }
        }
        for (nth, key) in new.iter().filter(|key| was.keys.binary_search(key).is_err()) {
            self.blocks.add(*key, row);
            if self.blocks.size(*key) == self.cap(*nth).saturating_add(1) {
                full.push(*key);
            }
        }
        let mut touched = was.near.clone();
        self.links.take(row);
        for key in full {
            self.retract(world.records, row, key, &mut touched);
        }
        for key in freed {
            self.give_back(world.records, row, key, &mut touched);
        }
        if now.is_some() {
            touched.push(row);
            for other in self.candidates(new, row, 0) {
                if let Some(scored) = self.scored(world.records, row, other) {
                    self.links.add(&scored);
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// The rows that share a block with a record; `more` come to each block before it is held against its cap.
    fn candidates(&self, keys: &[Emitted], row: u32, more: u32) -> Vec<u32> {
        let mut found = Vec::new();
        for (nth, key) in keys {
            let mut single = 0;
            let members = self.blocks.members(*key, &mut single);
            if members.len() as u64 + u64::from(more) <= u64::from(self.cap(*nth)) {
                found.extend(members.iter().filter(|member| **member != row));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whom a record that is no member of any block would be linked to.
    pub(super) fn probe(&self, records: &Records, row: u32) -> Vec<Scored> {
        let candidates = self.candidates(&emitted(&self.model.blocking, records, row), row, 1);
        // All rows are touched first, so that the waits for memory pass together.
        let touched = candidates.iter().fold(0, |touched, other| touched ^ records.code(*other, 0));
        std::hint::black_box(touched);
        let against = (&self.model, &self.scorer, &self.comparer);
        candidates.iter().filter_map(|other| score(against, records, (row, *other))).collect()
    }

    /// The members of a block but one, sorted.
    fn others(&self, key: u64, but: u32) -> Vec<u32> {
        let mut single = 0;
        let mut rows: Vec<u32> =
            self.blocks.members(key, &mut single).iter().copied().filter(|row| *row != but).collect();
        rows.sort_unstable();
        rows
    }

    /// Takes away the links that only a block supported which has become too large.
    fn retract(&mut self, records: &Records, row: u32, key: u64, touched: &mut Vec<u32>) {
        let rows = self.others(key, row);
        let alive = |row: &u32| {
            let mut keys = emitted(&self.model.blocking, records, *row);
            keys.retain(|(nth, key)| self.blocks.size(*key) <= self.cap(*nth));
            keys
        };
        let keys: Vec<Vec<Emitted>> = rows.iter().map(alive).collect();
        let mut gone = Vec::new();
        for (a, own) in rows.iter().zip(&keys) {
            for edge in self.links.of(*a).iter().filter(|edge| edge.other > *a) {
                let Some(theirs) = rows.binary_search(&edge.other).ok().and_then(|at| keys.get(at)) else { continue };
                if !own.iter().any(|key| theirs.binary_search(key).is_ok()) {
                    gone.push((*a, edge.other));
                }
            }
        }
        for (a, b) in gone {
            self.links.remove(a, b);
            touched.extend([a, b]);
        }
    }

    /// Finds the links of a block that is no longer too large.
    fn give_back(&mut self, records: &Records, row: u32, key: u64, touched: &mut Vec<u32>) {
        let rows = self.others(key, row);
        let mut found = Vec::new();
        for (nth, a) in rows.iter().enumerate() {
            let mut known: Vec<u32> = self.links.of(*a).iter().map(|edge| edge.other).collect();
            known.sort_unstable();
            let new = rows.iter().skip(nth + 1).filter(|b| known.binary_search(b).is_err());
            found.extend(new.filter_map(|b| self.scored(records, *a, *b)));
        }
        for scored in found {
            self.links.add(&scored);
            touched.extend([scored.a, scored.b]);
        }
    }

    /// Whom something joins a record to, constraints aside.
    fn joined(&self, world: World<'_>, row: u32, mut take: impl FnMut(u32)) {
        for edge in self.links.of(row).iter().filter(|edge| edge.joins(self.model.threshold)) {
            take(edge.other);
        }
        for key in world.said.always(world.records.key(row)) {
            if let Some(other) = world.names.at(key) {
                take(other);
            }
        }
    }

    /// The records that links join a record to, constraints aside, and all evidence among them.
    pub(super) fn component(&self, world: World<'_>, start: u32) -> (Vec<u32>, Vec<Tie>) {
        let mut rows = vec![start];
        let mut inside: Map<u32, ()> = Map::default();
        inside.insert(start, ());
        let mut at = 0;
        while let Some(row) = rows.get(at).copied() {
            at += 1;
            self.joined(world, row, |other| {
                if inside.insert(other, ()).is_none() {
                    rows.push(other);
                }
            });
        }
        let rank = |row: u32| world.records.rank(row);
        let mut ties = Vec::new();
        for a in rows.iter().filter(|_| rows.len() > 1) {
            let edges = self.links.of(*a).iter();
            let edges = edges.filter(|edge| rank(*a) < rank(edge.other) && inside.contains_key(&edge.other));
            ties.extend(edges.filter_map(|edge| edge.tie(*a)));
            let always = world.said.always(world.records.key(*a)).filter_map(|other| world.names.at(other));
            let ruled = always.filter(|b| rank(*a) < rank(*b));
            ties.extend(ruled.map(|b| Tie { a: *a, b, ground: Ground::Ruling, weight: SURE }));
        }
        (rows, ties)
    }

    /// Solves a component.
    pub(super) fn solve(&self, world: World<'_>, rows: &[u32], ties: &[Tie]) -> Solved {
        if let [alone] = rows {
            return Solved { clusters: vec![vec![*alone]], ..Solved::default() };
        }
        let said = &world.said.latest;
        let apart = |a: u32, b: u32| kept_apart((&self.model, &self.comparer, said), world.records, (a, b));
        let bounds = Bounds {
            records: world.records,
            largest: self.model.constraints.largest.max(1),
            one_to_one: self.model.constraints.one_to_one,
            unique: &self.unique,
            threshold: self.model.threshold,
            apart: (!said.is_empty() || self.model.compounds.bars()).then_some(&apart),
        };
        solve(rows, ties, &bounds)
    }

    /// Solves the components of some rows again, and says where their records were and are.
    pub(super) fn settle(&mut self, world: World<'_>, touched: &[u32]) -> Vec<Flow> {
        let mut flows = Vec::new();
        let mut seen: Map<u32, ()> = Map::default();
        for row in touched {
            if seen.contains_key(row) {
                continue;
            }
            let (rows, ties) = self.component(world, *row);
            seen.extend(rows.iter().map(|row| (*row, ())));
            let solved = self.solve(world, &rows, &ties);
            let from = flows.len();
            flows.extend(rows.iter().map(|row| Flow { row: *row, before: self.clusters.root(*row), after: None }));
            for cluster in &solved.clusters {
                self.clusters.assign(cluster);
            }
            for flow in flows.iter_mut().skip(from) {
                flow.after = self.clusters.root(flow.row);
            }
        }
        flows
    }

    /// Where records are that are elsewhere in another state, with all that were or are with them.
    pub(super) fn against(&self, other: &Self, names: &Names) -> Vec<Flow> {
        let flow = |row| Flow { row, before: self.clusters.root(row), after: other.clusters.root(row) };
        let mut concerned: Map<u32, ()> = Map::default();
        for flow in names.rows().map(flow).filter(|flow| flow.before != flow.after) {
            concerned.extend([flow.before, flow.after].into_iter().flatten().map(|root| (root, ())));
        }
        let is_concerned = |root: Option<u32>| root.is_some_and(|root| concerned.contains_key(&root));
        names.rows().map(flow).filter(|flow| is_concerned(flow.before) || is_concerned(flow.after)).collect()
    }
}
