//! Who is it: the kernels of matching, beside their peers.
//!
//! `cargo bench --bench identity`; `-- table` prints the tables of kernels and unions alone. `ONEFOLD_PERSONS` names a CSV file of
//! persons to take names from.

use criterion::{criterion_group, criterion_main};

#[path = "identity/kernels.rs"]
mod kernels;
#[path = "identity/names.rs"]
mod names;
#[path = "identity/union.rs"]
mod union;

criterion_group!(benches, kernels::jaro_winkler, kernels::osa, kernels::table, union::table);
criterion_main!(benches);
