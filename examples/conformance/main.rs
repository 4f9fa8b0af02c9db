//! Does onefold do what others say it should? The vectors of a folder or file, run and judged.
//!
//! `conformance -- ledger FILE` runs scenarios of consent and compares state, deciding entry and reason.
//! `conformance -- sdk DIR` reads requests that real client libraries sent, and looks for every leaf of their bodies
//! in what onefold's reader yields. The judge shares no code with what it judges: it has its own reader of JSON, its
//! own unpacking of gzip, its own reading of times.
//!
//! The last line is `N passed, M failed`; a failure, or no case at all, exits with 1. `--sabotage NAME` plants a defect
//! through an injected part, to show that the judge notices.

mod capture;
mod exact;
mod instant;
mod judge;
mod ledger;
mod sdk;
mod unpack;

use std::path::Path;
use std::process::ExitCode;

use onefold_examples::{Args, say, warn};

pub type Failure = Box<dyn std::error::Error>;

const HELP: &str = "\
Does onefold do what others say it should?

  conformance -- ledger FILE   scenarios of consent; a case is a query
  conformance -- sdk DIR       requests of client libraries, in all folders below; a case is a message

  --print            sdk: each message as a line of JSON, before the summary
  --sabotage NAME    plant a defect, which must be reported:
";

/// How many cases there were, and what was wrong.
#[derive(Default)]
pub struct Score {
    passed: usize,
    failed: usize,
    pub faults: Vec<String>,
}

impl Score {
    /// One case: passed where there is no fault.
    pub fn case(&mut self, name: &str, faults: &[String]) {
        if faults.is_empty() {
            self.passed += 1;
        } else {
            self.failed += 1;
            self.faults.push(format!("{name}: {}", faults.join("; ")));
        }
    }

    /// A case that failed as a whole.
    pub fn fail(&mut self, what: String) {
        self.failed += 1;
        self.faults.push(what);
    }
}

fn help() {
    say!("{}", HELP.trim_end());
    for (of, all) in [
        ("ledger", ledger::SABOTAGES.map(|it| (it.0, it.1)).to_vec()),
        ("sdk", sdk::SABOTAGES.map(|it| (it.0, it.1)).to_vec()),
    ] {
        for (name, what) in all {
            say!("                       {of:<7} {name:<14} {what}");
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            warn!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Failure> {
    let args = Args::read(&["print", "help"], &["sabotage"], &[])?.words(2)?;
    if args.has("help") || args.rest.is_empty() {
        help();
        return if args.has("help") { Ok(true) } else { Err("say `ledger FILE` or `sdk DIR`".into()) };
    }
    let [verb, path] = args.rest.as_slice() else {
        return Err("a path is expected after the verb".into());
    };
    let unknown = |name: &str| format!("`{verb}` has no sabotage `{name}`; `--help` lists them");
    let print = args.has("print");
    let score = match (verb.as_str(), args.get("sabotage")) {
        ("ledger", _) if print => return Err("`--print` is for `sdk`".into()),
        ("ledger", None) => ledger::run(Path::new(path), None)?,
        ("ledger", Some(name)) => {
            let sabotage = ledger::SABOTAGES.iter().find(|it| it.0 == name).ok_or_else(|| unknown(name))?;
            ledger::run(Path::new(path), Some(sabotage.2))?
        }
        ("sdk", None) => sdk::run(Path::new(path), None, print)?,
        ("sdk", Some(name)) => {
            let sabotage = sdk::SABOTAGES.iter().find(|it| it.0 == name).ok_or_else(|| unknown(name))?;
            sdk::run(Path::new(path), Some(sabotage.2), print)?
        }
        _ => return Err(format!("unknown verb `{verb}`; say `ledger FILE` or `sdk DIR`").into()),
    };
    for fault in &score.faults {
        // What is printed for other programs is not mixed with what is said to people.
        if print { warn!("FAILED {fault}") } else { say!("FAILED {fault}") }
    }
    let (passed, failed) = (score.passed, score.failed);
    if passed + failed == 0 {
        warn!("error: there is no case in `{path}`");
    }
    say!("{passed} passed, {failed} failed");
    Ok(failed == 0 && passed > 0)
}
