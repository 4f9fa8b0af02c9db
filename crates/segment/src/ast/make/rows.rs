//! Events, windows, and conditions of both.

use std::time::Duration;

use onefold_model::Time;

use super::value::{Amount, Subject};
use crate::ast::{Events, Expr, Function, Literal, Name, Path, Sequence, Step, Target, Then, Unit, When, Window};

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

/// Events of any of these types.
///
/// ```
/// use onefold_segment::{did, events};
/// assert_eq!(did(events(["page", "screen"])).ever().to_string(), "did any of (page, screen) ever");
/// ```
#[must_use]
pub fn events<'a>(names: impl IntoIterator<Item = &'a str>) -> Events {
    Events { what: Target::AnyOf(names.into_iter().map(Name::from).collect()), filter: None }
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

/// The first such event ever happened in the window.
///
/// ```
/// use onefold_segment::{Unit, first_time};
/// assert_eq!(first_time("purchase").in_this(Unit::Month).to_string(), "first time purchase in this month");
/// ```
#[must_use]
pub fn first_time(events: impl Into<Events>) -> FirstTime {
    FirstTime(events.into())
}

impl From<&str> for Events {
    fn from(name: &str) -> Self {
        event(name)
    }
}

macro_rules! aggregates {
    ($($(#[doc = $doc:literal])+ $name:ident => $function:ident, $example:literal;)*) => { $(
        $(#[doc = $doc])+
        ///
        /// ```
        /// use onefold_segment::event;
        #[doc = concat!("assert_eq!(event(\"purchase\").", stringify!($name), "(\"amount\").ever().to_string(), \"", $example, "\");")]
        /// ```
        #[must_use]
        pub fn $name(self, property: impl Into<Path>) -> Amount {
            Amount::of(Function::$function, self, Some(property.into()))
        }
    )* };
}

impl Events {
    /// Only those that fulfil this.
    ///
    /// ```
    /// use onefold_segment::{count, event, field};
    /// let large = event("purchase").when(field("qty").above(10)).when(field("category").is("shoes"));
    /// assert_eq!(count(large).ever().to_string(), "count(purchase[qty > 10 and category = \"shoes\"]) ever");
    /// ```
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

    aggregates! {
        /// The mean of a property.
        avg => Avg, "avg(purchase.amount) ever";
        /// The smallest value of a property.
        min => Min, "min(purchase.amount) ever";
        /// The greatest value of a property.
        max => Max, "max(purchase.amount) ever";
        /// The middle value of a property.
        median => Median, "median(purchase.amount) ever";
        /// How many different values a property has.
        distinct => Distinct, "distinct(purchase.amount) ever";
        /// The property at the earliest event that has it.
        first => First, "first(purchase.amount) ever";
        /// The property at the latest event that has it.
        last => Last, "last(purchase.amount) ever";
        /// The value that a property has most often.
        most_frequent => MostFrequent, "most_frequent(purchase.amount) ever";
    }

    /// When the earliest happened.
    ///
    /// ```
    /// assert_eq!(onefold_segment::event("purchase").first_at().ever().to_string(), "first(purchase) ever");
    /// ```
    #[must_use]
    pub fn first_at(self) -> Amount {
        Amount::of(Function::First, self, None)
    }

    /// When the latest happened.
    ///
    /// ```
    /// assert_eq!(onefold_segment::event("purchase").last_at().ever().to_string(), "last(purchase) ever");
    /// ```
    #[must_use]
    pub fn last_at(self) -> Amount {
        Amount::of(Function::Last, self, None)
    }

    /// On how many calendar days they happened.
    ///
    /// ```
    /// assert_eq!(onefold_segment::event("any").active_days().ever().to_string(), "active_days(any) ever");
    /// ```
    #[must_use]
    pub fn active_days(self) -> Amount {
        Amount::of(Function::ActiveDays, self, None)
    }

    /// In how many calendar weeks they happened.
    ///
    /// ```
    /// assert_eq!(onefold_segment::event("any").active_weeks().ever().to_string(), "active_weeks(any) ever");
    /// ```
    #[must_use]
    pub fn active_weeks(self) -> Amount {
        Amount::of(Function::ActiveWeeks, self, None)
    }

    /// How many sessions they make, parted by gaps of at least so long.
    ///
    /// ```
    /// use std::time::Duration;
    /// let visits = onefold_segment::event("any").sessions(Duration::from_mins(30)).ever();
    /// assert_eq!(visits.to_string(), "sessions(any, 30m) ever");
    /// ```
    #[must_use]
    pub fn sessions(self, gap: Duration) -> Amount {
        Amount::of(Function::Sessions(gap), self, None)
    }

    /// How many seconds their sessions last together.
    ///
    /// ```
    /// use std::time::Duration;
    /// let time = onefold_segment::event("any").session_time(Duration::from_mins(30)).ever();
    /// assert_eq!(time.to_string(), "session_time(any, 30m) ever");
    /// ```
    #[must_use]
    pub fn session_time(self, gap: Duration) -> Amount {
        Amount::of(Function::SessionTime(gap), self, None)
    }

    /// They happened, but not for so long now.
    ///
    /// ```
    /// use std::time::Duration;
    /// let silent = onefold_segment::event("login").stopped_for(Duration::from_hours(24 * 14));
    /// assert_eq!(silent.to_string(), "stopped login for 14d");
    /// ```
    #[must_use]
    pub fn stopped_for(self, span: Duration) -> Expr {
        Expr::Stopped { events: self, span }
    }
}

/// Events of which one must have happened.
#[derive(Clone, Debug)]
pub struct Did(Events);

/// Events of which the first ever must have happened.
#[derive(Clone, Debug)]
pub struct FirstTime(Events);

/// A trait that must have changed.
#[derive(Clone, Debug)]
pub struct Changed {
    pub(super) field: Name,
    pub(super) from: Option<Literal>,
    pub(super) to: Option<Literal>,
}

/// The first step of a sequence.
#[derive(Clone, Debug)]
pub struct Started {
    first: Events,
    name: Option<Name>,
}

/// Steps of a sequence.
#[derive(Clone, Debug)]
pub struct Steps {
    first: Events,
    name: Option<Name>,
    steps: Vec<Step>,
}

macro_rules! windows {
    ($($type:ident -> $to:ty, $example:literal, $shown:literal;)*) => { $(
        #[doc = concat!("```\nuse onefold_segment::{Unit, count, did, event, field, first_time};\nuse std::time::Duration;\nlet it = ", $example, ";")]
        #[doc = "let day = Duration::from_hours(24);"]
        #[doc = concat!("assert_eq!(it.clone().in_last(day).to_string(), \"", $shown, " in last 1d\");")]
        #[doc = concat!("assert_eq!(it.clone().before_ago(day).to_string(), \"", $shown, " before 1d ago\");")]
        #[doc = concat!("assert_eq!(it.in_this(Unit::Year).to_string(), \"", $shown, " in this year\");\n```")]
        impl $type {
            /// At any time.
            #[must_use]
            pub fn ever(self) -> $to {
                self.during(When::Ever)
            }

            /// Within so long before now.
            #[must_use]
            pub fn in_last(self, span: Duration) -> $to {
                self.during(When::Last(span))
            }

            /// Between the longer and the shorter span before now.
            #[must_use]
            pub fn between_ago(self, from: Duration, to: Duration) -> $to {
                self.during(When::Ago { from, to })
            }

            /// So long ago or longer.
            #[must_use]
            pub fn before_ago(self, span: Duration) -> $to {
                self.during(When::BeforeAgo(span))
            }

            /// At this instant or later.
            #[must_use]
            pub fn since(self, from: Time) -> $to {
                self.during(When::Since(from))
            }

            /// Before this instant.
            #[must_use]
            pub fn before(self, to: Time) -> $to {
                self.during(When::Before(to))
            }

            /// From the first instant on and before the second.
            #[must_use]
            pub fn between(self, from: Time, to: Time) -> $to {
                self.during(When::Between { from, to })
            }

            /// In the current unit of the calendar.
            #[must_use]
            pub fn in_this(self, unit: Unit) -> $to {
                self.during(When::This(unit))
            }

            /// In so many whole units of the calendar before the current one.
            #[must_use]
            pub fn in_last_calendar(self, count: u32, unit: Unit) -> $to {
                self.during(When::Calendar { count, unit })
            }

            /// In the session that is going on.
            #[must_use]
            pub fn in_session(self, gap: Duration) -> $to {
                self.during(When::Session(gap))
            }
        }
    )* };
}
windows! {
    Did -> Expr, "did(\"purchase\")", "did purchase";
    FirstTime -> Expr, "first_time(\"purchase\")", "first time purchase";
    Amount -> Subject, "count(\"purchase\")", "count(purchase)";
    Steps -> Expr, "did(\"page\").then(\"purchase\", None)", "did page then purchase,";
    Changed -> Expr, "field(\"plan\").changed()", "plan changed";
}

impl Did {
    /// In this window.
    #[must_use]
    pub fn during(self, window: impl Into<Window>) -> Expr {
        Expr::Did { events: self.0, window: window.into() }
    }

    /// Names this step, so that the next can speak of it.
    #[must_use]
    pub fn step(self, name: &str) -> Started {
        Started { first: self.0, name: Some(name.into()) }
    }

    /// Another event must follow, within the span where one is said.
    #[must_use]
    pub fn then(self, next: impl Into<Events>, within: impl Into<Option<Duration>>) -> Steps {
        Started { first: self.0, name: None }.then(next, within)
    }

    /// No such event may follow, within the span where one is said.
    #[must_use]
    pub fn then_not(self, next: impl Into<Events>, within: impl Into<Option<Duration>>) -> Steps {
        Started { first: self.0, name: None }.then_not(next, within)
    }
}

impl FirstTime {
    /// In this window.
    #[must_use]
    pub fn during(self, window: impl Into<Window>) -> Expr {
        Expr::FirstTime { events: self.0, window: window.into() }
    }
}

impl Changed {
    /// It was this.
    #[must_use]
    pub fn from(self, value: impl Into<Literal>) -> Self {
        Self { from: Some(value.into()), ..self }
    }

    /// It became this.
    #[must_use]
    pub fn to(self, value: impl Into<Literal>) -> Self {
        Self { to: Some(value.into()), ..self }
    }

    /// In this window.
    #[must_use]
    pub fn during(self, window: impl Into<Window>) -> Expr {
        Expr::Changed { field: self.field, from: self.from, to: self.to, window: window.into() }
    }
}

impl Started {
    /// Another event must follow, within the span where one is said.
    ///
    /// ```
    /// use onefold_segment::{did, event, field};
    /// use std::time::Duration;
    /// let bought = event("purchase").when(field("cart_id").same_as("c", "cart_id"));
    /// let quick = did("add_to_cart").step("c").then(bought, Duration::from_hours(1)).ever();
    /// assert_eq!(quick.to_string(), "did add_to_cart as c then purchase[cart_id = c.cart_id] within 1h, ever");
    /// ```
    #[must_use]
    pub fn then(self, next: impl Into<Events>, within: impl Into<Option<Duration>>) -> Steps {
        Steps { first: self.first, name: self.name, steps: Vec::new() }.then(next, within)
    }

    /// No such event may follow, within the span where one is said.
    #[must_use]
    pub fn then_not(self, next: impl Into<Events>, within: impl Into<Option<Duration>>) -> Steps {
        Steps { first: self.first, name: self.name, steps: Vec::new() }.then_not(next, within)
    }
}

impl Steps {
    /// A further event must follow, within the span where one is said.
    ///
    /// ```
    /// use onefold_segment::did;
    /// use std::time::Duration;
    /// let hour = Duration::from_hours(1);
    /// let funnel = did("page").then("add_to_cart", hour).step("cart").then_not("purchase", hour * 24).ever();
    /// assert_eq!(funnel.to_string(), "did page then add_to_cart as cart within 1h then not purchase within 1d, ever");
    /// ```
    #[must_use]
    pub fn then(self, next: impl Into<Events>, within: impl Into<Option<Duration>>) -> Self {
        self.push(Then::Follows, next.into(), within.into())
    }

    /// No such event may follow the last that happened, within the span where one is said.
    #[must_use]
    pub fn then_not(self, next: impl Into<Events>, within: impl Into<Option<Duration>>) -> Self {
        self.push(Then::Lacks, next.into(), within.into())
    }

    /// Names the step said last.
    #[must_use]
    pub fn step(mut self, name: &str) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.name = Some(name.into());
        }
        self
    }

    fn push(mut self, then: Then, events: Events, within: Option<Duration>) -> Self {
        self.steps.push(Step { then, events, name: None, within });
        self
    }

    /// With the first step in this window.
    #[must_use]
    pub fn during(self, window: impl Into<Window>) -> Expr {
        Expr::Sequence(Sequence { first: self.first, name: self.name, steps: self.steps, window: window.into() })
    }
}
