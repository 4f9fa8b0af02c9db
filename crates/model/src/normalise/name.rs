//! Names of people, for comparison.
//!
//! The same woman is `Lovelace, Ada`, `Dr. Ada LOVELACE` and `ada lovelace`. The canonical form is her words, folded,
//! given names first. It is for matching alone: a letter is addressed with the name as she wrote it.
//!
//! Titles and honorifics in a short list go when another word remains (a person called Herr keeps it); `jr` and `iii`
//! stay, at the end, since they tell a son from his father. Deliberately absent: nicknames (`Bob` is a matter of
//! scoring, not of spelling), initials, the order of names without a comma (`Yamada Taro`), particles (`van`, `bin`),
//! transliteration, honorifics written without a space.

use super::text::words;
use super::{Fault, fold};

/// Written before a name, folded.
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "mx", "sir", "madam", "mister", "missus", "dr", "drs", "doctor", "prof",
    "professor", "rev", "reverend", "herr", "herrn", "frau", "hr", "dipl", "ing", "mag", "dhr", "mevr",
    "mevrouw", "meneer", "m", "mm", "mme", "mlle", "monsieur", "madame", "mademoiselle", "maitre", "sr", "sra",
    "srta", "senor", "senora", "senorita", "sig", "sigra", "signor", "signore", "signora", "dott", "dottssa",
    "senhor", "senhora", "bay", "bayan", "sayin", "κοσ", "κα", "κυριοσ", "κυρια", "δρ", "господин", "госпожа",
    "السيد", "السيده", "الدكتور", "الدكتوره", "גברת", "מר", "דר", "श्री", "श्रीमती", "डॉ", "นาย", "นาง",
    "นางสาว",
];

/// Written after a name, as a word of its own.
#[rustfmt::skip]
const HONORIFICS: &[&str] = &[
    "様", "さま", "さん", "氏", "先生", "殿", "씨", "님", "先生様", "女士", "小姐", "जी",
];

/// Generations: they stay, at the end.
#[rustfmt::skip]
const GENERATIONS: &[&str] = &[
    "jr", "sr", "junior", "senior", "ii", "iii", "iv",
];

/// Degrees and the like after a comma.
#[rustfmt::skip]
const DEGREES: &[&str] = &[
    "phd", "dphil", "dds", "esq", "mba", "msc", "bsc", "llm", "llb", "jd", "cpa", "obe", "mbe", "cbe", "frs",
];

/// The canonical form of a person's name: folded words, one space between them, given names first.
///
/// Hyphens separate words, apostrophes join them, every other sign is a space. `Surname, Given` is turned round.
///
/// ```
/// use onefold_model::normalise::{Fault, name};
///
/// assert_eq!(name("Lovelace, Dr. Ada")?, "ada lovelace");
/// assert_eq!(name("  Mme Marie-José  O’NEIL ")?, "marie jose oneil");
/// assert_eq!(name("Smith, John, Jr.")?, "john smith jr");
/// assert_eq!(name("Frau")?, "frau");
/// assert_eq!(name("4711"), Err(Fault::NotAName));
/// # Ok::<(), Fault>(())
/// ```
///
/// # Errors
/// [`Fault::Empty`], or [`Fault::NotAName`] where there is no letter.
pub fn name(text: &str) -> Result<String, Fault> {
    let folded = fold(text);
    if folded.is_empty() {
        return Err(Fault::Empty);
    }
    let mut parts: Vec<Vec<String>> = folded.split([',', '،']).map(words).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| !titles(part)) {
        // `Mrs, Ada Lovelace`: a title before the comma is no surname.
        let first_named = parts.iter().position(|part| !titles(part)).unwrap_or(0);
        parts.drain(..first_named);
    }
    let mut parts = parts.into_iter();
    let surname = parts.next().ok_or(Fault::NotAName)?;
    let (mut given, mut generation) = (Vec::new(), Vec::new());
    for part in parts {
        if part.iter().all(|word| GENERATIONS.contains(&word.as_str())) {
            generation.extend(part);
        } else if !titles(&part) && !DEGREES.contains(&part.concat().as_str()) {
            given.extend(part);
        }
    }
    let all: Vec<String> = given.into_iter().chain(surname).chain(generation).collect();
    let named = bare(&all);
    if named.iter().flat_map(|word| word.chars()).any(char::is_alphabetic) {
        Ok(named.join(" "))
    } else {
        Err(Fault::NotAName)
    }
}

fn titles(part: &[String]) -> bool {
    part.iter().all(|word| TITLES.contains(&word.as_str()))
}

/// Without titles before and honorifics after, as long as a word remains.
fn bare(mut words: &[String]) -> &[String] {
    while let [first, rest @ ..] = words
        && !rest.is_empty()
        && TITLES.contains(&first.as_str())
    {
        words = rest;
    }
    while let [rest @ .., last] = words
        && !rest.is_empty()
        && HONORIFICS.contains(&last.as_str())
    {
        words = rest;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_person_has_one_name() {
        for text in [
            "Ada Lovelace",
            "LOVELACE, ADA",
            "Ms. Ada Lovelace",
            "Prof. Dr. Ada Lovelace",
            "Lovelace, Ada, PhD",
            "Ada Lovelace, Ph.D.",
            "Mrs, Ada Lovelace",
            "Ada\u{a0}Lovelace",
            "Ada (Lovelace)",
            "Lovelace ,Ada",
            "Àda Lovelaçe",
            "Ａｄａ　Ｌｏｖｅｌａｃｅ",
            "Mr/Mrs Ada Lovelace",
        ] {
            assert_eq!(name(text).as_deref(), Ok("ada lovelace"), "{text}");
        }
    }

    #[test]
    fn names_are_written_in_every_script() {
        for (text, canonical) in [
            ("κ. Νίκος Παπαδόπουλος", "κ νικοσ παπαδοπουλοσ"),
            ("Παπαδόπουλος, Νίκος", "νικοσ παπαδοπουλοσ"),
            ("Госпожа Алёна Ёлкина", "алена елкина"),
            ("السيدة فَاطِمَة الزهراء", "فاطمه الزهراء"),
            ("الزهراء، فاطمة", "فاطمه الزهراء"),
            ("ד״ר דָּוִד כהן", "דוד כהן"),
            ("山田 太郎 様", "山田 太郎"),
            ("ジョン・スミス", "ジョン スミス"),
            ("श्री रवि शर्मा", "रवि शर्मा"),
            ("นาย สมชาย ใจดี", "สมชาย ใจดี"),
            ("Bay Iğdır Yıldız", "igdir yildiz"),
            ("Nguyễn Thị Ánh", "nguyen thi anh"),
            ("김 철수 씨", "김 철수"),
        ] {
            assert_eq!(name(text).as_deref(), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn a_title_alone_is_a_name() {
        assert_eq!(name("Dr.").as_deref(), Ok("dr"));
        assert_eq!(name("Mr. Dr.").as_deref(), Ok("dr"));
        assert_eq!(name("様").as_deref(), Ok("様"));
        assert_eq!(name("Lovelace, Mrs").as_deref(), Ok("lovelace"));
        assert_eq!(name("Smith, Sr.").as_deref(), Ok("smith sr"));
        assert_eq!(name("García, Sr. Juan").as_deref(), Ok("juan garcia"));
    }

    #[test]
    fn what_has_no_letter_is_no_name() {
        assert_eq!(name(" \u{200b}"), Err(Fault::Empty));
        for text in ["12", "---", "?", ", ,", "♥"] {
            assert_eq!(name(text), Err(Fault::NotAName), "{text}");
        }
    }

    #[test]
    fn the_lists_are_words_as_they_are_compared() {
        for word in TITLES.iter().chain(HONORIFICS).chain(GENERATIONS).chain(DEGREES) {
            assert_eq!(words(&fold(word)), [*word], "{word}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn canonical_names_are_fixed_points(text in "\\PC{0,16}|((Dr|Mr|Sr|Jr|PhD|様|씨|Ada|O'|か|\u{3099}|\u{1100}|\u{1161}|1)[ ,.'-]{0,2}){0,6}") {
            if let Ok(once) = name(&text) {
                prop_assert_eq!(name(&once), Ok(once.clone()));
            }
        }
    }
}
