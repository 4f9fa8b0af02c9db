//! How conditions are joined, and what is asked of values.

use onefold_model::Diagnostic;

use super::{Parser, Part, Place};
use crate::ast::{Check, Expr, Op, Term, Test};
use crate::lex::Kind;

impl Parser<'_, '_, '_> {
    /// A condition, and nothing but a condition.
    pub(super) fn whole(&mut self) -> Option<Expr> {
        let part = self.either()?;
        self.holds(part)
    }

    /// A condition that nests one deeper.
    pub(super) fn nested(&mut self, place: Place) -> Option<Expr> {
        self.node(place, Self::whole)
    }

    /// A condition, where the value just read is none.
    fn holds(&mut self, part: Part) -> Option<Expr> {
        match part {
            Part::Holds(expr) => Some(expr),
            Part::Value(term) => self.uncompared(&term),
        }
    }

    pub(super) fn either(&mut self) -> Option<Part> {
        let first = self.or();
        if !self.is_word(0, "except") {
            return first;
        }
        self.chain(|parser| {
            let mut left = first.and_then(|part| parser.holds(part));
            while parser.word("except") {
                let right = parser.or().and_then(|part| parser.holds(part));
                parser.taller()?;
                left = match (left, right) {
                    (Some(left), Some(right)) => Some(Expr::Except(Box::new(left), Box::new(right))),
                    _ => None,
                };
            }
            left.map(Part::Holds)
        })
    }

    fn or(&mut self) -> Option<Part> {
        self.joined("or", Self::and, Expr::any)
    }

    fn and(&mut self) -> Option<Part> {
        self.joined("and", Self::not, Expr::all)
    }

    fn joined(&mut self, word: &str, part: fn(&mut Self) -> Option<Part>, join: fn(Vec<Expr>) -> Expr) -> Option<Part> {
        let first = part(self);
        if !self.is_word(0, word) {
            return first;
        }
        let mut parts = Vec::new();
        parts.extend(first.and_then(|part| self.holds(part)));
        while self.word(word) {
            let next = part(self);
            parts.extend(next.and_then(|part| self.holds(part)));
        }
        (!parts.is_empty()).then(|| Part::Holds(join(parts)))
    }

    fn not(&mut self) -> Option<Part> {
        let open = self.open;
        let part = if self.is_word(0, "not") { self.negated() } else { self.primary() };
        if part.is_none() {
            self.skip(open);
        }
        part
    }

    fn negated(&mut self) -> Option<Part> {
        self.bump();
        let place = self.place;
        self.node(place, |parser| {
            let part = if parser.is_word(0, "not") { parser.negated() } else { parser.primary() };
            let expr = parser.holds(part?)?;
            Some(Part::Holds(expr.not()))
        })
    }

    /// A condition without `and`, `or`, `not`; or, before a `)`, a value.
    fn primary(&mut self) -> Option<Part> {
        let start = self.at;
        let part = match self.leaf() {
            Some(expr) => Part::Holds(expr?),
            None => match self.sum()? {
                Part::Value(subject) => self.tail(start, subject)?,
                part @ Part::Holds(_) => part,
            },
        };
        if !self.is_word(0, "for") {
            return Some(part);
        }
        self.chain(|parser| {
            let mut expr = parser.holds(part)?;
            while parser.word("for") {
                let span = parser.duration()?;
                parser.taller()?;
                expr = Expr::Held { expr: Box::new(expr), span };
            }
            Some(Part::Holds(expr))
        })
    }

    /// What is asked of a value.
    fn tail(&mut self, start: usize, subject: Term) -> Option<Part> {
        let check = match self.peek() {
            Kind::Word("contains") if self.is_sign(2, "(") && (self.is_word(1, "any") || self.is_word(1, "all")) => {
                self.bump();
                let any = self.is_word(0, "any");
                self.bump();
                let values = self.literals()?;
                if any { Check::ContainsAny(values) } else { Check::ContainsAll(values) }
            }
            Kind::Word("in") => {
                self.bump();
                Check::Among(self.literals()?)
            }
            Kind::Word("not") if self.is_word(1, "in") => {
                self.bump();
                self.bump();
                Check::NotAmong(self.literals()?)
            }
            Kind::Word("exists") => {
                self.bump();
                Check::NotNull
            }
            Kind::Word("is") => {
                self.bump();
                let not = self.word("not");
                if !self.word("null") {
                    return self.expected_help("`null`", Some("two values are compared with `=` and `!=`"));
                }
                if not { Check::NotNull } else { Check::Null }
            }
            Kind::Word("within") => {
                self.bump();
                self.within()?
            }
            Kind::Word("anniversary") => {
                self.bump();
                self.need_word("within")?;
                self.need_word("next")?;
                Check::Anniversary(self.duration()?)
            }
            Kind::Word("changed") => {
                self.bump();
                return self.changed(start, subject).map(Part::Holds);
            }
            _ => match self.op() {
                Some(op) => Check::Compare(op, self.right(op)?),
                None if self.place == Place::Paren && self.is_sign(0, ")") => return Some(Part::Value(subject)),
                None if self.is_word(0, "between") => return self.between(&subject),
                None => return self.uncompared(&subject),
            },
        };
        Some(Part::Holds(Expr::Test(Test { subject, check, span: self.since(start) }.normal())))
    }

    /// After the word `within`, behind a value.
    fn within(&mut self) -> Option<Check> {
        match self.peek() {
            Kind::Word("last") => {
                self.bump();
                Some(Check::WithinLast(self.duration()?))
            }
            Kind::Word("next") => {
                self.bump();
                Some(Check::WithinNext(self.duration()?))
            }
            Kind::Number(_) | Kind::Sign("-") => self.near(),
            _ => self.expected("`last`, `next` or a distance"),
        }
    }

    fn changed(&mut self, start: usize, subject: Term) -> Option<Expr> {
        let field = match subject {
            Term::Name(path) if path.names.len() == 1 => path.names.into_iter().next()?,
            _ => {
                let fault =
                    Diagnostic::new("E02", self.since(start).0, "only a trait by its name is asked for changes");
                return self.fault(fault.help("name the value as a trait of its own: `trait name = value`"));
            }
        };
        let from = if self.word("from") { Some(self.literal()?) } else { None };
        let to = if self.word("to") { Some(self.literal()?) } else { None };
        Some(Expr::Changed { field, from, to, window: self.window()? })
    }

    /// The right side of a comparison.
    fn right(&mut self, op: Op) -> Option<Term> {
        if self.is_word(0, "null") {
            let help = if op == Op::Ne { "write `is not null`" } else { "write `is null`" };
            return self.expected_help("a value", Some(help));
        }
        self.term()
    }

    /// What is written so elsewhere, and is passed over whole.
    fn between<T>(&mut self, subject: &Term) -> Option<T> {
        self.uncompared::<T>(subject);
        self.bump();
        self.sum()?;
        self.word("and").then(|| self.sum())?;
        None
    }

    fn uncompared<T>(&mut self, subject: &Term) -> Option<T> {
        let help = match subject {
            Term::Name(path) if self.is_word(0, "between") => {
                format!("say `{path} >= .. and {path} <= ..`")
            }
            Term::Name(path) => {
                format!("a trait is compared, such as `{path} = true` or `{path} is not null`")
            }
            Term::Constant(_) => "a value is compared, such as `country = \"DE\"`".into(),
            _ => "a number is compared, such as `>= 3`".into(),
        };
        self.expected_help("a comparison", Some(&help))
    }

    fn op(&mut self) -> Option<Op> {
        let op = match self.peek() {
            Kind::Sign("=") => Op::Eq,
            Kind::Sign("!=") => Op::Ne,
            Kind::Sign("<") => Op::Lt,
            Kind::Sign("<=") => Op::Le,
            Kind::Sign(">") => Op::Gt,
            Kind::Sign(">=") => Op::Ge,
            Kind::Word("contains") => Op::Contains,
            Kind::Word("starts") if self.is_word(1, "with") => Op::StartsWith,
            Kind::Word("ends") if self.is_word(1, "with") => Op::EndsWith,
            _ => return None,
        };
        self.bump();
        if matches!(op, Op::StartsWith | Op::EndsWith) {
            self.bump();
        }
        Some(op)
    }

    /// Passes over what cannot be read, up to where a condition can go on: outside of the brackets that it opened.
    fn skip(&mut self, open: usize) {
        while !self.starts() {
            let outside = self.open <= open;
            match self.peek() {
                Kind::End | Kind::Sign("}") => return,
                Kind::Word("and" | "or" | "except") | Kind::Sign(")" | "]") if outside => return,
                Kind::Word("then") if outside && self.place == Place::Case => return,
                _ => self.bump(),
            }
        }
    }
}
