//! docs/CONFIG.md is held to the code: its files can be opened, it leaves out no key. So is what the pages beside it
//! say of a running platform.
#![cfg(all(feature = "toml", feature = "json", feature = "csv", feature = "redb"))]
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

use std::collections::BTreeSet;

use onefold::consent::{
    Basis, Derived, Generalise, Keep, Kept, PolicySpec, PurposeSpec, Recipient, Regime, Rule, Silence,
};
use onefold::identity::Rules;
use onefold::ingest::{self, Consented, Mapping, Rows};
use onefold::model::{Form, Kind, Labels, Party, Quarantined, Schema, Sensitivity, Time};
use onefold::store::KeyFile;
use onefold::{Config, Platform};

fn page(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn noon() -> Time {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

#[test]
fn every_example_can_be_read_and_every_whole_file_opened() {
    let mut whole = 0;
    for name in ["CONFIG.md", "SCHEMA.md", "IMPORTS.md"] {
        let page = page(name);
        for text in page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            // A part of a policy is no file of its own: its head may be missing, never a key of it.
            let config = Config::from_toml(name, text).unwrap_or_else(|error| panic!("{text}\n{error}"));
            if text.contains("[policy]\n") || text.contains("[identity]\n") {
                let (_, builder) = config.define([7; 32].into()).unwrap_or_else(|error| panic!("{text}\n{error}"));
                assert!(builder.in_memory(noon()).is_ok());
                whole += usize::from(!config.imports.is_empty());
            }
        }
    }
    assert_eq!(whole, 1);
}

#[test]
fn the_complete_file_works_from_a_row_to_a_letter() {
    let page = page("CONFIG.md");
    let text = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = Config::from_toml("shop.toml", text).unwrap();
    let keys = KeyFile::from_bytes([7; 32]);
    let (schema, builder) = config.define(keys.tokens()).unwrap();
    let mut shop = builder.open(folder.path().join("shop"), keys, noon()).unwrap();
    for (name, rows) in [
        ("people.csv", "customer,mail,name,zip,land,born,newsletter\n1,Ada@Example.com,Ada,10115,DE,1990-05-17,yes\n"),
        ("orders.csv", "customer,ticket,date,value\n1,t-1,2025-11-01,520.00\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, rows).unwrap();
        let import = ingest::choose(&config.imports, &ingest::csv_columns(&path).unwrap()).unwrap();
        let tally = shop.ingest(ingest::csv(&path, import, &schema).unwrap()).unwrap();
        assert_eq!(tally.accepted, 1);
    }
    let out = folder.path().join("win_back.ndjson");
    let mut letters = onefold::export::NdjsonFile::create(&out).unwrap();
    let done = shop.activate("win_back", "newsletter", &mut letters).unwrap();
    assert_eq!((done.receipt.sent, done.refused.len()), (1, 0));
    let sent = std::fs::read_to_string(&out).unwrap();
    assert!(sent.contains("ada@example.com") && sent.contains("\"10\"") && !sent.contains("DE"), "{sent}");
}

#[test]
fn every_key_is_on_the_page() {
    // Literals without `..`, so that a new key does not compile here until it is thought of.
    let field = Kept { name: "a".into(), keep: Keep::Plain, required: true };
    let policy = PolicySpec {
        regimes: vec![Regime::Gdpr],
        countries: [("CH".into(), vec![])].into(),
        rules: vec![Rule {
            regime: Regime::Gdpr,
            silence: Silence::Denies,
            guardian_below: 16,
            opt_in_below: 16,
            legitimate_interest: true,
            obligations: vec![],
        }],
        purposes: vec![PurposeSpec { name: "a".into(), basis: Basis::Consent, material_notice: 0 }],
        recipients: vec![Recipient {
            name: "a".into(),
            purpose: "a".into(),
            channel: Some("a".into()),
            allow: vec![Sensitivity::Health],
            fields: vec![field],
        }],
        derived: vec![Derived { name: "a".into(), labels: Labels::default() }],
    };
    let mut keys = BTreeSet::new();
    collect(&serde_json::to_value(&policy).unwrap(), &mut keys);
    collect(&serde_json::to_value(Rules { largest: 1, generic_above: 1 }).unwrap(), &mut keys);
    keys.remove("CH");
    assert!(keys.len() > 15, "{keys:?}");
    let page = page("CONFIG.md");
    for key in keys {
        let forms =
            [format!("\n| `{key}` |"), format!("`[[policy.{key}]]` |"), format!("`[[policy.recipient.{key}]]` |")];
        assert!(forms.iter().any(|form| page.contains(form)), "`{key}` is not on the page");
    }
}

fn collect(value: &serde_json::Value, keys: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            collect(value, keys);
        }),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        _ => {}
    }
}

#[test]
fn every_word_and_every_default_is_on_the_page() {
    fn words<T: serde::de::DeserializeOwned + std::fmt::Debug>() -> Vec<String> {
        let told = serde_json::from_str::<T>("\"?\"").unwrap_err().to_string();
        told.split('`').skip(3).step_by(2).map(Into::into).collect()
    }
    let page = page("CONFIG.md");
    let all = [words::<Basis>(), words::<Keep>(), words::<Regime>(), words::<Silence>()].concat();
    assert!(all.len() >= 18, "{all:?}");
    for word in all.iter().filter(|word| *word != "generalise") {
        assert!(page.contains(&format!("`\"{word}\"`")), "\"{word}\" is not on the page");
    }
    for word in words::<Generalise>() {
        assert!(
            page.contains(&format!("generalise = \"{word}\"")) || page.contains(&format!("{{ {word} = ")),
            "{word}"
        );
    }
    for (name, regime) in Regime::ALL {
        let rule = regime.rule();
        let silence = if rule.silence == Silence::Denies { "denies" } else { "permits" };
        let owed: Vec<String> = rule.obligations.iter().map(|it| format!("`{it}`")).collect();
        let line = format!(
            "| `\"{name}\"` | `\"{silence}\"` | {} | {} | {} | {} |",
            rule.guardian_below,
            rule.opt_in_below,
            rule.legitimate_interest,
            owed.join(", ")
        );
        assert!(page.contains(&line), "{line}");
    }
    let Rules { largest, generic_above } = Rules::default();
    assert!(page.contains(&format!("| `largest` | whole number | `{largest}` |")));
    assert!(page.contains(&format!("| `generic_above` | whole number | `{generic_above}` |")));
}

fn schema(form: Form) -> Schema {
    let schema = Schema::builder()
        .source("crm", Party::First, 90)
        .kind(Kind::person("user_id"))
        .kind(Kind::person("email").form(form))
        .purpose("marketing");
    schema.build([7; 32].into()).unwrap()
}

#[test]
fn a_yes_needs_its_evidence_and_a_no_does_not() {
    let text = "segments = \"segment may = consent(marketing)\"\n\
        [[source]]\nname = \"crm\"\n[[kind]]\nname = \"user_id\"\n[[purpose]]\nname = \"marketing\"\n\
        [policy]\nregime = [\"ccpa\"]\n[[policy.purpose]]\nname = \"marketing\"\nbasis = \"consent\"\n";
    let (schema, builder) = Config::from_toml("shop.toml", text).unwrap().define([7; 32].into()).unwrap();
    let mut shop = builder.in_memory(noon()).unwrap();
    let plain = Mapping::of("crm", "identify").who("customer", "user_id").consent("news", "marketing");
    let proved = plain.clone().consented("news", Consented::to("marketing").proved_by("form 12"));
    for (mapping, row) in [(&plain, "u-1,yes"), (&plain, "u-2,no"), (&proved, "u-3,yes"), (&plain, "u-4,")] {
        let file = format!("customer,news\n{row}\n");
        assert_eq!(shop.ingest(ingest::csv_reader(file.as_bytes(), mapping, &schema).unwrap()).unwrap().accepted, 1);
    }
    let may: BTreeSet<_> = shop.members("may").unwrap().collect();
    let of = |user: &str| may.contains(&shop.find("user_id", user).unwrap().unwrap().id);
    // Where silence permits, a yes without evidence is still worth less than silence.
    assert_eq!(["u-1", "u-2", "u-3", "u-4"].map(of), [false, false, true, true]);
}

#[test]
fn reception_moves_the_clock_and_there_are_no_future_events() {
    let schema = schema(Form::Email);
    let mut shop = Platform::define(schema.clone()).in_memory(noon()).unwrap();
    let base = Mapping::of("crm", "track").who("customer", "user_id").at("when");
    let file = "customer,when\nu-1,2026-03-02\n";
    assert!(shop.ingest(ingest::csv_reader(file.as_bytes(), &base, &schema).unwrap()).unwrap().adds_up());
    assert_eq!(shop.now(), noon());
    let (source, notes) = shop.notes().next().unwrap();
    assert_eq!((source, notes.keys().next().unwrap().0.as_str()), ("crm", "future_time"));
    let latest = |shop: &Platform| shop.find("user_id", "u-1").unwrap().unwrap().events().last().unwrap().1;
    assert_eq!(latest(&shop), noon());

    let file = "customer,when,came\nu-1,2026-03-03,2026-03-04\n";
    let rows = ingest::csv_reader(file.as_bytes(), &base.received("came"), &schema).unwrap();
    assert_eq!(shop.ingest(rows).unwrap().accepted, 1);
    assert_eq!(shop.now(), "2026-03-04".parse().unwrap());
    assert_eq!(latest(&shop), "2026-03-03".parse().unwrap());
}

#[test]
fn rows_are_fed_again_as_the_page_says() {
    let schema = schema(Form::Email);
    let mut shop = Platform::define(schema.clone()).in_memory(noon()).unwrap();
    let import = Mapping::of("crm", "identify").named("people").who("customer", "user_id");
    let file = "customer,when\nu-1,3/1/2026\nu-1,3/1/2026\nu-2,2026-02-01\nu-3,2026-02-01,?\n";
    let rows = ingest::csv_reader(file.as_bytes(), &import.clone().at("when"), &schema).unwrap();
    assert_eq!((shop.ingest(rows).unwrap().quarantined, shop.accepted()), (3, 1));
    let conflict = |at: &str| shop.draft("crm", "identify").message_id("1").who("user_id", at).at(noon());
    let (one, other) = (conflict("u-8"), conflict("u-9"));
    assert_eq!(shop.ingest([one, other]).unwrap().quarantined, 1);
    shop.advance(noon() + std::time::Duration::from_secs(60)).unwrap();

    let import = import.at("when").times(ingest::TimeFormat::MonthFirst);
    let feed = |shop: &mut Platform, waiting: &[Quarantined]| {
        let rows = waiting.iter().filter(|record| record.import == import.import_name() && record.event.is_some());
        let mut reader = Rows::new(&import, &["customer", "when"], shop.schema()).unwrap();
        let mut again = Vec::new();
        for (record, row) in rows.zip(1..) {
            reader = reader.received_at(record.received);
            again.push(reader.line(record.raw.reveal(), row, None));
        }
        shop.ingest(again).unwrap()
    };
    let waiting = shop.quarantined().unwrap();
    assert_eq!(
        feed(&mut shop, &waiting).to_string(),
        "2 received = 2 accepted + 0 duplicate + 0 quarantined + 0 suppressed"
    );
    assert_eq!(feed(&mut shop, &waiting).duplicate, 2);
    let waiting = shop.quarantined().unwrap();
    let left: BTreeSet<_> = waiting.iter().map(|it| (it.issue.code.as_str(), it.import.as_str())).collect();
    assert_eq!(left, BTreeSet::from([("conflict", "crm"), ("wrong_cell_count", "people")]));
    let line = waiting.iter().find(|it| it.event.is_none()).unwrap();
    assert_eq!(line.raw.reveal().as_ref(), b"u-3,2026-02-01,?".as_slice());
    assert!(shop.dismiss(line.id).unwrap());
    assert_eq!(shop.quarantined().unwrap().len(), 1);
}

#[test]
fn a_form_is_changed_and_a_purpose_removed_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let keys = || KeyFile::from_bytes([7; 32]);
    let open = |schema: Schema| Platform::define(schema).open(folder.path(), keys(), noon());
    let said = |shop: &Platform, id: &str| {
        shop.draft("crm", "identify").message_id(id).who("email", "Ada@Example.com").at(noon()).refuse("marketing")
    };

    let mut shop = open(schema(Form::Raw)).unwrap();
    assert!(shop.ingest([said(&shop, "1")]).unwrap().adds_up());
    assert!(shop.find("email", "ada@example.com").unwrap().is_none());
    drop(shop);
    // From raw to email: last year's record is hers.
    let mut shop = open(schema(Form::Email)).unwrap();
    assert!(shop.find("email", "ada@example.com").unwrap().is_some());
    assert_eq!(shop.ingest([said(&shop, "2")]).unwrap().accepted, 1);
    assert_eq!(shop.persons().count(), 1);
    drop(shop);
    // And back: what came as email stays so.
    let shop = open(schema(Form::Raw)).unwrap();
    assert!(shop.find("email", "ada@example.com").unwrap().is_some());
    assert!(shop.find("email", "Ada@Example.com").unwrap().is_some(), "the record of before");
    assert_eq!(shop.persons().count(), 2);
    drop(shop);

    let page = page("SCHEMA.md");
    let refuses = |schema: Schema| {
        let refused = open(schema).map(|_| ()).unwrap_err().to_string();
        let (_, told) = refused.split_once("of the log").unwrap();
        assert!(refused.starts_with("entry ") && page.contains(told), "{refused}");
    };
    let without = Schema::builder().source("crm", Party::First, 90).kind(Kind::person("email"));
    refuses(without.build([7; 32].into()).unwrap());
    let mut shop = open(schema(Form::Raw)).unwrap();
    let spelt = shop.schema().identifier("email", "Ada@Example.com").unwrap();
    shop.suppress(&[spelt], noon()).unwrap();
    drop(shop);
    refuses(schema(Form::Email));
}
