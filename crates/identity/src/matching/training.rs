//! Learning what agreements are worth, without anybody saying which pairs are matches.
//!
//! *u*, how often values agree by chance: for equal values exactly, from their frequencies; for the other levels from
//! random pairs. Both contain the few random pairs that are one person, which in a file with many duplicates would hide
//! that a birth date is rare; so their share is taken out again in each round.
//!
//! *m*, how often values agree within one person: by expectation-maximisation (Dempster, Laird and Rubin, Journal of the
//! Royal Statistical Society B 39, 1977) over the histogram of agreement patterns of candidate pairs, which is small
//! however many pairs there are. Candidates are no fair sample: a pair found by its e-mail address agrees in it. So each
//! comparison learns from those pairs only that a rule found which does not look at its field (several blockings, each
//! teaching the others' fields).

use super::blocking::{Draw, Drawn, Rule, prune};
use super::comparison::{Comparison, EQUALS, Kind, NULL, equal_level};
use super::intern::{ABSENT, Map, mix};
use super::model::{BIT, Card, Comparer, Model, Pattern, Prior, VERSION, Weights, is_equal, levels};
use super::record::{Records, veiled};
use super::role::Role;
use super::work::{Stage, Work};
use super::Error;

/// A rule is worth its pairs while it adds one match for so many.
pub(crate) static PAM: std::sync::LazyLock<f64> = std::sync::LazyLock::new(|| std::env::var("PAM").ok().and_then(|x| x.parse().ok()).unwrap_or(300.0));
/// Random pairs for u.
const RANDOM: u64 = 400_000;
/// The most rounds.
const ROUNDS: u32 = 200;
/// No single agreement decides by more than a million to one.
const STRONGEST: f64 = 20.0;

/// Pairs of one pattern that the same rules found.
#[derive(Clone, Debug)]
struct Group {
    levels: Vec<u8>,
    rules: u32,
    count: f64,
}

/// The pairs in question: those of one file, or across two.
pub(crate) fn pairs_in_all(records: &Records, across: bool) -> f64 {
    let all = records.len() as f64;
    let within = all * (all - 1.0) / 2.0;
    if !across {
        return within;
    }
    let mut sizes: Map<u64, f64> = Map::default();
    for source in &records.sources {
        *sizes.entry(u64::from(*source)).or_default() += 1.0;
    }
    let mut sizes: Vec<f64> = sizes.into_values().collect();
    sizes.sort_by(f64::total_cmp);
    within - sizes.iter().map(|size| size * (size - 1.0) / 2.0).sum::<f64>()
}

/// Chance agreement of equal values by frequency level: what share of values a level has, and how often two random
/// values are equal and of that level.
fn by_chance(records: &Records, field: usize, across: bool) -> ([f64; 11], [f64; 11], Vec<u32>) {
    let counts = records.counts(field);
    let filled: f64 = counts.iter().skip(1).map(|count| f64::from(*count)).sum();
    let (mut mass, mut equal) = ([0.0; 11], [0.0; 11]);
    let pairs = |count: f64| count * (count - 1.0).max(0.0);
    let mut apart = vec![0.0; 11];
    let mut apart_all = 0.0;
    if across {
        let mut by_source: Map<(u32, u32), f64> = Map::default();
        let mut sizes: Map<u64, f64> = Map::default();
        for (code, source) in records.column(field).zip(&records.sources) {
            if code != ABSENT {
                *by_source.entry((code, u32::from(*source))).or_default() += 1.0;
                *sizes.entry(u64::from(*source)).or_default() += 1.0;
            }
        }
        for ((code, _), count) in &by_source {
            let level = equal_level(counts.get(*code as usize).copied().unwrap_or(0));
            if let Some(apart) = apart.get_mut(usize::from(level)) {
                *apart += pairs(*count);
            }
        }
        apart_all = sizes.values().map(|size| pairs(*size)).sum();
    }
    for count in counts.iter().skip(1).filter(|count| **count > 0) {
        let level = usize::from(equal_level(*count));
        if let (Some(mass), Some(equal)) = (mass.get_mut(level), equal.get_mut(level)) {
            *mass += f64::from(*count) / filled;
            *equal += pairs(f64::from(*count));
        }
    }
    let all = (pairs(filled) - apart_all).max(1.0);
    for (equal, apart) in equal.iter_mut().zip(apart) {
        *equal = (*equal - apart).max(0.0) / all;
    }
    (mass, equal, counts)
}

pub(crate) struct Training<'a> {
    pub(crate) records: &'a Records,
    pub(crate) draw: &'a Draw,
    pub(crate) comparer: &'a Comparer,
    pub(crate) across: bool,
    pub(crate) key: u64,
    /// Whether rules that are not worth their pairs are left out.
    pub(crate) choose: bool,
}

impl Training<'_> {
    pub(crate) fn run(&self, comparisons: Vec<Comparison>, work: &Work<'_>) -> Result<Model, Error> {
        let records = self.records;
        let mut masses = Vec::new();
        let mut chance = Vec::new();
        let mut weights = Vec::new();
        for comparison in comparisons {
            let (mass, equal, counts) = by_chance(records, comparison.field, self.across);
            let lexicon = records.lexicon(comparison.field);
            let mut frequent: Vec<(u64, u32)> = (0_u32..)
                .zip(&counts)
                .skip(1)
                .filter(|(_, count)| **count >= 10)
                .map(|(code, count)| (veiled(self.key, lexicon.text(code)), *count))
                .collect();
            frequent.sort_unstable();
            let levels = comparison.kind.count();
            let role = records.fields.get(comparison.field).map(|field| field.role);
            let household = matches!(comparison.kind, Kind::Surname | Kind::Postcode | Kind::Phone | Kind::Place | Kind::Words | Kind::Short)
                || matches!(role, Some(Role::Region | Role::Country));
            let twins = household || role == Some(Role::BirthDate);
            weights.push(Weights {
                comparison,
                m: vec![0.0; levels],
                u: vec![0.0; levels],
                weights: vec![0; levels],
                trained: vec![true; levels],
                household,
                twins,
                frequent,
            });
            masses.push(mass);
            chance.push(equal);
        }
        let mut model = Model {
            version: VERSION,
            fields: records.fields.clone(),
            blocking: self.draw.rules.clone(),
            comparisons: weights,
            prior: Prior { matches: 0, household: 0, twins: 0 },
            threshold: 0,
            key: self.key,
            card: Card { records: records.len() as u64, ..Card::default() },
        };
        let all = pairs_in_all(records, self.across).max(1.0);
        let random = self.random(&mut model, &chance, work)?;
        let groups = self.histogram(&mut model, work)?;
        if groups.is_empty() {
            return Err(Error::Untrained("no two records share a blocking key, so there is nothing to learn from".into()));
        }
        let posterior = learn(&mut model, &groups, &Known { masses, random, all, rules: &self.draw.rules });
        if self.choose {
            let mut found: Map<u64, (f64, f64)> = Map::default();
            for (group, p) in groups.iter().zip(&posterior) {
                let sum = found.entry(u64::from(group.rules)).or_default();
                sum.0 += group.count;
                sum.1 += group.count * p;
            }
            let mut found: Vec<(u32, f64, f64)> = found.into_iter().map(|(rules, (pairs, matches))| (rules as u32, pairs, matches)).collect();
            found.sort_unstable_by_key(|(rules, ..)| *rules);
            let chosen = prune(self.draw.rules.len(), &found, *PAM);
            model.blocking = chosen.iter().filter_map(|nth| self.draw.rules.get(*nth).cloned()).collect();
        }
        Ok(model)
    }

    /// How often each level occurs in random pairs where both values are there. `chance` gives the equal levels exactly.
    fn random(&self, model: &mut Model, chance: &[[f64; 11]], work: &Work<'_>) -> Result<Vec<Vec<f64>>, Error> {
        let records = self.records;
        let rows = records.len() as u64;
        let count = model.comparisons.len();
        let possible = rows * rows.saturating_sub(1) / 2;
        let pairs = RANDOM.min(possible);
        let exhaustive = possible <= RANDOM;
        let step = 1 << 14;
        let pieces = work.pieces(Stage::Train, pairs as usize, step, |range| {
            let mut seen = vec![[0_u64; 32]; count];
            for nth in range {
                let (a, b) = if exhaustive {
                    // The pair with this number among all.
                    let high = ((1.0 + (1.0 + 8.0 * nth as f64).sqrt()) / 2.0).floor() as u64;
                    let high = if high * (high - 1) / 2 > nth as u64 { high - 1 } else { high };
                    (high, nth as u64 - high * (high - 1) / 2)
                } else {
                    let draw = mix(nth as u64 ^ 0x6a09_e667_f3bc_c908);
                    (draw % rows, (draw >> 32).wrapping_mul(0x9e37_79b9) % rows)
                };
                let (a, b) = (a as u32, b as u32);
                if a == b || self.across && records.sources.get(a as usize) == records.sources.get(b as usize) {
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
        Ok(seen
            .iter()
            .zip(&model.comparisons)
            .zip(chance)
            .map(|((seen, weights), chance)| {
                let levels = weights.comparison.kind.count();
                let differing: f64 = seen.iter().take(levels).skip(usize::from(EQUALS) + 1).map(|n| *n as f64).sum();
                let fuzzy = levels - usize::from(EQUALS) - 1;
                let rest = 1.0 - chance.iter().sum::<f64>();
                seen.iter()
                    .take(levels)
                    .zip(0_usize..)
                    .map(|(seen, level)| match level {
                        0 => 0.0,
                        _ if is_equal(level as u8) => chance.get(level).copied().unwrap_or(0.0),
                        _ => rest * (*seen as f64 + 0.5) / (differing + 0.5 * fuzzy as f64),
                    })
                    .collect()
            })
            .collect())
    }

    /// The histogram of patterns of the sample.
    fn histogram(&self, model: &mut Model, work: &Work<'_>) -> Result<Vec<Group>, Error> {
        let records = self.records;
        let pieces = work.pieces(Stage::Train, self.draw.pairs.len(), 1 << 14, |range| {
            let pairs = self.draw.pairs.get(range).unwrap_or(&[]);
            let pattern = |pair: &Drawn| self.comparer.pattern(records, records.row(pair.a), records.row(pair.b));
            pairs.iter().map(|pair| (pattern(pair), pair.rules, pair.stands_for)).collect::<Vec<_>>()
        })?;
        let mut all: Vec<(Pattern, u32, f64)> = pieces.into_iter().flatten().collect();
        all.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        model.card.sampled_pairs = all.len() as u64;
        let count = model.comparisons.len();
        Ok(all
            .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
            .filter_map(|same| {
                let (pattern, rules, _) = *same.first()?;
                let count_of = same.iter().map(|(.., stands_for)| stands_for).sum();
                Some(Group { levels: levels(pattern, count).collect(), rules, count: count_of })
            })
            .collect())
    }
}

/// What expectation-maximisation takes as given.
struct Known<'a> {
    masses: Vec<[f64; 11]>,
    random: Vec<Vec<f64>>,
    all: f64,
    rules: &'a [Rule],
}

fn learn(model: &mut Model, groups: &[Group], known: &Known<'_>) -> Vec<f64> {
    let mut posterior = vec![0.0; groups.len()];
    let count = model.comparisons.len();
    // Which groups teach a comparison: those that a rule found which does not look at its field.
    let teaches: Vec<u32> = model
        .comparisons
        .iter()
        .map(|weights| {
            let own = [Some(weights.comparison.field), weights.comparison.beside.filter(|_| false)];
            (0_u32..)
                .zip(known.rules)
                .filter(|(_, rule)| !rule.fields().any(|field| own.contains(&Some(field))))
                .fold(0, |mask, (nth, _)| mask | 1 << nth)
        })
        .collect();
    for (weights, mass) in model.comparisons.iter_mut().zip(&known.masses) {
        let fuzzy = weights.m.len() - usize::from(EQUALS) - 1;
        for (level, m) in weights.m.iter_mut().enumerate() {
            *m = match level {
                0 => 0.0,
                _ if is_equal(level as u8) => 0.75 * mass.get(level).copied().unwrap_or(0.0),
                _ if level == usize::from(EQUALS) + fuzzy => 0.1,
                _ => 0.15 / (fuzzy as f64 - 1.0).max(1.0),
            };
        }
    }
    let records = model.card.records as f64;
    let (mut matches, mut household, mut twins) = (records * 0.3, records * 0.03, records * 0.003);
    let mut w = vec![[0.0_f64; 32]; count];
    for round in 0..ROUNDS {
        let share = (matches / known.all).min(0.5);
        for ((weights, random), w) in model.comparisons.iter_mut().zip(&known.random).zip(&mut w) {
            for (level, ((m, u), random)) in weights.m.iter().zip(&mut weights.u).zip(random).enumerate() {
                let least = (random * 0.02).max(0.2 / known.all);
                *u = ((random - share * m) / (1.0 - share)).max(least);
                if let Some(w) = w.get_mut(level) {
                    *w = if level == 0 { 0.0 } else { (m.max(1e-9) / *u).log2().clamp(-STRONGEST, STRONGEST) };
                }
            }
        }
        let (prior, home, twin) =
            ((matches / known.all).log2(), (household / known.all).log2(), (twins / known.all).log2());
        let mut counts = vec![[0.0_f64; 32]; count];
        let (mut found, mut found_home, mut found_twins) = (0.0, 0.0, 0.0);
        for (group, posterior) in groups.iter().zip(&mut posterior) {
            let (mut all, mut home_sum, mut twin_sum) = (prior, home, twin);
            for ((level, w), weights) in group.levels.iter().zip(&w).zip(&model.comparisons) {
                let weight = w.get(usize::from(*level)).copied().unwrap_or(0.0);
                all += weight;
                home_sum += if weights.household { weight } else { 0.0 };
                twin_sum += if weights.twins { weight } else { 0.0 };
            }
            let (p, h, t) = (all.exp2(), home_sum.exp2(), twin_sum.exp2());
            let sum = p + h + t + 1.0;
            let times = group.count;
            *posterior = p / sum;
            found += times * p / sum;
            found_home += times * h / sum;
            found_twins += times * t / sum;
            for ((level, counts), teaches) in group.levels.iter().zip(&mut counts).zip(&teaches) {
                if group.rules & teaches != 0
                    && let Some(seen) = counts.get_mut(usize::from(*level))
                {
                    *seen += times * p / sum;
                }
            }
        }
        let mut change = 0.0_f64;
        for ((weights, counts), mass) in model.comparisons.iter_mut().zip(&counts).zip(&known.masses) {
            let levels = weights.m.len();
            let seen = |from: usize, to: usize| counts.get(from..to).unwrap_or(&[]).iter().sum::<f64>();
            let first = usize::from(EQUALS) + 1;
            let all = seen(1, levels);
            let fuzzy = (levels - first) as f64;
            let prior = 4.0;
            let equal = (seen(1, first) + prior * 0.75) / (all + prior);
            for (level, m) in weights.m.iter_mut().enumerate().skip(1) {
                let new = if is_equal(level as u8) {
                    equal * mass.get(level).copied().unwrap_or(0.0)
                } else {
                    (counts.get(level).copied().unwrap_or(0.0) + prior * 0.25 / fuzzy) / (all + prior)
                };
                change = change.max((new - *m).abs());
                *m = new;
            }
        }
        matches = (found * 1.0).max(1.0);
        household = (found_home * 1.0).max(0.01 * records.min(100.0) * 0.01);
        twins = (found_twins * 1.0).max(0.01 * records.min(100.0) * 0.01);
        model.card.rounds = round + 1;
        model.card.last_change = change;
        if change < 1e-5 {
            break;
        }
    }
    let bits = |x: f64| (x * f64::from(BIT)).round() as i32;
    model.prior = Prior {
        matches: bits((matches / known.all).log2()),
        household: bits((household / known.all).log2()),
        twins: bits((twins / known.all).log2()),
    };
    model.card.expected_matches = matches;
    for (weights, w) in model.comparisons.iter_mut().zip(&w) {
        for (level, weight) in weights.weights.iter_mut().enumerate() {
            *weight = if level == usize::from(NULL) { 0 } else { bits(w.get(level).copied().unwrap_or(0.0)) };
        }
    }
    if std::env::var("DBG").is_ok() {
        eprintln!("matches {matches:.0} household {household:.2} twins {twins:.2} rounds {} prior {:?}", model.card.rounds, model.prior);
        for weights in &model.comparisons {
            eprintln!("{} {:?}", weights.comparison.name, weights.comparison.kind);
            for level in 1..weights.m.len() {
                if weights.m[level] > 0.0 {
                    eprintln!("   {:2} {:40} m {:.5} u {:.7} w {:.2}", level, weights.comparison.kind.label(level as u8), weights.m[level], weights.u[level], f64::from(weights.weights[level]) / 1024.0);
                }
            }
        }
    }
    posterior
}
