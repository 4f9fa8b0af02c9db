//! The records as they are compared: canonical values as numbers, a row beside the next.
//!
//! A column becomes one or several *fields*: a full name is a given name, a surname and what stands between. Each
//! distinct value is brought into its canonical form once, by [`onefold_model::normalise`], and what comparisons need of
//! it (a phonetic key, a date's digits, the words of an address) is kept beside it. A record is a row of numbers, 4 bytes
//! a field, so that the candidate pairs of a record cost a cache line each and equality costs no look at the text.
//!
//! Fields of one *family* share their numbers: that the given name of one record is the surname of another is seen
//! without reading either.

mod family;
mod lexicon;
mod living;

use onefold_model::normalise::Order;

use super::comparison::Kind;
use super::intern::{ABSENT, Interner, Map, hash_bytes, hash_of, mix};
use super::role::Role;
pub(crate) use family::Family;
pub(crate) use lexicon::{Lexicon, Traits, domain, end, local, start};
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
    use super::super::kernel;
    use super::family::{plain_email, plain_phone, plain_word};
    use super::lexicon::{digit_sign, letter_sign};
    use super::*;
    use onefold_model::normalise;
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
