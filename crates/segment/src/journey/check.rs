//! Journeys against a schema and segments: names become ids, and whatever is wrong is told in one run.
//!
//! | code | what is wrong |
//! |---|---|
//! | `J01` | an unknown segment |
//! | `J02` | an unknown type of event |
//! | `J03` | a key that the event does not have, or a key without an event |
//! | `J04` | an unknown step |
//! | `J05` | a name that is taken, reserved or empty |
//! | `J06` | a step that is never reached |
//! | `J07` | a loop that takes less than a minute |
//! | `J08` | shares that do not add up to 100 |
//! | `J09` | an unknown channel |
//! | `J10` | a time of day, span or zone that cannot be meant |
//! | `J11` | a journey without steps |
//! | `J12` | a number that is too small or too large |

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use onefold_model::{ChannelId, Decimal, Diagnostic, Error, EventTypeId, FieldId, Schema, SegmentId, closest};

use super::clock::{Clock, time_of_day};
use super::source::{Again, Does, Excess, Exit, Journey, Source, Step, Trigger, Way, Weekday};
use crate::error::Faults;
use crate::{Definitions, Zone};

/// A percent has so many parts: as in samples, exact to a millionth.
const PARTS: u64 = 1_000_000;
/// As many parts is everybody.
pub(super) const ALL: u64 = 100 * PARTS;
/// A loop that takes less would run hot.
const LOOP: Duration = Duration::from_mins(1);
/// As many steps a journey, and journeys.
const MOST: usize = 10_000;

/// All journeys, ready to be walked.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) tracks: Vec<Track>,
    pub(super) caps: Vec<Bound>,
    pub(super) quiet: Option<Hours>,
    pub(super) suppress: Vec<SegmentId>,
    pub(super) zone: Place,
    /// The segments that matter, with their names.
    pub(super) watched: BTreeMap<SegmentId, String>,
    /// The journeys that an event begins, by its type.
    pub(super) by_event: BTreeMap<EventTypeId, Vec<u32>>,
    /// The journeys that a segment begins; `true` for entering it.
    pub(super) by_segment: BTreeMap<(SegmentId, bool), Vec<u32>>,
}

#[derive(Debug)]
pub(super) struct Track {
    pub(super) name: Arc<str>,
    pub(super) start: On,
    pub(super) again: Again,
    pub(super) fresh: Option<Duration>,
    pub(super) priority: i32,
    pub(super) goal: Option<On>,
    /// `true` for being in.
    pub(super) exits: Vec<(SegmentId, bool)>,
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: Arc<str>,
    pub(super) does: Do,
    pub(super) then: To,
}

/// The place of a step; none for the end.
pub(super) type To = Option<u32>;

#[derive(Debug)]
pub(super) enum Do {
    Delay {
        span: Duration,
        until: Option<(Option<Weekday>, i64)>,
    },
    Wait {
        what: On,
        within: Duration,
        otherwise: To,
    },
    Split {
        segment: SegmentId,
        otherwise: To,
    },
    /// Each with the first part that is no longer its own.
    Share {
        salt: String,
        arms: Vec<(u64, To)>,
    },
    Act {
        action: Arc<str>,
        channel: Option<(ChannelId, Arc<str>)>,
        with: Arc<BTreeMap<String, String>>,
    },
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// A segment; `true` for entering it.
    Segment(SegmentId, bool),
    /// An event, with the property that is the key.
    Event(EventTypeId, Option<FieldId>),
}

#[derive(Debug)]
pub(super) struct Bound {
    pub(super) channel: Option<ChannelId>,
    pub(super) most: usize,
    pub(super) within: Duration,
    pub(super) excess: Excess,
}

#[derive(Debug)]
pub(super) struct Hours {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) channels: Vec<ChannelId>,
}

/// Whose clock.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Fixed(Clock),
    Field(FieldId),
}

impl Default for Place {
    fn default() -> Self {
        Self::Fixed(Clock::UTC)
    }
}

impl Track {
    /// Whether moving in or out of a segment may end it.
    pub(super) fn ends_by(&self, segment: SegmentId) -> bool {
        self.exits.iter().any(|(it, _)| *it == segment)
            || matches!(self.goal, Some(On::Segment(it, _)) if it == segment)
    }

    pub(super) fn node(&self, at: To) -> Option<&Node> {
        self.nodes.get(at? as usize)
    }
}

struct Checker<'a> {
    definitions: &'a Definitions,
    schema: &'a Schema,
    watched: BTreeMap<SegmentId, String>,
    faults: Faults,
}

pub(super) fn check(source: &Source, definitions: &Definitions, schema: &Schema) -> Result<Plan, crate::Error> {
    let mut checker = Checker { definitions, schema, watched: BTreeMap::new(), faults: Faults::default() };
    let mut plan = Plan::default();
    if source.journeys.len() > MOST {
        checker.fault("J12", format!("{} journeys are too many; at most {MOST}", source.journeys.len()), None);
        checker.faults.into_result()?;
        return Ok(plan);
    }
    let mut names = BTreeSet::new();
    for (nth, journey) in (0..).zip(&source.journeys) {
        if journey.name.is_empty() || !names.insert(journey.name.as_str()) {
            checker.fault("J05", format!("a journey called `{}` is there already", journey.name), None);
        }
        let track = checker.track(journey);
        if let Some(track) = track {
            match track.start {
                On::Event(what, _) => plan.by_event.entry(what).or_default().push(nth),
                On::Segment(segment, way) => plan.by_segment.entry((segment, way)).or_default().push(nth),
            }
            plan.tracks.push(track);
        }
    }
    checker.common(source, &mut plan);
    checker.faults.into_result()?;
    plan.watched = checker.watched;
    Ok(plan)
}

impl Checker<'_> {
    fn fault(&mut self, code: &'static str, message: String, help: Option<String>) {
        let fault = Diagnostic::new(code, 0..0, message);
        self.faults.push(Diagnostic { help, ..fault });
    }

    fn common(&mut self, source: &Source, plan: &mut Plan) {
        for cap in &source.caps {
            let channel = cap.channel.as_ref().map(|name| self.channel("a cap", name));
            if cap.most == 0 {
                let help = "a channel that nobody may use needs no actions".to_owned();
                self.fault("J12", "a cap of 0 actions".into(), Some(help));
            }
            if cap.within.is_zero() {
                self.fault("J10", "a cap within no time".into(), None);
            }
            let channel = match channel {
                Some(Some(channel)) => Some(channel),
                Some(None) => continue,
                None => None,
            };
            let most = cap.most as usize;
            plan.caps.push(Bound { channel, most, within: cap.within, excess: cap.excess });
        }
        if let Some(quiet) = &source.quiet {
            let (from, to) = (self.hour("quiet hours", &quiet.from), self.hour("quiet hours", &quiet.to));
            let channels = quiet.channels.iter().filter_map(|name| self.channel("quiet hours", name)).collect();
            if let (Some(from), Some(to)) = (from, to) {
                if from == to {
                    self.fault("J10", "quiet hours end when they begin".into(), None);
                }
                plan.quiet = Some(Hours { from, to, channels });
            }
        }
        plan.suppress = source.suppress.iter().filter_map(|name| self.segment("suppression", name)).collect();
        plan.zone = match &source.zone {
            None => Place::default(),
            Some(Zone::Named(name)) => match Clock::named(name) {
                Some(clock) => Place::Fixed(clock),
                None => {
                    let help = "`UTC`, an offset such as `+02:00`, or the trait that says it".to_owned();
                    self.fault("J10", format!("unknown time zone `{name}`"), Some(help));
                    Place::default()
                }
            },
            Some(Zone::Field(name)) => match self.schema.field(name.as_str()) {
                Ok(field) => Place::Field(field),
                Err(error) => {
                    self.unknown("J10", "the time zone", &error);
                    Place::default()
                }
            },
        };
    }

    fn unknown(&mut self, code: &'static str, place: &str, error: &dyn Display) {
        self.fault(code, format!("{place}: {error}"), None);
    }

    fn segment(&mut self, place: &str, name: &str) -> Option<SegmentId> {
        if let Some(id) = self.definitions.id(name) {
            self.watched.insert(id, name.to_owned());
            return Some(id);
        }
        let known = self.definitions.ids().map(|id| self.definitions.name(id));
        let help = closest(name, known).map(|known| format!("did you mean `{known}`?"));
        self.fault("J01", format!("{place}: unknown segment `{name}`"), help);
        None
    }

    fn channel(&mut self, place: &str, name: &str) -> Option<ChannelId> {
        match self.schema.channel(name) {
            Ok(channel) => Some(channel),
            Err(error) => {
                self.unknown("J09", place, &error);
                None
            }
        }
    }

    fn hour(&mut self, place: &str, text: &str) -> Option<i64> {
        let hour = time_of_day(text);
        if hour.is_none() {
            let help = Some("hours and minutes, such as `09:00`".to_owned());
            self.fault("J10", format!("{place}: `{text}` is no time of day"), help);
        }
        hour
    }

    /// A trigger; `key` is the property that an event of a keyed journey should have.
    fn trigger(&mut self, place: &str, trigger: &Trigger, key: Option<&str>) -> Option<On> {
        match trigger {
            Trigger::Entered(name) => self.segment(place, name).map(|id| On::Segment(id, true)),
            Trigger::Exited(name) => self.segment(place, name).map(|id| On::Segment(id, false)),
            Trigger::Event(name) => match self.schema.event_type(name) {
                Ok(what) => Some(On::Event(what, key.and_then(|key| self.schema.property(what, key).ok()))),
                Err(error) => {
                    self.unknown("J02", place, &error);
                    None
                }
            },
        }
    }

    fn track(&mut self, journey: &Journey) -> Option<Track> {
        let place = format!("journey `{}`", journey.name);
        let key = journey.key.as_deref();
        let start = self.trigger(&place, &journey.start, key);
        match (key, &start, &journey.start) {
            (Some(key), Some(On::Segment(..)), _) => {
                let help =
                    "a segment is entered by a profile, not by a cart; let an event begin the journey".to_owned();
                self.fault("J03", format!("{place}: a key `{key}`, but no event that begins it"), Some(help));
            }
            (Some(key), Some(On::Event(what, None)), Trigger::Event(name)) => {
                let why: Result<FieldId, Error> = self.schema.property(*what, key);
                let why = why.map_or_else(|error| error.to_string(), |_| String::new());
                self.fault("J03", format!("{place}: the key `{key}` of `{name}`: {why}"), None);
            }
            _ => {}
        }
        let goal = journey.goal.as_ref().map(|goal| self.trigger(&place, goal, key));
        let exits = journey.exit.iter().filter_map(|exit| match exit {
            Exit::In(name) => self.segment(&place, name).map(|id| (id, true)),
            Exit::OutOf(name) => self.segment(&place, name).map(|id| (id, false)),
        });
        let exits = exits.collect();
        if journey.steps.is_empty() {
            self.fault("J11", format!("{place} has no steps"), None);
        }
        if journey.steps.len() > MOST {
            self.fault("J12", format!("{place}: {} steps are too many; at most {MOST}", journey.steps.len()), None);
            return None;
        }
        let names = self.names(&place, journey);
        let mut nodes = Vec::with_capacity(journey.steps.len());
        for (nth, step) in (0..).zip(&journey.steps) {
            nodes.extend(self.node(&place, journey, nth, step, &names));
        }
        if nodes.len() == journey.steps.len() {
            self.graph(&place, &nodes);
        }
        Some(Track {
            name: journey.name.as_str().into(),
            start: start?,
            again: journey.again,
            fresh: journey.fresh,
            priority: journey.priority,
            goal: match goal {
                Some(goal) => Some(goal?),
                None => None,
            },
            exits,
            nodes,
        })
    }

    fn names(&mut self, place: &str, journey: &Journey) -> BTreeMap<String, u32> {
        let mut names = BTreeMap::new();
        for (nth, _) in (0..).zip(&journey.steps) {
            let name = journey.step_name(nth as usize);
            if name.is_empty() || name == "next" || name == "end" {
                self.fault("J05", format!("{place}: a step cannot be called `{name}`"), None);
            } else if names.insert(name.clone(), nth).is_some() {
                self.fault("J05", format!("{place}: two steps are called `{name}`"), None);
            }
        }
        names
    }

    fn node(
        &mut self,
        place: &str,
        journey: &Journey,
        nth: u32,
        step: &Step,
        names: &BTreeMap<String, u32>,
    ) -> Option<Node> {
        let name = journey.step_name(nth as usize);
        let place = format!("{place}, step `{name}`");
        let last = nth as usize + 1 >= journey.steps.len();
        let way = |checker: &mut Self, way: &Way| -> Option<To> {
            match way {
                Way::Next if last => Some(None),
                Way::Next => Some(Some(nth + 1)),
                Way::End => Some(None),
                Way::To(to) => {
                    let found = names.get(to).copied();
                    if found.is_none() {
                        let help = closest(to, names.keys().map(String::as_str));
                        let help = help.map(|known| format!("did you mean `{known}`?"));
                        checker.fault("J04", format!("{place}: unknown step `{to}`"), help);
                    }
                    found.map(Some)
                }
            }
        };
        let then = way(self, &step.then);
        let does = match &step.does {
            Does::Delay { span, until } => {
                let until = match until {
                    Some(moment) => Some((moment.weekday, self.hour(&place, &moment.at)?)),
                    None => None,
                };
                Do::Delay { span: *span, until }
            }
            Does::Wait { what, within, otherwise } => {
                let otherwise = way(self, otherwise);
                if within.is_zero() {
                    self.fault("J10", format!("{place}: waits for no time"), None);
                }
                let what = self.trigger(&place, what, journey.key.as_deref());
                Do::Wait { what: what?, within: *within, otherwise: otherwise? }
            }
            Does::Split { segment, otherwise } => {
                let otherwise = way(self, otherwise);
                Do::Split { segment: self.segment(&place, segment)?, otherwise: otherwise? }
            }
            Does::Share { salt, arms } => {
                let mut upto = 0_u64;
                let mut all = Vec::with_capacity(arms.len());
                for arm in arms {
                    let Some(parts) = parts(arm.percent) else {
                        let help = Some("from 0 to 100, exact to a millionth".to_owned());
                        self.fault("J08", format!("{place}: no share is {}%", arm.percent), help);
                        return None;
                    };
                    upto = upto.saturating_add(parts);
                    all.push((upto, way(self, &arm.then)?));
                }
                if upto != ALL {
                    self.fault("J08", format!("{place}: the shares do not add up to 100"), None);
                }
                Do::Share { salt: salt.clone(), arms: all }
            }
            Does::Act { action, channel, with } => {
                if action.is_empty() {
                    self.fault("J05", format!("{place}: an action without a name"), None);
                }
                let channel = match channel {
                    Some(name) => Some((self.channel(&place, name)?, name.as_str().into())),
                    None => None,
                };
                Do::Act { action: action.as_str().into(), channel, with: Arc::new(with.clone()) }
            }
        };
        Some(Node { name: name.as_str().into(), does, then: then? })
    }

    /// Steps that are never reached, and loops that take no time.
    fn graph(&mut self, place: &str, nodes: &[Node]) {
        let mut reached = BTreeSet::from([0]);
        let mut open = vec![0_u32];
        while let Some(node) = open.pop().and_then(|at| nodes.get(at as usize)) {
            for (to, _) in node.ways() {
                open.extend(to.filter(|to| reached.insert(*to)));
            }
        }
        for (nth, node) in (0..).zip(nodes) {
            if !reached.contains(&nth) {
                self.fault("J06", format!("{place}, step `{}` is never reached", node.name), None);
            }
        }
        if let Some(node) = hot(nodes).and_then(|at| nodes.get(at as usize)) {
            let help = "let a delay of a minute or more, or a wait for an event, be part of it".to_owned();
            self.fault("J07", format!("{place}, step `{}` comes round without end", node.name), Some(help));
        }
    }
}

impl Node {
    /// The ways on, with whether they take no time.
    fn ways(&self) -> Vec<(To, bool)> {
        match &self.does {
            Do::Delay { span, .. } => vec![(self.then, *span < LOOP)],
            Do::Wait { what, within, otherwise } => {
                vec![(self.then, matches!(what, On::Segment(..))), (*otherwise, *within < LOOP)]
            }
            Do::Split { otherwise, .. } => vec![(self.then, true), (*otherwise, true)],
            Do::Share { arms, .. } => arms.iter().map(|(_, to)| (*to, true)).collect(),
            Do::Act { .. } => vec![(self.then, true)],
        }
    }
}

/// A step on a loop of ways that take no time: what is left when steps are taken away to which none leads.
fn hot(nodes: &[Node]) -> Option<u32> {
    let mut into = vec![0_usize; nodes.len()];
    let fast = |node: &Node| node.ways().into_iter().filter_map(|(to, fast)| to.filter(|_| fast)).collect::<Vec<_>>();
    for to in nodes.iter().flat_map(fast) {
        if let Some(count) = into.get_mut(to as usize) {
            *count += 1;
        }
    }
    let mut open: Vec<usize> = (0..nodes.len()).filter(|at| into.get(*at) == Some(&0)).collect();
    while let Some(at) = open.pop() {
        for to in nodes.get(at).map(fast).unwrap_or_default() {
            if let Some(count) = into.get_mut(to as usize) {
                *count -= 1;
                if *count == 0 {
                    open.push(to as usize);
                }
            }
        }
    }
    // Each that is left has one before it that is left; so far back that one is on the loop.
    let left = |at: usize| into.get(at).is_some_and(|count| *count > 0);
    let mut before = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate().filter(|(at, _)| left(*at)) {
        before.extend(fast(node).into_iter().map(|to| (to as usize, at)));
    }
    let mut at = (0..nodes.len()).find(|at| left(*at))?;
    for _ in nodes {
        at = before.get(&at).copied()?;
    }
    u32::try_from(at).ok()
}

/// A percentage as millionths of a percent.
fn parts(percent: Decimal) -> Option<u64> {
    let scale = u32::from(percent.scale());
    let units = u64::try_from(percent.units()).ok()?;
    let parts = match scale <= 6 {
        true => units.checked_mul(10_u64.pow(6 - scale))?,
        false => return None,
    };
    (parts <= ALL).then_some(parts)
}
