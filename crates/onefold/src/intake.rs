//! Intake: records in, a tally out, and nothing lost in between.
//!
//! Per record: receive (schema, limits, clock), suppressed?, seen before? What remains is appended to the log in
//! durable batches, and only then folded into the state: nothing is visible before it is durable.

use std::collections::HashMap;
use std::sync::Arc;

use crate::consent::Suppressed;
use crate::index::Standing;
use crate::model::{
    ContentHash, Draft, Entry, Event, EventId, Identifier, Issue, Member, Parsed, Pii, Position, Quarantined, Schema,
    Tally, Text, Time, Value,
};
use crate::platform::LATEST;
use crate::{Error, Platform};

/// How many records one durable batch holds.
const BATCH: usize = 1_000;

/// What is not as it should be in the records of one source, by code and path.
pub type Notes = std::collections::BTreeMap<(Text, Text), u64>;

/// A record that the schema has checked.
enum Received {
    Event(Event, Vec<Issue>),
    /// What is wrong with it, and the identifiers that it names all the same.
    Refused(Quarantined, Vec<Identifier>),
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
                    if self.stage_event(event, &mut tally, &mut staged) {
                        let counts = staged.notes.entry(source).or_default();
                        for note in notes {
                            *counts.entry((note.code, note.path)).or_default() += 1;
                        }
                    }
                }
                Received::Refused(record, named) => {
                    if self.consent.suppressed(&named) == Suppressed::Whole {
                        self.stage_turned_away(record.event.unwrap_or(record.id), &mut tally, &mut staged);
                    } else if self.index.is_quarantined(record.id) || staged.quarantined.contains(&record.id) {
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
        self.commit(staged.entries)?;
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

    fn stage_turned_away(&self, id: EventId, tally: &mut Tally, staged: &mut Staged) {
        if self.index.was_turned_away(id) || !staged.turned_away.insert(id) {
            tally.duplicate += 1;
        } else {
            tally.suppressed += 1;
            staged.entries.push(Entry::TurnedAway(id));
        }
    }

    /// Decides on a record; whether it will be logged.
    fn stage_event(&self, mut event: Event, tally: &mut Tally, staged: &mut Staged) -> bool {
        // A copy of what was accepted brings nothing in, whoever has been suppressed since.
        if self.index.standing(&event) == Standing::Copy {
            tally.duplicate += 1;
            return false;
        }
        let named: Vec<Identifier> = event.who.iter().chain(&event.previous).chain(&event.blocked).cloned().collect();
        match self.consent.suppressed(&named) {
            Suppressed::No => {}
            Suppressed::Whole => {
                self.stage_turned_away(event.id, tally, staged);
                return false;
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
                return false;
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
        true
    }

    /// Takes suppressed identifiers out of a record that also speaks of others: out of those it names, and every value
    /// in which one of them stands, at any depth, alone or as a word of a text.
    fn redact(&self, event: &mut Event, parts: &[Member]) {
        event.who = event.who.iter().filter(|it| !parts.contains(&it.member())).cloned().collect();
        event.blocked = event.blocked.iter().filter(|it| !parts.contains(&it.member())).cloned().collect();
        event.previous.take_if(|it| parts.contains(&it.member()));
        event.choices = event.choices.iter().filter(|it| !parts.contains(&it.on)).cloned().collect();
        let names = |value: &Value| self.names(value, parts);
        event.traits = event.traits.iter().filter(|(_, value)| !names(value)).cloned().collect();
        event.properties = event.properties.iter().filter(|(_, value)| !names(value)).cloned().collect();
        event.extras = event.extras.iter().filter(|(_, value)| !names(value)).cloned().collect();
        event.context = event.context.iter().filter(|(_, value)| !names(value)).cloned().collect();
    }

    fn names(&self, value: &Value, parts: &[Member]) -> bool {
        let is_one = |text: &str| {
            parts.iter().any(|part| self.schema.identify(part.kind, text).is_ok_and(|it| it.member() == *part))
        };
        match value {
            Value::Text(text) => {
                let between = |letter: char| letter.is_whitespace() || "<>()[]{}\"',;:?&=".contains(letter);
                is_one(text) || text.split(between).any(|word| is_one(word.trim_matches(['.', '!'])))
            }
            Value::Int(number) => is_one(&number.to_string()),
            Value::List(items) => items.iter().any(|item| self.names(item, parts)),
            Value::Map(pairs) => pairs.iter().any(|(name, item)| is_one(name) || self.names(item, parts)),
            _ => false,
        }
    }

    /// Appends durably, then folds. Time that was told since the last entry goes first.
    pub(crate) fn commit(&mut self, mut entries: Vec<Entry>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        if self.now > self.logged {
            entries.insert(0, Entry::Tick(self.now));
        }
        let first = self.journal.append(&entries)?;
        for (nth, entry) in (0..).zip(&entries) {
            self.fold(Position(first.0 + nth), entry);
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

fn receive(schema: &Schema, parsed: Parsed, now: Time) -> Received {
    match parsed {
        Parsed::Draft(draft) => {
            let draft = if draft.schema().is(schema) { *draft } else { foreign(schema, *draft) };
            let mut notes = Vec::new();
            match draft.receive_noting(now, &mut notes) {
                Ok(event) if event.times.received > LATEST => {
                    let issue = Issue::new("bad_reception", "received", "no clock shows so late a time");
                    refused(schema, &draft, issue, now)
                }
                Ok(event) => Received::Event(event, notes),
                Err(issue) => refused(schema, &draft, issue, now),
            }
        }
        Parsed::Quarantined { issue, import, raw, nth, received } => {
            let id = schema.row_id("quarantine", &import, raw.reveal(), nth);
            let received = received.unwrap_or(now);
            Received::Refused(Quarantined { id, event: None, import, issue, raw, received }, Vec::new())
        }
    }
}

/// A draft in the words of another schema, such as that of a platform that was opened before: its names are resolved
/// anew. One of another tenant has ids that mean nothing here.
fn foreign(schema: &Schema, draft: Draft) -> Draft {
    if draft.schema().key_fingerprint() == schema.key_fingerprint() {
        return draft.rebound(schema);
    }
    draft.fault(Issue::new("other_key", "", "the record was drafted with another tenant's schema")).rebound(schema)
}

fn refused(schema: &Schema, draft: &Draft, issue: Issue, now: Time) -> Received {
    let raw = draft.to_raw();
    // Equal rows of one import differ in the event that each would have been.
    let mut content = raw.to_vec();
    content.extend(draft.id().map(|id| id.0).unwrap_or_default());
    let record = Quarantined {
        id: schema.row_id("quarantine", draft.import_name(), &content, 0),
        event: draft.id(),
        import: draft.import_name().into(),
        issue,
        raw: Pii::new(raw),
        received: draft.received_at().unwrap_or(now).min(LATEST),
    };
    Received::Refused(record, draft.identifiers())
}

/// What stands for a quarantined record in the digest.
pub(crate) fn content_of(schema: &Schema, record: &Quarantined) -> ContentHash {
    schema.content_hash(record.raw.reveal())
}
