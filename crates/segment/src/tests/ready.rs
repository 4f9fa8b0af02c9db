//! What is ready made fits the shop, reads back from its text, and takes any name as a name.

use onefold_model::{Facts, Money, Type};

use super::{Crowd, after, customer, nine, shop, tree};
use crate::{Definitions, Source, ready};

#[test]
fn all_that_is_ready_made_fits_and_reads_back() {
    let tiers =
        [("gold", "1000 EUR"), ("silver", "200 EUR")].map(|(name, from)| (name, from.parse::<Money>().unwrap()));
    let all = Definitions::builder()
        .with(ready::rfm("purchase", "amount"))
        .with(ready::loyalty("purchase", "amount", tiers))
        .with(ready::lifecycle("purchase"))
        .with(ready::engagement("any"))
        .build(&shop())
        .unwrap();
    assert_eq!(
        all.traits().collect::<Vec<_>>(),
        [
            ("rfm_recency", Type::Int),
            ("rfm_frequency", Type::Int),
            ("rfm_monetary", Type::Int),
            ("rfm", Type::Int),
            ("loyalty_tier", Type::Text),
            ("lifecycle", Type::Text),
            ("engagement_trend", Type::Text),
        ]
    );
    assert_eq!(&tree(&all.to_string()), all.source());
    assert!(all.lints().is_empty(), "{:?}", all.lints());
    assert!(ready::loyalty("purchase", "amount", [("", 1); 0]).is_empty());
}

#[test]
fn a_name_stays_a_name() {
    let hostile = "purchase ever or vip = true #";
    let definitions = ready::lifecycle(hostile);
    let source = Source { definitions: definitions.clone(), notes: Vec::new() };
    assert_eq!(tree(&source.to_string()), source);
    let wrong = Definitions::builder().with(definitions).build(&shop()).unwrap_err().to_string();
    assert!(wrong.starts_with("E06: unknown event"), "{wrong}");
}

#[test]
fn the_levels_are_as_told() {
    let schema = shop();
    let tiers = [("gold", "100 EUR"), ("silver", "40 EUR")].map(|(name, from)| (name, from.parse::<Money>().unwrap()));
    let all = Definitions::builder()
        .with(ready::rfm("purchase", "amount"))
        .with(ready::loyalty("purchase", "amount", tiers))
        .with(ready::lifecycle("purchase"))
        .with(ready::engagement("purchase"))
        .build(&schema)
        .unwrap();
    let day = 24 * 60 * 60;
    let mut crowd = Crowd::default();
    let mut all_ids = Vec::new();
    // Each bought so many days ago, for so much.
    let bought: [(&str, &[(i64, &str)]); 6] = [
        ("a", &[(1, "60 EUR"), (2, "60 EUR"), (3, "1 EUR"), (40, "1 EUR")]),
        ("b", &[(10, "50 EUR")]),
        ("c", &[(20, "20 EUR"), (50, "20 EUR"), (55, "1 EUR")]),
        ("d", &[(100, "10 EUR")]),
        ("e", &[(200, "5 EUR"), (300, "1 EUR")]),
        ("f", &[]),
    ];
    for (name, purchases) in bought {
        let mut sheet = customer(name);
        for (days, amount) in purchases {
            let draft =
                schema.draft("web", "purchase").at(after(-days * day)).set("amount", amount.parse::<Money>().unwrap());
            sheet.push(draft).unwrap();
        }
        all_ids.push(sheet.profile());
        crowd.0.insert(sheet.profile(), sheet);
    }
    let told = |name: &str| {
        let values = all_ids.iter().map(|who| all.value(name, &crowd.0[who], &crowd, nine()).value.to_string());
        values.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(told("rfm_recency"), "5 4 3 2 1 null");
    assert_eq!(told("rfm_monetary"), "5 4 3 2 1 null");
    assert!(told("rfm_frequency").starts_with("5 ") && told("rfm_frequency").ends_with(" null"));
    assert!(told("rfm").starts_with("555 ") && told("rfm").ends_with(" null"));
    assert_eq!(told("loyalty_tier"), "gold silver silver null null null");
    assert_eq!(told("lifecycle"), "active new active at_risk lost prospect");
    assert_eq!(told("engagement_trend"), "rising started falling none none none");
}
