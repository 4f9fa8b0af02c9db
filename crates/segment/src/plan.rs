//! Definitions ready to run: names resolved, types checked, equal parts shared.
//!
//! All segments live in one list of nodes. A part that several segments have is there once, and stands before all
//! that is made of it, so that one pass from front to back evaluates everything, without recursion however long a
//! chain of segments in segments is.

use std::collections::{BTreeSet, HashMap};

use onefold_model::{ChannelId, Currency, Decimal, EventTypeId, FieldId, PurposeId, SegmentId, Time};

use crate::ast::{Op, Then};
use crate::value::Ask;

/// A place in the list of nodes.
pub(crate) type NodeId = u32;

/// A condition on a profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    Not(NodeId),
    /// A trait, asked a question.
    Field(FieldId, Ask),
    /// A time or day within so many microseconds before now.
    Recent(FieldId, i64),
    Count {
        rows: Rows,
        window: Span,
        op: Op,
        number: i64,
    },
    Sum {
        rows: Rows,
        property: FieldId,
        currency: Option<Currency>,
        window: Span,
        op: Op,
        number: Decimal,
    },
    Sequence {
        first: Rows,
        then: Then,
        second: Rows,
        within: i64,
        window: Span,
    },
    /// The node of another segment: yes or no.
    Member(NodeId),
    Consent(PurposeId, Option<ChannelId>),
}

/// Events, by the ids of their types in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rows {
    pub(crate) types: Box<[EventTypeId]>,
    pub(crate) filter: Option<Filter>,
}

/// A condition on an event, and for a second step on the first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Filter {
    And(Box<[Filter]>),
    Or(Box<[Filter]>),
    Not(Box<Filter>),
    Property(FieldId, Ask),
    Step(FieldId, Op, FieldId),
}

/// A window in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Span {
    Ever,
    Last(i64),
    Ago { from: i64, to: i64 },
    Since(Time),
    Between { from: Time, to: Time },
}

/// What a segment can be changed by, its segments in segments included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    pub(crate) events: Vec<EventTypeId>,
    pub(crate) fields: Vec<FieldId>,
    pub(crate) purposes: Vec<PurposeId>,
}

/// The nodes of all segments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    // INVARIANT: the parts of a node stand before it.
    nodes: Vec<Node>,
    known: HashMap<Node, NodeId>,
    /// The node of each segment, by its id.
    pub(crate) roots: Vec<NodeId>,
    /// What each segment uses, by its id.
    pub(crate) uses: Vec<Uses>,
    by_event: HashMap<EventTypeId, Vec<SegmentId>>,
    by_field: HashMap<FieldId, Vec<SegmentId>>,
    by_purpose: HashMap<PurposeId, Vec<SegmentId>>,
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

    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// All nodes, each after its parts.
    pub(crate) fn all(&self) -> std::ops::Range<NodeId> {
        0..NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX)
    }

    /// The nodes that a node needs, itself included, each after its parts.
    pub(crate) fn needed(&self, root: NodeId) -> Vec<NodeId> {
        self.reach(root, Through::Members)
    }

    fn reach(&self, root: NodeId, through: Through) -> Vec<NodeId> {
        let mut seen = BTreeSet::from([root]);
        let mut open = vec![root];
        while let Some(node) = open.pop().and_then(|id| self.node(id)) {
            let parts: &[NodeId] = match (node, through) {
                (Node::And(parts) | Node::Or(parts), _) => parts,
                (Node::Not(part), _) | (Node::Member(part), Through::Members) => std::slice::from_ref(part),
                _ => &[],
            };
            open.extend(parts.iter().filter(|part| seen.insert(**part)));
        }
        seen.into_iter().collect()
    }

    /// Notes what each segment uses, once all are there.
    pub(crate) fn index(&mut self) {
        self.known = HashMap::new();
        let sorted: BTreeSet<NodeId> = self.roots.iter().copied().collect();
        let mut by_root: HashMap<NodeId, Uses> = HashMap::new();
        for root in sorted {
            let mut used = Uses::default();
            for node in self.reach(root, Through::OwnParts) {
                match self.node(node) {
                    Some(Node::Member(other)) => used.join(by_root.get(other)),
                    Some(node) => node.uses(&mut used),
                    None => {}
                }
            }
            used.tidy();
            by_root.insert(root, used);
        }
        for (nth, root) in (0..).zip(&self.roots) {
            let segment = SegmentId(nth);
            let used = by_root.get(root).cloned().unwrap_or_default();
            for event in &used.events {
                self.by_event.entry(*event).or_default().push(segment);
            }
            for field in &used.fields {
                self.by_field.entry(*field).or_default().push(segment);
            }
            for purpose in &used.purposes {
                self.by_purpose.entry(*purpose).or_default().push(segment);
            }
            self.uses.push(used);
        }
    }

    pub(crate) fn by_event(&self, what: EventTypeId) -> &[SegmentId] {
        self.by_event.get(&what).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn by_field(&self, field: FieldId) -> &[SegmentId] {
        self.by_field.get(&field).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn by_purpose(&self, purpose: PurposeId) -> &[SegmentId] {
        self.by_purpose.get(&purpose).map_or(&[], Vec::as_slice)
    }
}

/// How far a walk over the nodes goes.
#[derive(Clone, Copy)]
enum Through {
    /// Into segments in segments.
    Members,
    /// Up to them.
    OwnParts,
}

impl Uses {
    fn join(&mut self, other: Option<&Self>) {
        if let Some(other) = other {
            self.events.extend(&other.events);
            self.fields.extend(&other.fields);
            self.purposes.extend(&other.purposes);
        }
    }

    fn tidy(&mut self) {
        self.events.sort_unstable();
        self.events.dedup();
        self.fields.sort_unstable();
        self.fields.dedup();
        self.purposes.sort_unstable();
        self.purposes.dedup();
    }
}

impl Node {
    fn uses(&self, used: &mut Uses) {
        match self {
            Self::And(_) | Self::Or(_) | Self::Not(_) | Self::Member(_) => {}
            Self::Field(field, _) | Self::Recent(field, _) => used.fields.push(*field),
            Self::Count { rows, .. } | Self::Sum { rows, .. } => used.events.extend(&rows.types),
            Self::Sequence { first, second, .. } => {
                used.events.extend(&first.types);
                used.events.extend(&second.types);
            }
            Self::Consent(purpose, _) => used.purposes.push(*purpose),
        }
    }
}
