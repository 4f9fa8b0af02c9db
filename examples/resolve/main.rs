//! Who is one person in these files? Unseen CSV files in, clusters out, every link explained.
//!
//! `cargo run --release --example resolve -- customers.csv` needs no configuration: it looks at the columns, finds names,
//! birth dates, addresses and telephones by their headers and values, chooses which records are worth comparing, learns
//! from the records themselves what an agreement is worth, and puts together what is one person. It says what it took
//! each column for. `--write-rules` writes that down as a file to be corrected, and `--rules` follows it.
//!
//! The program reads in the order of the work: `input` (files, truth, labels), `main` (plan, prepare, train, resolve),
//! `ask` (why are these two one, and what would other rules change), `told` (the same for a reader), `page` (and as one
//! HTML file).

mod ask;
mod input;
mod meter;
mod page;
mod told;

use std::process::ExitCode;

use onefold::identity::matching::{Batch, Model, Plan, Resolution, Rules, Table, Work, quality};
use onefold_examples::{Args, say, warn};
use serde_json::json;

use input::Input;
use meter::Meter;

pub type Failure = Box<dyn std::error::Error>;

const HELP: &str = "\
Who is one person in CSV files.

  resolve FILE...                   look at the columns, learn, and put together what is one person

  --rules RULES.toml                what the columns are, what is compared, what must hold (docs/MATCHING.md)
  --id COLUMN                       the records' ids (default: file and line, as in till.csv:12)
  --link one-to-one                 files without duplicates are linked: a cluster has one record of each at most
  --threshold P                     link from this probability on (default: even odds)
  --labels FILE                     pairs that somebody has judged: a CSV file with id_a, id_b, same
  --threads N                       work on N threads; the result is the same

  --truth COLUMN                    who is who, to be measured against: no part of the matching
  --truth 'COLUMN~REGEX'            the same; the first group of the expression is the entity
  --truth-file FILE                 the same, as a CSV file with id and cluster

  --out clusters.csv                id and cluster of every record; a cluster is called by its root's id
  --report report.html              weights, pairs, thresholds, clusters, blocking, on one page
  --why ID ID                       what speaks for and against two records being one
  --diff NEW.toml                   what other rules would merge and split
  --write-rules [FILE.toml]         the rules that were inferred, to start from
  --model OUT.json                  keep the trained model
  --with MODEL.json                 use one that was kept, instead of training
  --quiet                           no tables and no progress
  --json                            one JSON object as the last line; before it only what `--why`, `--diff` and
                                    `--write-rules` print
";

const OPTIONS: [&str; 13] = [
    "rules",
    "truth",
    "truth-file",
    "id",
    "link",
    "threshold",
    "out",
    "report",
    "diff",
    "threads",
    "labels",
    "model",
    "with",
];

/// What came of it.
pub struct Outcome {
    pub batch: Batch,
    pub model: Model,
    pub found: Resolution,
}

impl Outcome {
    pub fn table(&self) -> &Table {
        self.batch.table()
    }

    /// What a reader should know besides.
    pub fn notes(&self) -> &[String] {
        &self.model.card.notes
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            warn!("error: {}", error.to_string().trim_end());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut args = Args::read(&["json", "quiet", "help"], &OPTIONS, &["why", "write-rules"])?;
    if args.has("help") {
        say!("{}", HELP.trim_end());
        return Ok(());
    }
    let why = input::two_ids(&mut args)?;
    let write_rules = input::rules_to(&mut args)?;
    if args.rest.is_empty() {
        return Err("name the CSV files to read; `--help` lists the options".into());
    }
    let outputs = [args.output("out")?, args.output("report")?, args.output("model")?];
    let threshold = input::threshold(&args)?;
    let is_linking = input::is_linking(&args)?;
    if args.has("with") && args.has("labels") {
        return Err("`--with` uses a model as it was trained, and `--labels` would train it; say one".into());
    }
    let meter = Meter::start(args.has("quiet") || args.has("json"));
    let watch = |stage, done, of| meter.tell(stage, done, of);
    let threads = args.threads()?;
    let pool = match threads {
        1 => None,
        _ => Some(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?),
    };
    let work = Work::default().watched(&watch);
    let work = pool.as_ref().map_or(work, |pool| work.pool(pool));

    // 1. The rules, if somebody has written some. They hold what a person knows, and no probabilities.
    let constrained = |rules: Rules| if is_linking { rules.one_to_one() } else { rules };
    let rules = args.get("rules").map(input::rules).transpose()?.unwrap_or_default();
    let new_rules = args.get("diff").map(input::rules).transpose()?.map(constrained);
    let (rules, kept) = (constrained(rules), args.get("with").map(input::model).transpose()?);

    // 2. The files become one table. Ids and truth are taken out before anybody looks at it.
    let Input { table, truth, labels, names } = Input::read(&args, is_linking, &work)?;
    meter.done("load");

    // 3. What is each column? Rules are followed, the rest is inferred from headers and values.
    let again = new_rules.is_some().then(|| table.clone());
    let plan = match &kept {
        Some(model) => Plan::of(&table, model),
        None => Plan::infer(&table, &rules),
    };
    let plan = plan?;
    meter.done("infer");

    // 4. Values are brought into canonical form, weights are learnt, links found, and from them clusters.
    let batch = Batch::prepare(table, plan, &work)?;
    meter.done("prepare");
    let mut model = match kept {
        Some(model) if args.has("rules") => model.with_rules(&rules)?,
        Some(model) => model,
        None => batch.train(&labels, &work)?,
    };
    model.constraints.one_to_one |= is_linking;
    if let Some(probability) = threshold {
        model = model.with_threshold(probability);
    }
    meter.done("train");
    if let Some(to) = &write_rules {
        input::write_rules(to.as_deref(), &batch, &model)?;
        if to.is_none() && !args.has("json") {
            return Ok(());
        }
    }
    let found = batch.resolve(&model, &[], &work)?;
    let outcome = Outcome { batch, model, found };
    let (seconds, cpu_seconds, peak_rss_mib) = meter.stop();

    // 5. What is it worth? Against the truth, where there is one.
    let found = &outcome.found;
    let measured = truth.as_ref().map(|truth| quality::measure(&found.clusters, truth.as_truth()));

    // 6. Told: for a reader, as files, as one line for a program.
    if !args.has("json") && !args.has("quiet") {
        told::print(&outcome, truth.as_ref(), measured.as_ref(), &seconds);
    }
    let why = why.map(|(a, b)| ask::why(&outcome, &names, &a, &b)).transpose()?;
    let diff = match (&new_rules, again) {
        (Some(rules), Some(table)) => Some(ask::diff(&outcome, table, rules, threshold, &labels, &work)?),
        _ => None,
    };
    if let Some(path) = outputs[0] {
        told::write_clusters(path, &outcome)?;
    }
    if let Some(path) = outputs[1] {
        let report = page::report(&outcome, truth.as_ref(), measured.as_ref());
        onefold_examples::write(path, |to| to.write_all(report.html().as_bytes()))?;
    }
    if let Some(path) = outputs[2] {
        onefold_examples::write(path, |to| serde_json::to_writer(to, &outcome.model))?;
    }
    if args.has("json") {
        let mut line = json!({
            "records": outcome.table().len(),
            "entities": found.entities(),
            "candidate_pairs": found.candidate_pairs,
            "links": found.linked().len(),
            "threshold": onefold::identity::matching::probability(found.threshold),
            "precision": measured.map(|it| it.pairs.precision()),
            "recall": measured.map(|it| it.pairs.recall()),
            "f1": measured.map(|it| it.pairs.f1()),
            "bcubed_f1": measured.map(|it| it.bcubed.f1()),
            "cpu_seconds": cpu_seconds,
            "seconds": seconds.iter().map(|(stage, took)| (stage.clone(), json!(took))).collect::<serde_json::Map<_, _>>(),
            "peak_rss_mib": peak_rss_mib,
            "refused_rows": outcome.table().refused().0,
            "emptied_cells": outcome.table().refused().1,
            "epoch": format!("{:016x}", outcome.model.epoch()),
            "notes": outcome.notes(),
        });
        for (key, value) in [("why", why), ("diff", diff)] {
            if let (Some(value), Some(line)) = (value, line.as_object_mut()) {
                line.insert(key.into(), value);
            }
        }
        say!("{line}");
    }
    Ok(())
}
