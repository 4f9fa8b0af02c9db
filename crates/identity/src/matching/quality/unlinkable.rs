//! Records that say too little to be linked at all.
//!
//! A record that holds but a common first name would not reach the threshold against an identical copy of itself: no
//! model and no blocking can help it, only better data. So the share of such records bounds recall from above, before
//! anything is compared (Linacre et al., the "unlinkables" chart of Splink, 2022).

use super::BIT;

/// The self weights of records: what each would weigh against an identical copy of itself.
///
/// ```
/// use onefold_identity::matching::quality::Selves;
///
/// // Ada gave name, birth date and e-mail (18 bits); a visitor gave "Ann" (2 bits).
/// let selves = Selves::new(&[18 * 1024, 2 * 1024]);
/// assert_eq!(selves.below(5 * 1024), 1);
/// assert_eq!(selves.share(5 * 1024), 0.5);
/// assert_eq!(selves.weakest(1), [(2 * 1024, 1)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Selves {
    // INVARIANT: in ascending order.
    weights: Vec<(i32, u32)>,
}

impl Selves {
    /// Takes each record's self weight, in 1/1024 bit.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Selves;
    /// assert_eq!(Selves::new(&[]).share(0), 0.0);
    /// ```
    #[must_use]
    pub fn new(weights: &[i32]) -> Self {
        let mut weights: Vec<(i32, u32)> = weights.iter().copied().zip(0..).collect();
        weights.sort_unstable();
        Self { weights }
    }

    /// How many records cannot reach a threshold.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Selves;
    /// assert_eq!(Selves::new(&[3, 4, 5]).below(4), 1);
    /// ```
    #[must_use]
    pub fn below(&self, threshold: i32) -> u64 {
        self.weights.partition_point(|(weight, _)| *weight < threshold) as u64
    }

    /// Their share of all records; 0 where there are none.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Selves;
    /// assert_eq!(Selves::new(&[3, 4, 5, 6]).share(4), 0.25);
    /// ```
    #[must_use]
    pub fn share(&self, threshold: i32) -> f64 {
        if self.weights.is_empty() { 0.0 } else { self.below(threshold) as f64 / self.weights.len() as f64 }
    }

    /// The curve: for each whole number of bits from the lowest weight to just above the highest, as a threshold in
    /// 1/1024 bit, the share of records that cannot reach it. At most `most` points, spread evenly.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Selves;
    /// let curve = Selves::new(&[0, 1024, 1024, 1025]).curve(100);
    /// assert_eq!(curve, [(0, 0.0), (1024, 0.25), (2048, 1.0)]);
    /// ```
    #[must_use]
    pub fn curve(&self, most: usize) -> Vec<(i32, f64)> {
        let (Some((first, _)), Some((last, _))) = (self.weights.first(), self.weights.last()) else {
            return Vec::new();
        };
        let (first, last) = (first.div_euclid(BIT), last.div_euclid(BIT) + 1);
        let most = i32::try_from(most).unwrap_or(i32::MAX).max(2);
        let step = usize::try_from((last - first).div_euclid(most - 1).max(1)).unwrap_or(1);
        let step = if (last - first) as usize / step + 1 > most as usize { step + 1 } else { step };
        (first..=last)
            .step_by(step)
            .map(|bits| bits.saturating_mul(BIT))
            .map(|threshold| (threshold, self.share(threshold)))
            .collect()
    }

    /// The emptiest records: self weight and row.
    ///
    /// ```
    /// # use onefold_identity::matching::quality::Selves;
    /// assert_eq!(Selves::new(&[9, 3, 3]).weakest(2), [(3, 1), (3, 2)]);
    /// ```
    #[must_use]
    pub fn weakest(&self, most: usize) -> &[(i32, u32)] {
        self.weights.get(..most).unwrap_or(&self.weights)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn below_is_a_count_and_the_curve_agrees_with_it(
            weights in proptest::collection::vec(any::<i32>(), 1..40),
            threshold: i32,
            most in 2..60_usize,
        ) {
            let selves = Selves::new(&weights);
            let below = |threshold: i32| weights.iter().filter(|weight| **weight < threshold).count();
            prop_assert_eq!(selves.below(threshold), below(threshold) as u64);
            let curve = selves.curve(most);
            prop_assert!(!curve.is_empty() && curve.len() <= most, "{} of {}", curve.len(), most);
            for (threshold, share) in &curve {
                prop_assert_eq!(*share, below(*threshold) as f64 / weights.len() as f64);
            }
            prop_assert!(curve.is_sorted());
        }
    }

    #[test]
    fn an_empty_record_never_links_and_a_full_one_does() {
        let selves = Selves::new(&[-2048, 20 * 1024]);
        assert_eq!(selves.weakest(9), [(-2048, 0), (20 * 1024, 1)]);
        assert_eq!((selves.share(0), selves.share(i32::MAX)), (0.5, 1.0));
    }
}
