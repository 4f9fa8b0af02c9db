//! Questions: why are these two one person, or not, and what would other rules change?

use onefold::identity::matching::{BIT, Batch, Cut, Ground, Label, Plan, Rules, Table, WhyNot, Work, probability};
use onefold_examples::say;
use serde_json::{Value, json};

use crate::{Failure, Outcome};

/// How many merges and splits are shown.
const SHOWN: usize = 10;

pub fn bits(weight: i32) -> f64 {
    f64::from(weight) / f64::from(BIT)
}

/// Says why two records are one person, or why they are not.
pub fn why(outcome: &Outcome, names: &[(String, String)], a: &str, b: &str) -> Result<Value, Failure> {
    let table = outcome.table();
    let find = |id: &str| -> Result<usize, Failure> {
        // A record may be called by the whole path of its file.
        let by_path = || {
            let (path, line) = id.rsplit_once(':')?;
            let (_, name) = names.iter().find(|(known, _)| known == path)?;
            table.find(&format!("{name}:{line}"))
        };
        table.find(id).or_else(by_path).ok_or_else(|| {
            let like =
                if table.is_empty() { "there is none".into() } else { format!("the first is `{}`", table.name(0)) };
            format!("no record is called `{id}`; {like}").into()
        })
    };
    let (row_a, row_b) = (find(a)?, find(b)?);
    let Outcome { batch, model, found } = outcome;

    // The waterfall: from the prior, each comparison adds its weight. The weights add up to the sum, exactly.
    say!("\n== {a} and {b}");
    let fall = batch.why(model, row_a, row_b)?;
    say!("{:24} {:>9} {:>9}", "", "bits", "sum");
    say!("{fall}");

    // What became of it: the strongest path of links between the two, or what cut it.
    let (x, y) = (row_a as u32, row_b as u32);
    let mut because = Vec::new();
    if x == y {
        because.push("it is one record".to_owned());
    } else if let Some(path) = found.why(x, y) {
        for step in &path {
            let (p, q) = (table.name(step.a as usize), table.name(step.b as usize));
            because.push(format!("{p} and {q}: {step}"));
        }
    } else {
        because.push(match found.why_not(x, y) {
            WhyNot::Together => "they are one".to_owned(),
            WhyNot::NotCompared => "no candidate pair lies between their clusters that is worth a look".to_owned(),
            WhyNot::Cut(link) => {
                let (p, q) = (table.name(link.a as usize), table.name(link.b as usize));
                let cut = link.cut.as_ref().map_or_else(|| "not taken".to_owned(), |cut| reason(cut, table));
                format!("the strongest link between them, {p} and {q} at {:.2} bits, was cut: {cut}", bits(link.weight))
            }
        });
    }
    let together = found.clusters.get(row_a) == found.clusters.get(row_b);
    say!("{}", if together { "One person, by" } else { "Two persons:" });
    because.iter().for_each(|line| say!("  {line}"));
    Ok(json!({ "a": a, "b": b, "together": together, "because": because, "waterfall": fall }))
}

/// Why a link was cut, in words.
pub fn reason(cut: &Cut, table: &Table) -> String {
    match cut {
        Cut::Weak => "it weighs less than the threshold".into(),
        Cut::Never { rows: (a, b) } => {
            let (a, b) = (table.name(*a as usize), table.name(*b as usize));
            format!("a rule or a ruling keeps {a} and {b} apart")
        }
        Cut::Unique { column } => format!("the cluster would have two values of `{column}`"),
        Cut::Sources => "the cluster would have two records of one file".into(),
        Cut::Largest { limit, found } => format!("the cluster would have {found} records of at most {limit}"),
        Cut::Outvoted { mean, pairs } => {
            format!("the {pairs} pairs between the clusters weigh {:.2} bits on the average", bits(*mean))
        }
    }
}

/// Resolves the same records under other rules, and says what would change. Nothing is committed.
pub fn diff(
    outcome: &Outcome,
    table: Table,
    rules: &Rules,
    threshold: Option<f64>,
    labels: &[Label],
    work: &Work<'_>,
) -> Result<Value, Failure> {
    let plan = Plan::infer(&table, rules)?;
    let batch = Batch::prepare(table, plan, work)?;
    let mut model = batch.train(labels, work)?;
    if let Some(probability) = threshold {
        model = model.with_threshold(probability);
    }
    let new = batch.resolve(&model, &[], work)?;
    let old = &outcome.found;
    let diff = old.diff(&new);
    say!("\n== What the new rules would change");
    say!("{diff}");
    let name = |row: u32| batch.table().name(row as usize).into_owned();
    let members = |clusters: &[u32], root: u32| -> String {
        let rows = clusters.iter().zip(0..).filter(|(of, _)| **of == root).map(|(_, row)| name(row));
        let mut names: Vec<String> = rows.take(7).collect();
        if names.len() == 7 {
            names[6] = "…".into();
        }
        names.join(", ")
    };
    let changes =
        [("merged", &diff.merged, &old.clusters, &new.clusters), ("split", &diff.split, &new.clusters, &old.clusters)];
    for (what, all, parts_of, whole_of) in changes {
        for (whole, parts) in all.iter().take(SHOWN) {
            let parts: Vec<String> =
                parts.iter().take(4).map(|part| shared(parts_of, whole_of, *part, *whole, &members)).collect();
            say!("  {what}: {}", parts.join(" | "));
        }
        if all.len() > SHOWN {
            say!("  … and {} more {what}", all.len() - SHOWN);
        }
    }
    let pairs = |one: &[u32], other: &[u32]| {
        let truth: Vec<Option<u32>> = other.iter().copied().map(Some).collect();
        onefold::identity::matching::quality::measure(one, onefold::identity::matching::quality::Truth::new(&truth))
            .pairs
    };
    let kept = pairs(&new.clusters, &old.clusters);
    let (gained, lost) = (kept.said - kept.right, kept.wanted - kept.right);
    say!("  {gained} pairs of records would be joined, {lost} parted; {} stay together", kept.right);
    say!(
        "  candidate pairs: {} become {}; threshold: {:.3} becomes {:.3}",
        old.candidate_pairs,
        new.candidate_pairs,
        probability(old.threshold),
        probability(new.threshold)
    );
    Ok(json!({
        "before": diff.before, "after": diff.after, "merged": diff.merged.len(), "split": diff.split.len(),
        "pairs_joined": gained, "pairs_parted": lost, "candidate_pairs": new.candidate_pairs,
    }))
}

/// The records of a part that are in the whole.
fn shared(
    parts_of: &[u32],
    whole_of: &[u32],
    part: u32,
    whole: u32,
    members: &impl Fn(&[u32], u32) -> String,
) -> String {
    let both: Vec<u32> = parts_of
        .iter()
        .zip(whole_of)
        .map(|(one, other)| if *one == part && *other == whole { part } else { u32::MAX })
        .collect();
    members(&both, part)
}

/// What made a link, in a word.
pub fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::Ruling => "a ruling",
        Ground::Rule => "a rule",
        Ground::Score => "its weight",
    }
}
