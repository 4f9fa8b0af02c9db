//! A mapping made ready for a schema: each step knows which value it takes and what it makes of it.

use onefold_model::schema::Owner;
use onefold_model::{Currency, Draft, Issue, Money, Schema, Text, Time, Type, Value};

use super::{Amount, Consented, Mapping, Rest};
use crate::{Error, Numbers, TimeFormat, choice};

/// What is done with the value of a column.
#[derive(Debug)]
enum Step {
    Who(Text),
    Previous(Text),
    Trait(Text),
    Property(Text),
    Context(Text),
    Money(Amount, Option<Currency>, Option<usize>),
    Consent(Consented),
    At,
    Sent,
    Received,
}

/// A mapping, checked.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) schema: Schema,
    pub(crate) mapping: Mapping,
    /// The columns that a row must hand over, sorted.
    pub(crate) needs: Vec<Text>,
    /// The number of a column among the needed ones, and what it is.
    steps: Vec<(usize, Step)>,
    id: Option<usize>,
    event: Option<usize>,
}

/// A row's values: those that the plan needs, in its order, and those that it does not name.
pub(crate) struct Row<'a> {
    pub(crate) values: Vec<Value>,
    pub(crate) rest: Vec<(Text, Value)>,
    /// The row as a canonical JSON object, and when it came in where that is said of it alone: by this it is named
    /// where nobody numbered it.
    pub(crate) content: &'a str,
    /// The row as it came.
    pub(crate) raw: &'a [u8],
    pub(crate) number: u64,
    pub(crate) received: Option<Time>,
}

impl Plan {
    pub(crate) fn new(mapping: &Mapping, schema: &Schema) -> Result<Self, Error> {
        mapping.check(schema)?;
        let needs = mapping.named_columns();
        let at = |column: &Text| needs.binary_search(column).unwrap_or(usize::MAX);
        let mut steps = Vec::new();
        for (map, step) in [
            (&mapping.who, Step::Who as fn(Text) -> Step),
            (&mapping.group, Step::Who),
            (&mapping.traits, Step::Trait),
            (&mapping.properties, Step::Property),
            (&mapping.context, Step::Context),
        ] {
            steps.extend(
                map.iter().flat_map(|(column, names)| names.0.iter().map(move |name| (column, step(name.clone())))),
            );
        }
        steps.extend(mapping.previous.iter().map(|(column, kind)| (column, Step::Previous(kind.clone()))));
        for (column, amount) in &mapping.money {
            let currency = amount.currency.as_ref().and_then(|currency| currency.parse().ok());
            steps.push((column, Step::Money(amount.clone(), currency, amount.currency_from.as_ref().map(at))));
        }
        steps.extend(mapping.consent.iter().map(|(column, consented)| (column, Step::Consent(consented.clone()))));
        for (column, step) in
            [(&mapping.at, Step::At), (&mapping.sent, Step::Sent), (&mapping.received, Step::Received)]
        {
            steps.extend(column.iter().map(|column| (column, step_again(&step))));
        }
        let steps = steps.into_iter().map(|(column, step)| (at(column), step)).collect();
        let (id, event) = (mapping.id.as_ref().map(at), mapping.event_from.as_ref().map(at));
        Ok(Self { schema: schema.clone(), mapping: mapping.clone(), steps, id, event, needs })
    }

    /// The draft that a row makes. What keeps it out is said in the draft as its fault, since its id is known.
    /// `nth` gives the number of this content among equal ones.
    pub(crate) fn draft(&self, row: Row<'_>, nth: impl FnOnce() -> u32) -> Draft {
        let import = self.mapping.import_name();
        let value = |at: usize| row.values.get(at).unwrap_or(Value::NULL);
        let named = self.event.map(|at| text(value(at)));
        let what = match &named {
            Some(name) => name.clone().unwrap_or_default(),
            None => self.mapping.event.to_string(),
        };
        let mut draft = self.schema.draft(&self.mapping.source, &what).numbered(row.number).raw(row.raw);
        draft = match self.id.and_then(|at| text(value(at))) {
            Some(id) => draft.message_id(&id).import(import),
            None => draft.row(import, row.content.as_bytes(), nth()),
        };
        let mut faults = Faults { row: row.number, issue: None };
        if named.is_some_and(|name| name.is_none()) {
            faults.add("no_event", self.column(self.event), "the row does not name its event");
        }
        let owner = self.schema.event_type(&what).map(Owner::Event);
        let about_people = matches!(what.as_str(), "identify" | "group");
        if let Some(received) = row.received {
            draft = draft.received(received);
        }
        for (at, step) in &self.steps {
            let value = value(*at);
            if value.is_null() {
                continue;
            }
            let column = self.column(Some(*at));
            draft = match step {
                Step::Who(kind) => texts(value).into_iter().fold(draft, |draft, value| draft.who(kind, &value)),
                Step::Previous(kind) => match text(value) {
                    Some(value) => draft.previous(kind, &value),
                    None => draft,
                },
                Step::Trait(name) => draft.trait_(name, self.typed(Owner::Profile, name, value)),
                Step::Property(name) => {
                    let value = owner.as_ref().map_or_else(|_| value.clone(), |owner| self.typed(*owner, name, value));
                    draft.set(name, value)
                }
                Step::Context(name) => draft.context(name, value.clone()),
                Step::Money(amount, currency, from) => {
                    let said = from.and_then(|at| row.values.get(at)).unwrap_or(Value::NULL);
                    self.money(draft, amount, value, *currency, said, column, &mut faults)
                }
                Step::Consent(consented) => match choice::read(value, &consented.yes, &consented.no) {
                    Ok(Some(action)) => draft.choose(consented.chosen(action)),
                    Ok(None) => draft,
                    Err(()) => {
                        faults.add("unreadable_consent", column, "neither yes nor no");
                        draft
                    }
                },
                Step::At | Step::Sent | Step::Received => match (self.mapping.times.read(value), step) {
                    (Some(time), Step::At) => draft.at(time),
                    (Some(time), Step::Sent) => draft.sent(time),
                    (Some(time), _) => draft.received(time),
                    (None, _) => {
                        faults.add("bad_timestamp", column, "not a time in the form that the mapping names");
                        draft
                    }
                },
            };
        }
        let constants = self.mapping.constants.iter().map(|(name, value)| (name.clone(), Value::from(value)));
        for (name, value) in row.rest.into_iter().chain(constants) {
            draft = match about_people {
                true => draft.trait_(&name, self.typed(Owner::Profile, &name, &value)),
                false => {
                    let value =
                        owner.as_ref().map_or_else(|_| value.clone(), |owner| self.typed(*owner, &name, &value));
                    draft.set(&name, value)
                }
            };
        }
        match faults.issue {
            Some(issue) => draft.fault(issue),
            None => draft,
        }
    }

    fn column(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.needs.get(at)).map_or("", Text::as_str)
    }

    /// Whether columns that the mapping does not name are kept.
    pub(crate) fn keeps_rest(&self) -> bool {
        self.mapping.rest == Rest::Keep
    }

    /// A value as the record means it: trimmed, and null where it stands for nothing.
    #[cfg(feature = "json")]
    pub(crate) fn clean(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => self.cell(text),
            other => other.clone(),
        }
    }

    pub(crate) fn cell(&self, text: &str) -> Value {
        let trimmed = text.trim();
        if trimmed.is_empty() || self.mapping.null.iter().any(|marker| marker.as_str() == trimmed) {
            Value::Null
        } else {
            Value::from(trimmed)
        }
    }

    /// Text as the source writes it, where the schema wants a time, a day or a number. What cannot be read stays as it
    /// is, and the schema judges it.
    fn typed(&self, owner: Owner, name: &str, value: &Value) -> Value {
        let plain = value.clone();
        let Some(field) = self.schema.field_of(owner, name) else {
            return plain;
        };
        let times = self.mapping.times;
        let read = match self.schema.type_of(field) {
            Type::Time => times.read(value).map(Value::Time),
            Type::Date if times.orders() => times.day(value).map(Value::Date),
            Type::Date if matches!(times, TimeFormat::UnixSeconds | TimeFormat::UnixMillis) => {
                times.read(value).map(|time| Value::Date(time.date()))
            }
            Type::Int | Type::Decimal | Type::Money | Type::Score if self.mapping.numbers != Numbers::Plain => {
                self.mapping.numbers.read(value).map(Value::Decimal)
            }
            _ => None,
        };
        read.unwrap_or(plain)
    }

    #[expect(clippy::too_many_arguments, reason = "one amount has many sides")]
    fn money(
        &self,
        draft: Draft,
        amount: &Amount,
        value: &Value,
        currency: Option<Currency>,
        said: &Value,
        column: &str,
        faults: &mut Faults,
    ) -> Draft {
        let currency = match said {
            Value::Null => Ok(currency),
            said => text(said).and_then(|code| code.parse().ok()).map(Some).ok_or("no currency can be read"),
        };
        let read = currency.and_then(|currency| {
            let whole = value.as_text().and_then(|text| text.parse::<Money>().ok());
            let (number, currency) = match (self.mapping.numbers.read(value), currency, whole) {
                (Some(number), Some(currency), _) => (number, currency),
                (None, None, Some(money)) => (money.amount(), money.currency()),
                (None, Some(currency), Some(money)) if money.currency() == currency => (money.amount(), currency),
                (None, Some(_), Some(_)) => return Err("two currencies are named"),
                (Some(_), None, _) => return Err("no currency is named"),
                (None, _, None) => return Err("not a number in the form that the mapping names"),
            };
            let number = match amount.factor {
                Some(factor) => number.checked_mul(factor).ok_or("the amount cannot be kept exactly")?,
                None => number,
            };
            Ok(Money::new(number, currency))
        });
        match (read, &amount.property, &amount.field) {
            (Ok(money), Some(name), _) => draft.set(name, money),
            (Ok(money), None, Some(name)) => draft.trait_(name, money),
            (Err(reason), Some(_), _) => {
                faults.add("bad_amount", column, reason);
                draft
            }
            // A trait that cannot be read keeps no record out.
            (Err(reason), None, Some(name)) => {
                let issue = Issue::new("bad_amount", column, reason).row(faults.row);
                draft.note(issue).context(name, value.clone())
            }
            (_, None, None) => draft,
        }
    }
}

/// The step, of those that hold nothing.
fn step_again(step: &Step) -> Step {
    match step {
        Step::Sent => Step::Sent,
        Step::Received => Step::Received,
        _ => Step::At,
    }
}

/// The first thing that keeps a row out.
struct Faults {
    row: u64,
    issue: Option<Issue>,
}

impl Faults {
    fn add(&mut self, code: &str, path: &str, detail: &str) {
        if self.issue.is_none() {
            self.issue = Some(Issue::new(code, path, detail).row(self.row));
        }
    }
}

/// A plain value as text; nothing for a null, a list or a map.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) => None,
        Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

/// A plain value as text, or those of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::List(items) => items.iter().filter_map(text).collect(),
        other => text(other).into_iter().collect(),
    }
}
