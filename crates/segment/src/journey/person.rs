//! What journeys remember of one profile. Nothing is kept of whom no journey concerns.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{ChannelId, SegmentId, Text, Time};

use super::check::{Bound, Plan};
use super::clock::Clock;
use super::run::{Room, Run};
use super::source::{Again, Excess};

/// A journey, by its number, and its key.
pub(super) type Spot = (u32, Option<Text>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    /// The segments that matter in which the profile is.
    pub(super) inside: BTreeSet<SegmentId>,
    /// Segments in which a profile was that became this one, or a part of this one, at an instant: to be in them then
    /// is not to have entered them.
    pub(super) carried: Option<(Time, BTreeSet<SegmentId>)>,
    pub(super) runs: BTreeMap<Spot, Run>,
    /// When the profile last began what has ended.
    pub(super) past: BTreeMap<Spot, Time>,
    /// Actions that reached it, in the order of time, as far back as a cap looks.
    pub(super) sent: Vec<(Time, ChannelId)>,
}

impl Person {
    pub(super) fn is_empty(&self) -> bool {
        self.inside.is_empty() && self.runs.is_empty() && self.past.is_empty() && self.sent.is_empty()
    }

    /// Forgets what cannot matter any more.
    pub(super) fn tidy(&mut self, plan: &Plan, now: Time) {
        let longest = plan.caps.iter().map(|cap| cap.within).max().unwrap_or_default();
        self.sent.retain(|(at, _)| now < *at + longest);
        self.past.retain(|(journey, _), last| match plan.tracks.get(*journey as usize).map(|track| track.again) {
            Some(Again::Never) => true,
            Some(Again::After(span)) => now < *last + span,
            Some(Again::Always) | None => false,
        });
        if self.carried.as_ref().is_some_and(|(at, _)| *at < now) {
            self.carried = None;
        }
    }

    /// Whether the profile may begin a journey now.
    pub(super) fn may(&self, again: Again, spot: &Spot, at: Time) -> bool {
        !self.runs.contains_key(spot)
            && match (self.past.get(spot), again) {
                (None, _) | (_, Again::Always) => true,
                (Some(_), Again::Never) => false,
                (Some(last), Again::After(span)) => *last + span <= at,
            }
    }

    /// Whether all caps leave room for one more action over a channel.
    pub(super) fn room(&self, plan: &Plan, channel: ChannelId, at: Time) -> Room {
        let mut room = Room::Now;
        for cap in plan.caps.iter().filter(|cap| cap.channel.is_none_or(|it| it == channel)) {
            match (self.room_under(cap, at), cap.excess) {
                (None, _) => {}
                (Some(_), Excess::Skip) => return Room::None,
                (Some(then), Excess::Postpone) => {
                    room = match room {
                        Room::From(other) => Room::From(other.max(then)),
                        _ => Room::From(then),
                    };
                }
            }
        }
        room
    }

    /// The instant from which on a cap leaves room again; nothing where it does now.
    fn room_under(&self, cap: &Bound, at: Time) -> Option<Time> {
        let counts = |it: &&(Time, ChannelId)| cap.channel.is_none_or(|channel| channel == it.1);
        // From the newest on: the `most`-th must be out of the span.
        let (last, _) = self.sent.iter().rev().filter(counts).nth(cap.most.saturating_sub(1))?;
        let free = *last + cap.within;
        (at < free).then_some(free)
    }
}

impl Plan {
    /// The end of the quiet hours for a channel, if some go on.
    pub(super) fn quiet(&self, channel: ChannelId, clock: Clock, at: Time) -> Option<Time> {
        let hours = self.quiet.as_ref()?;
        let concerned = hours.channels.is_empty() || hours.channels.contains(&channel);
        concerned.then(|| clock.quiet_until(at, hours.from, hours.to)).flatten()
    }
}
