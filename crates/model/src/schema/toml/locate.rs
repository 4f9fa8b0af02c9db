//! Places for faults that were found after reading, in plain data that knows no places.
//!
//! A fault names what it is about in backticks, so the text is searched for that name: among declarations where the
//! fault is about one, among references where it is about those. Where nothing fits, the place stays empty; a wrong
//! place would be worse than none.

use std::ops::Range;

use ::toml::de::{DeTable, DeValue};

use crate::Diagnostic;

/// A text in the document, the key at which it stands, and the top-level key of that.
struct Mention<'t> {
    part: &'t str,
    key: &'t str,
    text: &'t str,
    span: Range<usize>,
}

/// The same faults, with places in the text where they can be told.
pub(super) fn locate(text: &str, faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let Ok(document) = DeTable::parse(text) else {
        return faults;
    };
    let mut mentions = Vec::new();
    for (part, value) in document.get_ref() {
        mention(part.get_ref(), part.get_ref(), value.span(), value.get_ref(), &mut mentions);
    }
    mentions.sort_by_key(|mention| mention.span.start);
    let placed = |fault: Diagnostic| Diagnostic { span: place(&fault, &mentions).unwrap_or_default(), ..fault };
    faults.into_iter().map(placed).collect()
}

fn mention<'t>(part: &'t str, key: &'t str, span: Range<usize>, value: &'t DeValue<'t>, out: &mut Vec<Mention<'t>>) {
    match value {
        DeValue::String(text) => out.push(Mention { part, key, text, span }),
        DeValue::Array(items) => {
            for item in items {
                mention(part, key, item.span(), item.get_ref(), out);
            }
        }
        DeValue::Table(table) => {
            for (key, value) in table {
                mention(part, key.get_ref(), value.span(), value.get_ref(), out);
            }
        }
        _ => {}
    }
}

fn place(fault: &Diagnostic, mentions: &[Mention<'_>]) -> Option<Range<usize>> {
    let (before, name) = fault.message.split_once('`')?;
    let (name, _) = name.split_once('`')?;
    let what = before.trim().trim_start_matches("unknown ").trim_start_matches("group ");
    let declares = |key: &str| matches!(key, "name" | "also" | "channels");
    let (part, declared) = match (fault.code, what) {
        ("S04", "purpose") => ("kind", false),
        ("S04" | "S05", "field") => ("field_group", false),
        ("S04", "source") => ("view", false),
        (_, "property") => ("event", true),
        (_, "channel") => ("channels", true),
        (_, "field group") => ("field_group", true),
        (_, what) => (what, true),
    };
    let mut fitting = mentions.iter().filter(|it| it.part == part && it.text == name && declares(it.key) == declared);
    // Of two the second is the one too many.
    let found = match fault.code {
        "S01" | "S05" => fitting.next_back(),
        _ => fitting.next(),
    };
    found.map(|it| it.span.clone())
}
