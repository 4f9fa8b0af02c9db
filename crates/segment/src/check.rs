//! From the tree to the plan: names become ids, constants take the types of what they are compared with, and what
//! does not fit is told, with the name that was probably meant.

mod ask;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use onefold_model::schema::Field;
use onefold_model::{Diagnostic, Error as Unknown, FieldId, Schema, Type, closest};

use self::ask::{article, is_order, kind};
use self::rows::span_of;
use crate::ast::{Check, Events, Expr, Literal, MAX_DEPTH, Name, Op, Source, Test, Window};
use crate::error::Faults;
use crate::order;
use crate::plan::{Node, NodeId, Plan};

/// As many segments can be defined together.
const MAX_SEGMENTS: usize = 10_000;

/// Checks all of it. `broken` are names of segments that could not be read.
pub(crate) fn check(source: &Source, broken: &BTreeSet<String>, schema: &Schema, out: &mut Faults) -> Plan {
    let mut checker = Checker { schema, out, plan: Plan::default(), segments: BTreeMap::new(), roots: Vec::new() };
    if source.segments.len() > MAX_SEGMENTS {
        let message = format!("more than {MAX_SEGMENTS} segments are defined");
        checker.out.push(Diagnostic::new("E04", 0..0, message));
        return checker.plan;
    }
    let mut deep = BTreeSet::new();
    for (nth, definition) in source.segments.iter().enumerate() {
        let name = &definition.name;
        if name.as_str().is_empty() {
            checker.tell("E02", &name.span.0, "a segment has no name", None);
        }
        if checker.segments.insert(name.as_str(), nth).is_some() {
            let message = format!("segment {name} is defined twice");
            checker.tell("E05", &name.span.0, &message, None);
        }
        if !definition.expr.fits(MAX_DEPTH) {
            deep.insert(nth);
            let message = format!("conditions of segment {name} nest deeper than {MAX_DEPTH} levels");
            let help = "name a part as a segment of its own, and say `in segment`";
            checker.tell("E04", &name.span.0, &message, Some(help.into()));
        }
    }
    if !deep.is_empty() {
        return checker.plan;
    }
    let segments = checker.segments.clone();
    let sorted = order::sort(source, &segments, checker.out);
    checker.roots = vec![None; source.segments.len()];
    for nth in sorted {
        if let Some(definition) = source.segments.get(nth) {
            let root = checker.expr(&definition.expr, broken);
            if let Some(slot) = checker.roots.get_mut(nth) {
                *slot = root;
            }
        }
    }
    let roots: Option<Vec<NodeId>> = checker.roots.iter().copied().collect();
    if let Some(roots) = roots {
        checker.plan.roots = roots;
        checker.plan.index();
    }
    checker.plan
}

struct Checker<'a, 'o> {
    schema: &'a Schema,
    out: &'o mut Faults,
    plan: Plan,
    segments: BTreeMap<&'a str, usize>,
    roots: Vec<Option<NodeId>>,
}

impl<'a> Checker<'a, '_> {
    fn tell(&mut self, code: &'static str, span: &Range<usize>, message: &str, help: Option<String>) {
        let fault = Diagnostic::new(code, span.clone(), message);
        self.out.push(Diagnostic { help, ..fault });
    }

    fn type_error<T>(&mut self, span: &Range<usize>, message: &str, help: Option<&str>) -> Option<T> {
        self.tell("E07", span, message, help.map(Into::into));
        None
    }

    /// What the schema answers, or its complaint.
    fn known<T>(&mut self, name: &Name, answer: Result<T, Unknown>) -> Option<T> {
        match answer {
            Ok(found) => Some(found),
            Err(Unknown::Unknown { what, help, .. }) => {
                let help = help.map(|help| format!("did you mean `{help}`?"));
                let message = format!("unknown {what} `{}`", name.as_str());
                self.tell("E06", &name.span.0, &message, help);
                None
            }
            Err(other) => {
                self.tell("E06", &name.span.0, &other.to_string(), None);
                None
            }
        }
    }

    // ------------------------------------------------------------ profiles

    fn expr(&mut self, expr: &'a Expr, broken: &BTreeSet<String>) -> Option<NodeId> {
        if self.out.is_full() {
            return None;
        }
        let node = match expr {
            Expr::And(parts) | Expr::Or(parts) => {
                if parts.is_empty() {
                    let message = "an `and` or `or` without parts says nothing";
                    self.tell("E02", &(0..0), message, None);
                }
                let mut nodes = Vec::new();
                for part in parts {
                    nodes.push(self.expr(part, broken));
                }
                let nodes: Box<[NodeId]> = nodes.into_iter().collect::<Option<_>>()?;
                match expr {
                    Expr::And(_) => Node::And(nodes),
                    _ => Node::Or(nodes),
                }
            }
            Expr::Not(part) => Node::Not(self.expr(part, broken)?),
            Expr::Test(test) => return self.test(test),
            Expr::Did { events, window } => Node::Count {
                rows: self.rows(events, None)?.0,
                window: self.window(window, events)?,
                op: Op::Ge,
                number: 1,
            },
            Expr::Count { events, window, op, value } => {
                let rows = self.rows(events, None);
                let window = self.window(window, events);
                let at = span_of(events);
                if !is_order(*op) {
                    return self.type_error(&at, &format!("a count is a number and has no `{op}`"), None);
                }
                let number = match value {
                    Literal::Number(number) if number.scale() == 0 => number.units(),
                    _ => {
                        let message = format!("a count is a whole number and does not compare with {}", article(value));
                        return self.type_error(&at, &message, None);
                    }
                };
                Node::Count { rows: rows?.0, window: window?, op: *op, number }
            }
            Expr::Sum { events, property, window, op, value } => {
                return self.sum(events, property, window, *op, value);
            }
            Expr::Sequence { first, step, then, second, within, window } => {
                let begun = self.rows(first, None);
                let second = match &begun {
                    Some((_, what)) => self.rows(second, Some((step.as_ref(), *what))),
                    None => None,
                };
                let at = span_of(first);
                let within = self.micros(*within, &at);
                let window = self.window(window, first);
                let (first, second, within, window) = (begun?.0, second?.0, within?, window?);
                Node::Sequence { first, then: *then, second, within, window }
            }
            Expr::Member(name) => match self.segments.get(name.as_str()) {
                Some(nth) => Node::Member(self.roots.get(*nth).copied().flatten()?),
                None => {
                    if !broken.contains(name.as_str()) {
                        let help = closest(name.as_str(), self.segments.keys().copied());
                        let help = help.map(|help| format!("did you mean `{help}`?"));
                        let message = format!("unknown segment `{}`", name.as_str());
                        self.tell("E06", &name.span.0, &message, help);
                    }
                    return None;
                }
            },
            Expr::Consent { purpose, channel } => {
                let known = self.schema.purpose(purpose.as_str());
                let purpose = self.known(purpose, known);
                let channel = match channel {
                    Some(name) => {
                        let known = self.schema.channel(name.as_str());
                        Some(self.known(name, known)?)
                    }
                    None => None,
                };
                Node::Consent(purpose?, channel)
            }
        };
        self.plan.put(node)
    }

    fn test(&mut self, test: &Test) -> Option<NodeId> {
        let known = self.schema.field(test.subject.as_str());
        let field = self.known(&test.subject, known)?;
        let node = match &test.check {
            Check::Step { step, .. } => {
                let message = format!("unknown step `{}`", step.as_str());
                let help = "steps are spoken of in the brackets of the one that follows";
                self.tell("E06", &step.span.0, &message, Some(help.into()));
                return None;
            }
            Check::WithinLast(span) => {
                match self.schema.type_of(field) {
                    Type::Time | Type::Date => {}
                    other => {
                        let message = format!("{} is {}, not a time or day", test.subject, kind(other));
                        return self.type_error(&test.span.0, &message, None);
                    }
                }
                Node::Recent(field, self.micros(*span, &test.span.0)?)
            }
            _ => {
                let (ask, negated) = self.ask(test, field)?;
                let node = self.plan.put(Node::Field(field, ask))?;
                if !negated {
                    return Some(node);
                }
                Node::Not(node)
            }
        };
        self.plan.put(node)
    }

    fn sum(&mut self, events: &'a Events, property: &Name, window: &Window, op: Op, value: &Literal) -> Option<NodeId> {
        let rows = self.rows(events, None);
        let window = self.window(window, events);
        let (rows, what) = rows?;
        let Some(what) = what else {
            return self.type_error(&property.span.0, "a sum is over events of one type, not over `any`", None);
        };
        let known = self.schema.property(what, property.as_str());
        let property_id = self.known(property, known)?;
        let declared = self.declared(property_id)?;
        if !is_order(op) {
            return self.type_error(&property.span.0, &format!("a sum is a number and has no `{op}`"), None);
        }
        let (currency, number) = match (declared.ty, value) {
            (Type::Int | Type::Decimal, Literal::Number(number)) => (None, *number),
            (Type::Money, Literal::Money(money)) => (Some(money.currency()), money.amount()),
            (Type::Int | Type::Decimal | Type::Money, _) => {
                return self.mismatch(property, declared, value);
            }
            (other, _) => {
                let message = format!("property `{}` is {} and cannot be added up", property.as_str(), kind(other));
                return self.type_error(&property.span.0, &message, None);
            }
        };
        self.plan.put(Node::Sum { rows, property: property_id, currency, window: window?, op, number })
    }

    fn declared(&self, field: FieldId) -> Option<&'a Field> {
        self.schema.field_info(field).map(|info| &info.declared)
    }
}
