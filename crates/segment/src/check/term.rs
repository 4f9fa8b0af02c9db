//! Terms: what they are made of, and of which type they are.

use std::ops::Range;

use onefold_model::{Decimal, FieldId, Type, Value};

use super::Checker;
use super::kind::{Kind, kind, told};
use super::name::Step;
use super::rows::Types;
use crate::ast::{Aggregate, Arith, Elapsed, Expr, Function, Literal, Path, Term};
use crate::plan::{self, Node, NodeId, Operand, Read, What};

/// What names mean where a term stands.
pub(super) enum Place<'p, 'a> {
    /// On a profile: traits.
    Profile,
    /// In the brackets of an event: its properties, and the steps before it.
    Event(&'p Types, &'p [Step<'a>]),
    /// In the brackets of a list: keys of its items.
    Item,
}

impl Place<'_, '_> {
    pub(super) const fn is_profile(&self) -> bool {
        matches!(self, Self::Profile)
    }
}

/// A term that was checked.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) made: Made,
    pub(super) kind: Kind,
    /// The declaration that lists its values.
    pub(super) field: Option<FieldId>,
}

/// What a term became. An aggregate waits for what it is compared with.
#[derive(Clone, Debug)]
pub(super) enum Made {
    Constant(Value),
    Read(Read),
    Aggregate(Box<plan::Aggregate>),
    Node(NodeId),
    Operand(Operand),
}

impl Typed {
    fn of(made: Made, kind: impl Into<Kind>) -> Option<Self> {
        Some(Self { made, kind: kind.into(), field: None })
    }

    pub(super) const fn constant(&self) -> Option<&Value> {
        match &self.made {
            Made::Constant(value) => Some(value),
            _ => None,
        }
    }
}

impl<'a> Checker<'a, '_> {
    pub(super) fn term(&mut self, term: &'a Term, place: &Place<'_, 'a>) -> Option<Typed> {
        if self.out.is_full() {
            return None;
        }
        if !place.is_profile()
            && let Term::Score(_) | Term::Aggregate(_) | Term::Since(..) | Term::Case { .. } = term
        {
            let message = format!("brackets ask about what stands in them, not about {}", told(term));
            return self.type_error(&span(term), &message, Some("put it beside the event, with `and`"));
        }
        match term {
            Term::Constant(literal) => Typed::of(Made::Constant(plain(literal)), Kind::of(literal)),
            Term::Name(path) => self.name(path, place),
            Term::Score(name) => {
                let known = self.schema.field(name.as_str());
                let field = self.known(name, known)?;
                let ty = self.schema.type_of(field);
                if ty != Type::Score {
                    let message = format!("`{}` is {}, not a score", name.as_str(), kind(ty));
                    return self.type_error(&name.span.0, &message, Some("name it without `score(..)`"));
                }
                Typed::of(Made::Read(Read { relation: None, field, keys: [].into() }), ty)
            }
            Term::Aggregate(aggregate) => self.aggregate(aggregate),
            Term::Arithmetic(left, op, right) => {
                let one = self.term(left, place);
                let other = self.term(right, place);
                self.arithmetic((left, one?), *op, (right, other?), place)
            }
            Term::Size(path) => self.size(path, place),
            Term::Since(elapsed, part) => self.since(*elapsed, part, place),
            Term::Case { when, otherwise } => self.case(when, otherwise.as_deref(), place),
        }
    }

    /// The node of a value.
    pub(super) fn node(&mut self, typed: Typed) -> Option<NodeId> {
        let node = match typed.made {
            Made::Node(id) => return Some(id),
            Made::Constant(value) => Node::Constant(value),
            Made::Read(read) => Node::Read(read),
            Made::Aggregate(aggregate) => Node::Aggregate(self.plan.put_aggregate(*aggregate)?),
            Made::Operand(_) => return None,
        };
        self.put(node)
    }

    fn arithmetic(
        &mut self,
        (left, one): (&Term, Typed),
        op: Arith,
        (right, other): (&Term, Typed),
        place: &Place<'_, 'a>,
    ) -> Option<Typed> {
        let at = hull(left, right);
        let kind = match one.kind.arithmetic(op, other.kind) {
            Ok(kind) => kind,
            Err((message, help)) => return self.type_error(&at, &message, help),
        };
        if op == Arith::Div && other.constant().is_some_and(is_zero) {
            return self.fault("E09", &at, "a division by zero is never known", None);
        }
        let folded = match (one.constant(), other.constant()) {
            (Some(one), Some(other)) => fold(one, op, other),
            _ => None,
        };
        if let Some(value) = folded {
            return Typed::of(Made::Constant(value), kind);
        }
        let made = if place.is_profile() {
            let (one, other) = (self.node(one)?, self.node(other)?);
            Made::Node(self.put(Node::Arithmetic(one, op, other))?)
        } else {
            Made::Operand(Operand::Arithmetic(Box::new(operand(one)?), op, Box::new(operand(other)?)))
        };
        Typed::of(made, kind)
    }

    fn size(&mut self, path: &'a Path, place: &Place<'_, 'a>) -> Option<Typed> {
        let of = self.name(path, place)?;
        if !matches!(of.kind.ty, Type::List | Type::Map | Type::Any) {
            let message = format!("`{}` is {} and has no size", super::dotted(path), kind(of.kind.ty));
            return self.type_error(&span_of_path(path), &message, Some("lists and maps have one"));
        }
        let made = if place.is_profile() {
            let part = self.node(of)?;
            Made::Node(self.put(Node::Size(part))?)
        } else {
            Made::Operand(Operand::Size(Box::new(operand(of)?)))
        };
        Typed::of(made, Type::Int)
    }

    fn since(&mut self, elapsed: Elapsed, part: &'a Term, place: &Place<'_, 'a>) -> Option<Typed> {
        let of = self.term(part, place)?;
        if !of.kind.is_time() {
            let message = format!("{} is {}, not a time or day", told(part), kind(of.kind.ty));
            return self.type_error(&span(part), &message, None);
        }
        let part = self.node(of)?;
        Typed::of(Made::Node(self.put(Node::Since(elapsed, part))?), Type::Int)
    }

    fn case(&mut self, when: &'a [(Expr, Term)], otherwise: Option<&'a Term>, place: &Place<'_, 'a>) -> Option<Typed> {
        let Some((_, first)) = when.first() else {
            return self.fault("E02", &(0..0), "a `case` without `when` says nothing", None);
        };
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (condition, value) in when {
            conditions.push(self.expr(condition));
            values.push((value, self.term(value, place)));
        }
        if let Some(value) = otherwise {
            values.push((value, self.term(value, place)));
        }
        let mut of: Option<Kind> = None;
        let mut nodes = Vec::new();
        for (value, typed) in values {
            let typed = typed?;
            let joined = of.map_or(Some(typed.kind), |of| of.join(typed.kind));
            if joined.is_none() {
                let before = of.map_or("", |of| kind(of.ty));
                let message =
                    format!("{} is {}, and {} before it {before}", told(value), kind(typed.kind.ty), told(first));
                return self.type_error(&span(value), &message, Some("all values of a `case` are of one type"));
            }
            of = joined;
            nodes.push(self.node(typed)?);
        }
        let otherwise = if otherwise.is_some() { nodes.pop() } else { None };
        let conditions: Vec<NodeId> = conditions.into_iter().collect::<Option<_>>()?;
        let pairs = conditions.into_iter().zip(nodes).collect();
        Typed::of(Made::Node(self.put(Node::Case(pairs, otherwise))?), of?)
    }

    // ------------------------------------------------------------ aggregates

    fn aggregate(&mut self, aggregate: &'a Aggregate) -> Option<Typed> {
        use Function as F;
        let at = &aggregate.span.0;
        let calendar = matches!(aggregate.function, F::ActiveDays | F::ActiveWeeks);
        let rows = self.rows(&aggregate.events, &[]);
        let window = self.window(&aggregate.window, &super::rows::span_of(&aggregate.events), calendar);
        let property = match (&aggregate.property, &rows) {
            (Some(path), Some((_, types))) => Some((path, self.property(path, types)?)),
            (Some(_), None) => return None,
            (None, _) => None,
        };
        let word = super::kind::function(aggregate.function);
        let ((rows, _), (window, zone)) = (rows?, window?);
        let (what, kind): (What, Kind) = match (aggregate.function, property) {
            (F::First, None) => (What::FirstTime, Type::Time.into()),
            (F::Last, None) => (What::LastTime, Type::Time.into()),
            (F::Count, None) => (What::Count, Type::Int.into()),
            (F::ActiveDays, None) => (What::ActiveDays(zone), Type::Int.into()),
            (F::ActiveWeeks, None) => (What::ActiveWeeks(zone), Type::Int.into()),
            (F::Sessions(gap), None) => (What::Sessions(self.micros(gap, at)?), Type::Int.into()),
            (F::SessionTime(gap), None) => (What::SessionTime(self.micros(gap, at)?), Type::Decimal.into()),
            (F::Count | F::ActiveDays | F::ActiveWeeks | F::Sessions(_) | F::SessionTime(_), Some((path, _))) => {
                let message = format!("`{word}` asks about events and takes no property");
                let help = format!("`distinct(..)` counts the values of `{}`", super::dotted(path));
                let help = (aggregate.function == F::Count).then_some(help);
                return self.type_error(&span_of_path(path), &message, help.as_deref());
            }
            (_, None) => {
                let message = format!("`{word}` needs a property");
                return self.type_error(at, &message, Some("write the event and its property: `sum(purchase.amount)`"));
            }
            (function, Some((path, (read, kind, _)))) => self.of_property(function, path, read, kind)?,
        };
        Typed::of(Made::Aggregate(Box::new(plan::Aggregate { what, rows, window })), kind)
    }

    fn of_property(&mut self, function: Function, path: &Path, read: Read, of: Kind) -> Option<(What, Kind)> {
        use Function as F;
        let adds = matches!(of.ty, Type::Int | Type::Decimal | Type::Money | Type::Any);
        let fits = match function {
            F::Sum | F::Avg | F::Median => adds,
            F::Min | F::Max | F::MostFrequent => of.has_order(),
            _ => true,
        };
        if !fits {
            let cannot = match function {
                F::Sum | F::Avg => "cannot be added up",
                F::Median => "has no middle",
                _ => "has no order",
            };
            let message = format!("property `{}` is {} and {cannot}", super::dotted(path), kind(of.ty));
            return self.type_error(&span_of_path(path), &message, None);
        }
        let mean: Kind = if of.ty == Type::Int { Type::Decimal.into() } else { of };
        Some(match function {
            F::Sum => (What::Sum(read, None), of),
            F::Avg => (What::Avg(read, None), mean),
            F::Median => (What::Median(read, None), mean),
            F::Min => (What::Min(read, None), of),
            F::Max => (What::Max(read, None), of),
            F::Distinct => (What::Distinct(read), Type::Int.into()),
            F::First => (What::First(read), of),
            F::Last => (What::Last(read), of),
            F::MostFrequent => (What::MostFrequent(read), of),
            F::Count | F::ActiveDays | F::ActiveWeeks | F::Sessions(_) | F::SessionTime(_) => return None,
        })
    }
}

/// What a filter looks at.
pub(super) fn operand(typed: Typed) -> Option<Operand> {
    match typed.made {
        Made::Constant(value) => Some(Operand::Constant(value)),
        Made::Read(read) => Some(Operand::Property(read)),
        Made::Operand(operand) => Some(operand),
        Made::Aggregate(_) | Made::Node(_) => None,
    }
}

/// The constant as a value; every number a decimal.
pub(super) fn plain(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => text.as_str().into(),
        Literal::Number(number) => Value::Decimal(*number),
        Literal::Money(money) => Value::Money(*money),
        Literal::Bool(yes) => Value::Bool(*yes),
        Literal::Time(time) => Value::Time(*time),
        Literal::Date(date) => Value::Date(*date),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Decimal(number) => *number == Decimal::ZERO,
        Value::Money(money) => money.amount() == Decimal::ZERO,
        _ => false,
    }
}

/// Arithmetic of constants, where its result can be kept exactly; else it stays as it is written.
fn fold(left: &Value, op: Arith, right: &Value) -> Option<Value> {
    use onefold_model::Money;
    let amount = |value: &Value| match value {
        Value::Decimal(number) => Some((*number, None)),
        Value::Money(money) => Some((money.amount(), Some(money.currency()))),
        _ => None,
    };
    let ((one, left), (other, right)) = (amount(left)?, amount(right)?);
    let number = match op {
        Arith::Add => one.checked_add(other),
        Arith::Sub => one.checked_sub(other),
        Arith::Mul => one.checked_mul(other),
        Arith::Div => divide(one, other),
    }?;
    let currency = if op == Arith::Div && right.is_some() { None } else { left.or(right) };
    Some(match currency {
        Some(currency) => Value::Money(Money::new(number, currency)),
        None => Value::Decimal(number),
    })
}

/// The quotient, where it has at most 18 digits after the point.
fn divide(one: Decimal, other: Decimal) -> Option<Decimal> {
    let ten = |power: u8| 10_i128.checked_pow(power.into());
    let above = i128::from(one.units()).checked_mul(ten(other.scale())?)?;
    let below = i128::from(other.units()).checked_mul(ten(one.scale())?)?;
    for scale in 0..=18 {
        let shifted = above.checked_mul(ten(scale)?)?;
        if shifted.checked_rem(below)? == 0 {
            return Decimal::new(i64::try_from(shifted.checked_div(below)?).ok()?, scale);
        }
    }
    None
}

pub(super) fn span_of_path(path: &Path) -> Range<usize> {
    match (path.names.first(), path.names.last()) {
        (Some(first), Some(last)) => first.span.0.start..last.span.0.end,
        _ => 0..0,
    }
}

/// Where a term stands, as far as it knows.
pub(super) fn span(term: &Term) -> Range<usize> {
    match term {
        Term::Constant(_) => 0..0,
        Term::Name(path) | Term::Size(path) => span_of_path(path),
        Term::Score(name) => name.span.0.clone(),
        Term::Aggregate(aggregate) => aggregate.span.0.clone(),
        Term::Since(_, part) => span(part),
        Term::Arithmetic(left, _, right) => hull(left, right),
        Term::Case { when, .. } => when.first().map_or(0..0, |(_, value)| span(value)),
    }
}

/// From the one to the other, as far as they know where they stand.
fn hull(left: &Term, right: &Term) -> Range<usize> {
    match (span(left), span(right)) {
        (left, right) if left.is_empty() => right,
        (left, right) => left.start..right.end.max(left.end),
    }
}
