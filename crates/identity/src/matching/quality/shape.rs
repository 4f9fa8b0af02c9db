//! The shape of clusters: how large, how tight, and what they hang by. It needs no truth.
//!
//! A person's records tend to agree all with all; a cluster that was over-merged is often two tight groups and one link
//! between them. So [`Shape`] tells, for each cluster, its density (links of the links possible), the mean weight and
//! the weakest link of its maximum spanning tree (the strongest threshold at which it would still hold together), and,
//! over all clusters, the bridges and joints: links and records by which alone two sides are one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use petgraph::unionfind::UnionFind;

use super::walk::Walk;
use super::{BIT, Link, at, simple};

/// A cluster and how it holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cohesion {
    /// Its label.
    pub cluster: u32,
    /// Its records.
    pub size: u32,
    /// The links within it.
    pub links: u64,
    /// The sum of their weights, 1/1024 bit.
    pub weight: i64,
    /// The components that the links alone would make of it. More than one where something else holds it together, such
    /// as a declared identifier.
    pub parts: u32,
    /// The weakest link of the maximum spanning tree: above its weight, the cluster falls apart.
    pub weakest: Option<Link>,
}

impl Cohesion {
    /// The share of its pairs that are linked; 1 for a record alone.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Link, Shape};
    ///
    /// // Three records of Ada in a row: two links of three.
    /// let shape = Shape::new(&[7, 7, 7], &[Link { a: 0, b: 1, weight: 4096 }, Link { a: 1, b: 2, weight: 2048 }]);
    /// assert_eq!(shape.clusters()[0].density(), 2.0 / 3.0);
    /// ```
    #[must_use]
    pub fn density(&self) -> f64 {
        if self.size < 2 { 1.0 } else { self.links as f64 / self.pairs() as f64 }
    }

    /// The mean weight of its links in bits; none without links.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Link, Shape};
    ///
    /// let shape = Shape::new(&[7, 7], &[Link { a: 0, b: 1, weight: 4096 }]);
    /// assert_eq!(shape.clusters()[0].mean(), Some(4.0));
    /// ```
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.links > 0).then(|| self.weight as f64 / self.links as f64 / f64::from(BIT))
    }

    fn pairs(&self) -> u64 {
        u64::from(self.size) * u64::from(self.size.saturating_sub(1)) / 2
    }
}

/// A link that alone holds two sides together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Bridge {
    /// The label of its cluster.
    pub cluster: u32,
    /// The link.
    pub link: Link,
    /// The records on the side of `link.a` and on that of `link.b`.
    pub sides: (u32, u32),
}

/// A record that alone holds two or more parts together: an articulation point.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Joint {
    /// The label of its cluster.
    pub cluster: u32,
    /// The record.
    pub record: u32,
    /// The records of each part that would remain without it, largest first.
    pub parts: Vec<u32>,
}

/// The clusters and what holds them together.
///
/// ```
/// use onefold_identity::matching::quality::{Link, Shape};
///
/// // Three records of Ada, three of her sister Agnes, and one weak link between them.
/// let strong = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)].map(|(a, b)| Link { a, b, weight: 9000 });
/// let weak = Link { a: 2, b: 3, weight: 3000 };
/// let links: Vec<Link> = strong.into_iter().chain([weak]).collect();
/// let shape = Shape::new(&[0; 6], &links);
///
/// assert_eq!(shape.sizes(), [(6, 1)]);
/// assert_eq!(shape.clusters()[0].weakest, Some(weak));
/// let bridge = shape.bridges()[0];
/// assert_eq!((bridge.link, bridge.sides), (weak, (3, 3)));
/// assert_eq!(shape.joints()[0].parts, [3, 2]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Shape {
    clusters: Vec<Cohesion>,
    bridges: Vec<Bridge>,
    joints: Vec<Joint>,
}

impl Shape {
    /// Looks at clusters, a label for each record, and at the accepted links. Links between two clusters hold nothing
    /// together and are not counted.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Link, Shape};
    ///
    /// let shape = Shape::new(&[1, 2], &[Link { a: 0, b: 1, weight: 5000 }]);
    /// assert_eq!((shape.clusters().len(), shape.bridges().len()), (2, 0));
    /// ```
    #[must_use]
    pub fn new(clusters: &[u32], links: &[Link]) -> Self {
        let mut links = within(clusters, links);
        let walk = Walk::new(clusters.len(), links.iter());
        let mut rows: BTreeMap<u32, Cohesion> = BTreeMap::new();
        for label in clusters {
            let row = rows.entry(*label).or_insert(Cohesion {
                cluster: *label,
                size: 0,
                links: 0,
                weight: 0,
                parts: 0,
                weakest: None,
            });
            row.size += 1;
            row.parts += 1;
        }
        let mut bridges = Vec::new();
        let mut joined: UnionFind<u32> = UnionFind::new(clusters.len());
        // Kruskal's algorithm from the strongest down: the last link that joins two parts of a cluster is its weakest.
        links.sort_unstable_by_key(|link| (Reverse(link.weight), link.a, link.b));
        for link in &links {
            let cluster = at(clusters, link.a);
            if let Some(row) = rows.get_mut(&cluster) {
                row.links += 1;
                row.weight += i64::from(link.weight);
                if joined.union(link.a, link.b) {
                    row.parts -= 1;
                    row.weakest = Some(*link);
                }
            }
            bridges.extend(walk.sides(link.a, link.b).map(|sides| Bridge { cluster, link: *link, sides }));
        }
        bridges.sort_by_key(|bridge| (Reverse(bridge.sides.0.min(bridge.sides.1)), bridge.link.weight));
        let mut joints: Vec<Joint> = walk
            .joints()
            .into_iter()
            .map(|(record, parts)| Joint { cluster: at(clusters, record), record, parts })
            .collect();
        joints.sort_by_key(|joint| Reverse(joint.parts.get(1).copied()));
        Self { clusters: rows.into_values().collect(), bridges, joints }
    }

    /// Every cluster, in the order of labels.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Shape;
    /// assert_eq!(Shape::new(&[9, 2, 9], &[]).clusters()[1].size, 2);
    /// ```
    #[must_use]
    pub fn clusters(&self) -> &[Cohesion] {
        &self.clusters
    }

    /// How many clusters there are of each size, smallest first.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Shape;
    /// assert_eq!(Shape::new(&[9, 2, 9, 4], &[]).sizes(), [(1, 2), (2, 1)]);
    /// ```
    #[must_use]
    pub fn sizes(&self) -> Vec<(u32, u64)> {
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        for row in &self.clusters {
            *sizes.entry(row.size).or_default() += 1;
        }
        sizes.into_iter().collect()
    }

    /// The largest clusters, largest first.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Shape;
    /// assert_eq!(Shape::new(&[9, 2, 9], &[]).largest(1)[0].cluster, 9);
    /// ```
    #[must_use]
    pub fn largest(&self, most: usize) -> Vec<Cohesion> {
        let mut rows = self.clusters.clone();
        rows.sort_by_key(|row| (Reverse(row.size), row.cluster));
        rows.truncate(most);
        rows
    }

    /// The least cohesive clusters of two records and more: the least dense first; of equally dense ones, that of the
    /// weakest link.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Link, Shape};
    ///
    /// // Ada's pair is linked, Grace's three records are in a row.
    /// let links = [(0, 1, 9000), (2, 3, 9000), (3, 4, 9000)].map(|(a, b, weight)| Link { a, b, weight });
    /// assert_eq!(Shape::new(&[1, 1, 2, 2, 2], &links).loosest(1)[0].cluster, 2);
    /// ```
    #[must_use]
    pub fn loosest(&self, most: usize) -> Vec<Cohesion> {
        let mut rows: Vec<Cohesion> = self.clusters.iter().filter(|row| row.size > 1).copied().collect();
        let density = |one: &Cohesion, other: &Cohesion| u128::from(one.links) * u128::from(other.pairs());
        rows.sort_by(|one, other| {
            let weakest = |row: &Cohesion| row.weakest.map(|link| link.weight);
            density(one, other)
                .cmp(&density(other, one))
                .then(weakest(one).cmp(&weakest(other)))
                .then(one.cluster.cmp(&other.cluster))
        });
        rows.truncate(most);
        rows
    }

    /// The bridges, most suspicious first: by the smaller of their sides, the largest first, since a link to one record
    /// more is ordinary and one between two groups is not; then by weight, the weakest first.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Link, Shape};
    ///
    /// let links = [(0, 1), (1, 2), (2, 3)].map(|(a, b)| Link { a, b, weight: 9000 });
    /// let sides: Vec<_> = Shape::new(&[7; 4], &links).bridges().iter().map(|bridge| bridge.sides).collect();
    /// assert_eq!(sides, [(2, 2), (1, 3), (3, 1)]);
    /// ```
    #[must_use]
    pub fn bridges(&self) -> &[Bridge] {
        &self.bridges
    }

    /// The joints, most suspicious first: by the second largest of the parts that each holds together.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Link, Shape};
    ///
    /// // One row of the shop's shared tablet holds three customers together.
    /// let links = [(0, 1), (0, 2), (0, 3)].map(|(a, b)| Link { a, b, weight: 9000 });
    /// assert_eq!(Shape::new(&[7; 4], &links).joints()[0].parts, [1, 1, 1]);
    /// ```
    #[must_use]
    pub fn joints(&self) -> &[Joint] {
        &self.joints
    }
}

/// The links within one cluster.
fn within(clusters: &[u32], links: &[Link]) -> Vec<Link> {
    let links = simple(clusters.len(), links).into_iter().map(|(link, _)| link);
    links.filter(|link| at(clusters, link.a) == at(clusters, link.b)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Into how many parts the links of a threshold and above split some records.
    fn parts(records: &[u32], links: &[Link], threshold: i32) -> usize {
        let mut labels: BTreeMap<u32, u32> = records.iter().map(|record| (*record, *record)).collect();
        for _ in records {
            for link in links.iter().filter(|link| link.weight >= threshold) {
                if let (Some(a), Some(b)) = (labels.get(&link.a).copied(), labels.get(&link.b).copied()) {
                    labels.insert(link.a, a.min(b));
                    labels.insert(link.b, a.min(b));
                }
            }
        }
        labels.iter().filter(|(record, label)| record == label).count()
    }

    proptest! {
        #[test]
        fn above_its_weakest_link_a_cluster_falls_apart(
            clusters in proptest::collection::vec(0..3_u32, 9),
            pairs in proptest::collection::vec((0..9_u32, 0..9_u32, 0..5_i32), 0..25),
        ) {
            let links: Vec<Link> = pairs.iter().map(|(a, b, weight)| Link { a: *a, b: *b, weight: *weight }).collect();
            let shape = Shape::new(&clusters, &links);
            for row in shape.clusters() {
                let records: Vec<u32> = (0..9).filter(|record| clusters[*record as usize] == row.cluster).collect();
                prop_assert_eq!(row.size as usize, records.len());
                prop_assert_eq!(row.parts as usize, parts(&records, &links, i32::MIN));
                if let Some(weakest) = row.weakest {
                    prop_assert_eq!(parts(&records, &links, weakest.weight), row.parts as usize);
                    prop_assert!(parts(&records, &links, weakest.weight + 1) > row.parts as usize);
                }
                let within = |link: &&Link| records.contains(&link.a) && records.contains(&link.b) && link.a != link.b;
                let distinct: std::collections::BTreeSet<(u32, u32)> =
                    links.iter().filter(within).map(|link| (link.a.min(link.b), link.a.max(link.b))).collect();
                prop_assert_eq!(row.links as usize, distinct.len());
                prop_assert!((0.0..=1.0).contains(&row.density()));
            }
            for (one, other) in shape.loosest(9).iter().zip(shape.loosest(9).iter().skip(1)) {
                prop_assert!(one.density() <= other.density());
            }
        }
    }

    #[test]
    fn what_a_declared_identifier_holds_together_is_told_as_parts() {
        let shape = Shape::new(&[4, 4, 4], &[Link { a: 0, b: 1, weight: 1 }]);
        assert_eq!((shape.clusters()[0].parts, shape.clusters()[0].weakest.map(|link| link.b)), (2, Some(1)));
    }
}
