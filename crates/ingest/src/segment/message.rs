//! What one message says, before the schema is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use onefold_model::{Issue, Text, Time, Times, Value};

use crate::clock;
use crate::path::get;

/// The calls of the specification, and `consent`, which carries choices and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Traits of a person or device.
    Identify,
    /// Something done.
    Track,
    /// A page viewed.
    Page,
    /// A screen viewed.
    Screen,
    /// A person belongs to a group, whose traits ride along.
    Group,
    /// Two ids are the same customer.
    Alias,
    /// Consent choices.
    Consent,
}

impl Call {
    const ALL: [(&'static str, Self); 7] = [
        ("identify", Self::Identify),
        ("track", Self::Track),
        ("page", Self::Page),
        ("screen", Self::Screen),
        ("group", Self::Group),
        ("alias", Self::Alias),
        ("consent", Self::Consent),
    ];

    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, call)| *call == self).map_or("", |(name, _)| name)
    }

    /// The call of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, call)| *call)
    }
}

/// What a batch says for all of its messages, and what the path of the request says of their type.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    beside: Value,
    kind: Option<Text>,
}

/// Names that speak of one message, and are no default for those of a batch.
const OWN: [&str; 13] = [
    "anonymousId",
    "event",
    "groupId",
    "messageId",
    "name",
    "originalTimestamp",
    "previousId",
    "properties",
    "receivedAt",
    "timestamp",
    "traits",
    "type",
    "userId",
];
/// Where the message keeps what its batch says and it does not take over.
const BATCH: &str = "batch";

impl Defaults {
    /// What stands beside the list of messages.
    #[must_use]
    pub fn new(beside: Value) -> Self {
        Self { beside, kind: None }
    }

    /// The type of messages that do not name theirs.
    #[must_use]
    pub fn kind(self, kind: Option<&str>) -> Self {
        Self { kind: kind.map(Into::into), ..self }
    }

    /// The message with what it takes over from its batch: `context` and `integrations` name by name, `sentAt` where
    /// it has none, other names where they are free. What it does not take over stands under `batch`.
    #[must_use]
    pub fn merge(&self, message: &Value) -> Value {
        let Value::Map(said) = message else {
            return message.clone();
        };
        let mut merged: BTreeMap<Text, Value> = said.iter().cloned().collect();
        let silent = |value: Option<&Value>| value.is_none_or(Value::is_null);
        if let Some(kind) = &self.kind
            && silent(merged.get("type"))
        {
            merged.insert("type".into(), Value::Text(kind.clone()));
        }
        let mut left: Vec<(Text, Value)> = Vec::new();
        if let Value::Map(beside) = &self.beside {
            for (name, default) in beside.iter().filter(|(_, default)| !default.is_null()) {
                let whole = match merged.get(name) {
                    _ if OWN.contains(&name.as_str()) || name == BATCH => false,
                    own if silent(own) => {
                        merged.insert(name.clone(), default.clone());
                        true
                    }
                    Some(own) if matches!(name.as_str(), "context" | "integrations") => {
                        let (both, whole) = overlay(own, default);
                        merged.insert(name.clone(), both);
                        whole
                    }
                    own => own == Some(default),
                };
                if !whole {
                    left.push((name.clone(), default.clone()));
                }
            }
        }
        if !left.is_empty() {
            let own = merged.get(BATCH).cloned();
            left.extend(own.map(|own| (Text::from("message"), own)));
            merged.insert(BATCH.into(), Value::map(left));
        }
        Value::Map(merged.into_iter().collect::<Arc<[_]>>())
    }
}

/// One map over another, and whether nothing of the lower one is hidden.
fn overlay(upper: &Value, lower: &Value) -> (Value, bool) {
    let (Value::Map(above), Value::Map(below)) = (upper, lower) else {
        return (upper.clone(), upper == lower);
    };
    let mut both: BTreeMap<Text, Value> = below.iter().cloned().collect();
    let mut whole = true;
    for (name, value) in above.iter() {
        let value = match both.get(name) {
            Some(other) => {
                let (value, fits) = overlay(value, other);
                whole &= fits;
                value
            }
            None => value.clone(),
        };
        both.insert(name.clone(), value);
    }
    (Value::Map(both.into_iter().collect::<Arc<[_]>>()), whole)
}

/// A message of the Segment specification, cleaned of its client's accent. Every value of the body is in one of its
/// fields, nulls aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The call.
    pub call: Call,
    /// The name of what was done, on a `track`.
    pub event: Option<Text>,
    /// The name of a page or screen.
    pub name: Option<Text>,
    /// The group, on a `group`.
    pub group_id: Option<Text>,
    /// The other id, on an `alias`.
    pub previous_id: Option<Text>,
    /// The id that the sender gave the message.
    pub message_id: Option<Text>,
    /// The id of the user.
    pub user_id: Option<Text>,
    /// The id of the device.
    pub anonymous_id: Option<Text>,
    /// When it happened, by the sender's clock: `originalTimestamp`, else `timestamp`.
    pub original_at: Option<Time>,
    /// When it was sent, by the sender's clock: the message's or its batch's `sentAt`.
    pub sent_at: Option<Time>,
    /// When it came in, as the reader was told. A `receivedAt` of the body stays in `rest`: a sender does not set the
    /// clock of the one who receives.
    pub received_at: Option<Time>,
    /// A map: top-level traits, else (not on a `group`, where they would be the user's) `context.traits`.
    pub traits: Value,
    /// A map.
    pub properties: Value,
    /// `context.consent` as sent; null where nothing was.
    pub consent: Value,
    /// A map.
    pub integrations: Value,
    /// A map: the context as sent.
    pub context: Value,
    /// A map: all names that have no field above, such as `category`, `channel` and `writeKey`.
    pub rest: Value,
}

impl Message {
    /// Reads a message with what its batch says for it.
    ///
    /// ```
    /// use onefold_ingest::segment::{Defaults, Message};
    /// use onefold_ingest::json;
    /// use onefold_model::Limits;
    /// let said = json::parse(br#"{"type": "track", "event": "Cart Viewed", "userId": 17, "anonymousId": null}"#, &Limits::default())?;
    /// let message = Message::read(&said, &Defaults::default(), None)?;
    /// assert_eq!(message.user_id.as_deref(), Some("17"));
    /// assert_eq!(message.anonymous_id, None);
    /// # Ok::<(), onefold_model::Issue>(())
    /// ```
    ///
    /// # Errors
    /// An [`Issue`] with the code `not_an_object`, `no_type`, `unknown_type`, `no_identity`, `bad_timestamp` or
    /// `wrong_type`.
    pub fn read(message: &Value, defaults: &Defaults, received: Option<Time>) -> Result<Self, Issue> {
        Self::of(&defaults.merge(message), received)
    }

    /// Reads a message that is merged with its defaults.
    pub(super) fn of(merged: &Value, received: Option<Time>) -> Result<Self, Issue> {
        let Value::Map(pairs) = merged else {
            return Err(Issue::new("not_an_object", "", "a message is an object"));
        };
        let mut left: BTreeMap<Text, Value> = pairs.iter().cloned().collect();
        let call = match left.remove("type") {
            None | Some(Value::Null) => {
                return Err(Issue::new("no_type", "type", "the message does not say what it is"));
            }
            Some(said) => said.as_text().and_then(Call::named).ok_or_else(|| {
                Issue::new("unknown_type", "type", "none of identify, track, page, screen, group, alias, consent")
            })?,
        };
        let user_id = id(&mut left, "userId")?;
        let anonymous_id = id(&mut left, "anonymousId")?;
        if user_id.is_none() && anonymous_id.is_none() {
            return Err(Issue::new("no_identity", "userId", "neither userId nor anonymousId names anybody"));
        }
        let original = time(&mut left, "originalTimestamp")?;
        let original_at = match original {
            Some(time) => Some(time),
            None => time(&mut left, "timestamp")?,
        };
        let sent_at = time(&mut left, "sentAt")?;
        let context = map(&mut left, "context")?;
        let said = map(&mut left, "traits")?;
        let traits = match get(&context, "traits") {
            Some(traits @ Value::Map(_)) if is_empty(&said) && call != Call::Group => traits.clone(),
            _ => said,
        };
        Ok(Self {
            call,
            event: word(&mut left, "event"),
            name: word(&mut left, "name"),
            group_id: id(&mut left, "groupId")?,
            previous_id: id(&mut left, "previousId")?,
            message_id: id(&mut left, "messageId")?,
            user_id,
            anonymous_id,
            original_at,
            sent_at,
            received_at: received,
            traits,
            properties: map(&mut left, "properties")?,
            consent: get(&context, "consent").cloned().unwrap_or_default(),
            integrations: match left.remove("integrations") {
                None | Some(Value::Null) => Value::map([]),
                Some(said) => said,
            },
            context,
            rest: Value::map(left),
        })
    }

    /// When it happened: corrected by the sender's clock where it was received, else as the sender says.
    #[must_use]
    pub fn occurred_at(&self) -> Option<Time> {
        match self.received_at {
            Some(received) => Some(Times::new(self.original_at, self.sent_at, received).occurred),
            None => self.original_at.or(self.sent_at),
        }
    }

    /// The category of a page or screen.
    #[must_use]
    pub fn category(&self) -> Option<&str> {
        get(&self.rest, "category").and_then(Value::as_text)
    }

    /// The message as one map with times in microseconds, to be written as a line of JSON.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let micros = |time: Option<Time>| Value::from(time.map(Time::micros));
        Value::map(
            [
                ("type", self.call.name().into()),
                ("event", self.event.clone().into()),
                ("name", self.name.clone().into()),
                ("group_id", self.group_id.clone().into()),
                ("previous_id", self.previous_id.clone().into()),
                ("message_id", self.message_id.clone().into()),
                ("user_id", self.user_id.clone().into()),
                ("anonymous_id", self.anonymous_id.clone().into()),
                ("original_at", micros(self.original_at)),
                ("sent_at", micros(self.sent_at)),
                ("received_at", micros(self.received_at)),
                ("occurred_at", micros(self.occurred_at())),
                ("traits", self.traits.clone()),
                ("properties", self.properties.clone()),
                ("consent", self.consent.clone()),
                ("integrations", self.integrations.clone()),
                ("context", self.context.clone()),
                ("rest", self.rest.clone()),
            ]
            .map(|(name, value)| (name.into(), value)),
        )
    }
}

pub(super) fn is_empty(map: &Value) -> bool {
    matches!(map, Value::Map(pairs) if pairs.is_empty())
}

/// An id: text or a number. Null and empty name nobody.
fn id(from: &mut BTreeMap<Text, Value>, name: &str) -> Result<Option<Text>, Issue> {
    match from.remove(name).unwrap_or_default() {
        Value::Null => Ok(None),
        Value::Text(text) if text.trim().is_empty() => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        number @ (Value::Int(_) | Value::Decimal(_)) => Ok(Some(number.to_string().into())),
        _ => Err(Issue::new("wrong_type", name, "an id is a text or a number")),
    }
}

/// A name; what is no text stays where it was.
fn word(from: &mut BTreeMap<Text, Value>, name: &str) -> Option<Text> {
    match from.get(name) {
        Some(Value::Text(_)) => match from.remove(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn time(from: &mut BTreeMap<Text, Value>, name: &str) -> Result<Option<Time>, Issue> {
    match from.remove(name).unwrap_or_default() {
        Value::Null => Ok(None),
        said => match clock::of_message(&said) {
            Some(time) => Ok(Some(time)),
            None => Err(Issue::new(
                "bad_timestamp",
                name,
                "not a time such as `2026-03-01T09:00:00Z`, nor a number of milliseconds",
            )),
        },
    }
}

fn map(from: &mut BTreeMap<Text, Value>, name: &str) -> Result<Value, Issue> {
    match from.remove(name).unwrap_or_default() {
        Value::Null => Ok(Value::map([])),
        said @ Value::Map(_) => Ok(said),
        _ => Err(Issue::new("wrong_type", name, "an object is expected")),
    }
}
