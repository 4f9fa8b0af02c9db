//! Survivorship, slowly: statements are narrowed down, question by question, until one is left.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onefold_model::{Event, EventTypeId, FieldId, Survivorship, Value};

use super::{RULES, field, shop};

type Said<'a> = Vec<&'a Arc<Event>>;

fn narrow<'a, K: Ord>(said: Said<'a>, key: impl Fn(&Event) -> K) -> Said<'a> {
    let best = said.iter().map(|event| key(event)).max();
    said.into_iter().filter(|event| Some(key(event)) == best).collect()
}

fn newest<'a>(said: Said<'a>, fields: &[FieldId]) -> Option<&'a Arc<Event>> {
    let said = narrow(said, |event| event.times.occurred);
    let mut said = narrow(said, |event| event.times.received);
    for field in fields {
        said = narrow(said, |event| event.stated(*field).clone());
    }
    narrow(said, |event| event.id).pop()
}

fn survivor<'a>(said: Said<'a>, fields: &[FieldId], keep: Survivorship) -> Option<&'a Arc<Event>> {
    let all = said.clone();
    let info = |event: &Event| shop().source_info(event.source).unwrap().clone();
    let agree = |a: &Event, b: &Event| fields.iter().all(|f| a.stated(*f) == b.stated(*f));
    let filled = |event: &Event| fields.iter().filter(|f| !event.stated(**f).is_null()).count();
    let chars = |event: &Event| -> usize {
        let texts = fields.iter().filter_map(|f| event.stated(*f).as_text());
        texts.map(|text| text.chars().count()).sum()
    };
    let mut left = match keep {
        Survivorship::MostRecent | Survivorship::Union => said,
        Survivorship::MostTrusted => {
            let nearest = narrow(said, |event| Reverse(info(event).party));
            narrow(nearest, |event| info(event).trust)
        }
        Survivorship::MostFrequent => narrow(said, |event| all.iter().filter(|other| agree(event, other)).count()),
        Survivorship::MostComplete => narrow(said, filled),
        Survivorship::Longest => narrow(said, chars),
        Survivorship::Minimum | Survivorship::Maximum => said,
    };
    for field in fields {
        let value = |event: &Event| event.stated(*field).clone();
        let present = |event: &Event| !event.stated(*field).is_null();
        left = match keep {
            Survivorship::Minimum => narrow(left, |event| (present(event), Reverse(value(event)))),
            Survivorship::Maximum => narrow(left, |event| (present(event), value(event))),
            _ => left,
        };
    }
    newest(left, fields)
}

fn stating<'a>(events: &'a [Arc<Event>], fields: &[FieldId]) -> Said<'a> {
    events
        .iter()
        .filter(|event| event.what != EventTypeId::GROUP)
        .filter(|event| fields.iter().any(|f| !event.stated(*f).is_null()))
        .collect()
}

/// What survives of a person's events: by each field's own rule, or all by one.
pub(super) fn fields(events: &[Arc<Event>], all_by: Option<Survivorship>) -> BTreeMap<FieldId, (Value, Arc<Event>)> {
    let mut kept = BTreeMap::new();
    let mut keep_one = |name: &str, keep: Survivorship| {
        let fields = [field(name)];
        let said = stating(events, &fields);
        let Some(event) = survivor(said.clone(), &fields, keep) else {
            return;
        };
        let value = if keep == Survivorship::Union {
            let mut items = BTreeSet::new();
            for event in said {
                match event.stated(fields[0]) {
                    Value::List(list) => items.extend(list.iter().cloned()),
                    value => {
                        items.insert(value.clone());
                    }
                }
            }
            Value::from(items.into_iter().collect::<Vec<_>>())
        } else {
            event.stated(fields[0]).clone()
        };
        kept.insert(fields[0], (value, Arc::clone(event)));
    };
    for (name, keep) in RULES {
        keep_one(name, all_by.unwrap_or(keep));
    }
    if let Some(keep) = all_by {
        keep_one("own", keep);
    }
    for (name, keep) in RULES {
        let fields = [field(&format!("{name}_a")), field(&format!("{name}_b"))];
        let said = stating(events, &fields);
        if let Some(event) = survivor(said, &fields, all_by.unwrap_or(keep)) {
            for field in fields.into_iter().filter(|f| !event.stated(*f).is_null()) {
                kept.insert(field, (event.stated(field).clone(), Arc::clone(event)));
            }
        }
    }
    if all_by.is_none() {
        let fields = [field("own")];
        let mut said = stating(events, &fields);
        if said.len() > 2 {
            while said.len() > 1 {
                let last = newest(said.clone(), &fields).unwrap().id;
                said.retain(|event| event.id != last);
            }
            kept.insert(fields[0], (said[0].stated(fields[0]).clone(), Arc::clone(said[0])));
        }
    }
    kept
}

/// The fields on which the latest words of two sources differ.
pub(super) fn contradictions(events: &[Arc<Event>]) -> Vec<FieldId> {
    let all = shop().profile_fields().map(|(field, _)| field);
    let differ = |field: &FieldId| {
        let said = stating(events, &[*field]);
        let latest = |source| {
            let of = said.iter().copied().filter(|event| event.source == source).collect();
            newest(of, &[*field]).map(|event| event.stated(*field).clone())
        };
        let words: BTreeSet<Value> = ["web", "crm", "broker", "partner"]
            .into_iter()
            .filter_map(|source| latest(shop().source(source).unwrap()))
            .collect();
        words.len() > 1
    };
    all.filter(|field| *field != super::field("union")).filter(differ).collect()
}
