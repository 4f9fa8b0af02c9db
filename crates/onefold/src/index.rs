//! Which records came before: deduplication, conflicts, retractions, quarantine.
//!
//! A record id stands for one record. Copies of it count once, with the smallest reception. Where the same id comes
//! with other content, all variants are logged; the one smallest by (received, content, sent) is live, the others are
//! conflicts. Everything here is a function of the set of what came, whatever the order (`law_1_...`).
//!
//! Ids are held whole (128 bits); a million records take some 100 MB with their table. Fingerprints of 64 bits that
//! are confirmed in the log are a matter of the store's own work.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{ContentHash, Event, EventId, Member, Position, Ruling, Time};

type Precedence = (Time, ContentHash, Option<Time>);

/// What a record is, given what came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The first of its id.
    New,
    /// A copy that changes nothing.
    Copy,
    /// A copy that was received earlier than the live one, which it replaces.
    EarlierCopy,
    /// Other content under a known id, which loses to the live one.
    Loser,
    /// Other content under a known id, which takes the place of the live one.
    Winner,
}

#[derive(Debug)]
struct Known {
    live: Precedence,
    losers: BTreeSet<ContentHash>,
}

/// All record ids that ever came.
#[derive(Debug, Default)]
pub(crate) struct Index {
    known: HashMap<EventId, Known>,
    retracted: BTreeSet<EventId>,
    turned_away: HashSet<EventId>,
    /// Quarantined records with the event that each would have been, and its place in the log.
    quarantined: BTreeMap<EventId, (Option<EventId>, Position, ContentHash)>,
    dismissed: BTreeSet<EventId>,
    rulings: BTreeSet<Ruling>,
    suppressions: BTreeSet<(Member, Time)>,
}

impl Index {
    /// What the record would be.
    pub(crate) fn standing(&self, event: &Event) -> Standing {
        let Some(known) = self.known.get(&event.id) else { return Standing::New };
        let wins = event.precedence() < known.live;
        let same = event.content == known.live.1;
        let seen = same || known.losers.contains(&event.content);
        match (wins, same, seen) {
            (false, _, true) => Standing::Copy,
            (false, _, false) => Standing::Loser,
            (true, true, _) => Standing::EarlierCopy,
            (true, false, _) => Standing::Winner,
        }
    }

    /// Whether this content has come under this id before.
    pub(crate) fn has_content(&self, event: &Event) -> bool {
        self.known
            .get(&event.id)
            .is_some_and(|known| known.live.1 == event.content || known.losers.contains(&event.content))
    }

    /// Takes the record in.
    pub(crate) fn insert(&mut self, event: &Event) -> Standing {
        let standing = self.standing(event);
        match standing {
            Standing::New => {
                self.known.insert(event.id, Known { live: event.precedence(), losers: BTreeSet::new() });
            }
            Standing::Copy => {}
            Standing::EarlierCopy | Standing::Winner | Standing::Loser => {
                if let Some(known) = self.known.get_mut(&event.id) {
                    let loser = match standing {
                        Standing::Loser => Some(event.content),
                        Standing::Winner => Some(known.live.1),
                        _ => None,
                    };
                    if standing != Standing::Loser {
                        known.live = event.precedence();
                    }
                    if let Some(loser) = loser {
                        known.losers.remove(&event.content);
                        known.losers.insert(loser);
                    }
                }
            }
        }
        standing
    }

    /// Whether a record of this id has been accepted.
    pub(crate) fn accepted(&self, id: EventId) -> bool {
        self.known.contains_key(&id)
    }

    /// How many records have been accepted.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Notes a retraction; `false` where it was known.
    pub(crate) fn retract(&mut self, id: EventId) -> bool {
        self.retracted.insert(id)
    }

    pub(crate) fn is_retracted(&self, id: EventId) -> bool {
        self.retracted.contains(&id)
    }

    pub(crate) fn retractions(&self) -> impl Iterator<Item = EventId> + '_ {
        self.retracted.iter().copied()
    }

    pub(crate) fn turn_away(&mut self, id: EventId) -> bool {
        self.turned_away.insert(id)
    }

    pub(crate) fn was_turned_away(&self, id: EventId) -> bool {
        self.turned_away.contains(&id)
    }

    pub(crate) fn turned_away(&self) -> BTreeSet<EventId> {
        self.turned_away.iter().copied().collect()
    }

    /// Notes a quarantined record; `false` where it was known.
    pub(crate) fn quarantine(
        &mut self,
        id: EventId,
        event: Option<EventId>,
        at: Position,
        content: ContentHash,
    ) -> bool {
        match self.quarantined.entry(id) {
            std::collections::btree_map::Entry::Occupied(_) => false,
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert((event, at, content));
                true
            }
        }
    }

    pub(crate) fn is_quarantined(&self, id: EventId) -> bool {
        self.quarantined.contains_key(&id)
    }

    /// The quarantined records, each with its place in the log, the hash of its content, and whether somebody still
    /// waits for it: it has neither been fed again as an event that was accepted, nor been dismissed.
    pub(crate) fn quarantined(&self) -> impl Iterator<Item = (EventId, Position, ContentHash, bool)> + '_ {
        self.quarantined.iter().map(|(id, (event, at, content))| {
            let settled = event.is_some_and(|event| self.accepted(event)) || self.dismissed.contains(id);
            (*id, *at, *content, !settled)
        })
    }

    /// Nobody waits for a quarantined record any more; `false` where that was known, or there is no such record.
    pub(crate) fn can_dismiss(&self, id: EventId) -> bool {
        self.quarantined.contains_key(&id) && !self.dismissed.contains(&id)
    }

    pub(crate) fn dismiss(&mut self, id: EventId) {
        self.dismissed.insert(id);
    }

    /// Notes a suppression; `false` where it was known.
    pub(crate) fn suppress(&mut self, member: Member, at: Time) -> bool {
        self.suppressions.insert((member, at))
    }

    pub(crate) fn knows_suppression(&self, member: Member, at: Time) -> bool {
        self.suppressions.contains(&(member, at))
    }

    /// The contents that lost a conflict.
    pub(crate) fn conflicts(&self) -> BTreeSet<(EventId, ContentHash)> {
        self.known.iter().flat_map(|(id, known)| known.losers.iter().map(|content| (*id, *content))).collect()
    }

    /// Notes a ruling; `false` where it was known.
    pub(crate) fn rule(&mut self, ruling: &Ruling) -> bool {
        self.rulings.insert(ruling.clone())
    }

    pub(crate) fn knows_ruling(&self, ruling: &Ruling) -> bool {
        self.rulings.contains(ruling)
    }

    pub(crate) fn rulings(&self) -> impl Iterator<Item = &Ruling> {
        self.rulings.iter()
    }
}
