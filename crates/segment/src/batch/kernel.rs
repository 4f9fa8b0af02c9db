//! The plan made ready for columns: each condition a kernel over blocks of profiles.
//!
//! A condition is asked of those profiles alone of whom the answer still matters: of an `and`, whose cheapest parts come
//! first, those whom no part has ruled out yet. What a condition is for some profiles of a block is remembered, so that
//! a part that many segments share is asked once. What has no kernel is left to the evaluator, profile by profile.

use onefold_model::Time;

use super::bits::{BLOCK, Mask, Truths};
use super::chain::Chain;
use super::drive::Block;
use super::lane::{Asked, Lane, Pair, Values};
use super::leaf::Leaf;
use super::rank::Places;
use super::tally::{Tally, Test};
use crate::columns::{Column, Columns, Numbers, Person, Unit};
use crate::eval::{Memo, Ranks, Sight, pass};
use crate::plan::{Node, NodeId, Plan, RankId, Share, Span};

/// Deeper nodes are asked before what is made of them, so that recursion stays bounded.
const DEPTH: u32 = 64;

/// A condition made ready.
#[derive(Debug)]
enum Kernel<'a> {
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    Not(NodeId),
    Sure(NodeId),
    Trait(Leaf<'a>),
    /// Whether the times or days of a trait lie from the first microsecond to the last.
    Within(&'a Numbers, i64, i64),
    Tally(Tally<'a>, Test<'a>),
    Pair(Pair),
    Asked(NodeId, Asked),
    Chain(Box<Chain<'a>>),
    Sample(&'a str, u64, &'a Share),
    Rank(RankId),
    /// Left to the evaluator; with all that it needs.
    Slow(Box<[NodeId]>),
}

/// The conditions and values of a plan, made ready for columns at an instant.
#[derive(Debug)]
pub(crate) struct Kernels<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) columns: &'a Columns,
    pub(crate) now: Time,
    nodes: Vec<Option<Kernel<'a>>>,
    lanes: Vec<Option<Lane<'a>>>,
    depths: Vec<u32>,
    pub(crate) places: Places,
    /// The same for the evaluator.
    pub(crate) ranks: Ranks,
}

/// What one thread needs to work with.
pub(crate) struct Own<'a> {
    block: Block,
    all: Mask,
    known: Vec<Option<Box<Known>>>,
    values: Vec<Option<Box<(Mask, Values)>>>,
    used: Vec<NodeId>,
    person: Person<'a>,
    memo: Memo,
}

/// What a condition is, of those of whom it was asked.
#[derive(Clone, Debug)]
struct Known {
    of: Mask,
    truths: Truths,
}

impl<'a> Kernels<'a> {
    /// Makes ready what the roots need.
    pub(crate) fn new(plan: &'a Plan, columns: &'a Columns, roots: &[NodeId], now: Time) -> Self {
        let size = plan.nodes.len();
        let mut needed = vec![false; size];
        let mut open: Vec<NodeId> = roots.to_vec();
        while let Some(id) = open.pop() {
            if let Some(seen @ false) = needed.get_mut(id as usize) {
                *seen = true;
                let Some(node) = plan.node(id) else { continue };
                node.parts(&mut |part| open.push(part));
                match node {
                    Node::Rank(rank) => {
                        open.extend(
                            plan.rank(*rank).into_iter().flat_map(|rank| rank.among.into_iter().chain([rank.by])),
                        );
                    }
                    Node::Related(_, _, part) => open.push(*part),
                    _ => {}
                }
            }
        }
        let mut kernels = Self {
            plan,
            columns,
            now,
            nodes: Vec::with_capacity(size),
            lanes: Vec::with_capacity(size),
            depths: Vec::with_capacity(size),
            places: Places::default(),
            ranks: Ranks::default(),
        };
        let mut costs: Vec<u32> = Vec::with_capacity(size);
        for ((id, node), needed) in (0..).zip(&plan.nodes).zip(needed) {
            let lane = if needed { Lane::new(columns, plan, node, &kernels.lanes, now) } else { None };
            let kernel = needed.then(|| kernels.make(id, node, &costs)).flatten();
            let (mut depth, mut cost) = (0, 0_u32);
            node.parts(&mut |part| {
                depth = depth.max(kernels.depths.get(part as usize).copied().unwrap_or_default());
                cost = cost.saturating_add(costs.get(part as usize).copied().unwrap_or_default());
            });
            costs.push(cost.saturating_add(kernel.as_ref().map_or(0, Kernel::cost)));
            kernels.depths.push(depth + 1);
            kernels.lanes.push(lane);
            kernels.nodes.push(kernel);
        }
        kernels
    }

    fn make(&self, id: NodeId, node: &'a Node, costs: &[u32]) -> Option<Kernel<'a>> {
        let sorted = |parts: &[NodeId]| {
            let mut parts = parts.to_vec();
            parts.sort_by_key(|part| costs.get(*part as usize).copied().unwrap_or_default());
            parts.into_boxed_slice()
        };
        let sort = |id: NodeId| self.lanes.get(id as usize)?.as_ref().map(|lane| lane.sort);
        let ready = match node {
            Node::And(parts) => Some(Kernel::And(sorted(parts))),
            Node::Or(parts) => Some(Kernel::Or(sorted(parts))),
            Node::Not(part) => Some(Kernel::Not(*part)),
            Node::Sure(part) => Some(Kernel::Sure(*part)),
            Node::Ask(read, ask) if read.relation.is_none() => {
                Some(Kernel::Trait(Leaf::new(self.columns.trait_column(read.field), &read.keys, ask)))
            }
            Node::Tally(id, op, constant) => self
                .plan
                .aggregate(*id)
                .and_then(|aggregate| Tally::new(self.columns, self.plan, aggregate, self.now))
                .and_then(|tally| tally.test(*op, constant).map(|test| Kernel::Tally(tally, test))),
            Node::Compare(left, op, right) => sort(*left)
                .zip(sort(*right))
                .and_then(|(one, two)| Pair::new(*left, *op, *right, one, two))
                .map(Kernel::Pair),
            Node::Question(part, ask) => {
                sort(*part).and_then(|sort| Asked::new(ask, sort)).map(|asked| Kernel::Asked(*part, asked))
            }
            Node::Within(part, span) => self.within(*part, *span),
            Node::Sequence(sequence) => {
                Chain::new(self.columns, self.plan, sequence, self.now).map(|chain| Kernel::Chain(Box::new(chain)))
            }
            Node::Sample { salt, parts, among } => Some(Kernel::Sample(salt, *parts, among)),
            Node::Rank(id) => Some(Kernel::Rank(*id)),
            _ => None,
        };
        // Values: lanes hold them, or nobody needs them.
        if node.is_value() {
            return None;
        }
        ready.or_else(|| Some(Kernel::Slow(self.plan.needed(id).into())))
    }

    fn within(&self, part: NodeId, span: Span) -> Option<Kernel<'a>> {
        let Some(Node::Read(read)) = self.plan.node(part) else { return None };
        let column =
            self.columns.trait_column(read.field).filter(|_| read.relation.is_none() && read.keys.is_empty())?;
        let Column::Numbers(numbers) = column else { return None };
        if !matches!(numbers.unit, Unit::Time | Unit::Date) {
            return None;
        }
        let now = self.now.0;
        match span {
            Span::Last(span) => Some(Kernel::Within(numbers, now.saturating_sub(span).saturating_add(1), now)),
            Span::Next(span) => Some(Kernel::Within(numbers, now, now.saturating_add(span - 1))),
            _ => None,
        }
    }

    /// Whether nothing is left to the evaluator as it stands.
    pub(crate) fn is_fast(&self) -> bool {
        !self.nodes.iter().flatten().any(|kernel| matches!(kernel, Kernel::Slow(_)))
    }

    /// The ranks that are needed, in the order in which they depend on each other.
    pub(crate) fn ranked(&self) -> Vec<RankId> {
        let ranked = self.nodes.iter().flatten().filter_map(|kernel| match kernel {
            Kernel::Rank(id) => Some(*id),
            _ => None,
        });
        let mut all: Vec<RankId> = ranked.collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(crate) fn lane(&self, id: NodeId) -> Option<&Lane<'a>> {
        self.lanes.get(id as usize)?.as_ref()
    }

    /// How many blocks there are.
    pub(crate) fn blocks(&self) -> usize {
        (self.columns.numbers() as usize).div_ceil(BLOCK)
    }

    /// What a thread needs.
    pub(crate) fn own(&self) -> Own<'a> {
        Own {
            block: Block::new(0),
            all: Mask::NONE,
            known: vec![None; self.plan.nodes.len()],
            values: vec![None; self.plan.nodes.len()],
            used: Vec::new(),
            person: Person::new(self.columns),
            memo: Memo::default(),
        }
    }

    /// Begins a block and says who is in it.
    pub(crate) fn begin(&self, own: &mut Own<'a>, nth: usize) -> Mask {
        let base = nth * BLOCK;
        for id in own.used.drain(..) {
            if let Some(Some(known)) = own.known.get_mut(id as usize) {
                known.of = Mask::NONE;
            }
            if let Some(Some(values)) = own.values.get_mut(id as usize) {
                values.0 = Mask::NONE;
            }
        }
        own.block = Block::new(base);
        own.all = Mask::first((self.columns.numbers() as usize).saturating_sub(base).min(BLOCK));
        let end = u32::try_from(base + BLOCK).unwrap_or(u32::MAX);
        for number in self.columns.vacant().range(u32::try_from(base).unwrap_or(u32::MAX)..end) {
            let nth = *number as usize - base;
            if let Some(word) = own.all.0.get_mut(nth / 64) {
                *word &= !(1 << (nth % 64));
            }
        }
        own.all
    }

    /// What a condition is for everybody of the block.
    pub(crate) fn root(&self, own: &mut Own<'a>, id: NodeId) -> Truths {
        let all = own.all;
        let depth = self.depths.get(id as usize).copied().unwrap_or_default();
        if depth > DEPTH {
            for part in self.plan.needed(id) {
                let depth = self.depths.get(part as usize).copied().unwrap_or_default();
                if depth % DEPTH == 0 && self.nodes.get(part as usize).is_some_and(Option::is_some) {
                    self.eval(own, part, &all);
                }
            }
        }
        self.eval(own, id, &all)
    }

    /// What a condition is for some of the block.
    pub(crate) fn eval(&self, own: &mut Own<'a>, id: NodeId, of: &Mask) -> Truths {
        let at = id as usize;
        let (mut known, before) = match own.known.get_mut(at).and_then(Option::take) {
            Some(known) => {
                let before = known.of;
                (known, before)
            }
            None => (Box::new(Known { of: Mask::NONE, truths: Truths::NO }), Mask::NONE),
        };
        let need = of.without(&before);
        if !need.is_empty() {
            let fresh = self.ask(own, id, &need);
            if before.is_empty() {
                own.used.push(id);
                known.truths = fresh;
            } else {
                known.truths.yes = known.truths.yes | fresh.yes;
                known.truths.unknown = known.truths.unknown | fresh.unknown;
            }
            known.of = before | need;
        }
        let truths = Truths { yes: known.truths.yes & *of, unknown: known.truths.unknown & *of };
        if let Some(place) = own.known.get_mut(at) {
            *place = Some(known);
        }
        truths
    }

    fn ask(&self, own: &mut Own<'a>, id: NodeId, of: &Mask) -> Truths {
        let Some(kernel) = self.nodes.get(id as usize).and_then(Option::as_ref) else {
            return Truths { yes: Mask::NONE, unknown: *of };
        };
        let mut unsure = Mask::NONE;
        let truths = match kernel {
            Kernel::And(parts) => {
                let (mut open, mut unknown) = (*of, Mask::NONE);
                for part in parts {
                    if open.is_empty() {
                        break;
                    }
                    let truths = self.eval(own, *part, &open);
                    unknown = unknown | truths.unknown;
                    open = truths.yes | truths.unknown;
                }
                Truths { yes: open.without(&unknown), unknown: open & unknown }
            }
            Kernel::Or(parts) => {
                let (mut open, mut truths) = (*of, Truths::NO);
                for part in parts {
                    if open.is_empty() {
                        break;
                    }
                    let these = self.eval(own, *part, &open);
                    truths.yes = truths.yes | these.yes;
                    truths.unknown = truths.unknown | these.unknown;
                    open = open.without(&these.yes);
                }
                truths.unknown = truths.unknown.without(&truths.yes);
                truths
            }
            Kernel::Not(part) => {
                let truths = self.eval(own, *part, of);
                Truths { yes: of.without(&truths.yes).without(&truths.unknown), unknown: truths.unknown }
            }
            Kernel::Sure(part) => Truths::yes(self.eval(own, *part, of).yes),
            Kernel::Trait(leaf) => leaf.block(own.block.base, of),
            Kernel::Within(numbers, from, to) => {
                let one = if numbers.unit == Unit::Date { 86_400_000_000 } else { 1 };
                let mut unknown = Mask::NONE;
                let base = own.block.base;
                let yes = of.filter(|nth| match numbers.units(base + nth) {
                    Some(units) => (*from..=*to).contains(&units.saturating_mul(one)),
                    None => {
                        unknown.set(nth);
                        false
                    }
                });
                Truths { yes, unknown }
            }
            Kernel::Tally(tally, test) => tally.block(test, &mut own.block, of, &mut unsure),
            Kernel::Pair(pair) => {
                self.lend(own, pair.left, of);
                self.lend(own, pair.right, of);
                match (own.lent(pair.left), own.lent(pair.right)) {
                    (Some(left), Some(right)) => pair.block(of, left, right, &mut unsure),
                    _ => {
                        unsure = *of;
                        Truths::NO
                    }
                }
            }
            Kernel::Asked(part, asked) => {
                self.lend(own, *part, of);
                match own.lent(*part) {
                    Some(values) => asked.block(of, values, &mut unsure),
                    None => {
                        unsure = *of;
                        Truths::NO
                    }
                }
            }
            Kernel::Chain(chain) => chain.block(&mut own.block, of, &mut unsure),
            Kernel::Sample(salt, parts, among) => {
                let base = own.block.base;
                Truths::yes(of.filter(|nth| self.sampled(base + nth, salt, *parts, among)))
            }
            Kernel::Rank(id) => Truths::yes(*of & self.places.mask(*id, own.block.base)),
            Kernel::Slow(needed) => return self.slow(own, id, needed, of),
        };
        if unsure.is_empty() {
            return truths;
        }
        let slow = self.slow(own, id, &self.plan.needed(id), &unsure);
        Truths { yes: truths.yes | slow.yes, unknown: truths.unknown | slow.unknown }
    }

    fn sampled(&self, number: usize, salt: &str, parts: u64, among: &Share) -> bool {
        let (Some(schema), Some(who)) =
            (&self.plan.schema, u32::try_from(number).ok().and_then(|number| self.columns.profile(number)))
        else {
            return false;
        };
        let part = (u128::from(schema.bucket(who, salt)) * u128::from(parts)) >> 64;
        match among {
            Share::Below(end) => part < u128::from(*end),
            Share::These(these) => u64::try_from(part).is_ok_and(|part| these.binary_search(&part).is_ok()),
        }
    }

    /// Asks the evaluator, profile by profile.
    fn slow(&self, own: &mut Own<'a>, id: NodeId, needed: &[NodeId], of: &Mask) -> Truths {
        let mut unknown = Mask::NONE;
        let base = own.block.base;
        let (person, memo) = (&mut own.person, &mut own.memo);
        let yes = of.filter(|nth| {
            let facts = person.turn(u32::try_from(base + nth).unwrap_or(u32::MAX));
            let sight = Sight { facts, people: self.columns, ranks: &self.ranks, known: self.now, at: self.now };
            pass(self.plan, needed.iter().copied(), sight, memo);
            let truth = memo.get(id).0;
            if truth == onefold_model::Truth::Unknown {
                unknown.set(nth);
            }
            truth.is_yes()
        });
        Truths { yes, unknown }
    }

    /// Makes the values of a lane for some of the block.
    pub(crate) fn lend(&self, own: &mut Own<'a>, id: NodeId, of: &Mask) {
        let Some(lane) = self.lane(id) else { return };
        if let Some(Some(values)) = own.values.get(id as usize)
            && of.without(&values.0).is_empty()
        {
            return;
        }
        if let Some((left, right)) = lane.parts() {
            self.lend(own, left, of);
            self.lend(own, right, of);
        }
        let mut block = std::mem::replace(&mut own.block, Block::new(0));
        let parts = lane.parts().and_then(|(left, right)| {
            let sort = |id| self.lane(id).map(|lane| lane.sort);
            Some([(own.lent(left)?, sort(left)?), (own.lent(right)?, sort(right)?)])
        });
        let values = lane.block(&mut block, of, parts);
        own.block = block;
        own.used.push(id);
        if let Some(place) = own.values.get_mut(id as usize) {
            *place = Some(Box::new((*of, values)));
        }
    }
}

impl Own<'_> {
    /// The values of a lane that were made.
    pub(crate) fn lent(&self, id: NodeId) -> Option<&Values> {
        self.values.get(id as usize)?.as_ref().map(|values| &values.1)
    }
}

impl Kernel<'_> {
    /// About how many nanoseconds a profile costs.
    fn cost(&self) -> u32 {
        match self {
            Self::And(_) | Self::Or(_) | Self::Not(_) | Self::Sure(_) => 0,
            Self::Trait(Leaf::Each(..)) => 20,
            Self::Trait(_) | Self::Within(..) | Self::Rank(_) => 1,
            Self::Tally(tally, _) => tally.cost(),
            Self::Pair(_) | Self::Asked(..) => 40,
            Self::Chain(_) => 60,
            Self::Sample(..) => 400,
            Self::Slow(_) => 2000,
        }
    }
}
