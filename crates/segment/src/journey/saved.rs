//! Where everybody is, as plain data that the host can store: by names, so that it survives another definition.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{EventId, ProfileId, SegmentId, Text, Time, Token};
use serde::{Deserialize, Serialize};

use super::note::{Ended, Note, Noted};
use super::person::{Person, Spot};
use super::run::{Entry, Run};
use super::{Journeys, Walks};
use crate::Definitions;

/// Where everybody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    now: Time,
    people: Vec<SavedPerson>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedPerson {
    who: Hex,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inside: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carried: Option<(Time, Vec<String>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    runs: Vec<SavedRun>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    past: Vec<(String, Option<String>, Time)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sent: Vec<(Time, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedRun {
    journey: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// At least one, the earliest first.
    entries: Vec<(Time, Hex, Option<Hex>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    since: Time,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    visits: Vec<(String, u32)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    done: Vec<(String, u32, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<(Time, bool)>,
}

/// Sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hex([u8; 16]);

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        Token(hex.0).to_string()
    }
}

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let right = text.len() == 32 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        let number = right.then(|| u128::from_str_radix(&text, 16).ok()).flatten();
        number.map(|number| Self(number.to_be_bytes())).ok_or("an id is 32 hexadecimal digits")
    }
}

impl Walks {
    /// All that is needed to go on, as plain data.
    #[must_use]
    pub fn save(&self) -> Saved {
        let plan = self.journeys.plan();
        let names = |segments: &BTreeSet<SegmentId>| {
            segments.iter().filter_map(|it| plan.watched.get(it).cloned()).collect::<Vec<_>>()
        };
        let people = self.people.iter().map(|(who, person)| SavedPerson {
            who: Hex(who.0.0),
            inside: names(&person.inside),
            carried: person.carried.as_ref().map(|(at, segments)| (*at, names(segments))),
            runs: person.runs.iter().filter_map(|(spot, run)| self.save_run(spot, run)).collect(),
            past: person
                .past
                .iter()
                .filter_map(|((nth, key), last)| {
                    let name = plan.tracks.get(*nth as usize)?.name.to_string();
                    Some((name, key.as_ref().map(|key| key.as_str().to_owned()), *last))
                })
                .collect(),
            sent: person
                .sent
                .iter()
                .map(|(at, channel)| (*at, self.journeys.schema().channel_name(*channel).to_owned()))
                .collect(),
        });
        Saved { now: self.now, people: people.collect() }
    }

    fn save_run(&self, spot: &Spot, run: &Run) -> Option<SavedRun> {
        let track = self.journeys.plan().tracks.get(spot.0 as usize)?;
        let name = |at: u32| track.nodes.get(at as usize).map(|node| node.name.to_string());
        let entries = std::iter::once(&run.entry).chain(&run.others);
        Some(SavedRun {
            journey: track.name.to_string(),
            key: spot.1.as_ref().map(|key| key.as_str().to_owned()),
            entries: entries.map(|it| (it.at, Hex(it.origin.0.0), it.event.map(|event| Hex(event.0)))).collect(),
            step: run.step.and_then(name),
            since: run.since,
            visits: run.visits.iter().filter_map(|(at, count)| Some((name(*at)?, *count))).collect(),
            done: run.done.iter().filter_map(|((at, nth), id)| Some((name(*at)?, *nth, id.clone()))).collect(),
            held: run.held,
            due: run.due,
        })
    }

    /// Goes on from what was saved. The journeys may be others by now: a walk whose journey or step is not defined any
    /// more ends, which is told; what is remembered of segments, journeys and channels that are not there is forgotten.
    #[must_use]
    pub fn load(journeys: Journeys, definitions: &Definitions, saved: Saved, out: &mut Vec<Note>) -> Self {
        let mut walks = Self { now: saved.now, ..Self::new(journeys) };
        let journeys = walks.journeys.clone();
        let plan = journeys.plan();
        let segments = |names: Vec<String>| {
            names.iter().filter_map(|name| definitions.id(name)).filter(|id| plan.watched.contains_key(id)).collect()
        };
        let numbers: BTreeMap<&str, u32> = (0..).zip(&plan.tracks).map(|(nth, track)| (&*track.name, nth)).collect();
        let spot = |journey: &str, key: Option<String>| -> Option<Spot> {
            Some((*numbers.get(journey)?, key.map(|key| Text::from(key.as_str()))))
        };
        for saved in saved.people {
            let who = ProfileId(Token(saved.who.0));
            let mut person = Person {
                inside: segments(saved.inside),
                carried: saved.carried.map(|(at, names)| (at, segments(names))),
                ..Person::default()
            };
            for (journey, key, last) in saved.past {
                person.past.extend(spot(&journey, key).map(|spot| (spot, last)));
            }
            for (at, channel) in saved.sent {
                person.sent.extend(journeys.schema().channel(&channel).ok().map(|channel| (at, channel)));
            }
            person.sent.sort_unstable();
            walks.people.insert(who, person);
            for run in saved.runs {
                let ended = (run.journey.clone(), run.key.clone());
                let place = spot(&run.journey, run.key.clone());
                match place.and_then(|spot| Some((run.load(plan.tracks.get(spot.0 as usize)?)?, spot))) {
                    Some((run, spot)) => walks.resume(who, spot, run),
                    None => out.push(Note {
                        at: walks.now,
                        profile: who,
                        journey: ended.0.into(),
                        key: ended.1.map(|key| Text::from(key.as_str())),
                        what: Noted::Ended(Ended::Undefined),
                    }),
                }
            }
            if walks.people.get(&who).is_some_and(|person| person.is_empty() && person.carried.is_none()) {
                walks.people.remove(&who);
            }
        }
        walks
    }

    fn resume(&mut self, who: ProfileId, spot: Spot, run: Run) {
        let priority = self.journeys.plan().tracks.get(spot.0 as usize).map_or(0, |track| track.priority);
        // A step that waits longer or shorter now is asked at once; else it rests as before.
        let (due, act) = run.due.unwrap_or((self.now, false));
        let person = self.people.entry(who).or_default();
        person.runs.insert(spot.clone(), Run { due: None, ..run });
        self.set(who, spot, priority, due, act);
    }

    /// The same walks through other journeys: those that are defined no more end, and where a step waits longer or
    /// shorter now that counts at once.
    #[must_use]
    pub fn redefine(&self, journeys: Journeys, definitions: &Definitions, out: &mut Vec<Note>) -> Self {
        let mut saved = self.save();
        for run in saved.people.iter_mut().flat_map(|person| &mut person.runs) {
            run.due = None;
        }
        Self::load(journeys, definitions, saved, out)
    }
}

impl SavedRun {
    fn load(self, track: &super::check::Track) -> Option<Run> {
        let places: BTreeMap<&str, u32> = (0..).zip(&track.nodes).map(|(nth, node)| (&*node.name, nth)).collect();
        let place = |name: &str| places.get(name).copied();
        let entries = self.entries.into_iter().map(|(at, origin, event)| Entry {
            at,
            origin: ProfileId(Token(origin.0)),
            event: event.map(|event| EventId(event.0)),
        });
        let mut entries: BTreeSet<Entry> = entries.collect();
        let entry = entries.pop_first()?;
        let step = match self.step {
            Some(name) => Some(place(&name)?),
            None => None,
        };
        Some(Run {
            entry,
            others: entries,
            step,
            since: self.since,
            visits: self.visits.into_iter().filter_map(|(name, count)| Some((place(&name)?, count))).collect(),
            done: self.done.into_iter().filter_map(|(name, nth, id)| Some(((place(&name)?, nth), id))).collect(),
            held: self.held,
            due: self.due,
        })
    }
}
