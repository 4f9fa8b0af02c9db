//! Why a profile is in a segment or not.
//!
//! An explanation has the shape of the definition: every part with its own answer, what speaks for it, what would
//! change it, and the instant at which it changes, which is told only where it is certain. Values of traits and texts
//! of events are not repeated, since they may be personal; that a trait is not known is told.

mod evidence;

use std::fmt;

use onefold_model::{Facts, People, SegmentId, Time, Truth};
use serde::Serialize;

use self::evidence::Witness;
use crate::ast::Expr;
use crate::definitions::Definitions;
use crate::eval::{Answer, Sight, answer_within};
use crate::plan::{Node, NodeId, Plan};
use crate::rank;

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
    /// What would change it, such as `1 more purchase needed`, or what time will bring, such as `until the purchase of
    /// 2026-02-01 is 30d old`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
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
        let remarks: Vec<String> = self.evidence.iter().chain(&self.change).cloned().chain(changes).collect();
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
    people: &dyn People,
    now: Time,
) -> Explanation {
    let plan = definitions.plan();
    let part = match (definitions.expr(id), plan.roots.get(id.index())) {
        (Some(expr), Some(root)) => {
            let ranks = rank::some(plan, &rank::reached(plan, *root), people, now, now);
            let sight = Sight { facts, people, ranks: &ranks, known: now, at: now };
            part(plan, expr, *root, sight)
        }
        _ => Part {
            text: "no such segment".into(),
            value: Truth::No,
            evidence: None,
            change: None,
            changes: None,
            parts: Vec::new(),
        },
    };
    Explanation { segment: definitions.name(id).into(), at: now, answer, part }
}

/// The tree and its node have the same shape, but for conditions that became several nodes.
fn part(plan: &Plan, expr: &Expr, id: NodeId, sight: Sight<'_>) -> Part {
    let held = answer_within(plan, id, sight);
    let parts = match (expr, plan.node(id)) {
        (Expr::And(exprs), Some(Node::And(nodes))) | (Expr::Or(exprs), Some(Node::Or(nodes))) => {
            exprs.iter().zip(nodes).map(|(expr, node)| part(plan, expr, *node, sight)).collect()
        }
        (Expr::Not(expr), Some(Node::Not(node))) | (Expr::Held { expr, .. }, Some(Node::Held(node, _))) => {
            vec![part(plan, expr, *node, sight)]
        }
        (Expr::Except(of, without), Some(Node::And(nodes))) => match nodes.as_ref() {
            [first, second] => match plan.node(*second).and_then(|node| inner(plan, node)) {
                Some(second) => vec![part(plan, of, *first, sight), part(plan, without, second, sight)],
                None => Vec::new(),
            },
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    let told = Witness { plan, sight, value: held.value, until: held.until }.of(id, !parts.is_empty());
    Part {
        text: expr.to_string(),
        value: held.value,
        evidence: told.evidence,
        change: told.change,
        changes: (held.exact && held.until < Time::MAX).then_some(held.until),
        parts,
    }
}

/// What `not` of a sure answer speaks of.
fn inner(plan: &Plan, node: &Node) -> Option<NodeId> {
    match node {
        Node::Not(part) => plan.node(*part).and_then(|node| inner(plan, node)),
        Node::Sure(part) => Some(*part),
        _ => None,
    }
}
