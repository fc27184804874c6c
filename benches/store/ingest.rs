//! An evening's live events, in batches: interactions, points of handles and members, credits of gifts.
//!
//! Both sides look each person of a batch up once, write an interaction for each event with its line in the index by
//! account, and a credit for each gift of a member. Everything else is added up and written once in a batch: what each person
//! did in the session (its index of who is on watch does not change), the handle, the member's points, those that the ledger
//! does not list yet, the mark for the score sync, the coins of the minute, the last numbers, the session.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use greenroom::flows;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::{Stopwatch, Timestamp};
use greenroom::live::{Gift, Handle, LiveEvent, Occurrence, Viewer};
use greenroom::store::Options;
use rusqlite::{Connection, Transaction, params};

use crate::GUILD;
use crate::report::{Cost, Report};
use crate::sqlite::{create, first, number, run, transact};
use crate::support::fill::{account, scattered};
use crate::support::{folder, progress, store};
use crate::writes::Writes;

const EVENTS: u64 = 200_000;
const BATCH: u64 = 256;
/// Batches behind those, whose writes are counted.
const COUNTED: u64 = 50;
/// People on the live; every second one is linked to a member.
const VIEWERS: u64 = 2_000;
const START: Timestamp = Timestamp::from_millis(1_795_291_200_000);
const SESSION: i64 = 1;
/// How long somebody is taken to be there after the last thing that they did, in microseconds.
const IDLE: i64 = 900_000_000;

/// 200,000 events, each batch durable before the next.
pub fn of_live_events(report: &mut Report) {
    progress("200,000 live events in batches of 256");
    let (greenroom, written) = by_greenroom();
    let (sqlite, written_by_sqlite) = by_sqlite();
    report.add("200k live events in batches of 256", greenroom, sqlite);
    let each =
        |whole: Duration, written: Writes| Cost::of(whole / u32::try_from(EVENTS).unwrap(), written.each_of(BATCH));
    report.add("the same, per event", each(greenroom, written), each(sqlite, written_by_sqlite));
}

fn by_greenroom() -> (Duration, Writes) {
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
    let take = |events: Vec<LiveEvent>| {
        let streamer = streamer.clone();
        let effects =
            store.write_blocking("live_events", move |tx| flows::live_events::run(tx, GUILD, &streamer, &events));
        assert_eq!(effects.unwrap().dropped, 0);
    };
    let batches = batches();
    let watch = Stopwatch::start();
    batches.into_iter().for_each(take);
    let time = watch.elapsed();
    let written = Writes::of_greenroom(COUNTED, || (0..COUNTED).map(batch_behind).for_each(take));
    store.close_blocking();
    (time, written)
}

fn by_sqlite() -> (Duration, Writes) {
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
        let session = "INSERT INTO sessions VALUES (?1, ?2, 'nightowl.reviews', ?3, NULL, ?3, 1)";
        run(tx, session, params![SESSION, guild(), START.micros()]);
        run(tx, "INSERT INTO numbers VALUES (?1, 0, 0, 0)", [guild()]);
    });
    let batches = batches();
    let watch = Stopwatch::start();
    for events in &batches {
        ingest(&mut connection, events);
    }
    let time = watch.elapsed();
    let take = |connection: &mut Connection, n| ingest(connection, &batch_behind(n));
    (time, Writes::of_sqlite(&mut connection, COUNTED, take))
}

fn batches() -> Vec<Vec<LiveEvent>> {
    let from = (0..EVENTS).step_by(usize::try_from(BATCH).unwrap());
    from.map(|from| (from..(from + BATCH).min(EVENTS)).map(event).collect()).collect()
}

/// Batch `n` of those that come behind the others.
fn batch_behind(n: u64) -> Vec<LiveEvent> {
    let from = EVENTS + n * BATCH;
    (from..from + BATCH).map(event).collect()
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

/// What somebody did in a batch.
#[derive(Default)]
struct Deeds {
    linked: Option<i64>,
    joins: i64,
    likes: i64,
    comments: i64,
    shares: i64,
    gifts: i64,
    coins: i64,
    points: i64,
    first: i64,
    last: i64,
}

/// What an event is worth: the kind of its interaction, points, its text, and coins where it is a gift.
type Worth = (i64, i64, Option<String>, Option<i64>);

impl Deeds {
    fn add(&mut self, what: &Occurrence, (_, points, _, coins): &Worth, at: i64) {
        match what {
            Occurrence::Joined(_) => self.joins += 1,
            Occurrence::Liked(_, count) => self.likes += i64::from(*count),
            Occurrence::Commented(..) => self.comments += 1,
            Occurrence::Shared(_) => self.shares += 1,
            Occurrence::Gifted(..) => self.gifts += 1,
            _ => {}
        }
        self.points += points;
        self.coins += coins.unwrap_or(0);
        self.last = at;
    }
}

/// What `flows::live_events` does with these events, in SQL: rows at once, sums once in a batch.
fn ingest(connection: &mut Connection, events: &[LiveEvent]) {
    transact(connection, |tx| {
        // The points that events are worth, and the like.
        first(tx, "SELECT count(*) FROM bot_config WHERE guild IN (0, ?1)", [guild()]);
        first(tx, "SELECT id FROM sessions WHERE guild = ?1 AND ended_at IS NULL", [guild()]);
        let of_guild = "SELECT interaction, participant FROM numbers WHERE guild = ?1";
        let (mut number, mut people): (i64, i64) =
            tx.prepare_cached(of_guild).unwrap().query_row([guild()], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let mut ids: HashMap<&Handle, i64> = HashMap::new();
        let mut seen: BTreeMap<i64, Deeds> = BTreeMap::new();
        let mut minutes: BTreeMap<i64, i64> = BTreeMap::new();
        for event in events {
            let (viewer, at) = (event.what.viewer().unwrap(), event.at.micros());
            let handle = viewer.handle.as_ref().unwrap();
            let id = *ids.entry(handle).or_insert_with(|| {
                let (id, linked) = account_of(tx, handle);
                seen.insert(id, Deeds { linked, first: at, ..Deeds::default() });
                id
            });
            let worth = worth(&event.what);
            let deeds = seen.get_mut(&id).unwrap();
            deeds.add(&event.what, &worth, at);
            let (kind, _, value, coins) = worth;
            number += 1;
            run(
                tx,
                "INSERT INTO interactions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 7, ?8)",
                params![guild(), SESSION, number, id, kind, value, coins, at],
            );
            if let Some(coins) = coins {
                *minutes.entry((at - START.micros()) / 60_000_000).or_default() += coins;
                add_gift(tx, id, deeds.linked, coins);
            }
        }
        write_people(tx, &seen, &mut people);
        write_sums(tx, &seen, &minutes);
        run(tx, "INSERT OR REPLACE INTO numbers VALUES (?1, ?2, 0, ?3)", params![guild(), number, people]);
        let last = events.last().map(|event| event.at.micros());
        run(tx, "UPDATE sessions SET last_event_at = ?2 WHERE id = ?1", params![SESSION, last]);
    });
}

/// The number of the account of a handle, and whose it is.
fn account_of(tx: &Transaction<'_>, handle: &Handle) -> (i64, Option<i64>) {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    tx.prepare_cached("SELECT id, linked FROM handles WHERE guild = ?1 AND handle = ?2")
        .unwrap()
        .query_row(params![guild(), handle.as_str()], row)
        .unwrap()
}

fn worth(what: &Occurrence) -> Worth {
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

/// A gift is completed by what was told of it before, belongs to no streak, and is credited to a member.
fn add_gift(tx: &Transaction<'_>, account: i64, user: Option<i64>, coins: i64) {
    let told = "SELECT unit_coins FROM told_gifts WHERE guild = ?1 AND session = ?2 AND gift = 1";
    if first(tx, told, params![guild(), SESSION]).is_none() {
        run(tx, "INSERT INTO told_gifts VALUES (?1, ?2, 1, 'Rose', 1)", params![guild(), SESSION]);
    }
    let streak =
        "SELECT seen FROM streaks WHERE guild = ?1 AND session = ?2 AND account = ?3 AND gift = 1 AND number = 0";
    first(tx, streak, params![guild(), SESSION, account]);
    let Some(user) = user else { return };
    let before = "SELECT coins FROM credits WHERE guild = ?1 AND session = ?2 AND user = ?3";
    let before = first(tx, before, params![guild(), SESSION, user]).unwrap_or(0);
    run(
        tx,
        "INSERT OR REPLACE INTO credits VALUES (?1, ?2, ?3, ?4, NULL)",
        params![guild(), SESSION, user, before + coins],
    );
}

/// What people did in the session. Whoever is new gets a number, and is on watch from then on; that is in the index once.
fn write_people(tx: &Transaction<'_>, seen: &BTreeMap<i64, Deeds>, last_number: &mut i64) {
    let sql = "INSERT INTO participants VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, ?9, ?10, ?11, 0, ?12, ?13, 0, 0, \
               NULL, NULL, 1) \
               ON CONFLICT (guild, session, account) DO UPDATE SET joins = joins + excluded.joins, \
               likes = likes + excluded.likes, comments = comments + excluded.comments, \
               shares = shares + excluded.shares, gifts = gifts + excluded.gifts, coins = coins + excluded.coins, \
               points = points + excluded.points, present_until = max(present_until, excluded.present_until) \
               RETURNING number";
    let guild = guild();
    for (id, deeds) in seen {
        let Deeds { joins, likes, comments, shares, gifts, coins, points, first: from, last, .. } = deeds;
        let (new, until) = (*last_number + 1, last + IDLE);
        let number = first(
            tx,
            sql,
            params![guild, SESSION, id, new, joins, likes, comments, shares, gifts, coins, points, from, until],
        );
        if number == Some(new) {
            *last_number = new;
        }
    }
}

fn write_sums(tx: &Transaction<'_>, seen: &BTreeMap<i64, Deeds>, minutes: &BTreeMap<i64, i64>) {
    for (id, Deeds { linked, points, last, .. }) in seen {
        let sql = "UPDATE handles SET last_seen = ?2, level = 7, points = points + ?3 WHERE id = ?1";
        run(tx, sql, params![id, last, points]);
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
    for (minute, coins) in minutes {
        let sql = "INSERT INTO coins_by_minute VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (guild, session, minute) DO UPDATE SET coins = coins + excluded.coins";
        run(tx, sql, params![guild(), SESSION, minute, coins]);
    }
}
