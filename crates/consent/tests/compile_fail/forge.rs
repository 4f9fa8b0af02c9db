//! Nobody but consent makes a clearance.

fn main() {
    let _cleared = onefold_consent::Cleared(());
}
