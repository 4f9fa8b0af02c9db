//! The engine against a destination that is hard to please.

use std::collections::BTreeSet;
use std::convert::Infallible;

use crate::common::{Customer, cleared, cleared_for, named, profile};
use onefold_export::{
    Caps, Destination, Driver, Engine, Error, Outcome, Payload, Progress, Record, Request, Response, Ticket, Unfit,
    Via, Work,
};
use onefold_model::ProfileId;
use proptest::prelude::*;

/// One line a record: the id and the name. Names say how the record fares: `unfit` cannot be encoded, `rejected` is
/// turned down, `later` is to be tried again.
#[derive(Clone, Debug, Default)]
struct Fussy {
    caps: Caps,
    /// The destination answers for so many records fewer than were sent.
    silent: usize,
}

fn line(record: &Record<'_>) -> String {
    match record {
        Record::Remove(key) => format!("-{}\n", key.reveal()),
        Record::Put(row) => {
            format!("+{}\n", row.fields().iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>().join(","))
        }
    }
}

fn fate(line: &str) -> Outcome {
    match line {
        line if line.contains("rejected") => Outcome::rejected("unwanted"),
        line if line.contains("later") => Outcome::retry("busy"),
        _ => Outcome::Delivered,
    }
}

impl Destination for Fussy {
    fn name(&self) -> &str {
        "fussy"
    }
    fn caps(&self) -> Caps {
        self.caps.clone()
    }
    fn encode(&self, records: &[Record<'_>]) -> Result<Payload, Unfit> {
        assert!(!records.is_empty());
        let lines: Vec<String> = records.iter().map(line).collect();
        match lines.iter().position(|line| line.contains("unfit")) {
            Some(record) => Err(Unfit { record, reason: "unspeakable".into() }),
            None => Ok(Payload::new("text/plain", lines.concat())),
        }
    }
    /// The response echoes the request.
    fn decode(&self, records: usize, response: &Response) -> Vec<Outcome> {
        let lines = std::str::from_utf8(&response.body).unwrap().lines().map(fate);
        lines.take(records - self.silent.min(records)).collect()
    }
}

fn echo(request: &Request) -> Result<Response, Infallible> {
    Ok(Response { body: request.payload.body.clone(), ..Response::OK })
}

fn customers() -> impl Strategy<Value = Vec<Customer>> {
    let name = prop_oneof![6 => "[a-z]{0,30}", 1 => Just("unfit".to_owned()), 1 => Just("rejected".into()), 1 => Just("later".into())];
    prop::collection::vec((0_u8..12, name), 0..40).prop_map(|all| {
        all.into_iter().map(|(id, name)| (format!("u-{id}"), vec![("name", name.as_str().into())])).collect()
    })
}

fn caps() -> impl Strategy<Value = Caps> {
    (0_usize..9, 1_usize..120, any::<bool>()).prop_map(|(max_records, max_bytes, key)| Caps {
        max_records,
        max_bytes,
        removals: false,
        key: key.then(|| "user_id".into()),
    })
}

/// What is to become of each record, one at a time.
fn expected(customers: &[Customer], caps: &Caps) -> Vec<(ProfileId, Outcome)> {
    let each = |(id, fields): &Customer| {
        let said = format!("+{id},{}\n", fields[0].1);
        let said = if fields[0].1.as_text() == Some("") { format!("+{id},\n") } else { said };
        let outcome = if said.contains("unfit") {
            Outcome::rejected("unspeakable")
        } else if said.len() > caps.max_bytes {
            Outcome::rejected("the record alone is larger than a request may be")
        } else {
            match fate(&said) {
                Outcome::Rejected { .. } => Outcome::rejected("unwanted"),
                other => other,
            }
        };
        (ProfileId(profile(id).token), outcome)
    };
    customers.iter().map(each).collect()
}

proptest! {
    #[test]
    fn every_record_has_one_outcome_in_order_and_every_request_keeps_the_bounds(customers in customers(), caps in caps()) {
        let mut requests: Vec<Request> = Vec::new();
        let mut seen: Vec<Progress> = Vec::new();
        let receipt = Via::new(Fussy { caps: caps.clone(), silent: 0 }, |request: &Request| {
            requests.push(request.clone());
            echo(request)
        }).send(cleared(&customers).into(), &mut |progress| seen.push(progress)).unwrap();

        let settled: Vec<(ProfileId, Outcome)> = receipt.settled.iter().map(|settled| match &settled.ticket {
            Ticket::Put { profile, .. } => (*profile, settled.outcome.clone()),
            Ticket::Remove { .. } => panic!("nothing was to be taken out"),
        }).collect();
        prop_assert_eq!(&settled, &expected(&customers, &caps));
        prop_assert_eq!(receipt.sent + receipt.failed, customers.len() as u64);
        prop_assert_eq!(receipt.sent as usize, settled.iter().filter(|(_, outcome)| *outcome == Outcome::Delivered).count());
        prop_assert_eq!((receipt.requests, receipt.bytes), (requests.len() as u64, requests.iter().map(|it| it.payload.body.len() as u64).sum()));

        // In order, within the bounds, one record a person, and no idempotency key twice.
        let sendable = |outcome: &Outcome| !matches!(outcome, Outcome::Rejected { reason } if reason.as_str() != "unwanted");
        let lines: String = customers.iter().zip(&settled).filter(|(_, (_, outcome))| sendable(outcome))
            .map(|((id, fields), _)| format!("+{id},{}\n", fields[0].1)).collect();
        let sent: Vec<u8> = requests.iter().flat_map(|request| request.payload.body.clone()).collect();
        prop_assert_eq!(String::from_utf8(sent).unwrap(), lines);
        for request in &requests {
            prop_assert!(request.records <= caps.max_records.max(1) && request.payload.body.len() <= caps.max_bytes);
            let text = std::str::from_utf8(&request.payload.body).unwrap();
            let ids: BTreeSet<&str> = text.lines().map(|line| line.split(',').next().unwrap()).collect();
            prop_assert_eq!((ids.len(), text.lines().count()), (request.records, request.records));
        }
        prop_assert!(seen.windows(2).all(|pair| pair[0].settled < pair[1].settled));
        prop_assert!(seen.len() == requests.len());
    }

    #[test]
    fn a_delivery_that_breaks_off_goes_on_from_its_checkpoint(customers in customers(), caps in caps(), stop in 0_usize..6) {
        let destination = Fussy { caps, silent: 0 };
        let mut first = Engine::new(cleared(&customers).into(), &destination).unwrap();
        for _ in 0..stop {
            let Some(request) = first.request() else { break };
            first.answer(&echo(&request).unwrap());
        }
        // The process ends here, after a request that may or may not have arrived.
        let lost = first.request();
        let broken = first.finish();
        let checkpoint = broken.checkpoint;
        let done = checkpoint.settled as usize;
        prop_assert_eq!(broken.settled.len(), customers.len());
        prop_assert!(done < customers.len() || lost.is_none());

        let mut second = Engine::resume(cleared(&customers).into(), &destination, &checkpoint).unwrap();
        let first_line = |request: Request| request.payload.body.split(|byte| *byte == b'\n').next().map(<[u8]>::to_vec);
        prop_assert_eq!(lost.map(first_line), second.request().map(first_line));
        while let Some(request) = second.request() {
            second.answer(&echo(&request).unwrap());
        }
        let rest = second.finish();
        let whole = expected(&customers, &destination.caps);
        prop_assert_eq!(rest.settled.len() + done, customers.len());
        let outcomes = broken.settled.iter().take(done).chain(&rest.settled).map(|settled| settled.outcome.clone());
        prop_assert_eq!(outcomes.collect::<Vec<_>>(), whole.into_iter().map(|(_, outcome)| outcome).collect::<Vec<_>>());

        // Of other records it is not.
        let mut others = customers.clone();
        others.insert(0, ("u-99".into(), vec![("name", "Ben".into())]));
        let other = Engine::resume(cleared(&others).into(), &destination, &checkpoint);
        prop_assert_eq!(matches!(other, Err(Error::Checkpoint)), done > 0);
    }
}

#[test]
fn a_destination_that_does_not_answer_for_each_record_is_taken_to_have_said_nothing() {
    let mut driver = Via::new(Fussy { silent: 1, ..Fussy::default() }, echo);
    let receipt = driver.deliver(named(&["u-1", "u-2"])).unwrap();
    assert_eq!((receipt.sent, receipt.failed), (0, 2));
    assert!(receipt.settled.iter().all(|it| matches!(it.outcome, Outcome::Retry { .. })));
}

#[test]
fn a_request_that_cannot_be_carried_ends_the_delivery_and_loses_nobody() {
    let caps = Caps { max_records: 1, ..Caps::default() };
    let mut carried = 0;
    let mut driver = Via::new(Fussy { caps, silent: 0 }, |request: &Request| {
        carried += 1;
        if carried == 2 { Err("connection reset") } else { echo(request).map_err(|_| "") }
    });
    let receipt = driver.deliver(named(&["u-1", "u-2", "u-3"])).unwrap();
    let outcomes: Vec<Outcome> = receipt.settled.into_iter().map(|settled| settled.outcome).collect();
    let after = Outcome::retry("not sent, since an earlier request failed");
    assert_eq!(outcomes, [Outcome::Delivered, Outcome::retry("connection reset"), after]);
    assert_eq!(receipt.checkpoint.settled, 1);
    assert_eq!(carried, 2);
}

#[test]
fn one_run_has_the_same_idempotency_keys_and_another_run_has_others() {
    let destination = Fussy::default();
    let key = |work: Work| Engine::new(work, &destination).unwrap().request().unwrap().idempotency;
    let monday = || Work::from(named(&["u-1", "u-2"])).run("monday");
    assert_eq!(key(monday()), key(monday()));
    assert_ne!(key(monday()), key(monday().run("tuesday")));
    assert_ne!(key(monday()), key(Work::from(named(&["u-2", "u-1"])).run("monday")));
    assert_ne!(key(Work::from(named(&["u-1"]))), key(cleared_for("other", &[("u-1".into(), vec![])]).into()));
}

#[test]
fn a_status_says_what_becomes_of_all_records() {
    let of = |status| Response { status, ..Response::default() }.outcome();
    assert_eq!(of(204), Outcome::Delivered);
    assert_eq!(of(429), Outcome::retry("status 429"));
    assert_eq!(of(503), Outcome::retry("status 503"));
    assert_eq!(of(400), Outcome::rejected("status 400"));
    assert_eq!(of(0), Outcome::rejected("status 0"));
}

#[test]
fn nothing_of_a_person_shows_in_debug() {
    let destination = Fussy::default();
    let mut engine =
        Engine::new(cleared(&[("u-1".into(), vec![("name", "Ada".into())])]).into(), &destination).unwrap();
    let request = engine.request().unwrap();
    let shown = format!("{engine:?} {request:?}");
    engine.answer(&echo(&request).unwrap());
    let shown = format!("{shown} {:?}", engine.finish());
    assert!(!shown.contains("Ada") && !shown.contains("u-1"), "{shown}");
}

#[test]
fn an_empty_delivery_is_a_delivery() {
    let receipt = Via::new(Fussy::default(), echo).deliver(named(&[])).unwrap();
    assert_eq!((receipt.sent, receipt.failed, receipt.requests), (0, 0, 0));
    let other = {
        let mut other = receipt.checkpoint;
        other.settled = 1;
        other
    };
    assert!(matches!(Engine::resume(named(&[]).into(), &Fussy::default(), &other), Err(Error::Checkpoint)));
}
