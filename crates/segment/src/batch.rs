//! Everybody at once: sizes, members, overlaps and breakdowns of segments, over columns.
//!
//! [`batch`] asks the evaluator about each profile of any [`People`], with the instant up to which each answer holds.
//! [`Batch`] answers for [`Columns`] alone, and much faster: conditions become kernels over blocks of 4,096 profiles, with
//! a bit a profile for *yes* and one for *unknown*. All segments are asked about a block before the next one, so that its
//! columns are read from memory once; `and`, `or` and `not` are operations on words; a condition is asked only of those of
//! whom it still matters. What has no kernel (history of traits, consent, items of lists, sessions as windows, calendars
//! of a zone that is a trait) is asked of the evaluator, profile by profile. Both give the same answers; a property test
//! holds them together.
//!
//! # How fast it can be
//!
//! The limit is memory: the twenty segments of benches/peers/segment.seg look at about 110 MB of columns at a million
//! profiles and twenty million events, which one core reads in about 0.011 s. What is spent beyond that is finding each
//! profile's rows of each type (a few nanoseconds a profile and type, most of them a wrong guess of the processor about
//! how long the next run is). docs/BENCHMARKS.md has the measured figures.

mod bits;
mod chain;
mod change;
mod drive;
mod events;
mod fold;
mod kernel;
mod lane;
mod leaf;
mod members;
mod pred;
mod range;
mod rank;
mod tally;
mod window;
mod work;

use std::collections::BTreeMap;

use onefold_model::{FieldId, People, ProfileId, SegmentId, Time, Value};

use crate::columns::Columns;
use crate::definitions::Definitions;
use crate::eval::{Answer, Memo, Sight, answer, answer_within, pass, ranks};
use crate::plan::{NodeId, Plan};
use crate::rank::reached;
use kernel::Kernels;

pub(crate) use events::Events;

pub use change::next_change;
pub use members::Members;
pub use work::{Undone, Work};

/// A fresh evaluation of everybody: for each segment, by its id, its members with their answers. Of segments that look at
/// ranks the instants are lower bounds, beyond the first change of a rank not exact.
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
    let ranks = ranks(plan, people, now);
    let mut all = vec![BTreeMap::new(); definitions.len()];
    // The population is put in order once, not once for each member.
    let ranked: Vec<bool> = plan.roots.iter().map(|root| !reached(plan, *root).is_empty()).collect();
    let mut memo = Memo::default();
    people.each(&mut |facts| {
        let sight = Sight { facts, people, ranks: &ranks, known: now, at: now };
        pass(plan, plan.all(), sight, &mut memo);
        for ((root, ranked), members) in plan.roots.iter().zip(&ranked).zip(&mut all) {
            if memo.get(*root).0.is_yes() {
                let answer = match ranked {
                    true => answer_within(plan, *root, sight),
                    false => answer(plan, *root, facts, people, now),
                };
                members.insert(facts.profile(), answer);
            }
        }
    });
    all
}

/// The members of segments at one instant.
///
/// ```
/// use onefold_model::{Kind, Party, ProfileId, Schema, Time, Type};
/// use onefold_segment::{Batch, Columns, Definitions, Work};
/// let schema = Schema::builder()
///     .source("web", Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .field("country", Type::Text)
///     .event("purchase", [("amount", Type::Money)])
///     .build([7; 32].into())?;
/// let definitions = Definitions::parse(
///     "segment german = country = \"DE\"
///      segment buyers = did purchase in last 30 days",
///     &schema,
/// )?;
/// let nine: Time = "2026-03-01T09:00:00Z".parse()?;
/// let mut people = Columns::new(&schema);
/// for (name, country) in [("ada", "DE"), ("ben", "FR")] {
///     let who = ProfileId(schema.identifier("user_id", name)?.member().token);
///     people.set(who, schema.field("country")?, &country.into());
///     people.insert(who, &schema.draft("web", "purchase").who("user_id", name).at(nine).receive(nine)?);
/// }
///
/// let now = Batch::new(&definitions, &people, nine, Work::default())?;
/// let (german, buyers) = (definitions.id("german").ok_or("?")?, definitions.id("buyers").ok_or("?")?);
/// assert_eq!((now.size(german), now.size(buyers), now.overlap(german, buyers)), (1, 2, 1));
/// let by_country = now.breakdown(buyers, schema.field("country")?);
/// assert_eq!(by_country[&"FR".into()], 1);
///
/// // Membership as of a past time: what occurred later does not exist.
/// let before = Batch::new(&definitions, &people, "2026-02-28".parse()?, Work::default())?;
/// assert_eq!(before.size(buyers), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    columns: &'a Columns,
    now: Time,
    members: BTreeMap<SegmentId, Members>,
}

impl<'a> Batch<'a> {
    /// Evaluates all segments at an instant. Traits are those of today, whatever the instant.
    ///
    /// # Errors
    /// [`Undone`] where the columns do not keep what is needed, or the caller stops the work.
    pub fn new(definitions: &Definitions, columns: &'a Columns, now: Time, work: Work<'_>) -> Result<Self, Undone> {
        Self::only(definitions, definitions.ids(), columns, now, work)
    }

    /// Evaluates some segments, such as one that has just been written.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn only(
        definitions: &Definitions,
        segments: impl IntoIterator<Item = SegmentId>,
        columns: &'a Columns,
        now: Time,
        work: Work<'_>,
    ) -> Result<Self, Undone> {
        let plan = definitions.plan();
        let segments: Vec<(SegmentId, NodeId)> =
            segments.into_iter().filter_map(|id| Some((id, *plan.roots.get(id.index())?))).collect();
        let roots: Vec<NodeId> = segments.iter().map(|(_, root)| *root).collect();
        let all = Self::of_nodes(plan, &roots, columns, now, &work)?;
        let members = segments.into_iter().map(|(id, _)| id).zip(all).collect();
        Ok(Self { columns, now, members })
    }

    /// Who fulfils each of some conditions.
    pub(crate) fn of_nodes(
        plan: &Plan,
        roots: &[NodeId],
        columns: &Columns,
        now: Time,
        work: &Work<'_>,
    ) -> Result<Vec<Members>, Undone> {
        if let Some(what) = columns.lacks(plan) {
            return Err(Undone::NotKept(what));
        }
        let mut kernels = Kernels::new(plan, columns, roots, now);
        kernels.rank(work)?;
        let mut all = vec![Members::default(); roots.len()];
        let blocks = work.pieces(
            kernels.blocks(),
            || kernels.own(),
            |own, nth| {
                kernels.begin(own, nth);
                roots.iter().map(|root| kernels.root(own, *root).yes).collect::<Vec<_>>()
            },
        )?;
        for block in blocks {
            all.iter_mut().zip(block).for_each(|(members, mask)| members.push(&mask));
        }
        Ok(all)
    }

    /// The instant.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// How many members each evaluated segment has.
    pub fn sizes(&self) -> impl Iterator<Item = (SegmentId, usize)> + '_ {
        self.members.iter().map(|(id, members)| (*id, members.len()))
    }

    /// How many members a segment has; 0 where it was not evaluated.
    #[must_use]
    pub fn size(&self, segment: SegmentId) -> usize {
        self.members.get(&segment).map_or(0, Members::len)
    }

    /// The members of a segment by their numbers in the columns.
    #[must_use]
    pub fn members(&self, segment: SegmentId) -> Option<&Members> {
        self.members.get(&segment)
    }

    /// The members of a segment, in the order of their numbers.
    pub fn profiles(&self, segment: SegmentId) -> impl Iterator<Item = ProfileId> + '_ {
        let members = self.members.get(&segment).into_iter().flat_map(Members::iter);
        members.filter_map(|number| self.columns.profile(number))
    }

    /// How many are in both segments.
    #[must_use]
    pub fn overlap(&self, one: SegmentId, other: SegmentId) -> usize {
        match (self.members.get(&one), self.members.get(&other)) {
            (Some(one), Some(other)) => one.overlap(other),
            _ => 0,
        }
    }

    /// A few members.
    #[must_use]
    pub fn preview(&self, segment: SegmentId, most: usize) -> Vec<ProfileId> {
        self.profiles(segment).take(most).collect()
    }

    /// How many members have each value of a trait, nothing included.
    #[must_use]
    pub fn breakdown(&self, segment: SegmentId, field: FieldId) -> BTreeMap<Value, usize> {
        let column = self.columns.trait_column(field);
        let mut counts = BTreeMap::new();
        for number in self.members.get(&segment).into_iter().flat_map(Members::iter) {
            let value = column.map_or(Value::Null, |column| column.get(number as usize));
            *counts.entry(value).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests;
