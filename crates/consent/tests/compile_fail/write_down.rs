//! A clearance does not outlive the process that asked.

use onefold_consent::{Batch, Cleared};

fn write<T: serde::Serialize>(_: &T) {}

fn keep(cleared: &Cleared<Batch>) {
    write(cleared);
}

fn main() {}
