//! From a message to a draft: which of its values are identifiers, traits, properties, choices and circumstances.

use onefold_model::schema::Owner;
use onefold_model::{Action, Chosen, Currency, Draft, Issue, Money, Text, Type, Value};

use super::message::is_empty;
use super::{Call, Intake, Message, Said};
use crate::choice;
use crate::count::Counter;
use crate::mapping::text;
use crate::path::get;

/// Names of a message that tell of its transport. They change when it is sent again, so they are no part of what it
/// says; the record as it came keeps them.
const TRANSPORT: [&str; 5] = ["batch", "receivedAt", "sentAt", "timestamp", "writeKey"];

fn is_transport(name: &str) -> bool {
    TRANSPORT.contains(&name) || name.starts_with('_')
}

impl Intake {
    /// The draft that a message makes. What keeps it out is said in the draft as its fault.
    pub(super) fn draft(&self, message: &Message, merged: &Value, said: &Said<'_>, counter: &mut Counter) -> Draft {
        let names = &self.names;
        let event = message.event.as_ref().filter(|event| !event.trim().is_empty());
        let what = match (message.call, event) {
            // Something done that is called like a call is still something done.
            (Call::Track, Some(event)) if Call::named(event).is_none() => event.as_str(),
            (call, _) => call.name(),
        };
        let mut draft = self.schema.draft(&names.source, what).raw(&said.raw);
        if let Some(place) = said.place {
            draft = draft.numbered(place);
        }
        draft = match &message.message_id {
            Some(id) => draft.message_id(id).import(&names.source),
            None => {
                let content = content(merged, message).to_json();
                let nth = counter.next(content.as_bytes());
                draft.row(&names.source, content.as_bytes(), nth)
            }
        };
        if let Some(time) = message.original_at {
            draft = draft.at(time);
        }
        if let Some(time) = message.sent_at {
            draft = draft.sent(time);
        }
        if let Some(time) = message.received_at {
            draft = draft.received(time);
        }
        draft = self.people(draft, message, merged);
        draft = self.what_it_says(draft, message, what, event);
        draft = self.choices(draft, message);
        circumstances(draft, message)
    }

    fn people(&self, mut draft: Draft, message: &Message, merged: &Value) -> Draft {
        let names = &self.names;
        for (kind, id) in [(&names.user, &message.user_id), (&names.anonymous, &message.anonymous_id)] {
            if let Some(id) = id {
                draft = draft.who(kind, id);
            }
        }
        for (path, kind) in &self.who {
            // On a group, top-level traits are the group's; the user's stand in the context.
            let own = if message.call == Call::Group { None } else { path.find(merged) };
            let value = own.or_else(|| path.find(&message.context));
            if let Some(value) = value.and_then(text) {
                draft = draft.who(kind, &value);
            }
        }
        match (message.call, &message.group_id, &names.group) {
            (_, Some(id), Some(kind)) => draft = draft.who(kind, id),
            (Call::Group, None, _) => {
                draft = draft.fault(Issue::new("no_group_id", "groupId", "a group names no group"))
            }
            (_, Some(id), None) => {
                let note = Issue::new(
                    "no_group_kind",
                    "groupId",
                    "no kind of group is set up for this source; kept in the context",
                );
                draft = draft.note(note).context("groupId", Value::Text(id.clone()));
            }
            (_, None, _) => {}
        }
        match (message.call, &message.previous_id) {
            (Call::Alias, Some(id)) => {
                let kind = match &names.previous {
                    Some(kind) => kind,
                    None if message.anonymous_id.as_ref() == Some(id) => &names.anonymous,
                    None => &names.user,
                };
                draft.previous(kind, id)
            }
            (Call::Alias, None) => {
                draft.fault(Issue::new("no_previous_id", "previousId", "an alias names no other id"))
            }
            (_, Some(id)) => draft.context("previousId", Value::Text(id.clone())),
            (_, None) => draft,
        }
    }

    fn what_it_says(&self, mut draft: Draft, message: &Message, what: &str, event: Option<&Text>) -> Draft {
        let called = message.event.clone().map(Value::Text);
        match (message.call, event) {
            (Call::Track, None) => {
                draft = draft.fault(Issue::new("no_event", "event", "the message does not say what was done"))
            }
            (Call::Track, Some(_)) if what != "track" => {}
            (Call::Track, Some(_)) => draft = draft.set("event", called),
            (_, _) => draft = draft.context("event", called),
        }
        // The client repeats the user's traits in the context of what is not about traits: that states nothing new.
        let restated = message.call != Call::Identify && get(&message.context, "traits") == Some(&message.traits);
        if !restated && let Value::Map(traits) = &message.traits {
            for (name, value) in traits.iter() {
                draft = draft.trait_(name, value.clone());
            }
        }
        let owner = self.schema.event_type(what).ok().map(Owner::Event);
        let currency =
            get(&message.properties, "currency").and_then(Value::as_text).and_then(|code| code.trim().parse().ok());
        if let Value::Map(properties) = &message.properties {
            for (name, value) in properties.iter() {
                let name = self.names.properties.get(name).unwrap_or(name);
                let value = owner.map_or_else(|| value.clone(), |owner| self.money(owner, name, value, currency));
                draft = draft.set(name, value);
            }
        }
        let viewed = matches!(message.call, Call::Page | Call::Screen);
        let own = [("name", message.name.as_deref()), ("category", message.category())];
        for (name, value) in own {
            let Some(value) = value else { continue };
            match get(&message.properties, name) {
                Some(said) if said.as_text() == Some(value) => {}
                None | Some(Value::Null) if viewed => draft = draft.set(name, value),
                _ => draft = draft.context(name, value),
            }
        }
        draft
    }

    /// An amount with the currency that stands beside it, where the schema wants money.
    fn money(&self, owner: Owner, name: &str, value: &Value, currency: Option<Currency>) -> Value {
        let is_money = self.schema.field_of(owner, name).is_some_and(|field| self.schema.type_of(field) == Type::Money);
        let number = match value {
            Value::Int(number) => Some((*number).into()),
            Value::Decimal(number) => Some(*number),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        match (is_money, number, currency) {
            (true, Some(number), Some(currency)) => Value::Money(Money::new(number, currency)),
            _ => value.clone(),
        }
    }

    fn choices(&self, mut draft: Draft, message: &Message) -> Draft {
        const PATH: &str = "context.consent.categoryPreferences";
        let preferences = match get(&message.consent, "categoryPreferences") {
            None | Some(Value::Null) => return draft,
            Some(Value::Map(preferences)) => preferences,
            Some(_) => {
                return draft.fault(Issue::new("unreadable_consent", PATH, "an object of categories is expected"));
            }
        };
        for (category, said) in preferences.iter() {
            let path = format!("{PATH}.{category}");
            let action = match choice::read(said, &[], &[]) {
                Ok(Some(action)) => action,
                Ok(None) => continue,
                Err(()) => {
                    draft = draft.fault(Issue::new("unreadable_consent", &path, "neither yes nor no"));
                    continue;
                }
            };
            let purpose = self.names.purposes.get(category).unwrap_or(category);
            draft = if self.schema.purpose(purpose).is_ok() {
                let evidence = (action == Action::Grant).then(|| Text::from("context.consent"));
                draft.choose(Chosen { evidence, ..Chosen::new(purpose, action) })
            } else {
                let refused = if action.restricts() { "a refusal" } else { "a choice" };
                let detail = format!("{refused} for a purpose that the schema does not know; kept in the context");
                draft.note(Issue::new("unknown_purpose", &path, &detail))
            };
        }
        draft
    }
}

fn circumstances(mut draft: Draft, message: &Message) -> Draft {
    if let Value::Map(context) = &message.context {
        for (name, value) in context.iter() {
            draft = draft.context(name, value.clone());
        }
    }
    if !is_empty(&message.integrations) {
        draft = draft.context("integrations", message.integrations.clone());
    }
    if let Value::Map(rest) = &message.rest {
        for (name, value) in
            rest.iter().filter(|(name, value)| !is_transport(name) && (name != "category" || value.as_text().is_none()))
        {
            let taken = get(&message.context, name).is_some();
            let name = if taken { Text::from(format!("message.{name}")) } else { name.clone() };
            draft = draft.context(&name, value.clone());
        }
    }
    draft
}

/// What names a message that nobody numbered: all that it says, without what tells of its transport. Where it does
/// not say when it happened, the time of sending stands in, as two like it would otherwise be one.
fn content(merged: &Value, message: &Message) -> Value {
    let Value::Map(pairs) = merged else {
        return merged.clone();
    };
    let timeless = message.original_at.is_none();
    let keeps = |name: &str| match name {
        "timestamp" => get(merged, "originalTimestamp").is_none_or(Value::is_null),
        "sentAt" => timeless,
        name => !is_transport(name),
    };
    Value::map(pairs.iter().filter(|(name, _)| keeps(name)).cloned())
}
