//! The examples of the tutorial, by the clock.

use onefold_model::{Cause, Facts, Money, News, Sheet, Time, Truth, Until};

use super::{after, customer, read, shop};
use crate::{Definitions, Live};

fn put(who: &mut Sheet, what: &str, at: Time, properties: &[(&str, &str)]) {
    let mut draft = shop().draft("web", what).message_id(&format!("{what} {at} {properties:?}")).at(at);
    for (name, value) in properties {
        draft = draft.set(name, *value);
    }
    who.push(draft).unwrap();
}

fn answer(segments: &Definitions, name: &str, who: &Sheet, at: Time) -> (Truth, Time) {
    let answer = segments.eval(segments.id(name).unwrap(), who, who, at);
    assert!(answer.exact);
    (answer.value, answer.until)
}

/// Whether the condition holds.
fn is(condition: &str, who: &Sheet, at: Time) -> Truth {
    answer(&read(&format!("segment x = {condition}")), "x", who, at).0
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const CART: &str =
    "segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days";

#[test]
fn a_cart_is_abandoned_after_exactly_an_hour() {
    let segments = read(CART);
    let cart = segments.id("cart_abandoned").unwrap();
    let mut ada = customer("ada");
    put(&mut ada, "add_to_cart", after(0), &[("cart_id", "c-1")]);
    assert_eq!(answer(&segments, "cart_abandoned", &ada, after(0)), (Truth::No, after(HOUR)));
    assert_eq!(answer(&segments, "cart_abandoned", &ada, after(HOUR - 1)), (Truth::No, after(HOUR)));
    assert_eq!(answer(&segments, "cart_abandoned", &ada, Time(after(HOUR).0 - 1)), (Truth::No, after(HOUR)));
    assert_eq!(answer(&segments, "cart_abandoned", &ada, after(HOUR)), (Truth::Yes, after(3 * DAY)));
    assert_eq!(answer(&segments, "cart_abandoned", &ada, after(3 * DAY)), (Truth::No, Time::MAX));

    let (mut live, mut out) = (Live::new(segments), Vec::new());
    live.touch(ada.profile(), Cause::Event(onefold_model::Position(1)), &ada, after(0), &mut out);
    live.advance(after(HOUR - 1), &ada, &mut out);
    assert_eq!((out.len(), live.next_change()), (0, after(HOUR)));
    live.advance(after(HOUR), &ada, &mut out);
    live.advance(after(30 * DAY), &ada, &mut out);
    let told: Vec<_> = out.iter().map(|change| (change.at, change.cause, change.news.clone())).collect();
    assert_eq!(
        told,
        [(after(HOUR), Cause::Timer, News::Entered(cart)), (after(3 * DAY), Cause::Timer, News::Exited(cart))]
    );
}

#[test]
fn a_purchase_of_that_cart_in_time_saves_it() {
    let segments = read(CART);
    let with = |at: i64, cart: &str| {
        let mut ada = customer("ada");
        put(&mut ada, "add_to_cart", after(0), &[("cart_id", "c-1")]);
        put(&mut ada, "purchase", after(at), &[("cart_id", cart)]);
        answer(&segments, "cart_abandoned", &ada, after(2 * HOUR)).0
    };
    assert_eq!(with(HOUR - 1, "c-1"), Truth::No);
    assert_eq!(with(0, "c-1"), Truth::No, "at the same instant counts");
    assert_eq!(with(HOUR, "c-1"), Truth::Yes, "an hour later is too late");
    assert_eq!(with(HOUR - 1, "c-2"), Truth::Yes, "another cart does not count");
    assert_eq!(with(-1, "c-1"), Truth::Yes, "an earlier purchase does not count");
}

#[test]
fn a_late_purchase_corrects_the_feed() {
    let segments = read(CART);
    let mut ada = customer("ada");
    put(&mut ada, "add_to_cart", after(0), &[("cart_id", "c-1")]);
    let (mut live, mut out) = (Live::new(segments), Vec::new());
    live.touch(ada.profile(), Cause::Event(onefold_model::Position(1)), &ada, after(0), &mut out);
    live.advance(after(2 * HOUR), &ada, &mut out);
    put(&mut ada, "purchase", after(HOUR / 2), &[("cart_id", "c-1")]);
    let late = Cause::Late(onefold_model::Position(2));
    live.touch(ada.profile(), late, &ada, after(2 * HOUR), &mut out);
    assert_eq!((out.len(), out[1].cause, out[1].at), (2, late, after(2 * HOUR)));
    assert!(matches!(out[1].news, News::Exited(_)));
    assert_eq!(live.next_change(), Time::MAX);
}

#[test]
fn who_spent_much_and_is_silent_is_won_back() {
    let segments = read(
        "segment active_sales_cycle = did `Order Seen` in last 7 days\n\
         segment win_back { sum(purchase.amount) ever >= 500 EUR and not did any in last 14 days and not in segment active_sales_cycle and consent(marketing, email) }",
    );
    let schema = shop();
    let (marketing, email) = (schema.purpose("marketing").unwrap(), schema.channel("email").unwrap());
    let mut ada = customer("ada");
    put(&mut ada, "purchase", after(0), &[("amount", "300 EUR")]);
    put(&mut ada, "purchase", after(1), &[("amount", "200.00 EUR")]);
    put(&mut ada, "purchase", after(2), &[("amount", "900 USD")]);
    put(&mut ada, "returned", after(3 * DAY), &[]);
    let end = after(2 + 14 * DAY);
    assert_eq!(answer(&segments, "win_back", &ada, after(DAY)), (Truth::No, Time::MAX), "nobody said yes");
    ada.permit(marketing, Some(email), Until { value: true, until: after(20 * DAY), exact: true });
    assert_eq!(answer(&segments, "win_back", &ada, after(DAY)), (Truth::No, end));
    assert_eq!(answer(&segments, "win_back", &ada, end), (Truth::Yes, after(20 * DAY)), "the grant ends");
    let why = segments.why(segments.id("win_back").unwrap(), &ada, &ada, end).to_string();
    assert_eq!(
        why,
        "win_back: in, until 2026-03-21T09:00:00Z unless something happens\n  \
         yes     sum(purchase.amount) ever >= 500 EUR and not did any in last 14d and not in segment active_sales_cycle and consent(marketing, email) (changes at 2026-03-21T09:00:00Z)\n    \
         yes     sum(purchase.amount) ever >= 500 EUR (added up to 500 EUR)\n    \
         yes     not did any in last 14d\n      \
         no      did any in last 14d (counted 0)\n    \
         yes     not in segment active_sales_cycle\n      \
         no      in segment active_sales_cycle\n    \
         yes     consent(marketing, email) (changes at 2026-03-21T09:00:00Z)\n"
    );
    put(&mut ada, "Order Seen", end, &[]);
    assert_eq!(answer(&segments, "win_back", &ada, end).0, Truth::No);
    ada.permit(marketing, Some(email), Until::always(false));
    assert_eq!(answer(&segments, "win_back", &ada, after(60 * DAY)).0, Truth::No, "a refusal stays");
}

#[test]
fn a_window_is_open_at_its_old_end() {
    let mut ada = customer("ada");
    put(&mut ada, "purchase", after(0), &[]);
    let did = |window: &str, at: i64| is(&format!("did purchase {window}"), &ada, after(at));
    assert_eq!(
        (did("in last 10s", 0), did("in last 10s", 9), did("in last 10s", 10)),
        (Truth::Yes, Truth::Yes, Truth::No)
    );
    assert_eq!((did("in last 10s", -1), did("ever", -1)), (Truth::No, Truth::No), "what is to come does not exist");
    let ago = "between 20s and 10s ago";
    assert_eq!((did(ago, 9), did(ago, 10), did(ago, 19), did(ago, 20)), (Truth::No, Truth::Yes, Truth::Yes, Truth::No));
    let nine = "@2026-03-01T09:00:00Z";
    assert_eq!(did(&format!("since {nine}"), 5), Truth::Yes);
    assert_eq!(did(&format!("between @2026-03-01 and {nine}"), 5), Truth::No);
    assert_eq!(did(&format!("between {nine} and @2026-03-02"), 5), Truth::Yes);
}

#[test]
fn refunds_can_carry_a_sum_across_its_bound_more_than_once() {
    let segments = read("segment x = sum(purchase.amount) in last 100s >= 100 EUR");
    let mut ada = customer("ada");
    for (at, amount) in [(0, "-50 EUR"), (10, "120 EUR"), (20, "-60 EUR"), (30, "80 EUR"), (30, "20 EUR")] {
        put(&mut ada, "purchase", after(at), &[("amount", amount)]);
    }
    let at = |seconds: i64| answer(&segments, "x", &ada, after(seconds));
    assert_eq!(at(50), (Truth::Yes, after(110)), "110 EUR; 160 without the refund that leaves first");
    assert_eq!(at(110), (Truth::No, after(120)), "40 EUR");
    assert_eq!(at(120), (Truth::Yes, after(130)), "100 EUR");
    assert_eq!(at(130), (Truth::No, Time::MAX));
}

#[test]
fn a_part_that_changes_without_the_whole_is_not_promised() {
    let segments = read("segment x = did purchase in last 10s or did page in last 20s");
    let mut ada = customer("ada");
    put(&mut ada, "purchase", after(0), &[]);
    put(&mut ada, "page", after(0), &[]);
    assert_eq!(answer(&segments, "x", &ada, after(0)), (Truth::Yes, after(20)));
    let segments = read("segment x = did purchase in last 10s and did page in last 20s or country = \"DE\"");
    assert_eq!(answer(&segments, "x", &ada, after(0)), (Truth::Yes, after(10)));
    assert_eq!(answer(&segments, "x", &ada, after(10)), (Truth::Unknown, Time::MAX));
}

#[test]
fn unknown_is_neither_and_is_no_member() {
    let ada = customer("ada").set("age", 30).unwrap();
    for (condition, truth) in [
        ("country = \"DE\"", Truth::Unknown),
        ("country != \"DE\"", Truth::Unknown),
        ("not country in (\"DE\")", Truth::Unknown),
        ("country is null", Truth::Yes),
        ("country exists", Truth::No),
        ("country = \"DE\" or age > 18", Truth::Yes),
        ("country = \"DE\" and age > 40", Truth::No),
        ("signup within last 3 days", Truth::Unknown),
        ("age > 18.5", Truth::Yes),
        ("sum(purchase.amount) = 0 EUR", Truth::Yes),
        ("count(purchase) = 0", Truth::Yes),
    ] {
        assert_eq!(is(condition, &ada, after(0)), truth, "{condition}");
    }
    let segments = read("segment german = country = \"DE\"\nsegment others = not in segment german");
    assert_eq!(answer(&segments, "others", &ada, after(0)).0, Truth::Yes, "membership is two-valued");
}

#[test]
fn values_are_asked_in_their_types() {
    let ada = customer("ada")
        .set("country", "DE")
        .unwrap()
        .set("rating", "4.5")
        .unwrap()
        .set("balance", "500.00 EUR".parse::<Money>().unwrap())
        .unwrap()
        .set("born", "1990-05-17")
        .unwrap()
        .set("signup", "2026-02-28T09:00:00Z")
        .unwrap()
        .set("churn", "0.7")
        .unwrap()
        .set("tier", "gold")
        .unwrap()
        .set("tags", vec!["a".into(), "b".into()])
        .unwrap();
    for condition in [
        "country starts with \"D\" and country ends with \"E\" and country contains \"DE\" and country < \"FR\"",
        "rating = 4.50 and rating > 4 and 5 > rating",
        "balance = 500 EUR and not balance > 500 EUR",
        "born < @2000-01-01 and born = \"1990-05-17\"",
        "signup within last 2 days and signup >= @2026-02-28 and signup < \"2026-03-01T00:00:00+02:00\"",
        "churn >= 0.7",
        "tier in (\"gold\", \"silver\")",
        "tags contains \"a\" and not tags contains \"c\"",
    ] {
        assert_eq!(is(condition, &ada, after(0)), Truth::Yes, "{condition}");
    }
    assert_eq!(is("balance >= 500 USD", &ada, after(0)), Truth::Unknown);
    let later = answer(&read("segment x = signup within last 2 days"), "x", &ada, after(0));
    assert_eq!(later, (Truth::Yes, after(DAY)));
}

#[test]
fn two_events_of_one_type_can_follow_each_other_but_not_themselves() {
    let mut ada = customer("ada");
    put(&mut ada, "purchase", after(0), &[("qty", "1")]);
    let twice = "did purchase then purchase within 10s, ever";
    assert_eq!(is(twice, &ada, after(5)), Truth::No);
    put(&mut ada, "purchase", after(0), &[("qty", "2")]);
    assert_eq!(is(twice, &ada, after(5)), Truth::Yes);
}

#[test]
fn everything_about_an_explanation_can_be_serialised() {
    let segments = read("segment x = country = \"DE\" and count(purchase) in last 1 day >= 1");
    let mut ada = customer("ada");
    put(&mut ada, "purchase", after(0), &[]);
    let why = segments.why(segments.id("x").unwrap(), &ada, &ada, after(0));
    let json: serde_json::Value = serde_json::to_value(&why).unwrap();
    assert_eq!(json["part"]["parts"][0]["evidence"], "it is not known");
    assert_eq!(json["part"]["parts"][1]["evidence"], "counted 1");
    assert_eq!(json["answer"]["value"], "unknown");
    assert!(why.to_string().starts_with(
        "x: not in, since what decides is unknown, until 2026-03-02T09:00:00Z unless something happens\n"
    ));
}
