//! Conditions that begin with a word of their own.

use onefold_model::{Decimal, Diagnostic};

use super::{Parser, Place};
use crate::ast::{End, Expr, Quantifier, Rank, Sequence, Size, Step, Then};
use crate::lex::{FOLLOWING, Kind, RESERVED};

impl Parser<'_, '_, '_> {
    /// None where a value begins here; else the condition, and none where it could not be read.
    pub(super) fn leaf(&mut self) -> Option<Option<Expr>> {
        let word = match self.peek() {
            Kind::Word(word) => word,
            Kind::Sign("(" | "-") | Kind::Text(_) | Kind::Number(_) | Kind::Instant(_) | Kind::Name(_) => return None,
            _ => return Some(self.expected("a condition")),
        };
        let number = matches!(self.ahead(1), Kind::Number(_));
        Some(match *word {
            "did" => {
                self.bump();
                self.did()
            }
            "in" => {
                self.bump();
                self.member()
            }
            "consent" if self.is_sign(1, "(") => self.consent(),
            "first" if self.is_word(1, "time") => self.first_time(),
            "stopped" if self.is_event(1) => self.stopped(),
            "sample" if number => self.sample(),
            "bucket" if self.is_word(1, "of") => self.bucket(),
            "top" if number => self.ranked(End::Top),
            "bottom" if number => self.ranked(End::Bottom),
            "any" => self.quantified(Quantifier::Any),
            "all" if self.is_quantifier() => self.quantified(Quantifier::All),
            "none" if self.is_quantifier() => self.quantified(Quantifier::None),
            word if RESERVED.contains(&word) && !matches!(word, "true" | "false" | "case" | "null") => {
                self.expected("a condition")
            }
            _ => return None,
        })
    }

    /// Whether an event is named here, as it is not where a trait `stopped` is asked.
    fn is_event(&self, by: usize) -> bool {
        match self.ahead(by) {
            Kind::Word(word) => !FOLLOWING.contains(word),
            Kind::Name(_) => true,
            _ => false,
        }
    }

    /// Whether a word is said of many things, and is no trait.
    fn is_quantifier(&self) -> bool {
        self.is_word(1, "of") || (self.is_name(1) && (self.is_sign(2, "[") || self.is_sign(2, ".")))
    }

    fn member(&mut self) -> Option<Expr> {
        self.need_word("segment")?;
        self.name("the name of a segment").map(Expr::Member)
    }

    fn consent(&mut self) -> Option<Expr> {
        self.bump();
        self.bump();
        let purpose = self.name("a purpose")?;
        let channel = match self.sign(",") {
            true => Some(self.name("a channel")?),
            false => None,
        };
        self.need(")")?;
        Some(Expr::Consent { purpose, channel })
    }

    /// After the word `did`.
    fn did(&mut self) -> Option<Expr> {
        let first = self.events()?;
        let name = match self.word("as") {
            true => Some(self.name("a name for the step")?),
            false => None,
        };
        if name.is_some() && !self.is_word(0, "then") {
            return self.expected_help("`then`", Some("a step is named for the one that follows"));
        }
        let mut steps = Vec::new();
        while self.is_step() {
            self.bump();
            steps.push(self.step()?);
        }
        if steps.is_empty() {
            return Some(Expr::Did { events: first, window: self.window()? });
        }
        self.sign(",");
        let window = self.window()?;
        Some(Expr::Sequence(Sequence { first, name, steps, window }))
    }

    /// Whether `then` begins a step, and not the value of a case.
    fn is_step(&self) -> bool {
        self.is_word(0, "then")
            && (self.place != Place::Case
                || match self.ahead(1) {
                    Kind::Word("any" | "not" | "did") | Kind::Name(_) => true,
                    Kind::Word(word) => !RESERVED.contains(word) && !self.is_sign(2, "("),
                    _ => false,
                })
    }

    /// After the word `then`.
    fn step(&mut self) -> Option<Step> {
        let then = match self.word("not") {
            true => Then::Lacks,
            false => Then::Follows,
        };
        self.word("did");
        let events = self.events()?;
        let name = match self.word("as") {
            true => Some(self.name("a name for the step")?),
            false => None,
        };
        let within = match self.word("within") {
            true => Some(self.duration()?),
            false => None,
        };
        Some(Step { then, events, name, within })
    }

    fn first_time(&mut self) -> Option<Expr> {
        self.bump();
        self.bump();
        let events = self.events()?;
        Some(Expr::FirstTime { events, window: self.window()? })
    }

    fn stopped(&mut self) -> Option<Expr> {
        self.bump();
        let events = self.events()?;
        self.need_word("for")?;
        Some(Expr::Stopped { events, span: self.duration()? })
    }

    fn sample(&mut self) -> Option<Expr> {
        self.bump();
        let percent = self.decimal()?;
        self.need("%")?;
        let salt = self.salt()?;
        Some(Expr::Sample { percent, salt })
    }

    fn bucket(&mut self) -> Option<Expr> {
        self.bump();
        self.bump();
        let of = self.whole_number("a number of buckets")?;
        let salt = self.salt()?;
        self.need_word("in")?;
        self.need("(")?;
        let mut among = vec![self.whole_number("the number of a bucket")?];
        while self.sign(",") {
            among.push(self.whole_number("the number of a bucket")?);
        }
        self.need(")")?;
        Some(Expr::Bucket { of, among, salt })
    }

    fn salt(&mut self) -> Option<String> {
        if !self.is_word(0, "salt") {
            let help = "samples of different salts are independent: `salt \"q3\"`";
            return self.expected_help("`salt`", Some(help));
        }
        self.bump();
        self.text("a text")
    }

    fn ranked(&mut self, end: End) -> Option<Expr> {
        self.bump();
        let size = if self.is_sign(1, "%") {
            let percent: Decimal = self.decimal()?;
            self.bump();
            Size::Percent(percent)
        } else {
            Size::Count(self.whole_number("a number of profiles or a percentage")?)
        };
        self.need_word("by")?;
        let place = self.place;
        let by = Box::new(self.node(place, Self::term)?);
        let among = match self.word("among") {
            true => {
                self.need_word("in")?;
                self.need_word("segment")?;
                Some(self.name("the name of a segment")?)
            }
            false => None,
        };
        Some(Expr::Rank(Rank { end, size, by, among }))
    }

    fn quantified(&mut self, quantifier: Quantifier) -> Option<Expr> {
        self.bump();
        if self.is_word(0, "of") && !self.is_sign(1, "[") && !self.is_sign(1, ".") {
            self.bump();
            let relation = self.name("a relation")?;
            self.need("(")?;
            let expr = self.nested(Place::Open);
            self.need(")")?;
            return Some(Expr::Related { quantifier, relation, expr: Box::new(expr?) });
        }
        let start = self.at;
        let path = self.path("a list or `of`")?;
        if !self.is_sign(0, "[") {
            if matches!(self.peek(), Kind::Sign("(")) {
                let fault = Diagnostic::new("E02", self.since(start).0, "expected `of`");
                return self.fault(fault.help("members of a relation are asked with `any of account (..)`"));
            }
            return self.expected_help("`[`", Some("items of a list are asked with `any items[..]`"));
        }
        self.bump();
        let expr = self.nested(Place::Open);
        self.need("]")?;
        Some(Expr::Items { quantifier, path, expr: Box::new(expr?) })
    }
}
