//! Where everybody is: the state machine itself.
//!
//! Data only marks: who entered what, who did what. Steps are taken by time alone, when all data at their instant is
//! told: so the order in which the changes of one instant are told does not matter much, and where several journeys
//! want to act at one instant and there is room for one, priority decides.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Cause, Change, Event, EventId, News, People, ProfileId, SegmentId, Text, Time, Value};

use super::Journeys;
use super::check::{Do, On, Place, Track};
use super::clock::Clock;
use super::note::{Ended, Note, Noted};
use super::person::{Person, Spot};
use super::run::{Entry, Next, Run, Scene};

/// The last instant that is told.
const LAST: Time = Time(i64::MAX - 1);

/// Everybody's walks through the journeys: pure, with told time, and one timer a walk.
///
/// Feed it the [`Change`]s of [`Live`](crate::Live) in their order, and the events; then let time pass. What comes out
/// are [`Note`]s, among them the [`Order`](super::Order)s.
///
/// ```
/// use onefold_model::{Facts, Kind, Schema, Sheet, Time, Type};
/// use onefold_segment::journey::{Journey, Noted, Source, Trigger, Walks};
/// use onefold_segment::Definitions;
/// use std::time::Duration;
///
/// let schema = Schema::builder()
///     .source("web", onefold_model::Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .event("add_to_cart", [("cart_id", Type::Text)])
///     .event("purchase", [("cart_id", Type::Text)])
///     .channel("email")
///     .build([7; 32].into())?;
/// let remind = Journey::on("abandoned_cart", Trigger::Event("add_to_cart".into()))
///     .key("cart_id")
///     .goal(Trigger::Event("purchase".into()))
///     .delay(Duration::from_hours(1))
///     .act("remind", "email");
/// let journeys = Source::default().journey(remind).check(&Definitions::empty(), &schema)?;
///
/// let nine: Time = "2026-03-01T09:00:00Z".parse()?;
/// let ada = Sheet::new(&schema, &schema.identifier("user_id", "ada")?);
/// let filled = schema.draft("web", "add_to_cart").at(nine).set("cart_id", "c-1").receive(nine)?;
///
/// let (mut walks, mut notes) = (Walks::new(journeys), Vec::new());
/// walks.event(ada.profile(), &filled, nine, &ada, &mut notes);
/// walks.advance(nine, &ada, &mut notes);
/// assert_eq!(walks.next_change().to_string(), "2026-03-01T10:00:00Z");
/// walks.advance(nine + Duration::from_hours(2), &ada, &mut notes);
/// let told: Vec<String> = notes.iter().map(ToString::to_string).collect();
/// assert_eq!(told, [
///     "2026-03-01T09:00:00Z abandoned_cart (c-1): began",
///     "2026-03-01T10:00:00Z abandoned_cart (c-1): ordered remind by email",
///     "2026-03-01T10:00:00Z abandoned_cart (c-1): ended: after its last step",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Walks {
    pub(super) journeys: Journeys,
    pub(super) now: Time,
    // INVARIANT: nobody here is empty; `timers` holds exactly the `due` of each run.
    pub(super) people: BTreeMap<ProfileId, Person>,
    pub(super) timers: BTreeSet<Timer>,
}

/// At one instant all walks are taken before all actions, and of these the more urgent go first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timer {
    due: Time,
    act: bool,
    priority: Reverse<i32>,
    spot: Spot,
    who: ProfileId,
}

impl Walks {
    /// Nobody is on a journey yet.
    #[must_use]
    pub fn new(journeys: Journeys) -> Self {
        Self { journeys, now: Time::MIN, people: BTreeMap::new(), timers: BTreeSet::new() }
    }

    /// What is walked.
    #[must_use]
    pub const fn journeys(&self) -> &Journeys {
        &self.journeys
    }

    /// A profile is in a segment already, and has not just entered it: for journeys that are defined when segments
    /// have members. It begins nothing.
    pub fn assume(&mut self, who: ProfileId, segment: SegmentId) {
        if self.journeys.plan().watched.contains_key(&segment) {
            self.people.entry(who).or_default().inside.insert(segment);
        }
    }

    /// The first instant at which a step is taken; [`Time::MAX`] where none is.
    #[must_use]
    pub fn next_change(&self) -> Time {
        self.timers.first().map_or(Time::MAX, |timer| timer.due)
    }

    // ------------------------------------------------------------ what is told

    /// Takes in a change. Steps due before it are taken first.
    ///
    /// News of who is who come before the changes of membership that they bring about, as in the feed of changes.
    pub fn apply(&mut self, change: &Change, people: &dyn People, out: &mut Vec<Note>) {
        self.before(change.at, people, out);
        let who = change.profile;
        match &change.news {
            News::Entered(segment) => self.moved(who, *segment, true, change.cause, out),
            News::Exited(_) if change.cause == Cause::Erasure => self.forget(who),
            News::Exited(segment) => self.moved(who, *segment, false, change.cause, out),
            News::Merged { from } => from.iter().for_each(|from| self.merge(who, *from)),
            News::Rekeyed { from } => self.merge(who, *from),
            News::Split { into } => self.split(who, into),
            _ => {}
        }
        self.tidy(who);
    }

    /// Takes in an event of a profile, told `now`. Steps due before are taken first.
    ///
    /// An event counts from when it occurred, if that is not after `now`.
    pub fn event(&mut self, who: ProfileId, event: &Event, now: Time, people: &dyn People, out: &mut Vec<Note>) {
        self.before(now, people, out);
        let occurred = event.times.occurred.min(self.now);
        self.happened(who, event, occurred, out);
        let journeys = self.journeys.clone();
        for nth in journeys.plan().by_event.get(&event.what).into_iter().flatten() {
            let Some(track) = journeys.plan().tracks.get(*nth as usize) else { continue };
            if track.fresh.is_some_and(|span| occurred + span < self.now) {
                continue;
            }
            let On::Event(_, key) = track.start else { continue };
            let key = match key.map(|key| spoken(event.property(key))) {
                Some(None) => continue,
                Some(Some(key)) => Some(key),
                None => None,
            };
            let entry = Entry { at: occurred, origin: who, event: Some(event.id) };
            self.begin(who, (*nth, key), track, entry, out);
        }
        self.tidy(who);
    }

    /// An event is taken back. What it began is cancelled if nothing was ordered yet; else that it is too late is told
    /// for each order. What it fulfilled stays fulfilled.
    pub fn retract(&mut self, who: ProfileId, event: EventId, now: Time, people: &dyn People, out: &mut Vec<Note>) {
        self.before(now, people, out);
        let runs = self.people.get(&who).into_iter().flat_map(|person| &person.runs);
        let begun = runs.filter(|(_, run)| run.entry.event == Some(event)).map(|(spot, _)| spot.clone());
        for spot in begun.collect::<Vec<_>>() {
            self.withdraw(who, &spot, out);
        }
        self.tidy(who);
    }

    /// Forgets all about a profile, as an erasure asks.
    pub fn forget(&mut self, who: ProfileId) {
        for (spot, run) in self.people.remove(&who).unwrap_or_default().runs {
            self.unset(who, &spot, run.due);
        }
    }

    /// Lets time pass: takes the steps due at or before `to`, each at its own instant. `people` are asked for their
    /// time zones alone.
    pub fn advance(&mut self, to: Time, people: &dyn People, out: &mut Vec<Note>) {
        let to = to.min(LAST);
        while let Some(timer) = self.timers.first().filter(|timer| timer.due <= to).cloned() {
            self.timers.remove(&timer);
            self.now = self.now.max(timer.due);
            self.fire(timer, people, out);
        }
        self.now = self.now.max(to);
    }

    fn before(&mut self, at: Time, people: &dyn People, out: &mut Vec<Note>) {
        if self.now < at && at > Time::MIN {
            self.advance(Time(at.0.saturating_sub(1)), people, out);
            self.now = self.now.max(at.min(LAST));
        }
    }

    // ------------------------------------------------------------ data marks

    fn moved(&mut self, who: ProfileId, segment: SegmentId, entered: bool, cause: Cause, out: &mut Vec<Note>) {
        let journeys = self.journeys.clone();
        let plan = journeys.plan();
        if !plan.watched.contains_key(&segment) {
            return;
        }
        let now = self.now;
        let person = self.people.entry(who).or_default();
        let news = if entered { person.inside.insert(segment) } else { person.inside.remove(&segment) };
        if !news {
            return;
        }
        let carried =
            entered && person.carried.as_mut().is_some_and(|(at, segments)| *at == now && segments.remove(&segment));
        let correction = matches!(cause, Cause::Late(_) | Cause::Ruling);
        for spot in person.runs.keys().cloned().collect::<Vec<_>>() {
            let Some(track) = plan.tracks.get(spot.0 as usize) else { continue };
            if correction && track.start == On::Segment(segment, !entered) {
                self.withdraw(who, &spot, out);
                continue;
            }
            let Some(run) = self.run(who, &spot) else { continue };
            let waits = run.waits(track, now, |what| what == On::Segment(segment, entered));
            if let Some(then) = waits {
                run.land(then, now);
                self.set(who, spot, track.priority, now, false);
            } else if track.ends_by(segment) {
                self.set(who, spot, track.priority, now, false);
            }
        }
        if !carried {
            for nth in plan.by_segment.get(&(segment, entered)).into_iter().flatten() {
                if let Some(track) = plan.tracks.get(*nth as usize) {
                    let entry = Entry { at: now, origin: who, event: None };
                    self.begin(who, (*nth, None), track, entry, out);
                }
            }
        }
    }

    /// What an event fulfils.
    fn happened(&mut self, who: ProfileId, event: &Event, occurred: Time, out: &mut Vec<Note>) {
        let journeys = self.journeys.clone();
        let runs = self.people.get(&who).into_iter().flat_map(|person| person.runs.keys());
        for spot in runs.cloned().collect::<Vec<_>>() {
            let Some(track) = journeys.plan().tracks.get(spot.0 as usize) else { continue };
            let fits = |what: On| match what {
                On::Event(what, key) => {
                    what == event.what && key.is_none_or(|key| spoken(event.property(key)) == spot.1)
                }
                On::Segment(..) => false,
            };
            let now = self.now;
            let Some(run) = self.run(who, &spot).filter(|run| run.entry.event != Some(event.id)) else { continue };
            if track.goal.is_some_and(fits) && run.entry.at <= occurred {
                self.end(who, &spot, Ended::Goal, out);
            } else if let Some(then) = run.waits(track, occurred, fits) {
                run.land(then, occurred);
                self.set(who, spot, track.priority, now, false);
            }
        }
    }

    fn begin(&mut self, who: ProfileId, spot: Spot, track: &Track, entry: Entry, out: &mut Vec<Note>) {
        let now = self.now;
        let person = self.people.entry(who).or_default();
        if !person.may(track.again, &spot, now) {
            return;
        }
        person.runs.insert(spot.clone(), Run::new(entry));
        out.push(note(now, who, track, &spot, Noted::Began));
        self.set(who, spot, track.priority, now, false);
    }

    /// What began a walk was not so.
    fn withdraw(&mut self, who: ProfileId, spot: &Spot, out: &mut Vec<Note>) {
        let done = self.run(who, spot).map(|run| std::mem::take(&mut run.done)).unwrap_or_default();
        if let Some(track) = self.journeys.plan().tracks.get(spot.0 as usize) {
            for order in done.values() {
                out.push(note(self.now, who, track, spot, Noted::TooLate { order: order.clone() }));
            }
        }
        // What led to no order might as well never have been.
        let past = self.people.get(&who).and_then(|person| person.past.get(spot)).copied();
        self.end(who, spot, Ended::Cancelled, out);
        if done.is_empty()
            && let Some(person) = self.people.get_mut(&who)
        {
            match past {
                Some(past) => person.past.insert(spot.clone(), past),
                None => person.past.remove(spot),
            };
        }
    }

    fn end(&mut self, who: ProfileId, spot: &Spot, how: Ended, out: &mut Vec<Note>) {
        let Some(person) = self.people.get_mut(&who) else { return };
        let Some(run) = person.runs.remove(spot) else { return };
        self.unset(who, spot, run.due);
        self.over(who, spot, &run, how, out);
    }

    fn over(&mut self, who: ProfileId, spot: &Spot, run: &Run, how: Ended, out: &mut Vec<Note>) {
        let Some(track) = self.journeys.plan().tracks.get(spot.0 as usize) else { return };
        out.push(note(self.now, who, track, spot, Noted::Ended(how)));
        if let Some(person) = self.people.get_mut(&who) {
            let last = person.past.entry(spot.clone()).or_insert(run.entry.at);
            *last = run.entry.at.max(*last);
        }
    }

    // ------------------------------------------------------------ who is who

    /// One profile is part of another from now on: its walks go on there.
    fn merge(&mut self, who: ProfileId, from: ProfileId) {
        if who == from {
            return;
        }
        let Some(other) = self.people.remove(&from) else { return };
        for (spot, run) in &other.runs {
            self.unset(from, spot, run.due);
        }
        let person = self.people.entry(who).or_default();
        carry(person, self.now, other.inside);
        if let Some((at, segments)) = other.carried.filter(|(at, _)| *at == self.now) {
            carry(person, at, segments);
        }
        for (spot, last) in other.past {
            let known = person.past.entry(spot).or_insert(last);
            *known = last.max(*known);
        }
        person.sent.extend(other.sent);
        person.sent.sort_unstable();
        for (spot, run) in other.runs {
            self.settle(who, spot, Run { due: None, ..run });
        }
    }

    /// Parts of a profile are profiles of their own again: each walk goes to who began it, and two that had become one
    /// are two again, from where that one is.
    fn split(&mut self, who: ProfileId, into: &[ProfileId]) {
        let Some(whole) = self.people.get_mut(&who) else { return };
        let runs = std::mem::take(&mut whole.runs);
        let (inside, past, sent) = (whole.inside.clone(), whole.past.clone(), whole.sent.clone());
        for part in into.iter().filter(|part| **part != who) {
            let person = self.people.entry(*part).or_default();
            carry(person, self.now, inside.clone());
            // Who was the same person then is not sent twice what that person was sent.
            for (spot, last) in &past {
                let known = person.past.entry(spot.clone()).or_insert(*last);
                *known = (*last).max(*known);
            }
            person.sent.extend_from_slice(&sent);
            person.sent.sort_unstable();
        }
        for (spot, run) in runs {
            self.unset(who, &spot, run.due);
            let entries = std::iter::once(run.entry).chain(run.others.iter().copied());
            let mut parts: BTreeMap<ProfileId, BTreeSet<Entry>> = BTreeMap::new();
            for entry in entries {
                let home = if into.contains(&entry.origin) { entry.origin } else { who };
                parts.entry(home).or_default().insert(entry);
            }
            for (home, mut entries) in parts {
                if let Some(entry) = entries.pop_first() {
                    let run = Run { entry, others: entries, due: None, ..run.clone() };
                    self.settle(home, spot.clone(), run);
                }
            }
        }
        for part in into {
            self.tidy(*part);
        }
    }

    /// Puts a walk to a profile, which may be on the same journey.
    fn settle(&mut self, who: ProfileId, spot: Spot, run: Run) {
        let person = self.people.entry(who).or_default();
        let run = match person.runs.remove(&spot) {
            Some(other) => {
                let due = other.due;
                let joined = run.join(Run { due: None, ..other });
                self.unset(who, &spot, due);
                joined
            }
            None => run,
        };
        let priority = self.journeys.plan().tracks.get(spot.0 as usize).map_or(0, |track| track.priority);
        self.people.entry(who).or_default().runs.insert(spot.clone(), run);
        // Conditions to leave are asked again, with the memberships that the new profile has.
        self.set(who, spot, priority, self.now, false);
    }

    // ------------------------------------------------------------ time takes steps

    fn fire(&mut self, timer: Timer, people: &dyn People, out: &mut Vec<Note>) {
        let Timer { act, spot, who, .. } = timer;
        let (journeys, now) = (self.journeys.clone(), self.now);
        let plan = journeys.plan();
        let Some(track) = plan.tracks.get(spot.0 as usize) else { return };
        let Some(person) = self.people.get_mut(&who) else { return };
        let Some(mut run) = person.runs.remove(&spot) else { return };
        run.due = None;
        let scene = Scene { plan, track, schema: journeys.schema(), clock: clock(plan.zone, who, people), at: now };
        let next = if act {
            let key = spot.1.as_ref().map(Text::as_str);
            run.act(scene, person, key, &mut |what| out.push(note(now, who, track, &spot, what)))
        } else {
            run.walk(scene, &person.inside)
        };
        match next {
            Next::Rest(due, act) => {
                person.runs.insert(spot.clone(), run);
                self.set(who, spot, track.priority, due, act);
            }
            Next::End(how) => {
                self.over(who, &spot, &run, how, out);
                self.tidy(who);
            }
        }
    }

    // ------------------------------------------------------------ timers

    fn run(&mut self, who: ProfileId, spot: &Spot) -> Option<&mut Run> {
        self.people.get_mut(&who)?.runs.get_mut(spot)
    }

    pub(super) fn set(&mut self, who: ProfileId, spot: Spot, priority: i32, due: Time, act: bool) {
        let Some(run) = self.run(who, &spot) else { return };
        let before = run.due.take();
        run.due = (due <= LAST).then_some((due, act));
        self.unset(who, &spot, before);
        if due <= LAST {
            self.timers.insert(Timer { due, act, priority: Reverse(priority), spot, who });
        }
    }

    fn unset(&mut self, who: ProfileId, spot: &Spot, due: Option<(Time, bool)>) {
        let priority = self.journeys.plan().tracks.get(spot.0 as usize).map_or(0, |track| track.priority);
        if let Some((due, act)) = due {
            self.timers.remove(&Timer { due, act, priority: Reverse(priority), spot: spot.clone(), who });
        }
    }

    fn tidy(&mut self, who: ProfileId) {
        if let Some(person) = self.people.get_mut(&who) {
            person.tidy(self.journeys.plan(), self.now);
            if person.is_empty() && person.carried.is_none() {
                self.people.remove(&who);
            }
        }
    }
}

impl Run {
    /// The way on, if it stands and waits for something that happens at this instant.
    fn waits(&self, track: &Track, at: Time, fits: impl Fn(On) -> bool) -> Option<super::check::To> {
        let node = track.node(self.step)?;
        let Do::Wait { what, within, .. } = &node.does else { return None };
        (fits(*what) && self.since <= at && at < self.since + *within).then_some(node.then)
    }
}

fn carry(person: &mut Person, now: Time, segments: BTreeSet<SegmentId>) {
    match &mut person.carried {
        Some((at, known)) if *at == now => known.extend(segments),
        carried => *carried = Some((now, segments)),
    }
}

fn note(at: Time, profile: ProfileId, track: &Track, spot: &Spot, what: Noted) -> Note {
    Note { at, profile, journey: track.name.clone(), key: spot.1.clone(), what }
}

/// A key as text; none of nothing.
fn spoken(value: &Value) -> Option<Text> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        other => Some(Text::from(other.to_string().as_str())),
    }
}

fn clock(zone: Place, who: ProfileId, people: &dyn People) -> Clock {
    match zone {
        Place::Fixed(clock) => clock,
        Place::Field(field) => {
            let mut clock = Clock::UTC;
            people.see(who, &mut |facts| {
                clock = facts.field(field).as_text().and_then(Clock::named).unwrap_or(Clock::UTC);
            });
            clock
        }
    }
}
