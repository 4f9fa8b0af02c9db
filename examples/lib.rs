//! What the example programs share: their command line and where measuring data is found.

use std::collections::BTreeMap;
use std::path::PathBuf;

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
    /// For an option that the program does not have, or one without its value.
    pub fn read(flags: &[&str], options: &[&str], lists: &[&str]) -> Result<Self, String> {
        let mut args = Self::default();
        let mut words = std::env::args().skip(1).peekable();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--").filter(|name| !name.is_empty()) else {
                args.rest.push(word);
                continue;
            };
            let (name, value) = match name.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (name.to_owned(), None),
            };
            let values = args.options.entry(name.clone()).or_default();
            if flags.contains(&name.as_str()) {
                continue;
            } else if options.contains(&name.as_str()) {
                values.push(value.or_else(|| words.next()).ok_or_else(|| format!("`--{name}` needs a value"))?);
            } else if lists.contains(&name.as_str()) {
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

    /// Whether an option was given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.options.contains_key(name)
    }

    /// The last value of an option.
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
}

/// Where data for measuring is: `$ONEFOLD_SHARED`, or `../shared` beside the project.
#[must_use]
pub fn shared() -> PathBuf {
    std::env::var_os("ONEFOLD_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from)
}
