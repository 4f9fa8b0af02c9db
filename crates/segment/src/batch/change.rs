//! When the first membership of anybody changes, if nothing arrives.
//!
//! The evaluator gives each profile an instant before which nothing about it changes. The profile with the earliest is
//! asked again at that instant, and again, until one of its memberships really is another: no other changes before.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use onefold_model::Time;

use super::work::{Undone, Work};
use crate::columns::{Columns, Person};
use crate::definitions::Definitions;
use crate::eval::{Memo, Ranks, Sight, pass};
use crate::plan::RankId;
use crate::rank::some;

/// Profiles that are asked one after another before the caller is told.
const PIECE: u32 = 4096;
/// How often parts of conditions may turn without a membership with them, for a population of no more than so many; of a
/// larger one, twice for each.
const TURNS: usize = 1 << 16;

/// The first instant after `now` at which the membership of anybody in any segment is another than now, if nothing
/// arrives; [`Time::MAX`] where none ever is. Exact, and slower than sizes alone: the evaluator looks at everybody.
///
/// Where ranks over windows are defined the whole population is ranked again at each instant at which anybody's value
/// changes, up to the answer.
///
/// ```
/// use onefold_model::{Kind, Party, ProfileId, Schema, Time};
/// use onefold_segment::{Columns, Definitions, Work, next_change};
/// let schema = Schema::builder().source("web", Party::First, 50).kind(Kind::person("user_id")).build([7; 32].into())?;
/// let definitions = Definitions::parse("segment silent = not did any in last 14 days", &schema)?;
/// let nine: Time = "2026-03-01T09:00:00Z".parse()?;
/// let mut people = Columns::new(&schema);
/// let ada = ProfileId(schema.identifier("user_id", "ada")?.member().token);
/// people.insert(ada, &schema.draft("web", "page").who("user_id", "ada").at(nine).receive(nine)?);
/// assert_eq!(next_change(&definitions, &people, nine, Work::default())?.to_string(), "2026-03-15T09:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Undone`] where the columns do not keep what is needed, the caller stops the work, or parts of conditions turn for
/// ever without a membership with them, such as every day: then with the instant before which nothing changes.
pub fn next_change(definitions: &Definitions, columns: &Columns, now: Time, work: Work<'_>) -> Result<Time, Undone> {
    let plan = definitions.plan();
    if let Some(what) = columns.lacks(plan) {
        return Err(Undone::NotKept(what));
    }
    let ranked: BTreeSet<RankId> = (0..).take(plan.ranks.len()).collect();
    let mut needed: BTreeSet<_> = BTreeSet::new();
    for root in &plan.roots {
        needed.extend(plan.needed(*root));
    }
    let needed: Vec<_> = needed.into_iter().collect();
    // What a profile is in, and until when for certain.
    let ask = |person: &mut Person<'_>, memo: &mut Memo, number: u32, ranks: &Ranks, at: Time| {
        let facts = person.turn(number);
        pass(plan, needed.iter().copied(), Sight { facts, people: columns, ranks, known: now, at }, memo);
        let inside: Vec<bool> = plan.roots.iter().map(|root| memo.get(*root).0.is_yes()).collect();
        let until = plan.roots.iter().map(|root| memo.get(*root).1).min().unwrap_or(Time::MAX);
        (inside, until)
    };
    let first = some(plan, &ranked, columns, now, now);
    let mut ranks = first.clone();
    let pieces = work.pieces(
        columns.numbers().div_ceil(PIECE) as usize,
        || (Person::new(columns), Memo::default()),
        |(person, memo), nth| {
            let first = u32::try_from(nth).unwrap_or(u32::MAX).saturating_mul(PIECE);
            let numbers = first..first.saturating_add(PIECE).min(columns.numbers());
            let there = numbers.filter(|number| columns.profile(*number).is_some());
            let turns = there.map(|number| Reverse((ask(person, memo, number, &ranks, now).1, number)));
            turns.filter(|turn| turn.0.0 < Time::MAX).collect::<Vec<_>>()
        },
    )?;
    let mut turns = BinaryHeap::from(pieces.concat());
    let (mut person, mut memo) = (Person::new(columns), Memo::default());
    let mut ranked_at = now;
    let mut left = TURNS.max(turns.len().saturating_mul(2));
    while let Some(Reverse((at, number))) = turns.pop() {
        left = left.checked_sub(1).ok_or(Undone::Endless(at))?;
        if at >= ranks.until() && at > ranked_at {
            ranks = some(plan, &ranked, columns, now, at);
            ranked_at = at;
        }
        let (before, _) = ask(&mut person, &mut memo, number, &first, now);
        let (then, until) = ask(&mut person, &mut memo, number, &ranks, at);
        if before != then {
            return Ok(at);
        }
        if until < Time::MAX {
            turns.push(Reverse((until, number)));
        }
    }
    Ok(Time::MAX)
}
