use onefold_identity::matching::*;
use std::collections::HashMap;
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let (truth, id, th) = (&a[0], &a[1], a[2].parse::<f64>().unwrap());
    let files: Vec<(&str, std::fs::File)> = a[3..].iter().map(|f| (f.as_str(), std::fs::File::open(f).unwrap())).collect();
    let across = files.len() > 1;
    let mut t = csv::read(files, (id != truth).then_some(id.as_str()), &Work::default()).unwrap();
    let rec = truth == "rec_id";
    let taken = t.take(truth).unwrap();
    let n = t.len();
    let (cl, pairs, _, links) = experiment(t, across, th).unwrap();
    let mut lab: HashMap<String, u32> = HashMap::new();
    let tr: Vec<u32> = (0..n).map(|i| { let s = taken.text(taken.numbers()[i]); let s = if rec { s.split('-').take(2).collect::<Vec<_>>().join("-") } else { s.to_string() }; let l = lab.len() as u32; *lab.entry(s).or_insert(l) }).collect();
    let c2 = |m: HashMap<(u32, u32), u64>| m.values().map(|n| n * (n - 1) / 2).sum::<u64>();
    let mut x = HashMap::new(); let mut y = HashMap::new(); let mut z = HashMap::new();
    for i in 0..n { *x.entry((cl[i], 0)).or_insert(0u64) += 1; *y.entry((tr[i], 0)).or_insert(0) += 1; *z.entry((cl[i], tr[i])).or_insert(0) += 1; }
    let (pp, tt, tp) = (c2(x), c2(y), c2(z));
    let (p, r) = (tp as f64 / pp as f64, tp as f64 / tt as f64);
    let tl = links.iter().filter(|l| tr[l.0 as usize] == tr[l.1 as usize]).count();
    println!("n {n} pairs {pairs} ({:.1}/rec) truth {tt} truelinks {} p {p:.5} r {r:.5} f1 {:.5}", pairs as f64 / n as f64, tl as f64 / tt as f64, 2.0 * p * r / (p + r));
    // pair threshold best + calibration
    let mut v: Vec<(i32, bool)> = links.iter().map(|l| (l.2, tr[l.0 as usize] == tr[l.1 as usize])).collect();
    v.sort_by_key(|x| -x.0);
    let (mut t, mut best) = (0u64, (0.0, 0));
    for (i, (w, ok)) in v.iter().enumerate() { t += u64::from(*ok); let p = t as f64 / (i + 1) as f64; let r = t as f64 / tt as f64; let f = 2.0 * p * r / (p + r); if f > best.0 { best = (f, *w); } }
    println!("  best pair f1 {:.4} at {:.2} bits; calibration:", best.0, f64::from(best.1) / 1024.0);
    for b in -8..12 { let s: Vec<_> = v.iter().filter(|x| x.0 >= b * 1024 && x.0 < (b + 1) * 1024).collect(); if !s.is_empty() { let k = s.iter().filter(|x| x.1).count(); print!(" {b}:{}/{}={:.2}", k, s.len(), k as f64 / s.len() as f64); } }
    println!();
}
