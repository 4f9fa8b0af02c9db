//! Entries of every sort survive the log, and a schema that has moved on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

use onefold_model::{
    Action, Chosen, Class, Currency, Date, Decimal, Entry, EventId, Form, Issue, Kind, Limits, Money, Party, Pii,
    Position, Quarantined, Retraction, Ruling, Schema, SchemaBuilder, Score, Text, Time, Type, Value, WireError, Word,
};
use onefold_store::{Error, Journal, Log, Memory};
use proptest::prelude::*;

fn plan() -> SchemaBuilder {
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id"))
        .kind(Kind::person("email").form(Form::Email))
        .kind(Kind::device("cookie"))
        .kind(Kind::group("household", "lives_in"))
        .field("country", Type::Text)
        .field("spent", Type::Money)
        .event(
            "purchase",
            [
                ("text", Type::Text),
                ("int", Type::Int),
                ("decimal", Type::Decimal),
                ("money", Type::Money),
                ("time", Type::Time),
                ("date", Type::Date),
                ("bool", Type::Bool),
                ("score", Type::Score),
                ("list", Type::List),
                ("map", Type::Map),
                ("any", Type::Any),
            ],
        )
        .purpose("marketing")
        .channel("letter")
        .limits(Limits { earliest: Time::MIN, ..Limits::default() })
}

fn schema() -> Schema {
    plan().build([7; 32].into()).unwrap()
}

fn all(journal: &Journal, from: u64) -> Vec<(u64, Entry)> {
    let mut all = Vec::new();
    journal
        .replay(Position(from), |position, entry| {
            all.push((position.0, entry));
            Ok::<(), Error>(())
        })
        .unwrap();
    all
}

/// The journal's log, read by another schema.
fn reread(journal: Journal, schema: SchemaBuilder) -> Journal {
    Journal::new(journal.into_log(), schema.build([7; 32].into()).unwrap())
}

fn time() -> impl Strategy<Value = Time> {
    (0_i64..4_000_000_000_000_000).prop_map(Time)
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), 0_u8..=18).prop_filter_map("too many digits", |(units, scale)| Decimal::new(units, scale))
}

fn text() -> impl Strategy<Value = Text> {
    ".{0,40}".prop_map(Text::from)
}

fn money() -> impl Strategy<Value = Money> {
    (decimal(), "[A-Z]{3}").prop_map(|(amount, currency)| Money::new(amount, currency.parse::<Currency>().unwrap()))
}

fn date() -> impl Strategy<Value = Date> {
    (0..40_000).prop_filter_map("no day", Date::from_days)
}

fn score() -> impl Strategy<Value = Score> {
    any::<f64>().prop_filter_map("not finite", Score::new)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        decimal().prop_map(Value::from),
        money().prop_map(Value::from),
        text().prop_map(Value::from),
        time().prop_map(Value::from),
        date().prop_map(Value::from),
        score().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4).prop_map(Value::map),
        ]
    })
}

fn event() -> impl Strategy<Value = Entry> {
    let times = (time(), prop::option::of(time()), prop::option::of(time()));
    let leaves = (text(), any::<i64>(), decimal(), money(), time(), date(), any::<bool>(), score());
    let nested =
        (prop::collection::vec(value(), 0..4), prop::collection::vec((text(), value()), 0..4), value(), value());
    (times, "[a-z]{1,8}", leaves, nested, 0_u8..8).prop_map(
        |((received, original, sent), name, leaves, nested, shape)| {
            let schema = schema();
            let (words, int, decimal, money, time, date, bool, score) = leaves;
            let (list, map, any, stray) = nested;
            let mut draft = schema
                .draft("web", if shape & 1 == 0 { "purchase" } else { "never declared" })
                .who("user_id", &name)
                .who("cookie", "c-1")
                .who("household", "h-1")
                .set("text", words)
                .set("int", int)
                .set("decimal", decimal)
                .set("money", money)
                .set("time", time)
                .set("date", date)
                .set("bool", bool)
                .set("score", score)
                .set("list", list)
                .set("map", Value::map(map))
                .set("any", any)
                .set("stray", stray.clone())
                .trait_("country", "DE")
                .trait_("spent", money)
                .trait_("stray", stray.clone())
                .context("page", stray);
            if let Some(original) = original {
                draft = draft.at(original);
            }
            if let Some(sent) = sent {
                draft = draft.sent(sent);
            }
            if shape & 2 == 0 {
                let letter = Chosen {
                    channel: Some("letter".into()),
                    expires: original,
                    notice: 3,
                    ..Chosen::new("marketing", Action::Grant)
                };
                draft = draft.choose(letter).refuse("*").message_id("m-1");
            }
            if shape & 4 == 0 {
                draft = draft.previous("user_id", "u-0");
            }
            Entry::Event(draft.receive(received).expect("the record is within all limits").into())
        },
    )
}

fn entry() -> impl Strategy<Value = Entry> {
    let schema = schema();
    let member = move |name: &str| schema.identifier("user_id", name).unwrap().member();
    let (a, b) = (member("u-1"), member("u-2"));
    prop_oneof![
        4 => event(),
        1 => (text(), time(), prop::sample::select(vec![Word::Always, Word::Never, Word::Withdrawn]))
            .prop_map(move |(by, at, word)| Entry::Ruling(Ruling { a, b, word, by, at })),
        1 => (any::<[u8; 16]>(), text(), time()).prop_map(|(id, by, at)| Entry::Retraction(Retraction { event: EventId(id), by, at })),
        1 => time().prop_map(Entry::Tick),
        1 => (any::<[u8; 16]>(), text(), any::<Vec<u8>>(), prop::option::of(0..u64::from(u32::MAX)), time()).prop_map(
            |(id, import, raw, row, received)| Entry::Quarantined(Quarantined {
                id: EventId(id),
                event: row.map(|_| EventId(id)),
                import,
                issue: Issue { row, ..Issue::new("wrong_type", "properties.amount", "not a number") },
                raw: Pii::new(raw.into()),
                received,
            })
        ),
        1 => time().prop_map(move |at| Entry::Suppress { member: a, at }),
        1 => any::<[u8; 16]>().prop_map(|id| Entry::TurnedAway(EventId(id))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn every_entry_reads_back_as_it_was_in_any_batching(entries in prop::collection::vec(entry(), 0..12), batch in 1_usize..5, from in 0_u64..14) {
        let mut journal = Journal::new(Memory::default(), schema());
        for batch in entries.chunks(batch) {
            let first = journal.end().0 + 1;
            prop_assert_eq!(journal.append(batch).unwrap().0, first);
        }
        let expected: Vec<(u64, Entry)> = (1..).zip(entries).filter(|(position, _)| *position >= from).collect();
        prop_assert_eq!(all(&journal, from), expected);
    }

    #[test]
    fn no_bytes_in_a_log_make_the_replay_panic(bytes: Vec<u8>, at in 0_usize..400, flip in 1_u8.., entry in entry()) {
        let schema = schema();
        let mut log = Memory::default();
        let mut altered = Vec::new();
        entry.encode(&schema, &mut altered);
        let at = at % altered.len();
        altered[at] ^= flip;
        log.append(&[&bytes, &altered]).unwrap();
        let journal = Journal::new(log, schema);
        let _ = journal.replay(Position(1), |_, _| Ok::<(), Error>(()));
        let _ = journal.replay(Position(2), |_, _| Ok::<(), Error>(()));
    }
}

#[test]
fn a_field_declared_later_takes_its_place_in_old_events_and_an_undeclared_one_goes_to_the_extras() {
    let schema = schema();
    let now = Time::from_secs(1_800_000_000);
    let ada =
        schema.draft("web", "purchase").who("user_id", "u-1").set("colour", "red").set("int", 7).receive(now).unwrap();
    let mut journal = Journal::new(Memory::default(), schema);
    journal.append(&[Entry::Event(ada.into())]).unwrap();

    let wider = Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id"))
        .event("purchase", [("colour", Type::Text)]);
    let journal = reread(journal, wider);
    let Some((1, Entry::Event(ada))) = all(&journal, 1).pop() else { panic!("one event") };
    assert_eq!(ada.properties.len(), 1);
    assert_eq!(ada.properties[0].1, Value::from("red"));
    assert_eq!(ada.extras.to_vec(), [(Text::from("properties.int"), Value::Int(7))]);
}

#[test]
fn a_kind_that_was_renamed_stops_the_replay_with_the_position() {
    let schema = schema();
    let now = Time::from_secs(1_800_000_000);
    let events = ["u-1", "u-2"]
        .map(|id| Entry::Event(schema.draft("web", "purchase").who("user_id", id).receive(now).unwrap().into()));
    let mut journal = Journal::new(Memory::default(), schema);
    journal.append(&[Entry::Tick(now)]).unwrap();
    journal.append(&events).unwrap();

    let renamed = Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind { class: Class::Person, ..Kind::person("customer_id") });
    let journal = reread(journal, renamed);
    let mut seen = 0;
    let error = journal
        .replay(Position::default(), |_, _| {
            seen += 1;
            Ok::<(), Error>(())
        })
        .unwrap_err();
    assert_eq!(seen, 1);
    assert!(matches!(&error, Error::Entry { position: Position(2), source: WireError::Undeclared { .. } }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("entry 2 of the log cannot be read: the log speaks of kind of identifier `user_id`"),
        "{error}"
    );
}

#[test]
fn a_reader_may_stop_with_its_own_error() {
    #[derive(Debug)]
    enum Stop {
        Enough(u64),
        Store(#[expect(dead_code, reason = "shown by Debug")] Error),
    }
    impl From<Error> for Stop {
        fn from(error: Error) -> Self {
            Self::Store(error)
        }
    }
    let mut journal = Journal::new(Memory::default(), schema());
    journal.append(&[1, 2, 3].map(|n| Entry::Tick(Time(n)))).unwrap();
    let stopped = journal.replay(Position(2), |position, _| Err(Stop::Enough(position.0)));
    assert!(matches!(stopped, Err(Stop::Enough(2))));
    assert_eq!(journal.log().name(), "memory");
    assert_eq!(format!("{journal:?}"), "Journal { log: \"memory\", end: 3, .. }");
}
