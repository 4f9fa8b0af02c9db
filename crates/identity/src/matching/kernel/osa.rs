//! How many slips of the pen lie between two strings?
//!
//! The distance of optimal string alignment: the fewest insertions, deletions, replacements and swaps of neighbours that
//! turn one string into the other, where no part is edited twice. It is Damerau's distance, restricted.
//!
//! The idea: neighbours in the table of distances differ by at most one, so a column is two words of bits, and a
//! letter moves the column on with some fifteen operations. Source: H. Hyyrö, "A bit-vector algorithm for computing
//! Levenshtein and Damerau edit distances", Nordic Journal of Computing 10 (2003), after Myers (1999). What both strings
//! begin and end with costs nothing and is taken off first, so the limit of 64 letters holds for the rest.

use super::jaro::LONGEST;
use super::masks::{Masks, Word};

/// The distance of optimal string alignment, in characters.
///
/// ```
/// use onefold_identity::matching::kernel::osa;
///
/// assert_eq!(osa("lovelace", "lovelcae"), 1);
/// assert_eq!(osa("ada", ""), 3);
/// assert_eq!(osa("ca", "abc"), 3);
/// ```
pub fn osa(a: &str, b: &str) -> usize {
    with_masks(a.as_bytes(), b.as_bytes(), usize::MAX)
        .map_or_else(|| strsim::osa_distance(a, b), |distance| distance.unwrap_or(usize::MAX))
}

/// The distance of [`osa`] where it is at most so much.
///
/// ```
/// use onefold_identity::matching::kernel::osa_at_most;
///
/// assert_eq!(osa_at_most("lovelace", "lovelcae", 1), Some(1));
/// assert_eq!(osa_at_most("lovelace", "babbage", 2), None);
/// ```
pub fn osa_at_most(a: &str, b: &str, limit: usize) -> Option<usize> {
    match with_masks(a.as_bytes(), b.as_bytes(), limit) {
        Some(answer) => answer,
        None => Some(strsim::osa_distance(a, b)).filter(|&it| it <= limit),
    }
}

/// The distance if it is within the limit; none where the strings are too long or not ASCII.
#[inline(always)]
fn with_masks(a: &[u8], b: &[u8], limit: usize) -> Option<Option<usize>> {
    let (a, b) = strip(a, b);
    let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
    if a.len() > LONGEST {
        None
    } else if a.len() - b.len() > limit {
        // Bytes are not characters.
        (a.is_ascii() && b.is_ascii()).then_some(None)
    } else if a.len() <= u16::PLACES {
        let mut masks = Masks::<u16>::default();
        if masks.fill(a) { distance(a.len(), b, limit, |letter| masks.of(letter)) } else { None }
    } else {
        let mut masks = Masks::<u64>::default();
        if masks.fill(a) { distance(a.len(), b, limit, |letter| masks.of(letter)) } else { None }
    }
}

/// Takes off what both begin with and what both end with.
///
/// It may cut a character of several bytes; then a byte that is not ASCII is left in one of the strings, unless both are
/// the same.
#[inline(always)]
fn strip<'a, 'b>(mut a: &'a [u8], mut b: &'b [u8]) -> (&'a [u8], &'b [u8]) {
    while let (Some((x, short)), Some((y, other))) = (a.split_first(), b.split_first())
        && x == y
    {
        (a, b) = (short, other);
    }
    while let (Some((x, short)), Some((y, other))) = (a.split_last(), b.split_last())
        && x == y
    {
        (a, b) = (short, other);
    }
    (a, b)
}

/// The distance if it is within the limit; none where `b` is not ASCII.
///
/// `len` is that of the string whose letters' places are known, and at most [`LONGEST`].
#[inline(always)]
pub(super) fn distance(len: usize, b: &[u8], limit: usize, places: impl Fn(u8) -> u64) -> Option<Option<usize>> {
    if limit < len.max(b.len()) {
        // A letter that the other string has not costs an edit of its own.
        let (alien, all) =
            b.iter().fold((0, 0), |(alien, all), &letter| (alien + usize::from(places(letter) == 0), all | letter));
        if alien.max(len.abs_diff(b.len())) > limit {
            return (all < 128).then_some(None);
        }
    }
    let Some(last) = len.checked_sub(1) else {
        return b.is_ascii().then_some(Some(b.len()));
    };
    // A column of the table: where the distance grows, and falls, from one row to the next; where the diagonal is free.
    let (mut up, mut down, mut free, mut before, mut all) = (!0_u64, 0_u64, 0_u64, 0_u64, 0_u8);
    let mut distance = len;
    for &letter in b {
        let same = places(letter);
        let swapped = ((!free & same) << 1) & before;
        free = ((same & up).wrapping_add(up) ^ up) | same | down | swapped;
        let (more, less) = (down | !(free | up), free & up);
        distance += usize::from((more >> last) & 1 == 1);
        distance -= usize::from((less >> last) & 1 == 1);
        let (more, less) = ((more << 1) | 1, less << 1);
        up = less | !(free | more);
        down = more & free;
        before = same;
        all |= letter;
    }
    (all < 128).then_some(Some(distance).filter(|&it| it <= limit))
}
