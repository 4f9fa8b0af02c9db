//! What followed what, and what did not.
//!
//! A chain is an event for each step that must happen. It is fulfilled once the last of the spans is over in which
//! something must not happen; a first step is in from the earliest instant at which any of its chains is fulfilled,
//! and stays as long as the window has it. So a sequence is like a count of stays, and turns at exact instants.
//!
//! Whether a chain exists is searched from step to step. That is quick where steps are few and spans short. Where it
//! is not, the search begins again with the events of each step in one list, sorted and grouped by the property that
//! must agree with an earlier step, and with a memory of what it has found out: what may still follow depends on the
//! step, on the last event, on those at the same instant (an event is used once) and on what later filters read of
//! earlier steps, and on nothing else. Steps that do not speak of each other need no search ([`line`]). The work is bounded; a sequence for which the bound is not enough is unknown,
//! and its explanation says so. It takes tens of millions of pairs of one person's events to get there.

mod line;

use std::collections::HashMap;

use onefold_model::{EventId, Time, Truth, Value};

use self::line::Line;
use crate::ast::{Op, Then};
use crate::eval::{Held, Sight};
use crate::events::{Frame, Row, back, by_place, each, key, known, union};
use crate::plan::{Filter, Operand, Plan, Read, Sequence, Step};

/// So many events are looked at before lists are made.
const LIGHT: u64 = 4096;
/// So many events are looked at at all.
const HEAVY: u64 = 1 << 26;

/// The search took too long.
#[derive(Clone, Copy, Debug)]
struct Spent;

/// Whether a chain is fulfilled whose first step is in the window, and the first instant at which that is otherwise.
pub(crate) fn holds(plan: &Plan, sequence: &Sequence, sight: Sight<'_>) -> Held {
    searched(plan, sequence, sight, LIGHT)
}

/// The same, with lists after so many events.
pub(crate) fn searched(plan: &Plan, sequence: &Sequence, sight: Sight<'_>, light: u64) -> Held {
    let frame = Frame::of(sequence.window, plan, sight);
    let mut search = Search { light, ..Search::new(&sequence.steps, sight) };
    let mut spent = false;
    if search.wait(0).is_none() && frame.only_leaves() {
        // Of those that are in already the newest that is followed leaves last.
        let mut held = (Truth::No, Time::MAX);
        back(&sequence.first, &frame, sight, |row| {
            match search.decided(row) {
                Ok(None) => return std::ops::ControlFlow::Continue(()),
                Ok(Some(_)) => held = (Truth::Yes, frame.leaves(row.time())),
                Err(Spent) => spent = true,
            }
            std::ops::ControlFlow::Break(())
        });
        return if spent { (Truth::Unknown, Time::MAX) } else { held };
    }
    let mut stays = Vec::new();
    each(&sequence.first, &frame, sight, |row| {
        if spent {
            return;
        }
        match search.decided(row) {
            Ok(Some(decided)) => {
                let (from, to) = frame.stay(row.time());
                stays.push((from.max(decided), to));
            }
            Ok(None) => {}
            Err(Spent) => spent = true,
        }
    });
    if spent { (Truth::Unknown, Time::MAX) } else { union(sight.at, stays) }
}

/// A chain, for explanations.
pub(crate) struct Chain {
    /// When each step happened; none of those that must not.
    pub(crate) times: Vec<Option<Time>>,
    /// When it is or was fulfilled.
    pub(crate) decided: Time,
    /// When the window lets it go.
    pub(crate) leaves: Time,
}

/// The chain that speaks for the sequence: of those in the window at this instant the one that stays longest, else of
/// those to come the first. An error where the search took too long.
pub(crate) fn chain(plan: &Plan, sequence: &Sequence, sight: Sight<'_>) -> Result<Option<Chain>, ()> {
    let frame = Frame::of(sequence.window, plan, sight);
    let mut search = Search::new(&sequence.steps, sight);
    search.tell = true;
    let (mut found, mut spent): (Option<Chain>, bool) = (None, false);
    each(&sequence.first, &frame, sight, |row| {
        let decided = match search.decided(row) {
            Ok(Some(decided)) => decided,
            Ok(None) => return,
            Err(Spent) => {
                spent = true;
                return;
            }
        };
        let (from, leaves) = frame.stay(row.time());
        let decided = decided.max(from);
        if leaves <= decided || leaves <= sight.at {
            return;
        }
        let rank = |decided: Time, leaves: Time| {
            if decided <= sight.at { (0, Time(leaves.0.saturating_neg())) } else { (1, decided) }
        };
        if found.as_ref().is_none_or(|it| rank(decided, leaves) < rank(it.decided, it.leaves)) {
            let times = search.best.as_ref().map_or_else(|| vec![Some(row.time())], |(_, times)| times.clone());
            found = Some(Chain { times, decided, leaves });
        }
    });
    if spent { Err(()) } else { Ok(found) }
}

/// What to look at next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Go {
    On,
    /// Later ones of this list do not matter.
    Over,
    Stop,
}

struct Search<'a> {
    steps: &'a [Step],
    sight: Sight<'a>,
    chain: Vec<Option<Row<'a>>>,
    work: u64,
    light: u64,
    lists: Option<Vec<List<'a>>>,
    line: Option<Line>,
    memory: HashMap<Place, Option<Time>>,
    tell: bool,
    best: Option<(Time, Vec<Option<Time>>)>,
}

/// Where a search stands, as far as what follows depends on it.
#[derive(PartialEq, Eq, Hash)]
struct Place {
    step: usize,
    last: (Time, Option<EventId>),
    /// Other events of the chain at the same instant.
    used: Vec<Option<EventId>>,
    /// What later filters read of earlier steps.
    spoken: Vec<Value>,
}

impl<'a> Search<'a> {
    fn new(steps: &'a [Step], sight: Sight<'a>) -> Self {
        Self {
            steps,
            sight,
            chain: Vec::new(),
            work: 0,
            light: LIGHT,
            lists: None,
            line: None,
            memory: HashMap::new(),
            tell: false,
            best: None,
        }
    }

    /// The earliest instant at which a chain that begins so is fulfilled, if one ever is; [`Time::MIN`] where no
    /// absence has to be waited for.
    fn decided(&mut self, first: Row<'a>) -> Result<Option<Time>, Spent> {
        let begin = |search: &mut Self| {
            search.chain.clear();
            search.chain.push(Some(first));
            search.best = None;
            let lists = search.lists.take();
            let out = search.least(lists.as_deref(), Time::MAX, Time::MIN);
            search.lists = lists;
            out
        };
        if let Some(decided) = self.line.as_ref().filter(|_| !self.tell).and_then(|line| line.decided(first)) {
            return Ok(decided);
        }
        match begin(self) {
            Err(Spent) if self.lists.is_none() => {
                let lists: Vec<List<'a>> = self.steps.iter().map(|step| List::new(step, self.sight)).collect();
                self.line = Line::new(self.steps, &lists);
                self.lists = Some(lists);
                self.decided(first)
            }
            out => out,
        }
    }

    /// The longest wait for an absence from a step on.
    fn wait(&self, from: usize) -> Option<i64> {
        let rest = self.steps.iter().skip(from).filter(|step| step.then == Then::Lacks);
        rest.filter_map(|step| step.within).max()
    }

    /// The earliest decision over all ways to go on from the chain. The next event must not be after `cap`; what has
    /// been decided so far is told along for explanations.
    fn least(&mut self, lists: Option<&[List<'a>]>, cap: Time, so_far: Time) -> Result<Option<Time>, Spent> {
        // The first step is not in the list.
        let number = self.chain.len();
        let (steps, nth) = (self.steps, number - 1);
        let Some(step) = steps.get(nth) else {
            self.note(so_far);
            return Ok(Some(Time::MIN));
        };
        let Some(last) = self.chain.iter().rev().find_map(|row| *row) else { return Ok(None) };
        let begin = last.time();
        let place =
            (lists.is_some() && !self.tell && cap == Time::MAX && self.chain.last().is_some_and(Option::is_some))
                .then(|| self.place(nth, last));
        if let Some(known) = place.as_ref().and_then(|place| self.memory.get(place)) {
            return Ok(*known);
        }
        let end = step.within.map_or(Time::MAX, |within| Time(begin.0.saturating_add(within)));
        let found = match step.then {
            Then::Follows => {
                let wait = self.wait(nth + 1);
                let end = if cap == Time::MAX { end } else { end.min(Time(cap.0.saturating_add(1))) };
                let mut least: Option<Time> = None;
                self.scan(lists, nth, begin, end, &mut |search, row| {
                    let soonest = wait.map_or(Time::MIN, |wait| Time(row.time().0.saturating_add(wait)));
                    if least.is_some_and(|least| least <= soonest) {
                        return Ok(Go::Over);
                    }
                    search.chain.push(Some(row));
                    let decided = search.least(lists, Time::MAX, so_far);
                    search.chain.truncate(number);
                    if let Some(decided) = decided? {
                        least = Some(least.map_or(decided, |least| least.min(decided)));
                    }
                    Ok(if least == Some(Time::MIN) { Go::Stop } else { Go::On })
                })?;
                least
            }
            Then::Lacks => {
                let mut seen = Time::MAX;
                self.scan(lists, nth, begin, end, &mut |_, row| {
                    seen = seen.min(row.time());
                    Ok(Go::Over)
                })?;
                let (cap, decided) = match step.within {
                    Some(_) if seen < Time::MAX => return self.remember(place, None),
                    Some(_) => (cap, end),
                    None => (cap.min(seen), Time::MIN),
                };
                self.chain.push(None);
                let rest = self.least(lists, cap, so_far.max(decided));
                self.chain.truncate(number);
                rest?.map(|rest| rest.max(decided))
            }
        };
        self.remember(place, found)
    }

    fn remember(&mut self, place: Option<Place>, found: Option<Time>) -> Result<Option<Time>, Spent> {
        if let Some(place) = place {
            self.memory.insert(place, found);
        }
        Ok(found)
    }

    fn note(&mut self, decided: Time) {
        if self.tell && self.best.as_ref().is_none_or(|(before, _)| decided < *before) {
            self.best = Some((decided, self.chain.iter().map(|row| row.map(|row| row.time())).collect()));
        }
    }

    /// Calls for each event of a step in [from, to) that is none of the chain, the earliest first in each list.
    fn scan(
        &mut self,
        lists: Option<&[List<'a>]>,
        nth: usize,
        from: Time,
        to: Time,
        call: &mut dyn FnMut(&mut Self, Row<'a>) -> Result<Go, Spent>,
    ) -> Result<(), Spent> {
        let steps = self.steps;
        let (Some(step), sight) = (steps.get(nth), self.sight) else { return Ok(()) };
        if let Some(list) = lists.and_then(|lists| lists.get(nth)) {
            let rows = list.rows(&self.chain);
            let begin = rows.partition_point(|row| row.time() < from);
            for row in rows.iter().skip(begin).take_while(|row| row.time() < to) {
                if self.look(step, *row, HEAVY, call)? != Go::On {
                    break;
                }
            }
            return Ok(());
        }
        for what in &step.rows.types {
            let run = sight.facts.run(*what);
            let end = known(run, sight.known);
            for nth in run.first_at(from)..end {
                let row = Row { run, nth };
                if row.time() >= to {
                    break;
                }
                match self.look(step, row, self.light, call)? {
                    Go::On => {}
                    Go::Over => break,
                    Go::Stop => return Ok(()),
                }
            }
        }
        Ok(())
    }

    fn look(
        &mut self,
        step: &Step,
        row: Row<'a>,
        most: u64,
        call: &mut dyn FnMut(&mut Self, Row<'a>) -> Result<Go, Spent>,
    ) -> Result<Go, Spent> {
        self.work += 1;
        if self.work > most {
            return Err(Spent);
        }
        let used = self.chain.iter().flatten().any(|before| before.is(&row));
        if used || !step.rows.takes(row, &self.chain) { Ok(Go::On) } else { call(self, row) }
    }

    fn place(&self, nth: usize, last: Row<'a>) -> Place {
        let id = |row: &Row<'a>| row.run.id(row.nth);
        let time = last.time();
        let mut used: Vec<_> = self.chain.iter().flatten().filter(|row| row.time() == time).map(id).collect();
        used.sort_unstable();
        let mut spoken = Vec::new();
        for step in self.steps.iter().skip(nth) {
            if let Some(filter) = &step.rows.filter {
                filter.speaks_of(&mut |of, read| {
                    if let Some(Some(row)) = self.chain.get(usize::from(of)) {
                        spoken.push(row.run.value(row.nth, read.field));
                    }
                });
            }
        }
        Place { step: nth, last: (time, id(&last)), used, spoken }
    }
}

/// The events of a step, sorted; grouped by a property that must agree with one of an earlier step, if there is one.
struct List<'a> {
    /// Whether the filter reads earlier steps; else only events that pass are here.
    speaks: bool,
    all: Vec<Row<'a>>,
    groups: Option<Groups<'a>>,
}

struct Groups<'a> {
    of: u8,
    read: &'a Read,
    rows: HashMap<Value, Vec<Row<'a>>>,
}

impl<'a> List<'a> {
    fn new(step: &'a Step, sight: Sight<'a>) -> Self {
        let filter = step.rows.filter.as_ref();
        let mut speaks = false;
        if let Some(filter) = filter {
            filter.speaks_of(&mut |_, _| speaks = true);
        }
        let mut all = Vec::new();
        for what in &step.rows.types {
            let run = sight.facts.run(*what);
            let rows = (0..known(run, sight.known)).map(|nth| Row { run, nth });
            all.extend(rows.filter(|row| speaks || step.rows.takes(*row, &[])));
        }
        all.sort_by(by_place);
        let groups = filter.and_then(Filter::agrees).and_then(|(own, of, read)| {
            let mut rows: HashMap<Value, Vec<Row<'a>>> = HashMap::new();
            for row in &all {
                match key(row.read(own)) {
                    // A score is the same as a number that is written otherwise.
                    Some(Value::Score(_)) => return None,
                    Some(value) => rows.entry(value).or_default().push(*row),
                    None => {}
                }
            }
            Some(Groups { of, read, rows })
        });
        Self { speaks, all, groups }
    }

    fn rows(&self, chain: &[Option<Row<'a>>]) -> &[Row<'a>] {
        let Some(groups) = &self.groups else { return &self.all };
        let value = chain.get(usize::from(groups.of)).copied().flatten().and_then(|row| key(row.read(groups.read)));
        match value {
            None => &[],
            Some(Value::Score(_)) => &self.all,
            Some(value) => groups.rows.get(&value).map_or(&[], Vec::as_slice),
        }
    }
}

impl Filter {
    /// Calls for each property of an earlier step that it reads.
    pub(crate) fn speaks_of<'f>(&'f self, call: &mut dyn FnMut(u8, &'f Read)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.speaks_of(call)),
            Self::Not(part) => part.speaks_of(call),
            Self::Ask(operand, _) => operand.speaks_of(call),
            Self::Compare(left, _, right) => {
                left.speaks_of(call);
                right.speaks_of(call);
            }
            Self::Items(_, operand, part) => {
                operand.speaks_of(call);
                part.speaks_of(call);
            }
        }
    }

    /// A property, and that of an earlier step with which it must agree.
    fn agrees(&self) -> Option<(&Read, u8, &Read)> {
        match self {
            Self::And(parts) => parts.iter().find_map(Self::agrees),
            Self::Compare(Operand::Property(own), Op::Eq, Operand::Step(of, read))
            | Self::Compare(Operand::Step(of, read), Op::Eq, Operand::Property(own)) => Some((own, *of, read)),
            _ => None,
        }
    }
}

impl Operand {
    fn speaks_of<'f>(&'f self, call: &mut dyn FnMut(u8, &'f Read)) {
        match self {
            Self::Step(of, read) => call(*of, read),
            Self::Arithmetic(left, _, right) => {
                left.speaks_of(call);
                right.speaks_of(call);
            }
            Self::Size(of) => of.speaks_of(call),
            Self::Constant(_) | Self::Property(_) | Self::Key(_) => {}
        }
    }
}
