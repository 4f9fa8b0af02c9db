//! Segments over everybody: all twenty, and one definition that has just been changed.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::Criterion;
use onefold::segment::{Batch, Columns, Definitions, Work, next_change};

use crate::{cpu, workload};

/// Definitions as somebody changes them: other filters, windows and sequences, not other thresholds alone.
const CHANGED: [(&str, &str); 16] = [
    ("a trait by column", r#"country in ("C00", "C03", "C07")"#),
    ("a number by column", "age >= 18"),
    ("a score by column", "score(churn) > 0.7"),
    ("a count in another window", "count(page_view) in last 21 days >= 7"),
    ("a sum between two times ago", "sum(purchase.amount) between 90 days and 20 days ago > 75 EUR"),
    ("a filter by text", r#"count(product_view[category in ("cat01", "cat02", "cat03")]) in last 60 days >= 3"#),
    ("a filter by amount", r#"count(purchase[amount > 40 EUR and category != "cat07"]) ever >= 2"#),
    ("any behaviour, often", "count(any) in last 45 days >= 25"),
    ("active weeks", "active_weeks(login) in last 90 days >= 4"),
    ("a median", "median(purchase.amount) ever > 30 EUR"),
    ("two windows compared", "count(login) in last 30 days < 0.5 * count(login) between 60 days and 30 days ago"),
    ("two steps, the second absent", "did add_to_cart then not purchase within 1 day, in last 30 days"),
    (
        "two steps that agree",
        "did product_view as v then add_to_cart[category = v.category] within 7 days, in last 90 days",
    ),
    ("three steps", "did product_view then add_to_cart within 1 day then purchase within 7 days, ever"),
    (
        "three steps, one absent",
        "did email_open then not login within 2 days then purchase within 10 days, in last 90 days",
    ),
    ("the first by spending", "top 5% by sum(purchase.amount) in last 90 days"),
];

/// Prints what a batch costs.
pub fn table(_: &mut Criterion) {
    let schema = workload::schema();
    let columns = match std::env::var("ONEFOLD_EVENTS") {
        Ok(dir) => workload::read(Path::new(&dir), &schema, None).expect("the folder that the script made"),
        Err(_) => {
            let count = std::env::var("ONEFOLD_PROFILES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
            workload::made(count, &schema, None)
        }
    };
    let (profiles, events) = (columns.len(), columns.events());
    println!(
        "\nbatch, {profiles} profiles, {events} events, {:.1} bytes an event with all that is kept",
        columns.bytes() as f64 / events as f64
    );
    println!("{:<32} {:>9} {:>9} {:>10}", "what", "members", "ms CPU", "ns/profile");
    let told = |what: &str, members: usize, spent: Duration| {
        println!(
            "{what:<32} {members:>9} {:>9.2} {:>10.2}",
            spent.as_secs_f64() * 1e3,
            spent.as_nanos() as f64 / profiles as f64
        );
    };
    let twenty = Definitions::parse(workload::SEGMENTS, &schema).expect("the segments hold together");
    let (members, spent) = sizes(&twenty, &columns);
    told("twenty segments", members, spent);
    for id in twenty.ids() {
        let (members, spent) = best(|| {
            let batch = Batch::only(&twenty, [id], &columns, workload::NOW, Work::default()).expect("all is kept");
            batch.size(id)
        });
        told(&format!("  {}", twenty.name(id)), members, spent);
    }
    for (what, text) in CHANGED {
        let changed = Definitions::parse(&format!("segment changed = {text}"), &schema).expect("it holds together");
        let (members, spent) = sizes(&changed, &columns);
        told(what, members, spent);
    }
    let (_, spent) = best(|| next_change(&twenty, &columns, workload::NOW, Work::default()).expect("all is kept"));
    told("the next change of the twenty", 0, spent);
}

fn sizes(definitions: &Definitions, columns: &Columns) -> (usize, Duration) {
    best(|| {
        let batch = Batch::new(definitions, columns, workload::NOW, Work::default()).expect("all is kept");
        batch.sizes().map(|(_, size)| size).sum()
    })
}

/// The least CPU time of three runs.
fn best<T>(work: impl Fn() -> T) -> (T, Duration) {
    let one = || {
        let from = cpu::now();
        let out = black_box(work());
        (out, cpu::now() - from)
    };
    let mut all: Vec<(T, Duration)> = (0..3).map(|_| one()).collect();
    all.sort_by_key(|(_, spent)| *spent);
    all.swap_remove(0)
}
