//! Definitions that fit a schema: the one thing that batch and stream both evaluate.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use onefold_model::{Diagnostic, Event, EventTypeId, Facts, FieldId, People, Schema, SegmentId, Time};

use crate::ast::{Definition, Expr, Source};
use crate::error::Faults;
use crate::eval::{Answer, answer};
use crate::plan::Plan;
use crate::why::Explanation;
use crate::{Error, check, lint, parse, why};

/// Segments, read, checked against a schema and ready to evaluate. A clone shares them.
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
    lints: Vec<Diagnostic>,
    schema: Option<Schema>,
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.source.segments.iter().map(|it| it.name.as_str());
        f.debug_list().entries(names).finish()
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
    /// No segments.
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
        source.segments.extend(parsed.source.segments);
        Self::checked(source, &parsed.broken, schema, faults)
    }

    /// Checks definitions that are plain data already, such as those read from JSON.
    ///
    /// ```
    /// use onefold_model::{Kind, Schema, Type};
    /// use onefold_segment::{Definitions, Source};
    /// let schema = Schema::builder().kind(Kind::person("user_id")).field("country", Type::Text).build([7; 32].into())?;
    /// let json = r#"{"segments": [{"name": "german", "expr": {"test": {"subject": "country", "check": {"compare": ["=", {"text": "DE"}]}}}}]}"#;
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
        Self::checked(source, &BTreeSet::new(), schema, Faults::default())
    }

    /// Both sets of definitions, these first.
    ///
    /// # Errors
    /// [`Error::Invalid`] where they do not go together, such as for a name that both define.
    pub fn merge(&self, other: &Self, schema: &Schema) -> Result<Self, Error> {
        let both = self.0.source.segments.iter().chain(&other.0.source.segments);
        let segments = both.cloned().collect();
        Self::from_source(Source { segments }, schema)
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

    fn checked(source: Source, broken: &BTreeSet<String>, schema: &Schema, mut faults: Faults) -> Result<Self, Error> {
        // A tree that nests too deep is not even put in order: that is told by the check.
        let normal = |it: Definition| match it.expr.fits(crate::ast::MAX_DEPTH) {
            true => Definition { expr: it.expr.normal(), ..it },
            false => it,
        };
        let source = Source { segments: source.segments.into_iter().map(normal).collect() };
        let plan = check::check(&source, broken, schema, &mut faults);
        faults.into_result()?;
        let lints = lint::lint(&source, schema);
        Ok(Self(Arc::new(Inner { source, plan, lints, schema: Some(schema.clone()) })))
    }

    // ------------------------------------------------------------ what is defined

    /// The id of a segment.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<SegmentId> {
        let at = self.0.source.segments.iter().position(|it| it.name.as_str() == name)?;
        u32::try_from(at).ok().map(SegmentId)
    }

    /// The name of a segment; empty where there is none.
    #[must_use]
    pub fn name(&self, id: SegmentId) -> &str {
        self.definition(id).map_or("", |it| it.name.as_str())
    }

    /// The condition of a segment.
    #[must_use]
    pub fn expr(&self, id: SegmentId) -> Option<&Expr> {
        self.definition(id).map(|it| &it.expr)
    }

    fn definition(&self, id: SegmentId) -> Option<&Definition> {
        self.0.source.segments.get(id.index())
    }

    /// All segments, in the order of definition.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = SegmentId> + use<> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(SegmentId)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.source.segments.len()
    }

    /// Whether there are none.
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
        &self.0.lints
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

    /// The segments that an event can change for the one to whom it happened: by its type, by the traits that it
    /// states (with those that survive together with them), by its consent choices. Sorted. A merge or split of
    /// profiles can change any.
    #[must_use]
    pub fn affected_by(&self, event: &Event) -> Vec<SegmentId> {
        let plan = &self.0.plan;
        let mut all: BTreeSet<SegmentId> = plan.by_event(event.what).iter().copied().collect();
        if let Some(schema) = &self.0.schema {
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
        // No condition of today's language looks at others.
        let _ = people;
        match self.0.plan.roots.get(id.index()) {
            Some(root) => answer(&self.0.plan, *root, facts, now),
            None => Answer::always(onefold_model::Truth::No),
        }
    }

    /// Why a profile is in a segment or not: which parts hold, what speaks for it, and until when.
    #[must_use]
    pub fn why(&self, id: SegmentId, facts: &dyn Facts, people: &dyn People, now: Time) -> Explanation {
        let answer = self.eval(id, facts, people, now);
        why::explain(self, id, answer, facts, now)
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
        self.source.segments.push(Definition::new(name, expr));
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
