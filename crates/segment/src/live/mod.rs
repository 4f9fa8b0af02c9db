//! Memberships kept true: by data when it comes, and by time alone at the exact instant.
//!
//! One evaluator serves batch and stream. Each profile has one timer: an instant before which none of its memberships
//! changes by time. When time reaches it, the profile is evaluated at that instant, as if a caller had asked then. So
//! nothing polls, and nothing is late.
//!
//! # An event changes little
//!
//! [`Live::touch`] evaluates everything about a profile. [`Live::event`] evaluates only the segments that one new event
//! can change, and the result is the same. When a segment was last evaluated it had a truth that holds on [then, until),
//! and that `until` is kept. A segment that the event does not reach looks at nothing that has changed, so its truth holds
//! as before, up to its `until`. A segment that the event reaches is evaluated anew, and its `until` takes the place of
//! the former one. The timer is the first of them all, and asks those segments alone whose instants it is.
//!
//! Most events reach a segment and cannot turn it: one more purchase never makes *at least two purchases* untrue, nor
//! does it bring anybody into *no purchase*, nor does a purchase of another category make *books* the most frequent.
//! Such segments are not asked, and neither are those that ask for another text of a trait than the profile's, nor counts
//! that fall short by more than one: how many events they can do without is counted down, a few bits each.
//!
//! A membership asks whether a condition is a yes. Where all that is made of a condition asks no more than that, an
//! instant at which its no becomes unknown is none.
//!
//! # What an event costs
//!
//! What is known of a million profiles does not fit into a cache, so that an event costs what it touches. Adding it to the
//! columns touches the profile's number, its place for the type, times, and each property that is kept: five or six lines.
//! Here come the number, the state and the instants (a line each) and, where a segment is asked, the places and times of
//! the types that it looks at: those of the event are there already, each other costs two. At 90 ns a line no engine that
//! keeps its events in columns by type does better than half a microsecond an event. A condition on events of any of ten
//! types pays most: twenty lines where its gauge has run out.
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
mod dues;
mod entry;
mod fellows;
mod halves;
mod history;
mod inside;
mod look;
mod order;
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
use self::dues::Dues;
use self::fellows::Fellows;
use self::inside::{Inside, Insides};
use self::rank::Ranking;
use self::roll::{Armed, Number, Roll};
use self::routes::{Marks, Reached, Routes, Way};
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
    dues: Dues,
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
    /// The segments that are asked of a profile that is new, or whose timer fires.
    open: Vec<u32>,
    /// Whose timers fire.
    fired: Vec<(ProfileId, Number)>,
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
            dues: Dues::default(),
            members: vec![Bits::default(); definitions.len()],
            wheel: Wheel::default(),
            armed: 0,
            rankings: plan.ranks.iter().map(Ranking::new).collect(),
            ranked: Ranks::default(),
            fellows: Fellows::default(),
            moved: Vec::new(),
            desk: Desk::default(),
            open: Vec::new(),
            fired: Vec::new(),
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
            alone = self.stay(&routes, (who, number), &path.reached, stage);
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
            + self.dues.bytes()
            + self.members.iter().map(Bits::bytes).sum::<usize>()
            + self.wheel.bytes()
            + self.rankings.iter().map(Ranking::bytes).sum::<usize>()
            + self.ranked.bytes()
            + self.fellows.bytes()
    }
}

/// Whether an event can turn a segment at all, being as it is.
fn turns(insides: &Insides, number: Number, inside: Inside, way: Way) -> bool {
    if insides.contains(number, inside, way.segment) { !way.turn.yes } else { !way.turn.not_yes }
}

/// How much of what can change is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// All that the profile may be in.
    All,
    /// Some segments, and all ranks that time can change.
    Timely,
    /// Some segments.
    Part,
}

/// What holds for all that is done at once.
#[derive(Clone, Copy)]
struct Stage<'a> {
    cause: Cause,
    people: &'a dyn People,
    now: Time,
}

/// Whether an entry of the wheel holds. INVARIANT: a profile's entry is not after the first of its instants.
fn word(roll: &mut Roll, dues: &Dues, armed: &mut usize, who: Number, at: Time) -> Word {
    let Some(state) = roll.state_mut(who).filter(|state| state.armed == Armed::at(at)) else { return Word::Gone };
    let due = dues.first(state.dues);
    if due == at {
        return Word::Holds;
    }
    if due < Time::MAX {
        state.armed = Armed::at(due);
        return Word::Later(due);
    }
    state.armed = Armed::NONE;
    *armed -= 1;
    Word::Gone
}

fn change(profile: ProfileId, stage: Stage<'_>, news: News) -> Change {
    Change { cursor: Cursor::default(), at: stage.now, profile, cause: stage.cause, news }
}
