//! Memberships kept true: by data when it comes, and by time alone at the exact instant.
//!
//! One evaluator serves batch and stream. After every touch each profile has one timer: the first instant before which
//! none of its memberships can change. When time reaches it, the profile is evaluated again at that instant, as if a
//! caller had asked then. So nothing polls, and nothing is late.
//!
//! Data at an instant applies before the timers at it; the caller advances to the instant *before* the data's first,
//! and touches whom the data concerns. Memberships and timers derive from the facts and are not stored. Everything
//! about a touched profile is evaluated again; evaluating only what the data can change, a hierarchical wheel for the
//! timers and bitmaps for the memberships are deliberately absent until a bench asks for them.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Cause, Change, Cursor, Facts, News, People, ProfileId, SegmentId, Time};

use crate::definitions::Definitions;
use crate::eval::{Answer, Memo, Sight, answer, pass};

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
    // INVARIANT: who is in no segment and has no timer is not here; `members` and `timers` say the same by another key.
    profiles: BTreeMap<ProfileId, State>,
    members: Vec<BTreeSet<ProfileId>>,
    timers: BTreeSet<(Time, ProfileId)>,
    memo: Memo,
}

#[derive(Clone, Debug, Default)]
struct State {
    inside: BTreeSet<SegmentId>,
    due: Option<Time>,
}

impl Live {
    /// Nobody is in any segment yet.
    #[must_use]
    pub fn new(definitions: Definitions) -> Self {
        let members = vec![BTreeSet::new(); definitions.len()];
        Self { definitions, profiles: BTreeMap::new(), members, timers: BTreeSet::new(), memo: Memo::default() }
    }

    /// What is kept true.
    #[must_use]
    pub const fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Something about a profile changed: evaluates it, tells what it entered and left, in the order of the segments,
    /// and sets its timer. A profile that `people` do not know is [forgotten](Self::forget).
    ///
    /// Timers due before `now` must have fired: [`advance`](Self::advance) first.
    pub fn touch(&mut self, who: ProfileId, cause: Cause, people: &dyn People, now: Time, out: &mut Vec<Change>) {
        let mut seen = false;
        people.see(who, &mut |facts| {
            seen = true;
            self.look(who, facts, cause, now, out);
        });
        if !seen {
            self.forget(who, cause, now, out);
        }
    }

    /// A profile is gone: it leaves all its segments.
    pub fn forget(&mut self, who: ProfileId, cause: Cause, now: Time, out: &mut Vec<Change>) {
        let Some(state) = self.profiles.remove(&who) else {
            return;
        };
        if let Some(due) = state.due {
            self.timers.remove(&(due, who));
        }
        for segment in state.inside {
            if let Some(members) = self.members.get_mut(segment.index()) {
                members.remove(&who);
            }
            out.push(change(who, cause, now, News::Exited(segment)));
        }
    }

    /// The first instant at which a timer is due; [`Time::MAX`] where none is. A membership may change then and not
    /// before, if no data arrives.
    #[must_use]
    pub fn next_change(&self) -> Time {
        self.timers.first().map_or(Time::MAX, |(due, _)| *due)
    }

    /// Fires the timers due at or before `to`, each at its own instant, in the order of (instant, profile).
    pub fn advance(&mut self, to: Time, people: &dyn People, out: &mut Vec<Change>) {
        while let Some((due, who)) = self.timers.first().copied().filter(|(due, _)| *due <= to) {
            self.timers.pop_first();
            if let Some(state) = self.profiles.get_mut(&who) {
                state.due = None;
            }
            self.touch(who, Cause::Timer, people, due, out);
        }
    }

    /// Whether a profile is in a segment.
    #[must_use]
    pub fn contains(&self, segment: SegmentId, who: ProfileId) -> bool {
        self.members.get(segment.index()).is_some_and(|members| members.contains(&who))
    }

    /// The members of a segment, sorted.
    pub fn members(&self, segment: SegmentId) -> impl Iterator<Item = ProfileId> + '_ {
        self.members.get(segment.index()).into_iter().flatten().copied()
    }

    /// How many members a segment has.
    #[must_use]
    pub fn size(&self, segment: SegmentId) -> usize {
        self.members.get(segment.index()).map_or(0, BTreeSet::len)
    }

    /// The segments that a profile is in, sorted.
    pub fn segments_of(&self, who: ProfileId) -> impl Iterator<Item = SegmentId> + '_ {
        self.profiles.get(&who).into_iter().flat_map(|state| state.inside.iter().copied())
    }

    fn look(&mut self, who: ProfileId, facts: &dyn Facts, cause: Cause, now: Time, out: &mut Vec<Change>) {
        let plan = self.definitions.plan();
        let sight = Sight { facts, known: now, at: now };
        pass(plan, plan.all(), sight, &mut self.memo);
        let state = self.profiles.entry(who).or_default();
        let mut due = Time::MAX;
        for ((nth, root), members) in (0..).zip(&plan.roots).zip(&mut self.members) {
            let segment = SegmentId(nth);
            let (truth, until) = self.memo.get(*root);
            due = due.min(until);
            match (truth.is_yes(), state.inside.contains(&segment)) {
                (true, false) => {
                    state.inside.insert(segment);
                    members.insert(who);
                    out.push(change(who, cause, now, News::Entered(segment)));
                }
                (false, true) => {
                    state.inside.remove(&segment);
                    members.remove(&who);
                    out.push(change(who, cause, now, News::Exited(segment)));
                }
                _ => {}
            }
        }
        if let Some(before) = state.due.take() {
            self.timers.remove(&(before, who));
        }
        if due < Time::MAX {
            state.due = Some(due);
            self.timers.insert((due, who));
        } else if state.inside.is_empty() {
            self.profiles.remove(&who);
        }
    }
}

fn change(profile: ProfileId, cause: Cause, at: Time, news: News) -> Change {
    Change { cursor: Cursor::default(), at, profile, cause, news }
}

/// A fresh evaluation of everybody: for each segment, by its id, its members with their answers.
///
/// ```
/// use onefold_model::{Facts, Kind, Schema, Sheet, Time, Type};
/// use onefold_segment::{Definitions, batch};
/// let schema = Schema::builder().kind(Kind::person("user_id")).field("country", Type::Text).build([7; 32].into())?;
/// let definitions = Definitions::parse("segment german = country = \"DE\"", &schema)?;
/// let ada = Sheet::new(&schema, &schema.identifier("user_id", "ada")?).set("country", "DE")?;
/// let members = batch(&definitions, &ada, Time::EPOCH);
/// assert!(members[0].contains_key(&ada.profile()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn batch(definitions: &Definitions, people: &dyn People, now: Time) -> Vec<BTreeMap<ProfileId, Answer>> {
    let plan = definitions.plan();
    let mut all = vec![BTreeMap::new(); definitions.len()];
    let mut memo = Memo::default();
    people.each(&mut |facts| {
        let sight = Sight { facts, known: now, at: now };
        pass(plan, plan.all(), sight, &mut memo);
        for (root, members) in plan.roots.iter().zip(&mut all) {
            if memo.get(*root).0.is_yes() {
                members.insert(facts.profile(), answer(plan, *root, facts, now));
            }
        }
    });
    all
}
