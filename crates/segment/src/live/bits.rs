//! The members of a segment as a bitmap over the numbers of profiles.
//!
//! Numbers are cut into blocks of 65,536. A block with few members is a sorted list of their low halves, one with many
//! is a bit each, as in Roaring bitmaps (S. Chambi, D. Lemire, O. Kaser, R. Godin, *Better bitmap performance with Roaring
//! bitmaps*, 2016), so that a segment of few costs little and one of everybody a bit a head.

use super::roll::Number;

/// A list longer than this takes more than the bits would.
const MOST: usize = 4096;

/// A set of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    blocks: Vec<Block>,
    len: usize,
}

#[derive(Clone, Debug)]
enum Block {
    // INVARIANT: sorted, not longer than MOST.
    List(Vec<u16>),
    // INVARIANT: 1024 words; the number is that of the bits that are set, more than MOST / 2.
    Words(Box<[u64]>, usize),
}

const fn split(number: Number) -> (usize, u16) {
    ((number >> 16) as usize, (number & 0xFFFF) as u16)
}

impl Bits {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn contains(&self, number: Number) -> bool {
        let (block, low) = split(number);
        match self.blocks.get(block) {
            Some(Block::List(list)) => list.binary_search(&low).is_ok(),
            Some(Block::Words(words, _)) => {
                words.get(usize::from(low) / 64).is_some_and(|word| (word >> (low % 64)) & 1 == 1)
            }
            None => false,
        }
    }

    /// Puts a number in; whether it was not there.
    pub(super) fn insert(&mut self, number: Number) -> bool {
        let (block, low) = split(number);
        if self.blocks.len() <= block {
            self.blocks.resize(block + 1, Block::List(Vec::new()));
        }
        let Some(block) = self.blocks.get_mut(block) else { return false };
        let new = match block {
            Block::List(list) => match list.binary_search(&low) {
                Ok(_) => false,
                Err(at) => {
                    list.insert(at, low);
                    true
                }
            },
            Block::Words(words, count) => match words.get_mut(usize::from(low) / 64) {
                Some(word) if (*word >> (low % 64)) & 1 == 0 => {
                    *word |= 1 << (low % 64);
                    *count += 1;
                    true
                }
                _ => false,
            },
        };
        if let Block::List(list) = block
            && list.len() > MOST
        {
            let mut words = vec![0_u64; 1024].into_boxed_slice();
            for low in &*list {
                if let Some(word) = words.get_mut(usize::from(*low) / 64) {
                    *word |= 1 << (low % 64);
                }
            }
            *block = Block::Words(words, list.len());
        }
        self.len += usize::from(new);
        new
    }

    /// Takes a number out; whether it was there.
    pub(super) fn remove(&mut self, number: Number) -> bool {
        let (block, low) = split(number);
        let Some(block) = self.blocks.get_mut(block) else { return false };
        let was = match block {
            Block::List(list) => list.binary_search(&low).is_ok_and(|at| {
                list.remove(at);
                true
            }),
            Block::Words(words, count) => match words.get_mut(usize::from(low) / 64) {
                Some(word) if (*word >> (low % 64)) & 1 == 1 => {
                    *word &= !(1 << (low % 64));
                    *count -= 1;
                    true
                }
                _ => false,
            },
        };
        if let Block::Words(words, count) = block
            && *count <= MOST / 2
        {
            *block = Block::List(lows(words).collect());
        }
        self.len -= usize::from(was);
        was
    }

    /// All numbers, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = Number> + '_ {
        self.blocks.iter().enumerate().flat_map(|(nth, block)| {
            let lows: Box<dyn Iterator<Item = u16> + '_> = match block {
                Block::List(list) => Box::new(list.iter().copied()),
                Block::Words(words, _) => Box::new(lows(words)),
            };
            lows.map(move |low| ((nth as Number) << 16) | Number::from(low))
        })
    }

    pub(super) fn bytes(&self) -> usize {
        let inner = self.blocks.iter().map(|block| match block {
            Block::List(list) => list.capacity() * 2,
            Block::Words(words, _) => words.len() * 8,
        });
        self.blocks.capacity() * size_of::<Block>() + inner.sum::<usize>()
    }
}

fn lows(words: &[u64]) -> impl Iterator<Item = u16> + '_ {
    words.iter().enumerate().flat_map(|(nth, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let low = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (low < 64).then(|| (nth * 64) as u16 + low as u16)
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn lists_become_bits_and_lists_again() {
        let (mut bits, mut oracle) = (Bits::default(), BTreeSet::new());
        let mut mixed = 12_345_u64;
        for round in 0..60_000_u32 {
            mixed = mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = (mixed >> 40) as u32 % 9000 + if round % 3 == 0 { 200_000 } else { 0 };
            // More come than go at first, and more go later.
            if (mixed >> 20) % 10 < if round < 30_000 { 8 } else { 2 } {
                assert_eq!(bits.insert(number), oracle.insert(number));
            } else {
                assert_eq!(bits.remove(number), oracle.remove(&number));
            }
            assert_eq!(bits.len(), oracle.len());
            assert_eq!(bits.contains(number), oracle.contains(&number));
            if round % 5000 == 0 {
                assert!(bits.iter().eq(oracle.iter().copied()));
            }
        }
        assert!(bits.iter().eq(oracle.iter().copied()));
    }
}
