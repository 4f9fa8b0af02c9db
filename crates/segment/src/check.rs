//! From the tree to the plan: names become ids, constants take the types of what they are compared with, and what
//! does not fit is told, with the name that was probably meant.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use onefold_model::schema::Field;
use onefold_model::{
    Decimal, Diagnostic, Error as Unknown, EventTypeId, FieldId, Schema, Score, Time, Type, Value,
    closest,
};

use crate::ast::{
    Check, Events, Expr, Literal, MAX_DEPTH, Name, Op, Source, Target, Test, Window,
};
use crate::error::Faults;
use crate::order;
use crate::plan::{Filter, Node, NodeId, Plan, Rows, Span};
use crate::value::Ask;

/// As many segments can be defined together.
const MAX_SEGMENTS: usize = 10_000;

/// Checks all of it. `broken` are names of segments that could not be read.
pub(crate) fn check(source: &Source, broken: &[String], schema: &Schema, out: &mut Faults) -> Plan {
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

/// What a filter stands in: the type of its event, and for a second step the first one.
struct Place<'a> {
    what: Option<EventTypeId>,
    first: Option<(Option<&'a Name>, Option<EventTypeId>)>,
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

    fn expr(&mut self, expr: &'a Expr, broken: &[String]) -> Option<NodeId> {
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
                    if !broken.iter().any(|it| it == name.as_str()) {
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

    // ------------------------------------------------------------ questions

    /// The question in the type of the field, and whether its answer is turned round.
    fn ask(&mut self, test: &Test, field: FieldId) -> Option<(Ask, bool)> {
        let declared = self.declared(field)?;
        Some(match &test.check {
            Check::Null => (Ask::Null, false),
            Check::NotNull => (Ask::Null, true),
            Check::Among(values) | Check::NotAmong(values) => {
                if values.is_empty() {
                    return self.type_error(&test.span.0, "a list without values says nothing", None);
                }
                let mut fitting = Vec::new();
                for value in values {
                    fitting.push(self.fit(test, declared, Op::Eq, value));
                }
                let mut fitting: Vec<Value> = fitting.into_iter().collect::<Option<_>>()?;
                fitting.sort();
                fitting.dedup();
                (Ask::Among(fitting.into()), matches!(test.check, Check::NotAmong(_)))
            }
            Check::Compare(op, value) => (Ask::Compare(*op, self.fit(test, declared, *op, value)?), false),
            Check::Step { .. } | Check::WithinLast(_) => return None,
        })
    }

    /// The constant as a value of the field's type.
    fn fit(&mut self, test: &Test, declared: &Field, op: Op, literal: &Literal) -> Option<Value> {
        let at = &test.span.0;
        let name = test.subject.as_str();
        match (op, declared.ty) {
            (Op::Contains, Type::List | Type::Any) | (Op::Contains | Op::StartsWith | Op::EndsWith, Type::Text | Type::Any) => {}
            (Op::Contains | Op::StartsWith | Op::EndsWith, other) => {
                let message = format!("`{name}` is {} and has no `{op}`", kind(other));
                return self.type_error(at, &message, None);
            }
            (Op::Eq | Op::Ne, Type::Bool) | (_, Type::Text | Type::Int | Type::Decimal | Type::Money | Type::Time | Type::Date | Type::Score | Type::Any) => {}
            (_, Type::Bool) => {
                return self.type_error(at, &format!("`{name}` is true or false, and neither is more"), Some("compare it with `=`"));
            }
            (_, Type::List) => {
                return self.type_error(at, &format!("`{name}` is a list"), Some("ask whether it `contains` something"));
            }
            (_, Type::Map) => {
                return self.type_error(at, &format!("`{name}` is a map, of which only `is null` can be asked"), None);
            }
        }
        let value = match (declared.ty, literal) {
            (Type::Any | Type::List, literal) => plain(literal),
            (Type::Text, Literal::Text(text)) => Value::from(text.as_str()),
            (Type::Int | Type::Decimal, Literal::Number(number)) => Value::Decimal(*number),
            (Type::Score, Literal::Number(number)) => score(*number)?,
            (Type::Money, Literal::Money(money)) => Value::Money(*money),
            (Type::Bool, Literal::Bool(yes)) => Value::Bool(*yes),
            (Type::Time, Literal::Time(time)) => Value::Time(*time),
            (Type::Time, Literal::Date(date)) => Value::Time(date.midnight()),
            (Type::Date, Literal::Date(date)) => Value::Date(*date),
            (Type::Time, Literal::Text(text)) => match Time::from_calendar(text) {
                Ok(time) => Value::Time(time),
                Err(error) => return self.type_error(at, &error.to_string(), None),
            },
            (Type::Date, Literal::Text(text)) => match text.parse() {
                Ok(date) => Value::Date(date),
                Err(error) => return self.type_error(at, &format!("{error}"), None),
            },
            _ => return self.mismatch(&test.subject, declared, literal),
        };
        if let (Value::Text(text), false, Op::Eq | Op::Ne) = (&value, declared.values.is_empty(), op)
            && !declared.values.contains(text)
        {
            let help = closest(text, declared.values.iter().map(|it| it.as_str()));
            let help = help.map(|help| format!("did you mean `\"{help}\"`?"));
            let message = format!("`{text}` is not one of the declared values of `{name}`");
            self.tell("E06", at, &message, help);
            return None;
        }
        Some(value)
    }

    fn mismatch<T>(&mut self, name: &Name, declared: &Field, literal: &Literal) -> Option<T> {
        let message = format!("`{}` is {} and does not compare with {}", name.as_str(), kind(declared.ty), article(literal));
        let help = match (declared.ty, literal) {
            (Type::Money, Literal::Number(number)) => {
                let currency = declared.currency.map_or_else(|| "EUR".into(), |it| it.to_string());
                Some(format!("an amount has a currency, such as `{number} {currency}`"))
            }
            (Type::Int | Type::Decimal | Type::Money | Type::Score, Literal::Text(_)) => {
                Some("numbers stand without quotes".into())
            }
            (Type::Text, _) => Some("text stands in double quotes".into()),
            (Type::Date, Literal::Time(_)) => Some("a day is written `@2026-03-01`".into()),
            _ => None,
        };
        self.type_error(&name.span.0, &message, help.as_deref())
    }

    // ------------------------------------------------------------ events

    /// The events, and their type if it is one.
    fn rows(&mut self, events: &'a Events, first: Option<(Option<&'a Name>, Option<EventTypeId>)>) -> Option<(Rows, Option<EventTypeId>)> {
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
                        test.subject.as_str(), kind(left), step.as_str(), other.as_str(), kind(right)
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

    fn window(&mut self, window: &Window, events: &Events) -> Option<Span> {
        let at = span_of(events);
        Some(match *window {
            Window::Ever => Span::Ever,
            Window::Last(span) => Span::Last(self.micros(span, &at)?),
            Window::Ago { from, to } => {
                let (longer, shorter) = (self.micros(from, &at)?, if to.is_zero() { 0 } else { self.micros(to, &at)? });
                if longer <= shorter {
                    self.tell("E09", &at, "the window is empty", Some("the longer span comes first: `between 60 days and 30 days ago`".into()));
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
    fn micros(&mut self, span: Duration, at: &Range<usize>) -> Option<i64> {
        if span.is_zero() || !span.subsec_nanos().is_multiple_of(1000) {
            self.tell("E09", at, "a span is a whole number of microseconds, and at least one", None);
            return None;
        }
        Some(i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
    }
}

const fn is_order(op: Op) -> bool {
    !matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith)
}

fn score(number: Decimal) -> Option<Value> {
    Score::new(number.to_f64()).map(Value::Score)
}

fn plain(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => text.as_str().into(),
        Literal::Number(number) => Value::Decimal(*number),
        Literal::Money(money) => Value::Money(*money),
        Literal::Bool(yes) => Value::Bool(*yes),
        Literal::Time(time) => Value::Time(*time),
        Literal::Date(date) => Value::Date(*date),
    }
}

const fn kind(ty: Type) -> &'static str {
    match ty {
        Type::Text => "a text",
        Type::Int => "a whole number",
        Type::Decimal => "a number",
        Type::Money => "an amount of money",
        Type::Time => "a time",
        Type::Date => "a day",
        Type::Bool => "true or false",
        Type::Score => "a score",
        Type::List => "a list",
        Type::Map => "a map",
        Type::Any => "any value",
    }
}

const fn article(literal: &Literal) -> &'static str {
    match literal {
        Literal::Text(_) => "a text",
        Literal::Number(number) if number.scale() == 0 => "a whole number",
        Literal::Number(_) => "a number",
        Literal::Money(_) => "an amount of money",
        Literal::Bool(_) => "true or false",
        Literal::Time(_) => "a time",
        Literal::Date(_) => "a day",
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

fn span_of(events: &Events) -> Range<usize> {
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
