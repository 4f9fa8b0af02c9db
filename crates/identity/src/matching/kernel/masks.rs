//! Where each letter stands: a table from the 128 characters of ASCII to words of bits.
//!
//! A narrow table is cheaper to clear than a wide one, and clearing is most of its price: 256 bytes serve a name of up
//! to 16 letters, 1 KiB one of up to 64.

/// A word of places, bit `i` for place `i`.
pub(super) trait Word: Copy + Default + Into<u64> {
    const PLACES: usize;
    const FIRST: Self;
    fn add(&mut self, place: Self);
    fn next(self) -> Self;
}

macro_rules! word {
    ($word:ty) => {
        impl Word for $word {
            const PLACES: usize = <$word>::BITS as usize;
            const FIRST: Self = 1;
            fn add(&mut self, place: Self) {
                *self |= place;
            }
            fn next(self) -> Self {
                self << 1
            }
        }
    };
}
word!(u16);
word!(u64);

/// The places of each letter of one string.
#[derive(Clone, Debug)]
pub(super) struct Masks<W>([W; 128]);

impl<W: Word> Default for Masks<W> {
    #[inline(always)]
    fn default() -> Self {
        Self([W::default(); 128])
    }
}

impl<W: Word> Masks<W> {
    /// Enters a text of no more than `W::PLACES` letters into an empty table; false for one that is not ASCII.
    ///
    /// The table is filled where it lies: to move it right after writing single letters stalls the processor for longer
    /// than all the writing takes.
    #[inline(always)]
    pub(super) fn fill(&mut self, text: &[u8]) -> bool {
        let (mut place, mut all) = (W::FIRST, 0);
        for &letter in text {
            // The mask of 127 keeps the index inside; what it does to other letters no longer matters.
            if let Some(mask) = self.0.get_mut(usize::from(letter & 127)) {
                mask.add(place);
            }
            place = place.next();
            all |= letter;
        }
        all < 128
    }

    /// The places of a letter.
    #[inline(always)]
    pub(super) fn of(&self, letter: u8) -> u64 {
        self.0.get(usize::from(letter & 127)).map_or(0, |&mask| mask.into())
    }
}
