//! An evening's live events, in batches: interactions, points of handles and members, credits of gifts.

use std::collections::BTreeMap;
use std::time::Duration;

use greenroom::flows;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::{Stopwatch, Timestamp};
use greenroom::live::{Gift, Handle, LiveEvent, Occurrence, Viewer};
use greenroom::store::Options;
use rusqlite::{Connection, Transaction, params};

use crate::GUILD;
use crate::report::Report;
use crate::sqlite::{create, first, number, run, transact};
use crate::support::fill::{account, scattered};
use crate::support::{folder, progress, store};

const EVENTS: u64 = 200_000;
const BATCH: u64 = 256;
/// People on the live; every second one is linked to a member.
const VIEWERS: u64 = 2_000;
const START: Timestamp = Timestamp::from_millis(1_795_291_200_000);
const SESSION: i64 = 1;

/// 200,000 events, each batch durable before the next.
pub fn of_live_events(report: &mut Report) {
    progress("200,000 live events in batches of 256");
    let greenroom = by_greenroom();
    let sqlite = by_sqlite();
    report.add("200k live events in batches of 256", greenroom, sqlite);
    let each = |whole: Duration| whole / u32::try_from(EVENTS).unwrap();
    report.add("the same, per event", each(greenroom), each(sqlite));
}

fn by_greenroom() -> Duration {
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let streamer = Handle::parse("nightowl.reviews").unwrap();
    let connect = {
        let streamer = streamer.clone();
        move |tx: &greenroom::store::Tx<'_>| {
            for n in 0..VIEWERS {
                let linked = member(n);
                greenroom::features::handles::tables::add(tx, GUILD, {
                    let account = account(n);
                    greenroom::features::handles::model::Account { linked, ..account }
                })?;
            }
            let connected = [LiveEvent::new(START, Occurrence::Connected)];
            flows::live_events::run(tx, GUILD, &streamer, &connected).map(drop)
        }
    };
    store.write_blocking("connect", connect).unwrap();
    let batches: Vec<Vec<LiveEvent>> = batches().map(|batch| batch.map(event).collect()).collect();
    let watch = Stopwatch::start();
    for events in batches {
        let streamer = streamer.clone();
        let effects =
            store.write_blocking("live_events", move |tx| flows::live_events::run(tx, GUILD, &streamer, &events));
        assert_eq!(effects.unwrap().dropped, 0);
    }
    let time = watch.elapsed();
    store.close_blocking();
    time
}

fn by_sqlite() -> Duration {
    let folder = folder();
    let mut connection = create(&folder.path().join("sqlite.db"));
    transact(&mut connection, |tx| {
        for n in 0..VIEWERS {
            run(
                tx,
                "INSERT INTO handles (guild, handle, first_seen, last_seen, linked, points) \
                 VALUES (?1, ?2, ?3, ?3, ?4, 0)",
                params![guild(), account(n).handle.as_str(), START.micros(), member(n).map(|user| number(user.get()))],
            );
        }
        run(tx, "INSERT INTO sessions VALUES (?1, ?2, ?3)", params![SESSION, guild(), START.micros()]);
    });
    let batches: Vec<Vec<LiveEvent>> = batches().map(|batch| batch.map(event).collect()).collect();
    let watch = Stopwatch::start();
    for events in &batches {
        ingest(&mut connection, events);
    }
    watch.elapsed()
}

fn batches() -> impl Iterator<Item = std::ops::Range<u64>> {
    (0..EVENTS).step_by(usize::try_from(BATCH).unwrap()).map(|from| from..(from + BATCH).min(EVENTS))
}

fn guild() -> i64 {
    number(GUILD.get())
}

fn member(viewer: u64) -> Option<UserId> {
    viewer.is_multiple_of(2).then(|| UserId::new(600_000_000_000_000_000 + viewer))
}

/// Of twenty events eight are likes, six comments, three joins, two shares and one a rose.
fn event(n: u64) -> LiveEvent {
    let viewer = Viewer { level: Some(7), ..Viewer::named(account(scattered(n) % VIEWERS).handle) };
    let what = match n % 20 {
        0..8 => Occurrence::Liked(viewer, 15),
        8..14 => Occurrence::Commented(viewer, "this one is a banger, play it again".to_owned()),
        14..17 => Occurrence::Joined(viewer),
        17..19 => Occurrence::Shared(viewer),
        _ => {
            let gift = Gift { id: 1, name: "Rose".into(), unit_coins: 1, count: 1, is_streaking: false, group: 0 };
            Occurrence::Gifted(viewer, gift)
        }
    };
    LiveEvent::new(START.after(Duration::from_millis(n)), what)
}

/// What a handle did in a batch.
struct Seen {
    linked: Option<i64>,
    points: i64,
    at: i64,
}

/// What `flows::live_events` does with these events, in SQL: rows at once, sums once in a batch.
fn ingest(connection: &mut Connection, events: &[LiveEvent]) {
    transact(connection, |tx| {
        let last = "SELECT max(number) FROM interactions WHERE guild = ?1 AND session = ?2";
        let mut number: Option<i64> =
            tx.prepare_cached(last).unwrap().query_row(params![guild(), SESSION], |row| row.get(0)).unwrap();
        let mut seen: BTreeMap<i64, Seen> = BTreeMap::new();
        for event in events {
            let viewer = event.what.viewer().unwrap();
            let (id, linked) = tx
                .prepare_cached("SELECT id, linked FROM handles WHERE guild = ?1 AND handle = ?2")
                .unwrap()
                .query_row(params![guild(), viewer.handle.as_ref().map(Handle::as_str)], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .unwrap();
            let (kind, points, value, coins) = worth(&event.what);
            let number = number.insert(number.unwrap_or(0) + 1);
            run(
                tx,
                "INSERT INTO interactions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 7, ?8)",
                params![guild(), SESSION, *number, id, kind, value, coins, event.at.micros()],
            );
            let of_handle = seen.entry(id).or_insert(Seen { linked, points: 0, at: 0 });
            of_handle.points += points;
            of_handle.at = event.at.micros();
            if let (Some(user), Some(coins)) = (linked, coins) {
                add_credit(tx, user, coins);
            }
        }
        write_sums(tx, &seen);
    });
}

fn worth(what: &Occurrence) -> (i64, i64, Option<String>, Option<i64>) {
    match what {
        Occurrence::Liked(_, count) => (1, 1, Some(count.to_string()), None),
        Occurrence::Commented(_, text) => (2, 2, Some(text.clone()), None),
        Occurrence::Shared(_) => (3, 5, None, None),
        Occurrence::Gifted(_, gift) => {
            let coins = i64::from(gift.unit_coins * gift.count);
            (6, coins * 2, Some(gift.name.clone()), Some(coins))
        }
        _ => (0, 0, None, None),
    }
}

fn add_credit(tx: &Transaction<'_>, user: i64, coins: i64) {
    let before = "SELECT coins FROM credits WHERE guild = ?1 AND session = ?2 AND user = ?3";
    let before = first(tx, before, params![guild(), SESSION, user]).unwrap_or(0);
    run(
        tx,
        "INSERT OR REPLACE INTO credits VALUES (?1, ?2, ?3, ?4, NULL)",
        params![guild(), SESSION, user, before + coins],
    );
}

fn write_sums(tx: &Transaction<'_>, seen: &BTreeMap<i64, Seen>) {
    for (id, Seen { linked, points, at }) in seen {
        let sql = "UPDATE handles SET last_seen = ?2, level = 7, points = points + ?3 WHERE id = ?1";
        run(tx, sql, params![id, at, points]);
        if let (Some(user), true) = (linked, *points > 0) {
            for table in ["user_points", "points_unjournalled"] {
                let sql = format!(
                    "INSERT INTO {table} VALUES (?1, ?2, ?3) \
                     ON CONFLICT (guild, user) DO UPDATE SET points = points + excluded.points"
                );
                run(tx, &sql, params![guild(), user, points]);
            }
            run(tx, "INSERT OR IGNORE INTO points_changed VALUES (?1, ?2)", params![guild(), user]);
        }
    }
    run(tx, "UPDATE sessions SET last_event_at = last_event_at + 1 WHERE id = ?1", params![SESSION]);
}
