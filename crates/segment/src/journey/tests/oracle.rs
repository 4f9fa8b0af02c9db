//! The machine against a slow and obvious one: minute by minute, every walk is asked everything, from the full history
//! of what was told. No timers, no indexes, no memory but the walks themselves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use onefold_model::{Cause, Change, Cursor, Event, EventId, Facts, News, Position, Schema, Sheet, Time};

use super::shop::{Random, SEGMENTS, journeys, schema, segments};
use crate::Zone;
use crate::journey::{Again, Does, Ended, Excess, Exit, Journey, Note, Noted, Saved, Source, Trigger, Walks, Way, Why};

const MINUTE: i64 = 60_000_000;

fn minutes(span: Duration) -> i64 {
    i64::try_from(span.as_secs() / 60).unwrap()
}

#[derive(Clone, Debug)]
enum Told {
    Moved(&'static str, bool, Cause),
    Event(Arc<Event>),
    Retract(EventId),
}

struct Walk {
    journey: usize,
    key: Option<String>,
    entered: i64,
    event: Option<EventId>,
    step: Option<usize>,
    since: i64,
    visits: Vec<u32>,
    orders: Vec<String>,
    held: i64,
}

struct Oracle<'a> {
    source: &'a Source,
    schema: &'a Schema,
    ada: &'a Sheet,
    history: &'a [(i64, Told)],
    /// How much of the history is told.
    told: usize,
    walks: Vec<Walk>,
    /// (journey, key, entered)
    ended: Vec<(usize, Option<String>, i64)>,
    sent: Vec<(i64, String)>,
    out: Vec<String>,
}

fn way(journey: &Journey, at: usize, way: &Way) -> Option<usize> {
    match way {
        Way::Next => Some(at + 1).filter(|next| *next < journey.steps.len()),
        Way::End => None,
        Way::To(name) => (0..journey.steps.len()).find(|it| journey.step_name(*it) == *name),
    }
}

fn minute_of_day(text: &str) -> i64 {
    let (hour, minute) = text.split_once(':').unwrap();
    hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
}

impl Oracle<'_> {
    fn inside(&self, segment: &str) -> bool {
        let last = self.history[..self.told].iter().rev().find_map(|(_, told)| match told {
            Told::Moved(name, entered, _) if *name == segment => Some(*entered),
            _ => None,
        });
        last.unwrap_or(false)
    }

    fn holds(&self, trigger: &Trigger) -> bool {
        match trigger {
            Trigger::Entered(segment) => self.inside(segment),
            Trigger::Exited(segment) => !self.inside(segment),
            Trigger::Event(_) => false,
        }
    }

    fn local(&self, minute: i64) -> i64 {
        let ahead = match &self.source.zone {
            Some(Zone::Named(name)) if name.starts_with('+') => minute_of_day(&name[1..]),
            Some(Zone::Named(name)) if name.starts_with('-') => -minute_of_day(&name[1..]),
            _ => 0,
        };
        minute + ahead
    }

    fn quiet(&self, channel: &str, minute: i64) -> bool {
        let Some(quiet) = &self.source.quiet else { return false };
        if !quiet.channels.is_empty() && !quiet.channels.iter().any(|it| it == channel) {
            return false;
        }
        // Minute by minute from the beginning of the day before.
        let (from, to) = (minute_of_day(&quiet.from), minute_of_day(&quiet.to));
        let now = self.local(minute);
        let mut is = false;
        for local in now.div_euclid(1440) * 1440 - 1440..=now {
            let clock = local.rem_euclid(1440);
            is = (is || clock == from) && clock != to;
        }
        is
    }

    fn full(&self, channel: &str, minute: i64, excess: Excess) -> bool {
        self.source.caps.iter().filter(|cap| cap.excess == excess).any(|cap| {
            let over = |it: &&(i64, String)| match &cap.channel {
                Some(only) => only == channel && it.1 == *only,
                None => true,
            };
            let counted = self.sent.iter().filter(over).filter(|it| it.0 > minute - minutes(cap.within));
            counted.count() >= cap.most as usize
        })
    }

    fn say(&mut self, minute: i64, walk: usize, what: &Noted) {
        let walk = &self.walks[walk];
        let name = &self.source.journeys[walk.journey].name;
        self.out.push(format!("{minute} {name} {:?} {what}", walk.key));
    }

    fn end(&mut self, minute: i64, walk: usize, how: Ended) {
        self.say(minute, walk, &Noted::Ended(how));
        let walk = self.walks.remove(walk);
        if how != Ended::Cancelled || !walk.orders.is_empty() {
            self.ended.push((walk.journey, walk.key, walk.entered));
        }
    }

    fn begin(&mut self, minute: i64, journey: usize, key: Option<String>, entered: i64, event: Option<EventId>) {
        let said = &self.source.journeys[journey];
        if self.walks.iter().any(|walk| walk.journey == journey && walk.key == key) {
            return;
        }
        let before = self.ended.iter().filter(|it| it.0 == journey && it.1 == key).map(|it| it.2).max();
        let may = match (said.again, before) {
            (_, None) | (Again::Always, _) => true,
            (Again::Never, _) => false,
            (Again::After(span), Some(last)) => last + minutes(span) <= minute,
        };
        if may {
            let visits = vec![0; said.steps.len()];
            let (orders, held) = (Vec::new(), i64::MIN);
            self.walks.push(Walk { journey, key, entered, event, step: Some(0), since: entered, visits, orders, held });
            self.say(minute, self.walks.len() - 1, &Noted::Began);
            self.walks.sort_by(|left, right| (left.journey, &left.key).cmp(&(right.journey, &right.key)));
        }
    }

    fn withdraw(&mut self, minute: i64, walk: usize) {
        for order in self.walks[walk].orders.clone() {
            self.say(minute, walk, &Noted::TooLate { order });
        }
        self.end(minute, walk, Ended::Cancelled);
    }

    /// Goes through all walks as they are now; `what` says whether it took the walk away.
    fn each(&mut self, mut what: impl FnMut(&mut Self, usize) -> bool) {
        let mut at = 0;
        while at < self.walks.len() {
            if !what(self, at) {
                at += 1;
            }
        }
    }

    fn data(&mut self, minute: i64, told: &Told) {
        match told {
            Told::Moved(segment, entered, cause) => {
                if self.inside(segment) == *entered {
                    self.told += 1;
                    return;
                }
                self.told += 1;
                let trigger = |entered: bool| match entered {
                    true => Trigger::Entered((*segment).into()),
                    false => Trigger::Exited((*segment).into()),
                };
                self.each(|oracle, at| {
                    let walk = &oracle.walks[at];
                    let journey = &oracle.source.journeys[walk.journey];
                    if matches!(cause, Cause::Late(_) | Cause::Ruling) && journey.start == trigger(!entered) {
                        oracle.withdraw(minute, at);
                        return true;
                    }
                    oracle.fulfil(at, minute, |what| *what == trigger(*entered));
                    false
                });
                for (nth, journey) in self.source.journeys.iter().enumerate() {
                    if journey.start == trigger(*entered) {
                        self.begin(minute, nth, None, minute, None);
                    }
                }
            }
            Told::Event(event) => {
                self.told += 1;
                let occurred = event.times.occurred.0 / MINUTE;
                let name = ["x", "y", "z"].into_iter().find(|it| self.schema.event_type(it).unwrap() == event.what);
                let name = name.unwrap();
                let property = |property: &str| match self.schema.property(event.what, property) {
                    Ok(field) => Some(event.property(field).as_text().map(str::to_owned)),
                    Err(_) => None,
                };
                self.each(|oracle, at| {
                    let walk = &oracle.walks[at];
                    let journey = &oracle.source.journeys[walk.journey];
                    let same = match journey.key.as_deref().and_then(property) {
                        Some(value) => value == walk.key,
                        None => true,
                    };
                    if !same || walk.event == Some(event.id) {
                        return false;
                    }
                    let fits = |what: &Trigger| *what == Trigger::Event(name.into());
                    if journey.goal.as_ref().is_some_and(fits) && walk.entered <= occurred {
                        oracle.end(minute, at, Ended::Goal);
                        return true;
                    }
                    oracle.fulfil(at, occurred, fits);
                    false
                });
                for (nth, journey) in self.source.journeys.iter().enumerate() {
                    let stale = journey.fresh.is_some_and(|span| occurred + minutes(span) < minute);
                    if journey.start != Trigger::Event(name.into()) || stale {
                        continue;
                    }
                    match &journey.key {
                        None => self.begin(minute, nth, None, occurred, Some(event.id)),
                        Some(key) => {
                            if let Some(Some(value)) = property(key) {
                                self.begin(minute, nth, Some(value), occurred, Some(event.id));
                            }
                        }
                    }
                }
            }
            Told::Retract(id) => {
                self.told += 1;
                self.each(|oracle, at| {
                    let begun = oracle.walks[at].event == Some(*id);
                    if begun {
                        oracle.withdraw(minute, at);
                    }
                    begun
                });
            }
        }
    }

    fn fulfil(&mut self, walk: usize, at: i64, fits: impl Fn(&Trigger) -> bool) {
        let journey = &self.source.journeys[self.walks[walk].journey];
        let walk = &mut self.walks[walk];
        let Some(step) = walk.step else { return };
        if let Does::Wait { what, within, .. } = &journey.steps[step].does
            && fits(what)
            && (walk.since..walk.since + minutes(*within)).contains(&at)
        {
            (walk.step, walk.since, walk.held) = (way(journey, step, &journey.steps[step].then), at, i64::MIN);
        }
    }

    /// Takes the steps that can be taken; whether the walk ended.
    fn walk(&mut self, minute: i64, at: usize) -> bool {
        let journey = &self.source.journeys[self.walks[at].journey];
        if journey.goal.as_ref().is_some_and(|goal| self.holds(goal)) {
            self.end(minute, at, Ended::Goal);
            return true;
        }
        let leave = journey.exit.iter().any(|exit| match exit {
            Exit::In(segment) => self.inside(segment),
            Exit::OutOf(segment) => !self.inside(segment),
        });
        if leave {
            self.end(minute, at, Ended::Exit);
            return true;
        }
        loop {
            let Some(step) = self.walks[at].step else {
                self.end(minute, at, Ended::Finished);
                return true;
            };
            let (said, since) = (&journey.steps[step], self.walks[at].since);
            let (then, since) = match &said.does {
                Does::Delay { span, until } => {
                    let mut over = since + minutes(*span);
                    if let Some(moment) = until {
                        // 1970 began on a Thursday.
                        let right = |minute: i64| {
                            let local = self.local(minute);
                            local.rem_euclid(1440) == minute_of_day(&moment.at)
                                && moment
                                    .weekday
                                    .is_none_or(|day| (local.div_euclid(1440) + 3).rem_euclid(7) == day as i64)
                        };
                        while !right(over) {
                            over += 1;
                        }
                    }
                    if minute < over {
                        return false;
                    }
                    (way(journey, step, &said.then), over)
                }
                Does::Wait { what, within, otherwise } => {
                    if since + minutes(*within) <= minute {
                        (way(journey, step, otherwise), since + minutes(*within))
                    } else if self.holds(what) {
                        (way(journey, step, &said.then), minute)
                    } else {
                        return false;
                    }
                }
                Does::Split { segment, otherwise } => match self.inside(segment) {
                    true => (way(journey, step, &said.then), since),
                    false => (way(journey, step, otherwise), since),
                },
                Does::Share { salt, arms } => {
                    let bucket = self.schema.bucket(self.ada.profile(), salt) as f64 / 2_f64.powi(64) * 100.0;
                    let mut upto = 0.0;
                    let arm = arms.iter().find(|arm| {
                        upto += arm.percent.to_f64();
                        bucket < upto
                    });
                    (way(journey, step, &arm.unwrap().then), since)
                }
                Does::Act { .. } => return false,
            };
            let walk = &mut self.walks[at];
            (walk.step, walk.since, walk.held) = (then, since, i64::MIN);
        }
    }

    fn ready(&self, minute: i64) -> Option<usize> {
        let acts = (0..self.walks.len()).filter(|at| {
            let walk = &self.walks[*at];
            let journey = &self.source.journeys[walk.journey];
            walk.held <= minute && walk.step.is_some_and(|step| matches!(journey.steps[step].does, Does::Act { .. }))
        });
        acts.min_by_key(|at| (-self.source.journeys[self.walks[*at].journey].priority, *at))
    }

    fn act(&mut self, minute: i64, at: usize) {
        let journey = &self.source.journeys[self.walks[at].journey];
        let step = self.walks[at].step.unwrap();
        let Does::Act { action, channel, .. } = &journey.steps[step].does else { unreachable!() };
        let name: Arc<str> = journey.step_name(step).into();
        let mut skip = None;
        if let Some(channel) = channel {
            if self.source.suppress.iter().any(|segment| self.inside(segment)) {
                skip = Some(Why::Suppressed);
            } else if self.quiet(channel, minute) {
                self.walks[at].held = (minute..).find(|it| !self.quiet(channel, *it)).unwrap();
                return;
            } else if self.full(channel, minute, Excess::Skip) {
                skip = Some(Why::Cap);
            } else if self.full(channel, minute, Excess::Postpone) {
                self.walks[at].held = (minute..).find(|it| !self.full(channel, *it, Excess::Postpone)).unwrap();
                return;
            }
        }
        if let Some(why) = skip {
            self.say(minute, at, &Noted::Skipped { step: name, why });
        } else {
            let walk = &self.walks[at];
            let mut id = format!(
                "{}/{name}/{}/{}/{}",
                journey.name,
                walk.visits[step],
                self.ada.profile(),
                walk.entered * MINUTE
            );
            if let Some(key) = &walk.key {
                id = format!("{id}/{key}");
            }
            let by = channel.as_ref().map_or_else(String::new, |channel| format!(" by {channel}"));
            self.out.push(format!("{minute} {} {:?} ordered {action}{by} as {id}", journey.name, walk.key));
            self.walks[at].orders.push(id);
            self.sent.extend(channel.as_ref().map(|channel| (minute, channel.clone())));
        }
        let walk = &mut self.walks[at];
        walk.visits[step] += 1;
        (walk.step, walk.since, walk.held) = (way(journey, step, &journey.steps[step].then), minute, i64::MIN);
        self.walk(minute, at);
    }

    fn run(&mut self, end: i64) {
        for minute in 0..=end {
            while let Some((_, told)) = self.history.get(self.told).filter(|(at, _)| *at == minute) {
                self.data(minute, told);
            }
            // Walks in the order of priority, as their ends are told.
            let mut order: Vec<(i32, usize, Option<String>)> = Vec::new();
            for walk in &self.walks {
                order.push((-self.source.journeys[walk.journey].priority, walk.journey, walk.key.clone()));
            }
            order.sort();
            for (_, journey, key) in order {
                let at = self.walks.iter().position(|walk| walk.journey == journey && walk.key == key);
                self.walk(minute, at.unwrap());
            }
            while let Some(at) = self.ready(minute) {
                self.act(minute, at);
            }
        }
    }
}

fn shown(note: &Note) -> Option<String> {
    let minute = note.at.0 / MINUTE;
    let key = note.key.as_ref().map(|key| key.as_str().to_owned());
    let what = match &note.what {
        Noted::Postponed { .. } => return None,
        Noted::Ordered(order) => format!("{} as {}", note.what, order.id),
        other => other.to_string(),
    };
    Some(format!("{minute} {} {key:?} {what}", note.journey))
}

fn history(random: &mut Random, schema: &Schema, end: i64) -> Vec<(i64, Told)> {
    let mut all = Vec::new();
    let mut events: Vec<EventId> = Vec::new();
    let mut now = 0;
    for nth in 0..random.below(90) {
        now += random.below(60) * random.below(2);
        if now > end {
            break;
        }
        let told = match random.below(12) {
            0..5 => {
                let cause = [Cause::Timer, Cause::Timer, Cause::Late(Position(1)), Cause::Ruling];
                let cause = cause[usize::try_from(random.below(4)).unwrap()];
                Told::Moved(random.of(&SEGMENTS), random.below(2) == 0, cause)
            }
            5..11 => {
                let late = if random.below(3) == 0 { random.below(90) } else { 0 };
                let occurred = Time(0.max(now - late) * MINUTE);
                let name = random.of(&["x", "y", "z"]);
                let mut draft = schema.draft("app", name).at(occurred).message_id(&format!("e{nth}"));
                if name != "z" && random.below(8) > 0 {
                    draft = draft.set("k", random.of(&["one", "two"]));
                }
                let event = draft.receive(Time(now * MINUTE)).unwrap();
                events.push(event.id);
                Told::Event(Arc::new(event))
            }
            _ => match events.last() {
                Some(_) => Told::Retract(events[usize::try_from(random.below(events.len() as i64)).unwrap()]),
                None => continue,
            },
        };
        all.push((now, told));
    }
    all
}

#[test]
fn the_machine_does_what_a_slow_reading_of_the_rules_does() {
    let cases: u64 = std::env::var("ONEFOLD_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
    let schema = schema();
    let definitions = segments(&schema);
    let ada = Sheet::new(&schema, &schema.identifier("user_id", "ada").unwrap());
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut accepted = 0;
    let mut seed = 0;
    while accepted < cases {
        seed += 1;
        let mut random = Random::new(seed);
        let source = journeys(&mut random);
        let Ok(checked) = source.clone().check(&definitions, &schema) else { continue };
        accepted += 1;
        let end = 1000 + random.below(4000);
        let history = history(&mut random, &schema, end);
        let mut oracle = Oracle {
            source: &source,
            schema: &schema,
            ada: &ada,
            history: &history,
            told: 0,
            walks: Vec::new(),
            ended: Vec::new(),
            sent: Vec::new(),
            out: Vec::new(),
        };
        oracle.run(end);

        let mut walks = Walks::new(checked.clone());
        let mut notes = Vec::new();
        let mut now = 0;
        for (at, told) in &history {
            while now < *at && random.below(2) == 0 {
                now += random.below(at - now);
                walks.advance(Time(now * MINUTE), &ada, &mut notes);
                if random.below(4) == 0 {
                    let saved: Saved = serde_json::from_str(&serde_json::to_string(&walks.save()).unwrap()).unwrap();
                    let next = walks.next_change();
                    walks = Walks::load(checked.clone(), &definitions, saved, &mut notes);
                    assert_eq!(walks.next_change(), next);
                }
            }
            let at = Time(at * MINUTE);
            match told {
                Told::Moved(segment, entered, cause) => {
                    let segment = definitions.id(segment).unwrap();
                    let news = if *entered { News::Entered(segment) } else { News::Exited(segment) };
                    let change = Change { cursor: Cursor::default(), at, profile: ada.profile(), cause: *cause, news };
                    walks.apply(&change, &ada, &mut notes);
                }
                Told::Event(event) => walks.event(ada.profile(), event, at, &ada, &mut notes),
                Told::Retract(id) => walks.retract(ada.profile(), *id, at, &ada, &mut notes),
            }
        }
        walks.advance(Time(end * MINUTE), &ada, &mut notes);
        let told: Vec<String> = notes.iter().filter_map(shown).collect();
        assert_eq!(told, oracle.out, "seed {seed}\n{source}\n{history:#?}");

        for note in &notes {
            *seen
                .entry(match &note.what {
                    Noted::Began => "began",
                    Noted::Ordered(_) => "ordered",
                    Noted::Postponed { why: Why::Quiet, .. } => "postponed, quiet",
                    Noted::Postponed { .. } => "postponed, cap",
                    Noted::Skipped { why: Why::Suppressed, .. } => "suppressed",
                    Noted::Skipped { .. } => "skipped, cap",
                    Noted::TooLate { .. } => "too late",
                    Noted::Ended(Ended::Finished) => "finished",
                    Noted::Ended(Ended::Goal) => "goal",
                    Noted::Ended(Ended::Exit) => "exit",
                    Noted::Ended(_) => "cancelled",
                })
                .or_default() += 1;
        }
    }
    println!("{accepted} cases of {seed}: {seen:?}");
    for what in [
        "began",
        "ordered",
        "postponed, quiet",
        "postponed, cap",
        "suppressed",
        "skipped, cap",
        "too late",
        "finished",
        "goal",
        "exit",
        "cancelled",
    ] {
        assert!(
            seen.get(what).is_some_and(|count| *count as u64 >= cases / 40),
            "{what} was seen too rarely: {seen:?}"
        );
    }
}
