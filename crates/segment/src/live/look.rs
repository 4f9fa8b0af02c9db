//! How a profile is looked at: what fires, what is asked, what is told, and when it is asked again.

use onefold_model::{Cause, Change, EventTypeId, Facts, FieldId, News, People, ProfileId, SegmentId, Time, Value};

use super::dues::RANKS;
use super::roll::{Armed, Number, State};
use super::routes::Routes;
use super::turn::Spare;
use super::{Extent, Live, Path, Stage, change, spread, turns, word};
use crate::eval::Sight;

impl Live {
    /// Everything that is due at one instant. Profiles by id.
    pub(super) fn fire(&mut self, at: Time, people: &dyn People, out: &mut Vec<Change>) {
        let mut all = std::mem::take(&mut self.fired);
        all.clear();
        let (wheel, roll, dues, armed) = (&mut self.wheel, &mut self.roll, &self.dues, &mut self.armed);
        let mut numbers = std::mem::take(&mut self.path.segments);
        numbers.clear();
        wheel.take(at, &mut |who, at| word(roll, dues, armed, who, at), &mut |who| numbers.push(who));
        all.extend(numbers.iter().filter_map(|number| Some((self.roll.id(*number)?, *number))));
        self.path.segments = numbers;
        all.sort_unstable();
        all.dedup();
        for (_, number) in &all {
            if let Some(state) = self.roll.state_mut(*number) {
                state.armed = Armed::NONE;
                self.armed -= 1;
            }
        }
        self.effort.fires += all.len() as u64;
        let stage = Stage { cause: Cause::Timer, people, now: at };
        let before = out.len();
        if self.routes.timely.is_empty() {
            let mut segments = std::mem::take(&mut self.open);
            for (who, number) in &all {
                let before = out.len();
                // Ranks that were of definitions before these are due once more.
                let extent = if self.due_now(*number, at, &mut segments) { Extent::Timely } else { Extent::Part };
                self.look(*who, (&segments, extent), Time::MAX, stage, out);
                self.effort.idle_fires += u64::from(out.len() == before);
            }
            self.open = segments;
        } else {
            let all: Vec<ProfileId> = all.iter().map(|(who, _)| *who).collect();
            self.spread(&all, spread::Scope::Timely, stage, out);
            self.effort.idle_fires += if out.len() == before { all.len() as u64 } else { 0 };
        }
        // Many wait for a midnight; what that took is given back.
        all.shrink_to(4096);
        self.path.segments.shrink_to(4096);
        self.fired = all;
        self.effort.changes += (out.len() - before) as u64;
    }

    /// The segments of a profile that may change by time at an instant. Says whether its ranks may.
    pub(super) fn due_now(&self, number: Number, at: Time, segments: &mut Vec<u32>) -> bool {
        segments.clear();
        let dues = self.roll.state(number).map_or(&[][..], |state| self.dues.of(state.dues));
        segments.extend(dues.iter().filter(|due| due.at() <= at).map(|due| due.segment));
        segments.sort_unstable();
        segments.pop_if(|last| *last == RANKS).is_some()
    }

    /// What an event can change of a profile: the segments that it can turn, and the ways to those whose traits are to
    /// be looked at first; all that is reached too, where that concerns others.
    pub(super) fn follow(
        &mut self,
        routes: &Routes,
        number: Number,
        (what, property): (EventTypeId, &dyn Fn(FieldId) -> Value),
        path: &mut Path,
    ) {
        path.reached.clear();
        path.segments.clear();
        path.ways.clear();
        let Some(state) = self.roll.state_mut(number) else { return };
        let (spare, mut own) = (&mut state.spare, true);
        routes.from(what, property, &mut |nth| {
            let Some(ways) = routes.ways(nth) else { return };
            if !ways.gauge.is_some_and(|gauge| spare.spend(gauge)) {
                own &= ways.reached.is_own();
                path.ways.push(nth);
            }
        });
        if !own {
            path.ways.iter().filter_map(|nth| routes.ways(*nth)).for_each(|ways| path.reached.join(&ways.reached));
        }
        path.marks.wipe(self.members.len());
        let (insides, inside) = (&self.insides, state.inside);
        let (marks, segments) = (&mut path.marks, &mut path.segments);
        path.ways.retain(|nth| {
            let Some(ways) = routes.ways(*nth) else { return false };
            for way in &ways.plain {
                if turns(insides, number, inside, *way) && marks.set(way.segment) {
                    segments.push(way.segment);
                }
            }
            !ways.guarded.is_empty()
        });
    }

    /// Evaluates the segments of a path. Ranks do not change by time before `due`.
    pub(super) fn look_where(
        &mut self,
        routes: &Routes,
        (who, number): (ProfileId, Number),
        (due, path): (Time, &mut Path),
        stage: Stage<'_>,
        out: &mut Vec<Change>,
    ) {
        let mut seen = false;
        stage.people.see(who, &mut |facts| {
            seen = true;
            let Some(State { inside, .. }) = self.roll.state(number).copied() else { return };
            for ways in path.ways.iter().filter_map(|nth| routes.ways(*nth)) {
                for (field, by_value) in &ways.guarded {
                    for way in by_value.get(facts.field(*field)).into_iter().flatten() {
                        if turns(&self.insides, number, inside, *way) && path.marks.set(way.segment) {
                            path.segments.push(way.segment);
                        }
                    }
                }
            }
            path.segments.sort_unstable();
            if !path.segments.is_empty() || due < Time::MAX {
                self.judge((who, number), facts, (&path.segments, Extent::Part), due, stage, out);
            }
        });
        if !seen {
            self.leave(who, stage, out);
        }
    }

    /// Evaluates some segments of a profile. Its ranks do not change by time before `due`.
    pub(super) fn look(
        &mut self,
        who: ProfileId,
        segments: (&[u32], Extent),
        due: Time,
        stage: Stage<'_>,
        out: &mut Vec<Change>,
    ) {
        let mut seen = false;
        stage.people.see(who, &mut |facts| {
            seen = true;
            let number = self.roll.enrol(who);
            self.judge((who, number), facts, segments, due, stage, out);
        });
        if !seen {
            self.leave(who, stage, out);
        }
    }

    pub(super) fn judge(
        &mut self,
        (who, number): (ProfileId, Number),
        facts: &dyn Facts,
        (segments, extent): (&[u32], Extent),
        due: Time,
        stage: Stage<'_>,
        out: &mut Vec<Change>,
    ) {
        let plan = self.definitions.plan();
        let sight = Sight { facts, people: stage.people, ranks: &self.ranked, known: stage.now, at: stage.now };
        self.desk.begin(plan);
        let Some(known) = self.roll.state(number) else { return };
        let mut open = std::mem::take(&mut self.open);
        let segments = if extent == Extent::All {
            open.clear();
            open.extend(self.insides.all(number, known.inside));
            self.routes.entry.open(facts, &mut |segment| open.push(segment));
            open.sort_unstable();
            open.dedup();
            open.as_slice()
        } else {
            segments
        };
        self.effort.segments += segments.len() as u64;
        let (mut inside, mut dues) = (known.inside, known.dues);
        let before = self.dues.first(dues);
        // Until then nothing else changes; nobody cares beyond.
        let mut enough = match extent {
            Extent::All => {
                self.dues.clear(&mut dues);
                due
            }
            Extent::Part | Extent::Timely => {
                let others = self.dues.of(dues).iter().filter(|it| segments.binary_search(&it.segment).is_err());
                others.map(|it| it.at()).min().unwrap_or(Time::MAX)
            }
        };
        for segment in segments {
            let Some(root) = plan.roots.get(*segment as usize) else { continue };
            let (truth, until) = self.desk.ask(plan, &self.routes, *root, sight, enough);
            enough = enough.min(until);
            if extent == Extent::All {
                self.dues.push(&mut dues, *segment, until);
            } else {
                self.dues.set(&mut dues, *segment, until);
            }
            let Some(members) = self.members.get_mut(*segment as usize) else { continue };
            match (self.insides.contains(number, inside, *segment), truth.is_yes()) {
                (false, true) => {
                    self.insides.insert(number, &mut inside, *segment);
                    members.insert(number);
                    out.push(change(who, stage, News::Entered(SegmentId(*segment))));
                }
                (true, false) => {
                    self.insides.remove(number, &mut inside, *segment);
                    members.remove(number);
                    out.push(change(who, stage, News::Exited(SegmentId(*segment))));
                }
                _ => {}
            }
        }
        match extent {
            Extent::All | Extent::Timely => self.dues.set(&mut dues, RANKS, due),
            Extent::Part if due < Time::MAX => {
                let before = self.dues.of(dues).iter().find(|it| it.segment == RANKS).map_or(Time::MAX, |it| it.at());
                self.dues.set(&mut dues, RANKS, due.min(before));
            }
            Extent::Part => {}
        }
        self.open = open;
        let due = self.dues.first(dues);
        let Some(state) = self.roll.state_mut(number) else { return };
        (state.inside, state.dues) = (inside, dues);
        self.desk.gauges.iter().for_each(|(gauge, left)| state.spare.set(*gauge, *left));
        // The entry that there is stands no later than the timer before.
        if due < before || state.armed == Armed::NONE && due < Time::MAX {
            self.armed += usize::from(state.armed == Armed::NONE);
            state.armed = Armed::at(due);
            self.wheel.arm(due, number);
        }
    }

    /// Nothing is known of a profile any more.
    pub(super) fn leave(&mut self, who: ProfileId, stage: Stage<'_>, out: &mut Vec<Change>) {
        let Some(number) = self.roll.number(who) else { return };
        for (rank, ranking) in (0..).zip(&mut self.rankings) {
            ranking.strike(number, &self.roll);
            self.ranked.mark(rank, who, false);
        }
        let Some(state) = self.roll.state_mut(number) else { return };
        for segment in self.insides.all(number, state.inside) {
            if let Some(members) = self.members.get_mut(segment as usize) {
                members.remove(number);
            }
            out.push(change(who, stage, News::Exited(SegmentId(segment))));
        }
        self.insides.clear(number, &mut state.inside);
        self.dues.clear(&mut state.dues);
        self.armed -= usize::from(state.armed != Armed::NONE);
        self.roll.strike(number);
    }

    /// Anything may have changed: what was counted ahead counts no more.
    pub(super) fn forget_spare(&mut self, who: ProfileId) {
        if let Some(state) = self.roll.number(who).and_then(|number| self.roll.state_mut(number)) {
            state.spare = Spare::NONE;
        }
    }

    /// Brings a timer that holds to the front.
    pub(super) fn settle(&mut self) {
        let (wheel, roll, dues, armed) = (&mut self.wheel, &mut self.roll, &self.dues, &mut self.armed);
        let count = *armed;
        wheel.settle(&mut |who, at| word(roll, dues, armed, who, at));
        if wheel.sweep(count, &mut |who, at| word(roll, dues, armed, who, at)) {
            wheel.settle(&mut |who, at| word(roll, dues, armed, who, at));
        }
    }
}
