//! Random trees of the whole language, whatever any schema says. A tree is thrown with a row of numbers; when they are
//! used up, only leaves are thrown, so that shorter rows make smaller trees.

use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time, Type};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{
    Aggregate, Arith, Body, Check, Definition, Elapsed, End, Events, Expr, Function, Literal, Name, Op, Path,
    Quantifier, Rank, Sequence, Size, Source, Span, Step, Target, Term, Test, Then, Unit, When, Window, Zone,
};

#[derive(Debug)]
pub(crate) struct Dice {
    numbers: std::vec::IntoIter<u32>,
    depth: usize,
}

/// Sources with a few definitions, in canonical form.
pub(crate) fn any_source() -> impl Strategy<Value = Source> {
    dice(400).prop_map(|mut dice| {
        let definitions = (0..=dice.throw(3)).map(|_| dice.definition()).collect();
        Source { definitions, notes: dice.notes() }.normal()
    })
}

pub(crate) fn any_definition() -> impl Strategy<Value = Definition> {
    dice(120).prop_map(|mut dice| dice.definition().normal())
}

fn dice(most: usize) -> impl Strategy<Value = Dice> {
    vec(any::<u32>(), 0..most).prop_map(|numbers| Dice { numbers: numbers.into_iter(), depth: 0 })
}

const NAMES: [&str; 40] = [
    "country", "amount", "purchase", "did", "any", "all", "none", "last", "count", "sum", "a b", "x`y", "segment",
    "trait", "é", "1st", "a\n\\b", "EUR", "top", "_", "first", "time", "stopped", "exists", "contains", "zone", "case",
    "when", "then", "else", "end", "for", "of", "in", "sample", "score", "is", "except", "among", "true",
];

const ZONES: [&str; 4] = ["UTC", "+02:00", "Europe/Berlin", "a \"b\""];

impl Dice {
    /// A number below this, 0 when all is used up.
    fn throw(&mut self, below: u32) -> u32 {
        self.numbers.next().unwrap_or(0) % below
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let nth = self.throw(u32::try_from(all.len()).unwrap());
        all[nth as usize].clone()
    }

    fn maybe<T>(&mut self, thing: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.throw(3) == 1).then(|| thing(self))
    }

    fn some<T>(&mut self, least: u32, thing: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..least + self.throw(3)).map(|_| thing(self)).collect()
    }

    fn definition(&mut self) -> Definition {
        let body = match self.throw(3) {
            2 => Body::Trait { ty: self.maybe(Self::ty), value: self.term() },
            _ => Body::Segment(self.expr()),
        };
        Definition { name: self.name(), body, notes: self.notes() }
    }

    fn notes(&mut self) -> Vec<String> {
        match self.throw(4) {
            1 => vec!["in braces".into(), " \"indented\" \\n".into(), String::new(), "# twice".into()],
            2 => vec!["two\nlines".into(), "space ".into()],
            _ => Vec::new(),
        }
    }

    fn ty(&mut self) -> Type {
        self.of(&[
            Type::Text,
            Type::Int,
            Type::Decimal,
            Type::Money,
            Type::Time,
            Type::Date,
            Type::Bool,
            Type::Score,
            Type::List,
            Type::Map,
            Type::Any,
        ])
    }

    fn name(&mut self) -> Name {
        self.of(&NAMES).into()
    }

    fn path(&mut self) -> Path {
        Path { names: self.some(1, Self::name) }
    }

    fn decimal(&mut self) -> Decimal {
        match self.throw(4) {
            0 => Decimal::from(i64::from(self.throw(100))),
            1 => Decimal::new(i64::from(self.throw(u32::MAX)) * -7, 3).unwrap(),
            2 => Decimal::new(i64::MIN, 0).unwrap(),
            _ => Decimal::new(i64::MAX, 18).unwrap(),
        }
    }

    fn time(&mut self) -> Time {
        match self.throw(5) {
            0 => "2026-03-01T09:00:00Z".parse().unwrap(),
            1 => Time::MAX,
            2 => Time::MIN,
            3 => Time(i64::MAX - 5),
            _ => Time(i64::from(self.throw(u32::MAX)) * 1_000_003),
        }
    }

    fn span(&mut self) -> Duration {
        match self.throw(5) {
            4 => Duration::MAX,
            3 => Duration::from_nanos(self.throw(u32::MAX).into()),
            2 => Duration::from_hours(24 * u64::from(self.throw(50))),
            _ => Duration::from_secs(self.throw(5000).into()),
        }
    }

    fn literal(&mut self) -> Literal {
        match self.throw(6) {
            0 => Literal::Number(self.decimal()),
            1 => self.of(&["DE", "", "a \"b\" \\ \n\t\r\u{7}é", "# not a note", "'"]).into(),
            2 => Literal::Money(Money::new(self.decimal(), self.of(&["EUR", "USD", "AND"]).parse().unwrap())),
            3 => Literal::Bool(self.throw(2) == 0),
            4 => Literal::Time(self.time()),
            _ => Literal::Date(Date::from_days(i64::from(self.throw(50_000)).try_into().unwrap()).unwrap()),
        }
    }

    fn unit(&mut self) -> Unit {
        self.of(&[Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year])
    }

    fn window(&mut self) -> Window {
        let when = match self.throw(10) {
            0 => When::Ever,
            1 => When::Last(self.span()),
            2 => When::Ago { from: self.span(), to: self.span() },
            3 => When::BeforeAgo(self.span()),
            4 => When::Since(self.time()),
            5 => When::Before(self.time()),
            6 => When::Between { from: self.time(), to: self.time() },
            7 => When::This(self.unit()),
            8 => When::Calendar { count: self.throw(4), unit: self.unit() },
            _ => When::Session(self.span()),
        };
        let zone = self.maybe(|it| match it.throw(2) {
            0 => Zone::Named(it.of(&ZONES).into()),
            _ => Zone::Field(it.name()),
        });
        Window { when, zone }
    }

    fn events(&mut self) -> Events {
        let what = match self.throw(4) {
            1 => Target::Any,
            2 => Target::AnyOf(self.some(1, Self::name)),
            _ => Target::Named(self.name()),
        };
        Events { what, filter: self.maybe(|it| Box::new(it.expr())) }
    }

    fn op(&mut self) -> Op {
        self.of(&[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Contains, Op::StartsWith, Op::EndsWith])
    }

    fn check(&mut self) -> Check {
        match self.throw(12) {
            0 | 1 => Check::Compare(self.op(), self.term()),
            2 => Check::Among(self.some(1, Self::literal)),
            3 => Check::NotAmong(self.some(1, Self::literal)),
            4 => Check::ContainsAny(self.some(1, Self::literal)),
            5 => Check::ContainsAll(self.some(1, Self::literal)),
            6 => Check::Null,
            7 => Check::NotNull,
            8 => Check::WithinLast(self.span()),
            9 => Check::WithinNext(self.span()),
            10 => Check::Anniversary(self.span()),
            _ => Check::Near { km: self.decimal(), lat: self.decimal(), lon: self.decimal() },
        }
    }

    fn quantifier(&mut self) -> Quantifier {
        self.of(&[Quantifier::Any, Quantifier::All, Quantifier::None])
    }

    pub(crate) fn expr(&mut self) -> Expr {
        self.depth += 1;
        let most = if self.depth > 7 { 1 } else { 19 };
        let expr = match self.throw(most) {
            0 | 18 => Expr::Test(Test { subject: self.term(), check: self.check(), span: Span::default() }),
            1 => Expr::And(self.some(2, Self::expr)),
            2 => Expr::Or(self.some(2, Self::expr)),
            3 => self.expr().not(),
            4 => self.expr().except(self.expr()),
            5 => Expr::Did { events: self.events(), window: self.window() },
            6 => Expr::FirstTime { events: self.events(), window: self.window() },
            7 => Expr::Stopped { events: self.events(), span: self.span() },
            8 => Expr::Sequence(Sequence {
                first: self.events(),
                name: self.maybe(Self::name),
                steps: self.some(1, |it| Step {
                    then: it.of(&[Then::Follows, Then::Lacks]),
                    events: it.events(),
                    name: it.maybe(Self::name),
                    within: it.maybe(Self::span),
                }),
                window: self.window(),
            }),
            9 => self.expr().held_for(self.span()),
            10 => Expr::Changed {
                field: self.name(),
                from: self.maybe(Self::literal),
                to: self.maybe(Self::literal),
                window: self.window(),
            },
            11 => Expr::Member(self.name()),
            12 => Expr::Consent { purpose: self.name(), channel: self.maybe(Self::name) },
            13 => Expr::Sample { percent: Decimal::new(self.throw(1000).into(), 1).unwrap(), salt: "q\"3".into() },
            14 => Expr::Bucket { of: self.throw(9), among: self.some(1, |it| it.throw(9)), salt: "q3".into() },
            15 => Expr::Rank(Rank {
                end: self.of(&[End::Top, End::Bottom]),
                size: match self.throw(2) {
                    0 => Size::Count(u64::MAX - u64::from(self.throw(9))),
                    _ => Size::Percent(Decimal::new(self.throw(1000).into(), 1).unwrap()),
                },
                by: Box::new(self.term()),
                among: self.maybe(Self::name),
            }),
            16 => {
                let quantifier = self.quantifier();
                Expr::Related { quantifier, relation: self.name(), expr: Box::new(self.expr()) }
            }
            _ => Expr::Items { quantifier: self.quantifier(), path: self.path(), expr: Box::new(self.expr()) },
        };
        self.depth -= 1;
        expr
    }

    pub(crate) fn term(&mut self) -> Term {
        self.depth += 1;
        let most = if self.depth > 7 { 4 } else { 11 };
        let term = match self.throw(most) {
            0 => Term::Name(self.path()),
            1 => Term::Constant(self.literal()),
            2 => Term::Score(self.name()),
            3 => Term::Size(self.path()),
            4 | 5 => self.aggregate(),
            6 | 7 => {
                let arith = self.of(&[Arith::Add, Arith::Sub, Arith::Mul, Arith::Div]);
                Term::Arithmetic(Box::new(self.term()), arith, Box::new(self.term()))
            }
            8 => Term::Since(self.of(&[Elapsed::Days, Elapsed::Years]), Box::new(self.term())),
            _ => Term::Case {
                when: self.some(1, |it| (it.expr(), it.term())),
                otherwise: self.maybe(|it| Box::new(it.term())),
            },
        };
        self.depth -= 1;
        term
    }

    fn aggregate(&mut self) -> Term {
        let function = match self.throw(14) {
            0 => Function::Count,
            1 => Function::Sum,
            2 => Function::Avg,
            3 => Function::Min,
            4 => Function::Max,
            5 => Function::Median,
            6 => Function::Distinct,
            7 => Function::First,
            8 => Function::Last,
            9 => Function::MostFrequent,
            10 => Function::ActiveDays,
            11 => Function::ActiveWeeks,
            12 => Function::Sessions(self.span()),
            _ => Function::SessionTime(self.span()),
        };
        let property = match function.takes() {
            (true, _) => Some(self.path()),
            (false, true) => self.maybe(Self::path),
            (false, false) => None,
        };
        let (events, window) = (self.events(), self.window());
        Term::Aggregate(Box::new(Aggregate { function, events, property, window, span: Span::default() }))
    }
}
