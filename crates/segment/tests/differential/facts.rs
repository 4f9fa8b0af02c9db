//! What is known, twice: as raw lists for the oracle, and as sheets for the evaluators.

use std::collections::BTreeMap;
use std::sync::Arc;

use onefold_model::schema::EventType;
use onefold_model::{
    Event, Facts, Kind, Party, People, ProfileId, RelationId, Schema, Sheet, Time, Type, Until, Value,
};

use super::exact::V;

/// The words of all cases.
pub fn shop() -> Schema {
    use onefold_model::schema::Field;
    let field = |(name, ty): (&str, Type)| Field { name: name.into(), ty, ..Field::default() };
    let mail = [("category", Type::Text), ("quantity", Type::Int)].map(field).into();
    Schema::builder()
        .source("web", Party::First, 50)
        .kind(Kind::person("user"))
        .kind(Kind::group("company", "account"))
        .purpose("marketing")
        .purpose("profiling")
        .channel("email")
        .channel("phone")
        .field("country", Type::Text)
        .field("plan", Type::Text)
        .field("timezone", Type::Text)
        .field("tier", Type::Text)
        .field("seats", Type::Int)
        .field("age", Type::Int)
        .field("level", Type::Int)
        .field("rate", Type::Decimal)
        .field("wallet", Type::Money)
        .field("born", Type::Date)
        .field("signup", Type::Time)
        .field("vip", Type::Bool)
        .field("tags", Type::List)
        .field("home", Type::Map)
        .field("items", Type::List)
        .field("churn", Type::Score)
        .event(
            "purchase",
            [
                ("amount", Type::Money),
                ("quantity", Type::Int),
                ("category", Type::Text),
                ("discount", Type::Decimal),
                ("gift", Type::Bool),
                ("due", Type::Date),
                ("shipped", Type::Time),
                ("items", Type::List),
                ("cart", Type::Text),
            ],
        )
        .event(
            "add",
            [("cart", Type::Text), ("category", Type::Text), ("quantity", Type::Int), ("amount", Type::Money)],
        )
        .event("login", [("category", Type::Text), ("quantity", Type::Int), ("cart", Type::Text)])
        .declare_event(EventType { name: "mail".into(), properties: mail, passive: true, ..EventType::default() })
        .build([7; 32].into())
        .unwrap()
}

pub fn person(schema: &Schema, node: usize) -> onefold_model::Identifier {
    schema.identifier("user", &format!("u-{node}")).unwrap()
}

fn company(schema: &Schema, group: usize) -> onefold_model::Identifier {
    schema.identifier("company", &format!("c-{group}")).unwrap()
}

/// Something that happened to one node.
#[derive(Clone)]
pub struct Happened {
    pub node: usize,
    pub number: u32,
    pub id: [u8; 16],
    pub what: &'static str,
    pub at: i64,
    pub properties: Vec<(&'static str, V)>,
    pub event: Arc<Event>,
}

impl std::fmt::Debug for Happened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} #{} of {} at {}, id {}:", self.what, self.number, self.node, Time(self.at), self.event.id)?;
        self.properties.iter().try_for_each(|(name, value)| write!(f, " {name}={value:?}"))
    }
}

impl Happened {
    pub fn new(
        schema: &Schema,
        node: usize,
        number: u32,
        what: &'static str,
        at: i64,
        said: Vec<(&'static str, Value)>,
    ) -> Self {
        let properties = said.iter().map(|(name, value)| (*name, V::from(value))).collect();
        let mut draft = schema.draft("web", what).message_id(&number.to_string()).at(Time(at));
        for (name, value) in said {
            draft = draft.set(name, value);
        }
        let event = Arc::new(draft.receive(Time::MAX).unwrap());
        assert_eq!(event.times.occurred.0, at);
        Self { node, number, id: event.id.0, what, at, properties, event }
    }

    pub fn property(&self, name: &str) -> V {
        self.properties.iter().find(|(it, _)| *it == name).map_or(V::Null, |(_, value)| value.clone())
    }
}

/// A trait of a node (or of a group) from an instant on.
#[derive(Clone, Debug)]
pub struct Turn {
    pub node: usize,
    pub name: &'static str,
    pub at: i64,
    pub value: Value,
    pub seen: V,
}

/// A permission of a node: so until then, and the contrary after it.
#[derive(Clone, Debug)]
pub struct Choice {
    pub node: usize,
    pub purpose: &'static str,
    pub channel: Option<&'static str>,
    pub value: bool,
    pub until: i64,
}

/// All that has come in and counts.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub events: Vec<Happened>,
    pub turns: Vec<Turn>,
    pub choices: Vec<Choice>,
    /// The root of each node: the smallest node of its cluster; none where it was erased.
    pub root: Vec<Option<usize>>,
    /// (group, trait, value): what is known of groups.
    pub groups: Vec<(usize, &'static str, Value)>,
    /// (node, group)
    pub belongs: Vec<(usize, usize)>,
}

impl World {
    /// The profiles: roots of clusters.
    pub fn profiles(&self) -> Vec<usize> {
        (0..self.root.len()).filter(|node| self.root[*node] == Some(*node)).collect()
    }

    pub fn of(&self, root: usize, node: usize) -> bool {
        self.root[node] == Some(root)
    }

    /// The groups of a profile.
    pub fn groups_of(&self, root: usize) -> Vec<usize> {
        let mut groups: Vec<usize> =
            self.belongs.iter().filter(|(node, _)| self.of(root, *node)).map(|(_, group)| *group).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// What a trait of a profile has been, in the order of time; of two nodes that say something of one instant the
    /// later node counts, and of one node what came in later.
    pub fn history(&self, root: usize, name: &str) -> Vec<(i64, V)> {
        let mut said: Vec<(i64, usize, usize)> = (0..)
            .zip(&self.turns)
            .filter(|(_, it)| self.of(root, it.node) && it.name == name)
            .map(|(nth, it)| (it.at, it.node, nth))
            .collect();
        said.sort_unstable();
        let mut history: Vec<(i64, V)> = Vec::new();
        for (at, _, nth) in said {
            history.retain(|(since, _)| *since != at);
            history.push((at, self.turns[nth].seen.clone()));
        }
        history
    }

    /// The sheet of a profile as the evaluators see it, with traits up to an instant.
    pub fn sheet(&self, schema: &Schema, root: usize, known: i64) -> Sheet {
        let mut sheet = Sheet::new(schema, &person(schema, root));
        for event in self.events.iter().filter(|it| self.of(root, it.node)) {
            sheet.insert(event.event.clone());
        }
        let mut turns: Vec<(i64, usize, &Turn)> = self
            .turns
            .iter()
            .filter(|it| self.of(root, it.node) && it.at <= known)
            .map(|it| (it.at, it.node, it))
            .collect();
        turns.sort_by_key(|(at, node, _)| (*at, *node));
        for (at, _, turn) in turns {
            sheet.turn(turn.name, Time(at), turn.value.clone()).unwrap();
        }
        for choice in self.choices.iter().filter(|it| self.of(root, it.node)) {
            let channel = choice.channel.map(|it| schema.channel(it).unwrap());
            let until = Until { value: choice.value, until: Time(choice.until), exact: true };
            sheet.permit(schema.purpose(choice.purpose).unwrap(), channel, until);
        }
        sheet
    }

    /// Everybody as the evaluators see them.
    pub fn crowd(&self, schema: &Schema, known: i64) -> Crowd {
        let mut crowd = Crowd::default();
        for root in self.profiles() {
            self.refresh(schema, &mut crowd, root, known);
        }
        self.regroup(schema, &mut crowd);
        crowd
    }

    /// Takes one profile anew.
    pub fn refresh(&self, schema: &Schema, crowd: &mut Crowd, root: usize, known: i64) {
        let id = ProfileId(person(schema, root).member().token);
        if self.root[root] == Some(root) {
            crowd.persons.insert(id, self.sheet(schema, root, known));
        } else {
            crowd.persons.remove(&id);
        }
    }

    /// Takes the groups anew.
    pub fn regroup(&self, schema: &Schema, crowd: &mut Crowd) {
        crowd.groups.clear();
        crowd.belongs.clear();
        let mut groups: BTreeMap<usize, Sheet> = BTreeMap::new();
        for (_, group) in &self.belongs {
            groups.entry(*group).or_insert_with(|| Sheet::new(schema, &company(schema, *group)));
        }
        for (group, name, value) in &self.groups {
            if let Some(sheet) = groups.remove(group) {
                groups.insert(*group, sheet.set(name, value.clone()).unwrap());
            }
        }
        for root in self.profiles() {
            for group in self.groups_of(root) {
                let (who, which) = (id(schema, root), ProfileId(company(schema, group).member().token));
                crowd.belongs.push((who, which));
            }
        }
        crowd.groups = groups.into_values().map(|sheet| (sheet.profile(), sheet)).collect();
    }
}

pub fn id(schema: &Schema, root: usize) -> ProfileId {
    ProfileId(person(schema, root).member().token)
}

/// The id of a group, by which they are ordered.
pub fn group_id(schema: &Schema, group: usize) -> ProfileId {
    ProfileId(company(schema, group).member().token)
}

/// Everybody, as sheets.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    pub persons: BTreeMap<ProfileId, Sheet>,
    groups: BTreeMap<ProfileId, Sheet>,
    belongs: Vec<(ProfileId, ProfileId)>,
}

impl People for Crowd {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if let Some(sheet) = self.persons.get(&who) {
            look(sheet);
        }
    }

    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.persons.values().for_each(|sheet| look(sheet));
    }

    fn related(&self, who: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        for (id, sheet) in &self.groups {
            if self.belongs.contains(&(who, *id)) {
                look(sheet);
            }
        }
    }

    fn fellows(&self, who: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        let of = |who: ProfileId| self.belongs.iter().filter(move |it| it.0 == who).map(|it| it.1);
        for (id, sheet) in &self.persons {
            if of(who).any(|group| of(*id).any(|other| other == group)) {
                look(sheet);
            }
        }
    }
}
