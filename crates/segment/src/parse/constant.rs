//! Constants: text, numbers, amounts, instants, spans.

use std::str::FromStr;
use std::time::Duration;

use onefold_model::{Currency, Date, Decimal, Diagnostic, Money, Time, parse_span};

use super::Parser;
use crate::ast::{Check, Literal};
use crate::lex::{Kind, RESERVED};

impl Parser<'_, '_, '_> {
    pub(super) fn literals(&mut self) -> Option<Vec<Literal>> {
        if self.is_word(0, "segment") {
            let help = "membership reads `in segment name`, without a trait before it";
            return self.expected_help("`(`", Some(help));
        }
        if self.is_word(0, "last") {
            let help = "whether a time has just been is asked with `within last`";
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
            Kind::Text(text) => Literal::Text(text.clone().into_owned()),
            Kind::Word("true") => Literal::Bool(true),
            Kind::Word("false") => Literal::Bool(false),
            Kind::Instant(said) => match (said.parse::<Date>(), said.parse::<Time>()) {
                (Ok(date), _) => Literal::Date(date),
                (_, Ok(time)) => Literal::Time(time),
                (_, Err(error)) => return self.unreadable(&error.to_string()),
            },
            Kind::Number(_) | Kind::Sign("-") => {
                let number = self.decimal()?;
                return Some(match self.currency() {
                    Some(currency) => {
                        self.bump();
                        Literal::Money(Money::new(number, currency))
                    }
                    None => Literal::Number(number),
                });
            }
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

    /// A number, perhaps with a minus.
    pub(super) fn decimal(&mut self) -> Option<Decimal> {
        let minus = self.is_sign(0, "-");
        let Kind::Number(number) = self.ahead(usize::from(minus)) else {
            self.at += usize::from(minus);
            return self.expected("a number");
        };
        let parsed = if minus { format!("-{number}").parse() } else { number.parse::<Decimal>() };
        match parsed {
            Ok(number) => {
                self.at += 1 + usize::from(minus);
                Some(number)
            }
            Err(error) => {
                let end = self.tokens.get(self.at + usize::from(minus)).map_or(0, |token| token.span.end);
                let fault = Diagnostic::new("E09", self.span().start..end, error.to_string());
                self.fault(fault)
            }
        }
    }

    /// A number without a fraction.
    pub(super) fn whole_number<N: FromStr>(&mut self, what: &str) -> Option<N> {
        let Kind::Number(number) = self.peek() else { return self.expected(what) };
        match number.parse() {
            Ok(number) => {
                self.bump();
                Some(number)
            }
            Err(_) => self.unreadable("expected a whole number that is not too large"),
        }
    }

    pub(super) fn text(&mut self, what: &str) -> Option<String> {
        let Kind::Text(text) = self.peek() else { return self.expected(what) };
        self.bump();
        Some(text.clone().into_owned())
    }

    /// `5 km of (52.52, 13.405)`
    pub(super) fn near(&mut self) -> Option<Check> {
        let far = self.span();
        let number = self.decimal()?;
        let km = match self.peek() {
            Kind::Word("km") => Some(number),
            Kind::Word("m") => number.scale().checked_add(3).and_then(|scale| Decimal::new(number.units(), scale)),
            _ => {
                let help = "a time within a span is asked with `within last` or `within next`";
                return self.expected_help("`km` or `m`", Some(help));
            }
        };
        let Some(km) = km else {
            return self.fault(Diagnostic::new("E09", far, "too many digits for a distance"));
        };
        self.bump();
        self.need_word("of")?;
        self.need("(")?;
        let lat = self.decimal()?;
        self.need(",")?;
        let lon = self.decimal()?;
        self.need(")")?;
        Some(Check::Near { km, lat, lon })
    }

    /// The currency after a number: three capitals. `AND` is a slip rather than a currency, unless in backticks.
    fn currency(&self) -> Option<Currency> {
        let word = match self.peek() {
            Kind::Word(word) if *word != "AND" => word,
            Kind::Name(name) => name.as_ref(),
            _ => return None,
        };
        if word.bytes().all(|it| it.is_ascii_uppercase()) { word.parse().ok() } else { None }
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
                let more = match *unit {
                    "month" | "months" | "quarter" | "quarters" | "year" | "years" => {
                        format!("; months and years are of the calendar: `in last {number} calendar {unit}`")
                    }
                    _ => String::new(),
                };
                let help =
                    "a span is a whole number and a unit from microseconds to weeks, such as `30s`, `15m`, `14 days`";
                self.fault(fault.help(format!("{help}{more}")))
            }
        }
    }
}
