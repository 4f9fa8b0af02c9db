//! The scored pairs, record by record.

use super::super::cluster::{Ground, Tie};
use super::super::predict::Scored;

/// One end of a scored pair: 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) other: u32,
    /// The weight, four times, and what a rule of the user says: nothing, `one person`, `kept apart`.
    said: i32,
}

impl Edge {
    pub(super) fn weight(self) -> i32 {
        self.said >> 2
    }

    pub(super) fn ruled(self) -> Option<bool> {
        match self.said & 3 {
            0 => None,
            said => Some(said == 1),
        }
    }

    /// The pair as clusters see it, `a` being the end where this edge stands; none where a rule keeps the two apart.
    pub(super) fn tie(self, a: u32) -> Option<Tie> {
        Scored { a, b: self.other, weight: self.weight(), pattern: 0.into(), ruled: self.ruled() }.tie()
    }

    /// Whether it may join two records.
    pub(super) fn joins(self, threshold: i32) -> bool {
        match self.ruled() {
            Some(one) => one,
            None => self.weight() >= threshold,
        }
    }
}

/// What makes a pair one, for display.
pub(super) fn ground(ruled: Option<bool>) -> Ground {
    if ruled == Some(true) { Ground::Rule } else { Ground::Score }
}

/// All scored pairs, each at both of its ends.
#[derive(Debug, Default)]
pub(super) struct Links {
    of: Vec<Vec<Edge>>,
}

impl Links {
    /// The pairs of a batch.
    pub(super) fn build(rows: usize, scored: &[Scored]) -> Self {
        let mut counts = vec![0_u32; rows];
        for end in scored.iter().flat_map(|it| [it.a, it.b]) {
            if let Some(count) = counts.get_mut(end as usize) {
                *count += 1;
            }
        }
        let mut links = Self { of: counts.into_iter().map(|count| Vec::with_capacity(count as usize)).collect() };
        for it in scored {
            links.add(it);
        }
        links
    }

    /// Makes room for a row.
    pub(super) fn fit(&mut self, rows: usize) {
        if self.of.len() < rows {
            self.of.resize_with(rows, Vec::new);
        }
    }

    pub(super) fn of(&self, row: u32) -> &[Edge] {
        self.of.get(row as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn add(&mut self, it: &Scored) {
        let said = it.weight << 2 | it.ruled.map_or(0, |one| if one { 1 } else { 2 });
        for (row, other) in [(it.a, it.b), (it.b, it.a)] {
            if let Some(edges) = self.of.get_mut(row as usize) {
                edges.push(Edge { other, said });
            }
        }
    }

    pub(super) fn remove(&mut self, a: u32, b: u32) {
        for (row, other) in [(a, b), (b, a)] {
            if let Some(edges) = self.of.get_mut(row as usize)
                && let Some(at) = edges.iter().position(|edge| edge.other == other)
            {
                edges.swap_remove(at);
            }
        }
    }

    /// Takes all pairs of a record away.
    pub(super) fn take(&mut self, row: u32) -> Vec<Edge> {
        let edges = self.of.get_mut(row as usize).map(std::mem::take).unwrap_or_default();
        for edge in &edges {
            if let Some(back) = self.of.get_mut(edge.other as usize)
                && let Some(at) = back.iter().position(|it| it.other == row)
            {
                back.swap_remove(at);
            }
        }
        edges
    }
}
