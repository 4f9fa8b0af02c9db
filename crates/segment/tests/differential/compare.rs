//! One case: what comes in, step by step, and what the oracle, batch and live say.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Cause, Change, Facts, News as Told, ProfileId, Schema, SegmentId, Time, Truth, Until, Value};
use onefold_segment::{Batch, Body, Columns, Definitions, Expr, Live, Source, Term, Work, batch, next_change};

use super::case::{Case, schema};
use super::civil::DAY;
use super::counts::Counts;
use super::exact::{Kleene, V};
use super::facts::{Crowd, World, group_id, id};
use super::generate::GRID;
use super::history::{Arrival, News, SLOTS};
use super::oracle::{Oracle, Scope, show};
use super::random::Random;
use super::table::conditions;

fn truth(said: Truth) -> Kleene {
    match said {
        Truth::Yes => Some(true),
        Truth::No => Some(false),
        Truth::Unknown => None,
    }
}

/// Whether a definition, or one that it names, has one of these words.
fn speaks_of(source: &Source, nth: usize, words: &[&str]) -> bool {
    let text = Source { definitions: vec![source.definitions[nth].clone()], notes: Vec::new() }.to_string();
    words.iter().any(|it| text.contains(it))
        || (0..nth).any(|it| {
            let name = source.definitions[it].name.as_str();
            let said = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').any(|word| word == name);
            said && speaks_of(source, it, words)
        })
}

/// The oracle's answers about one definition and one profile, from `from` on.
type Line = Vec<Kleene>;

struct Stage<'a> {
    case: &'a Case,
    schema: Schema,
    definitions: Definitions,
    instants: Vec<i64>,
    /// The definitions that are segments, with their ids.
    segments: Vec<(usize, SegmentId)>,
    others: Vec<bool>,
    /// Those that speak of groups.
    related: Vec<bool>,
    world: World,
    crowd: Crowd,
    live: Live,
    told: BTreeSet<(SegmentId, ProfileId)>,
    now: i64,
    /// By (definition, root): at each of the instants, where asked.
    lines: BTreeMap<(usize, usize), Line>,
    random: Random,
}

/// Runs a case; says what is wrong.
pub fn run(case: &Case, counts: &mut Counts) -> Result<(), String> {
    let schema = schema();
    let refused = |error: onefold_segment::Error| format!("refused: {error}");
    let built = Definitions::from_source(case.source.clone(), &schema).map_err(refused)?;
    let text = built.to_string();
    let definitions =
        Definitions::parse(&text, &schema).map_err(|error| format!("the printed text is not read: {error}\n{text}"))?;
    if definitions.source() != built.source() {
        return Err(format!("printed and read again it is another:\n{text}\n{definitions}"));
    }
    let json = serde_json::to_string(&built).map_err(|error| error.to_string())?;
    let read: Source = serde_json::from_str(&json).map_err(|error| format!("{error}\n{json}"))?;
    if read != *built.source() {
        return Err(format!("written as JSON and read again it is another:\n{json}"));
    }
    let segments = (0..)
        .zip(&case.source.definitions)
        .filter(|(_, it)| matches!(it.body, Body::Segment(_)))
        .map(|(nth, it)| (nth, definitions.id(it.name.as_str()).unwrap()))
        .collect();
    let speak =
        |words: &[&str]| (0..case.source.definitions.len()).map(|it| speaks_of(&case.source, it, words)).collect();
    let (others, related) = (speak(&["top ", "bottom ", "account"]), speak(&["account"]));
    let mut stage = Stage {
        case,
        instants: case.instants(),
        live: Live::new(definitions.clone()),
        schema,
        definitions,
        segments,
        others,
        related,
        world: World::new(case.nodes),
        crowd: Crowd::default(),
        told: BTreeSet::new(),
        now: case.base - GRID,
        lines: BTreeMap::new(),
        random: Random::new(case.seed),
    };
    stage.crowd = stage.world.crowd(&stage.schema, stage.now);
    counts.cases += 1;
    counts.definitions += case.source.definitions.len();
    let (mut asked, mut seen) = (BTreeSet::new(), BTreeSet::new());
    // Everybody is there from the beginning.
    for root in stage.world.profiles() {
        stage.touch(root, Cause::Definition, counts)?;
    }
    for (nth, arrival) in case.arrivals.iter().enumerate() {
        if arrival.at > stage.now {
            stage.pass(arrival.at - 1, counts)?;
            stage.now = arrival.at;
        }
        asked.extend(stage.take(arrival, counts)?);
        let last = case.arrivals.get(nth + 1).is_none_or(|next| next.at > arrival.at);
        if last {
            let at = stage.now;
            stage.pass_to(at, at - 1, counts)?;
            stage.agree(&std::mem::take(&mut asked), counts)?;
            if stage.random.chance(40) {
                stage.batched(counts)?;
            }
            if stage.random.chance(15) {
                stage.count(&mut seen);
            }
        }
    }
    let end = *stage.instants.last().unwrap();
    stage.count(&mut seen);
    for (row, cell) in seen {
        counts.table.note(row, cell);
    }
    stage.past(counts)?;
    stage.pass(end, counts)
}

impl Stage<'_> {
    fn oracle<'s>(&'s self, known: i64) -> Oracle<'s> {
        Oracle { schema: &self.schema, source: &self.case.source, world: &self.world, known, instants: &self.instants }
    }

    fn expr(&self, nth: usize) -> &Expr {
        match &self.case.source.definitions[nth].body {
            Body::Segment(expr) => expr,
            Body::Trait { .. } => panic!("no segment"),
        }
    }

    fn name(&self, nth: usize) -> &str {
        self.case.source.definitions[nth].name.as_str()
    }

    /// What the oracle says at an instant, nothing coming in after now.
    fn says(&self, nth: usize, root: usize, at: i64) -> Kleene {
        self.oracle(self.now).truth(self.expr(nth), Scope::Profile(root, at))
    }

    /// The oracle's answers at all instants from the present one on, as they are with today's facts.
    fn line(&mut self, nth: usize, root: usize) {
        if !self.lines.contains_key(&(nth, root)) {
            let line =
                self.instants.iter().map(|at| if *at < self.now { None } else { self.says(nth, root, *at) }).collect();
            self.lines.insert((nth, root), line);
        }
    }

    fn take(&mut self, arrival: &Arrival, counts: &mut Counts) -> Result<Vec<usize>, String> {
        let effect = self.world.take(arrival);
        counts.late += usize::from(matches!(effect.cause, Some(Cause::Late(_))));
        counts.merges += usize::from(matches!(effect.cause, Some(Cause::Merge)));
        counts.splits += usize::from(matches!(effect.cause, Some(Cause::Split)));
        counts.erasures += usize::from(matches!(effect.cause, Some(Cause::Erasure)));
        counts.corrections += usize::from(matches!(arrival.news, News::Correct(..) | News::Retract(_)));
        for root in &effect.touched {
            self.world.refresh(&self.schema, &mut self.crowd, *root, self.now);
        }
        if effect.groups {
            self.world.regroup(&self.schema, &mut self.crowd);
        }
        let others = &self.others;
        self.lines.retain(|(nth, root), _| !others[*nth] && !effect.touched.contains(root));
        if let Some(group) = effect.group {
            let (who, now) = (group_id(&self.schema, group), Time(self.now));
            let (cause, mut changes) = (effect.cause.unwrap(), Vec::new());
            self.live.touch_group(who, cause, &self.crowd, now, &mut changes);
            self.hear(&changes, Some((cause, 0)), counts)?;
            return Ok(effect.touched);
        }
        for root in &effect.touched {
            let gone = self.world.root[*root] != Some(*root);
            if gone && self.random.chance(50) {
                let (who, now) = (id(&self.schema, *root), Time(self.now));
                let (cause, mut changes) = (effect.cause.unwrap(), Vec::new());
                forget(&mut self.live, who, cause, &self.crowd, now, &mut changes);
                self.hear(&changes, Some((cause, *root)), counts)?;
            } else if let (true, News::Event(event)) = (effect.event, &arrival.news) {
                let (who, now) = (id(&self.schema, *root), Time(self.now));
                let (cause, mut changes) = (effect.cause.unwrap(), Vec::new());
                hand(&mut self.live, who, event, cause, &self.crowd, now, &mut changes);
                self.hear(&changes, Some((cause, *root)), counts)?;
            } else {
                self.touch(*root, effect.cause.unwrap(), counts)?;
            }
        }
        Ok(effect.touched)
    }

    fn touch(&mut self, root: usize, cause: Cause, counts: &mut Counts) -> Result<(), String> {
        let (who, mut changes) = (id(&self.schema, root), Vec::new());
        self.live.touch(who, cause, &self.crowd, Time(self.now), &mut changes);
        self.hear(&changes, Some((cause, root)), counts)
    }

    /// Takes over what the feed tells.
    fn hear(&mut self, changes: &[Change], by: Option<(Cause, usize)>, counts: &mut Counts) -> Result<(), String> {
        for change in changes {
            let fits = match change.news {
                Told::Entered(segment) => self.told.insert((segment, change.profile)),
                Told::Exited(segment) => self.told.remove(&(segment, change.profile)),
                _ => false,
            };
            if !fits {
                return Err(format!("the feed tells twice or something else: {change:?}"));
            }
            counts.changes += 1;
            if let Some((cause, _)) = by
                && (change.at.0 != self.now || change.cause != cause)
            {
                return Err(format!("by {cause:?} at {}, but the feed says {change:?}", show(self.now)));
            }
        }
        Ok(())
    }

    /// Time passes, up to an instant, in one or more leaps.
    fn pass(&mut self, to: i64, counts: &mut Counts) -> Result<(), String> {
        let mut from = self.now;
        for _ in 0..self.random.below(3) {
            if to - from > 4 {
                let leap = match self.random.below(3) {
                    0 => Time(self.live.next_change().0.saturating_sub(1)),
                    1 => self.live.next_change(),
                    _ => Time(self.random.range(from, to)),
                };
                if from < leap.0 && leap.0 < to {
                    self.pass_to(leap.0, from, counts)?;
                    from = leap.0;
                }
            }
        }
        self.pass_to(to, from, counts)
    }

    /// Time passes at once; the feed must tell each change at its instant.
    fn pass_to(&mut self, to: i64, from: i64, counts: &mut Counts) -> Result<(), String> {
        let before = self.told.clone();
        let mut changes = Vec::new();
        self.live.advance(Time(to), &self.crowd, &mut changes);
        self.hear(&changes, None, counts)?;
        if self.live.next_change().0 <= to {
            return Err(format!("advanced to {}, but a timer is due at {}", show(to), self.live.next_change()));
        }
        counts.timers += changes.len();
        if let Some(pair) = changes.windows(2).find(|it| it[1].at < it[0].at) {
            return Err(format!("the feed goes back: {pair:?}"));
        }
        for (nth, segment) in self.segments.clone() {
            for root in self.world.profiles() {
                self.line(nth, root);
                let who = id(&self.schema, root);
                let line = &self.lines[&(nth, root)];
                let its: Vec<&Change> = changes
                    .iter()
                    .filter(|it| it.profile == who)
                    .filter(|it| matches!(it.news, Told::Entered(of) | Told::Exited(of) if of == segment))
                    .collect();
                let inside = |at: i64| {
                    let last = its.iter().rfind(|it| it.at.0 <= at);
                    last.map_or(before.contains(&(segment, who)), |it| matches!(it.news, Told::Entered(_)))
                };
                for (at, said) in self.instants.iter().zip(line) {
                    if (from + 1..=to).contains(at) && *at >= self.now {
                        counts.instants += 1;
                        if inside(*at) != (*said == Some(true)) {
                            return Err(format!(
                                "live: {} of person {root} at {}: the oracle says {said:?}, live {} (now {})",
                                self.name(nth),
                                show(*at),
                                inside(*at),
                                show(self.now),
                            ));
                        }
                    }
                }
                for change in &its {
                    if change.at.0 < self.now || change.cause != Cause::Timer {
                        return Err(format!("time alone: {change:?}"));
                    }
                    let (was, is) = (self.says(nth, root, change.at.0 - 1), self.says(nth, root, change.at.0));
                    let entered = matches!(change.news, Told::Entered(_));
                    // At the instant of data the state before it is another's.
                    let was = if change.at.0 == self.now { Some(!entered) } else { was };
                    if (was == Some(true), is == Some(true)) != (!entered, entered) {
                        return Err(format!(
                            "timer: {} of person {root} at {} ({}): the oracle says {was:?}, then {is:?}",
                            self.name(nth),
                            show(change.at.0),
                            change.at.0,
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// Everything is compared now.
    fn agree(&mut self, touched: &BTreeSet<usize>, counts: &mut Counts) -> Result<(), String> {
        let now = Time(self.now);
        let fresh = batch(&self.definitions, &self.crowd, now);
        for (nth, segment) in self.segments.clone() {
            let mut slow = BTreeSet::new();
            for root in self.world.profiles() {
                if self.says(nth, root, self.now) == Some(true) {
                    slow.insert(id(&self.schema, root));
                }
            }
            let live: BTreeSet<ProfileId> = self.live.members(segment).collect();
            let told: BTreeSet<ProfileId> = self.told.iter().filter(|it| it.0 == segment).map(|it| it.1).collect();
            let fresh: BTreeSet<ProfileId> = fresh[segment.index()].keys().copied().collect();
            for (what, said) in [("live", &live), ("the feed", &told), ("batch", &fresh)] {
                if *said != slow {
                    let names = |of: &BTreeSet<ProfileId>| -> Vec<usize> {
                        (0..self.case.nodes).filter(|it| of.contains(&id(&self.schema, *it))).collect()
                    };
                    return Err(format!(
                        "{what}: members of {} at {}: the oracle says {:?}, {what} {:?}",
                        self.name(nth),
                        show(self.now),
                        names(&slow),
                        names(said),
                    ));
                }
            }
            if self.live.size(segment) != slow.len() {
                return Err(format!("live: {} has a size of {}", self.name(nth), self.live.size(segment)));
            }
            for root in self.world.profiles() {
                let who = id(&self.schema, root);
                if self.live.contains(segment, who) != slow.contains(&who)
                    || self.live.segments_of(who).any(|it| it == segment) != slow.contains(&who)
                {
                    return Err(format!("live: {} is asked otherwise", self.name(nth)));
                }
            }
            for root in self.world.profiles() {
                if touched.contains(&root) || self.random.chance(10) {
                    self.ask(nth, segment, root, counts)?;
                }
            }
        }
        for nth in 0..self.case.source.definitions.len() {
            if let Body::Trait { value, .. } = &self.case.source.definitions[nth].body {
                for root in self.world.profiles() {
                    if touched.contains(&root) || self.random.chance(10) {
                        self.weigh(nth, value, root, counts)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The same population in columns, rows in any order.
    fn columns(&mut self) -> Columns {
        let mut columns = Columns::new(&self.schema).with_ids();
        for root in self.world.profiles() {
            columns.number(id(&self.schema, root));
        }
        let mut order: Vec<usize> = (0..self.world.events.len()).collect();
        for nth in (1..order.len()).rev() {
            order.swap(nth, self.random.below(nth + 1));
        }
        let half = self.random.chance(50);
        for nth in order {
            let event = &self.world.events[nth];
            let Some(root) = self.world.root[event.node] else { continue };
            columns.insert(id(&self.schema, root), &event.event);
            if half && nth % 3 == 0 {
                // In, out, and in again.
                columns.remove(id(&self.schema, root), &event.event);
                columns.insert(id(&self.schema, root), &event.event);
            }
        }
        let mut turns: Vec<_> = self.world.turns.iter().collect();
        turns.sort_by_key(|it| (it.at, it.node));
        for turn in turns {
            if let Some(root) = self.world.root[turn.node] {
                let field = self.schema.field(turn.name).unwrap();
                columns.turn(id(&self.schema, root), field, Time(turn.at), &turn.value);
            }
        }
        for choice in &self.world.choices {
            if let Some(root) = self.world.root[choice.node] {
                let (purpose, channel) = (self.schema.purpose(choice.purpose).unwrap(), choice.channel);
                let channel = channel.map(|it| self.schema.channel(it).unwrap());
                let until = Until { value: choice.value, until: Time(choice.until), exact: true };
                columns.permit(id(&self.schema, root), purpose, channel, until);
            }
        }
        if half {
            columns.compact();
        }
        columns
    }

    /// Over columns; of those definitions that speak of no groups, which columns do not know.
    fn batched(&mut self, counts: &mut Counts) -> Result<(), String> {
        let columns = self.columns();
        let (now, work) = (Time(self.now), Work::default());
        let batch = Batch::new(&self.definitions, &columns, now, work).map_err(|error| error.to_string())?;
        let mut first: Option<i64> = None;
        for (nth, segment) in self.segments.clone() {
            if self.related[nth] {
                continue;
            }
            let said: BTreeSet<ProfileId> = batch.profiles(segment).collect();
            for root in self.world.profiles() {
                let (is, was) = (self.says(nth, root, self.now), said.contains(&id(&self.schema, root)));
                counts.columns += 1;
                if (is == Some(true)) != was || batch.size(segment) != said.len() {
                    return Err(format!(
                        "columns: {} of person {root} at {}: the oracle says {is:?}, columns {was}",
                        self.name(nth),
                        show(self.now),
                    ));
                }
                self.line(nth, root);
                let within = self.instants.iter().zip(&self.lines[&(nth, root)]);
                let mut later = within.filter(|(at, _)| self.now < **at);
                let flip = later.find(|(_, then)| (**then == Some(true)) != was).map(|(at, _)| *at);
                first = first.into_iter().chain(flip).min();
            }
        }
        // Where nothing ever changes it may be asked for very long.
        if let (Some(first), true) = (first, self.related.iter().all(|it| !it)) {
            let next = next_change(&self.definitions, &columns, now, work).map_err(|error| error.to_string())?;
            let inside = |at: i64| -> Vec<bool> {
                let roots = self.world.profiles();
                let of = |nth: usize| roots.iter().map(move |root| (nth, *root));
                let all = self.segments.iter().flat_map(|(nth, _)| of(*nth));
                all.map(|(nth, root)| self.says(nth, root, at) == Some(true)).collect()
            };
            let is = inside(self.now);
            if first < next.0 || inside(next.0) == is || inside(next.0 - 1) != is {
                return Err(format!(
                    "columns: at {} the next change is {next}; {} is known",
                    show(self.now),
                    show(first)
                ));
            }
        }
        Ok(())
    }

    /// Whether an instant must be known exactly: it is where few instants come before it at which parts change, and
    /// nobody else is asked.
    fn is_near(&self, nth: usize, at: Time) -> bool {
        !self.others[nth] && at.0 - self.now < 100 * DAY
    }

    /// One answer: what, until when.
    fn ask(&mut self, nth: usize, segment: SegmentId, root: usize, counts: &mut Counts) -> Result<(), String> {
        self.line(nth, root);
        let facts = &self.crowd.persons[&id(&self.schema, root)];
        let answer = self.definitions.eval(segment, facts, &self.crowd, Time(self.now));
        counts.answers += 1;
        let line = &self.lines[&(nth, root)];
        let about = |what: &str, at: i64, said: Kleene| {
            Err(format!(
                "eval: {} of person {root} at {}: {:?} until {} ({}, exact: {}), but the oracle says {said:?} {what} {} ({at})",
                self.name(nth),
                show(self.now),
                truth(answer.value),
                answer.until,
                answer.until.0,
                answer.exact,
                show(at),
            ))
        };
        let is = self.says(nth, root, self.now);
        if is != truth(answer.value) || answer.until.0 <= self.now {
            return about("at", self.now, is);
        }
        for (at, said) in self.instants.iter().zip(line) {
            if self.now < *at && *at < answer.until.0 && *said != is {
                return about("already at", *at, *said);
            }
        }
        if answer.until < Time::MAX {
            let before = self.says(nth, root, answer.until.0 - 1);
            if before != is {
                return about("before it, at", answer.until.0 - 1, before);
            }
            let then = self.says(nth, root, answer.until.0);
            if answer.exact && then == is {
                return about("still at", answer.until.0, then);
            }
            if self.is_near(nth, answer.until) && !answer.exact {
                return about("may be otherwise, which is not found out, at", answer.until.0, then);
            }
            counts.exact += usize::from(answer.exact);
            counts.bounds += usize::from(!answer.exact);
        }
        Ok(())
    }

    /// One value of a computed trait.
    fn weigh(&self, nth: usize, value: &Term, root: usize, counts: &mut Counts) -> Result<(), String> {
        let facts = &self.crowd.persons[&id(&self.schema, root)];
        let Some(answer) = worth(&self.definitions, self.name(nth), facts, &self.crowd, Time(self.now)) else {
            return Err(format!("value: there is no {}", self.name(nth)));
        };
        counts.values += 1;
        let oracle = self.oracle(self.now);
        let said = |at: i64| oracle.term(value, Scope::Profile(root, at)).rounded();
        let is = V::from(&answer.value);
        let wrong = |what: &str, at: i64| {
            Err(format!(
                "value: {} of person {root} at {}: {is:?} until {} (exact: {}), but the oracle says {:?} {what} {}",
                self.name(nth),
                show(self.now),
                answer.until,
                answer.exact,
                said(at),
                show(at),
            ))
        };
        if said(self.now) != is || answer.until.0 <= self.now {
            return wrong("at", self.now);
        }
        let within = self.instants.iter().filter(|it| self.now < **it && **it < answer.until.0);
        if let Some(at) = within.into_iter().find(|it| said(**it) != is) {
            return wrong("already at", *at);
        }
        if answer.until < Time::MAX {
            if said(answer.until.0 - 1) != is {
                return wrong("before it, at", answer.until.0 - 1);
            }
            if answer.exact && said(answer.until.0) == is {
                return wrong("still at", answer.until.0);
            }
            if self.is_near(nth, answer.until) && !answer.exact {
                return wrong("may be otherwise, which is not found out, at", answer.until.0);
            }
        }
        Ok(())
    }

    /// Asked for a past instant, what occurred later does not exist.
    fn past(&mut self, counts: &mut Counts) -> Result<(), String> {
        let then = self.case.base + self.random.range(2, SLOTS) * GRID;
        if then > self.now {
            return Ok(());
        }
        let crowd = self.world.crowd(&self.schema, then);
        let instants: Vec<i64> = self.instants.iter().copied().filter(|it| *it >= then).collect();
        let oracle = self.oracle(then);
        for (nth, segment) in &self.segments {
            for root in self.world.profiles() {
                let said = |at: i64| oracle.truth(self.expr(*nth), Scope::Profile(root, at));
                let facts = &crowd.persons[&id(&self.schema, root)];
                let answer = self.definitions.eval(*segment, facts, &crowd, Time(then));
                counts.answers += 1;
                let is = said(then);
                let early = instants.iter().find(|it| **it < answer.until.0 && said(**it) != is);
                let late = answer.exact && answer.until < Time::MAX && said(answer.until.0) == is;
                if is != truth(answer.value) || early.is_some() || late {
                    return Err(format!(
                        "past: {} of person {root} at {} with later events there: {:?} until {} (exact: {}), but the oracle says \
                         {is:?} up to {:?}",
                        self.name(*nth),
                        show(then),
                        truth(answer.value),
                        answer.until,
                        answer.exact,
                        early.map(|it| show(*it)),
                    ));
                }
            }
        }
        Ok(())
    }

    /// What was seen of each construct, once a case.
    fn count(&self, seen: &mut BTreeSet<(&'static str, usize)>) {
        let oracle = self.oracle(self.now);
        let instants: Vec<i64> = self.instants.iter().copied().filter(|it| *it > self.now).take(120).collect();
        conditions(&self.case.source, &mut |expr, rows| {
            for root in self.world.profiles() {
                let open = |cell: usize| rows.iter().any(|row| !seen.contains(&(*row, cell)));
                if !(0..4).any(open) {
                    break;
                }
                let is = oracle.truth(expr, Scope::Profile(root, self.now));
                let cell = match is {
                    Some(true) => 0,
                    Some(false) => 1,
                    None => 2,
                };
                let flips = open(3) && instants.iter().any(|at| oracle.truth(expr, Scope::Profile(root, *at)) != is);
                for row in &rows {
                    seen.insert((row, cell));
                    if flips {
                        seen.insert((row, 3));
                    }
                }
            }
        });
    }
}

// ------------------------------------------------------------ how the crate is called

/// An event comes in.
fn hand(
    live: &mut Live,
    who: ProfileId,
    event: &super::facts::Happened,
    cause: Cause,
    crowd: &Crowd,
    now: Time,
    out: &mut Vec<Change>,
) {
    live.event(who, cause, &event.event, crowd, now, out);
}

/// A profile is gone.
fn forget(live: &mut Live, who: ProfileId, cause: Cause, crowd: &Crowd, now: Time, out: &mut Vec<Change>) {
    live.forget(who, cause, crowd, now, out);
}

/// The value of a computed trait.
fn worth(definitions: &Definitions, name: &str, facts: &dyn Facts, crowd: &Crowd, now: Time) -> Option<Until<Value>> {
    definitions.computed(name)?;
    Some(definitions.value(name, facts, crowd, now))
}
