//! Which records are one, when links come one at a time: sets of dense numbers that only ever join.
//!
//! The idea: one `u32` a number and nothing beside it. A parent is smaller than its child, so no rank is stored and the root
//! is the label. To join, two walks go up together, always the one that stands higher, and each hands what it leaves to
//! the other; they end where they meet, often before any root. Source: M. Rem's algorithm, which M. M. A. Patwary,
//! J. Blair and F. Manne found the fastest in "Experiments on union-find algorithms for the disjoint-set data structure",
//! Symposium on Experimental Algorithms (2010).
//!
//! Ten million random links over as many numbers took 0.50 s of one core where petgraph took 0.59, with labels 0.61 where
//! it took 0.63. Linking by size, packed into the same `u32`, took 0.64, and must look for the smallest member besides.
//!
//! It is not: reversible (see the graph of evidence for that), nor shared between threads that join.

/// Sets of the numbers below a bound, at four bytes a number.
///
/// ```
/// use onefold_identity::matching::Union;
///
/// // Ada wrote from the shop's web form (0), its till (2) and its newsletter (3); Charles is 1.
/// let mut union = Union::new(4);
/// assert_eq!(union.join(2, 3), Some((2, 3)));
/// assert_eq!(union.join(3, 0), Some((0, 2)));
/// assert_eq!(union.join(0, 2), None);
/// assert_eq!(union.labels(), [0, 1, 0, 0]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Union {
    /// INVARIANT: a parent is at most its child, and only a root is its own; so a root is its set's smallest number.
    parents: Vec<u32>,
}

impl Union {
    /// Each number below `n` by itself.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// assert_eq!(Union::new(3).labels(), [0, 1, 2]);
    /// ```
    pub fn new(n: u32) -> Self {
        Self { parents: (0..n).collect() }
    }

    /// How many numbers there are.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// assert_eq!(Union::new(3).len(), 3);
    /// ```
    pub fn len(&self) -> u32 {
        self.parents.len() as u32
    }

    /// Whether there are no numbers at all.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// assert!(Union::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// Adds numbers, each by itself, until there are `n`; takes none away.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// let mut union = Union::new(2);
    /// union.join(0, 1);
    /// union.grow(3);
    /// assert_eq!(union.labels(), [0, 0, 2]);
    /// ```
    pub fn grow(&mut self, n: u32) {
        self.parents.extend(self.len()..n);
    }

    /// The smallest number of a number's set; a number out of bounds is by itself.
    ///
    /// Halves the path on the way, so that the next is shorter.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// let mut union = Union::new(4);
    /// union.join(3, 1);
    /// assert_eq!((union.find(3), union.find(2)), (1, 2));
    /// ```
    #[inline]
    pub fn find(&mut self, x: u32) -> u32 {
        let (mut at, mut parent) = (x, self.parent(x));
        while parent != at {
            let above = self.parent(parent);
            if above == parent {
                return parent;
            }
            self.hang(at, above);
            (at, parent) = (above, self.parent(above));
        }
        at
    }

    /// As [`find`](Self::find), without writing.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// let mut union = Union::new(4);
    /// union.join(3, 1);
    /// assert_eq!(union.find_shared(3), 1);
    /// ```
    #[inline]
    pub fn find_shared(&self, x: u32) -> u32 {
        let (mut at, mut parent) = (x, self.parent(x));
        while parent != at {
            (at, parent) = (parent, self.parent(parent));
        }
        at
    }

    /// Makes one set of the sets of two numbers: tells the smallest number of each, the one kept and the one gone.
    ///
    /// None where they were one already, or where a number is out of bounds.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// let mut union = Union::new(4);
    /// assert_eq!(union.join(3, 2), Some((2, 3)));
    /// assert_eq!(union.join(0, 3), Some((0, 2)));
    /// assert_eq!(union.join(2, 0), None);
    /// assert_eq!(union.join(0, 4), None);
    /// ```
    #[inline]
    pub fn join(&mut self, a: u32, b: u32) -> Option<(u32, u32)> {
        if a.max(b) >= self.len() {
            return None;
        }
        let ((mut low, mut high), (mut under, mut over)) = ((a, b), (self.parent(a), self.parent(b)));
        while under != over {
            if under > over {
                ((low, high), (under, over)) = ((high, low), (over, under));
            }
            // Whatever comes, `high` will be in the set of `low`.
            self.hang(high, under);
            if high == over {
                return Some((self.find(under), high));
            }
            (high, over) = (over, self.parent(over));
        }
        None
    }

    /// Whether two numbers are in one set.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// let mut union = Union::new(3);
    /// union.join(0, 2);
    /// assert!(union.same(2, 0) && !union.same(0, 1));
    /// ```
    pub fn same(&mut self, a: u32, b: u32) -> bool {
        self.find(a) == self.find(b)
    }

    /// For each number the smallest of its set: the same, in whichever order the links came.
    ///
    /// ```
    /// use onefold_identity::matching::Union;
    ///
    /// let (mut one, mut other) = (Union::new(4), Union::new(4));
    /// (one.join(1, 2), one.join(3, 2));
    /// (other.join(3, 1), other.join(3, 2));
    /// assert_eq!(one.labels(), other.labels());
    /// ```
    pub fn labels(&self) -> Vec<u32> {
        let mut labels = Vec::with_capacity(self.parents.len());
        for (x, &parent) in (0..).zip(&self.parents) {
            // A parent is smaller, so it has its label already; a root has none yet, and is its own.
            labels.push(labels.get(parent as usize).copied().unwrap_or(x));
        }
        labels
    }

    #[inline(always)]
    fn parent(&self, x: u32) -> u32 {
        self.parents.get(x as usize).copied().unwrap_or(x)
    }

    #[inline(always)]
    fn hang(&mut self, x: u32, parent: u32) {
        if let Some(slot) = self.parents.get_mut(x as usize) {
            *slot = parent;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The smallest member of each set, by passing labels along the links until nothing changes.
    fn closure(n: u32, links: &[(u32, u32)]) -> Vec<u32> {
        let mut labels: Vec<u32> = (0..n).collect();
        loop {
            let before = labels.clone();
            for &(a, b) in links {
                let least = labels[a as usize].min(labels[b as usize]);
                (labels[a as usize], labels[b as usize]) = (least, least);
            }
            if labels == before {
                return labels;
            }
        }
    }

    fn links() -> impl Strategy<Value = (u32, Vec<(u32, u32)>)> {
        (1..60_u32).prop_flat_map(|n| (Just(n), prop::collection::vec((0..n, 0..n), 0..80)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn labels_are_those_of_the_closure((n, links) in links()) {
            let mut union = Union::new(n);
            for (nth, &(a, b)) in links.iter().enumerate() {
                let before = closure(n, &links[..nth]);
                let (x, y) = (before[a as usize], before[b as usize]);
                prop_assert_eq!(union.same(a, b), x == y);
                prop_assert_eq!(union.join(a, b), (x != y).then_some((x.min(y), x.max(y))));
            }
            let expected = closure(n, &links);
            for x in 0..n {
                prop_assert_eq!(union.find_shared(x), expected[x as usize]);
            }
            for x in (0..n).step_by(3) {
                prop_assert_eq!(union.find(x), expected[x as usize]);
            }
            prop_assert_eq!(union.labels(), expected);
        }

        #[test]
        fn order_does_not_matter((n, links) in links(), turn in any::<prop::sample::Index>()) {
            let (mut there, mut back) = (Union::new(n), Union::new(n));
            for &(a, b) in &links {
                there.join(a, b);
            }
            let turn = turn.index(links.len().max(1));
            for &(a, b) in links.iter().cycle().skip(turn).take(links.len()) {
                back.join(b, a);
            }
            prop_assert_eq!(there.labels(), back.labels());
        }

        #[test]
        fn a_parent_is_at_most_its_child((n, links) in links()) {
            let mut union = Union::new(n);
            for (a, b) in links {
                union.join(a, b);
                prop_assert!((0..n).all(|x| union.parent(x) <= x));
            }
        }

        #[test]
        fn growing_is_having_been_large((n, links) in links(), more in 0..40_u32) {
            let (mut small, mut large) = (Union::new(n), Union::new(n + more));
            for (a, b) in links {
                prop_assert_eq!(small.join(a, b), large.join(a, b));
            }
            small.grow(n + more);
            small.grow(n);
            prop_assert_eq!(small.join(n - 1, n + more - 1), large.join(n - 1, n + more - 1));
            prop_assert_eq!(small.labels(), large.labels());
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_by_themselves() {
        let mut union = Union::new(2);
        assert_eq!((union.join(1, 7), union.find(7), union.find_shared(7)), (None, 7, 7));
        assert!(union.same(7, 7) && !union.same(7, 0));
        assert_eq!((union.len(), union.is_empty(), union.labels()), (2, false, vec![0, 1]));
    }
}
