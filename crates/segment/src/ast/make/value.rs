//! Values, and what is asked of them.

use std::fmt;
use std::ops::{Add, Div, Mul, Sub};
use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time};

use super::rows::Changed;
use crate::ast::{
    Aggregate, Arith, Check, Elapsed, Events, Expr, Function, Literal, Name, Op, Path, Span, Term, Test, Window,
};

/// A trait, or, in a filter, a property.
///
/// ```
/// let nearby = onefold_segment::field("country").is_in(["DE", "FR"]);
/// assert_eq!(nearby.to_string(), "country in (\"DE\", \"FR\")");
/// ```
#[must_use]
pub fn field(path: impl Into<Path>) -> Subject {
    Subject(Term::Name(path.into()))
}

/// A constant as a value, to be calculated with.
///
/// ```
/// use onefold_segment::{constant, field};
/// assert_eq!((constant(2) * field("age")).above(60).to_string(), "2 * age > 60");
/// ```
#[must_use]
pub fn constant(value: impl Into<Literal>) -> Subject {
    Subject(Term::Constant(value.into()))
}

/// A score by its name.
///
/// ```
/// let risky = onefold_segment::score("churn").above(1);
/// assert_eq!(risky.to_string(), "score(churn) > 1");
/// ```
#[must_use]
pub fn score(name: &str) -> Subject {
    Subject(Term::Score(name.into()))
}

/// How many such events happened.
///
/// ```
/// let loyal = onefold_segment::count("purchase").ever().at_least(3);
/// assert_eq!(loyal.to_string(), "count(purchase) ever >= 3");
/// ```
#[must_use]
pub fn count(events: impl Into<Events>) -> Amount {
    Amount::of(Function::Count, events.into(), None)
}

/// What a property of such events adds up to. The other aggregates are functions of [`Events`].
///
/// ```
/// use onefold_model::Money;
/// let vip = onefold_segment::sum("purchase", "amount").ever().at_least("500 EUR".parse::<Money>()?);
/// assert_eq!(vip.to_string(), "sum(purchase.amount) ever >= 500 EUR");
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[must_use]
pub fn sum(events: impl Into<Events>, property: impl Into<Path>) -> Amount {
    Amount::of(Function::Sum, events.into(), Some(property.into()))
}

/// Begins a choice between values: the first whose condition holds.
///
/// ```
/// use onefold_segment::{case, count, did};
/// let tier = case(count("purchase").ever().above(9), "gold").when(did("purchase").ever(), "silver").otherwise("none");
/// assert_eq!(
///     tier.to_string(),
///     "case when count(purchase) ever > 9 then \"gold\" when did purchase ever then \"silver\" else \"none\" end",
/// );
/// ```
#[must_use]
pub fn case(condition: impl Into<Expr>, value: impl Into<Term>) -> Case {
    Case(vec![(condition.into(), value.into())])
}

/// A choice between values in the making.
#[derive(Clone, Debug)]
pub struct Case(Vec<(Expr, Term)>);

impl Case {
    /// Where none before holds: this value under this condition.
    #[must_use]
    pub fn when(mut self, condition: impl Into<Expr>, value: impl Into<Term>) -> Self {
        self.0.push((condition.into(), value.into()));
        self
    }

    /// The value where no condition holds.
    #[must_use]
    pub fn otherwise(self, value: impl Into<Term>) -> Subject {
        Subject(Term::Case { when: self.0, otherwise: Some(Box::new(value.into())) })
    }

    /// Nothing where no condition holds.
    ///
    /// ```
    /// use onefold_segment::{case, did};
    /// assert_eq!(case(did("purchase").ever(), 1).end().to_string(), "case when did purchase ever then 1 end");
    /// ```
    #[must_use]
    pub fn end(self) -> Subject {
        Subject(Term::Case { when: self.0, otherwise: None })
    }
}

/// What some events come to, of which is still to be said when.
#[derive(Clone, Debug)]
pub struct Amount {
    function: Function,
    events: Events,
    property: Option<Path>,
}

impl Amount {
    pub(super) fn of(function: Function, events: Events, property: Option<Path>) -> Self {
        Self { function, events, property }
    }

    /// In this window.
    #[must_use]
    pub fn during(self, window: impl Into<Window>) -> Subject {
        let Self { function, events, property } = self;
        let window = window.into();
        Subject(Term::Aggregate(Box::new(Aggregate { function, events, property, window, span: Span::default() })))
    }
}

/// A value of which something is going to be asked.
#[derive(Clone, Debug)]
pub struct Subject(Term);

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Subject> for Term {
    fn from(subject: Subject) -> Self {
        subject.0
    }
}

impl From<Term> for Subject {
    fn from(term: Term) -> Self {
        Self(term)
    }
}

macro_rules! operators {
    ($($trait:ident $function:ident $arith:ident),*) => { $(
        impl<T: Into<Term>> $trait<T> for Subject {
            type Output = Self;
            fn $function(self, other: T) -> Self {
                Self(Term::Arithmetic(Box::new(self.0), Arith::$arith, Box::new(other.into())))
            }
        }
    )* };
}
operators!(Add add Add, Sub sub Sub, Mul mul Mul, Div div Div);

macro_rules! comparisons {
    ($($(#[doc = $doc:literal])+ $name:ident => $op:ident, $shown:literal;)*) => { $(
        $(#[doc = $doc])+
        ///
        /// ```
        /// use onefold_segment::field;
        #[doc = concat!("assert_eq!(field(\"age\").", stringify!($name), "(18).to_string(), \"age ", $shown, " 18\");")]
        #[doc = concat!("assert_eq!(field(\"age\").", stringify!($name), "(field(\"limit\")).to_string(), \"age ", $shown, " limit\");")]
        /// ```
        #[must_use]
        pub fn $name(self, value: impl Into<Term>) -> Expr {
            self.compare(Op::$op, value)
        }
    )* };
}

impl Subject {
    fn test(self, check: Check) -> Expr {
        Expr::Test(Test { subject: self.0, check, span: Span::default() })
    }

    /// What a map has under this name; only of traits and properties.
    ///
    /// ```
    /// let berlin = onefold_segment::field("address").key("city").is("Berlin");
    /// assert_eq!(berlin.to_string(), "address.city = \"Berlin\"");
    /// ```
    #[must_use]
    pub fn key(mut self, name: &str) -> Self {
        if let Term::Name(path) = &mut self.0 {
            path.names.push(name.into());
        }
        self
    }

    /// How many items a list has, or pairs a map; only of traits and properties.
    ///
    /// ```
    /// assert_eq!(onefold_segment::field("tags").size().above(3).to_string(), "size(tags) > 3");
    /// ```
    #[must_use]
    pub fn size(self) -> Self {
        match self.0 {
            Term::Name(path) => Self(Term::Size(path)),
            other => Self(other),
        }
    }

    /// How many whole days have passed since.
    ///
    /// ```
    /// assert_eq!(onefold_segment::field("signup").days_since().below(7).to_string(), "days_since(signup) < 7");
    /// ```
    #[must_use]
    pub fn days_since(self) -> Self {
        Self(Term::Since(Elapsed::Days, Box::new(self.0)))
    }

    /// How many whole years have passed since.
    ///
    /// ```
    /// assert_eq!(onefold_segment::field("born").years_since().at_least(18).to_string(), "years_since(born) >= 18");
    /// ```
    #[must_use]
    pub fn years_since(self) -> Self {
        Self(Term::Since(Elapsed::Years, Box::new(self.0)))
    }

    /// It compares so with this. A constant on the left changes sides with it.
    ///
    /// ```
    /// use onefold_segment::{Op, constant, field};
    /// assert_eq!(field("age").compare(Op::Lt, field("limit") - 1).to_string(), "age < limit - 1");
    /// assert_eq!(constant(3).compare(Op::Lt, field("age")).to_string(), "age > 3");
    /// ```
    #[must_use]
    pub fn compare(self, op: Op, value: impl Into<Term>) -> Expr {
        let check = Check::Compare(op, value.into());
        Expr::Test(Test { subject: self.0, check, span: Span::default() }.normal())
    }

    comparisons! {
        /// It is this.
        is => Eq, "=";
        /// It is something else.
        is_not => Ne, "!=";
        /// It is less.
        below => Lt, "<";
        /// It is not more.
        at_most => Le, "<=";
        /// It is more.
        above => Gt, ">";
        /// It is not less.
        at_least => Ge, ">=";
        /// The text has this part, or the list this item.
        contains => Contains, "contains";
        /// The text begins so.
        starts_with => StartsWith, "starts with";
        /// The text ends so.
        ends_with => EndsWith, "ends with";
    }

    /// The list has one of these.
    ///
    /// ```
    /// let any = onefold_segment::field("tags").contains_any(["a", "b"]);
    /// assert_eq!(any.to_string(), "tags contains any (\"a\", \"b\")");
    /// ```
    #[must_use]
    pub fn contains_any<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Expr {
        self.test(Check::ContainsAny(values.into_iter().map(Into::into).collect()))
    }

    /// The list has all of these.
    ///
    /// ```
    /// let all = onefold_segment::field("tags").contains_all(["a", "b"]);
    /// assert_eq!(all.to_string(), "tags contains all (\"a\", \"b\")");
    /// ```
    #[must_use]
    pub fn contains_all<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Expr {
        self.test(Check::ContainsAll(values.into_iter().map(Into::into).collect()))
    }

    /// It is one of these.
    ///
    /// ```
    /// assert_eq!(onefold_segment::field("age").is_in([18, 81]).to_string(), "age in (18, 81)");
    /// ```
    #[must_use]
    pub fn is_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Expr {
        self.test(Check::Among(values.into_iter().map(Into::into).collect()))
    }

    /// It is none of these.
    ///
    /// ```
    /// assert_eq!(onefold_segment::field("age").not_in([18, 81]).to_string(), "age not in (18, 81)");
    /// ```
    #[must_use]
    pub fn not_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Expr {
        self.test(Check::NotAmong(values.into_iter().map(Into::into).collect()))
    }

    /// Nothing is known.
    ///
    /// ```
    /// assert_eq!(onefold_segment::field("age").is_null().to_string(), "age is null");
    /// ```
    #[must_use]
    pub fn is_null(self) -> Expr {
        self.test(Check::Null)
    }

    /// Something is known.
    ///
    /// ```
    /// assert_eq!(onefold_segment::field("age").is_known().to_string(), "age is not null");
    /// ```
    #[must_use]
    pub fn is_known(self) -> Expr {
        self.test(Check::NotNull)
    }

    /// The time or day lies within so long before now.
    ///
    /// ```
    /// use std::time::Duration;
    /// let fresh = onefold_segment::field("signup").within_last(Duration::from_hours(48));
    /// assert_eq!(fresh.to_string(), "signup within last 2d");
    /// ```
    #[must_use]
    pub fn within_last(self, span: Duration) -> Expr {
        self.test(Check::WithinLast(span))
    }

    /// The time or day lies within so long from now on.
    ///
    /// ```
    /// use std::time::Duration;
    /// let soon = onefold_segment::field("renewal").within_next(Duration::from_hours(48));
    /// assert_eq!(soon.to_string(), "renewal within next 2d");
    /// ```
    #[must_use]
    pub fn within_next(self, span: Duration) -> Expr {
        self.test(Check::WithinNext(span))
    }

    /// The day of the year comes round within so many days.
    ///
    /// ```
    /// use std::time::Duration;
    /// let birthday = onefold_segment::field("born").anniversary_within(Duration::from_hours(24 * 7));
    /// assert_eq!(birthday.to_string(), "born anniversary within next 7d");
    /// ```
    #[must_use]
    pub fn anniversary_within(self, span: Duration) -> Expr {
        self.test(Check::Anniversary(span))
    }

    /// The place is at most so many kilometres from here, in degrees north and east.
    ///
    /// ```
    /// use onefold_model::Decimal;
    /// let near = onefold_segment::field("home").near(5, "52.52".parse::<Decimal>()?, "13.405".parse::<Decimal>()?);
    /// assert_eq!(near.to_string(), "home within 5 km of (52.52, 13.405)");
    /// # Ok::<(), onefold_model::ParseError>(())
    /// ```
    #[must_use]
    pub fn near(self, km: impl Into<Decimal>, lat: impl Into<Decimal>, lon: impl Into<Decimal>) -> Expr {
        self.test(Check::Near { km: km.into(), lat: lat.into(), lon: lon.into() })
    }

    /// It is the same as a property of an earlier step of the sequence.
    ///
    /// ```
    /// let same = onefold_segment::field("cart_id").same_as("c", "cart_id");
    /// assert_eq!(same.to_string(), "cart_id = c.cart_id");
    /// ```
    #[must_use]
    pub fn same_as(self, step: &str, property: &str) -> Expr {
        self.is(field([step, property]))
    }

    /// The trait changed; only of traits.
    ///
    /// ```
    /// use std::time::Duration;
    /// let upgraded = onefold_segment::field("plan").changed().from("free").to("pro").in_last(Duration::from_hours(24));
    /// assert_eq!(upgraded.to_string(), "plan changed from \"free\" to \"pro\" in last 1d");
    /// ```
    #[must_use]
    pub fn changed(self) -> Changed {
        let name = match self.0 {
            Term::Name(path) => path.names.into_iter().next(),
            _ => None,
        };
        Changed { field: name.unwrap_or_else(|| Name::from("")), from: None, to: None }
    }
}

macro_rules! literal {
    ($($type:ty => |$value:ident| $make:expr),* $(,)?) => { $(
        impl From<$type> for Literal { fn from($value: $type) -> Self { $make } }
        impl From<$type> for Term { fn from(value: $type) -> Self { Self::Constant(value.into()) } }
    )* };
}
literal! {
    &str => |v| Self::Text(v.into()),
    String => |v| Self::Text(v),
    i64 => |v| Self::Number(v.into()),
    i32 => |v| Self::Number(i64::from(v).into()),
    Decimal => |v| Self::Number(v),
    Money => |v| Self::Money(v),
    bool => |v| Self::Bool(v),
    Time => |v| Self::Time(v),
    Date => |v| Self::Date(v),
}

impl From<Literal> for Term {
    fn from(literal: Literal) -> Self {
        Self::Constant(literal)
    }
}
