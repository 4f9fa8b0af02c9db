//! The schema's rules of survivorship, resolved once: which fields survive together, and by which rule.
//!
//! The unit of survivorship is a field, or a group of fields that survives whole: one statement decides all fields of
//! it, so that an address never mixes two. In a group the group's rule counts; a rule that the schema declares on a
//! field of a group is not looked at.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use onefold_model::{Event, EventTypeId, FieldId, Schema, Survivorship, Text, Value};

use crate::{Error, Kind, Stated};

/// A rule of the user's own: of the statements, newest first, it names the survivor by its place, or none.
///
/// It must answer from the statements alone: then the profile depends on the set of events and nothing else. A place
/// beyond the last statement is none.
pub type Custom = Arc<dyn Fn(&[Stated]) -> Option<usize> + Send + Sync>;

/// Which rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// One that the schema declares.
    Declared(Survivorship),
    /// One of the user's own.
    Custom,
}

#[derive(Clone)]
pub(crate) enum Decider {
    Keep(Survivorship),
    Custom(Custom),
}

impl Decider {
    pub(crate) fn rule(&self) -> Rule {
        match self {
            Self::Keep(keep) => Rule::Declared(*keep),
            Self::Custom(_) => Rule::Custom,
        }
    }
}

/// What survives together: one field, or the fields of a group in the order in which the group names them.
#[derive(Clone)]
pub(crate) struct Unit {
    pub(crate) fields: Box<[FieldId]>,
    pub(crate) group: Option<Text>,
    pub(crate) decider: Decider,
}

impl Unit {
    /// Whether it survives as the list of all that was said. A group has one statement, so that a union of it would
    /// mix two: it survives by the most recent.
    pub(crate) fn is_union(&self, decider: &Decider) -> bool {
        self.group.is_none() && matches!(decider, Decider::Keep(Survivorship::Union))
    }
}

#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) schema: Schema,
    units: Vec<Unit>,
    of_field: Vec<Option<usize>>,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("units", &self.units.len()).finish_non_exhaustive()
    }
}

impl Rules {
    pub(crate) fn new(schema: &Schema) -> Self {
        let mut units: Vec<Unit> = Vec::new();
        let mut groups: BTreeMap<&Text, usize> = BTreeMap::new();
        let mut of_field = Vec::new();
        for (field, _) in schema.profile_fields() {
            let (group, keep) = schema.survivorship(field);
            let unit = match group {
                None => {
                    units.push(Unit { fields: [field].into(), group: None, decider: Decider::Keep(keep) });
                    units.len() - 1
                }
                Some(group) => *groups.entry(&group.name).or_insert_with(|| {
                    let fields = group.fields.iter().filter_map(|name| schema.field(name).ok());
                    units.push(Unit {
                        fields: fields.collect(),
                        group: Some(group.name.clone()),
                        decider: Decider::Keep(group.keep),
                    });
                    units.len() - 1
                }),
            };
            if of_field.len() <= field.index() {
                of_field.resize(field.index() + 1, None);
            }
            if let Some(place) = of_field.get_mut(field.index()) {
                *place = Some(unit);
            }
        }
        Self { schema: schema.clone(), units, of_field }
    }

    /// Gives the field, or the group of fields, of this name a rule of the user's own.
    pub(crate) fn customise(&mut self, name: &str, rule: Custom) -> Result<(), Error> {
        let at = match self.schema.field(name) {
            Ok(field) => self.number(field),
            Err(unknown) => {
                let named = |unit: &Unit| unit.group.as_ref().is_some_and(|group| group == name);
                Some(self.units.iter().position(named).ok_or(unknown)?)
            }
        };
        if let Some(unit) = at.and_then(|at| self.units.get_mut(at)) {
            match &unit.group {
                Some(group) if group != name => {
                    return Err(Error::InGroup { field: name.into(), group: group.to_string() });
                }
                _ => unit.decider = Decider::Custom(rule),
            }
        }
        Ok(())
    }

    fn number(&self, field: FieldId) -> Option<usize> {
        self.of_field.get(field.index()).copied().flatten()
    }

    /// The unit in which a trait survives; none for a property of an event.
    pub(crate) fn unit_of(&self, field: FieldId) -> Option<&Unit> {
        self.units.get(self.number(field)?)
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The units of which the event states something to a profile of this kind, each once.
    pub(crate) fn touched<'a>(&'a self, kind: Kind, event: &'a Event) -> impl Iterator<Item = &'a Unit> + 'a {
        let traits = if takes(kind, event.what) { &*event.traits } else { &[] };
        traits.iter().filter(|(_, value)| !value.is_null()).filter_map(|(field, _)| {
            let unit = self.unit_of(*field)?;
            // Of a group the field with the smallest id speaks for all.
            let first = unit.fields.iter().filter(|of| says(event, **of)).min();
            (first == Some(field)).then_some(unit)
        })
    }

    /// What the event states of the unit, as a rule of the user's own sees it.
    pub(crate) fn value(&self, unit: &Unit, event: &Event) -> Value {
        let said = unit.fields.iter().filter(|field| says(event, **field));
        match &unit.group {
            None => said.map(|field| event.stated(*field).clone()).next().unwrap_or_default(),
            Some(_) => Value::map(said.filter_map(|field| {
                let info = self.schema.field_info(*field)?;
                Some((info.declared.name.clone(), event.stated(*field).clone()))
            })),
        }
    }
}

/// Whether the traits of an event of this type are those of a profile of this kind: on a `group` event they are the
/// group's, on all others the person's.
pub(crate) fn takes(kind: Kind, what: EventTypeId) -> bool {
    (kind == Kind::Group) == (what == EventTypeId::GROUP)
}

pub(crate) fn says(event: &Event, field: FieldId) -> bool {
    !event.stated(field).is_null()
}
