//! Events, windows and sequences by chance.

use onefold_segment::{Check, Events, Expr, Op, Sequence, Step, Target, Term, Then, Unit, When, Window, Zone};

use super::{EVENTS, GRID, Generator, Kind, ZONES, name, path, span, test};

impl Generator {
    pub(super) fn zone(&mut self) -> Option<Zone> {
        match self.random.below(4) {
            0 => None,
            1 => Some(Zone::Field("timezone".into())),
            _ => Some(Zone::Named(self.random.pick(&ZONES).to_owned())),
        }
    }

    pub(super) fn window(&mut self) -> Window {
        let unit = self.random.pick(&[Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year]);
        let when = match self.random.weighted(&[10, 30, 14, 9, 6, 6, 7, 12, 12, 12]) {
            0 => When::Ever,
            1 => When::Last(self.span()),
            2 => {
                let to = self.random.range(1, 6);
                let from = to + self.random.range(1, 7);
                When::Ago { from: span(from * GRID), to: span(to * GRID) }
            }
            3 => When::BeforeAgo(self.span()),
            4 => When::Since(self.instant()),
            5 => When::Before(self.instant()),
            6 => {
                let from = self.instant();
                When::Between { from, to: from + span(self.random.range(1, 12) * GRID) }
            }
            7 => When::This(unit),
            8 => When::Calendar { count: 1 + self.random.below(3) as u32, unit },
            _ => When::Session(span(self.random.range(1, 5) * GRID)),
        };
        let zone = if matches!(when, When::This(_) | When::Calendar { .. }) { self.zone() } else { None };
        Window { when, zone }
    }

    /// The type of an event, and its place in [`EVENTS`].
    pub(super) fn kind_of_event(&mut self) -> usize {
        self.random.weighted(&[6, 3, 3, 1])
    }

    pub(super) fn events(&mut self) -> Events {
        match self.random.weighted(&[7, 2, 2]) {
            0 => {
                let nth = self.kind_of_event();
                self.filtered(nth, &[])
            }
            1 => Events { what: Target::Any, filter: None },
            _ => {
                let (a, b) = self.random.pick(&[("purchase", "add"), ("login", "mail"), ("add", "login")]);
                Events { what: Target::AnyOf(vec![a.into(), b.into()]), filter: None }
            }
        }
    }

    /// Events of one type, perhaps filtered; `steps` are the names of steps with the types of their events.
    pub(super) fn filtered(&mut self, nth: usize, steps: &[(&str, usize)]) -> Events {
        let chance = if steps.is_empty() { 45 } else { 70 };
        let filter = self.random.chance(chance).then(|| Box::new(self.filter(nth, steps, 1)));
        Events { what: Target::Named(EVENTS[nth].0.into()), filter }
    }

    pub(super) fn filter(&mut self, nth: usize, steps: &[(&str, usize)], depth: usize) -> Expr {
        if depth > 0 && self.random.chance(25) {
            let parts = [self.filter(nth, steps, depth - 1), self.filter(nth, steps, depth - 1)];
            return match self.random.below(3) {
                0 => Expr::And(parts.into()),
                1 => Expr::Or(parts.into()),
                _ => Expr::Not(Box::new(parts[0].clone())),
            };
        }
        let (property, kind) = self.random.pick(EVENTS[nth].1);
        if !steps.is_empty() && self.random.chance(70) {
            let (step, other) = self.random.pick(steps);
            let known: Vec<&str> = EVENTS[other].1.iter().filter(|it| it.1 == kind).map(|it| it.0).collect();
            if !known.is_empty() {
                let its = if known.contains(&property) { property } else { self.random.pick(&known) };
                let op = if kind == Kind::Bool || self.random.chance(60) { Op::Eq } else { self.op() };
                return test(name(&[property]), Check::Compare(op, name(&[step, its])));
            }
        }
        if nth == 0 && self.random.chance(12) {
            let quantifier = self.quantifier();
            return Expr::Items { quantifier, path: path(&["items"]), expr: Box::new(self.item(1)) };
        }
        if kind == Kind::Number && self.random.chance(15) {
            let right = if nth == 0 { "discount" } else { "quantity" };
            let sum = Term::Arithmetic(Box::new(name(&[property])), self.arith(), Box::new(name(&[right])));
            return test(sum, Check::Compare(self.op(), Term::Constant(self.literal(Kind::Number, ""))));
        }
        self.question(name(&[property]), kind, property)
    }

    pub(super) fn sequence(&mut self) -> Expr {
        const NAMES: [&str; 4] = ["a", "b", "c", "d"];
        let first = self.kind_of_event();
        let events = self.filtered(first, &[]);
        let named = self.random.chance(80);
        let mut known = if named { vec![("a", first)] } else { Vec::new() };
        let count = 1 + self.random.weighted(&[5, 3, 1]);
        let mut steps = Vec::new();
        for nth in 0..count {
            let then = if self.random.chance(55) { Then::Follows } else { Then::Lacks };
            let type_of = self.kind_of_event();
            let events = if self.random.chance(12) {
                Events { what: Target::Any, filter: None }
            } else {
                self.filtered(type_of, &known)
            };
            let last = nth + 1 == count;
            let within = (self.random.chance(70) || (last && then == Then::Lacks)).then(|| self.span());
            let name =
                (then == Then::Follows && events.what != Target::Any && self.random.chance(60)).then(|| NAMES[nth + 1]);
            if let Some(name) = name {
                known.push((name, type_of));
            }
            steps.push(Step { then, events, name: name.map(Into::into), within });
        }
        // What must not happen after the last that must looks no further than it says.
        for step in steps.iter_mut().rev().take_while(|it| it.then == Then::Lacks) {
            step.within = step.within.or_else(|| Some(self.span()));
        }
        Expr::Sequence(Sequence { first: events, name: named.then(|| "a".into()), steps, window: self.window() })
    }
}
