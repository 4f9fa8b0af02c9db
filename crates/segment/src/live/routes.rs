//! From what happened to what it can change.
//!
//! The plan says of each node of what it is made; here are the ways back: from a type of event, and from the value of
//! one of its properties where a filter asks for that value, to the leaves that look at such events; from a leaf to
//! all that is made of it, up to segments, ranks, and conditions on fellows. An event is followed along them once,
//! and nothing that it does not reach is asked again.

use std::collections::HashMap;

use onefold_model::{EventTypeId, FieldId, RelationId, Value};

use super::entry::Entry;
use super::turn::{Gauges, Turn, Votes, turns};
use crate::ast::{Op, Then};
use crate::plan::{Aggregate, Filter, Node, NodeId, Operand, Plan, RankId, Read, Rows, Span, What};
use crate::value::Ask;

/// Many short lists, one after another.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    fn new(lists: Vec<Vec<u32>>) -> Self {
        let mut all = Self::default();
        for list in lists {
            all.starts.push(all.items.len() as u32);
            all.items.extend(list);
        }
        all.starts.push(all.items.len() as u32);
        all
    }

    pub(super) fn of(&self, nth: u32) -> &[u32] {
        let at = |nth: usize| self.starts.get(nth).map_or(0, |at| *at as usize);
        self.items.get(at(nth as usize)..at(nth as usize + 1)).unwrap_or(&[])
    }
}

/// The leaves that look at one type of event.
#[derive(Clone, Debug, Default)]
struct Looking {
    /// Whatever its properties.
    always: Vec<NodeId>,
    /// Only where a property has this text.
    by_value: ByText,
    /// Those that ask whether this text is the most frequent.
    votes: ByText,
}

/// Leaves by a property and the text that it has.
type ByText = Vec<(FieldId, HashMap<Value, Vec<NodeId>>)>;

/// A segment that an event reaches, and which way the event can turn it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) segment: u32,
    pub(super) turn: Turn,
}

/// What some leaves reach.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    /// A gauge to be spent first: as long as it lasts nothing is reached.
    pub(super) gauge: Option<u8>,
    /// Whatever the profile is.
    pub(super) plain: Vec<Way>,
    /// Only where the profile's trait has this text.
    pub(super) guarded: Vec<(FieldId, HashMap<Value, Vec<Way>>)>,
    /// All segments, guarded or not, and all else.
    pub(super) reached: Reached,
}

/// The ways from one type of event.
#[derive(Clone, Debug, Default)]
struct From {
    always: Vec<u32>,
    /// Only where a property has this text.
    by_value: Vec<(FieldId, HashMap<Value, u32>)>,
}

/// The ways from causes to what they can change.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    by_event: Vec<Looking>,
    from: Vec<From>,
    ways: Vec<Ways>,
    pub(super) gauges: Gauges,
    pub(super) entry: Entry,
    /// What is made of a node, of the same profile.
    above: Lists,
    /// The segments whose condition a node is.
    segments: Lists,
    /// The ranks that look at a node.
    ranks: Lists,
    /// Conditions on fellows that ask a node of them.
    related: Lists,
    /// The nodes that ask for each rank.
    pub(super) rank_nodes: Vec<Vec<NodeId>>,
    /// The ranks, each after those on which it depends.
    pub(super) rank_order: Vec<RankId>,
    /// Conditions on fellows, and reads of traits of groups, by their relation.
    pub(super) relations: Vec<(RelationId, Vec<NodeId>)>,
    /// The parts of each *and* and *or*, the cheap ones first.
    pub(super) parts: Lists,
    /// Of each node, whether it matters only if it is a yes.
    only_yes: Vec<bool>,
    /// The ranks that time alone can change.
    pub(super) timely: Vec<RankId>,
    /// Everything.
    pub(super) all: Reached,
}

/// What a change reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// Segments, ascending.
    pub(super) segments: Vec<u32>,
    /// Ranks.
    pub(super) ranks: Vec<RankId>,
    /// Conditions on fellows that look at what was reached.
    pub(super) related: Vec<NodeId>,
}

impl Reached {
    pub(super) fn clear(&mut self) {
        self.segments.clear();
        self.ranks.clear();
        self.related.clear();
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.segments.extend(&other.segments);
        self.ranks.extend(&other.ranks);
        self.related.extend(&other.related);
    }

    /// Each once, ascending.
    pub(super) fn tidy(&mut self) {
        for list in [&mut self.segments, &mut self.ranks, &mut self.related] {
            list.sort_unstable();
            list.dedup();
        }
    }

    /// Whether nobody else can be concerned.
    pub(super) fn is_own(&self) -> bool {
        self.ranks.is_empty() && self.related.is_empty()
    }
}

/// Marks that are wiped at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    marks: Vec<u32>,
    round: u32,
}

impl Marks {
    /// Wipes all marks.
    pub(super) fn wipe(&mut self, size: usize) {
        if self.round == u32::MAX || self.marks.len() < size {
            self.marks = vec![0; size];
            self.round = 0;
        }
        self.round += 1;
    }

    pub(super) fn has(&self, nth: u32) -> bool {
        self.marks.get(nth as usize) == Some(&self.round)
    }

    /// Sets a mark; whether it is new.
    pub(super) fn set(&mut self, nth: u32) -> bool {
        match self.marks.get_mut(nth as usize) {
            Some(mark) if *mark != self.round => {
                *mark = self.round;
                true
            }
            _ => false,
        }
    }
}

impl Routes {
    pub(super) fn new(plan: &Plan) -> Self {
        let size = plan.nodes.len();
        let mut above = vec![Vec::new(); size];
        let mut segments = vec![Vec::new(); size];
        let mut ranks = vec![Vec::new(); size];
        let mut related = vec![Vec::new(); size];
        let mut parts = vec![Vec::new(); size];
        let mut rank_nodes = vec![Vec::new(); plan.ranks.len()];
        let mut relations: HashMap<RelationId, Vec<NodeId>> = HashMap::new();
        let put = |lists: &mut Vec<Vec<u32>>, at: NodeId, item: u32| {
            if let Some(list) = lists.get_mut(at as usize)
                && list.last() != Some(&item)
            {
                list.push(item);
            }
        };
        let costs = costs(plan);
        let mut routes = Self::default();
        for (id, node) in (0..).zip(&plan.nodes) {
            node.parts(&mut |part| put(&mut above, part, id));
            match node {
                Node::And(all) | Node::Or(all) => {
                    let mut sorted = all.to_vec();
                    sorted.sort_by_key(|part| (costs.get(*part as usize).copied(), *part));
                    if let Some(list) = parts.get_mut(id as usize) {
                        *list = sorted;
                    }
                }
                Node::Rank(rank) => {
                    if let Some(nodes) = rank_nodes.get_mut(*rank as usize) {
                        nodes.push(id);
                    }
                }
                Node::Related(_, relation, part) => {
                    put(&mut related, *part, id);
                    relations.entry(*relation).or_default().push(id);
                }
                Node::Ask(read, _) | Node::Read(read) | Node::Items(_, read, _) => {
                    if let Some(relation) = read.relation {
                        relations.entry(relation).or_default().push(id);
                    }
                }
                _ => {}
            }
            routes.look(plan, id, node);
        }
        for (nth, root) in (0..).zip(&plan.roots) {
            put(&mut segments, *root, nth);
        }
        for (nth, rank) in (0..).zip(&plan.ranks) {
            put(&mut ranks, rank.by, nth);
            rank.among.into_iter().for_each(|among| put(&mut ranks, among, nth));
        }
        (routes.above, routes.segments) = (Lists::new(above), Lists::new(segments));
        (routes.ranks, routes.related, routes.parts) = (Lists::new(ranks), Lists::new(related), Lists::new(parts));
        // A rank depends on those whose nodes stand before its own value.
        let mut order: Vec<RankId> = (0..).zip(&plan.ranks).map(|(nth, _)| nth).collect();
        order.sort_by_key(|nth| {
            let rank = plan.rank(*nth);
            (rank.map(|rank| rank.among.map_or(rank.by, |among| among.max(rank.by))), *nth)
        });
        routes.rank_order = order;
        routes.rank_nodes = rank_nodes;
        routes.relations = relations.into_iter().collect();
        routes.relations.sort();
        let timely = timely(plan);
        let is_timely = |node: &NodeId| timely.get(*node as usize).copied().unwrap_or(true);
        for (nth, _) in (0..).zip(&plan.roots) {
            routes.all.segments.push(nth);
        }
        for nth in &routes.rank_order {
            routes.all.ranks.push(*nth);
            if plan.rank(*nth).is_some_and(|rank| is_timely(&rank.by) || rank.among.as_ref().is_some_and(is_timely)) {
                routes.timely.push(*nth);
            }
        }
        for (id, node) in (0..).zip(&plan.nodes) {
            if matches!(node, Node::Related(..)) {
                routes.all.related.push(id);
            }
        }
        routes.only_yes = only_yes(plan);
        routes.pave(plan);
        routes.entry = Entry::new(plan);
        routes
    }

    /// Calls for all that an event can reach, by numbers of [ways](Self::ways).
    pub(super) fn from(&self, what: EventTypeId, value: &dyn Fn(FieldId) -> Value, call: &mut dyn FnMut(u32)) {
        let Some(from) = self.from.get(what.index()) else { return };
        from.always.iter().copied().for_each(&mut *call);
        for (property, by_value) in &from.by_value {
            if let Some(ways) = by_value.get(&value(*property)) {
                call(*ways);
            }
        }
    }

    /// Whether a no and what is unknown come to the same: all that is made of the node asks whether it is a yes.
    pub(super) fn is_only_yes(&self, node: NodeId) -> bool {
        self.only_yes.get(node as usize) == Some(&true)
    }

    pub(super) fn ways(&self, nth: u32) -> Option<&Ways> {
        self.ways.get(nth as usize)
    }

    /// What is reached, ahead of all events.
    fn pave(&mut self, plan: &Plan) {
        let always = |looking: &Looking, leaf| looking.always.contains(&leaf);
        let by_event = std::mem::take(&mut self.by_event);
        let gauges = Gauges::new(plan, |leaf| by_event.iter().any(|looking| always(looking, leaf)));
        for (what, looking) in (0..).map(EventTypeId).zip(&by_event) {
            if looking.always.is_empty() && looking.by_value.is_empty() && looking.votes.is_empty() {
                self.from.push(From::default());
                continue;
            }
            let told = turns(plan, what, Votes::Any);
            let (gauged, rest): (Vec<NodeId>, Vec<NodeId>) =
                looking.always.iter().partition(|leaf| gauges.of(**leaf).is_some());
            let mut from = From::default();
            if !rest.is_empty() {
                from.always.push(self.lay(plan, &told, None, &rest));
            }
            for leaf in gauged {
                from.always.push(self.lay(plan, &told, gauges.of(leaf), &[leaf]));
            }
            if !looking.votes.is_empty() {
                let against = turns(plan, what, Votes::Against);
                let mut leaves: Vec<NodeId> =
                    looking.votes.iter().flat_map(|(_, by_value)| by_value.values().flatten().copied()).collect();
                leaves.sort_unstable();
                from.always.push(self.lay(plan, &against, None, &leaves));
            }
            let for_it = turns(plan, what, Votes::For);
            for (turns, by_text) in [(&told, &looking.by_value), (&for_it, &looking.votes)] {
                for (property, by_value) in by_text {
                    let ways =
                        by_value.iter().map(|(value, leaves)| (value.clone(), self.lay(plan, turns, None, leaves)));
                    from.by_value.push((*property, ways.collect()));
                }
            }
            self.from.push(from);
        }
        self.gauges = gauges;
    }

    fn lay(&mut self, plan: &Plan, turns: &[Turn], gauge: Option<u8>, leaves: &[NodeId]) -> u32 {
        let (mut open, mut marks, mut ways) = (Vec::new(), Marks::default(), Ways { gauge, ..Ways::default() });
        marks.wipe(plan.nodes.len());
        open.extend(leaves.iter().copied().filter(|leaf| marks.set(*leaf)));
        self.follow(&mut open, &mut marks, &mut ways.reached);
        for segment in &ways.reached.segments {
            let Some(root) = plan.roots.get(*segment as usize) else { continue };
            let turn = turns.get(*root as usize).copied().unwrap_or(Turn::ANY);
            let way = Way { segment: *segment, turn };
            match guard(plan, *root) {
                Some((field, values)) => {
                    let at = ways.guarded.iter().position(|(known, _)| *known == field).unwrap_or_else(|| {
                        ways.guarded.push((field, HashMap::new()));
                        ways.guarded.len() - 1
                    });
                    for (_, guarded) in ways.guarded.iter_mut().skip(at).take(1) {
                        for value in &values {
                            guarded.entry((*value).clone()).or_default().push(way);
                        }
                    }
                }
                None => ways.plain.push(way),
            }
        }
        self.ways.push(ways);
        (self.ways.len() - 1) as u32
    }

    /// Follows nodes that may have changed up to all that is made of them. Ranks are reached, not passed through: who
    /// is in them is another matter. Conditions on fellows are reached likewise.
    pub(super) fn follow(&self, open: &mut Vec<NodeId>, marks: &mut Marks, reached: &mut Reached) {
        while let Some(node) = open.pop() {
            reached.segments.extend(self.segments.of(node));
            reached.ranks.extend(self.ranks.of(node));
            reached.related.extend(self.related.of(node));
            for above in self.above.of(node) {
                if marks.set(*above) {
                    open.push(*above);
                }
            }
        }
        reached.segments.sort_unstable();
        reached.ranks.sort_unstable();
        reached.ranks.dedup();
    }

    fn look(&mut self, plan: &Plan, id: NodeId, node: &Node) {
        match node {
            Node::Tally(aggregate, ..) | Node::Aggregate(aggregate) => {
                if let Some(aggregate) = plan.aggregate(*aggregate) {
                    match vote(node, aggregate) {
                        Some((property, text)) => aggregate.rows.types.iter().for_each(|what| {
                            if let Some(looking) = self.looking(*what) {
                                by_text(&mut looking.votes, property, text, id);
                            }
                        }),
                        None => self.look_at(&aggregate.rows, id),
                    }
                    self.look_in(plan, aggregate.window, id);
                }
            }
            Node::Sequence(sequence) => {
                self.look_at(&sequence.first, id);
                sequence.steps.iter().for_each(|step| self.look_at(&step.rows, id));
                self.look_in(plan, sequence.window, id);
            }
            Node::Within(_, span) | Node::Changed { window: span, .. } => self.look_in(plan, *span, id),
            _ => {}
        }
    }

    /// Sessions are made of any behaviour.
    fn look_in(&mut self, plan: &Plan, window: Span, id: NodeId) {
        if let Span::Session(_) | Span::BeforeSession(_) = window {
            for what in &plan.behaviour {
                if let Some(looking) = self.looking(*what) {
                    put_once(&mut looking.always, id);
                }
            }
        }
    }

    fn look_at(&mut self, rows: &Rows, id: NodeId) {
        let only = rows.filter.as_ref().and_then(only);
        for what in &rows.types {
            let Some(looking) = self.looking(*what) else { continue };
            let Some((property, values)) = &only else {
                put_once(&mut looking.always, id);
                continue;
            };
            for value in values {
                by_text(&mut looking.by_value, *property, value, id);
            }
        }
    }

    fn looking(&mut self, what: EventTypeId) -> Option<&mut Looking> {
        if self.by_event.len() <= what.index() {
            self.by_event.resize_with(what.index() + 1, Looking::default);
        }
        self.by_event.get_mut(what.index())
    }
}

fn by_text(all: &mut ByText, property: FieldId, text: &Value, id: NodeId) {
    let at = all.iter().position(|(known, _)| *known == property).unwrap_or_else(|| {
        all.push((property, HashMap::new()));
        all.len() - 1
    });
    if let Some((_, leaves)) = all.get_mut(at) {
        put_once(leaves.entry(text.clone()).or_default(), id);
    }
}

/// The text of a property that a condition asks whether it is the most frequent.
fn vote<'a>(node: &'a Node, aggregate: &Aggregate) -> Option<(FieldId, &'a Value)> {
    match (node, &aggregate.what) {
        (Node::Tally(_, Op::Eq, text @ Value::Text(_)), What::MostFrequent(read)) => {
            let plain = read.keys.is_empty() && aggregate.rows.filter.as_ref().and_then(only).is_none();
            plain.then_some((read.field, text))
        }
        _ => None,
    }
}

fn put_once(list: &mut Vec<NodeId>, id: NodeId) {
    if list.last() != Some(&id) {
        list.push(id);
    }
}

/// The texts of which a property must have one, if the filter says so.
fn only(filter: &Filter) -> Option<(FieldId, Vec<&Value>)> {
    match filter {
        Filter::And(parts) => parts.iter().find_map(only),
        Filter::Ask(Operand::Property(read), ask) => texts(read, ask),
        _ => None,
    }
}

/// The texts of which a trait must have one where the condition is yes.
pub(super) fn guard(plan: &Plan, root: NodeId) -> Option<(FieldId, Vec<&Value>)> {
    let asked = |id: &NodeId| match plan.node(*id) {
        Some(Node::Ask(read, ask)) => texts(read, ask),
        _ => None,
    };
    match plan.node(root) {
        Some(Node::And(parts)) => parts.iter().find_map(asked),
        _ => None,
    }
}

/// The texts of which a value must have one.
fn texts<'a>(read: &Read, ask: &'a Ask) -> Option<(FieldId, Vec<&'a Value>)> {
    if read.relation.is_some() || !read.keys.is_empty() {
        return None;
    }
    let mut values: Vec<&Value> = match ask {
        Ask::Compare(Op::Eq, value) => vec![value],
        Ask::Among(values) => values.iter().collect(),
        _ => return None,
    };
    values.sort_unstable();
    values.dedup();
    // Texts are equal as they stand; numbers are equal in several ways of writing them.
    values.iter().all(|value| matches!(value, Value::Text(_))).then_some((read.field, values))
}

/// Of each node, whether it matters only if it is a yes. Memberships do, and wholes that do hand it on to their parts.
fn only_yes(plan: &Plan) -> Vec<bool> {
    let mut all = vec![true; plan.nodes.len()];
    for (id, node) in plan.nodes.iter().enumerate().rev() {
        let hands_on = match node {
            Node::And(_) | Node::Or(_) => all.get(id).copied().unwrap_or(false),
            Node::Sure(_) => true,
            _ => false,
        };
        if !hands_on {
            node.parts(&mut |part| all.iter_mut().skip(part as usize).take(1).for_each(|it| *it = false));
        }
    }
    all
}

/// About what an evaluation costs: for putting parts in order.
fn costs(plan: &Plan) -> Vec<u32> {
    let mut costs: Vec<u32> = Vec::with_capacity(plan.nodes.len());
    for node in &plan.nodes {
        let mut cost: u32 = match node {
            Node::Ask(read, _) | Node::Read(read) if read.relation.is_none() => 1,
            Node::Constant(_) | Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Sure(_) => 1,
            Node::Compare(..) | Node::Question(..) | Node::Within(..) | Node::Size(_) => 1,
            Node::Sample { .. } => 20,
            Node::Rank(_) | Node::Items(..) => 5,
            Node::Tally(..) | Node::Aggregate(_) => 30,
            Node::Sequence(_) | Node::Consent(..) | Node::Changed { .. } => 100,
            Node::Held(..) | Node::Related(..) => 1000,
            _ => 3,
        };
        node.parts(&mut |part| cost = cost.saturating_add(costs.get(part as usize).copied().unwrap_or(0)));
        costs.push(cost);
    }
    costs
}

/// Whether time alone can change a window's contents.
const fn moves(window: Span) -> bool {
    !matches!(window, Span::Ever | Span::Since(_) | Span::Before(_) | Span::Between { .. })
}

/// Of each node, whether time alone can change it. Those of which it is not certain are said to.
fn timely(plan: &Plan) -> Vec<bool> {
    let mut all: Vec<bool> = Vec::with_capacity(plan.nodes.len());
    for node in &plan.nodes {
        let mut timely = match node {
            Node::Tally(id, ..) | Node::Aggregate(id) => plan.aggregate(*id).is_none_or(|it| moves(it.window)),
            Node::Sequence(sequence) => {
                let waits = |step: &crate::plan::Step| step.then == Then::Lacks && step.within.is_some();
                moves(sequence.window) || sequence.steps.iter().any(waits)
            }
            Node::Changed { window, .. } => moves(*window),
            Node::Within(..) | Node::Anniversary(..) | Node::Since(..) | Node::Held(..) => true,
            Node::Consent(..) | Node::Related(..) => true,
            // Whoever falls out of a rank by time is told by the timer of whoever moved.
            Node::Rank(_) => false,
            _ => false,
        };
        node.parts(&mut |part| timely |= all.get(part as usize).copied().unwrap_or(true));
        all.push(timely);
    }
    all
}
