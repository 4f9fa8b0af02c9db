//! A clustering against the truth, three ways.
//!
//! *Pairwise*: of the pairs that the clusters imply, which are pairs of one entity? One wrong merge of two large
//! clusters costs many pairs. *B-cubed* (Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector
//! space model", 1998): of the records beside mine, how many are mine, averaged over records; large clusters count by
//! their records, not by their pairs. *Cluster*: how many entities came out exactly, no record more and none less. See
//! Barnes, "A practitioner's guide to evaluating entity resolution results", 2015, for how they differ.
//!
//! Pairs are counted without being visited: rows are sorted by cluster and entity, and a run of n equal rows holds
//! n(n-1)/2 pairs. Records whose entity is unknown are left out, as if they had not been there.
//!
//! A ratio over nothing is one: who says nothing says nothing wrong.

use std::collections::BTreeMap;

use super::at;

/// What is known about who is who: an entity for some records, and perhaps a source for each.
///
/// ```
/// use onefold_identity::matching::quality::Truth;
///
/// // Ada bought twice; of the third record nobody knows whose it is.
/// let truth = Truth::new(&[Some(7), Some(7), None]);
/// assert_eq!((truth.entity(1), truth.entity(2)), (Some(7), None));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Truth<'a> {
    entities: &'a [Option<u32>],
    sources: Option<&'a [u16]>,
}

impl<'a> Truth<'a> {
    /// The entity of each record; a record beyond the end is unknown.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Truth;
    /// assert_eq!(Truth::new(&[]).entity(0), None);
    /// ```
    #[must_use]
    pub fn new(entities: &'a [Option<u32>]) -> Self {
        Self { entities, sources: None }
    }

    /// Counts only pairs across sources, as a linkage of two files does, each of which names nobody twice.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Truth, measure};
    ///
    /// // Row 0 is of the till, rows 1 and 2 are of the newsletter: their pair does not count.
    /// let truth = Truth::new(&[Some(7), Some(7), Some(8)]).across(&[0, 1, 1]);
    /// assert_eq!(measure(&[1, 1, 1], truth).pairs.said, 2);
    /// ```
    #[must_use]
    pub fn across(self, sources: &'a [u16]) -> Self {
        Self { sources: Some(sources), ..self }
    }

    /// The entity of a record, if known.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Truth;
    /// assert_eq!(Truth::new(&[Some(7)]).entity(0), Some(7));
    /// ```
    #[must_use]
    pub fn entity(&self, record: u32) -> Option<u32> {
        at(self.entities, record)
    }

    /// The source of a record, where pairs count only across sources; beyond the end it is source 0.
    pub(super) fn source(&self, record: u32) -> Option<u16> {
        self.sources.map(|sources| at(sources, record))
    }
}

/// How many were right, of those said and of those wanted.
///
/// ```
/// use onefold_identity::matching::quality::Count;
///
/// let count = Count { right: 3, said: 4, wanted: 6 };
/// assert_eq!((count.precision(), count.recall(), count.f1()), (0.75, 0.5, 0.6));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// Said and wanted.
    pub right: u64,
    /// Said by the matching.
    pub said: u64,
    /// Wanted by the truth.
    pub wanted: u64,
}

impl Count {
    /// Right of those said.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Count;
    /// assert_eq!(Count { right: 0, said: 0, wanted: 6 }.precision(), 1.0);
    /// ```
    #[must_use]
    pub fn precision(self) -> f64 {
        ratio(self.right.into(), self.said.into())
    }

    /// Right of those wanted.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Count;
    /// assert_eq!(Count { right: 0, said: 0, wanted: 6 }.recall(), 0.0);
    /// ```
    #[must_use]
    pub fn recall(self) -> f64 {
        ratio(self.right.into(), self.wanted.into())
    }

    /// The harmonic mean of both, which is 2 right / (said + wanted).
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Count;
    /// assert_eq!(Count { right: 0, said: 0, wanted: 6 }.f1(), 0.0);
    /// ```
    #[must_use]
    pub fn f1(self) -> f64 {
        ratio(2 * u128::from(self.right), u128::from(self.said) + u128::from(self.wanted))
    }
}

/// Precision and recall that are means over records, not shares of a count.
///
/// ```
/// use onefold_identity::matching::quality::Score;
///
/// assert_eq!(Score { precision: 1.0, recall: 0.5 }.f1(), 2.0 / 3.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Score {
    /// Between 0 and 1.
    pub precision: f64,
    /// Between 0 and 1.
    pub recall: f64,
}

impl Score {
    /// The harmonic mean of both.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Score;
    /// assert_eq!(Score { precision: 0.0, recall: 0.0 }.f1(), 0.0);
    /// ```
    #[must_use]
    pub fn f1(self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// A clustering against the truth; see [`measure`].
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Measure {
    /// Records whose entity is known, and that were counted therefore.
    pub records: u64,
    /// Pairs of records that the clusters imply.
    pub pairs: Count,
    /// The mean over records.
    pub bcubed: Score,
    /// Clusters that hold an entity exactly.
    pub clusters: Count,
}

/// Measures clusters, a label for each record, against the truth, in the time of sorting the records.
///
/// Sources restrict pairs alone: B-cubed and clusters are about records and know no pairs.
///
/// ```
/// use onefold_identity::matching::quality::{Truth, measure};
///
/// // Rows 0, 1, 2 are Ada's, row 3 is Grace's. The matching found two of Ada's, and gave the third to Grace.
/// let found = measure(&[5, 5, 9, 9], Truth::new(&[Some(0), Some(0), Some(0), Some(1)]));
///
/// assert_eq!((found.pairs.right, found.pairs.said, found.pairs.wanted), (1, 2, 3));
/// assert_eq!(found.bcubed.precision, 0.75);
/// assert_eq!(found.clusters.right, 0);
/// ```
#[must_use]
pub fn measure(clusters: &[u32], truth: Truth<'_>) -> Measure {
    let rows: Vec<(u32, u32, Option<u16>)> = (0..)
        .zip(clusters)
        .filter_map(|(record, label)| truth.entity(record).map(|entity| (*label, entity, truth.source(record))))
        .collect();
    let pairs = |key: fn(u32, u32) -> u64| {
        pairs(rows.iter().map(|(label, entity, source)| (key(*label, *entity), *source)).collect())
    };
    let by_label = cells(rows.iter().map(|(label, entity, _)| join(*label, *entity)));
    let by_entity = cells(rows.iter().map(|(label, entity, _)| join(*entity, *label)));
    let wanted: BTreeMap<u32, u64> = by_entity.iter().map(|whole| (whole.of, whole.size)).collect();
    let exact = by_label.iter().filter_map(|whole| match whole.cells.as_slice() {
        [(entity, size)] => wanted.get(entity).filter(|all| *all == size),
        _ => None,
    });
    Measure {
        records: rows.len() as u64,
        pairs: Count {
            right: pairs(join),
            said: pairs(|label, _| u64::from(label)),
            wanted: pairs(|_, entity| u64::from(entity)),
        },
        bcubed: Score { precision: mean(&by_label, rows.len() as u64), recall: mean(&by_entity, rows.len() as u64) },
        clusters: Count { right: exact.count() as u64, said: by_label.len() as u64, wanted: by_entity.len() as u64 },
    }
}

/// A cluster, and how many of its records are of which entity; or an entity, and its records by cluster.
struct Whole {
    of: u32,
    size: u64,
    cells: Vec<(u32, u64)>,
}

fn cells(keys: impl Iterator<Item = u64>) -> Vec<Whole> {
    let mut keys: Vec<u64> = keys.collect();
    keys.sort_unstable();
    let low = |key: u64| (key & u64::from(u32::MAX)) as u32;
    let cell = |run: &[u64]| (run.first().map_or(0, |key| low(*key)), run.len() as u64);
    keys.chunk_by(|a, b| a >> 32 == b >> 32)
        .map(|whole| Whole {
            of: whole.first().map_or(0, |key| low(key >> 32)),
            size: whole.len() as u64,
            cells: whole.chunk_by(|a, b| a == b).map(cell).collect(),
        })
        .collect()
}

/// The mean over records of the share of their own among their neighbours. Numerators of equal denominators are added
/// as integers, and there are few denominators: the sizes.
fn mean(wholes: &[Whole], records: u64) -> f64 {
    let mut sums: BTreeMap<u64, u128> = BTreeMap::new();
    for whole in wholes {
        let own: u128 = whole.cells.iter().map(|(_, size)| u128::from(*size).pow(2)).sum();
        *sums.entry(whole.size).or_default() += own;
    }
    if records == 0 {
        return 1.0;
    }
    let (whole, part) = sums.iter().fold((0_u128, 0.0), |(whole, part), (size, sum)| {
        let size = u128::from(*size);
        (whole + sum / size, part + ratio(sum % size, size))
    });
    (whole as f64 + part) / records as f64
}

/// The pairs within runs of equal keys; where sources are given, those across sources.
fn pairs(mut keys: Vec<(u64, Option<u16>)>) -> u64 {
    keys.sort_unstable();
    let all: u64 = keys.chunk_by(|a, b| a.0 == b.0).map(|run| choose(run.len())).sum();
    let inside = |run: &[(u64, Option<u16>)]| match run {
        [(_, Some(_)), ..] => choose(run.len()),
        _ => 0,
    };
    all - keys.chunk_by(|a, b| a == b).map(inside).sum::<u64>()
}

fn choose(count: usize) -> u64 {
    let count = count as u64;
    count * count.saturating_sub(1) / 2
}

fn join(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn ratio(part: u128, whole: u128) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Visits every pair and every record's neighbours.
    fn oracle(clusters: &[u32], truth: &[Option<u32>], sources: Option<&[u16]>) -> (Count, f64, f64, Count) {
        let known: Vec<usize> = (0..clusters.len()).filter(|row| truth[*row].is_some()).collect();
        let mut pairs = Count::default();
        for a in &known {
            for b in known.iter().filter(|b| a < *b && sources.is_none_or(|sources| sources[*a] != sources[**b])) {
                let (said, wanted) = (clusters[*a] == clusters[*b], truth[*a] == truth[*b]);
                pairs.right += u64::from(said && wanted);
                pairs.said += u64::from(said);
                pairs.wanted += u64::from(wanted);
            }
        }
        let beside = |row: usize| -> Vec<usize> {
            known.iter().copied().filter(|other| clusters[*other] == clusters[row]).collect()
        };
        let own =
            |row: usize| -> Vec<usize> { known.iter().copied().filter(|other| truth[*other] == truth[row]).collect() };
        let (mut precision, mut recall) = (0.0, 0.0);
        let (mut said, mut wanted) = (Vec::new(), Vec::new());
        for row in &known {
            let both = beside(*row).iter().filter(|other| own(*row).contains(other)).count() as f64;
            precision += both / beside(*row).len() as f64 / known.len() as f64;
            recall += both / own(*row).len() as f64 / known.len() as f64;
            said.push(beside(*row));
            wanted.push(own(*row));
        }
        for sets in [&mut said, &mut wanted] {
            sets.sort();
            sets.dedup();
        }
        let right = said.iter().filter(|set| wanted.contains(set)).count() as u64;
        if known.is_empty() {
            (precision, recall) = (1.0, 1.0);
        }
        (pairs, precision, recall, Count { right, said: said.len() as u64, wanted: wanted.len() as u64 })
    }

    proptest! {
        #[test]
        fn counting_runs_is_visiting_every_pair(
            rows in proptest::collection::vec((0..6_u32, proptest::option::weighted(0.8, 0..6_u32), 0..3_u16), 0..40),
            linkage: bool,
        ) {
            let clusters: Vec<u32> = rows.iter().map(|row| row.0 * 700_000_000).collect();
            let truth: Vec<Option<u32>> = rows.iter().map(|row| row.1.map(|entity| u32::MAX - entity)).collect();
            let sources: Vec<u16> = rows.iter().map(|row| row.2).collect();
            let sources = linkage.then_some(sources.as_slice());
            let given = sources.map_or(Truth::new(&truth), |sources| Truth::new(&truth).across(sources));
            let found = measure(&clusters, given);
            let (pairs, precision, recall, exact) = oracle(&clusters, &truth, sources);
            prop_assert_eq!(found.pairs, pairs);
            prop_assert_eq!(found.clusters, exact);
            prop_assert!((found.bcubed.precision - precision).abs() < 1e-12);
            prop_assert!((found.bcubed.recall - recall).abs() < 1e-12);
        }
    }

    #[test]
    fn a_million_records_in_one_cluster_are_counted_without_visiting_their_pairs() {
        let truth = vec![Some(1); 1_000_000];
        let found = measure(&vec![3; 1_000_000], Truth::new(&truth));
        assert_eq!(found.pairs, Count { right: 499_999_500_000, said: 499_999_500_000, wanted: 499_999_500_000 });
        assert_eq!((found.bcubed.f1(), found.clusters.f1()), (1.0, 1.0));
    }

    #[test]
    fn what_is_unknown_is_as_if_it_were_absent() {
        let with = measure(&[1, 1, 2, 2], Truth::new(&[Some(1), None, Some(1)]));
        assert_eq!(with, measure(&[1, 2], Truth::new(&[Some(1), Some(1)])));
        assert_eq!(measure(&[], Truth::new(&[])).bcubed, Score { precision: 1.0, recall: 1.0 });
    }
}
