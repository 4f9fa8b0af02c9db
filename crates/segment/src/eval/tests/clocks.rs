//! Each construct before, at and after its boundaries.

use onefold_model::{Facts, Truth, Until, Value};

use super::{Account, ada, ask, course, did, minute, schema, time, value, who};
use crate::Definitions;

fn eur(amount: &str) -> Value {
    Value::from(format!("{amount} EUR").parse::<onefold_model::Money>().unwrap())
}

#[test]
fn counts_turn_when_the_event_that_decides_leaves() {
    let schema = schema();
    let mut sheet = ada(&schema);
    for at in [0, 10, 10, 30] {
        did(&mut sheet, &schema, "login", minute(at), &[("device", format!("d{at}").into())]);
    }
    let now = minute(30);
    for (text, expected) in [
        ("count(login) in last 1h >= 3", "yes, no at 2026-03-01T10:10:00Z"),
        ("count(login) in last 1h >= 4", "yes, no at 2026-03-01T10:00:00Z"),
        ("count(login) in last 1h >= 5", "no"),
        ("count(login) in last 1h > 0", "yes, no at 2026-03-01T10:30:00Z"),
        ("count(login) in last 1h < 2", "no, yes at 2026-03-01T10:10:00Z"),
        ("count(login) in last 1h <= 4", "yes"),
        ("count(login) in last 1h = 1", "no, yes at 2026-03-01T10:10:00Z, no at 2026-03-01T10:30:00Z"),
        // Two leave at once, so that there are never two.
        ("count(login) in last 1h = 2", "no"),
        ("count(login) in last 1h != 3", "yes, no at 2026-03-01T10:00:00Z, yes at 2026-03-01T10:10:00Z"),
        ("count(login) in last 1h = 0", "no, yes at 2026-03-01T10:30:00Z"),
        ("count(login) ever >= 4", "yes"),
        ("did login in last 10m", "yes, no at 2026-03-01T09:40:00Z"),
        ("not did login in last 10m", "no, yes at 2026-03-01T09:40:00Z"),
        ("distinct(login.device) in last 1h >= 2", "yes, no at 2026-03-01T10:10:00Z"),
        ("distinct(login.device) in last 1h = 2", "no, yes at 2026-03-01T10:00:00Z, no at 2026-03-01T10:10:00Z"),
        ("count(login) between 60m and 25m ago >= 2", "no, yes at 2026-03-01T09:35:00Z, no at 2026-03-01T10:10:00Z"),
        ("did login before 1h ago", "no, yes at 2026-03-01T10:00:00Z"),
        ("did login since @2026-03-01T09:30:00Z", "yes"),
        ("did login before @2026-03-01T09:00:00Z", "no"),
        ("did login between @2026-03-01T09:00:00Z and @2026-03-01T09:01:00Z", "yes"),
        ("first time login in last 1h", "yes, no at 2026-03-01T10:00:00Z"),
        ("stopped login for 20m", "no, yes at 2026-03-01T09:50:00Z"),
        ("sessions(login, 15m) in last 1h = 2", "yes, no at 2026-03-01T10:10:00Z"),
        ("session_time(login, 15m) in last 1h >= 600", "yes, no at 2026-03-01T10:00:00Z"),
        ("did login in session of 15m", "yes, no at 2026-03-01T09:45:00Z"),
        ("count(login) in session of 21m >= 4", "yes, no at 2026-03-01T09:51:00Z"),
        ("last(login) ever >= @2026-03-01T09:30:00Z", "yes"),
        (
            "first(login) in last 1h >= @2026-03-01T09:05:00Z",
            "no, yes at 2026-03-01T10:00:00Z, unknown at 2026-03-01T10:30:00Z",
        ),
        ("last(login.device) in last 1h = \"d30\"", "yes, unknown at 2026-03-01T10:30:00Z"),
        (
            "most_frequent(login.device) in last 1h = \"d10\"",
            "yes, no at 2026-03-01T10:10:00Z, unknown at 2026-03-01T10:30:00Z",
        ),
    ] {
        assert_eq!(course(&schema, text, &sheet, now), expected, "{text}");
    }
    // What occurs after now does not exist.
    assert_eq!(ask(&schema, "count(login) ever >= 2", &sheet, minute(9)).value, Truth::No);
    assert_eq!(ask(&schema, "count(login) ever >= 3", &sheet, minute(10)).value, Truth::Yes);
}

#[test]
fn amounts_are_exact_and_of_their_currency() {
    let schema = schema();
    let mut sheet = ada(&schema);
    let rows = [(0, eur("10")), (10, eur("-4")), (20, eur("1.5")), (20, Value::Null)];
    for (at, amount) in rows {
        did(&mut sheet, &schema, "purchase", minute(at), &[("amount", amount), ("qty", at.into())]);
    }
    let dollar: Value = "100 USD".parse::<onefold_model::Money>().unwrap().into();
    did(&mut sheet, &schema, "purchase", minute(30), &[("amount", dollar)]);
    let now = minute(30);
    for (text, expected) in [
        ("sum(purchase.amount) in last 1h >= 7.5 EUR", "yes, no at 2026-03-01T10:00:00Z"),
        // Without the ten it is -2.5, then 1.5, then nothing.
        (
            "sum(purchase.amount) in last 1h > 0 EUR",
            "yes, no at 2026-03-01T10:00:00Z, yes at 2026-03-01T10:10:00Z, no at 2026-03-01T10:20:00Z",
        ),
        ("sum(purchase.amount) in last 1h = 0 JPY", "yes"),
        (
            "avg(purchase.amount) in last 1h = 2.5 EUR",
            "yes, no at 2026-03-01T10:00:00Z, unknown at 2026-03-01T10:20:00Z",
        ),
        ("min(purchase.amount) in last 1h < 0 EUR", "yes, no at 2026-03-01T10:10:00Z, unknown at 2026-03-01T10:20:00Z"),
        ("max(purchase.amount) in last 1h >= 100 USD", "yes, unknown at 2026-03-01T10:30:00Z"),
        (
            "median(purchase.amount) in last 1h = 1.5 EUR",
            "yes, no at 2026-03-01T10:00:00Z, yes at 2026-03-01T10:10:00Z, unknown at 2026-03-01T10:20:00Z",
        ),
        ("sum(purchase.qty) in last 1h = 50", "yes, no at 2026-03-01T10:10:00Z"),
        ("avg(purchase.qty) in last 1h = 12.5", "yes, no at 2026-03-01T10:00:00Z, unknown at 2026-03-01T10:20:00Z"),
        ("count(purchase[amount > 0 EUR]) ever = 2", "yes"),
        ("count(purchase[qty + 1 > 10 and qty * 2 <= 40]) ever = 3", "yes"),
    ] {
        assert_eq!(course(&schema, text, &sheet, now), expected, "{text}");
    }
    // As a value it is of one currency or nothing.
    assert_eq!(value(&schema, "sum(purchase.amount) ever", &sheet, now).value, Value::Null);
    assert_eq!(value(&schema, "sum(purchase[amount < 50 EUR].amount) ever", &sheet, now).value, eur("7.5"));
    assert_eq!(value(&schema, "sum(purchase.amount) ever", &ada(&schema), now).value, Value::Null);
    assert_eq!(value(&schema, "sum(purchase.qty) ever", &ada(&schema), now).value, Value::Int(0));
}

#[test]
fn means_print_half_even_and_compare_exactly() {
    let schema = schema();
    let mut sheet = ada(&schema);
    for (at, qty) in [(0, 1), (1, 0), (2, 0)] {
        did(&mut sheet, &schema, "purchase", minute(at), &[("qty", qty.into())]);
    }
    let now = minute(5);
    assert_eq!(value(&schema, "avg(purchase.qty) ever", &sheet, now).value.to_string(), "0.333333");
    assert_eq!(ask(&schema, "avg(purchase.qty) ever > 0.333333", &sheet, now).value, Truth::Yes);
    assert_eq!(ask(&schema, "avg(purchase.qty) ever * 3 = 1", &sheet, now).value, Truth::Yes);
    assert_eq!(ask(&schema, "avg(purchase.qty) ever / 0.5 < 0.7", &sheet, now).value, Truth::Yes);
    assert_eq!(value(&schema, "median(purchase.qty) ever", &sheet, now).value, Value::Int(0));
    assert_eq!(ask(&schema, "1 / (count(login) ever) > 0", &sheet, now).value, Truth::Unknown);
    let half = value(&schema, "count(purchase) in last 10m / 2", &sheet, now);
    assert_eq!((half.value.to_string(), half.until, half.exact), ("1.5".into(), minute(10), true));
}

#[test]
fn calendars_turn_at_midnight_of_their_zone() {
    let schema = schema();
    let mut sheet = ada(&schema).set("timezone", "+02:00").unwrap();
    did(&mut sheet, &schema, "login", time("2026-02-27T12:00:00Z"), &[]);
    did(&mut sheet, &schema, "login", time("2026-02-28T22:30:00Z"), &[]);
    let now = time("2026-02-28T23:00:00Z");
    for (text, expected) in [
        ("did login in this day", "yes, no at 2026-03-01T00:00:00Z"),
        ("count(login) in this month >= 2", "yes, no at 2026-03-01T00:00:00Z"),
        // Of February only one, and it is March already.
        ("count(login) in this month zone timezone >= 1", "yes, no at 2026-03-31T22:00:00Z"),
        ("count(login) in this month zone \"+02:00\" >= 2", "no"),
        ("did login in this week", "yes, no at 2026-03-02T00:00:00Z"),
        ("did login in this quarter", "yes, no at 2026-04-01T00:00:00Z"),
        ("did login in this year", "yes, no at 2027-01-01T00:00:00Z"),
        ("did login in last 1 calendar month", "no, yes at 2026-03-01T00:00:00Z, no at 2026-04-01T00:00:00Z"),
        ("count(login) in last 2 calendar days >= 2", "no, yes at 2026-03-01T00:00:00Z, no at 2026-03-02T00:00:00Z"),
        ("active_days(login) in last 2d >= 2", "yes, no at 2026-03-01T12:00:00Z"),
        ("active_days(login) ever zone \"+02:00\" = 2", "yes"),
        ("active_weeks(login) ever = 1", "yes"),
        ("active_weeks(login) ever zone \"+02:00\" = 1", "yes"),
        ("first time login in this month", "yes, no at 2026-03-01T00:00:00Z"),
        ("first time login in this month zone \"+02:00\"", "no"),
    ] {
        assert_eq!(course(&schema, text, &sheet, now), expected, "{text}");
    }
}

#[cfg(feature = "zones")]
#[test]
fn a_day_of_berlin_has_23_hours_in_march() {
    let schema = schema();
    let mut sheet = ada(&schema).set("timezone", "Europe/Berlin").unwrap();
    did(&mut sheet, &schema, "login", time("2026-03-28T23:00:00Z"), &[]);
    let now = time("2026-03-29T01:00:00Z");
    assert_eq!(course(&schema, "did login in this day zone timezone", &sheet, now), "yes, no at 2026-03-29T22:00:00Z");
    assert_eq!(
        course(&schema, "did login in last 1 calendar day zone \"Europe/Berlin\"", &sheet, now),
        "no, yes at 2026-03-29T22:00:00Z, no at 2026-03-30T22:00:00Z"
    );
}

#[test]
fn steps_follow_and_lack_at_exact_instants() {
    let schema = schema();
    let mut sheet = ada(&schema);
    let cart = |sheet: &mut onefold_model::Sheet, what: &str, at: i64, id: &str| {
        did(sheet, &schema, what, minute(at), &[("cart_id", id.into())]);
    };
    cart(&mut sheet, "add_to_cart", 0, "a");
    cart(&mut sheet, "add_to_cart", 5, "b");
    cart(&mut sheet, "purchase", 20, "b");
    did(&mut sheet, &schema, "login", minute(20), &[]);
    let now = minute(30);
    for (text, expected) in [
        (
            "did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3h",
            "no, yes at 2026-03-01T10:00:00Z, no at 2026-03-01T12:00:00Z",
        ),
        (
            "did add_to_cart as c then purchase[cart_id = c.cart_id] within 1h, in last 3h",
            "yes, no at 2026-03-01T12:05:00Z",
        ),
        // Within is half open: the purchase is 15 minutes after.
        ("did add_to_cart as c then purchase[cart_id = c.cart_id] within 15m, in last 3h", "no"),
        ("did add_to_cart then purchase within 16m, in last 3h", "yes, no at 2026-03-01T12:05:00Z"),
        // Equal instants follow each other, in both orders.
        ("did purchase then login within 1m, ever", "yes"),
        ("did login then purchase within 1m, ever", "yes"),
        // Another event, not the same again.
        ("did purchase then purchase, ever", "no"),
        ("did add_to_cart then add_to_cart, ever", "yes"),
        ("did add_to_cart then add_to_cart then add_to_cart, ever", "no"),
        // An absence between two steps looks up to the next.
        ("did add_to_cart then not add_to_cart then purchase, ever", "yes"),
        ("did add_to_cart as c then not add_to_cart then purchase[cart_id != c.cart_id], ever", "no"),
        ("did add_to_cart as c then purchase[cart_id = c.cart_id] then not login within 30m, ever", "no"),
        (
            "did add_to_cart as c then purchase[cart_id = c.cart_id] then not add_to_cart within 30m, ever",
            "no, yes at 2026-03-01T09:50:00Z",
        ),
        // An absence with a span of its own does not stop the next step from happening before it is over.
        ("did add_to_cart then not login within 19m then purchase, ever", "yes"),
        ("did add_to_cart then not login within 25m then purchase, ever", "no"),
        ("did add_to_cart then not login within 10m then not purchase within 5m then login, ever", "yes"),
    ] {
        assert_eq!(course(&schema, text, &sheet, now), expected, "{text}");
    }
    assert_eq!(
        ask(&schema, "did add_to_cart then not login within 19m then purchase, ever", &sheet, minute(20)).value,
        Truth::Yes
    );
    let chain = "did add_to_cart as c then not login within 21m then purchase[cart_id = c.cart_id], ever";
    assert_eq!(ask(&schema, chain, &sheet, minute(30)).value, Truth::No);
}

#[test]
fn long_histories_take_no_time() {
    let schema = schema();
    let mut sheet = ada(&schema);
    for nth in 0..3000 {
        let at = onefold_model::Time(minute(0).0 + nth * 1_000_003);
        let what = if nth % 2 == 0 { "login" } else { "add_to_cart" };
        did(&mut sheet, &schema, what, at, &[("cart_id", format!("c{}", nth % 700).into())]);
    }
    let now = minute(600);
    for (text, expected) in [
        // No purchase, or none so soon: every pair of the first two has to be ruled out.
        ("did login then add_to_cart then purchase within 1h, ever", "no"),
        ("did login then add_to_cart then not login within 1h, ever", "yes"),
        ("did login then login then login then add_to_cart then purchase, ever", "no"),
        ("did login then not add_to_cart then login, ever", "no"),
        ("did add_to_cart as c then add_to_cart[cart_id = c.cart_id] then purchase[cart_id = c.cart_id], ever", "no"),
        (
            "did add_to_cart as c then add_to_cart[cart_id = c.cart_id] then not add_to_cart[cart_id = c.cart_id] within 5h, ever",
            "yes",
        ),
        ("count(login) ever = 1500 and distinct(add_to_cart.cart_id) ever = 350", "yes"),
    ] {
        assert_eq!(course(&schema, text, &sheet, now), expected, "{text}");
    }
}

#[test]
fn what_has_been_so_is_known_from_history() {
    let schema = schema();
    let mut sheet = ada(&schema).set("plan", "free").unwrap();
    sheet.turn("plan", minute(10), "pro").unwrap();
    sheet.turn("country", minute(0), "DE").unwrap();
    did(&mut sheet, &schema, "login", minute(5), &[]);
    let now = minute(20);
    for (text, expected) in [
        ("(plan = \"pro\") for 10m", "yes"),
        ("(plan = \"pro\") for 1h", "no, yes at 2026-03-01T10:10:00Z"),
        ("(plan = \"free\") for 10m", "no"),
        ("(country = \"DE\") for 20m", "yes"),
        ("(country = \"DE\") for 21m", "unknown, yes at 2026-03-01T09:21:00Z"),
        ("(not did login in last 10m) for 30m", "no, yes at 2026-03-01T09:45:00Z"),
        ("(did login in last 10m) for 1m", "no"),
        ("plan changed in last 30m", "yes, no at 2026-03-01T09:40:00Z"),
        ("plan changed from \"free\" to \"pro\" in last 30m", "yes, no at 2026-03-01T09:40:00Z"),
        ("plan changed to \"free\" ever", "no"),
        ("country changed to \"DE\" ever", "yes"),
        ("country changed from \"FR\" ever", "no"),
        ("plan changed before 15m ago", "no, yes at 2026-03-01T09:25:00Z"),
        ("age changed ever", "no"),
    ] {
        assert_eq!(course(&schema, text, &sheet, now), expected, "{text}");
    }
    assert_eq!(course(&schema, "(plan = \"pro\") for 10m", &sheet, minute(19)), "no, yes at 2026-03-01T09:20:00Z");
}

#[test]
fn times_and_days_lie_in_windows_and_come_round() {
    let schema = schema();
    let sheet = ada(&schema)
        .set("signup", time("2026-03-01T12:30:00Z"))
        .unwrap()
        .set("born", "2000-02-29".parse::<onefold_model::Date>().unwrap())
        .unwrap();
    let now = time("2026-02-27T10:00:00Z");
    for (text, expected) in [
        ("signup within last 1d", "no, yes at 2026-03-01T12:30:00Z, no at 2026-03-02T12:30:00Z"),
        ("signup within next 1d", "no, yes at 2026-02-28T12:30:00.000001Z, no at 2026-03-01T12:30:00.000001Z"),
        ("days_since(signup) >= 1", "no, yes at 2026-03-02T12:30:00Z"),
        ("days_since(signup) = -3", "yes, no at 2026-02-27T12:30:00Z"),
        ("days_since(signup) < -3.5", "no"),
        ("days_since(signup) > -3.5", "yes"),
        ("years_since(born) = 25", "yes, no at 2026-03-01T00:00:00Z"),
        ("years_since(born) > 26", "no, yes at 2027-03-01T00:00:00Z"),
        ("born within next 1d", "no"),
    ] {
        assert_eq!(course(&schema, text, &sheet, now), expected, "{text}");
    }
    // 2026 has no 29th: the day comes round on the 28th, and one grows older on the first of March.
    let answer = ask(&schema, "born anniversary within next 1 day", &sheet, now);
    assert_eq!((answer.value, answer.until), (Truth::No, time("2026-02-28")));
    let answer = ask(&schema, "born anniversary within next 1 day", &sheet, answer.until);
    assert_eq!((answer.value, answer.until), (Truth::Yes, time("2026-03-01")));
    let answer = ask(&schema, "born anniversary within next 1 day", &sheet, answer.until);
    assert_eq!((answer.value, answer.until), (Truth::No, time("2027-02-28")));
    let years = value(&schema, "years_since(born)", &sheet, now);
    assert_eq!((years.value, years.until), (Value::Int(25), time("2026-03-01")));
    let years = value(&schema, "years_since(born)", &sheet, time("2028-02-28"));
    assert_eq!((years.value, years.until), (Value::Int(27), time("2028-02-29")));
}

#[test]
fn places_in_maps_and_lists_are_read() {
    let schema = schema();
    let map = |pairs: &[(&str, Value)]| Value::map(pairs.iter().map(|(name, value)| ((*name).into(), value.clone())));
    let order = |city: &str, qty: i64| map(&[("city", city.into()), ("qty", qty.into())]);
    let mut sheet = ada(&schema)
        .set("address", map(&[("city", "Berlin".into())]))
        .unwrap()
        .set("orders", Value::from(vec![map(&[("qty", Value::Null)]), order("Paris", 2), order("Rome", 5)]))
        .unwrap()
        .set("tags", Value::from(vec!["vip".into(), "new".into()]))
        .unwrap()
        .set("home", map(&[("lat", "52.52".into()), ("lon", "13.405".into())]))
        .unwrap();
    let now = minute(0);
    did(&mut sheet, &schema, "purchase", now, &[("items", Value::from(vec![order("x", 1), order("y", 3)]))]);
    for (text, expected) in [
        ("address.city = \"Berlin\"", Truth::Yes),
        ("address.street is null", Truth::Yes),
        ("orders.city = \"Rome\"", Truth::Yes),
        ("orders.city = \"Oslo\"", Truth::Unknown),
        ("orders.qty > 4", Truth::Yes),
        ("any orders[city = \"Rome\" and qty > 4]", Truth::Yes),
        ("any orders[city = \"Paris\" and qty > 4]", Truth::Unknown),
        ("all orders[qty > 1]", Truth::Unknown),
        ("none orders[qty > 9]", Truth::Unknown),
        ("all orders[qty > 2]", Truth::No),
        ("size(tags) = 2", Truth::Yes),
        ("size(address) = 1", Truth::Yes),
        ("tags contains \"vip\"", Truth::Yes),
        ("tags contains any (\"old\", \"new\")", Truth::Yes),
        ("tags contains all (\"old\", \"new\")", Truth::No),
        ("home within 1 km of (52.52, 13.41)", Truth::Yes),
        ("home within 0.3 km of (52.52, 13.41)", Truth::No),
        ("address within 1 km of (52.52, 13.41)", Truth::Unknown),
        ("did purchase[any items[qty >= 3]] ever", Truth::Yes),
        ("did purchase[all items[qty >= 3]] ever", Truth::No),
        ("did purchase[size(items) = 2] ever", Truth::Yes),
        ("case when did purchase ever then 1 else 2 end = 1", Truth::Yes),
        ("case when did login ever then 1 end = 1", Truth::Unknown),
        ("country = \"DE\" except did purchase ever", Truth::No),
        ("did purchase ever except country = \"DE\"", Truth::Yes),
    ] {
        assert_eq!(ask(&schema, text, &sheet, now).value, expected, "{text}");
    }
}

#[test]
fn ranks_order_the_population_and_fellows_speak_for_each_other() {
    let schema = schema();
    let mut all = Vec::new();
    for (nth, logins) in [(0, 3), (1, 1), (2, 3), (3, 0), (4, 2)] {
        let mut sheet = onefold_model::Sheet::new(&schema, &who(&schema, &format!("u{nth}")));
        for login in 0..logins {
            did(&mut sheet, &schema, "login", minute(nth * 10 + login), &[]);
        }
        if nth != 1 {
            sheet = sheet.set("country", "DE").unwrap();
        }
        all.push(sheet);
    }
    let group = onefold_model::Sheet::new(&schema, &schema.identifier("account_id", "a").unwrap());
    let people = Account(all, Some(group.set("tier", "gold").unwrap()));
    let text = r#"
        segment german = country = "DE"
        segment top2 = top 2 by count(login) ever
        segment half = bottom 50% by count(login) ever among in segment german
        segment busy = any of account (count(login) ever >= 3)
        segment everybody = all of account (did login ever)
        segment nobody = none of account (count(login) ever >= 4)
        segment recent = any of account (did login in last 10m)
        segment golden = account.tier = "gold"
    "#;
    let definitions = Definitions::parse(text, &schema).unwrap();
    let now = minute(60);
    let members = |name: &str| -> Vec<usize> {
        let id = definitions.id(name).unwrap();
        let all = people.0.iter().enumerate();
        all.filter(|(_, it)| definitions.eval(id, *it, &people, now).value.is_yes()).map(|(nth, _)| nth).collect()
    };
    assert_eq!(members("top2"), [0, 2]);
    // Of four Germans two: none, then two logins.
    assert_eq!(members("half"), [3, 4]);
    assert_eq!(members("busy"), [0, 1, 2, 3, 4]);
    assert!(members("everybody").is_empty());
    assert_eq!(members("nobody").len(), 5);
    assert_eq!(members("golden").len(), 5);
    let recent = definitions.id("recent").unwrap();
    let answer = definitions.eval(recent, &people.0[0], &people, minute(45));
    assert_eq!((answer.value, answer.until, answer.exact), (Truth::Yes, minute(51), true));
    assert!(definitions.why(recent, &people.0[0], &people, minute(45)).to_string().contains("it holds of 1 of 5"));
    let top = definitions.id("top2").unwrap();
    let why = definitions.why(top, &people.0[4], &people, now).to_string();
    assert!(why.contains("place 3 of 5") && why.contains("the first 2 are in"), "{why}");
}

#[test]
fn samples_nest_and_buckets_part() {
    let schema = schema();
    let (mut inside, mut wide) = (0, 0);
    for nth in 0..500 {
        let sheet = onefold_model::Sheet::new(&schema, &who(&schema, &format!("u{nth}")));
        let is = |text: &str| ask(&schema, text, &sheet, minute(0)).value.is_yes();
        let (small, large) = (is("sample 10% salt \"q\""), is("sample 50% salt \"q\""));
        assert!(large || !small);
        inside += usize::from(small);
        wide += usize::from(large);
        let buckets = (0..4).filter(|n| is(&format!("bucket of 4 salt \"q\" in ({n})"))).count();
        assert_eq!(buckets, 1);
    }
    assert!((25..80).contains(&inside) && (200..300).contains(&wide), "{inside} {wide}");
}

#[test]
fn consent_holds_until_it_expires() {
    let schema = schema();
    let mut sheet = ada(&schema);
    let purpose = schema.purpose("marketing").unwrap();
    sheet.permit(purpose, None, Until { value: true, until: minute(9), exact: true });
    assert_eq!(course(&schema, "consent(marketing, email)", &sheet, minute(0)), "yes, no at 2026-03-01T09:09:00Z");
    assert_eq!(sheet.profile(), ada(&schema).profile());
}

#[test]
fn explanations_tell_the_evidence_and_what_would_change_it() {
    let schema = schema();
    let mut sheet = ada(&schema);
    for (at, id) in [(0, "a"), (10, "b")] {
        did(&mut sheet, &schema, "purchase", minute(at), &[("amount", eur("38")), ("cart_id", id.into())]);
    }
    let now = minute(20);
    let why = |text: &str| {
        let definitions = Definitions::parse(&format!("segment it = {text}"), &schema).unwrap();
        let told = definitions.why(definitions.id("it").unwrap(), &sheet, &sheet, now).to_string();
        told.lines()
            .nth(1)
            .unwrap_or_default()
            .rsplit_once(" (")
            .map_or(String::new(), |(_, rest)| rest.trim_end_matches(')').to_owned())
    };
    let cases = [
        ("count(purchase) ever >= 3", "counted 2, the newest at 2026-03-01T09:10:00Z; 1 more purchase needed"),
        (
            "sum(purchase.amount) ever >= 100 EUR",
            "added up to 76 EUR, the newest at 2026-03-01T09:10:00Z; 24 EUR more needed",
        ),
        (
            "sum(purchase.amount) ever > 100 EUR",
            "added up to 76 EUR, the newest at 2026-03-01T09:10:00Z; more than 24 EUR more needed",
        ),
        (
            "did purchase in last 1d",
            "counted 2, the newest at 2026-03-01T09:10:00Z; until the purchase of 2026-03-01 is 1d old; changes at 2026-03-02T09:10:00Z",
        ),
        ("count(purchase) ever < 3", "counted 2, the newest at 2026-03-01T09:10:00Z; 1 more purchase would end it"),
        ("did purchase then purchase, ever", "purchase at 2026-03-01T09:00:00Z, then purchase at 2026-03-01T09:10:00Z"),
        ("country = \"DE\"", "it is not known"),
        ("country != \"DE\"", "it is not known"),
        (
            "did purchase then not login within 1d, ever",
            "purchase at 2026-03-01T09:00:00Z; unless it happens until then; changes at 2026-03-02T09:00:00Z",
        ),
        ("stopped purchase for 5m", "the last was at 2026-03-01T09:10:00Z"),
        ("count(purchase) ever > 2 * (count(login) ever)", "2 against 0"),
        ("(did purchase ever) for 15m", "so all the time"),
    ];
    for (text, expected) in cases {
        let told = why(text);
        assert!(told.starts_with(expected), "{text}: {told}");
    }
}
