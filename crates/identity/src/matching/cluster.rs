//! From links to clusters.
//!
//! Links are taken in one canonical order: what a human ruled, what a rule of the user makes one, then by weight, ties by
//! what the records say and then by their ids, as in Kruskal's algorithm. Two clusters join if no constraint is broken and if *all* evidence
//! between them speaks for it: the mean weight over all pairs of a record here and a record there, where a pair that
//! nobody compared, or that weighs less, counts as much as the least weight that is kept. So one strong link joins two
//! records; between two clusters of several it is outvoted unless others support it, and a chain of lookalikes does not
//! grow together. (Average linkage on log odds: the greedy form of correlation clustering, Bansal, Blum and Chawla,
//! Machine Learning 56, 2004.)
//!
//! A component is what links of at least the threshold join, constraints aside. Components do not touch, so each is
//! solved by itself, and after a change only those that it touches. The result depends on the set of records, links and
//! rulings alone.

use super::intern::Map;
use super::model::{Comparer, Model};
use super::record::Records;
use super::ruling::{Rulings, Word};

/// A pair that was not compared, or weighs less, counts as this: five bits against.
pub(crate) const LEAST: i32 = -5 * super::model::BIT;

/// Whether a ruling or a rule of the user keeps two records apart: a ruling goes before a rule.
pub(crate) fn kept_apart(
    (model, comparer, rulings): (&Model, &Comparer, &Rulings),
    records: &Records,
    (a, b): (u32, u32),
) -> bool {
    let key = |row: u32| records.keys.get(row as usize).copied().unwrap_or(0);
    match rulings.word(key(a), key(b)) {
        Some(word) => word == Word::Never,
        None => {
            model.compounds.bars() && {
                let pattern = comparer.pattern(records, records.row(a), records.row(b));
                model.compounds.verdict(pattern, model.comparisons.len()) == Some(false)
            }
        }
    }
}

/// Why two records may be one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// A human's word.
    Ruling,
    /// A rule of the user.
    Rule,
    /// The weight of the evidence.
    Score,
}

/// A link as clusters see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tie {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) ground: Ground,
    /// In 1/1024 bit.
    pub(crate) weight: i32,
}

/// Why a link was not taken.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// It weighs less than the threshold.
    Weak,
    /// A ruling or a rule keeps two records of the clusters apart.
    Never {
        /// Their rows in the table.
        rows: (u32, u32),
    },
    /// The cluster would have two values of a column that has one.
    Unique {
        /// The column.
        column: Box<str>,
    },
    /// The cluster would have two records of one file.
    Sources,
    /// The cluster would be too large.
    Largest {
        /// The most records.
        limit: u32,
        /// The records it would have.
        found: u32,
    },
    /// The evidence between the clusters speaks against it, all told.
    Outvoted {
        /// The mean weight of the pairs between them, in 1/1024 bit.
        mean: i32,
        /// How many pairs there are.
        pairs: u64,
    },
}

/// A merge, in the order in which they happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Merge {
    pub(crate) tie: Tie,
    /// The sizes of the two clusters before.
    pub(crate) sizes: (u32, u32),
    /// The mean weight of all pairs between them.
    pub(crate) mean: i32,
}

/// What constraints look at.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a> {
    pub(crate) records: &'a Records,
    pub(crate) largest: u32,
    pub(crate) one_to_one: bool,
    /// Fields of which a cluster has one value.
    pub(crate) unique: &'a [usize],
    pub(crate) threshold: i32,
    /// Whether two records must stay apart, by a ruling or a rule. `None` where nothing keeps any apart.
    pub(crate) apart: Option<&'a (dyn Fn(u32, u32) -> bool + Sync)>,
}

/// What becomes of one component.
#[derive(Debug, Default)]
pub(crate) struct Solved {
    /// The clusters, each sorted by the hashes of the ids; sorted by their first, which is the root.
    pub(crate) clusters: Vec<Vec<u32>>,
    pub(crate) merges: Vec<Merge>,
    /// Links at or above the threshold that were not taken.
    pub(crate) cuts: Vec<(Tie, Cut)>,
}

struct Part {
    rows: Vec<u32>,
    /// The evidence towards other clusters: the sum of what known links weigh above [`LEAST`].
    towards: Map<u32, i64>,
}

/// Solves a component: its records, and all links among them of at least [`LEAST`].
pub(crate) fn solve(rows: &[u32], ties: &[Tie], bounds: &Bounds<'_>) -> Solved {
    let records = bounds.records;
    let key = |row: u32| (records.keys.get(row as usize).copied().unwrap_or(0), row);
    let rank = |row: u32| records.rank(row);
    let local: Map<u32, u32> = rows.iter().copied().zip(0..).collect();
    let mut parts: Vec<Part> = rows.iter().map(|row| Part { rows: vec![*row], towards: Map::default() }).collect();
    let mut home: Vec<u32> = (0..).take(rows.len()).collect();
    let mut order: Vec<(&Tie, u32, u32)> = Vec::with_capacity(ties.len());
    let ties = strongest(ties);
    for tie in &ties {
        let (Some(a), Some(b)) = (local.get(&tie.a).copied(), local.get(&tie.b).copied()) else { continue };
        let more = i64::from(tie.weight) - i64::from(LEAST);
        for (one, other) in [(a, b), (b, a)] {
            if let Some(part) = parts.get_mut(one as usize) {
                *part.towards.entry(other).or_default() += more;
            }
        }
        order.push((tie, a, b));
    }
    order.sort_unstable_by_key(|(tie, ..)| {
        let (p, q) = (rank(tie.a), rank(tie.b));
        (tie.ground, std::cmp::Reverse(tie.weight), p.min(q), p.max(q))
    });
    let mut solved = Solved::default();
    for (tie, a, b) in order {
        if tie.ground == Ground::Score && tie.weight < bounds.threshold {
            continue;
        }
        let at = |row: u32| home.get(row as usize).copied().unwrap_or(row);
        let (x, y) = (at(a), at(b));
        if x == y {
            continue;
        }
        let (Some(one), Some(other)) = (parts.get(x as usize), parts.get(y as usize)) else { continue };
        let sizes = (one.rows.len() as u32, other.rows.len() as u32);
        let pairs = u64::from(sizes.0) * u64::from(sizes.1);
        let sum = one.towards.get(&y).copied().unwrap_or(0) + i64::from(LEAST) * pairs as i64;
        let mean = i32::try_from(sum.div_euclid(pairs.max(1) as i64)).unwrap_or(i32::MIN);
        let fault = bounds.fault(&one.rows, &other.rows).or_else(|| {
            (tie.ground == Ground::Score && mean < bounds.threshold).then_some(Cut::Outvoted { mean, pairs })
        });
        if let Some(fault) = fault {
            solved.cuts.push((*tie, fault));
            continue;
        }
        solved.merges.push(Merge { tie: *tie, sizes, mean });
        let (large, small) = if sizes.0 < sizes.1 { (y, x) } else { (x, y) };
        // The smaller part moves, so no row moves often.
        for row in parts.get(small as usize).into_iter().flat_map(|part| &part.rows) {
            if let Some(place) = local.get(row).and_then(|at| home.get_mut(*at as usize)) {
                *place = large;
            }
        }
        join(&mut parts, large, small);
    }
    solved.clusters = parts.into_iter().map(|part| part.rows).filter(|rows| !rows.is_empty()).collect();
    for cluster in &mut solved.clusters {
        cluster.sort_unstable_by_key(|row| key(*row));
    }
    solved.clusters.sort_unstable_by_key(|cluster| cluster.first().map(|row| key(*row)));
    solved
}

/// One tie a pair: what a ruling says of two records and what they weigh are not two pieces of evidence.
fn strongest(ties: &[Tie]) -> Vec<Tie> {
    let mut ties = ties.to_vec();
    ties.sort_unstable_by_key(|tie| (tie.a, tie.b, tie.ground, std::cmp::Reverse(tie.weight)));
    ties.dedup_by(|other, one| {
        let same = (one.a, one.b) == (other.a, other.b);
        one.weight = if same { one.weight.max(other.weight) } else { one.weight };
        same
    });
    ties
}

/// Moves the rows and the evidence of the smaller part to the larger, behind its own.
fn join(parts: &mut [Part], large: u32, small: u32) {
    let Some(gone) = parts.get_mut(small as usize) else { return };
    let rows = std::mem::take(&mut gone.rows);
    let towards = std::mem::take(&mut gone.towards);
    for (other, more) in towards {
        if let Some(part) = parts.get_mut(other as usize) {
            part.towards.remove(&small);
            if other != large {
                *part.towards.entry(large).or_default() += more;
            }
        }
        if other != large
            && let Some(part) = parts.get_mut(large as usize)
        {
            *part.towards.entry(other).or_default() += more;
        }
    }
    if let Some(part) = parts.get_mut(large as usize) {
        part.towards.remove(&small);
        part.rows.extend(rows);
    }
}

impl Bounds<'_> {
    /// Solves a component of two records, as [`solve`] would.
    pub(crate) fn pair(&self, tie: &Tie) -> Solved {
        let key = |row: u32| (self.records.keys.get(row as usize).copied().unwrap_or(0), row);
        let (a, b) = if key(tie.a) < key(tie.b) { (tie.a, tie.b) } else { (tie.b, tie.a) };
        match self.fault(&[a], &[b]) {
            None => Solved {
                clusters: vec![vec![a, b]],
                merges: vec![Merge { tie: *tie, sizes: (1, 1), mean: tie.weight }],
                cuts: Vec::new(),
            },
            Some(cut) => Solved { clusters: vec![vec![a], vec![b]], merges: Vec::new(), cuts: vec![(*tie, cut)] },
        }
    }

    /// The first constraint that the union of two clusters would break.
    fn fault(&self, a: &[u32], b: &[u32]) -> Option<Cut> {
        let found = u32::try_from(a.len() + b.len()).unwrap_or(u32::MAX);
        if found > self.largest {
            return Some(Cut::Largest { limit: self.largest, found });
        }
        if self.one_to_one {
            let source = |row: &u32| self.records.sources.get(*row as usize);
            if a.iter().any(|x| b.iter().any(|y| source(x) == source(y))) {
                return Some(Cut::Sources);
            }
        }
        for field in self.unique {
            let value = |rows: &[u32]| rows.iter().map(|row| self.records.code(*row, *field)).find(|code| *code != 0);
            // INVARIANT: a cluster has one value at most, so the first stands for all.
            if let (Some(x), Some(y)) = (value(a), value(b))
                && x != y
            {
                let column = self.records.fields.get(*field).map_or("", |field| field.name.as_str()).into();
                return Some(Cut::Unique { column });
            }
        }
        let apart = self.apart?;
        let barred = a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y))).find(|(x, y)| apart(*x, *y))?;
        let origin = |row: u32| self.records.origin.get(row as usize).copied().unwrap_or(row);
        Some(Cut::Never { rows: (origin(barred.0), origin(barred.1)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(count: usize, sources: &[u16]) -> Records {
        let mut records = Records::new(Vec::new());
        records.keys = (0..count as u64).map(super::super::intern::mix).collect();
        records.sources = sources.to_vec();
        records.origin = (0..count as u32).collect();
        records
    }

    /// The same by the book: all pairs between two clusters are summed anew each time.
    fn by_the_book(count: u32, ties: &[Tie], bounds: &Bounds<'_>) -> Vec<Vec<u32>> {
        let key = |row: u32| bounds.records.keys[row as usize];
        let mut clusters: Vec<Vec<u32>> = (0..count).map(|row| vec![row]).collect();
        let mut order = ties.to_vec();
        order.sort_by_key(|tie| {
            let (p, q) = (key(tie.a), key(tie.b));
            (tie.ground, std::cmp::Reverse(tie.weight), p.min(q), p.max(q))
        });
        for tie in order {
            if tie.ground == Ground::Score && tie.weight < bounds.threshold {
                continue;
            }
            let of = |row: u32| clusters.iter().position(|cluster| cluster.contains(&row)).unwrap();
            let (x, y) = (of(tie.a), of(tie.b));
            if x == y {
                continue;
            }
            let mut sum = 0_i64;
            for a in &clusters[x] {
                for b in &clusters[y] {
                    let known: Vec<i64> = ties
                        .iter()
                        .filter(|tie| (tie.a, tie.b) == (*a, *b) || (tie.a, tie.b) == (*b, *a))
                        .map(|tie| i64::from(tie.weight - LEAST))
                        .collect();
                    sum += known.iter().sum::<i64>() + i64::from(LEAST);
                }
            }
            let pairs = (clusters[x].len() * clusters[y].len()) as i64;
            let outvoted = tie.ground == Ground::Score && sum.div_euclid(pairs) < i64::from(bounds.threshold);
            let sources =
                |cluster: &[u32]| cluster.iter().map(|row| bounds.records.sources[*row as usize]).collect::<Vec<_>>();
            let twice =
                bounds.one_to_one && sources(&clusters[x]).iter().any(|source| sources(&clusters[y]).contains(source));
            let apart =
                bounds.apart.is_some_and(|apart| clusters[x].iter().any(|a| clusters[y].iter().any(|b| apart(*a, *b))));
            if outvoted || twice || apart || clusters[x].len() + clusters[y].len() > bounds.largest as usize {
                continue;
            }
            let gone = clusters.remove(x.max(y));
            clusters[x.min(y)].extend(gone);
        }
        for cluster in &mut clusters {
            cluster.sort_by_key(|row| key(*row));
        }
        clusters.sort_by_key(|cluster| key(cluster[0]));
        clusters
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]
        #[test]
        fn clusters_are_those_of_the_book_in_any_order(
            links in proptest::collection::vec((0_u32..9, 0_u32..9, -5_i32..12, 0_u8..12), 0..30),
            sources in proptest::collection::vec(0_u16..4, 9),
            nevers in proptest::collection::vec((0_u32..9, 0_u32..9), 0..4),
            (largest, one_to_one, threshold) in (2_u32..10, any::<bool>(), -1_i32..3),
            turn in 0_usize..30,
        ) {
            let records = records(9, &sources);
            let mut seen = std::collections::BTreeSet::new();
            let mut ties: Vec<Tie> = links
                .iter()
                .filter(|(a, b, ..)| a < b && seen.insert((*a, *b)))
                .map(|(a, b, bits, ground)| Tie {
                    a: *a,
                    b: *b,
                    ground: match ground { 0 => Ground::Ruling, 1 => Ground::Rule, _ => Ground::Score },
                    weight: bits * super::super::model::BIT,
                })
                .collect();
            let apart = |a: u32, b: u32| nevers.contains(&(a, b)) || nevers.contains(&(b, a));
            let threshold = threshold * super::super::model::BIT;
            let bounds = Bounds { records: &records, largest, one_to_one, unique: &[], threshold, apart: Some(&apart) };
            let rows: Vec<u32> = (0..9).collect();
            let solved = solve(&rows, &ties, &bounds);
            prop_assert_eq!(&solved.clusters, &by_the_book(9, &ties, &bounds));
            // Each merge makes one cluster less.
            prop_assert_eq!(solved.clusters.len() + solved.merges.len(), 9);
            if !ties.is_empty() {
                let turn = turn % ties.len();
                ties.rotate_left(turn);
                let mut rows = rows;
                rows.reverse();
                prop_assert_eq!(solve(&rows, &ties, &bounds).clusters, solved.clusters);
            }
        }
    }

    #[test]
    fn one_strong_link_is_outvoted_between_two_clusters() {
        let records = records(4, &[0; 4]);
        let tie = |a, b, bits: i32| Tie { a, b, ground: Ground::Score, weight: bits * super::super::model::BIT };
        let bounds =
            Bounds { records: &records, largest: 9, one_to_one: false, unique: &[], threshold: 0, apart: None };
        let mut ties = vec![tie(0, 1, 12), tie(2, 3, 12), tie(1, 2, 8)];
        let solved = solve(&[0, 1, 2, 3], &ties, &bounds);
        assert_eq!(solved.clusters.len(), 2);
        assert!(matches!(solved.cuts.as_slice(), [(_, Cut::Outvoted { pairs: 4, .. })]), "{:?}", solved.cuts);
        ties.push(tie(0, 3, 8));
        assert_eq!(solve(&[0, 1, 2, 3], &ties, &bounds).clusters.len(), 1);
    }
}
