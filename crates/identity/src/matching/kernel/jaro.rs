//! Jaro's similarity, and Winkler's boost of a common beginning.
//!
//! Jaro counts the letters that both strings have at about the same place, and among them those out of order; Winkler
//! adds up to four tenths of what is missing for the first four letters. Sources: M. A. Jaro, "Advances in
//! record-linkage methodology", Journal of the American Statistical Association 84 (1989); W. E. Winkler, "String
//! comparator metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage" (1990).
//!
//! The idea: the places of a letter in the first string are a word of bits; so are the places not yet taken, and the
//! window of places near enough. Their conjunction's lowest bit is the match, so a letter of the second string costs a
//! handful of operations and no inner loop. Short strings, nineteen pairs of names in twenty, need no table for the places
//! (`lanes`); others of up to 64 letters do (`masks`). The boost is given above 0.7, as [`strsim`] does and Winkler
//! proposed.
//!
//! Absent is a bound by lengths or letters in common ahead of a cutoff: on names it cost more than it saved, for which pair
//! it stops is not to be foreseen by the processor. A caller with keys sorted by length may still skip whole ranges.

use super::lanes;
use super::masks::{Masks, Word};

/// The most letters a word has places for.
pub(super) const LONGEST: usize = 64;
/// Boosted above this similarity only.
const BOOSTED: f64 = 0.7;
const SCALE: f64 = 0.1;

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
    Common::of(a.as_bytes(), b.as_bytes()).map_or_else(|| strsim::jaro(a, b), Common::jaro)
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
    match Common::of(a.as_bytes(), b.as_bytes()) {
        Some(common) => common.winkler(a.as_bytes(), b.as_bytes()),
        None => strsim::jaro_winkler(a, b),
    }
}

/// The similarity of [`jaro_winkler`] where it is at least so much.
///
/// No dearer than the similarity alone, and no cheaper.
///
/// ```
/// use onefold_identity::matching::kernel::jaro_winkler_at_least;
///
/// assert!(jaro_winkler_at_least("lovelace", "lovelcae", 0.88).is_some());
/// assert_eq!(jaro_winkler_at_least("lovelace", "babbage", 0.88), None);
/// ```
#[inline]
pub fn jaro_winkler_at_least(a: &str, b: &str, cutoff: f64) -> Option<f64> {
    Some(jaro_winkler(a, b)).filter(|&it| it >= cutoff)
}

/// The letters that two strings have in common.
#[derive(Clone, Copy)]
pub(super) struct Common {
    /// How many there are.
    pub(super) matches: u32,
    /// Half of those that, taken in the order of each string, are not the same letter.
    pub(super) moved: u32,
    /// The lengths of the strings.
    pub(super) a: usize,
    pub(super) b: usize,
}

impl Common {
    /// None where a string is too long or not ASCII.
    #[inline(always)]
    pub(super) fn of(a: &[u8], b: &[u8]) -> Option<Self> {
        lanes::common(a, b).or_else(|| Self::by_table(a, b))
    }

    #[inline(never)]
    fn by_table(a: &[u8], b: &[u8]) -> Option<Self> {
        if a.len() <= u16::PLACES {
            let mut masks = Masks::<u16>::default();
            if masks.fill(a) { Self::find(&masks, a.len(), b) } else { None }
        } else {
            let mut masks = Masks::<u64>::default();
            if a.len() <= LONGEST && masks.fill(a) { Self::find(&masks, a.len(), b) } else { None }
        }
    }

    /// Matches each letter of `b` with the first free place of the same letter in `a`, near enough.
    #[inline(always)]
    pub(super) fn find<W: Word>(places: &Masks<W>, len: usize, b: &[u8]) -> Option<Self> {
        if b.len() > LONGEST {
            return None;
        }
        let range = (len.max(b.len()) / 2).saturating_sub(1);
        let mut window = (2_u64 << range) - 1;
        let (mut vacant, mut there, mut matches, mut all) = (!0_u64, 0_u64, 0_u32, 0_u8);
        for (at, &letter) in b.iter().enumerate() {
            let free = places.of(letter) & window & vacant;
            vacant ^= free & free.wrapping_neg();
            let found = u32::from(free != 0);
            there |= u64::from(found) << at;
            matches += found;
            window = (window << 1) | u64::from(at < range);
            all |= letter;
        }
        let (mut here, mut different) = (!vacant, 0);
        while there != 0 {
            let letter = b.get(there.trailing_zeros() as usize).copied().unwrap_or_default();
            different += u32::from(places.of(letter) & here & here.wrapping_neg() == 0);
            here &= here.wrapping_sub(1);
            there &= there - 1;
        }
        (all < 128).then_some(Self { matches, moved: different / 2, a: len, b: b.len() })
    }

    /// Jaro's similarity, of the same operations as strsim's, to the last bit.
    #[inline(always)]
    pub(super) fn jaro(self) -> f64 {
        if self.a == 0 || self.b == 0 {
            return if self.a == self.b { 1.0 } else { 0.0 };
        }
        let (matches, ordered) = (self.matches as usize, (self.matches - self.moved) as usize);
        (quotient(matches, self.a) + quotient(matches, self.b) + quotient(ordered, matches)) / 3.0
    }

    /// With Winkler's boost.
    #[inline(always)]
    pub(super) fn winkler(self, a: &[u8], b: &[u8]) -> f64 {
        let similarity = self.jaro();
        if similarity > BOOSTED {
            similarity + SCALE * f64::from(prefix(a, b)) * (1.0 - similarity)
        } else {
            similarity
        }
    }
}

/// One count by another, as divided; zero by zero is zero.
///
/// Looked up where both are small: three divisions a pair are a tenth of all its time.
#[inline(always)]
fn quotient(part: usize, whole: usize) -> f64 {
    match QUOTIENTS.get(whole).and_then(|row| row.get(part)) {
        Some(&quotient) => quotient,
        None => part as f64 / whole as f64,
    }
}

const SMALL: usize = 16;
static QUOTIENTS: [[f64; SMALL]; SMALL] = quotients();

#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it, and would tell")]
const fn quotients() -> [[f64; SMALL]; SMALL] {
    let mut quotients = [[0.0; SMALL]; SMALL];
    let mut whole = 1;
    while whole < SMALL {
        let mut part = 0;
        while part < SMALL {
            quotients[whole][part] = part as f64 / whole as f64;
            part += 1;
        }
        whole += 1;
    }
    quotients
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
