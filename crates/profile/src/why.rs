//! Why a field has its value, and where sources disagree: answers as values, and as sentences.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use onefold_model::{Event, FieldId, Party, Schema, SourceId, Survivorship, Text, Value};

use crate::order::newer;
use crate::{Kept, Profile, Provenance, Rule, Stated};

/// Why a field has its value: what survived, by which rule, and over what.
///
/// `Display` tells it in one sentence, values included: it is the answer to somebody who asked. Of the statements that
/// lost it tells the other values, each once, and how many said the same as the survivor. `Debug` tells no values.
#[derive(Clone, Debug)]
pub struct Why {
    /// The field.
    pub field: FieldId,
    /// What survived. The value is null where the surviving statement on the field's group leaves the field out;
    /// none where a rule of the user's own lets no statement survive.
    pub kept: Option<Kept>,
    /// The rule that decided.
    pub rule: Rule,
    /// The group with which the field survives.
    pub group: Option<Text>,
    /// The statements that lost, in the order of the rule. A union has no losers.
    pub losers: Vec<Stated>,
    /// How many statements there are.
    pub statements: usize,
    schema: Schema,
}

/// A field on which sources disagree: their latest words differ.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// The field.
    pub field: FieldId,
    /// The latest statement of each source, newest first.
    pub said: Vec<Stated>,
    schema: Schema,
}

impl Profile {
    /// Why a field has its value. None where nobody said anything of it, nor of its group.
    ///
    /// ```
    /// # use onefold_model::{Facts, Kind, Party, ProfileId, Schema, Time, Type};
    /// # let schema = Schema::builder().source("crm", Party::First, 90).kind(Kind::person("login")).field("city", Type::Text).build([7; 32].into())?;
    /// # let ada = ProfileId(schema.identifier("login", "ada")?.member().token);
    /// # let mut profiles = onefold_profile::Profiles::new(&schema);
    /// let says = schema.draft("crm", "identify").who("login", "ada").trait_("city", "London");
    /// profiles.insert(ada, says.receive("2026-03-01".parse()?)?.into());
    /// let why = profiles.get(ada).and_then(|profile| profile.why(schema.field("city").ok()?)).ok_or("somebody said so")?;
    /// assert_eq!(why.to_string(), "`city` is London, said by `crm` on 2026-03-01T00:00:00Z, the only statement");
    /// assert!(!format!("{why:?}").contains("London"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn why(&self, field: FieldId) -> Option<Why> {
        let unit = self.rules().unit_of(field)?;
        let ranked = self.rank(unit);
        let newest = *ranked.statements.first()?;
        let union = unit.is_union(&unit.decider);
        let survivor = ranked.survivors.first().map(|(_, list, _)| Kept {
            value: if union { list.clone() } else { newest.stated(field).clone() },
            from: self.provenance(newest),
            also: ranked.items.iter().map(|it| self.provenance(it)).collect(),
        });
        let survived = match &survivor {
            None => 0,
            Some(_) if union => ranked.statements.len(),
            Some(_) => 1,
        };
        let losers = ranked.statements.iter().skip(survived);
        Some(Why {
            field,
            kept: survivor,
            rule: unit.decider.rule(),
            group: unit.group.clone(),
            losers: losers.map(|event| self.statement(field, event)).collect(),
            statements: ranked.statements.len(),
            schema: self.rules().schema.clone(),
        })
    }

    /// The fields on which sources disagree now: where what each source said last is not the same. Fields that
    /// survive as a union are not among them, since there nobody contradicts anybody. By field id.
    ///
    /// ```
    /// # use onefold_model::{Kind, Party, ProfileId, Schema, Type};
    /// # let schema = Schema::builder().source("crm", Party::First, 90).source("shop", Party::First, 50).kind(Kind::person("login")).field("city", Type::Text).build([7; 32].into())?;
    /// # let ada = ProfileId(schema.identifier("login", "ada")?.member().token);
    /// # let mut profiles = onefold_profile::Profiles::new(&schema);
    /// for (source, at, city) in [("crm", "2026-02-01", "London"), ("shop", "2026-02-02", "Paris")] {
    ///     let says = schema.draft(source, "identify").who("login", "ada").at(at.parse()?).trait_("city", city);
    ///     profiles.insert(ada, says.receive("2026-03-01".parse()?)?.into());
    /// }
    /// let found = profiles.get(ada).ok_or("Ada is known")?.contradictions();
    /// assert_eq!(
    ///     found[0].to_string(),
    ///     "sources disagree on `city`: Paris, said by `shop` on 2026-02-02T00:00:00Z; London, said by `crm` on 2026-02-01T00:00:00Z"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let mut latest: BTreeMap<FieldId, BTreeMap<SourceId, &Arc<Event>>> = BTreeMap::new();
        for event in self.stating() {
            for (field, value) in event.traits.iter() {
                let unit = self.rules().unit_of(*field);
                if value.is_null() || unit.is_none_or(|unit| unit.is_union(&unit.decider)) {
                    continue;
                }
                let by_source = latest.entry(*field).or_default();
                let known = by_source.entry(event.source).or_insert(event);
                if newer(&[*field], event, known).is_gt() {
                    *known = event;
                }
            }
        }
        let disagree = |(field, by_source): (FieldId, BTreeMap<SourceId, &Arc<Event>>)| {
            let mut said: Vec<&Arc<Event>> = by_source.into_values().collect();
            said.sort_unstable_by(|a, b| newer(&[field], b, a));
            let first = said.first()?.stated(field);
            said.iter().any(|event| event.stated(field) != first).then(|| Contradiction {
                field,
                said: said.iter().map(|it| self.statement(field, it)).collect(),
                schema: self.rules().schema.clone(),
            })
        };
        latest.into_iter().filter_map(disagree).collect()
    }
}

// ------------------------------------------------------------ in words

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = Said { schema: &self.schema, trust: self.rule == Rule::Declared(Survivorship::MostTrusted) };
        write!(f, "`{}`", name(&self.schema, self.field))?;
        match &self.kept {
            Some(Kept { value, from, .. }) if value.is_null() => {
                f.write_str(" has no value, left out by ")?;
                said.by(f, from)?;
            }
            Some(Kept { value, from, also }) => {
                write!(f, " is {value}, ")?;
                f.write_str(if also.is_empty() { "said by " } else { "last said by " })?;
                said.by(f, from)?;
            }
            None => f.write_str(" has no value")?,
        }
        f.write_str(", ")?;
        match (self.rule, self.statements) {
            (Rule::Custom, 1) => f.write_str("by a rule of your own over the only statement")?,
            (Rule::Custom, n) => write!(f, "by a rule of your own over {n} statements")?,
            (Rule::Declared(_), 1) => f.write_str("the only statement")?,
            (Rule::Declared(keep), n) => write!(f, "{} of {n} statements", phrase(keep, self.group.is_some()))?,
        }
        // A loser that says the same does not contradict; a union has no losers.
        let kept = self.kept.as_ref().map(|kept| &kept.value);
        let agree = 1 + self.losers.iter().filter(|lost| Some(&lost.value) == kept).count();
        if kept.is_some() && agree > 1 {
            match agree == self.statements {
                true => f.write_str(", which all agree")?,
                false => write!(f, ", of which {agree} agree")?,
            }
        }
        if let Some(group) = &self.group {
            write!(f, "; the group `{group}` survives whole")?;
        }
        let mut told: Vec<&Value> = kept.into_iter().collect();
        let others = self.losers.iter().filter(|lost| {
            let is_new = !told.contains(&&lost.value);
            told.push(&lost.value);
            is_new
        });
        for (nth, lost) in others.enumerate() {
            f.write_str(if nth == 0 { "; not " } else { ", nor " })?;
            said.what(f, lost)?;
        }
        Ok(())
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = Said { schema: &self.schema, trust: false };
        write!(f, "sources disagree on `{}`", name(&self.schema, self.field))?;
        for (nth, stated) in self.said.iter().enumerate() {
            f.write_str(if nth == 0 { ": " } else { "; " })?;
            said.what(f, stated)?;
        }
        Ok(())
    }
}

fn name(schema: &Schema, field: FieldId) -> &str {
    schema.field_info(field).map_or("", |info| info.declared.name.as_str())
}

fn phrase(keep: Survivorship, group: bool) -> &'static str {
    match keep {
        Survivorship::Union if !group => "every value",
        Survivorship::MostRecent | Survivorship::Union => "the most recent",
        Survivorship::MostTrusted => "the most trusted",
        Survivorship::MostFrequent => "the most frequent",
        Survivorship::MostComplete => "the most complete",
        Survivorship::Longest => "the longest",
        Survivorship::Minimum => "the smallest",
        Survivorship::Maximum => "the greatest",
    }
}

/// Who said something when, in words; with the trust in the source where trust decided.
struct Said<'a> {
    schema: &'a Schema,
    trust: bool,
}

impl Said<'_> {
    fn what(&self, f: &mut fmt::Formatter<'_>, stated: &Stated) -> fmt::Result {
        match &stated.value {
            Value::Null => f.write_str("the statement without it")?,
            value => write!(f, "{value}")?,
        }
        f.write_str(", said by ")?;
        self.by(f, &stated.from)
    }

    fn by(&self, f: &mut fmt::Formatter<'_>, from: &Provenance) -> fmt::Result {
        let source = self.schema.source_info(from.source);
        write!(f, "`{}`", source.map_or("", |source| &source.name))?;
        if let Some(source) = source.filter(|_| self.trust) {
            let party = match source.party {
                Party::First => "first",
                Party::Second => "second",
                Party::Third => "third",
            };
            write!(f, " ({party} party, trust {})", source.trust)?;
        }
        write!(f, " on {}", from.occurred)?;
        match &from.basis {
            Some(basis) => write!(f, " (basis: {basis})"),
            None => Ok(()),
        }
    }
}
