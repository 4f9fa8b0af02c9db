//! Matching in real time: records come one by one, change and go, and the clusters are always those of a batch.
//!
//! A trained [`Model`] is configuration. Under one model (one [`epoch`](Resolver::epoch)) the clusters are a function of
//! the records that are there and of the rulings, whatever came before: a record that is corrected or erased leaves no
//! trace in what is concluded, and any order leads to the clusters that [`Batch::resolve`](super::Batch::resolve) finds
//! for the same records. A new model is a new epoch: [`Resolver::diff`] says what it would change, and
//! [`Resolver::renew`] changes it.
//!
//! The idea: everything that a batch computes once is kept so that one record can be moved in it. The blocks are kept by
//! their keys, oversize ones too; the scored pairs by record. A new record is compared with those of its blocks, and the
//! components that its links touch are solved again, a few records each.
//!
//! *Erasing* takes a record's id, its row, its links and its place in all blocks. The values that no other record has are
//! overwritten where they stand, with what was derived from them; values that others have are theirs. What remains: the
//! model, which knows frequent values by keyed hashes; rulings, which name records by hashes of their ids and hold again
//! if a record of that id comes back; memory that was given back to the allocator.
//!
//! *Asking* for a record that is not there ([`Resolver::probe`]) writes it behind the last one, interns its values,
//! compares, and takes both back. That needs `&mut`, costs a few hash table look-ups, and lets every comparison work on
//! numbers.
//!
//! Absent: storage. Whoever keeps the records can load them again; equal records, rulings and model give equal clusters.

mod blocks;
mod change;
mod explain;
mod links;
mod names;
mod state;
#[cfg(test)]
mod tests;

pub use change::Change;
pub use explain::{Hit, Step, WhyNot};

use super::Error;
use super::cluster::Ground;
use super::model::Model;
use super::predict::SURE;
use super::record::{Field, Records, Uses};
use super::ruling::{Ruling, Word};
use super::table::{LONGEST, Table};
use super::work::Work;
use blocks::emitted;
use change::{Flow, changes};
use links::ground;
use names::{Names, key_of};
use state::{Before, Said, State, World};

/// Records, and who they are, at any time.
///
/// ```
/// use onefold_identity::matching::resolver::Change;
/// use onefold_identity::matching::{Batch, Plan, Resolver, Rules, Table, Work};
///
/// let mut table = Table::new(["name", "born", "mail"]);
/// table.push("crm:1", ["Ada Lovelace", "1815-12-10", "ada@example.com"])?;
/// table.push("crm:2", ["Grace Hopper", "1906-12-09", "grace@example.com"])?;
/// table.push("till:1", ["A. Lovelace", "", "ada@example.com"])?;
/// let work = Work::default();
/// let rules = Rules::default().link(["mail equal"], [""; 0]);
/// let plan = Plan::infer(&table, &rules)?;
/// let model = Batch::prepare(table.clone(), plan, &work)?.train(&[], &work)?;
///
/// let mut resolver = Resolver::load(model, table, &[], &work)?;
/// assert_eq!(resolver.cluster("crm:1"), resolver.cluster("till:1"));
///
/// // A customer comes to the till: who is it?
/// let cells = [("name", "Grace Hoper"), ("mail", "grace@example.com")];
/// let hits = resolver.probe(cells, 3);
/// assert_eq!(hits[0].id, "crm:2");
///
/// // She is taken in, and joins her cluster.
/// let changes = resolver.insert("till:2", 0, cells)?;
/// assert!(matches!(&changes[..], [Change::Joined { id, .. } | Change::Rekeyed { to: id, .. }, ..] if id == "till:2"));
/// assert_eq!(resolver.members("crm:2").len(), 2);
///
/// // They were two after all.
/// let changes = resolver.unlink("crm:2", "till:2", 1_767_225_600_000_000);
/// assert!(matches!(&changes[..], [Change::Split { .. }]));
///
/// // And one wants to be forgotten.
/// assert_eq!(resolver.erase("till:2"), [Change::Ended { root: "till:2".into() }]);
/// assert_eq!(resolver.len(), 3);
/// # Ok::<(), onefold_identity::matching::Error>(())
/// ```
#[derive(Debug)]
pub struct Resolver {
    records: Records,
    uses: Uses,
    names: Names,
    said: Said,
    state: State,
}

impl Resolver {
    /// A resolver without records.
    ///
    /// # Errors
    /// [`Error::Model`] where the model was made by another version, or lacks a comparison of the application's own.
    pub fn new(model: Model) -> Result<Self, Error> {
        let (records, names, said) = (Records::new(model.fields.clone()), Names::default(), Said::default());
        let world = World { records: &records, names: &names, said: &said };
        let state = State::build(model, world, &Work::default())?;
        Ok(Self { records, uses: Uses::default(), names, said, state })
    }

    /// A resolver with the records of a table, resolved all at once. Records that have the same id are told apart as in
    /// files, by `#2`, `#3`.
    ///
    /// # Errors
    /// Those of [`new`](Self::new); [`Error::Unknown`] where the table lacks a column of the model;
    /// [`Error::Cancelled`].
    pub fn load(model: Model, mut table: Table, rulings: &[Ruling], work: &Work<'_>) -> Result<Self, Error> {
        model.check()?;
        for field in &model.fields {
            if !table.columns().any(|column| column == field.column) {
                return Err(Error::unknown("column", &field.column, table.columns()));
            }
        }
        table.tell_apart();
        if table.len() >= blocks::MOST {
            return Err(Error::Table("more records than a resolver holds".into()));
        }
        let mut records = Records::read(model.fields.clone(), &mut table);
        let mut names = Names::default();
        names.reserve(table.len());
        for (row, origin) in (0..).zip(&mut records.origin) {
            let id = table.name(*origin as usize);
            names.vacant(&id)?;
            names.set(row, &id);
            *origin = row;
        }
        drop(table);
        let uses = Uses::count(&mut records);
        let mut said = Said::default();
        for ruling in rulings {
            said.add(ruling);
        }
        let world = World { records: &records, names: &names, said: &said };
        let mut state = State::build(model, world, work)?;
        state.fill(world, work)?;
        Ok(Self { records, uses, names, said, state })
    }

    fn world(&self) -> World<'_> {
        World { records: &self.records, names: &self.names, said: &self.said }
    }

    fn changes(&self, flows: &[Flow]) -> Vec<Change> {
        let id = |row: u32| self.names.id(row);
        changes(flows, |row| key_of(id(row)), id)
    }

    /// Follows a record that has come or changed.
    fn follow(&mut self, row: u32, was: &Before) -> Vec<Change> {
        self.state.learn(&self.records);
        let world = World { records: &self.records, names: &self.names, said: &self.said };
        let keys = emitted(&self.state.model.blocking, &self.records, row);
        let touched = self.state.follow(world, row, was, Some(&keys));
        let flows = self.state.settle(world, &touched);
        self.changes(&flows)
    }

    /// Takes a record in, from a file or system by number (which counts only where files are linked one to one), with the
    /// values of its columns as they were written. Columns that the model does not know are ignored; those not given are
    /// absent.
    ///
    /// A known id with the same values changes nothing; with others it is a [correction](Self::correct).
    ///
    /// ```
    /// # use onefold_identity::matching::{Batch, Plan, Resolver, Rules, Ruling, Table, Word, Work};
    /// # let mut table = Table::new(["name", "mail"]);
    /// # table.push("crm:1", ["Ada Lovelace", "ada@example.com"])?;
    /// # table.push("crm:2", ["Grace Hopper", "grace@example.com"])?;
    /// # table.push("till:1", ["A. Lovelace", "ada@example.com"])?;
    /// # let work = Work::default();
    /// # let rules = Rules::default().link(["mail equal"], [""; 0]);
    /// # let plan = Plan::infer(&table, &rules)?;
    /// # let model = Batch::prepare(table.clone(), plan, &work)?.train(&[], &work)?;
    /// # let mut resolver = Resolver::load(model, table, &[], &work)?;
    /// let ada = [("name", "Ada Lovelace"), ("mail", "ada@example.com")];
    /// assert!(!resolver.insert("web:1", 0, ada)?.is_empty());
    /// assert_eq!(resolver.insert("web:1", 0, ada)?, [], "a duplicate");
    /// assert_eq!(resolver.members("crm:1").len(), 3);
    /// # Ok::<(), onefold_identity::matching::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Unknown`] where columns are named and none of them is compared; [`Error::Table`] where there are more than
    /// two billion records, or two ids have one hash.
    pub fn insert<'a>(
        &mut self,
        id: &str,
        source: u16,
        cells: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Vec<Change>, Error> {
        let cells = Cells(cells.into_iter().collect());
        self.some_known(&cells)?;
        if let Some(row) = self.names.find(id) {
            return Ok(self.overwrite(row, source, &cells));
        }
        self.names.vacant(id)?;
        if self.records.len() >= blocks::MOST {
            return Err(Error::Table("more records than a resolver holds".into()));
        }
        let last = self.records.push(key_of(id), source, |field| cells.of(field));
        let row = match self.names.take_free() {
            Some(free) => {
                self.records.exchange(free, last);
                self.records.shorten(last as usize);
                free
            }
            None => last,
        };
        self.names.set(row, id);
        self.uses.hold(&self.records, row);
        Ok(self.follow(row, &Before::default()))
    }

    fn overwrite(&mut self, row: u32, source: u16, cells: &Cells<'_>) -> Vec<Change> {
        let mark = self.records.mark();
        let last = self.records.push(self.records.key(row), source, |field| cells.of(field));
        let origin = |row: u32| self.records.sources.get(row as usize);
        if self.records.row(row) == self.records.row(last) && origin(row) == origin(last) {
            self.records.rewind(&mark);
            return Vec::new();
        }
        let was = self.state.before(self.world(), row);
        self.records.exchange(row, last);
        self.uses.hold(&self.records, row);
        self.uses.release(&mut self.records, last);
        self.records.shorten(last as usize);
        self.follow(row, &was)
    }

    /// An error where cells are given and the model knows none of their columns.
    fn some_known(&self, cells: &Cells<'_>) -> Result<(), Error> {
        let known = |column: &str| self.state.model.fields.iter().any(|field| field.column == column);
        match cells.0.first() {
            Some((first, _)) if !cells.0.iter().any(|(column, _)| known(column)) => {
                let columns = self.state.model.fields.iter().map(|field| field.column.as_str());
                Err(Error::unknown("column", first, columns))
            }
            _ => Ok(()),
        }
    }

    /// Gives a record other values. What it had and no other record has is wiped out.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such record.
    pub fn correct<'a>(
        &mut self,
        id: &str,
        cells: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Vec<Change>, Error> {
        let row = self.names.find(id).ok_or_else(|| Error::unknown("record", id, std::iter::empty()))?;
        let source = self.records.sources.get(row as usize).copied().unwrap_or(0);
        Ok(self.overwrite(row, source, &Cells(cells.into_iter().collect())))
    }

    /// Takes a record away, as if it had never been there. What it had and no other record has is wiped out. An unknown
    /// id changes nothing.
    pub fn erase(&mut self, id: &str) -> Vec<Change> {
        let Some(row) = self.names.find(id) else { return Vec::new() };
        let (was, before) = (self.state.before(self.world(), row), self.state.clusters.root(row));
        self.names.remove(id);
        self.uses.release(&mut self.records, row);
        self.records.clear(row);
        self.state.clusters.leave(row);
        let world = World { records: &self.records, names: &self.names, said: &self.said };
        let touched = self.state.follow(world, row, &was, None);
        let mut flows = self.state.settle(world, &touched);
        flows.push(Flow { row, before, after: None });
        let changes = self.changes(&flows);
        self.names.release(row);
        changes
    }

    /// Takes a human's word. It may name records that are not there yet.
    ///
    /// ```
    /// # use onefold_identity::matching::{Batch, Plan, Resolver, Rules, Ruling, Table, Word, Work};
    /// # let mut table = Table::new(["name", "mail"]);
    /// # table.push("crm:1", ["Ada Lovelace", "ada@example.com"])?;
    /// # table.push("crm:2", ["Grace Hopper", "grace@example.com"])?;
    /// # table.push("till:1", ["A. Lovelace", "ada@example.com"])?;
    /// # let work = Work::default();
    /// # let rules = Rules::default().link(["mail equal"], [""; 0]);
    /// # let plan = Plan::infer(&table, &rules)?;
    /// # let model = Batch::prepare(table.clone(), plan, &work)?.train(&[], &work)?;
    /// # let mut resolver = Resolver::load(model, table, &[], &work)?;
    /// let same = Ruling::new("crm:1", "crm:2", Word::Always, 1_767_225_600_000_000);
    /// assert_eq!(resolver.rule(&same).len(), 1, "two clusters are merged");
    /// assert_eq!(resolver.clusters().count(), 1);
    ///
    /// resolver.rule(&Ruling::new("crm:1", "crm:2", Word::Withdrawn, 1_767_225_600_000_001));
    /// assert_eq!(resolver.clusters().count(), 2);
    /// # Ok::<(), onefold_identity::matching::Error>(())
    /// ```
    pub fn rule(&mut self, ruling: &Ruling) -> Vec<Change> {
        if !self.said.add(ruling) {
            return Vec::new();
        }
        let touched: Vec<u32> = [&ruling.a, &ruling.b].into_iter().filter_map(|id| self.names.find(id)).collect();
        let world = World { records: &self.records, names: &self.names, said: &self.said };
        let flows = self.state.settle(world, &touched);
        self.changes(&flows)
    }

    /// Says that two records are two persons: a ruling, decided at this time, in microseconds since 1970.
    pub fn unlink(&mut self, a: &str, b: &str, decided_at: i64) -> Vec<Change> {
        self.rule(&Ruling::new(a, b, Word::Never, decided_at))
    }

    /// Whom a record with these values would be compared with, the likeliest first, `most` at most; nothing is taken in.
    ///
    /// A block that this record would make oversize gives nothing, as if it were taken in.
    pub fn probe<'a>(&mut self, cells: impl IntoIterator<Item = (&'a str, &'a str)>, most: usize) -> Vec<Hit> {
        let cells = Cells(cells.into_iter().collect());
        let mark = self.records.mark();
        let row = self.records.push(0, 0, |field| cells.of(field));
        self.state.comparer.learn(&self.records);
        let mut found = self.state.probe(&self.records, row);
        self.records.rewind(&mark);
        self.state.comparer.rewind(&self.records);
        found.retain(|it| it.ruled != Some(false));
        for it in &mut found {
            if it.ruled == Some(true) {
                it.weight = it.weight.max(SURE);
            }
        }
        let strength =
            |it: &super::predict::Scored| (ground(it.ruled), std::cmp::Reverse(it.weight), self.records.key(it.b));
        if found.len() > most && most > 0 {
            found.select_nth_unstable_by_key(most - 1, strength);
        }
        found.truncate(most);
        found.sort_unstable_by_key(strength);
        let id = |row: u32| self.names.id(row).to_owned();
        let root = |row: u32| self.state.clusters.root(row).unwrap_or(row);
        let hit = |it: &super::predict::Scored| Hit {
            id: id(it.b),
            root: id(root(it.b)),
            ground: if it.ruled == Some(true) { Ground::Rule } else { Ground::Score },
            weight: it.weight,
        };
        found.iter().map(hit).collect()
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is such a record.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.names.find(id).is_some()
    }

    /// The id of a record's cluster: that of its root.
    #[must_use]
    pub fn cluster(&self, id: &str) -> Option<&str> {
        let root = self.state.clusters.root(self.names.find(id)?)?;
        Some(self.names.id(root))
    }

    /// The records of a record's cluster, the root first; none where the record is unknown.
    #[must_use]
    pub fn members(&self, id: &str) -> Vec<&str> {
        let root = self.names.find(id).and_then(|row| self.state.clusters.root(row));
        let members = root.into_iter().flat_map(|root| self.state.clusters.members(root));
        members.map(|row| self.names.id(row)).collect()
    }

    /// All clusters, each with its root first, in the order of the hashes of their ids.
    pub fn clusters(&self) -> impl Iterator<Item = Vec<&str>> {
        let clusters = &self.state.clusters;
        let mut roots: Vec<(u64, u32)> = self
            .names
            .rows()
            .filter(|row| clusters.root(*row) == Some(*row))
            .map(|row| (self.records.key(row), row))
            .collect();
        roots.sort_unstable();
        roots.into_iter().map(|(_, root)| clusters.members(root).map(|row| self.names.id(row)).collect())
    }

    /// A record's values in canonical form, by field; none where the record is unknown.
    #[must_use]
    pub fn values(&self, id: &str) -> Vec<(&str, &str)> {
        let values = self.names.find(id).into_iter().flat_map(|row| self.records.values(row));
        values.map(|(field, value)| (field.name.as_str(), value)).collect()
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.state.model
    }

    /// The name of the model: what is concluded is comparable under one epoch only.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.state.epoch
    }

    /// What another model would change; nothing is changed. For other rules under the same weights see
    /// [`Model::with_rules`].
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
    /// let stricter = resolver.model().clone().with_rules(&Rules::default().largest(1))?;
    /// let changes = resolver.diff(stricter.clone(), &work)?;
    /// assert_eq!(changes.len(), 1, "Ada's records would fall apart");
    ///
    /// assert_eq!(resolver.renew(stricter, &work)?, changes);
    /// assert_eq!(resolver.clusters().count(), 3);
    /// # Ok::<(), onefold_identity::matching::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`] where the model was made by another version or for other fields: then the records must be loaded
    /// anew, since only their canonical values are kept. [`Error::Cancelled`].
    pub fn diff(&self, model: Model, work: &Work<'_>) -> Result<Vec<Change>, Error> {
        let state = State::build(model, self.world(), work)?;
        Ok(self.changes(&self.state.against(&state, &self.names)))
    }

    /// Resolves all records by another model, and says what has changed.
    ///
    /// # Errors
    /// Those of [`diff`](Self::diff); then nothing has changed.
    pub fn renew(&mut self, model: Model, work: &Work<'_>) -> Result<Vec<Change>, Error> {
        let mut state = State::build(model, self.world(), work)?;
        state.fill(self.world(), work)?;
        let changes = self.changes(&self.state.against(&state, &self.names));
        self.state = state;
        Ok(changes)
    }
}

/// The values of a record, by column.
struct Cells<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Cells<'a> {
    /// What counts of a cell, as in a table.
    fn of(&self, field: &Field) -> &'a str {
        let cell = self.0.iter().find(|(column, _)| *column == field.column);
        cell.map(|(_, cell)| *cell).filter(|cell| cell.len() <= LONGEST).map_or("", str::trim)
    }
}
