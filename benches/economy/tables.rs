//! The rows and indexes of shop, tasks, posts, jobs and activities in SQLite, beside the tables of the bench `store`.

use std::path::Path;

use greenroom::kernel::time::Timestamp;
use rusqlite::{Connection, Transaction, params};

use crate::GUILD;
use crate::sqlite::{self, number, run};

const TABLES: &str = "
    CREATE TABLE activities (guild INTEGER, id INTEGER, kind TEXT, actor INTEGER, subject INTEGER, before TEXT, after TEXT,
        details TEXT, PRIMARY KEY (guild, id)) WITHOUT ROWID;
    CREATE TABLE jobs (id INTEGER PRIMARY KEY, guild INTEGER, kind TEXT, lane INTEGER, due INTEGER, attempts INTEGER,
        payload TEXT);
    CREATE INDEX jobs_by_due ON jobs (due, guild);
    CREATE TABLE posts (guild INTEGER, id INTEGER, kind TEXT, row INTEGER, channel INTEGER, revision INTEGER, sync TEXT,
        job INTEGER, next_try INTEGER, PRIMARY KEY (guild, id)) WITHOUT ROWID;
    CREATE UNIQUE INDEX posts_by_row ON posts (guild, row, kind);
    CREATE INDEX posts_by_try ON posts (next_try, guild) WHERE next_try IS NOT NULL;
    CREATE INDEX posts_by_sync ON posts (sync, guild) WHERE sync <> 'synced';

    CREATE TABLE items (guild INTEGER, id INTEGER, name TEXT, price INTEGER, category TEXT, stock INTEGER, kind TEXT,
        per_member INTEGER, revision INTEGER, removed_at INTEGER, PRIMARY KEY (guild, id)) WITHOUT ROWID;
    CREATE TABLE purchases (id INTEGER PRIMARY KEY, guild INTEGER, item INTEGER, user INTEGER, quantity INTEGER, price INTEGER,
        entry INTEGER, at INTEGER, refundable_until INTEGER, state TEXT, used INTEGER);
    CREATE INDEX purchases_by_user ON purchases (guild, user);
    CREATE INDEX purchases_by_item ON purchases (guild, item);
    CREATE INDEX purchases_unused ON purchases (guild, user, item) WHERE used < quantity;
    CREATE TABLE inventory (guild INTEGER, user INTEGER, item INTEGER, count INTEGER, sum INTEGER,
        PRIMARY KEY (guild, user, item)) WITHOUT ROWID;
    CREATE TABLE bought (guild INTEGER, item INTEGER, user INTEGER, count INTEGER, sum INTEGER,
        PRIMARY KEY (guild, item, user)) WITHOUT ROWID;
    CREATE TABLE sold (guild INTEGER, item INTEGER, count INTEGER, sum INTEGER, PRIMARY KEY (guild, item)) WITHOUT ROWID;
    CREATE TABLE revenue (guild INTEGER, day INTEGER, item INTEGER, count INTEGER, sum INTEGER,
        PRIMARY KEY (guild, day, item)) WITHOUT ROWID;

    CREATE TABLE tasks (guild INTEGER, id INTEGER, name TEXT, description TEXT, reward INTEGER, duration INTEGER, status INTEGER,
        expires_at INTEGER, max_claims INTEGER, in_progress INTEGER, PRIMARY KEY (guild, id)) WITHOUT ROWID;
    CREATE TABLE claims (id INTEGER PRIMARY KEY, guild INTEGER, task INTEGER, user INTEGER, state INTEGER, claimed_at INTEGER,
        deadline INTEGER, job INTEGER);
    CREATE INDEX claims_by_task ON claims (guild, task, state);
    CREATE INDEX claims_by_member ON claims (guild, user, task);
    CREATE INDEX claims_at_a_time ON claims (guild, user) WHERE state <= 2;
    CREATE INDEX claims_by_deadline ON claims (guild, deadline) WHERE state = 1;
";

/// A new database in a file, with an item and a task.
pub fn create(file: &Path) -> Connection {
    let connection = sqlite::create(file);
    connection.execute_batch(TABLES).unwrap();
    let guild = params![number(GUILD.get())];
    let item = "INSERT INTO items VALUES (?1, 1, 'Cookie', 5, 'consumable', 1000000, 'consumable', NULL, 0, NULL)";
    connection.execute(item, guild).unwrap();
    let task = "INSERT INTO tasks VALUES (?1, 1, 'Greet', 'Say hello to somebody new', 100, 24, 1, 0, NULL, 0)";
    connection.execute(task, guild).unwrap();
    let post = "INSERT INTO posts VALUES (?1, 1, 'tasks.task', 1, 3, 1, 'pending_sync', 1, 1)";
    connection.execute(post, guild).unwrap();
    connection
}

/// Adds an activity behind the others: its number is the moment, or one more than the last.
pub fn note(tx: &Transaction<'_>, kind: &str, user: i64, details: &str, at: Timestamp) {
    let sql = "INSERT INTO activities VALUES (?1, max(?2, ifnull((SELECT max(id) + 1 FROM activities WHERE guild = ?1), 0)), \
               ?3, ?4, ?4, NULL, NULL, ?5)";
    run(tx, sql, params![number(GUILD.get()), at.micros(), kind, user, details]);
}
