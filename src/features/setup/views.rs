//! What an administrator reads about the settings. Pure.

use serenity::all::{Colour, Permissions};
use serenity::builder::CreateEmbed;

use crate::discord::Draft;
use crate::features::submissions::settings::Offchannel;
use crate::kernel::ids::ChannelId;
use crate::kernel::text;

const COLOUR: Colour = Colour::new(0x0058_65F2);

/// Every setting that counts.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own that is shown by itself")]
pub struct Overview {
    /// Where songs are submitted.
    pub submission_channel: Option<ChannelId>,
    /// Whether submissions are open.
    pub is_open: bool,
    /// Whether skips are taken while they are closed.
    pub closed_accepts_skips: bool,
    /// How many songs of a member may wait; 0 for any number.
    pub max_active: u32,
    /// Whether original messages are deleted.
    pub delete_originals: bool,
    /// Whether other messages in the submissions channel are deleted.
    pub submissions_only: bool,
    /// What happens to songs elsewhere.
    pub offchannel: Offchannel,
    /// Where songs are announced.
    pub now_playing_channel: Option<ChannelId>,
    /// Where bookmarks go.
    pub bookmark_channel: Option<ChannelId>,
    /// Where the figures of a live go.
    pub metrics_channel: Option<ChannelId>,
    /// Where the lines for administrators go.
    pub debug_channel: Option<ChannelId>,
    /// Whether handles that were never seen may be linked.
    pub allow_any_handle: bool,
    /// Whether gift credit waits for the next song.
    pub gift_credit_carry: bool,
    /// Whether Luxury Coins are earned and spent.
    pub economy_enabled: bool,
}

/// The answer to `/show-settings`.
pub fn overview(overview: &Overview, missing: Permissions) -> Draft {
    let channel = |id: Option<ChannelId>| id.map_or_else(|| "Not set".to_owned(), text::channel);
    let yes = |on: bool| if on { "Yes" } else { "No" }.to_owned();
    let songs = match overview.max_active {
        0 => "Any number".to_owned(),
        most => most.to_string(),
    };
    let fields = [
        ("Submissions Channel", channel(overview.submission_channel)),
        ("Submissions Open", yes(overview.is_open)),
        ("Skips While Closed", yes(overview.closed_accepts_skips)),
        ("Songs per Member", songs),
        ("Delete Originals", yes(overview.delete_originals)),
        ("Submissions Only", yes(overview.submissions_only)),
        ("Songs in Other Channels", overview.offchannel.to_string()),
        ("Now Playing Channel", channel(overview.now_playing_channel)),
        ("Bookmark Channel", channel(overview.bookmark_channel)),
        ("Metrics Channel", channel(overview.metrics_channel)),
        ("Debug Channel", channel(overview.debug_channel)),
        ("Any Handle May Be Linked", yes(overview.allow_any_handle)),
        ("Gift Credit Waits", yes(overview.gift_credit_carry)),
        ("Economy System Enabled", yes(overview.economy_enabled)),
    ];
    let embed = CreateEmbed::new()
        .title("Settings")
        .colour(COLOUR)
        .fields(fields.into_iter().map(|(name, value)| (name, value, true)));
    if missing.is_empty() {
        return Draft::embed(embed);
    }
    Draft::embed(embed.field("Missing permissions", format!("Please give me: {missing}"), false))
}
