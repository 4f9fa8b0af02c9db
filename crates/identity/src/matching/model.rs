//! What the training has learnt: a model is data.
//!
//! A model says for every level of every comparison how often it occurs among pairs that are one person (*m*) and among
//! pairs that are not (*u*), and from that the *match weight*, log2 of m over u (Fellegi and Sunter, A Theory for Record
//! Linkage, Journal of the American Statistical Association 64, 1969). The weights that decide are integers, in 1/1024
//! bit, so that sums are exact and every machine concludes the same.
//!
//! Comparisons are not independent where people live together: surname, address and telephone of a household agree at
//! once, and twins share the birth date too. So beside `one person` and `two strangers` a pair may be two of one
//! household, or two twins; their shares are learnt with the rest. A pair that agrees in all that a family shares, and in
//! nothing that a person has alone, is explained by that, and its probability falls.

use super::blocking::{Rule, Yield};
use super::comparison::{Comparison, EQUALS, NULL};
use super::intern::hash_of;
use super::record::{Field, Frequent, Records, veiled};

/// How many parts a bit has.
pub const BIT: i32 = 1024;
/// The version of the format.
pub const VERSION: u32 = 1;

/// What a comparison's levels are worth.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Weights {
    /// Which comparison.
    pub comparison: Comparison,
    /// Per level: the probability among matches.
    pub m: Vec<f64>,
    /// Per level: the probability among others.
    pub u: Vec<f64>,
    /// Per level: the match weight in 1/1024 bit. The absent level weighs nothing.
    pub weights: Vec<i32>,
    /// Per level: whether the training has seen enough of it.
    pub trained: Vec<bool>,
    /// Whether a household shares it.
    pub household: bool,
    /// Whether twins share it.
    pub twins: bool,
    /// Values that occur ten times or more: the keyed hash of each, and the count.
    pub frequent: Vec<(u64, u32)>,
}

/// The shares of pairs, as log2 in 1/1024 bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Prior {
    /// One person, over two strangers.
    pub matches: i32,
    /// Two of one household, over two strangers.
    pub household: i32,
    /// Twins, over two strangers.
    pub twins: i32,
}

/// How the model came to be.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Card {
    /// Records that it was trained on.
    pub records: u64,
    /// Candidate pairs in the sample.
    pub sampled_pairs: u64,
    /// Random pairs for u.
    pub random_pairs: u64,
    /// Rounds of expectation-maximisation.
    pub rounds: u32,
    /// The last change of any m.
    pub last_change: f64,
    /// Matches that the model expects in the data.
    pub expected_matches: f64,
    /// Pairs labelled by hand that took part.
    pub labels: u64,
    /// What could not be trained, and what else a reader should know.
    pub notes: Vec<String>,
    /// What the rules of blocking gave.
    pub blocking: Vec<Yield>,
}

/// A trained model. Named by its [`epoch`](Model::epoch).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Model {
    /// The version of the format.
    pub version: u32,
    /// The fields of a record.
    pub fields: Vec<Field>,
    /// Which records are compared.
    pub blocking: Vec<Rule>,
    /// What agreements are worth.
    pub comparisons: Vec<Weights>,
    /// The shares of pairs.
    pub prior: Prior,
    /// Links weigh at least this, in 1/1024 bit.
    pub threshold: i32,
    /// The key of the hashes.
    pub(crate) key: u64,
    /// How it came to be.
    pub card: Card,
}

/// log2(1 + 2^x), all in 1/1024 bit.
pub(crate) fn softplus(x: i32) -> i32 {
    if x > 16 * BIT {
        return x;
    }
    if x < -12 * BIT {
        return 0;
    }
    let exact = (f64::from(x) / f64::from(BIT)).exp2().ln_1p() / std::f64::consts::LN_2;
    (exact * f64::from(BIT)).round() as i32
}

/// The probability of a weight.
#[must_use]
pub fn probability(weight: i32) -> f64 {
    1.0 / (1.0 + (-f64::from(weight) / f64::from(BIT)).exp2())
}

/// The weight of a probability.
#[must_use]
pub fn weight(probability: f64) -> i32 {
    let odds = (probability / (1.0 - probability)).log2() * f64::from(BIT);
    odds.clamp(-64.0 * f64::from(BIT), 64.0 * f64::from(BIT)).round() as i32
}

/// The sums of a pair's weights, by what a pair may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) all: i32,
    pub(crate) household: i32,
    pub(crate) twins: i32,
}

impl Model {
    /// The name of the model: a digest of all that decides.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        let rules: Vec<&Rule> = self.blocking.iter().collect();
        let weights: Vec<(&[i32], bool, bool, &[(u64, u32)])> = self
            .comparisons
            .iter()
            .map(|it| (it.weights.as_slice(), it.household, it.twins, it.frequent.as_slice()))
            .collect();
        let fields: Vec<(&str, &str)> =
            self.fields.iter().map(|field| (field.name.as_str(), field.column.as_str())).collect();
        let prior = (self.prior.matches, self.prior.household, self.prior.twins);
        hash_of((self.version, fields, rules, weights, prior, self.threshold, self.key))
    }

    /// The weight of a pair, all told: prior, comparisons, and what households and twins explain.
    pub(crate) fn total(&self, sums: Sums) -> i32 {
        let related = softplus(self.prior.household + sums.household)
            .max(0)
            .max(softplus(self.prior.twins + sums.twins));
        self.prior.matches + sums.all - related
    }
}

/// A model beside records: what it knows of each of their values.
#[derive(Debug)]
pub(crate) struct Scorer<'m> {
    pub(crate) model: &'m Model,
    /// Per comparison and number of a value: its equal level.
    equal: Vec<Vec<u8>>,
    frequent: Vec<Frequent>,
}

impl<'m> Scorer<'m> {
    pub(crate) fn new(model: &'m Model, records: &Records) -> Self {
        let frequent: Vec<Frequent> =
            model.comparisons.iter().map(|it| it.frequent.iter().copied().collect()).collect();
        let mut scorer = Self { model, equal: vec![Vec::new(); frequent.len()], frequent };
        scorer.learn(records);
        scorer
    }

    /// Looks up values that have come since.
    pub(crate) fn learn(&mut self, records: &Records) {
        for ((weights, equal), frequent) in
            self.model.comparisons.iter().zip(&mut self.equal).zip(&self.frequent)
        {
            let lexicon = records.lexicon(weights.comparison.field);
            for code in equal.len()..lexicon.values.len() {
                let text = lexicon.text(code as u32);
                let count = if frequent.is_empty() { 0 } else { frequent.get(&veiled(self.model.key, text)).copied().unwrap_or(0) };
                equal.push(super::comparison::equal_level(count));
            }
        }
    }

    /// The level of one comparison.
    pub(crate) fn level(&self, nth: usize, records: &Records, a: &[u32], b: &[u32]) -> u8 {
        let Some(weights) = self.model.comparisons.get(nth) else { return NULL };
        let field = weights.comparison.field;
        let (x, y) = (super::comparison::at(a, field), super::comparison::at(b, field));
        if x == 0 || y == 0 {
            NULL
        } else if x == y {
            self.equal.get(nth).and_then(|levels| levels.get(x as usize)).copied().unwrap_or(1)
        } else {
            weights.comparison.differing(records, a, b)
        }
    }

    /// The agreement pattern: five bits a comparison.
    pub(crate) fn pattern(&self, records: &Records, a: &[u32], b: &[u32]) -> u64 {
        let levels = (0..self.model.comparisons.len()).map(|nth| self.level(nth, records, a, b));
        levels.fold(0, |pattern, level| pattern << 5 | u64::from(level))
    }

    /// The sums of a pattern's weights.
    pub(crate) fn sums(&self, pattern: u64) -> Sums {
        let mut sums = Sums::default();
        let mut rest = pattern;
        for weights in self.model.comparisons.iter().rev() {
            let weight = weights.weights.get((rest & 31) as usize).copied().unwrap_or(0);
            rest >>= 5;
            sums.all += weight;
            sums.household += if weights.household { weight } else { 0 };
            sums.twins += if weights.twins { weight } else { 0 };
        }
        sums
    }

    /// The weight of a pair.
    pub(crate) fn weight(&self, records: &Records, a: &[u32], b: &[u32]) -> i32 {
        self.model.total(self.sums(self.pattern(records, a, b)))
    }
}

/// The levels of a pattern, in the order of the comparisons.
pub(crate) fn levels(pattern: u64, count: usize) -> Vec<u8> {
    (0..count).rev().map(|nth| (pattern >> (5 * nth) & 31) as u8).collect()
}

/// Whether a level says that the values are equal.
pub(crate) fn is_equal(level: u8) -> bool {
    (1..=EQUALS).contains(&level)
}
