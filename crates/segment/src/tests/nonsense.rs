//! Trees of any shape: whatever they say, they are checked to the end.

use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time, Type};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{customer, nine, shop};
use crate::{
    Aggregate, Arith, Body, Check, Definition, Definitions, Elapsed, End, Error, Events, Expr, Function, Literal, Name,
    Op, Path, Quantifier, Rank, Sequence, Size, Source, Span, Step, Target, Term, Test, Then, Unit, When, Window, Zone,
};

fn name() -> impl Strategy<Value = Name> {
    let names = [
        "country",
        "age",
        "rating",
        "balance",
        "vip",
        "signup",
        "born",
        "tags",
        "churn",
        "address",
        "orders",
        "extra",
        "tier",
        "account",
        "a",
        "b",
        "c",
        "",
        "contry",
        "login",
        "purchase",
        "qty",
        "amount",
        "items",
        "marketing",
    ];
    select(names.to_vec()).prop_map(Name::from)
}

fn event() -> impl Strategy<Value = Name> {
    select(&["login", "purchase", "add_to_cart", "purchse", "any"][..]).prop_map(Name::from)
}

fn path() -> impl Strategy<Value = Path> {
    vec(name(), 0..3).prop_map(|names| Path { names })
}

fn length() -> impl Strategy<Value = Duration> {
    let day = Duration::from_hours(24);
    let lengths = [Duration::ZERO, Duration::from_nanos(1), Duration::from_micros(1), day, day * 30, Duration::MAX];
    select(lengths.to_vec())
}

fn number() -> impl Strategy<Value = Decimal> {
    select(&["0", "1", "-1", "0.5", "100", "9223372036854775807", "0.000000000000000001"][..])
        .prop_map(|text| text.parse().unwrap())
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        select(&["", "DE", "gold", "2026-03-01"][..]).prop_map(|text| Literal::Text(text.into())),
        number().prop_map(Literal::Number),
        (number(), select(&["EUR", "USD"][..]))
            .prop_map(|(number, code)| Literal::Money(Money::new(number, code.parse().unwrap()))),
        any::<bool>().prop_map(Literal::Bool),
        select(&[Time::MIN, Time(0), Time(1), Time::MAX][..]).prop_map(Literal::Time),
        Just(Literal::Date(Date::new(2026, 3, 1).unwrap())),
    ]
}

fn window() -> impl Strategy<Value = Window> {
    let unit = select(&[Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year][..]);
    let when = prop_oneof![
        3 => Just(When::Ever),
        1 => length().prop_map(When::Last),
        1 => (length(), length()).prop_map(|(from, to)| When::Ago { from, to }),
        1 => length().prop_map(When::BeforeAgo),
        1 => Just(When::Since(Time(0))),
        1 => select(&[Time(0), Time::MAX][..]).prop_map(|to| When::Between { from: Time(1), to }),
        1 => unit.clone().prop_map(When::This),
        1 => (0..3_u32, unit).prop_map(|(count, unit)| When::Calendar { count, unit }),
        1 => length().prop_map(When::Session),
    ];
    let zone = prop_oneof![
        name().prop_map(Zone::Field),
        select(&["UTC", "+02:00", "-99:00", "+2", "", "Mars", "ü:00"][..]).prop_map(|it| Zone::Named(it.into())),
    ];
    (when, option::weighted(0.1, zone)).prop_map(|(when, zone)| Window { when, zone })
}

fn events(filter: BoxedStrategy<Expr>) -> impl Strategy<Value = Events> {
    let what = prop_oneof![
        4 => event().prop_map(Target::Named),
        1 => Just(Target::Any),
        1 => vec(event(), 0..3).prop_map(Target::AnyOf),
    ];
    (what, option::weighted(0.3, filter)).prop_map(|(what, filter)| Events { what, filter: filter.map(Box::new) })
}

fn term(depth: u32) -> BoxedStrategy<Term> {
    let leaf = prop_oneof![
        3 => literal().prop_map(Term::Constant),
        5 => path().prop_map(Term::Name),
        1 => name().prop_map(Term::Score),
        1 => path().prop_map(Term::Size),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let function = prop_oneof![
        select(
            &[
                Function::Count,
                Function::Sum,
                Function::Avg,
                Function::Min,
                Function::Median,
                Function::Distinct,
                Function::First,
                Function::MostFrequent,
                Function::ActiveDays
            ][..]
        ),
        length().prop_map(Function::Sessions),
    ];
    let arith = select(&[Arith::Add, Arith::Sub, Arith::Mul, Arith::Div][..]);
    prop_oneof![
        4 => leaf,
        3 => (function, events(expr(depth - 1)), option::of(path()), window()).prop_map(
            |(function, events, property, window)| Term::Aggregate(Box::new(Aggregate {
                function, events, property, window, span: Span::default(),
            }))
        ),
        2 => (term(depth - 1), arith, term(depth - 1))
            .prop_map(|(left, arith, right)| Term::Arithmetic(Box::new(left), arith, Box::new(right))),
        1 => (select(&[Elapsed::Days, Elapsed::Years][..]), term(depth - 1))
            .prop_map(|(elapsed, part)| Term::Since(elapsed, Box::new(part))),
        1 => (vec((expr(depth - 1), term(depth - 1)), 0..3), option::of(term(depth - 1)))
            .prop_map(|(when, otherwise)| Term::Case { when, otherwise: otherwise.map(Box::new) }),
    ]
    .boxed()
}

fn check(depth: u32) -> impl Strategy<Value = Check> {
    let op = select(&[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Contains, Op::StartsWith, Op::EndsWith][..]);
    prop_oneof![
        6 => (op, term(depth)).prop_map(|(op, right)| Check::Compare(op, right)),
        1 => vec(literal(), 0..3).prop_map(Check::Among),
        1 => vec(literal(), 0..3).prop_map(Check::NotAmong),
        1 => vec(literal(), 0..3).prop_map(Check::ContainsAny),
        1 => vec(literal(), 0..3).prop_map(Check::ContainsAll),
        1 => Just(Check::Null),
        1 => length().prop_map(Check::WithinLast),
        1 => length().prop_map(Check::Anniversary),
        1 => (number(), number(), number()).prop_map(|(km, lat, lon)| Check::Near { km, lat, lon }),
    ]
}

fn expr(depth: u32) -> BoxedStrategy<Expr> {
    let test = |depth| {
        (term(depth), check(depth))
            .prop_map(|(subject, check)| Expr::Test(Test { subject, check, span: Span::default() }))
    };
    let leaf = prop_oneof![
        4 => test(0),
        1 => name().prop_map(Expr::Member),
        1 => (name(), option::of(name())).prop_map(|(purpose, channel)| Expr::Consent { purpose, channel }),
        1 => number().prop_map(|percent| Expr::Sample { percent, salt: "s".into() }),
        1 => (0..3_u32, vec(0..3_u32, 0..3)).prop_map(|(of, among)| Expr::Bucket { of, among, salt: "s".into() }),
        1 => (name(), option::of(literal()), option::of(literal()), window())
            .prop_map(|(field, from, to, window)| Expr::Changed { field, from, to, window }),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let below = move || expr(depth - 1);
    let quantifier = select(&[Quantifier::Any, Quantifier::All, Quantifier::None][..]);
    let step = (any::<bool>(), events(below()), option::of(name()), option::of(length())).prop_map(
        |(follows, events, name, within)| Step {
            then: if follows { Then::Follows } else { Then::Lacks },
            events,
            name,
            within,
        },
    );
    let size = prop_oneof![number().prop_map(Size::Percent), (0..3_u64).prop_map(Size::Count)];
    prop_oneof![
        3 => leaf,
        3 => test(depth - 1),
        1 => vec(below(), 0..3).prop_map(Expr::And),
        1 => vec(below(), 0..3).prop_map(Expr::Or),
        1 => below().prop_map(|part| Expr::Not(Box::new(part))),
        1 => (below(), below()).prop_map(|(one, other)| Expr::Except(Box::new(one), Box::new(other))),
        1 => (events(below()), window()).prop_map(|(events, window)| Expr::Did { events, window }),
        1 => (events(below()), window()).prop_map(|(events, window)| Expr::FirstTime { events, window }),
        1 => (events(below()), length()).prop_map(|(events, span)| Expr::Stopped { events, span }),
        1 => (events(below()), option::of(name()), vec(step, 0..4), window()).prop_map(
            |(first, name, steps, window)| Expr::Sequence(Sequence { first, name, steps, window })
        ),
        1 => (below(), length()).prop_map(|(part, span)| Expr::Held { expr: Box::new(part), span }),
        1 => (size, term(depth - 1), option::of(name())).prop_map(
            |(size, by, among)| Expr::Rank(Rank { end: End::Top, size, by: Box::new(by), among })
        ),
        1 => (quantifier.clone(), name(), below()).prop_map(
            |(quantifier, relation, part)| Expr::Related { quantifier, relation, expr: Box::new(part) }
        ),
        1 => (quantifier, path(), below()).prop_map(
            |(quantifier, path, part)| Expr::Items { quantifier, path, expr: Box::new(part) }
        ),
    ]
    .boxed()
}

fn definition() -> impl Strategy<Value = Definition> {
    let types = [Type::Text, Type::Int, Type::Decimal, Type::Money, Type::Bool, Type::List, Type::Any];
    let body = prop_oneof![
        expr(3).prop_map(Body::Segment),
        (option::of(select(types.to_vec())), term(3)).prop_map(|(ty, value)| Body::Trait { ty, value }),
    ];
    (select(&["a", "b", "c", "age"][..]), body).prop_map(|(name, body)| Definition {
        name: name.into(),
        body,
        notes: Vec::new(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_tree_says_it_is_checked_to_the_end(definitions in vec(definition(), 1..4)) {
        let source = Source { definitions, notes: Vec::new() };
        match Definitions::from_source(source, &shop()) {
            Ok(fine) => {
                let plan = fine.plan();
                prop_assert_eq!(plan.roots.len(), fine.len());
                prop_assert_eq!(plan.computed.len(), fine.traits().len());
                // The parts of a node stand before it.
                for id in plan.all() {
                    plan.node(id).unwrap().parts(&mut |part| assert!(part < id));
                }
                // What is checked is evaluated and explained, whatever it says.
                let ada = customer("ada");
                for id in fine.ids() {
                    let _ = fine.eval(id, &ada, &ada, nine());
                    let _ = fine.why(id, &ada, &ada, nine());
                }
                for (name, _) in fine.traits() {
                    let _ = fine.value(name, &ada, &ada, nine());
                }
                let _ = fine.lints();
            }
            Err(Error::Invalid(all)) => prop_assert!(!all.is_empty()),
        }
    }
}

#[test]
fn a_path_with_an_empty_name_is_refused() {
    for name in [r#"["address", ""]"#, r#"[""]"#] {
        let json = format!(
            r#"{{"definitions": [{{"name": "x", "body": {{"segment": {{"test": {{"subject": {{"name": {name}}}, "check": "null"}}}}}}}}]}}"#
        );
        let Err(Error::Invalid(all)) = Definitions::from_source(serde_json::from_str(&json).unwrap(), &shop()) else {
            panic!("{name}")
        };
        assert_eq!((all[0].code, all[0].message.as_str()), ("E02", "a name in a path is empty"));
    }
}
