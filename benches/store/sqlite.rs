//! The same tables and indexes in SQLite, and a connection to them.

use std::path::Path;

use greenroom::store::Options;
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// The rows of Greenroom's tables in columns, and its indexes. Numbers are counted by server in `sequences` as there; the
/// ledger is keyed by them alone, which spares SQLite the server in every key.
const TABLES: &str = "
    CREATE TABLE sequences (guild INTEGER, name TEXT, last INTEGER, PRIMARY KEY (guild, name)) WITHOUT ROWID;
    CREATE TABLE bot_config (guild INTEGER, key TEXT, value TEXT, PRIMARY KEY (guild, key)) WITHOUT ROWID;
    CREATE TABLE paces (guild INTEGER PRIMARY KEY, last_played INTEGER, lengths TEXT);

    CREATE TABLE luxury_coins (guild INTEGER, user INTEGER, amount INTEGER, PRIMARY KEY (guild, user)) WITHOUT ROWID;
    CREATE TABLE server_currency (guild INTEGER, user INTEGER, amount INTEGER, earned INTEGER, spent INTEGER,
        PRIMARY KEY (guild, user)) WITHOUT ROWID;
    CREATE INDEX server_currency_by_amount ON server_currency (guild, amount DESC, user) WHERE amount > 0;
    CREATE TABLE user_points (guild INTEGER, user INTEGER, points INTEGER, PRIMARY KEY (guild, user)) WITHOUT ROWID;
    CREATE TABLE points_unjournalled
        (guild INTEGER, user INTEGER, points INTEGER, PRIMARY KEY (guild, user)) WITHOUT ROWID;
    CREATE TABLE points_changed (guild INTEGER, user INTEGER, PRIMARY KEY (guild, user)) WITHOUT ROWID;
    CREATE TABLE ledger (id INTEGER PRIMARY KEY, guild INTEGER, currency INTEGER, user INTEGER, delta INTEGER,
        balance_before INTEGER, balance_after INTEGER, kind TEXT, reason TEXT, actor TEXT, at INTEGER);
    CREATE INDEX ledger_by_account ON ledger (guild, currency, user);
    CREATE TABLE days (guild INTEGER, currency INTEGER, day INTEGER, kind TEXT, went INTEGER, entries INTEGER, sum INTEGER,
        PRIMARY KEY (guild, currency, day, kind, went)) WITHOUT ROWID;

    CREATE TABLE handles (id INTEGER PRIMARY KEY, guild INTEGER, handle TEXT, first_seen INTEGER, last_seen INTEGER,
        linked INTEGER, points INTEGER, level INTEGER, verified_at INTEGER);
    CREATE UNIQUE INDEX handles_by_handle ON handles (guild, handle);
    CREATE INDEX handles_by_user ON handles (guild, linked) WHERE linked IS NOT NULL;
    CREATE INDEX handles_unlinked ON handles (guild, handle) WHERE linked IS NULL;

    CREATE TABLE sessions (id INTEGER PRIMARY KEY, guild INTEGER, streamer TEXT, started_at INTEGER, ended_at INTEGER,
        last_event_at INTEGER, is_connected INTEGER);
    CREATE INDEX sessions_open ON sessions (guild) WHERE ended_at IS NULL;
    CREATE TABLE numbers (guild INTEGER PRIMARY KEY, interaction INTEGER, snapshot INTEGER, participant INTEGER);
    CREATE TABLE interactions (guild INTEGER, session INTEGER, number INTEGER, account INTEGER, kind INTEGER,
        value TEXT, coin_value INTEGER, level INTEGER, at INTEGER, PRIMARY KEY (guild, session, number)) WITHOUT ROWID;
    CREATE INDEX interactions_by_account ON interactions (guild, account);
    CREATE TABLE participants (guild INTEGER, session INTEGER, account INTEGER, number INTEGER, joins INTEGER,
        likes INTEGER, comments INTEGER, shares INTEGER, follows INTEGER, subscribes INTEGER, gifts INTEGER,
        coins INTEGER, points INTEGER, luxury INTEGER, counted_until INTEGER, present_until INTEGER,
        total_micros INTEGER, unpaid_micros INTEGER, linked INTEGER, updated_at INTEGER, is_on_watch INTEGER,
        PRIMARY KEY (guild, session, account)) WITHOUT ROWID;
    CREATE INDEX participants_on_watch ON participants (guild, session, account) WHERE is_on_watch;
    CREATE TABLE coins_by_minute (guild INTEGER, session INTEGER, minute INTEGER, coins INTEGER,
        PRIMARY KEY (guild, session, minute)) WITHOUT ROWID;
    CREATE TABLE streaks (guild INTEGER, session INTEGER, account INTEGER, gift INTEGER, number INTEGER, seen INTEGER,
        paid INTEGER, last_step_at INTEGER, PRIMARY KEY (guild, session, account, gift, number)) WITHOUT ROWID;
    CREATE TABLE told_gifts (guild INTEGER, session INTEGER, gift INTEGER, name TEXT, unit_coins INTEGER,
        PRIMARY KEY (guild, session, gift)) WITHOUT ROWID;
    CREATE TABLE credits (guild INTEGER, session INTEGER, user INTEGER, coins INTEGER, song INTEGER,
        PRIMARY KEY (guild, session, user)) WITHOUT ROWID;
    CREATE UNIQUE INDEX credits_by_song ON credits (guild, song) WHERE song IS NOT NULL;

    CREATE TABLE submissions (id INTEGER PRIMARY KEY, guild INTEGER, public_id INTEGER, user INTEGER, username TEXT,
        artist TEXT, title TEXT, platform TEXT, url TEXT, source TEXT, note TEXT, tiktok_username TEXT, line INTEGER,
        score INTEGER, submitted_at INTEGER, played_at INTEGER);
    CREATE UNIQUE INDEX submissions_by_public_id ON submissions (guild, public_id);
    CREATE INDEX submissions_by_user ON submissions (guild, user);
    CREATE INDEX submissions_by_source ON submissions (guild, source);
    CREATE INDEX submissions_by_line ON submissions (guild, line);
    CREATE INDEX submissions_by_played ON submissions (guild, played_at) WHERE played_at IS NOT NULL;
    CREATE INDEX submissions_by_submitted ON submissions (guild, submitted_at);
    CREATE INDEX submissions_waiting ON submissions (guild, user, submitted_at) WHERE line <= 6;
    CREATE INDEX submissions_in_order ON submissions (guild, line, score DESC, submitted_at) WHERE line <= 6;
";

/// A new database in a file.
pub fn create(file: &Path) -> Connection {
    let connection = open(file);
    connection.execute_batch(TABLES).unwrap();
    connection
}

/// A database in a file, which may be there already.
pub fn open(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.pragma_update(None, "synchronous", "full").unwrap();
    set_cache(&connection, Options::CACHE_BYTES);
    connection.set_prepared_statement_cache_capacity(64);
    connection
}

/// Lets the connection keep so many bytes of the file in memory.
pub fn set_cache(connection: &Connection, bytes: usize) {
    let kibibytes = i64::try_from(bytes / 1024).unwrap();
    connection.pragma_update(None, "cache_size", -kibibytes).unwrap();
}

/// Runs `work` in a transaction and commits it durably.
pub fn transact<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> T) -> T {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let result = work(&transaction);
    transaction.commit().unwrap();
    result
}

/// Runs one statement that changes something.
pub fn run(transaction: &Transaction<'_>, sql: &str, parameters: impl rusqlite::Params) -> usize {
    transaction.prepare_cached(sql).unwrap().execute(parameters).unwrap()
}

/// The first column of the first row; `None` without rows.
pub fn first(connection: &Connection, sql: &str, parameters: impl rusqlite::Params) -> Option<i64> {
    let mut statement = connection.prepare_cached(sql).unwrap();
    let mut rows = statement.query(parameters).unwrap();
    rows.next().unwrap().map(|row| row.get(0).unwrap())
}

/// The next number of a sequence of a server, as `Tx::next_id` gives it.
pub fn next_id(transaction: &Transaction<'_>, guild: i64, sequence: &str) -> i64 {
    let sql = "INSERT INTO sequences VALUES (?1, ?2, 1) \
               ON CONFLICT (guild, name) DO UPDATE SET last = last + 1 RETURNING last";
    first(transaction, sql, rusqlite::params![guild, sequence]).unwrap()
}

/// An id as SQLite keeps it.
pub fn number(id: u64) -> i64 {
    i64::try_from(id).unwrap()
}
