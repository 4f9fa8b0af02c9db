//! What a cluster may not be.
//!
//! Every constraint looks at nodes alone, never at `now` and never at the way in which they were joined, and every
//! part of a valid cluster is valid. Both together make the result a function of the evidence: whatever the order of
//! arrival, a union that is refused stays refused, and one that is valid stays valid for all its parts.
//!
//! A [`Summary`] is as much of a cluster as the constraints need. Never pairs are not in it: they are checked node by
//! node, where there are any.

use onefold_model::{KindId, Schema, Time};

use crate::Rules;

/// The bounds of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct Bound {
    unique: bool,
    limit: Option<u32>,
    /// So many within so many microseconds.
    window: Option<(u32, i64)>,
}

/// The bounds of all kinds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    largest: u32,
    kinds: Vec<Bound>,
}

/// A constraint that a union would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Never,
    Unique { kind: KindId, found: u32 },
    Limit { kind: KindId, limit: u32, found: u32 },
    Window { kind: KindId, count: u32, micros: i64 },
    Largest { limit: u32, found: u32 },
}

/// What the constraints see of a cluster.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    size: u32,
    /// For each bounded kind, sorted by kind, how many nodes there are.
    counts: Vec<(KindId, u32)>,
    /// For each kind with a window, the first occurrences of its nodes, sorted.
    times: Vec<(KindId, Vec<Time>)>,
}

impl Bounds {
    pub(crate) fn new(schema: &Schema, rules: &Rules) -> Self {
        let kinds = schema
            .kinds()
            .map(|(_, kind)| Bound {
                unique: kind.unique,
                limit: kind.limit,
                window: kind.limit_within.map(|bound| {
                    // An interval holds whole microseconds: half of one holds as many instants as one.
                    let micros = bound.within.as_nanos().div_ceil(1000);
                    (bound.count, i64::try_from(micros).unwrap_or(i64::MAX))
                }),
            })
            .collect();
        Self { largest: rules.largest, kinds }
    }

    fn of(&self, kind: KindId) -> Bound {
        self.kinds.get(kind.index()).copied().unwrap_or_default()
    }

    /// Whether the first occurrence of a node of this kind decides anything.
    pub(crate) fn has_window(&self, kind: KindId) -> bool {
        self.of(kind).window.is_some()
    }

    /// A cluster of one node.
    pub(crate) fn one(&self, kind: KindId, first: Time) -> Summary {
        let bound = self.of(kind);
        Summary {
            size: 1,
            counts: if bound.unique || bound.limit.is_some() { vec![(kind, 1)] } else { Vec::new() },
            times: if bound.window.is_some() { vec![(kind, vec![first])] } else { Vec::new() },
        }
    }

    /// The first constraint, in a fixed order, that the union of two clusters would break.
    pub(crate) fn fault(&self, a: &Summary, b: &Summary) -> Option<Fault> {
        let mut at = 0;
        for (kind, count) in &a.counts {
            while let Some((other, count)) = b.counts.get(at)
                && other < kind
            {
                if let Some(fault) = self.many(*other, *count) {
                    return Some(fault);
                }
                at += 1;
            }
            let mut found = *count;
            if let Some((other, count)) = b.counts.get(at)
                && other == kind
            {
                found = found.saturating_add(*count);
                at += 1;
            }
            if let Some(fault) = self.many(*kind, found) {
                return Some(fault);
            }
        }
        for (kind, count) in b.counts.iter().skip(at) {
            if let Some(fault) = self.many(*kind, *count) {
                return Some(fault);
            }
        }
        let mut kinds: Vec<KindId> = a.times.iter().chain(&b.times).map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            if let Some(fault) = self.dense(kind, a.times_of(kind), b.times_of(kind)) {
                return Some(fault);
            }
        }
        let found = a.size.saturating_add(b.size);
        (found > self.largest).then_some(Fault::Largest { limit: self.largest, found })
    }

    fn many(&self, kind: KindId, found: u32) -> Option<Fault> {
        let bound = self.of(kind);
        if bound.unique && found > 1 {
            return Some(Fault::Unique { kind, found });
        }
        let limit = bound.limit.filter(|limit| found > *limit)?;
        Some(Fault::Limit { kind, limit, found })
    }

    fn dense(&self, kind: KindId, a: &[Time], b: &[Time]) -> Option<Fault> {
        let (count, micros) = self.of(kind).window?;
        let times = merged(a, b);
        let late = times.iter().skip(count as usize);
        times
            .iter()
            .zip(late)
            .any(|(first, last)| i128::from(last.0) - i128::from(first.0) < i128::from(micros))
            .then_some(Fault::Window { kind, count, micros })
    }
}

impl Summary {
    /// Of no node.
    pub(crate) const EMPTY: Self = Self { size: 0, counts: Vec::new(), times: Vec::new() };

    fn times_of(&self, kind: KindId) -> &[Time] {
        self.times.iter().find(|(other, _)| *other == kind).map_or(&[], |(_, times)| times)
    }

    /// Takes in another cluster.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.size = self.size.saturating_add(other.size);
        for (kind, count) in &other.counts {
            match self.counts.binary_search_by_key(kind, |(kind, _)| *kind) {
                Ok(at) => {
                    if let Some((_, known)) = self.counts.get_mut(at) {
                        *known = known.saturating_add(*count);
                    }
                }
                Err(at) => self.counts.insert(at, (*kind, *count)),
            }
        }
        for (kind, times) in &other.times {
            match self.times.iter_mut().find(|(known, _)| known == kind) {
                Some((_, known)) => *known = merged(known, times),
                None => self.times.push((*kind, times.clone())),
            }
        }
    }
}

fn merged(a: &[Time], b: &[Time]) -> Vec<Time> {
    let mut times: Vec<Time> = a.iter().chain(b).copied().collect();
    times.sort();
    times
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use onefold_model::Kind;

    use super::*;

    fn bounds() -> Bounds {
        let schema = Schema::builder()
            .kind(Kind::person("user_id").unique())
            .kind(Kind::person("email").limit(2))
            .kind(Kind::device("cookie").limit_within(2, Duration::from_micros(10)))
            .build([7; 32].into())
            .unwrap();
        Bounds::new(&schema, &Rules::default().largest(4))
    }

    fn of(bounds: &Bounds, nodes: &[(u8, i64)]) -> Summary {
        let mut summary = Summary::default();
        for (kind, first) in nodes {
            summary.absorb(&bounds.one(KindId(*kind), Time(*first)));
        }
        summary
    }

    #[test]
    fn two_unique_values_do_not_meet() {
        let bounds = bounds();
        let fault = bounds.fault(&of(&bounds, &[(0, 0)]), &of(&bounds, &[(1, 0), (0, 1)]));
        assert_eq!(fault, Some(Fault::Unique { kind: KindId(0), found: 2 }));
    }

    #[test]
    fn a_limit_counts_both_sides() {
        let bounds = bounds();
        let two = of(&bounds, &[(1, 0), (1, 1)]);
        assert_eq!(bounds.fault(&two, &of(&bounds, &[(0, 0)])), None);
        assert_eq!(
            bounds.fault(&two, &of(&bounds, &[(1, 0)])),
            Some(Fault::Limit { kind: KindId(1), limit: 2, found: 3 })
        );
    }

    #[test]
    fn a_window_is_half_open() {
        let bounds = bounds();
        let two = of(&bounds, &[(2, 0), (2, 4)]);
        assert_eq!(bounds.fault(&two, &of(&bounds, &[(2, 10)])), None);
        assert_eq!(
            bounds.fault(&two, &of(&bounds, &[(2, 9)])),
            Some(Fault::Window { kind: KindId(2), count: 2, micros: 10 })
        );
    }

    #[test]
    fn a_cluster_has_a_largest_size() {
        let bounds = bounds();
        let three = of(&bounds, &[(0, 0), (1, 0), (2, 0)]);
        assert_eq!(bounds.fault(&three, &of(&bounds, &[(1, 0)])), None);
        assert_eq!(bounds.fault(&three, &of(&bounds, &[(3, 0), (3, 0)])), Some(Fault::Largest { limit: 4, found: 5 }));
    }
}
