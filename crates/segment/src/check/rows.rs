//! Events: their types, the filters on them, and the windows in which they count.

use std::ops::Range;
use std::time::Duration;

use onefold_model::{EventTypeId, Type, closest};

use super::Checker;
use super::ask::{is_order, kind};
use crate::ast::{Check, Events, Expr, Name, Op, Target, Test, Window};
use crate::plan::{Filter, Rows, Span};

/// What a filter stands in: the type of its event, and for a second step the first one.
struct Place<'a> {
    what: Option<EventTypeId>,
    first: Option<(Option<&'a Name>, Option<EventTypeId>)>,
}

impl<'a> Checker<'a, '_> {
    /// The events, and their type if it is one.
    pub(super) fn rows(
        &mut self,
        events: &'a Events,
        first: Option<(Option<&'a Name>, Option<EventTypeId>)>,
    ) -> Option<(Rows, Option<EventTypeId>)> {
        let what = match &events.what {
            Target::Any => None,
            Target::Named(name) => {
                let known = self.schema.event_type(name.as_str());
                Some(self.known(name, known)?)
            }
        };
        let filter = match &events.filter {
            Some(filter) => Some(self.filter(filter, &Place { what, first })?),
            None => None,
        };
        let types = match what {
            Some(what) => [what].into(),
            None => self.schema.event_types().filter(|it| self.schema.is_behaviour(*it)).collect(),
        };
        Some((Rows { types, filter }, what))
    }

    fn filter(&mut self, filter: &'a Expr, place: &Place<'a>) -> Option<Filter> {
        if self.out.is_full() {
            return None;
        }
        let parts = match filter {
            Expr::And(parts) | Expr::Or(parts) => parts,
            Expr::Not(part) => return Some(Filter::Not(Box::new(self.filter(part, place)?))),
            Expr::Test(test) => return self.property_test(test, place),
            other => {
                let message = format!("brackets ask about properties of the event, not `{}`", word(other));
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

    fn property_test(&mut self, test: &Test, place: &Place<'a>) -> Option<Filter> {
        let Some(what) = place.what else {
            let message = "events of any type have no property in common";
            return self.type_error(&test.span.0, message, Some("name the event"));
        };
        let known = self.schema.property(what, test.subject.as_str());
        let property = self.known(&test.subject, known)?;
        match &test.check {
            Check::WithinLast(_) => {
                let message = "`within last` on a property is not supported yet";
                self.tell("E03", &test.span.0, message, None);
                None
            }
            Check::Step { op, step, property: other } => {
                let (name, first) = place.first.unwrap_or((None, None));
                if name.is_none_or(|name| name != step) {
                    let help = name.and_then(|name| closest(step.as_str(), [name.as_str()]));
                    let help = help.map_or_else(
                        || "name the first step: `did x as c then ..`".into(),
                        |help| format!("did you mean `{help}`?"),
                    );
                    let message = format!("unknown step `{}`", step.as_str());
                    self.tell("E06", &step.span.0, &message, Some(help));
                    return None;
                }
                let Some(first) = first else {
                    let message = "events of any type have no property in common";
                    return self.type_error(&other.span.0, message, Some("name the event of the first step"));
                };
                let known = self.schema.property(first, other.as_str());
                let other_id = self.known(other, known)?;
                if !is_order(*op) {
                    let message = format!("`{op}` takes a constant");
                    return self.type_error(&test.span.0, &message, None);
                }
                let (left, right) = (self.schema.type_of(property), self.schema.type_of(other_id));
                let numeric = |ty| matches!(ty, Type::Int | Type::Decimal | Type::Score);
                let alike = left == right || numeric(left) && numeric(right) || left == Type::Any || right == Type::Any;
                let ordered = match left {
                    Type::Bool => matches!(op, Op::Eq | Op::Ne),
                    Type::List | Type::Map => false,
                    _ => true,
                };
                if !alike || !ordered {
                    let message = format!(
                        "`{}` is {} and does not compare so with `{}.{}`, {}",
                        test.subject.as_str(),
                        kind(left),
                        step.as_str(),
                        other.as_str(),
                        kind(right)
                    );
                    return self.type_error(&test.span.0, &message, None);
                }
                Some(Filter::Step(property, *op, other_id))
            }
            _ => {
                let (ask, negated) = self.ask(test, property)?;
                let filter = Filter::Property(property, ask);
                Some(if negated { Filter::Not(Box::new(filter)) } else { filter })
            }
        }
    }

    // ------------------------------------------------------------ time

    pub(super) fn window(&mut self, window: &Window, events: &Events) -> Option<Span> {
        let at = span_of(events);
        Some(match *window {
            Window::Ever => Span::Ever,
            Window::Last(span) => Span::Last(self.micros(span, &at)?),
            Window::Ago { from, to } => {
                let (longer, shorter) = (self.micros(from, &at)?, if to.is_zero() { 0 } else { self.micros(to, &at)? });
                if longer <= shorter {
                    self.tell(
                        "E09",
                        &at,
                        "the window is empty",
                        Some("the longer span comes first: `between 60 days and 30 days ago`".into()),
                    );
                    return None;
                }
                Span::Ago { from: longer, to: shorter }
            }
            Window::Since(from) => Span::Since(from),
            Window::Between { from, to } => {
                if to <= from {
                    self.tell("E09", &at, "the window is empty", Some("the earlier instant comes first".into()));
                    return None;
                }
                Span::Between { from, to }
            }
        })
    }

    /// A span in whole microseconds, at least one. What is longer than time itself is as long as that.
    pub(super) fn micros(&mut self, span: Duration, at: &Range<usize>) -> Option<i64> {
        if span.is_zero() || !span.subsec_nanos().is_multiple_of(1000) {
            self.tell("E09", at, "a span is a whole number of microseconds, and at least one", None);
            return None;
        }
        Some(i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
    }
}

const fn word(expr: &Expr) -> &'static str {
    match expr {
        Expr::Did { .. } | Expr::Sequence { .. } => "did",
        Expr::Count { .. } => "count",
        Expr::Sum { .. } => "sum",
        Expr::Member(_) => "in segment",
        Expr::Consent { .. } => "consent",
        _ => "and",
    }
}

pub(super) fn span_of(events: &Events) -> Range<usize> {
    match &events.what {
        Target::Named(name) => name.span.0.clone(),
        Target::Any => 0..0,
    }
}

fn span_in(expr: &Expr) -> Range<usize> {
    match expr {
        Expr::Test(test) => test.span.0.clone(),
        Expr::Did { events, .. } | Expr::Count { events, .. } | Expr::Sum { events, .. } => span_of(events),
        Expr::Sequence { first, .. } => span_of(first),
        Expr::Member(name) | Expr::Consent { purpose: name, .. } => name.span.0.clone(),
        Expr::And(_) | Expr::Or(_) | Expr::Not(_) => 0..0,
    }
}
