//! The platform: defined, opened, fed, advanced, asked.

use std::collections::{BTreeMap, BTreeSet};
#[cfg(feature = "redb")]
use std::path::Path;

use crate::consent::{Consent, Policy};
use crate::feed::Feed;
use crate::identity::{Graph, Rules};
use crate::index::Index;
use crate::intake::Notes;
use crate::model::{
    Change, Class, Cursor, Draft, Entry, Event, EventId, Identifier, Issue, Member, Members, Pii, Position, ProfileId,
    Quarantined, Retraction, Ruling, Schema, SegmentId, SourceId, Text, Time, Word,
};
use crate::person::Person;
use crate::profile::Profiles;
use crate::segment::{Definitions, Live};
#[cfg(feature = "redb")]
use crate::store::Keys;
use crate::store::{Journal, Log, Memory};
use crate::view::{Circumstances, View};
use crate::{Error, index};

/// What a platform is made of, before it is opened.
///
/// Definitions come first, since opening replays the log through them.
pub struct Builder {
    schema: Schema,
    rules: Rules,
    segments: Option<Definitions>,
    policy: Option<Policy>,
    keep_changes: usize,
    #[cfg(feature = "parallel")]
    pool: Option<std::sync::Arc<rayon::ThreadPool>>,
}

impl Builder {
    /// The rules of identity.
    #[must_use]
    pub fn identity(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The segments.
    #[must_use]
    pub fn segments(self, segments: Definitions) -> Self {
        Self { segments: Some(segments), ..self }
    }

    /// The policy of consent. Without one nothing may leave, and devices that need a purpose are never linked.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// How many changes the feed keeps; by default a million.
    #[must_use]
    pub fn keep_changes(self, keep_changes: usize) -> Self {
        Self { keep_changes, ..self }
    }

    /// The pool in which records are received side by side. The state is the same with any number of threads.
    #[cfg(feature = "parallel")]
    #[must_use]
    pub fn pool(self, pool: std::sync::Arc<rayon::ThreadPool>) -> Self {
        Self { pool: Some(pool), ..self }
    }

    /// Opens the store in a directory, or begins one, and replays it. One process at a time may have it open.
    ///
    /// # Errors
    /// [`Error::Store`] where the directory is in use, damaged, of another format or another key, or speaks of
    /// something that the schema no longer declares.
    #[cfg(feature = "redb")]
    pub fn open(self, directory: impl AsRef<Path>, keys: impl Keys, now: Time) -> Result<Platform, Error> {
        let tokens = keys.tokens();
        if tokens.fingerprint() != self.schema.key_fingerprint() {
            return Err(Error::OtherKey);
        }
        let log = crate::store::Redb::open(directory.as_ref(), tokens.fingerprint())?;
        self.log(Box::new(log), now)
    }

    /// A platform that lasts as long as the process: for tests and trials.
    ///
    /// # Errors
    /// None today; the signature is that of [`open`](Self::open).
    pub fn in_memory(self, now: Time) -> Result<Platform, Error> {
        self.log(Box::new(Memory::default()), now)
    }

    /// Opens on the application's own log, and replays it.
    ///
    /// # Errors
    /// [`Error::Store`] where the log cannot be read.
    pub fn log(self, log: Box<dyn Log>, now: Time) -> Result<Platform, Error> {
        let schema = self.schema;
        let policy = match self.policy {
            Some(policy) => policy,
            None => Policy::builder().build(&schema)?,
        };
        let mut platform = Platform {
            journal: Journal::new(log, schema.clone()),
            index: Index::default(),
            consent: Consent::new(policy),
            graph: Graph::new(&schema, self.rules),
            profiles: Profiles::new(&schema),
            live: Live::new(self.segments.unwrap_or_default()),
            feed: Feed::new(self.keep_changes),
            circumstances: Circumstances::of(&schema),
            notes: BTreeMap::new(),
            refused: BTreeMap::new(),
            logged: Time::MIN,
            now: Time::MIN,
            #[cfg(feature = "parallel")]
            pool: self.pool,
            schema,
        };
        platform.replay()?;
        // What was due while nobody looked happens now, each at its own instant.
        platform.advance(now)?;
        Ok(platform)
    }
}

/// The customer data platform. `Send + Sync`: share it as `Arc<RwLock<Platform>>`.
pub struct Platform {
    pub(crate) schema: Schema,
    pub(crate) journal: Journal,
    pub(crate) index: Index,
    pub(crate) consent: Consent,
    pub(crate) graph: Graph,
    pub(crate) profiles: Profiles,
    pub(crate) live: Live,
    pub(crate) feed: Feed,
    pub(crate) circumstances: Circumstances,
    pub(crate) notes: BTreeMap<SourceId, Notes>,
    pub(crate) refused: BTreeMap<Text, u64>,
    pub(crate) now: Time,
    /// The instant that the log knows. Time that was told and changed nothing is logged with the next entry.
    pub(crate) logged: Time,
    #[cfg(feature = "parallel")]
    pub(crate) pool: Option<std::sync::Arc<rayon::ThreadPool>>,
}

/// No clock shows a later time: the end of the year 9999.
pub(crate) const LATEST: Time = Time(253_402_300_799_000_000);

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Platform>();
};

impl Platform {
    /// Begins a definition.
    #[must_use]
    pub fn define(schema: Schema) -> Builder {
        Builder {
            schema,
            rules: Rules::default(),
            segments: None,
            policy: None,
            keep_changes: 1_000_000,
            #[cfg(feature = "parallel")]
            pool: None,
        }
    }

    fn replay(&mut self) -> Result<(), Error> {
        // The fold needs the whole platform, the reading the journal alone: take it out for the time of reading.
        let journal = std::mem::replace(&mut self.journal, Journal::new(Memory::default(), self.schema.clone()));
        let read = journal.replay(Position(1), |position, entry| {
            self.fold(position, &entry);
            Ok::<(), crate::store::Error>(())
        });
        self.journal = journal;
        Ok(read?)
    }

    /// Moves time on: every timer due at or before `to` fires at its own instant. Returns how many changes there were.
    /// A `to` that is not later than now changes nothing, so a clock that jumps back fires nothing twice. Where nothing
    /// is due nothing is written, so calling it every second costs nothing.
    ///
    /// # Errors
    /// Where the log fails; then time has not moved.
    pub fn advance(&mut self, to: Time) -> Result<usize, Error> {
        let to = to.min(LATEST).max(self.now);
        let before = self.feed.stamped();
        if self.next_change() <= to {
            self.commit(vec![Entry::Tick(to)])?;
        }
        self.now = to;
        Ok(self.feed.stamped() - before)
    }

    /// Fires what is due at this very instant, after an entry that was applied at it.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        if self.next_change() <= self.now { self.commit(vec![Entry::Tick(self.now)]) } else { Ok(()) }
    }

    /// The present, as it was told.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// The next instant at which something changes by time alone, if any does: when to call
    /// [`advance`](Self::advance) next.
    #[must_use]
    pub fn next_due(&self) -> Option<Time> {
        Some(self.next_change()).filter(|due| *due < Time::MAX)
    }

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The segments' definitions.
    #[must_use]
    pub fn definitions(&self) -> &Definitions {
        self.live.definitions()
    }

    /// The clusters: links, cuts, generic values, explanations.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The profiles of persons, and of households and accounts.
    #[must_use]
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// The ledger and the policy.
    #[must_use]
    pub fn consent(&self) -> &Consent {
        &self.consent
    }

    /// Begins a record.
    #[must_use]
    pub fn draft(&self, source: &str, what: &str) -> Draft {
        self.schema.draft(source, what)
    }

    /// The person with an identifier.
    ///
    /// # Errors
    /// For a kind that nobody declared, or a value without a canonical form.
    pub fn find(&self, kind: &str, raw: &str) -> Result<Option<Person<'_>>, Error> {
        let member = self.schema.identifier(kind, raw)?.member();
        Ok(self.graph.profile(member).and_then(|id| self.person(id)))
    }

    /// The person with a profile id: also one of long ago, which is looked up to the cluster that its node is in now.
    #[must_use]
    pub fn person(&self, id: ProfileId) -> Option<Person<'_>> {
        let id = self.graph.current(id)?;
        self.profiles.get(id).map(|profile| Person { shop: self, profile, id })
    }

    /// All persons, in the order of their ids.
    pub fn persons(&self) -> impl Iterator<Item = Person<'_>> + '_ {
        self.profiles.ids().filter_map(|id| self.profiles.get(id).map(|profile| Person { shop: self, profile, id }))
    }

    // ------------------------------------------------------------ segments and changes

    /// The changes after a cursor, in the order of the log. Keep the last one's cursor, and go on from there.
    ///
    /// # Errors
    /// [`Error::CursorTooOld`] where the feed no longer reaches back that far.
    pub fn changes(&self, since: Cursor) -> Result<impl Iterator<Item = &Change> + '_, Error> {
        self.feed.since(since)
    }

    /// The name of a segment.
    #[must_use]
    pub fn name(&self, segment: SegmentId) -> &str {
        self.live.definitions().name(segment)
    }

    /// The id of a segment.
    ///
    /// # Errors
    /// [`crate::model::Error::Unknown`] with a suggestion.
    pub fn segment(&self, name: &str) -> Result<SegmentId, Error> {
        let definitions = self.live.definitions();
        definitions.id(name).ok_or_else(|| {
            crate::model::Error::unknown("segment", name, definitions.ids().map(|id| definitions.name(id))).into()
        })
    }

    /// The members of a segment now, in the order of their ids.
    ///
    /// # Errors
    /// For a segment that is not defined.
    pub fn members(&self, segment: &str) -> Result<impl Iterator<Item = ProfileId> + '_, Error> {
        Ok(self.live.members(self.segment(segment)?))
    }

    /// The sizes of all segments.
    #[must_use]
    pub fn sizes(&self) -> BTreeMap<String, usize> {
        let definitions = self.live.definitions();
        definitions.ids().map(|id| (definitions.name(id).to_owned(), self.live.size(id))).collect()
    }

    /// What keeping the segments true has taken so far since this process opened the store: for measuring.
    #[must_use]
    pub fn effort(&self) -> crate::segment::Effort {
        self.live.effort()
    }

    // ------------------------------------------------------------ rulings

    /// A human's word: these two are the same person.
    ///
    /// # Errors
    /// For an identifier that another schema made, or a group's; where the log fails.
    pub fn link(&mut self, a: &Identifier, b: &Identifier, by: &str, at: Time) -> Result<(), Error> {
        self.rule(self.own(a)?, self.own(b)?, Word::Always, by, at)
    }

    /// A human's word: these two are not the same person. The state becomes what it would be had nothing ever
    /// joined them.
    ///
    /// # Errors
    /// As [`link`](Self::link).
    pub fn unlink(&mut self, a: &Identifier, b: &Identifier, by: &str, at: Time) -> Result<(), Error> {
        self.rule(self.own(a)?, self.own(b)?, Word::Never, by, at)
    }

    /// Any ruling. Of several on the same two the one decided last counts, by `at`, whenever they come. The same one
    /// again changes nothing.
    ///
    /// # Errors
    /// For members of a kind that the schema does not declare, or of a group; where the log fails.
    pub fn rule(&mut self, a: Member, b: Member, word: Word, by: &str, at: Time) -> Result<(), Error> {
        for member in [a, b] {
            if self.schema.kind_info(member.kind).is_none_or(|kind| kind.class == Class::Group) {
                return Err(crate::model::Error::unknown("kind of a person or device", "", []).into());
            }
        }
        let ruling = Ruling { a: a.min(b), b: a.max(b), word, by: by.into(), at };
        if self.index.knows_ruling(&ruling) {
            return Ok(());
        }
        self.commit(vec![Entry::Ruling(ruling)])?;
        self.settle()
    }

    /// An event no longer counts: the state becomes what it would be without it, also where it comes again.
    ///
    /// # Errors
    /// Where the log fails.
    pub fn retract(&mut self, event: EventId, by: &str, at: Time) -> Result<(), Error> {
        if self.index.is_retracted(event) {
            return Ok(());
        }
        self.commit(vec![Entry::Retraction(Retraction { event, by: by.into(), at })])?;
        self.settle()
    }

    /// Identifiers must not come in again: records that they prove are turned away and counted from now on, and nothing
    /// that is kept of the persons leaves. `at` is when they asked for it, at the latest now.
    ///
    /// # Errors
    /// For an identifier that another schema made; where the log fails.
    pub fn suppress(&mut self, identifiers: &[Identifier], at: Time) -> Result<(), Error> {
        let at = at.min(self.now);
        let mut new = Vec::new();
        for identifier in identifiers {
            let member = self.own(identifier)?;
            if !self.index.knows_suppression(member, at) {
                new.push(Entry::Suppress { member, at });
            }
        }
        self.commit(new)?;
        self.settle()
    }

    /// The member of an identifier that this platform's schema made: one of another schema may mean something else.
    fn own(&self, identifier: &Identifier) -> Result<Member, Error> {
        let member = identifier.member();
        match self.schema.identify(member.kind, identifier.value().reveal()) {
            Ok(ours) if ours == *identifier => Ok(member),
            _ => Err(Error::OtherSchema),
        }
    }

    // ------------------------------------------------------------ what did not get in

    /// The records that are kept aside, with what is wrong, to be fed again after a fix. Read from the log.
    ///
    /// Among them are the conflicts: other words under the id of a live record, each as the message that it was.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub fn quarantined(&self) -> Result<Vec<Quarantined>, Error> {
        let waiting: BTreeSet<Position> =
            self.index.quarantined().filter(|(_, _, _, waits)| *waits).map(|(_, at, _, _)| at).collect();
        let mut conflicts = self.index.conflicts();
        let mut records = Vec::new();
        if waiting.is_empty() && conflicts.is_empty() {
            return Ok(records);
        }
        self.journal.replay(Position::default(), |position, entry| {
            match entry {
                Entry::Quarantined(record) if waiting.contains(&position) => records.push(record),
                Entry::Event(event) if conflicts.remove(&(event.id, event.content)) => {
                    records.push(self.conflict(&event));
                }
                _ => {}
            }
            Ok::<(), crate::store::Error>(())
        })?;
        Ok(records)
    }

    /// Nobody waits for a quarantined record any more: it was mended and fed again under another id, or is beyond
    /// mending. (One that is fed again under its own id leaves by itself.)
    ///
    /// # Errors
    /// Where the log fails.
    pub fn dismiss(&mut self, quarantined: EventId) -> Result<bool, Error> {
        if !self.index.can_dismiss(quarantined) {
            return Ok(false);
        }
        self.commit(vec![Entry::Dismissed(quarantined)])?;
        Ok(true)
    }

    fn conflict(&self, event: &Event) -> Quarantined {
        let source = self.schema.source_info(event.source).map_or(Text::EMPTY, |source| source.name.clone());
        Quarantined {
            id: event.id,
            event: Some(event.id),
            import: source,
            issue: Issue::new("conflict", "message_id", "another record with this id says something else"),
            raw: Pii::new(event.message(&self.schema).to_json().into_bytes().into()),
            received: event.times.received,
        }
    }

    /// What was noticed about the records of each source since this process opened the store: issues that kept no
    /// record out, counted by code and path.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &Notes)> + '_ {
        self.notes.iter().map(|(source, notes)| (self.schema.source_info(*source).map_or("", |it| &it.name), notes))
    }

    /// Why records were kept aside since this process opened the store, counted by code.
    #[must_use]
    pub fn kept_aside(&self) -> &BTreeMap<Text, u64> {
        &self.refused
    }

    /// How many records were accepted ever.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.index.len()
    }

    /// All persons as segments see them: traits, events, and what they permit. For evaluating an expression anew.
    #[must_use]
    pub fn people(&self) -> impl crate::model::People + '_ {
        self.view()
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { profiles: &self.profiles, consent: &self.consent, graph: &self.graph, circumstances: self.circumstances }
    }

    pub(crate) fn index(&self) -> &index::Index {
        &self.index
    }
}

impl Members for Platform {
    fn members(&self, who: ProfileId) -> &[Member] {
        self.graph.members(who)
    }
    fn restricting(&self, who: ProfileId) -> &[Member] {
        self.graph.restricting(who)
    }
}
