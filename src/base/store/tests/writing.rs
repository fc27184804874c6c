//! The writer: batches, refusals, failures, panics, and what is published.

use std::sync::{Arc, Mutex, mpsc};

use rand::Rng;
use tokio::sync::broadcast::error::TryRecvError;

use super::sample::{GUILD, SONGS, SONGS_BY_LINK, in_memory, key, song};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::patience::within;
use crate::refusals;
use crate::store::{Change, Direction, Store, StoreError, Topic, Tx, through};

const SONG_LIST: Topic = Topic::new("songs");

refusals! {
    enum SongsRefusal {
        ListFull => "songs.full", "The list is full.";
    }
}

fn add(tx: &Tx<'_>, id: u64) -> Result<u64> {
    tx.publish(SONG_LIST, GuildId::new(id));
    SONGS.insert(tx, &key(id), &song(&format!("link {id}")))?;
    Ok(id)
}

fn song_count(store: &Store) -> u64 {
    store.read_blocking("count", |read| SONGS.len(read)).unwrap()
}

/// Keeps the writer busy until the returned sender is dropped, so that what is sent meanwhile becomes one batch.
pub(super) async fn hold_the_writer(store: &Store) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (tell, holding) = mpsc::channel();
    let held = std::sync::Mutex::new(held);
    let holder = store.clone();
    tokio::spawn(async move {
        holder
            .write("hold", move |_| {
                tell.send(()).unwrap();
                let _ = held.lock().unwrap().recv();
                Ok(())
            })
            .await
    });
    tokio::task::spawn_blocking(move || holding.recv().unwrap()).await.unwrap();
    release
}

#[test]
fn a_write_is_seen_by_later_reads() {
    let store = in_memory();
    store.write_blocking("add", |tx| add(tx, 1)).unwrap();
    let found = store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap();
    assert_eq!(found, Some(song("link 1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_many_callers_are_answered_and_their_changes_published() {
    let store = in_memory();
    let mut changes = store.changes();
    let callers: Vec<_> = (1..=32)
        .map(|id| {
            let store = store.clone();
            tokio::spawn(async move { store.write("add", move |tx| add(tx, id)).await })
        })
        .collect();
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.unwrap().unwrap());
    }
    assert_eq!(answers, (1..=32).collect::<Vec<_>>());
    let mut told = Vec::new();
    while let Ok(change) = changes.try_recv() {
        told.push(change.guild.get());
    }
    told.sort_unstable();
    assert_eq!(told, (1..=32).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_of_a_batch_knows_by_which_door_it_was_asked_for() {
    let store = in_memory();
    let release = hold_the_writer(&store).await;
    let asks = |door: Option<&'static str>| {
        let store = store.clone();
        let ask = async move { store.write("door", |tx| Ok(tx.door().map(|door| door.to_string()))).await.unwrap() };
        tokio::spawn(async move {
            match door {
                Some(door) => through(door, ask).await,
                None => ask.await,
            }
        })
    };
    let asked = [Some("page"), None, Some("token my bot"), None].map(|door| (door, asks(door)));
    drop(release);
    for (door, asked) in asked {
        assert_eq!(asked.await.unwrap().as_deref(), door);
    }
    let by_itself = store.write_blocking("door", |tx| Ok(tx.door().map(|door| door.to_string())));
    assert_eq!(by_itself.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_wrote_and_failed_and_one_that_panicked_do_not_spoil_the_batch() {
    crate::covers!("T-ADV-01", "T-ADV-03");
    let store = in_memory();
    let mut changes = store.changes();
    let release = hold_the_writer(&store).await;
    let call = |id: u64| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write("add", move |tx| {
                    let added = add(tx, id)?;
                    match id {
                        2 => Err(Error::failed("after the write")),
                        3 => panic!("on purpose"),
                        4 => Err(SongsRefusal::ListFull.into()),
                        _ => Ok(added),
                    }
                })
                .await
        })
    };
    let callers: Vec<_> = (1..=5).map(call).collect();
    drop(release);
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.unwrap());
    }
    assert_eq!(answers[0].as_ref().unwrap(), &1);
    assert_eq!(answers[1].as_ref().unwrap_err().to_string(), "after the write");
    assert_eq!(StoreError::of(answers[2].as_ref().unwrap_err()), Some(&StoreError::Panicked("add")));
    assert_eq!(answers[3].as_ref().unwrap_err().code(), "songs.full");
    assert_eq!(answers[4].as_ref().unwrap(), &5);
    let kept = store.read("look", |read| SONGS.page(read, GUILD, Direction::Forward, 9)).await.unwrap();
    assert_eq!(kept.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), [key(1), key(5)]);
    assert_eq!(store.check().await.unwrap(), []);
    let mut told = Vec::new();
    while let Ok(change) = changes.try_recv() {
        told.push(change.guild.get());
    }
    told.sort_unstable();
    assert_eq!(told, [1, 5]);
}

#[test]
fn nothing_is_published_by_an_operation_that_is_refused() {
    let store = in_memory();
    let mut changes = store.changes();
    let refused = store.write_blocking("refuse", |tx| -> Result<()> {
        tx.publish(SONG_LIST, GUILD);
        Err(SongsRefusal::ListFull.into())
    });
    assert_eq!(refused.unwrap_err().to_string(), "The list is full.");
    assert_eq!(changes.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_change_is_published_once_per_transaction() {
    let store = in_memory();
    let mut changes = store.changes();
    store
        .write_blocking("twice", |tx| {
            tx.publish(SONG_LIST, GUILD);
            tx.publish(SONG_LIST, GUILD);
            Ok(())
        })
        .unwrap();
    assert_eq!(changes.try_recv(), Ok(Change { topic: SONG_LIST, guild: GUILD }));
    assert_eq!(changes.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_step_may_refuse_but_not_after_it_wrote() {
    let store = in_memory();
    let tolerated = store.write_blocking("tolerate", |tx| {
        add(tx, 1)?;
        let step = tx.step(|_| -> Result<()> { Err(SongsRefusal::ListFull.into()) })?;
        Ok(step.unwrap_err().code)
    });
    assert_eq!(tolerated.unwrap(), "songs.full");
    let wrote = store.write_blocking("write first", |tx| {
        tx.step(|tx| -> Result<()> {
            add(tx, 2)?;
            Err(SongsRefusal::ListFull.into())
        })
    });
    assert_eq!(StoreError::of(&wrote.unwrap_err()), Some(&StoreError::RefusedAfterWriting("songs.full")));
    assert_eq!(song_count(&store), 1);
}

#[test]
fn a_second_row_with_a_unique_entry_fails_and_names_the_index() {
    let store = in_memory();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &song("same"))).unwrap();
    let error = store.write_blocking("add", |tx| SONGS.insert(tx, &key(2), &song("same"))).unwrap_err();
    assert_eq!(error.to_string(), r#"sample.songs_by_link already holds guild 1, "same" for another row"#);
    let owner = store.read_blocking("look", |read| SONGS_BY_LINK.get(read, &(GUILD, "same".into()))).unwrap();
    assert_eq!(owner, Some(key(1)));
    assert_eq!(store.check_blocking().unwrap(), []);
}

#[test]
fn an_insert_needs_a_free_key_and_an_update_needs_a_row() {
    let store = in_memory();
    store.write_blocking("add", |tx| add(tx, 1)).unwrap();
    let taken = store.write_blocking("add", |tx| add(tx, 1)).unwrap_err();
    assert_eq!(taken.to_string(), "sample.songs already holds guild 1, message 1");
    let missing = store.write_blocking("update", |tx| SONGS.update(tx, &key(2), |song| song.score = 1)).unwrap_err();
    assert_eq!(missing.to_string(), "sample.songs does not hold guild 1, message 2");
}

#[test]
fn numbers_of_a_sequence_follow_each_other_in_each_guild() {
    let store = in_memory();
    let drawn = store.write_blocking("ids", |tx| {
        let other = GuildId::new(2);
        Ok([
            tx.next_id(GUILD, "song")?,
            tx.next_id(GUILD, "song")?,
            tx.next_id(GUILD, "vote")?,
            tx.next_id(other, "song")?,
        ])
    });
    assert_eq!(drawn.unwrap(), [1, 2, 1, 1]);
    let lost = store.write_blocking("fail", |tx| -> Result<()> {
        tx.next_id(GUILD, "song")?;
        Err(Error::failed("later"))
    });
    assert!(lost.is_err());
    assert_eq!(store.write_blocking("id", |tx| tx.next_id(GUILD, "song")).unwrap(), 3);
}

#[test]
fn time_and_chance_come_from_the_transaction() {
    let store = in_memory();
    let roll = || store.write_blocking("roll", |tx| Ok((tx.now(), tx.dice("draw", 5).random::<u64>()))).unwrap();
    assert_eq!(roll(), roll());
    assert_eq!(roll().0.micros(), 1_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_answers_what_was_queued_and_refuses_the_rest() {
    let store = in_memory();
    let release = hold_the_writer(&store).await;
    let queued = store.write("add", |tx| add(tx, 1));
    tokio::pin!(queued);
    // Waiting for it once is enough to queue it.
    tokio::select! {
        biased;
        _ = &mut queued => panic!("the writer is held"),
        () = std::future::ready(()) => {}
    }
    let closing = tokio::spawn({
        let store = store.clone();
        async move { store.close().await }
    });
    drop(release);
    closing.await.unwrap();
    assert_eq!(queued.await.unwrap(), 1);
    for error in [
        store.write("late", |_| Ok(())).await.unwrap_err(),
        store.read("late", |_| Ok(())).await.unwrap_err(),
        store.write_blocking("late", |_| Ok(())).unwrap_err(),
    ] {
        assert_eq!(StoreError::of(&error), Some(&StoreError::Closed));
    }
    within("the store is closed", store.close()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_read_reaches_its_caller_as_a_failure() {
    let store = in_memory();
    let error = store.read("panic", |_| -> Result<()> { panic!("on purpose") }).await.unwrap_err();
    assert_eq!(StoreError::of(&error), Some(&StoreError::Panicked("panic")));
    assert_eq!(song_count(&store), 0);
}

/// Begins what is to be waited for; true while it is not done.
fn is_waiting(work: &mut (impl Future + Unpin)) -> bool {
    std::pin::Pin::new(work).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_pending()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_noted_for_after_the_commit_happens_once_and_only_then() {
    let store = in_memory();
    let noted = Arc::new(Mutex::new(Vec::new()));
    let note = |word: &'static str| {
        let noted = Arc::clone(&noted);
        move |tx: &Tx<'_>| {
            let noted = Arc::clone(&noted);
            tx.after_commit(move || noted.lock().unwrap().push(word));
        }
    };
    let (done, refused, step, spoiler) = (note("done"), note("refused"), note("step"), note("spoiler"));
    let held = hold_the_writer(&store).await;
    // In one batch, which the one that panics lets run a second time.
    let kept = store.write("done", move |tx| {
        done(tx);
        let refusal = tx.step(|tx| {
            step(tx);
            Err::<(), _>(SongsRefusal::ListFull.into())
        })?;
        assert!(refusal.is_err());
        add(tx, 1)
    });
    let lost = store.write("refused", move |tx| {
        refused(tx);
        Err::<(), _>(SongsRefusal::ListFull.into())
    });
    let spoiled = store.write("panics", move |tx| -> Result<()> {
        spoiler(tx);
        add(tx, 2)?;
        panic!("on order")
    });
    let (mut kept, mut lost, mut spoiled) = (Box::pin(kept), Box::pin(lost), Box::pin(spoiled));
    // All three are asked for before the writer goes on.
    assert!(is_waiting(&mut kept));
    assert!(is_waiting(&mut lost));
    assert!(is_waiting(&mut spoiled));
    drop(held);
    let ends = (kept.await.is_ok(), lost.await.is_ok(), spoiled.await.is_ok());
    assert_eq!(ends, (true, false, false));
    assert_eq!(*noted.lock().unwrap(), ["done"]);
}
