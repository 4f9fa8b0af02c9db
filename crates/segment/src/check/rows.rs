//! Events: their types, and the filters on them and on items of lists.

use std::ops::Range;

use onefold_model::schema::Owner;
use onefold_model::{EventTypeId, FieldId, Schema, Type};

use super::Checker;
use super::ask::question_filter;
use super::kind::{dotted, kind};
use super::name::Step;
use super::term::{Place, operand, span, span_of_path};
use crate::ast::{Events, Expr, Path, Quantifier, Target};
use crate::plan::{Filter, Rows};

/// Of which types some events are.
#[derive(Clone, Debug)]
pub(super) struct Types {
    pub(super) ids: Box<[EventTypeId]>,
    /// Whether any behaviour is meant, whatever the schema declares.
    pub(super) any: bool,
}

impl Types {
    /// The type, if it is one.
    pub(super) fn one(&self) -> Option<EventTypeId> {
        match &self.ids[..] {
            [one] if !self.any => Some(*one),
            _ => None,
        }
    }

    pub(super) fn property(&self, schema: &Schema, name: &str) -> Option<FieldId> {
        schema.field_of(Owner::Event(self.one()?), name)
    }

    /// The names of all properties.
    pub(super) fn properties<'s>(&self, schema: &'s Schema) -> Vec<&'s str> {
        let events = self.ids.iter().filter_map(|id| schema.event(*id));
        events.flat_map(|event| &event.properties).map(|field| field.name.as_str()).collect()
    }
}

impl<'a> Checker<'a, '_> {
    /// The events and their types; `steps` are those of which the filter may speak.
    pub(super) fn rows(&mut self, events: &'a Events, steps: &[Step<'a>]) -> Option<(Rows, Types)> {
        let types = match &events.what {
            Target::Any => Types { ids: self.plan.behaviour.clone(), any: true },
            Target::Named(name) => {
                let known = self.schema.event_type(name.as_str());
                Types { ids: [self.known(name, known)?].into(), any: false }
            }
            Target::AnyOf(names) => {
                if names.is_empty() {
                    return self.fault("E02", &(0..0), "`any of` without events says nothing", None);
                }
                let mut ids = Vec::new();
                for name in names {
                    let known = self.schema.event_type(name.as_str());
                    ids.push(self.known(name, known));
                }
                let mut ids: Vec<EventTypeId> = ids.into_iter().collect::<Option<_>>()?;
                ids.sort_unstable();
                ids.dedup();
                Types { ids: ids.into(), any: false }
            }
        };
        let filter = match &events.filter {
            Some(filter) => Some(self.filter(filter, &Place::Event(&types, steps))?),
            None => None,
        };
        Some((Rows { types: types.ids.clone(), filter }, types))
    }

    pub(super) fn filter(&mut self, filter: &'a Expr, place: &Place<'_, 'a>) -> Option<Filter> {
        if self.out.is_full() {
            return None;
        }
        let parts = match filter {
            Expr::And(parts) | Expr::Or(parts) => parts,
            Expr::Not(part) => return Some(Filter::Not(Box::new(self.filter(part, place)?))),
            Expr::Test(test) => return question_filter(self.test(test, place)?),
            Expr::Items { quantifier, path, expr } => return self.items(*quantifier, path, expr, place),
            other => {
                let message = format!("brackets ask about what stands in them, not `{}`", word(other));
                return self.type_error(&span_in(other), &message, Some("put it beside the event, with `and`"));
            }
        };
        if parts.is_empty() {
            self.tell("E02", &(0..0), "an `and` or `or` without parts says nothing", None);
        }
        let mut filters = Vec::new();
        for part in parts {
            filters.push(self.filter(part, place));
        }
        let filters = filters.into_iter().collect::<Option<_>>()?;
        Some(match filter {
            Expr::And(_) => Filter::And(filters),
            _ => Filter::Or(filters),
        })
    }

    fn items(
        &mut self,
        quantifier: Quantifier,
        path: &'a Path,
        expr: &'a Expr,
        place: &Place<'_, 'a>,
    ) -> Option<Filter> {
        let list = self.name(path, place);
        let filter = self.filter(expr, &Place::Item);
        let list = list?;
        self.is_list(path, list.kind.ty)?;
        Some(Filter::Items(quantifier, operand(list)?, Box::new(filter?)))
    }

    /// Refuses what cannot be a list.
    pub(super) fn is_list(&mut self, path: &Path, ty: Type) -> Option<()> {
        if matches!(ty, Type::List | Type::Any) {
            return Some(());
        }
        let message = format!("`{}` is {}, not a list", dotted(path), kind(ty));
        self.type_error(&span_of_path(path), &message, Some("brackets after it ask about the items of a list"))
    }
}

/// The word by which the text tells a condition.
pub(super) const fn word(expr: &Expr) -> &'static str {
    match expr {
        Expr::And(_) => "and",
        Expr::Or(_) => "or",
        Expr::Not(_) => "not",
        Expr::Except(..) => "except",
        Expr::Test(_) => "a comparison",
        Expr::Did { .. } | Expr::Sequence(_) => "did",
        Expr::FirstTime { .. } => "first time",
        Expr::Stopped { .. } => "stopped",
        Expr::Held { .. } => "for",
        Expr::Changed { .. } => "changed",
        Expr::Member(_) => "in segment",
        Expr::Consent { .. } => "consent",
        Expr::Sample { .. } => "sample",
        Expr::Bucket { .. } => "bucket",
        Expr::Rank(_) => "top",
        Expr::Related { .. } | Expr::Items { .. } => "any",
    }
}

pub(super) fn span_of(events: &Events) -> Range<usize> {
    match &events.what {
        Target::Named(name) => name.span.0.clone(),
        Target::Any => 0..0,
        Target::AnyOf(names) => match (names.first(), names.last()) {
            (Some(first), Some(last)) => first.span.0.start..last.span.0.end,
            _ => 0..0,
        },
    }
}

/// Where a condition stands, as far as it knows.
pub(super) fn span_in(expr: &Expr) -> Range<usize> {
    match expr {
        Expr::Test(test) => test.span.0.clone(),
        Expr::Did { events, .. } | Expr::FirstTime { events, .. } | Expr::Stopped { events, .. } => span_of(events),
        Expr::Sequence(sequence) => span_of(&sequence.first),
        Expr::Member(name)
        | Expr::Consent { purpose: name, .. }
        | Expr::Changed { field: name, .. }
        | Expr::Related { relation: name, .. } => name.span.0.clone(),
        Expr::Items { path, .. } => span_of_path(path),
        Expr::Rank(rank) => span(&rank.by),
        Expr::Not(part) | Expr::Held { expr: part, .. } | Expr::Except(part, _) => span_in(part),
        Expr::And(parts) | Expr::Or(parts) => parts.first().map_or(0..0, span_in),
        Expr::Sample { .. } | Expr::Bucket { .. } => 0..0,
    }
}
