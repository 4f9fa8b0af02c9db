//! Every threshold at once: what would be linked, and how good it would be.
//!
//! Links are taken from the strongest down, and clusters are their transitive closure so far. Joining two clusters adds
//! |A| |B| pairs, and of one entity as many as the products of their counts of it; so the curve needs no visit to the
//! pairs. The smaller cluster moves into the larger, hence each record moves at most log2 n times.
//!
//! With constraints (one-to-one, never) the resolver makes smaller clusters than the closure: the curve is about the
//! weights, not about the constraints.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Count, Link, Truth, at, change, simple};

/// What a threshold gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Point {
    /// Links of this weight and above are taken; 1/1024 bit.
    pub threshold: i32,
    /// The links taken.
    pub links: u64,
    /// The pairs that their closure implies, the links among them.
    pub pairs: u64,
    /// The clusters, records alone among them.
    pub clusters: u64,
    /// The records of the largest cluster.
    pub largest: u32,
    /// Against the truth, if it was given.
    pub marks: Option<Marks>,
}

/// What a threshold gives, against the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Marks {
    /// The links themselves, before closure.
    pub links: Count,
    /// The pairs implied by their closure.
    pub pairs: Count,
    /// The clusters that hold an entity exactly.
    pub clusters: Count,
}

/// The count by which thresholds are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The links themselves.
    Links,
    /// The pairs implied by their closure.
    Pairs,
    /// The clusters that hold an entity exactly.
    Clusters,
}

/// The points of all thresholds, from the highest down.
///
/// ```
/// use onefold_identity::matching::quality::{By, Curve, Link, Truth};
///
/// // Rows 0 and 1 are Ada's, row 2 is Grace's.
/// let links = [Link { a: 0, b: 1, weight: 9000 }, Link { a: 1, b: 2, weight: 2000 }];
/// let truth = [Some(1), Some(1), Some(2)];
/// let curve = Curve::new(3, &links, Some(Truth::new(&truth)), usize::MAX);
///
/// let best = curve.best(By::Pairs).expect("there are links and a truth");
/// assert_eq!((best.threshold, best.clusters), (9000, 2));
/// // A threshold between the two weights gives the same.
/// assert_eq!(curve.at(5000), Some(best));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Curve {
    points: Vec<Point>,
}

impl Curve {
    /// The points of every distinct weight, or of `most` that are spread evenly over them, the ends among them.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Curve, Link};
    ///
    /// // Without truth, a curve still says when clusters grow too large.
    /// let links: Vec<Link> = (0..9).map(|a| Link { a, b: a + 1, weight: 1000 - a as i32 }).collect();
    /// let curve = Curve::new(10, &links, None, 3);
    /// let seen: Vec<_> = curve.points().iter().map(|point| (point.threshold, point.largest)).collect();
    /// assert_eq!(seen, [(1000, 2), (996, 6), (992, 10)]);
    /// ```
    #[must_use]
    pub fn new(records: u32, links: &[Link], truth: Option<Truth<'_>>, most: usize) -> Self {
        let mut links: Vec<Link> = simple(records as usize, links).into_iter().map(|(link, _)| link).collect();
        links.sort_unstable_by_key(|link| (Reverse(link.weight), link.a, link.b));
        let groups = || links.chunk_by(|a, b| a.weight == b.weight);
        let last = groups().count().saturating_sub(1);
        let spread = most.clamp(1, last + 1).saturating_sub(1);
        let mut parts = Parts::new(records, truth);
        let mut points = Vec::new();
        let mut shown = 0;
        for (nth, group) in groups().enumerate() {
            for link in group {
                parts.take(*link);
            }
            // The place of the next point shown, of `spread + 1` from 0 to `last`; one alone is the last.
            let next = (shown as u128 * last as u128).checked_div(spread as u128).unwrap_or(last as u128);
            if nth as u128 == next {
                shown += 1;
                points.extend(group.first().map(|link| Point { threshold: link.weight, ..parts.point }));
            }
        }
        Self { points }
    }

    /// The points, from the highest threshold down.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Curve;
    /// assert!(Curve::new(10, &[], None, 100).points().is_empty());
    /// ```
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The point of the highest F1, compared exactly; of equal ones, that of the highest threshold. None without truth.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::{By, Curve};
    /// assert_eq!(Curve::new(10, &[], None, 100).best(By::Clusters), None);
    /// ```
    #[must_use]
    pub fn best(&self, by: By) -> Option<&Point> {
        let f1 = |point: &Point| {
            let count = point.marks.map(|marks| marks.by(by)).unwrap_or_default();
            (u128::from(count.right), u128::from(count.said) + u128::from(count.wanted))
        };
        let marked = self.points.iter().filter(|point| point.marks.is_some());
        marked.reduce(|best, point| {
            let ((right, of), (best_right, best_of)) = (f1(point), f1(best));
            if right * best_of > best_right * of { point } else { best }
        })
    }

    /// What a threshold gives: the point of the weakest weight that reaches it, of those that the curve holds. None
    /// where nothing reaches it, and so every record would stay alone.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Curve, Link};
    ///
    /// let curve = Curve::new(2, &[Link { a: 0, b: 1, weight: 7 }], None, 100);
    /// assert_eq!(curve.at(0).map(|point| point.links), Some(1));
    /// assert_eq!(curve.at(8), None);
    /// ```
    #[must_use]
    pub fn at(&self, threshold: i32) -> Option<&Point> {
        let reached = self.points.partition_point(|point| point.threshold >= threshold);
        reached.checked_sub(1).and_then(|last| self.points.get(last))
    }
}

impl Marks {
    /// The count by that name.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{By, Curve, Link, Truth};
    ///
    /// let ada = [Some(1), Some(1)];
    /// let curve = Curve::new(2, &[Link { a: 0, b: 1, weight: 7 }], Some(Truth::new(&ada)), 100);
    /// assert_eq!(curve.points()[0].marks.map(|marks| marks.by(By::Links).right), Some(1));
    /// ```
    #[must_use]
    pub fn by(&self, by: By) -> Count {
        match by {
            By::Links => self.links,
            By::Pairs => self.pairs,
            By::Clusters => self.clusters,
        }
    }
}

/// What is counted of a cluster: its records of an entity, of a source, or of both.
type Kind = (Option<u32>, Option<u16>);

/// The clusters while links are taken.
struct Parts<'a> {
    truth: Option<Truth<'a>>,
    /// By record: its cluster.
    cluster: Vec<u32>,
    /// By record: the next one of its cluster, around in a ring.
    next: Vec<u32>,
    /// By cluster: its records.
    size: Vec<u32>,
    /// By cluster: its records whose entity is known.
    known: Vec<u32>,
    /// By cluster: the entity of one of them.
    entity: Vec<Option<u32>>,
    /// By cluster and kind: how many. Kinds without an entity or a source are not kept.
    counts: BTreeMap<(u32, Kind), u32>,
    /// By entity: its records.
    totals: BTreeMap<u32, u32>,
    point: Point,
}

impl<'a> Parts<'a> {
    fn new(records: u32, truth: Option<Truth<'a>>) -> Self {
        let entity = |record: u32| truth.and_then(|truth| truth.entity(record));
        let mut parts = Self {
            truth,
            cluster: (0..records).collect(),
            next: (0..records).collect(),
            size: vec![1; records as usize],
            known: (0..records).map(|record| entity(record).is_some().into()).collect(),
            entity: (0..records).map(entity).collect(),
            counts: BTreeMap::new(),
            totals: BTreeMap::new(),
            point: Point {
                threshold: i32::MAX,
                links: 0,
                pairs: 0,
                clusters: records.into(),
                largest: records.min(1),
                marks: None,
            },
        };
        if let Some(truth) = truth {
            for record in 0..records {
                parts.enter(record, record);
                if let Some(entity) = truth.entity(record) {
                    *parts.totals.entry(entity).or_default() += 1;
                }
            }
            // Before the first link, each record is a cluster, some of them exact already.
            let labels: Vec<u32> = (0..records).collect();
            let alone = super::measure(&labels, truth);
            let wanted = Count { right: 0, said: 0, wanted: alone.pairs.wanted };
            parts.point.marks = Some(Marks { links: wanted, pairs: wanted, clusters: alone.clusters });
        }
        parts
    }

    /// The kinds by which a known record is counted: entity, source, both.
    fn kinds(&self, record: u32) -> Option<(Kind, Option<(Kind, Kind)>)> {
        let truth = self.truth?;
        let entity = Some(truth.entity(record)?);
        let source = truth.source(record);
        Some(((entity, None), source.map(|_| ((None, source), (entity, source)))))
    }

    fn enter(&mut self, cluster: u32, record: u32) {
        if let Some((own, apart)) = self.kinds(record) {
            let apart = apart.into_iter().flat_map(|(source, both)| [source, both]);
            for kind in apart.chain([own]) {
                *self.counts.entry((cluster, kind)).or_default() += 1;
            }
        }
    }

    fn leave(&mut self, cluster: u32, record: u32) {
        if let Some((own, apart)) = self.kinds(record) {
            let apart = apart.into_iter().flat_map(|(source, both)| [source, both]);
            for kind in apart.chain([own]) {
                self.counts.remove(&(cluster, kind));
            }
        }
    }

    fn count(&self, cluster: u32, kind: Kind) -> u64 {
        self.counts.get(&(cluster, kind)).copied().unwrap_or(0).into()
    }

    /// Whether a cluster's known records are an entity, all of it and nothing else.
    fn is_exact(&self, cluster: u32) -> bool {
        at(&self.entity, cluster).is_some_and(|entity| {
            let known = at(&self.known, cluster);
            self.count(cluster, (Some(entity), None)) == u64::from(known) && self.totals.get(&entity) == Some(&known)
        })
    }

    fn take(&mut self, link: Link) {
        self.point.links += 1;
        if let (Some(truth), Some(marks)) = (self.truth, &mut self.point.marks)
            && let (Some(one), Some(other)) = (truth.entity(link.a), truth.entity(link.b))
            && truth.source(link.a).is_none_or(|source| Some(source) != truth.source(link.b))
        {
            marks.links.said += 1;
            marks.links.right += u64::from(one == other);
        }
        let (a, b) = (at(&self.cluster, link.a), at(&self.cluster, link.b));
        if a != b {
            let (large, small) = if at(&self.size, a) < at(&self.size, b) { (b, a) } else { (a, b) };
            self.join(large, small);
        }
    }

    fn join(&mut self, large: u32, small: u32) {
        let (more, fewer) = (at(&self.size, large), at(&self.size, small));
        self.point.pairs += u64::from(more) * u64::from(fewer);
        self.point.clusters -= 1;
        self.point.largest = self.point.largest.max(more + fewer);
        let exact = u64::from(self.is_exact(large)) + u64::from(self.is_exact(small));
        let known = (at(&self.known, large), at(&self.known, small));

        // A cluster is named by one of its records, so its ring can be walked from there.
        let ring: Vec<u32> =
            std::iter::successors(Some(small), |record| Some(at(&self.next, *record)).filter(|next| *next != small))
                .collect();
        let (mut said, mut right) = (0, 0);
        for (own, apart) in ring.iter().filter_map(|record| self.kinds(*record)) {
            said += u64::from(known.0);
            right += self.count(large, own);
            if let Some((source, both)) = apart {
                said -= self.count(large, source);
                right -= self.count(large, both);
            }
        }
        for record in &ring {
            change(&mut self.cluster, *record, |cluster| *cluster = large);
            self.leave(small, *record);
            self.enter(large, *record);
        }
        let (after_large, after_small) = (at(&self.next, large), at(&self.next, small));
        change(&mut self.next, large, |next| *next = after_small);
        change(&mut self.next, small, |next| *next = after_large);
        change(&mut self.size, large, |size| *size = more + fewer);
        change(&mut self.known, large, |all| *all = known.0 + known.1);
        let entity = at(&self.entity, large).or(at(&self.entity, small));
        change(&mut self.entity, large, |slot| *slot = entity);

        let now = u64::from(self.is_exact(large));
        if let Some(marks) = &mut self.point.marks {
            marks.pairs.said += said;
            marks.pairs.right += right;
            marks.clusters.said -= u64::from(known.0 > 0 && known.1 > 0);
            marks.clusters.right = marks.clusters.right + now - exact;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matching::quality::measure;

    /// The closure by flooding, from nothing, at one threshold.
    fn closure(records: u32, links: &[Link], threshold: i32) -> Vec<u32> {
        let mut labels: Vec<u32> = (0..records).collect();
        for _ in 0..records {
            for link in links.iter().filter(|link| link.weight >= threshold) {
                let least = labels[link.a as usize].min(labels[link.b as usize]);
                labels[link.a as usize] = least;
                labels[link.b as usize] = least;
            }
        }
        labels
    }

    proptest! {
        #[test]
        fn each_point_is_the_closure_measured_from_nothing(
            links in proptest::collection::vec((0..12_u32, 0..12_u32, -4..5_i32), 0..40),
            rows in proptest::collection::vec((proptest::option::weighted(0.8, 0..5_u32), 0..2_u16), 12),
            linkage: bool,
        ) {
            let links: Vec<Link> = links.into_iter().map(|(a, b, weight)| Link { a, b, weight }).collect();
            let entities: Vec<Option<u32>> = rows.iter().map(|row| row.0).collect();
            let sources: Vec<u16> = rows.iter().map(|row| row.1).collect();
            let truth = Truth::new(&entities);
            let truth = if linkage { truth.across(&sources) } else { truth };
            let curve = Curve::new(12, &links, Some(truth), usize::MAX);
            for point in curve.points() {
                let labels = closure(12, &links, point.threshold);
                let found = measure(&labels, truth);
                let all: Vec<Option<u32>> = vec![Some(0); 12];
                let marks = point.marks.expect("truth was given");
                prop_assert_eq!(marks.pairs, found.pairs);
                prop_assert_eq!(marks.clusters, found.clusters);
                prop_assert_eq!(point.pairs, measure(&labels, Truth::new(&all)).pairs.said);
                let mut sizes = [0_u32; 12];
                labels.iter().for_each(|label| sizes[*label as usize] += 1);
                prop_assert_eq!(u64::from(point.largest), u64::from(*sizes.iter().max().expect("twelve")));
                prop_assert_eq!(point.clusters, sizes.iter().filter(|size| **size > 0).count() as u64);
                let taken: std::collections::BTreeSet<(u32, u32)> = links
                    .iter()
                    .filter(|link| link.a != link.b && link.weight >= point.threshold)
                    .map(|link| (link.a.min(link.b), link.a.max(link.b)))
                    .collect();
                prop_assert_eq!(point.links, taken.len() as u64);
                let counted = |(a, b): &&(u32, u32)| {
                    let (a, b) = (*a as usize, *b as usize);
                    entities[a].is_some() && entities[b].is_some() && (!linkage || sources[a] != sources[b])
                };
                let right = |(a, b): &&(u32, u32)| entities[*a as usize] == entities[*b as usize];
                prop_assert_eq!(marks.links.said, taken.iter().filter(counted).count() as u64);
                prop_assert_eq!(marks.links.right, taken.iter().filter(counted).filter(right).count() as u64);
                prop_assert_eq!(marks.links.wanted, found.pairs.wanted);
            }
            for by in [By::Links, By::Pairs, By::Clusters] {
                let of = |point: &Point| point.marks.expect("truth was given").by(by).f1();
                let best = curve.points().iter().map(of).fold(0.0, f64::max);
                prop_assert!(curve.best(by).is_none_or(|point| (of(point) - best).abs() < 1e-12));
            }
            let thin = Curve::new(12, &links, Some(truth), 3);
            prop_assert_eq!(thin.points().len(), curve.points().len().min(3));
            prop_assert!(thin.points().iter().all(|point| curve.points().contains(point)));
            prop_assert_eq!(thin.points().last(), curve.points().last());
        }
    }

    #[test]
    fn a_long_chain_moves_its_records_few_times() {
        let links: Vec<Link> = (0..99_999).map(|a| Link { a, b: a + 1, weight: 7 }).collect();
        let truth = vec![Some(1); 100_000];
        let curve = Curve::new(100_000, &links, Some(Truth::new(&truth)), 10);
        let marks = curve.points()[0].marks.expect("truth was given");
        assert_eq!((marks.pairs.f1(), marks.clusters.right), (1.0, 1));
    }
}
