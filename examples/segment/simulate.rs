//! A story with told time, and what was expected of it.
//!
//! A scenario is a TOML file that names its schema, its definitions and, where it has them, its journeys, each by a path
//! beside it. It holds or it does not: the transcript tells what happened.

use std::path::Path;

use onefold::segment::{Error, journey, scenario::Scenario};
use onefold_examples::{say, warn};
use serde_json::json;

use crate::Stop;
use crate::text;

/// Plays a scenario.
pub fn run(path: &str, is_json: bool) -> Result<(), Stop> {
    let scenario: Scenario = toml(path)?;
    let beside = |name: &str| match Path::new(path).parent() {
        Some(folder) => folder.join(name).display().to_string(),
        None => name.to_owned(),
    };
    let named = |file: &Option<String>, what: &str| match file {
        Some(name) => Ok(beside(name)),
        None => Err(format!("`{path}` does not name its {what}: say `{what} = \"..\"`")),
    };
    let (_, schema) = text::config(&named(&scenario.schema, "schema")?)?;
    let definitions = text::definitions(&named(&scenario.definitions, "definitions")?, &schema)?;
    let journeys = match &scenario.journeys {
        Some(name) => {
            let file = beside(name);
            let source: journey::Source = toml(&file)?;
            let checked = source.check(&definitions, &schema).map_err(|error| match error {
                Error::Invalid(all) => {
                    all.iter().for_each(|it| warn!("{file}: {it}"));
                    Stop::Wrong
                }
                other => other.into(),
            });
            Some(checked?)
        }
        None => None,
    };
    let report =
        scenario.run(&definitions, &schema, journeys.as_ref()).map_err(|fault| format!("`{path}`: {fault}"))?;
    if is_json {
        say!("{}", json!({ "holds": report.holds(), "report": report }));
    } else {
        if !scenario.about.is_empty() {
            say!("{}\n", scenario.about);
        }
        say!("{}", report.to_string().trim_end());
    }
    if report.holds() { Ok(()) } else { Err(Stop::Wrong) }
}

fn toml<T: serde::de::DeserializeOwned>(path: &str) -> Result<T, Stop> {
    let text = text::read(path)?;
    toml::from_str(&text).map_err(|error| format!("`{path}`: {}", error.to_string().trim_end()).into())
}
