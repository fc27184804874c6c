//! What a song is called everywhere on the web, and a song as the API tells it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::features::queue::model::{Entry, Song, Source};
use crate::features::queue::queries::{Row, Standing};
use crate::kernel::time::Timestamp;

/// What a song is called: artist and title, in this order on every page, as on Discord.
pub fn called(artist: &str, title: &str) -> String {
    format!("{artist} – {title}")
}

/// The same behind its number: `#127626 Ann – First Light`.
pub fn numbered(song: &Song) -> String {
    format!("{} {}", song.public_id, called(&song.artist, &song.title))
}

/// A song and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SongView {
    /// The number that people use, six digits.
    pub id: String,
    /// The artist.
    pub artist: String,
    /// The title.
    pub title: String,
    /// The line that it is in.
    pub line: &'static str,
    /// Who submitted it.
    pub user_id: String,
    /// Their name at that time.
    pub username: String,
    /// The TikTok handle that is shown with it.
    pub tiktok_username: Option<String>,
    /// Where it is to be heard.
    pub source: SourceView,
    /// The note for the reviewer.
    pub note: Option<String>,
    /// When it was submitted.
    pub submitted_at: String,
    /// When it was played.
    pub played_at: Option<String>,
    /// Its place among those that will be played, from 1.
    pub place: Option<u64>,
    /// How long that will take, in seconds, once reviews were measured.
    pub wait_seconds: Option<u64>,
}

/// Where a song is to be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceView {
    /// The platform, for a link.
    pub platform: Option<String>,
    /// The link.
    pub url: Option<String>,
    /// The name of the file, for a file on Discord.
    pub file: Option<String>,
    /// Whether the message with the file is gone.
    pub is_file_gone: bool,
}

impl SongView {
    /// Of a song, with where it stands while it waits.
    pub fn of(entry: &Entry, standing: Option<Standing>) -> Self {
        let Entry { song, place, .. } = entry;
        Self {
            id: song.public_id.digits(),
            artist: song.artist.clone(),
            title: song.title.clone(),
            line: place.line.name(),
            user_id: song.user.to_string(),
            username: song.username.clone(),
            tiktok_username: song.handle(),
            source: SourceView::of(&song.source),
            note: song.note.clone(),
            submitted_at: place.submitted_at.rfc3339(),
            played_at: place.played_at.map(Timestamp::rfc3339),
            place: standing.and_then(|standing| standing.ahead).map(|ahead| ahead.saturating_add(1)),
            wait_seconds: standing.and_then(|standing| standing.wait).map(|wait| wait.as_secs()),
        }
    }

    /// Of a song in a list.
    pub fn of_row(row: &Row) -> Self {
        Self::of(&row.entry, row.standing)
    }
}

impl SourceView {
    fn of(source: &Source) -> Self {
        match source {
            Source::Link { platform, url, .. } => {
                Self { platform: Some(platform.clone()), url: Some(url.clone()), file: None, is_file_gone: false }
            }
            Source::File { name, .. } => {
                Self { platform: None, url: None, file: Some(name.clone()), is_file_gone: source.is_file_gone() }
            }
        }
    }
}
