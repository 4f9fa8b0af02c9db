//! What to ask a human first.
//!
//! A clerk answers some dozens of questions a day, so each should teach. The value of a question is the uncertainty of
//! its answer, in bits (the entropy of the link's probability: one bit at even odds, next to none at 999 to 1), times
//! what hangs on it: the pairs of records that would come together or part. A link that is a bridge parts two sides
//! when refused, and a link between two clusters joins them when confirmed; any other answer moves nobody and counts as
//! its one pair. And since fifty answers on the same agreement pattern teach little more than five, the kth question on
//! a pattern is worth its kth part.
//!
//! That last rule makes the greedy choice a plain order. Within a pattern, the kth best is worth value / k, which falls
//! with k, so choosing the best of what is left, again and again, is sorting by value / k once.
//!
//! Values are fixed-point, with ties by the keys of records: the same data gives the same queue, on any machine.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use super::walk::Walk;
use super::{Link, at, simple};

/// Parts of a bit that are told apart.
const PARTS: f64 = 1_048_576.0;

/// What hangs on an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Stake {
    /// The link is a bridge: a no parts its cluster into sides of so many records.
    Split(u32, u32),
    /// The link is between two clusters of so many records: a yes joins them.
    Merge(u32, u32),
    /// Other links say the same: no record moves.
    Nothing,
}

impl Stake {
    /// The pairs of records that would part or come together; 1 for the pair asked about, where nothing moves.
    ///
    /// ```
    /// use onefold_identity::matching::quality::Stake;
    ///
    /// assert_eq!(Stake::Merge(3, 2).pairs(), 6);
    /// ```
    #[must_use]
    pub fn pairs(self) -> u64 {
        match self {
            Self::Split(a, b) | Self::Merge(a, b) => u64::from(a) * u64::from(b),
            Self::Nothing => 1,
        }
    }
}

/// A pair to ask about, and why. It displays as its reason.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Question {
    /// The pair, `a < b`.
    pub link: Link,
    /// Its place among the links given.
    pub place: usize,
    /// Its agreement pattern.
    pub pattern: u64,
    /// The uncertainty of the answer, in bits.
    pub entropy: f64,
    /// What hangs on the answer.
    pub stake: Stake,
    /// How many questions about its pattern come before it.
    pub before: u64,
    /// Uncertainty times pairs, divided by one more than `before`.
    pub value: f64,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} % likely to be one person; ", self.link.probability() * 100.0)?;
        match self.stake {
            Stake::Split(a, b) => write!(f, "without this link, {a} and {b} records part")?,
            Stake::Merge(a, b) => write!(f, "a yes joins clusters of {a} and {b} records")?,
            Stake::Nothing => f.write_str("no record moves")?,
        }
        match self.before {
            0 => f.write_str("; the first question about its agreement pattern"),
            before => write!(f, "; number {} about its agreement pattern", before + 1),
        }
    }
}

/// What the queue is made from.
///
/// ```
/// use onefold_identity::matching::quality::{Link, Review, Stake};
///
/// // Ada has two records, Agnes has two. Whether row 1 is row 2 is uncertain, and four pairs hang on it.
/// let links = [(0, 1, 9000), (2, 3, 9000), (1, 2, -300)].map(|(a, b, weight)| Link { a, b, weight });
/// let review = Review {
///     clusters: &[1, 1, 2, 2],
///     links: &links,
///     patterns: &[12, 12, 5],
///     keys: &[100, 101, 102, 103],
///     threshold: 4096,
/// };
///
/// let first = &review.questions(10)[0];
/// assert_eq!((first.link, first.stake), (links[2], Stake::Merge(2, 2)));
/// assert_eq!(
///     first.to_string(),
///     "45 % likely to be one person; a yes joins clusters of 2 and 2 records; \
///      the first question about its agreement pattern"
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    /// By record: the label of its cluster.
    pub clusters: &'a [u32],
    /// The scored links, those below the threshold among them.
    pub links: &'a [Link],
    /// By link: the code of its agreement pattern; 0 beyond the end.
    pub patterns: &'a [u64],
    /// By record: what decides ties, such as the token of its identifier; 0 beyond the end.
    pub keys: &'a [u64],
    /// The weight from which links are accepted.
    pub threshold: i32,
}

impl Review<'_> {
    /// The queue: at most so many questions, the most valuable first, and none whose answer is certain.
    ///
    /// ```
    /// use onefold_identity::matching::quality::{Link, Review};
    ///
    /// // A hundred pairs of strangers with one pattern, and one with another: the other is asked second.
    /// let clusters: Vec<u32> = (0..202).collect();
    /// let links: Vec<Link> = (0..101).map(|n| Link { a: 2 * n, b: 2 * n + 1, weight: 0 }).collect();
    /// let patterns: Vec<u64> = (0..101).map(|n| u64::from(n == 100)).collect();
    /// let keys: Vec<u64> = (0..202).collect();
    /// let review = Review { clusters: &clusters, links: &links, patterns: &patterns, keys: &keys, threshold: 1 };
    /// let asked: Vec<u64> = review.questions(3).iter().map(|question| question.pattern).collect();
    /// assert_eq!(asked, [0, 1, 0]);
    /// ```
    #[must_use]
    pub fn questions(&self, most: usize) -> Vec<Question> {
        let links = simple(self.clusters.len(), self.links);
        let together = |link: &Link| at(self.clusters, link.a) == at(self.clusters, link.b);
        let accepted = |link: &Link| together(link) && link.weight >= self.threshold;
        let walk = Walk::new(self.clusters.len(), links.iter().map(|(link, _)| link).filter(|link| accepted(link)));
        let mut sizes: BTreeMap<u32, u32> = BTreeMap::new();
        for label in self.clusters {
            *sizes.entry(*label).or_default() += 1;
        }
        let size = |record: u32| sizes.get(&at(self.clusters, record)).copied().unwrap_or(1);
        let stake = |link: &Link| {
            if !together(link) {
                Stake::Merge(size(link.a), size(link.b))
            } else if accepted(link) {
                walk.sides(link.a, link.b).map_or(Stake::Nothing, |(a, b)| Stake::Split(a, b))
            } else {
                Stake::Nothing
            }
        };
        let mut ranked: Vec<Ranked> = links
            .iter()
            .map(|(link, place)| {
                let (one, other) = (at(self.keys, link.a), at(self.keys, link.b));
                let stake = stake(link);
                Ranked {
                    value: u128::from(entropy(*link)) * u128::from(stake.pairs()),
                    before: 0,
                    keys: (one.min(other), one.max(other)),
                    pattern: self.patterns.get(*place).copied().unwrap_or_default(),
                    place: *place,
                    link: *link,
                    stake,
                }
            })
            .collect();
        ranked.sort_unstable_by_key(|one| (one.pattern, Reverse(one.value), one.keys, one.link));
        for run in ranked.chunk_by_mut(|one, other| one.pattern == other.pattern) {
            for (before, one) in (0..).zip(run) {
                one.before = before;
                one.value /= u128::from(before) + 1;
            }
        }
        ranked.sort_unstable_by_key(|one| (Reverse(one.value), one.before, one.keys, one.link));
        // What is certain teaches nothing.
        ranked.retain(|one| one.value > 0);
        ranked.truncate(most);
        ranked.into_iter().map(Question::from).collect()
    }
}

/// A question before it is asked.
struct Ranked {
    value: u128,
    before: u64,
    keys: (u64, u64),
    pattern: u64,
    place: usize,
    link: Link,
    stake: Stake,
}

impl From<Ranked> for Question {
    fn from(one: Ranked) -> Self {
        Self {
            link: one.link,
            place: one.place,
            pattern: one.pattern,
            entropy: entropy(one.link) as f64 / PARTS,
            stake: one.stake,
            before: one.before,
            value: one.value as f64 / PARTS,
        }
    }
}

/// The entropy of a link's probability, in parts of a bit: rounded, so that the last digits of a logarithm decide
/// nothing.
fn entropy(link: Link) -> u64 {
    let of = |probability: f64| if probability > 0.0 { -probability * probability.log2() } else { 0.0 };
    let against = Link { weight: link.weight.saturating_neg(), ..link };
    ((of(link.probability()) + of(against.probability())) * PARTS).round() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn even_odds_are_one_bit_and_certainty_is_none() {
        let of = |weight| entropy(Link { a: 0, b: 1, weight });
        assert_eq!((of(0), of(i32::MAX), of(i32::MIN)), (PARTS as u64, 0, 0));
        assert_eq!(of(3000), of(-3000));
        let links = [Link { a: 0, b: 1, weight: 60 * 1024 }];
        let review = Review { clusters: &[0, 1], links: &links, patterns: &[], keys: &[], threshold: 0 };
        assert_eq!(review.questions(9), []);
    }

    proptest! {
        #[test]
        fn one_order_is_the_greedy_choice(
            pairs in proptest::collection::vec((0..10_u32, 0..10_u32, -3000..3000_i32, 0..3_u64), 1..25),
            clusters in proptest::collection::vec(0..4_u32, 10),
        ) {
            let links: Vec<Link> = pairs.iter().map(|(a, b, weight, _)| Link { a: *a, b: *b, weight: *weight }).collect();
            let patterns: Vec<u64> = pairs.iter().map(|pair| pair.3).collect();
            let keys: Vec<u64> = (0..10).rev().collect();
            let review = Review { clusters: &clusters, links: &links, patterns: &patterns, keys: &keys, threshold: 0 };
            let questions = review.questions(usize::MAX);
            let mut left = questions.clone();
            let mut asked: BTreeMap<u64, u64> = BTreeMap::new();
            for question in &questions {
                let worth = |one: &Question| {
                    let before = asked.get(&one.pattern).copied().unwrap_or(0);
                    (one.entropy * PARTS) as u128 * u128::from(one.stake.pairs()) / u128::from(before + 1)
                };
                let best = left.iter().map(worth).max().expect("not all are asked");
                prop_assert_eq!(worth(question), best);
                prop_assert_eq!(question.before, asked.get(&question.pattern).copied().unwrap_or(0));
                left.retain(|one| one.link != question.link);
                *asked.entry(question.pattern).or_default() += 1;
            }
        }
    }

    #[test]
    fn neither_the_order_of_links_nor_the_rows_of_records_matter() {
        let links = [(0, 1, 10), (2, 3, 10), (4, 5, 10)].map(|(a, b, weight)| Link { a, b, weight });
        let turned: Vec<Link> = links.iter().rev().map(|link| Link { a: 5 - link.b, b: 5 - link.a, ..*link }).collect();
        let keys = [50, 51, 30, 31, 40, 41];
        let turned_keys: Vec<u64> = keys.iter().rev().copied().collect();
        let of = |links: &[Link], keys: &[u64]| -> Vec<u64> {
            let review = Review { clusters: &[0, 1, 2, 3, 4, 5], links, patterns: &[], keys, threshold: 99 };
            review.questions(9).iter().map(|question| keys[question.link.a as usize] / 10).collect()
        };
        assert_eq!(of(&links, &keys), [3, 4, 5]);
        assert_eq!(of(&turned, &turned_keys), [3, 4, 5]);
    }
}
