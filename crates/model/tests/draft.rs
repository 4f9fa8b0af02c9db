//! What becomes of a record when it is received.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

use onefold_model::schema::{EventType, Field, Spec, Undeclared};
use onefold_model::{
    Action, Chosen, Draft, Event, EventTypeId, Form, Issue, Kind, Limits, Money, Party, Schema, SchemaBuilder, Scope,
    Text, Time, Type, Value,
};
use proptest::prelude::*;
use std::time::Duration;

const NOW: Time = Time::from_secs(1_772_000_000);
const HOUR: Duration = Duration::from_hours(1);

fn spec() -> Spec {
    Schema::builder()
        .source("crm", Party::First, 90)
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id").block("n/a").block("test*"))
        .kind(Kind::person("email").form(Form::Email))
        .kind(Kind::device("anonymous_id"))
        .kind(Kind::group("household", "lives_in"))
        .field("birth_date", Type::Date)
        .field("name", Type::Text)
        .declare_field(Field { name: "size".into(), values: vec!["S".into(), "M".into()], ..Field::default() })
        .event("purchase", [("amount", Type::Money), ("count", Type::Int)])
        .declare_event(EventType {
            name: "survey".into(),
            also: vec!["Survey Answered".into()],
            properties: vec![Field {
                name: "mood".into(),
                values: vec!["good".into(), "bad".into()],
                ..Field::default()
            }],
            ..EventType::default()
        })
        .purpose("marketing")
        .channel("email")
        .spec()
}

fn shop() -> Schema {
    spec().build([7; 32].into()).unwrap()
}

fn with(limits: Limits) -> Schema {
    Spec { limits, ..spec() }.build([7; 32].into()).unwrap()
}

fn code(draft: &Draft) -> (String, String) {
    let issue = draft.receive(NOW).unwrap_err();
    (issue.code.to_string(), issue.path.to_string())
}

fn noted(draft: &Draft) -> (Event, Vec<(String, String)>) {
    let mut notes = Vec::new();
    let event = draft.receive_noting(NOW, &mut notes).unwrap();
    (event, notes.iter().map(|it: &Issue| (it.code.to_string(), it.path.to_string())).collect())
}

fn pair(code: &str, path: &str) -> (String, String) {
    (code.into(), path.into())
}

// ---------------------------------------------------------------- what keeps a record out

#[test]
fn every_reason_to_keep_a_record_out_has_its_code_and_place() {
    let shop = shop();
    let bought = || shop.draft("web", "purchase").who("user_id", "u-1");
    let deep = (0..16).fold(Value::from(1), |inner, _| Value::from(vec![inner]));
    for (draft, expected) in [
        (shop.draft("wbe", "purchase"), pair("unknown_source", "source")),
        (bought().who("usr_id", "u-1"), pair("unknown_kind", "who")),
        (bought().previous("usr_id", "u-2"), pair("bad_previous", "previous")),
        (bought().previous("email", "nonsense"), pair("not_an_email", "previous")),
        (bought().set("count", "four"), pair("wrong_type", "properties.count")),
        (bought().set("amount", 5), pair("wrong_type", "properties.amount")),
        (shop.draft("web", "survey").set("mood", "so so"), pair("not_in_dictionary", "properties.mood")),
        (shop.draft("web", "consent").grant("marketing", "form 12"), pair("choice_of_nobody", "choices")),
        (bought().grant("marketin", "form 12"), pair("unknown_purpose", "choices.purpose")),
        (
            bought().choose(Chosen { channel: Some("fax".into()), ..Chosen::new("marketing", Action::Grant) }),
            pair("unknown_channel", "choices.channel"),
        ),
        (bought().at(Time(-1)), pair("too_early", "timestamp")),
        (bought().set("deep", deep), pair("too_deep", "properties.deep")),
        (bought().properties(&f64::NAN), pair("not_serializable", "properties")),
        (bought().traits(&5), pair("not_serializable", "traits")),
        (bought().fault(Issue::new("bad_row", "columns", "")), pair("bad_row", "columns")),
    ] {
        assert_eq!(code(&draft), expected);
    }
}

#[test]
fn an_issue_suggests_declared_names_and_shows_no_value() {
    let shop = shop();
    let issue = shop.draft("web", "purchase").who("user_id", "u-1").grant("marketin", "").receive(NOW).unwrap_err();
    assert_eq!(issue.to_string(), "unknown_purpose at `choices.purpose`: unknown purpose; did you mean `marketing`?");
    let issue = shop.draft("web", "purchase").set("amount", "ada@example.com").receive(NOW).unwrap_err();
    assert!(!format!("{issue} {issue:?}").contains("ada"));
}

#[test]
fn where_undeclared_data_is_unwanted_it_is_kept_out() {
    let strict = Spec { undeclared: Undeclared::Quarantine, ..spec() }.build([7; 32].into()).unwrap();
    assert_eq!(code(&strict.draft("web", "purchse")), pair("unknown_event", "event"));
    assert_eq!(code(&strict.draft("web", "purchase").set("colour", "red")), pair("undeclared", "properties.colour"));
    assert_eq!(code(&strict.draft("web", "identify").trait_("colour", "red")), pair("undeclared", "traits.colour"));
}

#[test]
fn each_limit_holds_at_its_edge() {
    let usual = Limits::default();
    let row = |schema: &Schema| schema.draft("crm", "identify").who("user_id", "u-1");

    let schema = with(Limits { identifiers: 2, ..usual });
    assert!(row(&schema).who("email", "ada@example.com").receive(NOW).is_ok());
    assert!(
        row(&schema).who("email", "ada@example.com").who("user_id", " u-1 ").receive(NOW).is_ok(),
        "one identifier counts once"
    );
    assert_eq!(
        code(&row(&schema).who("email", "ada@example.com").who("household", "h-1")),
        pair("too_many_identifiers", "who")
    );
    assert_eq!(
        code(&row(&schema).who("email", "ada@example.com").who("user_id", "n/a")),
        pair("too_many_identifiers", "who")
    );

    let schema = with(Limits { depth: 2, ..usual });
    let list = |inner: Value| Value::from(vec![inner]);
    assert!(row(&schema).trait_("name", "Ada").context("page", list(1.into())).receive(NOW).is_ok());
    assert_eq!(code(&row(&schema).context("page", list(list(1.into())))), pair("too_deep", "context.page"));

    let schema = with(Limits { keys: 3, ..usual });
    let map = Value::map([("a".into(), 1.into()), ("b".into(), 2.into())]);
    assert!(row(&schema).set("map", map.clone()).receive(NOW).is_ok());
    assert_eq!(code(&row(&schema).set("map", map).trait_("name", "Ada")), pair("too_many_keys", ""));

    let schema = with(Limits { text_bytes: 8, ..usual });
    assert!(row(&schema).trait_("name", "12345678").receive(NOW).is_ok());
    assert_eq!(code(&row(&schema).trait_("name", "123456789")), pair("text_too_long", "traits.name"));
    assert_eq!(code(&row(&schema).trait_("123456789", "x")), pair("text_too_long", "traits.123456789"));
    let (event, notes) = noted(&row(&schema).who("anonymous_id", "123456789"));
    assert_eq!(
        (event.who.len(), notes),
        (1, vec![pair("text_too_long", "who.anonymous_id")]),
        "it proves nothing, and the row is accepted"
    );

    let schema = with(Limits { record_bytes: 200, ..usual });
    assert!(row(&schema).trait_("name", "x".repeat(100)).receive(NOW).is_ok());
    assert_eq!(code(&row(&schema).trait_("name", "x".repeat(200))), pair("record_too_large", ""));

    let schema = with(Limits { earliest: NOW, ..usual });
    assert!(row(&schema).at(NOW).receive(NOW).is_ok());
    assert_eq!(code(&row(&schema).at(Time(NOW.0 - 1))), pair("too_early", "timestamp"));
}

// ---------------------------------------------------------------- what is noted, and kept

#[test]
fn a_trait_that_does_not_fit_is_set_aside_and_the_row_accepted() {
    let shop = shop();
    let (event, notes) = noted(
        &shop
            .draft("crm", "identify")
            .who("user_id", "u-1")
            .trait_("birth_date", "soon")
            .trait_("size", "XXL")
            .trait_("name", "Ada"),
    );
    assert_eq!(notes, [pair("wrong_type", "traits.birth_date"), pair("not_in_dictionary", "traits.size")]);
    assert_eq!(event.stated(shop.field("name").unwrap()).as_text(), Some("Ada"));
    let aside: Vec<(&str, Option<&str>)> =
        event.extras.iter().map(|(name, value)| (name.as_str(), value.as_text())).collect();
    assert_eq!(aside, [("traits.birth_date", Some("soon")), ("traits.size", Some("XXL"))]);
}

#[test]
fn an_undeclared_event_is_something_done_and_keeps_its_name() {
    let (event, notes) = noted(&shop().draft("web", "Parcel Opened").who("user_id", "u-1").set("parcel", "p-1"));
    assert_eq!((event.what, notes), (EventTypeId::TRACK, vec![pair("undeclared_event", "event")]));
    let aside: Vec<&str> = event.extras.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(aside, ["event", "properties.parcel"]);
}

#[test]
fn an_event_is_known_by_what_sources_call_it() {
    let shop = shop();
    assert_eq!(shop.draft("web", "Survey Answered").receive(NOW).unwrap().what, shop.event_type("survey").unwrap());
}

#[test]
fn a_value_that_has_no_canonical_form_proves_nothing() {
    let (event, notes) = noted(
        &shop().draft("crm", "identify").who("user_id", "u-1").who("email", "nonsense").who("anonymous_id", "  "),
    );
    assert_eq!(event.who.len(), 1);
    assert_eq!(notes, [pair("not_an_email", "who.email")], "a blank says nothing and is no news");
}

#[test]
fn a_row_is_no_identifier_that_a_source_may_name() {
    let (event, notes) = noted(&shop().draft("crm", "identify").who("record", "7"));
    assert_eq!((event.who.len(), notes), (0, vec![pair("reserved_kind", "who.record")]));
}

#[test]
fn a_blocked_value_is_kept_and_proves_nothing() {
    let (event, notes) = noted(&shop().draft("crm", "identify").who("user_id", "N/A").who("email", "Ada@Example.com"));
    assert_eq!(notes, [pair("blocked_identifier", "who.user_id")]);
    assert_eq!((event.who.len(), event.blocked.len()), (1, 1));
    assert_eq!(event.who[0].value().reveal().as_str(), "ada@example.com");
}

#[test]
fn a_blocked_value_is_nobodys_former_name() {
    let (event, notes) = noted(&shop().draft("web", "alias").who("user_id", "u-1").previous("user_id", "test-7"));
    assert_eq!(notes, [pair("blocked_identifier", "previous")]);
    assert_eq!((event.previous, event.blocked.len()), (None, 1));
    let (event, notes) = noted(&shop().draft("web", "alias").who("user_id", "u-1").previous("user_id", "u-0"));
    assert!(event.previous.is_some() && notes.is_empty());
}

#[test]
fn households_are_groups_and_persons_stand_by_strength() {
    let shop = shop();
    let event = shop
        .draft("crm", "identify")
        .who("household", "h-1")
        .who("anonymous_id", "a-1")
        .who("email", "ada@example.com")
        .who("user_id", "u-1")
        .receive(NOW)
        .unwrap();
    let kinds: Vec<&str> = event.who.iter().map(|it| shop.kind_info(it.member().kind).unwrap().name.as_str()).collect();
    assert_eq!((kinds.as_slice(), event.groups.len()), (["user_id", "email", "anonymous_id"].as_slice(), 1));
}

#[test]
fn what_the_reader_noted_comes_first() {
    let note = Issue::new("renamed_column", "columns", "").row(3);
    let (_, notes) = noted(&shop().draft("crm", "identify").note(note).trait_("size", "XXL"));
    assert_eq!(notes, [pair("renamed_column", "columns"), pair("not_in_dictionary", "traits.size")]);
}

#[test]
fn nulls_and_blanks_say_nothing() {
    let event = shop()
        .draft("web", "purchase")
        .set("amount", Value::Null)
        .set("count", " ")
        .set("colour", None::<Text>)
        .receive(NOW)
        .unwrap();
    assert!(event.properties.is_empty() && event.extras.is_empty());
}

#[test]
fn of_a_property_said_twice_the_last_counts() {
    let shop = shop();
    let event = shop.draft("web", "purchase").set("count", 1).set("count", 2).receive(NOW).unwrap();
    assert_eq!(*event.property(shop.property(event.what, "count").unwrap()), Value::Int(2));
}

#[test]
fn a_struct_says_what_its_fields_say() {
    #[derive(serde::Serialize)]
    struct Purchase {
        amount: Money,
        count: u8,
    }
    let shop = shop();
    let event = shop
        .draft("web", "purchase")
        .properties(&Purchase { amount: "49.90 EUR".parse().unwrap(), count: 2 })
        .receive(NOW)
        .unwrap();
    assert_eq!(event.property(shop.property(event.what, "amount").unwrap()).to_string(), "49.9 EUR");
}

// ---------------------------------------------------------------- choices

#[test]
fn a_choice_is_made_on_the_strongest_identifier_that_is_not_blocked() {
    let shop = shop();
    let event = shop
        .draft("web", "consent")
        .who("anonymous_id", "a-1")
        .who("user_id", "n/a")
        .who("email", "ada@example.com")
        .grant("marketing", "form 12")
        .receive(NOW)
        .unwrap();
    assert_eq!(event.choices[0].on, shop.identifier("email", "ada@example.com").unwrap().member());
    let blocked = shop.draft("web", "consent").who("user_id", "n/a").refuse("*");
    assert_eq!(code(&blocked), pair("choice_of_nobody", "choices"));
}

#[test]
fn choices_are_sorted_and_each_counts_once() {
    let shop = shop();
    let draft = shop.draft("web", "consent").who("user_id", "u-1").refuse("marketing").refuse("*").refuse("marketing");
    let purposes: Vec<Scope> = draft.receive(NOW).unwrap().choices.iter().map(|it| it.purpose).collect();
    assert_eq!(purposes, [Scope::All, Scope::Only(shop.purpose("marketing").unwrap())]);
}

// ---------------------------------------------------------------- time

#[test]
fn the_senders_clock_is_corrected_where_it_is_known() {
    let shop = shop();
    let occurred = |original: Option<Time>, sent: Option<Time>| {
        let draft = shop.draft("web", "page");
        let draft = original.into_iter().fold(draft, Draft::at);
        sent.into_iter().fold(draft, Draft::sent).receive(NOW).unwrap().times.occurred
    };
    let hour = |hours: i32| Time(NOW.0 + i64::from(hours) * 3_600_000_000);
    assert_eq!(occurred(None, None), NOW, "nothing is known");
    assert_eq!(occurred(Some(hour(-2)), None), hour(-2), "the sender's word");
    assert_eq!(occurred(Some(hour(2)), None), NOW, "there are no future events");
    assert_eq!(occurred(Some(hour(3)), Some(hour(4))), hour(-1), "a clock that runs ahead");
    assert_eq!(occurred(Some(hour(-9)), Some(hour(-8))), hour(-1), "a clock that runs behind");
    assert_eq!(occurred(Some(hour(-1)), Some(hour(-2))), hour(-1), "sent before it happened is not plausible");
    assert_eq!(occurred(None, Some(hour(-2))), NOW, "sent alone says nothing of when it happened");
}

#[test]
fn the_times_as_sent_are_kept() {
    let event = shop().draft("web", "page").at(NOW + HOUR).sent(NOW + HOUR).received(NOW).receive(NOW + HOUR).unwrap();
    assert_eq!(
        (event.times.original, event.times.sent, event.times.received, event.times.occurred),
        (Some(NOW + HOUR), Some(NOW + HOUR), NOW, NOW)
    );
}

// ---------------------------------------------------------------- ids

#[test]
fn copies_of_a_message_have_one_id_whatever_they_say() {
    let shop = shop();
    let message = |source: &str, id: &str, count: i64| {
        shop.draft(source, "purchase").message_id(id).set("count", count).receive(NOW).unwrap()
    };
    let one = message("web", "m-1", 1);
    assert_eq!(one.id, message("web", "m-1", 1).id);
    assert_eq!(one.content, message("web", "m-1", 1).content);
    assert_eq!(one.id, message("web", "m-1", 2).id);
    assert_ne!(one.content, message("web", "m-1", 2).content, "another content under the same id is a conflict");
    assert_ne!(one.id, message("crm", "m-1", 1).id);
    assert_ne!(one.id, message("web", "m-2", 1).id);
}

#[test]
fn equal_records_without_an_id_have_one_id() {
    let shop = shop();
    let one = shop
        .draft("web", "purchase")
        .who("user_id", "u-1")
        .who("email", "ada@example.com")
        .at(NOW)
        .set("count", 1)
        .trait_("name", "Ada");
    let other = shop
        .draft("web", "purchase")
        .trait_("name", "Ada")
        .set("count", 1)
        .at(NOW)
        .who("email", "ada@example.com")
        .who("user_id", "u-1");
    let (one, other) = (one.receive(NOW).unwrap(), other.receive(NOW + HOUR).unwrap());
    assert_eq!((one.id, one.content), (other.id, other.content), "in whatever order, whenever received");
    assert_ne!(
        one.id,
        shop.draft("web", "purchase").who("user_id", "u-1").at(NOW).set("count", 2).receive(NOW).unwrap().id
    );
}

#[test]
fn what_has_neither_an_id_nor_a_time_is_told_apart_by_when_it_came() {
    let shop = shop();
    let bought = || shop.draft("web", "purchase").who("user_id", "u-1").set("count", 1);
    let at = |now| bought().receive(now).unwrap();
    assert_eq!(at(NOW).id, at(NOW).id);
    assert_ne!(at(NOW).id, at(NOW + HOUR).id, "two purchases, not one");
    assert_eq!(at(NOW).content, at(NOW + HOUR).content);
}

#[test]
fn what_the_schema_learns_does_not_turn_a_copy_into_a_conflict() {
    let mut learnt = spec();
    learnt.events.retain(|event| event.name != "purchase");
    let unlearnt = learnt.build([7; 32].into()).unwrap();
    let copy = |schema: &Schema| {
        let said = schema.draft("web", "purchase").message_id("m-1").who("user_id", "u-1").at(NOW).set("count", 1);
        said.receive(NOW).unwrap()
    };
    let (before, after) = (copy(&unlearnt), copy(&shop()));
    assert_ne!(before.what, after.what);
    assert_eq!((before.id, before.content), (after.id, after.content));
}

#[test]
fn identical_rows_of_an_import_are_not_lost() {
    let shop = shop();
    let row = |import: &str, nth| shop.draft("crm", "identify").row(import, b"ada;1815", nth).receive(NOW).unwrap().id;
    assert_eq!(row("customers.csv", 0), row("customers.csv", 0));
    assert_ne!(row("customers.csv", 0), row("customers.csv", 1));
    assert_ne!(row("customers.csv", 0), row("orders.csv", 0));
}

#[test]
fn another_tenant_has_other_ids() {
    let (ours, theirs) = (shop(), spec().build([8; 32].into()).unwrap());
    let event =
        |schema: &Schema| schema.draft("web", "page").who("user_id", "u-1").message_id("m-1").receive(NOW).unwrap();
    let (ours, theirs) = (event(&ours), event(&theirs));
    assert_ne!(ours.id, theirs.id);
    assert_ne!(ours.content, theirs.content);
    assert_ne!(ours.who[0].member().token, theirs.who[0].member().token);
}

#[test]
fn a_record_made_in_code_tells_all_of_itself_in_quarantine() {
    let shop = shop();
    let draft = shop
        .draft("web", "alias")
        .who("user_id", "u-1")
        .previous("user_id", "u-0")
        .at(NOW)
        .set("count", "four")
        .choose(Chosen { channel: Some("email".into()), ..Chosen::new("marketing", Action::Refuse) });
    let raw: serde_json::Value = serde_json::from_slice(&draft.to_raw()).unwrap();
    assert_eq!(raw["previous"]["value"], "u-0");
    assert_eq!((&raw["choices"][0]["channel"], &raw["choices"][0]["action"]), (&"email".into(), &"refuse".into()));
    assert_eq!(&*draft.raw(b"as it came").to_raw(), b"as it came");
}

#[test]
fn debug_shows_no_identifier() {
    let event = shop().draft("crm", "identify").who("email", "ada@example.com").receive(NOW).unwrap();
    assert!(!format!("{event:?}").contains("ada"));
}

proptest! {
    #[test]
    fn there_are_no_future_events(original in any::<Option<i64>>(), sent in any::<Option<i64>>(), received in any::<i64>()) {
        let times = onefold_model::Times::new(original.map(Time), sent.map(Time), Time(received));
        prop_assert!(times.occurred <= times.received);
    }

    #[test]
    fn content_does_not_depend_on_transport(
        sent in proptest::option::of(NOW.0 - HOUR.as_micros() as i64..NOW.0 + HOUR.as_micros() as i64),
        received in NOW.0 + HOUR.as_micros() as i64..1 << 60,
    ) {
        let shop = SchemaBuilder::from(spec()).build([7; 32].into()).unwrap();
        let draft = shop.draft("web", "purchase").who("user_id", "u-1").at(NOW).set("count", 1);
        let plain = draft.receive(NOW).unwrap();
        let moved = sent.map(Time).into_iter().fold(draft, Draft::sent).receive(Time(received)).unwrap();
        prop_assert_eq!((plain.id, plain.content), (moved.id, moved.content));
    }
}
