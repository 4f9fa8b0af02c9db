//! Who is it, where nothing proves it? Scored matching of records.

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
