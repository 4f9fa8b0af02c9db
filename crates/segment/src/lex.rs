//! From text to tokens. Whatever the text, there is a sequence of tokens: what makes no sense is told and passed over.

use std::borrow::Cow;
use std::ops::Range;

use onefold_model::Diagnostic;

use crate::error::Faults;

/// Words that are names only in backticks.
pub(crate) const RESERVED: &[&str] =
    &["and", "any", "case", "did", "except", "false", "in", "not", "null", "or", "segment", "true"];

/// Words that go on after a value or a condition. They are names wherever nothing is to be gone on with.
pub(crate) const FOLLOWING: &[&str] = &[
    "among",
    "and",
    "anniversary",
    "changed",
    "contains",
    "else",
    "end",
    "ends",
    "except",
    "exists",
    "for",
    "in",
    "is",
    "not",
    "or",
    "segment",
    "starts",
    "then",
    "trait",
    "when",
    "within",
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
    Name(Cow<'a, str>),
    /// Text in quotes.
    Text(Cow<'a, str>),
    /// Digits, perhaps with a point.
    Number(&'a str),
    /// What follows an `@`.
    Instant(&'a str),
    /// Punctuation.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// A text in tokens, and the comments between them.
pub(crate) struct Lexed<'a> {
    pub(crate) tokens: Vec<Token<'a>>,
    /// Where each begins, and what follows the `#`.
    pub(crate) notes: Vec<(usize, &'a str)>,
}

pub(crate) fn lex<'a>(text: &'a str, out: &mut Faults) -> Lexed<'a> {
    let mut lexer = Lexer { text, at: 0, notes: Vec::new(), out };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next();
        let end = token.kind == Kind::End;
        tokens.push(token);
        if end {
            return Lexed { tokens, notes: lexer.notes };
        }
    }
}

struct Lexer<'a, 'o> {
    text: &'a str,
    at: usize,
    notes: Vec<(usize, &'a str)>,
    out: &'o mut Faults,
}

impl<'a> Lexer<'a, '_> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the letters up to the first that does not belong.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn next(&mut self) -> Token<'a> {
        loop {
            // Most spaces are one.
            if self.text.as_bytes().get(self.at) == Some(&b' ') {
                self.at += 1;
            }
            if self.text.as_bytes().get(self.at).is_none_or(|next| *next <= b' ' || !next.is_ascii()) {
                self.take(char::is_whitespace);
            }
            let start = self.at;
            if let Some(kind) = self.kind() {
                return Token { kind, span: start..self.at };
            }
        }
    }

    /// The token that begins here; none where it was passed over.
    fn kind(&mut self) -> Option<Kind<'a>> {
        let rest = self.rest();
        let mut letters = rest.chars();
        let Some(first) = letters.next() else {
            return Some(Kind::End);
        };
        if first.is_alphabetic() || first == '_' {
            return Some(Kind::Word(self.word()));
        }
        if first.is_ascii_digit() {
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
                let start = self.at;
                let note = self.take(|letter| letter != '\n');
                self.notes.push((start, note.strip_prefix('#').unwrap_or(note)));
                return None;
            }
            _ => {}
        }
        let (ours, length, foreign) = match (first, letters.next()) {
            ('!', Some('=')) => ("!=", 2, None),
            ('<', Some('=')) => ("<=", 2, None),
            ('>', Some('=')) => (">=", 2, None),
            ('=', Some('=')) => ("=", 2, Some("==")),
            ('<', Some('>')) => ("!=", 2, Some("<>")),
            ('&', Some('&')) => ("and", 2, Some("&&")),
            ('|', Some('|')) => ("or", 2, Some("||")),
            ('!', _) => ("not", 1, Some("!")),
            ('(', _) => ("(", 1, None),
            (')', _) => (")", 1, None),
            ('[', _) => ("[", 1, None),
            (']', _) => ("]", 1, None),
            ('{', _) => ("{", 1, None),
            ('}', _) => ("}", 1, None),
            (',', _) => (",", 1, None),
            ('.', _) => (".", 1, None),
            ('=', _) => ("=", 1, None),
            ('<', _) => ("<", 1, None),
            ('>', _) => (">", 1, None),
            ('%', _) => ("%", 1, None),
            ('*', _) => ("*", 1, None),
            (':', _) => (":", 1, None),
            ('+', _) => ("+", 1, None),
            ('-', _) => ("-", 1, None),
            ('/', _) => ("/", 1, None),
            _ => {
                let start = self.at;
                self.at += first.len_utf8();
                let shown = first.escape_debug();
                self.out.push(Diagnostic::new("E01", start..self.at, format!("unknown character `{shown}`")));
                return None;
            }
        };
        let start = self.at;
        self.at += length;
        // What other languages write is read as what it is here.
        if let Some(foreign) = foreign {
            let fault = Diagnostic::new("E01", start..self.at, format!("unknown sign `{foreign}`"));
            self.out.push(fault.help(format!("write `{ours}`")));
            if matches!(ours, "and" | "or" | "not") {
                return Some(Kind::Word(ours));
            }
        }
        Some(Kind::Sign(ours))
    }

    fn word(&mut self) -> &'a str {
        let (from, start) = (self.rest(), self.at);
        self.at += from.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if self.text.as_bytes().get(self.at).is_some_and(|next| !next.is_ascii()) {
            self.take(|letter| letter.is_alphanumeric() || letter == '_');
        }
        from.get(..self.at - start).unwrap_or_default()
    }

    fn number(&mut self) -> &'a str {
        let (from, start) = (self.rest(), self.at);
        self.take(|digit| digit.is_ascii_digit());
        let mut after = self.rest().chars();
        if after.next() == Some('.') && after.next().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
            self.take(|digit| digit.is_ascii_digit());
        }
        from.get(..self.at - start).unwrap_or_default()
    }

    /// Text up to the same mark. It ends with the line, so that a forgotten mark spoils no more than that.
    fn quoted(&mut self, mark: char) -> Cow<'a, str> {
        let start = self.at;
        let inside = self.rest().get(1..).unwrap_or_default();
        let plain = inside.find([mark, '\\', '\n']);
        if mark != '\''
            && let Some(plain) = plain
            && inside.get(plain..).is_some_and(|rest| rest.starts_with(mark))
        {
            self.at += plain + 2;
            return Cow::Borrowed(inside.get(..plain).unwrap_or_default());
        }
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
        Cow::Owned(said)
    }
}
