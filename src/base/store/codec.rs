//! Rows as bytes: one version byte, then the record in bincode's standard encoding.
//!
//! A new field breaks old bytes, so a record that changes gets a new [`Record::VERSION`] and reads its older versions in
//! [`Record::decode_old`]. Where all that changed is fields behind the others, [`fields!`](crate::fields) does both.
//! bincode writes no field names: `skip_serializing_if`, `flatten` and `untagged` cannot be used.
//!
//! How the rows of every table look is frozen by a test (`catalogue`).

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

    /// The fields that came later, with the version in which each came, as [`fields!`](crate::fields) lists them. They are
    /// the last fields of the record, in this order.
    const LATER: &'static [(&'static str, u8)] = &[];

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

/// Makes an ordinary struct a [`Record`] to which fields were added:
/// `fields!(Song: note since 2 = None, cover since 3 = String::new());`
///
/// The fields stand at the end of the struct in this order. A row of a version before one of them is read as if it had the
/// value behind `=`, a constant that never changes. [`Record::VERSION`] is that of the last field. A record that had
/// another form before reads its versions below that by `fields!(Song: note since 4 = None; older = Song::decode_older)`, a
/// function like [`Record::decode_old`].
///
/// `fields!(Song: note since 2 = None, cover since 3 = String::new());` is short for:
/// ```ignore
/// impl Record for Song {
///     const VERSION: u8 = 3;
///     const LATER: &'static [(&'static str, u8)] = &[("note", 2), ("cover", 3)];
///
///     fn decode_old(version: u8, body: &[u8]) -> Option<Self> {
///         let mut earlier = EarlierRow::<Self>::of(version, body, Self::LATER)?;
///         earlier.add(2, |row: &Self| &row.note, &const { None })?;
///         earlier.add(3, |row: &Self| &row.cover, &const { String::new() })?;
///         earlier.read()
///     }
/// }
/// ```
#[macro_export]
macro_rules! fields {
    ($record:ident: $($field:ident since $since:literal = $default:expr),+ $(,)? $(; older = $older:expr)?) => {
        impl $crate::store::Record for $record {
            const VERSION: u8 = $crate::store::version_of_last(Self::LATER);
            const LATER: &'static [(&'static str, u8)] = &[$((::std::stringify!($field), $since)),+];

            fn decode_old(version: u8, body: &[u8]) -> ::std::option::Option<Self> {
                $(if version < $crate::store::version_before(Self::LATER) {
                    return $older(version, body);
                })?
                let mut earlier = $crate::store::EarlierRow::<Self>::of(version, body, Self::LATER)?;
                $(earlier.add($since, |row: &Self| &row.$field, &const { $default })?;)+
                earlier.read()
            }
        }
    };
}

/// The version in which the last of some [later fields](Record::LATER) came.
///
/// # Panics
/// At compile time, when one came before the field in front of it, or was there from the first version on.
pub const fn version_of_last(mut later: &[(&str, u8)]) -> u8 {
    let mut last = 1;
    while let [(_, since), rest @ ..] = later {
        assert!(*since > 1 && *since >= last, "later fields are in the order in which they came, the first since 2");
        last = *since;
        later = rest;
    }
    last
}

/// The version before the first of some [later fields](Record::LATER).
pub const fn version_before(later: &[(&str, u8)]) -> u8 {
    match later {
        [(_, since), ..] => since.saturating_sub(1),
        [] => 0,
    }
}

/// A row that was written before some fields of its record `R` were there, for [`fields!`](crate::fields).
pub struct EarlierRow<'a, R> {
    version: u8,
    body: &'a [u8],
    defaults: Vec<u8>,
    missing: Vec<AppendField<R>>,
}

/// Appends the bytes of one field of a record.
type AppendField<R> = Box<dyn Fn(&R, &mut Vec<u8>) -> Option<()>>;

impl<'a, R: DeserializeOwned + 'static> EarlierRow<'a, R> {
    /// The row in `body`; `None` when its version has all of the later fields, or is older than what they were added to.
    pub fn of(version: u8, body: &'a [u8], later: &[(&str, u8)]) -> Option<Self> {
        let is_earlier = (version_before(later)..version_of_last(later)).contains(&version);
        is_earlier.then(|| Self { version, body, defaults: Vec::new(), missing: Vec::new() })
    }

    /// Puts `default` where the row lacks `field`, which came in version `since`. `None` when it cannot be encoded.
    pub fn add<F: Serialize + 'static>(&mut self, since: u8, field: fn(&R) -> &F, default: &F) -> Option<()> {
        if self.version < since {
            append(default, &mut self.defaults)?;
            self.missing.push(Box::new(move |row: &R, bytes: &mut Vec<u8>| append(field(row), bytes)));
        }
        Some(())
    }

    /// The row with the fields that it lacked; `None` when the body is not that of its version.
    pub fn read(self) -> Option<R> {
        let row = decode_body::<R>(&[self.body, self.defaults.as_slice()].concat())?;
        // A body that lacks bytes may have taken some of the defaults' for its own; then these are not what was put there.
        let mut again = Vec::with_capacity(self.defaults.len());
        self.missing.iter().try_for_each(|append_field| append_field(&row, &mut again))?;
        (again == self.defaults).then_some(row)
    }
}

/// Appends the bytes of a value.
fn append<F: Serialize>(value: &F, bytes: &mut Vec<u8>) -> Option<()> {
    bincode::serde::encode_into_std_write(value, bytes, CONFIG).ok().map(drop)
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

    /// A record as its versions 1, 2 and 3 were.
    #[derive(Serialize, Deserialize)]
    struct Track1 {
        title: String,
        plays: Vec<u64>,
    }

    #[derive(Serialize, Deserialize)]
    struct Track2 {
        title: String,
        plays: Vec<u64>,
        note: Option<String>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Track {
        title: String,
        plays: Vec<u64>,
        note: Option<String>,
        cover: String,
        stars: u64,
    }

    impl Record for Track1 {}
    impl Record for Track2 {
        const VERSION: u8 = 2;
    }
    crate::fields!(Track: note since 2 = None, cover since 3 = String::new(), stars since 3 = 300);

    fn track() -> Track {
        Track { title: "Blue".into(), plays: vec![1, 300], note: None, cover: String::new(), stars: 300 }
    }

    #[test]
    fn rows_of_before_a_field_was_there_are_read_with_its_default() {
        let (title, plays) = (String::from("Blue"), vec![1, 300]);
        let first = encode(&Track1 { title: title.clone(), plays: plays.clone() }).unwrap();
        assert_eq!(decode::<Track>(&first), Ok(track()));
        for note in [None, Some(String::from("loud"))] {
            let row = Track2 { title: title.clone(), plays: plays.clone(), note: note.clone() };
            assert_eq!(decode::<Track>(&encode(&row).unwrap()), Ok(Track { note, ..track() }));
        }
        let newest = Track { note: Some("loud".into()), cover: "blue.png".into(), stars: 5, ..track() };
        let bytes = encode(&newest).unwrap();
        assert_eq!(bytes.first(), Some(&Track::VERSION));
        assert_eq!((Track::VERSION, decode::<Track>(&bytes)), (3, Ok(newest)));
    }

    #[test]
    fn a_row_of_before_is_read_whole_or_not_at_all() {
        let first = encode(&Track1 { title: "Blue".into(), plays: vec![1, 300] }).unwrap();
        for end in 1..first.len() {
            assert!(decode::<Track>(&first[..end]).is_err(), "{end} bytes of {}", first.len());
        }
        for byte in 0..=u8::MAX {
            assert!(decode::<Track>(&[&first[..], &[byte]].concat()).is_err(), "one more byte: {byte}");
        }
        let newest = encode(&track()).unwrap();
        let bodies = [&first[1..], &newest[1..], b"", b"\xFF"];
        for (body, of) in bodies.into_iter().zip([1, 3, 0, 0]) {
            for version in (0..=u8::MAX).filter(|version| *version != of) {
                assert!(decode::<Track>(&[&[version][..], body].concat()).is_err(), "{body:?} as of version {version}");
            }
        }
    }

    /// A default whose beginning a body that lacks its last byte could take for its own.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair {
        number: u64,
        other: Option<u64>,
    }
    crate::fields!(Pair: other since 2 = Some(0));

    #[test]
    fn a_body_that_lacks_bytes_does_not_take_those_of_a_default() {
        assert_eq!(Pair::decode_old(1, b"\x07"), Some(Pair { number: 7, other: Some(0) }));
        assert_eq!(
            decode_body::<Pair>(b"\x01\x00"),
            Some(Pair { number: 1, other: None }),
            "the default's bytes are a row"
        );
        assert_eq!(Pair::decode_old(1, b""), None);
    }

    /// A record whose version 1 was a title alone, and that got a year by hand before it got a label.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Album {
        title: String,
        year: u64,
        label: Option<String>,
    }
    crate::fields!(Album: label since 3 = None; older = Album::decode_older);

    impl Album {
        fn decode_older(version: u8, body: &[u8]) -> Option<Self> {
            match version {
                1 => decode_body(body).map(|title| Self { title, year: 1971, label: None }),
                _ => None,
            }
        }
    }

    #[test]
    fn versions_of_before_the_first_later_field_are_read_by_the_record_itself() {
        let album = |year| Some(Album { title: "Blue".into(), year, label: None });
        assert_eq!(Album::decode_old(1, b"\x04Blue"), album(1971));
        assert_eq!(Album::decode_old(2, b"\x04Blue\x07"), album(7));
        assert_eq!(decode_body::<Album>(b"\x04Blue\x07\x00"), album(7));
        for version in [0, 3, 4, u8::MAX] {
            assert_eq!(Album::decode_old(version, b"\x04Blue\x07"), None, "version {version}");
        }
    }

    #[test]
    #[should_panic(expected = "in the order in which they came")]
    fn later_fields_that_are_not_in_their_order_do_not_compile() {
        version_of_last(&[("cover", 3), ("note", 2)]);
    }

    #[test]
    #[should_panic(expected = "the first since 2")]
    fn a_field_that_was_always_there_is_no_later_one() {
        version_of_last(&[("title", 1)]);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode::<Song>(&bytes);
            let _ = decode::<Track>(&bytes);
        }

        #[test]
        fn whatever_is_read_as_of_an_earlier_version_has_the_defaults(
            version in 0..6_u8,
            body in proptest::collection::vec(prop_oneof![0..5_u8, any::<u8>()], 0..24),
        ) {
            let _ = Album::decode_old(version, &body);
            if let Some(row) = Track::decode_old(version, &body) {
                prop_assert!(version == 1 || version == 2);
                prop_assert_eq!((row.cover.as_str(), row.stars), ("", 300));
                prop_assert!(version == 2 || row.note.is_none());
            }
        }
    }
}
