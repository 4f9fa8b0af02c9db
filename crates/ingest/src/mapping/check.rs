//! Whether a mapping and a schema fit each other, said before the first row.

use onefold_model::schema::Owner;
use onefold_model::{Actor, Class, Currency, Diagnostic, Error as ModelError, EventTypeId, Schema, Text, closest};

use super::Mapping;
use crate::Error;

/// All that is wrong, each with a code: `I01` a name that the schema lacks, `I02` what does not fit together, `I03` a
/// value that cannot be read.
struct Faults<'a> {
    mapping: &'a str,
    all: Vec<Diagnostic>,
}

impl Faults<'_> {
    fn say(&mut self, code: &'static str, message: &str, help: Option<String>) {
        let message = format!("import `{}`: {message}", self.mapping);
        self.all.push(Diagnostic { code, span: 0..0, message, help });
    }

    fn name<T>(&mut self, found: Result<T, ModelError>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(ModelError::Unknown { what, name, help }) => {
                self.say(
                    "I01",
                    &format!("unknown {what} `{name}`"),
                    help.map(|help| format!("did you mean `{help}`?")),
                );
                None
            }
            Err(error) => {
                self.say("I01", &error.to_string(), None);
                None
            }
        }
    }
}

impl Mapping {
    /// Checks every name against the schema.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that is wrong.
    ///
    /// ```
    /// use onefold_ingest::Mapping;
    /// use onefold_model::{Kind, Party, Schema};
    /// let schema = Schema::builder().source("crm", Party::First, 90).kind(Kind::person("email")).build([7; 32].into())?;
    /// let fault = Mapping::of("crm", "identify").who("mail", "e_mail").check(&schema).unwrap_err();
    /// assert_eq!(fault.to_string(), "I01: import `crm`: unknown kind of identifier `e_mail`; did you mean `email`?");
    /// # Ok::<(), onefold_model::Error>(())
    /// ```
    pub fn check(&self, schema: &Schema) -> Result<(), Error> {
        let mut faults = Faults { mapping: self.import_name(), all: Vec::new() };
        faults.name(schema.source(&self.source));
        let what = match (&self.event_from, self.event.as_str()) {
            (None, "") => {
                faults.say(
                    "I02",
                    "says not what a row is",
                    Some("name an `event`, or the column that names it in `event_from`".into()),
                );
                None
            }
            (Some(_), _) => None,
            (None, name) => faults.name(schema.event_type(name)),
        };
        for kind in self.who.values().flat_map(|names| &names.0).chain(self.previous.values()) {
            faults.name(schema.kind(kind));
        }
        for kind in self.group.values().flat_map(|names| &names.0) {
            if let Some(id) = faults.name(schema.kind(kind))
                && schema.class(id) != Class::Group
            {
                faults.say(
                    "I02",
                    &format!("kind `{kind}` names no group"),
                    Some("put it into `who`, or declare it with `class = \"group\"`".into()),
                );
            }
        }
        if self.previous.len() > 1 {
            faults.say("I02", "names several columns in `previous`, where an alias has one", None);
        }
        let about_people = matches!(self.event.as_str(), "identify" | "group") && self.event_from.is_none();
        let fields = self
            .traits
            .values()
            .flat_map(|names| &names.0)
            .chain(self.money.values().filter_map(|it| it.field.as_ref()));
        for name in fields.chain(self.constants.keys().filter(|_| about_people)) {
            faults.name(schema.field(name));
        }
        let properties = self
            .properties
            .values()
            .flat_map(|names| &names.0)
            .chain(self.money.values().filter_map(|it| it.property.as_ref()));
        for name in properties.chain(self.constants.keys().filter(|_| !about_people)) {
            self.property_is_declared(schema, what, name, &mut faults);
        }
        for (column, amount) in &self.money {
            if amount.property.is_some() == amount.field.is_some() {
                faults.say("I02", &format!("the amount in `{column}` is to be one `property` or one `trait`"), None);
            }
            if let Some(currency) = &amount.currency
                && let Err(reason) = currency.parse::<Currency>()
            {
                faults.say("I03", &format!("`{currency}` is {reason}"), None);
            }
        }
        for consented in self.consent.values() {
            faults.name(schema.purpose(&consented.purpose));
            if let Some(channel) = &consented.channel {
                faults.name(schema.channel(channel));
            }
            if let Some(actor) = &consented.actor
                && Actor::named(actor).is_none()
            {
                let help = closest(actor, Actor::ALL.map(|(name, _)| name)).unwrap_or("import");
                faults.say("I01", &format!("unknown actor `{actor}`"), Some(format!("did you mean `{help}`?")));
            }
        }
        let known = self.named_columns();
        if known.is_empty() && self.columns.is_empty() {
            faults.say(
                "I02",
                "names no column",
                Some("say what a column is, such as `who = { mail = \"email\" }`".into()),
            );
        }
        if let Some(delimiter) = self.delimiter
            && (!delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r'))
        {
            faults.say("I03", "the delimiter is no ASCII character that can separate cells", None);
        }
        if faults.all.is_empty() { Ok(()) } else { Err(Error::Invalid(faults.all)) }
    }

    /// Where rows name their event themselves, any event may have it.
    fn property_is_declared(&self, schema: &Schema, what: Option<EventTypeId>, name: &Text, faults: &mut Faults<'_>) {
        match (what, &self.event_from) {
            (Some(what), _) => {
                faults.name(schema.property(what, name));
            }
            (None, Some(_)) => {
                if !schema.event_types().any(|what| schema.field_of(Owner::Event(what), name).is_some()) {
                    let known = schema
                        .spec()
                        .events
                        .iter()
                        .flat_map(|event| event.properties.iter().map(|it| it.name.as_str()));
                    faults.name::<()>(Err(ModelError::unknown("property", name, known)));
                }
            }
            // The event itself is unknown, which is said already.
            (None, None) => {}
        }
    }
}
