//! What can change what: from types of events, traits and purposes to the segments that look at them.

use std::collections::{BTreeSet, HashMap};

use onefold_model::{EventTypeId, FieldId, PurposeId, SegmentId};

use super::{Aggregate, Node, NodeId, Plan, Rows, Span, Zone};

/// What a segment can be changed by, its segments in segments included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    pub(crate) events: Vec<EventTypeId>,
    pub(crate) fields: Vec<FieldId>,
    pub(crate) purposes: Vec<PurposeId>,
    /// Whether it looks at other profiles.
    pub(crate) others: bool,
}

/// The segments by what can change them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    by_event: HashMap<EventTypeId, Vec<SegmentId>>,
    by_field: HashMap<FieldId, Vec<SegmentId>>,
    by_purpose: HashMap<PurposeId, Vec<SegmentId>>,
}

impl Plan {
    /// Notes what each segment uses, once all are there.
    pub(crate) fn index(&mut self) {
        self.known = HashMap::new();
        self.known_aggregates = HashMap::new();
        self.find_still();
        self.known_ranks = HashMap::new();
        let computed = self.computed.iter().map(|it| it.node);
        let sorted: BTreeSet<NodeId> = self.roots.iter().copied().chain(computed).collect();
        let mut by_root: HashMap<NodeId, Uses> = HashMap::new();
        for root in sorted {
            // Definitions come in ascending order, so that what this one takes from others is known already; it is
            // taken over and not walked again, so that long chains take no more than their length.
            let mut used = Uses::default();
            let (mut seen, mut open) = (BTreeSet::from([root]), vec![root]);
            while let Some(id) = open.pop() {
                if let Some(known) = by_root.get(&id) {
                    used.join(known);
                    continue;
                }
                let Some(node) = self.node(id) else { continue };
                self.uses_of(node, &mut used, &mut open, &mut seen);
                node.parts(&mut |part| {
                    if seen.insert(part) {
                        open.push(part);
                    }
                });
            }
            used.tidy();
            by_root.insert(root, used);
        }
        for (nth, root) in (0..).zip(&self.roots) {
            let segment = SegmentId(nth);
            let used = by_root.get(root).cloned().unwrap_or_default();
            for event in &used.events {
                self.index.by_event.entry(*event).or_default().push(segment);
            }
            for field in &used.fields {
                self.index.by_field.entry(*field).or_default().push(segment);
            }
            for purpose in &used.purposes {
                self.index.by_purpose.entry(*purpose).or_default().push(segment);
            }
            self.uses.push(used);
        }
    }

    /// What some nodes look at, taken together.
    pub(crate) fn reach(&self, nodes: &[NodeId]) -> Uses {
        let (mut used, mut open, mut seen) = (Uses::default(), Vec::new(), nodes.iter().copied().collect());
        for node in nodes.iter().filter_map(|id| self.node(*id)) {
            self.uses_of(node, &mut used, &mut open, &mut seen);
        }
        used.tidy();
        used
    }

    /// What a node looks at itself; nodes of other profiles are opened too, since an event of a fellow counts.
    fn uses_of(&self, node: &Node, used: &mut Uses, open: &mut Vec<NodeId>, seen: &mut BTreeSet<NodeId>) {
        let mut follow = |id: NodeId| {
            if seen.insert(id) {
                open.push(id);
            }
        };
        match node {
            Node::Ask(read, _) | Node::Read(read) | Node::Items(_, read, _) => {
                used.others |= read.relation.is_some();
                used.fields.push(read.field);
            }
            Node::Tally(id, ..) | Node::Aggregate(id) => {
                if let Some(aggregate) = self.aggregate(*id) {
                    self.aggregate_uses(aggregate, used);
                }
            }
            Node::Within(_, span) => self.span_uses(*span, used),
            Node::Sequence(sequence) => {
                rows_uses(&sequence.first, used);
                sequence.steps.iter().for_each(|step| rows_uses(&step.rows, used));
                self.span_uses(sequence.window, used);
            }
            Node::Changed { field, window, .. } => {
                used.fields.push(*field);
                self.span_uses(*window, used);
            }
            Node::Consent(purpose, _) => used.purposes.push(*purpose),
            Node::Rank(id) => {
                used.others = true;
                if let Some(rank) = self.rank(*id) {
                    follow(rank.by);
                    rank.among.into_iter().for_each(follow);
                }
            }
            Node::Related(_, _, part) => {
                used.others = true;
                follow(*part);
            }
            Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::Sure(_)
            | Node::Compare(..)
            | Node::Question(..)
            | Node::Anniversary(..)
            | Node::Held(..)
            | Node::Sample { .. }
            | Node::Constant(_)
            | Node::Arithmetic(..)
            | Node::Size(_)
            | Node::Since(..)
            | Node::Case(..) => {}
        }
    }

    fn aggregate_uses(&self, aggregate: &Aggregate, used: &mut Uses) {
        rows_uses(&aggregate.rows, used);
        self.span_uses(aggregate.window, used);
        if let Some(zone) = aggregate.what.zone() {
            zone_uses(zone, used);
        }
    }

    fn span_uses(&self, span: Span, used: &mut Uses) {
        match span {
            Span::This(_, zone)
            | Span::Calendar { zone, .. }
            | Span::BeforeThis(_, zone)
            | Span::BeforeCalendar { zone, .. } => zone_uses(zone, used),
            Span::Session(_) | Span::BeforeSession(_) => used.events.extend(&self.behaviour),
            _ => {}
        }
    }

    pub(crate) fn by_event(&self, what: EventTypeId) -> &[SegmentId] {
        self.index.by_event.get(&what).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn by_field(&self, field: FieldId) -> &[SegmentId] {
        self.index.by_field.get(&field).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn by_purpose(&self, purpose: PurposeId) -> &[SegmentId] {
        self.index.by_purpose.get(&purpose).map_or(&[], Vec::as_slice)
    }
}

fn rows_uses(rows: &Rows, used: &mut Uses) {
    used.events.extend(&rows.types);
}

fn zone_uses(zone: Zone, used: &mut Uses) {
    if let Zone::Field(field) = zone {
        used.fields.push(field);
    }
}

impl Uses {
    fn join(&mut self, other: &Self) {
        self.events.extend(&other.events);
        self.fields.extend(&other.fields);
        self.purposes.extend(&other.purposes);
        self.others |= other.others;
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
