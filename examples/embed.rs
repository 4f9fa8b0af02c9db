//! A shop's backend: one platform in an `Arc`, a login and a checkout handler, and a task that moves time on. Writing
//! is short (parse, append, fold); handlers take the lock in a blocking task, and never hold it across an `await`.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use onefold::consent::{Basis, Policy, Regime};
use onefold::model::{Cursor, Form, Kind, Money, Party, Schema, Time, Type};
use onefold::{Error, Platform, segment::Definitions};

type Shop = Arc<RwLock<Platform>>;

#[derive(serde::Serialize)]
struct Order {
    cart_id: String,
    amount: Money,
}

fn open(now: Time) -> Result<Shop, Error> {
    let schema = Schema::builder()
        .source("shop", Party::First, 90)
        .kind(Kind::person("user_id").unique())
        .kind(Kind::person("email").form(Form::Email).limit(5))
        .kind(Kind::device("cookie").limit(10).stitch("recognition"))
        .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
        .purpose("recognition")
        .build([7; 32].into())?; // in earnest: `KeyFile::open_or_create("shop.key")?.tokens()`
    let segments = Definitions::parse("segment loyal = sum(purchase.amount) in last 365 days >= 100 EUR", &schema)?;
    let policy = Policy::builder().regime(Regime::Gdpr).purpose("recognition", Basis::Consent).build(&schema)?;
    let shop = Platform::define(schema).segments(segments).policy(policy).in_memory(now)?; // or `.open("shop", keys, now)`
    Ok(Arc::new(RwLock::new(shop)))
}

/// Takes the platform for a moment. Nothing is visible before it is durable, so a lock that a panic poisoned still
/// guards a state that the log stands for.
async fn with<T: Send + 'static>(
    shop: &Shop,
    work: impl FnOnce(&mut Platform) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let shop = Arc::clone(shop);
    let task = move || work(&mut shop.write().unwrap_or_else(PoisonError::into_inner));
    tokio::task::spawn_blocking(task).await.map_err(std::io::Error::other)?
}

async fn login(shop: &Shop, cookie: &'static str, user: &'static str, now: Time) -> Result<(), Error> {
    let work = move |shop: &mut Platform| {
        let said = shop.draft("shop", "identify").who("cookie", cookie).who("user_id", user).at(now).received(now);
        shop.ingest([said.grant("recognition", "banner v3")]).map(|tally| println!("login: {tally}"))
    };
    with(shop, work).await
}

/// The order's number and the time at which it was placed make a retried request a duplicate.
async fn checkout(shop: &Shop, number: &'static str, placed: Time, order: Order, now: Time) -> Result<bool, Error> {
    let work = move |shop: &mut Platform| {
        let said = shop.draft("shop", "purchase").message_id(number).who("user_id", "u-1").at(placed).received(now);
        println!("{number}: {}", shop.ingest([said.properties(&order)])?);
        shop.find("user_id", "u-1")?.map_or(Ok(false), |person| person.is_in("loyal"))
    };
    with(shop, work).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let nine: Time = "2026-03-01T09:00:00Z".parse()?; // a server reads its clock here, at the rim
    let shop = open(nine)?;
    login(&shop, "c-17", "u-1", nine).await?;
    for seconds in [60, 90] {
        let order = Order { cart_id: "c-9".into(), amount: "120.00 EUR".parse()? };
        println!("loyal: {}", checkout(&shop, "order 1", nine, order, nine + Duration::from_secs(seconds)).await?);
    }
    // A background task calls this at `next_due`, or every second.
    println!("a year on: {} change", with(&shop, move |shop| shop.advance(nine + Duration::from_hours(8_760))).await?);
    let shop = shop.read().unwrap_or_else(PoisonError::into_inner);
    shop.changes(Cursor::default())?.for_each(|change| println!("{} {:?} {:?}", change.at, change.news, change.cause));
    Ok(())
}
