//! Who is where at an instant, evaluated afresh.

use std::collections::BTreeMap;

use onefold::model::{Cause, News, People, Time};
use onefold::segment::{Definitions, Live, batch};
use onefold_examples::{Args, peak_rss_mib, say, table, thread_seconds, warn};
use serde_json::{Map, Value, json};

use crate::Stop;
use crate::shop::Shop;

/// How many members each segment has, by name, and when the first of them changes.
pub struct Outcome {
    pub sizes: BTreeMap<String, usize>,
    pub next_change: Option<Time>,
}

/// Evaluates everybody: who is where.
pub fn evaluate(definitions: &Definitions, people: &dyn People, at: Time) -> BTreeMap<String, usize> {
    let members = batch(definitions, people, at);
    let named = definitions.ids().map(|id| definitions.name(id).to_owned());
    named.zip(members.iter().map(BTreeMap::len)).collect()
}

/// The first instant at which somebody enters or leaves if nothing arrives. An answer's `until` may be a safe bound
/// before which nothing changes, so timers fire until one of them changes something.
pub fn next_change(definitions: &Definitions, people: &dyn People, at: Time) -> Option<Time> {
    let mut live = Live::new(definitions.clone());
    let mut changes = Vec::new();
    let mut all = Vec::new();
    people.each(&mut |facts| all.push(facts.profile()));
    for who in all {
        live.touch(who, Cause::Definition, people, at, &mut changes);
        changes.clear();
    }
    // Parts of conditions may turn for ever (every day, say) without a membership with them.
    let most = live.effort().fires + 1_000_000;
    loop {
        let due = live.next_change();
        if due == Time::MAX {
            return None;
        }
        if live.effort().fires > most {
            warn!("no membership changes before {due}; what comes then was not asked, so `next_change` is null");
            return None;
        }
        live.advance(due, people, &mut changes);
        if let Some(first) = changes.iter().find(|it| matches!(it.news, News::Entered(_) | News::Exited(_))) {
            return Some(first.at);
        }
    }
}

/// Loads, evaluates, tells.
pub fn run(args: &Args) -> Result<(), Stop> {
    let begun = thread_seconds();
    let shop = Shop::of(args)?;
    let (platform, tally) = shop.run(Definitions::empty(), "loading", |_| Ok(()))?;
    let loaded = thread_seconds();
    let people = platform.people();
    let members = evaluate(&shop.definitions, &people, shop.input.at);
    let cpu_seconds = since(loaded);
    let outcome = Outcome { sizes: members, next_change: next_change(&shop.definitions, &people, shop.input.at) };
    let tally = shop.input.tally(tally);

    if !args.has("json") {
        shop.input.print(tally);
        say!("\n== Who belongs where, at {}", shop.input.at);
        sizes(&outcome);
        say!("  evaluated in {cpu_seconds:.3} CPU seconds");
        return Ok(());
    }
    let mut line = line(&outcome);
    line.insert("cpu_seconds".into(), json!(rounded(cpu_seconds)));
    line.insert("load_cpu_seconds".into(), json!(rounded(begun.zip(loaded).map_or(f64::NAN, |(from, to)| to - from))));
    line.insert("profiles".into(), json!(platform.graph().profiles().count()));
    counts(&mut line, &shop, tally);
    say!("{}", Value::Object(line));
    Ok(())
}

/// The processor time that this thread has used since.
pub fn since(begin: Option<f64>) -> f64 {
    begin.zip(thread_seconds()).map_or(f64::NAN, |(from, to)| to - from)
}

/// To microseconds: what is beyond is noise.
pub fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// The part of the answer that `eval` and `replay` share.
pub fn line(outcome: &Outcome) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("sizes".into(), json!(outcome.sizes));
    line.insert("next_change".into(), json!(outcome.next_change.map(|at| at.to_string())));
    line
}

/// How the rows add up.
pub fn counts(line: &mut Map<String, Value>, shop: &Shop, tally: onefold::model::Tally) {
    let pairs = [
        ("received", tally.received),
        ("accepted", tally.accepted),
        ("duplicate", tally.duplicate),
        ("quarantined", tally.quarantined),
        ("suppressed", tally.suppressed),
        ("later", shop.input.later()),
    ];
    line.extend(pairs.map(|(name, count)| (name.to_owned(), json!(count))));
    line.insert("reasons".into(), shop.input.reasons());
    line.insert("peak_rss_mib".into(), json!(peak_rss_mib()));
}

/// The sizes as a table.
pub fn sizes(outcome: &Outcome) {
    let rows: Vec<Vec<String>> =
        outcome.sizes.iter().map(|(name, size)| vec![name.clone(), size.to_string()]).collect();
    table(&["segment", "profiles"], &rows);
    match outcome.next_change {
        Some(at) => say!("  the first change if nothing arrives: {at}"),
        None => say!("  nothing changes if nothing arrives"),
    }
}
