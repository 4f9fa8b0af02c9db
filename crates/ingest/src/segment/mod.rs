//! What client libraries post: the messages of the Segment specification, single or in batches.
//!
//! Many libraries for web, mobile and servers speak this form, each with its own accent: ids that are null or numbers,
//! traits that stand in `context.traits` alone, a `sentAt` on the message or on the batch, bodies that are gzipped, and,
//! where [`Segment::typed_by_path`] says so, a type that only the path of the request tells. Reading has two stages, so that the accent is separate from the
//! meaning: a [`Message`] is what was said, with every value of the body still reachable; the [`Intake`] makes a draft
//! of it in the words of the schema.
//!
//! A refusal is never lost on the way. `context.consent.categoryPreferences` becomes a choice for each category that
//! the schema knows as a purpose; one that it does not know is noted (`unknown_purpose`) and kept; one that is neither
//! yes nor no quarantines its message.
//!
//! A message is kept as its own bytes; where it takes something over from its batch (a context, a `sentAt`) or its path,
//! as the JSON object of both, since it could not be fed again without. The path of an issue begins at the message, and
//! the issue's row is the message's place in its batch, from 1.
//!
//! Deliberately absent: the HTTP door itself, checking of write keys, other dialects than this one, and signals that
//! have a form of their own (TCF, GPP, Global Privacy Control).

mod draft;
mod message;
mod request;

pub use message::{Call, Defaults, Message};
pub use request::Request;

use std::borrow::Cow;
use std::collections::BTreeMap;

use onefold_model::{Class, Issue, Parsed, Pii, Schema, Text, Time, Value};

use crate::Error;
use crate::count::Counter;
use crate::json::{self, Body, Bounds};
use crate::path::Path;

/// How a source's messages name people and purposes.
///
/// ```
/// use onefold_ingest::Segment;
/// use onefold_model::{Form, Kind, Parsed, Party, Schema};
/// let schema = Schema::builder()
///     .source("web", Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .kind(Kind::person("email").form(Form::Email))
///     .kind(Kind::device("anonymous_id"))
///     .build([7; 32].into())?;
/// let web = Segment::new("web").who("traits.email", "email").build(&schema)?;
/// let body = br#"{"sentAt": "2026-03-01T09:00:01Z", "batch": [
///     {"type": "identify", "userId": "u-1", "anonymousId": "a-17", "traits": {"email": "Ada@Example.com"},
///      "timestamp": "2026-03-01T09:00:00Z", "messageId": "m-1"},
///     {"type": "identify"}]}"#;
/// let read = web.body(body, None);
/// let [Parsed::Draft(ada), Parsed::Quarantined { issue, .. }] = read.as_slice() else { unreachable!() };
/// assert_eq!(ada.receive("2026-03-01T09:00:02Z".parse()?)?.who.len(), 3);
/// assert_eq!(issue.code.as_str(), "no_identity");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Segment {
    source: Text,
    user: Text,
    anonymous: Text,
    previous: Option<Text>,
    group: Option<Text>,
    who: Vec<(Text, Text)>,
    purposes: BTreeMap<Text, Text>,
    properties: BTreeMap<Text, Text>,
    largest: usize,
    typed: bool,
}

impl Segment {
    /// The messages of a source, with the kinds `user_id` and `anonymous_id`.
    #[must_use]
    pub fn new(source: &str) -> Self {
        Self {
            source: source.into(),
            user: "user_id".into(),
            anonymous: "anonymous_id".into(),
            previous: None,
            group: None,
            who: Vec::new(),
            purposes: BTreeMap::new(),
            properties: BTreeMap::new(),
            largest: 4 << 20,
            typed: false,
        }
    }

    /// The kind of `userId`.
    #[must_use]
    pub fn user(self, kind: &str) -> Self {
        Self { user: kind.into(), ..self }
    }

    /// The kind of `anonymousId`.
    #[must_use]
    pub fn anonymous(self, kind: &str) -> Self {
        Self { anonymous: kind.into(), ..self }
    }

    /// The kind of an alias's `previousId`: by default that of `userId`, and that of `anonymousId` where the message
    /// names the same value as its `anonymousId`.
    #[must_use]
    pub fn previous(self, kind: &str) -> Self {
        Self { previous: Some(kind.into()), ..self }
    }

    /// The kind of `groupId`. Without one, groups are kept in the context.
    #[must_use]
    pub fn group(self, kind: &str) -> Self {
        Self { group: Some(kind.into()), ..self }
    }

    /// A further identifier, at a path of the message. `traits.email` is looked for in `context.traits` too.
    #[must_use]
    pub fn who(mut self, path: &str, kind: &str) -> Self {
        self.who.push((path.into(), kind.into()));
        self
    }

    /// What a consent category of the sender is called here. Names that the schema knows need no mention.
    #[must_use]
    pub fn purpose(mut self, category: &str, purpose: &str) -> Self {
        self.purposes.insert(category.into(), purpose.into());
        self
    }

    /// What a property of the sender is called here, such as `revenue` for `amount`.
    #[must_use]
    pub fn property(mut self, theirs: &str, ours: &str) -> Self {
        self.properties.insert(theirs.into(), ours.into());
        self
    }

    /// The bytes of the largest body, unpacked; 4 MiB by default.
    #[must_use]
    pub fn largest_body(self, bytes: usize) -> Self {
        Self { largest: bytes, ..self }
    }

    /// Takes the type of a message that names none from the path of its request: for endpoints such as `/v1/track` and
    /// `/api/s/{type}`, whose bodies leave it out. By default such a message is quarantined (`no_type`), whatever its
    /// path.
    ///
    /// ```
    /// use onefold_ingest::{Request, Segment};
    /// use onefold_model::{Kind, Parsed, Party, Schema};
    /// let schema = Schema::builder()
    ///     .source("web", Party::First, 50)
    ///     .kind(Kind::person("user_id"))
    ///     .kind(Kind::device("anonymous_id"))
    ///     .build([7; 32].into())?;
    /// let (request, ada) = (Request::new("/v1/page"), br#"{"userId": "ada"}"#);
    /// let plain = Segment::new("web").build(&schema)?;
    /// assert!(matches!(plain.request(&request, ada, None).as_slice(), [Parsed::Quarantined { .. }]));
    /// let typed = Segment::new("web").typed_by_path().build(&schema)?;
    /// assert!(matches!(typed.request(&request, ada, None).as_slice(), [Parsed::Draft(_)]));
    /// # Ok::<(), onefold_ingest::Error>(())
    /// ```
    #[must_use]
    pub fn typed_by_path(self) -> Self {
        Self { typed: true, ..self }
    }

    /// Checks every name against the schema.
    ///
    /// # Errors
    /// [`Error::Model`] for a source, kind or purpose that nobody declared, with a suggestion.
    pub fn build(self, schema: &Schema) -> Result<Intake, Error> {
        schema.source(&self.source)?;
        let kinds = [Some(&self.user), Some(&self.anonymous), self.previous.as_ref(), self.group.as_ref()];
        for kind in kinds.into_iter().flatten().chain(self.who.iter().map(|(_, kind)| kind)) {
            schema.kind(kind)?;
        }
        if let Some(group) = &self.group
            && schema.class(schema.kind(group)?) != Class::Group
        {
            let message = format!("kind `{group}` names no group");
            let help = "declare it with the class `group`";
            return Err(Error::Invalid(vec![onefold_model::Diagnostic::new("I02", 0..0, message).help(help)]));
        }
        for purpose in self.purposes.values() {
            schema.purpose(purpose)?;
        }
        let who = self.who.iter().map(|(path, kind)| (Path::new(path), kind.clone())).collect();
        Ok(Intake { schema: schema.clone(), names: self, who })
    }
}

/// Reads the messages of a source into drafts.
#[derive(Debug)]
pub struct Intake {
    schema: Schema,
    names: Segment,
    who: Vec<(Path, Text)>,
}

impl Intake {
    /// Reads one message. `received` is when it came in, where that is known.
    #[must_use]
    pub fn message(&self, message: &Value, received: Option<Time>) -> Parsed {
        self.read(message, &Defaults::default(), Place::default(), received, &mut self.counters())
    }

    /// Reads a body: a message, or a batch of them. A fault in one message does not spoil the others.
    #[must_use]
    pub fn body(&self, body: &[u8], received: Option<Time>) -> Vec<Parsed> {
        self.request(&Request::default(), body, received)
    }

    /// Reads the body of a request, whose headers tell its packing and whose path, where the source is
    /// [`typed_by_path`](Segment::typed_by_path), the type of its message.
    #[must_use]
    pub fn request(&self, request: &Request, body: &[u8], received: Option<Time>) -> Vec<Parsed> {
        let counters = &mut self.counters();
        let unpacked = match request.unpack(body, self.names.largest) {
            Ok(unpacked) => unpacked,
            Err(issue) => return vec![self.quarantine(issue, body, received, counters)],
        };
        let limits = self.schema.limits();
        let kind = request.kind().filter(|_| self.names.typed);
        // A whole body is held to its size only; the messages are held to the limits one by one.
        match json::body(&unpacked, Bounds { keys: usize::MAX, ..Bounds::roomy(limits) }) {
            Err(issue) => vec![self.quarantine(placed(issue), &unpacked, received, counters)],
            Ok(Body::One(message)) => {
                let place = Place { raw: Some(&unpacked), nth: None };
                vec![self.read(&message, &Defaults::new(Value::Null).kind(kind), place, received, counters)]
            }
            Ok(Body::Batch { beside, items }) => {
                let defaults = Defaults::new(beside).kind(kind.filter(|kind| !matches!(*kind, "batch" | "import")));
                let mut all = Vec::with_capacity(items.len());
                for (nth, item) in (1..).zip(items) {
                    let place = Place { raw: Some(item), nth: Some(nth) };
                    all.push(match json::parse_within(item, Bounds::roomy(limits)) {
                        Ok(message) => self.read(&message, &defaults, place, received, counters),
                        Err(issue) => self.quarantine(issue.row(nth), item, received, counters),
                    });
                }
                all
            }
        }
    }

    fn read(
        &self,
        message: &Value,
        defaults: &Defaults,
        place: Place<'_>,
        received: Option<Time>,
        counters: &mut Counters,
    ) -> Parsed {
        let merged = defaults.merge(message);
        let raw = match place.raw {
            Some(raw) if merged == *message => Cow::Borrowed(raw),
            _ => Cow::Owned(merged.to_json().into_bytes()),
        };
        let said = Said { raw, place: place.nth };
        match Message::of(&merged, received) {
            Ok(read) => self.draft(&read, &merged, &said, &mut counters.records).into(),
            Err(issue) => self.quarantine(Issue { row: said.place, ..issue }, &said.raw, received, counters),
        }
    }

    fn quarantine(&self, issue: Issue, raw: &[u8], received: Option<Time>, counters: &mut Counters) -> Parsed {
        let nth = counters.spoilt.next(raw);
        Parsed::Quarantined { issue, import: self.names.source.clone(), raw: Pii::new(raw.into()), nth, received }
    }

    fn counters(&self) -> Counters {
        Counters { records: Counter::new(&self.schema), spoilt: Counter::new(&self.schema) }
    }
}

struct Counters {
    records: Counter,
    spoilt: Counter,
}

/// Where a message stands: its bytes, and its number in its batch.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    raw: Option<&'a [u8]>,
    nth: Option<u64>,
}

/// What is kept of a message, and its number in its batch.
struct Said<'a> {
    raw: Cow<'a, [u8]>,
    place: Option<u64>,
}

/// The issue of a body that cannot be split: what the reader calls `batch[24].x` is `x` in the 25th message.
fn placed(issue: Issue) -> Issue {
    let parts = issue.path.strip_prefix("batch[").and_then(|rest| rest.split_once(']'));
    match parts.and_then(|(nth, path)| Some((nth.parse::<u64>().ok()?, Text::from(path.trim_start_matches('.'))))) {
        Some((nth, path)) => Issue { path, ..issue }.row(nth.saturating_add(1)),
        None => issue,
    }
}

#[cfg(test)]
mod tests;
