//! A coin operation: the balance changes, and the ledger says why.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use criterion::Criterion;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::service;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, Store};
use rusqlite::{Connection, params};

use crate::GUILD;
use crate::report::Report;
use crate::sqlite::{create, first, number, run, transact};
use crate::support::runs::{sampled, timed};
use crate::support::{folder, progress, store};

/// Who asks at once.
const CALLERS: u64 = 32;
/// Operations of each of them.
const EACH: u64 = 250;
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
    progress("durable coin operations from 32 callers");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let connection = Arc::new(Mutex::new(create(&folder.path().join("sqlite.db"))));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let greenroom = timed(ROUNDS, |_| runtime.block_on(ask_store(&store))).median();
    let sqlite = timed(ROUNDS, |_| ask_sqlite(&connection)).median();
    let each = |whole: Duration| whole / u32::try_from(CALLERS * EACH).unwrap();
    let ratio = report.add("the same from 32 callers, per operation", each(greenroom), each(sqlite));
    report.target("32 callers with durable writes", "8 × SQLite FULL", format!("{ratio:.1} ×"), ratio >= 8.0);
    store.close_blocking();
}

async fn ask_store(store: &Store) {
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let store = store.clone();
        callers.spawn(async move {
            for turn in 0..EACH {
                let posting = posting(caller + turn * CALLERS);
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
                for turn in 0..EACH {
                    pay(&mut connection.lock().unwrap(), caller + turn * CALLERS);
                }
            });
        }
    });
}

fn user(n: u64) -> UserId {
    UserId::new(600_000_000_000_000_000 + n % 1_000)
}

fn posting(n: u64) -> Posting {
    let (currency, kind) = (Currency::Luxury, EntryKind::Daily);
    Posting { currency, user: user(n), delta: 5, kind, reason: REASON.to_owned(), actor: Actor::System }
}

/// What [`service::apply`] does, in SQL.
fn pay(connection: &mut Connection, n: u64) {
    let (guild, user) = (number(GUILD.get()), number(user(n).get()));
    transact(connection, |tx| {
        let balance = "SELECT amount FROM luxury_coins WHERE guild = ?1 AND user = ?2";
        let before = first(tx, balance, params![guild, user]).unwrap_or(0);
        let after = before + 5;
        run(tx, "INSERT OR REPLACE INTO luxury_coins VALUES (?1, ?2, ?3)", params![guild, user, after]);
        run(
            tx,
            "INSERT INTO ledger (guild, currency, user, delta, balance_before, balance_after, kind, reason, actor, at) \
             VALUES (?1, 1, ?2, 5, ?3, ?4, 'daily', ?5, 'system', ?6)",
            params![guild, user, before, after, REASON, Clock::system().now().micros()],
        );
    });
}
