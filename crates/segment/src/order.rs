//! Segments in segments: in which order they can be evaluated, and whether they can.
//!
//! A segment that is in itself, directly or through others, has no answer. Kahn's algorithm (A. B. Kahn, *Topological
//! sorting of large networks*, 1962) takes away, one by one, segments that need no other; what is left runs in
//! circles. Without recursion, so that a chain may be as long as it likes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use onefold_model::Diagnostic;

use crate::ast::{Expr, Name, Source};
use crate::error::Faults;

/// The segments, each after those that it needs; without those that run in circles, which are told.
pub(crate) fn sort(source: &Source, known: &BTreeMap<&str, usize>, out: &mut Faults) -> Vec<usize> {
    let needs: Vec<Vec<(usize, &Name)>> = source
        .segments
        .iter()
        .map(|definition| {
            let mut names = Vec::new();
            members(&definition.expr, &mut names);
            let known = |name: &&Name| known.get(name.as_str()).copied();
            names.into_iter().filter_map(|name| Some((known(&name)?, name))).collect()
        })
        .collect();
    let mut waiting: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (nth, all) in needs.iter().enumerate() {
        for (need, _) in all {
            if let Some(by) = needed_by.get_mut(*need) {
                by.push(nth);
            }
        }
    }
    let free = waiting.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: VecDeque<usize> = free.map(|(nth, _)| nth).collect();
    let mut sorted = Vec::new();
    while let Some(nth) = ready.pop_front() {
        sorted.push(nth);
        for by in needed_by.get(nth).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*by) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push_back(*by);
                }
            }
        }
    }
    let mut left: BTreeSet<usize> = (0..needs.len()).collect();
    for nth in &sorted {
        left.remove(nth);
    }
    tell(&needs, source, left, out);
    sorted
}

/// Each circle once, with its path. Who only leads into one is no part of the fault.
fn tell(needs: &[Vec<(usize, &Name)>], source: &Source, mut left: BTreeSet<usize>, out: &mut Faults) {
    let name = |nth: usize| source.segments.get(nth).map_or("", |it| it.name.as_str());
    while let Some(start) = left.first().copied() {
        let mut path: Vec<(usize, &Name)> = Vec::new();
        let mut seen = BTreeMap::new();
        let mut at = start;
        let circle = loop {
            if let Some(from) = seen.insert(at, path.len()) {
                break path.split_off(from);
            }
            let all = needs.get(at).into_iter().flatten();
            let Some((next, by)) = all.copied().find(|(next, _)| left.contains(next)) else {
                break Vec::new();
            };
            path.push((at, by));
            at = next;
        };
        for (nth, _) in path.iter().chain(&circle) {
            left.remove(nth);
        }
        left.remove(&start);
        if let Some((first, by)) = circle.first() {
            let mut names: Vec<String> = circle.iter().map(|(nth, _)| format!("`{}`", name(*nth))).collect();
            names.push(format!("`{}`", name(*first)));
            let message = format!("segments run in a circle: {}", names.join(" -> "));
            out.push(Diagnostic::new("E08", by.span.0.clone(), message));
        }
    }
}

/// The segments that a condition speaks of.
fn members<'a>(expr: &'a Expr, out: &mut Vec<&'a Name>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| members(part, out)),
        Expr::Not(part) => members(part, out),
        Expr::Member(name) => out.push(name),
        _ => {}
    }
}
