//! From plain data to a schema: everything is checked, and everything that is wrong is said at once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::lookup::{FieldInfo, Inner, Owner, Schema};
use super::{Class, EventType, Field, Kind, Party, Purpose, Source, Spec, Type};
use crate::{
    ChannelId, Diagnostic, Error, EventTypeId, FieldId, Form, KindId, Limits, PurposeId, RelationId, SourceId, Text,
    TokenKey,
};

/// The reserved types of events, in the order of their ids.
pub(super) const RESERVED: [&str; 7] = ["identify", "track", "page", "screen", "group", "alias", "consent"];
/// How deep values may nest in the log.
pub(super) const DEEPEST: usize = 64;
/// The reserved kind of a source's row that names nobody.
pub(super) const RECORD: &str = "record";

/// Builds a [`Spec`] in Rust.
#[derive(Clone, Debug, Default)]
pub struct SchemaBuilder {
    spec: Spec,
}

impl SchemaBuilder {
    /// A system that says things about customers, with its party and how far it is trusted within it.
    #[must_use]
    pub fn source(self, name: &str, party: Party, trust: u8) -> Self {
        self.declare_source(Source { name: name.into(), party, trust, basis: None })
    }

    /// A source with all that can be said of it.
    #[must_use]
    pub fn declare_source(mut self, source: Source) -> Self {
        self.spec.sources.push(source);
        self
    }

    /// A kind of identifier. The first declared is the strongest.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.spec.kinds.push(kind);
        self
    }

    /// A trait of profiles.
    #[must_use]
    pub fn field(self, name: &str, ty: Type) -> Self {
        self.declare_field(Field { name: name.into(), ty, ..Field::default() })
    }

    /// A trait with all that can be said of it.
    #[must_use]
    pub fn declare_field(mut self, field: Field) -> Self {
        self.spec.fields.push(field);
        self
    }

    /// A type of event with its properties.
    #[must_use]
    pub fn event<const N: usize>(self, name: &str, properties: [(&str, Type); N]) -> Self {
        let properties = properties.map(|(name, ty)| Field { name: name.into(), ty, ..Field::default() }).into();
        self.declare_event(EventType { name: name.into(), properties, ..EventType::default() })
    }

    /// A type of event with all that can be said of it.
    #[must_use]
    pub fn declare_event(mut self, event: EventType) -> Self {
        self.spec.events.push(event);
        self
    }

    /// A purpose of processing.
    #[must_use]
    pub fn purpose(mut self, name: &str) -> Self {
        self.spec.purposes.push(Purpose { name: name.into(), also: Vec::new() });
        self
    }

    /// A channel of contact.
    #[must_use]
    pub fn channel(mut self, name: &str) -> Self {
        self.spec.channels.push(name.into());
        self
    }

    /// Other bounds than the default ones.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.spec.limits = limits;
        self
    }

    /// The plain data so far.
    #[must_use]
    pub fn spec(self) -> Spec {
        self.spec
    }

    /// Checks it all and binds it to the tenant's key.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn build(self, key: TokenKey) -> Result<Schema, Error> {
        self.spec.build(key)
    }
}

impl From<Spec> for SchemaBuilder {
    fn from(spec: Spec) -> Self {
        Self { spec }
    }
}

impl Spec {
    /// Checks it all and binds it to the tenant's key.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong: names twice or empty, references to what is not declared,
    /// too many of something.
    pub fn build(&self, key: TokenKey) -> Result<Schema, Error> {
        let mut faults = Faults::default();
        let mut spec = self.clone();

        // Kinds are numbered by priority; the row's own kind is the weakest.
        let mut ordered: Vec<(u16, usize, Kind)> = (0..)
            .zip(spec.kinds.drain(..))
            .map(|(nth, kind)| (kind.priority.unwrap_or(u16::try_from(nth).unwrap_or(u16::MAX)), nth, kind))
            .collect();
        ordered.sort_by_key(|(priority, nth, _)| (*priority, *nth));
        spec.kinds = ordered.into_iter().map(|(_, _, kind)| kind).collect();
        spec.kinds.push(Kind { name: RECORD.into(), class: Class::Record, ..Kind::default() });
        // Reserved types of events come first, with whatever properties were declared for them.
        let declared = std::mem::take(&mut spec.events);
        spec.events = RESERVED.map(|name| EventType { name: name.into(), ..EventType::default() }).into();
        let mut open = vec![true; RESERVED.len()];
        for event in declared {
            match spec.events.iter_mut().zip(&mut open).find(|(reserved, open)| **open && reserved.name == event.name) {
                Some((reserved, open)) => {
                    *reserved = event;
                    *open = false;
                }
                None => spec.events.push(event),
            }
        }
        if spec.limits.depth > DEEPEST {
            faults.say("S10", &format!("a `depth` of more than {DEEPEST} cannot be stored"), None);
        }

        let sources =
            faults.names("source", spec.sources.iter().map(|it| &it.name), |n| u16::try_from(n).ok().map(SourceId));
        let kinds = faults.names("kind", spec.kinds.iter().map(|it| &it.name), |n| u8::try_from(n).ok().map(KindId));
        let mut events =
            faults.names("event", spec.events.iter().map(|it| &it.name), |n| u16::try_from(n).ok().map(EventTypeId));
        let mut purposes =
            faults.names("purpose", spec.purposes.iter().map(|it| &it.name), |n| u8::try_from(n).ok().map(PurposeId));
        let channels = faults.names("channel", spec.channels.iter(), |n| u8::try_from(n).ok().map(ChannelId));
        for (nth, event) in spec.events.iter().enumerate() {
            if let Ok(id) = u16::try_from(nth) {
                faults.aliases("event", &mut events, &event.also, EventTypeId(id));
            }
        }
        for (nth, purpose) in spec.purposes.iter().enumerate() {
            if let Ok(id) = u8::try_from(nth) {
                faults.aliases("purpose", &mut purposes, &purpose.also, PurposeId(id));
            }
        }
        if purposes.contains_key("*") {
            faults.say("S09", "purpose `*` is reserved: a choice for `*` is one for all purposes", None);
        }

        let mut fields: Vec<FieldInfo> = Vec::new();
        let mut by_name: HashMap<(Owner, Text), FieldId> = HashMap::new();
        let owned = spec.fields.iter().map(|field| (Owner::Profile, "field", field));
        let of_events = (0..).zip(&spec.events).flat_map(|(nth, event)| {
            event.properties.iter().map(move |field| (Owner::Event(EventTypeId(nth)), "property", field))
        });
        for (owner, what, field) in owned.chain(of_events) {
            faults.name(what, &field.name);
            if field.currency.is_some() && field.ty != Type::Money {
                faults.say(
                    "S06",
                    &format!("{what} `{}` is no money, and only money has a currency", field.name),
                    Some("give it `type = \"money\"`"),
                );
            }
            if !field.values.is_empty() && field.ty != Type::Text {
                faults.say(
                    "S06",
                    &format!("{what} `{}` is no text, and only texts have a list of values", field.name),
                    Some("give it `type = \"text\"`"),
                );
            }
            let Ok(id) = u16::try_from(fields.len()) else {
                faults.say("S03", "more than 65536 fields are declared", None);
                break;
            };
            if by_name.insert((owner, field.name.clone()), FieldId(id)).is_some() {
                faults.say("S01", &format!("{what} `{}` is declared twice", field.name), None);
            }
            fields.push(FieldInfo { owner, declared: field.clone(), group: None });
        }
        for (nth, group) in spec.groups.iter().enumerate() {
            for name in &group.fields {
                match by_name.get(&(Owner::Profile, name.clone())).and_then(|id| fields.get_mut(id.index())) {
                    Some(info) if info.group.is_some() => {
                        faults.say("S05", &format!("field `{name}` stands in two field groups"), None)
                    }
                    Some(info) => info.group = Some(nth),
                    None => faults.unknown("field", name, spec.fields.iter().map(|it| it.name.as_str())),
                }
            }
        }

        let mut relations: BTreeMap<Text, RelationId> = BTreeMap::new();
        for kind in &spec.kinds {
            if let Some(purpose) = &kind.stitch
                && !purposes.contains_key(purpose)
            {
                faults.unknown("purpose", purpose, spec.purposes.iter().map(|it| it.name.as_str()));
            }
            if kind.session.is_some() && kind.class != Class::Device {
                faults.say("S06", &format!("kind `{}` is no device, and only devices have sessions", kind.name), None);
            }
            if kind.class == Class::Record && kind.name != RECORD {
                faults.say(
                    "S09",
                    &format!(
                        "kind `{}` is of the class `record`, which is reserved for rows that name nobody",
                        kind.name
                    ),
                    None,
                );
            }
            if kind.region.is_some() && kind.form != Form::Phone {
                faults.say(
                    "S06",
                    &format!("kind `{}` is no phone, and only phones have a region", kind.name),
                    Some("give it `form = \"phone\"`"),
                );
            }
            if kind.limit == Some(0) || kind.limit_within.is_some_and(|limit| limit.count == 0) {
                faults.say(
                    "S07",
                    &format!("kind `{}` has a limit of 0", kind.name),
                    Some("leave the kind out, or give it a limit of 1 or more"),
                );
            }
            match (kind.class, &kind.relation) {
                (Class::Group, Some(relation)) => {
                    let next = RelationId(u8::try_from(relations.len()).unwrap_or(u8::MAX));
                    relations.entry(relation.clone()).or_insert(next);
                }
                (Class::Group, None) => faults.say(
                    "S08",
                    &format!("group kind `{}` names no relation", kind.name),
                    Some("say what a person has to it, such as `relation = \"works_at\"`"),
                ),
                (_, Some(_)) => {
                    faults.say("S08", &format!("kind `{}` has a relation but is no group", kind.name), None)
                }
                (_, None) => {}
            }
        }
        for view in &spec.views {
            for source in view.sources.iter().filter(|source| !sources.contains_key(*source)) {
                faults.unknown("source", source, spec.sources.iter().map(|it| it.name.as_str()));
            }
        }
        faults.names("view", spec.views.iter().map(|it| &it.name), Some);
        faults.names("field group", spec.groups.iter().map(|it| &it.name), Some);

        // Blocked values are compared in canonical form.
        let blocked = spec
            .kinds
            .iter()
            .map(|kind| kind.blocked.iter().map(|value| canonical_pattern(kind, value)).collect())
            .collect();
        let stitches = spec
            .kinds
            .iter()
            .map(|kind| kind.stitch.as_ref().and_then(|purpose| purposes.get(purpose)).copied())
            .collect();

        if faults.0.is_empty() {
            Ok(Schema(Arc::new(Inner {
                spec,
                key,
                sources,
                kinds,
                events,
                fields,
                by_name,
                purposes,
                channels,
                relations,
                blocked,
                stitches,
            })))
        } else {
            Err(Error::Invalid(faults.0))
        }
    }
}

fn canonical_pattern(kind: &Kind, value: &str) -> Text {
    if value.contains('*') {
        return value.to_lowercase().into();
    }
    super::lookup::canonical(kind, value).unwrap_or_else(|_| value.into()).to_lowercase().into()
}

#[derive(Default)]
struct Faults(Vec<Diagnostic>);

impl Faults {
    fn say(&mut self, code: &'static str, message: &str, help: Option<&str>) {
        self.0.push(Diagnostic { code, span: 0..0, message: message.into(), help: help.map(Into::into) });
    }

    fn unknown<'a>(&mut self, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) {
        let help = crate::closest(name, known).map(|known| format!("did you mean `{known}`?"));
        self.say("S04", &format!("unknown {what} `{name}`"), help.as_deref());
    }

    fn name(&mut self, what: &str, name: &str) {
        if name.trim().is_empty() {
            self.say("S02", &format!("a {what} has no name"), None);
        }
    }

    fn names<'a, Id: Copy>(
        &mut self,
        what: &str,
        names: impl Iterator<Item = &'a Text>,
        id: impl Fn(usize) -> Option<Id>,
    ) -> HashMap<Text, Id> {
        let mut all = HashMap::new();
        for (nth, name) in names.enumerate() {
            self.name(what, name);
            let Some(id) = id(nth) else {
                self.say("S03", &format!("too many of `{what}` are declared"), None);
                break;
            };
            if all.insert(name.clone(), id).is_some() {
                self.say("S01", &format!("{what} `{name}` is declared twice"), None);
            }
        }
        all
    }

    fn aliases<Id: Copy + PartialEq>(&mut self, what: &str, all: &mut HashMap<Text, Id>, also: &[Text], id: Id) {
        for name in also {
            if name.trim().is_empty() {
                self.say("S02", &format!("another name of a `{what}` is empty"), None);
            }
            if all.insert(name.clone(), id).is_some_and(|other| other != id) {
                self.say("S01", &format!("{what} `{name}` is declared twice"), None);
            }
        }
    }
}
