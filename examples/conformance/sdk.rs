//! Requests that client libraries sent: is the body what another program decoded, and is every leaf of every message
//! in what onefold reads and keeps? Judged is what an application gets: what `Intake::request` yields, received under the
//! limits that a schema has by default.

use std::path::Path;

use onefold::ingest::segment::{Defaults, Message};
use onefold::ingest::{Request, Segment, json};
use onefold::model::{Issue, Kind, Limits, Parsed, Party, Schema, Time, Value};
use onefold_examples::{say, warn};

use crate::capture::{self, Capture};
use crate::exact::{Json, micros};
use crate::judge::{Around, Outcome, judge};
use crate::unpack::unpack;
use crate::{Failure, Score};

/// A request as it is handed to the reader.
type Reader = dyn Fn(&Request, &[u8], Time) -> Vec<Outcome>;
/// What a sabotage puts around the reader.
type Adapt = fn(Box<Reader>) -> Box<Reader>;

/// The defects that can be planted.
pub const SABOTAGES: [(&str, &str, Adapt); 4] = [
    ("drop-nulls", "names whose value is null are left out of messages", |reader| each(reader, drop_nulls)),
    ("lose-leaf", "one leaf of each message disappears", |reader| each(reader, lose_leaf)),
    ("trust-clock", "the sender's clock is believed", |reader| each(reader, trust_clock)),
    ("skip-gunzip", "packed bodies are read as they are", |reader| {
        Box::new(move |request, body, received| {
            // Without the two bytes by which a packed body is known, the reader does not see that it is one.
            reader(request, body.strip_prefix(b"\x1f\x8b").unwrap_or(body), received)
        })
    }),
];

fn each(reader: Box<Reader>, spoil: fn(&mut Json)) -> Box<Reader> {
    Box::new(move |request, body, received| {
        let mut outcomes = reader(request, body, received);
        for outcome in &mut outcomes {
            if let Outcome::Message { said, .. } = outcome {
                spoil(said);
            }
        }
        outcomes
    })
}

fn drop_nulls(value: &mut Json) {
    match value {
        Json::Map(pairs) => {
            pairs.retain(|(_, value)| *value != Json::Null);
            pairs.iter_mut().for_each(|(_, value)| drop_nulls(value));
        }
        Json::List(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn lose_leaf(value: &mut Json) {
    let Json::Map(pairs) = value else { return };
    for name in ["properties", "traits", "context"] {
        if let Some((_, Json::Map(inner))) = pairs.iter_mut().find(|(known, _)| known == name)
            && inner.pop().is_some()
        {
            return;
        }
    }
}

fn trust_clock(value: &mut Json) {
    let original = value.get("original_at").cloned();
    if let (Json::Map(pairs), Some(original)) = (value, original)
        && let Some((_, occurred)) = pairs.iter_mut().find(|(known, _)| known == "occurred_at")
    {
        *occurred = original;
    }
}

/// The keys of a printed message.
const PRINTED: [&str; 16] = [
    "type",
    "event",
    "name",
    "group_id",
    "previous_id",
    "message_id",
    "user_id",
    "anonymous_id",
    "original_at",
    "sent_at",
    "received_at",
    "occurred_at",
    "traits",
    "properties",
    "consent",
    "integrations",
];

/// Reads and judges every request below a folder. A case is a message; a request that cannot be judged is one too.
pub fn run(root: &Path, sabotage: Option<Adapt>, print: bool) -> Result<Score, Failure> {
    let captures = capture::find(root)?;
    let mut reader: Box<Reader> = reader()?;
    if let Some(adapt) = sabotage {
        reader = adapt(reader);
    }
    let mut score = Score::default();
    for ((folder, number), capture) in &captures {
        let name = format!("{folder}/{number}");
        if let Err(fault) = request(&name, capture, &*reader, print, &mut score) {
            score.fail(format!("{name}: {fault}"));
        }
    }
    Ok(score)
}

/// The reader that is judged.
fn reader() -> Result<Box<Reader>, Failure> {
    let schema = Schema::builder()
        .source("client", Party::First, 50)
        .kind(Kind::person("user_id"))
        .kind(Kind::device("anonymous_id"))
        .kind(Kind::group("account_id", "works_at"))
        .build([7; 32].into())?;
    let intake = Segment::new("client").group("account_id").build(&schema)?;
    Ok(Box::new(move |request, body, received| {
        let outcome = |parsed| match outcome(parsed, &schema, received) {
            Ok(outcome) => outcome,
            Err(issue) => Outcome::Quarantined { code: issue.code.to_string(), path: issue.path.to_string() },
        };
        intake.request(request, body, Some(received)).into_iter().map(outcome).collect()
    }))
}

/// What becomes of a message, and for showing it what it says.
fn outcome(parsed: Parsed, schema: &Schema, received: Time) -> Result<Outcome, Issue> {
    let draft = match parsed {
        Parsed::Quarantined { issue, .. } => return Err(issue),
        Parsed::Draft(draft) => draft,
    };
    let event = draft.receive(received)?;
    // The record that a draft keeps is the message with what its batch says for it; reading it gives the message.
    let said = json::parse(&draft.to_raw(), &ROOMY)?;
    let message = Message::read(&said, &Defaults::default(), Some(received))?;
    let micros = |time: Option<Time>| Value::from(time.map(Time::micros));
    let times = [
        ("original_at", micros(event.times.original)),
        ("sent_at", micros(event.times.sent)),
        ("received_at", micros(Some(event.times.received))),
        ("occurred_at", micros(Some(event.times.occurred))),
    ];
    let mut said = match message.to_value() {
        Value::Map(pairs) => pairs.to_vec(),
        _ => Vec::new(),
    };
    for (name, time) in times {
        said.retain(|(known, _)| known != name);
        said.push((name.into(), time));
    }
    let read = |value: Value| {
        let unreadable = |fault: String| Issue::new("no_json", "", &format!("it is written as no JSON: {fault}"));
        Json::read(value.to_json().as_bytes()).map_err(unreadable)
    };
    Ok(Outcome::Message { said: read(Value::map(said))?, kept: read(event.message(schema))? })
}

/// For showing what was accepted already.
const ROOMY: Limits = Limits {
    record_bytes: 64 << 20,
    depth: 128,
    keys: 1 << 20,
    text_bytes: 64 << 20,
    identifiers: 1 << 10,
    earliest: Time::MIN,
};

/// Judges one request.
fn request(name: &str, capture: &Capture, reader: &Reader, print: bool, score: &mut Score) -> Result<(), String> {
    let raw = capture.raw.as_deref().ok_or("there is no `.raw` with the request")?;
    let stored = capture.body.as_deref().ok_or("there is no `.body.json` to compare the request with")?;
    let meta = capture.meta.as_deref().ok_or("there is no `.meta.json` that tells path and headers")?;
    let meta = Json::read(meta).map_err(|fault| format!("the `.meta.json` cannot be read: {fault}"))?;
    let stored = Json::read(stored).map_err(|fault| format!("the `.body.json` cannot be read: {fault}"))?;
    if let Some(whose) = other_protocol(&stored) {
        let line = format!("skipped {name}: {whose}");
        if print {
            warn!("{line}")
        } else {
            say!("{line}")
        }
        return Ok(());
    }
    let received = match meta.get("receivedAtUnix") {
        Some(Json::Number(seconds)) => micros(seconds).ok_or("`receivedAtUnix` is out of range")?,
        _ => return Err("the `.meta.json` has no `receivedAtUnix`".into()),
    };
    let path = meta.get("path").and_then(Json::text).unwrap_or_default();
    let mut sent = Request::new(path);
    if let Some(Json::List(headers)) = meta.get("headers") {
        for header in headers {
            if let Json::List(pair) = header
                && let [Json::Text(name), Json::Text(value)] = pair.as_slice()
            {
                sent = sent.header(name, value);
            }
        }
    }
    let outcomes = reader(&sent, raw, Time::from_micros(received));
    if print {
        outcomes.iter().for_each(|outcome| say!("{}", line(outcome)));
    }

    // 1. Is the request what the other program decoded?
    let mut common = Vec::new();
    match unpack(raw).and_then(|body| Json::read(&body)) {
        Ok(body) if body == stored => {}
        Ok(body) => common.push(format!("the request is not the stored body: {}", difference(&body, &stored))),
        Err(fault) => common.push(format!("the request cannot be decoded: {fault}")),
    }
    // 2. Is every leaf of every message in what was read?
    let (messages, beside): (Vec<&Json>, Vec<(String, Json)>) = match stored.get("batch") {
        Some(Json::List(messages)) => {
            (messages.iter().collect(), stored.pairs().iter().filter(|(name, _)| name != "batch").cloned().collect())
        }
        _ => (vec![&stored], Vec::new()),
    };
    if outcomes.len() != messages.len() {
        common.push(format!("{} messages were sent and {} were read", messages.len(), outcomes.len()));
    }
    if messages.is_empty() && !common.is_empty() {
        return Err(common.join("; "));
    }
    let around = Around { beside: &beside, received };
    for (nth, message) in messages.iter().enumerate() {
        let mut faults = common.clone();
        if let Some(outcome) = outcomes.get(nth) {
            faults.extend(judge(message, &around, outcome));
        }
        score.case(&format!("{name}, message {}", nth + 1), &faults);
    }
    Ok(())
}

/// Another protocol than the Segment specification's, by the shape of its body: PostHog's messages have a
/// `distinct_id` and no type, under an `api_key`.
fn other_protocol(body: &Json) -> Option<&'static str> {
    let messages: Vec<&Json> = match body.get("batch") {
        Some(Json::List(messages)) => messages.iter().collect(),
        _ => vec![body],
    };
    let its_own = |message: &Json| {
        let names = |name: &str| {
            message.get(name).is_some() || message.get("properties").is_some_and(|below| below.get(name).is_some())
        };
        names("distinct_id") && ["type", "userId", "anonymousId"].iter().all(|name| message.get(name).is_none())
    };
    let keyed = ["api_key", "token"].iter().any(|name| body.get(name).is_some());
    (keyed && !messages.is_empty() && messages.into_iter().all(its_own))
        .then_some("PostHog's protocol, not the Segment specification's")
}

/// Where two bodies differ first.
fn difference(one: &Json, other: &Json) -> String {
    let (ones, others) = (one.leaves(), other.leaves());
    let at = ones.iter().zip(&others).position(|(one, other)| one != other).unwrap_or(ones.len().min(others.len()));
    let path = ones.get(at).or(others.get(at)).map(|(path, _)| path.as_slice()).unwrap_or_default();
    format!("they differ first at `{}`", crate::exact::Path(path))
}

/// A message as a line of JSON.
fn line(outcome: &Outcome) -> String {
    let mut pairs = Vec::new();
    match outcome {
        Outcome::Message { said, .. } => {
            for name in PRINTED {
                pairs.push((name, said.get(name).unwrap_or(&Json::Null).to_string()));
            }
        }
        Outcome::Quarantined { code, path } => {
            pairs.push(("quarantined", Json::Text(code.clone()).to_string()));
            pairs.push(("path", Json::Text(path.clone()).to_string()));
        }
    }
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", pairs.join(","))
}
