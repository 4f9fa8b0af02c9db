//! A record on its way in: what a source says, in names, before the schema has checked it.
//!
//! A reader does not know when a record is received, nor whether the schema likes it, so it yields a [`Draft`].
//! [`Draft::receive`] turns it into an [`Event`](crate::Event): names become ids, values take their declared types, identifiers
//! their canonical form, the sender's clock is corrected, and the limits are checked.
//!
//! Two strictnesses, on purpose. A *property* that does not fit its declaration quarantines the record, since a sum
//! over purchases must not be silently short. A *trait* that does not fit is set aside as an extra and noted, since a
//! CRM row with one bad birth date still tells who somebody is.

use serde::Serialize;

use crate::{Action, Actor, EventId, Identifier, Issue, Schema, Text, Time, Value, ser};

mod receive;

pub(crate) use receive::{sorted, source_name};

/// An event not yet received.
#[derive(Clone, Debug)]
pub struct Draft {
    schema: Schema,
    source: Text,
    what: Text,
    id: Option<EventId>,
    original: Option<Time>,
    sent: Option<Time>,
    received: Option<Time>,
    who: Vec<(Text, Text)>,
    previous: Option<(Text, Text)>,
    traits: Vec<(Text, Value)>,
    properties: Vec<(Text, Value)>,
    context: Vec<(Text, Value)>,
    choices: Vec<Chosen>,
    notes: Vec<Issue>,
    fault: Option<Issue>,
    import: Text,
    numbered: Option<u64>,
    raw: Option<Box<[u8]>>,
}

/// A consent choice in names. `"*"` as the purpose is all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The purpose, by its name or one that banners use.
    pub purpose: Text,
    /// The channel, if the choice is for one only.
    pub channel: Option<Text>,
    /// What was chosen.
    pub action: Action,
    /// By whom.
    pub actor: Actor,
    /// Until when a grant holds.
    pub expires: Option<Time>,
    /// The version of the notice that was shown.
    pub notice: u32,
    /// What proves it.
    pub evidence: Option<Text>,
    /// The jurisdiction.
    pub regime: Option<Text>,
}

impl Chosen {
    /// A choice of the data subject for a purpose, with nothing else said.
    #[must_use]
    pub fn new(purpose: &str, action: Action) -> Self {
        Self {
            purpose: purpose.into(),
            channel: None,
            action,
            actor: Actor::Subject,
            expires: None,
            notice: 0,
            evidence: None,
            regime: None,
        }
    }
}

/// The reserved properties of a group of extras: where an undeclared event keeps its name.
pub(crate) const EVENT_NAME: &str = "event";

impl Draft {
    pub(crate) fn new(schema: Schema, source: &str, what: &str) -> Self {
        Self {
            schema,
            source: source.into(),
            what: what.into(),
            id: None,
            original: None,
            sent: None,
            received: None,
            who: Vec::new(),
            previous: None,
            traits: Vec::new(),
            properties: Vec::new(),
            context: Vec::new(),
            choices: Vec::new(),
            notes: Vec::new(),
            fault: None,
            import: source.into(),
            numbered: None,
            raw: None,
        }
    }

    /// An identifier that the record names. Empty values name nobody and are passed over.
    #[must_use]
    pub fn who(mut self, kind: &str, raw: &str) -> Self {
        if !raw.trim().is_empty() {
            self.who.push((kind.into(), raw.into()));
        }
        self
    }

    /// For an alias: the other value of the same customer.
    #[must_use]
    pub fn previous(self, kind: &str, raw: &str) -> Self {
        Self { previous: Some((kind.into(), raw.into())), ..self }
    }

    /// When it happened, by the sender's clock. There are no future events: one that claims to be later than its
    /// reception counts from then (and is noted as `future_time`), so say when it was [`received`](Self::received), or
    /// advance the platform's time first.
    #[must_use]
    pub fn at(self, at: Time) -> Self {
        Self { original: Some(at), ..self }
    }

    /// When it was sent, by the sender's clock.
    #[must_use]
    pub fn sent(self, at: Time) -> Self {
        Self { sent: Some(at), ..self }
    }

    /// When it came in, where that is not the moment at which the platform takes it.
    #[must_use]
    pub fn received(self, at: Time) -> Self {
        Self { received: Some(at), ..self }
    }

    /// The id that the source gave it: a copy with the same id counts once. Without one, what says the same at the same
    /// time is the same record.
    #[must_use]
    pub fn message_id(self, id: &str) -> Self {
        let id = self.schema.message_id(&self.source, id);
        Self { id: Some(id), ..self }
    }

    /// For a row that nobody numbered: it is the `nth` (from 0) of this content in the import.
    #[must_use]
    pub fn row(self, import: &str, content: &[u8], nth: u32) -> Self {
        let id = self.schema.row_id(&self.source, import, content, nth);
        Self { id: Some(id), ..self }.import(import)
    }

    /// The name of the import that it came by, under which it is kept if it must be quarantined.
    #[must_use]
    pub fn import(self, import: &str) -> Self {
        Self { import: import.into(), ..self }
    }

    /// The row of its file, from 1, which every issue with it then names.
    #[must_use]
    pub fn numbered(self, row: u64) -> Self {
        Self { numbered: Some(row), ..self }
    }

    /// The record as it came, kept if it must be quarantined.
    #[must_use]
    pub fn raw(self, raw: &[u8]) -> Self {
        Self { raw: Some(raw.into()), ..self }
    }

    /// A property of the event. A null says nothing.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.properties.push((name.into(), value.into()));
        self
    }

    /// A trait of the customer (or, on a `group`, of the group). A null says nothing.
    #[must_use]
    pub fn trait_(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.traits.push((name.into(), value.into()));
        self
    }

    /// The fields of a struct or map as properties.
    #[must_use]
    pub fn properties(mut self, of: &impl Serialize) -> Self {
        match ser::pairs(of) {
            Ok(pairs) => self.properties.extend(pairs),
            Err(reason) => {
                self.fault = self.fault.or(Some(Issue::new("not_serializable", "properties", &reason.to_string())))
            }
        }
        self
    }

    /// The fields of a struct or map as traits.
    #[must_use]
    pub fn traits(mut self, of: &impl Serialize) -> Self {
        match ser::pairs(of) {
            Ok(pairs) => self.traits.extend(pairs),
            Err(reason) => {
                self.fault = self.fault.or(Some(Issue::new("not_serializable", "traits", &reason.to_string())))
            }
        }
        self
    }

    /// A circumstance, kept as sent.
    #[must_use]
    pub fn context(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.push((name.into(), value.into()));
        self
    }

    /// Agreement to a purpose, with what proves it.
    #[must_use]
    pub fn grant(self, purpose: &str, evidence: &str) -> Self {
        self.choose(Chosen { evidence: Some(evidence.into()), ..Chosen::new(purpose, Action::Grant) })
    }

    /// Refusal of a purpose; `"*"` for all.
    #[must_use]
    pub fn refuse(self, purpose: &str) -> Self {
        self.choose(Chosen::new(purpose, Action::Refuse))
    }

    /// Withdrawal of an earlier agreement; `"*"` for all.
    #[must_use]
    pub fn withdraw(self, purpose: &str) -> Self {
        self.choose(Chosen::new(purpose, Action::Withdraw))
    }

    /// Any choice.
    #[must_use]
    pub fn choose(mut self, chosen: Chosen) -> Self {
        self.choices.push(chosen);
        self
    }

    /// Something the reader noticed that does not keep the record out.
    #[must_use]
    pub fn note(mut self, issue: Issue) -> Self {
        self.notes.push(issue);
        self
    }

    /// Something that keeps the record out, which the reader noticed but leaves to the one who quarantines.
    #[must_use]
    pub fn fault(self, issue: Issue) -> Self {
        Self { fault: self.fault.or(Some(issue)), ..self }
    }

    /// What the reader noticed.
    #[must_use]
    pub fn notes(&self) -> &[Issue] {
        &self.notes
    }

    /// When it happened, by the sender's clock, where that was said.
    #[must_use]
    pub fn original(&self) -> Option<Time> {
        self.original
    }

    /// The id that it has from its source or row, before it is received.
    #[must_use]
    pub fn id(&self) -> Option<EventId> {
        self.id
    }

    /// The schema whose words it uses.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The same in the words of another schema with the same key: names are resolved there, at reception.
    #[must_use]
    pub fn rebound(self, schema: &Schema) -> Self {
        Self { schema: schema.clone(), ..self }
    }

    /// The identifiers that it names and that have a canonical form, whatever else is wrong with it.
    #[must_use]
    pub fn identifiers(&self) -> Vec<Identifier> {
        let named = self.who.iter().chain(&self.previous);
        named.filter_map(|(kind, raw)| self.schema.identifier(kind, raw).ok()).collect()
    }

    /// The source that speaks.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.source
    }

    /// The import that it came by: the source's name where none was given.
    #[must_use]
    pub fn import_name(&self) -> &str {
        &self.import
    }

    /// When it came in, where the reader was told.
    #[must_use]
    pub fn received_at(&self) -> Option<Time> {
        self.received
    }

    /// The record as it came; where it was made in code, all that was said as one JSON object, to be read and drafted
    /// again.
    #[must_use]
    pub fn to_raw(&self) -> Box<[u8]> {
        self.raw.clone().unwrap_or_else(|| self.message().to_json().into_bytes().into())
    }

    fn message(&self) -> Value {
        let text = |text: &Text| Value::Text(text.clone());
        let map = |pairs: &[(Text, Value)]| Value::map(pairs.iter().cloned());
        let who = |(kind, raw): &(Text, Text)| Value::map([("kind".into(), text(kind)), ("value".into(), text(raw))]);
        let choice = |it: &Chosen| {
            let actor = Actor::ALL.iter().find(|(_, actor)| *actor == it.actor).map(|(name, _)| *name);
            let said = [
                ("purpose", text(&it.purpose)),
                ("channel", it.channel.clone().into()),
                ("action", it.action.name().into()),
                ("actor", actor.into()),
                ("expires", it.expires.into()),
                ("notice", it.notice.into()),
                ("evidence", it.evidence.clone().into()),
                ("regime", it.regime.clone().into()),
            ];
            Value::map(said.map(|(name, value)| (name.into(), value)))
        };
        let choices: Vec<Value> = self.choices.iter().map(choice).collect();
        Value::map(
            [
                ("source", text(&self.source)),
                ("type", text(&self.what)),
                ("who", Value::from(self.who.iter().map(who).collect::<Vec<_>>())),
                ("previous", self.previous.as_ref().map(who).into()),
                ("timestamp", self.original.into()),
                ("sentAt", self.sent.into()),
                ("traits", map(&self.traits)),
                ("properties", map(&self.properties)),
                ("context", map(&self.context)),
                ("choices", choices.into()),
            ]
            .map(|(name, value)| (name.into(), value)),
        )
    }
}
