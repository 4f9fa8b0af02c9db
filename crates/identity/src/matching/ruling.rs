//! What a human has said about two records.

use super::intern::{Map, hash_of};

/// What a ruling says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// They are one person.
    Always,
    /// They are two.
    Never,
    /// What was said before no longer counts.
    Withdrawn,
}

/// A human's word on two records, which are named by their ids.
///
/// Of several on the same two the latest counts; at the same instant, that with the larger hash.
///
/// ```
/// use onefold_identity::matching::{Ruling, Word};
///
/// let ruling = Ruling::new("crm:1", "till:7", Word::Never, 1_767_225_600_000_000);
/// assert_eq!(ruling, Ruling::new("till:7", "crm:1", Word::Never, 1_767_225_600_000_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Ruling {
    /// The smaller id.
    pub a: String,
    /// The larger id.
    pub b: String,
    /// What is said.
    pub word: Word,
    /// When it was decided, in microseconds since 1970.
    pub decided_at: i64,
}

impl Ruling {
    /// A ruling; which of the two is named first does not matter.
    #[must_use]
    pub fn new(a: &str, b: &str, word: Word, decided_at: i64) -> Self {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        Self { a: a.to_owned(), b: b.to_owned(), word, decided_at }
    }

    fn rank(&self) -> (i64, u64) {
        (self.decided_at, hash_of((self.word, self.decided_at)))
    }
}

/// The rulings that count, by the keys of the records. Their ids are not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rulings {
    latest: Map<(u64, u64), ((i64, u64), Word)>,
}

impl Rulings {
    pub(crate) fn of(rulings: &[Ruling]) -> Self {
        let mut all = Self::default();
        for ruling in rulings {
            all.add(ruling);
        }
        all
    }

    /// Takes a ruling; whether it changes what counts.
    pub(crate) fn add(&mut self, ruling: &Ruling) -> bool {
        let key = |id: &str| super::intern::hash_bytes(id.as_bytes());
        let pair = ordered(key(&ruling.a), key(&ruling.b));
        if pair.0 == pair.1 || self.latest.get(&pair).is_some_and(|(rank, _)| *rank >= ruling.rank()) {
            return false;
        }
        let before = self.latest.insert(pair, (ruling.rank(), ruling.word)).map_or(Word::Withdrawn, |(_, word)| word);
        before != ruling.word
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.latest.is_empty()
    }

    /// What counts of two records.
    pub(crate) fn word(&self, a: u64, b: u64) -> Option<Word> {
        self.latest.get(&ordered(a, b)).map(|(_, word)| *word).filter(|word| *word != Word::Withdrawn)
    }

    /// The pairs of which a word counts.
    pub(crate) fn pairs(&self, word: Word) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.latest.iter().filter(move |(_, (_, said))| *said == word).map(|(pair, _)| *pair)
    }
}

fn ordered(a: u64, b: u64) -> (u64, u64) {
    (a.min(b), a.max(b))
}
