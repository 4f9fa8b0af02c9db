//! The fold: log entries into state, one after another, live and at reopening alike.
//!
//! In strata, so that nothing is circular: the ledger per identifier; identity by what proves the person, then device
//! links where the gate permits; profiles; the consent of the person; segments. At each instant identity's timers
//! (permissions that end) run before those of segments.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::Platform;
use crate::identity::{Sighting, Touched};
use crate::index::Standing;
use crate::intake::content_of;
use crate::model::{
    Cause, Change, Entry, Event, EventId, Member, Members, Position, ProfileId, Retraction, Ruling, Time,
};
use crate::view::View;

impl Platform {
    /// Applies one entry of the log.
    pub(crate) fn fold(&mut self, position: Position, entry: &Entry) {
        self.feed.turn_to(position.0);
        self.apply(position, entry);
        self.logged = self.now;
    }

    fn apply(&mut self, position: Position, entry: &Entry) {
        match entry {
            Entry::Event(event) => self.fold_event(position, event),
            Entry::Ruling(ruling) => self.fold_ruling(ruling),
            Entry::Retraction(retraction) => self.fold_retraction(retraction),
            Entry::Tick(at) => self.run_to(*at),
            Entry::Quarantined(record) => {
                let content = content_of(&self.schema, record);
                self.index.quarantine(record.id, record.event, position, content);
            }
            Entry::Suppress { member, at } => self.fold_suppression(*member, *at),
            Entry::TurnedAway(id) => {
                self.index.turn_away(*id);
            }
            Entry::Dismissed(id) => self.index.dismiss(*id),
            // A later version's entry cannot be decoded by this one, so none arrives here.
            _ => {}
        }
    }

    fn fold_ruling(&mut self, ruling: &Ruling) {
        if !self.index.rule(ruling) {
            return;
        }
        let mut out = Vec::new();
        let touched = self.graph.rule(ruling, &self.consent, self.now, &mut out);
        self.follow(touched, Cause::Ruling, out);
    }

    fn fold_retraction(&mut self, retraction: &Retraction) {
        if self.index.retract(retraction.event) {
            self.withdraw_event(retraction.event, Cause::Ruling);
        }
    }

    fn fold_suppression(&mut self, member: Member, at: Time) {
        if self.index.suppress(member, at) {
            self.consent.suppress(member, at);
            self.review(std::iter::once(member));
        }
    }

    fn fold_event(&mut self, position: Position, event: &Arc<Event>) {
        let cause = if event.times.received < self.now { Cause::Late(position) } else { Cause::Event(position) };
        self.run_before(event.times.received);
        let standing = self.index.insert(event);
        match standing {
            Standing::Copy | Standing::Loser => return,
            Standing::EarlierCopy | Standing::Winner => self.withdraw_event(event.id, cause),
            Standing::New => {}
        }
        if self.index.is_retracted(event.id) {
            return;
        }
        for choice in &event.choices {
            self.consent.record(choice, event.id, event.times.occurred, event.times.received);
        }
        let mut out = Vec::new();
        let sighting = Sighting {
            id: event.id,
            at: event.times.occurred,
            who: &event.who,
            previous: event.previous.as_ref().map(crate::model::Identifier::member),
        };
        let before = event.who.iter().find_map(|it| self.graph.profile(it.member()));
        let before = before.map(|who| (who, self.company(who)));
        let touched = self.graph.insert(sighting, &self.consent, self.now, &mut out);
        self.rehome(&touched);
        if let Some(home) = self.graph.home(event.id) {
            self.profiles.insert(home, Arc::clone(event));
        }
        for group in &event.groups {
            self.profiles.insert_group(group, Arc::clone(event));
        }
        // An event of somebody whose identifiers stay the same changes only what looks at such events.
        match (standing, before, self.graph.home(event.id)) {
            (Standing::New, Some((who, company)), Some(home))
                if who == home
                    && out.is_empty()
                    && touched.before.iter().chain(&touched.after).all(|it| *it == home)
                    && self.company(home) == company =>
            {
                self.tell_segments(home, event, cause);
            }
            _ => self.touch_segments(&touched, cause, out),
        }
        self.touch_groups(event, cause);
        self.review(event.choices.iter().map(|choice| choice.on));
    }

    /// How many identifiers a profile has, and how many restrict it. An event that moves nobody can only add some.
    fn company(&self, who: ProfileId) -> (usize, usize) {
        (self.graph.members(who).len(), self.graph.restricting(who).len())
    }

    /// Takes a live event out of every stratum, as if it had never been.
    fn withdraw_event(&mut self, id: EventId, cause: Cause) {
        let Some(home) = self.graph.home(id) else { return };
        let Some(event) = self.profiles.remove(home, id) else { return };
        for group in &event.groups {
            self.profiles.remove_group(ProfileId(group.member().token), id);
        }
        self.consent.retract(id);
        let mut out = Vec::new();
        let mut touched = self.graph.retract(id, &self.consent, self.now, &mut out);
        touched.before.push(home);
        self.follow(touched, cause, out);
        self.touch_groups(&event, cause);
        self.review(event.choices.iter().map(|choice| choice.on));
    }

    /// The ledger of some members changed: identity asks the gate again, and segments look at the persons again.
    fn review(&mut self, members: impl Iterator<Item = Member>) {
        for member in members.collect::<BTreeSet<_>>() {
            let mut out = Vec::new();
            let mut touched = self.graph.review(member, &self.consent, self.now, &mut out);
            touched.after.extend(self.graph.concerned(member));
            self.follow(touched, Cause::Consent, out);
        }
    }

    /// What identity moved is moved in the profiles, and segments look again.
    fn follow(&mut self, touched: Touched, cause: Cause, out: Vec<Change>) {
        self.rehome(&touched);
        self.touch_segments(&touched, cause, out);
    }

    /// Events follow their identifiers to the clusters that these are in now.
    fn rehome(&mut self, touched: &Touched) {
        if touched.before == touched.after && touched.before.len() < 2 {
            return;
        }
        for before in &touched.before {
            for event in self.profiles.take(*before) {
                if let Some(home) = self.graph.home(event.id) {
                    self.profiles.insert(home, event);
                }
            }
        }
    }

    fn touch_segments(&mut self, touched: &Touched, cause: Cause, mut out: Vec<Change>) {
        let people = View {
            profiles: &self.profiles,
            consent: &self.consent,
            graph: &self.graph,
            circumstances: self.circumstances,
        };
        let all: BTreeSet<ProfileId> = touched.before.iter().chain(&touched.after).copied().collect();
        let structural = out.iter().any(|change| matches!(change.cause, Cause::Merge | Cause::Split));
        for who in all {
            let cause = match cause {
                Cause::Event(_) if structural => out.first().map_or(cause, |change| change.cause),
                other => other,
            };
            self.live.touch(who, cause, &people, self.now, &mut out);
        }
        self.feed.take(&mut out);
    }

    /// Segments that look at such events look again.
    fn tell_segments(&mut self, who: ProfileId, event: &Event, cause: Cause) {
        let people = View {
            profiles: &self.profiles,
            consent: &self.consent,
            graph: &self.graph,
            circumstances: self.circumstances,
        };
        let mut out = Vec::new();
        self.live.event(who, cause, event, &people, self.now, &mut out);
        self.feed.take(&mut out);
    }

    /// What an event says of groups is read by segments of their members.
    fn touch_groups(&mut self, event: &Event, cause: Cause) {
        let people = View {
            profiles: &self.profiles,
            consent: &self.consent,
            graph: &self.graph,
            circumstances: self.circumstances,
        };
        let mut out = Vec::new();
        for group in &event.groups {
            let group = ProfileId(group.member().token);
            self.live.touch_group(group, cause, &people, self.now, &mut out);
        }
        self.feed.take(&mut out);
    }

    /// The next instant at which something changes by time alone.
    #[must_use]
    pub(crate) fn next_change(&self) -> Time {
        self.graph.next_change().min(self.live.next_change())
    }

    /// Timers due before `at` fire, each at its own instant; then it is `at`. A clock that jumps back changes nothing.
    fn run_before(&mut self, at: Time) {
        while let due = self.next_change()
            && due < at
        {
            self.fire(due);
        }
        self.now = self.now.max(at);
    }

    /// Timers due at or before `to` fire, each at its own instant; then it is `to`.
    fn run_to(&mut self, to: Time) {
        while let due = self.next_change()
            && due <= to
            && due < Time::MAX
        {
            self.fire(due);
        }
        self.now = self.now.max(to);
    }

    /// Everything that is due at one instant: identity first.
    fn fire(&mut self, due: Time) {
        self.now = self.now.max(due);
        if self.graph.next_change() <= due {
            let mut out = Vec::new();
            let touched = self.graph.advance(due, &self.consent, &mut out);
            self.follow(touched, Cause::Timer, out);
        }
        if self.live.next_change() <= due {
            let mut out = Vec::new();
            let people = View {
                profiles: &self.profiles,
                consent: &self.consent,
                graph: &self.graph,
                circumstances: self.circumstances,
            };
            self.live.advance(due, &people, &mut out);
            self.feed.take(&mut out);
        }
    }
}
