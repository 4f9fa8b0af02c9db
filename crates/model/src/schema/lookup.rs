//! The schema in use: names to ids and back, canonical identifiers, content ids.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::build::RECORD;
use super::{Class, EventType, Field, Form, Group, Kind, SchemaBuilder, Source, Spec, Survivorship, Type};
use crate::{
    ChannelId, ContentHash, Draft, Error, EventId, EventTypeId, FieldId, Identifier, Issue, KindId, Limits, Member,
    ProfileId, PurposeId, RelationId, SourceId, Text, Token, TokenKey, Value, normalise,
};

/// A tracking plan bound to a tenant's key. A clone shares it.
#[derive(Clone)]
pub struct Schema(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) spec: Spec,
    pub(super) key: TokenKey,
    pub(super) sources: HashMap<Text, SourceId>,
    pub(super) kinds: HashMap<Text, KindId>,
    pub(super) events: HashMap<Text, EventTypeId>,
    pub(super) fields: Vec<FieldInfo>,
    pub(super) by_name: HashMap<(Owner, Text), FieldId>,
    pub(super) purposes: HashMap<Text, PurposeId>,
    pub(super) channels: HashMap<Text, ChannelId>,
    pub(super) relations: BTreeMap<Text, RelationId>,
    pub(super) blocked: Vec<Vec<Text>>,
    pub(super) stitches: Vec<Option<PurposeId>>,
}

/// Whose field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A trait of profiles.
    Profile,
    /// A property of a type of event.
    Event(EventTypeId),
}

/// A field as declared, with its place.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    /// Whose it is.
    pub owner: Owner,
    /// The declaration.
    pub declared: Field,
    /// The number of the field group it stands in.
    pub group: Option<usize>,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("kinds", &self.0.spec.kinds.len())
            .field("fields", &self.0.fields.len())
            .finish_non_exhaustive()
    }
}

impl Schema {
    /// A schema written in Rust.
    #[must_use]
    pub fn builder() -> SchemaBuilder {
        SchemaBuilder::default()
    }

    /// Whether both are clones of one schema, so that ids given by one mean the same in the other.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The plain data, kinds in the order of priority and reserved names included.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.0.spec
    }

    /// The bounds on records.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.spec.limits
    }

    /// The name of the key to which this schema is bound.
    #[must_use]
    pub fn key_fingerprint(&self) -> [u8; 16] {
        self.0.key.fingerprint()
    }

    // ------------------------------------------------------------ names to ids

    /// The id of a source.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn source(&self, name: &str) -> Result<SourceId, Error> {
        look(&self.0.sources, "source", name)
    }

    /// The id of a kind of identifier.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn kind(&self, name: &str) -> Result<KindId, Error> {
        look(&self.0.kinds, "kind of identifier", name)
    }

    /// The id of a trait.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn field(&self, name: &str) -> Result<FieldId, Error> {
        self.field_of(Owner::Profile, name)
            .ok_or_else(|| Error::unknown("trait", name, self.0.spec.fields.iter().map(|it| it.name.as_str())))
    }

    /// The id of a type of event, by its name or one that sources use.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn event_type(&self, name: &str) -> Result<EventTypeId, Error> {
        look(&self.0.events, "event", name)
    }

    /// The id of a property of a type of event.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn property(&self, what: EventTypeId, name: &str) -> Result<FieldId, Error> {
        self.field_of(Owner::Event(what), name).ok_or_else(|| {
            let known = self.event(what).map(|event| event.properties.as_slice()).unwrap_or_default();
            Error::unknown("property", name, known.iter().map(|it| it.name.as_str()))
        })
    }

    /// The id of a field of an owner, if it is declared.
    #[must_use]
    pub fn field_of(&self, owner: Owner, name: &str) -> Option<FieldId> {
        self.0.by_name.get(&(owner, Text::from(name))).copied()
    }

    /// The id of a purpose, by its name or one that consent banners use.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn purpose(&self, name: &str) -> Result<PurposeId, Error> {
        look(&self.0.purposes, "purpose", name)
    }

    /// The id of a channel.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn channel(&self, name: &str) -> Result<ChannelId, Error> {
        look(&self.0.channels, "channel", name)
    }

    /// The id of a relation.
    ///
    /// # Errors
    /// [`Error::Unknown`] with a suggestion.
    pub fn relation(&self, name: &str) -> Result<RelationId, Error> {
        self.0
            .relations
            .get(name)
            .copied()
            .ok_or_else(|| Error::unknown("relation", name, self.0.relations.keys().map(Text::as_str)))
    }

    // ------------------------------------------------------------ ids to what was declared

    /// A source as declared.
    #[must_use]
    pub fn source_info(&self, id: SourceId) -> Option<&Source> {
        self.0.spec.sources.get(id.index())
    }

    /// A kind as declared.
    #[must_use]
    pub fn kind_info(&self, id: KindId) -> Option<&Kind> {
        self.0.spec.kinds.get(id.index())
    }

    /// What a kind identifies.
    #[must_use]
    pub fn class(&self, id: KindId) -> Class {
        self.kind_info(id).map_or(Class::Record, |kind| kind.class)
    }

    /// The purpose that linking a device of this kind needs.
    #[must_use]
    pub fn stitch(&self, id: KindId) -> Option<PurposeId> {
        self.0.stitches.get(id.index()).copied().flatten()
    }

    /// The relation that a person has to a group of this kind.
    #[must_use]
    pub fn relation_of(&self, id: KindId) -> Option<RelationId> {
        self.kind_info(id)?.relation.as_ref().and_then(|name| self.0.relations.get(name)).copied()
    }

    /// A field as declared.
    #[must_use]
    pub fn field_info(&self, id: FieldId) -> Option<&FieldInfo> {
        self.0.fields.get(id.index())
    }

    /// The type of a field.
    #[must_use]
    pub fn type_of(&self, id: FieldId) -> Type {
        self.field_info(id).map_or(Type::Any, |info| info.declared.ty)
    }

    /// The group in which a field survives, and the rule for the field.
    #[must_use]
    pub fn survivorship(&self, id: FieldId) -> (Option<&Group>, Survivorship) {
        let Some(info) = self.field_info(id) else { return (None, Survivorship::default()) };
        let group = info.group.and_then(|nth| self.0.spec.groups.get(nth));
        (group, info.declared.keep.or(group.map(|group| group.keep)).unwrap_or_default())
    }

    /// A type of event as declared.
    #[must_use]
    pub fn event(&self, id: EventTypeId) -> Option<&EventType> {
        self.0.spec.events.get(id.index())
    }

    /// All types of events, reserved ones first.
    pub fn event_types(&self) -> impl Iterator<Item = EventTypeId> + use<> {
        (0..u16::try_from(self.0.spec.events.len()).unwrap_or(u16::MAX)).map(EventTypeId)
    }

    /// Whether a type of event is the customer's own behaviour: something done, or a page or screen viewed.
    #[must_use]
    pub fn is_behaviour(&self, id: EventTypeId) -> bool {
        use EventTypeId as T;
        match id {
            T::IDENTIFY | T::GROUP | T::ALIAS | T::CONSENT => false,
            _ => self.event(id).is_some_and(|event| !event.passive),
        }
    }

    /// All traits, in the order of declaration.
    pub fn profile_fields(&self) -> impl Iterator<Item = (FieldId, &Field)> + '_ {
        (0..)
            .zip(&self.0.fields)
            .filter(|(_, info)| info.owner == Owner::Profile)
            .map(|(nth, info)| (FieldId(nth), &info.declared))
    }

    /// All kinds, strongest first, the row's own kind last.
    pub fn kinds(&self) -> impl Iterator<Item = (KindId, &Kind)> + '_ {
        (0..).zip(&self.0.spec.kinds).map(|(nth, kind)| (KindId(nth), kind))
    }

    /// The name of a purpose.
    #[must_use]
    pub fn purpose_name(&self, id: PurposeId) -> &str {
        self.0.spec.purposes.get(id.index()).map_or("", |purpose| &purpose.name)
    }

    /// All purposes.
    pub fn purposes(&self) -> impl Iterator<Item = PurposeId> + use<> {
        (0..u8::try_from(self.0.spec.purposes.len()).unwrap_or(u8::MAX)).map(PurposeId)
    }

    /// The name of a channel.
    #[must_use]
    pub fn channel_name(&self, id: ChannelId) -> &str {
        self.0.spec.channels.get(id.index()).map_or("", Text::as_str)
    }

    /// The name of a relation.
    #[must_use]
    pub fn relation_name(&self, id: RelationId) -> &str {
        self.0.relations.iter().find(|(_, known)| **known == id).map_or("", |(name, _)| name)
    }

    // ------------------------------------------------------------ canonical values and content ids

    /// An identifier in canonical form, with its keyed token.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a kind that nobody declared, [`Error::Issue`] for a value that has no canonical form.
    ///
    /// ```
    /// use onefold_model::{Form, Kind, Schema};
    /// let schema = Schema::builder().kind(Kind::person("email").form(Form::Email)).build([7; 32].into())?;
    /// assert_eq!(schema.identifier("email", " Ada@Example.com ")?, schema.identifier("email", "ada@example.com")?);
    /// # Ok::<(), onefold_model::Error>(())
    /// ```
    pub fn identifier(&self, kind: &str, raw: &str) -> Result<Identifier, Error> {
        let id = self.kind(kind)?;
        self.identify(id, raw).map_err(Error::Issue)
    }

    /// An identifier of a kind known by id.
    ///
    /// # Errors
    /// An [`Issue`] where the value has no canonical form.
    pub fn identify(&self, kind: KindId, raw: &str) -> Result<Identifier, Issue> {
        let info = self.kind_info(kind).ok_or_else(|| Issue::new("unknown_kind", "", ""))?;
        if info.class == Class::Record {
            return Err(Issue::new(
                "reserved_kind",
                &info.name,
                "this kind stands for rows that name nobody; no source may name it",
            ));
        }
        let value = canonical(info, raw)
            .map_err(|fault| Issue::new(fault.code(), &info.name, "the value has no canonical form"))?;
        if value.len() > self.limits().text_bytes {
            return Err(Issue::new("text_too_long", &info.name, "an identifier is longer than the limit"));
        }
        Ok(self.bind(kind, &info.name, &value))
    }

    /// An identifier of the log. It was canonical when it came in: where today's form or limit would not have it, it
    /// stands as it is, so that a stricter schema still reads the log.
    pub(crate) fn identify_stored(&self, kind: KindId, value: &str) -> Identifier {
        let name = self.kind_info(kind).map_or("", |info| &info.name);
        self.identify(kind, value).unwrap_or_else(|_| self.bind(kind, name, value))
    }

    fn bind(&self, kind: KindId, name: &str, canonical: &str) -> Identifier {
        let token = Token(self.0.key.hash("identifier", &[name.as_bytes(), canonical.as_bytes()]));
        Identifier::new(Member { kind, token }, canonical.into())
    }

    /// Whether the schema blocks this value, in letters of either case: it stands for nobody.
    #[must_use]
    pub fn is_blocked(&self, identifier: &Identifier) -> bool {
        let value = identifier.value().reveal();
        let patterns = self.0.blocked.get(identifier.member().kind.index()).map(Vec::as_slice).unwrap_or_default();
        !patterns.is_empty() && {
            let lower = value.to_lowercase();
            patterns.iter().any(|pattern| matches(pattern, &lower))
        }
    }

    /// The node of a record that names nobody.
    #[must_use]
    pub fn record(&self, event: EventId) -> Member {
        Member { kind: self.0.kinds.get(RECORD).copied().unwrap_or(KindId(u8::MAX)), token: Token(event.0) }
    }

    /// The node of one session on a device that persons share: the session that begins with the event `first`.
    #[must_use]
    pub fn session(&self, device: Member, first: EventId) -> Member {
        Member { kind: device.kind, token: Token(self.0.key.hash("session", &[&device.token.0, &first.0])) }
    }

    /// The id of a message that a source names.
    #[must_use]
    pub fn message_id(&self, source: &str, message: &str) -> EventId {
        EventId(self.0.key.hash("message", &[source.as_bytes(), message.as_bytes()]))
    }

    /// The id of the k-th row of equal content in an import, for rows that nobody numbered.
    #[must_use]
    pub fn row_id(&self, source: &str, import: &str, content: &[u8], k: u32) -> EventId {
        EventId(self.0.key.hash("row", &[source.as_bytes(), import.as_bytes(), content, &k.to_le_bytes()]))
    }

    /// The keyed hash of some content.
    #[must_use]
    pub fn content_hash(&self, content: &[u8]) -> ContentHash {
        ContentHash(self.0.key.hash("content", &[content]))
    }

    /// A number from 0 to 2^64 - 1 that depends on the profile and the salt alone, for deterministic samples.
    #[must_use]
    pub fn bucket(&self, who: ProfileId, salt: &str) -> u64 {
        let hash = self.0.key.hash("bucket", &[&who.0.0, salt.as_bytes()]);
        hash.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    /// Begins a record: `what` is a type of event, declared or reserved, or any name of something done.
    #[must_use]
    pub fn draft(&self, source: &str, what: &str) -> Draft {
        Draft::new(self.clone(), source, what)
    }

    /// A value as a field's declaration has it, or what is wrong.
    pub(crate) fn fit(&self, field: FieldId, value: Value) -> Result<Value, (&'static str, String)> {
        let Some(info) = self.field_info(field) else { return Ok(value) };
        let Some(value) = value.coerce(info.declared.ty, info.declared.currency) else {
            return Err(("wrong_type", format!("not {}", article(info.declared.ty))));
        };
        match &value {
            Value::Text(text) if !info.declared.values.is_empty() && !info.declared.values.contains(text) => {
                Err(("not_in_dictionary", "not one of the declared values".into()))
            }
            _ => Ok(value),
        }
    }
}

fn article(ty: Type) -> &'static str {
    match ty {
        Type::Text => "a text",
        Type::Int => "a whole number",
        Type::Decimal => "a number",
        Type::Money => "an amount with a currency",
        Type::Time => "an instant (RFC 3339)",
        Type::Date => "a day",
        Type::Bool => "true or false",
        Type::Score => "a finite number",
        Type::List => "a list",
        Type::Map => "a map",
        Type::Any => "a value",
    }
}

fn look<Id: Copy>(all: &HashMap<Text, Id>, what: &'static str, name: &str) -> Result<Id, Error> {
    all.get(name).copied().ok_or_else(|| Error::unknown(what, name, all.keys().map(Text::as_str)))
}

/// The canonical form of a raw value: the one place where it is made.
pub(super) fn canonical(kind: &Kind, raw: &str) -> Result<String, normalise::Fault> {
    match kind.form {
        Form::Raw => normalise::plain(raw),
        Form::Email => normalise::email(raw),
        Form::Phone => normalise::phone(raw, kind.region.as_deref()),
        Form::Name => normalise::name(raw),
        Form::Postcode => normalise::postcode(raw),
        Form::Date => normalise::date(raw, normalise::Order::DayFirst),
        Form::Text => Ok(normalise::fold(raw))
            .and_then(|text| if text.is_empty() { Err(normalise::Fault::Empty) } else { Ok(text) }),
    }
}

/// Whether a text fits a pattern in which `*` stands for any run of characters. Linear in text times pattern.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, fits) in [
            ("info@*", "info@shop.de", true),
            ("*@test.*", "a@test.de", true),
            ("a*b*c", "aXbYc", true),
            ("a*b", "ab", true),
            ("a*b", "abc", false),
            ("abc", "abc", true),
            ("*", "", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
