//! Profiles in the order of their values.
//!
//! Nearly all values fit into eight bytes: decimals as whole numbers at one scale, and instants. A place in the order then
//! takes twelve bytes, and as many by which a profile's place is found. One value that does not fit turns the order into
//! one of values as they are.

use std::cmp::Ordering;
use std::collections::HashMap;

use onefold_model::{Decimal, Time, Value};

use super::halves::Halves;
use super::roll::{Number, Roll};
use super::sorted::Sorted;
use crate::ast::End;
use crate::number::Ratio;
use crate::rank::Kind;
use crate::value::Val;

/// A value by which profiles stand in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Decimal(Decimal),
    /// What no decimal holds.
    Ratio(Box<Ratio>),
    Plain(Value),
}

impl Key {
    /// The key of a value with its kind; none where the value is nothing.
    pub(super) fn of(val: &Val) -> Option<(Kind, Self)> {
        let key = match val {
            Val::Null => return None,
            Val::Number(ratio) | Val::Money(ratio, _) => {
                ratio.exact().map_or_else(|| Self::Ratio(Box::new(*ratio)), Self::Decimal)
            }
            Val::Plain(value) => Self::Plain(value.clone()),
        };
        Some((Kind::of(val), key))
    }

    /// The number that stands for it where decimals are written at a scale; none where none does.
    fn small(&self, scale: u8) -> Option<Halves> {
        match self {
            Self::Decimal(number) => {
                let tens = 10_i64.checked_pow(scale.checked_sub(number.scale())?.into())?;
                number.units().checked_mul(tens).map(Halves::new)
            }
            Self::Plain(Value::Time(at)) => Some(Halves::new(at.0)),
            _ => None,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Decimal(a), Self::Decimal(b)) => a.cmp(b),
            (Self::Ratio(a), Self::Ratio(b)) => a.cmp(b),
            (Self::Decimal(a), Self::Ratio(b)) => Ratio::from(*a).cmp(b),
            (Self::Ratio(a), Self::Decimal(b)) => (**a).cmp(&Ratio::from(*b)),
            (Self::Plain(a), Self::Plain(b)) => a.cmp(b),
            (Self::Plain(_), _) => Ordering::Greater,
            (_, Self::Plain(_)) => Ordering::Less,
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Profiles by values of one kind; equal ones by their ids.
#[derive(Clone, Debug)]
pub(super) struct Order {
    end: End,
    kind: Kind,
    keys: Keys,
}

#[derive(Clone, Debug)]
enum Keys {
    /// Decimals at a scale, or instants.
    Small(u8, Standing<Halves>),
    Any(Standing<Key>),
}

impl Order {
    pub(super) fn new(end: End, kind: Kind) -> Self {
        let keys = match kind {
            Kind::Number | Kind::Money(_) | Kind::Time => Keys::Small(0, Standing::default()),
            _ => Keys::Any(Standing::default()),
        };
        Self { end, kind, keys }
    }

    pub(super) fn len(&self) -> usize {
        match &self.keys {
            Keys::Small(_, standing) => standing.places.len(),
            Keys::Any(standing) => standing.places.len(),
        }
    }

    pub(super) fn contains(&self, who: Number) -> bool {
        match &self.keys {
            Keys::Small(_, standing) => standing.keys.contains_key(&who),
            Keys::Any(standing) => standing.keys.contains_key(&who),
        }
    }

    /// Whether the profile stands here with this value.
    pub(super) fn holds(&self, who: Number, key: &Key) -> bool {
        match &self.keys {
            Keys::Small(scale, standing) => {
                standing.keys.get(&who).is_some_and(|known| key.small(*scale) == Some(*known))
            }
            Keys::Any(standing) => standing.keys.get(&who) == Some(key),
        }
    }

    /// The n-th profile, the first being 0.
    pub(super) fn nth(&self, nth: usize) -> Option<Number> {
        match &self.keys {
            Keys::Small(_, standing) => standing.places.nth(nth).map(|(_, who)| *who),
            Keys::Any(standing) => standing.places.nth(nth).map(|(_, who)| *who),
        }
    }

    /// Puts a profile in that does not stand here; at which place.
    pub(super) fn put(&mut self, who: Number, key: Key, roll: &Roll) -> usize {
        self.make_room(&key);
        match &mut self.keys {
            // Room was made.
            Keys::Small(scale, standing) => {
                key.small(*scale).map_or(0, |small| standing.put(who, small, self.end, roll))
            }
            Keys::Any(standing) => standing.put(who, key, self.end, roll),
        }
    }

    /// Takes a profile out; from which place.
    pub(super) fn take(&mut self, who: Number, roll: &Roll) -> Option<usize> {
        match &mut self.keys {
            Keys::Small(_, standing) => standing.take(who, self.end, roll),
            Keys::Any(standing) => standing.take(who, self.end, roll),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match &self.keys {
            Keys::Small(_, standing) => standing.bytes(),
            Keys::Any(standing) => standing.bytes(),
        }
    }

    /// Writes all keys so that this one can be written too.
    fn make_room(&mut self, key: &Key) {
        let Keys::Small(scale, standing) = &mut self.keys else { return };
        if key.small(*scale).is_some() {
            return;
        }
        if let Key::Decimal(number) = key
            && let Some(tens) = number.scale().checked_sub(*scale).and_then(|more| 10_i64.checked_pow(more.into()))
            && let Some(finer) = standing.map(|small| small.get().checked_mul(tens).map(Halves::new))
        {
            (*standing, *scale) = (finer, number.scale());
            return;
        }
        let (kind, scale) = (self.kind, *scale);
        let plain = |small: &Halves| match kind {
            Kind::Time => Some(Key::Plain(Value::Time(Time(small.get())))),
            _ => Decimal::new(small.get(), scale).map(Key::Decimal),
        };
        self.keys = Keys::Any(standing.map(plain).unwrap_or_default());
    }
}

/// Profiles by keys, and keys by profiles.
#[derive(Clone, Debug)]
struct Standing<K> {
    places: Sorted<(K, Number)>,
    // INVARIANT: of those who have a place.
    keys: HashMap<Number, K>,
}

impl<K> Default for Standing<K> {
    fn default() -> Self {
        Self { places: Sorted::default(), keys: HashMap::new() }
    }
}

impl<K: Ord + Clone> Standing<K> {
    fn put(&mut self, who: Number, key: K, end: End, roll: &Roll) -> usize {
        self.keys.insert(who, key.clone());
        match self.places.insert((key, who), &before(end, roll)) {
            Ok(at) | Err(at) => at,
        }
    }

    fn take(&mut self, who: Number, end: End, roll: &Roll) -> Option<usize> {
        let key = self.keys.remove(&who)?;
        self.places.remove(&(key, who), &before(end, roll))
    }

    /// The same with other keys in the same order; none where a key has no other.
    fn map<L: Clone>(&self, other: impl Fn(&K) -> Option<L>) -> Option<Standing<L>> {
        let places = self.places.map(|(key, who)| Some((other(key)?, *who)))?;
        let keys = places.iter().map(|(key, who)| (*who, key.clone())).collect();
        Some(Standing { places, keys })
    }

    fn bytes(&self) -> usize {
        // Of eight slots of the map one is always free; each has a byte of its own beside.
        self.places.bytes() + self.keys.capacity() * 8 / 7 * (size_of::<(Number, K)>() + 1)
    }
}

/// Which of two profiles stands before the other.
fn before<K: Ord>(end: End, roll: &Roll) -> impl Fn(&(K, Number), &(K, Number)) -> Ordering {
    move |(key, who), (other_key, other)| {
        let keys = match end {
            End::Top => other_key.cmp(key),
            End::Bottom => key.cmp(other_key),
        };
        keys.then_with(|| roll.id(*who).cmp(&roll.id(*other)))
    }
}
