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
//! What is found in the message must also be in what the platform keeps of it, nulls and the names of transport aside.
//!
//! A message without a type, without any id, with a time that cannot be read or lies before 1970 must be set aside, for
//! that reason. What else may be set aside is judged by the body too: names that a call needs, values of the wrong sort,
//! consent that cannot be read, and what is more than a record may hold. A number that has more digits than an exact
//! number keeps is there where it is the text that stands in the body, to the letter.

use crate::exact::{Json, Path, Step, canonical};
use crate::instant::instant;

/// What the reader made of a message.
pub enum Outcome {
    /// The message as one map, and the record that the platform keeps of it.
    Message { said: Json, kept: Json },
    /// It was set aside, with a code and the path of what is wrong.
    Quarantined { code: String, path: String },
}

/// What else is known of a message.
pub struct Around<'a> {
    /// What stands beside the list of messages.
    pub beside: &'a [(String, Json)],
    /// When it was received, in microseconds.
    pub received: i64,
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

/// Names of a message that tell of its transport.
const TRANSPORT: [&str; 5] = ["batch", "receivedAt", "sentAt", "timestamp", "writeKey"];

/// What is wrong with what the reader made of a message.
pub fn judge(said: &Json, around: &Around<'_>, outcome: &Outcome) -> Vec<String> {
    let must = must_be_set_aside(said, around);
    let because = must.first().map(|(_, because)| because.as_str());
    match (outcome, because) {
        (Outcome::Quarantined { code, .. }, _)
            if must.iter().any(|(known, _)| known == code) || may_be_set_aside(said, around, code) =>
        {
            Vec::new()
        }
        (Outcome::Quarantined { code, path }, because) => {
            let because = because.unwrap_or("nothing like that is wrong with it");
            vec![format!("set aside as `{code}` at `{path}`, though {because}")]
        }
        (Outcome::Message { .. }, Some(because)) => vec![format!("not set aside, though {because}")],
        (Outcome::Message { said: message, kept }, None) => {
            let mut faults = found(said, around, message);
            faults.extend(lost(message, kept));
            faults
        }
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

/// Why a message must be set aside, each with the code that says so.
fn must_be_set_aside(said: &Json, around: &Around<'_>) -> Vec<(&'static str, String)> {
    if !matches!(said, Json::Map(_)) {
        return vec![("not_an_object", "it is no object".into())];
    }
    let mut all = Vec::new();
    match said.get("type") {
        None | Some(Json::Null) => all.push(("no_type", "it has no type".into())),
        Some(call) if !call.text().is_some_and(|call| CALLS.contains(&call)) => {
            all.push(("unknown_type", "its type is none of the specification".into()));
        }
        Some(_) => {}
    }
    if ["userId", "anonymousId"].iter().all(|name| said.get(name).is_none_or(Json::is_blank)) {
        all.push(("no_identity", "it names nobody".into()));
    }
    let sent = said_of("sentAt", said, around).map(|value| ("sentAt", value));
    for (name, _) in [original(said), sent].into_iter().flatten().filter(|(_, value)| instant(value).is_none()) {
        all.push(("bad_timestamp", format!("its `{name}` is no time")));
    }
    if all.is_empty() && occurred(said, around).0 < 0 {
        all.push(("too_early", "it happened before 1970".into()));
    }
    all
}

/// What a record may hold.
const NAMES: usize = 256;
const DEPTH: usize = 16;
const TEXT: usize = 8 << 10;
const BYTES: usize = 32 << 10;

/// Whether the message may be set aside with this code.
fn may_be_set_aside(said: &Json, around: &Around<'_>, code: &str) -> bool {
    let call = said.get("type").and_then(Json::text);
    let blank = |name: &str| said.get(name).is_none_or(Json::is_blank);
    let leaves = || said.leaves().into_iter().chain(around.beside.iter().flat_map(|(_, value)| value.leaves()));
    match code {
        "wrong_type" => {
            let odd_id = |value: &Json| !matches!(value, Json::Null | Json::Text(_) | Json::Number(_));
            let odd_map = |value: &Json| !matches!(value, Json::Null | Json::Map(_));
            IDS.iter().any(|(name, _)| said.get(name).is_some_and(odd_id))
                || ["traits", "properties"].iter().any(|name| said.get(name).is_some_and(odd_map))
                || said_of("context", said, around).is_some_and(odd_map)
        }
        "no_event" => call == Some("track") && (blank("event") || said.get("event").and_then(Json::text).is_none()),
        "no_group_id" => call == Some("group") && blank("groupId"),
        "no_previous_id" => call == Some("alias") && blank("previousId"),
        "unreadable_consent" => {
            let choices = said_of("context", said, around).and_then(|it| it.get("consent"));
            let choices = choices.and_then(|it| it.get("categoryPreferences"));
            choices.is_some_and(|it| {
                !matches!(it, Json::Map(_)) || it.pairs().iter().any(|(_, said)| !matches!(said, Json::Bool(_)))
            })
        }
        // The user's traits may stand in two places of a record.
        "too_many_keys" => {
            let restated = said_of("context", said, around).and_then(|it| it.get("traits")).map_or(0, count);
            count(said) + restated + around.beside.iter().map(|(_, value)| 1 + count(value)).sum::<usize>() > NAMES
        }
        "too_deep" => leaves().any(|(path, _)| path.len() + 2 > DEPTH),
        "text_too_long" => leaves().any(|(path, leaf)| {
            let long = |step: &Step| matches!(step, Step::Name(name) if name.len() > TEXT);
            matches!(leaf, Json::Text(text) | Json::Number(text) if text.len() > TEXT) || path.iter().any(long)
        }),
        "record_too_large" => {
            let beside: usize = around.beside.iter().map(|(_, value)| value.to_string().len()).sum();
            said.to_string().len() + beside > BYTES / 2
        }
        _ => false,
    }
}

/// The names in a value.
fn count(value: &Json) -> usize {
    match value {
        Json::List(items) => items.iter().map(count).sum(),
        value => value.pairs().iter().map(|(_, value)| 1 + count(value)).sum(),
    }
}

/// Whether a number has more digits than an exact number keeps: 18 after the point, and 64 bits in all.
fn is_too_long(number: &str) -> bool {
    let (negative, digits, exponent) = canonical(number);
    let zeros = usize::try_from(exponent).unwrap_or(0);
    if exponent < -18 || digits.len().saturating_add(zeros) > 19 {
        return !digits.is_empty();
    }
    let units: i128 = format!("{digits}{}", "0".repeat(zeros)).parse().unwrap_or(0);
    i64::try_from(if negative { -units } else { units }).is_err()
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
    let is_time = path.len() == 1 && matches!(name, "originalTimestamp" | "timestamp" | "sentAt");
    match (leaf, place) {
        (leaf, Json::Null) if is_id => leaf.is_blank(),
        (Json::Number(number), Json::Text(text)) if is_id => canonical(number) == canonical(text),
        (Json::Number(number), Json::Text(text)) => number == text && is_too_long(number),
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

/// What the platform does not keep of a message that was read. A null says nothing, and is kept within others only.
fn lost(message: &Json, kept: &Json) -> Vec<String> {
    let mut faults = Vec::new();
    let context = |name: &str| message.get("context").is_some_and(|context| context.get(name).is_some());
    for (path, leaf) in message.leaves() {
        let [Step::Name(part), below @ ..] = path.as_slice() else { continue };
        let Some(Step::Name(name)) = below.first().filter(|_| *leaf != Json::Null) else { continue };
        let is_transport = TRANSPORT.contains(&name.as_str()) || name.starts_with('_');
        let to = |names: &[&str], below: &[Step]| -> Vec<Step> {
            names.iter().map(|name| Step::Name((*name).to_owned())).chain(below.iter().cloned()).collect()
        };
        let places = match part.as_str() {
            "properties" => vec![to(&["properties"], below)],
            "traits" => vec![to(&["traits"], below), to(&["context", "traits"], below)],
            "context" => vec![to(&["context"], below)],
            "integrations" if !context("integrations") => vec![to(&["context", "integrations"], below)],
            "rest" if !is_transport => vec![
                to(&["context"], below),
                to(&["properties"], below),
                to(&["context", &format!("message.{name}")], below.get(1..).unwrap_or_default()),
            ],
            _ => continue,
        };
        if !places.iter().any(|place| kept.at(place).is_some_and(|there| leaf.same(there))) {
            faults.push(format!("`{}` is read and not kept", Path(&path)));
        }
    }
    faults
}

/// When it truly happened, and by how much a reading of it may differ: by our clock, where the sender's is plausible.
fn occurred(said: &Json, around: &Around<'_>) -> (i64, i64) {
    let told = |value: Option<&Json>| value.and_then(instant).map(|instant| (instant.micros, instant.within));
    let (original, sent) = (told(original(said).map(|(_, value)| value)), told(said_of("sentAt", said, around)));
    match (original, sent) {
        (Some(original), Some(sent)) if original.0 <= sent.0 => {
            (around.received.saturating_sub(sent.0.saturating_sub(original.0)), original.1 + sent.1)
        }
        (Some(original), _) => (original.0.min(around.received), original.1),
        (None, _) => (around.received, 0),
    }
}

/// The time of reception, and when it truly happened.
fn times(said: &Json, around: &Around<'_>, message: &Json) -> Vec<String> {
    let (occurred, within) = occurred(said, around);
    let mut faults = Vec::new();
    for (name, expected, within) in [("received_at", around.received, 0), ("occurred_at", occurred, within)] {
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
