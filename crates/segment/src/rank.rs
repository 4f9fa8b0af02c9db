//! Who is first or last of a population by a value.
//!
//! A rank is the one thing that a profile cannot answer for itself, so it is computed for all at once and handed to the
//! evaluator. Whether anybody's value or place among the ranked changes is known from the values' own instants: before
//! the first of them nobody's rank does, if no data arrives. That is a lower bound; who overtakes whom is not foreseen.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use onefold_model::{Currency, People, ProfileId, Time, Value};

use crate::ast::{End, Size};
use crate::eval::{Memo, Sight, pass};
use crate::plan::{Node, NodeId, Plan, Rank, RankId};
use crate::value::Val;

/// Who is in each rank, and until when that is so for certain. A rank that is not set has nobody in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks(BTreeMap<RankId, Members>);

#[derive(Clone, Debug)]
struct Members {
    inside: HashSet<ProfileId>,
    until: Time,
}

impl Ranks {
    /// Says who is in a rank, and the instant before which that does not change if no data arrives.
    pub(crate) fn set(&mut self, rank: RankId, members: impl IntoIterator<Item = ProfileId>, until: Time) {
        self.0.insert(rank, Members { inside: members.into_iter().collect(), until });
    }

    /// Says of one whether she is in a rank; who keeps ranks so tells every change and asks for no instant.
    pub(crate) fn mark(&mut self, rank: RankId, who: ProfileId, inside: bool) {
        let members = self.0.entry(rank).or_insert_with(|| Members { inside: HashSet::new(), until: Time::MAX });
        if inside {
            members.inside.insert(who);
        } else {
            members.inside.remove(&who);
        }
    }

    /// Whether somebody is in a rank, and the instant before which that does not change.
    pub(crate) fn contains(&self, rank: RankId, who: ProfileId) -> (bool, Time) {
        match self.0.get(&rank) {
            Some(members) => (members.inside.contains(&who), members.until),
            None => (false, Time::MAX),
        }
    }

    /// Who is in a rank, in no order.
    pub(crate) fn members(&self, rank: RankId) -> impl Iterator<Item = ProfileId> + '_ {
        self.0.get(&rank).into_iter().flat_map(|members| members.inside.iter().copied())
    }

    /// The bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        // Of eight slots of a set one is always free; each has a byte of its own beside.
        let each = size_of::<ProfileId>() + 1;
        self.0.values().map(|members| members.inside.capacity() * 8 / 7 * each).sum()
    }

    /// The instant before which no rank changes.
    pub(crate) fn until(&self) -> Time {
        self.0.values().map(|members| members.until).min().unwrap_or(Time::MAX)
    }
}

/// All ranks of a plan over the whole population, each after those of which it speaks.
pub(crate) fn ranks(plan: &Plan, people: &dyn People, now: Time) -> Ranks {
    let all = (0..).take(plan.ranks.len()).collect();
    some(plan, &all, people, now, now)
}

/// Some ranks at an instant not before `known`. INVARIANT: those of which they speak are among them, with smaller ids.
pub(crate) fn some(plan: &Plan, which: &BTreeSet<RankId>, people: &dyn People, known: Time, at: Time) -> Ranks {
    let mut ranks = Ranks::default();
    for id in which {
        if let Some(rank) = plan.rank(*id) {
            let (members, until) = order(plan, rank, people, &ranks, known, at);
            ranks.set(*id, members, until);
        }
    }
    ranks
}

/// The ranks that a node needs, those of fellows and of ranks included.
pub(crate) fn reached(plan: &Plan, root: NodeId) -> BTreeSet<RankId> {
    let mut found = BTreeSet::new();
    if plan.ranks.is_empty() {
        return found;
    }
    let (mut seen, mut open) = (BTreeSet::from([root]), vec![root]);
    while let Some(node) = open.pop().and_then(|id| plan.node(id)) {
        let mut follow = |id: NodeId| {
            if seen.insert(id) {
                open.push(id);
            }
        };
        node.parts(&mut follow);
        match node {
            Node::Rank(id) => {
                found.insert(*id);
                if let Some(rank) = plan.rank(*id) {
                    follow(rank.by);
                    rank.among.into_iter().for_each(follow);
                }
            }
            Node::Related(_, _, part) => follow(*part),
            _ => {}
        }
    }
    found
}

/// The place of the profile in a rank, among how many, and how many places count; none where it has no place.
pub(crate) fn place(plan: &Plan, id: RankId, sight: Sight<'_>) -> Option<(usize, usize, usize)> {
    let rank = plan.rank(id)?;
    let (all, _) = values(plan, rank, sight.people, sight.ranks, sight.known, sight.at);
    let sorted = sorted(all, rank.end);
    let who = sight.facts.profile();
    let at = sorted.iter().position(|(_, other)| *other == who)?;
    Some((at + 1, sorted.len(), places(sorted.len(), rank.size)))
}

fn order(
    plan: &Plan,
    rank: &Rank,
    people: &dyn People,
    ranks: &Ranks,
    known: Time,
    at: Time,
) -> (Vec<ProfileId>, Time) {
    let (all, until) = values(plan, rank, people, ranks, known, at);
    (chosen(all, rank.end, rank.size), until)
}

/// Everybody with a value, and until when nobody has another.
fn values(
    plan: &Plan,
    rank: &Rank,
    people: &dyn People,
    ranks: &Ranks,
    known: Time,
    at: Time,
) -> (Vec<(Val, ProfileId)>, Time) {
    let mut needed: BTreeSet<NodeId> = plan.needed(rank.by).into_iter().collect();
    needed.extend(rank.among.into_iter().flat_map(|among| plan.needed(among)));
    let (mut memo, mut until, mut all) = (Memo::default(), Time::MAX, Vec::new());
    people.each(&mut |facts| {
        pass(plan, needed.iter().copied(), Sight { facts, people, ranks, known, at }, &mut memo);
        let (among, changes) = rank.among.map_or((true, Time::MAX), |among| {
            let (truth, until) = memo.get(among);
            (truth.is_yes(), until)
        });
        let (val, turns) = memo.value(rank.by);
        until = until.min(changes).min(turns);
        if among && !val.is_null() {
            all.push((val.clone(), facts.profile()));
        }
    });
    (all, until)
}

/// The first or last of some values, ties by the smaller id.
pub(crate) fn chosen(all: Vec<(Val, ProfileId)>, end: End, size: Size) -> Vec<ProfileId> {
    let mut sorted = sorted(all, end);
    sorted.truncate(places(sorted.len(), size));
    sorted.into_iter().map(|(_, who)| who).collect()
}

/// Those who compete, in order.
fn sorted(mut all: Vec<(Val, ProfileId)>, end: End) -> Vec<(Val, ProfileId)> {
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for (val, _) in &all {
        *kinds.entry(Kind::of(val)).or_default() += 1;
    }
    // Only one kind or currency competes: the most frequent, of equally frequent ones the smaller.
    let most = kinds.iter().max_by(|(a, one), (b, two)| one.cmp(two).then_with(|| b.cmp(a))).map(|(kind, _)| *kind);
    all.retain(|(val, _)| Some(Kind::of(val)) == most);
    all.sort_unstable_by(|(a, who), (b, other)| {
        let order = by_value(a, b);
        let order = match end {
            End::Top => order.reverse(),
            End::Bottom => order,
        };
        order.then_with(|| who.cmp(other))
    });
    all
}

/// How many of n have a place.
pub(crate) fn places(n: usize, size: Size) -> usize {
    let places = match size {
        Size::Count(count) => usize::try_from(count).ok(),
        Size::Percent(percent) => {
            let (units, below) = (i128::from(percent.units()), 100 * 10_i128.pow(percent.scale().into()));
            // ceil(n * percent / 100)
            let of = i128::try_from(n).ok().and_then(|n| n.checked_mul(units)).map(|above| -(-above).div_euclid(below));
            of.map(|places| usize::try_from(places.max(0)).unwrap_or(usize::MAX))
        }
    };
    places.unwrap_or(usize::MAX).min(n)
}

/// What competes with what: values of one kind, and amounts of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Number,
    Money(Currency),
    Bool,
    Text,
    Time,
    Date,
    Score,
    Other,
}

impl Kind {
    pub(crate) const fn of(val: &Val) -> Self {
        match val {
            Val::Number(_) => Self::Number,
            Val::Money(_, currency) => Self::Money(*currency),
            Val::Plain(Value::Bool(_)) => Self::Bool,
            Val::Plain(Value::Text(_)) => Self::Text,
            Val::Plain(Value::Time(_)) => Self::Time,
            Val::Plain(Value::Date(_)) => Self::Date,
            Val::Plain(Value::Score(_)) => Self::Score,
            Val::Plain(_) | Val::Null => Self::Other,
        }
    }
}

/// The order of two values of one kind.
pub(crate) fn by_value(a: &Val, b: &Val) -> Ordering {
    match (a, b) {
        (Val::Number(a), Val::Number(b)) | (Val::Money(a, _), Val::Money(b, _)) => a.cmp(b),
        (Val::Plain(a), Val::Plain(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
