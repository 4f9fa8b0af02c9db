//! Which group, now, and until when: what segments cost.
//!
//! `cargo bench --bench segment -- table` prints the tables. `ONEFOLD_PROFILES` says how many profiles are made (100,000),
//! `ONEFOLD_EVENTS` a folder that benches/peers/segment.sh made, to read them from instead.

use criterion::{criterion_group, criterion_main};

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

criterion_group!(benches, batch::table, condition::table, live::table);
criterion_main!(benches);
