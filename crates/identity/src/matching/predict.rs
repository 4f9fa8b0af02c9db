//! From candidate pairs to scored pairs.

use super::Error;
use super::blocking::Index;
use super::cluster::{Ground, LEAST, Tie};
use super::model::{BIT, Comparer, Model, Pattern, Scorer};
use super::record::{Lexicon, Records};
use super::work::{Stage, Work};

/// What a link weighs at least that a rule of the user or a ruling makes.
pub(crate) const SURE: i32 = 20 * BIT;
/// Two records that may be one person. Rows are in the order of what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scored {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// In 1/1024 bit.
    pub(crate) weight: i32,
    pub(crate) pattern: Packed,
    /// Whether a rule of the user makes them one (`true`) or keeps them apart.
    pub(crate) ruled: Option<bool>,
}

/// A pattern without the alignment of 128 bits, which would make a third of the memory empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed(u64, u64);

impl From<Pattern> for Packed {
    fn from(pattern: Pattern) -> Self {
        Self((pattern >> 64) as u64, pattern as u64)
    }
}

impl From<Packed> for Pattern {
    fn from(packed: Packed) -> Self {
        Self::from(packed.0) << 64 | Self::from(packed.1)
    }
}

impl Scored {
    /// The link as clusters see it; none where a rule keeps the two apart.
    pub(crate) fn tie(&self) -> Option<Tie> {
        let (ground, weight) = match self.ruled {
            Some(false) => return None,
            Some(true) => (Ground::Rule, self.weight.max(SURE)),
            None => (Ground::Score, self.weight),
        };
        Some(Tie { a: self.a, b: self.b, ground, weight })
    }
}

/// Scores a pair; `None` where it weighs less than [`LEAST`] and no rule speaks of it.
pub(crate) fn score(
    (model, scorer, comparer): (&Model, &Scorer, &Comparer),
    records: &Records,
    (a, b): (u32, u32),
) -> Option<Scored> {
    let rows = (records.row(a), records.row(b));
    if model.compounds.is_empty() {
        let (pattern, weight) = scorer.score(comparer, records, rows, LEAST)?;
        return Some(Scored { a, b, weight, pattern: pattern.into(), ruled: None });
    }
    let pattern = comparer.pattern(records, rows.0, rows.1);
    let weight = scorer.weight(pattern);
    let ruled = model.compounds.verdict(pattern, model.comparisons.len());
    (weight >= LEAST || ruled == Some(true)).then_some(Scored { a, b, weight, pattern: pattern.into(), ruled })
}

/// Reads what scoring some pairs will read: where the texts stand that must be looked at, then the texts. Within each step no read waits for another, so the waits for memory pass together instead of one by one.
fn touch(comparer: &Comparer, records: &Records, pairs: &[(u32, u32)]) {
    let texts: Vec<(&Lexicon, u32, u32)> =
        pairs.iter().flat_map(|(a, b)| comparer.looks(records, records.row(*a), records.row(*b))).collect();
    let places = texts.iter().fold(0, |touched, (lexicon, x, y)| touched ^ lexicon.place(*x) ^ lexicon.place(*y));
    std::hint::black_box(places);
    let letters = texts.iter().fold(0, |touched, (lexicon, x, y)| touched ^ lexicon.letter(*x) ^ lexicon.letter(*y));
    std::hint::black_box(letters);
}

/// The scored pairs among the candidates, by rows; and how many candidate pairs were compared.
pub(crate) fn predict(
    model: &Model,
    comparer: &Comparer,
    records: &Records,
    index: &Index,
    work: &Work<'_>,
) -> Result<(Vec<Scored>, u64), Error> {
    let scorer = Scorer::new(model);
    let across = model.constraints.one_to_one;
    let pieces = work.pieces(Stage::Predict, index.len(), 1 << 14, |blocks| {
        let (mut links, mut count) = (Vec::new(), 0_u64);
        index.pairs(blocks, records, |pairs| {
            touch(comparer, records, pairs);
            for (a, b) in pairs {
                if across && records.sources.get(*a as usize) == records.sources.get(*b as usize) {
                    continue;
                }
                count += 1;
                links.extend(score((model, &scorer, comparer), records, (*a, *b)));
            }
        });
        (links, count)
    })?;
    let count = pieces.iter().map(|(_, count)| count).sum();
    let mut links = Vec::with_capacity(pieces.iter().map(|(links, _)| links.len()).sum());
    for (piece, _) in pieces {
        links.extend(piece);
    }
    links.sort_unstable_by_key(|link| (link.a, link.b));
    Ok((links, count))
}
