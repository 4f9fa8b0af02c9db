//! The records as they are compared: canonical values as numbers, a row beside the next.
//!
//! A column becomes one or several *fields*: a full name is a given name, a surname and what stands between. Each
//! distinct value is brought into its canonical form once, by [`onefold_model::normalise`], and what comparisons need of
//! it (a phonetic key, a date's digits, the words of an address) is kept beside it. A record is a row of numbers, 4 bytes
//! a field, so that the candidate pairs of a record cost a cache line each and equality costs no look at the text.
//!
//! Fields of one *family* share their numbers: that the given name of one record is the surname of another is seen
//! without reading either.

mod living;

use onefold_model::normalise::{self, Order};

use super::comparison::Kind;
use super::intern::{ABSENT, Interner, Map, hash_bytes, hash_of, mix};
use super::kernel;
use super::role::Role;
pub(crate) use living::Uses;

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
    Postcode,
    /// Letters and digits.
    Code,
    /// Words.
    Text,
    /// As it is written, folded.
    Plain,
}

impl Family {
    fn of(kind: Kind, order: Option<Order>) -> Self {
        match kind {
            Kind::Given | Kind::Surname | Kind::Middle => Self::Name,
            Kind::Date => Self::Date(order),
            Kind::Email => Self::Email,
            Kind::Phone => Self::Phone,
            Kind::Postcode => Self::Postcode,
            Kind::Identifier | Kind::Short => Self::Code,
            Kind::Place | Kind::Words | Kind::Category | Kind::Set => Self::Text,
            Kind::Number | Kind::Distance | Kind::Own => Self::Plain,
        }
    }

    /// Whether a value is certainly in canonical form: quick, and true for most.
    fn is_canonical(self, raw: &str) -> bool {
        let fine = match self {
            Self::Name | Self::Text => plain_word(raw),
            Self::Email => plain_email(raw),
            Self::Phone => plain_phone(raw),
            Self::Postcode | Self::Code => raw.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
            Self::Date(_) | Self::Plain => false,
        };
        fine && !filler(raw)
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
            Self::Postcode | Self::Code if raw.is_ascii() => {
                raw.bytes().filter(u8::is_ascii_alphanumeric).map(|c| char::from(c.to_ascii_lowercase())).collect()
            }
            Self::Postcode | Self::Code => normalise::fold(raw).chars().filter(|c| c.is_alphanumeric()).collect(),
            Self::Text if plain_word(raw) => raw.to_owned(),
            Self::Text => normalise::tokens(raw).join(" "),
            Self::Plain => normalise::fold(raw),
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

/// The common address: small letters and digits with dots and underscores between, one @, a domain of two plain labels.
fn plain_email(raw: &str) -> bool {
    let plain = |part: &str, signs: &[u8]| {
        let inside = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || signs.contains(&c);
        let ends = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        part.len() < 64 && part.bytes().all(inside) && ends(part.bytes().next()) && ends(part.bytes().next_back())
    };
    let Some((local, (name, top))) =
        raw.split_once('@').and_then(|(local, domain)| Some((local, domain.split_once('.')?)))
    else {
        return false;
    };
    plain(local, b"._")
        && !local.contains("..")
        && plain(name, b"")
        && !name.starts_with("xn")
        && !top.is_empty()
        && top.bytes().all(|c| c.is_ascii_lowercase())
}

fn email(raw: &str) -> String {
    if plain_email(raw) {
        return raw.to_owned();
    }
    normalise::email(raw).unwrap_or_else(|_| normalise::fold(raw).chars().filter(|c| *c != ' ').collect())
}

/// A national number of plain digits: nothing to take off, and nothing that begins a calling code.
fn plain_phone(raw: &str) -> bool {
    (7..=15).contains(&raw.len()) && raw.bytes().all(|c| c.is_ascii_digit()) && !raw.starts_with("00")
}

fn phone(raw: &str) -> String {
    if plain_phone(raw) {
        return raw.to_owned();
    }
    match normalise::phone(raw, None) {
        Ok(phone) => phone.trim_start_matches('+').to_owned(),
        Err(_) => normalise::fold(raw).chars().filter(char::is_ascii_digit).collect(),
    }
}

/// Distinct canonical values with what comparisons need of them.
#[derive(Clone, Debug)]
pub(crate) struct Lexicon {
    family: Family,
    pub(crate) values: Interner,
    pub(crate) traits: Vec<Traits>,
    /// Names: the groups of given names that each belongs to.
    groups: Vec<&'static [u16]>,
    /// The words of texts and names, as numbers.
    pub(crate) words: Interner,
    word_hashes: Vec<u64>,
    word_ends: Vec<u32>,
    word_codes: Vec<u32>,
}

/// What is kept of a value beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traits {
    /// How often which letters and digits come: two values within k edits differ in at most 2k bits.
    pub(crate) sign: u32,
    /// The length of the text.
    pub(crate) len: u32,
    /// Names: the phonetic key. Dates of eight digits: the digits, four bits each. Postcodes: a hash of the first half. E-mail: a hash of what stands before the @. Phone numbers
    /// and codes: a hash of the last eight.
    pub(crate) key: u64,
}

impl Lexicon {
    fn new(family: Family) -> Self {
        Self {
            family,
            values: Interner::default(),
            traits: vec![Traits::default()],
            groups: Vec::new(),
            words: Interner::default(),
            word_hashes: vec![0],
            word_ends: vec![0],
            word_codes: Vec::new(),
        }
    }

    /// The number of a canonical value.
    pub(crate) fn add(&mut self, canonical: &str) -> u32 {
        let code = self.values.add(canonical);
        self.learn();
        code
    }

    /// Whether the key of a value is its last eight letters or digits.
    pub(crate) fn keeps_end(&self) -> bool {
        matches!(self.family, Family::Phone | Family::Code)
    }

    /// Finds out what is kept of the values that have come since.
    fn learn(&mut self) {
        for code in self.traits.len()..self.values.len() {
            let text = self.values.text(code as u32);
            let sign = match self.family {
                Family::Phone | Family::Date(_) => digit_sign(text),
                Family::Email => letter_sign(local(text)),
                _ => letter_sign(text),
            };
            let key = match self.family {
                Family::Name => kernel::phonetic(text),
                Family::Date(_) if text.len() == 8 => u64::from_str_radix(text, 16).unwrap_or(u64::MAX),
                Family::Date(_) => u64::MAX,
                Family::Postcode => hash_bytes(start(text, text.chars().count() / 2).as_bytes()),
                Family::Email => hash_bytes(local(text).as_bytes()),
                Family::Phone | Family::Code => hash_bytes(end(text, 8).as_bytes()),
                Family::Text | Family::Plain => 0,
            };
            self.traits.push(Traits { sign, len: u32::try_from(text.len()).unwrap_or(u32::MAX), key });
            if self.family == Family::Name {
                self.groups.resize(code, &[]);
                self.groups.push(kernel::given_groups(text));
            }
            if matches!(self.family, Family::Text | Family::Name) {
                for word in text.split(' ').filter(|word| !word.is_empty()) {
                    self.word_codes.push(self.words.add(word));
                    if self.word_hashes.len() < self.words.len() {
                        self.word_hashes.push(hash_bytes(word.as_bytes()));
                    }
                }
                self.word_ends.push(u32::try_from(self.word_codes.len()).unwrap_or(u32::MAX));
            }
        }
    }

    /// Takes in the values of a column and gives the canonical number of each; `part` says which part of them counts.
    ///
    /// The values themselves are taken over where nothing stands here yet: most are canonical already.
    fn absorb(&mut self, column: &mut Interner, whole: bool, part: impl Fn(&str) -> String) -> Vec<u32> {
        let raw = column.len();
        if self.values.len() > 1 || !whole {
            let codes = column.codes().map(|code| self.values.add(&part(column.text(code))));
            let codes = std::iter::once(ABSENT).chain(codes).collect();
            self.learn();
            return codes;
        }
        self.values = std::mem::take(column);
        let mut codes = Vec::with_capacity(raw);
        codes.push(ABSENT);
        for code in 1..raw as u32 {
            let text = self.values.text(code);
            if self.family.is_canonical(text) {
                codes.push(code);
            } else {
                let canonical = part(text);
                codes.push(if canonical == text { code } else { self.values.add(&canonical) });
            }
        }
        self.learn();
        self.values.seal();
        self.traits.shrink_to_fit();
        codes
    }

    pub(crate) fn groups(&self, code: u32) -> &'static [u16] {
        self.groups.get(code as usize).copied().unwrap_or(&[])
    }

    pub(crate) fn text(&self, code: u32) -> &str {
        self.values.text(code)
    }

    /// Reads where a value stands.
    pub(crate) fn place(&self, code: u32) -> u32 {
        self.values.end(code) ^ self.traits(code).sign
    }

    /// Reads the first letter of a value.
    pub(crate) fn letter(&self, code: u32) -> u8 {
        self.text(code).as_bytes().first().copied().unwrap_or(0)
    }

    pub(crate) fn traits(&self, code: u32) -> Traits {
        self.traits.get(code as usize).copied().unwrap_or_default()
    }

    /// A hash of a word.
    pub(crate) fn word_hash(&self, word: u32) -> u64 {
        self.word_hashes.get(word as usize).copied().unwrap_or(0)
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

/// What stands before the @.
pub(crate) fn local(mail: &str) -> &str {
    mail.split_once('@').map_or(mail, |(local, _)| local)
}

/// What stands behind the @.
pub(crate) fn domain(mail: &str) -> &str {
    mail.split_once('@').map_or("", |(_, domain)| domain)
}

/// The last letters of a text.
pub(crate) fn end(text: &str, count: usize) -> &str {
    match count.checked_sub(1).and_then(|last| text.char_indices().rev().nth(last)) {
        Some((from, _)) => text.get(from..).unwrap_or(text),
        None => text,
    }
}

/// The first letters of a text.
pub(crate) fn start(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).and_then(|(to, _)| text.get(..to)).unwrap_or(text)
}

/// A bit for each letter and digit that occurs; some share one.
fn letter_sign(text: &str) -> u32 {
    text.chars().fold(0, |bits, letter| {
        bits | 1
            << match letter {
                'a'..='z' => letter as u32 - 'a' as u32,
                '0'..='9' => 22 + letter as u32 - '0' as u32,
                _ => letter as u32 & 31,
            }
    })
}

/// Three bits for each digit: that it comes once, twice, three times or more.
fn digit_sign(text: &str) -> u32 {
    text.bytes().filter(u8::is_ascii_digit).fold(0, |bits, byte| {
        let of = 3 * u32::from(byte - b'0');
        let known = bits >> of & 7;
        bits | (known << 1 | 1) << of & 7 << of
    })
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
    /// How its values are compared.
    pub kind: Kind,
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

impl Written {
    pub(crate) fn of(order: Order) -> Self {
        match order {
            Order::YearFirst => Self::YearFirst,
            Order::DayFirst => Self::DayFirst,
            Order::MonthFirst => Self::MonthFirst,
        }
    }
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
        Family::of(self.kind, self.order.map(Into::into))
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
    /// The fields whose values are many: their signs stand in the rows behind the numbers, so that most values that differ
    /// are told apart without a look elsewhere.
    signed: Vec<usize>,
    width: usize,
    /// Row by row.
    codes: Vec<u32>,
    /// What a record says, hashed: no matter how it is called and in which order its columns stand. By it samples are
    /// drawn and ties are broken, so that other ids give the same answer.
    pub(crate) contents: Vec<u64>,
    /// How a record is called, hashed: breaks ties between records that say the same.
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
                let shared = if *family == Family::Name { None } else { Some(nth) };
                distinct.iter().position(|known| *known == (*family, shared)).unwrap_or_else(|| {
                    distinct.push((*family, shared));
                    distinct.len() - 1
                })
            })
            .collect();
        let lexicons: Vec<Lexicon> = distinct.iter().map(|(family, _)| Lexicon::new(*family)).collect();
        let signed = (0..fields.len()).filter(|field| {
            families
                .get(*field)
                .is_some_and(|family| matches!(family, Family::Email | Family::Phone | Family::Postcode | Family::Code))
        });
        let signed: Vec<usize> = signed.collect();
        Self { width: fields.len() + signed.len(), fields, families, lexicon_of, lexicons, signed, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn row(&self, row: u32) -> &[u32] {
        let from = row as usize * self.width;
        self.codes.get(from..from + self.width).unwrap_or(&[])
    }

    pub(crate) fn code(&self, row: u32, field: usize) -> u32 {
        self.codes.get(row as usize * self.width + field).copied().unwrap_or(ABSENT)
    }

    /// Where in a row the sign of a field stands.
    pub(crate) fn sign_at(&self, field: usize) -> Option<usize> {
        self.signed.iter().position(|signed| *signed == field).map(|nth| self.fields.len() + nth)
    }

    pub(crate) fn lexicon(&self, field: usize) -> &Lexicon {
        // INVARIANT: every field has a lexicon.
        static NOTHING: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(|| Lexicon::new(Family::Text));
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
        let part = part(&family.canonical(raw), spec.part).to_owned();
        self.lexicons.get_mut(*of).map_or(ABSENT, |lexicon| lexicon.add(&part))
    }

    /// What a field holds, as a number: not what its column is called, or where it stands.
    fn tag(&self, nth: usize) -> u64 {
        self.fields.get(nth).map_or(0, |field| hash_of((field.kind, field.part)))
    }

    /// By which ties are broken: what a record says, then how it is called.
    pub(crate) fn rank(&self, row: u32) -> (u64, u64) {
        let at = |all: &[u64]| all.get(row as usize).copied().unwrap_or(0);
        (at(&self.contents), at(&self.keys))
    }

    /// Adds a record; `cell` gives the raw value of each field.
    pub(crate) fn push<'a>(&mut self, key: u64, source: u16, cell: impl Fn(&Field) -> &'a str) -> u32 {
        let row = self.keys.len();
        self.codes.resize((row + 1) * self.width, ABSENT);
        for field in 0..self.fields.len() {
            let raw = self.fields.get(field).map_or("", &cell);
            let code = self.intern(field, raw);
            if let Some(place) = self.codes.get_mut(row * self.width + field) {
                *place = code;
            }
        }
        self.sign(row);
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        self.origin.push(row);
        let number = u32::try_from(self.contents.len()).unwrap_or(u32::MAX);
        let said = |nth| content(self.tag(nth), self.text(number, nth));
        let said = (0..self.fields.len()).map(said).fold(0, u64::wrapping_add);
        self.contents.push(said);
        self.keys.push(key);
        self.sources.push(source);
        row
    }

    /// Writes the signs behind the numbers of a row.
    fn sign(&mut self, row: usize) {
        for nth in 0..self.signed.len() {
            let Some(field) = self.signed.get(nth).copied() else { continue };
            let sign = self.lexicon(field).traits(self.code(row as u32, field)).sign;
            if let Some(place) = self.codes.get_mut(row * self.width + self.fields.len() + nth) {
                *place = sign;
            }
        }
    }

    /// Reads the columns of a table. They are used up one by one, so that no value is held twice for long.
    pub(crate) fn read(fields: Vec<Field>, table: &mut super::Table) -> Self {
        let mut records = Self::new(fields);
        // Column by column, raw numbers become canonical ones in their place.
        let mut columns: Vec<Vec<u32>> = vec![Vec::new(); records.fields.len()];
        for column in &mut table.columns {
            let wanted: Vec<usize> = (0..records.fields.len())
                .filter(|nth| records.fields.get(*nth).is_some_and(|it| it.column == column.name))
                .collect();
            for (nth, field) in wanted.iter().enumerate() {
                let (Some(family), Some(of), Some(spec), Some(to)) = (
                    records.families.get(*field),
                    records.lexicon_of.get(*field),
                    records.fields.get(*field),
                    columns.get_mut(*field),
                ) else {
                    continue;
                };
                let last = nth + 1 == wanted.len();
                let whole = spec.part == Part::Whole && last;
                let Some(lexicon) = records.lexicons.get_mut(*of) else { continue };
                let codes =
                    lexicon.absorb(&mut column.values, whole, |raw| part(&family.canonical(raw), spec.part).to_owned());
                *to = if last { std::mem::take(&mut column.codes) } else { column.codes.clone() };
                for code in to {
                    *code = codes.get(*code as usize).copied().unwrap_or(ABSENT);
                }
            }
            if !wanted.is_empty() {
                column.values = Interner::default();
            }
        }
        let mut contents = vec![0_u64; table.len()];
        for (nth, column) in columns.iter().enumerate() {
            let tag = records.tag(nth);
            let lexicon = records.lexicon(nth);
            let hashes: Vec<u64> =
                std::iter::once(0).chain(lexicon.values.codes().map(|code| content(tag, lexicon.text(code)))).collect();
            for (sum, code) in contents.iter_mut().zip(column) {
                *sum = sum.wrapping_add(hashes.get(*code as usize).copied().unwrap_or(0));
            }
        }
        let order = order(contents, table.keys());
        records.contents = order.iter().map(|(content, ..)| *content).collect();
        records.keys = order.iter().map(|(_, key, _)| *key).collect();
        records.origin = order.iter().map(|(.., row)| *row).collect();
        drop(order);
        let source = |row: &u32| table.sources.get(*row as usize).copied().unwrap_or(0);
        records.sources = records.origin.iter().map(source).collect();
        // Then rows are written one after the other.
        records.codes.reserve_exact(records.keys.len() * records.width);
        for row in &records.origin {
            let cell = |column: &Vec<u32>| column.get(*row as usize).copied().unwrap_or(ABSENT);
            records.codes.extend(columns.iter().map(cell));
            records.codes.extend(std::iter::repeat_n(0, records.signed.len()));
        }
        drop(columns);
        let width = records.width;
        for nth in 0..records.signed.len() {
            let Some(field) = records.signed.get(nth).copied() else { continue };
            let signs: Vec<u32> = records.lexicon(field).traits.iter().map(|traits| traits.sign).collect();
            let at = records.fields.len() + nth;
            for row in records.codes.chunks_exact_mut(width.max(1)) {
                let sign = row.get(field).and_then(|code| signs.get(*code as usize)).copied().unwrap_or(0);
                if let Some(place) = row.get_mut(at) {
                    *place = sign;
                }
            }
        }
        records
    }

    /// How often each value of a field occurs in it.
    pub(crate) fn counts(&self, field: usize) -> Vec<u32> {
        let mut counts = vec![0_u32; self.lexicon(field).values.len()];
        for code in self.codes.iter().skip(field).step_by(self.width.max(1)) {
            if let Some(count) = counts.get_mut(*code as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// All numbers of a field, by record.
    pub(crate) fn column(&self, field: usize) -> impl Iterator<Item = u32> + '_ {
        self.codes.iter().skip(field).step_by(self.width.max(1)).copied()
    }
}

/// The rows of a table in the order of what they say, then of their ids.
fn order(contents: Vec<u64>, keys: Vec<u64>) -> Vec<(u64, u64, u32)> {
    let mut order: Vec<(u64, u32)> = contents.into_iter().zip(0..).collect();
    order.sort_unstable();
    let key = |row: u32| keys.get(row as usize).copied().unwrap_or(0);
    let mut order: Vec<(u64, u64, u32)> = order.into_iter().map(|(content, row)| (content, key(row), row)).collect();
    // Few records say the same.
    let mut from = 0;
    while from < order.len() {
        let same =
            order.get(from..).unwrap_or(&[]).iter().take_while(|it| order.get(from).is_some_and(|one| one.0 == it.0));
        let to = from + same.count().max(1);
        if to - from > 1
            && let Some(same) = order.get_mut(from..to)
        {
            same.sort_unstable();
        }
        from = to;
    }
    order
}

/// A hash of a value in a field; of an absent one nothing.
pub(crate) fn content(tag: u64, text: &str) -> u64 {
    if text.is_empty() { 0 } else { mix(hash_bytes(text.as_bytes()) ^ tag) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn the_quick_way_is_the_way_of_the_model(
            mail in "[a-z0-9._A-Z-]{1,6}@[a-z0-9-]{1,5}(\\.[a-z]{0,3}){1,2}",
            digits in "[0+][0-9]{5,15}",
            word in "[a-z]{1,6}",
        ) {
            if plain_email(&mail) {
                prop_assert_eq!(normalise::email(&mail), Ok(mail.clone()));
            }
            if plain_phone(&digits) {
                prop_assert_eq!(normalise::phone(&digits, None).map(|it| it.trim_start_matches('+').to_owned()), Ok(digits.clone()));
            }
            if plain_word(&word) {
                prop_assert_eq!(normalise::name(&word), Ok(word.clone()));
                prop_assert_eq!(normalise::tokens(&word).join(" "), word);
            }
        }

        #[test]
        fn values_within_k_edits_differ_in_at_most_2k_bits(a in "[a-z0-9.東京都ав]{1,12}", b in "[a-z0-9.東京都ав]{1,12}", c in "[0-9]{1,12}", d in "[0-9]{1,12}") {
            let apart = (letter_sign(&a) ^ letter_sign(&b)).count_ones() as usize;
            prop_assert!(apart <= 2 * kernel::osa(&a, &b));
            let apart = (digit_sign(&c) ^ digit_sign(&d)).count_ones() as usize;
            prop_assert!(apart <= 2 * kernel::osa(&c, &d));
        }
    }

    #[test]
    fn a_full_name_has_parts() {
        for (name, given, middle, last) in [
            ("frank edward brightman", "frank", "edward", "brightman"),
            ("frank brightman", "frank", "", "brightman"),
            ("brightman", "", "", "brightman"),
        ] {
            assert_eq!(part(name, Part::Given), given);
            assert_eq!(part(name, Part::Middle), middle);
            assert_eq!(part(name, Part::Last), last);
        }
    }
}
