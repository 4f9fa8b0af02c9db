//! placeholder shims until the kernels land
#![allow(missing_docs)]
pub fn jaro_winkler(a: &str, b: &str) -> f64 { strsim::jaro_winkler(a, b) }
pub fn jaro_winkler_at_least(a: &str, b: &str, cutoff: f64) -> Option<f64> { let s = strsim::jaro_winkler(a, b); (s >= cutoff).then_some(s) }
pub fn osa(a: &str, b: &str) -> usize { strsim::osa_distance(a, b) }
pub fn osa_at_most(a: &str, b: &str, limit: usize) -> Option<usize> { let d = strsim::osa_distance(a, b); (d <= limit).then_some(d) }
pub fn phonetic(a: &str) -> u64 {
    let mut k = 0u64; let mut last = 0u8;
    for (i, c) in a.bytes().enumerate() {
        let d = match c { b'b'|b'f'|b'p'|b'v' => 1, b'c'|b'g'|b'j'|b'k'|b'q'|b's'|b'x'|b'z' => 2, b'd'|b't' => 3, b'l' => 4, b'm'|b'n' => 5, b'r' => 6, _ => 0 };
        if i == 0 { k = u64::from(c); } else if d != 0 && d != last { k = k << 3 | u64::from(d); }
        last = d;
    }
    k
}
pub fn same_given(a: &str, b: &str) -> bool { const P: &[(&str,&str)] = &[("rob","robert"),("bob","robert"),("william","bill"),("james","jim"),("john","jack"),("thomas","tom")]; P.contains(&(a,b)) || P.contains(&(b,a)) }
