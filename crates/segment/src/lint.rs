//! What is allowed but probably not meant.
//!
//! | code | what |
//! |---|---|
//! | `W01` | a comparison that leaves out, silently, everyone of whom the trait is not known |
//! | `W02` | conditions of which no one value fulfils both |
//! | `W03` | a comparison that always or never holds |
//! | `W04` | an absence that is decided only after its window has ended |
//! | `W05` | a sensitive trait without a consent beside it |
//! | `W07` | an average or a score that must be exactly so much |
//! | `W08` | a definition that says the same as another |
//! | `W10` | traits compared that are amounts in different currencies |
//! | `W11` | `for` after what, once so, stays so |
//!
//! A lint is told where it is certain, and not where it is likely: who reads a false one reads no more. `W06` is kept
//! for windows that are longer than the retention of what they look at, and `W09` is told as `W02` and `W03`.

mod contradiction;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use onefold_model::schema::Owner;
use onefold_model::{Diagnostic, Schema, Sensitivity, Type, Value, show_span};

use crate::ast::{
    Body, Check, Definition, Events, Expr, Function, Literal, Op, Path, Sequence, Source, Target, Term, Test, Then,
    When, Window,
};
use crate::check::{dotted, told};
use crate::value::compare;

pub(crate) fn lint(source: &Source, schema: &Schema) -> Vec<Diagnostic> {
    let traits = source.definitions.iter().filter_map(|it| match &it.body {
        Body::Trait { .. } => Some(it.name.as_str()),
        Body::Segment(_) => None,
    });
    let mut lints = Lints { schema, traits: traits.collect(), what: String::new(), out: Vec::new() };
    for definition in &source.definitions {
        lints.definition(definition);
    }
    lints.same(source);
    lints.out
}

struct Lints<'a> {
    schema: &'a Schema,
    /// The names of computed traits.
    traits: BTreeSet<&'a str>,
    /// The definition that is looked at, as the messages tell it.
    what: String,
    out: Vec<Diagnostic>,
}

/// Whose names a condition speaks of.
#[derive(Clone, Copy)]
enum Place<'a> {
    Profile,
    Event(&'a Target),
    Item,
}

impl<'a> Lints<'a> {
    fn say(&mut self, code: &'static str, span: Range<usize>, message: &str, help: &str) {
        self.out.push(Diagnostic::new(code, span, message).help(help));
    }

    fn definition(&mut self, definition: &'a Definition) {
        let name = &definition.name;
        match &definition.body {
            Body::Segment(expr) => {
                self.what = format!("segment {name}");
                let mut tests = Vec::new();
                own_tests(expr, false, &mut tests);
                self.nullable(&tests);
                if !asks_consent(expr) {
                    let mut names = Vec::new();
                    names_of(expr, &mut names);
                    self.sensitive(names);
                }
                self.expr(expr, Place::Profile);
            }
            Body::Trait { value, .. } => {
                self.what = format!("trait {name}");
                self.term(value, Place::Profile);
            }
        }
    }

    // ------------------------------------------------------------ W01, W05, W08

    fn nullable(&mut self, tests: &[(&Test, bool)]) {
        let path_of = |test: &Test| match &test.subject {
            Term::Name(path) => Some(dotted(path)),
            _ => None,
        };
        let asks = |(test, _): &&(&Test, bool)| matches!(test.check, Check::Null | Check::NotNull);
        let asked: BTreeSet<String> = tests.iter().filter(asks).filter_map(|(test, _)| path_of(test)).collect();
        for (test, negated) in tests {
            let excludes = match &test.check {
                Check::Compare(Op::Ne, Term::Constant(_)) | Check::NotAmong(_) => !negated,
                Check::Compare(Op::Eq, Term::Constant(_)) | Check::Among(_) => *negated,
                _ => false,
            };
            let Term::Name(path) = &test.subject else { continue };
            let is_computed = path.names.first().is_some_and(|name| self.traits.contains(name.as_str()));
            if excludes && !is_computed && !asked.contains(&dotted(path)) {
                let message = format!("{} leaves out everyone of whom `{}` is not known", self.what, dotted(path));
                let help = format!("say `{path} is not null` if that is meant, or add `or {path} is null`");
                self.say("W01", test.span.0.clone(), &message, &help);
            }
        }
    }

    fn sensitive(&mut self, names: Vec<(String, Range<usize>)>) {
        let mut told = BTreeSet::new();
        for (name, span) in names {
            let field = self.schema.field_of(Owner::Profile, &name);
            let info = field.and_then(|id| self.schema.field_info(id));
            let is_sensitive = info.is_some_and(|it| it.declared.labels.sensitivity >= Sensitivity::Sensitive);
            if is_sensitive && told.insert(name.clone()) {
                let message = format!("{} is drawn by the sensitive trait `{name}`", self.what);
                self.say("W05", span, &message, "add `and consent(..)` for the purpose that it serves");
            }
        }
    }

    fn same(&mut self, source: &Source) {
        let mut seen: HashMap<(bool, String), &Definition> = HashMap::new();
        for definition in &source.definitions {
            let says = match &definition.body {
                Body::Segment(expr) => (true, expr.to_string()),
                Body::Trait { value, .. } => (false, value.to_string()),
            };
            let (kind, say) = if says.0 { ("segment", "in segment ") } else { ("trait", "") };
            match seen.entry(says) {
                Entry::Vacant(place) => {
                    place.insert(definition);
                }
                Entry::Occupied(first) => {
                    let first = &first.get().name;
                    let message = format!("{kind} {} says the same as {kind} {first}", definition.name);
                    let help = format!("say `{say}{first}` in its place");
                    self.say("W08", definition.name.span.0.clone(), &message, &help);
                }
            }
        }
    }

    // ------------------------------------------------------------ the walk

    fn expr(&mut self, expr: &'a Expr, place: Place<'a>) {
        match expr {
            Expr::And(parts) => {
                self.contradictions(parts, place);
                parts.iter().for_each(|part| self.expr(part, place));
            }
            Expr::Or(parts) => parts.iter().for_each(|part| self.expr(part, place)),
            Expr::Held { expr: part, span } => {
                self.once_and_for_ever(part, *span);
                self.expr(part, place);
            }
            Expr::Not(part) | Expr::Related { expr: part, .. } => self.expr(part, place),
            Expr::Except(part, without) => {
                self.expr(part, place);
                self.expr(without, place);
            }
            Expr::Test(test) => self.test(test, place),
            Expr::Did { events, .. } | Expr::FirstTime { events, .. } | Expr::Stopped { events, .. } => {
                self.events(events);
            }
            Expr::Sequence(sequence) => self.sequence(sequence),
            Expr::Rank(rank) => self.term(&rank.by, place),
            Expr::Items { expr, .. } => self.expr(expr, Place::Item),
            Expr::Changed { .. }
            | Expr::Member(_)
            | Expr::Consent { .. }
            | Expr::Sample { .. }
            | Expr::Bucket { .. } => {}
        }
    }

    /// `did x for 14 days`: what happened once has happened for ever, so that `for` asks when it was first.
    fn once_and_for_ever(&mut self, part: &Expr, span: std::time::Duration) {
        if let Expr::Did { events, window: Window { when: When::Ever, .. } } = part {
            let span = show_span(span);
            let place = span_of(events);
            let message =
                format!("`did {events} ever` stays so once it is so; `for {span}` asks whether the first is as old");
            let help = format!("silence is `not did {events} in last {span}`, or `stopped {events} for {span}`");
            self.say("W11", place, &message, &help);
        }
    }

    fn term(&mut self, term: &'a Term, place: Place<'a>) {
        match term {
            Term::Aggregate(aggregate) => self.events(&aggregate.events),
            Term::Arithmetic(left, _, right) => {
                self.term(left, place);
                self.term(right, place);
            }
            Term::Since(_, part) => self.term(part, place),
            Term::Case { when, otherwise } => {
                for (condition, value) in when {
                    self.expr(condition, place);
                    self.term(value, place);
                }
                if let Some(value) = otherwise {
                    self.term(value, place);
                }
            }
            Term::Constant(_) | Term::Name(_) | Term::Score(_) | Term::Size(_) => {}
        }
    }

    fn events(&mut self, events: &'a Events) {
        if let Some(filter) = &events.filter {
            self.expr(filter, Place::Event(&events.what));
        }
    }

    fn test(&mut self, test: &'a Test, place: Place<'a>) {
        self.term(&test.subject, place);
        if let Check::Compare(op, right) = &test.check {
            self.term(right, place);
            self.always(test, *op, right);
            self.currencies(test, right);
        }
        self.exact(test, place);
    }

    // ------------------------------------------------------------ W03, W04, W07, W10

    fn always(&mut self, test: &Test, op: Op, right: &Term) {
        let Term::Constant(right) = right else { return };
        if let Term::Constant(left) = &test.subject {
            let always = if compare(&value(left), op, &value(right)).is_yes() { "always" } else { "never" };
            let message = format!("`{test}` {always} holds in {}", self.what);
            self.say("W03", test.span.0.clone(), &message, "name a trait on one side");
            return;
        }
        let Literal::Number(number) = right else { return };
        if !is_count(&test.subject) {
            return;
        }
        let zero = number.cmp(&0.into());
        let always = match (op, zero.is_lt(), zero.is_eq()) {
            (Op::Ge, _, true) | (Op::Ge | Op::Gt | Op::Ne, true, _) => "always",
            (Op::Lt, _, true) | (Op::Lt | Op::Le | Op::Eq, true, _) => "never",
            _ => return,
        };
        let message = format!("{} {op} {number} {always} holds in {}", told(&test.subject), self.what);
        self.say("W03", place_of(test), &message, "a count is never below 0");
    }

    fn sequence(&mut self, sequence: &'a Sequence) {
        self.events(&sequence.first);
        let longest = match sequence.window.when {
            When::Last(window) => Some(window),
            When::Ago { from, .. } => Some(from),
            _ => None,
        };
        for step in &sequence.steps {
            self.events(&step.events);
            if step.then == Then::Lacks
                && let (Some(window), Some(within)) = (longest, step.within)
                && window <= within
            {
                let message = format!("{} asks for an absence that is decided after its window has ended", self.what);
                self.say("W04", span_of(&step.events), &message, "the window is longer than the span after `within`");
            }
        }
    }

    fn exact(&mut self, test: &Test, place: Place<'_>) {
        if !matches!(test.check, Check::Compare(Op::Eq, _) | Check::Among(_)) {
            return;
        }
        let what = match &test.subject {
            Term::Score(_) => "a score",
            Term::Name(path) if self.field_type(path, place) == Some(Type::Score) => "a score",
            Term::Aggregate(aggregate) if aggregate.function == Function::Avg => "an average",
            _ => return,
        };
        let message = format!("{} is {what}, which is hardly ever exactly so much", told(&test.subject));
        self.say("W07", place_of(test), &message, "compare it with `>=` or `<=`");
    }

    fn currencies(&mut self, test: &Test, right: &Term) {
        let currency = |term: &Term| {
            let Term::Name(path) = term else { return None };
            let [name] = &path.names[..] else { return None };
            let field = self.schema.field_of(Owner::Profile, name.as_str())?;
            let info = self.schema.field_info(field)?;
            info.declared.currency.filter(|_| info.declared.ty == Type::Money)
        };
        if let (Some(one), Some(other)) = (currency(&test.subject), currency(right))
            && one != other
        {
            let message =
                format!("{} is in {one} and {} in {other}, which do not compare", told(&test.subject), told(right));
            self.say("W10", place_of(test), &message, "compare amounts of one currency; there are no exchange rates");
        }
    }

    // ------------------------------------------------------------ W02

    /// Pairs of questions to one value, both of which must hold, though no value fulfils both.
    fn contradictions(&mut self, parts: &'a [Expr], place: Place<'a>) {
        let single = |test: &Test| match (&test.subject, place) {
            (Term::Name(path), place) => self.is_single(path, place),
            (Term::Aggregate(_) | Term::Score(_) | Term::Size(_), _) => true,
            _ => false,
        };
        // A text may stand for a time, which orders otherwise.
        let plain = |test: &Test| match &test.subject {
            Term::Name(path) => self.field_type(path, place) == Some(Type::Text),
            _ => false,
        };
        let tests = parts.iter().filter_map(|part| match part {
            Expr::Test(test) if single(test) && (!has_text(&test.check) || plain(test)) => Some(test),
            _ => None,
        });
        let found = contradiction::find(tests);
        for test in found {
            let message = format!("conditions of {} on {} contradict each other", self.what, told(&test.subject));
            self.say("W02", test.span.0.clone(), &message, "write `or` where either is enough");
        }
    }

    /// Whether a path leads to one value, so that it cannot be one thing and another.
    fn is_single(&self, path: &Path, place: Place<'_>) -> bool {
        match (self.field_type(path, place), &path.names[..], place) {
            (Some(ty), ..) => !matches!(ty, Type::List | Type::Map | Type::Any),
            (None, [name], Place::Profile) => self.traits.contains(name.as_str()),
            _ => false,
        }
    }

    /// The declared type of what is named without more: a trait, or a property of the one event that it can be of.
    fn field_type(&self, path: &Path, place: Place<'_>) -> Option<Type> {
        let [name] = &path.names[..] else { return None };
        let field = match place {
            Place::Profile => self.schema.field_of(Owner::Profile, name.as_str()),
            Place::Event(Target::Named(event)) => {
                let event = self.schema.event_type(event.as_str()).ok()?;
                self.schema.field_of(Owner::Event(event), name.as_str())
            }
            Place::Event(_) | Place::Item => return None,
        };
        field.map(|field| self.schema.type_of(field))
    }
}

/// The tests of one's own traits that decide who is in, and whether an odd number of `not` stands before them. What is
/// taken out by `except` is certain, so that nobody is left out silently.
fn own_tests<'a>(expr: &'a Expr, negated: bool, out: &mut Vec<(&'a Test, bool)>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|it| own_tests(it, negated, out)),
        Expr::Not(part) => own_tests(part, !negated, out),
        Expr::Except(part, _) => own_tests(part, negated, out),
        Expr::Test(test) => out.push((test, negated)),
        _ => {}
    }
}

fn asks_consent(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(asks_consent),
        Expr::Not(part) => asks_consent(part),
        Expr::Except(part, without) => asks_consent(part) || asks_consent(without),
        Expr::Consent { .. } => true,
        _ => false,
    }
}

/// The traits that a condition names: those after a relation too.
fn names_of(expr: &Expr, out: &mut Vec<(String, Range<usize>)>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| names_of(part, out)),
        Expr::Not(part) | Expr::Held { expr: part, .. } | Expr::Related { expr: part, .. } => names_of(part, out),
        Expr::Except(part, without) => {
            names_of(part, out);
            names_of(without, out);
        }
        Expr::Test(test) => {
            names_in(&test.subject, &test.span.0, out);
            if let Check::Compare(_, right) = &test.check {
                names_in(right, &test.span.0, out);
            }
        }
        Expr::Changed { field, .. } => out.push((field.as_str().to_owned(), field.span.0.clone())),
        Expr::Rank(rank) => names_in(&rank.by, &(0..0), out),
        Expr::Items { path, .. } => path_names(path, &(0..0), out),
        Expr::Did { .. }
        | Expr::FirstTime { .. }
        | Expr::Stopped { .. }
        | Expr::Sequence(_)
        | Expr::Member(_)
        | Expr::Consent { .. }
        | Expr::Sample { .. }
        | Expr::Bucket { .. } => {}
    }
}

fn names_in(term: &Term, at: &Range<usize>, out: &mut Vec<(String, Range<usize>)>) {
    match term {
        Term::Name(path) | Term::Size(path) => path_names(path, at, out),
        Term::Score(name) => out.push((name.as_str().to_owned(), at.clone())),
        Term::Arithmetic(left, _, right) => {
            names_in(left, at, out);
            names_in(right, at, out);
        }
        Term::Since(_, part) => names_in(part, at, out),
        Term::Case { when, otherwise } => {
            for (condition, value) in when {
                names_of(condition, out);
                names_in(value, at, out);
            }
            if let Some(value) = otherwise {
                names_in(value, at, out);
            }
        }
        Term::Constant(_) | Term::Aggregate(_) => {}
    }
}

/// The trait of a path: its first name, or under a relation its second.
fn path_names(path: &Path, at: &Range<usize>, out: &mut Vec<(String, Range<usize>)>) {
    let span = |name: &crate::ast::Name| if at.is_empty() { name.span.0.clone() } else { at.clone() };
    out.extend(path.names.iter().take(1).map(|name| (name.as_str().to_owned(), span(name))));
}

/// Whether it is a number that is never below zero.
fn is_count(term: &Term) -> bool {
    match term {
        Term::Size(_) => true,
        Term::Aggregate(aggregate) => matches!(
            aggregate.function,
            Function::Count
                | Function::Distinct
                | Function::ActiveDays
                | Function::ActiveWeeks
                | Function::Sessions(_)
                | Function::SessionTime(_)
        ),
        _ => false,
    }
}

fn has_text(check: &Check) -> bool {
    let is_text = |literal: &Literal| matches!(literal, Literal::Text(_));
    match check {
        Check::Compare(_, Term::Constant(literal)) => is_text(literal),
        Check::Among(all) | Check::NotAmong(all) => all.iter().any(is_text),
        _ => false,
    }
}

/// A constant as it compares; a day as its midnight.
fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => Value::from(text.as_str()),
        Literal::Number(number) => Value::Decimal(*number),
        Literal::Money(money) => Value::Money(*money),
        Literal::Bool(yes) => Value::Bool(*yes),
        Literal::Time(time) => Value::Time(*time),
        Literal::Date(date) => Value::Time(date.midnight()),
    }
}

fn place_of(test: &Test) -> Range<usize> {
    match &test.subject {
        Term::Aggregate(aggregate) if !span_of(&aggregate.events).is_empty() => span_of(&aggregate.events),
        _ => test.span.0.clone(),
    }
}

fn span_of(events: &Events) -> Range<usize> {
    match &events.what {
        Target::Named(name) => name.span.0.clone(),
        Target::Any | Target::AnyOf(_) => 0..0,
    }
}
