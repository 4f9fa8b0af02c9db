//! A first schema and mapping from what the data looks like.
//!
//! An empty schema file is a hard place to start from. [`schema`] writes a complete one, commented, from the profiles
//! of the files at hand: sources, kinds of identifiers, traits, events, imports. It is a draft for a person to read
//! and correct: every guess stands there with the numbers that led to it, and nothing guessed is hidden in code.
//!
//! The rule for rows: a file that has a time (not of birth), and beside it an amount, a quantity or an identifier that
//! repeats, tells of events named after the file; any other tells of people (`identify`).
//!
//! Files with the same columns are one import, as a file is known by its columns. A column that has the name of an
//! identifier of another file, and values like it, is that identifier too.
//!
//! What would be dangerous to guess is left out and said in a comment: the currency of an amount that no column names,
//! and consent.

mod guess;
mod write;

use std::collections::BTreeMap;

use onefold_model::Limits;

use crate::survey::DataProfile;
use guess::{Guess, Kind, Role};
use write::{key, quoted, table};

/// A schema in TOML with `[[import]]` tables, from the profiles of files.
///
/// ```
/// use onefold_ingest::{DataProfile, infer_schema};
/// let mut till = DataProfile::new("till");
/// for (customer, value) in [("0001", "29.33"), ("0001", "29.73"), ("0002", "14.96"), ("0003", "26.48")] {
///     till.row(&["customer", "date", "value"], &[customer, "1997-01-18", value]);
/// }
/// let text = infer_schema(&[till]);
/// assert!(text.contains("event = \"till\""));
/// assert!(text.contains("who = { customer = \"customer_id\" }"));
/// assert!(text.contains("at = \"date\""));
/// ```
#[must_use]
pub fn schema(profiles: &[DataProfile]) -> String {
    let guesses = Guess::all(profiles);
    let mut out = String::from(
        "# A first schema, guessed from the data. Read it, correct it, and keep it under version control.\n\
         # Every key is explained in docs/SCHEMA.md, those of [[import]] in docs/IMPORTS.md.\n",
    );
    limits(&guesses, &mut out);
    for guess in &guesses {
        let seen = match guess.columns.iter().all(|column| column.filled == 0) {
            true if !guess.columns.is_empty() => "no values, so every column is text".into(),
            _ => format!("{} records", guess.records),
        };
        out.push_str(&format!("\n[[source]]\nname = {}          # {seen}\n", quoted(&guess.source)));
        out.push_str("party = \"first\"\ntrust = 50\n");
    }
    kinds(&guesses, &mut out);
    fields(&guesses, &mut out);
    for guess in guesses.iter().filter(|guess| guess.event != "identify") {
        out.push_str(&format!("\n[[event]]\nname = {}\n", quoted(&guess.event)));
        let properties: Vec<String> =
            guess.columns.iter().filter_map(|column| Some(format!("  {},", column.property()?))).collect();
        if !properties.is_empty() {
            out.push_str(&format!("properties = [\n{}\n]\n", properties.join("\n")));
        }
    }
    for guess in &guesses {
        if guess.columns.is_empty() {
            out.push_str(&format!("\n# `{}` has no records: nothing can be guessed of it.\n", guess.import));
        } else {
            import(guess, &mut out);
        }
    }
    out
}

/// Where a record has more names than the bound allows: names within names count too, so that there is room for twice
/// as many.
fn limits(guesses: &[Guess], out: &mut String) {
    let most = guesses.iter().map(|guess| guess.columns.len()).max().unwrap_or(0);
    let usual = Limits::default().keys;
    if most > usual {
        let keys = most.saturating_mul(2);
        out.push_str(&format!(
            "\n[limits]\nkeys = {keys}          # a record has up to {most} names, more than the usual {usual}\n"
        ));
    }
}

/// Kinds, strongest first: what names a customer, then addresses, then devices, then groups.
fn kinds(guesses: &[Guess], out: &mut String) {
    let mut kinds: BTreeMap<(Kind, &str), u64> = BTreeMap::new();
    for column in guesses.iter().flat_map(|guess| &guess.columns) {
        if let Role::Who(kind, name) = &column.role {
            *kinds.entry((*kind, name)).or_default() += column.filled;
        }
    }
    let mut taken = std::collections::BTreeSet::new();
    for ((kind, name), filled) in kinds {
        if taken.insert(name) {
            out.push_str(&format!("\n[[kind]]\nname = {}          # {filled} values\n{}", quoted(name), kind.keys()));
        }
    }
}

/// Traits, each once; one that two files write differently is text.
fn fields(guesses: &[Guess], out: &mut String) {
    let mut fields: BTreeMap<&str, (&str, &str, String)> = BTreeMap::new();
    for column in guesses.iter().flat_map(|guess| &guess.columns) {
        if let Role::Trait = column.role {
            fields
                .entry(&column.name)
                .and_modify(|(ty, _, _)| {
                    if *ty != column.ty {
                        *ty = "text";
                    }
                })
                .or_insert((column.ty, column.labels(), column.because()));
        }
    }
    for (name, (ty, labels, because)) in fields {
        out.push_str(&format!(
            "\n[[field]]\nname = {}          # {because}\ntype = {}\n{labels}",
            quoted(name),
            quoted(ty)
        ));
    }
}

fn import(guess: &Guess, out: &mut String) {
    out.push_str(&format!(
        "\n[[import]]\nname = {}\nsource = {}\nevent = {}\n",
        quoted(&guess.import),
        quoted(&guess.source),
        quoted(&guess.event)
    ));
    let pairs = |pick: &dyn Fn(&Role) -> Option<String>| -> Vec<(String, String)> {
        guess.columns.iter().filter_map(|column| Some((column.column.clone(), pick(&column.role)?))).collect()
    };
    let named = |wanted: fn(&Role) -> bool| -> Vec<(String, String)> {
        guess
            .columns
            .iter()
            .filter(|column| wanted(&column.role))
            .map(|column| (column.column.clone(), quoted(&column.name)))
            .collect()
    };
    out.push_str(&table(
        "who",
        &pairs(&|role| match role {
            Role::Who(Kind::Person | Kind::Email | Kind::Phone | Kind::Device, kind) => Some(quoted(kind)),
            _ => None,
        }),
    ));
    out.push_str(&table(
        "group",
        &pairs(&|role| match role {
            Role::Who(Kind::Group, kind) => Some(quoted(kind)),
            _ => None,
        }),
    ));
    for column in &guess.columns {
        match column.role {
            Role::Id => out.push_str(&format!("id = {}          # {}\n", quoted(&column.column), column.because())),
            Role::At => out.push_str(&format!("at = {}          # {}\n", quoted(&column.column), column.because())),
            _ => {}
        }
    }
    if guess.times != "iso" {
        out.push_str(&format!("times = {}          # {}\n", quoted(guess.times), guess.times_because));
    }
    if guess.comma {
        out.push_str("numbers = \"comma\"          # such as 1.234,50\n");
    }
    out.push_str(&table("traits", &named(|role| matches!(role, Role::Trait))));
    out.push_str(&table("properties", &named(|role| matches!(role, Role::Property))));
    let currency = guess.columns.iter().find(|column| matches!(column.role, Role::Currency));
    if let Some(currency) = currency {
        let money: Vec<(String, String)> = guess
            .columns
            .iter()
            .filter_map(|column| {
                let what = match column.role {
                    Role::Money => "property",
                    Role::MoneyTrait => "trait",
                    _ => return None,
                };
                let amount =
                    format!("{{ {what} = {}, currency_from = {} }}", quoted(&column.name), quoted(&currency.column));
                Some((column.column.clone(), amount))
            })
            .collect();
        out.push_str(&table("money", &money));
    }
    for column in &guess.columns {
        let (key, name) = (key(&column.column), quoted(&column.name));
        if column.amount && currency.is_none() {
            let (what, place) =
                if guess.event == "identify" { ("trait", "traits") } else { ("property", "properties") };
            out.push_str(&format!(
                "# `{}` looks like money, but no column names a currency. If all is in euro, declare it as \"money\" above\n\
                 # and write here, in place of what stands in `{place}`:\n\
                 # money = {{ {key} = {{ {what} = {name}, currency = \"EUR\" }} }}\n",
                column.name,
            ));
        }
        if column.consent {
            out.push_str(&format!(
                "# `{}` looks like consent, which is never guessed. If it is, declare the purpose and write here:\n\
                 # consent = {{ {key} = {{ purpose = \"marketing\", evidence = \"where it was given\" }} }}\n",
                column.name,
            ));
        }
    }
}

#[cfg(test)]
mod tests;
