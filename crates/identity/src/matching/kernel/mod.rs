//! How alike are two names?
//!
//! Scoring a million records compares some hundred million pairs of short strings, and most of the time of a match goes
//! there. The kernel answers in tens of nanoseconds, without allocating, and with the very numbers of the plain
//! algorithms.
//!
//! The idea: names are short and, once folded, ASCII. So a string becomes, for each letter, a word whose bits are the
//! places where the letter stands, and a comparison walks the other string once with a few operations on words a letter
//! (`jaro`, `osa`); for the shortest the words are found without a table (`lanes`). What is longer than 64 bytes or not ASCII takes the slow road of [`strsim`], which is also the
//! oracle of the tests: no string is refused, and no answer depends on the road.
//!
//! Two more questions are asked of names: do they sound alike in any script ([`phonetic`]), and are they forms of one
//! given name, as Bill is of William ([`same_given`])? Both have keys made to be computed once a distinct value and
//! compared as numbers.
//!
//! ```
//! use onefold_identity::matching::kernel::{jaro_winkler, osa, phonetic, same_given};
//!
//! // Ada Lovelace, as the shop's web form and its till wrote her down.
//! assert!(jaro_winkler("lovelace", "lovelcae") > 0.97);
//! assert_eq!(osa("lovelace", "lovelcae"), 1);
//! assert_eq!(phonetic("lovelace"), phonetic("Лавлейс"));
//! assert!(same_given("ada", "adelaide"));
//! ```
//!
//! It is not: a normaliser (values come folded, see [`fold`](onefold_model::normalise::fold)), nor a judge: what a
//! similarity is worth is for the model of levels to say. Absent are the unrestricted Damerau distance, weights a
//! letter, and vector instructions of one processor: the crate forbids `unsafe`, and words of 64 bits are enough.

mod jaro;
mod lanes;
mod masks;
mod nickname;
mod osa;
mod pattern;
mod phonetic;

pub use jaro::{jaro, jaro_winkler, jaro_winkler_at_least};
pub use nickname::{given_groups, same_given, share_group};
pub use osa::{osa, osa_at_most};
pub use pattern::Pattern;
pub use phonetic::phonetic;

#[cfg(test)]
mod tests;
