//! How two different values of a field agree, kind by kind. Each answers a level, and none depends on which is which.

use super::super::intern::ABSENT;
use super::super::kernel;
use super::super::record::{Lexicon, domain, local};
use super::after;

/// Beyond this many bytes texts are compared as they stand and by their words: letter by letter would take the square of
/// their length.
const LONG: usize = 256;
/// Beyond this many pairs of words, words are the same or they are not.
const MANY: usize = 1_024;

/// How many edits lie between two texts, if at most so many.
pub(super) fn edits(p: &str, q: &str, most: usize) -> Option<usize> {
    if p.len().max(q.len()) > LONG { None } else { kernel::osa_at_most(p, q, most) }
}

/// Jaro-Winkler similarity, if it reaches a bound. It may depend on which text comes first, so the smaller one does.
pub(super) fn alike(p: &str, q: &str, least: f64) -> Option<f64> {
    if p.len().max(q.len()) > LONG {
        return None;
    }
    let (p, q) = if p <= q { (p, q) } else { (q, p) };
    kernel::jaro_winkler_at_least(p, q, least)
}

/// Whether two values are within some typing errors.
pub(super) fn near(lexicon: &Lexicon, x: u32, y: u32, errors: usize) -> bool {
    let apart = (lexicon.traits(x).sign ^ lexicon.traits(y).sign).count_ones() as usize;
    apart <= 2 * errors && edits(lexicon.text(x), lexicon.text(y), errors).is_some()
}

/// Whether given name and surname of one record are surname and given name of the other.
pub(super) fn exchanged(names: &Lexicon, a: (u32, u32), b: (u32, u32)) -> bool {
    let (one, two) = (a.0 != ABSENT && a.0 == b.1, a.1 != ABSENT && a.1 == b.0);
    let like = |x: u32, y: u32| x == ABSENT || y == ABSENT || alike(names.text(x), names.text(y), 0.9).is_some();
    match (one, two) {
        (true, true) => a.0 != a.1,
        (true, false) => a.0 != b.0 && like(a.1, b.0),
        (false, true) => a.1 != b.1 && like(a.0, b.1),
        (false, false) => false,
    }
}

pub(super) fn given(names: &Lexicon, x: u32, y: u32) -> u8 {
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

pub(super) fn surname(names: &Lexicon, x: u32, y: u32) -> u8 {
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

pub(super) fn middle(p: &str, q: &str) -> u8 {
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

pub(super) fn date(dates: &Lexicon, x: u32, y: u32) -> u8 {
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

pub(super) fn email(mails: &Lexicon, x: u32, y: u32, apart: u32) -> u8 {
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
pub(super) fn only_names(mails: &Lexicon, (x, a): (u32, [&str; 2]), (y, b): (u32, [&str; 2])) -> bool {
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
pub(super) fn digits(codes: &Lexicon, x: u32, y: u32, last: usize, apart: u32) -> u8 {
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

pub(super) fn postcode(codes: &Lexicon, x: u32, y: u32, apart: u32) -> u8 {
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

pub(super) fn place(places: &Lexicon, x: u32, y: u32) -> u8 {
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

pub(super) fn words(texts: &Lexicon, x: u32, y: u32) -> u8 {
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

pub(super) fn number(p: &str, q: &str) -> u8 {
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
pub(super) fn distance(p: &str, q: &str) -> u8 {
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

pub(super) fn set(p: &[u32], q: &[u32]) -> u8 {
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
