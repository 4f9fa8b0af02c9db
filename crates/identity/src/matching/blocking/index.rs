//! From rules to blocks, and from blocks to candidate pairs.
//!
//! Each rule has its blocks, one after the other in one array, and they are gone through as they stand there. A pair that
//! several rules find belongs to the first of them, which is seen from the two rows themselves: they are at hand, for the
//! pair is about to be compared. So nothing is kept of a pair, and nothing of which blocks a record is in.

use super::super::Error;
use super::super::intern::Set;
use super::super::record::Records;
use super::super::work::{Stage, Work};
use super::Rule;

/// How many pairs are looked at together.
const TOGETHER: usize = 512;

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
    blocks: Vec<Blocks>,
    pub(crate) yields: Vec<Yield>,
    pub(crate) oversize: Vec<Oversize>,
}

/// The blocks of one rule.
#[derive(Debug)]
struct Blocks {
    nth: usize,
    rule: Rule,
    members: Vec<u32>,
    /// Where each block begins, and where the last ends.
    starts: Vec<u32>,
    /// Of a rule whose records may have several keys, the key of each block.
    keys: Vec<u64>,
    /// The keys of oversize blocks.
    full: Set<u64>,
    yields: Yield,
    oversize: Vec<Oversize>,
}

impl Blocks {
    /// The blocks of a rule.
    fn of(nth: usize, rule: &Rule, records: &Records) -> Self {
        let keyed = grouped(shared(nth, rule, records));
        let many = rule.is_many();
        let mut blocks = Self {
            nth,
            rule: rule.clone(),
            members: Vec::new(),
            starts: Vec::new(),
            keys: Vec::new(),
            full: Set::default(),
            yields: Yield { rule: rule.name.clone(), ..Yield::default() },
            oversize: Vec::new(),
        };
        let place = |members: &[u32]| u32::try_from(members.len()).unwrap_or(u32::MAX);
        for block in keyed.chunk_by(|a, b| a.0 == b.0) {
            let Some((key, first)) = block.first().copied() else { continue };
            let size = u32::try_from(block.len()).unwrap_or(u32::MAX);
            blocks.yields.largest = blocks.yields.largest.max(size);
            if size > rule.cap {
                blocks.yields.oversize += 1;
                blocks.full.insert(key);
                // Rows are in the order of what they say, so the first is the same whatever came first.
                blocks.oversize.push(Oversize { rule: rule.name.clone(), records: size, example: first });
            } else if size > 1 {
                blocks.yields.blocks += 1;
                blocks.yields.pairs += u64::from(size) * u64::from(size - 1) / 2;
                blocks.starts.push(place(&blocks.members));
                blocks.members.extend(block.iter().map(|(_, row)| *row));
                if many {
                    blocks.keys.push(key);
                }
            }
        }
        blocks.starts.push(place(&blocks.members));
        blocks.oversize.sort_unstable_by_key(|block| (std::cmp::Reverse(block.records), block.example));
        blocks.oversize.truncate(20);
        blocks
    }

    fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The least key that two records share and that is not oversize.
    fn key(&self, records: &Records, a: u32, b: u32) -> Option<u64> {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        self.rule.emit(self.nth, records, a, &mut one);
        self.rule.emit(self.nth, records, b, &mut other);
        one.into_iter().filter(|key| other.contains(key) && !self.full.contains(key)).min()
    }

    /// Whether two records are in one block.
    fn has(&self, records: &Records, a: u32, b: u32) -> bool {
        self.rule.finds(records, a, b) && (self.full.is_empty() || self.key(records, a, b).is_some())
    }

    /// The pairs of a block that no other block of the rule has had.
    fn pairs(&self, block: usize, records: &Records, mut take: impl FnMut(u32, u32)) {
        let (Some(from), Some(to)) = (self.starts.get(block), self.starts.get(block + 1)) else { return };
        let members = self.members.get(*from as usize..*to as usize).unwrap_or(&[]);
        let key = self.keys.get(block);
        for (nth, a) in members.iter().enumerate() {
            for b in members.iter().skip(nth + 1) {
                if key.is_none_or(|key| self.key(records, *a, *b) == Some(*key)) {
                    take(*a, *b);
                }
            }
        }
    }
}

/// The keys that more than one record has, with a few others, each with its rows.
///
/// Most keys are had by one record alone. They are sorted out by counting, up to two, in a table of bytes by a part of
/// the key's hash: a key whose place was counted once is alone.
fn shared(nth: usize, rule: &Rule, records: &Records) -> Vec<(u64, u32)> {
    let rows = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let mut counts = vec![0_u8; (records.len() * 4).next_power_of_two().max(1 << 8)];
    let mask = counts.len() - 1;
    let (mut all, mut ends): (Vec<u64>, Vec<u32>) = (Vec::with_capacity(records.len()), Vec::new());
    let many = rule.is_many();
    for row in 0..rows {
        let from = all.len();
        rule.emit(nth, records, row, &mut all);
        if many {
            ends.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
        } else if all.len() == from {
            // No key: a place that is counted and never shared.
            all.push(0);
            continue;
        }
        for key in all.get(from..).unwrap_or(&[]) {
            if let Some(count) = counts.get_mut((*key >> 20) as usize & mask) {
                *count = count.saturating_add(1);
            }
        }
    }
    let is_shared = |key: &u64| *key != 0 && counts.get((*key >> 20) as usize & mask).is_some_and(|count| *count > 1);
    if !many {
        return all.into_iter().zip(0..).filter(|(key, _)| is_shared(key)).collect();
    }
    let mut found = Vec::new();
    let mut from = 0;
    for (row, end) in (0..).zip(ends) {
        let keys = all.get(from as usize..end as usize).unwrap_or(&[]);
        found.extend(keys.iter().filter(|key| is_shared(key)).map(|key| (*key, row)));
        from = end;
    }
    found
}

/// Brings equal keys together, rows ascending within a key: first by the upper bits into pieces that fit a cache, then
/// each piece by comparison.
fn grouped(keyed: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    // More streams than this, and each write waits for the address of its page.
    const BITS: u32 = 8;
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
        let mut index = Self::default();
        let built = work.pieces(Stage::Block, rules.len(), 1, |range| {
            let nth = range.start;
            rules.get(nth).map(|rule| Blocks::of(nth, rule, records))
        })?;
        for mut blocks in built.into_iter().flatten() {
            index.yields.push(std::mem::take(&mut blocks.yields));
            index.oversize.append(&mut blocks.oversize);
            index.blocks.push(blocks);
        }
        Ok(index)
    }

    /// How many blocks there are.
    pub(crate) fn len(&self) -> usize {
        self.blocks.iter().map(Blocks::len).sum()
    }

    /// The pairs of a stretch of blocks, by rows, the lesser first. Over all blocks each pair comes once.
    pub(crate) fn pairs(
        &self,
        stretch: std::ops::Range<usize>,
        records: &Records,
        mut take: impl FnMut(&[(u32, u32)]),
    ) {
        let mut found: Vec<(u32, u32)> = Vec::with_capacity(2 * TOGETHER);
        let mut before = 0;
        for (nth, blocks) in self.blocks.iter().enumerate() {
            let own = stretch.start.saturating_sub(before)..stretch.end.saturating_sub(before).min(blocks.len());
            before += blocks.len();
            for block in own {
                blocks.pairs(block, records, |a, b| found.push((a, b)));
                if found.len() >= TOGETHER {
                    self.first(nth, records, &mut found);
                    take(&found);
                    found.clear();
                }
            }
            self.first(nth, records, &mut found);
            take(&found);
            found.clear();
        }
    }

    /// Leaves the pairs of a rule that no rule before it finds.
    fn first(&self, nth: usize, records: &Records, pairs: &mut Vec<(u32, u32)>) {
        // The rows are touched before any is looked at, so that the waits for memory pass together.
        let touched = pairs.iter().fold(0, |touched, (a, b)| touched ^ records.code(*a, 0) ^ records.code(*b, 0));
        std::hint::black_box(touched);
        let earlier = self.blocks.get(..nth).unwrap_or(&[]);
        pairs.retain(|(a, b)| !earlier.iter().any(|blocks| blocks.has(records, *a, *b)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::super::comparison::Kind;
    use super::super::super::record::{Field, Part, Records};
    use super::super::super::role::Role;
    use super::super::{Key, Transform};
    use super::*;
    use proptest::prelude::*;

    fn records(rows: &[(String, String, String)]) -> Records {
        let field = |name: &str, kind| Field {
            name: name.into(),
            column: name.into(),
            role: Role::Text,
            part: Part::Whole,
            kind,
            order: None,
        };
        let mut records =
            Records::new(vec![field("name", Kind::Surname), field("born", Kind::Date), field("street", Kind::Words)]);
        for (key, row) in (0..).zip(rows) {
            records.push(key, 0, |field| match field.name.as_str() {
                "name" => &row.0,
                "born" => &row.1,
                _ => &row.2,
            });
        }
        records
    }

    fn rules(cap: u32) -> Vec<Rule> {
        let rule = |keys: &[(usize, Transform)]| Rule {
            name: format!("{keys:?}"),
            keys: keys.iter().map(|(field, transform)| Key::new(*field, *transform)).collect(),
            cap,
            derived: false,
        };
        vec![
            rule(&[(0, Transform::Whole)]),
            rule(&[(0, Transform::Sound), (1, Transform::Year)]),
            rule(&[(0, Transform::Start(1)), (1, Transform::MonthDay)]),
            rule(&[(2, Transform::Words)]),
            rule(&[(1, Transform::Whole), (2, Transform::Words)]),
            rule(&[(0, Transform::Grams(2))]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(800))]
        #[test]
        fn candidates_are_the_pairs_of_all_blocks_that_are_not_oversize(
            rows in proptest::collection::vec(("[ab]{0,3}", "(1815|1852)-(11|12)-(10|27)|", "([pq] ){0,3}"), 0..24),
            cap in 2_u32..8,
        ) {
            let records = records(&rows);
            let rules = rules(cap);
            let mut wanted: BTreeSet<(u32, u32)> = BTreeSet::new();
            for (nth, rule) in rules.iter().enumerate() {
                let mut blocks: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
                for row in 0..rows.len() as u32 {
                    let mut keys = Vec::new();
                    rule.emit(nth, &records, row, &mut keys);
                    for key in keys {
                        prop_assert!(blocks.entry(key).or_default().insert(row), "a key twice");
                    }
                }
                for a in 0..rows.len() as u32 {
                    for b in 0..a {
                        let together = blocks.values().any(|block| block.contains(&a) && block.contains(&b));
                        prop_assert_eq!(rule.finds(&records, a, b), together);
                    }
                }
                for block in blocks.values().filter(|block| block.len() <= cap as usize) {
                    for a in block {
                        for b in block.range(a + 1..) {
                            wanted.insert((*a, *b));
                        }
                    }
                }
            }
            let index = Index::build(&rules, &records, &Work::default()).unwrap();
            let (mut found, half) = (Vec::new(), index.len() / 2);
            for stretch in [0..half, half..index.len()] {
                index.pairs(stretch, &records, |pairs| found.extend_from_slice(pairs));
            }
            found.sort_unstable();
            prop_assert_eq!(found, wanted.into_iter().collect::<Vec<_>>());
        }
    }
}
