//! The canonical encoding: one byte string for one entry, by names, so that a log outlives the numbering of a schema.
//!
//! Integers are LEB128 variable-length (zigzag where signed), texts and lists are prefixed by their length, an absent
//! thing is a zero byte. (The content hash of an event is taken over what its draft said, so that it does not change
//! with the schema.) A reader resolves the names against the schema of today: what has been declared since becomes a field,
//! what no longer fits goes back to the extras.
//!
//! The format's version is the first byte of each entry. It is not compressed and carries no dictionary of names;
//! both are matters of the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::draft::{EVENT_NAME, sorted, source_name};
use crate::schema::Owner;
use crate::{
    Action, Actor, Choice, ContentHash, Date, Decimal, Entry, Event, EventId, EventTypeId, FieldId, Fields, Form,
    Identifier, Issue, Member, Money, Pii, Quarantined, Retraction, Ruling, Schema, Scope, Score, Text, Time, Times,
    Token, Value, Word,
};

const VERSION: u8 = 1;

/// Why stored bytes are no entry of this schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The bytes end too early, or say what no entry says.
    #[error("the stored entry is damaged: {0}")]
    Damaged(&'static str),
    /// A later version of the format.
    #[error("the stored entry has format version {0}, which this version does not know")]
    Version(u8),
    /// A ruling or suppression was made when the kind's values had another canonical form, and its value is not kept.
    #[error(
        "the log has a ruling or suppression on the kind `{name}` of form `{form}`, and the schema declares another form; declare that form again"
    )]
    Reformed {
        /// The kind.
        name: Text,
        /// The form that it had.
        form: Text,
    },
    /// The log speaks of something that the schema no longer declares.
    #[error("the log speaks of {what} `{name}`, which the schema does not declare; declare it again")]
    Undeclared {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: Text,
    },
}

type Read<T> = Result<T, WireError>;

impl Entry {
    /// Appends the canonical encoding.
    pub fn encode(&self, schema: &Schema, out: &mut Vec<u8>) {
        out.push(VERSION);
        match self {
            Self::Event(event) => {
                out.push(0);
                out.extend(event.id.0);
                out.extend(event.content.0);
                put_time(out, event.times.sent);
                put_int(out, event.times.received.0);
                event.encode_body(schema, out);
            }
            Self::Ruling(ruling) => {
                out.push(1);
                put_member(out, schema, ruling.a);
                put_member(out, schema, ruling.b);
                out.push(match ruling.word {
                    Word::Always => 0,
                    Word::Never => 1,
                    Word::Withdrawn => 2,
                });
                put_text(out, &ruling.by);
                put_int(out, ruling.at.0);
            }
            Self::Retraction(retraction) => {
                out.push(2);
                out.extend(retraction.event.0);
                put_text(out, &retraction.by);
                put_int(out, retraction.at.0);
            }
            Self::Tick(at) => {
                out.push(3);
                put_int(out, at.0);
            }
            Self::Quarantined(record) => {
                out.push(4);
                out.extend(record.id.0);
                match record.event {
                    Some(event) => {
                        out.push(1);
                        out.extend(event.0);
                    }
                    None => out.push(0),
                }
                put_text(out, &record.import);
                put_text(out, &record.issue.code);
                put_text(out, &record.issue.path);
                put_text(out, &record.issue.detail);
                put_uint(out, record.issue.row.map_or(0, |row| row.saturating_add(1)));
                put_uint(out, record.raw.reveal().len() as u64);
                out.extend(record.raw.reveal().iter());
                put_int(out, record.received.0);
            }
            Self::Suppress { member, at } => {
                out.push(5);
                put_member(out, schema, *member);
                put_int(out, at.0);
            }
            Self::TurnedAway(id) => {
                out.push(6);
                out.extend(id.0);
            }
            Self::Dismissed(id) => {
                out.push(7);
                out.extend(id.0);
            }
        }
    }

    /// Reads an entry by the schema of today.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are damaged, of a later version, or speak of a source, kind, purpose or channel
    /// that is no longer declared.
    pub fn decode(bytes: &[u8], schema: &Schema) -> Result<Self, WireError> {
        let mut from = Reader(bytes);
        match from.byte()? {
            VERSION => {}
            version => return Err(WireError::Version(version)),
        }
        let entry = match from.byte()? {
            0 => Self::Event(Arc::new(event(&mut from, schema)?)),
            1 => Self::Ruling(Ruling {
                a: from.member(schema)?,
                b: from.member(schema)?,
                word: match from.byte()? {
                    0 => Word::Always,
                    1 => Word::Never,
                    2 => Word::Withdrawn,
                    _ => return Err(WireError::Damaged("a ruling's word")),
                },
                by: from.text()?,
                at: Time(from.int()?),
            }),
            2 => Self::Retraction(Retraction { event: EventId(from.hash()?), by: from.text()?, at: Time(from.int()?) }),
            3 => Self::Tick(Time(from.int()?)),
            4 => Self::Quarantined(Quarantined {
                id: EventId(from.hash()?),
                event: match from.byte()? {
                    0 => None,
                    _ => Some(EventId(from.hash()?)),
                },
                import: from.text()?,
                issue: Issue {
                    code: from.text()?,
                    path: from.text()?,
                    detail: from.text()?,
                    row: from.uint()?.checked_sub(1),
                },
                raw: {
                    let length = from.length()?;
                    Pii::new(from.take(length)?.into())
                },
                received: Time(from.int()?),
            }),
            5 => Self::Suppress { member: from.member(schema)?, at: Time(from.int()?) },
            6 => Self::TurnedAway(EventId(from.hash()?)),
            7 => Self::Dismissed(EventId(from.hash()?)),
            _ => return Err(WireError::Damaged("an unknown sort of entry")),
        };
        if from.0.is_empty() { Ok(entry) } else { Err(WireError::Damaged("bytes after the entry")) }
    }
}

impl Event {
    /// What the event says, without its id and the times of its transport.
    fn encode_body(&self, schema: &Schema, out: &mut Vec<u8>) {
        put_text(out, source_name(schema, self.source));
        put_text(out, schema.event(self.what).map_or("", |event| &event.name));
        put_time(out, self.times.original);
        put_uint(out, (self.who.len() + self.groups.len() + self.blocked.len()) as u64);
        for identifier in self.who.iter().chain(&self.groups).chain(&self.blocked) {
            put_identifier(out, schema, identifier);
        }
        match &self.previous {
            Some(identifier) => {
                out.push(1);
                put_identifier(out, schema, identifier);
            }
            None => out.push(0),
        }
        for fields in [&self.traits, &self.properties] {
            put_uint(out, fields.len() as u64);
            // Fields stand in the order of their names, which no renumbering changes.
            let name = |field: FieldId| schema.field_info(field).map_or("", |info| info.declared.name.as_str());
            let by_name: BTreeMap<&str, &Value> = fields.iter().map(|(field, value)| (name(*field), value)).collect();
            for (name, value) in by_name {
                put_text(out, name);
                put_value(out, value);
            }
        }
        for pairs in [&self.extras, &self.context] {
            put_pairs(out, pairs);
        }
        put_uint(out, self.choices.len() as u64);
        for choice in &self.choices {
            put_choice(out, schema, choice);
        }
    }
}

fn event(from: &mut Reader<'_>, schema: &Schema) -> Read<Event> {
    let (id, content) = (EventId(from.hash()?), ContentHash(from.hash()?));
    let (sent, received) = (from.time()?, Time(from.int()?));
    let source = from.text()?;
    let source = schema.source(&source).map_err(|_| WireError::Undeclared { what: "source", name: source })?;
    let mut name = from.text()?;
    let original = from.time()?;
    let mut named = Vec::new();
    for _ in 0..from.length()? {
        named.push(from.identifier(schema)?);
    }
    let mut previous = match from.byte()? {
        0 => None,
        _ => Some(from.identifier(schema)?),
    };
    // What has been blocked since no longer makes two people one.
    named.extend(previous.take_if(|identifier| schema.is_blocked(identifier)));
    let [who, groups, blocked] = sorted(schema, named);
    let (traits, properties) = (from.pairs()?, from.pairs()?);
    let mut extras: BTreeMap<Text, Value> = from.pairs()?.into_iter().collect();
    let context = from.pairs()?.into();
    // An event that nobody had declared when it came, and somebody has since.
    if name == "track"
        && let Some(Value::Text(said)) = extras.get(EVENT_NAME)
        && schema.event_type(said).is_ok()
    {
        name = said.clone();
        extras.remove(EVENT_NAME);
    }
    let what = schema.event_type(&name).unwrap_or_else(|_| {
        extras.insert(EVENT_NAME.into(), Value::Text(name));
        EventTypeId::TRACK
    });
    let traits = fields(schema, Owner::Profile, "traits.", traits, &mut extras);
    let properties = fields(schema, Owner::Event(what), "properties.", properties, &mut extras);
    let mut event = Event {
        id,
        content,
        source,
        what,
        times: Times::new(original, sent, received),
        who,
        groups,
        previous,
        blocked,
        traits,
        properties,
        extras: extras.into_iter().collect(),
        context,
        choices: Box::default(),
    };
    // Where all persons and devices of the record have been blocked since, a refusal still stands on one of them.
    let on = event.who.iter().chain(&event.blocked).chain(&event.groups).next().map(Identifier::member);
    let mut choices = Vec::new();
    for _ in 0..from.length()? {
        choices.push(from.choice(schema, on)?);
    }
    choices.sort();
    event.choices = choices.into();
    Ok(event)
}

/// Stored names as the fields of today; what does not fit goes to the extras, and extras that fit come back.
fn fields(
    schema: &Schema,
    owner: Owner,
    path: &str,
    stored: Vec<(Text, Value)>,
    extras: &mut BTreeMap<Text, Value>,
) -> Fields {
    let again: Vec<(Text, Value)> = extras
        .range::<str, _>((std::ops::Bound::Included(path), std::ops::Bound::Unbounded))
        .map_while(|(name, value)| name.strip_prefix(path).map(|name| (Text::from(name), value.clone())))
        .collect();
    let mut fields: BTreeMap<FieldId, Value> = BTreeMap::new();
    for (name, value) in again.into_iter().chain(stored) {
        let full = Text::from(format!("{path}{name}"));
        match schema.field_of(owner, &name).map(|field| (field, schema.fit(field, value.clone()))) {
            Some((field, Ok(value))) => {
                extras.remove(&full);
                fields.insert(field, value);
            }
            _ => {
                extras.insert(full, value);
            }
        }
    }
    fields.into_iter().collect()
}

// ---------------------------------------------------------------- writing

fn put_uint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_int(out: &mut Vec<u8>, number: i64) {
    put_uint(out, ((number << 1) ^ (number >> 63)) as u64);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_uint(out, text.len() as u64);
    out.extend(text.as_bytes());
}

fn put_time(out: &mut Vec<u8>, time: Option<Time>) {
    match time {
        Some(time) => {
            out.push(1);
            put_int(out, time.0);
        }
        None => out.push(0),
    }
}

fn kind_name(schema: &Schema, member: Member) -> &str {
    schema.kind_info(member.kind).map_or("", |kind| &kind.name)
}

/// A member stands for a value that is not here, in the form that its kind had: both are written, so that a kind of
/// another form is refused instead of silently meaning nobody.
fn put_member(out: &mut Vec<u8>, schema: &Schema, member: Member) {
    put_text(out, kind_name(schema, member));
    put_text(out, form_name(schema, member));
    out.extend(member.token.0);
}

fn form_name(schema: &Schema, member: Member) -> &'static str {
    match schema.kind_info(member.kind).map(|kind| kind.form).unwrap_or_default() {
        Form::Raw => "raw",
        Form::Email => "email",
        Form::Phone => "phone",
        Form::Name => "name",
        Form::Postcode => "postcode",
        Form::Date => "date",
        Form::Text => "text",
    }
}

fn put_identifier(out: &mut Vec<u8>, schema: &Schema, identifier: &Identifier) {
    put_text(out, kind_name(schema, identifier.member()));
    put_text(out, identifier.value().reveal());
}

fn put_pairs(out: &mut Vec<u8>, pairs: &[(Text, Value)]) {
    put_uint(out, pairs.len() as u64);
    for (name, value) in pairs {
        put_text(out, name);
        put_value(out, value);
    }
}

fn put_choice(out: &mut Vec<u8>, schema: &Schema, choice: &Choice) {
    let optional = |out: &mut Vec<u8>, text: Option<&str>| match text {
        Some(text) => {
            out.push(1);
            put_text(out, text);
        }
        None => out.push(0),
    };
    match choice.purpose {
        Scope::All => put_text(out, "*"),
        Scope::Only(purpose) => put_text(out, schema.purpose_name(purpose)),
    }
    optional(out, choice.channel.map(|channel| schema.channel_name(channel)));
    put_text(out, choice.action.name());
    put_text(out, Actor::ALL.iter().find(|(_, actor)| *actor == choice.actor).map_or("", |(name, _)| name));
    put_time(out, choice.expires);
    put_uint(out, choice.notice.into());
    optional(out, choice.evidence.as_deref());
    optional(out, choice.regime.as_deref());
}

pub(crate) fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(0),
        Value::Bool(yes) => out.extend([1, u8::from(*yes)]),
        Value::Int(number) => {
            out.push(2);
            put_int(out, *number);
        }
        Value::Decimal(number) => {
            out.extend([3, number.scale()]);
            put_int(out, number.units());
        }
        Value::Money(money) => {
            out.extend([4, money.amount().scale()]);
            put_int(out, money.amount().units());
            put_text(out, &money.currency().to_string());
        }
        Value::Text(text) => {
            out.push(5);
            put_text(out, text);
        }
        Value::Time(time) => {
            out.push(6);
            put_int(out, time.0);
        }
        Value::Date(date) => {
            out.push(7);
            put_int(out, date.days().into());
        }
        Value::List(items) => {
            out.push(8);
            put_uint(out, items.len() as u64);
            items.iter().for_each(|item| put_value(out, item));
        }
        Value::Map(pairs) => {
            out.push(9);
            put_pairs(out, pairs);
        }
        Value::Score(score) => {
            out.push(10);
            out.extend(score.get().to_le_bytes());
        }
    }
}

// ---------------------------------------------------------------- reading

struct Reader<'a>(&'a [u8]);

const SHORT: WireError = WireError::Damaged("it ends too early");

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Read<u8> {
        self.take(1)?.first().copied().ok_or(SHORT)
    }

    fn uint(&mut self) -> Read<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(WireError::Damaged("a number is too long"))
    }

    fn int(&mut self) -> Read<i64> {
        let number = self.uint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A length, never more than there are bytes left, so that damage does not ask for memory.
    fn length(&mut self) -> Read<usize> {
        usize::try_from(self.uint()?).ok().filter(|length| *length <= self.0.len()).ok_or(SHORT)
    }

    fn text(&mut self) -> Read<Text> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map(Text::from).map_err(|_| WireError::Damaged("a text is not UTF-8"))
    }

    fn hash(&mut self) -> Read<[u8; 16]> {
        self.take(16)?.try_into().map_err(|_| SHORT)
    }

    fn time(&mut self) -> Read<Option<Time>> {
        match self.byte()? {
            0 => Ok(None),
            _ => Ok(Some(Time(self.int()?))),
        }
    }

    fn member(&mut self, schema: &Schema) -> Read<Member> {
        let (name, form) = (self.text()?, self.text()?);
        let kind = schema.kind(&name);
        let kind = kind.map_err(|_| WireError::Undeclared { what: "kind of identifier", name: name.clone() })?;
        let member = Member { kind, token: Token(self.hash()?) };
        if form.as_str() == form_name(schema, member) { Ok(member) } else { Err(WireError::Reformed { name, form }) }
    }

    fn identifier(&mut self, schema: &Schema) -> Read<Identifier> {
        let (kind, value) = (self.text()?, self.text()?);
        let kind = schema.kind(&kind).map_err(|_| WireError::Undeclared { what: "kind of identifier", name: kind })?;
        Ok(schema.identify_stored(kind, &value))
    }

    fn pairs(&mut self) -> Read<Vec<(Text, Value)>> {
        let count = self.length()?;
        let mut pairs = Vec::with_capacity(count.min(256));
        for _ in 0..count {
            pairs.push((self.text()?, self.value(0)?));
        }
        Ok(pairs)
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        if depth > 64 {
            return Err(WireError::Damaged("values nest too deep"));
        }
        Ok(match self.byte()? {
            0 => Value::Null,
            1 => Value::Bool(self.byte()? != 0),
            2 => Value::Int(self.int()?),
            3 => Value::Decimal(self.decimal()?),
            4 => {
                let amount = self.decimal()?;
                let currency = self.text()?.parse().map_err(|_| WireError::Damaged("a currency"))?;
                Value::Money(Money::new(amount, currency))
            }
            5 => Value::Text(self.text()?),
            6 => Value::Time(Time(self.int()?)),
            7 => Value::Date(
                i32::try_from(self.int()?).ok().and_then(Date::from_days).ok_or(WireError::Damaged("a day"))?,
            ),
            8 => {
                let mut items = Vec::new();
                for _ in 0..self.length()? {
                    items.push(self.value(depth + 1)?);
                }
                items.into()
            }
            9 => {
                let mut pairs = Vec::new();
                for _ in 0..self.length()? {
                    pairs.push((self.text()?, self.value(depth + 1)?));
                }
                Value::map(pairs)
            }
            10 => {
                let bytes = self.take(8)?.try_into().map_err(|_| SHORT)?;
                Value::Score(Score::new(f64::from_le_bytes(bytes)).ok_or(WireError::Damaged("a score is not finite"))?)
            }
            _ => return Err(WireError::Damaged("an unknown sort of value")),
        })
    }

    fn decimal(&mut self) -> Read<Decimal> {
        let scale = self.byte()?;
        Decimal::new(self.int()?, scale).ok_or(WireError::Damaged("a decimal number"))
    }

    fn optional(&mut self) -> Read<Option<Text>> {
        match self.byte()? {
            0 => Ok(None),
            _ => Ok(Some(self.text()?)),
        }
    }

    fn choice(&mut self, schema: &Schema, on: Option<Member>) -> Read<Choice> {
        let purpose = self.text()?;
        let channel = self.optional()?;
        let (action, actor) = (self.text()?, self.text()?);
        Ok(Choice {
            on: on.ok_or(WireError::Damaged("a choice of nobody"))?,
            purpose: match purpose.as_str() {
                "*" => Scope::All,
                name => Scope::Only(
                    schema
                        .purpose(name)
                        .map_err(|_| WireError::Undeclared { what: "purpose", name: purpose.clone() })?,
                ),
            },
            channel: match channel {
                Some(name) => Some(schema.channel(&name).map_err(|_| WireError::Undeclared { what: "channel", name })?),
                None => None,
            },
            action: Action::named(&action).ok_or(WireError::Damaged("an unknown action"))?,
            actor: Actor::named(&actor).ok_or(WireError::Damaged("an unknown actor"))?,
            expires: self.time()?,
            notice: u32::try_from(self.uint()?).map_err(|_| WireError::Damaged("a notice's version"))?,
            evidence: self.optional()?,
            regime: self.optional()?,
        })
    }
}
