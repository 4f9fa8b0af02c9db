//! The schema as a file: what it says when something is wrong, and that it reads back what it wrote.
#![cfg(feature = "toml")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "what goes wrong here fails the test")]

use std::time::Duration;

use onefold_model::schema::{EventType, Field, Group, LimitWithin, Purpose, Source, Spec, Undeclared, View};
use onefold_model::{
    Class, Diagnostic, Error, Form, Identity, Kind, Labels, Limits, Origin, Party, Schema, Sensitivity, Survivorship,
    Text, Time, Type,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn faults(text: &str) -> Vec<Diagnostic> {
    match Spec::from_toml(text) {
        Err(Error::Invalid(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

/// The bytes that a fault is about, its code, its message and its help.
fn told<'t>(text: &'t str, faults: &[Diagnostic]) -> Vec<(&'t str, String)> {
    faults.iter().map(|it| (&text[it.span.clone()], it.to_string())).collect()
}

#[test]
fn every_unknown_key_is_reported_with_its_place() {
    let text = "chanels = []\n[[source]]\nnme = \"crm\"\nname = \"crm\"\ncolour = 1\n[[kind]]\nname = \"a\"\nlimit_within = { count = 1, within = \"1d\", per = 2 }\n[limits]\ndept = 3\n";
    let expected = [
        ("chanels", "S12: unknown key `chanels`; did you mean `channels`?"),
        ("nme", "S12: unknown key `nme`; did you mean `name`?"),
        ("colour", "S12: unknown key `colour`; known are `name`, `party`, `trust`, `basis`"),
        ("per", "S12: unknown key `per`; known are `count`, `within`"),
        ("dept", "S12: unknown key `dept`; did you mean `depth`?"),
    ];
    assert_eq!(told(text, &faults(text)), expected.map(|(place, message)| (place, message.into())));
}

#[test]
fn a_value_of_the_wrong_type_says_what_was_expected() {
    for (text, place, message) in [
        ("undeclared = 1", "1", "S13: expected a word in quotes for `undeclared`, found a whole number"),
        (
            "undeclared = \"quarantin\"",
            "\"quarantin\"",
            "S14: unknown `undeclared` `quarantin`; did you mean `quarantine`?",
        ),
        ("channels = \"email\"", "\"email\"", "S13: expected a list of texts for `channels`, found a text"),
        ("channels = [1]", "1", "S13: expected a text in quotes for `channels`, found a whole number"),
        ("source = 1", "1", "S13: expected a list of tables for `source`, found a whole number"),
        ("source = [1]", "1", "S13: expected a table for `source`, found a whole number"),
        ("[[source]]\nname = \"a\"\ntrust = 300", "300", "S14: `trust` is a whole number from 0 to 255"),
        ("[[source]]\nname = \"a\"\ntrust = -1", "-1", "S14: `trust` is a whole number from 0 to 255"),
        (
            "[[source]]\nname = \"a\"\ntrust = 1.5",
            "1.5",
            "S13: expected a whole number for `trust`, found a number with a point",
        ),
        (
            "[[source]]\nname = \"a\"\nparty = \"frist\"",
            "\"frist\"",
            "S14: unknown `party` `frist`; did you mean `first`?",
        ),
        (
            "[[source]]\nname = \"a\"\nparty = \"ours\"",
            "\"ours\"",
            "S14: unknown `party` `ours`; known are `first`, `second`, `third`",
        ),
        (
            "[[kind]]\nname = \"a\"\nunique = \"yes\"",
            "\"yes\"",
            "S13: expected `true` or `false` for `unique`, found a text",
        ),
        (
            "[[kind]]\nname = \"a\"\nsession = \"30\"",
            "\"30\"",
            "S14: expected a span of time such as \"30m\", \"12h\" or \"14d\" for `session`, found `30`",
        ),
        (
            "[[kind]]\nname = \"a\"\nsession = 30",
            "30",
            "S13: expected a span of time such as \"30m\", \"12h\" or \"14d\" for `session`, found a whole number",
        ),
        (
            "[[field]]\nname = \"a\"\ncurrency = \"euro\"",
            "\"euro\"",
            "S14: expected a currency of three letters such as \"EUR\" for `currency`, found `euro`",
        ),
        ("[[field]]\nname = \"a\"\ntype = \"tekst\"", "\"tekst\"", "S14: unknown `type` `tekst`; did you mean `text`?"),
        (
            "[limits]\nearliest = 10:00:00",
            "10:00:00",
            "S13: expected a day or time such as 1970-01-01 or 2026-03-01T09:00:00Z for `earliest`, found a date or time",
        ),
        (
            "[limits]\nearliest = \"soon\"",
            "\"soon\"",
            "S14: expected a day or time such as 1970-01-01 or 2026-03-01T09:00:00Z for `earliest`, found `soon`",
        ),
        ("[[field_group]]\nname = \"a\"", "[[field_group]]", "S15: the key `fields` is missing"),
    ] {
        assert_eq!(told(text, &faults(text)), [(place, message.to_owned())], "{text}");
    }
}

#[test]
fn one_bracket_too_few_is_explained() {
    let found = faults("[source]\nname = \"crm\"");
    assert_eq!(
        found[0].help.as_deref(),
        Some("write it with two brackets on each side, as in `[[source]]`, once for each")
    );
}

#[test]
fn faults_of_several_tables_come_in_the_order_of_the_text() {
    let text = "[[source]]\ntrust = \"much\"\n[[event]]\nname = \"purchase\"\nproperties = [{ name = \"amount\", typ = \"money\" }, { type = \"int\" }]\n";
    let codes: Vec<&str> = faults(text).iter().map(|it| it.code).collect();
    assert_eq!(codes, ["S15", "S13", "S12", "S15"]);
}

#[test]
fn what_is_not_toml_says_where() {
    for text in ["[[source]\nname = 1", "name = ", "a = 1\na = 2", "= 1", "a = \"open", "\u{0}"] {
        let found = faults(text);
        assert!(
            found.iter().all(|it| it.code == "S11"
                && it.message.starts_with("this is not TOML: ")
                && it.span.end <= text.len()),
            "{found:?}"
        );
        assert!(!found[0].show("shop.toml", text).is_empty());
    }
}

#[test]
fn keys_of_others_are_passed_over_where_they_are_named() {
    let text = "[[import]]\nsource = \"crm\"\n[policy]\nregime = \"gdpr\"\n[[source]]\nname = \"crm\"\n";
    assert_eq!(faults(text).len(), 2);
    let spec = Spec::from_toml_with(text, &["import", "segments", "policy", "identity"]).unwrap();
    assert_eq!(spec.sources.len(), 1);
    let fault = Spec::from_toml_with("[[imports]]", &["import"]).unwrap_err();
    assert_eq!(fault.to_string(), "S12: unknown key `imports`; did you mean `import`?");
}

#[test]
fn times_stand_with_or_without_quotes() {
    let earliest = |text: &str| Spec::from_toml(&format!("[limits]\nearliest = {text}")).unwrap().limits.earliest;
    let day: Time = "2010-01-01".parse().unwrap();
    for text in [
        "2010-01-01",
        "\"2010-01-01\"",
        "2010-01-01T00:00:00",
        "2010-01-01T00:00:00Z",
        "2010-01-01 01:00:00+01:00",
        "\"2010-01-01T00:00:00Z\"",
    ] {
        assert_eq!(earliest(text), day, "{text}");
    }
}

#[test]
fn names_that_do_not_agree_are_shown_in_their_place() {
    let text = r#"
channels = ["email", "email"]
[[source]]
name = "email"
[[kind]]
name = "email"
session = "30m"
[[kind]]
name = "cookie"
class = "device"
stitch = "recogniton"
[[field]]
name = "city"
[[field_group]]
name = "address"
fields = ["city", "steet"]
[[event]]
name = "purchase"
[[event]]
name = "buy"
also = ["purchase"]
[[purpose]]
name = "recognition"
[[view]]
name = "billing"
sources = ["erp"]
"#;
    let Err(Error::Invalid(found)) = Schema::from_toml(text, &[], [7; 32].into()) else { panic!() };
    let at = |place: &str, nth: usize| text.match_indices(place).nth(nth).unwrap().0;
    for (start, message) in [
        (at("\"email\"", 1), "channel `email` is declared twice"),
        (at("\"email\"", 3), "kind `email` is no device, and only devices have sessions"),
        (at("\"recogniton\"", 0), "unknown purpose `recogniton`"),
        (at("\"steet\"", 0), "unknown field `steet`"),
        (at("\"purchase\"", 1), "event `purchase` is declared twice"),
        (at("\"erp\"", 0), "unknown source `erp`"),
    ] {
        let fault =
            found.iter().find(|it| it.message == message).unwrap_or_else(|| panic!("{message} is not in {found:?}"));
        assert_eq!(fault.span.start, start, "{message}");
        assert!(fault.span.end > start);
    }
    assert_eq!(found.len(), 6);
}

#[test]
fn a_file_may_start_from_the_standard_schema() {
    let text = "standard = true\n[[source]]\nname = \"web\"\n[[event]]\nname = \"purchase\"\nproperties = [{ name = \"amount\", type = \"money\", currency = \"EUR\" }]\n";
    let spec = Spec::from_toml(text).unwrap();
    assert_eq!(spec.kinds, Spec::standard().kinds);
    assert_eq!(spec.sources.len(), 1);
    let schema = spec.build([7; 32].into()).unwrap();
    let bought =
        schema.draft("web", "Order Completed").who("user_id", "u-1").set("amount", 20).receive(Time(0)).unwrap();
    assert_eq!(bought.property(schema.property(bought.what, "amount").unwrap()).to_string(), "20 EUR");
    assert_eq!(Spec::from_toml("standard = false").unwrap(), Spec::default());
}

#[test]
fn the_standard_schema_is_its_own_file() {
    let standard = Spec::standard();
    assert_eq!(Spec::from_toml(&standard.to_toml()).unwrap(), standard);
}

#[test]
fn limits_without_end_can_be_written() {
    let limits = Limits { keys: usize::MAX, ..Limits::default() };
    let spec = Spec { limits, ..Spec::default() };
    let read = Spec::from_toml(&spec.to_toml()).unwrap();
    assert!(read.limits.keys >= usize::MAX >> 1);
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![3 => "[a-z_]{1,12}", 1 => any::<String>()].prop_map(Text::from)
}

fn texts() -> impl Strategy<Value = Vec<Text>> {
    vec(text(), 0..3)
}

fn keep() -> impl Strategy<Value = Survivorship> {
    use Survivorship as S;
    select(vec![
        S::MostRecent,
        S::MostTrusted,
        S::MostFrequent,
        S::MostComplete,
        S::Longest,
        S::Minimum,
        S::Maximum,
        S::Union,
    ])
}

fn party() -> impl Strategy<Value = Party> {
    select(vec![Party::First, Party::Second, Party::Third])
}

fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![
        any::<u16>().prop_map(|minutes| Duration::from_mins(minutes.into())),
        any::<u64>().prop_map(Duration::from_nanos)
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    let class = select(vec![Class::Person, Class::Device, Class::Group, Class::Record]);
    let form = select(vec![Form::Raw, Form::Email, Form::Phone, Form::Name, Form::Postcode, Form::Date, Form::Text]);
    let within = option::of((any::<u32>(), span()).prop_map(|(count, within)| LimitWithin { count, within }));
    let first = (
        text(),
        class,
        form,
        option::of(any::<u16>()),
        any::<[bool; 2]>(),
        option::of(any::<u32>()),
        option::of(text()),
    );
    let second =
        (within, option::of(any::<u32>()), option::of(span()), option::of(text()), texts(), option::of(text()));
    (first, second).prop_map(
        |(
            (name, class, form, priority, [unique, shareable], limit, region),
            (limit_within, generic_above, session, stitch, blocked, relation),
        )| Kind {
            name,
            class,
            form,
            region,
            priority,
            unique,
            shareable,
            limit,
            limit_within,
            generic_above,
            session,
            stitch,
            blocked,
            relation,
        },
    )
}

fn field() -> impl Strategy<Value = Field> {
    let ty = select(vec![
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
    ]);
    let labels = (
        select(vec![Identity::None, Identity::Device, Identity::Indirect, Identity::Direct]),
        select(vec![
            Sensitivity::None,
            Sensitivity::Pii,
            Sensitivity::Sensitive,
            Sensitivity::SpecialCategory,
            Sensitivity::Health,
            Sensitivity::Child,
        ]),
        select(vec![Origin::Provided, Origin::Observed, Origin::Derived, Origin::Inferred]),
    );
    let labels = labels.prop_map(|(identity, sensitivity, origin)| Labels { identity, sensitivity, origin });
    let currency = option::of(select(vec!["EUR", "JPY"])).prop_map(|code| code.map(|code| code.parse().unwrap()));
    (text(), ty, currency, option::of(keep()), labels, texts())
        .prop_map(|(name, ty, currency, keep, labels, values)| Field { name, ty, currency, keep, labels, values })
}

fn spec() -> impl Strategy<Value = Spec> {
    let limits = (any::<[u32; 5]>(), any::<i64>()).prop_map(
        |([record_bytes, depth, keys, text_bytes, identifiers], earliest)| Limits {
            record_bytes: record_bytes as usize,
            depth: depth as usize,
            keys: keys as usize,
            text_bytes: text_bytes as usize,
            identifiers: identifiers as usize,
            earliest: Time(earliest),
        },
    );
    let source = (text(), party(), any::<u8>(), option::of(text())).prop_map(|(name, party, trust, basis)| Source {
        name,
        party,
        trust,
        basis,
    });
    let group = (text(), texts(), keep()).prop_map(|(name, fields, keep)| Group { name, fields, keep });
    let event = (text(), texts(), vec(field(), 0..3), any::<bool>())
        .prop_map(|(name, also, properties, passive)| EventType { name, also, properties, passive });
    let purpose = (text(), texts()).prop_map(|(name, also)| Purpose { name, also });
    let view = (text(), texts(), option::of(party()), option::of(keep()))
        .prop_map(|(name, sources, party, keep)| View { name, sources, party, keep });
    let first = (
        select(vec![Undeclared::Keep, Undeclared::Quarantine]),
        limits,
        vec(source, 0..3),
        vec(kind(), 0..3),
        vec(field(), 0..3),
    );
    let second = (vec(group, 0..3), vec(event, 0..3), vec(purpose, 0..3), texts(), vec(view, 0..3));
    (first, second).prop_map(
        |((undeclared, limits, sources, kinds, fields), (groups, events, purposes, channels, views))| Spec {
            undeclared,
            limits,
            sources,
            kinds,
            fields,
            groups,
            events,
            purposes,
            channels,
            views,
        },
    )
}

proptest! {
    #[test]
    fn a_schema_written_as_toml_reads_back_equal(spec in spec()) {
        let text = spec.to_toml();
        let read = Spec::from_toml(&text);
        prop_assert!(read.is_ok(), "{text}\n{read:?}");
        prop_assert_eq!(read.unwrap(), spec, "{}", text);
    }

    #[test]
    fn toml_and_json_are_two_forms_of_one_schema(spec in spec()) {
        let json = serde_json::to_string(&spec).unwrap();
        prop_assert_eq!(serde_json::from_str::<Spec>(&json).unwrap(), spec);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\PC|\n){0,60}") {
        let _ = Spec::from_toml(&text);
    }

    #[test]
    fn a_damaged_file_is_read_or_explained(spec in spec(), at in any::<prop::sample::Index>(), put in "(\\PC|\n){0,3}") {
        let mut text = spec.to_toml();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        let end = text[at..].chars().next().unwrap().len_utf8() + at;
        text.replace_range(at..end, &put);
        if let Err(Error::Invalid(faults)) = Spec::from_toml(&text) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
                prop_assert!(!fault.show("shop.toml", &text).is_empty());
            }
        }
    }
}
