//! Where the store lies and how much memory it may use.

use std::path::PathBuf;

use super::reader::Reader;
use super::table::{DATA_DIR, STORE_CACHE_MIB};

/// The settings that concern the store.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The folder that holds everything (`M-ENV-02`); it may not exist yet.
    pub data_dir: PathBuf,
    /// The cache, in bytes.
    pub cache_bytes: usize,
}

/// Reads this area.
pub(super) fn read(reader: &mut Reader<'_>) -> Storage {
    let cache_mib = usize::try_from(reader.whole(&STORE_CACHE_MIB)).unwrap_or(16);
    Storage { data_dir: reader.folder(&DATA_DIR), cache_bytes: cache_mib * 1024 * 1024 }
}
