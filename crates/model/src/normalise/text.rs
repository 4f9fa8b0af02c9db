//! Free text, words, and identifiers that have no rule of their own.
//!
//! Two texts match when a patient reader would call them the same writing: case, accents, width, invisible
//! characters, kinds of space, apostrophe and hyphen do not count; letters do. [`fold`] is that equality as a
//! function. It starts from compatibility normalisation (UAX #15, NFKC) and Unicode's full case folding (The Unicode
//! Standard, section 3.13), and adds what matching needs: accents gone from Latin, Greek and Cyrillic, points and
//! vowel signs from Hebrew and Arabic, letters that do not decompose read as their plain ones.
//!
//! Kept on purpose: the voicing marks of kana (`か` is not `が`), vowel signs and viramas of Indic scripts, Thai vowels
//! and tones, for without them words become other words. Absent: `ü` as `ue` (half of Europe would disagree),
//! hiragana as katakana, simplified as traditional, one script as another, and the search for words in text that is
//! written without spaces.

use super::Fault;
use super::script::{accent, digit, invisible, plainer, space};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The form in which texts are compared. It never fails; nothing but spaces folds to the empty text.
///
/// ```
/// use onefold_model::normalise::fold;
///
/// assert_eq!(fold("  Ada\u{a0} LOVELACE\n"), "ada lovelace");
/// assert_eq!(fold("Łódź, Straße, Ærø, Þór"), "lodz, strasse, aero, thor");
/// assert_eq!(fold("ΝΊΚΟΣ"), fold("Νίκος"));
/// assert_eq!(fold("İstanbul"), fold("ISTANBUL"));
/// assert_eq!(fold("Nguyễn"), "nguyen");
/// assert_eq!(fold("أحمد"), fold("احمد"));
/// assert_eq!(fold("ﾊﾟﾊﾟ"), "パパ");
/// assert_ne!(fold("か"), fold("が"));
/// ```
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return squeeze(text.chars().map(|c| if c == '`' { '\'' } else { c.to_ascii_lowercase() }), text.len());
    }
    let mut letters = String::with_capacity(text.len());
    for c in text.chars().map(before_decomposition).nfkd() {
        if accent(c) || invisible(c) || c.is_control() && !space(c) {
            continue;
        }
        // Lower, upper and lower case again is the full case folding: `ẞ` and `ß` meet `ss`, `ς` meets `σ`.
        for c in c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
            match plainer(c) {
                Some(plain) => letters.push_str(plain),
                None if accent(c) => {}
                None => letters.push(digit(c).unwrap_or(c)),
            }
        }
    }
    squeeze(letters.nfc(), letters.len())
}

/// Compatibility decomposition would make a space of these, and split the word they are in.
fn before_decomposition(c: char) -> char {
    match c {
        '´' | '\u{1FFD}' | '\u{1FBD}' | '\u{1FBF}' | '\u{1FFE}' | '\u{384}' => '\'',
        '\u{2033}' | '\u{2036}' | '\u{2DD}' => '"',
        '\u{309B}' => '\u{3099}',
        '\u{309C}' => '\u{309A}',
        _ => c,
    }
}

/// Runs of space become one, the ends none, control characters nothing.
fn squeeze(text: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut line = String::with_capacity(capacity);
    let mut gap = false;
    for c in text {
        if space(c) {
            gap = true;
        } else if !c.is_control() {
            if gap && !line.is_empty() {
                line.push(' ');
            }
            gap = false;
            line.push(c);
        }
    }
    line
}

/// The words of a text, folded: runs of letters and digits with the marks on them, in any script, in order.
///
/// An apostrophe inside a word is dropped, so that `O'Neil` is the one word `oneil`; every other sign ends a word.
/// Scripts written without spaces give a word for each run.
///
/// ```
/// use onefold_model::normalise::tokens;
///
/// assert_eq!(tokens("O’Neil & Söhne, 2nd floor"), ["oneil", "sohne", "2nd", "floor"]);
/// assert_eq!(tokens("हिन्दी भाषा"), ["हिन्दी", "भाषा"]);
/// assert_eq!(tokens("東京都、港区"), ["東京都", "港区"]);
/// assert!(tokens(" -- ").is_empty());
/// ```
pub fn tokens(text: &str) -> Vec<String> {
    words(&fold(text))
}

/// The words of a text that is folded already.
pub(super) fn words(folded: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut rest = folded.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = !word.is_empty();
        if c.is_alphanumeric() && (inside || !is_combining_mark(c)) || inside && is_combining_mark(c) {
            word.push(c);
        } else if inside && !joins(c, &word, rest.peek().copied()) {
            words.push(word.nfc().collect());
            word.clear();
        }
    }
    if !word.is_empty() {
        words.push(word.nfc().collect());
    }
    words
}

/// An apostrophe between letters, or the quotation mark of a Hebrew abbreviation.
fn joins(c: char, word: &str, next: Option<char>) -> bool {
    let hebrew = |c: char| ('\u{5D0}'..='\u{5EA}').contains(&c);
    match (c, next) {
        ('\'', Some(next)) => next.is_alphanumeric(),
        ('"', Some(next)) => hebrew(next) && word.chars().next_back().is_some_and(hebrew),
        _ => false,
    }
}

/// The canonical form of an identifier without a rule of its own: a customer number, a cookie. Composed (UAX #15,
/// NFC), trimmed, without control and invisible characters; case is kept, since for most systems `a1` and `A1` are
/// two customers.
///
/// ```
/// use onefold_model::normalise::{Fault, plain};
///
/// assert_eq!(plain(" A-17\u{200b}\r\n")?, "A-17");
/// assert_eq!(plain("\t"), Err(Fault::Empty));
/// # Ok::<(), Fault>(())
/// ```
///
/// # Errors
/// [`Fault::Empty`] where nothing visible is left.
pub fn plain(text: &str) -> Result<String, Fault> {
    let composed: String = text.chars().filter(|c| !c.is_control() && !invisible(*c)).nfc().collect();
    let trimmed = composed.trim_matches(space);
    if trimmed.is_empty() { Err(Fault::Empty) } else { Ok(trimmed.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_character_folds_to_a_fixed_point() {
        for c in '\0'..=char::MAX {
            let once = fold(&c.to_string());
            assert_eq!(fold(&once), once, "{c:?} {:x}", u32::from(c));
        }
    }

    /// But for the Greek iota subscript, which is a mark in small letters and a letter in capitals; as a mark it
    /// goes.
    #[test]
    fn case_never_counts() {
        for c in ('\0'..=char::MAX).filter(|c| !c.nfkd().any(|part| part == '\u{345}')) {
            let (small, large) = (c.to_lowercase().collect::<String>(), c.to_uppercase().collect::<String>());
            assert_eq!(fold(&small), fold(&large), "{c:?} {:x}", u32::from(c));
        }
    }

    #[test]
    fn the_way_of_ascii_is_the_way_of_all_scripts() {
        for c in '\0'..='\u{7f}' {
            let long = fold(&format!("x{c}y é"));
            assert_eq!(long, format!("{} e", fold(&format!("x{c}y"))));
        }
    }

    #[test]
    fn scripts_fold_as_their_readers_expect() {
        for (left, right) in [
            ("Ἀθῆναι", "ΑΘΗΝΑΙ"),
            ("Ёлкин", "ЕЛКИН"),
            ("Київ", "КИІВ"),
            ("مُحَمَّد", "محمد"),
            ("محـــمد", "محمد"),
            ("فاطمة", "فاطمه"),
            ("علی", "علي"),
            ("یاکوب", "ياكوب"),
            ("שָׁלוֹם", "שלום"),
            ("ﬁnal ﬂow", "final flow"),
            ("Ａｄａ　Ｌ", "ada l"),
            ("Diyarbakır", "DİYARBAKIR"),
            ("Trần Thị Đào", "TRAN THI DAO"),
            ("か゛", "が"),
            ("한국", "한국"),
            ("O´Neil", "o’neil"),
            ("Jean–Luc", "jean-luc"),
            ("x\u{200b}\u{202a}y\u{ad}\u{feff}", "xy"),
            ("Tür ١٢٣ १२३ ๑๒๓", "tur 123 123 123"),
            ("ＳＴＲＡẞＥ", "strasse"),
            ("Sørby Ångström Čapek Đorđe", "sorby angstrom capek dorde"),
        ] {
            assert_eq!(fold(left), fold(right), "{left} {right}");
        }
        for (left, right) in [("ハ", "パ"), ("कि", "की"), ("ไก่", "ไก"), ("に", "ニ"), ("ن", "ت"), ("בית", "בת")]
        {
            assert_ne!(fold(left), fold(right), "{left} {right}");
        }
    }

    #[test]
    fn words_are_found_in_every_script() {
        assert_eq!(tokens("Η Αθήνα, το 2026!"), ["η", "αθηνα", "το", "2026"]);
        assert_eq!(tokens("сестра-хозяйка"), ["сестра", "хозяика"]);
        assert_eq!(tokens("السَّلام عليكم"), ["السلام", "عليكم"]);
        assert_eq!(tokens("ד\"ר כהן"), ["דר", "כהן"]);
        assert_eq!(tokens("สวัสดี ครับ"), ["สวัสดี", "ครับ"]);
        assert_eq!(tokens("ジョン・スミス"), ["ジョン", "スミス"]);
        assert_eq!(tokens("Ağrı’nın dağı"), ["agrinin", "dagi"]);
        assert_eq!(tokens("'tis 'quoted'"), ["tis", "quoted"]);
    }

    #[test]
    fn a_plain_identifier_keeps_its_case_and_its_accents() {
        assert_eq!(plain(" Kunde\u{308} 7 ").as_deref(), Ok("Kundë 7"));
        assert_eq!(plain("\u{200b}\u{0}"), Err(Fault::Empty));
    }

    fn tricky() -> impl Strategy<Value = String> {
        let marks = "[ '\"`´a-cA-C\u{0}-\u{20}\u{a0}\u{300}-\u{310}\u{345}\u{1100}-\u{1102}\u{1161}-\u{1163}\u{5b0}-\u{5d2}\u{64b}-\u{650}かき\u{3099}-\u{309c}ﾞİıßΣς\u{915}-\u{94d}\u{200b}-\u{200f}-]{0,12}";
        prop_oneof![any::<String>(), marks.prop_map(|s: String| s)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn folding_twice_is_folding_once(text in tricky()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn the_words_of_words_are_the_words(text in tricky()) {
            let once = tokens(&text);
            prop_assert_eq!(tokens(&once.join(" ")), once);
        }

        #[test]
        fn plain_twice_is_plain_once(text in tricky()) {
            if let Ok(once) = plain(&text) {
                prop_assert_eq!(plain(&once), Ok(once.clone()));
            }
        }
    }
}
