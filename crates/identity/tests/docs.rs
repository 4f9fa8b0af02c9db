//! docs/MATCHING.md and examples/rules are held to the code: their files can be read, and the page leaves nothing out.
#![cfg(feature = "toml")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here fails the test")]

use onefold_identity::matching::role::Role;
use onefold_identity::matching::{BlockingRule, ColumnRule, Compound, Constraints, Kind, Plan, Rules, Table};

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn examples(page: &str) -> Vec<&str> {
    page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_example_on_the_page_fits_a_table() {
    let page = file("docs/MATCHING.md");
    let all = examples(&page);
    assert!(!all.is_empty());
    for text in all {
        let rules = Rules::from_toml(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let columns = rules.columns.iter().map(|column| column.name.clone());
        let mut table = Table::new(columns);
        for id in 0..3 {
            let row = ["Ada Lovelace", "10/12/1815", "ada@example.com", "020 7946 0000", "P123", "chess, algebra", "-"];
            table.push(&format!("crm:{id}"), row).unwrap();
        }
        let mut rest = ["Grace Hopper", "09/12/1906", "grace@example.com", "020 7946 1111", "P456", "ships", "+"];
        table.push("crm:3", rest).unwrap();
        rest[4] = "";
        table.push("crm:4", rest).unwrap();
        Plan::infer(&table, &rules).unwrap_or_else(|error| panic!("{text}\n{error}"));
    }
}

#[test]
fn the_files_of_rules_can_be_read_and_written_again() {
    let folder = format!("{}/../../examples/rules", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let rules = Rules::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(Rules::from_toml(&rules.to_toml()).unwrap(), rules);
        assert!(!rules.blocking.is_empty() && !rules.columns.is_empty(), "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn every_key_and_every_default_is_on_the_page() {
    // Patterns without `..`, so that a new key does not compile here until it is thought of.
    let Rules { columns: _, blocking: _, links: _, nevers: _, constraints } = Rules::default();
    let ColumnRule { name: _, role: _, ignore: _, compare: _, date_order: _ } = ColumnRule::default();
    let BlockingRule { keys: _, cap: _ } = BlockingRule::default();
    let Compound { when: _, unless: _ } = Compound::default();
    let Constraints { largest, one_to_one, unique } = constraints;
    assert!(unique.is_empty());
    let page = file("docs/MATCHING.md");
    let keys = ["name", "role", "ignore", "compare", "date_order", "keys", "cap", "when", "unless", "unique"];
    for key in keys.into_iter().chain(["[[column]]", "[[blocking]]", "[[link]]", "[[never]]", "[constraints]"]) {
        assert!(page.contains(&format!("\n| `{key}` |")), "`{key}` is not on the page");
    }
    assert!(page.contains(&format!("\n| `largest` | whole number | `{largest}` |")));
    assert!(page.contains(&format!("\n| `one_to_one` | true or false | `{one_to_one}` |")));
}

/// The words that a key takes, by what is said of one that it does not.
fn words(text: &str) -> Vec<String> {
    let told = Rules::from_toml(text).unwrap_err().to_string();
    told.split('`').skip(3).step_by(2).map(Into::into).collect()
}

#[test]
fn every_role_comparison_level_and_relation_is_on_the_page() {
    let page = file("docs/MATCHING.md");
    for role in Role::ALL {
        assert!(page.contains(&format!("`{role}`")), "`{role}` is not on the page");
    }
    let kinds = words("[[column]]\nname = \"a\"\ncompare = \"?\"");
    assert!(kinds.len() >= 16, "{kinds:?}");
    for word in kinds {
        let rules = Rules::from_toml(&format!("[[column]]\nname = \"a\"\ncompare = \"{word}\"")).unwrap();
        let kind: Kind = rules.columns.first().and_then(|column| column.compare).unwrap();
        let (head, levels) = (format!("| `{word}` |"), kind.levels().join(" · "));
        let is_told = page.lines().any(|line| line.starts_with(&head) && line.contains(&levels));
        assert!(is_told, "`{word}` with `{levels}` is not on the page");
    }
    let orders = words("[[column]]\nname = \"a\"\ndate_order = \"?\"");
    assert!(!orders.is_empty());
    for word in orders.iter().map(String::as_str).chain(["equal", "similar", "different", "absent"]) {
        assert!(page.contains(&format!("`{word}`")), "`{word}` is not on the page");
    }
    for transform in ["whole", "sound", "start3", "end8", "local", "year", "month_day", "words", "grams4"] {
        assert!(page.contains(&format!(":{transform}`")), "`{transform}` is not on the page");
    }
}
