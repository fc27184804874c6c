//! The queue in the SQLite export: the table `submissions` (`M-DB-06`, `M-DB-12` to `M-DB-16`).

use super::tables::{SONGS, place_of};
use crate::exported;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue, index, partial_index};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[SUBMISSIONS];

exported! {
    /// Songs, each with its place.
    const SUBMISSIONS = "submissions" of SONGS;
    |read, (guild, id), song| => {
        let place = place_of(read, guild, id)?;
        "id": "INTEGER" => SqlValue::id(id.get()),
        "public_id": "TEXT NOT NULL" => song.public_id.digits(),
        "user_id": "INTEGER NOT NULL" => song.user,
        "username": "TEXT NOT NULL" => &song.username,
        "artist_name": "TEXT NOT NULL" => &song.artist,
        "song_name": "TEXT NOT NULL" => &song.title,
        "link_or_file": "TEXT" => song.source.link_or_file(),
        "queue_line": "TEXT" => place.line.name(),
        "submission_time": MOMENT_DEFAULT_NOW => place.submitted_at,
        "played_time": "TEXT" => place.played_at,
        "note": "TEXT" => song.note.as_deref(),
        "tiktok_username": "TEXT" => song.tiktok_username.as_deref(),
        "total_score": "REAL DEFAULT 0" => with_fraction(place.score),
    }
    primary_key: ["id"];
    unique: ["public_id"];
    indexes: [
        index("idx_submissions_user_id", "user_id"),
        index("idx_submissions_queue_line", "queue_line"),
        index("idx_submissions_played_time", "played_time"),
        index("idx_submissions_submission_time", "submission_time"),
        partial_index(
            "idx_submissions_free_queue",
            "queue_line, total_score DESC, submission_time ASC",
            "queue_line = 'Free'",
        ),
    ];
}

/// Points as the column has them.
#[expect(clippy::cast_precision_loss, reason = "points stay far below 2^53")]
const fn with_fraction(points: i64) -> f64 {
    points as f64
}
