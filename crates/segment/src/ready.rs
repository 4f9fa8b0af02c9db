//! Definitions that most shops want, ready made: how recently, how often and for how much somebody bought, how loyal
//! she is, where she stands in her life as a customer, and whether she comes more often or less.
//!
//! They are trees like those that a text gives: printed, changed, and put beside one's own. What the caller names
//! becomes a name in the tree, whatever it contains; nothing is pasted into a text.
//!
//! ```
//! use onefold_model::{Kind, Schema, Type};
//! use onefold_segment::{Definitions, field, ready};
//!
//! let schema = Schema::builder()
//!     .kind(Kind::person("user_id"))
//!     .event("purchase", [("amount", Type::Money)])
//!     .build([7; 32].into())?;
//! let definitions = Definitions::builder()
//!     .with(ready::rfm("purchase", "amount"))
//!     .with(ready::lifecycle("purchase"))
//!     .segment("win_back", field("lifecycle").is("at_risk").and(field("rfm_monetary").at_least(4)))
//!     .build(&schema)?;
//! assert_eq!(definitions.computed("rfm"), Some(Type::Int));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::time::Duration;

use onefold_model::Type;

use crate::ast::{
    Case, Definition, Events, Expr, Literal, Path, Rank, Subject, Term, case, count, did, field, first_time, sum,
};

const DAY: Duration = Duration::from_hours(24);
const MONTH: Duration = Duration::from_hours(24 * 30);
const YEAR: Duration = Duration::from_hours(24 * 365);

/// How recently, how often and for how much somebody bought in the last 365 days: each a level from 1 to 5, and all
/// three as one number from 111 to 555.
///
/// | name | 5 | 1 |
/// |---|---|---|
/// | `rfm_recency` | the fifth whose last purchase is the latest | the fifth whose last purchase is the longest ago |
/// | `rfm_frequency` | the fifth with the most purchases | the fifth with the fewest |
/// | `rfm_monetary` | the fifth that spent most | the fifth that spent least |
/// | `rfm` | the three levels as digits, in this order | |
///
/// The fifths are of the segment `rfm_buyers`, who bought in the last 365 days; who did not has no level. They are
/// counted from the top, ties by profile id: of n buyers the first ceil(n / 5) have a 5. Of amounts, those in the
/// currency that most buyers pay in compare; who paid in another has a 1 in `rfm_monetary`.
///
/// ```
/// let rfm = onefold_segment::ready::rfm("purchase", "amount");
/// assert_eq!(rfm[0].to_string(), "segment rfm_buyers = did purchase in last 365d\n");
/// let names: Vec<&str> = rfm.iter().map(|it| it.name.as_str()).collect();
/// assert_eq!(names, ["rfm_buyers", "rfm_recency", "rfm_frequency", "rfm_monetary", "rfm"]);
/// ```
#[must_use]
pub fn rfm(events: impl Into<Events>, amount: impl Into<Path>) -> Vec<Definition> {
    let events = events.into();
    let last = Term::from(events.clone().last_at().in_last(YEAR));
    let often = Term::from(count(events.clone()).in_last(YEAR));
    let much = Term::from(sum(events.clone(), amount).in_last(YEAR));
    let digits = field("rfm_recency") * 100 + field("rfm_frequency") * 10 + field("rfm_monetary");
    vec![
        Definition::segment("rfm_buyers", did(events).in_last(YEAR)),
        Definition::computed("rfm_recency", Type::Int, fifths(&last)),
        Definition::computed("rfm_frequency", Type::Int, fifths(&often)),
        Definition::computed("rfm_monetary", Type::Int, fifths(&much)),
        Definition::computed("rfm", Type::Int, digits),
    ]
}

/// From 5 for the first fifth of the buyers to 1 for the last.
fn fifths(by: &Term) -> Subject {
    let first = |percent: i64| Expr::from(Rank::top_percent(percent, by.clone()).among("rfm_buyers"));
    case(first(20), 5)
        .when(first(40), 4)
        .when(first(60), 3)
        .when(first(80), 2)
        .when(Expr::member("rfm_buyers"), 1)
        .end()
}

/// `loyalty_tier`: the first tier of which somebody spent the amount in the last 365 days; nothing where none is
/// reached. Tiers are given from the highest to the lowest.
///
/// ```
/// use onefold_model::Money;
/// use onefold_segment::ready::loyalty;
/// let (gold, silver): (Money, Money) = ("1000 EUR".parse()?, "200 EUR".parse()?);
/// let [tier] = &loyalty("purchase", "amount", [("gold", gold), ("silver", silver)])[..] else { unreachable!() };
/// assert_eq!(
///     tier.to_string(),
///     r#"trait loyalty_tier: text = case
///   when sum(purchase.amount) in last 365d >= 1000 EUR then "gold"
///   when sum(purchase.amount) in last 365d >= 200 EUR then "silver"
/// end
/// "#,
/// );
/// # Ok::<(), onefold_model::ParseError>(())
/// ```
#[must_use]
pub fn loyalty<'a, L: Into<Literal>>(
    events: impl Into<Events>,
    amount: impl Into<Path>,
    tiers: impl IntoIterator<Item = (&'a str, L)>,
) -> Vec<Definition> {
    let (events, amount) = (events.into(), amount.into());
    let reached = |bound: L| sum(events.clone(), amount.clone()).in_last(YEAR).at_least(bound.into());
    let mut tiers = tiers.into_iter();
    let Some((name, bound)) = tiers.next() else { return Vec::new() };
    let first: Case = case(reached(bound), name);
    let all = tiers.fold(first, |before, (name, bound)| before.when(reached(bound), name));
    vec![Definition::computed("loyalty_tier", Type::Text, all.end())]
}

/// `lifecycle`: where somebody stands in her life as a customer.
///
/// | stage | who |
/// |---|---|
/// | `prospect` | never bought |
/// | `new` | bought for the first time in the last 30 days |
/// | `active` | bought in the last 90 days, and before |
/// | `at_risk` | bought in the last 180 days, but not in the last 90 |
/// | `lost` | bought, but not in the last 180 days |
///
/// ```
/// let stages = onefold_segment::ready::lifecycle("purchase");
/// assert_eq!(stages[0].name.as_str(), "lifecycle");
/// ```
#[must_use]
pub fn lifecycle(events: impl Into<Events>) -> Vec<Definition> {
    let events = events.into();
    let within = |span: Duration| did(events.clone()).in_last(span);
    let stage = case(did(events.clone()).ever().not(), "prospect")
        .when(first_time(events.clone()).in_last(MONTH), "new")
        .when(within(DAY * 90), "active")
        .when(within(DAY * 180), "at_risk")
        .otherwise("lost");
    vec![Definition::computed("lifecycle", Type::Text, stage)]
}

/// `engagement_trend`: how often such events happened in the last 30 days, beside the 30 days before them. `"any"` is
/// any behaviour.
///
/// | trend | who |
/// |---|---|
/// | `none` | no events in the last 60 days |
/// | `started` | some in the last 30 days, none in the 30 before |
/// | `stopped` | none in the last 30 days, some in the 30 before |
/// | `rising` | at least a quarter more than before |
/// | `falling` | at least a quarter less than before |
/// | `steady` | in between |
///
/// ```
/// let trend = onefold_segment::ready::engagement("login");
/// assert_eq!(trend[0].name.as_str(), "engagement_trend");
/// ```
#[must_use]
pub fn engagement(events: impl Into<Events>) -> Vec<Definition> {
    let events = events.into();
    let now = || count(events.clone()).in_last(MONTH);
    let before = || count(events.clone()).between_ago(MONTH * 2, MONTH);
    let silent = |count: Subject| count.is(0);
    let trend = case(silent(now()).and(silent(before())), "none")
        .when(silent(before()), "started")
        .when(silent(now()), "stopped")
        .when((now() * 4).at_least(before() * 5), "rising")
        .when((now() * 4).at_most(before() * 3), "falling")
        .otherwise("steady");
    vec![Definition::computed("engagement_trend", Type::Text, trend)]
}
