//! Which traits, properties and types of events some definitions look at.

use std::collections::BTreeSet;

use onefold_model::{EventTypeId, FieldId};

use super::{Columns, Keep};
use crate::definitions::Definitions;
use crate::plan::{Filter, Node, Operand, Plan, Read, Rows, Span, Zone};

/// What a plan looks at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks {
    pub(crate) fields: BTreeSet<FieldId>,
    pub(crate) events: BTreeSet<EventTypeId>,
}

impl Columns {
    /// Keeps what these definitions look at and nothing else.
    #[must_use]
    pub fn used_by(self, definitions: &Definitions) -> Self {
        let looks = Looks::of(definitions.plan());
        self.only(looks.fields, looks.events)
    }

    /// The name of something that a plan looks at and that is not kept.
    pub(crate) fn lacks(&self, plan: &Plan) -> Option<String> {
        if matches!(self.keep, Keep::All) {
            return None;
        }
        let looks = Looks::of(plan);
        let field = looks.fields.iter().find(|field| !self.keeps(**field));
        let name =
            field.and_then(|field| self.schema.field_info(*field)).map(|info| format!("`{}`", info.declared.name));
        name.or_else(|| {
            let what = looks.events.iter().find(|what| !self.keeps_events(**what))?;
            Some(format!("events of type `{}`", self.schema.event(*what).map_or("", |event| &event.name)))
        })
    }
}

impl Looks {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut looks = Self::default();
        for node in &plan.nodes {
            looks.node(node, plan);
        }
        for aggregate in &plan.aggregates {
            looks.rows(&aggregate.rows);
            looks.span(aggregate.window, plan);
            if let Some(read) = aggregate.what.read() {
                looks.read(read);
            }
            if let Some(zone) = aggregate.what.zone() {
                looks.zone(zone);
            }
        }
        looks
    }

    fn node(&mut self, node: &Node, plan: &Plan) {
        match node {
            Node::Ask(read, _) | Node::Read(read) => self.read(read),
            Node::Items(_, read, filter) => {
                self.read(read);
                self.filter(filter);
            }
            Node::Within(_, span) => self.span(*span, plan),
            Node::Sequence(sequence) => {
                self.rows(&sequence.first);
                sequence.steps.iter().for_each(|step| self.rows(&step.rows));
                self.span(sequence.window, plan);
            }
            Node::Changed { field, window, .. } => {
                self.fields.insert(*field);
                self.span(*window, plan);
            }
            _ => {}
        }
    }

    fn read(&mut self, read: &Read) {
        self.fields.insert(read.field);
    }

    fn rows(&mut self, rows: &Rows) {
        self.events.extend(&rows.types);
        if let Some(filter) = &rows.filter {
            self.filter(filter);
        }
    }

    fn filter(&mut self, filter: &Filter) {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| self.filter(part)),
            Filter::Not(part) => self.filter(part),
            Filter::Ask(operand, _) => self.operand(operand),
            Filter::Compare(left, _, right) => {
                self.operand(left);
                self.operand(right);
            }
            Filter::Items(_, operand, part) => {
                self.operand(operand);
                self.filter(part);
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Property(read) | Operand::Step(_, read) => self.read(read),
            Operand::Arithmetic(left, _, right) => {
                self.operand(left);
                self.operand(right);
            }
            Operand::Size(part) => self.operand(part),
            Operand::Constant(_) | Operand::Key(_) => {}
        }
    }

    fn span(&mut self, span: Span, plan: &Plan) {
        match span {
            Span::This(_, zone)
            | Span::Calendar { zone, .. }
            | Span::BeforeThis(_, zone)
            | Span::BeforeCalendar { zone, .. } => self.zone(zone),
            Span::Session(_) | Span::BeforeSession(_) => self.events.extend(&plan.behaviour),
            _ => {}
        }
    }

    fn zone(&mut self, zone: Zone) {
        if let Zone::Field(field) = zone {
            self.fields.insert(field);
        }
    }
}
