//! From candidate pairs to links.

use super::Error;
use super::blocking::Index;
use super::model::{Comparer, Model, Pattern, Scorer};
use super::record::Records;
use super::work::{Stage, Work};

/// Two records that may be one person. Rows are in the order of their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// In 1/1024 bit.
    pub(crate) weight: i32,
    pub(crate) pattern: Pattern,
}

/// The links of at least some weight, by rows; and how many candidate pairs were compared.
pub(crate) fn predict(
    model: &Model,
    comparer: &Comparer,
    records: &Records,
    index: &Index,
    across: bool,
    least: i32,
    work: &Work<'_>,
) -> Result<(Vec<Link>, u64), Error> {
    let scorer = Scorer::new(model);
    let pieces = work.pieces(Stage::Predict, records.len(), 1 << 13, |range| {
        let (mut links, mut pairs, mut candidates) = (Vec::new(), 0_u64, Vec::new());
        for row in range {
            let row = row as u32;
            index.candidates(row, &mut candidates);
            let a = records.row(row);
            for candidate in &candidates {
                let b = (candidate >> 32) as u32;
                if across && records.sources.get(row as usize) == records.sources.get(b as usize) {
                    continue;
                }
                pairs += 1;
                if let Some((pattern, weight)) = scorer.score(comparer, records, (a, records.row(b)), least) {
                    links.push(Link { a: row, b, weight, pattern });
                }
            }
        }
        (links, pairs)
    })?;
    let pairs = pieces.iter().map(|(_, pairs)| pairs).sum();
    Ok((pieces.into_iter().flat_map(|(links, _)| links).collect(), pairs))
}
