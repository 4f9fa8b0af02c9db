//! What `eval`, `replay` and `why` begin with: definitions, a schema, an instant, and records that become people.

use onefold::model::{Tally, Time, TokenKey};
use onefold::segment::Definitions;
use onefold::{Builder, Config, Platform};
use onefold_examples::{Args, Failure, Progress};

use crate::input::Input;
use crate::text::{self, KEY};
use crate::{Stop, schema};

/// How many records are taken in at once.
const RUN: usize = 1_000;

/// What the command line names.
pub struct Shop {
    pub definitions: Definitions,
    pub input: Input,
    pub config: Config,
}

impl Shop {
    /// Reads the definitions, the schema and the files.
    pub fn read(args: &Args, definitions: &str, files: &[String]) -> Result<Self, Stop> {
        let at = instant(args.get("at").ok_or("say `--at TIME`, such as `--at 2026-03-01T09:00:00Z`")?)?;
        let (config, schema) = text::config(schema(args)?)?;
        let definitions = text::definitions(definitions, &schema)?;
        let input = Input::read(files, &config.imports, &schema, at)?;
        if !args.has("quiet") {
            input.warn();
        }
        Ok(Self { definitions, input, config })
    }

    /// The same from words that begin with the definitions' file.
    pub fn of(args: &Args) -> Result<Self, Stop> {
        let (definitions, files) = args.rest.split_first().ok_or("name the file with the definitions")?;
        Self::read(args, definitions, files)
    }

    fn builder(&self) -> Result<Builder, Failure> {
        let (_, builder) = self.config.define(TokenKey::from(KEY))?;
        Ok(builder)
    }

    /// Takes all records in, in the order of time, and goes on to the instant. `watch` looks after each step.
    pub fn run(
        &self,
        segments: Definitions,
        what: &str,
        mut watch: impl FnMut(&Platform) -> Result<(), Failure>,
    ) -> Result<(Platform, Tally), Failure> {
        let mut platform = self.builder()?.segments(segments).in_memory(self.input.start())?;
        let mut tally = Tally::default();
        let mut progress = Progress::new(what, self.input.len() as u64);
        for run in self.input.runs(RUN) {
            tally += platform.ingest(run.iter().map(|(_, draft)| draft.as_ref().clone()))?;
            watch(&platform)?;
            progress.tell(tally.received);
        }
        platform.advance(self.input.at)?;
        watch(&platform)?;
        progress.clear();
        Ok((platform, tally))
    }
}

/// Reads a time or a day.
fn instant(text: &str) -> Result<Time, String> {
    text.parse().map_err(|error| format!("`--at {text}`: {error}; write it like 2026-03-01T09:00:00Z or 2026-03-01"))
}
