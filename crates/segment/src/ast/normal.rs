//! The canonical form of a tree, and how deep one may be.

use super::{Aggregate, Body, Check, Definition, Events, Expr, Function, Op, Rank, Sequence, Source, Step, Term, Test};

/// How deep conditions and values may nest.
pub(crate) const MAX_DEPTH: usize = 48;

/// Readers of JSON stop at 128 levels, of which a source takes four before a tree begins.
const MAX_LEVELS: usize = 120;

impl Source {
    /// The same in canonical form: every definition, and comments of one line each.
    #[must_use]
    pub(crate) fn normal(self) -> Self {
        Self { definitions: self.definitions.into_iter().map(Definition::normal).collect(), notes: lines(self.notes) }
    }
}

impl Definition {
    /// The same in canonical form. A tree that nests too deep is left as it is.
    #[must_use]
    pub(crate) fn normal(self) -> Self {
        let body = match (self.fits(), self.body) {
            (false, body) => body,
            (true, Body::Segment(expr)) => Body::Segment(expr.normal()),
            (true, Body::Trait { ty, value }) => Body::Trait { ty, value: value.normal() },
        };
        Self { name: self.name, body, notes: lines(self.notes) }
    }

    /// Whether it nests no deeper than a definition may.
    pub(crate) fn fits(&self) -> bool {
        match &self.body {
            Body::Segment(expr) => expr.is_shallow(),
            Body::Trait { value, .. } => value.is_shallow(),
        }
    }
}

/// Comments as they read back: a line each, without space at their ends.
fn lines(notes: Vec<String>) -> Vec<String> {
    let plain = |note: &String| !note.ends_with(char::is_whitespace) && !note.contains('\n');
    if notes.iter().all(plain) {
        return notes;
    }
    notes.iter().flat_map(|note| note.split('\n')).map(|line| line.trim_end().to_owned()).collect()
}

/// How deep it may still go: in parts, and in levels of JSON.
#[derive(Clone, Copy)]
struct Room {
    depth: usize,
    levels: usize,
}

impl Room {
    fn within(self, depth: usize, levels: usize) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(depth)?, levels: self.levels.checked_sub(levels)? })
    }
}

impl Expr {
    /// The same in canonical form: no `and` directly in an `and`, none of a single part, constants on the right.
    pub(crate) fn normal(self) -> Self {
        let boxed = |expr: Box<Self>| Box::new(expr.normal());
        match self {
            Self::And(parts) => Self::all(parts.into_iter().map(Self::normal)),
            Self::Or(parts) => Self::any(parts.into_iter().map(Self::normal)),
            Self::Not(part) => Self::Not(boxed(part)),
            Self::Except(left, right) => Self::Except(boxed(left), boxed(right)),
            Self::Test(Test { subject, check, span }) => {
                let check = match check {
                    Check::Compare(op, term) => Check::Compare(op, term.normal()),
                    other => other,
                };
                Self::Test(Test { subject: subject.normal(), check, span }.normal())
            }
            Self::Did { events, window } => Self::Did { events: events.normal(), window },
            Self::FirstTime { events, window } => Self::FirstTime { events: events.normal(), window },
            Self::Stopped { events, span } => Self::Stopped { events: events.normal(), span },
            Self::Sequence(it) => Self::Sequence(Sequence {
                first: it.first.normal(),
                steps: it.steps.into_iter().map(|step| Step { events: step.events.normal(), ..step }).collect(),
                ..it
            }),
            Self::Held { expr, span } => Self::Held { expr: boxed(expr), span },
            Self::Rank(it) => Self::Rank(Rank { by: Box::new(it.by.normal()), ..it }),
            Self::Related { quantifier, relation, expr } => Self::Related { quantifier, relation, expr: boxed(expr) },
            Self::Items { quantifier, path, expr } => Self::Items { quantifier, path, expr: boxed(expr) },
            leaf @ (Self::Changed { .. }
            | Self::Member(_)
            | Self::Consent { .. }
            | Self::Sample { .. }
            | Self::Bucket { .. }) => leaf,
        }
    }

    /// Whether it nests no deeper than a segment may.
    pub(crate) fn is_shallow(&self) -> bool {
        self.fits(Room { depth: MAX_DEPTH, levels: MAX_LEVELS })
    }

    fn fits(&self, room: Room) -> bool {
        // The variant is an object with one name; what stands in it is a level or two more.
        let inner = |levels: usize| room.within(1, levels);
        match self {
            Self::And(parts) | Self::Or(parts) => inner(2).is_some_and(|room| parts.iter().all(|part| part.fits(room))),
            Self::Not(part) => inner(1).is_some_and(|room| part.fits(room)),
            Self::Except(left, right) => inner(2).is_some_and(|room| left.fits(room) && right.fits(room)),
            Self::Test(test) => inner(2).is_some_and(|room| test.fits(room)),
            Self::Did { events, .. } | Self::FirstTime { events, .. } | Self::Stopped { events, .. } => {
                inner(3).is_some_and(|room| events.fits(room))
            }
            Self::Sequence(it) => {
                inner(5).is_some_and(|room| it.first.fits(room) && it.steps.iter().all(|step| step.events.fits(room)))
            }
            Self::Held { expr, .. } | Self::Related { expr, .. } | Self::Items { expr, .. } => {
                inner(2).is_some_and(|room| expr.fits(room))
            }
            Self::Rank(it) => inner(2).is_some_and(|room| it.by.fits(room)),
            Self::Changed { .. }
            | Self::Member(_)
            | Self::Consent { .. }
            | Self::Sample { .. }
            | Self::Bucket { .. } => inner(4).is_some(),
        }
    }

    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match (flat.pop(), flat.is_empty()) {
            (Some(one), true) => one,
            (last, _) => {
                flat.extend(last);
                Self::And(flat)
            }
        }
    }

    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match (flat.pop(), flat.is_empty()) {
            (Some(one), true) => one,
            (last, _) => {
                flat.extend(last);
                Self::Or(flat)
            }
        }
    }
}

impl Test {
    /// The same with a constant to the right: `3 <= age` is `age >= 3`.
    pub(crate) fn normal(self) -> Self {
        match self {
            Self { subject: subject @ Term::Constant(_), check: Check::Compare(op, term), span }
                if op.is_order() && !matches!(term, Term::Constant(_)) =>
            {
                Self { subject: term, check: Check::Compare(op.flipped(), subject), span }
            }
            other => other,
        }
    }

    fn fits(&self, room: Room) -> bool {
        let check = match &self.check {
            Check::Compare(_, term) => room.within(0, 3).is_some_and(|room| term.fits(room)),
            _ => room.within(0, 5).is_some(),
        };
        check && room.within(0, 1).is_some_and(|room| self.subject.fits(room))
    }
}

impl Op {
    /// Whether both sides can be exchanged.
    const fn is_order(self) -> bool {
        !matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith)
    }
}

impl Term {
    /// The same in canonical form.
    pub(crate) fn normal(self) -> Self {
        let boxed = |term: Box<Self>| Box::new(term.normal());
        match self {
            Self::Aggregate(it) => {
                let Aggregate { function, events, property, window, span } = *it;
                Self::Aggregate(Box::new(Aggregate { function, events: events.normal(), property, window, span }))
            }
            Self::Arithmetic(left, arith, right) => Self::Arithmetic(boxed(left), arith, boxed(right)),
            Self::Since(elapsed, term) => Self::Since(elapsed, boxed(term)),
            Self::Case { when, otherwise } => Self::Case {
                when: when.into_iter().map(|(condition, value)| (condition.normal(), value.normal())).collect(),
                otherwise: otherwise.map(boxed),
            },
            leaf @ (Self::Constant(_) | Self::Name(_) | Self::Score(_) | Self::Size(_)) => leaf,
        }
    }

    /// Whether it nests no deeper than a computed trait may.
    pub(crate) fn is_shallow(&self) -> bool {
        // In JSON a trait has an object more than a segment.
        Room { depth: MAX_DEPTH, levels: MAX_LEVELS }.within(0, 1).is_some_and(|room| self.fits(room))
    }

    fn fits(&self, room: Room) -> bool {
        let inner = |levels: usize| room.within(1, levels);
        match self {
            Self::Aggregate(it) => inner(3).is_some_and(|room| it.events.fits(room)),
            Self::Arithmetic(left, _, right) => inner(2).is_some_and(|room| left.fits(room) && right.fits(room)),
            Self::Since(_, term) => inner(2).is_some_and(|room| term.fits(room)),
            Self::Case { when, otherwise } => inner(4).is_some_and(|room| {
                when.iter().all(|(condition, value)| condition.fits(room) && value.fits(room))
                    && otherwise.as_ref().is_none_or(|term| term.fits(room))
            }),
            Self::Constant(_) | Self::Name(_) | Self::Score(_) | Self::Size(_) => inner(2).is_some(),
        }
    }
}

impl Events {
    fn normal(self) -> Self {
        Self { filter: self.filter.map(|filter| Box::new(filter.normal())), ..self }
    }

    fn fits(&self, room: Room) -> bool {
        let leaf = room.within(0, 3).is_some();
        leaf && self.filter.as_ref().is_none_or(|it| room.within(0, 1).is_some_and(|room| it.fits(room)))
    }
}

impl Function {
    /// Whether it needs a property, and whether it can have one.
    pub(crate) const fn takes(self) -> (bool, bool) {
        match self {
            Self::Sum | Self::Avg | Self::Min | Self::Max | Self::Median | Self::Distinct | Self::MostFrequent => {
                (true, true)
            }
            Self::First | Self::Last => (false, true),
            Self::Count | Self::ActiveDays | Self::ActiveWeeks | Self::Sessions(_) | Self::SessionTime(_) => {
                (false, false)
            }
        }
    }
}
