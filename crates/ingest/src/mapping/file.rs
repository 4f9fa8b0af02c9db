//! Mappings in TOML: the `[[import]]` tables of a schema file, or a file of their own.

use onefold_model::{Diagnostic, closest};
use serde::Deserialize;

use super::Mapping;
use crate::Error;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    import: Vec<Mapping>,
}

/// Reads all `[[import]]` tables of a TOML text (docs/IMPORTS.md) and passes over its other tables.
///
/// ```
/// let text = r#"
/// [[import]]
/// name = "till"
/// source = "shop"
/// event = "purchase"
/// at = "date"
/// who = { customer = "customer_id" }
/// money = { value = { property = "amount", currency = "USD" } }
/// "#;
/// let imports = onefold_ingest::imports(text)?;
/// assert_eq!(imports[0].import_name(), "till");
/// let fault = onefold_ingest::imports("[[import]]\nsuorce = \"shop\"").unwrap_err();
/// assert_eq!(fault.to_string(), "I10: unknown key `suorce`; did you mean `source`?");
/// # Ok::<(), onefold_ingest::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] with the place in the text: the first fault only, as names are checked later and all at once
/// by [`Mapping::check`].
pub fn imports(text: &str) -> Result<Vec<Mapping>, Error> {
    let file: File = toml::from_str(text).map_err(|error| Error::Invalid(vec![diagnostic(&error)]))?;
    let mut taken = std::collections::BTreeSet::new();
    for mapping in &file.import {
        if !taken.insert(mapping.import_name()) {
            let message = format!("import `{}` is declared twice", mapping.import_name());
            return Err(Error::Invalid(vec![
                Diagnostic::new("I02", 0..0, message).help("give each a `name` of its own"),
            ]));
        }
    }
    Ok(file.import)
}

fn diagnostic(error: &toml::de::Error) -> Diagnostic {
    let message = error.message();
    let span = error.span().unwrap_or_default();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((name, known)) if message.starts_with("unknown field") => {
            let diagnostic = Diagnostic::new("I10", span, format!("unknown key `{name}`"));
            match closest(name, known.iter().copied()) {
                Some(known) => diagnostic.help(format!("did you mean `{known}`?")),
                None => diagnostic.help(format!("the keys are {}", known.join(", "))),
            }
        }
        Some((name, known)) if message.starts_with("unknown variant") => {
            let diagnostic = Diagnostic::new("I11", span, format!("`{name}` is none of {}", known.join(", ")));
            match closest(name, known.iter().copied()) {
                Some(known) => diagnostic.help(format!("did you mean `{known}`?")),
                None => diagnostic,
            }
        }
        Some((name, _)) if message.starts_with("missing field") => {
            Diagnostic::new("I12", span, format!("the key `{name}` is missing"))
        }
        _ => Diagnostic::new("I13", span, message.trim().replace('\n', " ")),
    }
}
