//! Why a profile is in a segment or not.
//!
//! An explanation has the shape of the definition: every part with its own answer, what speaks for it, and the instant
//! at which it changes, which is told only where it is certain. Values of traits are not repeated; that a trait is
//! not known is.

use std::fmt;

use onefold_model::{Facts, SegmentId, Time, Truth};
use serde::Serialize;

use crate::ast::{Expr, Then};
use crate::definitions::Definitions;
use crate::eval::{Answer, Sight, answer};
use crate::events;
use crate::plan::{Node, NodeId, Plan};

/// Why a profile is in a segment or not, at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The name of the segment.
    pub segment: String,
    /// When it was asked.
    pub at: Time,
    /// The answer.
    pub answer: Answer,
    /// The condition as a whole.
    pub part: Part,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its text.
    pub text: String,
    /// Whether it holds.
    pub value: Truth,
    /// What speaks for or against it, such as `counted 3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// The instant at which it changes if no data arrives. None where it never does, or where that is not certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Time>,
    /// Its own parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.answer.value {
            Truth::Yes => "in",
            Truth::No => "not in",
            Truth::Unknown => "not in, since what decides is unknown",
        };
        write!(f, "{}: {state}", self.segment)?;
        match (self.answer.until, self.answer.exact) {
            (Time::MAX, _) => f.write_str(", until something happens")?,
            (until, true) => write!(f, ", until {until} unless something happens")?,
            (_, false) => {}
        }
        f.write_str("\n")?;
        self.part.show(1, f)
    }
}

impl Part {
    fn show(&self, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:1$}{2:<8}{3}", "", depth * 2, self.value, self.text)?;
        let changes = self.changes.map(|at| format!("changes at {at}"));
        let remarks: Vec<String> = self.evidence.iter().cloned().chain(changes).collect();
        if !remarks.is_empty() {
            write!(f, " ({})", remarks.join("; "))?;
        }
        f.write_str("\n")?;
        self.parts.iter().try_for_each(|part| part.show(depth + 1, f))
    }
}

pub(crate) fn explain(
    definitions: &Definitions,
    id: SegmentId,
    answer: Answer,
    facts: &dyn Facts,
    now: Time,
) -> Explanation {
    let plan = definitions.plan();
    let root = plan.roots.get(id.index());
    let part = match (definitions.expr(id), root) {
        (Some(expr), Some(root)) => part(plan, expr, *root, facts, now),
        _ => {
            Part { text: "no such segment".into(), value: Truth::No, evidence: None, changes: None, parts: Vec::new() }
        }
    };
    Explanation { segment: definitions.name(id).into(), at: now, answer, part }
}

/// The tree and its node have the same shape; a negated test of a trait alone has a node in between.
fn part(plan: &Plan, expr: &Expr, node: NodeId, facts: &dyn Facts, now: Time) -> Part {
    let held = answer(plan, node, facts, now);
    let parts = match (expr, plan.node(node)) {
        (Expr::And(exprs), Some(Node::And(nodes))) | (Expr::Or(exprs), Some(Node::Or(nodes))) => {
            let pairs = exprs.iter().zip(nodes);
            pairs.map(|(expr, node)| part(plan, expr, *node, facts, now)).collect()
        }
        (Expr::Not(expr), Some(Node::Not(node))) => vec![part(plan, expr, *node, facts, now)],
        _ => Vec::new(),
    };
    Part {
        text: expr.to_string(),
        value: held.value,
        evidence: plan.node(node).and_then(|node| evidence(plan, node, facts, now)),
        changes: (held.exact && held.until < Time::MAX).then_some(held.until),
        parts,
    }
}

fn evidence(plan: &Plan, node: &Node, facts: &dyn Facts, now: Time) -> Option<String> {
    let sight = Sight { facts, known: now, at: now };
    match node {
        Node::Field(field, _) | Node::Recent(field, _) => {
            facts.field(*field).is_null().then(|| "it is not known".into())
        }
        Node::Not(inner) => match plan.node(*inner) {
            Some(field @ Node::Field(..)) => evidence(plan, field, facts, now),
            _ => None,
        },
        Node::Count { rows, window, .. } => {
            let seen = events::counted(rows, *window, sight).now();
            Some(format!("counted {seen}"))
        }
        Node::Sum { rows, property, currency, window, .. } => {
            let terms = events::Terms { property: *property, currency: *currency };
            let total = events::summed(rows, terms, *window, sight).now();
            let amount = total.to_decimal().map_or_else(|| "more than a number holds".into(), |it| it.to_string());
            let currency = currency.map_or_else(String::new, |it| format!(" {it}"));
            Some(format!("added up to {amount}{currency}"))
        }
        Node::Sequence { first, then, second, within, window } => {
            let steps = events::Steps { first, then: *then, second, within: *within };
            let seen = events::sequences(steps, *window, sight).now();
            let times = if seen == 1 { "once" } else { "times" };
            Some(match (seen, then) {
                (0, _) => "it did not happen".into(),
                (1, Then::Follows) => format!("it happened {times}"),
                (_, Then::Follows) => format!("it happened {seen} {times}"),
                (1, Then::Lacks) => format!("the second step was missing {times}"),
                (_, Then::Lacks) => format!("the second step was missing {seen} {times}"),
            })
        }
        Node::And(_) | Node::Or(_) | Node::Member(_) | Node::Consent(..) => None,
    }
}
