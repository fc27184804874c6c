//! A page of a leaderboard and the own place in it, among a hundred thousand members.

use std::time::Duration;

use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::queries::ranking::{self, Standing};
use greenroom::features::coins::service;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::UserId;
use greenroom::store::Options;
use rusqlite::{Connection, params};

use crate::GUILD;
use crate::report::Report;
use crate::sqlite::{create, first, number, run, transact};
use crate::support::fill::{in_parts, scattered};
use crate::support::runs::timed;
use crate::support::times::shown;
use crate::support::{FILLING, folder, progress, store};

const MEMBERS: u64 = 100_000;
const RUNS: u64 = 1_000;
const PAGE: u64 = 10;

/// Any page of all, and the place of any member.
pub fn among_many(report: &mut Report) {
    progress("a leaderboard of 100,000 members");
    let folder = folder();
    let file = folder.path().join("greenroom.redb");
    let filling = store(&file, FILLING);
    in_parts(MEMBERS, |from, to| {
        let write = filling.write_blocking("fill_balances", move |tx| {
            (from..to).try_for_each(|n| service::apply(tx, GUILD, &posting(n)).map(drop))
        });
        write.unwrap();
    });
    filling.close_blocking();
    let store = store(&file, Options::CACHE_BYTES);
    let mut connection = create(&folder.path().join("sqlite.db"));
    transact(&mut connection, |tx| {
        for n in 0..MEMBERS {
            let values = params![number(GUILD.get()), number(member(n).get()), amount(n)];
            run(tx, "INSERT INTO server_currency VALUES (?1, ?2, ?3, ?3, 0)", values);
        }
    });
    let greenroom = timed(RUNS, |n| {
        let (asking, page) = (member(scattered(n) % MEMBERS), 1 + scattered(n + RUNS) % (MEMBERS / PAGE));
        let read = |read: &dyn greenroom::store::Read| ranking::page(read, GUILD, Currency::Server, asking, page);
        let found = store.read_blocking("leaders", read).unwrap();
        assert_eq!((found.members, found.rows.len()), (MEMBERS, 10));
        assert!(matches!(found.own, Standing::At(..)));
    });
    let sqlite = timed(RUNS, |n| in_sqlite(&connection, n));
    report.add("a page among 100,000 members and the own place", greenroom.median(), sqlite.median());
    let (limit, slow) = (Duration::from_millis(5), greenroom.percentile(99));
    let told = format!("{} p50, {} p99", shown(greenroom.median()), shown(slow));
    report.target("leaderboard page and own place among 100,000", "under 5 ms", told, slow < limit);
    store.close_blocking();
}

fn member(n: u64) -> UserId {
    UserId::new(600_000_000_000_000_000 + n)
}

fn amount(n: u64) -> i64 {
    1 + i64::try_from(scattered(n) % 1_000_000).unwrap()
}

fn posting(n: u64) -> Posting {
    let (currency, kind) = (Currency::Server, EntryKind::AdminAdd);
    Posting { currency, user: member(n), delta: amount(n), kind, reason: "begins".to_owned(), actor: Actor::System }
}

/// The same in SQL, which counts whoever comes before.
fn in_sqlite(connection: &Connection, n: u64) {
    let (guild, asking) = (number(GUILD.get()), scattered(n) % MEMBERS);
    let before = PAGE * (scattered(n + RUNS) % (MEMBERS / PAGE));
    let sql = "SELECT user, amount FROM server_currency WHERE guild = ?1 AND amount > 0 ORDER BY amount DESC, user \
               LIMIT 10 OFFSET ?2";
    let mut page = connection.prepare_cached(sql).unwrap();
    let rows = page.query_map(params![guild, number(before)], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    assert_eq!(rows.unwrap().map(Result::unwrap).collect::<Vec<_>>().len(), 10);
    let all = "SELECT count(*) FROM server_currency WHERE guild = ?1 AND amount > 0";
    assert_eq!(first(connection, all, params![guild]), Some(100_000));
    let place = "SELECT count(*) FROM server_currency WHERE guild = ?1 AND amount > 0 AND (amount > ?2 OR amount = ?2 AND user < ?3)";
    assert!(first(connection, place, params![guild, amount(asking), number(member(asking).get())]).is_some());
}
