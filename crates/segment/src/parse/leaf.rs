//! Conditions without parts: tests, events, aggregates, windows.

use onefold_model::Diagnostic;

use super::Parser;
use crate::ast::{Check, Events, Expr, Literal, Name, Op, Target, Test, Then, Window};
use crate::lex::{Kind, RESERVED};

/// Functions that the language will have.
const LATER: &[&str] = &[
    "active_days",
    "all",
    "any",
    "avg",
    "distinct",
    "first",
    "last",
    "max",
    "median",
    "min",
    "most_frequent",
    "none",
    "rank",
    "score",
    "sessions",
];

/// What a comparison is about.
enum Subject {
    Name(Name),
    Step(Name, Name),
    Count(Events, Window),
    Sum(Events, Name, Window),
}

impl Parser<'_, '_, '_> {
    pub(super) fn primary(&mut self) -> Option<Expr> {
        let start = self.at;
        match self.peek() {
            Kind::Sign("(") => {
                self.bump();
                let expr = self.nested();
                self.need(")")?;
                expr
            }
            Kind::Word("did") => {
                self.bump();
                self.did()
            }
            Kind::Word("in") => {
                self.bump();
                self.need_word("segment")?;
                self.name("the name of a segment").map(Expr::Member)
            }
            Kind::Word("consent") if self.is_sign(1, "(") => {
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
            Kind::Word(word @ ("top" | "bottom" | "sample")) if matches!(self.ahead(1), Kind::Number(_)) => {
                self.later(&format!("`{word}` is"))
            }
            Kind::Word(word) if self.is_sign(1, "(") && LATER.contains(word) => self.later(&format!("`{word}` is")),
            Kind::Number(_) | Kind::Text(_) | Kind::Instant(_) | Kind::Word("true" | "false") => {
                let value = self.literal()?;
                if self.arithmetic() {
                    return self.later("arithmetic is");
                }
                let op = self.need_op()?;
                let subject = self.subject()?;
                self.compared(start, subject, op.flipped(), value)
            }
            Kind::Word(word) if RESERVED.contains(word) => self.expected("a condition"),
            Kind::Word(_) | Kind::Name(_) => {
                let subject = self.subject()?;
                self.tail(start, subject)
            }
            _ => self.expected("a condition"),
        }
    }

    fn subject(&mut self) -> Option<Subject> {
        if let Kind::Word(word) = self.peek()
            && self.is_sign(1, "(")
        {
            return match *word {
                "count" => {
                    self.bump();
                    self.bump();
                    let events = self.events()?;
                    self.need(")")?;
                    Some(Subject::Count(events, self.window()?))
                }
                "sum" => {
                    self.bump();
                    self.bump();
                    let events = self.events()?;
                    if self.is_sign(0, ")") {
                        let help = "say which property is added up, such as `sum(purchase.amount)`";
                        return self.expected_help("`.`", Some(help));
                    }
                    self.need(".")?;
                    let property = self.name("a property")?;
                    if self.is_sign(0, "[") {
                        let help = "the filter stands after the event: `sum(purchase[..].amount)`";
                        return self.expected_help("`)`", Some(help));
                    }
                    self.need(")")?;
                    Some(Subject::Sum(events, property, self.window()?))
                }
                known if LATER.contains(&known) => self.later(&format!("`{known}` is")),
                other => {
                    let known = LATER.iter().copied().chain(["count", "sum", "consent"]);
                    let message = format!("unknown function `{other}`");
                    let fault = Diagnostic::new("E02", self.span(), message);
                    let help = onefold_model::closest(other, known).map(|known| format!("did you mean `{known}`?"));
                    self.fault(Diagnostic { help, ..fault })
                }
            };
        }
        let name = self.name("a trait")?;
        if self.sign(".") {
            return Some(Subject::Step(name, self.name("a property")?));
        }
        Some(Subject::Name(name))
    }

    /// What follows the left side.
    fn tail(&mut self, start: usize, subject: Subject) -> Option<Expr> {
        if self.arithmetic() {
            return self.later("arithmetic is");
        }
        if let Some(op) = self.op() {
            return self.right(start, subject, op);
        }
        let Subject::Name(subject) = subject else {
            let help = "a number is compared, such as `>= 3`";
            return self.expected_help("a comparison", Some(help));
        };
        let check = match self.peek() {
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
                let help = "two values are compared with `=` and `!=`";
                if !self.word("null") {
                    return self.expected_help("`null`", Some(help));
                }
                if not { Check::NotNull } else { Check::Null }
            }
            Kind::Word("within") if matches!(self.ahead(1), Kind::Number(_)) => {
                return self.later("distances are");
            }
            Kind::Word("within") => {
                self.bump();
                self.need_word("last")?;
                Check::WithinLast(self.duration()?)
            }
            Kind::Word("between") => {
                let help = format!("say `{subject} >= .. and {subject} <= ..`");
                return self.expected_help("a comparison", Some(&help));
            }
            _ => {
                let help = format!("a trait is compared, such as `{subject} = true` or `{subject} is not null`");
                return self.expected_help("a comparison", Some(&help));
            }
        };
        Some(Expr::Test(Test { subject, check, span: self.since(start) }))
    }

    /// The right side of a comparison.
    fn right(&mut self, start: usize, subject: Subject, op: Op) -> Option<Expr> {
        match (self.peek(), subject) {
            (Kind::Word("null"), _) => {
                let help = match op {
                    Op::Ne => "write `is not null`",
                    _ => "write `is null`",
                };
                self.expected_help("a value", Some(help))
            }
            (Kind::Word("true" | "false"), subject) => {
                let value = self.literal()?;
                self.compared(start, subject, op, value)
            }
            (Kind::Word(_) | Kind::Name(_), Subject::Name(subject)) if self.is_sign(1, ".") => {
                let step = self.name("a step")?;
                self.need(".")?;
                let property = self.name("a property")?;
                self.step(start, subject, op, (step, property))
            }
            (Kind::Word(_) | Kind::Name(_), Subject::Step(step, property)) => {
                let subject = self.name("a property")?;
                self.step(start, subject, op.flipped(), (step, property))
            }
            (Kind::Word(word), _) if RESERVED.contains(word) => self.expected("a value"),
            (Kind::Word(word), _) => {
                let message = "comparing with another trait or number is not supported yet";
                let help = format!("a text stands in quotes: `\"{word}\"`");
                let fault = Diagnostic::new("E03", self.span(), message).help(help);
                self.fault(fault)
            }
            (_, subject) => {
                let value = self.literal()?;
                self.compared(start, subject, op, value)
            }
        }
    }

    fn step(&mut self, start: usize, subject: Name, op: Op, (step, property): (Name, Name)) -> Option<Expr> {
        Some(Expr::Test(Test { subject, check: Check::Step { op, step, property }, span: self.since(start) }))
    }

    fn compared(&mut self, start: usize, subject: Subject, op: Op, value: Literal) -> Option<Expr> {
        if self.arithmetic() {
            return self.later("arithmetic is");
        }
        Some(match subject {
            Subject::Name(subject) => {
                Expr::Test(Test { subject, check: Check::Compare(op, value), span: self.since(start) })
            }
            Subject::Count(events, window) => Expr::Count { events, window, op, value },
            Subject::Sum(events, property, window) => Expr::Sum { events, property, window, op, value },
            Subject::Step(..) => {
                let fault = Diagnostic::new(
                    "E03",
                    self.since(start).0,
                    "a filter of a later step on an earlier one is not supported yet",
                );
                return self.fault(fault.help("put it into the brackets of the first step"));
            }
        })
    }

    fn arithmetic(&self) -> bool {
        matches!(self.peek(), Kind::Sign("*" | "+" | "-" | "/" | "%"))
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

    /// A comparison after a constant, where `contains` has no place.
    fn need_op(&mut self) -> Option<Op> {
        match self.peek() {
            Kind::Sign(_) => match self.op() {
                Some(op) => Some(op),
                None => self.expected("a comparison"),
            },
            _ => self.expected("a comparison"),
        }
    }

    // ------------------------------------------------------------ events

    /// After the word `did`.
    fn did(&mut self) -> Option<Expr> {
        let first = self.events()?;
        let step = match self.word("as") {
            true => Some(self.name("a name for the step")?),
            false => None,
        };
        if step.is_some() && !self.is_word(0, "then") {
            return self.expected_help("`then`", Some("a step is named for the one that follows"));
        }
        if !self.word("then") {
            let window = self.window()?;
            return Some(Expr::Did { events: first, window });
        }
        let then = match self.word("not") {
            true => Then::Lacks,
            false => Then::Follows,
        };
        self.word("did");
        let second = self.events()?;
        if !self.is_word(0, "within") {
            let help = "say how soon after the first step, such as `within 1h`";
            return self.expected_help("`within`", Some(help));
        }
        self.bump();
        let within = self.duration()?;
        if self.is_word(0, "then") {
            return self.later("sequences of more than two steps are");
        }
        self.sign(",");
        let window = self.window()?;
        if self.is_word(0, "then") {
            return self.later("sequences of more than two steps are");
        }
        Some(Expr::Sequence { first, step, then, second, within, window })
    }

    fn events(&mut self) -> Option<Events> {
        let what = match self.word("any") {
            true => Target::Any,
            false => Target::Named(self.name("an event")?),
        };
        let filter = match self.sign("[") {
            true => {
                let filter = self.nested();
                self.need("]")?;
                Some(Box::new(filter?))
            }
            false => None,
        };
        Some(Events { what, filter })
    }

    /// When; at any time where nothing is said.
    fn window(&mut self) -> Option<Window> {
        match self.peek() {
            Kind::Word("ever") => {
                self.bump();
                Some(Window::Ever)
            }
            Kind::Word("in") if self.is_word(1, "last") => {
                self.bump();
                self.bump();
                if matches!(self.peek(), Kind::Word("calendar")) {
                    return self.later("calendar windows are");
                }
                Some(Window::Last(self.duration()?))
            }
            Kind::Word("in") if self.is_word(1, "this") || self.is_word(1, "calendar") => {
                self.later("calendar windows are")
            }
            Kind::Word("since") => {
                self.bump();
                Some(Window::Since(self.instant()?))
            }
            Kind::Word("between") => {
                self.bump();
                if matches!(self.peek(), Kind::Number(_)) {
                    let from = self.duration()?;
                    self.need_word("and")?;
                    let to = self.duration()?;
                    self.need_word("ago")?;
                    return Some(Window::Ago { from, to });
                }
                let from = self.instant()?;
                self.need_word("and")?;
                Some(Window::Between { from, to: self.instant()? })
            }
            Kind::Word("before") => {
                let help = "say `did x ever and not did x in last ..`";
                self.expected_help("a window", Some(help))
            }
            _ => Some(Window::Ever),
        }
    }
}
