//! Definitions written in Rust: the same tree as the text gives.
//!
//! The order of calls is that of the text: *which events*, *when*, *how many*. Each step has a type of its own, so
//! that a count without a comparison does not compile.

use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time};

use super::{Check, Events, Expr, Literal, Name, Op, Span, Target, Test, Then, Window};

/// Begins a test of a trait, or, in a filter, of a property.
///
/// ```
/// let nearby = onefold_segment::field("country").is_in(["DE", "FR"]);
/// assert_eq!(nearby.to_string(), "country in (\"DE\", \"FR\")");
/// ```
#[must_use]
pub fn field(name: &str) -> Subject {
    Subject(name.into())
}

/// Events of a type; `"any"` is any behaviour, as in the text.
///
/// ```
/// use onefold_segment::{did, event, field};
/// let shoes = event("purchase").when(field("category").is("shoes"));
/// assert_eq!(did(shoes).ever().to_string(), "did purchase[category = \"shoes\"] ever");
/// ```
#[must_use]
pub fn event(name: &str) -> Events {
    Events {
        what: match name {
            "any" => Target::Any,
            name => Target::Named(name.into()),
        },
        filter: None,
    }
}

/// Such an event happened.
///
/// ```
/// use std::time::Duration;
/// let seen = onefold_segment::did("page").in_last(Duration::from_hours(24));
/// assert_eq!(seen.to_string(), "did page in last 1d");
/// ```
#[must_use]
pub fn did(events: impl Into<Events>) -> Did {
    Did(events.into())
}

/// How many such events happened.
///
/// ```
/// let loyal = onefold_segment::count("purchase").ever().at_least(3);
/// assert_eq!(loyal.to_string(), "count(purchase) ever >= 3");
/// ```
#[must_use]
pub fn count(events: impl Into<Events>) -> Count {
    Count(events.into())
}

/// What a property of such events adds up to.
///
/// ```
/// use onefold_model::Money;
/// let vip = onefold_segment::sum("purchase", "amount").ever().at_least("500 EUR".parse::<Money>()?);
/// assert_eq!(vip.to_string(), "sum(purchase.amount) ever >= 500 EUR");
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[must_use]
pub fn sum(events: impl Into<Events>, property: &str) -> Sum {
    Sum(events.into(), property.into())
}

impl From<&str> for Events {
    fn from(name: &str) -> Self {
        event(name)
    }
}

impl Events {
    /// Only those that fulfil this.
    #[must_use]
    pub fn when(self, filter: Expr) -> Self {
        Self {
            filter: Some(Box::new(match self.filter {
                Some(before) => before.and(filter),
                None => filter,
            })),
            ..self
        }
    }
}

/// A trait or property whose test is being written.
#[derive(Clone, Debug)]
pub struct Subject(Name);

impl Subject {
    fn test(self, check: Check) -> Expr {
        Expr::Test(Test { subject: self.0, check, span: Span::default() })
    }

    /// It compares so with this.
    #[must_use]
    pub fn compare(self, op: Op, value: impl Into<Literal>) -> Expr {
        self.test(Check::Compare(op, value.into()))
    }

    /// It is this.
    #[must_use]
    pub fn is(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Eq, value)
    }

    /// It is something else.
    #[must_use]
    pub fn is_not(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Ne, value)
    }

    /// It is less.
    #[must_use]
    pub fn below(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Lt, value)
    }

    /// It is not more.
    #[must_use]
    pub fn at_most(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Le, value)
    }

    /// It is more.
    #[must_use]
    pub fn above(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Gt, value)
    }

    /// It is not less.
    #[must_use]
    pub fn at_least(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Ge, value)
    }

    /// The text has this part, or the list this item.
    #[must_use]
    pub fn contains(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Contains, value)
    }

    /// The text begins so.
    #[must_use]
    pub fn starts_with(self, value: &str) -> Expr {
        self.compare(Op::StartsWith, value)
    }

    /// The text ends so.
    #[must_use]
    pub fn ends_with(self, value: &str) -> Expr {
        self.compare(Op::EndsWith, value)
    }

    /// It is one of these.
    #[must_use]
    pub fn is_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Expr {
        self.test(Check::Among(values.into_iter().map(Into::into).collect()))
    }

    /// It is none of these.
    #[must_use]
    pub fn not_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Expr {
        self.test(Check::NotAmong(values.into_iter().map(Into::into).collect()))
    }

    /// Nothing is known.
    #[must_use]
    pub fn is_null(self) -> Expr {
        self.test(Check::Null)
    }

    /// Something is known.
    #[must_use]
    pub fn is_known(self) -> Expr {
        self.test(Check::NotNull)
    }

    /// The time or day lies within so long before now.
    #[must_use]
    pub fn within_last(self, span: Duration) -> Expr {
        self.test(Check::WithinLast(span))
    }

    /// It is the same as a property of the sequence's first step.
    #[must_use]
    pub fn same_as(self, step: &str, property: &str) -> Expr {
        self.test(Check::Step { op: Op::Eq, step: step.into(), property: property.into() })
    }
}

/// Events of which one must have happened.
#[derive(Clone, Debug)]
pub struct Did(Events);

/// Events that are counted.
#[derive(Clone, Debug)]
pub struct Count(Events);

/// Events of which a property is added up.
#[derive(Clone, Debug)]
pub struct Sum(Events, Name);

/// The first step of a sequence.
#[derive(Clone, Debug)]
pub struct Started {
    first: Events,
    step: Option<Name>,
}

/// Two steps of a sequence.
#[derive(Clone, Debug)]
pub struct Sequence {
    first: Events,
    step: Option<Name>,
    then: Then,
    second: Events,
    within: Duration,
}

/// A count or sum that is being compared.
#[derive(Clone, Debug)]
pub struct Compared(Amount);

#[derive(Clone, Debug)]
enum Amount {
    Count(Events, Window),
    Sum(Events, Name, Window),
}

impl Compared {
    /// It compares so with this.
    #[must_use]
    pub fn compare(self, op: Op, value: impl Into<Literal>) -> Expr {
        let value = value.into();
        match self.0 {
            Amount::Count(events, window) => Expr::Count { events, window, op, value },
            Amount::Sum(events, property, window) => Expr::Sum { events, property, window, op, value },
        }
    }

    /// It is this.
    #[must_use]
    pub fn is(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Eq, value)
    }

    /// It is less.
    #[must_use]
    pub fn below(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Lt, value)
    }

    /// It is not more.
    #[must_use]
    pub fn at_most(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Le, value)
    }

    /// It is more.
    #[must_use]
    pub fn above(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Gt, value)
    }

    /// It is not less.
    #[must_use]
    pub fn at_least(self, value: impl Into<Literal>) -> Expr {
        self.compare(Op::Ge, value)
    }
}

macro_rules! windows {
    ($($type:ident -> $to:ty),*) => { $(
        impl $type {
            /// At any time.
            #[must_use]
            pub fn ever(self) -> $to {
                self.during(Window::Ever)
            }

            /// Within so long before now.
            #[must_use]
            pub fn in_last(self, span: Duration) -> $to {
                self.during(Window::Last(span))
            }

            /// Between the longer and the shorter span before now.
            #[must_use]
            pub fn between_ago(self, from: Duration, to: Duration) -> $to {
                self.during(Window::Ago { from, to })
            }
        }
    )* };
}
windows!(Did -> Expr, Count -> Compared, Sum -> Compared, Sequence -> Expr);

impl Did {
    /// In this window.
    #[must_use]
    pub fn during(self, window: Window) -> Expr {
        Expr::Did { events: self.0, window }
    }

    /// Names this step, so that the next can speak of it.
    #[must_use]
    pub fn step(self, name: &str) -> Started {
        Started { first: self.0, step: Some(name.into()) }
    }

    /// Another event must follow within the span.
    #[must_use]
    pub fn then(self, second: impl Into<Events>, within: Duration) -> Sequence {
        Started { first: self.0, step: None }.then(second, within)
    }

    /// No such event may follow within the span.
    #[must_use]
    pub fn then_not(self, second: impl Into<Events>, within: Duration) -> Sequence {
        Started { first: self.0, step: None }.then_not(second, within)
    }
}

impl Started {
    /// Another event must follow within the span.
    ///
    /// ```
    /// use onefold_segment::{did, event, field};
    /// use std::time::Duration;
    /// let bought = event("purchase").when(field("cart_id").same_as("c", "cart_id"));
    /// let quick = did("add_to_cart").step("c").then(bought, Duration::from_hours(1)).ever();
    /// assert_eq!(quick.to_string(), "did add_to_cart as c then purchase[cart_id = c.cart_id] within 1h, ever");
    /// ```
    #[must_use]
    pub fn then(self, second: impl Into<Events>, within: Duration) -> Sequence {
        self.go(Then::Follows, second.into(), within)
    }

    /// No such event may follow within the span.
    #[must_use]
    pub fn then_not(self, second: impl Into<Events>, within: Duration) -> Sequence {
        self.go(Then::Lacks, second.into(), within)
    }

    fn go(self, then: Then, second: Events, within: Duration) -> Sequence {
        Sequence { first: self.first, step: self.step, then, second, within }
    }
}

impl Count {
    /// In this window.
    #[must_use]
    pub fn during(self, window: Window) -> Compared {
        Compared(Amount::Count(self.0, window))
    }
}

impl Sum {
    /// In this window.
    #[must_use]
    pub fn during(self, window: Window) -> Compared {
        Compared(Amount::Sum(self.0, self.1, window))
    }
}

impl Sequence {
    /// With the first step in this window.
    #[must_use]
    pub fn during(self, window: Window) -> Expr {
        Expr::Sequence {
            first: self.first,
            step: self.step,
            then: self.then,
            second: self.second,
            within: self.within,
            window,
        }
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
    #[must_use]
    pub fn or(self, other: impl Into<Self>) -> Self {
        Self::any([self, other.into()])
    }

    /// The contrary.
    #[expect(clippy::should_implement_trait, reason = "`!expr` would read as a bool; chains read as the text does")]
    #[must_use]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Membership of another segment.
    #[must_use]
    pub fn member(segment: &str) -> Self {
        Self::Member(segment.into())
    }

    /// The person permits a purpose.
    #[must_use]
    pub fn consent(purpose: &str) -> Self {
        Self::Consent { purpose: purpose.into(), channel: None }
    }

    /// The person permits a purpose over a channel.
    #[must_use]
    pub fn consent_over(purpose: &str, channel: &str) -> Self {
        Self::Consent { purpose: purpose.into(), channel: Some(channel.into()) }
    }
}

macro_rules! literal {
    ($($type:ty => |$value:ident| $make:expr),* $(,)?) => { $(
        impl From<$type> for Literal { fn from($value: $type) -> Self { $make } }
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
