//! A coin operation: the balance changes, and the ledger says why.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use criterion::Criterion;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::service;
use greenroom::features::coins::weeks::WeekNumber;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, Store};
use rusqlite::{Connection, Transaction, params};

use crate::GUILD;
use crate::report::Report;
use crate::sqlite::{create, first, number, run, transact};
use crate::support::runs::{sampled, timed};
use crate::support::{folder, progress, store};

/// Who asks at once.
const CALLERS: u64 = 64;
/// The same, as the distance between two operations of one caller.
const STEP: usize = 64;
/// Operations of all of them together.
const OPERATIONS: u64 = 10_000;
/// Who has coins.
const MEMBERS: u64 = 1_000;
/// How often that is measured.
const ROUNDS: u64 = 5;
const REASON: &str = "won the quiz of the evening";

/// One operation after the other, each durable.
pub fn alone(criterion: &mut Criterion, report: &mut Report) {
    progress("a durable coin operation alone");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let mut connection = create(&folder.path().join("sqlite.db"));
    let greenroom = sampled(criterion, "coin operation alone/greenroom", |n| {
        store.write_blocking("coins", move |tx| service::apply(tx, GUILD, &posting(n)).map(drop)).unwrap();
    });
    let sqlite = sampled(criterion, "coin operation alone/sqlite", |n| pay(&mut connection, n));
    report.add("a durable coin operation, alone", greenroom, sqlite);
    store.close_blocking();
}

/// The same from many callers who each wait for a durable answer.
pub fn from_many_callers(report: &mut Report) {
    progress("10,000 durable coin operations from 64 callers");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let connection = Arc::new(Mutex::new(create(&folder.path().join("sqlite.db"))));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let greenroom = timed(ROUNDS, |_| runtime.block_on(ask_store(&store))).median();
    let sqlite = timed(ROUNDS, |_| ask_sqlite(&connection)).median();
    let each = |whole: Duration| whole / u32::try_from(OPERATIONS).unwrap();
    let ratio = report.add("10,000 of them from 64 callers, per operation", each(greenroom), each(sqlite));
    report.target("64 callers with durable coin operations", "8 × SQLite FULL", format!("{ratio:.1} ×"), ratio >= 8.0);
    store.close_blocking();
}

async fn ask_store(store: &Store) {
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let store = store.clone();
        callers.spawn(async move {
            for n in (caller..OPERATIONS).step_by(STEP) {
                let posting = posting(n);
                store.write("coins", move |tx| service::apply(tx, GUILD, &posting).map(drop)).await.unwrap();
            }
        });
    }
    callers.join_all().await;
}

fn ask_sqlite(connection: &Arc<Mutex<Connection>>) {
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

/// What [`service::apply`] does, in SQL: balance, entry and the sums of the week.
pub fn pay_in(tx: &Transaction<'_>, n: u64) {
    let (guild, user) = (number(GUILD.get()), number(user(n).get()));
    let at = Clock::system().now();
    let balance = "SELECT amount FROM luxury_coins WHERE guild = ?1 AND user = ?2";
    let before = first(tx, balance, params![guild, user]).unwrap_or(0);
    let after = before + 5;
    run(tx, "INSERT OR REPLACE INTO luxury_coins VALUES (?1, ?2, ?3)", params![guild, user, after]);
    run(
        tx,
        "INSERT INTO ledger (guild, currency, user, delta, balance_before, balance_after, kind, reason, actor, at) \
         VALUES (?1, 1, ?2, 5, ?3, ?4, 'daily', ?5, 'system', ?6)",
        params![guild, user, before, after, REASON, at.micros()],
    );
    run(
        tx,
        "INSERT INTO weeks VALUES (?1, ?2, 5) ON CONFLICT (guild, week) DO UPDATE SET others = others + 5",
        params![guild, WeekNumber::of(at).0],
    );
}
