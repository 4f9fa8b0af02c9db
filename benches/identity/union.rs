//! Union of ten million links over ten million numbers: ours, petgraph's.

use std::hint::black_box;

use criterion::Criterion;
use onefold_identity::matching::Union;
use petgraph::unionfind::UnionFind;

use crate::kernels::spent;
use crate::names::Dice;

const COUNT: u32 = 10_000_000;

type Links = [(u32, u32)];
/// A way to join all links and to label all numbers; how many joins there were keeps the compiler honest.
type Row = (&'static str, fn(&Links) -> usize);

const ROWS: [Row; 4] = [
    ("petgraph", |links| petgraph(links).1),
    ("ours", |links| ours(links).1),
    ("petgraph, with labels", |links| {
        let (union, joins) = petgraph(links);
        black_box(union.into_labeling());
        joins
    }),
    ("ours, with labels", |links| {
        let (union, joins) = ours(links);
        black_box(union.labels());
        joins
    }),
];

fn petgraph(links: &Links) -> (UnionFind<u32>, usize) {
    let mut union = UnionFind::new(COUNT as usize);
    let joins = links.iter().filter(|&&(a, b)| union.union(a, b)).count();
    (black_box(union), joins)
}

fn ours(links: &Links) -> (Union, usize) {
    let mut union = Union::new(COUNT);
    let joins = links.iter().filter(|&&(a, b)| union.join(a, b).is_some()).count();
    (black_box(union), joins)
}

/// CPU time of a link, making the sets included: the best of three runs.
pub fn table(_: &mut Criterion) {
    let mut dice = Dice(4);
    let mut number = || dice.below(COUNT as usize) as u32;
    let random: Vec<_> = (0..COUNT).map(|_| (number(), number())).collect();
    let mut sorted = random.clone();
    sorted.sort_unstable();
    let near: Vec<_> = sorted.iter().map(|&(a, b)| (a, (a + b % 1000).min(COUNT - 1))).collect();
    for (kind, links) in [("random", random), ("sorted", sorted), ("near", near)] {
        let (mut first, mut joined) = ([None; 2], None);
        for (nth, (name, row)) in ROWS.iter().enumerate() {
            let mut joins = 0;
            let run = || {
                joins = row(&links);
                joins as f64
            };
            let spent = best_of_three(run);
            assert_eq!(joins, *joined.get_or_insert(joins), "both join the same");
            let nanos = spent * 1e9 / links.len() as f64;
            let ratio = nanos / *first[nth / 2].get_or_insert(nanos);
            println!(
                "union         {kind:<7} {name:<24} {spent:>6.2} s {nanos:>7.1} ns a link {ratio:>6.2} of petgraph"
            );
        }
    }
}

fn best_of_three(mut run: impl FnMut() -> f64) -> f64 {
    (0..3).map(|_| spent(&mut run).as_secs_f64()).fold(f64::INFINITY, f64::min)
}
