//! A clearance does not outlive the process that asked.

use onefold_consent::{Batch, Cleared};
use serde::{Serialize, Serializer};

fn keep<S: Serializer>(cleared: &Cleared<Batch>, to: S) -> Result<S::Ok, S::Error> {
    cleared.serialize(to)
}

fn main() {}
