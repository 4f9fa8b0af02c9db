//! What the example programs share: their command line, what they say, the files they write, and where measuring data
//! is found.

pub mod file;
mod meter;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

pub use meter::{Progress, cpu_seconds, peak_rss_mib, thread_seconds};

/// What keeps a program from its work, told to its user.
pub type Failure = Box<dyn std::error::Error>;

/// A command line: options with values, flags, and the rest. `--name value` and `--name=value` are the same.
#[derive(Debug, Default)]
pub struct Args {
    options: BTreeMap<String, Vec<String>>,
    /// What stands alone: files, and a program's verb.
    pub rest: Vec<String>,
}

impl Args {
    /// Reads the process's arguments. `flags` take no value; `options` take one; `lists` take all that follow.
    ///
    /// # Errors
    /// For an option that the program does not have, one without its value, a flag with one, and an option that is
    /// given twice.
    pub fn read(flags: &[&str], options: &[&str], lists: &[&str]) -> Result<Self, String> {
        let mut args = Self::default();
        let words: Result<Vec<String>, _> = std::env::args_os().skip(1).map(std::ffi::OsString::into_string).collect();
        let words = words.map_err(|word| format!("`{}` is not UTF-8", word.display()))?;
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--").filter(|name| !name.is_empty()) else {
                args.rest.push(word);
                continue;
            };
            let (name, value) = match name.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (name.to_owned(), None),
            };
            let is = |known: &[&str]| known.contains(&name.as_str());
            let before = args.options.contains_key(&name);
            let values = args.options.entry(name.clone()).or_default();
            if is(flags) {
                if value.is_some() {
                    return Err(format!("`--{name}` takes no value"));
                }
            } else if is(options) {
                if before {
                    return Err(format!("`--{name}` is given twice"));
                }
                let value = value.or_else(|| words.next_if(|next| !next.starts_with("--")));
                values
                    .push(value.filter(|value| !value.is_empty()).ok_or_else(|| format!("`--{name}` needs a value"))?);
            } else if is(lists) {
                values.extend(value);
                while let Some(next) = words.next_if(|next| !next.starts_with("--")) {
                    values.push(next);
                }
            } else {
                let known = flags.iter().chain(options).chain(lists).copied();
                let help = onefold::model::closest(&name, known)
                    .map_or_else(String::new, |known| format!("; did you mean `--{known}`?"));
                return Err(format!("unknown option `--{name}`{help}"));
            }
        }
        Ok(args)
    }

    /// The same, where at most so many words stand alone.
    ///
    /// # Errors
    /// For the first word that is too many.
    pub fn words(self, most: usize) -> Result<Self, String> {
        match self.rest.get(most) {
            Some(word) => Err(format!("unexpected word `{word}`; options begin with `--`")),
            None => Ok(self),
        }
    }

    /// Whether an option was given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.options.contains_key(name)
    }

    /// The value of an option.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.options.get(name).and_then(|values| values.last()).map(String::as_str)
    }

    /// All values of an option.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.options.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// A value of an option as a number or whatever can be read from text.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn parse<T: std::str::FromStr>(&self, name: &str, default: T) -> Result<T, String> {
        self.get(name)
            .map_or(Ok(default), |value| value.parse().map_err(|_| format!("`--{name} {value}` cannot be read")))
    }

    /// The number of `--threads`, by default one.
    ///
    /// # Errors
    /// Where it is no number, or none at all.
    pub fn threads(&self) -> Result<usize, String> {
        match self.parse("threads", 1)? {
            0 => Err("`--threads 0`: at least one is needed".into()),
            threads => Ok(threads),
        }
    }

    /// The file that an option names, to be written later: that it can be is asked before the work is done.
    ///
    /// # Errors
    /// Where it is a directory, or would stand in one that is not there.
    pub fn output(&self, name: &str) -> Result<Option<&str>, String> {
        let Some(path) = self.get(name) else { return Ok(None) };
        let parent = Path::new(path).parent().filter(|parent| !parent.as_os_str().is_empty());
        match parent {
            _ if Path::new(path).is_dir() => Err(format!("`--{name} {path}`: that is a directory")),
            Some(parent) if !parent.is_dir() => {
                Err(format!("`--{name} {path}`: there is no directory `{}`", parent.display()))
            }
            _ => Ok(Some(path)),
        }
    }
}

/// Writes a file through a buffer.
///
/// # Errors
/// With the file's path, whatever fails.
pub fn write<E: fmt::Display>(
    path: impl AsRef<Path>,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), String> {
    let path = path.as_ref();
    let failed = |error: &dyn fmt::Display| format!("cannot write `{}`: {error}", path.display());
    let file = std::fs::File::create(path).map_err(|error| failed(&error))?;
    let mut to = io::BufWriter::new(file);
    fill(&mut to).map_err(|error| failed(&error))?;
    to.flush().map_err(|error| failed(&error))
}

/// `println!` for a reader who may have gone: `program | head` ends without a word about it.
#[macro_export]
macro_rules! say {
    () => { $crate::speak(::std::io::stdout().lock(), ::std::format_args!("\n")) };
    ($($said:tt)+) => {
        $crate::speak(::std::io::stdout().lock(), ::std::format_args!("{}\n", ::std::format_args!($($said)+)))
    };
}

/// The same as [`say!`], of what is wrong or only for people, on standard error.
#[macro_export]
macro_rules! warn {
    ($($said:tt)+) => {
        $crate::speak(::std::io::stderr().lock(), ::std::format_args!("{}\n", ::std::format_args!($($said)+)))
    };
}

/// Writes text to a stream of the process. One that is closed is no fault, and the work goes on: files are still
/// written, and the exit code still tells what came of it. Any other fault ends the process.
pub fn speak(mut to: impl Write, said: fmt::Arguments<'_>) {
    let Err(error) = to.write_fmt(said).and_then(|()| to.flush()) else { return };
    if error.kind() != ErrorKind::BrokenPipe {
        let _ = writeln!(io::stderr(), "error: cannot write to the standard streams: {error}");
        std::process::exit(1);
    }
}

/// Where data for measuring is: `$ONEFOLD_SHARED`, or `../shared` beside the project.
#[must_use]
pub fn shared() -> PathBuf {
    std::env::var_os("ONEFOLD_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from)
}

/// A table with a first column of words and further ones of whatever, each as wide as it must be.
pub fn table(header: &[&str], rows: &[Vec<String>]) {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain(header.get(at).map(|name| name.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let show = |cells: &[String]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let is_number = cell.starts_with(|first: char| first.is_ascii_digit());
            let padded = if is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
            line.push_str(&padded);
            line.push_str("  ");
        }
        say!("  {}", line.trim_end());
    };
    show(&header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    rows.iter().for_each(|row| show(row));
}
