//! What sources say, and what the log holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{
    ChannelId, ContentHash, EventId, EventTypeId, FieldId, Identifier, Issue, Member, Pii, PurposeId, Schema, SourceId,
    Text, Time, Value,
};

/// Values by field, sorted by field, no field twice.
pub type Fields = Box<[(FieldId, Value)]>;

/// The four times of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When it happened, corrected for the sender's clock and never after `received`. All folds use this one.
    pub occurred: Time,
    /// When it happened by the sender's clock, as sent.
    pub original: Option<Time>,
    /// When it was sent, by the sender's clock.
    pub sent: Option<Time>,
    /// When it came in, by ours.
    pub received: Time,
}

impl Times {
    /// Corrects the sender's clock: occurred = received - (sent - original) where the sender said both and did not
    /// send before it happened, else the earlier of original and received. The rule is the Segment specification's
    /// (its section on timestamps), bounded so that there are no future events.
    ///
    /// ```
    /// use onefold_model::{Time, Times};
    /// // A phone whose clock runs an hour ahead sends two seconds after the tap.
    /// let (original, sent, received) = (Time::from_secs(7200), Time::from_secs(7202), Time::from_secs(3602));
    /// assert_eq!(Times::new(Some(original), Some(sent), received).occurred, Time::from_secs(3600));
    /// ```
    #[must_use]
    pub fn new(original: Option<Time>, sent: Option<Time>, received: Time) -> Self {
        let claimed = match (original, sent) {
            (Some(original), Some(sent)) if original <= sent => {
                Time(received.0.saturating_sub(sent.0.saturating_sub(original.0)))
            }
            (Some(original), _) => original,
            (None, _) => received,
        };
        Self { occurred: claimed.min(received), original, sent, received }
    }
}

/// Something a source says: an event, a row, a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The hash of what it says, without the times of its transport: two copies have the same.
    pub content: ContentHash,
    /// Who says so.
    pub source: SourceId,
    /// What happened.
    pub what: EventTypeId,
    /// When.
    pub times: Times,
    /// Persons and devices it names, strongest first. Blocked values are not among them.
    pub who: Box<[Identifier]>,
    /// Households and accounts it names.
    pub groups: Box<[Identifier]>,
    /// For an alias: the other value of the same customer.
    pub previous: Option<Identifier>,
    /// Identifiers whose value the schema blocks: kept, but they prove nothing.
    pub blocked: Box<[Identifier]>,
    /// Traits that it states.
    pub traits: Fields,
    /// Properties of the event.
    pub properties: Fields,
    /// What nobody declared, or what does not fit its declaration: kept by path (`properties.colour`), sorted, not
    /// queryable until it is declared.
    pub extras: Box<[(Text, Value)]>,
    /// The circumstances as sent (page, library, `integrations`, `consent`), sorted.
    pub context: Box<[(Text, Value)]>,
    /// Consent choices; any message may carry them.
    pub choices: Box<[Choice]>,
}

impl Event {
    /// The value of a property; null where there is none.
    #[must_use]
    pub fn property(&self, field: FieldId) -> &Value {
        find(&self.properties, field)
    }

    /// The value of a trait; null where there is none.
    #[must_use]
    pub fn stated(&self, field: FieldId) -> &Value {
        find(&self.traits, field)
    }

    /// The event in names, as one value: for showing it, and for handing it over.
    ///
    /// ```
    /// use onefold_model::{Kind, Party, Schema, Time};
    /// let schema = Schema::builder().source("web", Party::First, 50).kind(Kind::person("user")).build([7; 32].into())?;
    /// let event = schema.draft("web", "page").who("user", "u-1").set("url", "/").receive(Time::EPOCH)?;
    /// let said = event.message(&schema).to_json();
    /// assert!(said.contains(r#""user":["u-1"]"#) && said.contains(r#""properties":{"url":"/"}"#));
    /// # Ok::<(), onefold_model::Error>(())
    /// ```
    #[must_use]
    pub fn message(&self, schema: &Schema) -> Value {
        let mut who: BTreeMap<Text, Vec<Value>> = BTreeMap::new();
        for identifier in self.who.iter().chain(&self.groups).chain(&self.blocked).chain(&self.previous) {
            let kind = schema.kind_info(identifier.member().kind).map_or(Text::EMPTY, |kind| kind.name.clone());
            who.entry(kind).or_default().push(Value::Text(identifier.value().reveal().clone()));
        }
        let name = |field: &FieldId| schema.field_info(*field).map_or(Text::EMPTY, |info| info.declared.name.clone());
        let fields =
            |fields: &Fields| fields.iter().map(|(field, value)| (name(field), value.clone())).collect::<Vec<_>>();
        let set_aside = |path: &str| {
            let named =
                |(name, value): &(Text, Value)| name.strip_prefix(path).map(|name| (name.into(), value.clone()));
            self.extras.iter().filter_map(named).collect::<Vec<_>>()
        };
        let said = self.extras.iter().find(|(name, _)| name == "event").map(|(_, value)| value.clone());
        let what = schema.event(self.what).map_or(Value::Null, |event| Value::Text(event.name.clone()));
        let source = schema.source_info(self.source).map_or(Value::Null, |source| Value::Text(source.name.clone()));
        Value::map(
            [
                ("id", Value::from(self.id.to_string())),
                ("source", source),
                ("type", said.unwrap_or(what)),
                ("who", Value::map(who.into_iter().map(|(kind, values)| (kind, values.into())))),
                ("timestamp", self.times.original.into()),
                ("sentAt", self.times.sent.into()),
                ("receivedAt", self.times.received.into()),
                ("traits", Value::map([fields(&self.traits), set_aside("traits.")].concat())),
                ("properties", Value::map([fields(&self.properties), set_aside("properties.")].concat())),
                ("context", Value::map(self.context.iter().cloned())),
                ("choices", self.choices.iter().map(|choice| choice.message(schema)).collect::<Vec<_>>().into()),
            ]
            .map(|(name, value)| (Text::from(name), value)),
        )
    }

    /// The order in which copies of one id compete: the smallest is live.
    #[must_use]
    pub fn precedence(&self) -> (Time, ContentHash, Option<Time>) {
        (self.times.received, self.content, self.times.sent)
    }
}

fn find(fields: &Fields, field: FieldId) -> &Value {
    match fields.binary_search_by_key(&field, |(id, _)| *id) {
        Ok(at) => fields.get(at).map_or(Value::NULL, |(_, value)| value),
        Err(_) => Value::NULL,
    }
}

/// What somebody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Yes.
    Grant,
    /// Yes, again.
    Renew,
    /// Yes, by an own act.
    OptIn,
    /// No longer.
    Withdraw,
    /// No.
    Refuse,
    /// An objection to processing without consent.
    Object,
    /// Stop selling or sharing.
    OptOut,
    /// The browser's Global Privacy Control signal.
    Gpc,
    /// The question was put.
    Requested,
    /// The answer was put off.
    Defer,
    /// The controller declares earlier grants of this identifier void.
    Invalidate,
}

impl Action {
    /// All of them, with the names by which files and messages call them.
    pub const ALL: [(&'static str, Self); 11] = [
        ("grant", Self::Grant),
        ("renew", Self::Renew),
        ("opt_in", Self::OptIn),
        ("withdraw", Self::Withdraw),
        ("refuse", Self::Refuse),
        ("object", Self::Object),
        ("opt_out", Self::OptOut),
        ("gpc", Self::Gpc),
        ("requested", Self::Requested),
        ("defer", Self::Defer),
        ("invalidate", Self::Invalidate),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, action)| *action == self).map_or("", |(name, _)| name)
    }

    /// The action of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, action)| *action)
    }

    /// Whether it restricts.
    #[must_use]
    pub const fn restricts(self) -> bool {
        matches!(self, Self::Withdraw | Self::Refuse | Self::Object | Self::OptOut | Self::Gpc)
    }

    /// Whether it grants.
    #[must_use]
    pub const fn grants(self) -> bool {
        matches!(self, Self::Grant | Self::Renew | Self::OptIn)
    }
}

/// Who made a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The data subject.
    #[default]
    Subject,
    /// A child's guardian.
    Guardian,
    /// A list taken over from another system.
    Import,
    /// The controller.
    Controller,
}

impl Actor {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 4] = [
        ("subject", Self::Subject),
        ("guardian", Self::Guardian),
        ("import", Self::Import),
        ("controller", Self::Controller),
    ];

    /// The actor of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, actor)| *actor)
    }
}

/// For which purposes a choice is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// For all; only restrictions can be.
    All,
    /// For one.
    Only(PurposeId),
}

/// One consent choice as a source states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// The identifier on which it was made.
    pub on: Member,
    /// For what.
    pub purpose: Scope,
    /// Over one channel only; for all where none is said.
    pub channel: Option<ChannelId>,
    /// What was chosen.
    pub action: Action,
    /// By whom.
    pub actor: Actor,
    /// Until when a grant holds.
    pub expires: Option<Time>,
    /// The version of the notice that was shown; 0 where none is known.
    pub notice: u32,
    /// What proves it, such as `form 12`.
    pub evidence: Option<Text>,
    /// The jurisdiction in which it was made, where the source says so.
    pub regime: Option<Text>,
}

impl Choice {
    fn message(&self, schema: &Schema) -> Value {
        let purpose = match self.purpose {
            Scope::All => "*",
            Scope::Only(purpose) => schema.purpose_name(purpose),
        };
        let actor = Actor::ALL.iter().find(|(_, actor)| *actor == self.actor).map_or("", |(name, _)| name);
        let said = [
            ("purpose", purpose.into()),
            ("channel", self.channel.map(|channel| schema.channel_name(channel)).into()),
            ("action", self.action.name().into()),
            ("actor", actor.into()),
            ("expires", self.expires.into()),
            ("notice", self.notice.into()),
            ("evidence", self.evidence.clone().into()),
            ("regime", self.regime.clone().into()),
        ];
        let said = said.into_iter().filter(|(_, value): &(_, Value)| !value.is_null());
        Value::map(said.map(|(name, value)| (Text::from(name), value)))
    }
}

/// A human's word on two identifiers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ruling {
    /// One.
    pub a: Member,
    /// The other.
    pub b: Member,
    /// What is ruled.
    pub word: Word,
    /// Who ruled.
    pub by: Text,
    /// When it was decided. Of contradicting rulings the latest counts.
    pub at: Time,
}

/// What a ruling says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// They are the same person.
    Always,
    /// They are not.
    Never,
    /// Earlier rulings on the two no longer count.
    Withdrawn,
}

/// An event that no longer counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Retraction {
    /// The event.
    pub event: EventId,
    /// Who retracts it.
    pub by: Text,
    /// When.
    pub at: Time,
}

/// A record that could not be accepted: kept as it came, so that it can be fed again after a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// What stands for the record: the keyed hash of its import and bytes, and for equal ones of their number.
    pub id: EventId,
    /// The event that it would have been, where that is known: once such an event is accepted, the record has been
    /// fed again and no longer counts as quarantined.
    pub event: Option<EventId>,
    /// The import or source that it came by.
    pub import: Text,
    /// What is wrong.
    pub issue: Issue,
    /// The record as it came.
    pub raw: Pii<Box<[u8]>>,
    /// When it came in.
    pub received: Time,
}

/// What the log holds. The state is a function of the set of entries, the configuration, and the instant.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Entry {
    /// Something a source says.
    Event(Arc<Event>),
    /// A human's ruling.
    Ruling(Ruling),
    /// An event that no longer counts.
    Retraction(Retraction),
    /// Logical time moved on.
    Tick(Time),
    /// A record that could not be accepted.
    Quarantined(Quarantined),
    /// An identifier that must not come in again, from this instant on.
    Suppress {
        /// The identifier.
        member: Member,
        /// Since when.
        at: Time,
    },
    /// A record that was turned away because of a suppression: its keyed id alone is kept, as the receipt.
    TurnedAway(EventId),
    /// A quarantined record that nobody waits for any more.
    Dismissed(EventId),
}
