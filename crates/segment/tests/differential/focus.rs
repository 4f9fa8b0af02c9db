//! One plain segment a case about a construct that chance alone seldom shows in all its states.

use onefold_model::Decimal;
use onefold_segment::{
    Aggregate, Arith, Check, Elapsed, End, Events, Expr, Function, Literal, Op, Quantifier, Rank, Sequence, Size, Span,
    Step, Target, Term, Test, Then, Unit, When, Window,
};

use super::civil::DAY;
use super::generate::{GRID, Generator, path, span, words};

/// How many kinds there are.
pub const KINDS: usize = 26;
/// Those with a rank among some others, of which the last two segments of a case have one.
pub const WAITING: [usize; 2] = [1, 1 + KINDS / 2];

fn test(subject: Term, check: Check) -> Expr {
    Expr::Test(Test { subject, check, span: Span::default() })
}

fn whole(number: i64) -> Term {
    Term::Constant(Literal::Number(Decimal::from(number)))
}

impl Generator {
    fn near(&mut self) -> Window {
        let when = match self.random.weighted(&[12, 6, 2, 4, 2, 1, 1, 2]) {
            0 => When::Last(span(self.random.pick(&[2, 4, 8, 12, 16]) * GRID)),
            1 => {
                let to = self.random.range(1, 5);
                When::Ago { from: span((to + self.random.range(3, 12)) * GRID), to: span(to * GRID) }
            }
            2 => When::BeforeAgo(span(self.random.range(2, 10) * GRID)),
            3 => When::This(self.random.pick(&[Unit::Day, Unit::Week, Unit::Month])),
            4 => When::Session(span(self.random.range(3, 9) * GRID)),
            5 => When::Since(self.instant()),
            6 => When::Before(self.instant()),
            _ => {
                let from = self.instant();
                When::Between { from, to: from + span(self.random.range(1, 7) * 2 * GRID) }
            }
        };
        Window { when, zone: None }
    }

    fn plain(&mut self, name: &str) -> Events {
        match self.random.below(4) {
            0 if name.is_empty() => Events { what: Target::Any, filter: None },
            1 if name.is_empty() => Events { what: Target::AnyOf(vec!["purchase".into(), "add".into()]), filter: None },
            _ => {
                let name = if name.is_empty() { self.random.pick(&["purchase", "add"]) } else { name };
                Events { what: Target::Named(name.into()), filter: None }
            }
        }
    }

    fn of(&mut self, function: Function, property: Option<(&str, &str)>) -> Term {
        let events = self.plain(property.map_or("", |it| it.0));
        let property = property.map(|it| path(&[it.1]));
        let window = self.near();
        Term::Aggregate(Box::new(Aggregate { function, events, property, window, span: Span::default() }))
    }

    fn bound(&mut self) -> Check {
        Check::Compare(self.op(), whole(self.random.range(0, 4)))
    }

    /// Something that has not happened for a while after something else.
    pub fn absence(&mut self) -> Expr {
        let events = |name: &str| Events { what: Target::Named(name.into()), filter: None };
        let (first, absent) =
            self.random.pick(&[("purchase", "login"), ("purchase", "add"), ("login", "purchase"), ("add", "mail")]);
        let within = Some(span(self.random.pick(&[2, 4, 8, 12]) * GRID));
        let steps = vec![Step { then: Then::Lacks, events: events(absent), name: None, within }];
        let when = if self.random.chance(50) { When::Ever } else { When::Since(self.instant()) };
        Expr::Sequence(Sequence { first: events(first), name: None, steps, window: Window { when, zone: None } })
    }

    /// A segment about one construct.
    pub fn focus(&mut self, which: usize) -> Expr {
        let quantity = Some(("purchase", "quantity"));
        match which {
            0 | 1 => {
                self.others = true;
                // Where the value stands still too, nothing but who is in moves the order by time.
                let awaited = self.awaited.clone().filter(|_| which == 1 && self.random.chance(60));
                let by = match self.random.below(3) {
                    _ if awaited.is_some() => Term::Name(path(&[self.random.pick(&["level", "age"])])),
                    0 => self.of(Function::Count, None),
                    1 => self.of(Function::Sum, quantity),
                    _ => self.of(Function::Sum, Some(("purchase", "amount"))),
                };
                let size = match self.random.below(2) {
                    0 => Size::Count(1),
                    _ => Size::Percent(Decimal::from(self.random.pick(&[34, 50]))),
                };
                let among = match (which, self.segments.clone().as_slice()) {
                    _ if awaited.is_some() => awaited.map(|it| it.as_str().into()),
                    (0, _) | (_, []) => None,
                    (_, segments) => Some(self.random.pick(segments).0.as_str().into()),
                };
                Expr::Rank(Rank { end: self.random.pick(&[End::Top, End::Bottom]), size, by: Box::new(by), among })
            }
            2 => {
                self.others = true;
                let inner = match self.random.below(3) {
                    0 => {
                        let check = self.bound();
                        test(self.of(Function::Last, quantity), check)
                    }
                    _ => Expr::Did { events: self.plain(""), window: self.near() },
                };
                let quantifier = self.random.pick(&[Quantifier::Any, Quantifier::All, Quantifier::None]);
                Expr::Related { quantifier, relation: "account".into(), expr: Box::new(inner) }
            }
            3 | 19 | 21 | 22 => {
                let words = self.random.pick(&[("free", "pro"), ("pro", "free")]);
                let literal = |text: &str| Some(Literal::Text(text.into()));
                let (from, to) = (literal(words.0), literal(words.1));
                let (from, to) = if which != 19 { (from, to) } else { (None, to.filter(|_| self.random.chance(50))) };
                let window = match self.random.below(8) {
                    0 => Window { when: When::Since(self.instant()), zone: None },
                    1 => Window { when: When::Before(self.instant()), zone: None },
                    2 => {
                        let from = self.instant();
                        let to = from + span(self.random.range(1, 7) * 2 * GRID);
                        Window { when: When::Between { from, to }, zone: None }
                    }
                    _ => self.near(),
                };
                Expr::Changed { field: "plan".into(), from, to, window }
            }
            4 | 23 | 24 => {
                let function = self.random.pick(&[Function::Sum, Function::Sum, Function::Avg, Function::Median]);
                let bound = Term::Constant(Literal::Money(self.money()));
                let check = Check::Compare(self.op(), bound);
                test(self.of(function, Some(("purchase", "amount"))), check)
            }
            5 => {
                let check = self.bound();
                test(self.of(Function::Sessions(span(self.random.clone().range(2, 6) * GRID)), None), check)
            }
            25 => {
                // Of several types, and all leave at once: type by type, so that those between others may go first.
                let types =
                    self.random.pick(&[vec!["purchase", "add"], vec!["purchase", "login"], vec!["add", "mail"]]);
                let what = match self.random.below(2) {
                    0 => Target::Any,
                    _ => Target::AnyOf(types.into_iter().map(Into::into).collect()),
                };
                let when = match self.random.below(3) {
                    0 => When::This(Unit::Day),
                    1 => When::This(Unit::Week),
                    _ => When::Session(span(self.random.range(3, 9) * GRID)),
                };
                let function = Function::SessionTime(span(self.random.range(3, 9) * GRID));
                let check = Check::Compare(self.op(), whole(self.random.pick(&[0, 0, 21_600])));
                let events = Events { what, filter: None };
                let window = Window { when, zone: None };
                let term = Aggregate { function, events, property: None, window, span: Span::default() };
                test(Term::Aggregate(Box::new(term)), check)
            }
            6 => {
                let seconds = self.random.pick(&[0, 21_600, 43_200, 86_400]);
                let check = Check::Compare(self.op(), whole(seconds));
                let gap = span(self.random.range(2, 8) * GRID);
                test(self.of(Function::SessionTime(gap), None), check)
            }
            7 => {
                let check = self.bound();
                test(self.of(Function::ActiveDays, None), check)
            }
            8 => {
                let check = self.bound();
                test(self.of(Function::ActiveWeeks, None), check)
            }
            9 => {
                let check = self.bound();
                let of = self.random.pick(&["category", "quantity", "cart"]);
                test(self.of(Function::Distinct, Some(("purchase", of))), check)
            }
            10 => {
                let check = self.bound();
                test(self.of(Function::Count, None), check)
            }
            11 => {
                let check = self.bound();
                test(self.of(Function::Sum, quantity), check)
            }
            12 => {
                let (of, most) = if self.random.chance(80) { ("born", 4) } else { ("signup", 1) };
                let since = Term::Since(Elapsed::Years, Box::new(Term::Name(path(&[of]))));
                let check = Check::Compare(self.op(), whole(self.random.range(0, most)));
                test(since, check)
            }
            13 => {
                let of = match self.random.below(2) {
                    0 => Term::Name(path(&["signup"])),
                    _ => self.of(Function::Last, None),
                };
                let check = self.bound();
                test(Term::Since(Elapsed::Days, Box::new(of)), check)
            }
            14 => {
                let left = match self.random.below(2) {
                    0 => self.of(Function::Count, None),
                    _ => self.of(Function::Max, quantity),
                };
                let by = self.random.pick(&[Arith::Add, Arith::Sub, Arith::Mul, Arith::Div]);
                let right = whole(self.random.pick(&[1, 2]));
                let check = self.bound();
                test(Term::Arithmetic(Box::new(left), by, Box::new(right)), check)
            }
            15 => {
                let word = self.random.pick(words("category"));
                let (op, part) = self.random.pick(&[
                    (Op::Contains, &word[1..]),
                    (Op::StartsWith, &word[..1]),
                    (Op::EndsWith, &word[word.len() - 1..]),
                ]);
                let check = Check::Compare(op, Term::Constant(Literal::Text(part.into())));
                let function = self.random.pick(&[Function::First, Function::Last, Function::Max]);
                test(self.of(function, Some(("purchase", "category"))), check)
            }
            16 => {
                let of = match self.random.below(2) {
                    0 => Term::Name(path(&[self.random.pick(&["signup", "born"])])),
                    _ => self.of(Function::Last, Some(("purchase", self.random.clone().pick(&["shipped", "due"])))),
                };
                let days = span(self.random.pick(&[2, 3, 5]) * DAY);
                let check = if self.random.chance(50) { Check::WithinLast(days) } else { Check::WithinNext(days) };
                test(of, check)
            }
            17 => {
                let (first, absent, last) = self.random.pick(&[
                    ("purchase", "mail", "add"),
                    ("add", "login", "purchase"),
                    ("purchase", "login", "purchase"),
                ]);
                let within = |it: &mut Self| Some(span(it.random.pick(&[2, 4, 8, 12]) * GRID));
                let events = |name: &str| Events { what: Target::Named(name.into()), filter: None };
                let lacks = Step {
                    then: Then::Lacks,
                    events: events(absent),
                    name: None,
                    within: within(self).filter(|_| self.random.chance(60)),
                };
                let follows = Step {
                    then: Then::Follows,
                    events: events(last),
                    name: None,
                    within: within(self).filter(|_| self.random.chance(50)),
                };
                let window = self.near();
                Expr::Sequence(Sequence { first: events(first), name: None, steps: vec![lacks, follows], window })
            }
            20 if !self.traits.is_empty() => {
                let (name, kind, others) = self.random.pick(&self.traits.clone());
                self.others |= others;
                self.question(Term::Name(path(&[&name])), kind, "whole")
            }
            _ => {
                let function =
                    self.random.pick(&[Function::Avg, Function::Median, Function::Min, Function::MostFrequent]);
                let check = self.bound();
                test(self.of(function, quantity), check)
            }
        }
    }
}
