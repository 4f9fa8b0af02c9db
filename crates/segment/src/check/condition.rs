//! Conditions on profiles.

use onefold_model::{Decimal, Text, Value};

use super::Checker;
use super::kind::{Kind, kind, told};
use super::name::Step;
use super::rows::{span_in, span_of};
use super::term::{Made, Place, Typed, plain, span, span_of_path};
use super::window::before;
use crate::ast::{Events, Expr, Literal, Name, Op, Path, Quantifier, Rank, Sequence, Size, Then, Window};
use crate::plan::{self, Aggregate, Node, NodeId, Read, Rows, Share, Span, What};

/// A sequence has at most so many steps.
const STEPS: usize = 16;
/// A sample is exact to a millionth of a percent.
const PARTS: u64 = 100_000_000;

impl<'a> Checker<'a, '_> {
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Option<NodeId> {
        if self.out.is_full() {
            return None;
        }
        let node = match expr {
            Expr::And(parts) => Node::And(self.parts(parts)?),
            Expr::Or(parts) => Node::Or(self.parts(parts)?),
            Expr::Not(part) => Node::Not(self.expr(part)?),
            Expr::Except(part, without) => {
                let (part, without) = (self.expr(part), self.expr(without));
                let (part, without) = (part?, without?);
                let sure = self.put(Node::Sure(without))?;
                let not = self.put(Node::Not(sure))?;
                Node::And([part, not].into())
            }
            Expr::Test(test) => {
                let question = self.test(test, &Place::Profile)?;
                return self.question_node(question);
            }
            Expr::Did { events, window } => {
                let (rows, window) = self.happened(events, window)?;
                return self.did(rows, window);
            }
            Expr::FirstTime { events, window } => {
                let (rows, window) = self.happened(events, window)?;
                let Some(before) = before(window) else { return self.did(rows, window) };
                return self.without(rows, window, before);
            }
            Expr::Stopped { events, span } => {
                let at = span_of(events);
                let (rows, span) = (self.rows(events, &[]), self.micros(*span, &at));
                return self.without(rows?.0, Span::Ever, Span::Last(span?));
            }
            Expr::Sequence(sequence) => Node::Sequence(Box::new(self.sequence(sequence)?)),
            Expr::Held { expr, span } => {
                let (part, span) = (self.expr(expr), self.micros(*span, &span_in(expr)));
                let (part, span) = (part?, span?);
                if let Some(word) = self.taint(part).word() {
                    let message = format!("`for` looks back, and {word} has no past that is known");
                    let help = "put it beside the condition that holds `for` some time, with `and`";
                    return self.type_error(&span_in(expr), &message, Some(help));
                }
                if self.taint(part).has(super::Taint::TWICE) {
                    let message = "a third `for` around two others would look back over each instant of each instant";
                    return self.type_error(&span_in(expr), message, Some("two within each other are the most"));
                }
                Node::Held(part, span)
            }
            Expr::Changed { field, from, to, window } => self.changed(field, from.as_ref(), to.as_ref(), window)?,
            Expr::Member(name) => Node::Sure(self.member(name)?),
            Expr::Consent { purpose, channel } => {
                let known = self.schema.purpose(purpose.as_str());
                let purpose = self.known(purpose, known);
                let channel = match channel {
                    Some(name) => {
                        let known = self.schema.channel(name.as_str());
                        Some(self.known(name, known)?)
                    }
                    None => None,
                };
                Node::Consent(purpose?, channel)
            }
            Expr::Sample { percent, salt } => {
                let below = self.percent(*percent, "a sample")?;
                Node::Sample { salt: Text::from(salt.as_str()), parts: PARTS, among: Share::Below(below) }
            }
            Expr::Bucket { of, among, salt } => self.bucket(*of, among, salt)?,
            Expr::Rank(rank) => self.rank(rank)?,
            Expr::Related { quantifier, relation, expr } => {
                let known = self.schema.relation(relation.as_str());
                let (relation, part) = (self.known(relation, known), self.expr(expr));
                Node::Related(*quantifier, relation?, part?)
            }
            Expr::Items { quantifier, path, expr } => self.list(*quantifier, path, expr)?,
        };
        self.put(node)
    }

    fn parts(&mut self, parts: &'a [Expr]) -> Option<Box<[NodeId]>> {
        if parts.is_empty() {
            return self.fault("E02", &(0..0), "an `and` or `or` without parts says nothing", None);
        }
        let mut nodes = Vec::new();
        for part in parts {
            nodes.push(self.expr(part));
        }
        nodes.into_iter().collect()
    }

    // ------------------------------------------------------------ events

    fn happened(&mut self, events: &'a Events, window: &Window) -> Option<(Rows, Span)> {
        let (rows, window) = (self.rows(events, &[]), self.window(window, &span_of(events), false));
        Some((rows?.0, window?.0))
    }

    fn did(&mut self, rows: Rows, window: Span) -> Option<NodeId> {
        self.tally(&Aggregate { what: What::Count, rows, window }, Op::Ge, Value::Int(1))
    }

    /// It happened in the one window and not in the other.
    fn without(&mut self, rows: Rows, window: Span, other: Span) -> Option<NodeId> {
        let one = self.did(rows.clone(), window)?;
        let other = self.did(rows, other)?;
        let not = self.put(Node::Not(other))?;
        self.put(Node::And([one, not].into()))
    }

    fn sequence(&mut self, sequence: &'a Sequence) -> Option<plan::Sequence> {
        let at = span_of(&sequence.first);
        if sequence.steps.is_empty() {
            return self.fault("E02", &at, "a sequence has at least two steps", Some("write `did a then b`"));
        }
        if sequence.steps.len() >= STEPS {
            let message = format!("a sequence has at most {STEPS} steps");
            return self.fault("E04", &at, &message, None);
        }
        let mut names = sequence.name.iter().chain(sequence.steps.iter().filter_map(|step| step.name.as_ref()));
        if names.any(|name| name.as_str().is_empty()) {
            return self.fault("E02", &at, "the name of a step is empty", None);
        }
        let first = self.rows(&sequence.first, &[]);
        let window = self.window(&sequence.window, &at, false);
        let mut fine = first.is_some();
        let (first, types) = first.unzip();
        let mut said = Vec::new();
        said.extend(types.map(|types| Step { name: sequence.name.as_ref(), nth: 0, types }));
        let mut steps = Vec::new();
        for (nth, step) in (1..).zip(&sequence.steps) {
            let at = span_of(&step.events);
            let within = step.within.map(|within| self.micros(within, &at));
            let rows = self.rows(&step.events, &said);
            if let Some(name) = &step.name {
                fine &= self.step_name(name, step.then, &said).is_some();
            }
            match (rows, within) {
                (Some((rows, types)), None | Some(Some(_))) => {
                    if step.then == Then::Follows {
                        said.push(Step { name: step.name.as_ref(), nth, types });
                    }
                    steps.push(plan::Step { then: step.then, rows, within: within.flatten() });
                }
                _ => fine = false,
            }
        }
        if let Some(last) = sequence.steps.last()
            && last.then == Then::Lacks
            && last.within.is_none()
        {
            let message = "that the last step does not follow is decided after a span, which is missing";
            return self.fault("E02", &span_of(&last.events), message, Some("say how long: `then not b within 2d`"));
        }
        if !fine {
            return None;
        }
        Some(plan::Sequence { first: first?, steps: steps.into(), window: window?.0 })
    }

    fn step_name(&mut self, name: &Name, then: Then, said: &[Step<'a>]) -> Option<()> {
        if then == Then::Lacks {
            let message = format!("step `{}` must not happen, so that nothing can be said of it", name.as_str());
            return self.type_error(&name.span.0, &message, Some("leave the name out"));
        }
        if said.iter().any(|step| step.name == Some(name)) {
            let message = format!("step `{}` is named twice", name.as_str());
            return self.fault("E05", &name.span.0, &message, None);
        }
        Some(())
    }

    // ------------------------------------------------------------ traits

    fn changed(&mut self, field: &Name, from: Option<&Literal>, to: Option<&Literal>, window: &Window) -> Option<Node> {
        let at = &field.span.0;
        if self.traits.contains_key(field.as_str()) {
            let message = format!("`{}` is a computed trait, of which no past is kept", field.as_str());
            return self.type_error(at, &message, Some("`changed` asks about traits of the schema"));
        }
        let known = self.schema.field(field.as_str());
        let id = self.known(field, known)?;
        let kind = Kind::from(self.schema.type_of(id));
        let made = Made::Read(Read { relation: None, field: id, keys: [].into() });
        let typed = Typed { made, kind, field: Some(id) };
        let term = crate::ast::Term::Name(Path { names: vec![field.clone()] });
        let mut side = |literal: Option<&Literal>| match literal {
            Some(literal) => {
                let (value, of) = (plain(literal), Kind::of(literal));
                self.fit(at, &term, &typed, Op::Eq, value, of).map(|(_, value)| Some(value))
            }
            None => Some(None),
        };
        let (from, to) = (side(from), side(to));
        let window = self.window(window, at, false);
        let (from, to) = (from?, to?);
        if from.is_some() && from == to {
            return self.fault("E09", at, "a change is to another value", None);
        }
        Some(Node::Changed { field: id, from, to, window: window?.0 })
    }

    fn list(&mut self, quantifier: Quantifier, path: &'a Path, expr: &'a Expr) -> Option<Node> {
        let list = self.name(path, &Place::Profile);
        let filter = self.filter(expr, &Place::Item);
        let list = list?;
        self.is_list(path, list.kind.ty)?;
        let Made::Read(read) = list.made else {
            let message = "items of a computed trait cannot be asked about";
            return self.type_error(&span_of_path(path), message, None);
        };
        Some(Node::Items(quantifier, read, filter?))
    }

    // ------------------------------------------------------------ populations

    /// How many of 100,000,000 a percentage is.
    fn percent(&mut self, percent: Decimal, what: &str) -> Option<u64> {
        if percent <= Decimal::ZERO || percent > 100.into() {
            let message = format!("{what} is of more than 0 % and at most 100 %, not of {percent} %");
            return self.fault("E09", &(0..0), &message, None);
        }
        let parts = percent.checked_mul(1_000_000.into()).filter(|parts| parts.scale() == 0);
        match parts.and_then(|parts| u64::try_from(parts.units()).ok()) {
            Some(parts) => Some(parts),
            None => {
                let message = format!("{what} is exact to a millionth of a percent, and {percent} % is finer");
                self.fault("E09", &(0..0), &message, None)
            }
        }
    }

    fn bucket(&mut self, of: u32, among: &[u32], salt: &str) -> Option<Node> {
        if of == 0 || among.is_empty() {
            return self.fault("E09", &(0..0), "no bucket is asked for", None);
        }
        if let Some(wrong) = among.iter().find(|nth| **nth >= of) {
            let message = format!("there is no bucket {wrong} of {of}");
            let help = format!("buckets are numbered from 0 to {}", of.saturating_sub(1));
            return self.fault("E09", &(0..0), &message, Some(&help));
        }
        let mut these: Vec<u64> = among.iter().map(|nth| u64::from(*nth)).collect();
        these.sort_unstable();
        these.dedup();
        Some(Node::Sample { salt: Text::from(salt), parts: of.into(), among: Share::These(these.into()) })
    }

    fn rank(&mut self, rank: &'a Rank) -> Option<Node> {
        match rank.size {
            Size::Percent(percent) => {
                self.percent(percent, "a rank")?;
            }
            Size::Count(0) => {
                return self.fault("E09", &span(&rank.by), "the first 0 are nobody", None);
            }
            Size::Count(_) => {}
        }
        let among = rank.among.as_ref().map(|name| self.member(name));
        let by = self.term(&rank.by, &Place::Profile)?;
        if !by.kind.has_order() {
            let message = format!("{} is {} and has no order", told(&rank.by), kind(by.kind.ty));
            return self.type_error(&span(&rank.by), &message, None);
        }
        if by.constant().is_some() {
            return self.type_error(&span(&rank.by), "a rank by a constant tells nobody apart", None);
        }
        let by = self.node(by)?;
        let among = match among {
            Some(among) => Some(among?),
            None => None,
        };
        self.plan.put_rank(plan::Rank { end: rank.end, size: rank.size, by, among }).map(Node::Rank)
    }
}
