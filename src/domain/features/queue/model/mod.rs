//! Songs, lines and places.

mod refusal;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::id_type;
use crate::jobs::JobKind;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId, UserId};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::Record;

pub use refusal::QueueRefusal;

id_type!(
    /// The row number of a song within its guild (`M-DB-06`: `id`).
    SongId
);

/// The nine lines, best first (`M-QUE-01`).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "title_case")]
pub enum Line {
    /// 6,000 gifted coins or more.
    #[strum(serialize = "25+ Skip")]
    Skip25Plus,
    /// 5,000 to 5,999.
    #[strum(serialize = "20 Skip")]
    Skip20,
    /// 4,000 to 4,999.
    #[strum(serialize = "15 Skip")]
    Skip15,
    /// 2,000 to 3,999.
    #[strum(serialize = "10 Skip")]
    Skip10,
    /// 1,000 to 1,999.
    #[strum(serialize = "5 Skip")]
    Skip5,
    /// By engagement points, then by time (`M-QUE-07`).
    Free,
    /// Waits for a reviewer; never served by `/next` (`M-QUE-08`).
    PendingSkips,
    /// Played songs (`M-QUE-09`).
    SongsPlayed,
    /// Taken out by a reviewer; kept (`M-QUE-10`).
    Removed,
}

impl Line {
    /// The lines in which a song waits, and into which `/move` may put one (`D-25`).
    pub const WAITING: [Self; 7] =
        [Self::Skip25Plus, Self::Skip20, Self::Skip15, Self::Skip10, Self::Skip5, Self::Free, Self::PendingSkips];

    /// The exact name under which the line is shown and stored (`M-QUE-01`).
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The sign of the line (`D-19`).
    pub const fn emoji(self) -> &'static str {
        match self {
            Self::Skip25Plus => "🔥",
            Self::Skip20 => "🥇",
            Self::Skip15 => "🥈",
            Self::Skip10 => "🥉",
            Self::Skip5 => "⚡",
            Self::Free => "🆓",
            Self::PendingSkips => "⏳",
            Self::SongsPlayed => "✅",
            Self::Removed => "❌",
        }
    }

    /// Place in the order of lines: 0 is served first. Part of the stored keys, so it never changes.
    pub const fn rank(self) -> u8 {
        self as u8
    }

    /// The line of a stored rank.
    pub fn from_rank(rank: u8) -> Option<Self> {
        Self::VARIANTS.get(usize::from(rank)).copied()
    }

    /// One of the five lines that coins lead into.
    pub const fn is_skip_tier(self) -> bool {
        self.rank() <= Self::Skip5.rank()
    }

    /// Whether `/next` serves this line.
    pub const fn is_served(self) -> bool {
        self.rank() <= Self::Free.rank()
    }

    /// Whether a song here still waits for its turn or for a reviewer.
    pub const fn is_waiting(self) -> bool {
        self.rank() <= Self::PendingSkips.rank()
    }
}

/// The number by which people speak of a song: six digits, unique in the guild, shown as `#012345` (`D-02`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicId(u32);

impl PublicId {
    /// How many there are.
    pub const COUNT: u32 = 1_000_000;

    /// Wraps a number; those past the last are wrapped around.
    pub const fn new(number: u32) -> Self {
        Self(number % Self::COUNT)
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The six digits without `#`, as the export stores them.
    pub fn digits(self) -> String {
        format!("{:06}", self.0)
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06}", self.0)
    }
}

impl FromStr for PublicId {
    type Err = ();

    /// Reads what people type, with or without `#` and leading zeros.
    fn from_str(text: &str) -> Result<Self, ()> {
        let trimmed = text.trim();
        let digits = trimmed.strip_prefix('#').unwrap_or(trimmed);
        let fits = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { digits.parse().map(Self).map_err(|_| ()) } else { Err(()) }
    }
}

/// Where a song is to be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// On a platform.
    Link {
        /// The platform's name, as people write it.
        platform: String,
        /// What is shown and opened.
        url: String,
        /// The same for every way of writing this link; tells duplicates (`D-04`).
        key: String,
    },
    /// A file in a message on Discord. Links to it expire, so the message is what is kept (`C-38`).
    File {
        /// The file's name.
        name: String,
        /// Size in bytes.
        bytes: u64,
        /// A digest of the content; tells duplicates (`D-04`).
        key: String,
        /// The message that holds the file.
        kept_in: KeptFile,
    },
}

/// The message that holds a submitted file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Its channel.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
    /// The attachment in it.
    pub attachment: AttachmentId,
    /// The link as it was when the file was stored; it works for about a day.
    pub url: String,
}

impl Source {
    /// What tells two submissions of the same song (`D-04`).
    pub fn key(&self) -> &str {
        match self {
            Self::Link { key, .. } | Self::File { key, .. } => key,
        }
    }

    /// The same, where the message that held its file is gone: an empty address leads nobody anywhere.
    #[must_use]
    pub fn without_file(mut self) -> Self {
        if let Self::File { kept_in, .. } = &mut self {
            kept_in.url.clear();
        }
        self
    }

    /// Whether its file is known to be gone.
    pub fn is_file_gone(&self) -> bool {
        matches!(self, Self::File { kept_in, .. } if kept_in.url.is_empty())
    }

    /// What the export stores in `link_or_file` (`M-DB-06`).
    pub fn link_or_file(&self) -> &str {
        match self {
            Self::Link { url, .. } => url,
            Self::File { kept_in, .. } => &kept_in.url,
        }
    }
}

/// What was submitted. Only title and artist may be filled in later; where the song stands is its [`Place`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Song {
    /// The number that people use.
    pub public_id: PublicId,
    /// Who submitted it.
    pub user: UserId,
    /// Their name at that time, shown when they have left the server (`D-36`).
    pub username: String,
    /// The artist, one line of plain text.
    pub artist: String,
    /// The title, one line of plain text.
    pub title: String,
    /// Where it is to be heard.
    pub source: Source,
    /// A note for the reviewer.
    pub note: Option<String>,
    /// The TikTok handle as typed or as linked; display only (`C-35`). Where it is one of an account that is linked to the
    /// submitter, it is the name of that account now. People read it by [`Song::handle`].
    pub tiktok_username: Option<String>,
}

impl Record for Song {}

impl Song {
    /// What is shown instead of the name of somebody who was erased.
    pub const ERASED: &'static str = "erased member";

    /// The TikTok handle as people read it, without `@`; one that its account lost says that it is a former name.
    pub fn handle(&self) -> Option<String> {
        self.tiktok_username.as_deref().map(Handle::shown_of)
    }

    /// The song of somebody else, without what names the member who submitted it: their name, which is also the artist's
    /// where they gave none, their note and their handle. What it is called and where it is heard stays.
    #[must_use]
    pub fn without_member(&self, user: UserId) -> Self {
        let is_own_name = self.artist == one_line(&self.username, usize::MAX);
        Self {
            user,
            username: Self::ERASED.to_owned(),
            artist: if is_own_name { Self::ERASED.to_owned() } else { self.artist.clone() },
            note: None,
            tiktok_username: None,
            ..self.clone()
        }
    }
}

/// Where a song stands. Narrow, because every re-score writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Who submitted the song.
    pub user: UserId,
    /// The line.
    pub line: Line,
    /// Engagement points of the submitter when the song came into its line, and in Free at the last score sync; orders the
    /// Free line (`M-PTS-05`).
    pub score: i64,
    /// When it was submitted; orders every line (`C-28`).
    pub submitted_at: Timestamp,
    /// When it was played.
    pub played_at: Option<Timestamp>,
}

impl Record for Place {}

/// A song and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its row number.
    pub id: SongId,
    /// What was submitted.
    pub song: Song,
    /// Where it stands.
    pub place: Place,
}

/// A song, and the line in which somebody who acts on it saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The song.
    pub song: PublicId,
    /// Where it was.
    pub line: Line,
}

/// The last thing that was noted of a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastAct {
    /// Who did it.
    pub by: Actor,
    /// How long ago.
    pub ago: Duration,
    /// The line into which it put the song.
    pub to: Line,
}

/// How long reviews take, measured: the lengths of the last ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// When the last song was played.
    pub last_played: Option<Timestamp>,
    /// Lengths in seconds, oldest first, at most [`super::rules::PACE_SAMPLES`].
    pub lengths: Vec<u32>,
}

impl Record for Pace {}

/// A song that was copied to a bookmark channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Who bookmarked it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

impl Record for Bookmark {}

/// A song that is to be posted to a channel: what the jobs of the queue carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongPost {
    /// The song.
    pub song: SongId,
    /// Where it is posted.
    pub channel: ChannelId,
}

/// The job that announces what plays (`D-23`).
pub static ANNOUNCE: JobKind<SongPost> = JobKind::new("queue.announce", "The announcement of the song that plays");
/// The job that copies a song to the bookmark channel (`D-22`).
pub static COPY_BOOKMARK: JobKind<SongPost> =
    JobKind::new("queue.copy_bookmark", "The copy of a song in the bookmark channel");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_have_their_exact_names_in_their_order() {
        crate::covers!("M-QUE-01");
        let names: Vec<&str> = Line::VARIANTS.iter().map(|line| line.name()).collect();
        assert_eq!(
            names,
            ["25+ Skip", "20 Skip", "15 Skip", "10 Skip", "5 Skip", "Free", "Pending Skips", "Songs Played", "Removed"]
        );
        for (rank, line) in Line::VARIANTS.iter().copied().enumerate() {
            assert_eq!(usize::from(line.rank()), rank);
            assert_eq!(Line::from_rank(line.rank()), Some(line));
            assert_eq!(line.name().parse(), Ok(line));
        }
    }

    #[test]
    fn a_song_without_its_member_is_the_same_song() {
        let link = Source::Link { platform: "YouTube".into(), url: "https://y/1".into(), key: "y/1".into() };
        let song = |user: u64, username: &str, artist: &str| Song {
            public_id: PublicId::new(7),
            user: UserId::new(user),
            username: username.into(),
            artist: artist.into(),
            title: "Blue".into(),
            source: link.clone(),
            note: None,
            tiktok_username: None,
        };
        for (artist, expected) in [("Ann", Song::ERASED), ("The Owls", "The Owls")] {
            let before =
                Song { note: Some("mine".into()), tiktok_username: Some("ann".into()), ..song(5, "Ann", artist) };
            assert_eq!(before.without_member(UserId::new(1)), song(1, Song::ERASED, expected));
        }
    }

    #[test]
    fn a_song_number_is_read_as_people_type_it() {
        for typed in ["#012345", "012345", " 12345 ", "#12345"] {
            assert_eq!(typed.parse(), Ok(PublicId::new(12345)), "{typed:?}");
        }
        for typed in ["", "#", "1234567", "-1", "+1", "12a", "#-5", "١٢"] {
            assert_eq!(typed.parse::<PublicId>(), Err(()), "{typed:?}");
        }
        assert_eq!(PublicId::new(7).to_string(), "#000007");
    }
}
