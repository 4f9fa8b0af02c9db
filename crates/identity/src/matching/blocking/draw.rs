//! Rules for data that nobody has described, and a fair sample of what they find.
//!
//! Every field offers keys; a key alone is a rule if its blocks are small, else together with another key. What a rule
//! costs is counted before it runs on a sample of its keys: all records whose leading key is among one in so many. The
//! same sample gives pairs to learn from. After the training the rules are chosen: the one that finds most matches for
//! its pairs, then the one that adds most to it, until another match would cost too many comparisons.

use super::super::Error;
use super::super::comparison::{Comparison, Kind};
use super::super::intern::{Map, mix};
use super::super::record::Records;
use super::super::work::{Stage, Work};
use super::{Key, Rule, Transform};

/// The most candidate pairs a record that one rule may cost.
const COSTLY: f64 = 12.0;
/// The largest block that yields pairs.
pub(crate) const CAP: u32 = 400;
/// Words that more records than this share are no key.
pub(crate) const WORD_CAP: u32 = 60;
/// The most rules: a pair remembers which found it in 32 bits.
pub(crate) const MOST: usize = 32;
/// Records whose leading key is sampled.
const SAMPLED_ROWS: u64 = 30_000;
/// Fewer leading keys than this are no sample.
const FEW: usize = 200;
/// Another draw than those by which rows and pairs are drawn.
const SEED: u64 = 0x243f_6a88_85a3_08d3;
/// Pairs to learn from.
const SAMPLED_PAIRS: f64 = 150_000.0;

/// A key with what must not stand beside it: keys of the same values.
#[derive(Clone, Debug)]
struct Offer {
    key: Key,
    name: String,
    /// Whether it may be a rule alone.
    alone: bool,
    cap: u32,
}

fn offers(comparisons: &[Comparison]) -> Vec<Offer> {
    let mut offers = Vec::new();
    let mut names = Vec::new();
    for comparison in comparisons {
        let field = comparison.field;
        let mut offer = |transform, alone, cap| {
            offers.push(Offer {
                key: Key::new(field, transform),
                name: named(&comparison.name, transform),
                alone,
                cap,
            });
        };
        match comparison.kind {
            Kind::Given | Kind::Surname => {
                names.push(field);
                offer(Transform::Whole, true, CAP);
                offer(Transform::Sound, true, CAP);
                if comparison.kind == Kind::Given {
                    offer(Transform::Start(1), false, CAP);
                }
            }
            Kind::Middle => names.push(field),
            Kind::Date => {
                offer(Transform::Whole, true, CAP);
                offer(Transform::Year, false, CAP);
                offer(Transform::MonthDay, false, CAP);
            }
            Kind::Email => {
                offer(Transform::Whole, true, CAP);
                offer(Transform::Local, true, CAP);
            }
            Kind::Phone => offer(Transform::End(8), true, CAP),
            Kind::Identifier | Kind::Postcode | Kind::Place => offer(Transform::Whole, true, CAP),
            Kind::Words => {
                offer(Transform::Whole, true, CAP);
                offer(Transform::Words, true, WORD_CAP);
            }
            Kind::Category | Kind::Short | Kind::Number | Kind::Distance | Kind::Own => {
                offer(Transform::Whole, false, CAP);
            }
            Kind::Set => offer(Transform::Words, true, WORD_CAP),
        }
    }
    if !names.is_empty() {
        let all: Vec<&str> =
            comparisons.iter().filter(|it| names.contains(&it.field)).map(|it| it.name.as_str()).collect();
        let name = named(&all.join("+"), Transform::Words);
        let key = Key { fields: names, transform: Transform::Words };
        offers.push(Offer { key, name, alone: true, cap: WORD_CAP });
    }
    offers
}

/// What a key is called.
pub(crate) fn named(field: &str, transform: Transform) -> String {
    match transform {
        Transform::Whole => field.to_owned(),
        _ => format!("{field}:{transform}"),
    }
}

/// A pair of the sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// Which rules find it.
    pub(crate) rules: u32,
    /// How many pairs it stands for.
    pub(crate) stands_for: f64,
}

/// Rules with a sample of what they find.
#[derive(Debug, Default)]
pub(crate) struct Draw {
    pub(crate) rules: Vec<Rule>,
    /// The pairs that each would compare.
    pub(crate) costs: Vec<f64>,
    pub(crate) pairs: Vec<Drawn>,
}

/// The records whose leading key is sampled.
struct Lead {
    key: Key,
    rows: Vec<u32>,
    /// How many keys are sampled.
    keys: usize,
    /// Of a key of words, those that are sampled.
    words: Vec<u64>,
    /// Of another key, a hash of what counts of each value, by its number.
    parts: Vec<u64>,
}

struct Sampler<'r> {
    records: &'r Records,
    one_in: u64,
    leads: Vec<Lead>,
}

impl Sampler<'_> {
    fn rows(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.records.len()).unwrap_or(u32::MAX)
    }

    /// Notes the records of a key's sample. What is sampled follows from the values, never from their numbers.
    fn lead(&mut self, key: &Key) {
        if self.leads.iter().any(|lead| lead.key == *key) {
            return;
        }
        let records = self.records;
        let mut lead = Lead { key: key.clone(), rows: Vec::new(), keys: 0, words: Vec::new(), parts: Vec::new() };
        if self.one_in == 1 {
            lead.rows = self.rows().collect();
            lead.keys = usize::MAX;
        } else if key.is_many() {
            // The same words have the same numbers in all fields of a key: names share them.
            let mut sampled: Map<u64, ()> = Map::default();
            for row in self.rows() {
                let mut any = false;
                key.each_text(records, row, |part, text| {
                    if mix(text ^ SEED).is_multiple_of(self.one_in) {
                        sampled.insert(part, ());
                        any = true;
                    }
                });
                if any {
                    lead.rows.push(row);
                }
            }
            lead.keys = sampled.len().max(FEW);
            lead.words = sampled.into_keys().collect();
            lead.words.sort_unstable();
        } else if let Some(field) = key.fields.first() {
            lead.parts = key.contents(records, *field);
            let sampled: Vec<bool> =
                lead.parts.iter().map(|part| *part != 0 && mix(*part ^ SEED).is_multiple_of(self.one_in)).collect();
            let is_sampled = |code: &u32| sampled.get(*code as usize).copied().unwrap_or(false);
            lead.rows =
                records.column(*field).zip(0..).filter(|(code, _)| is_sampled(code)).map(|(_, row)| row).collect();
            // Of the field's own values: a lexicon holds those of others too.
            let part = |row: &u32| lead.parts.get(records.code(*row, *field) as usize).copied().unwrap_or(0);
            let mut keys: Vec<u64> = lead.rows.iter().map(part).collect();
            keys.sort_unstable();
            keys.dedup();
            lead.keys = keys.len();
        }
        self.leads.push(lead);
    }

    fn of(&self, key: &Key) -> Option<&Lead> {
        self.leads.iter().find(|lead| lead.key == *key)
    }

    /// The number of the draw that decides whether a rule's key is sampled.
    fn draw(&self, nth: usize, rules: &[Rule]) -> usize {
        let lead = rules.get(nth).and_then(|rule| rule.keys.first());
        let at = self.leads.iter().position(|known| lead == Some(&known.key) && known.keys >= FEW);
        at.unwrap_or(self.leads.len() + nth)
    }

    fn distinct(&self, key: &Key) -> usize {
        self.of(key).map_or(0, |lead| lead.keys)
    }

    /// The sampled blocks of a rule: its keys with their rows, sorted. The rule's first key leads.
    fn blocks(&self, nth: usize, rule: &Rule) -> Vec<(u64, u32)> {
        let Some(lead) = rule.keys.first().and_then(|key| self.of(key)) else { return Vec::new() };
        let (mut keyed, mut keys) = (Vec::new(), Vec::new());
        if lead.keys < FEW && !lead.parts.is_empty() {
            // Too few leading keys to draw from: draw among the whole ones.
            for row in self.rows().filter(|row| self.whole(rule, *row).is_multiple_of(self.one_in)) {
                keys.clear();
                rule.emit(nth, self.records, row, &mut keys);
                keyed.extend(keys.iter().map(|key| (*key, row)));
            }
        } else if !lead.words.is_empty() {
            // A record is here for some of its words and has others, whose blocks are not whole.
            for row in &lead.rows {
                let mut words = Vec::new();
                lead.key.each(self.records, *row, |part| words.push(part));
                words.retain(|word| lead.words.binary_search(word).is_ok());
                words.sort_unstable();
                words.dedup();
                keys.clear();
                rule.emit_with(nth, self.records, *row, &words, &mut keys);
                keyed.extend(keys.iter().map(|key| (*key, *row)));
            }
        } else {
            for row in &lead.rows {
                keys.clear();
                rule.emit(nth, self.records, *row, &mut keys);
                keyed.extend(keys.iter().map(|key| (*key, *row)));
            }
        }
        keyed.sort_unstable();
        keyed
    }

    /// A hash of the values that make a rule's key.
    fn whole(&self, rule: &Rule, row: u32) -> u64 {
        rule.keys.iter().fold(SEED, |whole, key| {
            let part = match (self.of(key), key.fields.first()) {
                (Some(lead), Some(field)) => lead.parts.get(self.records.code(row, *field) as usize).copied(),
                _ => None,
            };
            mix(whole ^ part.unwrap_or(0))
        })
    }

    fn pairs(&self, blocks: &[(u64, u32)], cap: u32) -> u64 {
        blocks
            .chunk_by(|a, b| a.0 == b.0)
            .map(|block| block.len() as u64)
            .filter(|size| *size <= u64::from(cap))
            .map(|size| size * (size - 1) / 2)
            .sum::<u64>()
            * self.one_in
    }
}

impl Draw {
    /// The rules given, or rules for the fields compared where none are given; and a sample of the pairs they find.
    pub(crate) fn new(
        records: &Records,
        comparisons: &[Comparison],
        given: Option<&[Rule]>,
        across: bool,
        work: &Work<'_>,
    ) -> Result<Self, Error> {
        let one_in = (records.len() as u64 / SAMPLED_ROWS).max(1);
        let mut sampler = Sampler { records, one_in, leads: Vec::new() };
        let mut draw = Self::default();
        match given {
            Some(rules) => {
                for key in rules.iter().flat_map(|rule| &rule.keys) {
                    sampler.lead(key);
                }
                draw.rules = rules.to_vec();
            }
            None => draw.rules = plan(&mut sampler, &offers(comparisons), work)?,
        }
        let mut found: Vec<(u64, u32)> = Vec::new();
        let mut sampled = Vec::new();
        for (nth, rule) in draw.rules.iter().enumerate() {
            let blocks = sampler.blocks(nth, rule);
            draw.costs.push(sampler.pairs(&blocks, rule.cap) as f64);
            sampled.push(blocks);
        }
        let thin = (draw.costs.iter().sum::<f64>() / one_in as f64 / SAMPLED_PAIRS).ceil().max(1.0) as u64;
        for ((nth, rule), blocks) in (0_u32..).zip(&draw.rules).zip(&sampled) {
            for block in blocks.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() as u64 <= u64::from(rule.cap)) {
                for (at, (_, a)) in block.iter().enumerate() {
                    for (_, b) in block.iter().skip(at + 1) {
                        let pair = u64::from(*a) << 32 | u64::from(*b);
                        let (x, y) = (*a as usize, *b as usize);
                        let apart = !across || records.sources.get(x) != records.sources.get(y);
                        let (p, q) = (records.contents.get(x).copied(), records.contents.get(y).copied());
                        let draw = mix(p.unwrap_or(0).wrapping_mul(3) ^ q.unwrap_or(0));
                        if apart && draw.is_multiple_of(thin) {
                            found.push((pair, 1 << nth));
                        }
                    }
                }
            }
        }
        found.sort_unstable();
        for same in found.chunk_by(|one, other| one.0 == other.0) {
            let Some((pair, _)) = same.first() else { continue };
            let rules = same.iter().fold(0, |rules, (_, rule)| rules | rule);
            draw.pairs.push(Drawn { a: (*pair >> 32) as u32, b: *pair as u32, rules, stands_for: thin as f64 });
        }
        if one_in > 1 {
            draw.complete(&sampler, &sampled);
        }
        work.tell(Stage::Block, 0, draw.rules.len() as u64)?;
        Ok(draw)
    }
}

impl Draw {
    /// Finds out which other rules find the pairs that some rule's sample gave, and what chance they had to be drawn.
    fn complete(&mut self, sampler: &Sampler<'_>, sampled: &[Vec<(u64, u32)>]) {
        let records = sampler.records;
        for (nth, (rule, blocks)) in self.rules.iter().zip(sampled).enumerate() {
            // Where a rule has oversize blocks, whether it finds a pair depends on a size that the sample does not show.
            let oversize = blocks.chunk_by(|a, b| a.0 == b.0).any(|block| block.len() as u64 > u64::from(rule.cap));
            let mut sizes: Map<u64, u32> = Map::default();
            let mut asked: Vec<(usize, u64)> = Vec::new();
            let (mut one, mut two) = (Vec::new(), Vec::new());
            for (at, pair) in self.pairs.iter_mut().enumerate() {
                if pair.rules >> nth & 1 == 1 || !rule.finds(records, pair.a, pair.b) {
                    continue;
                }
                if !oversize {
                    pair.rules |= 1 << nth;
                    continue;
                }
                one.clear();
                two.clear();
                rule.emit(nth, records, pair.a, &mut one);
                rule.emit(nth, records, pair.b, &mut two);
                for key in one.iter().filter(|key| two.contains(key)) {
                    sizes.insert(*key, 0);
                    asked.push((at, *key));
                }
            }
            if asked.is_empty() {
                continue;
            }
            for row in 0..u32::try_from(records.len()).unwrap_or(u32::MAX) {
                one.clear();
                rule.emit(nth, records, row, &mut one);
                for key in &one {
                    if let Some(size) = sizes.get_mut(key) {
                        *size += 1;
                    }
                }
            }
            for (at, key) in asked {
                if sizes.get(&key).is_some_and(|size| *size <= rule.cap)
                    && let Some(pair) = self.pairs.get_mut(at)
                {
                    pair.rules |= 1 << nth;
                }
            }
        }
        for pair in &mut self.pairs {
            // Each draw of a rule that finds it was a chance; rules that are led by one key share theirs.
            let found = (0..self.rules.len()).filter(|nth| pair.rules >> nth & 1 == 1);
            let mut draws: Vec<usize> = found.map(|nth| sampler.draw(nth, &self.rules)).collect();
            draws.sort_unstable();
            draws.dedup();
            let missed = (1.0 - 1.0 / sampler.one_in as f64).powi(i32::try_from(draws.len()).unwrap_or(1));
            pair.stands_for /= 1.0 - missed;
        }
    }
}

/// All rules worth a try.
fn plan(sampler: &mut Sampler<'_>, offers: &[Offer], work: &Work<'_>) -> Result<Vec<Rule>, Error> {
    let records = sampler.records.len() as f64;
    let mut rules: Vec<(f64, Rule)> = Vec::new();
    let mut refined = Vec::new();
    for (nth, offer) in offers.iter().enumerate() {
        sampler.lead(&offer.key);
        work.tell(Stage::Block, nth as u64, offers.len() as u64)?;
        if offer.alone {
            let rule = rule(&[offer]);
            let cost = sampler.pairs(&sampler.blocks(0, &rule), rule.cap) as f64 / records.max(1.0);
            if cost <= COSTLY {
                rules.push((cost, rule));
                continue;
            }
        }
        if !offer.key.is_many() {
            refined.push(offer);
        }
    }
    // A rule that demands what another rule demands, and more, finds nothing else.
    let covered = |rules: &[(f64, Rule)], keys: &[&Offer]| {
        rules.iter().any(|(_, rule)| {
            rule.keys.iter().all(|key| {
                keys.iter().any(|offer| {
                    let implied = offer.key.transform == Transform::Whole && key.transform != Transform::Words;
                    offer.key.fields == key.fields && (offer.key.transform == key.transform || implied)
                })
            })
        })
    };
    for (nth, a) in refined.iter().enumerate() {
        for b in refined.iter().skip(nth + 1) {
            let (a, b) = if sampler.distinct(&a.key) < sampler.distinct(&b.key) { (*b, *a) } else { (*a, *b) };
            if a.key.fields == b.key.fields || covered(&rules, &[a, b]) {
                continue;
            }
            let rule = rule(&[a, b]);
            let cost = sampler.pairs(&sampler.blocks(0, &rule), rule.cap) as f64 / records.max(1.0);
            if cost <= COSTLY {
                rules.push((cost, rule));
            }
        }
    }
    rules.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.name.cmp(&other.name)));
    rules.truncate(MOST);
    Ok(rules.into_iter().map(|(_, rule)| rule).collect())
}

fn rule(offers: &[&Offer]) -> Rule {
    Rule {
        name: offers.iter().map(|offer| offer.name.as_str()).collect::<Vec<_>>().join(" + "),
        keys: offers.iter().map(|offer| offer.key.clone()).collect(),
        cap: offers.iter().map(|offer| offer.cap).max().unwrap_or(CAP),
        derived: false,
    }
}

/// A rule is worth its pairs while it adds one match for so many.
const PAIRS_A_MATCH: f64 = 150.0;
/// So many pairs a record are cheap: they are spent while they add one match for ten times as many.
const CHEAP: f64 = 1.5;

/// Which rules are worth their pairs: `found` says which rules find how many pairs, and how many matches among them.
/// Each is the best of those left.
pub(crate) fn prune(rules: usize, found: &[(u32, f64, f64)], records: f64) -> Vec<usize> {
    let (mut chosen, mut covered, mut spent) = (Vec::new(), 0_u32, 0.0);
    loop {
        let gain = |nth: usize| {
            let new = found.iter().filter(|(mask, ..)| mask >> nth & 1 == 1 && mask & covered == 0);
            new.fold((0.0, 0.0), |(pairs, matches), (_, more, better)| (pairs + more, matches + better))
        };
        let worth = |pairs: f64, matches: f64| {
            let cheap = spent + pairs <= CHEAP * records;
            matches > 0.0 && pairs <= matches * PAIRS_A_MATCH * if cheap { 10.0 } else { 1.0 }
        };
        let left = (0..rules).filter(|nth| !chosen.contains(nth));
        let best = left
            .map(|nth| (nth, gain(nth)))
            .filter(|(_, (pairs, matches))| worth(*pairs, *matches))
            .max_by(|(_, (pairs, matches)), (_, (other, better))| (matches / pairs).total_cmp(&(better / other)));
        let Some((nth, (pairs, _))) = best else { return chosen };
        chosen.push(nth);
        covered |= 1 << nth;
        spent += pairs;
    }
}
