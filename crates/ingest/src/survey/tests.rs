use super::*;
use crate::{Numbers, TimeFormat};
use onefold_model::{Form, Kind, Party, Type};

fn crm() -> DataProfile {
    let mut crm = DataProfile::new("crm");
    for nth in 0..100 {
        let mail = if nth < 60 {
            format!("ada{nth}@example.com")
        } else {
            ["n/a", "info@example.com", "", "ada at home"][nth % 4].into()
        };
        let value = format!("{}.5", nth);
        crm.row(&["mail", "country", "value", "when"], &[&mail, ["GB", "FR"][nth % 2], &value, "2026-03-01"]);
    }
    crm
}

#[test]
fn a_column_is_described_by_what_is_in_it() {
    let columns = crm().columns();
    let [country, mail, value, when] = columns.as_slice() else { panic!("four columns") };
    assert_eq!(
        (country.distinct, country.like, country.top[0].value.as_str(), country.top[0].count),
        (2, "text", "FR", 50)
    );
    assert_eq!((mail.filled, mail.empty, mail.generic, mail.invalid), (90, 10, 20, None));
    assert!(mail.top.iter().all(|it| !it.value.starts_with("ada0")), "what comes once is not shown");
    assert_eq!((value.like, value.least.as_ref().map(ToString::to_string)), ("decimal", Some("0.5".into())));
    assert_eq!((when.like, when.greatest.as_ref().map(ToString::to_string)), ("date", Some("2026-03-01".into())));
}

#[test]
fn values_are_judged_by_what_the_schema_declares() {
    let schema = Schema::builder()
        .source("crm", Party::First, 90)
        .kind(Kind::person("email").form(Form::Email))
        .event("purchase", [("amount", Type::Int)])
        .build([7; 32].into())
        .unwrap();
    let mapping = Mapping::of("crm", "purchase").who("mail", "email").property("value", "amount").at("when");
    let mut profile = DataProfile::new("crm").expecting(&mapping, &schema);
    profile.expect("money", Expected::Number(Numbers::Comma));
    for (mail, value, when, money) in
        [("ada@example.com", "5", "2026-03-01", "1,5"), ("ada", "5.5", "01/03/2026", "1.5"), ("", "", "", "")]
    {
        profile.row(&["mail", "value", "when", "money"], &[mail, value, when, money]);
    }
    assert!(profile.columns().iter().all(|column| column.invalid == Some(1)), "{:?}", profile.columns());
    assert!(TimeFormat::DayFirst.read(&"01/03/2026".into()).is_some());
}

#[test]
fn the_table_is_aligned_and_debug_shows_nothing() {
    let shown = crm().to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "crm: 100 records, 0 unreadable, 4 columns");
    assert!(lines[2].contains("mail") && lines[2].contains("90.0 %"), "{shown}");
    let place = lines[1].find("like").unwrap();
    assert!(lines[3..].iter().all(|line| line.is_char_boundary(place) && line[..place].ends_with("  ")), "{shown}");
    assert!(!format!("{:?}", crm()).contains("GB"));
    let json = serde_json::to_value(crm()).unwrap();
    assert_eq!(json["columns"][0]["distinct"], 2);
}

#[cfg(feature = "json")]
#[test]
fn objects_are_profiled_by_their_paths() {
    let mut shop = DataProfile::new("shop");
    shop.value(
        &crate::json::parse(br#"{"a": {"b": 1, "c": null}, "l": [1, 2], "t": true}"#, &Default::default()).unwrap(),
    );
    let columns: Vec<(String, &str)> =
        shop.columns().iter().map(|column| (column.name.to_string(), column.like)).collect();
    let all =
        [("a.b", "int"), ("a.c", "empty"), ("l", "list"), ("t", "bool")].map(|(name, like)| (name.to_owned(), like));
    assert_eq!(columns, all);
}

#[test]
fn columns_without_end_are_bounded() {
    let mut wide = DataProfile::new("wide");
    for nth in 0..3000 {
        wide.row(&[&format!("c{nth}")], &["x"]);
    }
    assert_eq!((wide.columns().len(), wide.beyond), (COLUMNS, 1000));
}

#[test]
fn days_that_are_no_iso_form_are_not_taken_for_one() {
    for (day, times) in [("2026-11-21", None), ("Nov 21, 2026", Some("day_first")), ("11/21/2026", Some("month_first"))]
    {
        let mut sales = DataProfile::new("sales");
        for nth in 0..20 {
            sales.row(&["customer_id", "date", "amount"], &[&format!("u-{nth}"), day, "4.50"]);
        }
        let text = crate::infer_schema(&[sales]);
        let said = times.map(|times| format!("times = \"{times}\""));
        assert!(said.map_or(!text.contains("times ="), |said| text.contains(&said)), "{day}: {text}");
        let format = match times {
            None => TimeFormat::Iso,
            Some("day_first") => TimeFormat::DayFirst,
            Some(_) => TimeFormat::MonthFirst,
        };
        assert!(format.read(&day.into()).is_some(), "{day}");
    }
}
