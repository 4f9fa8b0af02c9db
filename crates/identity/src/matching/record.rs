//! The records as they are compared: canonical values as numbers, a row beside the next.
//!
//! A column becomes one or several *fields*: a full name is a given name, a surname and what stands between. Each
//! distinct value is brought into its canonical form once, by [`onefold_model::normalise`], and what comparisons need of
//! it (a phonetic key, a date's digits, the words of an address) is kept beside it. A record is a row of numbers, 4 bytes
//! a field, so that the candidate pairs of a record cost a cache line each and equality costs no look at the text.
//!
//! Fields of one *family* share their numbers: that the given name of one record is the surname of another is seen
//! without reading either.

use onefold_model::normalise::{self, Order};

use super::intern::{ABSENT, Interner, Map, hash_bytes, hash_of};
use super::kernel;
use super::role::Role;

/// What a field holds, and so how its values look in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The whole value of a column.
    Whole,
    /// The first word of a full name.
    Given,
    /// The last word of a full name.
    Last,
    /// The words between.
    Middle,
}

/// A family of values with one canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    Name,
    Date(Option<Order>),
    Email,
    Phone,
    Code,
    Text,
}

impl Family {
    pub(crate) fn of(role: Role, order: Option<Order>) -> Self {
        match role {
            Role::GivenName | Role::Surname | Role::FullName => Self::Name,
            Role::BirthDate | Role::Date => Self::Date(order),
            Role::Email => Self::Email,
            Role::Phone => Self::Phone,
            Role::Postcode | Role::Identifier | Role::HouseNumber | Role::Number => Self::Code,
            _ => Self::Text,
        }
    }

    /// The canonical form of a value; empty where it says nothing.
    pub(crate) fn canonical(self, raw: &str) -> String {
        if filler(raw) {
            return String::new();
        }
        match self {
            Self::Name => name(raw),
            Self::Date(order) => date(raw, order.unwrap_or_default()),
            Self::Email => email(raw),
            Self::Phone => phone(raw),
            Self::Code if raw.is_ascii() => {
                raw.bytes().filter(u8::is_ascii_alphanumeric).map(|c| char::from(c.to_ascii_lowercase())).collect()
            }
            Self::Code => normalise::fold(raw).chars().filter(|c| c.is_alphanumeric()).collect(),
            Self::Text if plain_word(raw) => raw.to_owned(),
            Self::Text => normalise::tokens(raw).join(" "),
        }
    }
}

/// Whether a value only fills its field. The slow look is spared where a value cannot be one.
fn filler(raw: &str) -> bool {
    let mut bytes = raw.bytes();
    let (Some(a), Some(b)) = (bytes.next(), bytes.next()) else { return false };
    let near = a.abs_diff(b) <= 1;
    let suspicious = if a.is_ascii_digit() { near } else { raw.len() <= 16 && !raw.contains('@') };
    suspicious && normalise::placeholder(raw)
}

/// One word of small Latin letters is canonical already, whatever kind of text it is.
fn plain_word(raw: &str) -> bool {
    !raw.is_empty() && raw.bytes().all(|c| c.is_ascii_lowercase())
}

fn name(raw: &str) -> String {
    if plain_word(raw) {
        return raw.to_owned();
    }
    normalise::name(raw).unwrap_or_else(|_| normalise::tokens(raw).join(" "))
}

fn date(raw: &str, order: Order) -> String {
    match normalise::ymd(raw, order) {
        Ok((year, month, day)) => format!("{year:04}{month:02}{day:02}"),
        // A day that no calendar has is still nearly the day that was meant.
        Err(_) => normalise::fold(raw).chars().filter(char::is_ascii_digit).collect(),
    }
}

fn email(raw: &str) -> String {
    // The common case: small letters and digits, dots between them, one @, a domain of plain labels.
    let plain = |part: &str, signs: &[u8]| {
        let inside = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || signs.contains(&c);
        let ends = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        part.len() < 64 && part.bytes().all(inside) && ends(part.bytes().next()) && ends(part.bytes().next_back())
    };
    if let Some((local, domain)) = raw.split_once('@')
        && plain(local, b"_")
        && let Some((name, top)) = domain.split_once('.')
        && plain(name, b"")
        && plain(top, b"")
        && !name.starts_with("xn")
        && top.bytes().all(|c| c.is_ascii_lowercase())
    {
        return raw.to_owned();
    }
    normalise::email(raw).unwrap_or_else(|_| normalise::fold(raw).chars().filter(|c| *c != ' ').collect())
}

fn phone(raw: &str) -> String {
    // A national number of plain digits: nothing to take off, and nothing that begins a calling code.
    if (7..=15).contains(&raw.len()) && raw.bytes().all(|c| c.is_ascii_digit()) && !raw.starts_with("00") {
        return raw.to_owned();
    }
    match normalise::phone(raw, None) {
        Ok(phone) => phone.trim_start_matches('+').to_owned(),
        Err(_) => normalise::fold(raw).chars().filter(char::is_ascii_digit).collect(),
    }
}

/// Distinct canonical values with what comparisons need of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexicon {
    pub(crate) values: Interner,
    pub(crate) traits: Vec<Traits>,
    /// Names: the groups of given names that each belongs to.
    groups: Vec<&'static [u16]>,
    /// The words of texts, as numbers.
    pub(crate) words: Interner,
    word_ends: Vec<u32>,
    word_codes: Vec<u32>,
    /// The parts of e-mail addresses.
    pub(crate) locals: Interner,
    pub(crate) domains: Interner,
}

/// What is kept of a value beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traits {
    /// Which letters or digits it has: a bit each. Two values within k edits differ in at most 2k bits.
    pub(crate) letters: u64,
    /// Names: the phonetic key. Dates and other short codes: the digits. E-mail: numbers of local part and domain.
    pub(crate) key: u64,
}

impl Traits {
    pub(crate) fn local(self) -> u32 {
        self.key as u32
    }

    pub(crate) fn domain(self) -> u32 {
        (self.key >> 32) as u32
    }
}

impl Lexicon {
    pub(crate) fn add(&mut self, family: Family, canonical: &str) -> u32 {
        if self.traits.is_empty() {
            self.traits.push(Traits::default());
            self.word_ends.push(0);
        }
        let before = self.values.len();
        let code = self.values.add(canonical);
        if self.values.len() == before {
            return code;
        }
        let mut traits = Traits { letters: letters(canonical), key: 0 };
        match family {
            Family::Name => {
                traits.key = kernel::phonetic(canonical);
                self.groups.resize(self.traits.len(), &[]);
                self.groups.push(kernel::given_groups(canonical));
                self.add_words(canonical);
            }
            Family::Date(_) => traits.key = canonical.parse().unwrap_or(u64::MAX),
            Family::Email => {
                let (local, domain) = canonical.split_once('@').unwrap_or((canonical, ""));
                traits.key = u64::from(self.locals.count_in(local)) | u64::from(self.domains.count_in(domain)) << 32;
            }
            Family::Text => self.add_words(canonical),
            Family::Phone | Family::Code => {}
        }
        self.traits.push(traits);
        if matches!(family, Family::Text | Family::Name) {
            self.word_ends.push(u32::try_from(self.word_codes.len()).unwrap_or(u32::MAX));
        }
        code
    }

    pub(crate) fn groups(&self, code: u32) -> &'static [u16] {
        self.groups.get(code as usize).copied().unwrap_or(&[])
    }

    fn add_words(&mut self, canonical: &str) {
        for word in canonical.split(' ').filter(|word| !word.is_empty()) {
            let word = self.words.add(word);
            self.word_codes.push(word);
        }
    }

    pub(crate) fn text(&self, code: u32) -> &str {
        self.values.text(code)
    }

    pub(crate) fn traits(&self, code: u32) -> Traits {
        self.traits.get(code as usize).copied().unwrap_or_default()
    }

    /// The words of a text.
    pub(crate) fn words_of(&self, code: u32) -> &[u32] {
        let Some(before) = (code as usize).checked_sub(1) else { return &[] };
        match (self.word_ends.get(before), self.word_ends.get(code as usize)) {
            (Some(from), Some(to)) => self.word_codes.get(*from as usize..*to as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// A bit for each letter and digit, and some for all others.
fn letters(text: &str) -> u64 {
    let mut bits = 0_u64;
    for byte in text.bytes() {
        bits |= 1 << match byte {
            b'a'..=b'z' => byte - b'a',
            b'0'..=b'9' => 26 + byte - b'0',
            _ => 36 + (byte & 15),
        };
    }
    bits
}

/// A field of the records.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Field {
    /// Its name: that of its column, with the part of a full name.
    pub name: String,
    /// The column from which it is read.
    pub column: String,
    /// What the column holds.
    pub role: Role,
    /// Which part of the column.
    pub part: Part,
    /// How dates are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Written>,
}

/// In which order a source writes the parts of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// `1990-04-03`.
    YearFirst,
    /// `03/04/1990` is the third of April.
    DayFirst,
    /// `03/04/1990` is the fourth of March.
    MonthFirst,
}

impl From<Written> for Order {
    fn from(written: Written) -> Self {
        match written {
            Written::YearFirst => Self::YearFirst,
            Written::DayFirst => Self::DayFirst,
            Written::MonthFirst => Self::MonthFirst,
        }
    }
}

impl Field {
    pub(crate) fn family(&self) -> Family {
        Family::of(self.role, self.order.map(Into::into))
    }
}

/// All records, as rows of numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) fields: Vec<Field>,
    families: Vec<Family>,
    /// Which lexicon each field's numbers are of.
    lexicon_of: Vec<usize>,
    pub(crate) lexicons: Vec<Lexicon>,
    /// Row by row.
    codes: Vec<u32>,
    /// By which ties are broken: a number that follows from the record's id alone.
    pub(crate) keys: Vec<u64>,
    pub(crate) sources: Vec<u16>,
    /// The row of the table that each came from.
    pub(crate) origin: Vec<u32>,
}

impl Records {
    pub(crate) fn new(fields: Vec<Field>) -> Self {
        let families: Vec<Family> = fields.iter().map(Field::family).collect();
        let mut distinct: Vec<(Family, Option<usize>)> = Vec::new();
        let lexicon_of = families
            .iter()
            .enumerate()
            .map(|(nth, family)| {
                // Names are shared, so that swapped ones are seen; other fields have numbers of their own.
                let shared = (*family == Family::Name).then_some(()).map_or(Some(nth), |()| None);
                distinct.iter().position(|known| *known == (*family, shared)).unwrap_or_else(|| {
                    distinct.push((*family, shared));
                    distinct.len() - 1
                })
            })
            .collect();
        let lexicons = vec![Lexicon::default(); distinct.len()];
        Self { fields, families, lexicon_of, lexicons, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn row(&self, row: u32) -> &[u32] {
        let width = self.fields.len();
        let from = row as usize * width;
        self.codes.get(from..from + width).unwrap_or(&[])
    }

    pub(crate) fn code(&self, row: u32, field: usize) -> u32 {
        self.codes.get(row as usize * self.fields.len() + field).copied().unwrap_or(ABSENT)
    }

    pub(crate) fn lexicon(&self, field: usize) -> &Lexicon {
        // INVARIANT: every field has a lexicon.
        static NOTHING: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(Lexicon::default);
        self.lexicon_of.get(field).and_then(|at| self.lexicons.get(*at)).unwrap_or(&NOTHING)
    }

    pub(crate) fn text(&self, row: u32, field: usize) -> &str {
        self.lexicon(field).text(self.code(row, field))
    }

    /// The number of a raw value in a field.
    fn intern(&mut self, field: usize, raw: &str) -> u32 {
        let (Some(family), Some(of), Some(spec)) =
            (self.families.get(field), self.lexicon_of.get(field), self.fields.get(field))
        else {
            return ABSENT;
        };
        let canonical = family.canonical(raw);
        let part = part(&canonical, spec.part);
        let Some(lexicon) = self.lexicons.get_mut(*of) else { return ABSENT };
        if part.is_empty() { ABSENT } else { lexicon.add(*family, part) }
    }

    /// Adds a record; `cell` gives the raw value of each field.
    pub(crate) fn push<'a>(&mut self, key: u64, source: u16, cell: impl Fn(&Field) -> &'a str) -> u32 {
        for field in 0..self.fields.len() {
            let raw = self.fields.get(field).map_or("", &cell);
            let code = self.intern(field, raw);
            self.codes.push(code);
            if let Some(lexicon) = self.lexicon_of.get(field).and_then(|at| self.lexicons.get_mut(*at)) {
                lexicon.values.add_count(code, 1);
            }
        }
        self.origin.push(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        self.keys.push(key);
        self.sources.push(source);
        u32::try_from(self.keys.len() - 1).unwrap_or(u32::MAX)
    }

    /// Reads the columns of a table, which is used up column by column so that no value is held twice for long.
    pub(crate) fn read(fields: Vec<Field>, mut table: super::Table) -> (Self, super::Table) {
        let mut records = Self::new(fields);
        records.keys = table.keys();
        records.sources = std::mem::take(&mut table.sources);
        let (rows, width) = (records.keys.len(), records.fields.len());
        records.codes = vec![ABSENT; rows * width];
        let names: Vec<String> = records.fields.iter().map(|field| field.column.clone()).collect();
        for column in &mut table.columns {
            let wanted: Vec<usize> = (0..width).filter(|field| names.get(*field) == Some(&column.name)).collect();
            for field in &wanted {
                let codes: Vec<u32> = std::iter::once(ABSENT)
                    .chain(column.values.codes().map(|code| records.intern(*field, column.values.text(code))))
                    .collect();
                let of = records.lexicon_of.get(*field).copied().unwrap_or(0);
                if let Some(lexicon) = records.lexicons.get_mut(of) {
                    for (raw, code) in codes.iter().enumerate() {
                        lexicon.values.add_count(*code, column.values.count(raw as u32));
                    }
                    lexicon.values.shrink();
                    lexicon.traits.shrink_to_fit();
                }
                for (raw, place) in column.codes.iter().zip(records.codes.iter_mut().skip(*field).step_by(width)) {
                    *place = codes.get(*raw as usize).copied().unwrap_or(ABSENT);
                }
            }
            if !wanted.is_empty() {
                column.codes = Vec::new();
                column.values = Interner::default();
            }
        }
        records.sort();
        (records, table)
    }

    /// Brings the rows into the order of their keys, so that nothing depends on the order in which they came.
    fn sort(&mut self) {
        let mut order: Vec<(u64, u32)> = self.keys.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let width = self.fields.len();
        let mut codes = Vec::with_capacity(self.codes.len());
        for (_, row) in &order {
            let from = *row as usize * width;
            codes.extend_from_slice(self.codes.get(from..from + width).unwrap_or(&[]));
        }
        self.codes = codes;
        self.sources = order.iter().map(|(_, row)| self.sources.get(*row as usize).copied().unwrap_or(0)).collect();
        self.keys = order.iter().map(|(key, _)| *key).collect();
        self.origin = order.iter().map(|(_, row)| *row).collect();
    }

    /// How often each value of a field occurs in it.
    pub(crate) fn counts(&self, field: usize) -> Vec<u32> {
        let mut counts = vec![0_u32; self.lexicon(field).values.len()];
        for code in self.codes.iter().skip(field).step_by(self.fields.len().max(1)) {
            if let Some(count) = counts.get_mut(*code as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// All numbers of a field, by record.
    pub(crate) fn column(&self, field: usize) -> impl Iterator<Item = u32> + '_ {
        self.codes.iter().skip(field).step_by(self.fields.len().max(1)).copied()
    }
}

/// A part of a canonical full name.
fn part(canonical: &str, part: Part) -> &str {
    match part {
        Part::Whole => canonical,
        Part::Given => match canonical.split_once(' ') {
            Some((given, _)) => given,
            None => "",
        },
        Part::Last => canonical.rsplit_once(' ').map_or(canonical, |(_, last)| last),
        Part::Middle => {
            let inner = canonical.split_once(' ').and_then(|(_, rest)| rest.rsplit_once(' '));
            inner.map_or("", |(inner, _)| inner)
        }
    }
}

/// A keyed hash of a value: what a model may keep of it.
pub(crate) fn veiled(key: u64, text: &str) -> u64 {
    hash_of((key, hash_bytes(text.as_bytes())))
}

/// The numbers of frequent values by their keyed hashes.
pub(crate) type Frequent = Map<u64, u32>;
