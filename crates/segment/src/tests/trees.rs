//! Any tree reads back from its text and its JSON; any text gives an answer.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::dice::any_source;
use super::tree;
use crate::error::Faults;
use crate::parse::parse;
use crate::{Error, Source};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn every_tree_reads_back_from_its_text(source in any_source()) {
        let text = source.to_string();
        let read = tree(&text);
        prop_assert_eq!(&read, &source, "{}", text);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn every_tree_reads_back_from_json(source in any_source()) {
        let json = serde_json::to_string(&source).unwrap();
        prop_assert_eq!(serde_json::from_str::<Source>(&json).unwrap(), source);
    }

    #[test]
    fn canonical_form_is_canonical(source in any_source()) {
        prop_assert_eq!(source.clone().normal(), source);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,80}|[a-z \n\t\"'`\\\\@#(){}\\[\\]<>=!,.:%*0-9/+-]{0,120}") {
        sound(&text)?;
    }

    #[test]
    fn no_row_of_words_makes_the_reader_panic(words in vec(select(WORDS), 0..60)) {
        sound(&words.join(" "))?;
    }

    #[test]
    fn no_damage_makes_the_reader_panic(source in any_source(), from in any::<u16>(), length in 0..30_usize, word in select(WORDS)) {
        let text: Vec<char> = source.to_string().chars().collect();
        let from = usize::from(from) % (text.len() + 1);
        let rest = text.iter().skip(from + length);
        let damaged: String = text.iter().take(from).copied().chain(word.chars()).chain(rest.copied()).collect();
        sound(&damaged)?;
    }
}

/// Whether what is told of a text has its place there; where nothing is told, the text is a tree.
fn sound(text: &str) -> Result<(), TestCaseError> {
    let mut out = Faults::default();
    let parsed = parse(text, &mut out);
    match out.into_result() {
        Ok(()) => {
            let again = tree(&parsed.source.to_string());
            prop_assert_eq!(again, parsed.source);
        }
        Err(Error::Invalid(faults)) => {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(text.get(fault.span.clone()).is_some(), "{fault} at {:?} of {text}", fault.span);
                prop_assert!(!fault.show("my.seg", text).is_empty());
            }
        }
    }
    Ok(())
}

const WORDS: &[&str] = &[
    "segment",
    "x",
    "=",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "did",
    "count",
    "sum",
    "purchase",
    "any",
    ".",
    "amount",
    "in",
    "last",
    "30",
    "days",
    "500",
    "EUR",
    "and",
    "or",
    "not",
    ">=",
    "<",
    "\"DE\"",
    "country",
    "is",
    "null",
    "between",
    "ago",
    "since",
    "@2026-03-01",
    "then",
    "as",
    "c",
    "within",
    "1h",
    ",",
    "consent",
    "marketing",
    "ever",
    "trait",
    "top",
    "%",
    "within last",
    "é",
    "'",
    "`",
    "\"",
    "case",
    "when",
    "else",
    "end",
    "for",
    "except",
    "of",
    "all",
    "none",
    "stopped",
    "first time",
    "first",
    "sample",
    "salt",
    "bucket",
    "by",
    "among",
    "zone",
    "calendar",
    "month",
    "this",
    "session",
    "changed",
    "from",
    "to",
    "+",
    "-",
    "*",
    "/",
    "km",
    "next",
    "anniversary",
    "contains",
    "score",
    "size",
    "days_since",
    "sessions",
    ":",
    "int",
    "# note\n",
    "segment y =",
    "trait z = ",
    "before",
    "exists",
];
