//! What needs definitions alone: checking, formatting, explaining.

use onefold::Config;
use onefold::model::{Diagnostic, Schema, TokenKey};
use onefold::segment::{Body, Definitions, Error, Source};
use onefold_examples::{say, warn};
use serde_json::json;

use crate::Stop;

/// The key under which identifiers become tokens. Fixed: this is an example.
pub const KEY: [u8; 32] = [0x1f; 32];

/// Reads a text file.
pub fn read(path: &str) -> Result<String, Stop> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
        format!("`{path}` is not UTF-8: line {line}, byte {at} of the file")
    })?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

/// Reads a schema file.
pub fn config(path: &str) -> Result<(Config, Schema), Stop> {
    let text = read(path)?;
    let named = |error: onefold::Error| match error {
        // It is drawn under its line, and names the file there.
        onefold::Error::Config { .. } => error.to_string(),
        other => format!("`{path}`: {other}"),
    };
    let config = Config::from_toml(path, &text).map_err(named)?;
    let schema = config.spec.build(TokenKey::from(KEY)).map_err(|error| format!("`{path}`: {error}"))?;
    Ok((config, schema))
}

/// Reads definitions; what is wrong with them is told, on standard error.
pub fn definitions(path: &str, schema: &Schema) -> Result<Definitions, Stop> {
    let text = read(path)?;
    Definitions::parse(&text, schema).map_err(|error| match error {
        Error::Invalid(all) => {
            all.iter().for_each(|it| warn!("{}", it.show(path, &text)));
            Stop::Wrong
        }
        other => other.into(),
    })
}

/// So many lints are drawn; of errors the reader tells no more either.
const SHOWN: usize = 100;

/// Tells everything that is wrong with definitions, and what may not be meant.
pub fn check(path: &str, schema: &str, is_json: bool) -> Result<(), Stop> {
    let (_, schema) = config(schema)?;
    let text = read(path)?;
    let (errors, lints, definitions) = match Definitions::parse(&text, &schema) {
        Ok(definitions) => (Vec::new(), definitions.lints().to_vec(), Some(definitions)),
        Err(Error::Invalid(all)) => (all, Vec::new(), None),
        Err(other) => return Err(other.into()),
    };
    if !is_json {
        errors.iter().chain(lints.iter().take(SHOWN)).for_each(|it| say!("{}", it.show(path, &text)));
        if lints.len() > SHOWN {
            say!("... and {} more lints; `--json` tells all\n", lints.len() - SHOWN);
        }
    }
    let said = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let segments = definitions.as_ref().map(|it| it.len());
    if is_json {
        let all = |all: &[Diagnostic]| all.iter().map(|it| told(it, path, &text)).collect::<Vec<_>>();
        say!("{}", json!({ "segments": segments, "errors": all(&errors), "lints": all(&lints) }));
    } else {
        match segments {
            Some(count) => say!("{path}: {}, {}", said(count, "segment"), said(lints.len(), "lint")),
            None => say!("{path}: {}", said(errors.len(), "error")),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Stop::Wrong) }
}

/// A diagnostic for a program.
fn told(diagnostic: &Diagnostic, path: &str, text: &str) -> serde_json::Value {
    let before = text.get(..diagnostic.span.start).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({
        "code": diagnostic.code,
        "line": before.matches('\n').count() + 1,
        "column": before.get(start..).unwrap_or_default().chars().count() + 1,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "shown": diagnostic.show(path, text),
    })
}

/// Reads the tree of a text, which needs no schema; what is wrong is told.
pub fn source(path: &str) -> Result<(Source, String), Stop> {
    let text = read(path)?;
    match text.parse::<Source>() {
        Ok(source) => Ok((source, text)),
        Err(Error::Invalid(all)) => {
            all.iter().for_each(|it| say!("{}", it.show(path, &text)));
            Err(Stop::Wrong)
        }
        Err(other) => Err(other.into()),
    }
}

/// Prints the canonical text, or puts it into the file.
pub fn format(path: &str, is_written: bool) -> Result<(), Stop> {
    let (source, before) = source(path)?;
    let text = source.to_string();
    if !is_written {
        say!("{}", text.trim_end());
    } else if text != before {
        // A file that is being replaced is never half a file.
        let beside = format!("{path}.new");
        std::fs::write(&beside, &text)
            .and_then(|()| std::fs::rename(&beside, path))
            .map_err(|error| format!("cannot write `{path}`: {error}"))?;
        warn!("{path} is formatted");
    }
    Ok(())
}

/// Says each definition in plain English.
pub fn explain(path: &str) -> Result<(), Stop> {
    let (source, _) = source(path)?;
    for (nth, definition) in source.definitions.iter().enumerate() {
        if nth > 0 {
            say!();
        }
        let kind = match definition.body {
            Body::Segment(_) => "segment",
            _ => "trait",
        };
        say!("{kind} {}", definition.name.as_str());
        definition.english().lines().for_each(|line| say!("  {line}"));
    }
    Ok(())
}
