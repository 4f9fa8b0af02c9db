//! Short strings side by side: a letter a byte of one word, so that a letter of the other string meets all of them at once.
//!
//! The idea: most names have at most eight letters, and a word of 64 bits holds eight. A letter of the other string,
//! repeated in every byte, differs from the word by zero where the letter stands; one addition turns zeros into high
//! bits, and their conjunction with the window and the places not yet taken has the match as its lowest bit. There is no
//! table to clear and no loop whose end depends on the data: eight or twelve rounds are taken, whatever the length, for a
//! round too many costs less than one exit wrongly foreseen.
//!
//! Letters out of order are seldom counted. Matches whose places grow are in order, one bit tells; of two or three that
//! do not grow, one pair has moved; only of four and more must each be looked at, one pair in twenty at random.
//!
//! Random pairs of persons' names take 32 ns so, by tables of [`Masks`](super::masks::Masks) 44, and
//! strsim 185. Absent are words of 128 bits for two names longer than eight: 99 ns, where tables take 53.

use super::jaro::Common;

/// The high bit of each byte, and the low.
const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = HIGH >> 7;
/// The most letters of the shorter string, and of the longer.
const SHORT: usize = 8;
const LONG: usize = 12;

type Windows = [u64; LONG];

/// The places near enough, as high bits, for each range and each place in the longer string.
static WINDOWS: [Windows; LONG / 2] = windows();

#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it, and would tell")]
const fn windows() -> [Windows; LONG / 2] {
    let mut windows = [[0; LONG]; LONG / 2];
    let mut range = 0;
    while range < windows.len() {
        let mut at = 0;
        while at < LONG {
            let mut place = at.saturating_sub(range);
            while place < SHORT && place <= at + range {
                windows[range][at] |= 0x80 << (8 * place);
                place += 1;
            }
            at += 1;
        }
        range += 1;
    }
    windows
}

/// The letters in common; none where a string is empty, too long, not ASCII, or has a letter zero.
#[inline(always)]
pub(super) fn common(a: &[u8], b: &[u8]) -> Option<Common> {
    // Which of them is matched with the other does not matter: letters of a kind are matched in their order.
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    match (a.len(), b.len()) {
        (1..=SHORT, ..=SHORT) => find::<SHORT>(word(a), a.len(), word(b), 0, b.len()),
        (1..=SHORT, ..=LONG) => {
            let (first, last) = (b.first_chunk()?, b.last_chunk()?);
            let rest = u64::from_le_bytes(*last).wrapping_shr(8 * (16 - b.len()) as u32);
            find::<LONG>(word(a), a.len(), u64::from_le_bytes(*first), rest, b.len())
        }
        _ => None,
    }
}

/// Up to eight letters, the first lowest.
///
/// Both halves are read whole; where they overlap they agree.
#[inline(always)]
fn word(text: &[u8]) -> u64 {
    let bits = 8 * text.len() as u32;
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)).wrapping_shl(bits - 32)
    } else if let (Some(&first), Some(&middle), Some(&last)) = (text.first(), text.get(text.len() / 2), text.last()) {
        u64::from(first) | u64::from(middle) << (8 * (text.len() / 2)) | u64::from(last) << (bits - 8)
    } else {
        0
    }
}

/// Matches so many letters of `b`, of which eight are in `first` and what is past them in `rest`, with those of `a`.
#[inline(always)]
fn find<const LETTERS: usize>(a: u64, a_len: usize, first: u64, rest: u64, b_len: usize) -> Option<Common> {
    let all = HIGH >> (8 * (SHORT - a_len));
    // Past the end of `b` stand zeros, which must not be found in `a`.
    if (a.wrapping_sub(all >> 7) | a | first | rest) & HIGH != 0 {
        return None;
    }
    let windows = WINDOWS.get((b_len / 2).saturating_sub(1))?;
    let (mut vacant, mut passed) = (all, 0);
    for (at, window) in windows.iter().enumerate().take(LETTERS) {
        let free = same(a, letter(first, rest, at)) & window & vacant;
        let onward = free.wrapping_neg();
        passed |= onward & !vacant;
        vacant ^= free & onward;
    }
    let taken = all ^ vacant;
    let matches = ((taken >> 7).wrapping_mul(ONES) >> 56) as u32;
    let moved = u32::from(passed & all != 0);
    // One comparison for "moved, and more than three": two branches are foreseen worse.
    let moved = if matches + 16 * moved > 16 + 3 { count_moved(a, first, rest, windows, all, taken) } else { moved };
    Some(Common { matches, moved, a: a_len, b: b_len })
}

#[inline(always)]
fn letter(first: u64, rest: u64, at: usize) -> u64 {
    (if at < 8 { first >> (8 * at) } else { rest >> (8 * (at - 8)) }) & 0xFF
}

/// A high bit wherever the letter stands; the other bits mean nothing.
#[inline(always)]
fn same(a: u64, letter: u64) -> u64 {
    (a ^ !HIGH ^ letter.wrapping_mul(ONES)).wrapping_add(ONES)
}

/// Half of the letters that, taken in the order of each string, are not the same.
#[cold]
#[inline(never)]
fn count_moved(a: u64, first: u64, rest: u64, windows: &Windows, all: u64, taken: u64) -> u32 {
    let (mut vacant, mut next, mut different) = (all, taken, 0);
    for (at, window) in windows.iter().enumerate() {
        let same = same(a, letter(first, rest, at)) & all;
        let free = same & window & vacant;
        if free != 0 {
            vacant ^= free & free.wrapping_neg();
            different += u32::from(same & next & next.wrapping_neg() == 0);
            next &= next.wrapping_sub(1);
        }
    }
    different / 2
}
