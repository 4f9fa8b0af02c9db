//! Live segments: events a second, the latency of one, timers, bytes.
//!
//! The workload has the shape of a shop's: profiles with heavy-tailed activity, twenty events each on average, ten types,
//! 180 days, told in the order of time. Each event is put into the columns, the timers before it fire, and the segments
//! that it can change are evaluated: all of that is counted.

use std::time::Instant;

use criterion::Criterion;
use onefold::model::{
    Cause, EventId, EventTypeId, Facts, FieldId, Kind, Party, People, Position, ProfileId, Schema, Score, Time, Token,
    Type, Value,
};
use onefold::segment::{Columns, Definitions, Live};

const DAY: i64 = 86_400;
/// The end of the workload, in seconds: 2026-01-01.
const NOW: i64 = 1_767_225_600;
const TYPES: [(&str, f64); 10] = [
    ("page_view", 0.45),
    ("product_view", 0.2),
    ("add_to_cart", 0.07),
    ("checkout", 0.035),
    ("purchase", 0.03),
    ("email_open", 0.1),
    ("email_click", 0.025),
    ("login", 0.07),
    ("refund", 0.005),
    ("support_ticket", 0.015),
];

/// The twenty segments of the peers' comparison.
const TWENTY: &str = r#"
segment bought_twice_30d = count(purchase) in last 30d >= 2
segment spent_100_30d = sum(purchase.amount) in last 30d >= 10000
segment average_over_40_30d = avg(purchase.amount) in last 30d > 4000
segment one_big_purchase_90d = max(purchase.amount) in last 90d > 20000
segment one_small_purchase_90d = min(purchase.amount) in last 90d < 1000
segment five_categories_viewed_30d = distinct(product_view.category) in last 30d >= 5
segment ten_page_views_7d = count(page_view) in last 7d >= 10
segment win_back = sum(purchase.amount) ever > 20000 and not did any in last 14d and in_sales_cycle = false
segment cart_without_purchase_3d = did add_to_cart in last 3d and (not did purchase ever or last(purchase) ever < last(add_to_cart) ever)
segment opens_never_clicks_30d = count(email_open) in last 30d >= 3 and not did email_click in last 30d
segment last_purchase_30_to_60_days_ago = did purchase between 60d and 30d ago and not did purchase in last 30d
segment first_purchase_30d = first time purchase in last 30d
segment pro_in_three_countries_active_30d = country in ("C00", "C03", "C07") and plan = "pro" and did login in last 30d
segment ticket_30d_and_risky = score(churn_score) > 0.7 and did support_ticket in last 30d
segment refunds_over_50_90d = sum(refund.amount) in last 90d > 5000
segment bought_in_december = did purchase between @2025-12-01 and @2026-01-01
segment checkout_without_purchase_7d = did checkout in last 7d and (not did purchase ever or last(purchase) ever < last(checkout) ever)
segment top_tenth_of_buyers = top 10% by case when did purchase ever then sum(purchase.amount) ever end
segment ten_active_days_30d = active_days(any) in last 30d >= 10
segment favourite_category_is_cat07_30d = most_frequent(product_view.category) in last 30d = "cat07"
"#;

/// A thousand segments: twenty conditions for each of fifty categories and countries.
fn thousand() -> String {
    let one = |n: usize| {
        let (category, country) = (format!("cat{n:02}"), format!("C{:02}", n % 40));
        let (k, days) = (1 + n % 4, 7 + n);
        [
            format!("count(purchase[category = \"{category}\"]) in last {days}d >= {k}"),
            format!("sum(purchase[category = \"{category}\"].amount) in last 90d >= {k}0000"),
            format!("max(purchase[category = \"{category}\"].amount) in last 90d > {k}5000"),
            format!("count(product_view[category = \"{category}\"]) in last {days}d >= {k}"),
            format!("did product_view[category = \"{category}\"] as v then not purchase within {k}d, in last {days}d"),
            format!("did add_to_cart[category = \"{category}\"] in last {days}d and not did purchase in last {days}d"),
            format!("did checkout[category = \"{category}\"] in last {days}d"),
            format!("first time purchase[category = \"{category}\"] in last {days}d"),
            format!("count(page_view[category = \"{category}\"]) in last 7d >= {k}"),
            format!("stopped product_view[category = \"{category}\"] for {days}d"),
            format!("country = \"{country}\" and count(page_view) in last {days}d >= 10"),
            format!("country = \"{country}\" and plan = \"pro\" and did login in last {days}d"),
            format!("country = \"{country}\" and avg(purchase.amount) in last {days}d > 4000"),
            format!("country = \"{country}\" and count(email_open) in last {days}d >= 3"),
            format!("country = \"{country}\" and score(churn_score) > 0.7 and did support_ticket in last {days}d"),
            format!("country = \"{country}\" and distinct(product_view.category) in last {days}d >= 5"),
            format!("country = \"{country}\" and active_days(any) in last {days}d >= {}", 4 + k),
            format!("country = \"{country}\" and sum(purchase.amount) ever > {k}0000 and not did any in last 14d"),
            format!(
                "country = \"{country}\" and most_frequent(product_view.category) in last {days}d = \"{category}\""
            ),
            format!("sum(refund[category = \"{category}\"].amount) in last 90d > 1000"),
        ]
    };
    let all = (0..50).flat_map(|n| one(n).into_iter().enumerate().map(move |(nth, expr)| (n, nth, expr)));
    all.map(|(n, nth, expr)| format!("segment s{n}_{nth} = {expr}\n")).collect()
}

fn schema() -> Schema {
    let builder = Schema::builder()
        .source("shop", Party::First, 50)
        .kind(Kind::person("user_id"))
        .field("country", Type::Text)
        .field("plan", Type::Text)
        .field("in_sales_cycle", Type::Bool)
        .field("churn_score", Type::Score);
    let builder = TYPES
        .iter()
        .fold(builder, |builder, (name, _)| builder.event(name, [("amount", Type::Int), ("category", Type::Text)]));
    builder.build([7; 32].into()).expect("a schema that holds together")
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn lognormal(&mut self, mean: f64, deviation: f64) -> f64 {
        let (a, b) = (self.unit().max(1e-12), self.unit());
        (mean + deviation * (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()).exp()
    }
}

fn profile(nth: u32) -> ProfileId {
    let mut dice = Dice(u64::from(nth));
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&dice.next().to_be_bytes());
    bytes[8..].copy_from_slice(&dice.next().to_be_bytes());
    ProfileId(Token(bytes))
}

struct Row {
    who: u32,
    at: u32,
    amount: u32,
    what: u8,
    category: u8,
}

/// The workload, in the order of time.
fn rows(profiles: u32) -> Vec<Row> {
    let mut dice = Dice(20_260_115);
    let mut sums: Vec<f64> = Vec::new();
    let mut sum = 0.0;
    for _ in 0..profiles {
        sum += dice.lognormal(0.0, 1.2);
        sums.push(sum);
    }
    let events = u64::from(profiles) * 20;
    (0..events)
        .map(|nth| {
            let at = (NOW - 180 * DAY) as u64 + nth * 180 * DAY as u64 / events + 1;
            let goal = dice.unit() * sum;
            let who = sums.partition_point(|sum| *sum <= goal).min(profiles as usize - 1) as u32;
            let mut kind = dice.unit();
            let what = TYPES.iter().position(|(_, share)| {
                kind -= share;
                kind < 0.0
            });
            let amount = (dice.lognormal(3.3, 0.9) * 100.0).round() as u32;
            Row { who, at: at as u32, amount, what: what.unwrap_or(0) as u8, category: (dice.next() % 50) as u8 }
        })
        .collect()
}

/// The process's CPU time, in seconds; wall time where the system does not tell.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after = stat.rsplit(") ").next()?;
    let mut fields = after.split(' ').skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

fn run(name: &str, text: &str, profiles: u32) {
    let schema = schema();
    let definitions = Definitions::parse(text, &schema).expect("definitions that hold together");
    let types: Vec<EventTypeId> = TYPES.iter().map(|(name, _)| schema.event_type(name).expect("declared")).collect();
    let fields: Vec<(FieldId, FieldId)> = types
        .iter()
        .map(|what| {
            let property = |name| schema.property(*what, name).expect("declared");
            (property("amount"), property("category"))
        })
        .collect();
    let mut columns = Columns::new(&schema).used_by(&definitions);
    let mut dice = Dice(7);
    let [country, plan, cycle, churn] =
        ["country", "plan", "in_sales_cycle", "churn_score"].map(|name| schema.field(name).expect("declared"));
    let weights: Vec<f64> = (1..=40).map(|n| 1.0 / f64::from(n).powf(1.1)).collect();
    let all: f64 = weights.iter().sum();
    for nth in 0..profiles {
        let who = profile(nth);
        let mut goal = dice.unit() * all;
        let place = weights.iter().position(|weight| {
            goal -= weight;
            goal < 0.0
        });
        columns.set(who, country, &format!("C{:02}", place.unwrap_or(0)).as_str().into());
        let share = dice.unit();
        let plans = [(0.6, "free"), (0.8, "basic"), (0.92, "pro"), (0.97, "team"), (1.1, "enterprise")];
        let name = plans.iter().find(|(end, _)| share < *end).map_or("free", |(_, name)| *name);
        columns.set(who, plan, &name.into());
        columns.set(who, cycle, &Value::Bool(dice.unit() < 0.03));
        columns.set(who, churn, &Value::Score(Score::new(dice.unit()).expect("a number")));
    }
    let (rows, before) = (rows(profiles), columns.bytes());
    let categories: Vec<Value> = (0..50).map(|nth| Value::from(format!("cat{nth:02}").as_str())).collect();
    let (mut live, mut changes, mut told) = (Live::new(definitions), Vec::new(), 0);
    let mut took: Vec<u32> = Vec::with_capacity(rows.len() / 8 + 1);
    let (from, spent) = (Instant::now(), cpu());
    for (nth, row) in rows.iter().enumerate() {
        let begun = (nth % 8 == 0).then(Instant::now);
        let at = Time(i64::from(row.at) * 1_000_000);
        let what = usize::from(row.what);
        let (amount, category) = fields[what];
        let priced = matches!(what, 2 | 3 | 4 | 8);
        let paid = if priced { Value::Int(row.amount.into()) } else { Value::Null };
        let properties = [(amount, paid), (category, categories[usize::from(row.category)].clone())];
        let who = profile(row.who);
        live.advance(Time(at.0 - 1), &columns, &mut changes);
        let number = columns.number(who);
        columns.push(number, types[what], at, EventId([0; 16]), &properties);
        let value =
            |field| properties.iter().find(|(it, _)| *it == field).map_or(Value::Null, |(_, value)| value.clone());
        let cause = Cause::Event(Position(nth as u64 + 1));
        live.happened(who, cause, (types[what], &value), &columns, at, &mut changes);
        told += changes.len();
        changes.clear();
        if let Some(begun) = begun {
            took.push(u32::try_from(begun.elapsed().as_nanos()).unwrap_or(u32::MAX));
        }
    }
    let wall = from.elapsed().as_secs_f64();
    let spent = spent.and_then(|spent| Some(cpu()? - spent)).unwrap_or(wall);
    took.sort_unstable();
    let at = |share: f64| f64::from(took[((took.len() - 1) as f64 * share) as usize]) / 1000.0;
    let (effort, events) = (live.effort(), rows.len() as f64);
    println!(
        "{name:<16} {profiles:>9} {:>9.2} M/s {:>6.2} {:>6.2} {:>6.2} µs  {:>5.3} {:>5.3}  {:>6.2} {:>6.2}  {:>6.1} {:>6.1} B  {told:>9}",
        events / spent / 1e6,
        at(0.5),
        at(0.99),
        at(0.999),
        effort.fires as f64 / events,
        effort.idle_fires as f64 / events,
        effort.segments as f64 / events,
        effort.nodes as f64 / events,
        live.bytes() as f64 / f64::from(profiles),
        (columns.bytes().saturating_sub(before)) as f64 / events,
    );
    let (state, traits) = (live.bytes() + columns.bytes() - before, before);
    let aim = f64::from(profiles) * 64.0 + events * 10.0;
    println!(
        "{:<16} state {:.1} MB (live and events), aim {:.1} MB; traits and ids {:.1} MB",
        "",
        state as f64 / 1e6,
        aim / 1e6,
        traits as f64 / 1e6
    );
    if std::env::var_os("ONEFOLD_SIZES").is_some() {
        for id in live.definitions().ids() {
            println!("  {} {}", live.definitions().name(id), live.size(id));
        }
        let mut events = 0;
        columns.each(&mut |facts: &dyn Facts| events += types.iter().map(|what| facts.run(*what).len()).sum::<usize>());
        println!("  events {events}");
    }
}

/// Twenty and a thousand segments. `ONEFOLD_PROFILES` says how many profiles there are, `ONEFOLD_SEGMENTS` which of the
/// two to measure alone.
pub fn table(_: &mut Criterion) {
    let profiles = std::env::var("ONEFOLD_PROFILES").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000_000);
    println!("\nlive segments, one thread: columns, timers and segments, event by event");
    println!(
        "(CPU time; an event's latency p50, p99, p999; timers fired and idle, segments and nodes evaluated, an event; bytes a profile live, an event in columns; changes)"
    );
    let only = std::env::var("ONEFOLD_SEGMENTS").ok();
    if only.as_ref().is_none_or(|only| only == "20") {
        run("20 segments", TWENTY, profiles);
    }
    if only.as_ref().is_none_or(|only| only == "1000") {
        run("1000 segments", &thousand(), (profiles / 5).max(1));
    }
}
