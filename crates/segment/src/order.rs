//! Definitions in definitions: in which order they can be evaluated, and whether they can.
//!
//! A segment that is in itself, directly or through others, has no answer; no more has a computed trait that is made
//! of itself, nor a rank among those who are ranked so. Kahn's algorithm (A. B. Kahn, *Topological sorting of large
//! networks*, 1962) takes away, one by one, definitions that need no other; what is left runs in circles. Without
//! recursion over definitions, so that a chain may be as long as it likes.

use std::collections::{BTreeSet, HashMap, VecDeque};

use onefold_model::Diagnostic;

use crate::ast::{Body, Check, Expr, Name, Path, Source, Term};
use crate::error::Faults;

/// What one definition needs: the other's place, and where it is spoken of.
type Needs<'a> = Vec<(usize, &'a Name)>;

/// The definitions, each after those that it needs; without those that run in circles, which are told.
pub(crate) fn sort(
    source: &Source,
    segments: &HashMap<&str, usize>,
    traits: &HashMap<&str, usize>,
    out: &mut Faults,
) -> Vec<usize> {
    let needs: Vec<Needs<'_>> = source
        .definitions
        .iter()
        .map(|definition| {
            let mut spoken = Spoken { segments, traits, needs: Vec::new() };
            match &definition.body {
                Body::Segment(expr) => spoken.expr(expr),
                Body::Trait { value, .. } => spoken.term(value),
            }
            spoken.needs
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
fn tell(needs: &[Needs<'_>], source: &Source, mut left: BTreeSet<usize>, out: &mut Faults) {
    let is_segment =
        |nth: usize| source.definitions.get(nth).is_none_or(|definition| matches!(definition.body, Body::Segment(_)));
    let name = |nth: usize| source.definitions.get(nth).map_or("", |it| it.name.as_str());
    while let Some(start) = left.first().copied() {
        let mut path: Needs<'_> = Vec::new();
        let mut seen = HashMap::new();
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
            let kinds: BTreeSet<bool> = circle.iter().map(|(nth, _)| is_segment(*nth)).collect();
            let (what, mixed) = match (kinds.contains(&true), kinds.contains(&false)) {
                (true, true) => ("segments and computed traits", true),
                (_, true) => ("computed traits", false),
                _ => ("segments", false),
            };
            let tell = |nth: usize| {
                let kind = if !mixed {
                    ""
                } else if is_segment(nth) {
                    "segment "
                } else {
                    "trait "
                };
                format!("{kind}`{}`", name(nth))
            };
            let mut names: Vec<String> = circle.iter().map(|(nth, _)| tell(*nth)).collect();
            names.push(tell(*first));
            let message = format!("{what} run in a circle: {}", names.join(" -> "));
            out.push(Diagnostic::new("E08", by.span.0.clone(), message));
        }
    }
}

/// The definitions of which one speaks.
struct Spoken<'k, 'a> {
    segments: &'k HashMap<&'k str, usize>,
    traits: &'k HashMap<&'k str, usize>,
    needs: Needs<'a>,
}

impl<'a> Spoken<'_, 'a> {
    fn segment(&mut self, name: &'a Name) {
        self.needs.extend(self.segments.get(name.as_str()).map(|nth| (*nth, name)));
    }

    fn path(&mut self, path: &'a Path) {
        if let Some(name) = path.names.first() {
            self.needs.extend(self.traits.get(name.as_str()).map(|nth| (*nth, name)));
        }
    }

    /// Brackets speak of events and items alone, and are not looked into.
    fn expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| self.expr(part)),
            Expr::Not(part) | Expr::Held { expr: part, .. } | Expr::Related { expr: part, .. } => self.expr(part),
            Expr::Except(part, without) => {
                self.expr(part);
                self.expr(without);
            }
            Expr::Test(test) => {
                self.term(&test.subject);
                if let Check::Compare(_, right) = &test.check {
                    self.term(right);
                }
            }
            Expr::Member(name) => self.segment(name),
            Expr::Rank(rank) => {
                self.term(&rank.by);
                if let Some(name) = &rank.among {
                    self.segment(name);
                }
            }
            Expr::Items { path, .. } => self.path(path),
            Expr::Did { .. }
            | Expr::FirstTime { .. }
            | Expr::Stopped { .. }
            | Expr::Sequence(_)
            | Expr::Changed { .. }
            | Expr::Consent { .. }
            | Expr::Sample { .. }
            | Expr::Bucket { .. } => {}
        }
    }

    fn term(&mut self, term: &'a Term) {
        match term {
            Term::Name(path) | Term::Size(path) => self.path(path),
            Term::Arithmetic(left, _, right) => {
                self.term(left);
                self.term(right);
            }
            Term::Since(_, part) => self.term(part),
            Term::Case { when, otherwise } => {
                for (condition, value) in when {
                    self.expr(condition);
                    self.term(value);
                }
                if let Some(value) = otherwise {
                    self.term(value);
                }
            }
            Term::Constant(_) | Term::Score(_) | Term::Aggregate(_) => {}
        }
    }
}
