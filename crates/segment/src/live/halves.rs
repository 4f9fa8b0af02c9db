//! Instants and other numbers of 64 bits in 4-byte alignment, so that one beside a profile's number takes 12 bytes.

/// A number, in two halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Halves([u32; 2]);

impl Halves {
    pub(super) const fn new(number: i64) -> Self {
        let bits = number.cast_unsigned();
        Self([(bits >> 32) as u32, (bits & 0xFFFF_FFFF) as u32])
    }

    pub(super) const fn get(self) -> i64 {
        let [high, low] = self.0;
        (((high as u64) << 32) | low as u64).cast_signed()
    }
}

impl Ord for Halves {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.get().cmp(&other.get())
    }
}

impl PartialOrd for Halves {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
