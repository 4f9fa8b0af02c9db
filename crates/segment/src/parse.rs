//! From tokens to the tree, by recursive descent. Every text gives a result: what cannot be read is told once, and
//! reading goes on after it, so that one run tells everything that is wrong.
//!
//! Reading takes time linear in the text: nothing is read twice. Where a parenthesis opens, it is not yet known
//! whether a condition or a value stands in it, so the same functions read both and give a [`Part`]. Nesting is
//! bounded, so that no text can exhaust the stack.

mod condition;
mod constant;
mod leaf;
mod rows;
mod term;

use std::collections::BTreeSet;

use onefold_model::{Diagnostic, Type, closest};

use crate::ast::{Body, Definition, Expr, MAX_DEPTH, Name, Source, Span, Term, type_named};
use crate::error::Faults;
use crate::lex::{Kind, Lexed, RESERVED, Token, lex};

/// The longest text that is read, in bytes.
const MAX_TEXT: usize = 4 << 20;

/// What a text says.
pub(crate) struct Parsed {
    pub(crate) source: Source,
    /// Segments that could not be read, so that speaking of them is no further error.
    pub(crate) broken: BTreeSet<String>,
    /// Computed traits that could not be read, likewise.
    pub(crate) broken_traits: BTreeSet<String>,
}

pub(crate) fn parse(text: &str, out: &mut Faults) -> Parsed {
    let mut parsed = Parsed { source: Source::default(), broken: BTreeSet::new(), broken_traits: BTreeSet::new() };
    if text.len() > MAX_TEXT {
        let help = "split it, and join the parts with `extend`";
        out.push(Diagnostic::new("E04", 0..0, "the text is longer than 4 MiB").help(help));
        return parsed;
    }
    let Lexed { tokens, notes } = lex(text, out);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        notes: &notes,
        at: 0,
        open: 0,
        depth: 0,
        tall: 0,
        place: Place::Open,
        quiet: None,
        out,
    };
    parser.definitions(&mut parsed);
    parsed
}

/// What stands in a parenthesis, or begins a comparison.
enum Part {
    Holds(Expr),
    Value(Term),
}

/// What may end here.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// A condition.
    Open,
    /// A condition or a value, by `)`.
    Paren,
    /// A condition, by the word `then`.
    Case,
}

struct Parser<'t, 'a, 'o> {
    text: &'a str,
    tokens: &'t [Token<'a>],
    /// The comments that belong to no definition yet.
    notes: &'t [(usize, &'a str)],
    at: usize,
    /// How many brackets are open.
    open: usize,
    /// How deep the place is in brackets and the like.
    depth: usize,
    /// How high the highest tree is that was read at this depth.
    tall: usize,
    place: Place,
    /// The token at which the last fault was told: one fault a place is enough. `usize::MAX` silences the rest of the
    /// definition.
    quiet: Option<usize>,
    out: &'o mut Faults,
}

impl<'t, 'a> Parser<'t, 'a, '_> {
    // ------------------------------------------------------------ tokens

    fn ahead(&self, by: usize) -> &'t Kind<'a> {
        self.tokens.get(self.at + by).map_or(&Kind::End, |token| &token.kind)
    }

    fn peek(&self) -> &'t Kind<'a> {
        self.ahead(0)
    }

    fn span(&self) -> std::ops::Range<usize> {
        let token = self.tokens.get(self.at).or(self.tokens.last());
        token.map_or(0..0, |token| token.span.clone())
    }

    /// From the start of the token `from` to the end of the last one read.
    fn since(&self, from: usize) -> Span {
        let start = self.tokens.get(from).map_or(0, |token| token.span.start);
        Span(start..self.end().max(start))
    }

    /// Where the last token ends.
    fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        last.map_or(0, |token| token.span.end)
    }

    fn bump(&mut self) {
        match self.peek() {
            Kind::End => return,
            Kind::Sign("(" | "[" | "{") => self.open += 1,
            Kind::Sign(")" | "]" | "}") => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        self.at += 1;
    }

    fn is_word(&self, by: usize, word: &str) -> bool {
        matches!(self.ahead(by), Kind::Word(it) if *it == word)
    }

    fn is_sign(&self, by: usize, sign: &str) -> bool {
        matches!(self.ahead(by), Kind::Sign(it) if *it == sign)
    }

    fn is_name(&self, by: usize) -> bool {
        match self.ahead(by) {
            Kind::Word(word) => !RESERVED.contains(word),
            Kind::Name(_) => true,
            _ => false,
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        if found {
            self.bump();
        }
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(0, sign);
        if found {
            self.bump();
        }
        found
    }

    fn need_word(&mut self, word: &str) -> Option<()> {
        if self.word(word) {
            return Some(());
        }
        self.expected(&format!("`{word}`"))
    }

    fn need(&mut self, sign: &str) -> Option<()> {
        if self.sign(sign) {
            return Some(());
        }
        self.expected(&format!("`{sign}`"))
    }

    // ------------------------------------------------------------ faults

    fn fault<T>(&mut self, fault: Diagnostic) -> Option<T> {
        if self.quiet != Some(self.at) && self.quiet != Some(usize::MAX) {
            self.quiet = Some(self.at);
            self.out.push(fault);
        }
        None
    }

    fn expected<T>(&mut self, what: &str) -> Option<T> {
        self.expected_help(what, None)
    }

    fn expected_help<T>(&mut self, what: &str, help: Option<&str>) -> Option<T> {
        let found = match self.peek() {
            Kind::Word(word) => format!("`{word}`"),
            Kind::Name(name) => format!("the name `{name}`"),
            Kind::Text(_) => "a text".into(),
            Kind::Number(number) => format!("`{number}`"),
            Kind::Instant(said) => format!("`@{said}`"),
            Kind::Sign(sign) => format!("`{sign}`"),
            Kind::End => "the end of the text".into(),
        };
        let help = match self.peek() {
            Kind::Word(word) if RESERVED.contains(&word.to_lowercase().as_str()) && !RESERVED.contains(word) => {
                Some(format!("keywords are lower case: `{}`", word.to_lowercase()))
            }
            _ => help.map(Into::into),
        };
        let fault = Diagnostic::new("E02", self.span(), format!("expected {what}, found {found}"));
        self.fault(Diagnostic { help, ..fault })
    }

    // ------------------------------------------------------------ depth

    /// Reads something that nests one deeper.
    fn node<T>(&mut self, place: Place, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth + 1 >= MAX_DEPTH {
            return self.too_deep();
        }
        let before = std::mem::replace(&mut self.place, place);
        self.depth += 1;
        let part = self.chain(|parser| {
            let part = read(parser);
            parser.taller()?;
            part
        });
        self.depth -= 1;
        self.place = before;
        part
    }

    /// Reads something of which each further part makes the tree one higher; `taller` tells each.
    fn chain<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = std::mem::take(&mut self.tall);
        let part = read(self);
        self.tall = self.tall.max(before);
        part
    }

    fn taller(&mut self) -> Option<()> {
        self.tall += 1;
        if self.tall < MAX_DEPTH { Some(()) } else { self.too_deep() }
    }

    fn too_deep<T>(&mut self) -> Option<T> {
        let message = format!("conditions nest deeper than {MAX_DEPTH} levels");
        let help = "name a part as a segment or trait of its own";
        let fault = Diagnostic::new("E04", self.span(), message).help(help);
        self.fault::<()>(fault);
        self.quiet = Some(usize::MAX);
        None
    }

    // ------------------------------------------------------------ definitions

    /// Whether a definition begins here: `in segment x` does not begin one.
    fn starts(&self) -> bool {
        let Kind::Word(word @ ("segment" | "trait")) = self.peek() else { return false };
        let before = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        matches!(self.ahead(1), Kind::Word(_) | Kind::Name(_))
            && before.is_none_or(|token| token.kind != Kind::Word("in"))
            && (self.is_sign(2, "=") || self.is_sign(2, if *word == "segment" { "{" } else { ":" }))
    }

    fn definitions(&mut self, parsed: &mut Parsed) {
        while *self.peek() != Kind::End && !self.out.is_full() {
            (self.quiet, self.open, self.depth, self.tall, self.place) = (None, 0, 0, 0, Place::Open);
            let done = match self.peek() {
                Kind::Word("segment") => self.segment(parsed),
                Kind::Word("trait") => self.computed(parsed),
                _ => {
                    let help = "a definition reads `segment name = condition` or `trait name = value`";
                    self.expected_help::<()>("`segment` or `trait`", Some(help));
                    self.bump();
                    None
                }
            };
            if done.is_none() {
                while *self.peek() != Kind::End && !self.starts() {
                    self.bump();
                }
            }
        }
        parsed.source.notes = self.taken(usize::MAX);
    }

    /// None where the rest of the definition could not be found.
    fn segment(&mut self, parsed: &mut Parsed) -> Option<()> {
        self.bump();
        let name = self.name("the name of the segment")?;
        let braces = self.is_sign(0, "{");
        if !braces && !self.is_sign(0, "=") {
            parsed.broken.insert(name.text);
            return self.expected("`=` or `{`");
        }
        self.bump();
        let expr = self.whole();
        let end = match (braces, self.peek()) {
            (true, Kind::Sign("}")) => {
                self.bump();
                Some(())
            }
            (true, _) => self.expected("`and`, `or` or `}`"),
            (false, Kind::End | Kind::Word("segment" | "trait")) => Some(()),
            (false, _) => self.expected("`and`, `or` or the next definition"),
        };
        match expr {
            Some(expr) => self.defined(parsed, name, Body::Segment(expr)),
            None => {
                parsed.broken.insert(name.text);
            }
        }
        end
    }

    fn computed(&mut self, parsed: &mut Parsed) -> Option<()> {
        self.bump();
        let name = self.name("the name of the trait")?;
        let Some((ty, value)) = self.computation() else {
            parsed.broken_traits.insert(name.text);
            return None;
        };
        self.defined(parsed, name, Body::Trait { ty, value });
        match self.peek() {
            Kind::End | Kind::Word("segment" | "trait") => Some(()),
            _ => self.expected_help(
                "an operation or the next definition",
                Some("a trait is a value; a condition becomes one with `case when .. then true else false end`"),
            ),
        }
    }

    fn computation(&mut self) -> Option<(Option<Type>, Term)> {
        let ty = match self.sign(":") {
            true => Some(self.ty()?),
            false => None,
        };
        match (self.sign("="), ty) {
            (true, _) => Some((ty, self.term()?)),
            (false, Some(_)) => self.expected("`=`"),
            (false, None) => self.expected("`=` or `:`"),
        }
    }

    fn ty(&mut self) -> Option<Type> {
        if let Kind::Word(word) = self.peek()
            && let Some(ty) = type_named(word)
        {
            self.bump();
            return Some(ty);
        }
        let words = ["text", "int", "decimal", "money", "time", "date", "bool", "score", "list", "map", "any"];
        let help = match self.peek() {
            Kind::Word(word) => closest(word, words).map(|word| format!("did you mean `{word}`?")),
            _ => None,
        };
        let help = help.unwrap_or_else(|| format!("types are {}", words.map(|word| format!("`{word}`")).join(", ")));
        self.expected_help("a type", Some(&help))
    }

    fn defined(&mut self, parsed: &mut Parsed, name: Name, body: Body) {
        // A comment on the line on which it ends is about it.
        let (end, next) = (self.end(), self.span().start);
        let between = self.text.get(end..next).unwrap_or_default();
        let line = between.find('\n').map_or(next, |at| end + at);
        let notes = self.taken(line);
        parsed.source.definitions.push(Definition { name, body, notes });
    }

    /// The comments before a place that belong to no definition yet.
    fn taken(&mut self, before: usize) -> Vec<String> {
        let count = self.notes.iter().take_while(|(at, _)| *at < before).count();
        let (taken, rest) = self.notes.split_at_checked(count).unwrap_or((self.notes, &[]));
        self.notes = rest;
        let line = |(_, note): &(usize, &str)| note.strip_prefix(' ').unwrap_or(note).trim_end().to_owned();
        taken.iter().map(line).collect()
    }

    /// A name that is not a reserved word, or any in backticks.
    fn name(&mut self, what: &str) -> Option<Name> {
        let text = match self.peek() {
            Kind::Word("trait") if self.starts() => return self.expected(what),
            Kind::Word(word) if !RESERVED.contains(word) => (*word).to_owned(),
            Kind::Name(name) if !name.is_empty() => name.clone().into_owned(),
            Kind::Word(word) => {
                let help = format!("a name that is a word of the language stands in backticks: `` `{word}` ``");
                return self.expected_help(what, Some(&help));
            }
            _ => return self.expected(what),
        };
        let span = Span(self.span());
        self.bump();
        Some(Name { text, span })
    }
}
