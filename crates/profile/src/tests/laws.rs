//! The laws of a profile: it is a function of its set of events, and takes back exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use onefold_model::{Event, EventTypeId, Facts, FieldId, Time, Value};
use proptest::prelude::*;

use super::{ada, events, known, oracle, profiles, shop};
use crate::{Kept, Profile, Provenance, Rule};

type Kepts = BTreeMap<FieldId, (Value, onefold_model::EventId)>;

fn seen(kept: impl IntoIterator<Item = (FieldId, Kept)>) -> Kepts {
    kept.into_iter().map(|(field, kept)| (field, (kept.value, kept.from.event))).collect()
}

fn expected(events: &[Arc<Event>], by: Option<onefold_model::Survivorship>) -> Kepts {
    oracle::fields(events, by).into_iter().map(|(field, (value, event))| (field, (value, event.id))).collect()
}

fn part(events: &[Arc<Event>], passes: impl Fn(&Event) -> bool) -> Vec<Arc<Event>> {
    events.iter().filter(|it| passes(it)).cloned().collect()
}

fn check_answers(profile: &Profile) -> Result<(), TestCaseError> {
    for (field, _) in shop().profile_fields() {
        let (stated, why) = (profile.stated(field), profile.why(field));
        prop_assert_eq!(stated.is_empty(), why.is_none());
        let Some(why) = why else { continue };
        prop_assert_eq!(why.statements, stated.len());
        let kept = profile.kept(field);
        prop_assert_eq!(profile.field(field).is_null(), kept.is_none());
        prop_assert_eq!(why.kept.clone().filter(|it| !it.value.is_null()), kept);
        match &why.kept {
            Some(kept) if why.losers.len() < stated.len() => {
                prop_assert_eq!(&kept.from, &stated[0].from);
            }
            _ => prop_assert_eq!(why.rule, Rule::Custom),
        }
        prop_assert!(!why.to_string().is_empty());
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_rule_keeps_what_its_oracle_keeps(events in events()) {
        let all = known(&events);
        let kept = all.get(ada()).map(|profile| seen(profile.fields())).unwrap_or_default();
        prop_assert_eq!(kept, expected(&events, None));
        if let Some(profile) = all.get(ada()) {
            check_answers(profile)?;
        }
    }

    #[test]
    fn the_past_of_a_field_is_what_the_profile_was(events in events()) {
        let all = known(&events);
        let Some(profile) = all.get(ada()) else { return Ok(()) };
        for (field, info) in shop().profile_fields() {
            let mut past: Vec<(Time, Value)> = Vec::new();
            profile.past(field, &mut |since, value| past.push((since, value.clone())));
            prop_assert!(past.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 != two[1].1), "{}", info.name);
            prop_assert_eq!(past.last().map(|(_, value)| value), Some(profile.field(field)), "{}", info.name);
            for on in 0..5 {
                let at = super::day(on);
                let was = past.iter().rev().find(|(since, _)| *since <= at).map(|(_, value)| value.clone());
                let then = profile.as_of(at, Time::MAX);
                prop_assert_eq!(was.as_ref(), Some(then.field(field)), "{} on {}", info.name, on);
            }
        }
    }

    #[test]
    fn fellows_are_those_whose_events_name_a_group_in_common(
        steps in prop::collection::vec((0..4_usize, 0..3_usize, 0..8_u32, 0..3_i64, 0..6_u8), 0..40),
    ) {
        let schema = shop();
        let who = |nth: usize| onefold_model::ProfileId(schema.identifier("login", ["a", "b", "c", "d"][nth]).unwrap().member().token);
        let mut all = profiles();
        let mut kept: BTreeMap<(usize, onefold_model::EventId), Arc<Event>> = BTreeMap::new();
        for (person, group, id, received, act) in steps {
            let draft = schema.draft("crm", "identify").who("login", "x").at(super::day(1)).message_id(&id.to_string());
            let draft = if group < 2 { draft.who("account", ["m", "n"][group]) } else { draft };
            let event = Arc::new(draft.receive(super::day(2 + received)).unwrap());
            match act {
                0 => {
                    all.remove(who(person), event.id);
                    kept.remove(&(person, event.id));
                }
                1 => {
                    all.take(who(person));
                    kept.retain(|(of, _), _| *of != person);
                }
                _ => {
                    all.insert(who(person), Arc::clone(&event));
                    let key = (person, event.id);
                    if kept.get(&key).is_none_or(|known| event.precedence() < known.precedence()) {
                        kept.insert(key, event);
                    }
                }
            }
        }
        let relation = schema.relation("works_at").unwrap();
        let groups = |of: usize| -> std::collections::BTreeSet<_> {
            let ours = kept.iter().filter(|((person, _), _)| *person == of);
            ours.flat_map(|(_, event)| event.groups.iter().map(|it| it.member())).collect()
        };
        for person in 0..4 {
            let mut expected: Vec<_> =
                (0..4).filter(|other| !groups(person).is_disjoint(&groups(*other))).map(who).collect();
            expected.sort_unstable();
            prop_assert_eq!(all.fellows(who(person), relation), expected);
        }
    }

    #[test]
    fn law_1_order_and_copies_leave_no_trace(
        (events, shuffled) in events().prop_flat_map(|events| {
            let twice: Vec<_> = events.iter().chain(&events).cloned().collect();
            (Just(events), Just(twice).prop_shuffle())
        })
    ) {
        let (one, other) = (known(&events), known(&shuffled));
        prop_assert_eq!(one.get(ada()), other.get(ada()));
    }

    #[test]
    fn law_1_holds_for_two_that_share_an_id(events in events(), received in 0..5i64, swap: bool) {
        prop_assume!(!events.is_empty());
        let first = Arc::clone(&events[0]);
        let mut variant = Event::clone(&first);
        variant.times = onefold_model::Times::new(variant.times.original, None, super::day(received));
        let variant = Arc::new(variant);
        let live = if variant.precedence() < first.precedence() { &variant } else { &first };
        let (a, b) = if swap { (&first, &variant) } else { (&variant, &first) };
        let mut all = known(&events[1..]);
        all.insert(ada(), Arc::clone(a));
        all.insert(ada(), Arc::clone(b));
        let mut alone = known(&events[1..]);
        alone.insert(ada(), Arc::clone(live));
        prop_assert_eq!(all.get(ada()), alone.get(ada()));
    }

    #[test]
    fn law_2_removing_an_event_equals_a_rebuild_without_it(events in events(), gone in any::<[bool; 9]>()) {
        let mut all = known(&events);
        let mut left = Vec::new();
        for (event, gone) in events.iter().zip(gone) {
            if gone {
                prop_assert_eq!(all.remove(ada(), event.id).map(|it| it.id), Some(event.id));
                prop_assert!(all.remove(ada(), event.id).is_none());
            } else {
                left.push(Arc::clone(event));
            }
            let rest: Vec<_> = events.iter().filter(|it| all.get(ada()).is_some_and(|p| p.events().any(|e| e.id == it.id))).cloned().collect();
            let rebuilt = known(&rest);
            prop_assert_eq!(all.get(ada()), rebuilt.get(ada()));
        }
        let rebuilt = known(&left);
        prop_assert_eq!(all.get(ada()), rebuilt.get(ada()));
        prop_assert_eq!(all.len(), usize::from(!left.is_empty()));
    }

    #[test]
    fn law_2_a_profile_taken_apart_and_put_together_is_the_same(events in events()) {
        let before = known(&events);
        let mut after = before.clone();
        let taken = after.take(ada());
        prop_assert!(after.is_empty() && after.take(ada()).is_empty());
        prop_assert!(taken.is_sorted_by_key(|event| (event.times.occurred, event.id)));
        for event in taken {
            after.insert(ada(), event);
        }
        prop_assert_eq!(before.get(ada()), after.get(ada()));
    }

    #[test]
    fn a_profile_as_of_a_time_is_a_rebuild_of_what_was_known(events in events(), occurred in 0..5i64, received in 0..7i64) {
        let all = known(&events);
        let (occurred, received) = (super::day(occurred), super::day(received));
        let was = part(&events, |it| it.times.occurred <= occurred && it.times.received <= received);
        let rebuilt = known(&was);
        if let Some(now) = all.get(ada()) {
            let past = now.as_of(occurred, received);
            prop_assert_eq!(past.is_empty(), was.is_empty());
            if let Some(rebuilt) = rebuilt.get(ada()) {
                prop_assert_eq!(&past, rebuilt);
            }
            prop_assert_eq!(&now.as_of(Time::MAX, Time::MAX), now);
        }
    }

    #[test]
    fn a_view_is_a_profile_of_what_it_believes(events in events()) {
        let all = known(&events);
        let Some(profile) = all.get(ada()) else { return Ok(()) };
        let name = |it: &Event| shop().source_info(it.source).unwrap().name.to_string();
        let from = |names: &'static [&str]| part(&events, |it| names.contains(&name(it).as_str()));
        let trusted = Some(onefold_model::Survivorship::MostTrusted);
        let union = Some(onefold_model::Survivorship::Union);
        let office = from(&["crm", "broker"]);
        prop_assert_eq!(seen(profile.view("office").unwrap()), expected(&office, None));
        prop_assert_eq!(seen(profile.view("near").unwrap()), expected(&from(&["web", "crm", "partner"]), None));
        prop_assert_eq!(seen(profile.view("sober").unwrap()), expected(&from(&["web", "crm", "broker"]), trusted));
        prop_assert_eq!(seen(profile.view("everything").unwrap()), expected(&events, union));
    }

    #[test]
    fn contradictions_are_where_latest_words_differ(events in events()) {
        let all = known(&events);
        let found = all.get(ada()).map(Profile::contradictions).unwrap_or_default();
        let fields: Vec<FieldId> = found.iter().map(|it| it.field).collect();
        prop_assert_eq!(fields, oracle::contradictions(&events));
        for it in &found {
            let times: Vec<_> = it.said.iter().map(|it| (it.from.occurred, it.from.received)).collect();
            prop_assert!(times.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn the_timeline_and_its_runs_hold_every_event_once_in_order(events in events()) {
        let all = known(&events);
        let Some(profile) = all.get(ada()) else { return Ok(()) };
        let mut sorted = events.clone();
        sorted.sort_by_key(|event| (event.times.occurred, event.id));
        prop_assert!(profile.events().eq(&sorted));
        for what in shop().event_types() {
            let of: Vec<_> = sorted.iter().filter(|event| event.what == what).map(|it| it.id).collect();
            let run = profile.run(what);
            prop_assert_eq!((0..run.len()).filter_map(|row| run.id(row)).collect::<Vec<_>>(), of);
        }
    }

    #[test]
    fn a_union_says_where_each_item_comes_from(events in events()) {
        let all = known(&events);
        let field = super::field("union");
        let Some(kept) = all.get(ada()).and_then(|profile| profile.kept(field)) else { return Ok(()) };
        let Value::List(items) = &kept.value else { panic!("a union is a list") };
        prop_assert_eq!(items.len(), kept.also.len());
        let said = |from: &Provenance, item: &Value| {
            let event = events.iter().find(|event| event.id == from.event).unwrap();
            match event.stated(field) {
                Value::List(list) => list.contains(item),
                value => value == item,
            }
        };
        for (item, from) in items.iter().zip(&kept.also) {
            prop_assert!(said(from, item));
        }
    }

    #[test]
    fn a_rule_given_late_decides_as_if_given_first(events in events()) {
        let mut late = crate::Profiles::new(shop());
        for event in &events {
            late.insert(ada(), Arc::clone(event));
        }
        let late = late.with_custom("own", super::own()).unwrap();
        let first = known(&events);
        prop_assert_eq!(late.get(ada()), first.get(ada()));
    }

    #[test]
    fn traits_of_a_group_event_are_the_groups_alone(events in events()) {
        let engines = shop().identifier("account", "engines").unwrap();
        let mut groups = profiles();
        for event in &events {
            groups.insert_group(&engines, Arc::clone(event));
        }
        // What a group makes of group events is what a person makes of the same said otherwise.
        let as_group: Vec<_> = part(&events, |it| it.what == EventTypeId::GROUP);
        let as_person: Vec<_> = as_group.iter().map(|it| Arc::new(Event { what: EventTypeId::IDENTIFY, ..Event::clone(it) })).collect();
        let id = onefold_model::ProfileId(engines.member().token);
        let kept = groups.group(id).map(|group| seen(group.fields())).unwrap_or_default();
        prop_assert_eq!(kept, expected(&as_person, None));
        prop_assert_eq!(groups.group_events(id).count(), events.len());
        for event in &events {
            prop_assert!(groups.remove_group(id, event.id).is_some());
        }
        prop_assert_eq!(groups.groups().count(), 0);
    }
}
