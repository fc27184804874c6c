//! What `check` finds, and what reading says, when bytes are wrong.

use super::sample::{
    GUILD, Line, SONGS, SONGS_BY_LINK, SONGS_BY_USER, SONGS_IN_ORDER, Song, in_memory, key, schema, song,
};
use crate::kernel::error::Result;
use crate::store::key::encode;
use crate::store::memo::Memo;
use crate::store::raw_name::RawName;
use crate::store::read::raw::{RawRead, Visit};
use crate::store::span::ByteSpan;
use crate::store::{AnyTable, Direction, Read, Store, StoreError, Tx, contained_with_place};

fn with_two_songs() -> Store {
    let store = in_memory();
    store
        .write_blocking("add", |tx| {
            SONGS.insert(tx, &key(1), &song("a"))?;
            SONGS.insert(tx, &key(2), &Song { waits_in: Some(Line::Skip), ..song("b") })
        })
        .unwrap();
    store
}

/// What `check` says after this damage.
fn findings_after(damage: impl Fn(&Tx<'_>) -> Result<(), StoreError> + Send + 'static) -> Vec<String> {
    let store = with_two_songs();
    store.write_blocking("damage", move |tx| Ok(damage(tx)?)).unwrap();
    store.check_blocking().unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn an_unreadable_row_is_found_and_named_when_it_is_read() {
    let store = with_two_songs();
    store.write_blocking("damage", |tx| Ok(tx.put(SONGS.raw(), &encode(&key(1)), &[1, 255]).map(drop)?)).unwrap();
    let error = store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sample.songs holds something unreadable at guild 1, message 1: version 1 with 1 bytes cannot be read"
    );
    assert!(store.read_blocking("look", |read| SONGS.page(read, GUILD, Direction::Forward, 9)).is_err());
    let findings = store.check_blocking().unwrap();
    assert_eq!(findings[0].table, "sample.songs");
    assert_eq!(findings[0].key, "guild 1, message 1");
}

/// Reads as far as a damaged file lets it, and trips then as redb does.
struct Torn<'r>(&'r dyn Read);

impl RawRead for Torn<'_> {
    fn get(&self, _: RawName, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        panic!("a page is torn")
    }

    fn scan(
        &self,
        table: RawName,
        span: &ByteSpan,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.0.scan(table, span, direction, &mut |key, value| {
            let _ = visit(key, value)?;
            panic!("a page is torn")
        })
    }

    fn len(&self, _: RawName) -> Result<u64, StoreError> {
        Err(StoreError::Damaged("a page is torn".to_owned()))
    }

    fn memo(&self) -> &Memo {
        self.0.memo()
    }
}

#[test]
fn damage_over_which_reading_breaks_off_is_told_with_its_table_and_key() {
    let store = with_two_songs();
    let tables: Vec<_> = store.schema().all_tables().collect();
    let told = |look: fn(&dyn Read) -> Result<()>| {
        let read = store.read_blocking("look", |read| contained_with_place(&Torn(read), &tables, look));
        read.unwrap_err().to_string()
    };
    assert_eq!(
        [
            told(|read| SONGS.get(read, &key(2)).map(drop)),
            told(|read| SONGS_BY_LINK.get(read, &(GUILD, "a".to_owned())).map(drop)),
            told(|read| SONGS.first(read, GUILD, Direction::Forward).map(drop)),
            told(|read| SONGS.len(read).map(drop)),
            told(|_| Err(StoreError::DiskFull.into())),
        ],
        [
            "sample.songs holds something unreadable at guild 1, message 2: reading it failed",
            "sample.songs_by_link holds something unreadable at guild 1, \"a\": reading it failed",
            "sample.songs holds something unreadable at the row next to guild 1, message 1: reading it failed",
            "sample.songs holds something unreadable at its first row: a page is torn",
            "the disk is full; free some space and start again",
        ]
    );
    // What was read already is not the place of a mistake that comes later.
    let later = store.read_blocking("look", |read| {
        contained_with_place(read, &tables, |read| {
            SONGS.get(read, &key(2))?;
            Err::<(), _>(StoreError::Panicked("check").into())
        })
    });
    assert_eq!(later.unwrap_err().to_string(), "check was broken off; the log says where");
}

#[test]
fn an_unreadable_key_is_found() {
    let findings = findings_after(|tx| tx.put(SONGS.raw(), &[1, 2], &[]).map(drop));
    assert!(findings[0].starts_with("sample.songs 0x0102: this is no "), "{findings:?}");
}

#[test]
fn a_missing_entry_is_found() {
    let entry = encode(&(GUILD, song("a").user, key(1).1));
    let findings = findings_after(move |tx| tx.remove(SONGS_BY_USER.raw(), &entry).map(drop));
    assert_eq!(findings, ["sample.songs guild 1, message 1: sample.songs_by_user has no entry for it"]);
}

#[test]
fn an_entry_without_a_row_is_found() {
    let entry = encode(&(GUILD, song("a").user, key(9).1));
    let findings = findings_after(move |tx| tx.put(SONGS_BY_USER.raw(), &entry, &[]).map(drop));
    assert_eq!(findings, ["sample.songs_by_user guild 1, user 7, message 9: no row has this entry"]);
}

#[test]
fn a_unique_entry_that_leads_elsewhere_is_found() {
    let findings = findings_after(|tx| {
        let entry = encode(&(GUILD, String::from("a")));
        tx.put(RawName::of("sample.songs_by_link"), &entry, &encode(&key(2))).map(drop)
    });
    assert_eq!(findings, [r#"sample.songs_by_link guild 1, "a": the entry leads to another row"#]);
}

#[test]
fn a_wrong_count_is_found() {
    let findings = findings_after(|tx| {
        tx.put(RawName::part("sample.songs_in_order", "#fine"), &encode(&GUILD), &encode(&5_u64)).map(drop)
    });
    assert_eq!(findings, ["sample.songs_in_order 0x0000000000000001: the block counts 5 entries and holds 2"]);
}

#[test]
fn changing_a_row_whose_entry_is_gone_fails_instead_of_hiding_it() {
    let store = with_two_songs();
    let entry = encode(&(GUILD, String::from("a")));
    store
        .write_blocking("damage", move |tx| Ok(tx.remove(RawName::of("sample.songs_by_link"), &entry).map(drop)?))
        .unwrap();
    let error = store.write_blocking("remove", |tx| SONGS.remove(tx, &key(1))).unwrap_err();
    assert_eq!(error.to_string(), r#"sample.songs_by_link does not fit its table at guild 1, "a""#);
}

#[test]
fn indexes_can_be_built_anew() {
    let store = with_two_songs();
    store
        .write_blocking("damage and repair", |tx| {
            for name in SONGS.raw_names().into_iter().filter(|name| *name != SONGS.raw()) {
                tx.clear(name)?;
            }
            SONGS.reindex(tx)
        })
        .unwrap();
    assert_eq!(store.check_blocking().unwrap(), []);
    assert_eq!(store.read_blocking("count", |read| SONGS_IN_ORDER.count(read, GUILD)).unwrap(), 2);
}

#[test]
fn a_table_that_the_schema_forgot_is_an_error() {
    let mut forgetful = schema();
    forgetful.tables.clear();
    let store =
        crate::store::Store::open(&crate::store::StoreLocation::Memory, super::sample::options(), forgetful).unwrap();
    let write = store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &song("a"))).unwrap_err();
    assert_eq!(write.to_string(), "sample.songs is missing from the schema");
    let read = store.read_blocking("look", |read| SONGS_BY_LINK.get(read, &(GUILD, String::new()))).unwrap_err();
    assert_eq!(read.to_string(), "sample.songs_by_link is missing from the schema");
}
