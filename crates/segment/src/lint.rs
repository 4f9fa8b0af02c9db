//! What is allowed but probably not meant.
//!
//! | code | what |
//! |---|---|
//! | `W01` | a comparison that leaves out, silently, everyone of whom the trait is not known |
//! | `W02` | conditions that contradict each other, so that nobody is in |
//! | `W03` | a comparison that always or never holds |
//! | `W04` | an absence that is decided only after its window has ended |
//! | `W05` | a sensitive trait without a consent beside it |
//!
//! Windows that are longer than the retention of what they look at join these with retention.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Diagnostic, Schema, Sensitivity, Truth, Value};

use crate::ast::{Check, Definition, Events, Expr, Literal, Op, Source, Target, Test, Then, Window};
use crate::value::compare;

/// So many comparisons of one trait are looked at in pairs.
const MOST: usize = 64;

pub(crate) fn lint(source: &Source, schema: &Schema) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for definition in &source.segments {
        let mut tests = Vec::new();
        traits(&definition.expr, false, &mut tests);
        nullable(definition, &tests, &mut out);
        sensitive(definition, &tests, schema, &mut out);
        walk(definition, &definition.expr, &mut out);
    }
    out
}

fn say(out: &mut Vec<Diagnostic>, code: &'static str, span: std::ops::Range<usize>, message: String, help: &str) {
    out.push(Diagnostic::new(code, span, message).help(help));
}

/// The tests of traits, and whether an odd number of `not` stands before them.
fn traits<'a>(expr: &'a Expr, negated: bool, out: &mut Vec<(&'a Test, bool)>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|it| traits(it, negated, out)),
        Expr::Not(part) => traits(part, !negated, out),
        Expr::Test(test) => out.push((test, negated)),
        _ => {}
    }
}

fn nullable(definition: &Definition, tests: &[(&Test, bool)], out: &mut Vec<Diagnostic>) {
    let asks = |(test, _): &&(&Test, bool)| matches!(test.check, Check::Null | Check::NotNull);
    let asked = tests.iter().filter(asks);
    let asked: BTreeSet<&str> = asked.map(|(test, _)| test.subject.as_str()).collect();
    for (test, negated) in tests {
        let excludes = match &test.check {
            Check::Compare(Op::Ne, _) | Check::NotAmong(_) => !negated,
            Check::Compare(Op::Eq, _) | Check::Among(_) => *negated,
            _ => false,
        };
        if excludes && !asked.contains(test.subject.as_str()) {
            let (name, subject) = (&definition.name, &test.subject);
            let message = format!("segment {name} leaves out everyone of whom `{}` is not known", subject.as_str());
            let help = format!("say `{subject} is not null` if that is meant, or add `or {subject} is null`");
            say(out, "W01", test.span.0.clone(), message, &help);
        }
    }
}

fn sensitive(definition: &Definition, tests: &[(&Test, bool)], schema: &Schema, out: &mut Vec<Diagnostic>) {
    if asks_consent(&definition.expr) {
        return;
    }
    let mut told = Vec::new();
    for (test, _) in tests {
        let info = schema.field(test.subject.as_str()).ok().and_then(|id| schema.field_info(id));
        let sensitive = info.is_some_and(|it| it.declared.labels.sensitivity >= Sensitivity::Sensitive);
        if sensitive && !told.contains(&test.subject.as_str()) {
            told.push(test.subject.as_str());
            let message =
                format!("segment {} is drawn by the sensitive trait `{}`", definition.name, test.subject.as_str());
            say(out, "W05", test.span.0.clone(), message, "add `and consent(..)` for the purpose that it serves");
        }
    }
}

fn asks_consent(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(asks_consent),
        Expr::Not(part) => asks_consent(part),
        Expr::Consent { .. } => true,
        _ => false,
    }
}

fn walk(definition: &Definition, expr: &Expr, out: &mut Vec<Diagnostic>) {
    match expr {
        Expr::And(parts) => {
            contradictions(definition, parts, out);
            parts.iter().for_each(|part| walk(definition, part, out));
        }
        Expr::Or(parts) => parts.iter().for_each(|part| walk(definition, part, out)),
        Expr::Not(part) => walk(definition, part, out),
        Expr::Count { events, op, value: Literal::Number(number), .. } => {
            let zero = (*number).cmp(&0.into());
            let always = match (op, zero.is_lt(), zero.is_eq()) {
                (Op::Ge, _, true) | (Op::Ge | Op::Gt | Op::Ne, true, _) => Some("always"),
                (Op::Lt, _, true) | (Op::Lt | Op::Le | Op::Eq, true, _) => Some("never"),
                _ => None,
            };
            if let Some(always) = always {
                let message = format!("a count {op} {number} {always} holds in segment {}", definition.name);
                say(out, "W03", place(events), message, "a count is never below 0");
            }
        }
        Expr::Sequence { first, then: Then::Lacks, within, window: Window::Last(window), .. } if window <= within => {
            let message =
                format!("segment {} asks for an absence that is decided after its window has ended", definition.name);
            say(out, "W04", place(first), message, "the window is longer than the span after `within`");
        }
        _ => {}
    }
}

fn place(events: &Events) -> std::ops::Range<usize> {
    match &events.what {
        Target::Named(name) => name.span.0.clone(),
        Target::Any => 0..0,
    }
}

/// Pairs of comparisons of one trait, both of which must hold, though no value fulfils both.
fn contradictions(definition: &Definition, parts: &[Expr], out: &mut Vec<Diagnostic>) {
    let mut by_trait: BTreeMap<&str, Vec<(&Test, Op, Value)>> = BTreeMap::new();
    for part in parts {
        if let Expr::Test(test) = part
            && let Check::Compare(op, literal) = &test.check
        {
            let value = match literal {
                Literal::Text(text) => Value::from(text.as_str()),
                Literal::Number(number) => Value::Decimal(*number),
                Literal::Money(money) => Value::Money(*money),
                Literal::Bool(yes) => Value::Bool(*yes),
                Literal::Time(time) => Value::Time(*time),
                Literal::Date(date) => Value::Time(date.midnight()),
            };
            by_trait.entry(test.subject.as_str()).or_default().push((test, *op, value));
        }
    }
    for (name, tests) in by_trait {
        // Who writes more than this on one trait does so by program, and gains little from all pairs.
        let mut rest = tests.get(..MOST).unwrap_or(&tests);
        while let Some(((test, op, value), others)) = rest.split_first() {
            rest = others;
            if others.iter().any(|(_, other_op, other)| excludes((*op, value), (*other_op, other))) {
                let message =
                    format!("segment {} is empty: its conditions on `{name}` contradict each other", definition.name);
                say(out, "W02", test.span.0.clone(), message, "write `or` where either is enough");
            }
        }
    }
}

/// Whether no value fulfils both.
fn excludes((one, low): (Op, &Value), (other, high): (Op, &Value)) -> bool {
    match (one, other) {
        (Op::Eq, Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge) => compare(low, other, high) == Truth::No,
        (_, Op::Eq) => compare(high, one, low) == Truth::No,
        (Op::Gt | Op::Ge, Op::Lt | Op::Le) => {
            let meet = if (one, other) == (Op::Ge, Op::Le) { Op::Le } else { Op::Lt };
            compare(low, meet, high) == Truth::No
        }
        (Op::Lt | Op::Le, Op::Gt | Op::Ge) => excludes((other, high), (one, low)),
        _ => false,
    }
}
