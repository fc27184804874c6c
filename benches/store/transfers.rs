//! A member gives another something of the server's currency: two balances and two entries, or none.
//!
//! Both sides read and write both balances with what came and went so far, keep them in order by amount, take two numbers of the
//! ledger, add both entries and their lines in the index by account, and add to the sums of the day and kind. Greenroom's index by
//! amount also counts, so that a place in a leaderboard is known; SQLite's is a plain one.

use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::service;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::error::Result;
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, Store, Tx};
use rusqlite::{Connection, Transaction, params};

use crate::GUILD;
use crate::coins::{MEMBERS, of_many, user};
use crate::report::Report;
use crate::sqlite::{create, next_id, number, run, transact};
use crate::support::{folder, progress, store};

/// What everybody has at first: more than they give.
const BEGINS: i64 = 1_000_000;
const REASON: &str = "for the song";

/// Transfers of many callers who each wait for a durable answer.
pub fn from_many_callers(report: &mut Report) {
    progress("10,000 durable transfers from 64 callers");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let mut connection = create(&folder.path().join("sqlite.db"));
    begin(&store, &mut connection);
    let title = "10,000 transfers from 64 callers, per transfer";
    let ratio = of_many(report, title, &store, connection, transfer, pay);
    report.target("64 callers with durable transfers", "8 × SQLite FULL", format!("{ratio:.1} ×"), ratio >= 8.0);
    store.close_blocking();
}

/// Gives everybody enough, on both sides.
pub fn begin(store: &Store, connection: &mut Connection) {
    let give = |tx: &Tx<'_>| {
        let each = (0..MEMBERS).map(|n| half(n, BEGINS, EntryKind::AdminAdd)).collect::<Vec<_>>();
        service::apply_all(tx, GUILD, &each).map(drop)
    };
    store.write_blocking("begin", give).unwrap();
    transact(connection, |tx| {
        for n in 0..MEMBERS {
            let (guild, user) = (number(GUILD.get()), number(user(n).get()));
            run(tx, "INSERT INTO server_currency VALUES (?1, ?2, ?3, ?3, 0)", params![guild, user, BEGINS]);
        }
    });
}

/// Whom operation `n` gives something. Never who gives it: six times a number is never one less than a thousand of them.
const fn receiver(n: u64) -> u64 {
    n * 7 + 1
}

fn half(n: u64, delta: i64, kind: EntryKind) -> Posting {
    let (currency, actor) = (Currency::Server, Actor::Member(user(n)));
    Posting { currency, user: user(n), delta, kind, reason: REASON.to_owned(), actor }
}

fn transfer(tx: &Tx<'_>, n: u64) -> Result<()> {
    let halves = [half(n, -5, EntryKind::TransferSend), half(receiver(n), 5, EntryKind::TransferReceive)];
    service::apply_all(tx, GUILD, &halves).map(drop)
}

fn pay(connection: &mut Connection, n: u64) {
    transact(connection, |tx| {
        pay_half(tx, n, -5, "transfer_send");
        pay_half(tx, receiver(n), 5, "transfer_receive");
    });
}

/// What [`service::apply`] does, in SQL; answers the number of the entry.
pub fn pay_half(tx: &Transaction<'_>, n: u64, delta: i64, kind: &str) -> i64 {
    let (guild, user, at) = (number(GUILD.get()), number(user(n).get()), Clock::system().now());
    let change = "UPDATE server_currency SET amount = amount + ?3, earned = earned + max(?3, 0), spent = spent - min(?3, 0) \
                  WHERE guild = ?1 AND user = ?2 AND amount + ?3 >= 0 RETURNING amount";
    let after: i64 =
        tx.prepare_cached(change).unwrap().query_row(params![guild, user, delta], |row| row.get(0)).unwrap();
    let id = next_id(tx, guild, "coins.ledger");
    run(
        tx,
        "INSERT INTO ledger VALUES (?1, ?2, 3, ?3, ?4, ?5, ?6, ?7, ?8, 'member', ?9)",
        params![id, guild, user, delta, after - delta, after, kind, REASON, at.micros()],
    );
    run(
        tx,
        "INSERT INTO days VALUES (?1, 3, ?2, ?3, ?4, 1, ?5) \
         ON CONFLICT (guild, currency, day, kind, went) DO UPDATE SET entries = entries + 1, sum = sum + ?5",
        params![guild, at.day(), kind, delta < 0, delta],
    );
    id
}
