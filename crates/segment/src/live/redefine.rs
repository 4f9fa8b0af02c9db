//! Other definitions while everything runs.
//!
//! Segments are matched by name. One whose condition comes to the same nodes, through all that it is made of, keeps its
//! members without being evaluated; a new or changed one is evaluated for everybody, once; a removed one is left by
//! all. What the stream says afterwards is what it would say had it begun with the new definitions.

use std::collections::HashMap;
use std::sync::Arc;

use onefold_model::{Cause, Change, News, People, ProfileId, SegmentId, Time};

use super::inside::{Inside, Insides};
use super::rank::Ranking;
use super::routes::Routes;
use super::turn::Spare;
use super::{Bits, Extent, Live, Ranks, Stage, change};
use crate::definitions::Definitions;
use crate::plan::{Aggregate, AggregateId, Node, NodeId, Plan, Rank, RankId, Span, What, Zone};

/// What became of the segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redefined {
    /// By the former id, the id now; none where the segment was removed.
    pub moved: Vec<Option<SegmentId>>,
    /// Segments whose condition is the same, by their ids now.
    pub kept: Vec<SegmentId>,
    /// Segments whose condition is another, or whose ranks had to be drawn anew.
    pub changed: Vec<SegmentId>,
    /// Segments whose name is new.
    pub added: Vec<SegmentId>,
    /// Segments that are no more, by their former ids.
    pub removed: Vec<SegmentId>,
}

impl Redefined {
    /// The id now of what was the segment of this id.
    #[must_use]
    pub fn now(&self, before: SegmentId) -> Option<SegmentId> {
        self.moved.get(before.index()).copied().flatten()
    }
}

/// Who would enter and leave a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The segment's name.
    pub segment: String,
    /// Who would enter, sorted.
    pub enter: Vec<ProfileId>,
    /// Who would leave, sorted.
    pub leave: Vec<ProfileId>,
}

impl Live {
    /// Replaces the definitions. Tells first who leaves segments that are no more, which have their former ids, then who
    /// enters and leaves the others, which have their ids now, profiles by id.
    ///
    /// Timers due before `now` must have fired: [`advance`](Self::advance) first.
    pub fn redefine(
        &mut self,
        definitions: Definitions,
        people: &dyn People,
        now: Time,
        out: &mut Vec<Change>,
    ) -> Redefined {
        let stage = Stage { cause: Cause::Definition, people, now };
        let (before, after) = (self.definitions.plan(), definitions.plan());
        let known = Same::new(before, after);
        let mut redefined = Redefined { moved: vec![None; self.definitions.len()], ..Redefined::default() };
        for id in definitions.ids() {
            let Some(former) = self.definitions.id(definitions.name(id)) else {
                redefined.added.push(id);
                continue;
            };
            if let Some(moved) = redefined.moved.get_mut(former.index()) {
                *moved = Some(id);
            }
            let root = |plan: &Plan, id: SegmentId| plan.roots.get(id.index()).copied();
            let now = root(after, id).and_then(|root| known.node(root));
            if now.is_some() && now == root(before, former) {
                redefined.kept.push(id);
            } else {
                redefined.changed.push(id);
            }
        }
        for id in self.definitions.ids() {
            if redefined.now(id).is_none() {
                redefined.removed.push(id);
                out.extend(self.members(id).map(|who| change(who, stage, News::Exited(id))));
            }
        }
        let (mut rankings, mut ranked, mut fresh) = (Vec::new(), Ranks::default(), Vec::new());
        for (nth, rank) in (0..).zip(&after.ranks) {
            let former = known.rank(nth).and_then(|former| Some((former, self.rankings.get(former as usize)?)));
            match former {
                Some((former, ranking)) => {
                    rankings.push(ranking.clone());
                    ranked.set(nth, self.ranked.members(former), Time::MAX);
                }
                None => {
                    rankings.push(Ranking::new(rank));
                    fresh.push(nth);
                }
            }
        }
        (self.rankings, self.ranked) = (rankings, ranked);
        self.move_members(&redefined, definitions.len());
        self.routes = Arc::new(Routes::new(after));
        self.definitions = definitions;
        self.draw(&fresh, &redefined, stage, out);
        self.settle();
        redefined
    }

    /// Who would enter and leave which segment by other definitions, those alone where anybody would. Nothing is
    /// changed.
    #[must_use]
    pub fn diff(&self, definitions: &Definitions, people: &dyn People, now: Time) -> Vec<Difference> {
        let (mut copy, mut changes) = (self.clone(), Vec::new());
        let redefined = copy.redefine(definitions.clone(), people, now, &mut changes);
        let mut all: HashMap<String, Difference> = HashMap::new();
        let gone: usize = redefined.removed.iter().map(|id| self.size(*id)).sum();
        for (nth, change) in changes.into_iter().enumerate() {
            let names = if nth < gone { &self.definitions } else { definitions };
            let (News::Entered(id) | News::Exited(id)) = change.news else { continue };
            let segment = names.name(id).to_owned();
            let empty = Difference { segment: segment.clone(), enter: Vec::new(), leave: Vec::new() };
            let difference = all.entry(segment).or_insert(empty);
            match change.news {
                News::Entered(_) => difference.enter.push(change.profile),
                _ => difference.leave.push(change.profile),
            }
        }
        let mut all: Vec<Difference> = all.into_values().collect();
        all.sort_by(|a, b| a.segment.cmp(&b.segment));
        for difference in &mut all {
            difference.enter.sort_unstable();
            difference.leave.sort_unstable();
        }
        all
    }

    /// Members of segments that stay are members of the same under their new ids.
    fn move_members(&mut self, redefined: &Redefined, len: usize) {
        let mut members = vec![Bits::default(); len];
        for (before, now) in self.members.iter_mut().zip(&redefined.moved) {
            if let Some(slot) = now.and_then(|now| members.get_mut(now.index())) {
                *slot = std::mem::take(before);
            }
        }
        let mut insides = Insides::new(len);
        for number in self.roll.numbers() {
            let Some(state) = self.roll.state_mut(number) else { continue };
            let before = self.insides.all(number, state.inside);
            (state.inside, state.spare) = (Inside::NONE, Spare::NONE);
            self.dues.renumber(&mut state.dues, |segment| redefined.now(SegmentId(segment)).map(|now| now.0));
            for now in before.into_iter().filter_map(|segment| redefined.now(SegmentId(segment))) {
                insides.insert(number, &mut state.inside, now.0);
            }
        }
        (self.members, self.insides) = (members, insides);
    }

    /// Evaluates what is new.
    fn draw(&mut self, fresh: &[RankId], redefined: &Redefined, stage: Stage<'_>, out: &mut Vec<Change>) {
        let routes = Arc::clone(&self.routes);
        let mut everybody = Vec::new();
        stage.people.each(&mut |facts| everybody.push(facts.profile()));
        for (relation, _) in &routes.relations {
            for who in &everybody {
                self.fellows.look(*who, *relation, stage.people, &mut |_| {});
            }
        }
        let known: Vec<bool> = everybody.iter().map(|who| self.roll.number(*who).is_some()).collect();
        let mut dues = vec![Time::MAX; everybody.len()];
        for rank in routes.rank_order.iter().filter(|rank| fresh.contains(rank)) {
            for (who, known) in everybody.iter().zip(&mut dues) {
                let number = self.roll.enrol(*who);
                *known = self.rank_one(*rank, (*who, number), &routes, stage).min(*known);
            }
            for (who, inside) in self.drawn(*rank) {
                self.ranked.mark(*rank, who, inside);
            }
        }
        let mut segments: Vec<u32> = redefined.changed.iter().chain(&redefined.added).map(|id| id.0).collect();
        segments.sort_unstable();
        if segments.is_empty() && dues.iter().all(|due| *due == Time::MAX) && known.iter().all(|known| *known) {
            return;
        }
        for ((who, known), ranked) in everybody.into_iter().zip(known).zip(dues) {
            let asked = if known { (segments.as_slice(), Extent::Part) } else { (&[][..], Extent::All) };
            self.look(who, asked, ranked, stage, out);
        }
    }
}

/// Which nodes of one plan are nodes of another.
struct Same<'a> {
    before: &'a Plan,
    after: &'a Plan,
    nodes: Vec<Option<NodeId>>,
    ranks: Vec<Option<RankId>>,
}

impl<'a> Same<'a> {
    fn new(before: &'a Plan, after: &'a Plan) -> Self {
        let known: HashMap<&Node, NodeId> = before.nodes.iter().zip(0..).collect();
        let aggregates: HashMap<&Aggregate, AggregateId> = before.aggregates.iter().zip(0..).collect();
        let mut same = Self { before, after, nodes: Vec::new(), ranks: vec![None; after.ranks.len()] };
        // Sessions are of all behaviour, and buckets of a schema's key: with another schema nothing is the same.
        if before.behaviour != after.behaviour {
            return same;
        }
        for node in &after.nodes {
            let node = same.translate(node, &aggregates);
            let id = node.and_then(|node| known.get(&node).copied());
            same.nodes.push(id);
        }
        same
    }

    fn node(&self, id: NodeId) -> Option<NodeId> {
        self.nodes.get(id as usize).copied().flatten()
    }

    fn rank(&self, id: RankId) -> Option<RankId> {
        self.ranks.get(id as usize).copied().flatten()
    }

    /// The node in the words of the plan before.
    fn translate(&mut self, node: &Node, aggregates: &HashMap<&Aggregate, AggregateId>) -> Option<Node> {
        let all = |parts: &[NodeId]| parts.iter().map(|part| self.node(*part)).collect::<Option<Box<[NodeId]>>>();
        let aggregate = |id: &AggregateId| {
            let aggregate = self.aggregate(self.after.aggregate(*id)?)?;
            aggregates.get(&aggregate).copied()
        };
        Some(match node {
            Node::And(parts) => Node::And(all(parts)?),
            Node::Or(parts) => Node::Or(all(parts)?),
            Node::Not(part) => Node::Not(self.node(*part)?),
            Node::Sure(part) => Node::Sure(self.node(*part)?),
            Node::Question(part, ask) => Node::Question(self.node(*part)?, ask.clone()),
            Node::Within(part, span) => Node::Within(self.node(*part)?, self.span(*span)?),
            Node::Anniversary(part, days) => Node::Anniversary(self.node(*part)?, *days),
            Node::Held(part, span) => Node::Held(self.node(*part)?, *span),
            Node::Size(part) => Node::Size(self.node(*part)?),
            Node::Since(elapsed, part) => Node::Since(*elapsed, self.node(*part)?),
            Node::Compare(left, op, right) => Node::Compare(self.node(*left)?, *op, self.node(*right)?),
            Node::Arithmetic(left, op, right) => Node::Arithmetic(self.node(*left)?, *op, self.node(*right)?),
            Node::Case(when, otherwise) => {
                let when = when.iter().map(|(if_, then)| Some((self.node(*if_)?, self.node(*then)?)));
                let otherwise = match otherwise {
                    Some(part) => Some(self.node(*part)?),
                    None => None,
                };
                Node::Case(when.collect::<Option<_>>()?, otherwise)
            }
            Node::Related(quantifier, relation, part) => Node::Related(*quantifier, *relation, self.node(*part)?),
            Node::Tally(id, op, value) => Node::Tally(aggregate(id)?, *op, value.clone()),
            Node::Aggregate(id) => Node::Aggregate(aggregate(id)?),
            Node::Sequence(sequence) => {
                let mut sequence = sequence.clone();
                sequence.window = self.span(sequence.window)?;
                Node::Sequence(sequence)
            }
            Node::Changed { field, from, to, window } => {
                Node::Changed { field: *field, from: from.clone(), to: to.clone(), window: self.span(*window)? }
            }
            Node::Rank(id) => {
                let rank = self.after.rank(*id)?;
                let among = match rank.among {
                    Some(among) => Some(self.node(among)?),
                    None => None,
                };
                let rank = Rank { by: self.node(rank.by)?, among, ..rank.clone() };
                let former = (0..).zip(&self.before.ranks).find(|(_, former)| **former == rank)?.0;
                if let Some(slot) = self.ranks.get_mut(*id as usize) {
                    *slot = Some(former);
                }
                Node::Rank(former)
            }
            Node::Ask(..)
            | Node::Consent(..)
            | Node::Sample { .. }
            | Node::Items(..)
            | Node::Constant(_)
            | Node::Read(_) => node.clone(),
        })
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Option<Aggregate> {
        let what = match &aggregate.what {
            What::ActiveDays(zone) => What::ActiveDays(self.zone(*zone)?),
            What::ActiveWeeks(zone) => What::ActiveWeeks(self.zone(*zone)?),
            other => other.clone(),
        };
        Some(Aggregate { what, rows: aggregate.rows.clone(), window: self.span(aggregate.window)? })
    }

    fn span(&self, span: Span) -> Option<Span> {
        Some(match span {
            Span::This(unit, zone) => Span::This(unit, self.zone(zone)?),
            Span::BeforeThis(unit, zone) => Span::BeforeThis(unit, self.zone(zone)?),
            Span::Calendar { count, unit, zone } => Span::Calendar { count, unit, zone: self.zone(zone)? },
            Span::BeforeCalendar { count, unit, zone } => Span::BeforeCalendar { count, unit, zone: self.zone(zone)? },
            other => other,
        })
    }

    fn zone(&self, zone: Zone) -> Option<Zone> {
        let Zone::Named(nth) = zone else { return Some(zone) };
        let name = self.after.zones.get(usize::from(nth))?;
        let former = self.before.zones.iter().position(|it| it == name)?;
        u16::try_from(former).ok().map(Zone::Named)
    }
}
