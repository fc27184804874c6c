//! Engagement in the SQLite export. Streaks, credits and marks of the open session are not part of it.

use super::tables::{INTERACTIONS, PARTICIPANTS, SESSIONS, VIEWER_SNAPSHOTS};
use crate::exported;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, OnDelete, SqlReference, SqlTable, SqlValue, index, reference};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[LIVE_SESSIONS, TIKTOK_INTERACTIONS, VIEWER_COUNT_SNAPSHOTS, TIKTOK_WATCH_TIME];

const OF_SESSION: SqlReference = reference("session_id", "live_sessions", "id", OnDelete::Cascade);
const OF_ACCOUNT: SqlReference = reference("tiktok_account_id", "tiktok_accounts", "handle_id", OnDelete::SetNull);

exported! {
    /// `M-DB-02`.
    const LIVE_SESSIONS = "live_sessions" of SESSIONS;
    |read, (guild, id), session| => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "tiktok_username": "TEXT NOT NULL" => session.streamer.as_str(),
        "start_time": MOMENT_DEFAULT_NOW => session.started_at,
        "end_time": "TEXT" => session.ended_at,
    }
    primary_key: ["id"];
}

exported! {
    /// `M-DB-04`, with the indexes `M-DB-17` and `M-DB-18`.
    const TIKTOK_INTERACTIONS = "tiktok_interactions" of INTERACTIONS;
    |read, (guild, session, number), interaction| => {
        "id": "INTEGER" => SqlValue::id(number.get()),
        "session_id": "INTEGER" => SqlValue::id(session.get()),
        "tiktok_account_id": "INTEGER" => interaction.account.map(|account| SqlValue::id(account.get())),
        "interaction_type": "TEXT NOT NULL" => interaction.kind.name(),
        "value": "TEXT" => interaction.value,
        "coin_value": "INTEGER" => interaction.coin_value,
        "user_level": "INTEGER" => interaction.level,
        "timestamp": MOMENT_DEFAULT_NOW => interaction.at,
    }
    primary_key: ["id"];
    references: [OF_SESSION, OF_ACCOUNT];
    indexes: [
        index("idx_tiktok_interactions_session_id", "session_id"),
        index("idx_tiktok_interactions_tiktok_account_id", "tiktok_account_id"),
    ];
}

exported! {
    /// `M-DB-05`.
    const VIEWER_COUNT_SNAPSHOTS = "viewer_count_snapshots" of VIEWER_SNAPSHOTS;
    |read, (guild, session, number), snapshot| => {
        "id": "INTEGER" => SqlValue::id(number.get()),
        "session_id": "INTEGER" => SqlValue::id(session.get()),
        "viewer_count": "INTEGER NOT NULL" => snapshot.viewers,
        "timestamp": MOMENT_DEFAULT_NOW => snapshot.at,
    }
    primary_key: ["id"];
    references: [OF_SESSION];
}

exported! {
    /// `M-DB-22`. Whoever did not watch long enough to be counted has no row.
    const TIKTOK_WATCH_TIME = "tiktok_watch_time" of PARTICIPANTS;
    |read, (guild, session, account), participant| if participant.watch.updated_at.is_some() => {
        let watch = participant.watch;
        "id": "INTEGER" => SqlValue::id(participant.number),
        "session_id": "INTEGER" => SqlValue::id(session.get()),
        "tiktok_account_id": "INTEGER" => SqlValue::id(account.get()),
        "linked_discord_id": "INTEGER" => watch.linked,
        "watch_seconds": "INTEGER NOT NULL DEFAULT 0" => u32::try_from(watch.unpaid().as_secs()).unwrap_or(u32::MAX),
        "last_updated": MOMENT_DEFAULT_NOW => watch.updated_at,
    }
    primary_key: ["id"];
    references: [OF_SESSION, OF_ACCOUNT];
}
