use super::*;
use onefold_model::{Action, Draft, Event, Form, Kind, Party, Type};
use proptest::prelude::*;

fn schema() -> Schema {
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id").unique())
        .kind(Kind::person("email").form(Form::Email))
        .kind(Kind::device("anonymous_id"))
        .kind(Kind::group("account_id", "works_at"))
        .field("plan", Type::Text)
        .declare_event(onefold_model::schema::EventType {
            name: "purchase".into(),
            also: vec!["Order Completed".into()],
            properties: vec![onefold_model::schema::Field {
                name: "amount".into(),
                ty: Type::Money,
                ..Default::default()
            }],
            ..Default::default()
        })
        .event("page", [("name", Type::Text), ("category", Type::Text)])
        .purpose("marketing")
        .build([7; 32].into())
        .unwrap()
}

fn web() -> Intake {
    Segment::new("web")
        .group("account_id")
        .who("traits.email", "email")
        .property("revenue", "amount")
        .purpose("Advertising", "marketing")
        .build(&schema())
        .unwrap()
}

fn now() -> Time {
    "2026-11-22".parse().unwrap()
}

fn value(text: &str) -> Value {
    json::parse(text.as_bytes(), &onefold_model::Limits::default()).unwrap()
}

fn draft(text: &str) -> Draft {
    match web().message(&value(text), Some(now())) {
        Parsed::Draft(draft) => *draft,
        Parsed::Quarantined { issue, .. } => panic!("{issue}"),
    }
}

fn event(text: &str) -> (Event, Vec<Issue>) {
    let mut notes = Vec::new();
    let event = draft(text).receive_noting(now(), &mut notes).unwrap();
    (event, notes)
}

fn refused(text: &str) -> String {
    match web().message(&value(text), Some(now())) {
        Parsed::Draft(draft) => draft.receive(now()).unwrap_err().code.to_string(),
        Parsed::Quarantined { issue, .. } => issue.code.to_string(),
    }
}

#[test]
fn an_order_is_money_and_a_refusal_a_choice() {
    let (event, notes) = event(
        r#"{"type": "track", "event": "Order Completed", "userId": "u1", "anonymousId": null, "messageId": "m-1",
        "timestamp": "2026-11-21T10:00:00.000+00:00", "sentAt": "2026-11-21T10:00:05Z", "channel": "server", "writeKey": "WK", "_metadata": {"x": 1},
        "properties": {"revenue": 39.95, "currency": "EUR", "products": [{"sku": "a"}]}, "integrations": {"All": false},
        "context": {"ip": "203.0.113.9", "consent": {"categoryPreferences": {"Advertising": false, "marketing": true, "Odd": false}}}}"#,
    );
    assert_eq!(event.properties[0].1.to_string(), "39.95 EUR");
    let choices: Vec<(Action, bool)> =
        event.choices.iter().map(|choice| (choice.action, choice.evidence.is_some())).collect();
    assert_eq!(choices, [(Action::Grant, true), (Action::Refuse, false)]);
    assert_eq!(event.choices[0].on, event.who[0].member());
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("unknown_purpose at `context.consent.categoryPreferences.Odd`: a refusal")),
        "{notes:?}"
    );
    let context: Vec<&str> = event.context.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(context, ["channel", "consent", "integrations", "ip"], "neither keys nor transport");
    assert_eq!(event.times.occurred.to_string(), "2026-11-21T23:59:55Z", "the sender's clock is corrected");
}

#[test]
fn identify_traits_are_found_where_clients_put_them() {
    for text in [
        r#"{"type": "identify", "userId": "u1", "traits": {"plan": "pro", "email": "Ada@Example.com"}}"#,
        r#"{"type": "identify", "userId": "u1", "traits": {}, "context": {"traits": {"plan": "pro", "email": "Ada@Example.com"}}}"#,
    ] {
        let (event, _) = event(text);
        assert_eq!((event.traits.len(), event.who.len()), (1, 2), "{text}");
    }
    let (track, _) = event(
        r#"{"type": "track", "event": "x", "userId": "u1", "context": {"traits": {"plan": "pro", "email": "ada@example.com"}}}"#,
    );
    assert_eq!((track.traits.len(), track.who.len()), (0, 2), "repeated traits state nothing new, but they identify");
    let (group, _) = event(
        r#"{"type": "group", "groupId": 7, "userId": "u1", "traits": {"email": "info@firm.com"}, "context": {"traits": {"email": "ada@example.com"}}}"#,
    );
    assert_eq!(group.groups[0].value().reveal().as_str(), "7");
    assert!(group.who.iter().any(|who| who.value().reveal().as_str() == "ada@example.com"));
    assert!(
        group.who.iter().all(|who| who.value().reveal().as_str() != "info@firm.com"),
        "the firm's address is not hers"
    );
}

#[test]
fn pages_aliases_and_odd_names_are_what_they_are() {
    let (page, _) = event(
        r#"{"type": "page", "userId": "u1", "name": "Index", "category": "Docs", "properties": {"name": "Home"}}"#,
    );
    let said: Vec<String> = page.properties.iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(said, ["Home", "Docs"]);
    assert_eq!(page.context[0].1.as_text(), Some("Index"), "the other name is kept");
    let (alias, _) = event(r#"{"type": "alias", "userId": "u1", "previousId": "u0"}"#);
    assert_eq!(alias.previous.as_ref().map(|it| it.member().kind), Some(schema().kind("user_id").unwrap()));
    let (alias, _) = event(r#"{"type": "alias", "userId": "u1", "anonymousId": "a-1", "previousId": "a-1"}"#);
    assert_eq!(alias.previous.map(|it| it.member().kind), Some(schema().kind("anonymous_id").unwrap()));
    let (track, _) = event(r#"{"type": "track", "event": "identify", "userId": "u1"}"#);
    assert_eq!(track.what, onefold_model::EventTypeId::TRACK);
}

#[test]
fn what_cannot_be_read_says_why() {
    for (text, code) in [
        (r#"{"userId": "u1"}"#, "no_type"),
        (r#"{"type": null, "userId": "u1"}"#, "no_type"),
        (r#"{"type": "dance", "userId": "u1"}"#, "unknown_type"),
        (r#"{"type": 5, "userId": "u1"}"#, "unknown_type"),
        (r#"{"type": "track", "event": "x"}"#, "no_identity"),
        (r#"{"type": "track", "event": "x", "userId": null, "anonymousId": " "}"#, "no_identity"),
        (r#"{"type": "group", "groupId": "g1"}"#, "no_identity"),
        (r#"{"type": "track", "event": "x", "userId": {}}"#, "wrong_type"),
        (r#"{"type": "track", "event": "x", "userId": "u1", "timestamp": "yesterday"}"#, "bad_timestamp"),
        (r#"{"type": "track", "event": "x", "userId": "u1", "timestamp": {}}"#, "bad_timestamp"),
        (r#"{"type": "track", "event": "x", "userId": "u1", "sentAt": true}"#, "bad_timestamp"),
        (r#"{"type": "track", "event": "x", "userId": "u1", "properties": [1]}"#, "wrong_type"),
        (r#"{"type": "track", "userId": "u1"}"#, "no_event"),
        (r#"{"type": "alias", "userId": "u1"}"#, "no_previous_id"),
        (r#"{"type": "group", "userId": "u1"}"#, "no_group_id"),
        (
            r#"{"type": "track", "event": "x", "userId": "u1", "context": {"consent": {"categoryPreferences": {"Advertising": "perhaps"}}}}"#,
            "unreadable_consent",
        ),
        (
            r#"{"type": "track", "event": "x", "userId": "u1", "context": {"consent": {"categoryPreferences": "none"}}}"#,
            "unreadable_consent",
        ),
        ("[]", "not_an_object"),
        ("null", "not_an_object"),
    ] {
        assert_eq!(refused(text), code, "{text}");
    }
}

#[test]
fn numbers_are_times_too() {
    let at =
        |text: &str| Message::read(&value(text), &Defaults::default(), None).unwrap().original_at.unwrap().to_string();
    assert_eq!(at(r#"{"type": "identify", "userId": 1, "timestamp": 1795299822240}"#), "2026-11-21T22:23:42.240Z");
    assert_eq!(at(r#"{"type": "identify", "userId": 1, "timestamp": 1795299822.24}"#), "2026-11-21T22:23:42.240Z");
    assert_eq!(
        at(
            r#"{"type": "identify", "userId": 1, "timestamp": "2020-01-01", "originalTimestamp": "2026-11-21T22:23:42Z"}"#
        ),
        "2026-11-21T22:23:42Z"
    );
}

#[test]
fn a_batch_lends_its_messages_what_they_lack() {
    let body = br#"{"sentAt": "2026-11-21T10:00:05Z", "context": {"ip": "1", "app": {"v": 1, "n": "x"}}, "integrations": {"All": true}, "writeKey": "WK",
        "batch": [{"type": "track", "event": "a", "userId": "u1", "timestamp": "2026-11-21T10:00:00Z", "context": {"app": {"v": 2}}},
                  {"type": "track", "event": "a", "userId": "u1", "sentAt": "2026-11-21T10:00:09Z"}]}"#;
    let json::Body::Batch { beside, items } =
        json::body(body, Bounds::roomy(&onefold_model::Limits::default())).unwrap()
    else {
        panic!("a batch")
    };
    let defaults = Defaults::new(beside);
    let read: Vec<Message> = items
        .iter()
        .map(|item| Message::read(&value(std::str::from_utf8(item).unwrap()), &defaults, None).unwrap())
        .collect();
    assert_eq!(read[0].sent_at.unwrap().to_string(), "2026-11-21T10:00:05Z");
    assert_eq!(read[1].sent_at.unwrap().to_string(), "2026-11-21T10:00:09Z", "its own goes first");
    assert_eq!(read[0].context.to_json(), r#"{"app":{"n":"x","v":2},"ip":"1"}"#);
    assert_eq!(read[0].integrations.to_json(), r#"{"All":true}"#);
    assert_eq!(read[0].rest.to_json(), r#"{"batch":{"context":{"app":{"n":"x","v":1},"ip":"1"}},"writeKey":"WK"}"#);
    assert_eq!(read[1].rest.to_json(), r#"{"batch":{"sentAt":"2026-11-21T10:00:05Z"},"writeKey":"WK"}"#);
}

#[test]
fn a_fault_in_one_message_does_not_spoil_its_batch() {
    let body = br#"{"batch": [{"type": "track", "event": "a", "userId": "u1"}, {"type": "track", "event": tru, "userId": "u2"}, 7, {"type": "track", "event": "b", "userId": "u3"}]}"#;
    let read = web().body(body, None);
    let codes: Vec<String> = read
        .iter()
        .map(|parsed| match parsed {
            Parsed::Draft(_) => "draft".into(),
            Parsed::Quarantined { issue, .. } => {
                format!("{} at {} in row {}", issue.code, issue.path, issue.row.unwrap())
            }
        })
        .collect();
    assert_eq!(codes, ["draft", "bad_json at event in row 2", "not_an_object at  in row 3", "draft"]);
    assert_eq!(web().body(b"{\"batch\": [", None).len(), 1, "a body that cannot be split is one record");
    assert!(web().body(b"{\"batch\": []}", None).is_empty());
}

#[test]
fn the_path_of_an_issue_begins_at_its_message() {
    let batch = |message: &str| {
        let body = format!(r#"{{"batch": [{{"type": "identify", "userId": "u0"}}, {message}]}}"#);
        match web().body(body.as_bytes(), Some(now())).pop().unwrap() {
            Parsed::Draft(draft) => draft.receive(now()).unwrap_err(),
            Parsed::Quarantined { issue, .. } => issue,
        }
    };
    for (message, code, path) in [
        (r#"{"type": "track", "event": "x", "userId": "u1", "timestamp": "21/11/2026"}"#, "bad_timestamp", "timestamp"),
        (
            r#"{"type": "track", "event": "purchase", "userId": "u1", "properties": {"amount": {}}}"#,
            "wrong_type",
            "properties.amount",
        ),
        (r#"{"type": "track", "properties": {"amount": 01}}"#, "bad_json", "properties.amount"),
        (r#"{"type": "track", "event": "a", "event": "b"}"#, "duplicate_key", "event"),
        (r#"{"type": "track", "userId": "u1"}"#, "no_event", "event"),
    ] {
        let issue = batch(message);
        assert_eq!((issue.code.as_str(), issue.path.as_str(), issue.row), (code, path, Some(2)), "{message}");
    }
    let cut = &web().body(br#"{"batch": [{"type": "track"}, {"type"#, None)[0];
    assert!(
        matches!(cut, Parsed::Quarantined { issue, .. } if issue.path.is_empty() && issue.row == Some(2)),
        "{cut:?}"
    );
}

#[test]
fn a_message_is_kept_as_its_own_bytes_where_nothing_is_lent_to_it() {
    let raws = |body: &str| -> Vec<String> {
        let raw = |parsed: &Parsed| match parsed {
            Parsed::Draft(draft) => String::from_utf8(draft.to_raw().into()).unwrap(),
            Parsed::Quarantined { raw, .. } => String::from_utf8(raw.reveal().to_vec()).unwrap(),
        };
        web().body(body.as_bytes(), None).iter().map(raw).collect()
    };
    let messages = [r#"{"userId":  "u1", "type": "identify"}"#, r#"{"userId": 1.0}"#, "{oops}"];
    assert_eq!(raws(&format!(r#"{{"batch": [{}]}}"#, messages.join(" , "))), messages);
    assert_eq!(raws(&format!(" {}\n", messages[0])), [format!(" {}\n", messages[0])]);
    let lent = raws(&format!(r#"{{"batch": [{}], "sentAt": "2026-11-21"}}"#, messages[0]));
    assert_eq!(lent, [r#"{"sentAt":"2026-11-21","type":"identify","userId":"u1"}"#], "it needs what its batch says");
}

#[test]
fn a_body_does_not_say_when_it_was_received() {
    let text =
        r#"{"type": "identify", "userId": "u1", "receivedAt": "2031-01-01T00:00:00Z", "timestamp": "2026-11-21"}"#;
    let read = |text: &str| match web().message(&value(text), None) {
        Parsed::Draft(draft) => *draft,
        Parsed::Quarantined { issue, .. } => panic!("{issue}"),
    };
    assert_eq!(read(text).received_at(), None);
    assert_eq!(read(text).receive(now()).unwrap().times.received, now());
    let message = Message::read(&value(text), &Defaults::default(), None).unwrap();
    assert_eq!(message.received_at, None);
    assert_eq!(message.rest.to_json(), r#"{"receivedAt":"2031-01-01T00:00:00Z"}"#);
    read(&text.replace("2031-01-01T00:00:00Z", "soon"));
}

#[test]
fn messages_without_ids_are_told_apart_and_a_repetition_is_not() {
    let ids = |body: &str| -> Vec<_> {
        web()
            .body(body.as_bytes(), None)
            .iter()
            .map(|parsed| match parsed {
                Parsed::Draft(draft) => draft.id().unwrap(),
                Parsed::Quarantined { issue, .. } => panic!("{issue}"),
            })
            .collect()
    };
    let message = r#"{"type": "track", "event": "a", "userId": "u1", "timestamp": "2026-11-21T10:00:00Z"}"#;
    let first = ids(&format!(r#"{{"batch": [{message}, {message}], "sentAt": "2026-11-21T10:00:05Z"}}"#));
    let again = ids(&format!(r#"{{"batch": [{message}, {message}], "sentAt": "2026-11-21T10:05:05Z"}}"#));
    assert_ne!(first[0], first[1]);
    assert_eq!(first, again, "sent again, it is the same");
    let timeless =
        |sent: &str| ids(&format!(r#"{{"type": "track", "event": "a", "userId": "u1", "sentAt": "{sent}"}}"#));
    assert_ne!(timeless("2026-11-21T10:00:05Z"), timeless("2026-11-21T10:00:06Z"));
}

#[test]
fn a_repeated_message_says_the_same_whatever_carried_it() {
    let said = |sent: &str, retries: u32| {
        let body = format!(
            r#"{{"sentAt": "{sent}", "batch": [{{"type": "identify", "userId": "u1", "messageId": "m", "timestamp": "2026-11-21T10:00:00Z",
            "sentAt": "{sent}", "_metadata": {{"retries": {retries}}}, "traits": {{"plan": "pro"}}}}]}}"#
        );
        match web().body(body.as_bytes(), Some(now())).pop() {
            Some(Parsed::Draft(draft)) => draft.receive(now()).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let (once, again) = (said("2026-11-21T10:00:05Z", 0), said("2026-11-21T10:09:05Z", 1));
    assert_eq!((once.id, once.content), (again.id, again.content));
}

#[test]
fn what_was_set_aside_can_be_fed_again() {
    let body = br#"{"sentAt": "2026-11-21T10:00:05Z", "context": {"ip": "1"}, "batch": [{"type": "track", "event": "a", "userId": "u1"}]}"#;
    let raw = |parsed: &[Parsed]| match parsed {
        [Parsed::Draft(draft)] => (draft.id(), draft.to_raw()),
        other => panic!("{other:?}"),
    };
    let first = raw(&web().body(body, None));
    assert_eq!(first, raw(&web().body(&first.1, None)));
}

#[test]
fn the_path_tells_the_type_only_where_the_application_says_so() {
    let typed = Segment::new("web").typed_by_path().build(&schema()).unwrap();
    let ask = |web: &Intake, path: &str, body: &str| match web
        .request(&Request::new(path), body.as_bytes(), None)
        .remove(0)
    {
        Parsed::Draft(draft) => draft.receive(now()).map(|event| event.what.0).map_err(|issue| issue.code.to_string()),
        Parsed::Quarantined { issue, .. } => Err(issue.code.to_string()),
    };
    let read = |path: &str, body: &str| ask(&typed, path, body);
    assert_eq!(ask(&web(), "/api/s/page", r#"{"userId": "u1"}"#), Err("no_type".into()));
    assert_eq!(read("/api/s/page", r#"{"userId": "u1"}"#), Ok(2));
    assert_eq!(read("/v1/p", r#"{"userId": "u1", "type": "identify"}"#), Ok(0), "the body goes first");
    assert_eq!(read("/v1/batch", r#"{"batch": [{"userId": "u1"}]}"#), Err("no_type".into()));
}

#[test]
fn names_are_checked_before_the_first_message() {
    let error = |segment: Segment| segment.build(&schema()).unwrap_err().to_string();
    assert_eq!(error(Segment::new("wbe")), "unknown source `wbe`; did you mean `web`?");
    assert!(error(Segment::new("web").who("traits.email", "emial")).contains("did you mean `email`?"));
    assert!(error(Segment::new("web").group("email")).contains("names no group"));
    assert!(error(Segment::new("web").purpose("a", "marketting")).contains("did you mean `marketing`?"));
}

#[cfg(feature = "gzip")]
mod gzip {
    use super::*;
    use std::io::Write;

    fn zip(body: &[u8]) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        to.write_all(body).unwrap();
        to.finish().unwrap()
    }

    fn codes(web: &Intake, body: &[u8]) -> Vec<String> {
        web.request(&Request::new("/v1/batch").header("content-encoding", "gzip"), body, None)
            .iter()
            .map(|parsed| match parsed {
                Parsed::Draft(_) => "draft".into(),
                Parsed::Quarantined { issue, .. } => issue.code.to_string(),
            })
            .collect()
    }

    #[test]
    fn packed_bodies_are_unpacked_within_bounds() {
        let body = br#"{"batch": [{"type": "identify", "userId": "u1"}]}"#;
        let web = Segment::new("web").largest_body(1 << 20).build(&schema()).unwrap();
        assert_eq!(codes(&web, &zip(body)), ["draft"]);
        assert_eq!(codes(&web, body), ["draft"], "a proxy unpacked it and left the header");
        let bomb = zip(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(codes(&web, &bomb), ["body_too_large"]);
        let mut cut = zip(body);
        cut.truncate(cut.len() - 9);
        assert_eq!(codes(&web, &cut), ["bad_gzip"]);
        assert_eq!(codes(&web, &vec![b' '; (1 << 20) + 1]), ["body_too_large"]);
    }
}

proptest! {
    #[test]
    fn no_body_is_a_panic(body in "[\\[\\]{}:,\"a-f0-9 ]{0,40}|\\PC{0,30}", name in prop::sample::select(vec!["batch", "context", "traits", "userId", "timestamp"])) {
        let web = web();
        let _ = web.body(body.as_bytes(), None);
        let text = format!(r#"{{"type": "identify", "userId": "u1", "{name}": {body}}}"#);
        for parsed in web.body(text.as_bytes(), None) {
            if let Parsed::Draft(draft) = parsed {
                let _ = draft.receive(now());
            }
        }
    }
}
