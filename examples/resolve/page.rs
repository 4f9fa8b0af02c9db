//! The report: one HTML file with what the model believes, why pairs were linked, and which clusters want a look.

use std::collections::BTreeMap;

use onefold::identity::matching::quality::{Curve, Measure, Selves, Shape};
use onefold::identity::matching::report::{
    BlockingRule, ClusterGraph, ComparisonChart, LevelBar, Line, Point, Report, Step, Waterfall,
};
use onefold::identity::matching::{Batch, Cut, Link, Model, Resolution, Weights, probability, quality};

use crate::Outcome;
use crate::ask::{bits, ground, reason};
use crate::input::Truth;
use crate::told::questions;

/// How many points the curve of thresholds has.
const POINTS: usize = 120;

pub fn report(outcome: &Outcome, truth: Option<&Truth>, measured: Option<&Measure>) -> Report {
    let Outcome { batch, model, found } = outcome;
    let mut report = Report {
        title: "Who is one person".into(),
        summary: summary(outcome, measured),
        threshold: Some(bits(found.threshold)),
        sizes: Shape::new(&found.clusters, &[]).sizes(),
        notes: outcome.notes().to_vec(),
        ..Report::default()
    };

    // 1. What the model believes: a chart for each comparison.
    report.levels = model.comparisons.iter().map(chart).collect();
    // 2. Pairs that show what it does.
    report.waterfalls = pairs(batch, model, found);
    // 3. What other thresholds would give.
    let links: Vec<quality::Link> =
        found.links.iter().map(|link| quality::Link { a: link.a, b: link.b, weight: link.weight }).collect();
    let records = u32::try_from(found.clusters.len()).unwrap_or(u32::MAX);
    let curve = Curve::new(records, &links, truth.map(Truth::as_truth), POINTS);
    report.curve = Some(curve.points().iter().map(Point::from).collect());
    // 4. Clusters that want a look.
    report.clusters = graphs(batch, found);
    // 5. What was compared at all.
    let rule = |it: &onefold::identity::matching::Yield| BlockingRule {
        name: it.rule.clone(),
        keys: it.blocks,
        pairs: it.pairs,
        oversize: it.oversize,
    };
    report.blocking = found.blocking.iter().map(rule).collect();
    // 6. The model's card.
    report.notes.splice(0..0, card(batch, model, found));
    report
}

fn summary(outcome: &Outcome, measured: Option<&Measure>) -> Vec<(String, String)> {
    let found = &outcome.found;
    let mut lines = vec![
        ("records", outcome.table().len().to_string()),
        ("entities", found.entities().to_string()),
        ("candidate pairs", found.candidate_pairs.to_string()),
        ("links", found.linked().len().to_string()),
        ("threshold", format!("{:.3}", probability(found.threshold))),
    ];
    if let Some(measured) = measured {
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        lines.push(("precision", percent(measured.pairs.precision())));
        lines.push(("recall", percent(measured.pairs.recall())));
        lines.push(("F1", percent(measured.pairs.f1())));
        lines.push(("B-cubed F1", percent(measured.bcubed.f1())));
    }
    lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A bar for all equal values together, and one for each way in which they differ.
fn chart(it: &Weights) -> ComparisonChart {
    let mut equal = LevelBar { label: "equal".into(), ..LevelBar::default() };
    let mut levels = Vec::new();
    for (level, (((m, u), weight), trained)) in
        (0_u8..).zip(it.m.iter().zip(&it.u).zip(&it.weights).zip(&it.trained)).skip(1)
    {
        let label = it.comparison.label(level);
        if label == "equal" || label == "equal, a rare value" {
            equal.m += m;
            equal.u += u;
            equal.trained |= trained;
        } else {
            levels.push(LevelBar { label: label.into(), m: *m, u: *u, weight_bits: bits(*weight), trained: *trained });
        }
    }
    equal.weight_bits = if equal.m > 0.0 && equal.u > 0.0 { (equal.m / equal.u).log2() } else { 0.0 };
    levels.insert(0, equal);
    ComparisonChart { comparison: format!("{} ({})", it.comparison.name, it.comparison.kind), levels }
}

/// The pairs worth seeing, each once.
fn pairs(batch: &Batch, model: &Model, found: &Resolution) -> Vec<Waterfall> {
    let table = batch.table();
    let is_linked = |link: &&Link| link.cut.is_none();
    let was_cut = |link: &&Link| !matches!(link.cut, None | Some(Cut::Weak));
    let near = |link: &&Link| (link.weight - found.threshold).abs();
    let order = |link: &&Link| (link.weight, std::cmp::Reverse((link.a, link.b)));
    let place = |row: u32| table.name(row as usize);
    let mut chosen: Vec<(String, u32, u32)> = Vec::new();
    let mut choose = |what: String, a: u32, b: u32| {
        if !chosen.iter().any(|(_, x, y)| (*x, *y) == (a, b)) {
            chosen.push((format!("{what}: {} and {}", place(a), place(b)), a, b));
        }
    };
    if let Some(link) = found.links.iter().filter(was_cut).max_by_key(order) {
        let cut = link.cut.as_ref().map(|cut| reason(cut, table)).unwrap_or_default();
        choose(format!("The strongest link that was cut ({cut})"), link.a, link.b);
    }
    if let Some(link) =
        found.links.iter().filter(is_linked).filter(|link| link.weight >= found.threshold).min_by_key(near)
    {
        choose("The weakest link".into(), link.a, link.b);
    }
    if let Some(link) = found.links.iter().filter(|link| link.weight < found.threshold).min_by_key(near) {
        choose("Just below the threshold".into(), link.a, link.b);
    }
    for question in questions(found, 2) {
        choose(format!("A question for a human ({question})"), question.link.a, question.link.b);
    }
    if let Some(link) = found.links.iter().filter(is_linked).max_by_key(order) {
        choose(format!("The strongest link, by {}", ground(link.ground)), link.a, link.b);
    }
    chosen.into_iter().filter_map(|(title, a, b)| fall(batch, model, title, (a as usize, b as usize))).collect()
}

fn fall(batch: &Batch, model: &Model, title: String, (a, b): (usize, usize)) -> Option<Waterfall> {
    let why = batch.why(model, a, b).ok()?;
    let steps = why.steps.iter().map(|step| {
        let values = match (step.left.as_str(), step.right.as_str()) {
            ("", _) | (_, "") => String::new(),
            (left, right) if left == right => left.to_owned(),
            (left, right) => format!("{left} / {right}"),
        };
        let detail: Vec<&str> = [step.level.as_str(), &values].into_iter().filter(|text| !text.is_empty()).collect();
        Step { label: step.name.clone(), detail: detail.join(": "), bits: bits(step.weight) }
    });
    let values = |row| batch.values(row).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Some(Waterfall {
        title,
        left: values(a),
        right: values(b),
        steps: steps.collect(),
        total_bits: bits(why.weight),
        probability: why.probability(),
    })
}

/// The loosest clusters and the largest, with the links that alone hold two sides together.
fn graphs(batch: &Batch, found: &Resolution) -> Vec<ClusterGraph> {
    let linked = found.linked();
    let shape = Shape::new(&found.clusters, &linked);
    let mut wanted: Vec<(String, u32)> = Vec::new();
    for (what, clusters) in [("Loose", shape.loosest(3)), ("Large", shape.largest(2))] {
        for it in clusters.iter().filter(|it| it.size > 2) {
            if !wanted.iter().any(|(_, root)| *root == it.cluster) {
                let name = batch.table().name(it.cluster as usize);
                wanted.push((format!("{what}: {name} ({} records)", it.size), it.cluster));
            }
        }
    }
    let bridges: Vec<(u32, u32)> = shape.bridges().iter().map(|bridge| (bridge.link.a, bridge.link.b)).collect();
    let draw = |(title, root): (String, u32)| {
        let rows = found.clusters.iter().zip(0_u32..).filter(|(of, _)| **of == root).map(|(_, row)| row);
        let places: BTreeMap<u32, usize> = rows.zip(0..).collect();
        let line = |link: &quality::Link| {
            let (a, b) = (*places.get(&link.a)?, *places.get(&link.b)?);
            let bridge = bridges.contains(&(link.a.min(link.b), link.a.max(link.b)));
            Some(Line { a, b, probability: link.probability(), bridge })
        };
        ClusterGraph {
            title,
            nodes: places.keys().map(|row| batch.table().name(*row as usize).into_owned()).collect(),
            links: linked.iter().filter_map(line).collect(),
        }
    };
    wanted.into_iter().map(draw).collect()
}

/// How the model came to be.
fn card(batch: &Batch, model: &Model, found: &Resolution) -> Vec<String> {
    let card = &model.card;
    let mut lines = vec![
        format!(
            "Model {:016x}, trained on {} records: {} sampled pairs, {} random pairs, {} rounds, last change {:.5}.",
            model.epoch(),
            card.records,
            card.sampled_pairs,
            card.random_pairs,
            card.rounds,
            card.last_change
        ),
        format!("It expects {:.0} pairs of one person in the data.", card.expected_matches),
        "The curve joins by links alone. The clusters are made under constraints, and two of several records join only \
         where all evidence between them speaks for it, so they are more precise than the curve."
            .into(),
    ];
    if card.labels > 0 {
        lines.push(format!("{} pairs labelled by hand took part.", card.labels));
    }
    if let Ok(selves) = batch.selves(model) {
        let share = 100.0 * Selves::new(&selves).share(found.threshold);
        lines.push(format!("{share:.2} % of the records are too empty to be linked even to a copy of themselves."));
    }
    lines.extend(found.oversize.iter().map(|it| {
        let example = batch.table().name(it.example as usize);
        format!(
            "{} records share a key of `{}`, such as {example}: too many, so it gave no pairs.",
            it.records, it.rule
        )
    }));
    lines.extend(batch.plan().to_string().lines().map(str::to_owned));
    lines
}
