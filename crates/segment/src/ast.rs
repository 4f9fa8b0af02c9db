//! Definitions as plain data: what the text says, in names, before any schema has checked it.
//!
//! Text, JSON and Rust write the same tree, and lose nothing on the way: parsing what was printed gives the tree
//! back. Places in the text ride along as [`Span`]s, which do not count when two trees are compared and are left out
//! of JSON.

mod make;
mod normal;
mod print;

use std::ops::Range;
use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time};
use serde::{Deserialize, Serialize};

pub(crate) use normal::MAX_DEPTH;

pub use make::{Compared, Count, Did, Sequence, Started, Subject, Sum, count, did, event, field, sum};

/// Some definitions as plain data, in the order in which they were written.
///
/// ```
/// use onefold_segment::{Definition, Source, field};
/// let german = Source { segments: vec![Definition::new("german", field("country").is("DE"))] };
/// assert_eq!(german.to_string(), "segment german = country = \"DE\"\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The segments.
    pub segments: Vec<Definition>,
}

/// One segment: a name, and the condition that its members fulfil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name.
    pub name: Name,
    /// Who is in it.
    pub expr: Expr,
}

impl Definition {
    /// A segment of this name and condition.
    #[must_use]
    pub fn new(name: impl Into<Name>, expr: impl Into<Expr>) -> Self {
        Self { name: name.into(), expr: expr.into() }
    }
}

/// A condition on one profile, or, inside brackets, on one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Expr {
    /// All of them.
    And(Vec<Expr>),
    /// At least one of them.
    Or(Vec<Expr>),
    /// The contrary.
    Not(Box<Expr>),
    /// A trait of the profile; inside brackets, a property of the event.
    Test(Test),
    /// Such an event happened.
    Did {
        /// Which events.
        events: Events,
        /// When.
        window: Window,
    },
    /// How many such events happened.
    Count {
        /// Which events.
        events: Events,
        /// When.
        window: Window,
        /// How the number compares.
        op: Op,
        /// With what.
        value: Literal,
    },
    /// What a property of such events adds up to. Rows without the property, or in another currency than `value`, add
    /// nothing; no rows add up to 0.
    Sum {
        /// Which events.
        events: Events,
        /// Which property.
        property: Name,
        /// When.
        window: Window,
        /// How the sum compares.
        op: Op,
        /// With what.
        value: Literal,
    },
    /// Two steps: an event that another one follows, or does not follow, within a span.
    Sequence {
        /// The first step, at which `window` looks.
        first: Events,
        /// The name by which the second step's filter speaks of the first.
        step: Option<Name>,
        /// Whether the second step must follow or must not.
        then: Then,
        /// The second step.
        second: Events,
        /// How long after the first: from its instant on, up to but not including so much later.
        #[serde(with = "span")]
        within: Duration,
        /// When the first step happened.
        window: Window,
    },
    /// Membership of another segment: yes or no, never unknown.
    Member(Name),
    /// The person permits a purpose, over one channel or at all.
    Consent {
        /// The purpose.
        purpose: Name,
        /// The channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<Name>,
    },
}

/// Whether a step must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It must.
    Follows,
    /// It must not: decided when the span has passed.
    Lacks,
}

/// A trait or property, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The name of the trait or property.
    pub subject: Name,
    /// What is asked.
    pub check: Check,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// What is asked of a value. A comparison with a value that is not there is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// How it compares with a constant.
    Compare(Op, Literal),
    /// How it compares with a property of the sequence's first step.
    Step {
        /// How it compares.
        op: Op,
        /// The name of the step.
        step: Name,
        /// The property.
        property: Name,
    },
    /// It is one of these.
    Among(Vec<Literal>),
    /// It is something else than these.
    NotAmong(Vec<Literal>),
    /// There is none.
    Null,
    /// There is one.
    NotNull,
    /// The time or day lies within so long before now.
    WithinLast(#[serde(with = "span")] Duration),
}

/// Events of one type, or of any, perhaps only some of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Of which type.
    pub what: Target,
    /// Which of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Expr>>,
}

/// A type of event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Any behaviour of the customer's own: something done, a page or screen viewed.
    Any,
    /// This one.
    Named(Name),
}

/// When an event must have happened, seen from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Window {
    /// At any time.
    Ever,
    /// In (now - span, now].
    Last(#[serde(with = "span")] Duration),
    /// In (now - `from`, now - `to`].
    Ago {
        /// The longer span.
        #[serde(with = "span")]
        from: Duration,
        /// The shorter span.
        #[serde(with = "span")]
        to: Duration,
    },
    /// At this instant or later.
    Since(Time),
    /// In [`from`, `to`).
    Between {
        /// The first instant.
        from: Time,
        /// The first instant that no longer counts.
        to: Time,
    },
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// The same.
    #[serde(rename = "=")]
    Eq,
    /// Not the same.
    #[serde(rename = "!=")]
    Ne,
    /// Less, earlier, before in the order of UTF-8 bytes.
    #[serde(rename = "<")]
    Lt,
    /// Less or the same.
    #[serde(rename = "<=")]
    Le,
    /// More.
    #[serde(rename = ">")]
    Gt,
    /// More or the same.
    #[serde(rename = ">=")]
    Ge,
    /// The text has this part, or the list this item.
    #[serde(rename = "contains")]
    Contains,
    /// The text begins so.
    #[serde(rename = "starts with")]
    StartsWith,
    /// The text ends so.
    #[serde(rename = "ends with")]
    EndsWith,
}

impl Op {
    /// The same comparison with the sides changed: `3 <= x` is `x >= 3`.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            other => other,
        }
    }

    /// Whether two values that compare so fulfil it.
    pub(crate) const fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
            Self::Contains | Self::StartsWith | Self::EndsWith => false,
        }
    }
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Literal {
    /// `"DE"`
    Text(String),
    /// `3`, `0.5`
    Number(Decimal),
    /// `500 EUR`
    Money(Money),
    /// `true`
    Bool(bool),
    /// `@2026-03-01T09:00:00Z`
    Time(Time),
    /// `@2026-03-01`
    Date(Date),
}

/// A name as the user wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self { text, span: Span::default() }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.text
    }
}

/// A place in the text, in bytes; empty at 0 where there is no text. All spans are equal, so that trees compare by
/// what they say.
#[derive(Clone, Debug, Default)]
pub struct Span(pub(crate) Range<usize>);

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Span {}

/// Spans of time in JSON as the language writes them.
mod span {
    use std::time::Duration;

    use onefold_model::{parse_span, show_span};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&show_span(*span))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        parse_span(&text)
            .ok_or_else(|| D::Error::custom("a span of time is a number and a unit, such as `30m` or `14d`"))
    }
}
