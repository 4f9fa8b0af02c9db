//! All profiles: persons, and the households and accounts they belong to.
//!
//! Who an event belongs to is not known here; the caller says so, and says so again when that changes:
//! [`take`](Profiles::take) dissolves a profile, and its events are inserted where they belong now.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use onefold_model::{Event, EventId, Facts, Identifier, People, ProfileId, RelationId, Schema};

use crate::rules::Rules;
use crate::{Custom, Error, Kind, Profile};

/// The profiles of all persons and groups.
///
/// The state is a function of the events that each profile holds; in which order they came leaves no trace. As
/// [`People`] it shows persons, and of groups those that one asks for by id or relation.
#[derive(Clone)]
pub struct Profiles {
    rules: Arc<Rules>,
    people: BTreeMap<ProfileId, Profile>,
    groups: BTreeMap<ProfileId, Profile>,
    /// INVARIANT: of each group the persons whose events name it; no group without one.
    members: BTreeMap<ProfileId, BTreeSet<ProfileId>>,
}

impl Profiles {
    /// No profiles yet, and the rules of the schema.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self {
            rules: Arc::new(Rules::new(schema)),
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            members: BTreeMap::new(),
        }
    }

    /// The same with a rule of the user's own for a field, or for a group of fields by its name.
    ///
    /// # Errors
    /// [`Error::Model`] for a name that nobody declared, [`Error::InGroup`] for a field that survives with its group.
    ///
    /// ```
    /// use onefold_model::{Party, Schema, Type};
    /// use std::sync::Arc;
    /// let schema = Schema::builder().source("crm", Party::First, 90).field("city", Type::Text).build([7; 32].into())?;
    /// // The first that was ever said.
    /// let profiles = onefold_profile::Profiles::new(&schema).with_custom("city", Arc::new(|said| said.len().checked_sub(1)))?;
    /// assert!(profiles.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_custom(mut self, field: &str, rule: Custom) -> Result<Self, Error> {
        let mut rules = Rules::clone(&self.rules);
        rules.customise(field, rule)?;
        self.rules = Arc::new(rules);
        for profile in self.people.values_mut().chain(self.groups.values_mut()) {
            profile.obey(&self.rules);
        }
        Ok(self)
    }

    /// Gives a person an event, and creates the profile with the first. An event that the profile holds already
    /// changes nothing; of two that share an id but not their content, the one that takes precedence counts.
    ///
    /// The traits of a `group` event are not the person's, though the event stands in the person's timeline.
    pub fn insert(&mut self, who: ProfileId, event: Arc<Event>) {
        let groups = |event: &Event| event.groups.iter().map(|it| ProfileId(it.member().token)).collect::<Vec<_>>();
        let named = groups(&event);
        let before = self.people.get(&who).and_then(|person| person.find(event.id)).map(|event| groups(event));
        put(&mut self.people, who, Kind::Person, &self.rules, event);
        match before {
            None => {
                for group in named {
                    self.members.entry(group).or_default().insert(who);
                }
            }
            // Of two variants of an event one counts, and names its groups.
            Some(before) => self.enrol(who, named.into_iter().chain(before)),
        }
    }

    /// Sees again whether a person belongs to these groups.
    fn enrol(&mut self, who: ProfileId, groups: impl IntoIterator<Item = ProfileId>) {
        for group in groups {
            if self.get(who).is_some_and(|person| person.names(group)) {
                self.members.entry(group).or_default().insert(who);
            } else if let Some(members) = self.members.get_mut(&group) {
                members.remove(&who);
                if members.is_empty() {
                    self.members.remove(&group);
                }
            }
        }
    }

    /// Gives a household or account an event that names it. Its traits are the group's if it is a `group` event; one
    /// that names several groups states them of each.
    ///
    /// ```
    /// use onefold_model::{Facts, Kind, Party, Schema, Type};
    /// let schema = Schema::builder()
    ///     .source("crm", Party::First, 90)
    ///     .kind(Kind::person("login"))
    ///     .kind(Kind::group("account", "works_at"))
    ///     .field("industry", Type::Text)
    ///     .build([7; 32].into())?;
    /// let joined = schema.draft("crm", "group").who("login", "ada").who("account", "engines").trait_("industry", "machines");
    /// let joined = joined.receive("2026-03-01".parse()?)?;
    /// let mut profiles = onefold_profile::Profiles::new(&schema);
    /// for group in joined.groups.clone() {
    ///     profiles.insert_group(&group, joined.clone().into());
    /// }
    /// let account = profiles.groups().next().and_then(|id| profiles.group(id)).ok_or("the account is known")?;
    /// assert_eq!(account.field(schema.field("industry")?).as_text(), Some("machines"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn insert_group(&mut self, group: &Identifier, event: Arc<Event>) {
        let id = ProfileId(group.member().token);
        put(&mut self.groups, id, Kind::Group, &self.rules, event);
    }

    /// Takes an event from a person. What it said no longer counts, and a profile without events is none.
    pub fn remove(&mut self, who: ProfileId, event: EventId) -> Option<Arc<Event>> {
        let event = withdraw(&mut self.people, who, event)?;
        self.enrol(who, event.groups.iter().map(|it| ProfileId(it.member().token)));
        Some(event)
    }

    /// Takes an event from a household or account.
    pub fn remove_group(&mut self, group: ProfileId, event: EventId) -> Option<Arc<Event>> {
        withdraw(&mut self.groups, group, event)
    }

    /// Dissolves a person's profile and returns its timeline, for its events to find new homes.
    pub fn take(&mut self, who: ProfileId) -> Vec<Arc<Event>> {
        let taken = self.people.remove(&who);
        let events: Vec<_> = taken.map_or_else(Vec::new, |profile| profile.events().cloned().collect());
        let groups = events.iter().flat_map(|event| &event.groups).map(|it| ProfileId(it.member().token));
        self.enrol(who, groups.collect::<BTreeSet<_>>());
        events
    }

    /// A person's profile.
    #[must_use]
    pub fn get(&self, who: ProfileId) -> Option<&Profile> {
        self.people.get(&who)
    }

    /// A household's or account's profile.
    #[must_use]
    pub fn group(&self, id: ProfileId) -> Option<&Profile> {
        self.groups.get(&id)
    }

    /// All persons, sorted.
    pub fn ids(&self) -> impl Iterator<Item = ProfileId> + '_ {
        self.people.keys().copied()
    }

    /// All households and accounts, sorted.
    pub fn groups(&self) -> impl Iterator<Item = ProfileId> + '_ {
        self.groups.keys().copied()
    }

    /// How many persons there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether there is no person.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The groups that a person's events name under a relation, sorted, each once.
    #[must_use]
    pub fn related(&self, who: ProfileId, relation: RelationId) -> Vec<ProfileId> {
        self.get(who).map_or_else(Vec::new, |person| person.related(relation))
    }

    /// The persons whose events name one of the groups that a person's events name under a relation, the person
    /// included; sorted, each once. Empty where they name none.
    ///
    /// ```
    /// use onefold_model::{Kind, Party, ProfileId, Schema};
    /// let schema = Schema::builder()
    ///     .source("crm", Party::First, 90)
    ///     .kind(Kind::person("login"))
    ///     .kind(Kind::group("account", "works_at"))
    ///     .build([7; 32].into())?;
    /// let mut profiles = onefold_profile::Profiles::new(&schema);
    /// let who = |login| Ok::<_, onefold_model::Error>(ProfileId(schema.identifier("login", login)?.member().token));
    /// for login in ["ada", "ben"] {
    ///     let joined = schema.draft("crm", "group").who("login", login).who("account", "engines");
    ///     profiles.insert(who(login)?, joined.receive("2026-03-01".parse()?)?.into());
    /// }
    /// assert_eq!(profiles.fellows(who("ada")?, schema.relation("works_at")?).len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn fellows(&self, who: ProfileId, relation: RelationId) -> Vec<ProfileId> {
        let groups = self.related(who, relation);
        let all: BTreeSet<ProfileId> =
            groups.iter().filter_map(|group| self.members.get(group)).flatten().copied().collect();
        all.into_iter().collect()
    }

    /// The timeline of a group. The persons to whom these events belong are the group's members.
    pub fn group_events(&self, group: ProfileId) -> impl Iterator<Item = &Arc<Event>> {
        self.group(group).into_iter().flat_map(Profile::events)
    }
}

fn put(all: &mut BTreeMap<ProfileId, Profile>, id: ProfileId, kind: Kind, rules: &Arc<Rules>, event: Arc<Event>) {
    all.entry(id).or_insert_with(|| Profile::new(id, kind, rules)).insert(event);
}

fn withdraw(all: &mut BTreeMap<ProfileId, Profile>, id: ProfileId, event: EventId) -> Option<Arc<Event>> {
    let profile = all.get_mut(&id)?;
    let event = profile.remove(event);
    if profile.is_empty() {
        all.remove(&id);
    }
    event
}

impl People for Profiles {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if let Some(profile) = self.get(who).or_else(|| self.group(who)) {
            look(profile);
        }
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.people.values().for_each(|profile| look(profile));
    }
    fn related(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        let related = Self::related(self, who, relation);
        for profile in related.into_iter().filter_map(|id| self.group(id)) {
            look(profile);
        }
    }
    fn fellows(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        for profile in Self::fellows(self, who, relation).into_iter().filter_map(|id| self.get(id)) {
            look(profile);
        }
    }
}

impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles")
            .field("people", &self.people.len())
            .field("groups", &self.groups.len())
            .finish_non_exhaustive()
    }
}
