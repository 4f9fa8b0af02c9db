//! The fold: from the choices on a person's identifiers to one state.

use std::fmt;

use onefold_model::{Action, Actor, ChannelId, Member, PurposeId, Time};
use serde::Serialize;

use super::{Entry, Ledger, Shelf};

/// A question to the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// For which purpose.
    pub purpose: PurposeId,
    /// Over which channel; over each of them where none is said.
    pub channel: Option<ChannelId>,
    /// The identifiers of the person.
    pub members: &'a [Member],
    /// Devices whose restrictions count for the person, while their grants do not.
    pub restricting: &'a [Member],
    /// The identifier by which the person will be reached, where the answer is for that one.
    pub via: Option<Member>,
    /// The state at this instant
    pub at: Time,
    /// by what was recorded up to this one.
    pub as_of: Time,
    /// Whether the person is so young that a guardian decides.
    pub minor: bool,
    /// The version of the notice that changed the purpose materially.
    pub material_notice: u32,
}

impl<'a> Query<'a> {
    /// The plain question: does the person with these identifiers agree now, over every channel?
    #[must_use]
    pub const fn new(purpose: PurposeId, members: &'a [Member], now: Time) -> Self {
        Self {
            purpose,
            channel: None,
            members,
            restricting: &[],
            via: None,
            at: now,
            as_of: now,
            minor: false,
            material_notice: 0,
        }
    }
}

/// What the choices come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Yes.
    Granted,
    /// Yes on a device alone: enough to reach that device, not for the person.
    GrantedDeviceOnly,
    /// No.
    Denied,
    /// Yes once, but it has run out or the notice has changed.
    NeedsRenewal,
    /// Nothing that counts.
    Unknown,
}

impl Status {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::GrantedDeviceOnly => "granted_device_only",
            Self::Denied => "denied",
            Self::NeedsRenewal => "needs_renewal",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The state of a person's consent, with what decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State<'a> {
    /// What the choices come to.
    pub state: Status,
    /// The entry that decided.
    pub winner: Option<&'a Entry>,
    /// Why, as a stable code.
    pub reason: &'static str,
    /// As time passes (for `at` and `as_of` alike) and nothing is recorded, the state stays as it is up to here.
    pub until: Time,
    /// Whether it is another one at `until` for certain.
    pub exact: bool,
}

impl State<'_> {
    /// What is safer comes first.
    fn permissiveness(&self) -> u8 {
        match self.state {
            Status::Denied => 0,
            Status::Unknown if self.reason != "no_choice" => 1,
            Status::NeedsRenewal => 2,
            Status::Unknown => 3,
            Status::GrantedDeviceOnly => 4,
            Status::Granted => 5,
        }
    }
}

/// The state, and an objection that no act of the proven person has lifted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fold<'a> {
    pub(crate) state: State<'a>,
    pub(crate) objection: Option<&'a Entry>,
}

/// Which entries are asked: those for every channel, with or without those for one.
#[derive(Clone, Copy)]
struct Lane(Option<ChannelId>);

impl Lane {
    fn takes(self, entry: &Entry) -> bool {
        entry.channel.is_none() || entry.channel == self.0
    }
}

/// An identifier's own latest choice, and whether the controller has since declared it void.
#[derive(Clone, Copy)]
struct Own<'a> {
    choice: &'a Entry,
    void: bool,
}

impl Ledger {
    /// The state of a person's consent for a purpose.
    ///
    /// Only choices count that were recorded by `as_of` and are effective at `at`, the effective time being the earlier
    /// of occurrence and recording; of choices at one instant the restriction is the later. Then, in this order:
    ///
    /// | situation | state |
    /// |---|---|
    /// | the latest choice on identifiers that prove the person restricts | denied |
    /// | the latest choice on any one identifier restricts, and is not older than that | denied |
    /// | the latest proving choice grants | granted, or what keeps the grant from counting |
    /// | only devices granted | granted via that device, for the person device-only |
    /// | nobody chose | unknown, `no_choice` |
    ///
    /// A grant of everything (`*`) grants nothing. A grant does not count, for the first of these reasons, that it was
    /// declared void, is an import without evidence, is a minor's own (all unknown), has expired, or was given on a
    /// superseded notice (both need a renewal); none of them revives an earlier grant.
    ///
    /// **Channels.** A choice that names no channel is one for all; a choice that names one says nothing about others.
    /// A question that names no channel asks about every channel at once and gets the least permissive of their
    /// answers, so that a grant for letters alone is not a grant, and a refusal of letters alone is a refusal.
    #[must_use]
    pub fn effective(&self, query: &Query<'_>) -> State<'_> {
        self.fold(query, None).state
    }

    /// With one more member, so that a device can be asked about without a list being made.
    pub(crate) fn fold(&self, query: &Query<'_>, extra: Option<Member>) -> Fold<'_> {
        let first = self.lane(query, extra, Lane(query.channel));
        if query.channel.is_some() {
            return first;
        }
        let all = query.members.iter().chain(query.restricting).copied().chain(extra);
        let mut channels = [0u64; 4];
        for entry in all.filter_map(|it| self.shelves.get(&it)).filter(|it| it.channels).flat_map(|it| &it.entries) {
            if let Some(ChannelId(id)) = entry.channel
                && let Some(word) = channels.get_mut(usize::from(id >> 6))
            {
                *word |= 1 << (id & 63);
            }
        }
        let named = (0..=u8::MAX)
            .filter(|id| channels.get(usize::from(id >> 6)).is_some_and(|word| (word >> (id & 63)) & 1 == 1));
        if channels == [0; 4] {
            return first;
        }
        named.map(|id| self.lane(query, extra, Lane(Some(ChannelId(id))))).fold(first, |worst, lane| {
            let mut state =
                if lane.state.permissiveness() < worst.state.permissiveness() { lane.state } else { worst.state };
            state.until = worst.state.until.min(lane.state.until);
            state.exact = state.until == Time::MAX;
            Fold { state, objection: worst.objection.max(lane.objection) }
        })
    }

    /// The latest restriction of all, lifted or not: what stands where the grant that lifted it does not count.
    pub(crate) fn restriction(&self, query: &Query<'_>, extra: Option<Member>) -> Option<&Entry> {
        let all = query.members.iter().chain(query.restricting).copied().chain(extra);
        let asked = |entry: &&Entry| {
            entry.action.restricts()
                && entry.concerns(query.purpose)
                && (query.channel.is_none() || Lane(query.channel).takes(entry))
                && counts_from(entry, query) <= query.at
        };
        all.filter_map(|member| self.shelves.get(&member)).flat_map(|shelf| &shelf.entries).filter(asked).max()
    }

    fn lane(&self, query: &Query<'_>, extra: Option<Member>, lane: Lane) -> Fold<'_> {
        let mut proven: Option<Own<'_>> = None;
        let mut restriction: Option<&Entry> = None;
        let mut objection: Option<&Entry> = None;
        let mut device: Option<State<'_>> = None;
        let mut next = Time::MAX;
        let members = query.members.iter().copied().chain(extra).map(|member| (member, true));
        let restricting = query.restricting.iter().map(|member| (*member, false));
        for (member, grants) in members.chain(restricting) {
            let Some(shelf) = self.shelves.get(&member) else {
                continue;
            };
            let proves = grants && self.proves(member);
            next = next.min(shelf.next(query));
            if shelf.objects {
                objection = objection.max(shelf.objection(query, lane));
            }
            let Some(own) = shelf.own(query, lane) else {
                continue;
            };
            if proves {
                if proven.is_none_or(|before| before.choice < own.choice) {
                    proven = Some(own);
                }
            } else if own.choice.action.restricts() {
                restriction = restriction.max(Some(own.choice));
            } else if grants && query.via.is_none_or(|via| via == member) {
                let state =
                    own.weigh(query, if query.via.is_some() { Status::Granted } else { Status::GrantedDeviceOnly });
                let state = State { reason: if state.reason == "ok" { "device_grant" } else { state.reason }, ..state };
                let rank = |it: &State<'_>| (it.strength(), it.winner.map(|winner| winner.seq));
                if device.as_ref().is_none_or(|best| rank(&state) > rank(best)) {
                    device = Some(state);
                }
            }
        }
        let decided = |state, winner, reason| State { state, winner, reason, until: Time::MAX, exact: true };
        let state = match (proven, restriction) {
            (Some(own), _) if own.choice.action.restricts() => {
                decided(Status::Denied, Some(own.choice), "authenticated_restriction")
            }
            (own, Some(refused)) if own.is_none_or(|own| refused.effective() >= own.choice.effective()) => {
                let proves = self.proves(refused.on);
                let reason = if proves { "authenticated_restriction" } else { "restriction_on_linked_identity" };
                decided(Status::Denied, Some(refused), reason)
            }
            (Some(own), _) => {
                let state = own.weigh(query, Status::Granted);
                State { reason: if state.reason == "ok" { "authenticated_grant" } else { state.reason }, ..state }
            }
            (None, _) => device.unwrap_or_else(|| decided(Status::Unknown, None, "no_choice")),
        };
        // An entry that is known but does not count yet may change anything.
        let exact = state.exact && state.until <= next;
        let lifted = |objection: &&Entry| proven.is_some_and(|own| own.lifts(objection, query));
        Fold {
            state: State { until: state.until.min(next), exact, ..state },
            objection: objection.filter(|it| !lifted(it)),
        }
    }
}

impl State<'_> {
    /// Of several devices' grants the strongest speaks.
    fn strength(&self) -> u8 {
        match self.state {
            Status::Granted => 3,
            Status::GrantedDeviceOnly => 2,
            Status::NeedsRenewal => 1,
            Status::Denied | Status::Unknown => 0,
        }
    }
}

impl Shelf {
    /// Whether all entries count already, so that none has to be looked at for it.
    fn settled(&self, query: &Query<'_>) -> bool {
        self.recorded <= query.at && self.recorded <= query.as_of
    }

    /// When the next of the entries begins to count.
    fn next(&self, query: &Query<'_>) -> Time {
        if self.settled(query) {
            return Time::MAX;
        }
        self.entries
            .iter()
            .map(|entry| counts_from(entry, query))
            .filter(|from| *from > query.at)
            .min()
            .unwrap_or(Time::MAX)
    }

    /// The entries that the question is about, from the latest to the earliest.
    fn asked<'a>(&'a self, query: &Query<'_>, lane: Lane) -> impl Iterator<Item = &'a Entry> {
        let settled = self.settled(query);
        let counts = move |entry: &&Entry| {
            entry.concerns(query.purpose) && lane.takes(entry) && (settled || counts_from(entry, query) <= query.at)
        };
        self.entries.iter().rev().filter(counts)
    }

    fn own<'a>(&'a self, query: &Query<'_>, lane: Lane) -> Option<Own<'a>> {
        let mut void = false;
        for entry in self.asked(query, lane) {
            if entry.action == Action::Invalidate {
                void = true;
            } else if entry.action.restricts() || entry.action.grants() {
                return Some(Own { choice: entry, void });
            }
        }
        None
    }

    fn objection<'a>(&'a self, query: &Query<'_>, lane: Lane) -> Option<&'a Entry> {
        self.asked(query, lane).find(|entry| entry.action == Action::Object)
    }
}

/// The instant at which an entry begins to count, if `at` and `as_of` move on alike.
fn counts_from(entry: &Entry, query: &Query<'_>) -> Time {
    let known = entry.recorded.0.saturating_sub(query.as_of.0).saturating_add(query.at.0);
    entry.effective().max(Time(known))
}

impl<'a> Own<'a> {
    /// What a grant is worth: `usable`, or what keeps it from counting.
    fn weigh(self, query: &Query<'_>, usable: Status) -> State<'a> {
        let grant = self.choice;
        let (state, reason, changes) = if self.void {
            (Status::Unknown, "invalidated", false)
        } else if grant.actor == Actor::Import && !grant.evidence {
            (Status::Unknown, "unproven_import", false)
        } else if query.minor && grant.actor != Actor::Guardian {
            (Status::Unknown, "minor_without_guardian", false)
        } else if grant.expires.is_some_and(|expires| expires <= query.at) {
            (Status::NeedsRenewal, "expired", false)
        } else if grant.notice < query.material_notice {
            (Status::NeedsRenewal, "notice_superseded", true)
        } else {
            (usable, "ok", true)
        };
        let until = grant.expires.filter(|_| changes).unwrap_or(Time::MAX);
        State { state, winner: Some(grant), reason, until, exact: true }
    }

    /// Whether this is an act of the proven person after an objection.
    fn lifts(self, objection: &Entry, query: &Query<'_>) -> bool {
        let own_act = match self.choice.actor {
            Actor::Subject => !query.minor,
            Actor::Guardian => true,
            Actor::Import => self.choice.evidence,
            Actor::Controller => false,
        };
        own_act && !self.void && self.choice.action.grants() && self.choice.effective() > objection.effective()
    }
}
