//! What single characters are: invisible, an accent, a digit of some script, a letter in disguise.
//!
//! Unicode's normal forms unify what the standard calls equivalent. People who type names treat more as equal: `ł`
//! and `l`, `ة` and `ه`, a curly and a straight apostrophe, a word with and without its vowel points. These small
//! tables say which. The criterion is what a keyboard, a form or a passport office swaps, never what merely sounds
//! alike.

/// Characters that take no room and carry no letter: zero-width, bidirectional controls, soft hyphen, variation
/// selectors, fillers, tags (Unicode Standard, section 23.2, and UAX #9).
pub(super) fn invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// White space of any width, the blank Braille cell included.
pub(super) fn space(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// Marks that matching ignores: accents on Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel signs,
/// Syriac points. The voicing marks of kana and the vowel signs of Indic scripts are letters to their readers and are
/// not here.
pub(super) fn accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}'
        | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}' | '\u{898}'..='\u{89F}'
        | '\u{8CA}'..='\u{8E1}' | '\u{8E3}'..='\u{8FF}' | '\u{711}' | '\u{730}'..='\u{74A}')
}

/// What stands for the same in matching: a letter without its disguise, one apostrophe, one hyphen, one quotation
/// mark. `None` where the character stands for itself. Case is folded before; the results are stable under the table.
pub(super) fn plainer(c: char) -> Option<&'static str> {
    Some(match c {
        // Latin letters that do not decompose; two-letter readings where passports use them (ICAO Doc 9303, part 3).
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' | 'ɔ' | 'ɵ' => "o",
        'ł' | 'ƚ' | 'ɫ' => "l",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ı' | 'ɨ' | 'ɩ' => "i",
        'ħ' => "h",
        'ŧ' | 'ⱦ' => "t",
        'ŋ' | 'ɲ' | 'ɳ' => "n",
        'ə' | 'ǝ' | 'ɛ' | 'ɇ' => "e",
        'ĸ' => "q",
        'ƒ' => "f",
        'ɓ' | 'ƀ' => "b",
        'ƙ' => "k",
        'ƴ' | 'ɏ' => "y",
        'ǥ' | 'ɠ' | 'ɣ' => "g",
        'ƶ' | 'ȥ' => "z",
        'ʉ' | 'ʊ' => "u",
        'ȷ' | 'ɉ' => "j",
        'ɍ' => "r",
        'ⱥ' => "a",
        'ȼ' => "c",
        'ɦ' => "h",
        // Arabic, Persian and Urdu keyboards write one letter with several code points.
        'ٱ' => "ا",
        'ى' | 'ی' => "ي",
        'ة' | 'ہ' | 'ۃ' | 'ە' => "ه",
        'ک' => "ك",
        // Yiddish digraphs.
        'װ' => "וו",
        'ױ' => "וי",
        'ײ' => "יי",
        // One apostrophe, one quotation mark, one hyphen, one slash.
        '\u{2018}'..='\u{201B}'
        | '`'
        | '\u{2B9}'
        | '\u{2BB}'..='\u{2BF}'
        | '\u{2C8}'
        | '\u{2032}'
        | '\u{2035}'
        | '\u{5F3}'
        | '\u{55A}'
        | '\u{2039}'
        | '\u{203A}'
        | '\u{A78C}'
        | '\u{7F4}' => "'",
        '\u{201C}'..='\u{201F}' | '\u{2BA}' | '«' | '»' | '\u{5F4}' | '\u{301D}'..='\u{301F}' => "\"",
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{5BE}'
        | '\u{58A}'
        | '\u{30A0}'
        | '\u{2E3A}'
        | '\u{2E3B}'
        | '\u{2E40}'
        | '\u{1806}' => "-",
        '\u{2044}' | '\u{2215}' => "/",
        _ => return None,
    })
}

/// The zero of every script whose ten digits follow each other (general category `Nd`), ascending.
#[rustfmt::skip]
const ZEROS: [u32; 59] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090,
    0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E950,
];

/// The ASCII digit of a decimal digit in any script.
pub(super) fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let below = ZEROS.partition_point(|zero| *zero <= code);
    let zero = ZEROS.get(below.checked_sub(1)?)?;
    char::from_digit(code - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ten_digits_of_every_script_are_numeric_and_ascend() {
        assert!(ZEROS.is_sorted());
        for zero in ZEROS {
            for value in 0..10 {
                let c = char::from_u32(zero + value).expect("a character");
                assert!(c.is_numeric(), "{c:?} is no digit");
                assert_eq!(digit(c), char::from_digit(value, 10));
            }
        }
        assert_eq!(digit('a'), None);
        assert_eq!(digit('/'), None);
        assert_eq!(digit('½'), None);
    }

    #[test]
    fn what_a_letter_is_replaced_by_stands_for_itself() {
        for c in '\0'..=char::MAX {
            for plain in plainer(c).into_iter().flat_map(str::chars) {
                assert_eq!(plainer(plain), None, "{c:?}");
                assert!(!accent(plain) && !invisible(plain));
            }
        }
    }

    #[test]
    fn no_letter_is_taken_for_an_accent_or_for_invisible() {
        for c in ('\0'..=char::MAX)
            .filter(|c| c.is_alphabetic() && unicode_normalization::char::canonical_combining_class(*c) == 0)
        {
            let filler =
                matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{640}' | '\u{17B4}' | '\u{17B5}');
            assert!(filler || !accent(c) && !invisible(c), "{:x}", u32::from(c));
        }
    }
}
