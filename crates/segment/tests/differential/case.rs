//! A case, and cases with less in them.

use std::collections::BTreeSet;

use onefold_model::Schema;
use onefold_segment::{Body, Definitions, Expr, Source, Term};

use super::civil::{self, DAY, HOUR};
use super::counts::Counts;
use super::exact::V;
use super::facts::shop;
use super::generate::{GRID, Generator};
use super::history::{Arrival, Historian, News, SLOTS};
use super::oracle::show;
use super::random::Random;

/// Definitions and what comes in.
#[derive(Clone)]
pub struct Case {
    pub seed: u64,
    pub source: Source,
    pub base: i64,
    pub nodes: usize,
    pub jitter: bool,
    pub arrivals: Vec<Arrival>,
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {}, {} nodes, from {} on\n{}", self.seed, self.nodes, show(self.base), self.source)?;
        for arrival in &self.arrivals {
            writeln!(f, "{}: {:?}", show(arrival.at), arrival.news)?;
        }
        Ok(())
    }
}

thread_local! {
    static SHOP: Schema = shop();
}

pub fn schema() -> Schema {
    SHOP.with(Clone::clone)
}

/// First instants of cases: the ends of a year and of a month, leap years, a quarter, and any week.
const BASES: [(i64, i64, i64); 6] =
    [(2025, 12, 28), (2026, 2, 24), (2024, 2, 25), (2026, 3, 27), (2026, 7, 15), (2023, 12, 30)];

impl Case {
    pub fn generate(seed: u64, counts: &mut Counts) -> Self {
        let schema = schema();
        let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(7));
        let (year, month, day) = random.pick(&BASES);
        let base = civil::days(year, month, day) * DAY;
        let source = Generator::new(random.clone(), base).source(seed as usize % super::focus::KINDS);
        let source = fitting(source, &schema, counts);
        random.below(3);
        let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(99));
        let (nodes, jitter, count) = (2 + random.below(3), random.chance(20), 8 + random.below(14));
        let arrivals = Historian::new(random, &schema, base, nodes, jitter).arrivals(count);
        Self { seed, source, base, nodes, jitter, arrivals }
    }

    /// Cases with one thing less.
    pub fn smaller(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for chunk in [8, 4, 2, 1] {
            for nth in 0..self.arrivals.len() / chunk {
                let mut it = self.clone();
                it.arrivals.drain(nth * chunk..(nth + 1) * chunk);
                smaller.push(it);
            }
        }
        for nth in (0..self.source.definitions.len()).rev() {
            let mut it = self.clone();
            it.source.definitions.remove(nth);
            smaller.insert(0, it);
        }
        for (nth, definition) in self.source.definitions.iter().enumerate() {
            for body in less(&definition.body) {
                let mut it = self.clone();
                it.source.definitions[nth].body = body;
                smaller.push(it);
            }
        }
        for (nth, arrival) in self.arrivals.iter().enumerate() {
            if let News::Event(event) = &arrival.news {
                for property in event.properties.iter().map(|it| it.0).filter(|it| *it != "items") {
                    let mut it = self.clone();
                    let said = event.event.properties.iter().filter_map(|(field, value)| {
                        let name = schema().field_info(*field)?.declared.name.clone();
                        let kept = event.properties.iter().map(|it| it.0).find(|it| name == *it)?;
                        (kept != property).then(|| (kept, value.clone()))
                    });
                    let said = said.collect();
                    let less =
                        super::facts::Happened::new(&schema(), event.node, event.number, event.what, event.at, said);
                    it.arrivals[nth].news = News::Event(less);
                    smaller.push(it);
                }
            }
        }
        smaller
    }

    /// All instants at which anything can change, sorted.
    pub fn instants(&self) -> Vec<i64> {
        let beside: &[i64] = if self.jitter { &[-1, 0, 1, 2] } else { &[0, 1] };
        let mut instants = BTreeSet::new();
        for slot in -40..SLOTS + 44 {
            instants.extend(beside.iter().map(|it| self.base + slot * GRID + it));
        }
        let text = self.source.to_string();
        let said = |words: &[&str]| words.iter().any(|it| text.contains(it));
        let (year, month, _) = civil::civil(self.base.div_euclid(DAY));
        let mut far = BTreeSet::new();
        if said(&["month", "quarter", "year"]) {
            let months = (1..14).map(|it| civil::days(year, month + it, 1));
            let years = (1..4).map(|it| civil::days(year + it, 1, 1));
            for day in months.chain(years) {
                far.extend([0, 6, -6, -12].map(|it| day * DAY + it * HOUR));
            }
        }
        let (born, comes) = (said(&["years_since"]), said(&["anniversary"]));
        if born || comes {
            for at in self.told_times() {
                let hour = at.rem_euclid(DAY);
                let (_, month, day) = civil::civil(at.div_euclid(DAY));
                for year in year..year + 2 {
                    if born {
                        let (round, later) = (civil::round(year, month, day), civil::days(year, month, day));
                        far.extend([round * DAY, round * DAY + hour, later * DAY, later * DAY + hour]);
                    }
                    if comes {
                        far.extend([-7, -3, -2, -1, 0, 1].map(|it| (civil::round(year, month, day) + it) * DAY));
                    }
                }
            }
        }
        let end = *instants.last().unwrap();
        instants.extend(far.into_iter().filter(|it| *it > end));
        instants.into_iter().collect()
    }

    /// The times and days in what comes in.
    fn told_times(&self) -> BTreeSet<i64> {
        let mut times = BTreeSet::new();
        let mut see = |value: &V| match value {
            V::Time(time) => {
                times.insert(*time);
            }
            V::Day(day) => {
                times.insert(day * DAY);
            }
            _ => {}
        };
        for arrival in &self.arrivals {
            match &arrival.news {
                News::Trait(turn) => see(&turn.seen),
                News::Event(event) | News::Correct(_, event) => {
                    see(&V::Time(event.at));
                    event.properties.iter().for_each(|it| see(&it.1));
                }
                _ => {}
            }
        }
        times
    }
}

/// Bodies with less in them.
fn less(body: &Body) -> Vec<Body> {
    match body {
        Body::Segment(expr) => less_of(expr).into_iter().map(Body::Segment).collect(),
        Body::Trait { .. } => Vec::new(),
    }
}

fn less_of(expr: &Expr) -> Vec<Expr> {
    let mut found = Vec::new();
    match expr {
        Expr::And(parts) | Expr::Or(parts) => {
            found.extend(parts.iter().cloned());
            for (nth, part) in parts.iter().enumerate() {
                for less in less_of(part) {
                    let mut parts = parts.clone();
                    parts[nth] = less;
                    found.push(if matches!(expr, Expr::And(_)) { Expr::And(parts) } else { Expr::Or(parts) });
                }
            }
        }
        Expr::Not(part) => {
            found.push((**part).clone());
            found.extend(less_of(part).into_iter().map(|it| Expr::Not(Box::new(it))));
        }
        Expr::Except(first, second) => {
            found.extend([(**first).clone(), (**second).clone()]);
            found.extend(less_of(first).into_iter().map(|it| Expr::Except(Box::new(it), second.clone())));
            found.extend(less_of(second).into_iter().map(|it| Expr::Except(first.clone(), Box::new(it))));
        }
        Expr::Held { expr, span } => {
            found.push((**expr).clone());
            found.extend(less_of(expr).into_iter().map(|it| Expr::Held { expr: Box::new(it), span: *span }));
        }
        Expr::Did { events, window } if events.filter.is_some() => {
            let events = onefold_segment::Events { filter: None, ..events.clone() };
            found.push(Expr::Did { events, window: window.clone() });
        }
        Expr::Sequence(sequence) => {
            for nth in 0..sequence.steps.len() {
                let mut less = sequence.clone();
                less.steps.remove(nth);
                if !less.steps.is_empty() {
                    found.push(Expr::Sequence(less));
                }
                let mut less = sequence.clone();
                if less.steps[nth].events.filter.take().is_some() {
                    found.push(Expr::Sequence(less));
                }
            }
            let mut less = sequence.clone();
            if less.first.filter.take().is_some() {
                found.push(Expr::Sequence(less));
            }
        }
        Expr::Test(test) => {
            if let Term::Aggregate(aggregate) = &test.subject
                && aggregate.events.filter.is_some()
            {
                let mut less = test.clone();
                let mut plain = aggregate.clone();
                plain.events.filter = None;
                less.subject = Term::Aggregate(plain);
                found.push(Expr::Test(less));
            }
        }
        Expr::Related { quantifier, relation, expr } => {
            found.extend(less_of(expr).into_iter().map(|it| Expr::Related {
                quantifier: *quantifier,
                relation: relation.clone(),
                expr: Box::new(it),
            }));
        }
        _ => {}
    }
    found
}

/// What the checker takes of some definitions; what it refuses is counted.
fn fitting(source: Source, schema: &Schema, counts: &mut Counts) -> Source {
    if Definitions::from_source(source.clone(), schema).is_ok() {
        return source;
    }
    let mut kept = Source::default();
    for definition in source.definitions {
        let mut more = kept.clone();
        more.definitions.push(definition.clone());
        match Definitions::from_source(more.clone(), schema) {
            Ok(_) => kept = more,
            Err(error) => {
                let said = error.to_string();
                let code: String = said.chars().take(3).collect();
                let alone = Source { definitions: vec![definition], notes: Vec::new() };
                counts.refused.entry(code).or_insert_with(|| (0, format!("{}{said}", alone))).0 += 1;
            }
        }
    }
    kept
}
