//! The queue as it grows: the next song, and new scores for many.
//!
//! Greenroom has a song in two rows, of which the narrow one says where it stands and is written; SQLite has one row and
//! changes two columns of it. On both sides four indexes follow: line, played, waiting by member, order of the queue. Then
//! what plays and the pace are written, and what the song may have cost is looked up. New scores change the row and the order
//! alone. Greenroom also counts its order, so that a place in it is known at once; SQLite would count when it is asked.

use std::fs;
use std::time::Duration;

use greenroom::features::queue::service;
use greenroom::flows;
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, Store};
use rusqlite::{Connection, Transaction, params};
use tempfile::TempDir;

use crate::GUILD;
use crate::report::{Cost, Report};
use crate::sqlite::{create, first, number, open, run, set_cache, transact};
use crate::support::fill::{self, in_parts, submitter};
use crate::support::runs::timed;
use crate::support::{FILLING, folder, progress, store};
use crate::writes::Writes;

/// Songs that are played on each size of the queue.
const PLAYS: u64 = 200;
/// Plays before that, while caches and files are cold.
const FIRST_PLAYS: u64 = 50;
/// Songs that are played to count what is written; SQLite plays on to its next checkpoint.
const COUNTED_PLAYS: u64 = 100;
const GREENROOM: &str = "greenroom.redb";
const SQLITE: &str = "sqlite.db";

/// `/next`, each durable: on the disk, and in memory for the work without the disk.
pub fn next_as_it_grows(report: &mut Report) {
    let sizes = [(1_000, "1k"), (100_000, "100k"), (1_000_000, "1M")];
    let times = sizes.map(|(songs, name)| {
        let mut queues = Queues::of(songs);
        let durable = queues.play();
        let written = queues.count();
        queues.move_to_memory();
        let in_memory = queues.play();
        let costs = (Cost::of(durable.0, written.0), Cost::of(durable.1, written.1));
        report.add(&format!("/next with {name} songs, durable"), costs.0, costs.1);
        report.add(&format!("/next with {name} songs, without the disk"), in_memory.0, in_memory.1);
        (durable.0, in_memory.0)
    });
    let [(small, small_work), _, (large, large_work)] = times;
    for (name, small, large) in [("durable", small, large), ("without the disk", small_work, large_work)] {
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        let what = format!("/next at 1M rows against 1k rows, {name}");
        report.target(&what, "under 2.5 ×", format!("{ratio:.2} ×"), ratio < 2.5);
    }
}

/// New scores for 10,000 of 105,000 songs in one transaction, as the score sync gives them.
pub fn rescore(report: &mut Report) {
    const SONGS: u64 = 105_000;
    const CHANGED: u64 = 10_000;
    const ROUNDS: u64 = 5;
    const COUNTED: u64 = 2;
    let mut queues = Queues::of(SONGS);
    let scored = |n: u64, round: u64| (submitter(n * 10), i64::try_from(fill::scattered(n + round) % 10_000).unwrap());
    let by_greenroom = |store: &Store, round: u64| {
        let rescored = store.write_blocking("rescore", move |tx| {
            (0..CHANGED).try_for_each(|n| {
                let (user, score) = scored(n, round);
                service::rescore(tx, GUILD, user, score).map(drop)
            })
        });
        rescored.unwrap();
    };
    let by_sqlite = |connection: &mut Connection, round: u64| {
        transact(connection, |tx| {
            for n in 0..CHANGED {
                let (user, score) = scored(n, round);
                set_score(tx, number(user.get()), score);
            }
        });
    };
    let greenroom = timed(ROUNDS, |round| by_greenroom(&queues.store, round)).median();
    let sqlite = timed(ROUNDS, |round| by_sqlite(&mut queues.connection, round)).median();
    let written = Writes::of_greenroom(COUNTED, || {
        (0..COUNTED).for_each(|round| by_greenroom(&queues.store, ROUNDS + round));
    });
    let greenroom = Cost::of(greenroom, written);
    let written =
        Writes::of_sqlite(&mut queues.connection, COUNTED, |connection, round| by_sqlite(connection, ROUNDS + round));
    report.add("new scores for 10k of 105k songs", greenroom, Cost::of(sqlite, written));
}

/// The same songs on both sides.
struct Queues {
    store: Store,
    connection: Connection,
    folder: TempDir,
}

impl Queues {
    fn of(songs: u64) -> Self {
        progress(&format!("filling {songs} songs"));
        let folder = folder();
        let file = folder.path().join(GREENROOM);
        let filling = store(&file, FILLING);
        fill::songs(&filling, GUILD, songs);
        filling.close_blocking();
        let mut connection = create(&folder.path().join(SQLITE));
        fill_sqlite(&mut connection, songs);
        Self { store: store(&file, Options::CACHE_BYTES), connection, folder }
    }

    /// Plays songs in a transaction each; the medians of Greenroom and SQLite.
    fn play(&mut self) -> (Duration, Duration) {
        let mut by_greenroom = |_| {
            self.store.write_blocking("next", |tx| flows::song_played::run(tx, GUILD).map(drop)).unwrap();
        };
        timed(FIRST_PLAYS, &mut by_greenroom);
        let greenroom = timed(PLAYS, by_greenroom);
        let mut by_sqlite = |_| transact(&mut self.connection, play_next);
        timed(FIRST_PLAYS, &mut by_sqlite);
        let sqlite = timed(PLAYS, by_sqlite);
        (greenroom.median(), sqlite.median())
    }

    /// What one play writes, by Greenroom and by SQLite.
    fn count(&mut self) -> (Writes, Writes) {
        let greenroom = Writes::of_greenroom(COUNTED_PLAYS, || {
            for _ in 0..COUNTED_PLAYS {
                self.store.write_blocking("next", |tx| flows::song_played::run(tx, GUILD).map(drop)).unwrap();
            }
        });
        let by_sqlite = |connection: &mut Connection, _| transact(connection, play_next);
        (greenroom, Writes::of_sqlite(&mut self.connection, COUNTED_PLAYS, by_sqlite))
    }

    /// Moves the files to where a sync costs nothing.
    fn move_to_memory(&mut self) {
        let memory = folder_in_memory();
        self.store.close_blocking();
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        for file in [GREENROOM, SQLITE] {
            fs::copy(self.folder.path().join(file), memory.path().join(file)).unwrap();
        }
        self.store = store(&memory.path().join(GREENROOM), Options::CACHE_BYTES);
        self.connection = open(&memory.path().join(SQLITE));
        self.folder = memory;
    }
}

impl Drop for Queues {
    fn drop(&mut self) {
        self.store.close_blocking();
    }
}

/// A folder in memory, where a sync costs nothing; on the disk where there is none. Removed when dropped.
fn folder_in_memory() -> TempDir {
    tempfile::Builder::new().prefix("bench-").tempdir_in("/dev/shm").unwrap_or_else(|_| folder())
}

/// The lengths of the last 20 reviews, as the pace keeps them.
const LENGTHS: &str = "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0";

/// What `flows::song_played` does for a song of the Free line, in SQL.
fn play_next(tx: &Transaction<'_>) {
    let (guild, now) = (number(GUILD.get()), Clock::system().now().micros());
    let (id, user, public_id, line): (i64, i64, i64, i64) = tx
        .prepare_cached(
            "SELECT id, user, public_id, line, artist, title, url, note, tiktok_username FROM submissions \
             INDEXED BY submissions_in_order WHERE guild = ?1 AND line <= 6 ORDER BY line, score DESC, submitted_at LIMIT 1",
        )
        .unwrap()
        .query_row([guild], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap();
    assert_eq!(line, 5, "the song is in the Free line");
    let last_played = "SELECT played_at FROM submissions INDEXED BY submissions_by_played \
                       WHERE guild = ?1 AND played_at IS NOT NULL ORDER BY played_at DESC LIMIT 1";
    first(tx, last_played, [guild]);
    run(tx, "UPDATE submissions SET line = 7, played_at = ?2 WHERE id = ?1", params![id, now]);
    run(tx, "INSERT OR REPLACE INTO bot_config VALUES (?1, 'now_playing', ?2)", params![guild, public_id]);
    first(tx, "SELECT last_played FROM paces WHERE guild = ?1", [guild]);
    run(tx, "INSERT OR REPLACE INTO paces VALUES (?1, ?2, ?3)", params![guild, now, LENGTHS]);
    first(tx, "SELECT points FROM user_points WHERE guild = ?1 AND user = ?2", params![guild, user]);
    first(tx, "SELECT points FROM handles WHERE guild = ?1 AND linked = ?2", params![guild, user]);
    set_score(tx, user, 0);
    first(tx, "SELECT user FROM credits WHERE guild = ?1 AND song = ?2", params![guild, id]);
    first(tx, "SELECT 1 FROM bot_config WHERE guild = ?1 AND key = 'now_playing_channel_id'", [guild]);
}

/// The index is named because SQLite, without statistics, would walk the whole Free line for one member.
fn set_score(tx: &Transaction<'_>, user: i64, score: i64) {
    let sql = "UPDATE submissions INDEXED BY submissions_waiting SET score = ?3 \
               WHERE guild = ?1 AND user = ?2 AND line <= 6 AND line = 5 AND score <> ?3";
    run(tx, sql, params![number(GUILD.get()), user, score]);
}

fn fill_sqlite(connection: &mut Connection, songs: u64) {
    set_cache(connection, FILLING);
    in_parts(songs, |from, to| transact(connection, |tx| (from..to).for_each(|n| add(tx, n))));
    set_cache(connection, Options::CACHE_BYTES);
}

fn add(tx: &Transaction<'_>, n: u64) {
    let (song, place) = (fill::song(n), fill::place(n));
    let sql = "INSERT INTO submissions (guild, public_id, user, username, artist, title, platform, url, source, \
               tiktok_username, line, score, submitted_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'YouTube', ?7, ?8, ?9, ?10, ?11, ?12)";
    let parameters = params![
        number(GUILD.get()),
        song.public_id.get(),
        number(song.user.get()),
        song.username,
        song.artist,
        song.title,
        song.source.link_or_file(),
        song.source.key(),
        song.tiktok_username,
        place.line.rank(),
        place.score,
        place.submitted_at.micros(),
    ];
    run(tx, sql, parameters);
}
