use onefold_identity::matching::quality::{Truth, measure};
use onefold_identity::matching::*;
use std::collections::HashMap;
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    s.split(' ').next().and_then(|x| x.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let (truth, id, th) = (&a[0], &a[1], a[2].parse::<f64>().unwrap());
    let files: Vec<(&str, std::fs::File)> =
        a[3..].iter().map(|f| (f.as_str(), std::fs::File::open(f).unwrap())).collect();
    let across = files.len() > 1;
    let work = Work::default();
    let dbg = std::env::var("DBG").is_ok();
    let t = |s: &str| {
        if dbg {
            {
                let st = std::fs::read_to_string("/proc/self/status").unwrap();
                let g = |k: &str| {
                    st.lines()
                        .find(|l| l.starts_with(k))
                        .unwrap_or("")
                        .split_whitespace()
                        .nth(1)
                        .unwrap_or("0")
                        .parse::<u64>()
                        .unwrap()
                        / 1024
                };
                eprintln!("-- {s} {:.2} hwm {} rss {}", cpu(), g("VmHWM"), g("VmRSS"))
            }
        }
    };
    let mut table = csv::read(files, (id != truth).then_some(id.as_str()), &work).unwrap();
    let rec = truth == "rec_id";
    let taken = table.take(truth).unwrap();
    t("loaded");
    let n = table.len();
    let mut rules = match std::env::var("RULES") {
        Ok(f) => Rules::from_toml(&std::fs::read_to_string(f).unwrap()).unwrap(),
        _ => Rules::default(),
    };
    if across {
        rules = rules.one_to_one();
    }
    let plan = Plan::infer(&table, &rules).unwrap();
    if dbg {
        eprintln!("{plan}");
        for f in plan.findings() {
            eprintln!("{} {:?} {:?} {} {:?} .", f.name, f.verdict, f.looks, f.confidence, f.reasons);
        }
    }
    t("planned");
    let batch = Batch::prepare(table, plan, &work).unwrap();
    t("prepared");
    let mut model = batch.train(&[], &work).unwrap();
    if th != 0.5 {
        model = model.with_threshold(th);
    }
    t("trained");
    if dbg {
        for y in &model.card.blocking {
            eprintln!("{:50} {:>10} {:>10.0} {}", y.rule, y.pairs, y.matches.unwrap_or(0.0), y.chosen);
        }
        eprintln!("{:?} {:?}", model.card.notes, model.prior);
        if std::env::var("W").is_ok() {
            for w in &model.comparisons {
                eprintln!("{} {}", w.comparison.name, w.comparison.kind);
                for l in 1..w.m.len() {
                    if w.m[l] > 0.0 {
                        eprintln!(
                            "   {:42} m {:.5} u {:.7} w {:.2}",
                            w.comparison.label(l as u8),
                            w.m[l],
                            w.u[l],
                            f64::from(w.weights[l]) / 1024.0
                        );
                    }
                }
            }
        }
    }
    let found = batch.resolve(&model, &[], &work).unwrap();
    t("resolved");
    let mut lab: HashMap<String, u32> = HashMap::new();
    let tr: Vec<Option<u32>> = (0..n)
        .map(|i| {
            let s = taken.text(taken.numbers()[i]);
            let s = if rec { s.split('-').take(2).collect::<Vec<_>>().join("-") } else { s.to_string() };
            let l = lab.len() as u32;
            Some(*lab.entry(s).or_insert(l))
        })
        .collect();
    let m = measure(&found.clusters, Truth::new(&tr));
    println!(
        "n {n} pairs {} ({:.1}/rec) p {:.5} r {:.5} f1 {:.5} b3 {:.5} entities {}",
        found.candidate_pairs,
        found.candidate_pairs as f64 / n as f64,
        m.pairs.precision(),
        m.pairs.recall(),
        m.pairs.f1(),
        m.bcubed.f1(),
        found.entities()
    );
    if dbg {
        let v: Vec<(i32, bool)> =
            found.links.iter().map(|l| (l.weight, tr[l.a as usize] == tr[l.b as usize])).collect();
        for b in -5..12 {
            let s: Vec<_> = v.iter().filter(|x| x.0 >= b * 1024 && x.0 < (b + 1) * 1024).collect();
            if !s.is_empty() {
                let k = s.iter().filter(|x| x.1).count();
                print!(" {b}:{}/{}={:.2}", k, s.len(), k as f64 / s.len() as f64);
            }
        }
        println!();
    }
}
