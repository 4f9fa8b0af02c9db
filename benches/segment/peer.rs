//! The side of the run beside DuckDB that is ours: `cargo bench --bench segment_peer -- DIR`; see
//! benches/peers/segment.sh, which makes DIR. One thread.
//!
//! The segments are evaluated in a fresh process, once: what comes first pays for cold caches, as it does for the peer.

#[path = "cpu.rs"]
mod cpu;
#[expect(dead_code, reason = "the tables make a workload of their own too")]
#[path = "workload.rs"]
mod workload;

use std::path::PathBuf;

use onefold::segment::{Batch, Definitions, Work};

fn main() {
    let Some(dir) = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).map(PathBuf::from) else {
        println!("skipped: say the folder that benches/peers/segment.sh made");
        return;
    };
    let schema = workload::schema();
    let definitions = Definitions::parse(workload::SEGMENTS, &schema).expect("the segments hold together");
    let load = cpu::now();
    let columns = workload::read(&dir, &schema, Some(&definitions)).expect("the columns that the script makes");
    let start = cpu::now();
    let batch = Batch::new(&definitions, &columns, workload::NOW, Work::default()).expect("all is kept");
    let spent = cpu::now() - start;
    let sizes: Vec<String> = batch.sizes().map(|(id, size)| format!("\"{}\": {size}", definitions.name(id))).collect();
    println!(
        "{{\"sizes\": {{{}}}, \"cpu_seconds\": {:.4}, \"load_cpu_seconds\": {:.2}, \"profiles\": {}, \"events\": {}, \"bytes_per_event\": {:.2}}}",
        sizes.join(", "),
        spent.as_secs_f64(),
        (start - load).as_secs_f64(),
        columns.len(),
        columns.events(),
        columns.bytes() as f64 / columns.events() as f64,
    );
}
