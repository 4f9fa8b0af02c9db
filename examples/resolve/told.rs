//! What is told about a run: what was understood, what was compared, what came of it, and what wants a look.

use onefold::identity::matching::quality::{Measure, Review, Selves, Shape};
use onefold::identity::matching::{Resolution, Table, probability, quality};
use onefold_examples::say;

use crate::input::Truth;
use crate::{Failure, Outcome};

/// How many of anything are shown.
const SHOWN: usize = 10;

pub fn print(outcome: &Outcome, truth: Option<&Truth>, measured: Option<&Measure>, seconds: &[(String, f64)]) {
    let table = outcome.table();
    intake(table);
    say!("\n== What each column was taken for");
    say!("{}", outcome.batch.plan().to_string().trim_end());
    blocking(outcome);
    let notes = outcome.notes();
    if !notes.is_empty() {
        say!("\n== Notes");
        notes.iter().for_each(|note| say!("  {note}"));
    }
    found(outcome, seconds);
    match (measured, truth) {
        (Some(measured), Some(truth)) => quality(measured, &outcome.found, truth),
        _ => say!("  (no truth was given, so nothing is measured: `--truth`, `--truth-file`)"),
    }
    look(outcome);
}

fn intake(table: &Table) {
    say!("== What came in");
    say!("{} records", table.len());
    let (refused, emptied) = table.refused();
    if refused + emptied > 0 {
        say!("{refused} rows could not be read, {emptied} cells were emptied");
    }
    table.faults().iter().take(SHOWN).for_each(|fault| say!("  {fault}"));
    let more = table.faults().len().saturating_sub(SHOWN);
    if more > 0 {
        say!("  … and {}{more} more", if table.faults().len() >= 1_000 { "at least " } else { "" });
    }
}

/// Which records were compared: the rules, what they gave, and what was too large to say anything.
fn blocking(outcome: &Outcome) {
    let Outcome { model, found, .. } = outcome;
    say!("\n== What was compared");
    say!("{} candidate pairs, by {} rules:", found.candidate_pairs, found.blocking.len());
    say!("  {:44} {:>12} {:>10} {:>10} {:>9}", "rule", "pairs", "matches", "blocks", "oversize");
    for rule in &found.blocking {
        let estimated = model.card.blocking.iter().find(|it| it.rule == rule.rule).and_then(|it| it.matches);
        let matches = estimated.map_or_else(|| "-".into(), |matches| format!("{matches:.0}"));
        say!("  {:44} {:>12} {:>10} {:>10} {:>9}", rule.rule, rule.pairs, matches, rule.blocks, rule.oversize);
    }
    let passed = model.card.blocking.iter().filter(|rule| !rule.chosen).count();
    if passed > 0 {
        say!("  {passed} more were weighed and left out: they add too few matches for their pairs");
    }
    for block in &found.oversize {
        let example = outcome.table().name(block.example as usize);
        say!(
            "  oversize: {} records share a key of `{}`, such as {example}; it gives no pairs",
            block.records,
            block.rule
        );
    }
}

fn found(outcome: &Outcome, seconds: &[(String, f64)]) {
    let found = &outcome.found;
    say!("\n== What came of it");
    let records = outcome.table().len();
    say!("{records} records are {} entities, at a threshold of {:.3}", found.entities(), probability(found.threshold));
    let sizes: Vec<String> =
        Shape::new(&found.clusters, &[]).sizes().iter().map(|(size, count)| format!("{count} of {size}")).collect();
    let rest = sizes.len().saturating_sub(SHOWN);
    let shown = sizes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    say!("  sizes: {shown}{}", if rest > 0 { format!(", and {rest} larger sizes") } else { String::new() });
    let cut = found.links.iter().filter(|link| link.cut.is_some() && link.weight >= found.threshold).count();
    say!("  {} links, of which constraints and the evidence against cut {cut}", found.linked().len());
    let took: Vec<String> = seconds.iter().map(|(stage, took)| format!("{stage} {took:.2}")).collect();
    say!("  seconds: {}", took.join(", "));
}

fn quality(measured: &Measure, found: &Resolution, truth: &Truth) {
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let pairs = measured.pairs;
    say!("\n== Against the truth, of {} records", measured.records);
    say!(
        "  pairs: precision {}, recall {}, F1 {} ({} right of {} said and {} wanted)",
        percent(pairs.precision()),
        percent(pairs.recall()),
        percent(pairs.f1()),
        pairs.right,
        pairs.said,
        pairs.wanted
    );
    let cubed = measured.bcubed;
    say!(
        "  B-cubed: precision {}, recall {}, F1 {}; {} of {} entities are exact",
        percent(cubed.precision),
        percent(cubed.recall),
        percent(cubed.f1()),
        measured.clusters.right,
        measured.clusters.wanted
    );
    // Of the true pairs that were missed: were they compared at all?
    let scored = found.links.iter().filter(|link| {
        let of = |row| truth.as_truth().entity(row);
        of(link.a).is_some() && of(link.a) == of(link.b)
    });
    say!("  {} true pairs are among the scored ones", scored.count());
}

/// What a human might look at.
fn look(outcome: &Outcome) {
    let Outcome { batch, model, found } = outcome;
    let name = |row: u32| outcome.table().name(row as usize).into_owned();
    let questions = questions(found, 5);
    if !questions.is_empty() {
        say!("\n== What to ask a human first (`--why ID ID` shows the two)");
        for question in &questions {
            say!("  {} and {}: {question}", name(question.link.a), name(question.link.b));
        }
    }
    let shape = Shape::new(&found.clusters, &found.linked());
    let of_several = |all: Vec<quality::Cohesion>| all.into_iter().filter(|it| it.size > 1).collect::<Vec<_>>();
    for (heading, clusters) in
        [("The largest clusters", of_several(shape.largest(3))), ("The loosest clusters", of_several(shape.loosest(3)))]
    {
        if clusters.is_empty() {
            continue;
        }
        say!("\n== {heading}");
        for it in clusters {
            let weakest = it.weakest.map_or_else(String::new, |link| format!(", held by {:.2} bits", link.bits()));
            let linked = 100.0 * it.density();
            say!("  {}: {} records, {linked:.0} % of its pairs linked{weakest}", name(it.cluster), it.size);
        }
    }
    if let (true, Ok(selves)) = (found.candidate_pairs > 0, batch.selves(model)) {
        let selves = Selves::new(&selves);
        let share = 100.0 * selves.share(found.threshold);
        say!("\n{share:.2} % of the records are too empty to be linked even to a copy of themselves.");
    }
}

/// The questions whose answers would teach most.
pub fn questions(found: &Resolution, most: usize) -> Vec<quality::Question> {
    let links: Vec<quality::Link> =
        found.links.iter().map(|link| quality::Link { a: link.a, b: link.b, weight: link.weight }).collect();
    let patterns: Vec<u64> = found.links.iter().map(|link| link.pattern()).collect();
    let review =
        Review { clusters: &found.clusters, links: &links, patterns: &patterns, keys: &[], threshold: found.threshold };
    review.questions(most)
}

/// A line a record: its id and the id of its cluster's root.
pub fn write_clusters(path: &str, outcome: &Outcome) -> Result<(), Failure> {
    let table = outcome.table();
    onefold_examples::write(path, |to| {
        writeln!(to, "id,cluster")?;
        for (row, root) in outcome.found.clusters.iter().enumerate() {
            writeln!(to, "{},{}", cell(&table.name(row)), cell(&table.name(*root as usize)))?;
        }
        Ok::<(), std::io::Error>(())
    })?;
    Ok(())
}

/// A cell of a CSV file.
fn cell(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}
