//! Segments from the command line: checked, formatted, explained, evaluated, replayed, tried out.
//!
//! `cargo run --release --example segment -- check shop.seg --schema shop.toml` tells everything that is wrong with
//! definitions. `eval` asks who is in which segment at an instant, given files of events; `replay` runs the same files
//! live, event by event and timer by timer, and must come to the same sizes. `why` explains one person. `simulate` tries
//! definitions out on a story with expected entries and exits.
//!
//! The program reads in the order of the work: `text` (what needs definitions alone), `input` (files become records in
//! the order of time), `shop` (records become people, as the platform does it), `eval`, `replay`, `why`, `simulate`,
//! `generate`.

mod eval;
mod generate;
mod input;
mod replay;
mod shop;
mod simulate;
mod text;
mod why;

use std::process::ExitCode;

use onefold_examples::{Args, Failure, say, warn};

const HELP: &str = "\
Segments: definitions in their language (docs/SEGMENTS.md), people in CSV and NDJSON files.

  segment check DEFS.seg --schema S.toml      everything that is wrong, and what may not be meant; exit 1 on errors
  segment format DEFS.seg [--write]           the canonical text; --write puts it into the file
  segment explain DEFS.seg                    each definition in plain English
  segment eval DEFS.seg --schema S.toml --at TIME FILE...
                                              who is where at TIME, evaluated afresh
  segment replay DEFS.seg --schema S.toml --at TIME FILE...
                                              the files live in the order of time, until TIME: the same sizes
  segment why SEGMENT ID DEFS.seg --schema S.toml --at TIME FILE...
                                              why a person is in a segment or not, and until when;
                                              ID is the value of any identifier, or kind:value
  segment simulate SCENARIO.toml              a story with told time: are the expected entries and exits what happens?
  segment generate N --schema S.toml [--seed SEED]
                                              N random valid segments of every kind

S.toml is a schema with `[[import]]` tables, as for `unify`: a file is known by its columns. TIME is like
2026-03-01T09:00:00Z or 2026-03-01. What occurred after TIME does not exist; it is counted as `later`. Rows
that cannot be read are counted with their place and reason, and the rest goes on. A row without a time counts as
of TIME.

  --json     one JSON object as the last line, alone on standard output. Of `eval`: sizes (members of each segment),
             next_change (the first instant at which a membership changes if nothing arrives, or null), cpu_seconds
             (evaluation alone, not the loading of files), and how the rows add up. Of `replay`: sizes, next_change,
             cpu_seconds (what live segments cost: the run with segments less the run without),
             events_per_cpu_second, transitions, timer_fires
  --quiet    no word about rows that were refused

Exit code: 0, 1 where definitions are wrong or a scenario fails, 2 for anything else.
";

/// Why the program ends without an answer.
pub enum Stop {
    /// What was asked about is wrong, and has been told.
    Wrong,
    /// It could not be asked.
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Wrong) => ExitCode::from(1),
        Err(Stop::Failed(error)) => {
            warn!("error: {}", error.to_string().trim_end());
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Stop> {
    let mut args = Args::read(&["json", "help", "write", "quiet"], &["schema", "at", "seed"], &[])?;
    if args.has("help") {
        say!("{}", HELP.trim_end());
        return Ok(());
    }
    if args.rest.is_empty() {
        return Err(
            "say what to do: check, format, explain, eval, replay, why, simulate or generate; `--help` tells more"
                .into(),
        );
    }
    let verb = args.rest.remove(0);
    match verb.as_str() {
        "check" => text::check(&only(&args)?, schema(&args)?, args.has("json")),
        "format" => text::format(&only(&args)?, args.has("write")),
        "explain" => text::explain(&only(&args)?),
        "eval" => eval::run(&args),
        "replay" => replay::run(&args),
        "why" => why::run(&args),
        "simulate" => simulate::run(&only(&args)?, args.has("json")),
        "generate" => generate::run(&args),
        other => {
            let verbs = ["check", "format", "explain", "eval", "replay", "why", "simulate", "generate"];
            let help =
                onefold::model::closest(other, verbs).map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
            Err(format!("unknown verb `{other}`{help}").into())
        }
    }
}

/// The one file that a verb is about.
fn only(args: &Args) -> Result<String, Stop> {
    match args.rest.as_slice() {
        [file] => Ok(file.clone()),
        [] => Err("name the file".into()),
        [_, more, ..] => Err(format!("unexpected word `{more}`: one file is expected").into()),
    }
}

/// The schema file's path.
fn schema(args: &Args) -> Result<&str, Stop> {
    args.get("schema").ok_or_else(|| "say `--schema FILE.toml`".into())
}
