//! The slow, obvious evaluator: reads the tree by its names, looks at every event for every question, knows nothing
//! of `until`. It shares no code with the real one but the tree and the values.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use onefold_model::{Facts, Sheet, Time, Truth, Until, Value};

use super::shop;
use crate::{Check, Definitions, Events, Expr, Literal, Op, Target, Test, Then, Window};

/// What happened to one customer, in names.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub(crate) number: usize,
    pub(crate) what: String,
    pub(crate) at: Time,
    pub(crate) properties: BTreeMap<String, Value>,
}

/// One customer.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) traits: BTreeMap<String, Value>,
    pub(crate) events: Vec<Happened>,
    pub(crate) permits: BTreeMap<(String, Option<String>), Until<bool>>,
}

impl World {
    /// The same for the real evaluator.
    pub(crate) fn sheet(&self, name: &str) -> Sheet {
        let schema = shop();
        let mut sheet = super::customer(name);
        for (name, value) in &self.traits {
            sheet = sheet.set(name, value.clone()).unwrap();
        }
        for event in &self.events {
            let mut draft = schema.draft("web", &event.what).message_id(&event.number.to_string()).at(event.at);
            for (name, value) in &event.properties {
                draft = draft.set(name, value.clone());
            }
            sheet.push(draft).unwrap();
        }
        for ((purpose, channel), until) in &self.permits {
            let channel = channel.as_ref().map(|it| schema.channel(it).unwrap());
            sheet.permit(schema.purpose(purpose).unwrap(), channel, *until);
        }
        assert_eq!(sheet.profile(), super::customer(name).profile());
        sheet
    }

    /// Whether a segment holds at an instant, from the events up to `known`.
    pub(crate) fn is_in(&self, segments: &Definitions, name: &str, known: Time, at: Time) -> Truth {
        let expr = segments.expr(segments.id(name).unwrap()).unwrap();
        self.holds(segments, expr, known, at)
    }

    fn holds(&self, segments: &Definitions, expr: &Expr, known: Time, at: Time) -> Truth {
        let seen = |events: &Events, window: &Window| -> Vec<&Happened> {
            let fits = |it: &&Happened| it.at <= known && in_window(window, it.at, at) && is_of(events, it, None);
            self.events.iter().filter(fits).collect()
        };
        match expr {
            Expr::And(parts) => parts.iter().map(|it| self.holds(segments, it, known, at)).min().unwrap(),
            Expr::Or(parts) => parts.iter().map(|it| self.holds(segments, it, known, at)).max().unwrap(),
            Expr::Not(part) => contrary(self.holds(segments, part, known, at)),
            Expr::Test(Test { subject, check: Check::WithinLast(span), .. }) => {
                let time = match self.traits.get(subject.as_str()) {
                    Some(Value::Time(time)) => *time,
                    Some(Value::Date(date)) => date.midnight(),
                    _ => return Truth::Unknown,
                };
                in_window(&Window::Last(*span), time, at).into()
            }
            Expr::Test(test) => ask(test, &|name| self.traits.get(name).cloned().unwrap_or_default(), None),
            Expr::Did { events, window } => (!seen(events, window).is_empty()).into(),
            Expr::Count { events, window, op, value: Literal::Number(number) } => {
                let count = i128::try_from(seen(events, window).len()).unwrap() * ONE;
                ordered(*op, count.cmp(&units(*number))).into()
            }
            Expr::Sum { events, property, window, op, value } => {
                let mut total = 0;
                for event in seen(events, window) {
                    total += match (event.properties.get(property.as_str()), value) {
                        (Some(Value::Int(number)), Literal::Number(_)) => i128::from(*number) * ONE,
                        (Some(Value::Money(money)), Literal::Money(bound)) if money.currency() == bound.currency() => {
                            units(money.amount())
                        }
                        _ => 0,
                    };
                }
                let bound = match value {
                    Literal::Number(number) => units(*number),
                    Literal::Money(money) => units(money.amount()),
                    _ => panic!("{value}"),
                };
                ordered(*op, total.cmp(&bound)).into()
            }
            Expr::Sequence { first, then, second, within, window, .. } => seen(first, window)
                .into_iter()
                .any(|a| {
                    let follows = self.events.iter().any(|b| {
                        b.number != a.number
                            && b.at <= known
                            && a.at <= b.at
                            && b.at < a.at + *within
                            && is_of(second, b, Some(a))
                    });
                    match then {
                        Then::Follows => follows,
                        Then::Lacks => at >= a.at + *within && !follows,
                    }
                })
                .into(),
            Expr::Member(name) => (self.is_in(segments, name.as_str(), known, at) == Truth::Yes).into(),
            Expr::Consent { purpose, channel } => {
                let key = |channel: Option<String>| (purpose.as_str().to_owned(), channel);
                let channel = channel.as_ref().map(|it| it.as_str().to_owned());
                let said = self.permits.get(&key(channel)).or_else(|| self.permits.get(&key(None)));
                said.is_some_and(|said| said.value == (at < said.until)).into()
            }
            other => panic!("{other}"),
        }
    }
}

fn contrary(truth: Truth) -> Truth {
    match truth {
        Truth::Yes => Truth::No,
        Truth::No => Truth::Yes,
        Truth::Unknown => Truth::Unknown,
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap()
}

fn in_window(window: &Window, event: Time, at: Time) -> bool {
    event <= at
        && match window {
            Window::Ever => true,
            Window::Last(span) => at.0 - micros(*span) < event.0,
            Window::Ago { from, to } => at.0 - micros(*from) < event.0 && event.0 <= at.0 - micros(*to),
            Window::Since(from) => event >= *from,
            Window::Between { from, to } => *from <= event && event < *to,
        }
}

fn is_of(events: &Events, event: &Happened, first: Option<&Happened>) -> bool {
    let of_type = match &events.what {
        Target::Any => event.what != "returned" && event.what != "identify",
        Target::Named(name) => name.as_str() == event.what,
    };
    of_type && events.filter.as_ref().is_none_or(|filter| fits(filter, event, first) == Truth::Yes)
}

fn fits(filter: &Expr, event: &Happened, first: Option<&Happened>) -> Truth {
    match filter {
        Expr::And(parts) => parts.iter().map(|it| fits(it, event, first)).min().unwrap(),
        Expr::Or(parts) => parts.iter().map(|it| fits(it, event, first)).max().unwrap(),
        Expr::Not(part) => contrary(fits(part, event, first)),
        Expr::Test(test) => ask(test, &|name| event.properties.get(name).cloned().unwrap_or_default(), first),
        other => panic!("{other}"),
    }
}

fn ask(test: &Test, of: &dyn Fn(&str) -> Value, first: Option<&Happened>) -> Truth {
    let value = of(test.subject.as_str());
    let equal = |values: &[Literal]| values.iter().map(|it| related(&value, Op::Eq, &constant(it))).max().unwrap();
    match &test.check {
        Check::Null => (value == Value::Null).into(),
        Check::NotNull => (value != Value::Null).into(),
        Check::Among(values) => equal(values),
        Check::NotAmong(values) => contrary(equal(values)),
        Check::Compare(op, literal) => related(&value, *op, &constant(literal)),
        Check::Step { op, property, .. } => {
            let other = first.and_then(|first| first.properties.get(property.as_str()));
            related(&value, *op, other.unwrap_or(&Value::Null))
        }
        Check::WithinLast(_) => panic!("not in a filter"),
    }
}

fn constant(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => text.as_str().into(),
        Literal::Number(number) => (*number).into(),
        Literal::Money(money) => (*money).into(),
        Literal::Bool(yes) => (*yes).into(),
        Literal::Time(time) => (*time).into(),
        Literal::Date(date) => (*date).into(),
    }
}

const ONE: i128 = 10_i128.pow(18);

/// Units of 10^-18.
fn units(number: onefold_model::Decimal) -> i128 {
    i128::from(number.units()) * 10_i128.pow(u32::from(18 - number.scale()))
}

fn ordered(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq => order == Ordering::Equal,
        Op::Ne => order != Ordering::Equal,
        Op::Lt => order == Ordering::Less,
        Op::Le => order != Ordering::Greater,
        Op::Gt => order == Ordering::Greater,
        Op::Ge => order != Ordering::Less,
        other => panic!("{other}"),
    }
}

fn related(left: &Value, op: Op, right: &Value) -> Truth {
    let number = |value: &Value| match value {
        Value::Int(number) => Some(i128::from(*number) * ONE),
        Value::Decimal(number) => Some(units(*number)),
        _ => None,
    };
    let order = match (left, right) {
        (Value::Text(left), Value::Text(right)) => match op {
            Op::Contains => return left.as_str().contains(right.as_str()).into(),
            Op::StartsWith => return left.as_str().starts_with(right.as_str()).into(),
            Op::EndsWith => return left.as_str().ends_with(right.as_str()).into(),
            _ => left.as_bytes().cmp(right.as_bytes()),
        },
        (Value::List(items), item) if op == Op::Contains => return items.contains(item).into(),
        (Value::Money(left), Value::Money(right)) if left.currency() == right.currency() => {
            units(left.amount()).cmp(&units(right.amount()))
        }
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => return Truth::Unknown,
        },
    };
    ordered(op, order).into()
}
