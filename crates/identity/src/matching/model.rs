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

use super::Error;
use super::blocking::{self, Key, Rule, Transform, Yield};
use super::comparison::{Compare, Comparison, EQUALS, NULL, at, equal_level};
use super::compound::Compounds;
use super::intern::{ABSENT, hash_of};
use super::record::{Field, Frequent, Lexicon, Records, veiled};
use super::rules::{BlockingRule, Constraints, Rules};

/// How many parts a bit has.
pub const BIT: i32 = 1024;
/// The version of the format.
pub(crate) const VERSION: u32 = 1;

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
    /// Values that occur ten times or more: the keyed hash of each, and the count. They are no secret from whoever has the
    /// model.
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
    /// What no cluster may break.
    pub constraints: Constraints,
    pub(crate) compounds: Compounds,
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

/// A threshold above what a pair counts that nobody compared: else it would speak for joining.
pub(crate) fn sensible(threshold: i32) -> i32 {
    threshold.max(super::cluster::LEAST + 1)
}

/// The sums of a pair's weights, by what a pair may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) all: i32,
    pub(crate) household: i32,
    pub(crate) twins: i32,
}

impl Sums {
    /// Adds one comparison.
    pub(crate) fn more(&mut self, weight: i32, household: bool, twins: bool) {
        let shared = |shared: bool| if shared { weight } else { 0 };
        self.add(Some(&Self { all: weight, household: shared(household), twins: shared(twins) }));
    }

    #[inline]
    fn add(&mut self, more: Option<&Self>) {
        if let Some(more) = more {
            self.all += more.all;
            self.household += more.household;
            self.twins += more.twins;
        }
    }
}

impl Prior {
    /// The weight of a pair: what speaks for one person over what speaks for strangers, a household or twins.
    pub(crate) fn total(self, sums: Sums) -> i32 {
        let household = softplus(self.household + sums.household);
        let twins = softplus(self.twins + sums.twins);
        self.matches + sums.all - household.max(twins)
    }
}

impl Model {
    /// The name of the model: a digest of all that decides. Two models with one name give the same answers.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        let weights: Vec<_> = self
            .comparisons
            .iter()
            .map(|it| (&it.weights, it.household, it.twins, &it.frequent, &it.comparison.name, it.comparison.kind))
            .collect();
        let fields: Vec<_> =
            self.fields.iter().map(|it| (&it.name, &it.column, it.role, it.part, it.kind, it.order)).collect();
        let prior = (self.prior.matches, self.prior.household, self.prior.twins);
        let constraints = (self.constraints.largest, self.constraints.one_to_one, &self.constraints.unique);
        let decides = (fields, &self.blocking, weights, prior, self.threshold, constraints, &self.compounds, self.key);
        hash_of((self.version, decides))
    }

    /// The rules of blocking, as a rules file says them; those that follow from a rule that links are left out.
    #[must_use]
    pub fn blocking_rules(&self) -> Vec<BlockingRule> {
        let name = |field: &usize| self.fields.get(*field).map_or("", |field| field.name.as_str());
        let key = |key: &Key| {
            let fields = key.fields.iter().map(name).collect::<Vec<_>>().join("+");
            match key.transform {
                Transform::Whole => fields,
                transform => format!("{fields}:{transform}"),
            }
        };
        let own = self.blocking.iter().filter(|rule| !rule.derived);
        own.map(|rule| BlockingRule { keys: rule.keys.iter().map(key).collect(), cap: Some(rule.cap) }).collect()
    }

    /// The threshold as a probability.
    #[must_use]
    pub fn probability(&self) -> f64 {
        probability(self.threshold)
    }

    /// Links two records from this probability on; at least from one in thirty, since pairs that are less probable are
    /// not kept.
    #[must_use]
    pub fn with_threshold(mut self, probability: f64) -> Self {
        self.threshold = sensible(weight(probability));
        self
    }

    /// The same model under other constraints and rules that link or keep apart, which need no training. It is the same
    /// whatever rules the model had before.
    ///
    /// # Errors
    /// [`Error::Rules`], [`Error::Unknown`] where they do not fit the model: roles, comparisons and blocking are part of
    /// what was trained, so rules that speak of them do not.
    pub fn with_rules(mut self, rules: &Rules) -> Result<Self, Error> {
        if !(rules.columns.is_empty() && rules.blocking.is_empty()) {
            return Err(Error::Rules(
                "columns and blocking are part of what a model was trained with; train anew, or leave them out".into(),
            ));
        }
        let comparisons: Vec<Comparison> = self.comparisons.iter().map(|it| it.comparison.clone()).collect();
        self.compounds = Compounds::read(rules, &comparisons)?;
        for name in &rules.constraints.unique {
            if !self.fields.iter().any(|field| field.name == *name) {
                return Err(Error::unknown("field", name, self.fields.iter().map(|field| field.name.as_str())));
            }
        }
        self.constraints = rules.constraints.clone();
        self.cover_links();
        Ok(self)
    }

    /// Adds the rules of blocking without which a rule of the user would not see the pairs that it links.
    pub(crate) fn cover_links(&mut self) {
        let comparisons: Vec<Comparison> = self.comparisons.iter().map(|it| it.comparison.clone()).collect();
        self.blocking.retain(|rule| !rule.derived);
        for fields in self.compounds.equal_fields(&comparisons) {
            let keys: Vec<Key> = fields.iter().map(|field| Key::new(*field, Transform::Whole)).collect();
            let covered = self.blocking.iter().any(|rule| rule.keys.iter().all(|key| keys.contains(key)));
            if keys.is_empty() {
                let note = "a rule that links demands no equal field: it sees only pairs that blocking finds";
                if !self.card.notes.iter().any(|known| known == note) {
                    self.card.notes.push(note.into());
                }
            } else if !covered {
                let names = fields.iter().filter_map(|field| self.fields.get(*field)).map(|field| field.name.as_str());
                let name = names.collect::<Vec<_>>().join(" + ");
                self.blocking.push(Rule { name, keys, cap: blocking::CAP, derived: true });
            }
        }
    }

    /// Gives a model that was read from a file the application's own comparisons, by the names of their fields.
    ///
    /// # Errors
    /// [`Error::Unknown`] where no such field is compared so, [`Error::Model`] where the levels are others than those
    /// that the model was trained with.
    pub fn attach(mut self, field: &str, by: std::sync::Arc<dyn Compare>) -> Result<Self, Error> {
        let known: Vec<String> = self.comparisons.iter().map(|it| it.comparison.name.clone()).collect();
        let own = self.comparisons.iter_mut().find(|it| it.comparison.name == field);
        let Some(own) = own.and_then(|it| it.comparison.own.as_mut()) else {
            return Err(Error::unknown("field", field, known.iter().map(String::as_str)));
        };
        if own.levels != by.levels() {
            return Err(Error::Model(format!("the model was trained with other levels of `{field}`")));
        }
        own.by = Some(by);
        Ok(self)
    }

    /// Whether it can be used: the version is known, and no comparison of the application's own is missing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.version != VERSION {
            return Err(Error::Model(format!("the model has format {}; this version reads {VERSION}", self.version)));
        }
        let most = 64 * BIT;
        for it in &self.comparisons {
            let (levels, field) = (it.comparison.count(), it.comparison.field);
            let fits = [it.m.len(), it.u.len(), it.weights.len(), it.trained.len()].iter().all(|len| *len == levels);
            if !fits || levels > 32 || field >= self.fields.len() || it.weights.iter().any(|it| it.abs() > most) {
                return Err(Error::Model(format!("the weights of `{}` are damaged", it.comparison.name)));
            }
            if it.comparison.own.as_ref().is_some_and(|own| own.by.is_none()) {
                return Err(Error::Model(format!(
                    "the comparison of `{}` is the application's own: attach it",
                    it.comparison.name
                )));
            }
        }
        Ok(())
    }

    /// The fields of which a cluster has one value.
    pub(crate) fn unique(&self) -> Vec<usize> {
        let names = self.constraints.unique.iter();
        names.filter_map(|name| self.fields.iter().position(|field| field.name == *name)).collect()
    }
}

/// Which way two records agree: five bits a comparison, the first one highest.
pub(crate) type Pattern = u128;

/// The most comparisons: a pattern has room for as many.
pub(crate) const MOST: usize = 25;

/// The levels of a pattern, in the order of the comparisons.
pub(crate) fn levels(pattern: Pattern, count: usize) -> impl Iterator<Item = u8> {
    (0..count).rev().map(move |nth| (pattern >> (5 * nth) & 31) as u8)
}

/// Whether a level says that the values are equal.
pub(crate) fn is_equal(level: u8) -> bool {
    (1..=EQUALS).contains(&level)
}

/// The comparisons beside the values of some records: how frequent each value is, looked up once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparer {
    comparisons: Vec<Comparison>,
    /// Per comparison and number of a value: its equal level.
    equal: Vec<Vec<u8>>,
    frequent: Vec<Frequent>,
    key: u64,
}

impl Comparer {
    /// By the frequencies that a model knows.
    pub(crate) fn new(model: &Model, records: &Records) -> Self {
        let mut comparer = Self {
            comparisons: model.comparisons.iter().map(|it| it.comparison.clone()).collect(),
            equal: vec![Vec::new(); model.comparisons.len()],
            frequent: model.comparisons.iter().map(|it| it.frequent.iter().copied().collect()).collect(),
            key: model.key,
        };
        comparer.learn(records);
        comparer
    }

    /// By the frequencies in the records themselves, as a model that is trained on them will know them.
    pub(crate) fn counted(comparisons: &[Comparison], records: &Records) -> Self {
        let level = |count: u32| equal_level(count);
        let equal = comparisons.iter().map(|it| records.counts(it.field).into_iter().map(level).collect());
        Self { comparisons: comparisons.to_vec(), equal: equal.collect(), ..Self::default() }
    }

    /// Looks up values that have come since.
    pub(crate) fn learn(&mut self, records: &Records) {
        for ((comparison, equal), frequent) in self.comparisons.iter().zip(&mut self.equal).zip(&self.frequent) {
            let lexicon = records.lexicon(comparison.field);
            for code in equal.len()..lexicon.values.len() {
                let count = match u32::try_from(code) {
                    Ok(code) if !frequent.is_empty() => frequent.get(&veiled(self.key, lexicon.text(code))).copied(),
                    _ => None,
                };
                equal.push(equal_level(count.unwrap_or(0)));
            }
        }
    }

    /// Forgets the values that have gone since.
    pub(crate) fn rewind(&mut self, records: &Records) {
        for (comparison, equal) in self.comparisons.iter().zip(&mut self.equal) {
            equal.truncate(records.lexicon(comparison.field).values.len());
        }
    }

    /// The level of a comparison, if the values need not be looked at for it.
    #[inline]
    fn quick(&self, nth: usize, comparison: &Comparison, a: &[u32], b: &[u32]) -> Option<u8> {
        let (x, y) = (at(a, comparison.field), at(b, comparison.field));
        if x == ABSENT || y == ABSENT {
            Some(NULL)
        } else if x == y {
            Some(self.equal.get(nth).and_then(|levels| levels.get(x as usize)).copied().unwrap_or(1))
        } else {
            None
        }
    }

    /// The values whose texts a comparison of two records will look at.
    pub(crate) fn looks<'r>(
        &self,
        records: &'r Records,
        a: &'r [u32],
        b: &'r [u32],
    ) -> impl Iterator<Item = (&'r Lexicon, u32, u32)> {
        self.comparisons.iter().filter_map(move |comparison| {
            let (x, y) = (at(a, comparison.field), at(b, comparison.field));
            let looks = x != y && x != ABSENT && y != ABSENT && comparison.apart(records, a, b) <= 8;
            looks.then(|| (records.lexicon(comparison.field), x, y))
        })
    }

    /// The agreement pattern of two records.
    pub(crate) fn pattern(&self, records: &Records, a: &[u32], b: &[u32]) -> Pattern {
        self.comparisons.iter().enumerate().fold(0, |pattern, (nth, comparison)| {
            let level = self.quick(nth, comparison, a, b).unwrap_or_else(|| comparison.differing(records, a, b));
            pattern << 5 | Pattern::from(level)
        })
    }
}

/// The weights of a model, laid out for summing.
#[derive(Clone, Debug)]
pub(crate) struct Scorer {
    /// Per comparison and level.
    weights: Vec<[Sums; 32]>,
    /// Per comparison: the most that values which differ can weigh.
    best: Vec<i32>,
    /// The comparisons, those first that cost least to look at.
    order: Vec<usize>,
    prior: Prior,
}

impl Scorer {
    pub(crate) fn new(model: &Model) -> Self {
        let first = usize::from(EQUALS) + 1;
        let weights: Vec<[Sums; 32]> = model
            .comparisons
            .iter()
            .map(|it| {
                let mut table = [Sums::default(); 32];
                for (place, weight) in table.iter_mut().zip(&it.weights) {
                    let shared = |shared: bool| if shared { *weight } else { 0 };
                    *place = Sums { all: *weight, household: shared(it.household), twins: shared(it.twins) };
                }
                table
            })
            .collect();
        let best = model.comparisons.iter().map(|it| it.weights.iter().skip(first).copied().max().unwrap_or(0).max(0));
        let mut order: Vec<usize> = (0..model.comparisons.len()).collect();
        order.sort_by_key(|nth| model.comparisons.get(*nth).map(|it| it.comparison.kind.effort()));
        Self { weights, best: best.collect(), order, prior: model.prior }
    }

    /// The weight of a pattern, all told: prior, comparisons, and what households and twins explain.
    pub(crate) fn weight(&self, pattern: Pattern) -> i32 {
        let mut sums = Sums::default();
        for (table, level) in self.weights.iter().zip(levels(pattern, self.weights.len())) {
            sums.add(table.get(usize::from(level)));
        }
        self.prior.total(sums)
    }

    /// The pattern and weight of a pair, unless it weighs less than `least`: then the looking ends as soon as that is
    /// certain.
    pub(crate) fn score(
        &self,
        comparer: &Comparer,
        records: &Records,
        (a, b): (&[u32], &[u32]),
        least: i32,
    ) -> Option<(Pattern, i32)> {
        let count = comparer.comparisons.len();
        let mut pattern: Pattern = 0;
        let mut sums = Sums::default();
        let mut open = 0_u32;
        let mut most = self.prior.matches;
        for (nth, comparison) in comparer.comparisons.iter().enumerate() {
            match comparer.quick(nth, comparison, a, b) {
                Some(level) => {
                    pattern |= Pattern::from(level) << (5 * (count - 1 - nth));
                    sums.add(self.weights.get(nth).and_then(|table| table.get(usize::from(level))));
                }
                None => {
                    open |= 1 << nth;
                    most += self.best.get(nth).copied().unwrap_or(0);
                }
            }
        }
        most += sums.all;
        if most < least {
            return None;
        }
        for nth in &self.order {
            if open >> nth & 1 == 0 {
                continue;
            }
            let comparison = comparer.comparisons.get(*nth)?;
            let level = comparison.differing(records, a, b);
            pattern |= Pattern::from(level) << (5 * (count - 1 - nth));
            let weight = self.weights.get(*nth).and_then(|table| table.get(usize::from(level)));
            sums.add(weight);
            most += weight.map_or(0, |weight| weight.all) - self.best.get(*nth).copied().unwrap_or(0);
            if most < least {
                return None;
            }
        }
        let weight = self.prior.total(sums);
        (weight >= least).then_some((pattern, weight))
    }
}
