//! TOML, as far as a schema needs it.

use onefold_model::Value;

/// A basic string. JSON's escapes are among TOML's, but for the delete character.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_json().replace('\u{7f}', "\\u007f")
}

/// A key: bare where it may be.
pub(super) fn key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if bare { name.into() } else { quoted(name) }
}

/// An inline table where it fits a line, else one key a line; nothing where it is empty.
pub(super) fn table(name: &str, pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(column, value)| format!("{} = {value}", key(column))).collect();
    let line = format!("{name} = {{ {} }}\n", pairs.join(", "));
    match pairs.is_empty() {
        true => String::new(),
        false if line.len() <= 120 => line,
        // Dotted keys, since an inline table stands on one line.
        false => pairs.iter().map(|pair| format!("{name}.{pair}\n")).collect(),
    }
}
