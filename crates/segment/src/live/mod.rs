//! Memberships kept true: by data when it comes, and by time alone at the exact instant.
//!
//! One evaluator serves batch and stream. Each profile has one timer: an instant before which none of its memberships
//! changes by time. When time reaches it, the profile is evaluated at that instant, as if a caller had asked then. So
//! nothing polls, and nothing is late.
//!
//! # An event changes little
//!
//! [`Live::touch`] evaluates everything about a profile. [`Live::event`] evaluates only the segments that one new event
//! can change, and the result is the same. Let the timer stand at `due`. When each segment was last evaluated, it had a
//! truth that holds on [then, until), and `due` was taken as no later than that `until`; it has only become earlier
//! since. A segment that the event does not reach looks at nothing that has changed, so its truth holds as before, up to
//! its `until` and so up to `due`. A segment that the event reaches is evaluated anew. The new timer is the earlier of
//! `due` and of the new ones, which again is no later than any segment's `until`. It may be too early, where the segment
//! that set it was reached and now holds longer. Then it fires, finds nothing, and is set anew: cheaper than keeping an
//! instant for each segment of each profile, and than looking for the second earliest at each event.
//!
//! Most events reach a segment and cannot turn it: one more purchase never makes *at least two purchases* untrue, nor
//! does it bring anybody into *no purchase*. Such segments are not asked, and neither are those that ask for another text
//! of a trait than the profile's, nor counts that fall short by more than one: how many events they can do without is
//! counted down, a few bits each.
//!
//! When a timer fires, only the segments that have an `until` at all can change: which these are is kept, a bit each. One
//! that had none when it was evaluated last, and that nothing has reached since, has none still. Of them the few that may
//! change first are asked, up to an instant before which none of the others does.
//!
//! # What an event costs
//!
//! What is known of a million profiles does not fit into a cache, so that an event costs what it touches. Adding it to the
//! columns touches the profile's number, its place for the type, times, and each property that is kept: five or six lines.
//! Here come the number, the state (one line) and, where a segment is asked, the places and times of the types that it
//! looks at: those of the event are there already, each other costs two. At 90 ns a line no engine that keeps its events
//! in columns by type does better than half a microsecond an event. A condition on events of any of ten types pays most:
//! twenty lines where its gauge has run out.
//!
//! # Others
//!
//! A profile is also changed by others: by a fellow of its account, by whoever overtakes it in a rank. Ranks are kept as
//! orders, and a border that moves names the few profiles that it passes; fellows are told by their groups. At one
//! instant the profile that was touched comes first, then the others by id, all with the same cause.
//!
//! Data at an instant applies before the timers at it; the caller advances to the instant *before* the data's first, and
//! touches whom the data concerns. Memberships and timers derive from the facts and are not stored.

mod bits;
mod desk;
mod entry;
mod fellows;
mod history;
mod inside;
mod rank;
mod redefine;
mod roll;
mod routes;
mod sorted;
mod spread;
mod turn;
mod wheel;
mod without;

use std::sync::Arc;

use onefold_model::{
    Cause, Change, Cursor, Event, EventTypeId, Facts, FieldId, News, People, ProfileId, SegmentId, Time, Value,
};

pub use history::{History, Stay};
pub use redefine::{Difference, Redefined};

use self::bits::Bits;
use self::desk::Desk;
use self::fellows::Fellows;
use self::inside::{Inside, Insides};
use self::rank::Ranking;
use self::roll::{Armed, Number, Roll, State};
use self::routes::{Marks, Reached, Routes, Way};
use self::turn::Spare;
use self::wheel::{Wheel, Word};
use self::without::Without;
use crate::definitions::Definitions;
use crate::eval::{Ranks, Sight};

/// The memberships of all profiles, now.
///
/// ```
/// use onefold_model::{Cause, Facts, Kind, News, Schema, Sheet, Time, Type};
/// use onefold_segment::{Definitions, Live};
/// let schema = Schema::builder()
///     .source("web", onefold_model::Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .event("add_to_cart", [("cart_id", Type::Text)])
///     .event("purchase", [("cart_id", Type::Text)])
///     .build([7; 32].into())?;
/// let definitions = Definitions::parse(
///     "segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days",
///     &schema,
/// )?;
/// let nine: Time = "2026-03-01T09:00:00Z".parse()?;
/// let mut ada = Sheet::new(&schema, &schema.identifier("user_id", "ada")?);
/// ada.push(schema.draft("web", "add_to_cart").at(nine).set("cart_id", "c-1"))?;
///
/// let (mut live, mut changes) = (Live::new(definitions), Vec::new());
/// live.touch(ada.profile(), Cause::Timer, &ada, nine, &mut changes);
/// assert!(changes.is_empty());
/// assert_eq!(live.next_change().to_string(), "2026-03-01T10:00:00Z");
/// live.advance("2026-03-02T00:00:00Z".parse()?, &ada, &mut changes);
/// assert!(matches!(changes[0].news, News::Entered(_)));
/// assert_eq!(changes[0].at.to_string(), "2026-03-01T10:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Live {
    definitions: Definitions,
    routes: Arc<Routes>,
    // INVARIANT: everybody who was touched and is still known to the people.
    roll: Roll,
    insides: Insides,
    /// How the segments that time may change are written. One that is not among a profile's holds, or does not, until
    /// data comes.
    movings: Insides,
    /// How those that may change next are written.
    soons: Insides,
    // INVARIANT: the same as what the roll says is inside, by another key.
    members: Vec<Bits>,
    wheel: Wheel,
    /// How many profiles have an entry in the wheel.
    armed: usize,
    rankings: Vec<Ranking>,
    // INVARIANT: who is in by the rankings, settled.
    ranked: Ranks,
    fellows: Fellows,
    /// Who came into ranks or fell out, found before the others were asked.
    moved: Vec<(u32, ProfileId, bool)>,
    desk: Desk,
    /// Until when the segments hold that were asked last.
    untils: Vec<(Time, u32)>,
    /// The segments that are asked of a new profile.
    open: Vec<u32>,
    path: Path,
    effort: Effort,
}

/// What an event was followed through; kept for the next.
#[derive(Clone, Debug, Default)]
struct Path {
    /// Segments that are to be asked already.
    marks: Marks,
    segments: Vec<u32>,
    ways: Vec<u32>,
    /// Others are concerned: all that is reached.
    reached: Reached,
}

/// What has been done so far: for measuring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Profiles that were touched, everything about them evaluated.
    pub touches: u64,
    /// Events that were followed to what they can change.
    pub events: u64,
    /// Timers that fired.
    pub fires: u64,
    /// Timers that fired and changed no membership.
    pub idle_fires: u64,
    /// Segments that were evaluated, each time that one was.
    pub segments: u64,
    /// Nodes that were.
    pub nodes: u64,
    /// Changes that were told.
    pub changes: u64,
}

impl Live {
    /// Nobody is in any segment yet.
    #[must_use]
    pub fn new(definitions: Definitions) -> Self {
        let plan = definitions.plan();
        Self {
            routes: Arc::new(Routes::new(plan)),
            roll: Roll::default(),
            insides: Insides::new(definitions.len()),
            movings: Insides::new(definitions.len()),
            soons: Insides::new(definitions.len()),
            members: vec![Bits::default(); definitions.len()],
            wheel: Wheel::default(),
            armed: 0,
            rankings: plan.ranks.iter().map(Ranking::new).collect(),
            ranked: Ranks::default(),
            fellows: Fellows::default(),
            moved: Vec::new(),
            desk: Desk::default(),
            untils: Vec::new(),
            open: Vec::new(),
            path: Path::default(),
            effort: Effort::default(),
            definitions,
        }
    }

    /// What is kept true.
    #[must_use]
    pub const fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    // ------------------------------------------------------------ causes

    /// Something about a profile changed: evaluates all of it, tells what it entered and left, in the order of the
    /// segments, and sets its timer. What that changes for others is told after it. A profile that `people` do not
    /// know leaves all its segments.
    ///
    /// Timers due before `now` must have fired: [`advance`](Self::advance) first.
    pub fn touch(&mut self, who: ProfileId, cause: Cause, people: &dyn People, now: Time, out: &mut Vec<Change>) {
        self.effort.touches += 1;
        let before = out.len();
        if self.routes.all.is_own() && self.routes.relations.is_empty() {
            self.forget_spare(who);
            self.look(who, (&[], Extent::All), Time::MAX, Stage { cause, people, now }, out);
        } else {
            self.spread(&[who], spread::Scope::All, Stage { cause, people, now }, out);
        }
        self.effort.changes += (out.len() - before) as u64;
        self.settle();
    }

    /// One event was added to a profile, and nothing else about it changed: evaluates the segments that the event can
    /// change, with the same result as [`touch`](Self::touch). An event that states traits, choices or groups changes
    /// more than its own profile's events, and is a touch; so is the first event of a profile. What time alone changes at
    /// `now` is left to the timers at `now`, where a touch tells it at once.
    ///
    /// Timers due before `now` must have fired: [`advance`](Self::advance) first.
    pub fn event(
        &mut self,
        who: ProfileId,
        cause: Cause,
        event: &Event,
        people: &dyn People,
        now: Time,
        out: &mut Vec<Change>,
    ) {
        let plain = event.traits.is_empty() && event.choices.is_empty() && event.groups.is_empty();
        if plain && event.previous.is_none() {
            self.happened(who, cause, (event.what, &|field| event.property(field).clone()), people, now, out);
        } else {
            self.touch(who, cause, people, now, out);
        }
    }

    /// The same for an event that is kept in another form: its type, and its properties.
    pub fn happened(
        &mut self,
        who: ProfileId,
        cause: Cause,
        (what, property): (EventTypeId, &dyn Fn(FieldId) -> Value),
        people: &dyn People,
        now: Time,
        out: &mut Vec<Change>,
    ) {
        let Some(number) = self.roll.number(who) else {
            return self.touch(who, cause, people, now, out);
        };
        self.effort.events += 1;
        let routes = Arc::clone(&self.routes);
        let mut path = std::mem::take(&mut self.path);
        let before = out.len();
        let stage = Stage { cause, people, now };
        self.follow(&routes, number, (what, property), &mut path);
        let mut alone = Some(Time::MAX);
        if !path.reached.is_own() {
            path.reached.tidy();
            alone = self.stay(&routes, who, &path.reached, stage);
        }
        match alone {
            None => {
                self.spread(&[who], spread::Scope::Part(&path.reached), stage, out);
                self.settle();
            }
            Some(Time::MAX) if path.segments.is_empty() && path.ways.is_empty() => {}
            Some(due) => {
                self.look_where(&routes, (who, number), (due, &mut path), stage, out);
                self.settle();
            }
        }
        self.effort.changes += (out.len() - before) as u64;
        self.path = path;
    }

    /// Traits of a group changed: looks again at its members, where conditions read such traits.
    pub fn touch_group(
        &mut self,
        group: ProfileId,
        cause: Cause,
        people: &dyn People,
        now: Time,
        out: &mut Vec<Change>,
    ) {
        let before = out.len();
        let routes = Arc::clone(&self.routes);
        for (relation, nodes) in &routes.relations {
            let members: Vec<ProfileId> = self.fellows.members(*relation, group).collect();
            let (mut open, mut marks, mut reached) = (nodes.clone(), Marks::default(), Reached::default());
            marks.wipe(self.definitions.plan().nodes.len());
            routes.follow(&mut open, &mut marks, &mut reached);
            self.spread(&members, spread::Scope::Part(&reached), Stage { cause, people, now }, out);
        }
        self.effort.changes += (out.len() - before) as u64;
        self.settle();
    }

    /// A profile is gone, whatever people say: it leaves all its segments, and what that changes for others is told.
    pub fn forget(&mut self, who: ProfileId, cause: Cause, people: &dyn People, now: Time, out: &mut Vec<Change>) {
        self.touch(who, cause, &Without { who, people }, now, out);
    }

    /// The first instant at which a timer is due; [`Time::MAX`] where none is. A membership may change then and not
    /// before, if no data arrives.
    #[must_use]
    pub fn next_change(&self) -> Time {
        self.wheel.first()
    }

    /// Fires the timers due at or before `to`, each at its own instant, in the order of (instant, profile).
    pub fn advance(&mut self, to: Time, people: &dyn People, out: &mut Vec<Change>) {
        while let due = self.wheel.first()
            && due <= to
            && due < Time::MAX
        {
            self.fire(due, people, out);
            self.settle();
        }
    }

    // ------------------------------------------------------------ answers

    /// The value of a computed trait of a profile now. Ranks are those that are kept, so that asking for many profiles
    /// costs no more than that many evaluations; [`Definitions::value`] also says until when.
    #[must_use]
    pub fn value(&self, name: &str, facts: &dyn Facts, people: &dyn People, now: Time) -> Value {
        self.definitions.value_within(name, Sight { facts, people, ranks: &self.ranked, known: now, at: now })
    }

    /// Whether a profile is in a segment.
    #[must_use]
    pub fn contains(&self, segment: SegmentId, who: ProfileId) -> bool {
        let number = self.roll.number(who);
        number.is_some_and(|number| self.members.get(segment.index()).is_some_and(|members| members.contains(number)))
    }

    /// The members of a segment, sorted.
    pub fn members(&self, segment: SegmentId) -> impl Iterator<Item = ProfileId> + '_ {
        let numbers = self.members.get(segment.index()).into_iter().flat_map(Bits::iter);
        let mut all: Vec<ProfileId> = numbers.filter_map(|number| self.roll.id(number)).collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// How many members a segment has.
    #[must_use]
    pub fn size(&self, segment: SegmentId) -> usize {
        self.members.get(segment.index()).map_or(0, Bits::len)
    }

    /// The segments that a profile is in, sorted.
    pub fn segments_of(&self, who: ProfileId) -> impl Iterator<Item = SegmentId> + '_ {
        let state = self.roll.number(who).and_then(|number| Some((number, self.roll.state(number)?)));
        state.into_iter().flat_map(|(number, state)| self.insides.all(number, state.inside)).map(SegmentId)
    }

    /// What has been done so far.
    #[must_use]
    pub const fn effort(&self) -> Effort {
        Effort { nodes: self.desk.nodes, ..self.effort }
    }

    /// The bytes that memberships, timers and orders take, definitions aside.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.roll.bytes()
            + self.insides.bytes()
            + self.movings.bytes()
            + self.soons.bytes()
            + self.members.iter().map(Bits::bytes).sum::<usize>()
            + self.wheel.bytes()
            + self.rankings.iter().map(Ranking::bytes).sum::<usize>()
            + self.fellows.bytes()
    }

    // ------------------------------------------------------------ inside

    /// Everything that is due at one instant. Profiles by id.
    fn fire(&mut self, at: Time, people: &dyn People, out: &mut Vec<Change>) {
        let mut numbers = Vec::new();
        let (wheel, roll, armed) = (&mut self.wheel, &mut self.roll, &mut self.armed);
        wheel.take(at, &mut |who, at| word(roll, armed, who, at), &mut |who| numbers.push(who));
        let mut all: Vec<(ProfileId, Number)> =
            numbers.into_iter().filter_map(|number| Some((self.roll.id(number)?, number))).collect();
        all.sort_unstable();
        all.dedup();
        for (_, number) in &all {
            if let Some(state) = self.roll.state_mut(*number) {
                (state.armed, state.due) = (Armed::NONE, Time::MAX);
                self.armed -= 1;
            }
        }
        self.effort.fires += all.len() as u64;
        let stage = Stage { cause: Cause::Timer, people, now: at };
        let before = out.len();
        if self.routes.timely.is_empty() {
            for (who, number) in all {
                let before = out.len();
                let Some(state) = self.roll.state(number).copied() else { continue };
                if at < state.later {
                    let soon = self.soons.all(number, state.soon);
                    self.look(who, (&soon, Extent::Part), state.later, stage, out);
                } else {
                    let moving = self.movings.all(number, state.moving);
                    self.look(who, (&moving, Extent::Whole), Time::MAX, stage, out);
                }
                self.effort.idle_fires += u64::from(out.len() == before);
            }
        } else {
            let all: Vec<ProfileId> = all.into_iter().map(|(who, _)| who).collect();
            self.spread(&all, spread::Scope::Timely, stage, out);
            self.effort.idle_fires += if out.len() == before { all.len() as u64 } else { 0 };
        }
        self.effort.changes += (out.len() - before) as u64;
    }

    /// What an event can change of a profile: the segments that it can turn, and the ways to those whose traits are to
    /// be looked at first; all that is reached too, where that concerns others.
    fn follow(
        &mut self,
        routes: &Routes,
        number: Number,
        (what, property): (EventTypeId, &dyn Fn(FieldId) -> Value),
        path: &mut Path,
    ) {
        path.reached.clear();
        path.segments.clear();
        path.ways.clear();
        let Some(state) = self.roll.state_mut(number) else { return };
        let (spare, mut own) = (&mut state.spare, true);
        routes.from(what, property, &mut |nth| {
            let Some(ways) = routes.ways(nth) else { return };
            if !ways.gauge.is_some_and(|gauge| spare.spend(gauge)) {
                own &= ways.reached.is_own();
                path.ways.push(nth);
            }
        });
        if !own {
            path.ways.iter().filter_map(|nth| routes.ways(*nth)).for_each(|ways| path.reached.join(&ways.reached));
        }
        path.marks.wipe(self.members.len());
        let (insides, inside) = (&self.insides, state.inside);
        let (marks, segments) = (&mut path.marks, &mut path.segments);
        path.ways.retain(|nth| {
            let Some(ways) = routes.ways(*nth) else { return false };
            for way in &ways.plain {
                if turns(insides, number, inside, *way) && marks.set(way.segment) {
                    segments.push(way.segment);
                }
            }
            !ways.guarded.is_empty()
        });
    }

    /// Evaluates the segments of a path. Nothing else changes by time before `due`.
    fn look_where(
        &mut self,
        routes: &Routes,
        (who, number): (ProfileId, Number),
        (due, path): (Time, &mut Path),
        stage: Stage<'_>,
        out: &mut Vec<Change>,
    ) {
        let mut seen = false;
        stage.people.see(who, &mut |facts| {
            seen = true;
            let Some(State { due: before, inside, .. }) = self.roll.state(number).copied() else { return };
            for ways in path.ways.iter().filter_map(|nth| routes.ways(*nth)) {
                for (field, by_value) in &ways.guarded {
                    for way in by_value.get(facts.field(*field)).into_iter().flatten() {
                        if turns(&self.insides, number, inside, *way) && path.marks.set(way.segment) {
                            path.segments.push(way.segment);
                        }
                    }
                }
            }
            path.segments.sort_unstable();
            if !path.segments.is_empty() || due < before {
                self.judge((who, number), facts, (&path.segments, Extent::Part), due.min(before), stage, out);
            }
        });
        if !seen {
            self.leave(who, stage, out);
        }
    }

    /// Evaluates some segments of a profile. None of the others changes by time before `due`.
    fn look(&mut self, who: ProfileId, segments: (&[u32], Extent), due: Time, stage: Stage<'_>, out: &mut Vec<Change>) {
        let mut seen = false;
        stage.people.see(who, &mut |facts| {
            seen = true;
            let number = self.roll.enrol(who);
            self.judge((who, number), facts, segments, due, stage, out);
        });
        if !seen {
            self.leave(who, stage, out);
        }
    }

    fn judge(
        &mut self,
        (who, number): (ProfileId, Number),
        facts: &dyn Facts,
        (segments, extent): (&[u32], Extent),
        mut due: Time,
        stage: Stage<'_>,
        out: &mut Vec<Change>,
    ) {
        let plan = self.definitions.plan();
        let sight = Sight { facts, people: stage.people, ranks: &self.ranked, known: stage.now, at: stage.now };
        self.desk.begin(plan);
        let Some(known) = self.roll.state(number) else { return };
        let mut open = std::mem::take(&mut self.open);
        let segments = if extent == Extent::All {
            open.clear();
            open.extend(self.insides.all(number, known.inside));
            self.routes.entry.open(facts, &mut |segment| open.push(segment));
            open.sort_unstable();
            open.dedup();
            open.as_slice()
        } else {
            segments
        };
        self.effort.segments += segments.len() as u64;
        let (mut inside, mut moving, mut soon, mut later) = (known.inside, known.moving, known.soon, known.later);
        self.untils.clear();
        if extent != Extent::Part {
            self.movings.clear(number, &mut moving);
        }
        for segment in segments {
            let Some(root) = plan.roots.get(*segment as usize) else { continue };
            let (truth, until) = self.desk.ask(plan, &self.routes, *root, sight, due);
            due = due.min(until);
            match extent {
                Extent::All | Extent::Whole if until < Time::MAX => self.untils.push((until, *segment)),
                Extent::All | Extent::Whole => {}
                Extent::Part if self.soons.contains(number, soon, *segment) == (until < later) => {}
                Extent::Part if until < later => self.soons.insert(number, &mut soon, *segment),
                Extent::Part => self.soons.remove(number, &mut soon, *segment),
            }
            if self.movings.contains(number, moving, *segment) != (until < Time::MAX) {
                if until < Time::MAX {
                    self.movings.insert(number, &mut moving, *segment);
                } else {
                    self.movings.remove(number, &mut moving, *segment);
                }
            }
            let Some(members) = self.members.get_mut(*segment as usize) else { continue };
            match (self.insides.contains(number, inside, *segment), truth.is_yes()) {
                (false, true) => {
                    self.insides.insert(number, &mut inside, *segment);
                    members.insert(number);
                    out.push(change(who, stage, News::Entered(SegmentId(*segment))));
                }
                (true, false) => {
                    self.insides.remove(number, &mut inside, *segment);
                    members.remove(number);
                    out.push(change(who, stage, News::Exited(SegmentId(*segment))));
                }
                _ => {}
            }
        }
        if extent != Extent::Part {
            // The first few; as many as cost no more, asked at each of their instants, than all others do once.
            self.soons.clear(number, &mut soon);
            self.untils.sort_unstable();
            let few = self.untils.len().isqrt().max(1);
            later = self.untils.get(few).map_or(Time::MAX, |(until, _)| *until);
            for (_, segment) in self.untils.iter().take(few) {
                self.soons.insert(number, &mut soon, *segment);
            }
        }
        if let Some(state) = self.roll.state_mut(number) {
            (state.inside, state.moving, state.soon, state.later) = (inside, moving, soon, later);
            self.desk.gauges.iter().for_each(|(gauge, left)| state.spare.set(*gauge, *left));
        }
        self.open = open;
        self.arm(number, due);
    }

    /// Nothing is known of a profile any more.
    fn leave(&mut self, who: ProfileId, stage: Stage<'_>, out: &mut Vec<Change>) {
        let Some(number) = self.roll.number(who) else { return };
        let Some(state) = self.roll.state_mut(number) else { return };
        for segment in self.insides.all(number, state.inside) {
            if let Some(members) = self.members.get_mut(segment as usize) {
                members.remove(number);
            }
            out.push(change(who, stage, News::Exited(SegmentId(segment))));
        }
        self.insides.clear(number, &mut state.inside);
        self.movings.clear(number, &mut state.moving);
        self.soons.clear(number, &mut state.soon);
        self.armed -= usize::from(state.armed != Armed::NONE);
        self.roll.strike(number);
    }

    /// Anything may have changed: what was counted ahead counts no more.
    fn forget_spare(&mut self, who: ProfileId) {
        if let Some(state) = self.roll.number(who).and_then(|number| self.roll.state_mut(number)) {
            state.spare = Spare::NONE;
        }
    }

    /// The segments of a profile that time alone may change.
    fn moving(&self, number: Number) -> Vec<u32> {
        self.roll.state(number).map_or_else(Vec::new, |state| self.movings.all(number, state.moving))
    }

    /// The instant of a profile's timer; none where it was never touched.
    fn due(&self, who: ProfileId) -> Option<Time> {
        self.roll.number(who).and_then(|number| self.roll.state(number)).map(|state| state.due)
    }

    /// Sets a profile's timer.
    fn arm(&mut self, number: Number, due: Time) {
        let Some(state) = self.roll.state_mut(number) else { return };
        let before = std::mem::replace(&mut state.due, due);
        // The entry that there is stands no later than the timer before.
        if due < before || state.armed == Armed::NONE && due < Time::MAX {
            self.armed += usize::from(state.armed == Armed::NONE);
            state.armed = Armed::at(due);
            self.wheel.arm(due, number);
        }
    }

    /// Brings a timer that holds to the front.
    fn settle(&mut self) {
        let (wheel, roll, armed) = (&mut self.wheel, &mut self.roll, &mut self.armed);
        let count = *armed;
        wheel.settle(&mut |who, at| word(roll, armed, who, at));
        if wheel.sweep(count, &mut |who, at| word(roll, armed, who, at)) {
            wheel.settle(&mut |who, at| word(roll, armed, who, at));
        }
    }
}

/// Whether an event can turn a segment at all, being as it is.
fn turns(insides: &Insides, number: Number, inside: Inside, way: Way) -> bool {
    if insides.contains(number, inside, way.segment) { !way.turn.yes } else { !way.turn.not_yes }
}

/// How much of what can change is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// Traits and events too: all that the profile may be in.
    All,
    /// All that time can change.
    Whole,
    /// The others hold until the timer.
    Part,
}

/// What holds for all that is done at once.
#[derive(Clone, Copy)]
struct Stage<'a> {
    cause: Cause,
    people: &'a dyn People,
    now: Time,
}

/// Whether an entry of the wheel holds. INVARIANT: a profile's entry is not after its timer.
fn word(roll: &mut Roll, armed: &mut usize, who: Number, at: Time) -> Word {
    let Some(state) = roll.state_mut(who).filter(|state| state.armed == Armed::at(at)) else { return Word::Gone };
    if state.due == at {
        return Word::Holds;
    }
    if state.due < Time::MAX {
        state.armed = Armed::at(state.due);
        return Word::Later(state.due);
    }
    state.armed = Armed::NONE;
    *armed -= 1;
    Word::Gone
}

fn change(profile: ProfileId, stage: Stage<'_>, news: News) -> Change {
    Change { cursor: Cursor::default(), at: stage.now, profile, cause: stage.cause, news }
}
