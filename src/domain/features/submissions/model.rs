//! The words of submissions: what people may write about a song, and why a song is refused.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::links::{LinkVerdict, Miss, Platform, SongLink};
use crate::jobs::JobKind;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::kernel::sentence::{Sentence, Slot};
use crate::kernel::text;
use crate::live::Handle;
use crate::live::handle::NamesNobody;
use crate::{refusals, sentence};

/// Room for a host in a sentence, in characters. Real ones are shorter; a longer one would fill the screen.
const HOST_CHARS: usize = 60;

/// A text that people write about their song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum TextField {
    /// Who made it.
    #[strum(serialize = "artist name")]
    Artist,
    /// What it is called.
    #[strum(serialize = "song title")]
    Title,
    /// What the reviewer should know.
    #[strum(serialize = "note")]
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

    fn name(self) -> &'static str {
        self.into()
    }
}

refusals! {
    /// Why a song is not taken, apart from what is wrong with a file, which [`super::audio::AudioRefusal`] tells.
    pub enum SubmissionRefusal {
        /// A link to Apple Music or iTunes (`M-SUB-10`).
        Apple => "submission.link_apple" as NotValid,
            "Links to Apple Music and iTunes can't be reviewed. Send the song from {platforms}.",
            platforms = any_platform();
        /// A link to a host that is not supported (`M-SUB-09`).
        UnsupportedHost {
            /// As the sender made it.
            host: String,
        } => "submission.link_unsupported" as NotValid,
            "Links to **{host}** can't be reviewed. Send the song from {platforms}.",
            host = text::one_line(host, HOST_CHARS), platforms = any_platform();
        /// A page of a supported platform that is no song.
        NoSong {
            /// Whose page it is.
            platform: Platform,
            /// What is wrong with it.
            miss: Miss,
        } => "submission.link_no_song" as NotValid, "{what} Open the song, choose Share, and send the link from there.",
            what = what_is_no_song(*platform, *miss);
        /// A link with a login, a port or a dot after its host.
        DisguisedLink {
            /// Whose host it is.
            platform: Platform,
        } => "submission.link_disguised" as NotValid,
            "This {platform} link has a login, a port or a stray character in it. Open the \
            song, choose Share, and send the link from there.";
        /// A link that is too long to be one.
        LinkTooLong => "submission.link_too_long" as NotValid,
            "This link is too long. Open the song, choose Share, and send the short link from there.";
        /// Text where a link is asked for.
        NotALink => "submission.not_a_link" as NotValid,
            "This is not a link. Copy the address of the song from {platforms}; it starts with `https://`.",
            platforms = any_platform();
        /// Beside a link to Apple Music or iTunes (`D-32`).
        BesideApple => "submission.beside_apple",
            "Not taken, because of the Apple link beside it. Send it in a message of its own.";
        /// The message has yielded as many songs as it may.
        AnotherMessage => "submission.another_message",
            "No more songs are taken from this message. Send it in a message of its own.";
        /// Submissions are closed (`D-05`).
        Closed => "submission.closed",
            "Submissions are closed right now. Keep your song ready and send it when they open again.";
        /// Not in the submissions channel (`C-22`).
        WrongChannel {
            /// Where submissions are taken.
            channel: ChannelId,
        } => "submission.wrong_channel",
            "Songs are taken in {channel} only. Go there and use {/submit} for a link or {/submitfile} for a file.";
        /// There is no submissions channel yet (`C-22`).
        NoChannel => "submission.no_channel", "There is no channel for submissions yet. An administrator has to run \
            /set-submission-channel first.";
        /// The sender has as many songs waiting as the server allows (`D-04`).
        TooMany {
            /// How many are allowed.
            max: u32,
        } => "submission.too_many", "{what}", what = what_waits_already(*max);
        /// The bot may not post a file of this size here, so it could not keep it (`C-38`). There is another way to keep it.
        CannotKeepFile => "submission.cannot_keep_file", "This server does not let me keep a file of this size. Post it as \
            a message in this channel instead: then it stays where you put it.";
        /// The bot may not post files in the submissions channel. The song waits until it may.
        CannotPostFile => "submission.cannot_post_file", "I may not post files in this channel. An administrator has to \
            give me **Send Messages** and **Attach Files** here.";
        /// Submissions are open or closed already.
        AlreadySo {
            /// Which.
            is_open: bool,
        } => "submission.already_so", "Submissions are {state} already.",
            state = if *is_open { "open" } else { "closed" };
        /// What was typed for a TikTok handle cannot be one.
        NoHandle(reason: NamesNobody) => "submission.no_handle" as NotValid, "That is no TikTok handle. {reason}";
        /// A text that is too long.
        TooLong {
            /// Which text.
            field: TextField,
            /// How long it is, counted as [`text::discord_len`] does.
            length: usize,
        } => "submission.text_too_long" as NotValid,
            "The {name} has {length} characters, and {most} fit. Shorten it and send the song again.",
            name = field.name(), length, most = field.max_len();
    }
}

/// `YouTube, Spotify, SoundCloud, Deezer or Ditto`.
fn any_platform() -> Sentence {
    Sentence::list(Platform::ALL.iter().map(Slot::to_sentence).collect(), " or ")
}

fn what_is_no_song(platform: Platform, miss: Miss) -> Sentence {
    match miss {
        Miss::Nothing => sentence!("This {platform} link doesn't lead to a song.", platform),
        Miss::Own => sentence!(
            "This {platform} link doesn't lead to a song: only you can see that page, or everybody sees something else on it.",
            platform
        ),
        Miss::Artist => {
            sentence!("This {platform} link doesn't lead to a song, but to everything of one artist.", platform)
        }
        Miss::Cut { length, found } if found < length => sentence!(
            "This {platform} link doesn't lead to a song, because it was cut off: {platform}'s ids have {length} characters, \
             and this one has {found}.",
            platform,
            length,
            found
        ),
        Miss::Cut { length, found } => sentence!(
            "This {platform} link doesn't lead to a song, because it was cut off or something was stuck to its end: \
             {platform}'s ids have {length} characters, and this one has {found}.",
            platform,
            length,
            found
        ),
    }
}

fn what_waits_already(max: u32) -> Sentence {
    match max {
        1 => sentence!("You already have a song in the queue. Send the next one once it is reviewed."),
        _ => {
            sentence!("You already have {max} songs in the queue. Send the next one once one of them is reviewed.", max)
        }
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
pub static CONFIRM: JobKind<Confirmation> = JobKind::new("submissions.confirm", "The confirmation of a song");
/// The job that asks a platform what a song is called (`D-38`).
pub static TITLES: JobKind<TitlesWanted> = JobKind::new("submissions.titles", "Asking what a song is called");
/// The job that says in a confirmation what the song turned out to be called.
pub static CORRECT: JobKind<Confirmed> =
    JobKind::new("submissions.correct_confirmation", "The correction of a confirmation");
/// The job that reads what was posted while nobody listened.
pub static CATCH_UP: JobKind<()> = JobKind::new("submissions.catch_up", "Reading the messages that were missed");
/// The job that reads what was posted while the channel was hidden.
pub static IN_SIGHT_AGAIN: JobKind<()> =
    JobKind::new("submissions.in_sight_again", "Reading messages that came into sight again");
/// The job that says whether submissions are open.
pub static NOTICE: JobKind<Notice> = JobKind::new("submissions.notice", "A notice to whoever sent a song");

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

#[cfg(test)]
mod tests {
    use super::super::links::judge;
    use super::*;
    use crate::kernel::error::Error;
    use crate::kernel::ids::CommandId;

    fn submit_is_registered(command: &str) -> Option<CommandId> {
        (command == "submit").then(|| CommandId::new(11))
    }

    fn said(refusal: SubmissionRefusal) -> String {
        match Error::from(refusal) {
            Error::Refused(refusal) => {
                format!("{}: {}", refusal.code, refusal.sentence.markdown(&submit_is_registered))
            }
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
    fn what_nobody_can_see_is_nothing_that_was_typed() {
        for unseen in ["\u{200B}", " \u{2060}\u{FEFF}\n", "\u{3164}", "\u{2800}\u{2800}", "\u{200E}\u{200F}\u{7}"] {
            let typed = Details::new(Some(unseen), Some(unseen), Some(unseen), Some(unseen), false);
            assert!(typed.is_ok_and(|typed| typed == Details::default()), "{unseen:?}");
            assert_eq!(Details::with_note(&crate::kernel::text::paragraph(unseen, usize::MAX)), Details::default());
        }
    }

    #[test]
    fn a_host_cannot_change_the_layout_of_its_refusal() {
        let refused = |host: String| said(SubmissionRefusal::UnsupportedHost { host });
        assert!(refused("a**b_c.tld".to_owned()).contains(r"**a\*\*b\_c.tld**"));
        assert!(refused("x".repeat(2_000)).chars().count() < 200);
    }

    #[test]
    fn each_refused_song_is_told_what_would_work() {
        insta::assert_snapshot!(said(SubmissionRefusal::Closed), @"submission.closed: Submissions are closed right now. Keep your song ready and send it when they open again.");
        insta::assert_snapshot!(said(SubmissionRefusal::WrongChannel { channel: ChannelId::new(7) }), @"submission.wrong_channel: Songs are taken in <#7> only. Go there and use </submit:11> for a link or **/submitfile** for a file.");
        insta::assert_snapshot!(said(SubmissionRefusal::NoChannel), @"submission.no_channel: There is no channel for submissions yet. An administrator has to run /set-submission-channel first.");
        insta::assert_snapshot!(said(SubmissionRefusal::TooMany { max: 1 }), @"submission.too_many: You already have a song in the queue. Send the next one once it is reviewed.");
        insta::assert_snapshot!(said(SubmissionRefusal::TooMany { max: 3 }), @"submission.too_many: You already have 3 songs in the queue. Send the next one once one of them is reviewed.");
        insta::assert_snapshot!(said(SubmissionRefusal::TooLong { field: TextField::Note, length: 612 }), @"submission.text_too_long: The note has 612 characters, and 500 fit. Shorten it and send the song again.");
    }
}
