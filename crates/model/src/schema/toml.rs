//! The schema as a file: TOML in, every fault at its place, and TOML out again.
//!
//! A tracking plan is edited by people who do not write Rust, so the message is the interface: an unknown key, a value
//! of the wrong type or a word that is no choice is reported with its bytes and with what was probably meant, and all
//! of them in one run. The file is therefore walked as a document with spans; derived reading would stop at the first
//! fault. docs/SCHEMA.md defines every key.
//!
//! Which keys a table knows is not written down a second time: it knows those that were asked for, and the struct
//! literal that takes the answers makes the compiler ask for all.
//!
//! Deliberately absent: imports, segments, identity rules and policy. They may stand in the same file, under top-level
//! keys that [`Spec::from_toml_with`] is told to pass over; the crates that own them read them.

mod locate;
mod walk;
mod write;

use ::toml::Spanned;
use ::toml::de::DeTable;

use super::{EventType, Field, Group, Kind, LimitWithin, Purpose, Schema, Source, Spec, Undeclared, View};
use crate::{Diagnostic, Error, Labels, Limits, TokenKey};
use walk::{Item, Reader};

impl Spec {
    /// Reads a schema written in TOML. With `standard = true` it is laid over [`Spec::standard`].
    ///
    /// ```
    /// use onefold_model::schema::Spec;
    ///
    /// let spec = Spec::from_toml(r#"
    ///     [[kind]]
    ///     name = "email"
    ///     form = "email"
    /// "#)?;
    /// assert_eq!(spec.kinds[0].name, "email");
    ///
    /// let fault = Spec::from_toml("[[kind]]\nname = \"email\"\nfrom = \"email\"").unwrap_err();
    /// assert_eq!(fault.to_string(), "S12: unknown key `from`; did you mean `form`?");
    /// # Ok::<(), onefold_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that cannot be read, each with its place in the text. Whether names agree
    /// with each other is asked by [`Spec::build`], or with places by [`Schema::from_toml`].
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        Self::from_toml_with(text, &[])
    }

    /// The same, passing over top-level keys that belong to others, such as `import`.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_toml_with(text: &str, also: &[&str]) -> Result<Self, Error> {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(Error::Invalid(errors.iter().map(|error| syntax(text, error)).collect()));
        }
        let mut reader = Reader::default();
        let (spec, standard) = reader.spec(&document, also);
        reader.faults.sort_by_key(|fault| fault.span.start);
        match (reader.faults.is_empty(), standard) {
            (false, _) => Err(Error::Invalid(reader.faults)),
            (true, true) => Ok(Self::standard().merge(spec)),
            (true, false) => Ok(spec),
        }
    }
}

impl Schema {
    /// Reads a schema written in TOML, checks it whole, and binds it to the tenant's key. Unlike [`Spec::build`], this
    /// shows where in the text a name is that is declared twice or not at all.
    ///
    /// ```
    /// use onefold_model::{Error, Schema};
    ///
    /// let text = "[[kind]]\nname = \"cookie\"\nclass = \"device\"\nstitch = \"recognition\"";
    /// let Err(Error::Invalid(faults)) = Schema::from_toml(text, &[], [7; 32].into()) else { unreachable!() };
    /// assert_eq!(faults[0].message, "unknown purpose `recognition`");
    /// assert_eq!(&text[faults[0].span.clone()], "\"recognition\"");
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn from_toml(text: &str, also: &[&str], key: TokenKey) -> Result<Self, Error> {
        let built = Spec::from_toml_with(text, also)?.build(key);
        built.map_err(|error| match error {
            Error::Invalid(faults) => Error::Invalid(locate::locate(text, faults)),
            other => other,
        })
    }
}

/// What the parser says, in our manner of saying it.
fn syntax(text: &str, error: &::toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(text.len()..text.len());
    let message = error.message().trim_end_matches('.').replace('\n', ", ");
    let mut letters = message.chars();
    let message = letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
    Diagnostic::new("S11", span, format!("this is not TOML: {message}"))
}

impl Reader {
    // ------------------------------------------------------------ the tables of a schema

    fn spec<'t>(&mut self, document: &'t Spanned<DeTable<'t>>, also: &[&str]) -> (Spec, bool) {
        let table = &mut Self::document(document);
        let standard = self.get(table, "standard", Self::flag).unwrap_or_default();
        let spec = Spec {
            undeclared: self.get(table, "undeclared", Self::choice::<Undeclared>).unwrap_or_default(),
            limits: self.get(table, "limits", Self::limits).unwrap_or_default(),
            sources: self.all(table, "source", Self::source),
            kinds: self.all(table, "kind", Self::kind),
            fields: self.all(table, "field", Self::field),
            groups: self.all(table, "field_group", Self::group),
            events: self.all(table, "event", Self::event),
            purposes: self.all(table, "purpose", Self::purpose),
            channels: self.get(table, "channels", Self::texts).unwrap_or_default(),
            views: self.all(table, "view", Self::view),
        };
        self.no_other(table, also);
        (spec, standard)
    }

    fn source<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Source> {
        let table = &mut self.table(item, key)?;
        let source = Source {
            name: self.name(table),
            party: self.get(table, "party", Self::choice).unwrap_or_default(),
            trust: self.get(table, "trust", Self::whole).unwrap_or_default(),
            basis: self.get(table, "basis", Self::text),
        };
        self.no_other(table, &[]);
        Some(source)
    }

    fn kind<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Kind> {
        let table = &mut self.table(item, key)?;
        let kind = Kind {
            name: self.name(table),
            class: self.get(table, "class", Self::choice).unwrap_or_default(),
            form: self.get(table, "form", Self::choice).unwrap_or_default(),
            region: self.get(table, "region", Self::text),
            priority: self.get(table, "priority", Self::whole),
            unique: self.get(table, "unique", Self::flag).unwrap_or_default(),
            shareable: self.get(table, "shareable", Self::flag).unwrap_or_default(),
            limit: self.get(table, "limit", Self::whole),
            limit_within: self.get(table, "limit_within", Self::limit_within),
            generic_above: self.get(table, "generic_above", Self::whole),
            session: self.get(table, "session", Self::span),
            stitch: self.get(table, "stitch", Self::text),
            blocked: self.get(table, "blocked", Self::texts).unwrap_or_default(),
            relation: self.get(table, "relation", Self::text),
        };
        self.no_other(table, &[]);
        Some(kind)
    }

    fn limit_within<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<LimitWithin> {
        let table = &mut self.table(item, key)?;
        let count = self.must(table, "count", Self::whole);
        let within = self.must(table, "within", Self::span);
        self.no_other(table, &[]);
        Some(LimitWithin { count: count?, within: within? })
    }

    fn field<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Field> {
        let table = &mut self.table(item, key)?;
        let field = Field {
            name: self.name(table),
            ty: self.get(table, "type", Self::choice).unwrap_or_default(),
            currency: self.get(table, "currency", Self::currency),
            keep: self.get(table, "keep", Self::choice),
            labels: self.get(table, "labels", Self::labels).unwrap_or_default(),
            values: self.get(table, "values", Self::texts).unwrap_or_default(),
        };
        self.no_other(table, &[]);
        Some(field)
    }

    fn labels<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Labels> {
        let table = &mut self.table(item, key)?;
        let labels = Labels {
            identity: self.get(table, "identity", Self::choice).unwrap_or_default(),
            sensitivity: self.get(table, "sensitivity", Self::choice).unwrap_or_default(),
            origin: self.get(table, "origin", Self::choice).unwrap_or_default(),
        };
        self.no_other(table, &[]);
        Some(labels)
    }

    fn group<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Group> {
        let table = &mut self.table(item, key)?;
        let group = Group {
            name: self.name(table),
            fields: self.must(table, "fields", Self::texts).unwrap_or_default(),
            keep: self.get(table, "keep", Self::choice).unwrap_or_default(),
        };
        self.no_other(table, &[]);
        Some(group)
    }

    fn event<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<EventType> {
        let table = &mut self.table(item, key)?;
        let event = EventType {
            name: self.name(table),
            also: self.get(table, "also", Self::texts).unwrap_or_default(),
            properties: self.all(table, "properties", Self::field),
            passive: self.get(table, "passive", Self::flag).unwrap_or_default(),
        };
        self.no_other(table, &[]);
        Some(event)
    }

    fn purpose<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Purpose> {
        let table = &mut self.table(item, key)?;
        let purpose =
            Purpose { name: self.name(table), also: self.get(table, "also", Self::texts).unwrap_or_default() };
        self.no_other(table, &[]);
        Some(purpose)
    }

    fn view<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<View> {
        let table = &mut self.table(item, key)?;
        let view = View {
            name: self.name(table),
            sources: self.get(table, "sources", Self::texts).unwrap_or_default(),
            party: self.get(table, "party", Self::choice),
            keep: self.get(table, "keep", Self::choice),
        };
        self.no_other(table, &[]);
        Some(view)
    }

    fn limits<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Limits> {
        let table = &mut self.table(item, key)?;
        let usual = Limits::default();
        let limits = Limits {
            record_bytes: self.get(table, "record_bytes", Self::whole).unwrap_or(usual.record_bytes),
            depth: self.get(table, "depth", Self::whole).unwrap_or(usual.depth),
            keys: self.get(table, "keys", Self::whole).unwrap_or(usual.keys),
            text_bytes: self.get(table, "text_bytes", Self::whole).unwrap_or(usual.text_bytes),
            identifiers: self.get(table, "identifiers", Self::whole).unwrap_or(usual.identifiers),
            earliest: self.get(table, "earliest", Self::time).unwrap_or(usual.earliest),
        };
        self.no_other(table, &[]);
        Some(limits)
    }
}
