//! Definitions ready to run: names resolved, types checked, equal parts shared.
//!
//! All segments and computed traits live in one list of nodes: conditions, which are true, false or unknown, and
//! values, which may be nothing. A part that several definitions have is there once, and stands before all that is
//! made of it, so that one pass from front to back evaluates everything, without recursion however long a chain of
//! segments in segments is. Aggregates of events are shared once more: many conditions compare one sum with many
//! bounds.

mod index;
mod label;

use std::collections::{BTreeSet, HashMap};

use onefold_model::{
    ChannelId, Currency, EventTypeId, FieldId, PurposeId, RelationId, Schema, Text, Time, Type, Value,
};

use crate::ast::{Arith, Elapsed, End, Op, Quantifier, Size, Then, Unit};
use crate::value::Ask;

pub(crate) use index::Uses;

/// A place in the list of nodes.
pub(crate) type NodeId = u32;
/// A place in the list of aggregates.
pub(crate) type AggregateId = u32;
/// A place in the list of ranks.
pub(crate) type RankId = u32;

/// A condition on a profile, or a value of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    // ------------------------------------------------------------ conditions
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    Not(NodeId),
    /// Yes where the node is yes, else no: membership of another segment, and the second side of `except`.
    Sure(NodeId),
    /// A trait, asked a question.
    Ask(Read, Ask),
    /// An aggregate, compared with a constant of its type. The workhorse: everything `did`, `count`, `sum` .. against
    /// a constant becomes this. An amount compares with an amount of its currency.
    Tally(AggregateId, Op, Value),
    /// Two values compared; unknown where either is nothing.
    Compare(NodeId, Op, NodeId),
    /// A value node, asked a question: computed traits and the like.
    Question(NodeId, Ask),
    /// Whether a value that is a time or day lies in a window. A day counts from its midnight, UTC.
    Within(NodeId, Span),
    /// Whether the day of the year of a time or day comes round in so many days, from today (UTC) on.
    Anniversary(NodeId, u32),
    Sequence(Box<Sequence>),
    /// It was yes at every instant of [now - span, now]; no where it was no at one; else unknown.
    Held(NodeId, i64),
    Changed {
        field: FieldId,
        from: Option<Value>,
        to: Option<Value>,
        window: Span,
    },
    Consent(PurposeId, Option<ChannelId>),
    /// The profile's [bucket](Schema::bucket) b is in: of `parts` equal parts of [0, 2^64), part floor(b * parts / 2^64) is
    /// one of these. A sample of p percent is of 100,000,000 parts those below p * 1,000,000.
    Sample {
        salt: Text,
        parts: u64,
        among: Share,
    },
    Rank(RankId),
    /// Of the members of the groups to which the profile has the relation, herself included.
    Related(Quantifier, RelationId, NodeId),
    /// Of the maps in a list that is a trait. The filter reads keys of the map.
    Items(Quantifier, Read, Filter),

    // ------------------------------------------------------------ values
    Constant(Value),
    Read(Read),
    Aggregate(AggregateId),
    Arithmetic(NodeId, Arith, NodeId),
    /// How many items or pairs.
    Size(NodeId),
    Since(Elapsed, NodeId),
    /// (condition, value) in turn; the value of the first condition that is yes, else the last.
    Case(Box<[(NodeId, NodeId)]>, Option<NodeId>),
}

/// Which part of a whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Share {
    /// Those below.
    Below(u64),
    /// These; sorted.
    These(Box<[u64]>),
}

/// Where a value is read: a trait of the profile (or, under a relation, of its first group that has it), or a
/// property of an event; and keys of maps from there on. A list on the way stands for its items: the first with a
/// value counts where one value is asked for, and [`Ask`] holds of a list on the way if it holds of one of its items.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Read {
    pub(crate) relation: Option<RelationId>,
    pub(crate) field: FieldId,
    pub(crate) keys: Box<[Text]>,
}

/// What some events come to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Aggregate {
    pub(crate) what: What,
    pub(crate) rows: Rows,
    pub(crate) window: Span,
}

/// What is asked of many events. Values of nothing are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum What {
    Count,
    /// Exact; only amounts of the currency where one is given, else plain numbers.
    Sum(Read, Option<Currency>),
    /// Of amounts in several currencies (and none given): nothing.
    Avg(Read, Option<Currency>),
    /// The least or greatest value by the order of [`crate::value::compare`]; amounts of the currency only where one is
    /// given; of amounts in several currencies (and none given): nothing.
    Min(Read, Option<Currency>),
    Max(Read, Option<Currency>),
    Median(Read, Option<Currency>),
    Distinct(Read),
    /// By (time, event id).
    First(Read),
    Last(Read),
    FirstTime,
    LastTime,
    /// Ties go to the smallest value.
    MostFrequent(Read),
    ActiveDays(Zone),
    ActiveWeeks(Zone),
    /// Runs with less than so many microseconds between one event and the next.
    Sessions(i64),
    /// In seconds, exact.
    SessionTime(i64),
}

impl What {
    /// The property that it looks at.
    pub(crate) const fn read(&self) -> Option<&Read> {
        match self {
            Self::Sum(read, _)
            | Self::Avg(read, _)
            | Self::Min(read, _)
            | Self::Max(read, _)
            | Self::Median(read, _)
            | Self::Distinct(read)
            | Self::First(read)
            | Self::Last(read)
            | Self::MostFrequent(read) => Some(read),
            Self::Count
            | Self::FirstTime
            | Self::LastTime
            | Self::ActiveDays(_)
            | Self::ActiveWeeks(_)
            | Self::Sessions(_)
            | Self::SessionTime(_) => None,
        }
    }

    /// The calendar that it looks at.
    pub(crate) const fn zone(&self) -> Option<Zone> {
        match self {
            Self::ActiveDays(zone) | Self::ActiveWeeks(zone) => Some(*zone),
            _ => None,
        }
    }
}

/// Events, by the ids of their types in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rows {
    pub(crate) types: Box<[EventTypeId]>,
    pub(crate) filter: Option<Filter>,
}

/// A condition on an event, for a later step on the steps before it, or on an item of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Filter {
    And(Box<[Filter]>),
    Or(Box<[Filter]>),
    Not(Box<Filter>),
    Ask(Operand, Ask),
    Compare(Operand, Op, Operand),
    Items(Quantifier, Operand, Box<Filter>),
}

/// What a filter looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operand {
    Constant(Value),
    /// A property of the event.
    Property(Read),
    /// A property of the event that was the n-th step, the first being 0; steps that must not happen are counted too.
    Step(u8, Read),
    /// A key of the item, and keys from there on.
    Key(Box<[Text]>),
    Arithmetic(Box<Operand>, Arith, Box<Operand>),
    /// How many items or pairs.
    Size(Box<Operand>),
}

/// Steps in the order of time; see [`crate::Sequence`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sequence {
    pub(crate) first: Rows,
    pub(crate) steps: Box<[Step]>,
    /// When the first step happened.
    pub(crate) window: Span,
}

/// A step after the first. INVARIANT: the last step has `within` if it must not happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Step {
    pub(crate) then: Then,
    pub(crate) rows: Rows,
    pub(crate) within: Option<i64>,
}

/// A window in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Span {
    Ever,
    /// (now - span, now]
    Last(i64),
    /// (now - from, now - to]
    Ago {
        from: i64,
        to: i64,
    },
    /// (.., now - span]
    BeforeAgo(i64),
    /// [now, now + span); of events, which are never to come, only those at now.
    Next(i64),
    Since(Time),
    /// (.., time)
    Before(Time),
    /// [from, to)
    Between {
        from: Time,
        to: Time,
    },
    /// The current unit of the calendar.
    This(Unit, Zone),
    /// The units before the current one.
    Calendar {
        count: u32,
        unit: Unit,
        zone: Zone,
    },
    /// Before the current unit began.
    BeforeThis(Unit, Zone),
    /// Before the units before the current one.
    BeforeCalendar {
        count: u32,
        unit: Unit,
        zone: Zone,
    },
    /// The session of any behaviour that is going on, with less than so many microseconds from one event to the next.
    Session(i64),
    /// Before the session that is going on; ever where none is.
    BeforeSession(i64),
}

/// Whose calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Zone {
    Utc,
    /// Seconds east.
    Fixed(i32),
    /// A place in the list of zones.
    Named(u16),
    /// As a text trait says: a name, an offset; UTC where neither.
    Field(FieldId),
}

/// A population's first or last by a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rank {
    pub(crate) end: End,
    pub(crate) size: Size,
    /// The value node.
    pub(crate) by: NodeId,
    /// The condition node of those among whom; everybody where none.
    pub(crate) among: Option<NodeId>,
}

/// A computed trait.
#[derive(Clone, Debug)]
pub(crate) struct Computed {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) node: NodeId,
}

/// The nodes of all definitions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    // INVARIANT: the parts of a node stand before it.
    pub(crate) nodes: Vec<Node>,
    known: HashMap<Node, NodeId>,
    pub(crate) aggregates: Vec<Aggregate>,
    known_aggregates: HashMap<Aggregate, AggregateId>,
    pub(crate) ranks: Vec<Rank>,
    known_ranks: HashMap<Rank, RankId>,
    /// The names of time zones that definitions name.
    pub(crate) zones: Vec<String>,
    /// The node of each segment, by its id.
    pub(crate) roots: Vec<NodeId>,
    /// The computed traits, in the order of definition.
    pub(crate) computed: Vec<Computed>,
    /// Types of events that are behaviour; for sessions.
    pub(crate) behaviour: Box<[EventTypeId]>,
    /// For buckets; none where nothing is defined.
    pub(crate) schema: Option<Schema>,
    /// What each segment uses, by its id.
    pub(crate) uses: Vec<Uses>,
    index: index::Index,
    /// By node: of how many questions to traits it is made, if of nothing else and of few; else 0.
    still: Vec<u8>,
}

impl Plan {
    /// The place of a node: where an equal one stands already, that.
    pub(crate) fn put(&mut self, node: Node) -> Option<NodeId> {
        if let Some(id) = self.known.get(&node) {
            return Some(*id);
        }
        let id = NodeId::try_from(self.nodes.len()).ok()?;
        self.nodes.push(node.clone());
        self.known.insert(node, id);
        Some(id)
    }

    /// The place of an aggregate, likewise.
    pub(crate) fn put_aggregate(&mut self, aggregate: Aggregate) -> Option<AggregateId> {
        if let Some(id) = self.known_aggregates.get(&aggregate) {
            return Some(*id);
        }
        let id = AggregateId::try_from(self.aggregates.len()).ok()?;
        self.aggregates.push(aggregate.clone());
        self.known_aggregates.insert(aggregate, id);
        Some(id)
    }

    /// The place of a rank, likewise.
    pub(crate) fn put_rank(&mut self, rank: Rank) -> Option<RankId> {
        if let Some(id) = self.known_ranks.get(&rank) {
            return Some(*id);
        }
        let id = RankId::try_from(self.ranks.len()).ok()?;
        self.ranks.push(rank.clone());
        self.known_ranks.insert(rank, id);
        Some(id)
    }

    /// The place of a time zone's name, likewise.
    #[cfg(feature = "zones")]
    pub(crate) fn put_zone(&mut self, name: &str) -> Option<u16> {
        if let Some(at) = self.zones.iter().position(|it| it == name) {
            return u16::try_from(at).ok();
        }
        self.zones.push(name.to_owned());
        u16::try_from(self.zones.len() - 1).ok()
    }

    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// Whether a condition is made of few questions to traits and of nothing else, so that time does not move it and
    /// asking on the way costs less than noting what its parts say.
    pub(crate) fn is_still(&self, id: NodeId) -> bool {
        self.still.get(id as usize).is_some_and(|size| *size > 0)
    }

    /// Notes which conditions are.
    fn find_still(&mut self) {
        const MOST: u8 = 64;
        let mut still: Vec<u8> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let own = matches!(node, Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Sure(_));
            let mut size = match node {
                Node::Ask(read, _) => u8::from(read.relation.is_none()),
                _ => u8::from(own),
            };
            if own {
                node.parts(&mut |part| {
                    let of_part = still.get(part as usize).copied().unwrap_or(0);
                    let whole = size.saturating_add(of_part);
                    size = if of_part == 0 || size == 0 || whole > MOST { 0 } else { whole };
                });
            }
            still.push(size);
        }
        self.still = still;
    }

    pub(crate) fn aggregate(&self, id: AggregateId) -> Option<&Aggregate> {
        self.aggregates.get(id as usize)
    }

    pub(crate) fn rank(&self, id: RankId) -> Option<&Rank> {
        self.ranks.get(id as usize)
    }

    /// All nodes, each after its parts.
    pub(crate) fn all(&self) -> std::ops::Range<NodeId> {
        0..NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX)
    }

    /// The nodes that a node needs, itself included, each after its parts. What it needs of others (relations, ranks)
    /// is not among them.
    pub(crate) fn needed(&self, root: NodeId) -> Vec<NodeId> {
        let mut seen = BTreeSet::from([root]);
        let mut open = vec![root];
        while let Some(node) = open.pop().and_then(|id| self.node(id)) {
            node.parts(&mut |part| {
                if seen.insert(part) {
                    open.push(part);
                }
            });
        }
        seen.into_iter().collect()
    }
}

impl Node {
    /// Calls for each node of the same profile from which this one is made.
    pub(crate) fn parts(&self, call: &mut dyn FnMut(NodeId)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().copied().for_each(call),
            Self::Not(part)
            | Self::Sure(part)
            | Self::Question(part, _)
            | Self::Within(part, _)
            | Self::Anniversary(part, _)
            | Self::Held(part, _)
            | Self::Size(part)
            | Self::Since(_, part) => call(*part),
            Self::Compare(left, _, right) | Self::Arithmetic(left, _, right) => {
                call(*left);
                call(*right);
            }
            Self::Case(when, otherwise) => {
                for (condition, value) in when {
                    call(*condition);
                    call(*value);
                }
                otherwise.iter().copied().for_each(call);
            }
            Self::Ask(..)
            | Self::Tally(..)
            | Self::Sequence(_)
            | Self::Changed { .. }
            | Self::Consent(..)
            | Self::Sample { .. }
            | Self::Rank(_)
            | Self::Related(..)
            | Self::Items(..)
            | Self::Constant(_)
            | Self::Read(_)
            | Self::Aggregate(_) => {}
        }
    }
}
