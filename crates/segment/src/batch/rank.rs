//! Who is among the first or last by a value: values collected in one pass, and the first so many selected.

use onefold_model::ProfileId;

use super::bits::{Mask, WORDS};
use super::kernel::Kernels;
use super::work::{Undone, Work};
use crate::ast::End;
use crate::plan::{Rank, RankId};
use crate::rank::{places, some};

/// Who is in each rank, as bits by number of profile.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Vec<Option<Vec<u64>>>);

impl Places {
    /// Those of a block.
    pub(crate) fn mask(&self, rank: RankId, base: usize) -> Mask {
        let mut mask = Mask::NONE;
        if let Some(Some(words)) = self.0.get(rank as usize) {
            let block = words.get(base / 64..).unwrap_or_default();
            mask.0.iter_mut().zip(block).for_each(|(word, from)| *word = *from);
        }
        mask
    }

    fn set(&mut self, rank: RankId, words: Vec<u64>) {
        if self.0.len() <= rank as usize {
            self.0.resize(rank as usize + 1, None);
        }
        if let Some(place) = self.0.get_mut(rank as usize) {
            *place = Some(words);
        }
    }
}

impl Kernels<'_> {
    /// Finds out who is in the ranks that are needed, in the order in which they depend on each other.
    pub(crate) fn rank(&mut self, work: &Work<'_>) -> Result<(), Undone> {
        for id in self.ranked() {
            let Some(rank) = self.plan.rank(id) else { continue };
            let words = match self.selected(rank, work)? {
                Some(words) => words,
                None => self.left(id),
            };
            self.keep(id, &words);
            self.places.set(id, words);
        }
        Ok(())
    }

    /// The members by values that are whole numbers; none where the evaluator must say.
    fn selected(&self, rank: &Rank, work: &Work<'_>) -> Result<Option<Vec<u64>>, Undone> {
        if self.lane(rank.by).is_none() {
            return Ok(None);
        }
        let blocks = work.pieces(
            self.blocks(),
            || self.own(),
            |own, nth| {
                let all = self.begin(own, nth);
                let among = rank.among.map_or(all, |among| self.root(own, among).yes);
                self.lend(own, rank.by, &among);
                let values = own.lent(rank.by)?;
                if !(values.unsure & among).is_empty() {
                    return None;
                }
                let mut keys = Vec::with_capacity(among.count());
                (values.some & among).each(|at| {
                    let key = values.units.get(at).copied().unwrap_or_default();
                    // All of 64 bits in the order that is asked for: the bits of the contrary are in the contrary order.
                    let key = if rank.end == End::Top { !key } else { key };
                    keys.push((key, u32::try_from(nth * WORDS * 64 + at).unwrap_or(u32::MAX)));
                });
                Some(keys)
            },
        )?;
        let Some(blocks) = blocks.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        let mut keys: Vec<(i64, u32)> = blocks.concat();
        let count = places(keys.len(), rank.size);
        let mut words = vec![0; self.blocks() * WORDS];
        if count == 0 {
            return Ok(Some(words));
        }
        if count < keys.len() {
            if self.columns.is_sorted() {
                keys.select_nth_unstable(count - 1);
            } else {
                let id = |number: u32| self.columns.profile(number);
                keys.select_nth_unstable_by(count - 1, |(one, a), (two, b)| {
                    one.cmp(two).then_with(|| Option::<ProfileId>::cmp(&id(*a), &id(*b)))
                });
            }
        }
        for (_, number) in keys.get(..count).unwrap_or_default() {
            note(&mut words, *number);
        }
        Ok(Some(words))
    }

    /// The members as the evaluator says.
    fn left(&self, id: RankId) -> Vec<u64> {
        let ranks = some(self.plan, &(0..=id).collect(), self.columns, self.now, self.now);
        let mut words = vec![0; self.blocks() * WORDS];
        for number in 0..self.columns.numbers() {
            if self.columns.profile(number).is_some_and(|who| ranks.contains(id, who).0) {
                note(&mut words, number);
            }
        }
        words
    }

    /// Tells the evaluator too, where it is needed.
    fn keep(&mut self, id: RankId, words: &[u64]) {
        if !self.is_fast() {
            let columns = self.columns;
            let has =
                |number: &u32| words.get(*number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1);
            let members: Vec<ProfileId> =
                (0..columns.numbers()).filter(has).filter_map(|number| columns.profile(number)).collect();
            self.ranks.set(id, members, onefold_model::Time::MAX);
        }
    }
}

fn note(words: &mut [u64], number: u32) {
    if let Some(word) = words.get_mut(number as usize / 64) {
        *word |= 1 << (number % 64);
    }
}
