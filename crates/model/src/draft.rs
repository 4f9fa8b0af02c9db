//! A record on its way in: what a source says, in names, before the schema has checked it.
//!
//! A reader does not know when a record is received, nor whether the schema likes it, so it yields a [`Draft`].
//! [`Draft::receive`] turns it into an [`Event`]: names become ids, values take their declared types, identifiers
//! their canonical form, the sender's clock is corrected, and the limits are checked.
//!
//! Two strictnesses, on purpose. A *property* that does not fit its declaration quarantines the record, since a sum
//! over purchases must not be silently short. A *trait* that does not fit is set aside as an extra and noted, since a
//! CRM row with one bad birth date still tells who somebody is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::schema::{Owner, Undeclared};
use crate::{
    Action, Actor, Choice, Class, ContentHash, Error, Event, EventId, EventTypeId, FieldId, Fields, Identifier, Issue,
    Schema, Scope, SourceId, Text, Time, Times, Value, ser, wire::put_value,
};

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

    /// Checks it against the schema and receives it. The time of reception is the one it was given, or `now`.
    ///
    /// # Errors
    /// An [`Issue`]: with its code, path and what was expected, for quarantine.
    pub fn receive(&self, now: Time) -> Result<Event, Issue> {
        self.receive_noting(now, &mut Vec::new())
    }

    /// The same, telling what is not as it should be but keeps nothing out: a trait of the wrong type, an identifier
    /// without a canonical form, a blocked value, an event that nobody declared.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub fn receive_noting(&self, now: Time, notes: &mut Vec<Issue>) -> Result<Event, Issue> {
        self.checked(now, notes).map_err(|issue| Issue { row: issue.row.or(self.numbered), ..issue })
    }

    fn checked(&self, now: Time, notes: &mut Vec<Issue>) -> Result<Event, Issue> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        notes.extend(self.notes.iter().cloned());
        let schema = &self.schema;
        let source = schema.source(&self.source).map_err(|error| name_issue("unknown_source", "source", &error))?;
        let mut extras = BTreeMap::new();
        let what = match schema.event_type(&self.what) {
            Ok(what) => what,
            Err(error) if schema.spec().undeclared == Undeclared::Quarantine => {
                return Err(name_issue("unknown_event", "event", &error));
            }
            Err(_) => {
                notes.push(Issue::new("undeclared_event", "event", "nobody declared this event"));
                extras.insert(Text::from(EVENT_NAME), Value::Text(self.what.clone()));
                EventTypeId::TRACK
            }
        };
        let mut people = Identifiers::default();
        for (kind, raw) in &self.who {
            people.add(schema, kind, raw, notes)?;
        }
        let mut previous = match &self.previous {
            Some((kind, raw)) => {
                Some(schema.identifier(kind, raw).map_err(|error| name_issue("bad_previous", "previous", &error))?)
            }
            None => None,
        };
        if let Some(blocked) = previous.take_if(|identifier| schema.is_blocked(identifier)) {
            notes.push(Issue::new("blocked_identifier", "previous", "the schema blocks this value"));
            people.sort_in(schema, blocked, true);
        }
        let traits = self.fields(Owner::Profile, "traits", &self.traits, Strictness::SetAside, &mut extras, notes)?;
        let properties = self.fields(
            Owner::Event(what),
            "properties",
            &self.properties,
            Strictness::Quarantine,
            &mut extras,
            notes,
        )?;
        let context: BTreeMap<Text, Value> =
            self.context.iter().filter(|(_, value)| !value.is_null()).cloned().collect();
        let mut event = Event {
            id: EventId([0; 16]),
            content: ContentHash([0; 16]),
            source,
            what,
            times: Times::new(self.original, self.sent, self.received.unwrap_or(now)),
            who: people.who.into(),
            groups: people.groups.into(),
            previous,
            blocked: people.blocked.into(),
            traits,
            properties,
            extras: extras.into_iter().collect(),
            context: context.into_iter().collect(),
            choices: Box::default(),
        };
        event.choices = self.choices(&event)?;
        if self.original.is_some_and(|original| original > event.times.received && self.sent.is_none()) {
            notes.push(Issue::new("future_time", "timestamp", "later than its reception, which counts instead"));
        }
        self.check(&event)?;
        let said = self.said();
        if said.len() > schema.limits().record_bytes {
            return Err(Issue::new("record_too_large", "", "the record is larger than the limit"));
        }
        event.content = schema.content_hash(&said);
        event.id = self.id.unwrap_or_else(|| {
            // What has neither an id nor a time of its own is told apart by when it came.
            let came = if self.original.is_none() { event.times.received.0.to_le_bytes().to_vec() } else { Vec::new() };
            schema.row_id(&self.source, "", &[said, came].concat(), 0)
        });
        Ok(event)
    }

    /// What the record says, in its own words and in canonical order, without the times of its transport. Two copies
    /// have the same bytes, whatever the schema has learnt between them.
    fn said(&self) -> Vec<u8> {
        let text = |text: &Text| Value::Text(text.clone());
        let named = |pair: &(Text, Text)| Value::from(vec![text(&pair.0), text(&pair.1)]);
        let optional = |said: &Option<Text>| said.as_ref().map(text).into();
        let mut who: Vec<Value> = self.who.iter().map(named).collect();
        who.sort();
        who.dedup();
        let mut choices: Vec<Value> = self
            .choices
            .iter()
            .map(|it| {
                let actor = Actor::ALL.iter().find(|(_, actor)| *actor == it.actor).map_or("", |(name, _)| name);
                Value::from(vec![
                    text(&it.purpose),
                    optional(&it.channel),
                    it.action.name().into(),
                    actor.into(),
                    it.expires.into(),
                    it.notice.into(),
                    optional(&it.evidence),
                    optional(&it.regime),
                ])
            })
            .collect();
        choices.sort();
        choices.dedup();
        let pairs = |pairs: &[(Text, Value)]| Value::map(pairs.iter().filter(|(_, value)| !value.is_null()).cloned());
        let mut out = Vec::new();
        for part in [
            text(&self.source),
            text(&self.what),
            self.original.into(),
            who.into(),
            self.previous.as_ref().map(named).into(),
            pairs(&self.traits),
            pairs(&self.properties),
            pairs(&self.context),
            choices.into(),
        ] {
            put_value(&mut out, &part);
        }
        out
    }

    fn fields(
        &self,
        owner: Owner,
        path: &str,
        said: &[(Text, Value)],
        strictness: Strictness,
        extras: &mut BTreeMap<Text, Value>,
        notes: &mut Vec<Issue>,
    ) -> Result<Fields, Issue> {
        let mut fields: BTreeMap<FieldId, Value> = BTreeMap::new();
        // Of a name said twice the last word counts.
        let said: BTreeMap<&Text, &Value> = said.iter().map(|(name, value)| (name, value)).collect();
        for (name, value) in said.into_iter().filter(|(_, value)| !value.is_null()) {
            let full = || Text::from(format!("{path}.{name}"));
            let Some(field) = self.schema.field_of(owner, name) else {
                let full = full();
                if self.schema.spec().undeclared == Undeclared::Quarantine {
                    return Err(Issue::new("undeclared", &full, &self.nearest(owner, name)));
                }
                // Of an event that nobody declared, that alone is worth a note; and what names the customer is no loss.
                let names = |said: &str| self.who.iter().any(|(_, raw)| raw.as_str() == said);
                if !extras.contains_key(EVENT_NAME) && !value.as_text().is_some_and(names) {
                    notes.push(Issue::new("undeclared", &full, "nobody declared it"));
                }
                extras.insert(full, value.clone());
                continue;
            };
            match (self.schema.fit(field, value.clone()), strictness) {
                (Ok(Value::Null), _) => {}
                (Ok(value), _) => {
                    fields.insert(field, value);
                }
                (Err((code, detail)), Strictness::Quarantine) => return Err(Issue::new(code, &full(), &detail)),
                (Err((code, detail)), Strictness::SetAside) => {
                    notes.push(Issue::new(code, &full(), &detail));
                    extras.insert(full(), value.clone());
                }
            }
        }
        Ok(fields.into_iter().collect())
    }

    /// The declared name that somebody may have meant.
    fn nearest(&self, owner: Owner, name: &str) -> String {
        let declared = match owner {
            Owner::Profile => &self.schema.spec().fields,
            Owner::Event(what) => match self.schema.event(what) {
                Some(event) => &event.properties,
                None => return String::new(),
            },
        };
        let known = declared.iter().map(|field| field.name.as_str());
        crate::closest(name, known)
            .map_or_else(|| "nobody declared it".into(), |known| format!("nobody declared it; did you mean `{known}`?"))
    }

    fn choices(&self, event: &Event) -> Result<Box<[Choice]>, Issue> {
        let schema = &self.schema;
        let Some(on) = event.who.first().map(Identifier::member) else {
            return if self.choices.is_empty() {
                Ok(Box::default())
            } else {
                Err(Issue::new(
                    "choice_of_nobody",
                    "choices",
                    "a consent choice needs an identifier on which it is made",
                ))
            };
        };
        let choice = |it: &Chosen| {
            let purpose = match it.purpose.as_str() {
                "*" => Scope::All,
                name => Scope::Only(
                    schema.purpose(name).map_err(|error| name_issue("unknown_purpose", "choices.purpose", &error))?,
                ),
            };
            let channel = match &it.channel {
                Some(name) => Some(
                    schema.channel(name).map_err(|error| name_issue("unknown_channel", "choices.channel", &error))?,
                ),
                None => None,
            };
            Ok(Choice {
                on,
                purpose,
                channel,
                action: it.action,
                actor: it.actor,
                expires: it.expires,
                notice: it.notice,
                evidence: it.evidence.clone(),
                regime: it.regime.clone(),
            })
        };
        let mut all = self.choices.iter().map(choice).collect::<Result<Vec<_>, Issue>>()?;
        all.sort();
        all.dedup();
        Ok(all.into())
    }

    fn check(&self, event: &Event) -> Result<(), Issue> {
        let limits = self.schema.limits();
        if event.times.occurred < limits.earliest {
            return Err(Issue::new(
                "too_early",
                "timestamp",
                "it is said to have happened before the earliest accepted time",
            ));
        }
        if event.who.len() + event.groups.len() + event.blocked.len() > limits.identifiers {
            return Err(Issue::new("too_many_identifiers", "who", "more identifiers than the limit"));
        }
        let mut keys = 0;
        let named = [("traits", &self.traits), ("properties", &self.properties), ("context", &self.context)];
        for (part, (name, value)) in named.iter().flat_map(|(part, pairs)| pairs.iter().map(move |pair| (part, pair))) {
            let path = || format!("{part}.{name}");
            keys += 1 + count_keys(value);
            if value.depth() >= limits.depth {
                return Err(Issue::new("too_deep", &path(), "lists and maps nest deeper than the limit"));
            }
            if longest(value).max(name.len()) > limits.text_bytes {
                return Err(Issue::new("text_too_long", &path(), "a text is longer than the limit"));
            }
        }
        if keys > limits.keys {
            return Err(Issue::new("too_many_keys", "", "more names than the limit"));
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Strictness {
    Quarantine,
    SetAside,
}

/// The identifiers of a record, sorted by strength, each once.
#[derive(Default)]
struct Identifiers {
    who: Vec<Identifier>,
    groups: Vec<Identifier>,
    blocked: Vec<Identifier>,
}

impl Identifiers {
    fn add(&mut self, schema: &Schema, kind: &str, raw: &str, notes: &mut Vec<Issue>) -> Result<(), Issue> {
        let identifier = match schema.identifier(kind, raw) {
            Ok(identifier) => identifier,
            Err(Error::Issue(issue)) => {
                notes.push(Issue { path: format!("who.{}", issue.path).into(), ..issue });
                return Ok(());
            }
            Err(error) => return Err(name_issue("unknown_kind", "who", &error)),
        };
        let blocked = schema.is_blocked(&identifier);
        if blocked {
            notes.push(Issue::new("blocked_identifier", &format!("who.{kind}"), "the schema blocks this value"));
        }
        self.sort_in(schema, identifier, blocked);
        Ok(())
    }

    fn sort_in(&mut self, schema: &Schema, identifier: Identifier, blocked: bool) {
        let to = match (blocked, schema.class(identifier.member().kind)) {
            (true, _) => &mut self.blocked,
            (false, Class::Group) => &mut self.groups,
            (false, _) => &mut self.who,
        };
        if let Err(at) = to.binary_search(&identifier) {
            to.insert(at, identifier);
        }
    }
}

/// Sorts identifiers into persons and devices, groups, and blocked ones, as the schema has them now.
pub(crate) fn sorted(schema: &Schema, all: impl IntoIterator<Item = Identifier>) -> [Box<[Identifier]>; 3] {
    let mut people = Identifiers::default();
    for identifier in all {
        let blocked = schema.is_blocked(&identifier);
        people.sort_in(schema, identifier, blocked);
    }
    [people.who.into(), people.groups.into(), people.blocked.into()]
}

/// The name under which the log knows the source, for messages.
pub(crate) fn source_name(schema: &Schema, id: SourceId) -> &str {
    schema.source_info(id).map_or("", |source| &source.name)
}

fn name_issue(code: &str, path: &str, error: &Error) -> Issue {
    match error {
        // The name of an event or purpose comes with the data and may be personal; those of sources and kinds are
        // given by mappings and code.
        Error::Unknown { what, name, help } => {
            let said = match *what {
                "source" | "kind of identifier" => format!(" `{name}`"),
                _ => String::new(),
            };
            let help = help.as_ref().map_or_else(String::new, |help| format!("; did you mean `{help}`?"));
            Issue::new(code, path, &format!("unknown {what}{said}{help}"))
        }
        Error::Issue(issue) => Issue::new(&issue.code, path, &issue.detail),
        _ => Issue::new(code, path, ""),
    }
}

fn count_keys(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(count_keys).sum(),
        Value::Map(pairs) => pairs.iter().map(|(_, value)| 1 + count_keys(value)).sum(),
        _ => 0,
    }
}

fn longest(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(longest).max().unwrap_or(0),
        Value::Map(pairs) => pairs.iter().map(|(name, value)| name.len().max(longest(value))).max().unwrap_or(0),
        _ => 0,
    }
}
