//! One person, as the application asks about her.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::consent::Decision;
use crate::identity::{Path, Step, WhyNot};
use crate::model::{EventId, FieldId, Identifier, Members, People, ProfileId, Text, Time, Until, Value};
use crate::profile::{Contradiction, Profile, Why};
use crate::segment::Explanation;
use crate::{Error, Platform};

/// A person's profile in its platform, with answers that explain themselves.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    pub(crate) shop: &'a Platform,
    pub(crate) profile: &'a Profile,
    /// The profile's id now.
    pub id: ProfileId,
}

impl<'a> Person<'a> {
    /// The profile: timeline, views, as-of.
    #[must_use]
    pub fn profile(&self) -> &'a Profile {
        self.profile
    }

    /// The surviving value of a trait; null where there is none.
    ///
    /// # Errors
    /// For a trait that nobody declared.
    pub fn get(&self, field: &str) -> Result<&'a Value, Error> {
        use crate::model::Facts;
        Ok(self.profile.field(self.shop.schema.field(field)?))
    }

    /// The value of a computed trait now, until when it is so, and whether it changes then for certain.
    ///
    /// # Errors
    /// For a computed trait that is not defined.
    pub fn computed(&self, name: &str) -> Result<Until<Value>, Error> {
        let definitions = self.shop.live.definitions();
        if definitions.computed(name).is_none() {
            let known = definitions.traits().map(|(name, _)| name);
            return Err(crate::model::Error::unknown("computed trait", name, known).into());
        }
        let view = self.shop.view();
        let mut value = Until::always(Value::Null);
        view.see(self.id, &mut |facts| value = definitions.value(name, facts, &view, self.shop.now));
        Ok(value)
    }

    /// Why a trait has the value that it has: where it came from, by which rule, and what lost against it.
    ///
    /// # Errors
    /// For a trait that nobody declared.
    pub fn why(&self, field: &str) -> Result<Option<Why>, Error> {
        Ok(self.profile.why(self.shop.schema.field(field)?))
    }

    /// Why an identifier is this person's: the strongest path of evidence to it from her other identifiers.
    ///
    /// # Errors
    /// For a kind that nobody declared, or a value without a canonical form.
    pub fn why_one(&self, kind: &str, raw: &str) -> Result<Option<Path>, Error> {
        let member = self.shop.schema.identifier(kind, raw)?.member();
        let root = self.shop.graph.members(self.id).iter().copied().find(|it| it.token == self.id.0 && *it != member);
        let other = root.or_else(|| self.shop.graph.members(self.id).iter().copied().find(|it| *it != member));
        Ok(other.and_then(|other| self.shop.graph.why(other, member)))
    }

    /// Why an identifier is not this person's.
    ///
    /// # Errors
    /// For a kind that nobody declared, or a value without a canonical form.
    pub fn why_not(&self, kind: &str, raw: &str) -> Result<Option<WhyNot>, Error> {
        let member = self.shop.schema.identifier(kind, raw)?.member();
        let root = self.shop.graph.members(self.id).iter().copied().find(|it| it.token == self.id.0);
        Ok(root.and_then(|root| self.shop.graph.why_not(root, member)))
    }

    /// How the person came together: the merges, in order.
    #[must_use]
    pub fn how(&self) -> Vec<Step> {
        self.shop.graph.how(self.id)
    }

    /// Why the person is in a segment or not, and until when.
    ///
    /// # Errors
    /// For a segment that is not defined.
    pub fn why_in(&self, segment: &str) -> Result<Explanation, Error> {
        let id = self.shop.segment(segment)?;
        let view = self.shop.view();
        let mut answer = None;
        view.see(self.id, &mut |facts| {
            answer = Some(self.shop.live.definitions().why(id, facts, &view, self.shop.now))
        });
        answer.ok_or_else(|| crate::model::Error::unknown("profile", "", []).into())
    }

    /// Whether the person is in a segment now.
    ///
    /// # Errors
    /// For a segment that is not defined.
    pub fn is_in(&self, segment: &str) -> Result<bool, Error> {
        Ok(self.shop.live.contains(self.shop.segment(segment)?, self.id))
    }

    /// Whether a recipient may have the person's data now, and why.
    ///
    /// # Errors
    /// For a recipient that the policy does not know.
    pub fn may(&self, recipient: &str) -> Result<Decision, Error> {
        let view = self.shop.view();
        Ok(self.shop.consent.decide(view.person(self.profile), recipient, self.shop.now)?)
    }

    /// The person's identifiers with their values, strongest kind first, the latest of a kind first.
    #[must_use]
    pub fn identifiers(&self) -> Vec<&'a Identifier> {
        let members = self.shop.graph.members(self.id);
        let mut last: BTreeMap<&Identifier, Time> = BTreeMap::new();
        for event in self.profile.events() {
            for identifier in event.who.iter().filter(|it| members.contains(&it.member())) {
                let at = last.entry(identifier).or_insert(event.times.occurred);
                *at = event.times.occurred.max(*at);
            }
        }
        let mut all: Vec<(&Identifier, Time)> = last.into_iter().collect();
        all.sort_by_key(|(identifier, at)| {
            (identifier.member().kind, std::cmp::Reverse(*at), identifier.member().token)
        });
        all.into_iter().map(|(identifier, _)| identifier).collect()
    }

    /// The latest identifier of each kind, by the kind's name.
    #[must_use]
    pub fn addresses(&self) -> BTreeMap<Text, Text> {
        let mut all = BTreeMap::new();
        for identifier in self.identifiers() {
            if let Some(kind) = self.shop.schema.kind_info(identifier.member().kind) {
                all.entry(kind.name.clone()).or_insert_with(|| identifier.value().reveal().clone());
            }
        }
        all
    }

    /// What the sources disagree on.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Contradiction> {
        self.profile.contradictions()
    }

    /// Households and accounts to which the person has a relation.
    ///
    /// # Errors
    /// For a relation that nobody declared.
    pub fn related(&self, relation: &str) -> Result<Vec<&'a Profile>, Error> {
        let relation = self.shop.schema.relation(relation)?;
        Ok(self
            .shop
            .profiles
            .related(self.id, relation)
            .into_iter()
            .filter_map(|id| self.shop.profiles.group(id))
            .collect())
    }

    /// The events, in the order in which they occurred.
    pub fn events(&self) -> impl Iterator<Item = (EventId, Time, &'a str)> + use<'a> {
        let schema = &self.shop.schema;
        self.profile
            .events()
            .map(|event| (event.id, event.times.occurred, schema.event(event.what).map_or("", |it| it.name.as_str())))
    }

    /// Visits: runs of events without a silence of `gap` or longer.
    #[must_use]
    pub fn sessions(&self, gap: Duration) -> Vec<crate::profile::Session> {
        self.profile.sessions(gap)
    }

    /// All traits that have a value.
    pub fn traits(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let schema = &self.shop.schema;
        let name = |field: FieldId| schema.field_info(field).map_or("", |info| info.declared.name.as_str());
        self.profile.values().map(move |(field, value)| (name(field), value))
    }
}
