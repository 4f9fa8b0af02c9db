//! The shared scenarios of consent: every one of their questions, in the ledger and in the slow fold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may be blunt"
)]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use common::{Question, member, oracle, schema};
use onefold_consent::{Entry, Ledger, Query, Seq};
use onefold_model::{Action, Actor, EventId, Member, Scope, Time};
use serde_json::Value;

fn scenarios() -> Option<Vec<Value>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("ONEFOLD_SHARED").map_or_else(beside, PathBuf::from);
    match std::fs::read_to_string(folder.join("vectors/consent/ledger_dev.json")) {
        Ok(text) => Some(serde_json::from_str(&text).expect("the scenarios are JSON")),
        Err(error) if std::env::var_os("ONEFOLD_REQUIRE_DATA").is_some_and(|it| it == "1") => {
            panic!("no scenarios: {error}")
        }
        Err(error) => {
            println!("skipped, since the shared scenarios are not here: {error}");
            None
        }
    }
}

fn time(of: &Value) -> Time {
    Time::from_secs(of.as_i64().unwrap())
}

#[test]
fn every_question_of_the_shared_scenarios_is_answered_as_it_should_be() {
    let Some(scenarios) = scenarios() else { return };
    let schema = schema();
    let purpose = |name: &str| schema.purpose(if name == "ads" { "marketing" } else { "recognition" }).unwrap();
    let mut asked = 0;
    for scenario in &scenarios {
        let identities = scenario["identities"].as_object().unwrap();
        let names: BTreeMap<&str, Member> = (1..)
            .zip(identities)
            .map(|(nth, (name, of))| {
                (name.as_str(), member(&schema, if of["auth"].as_bool().unwrap() { "user_id" } else { "cookie" }, nth))
            })
            .collect();
        let entry = |it: &Value| Entry {
            on: names[it["identity"].as_str().unwrap()],
            purpose: match it["purpose"].as_str().unwrap() {
                "*" => Scope::All,
                name => Scope::Only(purpose(name)),
            },
            channel: None,
            action: Action::named(it["action"].as_str().unwrap()).unwrap(),
            actor: Actor::named(it["actor"].as_str().unwrap()).unwrap(),
            evidence: it["evidence"].as_bool().unwrap(),
            notice: it["notice_version"].as_u64().unwrap().try_into().unwrap(),
            expires: Some(&it["expires_at"]).filter(|it| !it.is_null()).map(time),
            regime: None,
            occurred: time(&it["occurred_at"]),
            recorded: time(&it["recorded_at"]),
            seq: Seq::supplied(it["seq"].as_u64().unwrap().try_into().unwrap()),
            event: EventId([0; 16]),
        };
        let entries: Vec<Entry> = scenario["entries"].as_array().unwrap().iter().map(entry).collect();
        let mut ledger = Ledger::new(&schema);
        entries.iter().rev().for_each(|it| ledger.insert(it.clone()));
        for query in scenario["queries"].as_array().unwrap() {
            let members: Vec<Member> =
                query["members"].as_array().unwrap().iter().map(|it| names[it.as_str().unwrap()]).collect();
            let question = Query {
                via: query["via"].as_str().map(|it| names[it]),
                as_of: time(&query["as_of"]),
                minor: query["minor"].as_bool().unwrap(),
                material_notice: query["material_notice"].as_u64().unwrap().try_into().unwrap(),
                ..Query::new(purpose(query["purpose"].as_str().unwrap()), &members, time(&query["at"]))
            };
            let state = ledger.effective(&question);
            let expect = &query["expect"];
            let winner = expect["winner"].as_u64().map(|seq| Seq::supplied(seq.try_into().unwrap()));
            let got = (state.state.name(), state.winner.map(|it| it.seq), state.reason);
            let want = (expect["state"].as_str().unwrap(), winner, expect["reason"].as_str().unwrap());
            assert_eq!(got, want, "{} {query}", scenario["id"]);
            let slow = Question {
                purpose: question.purpose,
                channel: None,
                members: members.iter().copied().collect(),
                restricting: [].into(),
                via: question.via,
                at: question.at,
                as_of: question.as_of,
                minor: question.minor,
                material_notice: question.material_notice,
            };
            let slow = oracle(&entries, &schema, &slow);
            assert_eq!((slow.0.name(), slow.1, slow.2), want, "the slow fold: {} {query}", scenario["id"]);
            asked += 1;
        }
    }
    println!("{} scenarios, {asked} questions", scenarios.len());
    assert!(asked >= 1225, "{asked}");
}
