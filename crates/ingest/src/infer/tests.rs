use super::*;

fn till() -> DataProfile {
    let mut till = DataProfile::new("till");
    for nth in 0..50_u32 {
        let (customer, date, quantity) =
            (format!("{:04}", nth % 20), format!("1997-01-{:02}", nth % 28 + 1), (nth % 3 + 1).to_string());
        till.row(&["customer", "date", "quantity", "value"], &[&customer, &date, &quantity, &format!("{}.33", nth)]);
    }
    till
}

fn people() -> DataProfile {
    let mut people = DataProfile::new("CRM Export");
    for nth in 0..40 {
        let (id, mail, born) = (nth.to_string(), format!("p{nth}@example.com"), format!("19560{}09", nth % 9 + 1));
        let phone = format!("+49 171 {}", 1_234_500 + nth);
        let cells =
            [id.as_str(), "Ada", "Lovelace", &born, &mail, &phone, ["yes", "no"][nth % 2], ["GB", "FR", ""][nth % 3]];
        people.row(
            &[
                "unique_id",
                "firstName",
                "Last Name",
                "date_of_birth",
                "e-mail",
                "mobile",
                "newsletter",
                "country \"x\"",
            ],
            &cells,
        );
    }
    people
}

#[test]
fn rows_with_a_time_and_an_amount_are_events_and_others_are_people() {
    let text = schema(&[till(), people()]);
    for part in [
        "event = \"till\"",
        "who = { customer = \"customer_id\" }",
        "at = \"date\"",
        "{ name = \"quantity\", type = \"int\" }",
        "{ name = \"value\", type = \"decimal\" }",
        "# money = { value = { property = \"value\", currency = \"EUR\" } }",
        "source = \"crm_export\"\nevent = \"identify\"",
        "unique_id = \"crm_export_id\"",
        "form = \"email\"",
        "form = \"phone\"",
        "name = \"date_of_birth\"",
        "`newsletter` looks like consent",
        "labels = { identity = \"direct\", sensitivity = \"pii\" }",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_currency_beside_an_amount_makes_it_money() {
    let mut shop = DataProfile::new("orders");
    for nth in 0..30 {
        let cells = [
            format!("o-{nth}"),
            format!("u{}", nth % 9),
            format!("{}/3/2026 9:05", nth % 28 + 1),
            format!("{nth},50"),
            "EUR".into(),
        ];
        shop.row(&["order_id", "user_id", "created at", "total", "currency"], &cells.each_ref().map(String::as_str));
    }
    let text = schema(&[shop]);
    for part in [
        "id = \"order_id\"",
        "times = \"day_first\"",
        "numbers = \"comma\"",
        "at = \"created at\"",
        "money = { total = { property = \"total\", currency_from = \"currency\" } }",
        "{ name = \"total\", type = \"money\" }",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[cfg(all(feature = "toml", feature = "csv"))]
#[test]
fn what_is_guessed_is_accepted_unchanged() {
    for profiles in [
        vec![],
        vec![till()],
        vec![people()],
        vec![till(), people()],
        vec![DataProfile::new(""), DataProfile::new("page")],
    ] {
        let text = schema(&profiles);
        let spec = onefold_model::schema::Spec::from_toml_with(&text, &["import"])
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let built = spec.build([7; 32].into()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for mapping in crate::imports(&text).unwrap() {
            if !mapping.named_columns().is_empty() {
                mapping.check(&built).unwrap_or_else(|error| panic!("{error}\n{text}"));
            }
        }
    }
}

#[cfg(feature = "toml")]
proptest::proptest! {
    #[test]
    fn any_columns_make_a_schema_that_is_accepted(
        files in proptest::collection::vec((
            "(till|crm|\\PC{0,6})",
            proptest::collection::btree_set("(id|customer|user_id|order no|email|phone|date|amount|currency|record|\\PC{0,8})", 1..7),
            proptest::collection::vec("(|5|0007|1,5|2.5|yes|3/4/2026|2026-03-01 9:05|ada@example.com|EUR|\\PC{0,4})", 1..12),
        ), 1..4)
    ) {
        let mut profiles = Vec::new();
        for (name, header, cells) in &files {
            // Columns as a reader names them.
            let said: Vec<&str> = header.iter().map(String::as_str).collect();
            let header = crate::rows::columns(&said);
            let header: Vec<&str> = header.iter().map(|(name, _)| name.as_str()).collect();
            let mut profile = DataProfile::new(name);
            for nth in 0..cells.len() {
                let row: Vec<&str> = (0..header.len()).map(|at| cells[(nth + at) % cells.len()].as_str()).collect();
                profile.row(&header, &row);
            }
            profiles.push(profile);
        }
        let text = schema(&profiles);
        let accepted = onefold_model::schema::Spec::from_toml_with(&text, &["import"]).and_then(|spec| spec.build([7; 32].into()));
        let built = accepted.unwrap_or_else(|error| panic!("{error}\n{text}"));
        for mapping in crate::imports(&text).unwrap_or_else(|error| panic!("{error}\n{text}")) {
            mapping.check(&built).unwrap_or_else(|error| panic!("{error}\n{text}"));
        }
    }
}

#[test]
fn files_with_the_same_columns_are_one_import_of_a_type_that_fits_both() {
    let month = |name: &str, value: &str| {
        let mut month = DataProfile::new(name);
        for nth in 0..20_u32 {
            let customer = format!("{:04}", nth % 7);
            month.row(&["customer", "date", "weight"], &[&customer, "1997-01-02", value]);
        }
        month
    };
    let text = schema(&[month("january", "2"), month("february", "2.5"), DataProfile::new("march")]);
    assert_eq!(text.matches("\n[[import]]\n").count(), 1, "{text}");
    assert!(text.contains("{ name = \"weight\", type = \"decimal\" }"), "{text}");
    assert!(text.contains("`march` has no records"), "{text}");
}

#[test]
fn files_of_one_name_are_told_apart() {
    let mut one = DataProfile::new("export");
    one.row(&["id", "city"], &["1", "Hull"]);
    let mut other = DataProfile::new("export");
    other.row(&["id", "firm"], &["1", "Acme"]);
    let text = schema(&[one, other]);
    for part in ["name = \"export\"", "name = \"export_2\"", "\"export_id\"", "\"export_2_id\""] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_column_that_is_an_identifier_in_one_file_is_the_same_in_another() {
    let mut people = DataProfile::new("people");
    for nth in 0..40 {
        people.row(&["customer_id", "city"], &[&(nth + 100).to_string(), "Hull"]);
    }
    let orders = |customer: &str| {
        let mut orders = DataProfile::new("orders");
        for nth in 1..9 {
            orders.row(&["day", "customer_id", "amount"], &[&format!("2026-03-0{nth}"), customer, "12.50"]);
        }
        orders
    };
    let alone = schema(&[orders("104")]);
    assert!(alone.contains("{ name = \"customer_id\", type = \"int\" }"), "{alone}");
    let text = schema(&[people, orders("104")]);
    assert_eq!(text.matches("who = { customer_id = \"customer_id\" }").count(), 2, "{text}");
    assert!(!text.contains("{ name = \"customer_id\""), "{text}");
    // The same name over other values is something else.
    let mut people = DataProfile::new("people");
    for nth in 0..40 {
        people.row(&["customer_id", "city"], &[&(nth + 100).to_string(), "Hull"]);
    }
    let text = schema(&[people, orders("12.5")]);
    assert_eq!(text.matches("who = {").count(), 1, "{text}");
}

#[test]
fn a_header_alone_gives_columns_of_text() {
    let mut header = DataProfile::new("people");
    header.row(&["born", "amount", "email"], &["", "", ""]);
    let text = schema(&[header]);
    assert_eq!(text.matches("type = \"text\"").count(), 3, "{text}");
    assert!(text.contains("no values") && !text.contains("[[kind]]"), "{text}");
}

#[test]
fn more_columns_than_a_record_may_have_names_raise_the_limit() {
    let names: Vec<String> = (0..300).map(|nth| format!("column {nth}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut wide = DataProfile::new("wide");
    wide.row(&names, &vec!["x"; names.len()]);
    assert!(schema(&[wide]).contains("[limits]\nkeys = 600"));
    assert!(!schema(&[till()]).contains("[limits]"));
}
