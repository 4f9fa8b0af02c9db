use onefold_model::testing::{draft, shop};
use onefold_model::{Facts, People, Sheet, testing};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn run_of(people: &dyn People, who: ProfileId, what: EventTypeId) -> Vec<(Time, Vec<Value>)> {
    let mut rows = Vec::new();
    people.see(who, &mut |facts: &dyn Facts| {
        let run = facts.run(what);
        for row in 0..run.len() {
            assert!(row == 0 || (run.occurred(row - 1), run.id(row - 1)) < (run.occurred(row), run.id(row)));
            rows.push((run.occurred(row), (0..40).map(|field| run.value(row, FieldId(field))).collect()));
        }
    });
    rows
}

proptest! {
    #[test]
    fn columns_say_what_a_sheet_of_events_says(
        drafts in vec(draft(), 1..60),
        gone in vec(any::<Index>(), 0..8),
        with_ids in any::<bool>(),
        fractions in any::<bool>(),
        compact in any::<bool>(),
    ) {
        let schema = shop();
        let who: Vec<_> = ["a", "b", "c"].iter().map(|name| schema.identifier("user_id", name).unwrap()).collect();
        let mut sheets: Vec<_> = who.iter().map(|who| Sheet::new(&schema, who)).collect();
        let mut columns = Columns::new(&schema);
        if with_ids {
            columns = columns.with_ids();
        }
        let mut events: Vec<_> = Vec::new();
        for (nth, draft) in drafts.into_iter().enumerate() {
            let mut event = draft.receive(testing::NOW).unwrap();
            if fractions && nth % 5 == 4 {
                event.times.occurred.0 += 1 + nth as i64;
            }
            events.push((nth % 3, event));
        }
        // Without ids an event that comes twice is there twice.
        events.sort_by_key(|(nth, event)| (*nth, event.id));
        events.dedup_by_key(|(nth, event)| (*nth, event.id));
        let gone: BTreeSet<usize> = gone.iter().map(|index| index.index(events.len())).collect();
        for (nth, event) in &events {
            prop_assert!(columns.insert(sheets[*nth].profile(), event));
            if with_ids {
                prop_assert!(!columns.insert(sheets[*nth].profile(), event));
            }
        }
        for (at, (nth, event)) in events.iter().enumerate() {
            if gone.contains(&at) {
                prop_assert!(columns.remove(sheets[*nth].profile(), event));
            } else {
                sheets[*nth].insert(std::sync::Arc::new(event.clone()));
            }
        }
        if compact {
            columns.compact();
        }
        prop_assert_eq!(columns.events(), events.len() - gone.len());
        for sheet in &sheets {
            for what in schema.event_types() {
                let mut theirs = run_of(sheet, sheet.profile(), what);
                let mut ours = run_of(&columns, sheet.profile(), what);
                if !with_ids {
                    theirs.sort();
                    ours.sort();
                }
                prop_assert_eq!(ours, theirs);
            }
        }
        // Chunks do not overlap, and rooms are as said.
        for slab in columns.slabs.iter().flatten() {
            let mut chunks: Vec<_> = slab.slots.iter().filter(|slot| slot.len > 0).collect();
            chunks.sort_by_key(|slot| slot.start);
            prop_assert!(chunks.windows(2).all(|two| two[0].range().end <= two[1].start as usize));
        }
    }

    #[test]
    fn who_is_forgotten_leaves_nothing_and_gives_the_number_back(count in 1_u32..40) {
        let schema = shop();
        let mut columns = Columns::new(&schema);
        let country = schema.field("country").unwrap();
        let page = EventTypeId::PAGE;
        let id = |nth: u32| ProfileId(onefold_model::Token(u128::from(nth).to_be_bytes()));
        for nth in 0..count {
            columns.set(id(nth), country, &"DE".into());
            let number = columns.number(id(nth));
            for at in 0..i64::from(nth) {
                columns.push(number, page, Time::from_secs(at), EventId([0; 16]), &[]);
            }
        }
        for nth in 0..count {
            prop_assert!(columns.forget(id(nth)));
            prop_assert!(!columns.forget(id(nth)));
        }
        prop_assert_eq!((columns.len(), columns.events()), (0, 0));
        let number = columns.number(id(1000));
        prop_assert!(number < count);
        columns.see(id(1000), &mut |facts| {
            assert!(facts.field(country).is_null());
            assert!(facts.run(page).is_empty());
        });
    }
}

#[test]
fn an_event_takes_few_bytes() {
    let schema = shop();
    let mut columns = Columns::new(&schema).only([], [EventTypeId::PAGE]);
    let mut mixed = 1_u64;
    for nth in 0..400_000_i64 {
        mixed = mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = columns.number(ProfileId(onefold_model::Token(u128::from((mixed >> 33) % 10_000).to_be_bytes())));
        columns.push(number, EventTypeId::PAGE, Time::from_secs(nth), EventId([0; 16]), &[]);
    }
    let per_event = columns.bytes() as f64 / 400_000.0;
    assert!(per_event < 10.0, "{per_event}");
    columns.compact();
    let packed = columns.bytes() as f64 / 400_000.0;
    assert!(packed < 7.5, "{packed}");
}

#[test]
fn a_trait_has_a_past() {
    let schema = shop();
    let mut columns = Columns::new(&schema);
    let (who, city) = (ProfileId(onefold_model::Token([1; 16])), schema.field("city").unwrap());
    columns.turn(who, city, Time::from_secs(9), &"Bonn".into());
    columns.turn(who, city, Time::from_secs(5), &"Ulm".into());
    let mut was = Vec::new();
    columns.see(who, &mut |facts| facts.past(city, &mut |since, value| was.push((since, value.clone()))));
    assert_eq!(was, [(Time::from_secs(5), "Ulm".into()), (Time::from_secs(9), "Bonn".into())]);
    columns.see(who, &mut |facts| assert_eq!(*facts.field(city), "Bonn".into()));
}
