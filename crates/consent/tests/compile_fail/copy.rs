//! A clearance is sent once.

use onefold_consent::{Batch, Cleared};

fn copy<T: Clone>(_: &T) {}

fn send_twice(cleared: &Cleared<Batch>) {
    copy(cleared);
}

fn main() {}
