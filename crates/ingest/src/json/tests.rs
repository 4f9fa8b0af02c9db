use super::*;
use proptest::prelude::*;

const WIDE: Limits = Limits {
    record_bytes: 1 << 20,
    depth: 60,
    keys: 10_000,
    text_bytes: 1 << 16,
    identifiers: 32,
    earliest: onefold_model::Time(0),
};

fn read(text: &str) -> Result<Value, Issue> {
    parse(text.as_bytes(), &WIDE)
}

fn fault(text: &str) -> (String, String) {
    let issue = read(text).unwrap_err();
    (issue.code.to_string(), issue.path.to_string())
}

/// Whether the oracle's value is ours, floats being compared as floats.
fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(a), serde_json::Value::Bool(b)) => a == b,
        (Value::Int(a), serde_json::Value::Number(b)) => b.as_i64() == Some(*a) || b.as_f64() == Some(*a as f64),
        (Value::Decimal(a), serde_json::Value::Number(b)) => {
            let (a, b) = (a.to_f64(), b.as_f64().unwrap());
            (a - b).abs() <= b.abs() * 1e-15
        }
        (Value::Text(a), serde_json::Value::String(b)) => a.as_str() == b,
        (Value::Text(a), serde_json::Value::Number(b)) => a.parse::<f64>().ok() == b.as_f64(),
        (Value::List(a), serde_json::Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), serde_json::Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, value)| b.get(name.as_str()).is_some_and(|other| same(value, other)))
        }
        _ => false,
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        (-1e9_f64..1e9).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec(("\\PC{0,5}", inner), 0..6)
                .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}

#[test]
fn numbers_are_exact_and_those_that_cannot_be_held_are_kept_as_written() {
    for (text, value) in [
        ("0", "0"),
        ("-0", "0"),
        ("9223372036854775807", "9223372036854775807"),
        ("49.90", "49.9"),
        ("1.0", "1"),
        ("1.5e3", "1500"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1e-18", "0.000000000000000001"),
    ] {
        assert_eq!(read(text).unwrap().to_json(), value, "{text}");
    }
    for text in [
        "9223372036854775808",
        "18446744073709551615",
        "1.2345678901234567e-7",
        "1e21",
        "-1E+21",
        "5e-324",
        "1e-19",
        "1e999999999999",
        "0.1234567890123456789",
    ] {
        let kept = read(&format!("[{text}]")).unwrap();
        assert_eq!(kept, Value::from(vec![Value::from(text)]), "{text}");
        assert_eq!(read(&kept.to_json()), Ok(kept), "{text}");
    }
    for text in ["01", "+1", "1.", ".5", "1e", "-", "NaN", "Infinity", "0x10", "--1", "1.e5"] {
        assert_eq!(fault(text).0, "bad_json", "{text}");
    }
}

#[test]
fn texts_are_unicode() {
    assert_eq!(read(r#""\ud83d\ude00 \u00e9\n\/""#).unwrap().as_text(), Some("😀 é\n/"));
    for text in [
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83d\u0041""#,
        r#""\ud83dx""#,
        r#""\u12g4""#,
        r#""\u+123""#,
        r#""\x""#,
        "\"\n\"",
        "\"",
        r#""\"#,
        r#""\u"#,
    ] {
        assert_eq!(fault(text).0, "bad_json", "{text}");
    }
    assert_eq!(parse(b"\"\xff\"", &WIDE).unwrap_err().code.as_str(), "not_utf8");
    assert_eq!(parse(b"\xff", &WIDE).unwrap_err().code.as_str(), "bad_json");
}

#[test]
fn a_fault_tells_its_place() {
    let text = r#"{"batch": [1, {"properties": {"amount": tru}}]}"#;
    assert_eq!(fault(text), ("bad_json".into(), "batch[1].properties.amount".into()));
    assert!(read(text).unwrap_err().detail.contains("at byte 40"), "{}", read(text).unwrap_err());
    assert_eq!(fault(r#"{"a": {"b": 1, "c": 2, "b": 3}}"#), ("duplicate_key".into(), "a.b".into()));
    assert_eq!(fault(r#"{"a": [1, 2"#), ("bad_json".into(), "a".into()));
    assert_eq!(fault(r#"{} {}"#), ("bad_json".into(), String::new()));
}

#[test]
fn limits_hold() {
    let small = Limits { record_bytes: 100, depth: 2, keys: 3, text_bytes: 4, ..WIDE };
    let code = |text: &str| {
        parse(text.as_bytes(), &small).map_err(|issue| issue.code.to_string()).map(|value| value.to_json())
    };
    assert_eq!(code(r#"{"a":[1,"four"]}"#), Ok(r#"{"a":[1,"four"]}"#.into()));
    assert_eq!(code(r#"{"a":[[]]}"#), Err("too_deep".into()));
    assert_eq!(code(r#"{"a":1,"b":2,"c":3,"d":4}"#), Err("too_many_keys".into()));
    assert_eq!(code(r#""fives""#), Err("text_too_long".into()));
    assert_eq!(code("1e21"), Ok(r#""1e21""#.into()));
    assert_eq!(code("1e-21"), Err("text_too_long".into()));
    assert_eq!(code(&format!("\"{}\"", "x".repeat(90))), Err("text_too_long".into()));
    assert_eq!(code(&" ".repeat(401)), Err("record_too_large".into()));
    let deep = "[".repeat(100_000);
    assert_eq!(
        parse_within(deep.as_bytes(), Bounds { depth: usize::MAX, keys: 9, text: 9 }).unwrap_err().code.as_str(),
        "too_deep"
    );
}

#[test]
fn a_broken_item_does_not_spoil_its_batch() {
    let text = br#"{"sentAt": "x", "batch": [{"a": "]}"}, {"b": tru}, 7, {"c": "\"["}], "writeKey": 1}"#;
    let Body::Batch { beside, items } = body(text, Bounds::strict(&WIDE)).unwrap() else { panic!("a batch") };
    assert_eq!(beside.to_json(), r#"{"sentAt":"x","writeKey":1}"#);
    let items: Vec<&str> = items.iter().map(|item| std::str::from_utf8(item).unwrap()).collect();
    assert_eq!(items, [r#"{"a": "]}"}"#, r#"{"b": tru}"#, "7", r#"{"c": "\"["}"#]);
    assert!(matches!(body(br#"{"batch": {}}"#, Bounds::strict(&WIDE)), Ok(Body::One(_))));
    for text in [r#"{"batch": [1], "batch": [2]}"#, r#"{"batch": [1,]}"#, r#"{"batch": [{]}"#, r#"{"batch": ["x]}"#] {
        assert!(body(text.as_bytes(), Bounds::strict(&WIDE)).is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn what_the_oracle_reads_we_read(value in json()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        match read(&text) {
            Ok(ours) => {
                prop_assert!(same(&ours, &value), "{text}");
                prop_assert_eq!(read(&ours.to_json()), Ok(ours));
            }
            Err(issue) => prop_assert!(false, "{}", issue),
        }
    }

    #[test]
    fn any_bytes_are_read_as_the_oracle_does(text in "[\\[\\]{}:,\"0-9a-f.eE+\\-\\\\utrns \n]{0,24}|\\PC{0,12}") {
        let oracle: Result<serde_json::Value, _> = serde_json::from_str(&text);
        match (read(&text), oracle) {
            (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, &theirs), "{text}"),
            (Err(issue), Ok(_)) => prop_assert!(issue.code.as_str() == "duplicate_key", "{text}: {issue}"),
            // The oracle refuses numbers that no float can hold; we keep them.
            (Ok(ours), Err(theirs)) => prop_assert!(theirs.to_string().contains("out of range"), "{text}: {}", ours.to_json()),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse(&bytes, &WIDE);
        let _ = body(&bytes, Bounds::strict(&WIDE));
    }

    #[test]
    fn a_batch_is_read_as_its_items_are(items in prop::collection::vec(json(), 0..5)) {
        let text = serde_json::json!({"batch": items, "x": 1}).to_string();
        let Ok(Body::Batch { items: spans, .. }) = body(text.as_bytes(), Bounds::strict(&WIDE)) else { panic!("a batch") };
        let spans: Vec<&str> = spans.iter().map(|span| std::str::from_utf8(span).unwrap()).collect();
        prop_assert_eq!(spans, items.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
}
