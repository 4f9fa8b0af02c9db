//! What a mutation did to the profiles: the news, and whom they touch.
//!
//! Each cluster is written down before it changes for the first time in a mutation. At the end, old and new clusters
//! are compared: the feed tells how ids moved, and [`Touched`] whose events must be folded again.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Cause, Change, Cursor, Member, News, ProfileId, Time};

use crate::graph::Graph;
use crate::graph::cluster::rank;
use crate::graph::evidence::Dirty;
use crate::graph::table::NONE;

/// Whom a mutation touched.
///
/// A profile is touched if its id, its members, its restricting identifiers, or the events that belong to it may be others
/// than before; the mutation's own sighting apart, which only adds to the profile that `after` always names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The ids that stood there before, sorted.
    pub before: Vec<ProfileId>,
    /// The ids that stand there now, sorted.
    pub after: Vec<ProfileId>,
}

impl Touched {
    /// Two mutations, one after the other, as one.
    pub(crate) fn then(self, next: Self) -> Self {
        if self.before.is_empty() && self.after.is_empty() {
            return next;
        }
        let made: BTreeSet<ProfileId> = self.after.iter().copied().filter(|id| !self.before.contains(id)).collect();
        let gone: BTreeSet<ProfileId> = next.before.iter().copied().filter(|id| !next.after.contains(id)).collect();
        let before: BTreeSet<ProfileId> =
            self.before.into_iter().chain(next.before.into_iter().filter(|id| !made.contains(id))).collect();
        let after: BTreeSet<ProfileId> =
            self.after.into_iter().filter(|id| !gone.contains(id)).chain(next.after).collect();
        Self { before: before.into_iter().collect(), after: after.into_iter().collect() }
    }
}

/// A cluster as it was.
#[derive(Clone, Debug)]
struct Old {
    id: ProfileId,
    root: u32,
    nodes: Vec<u32>,
    restricting: Vec<Member>,
}

/// The notes of one mutation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// Which mutation it is.
    pub(crate) number: u64,
    old: Vec<Old>,
    /// Clusters whose nodes have gone elsewhere.
    pub(crate) empty: Vec<u32>,
    /// Nodes that nothing names any more.
    pub(crate) dead: Vec<u32>,
    /// Profiles whose events may have changed.
    pub(crate) before: Vec<ProfileId>,
}

impl Graph {
    pub(crate) fn begin(&mut self) -> Dirty {
        self.journal.number += 1;
        Dirty::default()
    }

    /// Writes a cluster down before it changes.
    pub(crate) fn note(&mut self, cluster: u32) {
        if cluster == NONE || self.clusters.at(cluster).noted == self.journal.number {
            return;
        }
        let id = self.profile_of(cluster);
        let row = self.clusters.at_mut(cluster);
        row.noted = self.journal.number;
        self.journal.old.push(Old {
            id,
            root: row.root,
            nodes: row.nodes.clone(),
            restricting: row.restricting.clone(),
        });
    }

    /// Ends a mutation: tells the news and whom they touch. Without a cause, merges and splits are their own.
    pub(crate) fn finish(&mut self, dirty: &Dirty, cause: Option<Cause>, now: Time, out: &mut Vec<Change>) -> Touched {
        let old = std::mem::take(&mut self.journal.old);
        if old.is_empty() && dirty.fresh.is_empty() && dirty.homes.is_empty() && self.journal.before.is_empty() {
            self.sweep();
            return Touched::default();
        }
        let mut before: BTreeSet<ProfileId> = self.journal.before.drain(..).collect();
        let homes = dirty.homes.iter().chain(&dirty.fresh).filter(|node| self.lives(**node));
        let mut after: BTreeSet<ProfileId> = homes.map(|node| self.profile_of(self.nodes.at(*node).cluster)).collect();

        let was: BTreeSet<ProfileId> = old.iter().map(|old| old.id).collect();
        let mut taken: BTreeMap<ProfileId, Vec<ProfileId>> = BTreeMap::new();
        let mut split: BTreeMap<ProfileId, BTreeSet<ProfileId>> = BTreeMap::new();
        for old in &old {
            let living = || old.nodes.iter().copied().filter(|node| self.lives(*node));
            let parts: BTreeSet<u32> = living().map(|node| self.nodes.at(node).cluster).collect();
            if self.is_as_before(old, &parts) {
                continue;
            }
            before.insert(old.id);
            let parts: BTreeSet<ProfileId> = parts.into_iter().map(|part| self.profile_of(part)).collect();
            after.extend(&parts);
            // An id is looked up to where its node is now; where that is gone, to where its next one is.
            let heir = if self.lives(old.root) {
                Some(old.root)
            } else {
                living().min_by_key(|node| rank(self.nodes.at(*node)))
            };
            let Some(heir) = heir.map(|node| self.profile_of(self.nodes.at(node).cluster)) else {
                continue;
            };
            if heir != old.id {
                taken.entry(heir).or_default().push(old.id);
            }
            if parts.len() > 1 {
                split.entry(heir).or_default().extend(parts.into_iter().filter(|part| *part != heir));
            }
        }
        let mut news: Vec<(ProfileId, Cause, News)> = Vec::new();
        for (profile, into) in split {
            let into = into.into_iter().collect();
            news.push((profile, Cause::Split, News::Split { into }));
        }
        for (profile, mut from) in taken {
            from.sort_unstable();
            news.push(match from.as_slice() {
                [one] if !was.contains(&profile) => (profile, Cause::Merge, News::Rekeyed { from: *one }),
                _ => (profile, Cause::Merge, News::Merged { from: from.into() }),
            });
        }
        news.sort_by_key(|(profile, ..)| *profile);
        out.extend(news.into_iter().map(|(profile, own, news)| Change {
            cursor: Cursor::default(),
            at: now,
            profile,
            cause: cause.unwrap_or(own),
            news,
        }));
        self.sweep();
        Touched { before: before.into_iter().collect(), after: after.into_iter().collect() }
    }

    fn is_as_before(&self, old: &Old, parts: &BTreeSet<u32>) -> bool {
        let mut parts = parts.iter();
        let (Some(part), None) = (parts.next(), parts.next()) else {
            return false;
        };
        let row = self.clusters.at(*part);
        row.nodes.len() == old.nodes.len()
            && old.nodes.iter().all(|node| self.lives(*node))
            && self.profile_of(*part) == old.id
            && row.restricting == old.restricting
    }

    /// Whether a sighting still names a node.
    pub(crate) fn lives(&self, node: u32) -> bool {
        !self.nodes.at(node).seen.is_empty()
    }

    fn sweep(&mut self) {
        for node in std::mem::take(&mut self.journal.dead) {
            let cluster = self.nodes.remove(node).cluster;
            if cluster != NONE && !self.clusters.at(cluster).nodes.is_empty() {
                // It was alone: nobody else's component was solved again in its place.
                *self.clusters.at_mut(cluster) = Default::default();
                self.journal.empty.push(cluster);
            }
        }
        for cluster in std::mem::take(&mut self.journal.empty) {
            self.clusters.remove(cluster);
        }
    }
}
