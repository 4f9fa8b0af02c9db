//! What a schema refuses, and what it makes of what it accepts.
#![expect(clippy::panic, reason = "what goes wrong here fails the test")]

use onefold_model::schema::{EventType, Field, Group, LimitWithin, Purpose, Source, Spec, View};
use onefold_model::{
    Class, Error, EventTypeId, Form, Kind, Limits, Party, Schema, SchemaBuilder, Survivorship, Time, Type,
};
use std::time::Duration;

const KEY: [u8; 32] = [7; 32];

fn faults(spec: &Spec) -> Vec<(&'static str, String)> {
    match spec.build(KEY.into()) {
        Err(Error::Invalid(faults)) => faults.into_iter().map(|it| (it.code, it.message)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let mut builder = Schema::builder()
        .source("crm", Party::First, 1)
        .source("crm", Party::First, 2)
        .source(" ", Party::First, 2)
        .kind(Kind { relation: Some("owns".into()), ..Kind::person("email") })
        .kind(Kind::person("record"))
        .kind(Kind { class: Class::Group, ..Kind::person("household") })
        .kind(Kind { class: Class::Record, ..Kind::person("row") })
        .kind(Kind::person("user_id").session(Duration::from_mins(30)))
        .kind(Kind::person("card").limit(0))
        .kind(Kind::person("token").limit_within(0, Duration::from_mins(1)))
        .kind(Kind::person("mail").region("DE"))
        .kind(Kind::device("cookie").stitch("recogniton"))
        .field("city", Type::Text)
        .declare_field(Field { name: "city".into(), ..Field::default() })
        .declare_field(Field { name: "size".into(), ty: Type::Int, values: vec!["S".into()], ..Field::default() })
        .declare_field(Field { name: "sum".into(), currency: "EUR".parse().ok(), ..Field::default() })
        .event("page", [("url", Type::Text)])
        .event("page", [("title", Type::Text)])
        .event("purchase", [("sku", Type::Text), ("sku", Type::Int)])
        .declare_event(EventType {
            name: "order".into(),
            also: vec!["purchase".into(), "".into()],
            ..EventType::default()
        })
        .purpose("recognition")
        .channel("email")
        .channel("email")
        .limits(Limits { depth: 65, ..Limits::default() })
        .spec();
    builder.purposes.push(Purpose { name: "all".into(), also: vec!["*".into()] });
    builder.groups = vec![
        Group { name: "address".into(), fields: vec!["city".into(), "steet".into()], ..Group::default() },
        Group { name: "place".into(), fields: vec!["city".into()], ..Group::default() },
        Group { name: "place".into(), ..Group::default() },
    ];
    builder.views.push(View { name: "billing".into(), sources: vec!["erp".into()], ..View::default() });
    let found = faults(&builder);
    let expected = [
        ("S01", "source `crm` is declared twice"),
        ("S02", "a source has no name"),
        ("S01", "kind `record` is declared twice"),
        ("S01", "event `page` is declared twice"),
        ("S01", "event `purchase` is declared twice"),
        ("S02", "another name of a `event` is empty"),
        ("S01", "channel `email` is declared twice"),
        ("S01", "field `city` is declared twice"),
        ("S01", "property `sku` is declared twice"),
        ("S01", "field group `place` is declared twice"),
        ("S04", "unknown field `steet`"),
        ("S04", "unknown purpose `recogniton`"),
        ("S04", "unknown source `erp`"),
        ("S05", "field `city` stands in two field groups"),
        ("S06", "kind `user_id` is no device, and only devices have sessions"),
        ("S06", "kind `mail` is no phone, and only phones have a region"),
        ("S06", "field `size` is no text, and only texts have a list of values"),
        ("S06", "field `sum` is no money, and only money has a currency"),
        ("S07", "kind `card` has a limit of 0"),
        ("S07", "kind `token` has a limit of 0"),
        ("S08", "group kind `household` names no relation"),
        ("S08", "kind `email` has a relation but is no group"),
        ("S09", "kind `row` is of the class `record`, which is reserved for rows that name nobody"),
        ("S09", "purpose `*` is reserved: a choice for `*` is one for all purposes"),
        ("S10", "a `depth` of more than 64 cannot be stored"),
    ];
    for (code, message) in expected {
        assert!(found.contains(&(code, message.into())), "{code} {message} is not in {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn too_many_of_something_is_a_fault() {
    let kinds = (0..256).fold(Schema::builder(), |builder, nth| builder.kind(Kind::person(&format!("k{nth}"))));
    assert_eq!(faults(&kinds.spec()), [("S03", "too many of `kind` are declared".into())]);
    let purposes = (0..257).fold(Schema::builder(), |builder, nth| builder.purpose(&format!("p{nth}")));
    assert_eq!(faults(&purposes.spec()), [("S03", "too many of `purpose` are declared".into())]);
}

#[test]
fn an_unknown_name_is_answered_with_the_closest_known_one() {
    let schema = Schema::builder().kind(Kind::person("email")).purpose("marketing").build(KEY.into()).unwrap();
    assert_eq!(
        schema.kind("emial").unwrap_err().to_string(),
        "unknown kind of identifier `emial`; did you mean `email`?"
    );
    assert_eq!(
        schema.purpose("marketting").unwrap_err().to_string(),
        "unknown purpose `marketting`; did you mean `marketing`?"
    );
    assert_eq!(schema.channel("fax").unwrap_err().to_string(), "unknown channel `fax`");
}

#[test]
fn kinds_are_numbered_by_priority_and_the_row_comes_last() {
    let schema = Schema::builder()
        .kind(Kind::device("cookie").priority(9))
        .kind(Kind::person("email"))
        .kind(Kind::person("user_id").priority(0))
        .build(KEY.into())
        .unwrap();
    let names: Vec<&str> = schema.kinds().map(|(_, kind)| kind.name.as_str()).collect();
    assert_eq!(names, ["user_id", "email", "cookie", "record"]);
    assert!(schema.identifier("record", "x").is_err(), "no source may name a row");
}

#[test]
fn reserved_events_keep_their_ids_and_take_properties() {
    let schema =
        Schema::builder().event("purchase", []).event("page", [("url", Type::Text)]).build(KEY.into()).unwrap();
    assert_eq!(schema.event_type("page").unwrap(), EventTypeId::PAGE);
    assert!(schema.property(EventTypeId::PAGE, "url").is_ok());
    assert_eq!(schema.event_type("purchase").unwrap(), EventTypeId(7));
    assert!(schema.is_behaviour(EventTypeId::PAGE) && !schema.is_behaviour(EventTypeId::CONSENT));
}

#[test]
fn a_field_survives_by_its_own_rule_or_its_groups() {
    let mut spec = Schema::builder()
        .field("city", Type::Text)
        .declare_field(Field { name: "street".into(), keep: Some(Survivorship::Longest), ..Field::default() })
        .field("name", Type::Text)
        .spec();
    spec.groups.push(Group {
        name: "address".into(),
        fields: vec!["city".into(), "street".into()],
        keep: Survivorship::MostComplete,
    });
    let schema = spec.build(KEY.into()).unwrap();
    let rule = |name| {
        let (group, rule) = schema.survivorship(schema.field(name).unwrap());
        (group.map(|group| group.name.to_string()), rule)
    };
    assert_eq!(rule("city"), (Some("address".into()), Survivorship::MostComplete));
    assert_eq!(rule("street"), (Some("address".into()), Survivorship::Longest));
    assert_eq!(rule("name"), (None, Survivorship::MostRecent));
}

#[test]
fn blocked_values_are_blocked_in_either_case() {
    let schema = Schema::builder()
        .kind(Kind::person("user_id").block("N/A").block("test*"))
        .kind(Kind::person("email").form(Form::Email).block(" Nobody@Example.com"))
        .build(KEY.into())
        .unwrap();
    for (kind, value, blocked) in [
        ("user_id", "n/a", true),
        ("user_id", "N/A", true),
        ("user_id", "TEST-7", true),
        ("user_id", "u-1", false),
        ("email", "nobody@example.com", true),
        ("email", "ada@example.com", false),
    ] {
        assert_eq!(schema.is_blocked(&schema.identifier(kind, value).unwrap()), blocked, "{value}");
    }
}

#[test]
fn the_standard_schema_builds_and_knows_the_names_that_client_libraries_send() {
    let schema = SchemaBuilder::from(Spec::standard()).source("web", Party::First, 50).build(KEY.into()).unwrap();
    for (sent, name) in [
        ("Order Completed", "purchase"),
        ("Product Added", "add_to_cart"),
        ("Checkout Started", "checkout"),
        ("Product Viewed", "product_view"),
        ("Email Bounced", "message_bounce"),
    ] {
        assert_eq!(schema.event_type(sent).unwrap(), schema.event_type(name).unwrap(), "{sent}");
    }
    for name in [
        "purchase",
        "line_item",
        "return",
        "payment",
        "booking",
        "subscribe",
        "ad_impression",
        "usage",
        "case",
        "call_note",
        "survey_answer",
        "loyalty_earn",
        "stage_change",
    ] {
        assert!(schema.event_type(name).is_ok(), "{name}");
    }
    let address = schema.survivorship(schema.field("street").unwrap()).0.unwrap();
    assert_eq!(address.name, "address");
    assert_eq!(schema.stitch(schema.kind("anonymous_id").unwrap()), Some(schema.purpose("recognition").unwrap()));
    assert!(schema.kind_info(schema.kind("phone").unwrap()).unwrap().shareable);
    // A message as an e-commerce client library sends it.
    let sent = schema
        .draft("web", "Order Completed")
        .who("user_id", "u-1")
        .set("order_id", "o-1")
        .set("total", 48)
        .set("revenue", "25.00")
        .set("currency", "USD")
        .set("products", Vec::new());
    assert!(sent.receive(Time(0)).is_ok());
}

#[test]
fn of_two_schemas_the_one_laid_over_the_other_wins() {
    let ours = Spec {
        kinds: vec![Kind::person("email").form(Form::Email).limit(3), Kind::person("club_card")],
        events: vec![
            EventType { name: "buy".into(), also: vec!["Order Completed".into()], ..EventType::default() },
            EventType {
                name: "case".into(),
                properties: vec![Field { name: "priority".into(), ty: Type::Int, ..Field::default() }],
                ..EventType::default()
            },
        ],
        purposes: vec![Purpose { name: "ads".into(), also: vec!["Advertising".into()] }],
        channels: vec!["email".into(), "fax".into()],
        sources: vec![Source { name: "web".into(), ..Source::default() }],
        ..Spec::default()
    };
    let spec = Spec::standard().merge(ours.clone());
    let schema = spec.build(KEY.into()).unwrap();
    assert_eq!(schema.kind_info(schema.kind("email").unwrap()).unwrap().limit, Some(3));
    assert!(schema.kind("email").unwrap() < schema.kind("phone").unwrap(), "it keeps its place");
    assert!(schema.kind("club_card").unwrap() > schema.kind("household_id").unwrap(), "a new one is weaker");
    assert_eq!(schema.event_type("Order Completed").unwrap(), schema.event_type("buy").unwrap());
    let case = schema.event_type("case").unwrap();
    assert_eq!(schema.type_of(schema.property(case, "priority").unwrap()), Type::Int);
    assert!(schema.property(case, "topic").is_ok(), "the properties of both are kept");
    assert_eq!(schema.purpose("Advertising").unwrap(), schema.purpose("ads").unwrap());
    assert_eq!(spec.channels.len(), Spec::standard().channels.len() + 1);
    assert_eq!(Spec::standard().merge(ours.clone()).merge(ours), spec, "laying it over twice changes nothing");
    assert_eq!(Spec::standard().merge(Spec::default()), Spec::standard());
}

#[test]
fn what_is_declared_twice_in_one_file_is_still_a_fault_after_merging() {
    let ours = Spec { channels: vec!["email".into(), "email".into()], ..Spec::default() };
    assert_eq!(faults(&Spec::standard().merge(ours)), [("S01", "channel `email` is declared twice".into())]);
}

#[test]
fn a_limit_in_a_window_is_kept_with_its_window() {
    let kind = Kind::person("phone").limit_within(2, Duration::from_hours(24));
    assert_eq!(kind.limit_within, Some(LimitWithin { count: 2, within: Duration::from_hours(24) }));
}
