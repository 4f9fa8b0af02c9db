//! A stable 128-bit name for some bytes: FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv).
//!
//! It tells one request from another and one list of records from another, by accident never twice. It keeps nothing
//! secret and stands up to nobody who tries, which neither use asks of it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) u128);

impl Digest {
    pub(crate) const EMPTY: Self = Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);

    /// With a part added; each part's length goes in before it, so that parts do not run into each other.
    pub(crate) fn with(self, part: &[u8]) -> Self {
        let length = (part.len() as u64).to_le_bytes();
        let step = |state: u128, byte: &u8| (state ^ u128::from(*byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        Self(length.iter().chain(part).fold(self.0, step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Digest::EMPTY.with(b"ab").with(b"c"), Digest::EMPTY.with(b"a").with(b"bc"));
        assert_ne!(Digest::EMPTY, Digest::EMPTY.with(b""));
    }
}
