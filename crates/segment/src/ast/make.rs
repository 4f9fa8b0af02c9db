//! Definitions written in Rust: the same tree as the text gives.
//!
//! The order of calls is that of the text: *which events*, *when*, *how many*. Each step has a type of its own, so
//! that a value without a comparison, or events without a window, are no condition by mistake.

mod rows;
mod value;

use std::time::Duration;

use onefold_model::{Decimal, Type};

use super::{Body, Definition, End, Expr, Name, Path, Quantifier, Rank, Size, Term, When, Window, Zone};

pub use rows::{Changed, Did, FirstTime, Started, Steps, did, event, events, first_time};
pub use value::{Amount, Case, Subject, case, constant, count, field, score, sum};

impl Definition {
    /// A segment.
    ///
    /// ```
    /// use onefold_segment::{Definition, field};
    /// let german = Definition::segment("german", field("country").is("DE")).note("where we began");
    /// assert_eq!(german.to_string(), "# where we began\nsegment german = country = \"DE\"\n");
    /// ```
    #[must_use]
    pub fn segment(name: &str, expr: impl Into<Expr>) -> Self {
        Self { name: name.into(), body: Body::Segment(expr.into()), notes: Vec::new() }
    }

    /// A computed trait, with the type of its value where none is given.
    ///
    /// ```
    /// use onefold_model::Type;
    /// use onefold_segment::{Definition, count};
    /// let orders = Definition::computed("orders", Some(Type::Int), count("purchase").ever());
    /// assert_eq!(orders.to_string(), "trait orders: int = count(purchase) ever\n");
    /// ```
    #[must_use]
    pub fn computed(name: &str, ty: impl Into<Option<Type>>, value: impl Into<Term>) -> Self {
        Self { name: name.into(), body: Body::Trait { ty: ty.into(), value: value.into() }, notes: Vec::new() }
    }

    /// The same with a comment before it.
    ///
    /// ```
    /// use onefold_segment::{Definition, did};
    /// let noted = Definition::segment("buyers", did("purchase").ever()).note("ever since we opened");
    /// assert_eq!(noted.notes, ["ever since we opened"]);
    /// ```
    #[must_use]
    pub fn note(mut self, note: &str) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl Expr {
    /// Both.
    ///
    /// ```
    /// use onefold_segment::field;
    /// let both = field("country").is("DE").and(field("age").at_least(18));
    /// assert_eq!(both.to_string(), "country = \"DE\" and age >= 18");
    /// ```
    #[must_use]
    pub fn and(self, other: impl Into<Self>) -> Self {
        Self::all([self, other.into()])
    }

    /// Either.
    ///
    /// ```
    /// use onefold_segment::field;
    /// let either = field("country").is("DE").or(field("country").is("FR"));
    /// assert_eq!(either.to_string(), "country = \"DE\" or country = \"FR\"");
    /// ```
    #[must_use]
    pub fn or(self, other: impl Into<Self>) -> Self {
        Self::any([self, other.into()])
    }

    /// The contrary.
    ///
    /// ```
    /// use onefold_segment::did;
    /// assert_eq!(did("any").ever().not().to_string(), "not did any ever");
    /// ```
    #[expect(clippy::should_implement_trait, reason = "`!expr` would read as a bool; chains read as the text does")]
    #[must_use]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// This, but not who is in the other for certain.
    ///
    /// ```
    /// use onefold_segment::{Expr, did};
    /// let left = did("purchase").ever().except(Expr::member("staff"));
    /// assert_eq!(left.to_string(), "did purchase ever except in segment staff");
    /// ```
    #[must_use]
    pub fn except(self, other: impl Into<Self>) -> Self {
        Self::Except(Box::new(self), Box::new(other.into()))
    }

    /// It has been so for the whole span before now.
    ///
    /// ```
    /// use onefold_segment::field;
    /// use std::time::Duration;
    /// let settled = field("country").is("DE").held_for(Duration::from_hours(24 * 30));
    /// assert_eq!(settled.to_string(), "(country = \"DE\") for 30d");
    /// ```
    #[must_use]
    pub fn held_for(self, span: Duration) -> Self {
        Self::Held { expr: Box::new(self), span }
    }

    /// Membership of another segment.
    ///
    /// ```
    /// assert_eq!(onefold_segment::Expr::member("vip").to_string(), "in segment vip");
    /// ```
    #[must_use]
    pub fn member(segment: &str) -> Self {
        Self::Member(segment.into())
    }

    /// The person permits a purpose.
    ///
    /// ```
    /// assert_eq!(onefold_segment::Expr::consent("marketing").to_string(), "consent(marketing)");
    /// ```
    #[must_use]
    pub fn consent(purpose: &str) -> Self {
        Self::Consent { purpose: purpose.into(), channel: None }
    }

    /// The person permits a purpose over a channel.
    ///
    /// ```
    /// let permitted = onefold_segment::Expr::consent_over("marketing", "email");
    /// assert_eq!(permitted.to_string(), "consent(marketing, email)");
    /// ```
    #[must_use]
    pub fn consent_over(purpose: &str, channel: &str) -> Self {
        Self::Consent { purpose: purpose.into(), channel: Some(channel.into()) }
    }

    /// In a deterministic sample of so many of a hundred.
    ///
    /// ```
    /// let treated = onefold_segment::Expr::sample(90, "q3");
    /// assert_eq!(treated.to_string(), "sample 90% salt \"q3\"");
    /// ```
    #[must_use]
    pub fn sample(percent: impl Into<Decimal>, salt: &str) -> Self {
        Self::Sample { percent: percent.into(), salt: salt.into() }
    }

    /// In some of so many equal buckets, numbered from 0.
    ///
    /// ```
    /// let first_fifth = onefold_segment::Expr::bucket(10, "q3", [0, 1]);
    /// assert_eq!(first_fifth.to_string(), "bucket of 10 salt \"q3\" in (0, 1)");
    /// ```
    #[must_use]
    pub fn bucket(of: u32, salt: &str, among: impl IntoIterator<Item = u32>) -> Self {
        Self::Bucket { of, among: among.into_iter().collect(), salt: salt.into() }
    }
}

impl Quantifier {
    /// So many of the profiles with the same relation.
    ///
    /// ```
    /// use onefold_segment::{Quantifier, did};
    /// let active = Quantifier::Any.of("account", did("login").ever());
    /// assert_eq!(active.to_string(), "any of account (did login ever)");
    /// ```
    #[must_use]
    pub fn of(self, relation: &str, expr: impl Into<Expr>) -> Expr {
        Expr::Related { quantifier: self, relation: relation.into(), expr: Box::new(expr.into()) }
    }

    /// So many of the items of a list.
    ///
    /// ```
    /// use onefold_segment::{Quantifier, field};
    /// let shoes = Quantifier::Any.items("items", field("category").is("shoes"));
    /// assert_eq!(shoes.to_string(), "any items[category = \"shoes\"]");
    /// ```
    #[must_use]
    pub fn items(self, path: impl Into<Path>, expr: impl Into<Expr>) -> Expr {
        Expr::Items { quantifier: self, path: path.into(), expr: Box::new(expr.into()) }
    }
}

impl Rank {
    /// So many profiles with the greatest values.
    ///
    /// ```
    /// use onefold_segment::{Expr, Rank, field};
    /// let best = Expr::from(Rank::top(50, field("rating")).among("adults"));
    /// assert_eq!(best.to_string(), "top 50 by rating among in segment adults");
    /// ```
    #[must_use]
    pub fn top(count: u64, by: impl Into<Term>) -> Self {
        Self { end: End::Top, size: Size::Count(count), by: Box::new(by.into()), among: None }
    }

    /// So many of a hundred profiles, with the greatest values.
    ///
    /// ```
    /// use onefold_segment::{Expr, Rank, sum};
    /// let vip = Expr::from(Rank::top_percent(10, sum("purchase", "amount").ever()));
    /// assert_eq!(vip.to_string(), "top 10% by sum(purchase.amount) ever");
    /// ```
    #[must_use]
    pub fn top_percent(percent: impl Into<Decimal>, by: impl Into<Term>) -> Self {
        Self { size: Size::Percent(percent.into()), ..Self::top(0, by) }
    }

    /// The same from the other end: the smallest values.
    ///
    /// ```
    /// use onefold_segment::{Expr, Rank, field};
    /// assert_eq!(Expr::from(Rank::top(50, field("rating")).reversed()).to_string(), "bottom 50 by rating");
    /// ```
    #[must_use]
    pub fn reversed(self) -> Self {
        let end = match self.end {
            End::Top => End::Bottom,
            End::Bottom => End::Top,
        };
        Self { end, ..self }
    }

    /// Only among the members of a segment.
    ///
    /// ```
    /// use onefold_segment::{Rank, field};
    /// let rank = Rank::top(50, field("rating")).among("adults");
    /// assert_eq!(rank.among.unwrap().as_str(), "adults");
    /// ```
    #[must_use]
    pub fn among(self, segment: &str) -> Self {
        Self { among: Some(segment.into()), ..self }
    }
}

impl From<Rank> for Expr {
    fn from(rank: Rank) -> Self {
        Self::Rank(rank)
    }
}

impl From<When> for Window {
    fn from(when: When) -> Self {
        Self { when, zone: None }
    }
}

impl When {
    /// By the calendar of a time zone.
    ///
    /// ```
    /// use onefold_segment::{Unit, When, did};
    /// let today = did("page").during(When::This(Unit::Day).zone("+02:00"));
    /// assert_eq!(today.to_string(), "did page in this day zone \"+02:00\"");
    /// ```
    #[must_use]
    pub fn zone(self, name: &str) -> Window {
        Window { when: self, zone: Some(Zone::Named(name.into())) }
    }

    /// By the calendar of the time zone that a trait names.
    ///
    /// ```
    /// use onefold_segment::{Unit, When, did};
    /// let today = did("page").during(When::This(Unit::Day).zone_of("timezone"));
    /// assert_eq!(today.to_string(), "did page in this day zone timezone");
    /// ```
    #[must_use]
    pub fn zone_of(self, field: &str) -> Window {
        Window { when: self, zone: Some(Zone::Field(field.into())) }
    }
}

impl<const N: usize> From<[&str; N]> for Path {
    fn from(names: [&str; N]) -> Self {
        Self { names: names.into_iter().map(Name::from).collect() }
    }
}
