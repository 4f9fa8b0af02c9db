//! Questions to one value that no value answers with yes together.

use std::collections::HashMap;

use onefold_model::{Truth, Value};

use super::value;
use crate::ast::{Check, Op, Term, Test};
use crate::value::compare;

/// So many questions to one value are looked at in pairs. Who writes more does so by program, and gains little from
/// all pairs.
const MOST: usize = 64;

/// What a question lets through.
enum Bound {
    Compare(Op, Value),
    Among(Vec<Value>),
    NotAmong(Vec<Value>),
    Null,
    NotNull,
}

/// The tests that some later test of the same value contradicts.
pub(super) fn find<'a>(tests: impl Iterator<Item = &'a Test>) -> Vec<&'a Test> {
    let mut groups: Vec<Vec<(&Test, Bound)>> = Vec::new();
    let mut by_subject: HashMap<String, usize> = HashMap::new();
    for test in tests {
        let Some(bound) = Bound::of(&test.check) else { continue };
        let nth = *by_subject.entry(test.subject.to_string()).or_insert(groups.len());
        if nth == groups.len() {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.get_mut(nth).filter(|group| group.len() < MOST) {
            group.push((test, bound));
        }
    }
    let mut found = Vec::new();
    for group in &groups {
        let mut rest = &group[..];
        while let Some(((test, bound), others)) = rest.split_first() {
            rest = others;
            if others.iter().any(|(_, other)| bound.excludes(other)) {
                found.push(*test);
            }
        }
    }
    found
}

impl Bound {
    fn of(check: &Check) -> Option<Self> {
        let short = |all: &[crate::ast::Literal]| (all.len() <= MOST).then(|| all.iter().map(value).collect());
        Some(match check {
            Check::Compare(op, Term::Constant(literal)) => Self::Compare(*op, value(literal)),
            Check::Among(all) => Self::Among(short(all)?),
            Check::NotAmong(all) => Self::NotAmong(short(all)?),
            Check::Null => Self::Null,
            Check::NotNull => Self::NotNull,
            _ => return None,
        })
    }

    /// Whether no value fulfils both. Where that is not certain, it does not.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => false,
            // A question to what is not there is never answered with yes.
            (Self::Null, _) | (_, Self::Null) => true,
            (Self::NotNull, _) | (_, Self::NotNull) => false,
            (Self::Among(all), other) | (other, Self::Among(all)) => all.iter().all(|value| other.refuses(value)),
            (Self::Compare(Op::Eq, value), other) | (other, Self::Compare(Op::Eq, value)) => other.refuses(value),
            (Self::Compare(one, low), Self::Compare(other, high)) => apart((*one, low), (*other, high)),
            _ => false,
        }
    }

    /// Whether this value certainly does not fulfil it.
    fn refuses(&self, value: &Value) -> bool {
        match self {
            Self::Compare(op, bound) => compare(value, *op, bound) == Truth::No,
            Self::Among(all) => all.iter().all(|one| compare(value, Op::Eq, one) == Truth::No),
            Self::NotAmong(all) => all.iter().any(|one| compare(value, Op::Eq, one) == Truth::Yes),
            Self::Null => true,
            Self::NotNull => false,
        }
    }
}

/// Whether what is above the one bound is never below the other.
fn apart((one, low): (Op, &Value), (other, high): (Op, &Value)) -> bool {
    match (one, other) {
        (Op::Gt | Op::Ge, Op::Lt | Op::Le) => {
            let meet = if (one, other) == (Op::Ge, Op::Le) { Op::Le } else { Op::Lt };
            compare(low, meet, high) == Truth::No
        }
        (Op::Lt | Op::Le, Op::Gt | Op::Ge) => apart((other, high), (one, low)),
        _ => false,
    }
}
