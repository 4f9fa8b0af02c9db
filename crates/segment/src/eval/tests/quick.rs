//! Short cuts answer as the long way does.

use onefold_model::{Facts, Sheet, Time, Truth, Value};
use proptest::prelude::*;

use super::{ada, did, minute, schema};
use crate::Definitions;
use crate::eval::{Ranks, Sight};
use crate::events::{tally, walked};
use crate::plan::Node;
use crate::sequence::searched;

/// What happened: minute, type, key, number.
type Said = Vec<(i64, usize, usize, i64)>;

fn said() -> impl Strategy<Value = Said> {
    prop::collection::vec((0..12_i64, 0..3_usize, 0..3_usize, -2..4_i64), 0..9)
}

pub(super) fn history(said: &Said) -> Sheet {
    let schema = schema();
    let mut sheet = ada(&schema);
    for (at, what, key, number) in said {
        let key = Value::from(["a", "b", "c"][*key]);
        match what {
            0 => did(&mut sheet, &schema, "login", minute(*at), &[("device", key)]),
            1 => did(&mut sheet, &schema, "add_to_cart", minute(*at), &[("cart_id", key)]),
            _ => did(&mut sheet, &schema, "purchase", minute(*at), &[("cart_id", key), ("qty", (*number).into())]),
        }
    }
    sheet
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn tallies_turn_when_the_walk_says(said in said(), now in 0..20_i64, ahead in 0..8_i64, bound in -1..6_i64) {
        let schema = schema();
        let sheet = history(&said);
        let mut text = String::new();
        let windows = ["ever", "in last 5m", "since @2026-03-01T09:03:00Z", "before @2026-03-01T09:08:00Z", "in this day", "in session of 3m"];
        let values = [
            "count(login)", "count(any of (login, purchase))", "count(purchase[qty > 0])", "distinct(purchase.cart_id)",
            "distinct(purchase.qty)", "active_days(login)",
        ];
        for (nth, window) in windows.iter().enumerate() {
            for (which, value) in values.iter().enumerate() {
                for (op, sign) in ["=", "!=", "<", "<=", ">", ">="].iter().enumerate() {
                    text.push_str(&format!("segment s{nth}_{which}_{op} = {value} {window} {sign} {bound}\n"));
                }
            }
            for (op, sign) in ["=", "<", ">="].iter().enumerate() {
                text.push_str(&format!("segment f{nth}_{op} = first(purchase.qty) {window} {sign} {bound}\n"));
                text.push_str(&format!("segment l{nth}_{op} = last(purchase.qty) {window} {sign} {bound}\n"));
            }
        }
        let mut seen = 0;
        // Counts below zero and the like are refused; they are asked of nobody.
        if let Ok(definitions) = Definitions::parse(&text, &schema) {
            let plan = definitions.plan();
            let ranks = Ranks::default();
            let sight = Sight { facts: &sheet, people: &sheet, ranks: &ranks, known: minute(now), at: minute(now + ahead) };
            for node in &plan.nodes {
                if let Node::Tally(id, op, constant) = node {
                    let aggregate = plan.aggregate(*id).unwrap();
                    prop_assert_eq!(
                        tally(plan, aggregate, *op, constant, sight),
                        walked(plan, aggregate, *op, constant, sight),
                        "{:?} {:?} {:?} {:?}", aggregate, op, constant, sheet.run(aggregate.rows.types[0])
                    );
                    seen += 1;
                }
            }
        }
        prop_assert!(seen > 30 || bound < 1, "{}", seen);
    }

    #[test]
    fn sequences_are_found_with_lists_and_without(said in said(), now in 0..16_i64, ahead in 0..8_i64) {
        let schema = schema();
        let sheet = history(&said);
        let definitions = Definitions::parse(SEQUENCES, &schema).unwrap();
        let plan = definitions.plan();
        let ranks = Ranks::default();
        let sight = Sight { facts: &sheet, people: &sheet, ranks: &ranks, known: minute(now), at: minute(now + ahead) };
        for (node, oracle) in plan.nodes.iter().filter_map(|node| match node {
            Node::Sequence(sequence) => Some(sequence),
            _ => None,
        }).zip(oracles()) {
            let light = searched(plan, node, sight, u64::MAX);
            prop_assert_eq!(light, searched(plan, node, sight, 0), "lists of {:?}", oracle);
            let known: Vec<_> = said.iter().filter(|it| it.0 <= now).copied().collect();
            prop_assert_eq!(light, oracle.holds(&known, minute(now + ahead)), "{:?}", oracle);
        }
    }
}

const SEQUENCES: &str = r"
    segment s0 = did login then purchase, in last 6m
    segment s1 = did add_to_cart as c then purchase[cart_id = c.cart_id] within 3m, in last 6m
    segment s2 = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 3m, in last 6m
    segment s3 = did login then not add_to_cart then purchase within 4m, ever
    segment s4 = did login then not login within 2m then purchase within 4m then not login within 3m, in last 9m
    segment s5 = did purchase as p then purchase[cart_id = p.cart_id] as q then not purchase[cart_id != q.cart_id] within 2m, in last 9m
    segment s6 = did add_to_cart as c then login as l then purchase[cart_id = c.cart_id or cart_id = l.device] within 5m, ever
    segment s7 = did login then login then login within 3m, between 8m and 2m ago
";

/// A sequence as plain data: each step's type, whether it must follow, within how many minutes, and with which steps
/// its key is, or is not, the same.
type Then<S> = (usize, bool, Option<i64>, S);

/// Such a sequence.
#[derive(Clone, Debug)]
struct Oracle {
    first: usize,
    steps: Vec<Then<Vec<(usize, bool)>>>,
    /// How long after its instant the first step enters and leaves.
    stay: (i64, Option<i64>),
}

fn oracles() -> Vec<Oracle> {
    let of = |first, steps: &[Then<&[(usize, bool)]>], stay| Oracle {
        first,
        steps: steps.iter().map(|(what, follows, within, same)| (*what, *follows, *within, same.to_vec())).collect(),
        stay,
    };
    vec![
        of(0, &[(2, true, None, &[])], (0, Some(6))),
        of(1, &[(2, true, Some(3), &[(0, true)])], (0, Some(6))),
        of(1, &[(2, false, Some(3), &[(0, true)])], (0, Some(6))),
        of(0, &[(1, false, None, &[]), (2, true, Some(4), &[])], (0, None)),
        of(0, &[(0, false, Some(2), &[]), (2, true, Some(4), &[]), (0, false, Some(3), &[])], (0, Some(9))),
        of(2, &[(2, true, None, &[(0, true)]), (2, false, Some(2), &[(1, false)])], (0, Some(9))),
        of(1, &[(0, true, None, &[]), (2, true, Some(5), &[(0, true), (1, true)])], (0, None)),
        of(0, &[(0, true, None, &[]), (0, true, Some(3), &[])], (2, Some(8))),
    ]
}

impl Oracle {
    fn holds(&self, said: &Said, at: Time) -> (Truth, Time) {
        let mut stays: Vec<(Time, Time)> = Vec::new();
        for (nth, event) in said.iter().enumerate().filter(|(_, event)| event.1 == self.first) {
            if let Some(decided) = self.least(said, &mut vec![Some(nth)]) {
                let to = self.stay.1.map_or(Time::MAX, |leaves| minute(event.0 + leaves));
                stays.push((minute(event.0 + self.stay.0).max(minute(decided)), to));
            }
        }
        let holds = |at: Time| stays.iter().any(|(from, to)| *from <= at && at < *to);
        let now = holds(at);
        let mut edges: Vec<Time> = stays.iter().flat_map(|(from, to)| [*from, *to]).filter(|edge| *edge > at).collect();
        edges.sort_unstable();
        let until = edges.into_iter().find(|edge| *edge < Time::MAX && holds(*edge) != now);
        (now.into(), until.unwrap_or(Time::MAX))
    }

    fn passes(&self, said: &Said, chain: &[Option<usize>], nth: usize, step: usize) -> bool {
        let (what, _, _, same) = &self.steps[step];
        let event = said[nth];
        let agrees = |(of, wanted): &(usize, bool)| (said[chain[*of].unwrap()].2 == event.2) == *wanted;
        event.1 == *what && !chain.contains(&Some(nth)) && (same.is_empty() || same.iter().any(agrees))
    }

    /// The earliest minute at which a chain that begins so is fulfilled, over all ways to go on.
    fn least(&self, said: &Said, chain: &mut Vec<Option<usize>>) -> Option<i64> {
        let step = chain.len() - 1;
        let last = said[chain.iter().rev().flatten().next().copied().unwrap()].0;
        let Some((_, follows, within, _)) = self.steps.get(step).cloned() else { return Some(-100) };
        let end = within.map_or(i64::MAX, |within| last + within);
        if follows {
            let mut least: Option<i64> = None;
            for nth in 0..said.len() {
                let at = said[nth].0;
                let cut = (0..step).rev().take_while(|before| !self.steps[*before].1).any(|before| {
                    self.steps[before].2.is_none()
                        && (0..said.len()).any(|other| {
                            (last..at).contains(&said[other].0) && self.passes(said, &chain[..=before], other, before)
                        })
                });
                if (last..end).contains(&at) && self.passes(said, chain, nth, step) && !cut {
                    chain.push(Some(nth));
                    let found = self.least(said, chain);
                    chain.pop();
                    least = [least, found].into_iter().flatten().min();
                }
            }
            return least;
        }
        let seen = (0..said.len()).any(|nth| (last..end).contains(&said[nth].0) && self.passes(said, chain, nth, step));
        if within.is_some() && seen {
            return None;
        }
        chain.push(None);
        let rest = self.least(said, chain);
        chain.pop();
        rest.map(|rest| if within.is_some() { rest.max(end) } else { rest })
    }
}
