//! How far people come in a sequence.

use std::collections::BTreeMap;
use std::fmt;

use onefold_model::{EventTypeId, FieldId, SegmentId, Time, Value};
use serde::Serialize;

use super::Share;
use crate::ast::{Op, Then};
use crate::batch::{Batch, Undone, Work};
use crate::columns::Columns;
use crate::definitions::Definitions;
use crate::plan::{Aggregate, Node, Plan, Rows, Sequence, What};

/// How many profiles fulfil each beginning of a sequence.
///
/// ```
/// use onefold_model::{Kind, Party, ProfileId, Schema, Time, Type};
/// use onefold_segment::{Columns, Definitions, Funnel, Work};
/// let schema = Schema::builder()
///     .source("web", Party::First, 50)
///     .kind(Kind::person("user_id"))
///     .event("add_to_cart", [("cart_id", Type::Text)])
///     .event("purchase", [("cart_id", Type::Text)])
///     .build([7; 32].into())?;
/// let definitions = Definitions::parse(
///     "segment bought = did add_to_cart as c then purchase[cart_id = c.cart_id] within 7 days, in last 30 days",
///     &schema,
/// )?;
/// let nine: Time = "2026-03-01T09:00:00Z".parse()?;
/// let mut people = Columns::new(&schema);
/// for (name, events) in [("ada", &["add_to_cart", "purchase"][..]), ("ben", &["add_to_cart"])] {
///     let who = ProfileId(schema.identifier("user_id", name)?.member().token);
///     for what in events {
///         let draft = schema.draft("web", what).who("user_id", name).at(nine).set("cart_id", "c-1");
///         people.insert(who, &draft.receive(nine)?);
///     }
/// }
/// let bought = definitions.id("bought").ok_or("not defined")?;
/// let funnel = Funnel::new(&definitions, bought, None, &people, nine, Work::default())?;
/// assert_eq!(funnel.to_string(), "\
/// step          profiles  of previous  of first
/// add_to_cart          2            -    100.0%
/// purchase[..]         1        50.0%     50.0%
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Funnel {
    /// The beginnings, from the first step alone to the whole sequence.
    pub stages: Vec<Stage>,
}

/// A beginning of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Its last step.
    pub step: String,
    /// How many profiles fulfil it.
    pub profiles: usize,
    /// How many of them have each value of the trait by which the funnel is broken down.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<(Value, usize)>,
}

impl Funnel {
    /// Counts the beginnings of a segment that is a sequence, at an instant. A beginning that ends in a step which must
    /// not happen counts where that is decided; one without `within` is decided with the step after it.
    ///
    /// # Errors
    /// [`Undone::NotReported`] where the segment is no sequence; else as [`Batch::new`].
    pub fn new(
        definitions: &Definitions,
        segment: SegmentId,
        by: Option<FieldId>,
        columns: &Columns,
        now: Time,
        work: Work<'_>,
    ) -> Result<Self, Undone> {
        let whole = definitions.plan();
        let root = whole.roots.get(segment.index()).and_then(|root| whole.node(*root));
        let Some(Node::Sequence(sequence)) = root else { return Err(Undone::NotReported("a sequence")) };
        let mut plan = Plan::default();
        plan.zones.clone_from(&whole.zones);
        plan.behaviour.clone_from(&whole.behaviour);
        plan.schema.clone_from(&whole.schema);
        let (mut names, mut roots) = (Vec::new(), Vec::new());
        let mut stage = |name: String, root: Option<_>| {
            names.push(name);
            roots.extend(root);
        };
        let first = Aggregate { what: What::Count, rows: sequence.first.clone(), window: sequence.window };
        let first = plan.put_aggregate(first);
        let name = |rows: &Rows| self::name(columns, rows);
        stage(name(&sequence.first), first.and_then(|id| plan.put(Node::Tally(id, Op::Ge, Value::Int(1)))));
        for (nth, step) in sequence.steps.iter().enumerate() {
            let said = name(&step.rows);
            let said = match (step.then, step.within) {
                (Then::Follows, _) => said,
                (Then::Lacks, Some(_)) => format!("not {said}"),
                // Part of the next.
                (Then::Lacks, None) => continue,
            };
            let steps = sequence.steps.iter().take(nth + 1).cloned().collect();
            let beginning = Sequence { first: sequence.first.clone(), steps, window: sequence.window };
            stage(said, plan.put(Node::Sequence(Box::new(beginning))));
        }
        let members = Batch::of_nodes(&plan, &roots, columns, now, &work)?;
        let stages = names.into_iter().zip(members).map(|(step, members)| {
            let mut counts: BTreeMap<Value, usize> = BTreeMap::new();
            if let Some(field) = by {
                let column = columns.trait_column(field);
                for number in members.iter() {
                    let value = column.map_or(Value::Null, |column| column.get(number as usize));
                    *counts.entry(value).or_default() += 1;
                }
            }
            Stage { step, profiles: members.len(), by: counts.into_iter().collect() }
        });
        Ok(Self { stages: stages.collect() })
    }
}

/// How a step is called.
fn name(columns: &Columns, rows: &Rows) -> String {
    let name = |what: &EventTypeId| columns.schema().event(*what).map_or("", |event| event.name.as_str());
    let names: Vec<&str> = rows.types.iter().take(3).map(name).collect();
    let more = if rows.types.len() > 3 { " or another" } else { "" };
    format!("{}{more}{}", names.join(" or "), if rows.filter.is_some() { "[..]" } else { "" })
}

/// A table; the parts of each stage by value below it.
impl fmt::Display for Funnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts =
            self.stages.iter().flat_map(|stage| &stage.by).map(|(value, _)| value.to_string().chars().count() + 2);
        let steps = self.stages.iter().map(|stage| stage.step.chars().count());
        let width = steps.chain(parts).max().unwrap_or(0).max(4);
        writeln!(f, "{:<width$}  {:>8}  {:>11}  {:>8}", "step", "profiles", "of previous", "of first")?;
        let first = self.stages.first().map_or(0, |stage| stage.profiles);
        let mut before: Option<&Stage> = None;
        for stage in &self.stages {
            let of = before.map_or(0, |before| before.profiles);
            let shares = (Share(stage.profiles, of), Share(stage.profiles, first));
            writeln!(f, "{:<width$}  {:>8}  {:>11}  {:>8}", stage.step, stage.profiles, shares.0, shares.1)?;
            for (value, count) in &stage.by {
                let of = |stage: Option<&Stage>| {
                    let same = stage.and_then(|stage| stage.by.iter().find(|(other, _)| other == value));
                    same.map_or(0, |(_, count)| *count)
                };
                let shares = (Share(*count, of(before)), Share(*count, of(self.stages.first())));
                writeln!(f, "{:<width$}  {:>8}  {:>11}  {:>8}", format!("  {value}"), count, shares.0, shares.1)?;
            }
            before = Some(stage);
        }
        Ok(())
    }
}
