//! Where the store lies and how much memory it may use.

use std::path::{Path, PathBuf};

use super::reader::Reader;
use super::table::{DATA_DIR, STORE_CACHE_MIB, Variable};

/// The settings that concern the store.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The folder that holds everything (`M-ENV-02`); it may not exist yet.
    pub data_dir: PathBuf,
    /// The cache, in bytes.
    pub cache_bytes: usize,
    /// Whether somebody chose the size of the cache.
    pub is_cache_chosen: bool,
}

/// The store's file in a data folder.
pub fn store_file(data_dir: &Path) -> PathBuf {
    data_dir.join("greenroom.redb")
}

/// The smallest cache, as the table of variables says.
const LEAST_CACHE: usize = 4 << 20;

impl Storage {
    /// Makes the cache smaller where little memory may be used, a sixteenth of it, unless somebody chose its size.
    pub fn fit_into(&mut self, memory_limit: Option<u64>) {
        let Some(limit) = memory_limit.filter(|_| !self.is_cache_chosen) else { return };
        let share = usize::try_from(limit / 16).unwrap_or(usize::MAX);
        self.cache_bytes = self.cache_bytes.min(share.max(LEAST_CACHE));
    }
}

/// What is read in this area.
pub(super) const VARIABLES: &[&Variable] = &[&DATA_DIR, &STORE_CACHE_MIB];

/// Reads this area.
pub(super) fn read(reader: &mut Reader<'_>) -> Storage {
    let cache_mib = usize::try_from(reader.whole(&STORE_CACHE_MIB)).unwrap_or(16);
    let is_cache_chosen = reader.is_set(&STORE_CACHE_MIB);
    Storage { data_dir: reader.folder(&DATA_DIR), cache_bytes: cache_mib * 1024 * 1024, is_cache_chosen }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_container_has_a_small_cache_unless_somebody_chose_one() {
        let cache_mib = |is_cache_chosen, limit: Option<u64>| {
            let data_dir = PathBuf::from("data");
            let mut storage = Storage { data_dir, cache_bytes: 16 << 20, is_cache_chosen };
            storage.fit_into(limit.map(|mib| mib << 20));
            storage.cache_bytes >> 20
        };
        let limits = [None, Some(4_096), Some(256), Some(128), Some(64), Some(16)];
        assert_eq!(limits.map(|limit| cache_mib(false, limit)), [16, 16, 16, 8, 4, 4]);
        assert_eq!(limits.map(|limit| cache_mib(true, limit)), [16; 6]);
    }
}
