//! What kind of data a definition gives away: the labels of all that it reads.
//!
//! Whoever sees that a customer is in *asked about insulin* knows something about her health. So a segment and a
//! computed trait carry, on each axis, the strongest label of the traits and properties from which they are made,
//! those of segments in segments, of ranks and of fellows included.

use onefold_model::{FieldId, Labels, Origin};

use super::{Filter, Node, NodeId, Operand, Plan, Rows, Span, Zone};

impl Plan {
    /// The label of a node: that of what is derived from all that it reads.
    pub(crate) fn labels(&self, root: NodeId) -> Labels {
        let mut labels = Labels { origin: Origin::Derived, ..Labels::default() };
        let mut read = |field: FieldId| {
            if let Some(info) = self.schema.as_ref().and_then(|schema| schema.field_info(field)) {
                labels = labels.join(info.declared.labels);
            }
        };
        let (mut seen, mut open) = (std::collections::BTreeSet::from([root]), vec![root]);
        while let Some(node) = open.pop().and_then(|id| self.node(id)) {
            let mut follow = |id: NodeId| {
                if seen.insert(id) {
                    open.push(id);
                }
            };
            node.parts(&mut follow);
            match node {
                Node::Related(_, _, part) => follow(*part),
                Node::Rank(id) => {
                    if let Some(rank) = self.rank(*id) {
                        follow(rank.by);
                        rank.among.into_iter().for_each(follow);
                    }
                }
                _ => {}
            }
            self.reads(node, &mut read);
        }
        labels
    }

    /// Calls for each trait and property that a node reads itself.
    fn reads(&self, node: &Node, call: &mut dyn FnMut(FieldId)) {
        match node {
            Node::Ask(read, _) | Node::Read(read) => call(read.field),
            Node::Items(_, read, filter) => {
                call(read.field);
                filter_reads(filter, call);
            }
            Node::Changed { field, window, .. } => {
                call(*field);
                span_reads(*window, call);
            }
            Node::Within(_, span) => span_reads(*span, call),
            Node::Tally(id, ..) | Node::Aggregate(id) => {
                let Some(aggregate) = self.aggregate(*id) else { return };
                rows_reads(&aggregate.rows, call);
                span_reads(aggregate.window, call);
                if let Some(read) = aggregate.what.read() {
                    call(read.field);
                }
                if let Some(zone) = aggregate.what.zone() {
                    zone_reads(zone, call);
                }
            }
            Node::Sequence(sequence) => {
                rows_reads(&sequence.first, call);
                sequence.steps.iter().for_each(|step| rows_reads(&step.rows, call));
                span_reads(sequence.window, call);
            }
            _ => {}
        }
    }
}

fn rows_reads(rows: &Rows, call: &mut dyn FnMut(FieldId)) {
    if let Some(filter) = &rows.filter {
        filter_reads(filter, call);
    }
}

fn filter_reads(filter: &Filter, call: &mut dyn FnMut(FieldId)) {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| filter_reads(part, call)),
        Filter::Not(part) => filter_reads(part, call),
        Filter::Ask(operand, _) => operand_reads(operand, call),
        Filter::Compare(left, _, right) => {
            operand_reads(left, call);
            operand_reads(right, call);
        }
        Filter::Items(_, operand, part) => {
            operand_reads(operand, call);
            filter_reads(part, call);
        }
    }
}

fn operand_reads(operand: &Operand, call: &mut dyn FnMut(FieldId)) {
    match operand {
        Operand::Property(read) | Operand::Step(_, read) => call(read.field),
        Operand::Arithmetic(left, _, right) => {
            operand_reads(left, call);
            operand_reads(right, call);
        }
        Operand::Size(part) => operand_reads(part, call),
        Operand::Constant(_) | Operand::Key(_) => {}
    }
}

fn span_reads(span: Span, call: &mut dyn FnMut(FieldId)) {
    match span {
        Span::This(_, zone)
        | Span::Calendar { zone, .. }
        | Span::BeforeThis(_, zone)
        | Span::BeforeCalendar { zone, .. } => zone_reads(zone, call),
        _ => {}
    }
}

fn zone_reads(zone: Zone, call: &mut dyn FnMut(FieldId)) {
    if let Zone::Field(field) = zone {
        call(field);
    }
}
