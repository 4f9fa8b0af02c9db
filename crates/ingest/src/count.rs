//! How often the same bytes have come: what tells identical rows apart.
//!
//! A till prints the same row for the same beer twice, and both are true. A row that nobody numbered is therefore
//! named by its content and its number among equal ones, so that none is lost and the order of rows does not matter.
//! The map holds a 128-bit keyed hash and a counter a row, 24 bytes or so: 25 MB for a million rows without an id.

use std::collections::HashMap;

use onefold_model::{ContentHash, Schema};

#[derive(Debug)]
pub(crate) struct Counter {
    schema: Schema,
    seen: HashMap<ContentHash, u32>,
}

impl Counter {
    pub(crate) fn new(schema: &Schema) -> Self {
        Self { schema: schema.clone(), seen: HashMap::new() }
    }

    /// The number of this content among equal ones, from 0.
    pub(crate) fn next(&mut self, content: &[u8]) -> u32 {
        let count = self.seen.entry(self.schema.content_hash(content)).or_insert(0);
        let nth = *count;
        *count = count.saturating_add(1);
        nth
    }
}
