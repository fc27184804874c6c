//! Every stored byte, for tests that look for what must not be there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::missing_panics_doc,
    reason = "for tests alone; a broken setup should fail them"
)]

use crate::store::error::StoreError;
use crate::store::read::walk;
use crate::store::span::ByteSpan;
use crate::store::{AnyTable, Store};

impl Store {
    /// The pairs of all tables and indexes: the name of the redb table, the key and the value.
    pub fn raw_rows(&self) -> Vec<(String, Vec<u8>, Vec<u8>)> {
        let read = self.read_blocking("raw_rows", |read| {
            let mut rows = Vec::new();
            for raw in self.schema().all_tables().flat_map(AnyTable::raw_names) {
                walk(read, raw, ByteSpan::default(), |key, value| {
                    rows.push((raw.to_string(), key.to_vec(), value.to_vec()));
                    Ok::<_, StoreError>(())
                })?;
            }
            Ok(rows)
        });
        read.unwrap()
    }
}
