//! Which records are worth comparing: blocking.
//!
//! A million records have half a billion pairs for each record that is a person's second one. So only records that share
//! a *blocking key* become candidate pairs: the same e-mail address, the same surname and birth date, the same rare word
//! in a name. A [`Rule`] says from which fields a key is made; several rules, each forgiving what another demands,
//! together find nearly all true pairs.
//!
//! A key that too many records share says nothing: its block is *oversize*, is counted and reported, and yields no pairs.
//! Blocks only grow as records come, so whether a pair is a candidate is a function of the set of records.

mod draw;
mod index;

pub(crate) use draw::{CAP, Draw, Drawn, MOST, WORD_CAP, prune};
pub(crate) use index::Index;
pub use index::{Oversize, Yield};

use super::intern::{ABSENT, fold, hash_bytes, hash_of, mix};
use super::record::{Lexicon, Records, end, start};

/// What of a value goes into a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// The whole value.
    Whole,
    /// How it sounds.
    Sound,
    /// Its first letters.
    Start(u8),
    /// Its last letters or digits.
    End(u8),
    /// Of an e-mail address what stands before the @.
    Local,
    /// Of a date the year.
    Year,
    /// Of a date month and day.
    MonthDay,
    /// Each of its words: a record has a key for each.
    Words,
    /// Each run of so many letters: a record has a key for each.
    Grams(u8),
}

impl Transform {
    fn is_many(self) -> bool {
        matches!(self, Self::Words | Self::Grams(_))
    }
}

/// One field, or several that are equal before it, in a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Key {
    pub(crate) fields: Vec<usize>,
    pub(crate) transform: Transform,
}

impl Key {
    pub(crate) fn new(field: usize, transform: Transform) -> Self {
        Self { fields: vec![field], transform }
    }

    /// Whether a record may have several.
    pub(crate) fn is_many(&self) -> bool {
        self.transform.is_many() || self.fields.len() > 1
    }

    /// The key of a value; `None` where there is none.
    fn of(&self, records: &Records, field: usize, code: u32) -> Option<u64> {
        if code == ABSENT {
            return None;
        }
        let lexicon = records.lexicon(field);
        let key = || lexicon.traits(code).key;
        Some(match self.transform {
            Transform::Whole | Transform::Words | Transform::Grams(_) => u64::from(code),
            Transform::Sound | Transform::Local => key(),
            Transform::End(8) if lexicon.keeps_end() => key(),
            Transform::Year | Transform::MonthDay if key() == u64::MAX => return None,
            Transform::Year => key() >> 16,
            Transform::MonthDay => key() & 0xffff,
            Transform::Start(count) => hash_bytes(start(lexicon.text(code), count.into()).as_bytes()),
            Transform::End(count) => hash_bytes(end(lexicon.text(code), count.into()).as_bytes()),
        })
    }

    /// A hash of what counts of each value of a field, by its number; 0 where nothing does.
    fn contents(&self, records: &Records, field: usize) -> Vec<u64> {
        let lexicon = records.lexicon(field);
        let content = |code| match (self.transform, self.of(records, field, code)) {
            (_, None) => 0,
            (Transform::Whole, _) => hash_bytes(lexicon.text(code).as_bytes()),
            (_, Some(key)) => mix(key) | 1,
        };
        std::iter::once(0).chain(lexicon.values.codes().map(content)).collect()
    }

    /// The parts of a key of words, each with a hash of its text.
    fn each_text(&self, records: &Records, row: u32, mut take: impl FnMut(u64, u64)) {
        for field in &self.fields {
            let lexicon = records.lexicon(*field);
            let code = records.code(row, *field);
            match self.transform {
                Transform::Words => {
                    for word in keyed(lexicon, code).iter() {
                        take(u64::from(*word), lexicon.word_hash(*word));
                    }
                }
                _ => self.each_of(records, *field, code, &mut |part| {
                    let text = if self.transform == Transform::Whole {
                        hash_bytes(lexicon.text(code).as_bytes())
                    } else {
                        part
                    };
                    take(part, text);
                }),
            }
        }
    }

    fn each(&self, records: &Records, row: u32, mut take: impl FnMut(u64)) {
        for field in &self.fields {
            self.each_of(records, *field, records.code(row, *field), &mut take);
        }
    }

    fn each_of(&self, records: &Records, field: usize, code: u32, take: &mut impl FnMut(u64)) {
        if code == ABSENT {
            return;
        }
        match self.transform {
            Transform::Words => {
                for word in keyed(records.lexicon(field), code).iter() {
                    take(u64::from(*word));
                }
            }
            Transform::Grams(count) => {
                let letters: Vec<char> = records.lexicon(field).text(code).chars().take(WORDS).collect();
                for gram in letters.windows(usize::from(count.max(2))) {
                    take(hash_of(gram));
                }
            }
            _ => {
                if let Some(key) = self.of(records, field, code) {
                    take(key);
                }
            }
        }
    }
}

/// The most words of a value that are keys.
const WORDS: usize = 64;

/// The words of a value that are keys: all, or of a long text those with the smallest hashes. Two long texts with a word
/// in common still mostly share a key, and a pair of them costs no more than a pair of short ones.
fn keyed(lexicon: &Lexicon, code: u32) -> std::borrow::Cow<'_, [u32]> {
    let words = lexicon.words_of(code);
    if words.len() <= WORDS {
        return words.into();
    }
    let mut words = words.to_vec();
    words.sort_unstable_by_key(|word| lexicon.word_hash(*word));
    words.dedup();
    words.truncate(WORDS);
    words.into()
}

fn with(whole: u64, part: u64) -> u64 {
    fold(whole ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15), 0xe703_7ed1_a0b4_28db)
}

/// A rule of blocking: records that agree in all its keys are a candidate pair.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Rule {
    /// What the rule is called: its keys.
    pub name: String,
    pub(crate) keys: Vec<Key>,
    /// The largest block that yields pairs.
    pub cap: u32,
    /// Whether it stands for a rule of the user that links, without which it would not be.
    #[serde(default)]
    pub(crate) derived: bool,
}

impl Rule {
    /// The blocking keys of a record: none where a value is absent, several where a key is of words.
    pub(crate) fn emit(&self, nth: usize, records: &Records, row: u32, out: &mut Vec<u64>) {
        let Some((whole, many)) = self.ground(nth, records, row) else { return };
        let Some(key) = many else { return out.push(whole) };
        let from = out.len();
        key.each(records, row, |part| out.push(with(whole, part)));
        if let Some(tail) = out.get_mut(from..)
            && tail.len() > 1
        {
            tail.sort_unstable();
            let mut tail = out.split_off(from);
            tail.dedup();
            out.append(&mut tail);
        }
    }

    /// The keys that a record has for some of its words.
    fn emit_with(&self, nth: usize, records: &Records, row: u32, words: &[u64], out: &mut Vec<u64>) {
        if let Some((whole, Some(_))) = self.ground(nth, records, row) {
            out.extend(words.iter().map(|word| with(whole, *word)));
        }
    }

    /// What the keys with one value make, and the key with several.
    fn ground(&self, nth: usize, records: &Records, row: u32) -> Option<(u64, Option<&Key>)> {
        let mut whole = mix(nth as u64 + 1);
        let mut many = None;
        for key in &self.keys {
            match key.fields.as_slice() {
                [field] if !key.is_many() => {
                    whole = with(whole, key.of(records, *field, records.code(row, *field))?);
                }
                _ => many = Some(key),
            }
        }
        Some((whole, many))
    }

    /// Whether a record may have several keys.
    pub(crate) fn is_many(&self) -> bool {
        self.keys.iter().any(Key::is_many)
    }

    /// Whether two records share a key.
    pub(crate) fn finds(&self, records: &Records, a: u32, b: u32) -> bool {
        self.keys.iter().all(|key| match key.fields.as_slice() {
            [field] if !key.is_many() => {
                let (x, y) = (records.code(a, *field), records.code(b, *field));
                x != ABSENT
                    && (x == y
                        || key.transform != Transform::Whole && {
                            let key_of = |code| key.of(records, *field, code);
                            key_of(x).is_some_and(|x| Some(x) == key_of(y))
                        })
            }
            _ => {
                let (mut one, mut both) = (Vec::new(), false);
                key.each(records, a, |part| one.push(part));
                if !one.is_empty() {
                    key.each(records, b, |part| both |= one.contains(&part));
                }
                both
            }
        })
    }

    /// The fields that two records of a block agree in.
    pub(crate) fn fields(&self) -> impl Iterator<Item = usize> + '_ {
        self.keys.iter().flat_map(|key| key.fields.iter().copied())
    }
}
