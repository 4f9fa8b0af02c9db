//! The distinct values of a family, with what comparisons need of each: worked out once, however often it comes.

use super::super::intern::{ABSENT, Interner, hash_bytes};
use super::super::kernel;
use super::Family;

/// Distinct canonical values with what comparisons need of them.
#[derive(Clone, Debug)]
pub(crate) struct Lexicon {
    pub(super) family: Family,
    pub(crate) values: Interner,
    pub(crate) traits: Vec<Traits>,
    /// Names: the groups of given names that each belongs to.
    pub(super) groups: Vec<&'static [u16]>,
    /// The words of texts and names, as numbers.
    pub(crate) words: Interner,
    pub(super) word_hashes: Vec<u64>,
    pub(super) word_ends: Vec<u32>,
    pub(super) word_codes: Vec<u32>,
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
    pub(super) fn new(family: Family) -> Self {
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
    pub(super) fn absorb(&mut self, column: &mut Interner, whole: bool, part: impl Fn(&str) -> String) -> Vec<u32> {
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
pub(super) fn letter_sign(text: &str) -> u32 {
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
pub(super) fn digit_sign(text: &str) -> u32 {
    text.bytes().filter(u8::is_ascii_digit).fold(0, |bits, byte| {
        let of = 3 * u32::from(byte - b'0');
        let known = bits >> of & 7;
        bits | (known << 1 | 1) << of & 7 << of
    })
}
