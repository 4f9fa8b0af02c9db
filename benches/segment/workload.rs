//! Profiles and events to evaluate segments on: those of the shared generator, or others like them made here.

use std::io;
use std::path::Path;

use onefold::model::{
    Currency, Decimal, EventId, EventTypeId, FieldId, Money, ProfileId, Schema, Score, Time, Token, Value,
};
use onefold::segment::{Columns, Definitions};

/// The types of events of the generator, by its numbers.
pub const TYPES: [&str; 10] = [
    "page_view",
    "product_view",
    "add_to_cart",
    "checkout",
    "purchase",
    "email_open",
    "email_click",
    "login",
    "refund",
    "support_ticket",
];
const PLANS: [&str; 5] = ["free", "basic", "pro", "team", "enterprise"];

/// The instant of the workload: 2026-01-01.
pub const NOW: Time = Time::from_secs(1_767_225_600);
const DAY: i64 = 86_400;

/// The twenty segments of the side-by-side run.
pub const SEGMENTS: &str = include_str!("../peers/segment.seg");

/// The words of the workload.
pub fn schema() -> Schema {
    Schema::from_toml(include_str!("../peers/segment.toml"), &[], [7; 32].into()).expect("the schema holds together")
}

pub fn profile(number: u32) -> ProfileId {
    ProfileId(Token(u128::from(number).to_be_bytes()))
}

/// The columns of profiles and events as they come.
struct Writer<'a> {
    columns: Columns,
    fields: [FieldId; 5],
    types: [(EventTypeId, FieldId, Option<FieldId>); 10],
    words: [&'a [Value]; 3],
    euro: Currency,
}

struct Profile {
    country: u8,
    plan: u8,
    /// Below 0 where it is not known.
    age: i32,
    churn: f32,
    in_sales_cycle: bool,
}

struct Event {
    profile: u32,
    second: i64,
    what: u8,
    /// Below 0 where there is none.
    cents: i64,
    category: u8,
}

impl<'a> Writer<'a> {
    fn new(schema: &Schema, keep: Option<&Definitions>, words: [&'a [Value]; 3]) -> Self {
        let columns = Columns::new(schema);
        let columns = match keep {
            Some(definitions) => columns.used_by(definitions),
            None => columns,
        };
        let field = |name| schema.field(name).expect("declared");
        Self {
            columns,
            fields: ["country", "plan", "age", "churn", "in_sales_cycle"].map(field),
            types: TYPES.map(|name| {
                let what = schema.event_type(name).expect("declared");
                let property = |name| schema.property(what, name).ok();
                (what, property("category").expect("declared"), property("amount"))
            }),
            words,
            euro: "EUR".parse().expect("a currency"),
        }
    }

    fn profile(&mut self, number: u32, said: &Profile) {
        let who = profile(number);
        self.columns.number(who);
        let values = [
            self.words[0][usize::from(said.country)].clone(),
            self.words[1][usize::from(said.plan)].clone(),
            if said.age < 0 { Value::Null } else { Value::Int(said.age.into()) },
            Value::from(Score::new(said.churn.into())),
            Value::Bool(said.in_sales_cycle),
        ];
        for (field, value) in self.fields.iter().zip(&values) {
            self.columns.set(who, *field, value);
        }
    }

    fn event(&mut self, said: &Event) {
        let (what, category, amount) = self.types[usize::from(said.what)];
        let money = |cents| Value::Money(Money::new(Decimal::new(cents, 2).expect("two digits"), self.euro));
        let value = if said.cents < 0 { Value::Null } else { money(said.cents) };
        let properties =
            [(category, self.words[2][usize::from(said.category)].clone()), (amount.unwrap_or(category), value)];
        let properties = if amount.is_some() { &properties[..] } else { &properties[..1] };
        self.columns.push(said.profile, what, Time::from_secs(said.second), EventId([0; 16]), properties);
    }
}

fn words() -> [Vec<Value>; 3] {
    [
        (0..40).map(|nth| format!("C{nth:02}").into()).collect(),
        PLANS.map(Value::from).into(),
        (0..50).map(|nth| format!("cat{nth:02}").into()).collect(),
    ]
}

/// Reads the columns that benches/peers/segment.sh writes beside the generator's files: each a plain array, little endian.
///
/// # Errors
/// Where a file is not there.
pub fn read(dir: &Path, schema: &Schema, keep: Option<&Definitions>) -> io::Result<Columns> {
    let words = words();
    let file = |name: &str| std::fs::read(dir.join(format!("{name}.bin")));
    let four = |name: &str| {
        file(name).map(|bytes| bytes.as_chunks::<4>().0.iter().copied().map(u32::from_le_bytes).collect::<Vec<_>>())
    };
    let eight = |name: &str| {
        file(name).map(|bytes| bytes.as_chunks::<8>().0.iter().copied().map(i64::from_le_bytes).collect::<Vec<_>>())
    };
    let mut writer = Writer::new(schema, keep, [&words[0], &words[1], &words[2]]);
    let (country, plan, cycle) = (file("country")?, file("plan")?, file("in_sales_cycle")?);
    let (age, churn) = (four("age")?, four("churn")?);
    for (nth, number) in (0..country.len()).zip(0..) {
        writer.profile(
            number,
            &Profile {
                country: country[nth],
                plan: plan[nth],
                age: age[nth].cast_signed(),
                churn: f32::from_bits(churn[nth]),
                in_sales_cycle: cycle[nth] == 1,
            },
        );
    }
    let (profile, second) = (four("profile")?, eight("second")?);
    let (what, cents, category) = (file("what")?, eight("cents")?, file("category")?);
    for nth in 0..profile.len() {
        writer.event(&Event {
            profile: profile[nth],
            second: second[nth],
            what: what[nth],
            cents: cents[nth],
            category: category[nth],
        });
    }
    writer.columns.compact();
    Ok(writer.columns)
}

/// Profiles with twenty events each on average over 180 days, few with many: like the generator's, not the same.
pub fn made(count: u32, schema: &Schema, keep: Option<&Definitions>) -> Columns {
    let words = words();
    let mut writer = Writer::new(schema, keep, [&words[0], &words[1], &words[2]]);
    let mut state = 20_260_115_u64;
    let mut below = move |end: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    // Of a thousand: the generator's shares.
    let shares = [450, 650, 720, 755, 785, 885, 910, 980, 985, 1000];
    for number in 0..count {
        writer.profile(
            number,
            &Profile {
                country: (below(40) * below(40) / 40) as u8,
                plan: [0, 0, 0, 0, 0, 0, 1, 1, 2, 3][below(10) as usize],
                age: below(85) as i32 - 16,
                churn: below(1 << 24) as f32 / (1 << 24) as f32,
                in_sales_cycle: below(100) < 3,
            },
        );
        // The sum of twelve throws is nearly normal, its power of e lognormal.
        let normal = (0..12).map(|_| below(1 << 20) as f64 / (1 << 20) as f64).sum::<f64>() - 6.0;
        let events = (9.7 * (1.2 * normal).exp()) as u64;
        for _ in 0..events {
            let thrown = below(1000);
            let what = shares.iter().position(|share| thrown < *share).unwrap_or(0) as u8;
            let cents = if matches!(what, 2 | 3 | 4 | 8) { (300 + below(5_000) * below(100) / 50) as i64 } else { -1 };
            let second = NOW.0 / 1_000_000 - below(180 * DAY as u64) as i64;
            writer.event(&Event { profile: number, second, what, cents, category: below(50) as u8 });
        }
    }
    writer.columns.compact();
    writer.columns
}
