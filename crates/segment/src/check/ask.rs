//! Questions to values: constants in the types of what they are compared with, and then a node or a filter.

use std::ops::Range;

use onefold_model::{Date, Decimal, Money, Score, Time, Truth, Type, Value, closest};

use super::Checker;
use super::kind::{Kind, is_order, kind, told, word};
use super::term::{Made, Place, Typed, operand, plain, span};
use crate::ast::{Check, Literal, Op, Term, Test};
use crate::plan::{self, Filter, Node, NodeId, Span, What};
use crate::value::{Ask, Circle, compare};

/// What a test asks, typed.
pub(super) enum Question {
    /// It is always so, or never.
    Fixed(bool),
    Ask(Typed, Ask),
    Compare(Typed, Op, Typed),
    Within(Typed, Span),
    Anniversary(Typed, u32),
    Not(Box<Self>),
}

impl<'a> Checker<'a, '_> {
    pub(super) fn test(&mut self, test: &'a Test, place: &Place<'_, 'a>) -> Option<Question> {
        let around = self.here.clone();
        if !test.span.0.is_empty() {
            self.here = test.span.0.clone();
        }
        let question = self.question(test, place);
        self.here = around;
        question
    }

    fn question(&mut self, test: &'a Test, place: &Place<'_, 'a>) -> Option<Question> {
        let at = &test.span.0;
        if let Check::Compare(op, right) = &test.check {
            return self.comparison(at, &test.subject, *op, right, place);
        }
        let subject = self.term(&test.subject, place)?;
        Some(match &test.check {
            Check::Compare(..) => return None,
            Check::Null => Question::Ask(subject, Ask::Null),
            Check::NotNull => Question::Not(Box::new(Question::Ask(subject, Ask::Null))),
            Check::Among(values) => {
                let values = self.constants(test, &subject, Op::Eq, values)?;
                Question::Ask(subject, Ask::Among(values))
            }
            Check::NotAmong(values) => {
                let values = self.constants(test, &subject, Op::Eq, values)?;
                Question::Not(Box::new(Question::Ask(subject, Ask::Among(values))))
            }
            Check::ContainsAny(values) | Check::ContainsAll(values) => {
                if subject.kind.ty == Type::Text {
                    let message = format!("{} is a text, not a list", told(&test.subject));
                    return self.type_error(at, &message, Some("ask whether it `contains` one text"));
                }
                let all = matches!(test.check, Check::ContainsAll(_));
                let values = self.constants(test, &subject, Op::Contains, values)?;
                Question::Ask(subject, if all { Ask::ContainsAll(values) } else { Ask::ContainsAny(values) })
            }
            Check::WithinLast(length) | Check::WithinNext(length) => {
                let micros = self.micros(*length, at);
                self.course(test, &subject, place)?;
                let last = matches!(test.check, Check::WithinLast(_));
                Question::Within(subject, if last { Span::Last(micros?) } else { Span::Next(micros?) })
            }
            Check::Anniversary(length) => {
                self.course(test, &subject, place)?;
                let days = length.as_secs() / 86_400;
                if length.is_zero() || !length.as_secs().is_multiple_of(86_400) || length.subsec_nanos() != 0 {
                    let message = "an anniversary comes round within a whole number of days, and at least one";
                    return self.fault("E09", at, message, None);
                }
                Question::Anniversary(subject, u32::try_from(days).unwrap_or(u32::MAX))
            }
            Check::Near { km, lat, lon } => {
                if !matches!(subject.kind.ty, Type::Map | Type::Any) {
                    let message = format!("{} is {}, not a place", told(&test.subject), kind(subject.kind.ty));
                    return self.type_error(at, &message, Some("a place is a map with `lat` and `lon`"));
                }
                Question::Ask(subject, Ask::Near(self.circle(at, *km, *lat, *lon)?))
            }
        })
    }

    /// Refuses what is not in the course of time, and questions about now inside brackets.
    fn course(&mut self, test: &Test, subject: &Typed, place: &Place<'_, 'a>) -> Option<()> {
        let at = &test.span.0;
        if !subject.kind.is_time() {
            let message = format!("{} is {}, not a time or day", told(&test.subject), kind(subject.kind.ty));
            return self.type_error(at, &message, None);
        }
        if !place.is_profile() {
            let message = "brackets ask about what stands in them, not about now";
            return self.type_error(at, message, Some("compare it with a time, or say when beside the event"));
        }
        Some(())
    }

    fn circle(&mut self, at: &Range<usize>, km: Decimal, lat: Decimal, lon: Decimal) -> Option<Circle> {
        if km <= Decimal::ZERO {
            return self.fault("E09", at, "a distance is more than 0 km", None);
        }
        let beyond = |degrees: Decimal, most: i64| degrees > most.into() || degrees < (-most).into();
        if beyond(lat, 90) || beyond(lon, 180) {
            let message = format!("({lat}, {lon}) is no place on the globe");
            let help = "degrees north, from -90 to 90, come first, then degrees east, from -180 to 180";
            return self.fault("E09", at, &message, Some(help));
        }
        let nano = |degrees: Decimal| i64::try_from(scaled(degrees, 9)?).ok();
        Some(Circle {
            millimetres: scaled(km, 6).and_then(|it| u64::try_from(it).ok()).unwrap_or(u64::MAX),
            lat: nano(lat)?,
            lon: nano(lon)?,
        })
    }

    fn constants(&mut self, test: &Test, subject: &Typed, op: Op, literals: &[Literal]) -> Option<Box<[Value]>> {
        if literals.is_empty() {
            return self.type_error(&test.span.0, "a list without values says nothing", None);
        }
        let mut values = Vec::new();
        for literal in literals {
            let (value, of) = (plain(literal), Kind::of(literal));
            values.push(self.fit(&test.span.0, &test.subject, subject, op, value, of).map(|(_, value)| value));
        }
        let mut values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        values.sort();
        values.dedup();
        Some(values.into())
    }

    // ------------------------------------------------------------ comparisons

    fn comparison(
        &mut self,
        at: &Range<usize>,
        left: &'a Term,
        op: Op,
        right: &'a Term,
        place: &Place<'_, 'a>,
    ) -> Option<Question> {
        let (one, other) = (self.term(left, place), self.term(right, place));
        let (one, other) = (one?, other?);
        match (one.constant(), other.constant()) {
            (Some(_), Some(value)) => {
                let (op, value) = self.fit(at, left, &one, op, value.clone(), other.kind)?;
                match one.constant().map(|one| compare(one, op, &value)) {
                    Some(Truth::Yes) => Some(Question::Fixed(true)),
                    Some(Truth::No) => Some(Question::Fixed(false)),
                    _ => Some(Question::Compare(one, op, other)),
                }
            }
            (None, Some(value)) => {
                let (op, value) = self.fit(at, left, &one, op, value.clone(), other.kind)?;
                Some(Question::Ask(one, Ask::Compare(op, value)))
            }
            (Some(value), None) if is_order(op) => {
                let (op, value) = self.fit(at, right, &other, op.flipped(), value.clone(), one.kind)?;
                Some(Question::Ask(other, Ask::Compare(op, value)))
            }
            _ => {
                if !one.kind.compares(op, other.kind) {
                    return self.unlike(at, (left, one.kind), op, (right, other.kind));
                }
                Some(Question::Compare(one, op, other))
            }
        }
    }

    fn unlike<T>(&mut self, at: &Range<usize>, left: (&Term, Kind), op: Op, right: (&Term, Kind)) -> Option<T> {
        let ((left, one), (right, other)) = (left, right);
        if let (Some(here), Some(there)) = (one.currency, other.currency)
            && here != there
        {
            let message = format!("amounts in {here} and {there} do not compare");
            return self.type_error(at, &message, Some("there are no exchange rates"));
        }
        let (left, right, op) = (told(left), told(right), word(op));
        let message =
            format!("{left} is {} and does not compare by `{op}` with {right}, {}", kind(one.ty), kind(other.ty));
        self.type_error(at, &message, None)
    }

    /// The constant as a value of the subject's type, and the operator with which it is compared.
    pub(super) fn fit(
        &mut self,
        at: &Range<usize>,
        term: &Term,
        subject: &Typed,
        op: Op,
        value: Value,
        of: Kind,
    ) -> Option<(Op, Value)> {
        self.has(at, term, subject, op)?;
        let counts = matches!(&subject.made, Made::Aggregate(it) if is_count(&it.what)) && is_order(op);
        let adds = matches!(&subject.made, Made::Aggregate(it) if is_sum(&it.what));
        let fitting = match (subject.kind.ty, value) {
            (Type::Int, Value::Decimal(number)) if counts => {
                (number.scale() == 0).then(|| (op, Value::Int(number.units())))
            }
            (Type::Decimal, Value::Decimal(number)) if counts && number.scale() == 0 => {
                Some((op, Value::Int(number.units())))
            }
            (Type::Any, Value::Text(_) | Value::Bool(_) | Value::Time(_) | Value::Date(_)) if adds => None,
            (Type::Any, value) => (is_order(op) || op == Op::Contains || of.ty == Type::Text).then_some((op, value)),
            (Type::Text, value @ Value::Text(_))
            | (Type::Int | Type::Decimal, value @ Value::Decimal(_))
            | (Type::List, value)
            | (Type::Bool, value @ Value::Bool(_))
            | (Type::Time, value @ Value::Time(_))
            | (Type::Date, value @ Value::Date(_)) => Some((op, value)),
            (Type::Score, Value::Decimal(number)) => Score::new(number.to_f64()).map(|score| (op, Value::Score(score))),
            (Type::Money, value @ Value::Money(_)) => {
                if subject.kind.currency.is_some() && of.currency != subject.kind.currency {
                    return self.unlike(at, (term, subject.kind), op, (term, of));
                }
                Some((op, value))
            }
            (Type::Time, Value::Date(date)) => Some((op, Value::Time(date.midnight()))),
            (Type::Date, Value::Time(time)) => day(op, time),
            (Type::Time, Value::Text(text)) => match Time::from_calendar(&text) {
                Ok(time) => Some((op, Value::Time(time))),
                Err(error) => return self.type_error(at, &error.to_string(), None),
            },
            (Type::Date, Value::Text(text)) => match text.parse::<Date>() {
                Ok(date) => Some((op, Value::Date(date))),
                Err(error) => return self.type_error(at, &error.to_string(), None),
            },
            _ => None,
        };
        let Some((op, value)) = fitting else {
            return self.mismatch(at, term, subject, of);
        };
        self.listed(at, term, subject, op, &value)?;
        Some((op, value))
    }

    /// Refuses an operator that values of this type do not have.
    fn has(&mut self, at: &Range<usize>, term: &Term, subject: &Typed, op: Op) -> Option<()> {
        let (what, is) = (told(term), kind(subject.kind.ty));
        match (op, subject.kind.ty) {
            (Op::Contains, Type::List | Type::Text | Type::Any)
            | (Op::StartsWith | Op::EndsWith, Type::Text | Type::Any) => Some(()),
            (Op::Contains | Op::StartsWith | Op::EndsWith, _) => {
                self.type_error(at, &format!("{what} is {is} and has no `{}`", word(op)), None)
            }
            (_, Type::List) => {
                self.type_error(at, &format!("{what} is a list"), Some("ask whether it `contains` something"))
            }
            (_, Type::Map) => {
                let help = "name a key of it, as in `address.city`";
                self.type_error(at, &format!("{what} is a map, which does not compare"), Some(help))
            }
            (Op::Lt | Op::Le | Op::Gt | Op::Ge, Type::Bool) => {
                let message = format!("{what} is true or false, and neither is more");
                self.type_error(at, &message, Some("compare it with `=`"))
            }
            _ => Some(()),
        }
    }

    /// Refuses a text that is none of the declared values.
    fn listed(&mut self, at: &Range<usize>, term: &Term, subject: &Typed, op: Op, value: &Value) -> Option<()> {
        let declared = subject.field.and_then(|field| self.schema.field_info(field)).map(|info| &info.declared);
        let (Some(declared), Value::Text(text), Op::Eq | Op::Ne) = (declared, value, op) else { return Some(()) };
        if declared.ty != Type::Text || declared.values.is_empty() || declared.values.contains(text) {
            return Some(());
        }
        let help = closest(text, declared.values.iter().map(|it| it.as_str()));
        let help = help.map(|help| format!("did you mean `\"{help}\"`?"));
        let message = format!("`{text}` is not one of the declared values of {}", told(term));
        self.fault("E06", at, &message, help.as_deref())
    }

    fn mismatch<T>(&mut self, at: &Range<usize>, term: &Term, subject: &Typed, of: Kind) -> Option<T> {
        let message = format!("{} is {} and does not compare with {}", told(term), kind(subject.kind.ty), kind(of.ty));
        let declared = subject.field.and_then(|field| self.schema.field_info(field));
        let help = match (subject.kind.ty, of.ty) {
            (Type::Money, Type::Int | Type::Decimal) => {
                let currency = declared.and_then(|info| info.declared.currency).or(subject.kind.currency);
                let currency = currency.map_or_else(|| "EUR".into(), |it| it.to_string());
                Some(format!("an amount has a currency, such as `5 {currency}`"))
            }
            (Type::Int | Type::Decimal, Type::Money) => Some("leave the currency out".into()),
            (Type::Int | Type::Decimal | Type::Money | Type::Score, Type::Text) => {
                Some("numbers stand without quotes".into())
            }
            (Type::Text, _) => Some("text stands in double quotes".into()),
            (Type::Date, Type::Time) => Some("a day is written `@2026-03-01`".into()),
            _ => None,
        };
        let place = span(term);
        let place = if place.is_empty() { at.clone() } else { place };
        self.type_error(&place, &message, help.as_deref())
    }

    // ------------------------------------------------------------ to the plan

    pub(super) fn question_node(&mut self, question: Question) -> Option<NodeId> {
        let node = match question {
            Question::Fixed(true) => Node::And([].into()),
            Question::Fixed(false) => Node::Or([].into()),
            Question::Not(part) => Node::Not(self.question_node(*part)?),
            Question::Compare(one, op, other) => {
                let (one, other) = (self.node(one)?, self.node(other)?);
                Node::Compare(one, op, other)
            }
            Question::Within(subject, span) => Node::Within(self.node(subject)?, span),
            Question::Anniversary(subject, days) => Node::Anniversary(self.node(subject)?, days),
            Question::Ask(Typed { made: Made::Read(read), .. }, ask) => Node::Ask(read, ask),
            Question::Ask(Typed { made: Made::Aggregate(aggregate), .. }, Ask::Compare(op, value))
                if is_order(op) && !is_broken(&aggregate.what, &value) =>
            {
                return self.tally(&aggregate, op, value);
            }
            Question::Ask(Typed { made: Made::Aggregate(aggregate), .. }, Ask::Among(values))
                if !values.iter().any(|value| is_broken(&aggregate.what, value)) =>
            {
                let tallies = values.iter().map(|value| self.tally(&aggregate, Op::Eq, value.clone()));
                let tallies: Vec<NodeId> = tallies.collect::<Option<_>>()?;
                match &tallies[..] {
                    [one] => return Some(*one),
                    _ => Node::Or(tallies.into()),
                }
            }
            Question::Ask(subject, ask) => Node::Question(self.node(subject)?, ask),
        };
        self.put(node)
    }

    /// An aggregate compared with a constant; of money, only what is in the currency of the constant counts.
    pub(super) fn tally(&mut self, aggregate: &plan::Aggregate, op: Op, value: Value) -> Option<NodeId> {
        let mut aggregate = aggregate.clone();
        if let Value::Money(money) = &value {
            match &mut aggregate.what {
                What::Sum(_, currency)
                | What::Avg(_, currency)
                | What::Min(_, currency)
                | What::Max(_, currency)
                | What::Median(_, currency) => *currency = Some(Money::currency(*money)),
                _ => {}
            }
        }
        let aggregate = self.plan.put_aggregate(aggregate)?;
        self.put(Node::Tally(aggregate, op, value))
    }
}

pub(super) fn question_filter(question: Question) -> Option<Filter> {
    Some(match question {
        Question::Fixed(true) => Filter::And([].into()),
        Question::Fixed(false) => Filter::Or([].into()),
        Question::Not(part) => Filter::Not(Box::new(question_filter(*part)?)),
        Question::Ask(subject, ask) => Filter::Ask(operand(subject)?, ask),
        Question::Compare(one, op, other) => Filter::Compare(operand(one)?, op, operand(other)?),
        Question::Within(..) | Question::Anniversary(..) => return None,
    })
}

/// Whether it is a whole number by its nature.
const fn is_count(what: &What) -> bool {
    matches!(what, What::Count | What::Distinct(_) | What::ActiveDays(_) | What::ActiveWeeks(_) | What::Sessions(_))
}

/// Whether a count is compared with a number that is none.
const fn is_broken(what: &What, value: &Value) -> bool {
    is_count(what) && !matches!(value, Value::Int(_))
}

/// Whether it takes numbers and amounts alone.
const fn is_sum(what: &What) -> bool {
    matches!(what, What::Sum(..) | What::Avg(..) | What::Median(..))
}

/// A day compared with an instant is compared by its midnight: the same with the day of the instant.
fn day(op: Op, time: Time) -> Option<(Op, Value)> {
    let date = time.date();
    let op = match op {
        _ if date.midnight() == time => op,
        Op::Lt | Op::Le => Op::Le,
        Op::Gt | Op::Ge => Op::Gt,
        _ => return None,
    };
    Some((op, Value::Date(date)))
}

/// The number in units of ten to the minus `digits`; what is finer is cut off.
fn scaled(number: Decimal, digits: u8) -> Option<i128> {
    let ten = |power: u8| 10_i128.checked_pow(power.into());
    let units = i128::from(number.units());
    match digits.checked_sub(number.scale()) {
        Some(more) => units.checked_mul(ten(more)?),
        None => units.checked_div(ten(number.scale().checked_sub(digits)?)?),
    }
}
