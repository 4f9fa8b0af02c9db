//! An order in which one can ask for the n-th, and where one stands.
//!
//! Which of two stands first is told by whoever asks, always by the same rule. Keys stand sorted in chunks of about a hundred; a binary indexed tree (P. Fenwick, *A new data structure for
//! cumulative frequency tables*, 1994) over the lengths of the chunks finds the n-th. A key costs its own bytes and
//! little more, and what is compared lies together in memory.

use std::cmp::Ordering;

/// A chunk longer than this is cut in two.
const LONG: usize = 128;

/// Keys in order, no key twice.
#[derive(Clone, Debug)]
pub(super) struct Sorted<K> {
    // INVARIANT: no chunk is empty; keys ascend within chunks and from chunk to chunk.
    chunks: Vec<Vec<K>>,
    /// At n (from 1), how many keys the chunks (n - lowest bit of n, n] have.
    sums: Vec<usize>,
    len: usize,
}

impl<K> Default for Sorted<K> {
    fn default() -> Self {
        Self { chunks: Vec::new(), sums: vec![0], len: 0 }
    }
}

impl<K> Sorted<K> {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The n-th key, the first being 0.
    pub(super) fn nth(&self, nth: usize) -> Option<&K> {
        if nth >= self.len {
            return None;
        }
        let (mut chunk, mut left) = (0, nth);
        let mut step = self.chunks.len().checked_ilog2().map_or(0, |bits| 1_usize << bits);
        while step > 0 {
            if let Some(sum) = self.sums.get(chunk + step)
                && *sum <= left
            {
                chunk += step;
                left -= sum;
            }
            step /= 2;
        }
        self.chunks.get(chunk)?.get(left)
    }

    /// Puts a key in; at which place, or at which it stands already.
    pub(super) fn insert(&mut self, key: K, order: &impl Fn(&K, &K) -> Ordering) -> Result<usize, usize> {
        let chunk = self.chunk_of(&key, order);
        let before = self.before(chunk);
        let Some(keys) = self.chunks.get_mut(chunk) else {
            self.chunks.push(vec![key]);
            self.len = 1;
            self.count();
            return Ok(0);
        };
        match keys.binary_search_by(|it| order(it, &key)) {
            Ok(at) => Err(before + at),
            Err(at) => {
                if keys.len() == keys.capacity() {
                    keys.reserve_exact(keys.len() / 4 + 4);
                }
                keys.insert(at, key);
                self.len += 1;
                if keys.len() > LONG {
                    let rest = keys.split_off(LONG / 2);
                    keys.shrink_to(LONG * 3 / 4);
                    self.chunks.insert(chunk + 1, rest);
                    self.count();
                } else {
                    self.add(chunk, 1);
                }
                Ok(before + at)
            }
        }
    }

    /// Takes a key out; at which place it stood.
    pub(super) fn remove(&mut self, key: &K, order: &impl Fn(&K, &K) -> Ordering) -> Option<usize> {
        let chunk = self.chunk_of(key, order);
        let before = self.before(chunk);
        let keys = self.chunks.get_mut(chunk)?;
        let at = keys.binary_search_by(|it| order(it, key)).ok()?;
        keys.remove(at);
        self.len -= 1;
        if keys.is_empty() {
            self.chunks.remove(chunk);
            self.count();
        } else {
            self.add(chunk, -1);
        }
        Some(before + at)
    }

    /// All keys, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &K> {
        self.chunks.iter().flatten()
    }

    /// The same with other keys in the same order; none where a key has no other.
    pub(super) fn map<L>(&self, other: impl Fn(&K) -> Option<L>) -> Option<Sorted<L>> {
        let chunks =
            self.chunks.iter().map(|keys| keys.iter().map(&other).collect()).collect::<Option<Vec<Vec<L>>>>()?;
        Some(Sorted { chunks, sums: self.sums.clone(), len: self.len })
    }

    pub(super) fn bytes(&self) -> usize {
        let inner: usize = self.chunks.iter().map(|keys| keys.capacity() * size_of::<K>()).sum();
        inner + self.chunks.capacity() * size_of::<Vec<K>>() + self.sums.capacity() * size_of::<usize>()
    }

    /// The chunk where the key is or belongs: the last that does not begin after it.
    fn chunk_of(&self, key: &K, order: &impl Fn(&K, &K) -> Ordering) -> usize {
        let after = self.chunks.partition_point(|keys| keys.first().is_some_and(|first| order(first, key).is_le()));
        after.saturating_sub(1)
    }

    /// How many keys stand before a chunk.
    fn before(&self, chunk: usize) -> usize {
        let (mut at, mut sum) = (chunk, 0);
        while at > 0 {
            sum += self.sums.get(at).copied().unwrap_or(0);
            at &= at - 1;
        }
        sum
    }

    fn add(&mut self, chunk: usize, more: isize) {
        let mut at = chunk + 1;
        while let Some(sum) = self.sums.get_mut(at) {
            *sum = sum.saturating_add_signed(more);
            at += at & at.wrapping_neg();
        }
    }

    /// Counts all chunks anew.
    fn count(&mut self) {
        self.sums = std::iter::once(0).chain(self.chunks.iter().map(Vec::len)).collect();
        for at in 1..self.sums.len() {
            let to = at + (at & at.wrapping_neg());
            let sum = self.sums.get(at).copied().unwrap_or(0);
            if let Some(slot) = self.sums.get_mut(to) {
                *slot += sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_a_sorted_list() {
        let (mut sorted, mut oracle) = (Sorted::default(), Vec::new());
        let mut mixed = 7_u64;
        for round in 0..40_000_u32 {
            mixed = mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = (mixed >> 33) % 6000;
            match oracle.binary_search(&key) {
                Ok(at) if (mixed >> 20) % 10 < if round < 20_000 { 3 } else { 9 } => {
                    oracle.remove(at);
                    assert_eq!(sorted.remove(&key, &Ord::cmp), Some(at));
                    assert_eq!(sorted.remove(&key, &Ord::cmp), None);
                }
                Ok(at) => assert_eq!(sorted.insert(key, &Ord::cmp), Err(at)),
                Err(at) => {
                    oracle.insert(at, key);
                    assert_eq!(sorted.insert(key, &Ord::cmp), Ok(at));
                }
            }
            assert_eq!(sorted.len(), oracle.len());
            let nth = (mixed >> 10) as usize % (oracle.len() + 2);
            assert_eq!(sorted.nth(nth), oracle.get(nth));
        }
        assert!(sorted.iter().eq(&oracle));
        while let Some(key) = oracle.pop() {
            assert_eq!(sorted.remove(&key, &Ord::cmp), Some(oracle.len()));
        }
        assert_eq!((sorted.len(), sorted.nth(0)), (0, None));
    }
}
