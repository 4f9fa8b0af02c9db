//! Evaluation on demand: of a whole only as much as decides.
//!
//! Parts are asked in the order of their costs, traits before events. A part that decides alone, for as long as anybody
//! cares, spares the others: an instant later than the profile's next timer would not move that timer. The answer is then
//! a lower bound, at which the segment is asked again. Without recursion, so that a chain of segments in segments may be
//! as long as it likes.

use onefold_model::{Time, Truth};

use super::routes::{Marks, Routes};
use crate::eval::{Held, Memo, Sight, pass};
use crate::events::{shortfall, tally_yes};
use crate::plan::{Node, NodeId, Plan};
use crate::value::Val;

/// Where one profile is looked at, at one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct Desk {
    memo: Memo,
    done: Marks,
    open: Vec<(NodeId, u32)>,
    /// What gauges say since it began.
    pub(super) gauges: Vec<(u8, u64)>,
    /// How many nodes were evaluated.
    pub(super) nodes: u64,
}

impl Desk {
    /// Begins with another profile or instant.
    pub(super) fn begin(&mut self, plan: &Plan) {
        self.done.wipe(plan.nodes.len());
        self.gauges.clear();
    }

    /// The truth of a condition, and an instant before which it does not change; one not before `enough` is enough.
    pub(super) fn ask(&mut self, plan: &Plan, routes: &Routes, node: NodeId, sight: Sight<'_>, enough: Time) -> Held {
        self.demand(plan, routes, node, sight, enough);
        self.memo.get(node)
    }

    /// A value, and an instant before which it does not change.
    pub(super) fn value(&mut self, plan: &Plan, routes: &Routes, node: NodeId, sight: Sight<'_>) -> (&Val, Time) {
        self.demand(plan, routes, node, sight, Time::MAX);
        self.memo.value(node)
    }

    fn demand(&mut self, plan: &Plan, routes: &Routes, root: NodeId, sight: Sight<'_>, enough: Time) {
        let soon = Time(sight.at.0.saturating_add(1));
        self.open.clear();
        self.open.push((root, 0));
        while let Some((id, step)) = self.open.last_mut() {
            let (id, nth) = (*id, *step);
            *step += 1;
            if nth == 0 && self.done.has(id) {
                self.open.pop();
                continue;
            }
            match plan.node(id) {
                Some(whole @ (Node::And(_) | Node::Or(_))) => {
                    let end = if matches!(whole, Node::And(_)) { Truth::No } else { Truth::Yes };
                    let parts = routes.parts.of(id);
                    // The part before this one has been asked.
                    if let Some(before) = (nth as usize).checked_sub(1).and_then(|before| parts.get(before)) {
                        let held = self.memo.get(*before);
                        if held.0 == end && held.1 >= enough {
                            self.memo.set(id, held);
                            self.done.set(id);
                            self.open.pop();
                            continue;
                        }
                    }
                    if let Some(part) = parts.get(nth as usize) {
                        self.open.push((*part, 0));
                        continue;
                    }
                }
                Some(node) if nth == 0 => {
                    let (done, open) = (&self.done, &mut self.open);
                    let before = open.len();
                    node.parts(&mut |part| {
                        if !done.has(part) {
                            open.push((part, 0));
                        }
                    });
                    if open.len() > before {
                        continue;
                    }
                }
                Some(_) => {}
                None => {
                    self.open.pop();
                    continue;
                }
            }
            match (routes.gauges.of(id), plan.node(id)) {
                (Some(gauge), Some(Node::Tally(aggregate, op, bound))) => {
                    if let Some(aggregate) = plan.aggregate(*aggregate) {
                        let ((truth, until), short) = shortfall(plan, aggregate, *op, bound, sight);
                        self.memo.set(id, (truth, until.max(soon)));
                        self.gauges.push((gauge, short.saturating_sub(1)));
                    }
                }
                (None, Some(Node::Tally(aggregate, op, bound))) if routes.is_only_yes(id) => {
                    if let Some(aggregate) = plan.aggregate(*aggregate) {
                        let (truth, until) = tally_yes(plan, aggregate, *op, bound, sight);
                        // As a no it decides an *and* alone, which what is unknown does not.
                        self.memo.set(id, (truth.is_yes().into(), until.max(soon)));
                    }
                }
                _ => pass(plan, std::iter::once(id), sight, &mut self.memo),
            }
            self.nodes += 1;
            self.done.set(id);
            self.open.pop();
        }
    }
}
