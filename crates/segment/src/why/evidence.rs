//! What speaks for a part, and what would change it.

use std::ops::ControlFlow;

use onefold_model::{Time, Truth, Value, show_span};

use crate::ast::{Op, Quantifier, Then};
use crate::calendar::DAY;
use crate::eval::{Memo, Sight, Val, history, last_change, pass};
use crate::events::{self, Frame, back, each};
use crate::plan::{Aggregate, Node, NodeId, Plan, Rows, Sequence, Span, What};
use crate::{rank, sequence};

/// What is told of a part.
#[derive(Default)]
pub(super) struct Told {
    pub(super) evidence: Option<String>,
    pub(super) change: Option<String>,
}

impl Told {
    fn evidence(text: impl Into<String>) -> Self {
        Self { evidence: Some(text.into()), change: None }
    }
}

/// Who is asked about a part: its answer is known.
#[derive(Clone, Copy)]
pub(super) struct Witness<'a> {
    pub(super) plan: &'a Plan,
    pub(super) sight: Sight<'a>,
    pub(super) value: Truth,
    pub(super) until: Time,
}

impl Witness<'_> {
    /// `whole` says that its parts are told on their own.
    pub(super) fn of(self, id: NodeId, whole: bool) -> Told {
        let plan = self.plan;
        let Some(node) = plan.node(id) else { return Told::default() };
        match node {
            Node::Held(part, span) => self.held(*part, *span),
            _ if whole => Told::default(),
            Node::And(parts) => self.both(parts),
            Node::Not(part) => {
                // `!=` and the like: the contrary of a question.
                let told = Self { value: self.value.not(), ..self }.of(*part, false);
                Told { change: None, ..told }
            }
            Node::Ask(..) | Node::Items(..) | Node::Question(..) | Node::Within(..) | Node::Anniversary(..) => {
                if self.value == Truth::Unknown { Told::evidence("it is not known") } else { Told::default() }
            }
            Node::Tally(id, op, constant) => match plan.aggregate(*id) {
                Some(aggregate) => self.tally(aggregate, *op, constant),
                None => Told::default(),
            },
            Node::Compare(left, op, right) => self.compare(*left, *op, *right),
            Node::Sequence(sequence) => self.sequence(sequence),
            Node::Changed { field, from, to, window } => {
                let frame = Frame::of(*window, plan, self.sight);
                match last_change(*field, (from.as_ref(), to.as_ref()), &frame, self.sight) {
                    Some(at) => Told::evidence(format!("it changed at {at}")),
                    None => Told::evidence("it did not change"),
                }
            }
            Node::Consent(..) => {
                Told::evidence(if self.value.is_yes() { "it is permitted" } else { "there is no permission" })
            }
            Node::Sample { .. } => Told { evidence: None, change: Some("it stays so for this profile".into()) },
            Node::Rank(id) => match rank::place(plan, *id, self.sight) {
                Some((place, of, places)) => Told {
                    evidence: Some(format!("place {place} of {of}")),
                    change: Some(format!("the first {places} are in")),
                },
                None => Told::evidence("it has no place"),
            },
            Node::Related(quantifier, relation, part) => {
                let needed = plan.needed(*part);
                let (mut memo, mut all, mut yes) = (Memo::default(), 0_usize, 0_usize);
                self.sight.people.fellows(self.sight.facts.profile(), *relation, &mut |facts| {
                    pass(plan, needed.iter().copied(), Sight { facts, ..self.sight }, &mut memo);
                    all += 1;
                    yes += usize::from(memo.get(*part).0.is_yes());
                });
                let change = match quantifier {
                    Quantifier::Any if yes == 0 => Some("one more needed".into()),
                    Quantifier::All if yes < all => Some(format!("{} more needed", all - yes)),
                    _ => None,
                };
                Told { evidence: Some(format!("it holds of {yes} of {all}")), change }
            }
            _ => Told::default(),
        }
    }

    /// Conditions that became two: the first time, and what has stopped.
    fn both(self, parts: &[NodeId]) -> Told {
        let counts = |id: &NodeId| match self.plan.node(*id) {
            Some(Node::Tally(id, ..)) => self.plan.aggregate(*id),
            Some(Node::Not(part)) => match self.plan.node(*part) {
                Some(Node::Tally(id, ..)) => self.plan.aggregate(*id),
                _ => None,
            },
            _ => None,
        };
        let newest = |aggregate: &Aggregate| self.newest(&aggregate.rows, aggregate.window);
        match parts {
            [_, before] => match counts(before).and_then(newest) {
                Some(at) => Told::evidence(format!("it happened at {at}")),
                None => match parts.first().and_then(counts).and_then(newest) {
                    Some(at) => Told::evidence(format!("the last was at {at}")),
                    None => Told::evidence("it did not happen"),
                },
            },
            _ => Told::default(),
        }
    }

    fn newest(self, rows: &Rows, window: Span) -> Option<Time> {
        let frame = Frame::of(window, self.plan, self.sight);
        let mut newest = None;
        back(rows, &frame, self.sight, |row| {
            let (from, to) = frame.stay(row.time());
            if from <= self.sight.at && self.sight.at < to {
                newest = Some(row.time());
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        newest
    }

    fn tally(self, aggregate: &Aggregate, op: Op, constant: &Value) -> Told {
        let (val, _) = events::value(self.plan, aggregate, self.sight);
        let shown = || val.to_value();
        let evidence = match &aggregate.what {
            What::Count => format!("counted {}", shown()),
            What::Sum(..) => format!("added up to {}", shown()),
            What::Distinct(_) => format!("counted {} different", shown()),
            What::ActiveDays(_) => format!("on {} days", shown()),
            What::ActiveWeeks(_) => format!("in {} weeks", shown()),
            What::Sessions(_) => format!("{} sessions", shown()),
            What::SessionTime(_) => format!("{} seconds", shown()),
            _ if val.is_null() => "there is none".into(),
            What::Avg(..) => format!("an average of {}", shown()),
            What::Median(..) => format!("a median of {}", shown()),
            What::Min(..) | What::Max(..) if !is_number(&val) => "there is one".into(),
            What::Min(..) => format!("the least is {}", shown()),
            What::Max(..) => format!("the greatest is {}", shown()),
            What::FirstTime | What::LastTime => format!("at {}", shown()),
            What::First(_) | What::Last(_) | What::MostFrequent(_) if is_number(&val) => format!("it is {}", shown()),
            What::First(_) | What::Last(_) | What::MostFrequent(_) => "there is one".into(),
        };
        let newest = match &aggregate.what {
            What::FirstTime | What::LastTime => None,
            _ => self.newest(&aggregate.rows, aggregate.window),
        };
        let evidence = match newest {
            Some(at) => format!("{evidence}, the newest at {at}"),
            None => evidence,
        };
        let change = self.missing(aggregate, &val, op, constant).or_else(|| self.ageing(aggregate));
        Told { evidence: Some(evidence), change }
    }

    /// How much more or less would change it.
    fn missing(self, aggregate: &Aggregate, val: &Val, op: Op, constant: &Value) -> Option<String> {
        let more = matches!(op, Op::Ge | Op::Gt);
        if !more && !matches!(op, Op::Lt | Op::Le) {
            return None;
        }
        // What happens from now on counts only where the window takes in what happens now, or will.
        let frame = Frame::of(aggregate.window, self.plan, self.sight);
        let (from, to) = frame.stay(self.sight.at);
        if to <= self.sight.at || to <= from {
            return None;
        }
        let adds = matches!(
            aggregate.what,
            What::Count
                | What::Sum(..)
                | What::Distinct(_)
                | What::ActiveDays(_)
                | What::ActiveWeeks(_)
                | What::Sessions(_)
                | What::SessionTime(_)
        );
        let gap = Val::of(constant).combine(crate::ast::Arith::Sub, val);
        let (Val::Number(ratio) | Val::Money(ratio, _)) = gap else { return None };
        let whole = matches!(
            aggregate.what,
            What::Count | What::Distinct(_) | What::ActiveDays(_) | What::ActiveWeeks(_) | What::Sessions(_)
        );
        // Of whole numbers the next one; of amounts the difference itself, `over` where it alone is not enough.
        let over = matches!(op, Op::Gt | Op::Le);
        let amount = if whole {
            let least = if over { ratio.floor() + 1 } else { ratio.ceiling() };
            Value::Int(i64::try_from(least).ok()?)
        } else {
            gap.to_value()
        };
        let what = match &aggregate.what {
            What::Count if aggregate.rows.filter.is_some() => format!(" such{}", self.label(&aggregate.rows)),
            What::Count => self.label(&aggregate.rows),
            What::Distinct(_) => " different".into(),
            What::ActiveDays(_) => unit(&amount, "day"),
            What::ActiveWeeks(_) => unit(&amount, "week"),
            What::Sessions(_) => unit(&amount, "session"),
            What::SessionTime(_) => unit(&amount, "second"),
            _ => String::new(),
        };
        let than = if over && !whole { "more than " } else { "" };
        match (more, self.value) {
            (true, Truth::No) if adds && whole => Some(format!("{amount} more{what} needed")),
            (true, Truth::No) if adds => Some(format!("{than}{amount} more{what} needed")),
            (false, Truth::Yes) if adds && whole => Some(format!("{amount} more{what} would end it")),
            (false, Truth::Yes) if adds => Some(format!("{than}{amount} more{what} would end it")),
            _ => None,
        }
    }

    /// The name of the one type of event.
    fn label(self, rows: &Rows) -> String {
        match rows.types.as_ref() {
            [one] => {
                let name = self.plan.schema.as_ref().and_then(|schema| schema.event(*one)).map(|it| it.name.clone());
                name.map_or_else(String::new, |name| format!(" {name}"))
            }
            _ => String::new(),
        }
    }

    /// Which event grows too old, or old enough, when it changes.
    fn ageing(self, aggregate: &Aggregate) -> Option<String> {
        if self.until == Time::MAX {
            return None;
        }
        let frame = Frame::of(aggregate.window, self.plan, self.sight);
        let mut found: Option<(Time, bool)> = None;
        each(&aggregate.rows, &frame, self.sight, |row| {
            let (from, to) = frame.stay(row.time());
            if to == self.until {
                found = Some((row.time(), true));
            } else if from == self.until && found.is_none() {
                found = Some((row.time(), false));
            }
        });
        let (time, leaves) = found?;
        let span = match (aggregate.window, leaves) {
            (Span::Last(span), true) | (Span::Ago { from: span, .. }, true) => span,
            (Span::Ago { to: span, .. } | Span::BeforeAgo(span), false) => span,
            _ => return None,
        };
        let age = show_span(std::time::Duration::from_micros(u64::try_from(span).ok()?));
        let label = match self.label(&aggregate.rows) {
            label if label.is_empty() => " event".into(),
            label => label,
        };
        Some(format!("until the{label} of {} is {age} old", time.date()))
    }

    /// Two values: shown only where they are of events and numbers, not of traits.
    fn compare(self, left: NodeId, op: Op, right: NodeId) -> Told {
        if self.value == Truth::Unknown {
            return Told::evidence("one of the two is not known");
        }
        let needed: Vec<NodeId> = [left, right].into_iter().flat_map(|id| self.plan.needed(id)).collect();
        let reads = |id: &NodeId| matches!(self.plan.node(*id), Some(Node::Read(_) | Node::Ask(..) | Node::Case(..)));
        if needed.iter().any(reads) || matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith) {
            return Told::default();
        }
        let mut sorted = needed;
        sorted.sort_unstable();
        sorted.dedup();
        let mut memo = Memo::default();
        pass(self.plan, sorted, self.sight, &mut memo);
        let ((left, _), (right, _)) = (memo.value(left), memo.value(right));
        if is_number(left) && is_number(right) {
            Told::evidence(format!("{} against {}", left.to_value(), right.to_value()))
        } else {
            Told::default()
        }
    }

    fn sequence(self, sequence: &Sequence) -> Told {
        let chain = match sequence::chain(self.plan, sequence, self.sight) {
            Ok(Some(chain)) => chain,
            Ok(None) => return Told::evidence("it did not happen"),
            Err(()) => return Told::evidence("there are too many ways in which it could have happened"),
        };
        let rows = std::iter::once(&sequence.first).chain(sequence.steps.iter().map(|step| &step.rows));
        let mut told = Vec::new();
        for (time, rows) in chain.times.iter().zip(rows) {
            if let Some(time) = time {
                let label = self.label(rows);
                told.push(format!("{} at {time}", if label.is_empty() { "a step" } else { label.trim_start() }));
            }
        }
        let waits = sequence.steps.iter().any(|step| step.then == Then::Lacks && step.within.is_some());
        let change = if chain.decided > self.sight.at {
            Some("unless it happens until then".into())
        } else if chain.leaves < Time::MAX && waits {
            Some(format!("in since {}", chain.decided))
        } else {
            None
        };
        Told { evidence: Some(told.join(", then ")), change }
    }

    fn held(self, part: NodeId, span: i64) -> Told {
        match history(self.plan, part, span, self.sight) {
            Some(since) if since > Time(self.sight.at.0.saturating_sub(span).saturating_add(1)) => {
                let days = (self.sight.at.0 - since.0) / DAY;
                Told { evidence: Some(format!("so since {since}")), change: Some(format!("that is {days} days")) }
            }
            Some(_) => Told::evidence("so all the time"),
            None => Told::evidence("it is not so now"),
        }
    }
}

const fn is_number(val: &Val) -> bool {
    matches!(val, Val::Number(_) | Val::Money(..))
}

/// A unit, of one or of several.
fn unit(amount: &Value, name: &str) -> String {
    let many = if *amount == Value::Int(1) { "" } else { "s" };
    format!(" {name}{many}")
}
