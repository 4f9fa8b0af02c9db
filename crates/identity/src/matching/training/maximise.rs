//! Expectation-maximisation over agreement patterns.

use super::super::comparison::EQUALS;
use super::super::model::{BIT, Model, Prior};
use super::{equal, name_of};

/// The most rounds.
const ROUNDS: u32 = 200;
/// No single agreement decides by more than a million to one.
const STRONGEST: f64 = 20.0;
/// How much of a pair each comparison is taken to have seen before it sees one: keeps probabilities off zero.
const BEFOREHAND: f64 = 4.0;

/// Pairs of one pattern that the same rules found.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) levels: Vec<u8>,
    pub(super) rules: u32,
    pub(super) pairs: f64,
}

/// What is taken as given.
pub(super) struct Known {
    /// Per comparison and equal level: what share of the values is of it.
    pub(super) masses: Vec<[f64; 11]>,
    /// Per comparison and level: how often it occurs in random pairs, matches among them.
    pub(super) random: Vec<Vec<f64>>,
    /// All pairs in question.
    pub(super) all: f64,
    /// Per comparison: the rules whose pairs teach it.
    pub(super) teaches: Vec<u32>,
    /// Labelled pairs: levels, whether they are one person, and how many pairs each stands for.
    pub(super) labels: Vec<(Vec<u8>, bool, f64)>,
}

/// How many pairs there are of each sort.
#[derive(Clone, Copy, Default)]
struct Shares {
    matches: f64,
    household: f64,
    twins: f64,
}

type Bits = Vec<[f64; 32]>;

/// Learns m, u, weights and prior; answers the probability of each group.
pub(super) fn learn(model: &mut Model, groups: &[Group], known: &Known) -> Vec<f64> {
    begin(model, known);
    let records = model.card.records as f64;
    let mut shares = Shares { matches: records * 0.3, household: records * 0.03, twins: records * 0.003 };
    let mut posterior = vec![0.0; groups.len()];
    let mut seen: Bits = Vec::new();
    for round in 1..=ROUNDS {
        let bits = weigh(model, known, shares.matches);
        (shares, seen) = expect(model, groups, known, &bits, shares, &mut posterior);
        let change = maximise(model, known, &seen);
        // A share of nothing would never grow again.
        let least = 1e-4 * records.clamp(1.0, 100.0);
        shares.matches = shares.matches.max(100.0 * least);
        shares.household = shares.household.max(least);
        shares.twins = shares.twins.max(least);
        model.card.rounds = round;
        model.card.last_change = change;
        if change < 1e-5 {
            break;
        }
    }
    even_out(model);
    let bits = weigh(model, known, shares.matches);
    settle(model, known, &bits, &seen, shares);
    posterior
}

/// Where learning begins: most matches agree.
fn begin(model: &mut Model, known: &Known) {
    for (weights, mass) in model.comparisons.iter_mut().zip(&known.masses) {
        let fuzzy = (weights.m.len() - usize::from(EQUALS) - 1) as f64;
        let last = weights.m.len() - 1;
        for (level, m) in weights.m.iter_mut().enumerate().skip(1) {
            *m = match level {
                _ if equal(level) => 0.75 * mass.get(level).copied().unwrap_or(0.0),
                _ if level == last => 0.1,
                _ => 0.15 / (fuzzy - 1.0).max(1.0),
            };
        }
    }
}

/// u without the matches among random pairs, and the weights in bits.
fn weigh(model: &mut Model, known: &Known, matches: f64) -> Bits {
    let share = (matches / known.all).min(0.5);
    let mut bits = vec![[0.0; 32]; model.comparisons.len()];
    for ((weights, random), bits) in model.comparisons.iter_mut().zip(&known.random).zip(&mut bits) {
        let levels = weights.m.iter().zip(&mut weights.u).zip(random).zip(bits.iter_mut()).skip(1);
        for (((m, u), random), bits) in levels {
            let least = (random * 0.02).max(0.2 / known.all);
            *u = ((random - share * m) / (1.0 - share)).clamp(least, 1.0);
            *bits = (m.max(1e-9) / *u).log2().clamp(-STRONGEST, STRONGEST);
        }
    }
    bits
}

/// How probable each group is, what shares follow, and how often matches have each level.
fn expect(
    model: &Model,
    groups: &[Group],
    known: &Known,
    bits: &Bits,
    shares: Shares,
    posterior: &mut [f64],
) -> (Shares, Bits) {
    let prior = |pairs: f64| (pairs / known.all).log2();
    let (matches, household, twins) = (prior(shares.matches), prior(shares.household), prior(shares.twins));
    let mut seen = vec![[0.0_f64; 32]; model.comparisons.len()];
    let mut found = Shares::default();
    for (group, posterior) in groups.iter().zip(posterior) {
        let (mut one, mut home, mut twin) = (matches, household, twins);
        for ((level, bits), weights) in group.levels.iter().zip(bits).zip(&model.comparisons) {
            let weight = bits.get(usize::from(*level)).copied().unwrap_or(0.0);
            one += weight;
            home += if weights.household { weight } else { 0.0 };
            twin += if weights.twins { weight } else { 0.0 };
        }
        let (one, home, twin) = (one.exp2(), home.exp2(), twin.exp2());
        let sum = one + home + twin + 1.0;
        let p = one / sum;
        *posterior = p;
        found.matches += group.pairs * p;
        found.household += group.pairs * home / sum;
        found.twins += group.pairs * twin / sum;
        for ((level, seen), teaches) in group.levels.iter().zip(&mut seen).zip(&known.teaches) {
            if group.rules & teaches != 0
                && let Some(seen) = seen.get_mut(usize::from(*level))
            {
                *seen += group.pairs * p;
            }
        }
    }
    for (levels, _, pairs) in known.labels.iter().filter(|(_, same, _)| *same) {
        for (level, seen) in levels.iter().zip(&mut seen) {
            if let Some(seen) = seen.get_mut(usize::from(*level)) {
                *seen += pairs;
            }
        }
    }
    (found, seen)
}

/// m from what was seen; the largest change of any.
fn maximise(model: &mut Model, known: &Known, seen: &Bits) -> f64 {
    let mut change = 0.0_f64;
    let first = usize::from(EQUALS) + 1;
    for ((weights, seen), mass) in model.comparisons.iter_mut().zip(seen).zip(&known.masses) {
        let count = weights.m.len();
        let sum = |from: usize, to: usize| seen.get(from..to).unwrap_or(&[]).iter().sum::<f64>();
        let all = sum(1, count) + BEFOREHAND;
        let fuzzy = (count - first) as f64;
        let equals = (sum(1, first) + BEFOREHAND * 0.75) / all;
        for (level, m) in weights.m.iter_mut().enumerate().skip(1) {
            let new = if equal(level) {
                // Within one person a rare value is as stable as a frequent one.
                equals * mass.get(level).copied().unwrap_or(0.0)
            } else {
                (seen.get(level).copied().unwrap_or(0.0) + BEFOREHAND * 0.25 / fuzzy) / all
            };
            change = change.max((new - *m).abs());
            *m = new;
        }
    }
    change
}

/// A level that is closer never weighs less than one that is farther: where it would, the two are one (the pool of
/// adjacent violators, Ayer and others, Annals of Mathematical Statistics 26, 1955).
fn even_out(model: &mut Model) {
    let first = usize::from(EQUALS) + 1;
    for weights in &mut model.comparisons {
        let all = usize::from(weights.comparison.different()).saturating_sub(first);
        let own: Vec<usize> = (0..=all).collect();
        let chains = weights.comparison.kind.chains();
        for chain in if chains.is_empty() { vec![own.as_slice()] } else { chains.to_vec() } {
            let mut pools: Vec<(f64, f64, Vec<usize>)> = Vec::new();
            for nth in chain {
                let level = first + nth;
                let at = |all: &[f64]| all.get(level).copied().unwrap_or(0.0);
                pools.push((at(&weights.m), at(&weights.u), vec![level]));
                while let [.., (m, u, _), (n, v, _)] = pools.as_slice()
                    && m * v < n * u
                {
                    let Some((n, v, more)) = pools.pop() else { break };
                    if let Some((m, u, levels)) = pools.last_mut() {
                        (*m, *u) = (*m + n, *u + v);
                        levels.extend(more);
                    }
                }
            }
            for (m, u, levels) in pools.iter().filter(|(.., levels)| levels.len() > 1) {
                let shares: f64 = levels.iter().filter_map(|level| weights.u.get(*level)).sum();
                for level in levels {
                    let share = weights.u.get(*level).copied().unwrap_or(0.0) / shares;
                    if let Some(place) = weights.m.get_mut(*level) {
                        *place = m * share;
                    }
                    if let Some(place) = weights.u.get_mut(*level) {
                        *place = u * share;
                    }
                }
            }
        }
    }
}

/// Whether values of an equal level stand in the data.
fn has(mass: &[f64; 11], level: usize) -> bool {
    mass.get(level).is_some_and(|mass| *mass > 0.0)
}

/// Writes down what decides, in integers; and what was not seen, which decides nothing.
fn settle(model: &mut Model, known: &Known, bits: &Bits, seen: &Bits, shares: Shares) {
    let fixed = |bits: f64| (bits * f64::from(BIT)).round() as i32;
    let prior = |pairs: f64| fixed((pairs / known.all).log2());
    model.prior =
        Prior { matches: prior(shares.matches), household: prior(shares.household), twins: prior(shares.twins) };
    model.card.expected_matches = shares.matches;
    let random_pairs = model.card.random_pairs.max(1) as f64;
    let mut untrained = Vec::new();
    let known_levels = known.random.iter().zip(&known.masses);
    for (((weights, bits), seen), (random, mass)) in model.comparisons.iter_mut().zip(bits).zip(seen).zip(known_levels)
    {
        let any: f64 = seen.iter().skip(1).sum();
        for level in 1..weights.m.len() {
            let at = |all: &[f64]| all.get(level).copied().unwrap_or(0.0);
            // Equal levels are trained together; a fuzzy one must have come somewhere.
            let trained = any > 0.0
                && if equal(level) { has(mass, level) } else { at(seen) >= 0.5 || at(random) * random_pairs > 1.0 };
            let bits = bits.get(level).copied().unwrap_or(0.0);
            if let Some(place) = weights.trained.get_mut(level) {
                *place = trained;
            }
            if let Some(place) = weights.weights.get_mut(level) {
                *place = if trained { fixed(bits) } else { 0 };
            }
            if !trained && !equal(level) {
                untrained.push(name_of(&weights.comparison, level));
            }
        }
        // A value whose frequency no value of the training has weighs like the nearest that one has, the more frequent
        // of two; agreement never speaks against.
        let first = usize::from(EQUALS) + 1;
        for level in (1..first).filter(|level| any > 0.0 && !has(mass, *level)) {
            let nearest = (1..first)
                .filter(|other| has(mass, *other))
                .min_by_key(|other| (other.abs_diff(level), std::cmp::Reverse(*other)));
            let weight = nearest.and_then(|nearest| weights.weights.get(nearest)).copied().unwrap_or(0);
            if let Some(place) = weights.weights.get_mut(level) {
                *place = weight.max(0);
            }
        }
    }
    if !untrained.is_empty() {
        model.card.notes.push(format!("not seen in the training, so it weighs nothing: {}", untrained.join("; ")));
    }
}
