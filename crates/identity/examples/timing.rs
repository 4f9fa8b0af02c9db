#![allow(clippy::all, missing_docs)]
use onefold_identity::*;
use onefold_model::*;
use std::time::Instant;
struct Rng(u64);
impl Rng { fn next(&mut self, n: u64) -> u64 { self.0 ^= self.0 << 13; self.0 ^= self.0 >> 7; self.0 ^= self.0 << 17; (self.0 >> 11) % n } }
fn main() {
    let schema = Schema::builder().purpose("r")
        .kind(Kind::person("user_id").unique()).kind(Kind::person("email").limit(5)).kind(Kind::person("phone").limit(5))
        .kind(Kind::device("cookie").limit(10).stitch("r")).build([7; 32].into()).unwrap();
    let ids = |kind: &str, n: u64| -> Vec<Identifier> { (0..n).map(|i| schema.identifier(kind, &format!("{kind}{i}")).unwrap()).collect() };
    let persons = 250_000;
    let (user, email, phone, cookie) = (ids("user_id", persons), ids("email", persons), ids("phone", persons), ids("cookie", persons * 3));
    for (name, noise, late) in [("clean in order", 0, false), ("clean shuffled times", 0, true), ("2% noise in order", 20, false), ("2% noise shuffled times", 20, true), ("10% noise in order", 100, false)] {
        let mut rng = Rng(0x1234_5678_9abc_def1);
        let mut graph = Graph::new(&schema, Rules::default());
        let mut out = Vec::new();
        let mut lat: Vec<u64> = Vec::new();
        let sightings: Vec<(EventId, Time, Vec<Identifier>)> = (0..1_000_000_u64).map(|i| {
            let p = rng.next(persons) as usize;
            let c = (p * 3 + rng.next(3) as usize + if rng.next(1000) < noise { rng.next(persons) as usize } else { 0 }) % cookie.len();
            let q = if rng.next(1000) < noise { rng.next(persons) as usize } else { p };
            let who = match rng.next(4) { 0 => vec![user[p].clone(), email[q].clone(), cookie[c].clone()], 1 => vec![email[p].clone(), phone[q].clone()], 2 => vec![user[p].clone(), cookie[c].clone()], _ => vec![user[p].clone(), phone[q].clone(), cookie[c].clone()] };
            let at = if late { rng.next(1_000_000_000) } else { i } as i64;
            let mut id = [0; 16]; id[..8].copy_from_slice(&(i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_le_bytes());
            (EventId(id), Time(at), who)
        }).collect();
        let start = Instant::now();
        for (id, at, who) in &sightings {
            let t = Instant::now();
            let _ = graph.insert(Sighting { id: *id, at: *at, who, previous: None }, &Ungated, Time(i64::MAX - 1), &mut out);
            lat.push(t.elapsed().as_nanos() as u64);
        }
        let total = start.elapsed();
        let slowest = *lat.iter().max().unwrap();
        let half: u64 = lat[500_000..].iter().sum();
        lat.sort();
        let rss: String = std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmRSS")).unwrap().into();
        println!("{name}: {total:?}, second half {} ms, p50 {} p99 {} p999 {} max {} ns; nodes {} links {} profiles {} cuts {} changes {}; {rss}", half / 1_000_000, lat[500_000], lat[990_000], lat[999_000], slowest, graph.nodes(), graph.links(), graph.profiles().count(), graph.cuts().count(), out.len());
    }
    // one login with 100,000 cookies, and one cookie with 100,000 logins
    let mut graph = Graph::new(&schema, Rules::default()); let mut out = vec![];
    let t = Instant::now();
    for i in 0..100_000_u64 { let mut id = [1; 16]; id[..8].copy_from_slice(&i.to_le_bytes()); let who = [user[0].clone(), cookie[i as usize].clone()]; let _ = graph.insert(Sighting { id: EventId(id), at: Time(i as i64), who: &who, previous: None }, &Ungated, Time(0), &mut out); }
    println!("login with 100k cookies: {:?}", t.elapsed());
    let t = Instant::now();
    for i in 0..100_000_u64 { let mut id = [2; 16]; id[..8].copy_from_slice(&i.to_le_bytes()); let who = [user[i as usize].clone(), cookie[700_000].clone()]; let _ = graph.insert(Sighting { id: EventId(id), at: Time(i as i64), who: &who, previous: None }, &Ungated, Time(0), &mut out); }
    println!("cookie with 100k logins: {:?}", t.elapsed());
}
