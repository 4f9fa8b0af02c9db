//! All records at once: prepare, train, resolve.

use super::Error;
use super::blocking::{Index, Oversize, Yield};
use super::cluster::{Bounds, Cut, Ground, Merge, Solved, Tie, kept_apart, solve};
use super::intern::{Map, hash_bytes};
use super::model::{Comparer, Model, Scorer};
use super::plan::Plan;
use super::predict::{SURE, Scored, predict};
use super::record::{Records, veiled};
use super::resolution::{Link, Resolution};
use super::ruling::{Ruling, Rulings, Word};
use super::table::Table;
use super::training::{Label, Training};
use super::union::Union;
use super::waterfall::Waterfall;
use super::work::{Stage, Work};

/// A table whose records are ready to be compared.
///
/// ```
/// use onefold_identity::matching::{Batch, Plan, Rules, Table, Work};
///
/// let mut table = Table::new(["name", "born", "mail"]);
/// for (id, name, born, mail) in [
///     ("crm:1", "Ada Lovelace", "1815-12-10", "ada@example.com"),
///     ("crm:2", "Grace Hopper", "1906-12-09", "grace@example.com"),
///     ("till:1", "Ada Lovelace", "1815-12-10", "ada@example.com"),
///     ("till:2", "Grace Hoper", "1906-12-09", "grace@example.com"),
///     ("till:3", "Alan Turing", "1912-06-23", "alan@example.com"),
/// ] {
///     table.push(id, [name, born, mail])?;
/// }
/// let plan = Plan::infer(&table, &Rules::default())?;
/// let work = Work::default();
/// let batch = Batch::prepare(table, plan, &work)?;
/// let model = batch.train(&[], &work)?;
/// let found = batch.resolve(&model, &[], &work)?;
/// assert_eq!(found.clusters.len(), 5);
/// # Ok::<(), onefold_identity::matching::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    table: Table,
    plan: Plan,
    pub(crate) records: Records,
    comparer: Comparer,
    /// The row of each row of the table.
    rows: Vec<u32>,
}

/// What a stretch of components gives.
#[derive(Default)]
struct Found {
    /// Rows with the roots of their clusters.
    homes: Vec<(u32, u32)>,
    merges: Vec<Merge>,
    cuts: Vec<(Tie, Cut)>,
}

impl Found {
    fn take(&mut self, solved: Solved) {
        for cluster in &solved.clusters {
            let root = cluster.first().copied().unwrap_or(0);
            self.homes.extend(cluster.iter().map(|row| (*row, root)));
        }
        self.merges.extend(solved.merges);
        self.cuts.extend(solved.cuts);
    }
}

impl Batch {
    /// Brings the values of a table into canonical form. Records that have the same id are told apart as in files, by
    /// `#2`, `#3`.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Rules`] where a comparison of the application's own is named and not given.
    pub fn prepare(mut table: Table, plan: Plan, work: &Work<'_>) -> Result<Self, Error> {
        if let Some(own) = plan.comparisons.iter().find(|it| it.own.as_ref().is_some_and(|own| own.by.is_none())) {
            return Err(Error::Rules(format!("the comparison of `{}` is the application's own: give it", own.name)));
        }
        work.tell(Stage::Prepare, 0, 1)?;
        table.tell_apart();
        let records = Records::read(plan.fields.clone(), &mut table);
        let comparer = Comparer::counted(&plan.comparisons, &records);
        let mut rows = vec![0; records.len()];
        for (row, origin) in (0..).zip(&records.origin) {
            if let Some(place) = rows.get_mut(*origin as usize) {
                *place = row;
            }
        }
        work.tell(Stage::Prepare, 1, 1)?;
        Ok(Self { table, plan, records, comparer, rows })
    }

    /// The names of the records.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What is compared.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn row(&self, origin: u32) -> u32 {
        self.rows.get(origin as usize).copied().unwrap_or(0)
    }

    /// Learns a model from the records, and from labelled pairs where there are any.
    ///
    /// The hashes by which a model knows frequent values are keyed with zeros; see [`train_keyed`](Self::train_keyed).
    ///
    /// # Errors
    /// [`Error::Unknown`] where a label names no record, [`Error::Cancelled`].
    pub fn train(&self, labels: &[Label], work: &Work<'_>) -> Result<Model, Error> {
        self.train_keyed(0, labels, work)
    }

    /// The same with a key for the hashes by which a model knows frequent values, so that models of two owners cannot be
    /// joined by them. The key is part of the model, which is to be kept as the records are.
    ///
    /// # Errors
    /// Those of [`train`](Self::train).
    pub fn train_keyed(&self, key: u64, labels: &[Label], work: &Work<'_>) -> Result<Model, Error> {
        let keys = if labels.is_empty() { Vec::new() } else { self.table.keys() };
        let by_key: Map<u64, u32> = keys.into_iter().zip(0..).collect();
        let row = |id: &str| {
            let row = by_key.get(&hash_bytes(id.as_bytes())).filter(|row| self.table.name(**row as usize) == id);
            row.map(|row| self.row(*row)).ok_or_else(|| Error::unknown("record", id, std::iter::empty()))
        };
        let labels: Result<Vec<(u32, u32, bool)>, Error> =
            labels.iter().map(|label| Ok((row(&label.a)?, row(&label.b)?, label.same))).collect();
        let (records, plan, comparer) = (&self.records, &self.plan, &self.comparer);
        Training { records, plan, comparer, key, labels: labels? }.run(work)
    }

    /// Whether a model knows the frequencies of these very records, so that none need be looked up.
    fn knows(&self, model: &Model) -> bool {
        model.comparisons.iter().all(|it| {
            let lexicon = self.records.lexicon(it.comparison.field);
            let counts = self.records.counts(it.comparison.field);
            let often = (0_u32..).zip(&counts).skip(1).filter(|(_, count)| **count >= 10);
            let mut own: Vec<(u64, u32)> =
                often.map(|(code, count)| (veiled(model.key, lexicon.text(code)), *count)).collect();
            own.sort_unstable();
            own == it.frequent
        })
    }

    fn comparer_of(&self, model: &Model) -> Result<std::borrow::Cow<'_, Comparer>, Error> {
        model.check()?;
        if model.fields != self.records.fields {
            return Err(Error::Model("the model was trained on other fields".into()));
        }
        Ok(match self.knows(model) {
            true => std::borrow::Cow::Borrowed(&self.comparer),
            false => std::borrow::Cow::Owned(Comparer::new(model, &self.records)),
        })
    }

    /// Finds the links, and from them the clusters.
    ///
    /// # Errors
    /// [`Error::Model`] where the model was made for other fields or by another version, [`Error::Cancelled`].
    pub fn resolve(&self, model: &Model, rulings: &[Ruling], work: &Work<'_>) -> Result<Resolution, Error> {
        let records = &self.records;
        let comparer = self.comparer_of(model)?;
        let index = Index::build(&model.blocking, records, work)?;
        let (scored, candidate_pairs) = predict(model, &comparer, records, &index, work)?;
        let Index { yields, oversize, .. } = index;
        self.conclude(model, &comparer, scored, rulings, (candidate_pairs, yields, oversize), work)
    }

    fn conclude(
        &self,
        model: &Model,
        comparer: &Comparer,
        scored: Vec<Scored>,
        rulings: &[Ruling],
        (candidate_pairs, yields, oversize): (u64, Vec<Yield>, Vec<Oversize>),
        work: &Work<'_>,
    ) -> Result<Resolution, Error> {
        let records = &self.records;
        let rulings = Rulings::of(rulings);
        let by_key: Map<u64, u32> =
            if rulings.is_empty() { Map::default() } else { records.keys.iter().copied().zip(0..).collect() };
        let find = |key: u64| by_key.get(&key).copied();
        let mut ties: Vec<Tie> = scored.iter().filter_map(Scored::tie).collect();
        for (a, b) in rulings.pairs(Word::Always) {
            if let (Some(a), Some(b)) = (find(a), find(b)) {
                ties.push(Tie { a: a.min(b), b: a.max(b), ground: Ground::Ruling, weight: SURE });
            }
        }
        let mut union = Union::new(u32::try_from(records.len()).unwrap_or(u32::MAX));
        for tie in &ties {
            if tie.ground != Ground::Score || tie.weight >= model.threshold {
                union.join(tie.a, tie.b);
            }
        }
        ties.retain(|tie| union.same(tie.a, tie.b));
        let mut by_root: Vec<(u32, Tie)> = ties.into_iter().map(|tie| (union.find(tie.a), tie)).collect();
        by_root.sort_unstable_by_key(|(root, tie)| (*root, tie.a, tie.b));
        let components: Vec<&[(u32, Tie)]> = by_root.chunk_by(|a, b| a.0 == b.0).collect();

        let apart = |a: u32, b: u32| kept_apart((model, comparer, &rulings), records, (a, b));
        let unique = model.unique();
        let bounds = Bounds {
            records,
            largest: model.constraints.largest.max(1),
            one_to_one: model.constraints.one_to_one,
            unique: &unique,
            threshold: model.threshold,
            apart: (!rulings.is_empty() || model.compounds.bars()).then_some(&apart),
        };
        let solved = work.pieces(Stage::Cluster, components.len(), 256, |range| {
            let one = |component: &&[(u32, Tie)]| {
                if let [(_, tie)] = component {
                    return bounds.pair(tie);
                }
                let ties: Vec<Tie> = component.iter().map(|(_, tie)| *tie).collect();
                let mut rows: Vec<u32> = ties.iter().flat_map(|tie| [tie.a, tie.b]).collect();
                rows.sort_unstable();
                rows.dedup();
                solve(&rows, &ties, &bounds)
            };
            let mut found = Found::default();
            for solved in components.get(range).unwrap_or(&[]).iter().map(one) {
                found.take(solved);
            }
            found
        })?;

        let mut clusters = records.origin.clone();
        let (mut merges, mut cuts) = (Vec::new(), Vec::new());
        for found in solved {
            for (row, root) in found.homes {
                let root = records.origin.get(root as usize).copied().unwrap_or(0);
                if let Some(place) = clusters.get_mut(row as usize) {
                    *place = root;
                }
            }
            merges.extend(found.merges);
            cuts.extend(found.cuts.into_iter().map(|(tie, cut)| ((tie.a, tie.b), cut)));
        }
        cuts.sort_unstable_by_key(|(pair, _): &((u32, u32), Cut)| *pair);
        let mut by_origin = vec![0; clusters.len()];
        for (cluster, origin) in clusters.iter().zip(&records.origin) {
            if let Some(place) = by_origin.get_mut(*origin as usize) {
                *place = *cluster;
            }
        }
        let mut taken: Vec<(u32, u32)> = merges.iter().map(|merge: &Merge| (merge.tie.a, merge.tie.b)).collect();
        taken.sort_unstable();
        let origin = |row: u32| records.origin.get(row as usize).copied().unwrap_or(0);
        let link = |scored: &Scored| {
            let pair = (scored.a, scored.b);
            let cut = if taken.binary_search(&pair).is_ok() {
                None
            } else if scored.ruled == Some(false) {
                Some(Cut::Never { rows: (origin(scored.a), origin(scored.b)) })
            } else if scored.ruled.is_none() && scored.weight < model.threshold {
                Some(Cut::Weak)
            } else {
                cuts.binary_search_by_key(&pair, |(pair, _)| *pair)
                    .ok()
                    .and_then(|at| cuts.get(at))
                    .map(|(_, cut)| cut.clone())
            };
            Link {
                a: origin(scored.a),
                b: origin(scored.b),
                weight: scored.weight,
                pattern: scored.pattern,
                ground: if scored.ruled == Some(true) { Ground::Rule } else { Ground::Score },
                cut,
            }
        };
        Ok(Resolution {
            links: scored.iter().map(link).collect(),
            merges: merges.iter().map(|merge| merge.seen_from(origin)).collect(),
            clusters: by_origin,
            candidate_pairs,
            threshold: model.threshold,
            blocking: yields,
            oversize: oversize.into_iter().map(|it| Oversize { example: origin(it.example), ..it }).collect(),
        })
    }

    /// What speaks for and against two records being one person, from the prior to the sum.
    ///
    /// # Errors
    /// [`Error::Model`] as for [`resolve`](Self::resolve), [`Error::Unknown`] where the table has no such row.
    pub fn why(&self, model: &Model, a: usize, b: usize) -> Result<Waterfall, Error> {
        if let Some(row) = [a, b].into_iter().find(|row| *row >= self.rows.len()) {
            return Err(Error::unknown("row", &row.to_string(), std::iter::empty()));
        }
        let comparer = self.comparer_of(model)?;
        let row = |origin: usize| self.row(u32::try_from(origin).unwrap_or(u32::MAX));
        Ok(Waterfall::of(model, &comparer, &self.records, row(a), row(b)))
    }

    /// What each record weighs against a copy of itself: below the threshold it cannot be linked to anything.
    ///
    /// # Errors
    /// [`Error::Model`] as for [`resolve`](Self::resolve).
    pub fn selves(&self, model: &Model) -> Result<Vec<i32>, Error> {
        let comparer = self.comparer_of(model)?;
        let scorer = Scorer::new(model);
        let weight = |row: &u32| {
            let row = self.records.row(*row);
            scorer.weight(comparer.pattern(&self.records, row, row))
        };
        Ok(self.rows.iter().map(weight).collect())
    }

    /// A record's values in canonical form, by field.
    #[must_use]
    pub fn values(&self, row: usize) -> Vec<(&str, &str)> {
        let row = self.row(u32::try_from(row).unwrap_or(u32::MAX));
        let value = |(nth, field)| {
            let field: &super::record::Field = field;
            (field.name.as_str(), self.records.text(row, nth))
        };
        self.records.fields.iter().enumerate().map(value).collect()
    }
}
