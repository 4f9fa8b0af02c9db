//! Who is at a destination because we sent her there.
//!
//! Sending a segment once is easy; keeping it true is not. Whoever has left it, said no, been erased or merged away must
//! come *out* at the destination, and that must not fail for want of a consent that is exactly what is missing. So an
//! [`Audience`] remembers the keys that were delivered, and the next delivery is the difference between these and what
//! is cleared now: a removal follows from *absence* among the cleared rows, and carries nothing but the key that the
//! destination already has. Removals go first. One that did not arrive stays in the audience, and so is tried again at
//! the next delivery; it is never dropped.
//!
//! The state is plain data to be kept by the caller, and is to be kept twice: after planning, before anything is sent,
//! so that a delivery that dies half-way leaves nobody at the destination of whom we do not know; and after settling. It
//! holds the destination's keys, which may be personal
//! data; with [`Keep::Pseudonym`](onefold_consent::Keep::Pseudonym) as the key field it holds pseudonyms alone.

use std::collections::BTreeSet;

use onefold_consent::{Batch, Cleared};
use onefold_model::Text;
use serde::{Deserialize, Serialize};

use crate::work::key_of;
use crate::{Error, Key, Outcome, Receipt, Ticket, Work};

/// What changed between two sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference<K> {
    /// Those that are only in the later one, sorted.
    pub adds: Vec<K>,
    /// Those that are only in the earlier one, sorted.
    pub removals: Vec<K>,
}

/// The exact difference between two sorted sequences without repetitions, in one pass over both.
///
/// ```
/// let change = onefold_export::difference(["ada", "ben"], ["ada", "cleo"]);
/// assert_eq!((change.adds, change.removals), (vec!["cleo"], vec!["ben"]));
/// ```
pub fn difference<K: Ord>(before: impl IntoIterator<Item = K>, now: impl IntoIterator<Item = K>) -> Difference<K> {
    let (mut before, mut now) = (before.into_iter().peekable(), now.into_iter().peekable());
    let (mut adds, mut removals) = (Vec::new(), Vec::new());
    loop {
        match (before.peek(), now.peek()) {
            (Some(old), Some(new)) if old == new => {
                before.next();
                now.next();
            }
            (Some(old), Some(new)) if old < new => removals.extend(before.next()),
            (_, Some(_)) => adds.extend(now.next()),
            (Some(_), None) => removals.extend(before.next()),
            (None, None) => return Difference { adds, removals },
        }
    }
}

/// The keys that a recipient has because they were delivered.
///
/// ```
/// # #[cfg(feature = "json")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use onefold_export::{Audience, Driver, NdjsonFile};
/// # use onefold_consent::{Basis, Consent, Keep, Person, Policy, Recipient, Row};
/// # use onefold_model::{Kind, ProfileId, Schema, Time};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("win_back.ndjson");
/// # let schema = Schema::builder().kind(Kind::person("user_id")).purpose("shipping").build([7; 32].into())?;
/// # let carrier = Recipient::new("carrier", "shipping").require("user_id", Keep::Plain);
/// # let policy = Policy::builder().purpose("shipping", Basis::Contract).recipient(carrier).build(&schema)?;
/// # let consent = Consent::new(policy);
/// # let ada = [schema.identifier("user_id", "u-1")?.member()];
/// # let row = Row { person: Person::new(ProfileId(ada[0].token), &ada), fields: vec![("user_id".into(), "u-1".into())] };
/// # let clear = |rows: Vec<Row<'static>>| consent.clear("carrier", rows, Time(0)).map(|both| both.0);
/// # let cleared = consent.clear("carrier", [row], Time(0))?.0;
/// # let cleared_without_her = consent.clear("carrier", Vec::<Row<'_>>::new(), Time(0))?.0;
/// let mut audience = Audience::new("carrier", "user_id");
/// let mut file = NdjsonFile::create(&path)?;
///
/// // Ada is in the segment, and may be sent.
/// let receipt = file.send(audience.plan(cleared)?, &mut |_| {})?;
/// audience.settle(&receipt);
/// assert_eq!(std::fs::read_to_string(&path)?, "{\"action\":\"add\",\"user_id\":\"u-1\"}\n");
///
/// // Now she has left, or said no.
/// let receipt = file.send(audience.plan(cleared_without_her)?, &mut |_| {})?;
/// audience.settle(&receipt);
/// assert_eq!(std::fs::read_to_string(&path)?, "{\"action\":\"remove\",\"user_id\":\"u-1\"}\n");
/// assert!(audience.is_empty());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "json"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    recipient: Text,
    key: Text,
    // INVARIANT: every key that may be at the destination is in one of the three, and leaves them only when its removal
    // is delivered or its addition is rejected.
    /// Delivered.
    sent: BTreeSet<Key>,
    /// Sent or taken out, and nobody knows whether that arrived: to be sent again if cleared, else to be taken out.
    unsure: BTreeSet<Key>,
    /// About to be sent by the delivery that was planned last.
    planned: BTreeSet<Key>,
}

impl Audience {
    /// An audience without anybody: of a recipient of the policy, which tells persons apart by a field of its plan.
    #[must_use]
    pub fn new(recipient: &str, key: &str) -> Self {
        let none = BTreeSet::new;
        Self { recipient: recipient.into(), key: key.into(), sent: none(), unsure: none(), planned: none() }
    }

    /// How many persons are or may be there.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys().len()
    }

    /// Whether nobody is or may be there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys().is_empty()
    }

    /// Whether somebody is or may be there under this key.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        self.sent.contains(key) || self.unsure.contains(key) || self.planned.contains(key)
    }

    fn keys(&self) -> BTreeSet<&Key> {
        self.sent.iter().chain(&self.unsure).chain(&self.planned).collect()
    }

    /// The difference to what is there: who is not among the cleared comes out, who is not known to be there goes in,
    /// and nobody else is sent. So it wants the whole segment, cleared, not a part. Keep the audience before delivering
    /// the work.
    ///
    /// # Errors
    /// [`Error::Recipient`] where the records were cleared for somebody else.
    pub fn plan(&mut self, cleared: Cleared<Batch>) -> Result<Work, Error> {
        self.work(cleared, |known| !known)
    }

    /// The same, but everybody cleared is sent anew: for a destination that may have lost track, or when fields of those
    /// who stay have changed.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn resync(&mut self, cleared: Cleared<Batch>) -> Result<Work, Error> {
        self.work(cleared, |_| true)
    }

    fn work(&mut self, cleared: Cleared<Batch>, sends: impl Fn(bool) -> bool) -> Result<Work, Error> {
        if cleared.recipient() != self.recipient.as_str() {
            return Err(Error::Recipient { cleared: cleared.recipient().into(), audience: self.recipient.clone() });
        }
        // A plan that nobody settled may have been delivered in part.
        self.unsure.append(&mut self.planned);
        let keys: Vec<Option<Key>> = cleared.rows().map(|row| key_of(row, &self.key)).collect();
        let now: BTreeSet<&Key> = keys.iter().flatten().collect();
        let removals: Vec<Key> = difference(self.keys(), now).removals.into_iter().cloned().collect();
        // A row without a key could not be taken out again: it goes along, so that the engine rejects and counts it.
        let known = |key: &Option<Key>| key.as_ref().is_some_and(|key| self.sent.contains(key));
        let rows: Vec<usize> = (0..).zip(&keys).filter(|(_, key)| sends(known(key))).map(|(at, _)| at).collect();
        let planned = rows.iter().filter_map(|at| keys.get(*at).cloned().flatten());
        self.planned = planned.filter(|key| !self.sent.contains(key)).collect();
        // A removal may arrive and its answer not: should she come back, she is to be sent again.
        for key in &removals {
            self.sent.remove(key);
            self.unsure.insert(key.clone());
        }
        Ok(Work::difference(cleared, removals, rows, self.key.clone()))
    }

    /// Takes over what a delivery achieved. An addition whose outcome is not known is sent again by the next plan, and
    /// taken out if it is not to be there any more.
    pub fn settle(&mut self, receipt: &Receipt) {
        let mut planned = std::mem::take(&mut self.planned);
        for settled in &receipt.settled {
            match (&settled.ticket, &settled.outcome) {
                (Ticket::Put { key: Some(key), .. }, outcome) => {
                    planned.remove(key);
                    match outcome {
                        Outcome::Delivered => {
                            self.unsure.remove(key);
                            self.sent.insert(key.clone());
                        }
                        Outcome::Retry { .. } if !self.sent.contains(key) => {
                            self.unsure.insert(key.clone());
                        }
                        Outcome::Retry { .. } | Outcome::Rejected { .. } => {}
                    }
                }
                (Ticket::Remove { key }, Outcome::Delivered) => {
                    self.unsure.remove(key);
                }
                _ => {}
            }
        }
        // Of these the receipt says nothing.
        self.unsure.append(&mut planned);
    }
}
