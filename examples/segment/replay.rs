//! The files live: each record when it occurred, each timer at its own instant.
//!
//! The run is made twice, without segments and with them, so that what live segments cost is told apart from reading,
//! identity and profiles. In the end everybody is evaluated afresh, and the two must agree.

use std::collections::BTreeMap;

use onefold::model::{Cursor, News};
use onefold::segment::Definitions;
use onefold::{Error, Platform};
use onefold_examples::{Args, Failure, say, thread_seconds};
use serde_json::{Value, json};

use crate::Stop;
use crate::eval::{self, Outcome, evaluate, next_change};
use crate::shop::Shop;

/// What happened on the way.
#[derive(Default)]
struct Watch {
    cursor: Cursor,
    transitions: u64,
}

impl Watch {
    fn look(&mut self, platform: &Platform) -> Result<(), Failure> {
        let changes = match platform.changes(self.cursor) {
            Ok(changes) => changes,
            Err(Error::CursorTooOld { .. }) => return Err("more changes at once than the feed keeps".into()),
            Err(other) => return Err(other.into()),
        };
        for change in changes {
            self.cursor = change.cursor;
            self.transitions += u64::from(matches!(change.news, News::Entered(_) | News::Exited(_)));
        }
        Ok(())
    }
}

/// Runs the files live and tells.
pub fn run(args: &Args) -> Result<(), Stop> {
    let shop = Shop::of(args)?;
    let begun = thread_seconds();
    let (_, _) = shop.run(Definitions::empty(), "without segments", |_| Ok(()))?;
    let without = eval::since(begun);

    let mut watch = Watch::default();
    let begun = thread_seconds();
    let (platform, tally) = shop.run(shop.definitions.clone(), "live", |platform| watch.look(platform))?;
    let with = eval::since(begun);
    let cpu_seconds = (with - without).max(0.0);
    let people = platform.people();
    let afresh = evaluate(&shop.definitions, &people, shop.input.at);
    let next_change = next_change(&shop.definitions, &people, shop.input.at);
    let outcome = Outcome { sizes: platform.sizes(), next_change };
    let tally = shop.input.tally(tally);
    let rate = (tally.accepted as f64 / cpu_seconds.max(1e-6)).round();

    let (different, effort) = (different(&outcome.sizes, &afresh), platform.effort());
    if args.has("json") {
        let mut line = eval::line(&outcome);
        line.insert("events_per_cpu_second".into(), json!(rate));
        line.insert("transitions".into(), json!(watch.transitions));
        line.insert("timer_fires".into(), json!(effort.fires));
        line.insert("cpu_seconds".into(), json!(eval::rounded(cpu_seconds)));
        line.insert("platform_cpu_seconds".into(), json!(eval::rounded(without)));
        eval::counts(&mut line, &shop, tally);
        say!("{}", Value::Object(line));
    } else {
        shop.input.print(tally);
        say!("\n== Who belongs where, live until {}", shop.input.at);
        eval::sizes(&outcome);
        say!("  {} transitions, {} timers fired", watch.transitions, effort.fires);
        say!(
            "  {cpu_seconds:.3} CPU seconds for segments beside {without:.3} for the rest: {rate} events a CPU second"
        );
    }
    if different.is_empty() { Ok(()) } else { Err(format!("live and afresh differ:{different}").into()) }
}

fn different(live: &BTreeMap<String, usize>, afresh: &BTreeMap<String, usize>) -> String {
    let differs = live.iter().filter(|(name, size)| afresh.get(*name) != Some(*size));
    differs.map(|(name, size)| format!(" `{name}` {size} and {}", afresh.get(name).copied().unwrap_or(0))).collect()
}
