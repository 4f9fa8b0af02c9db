//! Work that was made without a clearance, and work that is copied.

use onefold_export::Work;

fn copy(work: &Work) -> Work {
    work.clone()
}

fn main() {
    let _ = Work::default();
    let _ = copy;
}
