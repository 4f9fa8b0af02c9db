//! The canonical dump as the judge reads it: lines of JSON, and nothing else of the platform.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::setup::Failure;

/// What the state says.
#[derive(Default)]
pub struct State {
    /// For each accepted event the profile in which it stands.
    pub home: HashMap<String, String>,
    /// Events that stand in more than one.
    pub twice: usize,
    pub profiles: usize,
    /// The identifiers of all profiles.
    pub nodes: usize,
    pub cuts: usize,
    pub segments: BTreeMap<String, BTreeSet<String>>,
    /// The instant of the state, as it is written.
    pub at: String,
}

/// Reads a dump.
pub fn read(bytes: &[u8]) -> Result<State, Failure> {
    let mut state = State::default();
    for line in std::str::from_utf8(bytes)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        match line["is"].as_str() {
            Some("state") => state.at = text("at"),
            Some("profile") => {
                state.profiles += 1;
                state.nodes += line["members"].as_array().map_or(0, Vec::len);
                for event in line["events"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    state.twice += usize::from(state.home.insert(event.to_owned(), text("id")).is_some());
                }
            }
            Some("cut") => state.cuts += 1,
            Some("member") => {
                state.segments.entry(text("segment")).or_default().insert(text("profile"));
            }
            _ => {}
        }
    }
    Ok(state)
}
