//! What the benches share: a shop of any size, the same for the same size.

use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
use onefold::model::{Draft, Form, Kind, Party, Schema, Time, Type};
use onefold::segment::Definitions;
use onefold::{Error, Platform};

/// The instant at which everything has been received.
pub const NOW: Time = Time(1_772_355_600_000_000);

const SEGMENTS: &str = r#"
segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
segment spenders = sum(purchase.amount) in last 30 days >= 300 EUR
segment regulars = count(purchase) in last 90 days >= 3
segment silent = not did any in last 14 days and country in ("DE", "FR")
segment reachable = consent(marketing, email)
"#;

/// The shop's words.
pub fn schema() -> Result<Schema, Error> {
    Ok(Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id").unique())
        .kind(Kind::person("email").form(Form::Email).limit(5))
        .kind(Kind::device("cookie").limit(20).stitch("recognition"))
        .field("country", Type::Text)
        .event("add_to_cart", [("cart_id", Type::Text)])
        .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
        .purpose("marketing")
        .purpose("recognition")
        .channel("email")
        .build([7; 32].into())?)
}

/// An empty platform with five segments and a policy.
pub fn platform(schema: &Schema) -> Result<onefold::Builder, Error> {
    let policy = Policy::builder()
        .regime(Regime::Gdpr)
        .purpose("marketing", Basis::Consent)
        .purpose("recognition", Basis::Consent)
        .recipient(Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain))
        .build(schema)?;
    Ok(Platform::define(schema.clone()).segments(Definitions::parse(SEGMENTS, schema)?).policy(policy))
}

/// Twenty events of each of so many people, in the order of their reception: views, carts, purchases, a login.
pub fn drafts(schema: &Schema, people: u64) -> impl Iterator<Item = Draft> + use<> {
    let schema = schema.clone();
    let days = 90 * 86_400;
    (0..people * 20).map(move |nth| {
        // A walk over people and kinds of events without a pattern that a cache could learn.
        let mixed = nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
        let (person, what) = (mixed % people, mixed / people % 20);
        let at = Time(NOW.0 - ((people * 20 - nth) * days / (people * 20)) as i64 * 1_000_000);
        let (user, cookie) = (format!("u-{person}"), format!("c-{person}-{}", mixed % 2));
        let draft = |name: &str| schema.draft("web", name).message_id(&nth.to_string()).at(at).received(at);
        match what {
            0 => draft("identify")
                .who("user_id", &user)
                .who("cookie", &cookie)
                .trait_("country", ["DE", "FR", "PL"][(person % 3) as usize])
                .grant("recognition", "banner"),
            1 => draft("identify")
                .who("user_id", &user)
                .who("email", &format!("{user}@example.com"))
                .grant("marketing", "form"),
            2 | 3 => draft("purchase")
                .who("user_id", &user)
                .set("cart_id", cookie.as_str())
                .set("amount", format!("{} EUR", mixed % 200)),
            4 | 5 => draft("add_to_cart").who("cookie", &cookie).set("cart_id", cookie.as_str()),
            _ => draft("page").who("cookie", &cookie).set("url", "/shoes"),
        }
    })
}

/// The process's resident memory and its peak, in MiB, where the system tells (Linux).
pub fn memory() -> Option<(f64, f64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}
