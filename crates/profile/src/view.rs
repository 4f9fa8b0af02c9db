//! Other ways to look at the same person: as some sources see her, by another rule, or as of another time.

use std::collections::BTreeMap;
use std::sync::Arc;

use onefold_model::{Error as Unknown, Event, FieldId, SourceId, Text, Time};

use crate::order::rank;
use crate::rules::{Decider, says};
use crate::{Error, Kept, Profile};

impl Profile {
    /// The person as a view of the schema shows her: from the sources that it believes, and by its one rule for all
    /// fields, where it names one; rules of the user's own give way to that too. Groups of fields survive whole in a
    /// view as well. Fields without a value are not in it.
    ///
    /// # Errors
    /// [`Error::Model`] for a view that nobody declared.
    ///
    /// ```
    /// use onefold_model::schema::{Spec, View};
    /// use onefold_model::{Kind, Party, ProfileId, Schema, Type};
    /// # let builder = Schema::builder().source("crm", Party::First, 90).source("broker", Party::Third, 10).kind(Kind::person("login")).field("city", Type::Text);
    /// let billing = View { name: "billing".into(), party: Some(Party::First), ..View::default() };
    /// let schema = Spec { views: vec![billing], ..builder.spec() }.build([7; 32].into())?;
    /// # let ada = ProfileId(schema.identifier("login", "ada")?.member().token);
    /// # let mut profiles = onefold_profile::Profiles::new(&schema);
    /// for (source, at, city) in [("crm", "2025-06-01", "London"), ("broker", "2026-02-01", "Paris")] {
    ///     let says = schema.draft(source, "identify").who("login", "ada").at(at.parse()?).trait_("city", city);
    ///     profiles.insert(ada, says.receive("2026-03-01".parse()?)?.into());
    /// }
    /// let city = schema.field("city")?;
    /// let profile = profiles.get(ada).ok_or("Ada is known")?;
    /// assert_eq!(profile.kept(city).map(|kept| kept.value), Some("Paris".into()));
    /// assert_eq!(profile.view("billing")?.get(&city).map(|kept| &kept.value), Some(&"London".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn view(&self, name: &str) -> Result<BTreeMap<FieldId, Kept>, Error> {
        let rules = self.rules();
        let schema = &rules.schema;
        let views = &schema.spec().views;
        let names = || views.iter().map(|view| view.name.as_str());
        let view =
            views.iter().find(|view| view.name == name).ok_or_else(|| Unknown::unknown("view", name, names()))?;
        let named = |name: &Text| schema.source(name);
        let sources: Vec<SourceId> = view.sources.iter().map(named).collect::<Result<_, _>>()?;
        let believed = |event: &Event| {
            let info = schema.source_info(event.source);
            (view.sources.is_empty() || sources.contains(&event.source))
                && view.party.is_none_or(|least| info.is_some_and(|info| info.party <= least))
        };
        let statements: Vec<&Arc<Event>> = self.stating().filter(|event| believed(event)).collect();

        let mut seen = BTreeMap::new();
        for unit in rules.units() {
            let decider = view.keep.map_or_else(|| unit.decider.clone(), Decider::Keep);
            let says = |event: &&&Arc<Event>| unit.fields.iter().any(|field| says(event, *field));
            let ranked = rank(rules, unit, &decider, statements.iter().filter(says).copied().collect());
            let provenance = |event: &&Arc<Event>| self.provenance(event);
            for (field, value, event) in ranked.survivors {
                let kept =
                    Kept { value, from: self.provenance(event), also: ranked.items.iter().map(provenance).collect() };
                seen.insert(field, kept);
            }
        }
        Ok(seen)
    }

    /// The profile as it was: of the events that occurred until the one instant, those that were known at the other,
    /// both inclusive. `as_of(t, Time::MAX)` is what was true at t as far as is known today, `as_of(t, t)` what was
    /// believed at t.
    ///
    /// The events are those that the profile holds now: what has been taken back or erased is not there, and a merge
    /// since then is not undone.
    ///
    /// ```
    /// # use onefold_model::{Facts, Kind, Party, ProfileId, Schema, Time, Type};
    /// # let schema = Schema::builder().source("crm", Party::First, 90).kind(Kind::person("login")).field("city", Type::Text).build([7; 32].into())?;
    /// # let ada = ProfileId(schema.identifier("login", "ada")?.member().token);
    /// # let mut profiles = onefold_profile::Profiles::new(&schema);
    /// for (occurred, received, city) in [("2026-01-01", "2026-01-01", "London"), ("2026-02-01", "2026-03-01", "Paris")] {
    ///     let says = schema.draft("crm", "identify").who("login", "ada").at(occurred.parse()?).trait_("city", city);
    ///     profiles.insert(ada, says.receive(received.parse()?)?.into());
    /// }
    /// let (city, mid_february) = (schema.field("city")?, "2026-02-15".parse()?);
    /// let profile = profiles.get(ada).ok_or("Ada is known")?;
    /// assert_eq!(profile.as_of(mid_february, Time::MAX).field(city).as_text(), Some("Paris"));
    /// assert_eq!(profile.as_of(mid_february, mid_february).field(city).as_text(), Some("London"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn as_of(&self, occurred: Time, known: Time) -> Self {
        self.filtered(|event| event.times.occurred <= occurred && event.times.received <= known)
    }
}
