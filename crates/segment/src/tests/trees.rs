//! Any tree reads back from its text and its JSON; any text gives an answer.

use std::time::Duration;

use onefold_model::{Date, Decimal, Money, Time};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::random::sources;
use super::{shop, tree};
use crate::{
    Check, Definition, Definitions, Error, Events, Expr, Literal, Name, Op, Source, Span, Target, Test, Then, Window,
};

fn names() -> impl Strategy<Value = Name> {
    let words = vec![
        "country", "did", "any", "last", "count", "sum", "a b", "x`y", "segment", "é", "1st", "a\n\\b", "EUR", "top",
        "_",
    ];
    prop_oneof![3 => select(words).prop_map(Name::from), 1 => "\\PC{1,6}".prop_map(Name::from)]
}

fn literals() -> impl Strategy<Value = Literal> {
    let number = || (any::<i64>(), 0..19_u8).prop_filter_map("too fine", |(units, scale)| Decimal::new(units, scale));
    prop_oneof![
        "(\\PC|[\n\t\"\\\\\u{7}]){0,8}".prop_map(Literal::from),
        number().prop_map(Literal::Number),
        (number(), "[A-Z]{3}")
            .prop_map(|(number, currency)| Literal::Money(Money::new(number, currency.parse().unwrap()))),
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(|micros| Literal::Time(Time(micros))),
        Just(Literal::Time(Time::MAX)),
        (-700_000..2_900_000).prop_filter_map("calendar", |days| Date::from_days(days).map(Literal::Date)),
    ]
}

fn spans() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0..1000_u64).prop_map(Duration::from_secs),
        any::<u64>().prop_map(Duration::from_nanos),
        Just(Duration::MAX)
    ]
}

fn windows() -> impl Strategy<Value = Window> {
    prop_oneof![
        Just(Window::Ever),
        spans().prop_map(Window::Last),
        (spans(), spans()).prop_map(|(from, to)| Window::Ago { from, to }),
        any::<i64>().prop_map(|micros| Window::Since(Time(micros))),
        (any::<i64>(), any::<i64>()).prop_map(|(from, to)| Window::Between { from: Time(from), to: Time(to) }),
    ]
}

fn orders() -> impl Strategy<Value = Op> {
    select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Contains, Op::StartsWith, Op::EndsWith])
}

fn tests() -> impl Strategy<Value = Expr> {
    let check = prop_oneof![
        (orders(), literals()).prop_map(|(op, value)| Check::Compare(op, value)),
        (orders(), names(), names()).prop_map(|(op, step, property)| Check::Step { op, step, property }),
        vec(literals(), 1..3).prop_map(Check::Among),
        vec(literals(), 1..3).prop_map(Check::NotAmong),
        Just(Check::Null),
        Just(Check::NotNull),
        spans().prop_map(Check::WithinLast),
    ];
    (names(), check).prop_map(|(subject, check)| Expr::Test(Test { subject, check, span: Span::default() }))
}

fn events(filter: impl Strategy<Value = Expr>) -> impl Strategy<Value = Events> {
    let what = prop_oneof![1 => Just(Target::Any), 4 => names().prop_map(Target::Named)];
    (what, option::of(filter)).prop_map(|(what, filter)| Events { what, filter: filter.map(Box::new) })
}

fn trees() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        tests(),
        names().prop_map(Expr::Member),
        (names(), option::of(names())).prop_map(|(purpose, channel)| Expr::Consent { purpose, channel })
    ];
    leaf.prop_recursive(4, 24, 3, |part| {
        prop_oneof![
            vec(part.clone(), 2..4).prop_map(Expr::And),
            vec(part.clone(), 2..4).prop_map(Expr::Or),
            part.clone().prop_map(Expr::not),
            (events(part.clone()), windows()).prop_map(|(events, window)| Expr::Did { events, window }),
            (events(part.clone()), windows(), orders(), literals())
                .prop_map(|(events, window, op, value)| Expr::Count { events, window, op, value }),
            (events(part.clone()), names(), windows(), orders(), literals())
                .prop_map(|(events, property, window, op, value)| Expr::Sum { events, property, window, op, value }),
            (events(part.clone()), option::of(names()), any::<bool>(), events(part), spans(), windows()).prop_map(
                |(first, step, lacks, second, within, window)| {
                    Expr::Sequence {
                        first,
                        step,
                        then: if lacks { Then::Lacks } else { Then::Follows },
                        second,
                        within,
                        window,
                    }
                }
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_tree_reads_back_from_its_text(all in vec((names(), trees()), 1..3)) {
        let normal = |(name, expr): (Name, Expr)| Definition::new(name, expr.normal());
        let source = Source { segments: all.into_iter().map(normal).collect() };
        let text = source.to_string();
        prop_assert_eq!(&tree(&text), &source, "{}", text);
        prop_assert_eq!(tree(&text).to_string(), text);
    }

    #[test]
    fn every_tree_reads_back_from_json(name in names(), expr in trees()) {
        let source = Source { segments: vec![Definition::new(name, expr)] };
        let json = serde_json::to_string(&source).unwrap();
        prop_assert_eq!(serde_json::from_str::<Source>(&json).unwrap(), source);
    }

    #[test]
    fn definitions_are_the_same_by_text_by_json_and_by_tree(source in sources()) {
        let schema = shop();
        let built = Definitions::from_source(source, &schema).unwrap();
        let text = Definitions::parse(&built.to_string(), &schema).unwrap();
        let json = serde_json::from_str(&serde_json::to_string(&built).unwrap()).unwrap();
        let json = Definitions::from_source(json, &schema).unwrap();
        prop_assert_eq!(built.source(), text.source());
        prop_assert_eq!(built.source(), json.source());
        prop_assert_eq!(built.lints().len(), text.lints().len());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,80}|[a-z \n\t\"'`\\\\@#(){}\\[\\]<>=!,.:%*0-9-]{0,120}") {
        let _ = Definitions::parse(&text, &shop());
    }

    #[test]
    fn no_row_of_words_makes_the_reader_panic(words in vec(select(WORDS), 0..40)) {
        let text = words.join(" ");
        if let Err(Error::Invalid(faults)) = Definitions::parse(&text, &shop()) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(text.get(fault.span.clone()).is_some(), "{fault} at {:?} of {text}", fault.span);
                prop_assert!(!fault.show("my.seg", &text).is_empty());
            }
        }
    }
}

const WORDS: &[&str] = &[
    "segment",
    "x",
    "=",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "did",
    "count",
    "sum",
    "purchase",
    "any",
    ".",
    "amount",
    "in",
    "last",
    "30",
    "days",
    "500",
    "EUR",
    "and",
    "or",
    "not",
    ">=",
    "<",
    "\"DE\"",
    "country",
    "is",
    "null",
    "between",
    "ago",
    "since",
    "@2026-03-01",
    "then",
    "as",
    "c",
    "within",
    "1h",
    ",",
    "consent",
    "marketing",
    "ever",
    "trait",
    "top",
    "%",
    "within last",
    "é",
    "'",
    "`",
    "\"",
];
