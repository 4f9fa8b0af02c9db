//! From the tree to the plan: names become ids, constants take the types of what they are compared with, and what
//! does not fit is told, with the name that was probably meant.
//!
//! A definition is checked after those that it needs, so that what it takes from them is there already; a tree is
//! bounded in depth before anything walks it. A condition on a profile becomes a node of the plan, a condition on an
//! event or item a filter; both go through one question, so that both know the same types and tell the same faults.

mod ask;
mod condition;
mod kind;
mod name;
mod rows;
mod term;
mod window;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use onefold_model::schema::Owner;
use onefold_model::{Diagnostic, Error as Unknown, Schema, Type, closest};

use self::kind::kind;
use self::term::{Place, Typed};
use crate::ast::{Body, Definition, MAX_DEPTH, Name, Source, Term};
use crate::error::Faults;
use crate::order;
use crate::plan::{Computed, Node, NodeId, Plan};

pub(crate) use self::kind::{dotted, told};

/// As many segments and computed traits can be defined together.
const MOST: usize = 10_000;

/// Names of definitions that could not be read, so that speaking of them is no further error.
#[derive(Debug, Default)]
pub(crate) struct Broken {
    pub(crate) segments: BTreeSet<String>,
    pub(crate) traits: BTreeSet<String>,
}

/// Checks all of it.
pub(crate) fn check(source: &Source, broken: &Broken, schema: &Schema, out: &mut Faults) -> Plan {
    let mut checker = Checker {
        schema,
        out,
        broken,
        plan: Plan::default(),
        segments: HashMap::new(),
        traits: HashMap::new(),
        roots: HashMap::new(),
        values: HashMap::new(),
        taints: Vec::new(),
        here: 0..0,
    };
    checker.all(source);
    checker.plan
}

struct Checker<'a, 'o> {
    schema: &'a Schema,
    out: &'o mut Faults,
    broken: &'a Broken,
    plan: Plan,
    /// The places of definitions, by name.
    segments: HashMap<&'a str, usize>,
    traits: HashMap<&'a str, usize>,
    /// What definitions became, by their places.
    roots: HashMap<usize, NodeId>,
    values: HashMap<usize, Typed>,
    /// What each node looks at that has no past, by its id.
    taints: Vec<Taint>,
    /// What is being checked: where faults of parts without a place of their own are told.
    here: Range<usize>,
}

/// What a node looks at that has no past, or a dear one: a set of ranks, relations, consent and `for`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taint(u8);

impl Taint {
    const RANK: Self = Self(1);
    const RELATION: Self = Self(2);
    const CONSENT: Self = Self(4);
    /// A `for`, and one within another.
    const HELD: Self = Self(8);
    const TWICE: Self = Self(16);

    const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The first of those without a past, in words.
    const fn word(self) -> Option<&'static str> {
        match self.0 & 7 {
            0 => None,
            set if set & Self::RANK.0 != 0 => Some("a rank"),
            set if set & Self::RELATION.0 != 0 => Some("a relation"),
            _ => Some("consent"),
        }
    }
}

impl<'a> Checker<'a, '_> {
    fn all(&mut self, source: &'a Source) {
        if source.definitions.len() > MOST {
            let message = format!("more than {MOST} segments and computed traits are defined");
            self.tell("E04", &(0..0), &message, Some("split them into several sets of definitions"));
            return;
        }
        let mut deep = false;
        for (nth, definition) in source.definitions.iter().enumerate() {
            self.declare(nth, definition);
            deep |= self.is_deep(definition);
        }
        if deep {
            return;
        }
        self.plan.schema = Some(self.schema.clone());
        self.plan.behaviour = self.schema.event_types().filter(|it| self.schema.is_behaviour(*it)).collect();
        for nth in order::sort(source, &self.segments, &self.traits, self.out) {
            let definition = source.definitions.get(nth).map(|it| (&it.name, &it.body));
            self.here = definition.map_or(0..0, |(name, _)| name.span.0.clone());
            match definition {
                Some((_, Body::Segment(expr))) => {
                    if let Some(root) = self.expr(expr) {
                        self.roots.insert(nth, root);
                    }
                }
                Some((name, Body::Trait { ty, value })) => {
                    if let Some(typed) = self.computed(name, *ty, value) {
                        self.values.insert(nth, typed);
                    }
                }
                None => {}
            }
        }
        if self.finish(source).is_some() {
            self.plan.index();
        }
    }

    fn declare(&mut self, nth: usize, definition: &'a Definition) {
        let name = &definition.name;
        let (what, before) = match &definition.body {
            Body::Segment(_) => ("segment", self.segments.insert(name.as_str(), nth)),
            Body::Trait { .. } => ("trait", self.traits.insert(name.as_str(), nth)),
        };
        if name.as_str().is_empty() {
            self.tell("E02", &name.span.0, &format!("a {what} has no name"), None);
        }
        if before.is_some() {
            self.tell("E05", &name.span.0, &format!("{what} {} is defined twice", shown(name)), None);
        }
        if what == "trait" && self.schema.field_of(Owner::Profile, name.as_str()).is_some() {
            let message = format!("`{}` is a trait of the schema already", name.as_str());
            self.tell("E05", &name.span.0, &message, Some("give the computed trait another name"));
        }
    }

    fn is_deep(&mut self, definition: &Definition) -> bool {
        let fits = definition.fits();
        if !fits {
            let name = &definition.name;
            let what = if matches!(definition.body, Body::Segment(_)) { "segment" } else { "trait" };
            let message = format!("conditions of {what} {} nest deeper than {MAX_DEPTH} levels", shown(name));
            let help = "name a part as a segment of its own, and say `in segment`";
            self.tell("E04", &name.span.0, &message, Some(help));
        }
        !fits
    }

    /// A computed trait, as the type that is written for it where one is.
    fn computed(&mut self, name: &Name, ty: Option<Type>, value: &'a Term) -> Option<Typed> {
        let typed = self.term(value, &Place::Profile)?;
        let Some(ty) = ty else { return Some(typed) };
        if !typed.kind.fits(ty) {
            let is = kind(typed.kind.ty);
            let message = format!("trait {} is {is}, and declared as {}", shown(name), kind(ty));
            return self.type_error(&name.span.0, &message, Some("leave the type out, and it is that of the value"));
        }
        let kind = kind::Kind { ty, currency: typed.kind.currency };
        Some(Typed { kind, ..typed })
    }

    /// Puts the definitions in their places, if all became something.
    fn finish(&mut self, source: &'a Source) -> Option<()> {
        for (nth, definition) in source.definitions.iter().enumerate() {
            match &definition.body {
                Body::Segment(_) => self.plan.roots.push(*self.roots.get(&nth)?),
                Body::Trait { .. } => {
                    let typed = self.values.get(&nth)?.clone();
                    let (name, ty) = (definition.name.as_str().to_owned(), typed.kind.ty);
                    let node = self.node(typed)?;
                    self.plan.computed.push(Computed { name, ty, node });
                }
            }
        }
        Some(())
    }

    // ------------------------------------------------------------ nodes

    /// The place of a node, and what of it has no past.
    fn put(&mut self, node: Node) -> Option<NodeId> {
        let mut taint = match &node {
            Node::Rank(_) => Taint::RANK,
            Node::Related(..) => Taint::RELATION,
            Node::Ask(read, _) | Node::Read(read) | Node::Items(_, read, _) if read.relation.is_some() => {
                Taint::RELATION
            }
            Node::Consent(..) => Taint::CONSENT,
            Node::Held(part, _) if self.taint(*part).has(Taint::HELD) => Taint::HELD.with(Taint::TWICE),
            Node::Held(..) => Taint::HELD,
            _ => Taint::default(),
        };
        node.parts(&mut |part| taint = taint.with(self.taint(part)));
        let id = self.plan.put(node)?;
        if self.taints.len() == id as usize {
            self.taints.push(taint);
        }
        Some(id)
    }

    fn taint(&self, id: NodeId) -> Taint {
        self.taints.get(id as usize).copied().unwrap_or_default()
    }

    // ------------------------------------------------------------ faults

    fn tell(&mut self, code: &'static str, span: &Range<usize>, message: &str, help: Option<&str>) {
        let span = if span.is_empty() { &self.here } else { span };
        let fault = Diagnostic::new(code, span.clone(), message);
        self.out.push(Diagnostic { help: help.map(Into::into), ..fault });
    }

    fn fault<T>(&mut self, code: &'static str, span: &Range<usize>, message: &str, help: Option<&str>) -> Option<T> {
        self.tell(code, span, message, help);
        None
    }

    fn type_error<T>(&mut self, span: &Range<usize>, message: &str, help: Option<&str>) -> Option<T> {
        self.fault("E07", span, message, help)
    }

    /// What the schema answers, or its complaint.
    fn known<T>(&mut self, name: &Name, answer: Result<T, Unknown>) -> Option<T> {
        match answer {
            Ok(found) => Some(found),
            Err(Unknown::Unknown { what, help, .. }) => {
                let help = help.map(|help| format!("did you mean `{help}`?"));
                self.fault("E06", &name.span.0, &format!("unknown {what} `{}`", name.as_str()), help.as_deref())
            }
            Err(other) => self.fault("E06", &name.span.0, &other.to_string(), None),
        }
    }

    /// A name that is none of the known ones.
    fn unknown<'n, T>(&mut self, what: &str, name: &Name, known: impl IntoIterator<Item = &'n str>) -> Option<T> {
        let known: Vec<&str> = known.into_iter().collect();
        let help = closest(name.as_str(), known.iter().copied()).map(|help| format!("did you mean `{help}`?"));
        let help = help.or_else(|| match known.len() {
            0 => Some(format!("no {what} is declared")),
            1..=6 => Some(format!("there is `{}`", known.join("`, `"))),
            _ => None,
        });
        self.fault("E06", &name.span.0, &format!("unknown {what} `{}`", name.as_str()), help.as_deref())
    }

    /// The root of a segment that is spoken of.
    fn member(&mut self, name: &Name) -> Option<NodeId> {
        if let Some(nth) = self.segments.get(name.as_str()) {
            return self.roots.get(nth).copied();
        }
        if self.broken.segments.contains(name.as_str()) {
            return None;
        }
        let known: Vec<&str> = self.segments.keys().copied().collect();
        self.unknown("segment", name, known)
    }
}

/// A name as the messages show it.
fn shown(name: &Name) -> String {
    let text = name.as_str();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("`{text}`") }
}
