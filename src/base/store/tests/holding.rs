//! Rows that are held back, beside the same table without that: nobody can tell one from the other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

use super::sample::options;
use super::writing::hold_the_writer;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, MessageId, UserId};
use crate::refusals;
use crate::store::{
    AnyTable, CountedIndex, Direction, Index, MAX_ROW_BYTES, MultiIndex, Record, Schema, Store, StoreError,
    StoreLocation, SumIndex, Table, Tx, UniqueIndex,
};

const GUILD: GuildId = GuildId::new(1);
const EVERYTHING: usize = 100_000;

refusals! {
    enum NotesRefusal {
        Closed => "notes.closed", "No notes are taken.";
    }
}

type NoteKey = (GuildId, MessageId);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    user: UserId,
    word: String,
    is_shown: bool,
    weight: u32,
    /// No index looks at it.
    touched: u32,
}

impl Record for Note {}

/// A table with its indexes.
#[derive(Clone, Copy)]
struct Notes {
    rows: &'static Table<NoteKey, Note>,
    by_user: &'static Index<(GuildId, UserId, MessageId), NoteKey, Note>,
    by_word: &'static UniqueIndex<(GuildId, String), NoteKey, Note>,
    shown: &'static CountedIndex<(GuildId, u32, MessageId), NoteKey, Note>,
    by_letter: &'static MultiIndex<(GuildId, u8, MessageId), NoteKey, Note>,
    weights: &'static SumIndex<(GuildId, UserId), NoteKey, Note>,
}

/// The same names each time: what the two stores hold, and what they say, is to be the same to the byte.
macro_rules! notes {
    ($name:ident $(, $held_back:ident)?) => {
        static $name: Notes = {
            static BY_USER: Index<(GuildId, UserId, MessageId), NoteKey, Note> =
                Index::new("notes.by_user", |(guild, id), note| note.is_shown.then_some((*guild, note.user, *id)));
            static BY_WORD: UniqueIndex<(GuildId, String), NoteKey, Note> = UniqueIndex::new("notes.by_word", |(guild, _), note| {
                (!note.word.is_empty()).then(|| (*guild, note.word.clone()))
            });
            static SHOWN: CountedIndex<(GuildId, u32, MessageId), NoteKey, Note> =
                CountedIndex::new("notes.shown", |(guild, id), note| note.is_shown.then_some((*guild, note.weight, *id)));
            static BY_LETTER: MultiIndex<(GuildId, u8, MessageId), NoteKey, Note> =
                MultiIndex::new("notes.by_letter", |(guild, id), note| {
                    note.word.bytes().map(|letter| (*guild, letter, *id)).collect()
                });
            static WEIGHTS: SumIndex<(GuildId, UserId), NoteKey, Note> = SumIndex::new("notes.weights", |(guild, _), note| {
                note.is_shown.then(|| ((*guild, note.user), i64::from(note.weight)))
            });
            static ROWS: Table<NoteKey, Note> =
                Table::new("notes.rows", &[&BY_USER, &BY_WORD, &SHOWN, &BY_LETTER, &WEIGHTS])$(.$held_back())?;
            Notes {
                rows: &ROWS,
                by_user: &BY_USER,
                by_word: &BY_WORD,
                shown: &SHOWN,
                by_letter: &BY_LETTER,
                weights: &WEIGHTS,
            }
        };
    };
}

notes!(PLAIN);
notes!(HELD, held_back);

fn store_of(table: &'static dyn AnyTable) -> Store {
    let schema = Schema { tables: vec![table], migrations: Vec::new() };
    Store::open(&StoreLocation::Memory, options(), schema).unwrap()
}

/// Something that an operation does.
#[derive(Clone, Debug)]
enum Act {
    Insert(NoteKey, Note),
    Put(NoteKey, Note),
    /// Changes what no index looks at.
    Touch(NoteKey),
    /// The same, or a new row.
    Change(NoteKey, Note),
    Remove(NoteKey),
    Get(NoteKey),
    Contains(NoteKey),
    Rows(GuildId),
    Count,
    Entries(GuildId),
    /// Touches each second row while all are shown.
    Walk(GuildId),
    /// A step that reads, touches where it should, and refuses.
    Step(NoteKey, bool),
}

/// How an operation ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Done,
    Refused,
    Failed,
}

fn keys() -> impl Strategy<Value = NoteKey> {
    (1..3_u64, 0..8_u64).prop_map(|(guild, note)| (GuildId::new(guild), MessageId::new(note)))
}

fn rows() -> impl Strategy<Value = Note> {
    (0..3_u64, "[ab]{0,2}", any::<bool>(), 0..3_u32, 0..9_u32).prop_map(|(user, word, is_shown, weight, touched)| {
        Note { user: UserId::new(user), word, is_shown, weight, touched }
    })
}

fn acts() -> impl Strategy<Value = Act> {
    let guild = || (1..3_u64).prop_map(GuildId::new);
    prop_oneof![
        3 => (keys(), rows()).prop_map(|(key, row)| Act::Insert(key, row)),
        4 => (keys(), rows()).prop_map(|(key, row)| Act::Put(key, row)),
        6 => keys().prop_map(Act::Touch),
        4 => (keys(), rows()).prop_map(|(key, row)| Act::Change(key, row)),
        2 => keys().prop_map(Act::Remove),
        3 => keys().prop_map(Act::Get),
        2 => keys().prop_map(Act::Contains),
        1 => guild().prop_map(Act::Rows),
        1 => Just(Act::Count),
        2 => guild().prop_map(Act::Entries),
        1 => guild().prop_map(Act::Walk),
        2 => (keys(), proptest::bool::weighted(0.1)).prop_map(|(key, touches)| Act::Step(key, touches)),
    ]
}

fn operations() -> impl Strategy<Value = Vec<(Vec<Act>, Ending)>> {
    let ending = prop_oneof![8 => Just(Ending::Done), 1 => Just(Ending::Refused), 1 => Just(Ending::Failed)];
    proptest::collection::vec((proptest::collection::vec(acts(), 0..12), ending), 1..12)
}

/// Does it, and says what it saw. What fails, fails the operation.
fn perform(notes: Notes, tx: &Tx<'_>, act: &Act) -> Result<String> {
    let rows = notes.rows;
    let touch = |key: &NoteKey| -> Result<bool> {
        let is_there = rows.contains(tx, key)?;
        if is_there {
            rows.update(tx, key, |note| note.touched += 1)?;
        }
        Ok(is_there)
    };
    Ok(match act {
        // Most would fail, and end the operation.
        Act::Insert(key, _) if rows.contains(tx, key)? => "taken".to_owned(),
        Act::Insert(key, row) => format!("{:?}", rows.insert(tx, key, row)?),
        Act::Put(key, row) => format!("{:?}", rows.put(tx, key, row)?),
        Act::Touch(key) => format!("{:?}", touch(key)?),
        Act::Change(key, row) => format!("{:?}", rows.change(tx, key, || row.clone(), |note| note.touched += 1)?),
        Act::Remove(key) => format!("{:?}", rows.remove(tx, key)?),
        Act::Get(key) => format!("{:?}", rows.get(tx, key)?),
        Act::Contains(key) => format!("{:?}", rows.contains(tx, key)?),
        Act::Rows(guild) => format!("{:?}", rows.page(tx, *guild, Direction::Backward, 5)?),
        Act::Count => format!("{:?}", rows.len(tx)?),
        Act::Entries(guild) => format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            notes.by_user.page(tx, *guild, Direction::Forward, EVERYTHING)?,
            notes.by_word.get(tx, &(*guild, "ab".to_owned()))?,
            notes.shown.page_at(tx, *guild, 1, 3)?,
            notes.shown.count(tx, *guild)?,
            notes.by_letter.page(tx, *guild, Direction::Backward, EVERYTHING)?,
            notes.weights.total(tx, *guild)?,
        ),
        Act::Walk(guild) => {
            let mut seen = Vec::new();
            rows.for_each(tx, *guild, |key, note| {
                if seen.len() % 2 == 0 {
                    touch(&key)?;
                }
                seen.push((key, note));
                Ok(())
            })?;
            format!("{seen:?}")
        }
        Act::Step(key, touches) => {
            let step = tx.step(|tx| -> Result<()> {
                rows.page(tx, key.0, Direction::Forward, EVERYTHING)?;
                if *touches {
                    touch(key)?;
                }
                Err(NotesRefusal::Closed.into())
            })?;
            format!("{:?}", step.unwrap_err().code)
        }
    })
}

/// Runs an operation; gives what its acts said, and how it ended.
fn run(store: &Store, notes: Notes, acts: &[Act], ending: Ending) -> (Vec<String>, Result<(), String>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let (acts, saying) = (acts.to_vec(), Arc::clone(&said));
    let ended = store.write_blocking("acts", move |tx| {
        saying.lock().unwrap().clear();
        for act in &acts {
            let words = perform(notes, tx, act)?;
            saying.lock().unwrap().push(words);
        }
        match ending {
            Ending::Done => Ok(()),
            Ending::Refused => Err(NotesRefusal::Closed.into()),
            Ending::Failed => Err(Error::failed("on purpose")),
        }
    });
    let said = said.lock().unwrap().clone();
    (said, ended.map_err(|error| error.to_string()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_table_that_holds_rows_back_answers_refuses_and_stores_as_any_other(operations in operations()) {
        let (plain, held) = (store_of(PLAIN.rows), store_of(HELD.rows));
        for (acts, ending) in operations {
            prop_assert_eq!(run(&plain, PLAIN, &acts, ending), run(&held, HELD, &acts, ending), "{:?}", acts);
            prop_assert_eq!(plain.raw_rows(), held.raw_rows(), "{:?}", acts);
        }
        prop_assert_eq!(held.check_blocking().unwrap(), []);
    }
}

static ENCODED: AtomicUsize = AtomicUsize::new(0);

/// Counts how often it is made into bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Counter(u64);

impl Serialize for Counter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ENCODED.fetch_add(1, Ordering::Relaxed);
        serializer.serialize_newtype_struct("Counter", &self.0)
    }
}

impl Record for Counter {}

static COUNTERS: Table<NoteKey, Counter> = Table::new("notes.counters", &[]).held_back();

#[test]
fn a_row_that_one_operation_writes_a_hundred_times_is_encoded_once() {
    let store = store_of(&COUNTERS);
    let key = (GUILD, MessageId::new(1));
    let count = move |tx: &Tx<'_>| -> Result<()> {
        (0..100).try_for_each(|_| COUNTERS.change(tx, &key, || Counter(0), |counter| counter.0 += 1).map(drop))
    };
    store.write_blocking("count", count).unwrap();
    assert_eq!(ENCODED.load(Ordering::Relaxed), 1);
    let stored = store.read_blocking("look", |read| COUNTERS.get(read, &key)).unwrap();
    assert_eq!(stored, Some(Counter(100)));
}

static TEXTS: Table<NoteKey, String> = Table::new("notes.texts", &[]).held_back();

fn text_key(id: u64) -> NoteKey {
    (GUILD, MessageId::new(id))
}

#[test]
fn more_rows_than_are_held_are_all_there() {
    let store = store_of(&TEXTS);
    let count = store.write_blocking("many", |tx| {
        for id in 0..10_000 {
            TEXTS.put(tx, &text_key(id), &id.to_string())?;
        }
        assert_eq!(TEXTS.get(tx, &text_key(1))?, Some("1".to_owned()));
        TEXTS.len(tx)
    });
    assert_eq!(count.unwrap(), 10_000);
    let last = store.read_blocking("look", |read| TEXTS.get(read, &text_key(9_999))).unwrap();
    assert_eq!(last, Some("9999".to_owned()));
}

#[test]
fn an_operation_with_a_row_that_cannot_be_stored_fails_whole_and_the_next_one_goes_on() {
    let store = store_of(&TEXTS);
    let failed = store.write_blocking("too much", |tx| {
        TEXTS.put(tx, &text_key(1), &"small".to_owned())?;
        TEXTS.put(tx, &text_key(2), &"x".repeat(MAX_ROW_BYTES + 1))
    });
    assert!(matches!(StoreError::of(&failed.unwrap_err()), Some(StoreError::Unwritable(_))));
    store.write_blocking("small", |tx| TEXTS.put(tx, &text_key(3), &"small".to_owned())).unwrap();
    let kept = store.read_blocking("look", |read| TEXTS.page(read, GUILD, Direction::Forward, 9)).unwrap();
    assert_eq!(kept, [(text_key(3), "small".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_operations_of_a_batch_held_is_kept_without_those_that_failed() {
    let store = store_of(&TEXTS);
    let release = hold_the_writer(&store).await;
    let call = |id: u64| {
        let store = store.clone();
        tokio::spawn(async move {
            let add = move |tx: &Tx<'_>| -> Result<()> {
                let before = TEXTS.get(tx, &text_key(0))?.unwrap_or_default();
                TEXTS.put(tx, &text_key(0), &format!("{before}{id}"))?;
                match id {
                    2 => Err(Error::failed("after the write")),
                    3 => panic!("on purpose"),
                    4 => Err(NotesRefusal::Closed.into()),
                    _ => Ok(()),
                }
            };
            store.write("add", add).await
        })
    };
    let callers: Vec<_> = (1..=5).map(call).collect();
    drop(release);
    let mut done = Vec::new();
    for caller in callers {
        done.push(caller.await.unwrap().is_ok());
    }
    assert_eq!(done, [true, false, false, false, true]);
    let kept = store.read("look", |read| TEXTS.get(read, &text_key(0))).await.unwrap().unwrap();
    assert!(["15", "51"].contains(&kept.as_str()), "{kept}");
}
