//! Who receives, for what, and what is kept of each field on the way out.
//!
//! A recipient names every field that it may have; what it does not name stays here. The transforms work on the
//! canonical value that the row carries, so that two exports of one value agree byte for byte.

use onefold_model::{Date, ProfileId, Schema, Sensitivity, Text, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a policy keeps of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The value as it stands.
    #[default]
    Plain,
    /// A hash of the value under the tenant's key, for this recipient alone: two recipients cannot match theirs.
    Hash,
    /// The plain SHA-256 of the value, in hexadecimal, as audience uploads ask for. It is a disguise and no
    /// protection: whoever has a list of addresses can try them.
    Sha256,
    /// A stand-in for the person at this recipient; no value is needed. It changes when the profile's id does.
    Pseudonym,
    /// Nothing.
    Drop,
    /// A coarser value.
    Generalise(Generalise),
}

/// How a value is made coarser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generalise {
    /// Of a day or an instant the year, as a whole number.
    Year,
    /// Of a day or an instant the first of its month.
    Month,
    /// Of a text the first so many characters, such as two of a postcode.
    Prefix(u8),
    /// Of a whole number the greatest multiple of this that is not above it, such as 30 of 36 in tens.
    Band(u32),
}

/// A receiver of data: for which purpose, over which channel, and which fields.
///
/// ```
/// use onefold_consent::{Generalise, Keep, Recipient};
/// let newsletter = Recipient::new("newsletter", "marketing")
///     .channel("email")
///     .require("email", Keep::Plain)
///     .keep("postcode", Keep::Generalise(Generalise::Prefix(2)));
/// assert_eq!(newsletter.fields.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// Its name, such as `newsletter`.
    pub name: Text,
    /// The purpose for which it receives.
    pub purpose: Text,
    /// The channel over which it reaches the person, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Text>,
    /// Categories of data that it may have although they are protected: `special_category`, `health`, `child`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Sensitivity>,
    /// What it receives, in this order: traits, and kinds of identifiers.
    #[serde(default, rename = "field")]
    pub fields: Vec<Kept>,
}

/// One field that a recipient receives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The name of a trait, or of a kind of identifier.
    pub name: Text,
    /// What is kept of it.
    #[serde(default)]
    pub keep: Keep,
    /// Without it the whole row is of no use, and stays here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

impl Recipient {
    /// A recipient that receives nothing yet.
    #[must_use]
    pub fn new(name: &str, purpose: &str) -> Self {
        Self { name: name.into(), purpose: purpose.into(), ..Self::default() }
    }

    /// The channel over which it reaches the person. Choices on other channels do not concern it.
    #[must_use]
    pub fn channel(self, channel: &str) -> Self {
        Self { channel: Some(channel.into()), ..self }
    }

    /// A field without which the row stays here.
    #[must_use]
    pub fn require(mut self, name: &str, keep: Keep) -> Self {
        self.fields.push(Kept { name: name.into(), keep, required: true });
        self
    }

    /// A field that it receives where there is a value.
    #[must_use]
    pub fn keep(mut self, name: &str, keep: Keep) -> Self {
        self.fields.push(Kept { name: name.into(), keep, required: false });
        self
    }

    /// A protected category of data that it may have.
    #[must_use]
    pub fn allow(mut self, category: Sensitivity) -> Self {
        self.allow.push(category);
        self
    }
}

impl Keep {
    /// What leaves of a value; `None` where nothing does.
    pub(crate) fn apply(
        self,
        schema: &Schema,
        recipient: &str,
        name: &str,
        who: ProfileId,
        value: &Value,
    ) -> Option<Value> {
        if self == Self::Pseudonym {
            return Some(keyed(schema, "pseudonym", &[recipient.as_bytes(), &who.0.0]));
        }
        if value.is_null() {
            return None;
        }
        match self {
            Self::Plain => Some(value.clone()),
            Self::Hash => {
                let shown = value.to_json();
                Some(keyed(schema, "hash", &[recipient.as_bytes(), name.as_bytes(), shown.as_bytes()]))
            }
            Self::Sha256 => Some(Value::Text(hex(&Sha256::digest(value.to_string().as_bytes())).into())),
            Self::Generalise(how) => how.apply(value),
            Self::Pseudonym | Self::Drop => None,
        }
    }
}

impl Generalise {
    /// A value of a type that it does not know is not let through.
    fn apply(self, value: &Value) -> Option<Value> {
        let day = match value {
            Value::Date(day) => Some(*day),
            Value::Time(at) => Some(at.date()),
            _ => None,
        };
        match (self, value) {
            (Self::Year, _) => day.map(|day| Value::Int(day.year().into())),
            (Self::Month, _) => day.and_then(|day| Date::new(day.year(), day.month(), 1)).map(Value::Date),
            (Self::Prefix(count), Value::Text(text)) => {
                Some(Value::Text(text.chars().take(count.into()).collect::<String>().into()))
            }
            (Self::Band(width), Value::Int(number)) if width > 0 => {
                number.checked_sub(number.rem_euclid(i64::from(width))).map(Value::Int)
            }
            _ => None,
        }
    }
}

/// A keyed hash of some parts, each with its length before it.
fn keyed(schema: &Schema, domain: &str, parts: &[&[u8]]) -> Value {
    let mut said = Vec::new();
    for part in [b"consent".as_slice(), domain.as_bytes()].into_iter().chain(parts.iter().copied()) {
        said.extend((part.len() as u64).to_le_bytes());
        said.extend(part);
    }
    Value::Text(schema.content_hash(&said).to_string().into())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        for half in [byte >> 4, byte & 15] {
            out.push(char::from_digit(half.into(), 16).unwrap_or_default());
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use onefold_model::Token;

    fn kept(keep: Keep, recipient: &str, value: impl Into<Value>) -> Option<Value> {
        let schema = Schema::builder().build([7; 32].into()).unwrap();
        keep.apply(&schema, recipient, "email", ProfileId(Token([1; 16])), &value.into())
    }

    #[test]
    fn two_recipients_cannot_match_their_hashes() {
        let address = "ada@example.com";
        assert_eq!(kept(Keep::Hash, "a", address), kept(Keep::Hash, "a", address));
        assert_ne!(kept(Keep::Hash, "a", address), kept(Keep::Hash, "b", address));
        assert_ne!(kept(Keep::Pseudonym, "a", address), kept(Keep::Pseudonym, "b", address));
        assert_eq!(kept(Keep::Pseudonym, "a", address), kept(Keep::Pseudonym, "a", Value::Null));
    }

    #[test]
    fn sha_256_is_that_of_the_standard() {
        // FIPS 180-4's example "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(kept(Keep::Sha256, "a", "abc"), Some(expected.into()));
    }

    #[test]
    fn coarser_values_tell_less_and_other_types_tell_nothing() {
        let born: Date = "1990-05-17".parse().unwrap();
        let of = |how, value: Value| kept(Keep::Generalise(how), "a", value);
        assert_eq!(of(Generalise::Year, born.into()), Some(1990.into()));
        assert_eq!(of(Generalise::Month, born.into()), Some(Value::Date("1990-05-01".parse().unwrap())));
        assert_eq!(of(Generalise::Prefix(2), "é1234".into()), Some("é1".into()));
        assert_eq!(of(Generalise::Band(10), 36.into()), Some(30.into()));
        assert_eq!(of(Generalise::Band(10), (-1).into()), Some((-10).into()));
        assert_eq!(of(Generalise::Band(0), 36.into()), None);
        assert_eq!(of(Generalise::Band(10), i64::MIN.into()), None);
        assert_eq!(of(Generalise::Year, "1990".into()), None);
        assert_eq!(kept(Keep::Drop, "a", "x"), None);
        assert_eq!(kept(Keep::Plain, "a", Value::Null), None);
    }
}
