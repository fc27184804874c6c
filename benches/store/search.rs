//! Handles while somebody types: the first 25 that begin so.

use criterion::Criterion;
use greenroom::features::handles::queries;
use greenroom::store::Options;
use rusqlite::{Connection, params};

use crate::GUILD;
use crate::report::Report;
use crate::sqlite::{create, number, run, transact};
use crate::support::fill::{self, account, handle_text, in_parts};
use crate::support::runs::sampled;
use crate::support::{FILLING, folder, progress, store};

const HANDLES: u64 = 1_000_000;

/// Each search on a snapshot of its own.
pub fn in_a_million_handles(criterion: &mut Criterion, report: &mut Report) {
    progress("filling a million handles");
    let folder = folder();
    let file = folder.path().join("greenroom.redb");
    let filling = store(&file, FILLING);
    fill::handles(&filling, GUILD, HANDLES);
    filling.close_blocking();
    let store = store(&file, Options::CACHE_BYTES);
    let mut connection = create(&folder.path().join("sqlite.db"));
    fill_sqlite(&mut connection);

    let greenroom = sampled(criterion, "handle search/greenroom", |n| {
        let found = store.read_blocking("search", |read| queries::matching(read, GUILD, &typed(n))).unwrap();
        assert_eq!(found.len(), 25);
    });
    let sqlite = sampled(criterion, "handle search/sqlite", |n| assert_eq!(search(&connection, &typed(n)), 25));
    report.add("the first 25 of 1M handles that begin with 2 letters", greenroom, sqlite);
    store.close_blocking();
}

/// Two letters with which a thousand handles begin.
fn typed(n: u64) -> String {
    handle_text(n % HANDLES).chars().take(2).collect()
}

fn search(connection: &Connection, typed: &str) -> usize {
    let sql = "SELECT handle FROM handles WHERE guild = ?1 AND handle >= ?2 AND handle < ?3 ORDER BY handle LIMIT 25";
    let mut statement = connection.prepare_cached(sql).unwrap();
    let past = format!("{typed}\u{10FFFF}");
    let found = statement.query_map(params![number(GUILD.get()), typed, past], |row| row.get::<_, String>(0)).unwrap();
    found.map(Result::unwrap).collect::<Vec<_>>().len()
}

fn fill_sqlite(connection: &mut Connection) {
    in_parts(HANDLES, |from, to| {
        transact(connection, |tx| {
            for n in from..to {
                let account = account(n);
                run(
                    tx,
                    "INSERT INTO handles (guild, handle, first_seen, last_seen, points) VALUES (?1, ?2, ?3, ?3, 0)",
                    params![number(GUILD.get()), account.handle.as_str(), account.first_seen.micros()],
                );
            }
        });
    });
}
