//! Which group, now, and until when: what segments cost.
//!
//! `cargo bench --bench segment -- table` prints the tables. `ONEFOLD_PROFILES` says how many profiles are made (100,000),
//! `ONEFOLD_EVENTS` a folder that benches/peers/segment.sh made, to read them from instead; `ONEFOLD_TABLE` which table to
//! print alone: `batch`, `condition` or `live`.

use criterion::{Criterion, criterion_group, criterion_main};

#[path = "segment/batch.rs"]
mod batch;
#[path = "segment/condition.rs"]
mod condition;
#[path = "segment/cpu.rs"]
mod cpu;
#[path = "segment/live.rs"]
mod live;
#[path = "segment/workload.rs"]
mod workload;

type Table = (&'static str, fn(&mut Criterion));

fn tables(criterion: &mut Criterion) {
    let only = std::env::var("ONEFOLD_TABLE").ok();
    let tables: [Table; 3] = [("batch", batch::table), ("condition", condition::table), ("live", live::table)];
    for (_, table) in tables.iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        table(criterion);
    }
}

criterion_group!(benches, tables);
criterion_main!(benches);
