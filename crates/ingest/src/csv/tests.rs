use super::*;
use onefold_model::{Event, Form, Kind, Party, Type};
use proptest::prelude::*;
use std::io;

fn schema() -> Schema {
    Schema::builder()
        .source("crm", Party::First, 90)
        .kind(Kind::person("user_id"))
        .kind(Kind::person("email").form(Form::Email))
        .field("country", Type::Text)
        .build([7; 32].into())
        .unwrap()
}

fn crm() -> Mapping {
    Mapping::of("crm", "identify").who("customer", "user_id").who("mail", "email").field("land", "country")
}

fn read(text: &[u8]) -> Vec<Parsed> {
    csv_reader(text, &crm(), &schema()).unwrap().collect()
}

/// The event, or the code, row and raw bytes of what was set aside.
fn outcome(parsed: &Parsed) -> Result<Event, (String, u64, Vec<u8>)> {
    match parsed {
        Parsed::Draft(draft) => Ok(draft.receive("2026-06-01".parse().unwrap()).unwrap()),
        Parsed::Quarantined { issue, raw, .. } => {
            Err((issue.code.to_string(), issue.row.unwrap(), raw.reveal().to_vec()))
        }
    }
}

fn country(parsed: &Parsed) -> String {
    outcome(parsed).unwrap().traits[0].1.to_string()
}

#[test]
fn dialects_are_understood() {
    for text in [
        "customer,mail,land\nu-1,ada@example.com,GB\n",
        "customer;mail;land\r\nu-1;ada@example.com;GB",
        "\u{feff}customer\tmail\tland\ru-1\tada@example.com\tGB\r",
        "\n\n customer | mail | land \nu-1|ada@example.com|GB\n\n",
        "\"customer\",\"mail\",\"land\"\n\"u-1\",\"ada@example.com\",\"GB\"\n",
        "\u{feff}\"customer\";\"mail, primary\";mail;land\nu-1;;ada@example.com;GB\n",
    ] {
        let rows = read(text.as_bytes());
        assert_eq!(rows.len(), 1, "{text:?}");
        assert_eq!(country(&rows[0]), "GB", "{text:?}");
    }
    let quoted = read(b"customer,mail,land\nu-1,,\"Great\nBritain, \"\"UK\"\"\"\nu-2,,FR\n");
    assert_eq!((country(&quoted[0]).as_str(), country(&quoted[1]).as_str()), ("Great\nBritain, \"UK\"", "FR"));
}

#[test]
fn a_broken_row_is_set_aside_alone_with_its_bytes() {
    let text = b"customer,mail,land\nu-1,,GB\nu-2,FR\nu-3,,\xff\nu-4,,\"IT\nu-5,,ES,x\n u-6,,PT\n";
    let rows: Vec<_> = read(text).iter().map(outcome).map(|row| row.map(|event| event.who.len())).collect();
    let aside = |code: &str, row: u64, raw: &[u8]| Err((code.to_owned(), row, raw.to_vec()));
    assert_eq!(
        rows,
        [
            Ok(1),
            aside("wrong_cell_count", 2, b"u-2,FR"),
            aside("not_utf8", 3, b"u-3,,\xff"),
            aside("unclosed_quote", 4, b"u-4,,\"IT"),
            aside("wrong_cell_count", 5, b"u-5,,ES,x"),
            Ok(1),
        ]
    );
}

#[test]
fn a_cell_without_end_does_not_fill_the_memory() {
    let mut text = b"customer,mail,land\nu-1,,".to_vec();
    text.resize(2 << 20, b'x');
    text.extend_from_slice(b"\nu-2,,GB\n");
    let rows = read(&text);
    assert_eq!(rows.len(), 2);
    let (code, row, raw) = outcome(&rows[0]).unwrap_err();
    assert_eq!((code.as_str(), row), ("record_too_large", 1));
    assert_eq!(raw.len(), 1 << 20);
    assert_eq!(country(&rows[1]), "GB");
}

#[test]
fn what_is_no_such_file_is_an_error_that_says_so() {
    let error = |text: &[u8]| csv_reader(text, &crm(), &schema()).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        csv("/no/such/file.csv", &crm(), &schema()).map(|_| ()).unwrap_err().to_string().split(": ").next(),
        Some("cannot open `/no/such/file.csv`")
    );
    assert_eq!(error(b""), "`crm` is empty: a header with the names of the columns is expected");
    assert_eq!(error(b"\n\r\n"), "`crm` is empty: a header with the names of the columns is expected");
    assert!(error(b"\xff\xfec\0").contains("save it as UTF-8"));
    assert!(error(b"customer,mail,l\xffnd\n").contains("not UTF-8"));
    assert!(error(b"customer,email,land\n").contains("(did you mean `email`?)"), "{}", error(b"customer,email,land\n"));
    assert!(read(b"customer,mail,land\n").is_empty());
}

#[test]
fn reading_that_fails_midway_is_said() {
    struct Failing(&'static [u8]);
    impl Read for Failing {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("the disk is gone")) } else { self.0.read(to) }
        }
    }
    let mut rows =
        csv_reader(Failing(b"customer,mail,land\nu-1,,GB\nu-2"), &crm(), &schema()).map(Iterator::collect::<Vec<_>>);
    // The header needs more bytes than there are before the failure.
    assert!(matches!(rows, Err(Error::Read { .. })));
    let mapping = crm().delimiter(',');
    rows = csv_reader(Failing(b"customer,mail,land\nu-1,,GB\nu-2"), &mapping, &schema()).map(Iterator::collect);
    let rows = rows.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(outcome(&rows[1]).unwrap_err().0, "unreadable");
}

#[test]
fn the_time_of_reception_is_told() {
    let received: Time = "2026-01-05".parse().unwrap();
    let rows: Vec<_> = csv_reader(b"customer,mail,land\nu-1,,GB\nu-2\n".as_slice(), &crm(), &schema())
        .unwrap()
        .received_at(received)
        .collect();
    assert_eq!(outcome(&rows[0]).unwrap().times.received, received);
    assert!(matches!(&rows[1], Parsed::Quarantined { received: Some(at), .. } if *at == received));
}

fn parts(parsed: &Parsed) -> (Option<onefold_model::EventId>, Vec<u8>, Option<String>) {
    match parsed {
        Parsed::Draft(draft) => (draft.id(), draft.to_raw().to_vec(), None),
        Parsed::Quarantined { issue, raw, .. } => (None, raw.reveal().to_vec(), Some(issue.code.to_string())),
    }
}

#[test]
fn a_row_is_kept_as_its_bytes_and_fed_again_is_itself() {
    let text = b"customer;mail;land;odd \"one\nu-1; Ada@example.com ;GB;\"a;\"\"\nb\"\nu-1; Ada@example.com ;GB;\"a;\"\"\nb\"\r\nu-2;;FR\nu-3;;\xff;\nu-4;;\"IT;\n\xef\xbb\xbfu-5;;;\n";
    let reader = csv_reader(text.as_slice(), &crm(), &schema()).unwrap();
    assert_eq!(reader.delimiter(), ';');
    let header: Vec<String> = reader.header().iter().map(ToString::to_string).collect();
    let rows: Vec<_> = reader.map(|row| parts(&row)).collect();
    assert_eq!(rows[0].1, b"u-1; Ada@example.com ;GB;\"a;\"\"\nb\"");
    let codes: Vec<Option<&str>> = rows.iter().map(|(_, _, code)| code.as_deref()).collect();
    assert_eq!(codes, [None, None, Some("wrong_cell_count"), Some("not_utf8"), Some("unclosed_quote"), None]);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut again = Rows::new(&crm().delimiter(';'), &header, &schema()).unwrap();
    let again: Vec<_> = (1..).zip(&rows).map(|(number, (_, raw, _))| parts(&again.line(raw, number, None))).collect();
    assert_eq!(rows, again);
}

#[test]
fn a_line_that_is_not_one_row_is_set_aside() {
    let schema = schema();
    let mut rows = Rows::new(&crm(), &["customer", "mail", "land"], &schema).unwrap();
    for (line, code) in [
        (b"".as_slice(), "wrong_cell_count"),
        (b"\r\n", "wrong_cell_count"),
        (b"u-1,,GB\nu-2,,FR", "bad_csv"),
        (b"\nu-1,,GB", "bad_csv"),
        (b"u-1,,\"GB", "unclosed_quote"),
        (b"u-1,,\xff", "not_utf8"),
        (b"u-1;;GB", "wrong_cell_count"),
    ] {
        let (_, raw, said) = parts(&rows.line(line, 1, None));
        assert_eq!((said.as_deref(), raw.as_slice()), (Some(code), line.trim_ascii_end()), "{line:?}");
        let good = rows.line(b"u-1,,GB\n", 2, None);
        assert_eq!((country(&good).as_str(), parts(&good).1.as_slice()), ("GB", b"u-1,,GB".as_slice()));
    }
}

#[test]
fn a_file_fed_again_at_another_time_is_the_same_rows() {
    let ids = |received: &str| {
        let rows = csv_reader(b"customer,mail,land\nu-1,,GB\nu-1,,GB\n".as_slice(), &crm(), &schema()).unwrap();
        rows.received_at(received.parse().unwrap()).map(|row| parts(&row).0).collect::<Vec<_>>()
    };
    assert_eq!(ids("2026-01-05"), ids("2026-01-06"));
    assert_ne!(ids("2026-01-05")[0], ids("2026-01-05")[1]);
}

proptest! {
    #[test]
    fn any_bytes_give_a_record_for_each_row(bytes in prop::collection::vec(prop_oneof![4 => prop::sample::select(b"ab,;\"\n\r \t|".to_vec()), 1 => any::<u8>()], 0..200)) {
        let text = [b"customer,mail,land\n".as_slice(), &bytes].concat();
        let rows = read(&text);
        let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty()).count();
        prop_assert!(rows.len() <= lines);
        prop_assert!(lines == 0 || !rows.is_empty());
    }

    #[test]
    fn what_a_writer_writes_is_read_back(cells in prop::collection::vec("[a-z,\"\n; é]{0,9}", 1..20)) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["customer", "mail", "land"]).unwrap();
        for cell in &cells {
            writer.write_record(["u-1", "", cell]).unwrap();
        }
        let rows = read(&writer.into_inner().unwrap());
        prop_assert_eq!(rows.len(), cells.len());
        for (row, cell) in rows.iter().zip(&cells) {
            let event = outcome(row).unwrap();
            let said = event.traits.first().map(|(_, value)| value.to_string()).unwrap_or_default();
            prop_assert_eq!(said, cell.trim());
        }
    }

    #[test]
    fn cells_are_kept_as_a_line_that_reads_as_themselves(cells in prop::collection::vec("[a,\"\\n\r;\u{feff} é]{0,6}", 1..5), delimiter in prop::sample::select(vec![',', ';'])) {
        let header: Vec<String> = (0..cells.len()).map(|nth| format!("c{nth}")).collect();
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let mapping = Mapping::of("crm", "identify").who("c0", "user_id").delimiter(delimiter);
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let mut rows = Rows::new(&mapping, &header, &schema()).unwrap();
        let row = parts(&rows.row(&cells, 1, None));
        let mut rows = Rows::new(&mapping, &header, &schema()).unwrap();
        prop_assert_eq!(&row, &parts(&rows.line(&row.1, 1, None)));
        prop_assert!(row.0.is_some());
    }
}
