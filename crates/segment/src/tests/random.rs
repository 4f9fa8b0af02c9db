//! Random customers and definitions. Everything happens at whole seconds close together, so that instants coincide
//! often and looking at every second looks at everything.

use std::collections::BTreeMap;
use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time, Until, Value};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::after;
use super::oracle::{Happened, World};
use crate::{Check, Definition, Events, Expr, Literal, Name, Op, Source, Target, Test, Then, Window};

/// After so many seconds nothing changes any more.
pub(crate) const END: i64 = 140;

fn spans() -> impl Strategy<Value = Duration> {
    (1..25_u64).prop_map(Duration::from_secs)
}

pub(crate) fn instants() -> impl Strategy<Value = Time> {
    (0..60_i64).prop_map(after)
}

fn windows() -> impl Strategy<Value = Window> {
    prop_oneof![
        1 => Just(Window::Ever),
        5 => spans().prop_map(Window::Last),
        2 => (spans(), 0..20_u64).prop_map(|(more, to)| {
            let to = Duration::from_secs(to);
            Window::Ago { from: to + more, to }
        }),
        1 => instants().prop_map(Window::Since),
        1 => (instants(), spans()).prop_map(|(from, span)| Window::Between { from, to: from + span }),
    ]
}

fn orders() -> impl Strategy<Value = Op> {
    select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge])
}

pub(crate) fn amounts() -> impl Strategy<Value = Money> {
    let currency = prop_oneof![4 => Just("EUR"), 1 => Just("USD")];
    (-200..400_i64, currency)
        .prop_map(|(cents, currency)| Money::new(Decimal::new(cents * 5, 1).unwrap(), currency.parse().unwrap()))
}

fn test(subject: &str, check: Check) -> Expr {
    Expr::Test(Test { subject: subject.into(), check, span: crate::Span::default() })
}

const COUNTRIES: [&str; 3] = ["DE", "FR", "D"];
const CARTS: [&str; 2] = ["c-1", "c-2"];

fn texts(subject: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = Expr> {
    let literal = || select(values).prop_map(Literal::from);
    prop_oneof![
        (select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Ge, Op::Contains, Op::StartsWith, Op::EndsWith]), literal())
            .prop_map(|(op, value)| Check::Compare(op, value)),
        vec(literal(), 1..3).prop_map(Check::Among),
        vec(literal(), 1..3).prop_map(Check::NotAmong),
        Just(Check::Null),
        Just(Check::NotNull),
    ]
    .prop_map(move |check| test(subject, check))
}

fn traits() -> impl Strategy<Value = Expr> {
    prop_oneof![
        texts("country", &COUNTRIES),
        (orders(), 0..4_i64).prop_map(|(op, age)| test("age", Check::Compare(op, age.into()))),
        (orders(), amounts()).prop_map(|(op, money)| test("balance", Check::Compare(op, money.into()))),
        any::<bool>().prop_map(|yes| test("vip", Check::Compare(Op::Eq, yes.into()))),
        texts("tags", &["a", "b"]).prop_filter_map("lists", |expr| match expr {
            Expr::Test(Test { check: Check::Compare(op, _), .. }) if op != Op::Contains => None,
            Expr::Test(Test { check: Check::Among(_) | Check::NotAmong(_), .. }) => None,
            other => Some(other),
        }),
        spans().prop_map(|span| test("signup", Check::WithinLast(span))),
        (orders(), instants()).prop_map(|(op, time)| test("signup", Check::Compare(op, time.into()))),
        Just(test("born", Check::WithinLast(Duration::from_secs(9 * 3600 + 70)))),
    ]
}

fn filters(step: bool) -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        texts("cart_id", &CARTS),
        (orders(), 0..3_i64).prop_map(|(op, qty)| test("qty", Check::Compare(op, qty.into()))),
    ];
    let leaf = match step {
        false => leaf.boxed(),
        true => {
            let same = (orders(), select(vec!["cart_id", "qty"]))
                .prop_map(|(op, name)| test(name, Check::Step { op, step: "c".into(), property: name.into() }));
            prop_oneof![1 => leaf, 2 => same].boxed()
        }
    };
    leaf.prop_recursive(2, 4, 2, |part| {
        prop_oneof![
            vec(part.clone(), 2..3).prop_map(Expr::And),
            vec(part.clone(), 2..3).prop_map(Expr::Or),
            part.prop_map(Expr::not),
        ]
    })
    .boxed()
}

const TYPES: [&str; 4] = ["add_to_cart", "purchase", "page", "returned"];

fn events(step: bool) -> BoxedStrategy<Events> {
    let filtered = (select(&TYPES[..2]), option::of(filters(step)))
        .prop_map(|(what, filter)| Events { what: Target::Named(what.into()), filter: filter.map(Box::new) });
    let plain = prop_oneof![Just(Target::Any), select(&TYPES[..]).prop_map(|it| Target::Named(it.into()))];
    prop_oneof![3 => filtered, 1 => plain.prop_map(|what| Events { what, filter: None })].boxed()
}

fn leaves(before: usize) -> BoxedStrategy<Expr> {
    let steps = (select(&TYPES[..2]), option::of(filters(false)), events(true), spans(), windows(), any::<bool>());
    let sequence = steps.prop_map(|(what, filter, second, within, window, lacks)| Expr::Sequence {
        first: Events { what: Target::Named(what.into()), filter: filter.map(Box::new) },
        step: Some("c".into()),
        then: if lacks { Then::Lacks } else { Then::Follows },
        second,
        within,
        window,
    });
    let amount =
        (option::of(filters(false)), windows(), orders(), amounts()).prop_map(|(filter, window, op, money)| {
            Expr::Sum {
                events: Events { what: Target::Named("purchase".into()), filter: filter.map(Box::new) },
                property: "amount".into(),
                window,
                op,
                value: money.into(),
            }
        });
    let number = (windows(), orders(), -2..6_i64).prop_map(|(window, op, qty)| Expr::Sum {
        events: "add_to_cart".into(),
        property: "qty".into(),
        window,
        op,
        value: qty.into(),
    });
    let own = prop_oneof![
        3 => traits(),
        3 => (events(false), windows()).prop_map(|(events, window)| Expr::Did { events, window }),
        3 => (events(false), windows(), orders(), 0..4_i64)
            .prop_map(|(events, window, op, count)| Expr::Count { events, window, op, value: count.into() }),
        2 => amount,
        1 => number,
        4 => sequence,
        1 => (select(vec!["marketing", "ads"]), option::of(Just(Name::from("email"))))
            .prop_map(|(purpose, channel)| Expr::Consent { purpose: purpose.into(), channel }),
    ];
    match before {
        0 => own.boxed(),
        _ => prop_oneof![8 => own, 1 => (0..before).prop_map(|nth| Expr::member(&format!("s{nth}")))].boxed(),
    }
}

fn exprs(before: usize) -> BoxedStrategy<Expr> {
    leaves(before)
        .prop_recursive(3, 8, 3, |part| {
            prop_oneof![
                vec(part.clone(), 2..4).prop_map(Expr::And),
                vec(part.clone(), 2..4).prop_map(Expr::Or),
                part.prop_map(Expr::not),
            ]
        })
        .boxed()
}

/// Three segments that fit the shop; later ones may be drawn by earlier ones.
pub(crate) fn sources() -> impl Strategy<Value = Source> {
    (exprs(0), exprs(1), exprs(2)).prop_map(|(a, b, c)| Source {
        segments: [("s0", a), ("s1", b), ("s2", c)].map(|(name, expr)| Definition::new(name, expr)).into(),
    })
}

/// What happens, not yet when.
pub(crate) fn deeds() -> impl Strategy<Value = (String, BTreeMap<String, Value>)> {
    (select(&TYPES[..]), option::of(select(&CARTS[..])), option::of(-2..4_i64), option::of(amounts())).prop_map(
        |(what, cart, qty, amount)| {
            let mut properties = BTreeMap::new();
            if what == "add_to_cart" || what == "purchase" {
                properties.extend(cart.map(|it| ("cart_id".to_owned(), it.into())));
                properties.extend(qty.map(|it| ("qty".to_owned(), it.into())));
            }
            if what == "purchase" {
                properties.extend(amount.map(|it| ("amount".to_owned(), it.into())));
            }
            (what.to_owned(), properties)
        },
    )
}

/// A trait and its value, perhaps none.
pub(crate) fn stated() -> impl Strategy<Value = (String, Value)> {
    let born: Date = "2026-03-01".parse().unwrap();
    prop_oneof![
        option::of(select(&COUNTRIES[..])).prop_map(|it| ("country", Value::from(it))),
        option::of(0..4_i64).prop_map(|it| ("age", it.into())),
        option::of(amounts()).prop_map(|it| ("balance", it.into())),
        option::of(any::<bool>()).prop_map(|it| ("vip", it.into())),
        option::of(instants()).prop_map(|it| ("signup", it.into())),
        option::of(Just(born)).prop_map(|it| ("born", it.into())),
        option::of(vec(select(vec!["a", "b"]).prop_map(Value::from), 0..3)).prop_map(|it| ("tags", it.into())),
    ]
    .prop_map(|(name, value)| (name.to_owned(), value))
}

/// A choice and until when it holds.
pub(crate) fn permits() -> impl Strategy<Value = ((String, Option<String>), Until<bool>)> {
    let key = (select(vec!["marketing", "ads"]), option::of(Just("email")));
    (key, any::<bool>(), option::of(1..90_i64)).prop_map(|((purpose, channel), value, until)| {
        let until = until.map_or(Time::MAX, after);
        ((purpose.to_owned(), channel.map(str::to_owned)), Until { value, until, exact: true })
    })
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (vec(stated(), 0..6), vec((deeds(), instants()), 0..24), vec(permits(), 0..3)).prop_map(
        |(traits, deeds, permits)| World {
            traits: traits.into_iter().collect(),
            events: deeds
                .into_iter()
                .enumerate()
                .map(|(number, ((what, properties), at))| Happened { number, what, at, properties })
                .collect(),
            permits: permits.into_iter().collect(),
        },
    )
}
