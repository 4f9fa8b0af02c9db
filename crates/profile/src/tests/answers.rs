//! What a profile answers, in sentences.

use std::sync::Arc;

use onefold_model::Value;

use super::{ada, field, known, profiles, says, shop};
use crate::{Error, Profile, Profiles, Rule};

fn why(all: &Profiles, name: &str) -> String {
    let profile: &Profile = all.get(ada()).unwrap();
    profile.why(field(name)).unwrap().to_string()
}

#[test]
fn trust_explains_itself_with_party_trust_and_basis() {
    let all =
        known(&[says("broker", 3, &[("trusted", "Paris".into())]), says("crm", 1, &[("trusted", "London".into())])]);
    assert_eq!(
        why(&all, "trusted"),
        "`trusted` is London, said by `crm` (first party, trust 90) on 1970-01-02T00:00:00Z, the most trusted of 2 \
         statements; not Paris, said by `broker` (third party, trust 200) on 1970-01-04T00:00:00Z (basis: contract)"
    );
}

#[test]
fn who_says_the_same_has_not_lost_and_other_values_are_told_once() {
    let said = |values: &[&str]| {
        let days = values.iter().zip(1..);
        known(&days.map(|(city, day)| says("crm", day, &[("recent", (*city).into())])).collect::<Vec<_>>())
    };
    assert!(
        why(&said(&["London", "London", "London"]), "recent")
            .ends_with(", the most recent of 3 statements, which all agree")
    );
    assert!(why(&said(&["Paris", "London", "Paris", "London"]), "recent").ends_with(
        ", the most recent of 4 statements, of which 2 agree; not Paris, said by `crm` on 1970-01-04T00:00:00Z"
    ));
}

#[test]
fn an_address_never_mixes_two_and_says_so() {
    let all = known(&[
        says("crm", 1, &[("recent_a", "Mill Lane 1".into()), ("recent_b", "London".into())]),
        says("web", 2, &[("recent_a", "Rue Verte 2".into())]),
    ]);
    let profile = all.get(ada()).unwrap();
    assert_eq!(profile.kept(field("recent_b")), None);
    assert_eq!(
        why(&all, "recent_b"),
        "`recent_b` has no value, left out by `web` on 1970-01-03T00:00:00Z, the most recent of 2 statements; the group \
         `all_recent` survives whole; not London, said by `crm` on 1970-01-02T00:00:00Z"
    );
    assert_eq!(
        why(&all, "recent_a"),
        "`recent_a` is Rue Verte 2, said by `web` on 1970-01-03T00:00:00Z, the most recent of 2 statements; the group \
         `all_recent` survives whole; not Mill Lane 1, said by `crm` on 1970-01-02T00:00:00Z"
    );
}

#[test]
fn the_most_complete_address_survives_a_newer_fragment() {
    let all = known(&[
        says("crm", 1, &[("complete_a", "Mill Lane 1".into()), ("complete_b", "London".into())]),
        says("web", 2, &[("complete_b", "Paris".into())]),
    ]);
    let profile = all.get(ada()).unwrap();
    let kept = profile.kept(field("complete_b")).map(|kept| kept.value);
    assert_eq!(kept, Some("London".into()));
}

#[test]
fn a_union_loses_nothing() {
    let list = Value::from(vec!["b".into(), "c".into()]);
    let all = known(&[says("crm", 1, &[("union", "b".into())]), says("web", 2, &[("union", list)])]);
    assert_eq!(
        why(&all, "union"),
        "`union` is [b, c], last said by `web` on 1970-01-03T00:00:00Z, every value of 2 statements"
    );
}

#[test]
fn a_rule_of_the_users_own_may_let_nothing_survive() {
    let all = known(&[says("crm", 1, &[("own", "a".into())]), says("web", 2, &[("own", "b".into())])]);
    assert_eq!(
        why(&all, "own"),
        "`own` has no value, by a rule of your own over 2 statements; not b, said by `web` on 1970-01-03T00:00:00Z, nor \
         a, said by `crm` on 1970-01-02T00:00:00Z"
    );
    let profile = all.get(ada()).unwrap();
    assert_eq!(profile.why(field("own")).unwrap().rule, Rule::Custom);
}

#[test]
fn a_place_beyond_the_last_statement_is_none() {
    let all = Profiles::new(shop()).with_custom("own", Arc::new(|said| Some(said.len())));
    let mut all = all.unwrap();
    all.insert(ada(), says("crm", 1, &[("own", "a".into())]));
    assert_eq!(all.get(ada()).unwrap().kept(field("own")), None);
}

#[test]
fn a_group_takes_a_rule_of_the_users_own_whole() {
    // The statement with the alphabetically first second field.
    let rule = |said: &[crate::Stated]| {
        let second = |it: &crate::Stated| match &it.value {
            Value::Map(pairs) => pairs.iter().find(|(name, _)| name == "recent_b").map(|(_, value)| value.clone()),
            _ => None,
        };
        (0..said.len()).min_by_key(|at| second(&said[*at]))
    };
    let mut all = profiles().with_custom("all_recent", Arc::new(rule)).unwrap();
    all.insert(ada(), says("crm", 1, &[("recent_a", "1".into()), ("recent_b", "x".into())]));
    all.insert(ada(), says("web", 2, &[("recent_a", "2".into()), ("recent_b", "y".into())]));
    let profile = all.get(ada()).unwrap();
    assert_eq!(profile.kept(field("recent_a")).map(|kept| kept.value), Some("1".into()));
}

#[test]
fn errors_name_what_is_meant() {
    let rule = || -> crate::Custom { Arc::new(|_| None) };
    let unknown = profiles().with_custom("recnt", rule()).unwrap_err();
    assert_eq!(unknown.to_string(), "unknown trait `recnt`; did you mean `recent`?");
    let grouped = profiles().with_custom("recent_a", rule()).unwrap_err();
    assert!(matches!(grouped, Error::InGroup { .. }));
    assert_eq!(
        grouped.to_string(),
        "field `recent_a` survives with its group `all_recent`; give the rule to `all_recent`"
    );
    let all = known(&[says("crm", 1, &[])]);
    let view = all.get(ada()).unwrap().view("ofice").unwrap_err();
    assert_eq!(view.to_string(), "unknown view `ofice`; did you mean `office`?");
}

#[test]
fn debug_shows_no_value() {
    let all = known(&[
        says("crm", 1, &[("recent", "secret".into()), ("union", "secret".into())]),
        says("web", 2, &[("recent", "secret too".into())]),
    ]);
    let profile = all.get(ada()).unwrap();
    let shown = [
        format!("{all:?} {profile:?} {:?}", profile.sessions(std::time::Duration::ZERO)),
        format!("{:?} {:?}", profile.why(field("recent")), profile.why(field("union"))),
        format!("{:?} {:?}", profile.contradictions(), profile.stated(field("recent"))),
        format!("{:?}", profile.view("everything")),
    ];
    assert!(shown.iter().all(|text| !text.contains("secret")), "{shown:?}");
}

#[test]
fn two_sources_of_one_word_do_not_contradict_and_an_older_word_of_one_is_past() {
    let mut all =
        known(&[says("crm", 1, &[("recent", "London".into())]), says("web", 2, &[("recent", "Paris".into())])]);
    assert_eq!(all.get(ada()).unwrap().contradictions().len(), 1);
    let corrected = says("crm", 3, &[("recent", "Paris".into())]);
    all.insert(ada(), Arc::clone(&corrected));
    assert!(all.get(ada()).unwrap().contradictions().is_empty());
    all.remove(ada(), corrected.id);
    assert_eq!(all.get(ada()).unwrap().contradictions().len(), 1);
}

#[test]
fn money_compares_within_its_currency() {
    let money = |text: &str| Value::Money(text.parse().unwrap());
    let all = known(&[
        says("crm", 1, &[("maximum", money("9.50 EUR"))]),
        says("crm", 2, &[("maximum", money("10 EUR"))]),
        says("crm", 3, &[("maximum", money("2 EUR"))]),
    ]);
    let kept = all.get(ada()).unwrap().kept(field("maximum")).unwrap();
    assert_eq!(kept.value, money("10 EUR"));
}

#[test]
fn a_profile_stays_small() {
    assert!(size_of::<Profile>() <= 104);
}
