//! Scenarios of consent: what a person's state is, which choice decided, and why.
//!
//! Each scenario names identifiers, choices made on them, and queries with what is expected. The ledger is built anew
//! for each, from what the scenario names: identifiers that authenticate become one kind, all others another.

use std::collections::BTreeMap;
use std::path::Path;

use onefold::consent::{Entry, Ledger, Query, Seq};
use onefold::model::{Action, Actor, EventId, Kind, Member, Schema, Scope, Time};
use serde_json::Value;

use crate::{Failure, Score};

/// What a sabotage does to the choices before the ledger sees them.
type Adapt = fn(Vec<Choice>) -> Vec<Choice>;

/// The defects that can be planted.
pub const SABOTAGES: [(&str, &str, Adapt); 4] = [
    ("forget-s2", "restrictions of devices never reach the ledger", forget),
    ("latest-wins", "of all choices for a purpose only the latest reaches the ledger", latest),
    ("no-expiry", "grants come without their end", endless),
    ("trust-imports", "every choice comes with a proof", proven),
];

/// A choice, with what a sabotage may want to know of it.
pub struct Choice {
    entry: Entry,
    device: bool,
}

fn forget(choices: Vec<Choice>) -> Vec<Choice> {
    choices.into_iter().filter(|choice| !(choice.device && choice.entry.action.restricts())).collect()
}

fn latest(choices: Vec<Choice>) -> Vec<Choice> {
    let mut last: BTreeMap<Scope, Choice> = BTreeMap::new();
    for choice in choices {
        let later = last.get(&choice.entry.purpose).is_none_or(|before| before.entry.seq < choice.entry.seq);
        if later {
            last.insert(choice.entry.purpose, choice);
        }
    }
    last.into_values().collect()
}

fn endless(choices: Vec<Choice>) -> Vec<Choice> {
    choices.into_iter().map(|choice| Choice { entry: Entry { expires: None, ..choice.entry }, ..choice }).collect()
}

fn proven(choices: Vec<Choice>) -> Vec<Choice> {
    choices.into_iter().map(|choice| Choice { entry: Entry { evidence: true, ..choice.entry }, ..choice }).collect()
}

/// Runs every query of every scenario in a file.
pub fn run(file: &Path, sabotage: Option<Adapt>) -> Result<Score, Failure> {
    let shown = file.display();
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
    let scenarios: Value = serde_json::from_slice(&bytes).map_err(|error| format!("`{shown}` is not JSON: {error}"))?;
    let scenarios = scenarios.as_array().ok_or_else(|| format!("`{shown}` holds no list of scenarios"))?;
    let mut score = Score::default();
    for (nth, scenario) in scenarios.iter().enumerate() {
        let id = scenario["id"].as_str().map_or_else(|| format!("scenario {}", nth + 1), str::to_owned);
        let none = Vec::new();
        let queries = scenario["queries"].as_array().unwrap_or(&none);
        if !scenario["queries"].is_array() {
            score.fail(format!("{id}: it has no list of queries"));
        }
        let world = World::of(scenario, sabotage);
        for (nth, query) in queries.iter().enumerate() {
            let faults = match &world {
                Ok(world) => world.ask(query).unwrap_or_else(|fault| vec![fault]),
                Err(fault) => vec![fault.clone()],
            };
            score.case(&format!("{id}, query {}", nth + 1), &faults);
        }
    }
    Ok(score)
}

/// A scenario, as the ledger sees it.
struct World {
    ledger: Ledger,
    purposes: BTreeMap<String, onefold::model::PurposeId>,
    members: BTreeMap<String, Member>,
    /// The `seq` of each entry as the file has it, by the entry's place.
    seqs: Vec<Value>,
}

impl World {
    fn of(scenario: &Value, sabotage: Option<Adapt>) -> Result<Self, String> {
        let none = Vec::new();
        let list = |name: &str| match &scenario[name] {
            Value::Null => Ok(&none),
            Value::Array(items) => Ok(items),
            _ => Err(format!("`{name}` is not a list")),
        };
        let (entries, queries) = (list("entries")?, list("queries")?);

        // Every purpose that is named anywhere. Names of ours stand for them, as theirs may be anything.
        let named = entries.iter().chain(queries).filter_map(|it| it["purpose"].as_str()).filter(|name| *name != "*");
        let mut names: Vec<&str> = named.collect();
        names.sort_unstable();
        names.dedup();
        let ours = |nth: usize| format!("purpose {nth}");
        let mut builder = Schema::builder().kind(Kind::person("login")).kind(Kind::device("device"));
        for nth in 0..names.len() {
            builder = builder.purpose(&ours(nth));
        }
        let schema = builder.build([7; 32].into()).map_err(|error| error.to_string())?;
        let mut purposes = BTreeMap::new();
        for (nth, name) in names.iter().enumerate() {
            purposes.insert((*name).to_owned(), schema.purpose(&ours(nth)).map_err(|error| error.to_string())?);
        }

        let identities = scenario["identities"].as_object().ok_or("it has no `identities`")?;
        let mut members = BTreeMap::new();
        let mut devices = Vec::new();
        for (nth, (name, about)) in identities.iter().enumerate() {
            let auth = about["auth"]
                .as_bool()
                .ok_or_else(|| format!("identity `{name}` does not say whether it authenticates"))?;
            let kind = if auth { "login" } else { "device" };
            let member =
                schema.identifier(kind, &format!("identity {nth}")).map_err(|error| error.to_string())?.member();
            members.insert(name.clone(), member);
            if !auth {
                devices.push(member);
            }
        }

        // The rank among choices of one instant is given; only its order counts.
        let seqs: Vec<Value> = entries.iter().map(|entry| entry["seq"].clone()).collect();
        let mut ranks: Vec<i64> = seqs.iter().filter_map(Value::as_i64).collect();
        if ranks.len() < seqs.len() {
            return Err("an entry has no whole number `seq`".into());
        }
        ranks.sort_unstable();
        let mut choices = Vec::new();
        for (nth, entry) in entries.iter().enumerate() {
            let rank = entry["seq"].as_i64().map_or(0, |seq| ranks.partition_point(|other| *other < seq));
            let entry =
                read(entry, nth, rank, &members, &purposes).map_err(|fault| format!("entry {}: {fault}", nth + 1))?;
            choices.push(Choice { device: devices.contains(&entry.on), entry });
        }
        if let Some(adapt) = sabotage {
            choices = adapt(choices);
        }
        let mut ledger = Ledger::new(&schema);
        for choice in choices {
            ledger.insert(choice.entry);
        }
        Ok(Self { ledger, purposes, members, seqs })
    }

    /// Asks the ledger, and tells what differs from what is expected.
    fn ask(&self, query: &Value) -> Result<Vec<String>, String> {
        let member = |name: &str| {
            self.members
                .get(name)
                .copied()
                .ok_or_else(|| format!("the query names identity `{name}`, which is not there"))
        };
        let purpose = query["purpose"].as_str().ok_or("the query names no purpose")?;
        let purpose =
            *self.purposes.get(purpose).ok_or_else(|| format!("`{purpose}` is no purpose that can be asked for"))?;
        let mut members = Vec::new();
        for name in query["members"].as_array().ok_or("the query has no list of members")? {
            members.push(member(name.as_str().ok_or("a member is not a name")?)?);
        }
        let asked = Query {
            purpose,
            channel: None,
            members: &members,
            restricting: &[],
            via: match &query["via"] {
                Value::Null => None,
                via => Some(member(via.as_str().ok_or("`via` is not a name")?)?),
            },
            at: seconds(query, "at")?,
            as_of: seconds(query, "as_of")?,
            minor: flag(query, "minor")?,
            material_notice: notice(query, "material_notice")?,
        };
        let state = self.ledger.effective(&asked);
        let winner = state.winner.and_then(|entry| self.seqs.get(place(entry.event)).cloned()).unwrap_or_default();
        let got = BTreeMap::from([
            ("state", Value::from(state.state.name())),
            ("winner", winner),
            ("reason", Value::from(state.reason)),
        ]);

        let expect = query["expect"].as_object().ok_or("the query does not say what to expect")?;
        let mut faults = Vec::new();
        for (leaf, expected) in expect {
            match got.get(leaf.as_str()) {
                Some(got) if got == expected => {}
                Some(got) => faults.push(format!("{leaf} is {got}, expected {expected}")),
                None => faults.push(format!("{leaf} is not something that the ledger says, expected {expected}")),
            }
        }
        for (leaf, got) in got.iter().filter(|(leaf, _)| !expect.contains_key(**leaf)) {
            faults.push(format!("{leaf} is {got}, and nothing is expected of it"));
        }
        Ok(faults)
    }
}

fn read(
    entry: &Value,
    nth: usize,
    rank: usize,
    members: &BTreeMap<String, Member>,
    purposes: &BTreeMap<String, onefold::model::PurposeId>,
) -> Result<Entry, String> {
    let word = |name: &str| entry[name].as_str().ok_or_else(|| format!("it has no `{name}`"));
    let (identity, action, actor) = (word("identity")?, word("action")?, word("actor")?);
    let purpose = word("purpose")?;
    let expires = match &entry["expires_at"] {
        Value::Null => None,
        _ => Some(seconds(entry, "expires_at")?),
    };
    Ok(Entry {
        on: *members.get(identity).ok_or_else(|| format!("identity `{identity}` is not there"))?,
        purpose: match purposes.get(purpose) {
            Some(purpose) => Scope::Only(*purpose),
            None => Scope::All,
        },
        channel: None,
        action: Action::named(action).ok_or_else(|| format!("unknown action `{action}`"))?,
        actor: Actor::named(actor).ok_or_else(|| format!("unknown actor `{actor}`"))?,
        evidence: flag(entry, "evidence")?,
        notice: notice(entry, "notice_version")?,
        expires,
        regime: None,
        occurred: seconds(entry, "occurred_at")?,
        recorded: seconds(entry, "recorded_at")?,
        seq: Seq::supplied(u32::try_from(rank).map_err(|_| "there are too many entries")?),
        event: event(nth),
    })
}

/// The event that stands for the entry at a place of the file.
fn event(nth: usize) -> EventId {
    EventId((nth as u128).to_be_bytes())
}

fn place(event: EventId) -> usize {
    usize::try_from(u128::from_be_bytes(event.0)).unwrap_or(usize::MAX)
}

fn seconds(of: &Value, name: &str) -> Result<Time, String> {
    of[name].as_i64().map(Time::from_secs).ok_or_else(|| format!("`{name}` is not a whole number of seconds"))
}

fn flag(of: &Value, name: &str) -> Result<bool, String> {
    match &of[name] {
        Value::Null => Ok(false),
        value => value.as_bool().ok_or_else(|| format!("`{name}` is neither true nor false")),
    }
}

fn notice(of: &Value, name: &str) -> Result<u32, String> {
    match &of[name] {
        Value::Null => Ok(0),
        value => {
            value.as_u64().and_then(|it| u32::try_from(it).ok()).ok_or_else(|| format!("`{name}` is not a version"))
        }
    }
}
