//! The export with four tables that have every kind of key, reference and index.

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::kernel::dice::Seed;
use crate::kernel::error::Error;
use crate::kernel::ids::UserId;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::{FileError, Options, Schema, Store, StoreLocation};

const SESSIONS: SqlTable = SqlTable {
    name: "live_sessions",
    columns: &[
        column("id", "INTEGER"),
        column("tiktok_username", "TEXT NOT NULL"),
        column("start_time", MOMENT_DEFAULT_NOW),
        column("end_time", "TEXT"),
    ],
    primary_key: &["id"],
    unique: &[],
    references: &[],
    indexes: &[],
    rows: |_, wanted, sink| {
        for guild in guilds(wanted) {
            let start = Timestamp::from_micros(1_763_756_100_123_456);
            sink(guild, &[1_i64.into(), "host".into(), start.into(), SqlValue::Null])?;
        }
        Ok(())
    },
};

const ACCOUNTS: SqlTable = SqlTable {
    name: "tiktok_accounts",
    columns: &[
        column("handle_id", "INTEGER"),
        column("handle_name", "TEXT NOT NULL"),
        column("linked_discord_id", "INTEGER"),
        column("points", "INTEGER NOT NULL DEFAULT 0"),
    ],
    primary_key: &["handle_id"],
    unique: &[&["handle_name"]],
    references: &[],
    indexes: &[
        index("idx_tiktok_handles_search", "handle_name"),
        partial_index("idx_tiktok_handles_unlinked", "linked_discord_id", "linked_discord_id IS NULL"),
    ],
    rows: |_, wanted, sink| {
        for guild in guilds(wanted) {
            sink(guild, &[1_i64.into(), HOSTILE.into(), UserId::new(SNOWFLAKE).into(), 7_i64.into()])?;
            sink(guild, &[2_i64.into(), "quiet".into(), None::<UserId>.into(), 0_i64.into()])?;
        }
        Ok(())
    },
};

const INTERACTIONS: SqlTable = SqlTable {
    name: "tiktok_interactions",
    columns: &[
        column("id", "INTEGER"),
        column("session_id", "INTEGER"),
        column("tiktok_account_id", "INTEGER"),
        column("total_score", "REAL DEFAULT 0"),
    ],
    primary_key: &["id"],
    unique: &[],
    references: &[
        reference("session_id", "live_sessions", "id", OnDelete::Cascade),
        reference("tiktok_account_id", "tiktok_accounts", "handle_id", OnDelete::SetNull),
    ],
    indexes: &[partial_index("idx_free", "session_id, total_score DESC, id ASC", "total_score > 0")],
    rows: |_, wanted, sink| {
        for guild in guilds(wanted) {
            sink(guild, &[1_i64.into(), 1_i64.into(), 1_i64.into(), 2.5.into()])?;
            sink(guild, &[2_i64.into(), 1_i64.into(), SqlValue::Null, 0.0.into()])?;
        }
        Ok(())
    },
};

const CONFIG: SqlTable = SqlTable {
    name: "bot_config",
    columns: &[column("key", "TEXT NOT NULL"), column("value", "TEXT")],
    primary_key: &["key"],
    unique: &[],
    references: &[],
    indexes: &[],
    rows: |_, _, _| Ok(()),
};

/// In an order in which references come before what they refer to.
const TABLES: [SqlTable; 4] = [INTERACTIONS, SESSIONS, ACCOUNTS, CONFIG];
const HOSTILE: &str = "'); DROP TABLE tiktok_accounts; --\n🎵";
const SNOWFLAKE: u64 = 1_152_921_504_606_846_977;

fn guilds(wanted: Option<GuildId>) -> Vec<GuildId> {
    wanted.map_or_else(|| vec![GuildId::new(5), GuildId::new(6)], |guild| vec![guild])
}

type Exporting = std::result::Result<Exported, ExportError>;

/// The rows above are made up, so the store that they are read from is empty.
fn run_with(tables: &[SqlTable], request: &Export<'_>, progress: &mut dyn FnMut(Progress)) -> Exporting {
    let options = Options::new(Clock::system(), Seed::fixed(1));
    let store =
        Store::open(&StoreLocation::Memory, options, Schema { tables: Vec::new(), migrations: Vec::new() }).unwrap();
    store.read_blocking("export", |read| Ok(export(read, tables, request, progress))).unwrap()
}

fn run(path: &std::path::Path, guild: Option<u64>, replace: bool) -> Exporting {
    run_tables(&TABLES, path, guild, replace)
}

fn run_tables(tables: &[SqlTable], path: &std::path::Path, guild: Option<u64>, replace: bool) -> Exporting {
    let request = Export { path, guild: guild.map(GuildId::new), replace };
    run_with(tables, &request, &mut |_| {})
}

/// A folder, and an export in it.
fn exported(guild: Option<u64>) -> (TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    run(&path, guild, false).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    (folder, connection)
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn the_export_of_one_guild_has_exactly_the_declared_tables_keys_and_indexes() {
    let (_folder, connection) = exported(Some(5));
    assert_eq!(
        texts(&connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name")
            .join(";\n"),
        "CREATE TABLE bot_config (
  key TEXT NOT NULL,
  value TEXT,
  PRIMARY KEY (key)
);
CREATE TABLE live_sessions (
  id INTEGER,
  tiktok_username TEXT NOT NULL,
  start_time TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  end_time TEXT,
  PRIMARY KEY (id)
);
CREATE TABLE tiktok_accounts (
  handle_id INTEGER,
  handle_name TEXT NOT NULL,
  linked_discord_id INTEGER,
  points INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (handle_id),
  UNIQUE (handle_name)
);
CREATE INDEX idx_tiktok_handles_search ON tiktok_accounts (handle_name);
CREATE INDEX idx_tiktok_handles_unlinked ON tiktok_accounts (linked_discord_id) WHERE linked_discord_id IS NULL;
CREATE TABLE tiktok_interactions (
  id INTEGER,
  session_id INTEGER,
  tiktok_account_id INTEGER,
  total_score REAL DEFAULT 0,
  PRIMARY KEY (id),
  FOREIGN KEY (session_id) REFERENCES live_sessions (id) ON DELETE CASCADE,
  FOREIGN KEY (tiktok_account_id) REFERENCES tiktok_accounts (handle_id) ON DELETE SET NULL
);
CREATE INDEX idx_free ON tiktok_interactions (session_id, total_score DESC, id ASC) WHERE total_score > 0"
    );
}

#[test]
fn the_export_of_all_guilds_has_the_guild_in_every_table_key_reference_and_index() {
    let (_folder, connection) = exported(None);
    let schema =
        texts(&connection, "SELECT sql FROM sqlite_schema WHERE tbl_name = 'tiktok_interactions' AND sql > ''")
            .join(";\n");
    assert_eq!(
        schema,
        "CREATE TABLE tiktok_interactions (
  guild_id INTEGER NOT NULL,
  id INTEGER,
  session_id INTEGER,
  tiktok_account_id INTEGER,
  total_score REAL DEFAULT 0,
  PRIMARY KEY (guild_id, id),
  FOREIGN KEY (guild_id, session_id) REFERENCES live_sessions (guild_id, id) ON DELETE CASCADE,
  FOREIGN KEY (guild_id, tiktok_account_id) REFERENCES tiktok_accounts (guild_id, handle_id)
);
CREATE INDEX idx_free ON tiktok_interactions (guild_id, session_id, total_score DESC, id ASC) WHERE total_score > 0"
    );
    let guilds = texts(&connection, "SELECT DISTINCT CAST(guild_id AS TEXT) FROM tiktok_accounts ORDER BY 1");
    assert_eq!(guilds, ["5", "6"]);
}

#[test]
fn values_arrive_exactly_whatever_they_contain() {
    let (_folder, connection) = exported(Some(5));
    let (name, user): (String, i64) = connection
        .query_row("SELECT handle_name, linked_discord_id FROM tiktok_accounts WHERE handle_id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!((name.as_str(), user.cast_unsigned()), (HOSTILE, SNOWFLAKE));
    assert_eq!(texts(&connection, "SELECT start_time FROM live_sessions"), ["2025-11-21T20:15:00.123456Z"]);
    connection.execute("INSERT INTO live_sessions (tiktok_username) VALUES ('next')", []).unwrap();
    let defaults =
        texts(&connection, "SELECT id || ' ' || (start_time LIKE '20__-%Z') FROM live_sessions WHERE id > 1");
    assert_eq!(defaults, ["2 1"], "a new row gets a number and a time by itself");
}

#[test]
fn deleting_a_row_cascades_or_clears_references_in_both_forms() {
    for guild in [Some(5), None] {
        let (_folder, connection) = exported(guild);
        connection.execute("DELETE FROM tiktok_accounts WHERE handle_id = 1", []).unwrap();
        let count = |sql| connection.query_row::<i64, _, _>(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM tiktok_interactions WHERE tiktok_account_id IS NOT NULL"), 0);
        connection.execute("DELETE FROM live_sessions", []).unwrap();
        assert_eq!(count("SELECT count(*) FROM tiktok_interactions"), 0, "{guild:?}");
    }
}

#[test]
fn a_file_that_exists_is_replaced_only_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    std::fs::write(&path, "precious").unwrap();
    assert!(matches!(run(&path, None, false), Err(ExportError::File(FileError::Exists(_)))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    let summary = run(&path, None, true).unwrap();
    let counts = [("tiktok_interactions", 4), ("live_sessions", 2), ("tiktok_accounts", 4), ("bot_config", 0)];
    assert_eq!(summary, Exported { tables: counts.to_vec(), dangling: 0 });
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the export");
}

#[test]
fn an_export_that_fails_leaves_nothing_behind() {
    let broken = SqlTable { rows: |_, _, _| Err(Error::failed("unreadable row")), ..CONFIG };
    let double = SqlTable {
        rows: |_, _, sink| {
            sink(GuildId::new(5), &["a".into(), SqlValue::Null])?;
            sink(GuildId::new(5), &["a".into(), SqlValue::Null])
        },
        ..CONFIG
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let unreadable = run_tables(&[broken], &path, Some(5), false).unwrap_err();
    assert_eq!(unreadable.to_string(), "unreadable row");
    let twice = run_tables(&[double], &path, Some(5), false).unwrap_err();
    assert!(twice.to_string().starts_with("bot_config cannot be exported: UNIQUE"), "{twice}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let nowhere = run(&folder.path().join("missing/out.db"), None, false).unwrap_err();
    assert!(matches!(nowhere, ExportError::File(FileError::NotWritable { .. })), "{nowhere}");
}

#[test]
fn references_to_missing_rows_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let no_sessions = SqlTable { rows: |_, _, _| Ok(()), ..SESSIONS };
    let summary =
        run_tables(&[no_sessions, ACCOUNTS, INTERACTIONS], &folder.path().join("out.db"), Some(5), false).unwrap();
    assert_eq!(summary.dangling, 2);
}

#[test]
fn progress_names_each_table_once_at_its_end_and_large_ones_on_the_way() {
    const COLUMNS: &[SqlColumn] = &[column("id", "INTEGER")];
    let many = SqlTable {
        columns: COLUMNS,
        primary_key: &["id"],
        rows: |_, _, sink| (0..25_000_i64).try_for_each(|id| sink(GuildId::new(5), &[id.into()])),
        ..CONFIG
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let mut seen = Vec::new();
    let request = Export { path: &path, guild: None, replace: false };
    run_with(&[many], &request, &mut |progress| seen.push((progress.rows, progress.is_complete))).unwrap();
    assert_eq!(seen, [(10_000, false), (20_000, false), (25_000, true)]);
}
