//! Sessions, households, and people looked at as facts.

use std::sync::Arc;
use std::time::Duration;

use onefold_model::{Event, EventTypeId, Facts, People, ProfileId, PurposeId, Time};
use proptest::prelude::*;

use super::{ada, day, field, known, profiles, says, shop};
use crate::{Kind, Profiles};

fn page(at: Time) -> Arc<Event> {
    let draft = shop().draft("web", "page").who("login", "ada").at(at);
    Arc::new(draft.message_id(&at.to_string()).receive(day(100)).unwrap())
}

fn join(login: &str, kind: &str, group: &str) -> Arc<Event> {
    let draft = shop().draft("crm", "group").who("login", login);
    let draft = draft.who(kind, group).trait_("recent", group);
    Arc::new(draft.receive(day(1)).unwrap())
}

fn person(login: &str) -> ProfileId {
    ProfileId(shop().identifier("login", login).unwrap().member().token)
}

/// Files an event with the persons and groups that it names, as the facade does.
fn file(all: &mut Profiles, event: &Arc<Event>) {
    all.insert(ProfileId(event.who[0].member().token), Arc::clone(event));
    for group in &event.groups {
        all.insert_group(group, Arc::clone(event));
    }
}

proptest! {
    #[test]
    fn sessions_part_exactly_where_the_silence_is_long(minutes in prop::collection::btree_set(0..500i64, 0..20), gap in 0..60u64) {
        let at = |minute: i64| Time::from_secs(minute * 60);
        let all = known(&minutes.iter().map(|minute| page(at(*minute))).collect::<Vec<_>>());
        let gap = Duration::from_mins(gap);
        let sessions = all.get(ada()).map(|profile| profile.sessions(gap)).unwrap_or_default();
        let again: Vec<Time> = sessions.iter().flat_map(|it| &it.events).map(|it| it.times.occurred).collect();
        prop_assert_eq!(again, minutes.iter().map(|minute| at(*minute)).collect::<Vec<_>>());
        for session in &sessions {
            prop_assert_eq!(session.from, session.events[0].times.occurred);
            prop_assert_eq!(Some(session.to), session.events.last().map(|it| it.times.occurred));
            prop_assert!(session.events.windows(2).all(|two| two[1].times.occurred.since(two[0].times.occurred) < gap));
        }
        prop_assert!(sessions.windows(2).all(|two| two[1].from.since(two[0].to) >= gap));
    }
}

#[test]
fn a_crm_row_is_no_session() {
    let all = known(&[says("crm", 1, &[("recent", "London".into())]), page(day(1)), page(day(2))]);
    let sessions = all.get(ada()).unwrap().sessions(Duration::from_mins(30));
    assert_eq!(sessions.iter().map(|it| it.events.len()).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_household_knows_its_own_traits_and_its_members_events() {
    let mut all = profiles();
    let joins = [
        join("ada", "household", "mill lane"),
        join("byron", "household", "mill lane"),
        join("ada", "account", "engines"),
    ];
    for event in &joins {
        file(&mut all, event);
    }
    let lives_in = shop().relation("lives_in").unwrap();
    let works_at = shop().relation("works_at").unwrap();
    let home = all.related(person("ada"), lives_in);
    assert_eq!((home.len(), &home), (1, &all.related(person("byron"), lives_in)));
    assert_eq!(all.related(person("byron"), works_at), []);
    assert_eq!((all.len(), all.groups().count()), (2, 2));

    let household = all.group(home[0]).unwrap();
    assert_eq!(household.kind(), Kind::Group);
    assert_eq!(household.field(field("recent")).as_text(), Some("mill lane"));
    assert_eq!(all.get(person("ada")).unwrap().field(field("recent")).as_text(), None);
    let mut members: Vec<_> = all.group_events(home[0]).map(|it| it.who[0].member().token).collect();
    members.sort();
    let mut both = [person("ada").0, person("byron").0];
    both.sort();
    assert_eq!(members, both);

    let mut looked = Vec::new();
    People::related(&all, person("ada"), works_at, &mut |facts| looked.push(facts.profile()));
    assert_eq!(looked, Profiles::related(&all, person("ada"), works_at));

    // She moves out: the event is retracted from both sides.
    all.remove(person("ada"), joins[0].id);
    all.remove_group(home[0], joins[0].id);
    assert_eq!(all.related(person("ada"), lives_in), []);
    assert_eq!(all.group_events(home[0]).count(), 1);
}

#[test]
fn a_group_that_nobody_filed_is_named_but_not_seen() {
    let mut all = profiles();
    all.insert(person("ada"), join("ada", "household", "mill lane"));
    let lives_in = shop().relation("lives_in").unwrap();
    assert_eq!(all.related(person("ada"), lives_in).len(), 1);
    People::related(&all, person("ada"), lives_in, &mut |_| panic!("there is no such profile"));
}

#[test]
fn people_are_seen_in_the_order_of_ids_and_permit_nothing() {
    let mut all = profiles();
    for login in ["ada", "byron", "charles"] {
        file(&mut all, &join(login, "household", "mill lane"));
    }
    let mut seen = Vec::new();
    all.each(&mut |facts| {
        assert!(!facts.permits(PurposeId(0), None, day(1)).value);
        assert_eq!(facts.run(EventTypeId::GROUP).len(), 1);
        seen.push(facts.profile());
    });
    assert!(seen.is_sorted() && seen.len() == 3);
    assert!(all.ids().eq(seen));
    all.see(person("nobody"), &mut |_| panic!("nobody is there"));
}
