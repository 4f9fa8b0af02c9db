//! The delivery engine: from work to requests to outcomes, without any I/O.
//!
//! It is asked for the next [`Request`], and told the [`Response`]; who carries the one there and the other back, over
//! which wire and in which runtime, it does not know. So it can be tested by a loop, and used from any.
//!
//! A request is a run of consecutive records, as long as the destination's bounds allow and without two records of one
//! key, so that the order a person's records stand in is the order in which they arrive. The size of a payload is known
//! only once it is encoded: a run that turns out too large is halved, and the next one starts from what fitted.
//!
//! This is its first form: one request at a time, each answered once. Whatever asks for another try is told so in the
//! receipt. What is absent is named at the head of the crate.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use onefold_model::Text;

use crate::digest::Digest;
use crate::work::Identity;
use crate::{
    Caps, Checkpoint, Destination, Error, Outcome, Payload, Progress, Receipt, Record, Response, Settled, Ticket, Work,
};

/// What is to be carried to the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The same whenever the same records are sent in the same run: a destination that has seen it does nothing.
    pub idempotency: Text,
    /// How many records it carries.
    pub records: usize,
    /// Its content.
    pub payload: Payload,
}

/// Delivers work to a destination, one request at a time.
///
/// ```
/// # #[cfg(feature = "json")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use onefold_consent::{Basis, Batch, Cleared, Consent, Keep, Person, Policy, Recipient, Row};
/// # use onefold_model::{Kind, ProfileId, Schema, Time};
/// use onefold_export::{Engine, Ndjson, Response};
/// # fn cleared() -> Result<Cleared<Batch>, Box<dyn std::error::Error>> {
/// #     let schema = Schema::builder().kind(Kind::person("user_id")).purpose("shipping").build([7; 32].into())?;
/// #     let carrier = Recipient::new("carrier", "shipping").require("user_id", Keep::Plain);
/// #     let policy = Policy::builder().purpose("shipping", Basis::Contract).recipient(carrier).build(&schema)?;
/// #     let ada = [schema.identifier("user_id", "u-1")?.member()];
/// #     let person = Person::new(ProfileId(ada[0].token), &ada);
/// #     let row = Row { person, fields: vec![("user_id".into(), "u-1".into())] };
/// #     Ok(Consent::new(policy).clear("carrier", [row], Time(0))?.0)
/// # }
///
/// let destination = Ndjson::default();
/// let mut engine = Engine::new(cleared()?.into(), &destination)?;
/// while let Some(request) = engine.request() {
///     assert_eq!(request.payload.body, b"{\"user_id\":\"u-1\"}\n"); // carry it there, and come back with what was said
///     engine.answer(&Response::OK);
/// }
/// assert_eq!(engine.finish().sent, 1);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "json"))]
/// # fn main() {}
/// ```
pub struct Engine<'d> {
    work: Work,
    destination: &'d dyn Destination,
    caps: Caps,
    // INVARIANT: the first `done` records have an outcome, and no others.
    outcomes: Vec<Outcome>,
    skipped: usize,
    digest: Digest,
    /// Where it broke off, if it did.
    broken: Option<Checkpoint>,
    pending: Option<Pending>,
    /// How many records the last request held: where the next one starts from.
    fitted: usize,
    requests: u64,
    bytes: u64,
}

/// Records that could not be encoded, by their place in the work.
type Unfitting = Vec<(usize, Outcome)>;
/// These, and the payload of the others with their number.
type Encoded = (Unfitting, Option<(Payload, usize)>);

/// A run of records on its way. Those that could not be encoded have their outcome already.
struct Pending {
    run: Range<usize>,
    unfit: Unfitting,
    request: Option<Request>,
}

impl fmt::Debug for Engine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("destination", &self.destination.name())
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}

impl<'d> Engine<'d> {
    /// Begins a delivery.
    ///
    /// # Errors
    /// [`Error::Removals`] where the work takes persons out and the destination cannot.
    pub fn new(work: Work, destination: &'d dyn Destination) -> Result<Self, Error> {
        let mut caps = destination.caps();
        if work.removals() > 0 && !caps.removals {
            return Err(Error::Removals(destination.name().into()));
        }
        caps.max_records = caps.max_records.max(1);
        caps.key = work.key_field().map(Text::from).or(caps.key);
        let fitted = caps.max_records;
        Ok(Self {
            work,
            destination,
            caps,
            outcomes: Vec::new(),
            skipped: 0,
            digest: Digest::EMPTY,
            broken: None,
            pending: None,
            fitted,
            requests: 0,
            bytes: 0,
        })
    }

    /// Goes on with a delivery that broke off. Records settled before the checkpoint are not sent again, and the receipt
    /// speaks of the others.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] where the work begins with other records than those that were settled; or as
    /// [`new`](Self::new).
    pub fn resume(work: Work, destination: &'d dyn Destination, checkpoint: &Checkpoint) -> Result<Self, Error> {
        let mut engine = Self::new(work, destination)?;
        let skipped = usize::try_from(checkpoint.settled).map_err(|_| Error::Checkpoint)?;
        if skipped > engine.work.len() {
            return Err(Error::Checkpoint);
        }
        for at in 0..skipped {
            engine.pass(at);
        }
        engine.skipped = skipped;
        if engine.checkpoint() == *checkpoint { Ok(engine) } else { Err(Error::Checkpoint) }
    }

    /// The next request; none when every record has its outcome. Asked again before an answer, it gives the same.
    pub fn request(&mut self) -> Option<Request> {
        loop {
            if let Some(Pending { request: Some(request), .. }) = &self.pending {
                return Some(request.clone());
            }
            if self.done() >= self.work.len() {
                return None;
            }
            let pending = self.prepare();
            match &pending.request {
                Some(_) => self.pending = Some(pending),
                // Nothing of the run can be said: it is settled without a request.
                None => self.settle(pending, Vec::new()),
            }
        }
    }

    /// What came back for the request.
    pub fn answer(&mut self, response: &Response) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let Some(request) = &pending.request else {
            return;
        };
        let mut outcomes = self.destination.decode(request.records, response);
        if outcomes.len() != request.records {
            outcomes = vec![Outcome::retry("the destination did not say what became of each record"); request.records];
        }
        self.requests += 1;
        self.bytes += request.payload.body.len() as u64;
        self.settle(pending, outcomes);
    }

    /// The request could not be carried there, or no answer came back. Its records and all that follow are to be tried
    /// again; nothing more is sent.
    pub fn fail(&mut self, reason: &str) {
        self.broken = Some(self.checkpoint());
        if let Some(pending) = self.pending.take() {
            let records = pending.request.as_ref().map_or(0, |request| request.records);
            self.settle(pending, vec![Outcome::retry(reason); records]);
        }
        while self.done() < self.work.len() {
            self.pass(self.done());
            self.outcomes.push(Outcome::retry("not sent, since an earlier request failed"));
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress { settled: self.done() as u64, of: self.work.len() as u64, requests: self.requests, bytes: self.bytes }
    }

    /// How far it has come, to go on from another time. Records of which the destination itself asked for another try
    /// count as settled; those that a failure left unsent do not.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        if let Some(broken) = self.broken {
            return broken;
        }
        let halves = ((self.digest.0 >> 64) as u64, self.digest.0 as u64);
        Checkpoint { settled: self.done() as u64, digest: halves }
    }

    /// The receipt. Records without an outcome, where the delivery was not carried to its end, are to be tried again.
    pub fn finish(mut self) -> Receipt {
        if self.done() < self.work.len() {
            self.fail("not answered");
        }
        let checkpoint = self.checkpoint();
        let key = self.caps.key.clone();
        let tickets = (self.skipped..).map_while(|at| self.work.ticket(at, key.as_deref()));
        let settled: Vec<Settled> =
            tickets.zip(self.outcomes).map(|(ticket, outcome)| Settled { ticket, outcome }).collect();
        let sent = settled.iter().filter(|settled| settled.outcome == Outcome::Delivered).count() as u64;
        Receipt {
            sent,
            failed: settled.len() as u64 - sent,
            kept: self.work.kept(),
            requests: self.requests,
            bytes: self.bytes,
            settled,
            checkpoint,
        }
    }

    fn done(&self) -> usize {
        self.skipped + self.outcomes.len()
    }

    fn ticket(&self, at: usize) -> Option<Ticket> {
        self.work.ticket(at, self.caps.key.as_deref())
    }

    /// Takes a record into the digest of what is settled.
    fn pass(&mut self, at: usize) {
        if let Some(ticket) = self.ticket(at) {
            self.digest = ticket.digest(self.digest);
        }
    }

    fn settle(&mut self, pending: Pending, outcomes: Vec<Outcome>) {
        let mut unfit = pending.unfit;
        unfit.sort_by_key(|(at, _)| *at);
        let (mut unfit, mut outcomes) = (unfit.into_iter().peekable(), outcomes.into_iter());
        for at in pending.run {
            let outcome = match unfit.next_if(|(place, _)| *place == at) {
                Some((_, outcome)) => Some(outcome),
                None => outcomes.next(),
            };
            self.pass(at);
            self.outcomes.push(outcome.unwrap_or_else(|| Outcome::retry("not answered")));
        }
    }

    /// The longest run from the first unsettled record that holds no key twice.
    fn run(&self, longest: usize) -> Range<usize> {
        let first = self.done();
        let end = self.work.len().min(first.saturating_add(longest));
        let tickets: Vec<Ticket> = (first..end).map_while(|at| self.ticket(at)).collect();
        let mut seen: BTreeSet<Identity<'_>> = BTreeSet::new();
        let alone = tickets.iter().take_while(|ticket| seen.insert(ticket.identity())).count();
        first..first + alone
    }

    fn prepare(&mut self) -> Pending {
        // What fitted last time, and some more, so that small records after large ones fill their requests again.
        let mut longest = self.fitted.saturating_mul(2).clamp(1, self.caps.max_records);
        loop {
            let run = self.run(longest);
            let (unfit, encoded) = self.encode(run.clone());
            match encoded {
                Some((payload, _)) if payload.body.len() > self.caps.max_bytes && run.len() > 1 => {
                    longest = run.len() / 2
                }
                Some((payload, _)) if payload.body.len() > self.caps.max_bytes => {
                    let reason = Outcome::rejected("the record alone is larger than a request may be");
                    let unfit = run.clone().map(|at| (at, reason.clone())).collect();
                    return Pending { run, unfit, request: None };
                }
                Some((payload, records)) => {
                    self.fitted = run.len();
                    let idempotency = self.name(&run, &payload);
                    return Pending { run, unfit, request: Some(Request { idempotency, records, payload }) };
                }
                None => {
                    return Pending { run, unfit, request: None };
                }
            }
        }
    }

    /// Encodes a run without those of its records that the format cannot express, and counts the rest.
    fn encode(&self, run: Range<usize>) -> Encoded {
        let mut unfit = Vec::new();
        let mut places = Vec::new();
        for at in run {
            // Whoever keeps an audience must be able to take out again whom it put in.
            match self.ticket(at) {
                Some(Ticket::Put { key: None, .. }) if self.work.is_difference() => {
                    unfit.push((at, Outcome::rejected("the record has no key")));
                }
                _ => places.push(at),
            }
        }
        while !places.is_empty() {
            let records: Vec<Record<'_>> = places.iter().filter_map(|at| self.work.record(*at)).collect();
            match self.destination.encode(&records) {
                Ok(payload) => return (unfit, Some((payload, records.len()))),
                Err(fault) => {
                    // A place that does not exist would be looked for without end: then the first is meant.
                    let nth = if fault.record < places.len() { fault.record } else { 0 };
                    unfit.push((places.remove(nth), Outcome::Rejected { reason: fault.reason }));
                }
            }
        }
        (unfit, None)
    }

    fn name(&self, run: &Range<usize>, payload: &Payload) -> Text {
        let who = [self.destination.name(), self.work.recipient(), self.work.run_name()];
        let digest = who.iter().fold(Digest::EMPTY, |digest, part| digest.with(part.as_bytes()));
        let digest = run.clone().filter_map(|at| self.ticket(at)).fold(digest, |digest, ticket| ticket.digest(digest));
        format!("{:032x}", digest.with(&payload.body).0).into()
    }
}
