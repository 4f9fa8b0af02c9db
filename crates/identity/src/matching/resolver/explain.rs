//! Why records are one person, and why not.

use std::fmt;

use super::super::cluster::{Cut, Ground};
use super::super::intern::Map;
use super::super::model::probability;
use super::super::resolution::{self, path};
use super::super::waterfall::Waterfall;
use super::Resolver;
use super::links::{Edge, ground};

/// A step in the making of a cluster, by the ids of the records.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// A record of the one part.
    pub a: String,
    /// A record of the other.
    pub b: String,
    /// What joined them, how strong it was, and how large the parts were. Its rows are of no table.
    #[serde(flatten)]
    pub step: resolution::Step,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` and `{}`: {}", self.a, self.b, self.step)
    }
}

/// Why two records are not one person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// They are.
    Together,
    /// No candidate pair lies between their clusters that weighs more than five bits against.
    NotCompared,
    /// The strongest link between their clusters was cut.
    Cut {
        /// A record of the one cluster.
        a: String,
        /// A record of the other.
        b: String,
        /// What would have joined them.
        ground: Ground,
        /// The match weight, in 1/1024 bit.
        weight: i32,
        /// Why it was not taken.
        cut: Cut,
        /// The two records that a ruling or a rule keeps apart, where that cut it.
        apart: Option<(String, String)>,
    },
}

impl Resolver {
    fn steps(&self, row: u32) -> Vec<resolution::Step> {
        let (rows, ties) = self.state.component(self.world(), row);
        let root = self.state.clusters.root(row);
        let merges = self.state.solve(self.world(), &rows, &ties).merges;
        let steps = merges.iter().map(|merge| merge.seen_from(|row| row));
        steps.filter(|step| self.state.clusters.root(step.a) == root).collect()
    }

    fn named(&self, steps: &[resolution::Step]) -> Vec<Step> {
        let id = |row: u32| self.names.id(row).to_owned();
        steps.iter().map(|step| Step { a: id(step.a), b: id(step.b), step: *step }).collect()
    }

    /// The merges that made a record's cluster, in order; none where the record is alone or unknown.
    #[must_use]
    pub fn how(&self, id: &str) -> Vec<Step> {
        self.names.find(id).map_or_else(Vec::new, |row| self.named(&self.steps(row)))
    }

    /// The links that join two records, from one to the other; `None` where they are not one person.
    ///
    /// ```
    /// # use onefold_identity::matching::{Batch, Plan, Resolver, Rules, Table, Work};
    /// # let mut table = Table::new(["name", "mail"]);
    /// # table.push("crm:1", ["Ada Lovelace", "ada@example.com"])?;
    /// # table.push("crm:2", ["Grace Hopper", "grace@example.com"])?;
    /// # table.push("till:1", ["A. Lovelace", "ada@example.com"])?;
    /// # let work = Work::default();
    /// # let rules = Rules::default().link(["mail equal"], [""; 0]);
    /// # let plan = Plan::infer(&table, &rules)?;
    /// # let model = Batch::prepare(table.clone(), plan, &work)?.train(&[], &work)?;
    /// # let mut resolver = Resolver::load(model, table, &[], &work)?;
    /// use onefold_identity::matching::resolver::WhyNot;
    ///
    /// let path = resolver.why("crm:1", "till:1").unwrap();
    /// assert!(path[0].to_string().ends_with("a rule"));
    /// assert_eq!(resolver.how("crm:1"), path);
    ///
    /// resolver.unlink("crm:1", "till:1", 1_767_225_600_000_000);
    /// let Some(WhyNot::Cut { cut, .. }) = resolver.why_not("crm:1", "till:1") else { panic!() };
    /// println!("{cut:?}");
    ///
    /// // Field by field:
    /// println!("{}", resolver.waterfall("crm:1", "till:1").unwrap());
    /// # Ok::<(), onefold_identity::matching::Error>(())
    /// ```
    #[must_use]
    pub fn why(&self, a: &str, b: &str) -> Option<Vec<Step>> {
        let (a, b) = (self.names.find(a)?, self.names.find(b)?);
        let together = self.state.clusters.root(a) == self.state.clusters.root(b);
        together.then(|| self.named(&path(&self.steps(a), a, b)))
    }

    /// Why two records are not one person; `None` where one of them is unknown.
    #[must_use]
    pub fn why_not(&self, a: &str, b: &str) -> Option<WhyNot> {
        let (a, b) = (self.names.find(a)?, self.names.find(b)?);
        let clusters = &self.state.clusters;
        let (x, y) = (clusters.root(a)?, clusters.root(b)?);
        if x == y {
            return Some(WhyNot::Together);
        }
        let key = |row: u32| self.records.key(row);
        let edges = |row: u32| self.state.links.of(row).iter().map(move |edge| (row, *edge));
        let between = clusters.members(x).flat_map(edges).filter(|(_, edge)| clusters.root(edge.other) == Some(y));
        let strength = |(row, edge): &(u32, Edge)| {
            let (p, q) = (key(*row), key(edge.other));
            (edge.weight(), std::cmp::Reverse((p.min(q), p.max(q))))
        };
        let Some((row, edge)) = between.max_by_key(strength) else { return Some(WhyNot::NotCompared) };
        let cut = match edge.ruled() {
            Some(false) => Cut::Never { rows: (row, edge.other) },
            None if !edge.joins(self.state.model.threshold) => Cut::Weak,
            _ => {
                let (rows, ties) = self.state.component(self.world(), row);
                let solved = self.state.solve(self.world(), &rows, &ties);
                let cuts: Map<(u32, u32), Cut> =
                    solved.cuts.into_iter().map(|(tie, cut)| ((tie.a, tie.b), cut)).collect();
                let ends = [(row, edge.other), (edge.other, row)];
                ends.iter().find_map(|pair| cuts.get(pair)).cloned().unwrap_or(Cut::Weak)
            }
        };
        let id = |row: u32| self.names.id(row).to_owned();
        let apart = match &cut {
            Cut::Never { rows } => Some((id(rows.0), id(rows.1))),
            _ => None,
        };
        let (a, b) = (id(row), id(edge.other));
        Some(WhyNot::Cut { a, b, ground: ground(edge.ruled()), weight: edge.weight(), cut, apart })
    }

    /// What speaks for and against two records being one person, field by field; `None` where one of them is unknown.
    #[must_use]
    pub fn waterfall(&self, a: &str, b: &str) -> Option<Waterfall> {
        let (a, b) = (self.names.find(a)?, self.names.find(b)?);
        Some(Waterfall::of(&self.state.model, &self.state.comparer, &self.records, a, b))
    }
}

/// A record that somebody may be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Hit {
    /// Its id.
    pub id: String,
    /// The id of its cluster.
    pub root: String,
    /// What speaks for it: the weight, or a rule of the user.
    pub ground: Ground,
    /// The match weight, in 1/1024 bit.
    pub weight: i32,
}

impl Hit {
    /// The probability that it is.
    #[must_use]
    pub fn probability(&self) -> f64 {
        probability(self.weight)
    }
}
