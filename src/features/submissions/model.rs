//! The words of submissions: what people may write about a song, and why a song is refused.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::audio::AudioRefusal;
use super::links::{LinkVerdict, Miss, Platform, SongLink};
use crate::jobs::Kind;
use crate::kernel::error::Refuse;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::kernel::text;
use crate::live::Handle;
use crate::live::handle::NamesNobody;

/// Room for a host in a sentence, in characters. Real ones are shorter; a longer one would fill the screen.
const HOST_CHARS: usize = 60;

/// A text that people write about their song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// Who made it.
    Artist,
    /// What it is called.
    Title,
    /// What the reviewer should know.
    Note,
}

impl TextField {
    /// How much fits, counted as [`text::discord_len`] does.
    pub const fn max_len(self) -> usize {
        match self {
            Self::Artist | Self::Title => 100,
            Self::Note => 500,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Artist => "artist name",
            Self::Title => "song title",
            Self::Note => "note",
        }
    }
}

/// Why a song is not taken, apart from what is wrong with a file, which [`super::audio::AudioRefusal`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmissionRefusal {
    /// A link to Apple Music or iTunes (`M-SUB-10`).
    Apple,
    /// A link to a host that is not supported (`M-SUB-09`).
    UnsupportedHost {
        /// As the sender made it.
        host: String,
    },
    /// A page of a supported platform that is no song.
    NoSong {
        /// Whose page it is.
        platform: Platform,
        /// What is wrong with it.
        miss: Miss,
    },
    /// A link with a login, a port or a dot after its host.
    DisguisedLink {
        /// Whose host it is.
        platform: Platform,
    },
    /// A link that is too long to be one.
    LinkTooLong,
    /// Text where a link is asked for.
    NotALink,
    /// A film instead of its sound.
    Video,
    /// Beside a link to Apple Music or iTunes (`D-32`).
    BesideApple,
    /// The message has yielded as many songs as it may.
    AnotherMessage,
    /// Submissions are closed (`D-05`).
    Closed,
    /// Not in the submissions channel (`C-22`).
    WrongChannel {
        /// Where submissions are taken.
        channel: ChannelId,
        /// `/submit` as [`text::command`] writes it.
        submit: String,
        /// `/submitfile` likewise.
        submit_file: String,
    },
    /// There is no submissions channel yet (`C-22`).
    NoChannel,
    /// The sender has as many songs waiting as the server allows (`D-04`).
    TooMany {
        /// How many are allowed.
        max: u32,
    },
    /// The bot may not post a file of this size here, so it could not keep it (`C-38`).
    CannotKeepFile,
    /// The bot may not post files in the submissions channel.
    CannotPostFile,
    /// Submissions are open or closed already.
    AlreadySo {
        /// Which.
        is_open: bool,
    },
    /// What was typed for a TikTok handle cannot be one.
    NoHandle(NamesNobody),
    /// A text that is too long.
    TooLong {
        /// Which text.
        field: TextField,
        /// How long it is, counted as [`text::discord_len`] does.
        length: usize,
    },
}

impl SubmissionRefusal {
    /// The code of [`Self::CannotKeepFile`], for whom there is another way to keep the file.
    pub const CANNOT_KEEP_FILE: &'static str = "submission.cannot_keep_file";
    /// The code of [`Self::CannotPostFile`], which waits until the bot may.
    pub const CANNOT_POST_FILE: &'static str = "submission.cannot_post_file";
}

impl Refuse for SubmissionRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Apple => "submission.link_apple",
            Self::UnsupportedHost { .. } => "submission.link_unsupported",
            Self::NoSong { .. } => "submission.link_no_song",
            Self::DisguisedLink { .. } => "submission.link_disguised",
            Self::LinkTooLong => "submission.link_too_long",
            Self::NotALink => "submission.not_a_link",
            Self::Video => "submission.file_video",
            Self::BesideApple => "submission.beside_apple",
            Self::AnotherMessage => "submission.another_message",
            Self::Closed => "submission.closed",
            Self::WrongChannel { .. } => "submission.wrong_channel",
            Self::NoChannel => "submission.no_channel",
            Self::TooMany { .. } => "submission.too_many",
            Self::CannotKeepFile => Self::CANNOT_KEEP_FILE,
            Self::CannotPostFile => Self::CANNOT_POST_FILE,
            Self::AlreadySo { .. } => "submission.already_so",
            Self::NoHandle(_) => "submission.no_handle",
            Self::TooLong { .. } => "submission.text_too_long",
        }
    }
}

impl fmt::Display for SubmissionRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apple => {
                write!(f, "Links to Apple Music and iTunes can't be reviewed. Send the song from {AnyPlatform}.")
            }
            Self::UnsupportedHost { host } => {
                let host = text::escape(&text::one_line(host, HOST_CHARS));
                write!(f, "Links to **{host}** can't be reviewed. Send the song from {AnyPlatform}.")
            }
            Self::NoSong { platform, miss } => {
                write_miss(f, *platform, *miss)?;
                f.write_str(" Open the song, choose Share, and send the link from there.")
            }
            Self::DisguisedLink { platform } => write!(
                f,
                "This {platform} link has a login, a port or a stray character in it. Open the song, choose Share, and send the \
                 link from there."
            ),
            Self::LinkTooLong => {
                f.write_str("This link is too long. Open the song, choose Share, and send the short link from there.")
            }
            Self::NotALink => {
                write!(
                    f,
                    "This is not a link. Copy the address of the song from {AnyPlatform}; it starts with `https://`."
                )
            }
            Self::Video => AudioRefusal::Video.fmt(f),
            Self::BesideApple => f.write_str("Not taken, because of the Apple link beside it. Send it in a message of its own."),
            Self::AnotherMessage => f.write_str("No more songs are taken from this message. Send it in a message of its own."),
            Self::Closed => {
                f.write_str("Submissions are closed right now. Keep your song ready and send it when they open again.")
            }
            Self::WrongChannel { channel, submit, submit_file } => write!(
                f,
                "Songs are taken in {} only. Go there and use {submit} for a link or {submit_file} for a file.",
                text::channel(*channel)
            ),
            Self::NoChannel => f.write_str(
                "There is no channel for submissions yet. An administrator has to run /set-submission-channel first.",
            ),
            Self::TooMany { max: 1 } => {
                f.write_str("You already have a song in the queue. Send the next one once it is reviewed.")
            }
            Self::TooMany { max } => {
                write!(f, "You already have {max} songs in the queue. Send the next one once one of them is reviewed.")
            }
            Self::CannotKeepFile => f.write_str(
                "This server does not let me keep a file of this size. Post it as a message in this channel instead: then it \
                 stays where you put it.",
            ),
            Self::CannotPostFile => f.write_str(
                "I may not post files in this channel. An administrator has to give me **Send Messages** and **Attach Files** \
                 here.",
            ),
            Self::AlreadySo { is_open: true } => f.write_str("Submissions are open already."),
            Self::AlreadySo { is_open: false } => f.write_str("Submissions are closed already."),
            Self::NoHandle(names_nobody) => write!(f, "That is no TikTok handle. {names_nobody}"),
            Self::TooLong { field, length } => write!(
                f,
                "The {} has {length} characters, and {} fit. Shorten it and send the song again.",
                field.name(),
                field.max_len()
            ),
        }
    }
}

fn write_miss(f: &mut fmt::Formatter<'_>, platform: Platform, miss: Miss) -> fmt::Result {
    match miss {
        Miss::Nothing => write!(f, "This {platform} link doesn't lead to a song."),
        Miss::Own => write!(
            f,
            "This {platform} link doesn't lead to a song: only you can see that page, or everybody sees something else on it."
        ),
        Miss::Artist => write!(f, "This {platform} link doesn't lead to a song, but to everything of one artist."),
        Miss::Cut { length, found } if found < length => write!(
            f,
            "This {platform} link doesn't lead to a song, because it was cut off: {platform}'s ids have {length} characters, \
             and this one has {found}."
        ),
        Miss::Cut { length, found } => write!(
            f,
            "This {platform} link doesn't lead to a song, because it was cut off or something was stuck to its end: \
             {platform}'s ids have {length} characters, and this one has {found}."
        ),
    }
}

/// What the submitter said about a song, cleaned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The artist.
    pub artist: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// A note for the reviewer.
    pub note: Option<String>,
    /// A TikTok handle in its stored form; display only (`C-35`).
    pub tiktok_handle: Option<String>,
    /// Whether it is meant as a paid skip (`M-SUB-16`).
    pub is_skip: bool,
}

impl Details {
    /// Cleans what was typed. Refuses what is too long; what is empty after cleaning counts as not typed.
    pub fn new(
        artist: Option<&str>,
        title: Option<&str>,
        note: Option<&str>,
        tiktok_handle: Option<&str>,
        is_skip: bool,
    ) -> Result<Self, SubmissionRefusal> {
        Ok(Self {
            artist: cleaned(TextField::Artist, artist)?,
            title: cleaned(TextField::Title, title)?,
            note: cleaned(TextField::Note, note)?,
            tiktok_handle: tiktok_handle.map(Self::shown_handle).transpose()?.flatten(),
            is_skip,
        })
    }

    /// The handle of what was typed for one, by the rules of all handles. It is shown and means nothing else; what cannot be
    /// one is refused, since nobody could be found by it.
    fn shown_handle(typed: &str) -> Result<Option<String>, SubmissionRefusal> {
        match Handle::typed(typed) {
            Ok(handle) => Ok(Some(handle.into())),
            Err(_) if text::one_line(typed, usize::MAX).trim_start_matches('@').is_empty() => Ok(None),
            Err(names_nobody) => Err(SubmissionRefusal::NoHandle(names_nobody)),
        }
    }

    /// Nothing but a note, which ends where no more fits.
    pub fn with_note(words: &str) -> Self {
        let note = text::truncate(words, TextField::Note.max_len());
        Self { note: (!note.is_empty()).then_some(note), ..Self::default() }
    }

    /// Whether words fit into a note.
    pub fn fits_note(words: &str) -> bool {
        text::discord_len(words) <= TextField::Note.max_len()
    }

    /// The artist, or the submitter's name (`M-SUB-11`).
    pub fn artist_or(&self, username: &str) -> String {
        self.artist.clone().unwrap_or_else(|| text::one_line(username, TextField::Artist.max_len()))
    }

    /// What a platform told about a song, through the same gate; what is too long is cut instead of refused.
    pub fn told(artist: Option<&str>, title: Option<&str>) -> Self {
        let fitted = |field: TextField, told: Option<&str>| {
            let clean = text::truncate(&text::one_line(told?, usize::MAX), field.max_len());
            (!clean.is_empty()).then_some(clean)
        };
        let (artist, title) = (fitted(TextField::Artist, artist), fitted(TextField::Title, title));
        Self { artist, title, ..Self::default() }
    }

    /// The title, or exactly "Not Known" (`M-SUB-12`).
    pub fn title_or_unknown(&self) -> String {
        self.title.clone().unwrap_or_else(|| "Not Known".to_owned())
    }
}

fn cleaned(field: TextField, typed: Option<&str>) -> Result<Option<String>, SubmissionRefusal> {
    let Some(typed) = typed else { return Ok(None) };
    let clean = match field {
        TextField::Artist | TextField::Title => text::one_line(typed, usize::MAX),
        TextField::Note => text::paragraph(typed, usize::MAX),
    };
    let length = text::discord_len(&clean);
    if length > field.max_len() {
        return Err(SubmissionRefusal::TooLong { field, length });
    }
    Ok((!clean.is_empty()).then_some(clean))
}

/// Mentions of the two commands, for those who are told where songs go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandMentions {
    /// `/submit` as [`text::command`] writes it.
    pub submit: String,
    /// `/submitfile` likewise.
    pub submit_file: String,
}

/// What the job that confirms a submission carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The row number of the song in the queue.
    pub song: u64,
    /// The submissions channel, for where direct messages are blocked.
    pub channel: ChannelId,
    /// Whether waiting gift credit put it into its line.
    pub used_credit: bool,
    /// Whether its platform is to be asked for the title, once this is told.
    #[serde(default)]
    pub asks_title: bool,
    /// Whether it is to be asked for the artist.
    #[serde(default)]
    pub asks_artist: bool,
}

/// What the job that asks a platform for a title carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitlesWanted {
    /// The row number of the song in the queue.
    pub song: u64,
    /// Whether its submitter gave no title.
    pub title: bool,
    /// Whether they gave no artist.
    pub artist: bool,
    /// The confirmation that says so, if one was sent.
    pub confirmed: Option<Confirmed>,
}

/// A confirmation as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The row number of the song in the queue.
    pub song: u64,
    /// Where.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
    /// Whether it is in the submissions channel, for a while, because the submitter takes no direct messages.
    pub in_channel: bool,
    /// What it says about gifts.
    pub used_credit: bool,
}

/// What the job that says whether submissions are open carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The submissions channel.
    pub channel: ChannelId,
    /// Open or closed.
    pub is_open: bool,
}

/// The job that confirms a submission (`M-SUB-15`).
pub static CONFIRM: Kind<Confirmation> = Kind::new("submissions.confirm");
/// The job that asks a platform what a song is called (`D-38`).
pub static TITLES: Kind<TitlesWanted> = Kind::new("submissions.titles");
/// The job that says in a confirmation what the song turned out to be called.
pub static CORRECT: Kind<Confirmed> = Kind::new("submissions.correct_confirmation");
/// The job that reads what was posted while nobody listened.
pub static CATCH_UP: Kind<()> = Kind::new("submissions.catch_up");
/// The job that reads what was posted while the channel was hidden.
pub static IN_SIGHT_AGAIN: Kind<()> = Kind::new("submissions.in_sight_again");
/// The job that says whether submissions are open.
pub static NOTICE: Kind<Notice> = Kind::new("submissions.notice");

impl LinkVerdict {
    /// The song, or why there is none.
    pub fn into_song(self) -> Result<SongLink, SubmissionRefusal> {
        Err(match self {
            Self::Accepted(song) => return Ok(song),
            Self::Apple => SubmissionRefusal::Apple,
            Self::Unsupported { host } => SubmissionRefusal::UnsupportedHost { host },
            Self::NoSong { platform, miss } => SubmissionRefusal::NoSong { platform, miss },
            Self::Disguised { platform } => SubmissionRefusal::DisguisedLink { platform },
            Self::TooLong => SubmissionRefusal::LinkTooLong,
            Self::NotALink => SubmissionRefusal::NotALink,
        })
    }
}

/// `YouTube, Spotify, SoundCloud, Deezer or Ditto`.
struct AnyPlatform;

impl fmt::Display for AnyPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, platform) in Platform::ALL.into_iter().enumerate() {
            let before = match place {
                0 => "",
                _ if place + 1 == Platform::ALL.len() => " or ",
                _ => ", ",
            };
            write!(f, "{before}{platform}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::links::judge;
    use super::*;
    use crate::kernel::error::Error;
    use crate::kernel::ids::CommandId;

    fn said(refusal: SubmissionRefusal) -> String {
        match Error::from(refusal) {
            Error::Refused(refusal) => format!("{}: {}", refusal.code, refusal.sentence),
            Error::Failed(failure) => panic!("{failure}"),
        }
    }

    #[test]
    fn each_refused_link_is_told_what_would_work() {
        let said = |link: &str| said(judge(link).into_song().unwrap_err());
        insta::assert_snapshot!(said("https://music.apple.com/us/album/x/1"), @"submission.link_apple: Links to Apple Music and iTunes can't be reviewed. Send the song from YouTube, Spotify, SoundCloud, Deezer or Ditto.");
        insta::assert_snapshot!(said("https://vimeo.com/1"), @"submission.link_unsupported: Links to **vimeo.com** can't be reviewed. Send the song from YouTube, Spotify, SoundCloud, Deezer or Ditto.");
        insta::assert_snapshot!(said("https://youtube.com/"), @"submission.link_no_song: This YouTube link doesn't lead to a song. Open the song, choose Share, and send the link from there.");
        insta::assert_snapshot!(said("https://soundcloud.com/you/likes"), @"submission.link_no_song: This SoundCloud link doesn't lead to a song: only you can see that page, or everybody sees something else on it. Open the song, choose Share, and send the link from there.");
        insta::assert_snapshot!(said("https://www.youtube.com/@ann"), @"submission.link_no_song: This YouTube link doesn't lead to a song, but to everything of one artist. Open the song, choose Share, and send the link from there.");
        insta::assert_snapshot!(said("https://www.youtube.com/watch?v=sv_2LzgoB0"), @"submission.link_no_song: This YouTube link doesn't lead to a song, because it was cut off: YouTube's ids have 11 characters, and this one has 10. Open the song, choose Share, and send the link from there.");
        insta::assert_snapshot!(said("https://youtu.be/dQw4w9WgXcQJunk"), @"submission.link_no_song: This YouTube link doesn't lead to a song, because it was cut off or something was stuck to its end: YouTube's ids have 11 characters, and this one has 15. Open the song, choose Share, and send the link from there.");
        insta::assert_snapshot!(said("https://a:b@soundcloud.com/x/y"), @"submission.link_disguised: This SoundCloud link has a login, a port or a stray character in it. Open the song, choose Share, and send the link from there.");
        insta::assert_snapshot!(said(&format!("https://youtu.be/{}", "a".repeat(3_000))), @"submission.link_too_long: This link is too long. Open the song, choose Share, and send the short link from there.");
        insta::assert_snapshot!(said("my song"), @"submission.not_a_link: This is not a link. Copy the address of the song from YouTube, Spotify, SoundCloud, Deezer or Ditto; it starts with `https://`.");
        assert_eq!(judge("https://ditto.fm/x").into_song().unwrap().platform, Platform::Ditto);
    }

    #[test]
    fn a_host_cannot_change_the_layout_of_its_refusal() {
        let refused = |host: String| said(SubmissionRefusal::UnsupportedHost { host });
        assert!(refused("a**b_c.tld".to_owned()).contains(r"**a\*\*b\_c.tld**"));
        assert!(refused("x".repeat(2_000)).chars().count() < 200);
    }

    #[test]
    fn each_refused_song_is_told_what_would_work() {
        let submit = text::command("submit", Some(CommandId::new(11)));
        let submit_file = text::command("submitfile", None);
        insta::assert_snapshot!(said(SubmissionRefusal::Closed), @"submission.closed: Submissions are closed right now. Keep your song ready and send it when they open again.");
        insta::assert_snapshot!(said(SubmissionRefusal::WrongChannel { channel: ChannelId::new(7), submit, submit_file }), @"submission.wrong_channel: Songs are taken in <#7> only. Go there and use </submit:11> for a link or **/submitfile** for a file.");
        insta::assert_snapshot!(said(SubmissionRefusal::NoChannel), @"submission.no_channel: There is no channel for submissions yet. An administrator has to run /set-submission-channel first.");
        insta::assert_snapshot!(said(SubmissionRefusal::TooMany { max: 1 }), @"submission.too_many: You already have a song in the queue. Send the next one once it is reviewed.");
        insta::assert_snapshot!(said(SubmissionRefusal::TooMany { max: 3 }), @"submission.too_many: You already have 3 songs in the queue. Send the next one once one of them is reviewed.");
        insta::assert_snapshot!(said(SubmissionRefusal::TooLong { field: TextField::Note, length: 612 }), @"submission.text_too_long: The note has 612 characters, and 500 fit. Shorten it and send the song again.");
    }
}
