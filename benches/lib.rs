//! What the benches share: a shop of any size.
