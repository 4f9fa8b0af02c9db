//! Asking the gate whether a device may be linked, and remembering until when its answer holds.
//!
//! The gate answers from the ledger entries of two ends: the members that proving identifiers have joined, and the
//! device itself. It is never asked about what device links have joined, since its answer would then depend on itself.
//!
//! So an answer belongs to two ends and not to a link: a customer and the family's tablet have one answer, however many
//! sessions she has had on it. When a ledger changes, the pairs of its member are asked again, and their links are
//! looked at only where the verdict is another one.

use std::collections::BTreeSet;
use std::rc::Rc;

use onefold_model::{Class, Gate, Member, PurposeId, Reason, Time, Until, Verdict};

use crate::graph::Graph;
use crate::graph::evidence::{Dirty, State};
use crate::graph::table::Map;

/// The gate's answer on two ends.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) denied: Option<Reason>,
    pub(crate) until: Time,
}

/// Two ends, the smaller first. A session is known by its device.
pub(crate) type Pair = (Member, Member);

/// What the gate said within one round of questions, by purpose, device, and the other end: the smallest of its
/// members, and whether it is another device.
pub(crate) type Said = Map<(PurposeId, Member, Member, bool), Until<Verdict>>;

#[derive(Clone, Debug)]
struct Asked {
    answer: Answer,
    links: BTreeSet<u32>,
    /// Whether some of the links may have been decided by another verdict than this.
    mixed: bool,
}

/// All answers that are needed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pairs: Map<Pair, Asked>,
    partners: Map<Member, BTreeSet<Member>>,
    /// The answers that end.
    timers: BTreeSet<(Time, Pair)>,
}

impl Answers {
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The first instant at which an answer ends.
    pub(crate) fn next(&self) -> Time {
        self.timers.first().map_or(Time::MAX, |(until, _)| *until)
    }

    /// The pairs whose answers end at or before an instant.
    pub(crate) fn due(&self, now: Time) -> Vec<Pair> {
        self.timers.iter().take_while(|(until, _)| *until <= now).map(|(_, pair)| *pair).collect()
    }

    /// The pairs that a member is an end of.
    pub(crate) fn of(&self, member: Member) -> impl Iterator<Item = Pair> {
        self.partners.get(&member).into_iter().flatten().map(move |other| (member.min(*other), member.max(*other)))
    }

    fn time(&mut self, pair: Pair, was: Time, until: Time) {
        if was != until {
            if was < Time::MAX {
                self.timers.remove(&(was, pair));
            }
            if until < Time::MAX {
                self.timers.insert((until, pair));
            }
        }
    }

    /// Remembers an answer for a link.
    fn add(&mut self, pair: Pair, link: u32, answer: Answer) {
        let until = answer.until;
        let was = match self.pairs.get_mut(&pair) {
            Some(known) => {
                known.links.insert(link);
                known.mixed |= known.answer.denied.is_some() != answer.denied.is_some();
                std::mem::replace(&mut known.answer, answer).until
            }
            None => {
                self.pairs.insert(pair, Asked { answer, links: std::iter::once(link).collect(), mixed: false });
                self.partners.entry(pair.0).or_default().insert(pair.1);
                self.partners.entry(pair.1).or_default().insert(pair.0);
                Time::MAX
            }
        };
        self.time(pair, was, until);
    }

    /// Forgets a link, and with the last one the answer.
    fn remove(&mut self, pair: Pair, link: u32) {
        let Some(known) = self.pairs.get_mut(&pair) else {
            return;
        };
        known.links.remove(&link);
        if !known.links.is_empty() {
            return;
        }
        let was = known.answer.until;
        self.time(pair, was, Time::MAX);
        self.pairs.remove(&pair);
        for (end, other) in [pair, (pair.1, pair.0)] {
            if let Some(partners) = self.partners.get_mut(&end) {
                partners.remove(&other);
                if partners.is_empty() {
                    self.partners.remove(&end);
                }
            }
        }
    }
}

impl Graph {
    /// Between whom a link is, as the gate sees it.
    pub(crate) fn pair(&self, link: u32) -> Pair {
        let row = self.links.at(link);
        let (a, b) = (self.own(row.a), self.own(row.b));
        (a.min(b), a.max(b))
    }

    /// Asks the gate about a link, where it needs to be asked. `known` tells the sorted members that a node's proving
    /// identifiers join to it; what was said before in this round is not asked again.
    pub(crate) fn ask(
        &self,
        link: u32,
        gate: &dyn Gate,
        now: Time,
        said: &mut Said,
        known: &mut dyn FnMut(u32) -> Rc<[Member]>,
    ) -> Option<Answer> {
        let row = self.links.at(link);
        let low = if self.own(row.a) <= self.own(row.b) { row.a } else { row.b };
        let mut until = None;
        for end in [low, row.other(low)] {
            let (device, other) = (self.nodes.at(end), row.other(end));
            let Some(purpose) = self.kind(device.member.kind).stitch.filter(|_| device.class == Class::Device) else {
                continue;
            };
            let alone = self.nodes.at(other).class == Class::Device;
            let them: Rc<[Member]> = if alone { [self.own(other)].into() } else { known(other) };
            let own = self.own(end);
            let first = them.first().copied().unwrap_or(own);
            let answer =
                said.entry((purpose, own, first, alone)).or_insert_with(|| gate.link(purpose, &them, own, now));
            // A gate that promises nothing is asked again at the next instant, not for ever at this one.
            let holds = answer.until.max(Time(now.0.saturating_add(1))).min(until.unwrap_or(Time::MAX));
            until = Some(holds);
            if let Verdict::Deny(reason) = &answer.value {
                return Some(Answer { denied: Some(reason.clone()), until: holds });
            }
        }
        until.map(|until| Answer { denied: None, until })
    }

    /// Asks about a link as things stand.
    pub(crate) fn ask_now(&self, link: u32, gate: &dyn Gate, now: Time) -> Option<Answer> {
        let mut known = |node| self.members_of(&self.proven(node)).into();
        self.ask(link, gate, now, &mut Said::default(), &mut known)
    }

    /// Remembers an answer, or forgets one.
    pub(crate) fn answer(&mut self, link: u32, answer: Option<Answer>) {
        if self.answers.is_empty() && answer.is_none() {
            return;
        }
        let pair = self.pair(link);
        match answer {
            Some(answer) => self.answers.add(pair, link, answer),
            None => self.answers.remove(pair, link),
        }
    }

    /// The reason for which the gate denied a link.
    pub(crate) fn denial(&self, link: u32) -> Option<&Reason> {
        let denied = self.links.at(link).state == State::Denied;
        let asked = self.answers.pairs.get(&self.pair(link)).filter(|_| denied)?;
        asked.answer.denied.as_ref()
    }

    /// Asks again about pairs; links whose verdict is another must be solved again.
    pub(crate) fn ask_again(&mut self, pairs: &[Pair], gate: &dyn Gate, now: Time, dirty: &mut Dirty) {
        let (mut said, mut known) = (Said::default(), Map::<u32, Rc<[Member]>>::default());
        said.reserve(pairs.len());
        known.reserve(pairs.len());
        for pair in pairs {
            let Some(link) = self.answers.pairs.get(pair).and_then(|asked| asked.links.first()).copied() else {
                continue;
            };
            let answer = self.ask(link, gate, now, &mut said, &mut |node| {
                if let Some(members) = known.get(&node) {
                    return Rc::clone(members);
                }
                let nodes = self.proven(node);
                let members: Rc<[Member]> = self.members_of(&nodes).into();
                known.extend(nodes.into_iter().map(|node| (node, Rc::clone(&members))));
                members
            });
            let (Some(answer), Some(asked)) = (answer, self.answers.pairs.get_mut(pair)) else {
                continue;
            };
            let denied = answer.denied.is_some();
            if asked.mixed || asked.answer.denied.is_some() != denied {
                asked.mixed = false;
                let rows = asked.links.iter().map(|link| self.links.at(*link));
                let other = rows.filter(|row| (row.state == State::Denied) != denied);
                dirty.seeds.extend(other.flat_map(|row| [row.a, row.b]));
            }
            let until = answer.until;
            let was = std::mem::replace(&mut asked.answer, answer).until;
            self.answers.time(*pair, was, until);
        }
    }

    /// The pairs on which the gate answers from the ledgers of what proving identifiers join, for these nodes of it.
    /// A device is asked for by itself, whatever it was ruled to belong to.
    pub(crate) fn asked_about(&self, nodes: &[u32]) -> Vec<Pair> {
        if self.answers.is_empty() {
            return Vec::new();
        }
        let known = nodes.iter().map(|node| self.nodes.at(*node)).filter(|row| row.class != Class::Device);
        let mut pairs: Vec<Pair> = known.flat_map(|row| self.answers.of(row.member)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}
