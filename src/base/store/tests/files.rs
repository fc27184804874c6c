//! Files that are damaged or no store at all: refused with the next step or read as far as they go, never a panic, and
//! never changed by being refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tempfile::TempDir;

use super::sample::{GUILD, SONGS, SONGS_BY_LINK, SONGS_IN_ORDER, key, options, schema, song};
use crate::kernel::ids::GuildId;
use crate::store::key::encode;
use crate::store::{AnyTable, Direction, Migration, OpenError, Options, Schema, Store, StoreLocation};

/// How many songs the sound store has.
const SONGS_STORED: u64 = 300;

/// A sound store, closed as it should be and as after a crash.
static SOUND: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("greenroom.redb");
    let store = open(&path).unwrap();
    for id in 0..SONGS_STORED {
        let row = song(&format!("{id} {}", "x".repeat(500)));
        store.write_blocking("add", move |tx| SONGS.insert(tx, &key(id), &row)).unwrap();
    }
    let crashed = fs::read(&path).unwrap();
    store.close_blocking();
    [fs::read(&path).unwrap(), crashed]
});

fn open(path: &Path) -> Result<Store, OpenError> {
    // Without a cache every read goes to the file.
    Store::open(&StoreLocation::File(path.to_owned()), Options { cache_bytes: 0, ..options() }, schema())
}

/// Opens this file, and reads and writes all over it. Fails when a refusal changed it or does not say what to do.
fn is_survived(bytes: &[u8]) -> Result<(), TestCaseError> {
    let folder = TempDir::new().unwrap();
    let path: PathBuf = folder.path().join("greenroom.redb");
    fs::write(&path, bytes).unwrap();
    let store = match open(&path) {
        Ok(store) => store,
        Err(error) => {
            let sentence = error.to_string();
            prop_assert!(matches!(error, OpenError::Damaged { .. }), "{}", sentence);
            prop_assert!(sentence.contains("restore a backup"), "{}", sentence);
            prop_assert!(fs::read(&path).unwrap() == bytes, "a file that is refused stays as it is: {}", sentence);
            return Ok(());
        }
    };
    let read = |store: &Store| store.read_blocking("rows", |read| SONGS.page(read, GUILD, Direction::Forward, 1000));
    let (found, before, was_repaired) = (store.check_blocking(), read(&store), store.was_repaired());
    prop_assert!(found.is_ok(), "whatever the check trips over is a finding: {found:?}");
    let _ = store.read_blocking("link", |read| SONGS_BY_LINK.page(read, GUILD, Direction::Backward, 1000));
    let _ = store.read_blocking("rank", |read| SONGS_IN_ORDER.count(read, GUILD));
    for id in [0, 7, 299, 1000] {
        let _ = store.write_blocking("put", move |tx| SONGS.put(tx, &key(id), &song(&format!("new {id}"))));
    }
    let _ = store.write_blocking("remove", |tx| SONGS.remove(tx, &key(150)));
    store.close_blocking();
    if let (Ok(findings), Ok(rows)) = (found, before)
        && findings.is_empty()
    {
        // After a crash redb takes damage in the last commit for what the crash left of it, and opens the one before.
        let is_whole = |count| count == SONGS_STORED || (was_repaired && count == SONGS_STORED - 1);
        prop_assert!(is_whole(rows.len() as u64), "what is lost is found by the check: {} are left", rows.len());
    }
    Ok(())
}

/// Changes a file so that it is not sound any more, or nearly so.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Vec<(usize, u8)>),
    /// In the first bytes, which tell where everything is.
    FlipHeader(Vec<(usize, u8)>),
    Zero(usize),
    /// A page that was written to the place of another.
    Copy(usize, usize),
    Cut(usize),
    Append(Vec<u8>),
}

const PAGE: usize = 4096;

impl Damage {
    fn of(&self, sound: &[u8]) -> Vec<u8> {
        let mut bytes = sound.to_vec();
        let length = bytes.len();
        let page = |number: usize| (number % (length / PAGE)) * PAGE;
        match self {
            Self::Flip(flips) => flips.iter().for_each(|(at, bits)| bytes[at % length] ^= bits),
            Self::FlipHeader(flips) => flips.iter().for_each(|(at, bits)| bytes[at % 320] ^= bits),
            Self::Zero(number) => bytes[page(*number)..][..PAGE].fill(0),
            Self::Copy(from, to) => bytes.copy_within(page(*from)..page(*from) + PAGE, page(*to)),
            Self::Cut(at) => bytes.truncate(at % length),
            Self::Append(more) => bytes.extend(more),
        }
        bytes
    }
}

fn damages() -> impl Strategy<Value = Damage> {
    let flips = || proptest::collection::vec((any::<usize>(), 1..=255_u8), 1..5);
    prop_oneof![
        4 => flips().prop_map(Damage::Flip),
        3 => flips().prop_map(Damage::FlipHeader),
        3 => any::<usize>().prop_map(Damage::Zero),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Damage::Copy(from, to)),
        3 => any::<usize>().prop_map(Damage::Cut),
        1 => proptest::collection::vec(any::<u8>(), 1..9000).prop_map(Damage::Append),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_file_never_panics_and_is_not_changed_when_it_is_refused(
        damage in damages(),
        is_crashed in any::<bool>(),
    ) {
        is_survived(&damage.of(&SOUND[usize::from(is_crashed)]))?;
    }
}

#[test]
#[ignore = "heavy: every page and every byte of the header, a minute or two"]
fn damage_in_any_page_and_any_byte_of_the_header_is_survived() {
    for sound in SOUND.iter() {
        for at in 0..320 {
            is_survived(&Damage::FlipHeader(vec![(at, 0xFF)]).of(sound)).unwrap();
        }
        for page in 0..sound.len() / PAGE {
            is_survived(&Damage::Zero(page).of(sound)).unwrap();
            is_survived(&Damage::Flip(vec![(page * PAGE, 1), (page * PAGE + 4, 0x80)]).of(sound)).unwrap();
            is_survived(&Damage::Cut(page * PAGE + 1).of(sound)).unwrap();
        }
    }
}

#[test]
fn what_is_no_store_is_refused_with_the_next_step_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("greenroom.redb");
    let texts = [&b""[..], b"hello\n", b"SQLite format 3\0and more of it", &[0; 4096], &[255; 10_000]];
    let refused = texts.map(|text| {
        fs::write(&path, text).unwrap();
        let error = open(&path).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), text);
        let sentence = error.to_string();
        assert!(sentence.ends_with("restore a backup, or move it away to start empty."), "{sentence}");
        sentence
    });
    assert!(refused[0].contains("it is empty") && refused[2].contains("it is an SQLite database"), "{refused:?}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = open(&path).unwrap_err().to_string();
    assert!(error.contains("it is a folder"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else was left behind");
}

/// A store in which the last of the rows that are read at a time seems to stand before all others.
fn out_of_order() -> Vec<u8> {
    let [sound, _] = &*SOUND;
    let (kept, wrong) = (encode(&key(255)), encode(&(GuildId::new(0), key(255).1)));
    let mut bytes = sound.clone();
    let places: Vec<_> = (0..bytes.len() - kept.len()).filter(|at| bytes[*at..].starts_with(&kept)).collect();
    for at in places {
        bytes[at..at + wrong.len()].copy_from_slice(&wrong);
    }
    bytes
}

#[test]
fn a_damaged_store_is_refused_before_it_is_migrated_and_no_copy_of_it_is_left() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("greenroom.redb");
    fs::write(&path, out_of_order()).unwrap();
    let migration = Migration { version: 1, name: "nothing", run: |_| Ok(()) };
    let migrated = Schema { migrations: vec![migration], ..schema() };
    let error = Store::open(&StoreLocation::File(path.clone()), options(), migrated).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("are not in order"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    // It is of the version of before, or it could not be opened as one.
    open(&path).unwrap().close_blocking();
}

#[test]
fn keys_that_are_out_of_order_are_found_and_never_read_for_ever() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("greenroom.redb");
    fs::write(&path, out_of_order()).unwrap();
    let store = open(&path).unwrap();
    let found = store.check_blocking().unwrap();
    let is_named =
        |problem: &str| found.iter().any(|found| found.table == SONGS.name() && found.problem.contains(problem));
    assert!(is_named("the keys of sample.songs are not in order"), "{found:?}");
    let mut guilds = std::collections::BTreeSet::new();
    let _ = store.read_blocking("guilds", |read| AnyTable::guilds(&SONGS, read, &mut guilds));
    store.close_blocking();
}
