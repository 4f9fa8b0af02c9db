//! Similarity and distance of names: ours, strsim's, rapidfuzz's.
//!
//! Criterion's groups tell how steady a figure is; the table, of a million pairs in CPU time, which to quote.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use onefold_identity::matching::kernel::{self, Pattern};
use rapidfuzz::distance;

use crate::names::{Pairs, names};

const CUTOFF: f64 = 0.88;
const LIMIT: usize = 2;
/// So many names are compared with one prepared pattern.
const MANY: usize = 1024;
/// The system tells CPU time in steps of some milliseconds; so many passes make them small.
const PASSES: u32 = 4;

static NAMES: LazyLock<Vec<String>> = LazyLock::new(names);

/// A way to compare all pairs; the sum keeps the compiler honest.
type Row = (&'static str, fn(&Pairs) -> f64);

fn each(pairs: &Pairs, compare: impl Fn(&str, &str) -> f64) -> f64 {
    pairs.iter().map(|(a, b)| compare(black_box(a), black_box(b))).sum()
}

/// The first name of each thousand is compared with the second names of the thousand; preparing is paid for.
fn batched<'a, P>(pairs: &'a Pairs, prepare: impl Fn(&'a str) -> P, compare: impl Fn(&P, &str) -> f64) -> f64 {
    let mut pattern = None;
    let compared = pairs.iter().enumerate().map(|(nth, (a, b))| {
        if nth % MANY == 0 {
            pattern = None;
        }
        compare(black_box(pattern.get_or_insert_with(|| prepare(a))), black_box(b))
    });
    compared.sum()
}

const JARO_WINKLER: [Row; 8] = [
    ("strsim", |pairs| each(pairs, strsim::jaro_winkler)),
    ("rapidfuzz", |pairs| each(pairs, |a, b| distance::jaro_winkler::similarity(a.bytes(), b.bytes()))),
    ("rapidfuzz, at least .88", |pairs| {
        let args = distance::jaro_winkler::Args::default().score_cutoff(CUTOFF);
        each(pairs, |a, b| distance::jaro_winkler::similarity_with_args(a.bytes(), b.bytes(), &args).unwrap_or(0.0))
    }),
    ("rapidfuzz, one to many", |pairs| {
        batched(pairs, |a| distance::jaro_winkler::BatchComparator::new(a.bytes()), |a, b| a.similarity(b.bytes()))
    }),
    ("ours", |pairs| each(pairs, kernel::jaro_winkler)),
    ("ours, at least .88", |pairs| each(pairs, |a, b| kernel::jaro_winkler_at_least(a, b, CUTOFF).unwrap_or(0.0))),
    ("ours, one to many", |pairs| batched(pairs, Pattern::new, |a, b| a.jaro_winkler(b))),
    ("ours, one to many, at least .88", |pairs| {
        batched(pairs, Pattern::new, |a, b| a.jaro_winkler_at_least(b, CUTOFF).unwrap_or(0.0))
    }),
];

const OSA: [Row; 8] = [
    ("strsim", |pairs| each(pairs, |a, b| strsim::osa_distance(a, b) as f64)),
    ("rapidfuzz", |pairs| each(pairs, |a, b| distance::osa::distance(a.bytes(), b.bytes()) as f64)),
    ("rapidfuzz, at most 2", |pairs| {
        let args = distance::osa::Args::default().score_cutoff(LIMIT);
        each(pairs, |a, b| distance::osa::distance_with_args(a.bytes(), b.bytes(), &args).map_or(0.0, |it| it as f64))
    }),
    ("rapidfuzz, one to many", |pairs| {
        batched(pairs, |a| distance::osa::BatchComparator::new(a.bytes()), |a, b| a.distance(b.bytes()) as f64)
    }),
    ("ours", |pairs| each(pairs, |a, b| kernel::osa(a, b) as f64)),
    ("ours, at most 2", |pairs| each(pairs, |a, b| kernel::osa_at_most(a, b, LIMIT).map_or(0.0, |it| it as f64))),
    ("ours, one to many", |pairs| batched(pairs, Pattern::new, |a, b| a.osa(b) as f64)),
    ("ours, one to many, at most 2", |pairs| {
        batched(pairs, Pattern::new, |a, b| a.osa_at_most(b, LIMIT).map_or(0.0, |it| it as f64))
    }),
];

/// Similarity, in criterion's way.
pub fn jaro_winkler(c: &mut Criterion) {
    group(c, "jaro_winkler", &JARO_WINKLER);
}

/// Distance, in criterion's way.
pub fn osa(c: &mut Criterion) {
    group(c, "osa", &OSA);
}

fn group(c: &mut Criterion, title: &str, rows: &[Row]) {
    let pairs = Pairs::random(&NAMES, 64 * MANY, 1);
    let mut group = c.benchmark_group(title);
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(pairs.len() as u64));
    for (name, row) in rows {
        group.bench_function(*name, |b| b.iter(|| row(&pairs)));
    }
    group.finish();
}

/// CPU time of a pair, and how much of strsim's that is: the best of five runs over four million pairs.
pub fn table(_: &mut Criterion) {
    let count = 1024 * MANY;
    for (kind, pairs) in [("random", Pairs::random(&NAMES, count, 2)), ("alike", Pairs::alike(&NAMES, count, 3))] {
        for (title, rows) in [("jaro_winkler", &JARO_WINKLER), ("osa", &OSA)] {
            let mut first = None;
            // One name beside many others is never beside its like.
            for (name, row) in rows.iter().filter(|(name, _)| kind == "random" || !name.contains("one to many")) {
                let spent = (0..5).map(|_| spent(|| (0..PASSES).map(|_| row(&pairs)).sum())).min().unwrap_or_default();
                let nanos = spent.as_nanos() as f64 / f64::from(PASSES) / pairs.len() as f64;
                let ratio = nanos / *first.get_or_insert(nanos);
                println!("{title:<13} {kind:<7} {name:<32} {nanos:>7.1} ns a pair {ratio:>6.2} of strsim");
            }
        }
    }
}

pub fn spent(work: impl FnOnce() -> f64) -> Duration {
    let (wall, cpu) = (Instant::now(), on_cpu());
    black_box(work());
    match (cpu, on_cpu()) {
        (Some(from), Some(to)) => to - from,
        _ => wall.elapsed(),
    }
}

/// How long this thread has run, where the system tells (Linux).
fn on_cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
