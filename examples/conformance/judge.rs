//! The judge of messages: what must be found where, and which messages may not come through.
//!
//! | in the body | in the message |
//! |---|---|
//! | `type`, `event`, `name` | the same |
//! | `userId`, `anonymousId`, `groupId`, `previousId`, `messageId` | `user_id` and so on, as text; blank is null |
//! | `originalTimestamp`, else `timestamp` | `original_at`, the same instant |
//! | `sentAt`, the message's or its batch's | `sent_at` |
//! | `traits`, `properties`, `integrations`, `context` | the same; null is an empty map |
//! | `context.traits`, where there are no others and the call is not `group` | `traits` too |
//! | `context.consent` | `consent` too |
//! | anything else | `rest` |
//! | beside the list of messages | where the message would say it, or `rest.batch` |
//!
//! A message without a type, without any id, or with a time that cannot be read must be set aside.

use crate::exact::{Json, Path, Step, canonical};
use crate::instant::instant;

/// What the reader made of a message.
pub enum Outcome {
    /// The message, as one map.
    Message(Json),
    /// It was set aside, with a code and the path of what is wrong.
    Quarantined { code: String, path: String },
}

/// What else is known of a message.
pub struct Around<'a> {
    /// What stands beside the list of messages.
    pub beside: &'a [(String, Json)],
    /// The type that the path of the request tells.
    pub kind: Option<&'a str>,
    /// When it was received, in microseconds.
    pub received: Option<i64>,
}

const CALLS: [&str; 7] = ["identify", "track", "page", "screen", "group", "alias", "consent"];
const IDS: [(&str, &str); 5] = [
    ("userId", "user_id"),
    ("anonymousId", "anonymous_id"),
    ("groupId", "group_id"),
    ("previousId", "previous_id"),
    ("messageId", "message_id"),
];
const MAPS: [&str; 4] = ["traits", "properties", "integrations", "context"];

/// The type that the last part of a request's path tells.
pub fn kind_of(path: &str) -> Option<&'static str> {
    let last = path.split(['?', '#']).next()?.trim_end_matches('/').rsplit('/').next()?;
    CALLS.into_iter().find(|call| {
        *call == last || (last.len() == 1 && call.starts_with(last) && matches!(last, "i" | "t" | "p" | "g" | "a"))
    })
}

/// What is wrong with what the reader made of a message.
pub fn judge(said: &Json, around: &Around<'_>, outcome: &Outcome) -> Vec<String> {
    let must = must_be_set_aside(said, around);
    match (outcome, must) {
        (Outcome::Quarantined { .. }, Some(_)) => Vec::new(),
        (Outcome::Quarantined { .. }, None) if may_be_set_aside(said) => Vec::new(),
        (Outcome::Quarantined { code, path }, None) => {
            vec![format!("set aside as `{code}` at `{path}`, though nothing is wrong with it")]
        }
        (Outcome::Message(_), Some(because)) => vec![format!("not set aside, though {because}")],
        (Outcome::Message(message), None) => found(said, around, message),
    }
}

/// What a message or its batch says under a name; nulls say nothing.
fn said_of<'a>(name: &str, said: &'a Json, around: &'a Around<'_>) -> Option<&'a Json> {
    let own = said.get(name).filter(|value| **value != Json::Null);
    own.or_else(|| {
        around.beside.iter().find(|(known, value)| known == name && *value != Json::Null).map(|(_, value)| value)
    })
}

fn original(said: &Json) -> Option<(&'static str, &Json)> {
    ["originalTimestamp", "timestamp"]
        .into_iter()
        .find_map(|name| Some((name, said.get(name).filter(|value| **value != Json::Null)?)))
}

fn must_be_set_aside(said: &Json, around: &Around<'_>) -> Option<String> {
    if !matches!(said, Json::Map(_)) {
        return Some("it is no object".into());
    }
    let call = match said.get("type") {
        None | Some(Json::Null) => around.kind,
        Some(said) => Some(said.text().unwrap_or_default()),
    };
    match call {
        None => return Some("it has no type".into()),
        Some(call) if !CALLS.contains(&call) => return Some("its type is none of the specification".into()),
        Some(_) => {}
    }
    if ["userId", "anonymousId"].iter().all(|name| said.get(name).is_none_or(Json::is_blank)) {
        return Some("it names nobody".into());
    }
    let sent = said_of("sentAt", said, around).map(|value| ("sentAt", value));
    let bad = [original(said), sent].into_iter().flatten().find(|(_, value)| instant(value).is_none());
    bad.map(|(name, _)| format!("its `{name}` is no time"))
}

/// Whether there is something that a reader may refuse.
fn may_be_set_aside(said: &Json) -> bool {
    let odd_id = |value: &Json| !matches!(value, Json::Null | Json::Text(_) | Json::Number(_));
    let odd_map = |value: &Json| !matches!(value, Json::Null | Json::Map(_));
    let too_long = |leaf: &Json| matches!(leaf, Json::Number(number) if canonical(number).1.len() > 18 || canonical(number).2.abs() > 18);
    IDS.iter().any(|(name, _)| said.get(name).is_some_and(odd_id))
        || ["traits", "properties", "context"].iter().any(|name| said.get(name).is_some_and(odd_map))
        || said.leaves().iter().any(|(path, leaf)| too_long(leaf) || path.len() > 30)
}

/// The places where a path of the body may have gone.
fn places(path: &[Step]) -> Vec<Vec<Step>> {
    let Some((Step::Name(first), below)) = path.split_first() else { return vec![path.to_vec()] };
    let to = |names: &[&str]| -> Vec<Step> {
        names.iter().map(|name| Step::Name((*name).to_owned())).chain(below.iter().cloned()).collect()
    };
    let rest = || to(&["rest", first]);
    match first.as_str() {
        "type" => vec![to(&["type"])],
        "event" | "name" => vec![to(&[first]), rest()],
        "originalTimestamp" => vec![to(&["original_at"])],
        "timestamp" => vec![to(&["original_at"]), rest()],
        "sentAt" => vec![to(&["sent_at"])],
        "receivedAt" => vec![to(&["received_at"]), rest()],
        name if MAPS.contains(&name) => vec![to(&[name])],
        name => match IDS.iter().find(|(theirs, _)| *theirs == name) {
            Some((_, ours)) => vec![to(&[ours])],
            None => vec![rest()],
        },
    }
}

fn names(path: &[Step]) -> &str {
    match path.first() {
        Some(Step::Name(name)) => name,
        _ => "",
    }
}

/// Whether a leaf of the body is what stands in a place of the message.
fn is_there(path: &[Step], leaf: &Json, place: &Json) -> bool {
    let name = names(path);
    let is_id = path.len() == 1 && IDS.iter().any(|(theirs, _)| *theirs == name);
    let is_time = path.len() == 1 && matches!(name, "originalTimestamp" | "timestamp" | "sentAt" | "receivedAt");
    match (leaf, place) {
        (leaf, Json::Null) if is_id => leaf.is_blank(),
        (Json::Number(number), Json::Text(text)) if is_id => canonical(number) == canonical(text),
        (leaf, Json::Number(at)) if is_time => {
            let told = instant(leaf).zip(at.parse::<i64>().ok());
            told.is_some_and(|(told, at)| (told.micros - at).abs() <= told.within)
        }
        // A null where a map belongs says that there is nothing in it.
        (Json::Null, Json::Map(_)) => path.len() == 1 && MAPS.contains(&name),
        // An empty map hides nothing of what a batch says for its messages.
        (Json::Map(_), Json::Map(_)) => true,
        (leaf, place) => leaf.same(place),
    }
}

/// Looks for every leaf of a message and of what stands beside it.
fn found(said: &Json, around: &Around<'_>, message: &Json) -> Vec<String> {
    let mut faults = Vec::new();
    let mut lost = |path: &[Step], of: &str| faults.push(format!("{of}`{}` is not in what was read", Path(path)));
    let look = |path: &[Step], leaf: &Json, places: Vec<Vec<Step>>| {
        places.iter().any(|place| message.at(place).is_some_and(|there| is_there(path, leaf, there)))
    };
    for (path, leaf) in said.leaves() {
        // What says nothing gives way to what the batch says.
        let gives_way = *leaf == Json::Null && path.len() == 1 && said_of(names(&path), said, around).is_some();
        if !gives_way && !look(&path, leaf, places(&path)) {
            lost(&path, "");
        }
    }
    for (name, value) in around.beside {
        for (below, leaf) in value.leaves() {
            let path: Vec<Step> = [Step::Name(name.clone())].into_iter().chain(below).collect();
            let apart =
                ["rest", "batch"].into_iter().map(|name| Step::Name(name.into())).chain(path.iter().cloned()).collect();
            let mut everywhere = places(&path);
            everywhere.push(apart);
            if *leaf != Json::Null && !look(&path, leaf, everywhere) {
                lost(&path, "the batch's ");
            }
        }
    }
    // Copies that stand where a reader of messages looks for them.
    let copies = |from: &str, to: &str| -> Vec<String> {
        let Some(of) = said.get("context").and_then(|context| context.get(from)) else { return Vec::new() };
        let lost = of.leaves().into_iter().filter(|(path, leaf)| {
            let place: Vec<Step> = [Step::Name(to.into())].into_iter().chain(path.iter().cloned()).collect();
            !message.at(&place).is_some_and(|there| is_there(&[], leaf, there))
        });
        lost.map(|(path, _)| format!("`context.{from}.{}` is not in its `{to}`", Path(&path))).collect()
    };
    faults.extend(copies("consent", "consent"));
    let own_traits = said.get("traits").is_some_and(|traits| !traits.pairs().is_empty());
    if !own_traits && message.get("type").and_then(Json::text) != Some("group") {
        faults.extend(copies("traits", "traits"));
    }
    faults.extend(times(said, around, message));
    faults
}

/// The time of reception, and when it truly happened: by our clock, where the sender's is plausible.
fn times(said: &Json, around: &Around<'_>, message: &Json) -> Vec<String> {
    let Some(received) = around.received else { return Vec::new() };
    let told = |value: Option<&Json>| value.and_then(instant).map(|instant| (instant.micros, instant.within));
    let (original, sent) = (told(original(said).map(|(_, value)| value)), told(said_of("sentAt", said, around)));
    let (occurred, within) = match (original, sent) {
        (Some(original), Some(sent)) if original.0 <= sent.0 => (received - (sent.0 - original.0), original.1 + sent.1),
        (Some(original), _) => (original.0.min(received), original.1),
        (None, _) => (received, 0),
    };
    let mut faults = Vec::new();
    for (name, expected, within) in [("received_at", received, 0), ("occurred_at", occurred, within)] {
        let got = match message.get(name) {
            Some(Json::Number(micros)) => micros.parse::<i64>().ok(),
            _ => None,
        };
        if got.is_none_or(|got| (got - expected).abs() > within) {
            let got = got.map_or_else(|| "nothing".into(), |got| got.to_string());
            faults.push(format!("`{name}` is {got}, expected {expected}"));
        }
    }
    faults
}
