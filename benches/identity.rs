//! Who is it: what matching costs, beside its peers.
//!
//! `cargo bench --bench identity`; `-- table` prints the tables alone: kernels and unions beside their peers, and matching
//! against the number of records. `ONEFOLD_PERSONS` names a CSV file of persons to take names and records from.

use criterion::{criterion_group, criterion_main};

#[path = "identity/kernels.rs"]
mod kernels;
#[path = "identity/live.rs"]
mod live;
#[path = "identity/names.rs"]
mod names;
#[path = "identity/persons.rs"]
mod persons;
#[path = "identity/union.rs"]
mod union;

criterion_group!(benches, kernels::jaro_winkler, kernels::osa, kernels::table, union::table, live::table);
criterion_main!(benches);
