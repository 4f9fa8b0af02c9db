use super::*;
use crate::Rest;
use crate::mapping::{Amount, Consented};
use onefold_model::{Action, Actor, Draft, Event, Form, Kind, Party, Type};

fn schema() -> Schema {
    let money = onefold_model::schema::Field { name: "price".into(), ty: Type::Money, ..Default::default() };
    Schema::builder()
        .source("crm", Party::First, 90)
        .kind(Kind::person("user_id"))
        .kind(Kind::person("email").form(Form::Email))
        .kind(Kind::group("account_id", "works_at"))
        .field("country", Type::Text)
        .field("birth", Type::Date)
        .declare_field(money)
        .event(
            "purchase",
            [("amount", Type::Money), ("quantity", Type::Int), ("weight", Type::Decimal), ("shipped", Type::Time)],
        )
        .purpose("marketing")
        .build([7; 32].into())
        .unwrap()
}

fn now() -> Time {
    "2026-06-01".parse().unwrap()
}

fn draft(parsed: Parsed) -> Draft {
    match parsed {
        Parsed::Draft(draft) => *draft,
        Parsed::Quarantined { issue, .. } => panic!("{issue}"),
    }
}

fn one(mapping: &Mapping, header: &[&str], cells: &[&str]) -> Result<Event, Issue> {
    let schema = schema();
    draft(Rows::new(mapping, header, &schema).unwrap().row(cells, 1, None)).receive(now())
}

#[test]
fn cells_become_what_the_mapping_says() {
    let mapping = Mapping::of("crm", "purchase")
        .who("customer", "user_id")
        .who("mail", "email")
        .group("firm", "account_id")
        .at("when")
        .times(crate::TimeFormat::DayFirst)
        .numbers(crate::Numbers::Comma)
        .property("qty", "quantity")
        .property("kg", "weight")
        .property("out", "shipped")
        .field("land", "country")
        .money_in("value", "amount", "cur")
        .context("till", "till")
        .constant("quantity", 3)
        .null("NA");
    let header = ["customer", "mail", "firm", "when", "qty", "kg", "out", "land", "value", "cur", "till", "colour"];
    let cells = [
        "u-1",
        " Ada@Example.com ",
        "f-1",
        "1.2.2026 9:05",
        "NA",
        "1,5",
        "3/2/2026",
        "GB",
        "1.234,50",
        "eur",
        "7",
        " red ",
    ];
    let event = one(&mapping, &header, &cells).unwrap();
    let schema = schema();
    let what = schema.event_type("purchase").unwrap();
    let property = |name: &str| event.property(schema.property(what, name).unwrap()).to_string();
    assert_eq!(property("amount"), "1234.5 EUR");
    assert_eq!(property("quantity"), "3");
    assert_eq!(property("weight"), "1.5");
    assert_eq!(property("shipped"), "2026-02-03T00:00:00Z");
    assert_eq!(event.times.occurred.to_string(), "2026-02-01T09:05:00Z");
    assert_eq!((event.who.len(), event.groups.len()), (2, 1));
    assert_eq!(event.stated(schema.field("country").unwrap()).as_text(), Some("GB"));
    assert_eq!(event.context[0].0.as_str(), "till");
    assert_eq!(
        event.extras.iter().map(|(path, value)| format!("{path}={value}")).collect::<Vec<_>>(),
        ["properties.colour=red"]
    );
    let dropped = one(&mapping.rest(Rest::Drop), &header, &cells).unwrap();
    assert!(dropped.extras.is_empty());
}

#[test]
fn what_cannot_be_read_is_quarantined_with_its_row_and_its_id() {
    let base = Mapping::of("crm", "purchase").who("customer", "user_id").rest(Rest::Drop);
    let cases = [
        (base.clone().at("x"), "yesterday", "bad_timestamp"),
        (base.clone().money("x", "amount", "EUR"), "a lot", "bad_amount"),
        (base.clone().money("x", "amount", "EUR"), "5 USD", "bad_amount"),
        (base.clone().consent("x", "marketing"), "perhaps", "unreadable_consent"),
        (base.clone().property("x", "quantity"), "1.5", "wrong_type"),
        (Mapping { event_from: Some("x".into()), ..base }, " ", "no_event"),
    ];
    for (mapping, cell, code) in cases {
        let schema = schema();
        let draft = draft(Rows::new(&mapping, &["customer", "x"], &schema).unwrap().row(&["u-1", cell], 7, None));
        assert!(draft.id().is_some());
        let issue = draft.receive(now()).unwrap_err();
        assert_eq!(issue.code.as_str(), code);
        assert!(!issue.to_string().contains(cell) || cell == " ", "no value in {issue}");
        assert!(code == "wrong_type" || issue.row == Some(7));
    }
}

#[test]
fn a_trait_that_cannot_be_read_keeps_nobody_out() {
    let mapping = Mapping::of("crm", "identify")
        .who("customer", "user_id")
        .field("born", "birth")
        .amount("worth", Amount { field: Some("price".into()), currency: Some("EUR".into()), ..Amount::default() });
    let schema = schema();
    let draft = draft(Rows::new(&mapping, &["customer", "born", "worth"], &schema).unwrap().row(
        &["u-1", "never", "much"],
        1,
        None,
    ));
    let mut notes = Vec::new();
    let event = draft.receive_noting(now(), &mut notes).unwrap();
    let codes: Vec<&str> = notes.iter().map(|note| note.code.as_str()).collect();
    assert_eq!(codes, ["bad_amount", "wrong_type"]);
    assert_eq!(event.context[0].1.as_text(), Some("much"), "kept");
}

#[test]
fn a_column_of_yes_and_no_is_consent_that_wants_a_proof() {
    let plain = Mapping::of("crm", "identify").who("customer", "user_id").consent("news", "marketing");
    let choices = |mapping: &Mapping, cell: &str| one(mapping, &["customer", "news"], &["u-1", cell]).unwrap().choices;
    let yes = &choices(&plain, "yes")[0];
    assert_eq!((yes.action, yes.actor, yes.evidence.clone()), (Action::Grant, Actor::Import, None));
    assert_eq!(choices(&plain, "0")[0].action, Action::Refuse);
    assert!(choices(&plain, "").is_empty());
    let proved = Consented { actor: Some("subject".into()), ..Consented::to("marketing").proved_by("form 12") };
    let yes = &choices(&plain.consented("news", proved), "Y")[0];
    assert_eq!((yes.actor, yes.evidence.as_deref()), (Actor::Subject, Some("form 12")));
}

#[test]
fn identical_rows_are_told_apart_and_their_order_does_not_matter() {
    let schema = schema();
    let mapping = Mapping::of("crm", "identify").who("customer", "user_id");
    let ids = |rows: &[[&str; 2]]| {
        let mut reader = Rows::new(&mapping, &["customer", "x"], &schema).unwrap();
        let mut ids: Vec<_> = rows.iter().map(|row| draft(reader.row(row, 1, None)).id().unwrap()).collect();
        ids.sort();
        ids
    };
    let (a, b) = (["u-1", "tea"], ["u-2", "tea"]);
    let one = ids(&[a, b, a, a]);
    assert_eq!(one, ids(&[a, a, a, b]));
    assert_eq!(one.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    // The order of columns does not matter either, and an id of the source's own comes first.
    let mut turned = Rows::new(&mapping, &["x", "customer"], &schema).unwrap();
    assert!(one.contains(&draft(turned.row(&["tea", "u-1"], 1, None)).id().unwrap()));
    let mut numbered = Rows::new(&mapping.id("x"), &["customer", "x"], &schema).unwrap();
    assert_eq!(draft(numbered.row(&a, 1, None)).id(), draft(numbered.row(&b, 2, None)).id());
}

#[test]
fn law_1_equal_rows_that_came_at_different_times_have_ids_of_their_own() {
    let schema = schema();
    let mapping = Mapping::of("crm", "identify").who("customer", "user_id");
    let time = |text: &str| Some(text.parse::<Time>().unwrap());
    let (early, late) = (time("2026-01-05"), time("2026-01-06"));
    let ids = |receptions: &[Option<Time>]| {
        let mut rows = Rows::new(&mapping, &["customer"], &schema).unwrap();
        let mut all: Vec<_> = receptions
            .iter()
            .map(|received| {
                let draft = draft(rows.row(&["u-1"], 1, *received));
                assert_eq!((draft.received_at(), draft.to_raw().as_ref()), (*received, b"u-1".as_slice()));
                (draft.id().unwrap(), *received)
            })
            .collect();
        all.sort();
        all
    };
    let all = ids(&[early, late, early, None]);
    assert_eq!(all, ids(&[None, early, early, late]));
    assert_eq!(all.iter().map(|(id, _)| id).collect::<std::collections::BTreeSet<_>>().len(), 4);
    // When the whole came in is no part of a row.
    let mut file = Rows::new(&mapping, &["customer"], &schema).unwrap().received_at(early.unwrap());
    let draft = draft(file.row(&["u-1"], 1, None));
    assert_eq!(draft.received_at(), early);
    assert_eq!(draft.id(), ids(&[None]).first().map(|(id, _)| *id));
}

#[test]
fn cells_that_are_too_few_are_kept_as_a_line() {
    let schema = schema();
    let mut rows = Rows::new(&Mapping::of("crm", "identify").who("a", "user_id"), &["a", "b", "c"], &schema).unwrap();
    match rows.row(&["x", "a \"b\", c"], 1, None) {
        Parsed::Quarantined { raw, .. } => assert_eq!(raw.reveal().as_ref(), b"x,\"a \"\"b\"\", c\"".as_slice()),
        Parsed::Draft(_) => panic!("quarantined"),
    }
}

#[test]
fn headers_are_trimmed_and_told_apart() {
    let schema = schema();
    let mapping = Mapping::of("crm", "identify").who("customer", "user_id");
    let rows = Rows::new(&mapping, &[" customer ", "", "x", "x"], &schema).unwrap();
    let header: Vec<&str> = rows.header().iter().map(Text::as_str).collect();
    assert_eq!(header, ["customer", "column_2", "x_3", "x_4"]);
    let twice = Rows::new(&mapping, &["customer", "customer"], &schema).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "the header of `crm` cannot be used: the column `customer`, which the mapping names, stands twice"
    );
    let wrong = Rows::new(&mapping, &["custmer", "x"], &schema).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "mapping `crm` names the column `customer`, which is not there (did you mean `custmer`?); the columns are `custmer`, `x`"
    );
}
