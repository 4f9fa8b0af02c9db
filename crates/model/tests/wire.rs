//! The encoding of the log: it reads back what it wrote, under the schema of its day and under later ones, and takes no
//! harm from damage.
#![cfg(feature = "testing")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "what goes wrong here fails the test")]

use std::sync::Arc;

use onefold_model::schema::{EventType, Field, Purpose, Spec};
use onefold_model::{
    Action, Actor, Chosen, Entry, Event, EventId, EventTypeId, Form, Issue, Kind, Member, Party, Pii, Quarantined,
    Retraction, Ruling, Schema, Time, Token, Type, Value, WireError, Word,
    testing::{self, FIRST, NOW},
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn bytes(entry: &Entry, schema: &Schema) -> Vec<u8> {
    let mut out = Vec::new();
    entry.encode(schema, &mut out);
    out
}

fn read(bytes: &[u8], schema: &Schema) -> Event {
    match Entry::decode(bytes, schema) {
        Ok(Entry::Event(event)) => event.as_ref().clone(),
        other => panic!("{other:?}"),
    }
}

fn written(event: Event, schema: &Schema) -> Vec<u8> {
    bytes(&Entry::Event(Arc::new(event)), schema)
}

// ---------------------------------------------------------------- all entries

fn event() -> impl Strategy<Value = Entry> {
    let choice = (
        select(vec!["*", "marketing", "recognition"]),
        option::of(select(vec!["email", "sms"])),
        select(Action::ALL.to_vec()),
        select(Actor::ALL.to_vec()),
        option::of(any::<i64>()),
        any::<u32>(),
        option::of(testing::text()),
        option::of(testing::text()),
    );
    let choice =
        choice.prop_map(|(purpose, channel, (_, action), (_, actor), expires, notice, evidence, regime)| Chosen {
            purpose: purpose.into(),
            channel: channel.map(Into::into),
            action,
            actor,
            expires: expires.map(Time),
            notice,
            evidence,
            regime,
        });
    let named = || vec((testing::text(), testing::value()), 0..3);
    let parts = (
        testing::draft(),
        vec(choice, 0..3),
        named(),
        named(),
        option::of(testing::time(FIRST..NOW)),
        testing::value(),
        any::<bool>(),
    );
    parts.prop_filter_map("a record that is kept out", |(draft, choices, traits, context, sent, birth, alias)| {
        let draft = choices.into_iter().fold(draft.who("user_id", "u-9"), |draft, choice| draft.choose(choice));
        let draft = traits
            .into_iter()
            .fold(draft, |draft, (name, value)| draft.trait_(&name, value.clone()).set(&format!("x{name}"), value));
        let draft = context
            .into_iter()
            .fold(draft, |draft, (name, value)| draft.context(&name, value))
            .trait_("birth_date", birth);
        let draft = sent.into_iter().fold(draft, |draft, at| draft.sent(at));
        let draft = if alias { draft.previous("email", "info@example.com").previous("user_id", "u-0") } else { draft };
        draft.receive(NOW).ok().map(|event| Entry::Event(Arc::new(event)))
    })
}

fn member() -> impl Strategy<Value = Member> {
    let schema = testing::shop();
    (select(schema.kinds().map(|(id, _)| id).collect::<Vec<_>>()), any::<[u8; 16]>())
        .prop_map(|(kind, token)| Member { kind, token: Token(token) })
}

fn entry() -> impl Strategy<Value = Entry> {
    let id = || any::<[u8; 16]>().prop_map(EventId);
    let time = || any::<i64>().prop_map(Time);
    let issue = (testing::text(), testing::text(), testing::text(), option::of(0..u64::MAX))
        .prop_map(|(code, path, detail, row)| Issue { code, path, detail, row });
    let quarantined = (id(), option::of(id()), testing::text(), issue, vec(any::<u8>(), 0..40), time());
    prop_oneof![
        4 => event(),
        1 => (member(), member(), select(vec![Word::Always, Word::Never, Word::Withdrawn]), testing::text(), time())
            .prop_map(|(a, b, word, by, at)| Entry::Ruling(Ruling { a, b, word, by, at })),
        1 => (id(), testing::text(), time()).prop_map(|(event, by, at)| Entry::Retraction(Retraction { event, by, at })),
        1 => time().prop_map(Entry::Tick),
        1 => quarantined.prop_map(|(id, event, import, issue, raw, received)| Entry::Quarantined(Quarantined { id, event, import, issue, raw: Pii::new(raw.into()), received })),
        1 => (member(), time()).prop_map(|(member, at)| Entry::Suppress { member, at }),
        1 => id().prop_map(Entry::TurnedAway),
    ]
}

proptest! {
    #[test]
    fn every_entry_reads_back_as_itself(entry in entry()) {
        let shop = testing::shop();
        let bytes = bytes(&entry, &shop);
        let back = Entry::decode(&bytes, &shop);
        prop_assert!(back.is_ok(), "{:?} of {:?}", back, entry);
        let back = back.unwrap();
        prop_assert_eq!(&back, &entry);
        prop_assert_eq!(self::bytes(&back, &shop), bytes, "and writes the same bytes again");
    }

    #[test]
    fn an_entry_cut_short_is_damaged(entry in entry(), at in any::<prop::sample::Index>()) {
        let shop = testing::shop();
        let bytes = bytes(&entry, &shop);
        let cut = &bytes[..at.index(bytes.len())];
        prop_assert!(matches!(Entry::decode(cut, &shop), Err(WireError::Damaged(_))));
        let longer = [&bytes[..], &[0]].concat();
        prop_assert!(matches!(Entry::decode(&longer, &shop), Err(WireError::Damaged(_))));
    }

    #[test]
    fn damaged_bytes_never_panic(entry in entry(), flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let shop = testing::shop();
        let mut bytes = bytes(&entry, &shop);
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(read) = Entry::decode(&bytes, &shop) {
            let again = self::bytes(&read, &shop);
            prop_assert_eq!(self::bytes(&Entry::decode(&again, &shop).unwrap(), &shop), again, "what can be read can be kept");
        }
    }

    #[test]
    fn no_bytes_at_all_make_the_reader_panic(bytes in vec(any::<u8>(), 0..80)) {
        let shop = testing::shop();
        let _ = Entry::decode(&bytes, &shop);
        for sort in 0..8 {
            let _ = Entry::decode(&[&[1, sort], bytes.as_slice()].concat(), &shop);
        }
    }

    #[test]
    fn an_order_of_declaration_is_not_in_the_log(entry in event(), turn in 0..6_usize) {
        let shop = testing::shop();
        let bytes = bytes(&entry, &shop);
        let mut spec = declared();
        spec.fields.rotate_left(turn.min(3));
        spec.events.rotate_left(turn.min(3));
        spec.purposes.reverse();
        spec.channels.reverse();
        spec.sources.rotate_left(turn.min(2));
        let turned = spec.build([7; 32].into()).unwrap();
        let back = Entry::decode(&bytes, &turned).unwrap();
        let there = self::bytes(&back, &turned);
        prop_assert_eq!(Entry::decode(&there, &shop).unwrap(), entry);
    }
}

/// The shop's schema without what building adds.
fn declared() -> Spec {
    let mut spec = testing::shop().spec().clone();
    spec.kinds.pop();
    spec.events.drain(..7);
    spec
}

#[test]
fn a_later_format_is_refused_by_name() {
    assert_eq!(Entry::decode(&[2, 3, 0], &testing::shop()), Err(WireError::Version(2)));
    assert!(matches!(Entry::decode(&[1, 99], &testing::shop()), Err(WireError::Damaged(_))));
    assert!(matches!(Entry::decode(&[], &testing::shop()), Err(WireError::Damaged(_))));
}

#[test]
fn deep_values_are_damage_and_not_a_full_stack() {
    let shop = testing::shop();
    let event = shop.draft("web", "page").who("user_id", "u-1").context("page", Vec::new()).receive(NOW).unwrap();
    let bytes = written(event, &shop);
    // The empty list of the context, replaced by a thousand lists in each other.
    let at = bytes.windows(6).position(|window| window == b"\x04page\x08").unwrap() + 5;
    let deep = [&bytes[..at], [8_u8, 1].repeat(1000).as_slice(), &bytes[at..]].concat();
    assert_eq!(Entry::decode(&deep, &shop), Err(WireError::Damaged("values nest too deep")));
}

// ---------------------------------------------------------------- a schema that changes

fn base() -> Spec {
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user_id"))
        .kind(Kind::person("email").form(Form::Email))
        .kind(Kind::person("card"))
        .field("name", Type::Text)
        .event("purchase", [("amount", Type::Money), ("count", Type::Text)])
        .purpose("marketing")
        .channel("email")
        .spec()
}

fn build(spec: Spec) -> Schema {
    spec.build([7; 32].into()).unwrap()
}

fn values(event: &Event, schema: &Schema) -> Vec<(String, String)> {
    let named =
        |(id, value): &(_, Value)| (schema.field_info(*id).unwrap().declared.name.to_string(), format!("{value:?}"));
    event.traits.iter().chain(&event.properties).map(named).collect()
}

#[test]
fn what_is_declared_since_becomes_a_field() {
    let before = build(base());
    let event = before
        .draft("web", "purchase")
        .who("user_id", "u-1")
        .set("colour", "red")
        .trait_("shoe_size", "39")
        .receive(NOW)
        .unwrap();
    assert_eq!(event.extras.len(), 2);
    let bytes = written(event, &before);
    let mut spec = base();
    spec.fields.push(Field { name: "shoe_size".into(), ty: Type::Int, ..Field::default() });
    spec.events[0].properties.insert(0, Field { name: "colour".into(), ..Field::default() });
    let after = build(spec);
    let event = read(&bytes, &after);
    assert!(event.extras.is_empty());
    assert_eq!(*event.stated(after.field("shoe_size").unwrap()), Value::Int(39));
    assert_eq!(event.property(after.property(event.what, "colour").unwrap()).as_text(), Some("red"));
}

#[test]
fn an_event_declared_since_is_itself_under_any_of_its_names() {
    let before = build(base());
    let event = before.draft("web", "Parcel Opened").who("user_id", "u-1").set("parcel", "p-1").receive(NOW).unwrap();
    let bytes = written(event.clone(), &before);
    let mut spec = base();
    let parcel = Field { name: "parcel".into(), ..Field::default() };
    spec.events.push(EventType {
        name: "unpack".into(),
        also: vec!["Parcel Opened".into()],
        properties: vec![parcel],
        ..EventType::default()
    });
    let after = build(spec);
    let now = read(&bytes, &after);
    assert_eq!(now.what, after.event_type("unpack").unwrap());
    assert!(now.extras.is_empty());
    assert_eq!(values(&now, &after), [("parcel".to_owned(), "Text(\"p-1\")".to_owned())]);
    assert_eq!((now.id, now.content), (event.id, event.content), "it is the same record");
}

#[test]
fn what_is_no_longer_declared_is_put_aside_and_comes_back() {
    let full = build(base());
    let event = full
        .draft("web", "purchase")
        .who("user_id", "u-1")
        .set("amount", "5 EUR")
        .trait_("name", "Ada")
        .receive(NOW)
        .unwrap();
    let bytes = written(event.clone(), &full);
    let bare = build(Spec { fields: vec![], events: vec![], ..base() });
    let less = read(&bytes, &bare);
    assert_eq!(less.what, EventTypeId::TRACK);
    let aside: Vec<&str> = less.extras.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(aside, ["event", "properties.amount", "traits.name"]);
    assert_eq!(read(&bytes, &full), event, "from the bytes as they were");
    assert_eq!(read(&written(less, &bare), &full), event, "and from bytes that were written without the declaration");
}

#[test]
fn a_value_takes_the_type_of_today_where_it_fits() {
    let before = build(base());
    let typed =
        |count: &str| before.draft("web", "purchase").who("user_id", "u-1").set("count", count).receive(NOW).unwrap();
    let mut spec = base();
    spec.events[0].properties[1].ty = Type::Int;
    let after = build(spec);
    let event = read(&written(typed("4"), &before), &after);
    assert_eq!(values(&event, &after), [("count".to_owned(), "Int(4)".to_owned())]);
    let event = read(&written(typed("four"), &before), &after);
    assert_eq!((values(&event, &after), event.extras[0].0.as_str()), (vec![], "properties.count"));
}

#[test]
fn what_the_log_speaks_of_cannot_be_removed() {
    let full = build(base());
    let choice = Chosen { channel: Some("email".into()), ..Chosen::new("marketing", Action::Refuse) };
    let event =
        full.draft("web", "consent").who("user_id", "u-1").who("card", "c-1").choose(choice).receive(NOW).unwrap();
    let bytes = written(event, &full);
    let gone = |spec: Spec| Entry::decode(&bytes, &build(spec)).unwrap_err().to_string();
    assert_eq!(
        gone(Spec { sources: vec![], ..base() }),
        "the log speaks of source `web`, which the schema does not declare; declare it again"
    );
    assert_eq!(
        gone(Spec { purposes: vec![], ..base() }),
        "the log speaks of purpose `marketing`, which the schema does not declare; declare it again"
    );
    assert_eq!(
        gone(Spec { channels: vec![], ..base() }),
        "the log speaks of channel `email`, which the schema does not declare; declare it again"
    );
    assert_eq!(
        gone(Spec { kinds: vec![Kind::person("user_id")], ..base() }),
        "the log speaks of kind of identifier `card`, which the schema does not declare; declare it again"
    );
    // The other name of a purpose is as good.
    let renamed = Spec { purposes: vec![Purpose { name: "letters".into(), also: vec!["marketing".into()] }], ..base() };
    assert!(Entry::decode(&bytes, &build(renamed)).is_ok());
}

#[test]
fn a_value_blocked_since_proves_nothing_and_loses_no_refusal() {
    let before = build(base());
    let event =
        before.draft("web", "alias").who("user_id", "u-1").previous("user_id", "u-0").refuse("*").receive(NOW).unwrap();
    let bytes = written(event.clone(), &before);
    let mut spec = base();
    spec.kinds[0].blocked = vec!["u-*".into()];
    let after = read(&bytes, &build(spec));
    assert_eq!((after.who.len(), after.blocked.len(), after.previous), (0, 2, None));
    assert_eq!(after.choices.len(), 1);
    assert!(after.blocked.iter().any(|it| it.member() == after.choices[0].on));
}

#[test]
fn a_stricter_form_or_limit_still_reads_the_log() {
    let before = build(base());
    let event = before.draft("web", "page").who("card", "a long number of a card").receive(NOW).unwrap();
    let bytes = written(event, &before);
    let mut spec = base();
    spec.kinds[2].form = Form::Email;
    spec.limits.text_bytes = 8;
    let after = read(&bytes, &build(spec));
    assert_eq!(after.who[0].value().reveal().as_str(), "a long number of a card");
}

#[test]
fn a_text_longer_than_any_number_of_bytes_left_asks_for_no_memory() {
    let mut bytes = vec![1, 1];
    bytes.extend([0xff; 9]);
    bytes.push(1);
    assert!(matches!(Entry::decode(&bytes, &testing::shop()), Err(WireError::Damaged(_))));
}
