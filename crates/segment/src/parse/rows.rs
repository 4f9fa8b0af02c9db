//! Which events, and when.

use onefold_model::closest;

use super::{Parser, Place};
use crate::ast::{Events, Target, Unit, When, Window, Zone};
use crate::lex::Kind;

impl Parser<'_, '_, '_> {
    pub(super) fn events(&mut self) -> Option<Events> {
        let what = if self.is_word(0, "any") {
            self.bump();
            if self.is_word(0, "of") && self.is_sign(1, "(") {
                self.bump();
                self.bump();
                let mut all = vec![self.name("an event")?];
                while self.sign(",") {
                    all.push(self.name("an event")?);
                }
                self.need(")")?;
                Target::AnyOf(all)
            } else {
                Target::Any
            }
        } else {
            Target::Named(self.name("an event")?)
        };
        let filter = match self.sign("[") {
            true => {
                let filter = self.nested(Place::Open);
                self.need("]")?;
                Some(Box::new(filter?))
            }
            false => None,
        };
        Some(Events { what, filter })
    }

    /// When; at any time where nothing is said.
    pub(super) fn window(&mut self) -> Option<Window> {
        let when = self.when()?;
        let zone = match self.word("zone") {
            true => Some(self.zone()?),
            false => None,
        };
        Some(Window { when, zone })
    }

    fn when(&mut self) -> Option<When> {
        let (Kind::Word(first), second) = (self.peek(), self.ahead(1)) else { return Some(When::Ever) };
        match (*first, second) {
            ("ever", _) => {
                self.bump();
                Some(When::Ever)
            }
            ("in", Kind::Word("last")) => {
                self.bump();
                self.bump();
                self.last()
            }
            ("in", Kind::Word("this")) => {
                self.bump();
                self.bump();
                Some(When::This(self.unit()?))
            }
            ("in", Kind::Word("session")) => {
                self.bump();
                self.bump();
                self.need_word("of")?;
                Some(When::Session(self.duration()?))
            }
            ("since", _) => {
                self.bump();
                Some(When::Since(self.instant()?))
            }
            ("before", Kind::Number(_)) => {
                self.bump();
                let span = self.duration()?;
                self.need_word("ago")?;
                Some(When::BeforeAgo(span))
            }
            ("before", _) => {
                self.bump();
                Some(When::Before(self.instant()?))
            }
            ("between", Kind::Number(_)) => {
                self.bump();
                let from = self.duration()?;
                self.need_word("and")?;
                let to = self.duration()?;
                self.need_word("ago")?;
                Some(When::Ago { from, to })
            }
            ("between", _) => {
                self.bump();
                let from = self.instant()?;
                self.need_word("and")?;
                Some(When::Between { from, to: self.instant()? })
            }
            _ => Some(When::Ever),
        }
    }

    /// After `in last`.
    fn last(&mut self) -> Option<When> {
        if self.word("calendar") {
            return Some(When::Calendar { count: 1, unit: self.unit()? });
        }
        if self.is_word(1, "calendar") {
            let count = self.whole_number("a number")?;
            self.bump();
            return Some(When::Calendar { count, unit: self.unit()? });
        }
        Some(When::Last(self.duration()?))
    }

    fn unit(&mut self) -> Option<Unit> {
        let unit = match self.peek() {
            Kind::Word("day" | "days") => Unit::Day,
            Kind::Word("week" | "weeks") => Unit::Week,
            Kind::Word("month" | "months") => Unit::Month,
            Kind::Word("quarter" | "quarters") => Unit::Quarter,
            Kind::Word("year" | "years") => Unit::Year,
            Kind::Word(word) => {
                let units = ["day", "week", "month", "quarter", "year"];
                let help = closest(word, units).map(|unit| format!("did you mean `{unit}`?"));
                return self.expected_help("`day`, `week`, `month`, `quarter` or `year`", help.as_deref());
            }
            _ => return self.expected("`day`, `week`, `month`, `quarter` or `year`"),
        };
        self.bump();
        Some(unit)
    }

    /// After the word `zone`.
    fn zone(&mut self) -> Option<Zone> {
        match self.peek() {
            Kind::Text(_) => self.text("a zone").map(Zone::Named),
            _ => self.name("a zone such as `\"Europe/Berlin\"`, or a trait that has one").map(Zone::Field),
        }
    }
}
