//! Asking the gate whether a device may be linked, and remembering until when its answer holds.
//!
//! The gate answers from the ledger entries of two ends: the members that proving identifiers have joined, and the
//! device itself. It is never asked about what device links have joined, since its answer would then depend on itself.

use onefold_model::{Class, Gate, Member, Reason, Time, Verdict};

use crate::evidence::{Dirty, State};
use crate::graph::Graph;

/// The gate's answer on a link.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) denied: Option<Reason>,
    pub(crate) until: Time,
}

impl Graph {
    /// Asks the gate about a link, where it needs to be asked. `known` tells the members that a node's proving
    /// identifiers join to it.
    pub(crate) fn ask(
        &self,
        link: u32,
        gate: &dyn Gate,
        now: Time,
        known: &mut dyn FnMut(u32) -> std::rc::Rc<[Member]>,
    ) -> Option<Answer> {
        let row = self.links.at(link);
        let low = if self.nodes.at(row.a).member < self.nodes.at(row.b).member { row.a } else { row.b };
        let mut until = None;
        for end in [low, row.other(low)] {
            let (device, other) = (self.nodes.at(end), row.other(end));
            let Some(purpose) = self.kind(device.member.kind).stitch.filter(|_| device.class == Class::Device) else {
                continue;
            };
            let answer = match self.nodes.at(other).class {
                Class::Device => gate.link(purpose, &[self.own(other)], self.own(end), now),
                _ => gate.link(purpose, &known(other), self.own(end), now),
            };
            // A gate that promises nothing is asked again at the next instant, not for ever at this one.
            let holds = answer.until.max(Time(now.0.saturating_add(1))).min(until.unwrap_or(Time::MAX));
            until = Some(holds);
            if let Verdict::Deny(reason) = answer.value {
                return Some(Answer { denied: Some(reason), until: holds });
            }
        }
        until.map(|until| Answer { denied: None, until })
    }

    /// Asks about a link as things stand.
    pub(crate) fn ask_now(&self, link: u32, gate: &dyn Gate, now: Time) -> Option<Answer> {
        self.ask(link, gate, now, &mut |node| self.members_of(&self.proven(node)).into())
    }

    /// Remembers an answer, or forgets one.
    pub(crate) fn answer(&mut self, link: u32, answer: Option<Answer>) {
        if self.answers.is_empty() && answer.is_none() {
            return;
        }
        let known = match answer {
            Some(answer) => {
                if answer.until < Time::MAX {
                    self.timers.insert((answer.until, link));
                }
                let until = answer.until;
                self.answers.insert(link, answer).filter(|known| known.until != until)
            }
            None => self.answers.remove(&link),
        };
        if let Some(known) = known {
            self.timers.remove(&(known.until, link));
        }
    }

    /// Asks again about links; those whose answer is another must be solved again.
    pub(crate) fn ask_again(&mut self, links: &[u32], gate: &dyn Gate, now: Time, dirty: &mut Dirty) {
        for link in links {
            let row = self.links.at(*link);
            let (a, b, denied) = (row.a, row.b, row.state == State::Denied);
            let answer = self.ask_now(*link, gate, now);
            let code = |answer: &Option<Answer>| {
                answer.as_ref().and_then(|answer| answer.denied.as_ref()).map(|reason| reason.code)
            };
            if code(&answer).is_some() != denied {
                dirty.seeds.extend([a, b]);
            }
            self.answer(*link, answer);
        }
    }

    /// The links about which the gate was asked with these nodes at one end.
    pub(crate) fn asked_about(&self, nodes: &[u32]) -> Vec<u32> {
        if self.answers.is_empty() {
            return Vec::new();
        }
        let links = nodes.iter().flat_map(|node| &self.nodes.at(*node).links).map(|(_, link)| *link);
        let mut links: Vec<u32> = links.filter(|link| self.answers.contains_key(link)).collect();
        links.sort_unstable();
        links.dedup();
        links
    }
}
