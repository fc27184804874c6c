//! What happened on a live, in the SQLite export.

use std::time::Duration;

use rusqlite::Connection;

use super::evening::viewer;
use super::*;
use crate::features::testing::GUILD;
use crate::features::{engagement, handles};
use crate::flows::watch_time;
use crate::store::sqlite::{Export, export};

/// Exports the features of the live, for one guild or for all.
fn exported(evening: &Evening, guild: Option<GuildId>) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.db");
    let tables = [coins::sql::EXPORT, handles::sql::EXPORT, engagement::sql::EXPORT].concat();
    let request = Export { path: &path, guild, replace: false };
    let done = evening.store.read(|read| Ok(export(read, &tables, &request, &mut |_| {}))).unwrap();
    assert_eq!(done.dangling, 0, "every reference leads somewhere");
    let connection = Connection::open(&path).unwrap();
    (folder, connection)
}

/// Every row of a table, as text.
fn rows(connection: &Connection, columns: &str, table: &str) -> Vec<String> {
    let parts: Vec<_> = columns.split(", ").map(|column| format!("coalesce({column}, 'null')")).collect();
    let query = format!("SELECT {} FROM {table} ORDER BY rowid", parts.join(" || ' ' || "));
    let mut statement = connection.prepare(&query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn evening() -> Evening {
    let evening = Evening::begun();
    evening.link(1_152_921_504_606_846_977, "ann");
    let happened = [
        Occurrence::Commented(viewer("ann"), "'); DROP TABLE live_sessions; --".into()),
        gift("bob", 100, 2),
        gift("ann", 100, 1),
        Occurrence::Poll("{}".into()),
        Occurrence::Viewers(42),
    ];
    evening.on_live(happened);
    let at = evening.store.now();
    let session = evening.session().unwrap();
    evening.store.advance(Duration::from_secs(90));
    evening.store.write(move |tx| watch_time::run(tx, GUILD, session, at, None).map(drop)).unwrap();
    evening.on_live([Occurrence::Ended]);
    evening
}

#[test]
fn a_live_is_exported_with_its_ids_whole() {
    crate::covers!(
        "M-DB-02", "M-DB-03", "M-DB-04", "M-DB-05", "M-DB-07", "M-DB-11", "M-DB-17", "M-DB-18", "M-DB-19", "M-DB-20",
        "M-DB-21", "M-DB-22"
    );
    let (_folder, database) = exported(&evening(), Some(GUILD));
    let sections = [
        rows(&database, "id, tiktok_username, start_time, end_time", "live_sessions"),
        rows(
            &database,
            "handle_id, handle_name, first_seen, linked_discord_id, points, last_known_level",
            "tiktok_accounts",
        ),
        rows(
            &database,
            "id, session_id, tiktok_account_id, interaction_type, value, coin_value, user_level",
            "tiktok_interactions",
        ),
        rows(&database, "id, session_id, viewer_count, timestamp", "viewer_count_snapshots"),
        rows(&database, "id, session_id, tiktok_account_id, linked_discord_id, watch_seconds", "tiktok_watch_time"),
        rows(&database, "user_id, points", "user_points"),
        rows(&database, "user_id, balance", "luxury_coins"),
        rows(&database, "name", "sqlite_schema WHERE type = 'index' AND name LIKE 'idx%'"),
    ];
    insta::assert_snapshot!(sections.map(|rows| rows.join("\n")).join("\n\n"), @"
    1 host 2025-11-21T20:15:00.000000Z 2025-11-21T20:16:30.000000Z

    1 ann 2025-11-21T20:15:00.000000Z 1152921504606846977 202 0
    2 bob 2025-11-21T20:15:00.000000Z null 400 0

    1 1 1 comment '); DROP TABLE live_sessions; -- null null
    2 1 2 gift Rose 200 null
    3 1 1 gift Rose 100 null
    4 1 null poll {} null null

    1 1 42 2025-11-21T20:15:00.000000Z
    2 1 42 2025-11-21T20:15:30.000000Z
    3 1 42 2025-11-21T20:16:00.000000Z
    4 1 42 2025-11-21T20:16:30.000000Z

    1 1 1 1152921504606846977 90
    2 1 2 null 90

    1152921504606846977 202

    1152921504606846977 2

    idx_transactions_user_id
    idx_tiktok_accounts_linked_discord_id
    idx_tiktok_handles_search
    idx_tiktok_handles_unlinked
    idx_tiktok_interactions_session_id
    idx_tiktok_interactions_tiktok_account_id
    ");
}

#[test]
fn all_guilds_are_exported_side_by_side() {
    let evening = evening();
    let at = evening.store.now();
    let events = [Occurrence::Connected, gift("ann", 100, 1)].map(|what| LiveEvent::new(at, what));
    let other = GuildId::new(6);
    evening.store.write(move |tx| run(tx, other, &Handle::parse(HOST).unwrap(), &events).map(drop)).unwrap();
    let (_folder, database) = exported(&evening, None);
    assert_eq!(rows(&database, "guild_id, id", "live_sessions"), ["5 1", "6 1"]);
    assert_eq!(rows(&database, "guild_id, handle_name", "tiktok_accounts"), ["5 ann", "5 bob", "6 ann"]);
}
