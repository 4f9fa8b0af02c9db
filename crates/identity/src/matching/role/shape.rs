//! What the values of one column look like.
//!
//! Every number counts rows, and shares are said in thousandths, in whole numbers: sums of floats depend on their order,
//! counts do not.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use onefold_model::normalise::{Order, email, fold, placeholder, ymd};

use super::lexicon;

/// Counts of rows by what their value looks like.
#[derive(Debug, Default, Clone)]
pub(super) struct Shape {
    /// Rows with a value; placeholders such as `n/a` are none.
    pub(super) rows: u32,
    /// Folded values and their rows.
    pub(super) values: BTreeMap<String, u32>,
    /// Letters, spaces and `-'.,` only.
    pub(super) alphabetic: u32,
    /// Two words or more.
    pub(super) multi: u32,
    /// Two to five words.
    pub(super) few_words: u32,
    pub(super) words: u32,
    pub(super) letters: u32,
    pub(super) digits: u32,
    pub(super) emails: u32,
    pub(super) urls: u32,
    pub(super) dates: u32,
    /// The layout of a date, though no day of the calendar.
    pub(super) near_dates: u32,
    pub(super) clocks: u32,
    pub(super) years: BTreeMap<i32, u32>,
    /// Numbers that only a day can be, in first and second place, where the year is last.
    pub(super) day_first: u32,
    pub(super) month_first: u32,
    pub(super) year_first: u32,
    pub(super) dotted: u32,
    pub(super) phones: u32,
    /// Digits only, by their number.
    pub(super) lengths: BTreeMap<usize, u32>,
    pub(super) house: u32,
    pub(super) house_letter: u32,
    /// A layout that some country gives its postcodes, letters included.
    pub(super) national_post: u32,
    /// Letters and digits, 5 to 7 of them: by layout.
    pub(super) mixed_layouts: BTreeMap<String, u32>,
    /// One word with digits, five characters or more, no layout of date or phone.
    pub(super) codes: u32,
    pub(super) social: u32,
    pub(super) numbers: u32,
    pub(super) year_numbers: u32,
    pub(super) number_and_words: u32,
    pub(super) given: u32,
    pub(super) given_any: u32,
    pub(super) surname: u32,
    pub(super) surname_ending: u32,
    pub(super) han_names: u32,
    pub(super) city: u32,
    pub(super) place: u32,
    pub(super) street: u32,
    pub(super) premise: u32,
    pub(super) legal: u32,
    pub(super) country: u32,
    pub(super) region: u32,
    pub(super) gender: u32,
    pub(super) label: u32,
}

/// `part` of `whole` in thousandths.
pub(super) fn permille(part: u32, whole: u32) -> i32 {
    if whole == 0 { 0 } else { i32::try_from(u64::from(part) * 1000 / u64::from(whole)).unwrap_or(1000) }
}

impl Shape {
    /// The shape of folded values, the empty ones left out.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut shape = Shape::default();
        for value in values.filter(|value| !value.is_empty()) {
            *shape.values.entry(value.to_owned()).or_default() += 1;
        }
        for (value, rows) in shape.values.clone() {
            shape.rows += rows;
            shape.look(&value, rows);
        }
        shape
    }

    /// The share of rows, in thousandths.
    pub(super) fn share(&self, part: u32) -> i32 {
        permille(part, self.rows)
    }

    /// Different values by rows, in thousandths.
    pub(super) fn variety(&self) -> i32 {
        permille(u32::try_from(self.values.len()).unwrap_or(u32::MAX), self.rows)
    }

    /// The share of rows that the twenty most frequent values cover.
    pub(super) fn head(&self) -> i32 {
        let mut counts: Vec<u32> = self.values.values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        self.share(counts.iter().take(20).sum())
    }

    /// The most frequent number of digits, and the share of rows that have it.
    pub(super) fn length(&self) -> (usize, i32) {
        let most = self.lengths.iter().max_by_key(|(length, rows)| (**rows, Reverse(**length)));
        most.map_or((0, 0), |(length, rows)| (*length, self.share(*rows)))
    }

    /// The share of rows with digits only, and `from..=to` of them.
    pub(super) fn digits_of(&self, from: usize, to: usize) -> i32 {
        self.share(self.lengths.iter().filter(|(length, _)| (from..=to).contains(*length)).map(|(_, rows)| rows).sum())
    }

    /// The most frequent layout of letters and digits together, and its rows.
    pub(super) fn mixed_layout(&self) -> Option<(&str, u32)> {
        let most = self.mixed_layouts.iter().max_by_key(|(layout, rows)| (**rows, Reverse(*layout)));
        most.map(|(layout, rows)| (layout.as_str(), *rows))
    }

    /// The year below which `share` thousandths of the dated rows lie.
    pub(super) fn year(&self, share: u64) -> Option<i32> {
        let all: u64 = self.years.values().map(|rows| u64::from(*rows)).sum();
        let mut seen = 0;
        self.years.iter().find_map(|(year, rows)| {
            seen += u64::from(*rows);
            (seen * 1000 > all * share || seen == all).then_some(*year)
        })
    }

    /// How day, month and year are ordered, if most rows are dates and some row tells.
    pub(super) fn order(&self) -> Option<Order> {
        if self.share(self.dates + self.near_dates) < 500 {
            return None;
        }
        let told = self.day_first.max(self.month_first);
        if told > 0 && self.share(told) >= 5 {
            return Some(if self.day_first >= self.month_first { Order::DayFirst } else { Order::MonthFirst });
        }
        if self.dotted > self.year_first {
            return Some(Order::DayFirst);
        }
        (self.share(self.year_first) >= 500).then_some(Order::YearFirst)
    }

    fn look(&mut self, value: &str, rows: u32) {
        let letters = value.chars().filter(|c| c.is_alphabetic()).count();
        let digits = value.chars().filter(char::is_ascii_digit).count();
        let words: Vec<&str> = value.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let mut count = |field: fn(&mut Shape) -> &mut u32, holds: bool| {
            if holds {
                *field(self) += rows;
            }
        };
        count(|s| &mut s.letters, letters > 0);
        count(|s| &mut s.digits, digits > 0);
        let is_email = value.contains('@') && email(value).is_ok();
        count(|s| &mut s.emails, is_email);
        count(|s| &mut s.urls, !is_email && url(value));
        self.words += rows * u32::try_from(words.len()).unwrap_or(u32::MAX).min(100);
        if is_email {
            return;
        }
        if digits == 0 {
            self.text(value, &words, letters, rows);
        } else if !self.date(value, &words, rows) {
            self.number(value, &words, letters, digits, rows);
        }
        self.address(&words, letters, digits, rows);
    }

    /// A value without digits.
    fn text(&mut self, value: &str, words: &[&str], letters: usize, rows: u32) {
        let plain = |c: char| c.is_alphabetic() || c == ' ' || "-'.,".contains(c) || marks(c);
        let one = words.len() == 1;
        let trim = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && !marks(c)).to_owned();
        let bare: Vec<String> = words.iter().map(|word| trim(word)).collect();
        let given = |word: &String| lexicon::GIVEN.has(word);
        let mut count = |field: fn(&mut Shape) -> &mut u32, holds: bool| {
            if holds {
                *field(self) += rows;
            }
        };
        count(|s| &mut s.alphabetic, letters > 0 && value.chars().all(plain));
        count(|s| &mut s.multi, words.len() > 1);
        count(|s| &mut s.few_words, (2..=5).contains(&words.len()));
        count(|s| &mut s.given, words.len() <= 2 && bare.first().is_some_and(given));
        count(|s| &mut s.given_any, bare.iter().any(given));
        count(|s| &mut s.surname, bare.last().is_some_and(|word| lexicon::SURNAME.has(word)));
        count(|s| &mut s.surname_ending, bare.last().is_some_and(|word| lexicon::surname_ending(word)));
        count(|s| &mut s.han_names, one && lexicon::han_name(value));
        count(|s| &mut s.city, lexicon::CITY.has(value) || bare.first().is_some_and(|w| !one && lexicon::CITY.has(w)));
        count(|s| &mut s.place, !one && bare.iter().any(|word| lexicon::PLACE.has(word)));
        count(|s| &mut s.country, lexicon::COUNTRY.has(value));
        count(|s| &mut s.region, lexicon::REGION.has(value));
        count(|s| &mut s.gender, lexicon::GENDER.has(value));
        let label = lexicon::LABEL.has(value) || bare.last().is_some_and(|word| lexicon::LABEL.has(word));
        count(|s| &mut s.label, label);
    }

    /// Words of addresses and organisations, which stand beside digits too.
    fn address(&mut self, words: &[&str], letters: usize, digits: usize, rows: u32) {
        if letters == 0 {
            return;
        }
        let legal = |word: &&&str| lexicon::LEGAL.has(word) || lexicon::LEGAL.has(word.trim_matches(['.', '(', ')']));
        let glued = ["株式会社", "有限公司", "有限会社", "주식회사"];
        let firm = words.len() > 1 && words.iter().skip(1).any(|word| legal(&word))
            || words.iter().any(|word| glued.iter().any(|form| word.contains(form)))
            || words
                .first()
                .is_some_and(|word| words.len() > 1 && matches!(*word, "ооо" | "оао" | "зао" | "ип" | "пао"));
        let more = words.len() > 1;
        if firm {
            self.legal += rows;
        }
        if lexicon::street(words) {
            self.street += rows;
        }
        if more && words.iter().any(|word| lexicon::PREMISE.has(word.trim_end_matches('.'))) {
            self.premise += rows;
        }
        let counted = digits > 0 && words.len() <= 3 && words.iter().any(|word| lexicon::street_of_han(word));
        if counted {
            self.number_and_words += rows;
            return;
        }
        let number = |word: &&str| house(word).is_some();
        if more && digits > 0 && (words.first().is_some_and(number) || words.last().is_some_and(number)) && letters > 3
        {
            self.number_and_words += rows;
        }
        if digits > 0 && more {
            self.multi += rows;
        }
    }

    /// Whether the value is a date or has the layout of one.
    fn date(&mut self, value: &str, words: &[&str], rows: u32) -> bool {
        let groups: Vec<&str> = value.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
        if let Ok((year, ..)) = ymd(value, Order::DayFirst) {
            if !(1500..=2150).contains(&year) {
                return false;
            }
            self.dates += rows;
            *self.years.entry(year).or_default() += rows;
            self.clocks += if value.contains(':') { rows } else { 0 };
            self.dotted += if value.contains('.') && groups.len() == 3 { rows } else { 0 };
            if groups.first().is_some_and(|first| first.len() >= 4) {
                self.year_first += rows;
            } else if let [first, second, last, ..] = groups.as_slice()
                && last.len() == 4
            {
                let above = |text: &str| text.parse::<u32>().is_ok_and(|number| number > 12);
                self.day_first += if above(first) { rows } else { 0 };
                self.month_first += if above(second) { rows } else { 0 };
            }
            return true;
        }
        let separators = |c: char| c.is_ascii_digit() || "-/. ".contains(c);
        let near = match groups.as_slice() {
            [whole] if whole.len() == value.len() => {
                whole.len() == 8
                    && whole.starts_with(['1', '2'])
                    && ["18", "19", "20"].iter().any(|c| whole.starts_with(c))
            }
            [a, b, c] if value.chars().all(separators) && !value.starts_with('-') => {
                let sizes = (a.len(), b.len(), c.len());
                matches!(sizes, (4, 1..=2, 1..=3) | (3..=5, 2, 2) | (1..=2, 1..=2, 4) | (2, 2, 3..=5))
                    || matches!(sizes, (1..=2, 1..=2, 2)) && value.contains(['/', '.', '-'])
            }
            [_, _] => words.iter().any(|word| lexicon::MONTH.has(word.trim_matches('.'))),
            _ => false,
        };
        self.near_dates += if near { rows } else { 0 };
        near
    }

    fn number(&mut self, value: &str, words: &[&str], letters: usize, digits: usize, rows: u32) {
        let compact: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut count = |field: fn(&mut Shape) -> &mut u32, holds: bool| {
            if holds {
                *field(self) += rows;
            }
        };
        let whole = digits == value.len();
        let groups: Vec<usize> =
            value.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::len).collect();
        let social = groups == [3, 2, 4];
        count(|s| &mut s.social, social);
        // Japan's postcodes; a local number without its area is rarer, and needs a header.
        let japanese = groups == [3, 4] && value.len() == 8 && value.contains('-');
        count(|s| &mut s.phones, !social && !japanese && phone(value, digits));
        count(|s| &mut s.house, house(value).is_some());
        count(|s| &mut s.house_letter, house(value) == Some(true));
        let layout: String = compact.chars().map(|c| if c.is_ascii_digit() { '9' } else { 'a' }).collect();
        let zip4 = groups == [5, 4] && letters == 0;
        count(
            |s| &mut s.national_post,
            zip4 || japanese || national(&layout) || (groups == [2, 3] && value.contains('-')),
        );
        count(|s| &mut s.codes, words.len() == 1 && compact.len() >= 5);
        let decimal = |c: char| c.is_ascii_digit() || ".,-+ $%€£".contains(c);
        count(|s| &mut s.numbers, value.chars().all(decimal) && groups.len() <= 3 && !social && !zip4);
        let year = value.parse::<u32>().is_ok_and(|year| (1900..=2030).contains(&year));
        count(|s| &mut s.year_numbers, whole && year);
        if whole {
            *self.lengths.entry(digits).or_default() += rows;
        }
        if letters > 0 && words.len() <= 2 && (5..=7).contains(&layout.len()) && (2..=5).contains(&digits) {
            *self.mixed_layouts.entry(layout).or_default() += rows;
        }
    }
}

/// The folded value, empty if it says nothing.
pub(super) fn cell(raw: &str) -> String {
    let folded = fold(raw);
    if folded.is_empty() || folded.chars().all(|c| c.is_alphanumeric()) && folded.len() > 8 {
        return folded;
    }
    if placeholder(raw) { String::new() } else { folded }
}

/// Signs that belong to letters in scripts such as Devanagari and Thai.
fn marks(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{0900}'..='\u{0e7f}' | '\u{064b}'..='\u{065f}' | 'ー' | '々' | '・' | '’')
}

fn url(value: &str) -> bool {
    let bare = value.strip_prefix("https://").or(value.strip_prefix("http://"));
    let host = bare.unwrap_or(value).split('/').next().unwrap_or("");
    let labels: Vec<&str> = host.split('.').collect();
    let top =
        labels.last().is_some_and(|top| (2..=6).contains(&top.len()) && top.chars().all(|c| c.is_ascii_lowercase()));
    let plain = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    labels.len() > 1 && top && labels.iter().all(|label| plain(label)) && host.len() > 5
}

/// A number of up to four digits, with a letter or a second number: whether it has a letter.
fn house(value: &str) -> Option<bool> {
    let digits = value.chars().take_while(char::is_ascii_digit).count();
    let rest = value.get(digits..)?.trim_start_matches(['-', '/', ' ']);
    let short = rest.chars().count() <= 4 && rest.chars().all(|c| c.is_ascii_alphanumeric());
    let letters = rest.chars().filter(|c| c.is_ascii_alphabetic()).count();
    ((1..=4).contains(&digits) && short && letters <= 1).then_some(letters == 1)
}

/// Seven to fifteen digits that look dialled: a plus or zero before them, brackets or gaps between, or a North American
/// number.
fn phone(value: &str, digits: usize) -> bool {
    let dialled = value.chars().all(|c| c.is_ascii_digit() || "+-()/. x".contains(c));
    if !dialled || !(7..=15).contains(&digits) {
        return false;
    }
    let gaps = value.chars().filter(|c| "-()/. ".contains(*c)).count();
    let bare: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    let area = |at: usize| bare.get(at).is_some_and(|digit| ('2'..='9').contains(digit));
    let american =
        digits == 10 && area(0) && area(3) || digits == 11 && bare.first() == Some(&'1') && area(1) && area(4);
    value.starts_with('+') || value.starts_with('0') && digits >= 9 || gaps >= 1 || american
}

/// Great Britain, Canada, the Netherlands.
fn national(layout: &str) -> bool {
    matches!(layout, "a99aa" | "a999aa" | "aa99aa" | "aa999aa" | "a9a9aa" | "aa9a9aa" | "a9a9a9" | "9999aa")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(values: &[&str]) -> Shape {
        let cells: Vec<String> = values.iter().map(|value| cell(value)).collect();
        Shape::of(cells.iter().map(String::as_str))
    }

    #[test]
    fn dates_with_typing_errors_are_near_dates() {
        let found = shape(&["1856-06-18", "1856-86-18", "19560409", "19561309", "1973-11-097", "13.02.1990", "n/a"]);
        assert_eq!((found.rows, found.dates, found.near_dates), (6, 3, 3));
    }

    #[test]
    fn the_order_of_dates_is_told_by_days_above_twelve() {
        assert_eq!(shape(&["13/02/1990", "01/02/1990"]).order(), Some(Order::DayFirst));
        assert_eq!(shape(&["02/13/1990", "01/02/1990"]).order(), Some(Order::MonthFirst));
        assert_eq!(shape(&["1990-02-13"]).order(), Some(Order::YearFirst));
        assert_eq!(shape(&["01.02.1990"]).order(), Some(Order::DayFirst));
        assert_eq!(shape(&["01/02/1990"]).order(), None);
        assert_eq!(shape(&["ada"]).order(), None);
    }

    #[test]
    fn numbers_are_told_apart_by_their_layout() {
        assert_eq!(shape(&["0403082431", "+49 171 1234567", "(212) 555-0100", "1804974"]).phones, 3);
        assert_eq!(shape(&["bs2 0el", "1234 AB", "K1A 0B1", "90210-1234", "3041ab"]).national_post, 5);
        assert_eq!(shape(&["12", "12a", "12/4", "12345"]).house, 3);
        assert_eq!(shape(&["219-45-6780"]).social, 1);
        assert_eq!(shape(&["https://example.com/shop", "example.com", "ada"]).urls, 2);
    }
}
