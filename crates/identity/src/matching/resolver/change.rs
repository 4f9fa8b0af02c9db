//! What becomes of clusters, said so that a caller can follow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What became of a cluster. Clusters are called by the ids of their roots, the record whose id has the smallest hash.
///
/// ```
/// use onefold_identity::matching::resolver::Change;
///
/// let change = Change::Merged { into: "crm:1".into(), from: vec!["crm:1".into(), "till:7".into()] };
/// assert_eq!(change.to_string(), "`crm:1` is made of `crm:1`, `till:7`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// A cluster of new records alone.
    Begun {
        /// Its id.
        root: String,
    },
    /// A new record came to a cluster that was there.
    Joined {
        /// The cluster.
        root: String,
        /// The record.
        id: String,
    },
    /// Several clusters became one, or parts of several.
    Merged {
        /// The cluster.
        into: String,
        /// Those whose records it has.
        from: Vec<String>,
    },
    /// A cluster's records are now in several.
    Split {
        /// The cluster that was.
        from: String,
        /// Where its records are.
        into: Vec<String>,
    },
    /// A cluster has another id, because the record that gave it came or went.
    Rekeyed {
        /// The id it had.
        from: String,
        /// The id it has.
        to: String,
    },
    /// A record was erased; others of its cluster are still there.
    Left {
        /// The cluster, as it was called.
        root: String,
        /// The record.
        id: String,
    },
    /// The last record of a cluster was erased.
    Ended {
        /// The id it had.
        root: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Begun { root } => write!(f, "`{root}` is new"),
            Self::Joined { root, id } => write!(f, "`{id}` joined `{root}`"),
            Self::Merged { into, from } => write!(f, "`{into}` is made of {}", all(from)),
            Self::Split { from, into } => write!(f, "`{from}` fell apart into {}", all(into)),
            Self::Rekeyed { from, to } => write!(f, "`{from}` is now `{to}`"),
            Self::Left { root, id } => write!(f, "`{id}` left `{root}`"),
            Self::Ended { root } => write!(f, "`{root}` is no more"),
        }
    }
}

/// Where a record was, and where it is, by the rows of the roots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Flow {
    pub(super) row: u32,
    pub(super) before: Option<u32>,
    pub(super) after: Option<u32>,
}

/// What follows for clusters, in the order of their keys; `key` and `id` are of rows.
pub(super) fn changes<'n>(flows: &[Flow], key: impl Fn(u32) -> u64, id: impl Fn(u32) -> &'n str) -> Vec<Change> {
    type Places = BTreeMap<(u64, u32), BTreeSet<(u64, u32)>>;
    let place = |row: u32| (key(row), row);
    let (mut came, mut went): (Places, Places) = Default::default();
    let mut pairs: Vec<(Option<u32>, Option<u32>)> = flows.iter().map(|flow| (flow.before, flow.after)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (before, after) in pairs {
        if let Some(before) = before {
            went.entry(place(before)).or_default().extend(after.map(place));
        }
        if let Some(after) = after {
            came.entry(place(after)).or_default().extend(before.map(place));
        }
    }
    let name = |(_, row): &(u64, u32)| id(*row).to_owned();
    let mut all = Vec::new();
    for (from, into) in &went {
        match into.len() {
            0 => all.push(Change::Ended { root: name(from) }),
            1 => {}
            _ => all.push(Change::Split { from: name(from), into: into.iter().map(name).collect() }),
        }
    }
    for (into, from) in &came {
        let whole = |from: &(u64, u32)| went.get(from).is_some_and(|into| into.len() == 1);
        match from.first() {
            None => all.push(Change::Begun { root: name(into) }),
            Some(_) if from.len() > 1 => {
                all.push(Change::Merged { into: name(into), from: from.iter().map(name).collect() });
            }
            Some(from) if from != into && whole(from) => {
                all.push(Change::Rekeyed { from: name(from), to: name(into) });
            }
            Some(_) => {}
        }
    }
    for flow in flows {
        match (flow.before, flow.after) {
            (None, Some(root)) if came.get(&place(root)).is_some_and(|from| !from.is_empty()) => {
                all.push(Change::Joined { root: id(root).to_owned(), id: id(flow.row).to_owned() });
            }
            (Some(root), None) if went.get(&place(root)).is_some_and(|into| !into.is_empty()) => {
                all.push(Change::Left { root: id(root).to_owned(), id: id(flow.row).to_owned() });
            }
            _ => {}
        }
    }
    all
}
