//! Any bytes as JSON of the tree.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use onefold_fuzz::{ada, hold, schema};
use onefold_model::{Schema, Sheet};
use onefold_segment::{Definitions, Source};

static SHOP: LazyLock<(Schema, Sheet)> = LazyLock::new(|| {
    let schema = schema();
    let ada = ada(&schema);
    (schema, ada)
});

fuzz_target!(|data: &[u8]| {
    let (schema, ada) = &*SHOP;
    let Ok(source) = serde_json::from_slice::<Source>(data) else { return };
    // Before any check: to print a tree and to say it in English asks nothing of it.
    let _ = source.to_string();
    for definition in &source.definitions {
        let _ = definition.english();
    }
    if let Ok(definitions) = Definitions::from_source(source, schema) {
        hold(&definitions, schema, ada);
    }
});
