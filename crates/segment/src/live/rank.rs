//! A rank kept true: who is among the first or last by a value, as values come, change and go.
//!
//! Profiles stand in order, by value and id; the first so many are in. A change of one value moves one profile, and
//! with it the border by a few places at most: those between are the only ones whose membership changes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use onefold_model::{Decimal, ProfileId, Value};

use super::sorted::Sorted;
use crate::ast::{End, Size};
use crate::number::Ratio;
use crate::plan::Rank;
use crate::rank::{Kind, places};
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

/// A profile's place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    key: Key,
    end: End,
    who: ProfileId,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let keys = match self.end {
            End::Top => other.key.cmp(&self.key),
            End::Bottom => self.key.cmp(&other.key),
        };
        keys.then_with(|| self.who.cmp(&other.who))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of a rank, and who is in.
#[derive(Clone, Debug)]
pub(super) struct Ranking {
    end: End,
    size: Size,
    /// Values of each kind apart.
    orders: BTreeMap<Kind, Sorted<Place>>,
    // INVARIANT: each key stands in the order of its kind.
    keys: HashMap<ProfileId, (Kind, Key)>,
    /// The kind that competes.
    active: Kind,
    /// The first so many of the active order are in.
    inside: usize,
    /// Who was in before the changes that are not settled yet, and who is now.
    open: BTreeMap<ProfileId, (bool, bool)>,
}

impl Ranking {
    pub(super) fn new(rank: &Rank) -> Self {
        Self {
            end: rank.end,
            size: rank.size,
            orders: BTreeMap::new(),
            keys: HashMap::new(),
            active: Kind::Number,
            inside: 0,
            open: BTreeMap::new(),
        }
    }

    /// The profile has this value now, or none.
    pub(super) fn set(&mut self, who: ProfileId, key: Option<(Kind, Key)>) {
        if self.keys.get(&who) == key.as_ref() {
            return;
        }
        if let Some((kind, key)) = self.keys.remove(&who)
            && let Some(order) = self.orders.get_mut(&kind)
        {
            let at = order.remove(&Place { key, end: self.end, who });
            if order.len() == 0 {
                self.orders.remove(&kind);
            }
            if kind == self.active && at.is_some_and(|at| at < self.inside) {
                self.inside -= 1;
                note(&mut self.open, who, false);
            }
        }
        if let Some((kind, key)) = key {
            self.keys.insert(who, (kind, key.clone()));
            let at = self.orders.entry(kind).or_default().insert(Place { key, end: self.end, who });
            if kind == self.active && at.is_ok_and(|at| at < self.inside) {
                self.inside += 1;
                note(&mut self.open, who, true);
            }
        }
    }

    /// Draws the border anew: who came in and who fell out since the last time, by id.
    pub(super) fn settle(&mut self) -> Vec<(ProfileId, bool)> {
        // The most frequent kind; of equally frequent ones the smallest.
        let most = self.orders.iter().fold(None, |most: Option<(usize, Kind)>, (kind, order)| {
            if most.is_some_and(|(len, _)| len >= order.len()) { most } else { Some((order.len(), *kind)) }
        });
        let active = most.map_or(self.active, |(_, kind)| kind);
        if active != self.active {
            self.draw(0);
            self.active = active;
        }
        let len = self.orders.get(&self.active).map_or(0, Sorted::len);
        self.draw(places(len, self.size));
        let open = std::mem::take(&mut self.open);
        open.into_iter().filter(|(_, (was, is))| was != is).map(|(who, (_, is))| (who, is)).collect()
    }

    fn draw(&mut self, border: usize) {
        let Some(order) = self.orders.get(&self.active) else {
            self.inside = 0;
            return;
        };
        while self.inside != border {
            let enters = self.inside < border;
            let at = if enters { self.inside } else { self.inside - 1 };
            if let Some(place) = order.nth(at) {
                note(&mut self.open, place.who, enters);
            }
            self.inside = if enters { self.inside + 1 } else { at };
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let each = size_of::<(ProfileId, (Kind, Key))>() + 1;
        self.orders.values().map(Sorted::bytes).sum::<usize>() + self.keys.capacity() * each
    }
}

fn note(open: &mut BTreeMap<ProfileId, (bool, bool)>, who: ProfileId, is: bool) {
    open.entry(who).and_modify(|(_, now)| *now = is).or_insert((!is, is));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use onefold_model::Token;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    fn id(nth: u8) -> ProfileId {
        ProfileId(Token([nth; 16]))
    }

    /// All of it anew: sort, cut.
    fn slow(rank: &Rank, keys: &BTreeMap<u8, (Kind, i64)>) -> BTreeSet<ProfileId> {
        let mut counts: BTreeMap<Kind, i64> = BTreeMap::new();
        for (kind, _) in keys.values() {
            *counts.entry(*kind).or_default() += 1;
        }
        let Some(active) = counts.iter().max_by_key(|(kind, count)| (**count, std::cmp::Reverse(**kind))) else {
            return BTreeSet::new();
        };
        let of = keys.iter().filter(|(_, (kind, _))| kind == active.0);
        let mut all: Vec<(i64, u8)> =
            of.map(|(who, (_, key))| (if rank.end == End::Top { -key } else { *key }, *who)).collect();
        all.sort_unstable();
        let count = match rank.size {
            Size::Count(count) => count as usize,
            Size::Percent(percent) => (all.len() as f64 * percent.to_f64() / 100.0).ceil() as usize,
        };
        all.into_iter().take(count).map(|(_, who)| id(who)).collect()
    }

    #[test]
    fn the_border_is_where_sorting_everybody_puts_it() {
        let (euro, dollar) = (Kind::Money("EUR".parse().unwrap()), Kind::Money("USD".parse().unwrap()));
        let kinds = prop_oneof![6 => Just(euro), 2 => Just(dollar), 2 => Just(Kind::Number), 1 => Just(Kind::Text)];
        let deed = (0..25_u8, prop::option::weighted(0.8, (kinds, -4..5_i64)), any::<bool>());
        let size = prop_oneof![
            (0..8_u64).prop_map(Size::Count),
            (0..101_i64).prop_map(|percent| Size::Percent(percent.into())),
        ];
        let strategy = (size, any::<bool>(), vec(deed, 1..80));
        let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 2000, ..Config::default() });
        runner
            .run(&strategy, |(size, top, deeds)| {
                let end = if top { End::Top } else { End::Bottom };
                let rank = Rank { end, size, by: 0, among: None };
                let (mut ranking, mut keys, mut told) = (Ranking::new(&rank), BTreeMap::new(), BTreeSet::new());
                for (who, key, settles) in deeds {
                    let exact = key.map(|(kind, key)| (kind, Key::Decimal(key.into())));
                    ranking.set(id(who), exact);
                    match key {
                        Some(key) => keys.insert(who, key),
                        None => keys.remove(&who),
                    };
                    if settles {
                        for (who, enters) in ranking.settle() {
                            let new = if enters { told.insert(who) } else { told.remove(&who) };
                            prop_assert!(new);
                        }
                        prop_assert_eq!(&told, &slow(&rank, &keys));
                    }
                }
                Ok(())
            })
            .unwrap();
    }
}
