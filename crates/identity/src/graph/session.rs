//! Devices that persons share: a till, a family's tablet. Who uses it now is not who used it this morning.
//!
//! Such a device links within a session only. Its sightings, sorted by (time, event), fall apart at each silence that
//! lasts as long as the kind's gap, and each part is a node of its own, named by its first event. A late sighting may
//! begin, lengthen or join sessions; whoever comes behind it in its session moves to another node.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::Duration;

use onefold_model::{EventId, KindId, Member, Time, Token};

use crate::graph::Graph;
use crate::graph::evidence::Dirty;
use crate::graph::table::NONE;

/// A device that persons share.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) member: Member,
    /// Its sightings in order.
    pub(crate) seen: BTreeMap<(Time, EventId), u32>,
    /// The nodes of its sessions.
    pub(crate) sessions: Vec<u32>,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            member: Member { kind: KindId(u8::MAX), token: Token([0; 16]) },
            seen: BTreeMap::new(),
            sessions: Vec::new(),
        }
    }
}

impl Graph {
    /// The device of a member, made where there is none.
    pub(crate) fn device(&mut self, member: Member) -> u32 {
        if let Some(device) = self.shared.get(&member.token) {
            return *device;
        }
        let device = self.devices.add(Device { member, ..Device::default() });
        self.shared.insert(member.token, device);
        device
    }

    /// Where in its sighting a device stands.
    pub(crate) fn session_in(&self, sighting: u32, device: u32) -> u32 {
        let seen = self.sightings.at(sighting);
        let alias = seen.alias.map(|(a, b)| [a, b]);
        let of = |node: &&u32| self.nodes.at(**node).device == device;
        seen.named.iter().chain(alias.iter().flatten()).find(of).copied().unwrap_or(NONE)
    }

    /// Enters a sighting of a device: its session, and the later sightings that move into that session.
    pub(crate) fn enter(
        &mut self,
        device: u32,
        gap: Duration,
        at: Time,
        id: EventId,
        sighting: u32,
    ) -> (Member, Vec<u32>) {
        let row = self.devices.at(device);
        let before = row.seen.range(..(at, id)).next_back();
        let after = row.seen.range((Bound::Excluded((at, id)), Bound::Unbounded)).next();
        let session = match before {
            Some(((earlier, _), other)) if at.since(*earlier) < gap => {
                self.nodes.at(self.session_in(*other, device)).member
            }
            _ => self.schema.session(row.member, id),
        };
        let moved = match after {
            Some(((later, _), other)) if later.since(at) < gap => {
                let old = self.session_in(*other, device);
                if self.nodes.at(old).member == session { Vec::new() } else { self.rest(device, (at, id), old) }
            }
            _ => Vec::new(),
        };
        self.devices.at_mut(device).seen.insert((at, id), sighting);
        (session, moved)
    }

    /// Takes a sighting of a device out: the later sightings that move to another session, and that session.
    pub(crate) fn leave(
        &mut self,
        device: u32,
        gap: Duration,
        at: Time,
        id: EventId,
        session: u32,
    ) -> Option<(Member, Vec<u32>)> {
        self.devices.at_mut(device).seen.remove(&(at, id));
        let row = self.devices.at(device);
        let before =
            row.seen.range(..(at, id)).next_back().filter(|(_, other)| self.session_in(**other, device) == session);
        let (later, other) = row.seen.range((at, id)..).next()?;
        if self.session_in(*other, device) != session {
            return None;
        }
        match before {
            Some(((earlier, _), _)) if later.0.since(*earlier) < gap => None,
            _ => Some((self.schema.session(row.member, later.1), self.rest(device, (at, id), session))),
        }
    }

    /// The sightings after an instant that are in a session.
    fn rest(&self, device: u32, after: (Time, EventId), session: u32) -> Vec<u32> {
        let later = self.devices.at(device).seen.range((Bound::Excluded(after), Bound::Unbounded));
        later
            .map(|(_, sighting)| *sighting)
            .take_while(|sighting| self.session_in(*sighting, device) == session)
            .collect()
    }

    /// Moves sightings of a device to another session.
    pub(crate) fn rehouse(&mut self, device: u32, sightings: &[u32], session: Member, dirty: &mut Dirty) {
        for sighting in sightings {
            self.flag_all(*sighting, dirty);
            self.detach(*sighting, dirty);
        }
        let to = self.node(session, device, dirty);
        for sighting in sightings {
            let from = self.session_in(*sighting, device);
            let seen = self.sightings.at_mut(*sighting);
            for node in seen.named.iter_mut().chain(seen.alias.iter_mut().flat_map(|(a, b)| [a, b])) {
                if *node == from {
                    *node = to;
                }
            }
            let mut named = std::mem::take(&mut self.sightings.at_mut(*sighting).named);
            named.sort_by_key(|node| self.nodes.at(*node).member);
            self.sightings.at_mut(*sighting).named = named;
            self.attach(*sighting, dirty);
            self.flag_all(*sighting, dirty);
        }
    }

    fn flag_all(&mut self, sighting: u32, dirty: &mut Dirty) {
        for node in self.sightings.at(sighting).named.clone() {
            self.flag(node, dirty);
        }
    }
}
