//! What an answer promises comes true: until its instant an answer asked afresh is the same, and at it another.

use onefold_model::{Facts, Sheet, Time, Value};
use proptest::prelude::*;

use super::{Account, ada, did, minute, schema, who};
use crate::Definitions;

const DEFINITIONS: &str = r#"
    segment a0 = count(login) in last 7m >= 2
    segment a1 = count(login) in last 7m = 1 or did purchase in last 2m
    segment a2 = sum(purchase.qty) in last 6m > 1 and not did login in last 3m
    segment a3 = avg(purchase.qty) in last 8m >= 1
    segment a4 = median(purchase.qty) in last 8m > 0.5
    segment a5 = min(purchase.qty) in last 8m < 0 or max(purchase.qty) between 9m and 2m ago > 1
    segment a6 = most_frequent(purchase.cart_id) in last 8m = "a"
    segment a7 = first(purchase.cart_id) in last 8m = "b"
    segment a8 = last(login.device) between 8m and 3m ago = "a"
    segment a9 = distinct(purchase.cart_id) between 8m and 3m ago >= 2
    segment b0 = sessions(any, 2m) in last 9m = 2
    segment b1 = session_time(any, 3m) in last 9m >= 120
    segment b2 = did login in session of 3m
    segment b3 = first time login in session of 3m
    segment b4 = did purchase before 4m ago
    segment b5 = stopped any for 4m
    segment b6 = first time purchase in last 5m
    segment b7 = did login in last 1 calendar day or count(login) in this day > 2
    segment b8 = active_days(login) in last 20h zone "+09:00" >= 1
    segment b9 = count(login) in last 4m < 2 * (count(login) between 8m and 4m ago)
    segment c0 = (did login in last 4m) for 3m
    segment c1 = (not did purchase in last 3m) for 5m
    segment c2 = (plan = "pro") for 4m
    segment c3 = (plan = "pro" and did login in last 8m) for 4m
    segment c4 = plan changed to "pro" in last 5m
    segment c5 = plan changed from "pro" between 7m and 2m ago
    segment c6 = signup within last 5m or signup within next 3m
    segment c7 = (sum(purchase.qty) in last 5m) / (count(login) in last 5m) > 1
    segment c8 = case when did login in last 3m then 2 when did purchase in last 6m then 1 end = 1
    segment c9 = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 3m, in last 6m
    segment d0 = did login then not login within 2m then purchase within 4m then not login within 3m, in last 9m
    segment d1 = did any then not any within 2m, between 12m and 1m ago
    segment d2 = in segment a0 except in segment c9
    segment d3 = any of account (count(login) in last 6m >= 2)
    segment d4 = all of account (did any in last 6m)
    segment d5 = top 1 by count(login) in last 6m
    segment d6 = bottom 50% by sum(purchase.qty) in last 7m among in segment a1
    segment d7 = plan = "pro" or ((did purchase in last 6m) for 2m) for 3m
    segment d8 = days_since(signup) >= 0
    segment d9 = sum(purchase.amount) in last 6m >= 2 EUR or min(purchase.amount) in last 6m < 1 USD
    trait t0 = count(login) in last 5m
    trait t1 = avg(purchase.qty) in last 7m
    trait t2 = last(login.device) between 8m and 3m ago
    trait t3 = days_since(signup)
    trait t4 = sum(purchase.amount) in last 6m
"#;

type Said = Vec<(usize, i64, usize, usize, i64)>;

fn people(said: &Said, plan: &[(i64, bool)], signup: i64) -> Account {
    let schema = schema();
    let mut all: Vec<Sheet> = ["ada", "ben"].map(|name| Sheet::new(&schema, &who(&schema, name))).into();
    for (whose, at, what, key, number) in said {
        let key = Value::from(["a", "b", "c"][*key]);
        let sheet = &mut all[*whose];
        match what {
            0 => did(sheet, &schema, "login", minute(*at), &[("device", key)]),
            1 => did(sheet, &schema, "add_to_cart", minute(*at), &[("cart_id", key)]),
            _ => {
                let code = if *number % 2 == 0 { "EUR" } else { "USD" };
                let amount = format!("{number} {code}").parse::<onefold_model::Money>().unwrap();
                let said = [("cart_id", key), ("qty", (*number).into()), ("amount", amount.into())];
                did(sheet, &schema, "purchase", minute(*at), &said);
            }
        }
    }
    for (at, pro) in plan {
        all[0].turn("plan", minute(*at), if *pro { Value::from("pro") } else { Value::Null }).unwrap();
    }
    all[0].turn("signup", Time::MIN, minute(signup)).unwrap();
    all.sort_by_key(Facts::profile);
    let _ = ada(&schema);
    Account(all, None)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn law_3_an_answer_holds_until_its_instant(
        said in prop::collection::vec((0..2_usize, 0..12_i64, 0..3_usize, 0..3_usize, -2..4_i64), 0..14),
        plan in prop::collection::vec((0..12_i64, any::<bool>()), 0..4),
        signup in 0..20_i64,
        late in 0..10_i64,
    ) {
        let people = people(&said, &plan, signup);
        let schema = schema();
        let definitions = Definitions::parse(DEFINITIONS, &schema).unwrap();
        let latest = said.iter().map(|it| it.1).chain(plan.iter().map(|it| it.0)).max().unwrap_or(0);
        let now = minute(latest + late);
        for facts in &people.0 {
            for id in definitions.ids() {
                let name = definitions.name(id);
                let ask = |at: Time| definitions.eval(id, facts, &people, at);
                let answer = ask(now);
                let end = answer.until.min(Time(now.0 + 40 * 60_000_000));
                // Nothing happens after now, so that asking then is asking afresh.
                let mut at = now;
                while at < end {
                    for at in [at, Time(at.0 + 1)] {
                        if at < end {
                            prop_assert_eq!(ask(at).value, answer.value, "{} at {} from {}: {:?}", name, at, now, answer);
                        }
                    }
                    at = Time(at.0 + 30_000_000);
                }
                if answer.until < Time::MAX {
                    let before = Time(answer.until.0 - 1);
                    prop_assert_eq!(ask(before).value, answer.value, "{} before {}: {:?}", name, before, answer);
                    if answer.exact {
                        prop_assert_ne!(ask(answer.until).value, answer.value, "{} at {}: {:?}", name, answer.until, answer);
                    }
                }
            }
            for name in ["t0", "t1", "t2", "t3", "t4"] {
                let ask = |at: Time| definitions.value(name, facts, &people, at);
                let told = ask(now);
                let end = told.until.min(Time(now.0 + 40 * 60_000_000));
                let mut at = now;
                while at < end {
                    prop_assert_eq!(ask(at).value, told.value.clone(), "{} at {}", name, at);
                    at = Time(at.0 + 30_000_000);
                }
                if told.exact && told.until < Time::MAX {
                    prop_assert_ne!(ask(told.until).value, told.value, "{}", name);
                }
            }
        }
    }
}
