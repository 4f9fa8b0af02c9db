//! temp
pub struct Union(Vec<u32>);
impl Union {
    pub fn new(n: u32) -> Self {
        Self((0..n).collect())
    }
    pub fn find(&mut self, x: u32) -> u32 {
        let mut x = x;
        while self.0[x as usize] != x {
            let p = self.0[self.0[x as usize] as usize];
            self.0[x as usize] = p;
            x = p;
        }
        x
    }
    pub fn join(&mut self, a: u32, b: u32) -> Option<(u32, u32)> {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return None;
        }
        let (k, g) = (a.min(b), a.max(b));
        self.0[g as usize] = k;
        Some((k, g))
    }
    pub fn same(&mut self, a: u32, b: u32) -> bool {
        self.find(a) == self.find(b)
    }
}
