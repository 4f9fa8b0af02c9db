//! How two values of a field agree: comparison levels.
//!
//! A comparison looks at one field of two records (names at two) and answers a *level*: absent, equal, one of the ways in
//! which the same value comes to be written differently (a typing error, a nickname, day and month exchanged), or
//! different. Which levels there are follows from what the field holds. What a level is worth is not decided here but
//! learnt from the data.
//!
//! Equal values fall in ten levels by how frequent the value is: that two people are called Smith says less than that
//! both are called Lovelace. So term-frequency adjustment needs no arithmetic of its own for each pair.

use std::fmt;
use std::sync::Arc;

use super::intern::ABSENT;
use super::kernel;
use super::record::{Lexicon, Part, Records, domain, local};
use super::role::Role;

/// One of the values is absent.
pub(crate) const NULL: u8 = 0;
/// Equal levels: 1 for values that occur fewer than ten times, then a level for each factor of four.
pub(crate) const EQUALS: u8 = 10;

/// The frequency level of a value that occurs `count` times in the data of the training.
pub(crate) fn equal_level(count: u32) -> u8 {
    if count < 10 {
        return 1;
    }
    let fours = (count / 10).ilog2() / 2;
    u8::try_from(fours).unwrap_or(EQUALS).saturating_add(2).min(EQUALS)
}

/// How values of a field are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Given names, together with the surname beside them.
    Given,
    /// Surnames.
    Surname,
    /// The names between.
    Middle,
    /// Days of the calendar.
    Date,
    /// E-mail addresses.
    Email,
    /// Phone numbers.
    Phone,
    /// Postal codes.
    Postcode,
    /// Numbers that name somebody or something.
    Identifier,
    /// A name of a place: a word or a few.
    Place,
    /// Texts of several words.
    Words,
    /// One of few values.
    Category,
    /// House numbers and other short codes.
    Short,
    /// Numbers, by how far apart they are.
    Number,
    /// Places on earth, `latitude, longitude` in degrees, by the distance.
    Distance,
    /// Words whose order says nothing, by how many are common.
    Set,
    /// As the application says: a [`Compare`].
    Own,
}

/// A comparison of the application's own.
///
/// ```
/// use onefold_identity::matching::Compare;
///
/// /// Shoe sizes: half a size is easily mistaken.
/// struct Shoes;
///
/// impl Compare for Shoes {
///     fn levels(&self) -> Vec<String> {
///         vec!["half a size".into(), "different".into()]
///     }
///     fn compare(&self, a: &str, b: &str) -> usize {
///         match (a.parse::<f64>(), b.parse::<f64>()) {
///             (Ok(a), Ok(b)) if (a - b).abs() <= 0.5 => 0,
///             _ => 1,
///         }
///     }
/// }
/// assert_eq!(Shoes.compare("38", "38.5"), 0);
/// ```
pub trait Compare: Send + Sync {
    /// What the levels are called, from the closest to `different`; at least one, at most twenty. Equal values have
    /// levels of their own before these.
    fn levels(&self) -> Vec<String>;

    /// The level of two different values, which are folded. It must not depend on which is which.
    fn compare(&self, a: &str, b: &str) -> usize;
}

/// A comparison of the application's own, where a model names one.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Own {
    pub(crate) levels: Vec<String>,
    #[serde(skip)]
    pub(crate) by: Option<Arc<dyn Compare>>,
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.levels == other.levels
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").field("levels", &self.levels).finish_non_exhaustive()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given => "given",
            Self::Surname => "surname",
            Self::Middle => "middle",
            Self::Date => "date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Postcode => "postcode",
            Self::Identifier => "identifier",
            Self::Place => "place",
            Self::Words => "words",
            Self::Category => "category",
            Self::Short => "short",
            Self::Number => "number",
            Self::Distance => "distance",
            Self::Set => "set",
            Self::Own => "own",
        })
    }
}

impl Kind {
    /// How a column is compared where nobody says otherwise.
    #[must_use]
    pub fn of(role: Role, part: Part) -> Self {
        match (role, part) {
            (_, Part::Given) => Self::Given,
            (_, Part::Last) => Self::Surname,
            (_, Part::Middle) => Self::Middle,
            (Role::GivenName, _) => Self::Given,
            (Role::Surname, _) => Self::Surname,
            (Role::BirthDate | Role::Date, _) => Self::Date,
            (Role::Email, _) => Self::Email,
            (Role::Phone, _) => Self::Phone,
            (Role::Postcode, _) => Self::Postcode,
            (Role::Identifier, _) => Self::Identifier,
            (Role::City, _) => Self::Place,
            (Role::Gender | Role::Country | Role::Region | Role::Category, _) => Self::Category,
            (Role::HouseNumber, _) => Self::Short,
            (Role::Number, _) => Self::Number,
            (Role::FullName | Role::Organisation | Role::Street | Role::Text, _) => Self::Words,
        }
    }

    /// The levels after the equal ones, from the closest to `different`.
    #[must_use]
    pub fn levels(self) -> &'static [&'static str] {
        match self {
            Self::Given => &[
                "nickname",
                "similar (Jaro-Winkler at least .92)",
                "initial",
                "alike or sounds alike",
                "exchanged with the surname",
                "different",
            ],
            Self::Surname => {
                &["similar (Jaro-Winkler at least .92)", "alike or sounds alike", "a part in common", "different"]
            }
            Self::Middle => &["one typing error", "initial or part", "different"],
            Self::Date => &[
                "one digit or two neighbours",
                "day and month exchanged",
                "the first of January in the same year",
                "two digits",
                "year and month",
                "day and month",
                "different",
            ],
            Self::Email => &["another domain", "one or two typing errors", "similar before the @", "different"],
            Self::Phone | Self::Identifier => &["one typing error", "two typing errors", "different"],
            Self::Postcode => &["one typing error", "same area or two typing errors", "different"],
            Self::Place => &["similar (Jaro-Winkler at least .9)", "a word in common", "different"],
            Self::Words => &["one inside the other", "similar", "half of the words", "different"],
            Self::Category => &["one typing error", "different"],
            Self::Short => &["one typing error", "different"],
            Self::Number => &["within a hundredth", "within a tenth", "different"],
            Self::Distance => &["within a kilometre", "within ten", "within a hundred", "different"],
            Self::Set => &["four of five in common", "half in common", "one in common", "different"],
            Self::Own => &[],
        }
    }

    /// Runs of levels, by number, of which each is at least as close as the next. Empty where all are one run.
    pub(crate) fn chains(self) -> &'static [&'static [usize]] {
        match self {
            Self::Given => &[&[0, 5], &[1, 3, 5], &[2, 5], &[4, 5]],
            Self::Surname => &[&[0, 1, 3], &[2, 3]],
            Self::Date => &[&[0, 3, 6], &[1, 6], &[2, 4, 6], &[5, 6]],
            Self::Email => &[&[0, 2, 3], &[1, 2, 3]],
            _ => &[],
        }
    }

    /// What looking at two different values costs, as a rank.
    pub(crate) fn effort(self) -> u8 {
        match self {
            Self::Phone | Self::Identifier => 0,
            Self::Date => 1,
            Self::Category | Self::Short => 2,
            Self::Postcode => 3,
            Self::Email => 4,
            Self::Given | Self::Surname => 5,
            Self::Middle | Self::Place => 6,
            Self::Words | Self::Number | Self::Distance | Self::Set | Self::Own => 7,
        }
    }
}

/// A comparison of records.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    /// The name of the field.
    pub name: String,
    /// How its values are compared.
    pub kind: Kind,
    pub(crate) field: usize,
    /// For given names the field of the surname, and the other way round.
    pub(crate) beside: Option<usize>,
    /// For e-mail addresses the fields of given name and surname.
    #[serde(default)]
    pub(crate) names: (Option<usize>, Option<usize>),
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<Own>,
}

const fn after(nth: u8) -> u8 {
    EQUALS + 1 + nth
}

impl Comparison {
    /// How many levels there are, the absent one included.
    pub(crate) fn count(&self) -> usize {
        1 + usize::from(EQUALS) + self.own.as_ref().map_or(self.kind.levels().len(), |own| own.levels.len())
    }

    /// What a level is called.
    #[must_use]
    pub fn label(&self, level: u8) -> &str {
        let fuzzy = usize::from(level.saturating_sub(EQUALS + 1));
        match level {
            NULL => "absent",
            1 => "equal, a rare value",
            2..=EQUALS => "equal",
            _ => match &self.own {
                Some(own) => own.levels.get(fuzzy).map_or("different", String::as_str),
                None => self.kind.levels().get(fuzzy).copied().unwrap_or("different"),
            },
        }
    }

    /// The level of values that have nothing in common.
    pub(crate) fn different(&self) -> u8 {
        u8::try_from(self.count().saturating_sub(1)).unwrap_or(31)
    }

    /// The level of two values that differ, by their numbers. The caller has handled absent and equal ones.
    pub(crate) fn differing(&self, records: &Records, a: &[u32], b: &[u32]) -> u8 {
        let (x, y) = (at(a, self.field), at(b, self.field));
        let lexicon = records.lexicon(self.field);
        match self.kind {
            Kind::Given => {
                if let Some(beside) = self.beside
                    && exchanged(lexicon, (x, at(a, beside)), (y, at(b, beside)))
                {
                    return after(4);
                }
                given(lexicon, x, y)
            }
            Kind::Surname => {
                if let Some(beside) = self.beside
                    && exchanged(lexicon, (at(a, beside), x), (at(b, beside), y))
                {
                    return NULL;
                }
                surname(lexicon, x, y)
            }
            Kind::Middle => middle(lexicon.text(x), lexicon.text(y)),
            Kind::Date => date(lexicon, x, y),
            Kind::Email => {
                let level = email(lexicon, x, y, self.apart(records, a, b));
                let part =
                    |row, names: Option<usize>| names.map_or("", |field| records.lexicon(field).text(at(row, field)));
                let names = |row| [part(row, self.names.0), part(row, self.names.1)];
                if level < after(3) && only_names(lexicon, (x, names(a)), (y, names(b))) { NULL } else { level }
            }
            Kind::Phone => digits(lexicon, x, y, 9, self.apart(records, a, b)),
            Kind::Identifier => digits(lexicon, x, y, usize::MAX, self.apart(records, a, b)),
            Kind::Postcode => postcode(lexicon, x, y, self.apart(records, a, b)),
            Kind::Place => place(lexicon, x, y),
            Kind::Words => words(lexicon, x, y),
            Kind::Category | Kind::Short => {
                let (p, q) = (lexicon.text(x), lexicon.text(y));
                let long = p.len().min(q.len()) >= if self.kind == Kind::Short { 2 } else { 3 };
                if long && near(lexicon, x, y, 1) { after(0) } else { after(1) }
            }
            Kind::Number => number(lexicon.text(x), lexicon.text(y)),
            Kind::Distance => distance(lexicon.text(x), lexicon.text(y)),
            Kind::Set => set(lexicon.words_of(x), lexicon.words_of(y)),
            Kind::Own => match &self.own {
                Some(Own { levels, by: Some(by) }) => {
                    let level = by.compare(lexicon.text(x), lexicon.text(y)).min(levels.len().saturating_sub(1));
                    after(u8::try_from(level).unwrap_or(0))
                }
                _ => NULL,
            },
        }
    }
}

impl Comparison {
    /// In how many bits the signs of two values differ; within k edits it is at most 2k.
    pub(crate) fn apart(&self, records: &Records, a: &[u32], b: &[u32]) -> u32 {
        records.sign_at(self.field).map_or(0, |place| (at(a, place) ^ at(b, place)).count_ones())
    }
}

pub(crate) fn at(row: &[u32], field: usize) -> u32 {
    row.get(field).copied().unwrap_or(ABSENT)
}

/// Beyond this many bytes texts are compared as they stand and by their words: letter by letter would take the square of
/// their length.
const LONG: usize = 256;
/// Beyond this many pairs of words, words are the same or they are not.
const MANY: usize = 1_024;

/// How many edits lie between two texts, if at most so many.
fn edits(p: &str, q: &str, most: usize) -> Option<usize> {
    if p.len().max(q.len()) > LONG { None } else { kernel::osa_at_most(p, q, most) }
}

/// Jaro-Winkler similarity, if it reaches a bound. It may depend on which text comes first, so the smaller one does.
fn alike(p: &str, q: &str, least: f64) -> Option<f64> {
    if p.len().max(q.len()) > LONG {
        return None;
    }
    let (p, q) = if p <= q { (p, q) } else { (q, p) };
    kernel::jaro_winkler_at_least(p, q, least)
}

/// Whether two values are within some typing errors.
fn near(lexicon: &Lexicon, x: u32, y: u32, errors: usize) -> bool {
    let apart = (lexicon.traits(x).sign ^ lexicon.traits(y).sign).count_ones() as usize;
    apart <= 2 * errors && edits(lexicon.text(x), lexicon.text(y), errors).is_some()
}

/// Whether given name and surname of one record are surname and given name of the other.
fn exchanged(names: &Lexicon, a: (u32, u32), b: (u32, u32)) -> bool {
    let (one, two) = (a.0 != ABSENT && a.0 == b.1, a.1 != ABSENT && a.1 == b.0);
    let like = |x: u32, y: u32| x == ABSENT || y == ABSENT || alike(names.text(x), names.text(y), 0.9).is_some();
    match (one, two) {
        (true, true) => a.0 != a.1,
        (true, false) => a.0 != b.0 && like(a.1, b.0),
        (false, true) => a.1 != b.1 && like(a.0, b.1),
        (false, false) => false,
    }
}

fn given(names: &Lexicon, x: u32, y: u32) -> u8 {
    let (p, q) = (names.text(x), names.text(y));
    if kernel::share_group(names.groups(x), names.groups(y)) {
        return after(0);
    }
    if one_letter(p) || one_letter(q) {
        return if p.chars().next() == q.chars().next() { after(2) } else { after(5) };
    }
    match alike(p, q, 0.82) {
        Some(similar) if similar >= 0.92 => after(1),
        Some(_) => after(3),
        None if names.traits(x).key == names.traits(y).key => after(3),
        None => after(5),
    }
}

fn one_letter(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some() && letters.next().is_none()
}

fn surname(names: &Lexicon, x: u32, y: u32) -> u8 {
    let (p, q) = (names.text(x), names.text(y));
    match alike(p, q, 0.82) {
        Some(similar) if similar >= 0.92 => after(0),
        Some(_) => after(1),
        None if names.traits(x).key == names.traits(y).key => after(1),
        None if p.len().max(q.len()) <= LONG
            && (p.contains(' ') || q.contains(' '))
            && p.split(' ').any(|part| part.len() > 2 && q.split(' ').any(|other| other == part)) =>
        {
            after(2)
        }
        None => after(3),
    }
}

fn middle(p: &str, q: &str) -> u8 {
    let (few, many) = if (p.len(), p) < (q.len(), q) { (p, q) } else { (q, p) };
    if many.len() > LONG {
        return after(2);
    }
    if edits(p, q, 1).is_some() && few.len() > 2 {
        return after(0);
    }
    let part = |word: &str| many.split(' ').any(|other| other.starts_with(word) || word.starts_with(other));
    if few.split(' ').all(part) { after(1) } else { after(2) }
}

fn date(dates: &Lexicon, x: u32, y: u32) -> u8 {
    let (m, n) = (dates.traits(x), dates.traits(y));
    if m.key == u64::MAX || n.key == u64::MAX {
        return if edits(dates.text(x), dates.text(y), 1).is_some() { after(0) } else { after(6) };
    }
    // Eight digits of four bits: year, month, day.
    let split = |digits: u64| (digits >> 16, digits >> 8 & 0xff, digits & 0xff);
    let ((year, month, day), (other_year, other_month, other_day)) = (split(m.key), split(n.key));
    let apart = m.key ^ n.key;
    let differing = (0..8).filter(|nth| apart >> (4 * nth) & 15 != 0).count();
    if differing == 1 {
        return after(0);
    }
    if year == other_year {
        if month == other_day && day == other_month {
            return after(1);
        }
        if (month, day) == (1, 1) || (other_month, other_day) == (1, 1) {
            return after(2);
        }
    }
    let within = |count: usize| {
        (m.sign ^ n.sign).count_ones() as usize <= 2 * count && edits(dates.text(x), dates.text(y), count).is_some()
    };
    match () {
        () if differing == 2 && within(1) => after(0),
        () if differing == 2 || within(2) => after(3),
        () if year == other_year && month == other_month => after(4),
        () if month == other_month && day == other_day => after(5),
        () => after(6),
    }
}

fn email(mails: &Lexicon, x: u32, y: u32, apart: u32) -> u8 {
    if apart > 8 {
        return after(3);
    }
    if mails.traits(x).key == mails.traits(y).key {
        return after(0);
    }
    let (p, q) = (mails.text(x), mails.text(y));
    let domains = || domain(p) == domain(q) || edits(domain(p), domain(q), 2).is_some();
    let (p, q) = (local(p), local(q));
    if apart <= 4 && p.len().min(q.len()) > 3 && edits(p, q, 2).is_some() && domains() {
        return after(1);
    }
    if alike(p, q, 0.9).is_some() { after(2) } else { after(3) }
}

/// Whether two addresses that are alike are so because their owners' names are, and differ in all else: then they say
/// nothing that the names have not said. `john.smith12` and `john.smith47` are two people called John Smith.
fn only_names(mails: &Lexicon, (x, a): (u32, [&str; 2]), (y, b): (u32, [&str; 2])) -> bool {
    let rest = |code: u32, names: [&str; 2]| {
        let mut local = local(mails.text(code)).to_owned();
        let mut found = false;
        for name in names.into_iter().filter(|name| name.len() > 1) {
            if let Some(from) = local.find(name) {
                local.replace_range(from..from + name.len(), "");
                found = true;
            }
        }
        local.retain(char::is_alphanumeric);
        found.then_some(local)
    };
    match (rest(x, a), rest(y, b)) {
        (Some(p), Some(q)) => p != q || p.len() < 2,
        _ => false,
    }
}

/// Phone numbers by their last digits, since the country's code may be missing; identifiers whole.
fn digits(codes: &Lexicon, x: u32, y: u32, last: usize, apart: u32) -> u8 {
    // Two typing errors; and of a phone number, a calling code or a trunk prefix of up to four digits.
    if apart > if last == usize::MAX { 4 } else { 8 } {
        return after(2);
    }
    if apart > 4 && codes.traits(x).len == codes.traits(y).len {
        return after(2);
    }
    let (p, q) = (codes.text(x), codes.text(y));
    if p.len() != q.len() && last != usize::MAX && p.len().min(q.len()) >= 7 {
        let tail = |text: &str| text.len().saturating_sub(last.min(p.len()).min(q.len()));
        if p.get(tail(p)..) == q.get(tail(q)..) {
            return after(0);
        }
    }
    if apart > 4 {
        return after(2);
    }
    match edits(p, q, 2) {
        Some(0 | 1) => after(0),
        Some(_) => after(1),
        None => after(2),
    }
}

fn postcode(codes: &Lexicon, x: u32, y: u32, apart: u32) -> u8 {
    let (m, n) = (codes.traits(x), codes.traits(y));
    let short = m.len.min(n.len);
    let typed = if apart <= 4 { edits(codes.text(x), codes.text(y), 2) } else { None };
    match typed {
        Some(0 | 1) => after(0),
        Some(_) if short > 4 => after(1),
        _ if short > 3 && m.key == n.key => after(1),
        _ => after(2),
    }
}

fn place(places: &Lexicon, x: u32, y: u32) -> u8 {
    if alike(places.text(x), places.text(y), 0.9).is_some() {
        return after(0);
    }
    let (few, many) = (places.words_of(x), places.words_of(y));
    if few.len() * many.len() > MANY {
        return after(2);
    }
    let long = |word: &u32| places.words.text(*word).len() > 3;
    if (few.len() > 1 || many.len() > 1) && few.iter().filter(|word| long(word)).any(|word| many.contains(word)) {
        return after(1);
    }
    after(2)
}

fn words(texts: &Lexicon, x: u32, y: u32) -> u8 {
    let (mut few, mut many) = (texts.words_of(x), texts.words_of(y));
    if (few.len(), texts.text(x)) > (many.len(), texts.text(y)) {
        std::mem::swap(&mut few, &mut many);
    }
    if few.len() * many.len() > MANY {
        return match set(few, many) {
            level if level == after(0) => after(1),
            level if level == after(1) => after(2),
            _ => after(3),
        };
    }
    let common = few.iter().filter(|word| many.contains(word)).count();
    if common == few.len() && few.len() > 1 {
        return after(0);
    }
    let (p, q) = (texts.text(x), texts.text(y));
    if alike(p, q, 0.92).is_some() {
        return after(1);
    }
    let alike = |word: u32| {
        let text = texts.words.text(word);
        text.len() > 3 && many.iter().any(|other| edits(text, texts.words.text(*other), 1).is_some())
    };
    let typed = few.iter().filter(|word| many.contains(word) || alike(**word)).count();
    match typed {
        _ if typed == few.len() && !few.is_empty() && few.len() == many.len() => after(1),
        _ if typed * 2 >= many.len().max(1) && typed > 0 => after(2),
        _ => after(3),
    }
}

fn number(p: &str, q: &str) -> u8 {
    let read = |text: &str| text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    let (Some(p), Some(q)) = (read(p), read(q)) else { return after(2) };
    let apart = (p - q).abs() / p.abs().max(q.abs()).max(f64::MIN_POSITIVE);
    match apart {
        _ if apart <= 0.01 => after(0),
        _ if apart <= 0.1 => after(1),
        _ => after(2),
    }
}

/// By the haversine formula on a sphere of 6,371 kilometres (R. W. Sinnott, Virtues of the Haversine, Sky and Telescope
/// 68, 1984).
fn distance(p: &str, q: &str) -> u8 {
    let read = |text: &str| {
        let mut parts = text.split([',', ' ', ';']).filter(|part| !part.is_empty()).map(str::parse::<f64>);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(Ok(north)), Some(Ok(east)), None) if north.abs() <= 90.0 && east.abs() <= 180.0 => {
                Some((north.to_radians(), east.to_radians()))
            }
            _ => None,
        }
    };
    let (Some(p), Some(q)) = (read(p), read(q)) else { return after(3) };
    let half = |a: f64, b: f64| ((a - b) / 2.0).sin().powi(2);
    let kilometres = 12_742.0 * (half(p.0, q.0) + p.0.cos() * q.0.cos() * half(p.1, q.1)).sqrt().min(1.0).asin();
    match kilometres {
        _ if kilometres <= 1.0 => after(0),
        _ if kilometres <= 10.0 => after(1),
        _ if kilometres <= 100.0 => after(2),
        _ => after(3),
    }
}

fn set(p: &[u32], q: &[u32]) -> u8 {
    let unique = |words: &[u32]| {
        let mut words = words.to_vec();
        words.sort_unstable();
        words.dedup();
        words
    };
    let (p, q) = (unique(p), unique(q));
    let common = p.iter().filter(|word| q.binary_search(word).is_ok()).count();
    let all = p.len() + q.len() - common;
    match common {
        0 => after(3),
        _ if common * 5 >= all * 4 => after(0),
        _ if common * 2 >= all => after(1),
        _ => after(2),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Field, Written};
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Kind; 15] = [
        Kind::Given,
        Kind::Surname,
        Kind::Middle,
        Kind::Date,
        Kind::Email,
        Kind::Phone,
        Kind::Postcode,
        Kind::Identifier,
        Kind::Place,
        Kind::Words,
        Kind::Category,
        Kind::Short,
        Kind::Number,
        Kind::Distance,
        Kind::Set,
    ];

    fn field(kind: Kind) -> Field {
        let (name, order) = (kind.to_string(), Some(Written::YearFirst));
        Field { column: name.clone(), name, role: Role::Text, part: Part::Whole, kind, order }
    }

    fn comparison(kind: Kind, field: usize) -> Comparison {
        let none = (None, None);
        Comparison { name: kind.to_string(), kind, field, beside: None, names: none, own: None }
    }

    /// The label of a comparison of two values.
    fn label(kind: Kind, a: &str, b: &str) -> String {
        let mut records = Records::new(vec![field(kind)]);
        records.push(1, 0, |_| a);
        records.push(2, 0, |_| b);
        let comparison = comparison(kind, 0);
        assert_ne!(records.code(0, 0), records.code(1, 0), "{a} and {b} are one value");
        comparison.label(comparison.differing(&records, records.row(0), records.row(1))).to_owned()
    }

    #[test]
    fn the_same_value_comes_to_be_written_differently_in_known_ways() {
        for (kind, a, b, level) in [
            (Kind::Given, "William", "Bill", "nickname"),
            (Kind::Given, "Rosamund", "Rosamunt", "similar (Jaro-Winkler at least .92)"),
            (Kind::Given, "A.", "Ada", "initial"),
            (Kind::Given, "Ada", "Grace", "different"),
            (Kind::Surname, "Lovelace", "Lovelac", "similar (Jaro-Winkler at least .92)"),
            (Kind::Surname, "Lillie-Hinrichs", "Hinrichs", "a part in common"),
            (Kind::Surname, "Lovelace", "Hopper", "different"),
            (Kind::Middle, "augusta king", "a", "initial or part"),
            (Kind::Date, "1815-12-10", "1815-12-11", "one digit or two neighbours"),
            (Kind::Date, "1815-12-10", "1815-12-01", "one digit or two neighbours"),
            (Kind::Date, "1815-12-10", "1815-10-12", "day and month exchanged"),
            (Kind::Date, "1815-12-10", "1815-01-01", "the first of January in the same year"),
            (Kind::Date, "1815-12-10", "1852-11-27", "different"),
            (Kind::Date, "1856-86-18", "1856-06-18", "one digit or two neighbours"),
            (Kind::Email, "ada@example.com", "ada@example.org", "another domain"),
            (Kind::Email, "lovelace@example.com", "lovelac@example.com", "one or two typing errors"),
            (Kind::Email, "ada@example.com", "grace@example.com", "different"),
            (Kind::Phone, "0171 1234567", "0171 1234568", "one typing error"),
            (Kind::Phone, "+49 171 1234567", "0171 1234567", "one typing error"),
            (Kind::Phone, "0171 1234567", "030 9876543", "different"),
            (Kind::Postcode, "SW1A 1AA", "SW1A 1AB", "one typing error"),
            (Kind::Postcode, "SW1A 1AA", "SW1A 9ZZ", "same area or two typing errors"),
            (Kind::Identifier, "4711-0815", "4711-0816", "one typing error"),
            (Kind::Place, "Bristol", "Bristoll", "similar (Jaro-Winkler at least .9)"),
            (Kind::Place, "Bristol", "City of Bristol", "a word in common"),
            (Kind::Words, "12 Wallaby Place", "Wallaby Place", "one inside the other"),
            (Kind::Words, "hoseason street", "hoseason stret", "similar"),
            (Kind::Category, "liturgist", "liturgst", "one typing error"),
            (Kind::Number, "100", "100.5", "within a hundredth"),
            (Kind::Distance, "51.5007, -0.1246", "51.5033 -0.1196", "within a kilometre"),
            (Kind::Distance, "51.5, -0.12", "48.85, 2.35", "different"),
            (Kind::Set, "red green blue", "blue red yellow green", "half in common"),
        ] {
            assert_eq!(label(kind, a, b), level, "{kind}: {a} and {b}");
        }
    }

    #[test]
    fn an_address_that_repeats_the_names_says_nothing_new() {
        let fields = vec![field(Kind::Given), field(Kind::Surname), field(Kind::Email)];
        let mut records = Records::new(fields);
        let people = [
            ["john", "smith", "john.smith12@example.com"],
            ["john", "smith", "john.smith47@example.com"],
            ["john", "smith", "john.smith12@example.org"],
        ];
        for (key, person) in (0..).zip(people) {
            records.push(key, 0, |field| match field.kind {
                Kind::Given => person[0],
                Kind::Surname => person[1],
                _ => person[2],
            });
        }
        let mail = Comparison { names: (Some(0), Some(1)), ..comparison(Kind::Email, 2) };
        let level = |a, b| mail.differing(&records, records.row(a), records.row(b));
        assert_eq!(level(0, 1), NULL);
        assert_eq!(mail.label(level(0, 2)), "another domain");
    }

    #[test]
    fn names_that_are_exchanged_are_seen_once() {
        let mut records = Records::new(vec![field(Kind::Given), field(Kind::Surname)]);
        for (key, person) in (0..).zip([["ada", "lovelace"], ["lovelace", "ada"], ["lovelase", "ada"]]) {
            records.push(key, 0, |field| if field.kind == Kind::Given { person[0] } else { person[1] });
        }
        let given = Comparison { beside: Some(1), ..comparison(Kind::Given, 0) };
        let surname = Comparison { beside: Some(0), ..comparison(Kind::Surname, 1) };
        for other in [1, 2] {
            let (a, b) = (records.row(0), records.row(other));
            assert_eq!(given.label(given.differing(&records, a, b)), "exchanged with the surname");
            assert_eq!(surname.differing(&records, a, b), NULL);
        }
    }

    #[test]
    fn every_level_has_a_place_in_a_pattern_and_a_name() {
        for kind in KINDS {
            let comparison = comparison(kind, 0);
            assert!(comparison.count() <= 32, "{kind}");
            assert_eq!(comparison.label(comparison.different()), "different", "{kind}");
            for nth in kind.chains().iter().flat_map(|chain| chain.iter()) {
                assert!(*nth < kind.levels().len(), "{kind}");
            }
        }
    }

    fn value() -> impl Strategy<Value = String> {
        let names = "(ada|lovelace|a|adda|lovelase|ada lovelace|lovelace ada|ada ada|ada b)";
        let dates = "(18|19)(15|51)-(01|10|12|21)-(01|10|12|21)";
        let mails = "[ab]{1,4}[0-9]{0,2}@(ex|exa)\\.(com|org)";
        prop_oneof![names, dates, mails, "[0-4]{6,10}", "[a-c ]{1,8}", "[αβγ ]{1,6}", "-?[0-9]{1,2}\\.[0-9],[0-9]{1,3}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn it_does_not_matter_which_record_is_which(a in (value(), value()), b in (value(), value())) {
            for kind in KINDS {
                let mut records = Records::new(vec![field(kind), field(Kind::Surname)]);
                records.push(1, 0, |field| if field.kind == kind { &a.0 } else { &a.1 });
                records.push(2, 0, |field| if field.kind == kind { &b.0 } else { &b.1 });
                let (x, y) = (records.row(0), records.row(1));
                if at(x, 0) == at(y, 0) || at(x, 0) == ABSENT || at(y, 0) == ABSENT {
                    continue;
                }
                let comparison = Comparison { beside: (kind == Kind::Given).then_some(1), ..comparison(kind, 0) };
                let (one, other) = (comparison.differing(&records, x, y), comparison.differing(&records, y, x));
                prop_assert_eq!(one, other, "{} {:?} {:?}", kind, &a, &b);
                prop_assert!(one == NULL || one > EQUALS && one <= comparison.different());
            }
        }
    }
}
