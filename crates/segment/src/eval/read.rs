//! Traits, of the profile itself or of the first of its groups that has them, and what lies inside them.

use onefold_model::{Truth, Value};

use super::Sight;
use crate::ast::Quantifier;
use crate::events;
use crate::plan::{Filter, Read};
use crate::value::{Ask, Val, find};

/// Calls with the trait; of groups with that of the first in which there is something at the place.
fn look<T>(read: &Read, sight: Sight<'_>, call: impl FnOnce(&Value) -> T) -> T {
    let Some(relation) = read.relation else { return call(sight.facts.field(read.field)) };
    let mut found = None;
    sight.people.related(sight.facts.profile(), relation, &mut |group| {
        if found.is_none() {
            let value = group.field(read.field);
            found = (!find(value, &read.keys).is_null()).then(|| value.clone());
        }
    });
    call(&found.unwrap_or_default())
}

pub(super) fn val(read: &Read, sight: Sight<'_>) -> Val {
    look(read, sight, |value| Val::of(find(value, &read.keys)))
}

pub(super) fn ask(read: &Read, ask: &Ask, sight: Sight<'_>) -> Truth {
    look(read, sight, |value| ask.at(value, &read.keys))
}

pub(super) fn items(quantifier: Quantifier, read: &Read, filter: &Filter, sight: Sight<'_>) -> Truth {
    look(read, sight, |value| events::of_items(quantifier, find(value, &read.keys), filter, None))
}
