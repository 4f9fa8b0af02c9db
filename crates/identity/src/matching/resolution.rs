//! What a batch has found: clusters, the links behind them, and those that were cut.

use std::collections::BTreeMap;
use std::fmt;

use super::blocking::{Oversize, Yield};
use super::cluster::{Cut, Ground, Merge};
use super::intern::Map;
use super::model::{BIT, Pattern, probability};
use super::predict::Packed;
use super::quality;

/// A scored pair of records, by their rows in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// One record.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// The match weight, in 1/1024 bit.
    pub weight: i32,
    pub(crate) pattern: Packed,
    /// What makes it a link.
    pub ground: Ground,
    /// Why it was not taken; `None` where it joined two clusters, or joins two records of one.
    pub cut: Option<Cut>,
}

impl Link {
    /// The probability that the two are one person.
    #[must_use]
    pub fn probability(&self) -> f64 {
        probability(self.weight)
    }

    /// A number that pairs share which agree in the same way.
    #[must_use]
    pub fn pattern(&self) -> u64 {
        let pattern = Pattern::from(self.pattern);
        (pattern ^ pattern >> 64) as u64
    }
}

/// A step in the making of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// A record of the one part.
    pub a: u32,
    /// A record of the other.
    pub b: u32,
    /// What joined them.
    pub ground: Ground,
    /// The weight of the link, in 1/1024 bit.
    pub weight: i32,
    /// How many records the parts had.
    pub sizes: (u32, u32),
    /// The mean weight of all pairs between the parts, in 1/1024 bit.
    pub mean: i32,
}

impl Merge {
    pub(crate) fn seen_from(&self, origin: impl Fn(u32) -> u32) -> Step {
        Step {
            a: origin(self.tie.a),
            b: origin(self.tie.b),
            ground: self.tie.ground,
            weight: self.tie.weight,
            sizes: self.sizes,
            mean: self.mean,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = |weight: i32| f64::from(weight) / f64::from(BIT);
        let (few, many) = (self.sizes.0.min(self.sizes.1), self.sizes.0.max(self.sizes.1));
        match self.ground {
            Ground::Ruling => f.write_str("a ruling")?,
            Ground::Rule => f.write_str("a rule")?,
            Ground::Score => write!(f, "{:.2} bits (probability {:.4})", bits(self.weight), probability(self.weight))?,
        }
        if many > 1 {
            write!(f, "; joined {few} and {many} records, {:.2} bits a pair", bits(self.mean))?;
        }
        Ok(())
    }
}

/// Why two records are not one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// They are.
    Together,
    /// No candidate pair lies between their clusters that weighs more than five bits against.
    NotCompared,
    /// The strongest link between their clusters, and what cut it.
    Cut(Box<Link>),
}

/// What a batch has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// For each record of the table the row of its cluster's root, the record whose id has the smallest hash.
    pub clusters: Vec<u32>,
    /// The scored pairs, down to five bits against.
    pub links: Vec<Link>,
    /// The merges, each cluster's in order.
    pub merges: Vec<Step>,
    /// How many pairs were compared.
    pub candidate_pairs: u64,
    /// Links weigh at least this, in 1/1024 bit.
    pub threshold: i32,
    /// What the rules of blocking gave.
    pub blocking: Vec<Yield>,
    /// Blocks that were too large: the largest of each rule.
    pub oversize: Vec<Oversize>,
}

impl Resolution {
    /// How many clusters there are.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.clusters.iter().zip(0_u32..).filter(|(root, row)| **root == *row).count()
    }

    /// The links that weigh at least the threshold, for [`quality`](super::quality).
    #[must_use]
    pub fn linked(&self) -> Vec<quality::Link> {
        let strong = self.links.iter().filter(|link| link.weight >= self.threshold || link.ground != Ground::Score);
        strong.map(|link| quality::Link { a: link.a, b: link.b, weight: link.weight }).collect()
    }

    fn root(&self, row: u32) -> Option<u32> {
        self.clusters.get(row as usize).copied()
    }

    /// The links that join two records, from one to the other; `None` where they are not one person.
    ///
    /// Each merge took the strongest link left, so no other path has a stronger weakest link.
    #[must_use]
    pub fn why(&self, a: u32, b: u32) -> Option<Vec<Step>> {
        if self.root(a)? != self.root(b)? {
            return None;
        }
        Some(path(&self.how(a), a, b))
    }

    /// Why two records are not one person.
    #[must_use]
    pub fn why_not(&self, a: u32, b: u32) -> WhyNot {
        let (x, y) = (self.root(a), self.root(b));
        if x == y {
            return WhyNot::Together;
        }
        let between = self.links.iter().filter(|link| {
            let (p, q) = (self.root(link.a), self.root(link.b));
            (p, q) == (x, y) || (q, p) == (x, y)
        });
        match between.max_by_key(|link| (link.weight, std::cmp::Reverse((link.a, link.b)))) {
            Some(link) => WhyNot::Cut(Box::new(link.clone())),
            None => WhyNot::NotCompared,
        }
    }

    /// The merges that made a record's cluster, in order.
    #[must_use]
    pub fn how(&self, row: u32) -> Vec<Step> {
        let root = self.root(row);
        self.merges.iter().filter(|step| self.root(step.a) == root).copied().collect()
    }

    /// What is otherwise in another resolution of the same table.
    #[must_use]
    pub fn diff(&self, other: &Self) -> Diff {
        let mut parts: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for (old, new) in self.clusters.iter().zip(&other.clusters) {
            *parts.entry((*old, *new)).or_default() += 1;
        }
        let (mut into, mut from): (BTreeMap<u32, Vec<u32>>, BTreeMap<u32, Vec<u32>>) = Default::default();
        for (old, new) in parts.keys() {
            into.entry(*old).or_default().push(*new);
            from.entry(*new).or_default().push(*old);
        }
        let many = |all: BTreeMap<u32, Vec<u32>>| all.into_iter().filter(|(_, parts)| parts.len() > 1).collect();
        Diff { split: many(into), merged: many(from), before: self.entities(), after: other.entities() }
    }
}

/// The merges that lie between two records of one cluster, from one to the other.
pub(crate) fn path(steps: &[Step], a: u32, b: u32) -> Vec<Step> {
    let mut beside: BTreeMap<u32, Vec<Step>> = BTreeMap::new();
    for step in steps {
        beside.entry(step.a).or_default().push(*step);
        beside.entry(step.b).or_default().push(*step);
    }
    let mut came: Map<u32, Option<Step>> = Map::default();
    came.insert(a, None);
    let mut open = vec![a];
    while let Some(at) = open.pop() {
        for step in beside.get(&at).into_iter().flatten() {
            let other = if step.a == at { step.b } else { step.a };
            if let std::collections::hash_map::Entry::Vacant(place) = came.entry(other) {
                place.insert(Some(*step));
                open.push(other);
            }
        }
    }
    let mut path = Vec::new();
    let mut at = b;
    while let Some(Some(step)) = came.get(&at) {
        path.push(*step);
        at = if step.a == at { step.b } else { step.a };
    }
    path.reverse();
    path
}

/// What changes from one resolution to another; clusters are named by the rows of their roots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Clusters that fall apart, and into which.
    pub split: Vec<(u32, Vec<u32>)>,
    /// Clusters that are made of several, and of which.
    pub merged: Vec<(u32, Vec<u32>)>,
    /// How many clusters there were.
    pub before: usize,
    /// How many there are.
    pub after: usize,
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (split, merged) = (self.split.len(), self.merged.len());
        write!(f, "{} clusters become {}: {split} fall apart, {merged} are merged", self.before, self.after)
    }
}
