//! Who is it?
//!
//! A customer is seen as a cookie, a login, an e-mail address, a row in the till's file. Events name several of these
//! at once, humans rule on some of them, and this crate concludes who is one person: not once, but again after every
//! event, retraction, ruling and change of consent, and always so that the conclusion depends on *what* is known alone
//! and not on the order in which it became known.
//!
//! The idea: links are the truth, clusters are a cache. [`Graph`] keeps every link with the events behind it. Links are
//! taken in one canonical order, by stratum, priority of kinds, first evidence and token, as in Kruskal's algorithm for
//! spanning trees (Proceedings of the American Mathematical Society 7, 1956); one that would break a constraint is cut,
//! and is kept with its reason. Every constraint is such that the parts of a valid cluster are valid, and none looks at
//! the clock. So any order, any duplication and any detour over retracted events lead to the same clusters, with the
//! same ids: a [`ProfileId`](onefold_model::ProfileId) is the token of the cluster's strongest and oldest member.
//!
//! The strata are `Ruling < Declared < Scored < Device`. Device links come last: a cookie is linked to a person only
//! where the [`Gate`](onefold_model::Gate) permits it, asked over what the strata before have joined. Answers of the
//! gate end, so identity has timers; the caller tells the time.
//!
//! A refusal outlasts the link that it cuts. What an event named together with a person, and is no member, may still
//! *restrict* the person: a device that the gate or a constraint keeps out, and a person's value that has become
//! generic, since a choice is recorded on the strongest identifier of its message, generic or not. One hop, and a ruling
//! ends it; see [`Members::restricting`](onefold_model::Members::restricting).
//!
//! See [`Graph`] for the shortest use, and [`Graph::why`], [`Graph::why_not`], [`Graph::how`] for explanations.
//!
//! Where nothing proves who it is, records are *matched*: [`matching`] compares names, addresses and birth dates, learns
//! from the data what agreement is worth, and clusters the records, in batch or one at a time.
//!
//! It is not: a store. The graph holds no values, only tokens; it keeps no redirects from old ids, because an old id is
//! looked up to where its node is now; nothing here reads a clock or writes a file. The graph does not take scored links
//! yet: their stratum, between declared and device links, is empty.

mod graph;
pub mod matching;

pub use graph::{Cut, CutLink, Graph, Path, Rules, Sighting, Step, Stratum, Touched, WhyNot};
