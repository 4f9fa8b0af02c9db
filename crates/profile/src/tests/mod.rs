//! A shop where every rule of survivorship has a field and a group, and what its sources may say.

mod answers;
mod laws;
mod looks;
mod oracle;

use std::sync::{Arc, LazyLock};

use onefold_model::schema::{Field, Group, Source, Spec, View};
use onefold_model::{Event, FieldId, Kind, Party, ProfileId, Schema, Survivorship, Time, Type, Value};
use proptest::prelude::*;

use crate::{Custom, Profiles};

pub(super) const RULES: [(&str, Survivorship); 8] = [
    ("recent", Survivorship::MostRecent),
    ("trusted", Survivorship::MostTrusted),
    ("frequent", Survivorship::MostFrequent),
    ("complete", Survivorship::MostComplete),
    ("longest", Survivorship::Longest),
    ("minimum", Survivorship::Minimum),
    ("maximum", Survivorship::Maximum),
    ("union", Survivorship::Union),
];

/// Fields named as their rules and `own`, groups `all_<rule>` of `<rule>_a` and `<rule>_b`.
static SHOP: LazyLock<Schema> = LazyLock::new(|| {
    let builder = Schema::builder()
        .source("web", Party::First, 50)
        .source("crm", Party::First, 90)
        .declare_source(Source {
            name: "broker".into(),
            party: Party::Third,
            trust: 200,
            basis: Some("contract".into()),
        })
        .source("partner", Party::Second, 90)
        .kind(Kind::person("login"))
        .kind(Kind::group("household", "lives_in"))
        .kind(Kind::group("account", "works_at"))
        .field("own", Type::Any);
    let mut spec = builder.spec();
    for (name, keep) in RULES {
        let field = |name: String, keep| Field { name: name.into(), ty: Type::Any, keep, ..Field::default() };
        spec.fields.push(field(name.into(), Some(keep)));
        // The rule of a field in a group is not looked at.
        let other = Some(Survivorship::Maximum);
        spec.fields.push(field(format!("{name}_b"), other));
        spec.fields.push(field(format!("{name}_a"), None));
        spec.groups.push(Group {
            name: format!("all_{name}").into(),
            fields: vec![format!("{name}_a").into(), format!("{name}_b").into()],
            keep,
        });
    }
    let view = |name: &str| View { name: name.into(), ..View::default() };
    spec.views = vec![
        View { sources: vec!["crm".into(), "broker".into()], ..view("office") },
        View { party: Some(Party::Second), ..view("near") },
        View {
            keep: Some(Survivorship::MostTrusted),
            sources: vec!["web".into(), "crm".into(), "broker".into()],
            ..view("sober")
        },
        View { keep: Some(Survivorship::Union), ..view("everything") },
    ];
    Spec::build(&spec, [7; 32].into()).unwrap()
});

pub(super) fn shop() -> &'static Schema {
    &SHOP
}

/// Of the user's own: the oldest statement, if there are more than two.
pub(super) fn own() -> Custom {
    Arc::new(|said| said.len().checked_sub(1).filter(|last| *last > 1))
}

pub(super) fn profiles() -> Profiles {
    Profiles::new(shop()).with_custom("own", own()).unwrap()
}

pub(super) fn field(name: &str) -> FieldId {
    shop().field(name).unwrap()
}

pub(super) fn ada() -> ProfileId {
    ProfileId(shop().identifier("login", "ada").unwrap().member().token)
}

pub(super) fn day(day: i64) -> Time {
    Time::from_secs(day * 86_400)
}

/// What `source` says on a day: traits by name.
pub(super) fn says(source: &str, on: i64, traits: &[(&str, Value)]) -> Arc<Event> {
    let draft = shop().draft(source, "identify").who("login", "ada");
    let draft = draft.at(day(on)).message_id(&format!("{source} {on}"));
    let draft = traits.iter().fold(draft, |draft, (name, value)| draft.trait_(name, value.clone()));
    Arc::new(draft.receive(day(100)).unwrap())
}

pub(super) fn known(events: &[Arc<Event>]) -> Profiles {
    let mut all = profiles();
    for event in events {
        all.insert(ada(), Arc::clone(event));
    }
    all
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => "[ab]{1,3}".prop_map(Value::from),
        1 => (0..3i64).prop_map(Value::from),
        2 => ((0..3i64), prop_oneof![Just("EUR"), Just("USD")]).prop_map(|(n, code)| {
            Value::Money(format!("{n}.50 {code}").parse().unwrap())
        }),
        1 => prop::collection::vec("[ab]{1,2}".prop_map(Value::from), 0..3).prop_map(Value::from),
    ]
}

/// Events of a few sources within a few days, so that every kind of tie occurs.
pub(super) fn events() -> impl Strategy<Value = Vec<Arc<Event>>> {
    let names: Vec<String> = shop().profile_fields().map(|(_, field)| field.name.to_string()).collect();
    let said = prop::collection::btree_map(prop::sample::select(names), value(), 0..12);
    let source = prop::sample::select(vec!["web", "crm", "broker", "partner"]);
    let what = prop::sample::select(vec!["identify", "page", "group"]);
    let one = (source, what, 0..4i64, 0..3i64, said);
    prop::collection::vec(one, 0..9).prop_map(|all| {
        let event = |(nth, (source, what, on, late, said)): (usize, (&str, &str, i64, i64, _))| {
            let draft = shop().draft(source, what).who("login", "ada");
            let draft = draft.at(day(on)).message_id(&nth.to_string());
            let said: std::collections::BTreeMap<String, Value> = said;
            let draft = said.into_iter().fold(draft, |draft, (name, value)| draft.trait_(&name, value));
            Arc::new(draft.receive(day(on + late)).unwrap())
        };
        all.into_iter().enumerate().map(event).collect()
    })
}
