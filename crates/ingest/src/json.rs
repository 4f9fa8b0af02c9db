//! JSON (RFC 8259) as exact values, bounded.
//!
//! A general reader keeps numbers as binary floats, takes the last of two equal names, and follows nesting as deep as
//! its stack. Here a number is exact, a name that stands twice in an object is refused (two readers would pick
//! different ones), and nesting, names and texts have bounds. A fault tells its place as a byte offset and as a path.
//!
//! A number without a fraction is a whole number however it is written: `1`, `1.0` and `1e0` are the same value, so
//! that a value written out and read again is itself. A number that a [`Decimal`] cannot hold (`18446744073709551615`,
//! `5e-324`) is kept as the text that it was written as: nothing is rounded, the rest of its record is read, and a
//! property that was declared as a number refuses it. Deliberately absent: comments, trailing commas, `NaN`.

use onefold_model::{Decimal, Issue, Limits, Text, Value};

/// Bounds on one text of JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) depth: usize,
    pub(crate) keys: usize,
    pub(crate) text: usize,
}

/// No nesting is followed deeper than this, whatever the limits say: it is the stack's bound.
const DEEPEST: usize = 200;

impl Bounds {
    /// The limits as they stand.
    fn strict(limits: &Limits) -> Self {
        Self { depth: limits.depth, keys: limits.keys, text: limits.text_bytes }
    }

    /// What an envelope around a record may add: the record is held to its limits when it is received, where its id is
    /// known, so that what is refused can be fed again.
    pub(crate) fn roomy(limits: &Limits) -> Self {
        Self {
            depth: limits.depth.saturating_mul(2).saturating_add(8),
            keys: limits.keys.saturating_mul(8),
            text: limits.text_bytes.saturating_mul(8),
        }
    }
}

/// Reads one JSON text within the limits.
///
/// ```
/// use onefold_ingest::json;
/// use onefold_model::Limits;
/// let said = json::parse(br#"{"name": "Ada", "amount": 49.90}"#, &Limits::default())?;
/// assert_eq!(said.to_json(), r#"{"amount":49.9,"name":"Ada"}"#);
/// let account = json::parse(br#"{"account": 18446744073709551615}"#, &Limits::default())?;
/// assert_eq!(account.to_json(), r#"{"account":"18446744073709551615"}"#);
/// let fault = json::parse(br#"{"a": 1, "a": 2}"#, &Limits::default()).unwrap_err();
/// assert_eq!(fault.to_string(), "duplicate_key at `a`: a name stands twice in one object, again at byte 9");
/// # Ok::<(), onefold_model::Issue>(())
/// ```
///
/// # Errors
/// An [`Issue`] with the code `bad_json`, `not_utf8`, `duplicate_key`, `too_deep`, `too_many_keys`, `text_too_long` (of
/// a number too) or `record_too_large`, the path where it is known, and the place as a byte offset.
pub fn parse(text: &[u8], limits: &Limits) -> Result<Value, Issue> {
    if text.len() > limits.record_bytes.saturating_mul(4) {
        return Err(Issue::new("record_too_large", "", "the text is larger than four times the limit of a record"));
    }
    parse_within(text, Bounds::strict(limits))
}

pub(crate) fn parse_within(text: &[u8], bounds: Bounds) -> Result<Value, Issue> {
    let mut reader = Reader::new(text, bounds);
    let value = reader.value(0)?;
    reader.end()?;
    Ok(value)
}

/// A body with a batch in it: what stands beside the batch, and the bytes of each of its items, yet unread.
#[derive(Debug)]
pub(crate) enum Body<'a> {
    One(Value),
    Batch { beside: Value, items: Vec<&'a [u8]> },
}

/// Reads the envelope of a batch and only skips over its items, so that a fault in one does not spoil the others.
pub(crate) fn body(text: &[u8], bounds: Bounds) -> Result<Body<'_>, Issue> {
    let mut reader = Reader::new(text, bounds);
    reader.space();
    let start = reader.at;
    let mut items = None;
    let mut pairs = Vec::new();
    if reader.peek() != Some(b'{') {
        return parse_within(text, bounds).map(Body::One);
    }
    reader.pairs(&mut |reader, name, offset| {
        reader.space();
        if name == "batch" && reader.peek() == Some(b'[') {
            if items.replace(reader.items()?).is_some() {
                return Err(reader.duplicate(offset));
            }
        } else {
            pairs.push((name, offset, reader.value(1)?));
        }
        Ok(())
    })?;
    reader.end()?;
    match items {
        Some(items) => Ok(Body::Batch { beside: reader.map(pairs)?, items }),
        // What was read already is cheap to read again, and the offsets stay right.
        None => {
            let mut again = Reader::new(text, bounds);
            again.at = start;
            again.value(0).map(Body::One)
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    bounds: Bounds,
    keys: usize,
    path: Vec<Step>,
}

enum Step {
    Name(Text),
    Item(usize),
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8], bounds: Bounds) -> Self {
        let at = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { text, at, bounds: Bounds { depth: bounds.depth.min(DEEPEST), ..bounds }, keys: 0, path: Vec::new() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn issue(&self, code: &str, detail: &str, at: usize) -> Issue {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Name(name) if path.is_empty() => path.push_str(name),
                Step::Name(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Step::Item(nth) => path.push_str(&format!("[{nth}]")),
            }
        }
        Issue::new(code, &path, &format!("{detail} at byte {at}"))
    }

    fn bad(&self, detail: &str) -> Issue {
        self.issue("bad_json", detail, self.at)
    }

    fn duplicate(&self, at: usize) -> Issue {
        self.issue("duplicate_key", "a name stands twice in one object, again", at)
    }

    fn end(&mut self) -> Result<(), Issue> {
        self.space();
        if self.at < self.text.len() { Err(self.bad("something follows the value")) } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Issue> {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= self.bounds.depth => {
                Err(self.issue("too_deep", "lists and maps nest deeper than the limit", self.at))
            }
            Some(b'{') => {
                let mut pairs = Vec::new();
                self.pairs(&mut |reader, name, offset| {
                    pairs.push((name, offset, reader.value(depth + 1)?));
                    Ok(())
                })?;
                self.map(pairs)
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.list(&mut |reader| {
                    items.push(reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Value::from(items))
            }
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => Err(self.bad("a value is expected")),
            None => Err(self.bad("the text ends where a value is expected")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Issue> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.bad("a value is expected"))
        }
    }

    /// The names of an object, each with its offset; the reader stands before the value.
    fn pairs(&mut self, each: &mut dyn FnMut(&mut Self, Text, usize) -> Result<(), Issue>) -> Result<(), Issue> {
        self.at += 1;
        self.space();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            let offset = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.bad("a name in quotes is expected"));
            }
            self.keys += 1;
            if self.keys > self.bounds.keys {
                return Err(self.issue("too_many_keys", "more names than the limit", offset));
            }
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return Err(self.bad("a colon is expected"));
            }
            self.path.push(Step::Name(name.clone()));
            each(self, name, offset)?;
            self.path.pop();
            self.space();
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.bad("a comma or the end of the object is expected"));
            }
        }
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut Self) -> Result<(), Issue>) -> Result<(), Issue> {
        self.at += 1;
        self.space();
        if self.take(b']') {
            return Ok(());
        }
        for nth in 0.. {
            self.path.push(Step::Item(nth));
            each(self)?;
            self.path.pop();
            self.space();
            if self.take(b']') {
                break;
            }
            if !self.take(b',') {
                return Err(self.bad("a comma or the end of the list is expected"));
            }
        }
        Ok(())
    }

    /// Sorted by name; a name that stands twice is refused.
    fn map(&mut self, mut pairs: Vec<(Text, usize, Value)>) -> Result<Value, Issue> {
        pairs.sort_by(|(a, at, _), (b, bt, _)| (a, at).cmp(&(b, bt)));
        for two in pairs.windows(2) {
            if let [(first, ..), (second, offset, _)] = two
                && first == second
            {
                self.path.push(Step::Name(second.clone()));
                let issue = self.duplicate(*offset);
                self.path.pop();
                return Err(issue);
            }
        }
        Ok(Value::Map(pairs.into_iter().map(|(name, _, value)| (name, value)).collect()))
    }

    fn number(&mut self) -> Result<Value, Issue> {
        let start = self.at;
        self.take(b'-');
        if self.take(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.bad("a number does not begin with a zero"));
            }
        } else {
            self.digits()?;
        }
        let mut whole = true;
        if self.take(b'.') {
            whole = false;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let digits =
            self.text.get(start..self.at).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default();
        if whole && let Ok(number) = digits.parse() {
            return Ok(Value::Int(number));
        }
        match digits.parse::<Decimal>() {
            Ok(number) if number.scale() == 0 => Ok(Value::Int(number.units())),
            Ok(number) => Ok(Value::Decimal(number)),
            Err(_) if digits.len() > self.bounds.text => {
                Err(self.issue("text_too_long", "a number is written longer than a text may be", start))
            }
            // Its form was checked above: no exact number holds it.
            Err(_) => Ok(Value::Text(digits.into())),
        }
    }

    fn digits(&mut self) -> Result<(), Issue> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.bad("a digit is expected")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Text, Issue> {
        let start = self.at + 1;
        self.at = start;
        let mut unescaped: Option<String> = None;
        let mut from = start;
        loop {
            let Some(byte) = self.peek() else {
                return Err(self.bad("a text has no end"));
            };
            match byte {
                b'"' => break,
                b'\\' => {
                    let plain = self.utf8(from)?;
                    let text = unescaped.get_or_insert_default();
                    text.push_str(plain);
                    let letter = self.escape()?;
                    unescaped.get_or_insert_default().push(letter);
                    from = self.at;
                }
                0..0x20 => return Err(self.bad("a control character stands in a text")),
                _ => self.at += 1,
            }
            if self.at - start > self.bounds.text.saturating_mul(6) {
                return Err(self.too_long(start));
            }
        }
        let plain = self.utf8(from)?;
        self.at += 1;
        let text = match unescaped {
            Some(mut text) => {
                text.push_str(plain);
                Text::from(text)
            }
            None => Text::from(plain),
        };
        if text.len() > self.bounds.text { Err(self.too_long(start)) } else { Ok(text) }
    }

    fn too_long(&self, start: usize) -> Issue {
        self.issue("text_too_long", "a text is longer than the limit", start)
    }

    /// The bytes since `from` as text.
    fn utf8(&self, from: usize) -> Result<&'a str, Issue> {
        std::str::from_utf8(self.text.get(from..self.at).unwrap_or_default())
            .map_err(|error| self.issue("not_utf8", "the text is not UTF-8", from + error.valid_up_to()))
    }

    fn escape(&mut self) -> Result<char, Issue> {
        let start = self.at;
        self.at += 2;
        Ok(match self.text.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex(start)?;
                let code = match first {
                    0xd800..0xdc00 => {
                        let low = if self.take(b'\\') && self.take(b'u') { self.hex(start)? } else { 0 };
                        if !(0xdc00..0xe000).contains(&low) {
                            return Err(self.issue("bad_json", "half of a surrogate pair", start));
                        }
                        0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00)
                    }
                    code => code,
                };
                char::from_u32(code).ok_or_else(|| self.issue("bad_json", "half of a surrogate pair", start))?
            }
            _ => return Err(self.issue("bad_json", "an escape that JSON does not know", start)),
        })
    }

    fn hex(&mut self, start: usize) -> Result<u32, Issue> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        self.at += 4;
        digits
            .and_then(|digits| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
            .ok_or_else(|| self.issue("bad_json", "four hexadecimal digits are expected", start))
    }

    /// The bytes of each item of a list, which are not looked at but for texts and brackets.
    fn items(&mut self) -> Result<Vec<&'a [u8]>, Issue> {
        let mut items = Vec::new();
        self.list(&mut |reader| {
            reader.space();
            let start = reader.at;
            reader.skip()?;
            let item = reader.text.get(start..reader.at).unwrap_or_default().trim_ascii_end();
            if item.is_empty() {
                return Err(reader.bad("a value is expected"));
            }
            items.push(item);
            Ok(())
        })?;
        Ok(items)
    }

    fn skip(&mut self) -> Result<(), Issue> {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None => return Err(self.bad("the text ends within a batch")),
                Some(b',' | b']' | b'}') if open == 0 => return Ok(()),
                Some(b'[' | b'{') => open += 1,
                Some(b']' | b'}') => {
                    open -= 1;
                    if open == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                Some(b'"') => loop {
                    self.at += 1;
                    match self.peek() {
                        None => return Err(self.bad("a text has no end")),
                        Some(b'"') => break,
                        Some(b'\\') => self.at += 1,
                        Some(_) => {}
                    }
                },
                Some(_) => {}
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests;
