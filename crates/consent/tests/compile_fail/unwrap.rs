//! What is inside a clearance does not come out of it.

use onefold_consent::{Batch, Cleared};

fn take(cleared: Cleared<Batch>) -> Batch {
    *cleared
}

fn main() {}
