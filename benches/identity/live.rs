//! What matching costs against the number of records: in batch by stage, and one record at a time.

use std::hint::black_box;
use std::time::Instant;

use criterion::Criterion;
use onefold_identity::matching::{Batch, Plan, Resolver, Rules, Work};

use crate::kernels::spent;
use crate::persons::persons;

/// How many records are asked about and inserted.
const TIMES: usize = 20_000;

/// The latencies of an operation, in microseconds: median, 99th percentile, longest.
fn latencies(mut each: impl FnMut(usize), count: usize) -> [f64; 3] {
    let mut took: Vec<f64> = (0..count)
        .map(|nth| {
            let from = Instant::now();
            each(nth);
            from.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    took.sort_by(f64::total_cmp);
    [took[took.len() / 2], took[took.len() * 99 / 100], took[took.len() - 1]]
}

/// Ten thousand, a hundred thousand, a million.
pub fn table(_: &mut Criterion) {
    println!("\nmatching against the number of records");
    println!(
        "(CPU seconds; a probe compares one record with all and inserts nothing; an insert clusters anew; microseconds p50 / p99 / longest)"
    );
    println!("{:>9} {:>8} {:>8} {:>8}  {:>24} {:>24}", "records", "prepare", "train", "resolve", "probe", "insert");
    for count in [10_000, 100_000, 1_000_000] {
        let work = Work::default();
        let table = persons(count);
        if table.len() < count {
            println!("{count:>9} the file has {} records", table.len());
            break;
        }
        let columns: Vec<String> = table.columns().map(str::to_owned).collect();
        let every = count / TIMES.min(count / 2);
        let known: Vec<Vec<String>> = (0..count)
            .step_by(every)
            .map(|row| columns.iter().map(|column| table.cell(row, column).unwrap_or_default().to_owned()).collect())
            .collect();
        let again = table.clone();
        let plan = Plan::infer(&table, &Rules::default()).expect("the columns of persons");
        let mut batch = None;
        let prepare = spent(|| {
            batch = Batch::prepare(table.clone(), plan.clone(), &work).ok();
            0.0
        });
        let batch = batch.expect("nothing is missing");
        let mut model = None;
        let train = spent(|| {
            model = batch.train(&[], &work).ok();
            0.0
        });
        let model = model.expect("nobody cancels");
        let resolve = spent(|| batch.resolve(&model, &[], &work).expect("its own model").entities() as f64);
        drop((batch, table));

        let mut resolver = Resolver::load(model, again, &[], &work).expect("its own model");
        let cells = |nth: usize| columns.iter().map(String::as_str).zip(known[nth].iter().map(String::as_str));
        let probe = latencies(|nth| drop(black_box(resolver.probe(cells(nth), 10))), known.len());
        // A copy under an id of its own: the most that an insertion can find.
        let insert =
            latencies(|nth| drop(black_box(resolver.insert(&format!("new:{nth}"), 0, cells(nth)))), known.len());
        let show = |[p50, p99, longest]: [f64; 3]| format!("{p50:.1} / {p99:.1} / {longest:.0}");
        let [prepare, train, resolve] = [prepare, train, resolve].map(|took| took.as_secs_f64());
        println!("{count:>9} {prepare:>8.2} {train:>8.2} {resolve:>8.2}  {:>24} {:>24}", show(probe), show(insert));
    }
}
