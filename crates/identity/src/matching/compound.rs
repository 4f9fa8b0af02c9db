//! Rules of several conditions, with exceptions: what must be one person and what must not, whatever it weighs.

use std::fmt;

use super::Error;
use super::comparison::{Comparison, NULL};
use super::model::{Pattern, is_equal, levels};
use super::rules::{Compound, Rules};

/// How two values stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Relation {
    Equal,
    /// Equal, or written differently in a way that is known.
    Similar,
    Different,
    Absent,
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "equal",
            Self::Similar => "similar",
            Self::Different => "different",
            Self::Absent => "absent",
        })
    }
}

/// `email equal`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Condition {
    /// The comparison's name.
    pub(crate) comparison: String,
    nth: usize,
    pub(crate) relation: Relation,
    /// The level of values that have nothing in common.
    different: u8,
}

impl Condition {
    fn read(text: &str, comparisons: &[Comparison]) -> Result<Self, Error> {
        let wrong = || Error::Rules(format!("`{text}` is no condition; one reads `email equal`"));
        let (name, relation) = text.trim().rsplit_once(' ').ok_or_else(wrong)?;
        let relation = match relation {
            "equal" => Relation::Equal,
            "similar" => Relation::Similar,
            "different" => Relation::Different,
            "absent" => Relation::Absent,
            other => {
                return Err(Error::unknown("relation", other, ["equal", "similar", "different", "absent"].into_iter()));
            }
        };
        let name = name.trim();
        let nth = comparisons.iter().position(|comparison| comparison.name == name);
        let nth = nth.ok_or_else(|| {
            Error::unknown("field", name, comparisons.iter().map(|comparison| comparison.name.as_str()))
        })?;
        let different = comparisons.get(nth).map_or(31, Comparison::different);
        Ok(Self { comparison: name.to_owned(), nth, relation, different })
    }

    fn holds(&self, levels: &[u8]) -> bool {
        let level = levels.get(self.nth).copied().unwrap_or(NULL);
        match self.relation {
            Relation::Equal => is_equal(level),
            Relation::Similar => level != NULL && level != self.different,
            Relation::Different => level == self.different,
            Relation::Absent => level == NULL,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Clause {
    when: Vec<Condition>,
    unless: Vec<Condition>,
}

impl Clause {
    fn read(rule: &Compound, comparisons: &[Comparison]) -> Result<Self, Error> {
        if rule.when.is_empty() {
            return Err(Error::Rules("a rule without a condition would hold for all records".into()));
        }
        let read = |all: &[String]| -> Result<Vec<Condition>, Error> {
            all.iter().map(|text| Condition::read(text, comparisons)).collect()
        };
        Ok(Self { when: read(&rule.when)?, unless: read(&rule.unless)? })
    }

    fn holds(&self, levels: &[u8]) -> bool {
        self.when.iter().all(|it| it.holds(levels)) && !self.unless.iter().any(|it| it.holds(levels))
    }
}

/// All rules of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Compounds {
    links: Vec<Clause>,
    nevers: Vec<Clause>,
}

impl Compounds {
    pub(crate) fn read(rules: &Rules, comparisons: &[Comparison]) -> Result<Self, Error> {
        let read = |all: &[Compound]| -> Result<Vec<Clause>, Error> {
            all.iter().map(|rule| Clause::read(rule, comparisons)).collect()
        };
        Ok(Self { links: read(&rules.links)?, nevers: read(&rules.nevers)? })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.nevers.is_empty()
    }

    /// For each rule that links, the fields that it demands equal.
    pub(crate) fn equal_fields(&self, comparisons: &[Comparison]) -> Vec<Vec<usize>> {
        let equal = |rule: &Clause| {
            let equal = rule.when.iter().filter(|condition| condition.relation == Relation::Equal);
            equal.filter_map(|condition| comparisons.get(condition.nth)).map(|it| it.field).collect()
        };
        self.links.iter().map(equal).collect()
    }

    /// Whether some rule keeps records apart.
    pub(crate) fn bars(&self) -> bool {
        !self.nevers.is_empty()
    }

    /// What the rules say of a pair: never goes before always; `None` where they say nothing.
    pub(crate) fn verdict(&self, pattern: Pattern, count: usize) -> Option<bool> {
        if self.is_empty() {
            return None;
        }
        let levels: Vec<u8> = levels(pattern, count).collect();
        if self.nevers.iter().any(|rule| rule.holds(&levels)) {
            return Some(false);
        }
        self.links.iter().any(|rule| rule.holds(&levels)).then_some(true)
    }
}
