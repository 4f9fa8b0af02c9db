//! Values: constants, traits, arithmetic, aggregates, cases.

use onefold_model::{Diagnostic, closest};

use super::{Parser, Part, Place};
use crate::ast::{Aggregate, Arith, Elapsed, Function, Path, Term};
use crate::lex::Kind;

/// The functions, but for `consent`, which is a condition.
const FUNCTIONS: [&str; 18] = [
    "active_days",
    "active_weeks",
    "avg",
    "count",
    "days_since",
    "distinct",
    "first",
    "last",
    "max",
    "median",
    "min",
    "most_frequent",
    "score",
    "session_time",
    "sessions",
    "size",
    "sum",
    "years_since",
];

impl Parser<'_, '_, '_> {
    /// A value, and nothing but a value.
    pub(super) fn term(&mut self) -> Option<Term> {
        let start = self.at;
        let part = self.sum()?;
        self.value(start, part)
    }

    fn value(&mut self, start: usize, part: Part) -> Option<Term> {
        match part {
            Part::Value(term) => Some(term),
            Part::Holds(_) => {
                let fault = Diagnostic::new("E02", self.since(start).0, "expected a value, found a condition");
                self.fault(fault.help("a condition becomes a value with `case when .. then true else false end`"))
            }
        }
    }

    /// A value, or a condition in parentheses.
    pub(super) fn sum(&mut self) -> Option<Part> {
        self.operations(Self::product, |sign| match sign {
            "+" => Some(Arith::Add),
            "-" => Some(Arith::Sub),
            _ => None,
        })
    }

    fn product(&mut self) -> Option<Part> {
        self.operations(Self::factor, |sign| match sign {
            "*" => Some(Arith::Mul),
            "/" => Some(Arith::Div),
            _ => None,
        })
    }

    fn operations(&mut self, part: fn(&mut Self) -> Option<Part>, of: fn(&str) -> Option<Arith>) -> Option<Part> {
        let start = self.at;
        let next = |parser: &Self| match parser.peek() {
            Kind::Sign(sign) => of(sign),
            _ => None,
        };
        self.chain(|parser| {
            let first = part(parser)?;
            if next(parser).is_none() {
                return Some(first);
            }
            let mut left = parser.value(start, first)?;
            while let Some(arith) = next(parser) {
                parser.bump();
                let start = parser.at;
                let right = part(parser)?;
                let right = parser.value(start, right)?;
                parser.taller()?;
                left = Term::Arithmetic(Box::new(left), arith, Box::new(right));
            }
            Some(Part::Value(left))
        })
    }

    fn factor(&mut self) -> Option<Part> {
        let term = match self.peek() {
            Kind::Sign("(") => {
                self.bump();
                let part = self.node(Place::Paren, Self::either);
                self.need(")")?;
                return part;
            }
            Kind::Word("case") => {
                self.bump();
                let place = self.place;
                self.node(place, Self::case)?
            }
            Kind::Word("true" | "false" | "null") | Kind::Text(_) | Kind::Number(_) | Kind::Instant(_) => {
                Term::Constant(self.literal()?)
            }
            Kind::Sign("-") if matches!(self.ahead(1), Kind::Number(_)) => Term::Constant(self.literal()?),
            Kind::Word(word) if self.is_sign(1, "(") => self.function(word)?,
            _ => Term::Name(self.path("a value")?),
        };
        Some(Part::Value(term))
    }

    pub(super) fn path(&mut self, what: &str) -> Option<Path> {
        let mut names = vec![self.name(what)?];
        while self.sign(".") {
            names.push(self.name("a name")?);
        }
        Some(Path { names })
    }

    /// After the word `case`.
    fn case(&mut self) -> Option<Term> {
        let mut when = Vec::new();
        let mut otherwise = None;
        let mut whole = true;
        loop {
            if self.word("when") {
                let condition = self.nested(Place::Case);
                if !self.word("then") {
                    let help = "a case reads `case when did purchase ever then \"customer\" else \"visitor\" end`";
                    return self.expected_help("`then`", Some(help));
                }
                let value = self.inner()?;
                match condition {
                    Some(condition) => when.push((condition, value)),
                    None => whole = false,
                }
            } else if when.is_empty() && whole {
                return self.expected("`when`");
            } else if self.word("else") {
                otherwise = Some(Box::new(self.inner()?));
                self.need_word("end")?;
                break;
            } else if self.word("end") {
                break;
            } else {
                return self.expected("`when`, `else` or `end`");
            }
        }
        whole.then_some(Term::Case { when, otherwise })
    }

    /// A value that nests one deeper.
    fn inner(&mut self) -> Option<Term> {
        self.node(Place::Open, Self::term)
    }

    fn function(&mut self, word: &str) -> Option<Term> {
        let (start, depth) = (self.at, 2);
        let function = match word {
            "count" => Function::Count,
            "sum" => Function::Sum,
            "avg" => Function::Avg,
            "min" => Function::Min,
            "max" => Function::Max,
            "median" => Function::Median,
            "distinct" => Function::Distinct,
            "first" => Function::First,
            "last" => Function::Last,
            "most_frequent" => Function::MostFrequent,
            "active_days" => Function::ActiveDays,
            "active_weeks" => Function::ActiveWeeks,
            "sessions" => Function::Sessions(std::time::Duration::ZERO),
            "session_time" => Function::SessionTime(std::time::Duration::ZERO),
            "score" | "size" | "days_since" | "years_since" => {
                (0..depth).for_each(|_| self.bump());
                let term = match word {
                    "score" => Term::Score(self.name("the name of a score")?),
                    "size" => Term::Size(self.path("a list or map")?),
                    "days_since" => Term::Since(Elapsed::Days, Box::new(self.inner()?)),
                    _ => Term::Since(Elapsed::Years, Box::new(self.inner()?)),
                };
                self.need(")")?;
                return Some(term);
            }
            other => {
                let fault = Diagnostic::new("E02", self.span(), format!("unknown function `{other}`"));
                let known = FUNCTIONS.into_iter().chain(["consent"]);
                let help = closest(other, known).map(|known| format!("did you mean `{known}`?"));
                return self.fault(Diagnostic { help, ..fault });
            }
        };
        (0..depth).for_each(|_| self.bump());
        let aggregate = self.aggregate(word, function, start)?;
        Some(Term::Aggregate(Box::new(aggregate)))
    }

    /// After the opening parenthesis.
    fn aggregate(&mut self, word: &str, function: Function, start: usize) -> Option<Aggregate> {
        let place = self.place;
        let events = self.node(place, Self::events)?;
        let property = self.property(word, function)?;
        let function = match function {
            Function::Sessions(_) => Function::Sessions(self.gap(word)?),
            Function::SessionTime(_) => Function::SessionTime(self.gap(word)?),
            other => other,
        };
        self.need(")")?;
        Some(Aggregate { function, events, property, window: self.window()?, span: self.since(start) })
    }

    /// Where there must be a property, or can be none, that is told.
    fn property(&mut self, word: &str, function: Function) -> Option<Option<Path>> {
        let (needs, may) = function.takes();
        if !self.is_sign(0, ".") {
            if !needs {
                return Some(None);
            }
            let help = format!("say of which property, such as `{word}(purchase.amount)`");
            return self.expected_help("`.`", Some(&help));
        }
        if !may {
            let help = match function {
                Function::Count => "events are counted, or different values: `distinct(purchase.category)`",
                _ => "it is of events, whatever their properties",
            };
            return self.expected_help("`)`", Some(help));
        }
        self.bump();
        let path = self.path("a property")?;
        if self.is_sign(0, "[") {
            let help = format!("the filter stands after the event: `{word}(purchase[..].amount)`");
            return self.expected_help("`)`", Some(&help));
        }
        Some(Some(path))
    }

    fn gap(&mut self, word: &str) -> Option<std::time::Duration> {
        if !self.sign(",") {
            let help = format!("say what parts sessions, such as `{word}(any, 30m)`");
            return self.expected_help("`,`", Some(&help));
        }
        self.duration()
    }
}
