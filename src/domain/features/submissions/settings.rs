//! The settings of submissions.

use strum::{Display, EnumString, VariantNames};

use super::service;
use crate::kernel::ids::ChannelId;
use crate::references::{Needs, Want};
use crate::settings::{Area, ChannelList, Limits, Listed, Setting, Typed};
use crate::text_setting;

/// The one channel in which songs are submitted (`M-SUB-17`).
pub static SUBMISSION_CHANNEL: Setting<Option<ChannelId>> =
    Setting::followed("submission_channel_id", None, service::channel_chosen);
/// What the bot needs in the submissions channel.
pub static SUBMISSION_NEEDS: Needs = Needs {
    effect: "Songs cannot be taken there as they should.",
    must: Needs::POST | Needs::FILES,
    wants: &[
        Want {
            permission: Needs::HISTORY,
            without: "Songs that are posted there while I am away are not seen, and links to files that are kept there stop to work after a day.",
        },
        Want { permission: Needs::MANAGE, without: "Messages with songs are not deleted there." },
    ],
};
/// What the bot needs of a channel that is left alone.
static EXEMPT_NEEDS: Needs = Needs::only_that_it_is_there("It needs no exception any more.");
/// Whether songs are taken now (`M-CMD-14`, `M-CMD-15`).
pub static SUBMISSIONS_OPEN: Setting<bool> = Setting::followed("submissions_open", true, service::opened);
/// Whether flagged skips are taken while submissions are closed (`D-05`).
pub static CLOSED_ACCEPTS_SKIPS: Setting<bool> = Setting::new("closed_accepts_skips", false);
/// How many songs of one member may wait at a time; 0 for any number (`D-04`).
pub static MAX_ACTIVE: Setting<u32> = Setting::within("max_active_submissions", 0, 0, 1000).zero_is("any number");
/// Whether the messages of passive submissions are deleted once the song is safe (`M-SUB-21`).
pub static DELETE_ORIGINALS: Setting<bool> = Setting::new("delete_original_messages", true);
/// Whether other messages in the submissions channel are deleted (`D-31`).
pub static SUBMISSIONS_ONLY: Setting<bool> = Setting::new("submissions_only", false);
/// Whether missing titles and artists are asked of the platforms (`D-38`).
pub static FETCH_TITLES: Setting<bool> = Setting::new("fetch_titles", false);
/// What happens to songs posted in other channels (`C-20`).
pub static OFFCHANNEL_LINKS: Setting<Offchannel> = Setting::new("offchannel_links", Offchannel::Notify);
/// Channels in which songs may be posted without a word from the bot (`C-20`).
pub static OFFCHANNEL_EXEMPT: Setting<ChannelList> = Setting::new("offchannel_exempt_channels", ChannelList::EMPTY);

/// What happens to songs posted in other channels (`C-20`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
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
    .by_command("`/set-submission-channel`")
    .needing(&SUBMISSION_NEEDS)
    .once_mended(service::look_at_what_was_kept_out)
    .once_cleared(service::clear_what_stayed),
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
        &FETCH_TITLES,
        Area::Music,
        "Titles from the Platforms",
        "Whether a link without a title gets the one that YouTube, Spotify or SoundCloud tells, and the artist likewise.",
    ),
    Listed::new(
        &OFFCHANNEL_LINKS,
        Area::Music,
        "Songs in Other Channels",
        "What happens to songs posted elsewhere: notify tells the author, delete removes the message as well, off does \
         nothing.",
    ),
    Listed::new(
        &OFFCHANNEL_EXEMPT,
        Area::Music,
        "Channels Without That",
        "Channels in which songs may be posted and nothing happens.",
    )
    .needing(&EXEMPT_NEEDS)
    .naming_many()
    .detail(),
];

impl Typed for Offchannel {
    fn shown(&self, _: Limits) -> String {
        self.to_string()
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        typed.to_ascii_lowercase().parse().ok()
    }

    fn offered() -> Vec<&'static str> {
        Self::VARIANTS.to_vec()
    }
}

text_setting!(Offchannel);
