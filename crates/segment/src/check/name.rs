//! What a name means: a trait, a computed trait, a trait of a group, a property, a property of a step, a key.

use onefold_model::schema::Owner;
use onefold_model::{EventTypeId, FieldId, Text, Type, closest};

use super::Checker;
use super::kind::{Kind, dotted, kind};
use super::rows::Types;
use super::term::{Made, Place, Typed, span_of_path};
use crate::ast::{Name, Path};
use crate::plan::{Operand, Read};

/// A step of a sequence that happened, by its place; the first is 0.
pub(super) struct Step<'a> {
    pub(super) name: Option<&'a Name>,
    pub(super) nth: u8,
    pub(super) types: Types,
}

impl<'a> Checker<'a, '_> {
    pub(super) fn name(&mut self, path: &'a Path, place: &Place<'_, 'a>) -> Option<Typed> {
        let Some((first, rest)) = path.names.split_first() else {
            return self.fault("E02", &(0..0), "a path has at least one name", None);
        };
        self.spoken(path)?;
        match place {
            Place::Profile => self.of_profile(path, first, rest),
            Place::Event(types, steps) => self.of_event(path, first, rest, types, steps),
            Place::Item => {
                let keys = path.names.iter().map(text).collect();
                Some(Typed { made: Made::Operand(Operand::Key(keys)), kind: Type::Any.into(), field: None })
            }
        }
    }

    /// Refuses a path with an empty name, which no text can say.
    fn spoken(&mut self, path: &Path) -> Option<()> {
        match path.names.iter().any(|name| name.as_str().is_empty()) {
            true => self.fault("E02", &super::term::span_of_path(path), "a name in a path is empty", None),
            false => Some(()),
        }
    }

    // ------------------------------------------------------------ profiles

    fn of_profile(&mut self, path: &Path, first: &Name, rest: &[Name]) -> Option<Typed> {
        if let Some(field) = self.schema.field_of(Owner::Profile, first.as_str()) {
            let kind = self.keyed(first, field, rest)?;
            let read = Read { relation: None, field, keys: rest.iter().map(text).collect() };
            return Some(Typed { made: Made::Read(read), kind, field: listed(field, rest) });
        }
        if let Some(nth) = self.traits.get(first.as_str()) {
            // What could not be checked has been told already.
            let typed = self.values.get(nth)?.clone();
            return match (rest, typed) {
                ([], typed) => Some(typed),
                (
                    _,
                    Typed { made: Made::Read(read), kind: Kind { ty: Type::Map | Type::List | Type::Any, .. }, .. },
                ) => {
                    let keys = read.keys.iter().cloned().chain(rest.iter().map(text)).collect();
                    let made = Made::Read(Read { keys, ..read });
                    Some(Typed { made, kind: Type::Any.into(), field: None })
                }
                _ => {
                    let message = format!("`{}` is a computed trait and has no parts", first.as_str());
                    self.type_error(&span_of_path(path), &message, None)
                }
            };
        }
        if let Ok(relation) = self.schema.relation(first.as_str()) {
            let Some((second, rest)) = rest.split_first() else {
                let message = format!("`{}` is a relation; name a trait of it", first.as_str());
                let help = format!("such as `{}.country`, or ask `any of {0} (..)`", first.as_str());
                return self.type_error(&first.span.0, &message, Some(&help));
            };
            let known = self.schema.field(second.as_str());
            let field = self.known(second, known)?;
            let kind = self.keyed(second, field, rest)?;
            let read = Read { relation: Some(relation), field, keys: rest.iter().map(text).collect() };
            return Some(Typed { made: Made::Read(read), kind, field: listed(field, rest) });
        }
        if self.broken.traits.contains(first.as_str()) {
            return None;
        }
        let mut known: Vec<&str> = self.schema.profile_fields().map(|(_, field)| field.name.as_str()).collect();
        known.extend(self.traits.keys());
        if !rest.is_empty() {
            let relations = self.schema.kinds().filter_map(|(_, kind)| kind.relation.as_deref());
            known.extend(relations);
        }
        let close = onefold_model::closest(first.as_str(), known.iter().copied()).is_some();
        if let (false, Some(help)) = (close, self.meant(first.as_str())) {
            return self.fault("E06", &first.span.0, &format!("unknown trait `{}`", first.as_str()), Some(&help));
        }
        self.unknown("trait", first, known)
    }

    /// What a word that is no trait may have been meant for.
    fn meant(&self, word: &str) -> Option<String> {
        let owner = |what: &EventTypeId| self.schema.property(*what, word).is_ok();
        if let Some(event) = self.schema.event_types().find(owner).and_then(|what| self.schema.event(what)) {
            return Some(format!(
                "it is a property of `{}`: a filter stands in brackets, `{0}[{word} = ..]`",
                event.name
            ));
        }
        let quoted = !word.is_empty() && word.chars().all(|letter| letter.is_uppercase() || letter.is_ascii_digit());
        quoted.then(|| format!("a text stands in double quotes: `\"{word}\"`"))
    }

    /// The kind of what is reached by keys from a field on.
    fn keyed(&mut self, name: &Name, field: FieldId, keys: &[Name]) -> Option<Kind> {
        let ty = self.schema.type_of(field);
        let Some(key) = keys.first() else { return Some(ty.into()) };
        if !matches!(ty, Type::Map | Type::List | Type::Any) {
            let message = format!("`{}` is {} and has no `{}`", name.as_str(), kind(ty), key.as_str());
            return self.type_error(&key.span.0, &message, Some("only maps, and lists of maps, have keys"));
        }
        Some(Type::Any.into())
    }

    // ------------------------------------------------------------ events

    fn of_event(
        &mut self,
        path: &Path,
        first: &Name,
        rest: &[Name],
        types: &Types,
        steps: &[Step<'a>],
    ) -> Option<Typed> {
        if let Some(step) = steps.iter().find(|step| step.name.is_some_and(|name| name.as_str() == first.as_str())) {
            if !rest.is_empty() {
                let path = Path { names: rest.to_vec() };
                let (read, kind, field) = self.property(&path, &step.types)?;
                return Some(Typed { made: Made::Operand(Operand::Step(step.nth, read)), kind, field });
            }
            if types.property(self.schema, first.as_str()).is_none() {
                let message = format!("`{}` is a step; name a property of it", first.as_str());
                let known = step.types.properties(self.schema);
                let help = known.first().map(|property| format!("such as `{}.{property}`", first.as_str()));
                return self.type_error(&first.span.0, &message, help.as_deref());
            }
        } else if !rest.is_empty() && types.property(self.schema, first.as_str()).is_none() {
            let known = types.properties(self.schema);
            if closest(first.as_str(), known.iter().copied()).is_none() {
                let names: Vec<&str> = steps.iter().filter_map(|step| step.name).map(Name::as_str).collect();
                let help = match closest(first.as_str(), names.iter().copied()) {
                    Some(help) => format!("did you mean `{help}`?"),
                    None if names.is_empty() => "name an earlier step to speak of it: `did x as c then ..`".into(),
                    None => format!("the steps before it are `{}`", names.join("`, `")),
                };
                let message = format!("unknown step `{}`", first.as_str());
                return self.fault("E06", &first.span.0, &message, Some(&help));
            }
        }
        let (read, kind, field) = self.property(path, types)?;
        Some(Typed { made: Made::Read(read), kind, field })
    }

    /// A property of events, and keys from there on.
    pub(super) fn property(&mut self, path: &Path, types: &Types) -> Option<(Read, Kind, Option<FieldId>)> {
        let Some((first, rest)) = path.names.split_first() else {
            return self.fault("E02", &(0..0), "a path has at least one name", None);
        };
        self.spoken(path)?;
        let Some(one) = types.one() else {
            let several = if types.any { "any type" } else { "several types" };
            let message = format!("events of {several} have no property `{}` in common", dotted(path));
            let help = "name one event; conditions on several are joined by `or`";
            return self.type_error(&span_of_path(path), &message, Some(help));
        };
        let known = self.schema.property(one, first.as_str());
        let field = self.known(first, known)?;
        let kind = self.keyed(first, field, rest)?;
        let read = Read { relation: None, field, keys: rest.iter().map(text).collect() };
        Some((read, kind, listed(field, rest)))
    }
}

fn text(name: &Name) -> Text {
    name.as_str().into()
}

fn listed(field: FieldId, keys: &[Name]) -> Option<FieldId> {
    keys.is_empty().then_some(field)
}
