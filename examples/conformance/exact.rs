//! The judge's own reader of JSON (RFC 8259): it keeps the text of numbers, and shares nothing with the readers that
//! it judges. Names of an object are compared without regard to their order.

use std::fmt;

/// A value of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// Sorted by name.
    Map(Vec<(String, Json)>),
}

/// How deep the judge follows nesting.
const DEEPEST: usize = 256;

impl Json {
    /// Reads one JSON text.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|fault| format!("not UTF-8 at byte {}", fault.valid_up_to()))?;
        let mut reader = Reader { text: text.as_bytes(), at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
        let value = reader.value(0)?;
        reader.space();
        if reader.at < reader.text.len() { Err(reader.fault("something follows the value")) } else { Ok(value) }
    }

    /// The value of a name, in a map.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value at a path.
    pub fn at(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |value, step| match (step, value) {
            (Step::Name(name), value) => value.get(name),
            (Step::Item(nth), Self::List(items)) => items.get(*nth),
            _ => None,
        })
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is said: null, or nothing but space.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The pairs of a map; none for anything else.
    pub fn pairs(&self) -> &[(String, Self)] {
        match self {
            Self::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// Every leaf with its path. Empty lists and maps are leaves.
    pub fn leaves(&self) -> Vec<(Vec<Step>, &Self)> {
        let mut all = Vec::new();
        self.walk(&mut Vec::new(), &mut all);
        all
    }

    fn walk<'a>(&'a self, path: &mut Vec<Step>, all: &mut Vec<(Vec<Step>, &'a Self)>) {
        match self {
            Self::Map(pairs) if !pairs.is_empty() => {
                for (name, value) in pairs {
                    path.push(Step::Name(name.clone()));
                    value.walk(path, all);
                    path.pop();
                }
            }
            Self::List(items) if !items.is_empty() => {
                for (nth, value) in items.iter().enumerate() {
                    path.push(Step::Item(nth));
                    value.walk(path, all);
                    path.pop();
                }
            }
            leaf => all.push((path.clone(), leaf)),
        }
    }

    /// Whether two leaves say the same. Numbers are compared by their exact value.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => canonical(one) == canonical(other),
            (one, other) => one == other,
        }
    }
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Name(String),
    Item(usize),
}

/// A path as it is shown: `products[0].price`.
pub struct Path<'a>(pub &'a [Step]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if nth == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Item(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

/// Sign, significant digits and power of ten: equal for equal numbers.
pub fn canonical(number: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) =
        mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX / 2);
    let zeros = (digits.len() - significant.len()) as i64;
    (number.starts_with('-'), significant.to_owned(), exponent - fraction.len() as i64 + zeros)
}

/// A number of seconds as microseconds, to the nearest and half to even, by its text alone.
pub fn micros(seconds: &str) -> Option<i64> {
    let (negative, digits, exponent) = canonical(seconds);
    let shift = exponent.checked_add(6)?;
    let micros: i128 = if shift >= 0 {
        if shift > 30 {
            return None;
        }
        digits.parse::<i128>().unwrap_or(0).checked_mul(10_i128.checked_pow(shift as u32)?)?
    } else {
        let cut = digits.len() as i64 + shift;
        let (kept, rest) = if cut < 0 { ("", "") } else { digits.split_at(cut as usize) };
        let kept: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
        // The digits have no zeros at their end: a rest of `5` is exactly a half.
        let up = match rest.as_bytes().first() {
            Some(b'5') if rest.len() == 1 => kept % 2 == 1,
            Some(first) => *first >= b'5',
            None => false,
        };
        kept + i128::from(up)
    };
    i64::try_from(if negative { -micros } else { micros }).ok()
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn fault(&self, what: &str) -> String {
        format!("{what} at byte {}", self.at)
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

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEEPEST => Err(self.fault("nested too deep")),
            Some(b'{') => {
                self.at += 1;
                let mut pairs: Vec<(String, Json)> = Vec::new();
                self.space();
                if !self.take(b'}') {
                    loop {
                        self.space();
                        let name = self.string()?;
                        self.space();
                        if !self.take(b':') {
                            return Err(self.fault("a colon is expected"));
                        }
                        pairs.push((name, self.value(depth + 1)?));
                        self.space();
                        if self.take(b'}') {
                            break;
                        }
                        if !self.take(b',') {
                            return Err(self.fault("a comma or brace is expected"));
                        }
                    }
                }
                pairs.sort_by(|one, other| one.0.cmp(&other.0));
                if let Some(twice) = pairs.windows(2).find(|two| two[0].0 == two[1].0) {
                    return Err(self.fault(&format!("the name `{}` stands twice in the object that ends", twice[0].0)));
                }
                Ok(Json::Map(pairs))
            }
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                self.space();
                if !self.take(b']') {
                    loop {
                        items.push(self.value(depth + 1)?);
                        self.space();
                        if self.take(b']') {
                            break;
                        }
                        if !self.take(b',') {
                            return Err(self.fault("a comma or bracket is expected"));
                        }
                    }
                }
                Ok(Json::List(items))
            }
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
                    if self.text[self.at..].starts_with(word.as_bytes()) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.fault("a value is expected"))
            }
        }
    }

    fn digits(&mut self) -> Result<(), String> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == from { Err(self.fault("a digit is expected")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Json, String> {
        let from = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Json::Number(String::from_utf8_lossy(&self.text[from..self.at]).into_owned()))
    }

    fn string(&mut self) -> Result<String, String> {
        if !self.take(b'"') {
            return Err(self.fault("a quote is expected"));
        }
        let mut out = Vec::new();
        loop {
            match self.peek().ok_or_else(|| self.fault("a text does not end"))? {
                b'"' => {
                    self.at += 1;
                    return String::from_utf8(out).map_err(|_| self.fault("not UTF-8"));
                }
                b'\\' => {
                    self.at += 1;
                    let escape = self.peek().ok_or_else(|| self.fault("a text does not end"))?;
                    self.at += 1;
                    let letter = match escape {
                        b'"' | b'\\' | b'/' => char::from(escape),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.escaped()?,
                        _ => return Err(self.fault("an unknown escape")),
                    };
                    out.extend(letter.encode_utf8(&mut [0; 4]).bytes());
                }
                control @ 0..=0x1f => return Err(self.fault(&format!("a bare control character {control:#04x}"))),
                byte => {
                    self.at += 1;
                    out.push(byte);
                }
            }
        }
    }

    fn four(&mut self) -> Result<u32, String> {
        let hex = self.text.get(self.at..self.at + 4).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = hex
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        self.at += 4;
        code.ok_or_else(|| self.fault("four hexadecimal digits are expected"))
    }

    fn escaped(&mut self) -> Result<char, String> {
        let high = self.four()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.fault("half of a surrogate pair"));
        }
        if !(self.take(b'\\') && self.take(b'u')) {
            return Err(self.fault("half of a surrogate pair"));
        }
        let low = self.four()?;
        let code = 0x10000 + ((high - 0xd800) << 10) + low.wrapping_sub(0xdc00);
        Some(low)
            .filter(|low| (0xdc00..0xe000).contains(low))
            .and_then(|_| char::from_u32(code))
            .ok_or_else(|| self.fault("half of a surrogate pair"))
    }
}

impl fmt::Display for Json {
    /// Writes JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => quote(text, f),
            Self::List(items) => {
                f.write_str("[")?;
                for (nth, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if nth == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Self::Map(pairs) => {
                f.write_str("{")?;
                for (nth, (name, value)) in pairs.iter().enumerate() {
                    f.write_str(if nth == 0 { "" } else { "," })?;
                    quote(name, f)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn quote(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            control if control < ' ' => write!(f, "\\u{:04x}", u32::from(control))?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}
