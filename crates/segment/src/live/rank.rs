//! A rank kept true: who is among the first or last by a value, as values come, change and go.
//!
//! Profiles stand in order, by value and id; the first so many are in. A change of one value moves one profile, and
//! with it the border by a few places at most: those between are the only ones whose membership changes.

use std::collections::BTreeMap;

use super::order::{Key, Order};
use super::roll::{Number, Roll};
use crate::ast::{End, Size};
use crate::plan::Rank;
use crate::rank::{Kind, places};

/// The order of a rank, and who is in.
#[derive(Clone, Debug)]
pub(super) struct Ranking {
    end: End,
    size: Size,
    /// Values of each kind apart; a profile stands in one of them.
    orders: BTreeMap<Kind, Order>,
    /// The kind that competes.
    active: Kind,
    /// The first so many of the active order are in.
    inside: usize,
    /// Who was in before the changes that are not settled yet, and who is now.
    open: BTreeMap<Number, (bool, bool)>,
}

impl Ranking {
    pub(super) fn new(rank: &Rank) -> Self {
        Self {
            end: rank.end,
            size: rank.size,
            orders: BTreeMap::new(),
            active: Kind::Number,
            inside: 0,
            open: BTreeMap::new(),
        }
    }

    /// The profile has this value now, or none.
    pub(super) fn set(&mut self, who: Number, key: Option<(Kind, Key)>, roll: &Roll) {
        let former = self.orders.iter_mut().find(|(_, order)| order.contains(who));
        if let Some((kind, order)) = former {
            if key.as_ref().is_some_and(|(new, key)| new == kind && order.holds(who, key)) {
                return;
            }
            let (kind, at) = (*kind, order.take(who, roll));
            if order.len() == 0 {
                self.orders.remove(&kind);
            }
            if kind == self.active && at.is_some_and(|at| at < self.inside) {
                self.inside -= 1;
                note(&mut self.open, who, false);
            }
        }
        if let Some((kind, key)) = key {
            let order = self.orders.entry(kind).or_insert_with(|| Order::new(self.end, kind));
            let at = order.put(who, key, roll);
            if kind == self.active && at < self.inside {
                self.inside += 1;
                note(&mut self.open, who, true);
            }
        }
    }

    /// Draws the border anew: who came in and who fell out since the last time.
    pub(super) fn settle(&mut self) -> Vec<(Number, bool)> {
        // The most frequent kind; of equally frequent ones the smallest.
        let most = self.orders.iter().fold(None, |most: Option<(usize, Kind)>, (kind, order)| {
            if most.is_some_and(|(len, _)| len >= order.len()) { most } else { Some((order.len(), *kind)) }
        });
        let active = most.map_or(self.active, |(_, kind)| kind);
        if active != self.active {
            self.draw(0);
            self.active = active;
        }
        let len = self.orders.get(&self.active).map_or(0, Order::len);
        self.draw(places(len, self.size));
        let open = std::mem::take(&mut self.open);
        open.into_iter().filter(|(_, (was, is))| was != is).map(|(who, (_, is))| (who, is)).collect()
    }

    /// Nothing is known of the profile any more, and its number will be another's.
    pub(super) fn strike(&mut self, who: Number, roll: &Roll) {
        self.set(who, None, roll);
        self.open.remove(&who);
    }

    fn draw(&mut self, border: usize) {
        let Some(order) = self.orders.get(&self.active) else {
            self.inside = 0;
            return;
        };
        while self.inside != border {
            let enters = self.inside < border;
            let at = if enters { self.inside } else { self.inside - 1 };
            if let Some(who) = order.nth(at) {
                note(&mut self.open, who, enters);
            }
            self.inside = if enters { self.inside + 1 } else { at };
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.orders.values().map(Order::bytes).sum()
    }
}

fn note(open: &mut BTreeMap<Number, (bool, bool)>, who: Number, is: bool) {
    open.entry(who).and_modify(|(_, now)| *now = is).or_insert((!is, is));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use onefold_model::{Decimal, ProfileId, Time, Token, Value};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;
    use crate::number::Ratio;
    use crate::value::Val;

    fn id(nth: u8) -> ProfileId {
        ProfileId(Token([nth; 16]))
    }

    /// A value of the kind, of so many sixths; the greatest is as great as they get.
    fn key(kind: Kind, sixths: i64) -> Key {
        let val = match kind {
            Kind::Time => Val::Plain(Value::Time(Time(sixths))),
            Kind::Text => Val::Plain(Value::from(format!("{:03}", sixths + 500).as_str())),
            _ if sixths == GREATEST => Val::of(&Value::Int(i64::MAX)),
            _ => Val::Number(Ratio::new(sixths.into(), 6).unwrap()),
        };
        Key::of(&val).unwrap().1
    }

    const GREATEST: i64 = 100;

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
        let kinds = prop_oneof![9 => Just(euro), 2 => Just(dollar), 2 => Just(Kind::Number), 1 => Just(Kind::Text), 2 => Just(Kind::Time)];
        // Whole numbers mostly, halves, seldom what no decimal holds or no finer scale has room for.
        let value = prop_oneof![
            60 => (-3..4_i64).prop_map(|whole| whole * 6),
            9 => (-6..7_i64).prop_map(|halves| halves * 3),
            1 => -12..13_i64,
            1 => Just(GREATEST),
        ];
        let deed = (0..25_u8, prop::option::weighted(0.8, (kinds, value)), any::<bool>());
        let size = prop_oneof![
            (0..8_u64).prop_map(Size::Count),
            (0..101_i64).prop_map(|percent| Size::Percent(Decimal::from(percent))),
        ];
        let strategy = (size, any::<bool>(), vec(deed, 1..80));
        let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 3000, ..Config::default() });
        runner
            .run(&strategy, |(size, top, deeds)| {
                let end = if top { End::Top } else { End::Bottom };
                let rank = Rank { end, size, by: 0, among: None };
                let (mut ranking, mut keys, mut told) = (Ranking::new(&rank), BTreeMap::new(), BTreeSet::new());
                // Numbers in another order than ids.
                let mut roll = Roll::default();
                for nth in (0..25_u8).rev() {
                    roll.enrol(id(nth));
                }
                for (who, value, settles) in deeds {
                    let number = roll.number(id(who)).unwrap();
                    ranking.set(number, value.map(|(kind, value)| (kind, key(kind, value))), &roll);
                    match value {
                        Some(value) => keys.insert(who, value),
                        None => keys.remove(&who),
                    };
                    if settles {
                        for (who, enters) in ranking.settle() {
                            let who = roll.id(who).unwrap();
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
