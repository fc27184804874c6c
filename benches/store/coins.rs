//! A coin operation: the balance changes, and the ledger says why.
//!
//! Both sides read and write the balance, take the next number of the ledger, add the entry and its line in the index by
//! account, and add to the sums of the day and kind: four rows and one index. From many callers Greenroom's operations share a
//! transaction where they wait for the same sync; SQLite has one for each, so each of them writes what one alone writes.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use criterion::Criterion;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::service;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, Store, Tx};
use rusqlite::{Connection, Transaction, params};

use crate::GUILD;
use crate::report::{Cost, Report};
use crate::sqlite::{create, first, next_id, number, run, transact};
use crate::support::runs::{sampled, timed};
use crate::support::{folder, progress, store};
use crate::writes::Writes;

/// Who asks at once.
const CALLERS: u64 = 64;
/// The same, as the distance between two operations of one caller.
const STEP: usize = 64;
/// Operations of all of them together.
const OPERATIONS: u64 = 10_000;
/// Who has coins.
pub const MEMBERS: u64 = 1_000;
/// How often that is measured.
const ROUNDS: u64 = 5;
/// Operations alone whose writes are counted.
const COUNTED: u64 = 1_000;
const REASON: &str = "won the quiz of the evening";

/// One operation after the other, each durable.
pub fn alone(criterion: &mut Criterion, report: &mut Report) {
    progress("a durable coin operation alone");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let mut connection = create(&folder.path().join("sqlite.db"));
    let ask = |n| store.write_blocking("coins", move |tx| service::apply(tx, GUILD, &posting(n)).map(drop)).unwrap();
    let greenroom = sampled(criterion, "coin operation alone/greenroom", ask);
    let sqlite = sampled(criterion, "coin operation alone/sqlite", |n| pay(&mut connection, n));
    let greenroom = Cost::of(greenroom, Writes::of_greenroom(COUNTED, || (0..COUNTED).for_each(ask)));
    let sqlite = Cost::of(sqlite, Writes::of_sqlite(&mut connection, COUNTED, pay));
    report.add("a durable coin operation, alone", greenroom, sqlite);
    store.close_blocking();
}

/// The same from many callers who each wait for a durable answer.
pub fn from_many_callers(report: &mut Report) {
    progress("10,000 durable coin operations from 64 callers");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let connection = create(&folder.path().join("sqlite.db"));
    let operation = |tx: &Tx<'_>, n| service::apply(tx, GUILD, &posting(n)).map(drop);
    let ratio = of_many(report, "10,000 of them from 64 callers, per operation", &store, connection, operation, pay);
    report.target("64 callers with durable coin operations", "8 × SQLite FULL", format!("{ratio:.1} ×"), ratio >= 8.0);
    store.close_blocking();
}

/// One of many operations, by its number, in Greenroom's store.
type Operation = fn(&Tx<'_>, u64) -> Result<()>;

/// Measures 10,000 operations of 64 callers on both sides, and answers how many times as fast Greenroom is.
pub fn of_many(
    report: &mut Report,
    title: &'static str,
    store: &Store,
    connection: Connection,
    operation: Operation,
    pay: fn(&mut Connection, u64),
) -> f64 {
    let connection = Arc::new(Mutex::new(connection));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let greenroom = timed(ROUNDS, |_| runtime.block_on(ask_store(store, operation))).median();
    let sqlite = timed(ROUNDS, |_| ask_sqlite(&connection, pay)).median();
    let each = |whole: Duration| whole / u32::try_from(OPERATIONS).unwrap();
    let written = Writes::of_greenroom(OPERATIONS, || runtime.block_on(ask_store(store, operation)));
    let greenroom = Cost::of(each(greenroom), written);
    let sqlite = Cost::of(each(sqlite), Writes::of_sqlite(&mut connection.lock().unwrap(), OPERATIONS, pay));
    report.add(title, greenroom, sqlite)
}

async fn ask_store(store: &Store, operation: Operation) {
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let store = store.clone();
        callers.spawn(async move {
            for n in (caller..OPERATIONS).step_by(STEP) {
                store.write("coins", move |tx| operation(tx, n)).await.unwrap();
            }
        });
    }
    callers.join_all().await;
}

fn ask_sqlite(connection: &Arc<Mutex<Connection>>, pay: fn(&mut Connection, u64)) {
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            scope.spawn(move || {
                for n in (caller..OPERATIONS).step_by(STEP) {
                    pay(&mut connection.lock().unwrap(), n);
                }
            });
        }
    });
}

/// Who gets coins by operation `n`.
pub fn user(n: u64) -> UserId {
    UserId::new(600_000_000_000_000_000 + n % MEMBERS)
}

/// Operation `n`.
pub fn posting(n: u64) -> Posting {
    let (currency, kind) = (Currency::Luxury, EntryKind::Daily);
    Posting { currency, user: user(n), delta: 5, kind, reason: REASON.to_owned(), actor: Actor::System }
}

fn pay(connection: &mut Connection, n: u64) {
    transact(connection, |tx| pay_in(tx, n));
}

/// What [`service::apply`] does, in SQL: balance, number, entry and the sums of the day.
pub fn pay_in(tx: &Transaction<'_>, n: u64) {
    let (guild, user) = (number(GUILD.get()), number(user(n).get()));
    let at = Clock::system().now();
    let balance = "SELECT amount FROM luxury_coins WHERE guild = ?1 AND user = ?2";
    let before = first(tx, balance, params![guild, user]).unwrap_or(0);
    let after = before + 5;
    run(tx, "INSERT OR REPLACE INTO luxury_coins VALUES (?1, ?2, ?3)", params![guild, user, after]);
    let id = next_id(tx, guild, "coins.ledger");
    run(
        tx,
        "INSERT INTO ledger VALUES (?1, ?2, 1, ?3, 5, ?4, ?5, 'daily', ?6, 'system', ?7)",
        params![id, guild, user, before, after, REASON, at.micros()],
    );
    run(
        tx,
        "INSERT INTO days VALUES (?1, 1, ?2, 'daily', 0, 1, 5) \
         ON CONFLICT (guild, currency, day, kind, went) DO UPDATE SET entries = entries + 1, sum = sum + 5",
        params![guild, at.day()],
    );
}
