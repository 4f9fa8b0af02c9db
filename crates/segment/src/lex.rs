//! From text to tokens. Whatever the text, there is a sequence of tokens: what makes no sense is told and passed over.

use std::ops::Range;

use onefold_model::Diagnostic;

use crate::error::Faults;

/// Words that are names only in backticks.
pub(crate) const RESERVED: &[&str] = &[
    "and", "any", "as", "between", "did", "ever", "false", "in", "is", "not", "null", "or", "segment", "since", "then",
    "true", "within",
];

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) span: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind<'a> {
    /// A word: a keyword or a name.
    Word(&'a str),
    /// A name in backticks.
    Name(String),
    /// Text in quotes.
    Text(String),
    /// Digits, perhaps with a point and a minus.
    Number(&'a str),
    /// What follows an `@`.
    Instant(&'a str),
    /// Punctuation.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// Longest first.
const SIGNS: &[&str] =
    &["!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ",", ".", "=", "<", ">", "%", "*", ":", "+", "-", "/"];

/// What other languages write, and what it is here.
const FOREIGN: &[(&str, &str, bool)] =
    &[("==", "=", true), ("<>", "!=", true), ("&&", "and", false), ("||", "or", false), ("!", "not", false)];

pub(crate) fn lex<'a>(text: &'a str, out: &mut Faults) -> Vec<Token<'a>> {
    let mut lexer = Lexer { text, at: 0, out };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next();
        let end = token.kind == Kind::End;
        tokens.push(token);
        if end {
            return tokens;
        }
    }
}

struct Lexer<'a, 'o> {
    text: &'a str,
    at: usize,
    out: &'o mut Faults,
}

impl<'a> Lexer<'a, '_> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the letters up to the first that does not belong.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = rest.split(|letter| !belongs(letter)).next();
        let taken = taken.unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn next(&mut self) -> Token<'a> {
        loop {
            self.take(char::is_whitespace);
            if !self.rest().starts_with('#') {
                break;
            }
            self.take(|letter| letter != '\n');
        }
        loop {
            let start = self.at;
            if let Some(kind) = self.kind() {
                return Token { kind, span: start..self.at };
            }
            self.take(char::is_whitespace);
        }
    }

    /// The token that begins here; none where a letter was passed over.
    fn kind(&mut self) -> Option<Kind<'a>> {
        let rest = self.rest();
        let mut letters = rest.chars();
        let Some(first) = letters.next() else {
            return Some(Kind::End);
        };
        let second = letters.next();
        if first.is_alphabetic() || first == '_' {
            return Some(Kind::Word(self.take(|letter| letter.is_alphanumeric() || letter == '_')));
        }
        if first.is_ascii_digit() || (first == '-' && second.is_some_and(|digit| digit.is_ascii_digit())) {
            return Some(Kind::Number(self.number()));
        }
        match first {
            '"' | '\'' => return Some(Kind::Text(self.quoted(first))),
            '`' => return Some(Kind::Name(self.quoted(first))),
            '@' => {
                self.at += 1;
                return Some(Kind::Instant(
                    self.take(|letter| letter.is_ascii_alphanumeric() || "@:.+-".contains(letter)),
                ));
            }
            '#' => {
                self.take(|letter| letter != '\n');
                return None;
            }
            _ => {}
        }
        let start = self.at;
        if let Some(sign) = SIGNS.iter().find(|sign| **sign == "!=" && rest.starts_with("!=")) {
            self.at += 2;
            return Some(Kind::Sign(sign));
        }
        if let Some((foreign, ours, sign)) = FOREIGN.iter().find(|(foreign, _, _)| rest.starts_with(foreign)) {
            self.at += foreign.len();
            let fault = Diagnostic::new("E01", start..self.at, format!("unknown sign `{foreign}`"));
            self.out.push(fault.help(format!("write `{ours}`")));
            return Some(if *sign { Kind::Sign(ours) } else { Kind::Word(ours) });
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return Some(Kind::Sign(sign));
        }
        self.at += first.len_utf8();
        let shown = first.escape_debug();
        let fault = Diagnostic::new("E01", start..self.at, format!("unknown character `{shown}`"));
        self.out.push(fault);
        None
    }

    fn number(&mut self) -> &'a str {
        let (from, start) = (self.rest(), self.at);
        if from.starts_with('-') {
            self.at += 1;
        }
        self.take(|digit| digit.is_ascii_digit());
        let mut after = self.rest().chars();
        if after.next() == Some('.') && after.next().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
            self.take(|digit| digit.is_ascii_digit());
        }
        from.get(..self.at - start).unwrap_or_default()
    }

    /// Text up to the same mark. It ends with the line, so that a forgotten mark spoils no more than that.
    fn quoted(&mut self, mark: char) -> String {
        let start = self.at;
        let mut said = String::new();
        let mut letters = self.rest().char_indices().skip(1).peekable();
        let mut used = 1;
        let mut closed = false;
        while let Some((at, letter)) = letters.next() {
            if letter == '\n' {
                break;
            }
            used = at + letter.len_utf8();
            if letter == mark {
                closed = true;
                break;
            }
            if letter != '\\' {
                said.push(letter);
                continue;
            }
            let Some((at, escaped)) = letters.next() else {
                break;
            };
            used = at + escaped.len_utf8();
            match escaped {
                'n' => said.push('\n'),
                'r' => said.push('\r'),
                't' => said.push('\t'),
                '\\' | '"' | '\'' | '`' => said.push(escaped),
                'u' => {
                    let mut code = String::new();
                    let mut fine = letters.next_if(|(_, open)| *open == '{').is_some();
                    while let Some((_, digit)) = letters.next_if(|(_, digit)| digit.is_ascii_hexdigit()) {
                        code.push(digit);
                    }
                    let closing = letters.next_if(|(_, close)| *close == '}');
                    fine &= closing.is_some() && code.len() <= 6;
                    used = letters.peek().map_or(self.rest().len(), |(next, _)| *next);
                    let letter = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                    match letter.filter(|_| fine) {
                        Some(letter) => said.push(letter),
                        None => self.out.push(
                            Diagnostic::new("E01", start + at - 1..start + used, "unknown escape")
                                .help("a letter by its number is written `\\u{e9}`"),
                        ),
                    }
                }
                _ => self.out.push(
                    Diagnostic::new("E01", start + at - 1..start + used, "unknown escape")
                        .help("a backslash itself is written `\\\\`"),
                ),
            }
        }
        self.at += used;
        let span = start..self.at;
        if !closed {
            self.out.push(Diagnostic::new(
                "E01",
                span,
                format!("the text is not closed: `{mark}` is missing on its line"),
            ));
        } else if mark == '\'' {
            let fault = Diagnostic::new("E01", span, "text stands in double quotes");
            self.out.push(fault.help("write `\"` instead of `'`"));
        }
        said
    }
}
