//! From rules to blocks, and from a record to its candidates.
//!
//! All blocks stand one after the other in one array, and each record knows its blocks. The candidates of a record are
//! the union of its blocks, so a pair that several rules find is compared once, while the record's own row is in the
//! cache, and the same structure answers for all records and for one. Memory: 8 bytes for each membership in a block of
//! at least two.

use super::super::Error;
use super::super::record::Records;
use super::super::work::{Stage, Work};
use super::Rule;

/// A block that is too large to say anything.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Oversize {
    /// The rule's name.
    pub rule: String,
    /// How many records it has.
    pub records: u32,
    /// One of them, which shows its value.
    pub example: u32,
}

/// What a rule gives.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Yield {
    /// The rule's name.
    pub rule: String,
    /// The pairs in its blocks; what several rules find is counted for each.
    pub pairs: u64,
    /// How many blocks yield pairs.
    pub blocks: u64,
    /// How many are oversize, and yield none.
    pub oversize: u64,
    /// The largest block.
    pub largest: u32,
    /// Matches expected among its pairs, where the training has estimated them.
    pub matches: Option<f64>,
    /// Whether it was worth its pairs.
    pub chosen: bool,
}

/// The blocks of all rules.
#[derive(Debug, Default)]
pub(crate) struct Index {
    members: Vec<u32>,
    /// Where each block begins, and where the last ends.
    starts: Vec<u32>,
    rules: Vec<u8>,
    /// The blocks of each record.
    row_ends: Vec<u32>,
    row_blocks: Vec<u32>,
    pub(crate) yields: Vec<Yield>,
    pub(crate) oversize: Vec<Oversize>,
}

/// The blocks of one rule, while the index is built.
pub(crate) struct Blocks {
    pub(crate) members: Vec<u32>,
    pub(crate) starts: Vec<u32>,
    pub(crate) yields: Yield,
    pub(crate) oversize: Vec<Oversize>,
}

impl Blocks {
    /// The blocks of a rule over some rows, which are given in ascending order.
    pub(crate) fn of(nth: usize, rule: &Rule, records: &Records, rows: impl Iterator<Item = u32>) -> Self {
        let mut keyed: Vec<(u64, u32)> = Vec::new();
        let mut keys = Vec::new();
        for row in rows {
            keys.clear();
            rule.emit(nth, records, row, &mut keys);
            keyed.extend(keys.iter().map(|key| (*key, row)));
        }
        let keyed = grouped(keyed);
        let mut blocks = Self {
            members: Vec::new(),
            starts: Vec::new(),
            yields: Yield { rule: rule.name.clone(), ..Yield::default() },
            oversize: Vec::new(),
        };
        for block in keyed.chunk_by(|a, b| a.0 == b.0) {
            let size = u32::try_from(block.len()).unwrap_or(u32::MAX);
            blocks.yields.largest = blocks.yields.largest.max(size);
            if size > rule.cap {
                blocks.yields.oversize += 1;
                let example = block.iter().map(|(_, row)| *row).min_by_key(|row| records.keys.get(*row as usize));
                blocks.oversize.push(Oversize {
                    rule: rule.name.clone(),
                    records: size,
                    example: example.unwrap_or(0),
                });
            } else if size > 1 {
                blocks.yields.blocks += 1;
                blocks.yields.pairs += u64::from(size) * u64::from(size - 1) / 2;
                blocks.starts.push(u32::try_from(blocks.members.len()).unwrap_or(u32::MAX));
                blocks.members.extend(block.iter().map(|(_, row)| *row));
            }
        }
        let key = |row: u32| records.keys.get(row as usize).copied();
        blocks.oversize.sort_unstable_by_key(|block| (std::cmp::Reverse(block.records), key(block.example)));
        blocks.oversize.truncate(20);
        blocks
    }
}

/// Brings equal keys together, rows ascending within a key: first by the upper bits into pieces that fit a cache, then
/// each piece by comparison.
fn grouped(keyed: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    const BITS: u32 = 12;
    if keyed.len() < 1 << 14 {
        let mut keyed = keyed;
        keyed.sort_unstable();
        return keyed;
    }
    let piece = |key: u64| (key >> (64 - BITS)) as usize;
    let mut ends = vec![0_usize; (1 << BITS) + 1];
    for (key, _) in &keyed {
        if let Some(end) = ends.get_mut(piece(*key) + 1) {
            *end += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut next = ends.clone();
    let mut sorted = vec![(0_u64, 0_u32); keyed.len()];
    for pair in keyed {
        if let Some(at) = next.get_mut(piece(pair.0)) {
            if let Some(place) = sorted.get_mut(*at) {
                *place = pair;
            }
            *at += 1;
        }
    }
    let mut from = 0;
    for end in ends.into_iter().skip(1) {
        if let Some(piece) = sorted.get_mut(from..end) {
            piece.sort_unstable();
        }
        from = end;
    }
    sorted
}

impl Index {
    pub(crate) fn build(rules: &[Rule], records: &Records, work: &Work<'_>) -> Result<Self, Error> {
        let rows = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let mut index = Self::default();
        let built = work.pieces(Stage::Block, rules.len(), 1, |range| {
            let nth = range.start;
            rules.get(nth).map(|rule| (nth, Blocks::of(nth, rule, records, 0..rows)))
        })?;
        let mut counts = vec![0_u32; records.len() + 1];
        for (nth, blocks) in built.into_iter().flatten() {
            let base = u32::try_from(index.members.len()).unwrap_or(u32::MAX);
            for row in &blocks.members {
                if let Some(count) = counts.get_mut(*row as usize) {
                    *count += 1;
                }
            }
            index.rules.resize(index.rules.len() + blocks.starts.len(), u8::try_from(nth).unwrap_or(u8::MAX));
            index.starts.extend(blocks.starts.iter().map(|start| start + base));
            index.members.extend(blocks.members);
            index.yields.push(blocks.yields);
            index.oversize.extend(blocks.oversize);
        }
        index.starts.push(u32::try_from(index.members.len()).unwrap_or(u32::MAX));
        let mut sum = 0;
        for count in &mut counts {
            sum += std::mem::replace(count, sum);
        }
        let mut next = counts;
        index.row_blocks = vec![0; sum as usize];
        for (block, ends) in (0_u32..).zip(index.starts.windows(2)) {
            let [from, to] = ends else { continue };
            for row in index.members.get(*from as usize..*to as usize).unwrap_or(&[]) {
                if let Some(at) = next.get_mut(*row as usize) {
                    if let Some(place) = index.row_blocks.get_mut(*at as usize) {
                        *place = block;
                    }
                    *at += 1;
                }
            }
        }
        next.pop();
        index.row_ends = next;
        Ok(index)
    }

    /// The candidates of a record among later rows (or all others), each with the rules that found it, ascending.
    pub(crate) fn candidates(&self, row: u32, out: &mut Vec<u64>) {
        out.clear();
        let from = (row as usize).checked_sub(1).and_then(|before| self.row_ends.get(before)).copied().unwrap_or(0);
        let to = self.row_ends.get(row as usize).copied().unwrap_or(0);
        for block in self.row_blocks.get(from as usize..to as usize).unwrap_or(&[]) {
            let block = *block as usize;
            let (Some(from), Some(to), Some(rule)) =
                (self.starts.get(block), self.starts.get(block + 1), self.rules.get(block))
            else {
                continue;
            };
            let members = self.members.get(*from as usize..*to as usize).unwrap_or(&[]);
            let later = members.partition_point(|member| *member <= row);
            for member in members.get(later..).unwrap_or(&[]) {
                out.push(u64::from(*member) << 32 | u64::from(*rule));
            }
        }
        out.sort_unstable();
        // One entry a record, with a bit for each rule.
        let mut kept = 0_usize;
        for at in 0..out.len() {
            let Some(found) = out.get(at).copied() else { break };
            let (member, bit) = (found >> 32 << 32, 1_u64 << (found & 31));
            match kept.checked_sub(1).and_then(|last| out.get_mut(last)) {
                Some(last) if *last >> 32 << 32 == member => *last |= bit,
                _ => {
                    if let Some(place) = out.get_mut(kept) {
                        *place = member | bit;
                    }
                    kept += 1;
                }
            }
        }
        out.truncate(kept);
    }
}
