//! Decimals against 128-bit arithmetic at 18 digits after the point.

use super::*;
use proptest::prelude::*;

/// Decimals of every size, small and round ones often.
pub(super) fn decimals() -> impl Strategy<Value = Decimal> {
    let units = prop_oneof![-100..100_i64, any::<i64>(), Just(i64::MIN), Just(i64::MAX)];
    (units, 0..=SCALE).prop_filter_map("18 digits", |(units, scale)| Decimal::new(units, scale))
}

fn at_18(number: Decimal) -> i128 {
    i128::from(number.units) * 10_i128.pow(u32::from(18 - number.scale))
}

fn read(text: &str) -> Result<Decimal, ParseError> {
    text.parse()
}

#[test]
fn equal_numbers_are_equal_fields() {
    assert_eq!(Decimal::new(1500, 3), Decimal::new(15, 1));
    assert_eq!(Decimal::new(0, 200), Some(Decimal::ZERO));
    assert_eq!(Decimal::new(100, 0), Some(Decimal { units: 100, scale: 0 }));
    assert_eq!(Decimal::new(10, 19), Decimal::new(1, 18));
    assert_eq!(Decimal::new(i64::MIN, 255), None);
}

#[test]
fn plain_and_exponent_notation_are_read() {
    for (text, units, scale) in [
        ("0", 0, 0),
        ("-0.000", 0, 0),
        ("007.50", 75, 1),
        ("+12", 12, 0),
        ("-12.034", -12034, 3),
        ("1.5E+3", 1500, 0),
        ("15e-1", 15, 1),
        ("1200e-3", 12, 1),
        ("0e99999999999999999999999", 0, 0),
        ("0.000000000000000001", 1, 18),
        ("10e-19", 1, 18),
        ("1.00000000000000000000000000000000000000000000000000", 1, 0),
        ("1000000000000000000000000000000000000000000000e-45", 1, 0),
        ("0.000000000000000000000000000000000000001e39", 1, 0),
        ("9223372036854775807", i64::MAX, 0),
        ("-9223372036854775808", i64::MIN, 0),
        ("-9.223372036854775808", i64::MIN, 18),
    ] {
        assert_eq!(read(text), Ok(Decimal { units, scale }), "{text}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "", "-", "+-1", ".5", "5.", "1e", "1e+", "1.e1", "1,5", "1 000", " 1", "1 ", "0x1", "NaN", "inf", "1.2.3",
        "1e1.5", "--1", "١",
    ] {
        assert_eq!(read(text), Err(ParseError::NotANumber), "{text}");
    }
}

#[test]
fn nothing_is_rounded_silently() {
    for text in [
        "9223372036854775808",
        "0.0000000000000000001",
        "1e-19",
        "1e19",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "1.0000000000000000000000000000000000000000000000001",
        "100000000000000000000000000000000000000000000000000000000001",
        "92233720368547758.071e3",
    ] {
        assert_eq!(read(text), Err(ParseError::TooManyDigits), "{text}");
    }
    assert_eq!(Decimal::from(i64::MAX).checked_add(1.into()), None);
    assert_eq!(Decimal::from(i64::MAX).checked_mul_int(2), None);
    assert_eq!(read("0.0000000001").unwrap().checked_mul(read("0.0000000001").unwrap()), None);
    assert_eq!(read("0.000000000000000005").unwrap().checked_mul(read("0.2").unwrap()), read("1e-18").ok());
}

#[test]
fn width_and_alignment_are_obeyed() {
    assert_eq!(format!("[{:>8}] [{:<8}]", read("-49.90").unwrap(), Decimal::from(7)), "[   -49.9] [7       ]");
}

#[test]
fn whole_numbers_are_numbers_and_fractions_are_strings_in_json() {
    let numbers = [Decimal::from(12), read("-0.05").unwrap(), Decimal::from(i64::MIN)];
    let json = serde_json::to_string(&numbers).unwrap();
    assert_eq!(json, r#"[12,"-0.05",-9223372036854775808]"#);
    assert_eq!(serde_json::from_str::<[Decimal; 3]>(&json).unwrap(), numbers);
    for wrong in ["7654.25", "18446744073709551615", "\"Ada\"", "[]"] {
        let error = serde_json::from_str::<Decimal>(wrong).unwrap_err().to_string();
        assert!(!error.contains("7654") && !error.contains("1844") && !error.contains("Ada"), "{error}");
    }
}

proptest! {
    #[test]
    fn printed_decimals_read_back_as_themselves(number in decimals()) {
        prop_assert_eq!(read(&number.to_string()), Ok(number));
        prop_assert_eq!(read(&format!("{}e-{}", number.units, number.scale)), Ok(number));
        let json = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), number);
    }

    #[test]
    fn order_and_equality_are_those_of_the_value(a in decimals(), b in decimals()) {
        prop_assert_eq!(a.cmp(&b), at_18(a).cmp(&at_18(b)));
        prop_assert_eq!(a == b, at_18(a) == at_18(b));
    }

    #[test]
    fn arithmetic_is_exact_or_refused(a in decimals(), b in decimals()) {
        let fits = |mut units: i128, mut scale: u8| {
            while scale > 0 && units % 10 == 0 { (units, scale) = (units / 10, scale - 1); }
            scale <= SCALE && i64::try_from(units).is_ok()
        };
        let (sum, difference) = (at_18(a) + at_18(b), at_18(a) - at_18(b));
        prop_assert_eq!(a.checked_add(b).map(at_18), fits(sum, 18).then_some(sum));
        prop_assert_eq!(a.checked_sub(b).map(at_18), fits(difference, 18).then_some(difference));
        let product = i128::from(a.units) * i128::from(b.units);
        match a.checked_mul(b) {
            Some(made) => {
                let lost = u32::from(a.scale + b.scale - made.scale);
                prop_assert_eq!(i128::from(made.units) * 10_i128.pow(lost), product);
            }
            None => prop_assert!(!fits(product, a.scale + b.scale)),
        }
    }

    #[test]
    fn floats_are_near(number in decimals()) {
        let (near, exact) = (number.to_f64(), number.to_string().parse::<f64>().unwrap());
        prop_assert!((near - exact).abs() <= exact.abs() * f64::EPSILON);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+.eE0-9 a]{0,40}") {
        if let Ok(number) = read(&text) {
            let near: f64 = text.parse().unwrap();
            prop_assert!((number.to_f64() - near).abs() <= near.abs() * 4.0 * f64::EPSILON);
        }
    }
}
