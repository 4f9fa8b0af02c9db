//! A walk over a document with spans: each question either has an answer or leaves a fault behind, and goes on.

use std::ops::Range;
use std::time::Duration;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use serde::Deserialize;
use serde::de::value::StrDeserializer;

use crate::{Currency, Diagnostic, Text, Time};

pub(super) type Item<'t> = Spanned<DeValue<'t>>;

/// A table, and the keys that it was asked for.
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
    span: Range<usize>,
    asked: Vec<&'static str>,
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) faults: Vec<Diagnostic>,
}

pub(super) type Read<'t, T> = fn(&mut Reader, &'t Item<'t>, &str) -> Option<T>;

impl Reader {
    // ------------------------------------------------------------ keys of a table

    /// The document as a table.
    pub(super) fn document<'t>(document: &'t Spanned<DeTable<'t>>) -> Table<'t> {
        Table { entries: document.get_ref(), span: document.span(), asked: Vec::new() }
    }

    pub(super) fn table<'t>(&mut self, item: &'t Item<'t>, key: &str) -> Option<Table<'t>> {
        match item.get_ref() {
            DeValue::Table(entries) => Some(Table { entries, span: item.span(), asked: Vec::new() }),
            _ => self.wrong(item, key, "a table"),
        }
    }

    pub(super) fn get<'t, T>(&mut self, table: &mut Table<'t>, key: &'static str, read: Read<'t, T>) -> Option<T> {
        table.asked.push(key);
        read(self, table.entries.get(key)?, key)
    }

    pub(super) fn must<'t, T>(&mut self, table: &mut Table<'t>, key: &'static str, read: Read<'t, T>) -> Option<T> {
        if table.entries.get(key).is_none() {
            let message = format!("the key `{key}` is missing");
            let fault = Diagnostic::new("S15", table.span.clone(), message);
            self.faults.push(fault);
        }
        self.get(table, key, read)
    }

    pub(super) fn name(&mut self, table: &mut Table<'_>) -> Text {
        self.must(table, "name", Self::text).unwrap_or_default()
    }

    /// All tables of one kind: `[[source]]` as often as there are sources.
    pub(super) fn all<'t, T>(&mut self, table: &mut Table<'t>, key: &'static str, read: Read<'t, T>) -> Vec<T> {
        table.asked.push(key);
        let Some(item) = table.entries.get(key) else {
            return Vec::new();
        };
        match item.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| read(self, item, key)).collect(),
            other => {
                let message = format!("expected a list of tables for `{key}`, found {}", called(other));
                let fault = Diagnostic::new("S13", item.span(), message);
                let help = "write it with two brackets on each side, as in `[[source]]`, once for each";
                self.faults.push(match other {
                    DeValue::Table(_) => fault.help(help),
                    _ => fault,
                });
                Vec::new()
            }
        }
    }

    /// Reports every key that nobody asked for.
    pub(super) fn no_other(&mut self, table: &Table<'_>, also: &[&str]) {
        let known = || table.asked.iter().copied().chain(also.iter().copied());
        for (key, _) in table.entries {
            let name: &str = key.get_ref();
            if known().all(|known| known != name) {
                let fault = Diagnostic::new("S12", key.span(), format!("unknown key `{name}`"));
                self.faults.push(fault.help(suggestion(name, known())));
            }
        }
    }

    // ------------------------------------------------------------ values

    pub(super) fn wrong<T>(&mut self, item: &Item<'_>, key: &str, expected: &str) -> Option<T> {
        let message = format!("expected {expected} for `{key}`, found {}", called(item.get_ref()));
        self.faults.push(Diagnostic::new("S13", item.span(), message));
        None
    }

    pub(super) fn text(&mut self, item: &Item<'_>, key: &str) -> Option<Text> {
        match item.get_ref() {
            DeValue::String(text) => Some(text.as_ref().into()),
            _ => self.wrong(item, key, "a text in quotes"),
        }
    }

    pub(super) fn texts(&mut self, item: &Item<'_>, key: &str) -> Option<Vec<Text>> {
        match item.get_ref() {
            DeValue::Array(items) => Some(items.iter().filter_map(|item| self.text(item, key)).collect()),
            _ => self.wrong(item, key, "a list of texts"),
        }
    }

    pub(super) fn flag(&mut self, item: &Item<'_>, key: &str) -> Option<bool> {
        match item.get_ref() {
            DeValue::Boolean(yes) => Some(*yes),
            _ => self.wrong(item, key, "`true` or `false`"),
        }
    }

    pub(super) fn whole<N: Whole>(&mut self, item: &Item<'_>, key: &str) -> Option<N> {
        let DeValue::Integer(number) = item.get_ref() else {
            return self.wrong(item, key, "a whole number");
        };
        let read = u64::from_str_radix(number.as_str().trim_start_matches('+'), number.radix());
        let fits = read.ok().and_then(|number| N::try_from(number).ok());
        if fits.is_none() {
            let message = format!("`{key}` is a whole number from 0 to {}", N::MOST);
            self.faults.push(Diagnostic::new("S14", item.span(), message));
        }
        fits
    }

    pub(super) fn span(&mut self, item: &Item<'_>, key: &str) -> Option<Duration> {
        self.parsed(item, key, "a span of time such as \"30m\", \"12h\" or \"14d\"", crate::parse_span)
    }

    pub(super) fn currency(&mut self, item: &Item<'_>, key: &str) -> Option<Currency> {
        self.parsed(item, key, "a currency of three letters such as \"EUR\"", |text| text.parse().ok())
    }

    /// A time as TOML has it, or in quotes.
    pub(super) fn time(&mut self, item: &Item<'_>, key: &str) -> Option<Time> {
        const EXPECTED: &str = "a day or time such as 1970-01-01 or 2026-03-01T09:00:00Z";
        match item.get_ref() {
            DeValue::Datetime(time) => match time.to_string().parse() {
                Ok(time) => Some(time),
                Err(_) => self.wrong(item, key, EXPECTED),
            },
            _ => self.parsed(item, key, EXPECTED, |text| text.parse().ok()),
        }
    }

    pub(super) fn parsed<T>(
        &mut self,
        item: &Item<'_>,
        key: &str,
        expected: &str,
        read: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let DeValue::String(text) = item.get_ref() else {
            return self.wrong(item, key, expected);
        };
        let value = read(text);
        if value.is_none() {
            let message = format!("expected {expected} for `{key}`, found `{text}`");
            self.faults.push(Diagnostic::new("S14", item.span(), message));
        }
        value
    }

    /// One of the words of a choice, which the choice itself tells.
    pub(super) fn choice<'t, T: Deserialize<'t>>(&mut self, item: &'t Item<'t>, key: &str) -> Option<T> {
        let DeValue::String(text) = item.get_ref() else {
            return self.wrong(item, key, "a word in quotes");
        };
        match T::deserialize(StrDeserializer::new(text)) {
            Ok(choice) => Some(choice),
            Err(Misfit(words)) => {
                let message = format!("unknown `{key}` `{text}`");
                let fault = Diagnostic::new("S14", item.span(), message);
                self.faults.push(fault.help(suggestion(text, words.iter().copied())));
                None
            }
        }
    }
}

fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match crate::closest(name, known.clone()) {
        Some(known) => format!("did you mean `{known}`?"),
        None => {
            let known: Vec<String> = known.map(|known| format!("`{known}`")).collect();
            format!("known are {}", known.join(", "))
        }
    }
}

fn called(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

pub(super) trait Whole: TryFrom<u64> {
    /// The greatest that fits, as far as TOML has numbers.
    const MOST: i64;
}
macro_rules! whole {
    ($($number:ty: $most:expr),*) => { $( impl Whole for $number { const MOST: i64 = $most; } )* };
}
whole!(u8: u8::MAX as i64, u16: u16::MAX as i64, u32: u32::MAX as i64, usize: i64::MAX);

/// An unknown word, with the known ones.
#[derive(Debug)]
struct Misfit(&'static [&'static str]);

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an unknown word")
    }
}
impl std::error::Error for Misfit {}
impl serde::de::Error for Misfit {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self(&[])
    }
    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self(known)
    }
}
