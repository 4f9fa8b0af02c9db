//! What journeys promise, each promise a test.

mod oracle;
mod shop;
mod story;
mod who;
mod wrong;
