//! Constants: text, numbers, amounts, instants, spans.

use std::time::Duration;

use onefold_model::{Currency, Date, Decimal, Diagnostic, Money, Time, parse_span};

use super::Parser;
use crate::ast::Literal;
use crate::lex::{Kind, RESERVED};

impl Parser<'_, '_, '_> {
    pub(super) fn literals(&mut self) -> Option<Vec<Literal>> {
        if self.is_word(0, "segment") {
            let help = "membership reads `in segment name`, without a trait before it";
            return self.expected_help("`(`", Some(help));
        }
        self.need("(")?;
        let mut values = vec![self.literal()?];
        while self.sign(",") {
            values.push(self.literal()?);
        }
        self.need(")")?;
        Some(values)
    }

    pub(super) fn literal(&mut self) -> Option<Literal> {
        let value = match self.peek() {
            Kind::Text(text) => Literal::Text(text.clone()),
            Kind::Word("true") => Literal::Bool(true),
            Kind::Word("false") => Literal::Bool(false),
            Kind::Instant(said) => match (said.parse::<Date>(), said.parse::<Time>()) {
                (Ok(date), _) => Literal::Date(date),
                (_, Ok(time)) => Literal::Time(time),
                (_, Err(error)) => return self.unreadable(&error.to_string()),
            },
            Kind::Number(number) => match number.parse::<Decimal>() {
                Ok(number) => match self.currency() {
                    Some(currency) => {
                        self.bump();
                        Literal::Money(Money::new(number, currency))
                    }
                    None => Literal::Number(number),
                },
                Err(error) => return self.unreadable(&error.to_string()),
            },
            Kind::Word("null") => {
                return self.expected_help("a value", Some("nothing is asked for with `is null`"));
            }
            Kind::Word(word) if !RESERVED.contains(word) => {
                let help = format!("a text stands in quotes: `\"{word}\"`");
                return self.expected_help("a value", Some(&help));
            }
            _ => return self.expected("a value"),
        };
        self.bump();
        Some(value)
    }

    /// The currency after a number: three capitals.
    pub(super) fn currency(&self) -> Option<Currency> {
        match self.ahead(1) {
            Kind::Word(word) if *word != "AND" && word.bytes().all(|it| it.is_ascii_uppercase()) => word.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn unreadable<T>(&mut self, why: &str) -> Option<T> {
        let fault = Diagnostic::new("E09", self.span(), why);
        self.fault(fault)
    }

    pub(super) fn instant(&mut self) -> Option<Time> {
        let time = match self.peek() {
            Kind::Instant(said) => said.parse::<Time>(),
            Kind::Text(said) => Time::from_calendar(said),
            _ => {
                return self.expected_help(
                    "an instant",
                    Some("an instant is written `@2026-03-01` or `@2026-03-01T09:00:00Z`"),
                );
            }
        };
        match time {
            Ok(time) => {
                self.bump();
                Some(time)
            }
            Err(error) => self.unreadable(&error.to_string()),
        }
    }

    pub(super) fn duration(&mut self) -> Option<Duration> {
        let Kind::Number(number) = self.peek() else {
            return self.expected("a span of time such as `30 days`");
        };
        let Kind::Word(unit) = self.ahead(1) else {
            self.bump();
            return self.expected("a unit of time such as `days`");
        };
        let span = self.span().start..self.tokens.get(self.at + 1).map_or(0, |unit| unit.span.end);
        match parse_span(&format!("{number}{unit}")) {
            Some(duration) => {
                self.bump();
                self.bump();
                Some(duration)
            }
            None => {
                let fault = Diagnostic::new("E09", span, format!("`{number} {unit}` is not a span of time"));
                self.fault(fault.help("a span is a whole number and a unit from microseconds to weeks, such as `30s`, `15m`, `14 days`; months and years have no fixed length"))
            }
        }
    }
}
