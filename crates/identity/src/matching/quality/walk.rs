//! One walk over the accepted links: which of them are bridges, which records are joints, and what lies on each side.
//!
//! A bridge is a link whose loss splits its component, a joint (articulation point) a record whose loss does. Both
//! follow from one depth-first walk (Tarjan, "Depth-first search and linear graph algorithms", 1972). petgraph walks;
//! its own `bridges` and `articulation_points` say which, but not how large the sides are, which is what makes a bridge
//! suspicious. They are the oracle of the tests.
//!
//! In the order of a depth-first walk, each earlier neighbour of a record is its ancestor, and the latest of them its
//! parent. So the tree need not be kept while walking, and deep chains need no stack.

use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::Dfs;

use super::{Link, at, change};

const NONE: u32 = u32::MAX;

/// The tree of a depth-first walk.
pub(super) struct Walk {
    /// By record: when it was met.
    time: Vec<u32>,
    /// By record: the latest of its earlier neighbours.
    parent: Vec<u32>,
    /// By record: the earliest that can be reached from its subtree by one link that is not of the tree.
    low: Vec<u32>,
    /// By record: the records of its subtree.
    size: Vec<u32>,
    /// By record: the records of its component.
    total: Vec<u32>,
}

impl Walk {
    /// Walks over links that name each pair once, no loops, and no record beyond the last.
    pub(super) fn new<'a>(records: usize, links: impl Iterator<Item = &'a Link>) -> Self {
        let mut graph: UnGraph<(), ()> = UnGraph::with_capacity(records, 0);
        for _ in 0..records {
            graph.add_node(());
        }
        graph.extend_with_edges(links.map(|link| (link.a, link.b)));
        let mut walk = Self {
            time: vec![NONE; records],
            parent: vec![NONE; records],
            low: vec![NONE; records],
            size: vec![1; records],
            total: vec![0; records],
        };
        let mut order: Vec<NodeIndex> = Vec::with_capacity(records);
        let mut dfs = Dfs::empty(&graph);
        for root in graph.node_indices() {
            let before = order.len();
            if walk.time.get(root.index()) == Some(&NONE) {
                dfs.move_to(root);
            }
            while let Some(node) = dfs.next(&graph) {
                change(&mut walk.time, row(node), |time| *time = order.len() as u32);
                order.push(node);
            }
            let component = order.get(before..).unwrap_or_default();
            for node in component {
                change(&mut walk.total, row(*node), |total| *total = component.len() as u32);
            }
        }
        for node in order.iter().rev() {
            let own = at(&walk.time, row(*node));
            let earlier = || {
                graph.neighbors(*node).map(row).map(|other| (at(&walk.time, other), other)).filter(|pair| pair.0 < own)
            };
            let parent = earlier().max();
            let back = earlier().filter(|pair| Some(*pair) != parent).map(|pair| pair.0).min().unwrap_or(own);
            let low = at(&walk.low, row(*node)).min(back).min(own);
            change(&mut walk.low, row(*node), |slot| *slot = low);
            if let Some((_, parent)) = parent {
                let size = at(&walk.size, row(*node));
                change(&mut walk.parent, row(*node), |slot| *slot = parent);
                change(&mut walk.low, parent, |slot| *slot = low.min(*slot));
                change(&mut walk.size, parent, |slot| *slot += size);
            }
        }
        walk
    }

    /// The records on `a`'s and on `b`'s side, if their link is a bridge.
    pub(super) fn sides(&self, a: u32, b: u32) -> Option<(u32, u32)> {
        let (upper, lower) = if at(&self.time, a) < at(&self.time, b) { (a, b) } else { (b, a) };
        let is_bridge = at(&self.parent, lower) == upper && at(&self.low, lower) == at(&self.time, lower);
        let below = at(&self.size, lower);
        let above = at(&self.total, lower).saturating_sub(below);
        is_bridge.then_some(if lower == a { (below, above) } else { (above, below) })
    }

    /// The joints in the order of rows, with the sizes of the parts that the loss of each would leave, largest first.
    pub(super) fn joints(&self) -> Vec<(u32, Vec<u32>)> {
        let mut cut: Vec<(u32, u32)> = (0..)
            .zip(&self.parent)
            .filter(|(child, parent)| **parent != NONE && at(&self.low, *child) >= at(&self.time, **parent))
            .map(|(child, parent)| (*parent, at(&self.size, child)))
            .collect();
        cut.sort_unstable();
        cut.chunk_by(|one, other| one.0 == other.0)
            .filter_map(|run| {
                let record = run.first()?.0;
                let mut parts: Vec<u32> = run.iter().map(|(_, size)| *size).collect();
                let rest = at(&self.total, record).saturating_sub(1 + parts.iter().sum::<u32>());
                parts.extend(Some(rest).filter(|rest| *rest > 0));
                parts.sort_unstable_by(|one, other| other.cmp(one));
                (parts.len() > 1).then_some((record, parts))
            })
            .collect()
    }
}

fn row(node: NodeIndex) -> u32 {
    node.index() as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use petgraph::algo::articulation_points::articulation_points;
    use petgraph::algo::bridges::bridges;
    use petgraph::visit::EdgeRef;
    use proptest::prelude::*;

    use super::*;
    use crate::matching::quality::simple;

    /// The records that can be reached from one, without a link and without a record.
    fn flood(links: &[Link], from: u32, link: Option<&Link>, record: Option<u32>) -> BTreeSet<u32> {
        let mut seen = BTreeSet::from([from]);
        while let Some(new) = links
            .iter()
            .filter(|one| Some(*one) != link && Some(one.a) != record && Some(one.b) != record)
            .flat_map(|one| [(one.a, one.b), (one.b, one.a)])
            .find(|(a, b)| seen.contains(a) && !seen.contains(b))
        {
            seen.insert(new.1);
        }
        seen
    }

    proptest! {
        #[test]
        fn bridges_and_joints_are_what_splits_when_removed(
            pairs in proptest::collection::vec((0..10_u32, 0..10_u32), 0..22),
        ) {
            let links: Vec<Link> = pairs.iter().map(|(a, b)| Link { a: *a, b: *b, weight: 0 }).collect();
            let links: Vec<Link> = simple(10, &links).into_iter().map(|(link, _)| link).collect();
            let walk = Walk::new(10, links.iter());
            let mut graph: UnGraph<(), ()> = UnGraph::from_edges(links.iter().map(|link| (link.a, link.b)));
            while graph.node_count() < 10 {
                graph.add_node(());
            }
            let theirs: BTreeSet<(u32, u32)> =
                bridges(&graph).map(|edge| (row(edge.source()), row(edge.target()))).collect();
            for link in &links {
                let (a, b) = (flood(&links, link.a, Some(link), None), flood(&links, link.b, Some(link), None));
                let expected = (!a.contains(&link.b)).then_some((a.len() as u32, b.len() as u32));
                prop_assert_eq!(walk.sides(link.a, link.b), expected);
                prop_assert_eq!(walk.sides(link.b, link.a), expected.map(|(one, other)| (other, one)));
                prop_assert_eq!(theirs.contains(&(link.a, link.b)), expected.is_some());
            }
            let joints = walk.joints();
            for record in 0..10 {
                let mut parts: BTreeSet<BTreeSet<u32>> = BTreeSet::new();
                for other in flood(&links, record, None, None).into_iter().filter(|other| *other != record) {
                    parts.insert(flood(&links, other, None, Some(record)));
                }
                let mut sizes: Vec<u32> = parts.iter().map(|part| part.len() as u32).collect();
                sizes.sort_unstable_by(|one, other| other.cmp(one));
                let expected = (sizes.len() > 1).then_some(&sizes);
                prop_assert_eq!(joints.iter().find(|joint| joint.0 == record).map(|joint| &joint.1), expected);
            }
            let theirs: BTreeSet<u32> = articulation_points(&graph).into_iter().map(row).collect();
            prop_assert_eq!(joints.iter().map(|joint| joint.0).collect::<BTreeSet<_>>(), theirs);
        }
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_walked_without_a_deep_stack() {
        let links: Vec<Link> = (0..99_999).map(|a| Link { a, b: a + 1, weight: 0 }).collect();
        let walk = Walk::new(100_000, links.iter());
        assert_eq!(walk.sides(9, 10), Some((10, 99_990)));
        assert_eq!(walk.joints().len(), 99_998);
    }
}
