//! Intake: records in, a tally out, and nothing lost in between.
//!
//! Per record: receive (schema, limits, clock), suppressed?, seen before? What remains is appended to the log in
//! durable batches, and only then folded into the state: nothing is visible before it is durable.

use std::collections::HashMap;
use std::sync::Arc;

use crate::consent::Suppressed;
use crate::index::Standing;
use crate::model::{
    ContentHash, Draft, Entry, Event, EventId, Issue, Member, Parsed, Pii, Position, Quarantined, Tally, Text, Time,
    Value,
};
use crate::{Error, Platform};

/// How many records one durable batch holds.
const BATCH: usize = 1_000;

/// What is not as it should be in the records of one source, by code and path.
pub type Notes = std::collections::BTreeMap<(Text, Text), u64>;

/// A record that the schema has checked.
enum Received {
    Event(Event, Vec<Issue>),
    Refused(Quarantined),
}

impl Platform {
    /// Takes records in: drafts, or whatever a reader of `onefold::ingest` yields. Every one is accounted for.
    ///
    /// Records without a time of reception are received now. A record that says it was received later moves the
    /// platform's clock there, and the timers that are due before it fire first.
    ///
    /// # Errors
    /// Where the log fails. What was acknowledged before is kept, and the failed batch has changed nothing: feed the
    /// records again, those that made it are duplicates.
    pub fn ingest<P: Into<Parsed>>(&mut self, records: impl IntoIterator<Item = P>) -> Result<Tally, Error> {
        let now = self.now;
        let mut tally = Tally::default();
        let mut records = records.into_iter().map(Into::into);
        loop {
            let batch: Vec<Parsed> = records.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            let received = self.receive(batch, now);
            tally += self.take_in(received)?;
        }
        self.settle()?;
        Ok(tally)
    }

    /// Receiving asks the schema alone, so the records of a batch can be received side by side.
    fn receive(&self, batch: Vec<Parsed>, now: Time) -> Vec<Received> {
        let one = |parsed: Parsed| receive(&self.schema, parsed, now);
        #[cfg(feature = "parallel")]
        if let Some(pool) = &self.pool {
            use rayon::prelude::*;
            return pool.install(|| batch.into_par_iter().map(one).collect());
        }
        batch.into_iter().map(one).collect()
    }

    fn take_in(&mut self, batch: Vec<Received>) -> Result<Tally, Error> {
        let mut tally = Tally { received: batch.len() as u64, ..Tally::default() };
        let mut staged = Staged::default();
        for record in batch {
            match record {
                Received::Event(event, notes) => {
                    let source = event.source;
                    self.stage_event(event, &mut tally, &mut staged);
                    let counts = staged.notes.entry(source).or_default();
                    for note in notes {
                        *counts.entry((note.code, note.path)).or_default() += 1;
                    }
                }
                Received::Refused(record) => {
                    if self.index.is_quarantined(record.id) || staged.quarantined.contains(&record.id) {
                        tally.duplicate += 1;
                    } else {
                        tally.quarantined += 1;
                        staged.quarantined.insert(record.id);
                        *staged.refused.entry(record.issue.code.clone()).or_default() += 1;
                        staged.entries.push(Entry::Quarantined(record));
                    }
                }
            }
        }
        self.commit(&staged.entries)?;
        for (source, counts) in staged.notes {
            let kept = self.notes.entry(source).or_default();
            for (key, count) in counts {
                *kept.entry(key).or_default() += count;
            }
        }
        for (code, count) in staged.refused {
            *self.refused.entry(code).or_default() += count;
        }
        Ok(tally)
    }

    fn stage_event(&self, mut event: Event, tally: &mut Tally, staged: &mut Staged) {
        match self.consent.suppressed(&event.who) {
            Suppressed::No => {}
            Suppressed::Whole => {
                if self.index.was_turned_away(event.id) || !staged.turned_away.insert(event.id) {
                    tally.duplicate += 1;
                } else {
                    tally.suppressed += 1;
                    staged.entries.push(Entry::TurnedAway(event.id));
                }
                return;
            }
            Suppressed::Parts(parts) => self.redact(&mut event, &parts),
        }
        // The standing within a batch takes what the batch has staged into account.
        let standing = match staged.variants.get(&event.id) {
            None => (self.index.standing(&event), self.index.has_content(&event)),
            Some(before) => standing_among(&self.index, before, &event),
        };
        match standing {
            (Standing::Copy, _) => {
                tally.duplicate += 1;
                return;
            }
            (Standing::New, _) => tally.accepted += 1,
            (Standing::EarlierCopy, _) | (Standing::Winner, true) => tally.duplicate += 1,
            (Standing::Loser | Standing::Winner, _) => {
                tally.quarantined += 1;
                *staged.refused.entry(Text::from("conflict")).or_default() += 1;
            }
        }
        let event = Arc::new(event);
        staged.variants.entry(event.id).or_default().push(Arc::clone(&event));
        staged.entries.push(Entry::Event(event));
    }

    /// Takes suppressed identifiers out of a record that also speaks of others: out of those it names, and out of
    /// every text in which one of them stands.
    fn redact(&self, event: &mut Event, parts: &[Member]) {
        event.who = event.who.iter().filter(|it| !parts.contains(&it.member())).cloned().collect();
        event.choices = event.choices.iter().filter(|it| !parts.contains(&it.on)).cloned().collect();
        let names = |value: &Value| {
            let Value::Text(text) = value else { return false };
            parts.iter().any(|part| self.schema.identify(part.kind, text).is_ok_and(|it| it.member() == *part))
        };
        event.traits = event.traits.iter().filter(|(_, value)| !names(value)).cloned().collect();
        event.properties = event.properties.iter().filter(|(_, value)| !names(value)).cloned().collect();
        event.extras = event.extras.iter().filter(|(_, value)| !names(value)).cloned().collect();
        event.context = event.context.iter().filter(|(_, value)| !names(value)).cloned().collect();
    }

    /// Appends durably, then folds.
    pub(crate) fn commit(&mut self, entries: &[Entry]) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let first = self.journal.append(entries)?;
        for (nth, entry) in (0..).zip(entries) {
            self.fold(Position(first.0 + nth), entry);
        }
        Ok(())
    }

    /// Ends an intake: timers that are due now fire, and the log knows that they did.
    fn settle(&mut self) -> Result<(), Error> {
        if self.journal.end() > self.settled || self.next_change() <= self.now {
            self.commit(&[Entry::Tick(self.now)])?;
            self.settled = self.journal.end();
        }
        Ok(())
    }
}

/// What a batch will append, and what it must know of itself.
#[derive(Default)]
struct Staged {
    entries: Vec<Entry>,
    variants: HashMap<EventId, Vec<Arc<Event>>>,
    quarantined: std::collections::HashSet<EventId>,
    turned_away: std::collections::HashSet<EventId>,
    notes: std::collections::BTreeMap<crate::model::SourceId, Notes>,
    refused: std::collections::BTreeMap<Text, u64>,
}

/// The standing of a record whose id came earlier in the same batch.
fn standing_among(index: &crate::index::Index, before: &[Arc<Event>], event: &Event) -> (Standing, bool) {
    let live = before.iter().map(|it| it.precedence()).min();
    let in_log = index.standing(event);
    let seen = index.has_content(event) || before.iter().any(|it| it.content == event.content);
    let beats_staged = live.is_none_or(|live| event.precedence() < live);
    let beats_all = beats_staged && !matches!(in_log, Standing::Copy | Standing::Loser);
    let standing = match (beats_all, seen) {
        (false, true) => Standing::Copy,
        (false, false) => Standing::Loser,
        (true, _) if live.is_some_and(|live| live.1 == event.content) => Standing::EarlierCopy,
        (true, _) => Standing::Winner,
    };
    (standing, seen)
}

fn receive(schema: &crate::model::Schema, parsed: Parsed, now: Time) -> Received {
    match parsed {
        Parsed::Draft(draft) => {
            let mut notes = Vec::new();
            match draft.receive_noting(now, &mut notes) {
                Ok(event) => Received::Event(event, notes),
                Err(issue) => Received::Refused(refused(schema, &draft, issue, now)),
            }
        }
        Parsed::Quarantined { issue, import, raw, nth, received } => {
            let id = schema.row_id("quarantine", &import, raw.reveal(), nth);
            Received::Refused(Quarantined { id, event: None, import, issue, raw, received: received.unwrap_or(now) })
        }
    }
}

fn refused(schema: &crate::model::Schema, draft: &Draft, issue: Issue, now: Time) -> Quarantined {
    let raw = draft.to_raw();
    // Equal rows of one import differ in the event that each would have been.
    let mut content = raw.to_vec();
    content.extend(draft.id().map(|id| id.0).unwrap_or_default());
    Quarantined {
        id: schema.row_id("quarantine", draft.import_name(), &content, 0),
        event: draft.id(),
        import: draft.import_name().into(),
        issue,
        raw: Pii::new(raw),
        received: draft.received_at().unwrap_or(now),
    }
}

/// What stands for a quarantined record in the digest.
pub(crate) fn content_of(schema: &crate::model::Schema, record: &Quarantined) -> ContentHash {
    schema.content_hash(record.raw.reveal())
}
