//! Records that come, change and go.
//!
//! A table that is read once only grows. Here a row is overwritten or emptied, a record that is only asked about is
//! taken back with all that was interned for it, and a value that no record has any more is *wiped*: the hash table does
//! not find it, its text is overwritten in place, and what was kept beside it (digits of a date, a phonetic key, its
//! words) is gone. Its number is not given again, so it costs a few bytes until all is built anew.

use super::super::intern::ABSENT;
use super::{Field, Lexicon, Records, Traits};

/// How much there was, to go back to.
#[derive(Debug)]
pub(crate) struct Mark {
    rows: usize,
    /// Of each lexicon the values and the words.
    lexicons: Vec<(usize, usize)>,
}

impl Records {
    /// The state to which [`rewind`](Self::rewind) goes back.
    pub(crate) fn mark(&self) -> Mark {
        let lengths = |lexicon: &Lexicon| (lexicon.values.len(), lexicon.words.len());
        Mark { rows: self.len(), lexicons: self.lexicons.iter().map(lengths).collect() }
    }

    /// Takes back the rows and values that came since.
    pub(crate) fn rewind(&mut self, mark: &Mark) {
        self.shorten(mark.rows);
        for (lexicon, (values, words)) in self.lexicons.iter_mut().zip(&mark.lexicons) {
            lexicon.truncate(*values, *words);
        }
    }

    /// Leaves the first rows.
    pub(crate) fn shorten(&mut self, rows: usize) {
        self.codes.truncate(rows * self.width);
        self.contents.truncate(rows);
        self.keys.truncate(rows);
        self.sources.truncate(rows);
        self.origin.truncate(rows);
    }

    /// Exchanges two rows; each keeps its place.
    pub(crate) fn exchange(&mut self, a: u32, b: u32) {
        let (a, b) = (a.min(b) as usize, a.max(b) as usize);
        if a == b || b >= self.len() {
            return;
        }
        let (before, behind) = self.codes.split_at_mut(b * self.width);
        let rows = (before.get_mut(a * self.width..(a + 1) * self.width), behind.get_mut(..self.width));
        if let (Some(one), Some(other)) = rows {
            one.swap_with_slice(other);
        }
        self.contents.swap(a, b);
        self.keys.swap(a, b);
        self.sources.swap(a, b);
    }

    /// Empties a row.
    pub(crate) fn clear(&mut self, row: u32) {
        let from = row as usize * self.width;
        for code in self.codes.get_mut(from..from + self.width).into_iter().flatten() {
            *code = ABSENT;
        }
        for all in [&mut self.contents, &mut self.keys] {
            if let Some(place) = all.get_mut(row as usize) {
                *place = 0;
            }
        }
        if let Some(source) = self.sources.get_mut(row as usize) {
            *source = 0;
        }
    }

    /// The key of a row.
    pub(crate) fn key(&self, row: u32) -> u64 {
        self.keys.get(row as usize).copied().unwrap_or(0)
    }

    /// The numbers of a row, each with its lexicon.
    fn numbers(&self, row: u32) -> Vec<(usize, u32)> {
        let number = |field: usize| (self.lexicon_of.get(field).copied().unwrap_or(0), self.code(row, field));
        (0..self.fields.len()).map(number).filter(|(_, code)| *code != ABSENT).collect()
    }

    /// The canonical values of a row.
    pub(crate) fn values(&self, row: u32) -> impl Iterator<Item = (&Field, &str)> {
        self.fields.iter().enumerate().map(move |(nth, field)| (field, self.text(row, nth)))
    }

    /// Whether some bytes stand anywhere among the values.
    #[cfg(test)]
    pub(crate) fn holds(&self, text: &str) -> bool {
        let inside = |interner: &super::super::intern::Interner| {
            interner.codes().any(|code| interner.text(code).contains(text)) || interner.find(text).is_some()
        };
        self.lexicons.iter().any(|lexicon| inside(&lexicon.values) || inside(&lexicon.words))
    }
}

impl Lexicon {
    fn truncate(&mut self, values: usize, words: usize) {
        if self.values.len() == values {
            return;
        }
        self.values.truncate(values);
        self.traits.truncate(values);
        self.groups.truncate(values);
        self.words.truncate(words);
        self.word_hashes.truncate(words);
        if self.word_ends.len() > 1 {
            self.word_ends.truncate(values);
            self.word_codes.truncate(self.word_ends.last().map_or(0, |end| *end as usize));
        }
    }

    fn wipe(&mut self, code: u32) {
        let words = code.checked_sub(1).and_then(|before| {
            Some(*self.word_ends.get(before as usize)? as usize..*self.word_ends.get(code as usize)? as usize)
        });
        for word in words.and_then(|words| self.word_codes.get_mut(words)).into_iter().flatten() {
            *word = ABSENT;
        }
        self.values.forget(code);
        if let Some(traits) = self.traits.get_mut(code as usize) {
            *traits = Traits::default();
        }
        if let Some(groups) = self.groups.get_mut(code as usize) {
            *groups = &[];
        }
    }

    fn wipe_word(&mut self, word: u32) {
        self.words.forget(word);
        if let Some(hash) = self.word_hashes.get_mut(word as usize) {
            *hash = 0;
        }
    }
}

/// How many rows have each value, and how many values each word.
#[derive(Debug, Default)]
pub(crate) struct Uses(Vec<Use>);

#[derive(Debug, Default)]
struct Use {
    values: Vec<u32>,
    words: Vec<u32>,
}

impl Use {
    fn fit(&mut self, lexicon: &Lexicon) {
        self.values.resize(lexicon.values.len(), 0);
        self.words.resize(lexicon.words.len(), 0);
    }

    fn hold(&mut self, lexicon: &Lexicon, code: u32) {
        let Some(uses) = self.values.get_mut(code as usize) else { return };
        *uses += 1;
        if *uses == 1 {
            for word in lexicon.words_of(code) {
                if let Some(uses) = self.words.get_mut(*word as usize) {
                    *uses += 1;
                }
            }
        }
    }

    fn release(&mut self, lexicon: &mut Lexicon, code: u32) {
        let Some(uses) = self.values.get_mut(code as usize).filter(|uses| **uses > 0) else { return };
        *uses -= 1;
        if *uses > 0 {
            return;
        }
        for word in lexicon.words_of(code).to_vec() {
            if let Some(uses) = self.words.get_mut(word as usize).filter(|uses| **uses > 0) {
                *uses -= 1;
                if *uses == 0 {
                    lexicon.wipe_word(word);
                }
            }
        }
        lexicon.wipe(code);
    }
}

impl Uses {
    /// Counts the uses in all rows, and wipes what is in none: the raw forms that a table came with.
    pub(crate) fn count(records: &mut Records) -> Self {
        // Values will come; the first one should not wait for a table of all.
        records.lexicons.iter_mut().for_each(|lexicon| lexicon.values.open());
        let mut uses = Self::default();
        for lexicon in &records.lexicons {
            let mut one = Use::default();
            one.fit(lexicon);
            uses.0.push(one);
        }
        for (field, of) in records.lexicon_of.iter().enumerate() {
            if let (Some(one), Some(lexicon)) = (uses.0.get_mut(*of), records.lexicons.get(*of)) {
                records.column(field).filter(|code| *code != ABSENT).for_each(|code| one.hold(lexicon, code));
            }
        }
        for (one, lexicon) in uses.0.iter().zip(&mut records.lexicons) {
            for (word, _) in (0..).zip(&one.words).skip(1).filter(|(_, uses)| **uses == 0) {
                lexicon.wipe_word(word);
            }
            for (code, _) in (0..).zip(&one.values).skip(1).filter(|(_, uses)| **uses == 0) {
                lexicon.wipe(code);
            }
        }
        uses
    }

    /// Counts a row that has come.
    pub(crate) fn hold(&mut self, records: &Records, row: u32) {
        self.0.resize_with(records.lexicons.len(), Use::default);
        for (one, lexicon) in self.0.iter_mut().zip(&records.lexicons) {
            one.fit(lexicon);
        }
        for (of, code) in records.numbers(row) {
            if let (Some(one), Some(lexicon)) = (self.0.get_mut(of), records.lexicons.get(of)) {
                one.hold(lexicon, code);
            }
        }
    }

    /// Counts a row out that goes, and wipes the values that no other has.
    pub(crate) fn release(&mut self, records: &mut Records, row: u32) {
        for (of, code) in records.numbers(row) {
            if let (Some(one), Some(lexicon)) = (self.0.get_mut(of), records.lexicons.get_mut(of)) {
                one.release(lexicon, code);
            }
        }
    }
}
