//! Definitions as plain data: what the text says, in names, before any schema has checked it.
//!
//! Text, JSON and Rust write the same tree, and lose nothing on the way: parsing what was printed gives the tree
//! back, and comments ride on the definition before or in which they stand. Places in the text ride along as
//! [`Span`]s, which do not count when two trees are compared and are left out of JSON.
//!
//! There are two kinds of trees: an [`Expr`] is true, false or unknown; a [`Term`] is a value or nothing. A segment is
//! an expression with a name, a computed trait a term with a name.

mod make;
mod maybe_span;
mod normal;
mod print;
mod span;

use std::ops::Range;
use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time, Type};
use serde::{Deserialize, Serialize};

pub(crate) use normal::MAX_DEPTH;
pub(crate) use print::{type_named, type_word};

pub use make::{
    Amount, Case, Changed, Did, FirstTime, Started, Steps, Subject, case, constant, count, did, event, events, field,
    first_time, score, sum,
};

/// Some definitions as plain data, in the order in which they were written.
///
/// ```
/// use onefold_segment::{Definition, Source, field};
/// let german = Source { definitions: vec![Definition::segment("german", field("country").is("DE"))], ..Source::default() };
/// assert_eq!(german.to_string(), "segment german = country = \"DE\"\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The segments and computed traits.
    pub definitions: Vec<Definition>,
    /// Comments after the last definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One segment or computed trait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name. Segments and computed traits have names apart.
    pub name: Name,
    /// What it says.
    pub body: Body,
    /// The comments before it and inside it, a line each, without the `#`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What is defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A segment: who is in it.
    Segment(Expr),
    /// A computed trait: its value, and its type where one is written.
    Trait {
        /// The type; that of the value where none is written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ty: Option<Type>,
        /// The value.
        value: Term,
    },
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
    /// The first, but not who is in the second for certain: `a except b`. Suppression as set algebra: where the
    /// second is unknown, nobody is taken out.
    Except(Box<Expr>, Box<Expr>),
    /// A question to a value.
    Test(Test),
    /// Such an event happened: `did purchase in last 30 days`.
    Did {
        /// Which events.
        events: Events,
        /// When.
        window: Window,
    },
    /// The first such event ever happened in the window: `first time purchase in last 30 days`.
    FirstTime {
        /// Which events.
        events: Events,
        /// When.
        window: Window,
    },
    /// Such events happened, but not in the span before now: `stopped login for 14 days`.
    Stopped {
        /// Which events.
        events: Events,
        /// How long.
        #[serde(with = "span")]
        span: Duration,
    },
    /// Steps that follow each other, or do not: `did a then b within 1h then not c within 2d, in last 30 days`.
    Sequence(Sequence),
    /// It has been so at every instant of the span before now: `(country = "DE") for 30 days`.
    Held {
        /// What.
        expr: Box<Expr>,
        /// How long: at every instant from now - span on, now included; what began at an instant has been so for the
        /// span when exactly the span has passed.
        #[serde(with = "span")]
        span: Duration,
    },
    /// A trait changed: `plan changed from "free" to "pro" in last 30 days`.
    Changed {
        /// The trait.
        field: Name,
        /// What it was; anything (nothing included) where not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Literal>,
        /// What it became; anything where not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Literal>,
        /// When.
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
    /// The profile is in a deterministic sample: `sample 90% salt "q3"`; yes or no.
    Sample {
        /// Of a hundred, how many; exact to a millionth.
        percent: Decimal,
        /// Samples of different salts are independent; of one salt, a smaller one is part of a larger.
        salt: String,
    },
    /// The profile's bucket is one of these: `bucket of 10 salt "q3" in (0, 1)`; yes or no.
    Bucket {
        /// How many buckets, numbered from 0.
        of: u32,
        /// Which.
        among: Vec<u32>,
        /// Buckets of different salts are independent.
        salt: String,
    },
    /// The profile is among the first or last by a value: `top 10% by sum(purchase.amount) ever among in segment eu`;
    /// yes or no.
    Rank(Rank),
    /// Of the other profiles to which this one is related: `any of account (did login in last 7 days)`.
    Related {
        /// How many of them.
        quantifier: Quantifier,
        /// The relation.
        relation: Name,
        /// What holds of them.
        expr: Box<Expr>,
    },
    /// Of the maps in a list: `any items[category = "shoes" and quantity >= 2]`. Inside, names are keys of the map.
    Items {
        /// How many of them.
        quantifier: Quantifier,
        /// Where the list is.
        path: Path,
        /// What holds of an item.
        expr: Box<Expr>,
    },
}

/// How many of some things. Of nothing, `all` and `none` hold and `any` does not. Kleene: `any` is *or*, `all` is *and*,
/// `none` is *not any*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantifier {
    /// At least one.
    Any,
    /// Every one.
    All,
    /// Not one.
    None,
}

/// The first or last profiles by a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    /// From which end.
    pub end: End,
    /// How many: of the n profiles whose value is known, the first ceil(n * percent / 100), or so many.
    pub size: Size,
    /// By which value. Ties go to the smaller profile id. Who has none does not count.
    pub by: Box<Term>,
    /// Only among the members of this segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub among: Option<Name>,
}

/// An end of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The greatest values.
    Top,
    /// The smallest values.
    Bottom,
}

/// How many of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// Of a hundred.
    Percent(Decimal),
    /// So many.
    Count(u64),
}

/// Steps in the order of time.
///
/// A step that must happen happens at the instant of the step that happened before it or later, is another event than
/// all before it, and, where `within` is said, less than so long after it. A step that must not happen looks at the
/// same span after the last step that happened; where `within` is not said it looks up to (but not at) the next step
/// that happens. The last step, if absent, needs `within`. That an absence holds is decided when its span is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The first step, at which `window` looks.
    pub first: Events,
    /// The name by which filters of later steps speak of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The steps after it, at least one.
    pub steps: Vec<Step>,
    /// When the first step happened.
    pub window: Window,
}

/// A step after the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Whether it must happen or must not.
    pub then: Then,
    /// Which events.
    pub events: Events,
    /// The name by which filters of later steps speak of it; only where it must happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// How long after the last step that happened: from its instant on, up to but not including so much later.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe_span")]
    pub within: Option<Duration>,
}

/// Whether a step must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It must.
    Follows,
    /// It must not.
    Lacks,
}

/// A value, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The value.
    pub subject: Term,
    /// What is asked.
    pub check: Check,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// What is asked of a value. A question to a value that is not there is unknown, but for `is null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// How it compares with another value.
    Compare(Op, Term),
    /// It is one of these.
    Among(Vec<Literal>),
    /// It is something else than these.
    NotAmong(Vec<Literal>),
    /// The list has one of these: `tags contains any ("a", "b")`.
    ContainsAny(Vec<Literal>),
    /// The list has all of these.
    ContainsAll(Vec<Literal>),
    /// There is none.
    Null,
    /// There is one.
    NotNull,
    /// The time or day lies in (now - span, now].
    WithinLast(#[serde(with = "span")] Duration),
    /// The time or day lies in [now, now + span).
    WithinNext(#[serde(with = "span")] Duration),
    /// The day of the year comes round in [today, today + days): `born anniversary within next 7 days`. The 29th of
    /// February comes round on the 28th where there is none. Days are those of UTC.
    Anniversary(#[serde(with = "span")] Duration),
    /// The place is at most so far from here: `home within 5 km of (52.52, 13.405)`. A place is a map with `lat` and
    /// `lon` (or `latitude` and `longitude`, `lng`), in degrees. Great circles on a sphere of 6371.0088 km.
    Near {
        /// Kilometres.
        km: Decimal,
        /// Degrees north.
        lat: Decimal,
        /// Degrees east.
        lon: Decimal,
    },
}

/// A value, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Term {
    /// A constant.
    Constant(Literal),
    /// A trait or computed trait; inside brackets a property, or a property of a named step; with more keys a place in
    /// a map.
    Name(Path),
    /// A score by its name: `score(churn)`.
    Score(Name),
    /// What some events come to.
    Aggregate(Box<Aggregate>),
    /// Arithmetic. Exact; nothing where a side is nothing, the divisor is 0 or currencies differ.
    Arithmetic(Box<Term>, Arith, Box<Term>),
    /// How many items a list has, or pairs a map: `size(tags)`.
    Size(Path),
    /// How many whole days or years have passed since a time or day: `days_since(signup)`, `years_since(born)`.
    /// Days are of 24 hours where it is a time, and of the calendar (UTC) where it is a day; negative for the future,
    /// rounded down.
    Since(Elapsed, Box<Term>),
    /// The first value whose condition holds: `case when did purchase ever then "customer" else "visitor" end`.
    Case {
        /// Conditions with their values.
        when: Vec<(Expr, Term)>,
        /// The value where none holds; nothing where not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Box<Term>>,
    },
}

/// In what elapsed time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Elapsed {
    /// `days_since`
    Days,
    /// `years_since`
    Years,
}

/// An operation on two numbers or amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arith {
    /// The sum.
    #[serde(rename = "+")]
    Add,
    /// The difference.
    #[serde(rename = "-")]
    Sub,
    /// The product.
    #[serde(rename = "*")]
    Mul,
    /// The quotient.
    #[serde(rename = "/")]
    Div,
}

/// A trait, property or step, and keys from there on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path {
    /// At least one name.
    pub names: Vec<Name>,
}

/// What some events come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// What is asked.
    pub function: Function,
    /// Of which events.
    pub events: Events,
    /// Of which property of them; for `first` and `last`, their times where none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Path>,
    /// When.
    pub window: Window,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// What is asked of many events. Events whose property is not there (or of another currency than the sum's) count for
/// nothing, but for `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Function {
    /// How many: `count(purchase)`.
    Count,
    /// What the property adds up to; 0 of no events.
    Sum,
    /// The mean; nothing of no events.
    Avg,
    /// The smallest value.
    Min,
    /// The greatest value.
    Max,
    /// The middle value; of an even number of values the mean of the two in the middle.
    Median,
    /// How many different values.
    Distinct,
    /// The value at the earliest event that has one, ties by event id; without a property the time of the earliest.
    First,
    /// The same of the latest.
    Last,
    /// The most frequent value; of equally frequent ones the smallest.
    MostFrequent,
    /// On how many calendar days something happened.
    ActiveDays,
    /// In how many calendar weeks, from Monday on.
    ActiveWeeks,
    /// How many sessions: runs of events with less than the gap between one and the next.
    Sessions(#[serde(with = "span")] Duration),
    /// How many seconds all sessions last together, each from its first to its last event.
    SessionTime(#[serde(with = "span")] Duration),
}

/// Events of one type, of several or of any, perhaps only some of them.
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
    /// Any of these: `any of (page, screen)`.
    AnyOf(Vec<Name>),
}

/// When an event must have happened, seen from now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// When.
    pub when: When,
    /// Whose calendar: for calendar windows, active days and active weeks. UTC where not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

/// When an event must have happened, seen from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum When {
    /// At any time: `ever`.
    Ever,
    /// In (now - span, now]: `in last 30 days`.
    Last(#[serde(with = "span")] Duration),
    /// In (now - `from`, now - `to`]: `between 60 days and 30 days ago`.
    Ago {
        /// The longer span.
        #[serde(with = "span")]
        from: Duration,
        /// The shorter span.
        #[serde(with = "span")]
        to: Duration,
    },
    /// At (now - span) or earlier: `before 90 days ago`.
    BeforeAgo(#[serde(with = "span")] Duration),
    /// At this instant or later: `since @2026-03-01`.
    Since(Time),
    /// Earlier than this instant: `before @2026-03-01`.
    Before(Time),
    /// In [`from`, `to`): `between @2026-03-01 and @2026-06-01`.
    Between {
        /// The first instant.
        from: Time,
        /// The first instant that no longer counts.
        to: Time,
    },
    /// In the calendar's current unit: `in this month`.
    This(Unit),
    /// In the whole units before the current one: `in last 2 calendar months`.
    Calendar {
        /// How many, at least 1.
        count: u32,
        /// Of what.
        unit: Unit,
    },
    /// In the session that is going on: the last behaviours with less than the gap between one and the next, if less
    /// than the gap has passed since: `in session of 30m`.
    Session(#[serde(with = "span")] Duration),
}

/// A unit of the calendar (ISO 8601; weeks from Monday on).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// From midnight on.
    Day,
    /// From Monday on.
    Week,
    /// From the first on.
    Month,
    /// From the first of January, April, July or October on.
    Quarter,
    /// From the first of January on.
    Year,
}

/// Whose calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// `zone "Europe/Berlin"`, `zone "+02:00"`, `zone "UTC"`. Names need the feature `zones`.
    Named(String),
    /// `zone timezone`: as the trait says, UTC where it says nothing that is known.
    Field(Name),
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
    /// `3`, `0.5`, `-1`
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

impl From<&str> for Path {
    fn from(name: &str) -> Self {
        Self { names: vec![name.into()] }
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
