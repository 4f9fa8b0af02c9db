//! Who is it, where nothing proves it? Scored matching of records.

pub mod kernel;
pub mod quality;
pub mod report;
pub mod role;
