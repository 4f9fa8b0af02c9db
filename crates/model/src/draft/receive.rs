//! Receiving: names become ids, values their declared types, identifiers their canonical form, and the limits are
//! checked. What does not fit is set aside or keeps the record out, as the parent module says.

use std::collections::BTreeMap;

use super::{Chosen, Draft, EVENT_NAME};
use crate::schema::{Owner, Undeclared};
use crate::{
    Actor, Choice, Class, ContentHash, Error, Event, EventId, EventTypeId, FieldId, Fields, Identifier, Issue, Schema,
    Scope, SourceId, Text, Time, Times, Value, wire::put_value,
};

impl Draft {
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
