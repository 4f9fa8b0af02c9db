//! A shop's backend: one platform in an `Arc`, a login and a checkout handler, and a task that moves time on.
//!
//! Writing is short (parse, append, fold), so handlers take the lock in a blocking task and never across an `await`.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use onefold::consent::{Basis, Policy, Regime};
use onefold::model::{Cursor, Form, Kind, Money, Party, Schema, Time, Type};
use onefold::segment::Definitions;
use onefold::{Error, Platform};

type Shop = Arc<RwLock<Platform>>;

#[derive(serde::Serialize)]
struct Checkout {
    cart_id: String,
    amount: Money,
}

fn open(now: Time) -> Result<Shop, Error> {
    let schema = Schema::builder()
        .source("shop", Party::First, 90)
        .kind(Kind::person("user_id").unique())
        .kind(Kind::person("email").form(Form::Email).limit(5))
        .kind(Kind::device("cookie").limit(10).stitch("recognition"))
        .event("add_to_cart", [("cart_id", Type::Text)])
        .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
        .purpose("recognition")
        .build([7; 32].into())?; // in production: `KeyFile::open_or_create("shop.key")?.tokens()`
    let segments = Definitions::parse("segment loyal = sum(purchase.amount) in last 365 days >= 100 EUR", &schema)?;
    let policy = Policy::builder().regime(Regime::Gdpr).purpose("recognition", Basis::Consent).build(&schema)?;
    Ok(Arc::new(RwLock::new(Platform::define(schema).segments(segments).policy(policy).in_memory(now)?)))
}

/// Takes the platform for a moment, off the async threads. A handler that panicked while it held the lock leaves the
/// log as it was: nothing is visible before it is durable, so the state may be used on.
async fn with<T: Send + 'static>(shop: &Shop, work: impl FnOnce(&mut Platform) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    let shop = Arc::clone(shop);
    let done = tokio::task::spawn_blocking(move || work(&mut shop.write().unwrap_or_else(std::sync::PoisonError::into_inner)));
    done.await.map_err(|stopped| std::io::Error::other(stopped))?
}

async fn login(shop: &Shop, cookie: &'static str, user: &'static str, email: &'static str, now: Time) -> Result<(), Error> {
    with(shop, move |shop| {
        let said = shop.draft("shop", "identify").who("cookie", cookie).who("user_id", user).who("email", email).at(now).received(now);
        shop.ingest([said.grant("recognition", "banner v3")]).map(|tally| assert!(tally.adds_up()))
    })
    .await
}

async fn checkout(shop: &Shop, user: &'static str, order: &'static str, bought: Checkout, now: Time) -> Result<bool, Error> {
    with(shop, move |shop| {
        // The order's number makes a retried request a duplicate instead of a second purchase.
        let said = shop.draft("shop", "purchase").message_id(order).who("user_id", user).at(now).received(now).properties(&bought);
        let tally = shop.ingest([said])?;
        println!("{order}: {tally}");
        shop.find("user_id", user)?.map_or(Ok(false), |person| person.is_in("loyal"))
    })
    .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let nine: Time = "2026-03-01T09:00:00Z".parse()?; // a server reads its clock here, at the rim
    let shop = open(nine)?;
    login(&shop, "c-17", "u-1", "Ada@Example.com", nine).await?;
    let bought = || Ok::<_, Error>(Checkout { cart_id: "c-9".into(), amount: "120.00 EUR".parse()? });
    println!("loyal: {}", checkout(&shop, "u-1", "order 1", bought()?, nine + Duration::from_secs(60)).await?);
    println!("loyal: {}", checkout(&shop, "u-1", "order 1", bought()?, nine + Duration::from_secs(90)).await?);
    // A background task calls this at `next_due`, or every second.
    let changed = with(&shop, move |shop| shop.advance(nine + Duration::from_secs(365 * 86_400 + 60))).await?;
    println!("a year later: {changed} change");
    let shop = shop.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    shop.changes(Cursor::default())?.for_each(|change| println!("{} {:?} by {:?}", change.at, change.news, change.cause));
    Ok(())
}
