//! Union-find over small numbers: a cache over the links, never the truth.

/// Sets of the numbers below a bound.
#[derive(Debug)]
pub(crate) struct Union(Vec<u32>);

impl Union {
    pub(crate) fn new(count: usize) -> Self {
        Self((0..).take(count).collect())
    }

    fn up(&self, number: u32) -> u32 {
        self.0.get(number as usize).copied().unwrap_or(number)
    }

    pub(crate) fn find(&self, number: u32) -> u32 {
        let mut at = number;
        while self.up(at) != at {
            at = self.up(at);
        }
        at
    }

    /// Finds, and makes later finds shorter.
    pub(crate) fn find_mut(&mut self, number: u32) -> u32 {
        let mut at = number;
        while self.up(at) != at {
            let next = self.up(self.up(at));
            if let Some(slot) = self.0.get_mut(at as usize) {
                *slot = next;
            }
            at = next;
        }
        at
    }

    /// Hangs the root `small` under the root `large`.
    pub(crate) fn hang(&mut self, small: u32, large: u32) {
        if let Some(slot) = self.0.get_mut(small as usize) {
            *slot = large;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hung_together_is_found_together() {
        let mut union = Union::new(4);
        union.hang(1, 0);
        union.hang(3, 2);
        union.hang(2, 0);
        assert!((0..4).all(|number| union.find(number) == 0 && union.find_mut(number) == 0));
    }
}
