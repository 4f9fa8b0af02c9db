//! What a change of some profiles does to others, through ranks and groups.
//!
//! First it is found out whom a change can concern: fellows are followed through conditions on fellows, without
//! evaluating anything. Then ranks are brought up to date, each after those on which it depends; who comes in or falls
//! out is concerned too. Then segments are evaluated, of the profiles that were touched first, then of the others, by
//! id.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use onefold_model::{Change, ProfileId, Time};

use super::order::Key;
use super::roll::Number;
use super::routes::{Marks, Reached, Routes};
use super::{Extent, Live, Ranking, Stage};
use crate::eval::Sight;
use crate::plan::{Node, NodeId, RankId};

/// How much of a profile is asked again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'a> {
    /// Everything; its groups too.
    All,
    /// What time alone can change.
    Timely,
    /// This.
    Part(&'a Reached),
}

/// What is to be asked again of one profile.
#[derive(Clone, Debug)]
struct Todo {
    /// Whether the instant up to which ranks hold is set anew.
    timely: bool,
    /// Whether it is all that there is.
    all: bool,
    segments: BTreeSet<u32>,
    due: Time,
}

impl Default for Todo {
    fn default() -> Self {
        Self { timely: false, all: false, segments: BTreeSet::new(), due: Time::MAX }
    }
}

/// Who is concerned.
#[derive(Debug, Default)]
struct Concern {
    todo: BTreeMap<ProfileId, Todo>,
    ranks: BTreeMap<RankId, BTreeSet<ProfileId>>,
    /// Conditions on fellows that are followed already.
    seen: HashSet<(ProfileId, NodeId)>,
    open: Vec<(ProfileId, NodeId)>,
    marks: Marks,
}

impl Concern {
    fn add(&mut self, who: ProfileId, reached: &Reached, timely: bool) {
        let todo = self.todo.entry(who).or_default();
        todo.timely |= timely;
        todo.segments.extend(&reached.segments);
        for rank in &reached.ranks {
            self.ranks.entry(*rank).or_default().insert(who);
        }
    }

    /// Follows nodes of a profile that may have changed.
    fn follow(&mut self, routes: &Routes, size: usize, who: ProfileId, nodes: &[NodeId]) -> Reached {
        let mut reached = Reached::default();
        self.marks.wipe(size);
        let mut open = nodes.to_vec();
        open.retain(|node| self.marks.set(*node));
        routes.follow(&mut open, &mut self.marks, &mut reached);
        self.add(who, &reached, false);
        reached
    }
}

impl Live {
    pub(super) fn spread(&mut self, all: &[ProfileId], scope: Scope<'_>, stage: Stage<'_>, out: &mut Vec<Change>) {
        let routes = Arc::clone(&self.routes);
        let mut concern = Concern::default();
        for who in all {
            match scope {
                Scope::All => {
                    concern.add(*who, &Reached { segments: Vec::new(), ..routes.all.clone() }, true);
                    concern.todo.entry(*who).or_default().all = true;
                    // Of somebody who is not known nothing is found, and all is left then.
                    self.roll.enrol(*who);
                    self.regroup(&mut concern, &routes, *who, stage);
                }
                // What time does to a fellow is told by one's own timer.
                Scope::Timely => {
                    let Some(number) = self.roll.number(*who) else { continue };
                    let mut segments = Vec::new();
                    let timely = self.due_now(number, stage.now, &mut segments);
                    let ranks = if timely { routes.timely.clone() } else { Vec::new() };
                    concern.add(*who, &Reached { segments, ranks, related: Vec::new() }, timely);
                }
                Scope::Part(reached) => {
                    concern.add(*who, reached, false);
                    self.tell_fellows(&mut concern, *who, &reached.related, stage);
                }
            }
        }
        self.reach(&mut concern, &routes, stage);
        for rank in &routes.rank_order {
            if let Some(concerned) = concern.ranks.remove(rank) {
                self.reorder(*rank, &concerned, &mut concern, &routes, stage);
                self.reach(&mut concern, &routes, stage);
            }
        }
        let mut todo = concern.todo;
        for who in all {
            if let Some(todo) = todo.remove(who) {
                self.look_again(*who, &todo, stage, out);
            }
        }
        for (who, todo) in todo {
            self.look_again(who, &todo, stage, out);
        }
    }

    /// Brings the ranks up to date that an event reaches: until when nothing moves in them by itself; nothing where
    /// others are concerned, or may be.
    pub(super) fn stay(
        &mut self,
        routes: &Routes,
        (who, number): (ProfileId, Number),
        reached: &Reached,
        stage: Stage<'_>,
    ) -> Option<Time> {
        if !reached.related.is_empty() {
            return None;
        }
        let mut due = Time::MAX;
        for rank in routes.rank_order.iter().filter(|rank| reached.ranks.contains(rank)) {
            due = due.min(self.rank_one(*rank, (who, number), routes, stage));
            let moved = self.drawn(*rank);
            if !moved.is_empty() {
                self.moved.extend(moved.into_iter().map(|(who, inside)| (*rank, who, inside)));
                return None;
            }
        }
        Some(due)
    }

    fn look_again(&mut self, who: ProfileId, todo: &Todo, stage: Stage<'_>, out: &mut Vec<Change>) {
        if todo.all {
            self.forget_spare(who);
        } else if self.roll.number(who).is_none() {
            // Nobody has touched it yet; all about it will be asked when somebody does.
            return;
        }
        let segments: Vec<u32> = todo.segments.iter().copied().collect();
        let extent = match todo {
            Todo { all: true, .. } => Extent::All,
            Todo { timely: true, .. } => Extent::Timely,
            _ => Extent::Part,
        };
        self.look(who, (&segments, extent), todo.due, stage, out);
    }

    /// A profile may have come to other groups: those whom it leaves and those to whom it comes are concerned.
    fn regroup(&mut self, concern: &mut Concern, routes: &Routes, who: ProfileId, stage: Stage<'_>) {
        let plan = self.definitions.plan();
        for (relation, nodes) in &routes.relations {
            let asking: Vec<NodeId> =
                nodes.iter().copied().filter(|node| matches!(plan.node(*node), Some(Node::Related(..)))).collect();
            self.fellows.look(who, *relation, stage.people, &mut |fellow| {
                concern.open.extend(asking.iter().map(|node| (fellow, *node)));
            });
        }
    }

    /// Conditions on fellows that look at what may have changed of `who`.
    fn tell_fellows(&mut self, concern: &mut Concern, who: ProfileId, related: &[NodeId], stage: Stage<'_>) {
        let plan = self.definitions.plan();
        for node in related {
            let Some(Node::Related(_, relation, _)) = plan.node(*node) else { continue };
            concern.open.push((who, *node));
            self.fellows.look(who, *relation, stage.people, &mut |fellow| concern.open.push((fellow, *node)));
        }
    }

    /// Follows all that is open.
    fn reach(&mut self, concern: &mut Concern, routes: &Routes, stage: Stage<'_>) {
        let size = self.definitions.plan().nodes.len();
        while let Some((who, node)) = concern.open.pop() {
            if concern.seen.insert((who, node)) {
                let reached = concern.follow(routes, size, who, &[node]);
                self.tell_fellows(concern, who, &reached.related, stage);
            }
        }
    }

    /// Brings a rank up to date; who comes in or falls out is concerned.
    fn reorder(
        &mut self,
        rank: RankId,
        concerned: &BTreeSet<ProfileId>,
        concern: &mut Concern,
        routes: &Routes,
        stage: Stage<'_>,
    ) {
        for who in concerned {
            // Who was never touched has no place yet.
            let Some(number) = self.roll.number(*who) else { continue };
            let due = self.rank_one(rank, (*who, number), routes, stage);
            let todo = concern.todo.entry(*who).or_default();
            todo.due = todo.due.min(due);
        }
        let mut moved = self.drawn(rank);
        let before = self.moved.extract_if(.., |(of, ..)| *of == rank);
        moved.extend(before.map(|(_, who, inside)| (who, inside)));
        let size = self.definitions.plan().nodes.len();
        for (who, inside) in moved {
            self.ranked.mark(rank, who, inside);
            let nodes = routes.rank_nodes.get(rank as usize).map_or(&[][..], Vec::as_slice);
            let reached = concern.follow(routes, size, who, nodes);
            self.tell_fellows(concern, who, &reached.related, stage);
        }
    }

    /// Draws the border of a rank anew: who came in and who fell out.
    pub(super) fn drawn(&mut self, rank: RankId) -> Vec<(ProfileId, bool)> {
        let moved = self.rankings.get_mut(rank as usize).map(Ranking::settle).unwrap_or_default();
        moved.into_iter().filter_map(|(number, inside)| Some((self.roll.id(number)?, inside))).collect()
    }

    /// Puts a profile at its place in a rank; until when it stays there by itself.
    pub(super) fn rank_one(
        &mut self,
        rank: RankId,
        (who, number): (ProfileId, Number),
        routes: &Routes,
        stage: Stage<'_>,
    ) -> Time {
        let plan = self.definitions.plan();
        let Some(asked) = plan.rank(rank) else { return Time::MAX };
        let (mut key, mut due) = (None, Time::MAX);
        let (desk, ranked) = (&mut self.desk, &self.ranked);
        stage.people.see(who, &mut |facts| {
            let sight = Sight { facts, people: stage.people, ranks: ranked, known: stage.now, at: stage.now };
            desk.begin(plan);
            if let Some(among) = asked.among {
                let (truth, until) = desk.ask(plan, routes, among, sight, Time::MAX);
                due = until;
                if !truth.is_yes() {
                    return;
                }
            }
            let (value, until) = desk.value(plan, routes, asked.by, sight);
            due = due.min(until);
            key = Key::of(value);
        });
        if let Some(ranking) = self.rankings.get_mut(rank as usize) {
            ranking.set(number, key, &self.roll);
        }
        due
    }
}
