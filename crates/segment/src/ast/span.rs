//! Spans of time in JSON as the language writes them.

use std::time::Duration;

use onefold_model::{parse_span, show_span};
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&show_span(*span))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_span(&text).ok_or_else(|| D::Error::custom("a span of time is a number and a unit, such as `30m` or `14d`"))
}
