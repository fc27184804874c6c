//! The settings of submissions.

use std::str::FromStr;

use crate::kernel::ids::ChannelId;
use crate::settings::{Area, Listed, Setting, Typed};
use crate::text_setting;

/// The one channel in which songs are submitted (`M-SUB-17`).
pub static SUBMISSION_CHANNEL: Setting<Option<ChannelId>> = Setting::new("submission_channel_id", None);
/// Whether songs are taken now (`M-CMD-14`, `M-CMD-15`).
pub static SUBMISSIONS_OPEN: Setting<bool> = Setting::new("submissions_open", true);
/// Whether flagged skips are taken while submissions are closed (`D-05`).
pub static CLOSED_ACCEPTS_SKIPS: Setting<bool> = Setting::new("closed_accepts_skips", false);
/// How many songs of one member may wait at a time; 0 for any number (`D-04`).
pub static MAX_ACTIVE: Setting<u32> = Setting::within("max_active_submissions", 0, 0, 1000).zero_is("any number");
/// Whether the messages of passive submissions are deleted once the song is safe (`M-SUB-21`).
pub static DELETE_ORIGINALS: Setting<bool> = Setting::new("delete_original_messages", true);
/// Whether other messages in the submissions channel are deleted (`D-31`).
pub static SUBMISSIONS_ONLY: Setting<bool> = Setting::new("submissions_only", false);
/// What happens to songs posted in other channels (`C-20`).
pub static OFFCHANNEL_LINKS: Setting<Offchannel> = Setting::new("offchannel_links", Offchannel::Notify);

/// What happens to songs posted in other channels (`C-20`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offchannel {
    /// The author is told where songs go.
    Notify,
    /// The message is deleted as well.
    Delete,
    /// Nothing.
    Off,
}

/// The settings of submissions, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(
        &SUBMISSION_CHANNEL,
        Area::Music,
        "Submissions Channel",
        "The one channel in which songs are submitted.",
    )
    .by_command("`/set-submission-channel`"),
    Listed::new(&SUBMISSIONS_OPEN, Area::Music, "Submissions Open", "Whether songs are taken now.")
        .by_command("`/open-submissions` and `/close-submissions`"),
    Listed::new(
        &CLOSED_ACCEPTS_SKIPS,
        Area::Music,
        "Skips While Closed",
        "Whether songs that are flagged as a skip are taken while submissions are closed.",
    ),
    Listed::new(
        &MAX_ACTIVE,
        Area::Music,
        "Songs per Member",
        "How many songs of one member may wait at a time; 0 for any number.",
    ),
    Listed::new(
        &DELETE_ORIGINALS,
        Area::Music,
        "Delete Originals",
        "Whether a message with a song is deleted in the submissions channel once the song is safe.",
    ),
    Listed::new(
        &SUBMISSIONS_ONLY,
        Area::Music,
        "Submissions Only",
        "Whether messages without a song are deleted in the submissions channel.",
    ),
    Listed::new(
        &OFFCHANNEL_LINKS,
        Area::Music,
        "Songs in Other Channels",
        "What happens to songs posted elsewhere: notify tells the author, delete removes the message as well, off does \
         nothing.",
    ),
];

impl Typed for Offchannel {
    fn shown(&self) -> String {
        self.to_string()
    }

    fn parse(typed: &str, _: (u32, u32)) -> Option<Self> {
        typed.to_ascii_lowercase().parse().ok()
    }

    fn offered() -> Vec<&'static str> {
        vec!["notify", "delete", "off"]
    }
}

impl std::fmt::Display for Offchannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Notify => "notify",
            Self::Delete => "delete",
            Self::Off => "off",
        })
    }
}

impl FromStr for Offchannel {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "notify" => Self::Notify,
            "delete" => Self::Delete,
            "off" => Self::Off,
            _ => return Err(()),
        })
    }
}

text_setting!(Offchannel);
