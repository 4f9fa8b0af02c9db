//! How good is the matching? Measures against truth, and what can be said where nobody knows the truth.
//!
//! Scored matching is configured by numbers: the m and u probabilities, and the threshold above which two records are
//! taken for one person. Whoever sets them needs to see what they do. Where some records carry a known entity, that is
//! [`measure`] (a clustering against truth) and [`Curve`] (every threshold at once). Where none do, which is the rule,
//! it is [`Curve`] without truth (how many links and clusters, how large), [`Selves`] (which records are too empty to
//! be linked even to a copy of themselves), [`Shape`] (which clusters hang together by one link) and [`Review`]: the
//! pairs whose answer by a human would teach most.
//!
//! Records are rows `0..n`. Weights are fixed-point, in 1/1024 bit: log2 odds that two records are one person. Counts
//! are exact integers until the last division, and every order is total, so that the same input gives the same answer
//! on any machine. A link that names a row beyond the last, or a record with itself, is not counted anywhere.
//!
//! It is not: a matcher, and not a judge. It names suspicious links; it cuts none.

mod curve;
mod measure;
mod review;
mod shape;
mod unlinkable;
mod walk;

pub use curve::{By, Curve, Marks, Point};
pub use measure::{Count, Measure, Score, Truth, measure};
pub use review::{Question, Review, Stake};
pub use shape::{Bridge, Cohesion, Joint, Shape};
pub use unlinkable::Selves;

/// Units of a weight in one bit.
pub const BIT: i32 = 1024;

/// Two records and the weight of the evidence that both are one person.
///
/// ```
/// use onefold_identity::matching::quality::Link;
///
/// // Ada of the shop's till and Ada of its newsletter: eight to one that they are one.
/// let link = Link { a: 0, b: 1, weight: 3 * 1024 };
/// assert_eq!(link.bits(), 3.0);
/// assert!((link.probability() - 8.0 / 9.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Link {
    /// One record's row.
    pub a: u32,
    /// The other's.
    pub b: u32,
    /// Log2 odds in 1/1024 bit.
    pub weight: i32,
}

impl Link {
    /// The weight in bits.
    ///
    /// ```
    /// let link = onefold_identity::matching::quality::Link { a: 0, b: 1, weight: -512 };
    /// assert_eq!(link.bits(), -0.5);
    /// ```
    #[must_use]
    pub fn bits(self) -> f64 {
        f64::from(self.weight) / f64::from(BIT)
    }

    /// The probability that both records are one person: 1 / (1 + 2^-bits).
    ///
    /// ```
    /// let even = onefold_identity::matching::quality::Link { a: 0, b: 1, weight: 0 };
    /// assert_eq!(even.probability(), 0.5);
    /// ```
    #[must_use]
    pub fn probability(self) -> f64 {
        1.0 / (1.0 + (-self.bits()).exp2())
    }
}

/// Each pair once, with its largest weight and `a < b`, in the order of rows, together with its place in the input;
/// neither loops nor rows beyond the last.
fn simple(records: usize, links: &[Link]) -> Vec<(Link, usize)> {
    let inside = |link: &Link| link.a != link.b && link.a.max(link.b) < u32::try_from(records).unwrap_or(u32::MAX);
    let mut kept: Vec<(Link, usize)> = links
        .iter()
        .enumerate()
        .filter(|(_, link)| inside(link))
        .map(|(at, link)| (Link { a: link.a.min(link.b), b: link.a.max(link.b), weight: link.weight }, at))
        .collect();
    kept.sort_unstable_by_key(|(link, at)| (link.a, link.b, std::cmp::Reverse(link.weight), *at));
    kept.dedup_by_key(|(link, _)| (link.a, link.b));
    kept
}

/// What is at a row; the default beyond the last.
fn at<T: Copy + Default>(rows: &[T], row: u32) -> T {
    rows.get(row as usize).copied().unwrap_or_default()
}

/// Changes what is at a row.
fn change<T>(rows: &mut [T], row: u32, how: impl FnOnce(&mut T)) {
    if let Some(slot) = rows.get_mut(row as usize) {
        how(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_counts_once_with_its_largest_weight_and_no_loop_counts() {
        let links = [(2, 0, 5), (0, 2, 9), (1, 1, 7), (0, 3, 7)].map(|(a, b, weight)| Link { a, b, weight });
        assert_eq!(simple(3, &links), vec![(Link { a: 0, b: 2, weight: 9 }, 1)]);
    }

    #[test]
    fn extreme_weights_are_probabilities_still() {
        let of = |weight| Link { a: 0, b: 1, weight }.probability();
        assert!(of(i32::MIN) >= 0.0 && of(i32::MIN) < 1e-300);
        assert_eq!(of(i32::MAX), 1.0);
    }
}
