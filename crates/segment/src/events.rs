//! Events in windows: how many, how much, which.
//!
//! Every event *stays* in a window for a while: from the instant at which it enters, up to the one at which it
//! leaves. With a window of the last `W` it is in for [t, t + W); with one between `F` and `T` ago for
//! [t + T, t + F); with "the last two calendar months" for the two months after its own. So all aggregates are one
//! thing: take all stays, see what is in now, then let events leave and enter in the order of time until the
//! comparison turns out otherwise ([`walk`]). Amounts may be negative, so that a sum can cross its bound several times;
//! walking finds the first crossing, which a formula would not.
//!
//! With most windows everything known has entered already and only leaves, the oldest first. Then counting needs no
//! list: of "at least three in the last week" the third newest event decides, and it is found from the back
//! ([`tally`]).

mod filter;
mod frame;
mod rows;
mod tally;
mod total;
mod walk;

pub(crate) use filter::{of_items, quantify, size};
pub(crate) use frame::{Frame, known};
pub(crate) use rows::{Row, back, by_place, each};
#[cfg(test)]
pub(crate) use tally::walked;
pub(crate) use tally::{goal, one_kind, shortfall, tally, tally_yes, value};
pub(crate) use total::key;
pub(crate) use walk::union;
