//! Families of values, and their canonical forms. Most values are canonical already, which is seen quickly.

use onefold_model::normalise::{self, Order};

use super::super::comparison::Kind;

/// A family of values with one canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    Name,
    Date(Option<Order>),
    Email,
    Phone,
    Postcode,
    /// Letters and digits.
    Code,
    /// Words.
    Text,
    /// As it is written, folded.
    Plain,
}

impl Family {
    pub(super) fn of(kind: Kind, order: Option<Order>) -> Self {
        match kind {
            Kind::Given | Kind::Surname | Kind::Middle => Self::Name,
            Kind::Date => Self::Date(order),
            Kind::Email => Self::Email,
            Kind::Phone => Self::Phone,
            Kind::Postcode => Self::Postcode,
            Kind::Identifier | Kind::Short => Self::Code,
            Kind::Place | Kind::Words | Kind::Category | Kind::Set => Self::Text,
            Kind::Number | Kind::Distance | Kind::Own => Self::Plain,
        }
    }

    /// Whether a value is certainly in canonical form: quick, and true for most.
    pub(super) fn is_canonical(self, raw: &str) -> bool {
        let fine = match self {
            Self::Name | Self::Text => plain_word(raw),
            Self::Email => plain_email(raw),
            Self::Phone => plain_phone(raw),
            Self::Postcode | Self::Code => raw.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
            Self::Date(_) | Self::Plain => false,
        };
        fine && !filler(raw)
    }

    /// The canonical form of a value; empty where it says nothing.
    pub(crate) fn canonical(self, raw: &str) -> String {
        if filler(raw) {
            return String::new();
        }
        match self {
            Self::Name => name(raw),
            Self::Date(order) => date(raw, order.unwrap_or_default()),
            Self::Email => email(raw),
            Self::Phone => phone(raw),
            Self::Postcode | Self::Code if raw.is_ascii() => {
                raw.bytes().filter(u8::is_ascii_alphanumeric).map(|c| char::from(c.to_ascii_lowercase())).collect()
            }
            Self::Postcode | Self::Code => normalise::fold(raw).chars().filter(|c| c.is_alphanumeric()).collect(),
            Self::Text if plain_word(raw) => raw.to_owned(),
            Self::Text => normalise::tokens(raw).join(" "),
            Self::Plain => normalise::fold(raw),
        }
    }
}

/// Whether a value only fills its field. The slow look is spared where a value cannot be one.
fn filler(raw: &str) -> bool {
    let mut bytes = raw.bytes();
    let (Some(a), Some(b)) = (bytes.next(), bytes.next()) else { return false };
    let near = a.abs_diff(b) <= 1;
    let suspicious = if a.is_ascii_digit() { near } else { raw.len() <= 16 && !raw.contains('@') };
    suspicious && normalise::placeholder(raw)
}

/// One word of small Latin letters is canonical already, whatever kind of text it is.
pub(super) fn plain_word(raw: &str) -> bool {
    !raw.is_empty() && raw.bytes().all(|c| c.is_ascii_lowercase())
}

fn name(raw: &str) -> String {
    if plain_word(raw) {
        return raw.to_owned();
    }
    normalise::name(raw).unwrap_or_else(|_| normalise::tokens(raw).join(" "))
}

fn date(raw: &str, order: Order) -> String {
    match normalise::ymd(raw, order) {
        Ok((year, month, day)) => format!("{year:04}{month:02}{day:02}"),
        // A day that no calendar has is still nearly the day that was meant.
        Err(_) => normalise::fold(raw).chars().filter(char::is_ascii_digit).collect(),
    }
}

/// The common address: small letters and digits with dots and underscores between, one @, a domain of two plain labels.
pub(super) fn plain_email(raw: &str) -> bool {
    let plain = |part: &str, signs: &[u8]| {
        let inside = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || signs.contains(&c);
        let ends = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        part.len() < 64 && part.bytes().all(inside) && ends(part.bytes().next()) && ends(part.bytes().next_back())
    };
    let Some((local, (name, top))) =
        raw.split_once('@').and_then(|(local, domain)| Some((local, domain.split_once('.')?)))
    else {
        return false;
    };
    plain(local, b"._")
        && !local.contains("..")
        && plain(name, b"")
        && !name.starts_with("xn")
        && !top.is_empty()
        && top.bytes().all(|c| c.is_ascii_lowercase())
}

fn email(raw: &str) -> String {
    if plain_email(raw) {
        return raw.to_owned();
    }
    normalise::email(raw).unwrap_or_else(|_| normalise::fold(raw).chars().filter(|c| *c != ' ').collect())
}

/// A national number of plain digits: nothing to take off, and nothing that begins a calling code.
pub(super) fn plain_phone(raw: &str) -> bool {
    (7..=15).contains(&raw.len()) && raw.bytes().all(|c| c.is_ascii_digit()) && !raw.starts_with("00")
}

fn phone(raw: &str) -> String {
    if plain_phone(raw) {
        return raw.to_owned();
    }
    match normalise::phone(raw, None) {
        Ok(phone) => phone.trim_start_matches('+').to_owned(),
        Err(_) => normalise::fold(raw).chars().filter(char::is_ascii_digit).collect(),
    }
}
