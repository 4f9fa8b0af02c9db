//! A schema as TOML text: what is said in Rust today can be edited as a file tomorrow.
//!
//! The text is canonical, the same for equal schemas: `name` first, then keys by the alphabet, one table after the
//! other in the order of declaration, which is the order of priority. Keys whose default is "nothing" are left out.

use super::Spec;
use crate::{Limits, Text, Value, ser};

impl Spec {
    /// The schema as TOML, which [`from_toml`](Self::from_toml) reads back as an equal one.
    ///
    /// ```
    /// use onefold_model::{Kind, Schema, schema::Spec};
    /// let spec = Schema::builder().kind(Kind::person("user_id").unique()).spec();
    /// assert!(spec.to_toml().contains("[[kind]]\nname = \"user_id\"\nclass = \"person\"\nform = \"raw\"\nunique = true\n"));
    /// assert_eq!(Spec::from_toml(&spec.to_toml())?, spec);
    /// # Ok::<(), onefold_model::Error>(())
    /// ```
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut spec = self.clone();
        spec.limits = within_toml(spec.limits);
        let pairs = ser::pairs(&spec).unwrap_or_default();
        let (tables, plain): (Vec<_>, Vec<_>) = pairs.iter().partition(|(_, value)| is_tables(value));
        let mut out = String::new();
        for (key, value) in plain {
            if !is_empty(value) {
                line(key, value, &mut out);
            }
        }
        for (key, value) in tables {
            match value {
                Value::List(items) => items.iter().for_each(|item| table(&format!("[[{key}]]"), item, &mut out)),
                one => table(&format!("[{key}]"), one, &mut out),
            }
        }
        out
    }
}

/// Numbers of TOML end at 2^63 - 1, where no bound is left to speak of.
fn within_toml(limits: Limits) -> Limits {
    let most = |number: usize| number.min(usize::try_from(i64::MAX).unwrap_or(usize::MAX));
    Limits {
        record_bytes: most(limits.record_bytes),
        depth: most(limits.depth),
        keys: most(limits.keys),
        text_bytes: most(limits.text_bytes),
        identifiers: most(limits.identifiers),
        earliest: limits.earliest,
    }
}

fn is_tables(value: &Value) -> bool {
    match value {
        Value::Map(_) => true,
        Value::List(items) => matches!(items.first(), Some(Value::Map(_))),
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::List(items) if items.is_empty())
}

fn table(head: &str, value: &Value, out: &mut String) {
    out.push('\n');
    out.push_str(head);
    out.push('\n');
    for (key, value) in by_name(value) {
        line(key, value, out);
    }
}

fn by_name(value: &Value) -> impl Iterator<Item = &(Text, Value)> {
    let pairs: &[(Text, Value)] = match value {
        Value::Map(pairs) => pairs,
        _ => &[],
    };
    let (first, rest): (Vec<_>, Vec<_>) = pairs.iter().partition(|(key, _)| key == "name");
    first.into_iter().chain(rest)
}

fn line(key: &str, value: &Value, out: &mut String) {
    out.push_str(key);
    out.push_str(" = ");
    inline(value, out);
    out.push('\n');
}

fn inline(value: &Value, out: &mut String) {
    match value {
        Value::Bool(_) | Value::Int(_) => out.push_str(&value.to_string()),
        Value::List(items) => {
            out.push('[');
            let tables = is_tables(value);
            for (nth, item) in items.iter().enumerate() {
                out.push_str(match (tables, nth) {
                    (true, _) => "\n    ",
                    (false, 0) => "",
                    (false, _) => ", ",
                });
                inline(item, out);
                out.push_str(if tables { "," } else { "" });
            }
            out.push_str(if tables { "\n]" } else { "]" });
        }
        Value::Map(_) => {
            out.push_str("{ ");
            for (nth, (key, value)) in by_name(value).enumerate() {
                out.push_str(if nth == 0 { "" } else { ", " });
                out.push_str(key);
                out.push_str(" = ");
                inline(value, out);
            }
            out.push_str(" }");
        }
        other => quote(&other.to_string(), out),
    }
}

/// A basic string of TOML.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
