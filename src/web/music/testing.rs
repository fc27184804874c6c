//! Songs for the tests of pages.

use crate::features::queue::model::{Entry, Line, Place, PublicId, Song, SongId, Source};
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;

/// 21 November 2026, 20:15 UTC.
pub(crate) const AT: Timestamp = Timestamp::from_millis(1_795_292_100_000);

/// What every text of a hostile song is: it would be seen if one were not escaped.
pub(crate) const HOSTILE: &str = "<img src=x onerror=\"alert(1)\">";

/// A song of ann in a line, on YouTube.
pub(crate) fn song(number: u32, title: &str, line: Line) -> Entry {
    let url = format!("https://youtu.be/{number}");
    let source = Source::Link { platform: "YouTube".to_owned(), url, key: number.to_string() };
    let song = Song {
        public_id: PublicId::new(number),
        user: UserId::new(7),
        username: "ann".to_owned(),
        artist: "Ann".to_owned(),
        title: title.to_owned(),
        source,
        note: None,
        tiktok_username: None,
    };
    let played_at = (line == Line::SongsPlayed).then_some(AT);
    let place = Place { user: song.user, line, score: 0, submitted_at: AT, played_at };
    Entry { id: SongId::new(number.into()), song, place }
}

/// A song of which every text is hostile, and whose link would run script.
pub(crate) fn hostile(line: Line) -> Entry {
    let Entry { id, song, place } = song(66, HOSTILE, line);
    let text = || HOSTILE.to_owned();
    let source = Source::Link { platform: text(), url: "javascript:alert(1)".to_owned(), key: text() };
    let song =
        Song { username: text(), artist: text(), source, note: Some(text()), tiktok_username: Some(text()), ..song };
    Entry { id, song, place }
}
