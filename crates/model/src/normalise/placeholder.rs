//! Values that are there and say nothing.
//!
//! A mandatory field gets filled: with `n/a`, `xxx`, `0000`, `1234567`. Counted as values they make a column look
//! full, and as identifiers they make one person of a thousand. This is a hint for the profile of a *source*, where
//! such a value is frequent; a single one may be true, for there are people called Null. So nothing is dropped
//! because of it, and nothing here knows the column.

use super::fold;

/// Folded. What several languages write for *unknown*, *none*, *not given*, and what impatience types.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "#n/a", "#null!", "#value!", "(blank)", "(empty)", "(none)", "(null)", "[blank]", "[null]", "\\n",
    "anonymous", "asdf", "asdfasdf", "asdfgh", "blank", "bilinmiyor", "brak", "desconhecido", "desconocido",
    "dummy", "empty", "fake", "foo", "foobar", "inconnu", "k. a.", "k.a.", "keine angabe", "khong co",
    "missing", "n a", "n. a.", "n.a", "n.a.", "n.d.", "n.n.", "n/a", "n/d", "na", "nan", "nd", "nil", "no data",
    "no email", "no name", "no phone", "noname", "none", "not applicable", "not available", "not given",
    "not known", "not provided", "not set", "null", "onbekend", "placeholder", "qwerty", "qwertz", "s/o",
    "sample", "sconosciuto", "sin dato", "tba", "tbc", "tbd", "test", "test test", "testing", "todo",
    "unbekannt", "undefined", "unknown", "unspecified", "void", "αγνωστο", "неизвестно", "не указано",
    "לא ידוע", "غير معروف", "अज्ञात", "ไม่มี", "ไม่ทราบ", "なし", "不明", "无", "未知", "無", "미상", "없음",
];

/// Whether a value only fills its field: empty, a word for *nothing*, one sign over and over, a row of keys.
///
/// ```
/// use onefold_model::normalise::placeholder;
///
/// for filler in ["", " - ", "N/A", "null", "Unbekannt", "XXX", "0000-00-00", "1234567", "不明"] {
///     assert!(placeholder(filler), "{filler}");
/// }
/// for value in ["Ada", "0", "1815-12-10", "A", "III"] {
///     assert!(!placeholder(value), "{value}");
/// }
/// ```
pub fn placeholder(text: &str) -> bool {
    let folded = fold(text);
    // Nothing but punctuation, the empty text included; a symbol may be a value (`♥`, `€`).
    if folded.chars().all(|c| c == ' ' || c.is_ascii_punctuation() || matches!(c, '…' | '·' | '•' | '。' | '、'))
    {
        return true;
    }
    if WORDS.contains(&folded.as_str()) {
        return true;
    }
    let signs: Vec<char> =
        folded.chars().filter(|c| !matches!(c, ' ' | '-' | '/' | '.' | ':' | '(' | ')' | '+' | '_')).collect();
    let Some(first) = signs.first().copied() else {
        return true;
    };
    let alike = signs.iter().all(|c| *c == first);
    match first {
        '0' if alike => signs.len() >= 3,
        'x' if alike => signs.len() >= 2,
        _ if first.is_ascii_alphabetic() && alike => signs.len() >= 4,
        _ if first.is_ascii_digit() => signs.len() >= 6 && (alike || row_of_keys(&signs)),
        _ => false,
    }
}

/// `123456`, `0123456789`, `1234567890`, `987654`.
fn row_of_keys(signs: &[char]) -> bool {
    let row: String = signs.iter().collect();
    ["01234567890", "9876543210", "09876543210"].iter().any(|keys| keys.contains(&row)) || row == "123456789012"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_folded_and_listed_once() {
        for (index, word) in WORDS.iter().enumerate() {
            assert_eq!(fold(word), *word);
            assert!(!WORDS[..index].contains(word), "{word}");
        }
    }

    #[test]
    fn fillers_of_every_kind_are_seen() {
        for text in [
            "?",
            "...",
            "--",
            "NONE",
            "NaN",
            "n.a.",
            "Test",
            "aaaa",
            "xx",
            "00000",
            "000-000-0000",
            "+00 000",
            "111111",
            "1234567890",
            "987654321",
            "Ｎ／Ａ",
            "Άγνωστο",
            "없음",
        ] {
            assert!(placeholder(text), "{text}");
        }
    }

    #[test]
    fn true_values_are_left_alone() {
        for text in [
            "no",
            "00",
            "12345",
            "1111",
            "aa",
            "Anna",
            "+491711234567",
            "10115",
            "ada@example.com",
            "♥",
            "ア",
            "Nadia",
            "34512",
            "x-ray",
        ] {
            assert!(!placeholder(text), "{text}");
        }
    }
}
