//! The queue in the SQLite export: the table `submissions` (`M-DB-06`, `M-DB-12` to `M-DB-16`).

use super::model::{Entry, SongId};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, RowSink, SqlTable, SqlValue, column, index, partial_index};
use crate::store::{Read, Span};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[SqlTable {
    name: "submissions",
    columns: &[
        column("id", "INTEGER"),
        column("public_id", "TEXT NOT NULL"),
        column("user_id", "INTEGER NOT NULL"),
        column("username", "TEXT NOT NULL"),
        column("artist_name", "TEXT NOT NULL"),
        column("song_name", "TEXT NOT NULL"),
        column("link_or_file", "TEXT"),
        column("queue_line", "TEXT"),
        column("submission_time", MOMENT_DEFAULT_NOW),
        column("played_time", "TEXT"),
        column("note", "TEXT"),
        column("tiktok_username", "TEXT"),
        column("total_score", "REAL DEFAULT 0"),
    ],
    primary_key: &["id"],
    unique: &[&["public_id"]],
    references: &[],
    indexes: &[
        index("idx_submissions_user_id", "user_id"),
        index("idx_submissions_queue_line", "queue_line"),
        index("idx_submissions_played_time", "played_time"),
        index("idx_submissions_submission_time", "submission_time"),
        partial_index(
            "idx_submissions_free_queue",
            "queue_line, total_score DESC, submission_time ASC",
            "queue_line = 'Free'",
        ),
    ],
    rows: submissions,
}];

fn submissions(read: &dyn Read, guild: Option<GuildId>, sink: &mut RowSink<'_>) -> Result<()> {
    let span: Span<(GuildId, SongId)> = guild.map_or_else(Span::all, Span::of);
    tables::SONGS.for_each(read, span, |(guild, id), song| {
        let Entry { id, song, place } = Entry { id, place: tables::place_of(read, guild, id)?, song };
        #[expect(clippy::cast_precision_loss, reason = "points stay far below 2^53")]
        let score = place.score as f64;
        sink(
            guild,
            &[
                SqlValue::id(id.get()),
                song.public_id.digits().into(),
                SqlValue::id(song.user.get()),
                (&song.username).into(),
                (&song.artist).into(),
                (&song.title).into(),
                song.source.link_or_file().into(),
                place.line.name().into(),
                place.submitted_at.into(),
                place.played_at.into(),
                song.note.as_deref().into(),
                song.tiktok_username.as_deref().into(),
                SqlValue::Real(score),
            ],
        )
    })
}
