//! Who is it, where nothing proves it? Scored matching of records.
//!
//! Two rows of a shop's files are `Ada Lovelace, 1815-12-10, London` and `A. Lovelase, 10.12.1815`. No identifier joins
//! them, and yet a clerk would not hesitate. This module does what the clerk does, after Fellegi and Sunter (A Theory for
//! Record Linkage, Journal of the American Statistical Association 64, 1969): it compares field by field, weighs each
//! agreement by how much rarer it is among strangers than within one person, and adds up.
//!
//! Nobody has to say what the columns are, which pairs to compare, or what agreement is worth: all of it is inferred
//! from the table and learnt from its records. All of it is said, and can be said otherwise.
//!
//! | step | type | matter |
//! |---|---|---|
//! | 1 | [`Table`], [`csv`](mod@csv) | records, each distinct value once |
//! | 2 | [`Rules`], [`Plan`], [`role`] | what the columns are, what is compared and how |
//! | 3 | [`Batch`] | values in canonical form |
//! | 4 | [`Model`], [`Card`] | what agreement is worth: trained, serialisable, named by its epoch |
//! | 5 | [`Resolution`] | clusters, links, what was cut and why |
//! | | [`Waterfall`], [`quality`], [`report`] | why, how good, and a page that shows it |
//!
//! **The same records give the same answer**, in whatever order they come and on however many threads: rows are kept in
//! the order of hashes of what they say, samples follow from values, weights are integers, sums are exact or taken in one
//! order, and ties break by what records say, then by their ids. Other ids give the same clusters.
//!
//! **How fast.** A pair costs a look at two rows of some 50 bytes, which is a wait for memory of about 100 ns, and little
//! else: equal values are equal numbers, most different ones are told apart by signs in the row. docs/BENCHMARKS.md has
//! the figures, beside those of a peer.
//!
//! It is not: a judge of columns that hold the answer. A column whose value differs in every record is never used,
//! whatever it is called. Absent are transliteration between scripts, and comparisons across columns of the same role.

mod batch;
mod blocking;
mod cluster;
mod comparison;
mod compound;
#[cfg(feature = "csv")]
pub mod csv;
mod error;
mod intern;
pub mod kernel;
mod model;
mod plan;
mod predict;
pub mod quality;
mod record;
pub mod report;
mod resolution;
pub mod resolver;
pub mod role;
mod rules;
mod ruling;
mod table;
mod training;
mod union;
mod waterfall;
mod work;

pub use batch::Batch;
pub use blocking::{Key, Oversize, Rule, Transform, Yield};
pub use cluster::{Cut, Ground};
pub use comparison::{Compare, Comparison, Kind};
pub use error::Error;
pub use model::{BIT, Card, Model, Prior, Weights, probability, weight};
pub use plan::Plan;
pub use record::{Field, Part, Written};
pub use resolution::{Diff, Link, Resolution, Step, WhyNot};
pub use resolver::Resolver;
pub use rules::{BlockingRule, ColumnRule, Compound, Constraints, Rules};
pub use ruling::{Ruling, Word};
pub use table::{Fault, Table, Taken};
pub use training::Label;
pub use union::Union;
pub use waterfall::{Fall, Waterfall};
pub use work::{Stage, Work};
