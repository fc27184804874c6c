//! A ledger of a million entries: what one member did last, and whether everything adds up.

use std::time::Duration;

use criterion::Criterion;
use greenroom::app::operation::{CheckStore, Checked, Operation as _};
use greenroom::catalogue::CATALOGUE;
use greenroom::features::coins::model::Currency;
use greenroom::features::coins::{check, queries, service};
use greenroom::store::{Options, Store};
use rusqlite::{Connection, params};

use crate::GUILD;
use crate::coins::{pay_in, posting, user};
use crate::report::Report;
use crate::sqlite::{create, number, transact};
use crate::support::fill::{in_parts, scattered};
use crate::support::runs::{sampled, timed};
use crate::support::times::shown;
use crate::support::{FILLING, folder, progress, store};

const ENTRIES: u64 = 1_000_000;
/// How often the whole ledger is checked.
const CHECKS: u64 = 3;

/// Both on a store that was closed after it was filled, with the cache of a bot.
pub fn of_a_million_entries(criterion: &mut Criterion, report: &mut Report) {
    progress("filling a ledger of a million entries");
    let folder = folder();
    let file = folder.path().join("greenroom.redb");
    let filling = store(&file, FILLING);
    in_parts(ENTRIES, |from, to| {
        let write = filling.write_blocking("fill_ledger", move |tx| {
            (from..to).try_for_each(|n| service::apply(tx, GUILD, &posting(n)).map(drop))
        });
        write.unwrap();
    });
    filling.close_blocking();
    let store = store(&file, Options::CACHE_BYTES);
    let mut connection = create(&folder.path().join("sqlite.db"));
    in_parts(ENTRIES, |from, to| transact(&mut connection, |tx| (from..to).for_each(|n| pay_in(tx, n))));

    let greenroom = sampled(criterion, "last entries/greenroom", |n| {
        let whose = user(scattered(n));
        let read = store.read_blocking("last", |read| queries::history(read, GUILD, Currency::Luxury, whose, 10));
        assert_eq!(read.unwrap().len(), 10);
    });
    let sqlite = sampled(criterion, "last entries/sqlite", |n| assert_eq!(last(&connection, n), 10));
    report.add("the last 10 entries of a member in 1M", greenroom, sqlite);
    let limit = Duration::from_micros(50);
    report.target("the last 10 entries in 1M", "under 50 µs", shown(greenroom), greenroom < limit);

    progress("checking it");
    let ledger = timed(CHECKS, |_| {
        let found = store.read_blocking("check", |read| check::check(read, GUILD)).unwrap();
        assert_eq!(found, Vec::<String>::new());
    });
    let sqlite = timed(CHECKS, |_| assert_eq!(unexplained(&connection), 0)).median();
    assert_eq!(misfiled(&connection), 0, "both sides keep the sums of the days");
    report.add("do 1M entries explain all balances?", ledger.median(), sqlite);
    let whole = timed(1, |_| check_all(&store)).median();
    let limit = Duration::from_secs(5);
    report.target("check of the ledger with 1M entries", "under 5 s", shown(ledger.median()), ledger.median() < limit);
    report.target("greenroom check of that store, indexes as well", "under 5 s", shown(whole), whole < limit);
    store.close_blocking();
}

/// What `greenroom check` does.
fn check_all(store: &Store) {
    let outcome = CheckStore {}.run(store, CATALOGUE, &mut |_| {}).unwrap();
    assert_eq!(outcome, Checked { findings: Vec::new() });
}

/// The index is named because SQLite, without statistics, may walk the whole ledger backwards for one member.
fn last(connection: &Connection, n: u64) -> usize {
    let sql = "SELECT id, delta, balance_before, balance_after, kind, reason, actor, at FROM ledger \
               INDEXED BY ledger_by_account WHERE guild = ?1 AND currency = 1 AND user = ?2 ORDER BY id DESC LIMIT 10";
    let mut statement = connection.prepare_cached(sql).unwrap();
    let whose = number(user(scattered(n)).get());
    let row = |row: &rusqlite::Row<'_>| {
        let numbers: [i64; 5] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(7)?];
        let texts: [String; 3] = [row.get(4)?, row.get(5)?, row.get(6)?];
        Ok((numbers, texts))
    };
    let found = statement.query_map(params![number(GUILD.get()), whose], row).unwrap();
    found.map(Result::unwrap).collect::<Vec<_>>().len()
}

/// Balances that the entries do not explain, and entries that do not add up or continue. Each question walks over the ledger
/// once, in the order of its rows, which is faster here than by the index.
fn unexplained(connection: &Connection) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM luxury_coins AS kept LEFT JOIN \
                   (SELECT user, sum(delta) AS told FROM ledger NOT INDEXED WHERE guild = ?1 AND currency = 1 \
                    GROUP BY user) AS sums \
                   ON sums.user = kept.user WHERE kept.guild = ?1 AND kept.amount IS NOT sums.told) \
               + (SELECT count(*) FROM (SELECT balance_before, balance_after, delta, \
                   lag(balance_after, 1, 0) OVER (PARTITION BY user ORDER BY id) AS ended FROM ledger NOT INDEXED \
                   WHERE guild = ?1 AND currency = 1) \
                   WHERE balance_before <> ended OR balance_after <> balance_before + delta)";
    connection.query_row(sql, params![number(GUILD.get())], |row| row.get(0)).unwrap()
}

/// Days that the entries do not add up to. Greenroom's are an index, which its check of the whole store looks at; the time of
/// neither is that of the balances.
fn misfiled(connection: &Connection) -> i64 {
    let sql = "SELECT count(*) FROM days AS kept LEFT JOIN \
                   (SELECT currency, at / 86400000000 AS day, kind, delta < 0 AS went, count(*) AS entries, \
                    sum(delta) AS told FROM ledger NOT INDEXED WHERE guild = ?1 GROUP BY 1, 2, 3, 4) AS sums \
               ON (sums.currency, sums.day, sums.kind, sums.went) = (kept.currency, kept.day, kept.kind, kept.went) \
               WHERE kept.guild = ?1 AND (kept.entries IS NOT sums.entries OR kept.sum IS NOT sums.told)";
    connection.query_row(sql, params![number(GUILD.get())], |row| row.get(0)).unwrap()
}
