//! Law 3 on generated cases: live is batch is brute force, at every instant that matters.
//!
//! A case is some definitions and what comes in about a few persons, late, corrected, merged, split and erased. The
//! oracle is an interpreter of its own over the raw lists. It says at every instant at which anything can change what
//! holds; the evaluators must say the same, with an `until` before which nothing changes, and live memberships must
//! change at the very instants.
//!
//! `ONEFOLD_CASES=10000 cargo test --release -p onefold-segment differential -- --nocapture` runs so many cases and
//! prints what was seen; `ONEFOLD_SEED` names the first. `ONEFOLD_FAILURES` is how many failures are shown.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, unreachable_pub, reason = "tests may be blunt")]

mod case;
mod civil;
mod compare;
mod count;
mod counts;
mod exact;
mod facts;
mod focus;
mod generate;
mod history;
mod oracle;
mod random;
mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use case::Case;
use compare::run;
use counts::Counts;

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(otherwise)
}

fn guarded(case: &Case, counts: &mut Counts) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| run(case, counts))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        Err(format!("panic: {}", said.or(panic.downcast_ref::<&str>().map(|it| (*it).into())).unwrap_or_default()))
    })
}

/// The same failure with less in it.
fn shrunk(mut case: Case, mut fault: String) -> (Case, String) {
    let mut tries = 0;
    loop {
        let smaller = case.smaller().into_iter().find_map(|it| {
            tries += 1;
            if tries > 4000 {
                return None;
            }
            guarded(&it, &mut Counts::default()).err().filter(|it| !it.contains("refused")).map(|fault| (it, fault))
        });
        match smaller {
            Some(found) => (case, fault) = found,
            None => return (case, fault),
        }
    }
}

#[test]
fn differential_live_is_batch_is_brute_force() {
    let cases = number("ONEFOLD_CASES", 300);
    let first = number("ONEFOLD_SEED", 0);
    let shown = number("ONEFOLD_FAILURES", 1);
    std::panic::set_hook(Box::new(|_| {}));
    let next = AtomicUsize::new(0);
    let (counts, failures) = (Mutex::new(Counts::default()), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Counts::default();
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= cases || failures.lock().unwrap().len() >= shown {
                        break;
                    }
                    let case = Case::generate((first + nth) as u64, &mut own);
                    if let Err(fault) = guarded(&case, &mut own) {
                        failures.lock().unwrap().push((case, fault));
                    }
                }
                counts.lock().unwrap().join(&own);
            });
        }
    });
    let counts = counts.into_inner().unwrap();
    let failures = failures.into_inner().unwrap();
    let failed = failures.len();
    for (case, fault) in failures {
        let (case, fault) = if number("ONEFOLD_SHRINK", 1) > 0 { shrunk(case, fault) } else { (case, fault) };
        println!("{}\n{case}", fault);
        println!("------------------------------------------------------------");
    }
    let _ = std::panic::take_hook();
    println!("{counts}");
    assert_eq!(failed, 0, "failures");
    if cases >= 10_000 {
        let rare = counts.table.rare(100);
        assert!(rare.is_empty(), "seen too seldom: {rare:?}");
    }
}
