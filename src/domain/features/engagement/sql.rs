//! Engagement in the SQLite export. Streaks, credits and marks of the open session are not part of it.

use super::tables::{INTERACTIONS, PARTICIPANTS, SESSIONS, VIEWER_SNAPSHOTS};
use crate::store::Span;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, OnDelete, SqlReference, SqlTable, SqlValue, column, index, reference};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[LIVE_SESSIONS, TIKTOK_INTERACTIONS, VIEWER_COUNT_SNAPSHOTS, TIKTOK_WATCH_TIME];

const OF_SESSION: SqlReference = reference("session_id", "live_sessions", "id", OnDelete::Cascade);
const OF_ACCOUNT: SqlReference = reference("tiktok_account_id", "tiktok_accounts", "handle_id", OnDelete::SetNull);

/// `M-DB-02`.
const LIVE_SESSIONS: SqlTable = SqlTable {
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
    rows: |read, wanted, sink| {
        SESSIONS.for_each(read, wanted.map_or_else(Span::all, Span::of), |(guild, id), session| {
            let values = [
                SqlValue::id(id.get()),
                session.streamer.as_str().into(),
                session.started_at.into(),
                session.ended_at.into(),
            ];
            sink(guild, &values)
        })
    },
};

/// `M-DB-04`, with the indexes `M-DB-17` and `M-DB-18`.
const TIKTOK_INTERACTIONS: SqlTable = SqlTable {
    name: "tiktok_interactions",
    columns: &[
        column("id", "INTEGER"),
        column("session_id", "INTEGER"),
        column("tiktok_account_id", "INTEGER"),
        column("interaction_type", "TEXT NOT NULL"),
        column("value", "TEXT"),
        column("coin_value", "INTEGER"),
        column("user_level", "INTEGER"),
        column("timestamp", MOMENT_DEFAULT_NOW),
    ],
    primary_key: &["id"],
    unique: &[],
    references: &[OF_SESSION, OF_ACCOUNT],
    indexes: &[
        index("idx_tiktok_interactions_session_id", "session_id"),
        index("idx_tiktok_interactions_tiktok_account_id", "tiktok_account_id"),
    ],
    rows: |read, wanted, sink| {
        let guilds = wanted.map_or_else(Span::all, Span::of);
        INTERACTIONS.for_each(read, guilds, |(guild, session, number), interaction| {
            let values = [
                SqlValue::id(number.get()),
                SqlValue::id(session.get()),
                interaction.account.map_or(SqlValue::Null, |account| SqlValue::id(account.get())),
                interaction.kind.name().into(),
                interaction.value.into(),
                interaction.coin_value.into(),
                interaction.level.into(),
                interaction.at.into(),
            ];
            sink(guild, &values)
        })
    },
};

/// `M-DB-05`.
const VIEWER_COUNT_SNAPSHOTS: SqlTable = SqlTable {
    name: "viewer_count_snapshots",
    columns: &[
        column("id", "INTEGER"),
        column("session_id", "INTEGER"),
        column("viewer_count", "INTEGER NOT NULL"),
        column("timestamp", MOMENT_DEFAULT_NOW),
    ],
    primary_key: &["id"],
    unique: &[],
    references: &[OF_SESSION],
    indexes: &[],
    rows: |read, wanted, sink| {
        let guilds = wanted.map_or_else(Span::all, Span::of);
        VIEWER_SNAPSHOTS.for_each(read, guilds, |(guild, session, number), snapshot| {
            let (id, session) = (SqlValue::id(number.get()), SqlValue::id(session.get()));
            sink(guild, &[id, session, snapshot.viewers.into(), snapshot.at.into()])
        })
    },
};

/// `M-DB-22`.
const TIKTOK_WATCH_TIME: SqlTable = SqlTable {
    name: "tiktok_watch_time",
    columns: &[
        column("id", "INTEGER"),
        column("session_id", "INTEGER"),
        column("tiktok_account_id", "INTEGER"),
        column("linked_discord_id", "INTEGER"),
        column("watch_seconds", "INTEGER NOT NULL DEFAULT 0"),
        column("last_updated", MOMENT_DEFAULT_NOW),
    ],
    primary_key: &["id"],
    unique: &[],
    references: &[OF_SESSION, OF_ACCOUNT],
    indexes: &[],
    rows: |read, wanted, sink| {
        let guilds = wanted.map_or_else(Span::all, Span::of);
        PARTICIPANTS.for_each(read, guilds, |(guild, session, account), participant| {
            let watch = participant.watch;
            // Whoever did not watch long enough to be counted has no row.
            let Some(updated_at) = watch.updated_at else { return Ok(()) };
            let values = [
                SqlValue::id(participant.number),
                SqlValue::id(session.get()),
                SqlValue::id(account.get()),
                watch.linked.into(),
                u32::try_from(watch.unpaid().as_secs()).unwrap_or(u32::MAX).into(),
                updated_at.into(),
            ];
            sink(guild, &values)
        })
    },
};
