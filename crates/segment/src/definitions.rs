//! Definitions that fit a schema: the one thing that batch and stream both evaluate.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock};

use onefold_model::{
    Diagnostic, Event, EventTypeId, Facts, FieldId, Labels, People, Schema, SegmentId, Time, Truth, Type, Until, Value,
};

use crate::ast::{Body, Definition, Expr, Source, Term};
use crate::check::Broken;
use crate::error::Faults;
use crate::eval::{self, Answer, Sight};
use crate::plan::{Computed, Plan};
use crate::why::Explanation;
use crate::{Error, check, lint, parse, why};

/// Segments and computed traits, read, checked against a schema and ready to evaluate. A clone shares them.
///
/// ```
/// use onefold_model::{Kind, Schema, Type};
/// use onefold_segment::Definitions;
/// let schema = Schema::builder().kind(Kind::person("user_id")).field("country", Type::Text).build([7; 32].into())?;
/// let definitions = Definitions::parse("segment german = country = \"DE\"", &schema)?;
/// assert_eq!(definitions.to_string(), "segment german = country = \"DE\"\n");
///
/// let wrong = Definitions::parse("segment german = contry = \"DE\"", &schema).unwrap_err();
/// assert_eq!(wrong.to_string(), "E06: unknown trait `contry`; did you mean `country`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Definitions(Arc<Inner>);

#[derive(Default)]
struct Inner {
    source: Source,
    plan: Plan,
    /// Made when they are asked for.
    lints: OnceLock<Vec<Diagnostic>>,
    /// The places of segments among the definitions, in the order of definition: by id.
    segments: Vec<usize>,
    /// Ids by name.
    ids: HashMap<String, SegmentId>,
    /// Places among the plan's computed traits, by name.
    computed: HashMap<String, usize>,
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.source.definitions.iter().map(|it| it.name.as_str());
        f.debug_list().entries(names).finish()
    }
}

/// The tree of a text, before any schema has checked it: to print it in canonical form, or to say it in English.
///
/// ```
/// use onefold_segment::Source;
/// let source: Source = "segment german=country=\"DE\" # they".parse()?;
/// assert_eq!(source.to_string(), "# they\nsegment german = country = \"DE\"\n");
/// assert!("segment german = ".parse::<Source>().is_err());
/// # Ok::<(), onefold_segment::Error>(())
/// ```
impl std::str::FromStr for Source {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut faults = Faults::default();
        let parsed = parse::parse(text, &mut faults);
        faults.into_result()?;
        Ok(parsed.source)
    }
}

/// The canonical text, from which the same definitions are read.
impl fmt::Display for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source.fmt(f)
    }
}

/// The plain data, as [`Source`] has it.
impl serde::Serialize for Definitions {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.source.serialize(to)
    }
}

impl Definitions {
    /// No segments and no computed traits.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads definitions and checks them against a schema.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self, Error> {
        Self::empty().extend(text, schema)
    }

    /// These definitions and those of another text, which may speak of these. Ids stay; spans of messages are places
    /// in the new text.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn extend(&self, text: &str, schema: &Schema) -> Result<Self, Error> {
        let mut faults = Faults::default();
        let parsed = parse::parse(text, &mut faults);
        let mut source = self.0.source.clone();
        source.notes.extend(parsed.source.notes);
        source.definitions.extend(parsed.source.definitions);
        let broken = Broken { segments: parsed.broken, traits: parsed.broken_traits };
        Self::checked(source, &broken, schema, faults)
    }

    /// Checks definitions that are plain data already, such as those read from JSON.
    ///
    /// ```
    /// use onefold_model::{Kind, Schema, Type};
    /// use onefold_segment::{Definitions, Source};
    /// let schema = Schema::builder().kind(Kind::person("user_id")).field("country", Type::Text).build([7; 32].into())?;
    /// let json = r#"{"definitions": [{"name": "german", "body": {"segment": {"test": {
    ///     "subject": {"name": ["country"]}, "check": {"compare": ["=", {"constant": {"text": "DE"}}]}}}}}]}"#;
    /// let source: Source = serde_json::from_str(json)?;
    /// let definitions = Definitions::from_source(source.clone(), &schema)?;
    /// assert_eq!(definitions.to_string(), "segment german = country = \"DE\"\n");
    /// assert_eq!(serde_json::to_string(&definitions)?, serde_json::to_string(&source)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn from_source(source: Source, schema: &Schema) -> Result<Self, Error> {
        Self::checked(source, &Broken::default(), schema, Faults::default())
    }

    /// Both sets of definitions, these first.
    ///
    /// # Errors
    /// [`Error::Invalid`] where they do not go together, such as for a name that both define.
    pub fn merge(&self, other: &Self, schema: &Schema) -> Result<Self, Error> {
        let mut source = self.0.source.clone();
        source.definitions.extend(other.0.source.definitions.iter().cloned());
        source.notes.extend(other.0.source.notes.iter().cloned());
        Self::from_source(source, schema)
    }

    /// Definitions written in Rust.
    ///
    /// ```
    /// use onefold_model::{Kind, Schema};
    /// use onefold_segment::{Definitions, did};
    /// use std::time::Duration;
    /// let schema = Schema::builder().kind(Kind::person("user_id")).build([7; 32].into())?;
    /// let fortnight = Duration::from_hours(14 * 24);
    /// let definitions = Definitions::builder().segment("silent", did("any").in_last(fortnight).not()).build(&schema)?;
    /// assert_eq!(definitions.to_string(), "segment silent = not did any in last 14d\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn checked(source: Source, broken: &Broken, schema: &Schema, mut faults: Faults) -> Result<Self, Error> {
        let source = source.normal();
        let plan = check::check(&source, broken, schema, &mut faults);
        faults.into_result()?;
        let is_segment = |it: &Definition| matches!(it.body, Body::Segment(_));
        let all = source.definitions.iter().enumerate();
        let segments: Vec<usize> = all.filter(|(_, it)| is_segment(it)).map(|(nth, _)| nth).collect();
        let names = segments.iter().filter_map(|nth| source.definitions.get(*nth));
        let ids = (0..).zip(names).map(|(nth, it)| (it.name.as_str().to_owned(), SegmentId(nth))).collect();
        let computed = plan.computed.iter().enumerate().map(|(nth, it)| (it.name.clone(), nth)).collect();
        Ok(Self(Arc::new(Inner { source, plan, lints: OnceLock::new(), segments, ids, computed })))
    }

    // ------------------------------------------------------------ what is defined

    /// The id of a segment.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<SegmentId> {
        self.0.ids.get(name).copied()
    }

    /// The name of a segment; empty where there is none.
    #[must_use]
    pub fn name(&self, id: SegmentId) -> &str {
        self.definition(id).map_or("", |it| it.name.as_str())
    }

    /// The condition of a segment.
    #[must_use]
    pub fn expr(&self, id: SegmentId) -> Option<&Expr> {
        match &self.definition(id)?.body {
            Body::Segment(expr) => Some(expr),
            Body::Trait { .. } => None,
        }
    }

    fn definition(&self, id: SegmentId) -> Option<&Definition> {
        self.0.source.definitions.get(*self.0.segments.get(id.index())?)
    }

    /// The computed traits with their types, in the order of definition.
    ///
    /// ```
    /// use onefold_model::{Kind, Schema, Type};
    /// use onefold_segment::Definitions;
    /// let schema = Schema::builder().kind(Kind::person("user_id")).event("login", [("shop", Type::Text)]).build([7; 32].into())?;
    /// let definitions = Definitions::parse("trait logins = count(login) in last 30 days", &schema)?;
    /// assert_eq!(definitions.traits().collect::<Vec<_>>(), [("logins", Type::Int)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn traits(&self) -> impl ExactSizeIterator<Item = (&str, Type)> {
        self.0.plan.computed.iter().map(|it| (it.name.as_str(), it.ty))
    }

    /// The type of a computed trait, if there is one of this name.
    #[must_use]
    pub fn computed(&self, name: &str) -> Option<Type> {
        self.computed_trait(name).map(|it| it.ty)
    }

    fn computed_trait(&self, name: &str) -> Option<&Computed> {
        self.0.plan.computed.get(*self.0.computed.get(name)?)
    }

    /// The ids of all segments, in the order of definition.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = SegmentId> + use<> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(SegmentId)
    }

    /// How many segments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.segments.len()
    }

    /// Whether there are no segments.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The plain data.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.0.source
    }

    /// What is allowed but probably not meant, with codes from `W01` on. A span is a place in the text that the
    /// definition came from.
    ///
    /// ```
    /// use onefold_model::{Kind, Schema, Type};
    /// use onefold_segment::Definitions;
    /// let schema = Schema::builder().kind(Kind::person("user_id")).field("country", Type::Text).build([7; 32].into())?;
    /// let definitions = Definitions::parse("segment abroad = country != \"DE\"", &schema)?;
    /// assert_eq!(definitions.lints()[0].code, "W01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lints(&self) -> &[Diagnostic] {
        self.0.lints.get_or_init(|| match &self.0.plan.schema {
            Some(schema) => lint::lint(&self.0.source, schema),
            None => Vec::new(),
        })
    }

    /// The traits on which a segment depends, those of its segments in segments included; sorted.
    #[must_use]
    pub fn fields_used(&self, id: SegmentId) -> &[FieldId] {
        let uses = self.0.plan.uses.get(id.index());
        uses.map_or(&[], |uses| &uses.fields)
    }

    /// The types of events on which a segment depends, those of its segments in segments included; sorted.
    #[must_use]
    pub fn events_used(&self, id: SegmentId) -> &[EventTypeId] {
        let uses = self.0.plan.uses.get(id.index());
        uses.map_or(&[], |uses| &uses.events)
    }

    /// What kind of data it is that somebody is in a segment: the strongest label, on each axis, of all that the
    /// condition reads.
    ///
    /// ```
    /// use onefold_model::{Kind, Labels, Origin, Schema, Sensitivity, Type, schema::Field};
    /// use onefold_segment::Definitions;
    /// let health = Labels { sensitivity: Sensitivity::Health, ..Labels::default() };
    /// let schema = Schema::builder()
    ///     .kind(Kind::person("user_id"))
    ///     .declare_field(Field { name: "diagnosis".into(), labels: health, ..Field::default() })
    ///     .build([7; 32].into())?;
    /// let definitions = Definitions::parse("segment ill = diagnosis is not null", &schema)?;
    /// let ill = definitions.labels(definitions.id("ill").ok_or("no such segment")?);
    /// assert_eq!((ill.sensitivity, ill.origin), (Sensitivity::Health, Origin::Derived));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn labels(&self, id: SegmentId) -> Labels {
        self.0.plan.roots.get(id.index()).map_or_else(Labels::default, |root| self.0.plan.labels(*root))
    }

    /// What kind of data a computed trait is, likewise; none where there is no such trait.
    #[must_use]
    pub fn trait_labels(&self, name: &str) -> Option<Labels> {
        self.computed_trait(name).map(|it| self.0.plan.labels(it.node))
    }

    /// The segments that an event can change for the one to whom it happened: by its type, by the traits that it
    /// states (with those that survive together with them), by its consent choices. Sorted. A merge or split of
    /// profiles can change any.
    #[must_use]
    pub fn affected_by(&self, event: &Event) -> Vec<SegmentId> {
        let plan = &self.0.plan;
        let mut all: BTreeSet<SegmentId> = plan.by_event(event.what).iter().copied().collect();
        if let Some(schema) = &plan.schema {
            for (field, _) in &event.traits {
                all.extend(plan.by_field(*field));
                let (group, _) = schema.survivorship(*field);
                for name in group.into_iter().flat_map(|group| &group.fields) {
                    if let Ok(together) = schema.field(name) {
                        all.extend(plan.by_field(together));
                    }
                }
            }
            // A choice for one purpose may restrict others, so any choice can change any consent.
            if !event.choices.is_empty() {
                for purpose in schema.purposes() {
                    all.extend(plan.by_purpose(purpose));
                }
            }
        }
        all.into_iter().collect()
    }

    // ------------------------------------------------------------ answers

    /// Whether a profile is in a segment now, until when, and whether that changes then for certain. A segment that
    /// is not defined has no members.
    ///
    /// `people` are the others, of whom a condition may speak.
    #[must_use]
    pub fn eval(&self, id: SegmentId, facts: &dyn Facts, people: &dyn People, now: Time) -> Answer {
        match self.0.plan.roots.get(id.index()) {
            Some(root) => eval::answer(&self.0.plan, *root, facts, people, now),
            None => Answer::always(Truth::No),
        }
    }

    /// The value of a computed trait of a profile now, until when, and whether it changes then for certain. A trait
    /// that is not defined is nothing.
    #[must_use]
    pub fn value(&self, name: &str, facts: &dyn Facts, people: &dyn People, now: Time) -> Until<Value> {
        match self.computed_trait(name) {
            Some(computed) => eval::value(&self.0.plan, computed.node, facts, people, now),
            None => Until::always(Value::Null),
        }
    }

    /// The value of a computed trait within ranks that are known.
    pub(crate) fn value_within(&self, name: &str, sight: Sight<'_>) -> Value {
        match self.computed_trait(name) {
            Some(computed) => eval::value_within(&self.0.plan, computed.node, sight),
            None => Value::Null,
        }
    }

    /// Why a profile is in a segment or not: which parts hold, what speaks for it, and until when.
    #[must_use]
    pub fn why(&self, id: SegmentId, facts: &dyn Facts, people: &dyn People, now: Time) -> Explanation {
        let answer = self.eval(id, facts, people, now);
        why::explain(self, id, answer, facts, people, now)
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.0.plan
    }
}

/// Definitions in the making.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    source: Source,
}

impl Builder {
    /// Another segment.
    #[must_use]
    pub fn segment(mut self, name: &str, expr: impl Into<Expr>) -> Self {
        self.source.definitions.push(Definition::segment(name, expr));
        self
    }

    /// Another computed trait, of the type of its value.
    #[must_use]
    pub fn computed(mut self, name: &str, value: impl Into<Term>) -> Self {
        self.source.definitions.push(Definition::computed(name, None, value));
        self
    }

    /// More definitions, such as ready-made ones.
    #[must_use]
    pub fn with(mut self, definitions: impl IntoIterator<Item = Definition>) -> Self {
        self.source.definitions.extend(definitions);
        self
    }

    /// Checks them against a schema.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn build(self, schema: &Schema) -> Result<Definitions, Error> {
        Definitions::from_source(self.source, schema)
    }
}
