//! The first three laws of matching, over many small worlds, compared with the slow, obvious version.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may be blunt"
)]

mod honest;
mod input;
mod living;
mod order;
mod world;
