//! A scenario run: told time, instant by instant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use onefold_model::{
    Cause, Change, ChannelId, Class, Event, Facts, News, Position, ProfileId, PurposeId, Schema, Sheet, Time, Until,
    Value, closest,
};

use super::fault::{Fault, Place, Reason};
use super::report::{Failure, Happened, Report, What};
use super::world::World;
use super::{Expect, Given, Plain, Scenario, When};
use crate::journey::{Journeys, Note, Noted, Walks};
use crate::{Definitions, Live};

impl Scenario {
    /// Runs it.
    ///
    /// # Errors
    /// [`Fault`] with the first place that cannot be run. Expectations that do not hold are no errors: the report
    /// says so.
    pub fn run(
        &self,
        definitions: &Definitions,
        schema: &Schema,
        journeys: Option<&Journeys>,
    ) -> Result<Report, Fault> {
        Stage::set(self, definitions, schema, journeys)?.play()
    }
}

/// What is given, resolved.
struct Act {
    nth: usize,
    who: ProfileId,
    occurred: Time,
    told: Time,
    event: Option<Arc<Event>>,
    choices: Vec<(PurposeId, Option<ChannelId>, bool)>,
}

struct Stage<'a> {
    scenario: &'a Scenario,
    definitions: &'a Definitions,
    schema: &'a Schema,
    world: World,
    ids: BTreeMap<String, ProfileId>,
    names: BTreeMap<ProfileId, String>,
    live: Live,
    walks: Option<Walks>,
    transcript: Vec<Happened>,
    failed: Vec<Failure>,
    passed: usize,
}

fn fault<R: Into<Reason>>(place: Place) -> impl FnOnce(R) -> Fault {
    move |reason| Fault { place, reason: reason.into() }
}

impl<'a> Stage<'a> {
    fn set(
        scenario: &'a Scenario,
        definitions: &'a Definitions,
        schema: &'a Schema,
        journeys: Option<&Journeys>,
    ) -> Result<Self, Fault> {
        let mut stage = Self {
            scenario,
            definitions,
            schema,
            world: World::default(),
            ids: BTreeMap::new(),
            names: BTreeMap::new(),
            live: Live::new(definitions.clone()),
            walks: journeys.cloned().map(Walks::new),
            transcript: Vec::new(),
            failed: Vec::new(),
            passed: 0,
        };
        let kind = stage.kind()?;
        for (kind, groups) in &scenario.groups {
            for (name, traits) in groups {
                let place = || Place::Group(name.clone());
                let id = schema.identifier(kind, name).map_err(fault(place()))?;
                let sheet = traits
                    .iter()
                    .try_fold(Sheet::new(schema, &id), |sheet, (name, plain)| sheet.set(name, plain.to_value()));
                let sheet = sheet.map_err(fault(place()))?;
                stage.world.groups.insert(sheet.profile(), sheet);
            }
        }
        for (name, customer) in &scenario.who {
            let place = || Place::Who(name.clone());
            let id = schema.identifier(&kind, name).map_err(fault(place()))?;
            let sheet = customer
                .traits
                .iter()
                .try_fold(Sheet::new(schema, &id), |sheet, (name, plain)| sheet.set(name, plain.to_value()));
            let mut sheet = sheet.map_err(fault(place()))?;
            for (purpose, channel, granted) in stage.choices(&customer.grants, true).map_err(fault(place()))? {
                sheet.permit(purpose, channel, Until::always(granted));
            }
            let who = sheet.profile();
            for (kind, groups) in &customer.groups {
                for group in groups {
                    let id = schema.identifier(kind, group).map_err(fault(place()))?;
                    let unknown = || Reason::Unknown { what: "kind of group", name: kind.clone(), help: None };
                    let relation = schema.relation_of(id.member().kind).ok_or_else(unknown).map_err(fault(place()))?;
                    let group = ProfileId(id.member().token);
                    stage.world.groups.entry(group).or_insert_with(|| Sheet::new(schema, &id));
                    stage.world.belongs.entry((who, relation)).or_default().insert(group);
                }
            }
            stage.world.sheets.insert(who, sheet);
            stage.ids.insert(name.clone(), who);
            stage.names.insert(who, name.clone());
        }
        Ok(stage)
    }

    /// The kind of identifier that the names of customers are.
    fn kind(&self) -> Result<String, Fault> {
        if let Some(kind) = &self.scenario.kind {
            return Ok(kind.clone());
        }
        let takes = |kind: &str| self.scenario.who.keys().all(|name| self.schema.identifier(kind, name).is_ok());
        let kinds = self.schema.kinds().filter(|(id, _)| self.schema.class(*id) == Class::Person);
        let found = kinds.map(|(_, kind)| kind.name.as_str()).find(|kind| takes(kind)).map(str::to_owned);
        found.ok_or(Fault { place: Place::Scenario, reason: Reason::Kind })
    }

    fn choices(
        &self,
        said: &[String],
        granted: bool,
    ) -> Result<Vec<(PurposeId, Option<ChannelId>, bool)>, onefold_model::Error> {
        let each = said.iter().map(|text| {
            let (purpose, channel) = match text.split_once('/') {
                Some((purpose, channel)) => (purpose, Some(self.schema.channel(channel)?)),
                None => (text.as_str(), None),
            };
            Ok((self.schema.purpose(purpose)?, channel, granted))
        });
        each.collect()
    }

    fn who(&self, name: &str) -> Result<ProfileId, Reason> {
        self.ids.get(name).copied().ok_or_else(|| {
            let help = closest(name, self.ids.keys().map(String::as_str)).map(Into::into);
            Reason::Unknown { what: "customer", name: name.into(), help }
        })
    }

    fn when(&self, when: &When) -> Result<Time, Reason> {
        let start = self.scenario.start;
        let at = when.after(start).ok_or_else(|| Reason::When(when.0.clone()))?;
        if at < start { Err(Reason::Early { at, start }) } else { Ok(at) }
    }

    fn segment(&self, name: &str) -> Result<onefold_model::SegmentId, Reason> {
        self.definitions.id(name).ok_or_else(|| {
            let known = self.definitions.ids().map(|id| self.definitions.name(id));
            Reason::Unknown { what: "segment", name: name.into(), help: closest(name, known).map(Into::into) }
        })
    }

    // ------------------------------------------------------------ what is given

    fn act(&self, nth: usize, given: &Given) -> Result<Act, Reason> {
        let who = self.who(&given.who)?;
        // What is given may have occurred before time begins; it is told when it begins, or later.
        let start = self.scenario.start;
        let occurred = given.at.after(start).ok_or_else(|| Reason::When(given.at.0.clone()))?;
        let told = match &given.told {
            Some(told) => self.when(told)?,
            None => occurred.max(start),
        };
        if told < occurred {
            return Err(Reason::Foretold { at: occurred, told });
        }
        let mut choices = self.choices(&given.grants, true)?;
        choices.extend(self.choices(&given.refuses, false)?);
        let event = match &given.event {
            Some(name) => Some(Arc::new(self.event(nth, name, given, occurred, told)?)),
            None if given.traits.is_empty() && choices.is_empty() => return Err(Reason::Empty),
            None => None,
        };
        Ok(Act { nth, who, occurred, told, event, choices })
    }

    fn event(&self, nth: usize, name: &str, given: &Given, occurred: Time, told: Time) -> Result<Event, Reason> {
        let what = self.schema.event_type(name)?;
        for property in given.with.keys() {
            self.schema.property(what, property)?;
        }
        let source = match &given.source {
            Some(source) => source.as_str(),
            None => self.schema.spec().sources.first().map_or("", |source| source.name.as_str()),
        };
        let draft = self.schema.draft(source, name).at(occurred).message_id(&format!("given {nth}"));
        let draft = given.with.iter().fold(draft, |draft, (name, plain)| draft.set(name, plain.to_value()));
        let mut notes = Vec::new();
        let event = draft.receive_noting(told, &mut notes).map_err(Reason::Issue)?;
        notes.into_iter().next().map_or(Ok(event), |issue| Err(Reason::Issue(issue)))
    }

    /// Something happens: it becomes known, and everybody is looked at again.
    fn take(&mut self, act: &Act, given: &Given) -> Result<(), Reason> {
        let Act { nth, who, occurred, told, .. } = *act;
        if let Some(sheet) = self.world.sheets.get_mut(&who) {
            for (name, plain) in &given.traits {
                sheet.turn(name, occurred, plain.to_value())?;
            }
            for (purpose, channel, granted) in &act.choices {
                sheet.permit(*purpose, *channel, Until::always(*granted));
            }
            if let Some(event) = &act.event {
                sheet.insert(Arc::clone(event));
            }
        }
        self.tell(told, who, What::Given(spoken(given, (occurred < told).then_some(occurred))));
        let position = Position(nth as u64);
        let cause = if occurred < told { Cause::Late(position) } else { Cause::Event(position) };
        // Others may be concerned too, by what they have in common.
        let mut changes = Vec::new();
        let others = self.world.sheets.keys().copied().filter(|other| *other != who);
        for who in std::iter::once(who).chain(others) {
            self.live.touch(who, cause, &self.world, told, &mut changes);
        }
        self.changed(&changes);
        if let (Some(walks), Some(event)) = (&mut self.walks, &act.event) {
            let mut notes = Vec::new();
            walks.event(who, event, told, &self.world, &mut notes);
            self.noted(notes);
        }
        Ok(())
    }

    // ------------------------------------------------------------ time

    fn play(mut self) -> Result<Report, Fault> {
        let scenario = self.scenario;
        let mut acts = Vec::with_capacity(scenario.given.len());
        for (nth, given) in (1..).zip(&scenario.given) {
            acts.push((self.act(nth, given).map_err(fault(Place::Given(nth)))?, given));
        }
        acts.sort_by_key(|(act, _)| (act.told, act.nth));
        let mut asked: BTreeMap<Time, Vec<usize>> = BTreeMap::new();
        for (nth, expect) in (1..).zip(&scenario.expect) {
            let at = self.when(&expect.at).and_then(|at| self.fits(expect).map(|()| at));
            asked.entry(at.map_err(fault(Place::Expect(nth)))?).or_default().push(nth);
        }
        let until = match &scenario.until {
            Some(until) => self.when(until).map_err(fault(Place::Scenario))?,
            None => scenario.start,
        };
        let mut instants: BTreeSet<Time> = asked.keys().copied().collect();
        instants.extend(acts.iter().map(|(act, _)| act.told));
        instants.extend([scenario.start, until]);

        let mut acts = acts.into_iter().peekable();
        let mut changes = Vec::new();
        for who in self.world.sheets.keys().copied().collect::<Vec<_>>() {
            self.live.touch(who, Cause::Definition, &self.world, scenario.start, &mut changes);
        }
        self.changed(&changes);
        // What is asked of an instant is looked at when the instant is over; what happened at it, at the end.
        for at in instants {
            self.advance(Time(at.0.saturating_sub(1)));
            while let Some((act, given)) = acts.next_if(|(act, _)| act.told == at) {
                self.take(&act, given).map_err(fault(Place::Given(act.nth)))?;
            }
            self.advance(at);
            for nth in asked.get(&at).into_iter().flatten() {
                if let Some(expect) = scenario.expect.get(nth - 1) {
                    self.look(*nth, expect, at).map_err(fault(Place::Expect(*nth)))?;
                }
            }
        }
        self.finish(&asked)
    }

    fn advance(&mut self, to: Time) {
        // Journeys may only be told what has happened, so segments go first, instant by instant.
        while let due = self.live.next_change()
            && due <= to
        {
            let mut changes = Vec::new();
            self.live.advance(due, &self.world, &mut changes);
            self.changed(&changes);
        }
        if let Some(walks) = &mut self.walks {
            let mut notes = Vec::new();
            walks.advance(to, &self.world, &mut notes);
            self.noted(notes);
        }
    }

    fn changed(&mut self, changes: &[Change]) {
        let mut notes = Vec::new();
        for change in changes {
            let what = match change.news {
                News::Entered(segment) => What::Entered(self.definitions.name(segment).to_owned()),
                News::Exited(segment) => What::Exited(self.definitions.name(segment).to_owned()),
                _ => continue,
            };
            if let Some(walks) = &mut self.walks {
                walks.apply(change, &self.world, &mut notes);
            }
            self.tell(change.at, change.profile, what);
            self.noted(std::mem::take(&mut notes));
        }
    }

    fn noted(&mut self, notes: Vec<Note>) {
        for note in notes {
            let what = match &note.what {
                Noted::Ordered(order) => What::Ordered {
                    action: order.action.to_string(),
                    channel: order.channel.as_ref().map(ToString::to_string),
                    journey: note.journey.to_string(),
                },
                other => {
                    let key = note.key.as_ref().map_or_else(String::new, |key| format!(" ({})", key.as_str()));
                    What::Noted(format!("{}{key}: {other}", note.journey))
                }
            };
            self.tell(note.at, note.profile, what);
        }
    }

    fn tell(&mut self, at: Time, who: ProfileId, what: What) {
        let who = self.names.get(&who).cloned().unwrap_or_else(|| who.to_string());
        self.transcript.push(Happened { at, who, what });
    }

    // ------------------------------------------------------------ what is expected

    /// Whether an expectation can be asked at all.
    fn fits(&self, expect: &Expect) -> Result<(), Reason> {
        let Expect { who, entered, exited, ordered, inside, outside, members, value, .. } = expect;
        if let Some(who) = who {
            self.who(who)?;
        }
        let segments = entered.iter().chain(exited).chain(inside).chain(outside).chain(members.keys());
        let mut some = ordered.is_some();
        for segment in segments {
            self.segment(segment)?;
            some = true;
        }
        for name in members.values().flatten() {
            self.who(name)?;
        }
        for name in value.keys() {
            if self.definitions.computed(name).is_none() {
                self.schema.field(name)?;
            }
            some = true;
        }
        let personal = entered.is_some()
            || exited.is_some()
            || ordered.is_some()
            || !(inside.is_empty() && outside.is_empty() && value.is_empty());
        match (some, personal, who) {
            (false, ..) => Err(Reason::Empty),
            (_, true, None) => Err(Reason::Whom),
            _ => Ok(()),
        }
    }

    /// What is so at an instant.
    fn look(&mut self, nth: usize, expect: &Expect, at: Time) -> Result<(), Reason> {
        if let Some(name) = &expect.who {
            let who = self.who(name)?;
            let segments = expect.inside.iter().map(|it| (it, true)).chain(expect.outside.iter().map(|it| (it, false)));
            for (segment, inside) in segments {
                let is = self.live.contains(self.segment(segment)?, who);
                let word = |inside| if inside { "in" } else { "out of" };
                let expected = format!("{name} {} {segment} at {at}", word(inside));
                self.judge(nth, is == inside, expected, || format!("{} it", word(is)));
            }
            for (field, plain) in &expect.value {
                let found = self.value(who, field, at)?;
                let right = plain.is(&found);
                self.judge(nth, right, format!("{name}'s {field} is {plain} at {at}"), || found.to_string());
            }
        }
        for (segment, names) in &expect.members {
            let is: BTreeSet<ProfileId> = self.live.members(self.segment(segment)?).collect();
            let found: BTreeSet<&str> = is.iter().filter_map(|who| self.names.get(who)).map(String::as_str).collect();
            let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
            let list = |names: &BTreeSet<&str>| format!("{{{}}}", names.iter().copied().collect::<Vec<_>>().join(", "));
            let (right, found) = (wanted == found, list(&found));
            self.judge(nth, right, format!("{segment} is {} at {at}", list(&wanted)), || found);
        }
        Ok(())
    }

    fn value(&self, who: ProfileId, name: &str, at: Time) -> Result<Value, Reason> {
        let Some(sheet) = self.world.sheets.get(&who) else { return Ok(Value::Null) };
        match self.definitions.computed(name) {
            Some(_) => Ok(self.definitions.value(name, sheet, &self.world, at).value),
            None => Ok(sheet.field(self.schema.field(name)?).clone()),
        }
    }

    fn judge(&mut self, expect: usize, right: bool, expected: String, found: impl FnOnce() -> String) {
        match right {
            true => self.passed += 1,
            false => self.failed.push(Failure { expect, expected, found: found() }),
        }
    }

    /// What happened at the instants, and what nobody expected.
    fn finish(mut self, asked: &BTreeMap<Time, Vec<usize>>) -> Result<Report, Fault> {
        self.transcript.sort_by_key(|happened| happened.at);
        let mut met = BTreeSet::new();
        let scenario = self.scenario;
        for (at, nth) in asked.iter().flat_map(|(at, all)| all.iter().map(move |nth| (*at, *nth))) {
            let Some(expect) = scenario.expect.get(nth - 1) else { continue };
            let name = expect.who.as_deref().unwrap_or_default();
            let wanted = [
                expect.entered.as_ref().map(|it| Wanted::Entered(it)),
                expect.exited.as_ref().map(|it| Wanted::Exited(it)),
                expect.ordered.as_ref().map(|it| Wanted::Ordered(it)),
            ];
            for wanted in wanted.into_iter().flatten() {
                let fits = |it: &Happened| it.who == name && wanted.is(&it.what);
                let all = self.transcript.iter().enumerate();
                let hit = all.filter(|(at, _)| !met.contains(at)).find(|(_, it)| it.at == at && fits(it));
                let hit = hit.map(|(nth, _)| nth);
                met.extend(hit);
                let found = || {
                    let when: Vec<String> =
                        self.transcript.iter().filter(|it| fits(it)).map(|it| it.at.to_string()).collect();
                    if when.is_empty() { "never".to_owned() } else { format!("at {}", when.join(", ")) }
                };
                let found = if hit.is_some() { String::new() } else { found() };
                self.judge(nth, hit.is_some(), format!("{name} {wanted} at {at}"), || found);
            }
        }
        let counts = |what: &What| matches!(what, What::Entered(_) | What::Exited(_) | What::Ordered { .. });
        let rest = self.transcript.iter().enumerate().filter(|(nth, it)| counts(&it.what) && !met.contains(nth));
        let unexpected = rest.map(|(_, it)| it.clone()).collect();
        self.failed.sort_by_key(|failure| failure.expect);
        Ok(Report {
            passed: self.passed,
            failed: self.failed,
            unexpected,
            strict: scenario.strict,
            transcript: self.transcript,
        })
    }
}

enum Wanted<'a> {
    Entered(&'a str),
    Exited(&'a str),
    Ordered(&'a str),
}

impl Wanted<'_> {
    fn is(&self, what: &What) -> bool {
        match (self, what) {
            (Self::Entered(name), What::Entered(is)) | (Self::Exited(name), What::Exited(is)) => name == is,
            (Self::Ordered(name), What::Ordered { action, .. }) => name == action,
            _ => false,
        }
    }
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entered(segment) => write!(f, "enters {segment}"),
            Self::Exited(segment) => write!(f, "leaves {segment}"),
            Self::Ordered(action) => write!(f, "is to get {action}"),
        }
    }
}

fn spoken(given: &Given, late: Option<Time>) -> String {
    let pairs = |pairs: &BTreeMap<String, Plain>| {
        pairs.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
    };
    let mut parts = Vec::new();
    if let Some(event) = &given.event {
        match given.with.is_empty() {
            true => parts.push(event.clone()),
            false => parts.push(format!("{event} ({})", pairs(&given.with))),
        }
    }
    if !given.traits.is_empty() {
        parts.push(pairs(&given.traits));
    }
    parts.extend(given.grants.iter().map(|purpose| format!("grants {purpose}")));
    parts.extend(given.refuses.iter().map(|purpose| format!("refuses {purpose}")));
    if let Some(occurred) = late {
        parts.push(format!("occurred {occurred}"));
    }
    parts.join("; ")
}
