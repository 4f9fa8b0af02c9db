//! Bodies that real client libraries posted: each message is read, and every value of it stays reachable.
#![cfg(all(feature = "json", feature = "gzip"))]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may be blunt")]

use std::path::{Path, PathBuf};

use onefold_ingest::segment::{Defaults, Message};
use onefold_ingest::{Request, Segment, json};
use onefold_model::{Kind, Limits, Parsed, Party, Schema, Time, Value};

fn captures() -> Option<PathBuf> {
    let root = std::env::var("ONEFOLD_SHARED")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let captures = root.join("vectors/sdk");
    if captures.is_dir() {
        return Some(captures);
    }
    assert!(
        std::env::var("ONEFOLD_REQUIRE_DATA").as_deref() != Ok("1"),
        "the captures of client libraries are not there"
    );
    println!("skipped: the captures of client libraries are not there");
    None
}

fn schema() -> Schema {
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id"))
        .kind(Kind::device("anonymous_id"))
        .kind(Kind::group("account_id", "works_at"))
        .purpose("Advertising")
        .build([7; 32].into())
        .unwrap()
}

fn leaves(value: &Value, to: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::List(items) => items.iter().for_each(|item| leaves(item, to)),
        Value::Map(pairs) => pairs.iter().for_each(|(_, value)| leaves(value, to)),
        plain => to.push(plain.to_string()),
    }
}

#[test]
fn every_message_is_read_and_every_value_of_it_reachable() {
    let Some(captures) = captures() else { return };
    let web = Segment::new("web").group("account_id").build(&schema()).unwrap();
    let limits = Limits { record_bytes: 1 << 20, keys: 10_000, ..Limits::default() };
    let mut messages = 0;
    for client in ["segment_python", "segment_node", "rudder_python", "jitsu_js"] {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(captures.join(client)).unwrap().map(|file| file.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "raw"));
        assert!(!files.is_empty());
        for file in files {
            let meta = json::parse(&std::fs::read(file.with_extension("meta.json")).unwrap(), &limits).unwrap();
            let mut request = Request::new(find(&meta, "path").as_text().unwrap());
            let Value::List(headers) = find(&meta, "headers") else { panic!("headers") };
            for header in headers.iter() {
                let Value::List(pair) = header else { panic!("a header") };
                request = request.header(&pair[0].to_string(), &pair[1].to_string());
            }
            assert!(request.write_key().is_some());
            let received: Time = "2026-11-21T23:00:00Z".parse().unwrap();
            for parsed in web.request(&request, &std::fs::read(&file).unwrap(), Some(received)) {
                let Parsed::Draft(draft) = parsed else { panic!("{client}: {parsed:?}") };
                let mut notes = Vec::new();
                draft.receive_noting(received, &mut notes).unwrap();
                messages += 1;
            }

            let body = json::parse(&std::fs::read(file.with_extension("body.json")).unwrap(), &limits).unwrap();
            let (beside, items) = match (find(&body, "batch"), &body) {
                (Value::List(items), Value::Map(pairs)) => {
                    (Value::map(pairs.iter().filter(|(name, _)| name.as_str() != "batch").cloned()), items.to_vec())
                }
                _ => (Value::Null, vec![body.clone()]),
            };
            let defaults = Defaults::new(beside.clone()).kind(request.kind());
            for item in &items {
                let message = Message::read(item, &defaults, Some(received)).unwrap();
                let (mut said, mut reachable) = (Vec::new(), Vec::new());
                leaves(item, &mut said);
                leaves(&beside, &mut said);
                leaves(&message.to_value(), &mut reachable);
                for leaf in said {
                    // Times are reachable as microseconds.
                    let time = Time::from_calendar(&leaf).map(|time| time.micros().to_string());
                    assert!(
                        reachable.contains(&leaf) || time.is_ok_and(|time| reachable.contains(&time)),
                        "{client}: {leaf} is lost"
                    );
                }
            }
        }
    }
    assert_eq!(messages, 7 + 1 + 7 + 6 + 4);
}

fn find<'a>(within: &'a Value, name: &str) -> &'a Value {
    let Value::Map(pairs) = within else {
        return Value::NULL;
    };
    pairs.iter().find(|(known, _)| known.as_str() == name).map_or(Value::NULL, |(_, value)| value)
}

#[test]
fn a_refusal_in_the_context_of_a_real_client_is_a_choice() {
    let Some(captures) = captures() else { return };
    let web = Segment::new("web").group("account_id").build(&schema()).unwrap();
    let body = std::fs::read(captures.join("segment_python/0001.raw")).unwrap();
    let received: Time = "2026-11-21T23:00:00Z".parse().unwrap();
    let choices: usize = web
        .body(&body, Some(received))
        .iter()
        .map(|parsed| match parsed {
            Parsed::Draft(draft) => {
                draft.receive(received).unwrap().choices.iter().filter(|choice| choice.action.restricts()).count()
            }
            Parsed::Quarantined { issue, .. } => panic!("{issue}"),
        })
        .sum();
    assert_eq!(choices, 1);
}
