//! From links to clusters.
use super::predict::Link;
use super::record::Records;
use super::intern::Map;

pub(crate) fn cluster(records: &Records, links: &[Link], threshold: i32, one_to_one: bool) -> Vec<u32> {
    let mode = std::env::var("MODE").unwrap_or_default();
    let n = records.len();
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_unstable_by_key(|i| { let l = &links[*i]; (std::cmp::Reverse(l.weight), l.a, l.b) });
    let mut parent: Vec<u32> = (0..n as u32).collect();
    fn find(p: &mut [u32], mut x: u32) -> u32 { while p[x as usize] != x { p[x as usize] = p[p[x as usize] as usize]; x = p[x as usize]; } x }
    let mut members: Map<u32, Vec<u32>> = Map::default();
    let mut between: Map<(u32, u32), i32> = Map::default();
    for l in links { between.insert((l.a, l.b), l.weight); }
    let miss: i32 = std::env::var("MISS").ok().and_then(|m| m.parse().ok()).unwrap_or(-5) * 1024;
    for i in order {
        let l = &links[i];
        if l.weight < threshold { break; }
        let (x, y) = (find(&mut parent, l.a), find(&mut parent, l.b));
        if x == y { continue; }
        let p = members.get(&x).cloned().unwrap_or_else(|| vec![x]);
        let q = members.get(&y).cloned().unwrap_or_else(|| vec![y]);
        if one_to_one {
            let s = |r: u32| records.sources[r as usize];
            if p.iter().any(|a| q.iter().any(|b| s(*a) == s(*b))) { continue; }
        }
        if mode == "avg" {
            let mut sum = 0i64; 
            for a in &p { for b in &q { sum += i64::from(between.get(&((*a).min(*b), (*a).max(*b))).copied().unwrap_or(miss).max(miss)); } }
            if sum < i64::from(threshold) { continue; }
        }
        let mut all = p; all.extend(q);
        members.remove(&y);
        parent[y as usize] = x;
        members.insert(x, all);
    }
    (0..n as u32).map(|r| find(&mut parent, r)).collect()
}
