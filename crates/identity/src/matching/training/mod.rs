//! Learning what agreements are worth, without anybody saying which pairs are matches.
//!
//! *u*, how often values agree by chance: for equal values exactly, from their frequencies; for the other levels from
//! random pairs. Both contain the few random pairs that are one person, which in a file with many duplicates would hide
//! that a birth date is rare; so their share is taken out again in each round.
//!
//! *m*, how often values agree within one person: by expectation-maximisation (Dempster, Laird and Rubin, Journal of the
//! Royal Statistical Society B 39, 1977) over the histogram of agreement patterns of candidate pairs, which is small
//! however many pairs there are. Candidates are no fair sample: a pair found by its e-mail address agrees in it. So each
//! comparison learns only from pairs that a rule found which does not look at its field: several blockings, each teaching
//! the others' fields.
//!
//! Nothing is drawn by chance, by place or by id: rows are in the order of what they say, samples follow from values, and
//! sums are taken in one order, so the same records give the same model, in any order and on any number of threads.

mod maximise;
#[cfg(test)]
mod tests;

use super::Error;
use super::blocking::{Draw, Drawn, Rule, Yield, prune};
use super::comparison::{Comparison, EQUALS, Kind, equal_level};
use super::intern::{ABSENT, Map, mix};
use super::model::{Card, Comparer, Model, Pattern, Prior, VERSION, Weights, is_equal, levels};
use super::plan::Plan;
use super::record::{Records, veiled};
use super::role::Role;
use super::work::{Stage, Work};
use maximise::{Group, Known};

/// Random pairs for u.
const RANDOM: u64 = 200_000;
/// How far labels may move the threshold from even odds, in 1/1024 bit.
const AROUND: i32 = 2 * super::model::BIT;
/// How many pairs of the sample one labelled by hand weighs.
const LABEL: f64 = 10.0;

/// A pair of records of which somebody has said whether they are one person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Label {
    /// The id of one.
    pub a: String,
    /// The id of the other.
    pub b: String,
    /// Whether they are one person.
    pub same: bool,
}

/// The pairs in question: those of one file, or across files.
pub(crate) fn pairs_in_all(records: &Records, across: bool) -> f64 {
    let pairs = |size: f64| size * (size - 1.0) / 2.0;
    let within = pairs(records.len() as f64);
    if !across {
        return within;
    }
    let mut sizes: std::collections::BTreeMap<u16, f64> = std::collections::BTreeMap::new();
    for source in &records.sources {
        *sizes.entry(*source).or_default() += 1.0;
    }
    within - sizes.into_values().map(pairs).sum::<f64>()
}

/// Chance agreement of equal values, by frequency level.
struct Chance {
    /// What share of the values is of a level.
    mass: [f64; 11],
    /// How often two random values are equal and of a level.
    equal: [f64; 11],
    /// How often each value occurs, by its number.
    counts: Vec<u32>,
}

impl Chance {
    fn of(records: &Records, field: usize, across: bool) -> Self {
        let counts = records.counts(field);
        let pairs = |count: u64| count * count.saturating_sub(1);
        let filled: u64 = counts.iter().skip(1).map(|count| u64::from(*count)).sum();
        let (mut mass, mut equal) = ([0_u64; 11], [0_u64; 11]);
        let mut all = pairs(filled);
        let level_of = |code: u32| usize::from(equal_level(counts.get(code as usize).copied().unwrap_or(0)));
        let add = |sums: &mut [u64; 11], level: usize, more: u64, less: u64| {
            if let Some(sum) = sums.get_mut(level) {
                *sum = (*sum + more).saturating_sub(less);
            }
        };
        for (code, count) in (0_u32..).zip(&counts).skip(1).filter(|(_, count)| **count > 0) {
            add(&mut mass, level_of(code), (*count).into(), 0);
            add(&mut equal, level_of(code), pairs((*count).into()), 0);
        }
        if across {
            let mut of_source: Map<(u32, u32), u64> = Map::default();
            let mut sizes: Map<u64, u64> = Map::default();
            for (code, source) in records.column(field).zip(&records.sources).filter(|(code, _)| *code != ABSENT) {
                *of_source.entry((code, u32::from(*source))).or_default() += 1;
                *sizes.entry(u64::from(*source)).or_default() += 1;
            }
            for ((code, _), count) in of_source {
                add(&mut equal, level_of(code), 0, pairs(count));
            }
            all -= sizes.into_values().map(pairs).sum::<u64>();
        }
        let share = |sums: [u64; 11], of: u64| sums.map(|sum| sum as f64 / of.max(1) as f64);
        Self { mass: share(mass, filled), equal: share(equal, all), counts }
    }
}

/// What the training works on.
pub(crate) struct Training<'a> {
    pub(crate) records: &'a Records,
    pub(crate) plan: &'a Plan,
    pub(crate) comparer: &'a Comparer,
    /// The key of the model's hashes.
    pub(crate) key: u64,
    /// Labelled rows.
    pub(crate) labels: Vec<(u32, u32, bool)>,
}

impl Training<'_> {
    pub(crate) fn run(&self, work: &Work<'_>) -> Result<Model, Error> {
        let records = self.records;
        let across = self.plan.constraints.one_to_one;
        let chances: Vec<Chance> =
            self.plan.comparisons.iter().map(|it| Chance::of(records, it.field, across)).collect();
        let mut model = self.blank(&chances);
        model.card.notes.extend(self.plan.notes.iter().cloned());
        if self.plan.comparisons.is_empty() {
            model.card.notes.push("nothing is compared: no column says who somebody is".into());
            return Ok(model);
        }
        let draw = Draw::new(records, &self.plan.comparisons, self.plan.blocking.as_deref(), across, work)?;
        if draw.pairs.is_empty() && self.labels.is_empty() {
            model.card.notes.push("nothing could be trained: no two records share a blocking key".into());
            model.blocking = draw.rules;
            return Ok(model);
        }
        let all = pairs_in_all(records, across).max(1.0);
        let random = self.random(&mut model, &chances, work)?;
        let groups = self.histogram(&mut model, &draw, work)?;
        let known = Known {
            masses: chances.iter().map(|chance| chance.mass).collect(),
            random,
            all,
            teaches: self.teaches(&draw.rules, &mut model.card),
            labels: self.labelled(),
        };
        let posterior = maximise::learn(&mut model, &groups, &known);
        self.choose_rules(&mut model, &draw, &groups, &posterior);
        self.choose_threshold(&mut model);
        Ok(model)
    }

    /// A model that has learnt nothing: no two records are one person.
    fn blank(&self, chances: &[Chance]) -> Model {
        let records = self.records;
        let comparisons = self.plan.comparisons.iter().zip(chances).map(|(comparison, chance)| {
            let lexicon = records.lexicon(comparison.field);
            let often = (0_u32..).zip(&chance.counts).skip(1).filter(|(_, count)| **count >= 10);
            let mut frequent: Vec<(u64, u32)> =
                often.map(|(code, count)| (veiled(self.key, lexicon.text(code)), *count)).collect();
            frequent.sort_unstable();
            let levels = comparison.count();
            let role = records.fields.get(comparison.field).map(|field| field.role);
            let household = matches!(
                comparison.kind,
                Kind::Surname | Kind::Postcode | Kind::Phone | Kind::Place | Kind::Words | Kind::Short | Kind::Distance
            ) || matches!(role, Some(Role::Region | Role::Country));
            Weights {
                m: vec![0.0; levels],
                u: vec![0.0; levels],
                weights: vec![0; levels],
                trained: vec![false; levels],
                household,
                twins: household || role == Some(Role::BirthDate),
                frequent,
                comparison: comparison.clone(),
            }
        });
        let never = -64 * super::model::BIT;
        Model {
            version: VERSION,
            fields: records.fields.clone(),
            blocking: Vec::new(),
            comparisons: comparisons.collect(),
            prior: Prior { matches: never, household: never, twins: never },
            threshold: 0,
            constraints: self.plan.constraints.clone(),
            compounds: self.plan.compounds.clone(),
            key: self.key,
            card: Card { records: records.len() as u64, ..Card::default() },
        }
    }

    /// Which rules teach a comparison, as bits: those that do not look at its field. Where there is none, all do, which
    /// is said.
    fn teaches(&self, rules: &[Rule], card: &mut Card) -> Vec<u32> {
        let mut teaches = Vec::new();
        for comparison in &self.plan.comparisons {
            let free = (0_u32..).zip(rules).filter(|(_, rule)| !rule.fields().any(|field| field == comparison.field));
            let mask = free.fold(0, |mask, (nth, _)| mask | 1 << nth);
            if mask == 0 {
                card.notes.push(format!(
                    "every rule of blocking looks at `{}`, so how often it differs within one person is underestimated",
                    comparison.name
                ));
            }
            teaches.push(if mask == 0 { u32::MAX } else { mask });
        }
        teaches
    }

    /// How often each level occurs in random pairs where both values are there; equal levels exactly.
    fn random(&self, model: &mut Model, chances: &[Chance], work: &Work<'_>) -> Result<Vec<Vec<f64>>, Error> {
        let records = self.records;
        let rows = records.len() as u64;
        let count = model.comparisons.len();
        let possible = rows * rows.saturating_sub(1) / 2;
        let pairs = RANDOM.min(possible);
        let across = self.plan.constraints.one_to_one;
        let pieces = work.pieces(Stage::Train, usize::try_from(pairs).unwrap_or(0), 1 << 14, |range| {
            let mut seen = vec![[0_u64; 32]; count];
            for nth in range {
                let (a, b) = if possible <= RANDOM { pair(nth as u64) } else { drawn(nth as u64, rows) };
                let same_file = || records.sources.get(a as usize) == records.sources.get(b as usize);
                if a == b || across && same_file() {
                    continue;
                }
                let pattern = self.comparer.pattern(records, records.row(a), records.row(b));
                for (seen, level) in seen.iter_mut().zip(levels(pattern, count)) {
                    if let Some(seen) = seen.get_mut(usize::from(level)) {
                        *seen += 1;
                    }
                }
            }
            seen
        })?;
        let mut seen = vec![[0_u64; 32]; count];
        for piece in pieces {
            for (sum, more) in seen.iter_mut().flatten().zip(piece.iter().flatten()) {
                *sum += more;
            }
        }
        model.card.random_pairs = pairs;
        let first = usize::from(EQUALS) + 1;
        let share = |((seen, weights), chance): ((&[u64; 32], &Weights), &Chance)| {
            let count = weights.comparison.count();
            let fuzzy = count.saturating_sub(first) as f64;
            let differing: f64 = seen.iter().take(count).skip(first).map(|seen| *seen as f64).sum();
            let rest = 1.0 - chance.equal.iter().sum::<f64>();
            let of = |(level, seen): (usize, &u64)| match level {
                0 => 0.0,
                _ if level < first => chance.equal.get(level).copied().unwrap_or(0.0),
                _ => rest * (*seen as f64 + 0.5) / (differing + 0.5 * fuzzy),
            };
            seen.iter().take(count).enumerate().map(of).collect()
        };
        Ok(seen.iter().zip(&model.comparisons).zip(chances).map(share).collect())
    }

    /// The histogram of patterns of the sample.
    fn histogram(&self, model: &mut Model, draw: &Draw, work: &Work<'_>) -> Result<Vec<Group>, Error> {
        let records = self.records;
        let pieces = work.pieces(Stage::Train, draw.pairs.len(), 1 << 14, |range| {
            let pairs = draw.pairs.get(range).unwrap_or(&[]);
            let pattern = |pair: &Drawn| self.comparer.pattern(records, records.row(pair.a), records.row(pair.b));
            pairs.iter().map(|pair| (pattern(pair), pair.rules, pair.stands_for)).collect::<Vec<_>>()
        })?;
        let mut all: Vec<(Pattern, u32, f64)> = pieces.into_iter().flatten().collect();
        all.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        model.card.sampled_pairs = all.len() as u64;
        let count = model.comparisons.len();
        let group = |same: &[(Pattern, u32, f64)]| {
            let (pattern, rules, _) = *same.first()?;
            let pairs = same.iter().map(|(.., stands_for)| stands_for).sum();
            Some(Group { levels: levels(pattern, count).collect(), rules, pairs })
        };
        Ok(all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter_map(group).collect())
    }

    fn labelled(&self) -> Vec<(Vec<u8>, bool, f64)> {
        let records = self.records;
        let count = self.plan.comparisons.len();
        let read = |(a, b, same): &(u32, u32, bool)| {
            let pattern = self.comparer.pattern(records, records.row(*a), records.row(*b));
            (levels(pattern, count).collect(), *same, LABEL)
        };
        self.labels.iter().map(read).collect()
    }

    /// Leaves out rules of blocking that are not worth their pairs, and adds those without which a rule of the user
    /// would not see its pairs.
    fn choose_rules(&self, model: &mut Model, draw: &Draw, groups: &[Group], posterior: &[f64]) {
        let mut found: std::collections::BTreeMap<u32, (f64, f64)> = std::collections::BTreeMap::new();
        for (group, p) in groups.iter().zip(posterior) {
            let sum = found.entry(group.rules).or_default();
            sum.0 += group.pairs;
            sum.1 += group.pairs * p;
        }
        let found: Vec<(u32, f64, f64)> =
            found.into_iter().map(|(rules, (pairs, matches))| (rules, pairs, matches)).collect();
        let matches = |nth: usize| {
            let with = found.iter().filter(|(rules, ..)| rules >> nth & 1 == 1);
            with.map(|(.., matches)| matches).sum::<f64>()
        };
        let chosen = match &self.plan.blocking {
            Some(_) => (0..draw.rules.len()).collect(),
            None => prune(draw.rules.len(), &found, self.records.len() as f64),
        };
        for (nth, (rule, cost)) in draw.rules.iter().zip(&draw.costs).enumerate() {
            model.card.blocking.push(Yield {
                rule: rule.name.clone(),
                pairs: *cost as u64,
                matches: Some(matches(nth)),
                chosen: chosen.contains(&nth),
                ..Yield::default()
            });
        }
        model.blocking = chosen.iter().filter_map(|nth| draw.rules.get(*nth).cloned()).collect();
        model.cover_links();
    }

    /// Where enough pairs are labelled, the threshold that gives them the best F1, within [`AROUND`] of even odds: labels
    /// are seldom drawn as candidates are, and a gap between easy ones says nothing about the pairs that lie in it.
    fn choose_threshold(&self, model: &mut Model) {
        model.card.labels = self.labels.len() as u64;
        let matches = self.labels.iter().filter(|(.., same)| *same).count();
        if matches < 10 || self.labels.len() - matches < 10 {
            return;
        }
        let scorer = super::model::Scorer::new(model);
        let records = self.records;
        let mut weighed: Vec<(i32, bool)> = self
            .labels
            .iter()
            .map(|(a, b, same)| {
                (scorer.weight(self.comparer.pattern(records, records.row(*a), records.row(*b))), *same)
            })
            .collect();
        weighed.sort_unstable_by_key(|(weight, same)| (std::cmp::Reverse(*weight), *same));
        let (mut right, mut best) = (0_u32, (0.0, model.threshold));
        for pair in weighed.chunk_by(|a, b| a.0 == b.0) {
            right += pair.iter().map(|(_, same)| u32::from(*same)).sum::<u32>();
            let Some((weight, _)) = pair.first() else { continue };
            let said = weighed.partition_point(|(other, _)| other >= weight);
            let f1 = 2.0 * f64::from(right) / (said + matches) as f64;
            // Half way to the next lower one, so that the labels do not stand on the edge.
            let next = weighed.get(said).map_or(*weight, |(next, _)| *next);
            let threshold = if next < 0 && *weight >= 0 { 0 } else { i32::midpoint(*weight, next) };
            if f1 > best.0 && threshold.abs() <= AROUND {
                best = (f1, threshold);
            }
        }
        model.threshold = super::model::sensible(best.1);
        model.card.notes.push(format!("the threshold was chosen by {} labelled pairs", self.labels.len()));
    }
}

/// The pair with a number among all, counted row by row.
fn pair(nth: u64) -> (u32, u32) {
    let mut high = (1 + 8 * nth).isqrt().div_ceil(2);
    while high * (high - 1) / 2 > nth {
        high -= 1;
    }
    (high as u32, (nth - high * (high - 1) / 2) as u32)
}

/// A pair drawn by its number.
fn drawn(nth: u64, rows: u64) -> (u32, u32) {
    let at = |draw: u64| ((u128::from(draw) * u128::from(rows)) >> 64) as u32;
    (at(mix(2 * nth + 1)), at(mix(2 * nth + 2)))
}

/// The equal levels, for a comparison of levels as numbers.
pub(crate) fn equal(level: usize) -> bool {
    u8::try_from(level).is_ok_and(is_equal)
}

/// What a comparison is called in messages.
pub(crate) fn name_of(comparison: &Comparison, level: usize) -> String {
    format!("`{}`: {}", comparison.name, comparison.label(u8::try_from(level).unwrap_or(31)))
}
