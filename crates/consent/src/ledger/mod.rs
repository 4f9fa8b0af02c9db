//! What did whom choose, on which identifier, and what follows from it for a person?
//!
//! The ledger is a set of choices, each kept under *the identifier on which it was made*. A person's state is a fold
//! over the identifiers that belong to her now, so that a merge or an unmerge of profiles writes nothing and loses
//! nothing. The rules of the fold are in [`Ledger::effective`]; they favour the refusal at every turn.
//!
//! Deliberately absent: a chain of hashes over the entries, and any way to change one. An entry goes only when the
//! event that carried it is retracted.

mod entry;
mod shelves;
mod state;

use std::collections::BTreeSet;
use std::fmt;

use onefold_model::{Action, Choice, Class, EventId, KindId, Member, Schema, Time};

pub use entry::{Entry, Seq};
pub use state::{Query, State, Status};

use crate::regime::Regimes;
use shelves::Shelves;

/// The set of choices.
///
/// ```
/// use onefold_consent::{Ledger, Query, Status};
/// use onefold_model::{Form, Kind, Schema, Time};
/// let schema = Schema::builder()
///     .source("web", onefold_model::Party::First, 50)
///     .kind(Kind::person("email").form(Form::Email))
///     .purpose("marketing")
///     .build([7; 32].into())?;
/// let now: Time = "2026-03-01T10:00:00Z".parse()?;
/// let event = schema.draft("web", "consent").who("email", "ada@example.com").at(now).refuse("marketing").receive(now)?;
///
/// let mut ledger = Ledger::new(&schema);
/// for choice in &event.choices {
///     ledger.record(choice, event.id, event.times.occurred, event.times.received);
/// }
/// let ada = [schema.identifier("email", "ada@example.com")?.member()];
/// let state = ledger.effective(&Query::new(schema.purpose("marketing")?, &ada, now));
/// assert_eq!((state.state, state.reason), (Status::Denied, "authenticated_restriction"));
/// # Ok::<(), onefold_model::Error>(())
/// ```
#[derive(Clone)]
pub struct Ledger {
    proves: Vec<bool>,
    shelves: Shelves,
    by_event: BTreeSet<(EventId, Member)>,
    len: usize,
    stating: usize, // INVARIANT: how many entries state a regime.
}

/// The entries of one identifier, and what is true of any of them.
#[derive(Clone, Debug)]
struct Shelf {
    entries: Vec<Entry>, // INVARIANT: sorted, no entry twice, never empty.
    recorded: Time,      // INVARIANT: the latest recording; no entry takes effect after it.
    regimes: Regimes,
    objects: bool,
    channels: bool,
}

impl Shelf {
    /// Whether it was not there yet.
    fn insert(&mut self, entry: Entry) -> bool {
        let Err(at) = self.entries.binary_search(&entry) else {
            return false;
        };
        self.recorded = self.recorded.max(entry.recorded);
        self.regimes = entry.regime.map_or(self.regimes, |regime| self.regimes.with(regime));
        self.objects |= entry.action == Action::Object;
        self.channels |= entry.channel.is_some();
        self.entries.insert(at, entry);
        true
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self { entries: Vec::new(), recorded: Time::MIN, regimes: Regimes::NONE, objects: false, channels: false }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("len", &self.len).finish_non_exhaustive()
    }
}

impl Ledger {
    /// An empty ledger. The schema tells which kinds of identifiers prove a person.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        let proves = schema.kinds().map(|(id, _)| schema.class(id) == Class::Person).collect();
        Self { proves, shelves: Shelves::default(), by_event: BTreeSet::new(), len: 0, stating: 0 }
    }

    /// Records a choice that an event carried. The same one twice is one.
    pub fn record(&mut self, choice: &Choice, event: EventId, occurred: Time, recorded: Time) {
        self.insert(Entry::new(choice, event, occurred, recorded));
    }

    /// Records an entry as it stands.
    pub fn insert(&mut self, entry: Entry) {
        let (event, on, states) = (entry.event, entry.on, entry.regime.is_some());
        if self.shelves.entry(on).or_default().insert(entry) {
            self.len += 1;
            self.stating += usize::from(states);
            self.by_event.insert((event, on));
        }
    }

    /// Takes out what an event carried, as if it had never been.
    pub fn retract(&mut self, event: EventId) {
        let on: Vec<Member> = self.of_event(event).collect();
        for member in on {
            self.by_event.remove(&(event, member));
            let Some(shelf) = self.shelves.remove(&member) else {
                continue;
            };
            let mut rest = Shelf::default();
            for entry in shelf.entries {
                if entry.event == event {
                    self.len = self.len.saturating_sub(1);
                    let states = usize::from(entry.regime.is_some());
                    self.stating = self.stating.saturating_sub(states);
                } else {
                    rest.insert(entry);
                }
            }
            if !rest.entries.is_empty() {
                self.shelves.insert(member, rest);
            }
        }
    }

    fn of_event(&self, event: EventId) -> impl Iterator<Item = Member> {
        let least = Member { kind: KindId(0), token: onefold_model::Token([0; 16]) };
        self.by_event.range((event, least)..).take_while(move |(it, _)| *it == event).map(|(_, member)| *member)
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nobody chose anything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries, by the identifier's token, then from the earliest to the latest.
    #[must_use]
    pub fn entries(&self) -> Vec<&Entry> {
        let mut all: Vec<&Entry> = self.shelves.values().flat_map(|shelf| &shelf.entries).collect();
        all.sort_by(|a, b| (a.on.token, a).cmp(&(b.on.token, b)));
        all
    }

    /// The entries of one identifier, from the earliest to the latest.
    #[must_use]
    pub fn entries_of(&self, member: Member) -> &[Entry] {
        self.shelves.get(&member).map_or(&[], |shelf| &shelf.entries)
    }

    fn proves(&self, member: Member) -> bool {
        self.proves.get(member.kind.index()).copied().unwrap_or(false)
    }

    /// The regimes that the choices of these identifiers state, as known at `now`.
    pub(crate) fn stated(&self, members: impl Iterator<Item = Member>, now: Time) -> Regimes {
        if self.stating == 0 {
            return Regimes::NONE;
        }
        members.filter_map(|member| self.shelves.get(&member)).fold(Regimes::default(), |all, shelf| {
            if shelf.recorded <= now || shelf.regimes.is_empty() {
                return all.and(shelf.regimes);
            }
            let known = shelf.entries.iter().filter(|entry| entry.recorded <= now);
            all.and(known.filter_map(|entry| entry.regime).collect())
        })
    }
}
