//! What a user says about matching beforehand; all of it may be left out.
//!
//! Rules hold what a person knows: what the columns are, how they are compared, which records are worth comparing, and
//! what must or must not be one person. They hold no probabilities: those are learnt. docs/MATCHING.md shows a whole
//! file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Error;
use super::blocking::Transform;
use super::comparison::Kind;
use super::record::Written;
use super::role::Role;

/// Rules of matching.
///
/// ```
/// use onefold_identity::matching::{Kind, Rules, role::Role};
///
/// let rules = Rules::default()
///     .column("mail", Role::Email)
///     .ignore("note")
///     .compare("shelf", Kind::Category)
///     .block(["mail"])
///     .block(["surname:sound", "dob:year"])
///     .link(["mail equal", "surname equal"], ["dob different"])
///     .never(["dob different", "name different"])
///     .unique("passport")
///     .largest(50);
/// assert_eq!(rules.blocking.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// What columns are; those not named are inferred.
    #[serde(rename = "column", skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnRule>,
    /// Which records are compared; where there is none, rules are chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocking: Vec<BlockingRule>,
    /// What makes two records one person whatever they weigh.
    #[serde(rename = "link", skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Compound>,
    /// What keeps two records apart whatever they weigh.
    #[serde(rename = "never", skip_serializing_if = "Vec::is_empty")]
    pub nevers: Vec<Compound>,
    /// What no cluster may break.
    pub constraints: Constraints,
}

/// What is said of a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRule {
    /// Its name.
    pub name: String,
    /// What it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether it is left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore: bool,
    /// How its values are compared, where not as its role says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Kind>,
    /// How its dates are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<Written>,
}

/// Records that agree in all these keys are a candidate pair.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockingRule {
    /// Fields, each with what of its value counts: `email`, `surname:sound`, `dob:year`.
    pub keys: Vec<String>,
    /// The largest block that yields pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u32>,
}

/// A rule of several conditions, with exceptions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compound {
    /// All must hold: `email equal`, `surname similar`, `dob different`, `phone absent`.
    pub when: Vec<String>,
    /// None may hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
}

/// What no cluster may break. The parts of a valid cluster are valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Constraints {
    /// The most records of one cluster.
    pub largest: u32,
    /// Two files without duplicates are linked: a cluster has at most one record of each, and only records of different
    /// files are compared.
    pub one_to_one: bool,
    /// Columns of which a cluster has at most one value.
    pub unique: Vec<String>,
}

impl Default for Constraints {
    fn default() -> Self {
        Self { largest: 256, one_to_one: false, unique: Vec::new() }
    }
}

impl Rules {
    fn set(mut self, column: &str, set: impl FnOnce(&mut ColumnRule)) -> Self {
        match self.columns.iter_mut().find(|rule| rule.name == column) {
            Some(rule) => set(rule),
            None => {
                let mut rule = ColumnRule { name: column.to_owned(), ..ColumnRule::default() };
                set(&mut rule);
                self.columns.push(rule);
            }
        }
        self
    }

    /// Says what a column holds.
    #[must_use]
    pub fn column(self, name: &str, role: Role) -> Self {
        self.set(name, |rule| rule.role = Some(role))
    }

    /// Leaves a column out.
    #[must_use]
    pub fn ignore(self, name: &str) -> Self {
        self.set(name, |rule| rule.ignore = true)
    }

    /// Says how a column is compared.
    #[must_use]
    pub fn compare(self, name: &str, kind: Kind) -> Self {
        self.set(name, |rule| rule.compare = Some(kind))
    }

    /// Says how a column's dates are written.
    #[must_use]
    pub fn dates(self, name: &str, order: Written) -> Self {
        self.set(name, |rule| rule.date_order = Some(order))
    }

    /// Adds a rule of blocking. Once there is one, none is chosen automatically.
    #[must_use]
    pub fn block<S: Into<String>>(mut self, keys: impl IntoIterator<Item = S>) -> Self {
        self.blocking.push(BlockingRule { keys: keys.into_iter().map(Into::into).collect(), cap: None });
        self
    }

    /// Says what makes two records one person.
    #[must_use]
    pub fn link<S: Into<String>, T: Into<String>>(
        mut self,
        when: impl IntoIterator<Item = S>,
        unless: impl IntoIterator<Item = T>,
    ) -> Self {
        self.links.push(Compound {
            when: when.into_iter().map(Into::into).collect(),
            unless: unless.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Says what keeps two records apart.
    #[must_use]
    pub fn never<S: Into<String>>(mut self, when: impl IntoIterator<Item = S>) -> Self {
        self.nevers.push(Compound { when: when.into_iter().map(Into::into).collect(), unless: Vec::new() });
        self
    }

    /// Says that a cluster has at most one value of a column.
    #[must_use]
    pub fn unique(mut self, column: &str) -> Self {
        self.constraints.unique.push(column.to_owned());
        self
    }

    /// The most records of one cluster.
    #[must_use]
    pub fn largest(mut self, records: u32) -> Self {
        self.constraints.largest = records;
        self
    }

    /// Links two files without duplicates.
    #[must_use]
    pub fn one_to_one(mut self) -> Self {
        self.constraints.one_to_one = true;
        self
    }

    /// Reads a rules file.
    ///
    /// ```
    /// use onefold_identity::matching::Rules;
    ///
    /// let rules = Rules::from_toml(r#"
    ///     [[column]]
    ///     name = "mail"
    ///     role = "email"
    ///
    ///     [[blocking]]
    ///     keys = ["mail"]
    /// "#)?;
    /// assert_eq!(rules.blocking[0].keys, ["mail"]);
    ///
    /// let fault = Rules::from_toml("[[column]]\nname = \"mail\"\nroll = \"email\"").unwrap_err();
    /// assert!(fault.to_string().contains("unknown field `roll`"), "{fault}");
    /// # Ok::<(), onefold_identity::matching::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] with the place of what cannot be read.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            let message = error.message().to_owned();
            Error::Invalid(vec![onefold_model::Diagnostic::new("R01", error.span().unwrap_or(0..0), message)])
        })
    }

    /// The rules as a rules file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let words = |all: &[String]| all.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ");
        for column in &self.columns {
            text += &format!("[[column]]\nname = {}\n", quoted(&column.name));
            if column.ignore {
                text += "ignore = true\n";
            }
            if let Some(role) = column.role {
                text += &format!("role = \"{role}\"\n");
            }
            if let Some(kind) = column.compare {
                text += &format!("compare = \"{kind}\"\n");
            }
            if let Some(order) = column.date_order {
                text += &format!("date_order = \"{order}\"\n");
            }
            text.push('\n');
        }
        for rule in &self.blocking {
            text += &format!("[[blocking]]\nkeys = [{}]\n", words(&rule.keys));
            if let Some(cap) = rule.cap {
                text += &format!("cap = {cap}\n");
            }
            text.push('\n');
        }
        for (head, rules) in [("link", &self.links), ("never", &self.nevers)] {
            for rule in rules {
                text += &format!("[[{head}]]\nwhen = [{}]\n", words(&rule.when));
                if !rule.unless.is_empty() {
                    text += &format!("unless = [{}]\n", words(&rule.unless));
                }
                text.push('\n');
            }
        }
        let constraints = &self.constraints;
        text += &format!(
            "[constraints]\nlargest = {}\none_to_one = {}\nunique = [{}]\n",
            constraints.largest,
            constraints.one_to_one,
            words(&constraints.unique)
        );
        text
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out += &format!("\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::YearFirst => "year_first",
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
        })
    }
}

impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Sound => f.write_str("sound"),
            Self::Start(count) => write!(f, "start{count}"),
            Self::End(count) => write!(f, "end{count}"),
            Self::Local => f.write_str("local"),
            Self::Year => f.write_str("year"),
            Self::MonthDay => f.write_str("month_day"),
            Self::Words => f.write_str("words"),
            Self::Grams(count) => write!(f, "grams{count}"),
        }
    }
}

impl FromStr for Transform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let split = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (name, count) = text.split_at(split);
        let number = || match count.parse() {
            Ok(count @ 1..=64) => Ok(count),
            _ => Err(Error::Rules(format!("`{text}` needs a number from 1 to 64, as in `{name}3`"))),
        };
        match name {
            "start" => number().map(Self::Start),
            "end" => number().map(Self::End),
            "grams" => number().map(Self::Grams),
            _ if !count.is_empty() => Err(unknown_transform(text)),
            "whole" => Ok(Self::Whole),
            "sound" => Ok(Self::Sound),
            "local" => Ok(Self::Local),
            "year" => Ok(Self::Year),
            "month_day" => Ok(Self::MonthDay),
            "words" => Ok(Self::Words),
            _ => Err(unknown_transform(text)),
        }
    }
}

fn unknown_transform(text: &str) -> Error {
    let known = ["whole", "sound", "start3", "end3", "local", "year", "month_day", "words", "grams3"];
    Error::unknown("transform", text, known.into_iter())
}
