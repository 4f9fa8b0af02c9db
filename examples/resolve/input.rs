//! What comes in: files, rules, a model that was kept, the truth, and labelled pairs.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use onefold::identity::matching::{Batch, Error, Label, Model, Rules, Table, Work, csv, quality};
use onefold::model::closest;
use onefold_examples::{Args, say, warn};
use regex::Regex;

use crate::Failure;

/// The two ids of `--why`; what stands behind them are files.
pub fn two_ids(args: &mut Args) -> Result<Option<(String, String)>, Failure> {
    if !args.has("why") {
        return Ok(None);
    }
    let (a, b, files) = match args.all("why") {
        [a, b, files @ ..] => (a.clone(), b.clone(), files.to_vec()),
        _ => return Err("`--why` needs the ids of two records".into()),
    };
    args.rest.extend(files);
    Ok(Some((a, b)))
}

/// Where inferred rules go: a file that ends in `.toml`, or standard output. Anything else behind it is a file to read.
pub fn rules_to(args: &mut Args) -> Result<Option<Option<String>>, Failure> {
    if !args.has("write-rules") {
        return Ok(None);
    }
    let (to, files): (Vec<String>, Vec<String>) =
        args.all("write-rules").iter().cloned().partition(|word| word.ends_with(".toml"));
    args.rest.extend(files);
    match <[String; 1]>::try_from(to) {
        Ok([to]) => Ok(Some(Some(to))),
        Err(none) if none.is_empty() => Ok(Some(None)),
        Err(_) => Err("`--write-rules` writes one file".into()),
    }
}

pub fn threshold(args: &Args) -> Result<Option<f64>, Failure> {
    let Some(text) = args.get("threshold") else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(probability) if probability > 0.0 && probability < 1.0 => Ok(Some(probability)),
        _ => Err(format!("`--threshold {text}` is no probability between 0 and 1").into()),
    }
}

pub fn is_linking(args: &Args) -> Result<bool, Failure> {
    match args.get("link") {
        None => Ok(false),
        Some("one-to-one") if args.rest.len() < 2 => Err("`--link one-to-one` needs two files".into()),
        Some("one-to-one") => Ok(true),
        Some(other) => Err(format!("unknown way to link `{other}`; `one-to-one` is known").into()),
    }
}

/// Reads a rules file. What is wrong is shown under its line.
pub fn rules(path: &str) -> Result<Rules, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    Rules::from_toml(&text).map_err(|error| match error {
        Error::Invalid(all) => all.iter().map(|one| one.show(path, &text)).collect::<Vec<_>>().join("\n").into(),
        other => format!("`{path}`: {other}").into(),
    })
}

pub fn model(path: &str) -> Result<Model, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("`{path}` is no model: {error}").into())
}

/// Writes what was inferred as a rules file: roles, and the blocking that was found worth its pairs.
pub fn write_rules(to: Option<&str>, batch: &Batch, model: &Model) -> Result<(), Failure> {
    let mut rules = batch.plan().rules();
    if rules.blocking.is_empty() {
        rules.blocking = model.blocking_rules();
    }
    let text = rules.to_toml();
    match to {
        None => say!("{}", text.trim_end()),
        Some(path) => onefold_examples::write(path, |to| to.write_all(text.as_bytes()))?,
    }
    Ok(())
}

/// Who is who, by row; and from which file each row is, where only pairs across files count.
pub struct Truth {
    entities: Vec<Option<u32>>,
    sources: Option<Vec<u16>>,
}

impl Truth {
    pub fn as_truth(&self) -> quality::Truth<'_> {
        let truth = quality::Truth::new(&self.entities);
        match &self.sources {
            Some(sources) => truth.across(sources),
            None => truth,
        }
    }
}

/// What was read.
pub struct Input {
    pub table: Table,
    pub truth: Option<Truth>,
    pub labels: Vec<Label>,
    /// The files as they were named on the command line, and as records are called by them.
    pub names: Vec<(String, String)>,
}

impl Input {
    pub fn read(args: &Args, is_linking: bool, work: &Work<'_>) -> Result<Self, Failure> {
        let names = short(&args.rest);
        let id = args.get("id");
        let mut table = csv::read(open(&names)?, id, work).map_err(|error| match (error, id) {
            (error @ Error::Unknown { .. }, Some(id)) => format!("`--id {id}`: {error}"),
            (error, _) => error.to_string(),
        })?;
        let wanted = args.get("truth").map(expression).transpose()?;
        let entities = match (wanted, args.get("truth-file")) {
            (Some(_), Some(_)) => return Err("`--truth` and `--truth-file` are two truths; say one".into()),
            (None, None) => None,
            (None, Some(path)) => Some(from_file(&table, path, work)?),
            // The ids are the truth: a column is in the table no more once the records are called by it.
            (Some((column, by)), None) if id == Some(column) => Some(from_names(&table, by.as_ref())),
            (Some((column, by)), None) => Some(from_column(&mut table, column, by.as_ref())?),
        };
        if let (Some(entities), Some(said)) = (&entities, args.get("truth")) {
            let unknown = entities.iter().filter(|entity| entity.is_none()).count();
            if !table.is_empty() && unknown == table.len() {
                return Err(format!("`--truth {said}` says of no record who it is").into());
            }
            if unknown > 0 {
                warn!(
                    "note: `--truth {said}` says nothing of {unknown} of {} records; they are not measured",
                    table.len()
                );
            }
        }
        let sources = || (0..table.len()).map(|row| table.source(row)).collect();
        let truth = entities.map(|entities| Truth { entities, sources: is_linking.then(sources) });
        let labels = args.get("labels").map(|path| labels(path, work)).transpose()?.unwrap_or_default();
        Ok(Self { table, truth, labels, names })
    }
}

/// A file's name without its folders, where that tells the files apart.
fn short(paths: &[String]) -> Vec<(String, String)> {
    let base = |path: &String| {
        Path::new(path).file_name().map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned())
    };
    let bases: std::collections::BTreeSet<String> = paths.iter().map(base).collect();
    let is_told_apart = bases.len() == paths.len();
    paths.iter().map(|path| (path.clone(), if is_told_apart { base(path) } else { path.clone() })).collect()
}

fn open(names: &[(String, String)]) -> Result<Vec<(&str, File)>, Failure> {
    let one = |(path, _): &'_ (String, String)| -> Result<File, Failure> {
        let failed = |error: std::io::Error| format!("cannot read `{path}`: {error}");
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(format!("`{path}` is a directory; name the files in it").into());
        }
        Ok(file)
    };
    names.iter().map(|it| Ok((it.1.as_str(), one(it)?))).collect()
}

/// `COLUMN` or `COLUMN~REGEX`.
fn expression(text: &str) -> Result<(&str, Option<Regex>), Failure> {
    let Some((column, expression)) = text.split_once('~') else { return Ok((text, None)) };
    let by = Regex::new(expression).map_err(|error| format!("`{expression}` is no regular expression: {error}"))?;
    if by.captures_len() < 2 {
        return Err(format!("`{expression}` has no group; put the entity in brackets, as in `(rec-\\d+)-`").into());
    }
    Ok((column, Some(by)))
}

/// Numbers for texts, in the order of their first appearance.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: &str) -> u32 {
        let next = self.0.len() as u32;
        match self.0.get(text) {
            Some(number) => *number,
            None => *self.0.entry(text.to_owned()).or_insert(next),
        }
    }
}

/// What an expression finds in a text; without one, the text.
fn entity<'t>(text: &'t str, by: Option<&Regex>) -> Option<&'t str> {
    match by {
        None => Some(text),
        Some(by) => by.captures(text).and_then(|found| found.get(1)).map(|group| group.as_str()),
    }
    .filter(|text| !text.is_empty())
}

fn from_names(table: &Table, by: Option<&Regex>) -> Vec<Option<u32>> {
    let repeated = table.faults().iter().any(|fault| fault.code == "repeated_id");
    let mut numbers = Numbers::default();
    let mut one = |row| {
        let name = table.name(row);
        // Records with one id are told apart by `#2`, `#3`.
        let again = name.rsplit_once('#').filter(|(_, nth)| repeated && nth.parse::<u32>().is_ok());
        entity(again.map_or(&*name, |(id, _)| id), by).map(|entity| numbers.of(entity))
    };
    (0..table.len()).map(&mut one).collect()
}

fn from_column(table: &mut Table, column: &str, by: Option<&Regex>) -> Result<Vec<Option<u32>>, Failure> {
    let known = || table.columns().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if !table.columns().any(|name| name == column) {
        return Err(format!("`--truth {column}`: there is no such column; there are {}", known()).into());
    }
    let taken = table.take(column)?;
    let Some(by) = by else {
        return Ok(taken.numbers().iter().map(|number| Some(*number).filter(|number| *number != 0)).collect());
    };
    let mut numbers = Numbers::default();
    let mut known: HashMap<u32, Option<u32>> = HashMap::new();
    let mut one = |number: &u32| {
        *known.entry(*number).or_insert_with(|| entity(taken.text(*number), Some(by)).map(|entity| numbers.of(entity)))
    };
    Ok(taken.numbers().iter().map(&mut one).collect())
}

/// The truth of a file of its own, and a word on records that it does not know.
fn from_file(table: &Table, path: &str, work: &Work<'_>) -> Result<Vec<Option<u32>>, Failure> {
    let truth = side(path, &["id", "cluster"], Some("id"), work)?;
    let mut numbers = Numbers::default();
    let mut known: HashMap<String, u32> = HashMap::with_capacity(truth.len());
    for row in 0..truth.len() {
        let cluster = truth.cell(row, "cluster").unwrap_or_default();
        if !cluster.is_empty() {
            known.insert(truth.name(row).into_owned(), numbers.of(cluster));
        }
    }
    let entities: Vec<Option<u32>> = (0..table.len()).map(|row| known.get(&*table.name(row)).copied()).collect();
    let unknown = entities.iter().filter(|entity| entity.is_none()).count();
    if !table.is_empty() && unknown == table.len() {
        return Err(format!("`{path}` knows none of the records; the first is called `{}`", table.name(0)).into());
    }
    if unknown > 0 {
        warn!("note: `{path}` does not know {unknown} of {} records; they are not measured", table.len());
    }
    Ok(entities)
}

fn labels(path: &str, work: &Work<'_>) -> Result<Vec<Label>, Failure> {
    let table = side(path, &["id_a", "id_b", "same"], None, work)?;
    let cell = |row, column| table.cell(row, column).unwrap_or_default();
    let one = |row| {
        let same = match cell(row, "same").to_lowercase().as_str() {
            "1" | "true" | "yes" | "y" => true,
            "0" | "false" | "no" | "n" => false,
            other => return Err(format!("{}: `{other}` is neither yes nor no", table.name(row)).into()),
        };
        Ok(Label { a: cell(row, "id_a").to_owned(), b: cell(row, "id_b").to_owned(), same })
    };
    (0..table.len()).map(one).collect()
}

/// A small file beside the records.
fn side(path: &str, columns: &[&str], id: Option<&str>, work: &Work<'_>) -> Result<Table, Failure> {
    let names = [(path.to_owned(), path.to_owned())];
    let table = csv::read(open(&names)?, id, work).map_err(|error| format!("`{path}`: {error}"))?;
    for column in columns.iter().filter(|column| Some(**column) != id) {
        if !table.columns().any(|known| known == *column) {
            let near = closest(column, table.columns()).map_or_else(String::new, |it| format!("; it has `{it}`"));
            return Err(format!("`{path}` has no column `{column}`{near}").into());
        }
    }
    Ok(table)
}
