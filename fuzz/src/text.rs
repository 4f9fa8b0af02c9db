//! Any bytes as text.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use onefold_fuzz::{ada, hold, schema};
use onefold_model::{Schema, Sheet};
use onefold_segment::{Definitions, Error};

static SHOP: LazyLock<(Schema, Sheet)> = LazyLock::new(|| {
    let schema = schema();
    let ada = ada(&schema);
    (schema, ada)
});

fuzz_target!(|data: &[u8]| {
    let (schema, ada) = &*SHOP;
    let text = String::from_utf8_lossy(data);
    match Definitions::parse(&text, schema) {
        Ok(definitions) => hold(&definitions, schema, ada),
        Err(Error::Invalid(all)) => {
            assert!(!all.is_empty(), "refused without a reason");
            for fault in all {
                assert!(text.get(fault.span.clone()).is_some(), "{fault:?} is nowhere in the text");
                let _ = fault.show("fuzz.seg", &text);
            }
        }
        Err(_) => {}
    }
});
