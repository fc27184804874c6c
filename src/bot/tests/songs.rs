//! Songs for views to show, with texts that would do something if nobody escaped them.

use crate::features::queue::model::{Entry, KeptFile, Line, Place, PublicId, Song, SongId, Source};
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId, UserId};
use crate::kernel::time::Timestamp;

/// Who sent the song.
pub(crate) const ANN: UserId = UserId::new(1);
/// When she did, and when it was played.
pub(crate) const AT: Timestamp = Timestamp::from_millis(1_763_756_100_000);
/// Its number.
pub(crate) const NUMBER: PublicId = PublicId::new(12_345);

/// Ann's song, in a line: a link with a note of two lines and a handle.
pub(crate) fn entry(line: Line) -> Entry {
    let source = Source::Link {
        platform: "YouTube".to_owned(),
        url: "https://youtu.be/dQw4w9WgXcQ".to_owned(),
        key: "youtube:dQw4w9WgXcQ".to_owned(),
    };
    let song = Song {
        public_id: NUMBER,
        user: ANN,
        username: "ann_b".to_owned(),
        artist: "*Ann*".to_owned(),
        title: "Light @everyone".to_owned(),
        source,
        note: Some("Be *kind*!\n# [no](link)".to_owned()),
        tiktok_username: Some("dj_ann_".to_owned()),
    };
    let played_at = (line == Line::SongsPlayed).then_some(AT);
    let place = Place { user: ANN, line, score: 0, submitted_at: AT, played_at };
    Entry { id: SongId::new(7), song, place }
}

/// Somebody else's song, written from right to left, with neither note nor handle, whose file is gone.
pub(crate) fn lost_entry(line: Line) -> Entry {
    let mut entry = entry(line);
    entry.place.user = UserId::new(2);
    entry.song = Song {
        public_id: PublicId::new(7),
        user: UserId::new(2),
        username: "sami".to_owned(),
        artist: "مرحبا".to_owned(),
        title: "<@2> `x`".to_owned(),
        source: file().without_file(),
        note: None,
        tiktok_username: None,
    };
    entry
}

/// Ann's song as a file that the bot keeps.
pub(crate) fn entry_of_file(line: Line) -> Entry {
    let mut entry = entry(line);
    entry.song.source = file();
    entry
}

fn file() -> Source {
    let kept_in = KeptFile {
        channel: ChannelId::new(6),
        message: MessageId::new(7),
        attachment: AttachmentId::new(8),
        url: "https://cdn.discordapp.com/attachments/6/8/Song_1.mp3".to_owned(),
    };
    Source::File { name: "Song_1.mp3".to_owned(), bytes: 4_000_000, key: "sha256:1".to_owned(), kept_in }
}
