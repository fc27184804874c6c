//! Rows as bytes: one version byte, then the record in bincode's standard encoding.
//!
//! A new field breaks old bytes, so a record that changes gets a new [`Record::VERSION`] and reads its older versions in
//! [`Record::decode_old`]. bincode writes no field names: `skip_serializing_if`, `flatten` and `untagged` cannot be used.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use crate::kernel::amount::Amount;
use crate::kernel::time::Timestamp;

/// A stored row is never larger than this (16 MiB), and damaged bytes can never ask for more memory than this.
pub const MAX_ROW_BYTES: usize = 16 * 1024 * 1024;

/// What can be the value of a table.
pub trait Record: Serialize + DeserializeOwned + 'static {
    /// The version that is written. It grows by one whenever the encoding changes.
    const VERSION: u8 = 1;

    /// Reads the body of a row that was written under an older `version`; `None` when it cannot be read.
    ///
    /// [`decode_body`] reads the struct of that time.
    fn decode_old(version: u8, body: &[u8]) -> Option<Self> {
        let _ = (version, body);
        None
    }
}

impl Record for () {}
impl Record for u64 {}
impl Record for i64 {}
impl Record for String {}
impl Record for Amount {}
impl Record for Timestamp {}

const CONFIG: bincode::config::Configuration<
    bincode::config::LittleEndian,
    bincode::config::Varint,
    bincode::config::Limit<MAX_ROW_BYTES>,
> = bincode::config::standard().with_limit::<MAX_ROW_BYTES>();

/// The bytes of a row.
pub(super) fn encode<V: Record>(row: &V) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![V::VERSION];
    bincode::serde::encode_into_std_write(row, &mut bytes, CONFIG)
        .map_err(|error| StoreError::Unwritable(error.to_string()))?;
    if bytes.len() > MAX_ROW_BYTES {
        return Err(StoreError::Unwritable(format!("{} bytes are more than a row may have", bytes.len())));
    }
    Ok(bytes)
}

/// The row in `bytes`, or what is wrong with them.
pub(super) fn decode<V: Record>(bytes: &[u8]) -> Result<V, String> {
    let Some((version, body)) = bytes.split_first() else {
        return Err(String::from("the row has no bytes"));
    };
    let row = if *version == V::VERSION { decode_body(body) } else { V::decode_old(*version, body) };
    row.ok_or_else(|| format!("version {version} with {} bytes cannot be read", body.len()))
}

/// Reads a record without its version byte; `None` when the bytes are something else or too many.
pub fn decode_body<V: DeserializeOwned>(body: &[u8]) -> Option<V> {
    let (row, used) = bincode::serde::decode_from_slice(body, CONFIG).ok()?;
    (used == body.len()).then_some(row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct SongBefore {
        title: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Song {
        title: String,
        plays: Vec<u64>,
    }

    impl Record for SongBefore {}

    impl Record for Song {
        const VERSION: u8 = 2;

        fn decode_old(version: u8, body: &[u8]) -> Option<Self> {
            match version {
                1 => decode_body::<SongBefore>(body).map(|old| Self { title: old.title, plays: Vec::new() }),
                _ => None,
            }
        }
    }

    #[test]
    fn a_row_comes_back_and_an_older_version_is_still_read() {
        let song = Song { title: "Blue".into(), plays: vec![1, 300] };
        assert_eq!(decode::<Song>(&encode(&song).unwrap()), Ok(song));
        let old = encode(&SongBefore { title: "Blue".into() }).unwrap();
        assert_eq!(decode::<Song>(&old), Ok(Song { title: "Blue".into(), plays: vec![] }));
    }

    #[test]
    fn unknown_versions_and_trailing_bytes_are_refused() {
        let mut bytes = encode(&Song { title: "Blue".into(), plays: vec![] }).unwrap();
        bytes.push(0);
        assert!(decode::<Song>(&bytes).is_err());
        assert!(decode::<Song>(&[9]).is_err());
        assert!(decode::<Song>(&[]).is_err());
    }

    #[test]
    fn a_row_that_claims_to_be_huge_is_refused_without_the_memory() {
        let mut bytes = vec![2, 253];
        bytes.extend_from_slice(&u64::MAX.to_le_bytes());
        assert!(decode::<Song>(&bytes).is_err());
    }

    #[test]
    fn a_row_over_the_limit_is_not_written() {
        assert!(encode(&"x".repeat(MAX_ROW_BYTES)).is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode::<Song>(&bytes);
        }
    }
}
