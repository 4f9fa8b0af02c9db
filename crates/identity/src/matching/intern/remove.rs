//! Texts that go.

use super::{ABSENT, Interner, short};

impl Interner {
    /// Forgets a text: nothing finds it, its bytes are overwritten, and its number is never given again.
    pub(crate) fn forget(&mut self, code: u32) {
        self.vacate(code);
        if let Some(before) = (code as usize).checked_sub(1)
            && let (Some(from), Some(to)) = (self.ends.get(before).copied(), self.ends.get(code as usize).copied())
        {
            let (from, to) = (from as usize, to as usize);
            self.bytes.replace_range(from..to, &"\0".repeat(to - from));
        }
    }

    /// Takes the last texts back, so that `len` numbers are left; their numbers will be given again.
    pub(crate) fn truncate(&mut self, len: usize) {
        let len = len.max(1);
        for code in (len..self.ends.len()).rev() {
            self.vacate(u32::try_from(code).unwrap_or(ABSENT));
        }
        self.ends.truncate(len);
        self.bytes.truncate(self.ends.last().map_or(0, |end| *end as usize));
    }

    /// Takes a number out of the hash table. Those behind it move up, so that no search ends too early (backward shift).
    fn vacate(&mut self, code: u32) {
        let Some(mask) = self.slots.len().checked_sub(1) else { return };
        let slot = |slots: &[u64], at: usize| slots.get(at).copied().unwrap_or(0);
        let mut hole = short(self.text(code)) as usize & mask;
        loop {
            match slot(&self.slots, hole) {
                0 => return,
                found if found as u32 == code => break,
                _ => hole = (hole + 1) & mask,
            }
        }
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let found = slot(&self.slots, at);
            if found == 0 {
                break;
            }
            let home = (found >> 32) as usize & mask;
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                if let Some(place) = self.slots.get_mut(hole) {
                    *place = found;
                }
                hole = at;
            }
        }
        if let Some(place) = self.slots.get_mut(hole) {
            *place = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_forgotten_is_not_found_and_the_rest_is(
            ops in proptest::collection::vec((0..3_u8, "[a-d]{1,3}"), 1..300),
        ) {
            let mut interner = Interner::default();
            let mut known: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
            for (op, text) in ops {
                match op {
                    0 => {
                        if let Some(code) = known.remove(&text) {
                            interner.forget(code);
                            prop_assert!(interner.text(code).bytes().all(|byte| byte == 0));
                        }
                    }
                    1 => {
                        let before = interner.len();
                        for nth in 0..40 {
                            interner.add(&format!("{text}{nth}"));
                        }
                        interner.truncate(before);
                    }
                    _ => {
                        let code = interner.add(&text);
                        prop_assert_eq!(*known.entry(text).or_insert(code), code);
                    }
                }
                for (text, code) in &known {
                    prop_assert_eq!(interner.find(text), Some(*code));
                    prop_assert_eq!(interner.text(*code), text);
                }
                prop_assert_eq!(interner.slots.iter().filter(|slot| **slot != 0).count(), known.len());
            }
        }
    }
}
