//! Constants in the types of what they are compared with.

use onefold_model::schema::Field;
use onefold_model::{Decimal, FieldId, Score, Time, Type, Value, closest};

use super::Checker;
use crate::ast::{Check, Literal, Name, Op, Test};
use crate::value::Ask;

impl Checker<'_, '_> {
    /// The question in the type of the field, and whether its answer is turned round.
    pub(super) fn ask(&mut self, test: &Test, field: FieldId) -> Option<(Ask, bool)> {
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
    pub(super) fn fit(&mut self, test: &Test, declared: &Field, op: Op, literal: &Literal) -> Option<Value> {
        let at = &test.span.0;
        let name = test.subject.as_str();
        match (op, declared.ty) {
            (Op::Contains, Type::List | Type::Any)
            | (Op::Contains | Op::StartsWith | Op::EndsWith, Type::Text | Type::Any) => {}
            (Op::Contains | Op::StartsWith | Op::EndsWith, other) => {
                let message = format!("`{name}` is {} and has no `{op}`", kind(other));
                return self.type_error(at, &message, None);
            }
            (Op::Eq | Op::Ne, Type::Bool)
            | (
                _,
                Type::Text
                | Type::Int
                | Type::Decimal
                | Type::Money
                | Type::Time
                | Type::Date
                | Type::Score
                | Type::Any,
            ) => {}
            (_, Type::Bool) => {
                return self.type_error(
                    at,
                    &format!("`{name}` is true or false, and neither is more"),
                    Some("compare it with `=`"),
                );
            }
            (_, Type::List) => {
                return self.type_error(
                    at,
                    &format!("`{name}` is a list"),
                    Some("ask whether it `contains` something"),
                );
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

    pub(super) fn mismatch<T>(&mut self, name: &Name, declared: &Field, literal: &Literal) -> Option<T> {
        let message =
            format!("`{}` is {} and does not compare with {}", name.as_str(), kind(declared.ty), article(literal));
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
}

pub(super) const fn is_order(op: Op) -> bool {
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

pub(super) const fn kind(ty: Type) -> &'static str {
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

pub(super) const fn article(literal: &Literal) -> &'static str {
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
