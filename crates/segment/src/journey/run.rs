//! One walk of one profile through one journey, and the rules by which it takes a step.
//!
//! A walk has a place and the instant `since` when it came there. That instant is nominal: an event that is told late
//! counts from when it occurred, and delays that lie in the past by then are over.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{EventId, ProfileId, Schema, SegmentId, Time};

use super::check::{Do, On, Plan, To, Track};
use super::clock::Clock;
use super::note::{Ended, Noted, Order, Why};
use super::person::Person;

/// What began a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) at: Time,
    pub(super) origin: ProfileId,
    pub(super) event: Option<EventId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) entry: Entry,
    /// The entries of walks that became this one when profiles merged; all later.
    pub(super) others: BTreeSet<Entry>,
    pub(super) step: To,
    pub(super) since: Time,
    /// How often each action step was passed.
    pub(super) visits: BTreeMap<u32, u32>,
    /// The orders given, by step and visit.
    pub(super) done: BTreeMap<(u32, u32), String>,
    /// Up to when an action was told to wait.
    pub(super) held: Option<Time>,
    /// Its timer; `true` for an action.
    pub(super) due: Option<(Time, bool)>,
}

/// What a walk does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It stands still; `true` to act at the instant.
    Rest(Time, bool),
    End(Ended),
}

/// Where and when a step is taken.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) plan: &'a Plan,
    pub(super) track: &'a Track,
    pub(super) schema: &'a Schema,
    pub(super) clock: Clock,
    pub(super) at: Time,
}

impl On {
    /// Whether being in these segments is having it behind.
    pub(super) fn holds(self, inside: &BTreeSet<SegmentId>) -> bool {
        match self {
            Self::Segment(segment, within) => inside.contains(&segment) == within,
            Self::Event(..) => false,
        }
    }
}

impl Run {
    pub(super) fn new(entry: Entry) -> Self {
        Self {
            entry,
            others: BTreeSet::new(),
            step: Some(0),
            since: entry.at,
            visits: BTreeMap::new(),
            done: BTreeMap::new(),
            held: None,
            due: None,
        }
    }

    /// Comes to the next step.
    pub(super) fn land(&mut self, step: To, since: Time) {
        (self.step, self.since, self.held) = (step, since, None);
    }

    /// What holds now, before any step: the goal reached, or a reason to leave.
    fn judge(track: &Track, inside: &BTreeSet<SegmentId>) -> Option<Ended> {
        if track.goal.is_some_and(|goal| goal.holds(inside)) {
            return Some(Ended::Goal);
        }
        let leave = track.exits.iter().any(|(segment, within)| inside.contains(segment) == *within);
        leave.then_some(Ended::Exit)
    }

    /// Takes all steps that can be taken, up to a rest or an action.
    pub(super) fn walk(&mut self, scene: Scene<'_>, inside: &BTreeSet<SegmentId>) -> Next {
        let Scene { track, schema, clock, at, .. } = scene;
        if let Some(ended) = Self::judge(track, inside) {
            return Next::End(ended);
        }
        // Terminates: a loop takes a minute of time at least, or an event.
        while let Some(node) = track.node(self.step) {
            match &node.does {
                Do::Delay { span, until } => {
                    let over = self.since + *span;
                    let over = until.map_or(over, |(weekday, hour)| clock.next(over, weekday, hour).max(over));
                    if at < over {
                        return Next::Rest(over, false);
                    }
                    self.land(node.then, over);
                }
                Do::Wait { what, within, otherwise } => {
                    let over = self.since + *within;
                    if over <= at {
                        self.land(*otherwise, over);
                    } else if what.holds(inside) {
                        self.land(node.then, at);
                    } else {
                        return Next::Rest(over, false);
                    }
                }
                Do::Split { segment, otherwise } => {
                    let to = if inside.contains(segment) { node.then } else { *otherwise };
                    self.land(to, self.since);
                }
                Do::Share { salt, arms } => {
                    let part = share(schema.bucket(self.entry.origin, salt));
                    let arm = arms.iter().find(|(upto, _)| part < *upto);
                    self.land(arm.and_then(|(_, to)| *to), self.since);
                }
                // What was postponed is asked again when its time has come, and not before.
                Do::Act { .. } => return Next::Rest(self.held.map_or(at, |until| until.max(at)), true),
            }
        }
        Next::End(Ended::Finished)
    }

    /// Orders the action at which it stands, or postpones it, or leaves it out; then goes on.
    pub(super) fn act(
        &mut self,
        scene: Scene<'_>,
        person: &mut Person,
        key: Option<&str>,
        tell: &mut dyn FnMut(Noted),
    ) -> Next {
        let Scene { plan, track, at, .. } = scene;
        let (Some(step), Some(node)) = (self.step, track.node(self.step)) else {
            return self.walk(scene, &person.inside);
        };
        let Do::Act { action, channel, with } = &node.does else {
            return self.walk(scene, &person.inside);
        };
        if let Some(ended) = Self::judge(track, &person.inside) {
            return Next::End(ended);
        }
        let visit = self.visits.get(&step).copied().unwrap_or_default();
        let mut skipped = self.done.contains_key(&(step, visit)).then_some(Why::Done);
        if let (None, Some((channel, _))) = (skipped, channel) {
            let mut wait = None;
            if plan.suppress.iter().any(|it| person.inside.contains(it)) {
                skipped = Some(Why::Suppressed);
            } else if let Some(end) = plan.quiet(*channel, scene.clock, at) {
                wait = Some((end, Why::Quiet));
            } else {
                match person.room(plan, *channel, at) {
                    Room::Now => {}
                    Room::From(then) => wait = Some((then, Why::Cap)),
                    Room::None => skipped = Some(Why::Cap),
                }
            }
            if let Some((until, why)) = wait {
                if self.held != Some(until) {
                    self.held = Some(until);
                    tell(Noted::Postponed { step: node.name.clone(), until, why });
                }
                return Next::Rest(until, true);
            }
        }
        match skipped {
            Some(why) => tell(Noted::Skipped { step: node.name.clone(), why }),
            None => {
                let id = self.order_id(track, &node.name, visit, key);
                self.done.insert((step, visit), id.clone());
                if let Some((channel, _)) = channel {
                    person.sent.push((at, *channel));
                }
                tell(Noted::Ordered(Order {
                    id,
                    step: node.name.clone(),
                    action: action.clone(),
                    channel: channel.as_ref().map(|(_, name)| name.clone()),
                    with: with.clone(),
                    entered: self.entry.at,
                }));
            }
        }
        self.visits.insert(step, visit.saturating_add(1));
        self.land(node.then, at);
        self.walk(scene, &person.inside)
    }

    fn order_id(&self, track: &Track, step: &str, visit: u32, key: Option<&str>) -> String {
        let Entry { at, origin, .. } = self.entry;
        let mut id = format!("{}/{step}/{visit}/{origin}/{}", track.name, at.0);
        if let Some(key) = key {
            id.push('/');
            id.push_str(key);
        }
        id
    }

    /// Two walks through one journey become one: the earlier goes on, and what either has done is done.
    pub(super) fn join(self, other: Self) -> Self {
        let (mut first, second) = if self.entry <= other.entry { (self, other) } else { (other, self) };
        if first.entry != second.entry {
            first.others.insert(second.entry);
        }
        first.others.extend(second.others);
        first.others.remove(&first.entry);
        for (place, id) in second.done {
            first.done.entry(place).or_insert(id);
        }
        first
    }
}

/// Whether there is room for one more action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Now,
    From(Time),
    None,
}

/// Which of the parts of everybody a bucket is in.
fn share(bucket: u64) -> u64 {
    let part = (u128::from(bucket) * u128::from(super::check::ALL)) >> 64;
    u64::try_from(part).unwrap_or(u64::MAX)
}
