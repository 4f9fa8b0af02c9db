//! From tokens to the tree, by recursive descent. Every text gives a result: what cannot be read is told once, and
//! reading goes on after it, so that one run tells everything that is wrong.
//!
//! Reading takes time linear in the text, and nesting is bounded, so that no text can exhaust the stack.

mod constant;
mod leaf;

use std::collections::BTreeSet;

use onefold_model::Diagnostic;

use crate::ast::{Definition, Expr, MAX_DEPTH, Name, Source, Span};
use crate::error::Faults;
use crate::lex::{Kind, RESERVED, Token, lex};

/// The longest text that is read, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// What a text says.
pub(crate) struct Parsed {
    pub(crate) source: Source,
    /// Segments that could not be read, so that speaking of them is no further error.
    pub(crate) broken: BTreeSet<String>,
}

pub(crate) fn parse(text: &str, out: &mut Faults) -> Parsed {
    let mut parsed = Parsed { source: Source::default(), broken: BTreeSet::new() };
    if text.len() > MAX_TEXT {
        let help = "split it, and join the parts with `extend`";
        out.push(Diagnostic::new("E04", 0..0, "the text is longer than 1 MiB").help(help));
        return parsed;
    }
    let tokens = lex(text, out);
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, quiet: None, out };
    parser.definitions(&mut parsed);
    parsed
}

struct Parser<'t, 'a, 'o> {
    tokens: &'t [Token<'a>],
    at: usize,
    depth: usize,
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
        let last = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        Span(start..last.map_or(start, |token| token.span.end.max(start)))
    }

    fn bump(&mut self) {
        if *self.peek() != Kind::End {
            self.at += 1;
        }
    }

    fn is_word(&self, by: usize, word: &str) -> bool {
        matches!(self.ahead(by), Kind::Word(it) if *it == word)
    }

    fn is_sign(&self, by: usize, sign: &str) -> bool {
        matches!(self.ahead(by), Kind::Sign(it) if *it == sign)
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

    /// A word of the later language: known, but not there yet. What follows it in the definition is read by rules that
    /// are not there yet either, so nothing more is told of it.
    fn later<T>(&mut self, what: &str) -> Option<T> {
        let fault = Diagnostic::new("E03", self.span(), format!("{what} not supported yet"));
        self.fault::<()>(fault);
        self.quiet = Some(usize::MAX);
        None
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        if self.depth < MAX_DEPTH {
            return Some(());
        }
        let message = format!("conditions nest deeper than {MAX_DEPTH} levels");
        let help = "name a part as a segment of its own, and say `in segment`";
        let fault = Diagnostic::new("E04", self.span(), message).help(help);
        self.fault::<()>(fault);
        self.quiet = Some(usize::MAX);
        None
    }

    // ------------------------------------------------------------ definitions

    /// Whether a definition begins here: `in segment x` does not begin one.
    fn starts(&self) -> bool {
        let named = matches!(self.ahead(1), Kind::Word(_) | Kind::Name(_));
        let before = self.at.checked_sub(1).and_then(|last| self.tokens.get(last));
        let inside = before.is_some_and(|token| token.kind == Kind::Word("in"));
        named
            && !inside
            && (self.is_word(0, "segment") && (self.is_sign(2, "=") || self.is_sign(2, "{"))
                || self.is_word(0, "trait") && (self.is_sign(2, "=") || self.is_sign(2, ":")))
    }

    fn definitions(&mut self, parsed: &mut Parsed) {
        while *self.peek() != Kind::End && !self.out.is_full() {
            self.quiet = None;
            self.depth = 0;
            if self.word("segment") {
                if self.definition(parsed).is_none() {
                    self.skip_to_definition();
                }
                continue;
            }
            if self.is_word(0, "trait") {
                self.later::<()>("computed traits are");
            } else {
                self.expected_help::<()>("`segment`", Some("a definition reads `segment name = condition`"));
            }
            self.bump();
            self.skip_to_definition();
        }
    }

    fn skip_to_definition(&mut self) {
        while *self.peek() != Kind::End && !self.starts() {
            self.bump();
        }
    }

    /// After the word `segment`. None where the rest of the definition could not be found.
    fn definition(&mut self, parsed: &mut Parsed) -> Option<()> {
        let name = self.name("the name of the segment")?;
        let braces = self.is_sign(0, "{");
        if !braces && !self.is_sign(0, "=") {
            parsed.broken.insert(name.text);
            return self.expected("`=` or `{`");
        }
        self.bump();
        let expr = self.or();
        match expr {
            Some(expr) => parsed.source.segments.push(Definition { name, expr }),
            None => {
                parsed.broken.insert(name.text);
            }
        }
        if braces {
            return match self.sign("}") {
                true => Some(()),
                false => self.expected("`and`, `or` or `}`"),
            };
        }
        match self.peek() {
            Kind::End | Kind::Word("segment" | "trait") => Some(()),
            _ => self.expected("`and`, `or` or the next definition"),
        }
    }

    /// A name that is not a reserved word, or any in backticks.
    fn name(&mut self, what: &str) -> Option<Name> {
        let text = match self.peek() {
            Kind::Word(word) if !RESERVED.contains(word) => (*word).to_owned(),
            Kind::Name(name) if !name.is_empty() => name.clone(),
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

    // ------------------------------------------------------------ and, or, not

    fn or(&mut self) -> Option<Expr> {
        let mut parts = Vec::new();
        loop {
            parts.extend(self.and());
            if !self.word("or") {
                break;
            }
        }
        (!parts.is_empty()).then(|| Expr::any(parts))
    }

    fn and(&mut self) -> Option<Expr> {
        let mut parts = Vec::new();
        loop {
            let part = self.not();
            if part.is_none() {
                self.skip();
            }
            parts.extend(part);
            if !self.word("and") {
                break;
            }
        }
        (!parts.is_empty()).then(|| Expr::all(parts))
    }

    fn not(&mut self) -> Option<Expr> {
        let before = self.depth;
        let mut nots = 0_usize;
        while self.is_word(0, "not") {
            self.deeper()?;
            self.bump();
            nots += 1;
        }
        let part = self.primary();
        self.depth = before;
        part.map(|part| (0..nots).fold(part, |part, _| part.not()))
    }

    fn nested(&mut self) -> Option<Expr> {
        self.deeper()?;
        let expr = self.or();
        self.depth -= 1;
        expr
    }

    /// Passes over what cannot be read, up to where a condition can go on.
    fn skip(&mut self) {
        let mut open = 0_usize;
        while !self.starts() {
            match self.peek() {
                Kind::End => return,
                Kind::Word("and" | "or") if open == 0 => return,
                Kind::Sign("(" | "[" | "{") => open += 1,
                Kind::Sign(")" | "]" | "}") => match open.checked_sub(1) {
                    Some(fewer) => open = fewer,
                    None => return,
                },
                _ => {}
            }
            self.bump();
        }
    }
}
