//! Definitions by chance: every construct, over few values and spans, so that borders coincide.

mod events;

use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time};
use onefold_segment::{
    Aggregate, Arith, Body, Check, Definition, Elapsed, End, Expr, Function, Literal, Op, Path, Quantifier, Rank, Size,
    Source, Span, Term, Test,
};

use super::civil::DAY;
use super::random::Random;

/// Six hours: all instants and spans are multiples of it.
pub const GRID: i64 = DAY / 4;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Money,
    Text,
    Bool,
    Time,
    Day,
}

const KINDS: [Kind; 6] = [Kind::Number, Kind::Money, Kind::Text, Kind::Bool, Kind::Time, Kind::Day];

/// The types of events with their plain properties.
pub const EVENTS: [(&str, &[(&str, Kind)]); 4] = [
    (
        "purchase",
        &[
            ("amount", Kind::Money),
            ("quantity", Kind::Number),
            ("category", Kind::Text),
            ("discount", Kind::Number),
            ("gift", Kind::Bool),
            ("due", Kind::Day),
            ("shipped", Kind::Time),
            ("cart", Kind::Text),
        ],
    ),
    ("add", &[("cart", Kind::Text), ("category", Kind::Text), ("quantity", Kind::Number), ("amount", Kind::Money)]),
    ("login", &[("category", Kind::Text), ("quantity", Kind::Number), ("cart", Kind::Text)]),
    ("mail", &[("category", Kind::Text), ("quantity", Kind::Number)]),
];

/// The traits of persons.
pub const TRAITS: [(&str, Kind); 9] = [
    ("country", Kind::Text),
    ("plan", Kind::Text),
    ("age", Kind::Number),
    ("level", Kind::Number),
    ("rate", Kind::Number),
    ("wallet", Kind::Money),
    ("born", Kind::Day),
    ("signup", Kind::Time),
    ("vip", Kind::Bool),
];

pub const ZONES: [&str; 4] = ["UTC", "+06:00", "-06:00", "+12:00"];

/// Texts that a trait or property has.
pub fn words(name: &str) -> &'static [&'static str] {
    match name {
        "country" => &["DE", "FR", "AT"],
        "plan" => &["free", "pro"],
        "cart" => &["c1", "c2"],
        "tier" => &["gold", "silver"],
        "city" => &["Berlin", "Paris"],
        "tags" => &["a", "b", "c"],
        _ => &["shoes", "hats", "bags"],
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Where {
    /// Where the past is asked: no ranks, relations and permissions.
    held: bool,
    /// Of a fellow: none of that either.
    fellow: bool,
}

pub struct Generator {
    pub random: Random,
    /// The first instant of the case.
    pub base: i64,
    pub segments: Vec<(String, bool)>,
    pub traits: Vec<(String, Kind, bool)>,
    /// Computed traits that may be other than whole numbers.
    broken: Vec<String>,
    /// A segment that time alone brings about, though its window stands still.
    pub awaited: Option<String>,
    /// Whether a rank, relation or permission is in what is being made.
    pub others: bool,
}

fn test(subject: Term, check: Check) -> Expr {
    Expr::Test(Test { subject, check, span: Span::default() })
}

pub fn path(names: &[&str]) -> Path {
    Path { names: names.iter().map(|it| (*it).into()).collect() }
}

fn name(names: &[&str]) -> Term {
    Term::Name(path(names))
}

pub fn span(micros: i64) -> Duration {
    Duration::from_micros(micros as u64)
}

fn number(units: i64, scale: u8) -> Decimal {
    Decimal::new(units, scale).unwrap()
}

impl Generator {
    pub fn new(random: Random, base: i64) -> Self {
        let (segments, traits, broken) = (Vec::new(), Vec::new(), Vec::new());
        Self { random, base, segments, traits, broken, awaited: None, others: false }
    }

    /// A few segments and computed traits.
    pub fn source(&mut self, focus: usize) -> Source {
        let mut definitions = Vec::new();
        // The last two are about one construct each.
        let count = 5 + self.random.below(3);
        for nth in 0..count {
            self.others = false;
            let all = Where { held: false, fellow: false };
            if nth + 2 < count && self.random.chance(22) {
                let kind = self.random.pick(&KINDS);
                let value = self.term(kind, 2, all);
                let name = format!("t{nth}");
                if !self.is_whole(&value) {
                    self.broken.push(name.clone());
                }
                definitions.push(Definition {
                    name: name.as_str().into(),
                    body: Body::Trait { ty: None, value },
                    notes: Vec::new(),
                });
                self.traits.push((name, kind, self.others));
            } else {
                let depth = self.random.below(3);
                let expr = match count - nth {
                    1 => self.focus(focus),
                    2 => self.focus((focus + super::focus::KINDS / 2) % super::focus::KINDS),
                    3 if super::focus::WAITING.contains(&focus) => {
                        self.awaited = Some(format!("s{nth}"));
                        self.absence()
                    }
                    _ => self.expr(depth, all),
                };
                let name = format!("s{nth}");
                definitions.push(Definition {
                    name: name.as_str().into(),
                    body: Body::Segment(expr),
                    notes: Vec::new(),
                });
                self.segments.push((name, self.others));
            }
        }
        Source { definitions, notes: Vec::new() }
    }

    fn span(&mut self) -> Duration {
        let grids = self.random.pick(&[1, 2, 4, 4, 8, 12]);
        span(grids * GRID)
    }

    fn days(&mut self) -> Duration {
        let days = self.random.pick(&[1, 2, 3, 7]);
        span(days * DAY)
    }

    pub fn instant(&mut self) -> Time {
        Time(self.base + self.random.range(-1, 16) * 2 * GRID)
    }

    pub fn op(&mut self) -> Op {
        self.random.pick(&[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge])
    }

    fn small(&mut self) -> Decimal {
        match self.random.below(6) {
            0 => number(15, 1),
            1 => number(-1, 0),
            2 => number(5, 1),
            _ => number(self.random.range(0, 5), 0),
        }
    }

    /// Whether a value is a whole number by its type, and does not compare with others.
    fn is_whole(&self, term: &Term) -> bool {
        match term {
            Term::Name(path) => match path.names[0].as_str() {
                "age" | "level" => true,
                name => self.traits.iter().any(|it| it.0 == name) && !self.broken.iter().any(|it| it == name),
            },
            Term::Aggregate(it) => match it.function {
                Function::Avg | Function::Median | Function::SessionTime(_) => false,
                _ => it.property.as_ref().is_none_or(|it| it.names[0].as_str() != "discount"),
            },
            Term::Arithmetic(left, by, right) => *by != Arith::Div && self.is_whole(left) && self.is_whole(right),
            Term::Case { when, otherwise } => {
                when.iter().all(|it| self.is_whole(&it.1)) && otherwise.as_ref().is_none_or(|it| self.is_whole(it))
            }
            Term::Constant(Literal::Number(number)) => number.scale() == 0,
            Term::Constant(_) => false,
            _ => true,
        }
    }

    pub fn money(&mut self) -> Money {
        let amount = self.random.pick(&[number(5, 0), number(10, 0), number(20, 0), number(-5, 0), number(75, 1)]);
        Money::new(amount, self.random.pick(&["EUR", "EUR", "USD"]).parse().unwrap())
    }

    pub fn day(&mut self) -> Date {
        Date::from_days((self.base.div_euclid(DAY) + self.random.range(-3, 12)) as i32).unwrap()
    }

    /// A constant of a type, as `of` may have it.
    fn literal(&mut self, kind: Kind, of: &str) -> Literal {
        match kind {
            Kind::Number if of == "whole" => Literal::Number(number(self.random.range(-1, 5), 0)),
            Kind::Number => Literal::Number(self.small()),
            Kind::Money => Literal::Money(self.money()),
            Kind::Text => Literal::Text(self.random.pick(words(of)).to_owned()),
            Kind::Bool => Literal::Bool(self.random.chance(50)),
            Kind::Time => Literal::Time(self.instant()),
            Kind::Day => Literal::Date(self.day()),
        }
    }

    /// A question to one value that stands at a name.
    pub fn question(&mut self, subject: Term, kind: Kind, of: &str) -> Expr {
        let some = |it: &mut Self| {
            let count = 1 + it.random.below(2);
            (0..count).map(|_| it.literal(kind, of)).collect::<Vec<_>>()
        };
        let check = match (kind, self.random.below(12)) {
            (_, 0) => Check::Null,
            (_, 1) => Check::NotNull,
            (Kind::Bool, _) => {
                Check::Compare(self.random.pick(&[Op::Eq, Op::Ne]), Term::Constant(self.literal(kind, of)))
            }
            (_, 2) => Check::Among(some(self)),
            (_, 3) => Check::NotAmong(some(self)),
            (Kind::Text, 4..=6) => {
                let word = self.random.pick(words(of));
                let (op, part) = match self.random.below(3) {
                    0 => (Op::Contains, &word[1..]),
                    1 => (Op::StartsWith, &word[..1]),
                    _ => (Op::EndsWith, &word[1..]),
                };
                Check::Compare(op, Term::Constant(Literal::Text(part.into())))
            }
            _ => Check::Compare(self.op(), Term::Constant(self.literal(kind, of))),
        };
        test(subject, check)
    }

    fn item(&mut self, depth: usize) -> Expr {
        if depth > 0 && self.random.chance(40) {
            let parts = vec![self.item(depth - 1), self.item(depth - 1)];
            return if self.random.chance(60) { Expr::And(parts) } else { Expr::Or(parts) };
        }
        match self.random.below(2) {
            0 => self.question(name(&["category"]), Kind::Text, "category"),
            _ => self.question(name(&["quantity"]), Kind::Number, "quantity"),
        }
    }

    fn quantifier(&mut self) -> Quantifier {
        self.random.pick(&[Quantifier::Any, Quantifier::All, Quantifier::None])
    }

    fn arith(&mut self) -> Arith {
        self.random.pick(&[Arith::Add, Arith::Sub, Arith::Mul, Arith::Div])
    }

    // ------------------------------------------------------------ values

    fn aggregate(&mut self, function: Function, of: Option<Kind>) -> Term {
        let mut events = self.events();
        let mut property = None;
        if let Some(kind) = of {
            let nth = loop {
                let nth = self.kind_of_event();
                if EVENTS[nth].1.iter().any(|it| it.1 == kind) {
                    break nth;
                }
            };
            events = self.filtered(nth, &[]);
            let fitting: Vec<&str> = EVENTS[nth].1.iter().filter(|it| it.1 == kind).map(|it| it.0).collect();
            property = Some(path(&[self.random.pick(&fitting)]));
        }
        let mut window = self.window();
        if matches!(function, Function::ActiveDays | Function::ActiveWeeks) && window.zone.is_none() {
            window.zone = self.zone();
        }
        Term::Aggregate(Box::new(Aggregate { function, events, property, window, span: Span::default() }))
    }

    fn measure(&mut self, kind: Kind) -> Term {
        let function = match kind {
            Kind::Number | Kind::Money => self.random.pick(&[
                Function::Sum,
                Function::Sum,
                Function::Avg,
                Function::Avg,
                Function::Min,
                Function::Max,
                Function::Median,
                Function::Median,
                Function::First,
                Function::Last,
                Function::MostFrequent,
            ]),
            Kind::Text | Kind::Time | Kind::Day => self.random.pick(&[
                Function::Min,
                Function::Max,
                Function::First,
                Function::Last,
                Function::MostFrequent,
            ]),
            Kind::Bool => self.random.pick(&[Function::First, Function::Last, Function::MostFrequent]),
        };
        if kind == Kind::Time && matches!(function, Function::First | Function::Last) && self.random.chance(70) {
            return self.aggregate(function, None);
        }
        self.aggregate(function, Some(kind))
    }

    fn counted(&mut self) -> Term {
        let gap = span(self.random.range(1, 5) * GRID);
        match self.random.below(12) {
            0..=3 => self.aggregate(Function::Count, None),
            4 | 5 => {
                let kind = self.random.pick(&[Kind::Number, Kind::Text, Kind::Text, Kind::Money, Kind::Day]);
                self.aggregate(Function::Distinct, Some(kind))
            }
            6 => self.aggregate(Function::ActiveDays, None),
            7 => self.aggregate(Function::ActiveWeeks, None),
            8 | 9 => self.aggregate(Function::Sessions(gap), None),
            _ => self.aggregate(Function::SessionTime(gap), None),
        }
    }

    /// A value of a type, with the name whose words it has.
    fn term(&mut self, kind: Kind, depth: usize, place: Where) -> Term {
        let computed: Vec<(String, bool)> = self
            .traits
            .iter()
            .filter(|(_, its, others)| *its == kind && !(*others && (place.held || place.fellow)))
            .map(|(name, _, others)| (name.clone(), *others))
            .collect();
        if !computed.is_empty() && self.random.chance(35) {
            let (name_of, others) = self.random.pick(&computed);
            self.others |= others;
            return name(&[&name_of]);
        }
        if depth > 0 && self.random.chance(14) {
            let count = 1 + self.random.below(2);
            let when = (0..count).map(|_| (self.expr(depth - 1, place), self.term(kind, depth - 1, place))).collect();
            let otherwise = self.random.chance(60).then(|| Box::new(self.term(kind, depth - 1, place)));
            return Term::Case { when, otherwise };
        }
        if depth > 0 && self.random.chance(25) {
            let pair = match (kind, self.random.below(4)) {
                (Kind::Money, 0) => Some((Kind::Number, Arith::Mul, Kind::Money)),
                (Kind::Money, 1) => Some((Kind::Money, Arith::Div, Kind::Number)),
                (Kind::Money, 2) => Some((Kind::Money, Arith::Add, Kind::Money)),
                (Kind::Money, _) => Some((Kind::Money, Arith::Sub, Kind::Money)),
                (Kind::Number, _) => Some((Kind::Number, self.arith(), Kind::Number)),
                _ => None,
            };
            if let Some((left, by, right)) = pair {
                let left = self.term(left, depth - 1, place);
                let right = if self.random.chance(40) {
                    Term::Constant(self.literal(right, ""))
                } else {
                    self.term(right, depth - 1, place)
                };
                return Term::Arithmetic(Box::new(left), by, Box::new(right));
            }
        }
        let fields: Vec<&str> = TRAITS.iter().filter(|it| it.1 == kind).map(|it| it.0).collect();
        match (kind, self.random.below(10)) {
            (Kind::Number, 0..=2) => self.counted(),
            (Kind::Number, 3) => {
                let place_of = self.random.pick(&["tags", "items", "home"]);
                Term::Size(path(&[place_of]))
            }
            (Kind::Number, 4) => {
                let of = self.random.pick(&[Kind::Time, Kind::Time, Kind::Day]);
                let of = self.term(of, 0, place);
                let elapsed = if self.random.chance(75) { Elapsed::Days } else { Elapsed::Years };
                Term::Since(elapsed, Box::new(of))
            }
            (Kind::Text, 0 | 1) if !place.held && !place.fellow => {
                self.others = true;
                name(&["account", "tier"])
            }
            (Kind::Number, 5..=8) => self.measure(kind),
            (Kind::Money | Kind::Text | Kind::Bool | Kind::Time | Kind::Day, 0..=5) => self.measure(kind),
            _ => name(&[self.random.pick(&fields)]),
        }
    }

    // ------------------------------------------------------------ conditions

    fn value_test(&mut self, depth: usize, place: Where) -> Expr {
        let kind = self.random.pick(&[
            Kind::Number,
            Kind::Number,
            Kind::Number,
            Kind::Money,
            Kind::Money,
            Kind::Text,
            Kind::Text,
            Kind::Bool,
            Kind::Time,
            Kind::Day,
        ]);
        let subject = self.term(kind, depth, place);
        let of = match &subject {
            Term::Name(path) => path.names.last().unwrap().as_str().to_owned(),
            _ => String::new(),
        };
        let of = if kind == Kind::Number && self.is_whole(&subject) { "whole".to_owned() } else { of };
        let is_sum = matches!(subject, Term::Aggregate(_));
        match (kind, self.random.below(10)) {
            (Kind::Time | Kind::Day, 0 | 1) => test(subject, Check::WithinLast(self.span())),
            (Kind::Time | Kind::Day, 2 | 3) => test(subject, Check::WithinNext(self.span())),
            (Kind::Time | Kind::Day, 4 | 5) => test(subject, Check::Anniversary(self.days())),
            (_, 6) if kind != Kind::Bool => {
                let other = self.term(kind, depth, place);
                test(subject, Check::Compare(self.op(), other))
            }
            (Kind::Number | Kind::Money, 7) => {
                let literal = self.literal(kind, &of);
                test(Term::Constant(literal), Check::Compare(self.op(), subject))
            }
            (Kind::Money, _) if is_sum => {
                let literal = self.literal(kind, &of);
                test(subject, Check::Compare(self.op(), Term::Constant(literal)))
            }
            _ => self.question(subject, kind, &of),
        }
    }

    fn plain_test(&mut self) -> Expr {
        match self.random.below(12) {
            0 | 1 => {
                let check = match self.random.below(3) {
                    0 => Check::ContainsAny(self.tags()),
                    1 => Check::ContainsAll(self.tags()),
                    _ => Check::Compare(Op::Contains, Term::Constant(self.literal(Kind::Text, "tags"))),
                };
                test(name(&["tags"]), check)
            }
            2 => {
                let op = self.op();
                let score = number(self.random.pick(&[125, 500, 750]), 3);
                test(Term::Score("churn".into()), Check::Compare(op, Term::Constant(Literal::Number(score))))
            }
            3 => {
                let km = self.random.pick(&[number(1, 0), number(100, 0), number(900, 0), number(5000, 0)]);
                let (lat, lon) = self.random.pick(&[(5252, 1340), (4885, 235), (4071, -7401)]);
                test(name(&["home"]), Check::Near { km, lat: number(lat, 2), lon: number(lon, 2) })
            }
            4 => {
                test(name(&["home", "city"]), Check::Compare(Op::Eq, Term::Constant(self.literal(Kind::Text, "city"))))
            }
            5 => {
                let literal = self.literal(Kind::Text, "category");
                test(
                    name(&["items", "category"]),
                    Check::Compare(self.random.pick(&[Op::Eq, Op::Ne]), Term::Constant(literal)),
                )
            }
            6 => {
                let literal = self.literal(Kind::Number, "quantity");
                test(name(&["items", "quantity"]), Check::Compare(self.op(), Term::Constant(literal)))
            }
            7..=9 => {
                let quantifier = self.quantifier();
                Expr::Items { quantifier, path: path(&["items"]), expr: Box::new(self.item(1)) }
            }
            _ => {
                let (of, kind) = self.random.pick(&TRAITS);
                self.question(name(&[of]), kind, of)
            }
        }
    }

    fn tags(&mut self) -> Vec<Literal> {
        let count = 1 + self.random.below(2);
        (0..count).map(|_| self.literal(Kind::Text, "tags")).collect()
    }

    fn changed(&mut self) -> Expr {
        let (field, kind) = self.random.pick(&[("plan", Kind::Text), ("level", Kind::Number), ("country", Kind::Text)]);
        let from = self.random.chance(35).then(|| self.literal(kind, field));
        let to = self.random.chance(45).then(|| self.literal(kind, field)).filter(|it| from.as_ref() != Some(it));
        Expr::Changed { field: field.into(), from, to, window: self.window() }
    }

    fn rank(&mut self) -> Expr {
        let all = Where { held: false, fellow: false };
        self.others = true;
        let by = match self.random.below(10) {
            0 => Term::Score("churn".into()),
            nth => {
                let kind = self.random.pick(&[Kind::Number, Kind::Number, Kind::Money, Kind::Text, Kind::Time]);
                self.term(kind, usize::from(nth > 6), all)
            }
        };
        let size = if self.random.chance(50) {
            Size::Count(1 + self.random.below(2) as u64)
        } else {
            Size::Percent(self.random.pick(&[number(10, 0), number(34, 0), number(50, 0), number(755, 1)]))
        };
        let among = if self.segments.is_empty() || self.random.chance(60) {
            None
        } else {
            Some(self.random.pick(&self.segments.clone()).0.as_str().into())
        };
        Expr::Rank(Rank { end: self.random.pick(&[End::Top, End::Bottom]), size, by: Box::new(by), among })
    }

    fn sample(&mut self) -> Expr {
        let salt = self.random.pick(&["q1", "q2"]).to_owned();
        if self.random.chance(50) {
            let percent = self.random.pick(&[number(30, 0), number(50, 0), number(625, 1), number(90, 0)]);
            Expr::Sample { percent, salt }
        } else {
            Expr::Bucket { of: 4, among: self.random.pick(&[vec![0], vec![1, 3], vec![0, 1, 2]]), salt }
        }
    }

    fn leaf(&mut self, depth: usize, place: Where) -> Expr {
        let others = !place.held && !place.fellow;
        match self.random.weighted(&[13, 7, 6, 15, 32, 18, 6, 6, 3, 5, 6]) {
            0 => Expr::Did { events: self.events(), window: self.window() },
            1 => Expr::FirstTime { events: self.events(), window: self.window() },
            2 => Expr::Stopped { events: self.events(), span: self.span() },
            3 => self.sequence(),
            4 => self.value_test(depth.min(2), place),
            5 => self.plain_test(),
            6 => self.changed(),
            7 => {
                let fitting: Vec<(String, bool)> =
                    self.segments.iter().filter(|(_, used)| others || !used).cloned().collect();
                if fitting.is_empty() {
                    return self.value_test(depth, place);
                }
                let (segment, used) = self.random.pick(&fitting);
                self.others |= used;
                Expr::Member(segment.as_str().into())
            }
            8 => self.sample(),
            9 if !place.held => {
                self.others = true;
                let purpose = self.random.pick(&["marketing", "profiling"]).into();
                let channel = self.random.pick(&[None, Some("email"), Some("phone")]).map(Into::into);
                Expr::Consent { purpose, channel }
            }
            10 if others && self.random.chance(50) => self.rank(),
            10 if others => {
                self.others = true;
                let fellow = Where { fellow: true, ..place };
                let expr = Box::new(self.expr(depth.min(1), fellow));
                self.others = true;
                Expr::Related { quantifier: self.quantifier(), relation: "account".into(), expr }
            }
            _ => self.value_test(depth, place),
        }
    }

    fn expr(&mut self, depth: usize, place: Where) -> Expr {
        if depth == 0 {
            return self.leaf(1, place);
        }
        match self.random.weighted(&[4, 4, 3, 2, 3, 5]) {
            which @ (0 | 1) => {
                let count = 2 + usize::from(self.random.chance(25));
                let parts = (0..count).map(|_| self.expr(depth - 1, place)).collect();
                if which == 0 { Expr::And(parts) } else { Expr::Or(parts) }
            }
            2 => Expr::Not(Box::new(self.expr(depth - 1, place))),
            3 => Expr::Except(Box::new(self.expr(depth - 1, place)), Box::new(self.expr(depth - 1, place))),
            4 if !place.held => {
                let held = Where { held: true, ..place };
                let expr = Box::new(self.expr(depth - 1, held));
                let grids = self.random.pick(&[1, 2, 4, 8]);
                Expr::Held { expr, span: span(grids * GRID) }
            }
            _ => self.leaf(depth, place),
        }
    }
}
