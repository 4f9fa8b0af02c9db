//! Audiences against a destination that loses answers.

use std::collections::BTreeSet;
use std::convert::Infallible;

use crate::common::{cleared_for, named};
use onefold_export::{
    Audience, Caps, Destination, Driver, Engine, Error, Key, Outcome, Payload, Record, Request, Response, Ticket,
    Unfit, Via, difference,
};
use proptest::prelude::*;

/// Takes keys in and out, two a request.
struct List;
impl Destination for List {
    fn name(&self) -> &str {
        "list"
    }
    fn caps(&self) -> Caps {
        Caps { max_records: 2, removals: true, ..Caps::default() }
    }
    fn encode(&self, records: &[Record<'_>]) -> Result<Payload, Unfit> {
        let line = |record: &Record<'_>| match record {
            Record::Put(row) => format!("+{}\n", row.fields()[0].1),
            Record::Remove(key) => format!("-{}\n", key.reveal()),
        };
        Ok(Payload::new("text/plain", records.iter().map(line).collect::<String>()))
    }
    fn decode(&self, records: usize, response: &Response) -> Vec<Outcome> {
        let word = |byte: &u8| match byte {
            b'd' => Outcome::Delivered,
            b'r' => Outcome::rejected("unwanted"),
            _ => Outcome::retry("busy"),
        };
        response.body.iter().take(records).map(word).collect()
    }
}

fn apply(there: &mut BTreeSet<String>, line: &str) {
    let (sign, key) = line.split_at(1);
    if sign == "+" {
        there.insert(key.into());
    } else {
        there.remove(key);
    }
}

fn ids(customers: &BTreeSet<u8>) -> Vec<String> {
    customers.iter().map(|id| format!("u-{id}")).collect()
}

/// What happens to a record on its way.
#[derive(Clone, Copy, Debug)]
enum Luck {
    Arrives,
    /// It arrives, and the answer is lost.
    Unheard,
    Rejected,
    Lost,
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![4 => Just(Luck::Arrives), 1 => Just(Luck::Unheard), 1 => Just(Luck::Rejected), 1 => Just(Luck::Lost)]
}

proptest! {
    #[test]
    fn a_difference_is_exact(before: BTreeSet<u8>, now: BTreeSet<u8>) {
        let change = difference(&before, &now);
        prop_assert_eq!(change.adds, now.iter().filter(|key| !before.contains(key)).collect::<Vec<_>>());
        prop_assert_eq!(change.removals, before.iter().filter(|key| !now.contains(key)).collect::<Vec<_>>());
    }

    #[test]
    fn whoever_is_at_the_destination_is_in_the_audience_and_comes_out_in_the_end(
        runs in prop::collection::vec((prop::collection::btree_set(0_u8..10, 0..8), prop::collection::vec(luck(), 20), any::<bool>(), 0_usize..4), 0..8),
        last in prop::collection::btree_set(0_u8..10, 0..8),
    ) {
        let mut audience = Audience::new("carrier", "user_id");
        let mut there: BTreeSet<String> = BTreeSet::new();
        for (segment, luck, resync, dies) in runs {
            let ids = ids(&segment);
            let cleared = named(&ids.iter().map(String::as_str).collect::<Vec<_>>());
            let work = if resync { audience.resync(cleared) } else { audience.plan(cleared) }.unwrap();
            let saved = audience.clone();
            let mut luck = luck.into_iter().cycle();
            let mut carry = |request: &Request| {
                let mut body = Vec::new();
                for line in std::str::from_utf8(&request.payload.body).unwrap().lines() {
                    let (arrives, word) = match luck.next().unwrap() {
                        Luck::Arrives => (true, b'd'),
                        Luck::Unheard => (true, b'?'),
                        Luck::Rejected => (false, b'r'),
                        Luck::Lost => (false, b'?'),
                    };
                    if arrives {
                        apply(&mut there, line);
                    }
                    body.push(word);
                }
                Ok::<_, Infallible>(Response { body, ..Response::OK })
            };
            if dies == 0 {
                // The process ends after its first request, with the audience as it was saved before.
                let mut engine = Engine::new(work, &List).unwrap();
                if let Some(request) = engine.request() {
                    let _ = carry(&request);
                }
                audience = saved;
            } else {
                let receipt = Via::new(List, carry).send(work, &mut |_| {}).unwrap();
                audience.settle(&receipt);
            }
            prop_assert!(there.iter().all(|key| audience.contains(&Key::new(key))), "{there:?}");
            // The state survives being kept.
            #[cfg(feature = "json")]
            {
                let kept = serde_json::to_string(&audience).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Audience>(&kept).unwrap(), &audience);
            }
        }
        // One delivery that meets no trouble puts all right.
        let ids = ids(&last);
        let work = audience.plan(named(&ids.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
        let kept = work.kept();
        let receipt = Via::new(List, |request: &Request| {
            let lines = std::str::from_utf8(&request.payload.body).unwrap().lines();
            Ok::<_, Infallible>(Response { body: lines.map(|line| { apply(&mut there, line); b'd' }).collect(), ..Response::OK })
        }).send(work, &mut |_| {}).unwrap();
        audience.settle(&receipt);
        let puts = receipt.settled.iter().filter(|it| matches!(it.ticket, Ticket::Put { .. })).count();
        prop_assert_eq!((kept, kept + puts as u64), (receipt.kept, last.len() as u64));
        prop_assert_eq!(there.into_iter().collect::<Vec<_>>(), ids);
        prop_assert_eq!(audience.len(), last.len());
    }
}

#[test]
fn removals_go_first_and_need_no_consent() {
    let mut audience = Audience::new("carrier", "user_id");
    let all = |request: &Request| Ok::<_, Infallible>(Response { body: vec![b'd'; request.records], ..Response::OK });
    let receipt = Via::new(List, all).send(audience.plan(named(&["ada", "ben"])).unwrap(), &mut |_| {}).unwrap();
    audience.settle(&receipt);
    // Ada said no, so she is not among the cleared; Cleo is new.
    let work = audience.plan(named(&["ben", "cleo"])).unwrap();
    assert_eq!((work.len(), work.removals(), work.kept()), (2, 1, 1));
    let mut engine = Engine::new(work, &List).unwrap();
    assert_eq!(engine.request().unwrap().payload.body, b"-ada\n+cleo\n");
}

#[test]
fn a_row_without_a_key_is_rejected_since_it_could_not_be_taken_out_again() {
    let mut audience = Audience::new("carrier", "user_id");
    let all = |request: &Request| Ok::<_, Infallible>(Response { body: vec![b'd'; request.records], ..Response::OK });
    let receipt = Via::new(List, all).send(audience.plan(named(&["nobody?", "ada"])).unwrap(), &mut |_| {}).unwrap();
    assert_eq!(receipt.settled[0].outcome, Outcome::rejected("the record has no key"));
    assert_eq!((receipt.sent, receipt.failed), (1, 1));
    audience.settle(&receipt);
    assert_eq!(audience.len(), 1);
}

#[test]
fn an_audience_is_one_recipients_and_needs_a_destination_that_lets_go() {
    struct Sticky;
    impl Destination for Sticky {
        fn name(&self) -> &str {
            "sticky"
        }
        fn caps(&self) -> Caps {
            Caps::default()
        }
        fn encode(&self, _: &[Record<'_>]) -> Result<Payload, Unfit> {
            Ok(Payload::new("text/plain", ""))
        }
        fn decode(&self, records: usize, response: &Response) -> Vec<Outcome> {
            vec![response.outcome(); records]
        }
    }
    let mut audience = Audience::new("carrier", "user_id");
    let error = audience.plan(cleared_for("other", &[])).unwrap_err();
    assert_eq!(error.to_string(), "the records were cleared for `other`, but the audience is that of `carrier`");
    let _planned = audience.plan(named(&["ada"])).unwrap();
    let work = audience.plan(named(&[])).unwrap();
    assert_eq!(work.removals(), 1, "what was planned may have been sent");
    assert!(matches!(Engine::new(work, &Sticky), Err(Error::Removals(_))));
    assert!(!format!("{audience:?}").contains("ada"));
}
