//! One choice as the ledger keeps it, and the order in which choices compete.

use std::cmp::Ordering;

use onefold_model::{Action, Actor, ChannelId, Choice, EventId, Member, PurposeId, Scope, Time};
use sha2::{Digest, Sha256};

use crate::Regime;

/// One choice on one identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The identifier on which it was made.
    pub on: Member,
    /// For what.
    pub purpose: Scope,
    /// Over one channel only; over all where none is said.
    pub channel: Option<ChannelId>,
    /// What was chosen.
    pub action: Action,
    /// By whom.
    pub actor: Actor,
    /// Whether something proves it.
    pub evidence: bool,
    /// The version of the notice that was shown; 0 where none is known.
    pub notice: u32,
    /// Until when a grant holds. Restrictions never expire.
    pub expires: Option<Time>,
    /// The jurisdiction that the choice states.
    pub regime: Option<Regime>,
    /// When it was made.
    pub occurred: Time,
    /// When it was recorded.
    pub recorded: Time,
    /// Its rank among choices of one instant.
    pub seq: Seq,
    /// The event that carried it.
    pub event: EventId,
}

/// The rank of an entry among those of one instant: by the time of recording, then by what it says, so that it does
/// not depend on the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq {
    recorded: i64,
    content: [u8; 16],
}

impl Seq {
    /// A rank that comes from elsewhere, as a number.
    ///
    /// ```
    /// use onefold_consent::Seq;
    /// assert!(Seq::supplied(2) < Seq::supplied(10));
    /// ```
    #[must_use]
    pub const fn supplied(rank: u32) -> Self {
        Self { recorded: rank as i64, content: [0; 16] }
    }
}

impl Entry {
    /// A choice as an event carried it.
    #[must_use]
    pub fn new(choice: &Choice, event: EventId, occurred: Time, recorded: Time) -> Self {
        let mut entry = Self {
            on: choice.on,
            purpose: choice.purpose,
            channel: choice.channel,
            action: choice.action,
            actor: choice.actor,
            evidence: choice.evidence.is_some(),
            notice: choice.notice,
            expires: choice.expires,
            regime: choice.regime.as_deref().map(Regime::named),
            occurred,
            recorded,
            seq: Seq::supplied(0),
            event,
        };
        entry.seq = Seq { recorded: recorded.0, content: entry.content() };
        entry
    }

    /// The id of the event tells what it says already, up to which of its choices this is. Dense ids stay out: they
    /// depend on the schema's order.
    fn content(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(self.event.0);
        hash.update(self.on.token.0);
        hash.update(self.action.name());
        let expires = self.expires.unwrap_or(Time::MAX).0;
        let flags = [
            self.actor as u8,
            u8::from(self.evidence),
            u8::from(self.purpose == Scope::All),
            u8::from(self.channel.is_some()),
        ];
        hash.update(flags);
        hash.update(self.notice.to_le_bytes());
        hash.update(expires.to_le_bytes());
        let mut content = [0; 16];
        for (to, from) in content.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        content
    }

    /// From when on it counts: a clock that runs ahead never delays a choice.
    #[must_use]
    pub fn effective(&self) -> Time {
        self.occurred.min(self.recorded)
    }

    /// What makes it later than another: its time, then that it restricts, then its rank.
    pub(super) fn key(&self) -> (Time, bool, Seq) {
        (self.effective(), self.action.restricts() || self.action == Action::Invalidate, self.seq)
    }

    /// Whether it speaks of this purpose at all. A grant of everything is not specific, and grants nothing.
    pub(super) fn concerns(&self, purpose: PurposeId) -> bool {
        match self.purpose {
            Scope::All => !self.action.grants(),
            Scope::Only(only) => only == purpose,
        }
    }

    fn rest(&self) -> impl Ord {
        let said = (
            self.purpose,
            self.channel,
            self.action,
            self.actor,
            self.evidence,
            self.notice,
            self.expires,
            self.regime,
        );
        (self.on.token, self.on.kind, said, self.occurred, self.recorded, self.event)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| self.rest().cmp(&other.rest()))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
