//! The whole way of an event, in memory and durable, and what is asked of a platform most often.
//!
//! `cargo bench --bench platform`. The figures of docs/BENCHMARKS.md come from here.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use onefold::Platform;
use onefold::store::KeyFile;
use onefold_benches::{NOW, drafts, memory, platform, schema};

const PEOPLE: u64 = 1_000;

fn filled() -> Platform {
    let schema = schema().expect("the bench's schema holds");
    let mut shop = platform(&schema).expect("its definitions hold").in_memory(NOW).expect("memory opens");
    let tally = shop.ingest(drafts(&schema, PEOPLE)).expect("memory takes everything");
    assert!(tally.adds_up() && tally.accepted == PEOPLE * 20, "{tally}");
    shop
}

fn intake(c: &mut Criterion) {
    let schema = schema().expect("the bench's schema holds");
    let mut group = c.benchmark_group("intake");
    group.sample_size(10).measurement_time(Duration::from_secs(8)).throughput(Throughput::Elements(PEOPLE * 20));
    let make = || drafts(&schema, PEOPLE).collect::<Vec<_>>();
    group.bench_function("memory", |b| {
        b.iter_batched(
            || (platform(&schema).and_then(|it| it.in_memory(NOW)).expect("memory opens"), make()),
            |(mut shop, drafts)| {
                let _ = black_box(shop.ingest(drafts));
                shop
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("redb", |b| {
        b.iter_batched(
            || {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let keys = KeyFile::from_bytes([7; 32]);
                let shop = platform(&schema).and_then(|it| it.open(folder.path(), keys, NOW)).expect("the store opens");
                (folder, shop, make())
            },
            |(folder, mut shop, drafts)| {
                let _ = black_box(shop.ingest(drafts));
                (shop, folder)
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn questions(c: &mut Criterion) {
    let shop = filled();
    let mut nth = 0_u64;
    let mut user = move || {
        nth = nth.wrapping_add(7_919);
        format!("u-{}", nth % PEOPLE)
    };
    let mut group = c.benchmark_group("question");
    group.bench_function("find", |b| {
        b.iter(|| black_box(shop.find("user_id", &user()).expect("the kind is declared").is_some()))
    });
    group.bench_function("is_in", |b| {
        b.iter(|| {
            let person = shop.find("user_id", &user()).expect("the kind is declared");
            black_box(person.map(|person| person.is_in("spenders").expect("the segment is defined")))
        });
    });
    group.bench_function("may", |b| {
        b.iter(|| {
            let person = shop.find("user_id", &user()).expect("the kind is declared");
            black_box(person.map(|person| person.may("newsletter").expect("the recipient is known").permits()))
        });
    });
    group.finish();
}

/// Not a time but a size: what a person takes with her log on disk, printed once.
fn size(_: &mut Criterion) {
    let schema = schema().expect("the bench's schema holds");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let builder = platform(&schema).expect("its definitions hold").keep_changes(0);
    let mut shop = builder.open(folder.path(), KeyFile::from_bytes([7; 32]), NOW).expect("the store opens");
    let Some((before, _)) = memory() else { return };
    let people = 20_000;
    let tally = shop.ingest(drafts(&schema, people)).expect("the store takes everything");
    let (after, _) = memory().unwrap_or_default();
    let disk = std::fs::metadata(folder.path().join("log.redb")).map_or(0, |file| file.len());
    println!(
        "size: {} events of {people} people are {} profiles in {:.0} MiB ({:.1} KiB a person) and {:.0} bytes of log each",
        tally.accepted,
        shop.graph().profiles().count(),
        after - before,
        (after - before) * 1024.0 / people as f64,
        disk as f64 / tally.accepted as f64
    );
}

criterion_group!(benches, size, intake, questions);
criterion_main!(benches);
