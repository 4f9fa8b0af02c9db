//! Jaro's similarity, and Winkler's boost of a common beginning.
//!
//! Jaro counts the letters that both strings have at about the same place, and among them those out of order; Winkler
//! adds up to four tenths of what is missing for the first four letters. Sources: M. A. Jaro, "Advances in
//! record-linkage methodology", Journal of the American Statistical Association 84 (1989); W. E. Winkler, "String
//! comparator metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage" (1990).
//!
//! The idea: the places of a letter in the first string are a word of bits; so are the places not yet taken, and the
//! window of places near enough. Their conjunction's lowest bit is the match, so a letter of the second string costs a
//! handful of operations and no inner loop. The boost is given above 0.7, as [`strsim`] does and Winkler proposed.
//!
//! Absent is a bound by the lengths ahead of a cutoff: on names it cost more than it saved, for few differ so much, and which
//! do is not to be guessed by the processor. A caller with keys sorted by length may still skip whole ranges.

use super::masks::{Masks, Word};

/// The most letters a word has places for.
pub(super) const LONGEST: usize = 64;
/// Boosted above this similarity only.
const BOOSTED: f64 = 0.7;
const SCALE: f64 = 0.1;
/// More than the rounding of a handful of operations on numbers up to one.
const SLACK: f64 = 1e-9;

/// Jaro's similarity, between 0 and 1.
///
/// ```
/// use onefold_identity::matching::kernel::jaro;
///
/// assert_eq!(jaro("ada", "ada"), 1.0);
/// assert!((jaro("martha", "marhta") - 0.944).abs() < 0.001);
/// assert_eq!(jaro("ada", ""), 0.0);
/// ```
pub fn jaro(a: &str, b: &str) -> f64 {
    with_masks(a, b, Jaro).unwrap_or_else(|| strsim::jaro(a, b))
}

/// Jaro's similarity with Winkler's boost, between 0 and 1.
///
/// ```
/// use onefold_identity::matching::kernel::jaro_winkler;
///
/// // The customer Ada Lovelace, with two letters swapped by the till.
/// assert!((jaro_winkler("lovelace", "lovelcae") - 0.975).abs() < 0.001);
/// assert!(jaro_winkler("lovelace", "babbage") < 0.5);
/// ```
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    with_masks(a, b, Winkler).unwrap_or_else(|| strsim::jaro_winkler(a, b))
}

/// The similarity of [`jaro_winkler`] where it is at least so much.
///
/// Cheaper than to compare afterwards, where most pairs are unlike: letters out of order are counted only where the letters
/// in common suffice.
///
/// ```
/// use onefold_identity::matching::kernel::jaro_winkler_at_least;
///
/// assert!(jaro_winkler_at_least("lovelace", "lovelcae", 0.88).is_some());
/// assert_eq!(jaro_winkler_at_least("lovelace", "babbage", 0.88), None);
/// ```
pub fn jaro_winkler_at_least(a: &str, b: &str, cutoff: f64) -> Option<f64> {
    match with_masks(a, b, AtLeast(cutoff)) {
        Some(answer) => answer,
        None => Some(strsim::jaro_winkler(a, b)).filter(|&it| it >= cutoff),
    }
}

/// A question to two strings, once the places of the first's letters are known.
pub(super) trait Ask {
    type Answer;
    /// The answer; none where `b` is not ASCII.
    ///
    /// Both are of at most [`LONGEST`] letters, and `a` is ASCII.
    fn ask(self, a: &[u8], b: &[u8], places: impl Fn(u8) -> u64) -> Option<Self::Answer>;
}

/// Asks with the cheapest table; none where a string is too long or not ASCII.
#[inline(always)]
fn with_masks<A: Ask>(a: &str, b: &str, question: A) -> Option<A::Answer> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > LONGEST || b.len() > LONGEST {
        None
    } else if a.len() <= u16::PLACES {
        let mut masks = Masks::<u16>::default();
        if masks.fill(a) { question.ask(a, b, |letter| masks.of(letter)) } else { None }
    } else {
        let mut masks = Masks::<u64>::default();
        if masks.fill(a) { question.ask(a, b, |letter| masks.of(letter)) } else { None }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Jaro;

impl Ask for Jaro {
    type Answer = f64;
    #[inline(always)]
    fn ask(self, a: &[u8], b: &[u8], places: impl Fn(u8) -> u64) -> Option<f64> {
        let common = Common::find(a.len(), b, &places)?;
        Some(common.similarity(common.transpositions(b, &places)))
    }
}

#[derive(Clone, Copy)]
pub(super) struct Winkler;

impl Ask for Winkler {
    type Answer = f64;
    #[inline(always)]
    fn ask(self, a: &[u8], b: &[u8], places: impl Fn(u8) -> u64) -> Option<f64> {
        Some(boost(Jaro.ask(a, b, places)?, || prefix(a, b)))
    }
}

#[derive(Clone, Copy)]
pub(super) struct AtLeast(pub(super) f64);

impl Ask for AtLeast {
    type Answer = Option<f64>;
    #[inline(always)]
    fn ask(self, a: &[u8], b: &[u8], places: impl Fn(u8) -> u64) -> Option<Option<f64>> {
        let common = Common::find(a.len(), b, &places)?;
        if boost(common.similarity(0), || prefix(a, b)) < self.0 - SLACK {
            return Some(None);
        }
        let similarity = common.similarity(common.transpositions(b, &places));
        Some(Some(boost(similarity, || prefix(a, b))).filter(|&it| it >= self.0))
    }
}

/// The letters that two strings have in common.
#[derive(Clone, Copy)]
struct Common {
    /// How many there are.
    matches: u32,
    /// Their places in the first string, and its length.
    here: u64,
    len: usize,
    /// Their places in the second.
    there: u64,
    other: usize,
}

impl Common {
    /// Matches each letter of `b` with the first free place of the same letter in `a`, near enough.
    #[inline(always)]
    fn find(len: usize, b: &[u8], places: impl Fn(u8) -> u64) -> Option<Self> {
        let range = (len.max(b.len()) / 2).saturating_sub(1);
        let mut window = (2_u64 << range) - 1;
        let (mut vacant, mut there, mut matches, mut all) = (!0_u64, 0_u64, 0_u32, 0_u8);
        for (at, &letter) in b.iter().enumerate() {
            let free = places(letter) & window & vacant;
            vacant ^= free & free.wrapping_neg();
            let found = u32::from(free != 0);
            there |= u64::from(found) << at;
            matches += found;
            window = (window << 1) | u64::from(at < range);
            all |= letter;
        }
        (all < 128).then_some(Self { matches, here: !vacant, len, there, other: b.len() })
    }

    /// How many of them, taken in the order of each string, are not the same letter.
    #[inline(always)]
    fn transpositions(self, b: &[u8], places: impl Fn(u8) -> u64) -> u32 {
        let (mut here, mut there, mut different) = (self.here, self.there, 0);
        while there != 0 {
            let letter = b.get(there.trailing_zeros() as usize).copied().unwrap_or_default();
            different += u32::from(places(letter) & here & here.wrapping_neg() == 0);
            here &= here.wrapping_sub(1);
            there &= there - 1;
        }
        different
    }

    #[inline(always)]
    fn similarity(self, different: u32) -> f64 {
        if self.matches == 0 {
            return if self.len == 0 && self.other == 0 { 1.0 } else { 0.0 };
        }
        let matches = f64::from(self.matches);
        let ordered = f64::from(self.matches - different / 2);
        (matches / self.len as f64 + matches / self.other as f64 + ordered / matches) / 3.0
    }
}

#[inline(always)]
fn boost(similarity: f64, prefix: impl FnOnce() -> u32) -> f64 {
    if similarity > BOOSTED { similarity + SCALE * f64::from(prefix()) * (1.0 - similarity) } else { similarity }
}

/// How many of the first four letters are the same.
#[inline(always)]
fn prefix(a: &[u8], b: &[u8]) -> u32 {
    if let (Some(a), Some(b)) = (a.first_chunk(), b.first_chunk()) {
        ((u32::from_le_bytes(*a) ^ u32::from_le_bytes(*b)).trailing_zeros() / 8).min(4)
    } else {
        a.iter().zip(b).take(4).take_while(|(a, b)| a == b).fold(0, |count, _| count + 1)
    }
}
