//! Postal codes, in compact form.
//!
//! `SW1A 1AA`, `sw1a1aa` and `SW1A-1AA` are one code. Where the space goes depends on the country, and a source often
//! does not say which; so the canonical form has none. Latin letters and digits are all that the world's codes
//! consist of (UPU standard S42), whatever the script of the address.
//!
//! Deliberately absent: the check against a country's pattern, and the cut of `12345-6789` to `12345`: that one code
//! lies in the other is a matter of comparison.

use super::{Fault, fold};

/// Country codes that letters to the Continent carry before the number: vehicle codes and ISO 3166-1 alpha-2.
#[rustfmt::skip]
const COUNTRIES: &[&str] = &[
    "a", "at", "b", "be", "bg", "ch", "cy", "cz", "d", "de", "dk", "e", "ee", "es", "est", "f", "fi", "fin",
    "fl", "fr", "gr", "h", "hr", "hu", "i", "is", "it", "l", "li", "lt", "lu", "lv", "mc", "n", "nl", "no", "p",
    "pl", "pt", "ro", "s", "se", "si", "sk", "slo", "sm",
];

/// The canonical form of a postal code: capital letters and digits alone. A country's prefix with a hyphen before a
/// number (`D-10115`) is dropped.
///
/// ```
/// use onefold_model::normalise::{Fault, postcode};
///
/// assert_eq!(postcode(" sw1a 1aa")?, "SW1A1AA");
/// assert_eq!(postcode("D-10115")?, "10115");
/// assert_eq!(postcode("〒１００－０００１")?, "1000001");
/// assert_eq!(postcode("--"), Err(Fault::NotAPostcode));
/// # Ok::<(), Fault>(())
/// ```
///
/// # Errors
/// [`Fault::Empty`], [`Fault::NotAPostcode`], [`Fault::TooLong`] beyond 16 letters and digits.
pub fn postcode(text: &str) -> Result<String, Fault> {
    let folded = fold(text);
    if folded.is_empty() {
        return Err(Fault::Empty);
    }
    let code: String =
        without_country(&folded).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    match code.len() {
        0 => Err(Fault::NotAPostcode),
        1..=16 => Ok(code),
        _ => Err(Fault::TooLong),
    }
}

fn without_country(folded: &str) -> &str {
    match folded.split_once('-') {
        Some((country, number)) if COUNTRIES.contains(&country.trim_end()) && is_number(number) => number,
        _ => folded,
    }
}

/// At least three digits, with spaces and hyphens among them.
fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-')
        && text.chars().filter(char::is_ascii_digit).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_code_has_one_form() {
        for (text, canonical) in [
            ("EC1A 1BB", "EC1A1BB"),
            ("ec1a-1bb", "EC1A1BB"),
            ("CH-8001", "8001"),
            ("A – 1010", "1010"),
            ("se-111 22", "11122"),
            ("00-950", "00950"),
            ("K1A 0B1", "K1A0B1"),
            ("1012 ab", "1012AB"),
            ("12345-6789", "123456789"),
            ("E-1 6AN", "E16AN"),
            ("LV1010", "LV1010"),
            ("٤١٥٢٣", "41523"),
            ("११०००१", "110001"),
            ("๑๐๒๐๐", "10200"),
            ("Москва 101000", "101000"),
            ("תל אביב 6100000", "6100000"),
            ("Τ.Κ. 10431", "10431"),
        ] {
            assert_eq!(postcode(text).as_deref(), Ok(canonical), "{text}");
        }
        assert_eq!(postcode(" "), Err(Fault::Empty));
        assert_eq!(postcode("東京"), Err(Fault::NotAPostcode));
        assert_eq!(postcode("somewhere near the river"), Err(Fault::TooLong));
    }

    proptest! {
        #[test]
        fn canonical_codes_are_fixed_points(text in "\\PC{0,16}|[A-Fd ]{0,2}-?[A-D0-9 -]{0,8}") {
            if let Ok(once) = postcode(&text) {
                prop_assert_eq!(postcode(&once), Ok(once.clone()));
            }
        }
    }
}
