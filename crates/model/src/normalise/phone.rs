//! Phone numbers: E.164 where the country is known, digits where it is not.
//!
//! `+49 (0)171 / 123 45 67`, `0049 171 1234567` and, in a German source, `0171-1234567` ring the same phone. ITU-T
//! E.164 gives it one name: a plus, the country's calling code, the number without the prefix that is dialled only
//! inside the country, fifteen digits at most.
//!
//! Two rules, one signature. The plain *digits rule* knows calling codes and national prefixes, and nothing about
//! which numbers exist. With the feature `phone` a library with the metadata of all numbering plans is asked first,
//! and the digits rule answers for what it does not consider valid (numbers reserved for fiction, plans changed
//! since). Within one installation the rule must not change without a re-import, since stored identifiers were made
//! by it.
//!
//! Deliberately absent: a guess of the country from digits alone (they stay a plain national number, and match only
//! such), letters for digits (`1-800-FLOWERS`), extensions (cut: they name a desk, and the line is shared), short
//! codes.

use super::region::{calling_code, exit_prefix, split_code, without_trunk};
use super::{Fault, fold};

/// Words after which an extension follows.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "x", "xt", "ext", "extn", "extension", "dw", "durchwahl", "poste", "anexo", "ramal", "interno", "int",
    "app", "wew", "доб", "εσωτ", "שלוחה",
];

/// The canonical form of a phone number: `+` and digits (E.164), or digits alone where no country is known.
///
/// `region` is where a number without a country code is at home, by ISO 3166-1 (`DE`) or by calling code (`+49`).
///
/// ```
/// use onefold_model::normalise::{Fault, phone};
///
/// assert_eq!(phone("+49 (0)171 / 123 45 67", None)?, "+491711234567");
/// assert_eq!(phone("0049-171-1234567 ext. 12", None)?, "+491711234567");
/// assert_eq!(phone("0171 1234567", Some("DE"))?, "+491711234567");
/// assert_eq!(phone("0171 1234567", None)?, "01711234567");
/// assert_eq!(phone("call me", Some("DE")), Err(Fault::NotAPhone));
/// # Ok::<(), Fault>(())
/// ```
///
/// # Errors
/// [`Fault::Empty`]; [`Fault::NotAPhone`] unless 7 to 15 digits remain, and for what a spreadsheet made of a number
/// (`4.9E+11`).
pub fn phone(text: &str, region: Option<&str>) -> Result<String, Fault> {
    let home = region.and_then(calling_code);
    let dialled = Dialled::read(text, home)?;
    #[cfg(feature = "phone")]
    if let Some(known) = library::e164(&dialled, region) {
        return Ok(known);
    }
    let number = dialled.canonical(home)?;
    #[cfg(feature = "phone")]
    if let Some(digits) = number.strip_prefix('+')
        && let Some(known) = library::e164(&Dialled { abroad: true, digits: digits.to_owned() }, region)
    {
        return Ok(known);
    }
    Ok(number)
}

/// What remains of the writing: the digits, and whether they begin with a calling code.
struct Dialled {
    abroad: bool,
    digits: String,
}

impl Dialled {
    fn read(text: &str, home: Option<u16>) -> Result<Self, Fault> {
        let folded = fold(text);
        if folded.is_empty() {
            return Err(Fault::Empty);
        }
        if folded.contains('@') || in_powers_of_ten(&folded) {
            return Err(Fault::NotAPhone);
        }
        let mut line = without_extension(&folded);
        // `491711234567.0` is a number that passed through a floating-point column.
        if let Some(whole) = line.strip_suffix(".0").filter(|whole| whole.bytes().all(|c| c.is_ascii_digit())) {
            line = whole;
        }
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        let plus = line
            .find('+')
            .is_some_and(|plus| line.find(|c: char| c.is_ascii_digit()).is_some_and(|first| plus < first));
        let exit = home.and_then(exit_prefix).filter(|_| !plus).and_then(|exit| digits.strip_prefix(exit));
        let abroad = exit.or_else(|| digits.strip_prefix("00")).or(plus.then_some(digits.as_str()));
        match abroad {
            // No calling code begins with a zero.
            Some(abroad) if abroad.starts_with('0') => Err(Fault::NotAPhone),
            Some(abroad) => Ok(Dialled { abroad: true, digits: abroad.to_owned() }),
            None => Ok(Dialled { abroad: false, digits }),
        }
    }

    /// The digits rule.
    fn canonical(&self, home: Option<u16>) -> Result<String, Fault> {
        let number = if self.abroad {
            let (code, number) = split_code(&self.digits).ok_or(Fault::NotAPhone)?;
            format!("+{code}{}", without_trunk(code, number))
        } else if let Some(code) = home {
            format!("+{code}{}", without_trunk(code, &self.digits))
        } else {
            self.digits.clone()
        };
        let length = number.trim_start_matches('+').len();
        if (7..=15).contains(&length) { Ok(number) } else { Err(Fault::NotAPhone) }
    }
}

/// `4.91711e+11`: the spreadsheet has lost the last digits.
fn in_powers_of_ten(folded: &str) -> bool {
    let mut parts = folded.split('e');
    let (Some(mantissa), Some(exponent), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let number =
        |text: &str, signs: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || signs.contains(c));
    number(mantissa, ".,+") && number(exponent, "+-")
}

/// The text before a mark of an extension; a mark counts once a number may be complete.
fn without_extension(folded: &str) -> &str {
    let mut digits = 0;
    let mut rest = folded;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        if c.is_ascii_digit() {
            digits += 1;
        } else if c.is_alphabetic() {
            let word = rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or(rest);
            length = word.len();
            if digits >= 6 && EXTENSIONS.contains(&word) {
                break;
            }
        } else if digits >= 6 && matches!(c, '#' | ';') {
            break;
        }
        rest = rest.get(length..).unwrap_or("");
    }
    folded.strip_suffix(rest).unwrap_or(folded)
}

#[cfg(feature = "phone")]
mod library {
    use super::Dialled;
    use phonenumber::country::Id;
    use phonenumber::metadata::DATABASE;

    /// The number as the metadata of the numbering plans has it, if it is valid there and read again as itself.
    pub(super) fn e164(dialled: &Dialled, region: Option<&str>) -> Option<String> {
        let home = region.and_then(country);
        let text = match dialled.abroad {
            true => format!("+{}", dialled.digits),
            false => home.map(|_| dialled.digits.clone())?,
        };
        let known = parse(home, &text)?;
        (parse(home, &known).as_ref() == Some(&known)).then_some(known)
    }

    fn parse(home: Option<Id>, text: &str) -> Option<String> {
        // Longer input is no number, and the parser need not see it.
        if !(3..=20).contains(&text.len()) {
            return None;
        }
        let number = phonenumber::parse(home, text).ok().filter(phonenumber::PhoneNumber::is_valid)?;
        let known = format!("+{}{}", number.code().value(), number.national());
        (8..=16).contains(&known.len()).then_some(known)
    }

    /// The library's name of a region, if it has metadata of it; of a calling code, its main country.
    fn country(region: &str) -> Option<Id> {
        let name = region.trim();
        let digits = name.trim_start_matches('+');
        let name = match digits.parse::<u16>() {
            Ok(code) => {
                let all = DATABASE.by_code(&code)?;
                all.iter().find(|plan| plan.is_main_country_for_code()).or(all.first())?.id().to_owned()
            }
            Err(_) => name.to_ascii_uppercase(),
        };
        DATABASE.by_id(&name)?;
        name.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_phone_has_one_number() {
        for text in [
            "+491711234567",
            "+49 171 1234567",
            "0049 171 1234567",
            "+49 (0) 171 1234567",
            "+49 0171/1234567",
            "tel:+49-171-1234567;ext=12",
            "＋４９ １７１ １２３４５６７",
            "+٤٩ ١٧١ ١٢٣٤٥٦٧",
            "+४९ १७१ १२३४५६७",
            "\u{202a}+49 171 1234567\u{202c}",
            "(+49) 171.123.45.67",
            "+0049 171 1234567",
            "Tel. +49 171 1234567 (mobil)",
            "+49 171 1234567 x 99",
            "+49 171 1234567#5",
        ] {
            assert_eq!(phone(text, None).as_deref(), Ok("+491711234567"), "{text}");
            assert_eq!(phone(text, Some("FR")).as_deref(), Ok("+491711234567"), "{text}");
        }
    }

    #[test]
    fn a_home_makes_national_numbers_international() {
        for (text, region, canonical) in [
            ("0171 1234567", "de", "+491711234567"),
            ("0171 1234567", "+49", "+491711234567"),
            ("01711234567.0", "49", "+491711234567"),
            ("(202) 456-1111", "US", "+12024561111"),
            ("1-202-456-1111", "US", "+12024561111"),
            ("011 44 20 7946 0958", "US", "+442079460958"),
            ("06 6982", "IT", "+39066982"),
            ("06 69812345", "IT", "+390669812345"),
            ("+39 (0)6 69812345", "IT", "+390669812345"),
            ("8 (912) 345-67-89", "RU", "+79123456789"),
            ("8 10 49 171 1234567", "RU", "+491711234567"),
            ("06 1 234 5678", "HU", "+3612345678"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("٠١٠٠١٢٣٤٥٦٧", "EG", "+201001234567"),
            ("03-1234-5678", "JP", "+81312345678"),
            ("098765 43210", "IN", "+919876543210"),
            ("๐๘๑ ๒๓๔ ๕๖๗๘", "TH", "+66812345678"),
            ("050-123-4567", "IL", "+972501234567"),
            ("0532 123 45 67", "TR", "+905321234567"),
            ("0912 345 678", "VN", "+84912345678"),
            ("210 1234567", "GR", "+302101234567"),
        ] {
            assert_eq!(phone(text, Some(region)).as_deref(), Ok(canonical), "{text} {region}");
        }
    }

    #[test]
    fn without_a_home_digits_stay_digits() {
        assert_eq!(phone("0171-1234567", None).as_deref(), Ok("01711234567"));
        assert_eq!(phone("0171-1234567", Some("Atlantis")).as_deref(), Ok("01711234567"));
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        for text in [
            "n/a",
            "12345",
            "+49",
            "000 000 0000",
            "+0171 1234567",
            "4.91711E+11",
            "1234567890123456",
            "0171123456 / 030123456",
            "ada1234567@example.com",
            "1-800-FLOWERS",
            "+999",
        ] {
            assert_eq!(phone(text, None), Err(Fault::NotAPhone), "{text}");
        }
        assert_eq!(phone("  ", None), Err(Fault::Empty));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn canonical_numbers_are_fixed_points(
            text in "\\PC{0,20}|(\\+|00|011|810|0)?[0-9 ()/x-]{5,20}|\\+(1|7|36|39|44|49|54|55|52|370|375|225)[0-9]{5,12}",
            region in proptest::option::of("DE|US|RU|IT|HU|LT|BY|AR|BR|MX|AU|JP|CI|KZ|UZ|AG|49|\\+1|7|[A-Z]{2}"),
        ) {
            let region = region.as_deref();
            if let Ok(once) = phone(&text, region) {
                let digits = once.trim_start_matches('+');
                prop_assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit()));
                prop_assert_eq!(phone(&once, region), Ok(once.clone()));
                if once.starts_with('+') && region.is_none() {
                    prop_assert_eq!(phone(&once, None), Ok(once.clone()));
                }
            }
        }
    }
}
