//! The small words of a mapping, which TOML writes short where little is said.

use std::fmt;

use onefold_model::{Action, Actor, Text, Value};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// What a column is: one name, or several where it means several things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(pub Vec<Text>);

impl From<&str> for Names {
    fn from(name: &str) -> Self {
        Self(vec![name.into()])
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [name] => name.serialize(to),
            names => names.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct NameOrNames;
        impl<'de> Visitor<'de> for NameOrNames {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, or a list of names")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Names, E> {
                Ok(name.into())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<Names, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(names)).map(Names)
            }
        }
        from.deserialize_any(NameOrNames)
    }
}

/// A value that every row has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text; a decimal number is written so too.
    Text(Text),
}

impl From<&str> for Constant {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
impl From<i64> for Constant {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<bool> for Constant {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}
impl From<&Constant> for Value {
    fn from(constant: &Constant) -> Self {
        match constant {
            Constant::Bool(yes) => Self::Bool(*yes),
            Constant::Int(number) => Self::Int(*number),
            Constant::Text(text) => Self::Text(text.clone()),
        }
    }
}

impl Serialize for Constant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Value::from(self).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Constant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Plain;
        impl Visitor<'_> for Plain {
            type Value = Constant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, true or false (a decimal number is written as a text)")
            }
            fn visit_bool<E: Error>(self, yes: bool) -> Result<Constant, E> {
                Ok(yes.into())
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Constant, E> {
                Ok(number.into())
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Constant, E> {
                i64::try_from(number).map(Constant::Int).map_err(E::custom)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Constant, E> {
                Ok(text.into())
            }
        }
        from.deserialize_any(Plain)
    }
}

/// What a column of choices speaks of, and in which words.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Consented {
    /// The purpose.
    pub purpose: Text,
    /// The channel, if the choice is for one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Text>,
    /// Who chose: `subject`, `guardian`, `import` or `controller`; by default `import`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Text>,
    /// What proves it, such as `form 12`. An import without a proof grants nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Text>,
    /// The version of the notice that was shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub notice: u32,
    /// Values that mean yes, beside the usual ones; compared as they stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yes: Vec<Text>,
    /// Values that mean no, beside the usual ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no: Vec<Text>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Consented {
    /// Choices about a purpose, taken over from another system, with nothing that proves them.
    #[must_use]
    pub fn to(purpose: &str) -> Self {
        Self { purpose: purpose.into(), ..Self::default() }
    }

    /// With what proves them.
    #[must_use]
    pub fn proved_by(self, evidence: &str) -> Self {
        Self { evidence: Some(evidence.into()), ..self }
    }

    /// For one channel only.
    #[must_use]
    pub fn over(self, channel: &str) -> Self {
        Self { channel: Some(channel.into()), ..self }
    }

    /// The choice in names.
    pub(super) fn chosen(&self, action: Action) -> onefold_model::Chosen {
        onefold_model::Chosen {
            channel: self.channel.clone(),
            actor: self.actor.as_ref().and_then(|name| Actor::named(name)).unwrap_or(Actor::Import),
            evidence: self.evidence.clone(),
            notice: self.notice,
            ..onefold_model::Chosen::new(&self.purpose, action)
        }
    }
}

impl Serialize for Consented {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if *self == Self::to(&self.purpose) { self.purpose.serialize(to) } else { Self::serialize(self, to) }
    }
}

impl<'de> Deserialize<'de> for Consented {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct PurposeOrMore;
        impl<'de> Visitor<'de> for PurposeOrMore {
            type Value = Consented;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a purpose, or a table with `purpose`")
            }
            fn visit_str<E: Error>(self, purpose: &str) -> Result<Consented, E> {
                Ok(Consented::to(purpose))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Consented, A::Error> {
                Consented::deserialize(MapAccessDeserializer::new(map))
            }
        }
        from.deserialize_any(PurposeOrMore)
    }
}
